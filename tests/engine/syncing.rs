//! Folders, catalog and indexes stay together: incremental sync, damage, cancellation, crashes.

use std::collections::BTreeMap;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;
use sidenote_engine::cancel::CancelToken;
use sidenote_engine::catalog::Catalog;
use sidenote_engine::error::ErrorCode;
use sidenote_engine::event::{Event, Observer, Run};
use sidenote_engine::paths::Paths;

use crate::support::{Desk, open, quietly};

fn note(word: &str) -> String {
    format!("# 关于{word}\n\n## {word}是什么？\n\n{word}是一个只在这篇笔记里出现的词，用来检查它能不能被找到。\n")
}

#[test]
fn a_second_sync_does_nothing() {
    let desk = Desk::new();
    for i in 0..5 {
        desk.write(&format!("a/{i}.md"), note(&format!("zebra{i}x")));
    }
    let first = desk.sync();
    assert_eq!((first.added, first.embedded), (5, 5));
    let second = desk.sync();
    assert_eq!((second.added, second.changed, second.removed, second.embedded, second.unchanged), (0, 0, 0, 0, 5));
    assert_eq!(second.generation, first.generation);
}

#[test]
fn an_edit_is_found_and_the_old_text_is_not() {
    let desk = Desk::new();
    desk.write("a.md", note("quokka"));
    desk.sync();
    desk.write("a.md", note("wombat"));
    let report = desk.sync();
    assert_eq!(report.changed, 1);
    assert_eq!(desk.search("wombat"), ["a.md"]);
    let question = sidenote_engine::engine::Question { text: "quokka".into(), limit: 5, ..Default::default() };
    let found = quietly(|run| desk.engine.snapshot(run)?.search(&question, run)).unwrap();
    assert!(found.hits.iter().all(|h| !h.text.contains("quokka")));
}

#[test]
fn a_note_in_the_folders_of_two_libraries_is_in_the_inner_one_alone() {
    let desk = Desk::new();
    desk.write("a.md", note("narwhal"));
    desk.write("sub/b.md", note("quokka"));
    desk.sync();
    let found = |word: &str| {
        let question = sidenote_engine::engine::Question { text: word.into(), limit: 20, ..Default::default() };
        let hits = quietly(|run| desk.engine.snapshot(run)?.search(&question, run)).unwrap().hits;
        hits.into_iter()
            .filter(|hit| hit.text.contains(word))
            .map(|hit| (format!("{}/{}", hit.library, hit.document), hit.also_in.len()))
            .collect::<Vec<_>>()
    };
    let once = |place: &str| vec![(place.to_owned(), 0)];
    let counts = || desk.engine.libraries().unwrap().iter().map(|l| (l.name.clone(), l.indexed, l.apart.clone())).collect::<Vec<_>>();

    desk.engine.add_library(&desk.notes().join("sub"), None).unwrap();
    assert_eq!(desk.engine.around("sub").unwrap(), ["notes"]);
    desk.sync();
    assert_eq!((found("quokka"), found("narwhal")), (once("sub/b.md"), once("notes/a.md")));
    assert_eq!(counts(), [("notes".into(), 1, vec!["sub".to_owned()]), ("sub".into(), 1, vec![])]);

    // A folder around both.
    desk.engine.add_library(desk.folder.path(), Some("all")).unwrap();
    desk.sync();
    assert_eq!((found("quokka"), found("narwhal")), (once("sub/b.md"), once("notes/a.md")));
    assert_eq!(quietly(|run| desk.engine.stale_files(run)).unwrap(), 0);

    quietly(|run| desk.engine.remove_library("sub", run)).unwrap();
    desk.sync();
    assert_eq!(found("quokka"), once("notes/sub/b.md"), "without the inner one it is the next one's");
}

#[test]
fn a_renamed_note_is_not_embedded_again() {
    let desk = Desk::new();
    desk.write("old.md", note("narwhal"));
    desk.sync();
    let before = desk.embedder.count.load(Ordering::Relaxed);
    fs::rename(desk.notes().join("old.md"), desk.notes().join("new.md")).unwrap();
    let report = desk.sync();
    assert_eq!((report.renamed, report.added, report.removed), (1, 0, 0));
    assert_eq!(desk.embedder.count.load(Ordering::Relaxed), before);
    assert_eq!(desk.search("narwhal"), ["new.md"]);
}

