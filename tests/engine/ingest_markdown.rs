//! Markdown: blocks and their spans, front matter, titles.

use sidenote_engine::document::{BlockKind, Document};
use sidenote_engine::ingest::{Limits, read};

fn markdown(text: &str) -> Document {
    read("My note.md", text.as_bytes(), &Limits::default()).expect("readable")
}

fn blocks(document: &Document) -> Vec<(BlockKind, &str)> {
    document.blocks.iter().map(|block| (block.kind.clone(), &document.text[block.span.clone()])).collect()
}

fn heading(level: u8, title: &str) -> BlockKind {
    BlockKind::Heading { level, title: title.into() }
}

#[test]
fn the_name_of_a_block_is_no_word_of_a_heading() {
    let text = "# 计划 ^plan\n\n问题：什么是浮标？ ^b0y\n\n浮标是漂在水上的标志。 ^d3f\n";
    let document = markdown(text);
    let headings: Vec<&str> =
        document.blocks.iter().filter_map(|b| if let BlockKind::Heading { title, .. } = &b.kind { Some(title.as_str()) } else { None }).collect();
    assert_eq!((document.title.as_str(), headings), ("计划", vec!["计划", "什么是浮标？"]));
    assert_eq!(document.text, text, "every byte stays where it is");
}

#[test]
fn blocks_are_the_exact_bytes_of_what_they_say() {
    let text = "# Title\n\nFirst *paragraph*\nover two lines.\n\n- one\n- two\n  - nested\n- [ ] three\n\n```rust\nfn main() {}\n```\n\n| a | b |\n| - | - |\n| 1 | 2 |\n\nAfter.\n";
    let document = markdown(text);
    assert_eq!(
        blocks(&document),
        [
            (heading(1, "Title"), "# Title"),
            (BlockKind::Paragraph, "First *paragraph*\nover two lines."),
            (BlockKind::ListItem { depth: 0 }, "- one"),
            (BlockKind::ListItem { depth: 0 }, "- two"),
            (BlockKind::ListItem { depth: 1 }, "- nested"),
            (BlockKind::ListItem { depth: 0 }, "- [ ] three"),
            (BlockKind::Code, "```rust\nfn main() {}\n```"),
            (BlockKind::Table, "| a | b |\n| - | - |\n| 1 | 2 |"),
            (BlockKind::Paragraph, "After."),
        ]
    );
    assert!(document.verbatim);
    assert_eq!(document.title, "Title");
}

#[test]
fn windows_line_ends_and_a_byte_order_mark_are_kept_out_of_the_way() {
    let text = "\u{feff}# 标题\r\n\r\n正文第一行\r\n正文第二行\r\n\r\n- 甲\r\n- 乙\r\n";
    let document = markdown(text);
    assert_eq!(document.file_offset, 3);
    assert_eq!(document.text.as_bytes(), &text.as_bytes()[3..]);
    assert_eq!(
        blocks(&document),
        [
            (heading(1, "标题"), "# 标题"),
            (BlockKind::Paragraph, "正文第一行\r\n正文第二行"),
            (BlockKind::ListItem { depth: 0 }, "- 甲"),
            (BlockKind::ListItem { depth: 0 }, "- 乙"),
        ]
    );
}

#[test]
fn headings_have_clean_titles() {
    let document = markdown("# The `KV` cache {#kv}\n\nx\n\nUnder *lined*\n===========\n\nx\n\n## [[attention|Attention]] and **more** ##\n\nx\n");
    let titles: Vec<BlockKind> =
        document.blocks.iter().filter(|block| matches!(block.kind, BlockKind::Heading { .. })).map(|block| block.kind.clone()).collect();
    assert_eq!(titles, [heading(1, "The KV cache"), heading(1, "Under lined"), heading(2, "Attention and more")]);
}

#[test]
fn a_rule_right_under_a_paragraph_does_not_make_it_a_heading() {
    let document = markdown("# T\n\n这是一整段话，写的人忘了在分隔线之前空一行。\n---\n\n后文。\n");
    assert_eq!(document.blocks[1].kind, BlockKind::Paragraph);
}

#[test]
fn front_matter_gives_title_aliases_tags_and_date_and_is_no_text() {
    let document = markdown(
        "---\ntitle: 注意力\naliases: [Attention, 自注意力]\ntags:\n  - nlp\n  - '#transformer'\ndate: 2024-5-1\nlang: zh\n---\n# 别的标题\n\n正文。\n",
    );
    assert_eq!(document.title, "注意力");
    assert_eq!(document.aliases, ["Attention", "自注意力"]);
    assert_eq!(document.tags, ["nlp", "transformer"]);
    assert_eq!(document.date.as_deref(), Some("2024-05-01"));
    assert_eq!(document.blocks[0].kind, BlockKind::Meta);
    assert!(document.warnings.is_empty());
    assert_eq!(markdown("---\ntags: rust, 搜索\n---\nx\n").tags, ["rust", "搜索"]);
    assert_eq!(markdown("---\ndate: 2024-02-31\n---\nx\n").date, None);
}

