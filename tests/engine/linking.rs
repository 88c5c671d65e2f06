//! What links to a note: the table of links against a plain reading of every text, through edits and new names; and catalogs made before there was one.

use std::collections::BTreeMap;

use proptest::prelude::*;
use sidenote_engine::engine::Snapshot;
use sidenote_engine::link::{beside, decode};
use sidenote_engine::text::normalise;
use sidenote_engine::wire::NoteInfo;

use crate::support::{Desk, quietly};

fn snapshot(desk: &Desk) -> Snapshot {
    quietly(|run| desk.engine.snapshot(run)).unwrap()
}

/// Which notes link to each, with the line that says so, as the program tells it.
fn told(snapshot: &Snapshot) -> BTreeMap<String, Vec<(String, String)>> {
    let links = |note: &NoteInfo| {
        let mut all: Vec<(String, String)> =
            snapshot.view(note.id, 0, &|p| p.to_owned()).unwrap().backlinks.into_iter().map(|l| (l.path, l.context)).collect();
        all.sort();
        all
    };
    snapshot.all_notes().unwrap().iter().map(|note| (note.path.clone(), links(note))).collect()
}

/// The same by reading every line of every note and looking at every note for each link.
fn read_plainly(notes: &[NoteInfo], texts: &BTreeMap<String, String>) -> BTreeMap<String, Vec<(String, String)>> {
    let mut all: BTreeMap<String, Vec<(String, String)>> = notes.iter().map(|note| (note.path.clone(), Vec::new())).collect();
    for to in notes {
        for from in notes.iter().filter(|from| from.path != to.path) {
            let leads = |line: &str| {
                let name = line.split("[[").skip(1).any(|rest| {
                    let end = ["]]", "|", "#"].iter().filter_map(|mark| rest.find(mark)).min().unwrap_or(rest.len());
                    meant(&rest[..end], from, notes) == Some(&to.path)
                });
                let path = line.split("](").skip(1).any(|rest| {
                    let path = rest.split([')', '#', ' ']).next().unwrap();
                    beside(&from.path, &decode(path)).is_some_and(|path| path == to.path)
                });
                name || path
            };
            if let Some(line) = texts[&from.path].lines().find(|line| leads(line)) {
                all.get_mut(&to.path).unwrap().push((from.path.clone(), line.trim().to_owned()));
            }
        }
    }
    all.values_mut().for_each(|links| links.sort());
    all
}

fn meant<'n>(link: &str, from: &NoteInfo, notes: &'n [NoteInfo]) -> Option<&'n String> {
    let link = decode(link.trim());
    let exact = beside(&from.path, &link);
    if let Some(note) = notes.iter().find(|note| !link.is_empty() && Some(&note.path) == exact.as_ref()) {
        return Some(&note.path);
    }
    let link = normalise(link.trim_start_matches("./"));
    if link.is_empty() {
        return None;
    }
    let paths = [exact.map(|path| normalise(&path)), Some(link.trim_start_matches('/').to_owned())];
    let called = |note: &NoteInfo| {
        let path = normalise(&note.path);
        let forms = [path.as_str(), path.rsplit_once('.').unwrap().0];
        if forms.iter().any(|form| paths.contains(&Some((*form).to_owned()))) {
            Some(0)
        } else if forms.iter().any(|form| *form == link || form.ends_with(&format!("/{link}"))) {
            Some(1)
        } else {
            (normalise(&note.title) == link).then_some(2)
        }
    };
    let steps = |path: &str| {
        let folders = |path: &str| path.rsplit_once('/').map_or(Vec::new(), |(folder, _)| folder.split('/').map(str::to_owned).collect());
        let (a, b) = (folders(&from.path), folders(path));
        let same = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
        a.len() + b.len() - 2 * same
    };
    notes.iter().filter_map(|note| Some((called(note)?, steps(&note.path), &note.path))).min().map(|(.., path)| path)
}

const PATHS: &[&str] = &["Plan.md", "work/plan.md", "work/team/log.md", "home/计划.md", "home/Idea v1.5.md", "notes.txt"];
const TITLES: &[&str] = &["Plan", "计劃", "AC/DC", "log", "Idea v1.5", "资料"];

