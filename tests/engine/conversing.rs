//! Conversations are kept, found, changed and exported; their citations are found again after edits.

use proptest::prelude::*;
use serde_json::{Value, json};
use sidenote_engine::catalog::Filter;
use sidenote_engine::conversations::Conversations;
use sidenote_engine::engine::{Cited, Question};
use sidenote_engine::error::ErrorCode;
use sidenote_engine::export::{self, Exported, Scope};
use sidenote_engine::text::normalise;
use sidenote_engine::wire::{CitationState, Mark};

use crate::support::{Desk, quietly};

fn answer(text: &str) -> Value {
    json!({ "question": "q", "outcome": "answered", "answer": format!("{text} [1]"), "sentences": [{ "text": text, "support": "supported", "citations": [1] }],
        "citations": [{ "n": 1, "library": "notes", "document": "a.md", "title": "A", "heading": ["A", "B"], "quote": text, "line": 3, "page": null }] })
}

fn open() -> (tempfile::TempDir, Conversations) {
    let folder = tempfile::tempdir().unwrap();
    let opened = Conversations::open(&folder.path().join("conversations.sqlite")).unwrap();
    (folder, opened)
}

#[test]
fn a_conversation_is_named_after_its_first_question_and_survives_a_restart() {
    let (folder, mut kept) = open();
    let (_, id) = kept.keep(None, None, "什么是 LoRA？\n详细一点", &json!({}), &answer("LoRA 冻结权重。"), "2026-01-01T00:00:00Z").unwrap();
    kept.keep(Some(id), None, "它有什么缺点？", &json!({}), &answer("秩太小。"), "2026-01-02T00:00:00Z").unwrap();
    drop(kept);
    let kept = Conversations::open(&folder.path().join("conversations.sqlite")).unwrap();
    let all = kept.list(None).unwrap();
    assert_eq!((all[0].title.as_str(), all[0].turns, all[0].updated_at.as_str()), ("什么是 LoRA？", 2, "2026-01-02T00:00:00Z"));
    let turns = kept.turns(id).unwrap();
    assert_eq!(turns[1].question, "它有什么缺点？");
    assert_eq!(turns[0].answer["sentences"][0]["text"], "LoRA 冻结权重。");
}

