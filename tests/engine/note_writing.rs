//! Notes written on a person's behalf: whole or not at all, and never over what someone else wrote.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use sidenote_engine::error::ErrorCode;
use sidenote_engine::notes::{self, Drafts, Saving};

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn an_edit_is_saved_only_over_what_was_edited() {
    let folder = folder();
    let file = folder.path().join("a.md");
    fs::write(&file, "一\n").unwrap();
    let read = notes::read(&file).unwrap();
    let Saving::Saved(hash) = notes::save(&file, "一\n二\n", &read.hash).unwrap() else { panic!("a conflict") };
    assert_eq!(fs::read_to_string(&file).unwrap(), "一\n二\n");
    fs::write(&file, "别人写的\n").unwrap();
    let Saving::Conflict(now) = notes::save(&file, "一\n二\n三\n", &hash).unwrap() else { panic!("written over") };
    assert_eq!((now.text.as_str(), fs::read_to_string(&file).unwrap().as_str()), ("别人写的\n", "别人写的\n"));
    // What the file holds already is no conflict, whoever wrote it.
    assert!(matches!(notes::save(&file, "别人写的\n", "another").unwrap(), Saving::Saved(_)));
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left, ["a.md"], "nothing is left beside it");
}

#[test]
fn byte_order_mark_and_windows_line_ends_stay() {
    let folder = folder();
    let file = folder.path().join("a.md");
    fs::write(&file, "\u{feff}one\r\ntwo\r\n").unwrap();
    let read = notes::read(&file).unwrap();
    assert_eq!(read.text, "one\ntwo\n");
    notes::save(&file, "one\ntwo\nthree\n", &read.hash).unwrap();
    assert_eq!(fs::read_to_string(&file).unwrap(), "\u{feff}one\r\ntwo\r\nthree\r\n");
}

#[test]
fn of_mixed_line_ends_only_those_of_edited_lines_change() {
    let folder = folder();
    let file = folder.path().join("a.md");
    let edited = |before: &str, now: &str| {
        fs::write(&file, before).unwrap();
        let read = notes::read(&file).unwrap();
        notes::save(&file, now, &read.hash).unwrap();
        fs::read_to_string(&file).unwrap()
    };
    assert_eq!(edited("a\r\nb\n\r\nc\nd\r\n", "a\nb\n\nC\nd\n"), "a\r\nb\n\r\nC\r\nd\r\n");
    assert_eq!(edited("a\r\nb\nc\r\nd\ne\r\n", "a\nB\nc\nD\ne\n"), "a\r\nB\r\nc\r\nD\r\ne\r\n", "two places at once");
    assert_eq!(edited("a\nb\r\nc", "a\nb\nc\nd\n"), "a\nb\r\nc\r\nd\r\n", "lines at the end");
    assert_eq!(edited("a\r\nb\nc\r\n", "a\nc\n"), "a\r\nc\r\n", "a line less");
    assert_eq!(edited("a", "a\nb\n"), "a\nb\n");
}

#[cfg(unix)]
#[test]
fn a_link_stays_a_link_and_rights_stay() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = folder();
    let (real, link) = (folder.path().join("real.md"), folder.path().join("link.md"));
    fs::write(&real, "一\n").unwrap();
    fs::set_permissions(&real, fs::Permissions::from_mode(0o600)).unwrap();
    std::os::unix::fs::symlink(&real, &link).unwrap();
    notes::save(&link, "二\n", &notes::read(&link).unwrap().hash).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::read_to_string(&real).unwrap(), "二\n");
    assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o600);
}

#[cfg(unix)]
#[test]
fn a_write_that_fails_leaves_the_file_as_it_was() {
    let folder = folder();
    let file = folder.path().join("a.md");
    fs::write(&file, "一\n").unwrap();
    let hash = notes::read(&file).unwrap().hash;
    // A folder stands where the text would be kept aside: for everyone, whatever their rights, that write fails.
    let key = blake3::hash(file.canonicalize().unwrap().as_os_str().as_encoded_bytes()).to_hex();
    fs::create_dir(folder.path().join(format!(".sidenote-{}-{}.tmp", std::process::id(), &key[..8]))).unwrap();
    let error = notes::save(&file, "二\n", &hash).unwrap_err();
    assert_eq!(error.code, ErrorCode::Io);
    assert_eq!(fs::read_to_string(&file).unwrap(), "一\n");
}

