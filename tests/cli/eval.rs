//! `eval`: sets, files of results, comparisons, the self-test, and what becomes of unusable ones.

use std::fs;

use serde_json::Value;

use crate::support::{COFFEE, Desk, Ran, TEA, each};

const QUESTIONS: &str = r#"{"id": "en-1", "lang": "en", "question": "How hot should the water for coffee be?", "gold_docs": ["coffee.md"], "gold_answers": ["93 degrees"], "answerable": true}
{"id": "en-2", "lang": "en", "question": "How much coffee goes into one cup?", "gold_docs": ["coffee.md"], "gold_answers": [], "gold_spans": ["One cup takes 15 grams of ground coffee."], "answerable": true}

{"id": "zh-1", "lang": "zh", "question": "绿茶用多少度的水泡？", "gold_docs": ["tea.md"], "gold_answers": ["八十度"], "answerable": true}
{"id": "no-1", "lang": "en", "question": "Who invented the telephone?", "gold_docs": [], "gold_answers": [], "answerable": false}
"#;

/// A desk with a set in `set/`, and no notes of the person's own.
fn desk_with_set(desk: Desk) -> Desk {
    fs::create_dir_all(desk.path().join("set/notes")).expect("a folder");
    fs::write(desk.path().join("set/notes/coffee.md"), COFFEE).expect("a note");
    fs::write(desk.path().join("set/notes/tea.md"), TEA).expect("a note");
    fs::write(desk.path().join("set/queries.jsonl"), QUESTIONS).expect("questions");
    fs::write(desk.path().join("set/meta.json"), "{\"source\": \"made up\"}").expect("a file");
    desk
}

/// A figure of a system of the first set.
fn figure(evaluated: &Value, leg: &str, metric: &str) -> Option<f64> {
    let systems = evaluated["sets"][0]["systems"].as_array().expect("systems");
    let system = systems.iter().find(|s| s["leg"] == leg).unwrap_or_else(|| panic!("no {leg}: {evaluated}"));
    system["figures"].as_array()?.iter().find(|f| f["metric"] == metric)?["value"].as_f64()
}

#[test]
fn a_set_is_measured_leg_by_leg_and_the_persons_data_is_left_alone() {
    let desk = desk_with_set(Desk::new());
    let evaluated = desk.json(["eval", "set"]);
    let set = &evaluated["sets"][0];
    assert_eq!((&set["set"], &set["kind"]), (&"set".into(), &"set".into()));
    assert_eq!((&set["questions"], &set["answerable"], &set["unanswerable"]), (&4.into(), &3.into(), &1.into()));
    assert_eq!(each(&set["systems"], "leg"), ["keyword", "vector", "fused", "reranked"], "{evaluated}");
    for (metric, value) in [("recall@1", 1.0), ("pass@1", 1.0), ("contain", 1.0), ("abst_rec", 1.0), ("false_ref", 0.0), ("auroc", 1.0)] {
        assert_eq!(figure(&evaluated, "reranked", metric), Some(value), "{metric}: {evaluated}");
    }
    assert_eq!((figure(&evaluated, "keyword", "recall@1"), figure(&evaluated, "keyword", "contain")), (Some(1.0), None));
    assert!(set["systems"][2]["latency_ms"]["p50"].is_number(), "{evaluated}");
    assert!(!desk.data().exists(), "a set is indexed apart");
}

