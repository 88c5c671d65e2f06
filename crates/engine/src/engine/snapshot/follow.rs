//! A question asked in its standalone form: the answer says so, and how it came to be asked like that. It must not know how that form is made.

use super::ask::extractive;
use super::{Manner, Question, Snapshot};
use crate::error::Result;
use crate::event::Run;
use crate::followup::{Kind, Rewrite};
use crate::wire;

impl Snapshot {
    /// Asks a question in the form that `rewrite` gives it; the answer holds both forms.
    ///
    /// # Errors
    /// As [`Self::search`].
    pub fn ask_as(&self, question: &Question, rewrite: &Rewrite, run: Run<'_>) -> Result<wire::Answer> {
        self.ask_with(question, &Manner { rewrite: Some(rewrite), ..Manner::default() }, run)
    }
}

/// How a question was made self-contained, for the answer; nothing where it was not.
#[must_use]
pub fn told(rewrite: &Rewrite) -> Option<wire::FollowUp> {
    (rewrite.kind != Kind::AsIs).then(|| wire::FollowUp {
        kind: rewrite.kind,
        turn: rewrite.from.map(|turn| turn + 1),
        subject: rewrite.subject.clone(),
    })
}

/// The answer to a question that was stopped before anything was said.
#[must_use]
pub fn stopped(question: &str, rewrite: &Rewrite) -> wire::Answer {
    wire::Answer {
        version: wire::VERSION,
        question: question.to_owned(),
        standalone_question: rewrite.standalone.trim().to_owned(),
        followup: told(rewrite),
        outcome: wire::Outcome::Cancelled,
        confidence: 0.0,
        answerer: extractive(),
        answer: String::new(),
        sentences: Vec::new(),
        citations: Vec::new(),
        coverage: None,
        passages: Vec::new(),
        notices: Vec::new(),
        timings_ms: wire::Timings::new(),
        generation: 0,
    }
}
