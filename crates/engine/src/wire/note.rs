//! Notes as the window reads and writes them. It must not hold logic.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::document::Format;

/// A note in lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct NoteInfo {
    /// Stays the same while the note is indexed.
    pub id: u64,
    /// Library name.
    pub library: String,
    /// Path relative to the library's folder.
    pub path: String,
    /// Title.
    pub title: String,
    /// Tags.
    pub tags: Vec<String>,
    /// `YYYY-MM-DD`.
    pub date: String,
    /// Format.
    pub format: Format,
    /// The encoding that its file was read in: `UTF-8`, `GB18030`, ….
    pub encoding: String,
    /// Whether it can be edited as text: UTF-8 Markdown or plain text that did not come with the program.
    pub editable: bool,
}

/// A heading of a note.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct OutlineEntry {
    /// 1 is the highest.
    pub level: u8,
    /// Without markup.
    pub title: String,
    /// Byte offset in the document's text.
    pub at: usize,
}

/// A place in another note that links here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct Link {
    /// The note that links.
    pub document_id: u64,
    /// Its title.
    pub title: String,
    /// Its library.
    pub library: String,
    /// Its path.
    pub path: String,
    /// The line with the link.
    pub context: String,
}

/// A note to be read.
#[derive(Clone, Debug, Serialize, TS)]
pub struct NoteView {
    /// Which.
    pub note: NoteInfo,
    /// Safe HTML: see [`crate::render`].
    pub html: String,
    /// Its headings.
    pub outline: Vec<OutlineEntry>,
    /// Pages, for formats with pages.
    pub pages: Option<u32>,
    /// Characters of its text.
    pub chars: usize,
    /// Whether only a part of it is in `html` and `outline`, for it is very long.
    pub partial: bool,
    /// Notes that link to it.
    pub backlinks: Vec<Link>,
    /// What the person should know.
    pub notices: Vec<String>,
}

/// A note as its file is now, for editing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct Source {
    /// Which.
    pub document_id: u64,
    /// The file's text, line ends as `\n`.
    pub text: String,
    /// Names this state of the file.
    pub hash: String,
    /// What was typed and never reached the file.
    pub draft: Option<String>,
}

/// What became of an edit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Saved {
    /// It is in the file.
    Saved {
        /// The note.
        document_id: u64,
        /// The file's state now.
        hash: String,
    },
    /// The file is not what was edited; nothing was written.
    Conflict {
        /// Its text now.
        text: String,
        /// Its state now.
        hash: String,
    },
}

/// A tag and how many notes have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct TagInfo {
    /// Without `#`.
    pub tag: String,
    /// Notes.
    pub notes: u64,
}

/// A folder of a library and how many notes are in it and below.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct FolderInfo {
    /// Library name.
    pub library: String,
    /// Path relative to the library's folder.
    pub folder: String,
    /// Notes.
    pub notes: u64,
}
