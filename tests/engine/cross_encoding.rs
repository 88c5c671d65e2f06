//! A cross-encoder after the ranking: its order, its budget, its failures.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use sidenote_engine::cancel::CancelToken;
use sidenote_engine::engine::{Engine, Question, Settings};
use sidenote_engine::error::{Error, ErrorCode, Result};
use sidenote_engine::model::{CrossEncoder, CrossEncoderSpec, Embedder};
use sidenote_engine::paths::Paths;
use sidenote_engine::wire::Search;

use crate::support::{Desk, WordEmbedder, open, quietly};

/// Likes what says `gold`, takes its time, and fails at a passage that says `poison`.
struct GoldDigger {
    spec: CrossEncoderSpec,
    time: Duration,
    /// Passages read so far.
    count: AtomicUsize,
}

impl GoldDigger {
    fn new(time: Duration) -> Arc<Self> {
        Arc::new(Self { spec: CrossEncoderSpec { name: "gold".into() }, time, count: AtomicUsize::new(0) })
    }
}

impl CrossEncoder for GoldDigger {
    fn spec(&self) -> &CrossEncoderSpec {
        &self.spec
    }

    fn rerank(&self, _: &str, passages: &[&str], cancel: &CancelToken) -> Result<Vec<f32>> {
        cancel.check()?;
        self.count.fetch_add(passages.len(), Ordering::Relaxed);
        if passages.iter().any(|p| p.contains("poison")) {
            return Err(Error::new(ErrorCode::ModelUnavailable, "it broke", "mend it"));
        }
        if !passages.is_empty() {
            std::thread::sleep(self.time);
        }
        Ok(passages.iter().map(|p| p.matches("gold").count() as f32).collect())
    }
}

fn desk(extra: &str) -> Desk {
    let desk = Desk::new();
    for i in 0..9 {
        // All alike but for the last: the ranking has no reason to put it first.
        let end = if i == 8 { format!("gold gold {extra}") } else { "of plain brass, as it was".to_owned() };
        desk.write(&format!("{i}.md"), format!("# Lantern\n\nThe lantern in the harbour number {i}{i}{i} hangs over the water {end}\n"));
    }
    desk.sync();
    desk
}

fn search(desk: &Desk, model: Option<Arc<GoldDigger>>, change: impl FnOnce(&mut Settings)) -> Search {
    let mut settings = Settings::default();
    change(&mut settings);
    let engine = Engine::open(Paths::under(&desk.data()), settings, Some(WordEmbedder::new() as Arc<dyn Embedder>)).unwrap();
    let engine = engine.with_cross_encoder(model.map(|m| m as Arc<dyn CrossEncoder>));
    let question = Question { text: "lantern harbour water 000".into(), limit: 9, ..Question::default() };
    quietly(|run| engine.snapshot(run)?.search(&question, run)).unwrap()
}

fn names(found: &Search) -> Vec<&str> {
    found.hits.iter().map(|h| h.document.as_str()).collect()
}

#[test]
fn the_answer_follows_its_order() {
    let desk = desk("and is red");
    let engine = open(desk.folder.path(), Some(WordEmbedder::new()));
    let question = Question { text: "lantern harbour water 000".into(), ..Question::default() };
    let ask = |engine: &Engine| quietly(|run| engine.snapshot(run)?.ask(&question, run)).unwrap();
    let (plain, engine) = (ask(&engine), engine.with_cross_encoder(Some(GoldDigger::new(Duration::ZERO))));
    let answer = ask(&engine);
    assert_eq!(answer.passages[0].document, "8.md");
    // Another order of the same passages says nothing about whether they hold the answer.
    assert!((answer.confidence - plain.confidence).abs() < 0.1, "{} and {}", answer.confidence, plain.confidence);
}