/// Results as another program might write them, so that the figures do not change with ours.
const RESULTS: [&str; 2] = [
    r#"{"id": "en-1", "results": [{"doc": "coffee.md", "text": "The water should be 93 degrees Celsius."}], "answer": "93 degrees. [1]", "confidence": 0.9, "citations": [1], "latency_ms": 10}
{"id": "en-2", "results": [{"doc": "tea.md", "text": "绿茶"}, {"doc": "coffee.md", "text": "One cup takes 15 grams of ground coffee."}], "answer": "Tea.", "confidence": 0.4, "citations": [1, 2], "latency_ms": 20}
{"id": "zh-1", "results": [], "answer": "笔记里没有。", "confidence": 0.3, "latency_ms": 30}
{"id": "no-1", "results": [{"doc": "tea.md", "text": "绿茶"}], "answer": null, "abstained": true, "confidence": 0.1, "latency_ms": 40}
"#,
    r#"{"id": "en-1", "results": [{"doc": "tea.md", "text": "nothing"}], "answer": "93 degrees", "citations": [1]}
"#,
];

#[test]
fn tables_say_what_was_measured() {
    let desk = desk_with_set(Desk::without_runtime());
    fs::write(desk.path().join("ours.jsonl"), RESULTS[0]).expect("a file");
    fs::write(desk.path().join("theirs.jsonl"), RESULTS[1]).expect("a file");
    desk.snapshot("eval_table", &desk.run(["eval", "set", "--run", "ours.jsonl"]).exits(0).whole());
    desk.snapshot("eval_difference", &desk.run(["eval", "set", "--run", "ours.jsonl", "--vs", "theirs.jsonl"]).exits(0).whole());
    let asked = desk.run(["eval", "set"]).exits(0);
    let head = asked.out.lines().nth(1).expect("a head").split_whitespace().collect::<Vec<_>>();
    assert_eq!(head, ["keyword", "vector", "fused", "reranked"], "{}", asked.whole());
}

#[test]
fn written_runs_score_the_same_when_they_are_read() {
    let desk = desk_with_set(Desk::new());
    let asked = desk.json(["eval", "set", "--runs", "runs"]);
    for leg in ["keyword", "vector", "fused", "reranked"] {
        let read = desk.json(["eval", "set", "--run", &format!("runs/set.{leg}.jsonl")]);
        let system = asked["sets"][0]["systems"].as_array().and_then(|s| s.iter().find(|s| s["leg"] == leg)).expect("a system");
        assert_eq!(read["sets"][0]["systems"][0]["figures"], system["figures"], "{leg}");
    }
    fs::write(desk.path().join("q.jsonl"), QUESTIONS).expect("questions");
    desk.run(["library", "add", "set/notes", "--name", "mine"]).exits(0);
    desk.run(["batch", "--queries", "q.jsonl", "--out", "batch.jsonl", "--answers"]).exits(0);
    let batch = desk.json(["eval", "set", "--run", "batch.jsonl"]);
    assert_eq!(figure(&batch, "file", "contain"), Some(1.0), "what `batch` writes is a run: {batch}");
}

#[test]
fn a_configuration_against_itself_does_not_differ() {
    let desk = desk_with_set(Desk::new());
    let same = desk.json(["eval", "set", "--a", "fusion.vector=0.5", "--b", "fusion.vector=0.5"]);
    let differences = same["sets"][0]["differences"].as_array().expect("differences");
    assert_eq!(differences.len(), 4);
    for difference in differences.iter().flat_map(|d| d["figures"].as_array().expect("figures")) {
        assert!(difference["value"].is_null() || difference["value"] == 0.0, "{difference}");
        assert!(difference["verdict"].is_null() || difference["verdict"] == "no_difference", "{difference}");
    }
    assert_eq!(each(&same["sets"][0]["systems"], "side"), ["a", "a", "a", "a", "b", "b", "b", "b"]);
    assert_eq!(same["sets"][0]["systems"][0]["settings"][0], "fusion.vector=0.5");
    let chunks = desk.json(["eval", "set", "--a", "", "--b", "chunk.target=60,chunk.max=80"]);
    assert_eq!(chunks["sets"][0]["systems"][7]["settings"].as_array().map(Vec::len), Some(2), "each has an index of its own: {chunks}");
}

