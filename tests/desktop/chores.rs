//! What is asked for now and then: keeping an answer elsewhere, folders, models, the person's own editor.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde_json::{Value, json};

use crate::disk::on_small_disk;
use crate::page::{Page, everywhere};

fn ready(page: &Page) {
    page.begin();
    page.until("the first index", || page.said(900).iter().find(|e| e["type"] == "notes_changed").cloned());
}

fn ask(page: &Page, question: &str) -> Value {
    page.ok("ask", json!({ "job": 1, "events": "__CHANNEL__:7", "request": { "conversation": null, "question": question, "filter": everywhere() } }))
}

fn library(page: &Page, name: &str) -> Option<Value> {
    page.ok("status", json!({}))["libraries"].as_array().unwrap().iter().find(|l| l["name"] == name).cloned()
}

#[test]
fn an_answer_becomes_a_note_with_its_footnotes_is_exported_over_an_old_file_and_goes_with_its_conversation() {
    let page = Page::open();
    ready(&page);
    let asked = ask(&page, "LoRA 微调的原理是什么？");
    let note = page.ok("save_as_note", json!({ "turn": asked["turn"]["id"] }));
    assert_eq!(note["editable"], true);
    let text = fs::read_to_string(page.folder.path().join("notes").join(note["path"].as_str().unwrap())).unwrap();
    assert!(text.contains("[^1]") && text.contains("[^1]: "), "{text}");

    let (id, file) = (asked["conversation"]["id"].clone(), page.folder.path().join("old.md"));
    assert_eq!(page.ok("export_markdown", json!({ "id": id })), false, "the person thought better of it");
    fs::write(&file, "old ".repeat(100_000)).unwrap();
    page.pick(&file);
    assert_eq!(page.ok("export_markdown", json!({ "id": id })), true);
    let exported = fs::read_to_string(&file).unwrap();
    assert!(exported.contains("[^1]: ") && !exported.contains("old old"), "{exported}");

    page.ok("rename_conversation", json!({ "id": id, "title": "低秩" }));
    assert_eq!(page.ok("conversation", json!({ "id": id }))["title"], "低秩");
    page.ok("remove_conversation", json!({ "id": id }));
    assert_eq!(page.call("conversation", json!({ "id": id })).unwrap_err()["code"], "not_found");
}

#[test]
fn a_conversation_is_read_after_the_last_library_was_removed() {
    let page = Page::open();
    ready(&page);
    let asked = ask(&page, "LoRA 微调的原理是什么？");
    let shipped = page.ok("status", json!({}))["libraries"][0]["id"].clone();
    page.ok("remove_library", json!({ "library": shipped }));
    let turn = page.ok("conversation", json!({ "id": asked["conversation"]["id"] }))["turns"][0].clone();
    assert_eq!(turn["answer"]["answer"], asked["turn"]["answer"]["answer"]);
    let now = turn["citations_now"].as_array().unwrap();
    assert!(!now.is_empty() && now.iter().all(|citation| citation["state"] == "gone"), "{turn}");
}

#[test]
fn an_answer_knows_what_became_of_its_citation_when_the_note_was_edited() {
    let page = Page::open();
    ready(&page);
    let text = "# 白鹭计划\n\n白鹭计划的负责人是沈知秋，预算四百一十万元。\n";
    let note = page.ok("create", json!({ "title": "白鹭计划", "text": text }));
    let asked = ask(&page, "白鹭计划的负责人是谁？");
    let citation = &asked["turn"]["answer"]["citations"][0];
    assert_eq!(citation["document_id"], note["id"], "{asked}");
    let file = page.folder.path().join("notes/白鹭计划.md");
    let after = |text: &str, state: &str| {
        fs::write(&file, text).unwrap();
        page.until(state, || {
            let turns = page.ok("conversation", json!({ "id": asked["conversation"]["id"] }))["turns"].clone();
            let now = turns[0]["citations_now"][0].clone();
            (now["state"] == state).then_some(now)
        })
    };
    let moved = after("# 白鹭计划\n\n先写一段别的。\n\n白鹭计划的负责人是沈知秋，预算四百一十万元。\n", "moved");
    assert!(moved["start"].as_u64() > citation["start"].as_u64(), "{moved}");
    let changed = after("# 白鹭计划\n\n白鹭计划的负责人是顾怀远，预算五百万元。\n", "changed");
    assert!(changed["text"].as_str().unwrap().contains("顾怀远"), "what stands there now: {changed}");
    fs::remove_file(&file).unwrap();
    page.until("gone", || {
        let turns = page.ok("conversation", json!({ "id": asked["conversation"]["id"] }))["turns"].clone();
        (turns[0]["citations_now"][0]["state"] == "gone").then_some(())
    });
}

