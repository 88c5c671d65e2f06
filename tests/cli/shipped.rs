//! The notes that come with the program: an ordinary library, offered once.

use std::path::Path;

use crate::support::{Desk, each};

#[test]
fn the_first_question_needs_no_set_up() {
    let desk = Desk::new().with_shipped();
    let ran = desk.run(["ask", "绿茶用多少度的水泡？"]).exits(0);
    assert!(ran.out.contains("八十度") && ran.out.contains("tea.md:9"), "{}", ran.whole());
    assert!(ran.err.contains("indexing for the first time"), "{}", ran.whole());
    let again = desk.run(["ask", "绿茶用多少度的水泡？"]).exits(0);
    assert!(!again.err.contains("indexing"), "{}", again.whole());
    // The folder's own README speaks to those who browse it.
    assert!(each(&desk.json(["search", "zebra"])["hits"], "document").iter().all(|d| d != "README.md"));
}

#[test]
fn removed_they_stay_removed() {
    let desk = Desk::new().with_shipped();
    let listed = desk.json(["library", "list"]);
    assert_eq!(each(&listed["libraries"], "name"), ["study-notes"]);
    assert_eq!(listed["libraries"][0]["shipped"], true);
    desk.run(["library", "remove", "study-notes"]).exits(0);
    desk.run(["sync"]).exits(2);
    let ran = desk.run(["ask", "绿茶用多少度的水泡？"]).exits(2);
    assert!(ran.err.contains("there are no notes"), "{}", ran.whole());
    assert!(desk.json(["library", "list"])["libraries"].as_array().is_some_and(Vec::is_empty));
}

#[test]
fn a_library_of_ones_own_does_not_hide_them() {
    let desk = Desk::new().with_shipped().with_notes();
    assert_eq!(each(&desk.json(["library", "list"])["libraries"], "name"), ["mine", "study-notes"]);
    assert_eq!(each(&desk.json(["search", "绿茶", "--library", "study-notes"])["hits"], "library").first().map(String::as_str), Some("study-notes"));
}

#[test]
fn an_english_question_of_which_chinese_notes_know_half_the_words_is_not_answered_from_them() {
    let desk = Desk::new();
    let notes = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../notes");
    desk.run(["library", "add", notes.to_str().expect("UTF-8")]).exits(0);
    // Blue-green deployment is "long" and "green"; of tea nothing is said.
    desk.run(["ask", "How long is green tea brewed?"]).exits(1);
    desk.run(["ask", "How does blue-green deployment work?"]).exits(0);
}
