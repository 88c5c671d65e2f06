//! What goes wrong outside the window: it is said in words, with what to do, and nothing that a person wrote is lost.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sidenote_engine::cancel::CancelToken;
use sidenote_engine::event::{Run, Silent};
use sidenote_engine::paths::Paths;
use sidenote_models::{Import, Options, Store};

use crate::disk::on_small_disk;
use crate::page::{Page, everywhere};
use crate::speaker;

fn ask(page: &Page, question: &str) -> Result<Value, Value> {
    page.call(
        "ask",
        json!({ "job": 1, "events": "__CHANNEL__:7", "request": { "conversation": null, "question": question, "filter": everywhere() } }),
    )
}

/// A page whose settings are there before it.
fn with_settings(settings: &str) -> Page {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("config")).unwrap();
    fs::write(folder.path().join("config/settings.toml"), settings).unwrap();
    Page::over(folder)
}

fn first_index(page: &Page) {
    page.begin();
    page.until("the first index", || page.said(900).iter().find(|e| e["type"] == "notes_changed").cloned());
}

fn own_ledger(page: &Page) -> Vec<Value> {
    let status = page.ok("status", json!({}));
    let own = status["libraries"].as_array().unwrap().iter().find(|l| l["own"] == true).unwrap()["id"].clone();
    page.ok("ledger", json!({ "library": own })).as_array().unwrap().clone()
}

#[test]
fn on_a_full_disk_a_save_fails_in_words_the_file_is_as_it_was_and_it_is_saved_once_there_is_room() {
    on_small_disk(|disk| {
        let page = Page::over(tempfile::tempdir_in(disk.path()).unwrap());
        first_index(&page);
        let note = page.ok("create", json!({ "title": "苍鹭", "text": "# 苍鹭\n\n第一稿。\n" }));
        let source = page.ok("source", json!({ "id": note["id"] }));
        let file = page.folder.path().join("notes/苍鹭.md");
        disk.fill();

        let text = format!("# 苍鹭\n\n苍鹭站的站长是顾怀远。\n{}", "补记。\n".repeat(40_000));
        let edit = json!({ "id": note["id"], "text": text, "hash": source["hash"] });
        for (command, arguments) in
            [("save", edit.clone()), ("draft", json!({ "id": note["id"], "text": text })), ("create", json!({ "title": "另一篇", "text": text }))]
        {
            let refused = page.call(command, arguments).unwrap_err();
            assert_eq!(refused["code"], "io", "{command}: {refused}");
            assert!(refused["hint"].as_str().unwrap().contains("disk space"), "{command}: {refused}");
        }
        assert_eq!(fs::read_to_string(&file).unwrap(), "# 苍鹭\n\n第一稿。\n");
        let unkept = ask(&page, "注意力机制为什么要除以根号 d？").unwrap();
        assert_eq!(unkept["turn"]["answer"]["outcome"], "answered", "a question needs no room: {unkept}");
        assert_eq!(unkept["conversation"], Value::Null);
        assert!(unkept["turn"]["answer"]["notices"].to_string().contains("could not be kept: the disk is full"), "{unkept}");

        disk.free();
        assert_eq!(page.ok("save", edit)["type"], "saved");
        assert_eq!(fs::read_to_string(&file).unwrap(), text);
        let answer = ask(&page, "苍鹭站的站长是谁？").unwrap();
        assert!(answer["turn"]["answer"]["answer"].as_str().unwrap().contains("顾怀远"), "{answer}");
    });
}

#[test]
fn a_note_of_50_mb_and_a_name_that_is_no_text_are_rows_with_a_reason_and_the_rest_is_read() {
    let page = Page::open();
    page.begin();
    page.ok("create", json!({ "title": "一", "text": "# 一\n\n灯塔在岬角上。\n" }));
    let notes = page.folder.path().join("notes");
    fs::write(notes.join("巨大.md"), "长长的笔记。".repeat((50 << 20) / 18)).unwrap();
    fs::write(notes.join(OsStr::from_bytes(b"caf\xe9.md")), "# 咖啡\n\n无名。\n").unwrap();
    fs::write(notes.join("二.md"), "# 二\n\n银杏码头的负责人是梁若川，码头在河口。\n").unwrap();
    page.until("the rest", || page.note("二"));
    for reason in ["too_large", "name"] {
        let row = page.until(reason, || own_ledger(&page).iter().find(|row| row["reason"] == reason).cloned());
        assert!(!row["detail"].as_str().unwrap().is_empty(), "{row}");
    }
    page.until("an answer from the rest", || {
        let asked = ask(&page, "银杏码头的负责人是谁？").unwrap();
        asked["turn"]["answer"]["answer"].as_str().unwrap().contains("梁若川").then_some(())
    });
}