#[test]
fn a_note_called_by_its_file_keeps_its_number_under_another_name() {
    let desk = Desk::new();
    desk.write("old.md", "narwhal 是一个只在这篇笔记里出现的词。\n");
    desk.sync();
    let named = |path: &str| {
        let catalog = Catalog::open_snapshot(&Paths::under(&desk.data()).catalog()).unwrap().unwrap();
        catalog.documents().unwrap().into_iter().find(|note| note.path == path).map(|note| (note.id, note.title))
    };
    let (id, _) = named("old.md").unwrap();
    fs::rename(desk.notes().join("old.md"), desk.notes().join("new.md")).unwrap();
    let report = desk.sync();
    assert_eq!((report.renamed, report.added, report.removed), (1, 0, 0));
    assert_eq!((named("new.md"), named("old.md")), (Some((id, "new".to_owned())), None));
    assert_eq!(desk.search("narwhal"), ["new.md"]);
}

#[test]
fn a_note_is_found_by_its_files_name_and_after_renaming_by_the_new_one() {
    let desk = Desk::new();
    let text = "# Sourdough\n\nFeed the starter twice a day with rye flour.\n";
    desk.write("narwhal.md", text);
    desk.sync();
    assert_eq!(desk.search("narwhal"), ["narwhal.md"]);
    let before = desk.embedder.count.load(Ordering::Relaxed);
    fs::rename(desk.notes().join("narwhal.md"), desk.notes().join("my-ocelot.md")).unwrap();
    assert_eq!(desk.sync().renamed, 1);
    assert_eq!(desk.embedder.count.load(Ordering::Relaxed), before, "its text is the same");
    assert_eq!(desk.search("ocelot"), ["my-ocelot.md"]);
    assert!(desk.search("narwhal").is_empty());
}

#[test]
fn equal_texts_are_embedded_once() {
    let desk = Desk::new();
    desk.write("a/x.md", note("ocelot"));
    desk.write("b/x.md", note("ocelot"));
    assert_eq!(desk.sync().embedded, 1);
}

#[test]
fn a_deleted_note_is_gone_at_once_and_is_not_cited() {
    let desk = Desk::new();
    desk.write("a.md", note("axolotl"));
    desk.write("b.md", note("capybara"));
    desk.sync();
    desk.remove("a.md");
    assert!(!desk.search("axolotl是什么").contains(&"a.md".to_owned()), "before any sync");
    assert!(desk.ask("axolotl是什么？").citations.iter().all(|c| c.document != "a.md"));
    desk.sync();
    assert!(!desk.search("axolotl是什么").contains(&"a.md".to_owned()));
}

#[test]
fn the_index_folder_may_be_deleted_at_any_time_and_no_model_is_run() {
    let desk = Desk::new();
    desk.write("a.md", note("pangolin"));
    desk.sync();
    let embedded = desk.embedder.count.load(Ordering::Relaxed);
    fs::remove_dir_all(desk.data().join("index")).unwrap();
    assert_eq!(desk.search("pangolin"), ["a.md"]);
    // One for the question itself.
    assert_eq!(desk.embedder.count.load(Ordering::Relaxed), embedded + 1);
    let status = quietly(|run| desk.engine.status(false, run)).unwrap();
    assert_eq!(status.legs.vector_generation, Some(status.generation));
}

#[test]
fn a_damaged_keyword_index_is_rebuilt() {
    let desk = Desk::new();
    desk.write("a.md", note("pangolin"));
    desk.sync();
    let folder = desk.data().join("index/lexical-v4");
    for file in fs::read_dir(&folder).unwrap().flatten().filter(|f| f.path().is_file()) {
        let bytes = fs::read(file.path()).unwrap();
        fs::write(file.path(), &bytes[..bytes.len() / 2]).unwrap();
        desk.sync();
        assert_eq!(desk.search("pangolin"), ["a.md"], "{:?}", file.file_name());
    }
}

