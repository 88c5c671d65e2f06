//! The glossary: words of a question that may be called otherwise in notes of the other language.

use std::sync::Arc;

use proptest::prelude::*;
use sidenote_engine::engine::Question;
use sidenote_engine::retrieve::Query;
use sidenote_engine::retrieve::glossary::Glossary;
use sidenote_engine::wire::Search;

use crate::support::{Desk, open, quietly};

const ENTRIES: &str = "memori\t显存\t0.60\t0.30\nmemori\t内存\t0.40\t0.80\nfine tune\t微调\t0.90\t0.85\nrefund\t退款\t0.90\t0.95\n";

fn glossary() -> Glossary {
    Glossary::parse(ENTRIES).unwrap()
}

/// By keywords alone: no vectors could find it.
fn search(desk: &Desk, query: &str, with: bool) -> Search {
    let engine = open(desk.folder.path(), None).with_glossary(with.then(|| Arc::new(glossary())));
    let question = Question { text: query.into(), limit: 10, ..Question::default() };
    quietly(|run| engine.snapshot(run)?.search(&question, run)).unwrap()
}

fn found(desk: &Desk, query: &str, with: bool) -> Vec<String> {
    search(desk, query, with).hits.into_iter().map(|h| h.document).collect()
}

fn desk() -> Desk {
    let desk = Desk::new();
    desk.write("微调.md", "# 省显存\n\n微调时冻结原来的权重，占用的显存很少。\n");
    desk.write("refund.md", "# Refunds\n\nA refund is paid within ten days. It stays in memory.\n");
    desk.sync();
    desk
}

#[test]
fn a_question_finds_the_note_in_the_other_language_by_keywords() {
    let desk = desk();
    assert!(found(&desk, "fine-tuning", false).is_empty());
    assert_eq!(found(&desk, "fine-tuning", true), ["微调.md"]);
    assert_eq!(found(&desk, "退款", true), ["refund.md"]);
}

#[test]
fn a_word_that_is_there_outweighs_a_translation() {
    let desk = desk();
    assert_eq!(found(&desk, "memory", true), ["refund.md", "微调.md"]);
    assert_eq!(found(&desk, "显存", true), ["微调.md", "refund.md"]);
}

#[test]
fn two_words_side_by_side_have_one_translation_and_apart_they_have_none() {
    let of =
        |text: &str| -> Vec<String> { Query::new(text).unwrap().widened(Some(&glossary())).counterparts.into_iter().flat_map(|c| c.terms).collect() };
    assert_eq!(of("fine tuning"), ["微调"]);
    assert_eq!(of("tune the radio to a fine station"), [""; 0]);
    assert_eq!(of("微调"), ["fine", "tune"]);
}

#[test]
fn a_translation_holds_a_word_in_part_and_only_if_all_of_it_is_there() {
    let query = Query::new("微调").unwrap().widened(Some(&glossary()));
    assert!((query.held(0, |t| t == "微调") - 1.0).abs() < f32::EPSILON);
    let translated = query.held(0, |t| t == "fine" || t == "tune");
    assert!(translated > 0.5 && translated < 1.0, "{translated}");
    assert!(query.held(0, |t| t == "fine") < f32::EPSILON);
}

#[test]
fn a_line_that_is_no_entry_is_named() {
    for (text, line) in [("memori\t显存\t0.6\n", "line 1"), ("memori\t显存\t0.6\t0.3\nx\ty\thigh\t0.3\n", "line 2")] {
        let error = Glossary::parse(text).unwrap_err();
        assert!(error.message.contains(line), "{}", error.message);
    }
}

proptest! {
    #[test]
    fn a_widened_query_keeps_its_own_terms_first_and_their_weights(text in "[a-z退款微调显存 ]{1,40}") {
        if let Ok(query) = Query::new(&text) {
            let own = query.terms.words.clone();
            let wide = query.widened(Some(&glossary())).widened_terms(0.5, |term| term.len() % 2 == 0);
            prop_assert!(wide.words[..own.len()].iter().zip(&own).all(|(a, b)| a.0 == b.0 && a.1 >= b.1));
            prop_assert!(wide.words[own.len()..].iter().all(|(_, weight)| *weight > 0.0 && *weight <= 0.5));
        }
    }
}

#[test]
fn what_a_word_is_called_in_the_note_is_marked_and_counts_as_matched() {
    let desk = desk();
    let hit = search(&desk, "fine-tuning", true).hits.remove(0);
    let marked: Vec<&str> = hit.highlights.iter().map(|&(from, to)| &hit.text[from..to]).collect();
    assert_eq!(marked, ["微调"]);
    let engine = open(desk.folder.path(), None).with_glossary(Some(Arc::new(glossary())));
    let question = Question { text: "fine-tuning".into(), limit: 10, ..Question::default() };
    let explained = quietly(|run| engine.snapshot(run)?.explain(&question, "微调.md", run)).unwrap();
    assert!(explained.terms.iter().filter(|t| t.term != "fine-tuning").all(|t| t.matched), "{:?}", explained.terms);
}
