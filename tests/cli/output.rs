//! Where output goes: colour, quiet, closed pipes, completions.

use std::process::Stdio;

use crate::support::{Desk, ran};

#[test]
fn colour_is_for_terminals_unless_it_is_asked_for() {
    let desk = Desk::new().with_notes();
    let escape = |args: &[&str]| desk.run(args).out.contains('\x1b');
    assert!(!escape(&["search", "绿茶"]));
    assert!(!escape(&["search", "绿茶", "--color", "never"]));
    assert!(escape(&["search", "绿茶", "--color", "always"]));
    assert!(!escape(&["search", "绿茶", "--color", "always", "--json"]));
}

#[test]
fn a_note_cannot_steer_the_terminal() {
    let desk = Desk::new();
    desk.note("evil.md", "# Evil\n\nThe password of the router is \x1b[2J\x1b]0;owned\x07 hidden under the carpet.\n");
    desk.run(["library", "add", "notes"]).exits(0);
    for args in [["ask", "What is the password of the router?"], ["search", "password router"], ["show", "evil.md"]] {
        let shown = desk.run(args);
        assert!(!shown.out.contains(['\x1b', '\x07']) && !shown.err.contains(['\x1b', '\x07']), "{}", shown.whole());
    }
}

#[test]
fn a_closed_pipe_is_no_failure() {
    let desk = Desk::new().with_notes();
    for args in [["search", "绿茶"], ["completions", "bash"], ["status", "--files"], ["ask", "--help"]] {
        let mut child = desk.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the command runs");
        drop(child.stdout.take());
        let ended = ran(child.wait_with_output().expect("it ends"));
        assert_eq!(ended.code, 0, "{}", ended.whole());
        assert!(!ended.err.contains("error") && !ended.err.contains("panic"), "{}", ended.whole());
    }
}

#[test]
fn completions_name_the_commands() {
    let desk = Desk::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = desk.run(["completions", shell]).exits(0).out;
        assert!(script.contains("doctor") && script.contains("sidenote"), "{shell}");
    }
    assert_eq!(desk.run(["completions", "tcsh"]).code, 2);
}

#[test]
fn progress_does_not_reach_standard_output() {
    let desk = Desk::new();
    for i in 0..50 {
        desk.note(&format!("{i}.md"), &format!("# Note {i}\n\nThe number of this note is {i}.\n"));
    }
    let ran = desk.run(["library", "add", "notes", "--json"]).exits(0);
    assert_eq!(ran.json()["sync"]["added"], 50);
    assert!(ran.err.is_empty(), "{}", ran.err);
}
