//! The light reranker: late interaction over token vectors, and passages that grow over their neighbours.

use std::sync::{Arc, LazyLock};

use proptest::prelude::*;
use sidenote_engine::engine::Question;
use sidenote_engine::error::Result;
use sidenote_engine::model::{Fingerprint, TokenVectors};
use sidenote_engine::retrieve::Query;
use sidenote_engine::retrieve::late::LateInteraction;
use sidenote_engine::retrieve::rerank::{Features, Weights};
use sidenote_engine::text::{estimate_tokens, normalise, words};
use sidenote_engine::wire::Search;

use crate::support::{Desk, open, quietly};

/// Words of the two languages that mean the same, and how near they are.
const SAME: [(&str, &str); 3] = [("显存", "memory"), ("减少", "save"), ("退款", "refund")];
const NEAR: f32 = 0.8;

/// A token a word; a word and its translation are near, all others apart.
struct Words(Fingerprint);

impl Words {
    fn new() -> Self {
        Self(Fingerprint("words".into()))
    }
}

fn id(word: &str) -> u32 {
    word.bytes().fold(0x811c_9dc5_u32, |h, b| (h ^ u32::from(b)).wrapping_mul(0x0100_0193))
}

impl TokenVectors for Words {
    fn fingerprint(&self) -> &Fingerprint {
        &self.0
    }
    fn tokens(&self, normalised: &str) -> Result<Vec<u32>> {
        Ok(words(normalised).iter().map(|term| id(&term.text)).collect())
    }
    fn weight(&self, token: u32) -> f32 {
        if token == 0 { 0.0 } else { 1.0 }
    }
    fn cosine(&self, a: u32, b: u32) -> f32 {
        let meet = |(x, y): &(&str, &str)| (id(x), id(y)) == (a, b) || (id(y), id(x)) == (a, b);
        if a == b {
            1.0
        } else if SAME.iter().any(meet) {
            NEAR
        } else {
            0.0
        }
    }
}

fn search(desk: &Desk, query: &str, tokens: bool) -> Search {
    let engine =
        open(desk.folder.path(), Some(desk.embedder.clone())).with_token_vectors(tokens.then(|| Arc::new(Words::new()) as Arc<dyn TokenVectors>));
    let question = Question { text: query.into(), limit: 10, ..Question::default() };
    quietly(|run| engine.snapshot(run)?.search(&question, run)).unwrap()
}

#[test]
fn a_passage_in_the_other_language_comes_before_one_that_only_shares_a_name() {
    let desk = Desk::new();
    desk.write("lora.md", "# LoRA\n\nLoRA trains two small matrices, so it can save memory.\n");
    desk.write("name.md", "# LoRA 的名字\n\nLoRA 是一个缩写，LoRA 念作 LoRA。\n");
    desk.sync();
    let found = search(&desk, "LoRA 怎么减少显存？", true);
    assert_eq!(found.hits[0].document, "lora.md", "{:?}", found.hits.iter().map(|h| (&h.document, &h.scores)).collect::<Vec<_>>());
    let order: Vec<f32> = found.hits.iter().filter_map(|h| h.scores.reranked).collect();
    assert!(order.len() == found.hits.len() && order.windows(2).all(|w| w[0] >= w[1]), "{order:?}");
}

/// Tokens of another kind than [`Words`], which are all unknown to it.
struct Shifted(Words);

impl TokenVectors for Shifted {
    fn fingerprint(&self) -> &Fingerprint {
        static OTHER: LazyLock<Fingerprint> = LazyLock::new(|| Fingerprint("shifted".into()));
        &OTHER
    }
    fn tokens(&self, normalised: &str) -> Result<Vec<u32>> {
        Ok(self.0.tokens(normalised)?.into_iter().map(|id| id.wrapping_add(1)).collect())
    }
    fn weight(&self, token: u32) -> f32 {
        self.0.weight(token.wrapping_sub(1))
    }
    fn cosine(&self, a: u32, b: u32) -> f32 {
        self.0.cosine(a.wrapping_sub(1), b.wrapping_sub(1))
    }
}

