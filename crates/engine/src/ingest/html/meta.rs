//! Title and date of a page, from its head. It must not know its body's structure.

use std::sync::LazyLock;

use scraper::{ElementRef, Html, Selector};

use crate::ingest::build::{iso_date, one_line};

/// Sites whose names end a `<title>` without telling anything about the page.
const SITES: &[&str] = &[
    "知乎",
    "知乎专栏",
    "CSDN博客",
    "CSDN",
    "博客园",
    "掘金",
    "稀土掘金",
    "简书",
    "腾讯云",
    "腾讯云开发者社区",
    "腾讯云开发者社区-腾讯云",
    "阿里云开发者社区",
    "微信公众平台",
    "SegmentFault 思否",
    "思否",
    "语雀",
    "飞书云文档",
    "哔哩哔哩",
    "51CTO博客",
    "开源中国",
    "牛客网",
    "菜鸟教程",
    "百度百科",
    "维基百科，自由的百科全书",
    "Wikipedia",
    "Medium",
    "Stack Overflow",
    "GitHub",
    "Read the Docs",
    "MDN Web Docs",
    "MDN",
];
const SEPARATORS: &[&str] = &[" - ", " | ", " – ", " — ", " · ", "_", "-", "|", "–", "—"];

fn select<'a>(html: &'a Html, selector: &'static LazyLock<Option<Selector>>) -> impl Iterator<Item = ElementRef<'a>> {
    selector.as_ref().into_iter().flat_map(|s| html.select(s))
}

macro_rules! selector {
    ($name:ident, $css:literal) => {
        static $name: LazyLock<Option<Selector>> = LazyLock::new(|| Selector::parse($css).ok());
    };
}
selector!(META, "meta[content]");
selector!(TITLE, "title");
selector!(H1, "h1");
selector!(TIME, "time[datetime]");

fn meta(html: &Html, key: &str) -> Option<String> {
    select(html, &META)
        .find(|e| ["property", "name", "itemprop"].iter().any(|a| e.attr(a).is_some_and(|v| v.eq_ignore_ascii_case(key))))
        .and_then(|e| one_line(e.attr("content")?))
}

/// The page's title without the site's name where that is plain to see.
pub(super) fn title(html: &Html) -> Option<String> {
    let headings: Vec<String> = select(html, &H1).filter_map(|e| one_line(&e.text().collect::<String>())).collect();
    let site = meta(html, "og:site_name");
    let written = meta(html, "og:title").or_else(|| select(html, &TITLE).next().and_then(|e| one_line(&e.text().collect::<String>())));
    match (written, headings.as_slice()) {
        (Some(written), headings) => Some(without_site(&written, headings, site.as_deref())),
        (None, [heading]) => Some(heading.clone()),
        (None, _) => None,
    }
}

/// Cuts the site's name off a title: when the rest is the page's heading, or when the name is known.
fn without_site(title: &str, headings: &[String], site: Option<&str>) -> String {
    let names_site = |rest: &str| rest.is_empty() || SEPARATORS.iter().any(|s| rest.trim_start().starts_with(s.trim()));
    if let Some(heading) = headings.iter().find(|h| title.strip_prefix(h.as_str()).is_some_and(names_site)) {
        return heading.clone();
    }
    let mut title = title;
    // CSDN and others put two names: `…_…的博客-CSDN博客`.
    for _ in 0..2 {
        let cut = SEPARATORS.iter().find_map(|s| {
            let (rest, name) = title.rsplit_once(s)?;
            let name = name.trim();
            let known = SITES.contains(&name) || site == Some(name) || name.ends_with("的博客") || name.ends_with("博客");
            (known && !rest.trim().is_empty()).then(|| rest.trim())
        });
        match cut {
            Some(rest) => title = rest,
            None => break,
        }
    }
    title.to_owned()
}

/// The day it was published, where the page says so.
pub(super) fn date(html: &Html) -> Option<String> {
    ["article:published_time", "datePublished", "publishdate", "pubdate", "date", "dc.date", "article:modified_time"]
        .iter()
        .find_map(|key| iso_date(&meta(html, key)?))
        .or_else(|| select(html, &TIME).find_map(|e| iso_date(e.attr("datetime")?)))
}
