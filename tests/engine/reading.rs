//! Notes as the window lists and reads them.

use sidenote_engine::error::{ErrorCode, Result};

use crate::support::{Desk, quietly};

fn desk() -> Desk {
    let desk = Desk::new();
    desk.write("a/量化.md", "---\ntags: [压缩, AI]\n---\n# 量化\n\n正文，见 [[缓存]] 和 [图](../img/x.png)。\n\n![](../img/x.png)\n");
    desk.write("b/缓存.md", "---\ntags: [ai]\n---\n# 缓存\n\n## 缓存有什么用？\n\n回到 [量化](../a/量化.md)，或 [[量化|那里]]。\n");
    desk.write("c.txt", "第一段。\n\n第二段。\n");
    desk.sync();
    desk
}

#[test]
fn lists_tags_and_folders_tell_what_there_is() {
    let desk = desk();
    quietly(|run| {
        let snapshot = desk.engine.snapshot(run)?;
        let titles: Vec<(String, bool)> = snapshot.all_notes()?.into_iter().map(|n| (n.title, n.editable)).collect();
        assert_eq!(titles.len(), 3);
        assert!(titles.iter().all(|(_, editable)| *editable), "{titles:?}");
        let tags: Vec<(String, u64)> = snapshot.tags()?.into_iter().map(|t| (t.tag.to_lowercase(), t.notes)).collect();
        assert_eq!(tags, [("ai".to_owned(), 2), ("压缩".to_owned(), 1)], "spellings of one tag are one");
        let folders: Vec<String> = snapshot.folders()?.into_iter().map(|f| f.folder).collect();
        assert_eq!(folders, ["a", "b"]);
        Result::Ok(())
    })
    .unwrap();
}

#[test]
fn a_view_has_links_images_and_backlinks() {
    let desk = desk();
    quietly(|run| {
        let snapshot = desk.engine.snapshot(run)?;
        let id = |title: &str| snapshot.all_notes().unwrap().into_iter().find(|n| n.title == title).unwrap().id;
        let view = snapshot.view(id("量化"), 0, &|path| format!("x:{path}"))?;
        assert!(view.html.contains(&format!("data-note=\"{}\"", id("缓存"))), "{}", view.html);
        assert!(view.html.contains("src=\"x:img/x.png\""), "paths are relative to the note: {}", view.html);
        assert_eq!(view.backlinks.iter().map(|l| l.title.as_str()).collect::<Vec<_>>(), ["缓存"]);
        assert!(view.backlinks[0].context.contains("回到"));
        assert!(view.notices.is_empty() && !view.partial);
        assert_eq!(view.note.encoding, "UTF-8");
        let back = snapshot.view(id("缓存"), 0, &|path| path.to_owned())?;
        assert!(back.html.contains(&format!("data-note=\"{}\"", id("量化"))), "a path is a link too: {}", back.html);
        assert_eq!(snapshot.view(9_999, 0, &|p| p.to_owned()).unwrap_err().code, ErrorCode::NotFound);
        assert_eq!(snapshot.questions_near(&[(id("缓存"), 0)], "别的问题", 1, run)?, ["缓存有什么用？"]);
        assert!(
            !snapshot.questions_near(&[(id("缓存"), 0)], "缓存有什么用", 3, run)?.contains(&"缓存有什么用？".to_owned()),
            "what was asked is not suggested"
        );
        assert_eq!(snapshot.questions_of_notes(true, 1, run)?, ["缓存有什么用？"]);
        Result::Ok(())
    })
    .unwrap();
}

