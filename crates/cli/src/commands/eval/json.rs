//! The JSON object of `eval`, documented in `docs/json.md`. It must not hold logic.

use serde::Serialize;
use sidenote_engine::eval::summary::{Difference, Figure, Latency};

/// `eval`.
#[derive(Debug, Serialize)]
pub(crate) struct Evaluated {
    /// The contract's version.
    pub(crate) version: u32,
    /// Of the self-test's questions and of the intervals.
    pub(crate) seed: u64,
    /// Resamples behind an interval.
    pub(crate) resamples: usize,
    /// In the order of the arguments.
    pub(crate) sets: Vec<SetResult>,
    /// What the person should know.
    pub(crate) notices: Vec<String>,
    /// How long it took.
    pub(crate) total_ms: f64,
}

/// Where questions are from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// A folder.
    Set,
    /// The person's own notes.
    SelfTest,
    /// Answers that the person marked as right or wrong.
    Marked,
}

/// One set.
#[derive(Debug, Serialize)]
pub(crate) struct SetResult {
    /// Its folder's name, `self-test` or `marked`.
    pub(crate) set: String,
    /// Where its questions are from.
    pub(crate) kind: Kind,
    /// Questions.
    pub(crate) questions: usize,
    /// Those that the notes answer.
    pub(crate) answerable: usize,
    /// Those that they do not.
    pub(crate) unanswerable: usize,
    /// What was measured.
    pub(crate) systems: Vec<Measured>,
    /// Of `b` from `a`, leg by leg.
    pub(crate) differences: Vec<Compared>,
}

/// One leg of one configuration, or a file of results.
#[derive(Debug, Serialize)]
pub(crate) struct Measured {
    /// `keyword`, `vector`, `fused`, `reranked` or `file`.
    pub(crate) leg: &'static str,
    /// `a` or `b` where two are compared.
    pub(crate) side: Option<&'static str>,
    /// What the configuration overrides.
    pub(crate) settings: Vec<String>,
    /// The file of results.
    pub(crate) file: Option<String>,
    /// Questions that there are results for.
    pub(crate) asked: usize,
    /// Every figure.
    pub(crate) figures: Vec<Figure>,
    /// How long a question took, where that is known.
    pub(crate) latency_ms: Option<Latency>,
}

/// `b` less `a`.
#[derive(Debug, Serialize)]
pub(crate) struct Compared {
    /// As in the systems.
    pub(crate) leg: &'static str,
    /// Every figure.
    pub(crate) figures: Vec<Difference>,
}
