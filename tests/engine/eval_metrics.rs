//! The figures of `eval` against values of an independent implementation, and the edges of each.

use serde_json::Value;
use sidenote_engine::error::ErrorCode;
use sidenote_engine::eval::bootstrap::{Bootstrap, percentile};
use sidenote_engine::eval::contain::{Haystack, is_refusal};
use sidenote_engine::eval::metric::Metric;
use sidenote_engine::eval::run::{Row, Run, note_path};
use sidenote_engine::eval::set::{self, GoldQuestion};
use sidenote_engine::eval::summary::{Figure, Scored, Verdict};

const QUERIES: &str = include_str!("../fixtures/eval/queries.jsonl");
const RUN: &str = include_str!("../fixtures/eval/run.jsonl");
const OTHER: &str = include_str!("../fixtures/eval/other.jsonl");
/// Made once by an independent implementation of the same definitions in Python with numpy 2 (2,000 resamples, its own generator), over the
/// questions and the two runs beside it. Those are synthetic: each row is an edge of some definition.
const EXPECTED: &str = include_str!("../fixtures/eval/expected.json");

fn questions(text: &str) -> Vec<GoldQuestion> {
    set::questions(text, "queries.jsonl").unwrap()
}

fn run(text: &str) -> Run {
    Run::parse(text, "run.jsonl").unwrap()
}

fn figures(questions: &[GoldQuestion], run: &Run) -> Vec<Figure> {
    Scored::new(questions, run).figures(&Bootstrap::default())
}

fn value(figures: &[Figure], metric: Metric) -> Option<f64> {
    figures[metric.index()].value
}

fn name(metric: Metric) -> String {
    serde_json::to_value(metric).unwrap().as_str().unwrap().to_owned()
}

#[test]
fn figures_equal_those_of_an_independent_implementation() {
    let expected: Value = serde_json::from_str(EXPECTED).unwrap();
    let asked = questions(QUERIES);
    let (ours, other) = (Scored::new(&asked, &run(RUN)), Scored::new(&asked, &run(OTHER)));
    let bootstrap = Bootstrap { resamples: 2_000, seed: 1 };
    let differences = ours.differences(&other, &bootstrap);
    let mut compared = 0;
    for (figure, difference) in ours.figures(&bootstrap).iter().zip(&differences) {
        let name = name(figure.metric);
        let expected = &expected["figures"][&name];
        if expected.is_null() {
            assert!(matches!(figure.metric, Metric::LenMedian | Metric::Again), "{name}");
            continue;
        }
        let number = |key: &str| expected[key].as_f64().unwrap();
        // Another generator draws other resamples; with 22 questions a value has few steps.
        let (tight, loose) = (1e-6, if figure.metric.is_length() { 25.0 } else { 0.08 });
        let near = |ours: f64, key: &str, within: f64| assert!((ours - number(key)).abs() <= within, "{name} {key}: {ours} and {expected}");
        near(figure.value.unwrap(), "value", tight);
        near(figure.interval.unwrap().low, "lo", loose);
        near(figure.interval.unwrap().high, "hi", loose);
        near(difference.value.unwrap(), "diff", tight);
        near(difference.interval.unwrap().low, "diff_lo", loose);
        near(difference.interval.unwrap().high, "diff_hi", loose);
        compared += 1;
    }
    assert_eq!(compared, 18);
    let latency = ours.latency().unwrap();
    assert!((latency.p50 - expected["latency"]["p50"].as_f64().unwrap()).abs() < 1e-6);
    assert!((latency.p95 - expected["latency"]["p95"].as_f64().unwrap()).abs() < 1e-6);
}

