//! Notes as HTML: every character keeps its place, and nothing of a note becomes markup of the page.

use proptest::prelude::*;
use scraper::{Html, Selector};
use sidenote_engine::document::{Format, SourceMap};
use sidenote_engine::ingest::{self, Limits};
use sidenote_engine::render::{self, Targets};

struct NoTargets;

impl Targets for NoTargets {
    fn note(&self, name: &str) -> Option<u64> {
        matches!(name.split('#').next(), Some("量化" | "")).then_some(7)
    }
    fn image(&self, path: &str) -> Option<String> {
        (!path.contains("://")).then(|| format!("note-image://localhost/7/{path}"))
    }
}

/// The runs of text: where each says it begins, and what it reads.
fn runs(html: &str) -> Vec<(usize, String)> {
    let page = Html::parse_fragment(html);
    let places = Selector::parse("[data-at]").unwrap();
    page.select(&places).map(|e| (e.value().attr("data-at").unwrap().parse().unwrap(), e.text().collect())).collect()
}

fn markdown(text: &str) -> String {
    render::markdown(text, ingest::markdown::body(text), 0, &NoTargets).html
}

#[test]
fn every_run_of_text_stands_where_it_says() {
    let text = "---\ntitle: x\n---\n# 标题 *强调*\n\n正文 `code` 与 **粗体**🙂，见[[量化]]。\n\n- 一\n- 二\n  - 三\n\n| a | 表 |\n|---|:-:|\n| 1 | 值 |\n\n```rust\nfn main() {}\n```\n\n> 引用\n\n[^1]: 脚注\n";
    let found = runs(&markdown(text));
    assert!(found.len() > 12, "{found:?}");
    for (at, run) in &found {
        assert!(text[*at..].starts_with(run.as_str()), "{run:?} is not at {at}");
    }
    let all: String = found.iter().map(|(_, run)| run.as_str()).collect();
    for part in ["标题", "强调", "code", "粗体", "🙂，见", "量化", "三", "值", "fn main() {}", "引用", "脚注"] {
        assert!(all.contains(part), "{part} is lost");
    }
    assert!(!all.contains("title"), "front matter is not shown as text");
}

#[test]
fn a_callout_shows_its_title_without_its_mark() {
    let text =
        "> [!warning]- 先**备份**再升级\n> 升级会改写 [[量化]]。\n>\n> 第二段。\n\n> [!todo]\n> 写完。\n\n> [!NOTE]\n> 记住。\n\n> [引用] 不是\n";
    let html = markdown(text);
    let page = Html::parse_fragment(&html);
    let told = |css: &str| page.select(&Selector::parse(css).unwrap()).map(|e| e.text().collect::<String>()).collect::<Vec<_>>();
    assert_eq!(told("blockquote.warning > p"), ["先备份再升级", "升级会改写 量化。", "第二段。"], "{html}");
    assert_eq!(told("blockquote.warning > p.callout:not([data-callout])"), ["先备份再升级"]);
    assert_eq!(told("blockquote.note > p"), ["", "写完。", "", "记住。"], "without a title the kind stands for it: {html}");
    assert_eq!(html.matches("data-callout=\"todo\"").count() + html.matches("data-callout=\"note\"").count(), 2);
    assert_eq!(told("blockquote:not([class]) > p"), ["[引用] 不是"]);
    assert!(!html.contains("[!"), "{html}");
    for (at, run) in runs(&html) {
        assert!(text[at..].starts_with(&run), "{run:?} is not at {at}");
    }
}

#[test]
fn links_images_and_outline_lead_where_the_note_says() {
    let text = "# 一\n\n[[量化]] [[没有]] [外](https://example.com/?a=\"b) ![图](img/a b.png) ![远](https://example.com/x.png)\n\n## 二 `x`\n";
    let rendered = render::markdown(text, 0, 0, &NoTargets);
    assert!(rendered.html.contains("data-note=\"7\""), "{}", rendered.html);
    assert!(rendered.html.contains("data-missing=\"没有\""));
    assert!(rendered.html.contains("data-url=\"https://example.com/?a=&quot;b\""));
    assert!(!rendered.html.contains("src=\"https"), "nothing is fetched from outside");
    let outline: Vec<(u8, &str)> = rendered.outline.iter().map(|o| (o.level, o.title.as_str())).collect();
    assert_eq!(outline, [(1, "一"), (2, "二 x")]);
    assert_eq!(&text[rendered.outline[1].at..][..2], "##");
}

#[test]
fn a_link_to_a_part_of_a_note_says_which() {
    let html = markdown("[[量化#缺点|那里]] [[量化#A#B]] [x](量化#%E7%BC%BA%E7%82%B9-1) [[量化]] [[量化#]] [y](#q\"uote) [[没有#缺点]]\n");
    let page = Html::parse_fragment(&html);
    let links: Vec<(Option<&str>, Option<&str>)> =
        page.select(&Selector::parse("a").unwrap()).map(|a| (a.value().attr("data-note"), a.value().attr("data-heading"))).collect();
    let to = Some("7");
    let wanted = [(to, Some("缺点")), (to, Some("A#B")), (to, Some("缺点-1")), (to, None), (to, None), (to, Some("q\"uote")), (None, None)];
    assert_eq!(links, wanted, "{html}");
}

