//! Asking, looking up and reading, as the page does it.

use serde_json::{Value, json};
use sidenote_engine::cancel::CancelToken;
use sidenote_engine::engine::{Engine, Settings};
use sidenote_engine::error::ErrorCode;
use sidenote_engine::event::{Event, Observer, Run};
use sidenote_engine::paths::Paths;

use crate::page::{Page, everywhere};

fn ask(page: &Page, conversation: Option<i64>, question: &str) -> Value {
    page.ok(
        "ask",
        json!({ "job": 1, "events": "__CHANNEL__:7", "request": { "conversation": conversation, "question": question, "filter": everywhere() } }),
    )
}

/// The shipped notes, indexed.
fn ready() -> Page {
    let page = Page::open();
    page.begin();
    page.until("the first index", || page.said(900).iter().find(|e| e["type"] == "notes_changed").cloned());
    page
}

#[test]
fn a_question_is_answered_kept_and_found_again() {
    let page = ready();
    let asked = ask(&page, None, "LoRA 微调的原理是什么？");
    let turn = &asked["turn"];
    assert_eq!(turn["answer"]["outcome"], "answered", "{turn}");
    assert_eq!(turn["citations_now"][0]["state"], "exact");
    let id = asked["conversation"]["id"].as_i64().unwrap();
    let again = ask(&page, Some(id), "它有什么缺点？");
    assert!(again["turn"]["answer"]["standalone_question"].as_str().unwrap().contains("LoRA"), "a follow-up knows what it follows");
    assert_eq!(page.ok("conversations", json!({ "query": "lora" })).as_array().unwrap().len(), 1);
    let kept = page.ok("conversation", json!({ "id": id }));
    assert_eq!(kept["turns"].as_array().unwrap().len(), 2);
    let text = page.ok("markdown", json!({ "id": id, "turn": null }));
    assert!(text.as_str().unwrap().contains("[^1]: "), "{text}");
}

#[test]
fn before_anything_is_indexed_there_are_examples_and_a_question_waits_for_the_notes_that_answer_it() {
    let page = Page::open();
    page.begin();
    let examples = page.ok("suggestions", json!({ "turn": null, "language": "zh" }));
    assert_eq!(examples.as_array().unwrap().len(), 4);
    let asked = ask(&page, None, examples[0].as_str().unwrap());
    assert_eq!(asked["turn"]["answer"]["outcome"], "answered", "{asked}");
    assert_eq!(page.said(7).first().expect("what is waited for is told")["type"], "indexing");
    assert_eq!(asked["turn"]["answer"]["notices"], json!([]), "nothing is missing");
}

#[test]
fn a_first_question_waits_for_notes_that_are_read_and_not_indexed() {
    let page = Page::open();
    // Whoever looks for notes first makes indexes of none, and a view that is kept.
    assert_eq!(page.ok("list", json!({})), json!([]));
    let engine = Engine::open(Paths::under(page.folder.path()), Settings::default(), Some(sidenote_models::bundled())).unwrap();
    let cancel = CancelToken::new();
    let synced = engine.sync(None, Run { observer: &StopsOnceRead(&cancel), cancel: &cancel });
    assert_eq!(synced.unwrap_err().code, ErrorCode::Cancelled);
    let libraries = page.ok("status", json!({}))["libraries"].clone();
    assert!(libraries[0]["synced"] == true && libraries[0]["indexed"].as_u64() > Some(0), "{libraries}");
    let asked = ask(&page, None, "LoRA 微调的原理是什么？");
    assert_eq!(asked["turn"]["answer"]["outcome"], "answered", "{asked}");
    assert_eq!(asked["turn"]["answer"]["notices"], json!([]), "nothing is missing");
}

/// Stops a sync between reading and indexing.
struct StopsOnceRead<'a>(&'a CancelToken);

impl Observer for StopsOnceRead<'_> {
    fn event(&self, event: Event) {
        if matches!(event, Event::Stored) {
            self.0.cancel();
        }
    }
}

#[test]
fn an_answer_says_that_notes_have_changed_while_they_cannot_be_indexed() {
    let page = ready();
    page.ok("create", json!({ "title": "一", "text": "# 一\n\n开头。\n" }));
    // Another program is indexing.
    let _lock = Paths::under(page.folder.path()).lock().unwrap();
    std::fs::write(page.folder.path().join("notes/二.md"), "# 二\n\n后来写的。\n").unwrap();
    page.ok("sync", json!({ "library": null, "documents": null }));
    let notices = ask(&page, None, "LoRA 微调的原理是什么？")["turn"]["answer"]["notices"].clone();
    assert!(notices.to_string().contains("1 file has changed since"), "{notices}");
}