#[test]
fn a_folder_that_is_not_there_keeps_its_notes() {
    let desk = Desk::new();
    desk.write("a.md", note("pangolin"));
    desk.sync();
    let aside = desk.folder.path().join("unplugged");
    fs::rename(desk.notes(), &aside).unwrap();
    let report = desk.sync();
    assert_eq!((report.removed, report.notices.len()), (0, 1));
    fs::rename(&aside, desk.notes()).unwrap();
    desk.sync();
    assert_eq!(desk.search("pangolin"), ["a.md"]);
}

#[test]
fn two_writers_exclude_each_other_and_readers_go_on() {
    let desk = Desk::new();
    desk.write("a.md", note("pangolin"));
    desk.sync();
    let lock = desk.engine.paths().lock().unwrap();
    let error = quietly(|run| desk.engine.sync(None, run)).unwrap_err();
    assert_eq!(error.code, ErrorCode::Busy);
    assert_eq!(desk.search("pangolin"), ["a.md"]);
    drop(lock);
    desk.sync();
}

#[cfg(unix)]
#[test]
fn a_writer_that_has_ended_holds_nobody_up_while_other_programs_are_started() {
    let desk = Desk::new();
    std::thread::scope(|scope| {
        let writing = scope.spawn(|| (0..5_000).try_for_each(|_| desk.engine.paths().lock().map(drop)));
        // Until it runs, a new program has a copy of every file that is open here, the locked ones too.
        while !writing.is_finished() {
            std::process::Command::new("true").status().unwrap();
        }
        writing.join().unwrap().unwrap();
    });
}

#[test]
fn the_keyword_index_is_waited_for_while_a_copy_of_its_lock_is_about() {
    let desk = Desk::new();
    desk.write("a.md", note("pangolin"));
    desk.sync();
    let copy = fs::File::open(desk.data().join("index").join(sidenote_engine::lexical::FOLDER).join(".tantivy-writer.lock")).unwrap();
    copy.try_lock().unwrap();
    desk.write("b.md", note("armadillo"));
    std::thread::scope(|scope| {
        let syncing = scope.spawn(|| desk.sync());
        std::thread::sleep(std::time::Duration::from_millis(200));
        assert!(!syncing.is_finished());
        drop(copy);
    });
    assert_eq!(desk.search("armadillo"), ["b.md"]);
}

#[test]
fn data_of_a_newer_program_is_refused_with_a_hint() {
    let desk = Desk::new();
    fs::write(desk.data().join("VERSION"), "99").unwrap();
    let error = sidenote_engine::engine::Engine::open(Paths::under(&desk.data()), Default::default(), None).err().unwrap();
    assert_eq!(error.code, ErrorCode::DataTooNew);
    assert!(!error.hint.is_empty());
}

#[test]
fn without_an_embedder_keywords_work_and_it_is_said() {
    let desk = Desk::new();
    desk.write("a.md", note("pangolin"));
    let bare = open(desk.folder.path(), None);
    quietly(|run| bare.sync(None, run)).unwrap();
    let question = sidenote_engine::engine::Question { text: "pangolin".into(), limit: 5, ..Default::default() };
    let found = quietly(|run| bare.snapshot(run)?.search(&question, run)).unwrap();
    assert_eq!(found.hits[0].document, "a.md");
    assert!(found.notices.iter().any(|n| n.contains("keywords only")));
    // The vectors come when the model does.
    assert_eq!(desk.sync().embedded, 1);
}

/// Stops or breaks a run at its nth event.
struct Saboteur<'a> {
    at: usize,
    seen: AtomicUsize,
    cancel: Option<&'a CancelToken>,
}

impl Observer for Saboteur<'_> {
    fn event(&self, event: Event) {
        if matches!(event, Event::Notice(_)) {
            return;
        }
        if self.seen.fetch_add(1, Ordering::Relaxed) == self.at {
            match self.cancel {
                Some(token) => token.cancel(),
                None => panic!("injected at {event:?}"),
            }
        }
    }
}

/// Holds every thread that works up between two steps until it is let go.
#[derive(Default)]
struct Holding {
    held: AtomicUsize,
    steps: AtomicUsize,
    free: std::sync::atomic::AtomicBool,
}

