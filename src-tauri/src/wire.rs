//! What crosses the border between page and program beyond the engine's own JSON types. It must not hold logic.

use serde::{Deserialize, Serialize};
use sidenote_engine::catalog;
use sidenote_engine::error::{Error, ErrorCode};
use sidenote_engine::ingest::pdf::PageBox;
use sidenote_engine::wire as engine;
use sidenote_models::catalogue::Kind;
use ts_rs::TS;

/// What every command is rejected with.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Failure {
    /// Stable code.
    pub code: ErrorCode,
    /// What happened, and to which thing.
    pub message: String,
    /// What to do next; may be empty.
    pub hint: String,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self { code: error.code, message: error.message, hint: error.hint }
    }
}

/// Where a question or a search looks. Empty lists are no limit.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
pub struct Filter {
    /// Library names.
    pub libraries: Vec<String>,
    /// Folders, as `library/folder`.
    pub folders: Vec<String>,
    /// Tags.
    pub tags: Vec<String>,
    /// Document ids.
    pub notes: Vec<u64>,
    /// `YYYY-MM-DD`, inclusive.
    pub since: Option<String>,
    /// `YYYY-MM-DD`, inclusive.
    pub until: Option<String>,
}

impl From<Filter> for catalog::Filter {
    fn from(filter: Filter) -> Self {
        Self {
            libraries: filter.libraries,
            folders: filter.folders,
            tags: filter.tags,
            notes: Vec::new(),
            ids: filter.notes,
            since: filter.since,
            until: filter.until,
        }
    }
}

/// A question.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct AskRequest {
    /// The conversation it is asked in; none begins one.
    pub conversation: Option<i64>,
    /// As typed.
    pub question: String,
    /// Replaces what is made of a follow-up.
    #[serde(default)]
    pub standalone: Option<String>,
    /// The turn that is asked again: it and what followed it are replaced, unless the new answer is stopped before its first sentence.
    #[serde(default)]
    pub replaces: Option<i64>,
    /// Where it is asked.
    pub filter: Filter,
    /// Whether the notes' own sentences are wanted although a model could write.
    #[serde(default)]
    pub extractive: bool,
    /// Another answer is wanted than those before; where there is none, what was answered stays.
    #[serde(default)]
    pub instead: Option<Instead>,
}

/// What was answered to a question that is asked again.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct Instead {
    /// How often it was asked again, this time included.
    pub times: u64,
    /// What was cited.
    pub shown: Vec<Shown>,
}

/// A passage of a note that was shown, in bytes of its text.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct Shown {
    /// The note.
    pub document_id: u64,
    /// Where it begins.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
}

/// An answered question.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Asked {
    /// Its conversation now; none where the answer could not be kept (its notices say why).
    pub conversation: Option<engine::ConversationInfo>,
    /// The question and its answer; the turn of before where nothing replaced it. The number of one that is not kept is below 0, and names it nowhere.
    pub turn: engine::Turn,
    /// What is to be said of an answer that was stopped, or is no other one, and is not shown: what was sent to another machine for it.
    pub told: Vec<String>,
}

/// What is told while a question is answered.
#[derive(Clone, Debug, Serialize, TS)]
#[serde(untagged)]
pub enum AskEvent {
    /// A step of the answer.
    Answer(Box<engine::AnswerEvent>),
    /// What is waited for before it.
    Waiting(Waiting),
}

/// What a question waits for.
#[derive(Clone, Debug, Serialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Waiting {
    /// The notes that came with the program are read for the first time.
    Indexing {
        /// How far.
        progress: SyncProgress,
    },
}

/// A note that got another name.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Renamed {
    /// As it is called now.
    pub note: engine::NoteInfo,
    /// What links to it by its old name and leads there no more; none if nothing does.
    pub links: Option<StaleLinks>,
}

/// Links that lead nowhere since a note got another name: they are the person's words, and are not touched unasked.
#[derive(Clone, Debug, Serialize, TS)]
pub struct StaleLinks {
    /// Names them in `update_links`.
    pub number: u64,
    /// Titles of the notes that they stand in.
    pub notes: Vec<String>,
}

/// What became of the links in one note.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Relinked {
    /// Its title.
    pub title: String,
    /// Why they are as they were; none if they lead there again.
    pub failure: Option<Failure>,
}

/// A PDF to be looked at.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Pages {
    /// Every page, in order.
    pub pages: Vec<PageImage>,
    /// Where the asked bytes of the text are.
    pub marks: Vec<PageBox>,
}

/// A page of a PDF.
#[derive(Clone, Debug, Serialize, TS)]
pub struct PageImage {
    /// In points.
    pub width: f32,
    /// In points.
    pub height: f32,
    /// Its picture, once `/` and a width in points of the screen are put behind it.
    pub address: String,
}

/// How far indexing is.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct SyncProgress {
    /// The library that is read, where only one is.
    pub library: Option<String>,
    /// What is done.
    #[ts(type = "'scan' | 'read' | 'index' | 'embed' | 'graph'")]
    pub stage: &'static str,
    /// Units finished.
    pub done: u64,
    /// Units known.
    pub total: u64,
    /// Units per second, once known.
    pub rate: Option<f64>,
    /// Seconds left of this stage, once known.
    pub remaining_s: Option<f64>,
}

