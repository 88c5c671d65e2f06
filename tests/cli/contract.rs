//! The JSON contract, version 1: the keys and types of every object. A change here is a change for every program that reads them
//! (`docs/json.md`).

use std::fs;

use serde_json::{Map, Value, json};

use crate::support::Desk;

/// A value's shape: types for values, the first element for a list.
fn shape(value: &Value) -> Value {
    match value {
        Value::Null => json!("null"),
        Value::Bool(_) => json!("bool"),
        Value::Number(_) => json!("number"),
        Value::String(_) => json!("string"),
        Value::Array(list) => list.first().map_or_else(|| json!([]), |first| json!([shape(first)])),
        Value::Object(map) => map.iter().map(|(k, v)| (k.clone(), shape(v))).collect::<Map<_, _>>().into(),
    }
}

fn check(desk: &Desk, name: &str, value: &Value) {
    desk.snapshot(&format!("json_{name}"), &serde_json::to_string_pretty(&shape(value)).expect("JSON"));
}

#[test]
fn every_object_has_its_keys_and_types() {
    let desk = Desk::without_runtime();
    desk.note("coffee.md", crate::support::COFFEE);
    desk.note("twin.md", crate::support::COFFEE);
    desk.note("cats.md", crate::support::CATS);
    desk.note("empty.md", "");
    check(&desk, "library_add", &desk.json(["library", "add", "notes", "--name", "mine"]));
    check(&desk, "ask", &desk.json(["ask", "How hot should the water for coffee be?"]));
    check(&desk, "ask_not_in_notes", &desk.json(["ask", "Who invented the telephone?"]));
    // The first requests that are more than questions: their keys are the same, but for what was read.
    let listed = desk.json(["ask", "list all notes about coffee"]);
    assert_eq!(shape(&listed["coverage"]), json!({"read": "number", "of": "number", "having": "number"}), "{listed}");
    check(&desk, "search", &desk.json(["search", "ground coffee"]));
    check(&desk, "show", &desk.json(["show", "coffee.md:7"]));
    check(&desk, "explain", &desk.json(["explain", "coffee", "--note", "cats.md"]));
    check(&desk, "sync", &desk.json(["sync"]));
    check(&desk, "status", &desk.json(["status"]));
    check(&desk, "status_files", &desk.json(["status", "--files"])["files"]);
    check(&desk, "doctor", &desk.json(["doctor"]));
    check(&desk, "library_list", &desk.json(["library", "list"]));
    check(&desk, "completions", &desk.json(["completions", "bash"]));
    fs::write(desk.path().join("q.jsonl"), "{\"id\":1,\"question\":\"ground coffee\"}\nx\n").expect("questions");
    check(&desk, "batch", &desk.json(["batch", "--queries", "q.jsonl", "--out", "out.jsonl"]));
    let row = fs::read_to_string(desk.path().join("out.jsonl")).expect("results");
    check(&desk, "batch_row", &serde_json::from_str(&row).expect("JSON"));
    fs::write(desk.path().join("q.jsonl"), "{\"id\":1,\"question\":\"How hot should the water for coffee be?\"}").expect("questions");
    desk.json(["batch", "--queries", "q.jsonl", "--out", "out.jsonl", "--answers"]);
    let row = fs::read_to_string(desk.path().join("out.jsonl")).expect("results");
    check(&desk, "batch_row_answers", &serde_json::from_str(&row).expect("JSON"));
    let gold = r#"{"id": "1", "question": "How much coffee goes into one cup?", "gold_docs": ["coffee.md"], "gold_answers": ["15 grams"]}"#;
    fs::write(desk.path().join("queries.jsonl"), gold).expect("questions");
    check(&desk, "eval", &desk.json(["eval", ".", "--runs", "runs"]));
    let run = format!("runs/{}.fused.jsonl", desk.path().file_name().and_then(|n| n.to_str()).expect("a name"));
    check(&desk, "eval_row", &serde_json::from_str(&fs::read_to_string(desk.path().join(&run)).expect("results")).expect("JSON"));
    check(&desk, "eval_files", &desk.json(["eval", ".", "--run", &run, "--vs", &run])["sets"][0]);
    check(&desk, "library_remove", &desk.json(["library", "remove", "mine"]));
    check(&desk, "error", &desk.json(["ask", "why?"]));
}

#[test]
fn every_object_of_models_has_its_keys_and_types() {
    let desk = Desk::new().with_notes();
    for (name, files) in [("tiny", crate::graphs::embedder(1, 0)), ("judge", crate::graphs::reranker())] {
        for (path, bytes) in files {
            let path = desk.path().join(name).join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, bytes).expect("a file");
        }
    }
    let list = desk.json(["models", "list"]);
    check(&desk, "models_list", &list);
    check(&desk, "models_import", &desk.json(["models", "import", "tiny", "--pooling", "mean"]));
    desk.json(["models", "import", "judge"]);
    check(&desk, "models_use", &desk.json(["models", "use", "tiny"]));
    check(&desk, "models_use_reranker", &desk.json(["models", "use", "judge"]));
    check(&desk, "models_verify", &desk.json(["models", "verify"]));
    desk.json(["models", "use", "--no-reranker"]);
    check(&desk, "models_remove", &desk.json(["models", "remove", "judge"]));
    // A switch that was left undone is taken up by the next sync.
    desk.json(["models", "use", sidenote_models::BUNDLED]);
    fs::write(desk.data().join("config/settings.toml"), "[models]\nnext_embedder = \"tiny\"\n").expect("settings");
    check(&desk, "sync_switch", &desk.json(["sync"])["switch"]);
}

#[test]
fn quotes_are_in_the_files() {
    let desk = Desk::new().with_notes();
    for question in ["绿茶怎么保存？", "How much coffee goes into one cup?", "猫的胡须用来判断什么？"] {
        let answer = desk.json(["ask", question]);
        assert_eq!((&answer["version"], &answer["outcome"]), (&1.into(), &"answered".into()), "{answer}");
        let citations = answer["citations"].as_array().expect("citations");
        assert!(!citations.is_empty());
        for (i, citation) in citations.iter().enumerate() {
            let file = fs::read(desk.notes().join(citation["document"].as_str().expect("a path"))).expect("a note");
            let at = |key: &str| usize::try_from(citation[key].as_u64().expect("a number")).expect("an offset");
            let quote = citation["quote"].as_str().expect("a quote");
            assert_eq!(&file[at("start")..at("end")], quote.as_bytes(), "{citation}");
            let around = format!("{}{quote}{}", citation["before"].as_str().expect("text"), citation["after"].as_str().expect("text"));
            assert!(String::from_utf8(file).expect("UTF-8").contains(&around), "{citation}");
            assert_eq!(citation["n"], i + 1);
            let passage = &answer["passages"][at("passage")];
            assert_eq!(passage["document_id"], citation["document_id"]);
        }
        let text = answer["answer"].as_str().expect("an answer");
        for sentence in answer["sentences"].as_array().expect("sentences") {
            assert_eq!(sentence["support"], "supported");
            assert!(text.contains(sentence["text"].as_str().expect("text")), "{answer}");
        }
        assert!(text.contains("[1]"), "{text}");
    }
}