impl Observer for Holding {
    fn event(&self, _: Event) {}

    fn rest(&self) {
        self.steps.fetch_add(1, Ordering::Relaxed);
        self.held.fetch_add(1, Ordering::Release);
        while !self.free.load(Ordering::Acquire) {
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        self.held.fetch_sub(1, Ordering::Release);
    }
}

#[test]
fn a_sync_can_be_held_up_between_two_steps_and_then_finishes_or_ends_when_it_is_cancelled() {
    for cancelled in [false, true] {
        let desk = Desk::new();
        fill(&desk);
        let (holding, cancel) = (Holding::default(), CancelToken::new());
        let synced = std::thread::scope(|scope| {
            let sync = scope.spawn(|| desk.engine.sync(None, Run { observer: &holding, cancel: &cancel }));
            while holding.held.load(Ordering::Acquire) == 0 {
                std::thread::sleep(std::time::Duration::from_millis(1));
            }
            assert!(contents(&desk).is_empty() && !sync.is_finished());
            if cancelled {
                cancel.cancel();
            }
            holding.free.store(true, Ordering::Release);
            sync.join().unwrap()
        });
        if cancelled {
            assert_eq!(synced.unwrap_err().code, ErrorCode::Cancelled);
            assert!(contents(&desk).is_empty());
        } else {
            assert_eq!(synced.unwrap().added, FILES);
            assert_whole(&desk);
            // Each file is a step, and so is each of their passages for the keywords, beside those for the vectors.
            assert!(holding.steps.load(Ordering::Relaxed) as u64 > 2 * FILES);
        }
    }
}

/// What a data folder holds, without ids: path → (title, text of every chunk, vectors present).
fn contents(desk: &Desk) -> BTreeMap<String, (String, Vec<String>)> {
    let catalog = Catalog::open_snapshot(&desk.engine.paths().catalog()).unwrap().unwrap();
    let mut out = BTreeMap::new();
    for id in catalog.matching(&Default::default()).unwrap() {
        let row = catalog.document(id).unwrap().unwrap();
        let chunks = catalog.chunks_of(id).unwrap().into_iter().map(|c| catalog.text_of(id, &c.span).unwrap()).collect();
        out.insert(row.path, (row.title, chunks));
    }
    out
}

/// Few, so that every event of a sync can be its last.
const FILES: u64 = 4;

fn fill(desk: &Desk) {
    for i in 0..FILES {
        desk.write(&format!("{i}.md"), note(&format!("token{i}q")));
    }
}

fn assert_whole(desk: &Desk) {
    let status = quietly(|run| desk.engine.status(false, run)).unwrap();
    assert_eq!(status.legs.lexical_generation, Some(status.generation));
    assert_eq!(status.legs.vector_generation, Some(status.generation));
    assert_eq!((status.chunks, status.legs.embedded, status.stale_files), (FILES, FILES, 0));
    assert!(desk.engine.check_catalog().unwrap() && desk.engine.check_vectors().unwrap());
    for i in 0..FILES {
        assert_eq!(desk.search(&format!("token{i}q"))[0], format!("{i}.md"));
    }
}

#[test]
fn a_sync_stopped_anywhere_is_completed_by_the_next() {
    let undisturbed = Desk::new();
    fill(&undisturbed);
    undisturbed.sync();
    for at in 0..20 {
        let desk = Desk::new();
        fill(&desk);
        let token = CancelToken::new();
        let observer = Saboteur { at, seen: AtomicUsize::new(0), cancel: Some(&token) };
        let outcome = desk.engine.sync(None, Run { observer: &observer, cancel: &token });
        assert_eq!(desk.engine.unpublished().unwrap().is_empty(), outcome.is_ok(), "whoever asks knows that a sync has yet to come to its end");
        assert!(outcome.is_ok() || outcome.unwrap_err().code == ErrorCode::Cancelled);
        desk.sync();
        assert_whole(&desk);
        assert!(desk.engine.unpublished().unwrap().is_empty());
        assert_eq!(contents(&desk), contents(&undisturbed));
    }
}

#[test]
fn a_crash_anywhere_loses_nothing() {
    let undisturbed = Desk::new();
    fill(&undisturbed);
    undisturbed.sync();
    for at in 0..20 {
        let desk = Desk::new();
        fill(&desk);
        let token = CancelToken::new();
        let observer = Saboteur { at, seen: AtomicUsize::new(0), cancel: None };
        let _ = catch_unwind(AssertUnwindSafe(|| desk.engine.sync(None, Run { observer: &observer, cancel: &token })));
        // A reader between crash and repair sees some complete state.
        if let Ok(snapshot) = quietly(|run| desk.engine.snapshot(run)) {
            let question = sidenote_engine::engine::Question { text: "token3q".into(), limit: 3, ..Default::default() };
            quietly(|run| snapshot.search(&question, run)).unwrap();
        }
        desk.sync();
        assert_whole(&desk);
        assert_eq!(contents(&desk), contents(&undisturbed));
    }
}

#[derive(Clone, Debug)]
enum Step {
    Write(u8, u8),
    Remove(u8),
    Rename(u8, u8),
    Sync,
    DropIndex,
    Interrupt(u8),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        5 => (0u8..6, 0u8..8).prop_map(|(f, w)| Step::Write(f, w)),
        2 => (0u8..6).prop_map(Step::Remove),
        2 => (0u8..6, 0u8..6).prop_map(|(a, b)| Step::Rename(a, b)),
        3 => Just(Step::Sync),
        1 => Just(Step::DropIndex),
        2 => (0u8..20).prop_map(Step::Interrupt),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]
    /// The naive model: the folder itself.
    #[test]
    fn after_any_history_the_catalog_is_the_folder(steps in prop::collection::vec(step(), 1..14)) {
        let desk = Desk::new();
        let mut model: BTreeMap<String, String> = BTreeMap::new();
        let name = |f: u8| format!("n{f}.md");
        for step in steps {
            match step {
                Step::Write(f, w) => {
                    // Sizes differ between words so that even a time stamp that stands still shows the edit.
                    let text = note(&format!("word{}", "y".repeat(usize::from(w) + 1)));
                    desk.write(&name(f), &text);
                    model.insert(name(f), text);
                }
                Step::Remove(f) => if model.remove(&name(f)).is_some() { desk.remove(&name(f)); },
                Step::Rename(a, b) => if let Some(text) = model.remove(&name(a)) {
                    fs::rename(desk.notes().join(name(a)), desk.notes().join(name(b))).unwrap();
                    model.insert(name(b), text);
                },
                Step::Sync => drop(desk.sync()),
                Step::DropIndex => drop(fs::remove_dir_all(desk.data().join("index"))),
                Step::Interrupt(at) => {
                    let token = CancelToken::new();
                    let observer = Saboteur { at: at.into(), seen: AtomicUsize::new(0), cancel: Some(&token) };
                    drop(desk.engine.sync(None, Run { observer: &observer, cancel: &token }));
                }
            }
        }
        desk.sync();
        let stored = contents(&desk);
        prop_assert_eq!(stored.keys().collect::<Vec<_>>(), model.keys().collect::<Vec<_>>());
        for (path, text) in &model {
            let chunks = stored[path].1.join("");
            prop_assert!(text.contains(chunks.trim()), "{}", path);
            let word = text.lines().next().unwrap().trim_start_matches("# 关于");
            let holders: Vec<&String> = model.iter().filter(|(_, t)| *t == text).map(|(p, _)| p).collect();
            let found = desk.search(word);
            prop_assert!(holders.iter().any(|h| found.first() == Some(h)), "{} for {}", found.join(","), word);
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn two_broken_names_that_read_alike_share_a_row_and_leave_nothing_stale() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let desk = Desk::new();
    desk.write("a.md", note("pangolin"));
    for name in [b"bad\xff.md", b"bad\xfe.md"] {
        fs::write(desk.notes().join(OsStr::from_bytes(name)), "x").unwrap();
    }
    desk.sync();
    let status = quietly(|run| desk.engine.status(true, run)).unwrap();
    assert_eq!(status.stale_files, 0);
    assert_eq!(status.files.unwrap().iter().filter(|f| f.state == "skipped").count(), 1);
}