#[test]
fn a_note_that_grows_too_large_for_the_editor_is_refused_in_words() {
    let page = Page::open();
    page.begin();
    let note = page.ok("create", json!({ "title": "长", "text": "# 长\n\n开头。\n" }));
    fs::write(page.folder.path().join("notes/长.md"), "a line of a long log\n".repeat((9 << 20) / 21)).unwrap();
    let refused = page.call("source", json!({ "id": note["id"] })).unwrap_err();
    assert_eq!(refused["code"], "invalid_input");
    assert!(refused["hint"].as_str().unwrap().contains("your own editor"), "{refused}");
}

#[test]
fn when_a_folder_vanishes_under_an_open_note_what_was_typed_is_kept_aside_and_the_window_goes_on() {
    let page = Page::open();
    first_index(&page);
    let note = page.ok("create", json!({ "title": "一", "text": "# 一\n\n开头。\n" }));
    let source = page.ok("source", json!({ "id": note["id"] }));
    let (notes, away) = (page.folder.path().join("notes"), page.folder.path().join("weg"));
    fs::rename(&notes, &away).unwrap();
    let edit = json!({ "id": note["id"], "text": "# 一\n\n改过。\n", "hash": source["hash"] });
    let refused = page.call("save", edit.clone()).unwrap_err();
    assert_eq!(refused["code"], "not_found");
    assert!(refused["hint"].as_str().unwrap().contains("kept as a new note"), "{refused}");
    page.ok("draft", json!({ "id": note["id"], "text": "# 一\n\n改过。\n" }));
    assert_eq!(ask(&page, "注意力机制为什么要除以根号 d？").unwrap()["turn"]["answer"]["outcome"], "answered");
    fs::rename(&away, &notes).unwrap();
    assert_eq!(page.ok("source", json!({ "id": note["id"] }))["draft"], "# 一\n\n改过。\n");
    assert_eq!(page.ok("save", edit)["type"], "saved");
}

#[test]
fn a_model_that_is_damaged_or_gone_is_named_and_done_without() {
    let folder = tempfile::tempdir().unwrap();
    let paths = Paths::under(folder.path());
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/gguf/qwen3-f32.gguf");
    let import = Import { from: fixture, name: Some("klein".to_owned()), options: Options::default() };
    let (model, _) = import.run(&Store::new(paths.models()), Run { observer: &Silent, cancel: &CancelToken::new() }).unwrap();
    let weights = fs::read_dir(&model.folder).unwrap().map(|e| e.unwrap().path()).find(|p| p.extension().is_some_and(|e| e == "gguf")).unwrap();
    let whole = fs::read(&weights).unwrap();
    fs::write(&weights, &whole[..whole.len() / 2]).unwrap();
    fs::create_dir_all(&paths.config).unwrap();
    fs::write(paths.settings(), "[models]\nembedder = \"bge-small-zh-v1.5\"\ngenerator = \"klein\"\n").unwrap();

    let page = Page::over(folder);
    first_index(&page);
    let answer = ask(&page, "LoRA 微调的原理是什么？").unwrap()["turn"]["answer"].clone();
    assert_eq!(answer["outcome"], "answered", "{answer}");
    let said = format!("{}{}", page.ok("status", json!({}))["notices"], answer["notices"]);
    for name in ["klein", "bge-small-zh-v1.5"] {
        assert!(said.contains(name), "{name}: {said}");
    }
}

#[test]
fn a_sentence_model_that_cannot_run_takes_over_nothing_and_indexing_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let paths = Paths::under(folder.path());
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/gguf/sentences-q8_0.gguf");
    let import = Import { from: fixture, name: Some("klein".to_owned()), options: Options::default() };
    let (model, _) = import.run(&Store::new(paths.models()), Run { observer: &Silent, cancel: &CancelToken::new() }).unwrap();
    let weights = fs::read_dir(&model.folder).unwrap().map(|e| e.unwrap().path()).find(|p| p.extension().is_some_and(|e| e == "gguf")).unwrap();
    let mut bytes = fs::read(&weights).unwrap();
    // As long as before, so that only its use tells.
    bytes[..64].fill(0);
    fs::write(&weights, bytes).unwrap();
    fs::create_dir_all(&paths.config).unwrap();
    fs::write(paths.settings(), "[models]\nnext_embedder = \"klein\"\n").unwrap();

    let page = Page::over(folder);
    first_index(&page);
    page.until("what became of it", || {
        page.said(900).iter().find(|e| e["type"] == "failed" && e["error"]["message"].to_string().contains("klein")).cloned()
    });
    assert!(page.said(900).iter().all(|e| e["type"] != "sync_failed"), "the notes are indexed");
    assert!(!fs::read_to_string(paths.settings()).unwrap().contains("klein"), "a later sync does not fail with it again");
    assert!(page.call("use_model", json!({ "name": "klein" })).unwrap_err()["message"].as_str().unwrap().contains("klein"));
    assert!(!fs::read_to_string(paths.settings()).unwrap().contains("klein"), "it is not chosen");
}