#[test]
fn notes_of_everyday_prose_are_asked_about_what_they_answer_and_after_an_answer_what_stands_near_it() {
    let desk = Desk::new();
    desk.write("红烧肉.md", "# 红烧肉\n\n## 用料\n\n- 五花肉 500 克\n- 冰糖 30 克\n\n## 做法\n\n1. 五花肉切块，焯水三分钟。\n2. 小火炖一个半小时。\n\n## 心得\n\n热水要一次加足，中途不再添。\n");
    desk.write("周会.md", "# 周会\n\n沈知秋负责预算，顾怀远负责渡口的维修。\n");
    desk.write("standup.md", "# Standup notes\n\nAnna fixes the login bug until Wednesday.\n\n## Decisions\n\nWe keep PostgreSQL 15. Redis was rejected: too expensive to run.\n");
    desk.write("2026-11-26.md", "# 2026-11-26\n\n## 10:30\n\n修好了鱼缸的过滤器。\n");
    desk.write("قهوة.md", "# قهوة عربية\n\nتُغلى لمدة عشر دقائق.\n");
    desk.write("空.md", "# 空的提纲\n\n## 以后再写\n");
    desk.sync();
    quietly(|run| {
        let snapshot = desk.engine.snapshot(run)?;
        let all = snapshot.questions_of_notes(true, 4, run)?;
        for (question, said) in [("红烧肉", "五花肉"), ("周会", "沈知秋"), ("Standup notes", "s")] {
            let offered = all.iter().find(|offered| offered.contains(question)).unwrap_or_else(|| panic!("{question}: {all:?}"));
            assert!(desk.ask(offered).answer.contains(said), "{offered}: {}", desk.ask(offered).answer);
        }
        assert!(
            !all.iter().any(|question| question.contains("11-26")
                || question.contains("10:30")
                || question.contains("以后再写")
                || question.contains("قهوة")),
            "{all:?}"
        );

        let note = snapshot.all_notes()?.into_iter().find(|note| note.title == "红烧肉").unwrap().id;
        let answer = desk.ask("红烧肉的五花肉怎么切？");
        let near = snapshot.questions_near(&[(note, answer.citations[0].start)], "红烧肉的五花肉怎么切？", 3, run)?;
        assert!(near.iter().any(|q| q.contains("用料")) && near.iter().any(|q| q.contains("心得")), "{near:?}");
        assert!(!near.iter().any(|question| question.contains("做法")), "what it was answered from: {near:?}");
        Result::Ok(())
    })
    .unwrap();
}

#[test]
fn a_link_means_the_path_then_the_nearest_file_of_that_name_then_the_title() {
    let desk = Desk::new();
    let names = ["Plan", "plan.md", "work/Plan", "Notes/Idea", "idea", "Budget 2026", "../Plan", "nobody", "v1"];
    let text: String = names.iter().map(|name| format!("[[{name}|{name}]]\n\n")).collect();
    desk.write("work/team/log.md", &text);
    desk.write("work/Plan.md", "# Our plan\n\nx\n");
    desk.write("Plan.md", "# Everything\n\nx\n");
    desk.write("home/garden/plan.md", "# Plan\n\nx\n");
    desk.write("home/notes/idea.md", "# A thought\n\nx\n");
    desk.write("home/b.md", "# Budget 2026\n\nx\n");
    desk.write("home/v1.5.md", "# Release\n\nx\n");
    desk.write("c.md", "# C\n\nSee [[budget 2026]].\n");
    desk.sync();
    let snapshot = quietly(|run| desk.engine.snapshot(run)).unwrap();
    let notes = snapshot.all_notes().unwrap();
    let note = |path: &str| notes.iter().find(|n| n.path == path).unwrap();
    let html = snapshot.view(note("work/team/log.md").id, 0, &|p| p.to_owned()).unwrap().html;
    let led: Vec<Option<&str>> = names
        .iter()
        .map(|name| {
            let link = html.split("<a ").find(|link| link.split("</a>").next().unwrap().contains(&format!(">{name}<"))).unwrap();
            let id: u64 = link.split_once("data-note=\"")?.1.split_once('"')?.0.parse().ok()?;
            notes.iter().find(|n| n.id == id).map(|n| n.path.as_str())
        })
        .collect();
    let plan = Some("Plan.md");
    let near = Some("work/Plan.md");
    let idea = Some("home/notes/idea.md");
    assert_eq!(led, [plan, plan, near, idea, idea, Some("home/b.md"), near, None, None], "{html}");

    let backlinks = |path: &str| snapshot.view(note(path).id, 0, &|p| p.to_owned()).unwrap().backlinks.len();
    assert_eq!([backlinks("work/Plan.md"), backlinks("home/notes/idea.md"), backlinks("home/garden/plan.md")], [1, 1, 0], "a link has one end");
    assert_eq!(backlinks("home/b.md"), 2, "however it is written");
}