#[test]
fn parts_of_sets_and_several_sets() {
    let desk = desk_with_set(Desk::without_runtime());
    fs::write(desk.path().join("set/queries.mini.jsonl"), QUESTIONS.lines().next().expect("a line")).expect("questions");
    fs::create_dir(desk.path().join("twin")).expect("a folder");
    fs::write(desk.path().join("twin/queries.jsonl"), QUESTIONS).expect("questions");
    fs::write(desk.path().join("twin/meta.json"), "{\"notes_from\": \"set\"}").expect("a file");
    assert_eq!(desk.json(["eval", "set", "--mini"])["sets"][0]["questions"], 1);
    assert_eq!(desk.json(["eval", "set", "--prefix", "en-"])["sets"][0]["questions"], 2);
    let both = desk.json(["eval", "set", "twin", "--keep", "kept"]);
    assert_eq!(each(&both["sets"], "set"), ["set", "twin"]);
    assert_eq!(both["sets"][0]["systems"][0]["figures"], both["sets"][1]["systems"][0]["figures"]);
    assert_eq!(fs::read_dir(desk.path().join("kept")).expect("the index").count(), 1, "sets with the same notes share their index");
    let again = desk.json(["eval", "set", "--keep", "kept"]);
    assert_eq!(again["sets"][0]["systems"][0]["figures"], both["sets"][0]["systems"][0]["figures"]);
    fs::write(desk.path().join("twin/meta.json"), "{\"notes\": \"../set/notes\"}").expect("a file");
    desk.run(["eval", "twin"]).exits(0);
}

#[test]
fn a_report_is_one_page_that_loads_nothing() {
    let desk = desk_with_set(Desk::new());
    desk.run(["eval", "set", "--report", "report.html", "--a", "", "--b", "fusion.vector=0"]).exits(0);
    let page = fs::read_to_string(desk.path().join("report.html")).expect("a page");
    assert!(page.starts_with("<!doctype html>") && page.contains("<svg") && page.contains("prefers-color-scheme:dark"));
    assert!(page.contains("reranked b: fusion.vector=0") && page.contains("recall@10"));
    for loaded in ["<script", "http:", "https:", "src=", "@import", "url("] {
        assert!(!page.contains(loaded), "{loaded}");
    }
    assert_eq!((page.matches("<svg").count(), page.matches("<g>").count()), (page.matches("</svg>").count(), page.matches("</g>").count()));
}

#[test]
fn the_self_test_asks_the_persons_own_notes() {
    let desk = Desk::without_runtime().with_notes();
    let made = desk.json(["eval"]);
    let set = &made["sets"][0];
    assert_eq!((&set["set"], &set["kind"], &set["unanswerable"]), (&"self-test".into(), &"self_test".into(), &0.into()));
    assert!(set["questions"].as_u64() >= Some(4), "{made}");
    let alone = desk.json(["eval", "--leg", "keyword,reranked"]);
    assert_eq!(each(&alone["sets"][0]["systems"], "leg"), ["keyword", "reranked"]);
    assert_eq!(alone["sets"][0]["systems"][0]["figures"], set["systems"][0]["figures"]);
    assert!(figure(&made, "reranked", "recall@10") >= Some(0.9) && figure(&made, "reranked", "auroc").is_none(), "{made}");
    assert_eq!(desk.json(["eval"])["sets"][0]["systems"][0]["figures"], set["systems"][0]["figures"], "the same seed");
    let ran = desk.run(["eval", "--questions", "2"]).exits(0);
    assert!(ran.out.contains("2 questions") && ran.out.contains("favour keywords"), "{}", ran.whole());
    let marked = r#"{"id": "m1", "question": "How hot is the coffee water?", "gold_docs": ["coffee.md"], "gold_answers": ["93"]}"#;
    fs::write(desk.data().join("marked.jsonl"), marked).expect("a file");
    let both = desk.json(["eval", "--questions", "2"]);
    assert_eq!((each(&both["sets"], "kind"), &both["sets"][1]["questions"]), (vec!["self_test".to_owned(), "marked".to_owned()], &1.into()));
    fs::write(desk.data().join("marked.jsonl"), "{").expect("a file");
    fails(&desk.run(["eval"]), &["line 1 of", "marked.jsonl"]);
}

