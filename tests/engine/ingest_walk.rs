//! Walking a folder: what is a note, what is left out, what is said.

use std::fs;
use std::path::Path;

use sidenote_engine::cancel::CancelToken;
use sidenote_engine::error::ErrorCode;
use sidenote_engine::ingest::walk::{Entry, WalkRules, walk};
use sidenote_engine::ingest::{Limits, SkipReason};
use tempfile::TempDir;

fn write(root: &Path, path: &str, text: &str) {
    let file = root.join(path);
    fs::create_dir_all(file.parent().expect("parent")).expect("folder");
    fs::write(file, text).expect("file");
}

fn folder(files: &[&str]) -> TempDir {
    let folder = TempDir::new().expect("folder");
    files.iter().for_each(|path| write(folder.path(), path, "text"));
    folder
}

fn entries(root: &Path, rules: &WalkRules) -> Vec<Entry> {
    walk(root, rules, &CancelToken::new()).expect("walked")
}

fn paths(root: &Path) -> Vec<String> {
    entries(root, &WalkRules::default()).into_iter().map(|entry| entry.path).collect()
}

#[test]
fn notes_are_found_sorted_with_their_sizes_and_times() {
    let folder = folder(&["b.md", "a/z.txt", "a/b.HTML", "c.png", "d.csv", "无扩展名"]);
    let found = entries(folder.path(), &WalkRules::default());
    assert_eq!(found.iter().map(|entry| entry.path.as_str()).collect::<Vec<_>>(), ["a/b.HTML", "a/z.txt", "b.md"]);
    assert!(found.iter().all(|entry| entry.size == 4 && entry.modified > 0 && entry.skip.is_none() && entry.absolute.is_file()));
}

#[test]
fn hidden_and_tool_folders_and_leftovers_are_left_out() {
    let folder = folder(&[
        "a.md",
        ".hidden.md",
        ".git/a.md",
        ".obsidian/a.md",
        ".trash/a.md",
        "node_modules/x/readme.md",
        "__pycache__/a.txt",
        "target/doc.md",
        "notes/target/a.md",
        "~$a.docx",
        "a.md~",
    ]);
    write(folder.path(), "target/CACHEDIR.TAG", "Signature: 8a477f597d28d172789f06886806bc55");
    assert_eq!(paths(folder.path()), ["a.md", "notes/target/a.md"]);
}

#[test]
fn folders_that_are_read_elsewhere_are_left_out() {
    let folder = folder(&["a.md", "in/b.md", "in/deep/c.md", "inner/d.md"]);
    let home = folder.path().canonicalize().expect("a folder");
    let rules = WalkRules { apart: vec![home.join("in")], ..WalkRules::default() };
    let paths = || entries(&home, &rules).into_iter().filter(|e| e.skip.is_none()).map(|e| e.path).collect::<Vec<_>>();
    assert_eq!(paths(), ["a.md", "inner/d.md"]);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(home.join("in/b.md"), home.join("link.md")).expect("a link");
        assert_eq!(paths(), ["a.md", "inner/d.md"], "nor through a link");
    }
}

#[test]
fn ignore_files_count_inside_the_folder_only() {
    let outer = folder(&["in/a.md", "in/draft.md", "in/old/b.md", "in/private/c.md", "in/keep/d.md"]);
    write(outer.path(), ".gitignore", "a.md\n");
    write(outer.path(), "in/.gitignore", "draft.md\n");
    write(outer.path(), "in/.ignore", "old/\n");
    write(outer.path(), "in/.sidenoteignore", "private/\n");
    assert_eq!(paths(&outer.path().join("in")), ["a.md", "keep/d.md"]);
}

#[test]
fn excluded_patterns_are_left_out_and_wrong_ones_are_an_error() {
    let folder = folder(&["README.md", "a/README.md", "a/b.md", "drafts/c.md"]);
    let rules = |patterns: &[&str]| WalkRules { exclude: patterns.iter().map(|&pattern| pattern.to_owned()).collect(), ..WalkRules::default() };
    let found: Vec<String> = entries(folder.path(), &rules(&["/README.md", "drafts/"])).into_iter().map(|entry| entry.path).collect();
    assert_eq!(found, ["a/README.md", "a/b.md"]);
    let error = walk(folder.path(), &rules(&["a{b"]), &CancelToken::new()).expect_err("wrong pattern");
    assert_eq!(error.code, ErrorCode::InvalidInput);
}

