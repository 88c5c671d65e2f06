//! HTML, notebooks, DOCX, EPUB and PDF: text, structure, places, furniture.

use sidenote_engine::document::{BlockKind, Document};
use sidenote_engine::ingest::{Limits, Skip, SkipReason, read};

use crate::packed::{Font, Shown, docx, epub, p, pdf};

fn document(name: &str, bytes: &[u8]) -> Document {
    let document = read(name, bytes, &Limits::default()).expect("a readable file");
    document.validate().expect("sound blocks");
    document
}

fn skip(name: &str, bytes: &[u8]) -> Skip {
    read(name, bytes, &Limits::default()).expect_err("an unreadable file")
}

fn html(body: &str) -> Document {
    document("page.html", format!("<!doctype html>\n<html><head><title>T</title></head><body>\n{body}\n</body></html>").as_bytes())
}

/// Kind and text of each block, headings as `H2`, list items as `L0`.
fn outline(document: &Document) -> Vec<(String, &str)> {
    let name = |kind: &BlockKind| match kind {
        BlockKind::Heading { level, .. } => format!("H{level}"),
        BlockKind::ListItem { depth } => format!("L{depth}"),
        kind => format!("{kind:?}"),
    };
    document.blocks.iter().map(|b| (name(&b.kind), &document.text[b.span.clone()])).collect()
}

fn pairs<'a>(expected: &[(&str, &'a str)]) -> Vec<(String, &'a str)> {
    expected.iter().map(|&(kind, text)| (kind.to_owned(), text)).collect()
}

fn line_of(document: &Document, needle: &str) -> u32 {
    let at = document.text.find(needle).expect("in the text");
    document.source_map.place(&document.text, at).line
}

fn page_of(document: &Document, needle: &str) -> Option<u32> {
    let at = document.text.find(needle).expect("in the text");
    document.source_map.place(&document.text, at).page
}

#[test]
fn html_blocks_come_in_reading_order_with_their_kinds() {
    let page = html(
        "<h1>注意力</h1><p>第一段，<b>重点</b>\n  在这里。</p><h2>列表</h2><ul><li>甲<ul><li>乙</li></ul></li></ul><ol start=3><li>丙</li><li>丁</li></ol>\
         <pre><code>fn main() {\n    run();\n}</code></pre><table><tr><th>方法</th><th>参数</th></tr><tr><td>LoRA</td><td>0.1%</td></tr></table><blockquote><p>引文。</p></blockquote>",
    );
    assert_eq!(
        outline(&page),
        pairs(&[
            ("H1", "注意力"),
            ("Paragraph", "第一段，重点在这里。"),
            ("H2", "列表"),
            ("L0", "- 甲"),
            ("L1", "  - 乙"),
            ("L0", "3. 丙"),
            ("L0", "4. 丁"),
            ("Code", "fn main() {\n    run();\n}"),
            ("Table", "方法 | 参数\nLoRA | 0.1%"),
            ("Paragraph", "引文。"),
        ])
    );
}

#[test]
fn html_scripts_and_styles_leave_no_text() {
    let page = html(
        "<style>p{}</style><script>var 秘 = 1;</script><noscript>开启脚本</noscript><p>正文在此。</p><p hidden>藏</p><p style='display: none'>没</p>",
    );
    assert_eq!(page.text, "正文在此。");
}

#[test]
fn html_furniture_is_set_aside_but_counted() {
    let page = html(
        "<header><a href=/>首页</a></header><nav><ul><li><a href=/a>归档</a></li></ul></nav><div class='cookie-banner'>本站使用 cookie</div>\
         <article><h1>标题</h1><p>正文第一段足够长，说的是注意力机制为什么有效。</p></article>\
         <div><h3>相关文章</h3><ul><li><a href=/x>另一篇</a></li><li><a href=/y>又一篇</a></li></ul></div><footer>版权所有</footer>",
    );
    let kept: Vec<_> = outline(&page).into_iter().filter(|(kind, _)| kind != "Furniture").collect();
    assert_eq!(kept, pairs(&[("H1", "标题"), ("Paragraph", "正文第一段足够长，说的是注意力机制为什么有效。")]));
    for words in ["首页", "归档", "cookie", "另一篇", "版权所有"] {
        assert!(page.text.contains(words), "{words} is still readable");
    }
    assert!(page.furniture_chars() > 20);
}

