//! The JSON contract, version 1: the only types that leave the program as JSON (terminal `--json`, later the window). Documented in
//! `docs/json.md`. It must not hold logic.

mod answering;
mod conversation;
mod note;

use std::collections::BTreeMap;

use serde::Serialize;
use ts_rs::TS;

use crate::followup::Kind;

pub use answering::AnswerEvent;
pub use conversation::{CitationNow, CitationState, Conversation, ConversationInfo, Mark, Turn};
pub use note::{FolderInfo, Link, NoteInfo, NoteView, OutlineEntry, Saved, Source, TagInfo};

/// The version of the contract.
pub const VERSION: u32 = 1;

/// How an `ask` ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// There is an answer with citations.
    Answered,
    /// The notes do not answer it.
    NotInNotes,
    /// The person stopped it.
    Cancelled,
}

/// How far the notes support a sentence of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Support {
    /// A cited quote says it.
    Supported,
    /// A cited quote says a part of it.
    Partly,
    /// Nothing cited says it.
    Unsupported,
    /// It claims nothing: a question to practise with, a sentence that only leads on.
    NoClaim,
}

/// Who wrote the answer.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct Answerer {
    /// `extractive` or `generative`.
    pub kind: &'static str,
    /// The generative model's name.
    pub model: Option<String>,
    /// The host that the question, the passages and what was said before are sent to; null for a model on this machine.
    pub leaves_machine_to: Option<String>,
}

/// How a question was made self-contained.
#[derive(Clone, Debug, Serialize, TS)]
pub struct FollowUp {
    /// Never [`Kind::AsIs`].
    pub kind: Kind,
    /// The earlier question it was made from, from 1, oldest first.
    pub turn: Option<usize>,
    /// What it is about, where that came from before.
    pub subject: Option<String>,
}

/// One sentence of an answer.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct Sentence {
    /// Without markup and markers.
    pub text: String,
    /// Verified by us.
    pub support: Support,
    /// Numbers of [`Citation::n`].
    pub citations: Vec<usize>,
    /// Whether it answers a question to practise with that stands before it: shown when the person wants to see it.
    pub reply: bool,
}

/// A quote in a note, found there at the moment it was reported.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct Citation {
    /// From 1, in order of first use.
    pub n: usize,
    /// Index into `passages`.
    pub passage: usize,
    /// Library name.
    pub library: String,
    /// Path relative to the library's folder.
    pub document: String,
    /// Stable while the note is indexed.
    pub document_id: u64,
    /// Title.
    pub title: String,
    /// Heading path.
    pub heading: Vec<String>,
    /// Text just before the quote.
    pub before: String,
    /// The note's own text.
    pub quote: String,
    /// Text just after the quote.
    pub after: String,
    /// Byte offset of the quote in the document's text.
    pub start: usize,
    /// Byte offset of its end.
    pub end: usize,
    /// Line of the file, from 1.
    pub line: u32,
    /// Page, for formats with pages.
    pub page: Option<u32>,
}

/// A place where the same passage also stands.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct AlsoIn {
    /// Library name.
    pub library: String,
    /// Path relative to the library's folder.
    pub document: String,
    /// Title.
    pub title: String,
    /// Line of the file, from 1.
    pub line: u32,
}

/// Every score of a hit.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct Scores {
    /// The light reranker's score: the order of results. Null for what came too late to be looked into, which follows.
    pub reranked: Option<f32>,
    /// Both legs, fused: which results are looked into, and the order of the others.
    pub fused: f32,
    /// BM25 over the fields.
    pub lexical: Option<f32>,
    /// Rank among keyword candidates, from 1.
    pub lexical_rank: Option<usize>,
    /// Cosine.
    pub vector: Option<f32>,
    /// Rank among vector candidates, from 1.
    pub vector_rank: Option<usize>,
    /// The cross-encoder's score, for the first results where one is installed.
    pub cross_encoder: Option<f32>,
}