#[test]
fn large_files_are_said_without_being_read() {
    let folder = folder(&["a.md", "b.pdf"]);
    let rules = WalkRules { limits: Limits { text_bytes: 3, ..Limits::default() }, ..WalkRules::default() };
    let found = entries(folder.path(), &rules);
    assert_eq!(found[0].skip.as_ref().map(|skip| skip.reason), Some(SkipReason::TooLarge));
    assert_eq!(found[1].skip, None);
}

#[test]
fn a_missing_folder_is_an_error_and_a_cancelled_walk_stops() {
    let folder = folder(&["a.md"]);
    assert_eq!(walk(&folder.path().join("nowhere"), &WalkRules::default(), &CancelToken::new()).expect_err("missing").code, ErrorCode::Io);
    assert_eq!(walk(&folder.path().join("a.md"), &WalkRules::default(), &CancelToken::new()).expect_err("a file").code, ErrorCode::InvalidInput);
    let cancel = CancelToken::new();
    cancel.cancel();
    assert_eq!(walk(folder.path(), &WalkRules::default(), &cancel).expect_err("cancelled").code, ErrorCode::Cancelled);
}

#[cfg(unix)]
mod unix {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::symlink;

    use super::*;

    fn skips(root: &Path) -> Vec<(String, Option<SkipReason>)> {
        entries(root, &WalkRules::default()).into_iter().map(|entry| (entry.path, entry.skip.map(|skip| skip.reason))).collect()
    }

    #[test]
    fn links_never_lead_out_and_each_file_is_a_note_once() {
        let outside = folder(&["secret.md", "sub/x.md"]);
        let folder = folder(&["a.md", "data/raw.bin", "sub/b.md"]);
        let at = |path: &str| folder.path().join(path);
        symlink(outside.path().join("secret.md"), at("out.md")).expect("link");
        symlink(outside.path().join("sub"), at("outdir")).expect("link");
        symlink(at("a.md"), at("same.md")).expect("link");
        symlink(at("data/raw.bin"), at("raw.txt")).expect("link");
        symlink(at("data/raw.bin"), at("raw2.txt")).expect("link");
        symlink(folder.path(), at("sub/loop")).expect("link");
        symlink(at("gone.md"), at("gone.md.md")).expect("link");
        symlink(at("picture.png"), at("broken.png")).expect("link");
        assert_eq!(
            skips(folder.path()),
            [
                ("a.md".into(), None),
                ("gone.md.md".into(), Some(SkipReason::Link)),
                ("out.md".into(), Some(SkipReason::Link)),
                ("outdir".into(), Some(SkipReason::Link)),
                ("raw.txt".into(), None),
                ("raw2.txt".into(), Some(SkipReason::Link)),
                ("same.md".into(), Some(SkipReason::Link)),
                ("sub/b.md".into(), None),
                ("sub/loop".into(), Some(SkipReason::Link)),
            ]
        );
    }

    #[test]
    fn pipes_are_never_opened() {
        let folder = folder(&["a.md"]);
        let made = std::process::Command::new("mkfifo").arg(folder.path().join("pipe.md")).status();
        if made.is_ok_and(|status| status.success()) {
            assert_eq!(skips(folder.path()), [("a.md".into(), None), ("pipe.md".into(), Some(SkipReason::NotAFile))]);
        }
    }

    #[test]
    fn a_name_that_is_not_utf8_is_said() {
        let folder = folder(&["a.md"]);
        // Some file systems refuse such names.
        if fs::write(folder.path().join(OsStr::from_bytes(b"b\xff.md")), "text").is_ok() {
            assert_eq!(skips(folder.path()), [("a.md".into(), None), ("b\u{fffd}.md".into(), Some(SkipReason::Name))]);
        }
    }

    #[test]
    fn an_unreadable_folder_is_said_and_the_rest_goes_on() {
        use std::os::unix::fs::PermissionsExt;
        let folder = folder(&["a.md", "locked/b.md"]);
        let locked = folder.path().join("locked");
        fs::set_permissions(&locked, fs::Permissions::from_mode(0o000)).expect("mode");
        let refused = fs::read_dir(&locked).is_err();
        let found = skips(folder.path());
        fs::set_permissions(&locked, fs::Permissions::from_mode(0o755)).expect("mode");
        // The superuser is refused nothing.
        if refused {
            assert_eq!(found, [("a.md".into(), None), ("locked".into(), Some(SkipReason::Unreadable))]);
        }
    }
}