#[test]
fn a_model_that_breaks_off_in_the_middle_of_an_answer_gives_way_to_the_notes_own_sentences() {
    let page = with_settings(&speaker::serve(&["LoRA 冻结原来的"], Duration::ZERO, true));
    first_index(&page);
    let asked = ask(&page, "LoRA 微调的原理是什么？").unwrap();
    let answer = &asked["turn"]["answer"];
    assert_eq!(answer["outcome"], "answered", "{answer}");
    assert!(!answer["citations"].as_array().unwrap().is_empty());
    assert!(page.said(7).iter().any(|event| event["type"] == "replaced"), "what was written is taken back");
    assert!(!answer["notices"].as_array().unwrap().is_empty(), "why: {answer}");
    assert_eq!(page.ok("conversations", json!({ "query": null })).as_array().unwrap().len(), 1, "the question is kept");
}

#[test]
fn an_answer_that_is_asked_for_again_and_stopped_before_a_sentence_leaves_what_was_there() {
    let page = with_settings(&speaker::serve(&["LoRA ", "冻结", "原来的", "权重", "。"], Duration::from_millis(700), false));
    first_index(&page);
    let request = |conversation: &Value, replaces: &Value, extractive: bool| {
        let question = "LoRA 微调的原理是什么？";
        let request =
            json!({ "conversation": conversation, "question": question, "replaces": replaces, "extractive": extractive, "filter": everywhere() });
        json!({ "job": 9, "events": "__CHANNEL__:7", "request": request })
    };
    let first = page.ok("ask", request(&Value::Null, &Value::Null, true));
    let id = &first["conversation"]["id"];
    page.ok("ask", request(id, &Value::Null, true));
    let before = page.ok("conversation", json!({ "id": id }));
    assert_eq!(before["turns"].as_array().unwrap().len(), 2);

    let again = page.begin_call("ask", request(id, &first["turn"]["id"], false));
    page.until("the model's first word", || page.said(7).iter().find(|event| event["type"] == "piece").cloned());
    page.ok("stop", json!({ "job": 9 }));
    let stopped = again.join().unwrap().unwrap();
    assert_eq!(stopped["turn"]["id"], first["turn"]["id"], "the answer of before: {stopped}");
    assert_eq!(stopped["told"], json!([]), "the model is on this machine: nothing went elsewhere");
    assert_eq!(page.ok("conversation", json!({ "id": id })), before);
}

#[test]
fn with_settings_that_cannot_be_read_notes_are_read_and_asked_it_is_said_and_the_file_stays() {
    let broken = "[window\ntheme = ";
    let page = with_settings(broken);
    first_index(&page);
    let answer = ask(&page, "LoRA 微调的原理是什么？").unwrap()["turn"]["answer"].clone();
    assert_eq!(answer["outcome"], "answered", "{answer}");
    page.ok("view", json!({ "id": answer["citations"][0]["document_id"], "at": 0 }));
    let said = format!("{}{}", answer["notices"], page.ok("status", json!({}))["notices"]);
    assert_eq!(said.matches("settings.toml` cannot be read").count(), 2, "{said}");

    let refused = page.call("settings", json!({})).unwrap_err();
    assert!(refused["hint"].as_str().unwrap().contains("put the file right"), "{refused}");
    let settings =
        json!({ "language": "zh", "theme": "dark", "text_scale": 1.0, "tray": false, "hotkey": null, "editor_command": null, "notes_folder": "x" });
    page.call("save_settings", json!({ "settings": settings })).unwrap_err();
    page.call("use_none", json!({ "kind": "generator" })).unwrap_err();
    let file = page.folder.path().join("config/settings.toml");
    assert_eq!(fs::read_to_string(&file).unwrap(), broken);
    fs::write(&file, "[window]\ntheme = \"dark\"\n").unwrap();
    assert_eq!(page.ok("settings", json!({}))["theme"], "dark", "once it is put right");
    let saved = page.ok("save_settings", json!({ "settings": settings }));
    assert_ne!(saved["notes_folder"], "x", "the page names no place for notes");
}