#[test]
fn broken_front_matter_is_a_warning_and_is_still_read() {
    let document = markdown("---\ntitle: LoRA: a [closer look\ntags: a, b\n---\nText.\n");
    assert_eq!(document.warnings.len(), 1, "{:?}", document.warnings);
    assert_eq!(document.title, "LoRA: a [closer look");
    assert_eq!(document.tags, ["a", "b"]);
    assert_eq!(document.blocks[0].kind, BlockKind::Meta);
    let hostile = format!("---\n{}\n---\nText.\n", "[".repeat(20_000));
    assert_eq!(markdown(&hostile).warnings.len(), 1);
    let bomb = "---\na: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\ntitle: fine\n---\nText.\n";
    assert_eq!(markdown(bomb).title, "fine");
}

#[test]
fn a_note_without_a_heading_takes_its_file_name() {
    assert_eq!(markdown("Just a line.\n").title, "My note");
    assert_eq!(markdown("## Second level only\n\nx\n").title, "My note");
    assert_eq!(markdown("---\n\nA rule at the top is no front matter.\n\n---\n\nx\n").title, "My note");
}

#[test]
fn callouts_quotes_footnotes_and_math_are_text() {
    let document = markdown(
        "# T\n\n> [!note] 提示\n> 记得缩放。\n\n> [!WARNING]\n> 会溢出。\n\n$$\na = b\n$$\n\n正文[^1]。\n\n[^1]: 脚注的话。\n\n[ref]: https://example.com\n",
    );
    let kinds: Vec<(BlockKind, &str)> = blocks(&document);
    assert_eq!(kinds[1], (BlockKind::Paragraph, "> [!note] 提示\n> 记得缩放。"));
    assert_eq!(kinds[2], (BlockKind::Paragraph, "> [!WARNING]\n> 会溢出。"));
    assert_eq!(kinds[3], (BlockKind::Paragraph, "$$\na = b\n$$"));
    assert_eq!(kinds[5], (BlockKind::Paragraph, "[^1]: 脚注的话。"));
    assert_eq!(kinds[6], (BlockKind::Meta, "[ref]: https://example.com"));
}

#[test]
fn pictures_and_comments_without_words_are_not_retrieved() {
    let document = markdown(
        "# T\n\n![](a.png)\n\n<!-- todo -->\n\n<div align=center><img src='b.png'></div>\n\n<table><tr><td>甲</td></tr></table>\n\n![a red kite](c.png)\n",
    );
    let kinds: Vec<BlockKind> = document.blocks.iter().map(|block| block.kind.clone()).collect();
    assert_eq!(kinds[1..], [BlockKind::Meta, BlockKind::Meta, BlockKind::Meta, BlockKind::Table, BlockKind::Paragraph]);
}

#[test]
fn a_list_item_with_code_is_an_item_and_code_and_the_rest() {
    let document = markdown("# T\n\n1. Install it\n\n   ```sh\n   make\n   ```\n\n   and wait.\n2. Run it\n");
    let kinds: Vec<(BlockKind, &str)> = blocks(&document);
    assert_eq!(kinds[1], (BlockKind::ListItem { depth: 0 }, "1. Install it"));
    assert_eq!(kinds[2].0, BlockKind::Code);
    assert_eq!(kinds[3], (BlockKind::ListItem { depth: 0 }, "and wait."));
    assert_eq!(kinds[4], (BlockKind::ListItem { depth: 0 }, "2. Run it"));
}

#[test]
fn bold_lines_and_question_marks_head_their_answers() {
    let document = markdown(
        "# T\n\n## 概念\n\n**感知机**\n\n最早的神经元模型。\n\n问题：它能解决异或吗？\n\n答案：\n\n不能，线性不可分。\n\n**注意：这一整句话虽然是粗体，但它是一句话，不是标题。**\n",
    );
    let kinds: Vec<BlockKind> = document.blocks.iter().map(|block| block.kind.clone()).collect();
    assert_eq!(
        kinds,
        [
            heading(1, "T"),
            heading(2, "概念"),
            heading(3, "感知机"),
            BlockKind::Paragraph,
            heading(3, "它能解决异或吗？"),
            BlockKind::Label,
            BlockKind::Paragraph,
            BlockKind::Paragraph,
        ]
    );
}

#[test]
fn markdown_without_markup_is_read_as_plain_text() {
    let document = markdown(
        "养猫笔记\n\n1、猫一天要吃几顿？\n答案：两到三顿\n幼猫可以多一些，老猫要少一些，按体重来定。\n2、猫砂多久换一次？\n答案：两周\n每天铲，两周全换。\n",
    );
    let titles: Vec<BlockKind> =
        document.blocks.iter().filter(|block| matches!(block.kind, BlockKind::Heading { .. })).map(|block| block.kind.clone()).collect();
    assert_eq!(titles, [heading(1, "养猫笔记"), heading(2, "1、猫一天要吃几顿？"), heading(2, "2、猫砂多久换一次？")]);
}
