//! The JSON objects that only the terminal prints; those it shares with other shells are in the engine's `wire`. Documented in `docs/json.md`.
//! It must not hold logic.

use serde::Serialize;
use sidenote_engine::sync::Report;
use sidenote_engine::wire::LibraryInfo;

use crate::switch::Switch;

/// What became of the search graph after a sync.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Graph {
    /// It was built.
    Built,
    /// Search is fast without one, or it is up to date.
    NotNeeded,
    /// `--no-graph`.
    Skipped,
    /// Its building was stopped; search is exact meanwhile.
    Stopped,
}

/// What a sync did.
#[derive(Debug, Serialize)]
pub(crate) struct Synced {
    /// The contract's version.
    pub(crate) version: u32,
    /// The counts, the generation and the notices.
    #[serde(flatten)]
    pub(crate) report: Report,
    /// The search graph.
    pub(crate) graph: Graph,
    /// The embedding model that was to take over; null without one.
    pub(crate) switch: Option<Switch>,
    /// How long it took.
    pub(crate) total_ms: f64,
}

/// `library list`.
#[derive(Debug, Serialize)]
pub(crate) struct Libraries {
    /// The contract's version.
    pub(crate) version: u32,
    /// By name.
    pub(crate) libraries: Vec<LibraryInfo>,
}

/// `library add`.
#[derive(Debug, Serialize)]
pub(crate) struct Added {
    /// The contract's version.
    pub(crate) version: u32,
    /// The new library's name.
    pub(crate) library: String,
    /// What its first sync did.
    pub(crate) sync: Synced,
}

/// `library remove`.
#[derive(Debug, Serialize)]
pub(crate) struct Removed {
    /// The contract's version.
    pub(crate) version: u32,
    /// The name of the library that is gone.
    pub(crate) library: String,
}

/// One check of `doctor`.
#[derive(Debug, Serialize)]
pub(crate) struct Check {
    /// Stable name.
    pub(crate) check: &'static str,
    /// Whether it is as it should be.
    pub(crate) ok: bool,
    /// What was found.
    pub(crate) detail: String,
    /// What to do about a problem.
    pub(crate) remedy: Option<String>,
}

/// `doctor`.
#[derive(Debug, Serialize)]
pub(crate) struct Examined {
    /// The contract's version.
    pub(crate) version: u32,
    /// Whether every check is.
    pub(crate) ok: bool,
    /// In order.
    pub(crate) checks: Vec<Check>,
}

/// `batch`: what was written to its file.
#[derive(Debug, Serialize)]
pub(crate) struct Batched {
    /// The contract's version.
    pub(crate) version: u32,
    /// The file.
    pub(crate) out: String,
    /// Lines written.
    pub(crate) written: u64,
    /// Questions without a word to search for, written with an empty result.
    pub(crate) blank: u64,
    /// Lines that could not be read or asked.
    pub(crate) failed: Vec<FailedLine>,
    /// What the person should know.
    pub(crate) notices: Vec<String>,
    /// How long it took.
    pub(crate) total_ms: f64,
}

/// A line of the questions that has no line in the answers.
#[derive(Debug, Serialize)]
pub(crate) struct FailedLine {
    /// From 1.
    pub(crate) line: u64,
    /// Why.
    pub(crate) message: String,
}

/// A line that `batch` writes.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    /// As in the question's line.
    pub(crate) id: serde_json::Value,
    /// As it was asked: with what its history says it is about.
    pub(crate) standalone_question: String,
    /// Best first.
    pub(crate) results: Vec<ResultRow>,
    /// Without markers; null without `--answers` and where the notes do not answer.
    pub(crate) answer: Option<String>,
    /// Null without `--answers`.
    pub(crate) abstained: Option<bool>,
    /// 0 to 1; null without `--answers`.
    pub(crate) confidence: Option<f32>,
    /// Numbers of results, from 1.
    pub(crate) citations: Vec<usize>,
    /// Of this question.
    pub(crate) latency_ms: f64,
}

/// A passage in a line of `batch`.
#[derive(Debug, Serialize)]
pub(crate) struct ResultRow {
    /// Relative to the library's folder.
    pub(crate) doc: String,
    /// The passage.
    pub(crate) text: String,
    /// What the order is by.
    pub(crate) score: f32,
}

/// `completions`.
#[derive(Debug, Serialize)]
pub(crate) struct Script {
    /// The contract's version.
    pub(crate) version: u32,
    /// The shell.
    pub(crate) shell: String,
    /// The script.
    pub(crate) script: String,
}
