//! An answer is fresh, or says that it is not: deleted, edited, moved and new notes.

use std::fs;

use crate::support::{Desk, TEA, each, strings};

const QUESTION: &str = "绿茶用多少度的水泡？";

#[test]
fn a_deleted_note_is_not_cited() {
    let desk = Desk::new().with_notes();
    assert_eq!(each(&desk.json(["ask", QUESTION])["citations"], "document")[0], "茶/绿茶.md");
    fs::remove_file(desk.notes().join("茶/绿茶.md")).expect("a note");
    let answer = desk.json(["ask", QUESTION]);
    assert!(!each(&answer["citations"], "document").contains(&"茶/绿茶.md".to_owned()), "{answer}");
    assert!(!each(&answer["passages"], "document").contains(&"茶/绿茶.md".to_owned()), "{answer}");
    assert!(strings(&answer["notices"]).iter().any(|n| n.contains("1 file has changed")), "{answer}");
    // People are told as well.
    let ran = desk.run(["ask", QUESTION]);
    assert!(ran.err.contains("note: index as of ") && ran.err.contains("sidenote sync"), "{}", ran.whole());
    assert_eq!(desk.json(["sync"])["removed"], 1);
    assert!(!strings(&desk.json(["ask", QUESTION])["notices"]).iter().any(|n| n.contains("changed")));
}

#[test]
fn an_edited_note_is_quoted_as_it_is_now() {
    let desk = Desk::new().with_notes();
    desk.note("茶/绿茶.md", &TEA.replace("# 绿茶\n", "# 绿茶\n\n前面多了一段话。\n"));
    let answer = desk.json(["ask", QUESTION]);
    let citation = &answer["citations"][0];
    assert_eq!(citation["document"], "茶/绿茶.md", "{answer}");
    assert_eq!(citation["line"], 11, "two lines further down: {answer}");
    assert!(strings(&answer["notices"]).iter().any(|n| n.contains("edited after it was indexed")), "{answer}");
    assert!(strings(&answer["notices"]).iter().any(|n| n.contains("1 file has changed since")), "{answer}");
    // What the note no longer says is not quoted.
    desk.note("茶/绿茶.md", &TEA.replace("八十度左右", "七十度左右"));
    let answer = desk.json(["ask", QUESTION]);
    let quoted = each(&answer["citations"], "quote");
    assert!(!quoted.iter().any(|q| q.contains("八十度")), "{answer}");
    desk.run(["sync"]).exits(0);
    let answer = desk.json(["ask", QUESTION]);
    assert!(each(&answer["citations"], "quote")[0].contains("七十度左右"), "{answer}");
}

#[test]
fn a_new_and_a_moved_note_are_found_after_a_sync() {
    let desk = Desk::new().with_notes();
    desk.note("new.md", "# 斑马\n\n斑马的条纹可以迷惑蝇虫。\n");
    fs::rename(desk.notes().join("cats.md"), desk.notes().join("moved.md")).expect("a rename");
    assert_eq!(desk.json(["status"])["stale_files"], 3);
    let report = desk.json(["sync"]);
    assert_eq!((&report["added"], &report["renamed"], &report["embedded"].as_u64().map(|n| n <= 1)), (&1.into(), &1.into(), &Some(true)), "{report}");
    assert_eq!(each(&desk.json(["search", "斑马 条纹"])["hits"], "document")[0], "new.md");
    assert_eq!(each(&desk.json(["search", "胡须 缝隙"])["hits"], "document")[0], "moved.md");
    let again = desk.json(["sync"]);
    assert_eq!((&again["added"], &again["changed"], &again["unchanged"]), (&0.into(), &0.into(), &4.into()), "{again}");
    assert_eq!(again["generation"], report["generation"]);
}

#[test]
fn a_question_indexes_only_what_never_was() {
    let desk = Desk::new().with_notes();
    desk.note("new.md", "# 斑马\n\n斑马的条纹可以迷惑蝇虫。\n");
    assert!(each(&desk.json(["search", "斑马 条纹"])["hits"], "document").iter().all(|d| d != "new.md"));
}

#[test]
fn a_folder_that_is_not_there_keeps_its_index() {
    let desk = Desk::new().with_notes();
    fs::rename(desk.notes(), desk.path().join("unplugged")).expect("a rename");
    let report = desk.json(["sync"]);
    assert_eq!(report["removed"], 0);
    assert!(strings(&report["notices"])[0].contains("is not there"), "{report}");
    let doctor = desk.json(["doctor"]);
    assert!(each(&doctor["checks"], "detail").iter().any(|d| d.contains("is not there")), "{doctor}");
    fs::rename(desk.path().join("unplugged"), desk.notes()).expect("a rename");
    desk.run(["ask", QUESTION]).exits(0);
}

#[test]
fn an_index_that_is_deleted_or_damaged_is_rebuilt() {
    let desk = Desk::new().with_notes();
    let before = desk.json(["search", QUESTION])["hits"].clone();
    fs::remove_dir_all(desk.data().join("index")).expect("the index");
    assert_eq!(desk.json(["search", QUESTION])["hits"], before);
    for entry in walk(&desk.data().join("index")) {
        fs::write(entry, b"damaged").expect("a file");
    }
    desk.run(["sync"]).exits(0);
    assert_eq!(desk.json(["search", QUESTION])["hits"], before);
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut out = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        if entry.path().is_dir() { out.extend(walk(&entry.path())) } else { out.push(entry.path()) }
    }
    out
}