#[test]
fn a_view_says_when_the_file_is_not_what_was_indexed() {
    let desk = desk();
    let snapshot = quietly(|run| desk.engine.snapshot(run)).unwrap();
    let id = snapshot.all_notes().unwrap().into_iter().find(|n| n.path == "c.txt").unwrap().id;
    desk.write("c.txt", "另一段。\n");
    let view = snapshot.view(id, 0, &|p| p.to_owned()).unwrap();
    assert!(view.html.contains("第二段") && view.notices[0].contains("changed"), "{view:?}");
    std::fs::remove_file(desk.notes().join("c.txt")).unwrap();
    assert!(snapshot.view(id, 0, &|p| p.to_owned()).unwrap().notices[0].contains("gone"));
}

#[test]
fn of_a_very_long_note_the_part_around_the_wanted_place_is_shown_and_said() {
    let desk = Desk::new();
    let paragraph = |n: usize| format!("Entry {n} of a long log {}\n\n", "is filled with words that say little. ".repeat(26));
    let long: String = (0..2_300).map(paragraph).collect();
    desk.write("long.md", format!("# Log\n\n{long}"));
    desk.write("long.txt", &long);
    desk.sync();
    let snapshot = quietly(|run| desk.engine.snapshot(run)).unwrap();
    for path in ["long.md", "long.txt"] {
        let id = snapshot.all_notes().unwrap().into_iter().find(|n| n.path == path).unwrap().id;
        let text = std::fs::read_to_string(desk.notes().join(path)).unwrap();
        let view = |at: usize| snapshot.view(id, at, &|p| p.to_owned()).unwrap();
        for (n, said) in [(10, "its first"), (2_000, "around this place"), (2_299, "around this place")] {
            let at = text.find(&format!("Entry {n} ")).unwrap();
            let view = view(at);
            assert!(view.html.contains(&format!("<p><span data-at=\"{at}\">Entry {n} of")), "{path}, entry {n}");
            assert!(
                view.html.len() < 4 << 20 && view.partial && view.notices.len() == 1 && view.notices[0].contains(said),
                "{path}: {:?}",
                view.notices
            );
        }
        assert!(!view(text.len()).html.contains("Entry 10 of"), "a part is a part");
    }
}

#[test]
fn an_edited_note_keeps_its_id_and_an_ignored_file_is_left_out_until_it_is_not() {
    let desk = desk();
    let id_of = |path: &str| {
        let snapshot = quietly(|run| desk.engine.snapshot(run)).unwrap();
        snapshot.all_notes().unwrap().into_iter().find(|n| n.path == path).map(|n| n.id)
    };
    let before = id_of("c.txt");
    desk.write("c.txt", "改过的第一段。\n");
    desk.sync();
    assert_eq!(id_of("c.txt"), before);
    let library = desk.engine.libraries().unwrap()[0].name.clone();
    desk.engine.ignore_file(&library, "c.txt", true).unwrap();
    desk.sync();
    assert_eq!(id_of("c.txt"), None);
    let row = desk.engine.ledger(&library).unwrap().into_iter().find(|row| row.document == "c.txt").unwrap();
    assert_eq!((row.state, row.detail.as_deref()), ("skipped", Some("you chose to leave it alone")));
    assert_eq!(row.document_id, None);
    desk.engine.ignore_file(&library, "c.txt", false).unwrap();
    desk.sync();
    assert_eq!(id_of("c.txt"), before);

    desk.write("c.txt", " \n");
    desk.sync();
    assert_eq!(id_of("c.txt"), None, "an empty file is no note");
    assert_eq!(desk.engine.libraries().unwrap()[0].indexed, 2);
    desk.write("c.txt", "\n\n");
    desk.sync();
    desk.write("c.txt", "又有字了。\n");
    desk.sync();
    assert_eq!(id_of("c.txt"), before, "one that was emptied is still the same");
}
