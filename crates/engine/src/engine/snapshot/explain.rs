//! Why a note is, or is not, among the first results. It must not know how results are shown.

use std::collections::HashSet;

use super::present::{passage_json, scores};
use super::{Passage, Question, Snapshot, find_note};
use crate::catalog::Filter;
use crate::error::Result;
use crate::event::Run;
use crate::text::{searchable, words};
use crate::wire;

impl Snapshot {
    /// Why a note is, or is not, among the first results of a query.
    ///
    /// # Errors
    /// As [`Self::search`], and `NotFound` if no note goes by that name.
    pub fn explain(&self, question: &Question, note: &str, run: Run<'_>) -> Result<wire::Explanation> {
        let document = find_note(&self.catalog(), note, &Filter::default())?.id;
        self.explain_document(question, document, run)
    }

    /// The same for a note by its id.
    ///
    /// # Errors
    /// As [`Self::explain`].
    pub fn explain_document(&self, question: &Question, document: u64, run: Run<'_>) -> Result<wire::Explanation> {
        let document = self.file_of(document)?;
        let shown = question.limit.max(1);
        let all = self.find(question, shown, run)?;
        let inside = Question { filter: Filter { ids: vec![document.id], ..Filter::default() }, ..question.clone() };
        // What the cross-encoder read among all notes is not read again.
        let own = self.find_with(&inside, shown, false, run)?;
        let cross = |p: &Passage| all.hits.iter().find(|h| h.chunk == p.hit.chunk).and_then(|h| h.cross).unwrap_or(f32::NEG_INFINITY);
        // Of equals the first.
        let best = own.passages.iter().rev().max_by(|a, b| cross(a).total_cmp(&cross(b)));
        let filtered = !question.filter.is_empty() && !self.catalog().matching(&question.filter)?.contains(&document.id);
        let position = best.and_then(|b| all.hits.iter().position(|h| h.chunk == b.hit.chunk)).map(|i| i + 1);
        let listed = best.is_some_and(|b| all.passages.iter().any(|p| p.holds(b.hit.chunk)));
        let held: HashSet<String> = best.map(terms_of).unwrap_or_default();
        let written = own.query.written();
        let terms: Vec<wire::ExplainedTerm> = own
            .query
            .terms
            .words
            .iter()
            .enumerate()
            .map(|(word, (term, _))| wire::ExplainedTerm {
                term: term.clone(),
                word: written.get(term).unwrap_or(term).clone(),
                chunks: self.lexical.as_ref().map_or(0, |l| l.frequency(term)),
                matched: own.query.held(word, |t| held.contains(t)) > 0.0,
            })
            .collect();
        let mut reasons = Vec::new();
        if filtered {
            reasons.push("the filter excludes this note".to_owned());
        }
        match best {
            None if own.vector.is_some() => {
                reasons.push("no passage of this note shares a word with the query, and none is near enough in meaning".to_owned())
            }
            None => reasons.push("no passage of this note shares a word with the query, and none has a vector".to_owned()),
            Some(_) if listed => reasons.push(format!("it is there: its best passage has rank {}", position.unwrap_or(1))),
            Some(b) => {
                let missing: Vec<&str> = terms.iter().filter(|t| !t.matched).map(|t| t.word.as_str()).collect();
                if !missing.is_empty() {
                    reasons.push(format!("its best passage lacks {}", missing.join(", ")));
                }
                match (position, all.passages.last()) {
                    (Some(rank), Some(last)) => reasons.push(format!(
                        "its best passage has rank {rank} with {:.3}; the last one shown has {:.3}",
                        all.hits.get(rank - 1).unwrap_or(&b.hit).score(),
                        last.hit.score()
                    )),
                    _ => {
                        reasons.push(format!("none of its passages is among the first {} by keywords or by meaning", self.settings.search.candidates))
                    }
                }
                if all.passages.iter().any(|p| p.also_in.iter().any(|a| a.document.id == document.id)) {
                    reasons.push("its text is shown under another note with the same text (\"also in\")".to_owned());
                }
            }
        }
        let best = best.map(|p| {
            // Its scores among all notes, where it got that far.
            let hit = all.hits.iter().find(|h| h.chunk == p.hit.chunk).copied().unwrap_or(p.hit);
            passage_json(&Passage { hit, ..p.clone() }, &own.query)
        });
        Ok(wire::Explanation {
            version: wire::VERSION,
            query: question.text.clone(),
            best,
            rank: position,
            shown,
            terms,
            first: all.hits.first().map(scores),
            reasons,
            notices: all.notices,
            generation: self.generation()?,
        })
    }
}

fn terms_of(passage: &Passage) -> HashSet<String> {
    words(&searchable(&passage.whole())).into_iter().map(|t| t.text).collect()
}
