//! What links to a note: the table of links against a plain reading of every text, through edits and new names; and catalogs made before there was one.

use std::collections::BTreeMap;

use proptest::prelude::*;
use sidenote_engine::engine::{Linking, Snapshot};
use sidenote_engine::link::{beside, decode};
use sidenote_engine::notes;
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

/// Renames a note as the window does, and gives the texts that other notes have once their links are updated.
fn renamed(desk: &Desk, old: &str, title: &str) -> BTreeMap<String, Option<String>> {
    let before = snapshot(desk);
    let id = before.all_notes().unwrap().iter().find(|note| note.path == old).unwrap().id;
    let linking = before.linking(id).unwrap();
    let file = notes::rename(&desk.notes().join(old), title).unwrap();
    desk.sync();
    notes::retitle(&file, title).unwrap();
    desk.sync();
    let after = snapshot(desk);
    let astray = after.led_astray(linking, old, id).unwrap();
    let text = |from: &Linking| {
        let path = after.note(from.document).unwrap().path;
        let text = std::fs::read_to_string(desk.notes().join(&path)).unwrap();
        (path, notes::relinked(&text, &from.instead))
    };
    astray.iter().map(text).collect()
}

#[test]
fn links_to_a_renamed_note_say_its_new_name_and_nothing_else_changes() {
    let desk = Desk::new();
    desk.write("work/旧计划.md", "# 旧计划\n\n十月开始。\n");
    let text = "---\ntitle: 周会\n---\n见 [[旧计划]]、[[旧计划#时间|时间]]、[[work/旧计划.md]]、[路径](work/旧计划.md#时间 \"题\")、[编码](work/%E6%97%A7%E8%AE%A1%E5%88%92.md)。\n\n`[[旧计划]]` 和\n\n```\n[[旧计划]]\n```\n[[别的]] 旧计划\n";
    desk.write("周会.md", text);
    desk.write("work/beside.md", "# Beside\n\nSee [the plan](旧计划.md).\n");
    desk.write("别的.md", "# 别的\n\n没有链接。\n");
    desk.sync();
    let texts = renamed(&desk, "work/旧计划.md", "新 计划 (2)");
    let meeting = text
        .replacen("[[旧计划]]", "[[新 计划 (2)]]", 1)
        .replace("[[旧计划#时间|时间]]", "[[新 计划 (2)#时间|时间]]")
        .replace("[[work/旧计划.md]]", "[[work/新 计划 (2).md]]")
        .replace("work/旧计划.md#", "work/新%20计划%20%282%29.md#")
        .replace("work/%E6%97%A7%E8%AE%A1%E5%88%92.md", "work/新%20计划%20%282%29.md");
    let beside = "# Beside\n\nSee [the plan](新%20计划%20%282%29.md).\n";
    assert_eq!(texts, [("周会.md".to_owned(), Some(meeting.clone())), ("work/beside.md".to_owned(), Some(beside.to_owned()))].into());
    desk.write("周会.md", &meeting);
    desk.sync();
    let after = snapshot(&desk);
    let plan = after.all_notes().unwrap().into_iter().find(|note| note.title == "新 计划 (2)").unwrap();
    assert_eq!(after.view(plan.id, 0, &|p| p.to_owned()).unwrap().backlinks.len(), 1, "they lead there again");
}

#[test]
fn a_link_that_still_leads_to_a_renamed_note_is_left_and_one_that_would_lead_to_another_says_more() {
    let desk = Desk::new();
    desk.write("a/Plan.md", "---\ntitle: The big plan\n---\nWe start in October.\n");
    desk.write("b/Road.md", "# Road\n\nAnother one.\n");
    desk.write("b/log.md", "# Log\n\n[[The big plan]] and [[Plan]]\n");
    desk.write("b/other.md", "# Other\n\n[by path](../a/Plan.md)\n");
    desk.sync();
    // The title is said in the text and in the file's name: both are new.
    let texts = renamed(&desk, "a/Plan.md", "Road");
    let says = |path: &str| texts[path].clone().unwrap();
    assert_eq!(says("b/log.md"), "# Log\n\n[[a/Road]] and [[a/Road]]\n", "`Road` alone is the note beside it");
    assert_eq!(says("b/other.md"), "# Other\n\n[by path](../a/Road.md)\n");

    let desk = Desk::new();
    desk.write("Plan.md", "# Old title\n\nWe start in October.\n");
    desk.write("log.md", "# Log\n\n[[Plan]]\n");
    desk.write("other.md", "# Other\n\n[[Old title]]\n");
    desk.sync();
    let texts = renamed(&desk, "Plan.md", "Plan");
    assert_eq!(texts, [("other.md".to_owned(), Some("# Other\n\n[[Plan]]\n".to_owned()))].into());
}
