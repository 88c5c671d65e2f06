//! From ranked hits to the passages that are shown: read, reranked, grown over their neighbours, folded, spread over notes. It must not know how
//! they are presented.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::{Passage, Snapshot};
use crate::catalog::{ChunkPlace, DocumentRow, embed_text};
use crate::error::Result;
use crate::retrieve::fold::{Shape, repeats};
use crate::retrieve::late::LateInteraction;
use crate::retrieve::rerank::{Candidate, Reranker};
use crate::retrieve::{Hit, Query};
use crate::text::estimate_tokens;

/// Different notes a long result list reaches, where there are that many.
const LIST_DOCUMENTS: usize = 10;

/// A hit with its text, before it is known whether it is shown: two hundred are looked into for each question.
#[derive(Clone)]
pub(super) struct Draft {
    pub(super) hit: Hit,
    chunk: ChunkPlace,
    title: String,
    text: String,
    /// Its tokens, where they are kept.
    tokens: Option<Vec<u32>>,
}

impl Snapshot {
    /// The texts of the first `limit` hits; chunks that are gone are left out.
    pub(super) fn drafts(&self, hits: &[Hit], limit: usize) -> Result<Vec<Draft>> {
        let catalog = self.catalog();
        let mut texts = catalog.parts();
        let kept = self.tokens.as_ref().map_or(Ok(false), |tokens| catalog.keeps_tokens_of(&tokens.fingerprint().0))?;
        let mut drafts = Vec::with_capacity(limit.min(hits.len()));
        for hit in hits {
            if drafts.len() == limit {
                break;
            }
            // A chunk of an index that is behind the catalog.
            let Some(found) = catalog.candidate(hit.chunk)? else { continue };
            let text = texts.read(found.place.document, &found.place.span)?;
            drafts.push(Draft { hit: *hit, chunk: found.place, title: found.title, text, tokens: found.tokens.filter(|_| kept) });
        }
        Ok(drafts)
    }

    /// The first `limit` hits made readable; chunks and notes that are gone are left out.
    pub(super) fn read(&self, hits: &[Hit], limit: usize) -> Result<Vec<Passage>> {
        let mut passages = Vec::new();
        // A note that is gone gives its place to a later hit.
        for some in hits.chunks(limit.max(1)) {
            let missing = limit - passages.len();
            if missing == 0 {
                break;
            }
            passages.extend(self.settle(self.drafts(some, some.len())?, missing)?);
        }
        Ok(passages)
    }

    /// The first `limit` drafts as passages; those of notes that are gone are left out.
    pub(super) fn settle(&self, drafts: Vec<Draft>, limit: usize) -> Result<Vec<Passage>> {
        let mut notes = Notes { snapshot: self, known: HashMap::new() };
        let mut passages = Vec::new();
        for draft in drafts {
            if passages.len() == limit {
                break;
            }
            if let Some(document) = notes.get(draft.chunk.document)? {
                passages.push(draft.of(document));
            }
        }
        Ok(passages)
    }

    /// Looks into the first drafts and orders them anew, and the hits with them. Without token vectors the fused order stands.
    pub(super) fn rerank(&self, query: &Query, drafts: &mut [Draft], hits: &mut [Hit]) -> Result<()> {
        let Some(tokens) = &self.tokens else { return Ok(()) };
        let late = LateInteraction::new(&query.content, Some(tokens.as_ref()));
        let depth = self.settings.search.rerank_depth.min(drafts.len());
        let candidates: Vec<Candidate<'_>> = drafts[..depth]
            .iter()
            .map(|d| Candidate { title: &d.title, heading: &d.chunk.heading, text: &d.text, tokens: d.tokens.as_deref(), hit: &d.hit })
            .collect();
        let features = Reranker::new(query, self.lexical.as_ref(), &late)?.features(&candidates);
        let mut reranked: HashMap<u64, f32> = HashMap::with_capacity(depth);
        for (draft, features) in drafts.iter_mut().zip(features) {
            let score = features.score(&self.settings.search.rerank);
            draft.hit.reranked = Some(score);
            reranked.insert(draft.hit.chunk, score);
        }
        for hit in hits.iter_mut() {
            hit.reranked = reranked.get(&hit.chunk).copied();
        }
        drafts.sort_by(|a, b| a.hit.order(&b.hit));
        hits.sort_by(Hit::order);
        Ok(())
    }