#[test]
fn html_of_links_alone_is_not_all_furniture() {
    let page = html(
        "<ul><li><a href=/a>甲</a></li><li><a href=/b>乙</a></li><li><a href=/c>丙</a></li><li><a href=/d>丁</a></li><li><a href=/e>戊</a></li></ul>",
    );
    assert_eq!(page.furniture_chars(), 0);
}

#[test]
fn html_lines_are_those_of_the_file() {
    let page = html(
        "<h1>标题</h1>\n\n<p>第一段\n第二行</p>\n<table>\n<tr><td>甲</td><td>乙</td></tr>\n<tr><td>丙</td><td>丁</td></tr>\n</table>\n<pre>一\n二</pre>\n<p>末&amp;段</p>",
    );
    for (words, line) in [("标题", 3), ("第一段", 5), ("第二行", 6), ("甲", 8), ("丙", 9), ("一\n二", 11), ("二", 6), ("末&段", 13)] {
        assert_eq!(line_of(&page, words), line, "{words}");
    }
}

#[test]
fn html_questions_in_plain_paragraphs_become_headings() {
    let page = html(
        "<p>面试题 1：什么是注意力机制？</p><p>解答：注意力机制让模型关注输入中最相关的部分，按权重求和。</p><p>面试题 2：什么是位置编码？</p><p>解答：位置编码告诉模型每个词元在序列里的位置。</p>\
         <p>面试题 3：什么是残差连接？</p><p>解答：残差连接把输入加到输出上，让梯度更容易传播。</p>",
    );
    let headings: Vec<_> = outline(&page).into_iter().filter(|(kind, _)| kind.starts_with('H')).map(|(_, text)| text).collect();
    assert_eq!(headings, ["面试题 1：什么是注意力机制？", "面试题 2：什么是位置编码？", "面试题 3：什么是残差连接？"]);
}

#[test]
fn html_formulas_keep_their_source() {
    let page = html(
        "<p>缩放因子 <span class=katex><span class=katex-mathml><math><semantics><mrow><mi>d</mi></mrow><annotation encoding='application/x-tex'>\\sqrt{d_k}</annotation></semantics></math></span>\
         <span class=katex-html aria-hidden=true>√dk</span></span> 很重要，约 10<sup>9</sup> 个参数<sup><a href='#1'>[1]</a></sup>。</p>",
    );
    assert_eq!(page.text, "缩放因子 $\\sqrt{d_k}$ 很重要，约 10^9 个参数[1]。");
}

#[test]
fn html_title_loses_the_name_of_the_site() {
    let title =
        |head: &str, body: &str| document("x.html", format!("<html><head>{head}</head><body>{body}<p>正文。</p></body></html>").as_bytes()).title;
    assert_eq!(title("<title>什么是 LoRA - 知乎</title>", ""), "什么是 LoRA");
    assert_eq!(title("<title>什么是 LoRA | 某站</title>", "<h1>什么是 LoRA</h1>"), "什么是 LoRA");
    assert_eq!(title("<title>RAG - A Survey</title>", ""), "RAG - A Survey");
    assert_eq!(title("<meta property='og:title' content='好标题'><title>别的</title>", ""), "好标题");
    assert_eq!(title("", ""), "x");
}

#[test]
fn html_layout_tables_are_no_data() {
    let page = html("<table><tr><td><h2>左</h2><p>文一。</p></td><td><p>文二。</p></td></tr></table>");
    assert_eq!(outline(&page), pairs(&[("H2", "左"), ("Paragraph", "文一。"), ("Paragraph", "文二。")]));
}

#[test]
fn notebook_cells_keep_their_kinds_and_lines() {
    let source = r##"{
 "cells": [
  {"cell_type": "markdown", "metadata": {}, "source": [
    "# 训练笔记\n",
    "\n",
    "学习率先升后降。"
  ]},
  {"cell_type": "code", "metadata": {}, "source": [
    "import torch\n",
    "print(1)"
  ], "outputs": [{"output_type": "stream", "text": ["1\n"]}, {"output_type": "execute_result", "data": {"text/plain": ["<Axes: >"]}}]},
  {"cell_type": "raw", "metadata": {}, "source": "x"}
 ],
 "metadata": {}, "nbformat": 4, "nbformat_minor": 5
}"##;
    let notebook = document("n.ipynb", source.as_bytes());
    let kinds = outline(&notebook);
    assert_eq!(notebook.title, "训练笔记");
    assert_eq!(kinds[0].0, "H1");
    assert_eq!(&kinds[1..], pairs(&[("Paragraph", "学习率先升后降。"), ("Code", "import torch\nprint(1)"), ("Code", "1")]));
    assert_eq!((line_of(&notebook, "学习率"), line_of(&notebook, "print(1)")), (6, 10));
}