#[test]
fn while_another_program_indexes_notes_are_renamed_copied_kept_and_removed_at_once_and_indexed_later() {
    on_small_disk(|disk| {
        // The trash of a disk is on that disk: the person's own is left alone.
        let page = Page::over(tempfile::tempdir_in(disk.path()).unwrap());
        first_index(&page);
        let make = |title: &str, text: &str| page.ok("create", json!({ "title": title, "text": text }));
        let old = make("旧名", "# 旧名\n\n大潮在初三。\n");
        let gone = make("多余", "# 多余\n\n不要了。\n");
        let asked = ask(&page, "LoRA 微调的原理是什么？").unwrap();
        let shipped = page.ok("list", json!({})).as_array().unwrap().iter().find(|n| n["editable"] == false).cloned().unwrap();
        let lock = page.until("a moment between two runs", || Paths::under(page.folder.path()).lock().ok());
        let began = Instant::now();

        let renamed = page.ok("rename_note", json!({ "id": old["id"], "title": "新名" }))["note"].clone();
        assert_eq!((&renamed["title"], &renamed["path"], &renamed["editable"]), (&json!("新名"), &json!("新名.md"), &json!(true)));
        let source = page.ok("source", json!({ "id": renamed["id"] }));
        let edit = json!({ "id": renamed["id"], "text": "# 新名\n\n大潮在十八，观潮的是沈渡。\n", "hash": source["hash"] });
        assert_eq!(page.ok("save", edit)["type"], "saved", "it is written in as any other");
        let stale = page.call("save", json!({ "id": old["id"], "text": "# 旧名\n\n另一处还开着。\n", "hash": source["hash"] })).unwrap_err();
        assert!(stale["hint"].as_str().unwrap().contains("kept as a new note"), "{stale}");
        assert_eq!(page.ok("copy_to_own", json!({ "id": shipped["id"] }))["editable"], true);
        assert_eq!(page.ok("save_as_note", json!({ "turn": asked["turn"]["id"], "language": "zh" }))["editable"], true);
        page.ok("remove_note", json!({ "id": gone["id"] }));
        let again = ask(&page, "观潮的是谁？").unwrap()["turn"]["answer"].clone();
        assert!(again["notices"].to_string().contains("another sidenote is indexing"), "what may be missing is said: {again}");
        assert!(began.elapsed() < Duration::from_secs(60), "nobody waits for the other program: {:?}", began.elapsed());

        let files = || {
            let mut names: Vec<String> =
                fs::read_dir(page.folder.path().join("notes")).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
            names.sort();
            names
        };
        let there = files();
        assert_eq!(there.len(), 3, "{there:?}");
        let listed = || {
            let notes = page.ok("list", json!({}));
            let own = notes.as_array().unwrap().iter().filter(|note| note["editable"] == true);
            let mut paths: Vec<(String, u64)> = own.map(|note| (note["path"].as_str().unwrap().to_owned(), note["id"].as_u64().unwrap())).collect();
            paths.sort();
            paths
        };
        let paths = |listed: &[(String, u64)]| listed.iter().map(|(path, _)| path.clone()).collect::<Vec<_>>();
        let meanwhile = listed();
        assert_eq!(paths(&meanwhile), there, "the list is what the person made of it");
        assert!(meanwhile.contains(&("新名.md".to_owned(), renamed["id"].as_u64().unwrap())), "{meanwhile:?}");
        let unread = page.call("view", json!({ "id": renamed["id"], "at": 0 })).unwrap_err();
        assert!(unread["message"].as_str().unwrap().contains("not indexed yet"), "{unread}");
        page.until("that it waits", || page.said(900).into_iter().find(|e| e["type"] == "sync_failed" && e["error"]["code"] == "busy"));
        drop(lock);
        page.until("the index as the files are", || {
            let listed = listed();
            (paths(&listed) == there && listed.iter().all(|note| !meanwhile.contains(note))).then_some(())
        });
        assert!(ask(&page, "观潮的是谁？").unwrap()["turn"]["answer"]["answer"].as_str().unwrap().contains("沈渡"));
        assert_eq!(files(), there, "nothing is made twice");
    });
}