    /// The first `limit` drafts as passages, each grown over the chunks beside it that are nearly as good: a section that was split for ranking is read
    /// whole.
    pub(super) fn join(&self, drafts: &[Draft], limit: usize) -> Result<Vec<Passage>> {
        let settings = &self.settings.search.join;
        let mut notes = Notes { snapshot: self, known: HashMap::new() };
        let at: HashMap<(u64, u32), usize> = drafts.iter().enumerate().map(|(i, d)| ((d.chunk.document, d.chunk.ordinal), i)).collect();
        let mut taken = vec![false; drafts.len()];
        let mut out = Vec::new();
        for i in 0..drafts.len() {
            if out.len() == limit {
                break;
            }
            if std::mem::replace(&mut taken[i], true) {
                continue;
            }
            let Some(document) = notes.get(drafts[i].chunk.document)? else { continue };
            let mut passage = drafts[i].clone().of(document);
            let (mut first, mut last) = (passage.chunk.ordinal, passage.chunk.ordinal);
            loop {
                // The better of the two neighbours first.
                let beside = [first.checked_sub(1), last.checked_add(1)].into_iter().flatten();
                let best = beside
                    .filter_map(|ordinal| at.get(&(passage.document.id, ordinal)).copied())
                    .filter(|&n| !taken[n] && drafts[n].chunk.heading == passage.chunk.heading)
                    .filter(|&n| drafts[n].hit.score() >= settings.share * passage.hit.score())
                    .min_by(|&a, &b| drafts[a].hit.order(&drafts[b].hit));
                let Some(n) = best else { break };
                let neighbour = &drafts[n];
                let span = passage.chunk.span.start.min(neighbour.chunk.span.start)..passage.chunk.span.end.max(neighbour.chunk.span.end);
                let between = passage.chunk.span.end.min(neighbour.chunk.span.end)..passage.chunk.span.start.max(neighbour.chunk.span.start);
                let catalog = self.catalog();
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

impl Draft {
    /// Its text as models read it.
    pub(super) fn embedded(&self) -> String {
        embed_text(&self.title, &self.chunk.heading, &self.text)
    }

    fn of(self, document: Arc<DocumentRow>) -> Passage {
        let Self { hit, chunk, text, .. } = self;
        Passage { hit, document, chunk, text, grown: Vec::new(), also_in: Vec::new() }
    }
}

/// Notes by their number, each looked for once: none where its file is gone.
struct Notes<'a> {
    snapshot: &'a Snapshot,
    known: HashMap<u64, Option<Arc<DocumentRow>>>,
}

impl Notes<'_> {
    fn get(&mut self, id: u64) -> Result<Option<Arc<DocumentRow>>> {
        if let Some(known) = self.known.get(&id) {
            return Ok(known.clone());
        }
        let found = self.snapshot.catalog().document(id)?.filter(|d| d.root.join(&d.path).is_file()).map(Arc::new);
        self.known.insert(id, found.clone());
        Ok(found)
    }
}

/// How many passages a list is made from: enough to fill it after folding and spreading over notes.
pub(super) fn enough(limit: usize) -> usize {
    limit.saturating_mul(2).saturating_add(LIST_DOCUMENTS)
}

/// The first `limit` of ranked passages, near-duplicates folded into the first of them.
pub(super) fn fold(passages: Vec<Passage>, limit: usize) -> Vec<Passage> {
    let considered: Vec<Passage> = passages.into_iter().take(enough(limit)).collect();
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
