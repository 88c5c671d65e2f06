//! The keyword index against BM25 written down naively.

use std::collections::HashSet;

use proptest::prelude::*;
use sidenote_engine::catalog::Catalog;
use sidenote_engine::lexical::{FOLDER, LexicalHit, LexicalReader, TermQuerySet, Weights};
use sidenote_engine::paths::Paths;
use sidenote_engine::text::words;

use crate::support::Desk;

const WORDS: [&str; 8] = ["pear", "plum", "fig", "lime", "kiwi", "date", "nut", "oat"];

/// Only the body counts: the naive side has one field.
const BODY: Weights = Weights { body: 1.0, body_grams: 0.0, heading: 0.0, heading_grams: 0.0, title: 0.0, title_grams: 0.0 };

fn note() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(WORDS.to_vec()), 1..30).prop_map(|words| words.join(" "))
}

fn query() -> impl Strategy<Value = Vec<(String, f32)>> {
    prop::collection::vec((prop::sample::select(WORDS.to_vec()), 0.1f32..2.0), 1..6)
        .prop_map(|terms| terms.into_iter().map(|(word, weight)| (word.to_owned(), weight)).collect())
}

/// An index of notes of one chunk each, with the body's words of each chunk by its number.
fn index(notes: &[String]) -> (Desk, LexicalReader, Vec<(u64, Vec<String>)>) {
    let desk = Desk::new();
    for (i, text) in notes.iter().enumerate() {
        desk.write(&format!("{i:03}.txt"), text);
    }
    desk.sync();
    let paths = Paths::under(&desk.data());
    let catalog = Catalog::open_snapshot(&paths.catalog()).unwrap().unwrap();
    let mut chunks = Vec::new();
    catalog
        .chunks_since(0, |chunk| {
            chunks.push((chunk.id, words(&chunk.body).into_iter().map(|word| word.text).collect()));
            Ok(())
        })
        .unwrap();
    let reader = LexicalReader::open(&paths.index().join(FOLDER)).unwrap();
    (desk, reader, chunks)
}

/// BM25 of every chunk that has a term, best first (Robertson & Zaragoza 2009, k1 1.2, b .75, Lucene's inverse document frequency).
fn bm25(chunks: &[(u64, Vec<String>)], terms: &[(String, f32)]) -> Vec<(u64, f32)> {
    let all = chunks.len() as f32;
    let mean = chunks.iter().map(|(_, words)| words.len()).sum::<usize>() as f32 / all;
    let mut scores: Vec<(u64, f32)> = Vec::new();
    for (chunk, words) in chunks {
        let score: f32 = terms
            .iter()
            .map(|(term, weight)| {
                let having = chunks.iter().filter(|(_, words)| words.contains(term)).count() as f32;
                let times = words.iter().filter(|word| *word == term).count() as f32;
                let rarity = (1.0 + (all - having + 0.5) / (having + 0.5)).ln();
                weight * rarity * 2.2 * times / (times + 1.2 * (0.25 + 0.75 * words.len() as f32 / mean))
            })
            .sum();
        if score > 0.0 {
            scores.push((*chunk, score));
        }
    }
    scores.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    scores
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn scores_are_those_of_bm25(notes in prop::collection::vec(note(), 1..25), terms in query()) {
        let (_desk, reader, chunks) = index(&notes);
        let asked = TermQuerySet { words: terms.clone(), bigrams: Vec::new() };
        let found = reader.search(&asked, &BODY, 1_000, None).unwrap();
        let expected = bm25(&chunks, &terms);
        prop_assert_eq!(found.len(), expected.len());
        for (chunk, score) in expected {
            let hit = found.iter().find(|hit| hit.chunk == chunk).unwrap();
            prop_assert!((hit.score - score).abs() <= 1e-4 * score.max(1.0), "{} instead of {score}", hit.score);
        }
        let best_first = |pair: &[LexicalHit]| pair[0].score > pair[1].score || pair[0].score == pair[1].score && pair[0].chunk < pair[1].chunk;
        prop_assert!(found.windows(2).all(best_first));
    }

    #[test]
    fn fewer_are_the_first_of_more_and_a_filter_takes_only_out(notes in prop::collection::vec(note(), 1..25), terms in query(), limit in 0usize..12) {
        let (_desk, reader, _) = index(&notes);
        let asked = TermQuerySet { words: terms, bigrams: Vec::new() };
        let all = reader.search(&asked, &Weights::default(), 1_000, None).unwrap();
        let some = reader.search(&asked, &Weights::default(), limit, None).unwrap();
        prop_assert_eq!(&some[..], &all[..limit.min(all.len())]);
        let kept: HashSet<u64> = all.iter().map(|hit| hit.document).filter(|id| id % 2 == 0).collect();
        let keep = |id: u64| kept.contains(&id);
        let filtered = reader.search(&asked, &Weights::default(), limit, Some(&keep)).unwrap();
        let expected: Vec<LexicalHit> = all.iter().filter(|hit| keep(hit.document)).take(limit).copied().collect();
        prop_assert_eq!(filtered, expected);
    }
}
