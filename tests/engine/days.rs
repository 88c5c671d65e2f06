//! Questions about a day: the notes and entries that carry it answer, those of other days do not.

use sidenote_engine::catalog::Filter;
use sidenote_engine::engine::{Manner, Question};
use sidenote_engine::wire::{Answer, Outcome};

use crate::support::{Desk, quietly};

const ONE_FILE: &str = "# 2026年11月\n\n## 2026-11-25 周三\n\n上午改简历，下午去图书馆还了三本书。\n\n## 2026-11-26 周四\n\n和小李去爬香山，走了两万步。中午在山脚下吃了炸酱面。\n\n## 2026-11-27 周五\n\n把自行车送去修，换了刹车片。\n";

fn desk() -> Desk {
    let desk = Desk::new();
    desk.write("日记/十一月.md", ONE_FILE);
    desk.write("diary/2026-11-24.md", "Woke up late. Went running by the canal. Lunch with Aisha.\n");
    desk.write("front.md", "---\ndate: 2026-11-20\n---\n# Thursday\n\nPaid the electricity bill, 82 EUR.\n");
    desk.write("todo.txt", "2026-11-29 交电费\n2026-12-01 带妈妈去体检\n");
    desk.write("llm.md", "# 大模型\n\n## 大模型有哪些局限？\n\n今天的大模型会产生幻觉，知识也会过时。\n");
    desk.sync();
    desk
}

fn ask_on(desk: &Desk, today: &str, question: &str) -> Answer {
    let question = Question { text: question.into(), limit: 8, ..Question::default() };
    let manner = Manner { today: Some(today.parse().unwrap()), ..Manner::default() };
    quietly(|run| desk.engine.snapshot(run)?.ask_with(&question, &manner, run)).unwrap()
}

fn said(answer: &Answer) -> Vec<&str> {
    answer.sentences.iter().map(|s| s.text.as_str()).collect()
}

#[test]
fn what_was_done_on_a_day_is_what_its_entry_says() {
    let desk = desk();
    for (today, question) in [
        ("2026-11-27", "昨天做了什么？"),
        ("2026-11-26", "今天做了什么？"),
        ("2026-11-28", "前天我做了什么？"),
        ("2027-01-05", "11月26日做了什么？"),
        ("2027-01-05", "2026-11-26 发生了什么？"),
        ("2026-11-27", "What did I do yesterday?"),
    ] {
        let answer = ask_on(&desk, today, question);
        assert_eq!(said(&answer), ["和小李去爬香山，走了两万步。", "中午在山脚下吃了炸酱面。"], "{question}: {}", answer.answer);
        assert!(answer.notices.iter().any(|n| n.contains("2026-11-26")), "{:?}", answer.notices);
        assert_eq!(answer.citations[0].line, 9);
    }
    let told = ask_on(&desk, "2026-11-27", "昨天做了什么？");
    assert_eq!((told.question.as_str(), told.standalone_question.as_str()), ("昨天做了什么？", "2026-11-26 做了什么？"));
}

#[test]
fn a_note_carries_its_day_in_its_name_or_front_matter() {
    let desk = desk();
    assert_eq!(said(&ask_on(&desk, "2026-11-25", "What did I do yesterday?")), ["Woke up late.", "Went running by the canal.", "Lunch with Aisha."]);
    assert_eq!(said(&ask_on(&desk, "2026-11-21", "what happened yesterday?")), ["Paid the electricity bill, 82 EUR."]);
    assert_eq!(said(&ask_on(&desk, "2026-11-28", "明天有什么安排？")), ["2026-11-29 交电费"]);
}

#[test]
fn what_is_asked_of_a_day_is_looked_for_in_it_and_elsewhere_where_it_is_not() {
    let desk = desk();
    let answer = ask_on(&desk, "2026-11-27", "昨天中午吃了什么？");
    assert!(answer.sentences[0].text.contains("炸酱面"), "{}", answer.answer);
    // The day has an entry, and the question is about something else.
    let answer = ask_on(&desk, "2026-11-27", "今天的大模型有哪些局限？");
    assert!(answer.answer.contains("幻觉") && !answer.answer.contains("自行车"), "{}", answer.answer);
    assert_eq!(answer.standalone_question, "今天的大模型有哪些局限？");
    // Nobody asks that of a diary.
    assert_eq!(ask_on(&desk, "2026-11-26", "How are you today?").outcome, Outcome::NotInNotes);
}

#[test]
fn a_day_without_an_entry_is_not_answered_with_another() {
    let desk = desk();
    desk.write("日记/十二月.md", "# 2026年12月\n\n## 2026-12-18\n\n今天和妈妈去做了体检。\n");
    desk.sync();
    for (today, question) in [("2026-11-20", "昨天做了什么？"), ("2026-12-20", "What did I do yesterday?"), ("2026-12-20", "今天做了什么？")]
    {
        let answer = ask_on(&desk, today, question);
        assert_eq!(answer.outcome, Outcome::NotInNotes, "{question}: {}", answer.answer);
        assert!(answer.notices.iter().any(|n| n.starts_with("no note has anything of")), "{:?}", answer.notices);
    }
}

#[test]
fn without_a_day_to_count_from_none_is_looked_up() {
    let desk = desk();
    let question = Question { text: "昨天做了什么？".into(), limit: 8, ..Question::default() };
    let answer = quietly(|run| desk.engine.snapshot(run)?.ask(&question, run)).unwrap();
    assert!(answer.notices.iter().all(|n| !n.contains("what the notes have of")), "{:?}", answer.notices);
}

#[test]
fn a_day_is_looked_up_only_where_it_is_asked() {
    let desk = desk();
    let filter = Filter { folders: vec!["diary".into()], ..Filter::default() };
    let question = Question { text: "昨天做了什么？".into(), limit: 8, filter };
    let manner = Manner { today: Some("2026-11-27".parse().unwrap()), ..Manner::default() };
    let answer = quietly(|run| desk.engine.snapshot(run)?.ask_with(&question, &manner, run)).unwrap();
    assert!(answer.citations.iter().all(|c| c.document.starts_with("diary/")), "{}", answer.answer);
    assert!(!answer.answer.contains("香山"));
}
