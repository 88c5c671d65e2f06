//! Conversations as the window shows them. It must not hold logic.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

/// What the person thinks of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// It answers.
    Right,
    /// It does not, or wrongly.
    Wrong,
}

/// What became of a citation since it was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CitationState {
    /// As it was.
    Exact,
    /// The same words, elsewhere in the note.
    Moved,
    /// The note has other words there now.
    Changed,
    /// The note is gone.
    Gone,
}

/// Where a citation of an earlier answer is now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct CitationNow {
    /// Number of the citation.
    pub n: usize,
    /// What became of it.
    pub state: CitationState,
    /// The note, unless it is gone.
    pub document_id: Option<u64>,
    /// Byte offset in the document's text as it is indexed now.
    pub start: usize,
    /// Byte offset of its end.
    pub end: usize,
    /// With `changed`: what stands there now.
    pub text: Option<String>,
}

/// A question and its answer.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Turn {
    /// Which.
    pub id: i64,
    /// When it was asked, RFC 3339.
    pub asked_at: String,
    /// Where it was asked: a filter, as it was given.
    #[ts(type = "Filter")]
    pub filter: Value,
    /// Titles of the notes that this names, as they are called now; of one that is gone there is none.
    pub asked_of: Vec<String>,
    /// An [`Answer`](super::Answer), as it was given.
    #[ts(type = "Answer")]
    pub answer: Value,
    /// What the person thinks of it.
    pub mark: Option<Mark>,
    /// Its citations in the notes as they are now.
    pub citations_now: Vec<CitationNow>,
}

/// A conversation in lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct ConversationInfo {
    /// Which.
    pub id: i64,
    /// Its first question, or the name that the person gave it.
    pub title: String,
    /// When it was last asked in, RFC 3339.
    pub updated_at: String,
    /// Questions asked.
    pub turns: usize,
    /// Where the words that were looked for stand.
    pub snippet: Option<String>,
}

/// A conversation.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Conversation {
    /// Which.
    pub id: i64,
    /// Its first question, or the name that the person gave it.
    pub title: String,
    /// When it was last asked in, RFC 3339.
    pub updated_at: String,
    /// Oldest first.
    pub turns: Vec<Turn>,
}