/// What happens without being asked for.
#[derive(Clone, Debug, Serialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum AppEvent {
    /// Notes have changed: lists, results and open notes may be outdated.
    NotesChanged {
        /// The catalog's generation.
        generation: u64,
    },
    /// Indexing goes on; none when it is finished.
    Sync {
        /// How far.
        progress: Option<SyncProgress>,
    },
    /// Indexing ended with an error.
    SyncFailed {
        /// Which.
        error: Failure,
    },
    /// Something that nobody waits for did not work: a link, or what is set for the start.
    Failed {
        /// Why.
        error: Failure,
    },
    /// Something should be opened.
    Open {
        /// What.
        target: OpenTarget,
    },
    /// A folder was dropped on the window or handed to the program.
    FolderOffered {
        /// Names it in `add_offered`.
        offer: u64,
        /// The folder's name, for the person.
        name: String,
    },
    /// Something from outside is dragged over the window; none once it is dropped or carried away.
    Dragged {
        /// What.
        what: Option<Dragged>,
    },
    /// An image was dropped on the window.
    ImageDropped {
        /// Names it in `attach_dropped`.
        offer: u64,
        /// Where in the page, in its own pixels.
        x: f64,
        /// The same, down.
        y: f64,
    },
    /// A model is being prepared to take over.
    Model {
        /// How far.
        progress: ModelProgress,
    },
    /// The window is about to go: what was typed is to be written, then it is closed by `close`.
    Closing,
    /// A note should be taken.
    QuickCapture,
}

/// What is dragged over the window: it decides what becomes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Dragged {
    /// A folder, which can be added.
    Folder,
    /// An image, which can be put into a note.
    Image,
    /// A file that nothing can be done with.
    File,
}

/// What a link opens.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum OpenTarget {
    /// A note, and what is marked in it.
    Note {
        /// Which.
        document_id: u64,
        /// Byte offset in its text.
        start: Option<usize>,
        /// Byte offset of the end.
        end: Option<usize>,
    },
    /// A conversation.
    Conversation {
        /// Which.
        id: i64,
    },
    /// A question, to be looked at before it is asked.
    Question {
        /// As written.
        text: String,
    },
}

/// A text that was typed and did not reach its note's file.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Draft {
    /// Names it.
    pub number: u64,
    /// What it is called, or its note's file.
    pub title: String,
    /// Its first words.
    pub words: String,
    /// Whether the file is gone; otherwise it says something else, and both are shown when its note is opened.
    pub orphan: bool,
}

/// What the person set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Settings {
    /// `system`, `zh` or `en`.
    #[ts(type = "'system' | 'zh' | 'en'")]
    pub language: String,
    /// `system`, `light` or `dark`.
    #[ts(type = "'system' | 'light' | 'dark'")]
    pub theme: String,
    /// 1 is normal.
    pub text_scale: f64,
    /// A sign in the system's tray, where the window stays when it is closed.
    pub tray: bool,
    /// A key combination that opens a quick note, from anywhere.
    pub hotkey: Option<String>,
    /// The program that notes are opened with; none for the system's choice.
    pub editor_command: Option<String>,
    /// The folder that new notes go into.
    pub notes_folder: String,
}

/// The program.
#[derive(Clone, Debug, Serialize, TS)]
pub struct AppInfo {
    /// Of the program.
    pub version: String,
    /// Where the index is.
    pub data_folder: String,
    /// Memory of the program, without the page's; none where the system does not say.
    pub memory_bytes: Option<u64>,
    /// The model that writes answers, if one does.
    pub writer: Option<WriterInfo>,
    /// `linux`, `macos` or `windows`.
    #[ts(type = "'linux' | 'macos' | 'windows'")]
    pub platform: &'static str,
}

/// The model that writes answers.
#[derive(Clone, Debug, Serialize, TS)]
pub struct WriterInfo {
    /// Its name.
    pub name: String,
    /// The host that questions and passages are sent to; none where they stay on this machine.
    pub sends_to: Option<String>,
}

/// A model behind an address instead of on the disk.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Elsewhere {
    /// Its host, with the port.
    pub host: String,
    /// Its name there.
    pub model: String,
    /// Whether that is this machine after all.
    pub local: bool,
}

/// A model.
#[derive(Clone, Debug, Serialize, TS)]
pub struct ModelInfo {
    /// Names it in calls.
    pub name: String,
    /// What it does.
    pub kind: Kind,
    /// Whether it is on this machine.
    pub installed: bool,
    /// Whether the person chose it, be it here or not.
    pub chosen: bool,
    /// Whether it is in use.
    pub used: bool,
    /// Whether its vectors are being made; it is in use afterwards.
    pub preparing: bool,
    /// Whether it is inside the program.
    pub bundled: bool,
    /// Where it is asked, for one that is not on the disk.
    pub elsewhere: Option<Elsewhere>,
    /// Languages it is made for.
    pub languages: String,
    /// SPDX name of its licence.
    pub licence: String,
    /// Bytes to download, or on the disk.
    pub download_bytes: u64,
    /// Bytes of memory in use, approximate; none where nobody knows.
    pub memory_bytes: Option<u64>,
    /// Whether it fits into the memory that is free; none where nobody knows, and for other kinds than generators.
    pub fits: Option<bool>,
    /// Tokens per second that it is expected to write on this machine; none for other kinds than generators.
    pub tokens_per_s: Option<f64>,
    /// Whether it is the one generator that suits this machine best.
    pub suggested: bool,
}

/// How far a model on its way here is.
#[derive(Clone, Debug, Serialize, TS)]
pub struct ModelProgress {
    /// Which.
    pub name: String,
    /// What is done.
    #[ts(type = "'download' | 'mirror' | 'check' | 'embed'")]
    pub stage: &'static str,
    /// Bytes, or passages, finished.
    pub done: u64,
    /// Of so many.
    pub total: u64,
}