impl Scores {
    /// The score of the last stage that the hit reached.
    #[must_use]
    pub fn last(&self) -> f32 {
        self.reranked.unwrap_or(self.fused)
    }
}

/// A passage: a hit made readable.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct Passage {
    /// Library name.
    pub library: String,
    /// Path relative to the library's folder.
    pub document: String,
    /// Stable while the note is indexed.
    pub document_id: u64,
    /// Title.
    pub title: String,
    /// Heading path.
    pub heading: Vec<String>,
    /// The note's own text.
    pub text: String,
    /// Byte offset in the document's text.
    pub start: usize,
    /// Byte offset of its end.
    pub end: usize,
    /// Line of the file, from 1.
    pub line: u32,
    /// Page, for formats with pages.
    pub page: Option<u32>,
    /// Byte ranges of `text` that match the query's words.
    pub highlights: Vec<(usize, usize)>,
    /// Where the same text also stands.
    pub also_in: Vec<AlsoIn>,
    /// Every score.
    pub scores: Scores,
}

/// Milliseconds by stage.
pub type Timings = BTreeMap<&'static str, f64>;

/// How much of the notes an answer was made from, where all of something was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
pub struct Coverage {
    /// Notes that were read.
    pub read: usize,
    /// Notes that were to be read.
    pub of: usize,
    /// Notes that have something of it.
    pub having: usize,
}

/// The answer to a question.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Answer {
    /// [`VERSION`].
    pub version: u32,
    /// As asked.
    pub question: String,
    /// As searched: self-contained.
    pub standalone_question: String,
    /// How it was made of the one before, where it was.
    pub followup: Option<FollowUp>,
    /// How it ended.
    pub outcome: Outcome,
    /// 0 to 1: how likely the notes answer the question.
    pub confidence: f32,
    /// Who wrote it.
    pub answerer: Answerer,
    /// The sentences with their markers, as one text; empty unless answered.
    pub answer: String,
    /// The sentences.
    pub sentences: Vec<Sentence>,
    /// The quotes.
    pub citations: Vec<Citation>,
    /// How many notes were read, where all of something was asked for.
    pub coverage: Option<Coverage>,
    /// The passages the answer was made from; the nearest ones where it is not in the notes.
    pub passages: Vec<Passage>,
    /// What the person should know.
    pub notices: Vec<String>,
    /// Milliseconds by stage.
    pub timings_ms: Timings,
    /// The catalog's generation.
    pub generation: u64,
}

/// The result of a search.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Search {
    /// [`VERSION`].
    pub version: u32,
    /// As typed.
    pub query: String,
    /// Best first.
    pub hits: Vec<Passage>,
    /// What the person should know.
    pub notices: Vec<String>,
    /// Milliseconds by stage.
    pub timings_ms: Timings,
    /// The catalog's generation.
    pub generation: u64,
}

/// A word of a query and what it is worth.
#[derive(Clone, Debug, Serialize, TS)]
pub struct ExplainedTerm {
    /// As indexed: a stem.
    pub term: String,
    /// As it was written.
    pub word: String,
    /// Chunks that hold it.
    pub chunks: u64,
    /// Whether the passage holds it.
    pub matched: bool,
}

/// Why a note is, or is not, among the results.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Explanation {
    /// [`VERSION`].
    pub version: u32,
    /// As typed.
    pub query: String,
    /// The note's best passage for the query, if it has any.
    pub best: Option<Passage>,
    /// Its rank among all passages, from 1, if it is among the candidates.
    pub rank: Option<usize>,
    /// How many passages a search shows.
    pub shown: usize,
    /// The query's words and whether that passage holds them.
    pub terms: Vec<ExplainedTerm>,
    /// The first result's scores, to compare.
    pub first: Option<Scores>,
    /// The reason, in sentences.
    pub reasons: Vec<String>,
    /// What the person should know.
    pub notices: Vec<String>,
    /// The catalog's generation.
    pub generation: u64,
}

