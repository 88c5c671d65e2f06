//! Passages, citations and scores as the JSON types have them. It must not know how they were found.

use std::collections::HashSet;

use super::Passage;
use crate::cite::Verified;
use crate::retrieve::query::is_question_word;
use crate::retrieve::{Hit, Query};
use crate::text::{bigrams, normalise_mapped, words};
use crate::wire;

pub(super) fn passage_json(passage: &Passage, query: &Query) -> wire::Passage {
    wire::Passage {
        library: passage.document.library.clone(),
        document: passage.document.path.clone(),
        document_id: passage.document.id,
        title: passage.document.title.clone(),
        heading: passage.chunk.heading.clone(),
        text: passage.text.clone(),
        start: passage.chunk.span.start,
        end: passage.chunk.span.end,
        line: passage.chunk.place.line,
        page: passage.chunk.place.page,
        highlights: highlights(&passage.text, query),
        also_in: passage
            .also_in
            .iter()
            .map(|p| wire::AlsoIn {
                library: p.document.library.clone(),
                document: p.document.path.clone(),
                title: p.document.title.clone(),
                line: p.chunk.place.line,
            })
            .collect(),
        scores: scores(&passage.hit),
    }
}

pub(super) fn citation(n: usize, index: usize, passage: &Passage, heading: Vec<String>, verified: Verified) -> wire::Citation {
    wire::Citation {
        n,
        passage: index,
        library: passage.document.library.clone(),
        document: passage.document.path.clone(),
        document_id: passage.document.id,
        title: passage.document.title.clone(),
        heading,
        before: verified.before,
        quote: verified.quote,
        after: verified.after,
        start: verified.span.start,
        end: verified.span.end,
        line: verified.place.line,
        page: verified.place.page,
    }
}

pub(super) fn scores(hit: &Hit) -> wire::Scores {
    wire::Scores {
        reranked: hit.reranked,
        fused: hit.fused,
        lexical: hit.lexical.map(|l| l.score),
        lexical_rank: hit.lexical.and_then(|l| l.rank),
        vector: hit.vector.map(|l| l.score),
        vector_rank: hit.vector.and_then(|l| l.rank),
        cross_encoder: hit.cross,
    }
}

/// How likely a word of the other language must be meant to be marked.
const MARKED: f32 = 0.3;

/// Byte ranges of a text that match the query's words, their translations, or its bigrams, merged, in order.
fn highlights(text: &str, query: &Query) -> Vec<(usize, usize)> {
    let (normalised, origin) = normalise_mapped(text);
    let own = query.terms.words.iter().chain(&query.terms.bigrams).map(|(t, _)| t.as_str());
    let translated = query.counterparts.iter().filter(|c| c.chance >= MARKED).flat_map(|c| &c.terms).map(String::as_str);
    let wanted: HashSet<&str> = own.chain(translated).filter(|t| !is_question_word(t)).collect();
    let mut spans: Vec<(usize, usize)> = words(&normalised)
        .into_iter()
        .chain(bigrams(&normalised))
        .filter(|t| wanted.contains(t.text.as_str()))
        .map(|t| (origin[t.span.start], origin[t.span.end]))
        .filter(|(start, end)| start < end && text.is_char_boundary(*start) && text.is_char_boundary(*end))
        .collect();
    spans.sort_unstable();
    let mut merged: Vec<(usize, usize)> = Vec::new();
    for (start, end) in spans {
        match merged.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ => merged.push((start, end)),
        }
    }
    merged
}
