//! Sentences of an answer with their citations, each quote looked up in its file first. It must not know who wrote the sentences.

use std::collections::HashMap;

use super::present::citation;
use super::{Passage, Snapshot, push_once};
use crate::answer::{self, Point};
use crate::cite::{Check, Verifier};
use crate::document::Span;
use crate::error::Result;
use crate::wire;

/// An answer that grows sentence by sentence.
#[derive(Default)]
pub(super) struct Quoting {
    verifier: Verifier,
    /// Numbers of quotes, by passage and place; none for one that its file no longer has.
    known: HashMap<(usize, usize, usize), Option<usize>>,
    pub(super) sentences: Vec<wire::Sentence>,
    pub(super) marks: Vec<Option<String>>,
    pub(super) citations: Vec<wire::Citation>,
    pub(super) notices: Vec<String>,
}

impl Quoting {
    /// The number of the citation for a quote; none if its file no longer has it.
    pub(super) fn cite(
        &mut self,
        snapshot: &Snapshot,
        passages: &[Passage],
        index: usize,
        span: &Span,
        heading: Option<&String>,
    ) -> Result<Option<usize>> {
        let key = (index, span.start, span.end);
        if let Some(known) = self.known.get(&key) {
            return Ok(*known);
        }
        let passage = &passages[index];
        let place = passage.chunk.span.start + span.start..passage.chunk.span.start + span.end;
        let check = self.verifier.check(&snapshot.catalog(), &passage.document, &place, &passage.text[span.clone()])?;
        let n = if let Check::Found(verified) = check {
            if verified.moved {
                push_once(&mut self.notices, format!("`{}` was edited after it was indexed; what is quoted is still in it", passage.document.path));
            }
            let n = self.citations.len() + 1;
            let mut above = passage.chunk.heading.clone();
            above.extend(heading.filter(|h| above.last() != Some(*h) && **h != passage.document.title).cloned());
            self.citations.push(citation(n, index, passage, above, verified));
            Some(n)
        } else {
            None
        };
        self.known.insert(key, n);
        Ok(n)
    }

    /// Takes a sentence of a passage, unless its file no longer has it.
    pub(super) fn quote(&mut self, snapshot: &Snapshot, passages: &[Passage], index: usize, point: Point, mark: Option<String>) -> Result<()> {
        if let Some(n) = self.cite(snapshot, passages, index, &point.span, point.heading.as_ref())? {
            self.push(wire::Sentence { text: point.text, support: wire::Support::Supported, citations: vec![n], reply: false }, mark);
        }
        Ok(())
    }

    pub(super) fn push(&mut self, sentence: wire::Sentence, mark: Option<String>) {
        self.sentences.push(sentence);
        self.marks.push(mark);
    }

    /// Without its sentences: only the notices stay.
    pub(super) fn silent(self) -> Self {
        Self { notices: self.notices, ..Self::default() }
    }

    /// How many quotes their files no longer have.
    pub(super) fn lost(&self) -> usize {
        self.known.values().filter(|n| n.is_none()).count()
    }

    /// Says how many quotes were lost, if any were.
    pub(super) fn tell_lost(&mut self) {
        let lost = self.lost();
        if lost > 0 {
            self.notices.push(format!("{lost} sentence(s) were left out: their note has changed or is gone; run `sidenote sync`"));
        }
    }

    /// The sentences with their markers as one text.
    pub(super) fn text(&self) -> String {
        answer::with_markers(&self.sentences, &self.marks)
    }
}