fn fails(ran: &Ran, said: &[&str]) {
    assert_eq!(ran.code, 2, "{}", ran.whole());
    assert!(ran.err.contains("error: ") && ran.err.contains("hint: ") && ran.out.is_empty(), "{}", ran.whole());
    assert!(said.iter().all(|s| ran.err.contains(s)), "{said:?}: {}", ran.whole());
}

#[test]
fn what_cannot_be_measured_is_told_with_the_remedy() {
    let desk = desk_with_set(Desk::without_runtime());
    let run = |args: &[&str]| desk.run(["eval"].iter().chain(args));
    fails(&run(&["nowhere"]), &["there is no folder `nowhere`"]);
    fails(&run(&["set", "--prefix", "xx"]), &["begins with `xx`"]);
    fails(&run(&["set", "--mini"]), &["queries.mini.jsonl"]);
    fails(&run(&["set", "--a", "fusion.wector=1"]), &["there is no setting `fusion.wector`"]);
    fails(&run(&["set", "--b", "fusion.vector"]), &["`fusion.vector` is no setting"]);
    fails(&run(&["set", "--set", "order=both"]), &["`both` is no value of `order`", "lexical, vector, fused or reranked"]);
    fails(&run(&["set", "--run", "none.jsonl"]), &["there is no file `none.jsonl`"]);
    fails(&run(&["--run", "set/queries.jsonl"]), &["--run needs the set"]);
    fails(&run(&["set", "--library", "mine"]), &["a filter chooses among your own notes"]);
    fails(&run(&["set", "--report", "nowhere/report.html"]), &["there is no folder `nowhere`"]);
    fails(&run(&["--keep", "kept"]), &["--keep is for sets"]);
    fails(&run(&["--a", "chunk.max=99"]), &["no notes to ask yet"]);
    assert_eq!(run(&["set", "--vs", "x"]).code, 2);
    fs::write(desk.path().join("run.jsonl"), "{\"id\": \"en-1\", \"results\": []}\n{\"id\": 7}\n").expect("a file");
    fails(&run(&["set", "--run", "run.jsonl"]), &["line 2 of `run.jsonl`"]);
    fs::write(desk.path().join("set/queries.jsonl"), format!("{QUESTIONS}\nnot json\n")).expect("questions");
    fails(&run(&["set"]), &["line 7 of `set/queries.jsonl`"]);
    fs::write(desk.path().join("set/queries.jsonl"), "\n").expect("questions");
    fails(&run(&["set"]), &["there is no question in"]);
    fs::write(desk.path().join("set/queries.jsonl"), QUESTIONS).expect("questions");
    fs::write(desk.path().join("set/meta.json"), "[").expect("a file");
    fails(&run(&["set"]), &["set/meta.json"]);
    fs::write(desk.path().join("set/meta.json"), "{\"notes_from\": \"gone\"}").expect("a file");
    fails(&run(&["set"]), &["the set `set` has no notes"]);
    fs::remove_file(desk.path().join("set/meta.json")).expect("a file");
    fs::remove_dir_all(desk.path().join("set/notes")).expect("a folder");
    fails(&run(&["set"]), &["the set `set` has no notes"]);
    fs::create_dir(desk.path().join("set/notes")).expect("a folder");
    fails(&run(&["set"]), &["there are no notes in"]);
    assert_eq!(desk.json(["eval", "nowhere"])["error"]["code"], "not_found");
    assert_eq!(desk.json(["eval", "set"])["error"]["code"], "nothing_to_ask");
    assert!(!desk.data().join("catalog.sqlite").exists());
}