#[test]
fn what_no_question_gives_has_no_value() {
    let asked = questions(r#"{"id": "a", "question": "?", "gold_docs": ["a.md"], "gold_answers": ["x"]}"#);
    let answered = run(r#"{"id": "a", "results": [{"doc": "a.md", "text": "x"}], "answer": "x", "confidence": 0.5, "citations": [1]}"#);
    let figures = figures(&asked, &answered);
    for metric in [Metric::Auroc, Metric::AbstRec, Metric::AbstBacc] {
        assert_eq!((value(&figures, metric), figures[metric.index()].interval), (None, None), "without unanswerable questions");
    }
    assert!(serde_json::to_string(&figures).unwrap().contains(r#"{"metric":"auroc","value":null,"interval":null"#));
    assert_eq!((value(&figures, Metric::Recall1), value(&figures, Metric::CitePrec)), (Some(1.0), Some(1.0)));
    assert!(Scored::new(&asked, &answered).latency().is_none());
}

#[test]
fn what_a_person_judged_asks_only_what_the_person_knows() {
    let judged = r#"{"id": "wrong", "question": "?", "wrong_spans": ["It is two.", "Or three."]}
{"id": "missed", "question": "?", "gold_docs": []}"#;
    let asked = set::marked(judged, "marked.jsonl").unwrap();
    let rows = |answer: &str| {
        run(&format!(
            r#"{{"id": "wrong", "results": [{{"doc": "a.md", "text": "It is two. Or three. Or four."}}], "answer": {answer}, "abstained": false, "confidence": 0.5, "citations": [1]}}
{{"id": "missed", "results": [{{"doc": "a.md", "text": "x"}}], "answer": null, "abstained": true, "confidence": 0.1}}"#
        ))
    };
    let again = figures(&asked, &rows(r#""It is two [1]. It is four [1].""#));
    assert_eq!((value(&again, Metric::Again), value(&again, Metric::FalseRef)), (Some(1.0), Some(1.0)));
    for metric in [Metric::Recall10, Metric::Pass5, Metric::CiteHit, Metric::AbstRec, Metric::Auroc] {
        assert_eq!(value(&again, metric), None, "{metric:?}: what is right, nobody said");
    }
    assert_eq!(value(&figures(&asked, &rows(r#""It is four [1].""#)), Metric::Again), Some(0.0), "another answer");
    let refused = run(r#"{"id": "wrong", "results": [], "answer": null, "abstained": true}"#);
    assert_eq!(value(&figures(&asked, &refused), Metric::Again), Some(0.0), "no answer");
    assert_eq!(set::questions(judged, "queries.jsonl").unwrap_err().code, ErrorCode::InvalidInput, "a set says where its answers are");
}

#[test]
fn a_note_below_a_folder_of_the_name_notes_is_found() {
    let asked = questions(r#"{"id": "a", "question": "?", "gold_docs": ["work/notes/a.md"], "gold_answers": ["x"]}"#);
    let found = run(r#"{"id": "a", "results": [{"doc": "work/notes/a.md", "text": "x"}]}"#);
    let figures = figures(&asked, &found);
    assert_eq!((value(&figures, Metric::Recall1), value(&figures, Metric::Pass1)), (Some(1.0), Some(1.0)));
}

#[test]
fn an_empty_run_misses_everything_and_answers_nothing() {
    let asked = questions(QUERIES);
    let figures = figures(&asked, &Run::default());
    for metric in [Metric::Recall10, Metric::Mrr10, Metric::Ndcg10, Metric::Pass1, Metric::Pass10, Metric::Pass2kc] {
        assert_eq!(value(&figures, metric), Some(0.0), "{metric:?}");
    }
    for metric in [Metric::Contain, Metric::Len, Metric::LenMedian, Metric::CiteHit, Metric::Auroc, Metric::FalseRef, Metric::AbstBacc] {
        assert_eq!(value(&figures, metric), None, "{metric:?}");
    }
    assert!(
        Scored::new(&[], &Run::default()).figures(&Bootstrap::default()).iter().all(|f| f.value.is_none() && f.interval.is_none()),
        "no questions at all"
    );
}

#[test]
fn a_citation_that_points_nowhere_counts_against_precision() {
    let asked = questions(r#"{"id": "a", "question": "?", "gold_docs": ["a.md"], "gold_answers": ["x"]}"#);
    let cites = |citations: &str| {
        let row = format!(r#"{{"id": "a", "results": [{{"doc": "a.md", "text": "x"}}], "answer": "x", "citations": {citations}}}"#);
        let figures = figures(&asked, &run(&row));
        (value(&figures, Metric::CitePrec), value(&figures, Metric::CiteHit))
    };
    assert_eq!(cites("[1, 7]"), (Some(0.5), Some(1.0)));
    assert_eq!(cites("[0, -3]"), (Some(0.0), Some(0.0)));
    assert_eq!(cites("[]"), (None, Some(0.0)), "nothing cited has no precision");
    assert_eq!(cites("null"), (None, Some(0.0)));
    assert_eq!(cites(r#"[{"doc": "a.md", "text": "x y"}, "a.md", "b.md"]"#), (Some(2.0 / 3.0), Some(1.0)));
}

#[test]
fn the_median_is_of_answers_only() {
    let line = |id: &str| format!("{{\"id\": \"{id}\", \"question\": \"?\", \"gold_docs\": [\"a\"]}}\n");
    let asked = questions(&["a", "b", "c", "d"].map(line).concat());
    let row = |id: &str, answer: &str| Row { id: id.into(), answer: Some(answer.into()), ..Row::default() };
    let run = Run::new([row("a", "1234"), row("b", "12345678 [1]"), row("c", ""), row("d", "1234567890")]);
    let figures = figures(&asked, &run);
    assert_eq!(value(&figures, Metric::LenMedian), Some(9.0), "the marker is no part of an answer, though the space before it is");
    assert_eq!(value(&figures, Metric::FalseRef), Some(0.25));
}

#[test]
fn a_run_against_itself_does_not_differ() {
    let asked = questions(QUERIES);
    let scored = Scored::new(&asked, &run(RUN));
    // Nobody judged these answers.
    for difference in scored.differences(&scored, &Bootstrap::default()).into_iter().filter(|d| d.metric != Metric::Again) {
        let interval = difference.interval.unwrap();
        assert_eq!((difference.value, interval.low, interval.high), (Some(0.0), 0.0, 0.0), "{difference:?}");
        assert_eq!(difference.verdict, Some(Verdict::NoDifference));
    }
}

#[test]
fn more_refusals_of_answerable_questions_are_worse() {
    let asked: Vec<GoldQuestion> =
        questions(&(0..40).map(|i| format!("{{\"id\": \"{i}\", \"question\": \"?\", \"gold_docs\": [\"a\"]}}\n")).collect::<String>());
    let all = |abstained: bool| {
        Run::new((0..40).map(|i| Row { id: i.to_string(), answer: Some("an answer".into()), abstained: Some(abstained), ..Row::default() }))
    };
    let differences = Scored::new(&asked, &all(true)).differences(&Scored::new(&asked, &all(false)), &Bootstrap::default());
    assert_eq!(differences[Metric::FalseRef.index()].verdict, Some(Verdict::Worse));
    let differences = Scored::new(&asked, &all(false)).differences(&Scored::new(&asked, &all(true)), &Bootstrap::default());
    assert_eq!(differences[Metric::FalseRef.index()].verdict, Some(Verdict::Better));
}

#[test]
fn answers_are_found_by_words_in_english_and_by_letters_in_chinese() {
    assert!(!Haystack::new("Steam is hot.").has("tea") && Haystack::new("A cup of TEA, please.").has("the tea"));
    assert!(Haystack::new("绿茶用 ８０°Ｃ 的水").has("80°c") && Haystack::new("KV 缓存").has("kv缓存"));
    assert!(!Haystack::new("anything").has("…") && !Haystack::new("").has("x"));
    let long = "一二三四五六七八九十".repeat(6);
    let half: String = long.chars().take(30).collect();
    assert!(Haystack::new(&half).has_sentence(&long), "a chunk's border may run through a long sentence");
    assert!(!Haystack::new("一二三").has_sentence("一二三四五六"));
}

#[test]
fn refusals_are_known_by_their_wording() {
    for refusal in ["", "  \n", "笔记中没有提到这一点。", "I could not find this.", "The notes do not mention it", "无法根据资料回答"]
    {
        assert!(is_refusal(refusal), "{refusal}");
    }
    for answer in ["八十度。", "Yes, it is.", &format!("{}I don't know", "word ".repeat(40))] {
        assert!(!is_refusal(answer), "{answer}");
    }
}

#[test]
fn paths_of_notes_are_compared_without_where_they_are_kept() {
    for (doc, path) in
        [("a/b.md", "a/b.md"), ("./a.md", "a.md"), ("/home/x/notes/茶/a.md", "茶/a.md"), ("C:\\notes\\a.md", "a.md"), ("/a.md", "a.md")]
    {
        assert_eq!(note_path(doc), path);
    }
}

#[test]
fn a_line_that_cannot_be_read_is_named() {
    let broken = set::questions("{\"id\": \"a\", \"question\": \"?\", \"gold_docs\": [\"a\"]}\n\n{\"id\": 3", "queries.jsonl").unwrap_err();
    assert!(broken.code == ErrorCode::InvalidInput && broken.message.contains("line 3 of `queries.jsonl`"), "{broken:?}");
    let goldless = set::questions(r#"{"id": "a", "question": "?"}"#, "queries.jsonl").unwrap_err();
    assert!(goldless.message.contains("line 1") && goldless.message.contains("gold_docs") && !goldless.hint.is_empty(), "{goldless:?}");
    let run = Run::parse("{\"id\": \"a\", \"results\": [{\"text\": \"x\"}]}", "run.jsonl").unwrap_err();
    assert!(run.message.contains("line 1 of `run.jsonl`") && run.message.contains("doc"), "{run:?}");
}

#[test]
fn percentiles_lie_between_neighbours() {
    assert_eq!(percentile(&[], 50.0), None);
    assert_eq!(percentile(&[3.0], 97.5), Some(3.0));
    assert_eq!(percentile(&[1.0, 2.0, 3.0, 4.0], 50.0), Some(2.5));
    assert_eq!(percentile(&[0.0, 10.0], 95.0), Some(9.5));
}

#[test]
fn where_nobody_said_what_answers_only_notes_are_measured() {
    let bare = r#"{"id": "a", "question": "?", "gold_docs": ["a.md"]}"#;
    let empty = r#"{"id": "a", "question": "?", "gold_docs": ["a.md"], "gold_answers": ["…"], "gold_spans": ["…", " "]}"#;
    let found = run(r#"{"id": "a", "results": [{"doc": "a.md", "text": "anything"}], "answer": "x", "citations": [1]}"#);
    for set in [bare, empty] {
        let figures = figures(&questions(set), &found);
        assert_eq!(value(&figures, Metric::Recall1), Some(1.0), "{set}");
        for metric in [Metric::Pass1, Metric::Pass2kc, Metric::Contain, Metric::CiteHit, Metric::CitePrec] {
            assert_eq!(value(&figures, metric), None, "{metric:?} of {set}");
        }
    }
    let answers = r#"{"id": "a", "question": "?", "gold_docs": ["a.md"], "gold_answers": ["any thing"], "gold_spans": ["…"]}"#;
    assert_eq!(value(&figures(&questions(answers), &found), Metric::Pass1), Some(0.0), "the short answers count where no sentence is given");
}

#[test]
fn two_questions_of_one_id_are_refused() {
    let line = r#"{"id": "a", "question": "?", "gold_docs": ["a.md"]}"#;
    let error = set::questions(&format!("{line}\n\n{line}"), "queries.jsonl").unwrap_err();
    assert!(error.code == ErrorCode::InvalidInput && error.message.contains("lines 1 and 3 of `queries.jsonl`"), "{error:?}");
}
