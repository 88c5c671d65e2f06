//! Follow-up questions: `ask --after`, `chat` and `batch` with a history.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::{Desk, each};

const GREEN_TEA: &str = "绿茶用多少度的水泡？";

fn desk() -> Desk {
    Desk::without_runtime().with_notes()
}

/// The objects of a conversation, one a line.
fn talk(desk: &Desk, input: &str) -> Vec<Value> {
    let ran = desk.feed(["chat", "--json"], input.as_bytes()).exits(0);
    ran.out.lines().map(|l| serde_json::from_str(l).unwrap_or_else(|e| panic!("{e}: {l}"))).collect()
}

#[test]
fn a_follow_up_is_asked_with_its_subject_and_says_so() {
    let desk = desk();
    desk.snapshot("ask_after", &desk.run(["ask", "-q", "它怎么保存？", "--after", GREEN_TEA]).exits(0).whole());
    let answer = desk.json(["ask", "它怎么保存？", "--after", "猫睡多久？", "--after", GREEN_TEA]);
    assert_eq!((&answer["question"], &answer["standalone_question"]), (&"它怎么保存？".into(), &"绿茶怎么保存？".into()));
    assert_eq!(answer["followup"], serde_json::json!({"kind": "pronoun", "turn": 2, "subject": "绿茶"}));
    assert!(answer["answer"].as_str().is_some_and(|a| a.contains("冷藏")), "{answer}");
}

#[test]
fn a_question_of_its_own_is_asked_as_typed() {
    let desk = desk();
    let answer = desk.json(["ask", "How hot should the water for coffee be?", "--after", GREEN_TEA]);
    assert_eq!((&answer["standalone_question"], &answer["followup"]), (&answer["question"], &Value::Null));
    assert!(!desk.run(["ask", "绿茶怎么保存？", "--after", "猫睡多久？"]).exits(0).out.contains("asked as"));
}

#[test]
fn the_standalone_form_can_be_written() {
    let desk = desk();
    let answer = desk.json(["ask", "它怎么保存？", "--after", "猫睡多久？", "--standalone", "绿茶怎么保存？"]);
    assert_eq!((&answer["question"], &answer["standalone_question"]), (&"它怎么保存？".into(), &"绿茶怎么保存？".into()));
    assert_eq!(answer["followup"], serde_json::json!({"kind": "edited", "turn": null, "subject": null}));
    desk.run(["ask", "它怎么保存？", "--standalone", " ? "]).exits(2);
}

#[test]
fn an_abstention_suggests_the_question_as_typed() {
    let desk = desk();
    desk.snapshot("ask_after_not_in_notes", &desk.run(["ask", "它是谁发明的？", "--after", "电话是什么？"]).exits(1).whole());
}

#[test]
fn a_conversation_is_read_line_by_line() {
    let desk = desk();
    let input = format!("{GREEN_TEA}\n它怎么保存？\n\n/new\n猫一天睡多久？\n/quit\nnever read\n");
    desk.snapshot("chat", &desk.feed(["chat", "-q"], input.as_bytes()).exits(0).whole());
}

#[test]
fn each_question_of_a_conversation_is_an_object() {
    let desk = desk();
    let said = talk(&desk, &format!("{GREEN_TEA}\n它怎么保存？\n/raw\n/as 猫一天睡多久？\n/new\n它怎么保存？"));
    let forms: Vec<(&str, &str)> =
        said.iter().map(|a| (a["question"].as_str().unwrap_or_default(), a["standalone_question"].as_str().unwrap_or_default())).collect();
    let typed = "它怎么保存？";
    assert_eq!(forms, [(GREEN_TEA, GREEN_TEA), (typed, "绿茶怎么保存？"), (typed, typed), (typed, "猫一天睡多久？"), (typed, typed)]);
    assert_eq!(said[1]["followup"]["kind"], "pronoun");
    assert_eq!(said[3]["followup"]["kind"], "edited");
    assert!(said[2]["followup"].is_null() && said[4]["followup"].is_null());
}

#[test]
fn an_edited_question_is_what_the_next_one_follows() {
    let said = talk(&desk(), "猫一天睡多久？\n/as 绿茶用多少度的水泡？\n它怎么保存？\n");
    assert_eq!(said[2]["standalone_question"], "绿茶怎么保存？");
}