#[test]
fn a_note_that_gets_another_name_is_still_what_was_cited() {
    let page = Page::open();
    ready(&page);
    // One says its title itself, the other is called by its file's name.
    for (title, text) in
        [("白鹭计划", "# 白鹭计划\n\n白鹭计划的负责人是沈知秋。\n"), ("苍鹰计划", "---\ntags: [x]\n---\n\n苍鹰计划的负责人是顾怀远。\n")]
    {
        let note = page.ok("create", json!({ "title": title, "text": text }));
        let asked = ask(&page, &format!("{title}的负责人是谁？"));
        assert_eq!(asked["turn"]["answer"]["citations"][0]["document_id"], note["id"], "{asked}");
        let renamed = page.ok("rename_note", json!({ "id": note["id"], "title": format!("{title}（旧）") }))["note"].clone();
        assert_eq!((&renamed["id"], &renamed["title"]), (&note["id"], &json!(format!("{title}（旧）"))));
        let turns = page.ok("conversation", json!({ "id": asked["conversation"]["id"] }))["turns"].clone();
        let now = &turns[0]["citations_now"][0];
        assert!(now["state"] == "exact" || now["state"] == "moved", "{now}");
    }
}

#[test]
fn a_passage_has_relatives_in_other_notes() {
    let page = Page::open();
    ready(&page);
    let citation = ask(&page, "LoRA 微调的原理是什么？")["turn"]["answer"]["citations"][0].clone();
    let related = page.ok("related", json!({ "id": citation["document_id"], "start": citation["start"], "end": citation["end"] }));
    let related = related.as_array().unwrap();
    assert!(!related.is_empty() && related.iter().any(|passage| passage["document_id"] != citation["document_id"]), "{related:?}");
}

#[test]
fn a_note_that_is_deleted_answers_nothing_and_its_file_is_in_the_trash() {
    on_small_disk(|disk| {
        // The trash of a disk is on that disk: the person's own is left alone.
        let page = Page::over(tempfile::tempdir_in(disk.path()).unwrap());
        ready(&page);
        let note = page.ok("create", json!({ "title": "蓝鲸", "text": "# 蓝鲸\n\n蓝鲸计划的负责人是林小满。\n" }));
        page.ok("remove_note", json!({ "id": note["id"] }));
        assert!(!page.folder.path().join("notes/蓝鲸.md").exists());
        let trash = format!("find {} -path '*Trash*' -name '蓝鲸*.md'", disk.path().display());
        let found = std::process::Command::new("sh").args(["-c", &trash]).output().unwrap();
        assert!(!found.stdout.is_empty(), "it can be had back");
        assert!(!ask(&page, "蓝鲸计划的负责人是谁？")["turn"]["answer"]["answer"].as_str().unwrap().contains("林小满"));
    });
}

#[test]
fn the_persons_own_editor_is_started_with_its_arguments_and_nothing_is_left_of_it() {
    let page = Page::open();
    page.begin();
    let note = page.ok("create", json!({ "title": "一", "text": "# 一\n\n开头。\n" }));
    let (editor, said) = (page.folder.path().join("my editor"), page.folder.path().join("said"));
    fs::write(&editor, format!("#!/bin/sh\nprintf '%s\\n' $$ \"$@\" > '{0}.part' && mv '{0}.part' '{0}'\n", said.display())).unwrap();
    fs::set_permissions(&editor, fs::Permissions::from_mode(0o755)).unwrap();
    let mut settings = page.ok("settings", json!({}));
    for (command, before) in [(format!("'{}' --line 3 'a b'", editor.display()), vec!["--line", "3", "a b"]), (editor.display().to_string(), vec![])]
    {
        settings["editor_command"] = command.into();
        page.ok("save_settings", json!({ "settings": settings }));
        page.ok("open_externally", json!({ "id": note["id"] }));
        let text = page.until("the editor", || fs::read_to_string(&said).ok());
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[1..lines.len() - 1], before);
        assert!(lines.last().unwrap().ends_with("notes/一.md"), "{text}");
        page.until("its end", || (!Path::new("/proc").join(lines[0]).exists()).then_some(()));
        fs::remove_file(&said).unwrap();
    }
    settings["editor_command"] = "'no end".into();
    page.ok("save_settings", json!({ "settings": settings }));
    let refused = page.call("open_externally", json!({ "id": note["id"] })).unwrap_err();
    assert!(refused["message"].as_str().unwrap().contains("quote") && refused["hint"].as_str().unwrap().contains("settings"), "{refused}");
}