#[test]
fn what_it_likes_comes_first_and_the_scores_are_shown() {
    let desk = desk("");
    let plain = search(&desk, None, |_| {});
    assert!(plain.hits.iter().all(|h| h.scores.cross_encoder.is_none()) && names(&plain)[0] != "8.md");
    let found = search(&desk, Some(GoldDigger::new(Duration::ZERO)), |_| {});
    assert_eq!((names(&found)[0], found.hits[0].scores.cross_encoder), ("8.md", Some(2.0)));
    assert!(found.timings_ms.contains_key("cross_encoder") && found.notices.is_empty(), "{:?}", found.notices);
    // Equal scores stay in the order of the ranking, and its scores are as they were.
    let rest: Vec<&str> = names(&plain).into_iter().filter(|n| *n != "8.md").collect();
    assert_eq!(names(&found)[1..], rest);
    for hit in &found.hits {
        let before = plain.hits.iter().find(|h| h.document == hit.document).unwrap();
        assert_eq!((hit.scores.fused, hit.scores.lexical, hit.scores.vector), (before.scores.fused, before.scores.lexical, before.scores.vector));
    }
}

#[test]
fn it_stops_when_its_time_is_spent_and_the_rest_keeps_its_order() {
    let desk = desk("");
    let plain = search(&desk, None, |_| {});
    let model = GoldDigger::new(Duration::from_millis(60));
    let found = search(&desk, Some(model.clone()), |s| (s.search.cross.batch, s.search.cross.budget_ms) = (2, 150));
    let scored = found.hits.iter().filter(|h| h.scores.cross_encoder.is_some()).count();
    assert!((2..=6).contains(&scored) && scored == model.count.load(Ordering::Relaxed), "{scored}");
    assert!(found.hits.iter().take(scored).all(|h| h.scores.cross_encoder.is_some()), "what was read comes first");
    assert_eq!(names(&found)[scored..], names(&plain)[scored..]);
    assert!(found.notices.iter().any(|n| n.contains(&format!("gold read {scored} of the first 9 results"))), "{:?}", found.notices);
    let only = GoldDigger::new(Duration::ZERO);
    search(&desk, Some(only.clone()), |s| s.search.cross.candidates = 3);
    assert_eq!(only.count.load(Ordering::Relaxed), 3);
}

#[test]
fn a_failure_is_told_and_the_order_stays() {
    let desk = desk("poison");
    let plain = search(&desk, None, |_| {});
    let found = search(&desk, Some(GoldDigger::new(Duration::ZERO)), |_| {});
    assert_eq!(names(&found), names(&plain));
    assert!(found.notices.iter().any(|n| n.contains("not reranked") && n.contains("it broke") && n.contains("mend it")), "{:?}", found.notices);
}

#[test]
fn explaining_reads_no_passage_twice() {
    let desk = desk("");
    let model = GoldDigger::new(Duration::ZERO);
    let engine = open(desk.folder.path(), Some(WordEmbedder::new()));
    let engine = engine.with_cross_encoder(Some(model.clone()));
    let question = Question { text: "lantern harbour water 000".into(), limit: 9, ..Question::default() };
    let told = quietly(|run| engine.snapshot(run)?.explain(&question, "8.md", run)).unwrap();
    assert_eq!(model.count.load(Ordering::Relaxed), 9, "each note once");
    assert_eq!((told.rank, told.best.and_then(|best| best.scores.cross_encoder)), (Some(1), Some(2.0)));
}

#[test]
fn a_comparison_has_its_time_once() {
    let desk = Desk::new();
    desk.write("tea.md", "# 绿茶\n\n## 绿茶是什么？\n\n绿茶是一种不发酵的茶，用八十度左右的水冲泡。\n");
    desk.write("coffee.md", "# 咖啡\n\n## 咖啡是什么？\n\n咖啡是用烘焙过的咖啡豆做成的饮料，用九十三度的水冲煮。\n");
    desk.sync();
    let model = GoldDigger::new(Duration::ZERO);
    let engine = open(desk.folder.path(), Some(WordEmbedder::new()));
    let engine = engine.with_cross_encoder(Some(model.clone()));
    let question = Question { text: "绿茶和咖啡有什么区别？".into(), limit: 8, ..Question::default() };
    let answer = quietly(|run| engine.snapshot(run)?.ask(&question, run)).unwrap();
    assert!(answer.answer.contains("不发酵的茶") && answer.answer.contains("咖啡豆"), "{}", answer.answer);
    assert_eq!(model.count.load(Ordering::Relaxed), 2, "each passage once, for the question itself");
}