fn scores(desk: &Desk, tokens: Arc<dyn TokenVectors>) -> Vec<(String, Option<f32>)> {
    let engine = open(desk.folder.path(), Some(desk.embedder.clone())).with_token_vectors(Some(tokens));
    let question = Question { text: "LoRA 怎么减少显存？".into(), limit: 10, ..Question::default() };
    let found = quietly(|run| engine.snapshot(run)?.search(&question, run)).unwrap();
    found.hits.into_iter().map(|hit| (hit.document, hit.scores.reranked)).collect()
}

fn kept(desk: &Desk) -> (i64, i64) {
    let db = rusqlite::Connection::open(desk.data().join("catalog.sqlite")).unwrap();
    let number = |sql| db.query_row(sql, [], |r| r.get(0)).unwrap();
    (number("SELECT count(*) FROM tokens"), number("SELECT count(*) FROM tokens JOIN chunks ON id = chunk"))
}

#[test]
fn kept_tokens_rank_as_tokens_cut_anew_and_those_of_another_model_are_not_used() {
    let desk = Desk::new();
    desk.write("lora.md", "# LoRA\n\nLoRA trains two small matrices, so it can save memory.\n");
    desk.write("name.md", "# LoRA 的名字\n\nLoRA 是一个缩写，LoRA 念作 LoRA。\n");
    desk.sync();
    assert_eq!(kept(&desk), (0, 0), "without a model nothing is cut");
    let cut_anew = scores(&desk, Arc::new(Words::new()));
    let sync = |tokens: Arc<dyn TokenVectors>| {
        let engine = open(desk.folder.path(), Some(desk.embedder.clone())).with_token_vectors(Some(tokens));
        quietly(|run| engine.sync(None, run)).unwrap();
    };
    sync(Arc::new(Words::new()));
    assert_eq!(kept(&desk), (2, 2));
    assert_eq!(scores(&desk, Arc::new(Words::new())), cut_anew);
    assert_eq!(scores(&desk, Arc::new(Shifted(Words::new()))), cut_anew, "what is kept would mean nothing to it");
    desk.write("name.md", "# LoRA 的名字\n\n念作 LoRA，是一个缩写。\n");
    desk.write("more.md", "# 更多\n\n显存不够时用 LoRA。\n");
    desk.remove("lora.md");
    sync(Arc::new(Words::new()));
    assert_eq!(kept(&desk), (2, 2), "of what is there now, each once");
    sync(Arc::new(Shifted(Words::new())));
    assert_eq!(kept(&desk), (2, 2));
    assert_eq!(scores(&desk, Arc::new(Shifted(Words::new()))), scores(&desk, Arc::new(Words::new())));
}

#[test]
fn a_catalog_without_kept_tokens_is_brought_up_to_date() {
    let desk = Desk::new();
    desk.write("lora.md", "# LoRA\n\nLoRA trains two small matrices, so it can save memory.\n");
    desk.sync();
    let db = rusqlite::Connection::open(desk.data().join("catalog.sqlite")).unwrap();
    db.execute_batch("DROP TRIGGER tokens_of_removed_chunks; DROP TABLE tokens; DROP TABLE links; PRAGMA user_version = 2;").unwrap();
    drop(db);
    assert_eq!(search(&desk, "LoRA memory", true).hits.len(), 1, "before any sync");
    let engine = open(desk.folder.path(), Some(desk.embedder.clone())).with_token_vectors(Some(Arc::new(Words::new()) as Arc<dyn TokenVectors>));
    quietly(|run| engine.sync(None, run)).unwrap();
    assert_eq!(kept(&desk), (1, 1));
}

#[test]
fn without_token_vectors_the_fused_order_stands() {
    let desk = Desk::new();
    desk.write("a.md", "# Apples\n\nApples grow on trees.\n");
    desk.write("b.md", "# Pears\n\nPears and apples are fruit.\n");
    desk.sync();
    let found = search(&desk, "apples", false);
    assert!(found.hits.iter().all(|h| h.scores.reranked.is_none()));
    assert!(found.hits.windows(2).all(|w| w[0].scores.fused >= w[1].scores.fused));
}