#[test]
fn the_name_of_a_block_is_not_shown_and_is_where_links_to_it_lead() {
    let text = "# 一 ^top-1\n\n第一段。 ^a1b2\n\n- 甲 ^first\n  - 乙 ^second\n- **丙** ^third\n\n| a |\n|---|\n| 1 |\n\n^table\n\n一行 ^no\n还有一行。\n\n按 ^C\n\n`x ^code`\n\n词^no2\n\n**粗**^no3\n";
    let rendered = render::markdown(text, 0, 0, &NoTargets);
    let page = Html::parse_fragment(&rendered.html);
    let named = |css: &str| page.select(&Selector::parse(css).unwrap()).filter_map(|e| e.value().attr("data-block")).collect::<Vec<_>>();
    assert_eq!(named("[data-block]"), ["top-1", "a1b2", "first", "second", "third", "table"]);
    assert_eq!((named("h1 [data-block]"), named("li li [data-block]")), (vec!["top-1"], vec!["second"]));
    let shown: String = page.root_element().text().collect();
    assert!(["top-1", "a1b2", "first", "second", "third", "table"].iter().all(|name| !shown.contains(name)), "{shown}");
    for kept in ["一行 ^no\n", "按 ^C", "x ^code", "词^no2", "粗^no3"] {
        assert!(shown.contains(kept), "{kept} is lost: {shown}");
    }
    assert_eq!(rendered.outline[0].title, "一");
    for (at, run) in runs(&rendered.html) {
        assert!(text[at..].starts_with(&run), "{run:?} is not at {at}");
    }
    assert!(markdown("[[量化#^a1b2]]\n").contains("data-heading=\"^a1b2\""));
}

#[test]
fn formulas_become_mathml_and_broken_ones_stay_readable() {
    let html = markdown("能量 $E=mc^2$，\n\n$$\\frac{QK^T}{\\sqrt{d}}$$\n");
    assert_eq!(html.matches("<math").count(), 2, "{html}");
    let broken = markdown("坏的 $\\frac{1$ 公式\n");
    assert!(broken.contains("frac"), "{broken}");
}

#[test]
fn markup_of_a_note_does_not_become_markup_of_the_page() {
    let hostile = "<script>alert(1)</script>\n\n<img src=x onerror=alert(1)>\n\n<b onclick=x>粗</b> <iframe src=y></iframe> [x](javascript:alert(1)) ![](javascript:alert(1))\n\n`</code><script>`\n\n# <svg onload=x>\n\n$\\text{<script>}$\n";
    let html = markdown(hostile);
    let page = Html::parse_fragment(&html);
    for forbidden in ["script", "iframe", "svg", "[onclick]", "[onerror]", "[onload]", "[href^=javascript]", "[src^=javascript]"] {
        assert_eq!(page.select(&Selector::parse(forbidden).unwrap()).count(), 0, "{forbidden} in {html}");
    }
    assert!(html.contains("<b>"), "simple tags count");
}

#[test]
fn other_formats_are_shown_by_their_blocks_with_pages() {
    let text = "第一章\n\n正文一。\n\n第二页的字。\n";
    let document = ingest::read("a.txt", text.as_bytes(), &Limits::default()).unwrap();
    assert_eq!(document.format, Format::Plain);
    let second = text.find("第二页").unwrap();
    let map = SourceMap { lines: Vec::new(), pages: vec![(0, 1), (second, 2)] };
    let html = render::blocks(&document.text, &document.blocks, &map).html;
    for (at, run) in runs(&html) {
        assert!(text[at..].starts_with(&run), "{run:?}");
    }
    let (one, two) = (html.find("data-page=\"1\"").unwrap(), html.find("data-page=\"2\"").unwrap());
    assert!(one < html.find("正文一").unwrap() && html.find("正文一").unwrap() < two && two < html.find("第二页").unwrap(), "{html}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Whatever a note holds: runs are in order, on character boundaries, and read as the text does there unless the parser decoded them.
    #[test]
    fn places_hold_for_any_text(text in "([#*_`\\[\\]<>&|$~ \\n\\\\a-c:!(){}-]|[中文，🙂é]|&amp;|\\[\\[量化\\]\\]|\\|---\\|){0,60}") {
        let html = markdown(&text);
        let mut last = 0;
        for (at, run) in runs(&html) {
            prop_assert!(text.is_char_boundary(at));
            prop_assert!(at >= last, "{at} after {last} in {html}");
            last = at;
            let literal = !run.contains(['&', '\u{fffd}']) && text[at..].starts_with(&run);
            let joined = text[at..].replace('\n', " ").starts_with(&run);
            let decoded = joined || text[at..].starts_with(['&', '\\', '\r']) || run.contains('&');
            prop_assert!(literal || decoded || run.trim().is_empty(), "{run:?} at {at} of {text:?}");
        }
        let page = Html::parse_fragment(&html);
        prop_assert_eq!(page.select(&Selector::parse("script,iframe,object,embed,style").unwrap()).count(), 0);
    }
}

#[test]
fn a_blank_in_a_formula_is_a_blank() {
    let html = markdown("$$A,\\ B~C$$\n");
    assert!(html.contains('\u{a0}') && !html.contains("nbsp"), "{html}");
}
