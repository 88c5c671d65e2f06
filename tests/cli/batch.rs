//! `batch`: questions from a file, results into another.

use std::fs;

use serde_json::Value;

use crate::support::Desk;

const QUESTIONS: &str = r#"{"id": "a", "question": "绿茶用多少度的水泡？", "gold_doc": "x"}
{"id": 7, "question": "How hot should the water for coffee be?"}

not json
{"id": "b", "question": "   "}
{"id": "c"}
{"id": "d", "question": "Who invented the telephone?"}
"#;

fn rows(desk: &Desk) -> Vec<Value> {
    fs::read_to_string(desk.path().join("out.jsonl")).expect("results").lines().map(|l| serde_json::from_str(l).expect("JSON")).collect()
}

#[test]
fn every_readable_line_has_a_result() {
    let desk = Desk::new().with_notes();
    fs::write(desk.path().join("q.jsonl"), QUESTIONS).expect("questions");
    let ran = desk.run(["batch", "--queries", "q.jsonl", "--out", "out.jsonl", "--answers"]).exits(2);
    assert!(ran.err.contains("line 4 of `q.jsonl`") && ran.err.contains("line 6 of `q.jsonl`"), "{}", ran.whole());
    let rows = rows(&desk);
    let ids: Vec<Value> = rows.iter().map(|r| r["id"].clone()).collect();
    assert_eq!(ids, [Value::from("a"), 7.into(), "b".into(), "d".into()]);
    for row in &rows {
        assert!(row["confidence"].is_number() && row["latency_ms"].is_number() && row["abstained"].is_boolean(), "{row}");
        let results = row["results"].as_array().expect("results");
        for n in row["citations"].as_array().expect("citations") {
            assert!((1..=results.len() as u64).contains(&n.as_u64().expect("a number")), "{row}");
        }
        assert_eq!(row["abstained"] == true, row["answer"].is_null(), "{row}");
    }
    assert_eq!(rows[0]["results"][0]["doc"], "茶/绿茶.md");
    assert!(rows[0]["answer"].as_str().is_some_and(|a| a.contains("八十度") && !a.contains('[')), "{}", rows[0]);
    assert_eq!(rows[0]["citations"][0], 1);
    assert_eq!(rows[2]["results"], Value::Array(Vec::new()));
    assert_eq!(rows[3]["abstained"], true);
}

#[test]
fn without_answers_there_is_only_retrieval() {
    let desk = Desk::new().with_notes();
    fs::write(desk.path().join("q.jsonl"), r#"{"id": "a", "question": "绿茶用多少度的水泡？"}"#).expect("questions");
    fs::write(desk.path().join("out.jsonl"), "old").expect("a file");
    desk.run(["batch", "--queries", "q.jsonl", "--out", "out.jsonl"]).exits(0);
    let row = &rows(&desk)[0];
    assert!(row["answer"].is_null() && row["abstained"].is_null() && row["confidence"].is_null(), "{row}");
    assert_eq!(row["citations"], Value::Array(Vec::new()));
    assert!(row["results"][0]["score"].is_number() && row["results"][0]["text"].is_string(), "{row}");
    let left: Vec<String> = fs::read_dir(desk.path())
        .expect("a folder")
        .flatten()
        .map(|e| e.file_name().to_string_lossy().into_owned())
        .filter(|n| n.contains("part"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn twenty_results_reach_ten_notes() {
    let desk = Desk::new();
    for i in 0..15 {
        let sections: String = (0..6)
            .map(|s| {
                format!("## 河流第{s}节\n\n第{i}条河流的第{s}段，河流长{}公里，沿途有{}座桥，流经许多不同的地方。\n\n", i * 100 + s * 7, i + s * 13)
            })
            .collect();
        desk.note(&format!("river{i}.md"), &format!("# 河流{i}\n\n{sections}"));
    }
    desk.run(["library", "add", "notes"]).exits(0);
    fs::write(desk.path().join("q.jsonl"), r#"{"id": "a", "question": "河流有多长？"}"#).expect("questions");
    desk.run(["batch", "--queries", "q.jsonl", "--out", "out.jsonl"]).exits(0);
    let row = rows(&desk).remove(0);
    let mut documents: Vec<&str> = row["results"].as_array().expect("results").iter().filter_map(|r| r["doc"].as_str()).collect();
    assert!(documents.len() <= 20 && documents.len() >= 10, "{}", documents.len());
    documents.sort_unstable();
    documents.dedup();
    assert!(documents.len() >= 10, "{documents:?}");
}

#[test]
fn what_cannot_be_done_is_told_before_the_first_question() {
    let desk = Desk::new().with_notes();
    fs::write(desk.path().join("q.jsonl"), QUESTIONS).expect("questions");
    for args in [["--queries", "none.jsonl", "--out", "out.jsonl"], ["--queries", "q.jsonl", "--out", "nowhere/out.jsonl"]] {
        let ran = desk.run(["batch"].into_iter().chain(args)).exits(2);
        assert!(ran.err.contains("error: "), "{}", ran.whole());
    }
    let ran = desk.run(["batch", "--queries", "q.jsonl", "--out", "out.jsonl", "--library", "theirs"]).exits(2);
    assert!(ran.err.contains("theirs"), "{}", ran.whole());
    assert!(!desk.path().join("out.jsonl").exists());
}