#[test]
fn words_of_questions_and_answers_find_a_conversation_and_show_where() {
    let (_folder, mut kept) = open();
    kept.keep(None, None, "什么是量化？", &json!({}), &answer("量化把权重换成 8 位整数，显存占用减半。"), "2026-01-01T00:00:00Z").unwrap();
    kept.keep(None, None, "What is attention?", &json!({}), &answer("A weighted sum."), "2026-01-02T00:00:00Z").unwrap();
    let found = kept.list(Some("顯存")).unwrap();
    assert_eq!(found.len(), 1, "traditional finds simplified");
    assert!(found[0].snippet.as_deref().unwrap().contains("显存"), "{found:?}");
    assert_eq!(kept.list(Some("ATTENTION weighted")).unwrap().len(), 1);
    assert!(kept.list(Some("没有的词")).unwrap().is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Letters of which several, or half of one, are one of those that are looked for.
    #[test]
    fn words_find_the_conversations_that_hold_all_of_them_however_often_they_are_asked_for_and_a_snippet_holds_the_first(
        texts in prop::collection::vec(prop::collection::vec("[aAéßﬁİ顯显存Ａ½\u{301} ]{0,90}", 1..4), 1..5),
        queries in prop::collection::vec("[aeéfi显顯存1\u{301} ]{1,4}", 1..6),
    ) {
        let (_folder, mut kept) = open();
        for turns in &texts {
            let mut id = None;
            for text in turns {
                id = Some(kept.keep(id, None, "?", &json!({}), &answer(text), "2026-01-01T00:00:00Z").unwrap().1);
            }
        }
        for query in &queries {
            let terms: Vec<String> = normalise(query).split_whitespace().map(str::to_owned).collect();
            let holds = |id: i64| {
                let whole = normalise(&format!("?\n{}", texts[usize::try_from(id).unwrap() - 1].join("\n?\n")));
                terms.iter().all(|term| whole.contains(term))
            };
            let found = kept.list(Some(query)).unwrap();
            let mut ids: Vec<i64> = found.iter().map(|each| each.id).collect();
            ids.sort_unstable();
            prop_assert_eq!(ids, (1..=i64::try_from(texts.len()).unwrap()).filter(|id| holds(*id)).collect::<Vec<_>>());
            for each in found.iter().filter(|_| !terms.is_empty()) {
                let snippet = each.snippet.as_deref().unwrap();
                prop_assert!(normalise(snippet).contains(&terms[0]), "{snippet} and {}", terms[0]);
            }
        }
    }
}

#[test]
fn a_word_far_down_a_long_line_is_shown_with_little_around_it_and_at_once() {
    let (_folder, mut kept) = open();
    let long = format!("{}顯存{}", "潮".repeat(150_000), "汐".repeat(150_000));
    kept.keep(None, None, "?", &json!({}), &answer(&long), "2026-01-01T00:00:00Z").unwrap();
    let began = std::time::Instant::now();
    let found = kept.list(Some("显存")).unwrap();
    assert_eq!(found[0].snippet.as_deref(), Some(format!("…{}顯存{}…", "潮".repeat(24), "汐".repeat(24)).as_str()));
    assert!(began.elapsed() < std::time::Duration::from_secs(5), "{:?}", began.elapsed());
}

#[test]
fn a_turn_that_was_replaced_is_not_found_any_more_and_the_new_one_is() {
    let (_folder, mut kept) = open();
    let (turn, id) = kept.keep(None, None, "苍鹭", &json!({}), &answer("在湖边。"), "2026-01-01T00:00:00Z").unwrap();
    assert_eq!(kept.list(Some("湖边")).unwrap().len(), 1);
    kept.keep(Some(id), Some(turn), "苍鹭", &json!({}), &answer("在河口。"), "2026-01-01T00:00:01Z").unwrap();
    assert!(kept.list(Some("湖边")).unwrap().is_empty());
    assert_eq!(kept.list(Some("河口")).unwrap().len(), 1);
}

#[test]
fn asking_again_replaces_the_turn_and_what_followed_it() {
    let (_folder, mut kept) = open();
    let (first, id) = kept.keep(None, None, "一", &json!({}), &answer("a"), "2026-01-01T00:00:00Z").unwrap();
    kept.keep(Some(id), None, "二", &json!({}), &answer("b"), "2026-01-01T00:00:01Z").unwrap();
    kept.keep(Some(id), Some(first), "一改", &json!({}), &answer("c"), "2026-01-01T00:00:02Z").unwrap();
    let questions: Vec<String> = kept.turns(id).unwrap().into_iter().map(|t| t.question).collect();
    assert_eq!(questions, ["一改"]);
    assert_eq!(kept.info(id).unwrap().title, "一改");
}

#[test]
fn a_name_that_a_person_gave_outlives_the_first_question() {
    let (_folder, mut kept) = open();
    let (first, id) = kept.keep(None, None, "一", &json!({}), &answer("a"), "2026-01-01T00:00:00Z").unwrap();
    kept.rename(id, "我的名字").unwrap();
    kept.keep(Some(id), Some(first), "一改", &json!({}), &answer("c"), "2026-01-01T00:00:02Z").unwrap();
    assert_eq!(kept.info(id).unwrap().title, "我的名字");
}

#[test]
fn renaming_marking_and_removing_do_what_they_say() {
    let (_folder, mut kept) = open();
    let (turn, id) = kept.keep(None, None, "问", &json!({}), &answer("a"), "2026-01-01T00:00:00Z").unwrap();
    kept.rename(id, " 名字 ").unwrap();
    assert_eq!(kept.info(id).unwrap().title, "名字");
    assert_eq!(kept.rename(id, " ").unwrap_err().code, ErrorCode::InvalidInput);
    kept.mark(turn, Some(Mark::Wrong)).unwrap();
    assert_eq!(kept.marked(Mark::Wrong).unwrap().len(), 1);
    kept.mark(turn, None).unwrap();
    assert!(kept.marked(Mark::Wrong).unwrap().is_empty());
    kept.remove(id).unwrap();
    assert_eq!(kept.turn(turn).unwrap_err().code, ErrorCode::NotFound, "its turns go with it");
    assert_eq!(kept.remove(id).unwrap_err().code, ErrorCode::NotFound);
}

#[test]
fn an_export_has_each_quote_as_a_footnote() {
    let turn: Exported = serde_json::from_value(answer("LoRA 冻结权重")).unwrap();
    let one = export::answer(&turn);
    assert_eq!(one, "LoRA 冻结权重[^1]\n\n[^1]: “LoRA 冻结权重” — A › B (`notes/a.md`, line 3)\n");
    let two = export::conversation("名 字", &[turn.clone(), turn]);
    assert!(two.starts_with("# 名 字\n\n## q\n"), "{two}");
    assert!(two.contains("[^2]: “"), "footnotes are numbered through: {two}");
    let chinese = Exported { question: "什么是 LoRA？".into(), ..serde_json::from_value(answer("LoRA 冻结权重")).unwrap() };
    assert!(export::answer(&chinese).ends_with("(`notes/a.md`, 第 3 行)\n"), "{}", export::answer(&chinese));
    let ended = |outcome: &str, text: &str| Exported { outcome: outcome.into(), ..serde_json::from_value(answer(text)).unwrap() };
    assert!(export::answer(&ended("cancelled", "LoRA 冻结权重")).starts_with("LoRA 冻结权重[^1]\n\n*The answer was stopped before its end.*\n"));
    let unanswered = Exported { answer: String::new(), citations: Vec::new(), ..ended("not_in_notes", "x") };
    assert_eq!(export::answer(&unanswered), "*The notes do not clearly answer this.*\n");
    let literal = Exported { answer: "arr[0] 与 [9]".into(), ..serde_json::from_value(answer("x")).unwrap() };
    assert!(export::answer(&literal).starts_with("arr[0] 与 [9]\n"), "brackets that are no markers stay");
    let mut quoted = answer("x = a[1] [1]");
    quoted["answer"] = "x = a[1] [1] y = b[1]. [1]".into();
    quoted["sentences"] = serde_json::json!([{ "text": "x = a[1]" }, { "text": "y = b[1]." }]);
    let quoted: Exported = serde_json::from_value(quoted).unwrap();
    assert!(export::answer(&quoted).starts_with("x = a[1][^1] y = b[1].[^1]\n"), "what stands in a sentence stays: {}", export::answer(&quoted));
    let within =
        |question: &str, scope: Scope| Exported { question: question.into(), scope, ..serde_json::from_value(answer("LoRA 冻结权重")).unwrap() };
    let part = Scope { folders: vec!["work/项目".into()], tags: vec!["会议".into()], since: Some("2026-01-01".into()), ..Scope::default() };
    assert!(
        export::answer(&within("LoRA?", part.clone()))
            .starts_with("*Asked only over `work/项目`, `#会议`, since 2026-01-01.*\n\nLoRA 冻结权重[^1]\n")
    );
    assert!(export::answer(&within("什么是 LoRA？", part)).starts_with("*只在这些笔记里问：`work/项目`、`#会议`、2026-01-01 起*\n\n"));
    let one = Scope { notes: vec![7], titles: vec!["读书 笔记".into()], ..Scope::default() };
    assert!(
        export::conversation("名字", &[within("什么是 LoRA？", one)]).contains("\n## 什么是 LoRA？\n\n*只在这些笔记里问：《读书 笔记》*\n\nLoRA")
    );
    let gone = Scope { notes: vec![7], ..Scope::default() };
    assert!(export::answer(&within("LoRA?", gone)).starts_with("*Asked only over a note that is gone.*\n"));
}

#[test]
fn a_citation_is_found_again_after_edits_or_said_to_have_changed() {
    let desk = Desk::new();
    let note = "# 量化\n\n## 什么是 int8 量化？\n\nint8 量化把权重换成 8 位整数，显存占用减半。后面还有一句话。\n";
    desk.write("量化.md", note);
    desk.sync();
    let ask = || {
        quietly(|run| desk.engine.snapshot(run)?.ask(&Question { text: "什么是 int8 量化？".into(), filter: Filter::default(), limit: 3 }, run))
            .unwrap()
    };
    let given = serde_json::to_value(ask()).unwrap();
    let cited: Vec<Cited> = serde_json::from_value(given["citations"].clone()).unwrap();
    let now = || quietly(|run| desk.engine.snapshot(run)?.citation_now(&cited[0])).unwrap();
    assert_eq!(now().state, CitationState::Exact);
    let id = now().document_id;

    desk.write("量化.md", note.replace("# 量化\n", "# 量化\n\n新的开头。\n"));
    desk.sync();
    let moved = now();
    assert_eq!((moved.state, moved.document_id), (CitationState::Moved, id), "an edited note keeps its id");
    let text = std::fs::read_to_string(desk.notes().join("量化.md")).unwrap();
    assert_eq!(text[moved.start..moved.end], cited[0].quote);

    desk.write("量化.md", note.replace("8 位整数，显存占用减半", "4 位整数，显存占用降到四分之一"));
    desk.sync();
    let changed = now();
    assert_eq!(changed.state, CitationState::Changed);
    assert!(changed.text.as_deref().unwrap().contains("4 位整数"), "{changed:?}");

    std::fs::remove_file(desk.notes().join("量化.md")).unwrap();
    desk.sync();
    assert_eq!(now().state, CitationState::Gone);
}
