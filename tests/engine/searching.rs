//! Search over real folders: languages and scripts, filters, folding, spreading, explaining.

use sidenote_engine::catalog::Filter;
use sidenote_engine::engine::Question;
use sidenote_engine::error::ErrorCode;
use sidenote_engine::wire::Search;

use crate::support::{Desk, quietly};

fn search(desk: &Desk, query: &str, filter: Filter, limit: usize) -> Search {
    let question = Question { text: query.into(), filter, limit };
    quietly(|run| desk.engine.snapshot(run)?.search(&question, run)).unwrap()
}

fn paths(found: &Search) -> Vec<&str> {
    found.hits.iter().map(|h| h.document.as_str()).collect()
}

fn desk() -> Desk {
    let desk = Desk::new();
    desk.write("推理/缓存.md", "---\ntitle: 键值缓存\ntags: [推理, cache]\ndate: 2026-03-01\n---\n# 键值缓存\n\n## KV缓存有什么用？\n\nKV缓存保存已经算过的键和值，生成时不必重复计算。\n");
    desk.write(
        "压缩/量化.md",
        "---\ntags: [压缩]\ndate: 2025-01-15\n---\n# 量化\n\n## 什么是 int8 量化？\n\nint8 量化把权重换成 8 位整数，显存占用减半。\n",
    );
    desk.write("en/lora.md", "# LoRA\n\n## Why does LoRA save memory?\n\nLoRA trains two small matrices and freezes the quantized base weights.\n");
    desk.sync();
    desk
}

#[test]
fn the_name_of_a_block_is_neither_found_nor_quoted() {
    let desk = Desk::new();
    desk.write("a.md", "# 浮标\n\n红色的浮标标出航道的左侧。 ^zqxjkv\n\n- 绿色的浮标标出航道的右侧。 ^wvutzq\n");
    desk.sync();
    let question = Question { text: "zqxjkv".into(), limit: 5, ..Question::default() };
    let found = quietly(|run| desk.engine.snapshot(run)?.search(&question, run)).unwrap();
    assert!(found.hits.iter().all(|hit| hit.scores.lexical.is_none()), "{:?}", found.hits);
    for (asked, quoted) in [("红色的浮标标出什么？", "红色的浮标标出航道的左侧。"), ("绿色的浮标标出什么？", "绿色的浮标标出航道的右侧。")]
    {
        let outcome = quietly(|run| desk.engine.snapshot(run)?.ask(&Question { text: asked.into(), limit: 5, ..Question::default() }, run)).unwrap();
        assert!(outcome.answer.contains(quoted) && !outcome.answer.contains('^'), "{}", outcome.answer);
        assert_eq!(outcome.citations[0].quote, quoted);
    }
}

#[test]
fn traditional_full_width_and_mixed_queries_find_simplified_notes() {
    let desk = desk();
    for query in ["KV緩存", "ＫＶ缓存", "kv 缓存的作用", "键值緩存"] {
        assert_eq!(paths(&search(&desk, query, Filter::default(), 5))[0], "推理/缓存.md", "{query}");
    }
    assert_eq!(paths(&search(&desk, "INT8量化", Filter::default(), 5))[0], "压缩/量化.md");
    assert_eq!(paths(&search(&desk, "matrix training", Filter::default(), 5))[0], "en/lora.md", "stems meet");
}

#[test]
fn identifiers_numbers_and_codes_are_found_as_they_are_written() {
    let desk = Desk::new();
    let codes =
        ["0x80070005", "ERR_CONNECTION_RESET", "E-1234", "192.168.1.1", "1,024", "v1.2.3", "E0277", "CVE-2024-3094", "node_modules", "gpt-4o"];
    for (at, code) in codes.iter().enumerate() {
        desk.write(&format!("{at}.md"), format!("# 记录 {at}\n\n昨天排查问题时看到了 {code}，后来按文档里的办法解决了。\n"));
    }
    // Others like them.
    desk.write("near.md", "# 记录\n\n看到了 0x80070006、E-1235、192.168.1.10、v1.2.4、E0278 和 CVE-2024-3095，按文档里的办法解决了。\n");
    desk.sync();
    let keywords = crate::support::open(desk.folder.path(), None);
    for (at, code) in codes.iter().enumerate() {
        let expected = format!("{at}.md");
        for query in [(*code).to_owned(), format!("{code} 怎么解决？"), format!("How was {code} solved?")] {
            assert_eq!(paths(&search(&desk, &query, Filter::default(), 5))[0], expected, "{query}");
            let question = Question { text: query.clone(), limit: 5, ..Question::default() };
            let found = quietly(|run| keywords.snapshot(run)?.search(&question, run)).unwrap();
            assert_eq!(paths(&found)[0], expected, "{query}, by keywords");
        }
    }
    assert_eq!(paths(&search(&desk, "1024", Filter::default(), 5))[0], "4.md", "written without its comma");
}