#[test]
fn new_notes_get_names_that_every_system_takes_and_never_replace_one() {
    let folder = folder();
    let made = |title: &str, text: &str| {
        let file = notes::create(folder.path(), title, text).unwrap();
        (file.file_name().unwrap().to_string_lossy().into_owned(), fs::read_to_string(file).unwrap())
    };
    assert_eq!(made("什么是 KV/缓存？", ""), ("什么是 KV 缓存？.md".into(), "# 什么是 KV/缓存？\n\n".into()));
    assert_eq!(made("什么是 KV/缓存？", "正文\n").0, "什么是 KV 缓存？ 2.md");
    assert_eq!(made("con", "x").0, "con_.md");
    assert_eq!(made("A", "# 自己的标题\n").1, "# 自己的标题\n");
    assert_eq!(made("B", "---\ntags: [x]\n---\n").1, "---\ntags: [x]\n---\n");
    assert!(made(&"长".repeat(300), "x").0.len() < 200);
    assert_eq!(notes::create(folder.path(), " /?. ", "").unwrap_err().code, ErrorCode::InvalidInput);
}

#[test]
fn notes_of_one_title_made_at_once_are_all_kept() {
    let folder = folder();
    let mut made: Vec<String> = std::thread::scope(|scope| {
        let make = |n: usize| notes::create(folder.path(), "会议", &format!("第 {n} 份")).unwrap();
        let threads: Vec<_> = (0..16).map(|n| scope.spawn(move || make(n))).collect();
        threads.into_iter().map(|thread| fs::read_to_string(thread.join().unwrap()).unwrap()).collect()
    });
    made.sort();
    made.dedup();
    assert_eq!((made.len(), fs::read_dir(folder.path()).unwrap().count()), (16, 16), "{made:?}");
}

/// Says to this very program, started once more, in which folder it is to make notes.
const FOLDER: &str = "SIDENOTE_TEST_NOTES_FOLDER";
const EACH: usize = 200;

#[test]
fn notes_of_one_title_that_two_programs_make_at_once_are_all_kept() {
    let make = |folder: &Path, who: &str| {
        (0..EACH).for_each(|n| drop(notes::create(folder, "会议", &format!("{who} {n}")).unwrap()));
    };
    if let Some(folder) = std::env::var_os(FOLDER) {
        return make(Path::new(&folder), "那边");
    }
    let folder = folder();
    let mut other = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["notes_of_one_title_that_two_programs_make_at_once_are_all_kept", "--nocapture"])
        .env(FOLDER, folder.path())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    // Both are at work from here on, or the test says nothing.
    while fs::read_dir(folder.path()).unwrap().next().is_none() {
        assert!(other.try_wait().unwrap().is_none(), "the other program made no note");
        std::thread::yield_now();
    }
    make(folder.path(), "这边");
    assert!(other.wait().unwrap().success());
    let texts: HashSet<String> = fs::read_dir(folder.path()).unwrap().map(|e| fs::read_to_string(e.unwrap().path()).unwrap()).collect();
    assert_eq!(texts.len(), 2 * EACH);
}

#[test]
fn a_name_in_other_letters_is_given_to_the_file_that_has_it() {
    let folder = folder();
    let (upper, lower) = (folder.path().join("Plan.md"), folder.path().join("plan.md"));
    fs::write(&upper, "# Plan\n").unwrap();
    // As on a system for which both names are those of one file.
    if fs::hard_link(&upper, &lower).is_err() {
        assert!(lower.exists(), "it is one already");
    }
    assert_eq!(notes::rename(&upper, "plan").unwrap(), lower);
    assert_eq!(fs::read_to_string(&lower).unwrap(), "# Plan\n");
    assert!(!folder.path().join("plan 2.md").exists());

    // Two files of such names are two.
    let (a, b) = (folder.path().join("List.md"), folder.path().join("list.md"));
    fs::write(&a, "one").unwrap();
    if !b.exists() {
        fs::write(&b, "two").unwrap();
        assert_eq!(notes::rename(&a, "list").unwrap(), folder.path().join("list 2.md"));
        assert_eq!(fs::read_to_string(b).unwrap(), "two");
    }
}

