//! What a model read for the question before, for the prompt of a follow-up: the same passages first, in the same order, so that what was computed of them is
//! used again. It must not know prompts or models.

use std::sync::Arc;

use super::summarise::unfound;
use super::{ANSWER_PASSAGES, Passage, Snapshot};
use crate::answer::prompt::{Exchange, Read};
use crate::catalog::ChunkPlace;
use crate::error::Result;

/// Passages of two turns together; more would push what was found now too far from the beginning.
const TOGETHER: usize = 2 * ANSWER_PASSAGES;

impl Snapshot {
    /// The passages of the last turn that a model answered, then those of this question that are not among them. None where the question is about something
    /// else, or there would be too many.
    pub(super) fn carried(&self, best: &[Passage], earlier: &[Exchange]) -> Result<Option<Vec<Passage>>> {
        // The last that a model read: a list or thanks in between were not put to it. What is too much for a prompt need not be read first.
        let read = earlier.iter().rev().map(|exchange| &exchange.passages).find(|read| !read.is_empty());
        let Some(last) = read.filter(|last| last.len() <= TOGETHER) else { return Ok(None) };
        let holds = |read: &Read, p: &Passage| read.document == p.document.id && read.start <= p.chunk.span.start && p.chunk.span.end <= read.end;
        if !best.iter().any(|p| last.iter().any(|read| holds(read, p))) {
            return Ok(None);
        }
        let mut passages = Vec::new();
        for read in last {
            let again = best.iter().find(|p| p.chunk.span == (read.start..read.end) && p.document.id == read.document);
            let passage = match again {
                Some(passage) => Some(passage.clone()),
                None => self.read_again(read)?,
            };
            // Behind a gap nothing is as it was.
            let Some(passage) = passage else { break };
            passages.push(passage);
        }
        let kept = &last[..passages.len()];
        passages.extend(best.iter().filter(|p| !kept.iter().any(|read| holds(read, p))).cloned());
        Ok((passages.len() <= TOGETHER).then_some(passages))
    }

    /// A passage as it was given to a model, if its note still has one there.
    fn read_again(&self, read: &Read) -> Result<Option<Passage>> {
        let catalog = self.catalog();
        let Some(document) = catalog.document(read.document)? else { return Ok(None) };
        let within = |chunk: &ChunkPlace| read.start <= chunk.span.start && chunk.span.end <= read.end;
        let mut chunks = catalog.chunks_of(read.document)?.into_iter().filter(within);
        let Some(first) = chunks.next().filter(|chunk| chunk.span.start == read.start) else { return Ok(None) };
        let grown = chunks.map(|chunk| chunk.id).collect();
        let Some(text) = catalog.text(read.document)?.get(read.start..read.end).map(str::to_owned) else { return Ok(None) };
        let place = ChunkPlace { span: read.start..read.end, ..first };
        Ok(Some(Passage { grown, ..unfound(Arc::new(document), place, text) }))
    }
}