#[test]
fn an_abstention_after_a_rewrite_names_the_remedy() {
    let ran = desk().feed(["chat"], "电话是什么？\n它是谁发明的？\n".as_bytes()).exits(0);
    assert!(ran.out.contains("asked as: 电话是谁发明的？") && ran.err.contains("`/raw` asks it exactly as typed"), "{}", ran.whole());
}

#[test]
fn what_cannot_be_done_does_not_end_a_conversation() {
    let desk = desk();
    let mut input = "/raw\n/as\n/wrong\n？？？\n".as_bytes().to_vec();
    input.extend(b"\xff\xfe\n");
    input.extend(GREEN_TEA.as_bytes());
    desk.snapshot("chat_errors", &desk.feed(["chat", "-q"], &input).exits(0).whole());
    desk.feed(["chat"], b"").exits(0);
    desk.feed(["chat", "--since", "last week"], GREEN_TEA.as_bytes()).exits(2);
    desk.feed(["chat", "--library", "theirs"], GREEN_TEA.as_bytes()).exits(2);
}

#[test]
fn a_line_of_a_batch_may_have_a_history() {
    let desk = desk();
    let lines = format!(
        "{{\"id\": 1, \"question\": \"它怎么保存？\", \"history\": [\"{GREEN_TEA}\"]}}\n{{\"id\": 2, \"question\": \"它怎么保存？\", \"history\": null}}\n\
         {{\"id\": 3, \"question\": \"它怎么保存？\", \"history\": \"x\"}}\n"
    );
    fs::write(desk.path().join("q.jsonl"), lines).expect("questions");
    for answers in [&["--answers"][..], &[]] {
        let ran = desk.run(["batch", "--queries", "q.jsonl", "--out", "out.jsonl"].iter().chain(answers)).exits(2);
        assert!(ran.err.contains("line 3"), "{}", ran.whole());
        let text = fs::read_to_string(desk.path().join("out.jsonl")).expect("results");
        let rows: Vec<Value> = text.lines().map(|l| serde_json::from_str(l).expect("JSON")).collect();
        assert_eq!(each(&Value::from(rows.clone()), "standalone_question"), ["绿茶怎么保存？", "它怎么保存？"]);
        assert!(rows[0]["results"][0]["text"].as_str().is_some_and(|t| t.contains("冷藏")), "{}", rows[0]);
    }
}

#[test]
fn over_the_shipped_notes_the_drawbacks_are_those_of_what_was_asked_before() {
    let desk = Desk::new();
    let notes = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../notes");
    desk.run(["library", "add", notes.to_str().expect("a path")]).exits(0);
    let follow = ["ask", "它有什么缺点？", "--after", "LoRA 的原理是什么？"];
    let answer = desk.json(follow);
    assert_eq!(answer["standalone_question"], "LoRA 有什么缺点？");
    let drawbacks = |p: &Value| p["document"] == "微调/LoRA.md" && p["text"].as_str().is_some_and(|t| t.contains("LoRA 的局限"));
    assert!(answer["passages"].as_array().is_some_and(|all| all.iter().any(drawbacks)), "{answer}");
    // As typed it could be about anything.
    assert!(!desk.json(&follow[..2])["passages"].as_array().is_some_and(|all| all.iter().any(drawbacks)));
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_a_conversation_that_is_no_terminals() {
    use std::io::{Read, Write};
    use std::process::{Command, Stdio};

    let desk = desk();
    let mut child =
        desk.command(["chat", "-q"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the command runs");
    let mut input = child.stdin.take().expect("standard input");
    input.write_all(format!("{GREEN_TEA}\n").as_bytes()).expect("it reads");
    // The first answer is there: it listens to signals.
    child.stdout.as_mut().expect("standard output").read_exact(&mut [0; 16]).expect("an answer");
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill").success());
    std::thread::sleep(std::time::Duration::from_millis(200));
    input.write_all("它怎么保存？\n".as_bytes()).expect("it reads");
    drop(input);
    assert_eq!(child.wait().expect("it ends").code(), Some(130));
}
