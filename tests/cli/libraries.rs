//! Libraries, status and doctor.

use std::fs;

use crate::support::{CATS, Desk, each};

#[test]
fn libraries_come_and_go() {
    let desk = Desk::without_runtime().with_notes();
    fs::create_dir(desk.path().join("second")).expect("a folder");
    fs::write(desk.path().join("second/dogs.md"), CATS.replace('猫', "狗")).expect("a note");
    desk.snapshot("library_add", &desk.run(["library", "add", "second", "-q"]).exits(0).whole());
    desk.snapshot("library_list", &desk.run(["library", "list"]).exits(0).whole());
    assert_eq!(each(&desk.json(["search", "狗", "--library", "second"])["hits"], "library"), ["second"]);
    desk.snapshot("search_two_libraries", &desk.run(["search", "-q", "一天睡十二到十六个小时"]).exits(0).whole());
    desk.snapshot("library_remove", &desk.run(["library", "remove", "second"]).exits(0).whole());
    assert!(desk.path().join("second/dogs.md").is_file(), "files are not touched");
    assert!(!each(&desk.json(["search", "狗 一天睡十二到十六个小时"])["hits"], "library").contains(&"second".to_owned()));
    desk.snapshot("library_remove_unknown", &desk.run(["library", "remove", "second"]).exits(2).whole());
    desk.snapshot("sync_unknown", &desk.run(["sync", "second"]).exits(2).whole());
}

#[test]
fn a_folder_is_a_library_once() {
    let desk = Desk::without_runtime().with_notes();
    desk.snapshot("library_add_twice", &desk.run(["library", "add", "notes", "--name", "again"]).exits(2).whole());
    desk.snapshot("library_add_same_name", &desk.run(["library", "add", ".", "--name", "mine"]).exits(2).whole());
    desk.snapshot("library_add_file", &desk.run(["library", "add", "notes/cats.md"]).exits(2).whole());
    desk.run(["library", "add", "nowhere"]).exits(2);
    desk.run(["library", "add", "data"]).exits(2);
    assert_eq!(each(&desk.json(["library", "list"])["libraries"], "name"), ["mine"]);
}

#[test]
fn a_library_inside_another_is_said_when_it_is_added_and_when_they_are_listed() {
    let desk = Desk::without_runtime().with_notes();
    fs::create_dir(desk.path().join("notes/dogs")).expect("a folder");
    fs::write(desk.path().join("notes/dogs/dogs.md"), CATS.replace('猫', "狗")).expect("a note");
    desk.run(["sync"]).exits(0);
    desk.snapshot("library_add_inside", &desk.run(["library", "add", "notes/dogs"]).exits(0).whole());
    desk.snapshot("library_add_around", &desk.run(["library", "add", ".", "--name", "all"]).exits(0).whole());
    desk.snapshot("library_list_nested", &desk.run(["library", "list"]).exits(0).whole());
    let found =
        each(&desk.json(["search", "狗 一天睡十二到十六个小时", "--library", "dogs", "--library", "mine", "--library", "all"])["hits"], "document");
    assert_eq!(found.iter().filter(|path| path.ends_with("dogs.md")).collect::<Vec<_>>(), ["dogs.md"]);
}

#[test]
fn with_no_library_there_is_nothing_to_ask() {
    let desk = Desk::without_runtime();
    desk.snapshot("nothing_to_ask", &desk.run(["ask", "why?"]).exits(2).whole());
    desk.snapshot("nothing_to_sync", &desk.run(["sync"]).exits(2).whole());
    desk.snapshot("no_library", &desk.run(["library", "list"]).exits(0).whole());
    assert_eq!(desk.json(["status"])["documents"], 0);
}

#[test]
fn an_empty_library_finds_nothing() {
    let desk = Desk::new();
    desk.run(["library", "add", "notes"]).exits(0);
    desk.run(["search", "anything"]).exits(1);
    desk.run(["ask", "有什么？"]).exits(1);
    desk.run(["sync"]).exits(0);
}