/// A note with one section of `sentences` numbered sentences about refunds.
fn long_section(sentences: usize) -> String {
    let body: String = (0..sentences).map(|n| format!("Refund rule number {n} says when a customer gets the money of order {n} back. ")).collect();
    format!("# Shop\n\n## Refunds\n\n{body}\n")
}

#[test]
fn a_section_that_was_split_is_read_whole_where_it_fits() {
    let desk = Desk::new();
    desk.write("shop.md", long_section(24));
    desk.write("other.md", "# Other\n\nNothing about money here.\n");
    let report = desk.sync();
    assert!(report.embedded > 2, "the section is more than one chunk: {report:?}");
    let found = search(&desk, "refund rule", true);
    let grown = &found.hits[0];
    assert_eq!(grown.document, "shop.md");
    assert!(estimate_tokens(&grown.text) > 360 && estimate_tokens(&grown.text) <= 520, "{} tokens", estimate_tokens(&grown.text));
    assert_eq!(grown.text, std::fs::read_to_string(desk.notes().join("shop.md")).unwrap()[grown.start..grown.end], "its text equals the note's span");
    assert_eq!(found.hits.iter().filter(|h| h.document == "shop.md").count(), 1, "no part is listed twice");
}

#[test]
fn sections_do_not_grow_into_each_other() {
    let desk = Desk::new();
    let section = |name: &str| format!("## {name}\n\n{}\n", format!("{name} refunds take a week to arrive. ").repeat(12));
    desk.write("shop.md", format!("# Shop\n\n{}\n{}", section("Card"), section("Cash")));
    desk.sync();
    let found = search(&desk, "refunds", true);
    assert_eq!(found.hits.len(), 2);
    for hit in &found.hits {
        assert!(hit.text.contains("Card refunds") != hit.text.contains("Cash refunds"), "{}", hit.text);
    }
}

#[test]
fn a_question_for_a_word_that_nothing_means_is_met_nowhere() {
    let query = Query::new("退款 telephone").unwrap();
    let tokens = Words::new();
    let late = LateInteraction::new(&query.content, Some(&tokens));
    let nearest = late.nearest(&late.tokens("the refund is paid by card"));
    assert!((late.score(&nearest) - NEAR / 2.0).abs() < 1e-6);
    let none = LateInteraction::new(&query.content, None);
    assert!(none.score(&none.nearest(&none.tokens("the refund is paid by card"))).abs() < f32::EPSILON);
}

proptest! {
    #[test]
    fn late_interaction_is_a_share_and_more_text_never_lowers_it(question in "[a-z]{1,6}( [a-z]{1,6}){0,4}", text in ".{0,80}", more in ".{0,80}") {
        let model = Words::new();
        let late = LateInteraction::new(&question, Some(&model));
        let tokens = |text: &str| late.tokens(&normalise(text));
        let part = late.score(&late.nearest(&tokens(&text)));
        let both: Vec<u32> = [tokens(&text), tokens(&more)].concat();
        let whole = late.score(&late.nearest(&both));
        prop_assert!((0.0..=1.0001).contains(&part) && part <= whole + 1e-6);
        prop_assert!((0.0..=1.0001).contains(&late.focus(&both)));
    }

    #[test]
    fn a_better_feature_never_lowers_the_score(x in prop::array::uniform9(0.0f32..1.0), at in 0usize..9, more in 0.0f32..0.5) {
        let features = |x: [f32; 9]| Features {
            keywords: x[0], meaning: x[1], late: x[2], late_heading: x[3], heading_focus: x[4], coverage: x[5], phrases: x[6], late_text: x[7], late_start: x[8],
        };
        let mut better = x;
        better[at] += more;
        prop_assert!(features(better).score(&Weights::default()) >= features(x).score(&Weights::default()));
    }
}