#[test]
fn notebook_of_format_three_is_read() {
    let source = r#"{"nbformat":3,"worksheets":[{"cells":[{"cell_type":"heading","level":2,"source":["标题"]},{"cell_type":"code","input":["x = 1"],"outputs":[]}]}]}"#;
    assert_eq!(outline(&document("n.ipynb", source.as_bytes())), pairs(&[("H2", "标题"), ("Code", "x = 1")]));
}

const STYLES: &str = r#"<w:styles xmlns:w="w"><w:style w:type="paragraph" w:styleId="a1"><w:name w:val="heading 1"/><w:pPr><w:outlineLvl w:val="0"/></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="a2"><w:name w:val="我的小标题"/><w:basedOn w:val="a3"/></w:style><w:style w:type="paragraph" w:styleId="a3"><w:name w:val="标题 2"/></w:style>
<w:style w:type="paragraph" w:styleId="toc"><w:name w:val="toc 1"/></w:style></w:styles>"#;
const NUMBERING: &str = r#"<w:numbering xmlns:w="w"><w:abstractNum w:abstractNumId="7"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="%1、"/></w:lvl><w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="(%2)"/></w:lvl></w:abstractNum>
<w:abstractNum w:abstractNumId="8"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/><w:lvlText w:val=""/></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="8"/></w:num></w:numbering>"#;