#[test]
fn every_file_has_a_line_in_the_status() {
    let desk = Desk::without_runtime();
    desk.note("good.md", CATS);
    desk.note("empty.md", " \n\n");
    desk.note("binary.md", "\u{0}\u{1}\u{2}\u{0}\u{3}");
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        fs::write(desk.notes().join(std::ffi::OsStr::from_bytes(b"caf\xe9.md")), CATS).expect("a note");
        std::os::unix::fs::symlink("loop.md", desk.notes().join("loop.md")).expect("a link");
    }
    desk.run(["library", "add", "notes"]).exits(0);
    let status = desk.json(["status", "--files"]);
    let rows: Vec<(String, String)> = each(&status["files"], "document").into_iter().zip(each(&status["files"], "state")).collect();
    assert!(rows.contains(&("good.md".into(), "indexed".into())), "{status}");
    assert!(rows.contains(&("empty.md".into(), "skipped".into())), "{status}");
    assert!(rows.contains(&("binary.md".into(), "skipped".into())), "{status}");
    let reasons = each(&status["files"], "reason");
    assert!(reasons.contains(&"empty".into()) && reasons.contains(&"binary".into()), "{status}");
    #[cfg(unix)]
    {
        assert!(reasons.contains(&"name".into()) && reasons.contains(&"link".into()), "{status}");
        desk.snapshot("status_files", &desk.run(["status", "--files", "-q"]).exits(0).whole());
    }
    assert_eq!(status["stale_files"], 0, "{status}");
    desk.run(["ask", "猫的胡须用来判断什么？"]).exits(0);
}

#[test]
fn doctor_names_what_is_missing() {
    let desk = Desk::without_runtime().with_notes();
    desk.snapshot("doctor_no_model", &desk.run(["doctor"]).exits(2).whole());
    fs::remove_dir_all(desk.data().join("index")).expect("the index");
    desk.note("new.md", CATS);
    let examined = desk.json(["doctor"]);
    let bad: Vec<String> = examined["checks"]
        .as_array()
        .expect("checks")
        .iter()
        .filter(|c| c["ok"] == false)
        .filter_map(|c| c["check"].as_str().map(str::to_owned))
        .collect();
    assert!(bad.contains(&"keyword_index".into()) && bad.contains(&"freshness".into()), "{examined}");
    for check in examined["checks"].as_array().expect("checks").iter().filter(|c| c["ok"] == false) {
        assert!(check["remedy"].as_str().is_some_and(|r| !r.is_empty()), "{check}");
    }
}

#[test]
fn doctor_is_content_with_a_sound_installation() {
    let desk = Desk::new().with_shipped().with_notes();
    desk.run(["sync"]).exits(0);
    let ran = desk.run(["doctor", "--json"]);
    let examined = ran.json();
    let bad: Vec<&str> =
        examined["checks"].as_array().expect("checks").iter().filter(|c| c["ok"] == false).filter_map(|c| c["check"].as_str()).collect();
    // Whether the model runs depends on the machine, everything else on us.
    assert!(bad.is_empty() && ran.code == 0 || bad == ["vectors", "model"] && ran.code == 2, "{examined}");
}

#[test]
fn doctor_finds_damage_inside_the_vectors_and_a_sync_mends_it() {
    let desk = Desk::new().with_notes();
    desk.run(["sync"]).exits(0);
    let vectors = |examined: &serde_json::Value| {
        let checks = examined["checks"].as_array().expect("checks").iter();
        checks.filter(|c| c["check"] == "vectors").map(|c| c["ok"] == true).collect::<Vec<_>>()
    };
    let sound = vectors(&desk.json(["doctor"]));
    let spaces =
        fs::read_dir(desk.data().join("index")).expect("the index").flatten().filter(|e| e.file_name().to_string_lossy().starts_with("vector-"));
    for generation in spaces.flat_map(|space| fs::read_dir(space.path()).expect("generations").flatten()) {
        let file = generation.path().join("vectors.bin");
        let mut bytes = fs::read(&file).expect("the vectors");
        *bytes.last_mut().expect("a vector") ^= 0x40;
        fs::write(&file, bytes).expect("the vectors");
    }
    assert_eq!(vectors(&desk.json(["doctor"])), [false]);
    desk.run(["sync"]).exits(0);
    assert_eq!(vectors(&desk.json(["doctor"])), sound);
}

#[test]
fn doctor_finds_a_damaged_catalog() {
    let desk = Desk::new().with_notes();
    let file = desk.data().join("catalog.sqlite");
    let mut bytes = fs::read(&file).expect("the catalog");
    bytes[..100].fill(7);
    fs::write(&file, bytes).expect("the catalog");
    let examined = desk.json(["doctor"]);
    assert_eq!(examined["ok"], false);
    let ran = desk.run(["ask", "why?"]).exits(2);
    assert!(ran.err.contains("damaged") && ran.err.contains("hint: "), "{}", ran.err);
}