#[test]
fn a_name_written_in_one_is_found_by_its_parts_and_by_each_of_two_glued_names() {
    let desk = Desk::new();
    desk.write("a.md", "# 加速\n\nFlashAttention 分块计算，减少显存读写。\n");
    desk.write("b.md", "# 攻击\n\n常用工具有 TextFoolerHotFlip 等。\n");
    desk.write("c.md", "# Code\n\nCall getUserName() before logging in.\n");
    desk.write("d.md", "# 其他\n\nLoRA 只训练低秩矩阵。A flash of lightning.\n");
    desk.sync();
    for (query, expected) in [
        ("flash attention", "a.md"),
        ("FlashAttention", "a.md"),
        ("TextFooler", "b.md"),
        ("HotFlip", "b.md"),
        ("TextFoolerHotFlip", "b.md"),
        ("user name", "c.md"),
        ("getUserName", "c.md"),
        ("LoRA", "d.md"),
    ] {
        assert_eq!(paths(&search(&desk, query, Filter::default(), 5)).first(), Some(&expected), "{query}");
    }
}

#[test]
fn matches_are_marked_where_they_stand() {
    let found = search(&desk(), "緩存", Filter::default(), 1);
    let hit = &found.hits[0];
    let marked: Vec<&str> = hit.highlights.iter().map(|&(a, b)| &hit.text[a..b]).collect();
    assert!(!marked.is_empty() && marked.iter().all(|m| *m == "缓存"), "{marked:?}");
}

#[test]
fn filters_narrow_and_alternatives_widen() {
    let desk = desk();
    let by = |filter: Filter| {
        let mut p: Vec<String> = paths(&search(&desk, "量化 缓存 LoRA 权重", filter, 10)).into_iter().map(str::to_owned).collect();
        p.sort();
        p.dedup();
        p
    };
    assert_eq!(by(Filter { folders: vec!["推理".into()], ..Filter::default() }), ["推理/缓存.md"]);
    assert_eq!(by(Filter { tags: vec!["#压縮".into()], ..Filter::default() }), ["压缩/量化.md"], "tags are words too");
    assert_eq!(by(Filter { notes: vec!["en/lora.md".into(), "量化".into()], ..Filter::default() }), ["en/lora.md", "压缩/量化.md"]);
    assert_eq!(by(Filter { since: Some("2026-02-01".into()), folders: vec!["推理".into(), "压缩".into()], ..Filter::default() }), ["推理/缓存.md"]);
    assert_eq!(by(Filter { libraries: vec!["notes".into()], ..Filter::default() }).len(), 3);
    assert!(by(Filter { folders: vec!["推".into()], ..Filter::default() }).is_empty(), "a folder is no prefix");
}

#[test]
fn an_unknown_library_and_a_wrong_date_are_clear_errors() {
    let desk = desk();
    let error = |filter: Filter| {
        let question = Question { text: "x".into(), filter, limit: 1 };
        quietly(|run| desk.engine.snapshot(run)?.search(&question, run)).unwrap_err()
    };
    let unknown = error(Filter { libraries: vec!["nothing".into()], ..Filter::default() });
    assert_eq!(unknown.code, ErrorCode::NotFound);
    assert!(unknown.hint.contains("`notes`"));
    assert_eq!(error(Filter { since: Some("yesterday".into()), ..Filter::default() }).code, ErrorCode::InvalidInput);
}

#[test]
fn copies_are_folded_and_named_unless_a_number_differs() {
    let desk = Desk::new();
    let text = |n: u32| {
        format!("# 投机解码\n\n投机解码用小模型先猜，再由大模型一次并行验证，猜对的部分直接接受，因此能把速度提高约 {n} 倍，输出分布不变。\n")
    };
    desk.write("a.md", text(2));
    desk.write("b.md", text(2));
    desk.write("c.md", text(3));
    desk.sync();
    let found = search(&desk, "投机解码", Filter::default(), 10);
    assert_eq!(found.hits.len(), 2);
    let also: Vec<&str> = found.hits.iter().flat_map(|h| &h.also_in).map(|a| a.document.as_str()).collect();
    assert_eq!(also.len(), 1);
    assert!(["a.md", "b.md"].contains(&also[0]));
    assert!(paths(&found).contains(&"c.md"));
}