#[test]
fn every_example_question_is_answered_by_the_shipped_notes() {
    let page = ready();
    for language in ["zh", "en"] {
        let examples = page.ok("suggestions", json!({ "turn": null, "language": language }));
        assert_eq!(examples.as_array().unwrap().len(), 4);
        for example in examples.as_array().unwrap() {
            let asked = ask(&page, None, example.as_str().unwrap());
            assert_eq!(asked["turn"]["answer"]["outcome"], "answered", "{example}");
        }
    }
}

#[test]
fn a_citation_leads_to_its_own_characters_in_the_note() {
    let page = ready();
    let asked = ask(&page, None, "注意力机制为什么要除以根号 d？");
    let citation = &asked["turn"]["answer"]["citations"][0];
    let view = page.ok("view", json!({ "id": citation["document_id"], "at": citation["start"] }));
    let start = citation["start"].as_u64().unwrap();
    let html = view["html"].as_str().unwrap();
    let places: Vec<u64> = html.split("data-at=\"").skip(1).filter_map(|rest| rest.split('"').next()?.parse().ok()).collect();
    assert!(places.iter().any(|at| *at <= start) && places.iter().any(|at| *at >= start), "the quote's place is in the page");
    assert_eq!(view["note"]["id"], citation["document_id"]);
    assert_eq!(view["note"]["editable"], false, "what came with the program is not edited");
}

#[test]
fn search_explains_itself_and_a_mark_reaches_the_evaluation() {
    let page = ready();
    let found = page.ok("search", json!({ "job": 2, "query": "KV缓存", "filter": everywhere(), "limit": 5 }));
    let first = &found["hits"][0];
    assert!(!first["highlights"].as_array().unwrap().is_empty());
    let why = page.ok("explain", json!({ "query": "KV缓存", "filter": everywhere(), "document": first["document_id"] }));
    assert_eq!(why["rank"], 1, "{why}");
    let asked = ask(&page, None, "LoRA 微调的原理是什么？");
    page.ok("mark", json!({ "turn": asked["turn"]["id"], "mark": "right" }));
    let marked = std::fs::read_to_string(page.folder.path().join("marked.jsonl")).unwrap();
    let line: Value = serde_json::from_str(marked.lines().next().unwrap()).unwrap();
    assert_eq!(line["answerable"], true);
    assert!(!line["gold_spans"].as_array().unwrap().is_empty());
    page.ok("mark", json!({ "turn": asked["turn"]["id"], "mark": "wrong" }));
    let marked = std::fs::read_to_string(page.folder.path().join("marked.jsonl")).unwrap();
    let wrong: Value = serde_json::from_str(marked.lines().next().unwrap()).unwrap();
    assert_eq!(
        (&wrong["wrong_spans"], &wrong["gold_docs"]),
        (&line["gold_spans"], &json!([])),
        "what is not to be quoted again; what is right, nobody said"
    );
    page.ok("mark", json!({ "turn": asked["turn"]["id"], "mark": null }));
    let kept = || std::fs::read_to_string(page.folder.path().join("marked.jsonl")).unwrap();
    assert_eq!(kept(), "");
    page.ok("mark", json!({ "turn": asked["turn"]["id"], "mark": "right" }));
    assert_ne!(kept(), "");
    page.ok("remove_conversation", json!({ "id": asked["conversation"]["id"] }));
    assert_eq!(kept(), "", "what was said of an answer goes with it");
}

#[test]
fn errors_say_what_happened_and_what_to_do() {
    let page = Page::open();
    for (command, arguments, code) in [
        ("view", json!({ "id": 1_u64 << 40, "at": 0 }), "not_found"),
        ("conversation", json!({ "id": 99 }), "not_found"),
        ("rename_conversation", json!({ "id": 99, "title": " " }), "invalid_input"),
        ("search", json!({ "job": 3, "query": " ", "filter": everywhere(), "limit": 5 }), "invalid_input"),
        ("open_link", json!({ "url": "file:///etc/passwd" }), "invalid_input"),
        ("open_link", json!({ "url": "javascript:alert(1)" }), "invalid_input"),
        ("ledger", json!({ "library": 99 }), "not_found"),
    ] {
        let error = page.call(command, arguments).unwrap_err();
        assert_eq!(error["code"], code, "{command}: {error}");
        assert!(!error["message"].as_str().unwrap().is_empty() && !error["hint"].as_str().unwrap().is_empty(), "{command}: {error}");
    }
}

#[test]
fn the_page_has_no_right_to_anything_else() {
    let page = Page::open();
    for command in
        ["plugin:dialog|open", "plugin:opener|open_path", "plugin:fs|read_file", "plugin:window|close", "plugin:webview|create_webview_window"]
    {
        let refused = page.call(command, json!({})).unwrap_err();
        assert!(refused.as_str().is_some_and(|e| e.contains("not allowed") || e.contains("not found")), "{command}: {refused}");
    }
}
