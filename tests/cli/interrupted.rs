//! Syncs that are stopped or killed: nothing is lost, and the next one ends where an undisturbed one would have.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{Desk, each, ran};

fn many(desk: &Desk, count: usize) {
    const THINGS: [&str; 7] = ["桥梁", "lantern", "河流", "compass", "梯田", "harbour", "纸伞"];
    for i in 0..count {
        let (a, b) = (THINGS[i % 7], THINGS[(i / 7) % 7]);
        let text = format!(
            "# {a} {i}\n\n## 第{i}个{a}有多高？\n第{i}个{a}高{}米，旁边是{b}。\n\n## Who made it?\nThe {b} number {i} was made in {}.\n",
            i * 3 + 1,
            1000 + i
        );
        desk.note(&format!("{:02}/{i:04}.md", i % 20), &text);
    }
}

fn start(desk: &Desk, args: &[&str]) -> Child {
    desk.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the command runs")
}

fn interrupt(child: &Child) {
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill");
    assert!(sent.success());
}

/// Everything that a later question can see.
fn state(desk: &Desk) -> Value {
    let status = desk.json(["status", "--files"]);
    let legs = &status["legs"];
    assert_eq!(legs["lexical_generation"], status["generation"], "{legs}");
    let mut seen =
        vec![status["documents"].clone(), status["chunks"].clone(), legs["embedded"].clone(), status["stale_files"].clone(), status["files"].clone()];
    for query in ["桥梁 有多高", "the compass number 59", "lantern made in 1030"] {
        let found = desk.json(["search", query, "--limit", "20"]);
        for hit in found["hits"].as_array().expect("hits") {
            // Ids and generations may differ, scores to the last digits may not matter.
            let score = hit["scores"]["fused"].as_f64().map(|s| (s * 1e4).round());
            seen.push(serde_json::json!([hit["document"], hit["start"], hit["text"], score]));
        }
    }
    seen.into()
}

#[test]
fn a_killed_sync_loses_nothing() {
    let undisturbed = Desk::new();
    many(&undisturbed, 300);
    let began = Instant::now();
    undisturbed.run(["library", "add", "notes"]).exits(0);
    let whole = began.elapsed();
    let expected = state(&undisturbed);
    for share in [0.15, 0.4, 0.65, 0.9] {
        let desk = Desk::new();
        many(&desk, 300);
        // Twice, so that a sync that goes on after a kill is killed as well.
        for _ in 0..2 {
            let known = desk.json(["library", "list"])["libraries"].as_array().is_some_and(|l| !l.is_empty());
            let mut child = start(&desk, if known { &["sync"] } else { &["library", "add", "notes"] });
            sleep(whole.mul_f64(share));
            child.kill().expect("it is killed, or has ended");
            child.wait().expect("it ends");
            // What is there already can be asked.
            let found = desk.run(["search", "桥梁"]);
            assert!([0, 1, 2].contains(&found.code) && !found.err.contains("damaged"), "{}", found.whole());
        }
        let known = desk.json(["library", "list"])["libraries"].as_array().is_some_and(|l| !l.is_empty());
        desk.run(if known { vec!["sync"] } else { vec!["library", "add", "notes"] }).exits(0);
        let found = state(&desk);
        assert_eq!(found, expected, "killed at {share} of {whole:?}");
        assert_eq!(
            desk.json(["doctor"])["checks"].as_array().map(|c| c.iter().filter(|c| c["ok"] == false && c["check"] == "catalog").count()),
            Some(0)
        );
    }
}

/// Waits until a sync has committed something and is not done.
fn wait_for_a_commit(desk: &Desk, child: &mut Child) {
    let wal = desk.data().join("catalog.sqlite-wal");
    let size = |path: &Path| fs::metadata(path).map_or(0, |m| m.len());
    for _ in 0..4_000 {
        if size(&wal) > 400_000 {
            return;
        }
        assert!(child.try_wait().expect("a process").is_none(), "it ended before it could be interrupted");
        sleep(Duration::from_millis(5));
    }
    panic!("no commit in 20 s");
}

#[test]
fn ctrl_c_keeps_what_is_done() {
    let desk = Desk::new();
    many(&desk, 1_500);
    let mut child = start(&desk, &["library", "add", "notes"]);
    wait_for_a_commit(&desk, &mut child);
    interrupt(&child);
    let ended = ran(child.wait_with_output().expect("it ends"));
    assert_eq!(ended.code, 130, "{}", ended.whole());
    assert!(ended.err.contains("stopping") && ended.err.contains("what is done is kept") && ended.err.contains("sidenote sync"), "{}", ended.whole());
    let documents = desk.json(["status"])["documents"].as_u64().expect("a number");
    assert!(documents >= 256, "{documents}");
    let report = desk.json(["sync"]);
    assert_eq!(report["added"].as_u64().map(|n| n + documents), Some(1_500), "{report}");
    assert_eq!(each(&desk.json(["search", "the compass number 1495"])["hits"], "document").len(), 10);
}

#[test]
fn a_stopped_question_is_a_cancelled_one() {
    let desk = Desk::new();
    many(&desk, 1_500);
    // Added and stopped at once: the question then finds a library that was never indexed to its end.
    let mut child = start(&desk, &["library", "add", "notes"]);
    wait_for_a_commit(&desk, &mut child);
    child.kill().expect("it is killed");
    child.wait().expect("it ends");
    let child = start(&desk, &["ask", "--json", "桥梁有多高？"]);
    sleep(Duration::from_millis(150));
    interrupt(&child);
    let ended = ran(child.wait_with_output().expect("it ends"));
    assert_eq!(ended.code, 130, "{}", ended.whole());
    assert_eq!(ended.json()["outcome"], "cancelled");
}