/// A part of a note, with what stands around it.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Shown {
    /// [`VERSION`].
    pub version: u32,
    /// Library name.
    pub library: String,
    /// Path relative to the library's folder.
    pub document: String,
    /// Stable while the note is indexed.
    pub document_id: u64,
    /// Title.
    pub title: String,
    /// Heading path of the passage.
    pub heading: Vec<String>,
    /// Text before the passage.
    pub before: String,
    /// The passage.
    pub text: String,
    /// Text after the passage.
    pub after: String,
    /// Line of the passage, from 1.
    pub line: u32,
    /// Page of the passage.
    pub page: Option<u32>,
    /// What the person should know (the file has changed, is gone, …).
    pub notices: Vec<String>,
    /// The catalog's generation.
    pub generation: u64,
}

/// One library in lists.
#[derive(Clone, Debug, Serialize, TS)]
pub struct LibraryInfo {
    /// Which.
    pub id: i64,
    /// Name.
    pub name: String,
    /// The folder.
    pub folder: String,
    /// Whether it came with the program.
    pub shipped: bool,
    /// Whether new notes go into it.
    pub own: bool,
    /// Whether its folder is there now.
    pub present: bool,
    /// Whether it was ever indexed.
    pub synced: bool,
    /// Libraries whose folders lie in its folder: what is in them is theirs alone.
    pub apart: Vec<String>,
    /// Files indexed.
    pub indexed: u64,
    /// Files skipped.
    pub skipped: u64,
    /// Chunks.
    pub chunks: u64,
    /// Characters.
    pub chars: u64,
    /// Characters set aside as page furniture.
    pub furniture_chars: u64,
}

/// A row of the ledger.
#[derive(Clone, Debug, Serialize, TS)]
pub struct LedgerEntry {
    /// Library name.
    pub library: String,
    /// Path relative to the library's folder.
    pub document: String,
    /// Stable while the note is indexed; none for a file that is not.
    pub document_id: Option<u64>,
    /// `indexed` or `skipped`.
    #[ts(type = "'indexed' | 'skipped'")]
    pub state: &'static str,
    /// Stable reason of a skip.
    pub reason: Option<crate::ingest::SkipReason>,
    /// The reason in words.
    pub detail: Option<String>,
    /// Bytes.
    pub size: u64,
    /// Characters extracted.
    pub chars: u64,
    /// Characters set aside as page furniture.
    pub furniture_chars: u64,
    /// Chunks.
    pub chunks: u64,
    /// What was odd.
    pub warnings: Vec<String>,
}

/// The state of everything.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Status {
    /// [`VERSION`].
    pub version: u32,
    /// The data folder.
    pub data_folder: String,
    /// The catalog's generation.
    pub generation: u64,
    /// When the last sync finished, RFC 3339.
    pub synced_at: Option<String>,
    /// Files that differ from what was indexed.
    pub stale_files: u64,
    /// Notes.
    pub documents: u64,
    /// Chunks.
    pub chunks: u64,
    /// The libraries.
    pub libraries: Vec<LibraryInfo>,
    /// The search legs.
    pub legs: Legs,
    /// Every file, where asked for.
    pub files: Option<Vec<LedgerEntry>>,
    /// What is missing, with its remedy.
    pub notices: Vec<String>,
}

/// What each leg of the search is doing.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Legs {
    /// Generation of the keyword index.
    pub lexical_generation: Option<u64>,
    /// The embedding model.
    pub embedder: Option<String>,
    /// Why there is none, or why it does not work.
    pub embedder_problem: Option<String>,
    /// Generation of the vector index.
    pub vector_generation: Option<u64>,
    /// Chunks with a vector.
    pub embedded: u64,
    /// `exact` or `graph`.
    #[ts(type = "'exact' | 'graph'")]
    pub vector_search: &'static str,
    /// The embedding model that is being prepared to take over.
    pub next_embedder: Option<String>,
    /// Chunks with a vector of that model.
    pub next_embedded: u64,
    /// The cross-encoder.
    pub reranker: Option<String>,
    /// The model that writes answers.
    pub generator: Option<String>,
}
