//! Odd and unusable input: every case gives a clear answer or `error:` and `hint:`, never a panic.

use crate::support::{Desk, each};

#[test]
fn arguments_that_clap_refuses_are_our_errors() {
    let desk = Desk::new();
    desk.snapshot("unknown_option", &desk.run(["ask", "why", "--wrong"]).whole());
    desk.snapshot("missing_question", &desk.run(["ask"]).whole());
    desk.snapshot("unknown_command", &desk.run(["serach", "tea"]).whole());
    desk.snapshot("unknown_option_json", &desk.run(["ask", "why", "--wrong", "--json"]).whole());
}

#[test]
fn help_is_no_error() {
    let desk = Desk::new();
    let help = desk.run(["--help"]).exits(0);
    for command in ["ask", "chat", "search", "show", "sync", "status", "doctor", "library", "explain", "batch", "eval", "completions"] {
        assert!(help.out.contains(command), "{command}: {}", help.out);
        assert!(!desk.run([command, "--help"]).exits(0).out.contains("--set"), "the settings for evaluation are hidden");
    }
    assert!(desk.run(["--version"]).exits(0).out.starts_with("sidenote "));
    assert!(desk.run([] as [&str; 0]).exits(2).out.is_empty());
}

#[test]
fn a_question_without_a_word_is_an_error() {
    let desk = Desk::new().with_notes();
    for question in ["", "   ", "\t\n", "+++", "&& || !", "\"\"", "？？？", "*:*"] {
        for command in ["ask", "chat", "search"] {
            let ran = desk.run([command, "--", question]).exits(2);
            assert!(ran.err.contains("error: ") && ran.err.contains("hint: "), "{question:?}: {}", ran.whole());
            assert!(ran.out.is_empty(), "{question:?}: {}", ran.whole());
            assert_eq!(desk.run([command, "--json", "--", question]).exits(2).json()["error"]["code"], "invalid_input");
        }
    }
}

#[test]
fn odd_questions_get_an_answer() {
    let desk = Desk::new().with_notes();
    let long = "绿茶用多少度的水泡 ".repeat(4_000);
    assert!(long.len() > 100_000 && long.len() < 128 * 1024);
    for question in ["a", "猫", "茶", "tea AND NOT (", "title:绿茶", "C++", "\u{202e}abc", "🐈 cat"] {
        let ran = desk.run(["search", "--", question]);
        assert!(ran.code == 0 || ran.code == 1, "{question:?}: {}", ran.whole());
    }
    assert_eq!(each(&desk.json(["search", "猫"])["hits"], "document")[0], "cats.md");
    let ran = desk.feed(["ask", "-"], long.as_bytes()).exits(0);
    assert!(ran.err.contains("very long"), "{}", ran.whole());
    desk.feed(["ask", "-"], "x".repeat(3 << 20).as_bytes()).exits(1);
}

#[test]
fn words_need_no_quotes_and_may_come_from_standard_input() {
    let desk = Desk::new().with_notes();
    let words = desk.json(["ask", "How", "hot", "should", "the", "water", "for", "coffee", "be?"]);
    assert_eq!(words["question"], "How hot should the water for coffee be?");
    let fed = desk.feed(["ask", "-", "--json"], "How hot should the water for coffee be?\n".as_bytes()).exits(0).json();
    assert_eq!(fed["answer"], words["answer"]);
    let broken = desk.feed(["ask", "-"], b"\xff\xfe broken").exits(2);
    assert!(broken.err.contains("not UTF-8"), "{}", broken.err);
}

#[test]
fn unusable_filters_and_settings_are_named() {
    let desk = Desk::new().with_notes();
    desk.snapshot("unknown_library", &desk.run(["ask", "--library", "theirs", "tea?"]).whole());
    desk.snapshot("bad_date", &desk.run(["search", "--since", "last week", "tea"]).whole());
    desk.snapshot("unknown_setting", &desk.run(["search", "tea", "--set", "fusion.wector=1"]).whole());
    desk.snapshot("bad_setting", &desk.run(["search", "tea", "--set", "fusion.vector=much"]).whole());
    desk.run(["search", "绿茶", "--set", "fusion.vector=0.25", "--set", "candidates=5"]).exits(0);
    desk.run(["search", "tea", "--limit", "0"]);
    assert_eq!(desk.run(["search", "tea", "--limit", "-1"]).code, 2);
    assert_eq!(desk.run(["show", "nowhere.md"]).code, 2);
}

#[cfg(unix)]
#[test]
fn arguments_that_are_not_utf8_are_refused() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let desk = Desk::new();
    let ran = desk.run([OsStr::new("ask"), OsStr::from_bytes(b"caf\xe9")]).exits(2);
    assert!(ran.err.contains("error: ") && ran.err.contains("UTF-8"), "{}", ran.err);
    let folder = desk.path().join(OsStr::from_bytes(b"caf\xe9"));
    std::fs::create_dir(&folder).expect("a folder");
    let ran = desk.run([OsStr::new("library"), OsStr::new("add"), folder.as_os_str()]).exits(2);
    assert!(ran.err.contains("not valid UTF-8") && ran.err.contains("hint: "), "{}", ran.err);
}

#[test]
fn a_data_folder_that_cannot_be_one_is_an_error() {
    let desk = Desk::new();
    std::fs::write(desk.path().join("file"), "x").expect("a file");
    let ran = desk.run(["--data-dir", "file", "ask", "why"]).exits(2);
    assert!(ran.err.contains("error: "), "{}", ran.err);
    assert_eq!(desk.run(["--data-dir", "", "ask", "why"]).code, 2);
    std::fs::create_dir(desk.data()).expect("a folder");
    std::fs::write(desk.data().join("VERSION"), "99").expect("a file");
    assert_eq!(desk.json(["ask", "why"])["error"]["code"], "data_too_new");
    let examined = desk.json(["doctor"]);
    assert_eq!(examined["ok"], false);
}