#[test]
fn the_chunks_of_the_persons_index_stay_as_they_are() {
    let desk = Desk::without_runtime().with_notes();
    fails(&desk.run(["eval", "--b", "chunk.max=99"]), &["whose chunks stay as they are"]);
}

#[cfg(unix)]
#[test]
fn ctrl_c_leaves_no_index_behind() {
    use std::process::{Command, Stdio};
    use std::time::Duration;

    let desk = desk_with_set(Desk::new());
    for i in 0..1_500 {
        let text = format!("# Bridge {i}\n\nBridge number {i} is {} metres long and was built in {}.\n", i * 7 + 3, 1_000 + i % 900);
        fs::write(desk.path().join(format!("set/notes/bridge{i}.md")), text).expect("a note");
    }
    let temporary = desk.path().join("temporary");
    fs::create_dir(&temporary).expect("a folder");
    let inside = || fs::read_dir(&temporary).expect("a folder").flatten().next().map(|e| e.path());
    let mut command = desk.command(["eval", "set"]);
    let child = command.env("TMPDIR", &temporary).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the command runs");
    for _ in 0..2_000 {
        if inside().is_some_and(|f| fs::read_dir(f).is_ok_and(|mut d| d.next().is_some())) {
            break;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill");
    assert!(sent.success());
    let ended = crate::support::ran(child.wait_with_output().expect("it ends"));
    assert_eq!(ended.code, 130, "{}", ended.whole());
    assert!(ended.err.contains("stopping") && ended.out.is_empty(), "{}", ended.whole());
    assert_eq!(inside(), None);
}

#[test]
fn what_would_make_figures_wrong_is_told() {
    let desk = desk_with_set(Desk::without_runtime());
    // As an editor of another system saves it.
    fs::write(desk.path().join("set/queries.jsonl"), format!("\u{feff}{QUESTIONS}")).expect("questions");
    assert_eq!(desk.json(["eval", "set", "--leg", "keyword"])["sets"][0]["questions"], 4);
    let typo = r#"{"id": "typo", "question": "How hot is it?", "gold_docs": ["cofee.md"], "gold_answers": ["93"]}"#;
    fs::write(desk.path().join("set/queries.jsonl"), format!("{QUESTIONS}{typo}\n")).expect("questions");
    let told = desk.run(["eval", "set", "--leg", "keyword"]).exits(0);
    assert!(told.err.contains("1 question of `set`") && told.err.contains("`typo` names `cofee.md`"), "{}", told.whole());
    fs::create_dir(desk.path().join("folder")).expect("a folder");
    fails(&desk.run(["eval", "set", "--report", "folder"]), &["`folder` is a folder"]);
    fs::write(desk.path().join("file"), "").expect("a file");
    fails(&desk.run(["eval", "set", "--runs", "file"]), &["`file` is a file"]);
}

#[test]
fn of_judged_answers_only_those_whose_notes_are_there_are_asked() {
    let desk = Desk::without_runtime().with_notes();
    let lines = [
        r#"{"id": "m1", "question": "How hot is the coffee water?", "gold_docs": ["coffee.md"], "gold_answers": ["93"]}"#,
        r#"{"id": "m2", "question": "What was in the old note?", "gold_docs": ["gone.md"], "gold_answers": ["x"]}"#,
        r#"{"id": "m3", "question": "绿茶用多少度的水？", "gold_docs": []}"#,
    ];
    fs::write(desk.data().join("marked.jsonl"), lines.join("\n")).expect("a file");
    let asked = |args: &[&str]| desk.json(["eval", "--questions", "1", "--leg", "keyword"].iter().chain(args));
    let all = asked(&[]);
    assert_eq!(all["sets"][1]["questions"], 2, "{all}");
    assert!(all["notices"].to_string().contains("1 of 3 questions that you judged were left out"), "{all}");
    assert_eq!(asked(&["--folder", "茶"])["sets"][1]["questions"], Value::Null, "neither is answered there, for all that is known");
}
