//! From ranked hits to the passages that are shown: read, reranked, grown over their neighbours, folded, spread over notes. It must not know how
//! they are presented.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::{Passage, Snapshot};
use crate::catalog::DocumentRow;
use crate::error::Result;
use crate::retrieve::fold::{Shape, repeats};
use crate::retrieve::late::LateInteraction;
use crate::retrieve::rerank::{Candidate, Reranker};
use crate::retrieve::{Hit, Query};
use crate::text::estimate_tokens;

/// Different notes a long result list reaches, where there are that many.
pub(super) const LIST_DOCUMENTS: usize = 10;

impl Snapshot {
    /// The first `limit` hits made readable; chunks and notes that are gone are left out.
    pub(super) fn read(&self, hits: &[Hit], limit: usize) -> Result<Vec<Passage>> {
        let catalog = self.catalog();
        let mut documents: HashMap<u64, Option<Arc<DocumentRow>>> = HashMap::new();
        let mut passages: Vec<Passage> = Vec::new();
        for hit in hits {
            if passages.len() == limit {
                break;
            }
            // A chunk of an index that is behind the catalog.
            let Some(chunk) = catalog.chunk(hit.chunk)? else { continue };
            let document = match documents.get(&chunk.document) {
                Some(known) => known.clone(),
                None => {
                    let row = catalog.document(chunk.document)?.filter(|d| d.root.join(&d.path).is_file()).map(Arc::new);
                    documents.insert(chunk.document, row.clone());
                    row
                }
            };
            let Some(document) = document else { continue };
            let text = catalog.text_of(chunk.document, &chunk.span)?;
            passages.push(Passage { hit: *hit, document, chunk, text, grown: Vec::new(), also_in: Vec::new() });
        }
        Ok(passages)
    }

    /// Looks into the first passages and orders them anew, and the hits with them. Without token vectors the fused order stands.
    pub(super) fn rerank(&self, query: &Query, passages: &mut [Passage], hits: &mut [Hit]) {
        let Some(tokens) = &self.tokens else { return };
        let late = LateInteraction::new(&query.content, Some(tokens.as_ref()));
        let depth = self.settings.search.rerank_depth.min(passages.len());
        let candidates: Vec<Candidate<'_>> =
            passages[..depth].iter().map(|p| Candidate { title: &p.document.title, heading: &p.chunk.heading, text: &p.text, hit: &p.hit }).collect();
        let features = Reranker::new(query, self.lexical.as_ref(), &late).features(&candidates);
        let mut reranked: HashMap<u64, f32> = HashMap::with_capacity(depth);
        for (passage, features) in passages.iter_mut().zip(features) {
            let score = features.score(&self.settings.search.rerank);
            passage.hit.reranked = Some(score);
            reranked.insert(passage.hit.chunk, score);
        }
        for hit in hits.iter_mut() {
            hit.reranked = reranked.get(&hit.chunk).copied();
        }
        passages.sort_by(|a, b| a.hit.order(&b.hit));
        hits.sort_by(Hit::order);
    }

    /// Grows each passage over the chunks beside it that are nearly as good: a section that was split for ranking is read whole.
    pub(super) fn join(&self, passages: Vec<Passage>) -> Result<Vec<Passage>> {
        let settings = &self.settings.search.join;
        let catalog = self.catalog();
        let at: HashMap<(u64, u32), usize> = passages.iter().enumerate().map(|(i, p)| ((p.document.id, p.chunk.ordinal), i)).collect();
        let mut taken = vec![false; passages.len()];
        let mut out = Vec::with_capacity(passages.len());
        for i in 0..passages.len() {
            if std::mem::replace(&mut taken[i], true) {
                continue;
            }
            let mut passage = passages[i].clone();
            let (mut first, mut last) = (passage.chunk.ordinal, passage.chunk.ordinal);
            loop {
                // The better of the two neighbours first.
                let beside = [first.checked_sub(1), last.checked_add(1)].into_iter().flatten();
                let best = beside
                    .filter_map(|ordinal| at.get(&(passage.document.id, ordinal)).copied())
                    .filter(|&n| !taken[n] && passages[n].chunk.heading == passage.chunk.heading)
                    .filter(|&n| passages[n].hit.score() >= settings.share * passage.hit.score())
                    .min_by(|&a, &b| passages[a].hit.order(&passages[b].hit));
                let Some(n) = best else { break };
                let neighbour = &passages[n];
                let span = passage.chunk.span.start.min(neighbour.chunk.span.start)..passage.chunk.span.end.max(neighbour.chunk.span.end);
                let between = passage.chunk.span.end.min(neighbour.chunk.span.end)..passage.chunk.span.start.max(neighbour.chunk.span.start);
                let apart = between.start < between.end && !catalog.text_of(passage.document.id, &between)?.trim().is_empty();
                let text = catalog.text_of(passage.document.id, &span)?;
                if apart || estimate_tokens(&text) > settings.max {
                    break;
                }
                taken[n] = true;
                passage.grown.push(neighbour.hit.chunk);
                (first, last) = (first.min(neighbour.chunk.ordinal), last.max(neighbour.chunk.ordinal));
                if neighbour.chunk.span.start < passage.chunk.span.start {
                    passage.chunk.place = neighbour.chunk.place;
                }
                passage.chunk.span = span;
                passage.text = text;
            }
            out.push(passage);
        }
        Ok(out)
    }
}

/// The first `limit` of ranked passages, near-duplicates folded into the first of them.
pub(super) fn fold(passages: Vec<Passage>, limit: usize) -> Vec<Passage> {
    let considered: Vec<Passage> = passages.into_iter().take(limit.saturating_mul(2).saturating_add(LIST_DOCUMENTS)).collect();
    let shapes: Vec<Shape> = considered.iter().map(|p| Shape::new(&p.text)).collect();
    let firsts = repeats(&shapes);
    let mut kept: Vec<Passage> = Vec::new();
    let mut at: Vec<usize> = Vec::with_capacity(considered.len());
    for (passage, first) in considered.into_iter().zip(firsts) {
        match first {
            Some(first) => {
                at.push(at[first]);
                let target = at[first];
                // The same note twice is no other place.
                if kept[target].document.id != passage.document.id {
                    kept[target].also_in.push(passage);
                }
            }
            None => {
                at.push(kept.len());
                kept.push(passage);
            }
        }
    }
    spread(kept, limit)
}

/// Keeps the order, but lets a list of ten or more reach ten notes where there are that many: the last places of the list go to notes that are
/// not yet in it.
fn spread(passages: Vec<Passage>, limit: usize) -> Vec<Passage> {
    let wanted = LIST_DOCUMENTS.min(limit / 2);
    let mut seen: HashSet<u64> = HashSet::new();
    let fresh: Vec<bool> = passages.iter().map(|p| seen.insert(p.document.id)).collect();
    let inside = fresh.iter().take(limit).filter(|f| **f).count();
    let missing = wanted.saturating_sub(inside).min(fresh.iter().skip(limit).filter(|f| **f).count());
    if missing == 0 {
        return passages.into_iter().take(limit).collect();
    }
    // Further passages of notes already listed make room, from the end.
    let mut drop: HashSet<usize> = HashSet::new();
    for i in (0..limit.min(passages.len())).rev() {
        if drop.len() < missing && !fresh[i] {
            drop.insert(i);
        }
    }
    let mut out = Vec::with_capacity(limit);
    for (i, passage) in passages.into_iter().enumerate() {
        if (i < limit && !drop.contains(&i)) || (i >= limit && fresh[i] && out.len() < limit) {
            out.push(passage);
        }
    }
    out.truncate(limit);
    out
}