#[test]
fn a_long_list_reaches_ten_notes() {
    let desk = Desk::new();
    let section =
        |i: usize| format!("## 量化的第 {i} 个方面\n\n量化在第 {i} 个方面说的是一件不同的事，数字是 {}，{}。\n\n", i * 7, "各有细节".repeat(30));
    desk.write("all.md", format!("# 量化\n\n{}", (0..30).map(section).collect::<String>()));
    for i in 0..12 {
        desk.write(&format!("{i:02}.md"), format!("# 笔记{i}\n\n这里只顺便提到一次量化，主要讲第 {i} 件别的事情。\n"));
    }
    desk.sync();
    let found = search(&desk, "量化", Filter::default(), 20);
    let mut notes = paths(&found);
    assert_eq!(notes.len(), 20);
    notes.sort_unstable();
    notes.dedup();
    assert!(notes.len() >= 10, "{notes:?}");
}

#[test]
fn every_hit_tells_its_scores_and_their_order_is_total() {
    let found = search(&desk(), "量化 权重", Filter::default(), 10);
    assert!(found.hits.windows(2).all(|w| w[0].scores.fused >= w[1].scores.fused));
    assert!(found.hits.iter().all(|h| h.scores.vector.is_some()));
    assert_eq!(found.hits[0].scores.lexical_rank, Some(1));
}

#[test]
fn a_passage_is_exactly_its_span_of_the_file() {
    let desk = desk();
    for hit in search(&desk, "量化 缓存 LoRA", Filter::default(), 10).hits {
        let file = std::fs::read_to_string(desk.notes().join(&hit.document)).unwrap();
        assert_eq!(file[hit.start..hit.end], hit.text);
        assert_eq!(file[..hit.start].matches('\n').count() + 1, hit.line as usize);
    }
}

#[test]
fn explain_says_why_a_note_is_not_there() {
    let desk = desk();
    let question = Question { text: "KV缓存".into(), filter: Filter { folders: vec!["推理".into()], ..Filter::default() }, limit: 1 };
    let told = quietly(|run| desk.engine.snapshot(run)?.explain(&question, "量化", run)).unwrap();
    assert!(told.reasons.iter().any(|r| r.contains("filter")), "{:?}", told.reasons);
    assert!(told.terms.iter().any(|t| t.term == "缓存" && !t.matched));
    let there = quietly(|run| desk.engine.snapshot(run)?.explain(&question, "推理/缓存.md", run)).unwrap();
    assert_eq!(there.rank, Some(1));
}

#[test]
fn what_a_note_lacks_is_said_as_the_person_wrote_it() {
    let desk = desk();
    let question = Question { text: "Caching 緩存 of FlashAttention's engines".into(), limit: 3, ..Question::default() };
    let told = quietly(|run| desk.engine.snapshot(run)?.explain(&question, "推理/缓存.md", run)).unwrap();
    let words: Vec<(&str, &str)> = told.terms.iter().map(|t| (t.term.as_str(), t.word.as_str())).collect();
    for pair in [("cach", "Caching"), ("缓存", "緩存"), ("engin", "engines"), ("flash", "flash")] {
        assert!(words.contains(&pair), "{pair:?} in {words:?}");
    }
}

#[test]
fn a_note_that_is_only_too_far_in_meaning_is_not_said_to_have_no_vector() {
    let desk = desk();
    let question = Question { text: "submarine".into(), limit: 3, ..Question::default() };
    let told = quietly(|run| desk.engine.snapshot(run)?.explain(&question, "推理/缓存.md", run)).unwrap();
    assert!(told.best.is_some() || told.reasons.iter().any(|r| r.contains("near enough in meaning")), "{:?}", told.reasons);
    assert!(told.reasons.iter().all(|r| !r.contains("none has a vector")), "{:?}", told.reasons);
}

#[test]
fn show_gives_the_passage_at_a_line_with_its_surroundings() {
    let desk = desk();
    let shown = quietly(|run| desk.engine.snapshot(run)?.show("推理/缓存.md", Some(10), &Filter::default())).unwrap();
    assert!(shown.text.contains("不必重复计算"));
    assert_eq!(shown.heading.last().map(String::as_str), Some("KV缓存有什么用？"));
    let error = quietly(|run| desk.engine.snapshot(run)?.show("no such note", None, &Filter::default())).unwrap_err();
    assert_eq!(error.code, ErrorCode::NotFound);
}