#[test]
fn a_folder_is_added_read_to_the_end_after_it_was_stopped_and_removed_without_touching_its_files() {
    const MANY: usize = 600;
    let folder = tempfile::tempdir().unwrap();
    for n in 0..MANY {
        fs::write(folder.path().join(format!("{n}.md")), format!("# 第 {n} 号浮标\n\n第 {n} 号浮标在第 {n} 海区。\n")).unwrap();
    }
    let page = Page::open();
    ready(&page);
    assert_eq!(page.ok("add_library", json!({})), Value::Null, "the person thought better of it");
    page.pick(folder.path());
    let added = page.ok("add_library", json!({}));
    let name = added["name"].as_str().unwrap();
    page.until("that it is read", || page.said(900).iter().find(|e| e["progress"]["library"] == name).cloned());
    page.ok("stop_sync", json!({}));
    page.until("its end", || page.said(900).last().filter(|e| e["type"] != "sync" || e["progress"].is_null()).cloned());
    page.ok("sync", json!({ "library": added["id"], "documents": null }));
    page.until("every note", || library(&page, name).filter(|l| l["indexed"] == MANY));
    page.ok("remove_library", json!({ "library": added["id"] }));
    assert!(library(&page, name).is_none());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), MANY);
    assert_eq!(page.call("add_offered", json!({ "offer": 99 })).unwrap_err()["code"], "not_found");
}

#[test]
fn notes_in_the_folders_of_two_libraries_are_listed_once_whichever_comes_first_or_goes() {
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("inner");
    fs::create_dir(&inner).unwrap();
    fs::write(folder.path().join("outer.md"), "# 外面\n\n外面的浮标是红的。\n").unwrap();
    fs::write(inner.join("inner.md"), "# 里面\n\n里面的浮标是蓝的。\n").unwrap();
    let page = Page::open();
    ready(&page);
    let add = |folder: &std::path::Path| {
        page.pick(folder);
        page.ok("add_library", json!({}))
    };
    let places = || {
        let notes = page.ok("list", json!({}));
        let mut places: Vec<String> = notes
            .as_array()
            .unwrap()
            .iter()
            .filter(|note| note["path"].as_str().unwrap().ends_with("ner.md") || note["path"] == "outer.md")
            .map(|note| format!("{} {}", note["library"].as_str().unwrap(), note["path"].as_str().unwrap()))
            .collect();
        places.sort();
        places
    };
    let outer = add(folder.path());
    let name = outer["name"].as_str().unwrap().to_owned();
    page.until("both notes", || (places() == [format!("{name} inner/inner.md"), format!("{name} outer.md")]).then_some(()));
    let added = add(&inner);
    page.until("each note in its own", || (places() == [format!("{name} outer.md"), "inner inner.md".to_owned()]).then_some(()));
    assert_eq!(library(&page, &name).unwrap()["apart"], json!(["inner"]));
    page.ok("remove_library", json!({ "library": added["id"] }));
    page.until("both in the one that is left", || (places() == [format!("{name} inner/inner.md"), format!("{name} outer.md")]).then_some(()));
}

#[test]
fn the_folder_of_new_notes_is_changed_only_to_one_that_can_hold_them() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    let (page, other) = (Page::open(), tempfile::tempdir().unwrap());
    ready(&page);
    let before = page.ok("settings", json!({}));
    let (file, unnamed) = (other.path().join("file"), other.path().join(OsStr::from_bytes(b"caf\xe9")));
    fs::write(&file, "").unwrap();
    fs::create_dir(&unnamed).unwrap();
    for bad in [file, unnamed] {
        page.pick(&bad);
        let refused = page.call("choose_notes_folder", json!({})).unwrap_err();
        assert!(!refused["message"].as_str().unwrap().is_empty(), "{refused}");
        assert_eq!(page.ok("settings", json!({})), before, "{bad:?} is not kept");
    }
    let good = other.path().join("notes");
    fs::create_dir(&good).unwrap();
    page.ok("create", json!({ "title": "旧处", "text": "" }));
    page.pick(&good);
    assert_eq!(page.ok("choose_notes_folder", json!({}))["notes_folder"], good.display().to_string());
    page.ok("create", json!({ "title": "新处", "text": "" }));
    assert!(good.join("新处.md").is_file(), "although the old folder has the same name");
}

#[test]
fn a_model_is_added_from_a_file_used_kept_while_it_is_and_removed() {
    let page = Page::open();
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/gguf/qwen3-f32.gguf");
    assert_eq!(page.ok("import_model", json!({})), Value::Null, "the person thought better of it");
    page.pick(fixture);
    let added = page.ok("import_model", json!({}));
    let name = added["name"].clone();
    assert!(added["installed"] == true && added["memory_bytes"].as_u64() > added["download_bytes"].as_u64(), "its file tells what it needs: {added}");
    page.ok("use_model", json!({ "name": name }));
    assert_eq!(page.ok("info", json!({}))["writer"], json!({ "name": name, "sends_to": null }));
    assert!(page.call("remove_model", json!({ "name": name })).unwrap_err()["message"].as_str().unwrap().contains("in use"));
    page.ok("use_none", json!({ "kind": "generator" }));
    page.ok("remove_model", json!({ "name": name }));
    assert!(page.ok("models", json!({})).as_array().unwrap().iter().all(|m| m["name"] != name));
    let unknown = page.call("pull_model", json!({ "job": 1, "name": "nobody-knows-it", "progress": "__CHANNEL__:8" })).unwrap_err();
    assert!(!unknown["hint"].as_str().unwrap().is_empty(), "{unknown}");
}
