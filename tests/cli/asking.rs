//! `ask`, `search`, `show` and `explain` for people: whole outputs.

use crate::support::{Desk, each};

#[test]
fn an_answer_cites_its_notes() {
    let desk = Desk::without_runtime().with_notes();
    desk.snapshot("ask_chinese", &desk.run(["ask", "绿茶用多少度的水泡？"]).exits(0).whole());
    desk.snapshot("ask_english", &desk.run(["ask", "--quiet", "How", "hot", "should", "the", "water", "for", "coffee", "be?"]).exits(0).whole());
}

#[test]
fn what_is_not_in_the_notes_is_said_in_the_language_of_the_question() {
    let desk = Desk::without_runtime().with_notes();
    desk.snapshot("not_in_notes_chinese", &desk.run(["ask", "-q", "绿茶是谁在哪一年发明的专利机器？"]).exits(1).whole());
    desk.snapshot("not_in_notes_english", &desk.run(["ask", "-q", "Who invented the telephone?"]).exits(1).whole());
}

#[test]
fn an_english_question_in_other_forms_of_the_notes_words_is_answered_and_one_that_no_note_has_a_word_of_is_not() {
    let desk = Desk::without_runtime();
    desk.note(
        "standup.md",
        "# Standup\n\n- Anna fixes the login bug until Wednesday.\n- The release moves from Friday to Monday because the tests are red.\n",
    );
    desk.note("多头.md", "# 多头注意力\n\n## K、V 的做法\n\nMQA 让所有查询头共用一组 K、V，GQA 每几个查询头共用一组。\n");
    desk.run(["library", "add", "notes"]).exits(0);
    let answer = desk.run(["ask", "-q", "Why does the release move?"]).exits(0).whole();
    assert!(answer.contains("because the tests are red"), "{answer}");
    desk.run(["ask", "-q", "How do I cook pasta?"]).exits(1);
}

#[test]
fn hits_show_where_they_are() {
    let desk = Desk::without_runtime().with_notes();
    desk.snapshot("search", &desk.run(["search", "-q", "水 茶"]).exits(0).whole());
    desk.snapshot("search_explain", &desk.run(["search", "-q", "--explain", "--limit", "1", "ground coffee"]).exits(0).whole());
    desk.snapshot("search_color", &desk.run(["search", "-q", "--limit", "1", "--color", "always", "冰箱冷藏"]).exits(0).whole());
    desk.snapshot("search_nothing", &desk.run(["search", "-q", "zeppelin"]).exits(1).whole());
}

#[test]
fn the_same_text_twice_is_one_hit() {
    let desk = Desk::without_runtime();
    desk.note("copy.md", TWIN);
    desk.note("first.md", TWIN);
    desk.run(["library", "add", "notes"]).exits(0);
    desk.snapshot("search_also_in", &desk.run(["search", "-q", "whiskers gaps"]).exits(0).whole());
}

const TWIN: &str = "# Whiskers\n\nA cat's whiskers are as wide as its body, so that it can tell which gaps it fits through without being stuck.\n";

#[test]
fn filters_narrow_what_is_asked() {
    let desk = Desk::new().with_notes();
    let documents = |args: &[&str]| {
        let mut all = vec!["search", "水 water 猫 coffee 绿茶"];
        all.extend(args);
        let mut found = each(&desk.json(all)["hits"], "document");
        found.sort();
        found.dedup();
        found
    };
    assert_eq!(documents(&[]), ["cats.md", "coffee.md", "茶/绿茶.md"]);
    assert_eq!(documents(&["--tag", "drinks"]), ["coffee.md", "茶/绿茶.md"]);
    assert_eq!(documents(&["--tag", "#morning"]), ["coffee.md"]);
    assert_eq!(documents(&["--folder", "茶/"]), ["茶/绿茶.md"]);
    assert_eq!(documents(&["--note", "cats.md"]), ["cats.md"]);
    assert_eq!(documents(&["--note", "cats.md", "--note", "绿茶"]), ["cats.md", "茶/绿茶.md"]);
    assert_eq!(documents(&["--tag", "drinks", "--since", "2025-01-01"]), ["coffee.md"]);
    assert_eq!(documents(&["--library", "mine", "--tag", "none"]), [""; 0]);
}

