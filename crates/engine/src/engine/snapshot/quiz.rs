//! A quiz without a model: the questions that stand in the notes as headings, each with what stands under it. It must not know how a request is recognised.

use std::sync::Arc;

use super::ask::{Body, extractive};
use super::list::HOLDS;
use super::quoting::Quoting;
use super::suggest::{letters, question};
use super::summarise::unfound;
use super::write::place;
use super::{ANSWER_PASSAGES, Found, Passage, Snapshot};
use crate::answer::prompt::Exchange;
use crate::answer::{self, Draft, Point};
use crate::error::Result;
use crate::wire::{self, Support};

/// Questions of one quiz.
const QUESTIONS: usize = 5;

/// A heading that asks something, and what stands under it in a passage.
struct Posed {
    text: String,
    passage: Passage,
    points: Vec<Point>,
    /// Whether more stands there than an answer has room for.
    cut: bool,
}

impl Snapshot {
    /// The questions of the passages that were found whose title and headings name the subject, that a draft quotes, or that are of the best one's note, then of
    /// all of that note; without those of `earlier` answers while there are others. None where no heading asks anything.
    pub(super) fn quiz(&self, found: &mut Found, draft: &Draft, earlier: &[Exchange]) -> Result<Option<Body>> {
        let about = |p: &Passage| answer::holds(&found.query, self.lexical.as_ref(), &place(p)) >= HOLDS;
        let best = found.passages.first().map(|p| p.document.id);
        let quoted = |at: usize| draft.points.iter().any(|point| point.passage == at);
        let near = found.passages.iter().enumerate().take(ANSWER_PASSAGES);
        let passages = near.filter(|(at, p)| Some(p.document.id) == best || quoted(*at) || about(p)).map(|(_, p)| p.clone()).collect();
        let posed = self.posed(passages)?;
        let said: Vec<String> = earlier.iter().map(|exchange| letters(&exchange.answer)).collect();
        let (known, new): (Vec<Posed>, Vec<Posed>) =
            posed.into_iter().partition(|posed| said.iter().any(|said| said.contains(&letters(&posed.text))));
        let again = new.is_empty();
        let mut quoting = Quoting::default();
        let (mut passages, mut asked, mut shortened) = (Vec::new(), 0, false);
        for Posed { text, passage, points, cut } in if again { known } else { new } {
            if asked == QUESTIONS {
                break;
            }
            passages.push(passage);
            let at = passages.len() - 1;
            let mut cited = Vec::with_capacity(points.len());
            for point in points {
                if let Some(n) = quoting.cite(self, &passages, at, &point.span, point.heading.as_ref())? {
                    cited.push((point, n));
                }
            }
            // A question whose answer is gone is none.
            if cited.is_empty() {
                continue;
            }
            asked += 1;
            shortened |= cut;
            quoting.push(wire::Sentence { text, support: Support::NoClaim, citations: Vec::new(), reply: false }, Some(format!("{asked}.")));
            for (point, n) in cited {
                let sentence = wire::Sentence { text: point.text, support: Support::Supported, citations: vec![n], reply: true };
                // A number of its own would be that of another question.
                quoting.push(sentence, point.mark.and_then(|_| answer::bullet()));
            }
        }
        if asked == 0 {
            return Ok(None);
        }
        quoting.notices.push("these are questions that your notes ask; a model that writes can ask others".to_owned());
        if again {
            quoting.notices.push("all of them were asked before".to_owned());
        }
        if shortened {
            quoting.notices.push("of long answers the beginning is shown: their notes have the rest".to_owned());
        }
        quoting.tell_lost();
        found.passages = passages;
        Ok(Some(Body { quoting, outcome: wire::Outcome::Answered, answerer: extractive() }))
    }

    /// The headings that ask something over passages and in the note of the first, each once.
    fn posed(&self, mut all: Vec<Passage>) -> Result<Vec<Posed>> {
        if let Some(best) = all.first().cloned() {
            let catalog = self.catalog();
            let text = catalog.text(best.document.id)?;
            for chunk in catalog.chunks_of(best.document.id)? {
                if all.iter().all(|known| known.chunk.id != chunk.id) {
                    let part = text[chunk.span.clone()].to_owned();
                    all.push(unfound(Arc::clone(&best.document), chunk, part));
                }
            }
        }
        let mut out: Vec<Posed> = Vec::new();
        for passage in all {
            let account = answer::account(std::slice::from_ref(&passage));
            for point in account.points {
                let heading = point.heading.as_ref().or(passage.chunk.heading.last());
                let Some(text) = heading.and_then(|heading| question(heading)) else { continue };
                let known = letters(&text);
                match out.iter_mut().find(|posed| letters(&posed.text) == known) {
                    // The rest of a section that was split, or one of the same name elsewhere, is not put together with it.
                    Some(posed) if posed.passage.chunk.id == passage.chunk.id => posed.points.push(point),
                    Some(_) => {}
                    None => out.push(Posed { text, passage: passage.clone(), points: vec![point], cut: account.cut > 0 }),
                }
            }
        }
        Ok(out)
    }
}