#[test]
fn docx_styles_lists_and_tables_become_blocks() {
    let list = |level: u8, id: u8| format!(r#"<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{id}"/></w:numPr>"#);
    let body = [
        p(r#"<w:pStyle w:val="toc"/>"#, "第一章 1"),
        p(r#"<w:pStyle w:val="a1"/>"#, "第一章"),
        p("", "正文 A &amp; B。"),
        p(r#"<w:pStyle w:val="a2"/>"#, "小节"),
        p(&list(0, 1), "先"),
        p(&list(1, 1), "细"),
        p(&list(0, 1), "后"),
        p(&list(0, 2), "点"),
        format!(
            "<w:tbl><w:tr><w:tc>{}</w:tc><w:tc>{}</w:tc></w:tr><w:tr><w:tc>{}</w:tc><w:tc>{}</w:tc></w:tr></w:tbl>",
            p("", "方法"),
            p("", "参数"),
            p("", "LoRA"),
            p("", "少")
        ),
    ]
    .concat();
    let document = document("a.docx", &docx(&body, &[("word/styles.xml", STYLES), ("word/numbering.xml", NUMBERING)]));
    assert_eq!(
        outline(&document),
        pairs(&[
            ("Furniture", "第一章 1"),
            ("H1", "第一章"),
            ("Paragraph", "正文 A & B。"),
            ("H2", "小节"),
            ("L0", "一、 先"),
            ("L1", "  (1) 细"),
            ("L0", "二、 后"),
            ("L0", "- 点"),
            ("Table", "方法 | 参数\nLoRA | 少"),
        ])
    );
    assert_eq!(document.title, "第一章");
}

#[test]
fn docx_tracked_changes_read_as_accepted() {
    let body = "<w:p><w:r><w:t>留</w:t></w:r><w:del><w:r><w:delText>删</w:delText><w:t>删</w:t></w:r></w:del><w:ins><w:r><w:t>增</w:t></w:r></w:ins>\
                <w:r><w:br/><w:t>下一行</w:t></w:r><w:r><w:instrText>PAGE</w:instrText></w:r></w:p>";
    assert_eq!(document("a.docx", &docx(body, &[])).text, "留增\n下一行");
}

#[test]
fn docx_footnotes_follow_the_paragraph_that_names_them() {
    let body = r#"<w:p><w:r><w:t>有注。</w:t><w:footnoteReference w:id="2"/></w:r></w:p><w:p><w:r><w:t>下一段。</w:t></w:r></w:p>"#;
    let notes = r#"<w:footnotes xmlns:w="w"><w:footnote w:type="separator" w:id="0"><w:p><w:r><w:t>线</w:t></w:r></w:p></w:footnote><w:footnote w:id="2"><w:p><w:r><w:t>注文</w:t></w:r></w:p></w:footnote></w:footnotes>"#;
    assert_eq!(document("a.docx", &docx(body, &[("word/footnotes.xml", notes)])).text, "有注。[^2]\n\n[^2]: 注文\n\n下一段。");
}

#[test]
fn docx_title_comes_from_its_metadata() {
    let core = r#"<cp:coreProperties xmlns:cp="c" xmlns:dc="d" xmlns:dcterms="t"><dc:title>我的笔记</dc:title><dcterms:modified>2024-03-02T10:00:00Z</dcterms:modified></cp:coreProperties>"#;
    let document = document("a.docx", &docx(&p("", "文。"), &[("docProps/core.xml", core)]));
    assert_eq!((document.title.as_str(), document.date.as_deref()), ("我的笔记", Some("2024-03-02")));
}

#[test]
fn epub_chapters_follow_the_spine() {
    let book = epub(
        &[
            ("nav.xhtml", "<html><body><nav><a href='a.xhtml'>第一章</a></nav></body></html>"),
            ("a.xhtml", "<html><head><title/></head><body><h1>第一章</h1><a id='x'/><script/><p>正文一。</p></body></html>"),
            ("b%20c.xhtml", "<p>缺</p>"),
        ],
        r#"<item id="nav.xhtml" href="text/nav.xhtml" properties="nav"/>"#,
        &[],
    );
    let document = document("b.epub", &book);
    let kept: Vec<_> = outline(&document).into_iter().filter(|(kind, _)| kind != "Furniture").collect();
    assert_eq!(kept, pairs(&[("H1", "第一章"), ("Paragraph", "正文一。")]));
    assert_eq!((document.title.as_str(), document.date.as_deref()), ("注意力 & 记忆", Some("2023-05-06")));
    assert_eq!(document.warnings.len(), 1, "{:?}", document.warnings);
}

#[test]
fn epub_with_hidden_fonts_is_read_and_with_drm_is_not() {
    let encryption =
        |algorithm: &str| format!(r#"<encryption><EncryptedData><EncryptionMethod Algorithm="{algorithm}"/></EncryptedData></encryption>"#);
    let book = |algorithm: &str| epub(&[("a.xhtml", "<p>正文。</p>")], "", &[("META-INF/encryption.xml", &encryption(algorithm))]);
    assert_eq!(document("b.epub", &book("http://www.idpf.org/2008/embedding")).text, "正文。");
    assert_eq!(skip("b.epub", &book("http://www.w3.org/2001/04/xmlenc#aes128-cbc")).reason, SkipReason::Encrypted);
}

/// A page of a running title, a paragraph over three lines, and a page number.
fn paper(font: Font, number: usize) -> (Font, Vec<Shown<'static>>) {
    let foot: &str = ["1", "2", "3", "4"][number - 1];
    let lines = match font {
        Font::Latin => vec![
            Shown(60.0, 770.0, 9.0, "Notes on attention"),
            Shown(60.0, 700.0, 18.0, "Why heads"),
            Shown(60.0, 660.0, 10.0, "Attention lets every token look at every other one, and state-of-the-art mod-"),
            Shown(60.0, 646.0, 10.0, "els use many heads, each of which has its own queries and its own set of keys"),
            Shown(60.0, 632.0, 10.0, "and values."),
            Shown(300.0, 30.0, 9.0, foot),
        ],
        _ => vec![
            Shown(60.0, 770.0, 9.0, "大模型学习笔记"),
            Shown(60.0, 700.0, 18.0, "多头注意力有什么用"),
            Shown(80.0, 660.0, 10.0, "多头注意力把查询、键和值投影到多个子空间，每个头独立计算缩放点积注意力，然后"),
            Shown(60.0, 644.0, 10.0, "把各头的结果拼接起来，再做一次线性变换得到输出，这样模型可以同时关注不同位置上"),
            Shown(60.0, 628.0, 10.0, "的信息。"),
            Shown(300.0, 30.0, 9.0, foot),
        ],
    };
    (font, lines)
}

#[test]
fn pdf_lines_join_into_paragraphs_and_keep_their_page() {
    let file = pdf(&[paper(Font::Latin, 1), paper(Font::Latin, 2), paper(Font::Latin, 3)], "");
    let document = document("a.pdf", &file);
    let kept: Vec<_> = outline(&document).into_iter().filter(|(kind, _)| kind != "Furniture").collect();
    let text = "Attention lets every token look at every other one, and state-of-the-art models use many heads, each of which has its own queries and its own set of keys and values.";
    assert_eq!(kept[..2], pairs(&[("H1", "Why heads"), ("Paragraph", text)]));
    assert_eq!(kept.len(), 6);
    assert_eq!(page_of(&document, "Why heads"), Some(1));
    let last = document.text.rfind("Attention lets").expect("on each page");
    assert_eq!(document.source_map.place(&document.text, last).page, Some(3));
}

#[test]
fn pdf_running_titles_and_page_numbers_are_set_aside() {
    let file = pdf(&[paper(Font::Mapped, 1), paper(Font::Mapped, 2), paper(Font::Mapped, 3)], "");
    let document = document("a.pdf", &file);
    let aside: Vec<_> = outline(&document).into_iter().filter(|(kind, _)| kind == "Furniture").map(|(_, text)| text).collect();
    assert_eq!(aside, ["大模型学习笔记", "1", "大模型学习笔记", "2", "大模型学习笔记", "3"]);
}

#[test]
fn pdf_chinese_with_a_map_or_a_known_encoding_reads_right() {
    for font in [Font::Mapped, Font::Predefined] {
        let document = document("a.pdf", &pdf(&[paper(font, 1)], ""));
        let text = "多头注意力把查询、键和值投影到多个子空间，每个头独立计算缩放点积注意力，然后把各头的结果拼接起来，再做一次线性变换得到输出，这样模型可以同时关注不同位置上的信息。";
        assert!(document.text.contains(text), "{}", document.text);
    }
}

#[test]
fn pdf_without_a_way_to_unicode_is_called_garbled() {
    let refused = skip("a.pdf", &pdf(&[paper(Font::Unmapped, 1)], ""));
    assert_eq!(refused.reason, SkipReason::Garbled);
    assert!(refused.detail.contains("OCR"), "{}", refused.detail);
}

#[test]
fn pdf_pages_that_cannot_be_read_are_named() {
    let file = pdf(&[paper(Font::Mapped, 1), (Font::Latin, vec![]), paper(Font::Unmapped, 3), (Font::Latin, vec![])], "");
    let document = document("a.pdf", &file);
    assert_eq!(document.warnings, ["Pages 2 and 4 have no text layer.", "Page 3 was left out: the fonts do not tell which characters they show."]);
    assert_eq!(page_of(&document, "多头注意力"), Some(1));
}

#[test]
fn pdf_of_pictures_has_no_text_layer() {
    assert_eq!(skip("a.pdf", &pdf(&[(Font::Latin, vec![]), (Font::Latin, vec![])], "")).reason, SkipReason::NoTextLayer);
}

#[test]
fn pdf_with_a_password_is_encrypted() {
    let key = "<00112233445566778899AABBCCDDEEFF00112233445566778899AABBCCDDEEFF>";
    let trailer = format!("/ID [<00> <00>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -44 /O {key} /U {key} >>");
    assert_eq!(skip("a.pdf", &pdf(&[paper(Font::Latin, 1)], &trailer)).reason, SkipReason::Encrypted);
}

#[test]
fn pdf_text_drawn_twice_is_read_once() {
    let file = pdf(
        &[(Font::Latin, vec![Shown(60.0, 700.0, 12.0, "Bold words"), Shown(60.3, 700.0, 12.0, "Bold words"), Shown(60.0, 600.0, 12.0, "Plain")])],
        "",
    );
    assert_eq!(document("a.pdf", &file).text, "Bold words\n\nPlain");
}

#[test]
fn pdf_contents_lines_and_running_titles_with_numbers_are_set_aside() {
    let page = |number: &'static str, title: &'static str| {
        (Font::Latin, vec![Shown(60.0, 770.0, 9.0, number), Shown(60.0, 600.0, 10.0, title), Shown(60.0, 560.0, 10.0, "Heads ........ 12")])
    };
    let file = pdf(&[page("Chapter 2: Heads 3", "First."), page("Chapter 2: Heads 4", "Second."), page("Chapter 3: Tails 5", "Third.")], "");
    let document = document("a.pdf", &file);
    let kept: Vec<_> = outline(&document).into_iter().filter(|(kind, _)| kind != "Furniture").map(|(_, text)| text).collect();
    assert_eq!(kept, ["First.", "Second.", "Chapter 3: Tails 5", "Third."]);
}

#[test]
fn pdf_short_indented_paragraphs_stay_apart() {
    let mut lines = paper(Font::Mapped, 1).1;
    lines.push(Shown(80.0, 600.0, 10.0, "短段落一。"));
    lines.push(Shown(80.0, 584.0, 10.0, "短段落二。"));
    assert!(document("a.pdf", &pdf(&[(Font::Mapped, lines)], "")).text.contains("短段落一。\n\n短段落二。"));
}