#[test]
fn a_note_that_cannot_be_written_leaves_no_empty_one() {
    let folder = folder();
    let place = folder.path().canonicalize().unwrap().join("会议.md");
    let key = blake3::hash(place.as_os_str().as_encoded_bytes()).to_hex();
    // A folder stands where the text would be kept aside.
    fs::create_dir(place.with_file_name(format!(".sidenote-{}-{}.tmp", std::process::id(), &key[..8]))).unwrap();
    assert_eq!(notes::create(place.parent().unwrap(), "会议", "x").unwrap_err().code, ErrorCode::Io);
    assert!(!place.exists());
}

#[test]
fn a_new_title_is_in_the_text_and_in_the_name() {
    let folder = folder();
    let file = notes::create(folder.path(), "旧", "---\ntags: [x]\n---\n# 旧\n\n```\n# 不是标题\n```\n").unwrap();
    let renamed = notes::rename(&file, "新的：题目").unwrap();
    notes::retitle(&renamed, "新的：题目").unwrap();
    assert!(!file.exists());
    assert_eq!(renamed.file_name().unwrap().to_str().unwrap(), "新的：题目.md");
    assert_eq!(fs::read_to_string(&renamed).unwrap(), "---\ntags: [x]\n---\n# 新的：题目\n\n```\n# 不是标题\n```\n");
    assert_eq!(notes::retitled("---\ntitle: 旧\n---\n# 旧\n", "a \"b\""), Some("---\ntitle: \"a \\\"b\\\"\"\n---\n# 旧\n".into()));
    assert_eq!(notes::retitled("没有标题\n", "x"), None);
}

#[test]
fn an_image_is_stored_once_and_anything_else_is_refused() {
    let folder = folder();
    let note = folder.path().join("a.md");
    let png = [&[0x89, b'P', b'N', b'G', 13, 10, 26, 10][..], &[0; 16]].concat();
    let first = notes::attach(&note, "image/png", &png).unwrap();
    assert_eq!(first, notes::attach(&note, "image/png", &png).unwrap());
    assert_eq!(fs::read_dir(folder.path().join("attachments")).unwrap().count(), 1);
    let page = b"<?xml version=\"1.0\"?><html><svg></svg></html>";
    assert_eq!(notes::attach(&note, "image/png", page).unwrap_err().code, ErrorCode::InvalidInput);

    let elsewhere = folder.path().join("Dessin.SVG");
    fs::write(&elsewhere, "<?xml version=\"1.0\"?>\n<!-- made by hand -->\n<svg xmlns=\"http://www.w3.org/2000/svg\"/>\n").unwrap();
    let drawing = notes::attach_file(&note, &elsewhere).unwrap();
    assert!(drawing.starts_with("![](attachments/") && drawing.ends_with(".svg)"), "{drawing}");
    assert!(elsewhere.exists(), "the file stays where it is");
    fs::write(&elsewhere, "<p>none</p>").unwrap();
    assert!(notes::attach_file(&note, &elsewhere).unwrap_err().message.contains("Dessin.SVG"));
    fs::File::create(&elsewhere).unwrap().set_len(33 << 20).unwrap();
    assert!(notes::attach_file(&note, &elsewhere).unwrap_err().message.contains("33 MB"));
}

#[test]
fn a_note_that_cannot_be_edited_says_why() {
    let folder = folder();
    let file = folder.path().join("a.md");
    assert_eq!(notes::read(&file).unwrap_err().code, ErrorCode::NotFound);
    fs::write(&file, [0xd6, 0xd0, 0xce, 0xc4]).unwrap();
    let error = notes::read(&file).unwrap_err();
    assert!(error.message.contains("UTF-8") && !error.hint.is_empty(), "{error:?}");
}

#[test]
fn a_draft_is_kept_until_it_is_forgotten() {
    let folder = folder();
    let drafts = Drafts::new(folder.path().join("drafts"));
    let note = folder.path().join("a.md");
    assert_eq!(drafts.kept(&note), None);
    drafts.keep(&note, "打了一半").unwrap();
    assert_eq!(drafts.kept(&note).as_deref(), Some("打了一半"));
    let left = drafts.unsaved().unwrap();
    assert_eq!((left[0].title().as_str(), left[0].file.as_path(), left[0].is_orphan()), ("a", note.as_path(), true));
    fs::write(&note, "打了一半").unwrap();
    assert!(drafts.unsaved().unwrap().is_empty(), "it has reached its file");
    drafts.forget(&note).unwrap();
    drafts.forget(&note).unwrap();
    assert_eq!(drafts.kept(&note), None);
}
