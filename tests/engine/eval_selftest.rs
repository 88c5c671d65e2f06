//! Questions made from notes, and ranking by one leg.

use std::collections::HashSet;

use sidenote_engine::catalog::Filter;
use sidenote_engine::engine::{Engine, Question, Settings};
use sidenote_engine::eval::contain::Haystack;
use sidenote_engine::eval::selftest::{Note, questions};
use sidenote_engine::paths::Paths;
use sidenote_engine::retrieve::Order;
use sidenote_engine::wire::Passage;

use crate::support::{Desk, quietly};

const NOTES: [(&str, &str); 3] = [
    (
        "灯塔.md",
        "# 灯塔\n\n## 灯塔的透镜为什么要分层？\n\n菲涅尔透镜把一整块厚玻璃分成许多同心的薄环，重量因此大大减轻，光线仍然平行射出。每一环的角度都不相同。\n\n\
         ## 小结\n\n灯塔的故事到这里就结束了，下一次要讲的是港口和航标，还有守灯人的日常生活。\n",
    ),
    (
        "kiln.md",
        "# Kiln\n\n## How hot does the kiln get for stoneware?\n\nStoneware is fired at about 1260 degrees Celsius, porcelain somewhat hotter.\nThe thermocouple near the \
         upper shelf reads thirty degrees too high, so the controller is set lower.\n\n## Notes\n\nSee the booklet that came with the kiln for everything that is not written down here.\n",
    ),
    (
        "same.md",
        "# Same\n\n## Where is the shared heading?\n\nThis section has a sentence that is long enough to be asked about by its rare words: zinnia, quartz, ukulele.\n",
    ),
];

fn desk() -> Desk {
    let desk = Desk::new();
    for (path, text) in NOTES {
        desk.write(path, text);
    }
    // A copy: what occurs twice has no one right place.
    desk.write("copy.md", NOTES[2].1.replace("# Same", "# Copy"));
    desk.sync();
    desk
}

fn notes(desk: &Desk, limit: usize, seed: u64) -> Vec<Note> {
    quietly(|run| desk.engine.snapshot(run)?.notes(&Filter::default(), limit, seed, run)).unwrap()
}

#[test]
fn headings_and_sentences_become_questions_whose_answer_is_in_their_note() {
    let desk = desk();
    let notes = notes(&desk, 100, 1);
    let made = questions(&notes, 20, 1);
    let asked: Vec<&str> = made.iter().map(|q| q.question.as_str()).collect();
    assert!(asked.contains(&"灯塔的透镜为什么要分层？") && asked.contains(&"How hot does the kiln get for stoneware?"), "{asked:?}");
    for never in ["小结", "Notes", "Where is the shared heading?"] {
        assert!(!asked.contains(&never), "{asked:?}");
    }
    assert!(made.iter().any(|q| q.id.starts_with("words-")), "{made:?}");
    for question in &made {
        let note = notes.iter().find(|n| n.path == question.gold_docs[0]).unwrap();
        let text: String = note.parts.iter().map(|p| p.text.as_str()).collect();
        assert!(question.answerable && !question.gold_spans.is_empty(), "{question:?}");
        assert!(question.gold_spans.iter().all(|s| Haystack::new(&text).has_sentence(s)), "{question:?}");
        assert!(!question.question.contains("zinnia"), "a sentence of two notes: {question:?}");
        if question.id.starts_with("words-") {
            assert!(!question.gold_spans[0].contains(&question.question), "in another order: {question:?}");
        }
    }
    let ids: HashSet<&str> = made.iter().map(|q| q.id.as_str()).collect();
    assert_eq!(ids.len(), made.len());
}

#[test]
fn the_same_seed_makes_the_same_questions() {
    let desk = desk();
    let notes = notes(&desk, 100, 1);
    assert_eq!(questions(&notes, 6, 7), questions(&notes, 6, 7));
    assert!((1..20).any(|seed| questions(&notes, 3, seed) != questions(&notes, 3, 7)));
    assert!(questions(&notes, 3, 1).len() == 3 && questions(&notes, 0, 1).is_empty() && questions(&[], 5, 1).is_empty());
}

#[test]
fn notes_are_drawn_filtered_and_unambiguous() {
    let desk = desk();
    assert_eq!(notes(&desk, 2, 1).len(), 2);
    let inside = Filter { notes: vec!["kiln.md".into()], ..Filter::default() };
    let found = quietly(|run| desk.engine.snapshot(run)?.notes(&inside, 10, 1, run)).unwrap();
    assert_eq!(found.iter().map(|n| n.path.as_str()).collect::<Vec<_>>(), ["kiln.md"]);
    assert!(quietly(|run| desk.engine.snapshot(run)?.notes(&Filter { libraries: vec!["theirs".into()], ..Filter::default() }, 10, 1, run)).is_err());
}

fn ranked(desk: &Desk, order: Order, query: &str) -> Vec<Passage> {
    let mut settings = Settings::default();
    settings.search.order = order;
    let engine = Engine::open(Paths::under(&desk.data()), settings, Some(desk.embedder.clone() as _)).unwrap();
    let question = Question { text: query.into(), limit: 20, ..Question::default() };
    quietly(|run| engine.snapshot(run)?.search(&question, run)).unwrap().hits
}

#[test]
fn hits_can_be_ordered_by_one_leg() {
    let desk = desk();
    let query = "stoneware degrees kiln";
    let lexical = ranked(&desk, Order::Lexical, query);
    assert!(!lexical.is_empty() && lexical.iter().all(|p| p.scores.lexical.is_some()));
    assert!(lexical.is_sorted_by(|a, b| a.scores.lexical >= b.scores.lexical));
    let vector = ranked(&desk, Order::Vector, query);
    assert!(!vector.is_empty() && vector.is_sorted_by(|a, b| a.scores.vector >= b.scores.vector));
    assert!(vector.iter().all(|p| p.scores.vector.is_some()));
    let fused = ranked(&desk, Order::Fused, query);
    assert!(fused.is_sorted_by(|a, b| a.scores.fused >= b.scores.fused));
    assert!("fused".parse() == Ok(Order::Fused) && "both".parse::<Order>().is_err());
}
