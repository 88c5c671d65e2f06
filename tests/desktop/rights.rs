//! The page's rights: every command of the program, whatever it is called with.

use serde_json::json;

use crate::page::Page;

#[test]
fn every_command_of_the_program_may_be_called_by_the_page() {
    let source = include_str!("../../src-tauri/src/commands.rs");
    let list = source.split("generate_handler![").nth(1).unwrap().split(']').next().unwrap();
    let mut names: Vec<&str> = list.split(',').filter_map(|path| path.trim().rsplit("::").next()).filter(|name| !name.is_empty()).collect();
    assert!(names.len() > 50, "{names:?}");
    // The window goes with it: last.
    names.sort_by_key(|name| *name == "close");
    let page = Page::open();
    for name in names {
        // Rights are looked at before arguments: what complains of those was allowed.
        let answer = page.call(name, json!({}));
        assert!(!answer.as_ref().is_err_and(|e| e.to_string().contains("not allowed")), "{name}: {answer:?}");
    }
}
