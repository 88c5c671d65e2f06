//! A question to its answer: found, judged whether the notes answer it, then said in the notes' own sentences or written by a model. It must not know how
//! passages are ranked or sentences chosen.

use std::time::Instant;

use super::present::passage_json;
use super::quoting::Quoting;
use super::{ANSWER_PASSAGES, Found, Question, Snapshot, ms, told};
use crate::answer::prompt::{Exchange, Task};
use crate::answer::{self, Draft, Material};
use crate::error::Result;
use crate::event::Run;
use crate::followup::{Kind, Rewrite};
use crate::model::Generator;
use crate::wire;

/// How a question is asked.
#[derive(Clone, Copy, Default)]
pub struct Manner<'a> {
    /// The form in which it is asked, where that is not as typed.
    pub rewrite: Option<&'a Rewrite>,
    /// What was said before, oldest first, for a model that writes.
    pub earlier: &'a [Exchange],
    /// Writes the answer; without one it is made of the notes' own sentences.
    pub generator: Option<&'a dyn Generator>,
}

/// An answer before it becomes JSON.
pub(super) struct Body {
    pub(super) quoting: Quoting,
    pub(super) outcome: wire::Outcome,
    pub(super) answerer: wire::Answerer,
}

/// Who answers without a model.
pub(super) fn extractive() -> wire::Answerer {
    wire::Answerer { kind: "extractive", model: None }
}

impl Snapshot {
    /// An answer from the notes' own sentences, each with a quote that was just found in its file.
    ///
    /// # Errors
    /// As [`Self::search`].
    pub fn ask(&self, question: &Question, run: Run<'_>) -> Result<wire::Answer> {
        self.ask_with(question, &Manner::default(), run)
    }

    /// The same in the manner that is given. With a generator [`wire::AnswerEvent`]s tell what is written; if it fails, or if most of what it writes is not in
    /// the passages, the notes' own sentences take its place, and a notice says so.
    ///
    /// # Errors
    /// As [`Self::search`]. An answer that is stopped while it is written is no error: its outcome is `Cancelled`, with what was said.
    pub fn ask_with(&self, question: &Question, manner: &Manner<'_>, run: Run<'_>) -> Result<wire::Answer> {
        let asked = match manner.rewrite {
            Some(rewrite) => Question { text: rewrite.standalone.clone(), ..question.clone() },
            None => question.clone(),
        };
        let mut answer = self.answer(&asked, Task::Answer, manner, run)?;
        answer.question.clone_from(&question.text);
        if let Some(rewrite) = manner.rewrite.filter(|r| r.kind != Kind::AsIs) {
            answer.followup = told(rewrite);
            if answer.outcome == wire::Outcome::NotInNotes {
                let said = &rewrite.standalone;
                answer.notices.push(format!("this was asked as `{said}`; if that is not what was meant, ask it as typed or in other words"));
            }
        }
        Ok(answer)
    }

    fn answer(&self, asked: &Question, task: Task, manner: &Manner<'_>, run: Run<'_>) -> Result<wire::Answer> {
        let began = Instant::now();
        let mut found = self.find(asked, asked.limit.max(ANSWER_PASSAGES), run)?;
        let answering = Instant::now();
        let draft = self.draft(&found, run)?;
        found.timings.insert("answer", ms(answering));
        let confidence = draft.confidence;
        let written = match manner.generator {
            // What the notes do not answer is not asked of a model.
            Some(generator) if draft.answered => self.write(&mut found, generator, task, manner.earlier, run)?,
            _ => None,
        };
        let body = match written {
            Some(body) => body,
            None => self.quoted(&mut found, draft)?,
        };
        self.finish(asked, found, body, confidence, began)
    }

    /// The answer that the notes' own sentences give.
    pub(super) fn draft(&self, found: &Found, run: Run<'_>) -> Result<Draft> {
        let material = Material {
            query: &found.query,
            vector: found.vector.as_deref(),
            passages: &found.passages[..found.passages.len().min(ANSWER_PASSAGES)],
            embedder: self.embedder.as_deref(),
            lexical: self.lexical.as_ref(),
            tokens: self.tokens.as_deref(),
            settings: &self.settings.answer,
        };
        answer::extract(&material, run)
    }

    /// The same with its quotes looked up.
    pub(super) fn quoted(&self, found: &mut Found, draft: Draft) -> Result<Body> {
        let mut quoting = Quoting::default();
        for point in draft.points {
            if let Some(n) = quoting.cite(self, &found.passages, point.passage, &point.span, point.heading.as_ref())? {
                quoting.push(wire::Sentence { text: point.text, support: wire::Support::Supported, citations: vec![n] }, point.item);
            }
        }
        let lost = quoting.lost();
        if lost > 0 {
            quoting.notices.push(format!("{lost} sentence(s) were left out: their note has changed or is gone; run `sidenote sync`"));
        }
        let outcome = if draft.answered && !quoting.sentences.is_empty() { wire::Outcome::Answered } else { wire::Outcome::NotInNotes };
        if outcome == wire::Outcome::NotInNotes {
            quoting = quoting.silent();
        } else if draft.across {
            quoting.notices.push("the notes answer in another language than the question: their own sentences are shown".to_owned());
        }
        Ok(Body { quoting, outcome, answerer: extractive() })
    }

    /// The answer as JSON has it.
    pub(super) fn finish(&self, asked: &Question, mut found: Found, body: Body, confidence: f32, began: Instant) -> Result<wire::Answer> {
        let Body { quoting, outcome, answerer } = body;
        found.timings.insert("total", ms(began));
        found.notices.extend(quoting.notices.iter().cloned());
        Ok(wire::Answer {
            version: wire::VERSION,
            question: asked.text.clone(),
            standalone_question: found.query.text.clone(),
            followup: None,
            outcome,
            confidence,
            answerer,
            answer: quoting.text(),
            sentences: quoting.sentences,
            citations: quoting.citations,
            passages: found.passages.iter().map(|p| passage_json(p, &found.query)).collect(),
            notices: found.notices,
            timings_ms: found.timings,
            generation: self.generation()?,
        })
    }
}