#[test]
fn a_passage_is_shown_in_its_context() {
    let desk = Desk::without_runtime().with_notes();
    desk.snapshot("show", &desk.run(["show", "coffee.md"]).exits(0).whole());
    desk.snapshot("show_line", &desk.run(["show", "绿茶:11"]).exits(0).whole());
    desk.snapshot("show_unknown", &desk.run(["show", "coffe.md"]).exits(2).whole());
    assert!(desk.json(["show", "cats.md:3"])["text"].as_str().is_some_and(|t| t.contains("猫一天睡")));
}

#[test]
fn a_name_may_end_like_a_line() {
    let desk = Desk::new();
    desk.note("at 12:30", "x");
    desk.note("meeting 9:30.md", "# Meeting\n\nWe spoke about the budget.\n");
    desk.run(["library", "add", "notes"]).exits(0);
    assert_eq!(desk.json(["show", "meeting 9:30"])["document"], "meeting 9:30.md");
}

#[test]
fn a_missing_note_can_be_asked_why() {
    let desk = Desk::without_runtime().with_notes();
    desk.snapshot("explain_found", &desk.run(["explain", "-q", "绿茶 保存", "--note", "绿茶"]).exits(0).whole());
    desk.snapshot("explain_missing", &desk.run(["explain", "-q", "绿茶 保存", "--note", "coffee.md"]).exits(0).whole());
    let filtered = desk.json(["explain", "绿茶 保存", "--note", "绿茶", "--folder", "elsewhere"]);
    assert!(filtered["reasons"][0].as_str().is_some_and(|r| r.contains("filter")), "{filtered}");
}

#[test]
fn all_that_the_notes_have_is_listed_and_counted() {
    let desk = Desk::without_runtime().with_notes();
    let ran = desk.run(["ask", "list all notes about water"]).exits(0);
    assert!(ran.out.starts_with("- ") && ran.out.contains("coffee.md") && ran.err.contains("read 1 note "), "{}", ran.whole());
    desk.run(["ask", "list all notes about submarines"]).exits(1);
}

#[test]
fn without_a_model_that_writes_the_notes_own_sentences_answer_either_way() {
    let desk = Desk::without_runtime().with_notes();
    let question = ["ask", "绿茶怎么保存？", "-q"];
    let plain = desk.run(question).exits(0);
    let forced = desk.run(question.iter().chain(&["--extractive"])).exits(0);
    assert_eq!(plain.out, forced.out);
    assert_eq!(
        desk.json(["ask", "绿茶怎么保存？", "--extractive"])["answerer"],
        serde_json::json!({"kind": "extractive", "model": null, "leaves_machine_to": null})
    );
}

#[test]
fn a_section_beside_the_one_asked_about_is_not_part_of_the_answer() {
    let desk = Desk::without_runtime();
    desk.note(
        "recipes.md",
        "# 菜谱\n\n## 红烧肉\n五花肉 500 克切块，冷水下锅焯水。冰糖 30 克炒糖色，放肉翻炒，加热水没过肉，小火炖 50 分钟，最后大火收汁。\n\n\
         ## 番茄炒蛋\n鸡蛋三个打散，先炒蛋盛出；番茄两个切块炒出汁，倒回鸡蛋，加盐和少许糖。\n",
    );
    desk.run(["library", "add", "notes"]).exits(0);
    let ran = desk.run(["ask", "-q", "红烧肉怎么做？", "--library", "notes"]).exits(0);
    assert!(ran.out.contains("焯水") && ran.out.contains("收汁") && !ran.out.contains('蛋'), "{}", ran.whole());
}
