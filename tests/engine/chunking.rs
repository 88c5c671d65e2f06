//! Documents are cut along their structure.

use proptest::prelude::*;
use sidenote_engine::chunk::{Chunk, Settings, chunk};
use sidenote_engine::document::{BlockKind, Document};
use sidenote_engine::text::estimate_tokens;

use crate::support::{document, heading};

const SENTENCE: &str = "注意力机制让模型在处理每个位置时，按相关程度加权汇总其他位置的信息，因此能够捕捉长距离的依赖关系。";

fn cut(document: &Document) -> Vec<Chunk> {
    document.validate().unwrap();
    chunk(document, &Settings::default())
}

fn text<'d>(document: &'d Document, chunk: &Chunk) -> &'d str {
    &document.text[chunk.span.clone()]
}

#[test]
fn a_question_stays_with_its_answer() {
    let long = SENTENCE.repeat(3);
    let d = document(
        "面试题",
        &[
            (heading(1, "1. 注意力"), "1. 注意力"),
            (heading(2, "什么是注意力？"), "问题：什么是注意力？"),
            (BlockKind::Label, "答案"),
            (BlockKind::Paragraph, &long),
            (heading(1, "2. 量化"), "2. 量化"),
            (BlockKind::Paragraph, &long),
        ],
    );
    let chunks = cut(&d);
    assert_eq!(chunks.len(), 2);
    assert!(text(&d, &chunks[0]).contains("问题：什么是注意力？") && text(&d, &chunks[0]).contains("长距离"));
    assert_eq!(chunks[0].heading, ["1. 注意力", "什么是注意力？"]);
    assert_eq!(chunks[1].heading, ["2. 量化"]);
}

#[test]
fn furniture_and_front_matter_are_in_no_chunk() {
    let d = document(
        "页面",
        &[
            (BlockKind::Meta, "title: x"),
            (BlockKind::Paragraph, SENTENCE),
            (BlockKind::Furniture, "相关文章：十个标题"),
            (BlockKind::Paragraph, "结尾的一段正文，也要能找到。"),
        ],
    );
    let all: String = cut(&d).iter().map(|c| text(&d, c)).collect();
    assert!(all.contains("结尾的一段正文") && all.contains("长距离"));
    assert!(!all.contains("相关文章") && !all.contains("title"));
}

#[test]
fn a_table_or_code_block_that_fits_stays_whole() {
    let code = "```python\n".to_owned() + &"x = attention(q, k, v)\n".repeat(20) + "```";
    let filler = SENTENCE.repeat(5);
    let d = document(
        "代码",
        &[(heading(1, "实现"), "# 实现"), (BlockKind::Paragraph, &filler), (BlockKind::Code, &code), (BlockKind::Paragraph, &filler)],
    );
    assert!(cut(&d).iter().any(|c| text(&d, c).contains(&code)), "the code is whole in one chunk");
}

#[test]
fn what_introduces_a_list_goes_with_it() {
    let long = SENTENCE.repeat(7);
    let d = document(
        "列表",
        &[
            (heading(1, "策略"), "# 策略"),
            (BlockKind::Paragraph, &long),
            (BlockKind::Paragraph, "主要有两种策略："),
            (BlockKind::ListItem { depth: 0 }, &SENTENCE.repeat(2)),
            (BlockKind::ListItem { depth: 0 }, &SENTENCE.repeat(2)),
        ],
    );
    let chunks = cut(&d);
    let with = chunks.iter().find(|c| text(&d, c).contains("主要有两种策略")).unwrap();
    assert!(!text(&d, with).trim_end().ends_with('：'), "a chunk does not end with the line that opens a list");
}

#[test]
fn only_the_parts_of_a_split_block_overlap() {
    let huge: String = (0..60).map(|i| format!("第{i}句说明了一个各不相同的事实，长度与其他句子相近。")).collect();
    let d = document("长文", &[(heading(1, "长节"), "# 长节"), (BlockKind::Paragraph, &huge)]);
    let chunks = cut(&d);
    assert!(chunks.len() > 2);
    assert!(chunks.windows(2).all(|w| w[1].span.start < w[0].span.end), "neighbouring parts share a sentence");
    assert!(chunks.iter().all(|c| c.heading == ["长节"]));
}

#[test]
fn small_sections_of_one_parent_are_joined() {
    let d = document(
        "术语",
        &[
            (heading(1, "术语表"), "# 术语表"),
            (heading(2, "KV"), "## KV"),
            (BlockKind::Paragraph, "键和值。"),
            (heading(2, "FFN"), "## FFN"),
            (BlockKind::Paragraph, "前馈网络。"),
        ],
    );
    let chunks = cut(&d);
    assert_eq!(chunks.len(), 1);
    assert_eq!(chunks[0].heading, ["术语表"]);
}

fn block() -> impl Strategy<Value = (BlockKind, String)> {
    let words = "[一-三a-z。，:： \\n]{1,30}";
    prop_oneof![
        1 => (1u8..4, "[一-三]{1,6}").prop_map(|(level, title)| (heading(level, &title), title)),
        4 => (words, 1usize..120).prop_map(|(t, n)| (BlockKind::Paragraph, t.repeat(n).trim().to_owned())),
        2 => words.prop_map(|t| (BlockKind::ListItem { depth: 0 }, t.trim().to_owned())),
        1 => words.prop_map(|t| (BlockKind::Furniture, t.trim().to_owned())),
        1 => ("[a-z]{1,9}", 1usize..400).prop_map(|(t, n)| (BlockKind::Code, t.repeat(n))),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn chunks_cover_everything_but_furniture(blocks in prop::collection::vec(block(), 0..12)) {
        let blocks: Vec<(BlockKind, &str)> = blocks.iter().filter(|(_, t)| !t.is_empty()).map(|(k, t)| (k.clone(), t.as_str())).collect();
        let d = document("性质", &blocks);
        prop_assert!(d.validate().is_ok());
        let settings = Settings::default();
        let chunks = chunk(&d, &settings);
        let mut start = 0;
        for c in &chunks {
            prop_assert!(c.span.start >= start, "in order");
            start = c.span.start;
            prop_assert!(d.text.is_char_boundary(c.span.start) && d.text.is_char_boundary(c.span.end) && c.span.start < c.span.end);
            prop_assert!(estimate_tokens(&d.text[c.span.clone()]) <= settings.max + settings.min, "size");
        }
        for b in &d.blocks {
            for (i, ch) in d.text[b.span.clone()].char_indices().filter(|(_, ch)| !ch.is_whitespace()) {
                let at = b.span.start + i;
                let inside = chunks.iter().any(|c| c.span.contains(&at));
                prop_assert_eq!(inside, b.kind != BlockKind::Furniture, "{:?} at {}", ch, at);
            }
        }
    }
}