fn link() -> impl Strategy<Value = String> {
    let names = &[
        "Plan",
        "plan.md",
        "PLAN",
        "work/Plan",
        "/Plan",
        "./log",
        "../plan",
        "计划",
        "計劃",
        "AC/DC",
        "dc",
        "Idea v1.5",
        "Idea%20v1.5",
        "notes",
        "资料",
        "",
    ];
    let paths = &[
        "Plan.md",
        "../Plan.md",
        "../../Plan.md",
        "work/plan.md",
        "team/log.md",
        "/home/计划.md",
        "home/%E8%AE%A1%E5%88%92.md",
        "Idea%20v1.5.md",
        "./notes.txt",
        "nothing.md",
    ];
    prop_oneof![
        (prop::sample::select(names), prop::sample::select(&["", "#Part", "|shown", "#Part|shown"][..]))
            .prop_map(|(name, rest)| format!("[[{name}{rest}]]")),
        (prop::sample::select(paths), prop::sample::select(&["", "#part", " \"title\""][..])).prop_map(|(path, rest)| format!("[x]({path}{rest})")),
        prop::sample::select(names).prop_map(|name| format!("[[{name}")),
        Just("words".to_owned()),
    ]
}

fn text() -> impl Strategy<Value = String> {
    let line = proptest::collection::vec(link(), 0..3).prop_map(|links| format!("  Some words {} end.", links.join(" and ")));
    (prop::sample::select(TITLES), proptest::collection::vec(line, 0..4), prop::sample::select(&["\n\n", "\r\n\r\n"][..]))
        .prop_map(|(title, lines, end)| format!("# {title}{end}{}{end}", lines.join(end)))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_links_to_a_note_is_what_a_plain_reading_of_every_note_finds(
        history in proptest::collection::vec((prop::sample::select(PATHS), prop::option::weighted(0.9, text()), prop::option::weighted(0.3, prop::sample::select(PATHS)), any::<bool>()), 4..10),
    ) {
        let desk = Desk::new();
        let mut texts: BTreeMap<String, String> = BTreeMap::new();
        for (path, text, renamed, sync) in history {
            if let Some(text) = text {
                desk.write(path, &text);
                texts.insert(path.to_owned(), text);
            } else if texts.remove(path).is_some() {
                desk.remove(path);
            }
            if let Some(to) = renamed
                && let Some(text) = texts.remove(path)
            {
                desk.write(to, &text);
                texts.insert(to.to_owned(), text);
                if to != path {
                    desk.remove(path);
                }
            }
            if sync {
                desk.sync();
            }
        }
        desk.sync();
        let snapshot = snapshot(&desk);
        let notes = snapshot.all_notes().unwrap();
        prop_assert_eq!(told(&snapshot), read_plainly(&notes, &texts));
    }
}

#[test]
fn a_catalog_of_before_learns_links_and_tags_once_without_reading_a_file_or_running_a_model() {
    let desk = Desk::new();
    desk.write("a.md", "---\ntags: [kept]\n---\n# A\n\nSee [[B]]. #inline\n");
    desk.write("b.md", "# B\n\nSee [that](a.md).\n");
    desk.write("c.txt", "See [[A]]. #notatag\n");
    desk.sync();
    let now = (told(&snapshot(&desk)), snapshot(&desk).tags().unwrap());
    assert_eq!(now.0["a.md"].len() + now.0["b.md"].len(), 3);
    let db = rusqlite::Connection::open(desk.data().join("catalog.sqlite")).unwrap();
    db.execute_batch("DROP TABLE links; UPDATE documents SET tags = '[\"kept\"]' WHERE path = 'a.md'; PRAGMA user_version = 3;").unwrap();
    drop(db);
    for path in ["a.md", "b.md", "c.txt"] {
        desk.remove(path);
    }
    let embedded = desk.embedder.count.load(std::sync::atomic::Ordering::Relaxed);
    let generation = quietly(|run| desk.engine.status(false, run)).unwrap().generation;
    assert_eq!((told(&snapshot(&desk)), snapshot(&desk).tags().unwrap()), now, "at the first look, before any sync");
    assert_eq!(quietly(|run| desk.engine.status(false, run)).unwrap().generation, generation, "no index is behind");
    assert_eq!(desk.embedder.count.load(std::sync::atomic::Ordering::Relaxed), embedded);
}
