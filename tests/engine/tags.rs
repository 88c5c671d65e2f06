//! `#tags` in the text of notes: what is one, and that they are tags like those in front matter.

use proptest::prelude::*;
use sidenote_engine::catalog::Filter;
use sidenote_engine::ingest::markdown::tags;

use crate::support::{Desk, quietly};

#[test]
fn a_tag_stands_at_the_beginning_of_a_word_and_is_more_than_digits() {
    let cases: &[(&str, &[&str])] = &[
        ("#todo and #读书笔记 #a/b #x-1_y", &["todo", "读书笔记", "a/b", "x-1_y"]),
        ("- #in-a-list\n- [ ] #task\n> #quoted\n\n| #cell | x |\n|---|---|\n", &["in-a-list", "task", "quoted", "cell"]),
        ("## A heading with #tag\n\n##no-heading-mark\n\n#one-mark", &["tag", "one-mark"]),
        ("**in #bold** and _in #slanted_, #end.", &["bold", "slanted", "end"]),
        ("#标签# #done/ #a#b #x。", &["标签", "done", "a", "x"]),
        ("Issue #123, #1, #１２３, #2024/ but #2024-05 and #y2024", &["2024-05", "y2024"]),
        ("#fff #1e90ff #ABC #ffff #00000080 #cafe but #face1 #coffee #b2b-sales", &["face1", "coffee", "b2b-sales"]),
        ("C# and F#, C#x, a#b, (#no), \\#no, &#35;no, #, # , #-, #/x, #!", &[]),
        ("`#code` ``#more`` $#math$ <b title=\"#x\">#shown</b> <!-- #hidden -->", &[]),
        ("```\n#fenced\n```\n\n    #indented\n\n~~~sh\n# comment\n#!/bin/sh\n~~~\n", &[]),
        ("[#text](page.md#part) [[Note#Heading]] [[Note| #shown]] ![ #alt](x.png) <https://a.b/#c> https://a.b/#d x.md#e", &[]),
        ("[ #text](to.md) [x]: http://a.b \" #title\"", &["title"]),
    ];
    for (text, wanted) in cases {
        assert_eq!(tags(text), *wanted, "{text}");
    }
}

#[test]
fn tags_of_front_matter_come_first_and_each_counts_once() {
    let text = "---\ntags: [Rust, 搜索]\n---\n#rust #搜尋 #索引 再说一次 #索引。\n";
    assert_eq!(tags(text), ["Rust", "搜索", "搜尋", "索引"], "the same word in another case is the same tag");
    assert_eq!(tags("---\nnote: '#yaml'\n# comment\n---\ntext\n"), Vec::<String>::new());
}

/// The rule as one would say it, for text without markup.
fn naive(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let Some(rest) = word.strip_prefix('#') else { continue };
        let mut tag: String = rest.chars().take_while(|c| c.is_alphanumeric() || "_-/".contains(*c)).collect();
        while tag.ends_with('/') {
            tag.pop();
        }
        let starts = tag.chars().next().is_some_and(|c| c.is_alphanumeric() || c == '_');
        let says = tag.chars().any(|c| !c.is_numeric()) && tag.chars().any(char::is_alphanumeric);
        let colour = [3, 4, 6, 8].contains(&tag.chars().count()) && tag.chars().all(|c| "0123456789abcdefABCDEF".contains(c));
        if starts && says && !colour && !found.iter().any(|have| have.to_lowercase() == tag.to_lowercase()) {
            found.push(tag);
        }
    }
    found
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn in_plain_words_the_rule_is_what_a_naive_reading_says(words in proptest::collection::vec("(#|##|x#|)[a-gZ0-2中é/-]{0,8}(_x)?[.，#]?", 0..12), breaks in proptest::collection::vec("[ \n]|\r\n", 12)) {
        let text: String = words.iter().zip(&breaks).map(|(word, gap)| format!("{word}{gap}")).collect();
        prop_assert_eq!(tags(&text), naive(&text), "{:?}", text);
    }

    #[test]
    fn nothing_in_code_or_in_a_link_is_a_tag(words in proptest::collection::vec("#[a-z中]{2}z[a-z0-9/]{0,4}", 1..5)) {
        let words = words.join(" ");
        for text in [format!("`{words}`"), format!("```\n{words}\n```"), format!("[{words}](x.md)"), format!("[[a| {words}]]"), format!("${words}$")] {
            prop_assert!(tags(&text).is_empty(), "{}", text);
        }
        prop_assert!(!tags(&words).is_empty(), "outside of them they are");
    }
}

#[test]
fn lists_filters_and_questions_know_tags_in_the_text() {
    let desk = Desk::new();
    desk.write("a.md", "---\ntags: [Cats]\n---\n# Food\n\nCats eat twice a day.\n");
    desk.write("b.md", "# Sleep\n\nCats sleep for fifteen hours. #cats #pets/indoor\n");
    desk.write("c.md", "# Dogs\n\nDogs eat twice a day. See `#cats` and issue #12.\n");
    desk.sync();
    let snapshot = quietly(|run| desk.engine.snapshot(run)).unwrap();
    let listed: Vec<(String, u64)> = snapshot.tags().unwrap().into_iter().map(|t| (t.tag.to_lowercase(), t.notes)).collect();
    assert_eq!(listed, [("cats".to_owned(), 2), ("pets".to_owned(), 1), ("pets/indoor".to_owned(), 1)]);
    let asked = |tag: &str| {
        let filter = Filter { tags: vec![tag.to_owned()], ..Filter::default() };
        let question = sidenote_engine::engine::Question { text: "how long do cats sleep, what do they eat".into(), filter, limit: 8 };
        let mut found: Vec<String> = quietly(|run| snapshot.search(&question, run)).unwrap().hits.into_iter().map(|hit| hit.document).collect();
        found.sort();
        found.dedup();
        found
    };
    assert_eq!(asked("#cats"), ["a.md", "b.md"]);
    assert_eq!(asked("pets/indoor"), ["b.md"]);
    assert_eq!(asked("pets"), ["b.md"], "a tag has those below it");
    assert!(asked("pet").is_empty() && asked("pets/in").is_empty() && asked("pets/indoor/cats").is_empty(), "by whole names");
    desk.write("b.md", "# Sleep\n\nCats sleep for fifteen hours.\n");
    desk.sync();
    let tags = quietly(|run| desk.engine.snapshot(run)).unwrap().tags().unwrap();
    assert_eq!(tags.len(), 1, "{tags:?}");
}