#[test]
fn a_first_note_that_cannot_be_made_while_another_program_indexes_is_refused_in_words_and_made_afterwards() {
    let page = Page::open();
    page.ok("status", json!({}));
    let lock = Paths::under(page.folder.path()).lock().unwrap();
    let typed = json!({ "title": "第一篇", "text": "# 第一篇\n\n潮水退了。\n" });
    let refused = page.call("create", typed.clone()).unwrap_err();
    assert_eq!(refused["code"], "busy");
    assert!(refused["hint"].as_str().unwrap().contains("wait until it has finished"), "{refused}");
    assert!(!page.folder.path().join("notes/第一篇.md").exists(), "a second attempt makes it once");
    drop(lock);
    assert_eq!(page.ok("create", typed)["path"], "第一篇.md");
}

#[test]
fn a_note_that_is_made_while_another_program_indexes_is_made_once_and_indexed_later() {
    let page = Page::open();
    page.begin();
    page.ok("create", json!({ "title": "一", "text": "# 一\n\n开头。\n" }));
    let lock = page.until("a moment between two runs", || Paths::under(page.folder.path()).lock().ok());
    let note = page.ok("create", json!({ "title": "潮汐表", "text": "# 潮汐\n\n大潮在初三。\n" }));
    assert_eq!((&note["title"], &note["path"], &note["editable"]), (&json!("潮汐"), &json!("潮汐表.md"), &json!(true)));
    // It is written in as any other.
    let source = page.ok("source", json!({ "id": note["id"] }));
    let saved = page.ok("save", json!({ "id": note["id"], "text": "# 潮汐\n\n大潮在十八。![](a/图.png)\n", "hash": source["hash"] }));
    assert_eq!(saved["type"], "saved");
    drop(lock);
    let listed = page.until("the note in the index", || page.note("潮汐").filter(|listed| listed["id"] != note["id"]));
    let view = page.ok("view", json!({ "id": note["id"], "at": 0 }));
    assert_eq!(view["note"]["id"], listed["id"], "its first number still leads to it");
    assert!(
        view["html"].as_str().unwrap().contains(&format!("/{}/a/", listed["id"])),
        "its images are found by the number that it has in the index: {view}"
    );
    assert_eq!(fs::read_dir(page.folder.path().join("notes")).unwrap().count(), 2);
}

#[test]
fn a_model_on_another_machine_is_named_with_its_host_and_so_is_one_that_is_chosen_and_not_here() {
    let page = with_settings(
        "[models]\nreranker = \"who/knows\"\ngenerator = \"endpoint\"\nendpoint = { url = \"https://models.example.org/v1\", model = \"large\" }\n",
    );
    let models = page.ok("models", json!({}));
    let row = |name: &str| models.as_array().unwrap().iter().find(|m| m["name"] == name).cloned().unwrap_or_else(|| panic!("{name}: {models}"));
    let away = row("endpoint");
    assert_eq!((&away["used"], &away["kind"]), (&json!(true), &json!("generator")));
    assert_eq!(away["elsewhere"], json!({ "host": "models.example.org", "model": "large", "local": false }));
    let missing = row("who/knows");
    assert_eq!((&missing["chosen"], &missing["used"], &missing["installed"]), (&json!(true), &json!(false), &json!(false)));
    assert!(row("sidenote-static-256")["memory_bytes"].as_u64().unwrap() > 1_000_000, "the one inside is no stranger to memory");
    let info = page.ok("info", json!({}));
    assert_eq!(info["writer"], json!({ "name": "large", "sends_to": "models.example.org" }));
    assert!(info["memory_bytes"].as_u64().unwrap() > 1_000_000, "{info}");

    page.ok("use_none", json!({ "kind": "generator" }));
    assert_eq!(page.ok("info", json!({}))["writer"], Value::Null, "nothing leaves any more");
    page.ok("use_model", json!({ "name": "endpoint" }));
    assert_eq!(page.ok("info", json!({}))["writer"]["sends_to"], "models.example.org");
}

#[test]
fn a_folder_whose_name_is_no_text_is_no_reason_to_break_off() {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().join(OsStr::from_bytes(b"caf\xe9"));
    fs::create_dir(&folder).unwrap();
    // Without a display the program says so in words: it has read its arguments by then.
    let ran = Command::new(env!("CARGO_BIN_EXE_sidenote-desktop"))
        .arg("--data-dir")
        .arg(&folder)
        .arg(&folder)
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ran.stderr);
    assert_eq!(ran.status.code(), Some(2), "{said}");
    assert!(said.contains("no display") && !said.contains("panicked"), "{said}");
}
