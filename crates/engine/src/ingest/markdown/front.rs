//! Front matter: what a note says about itself before its text. It must not know Markdown.

use saphyr::{LoadableYamlNode, Yaml};

use crate::document::Span;

/// What front matter says, and where it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Front {
    pub(super) title: Option<String>,
    pub(super) aliases: Vec<String>,
    pub(super) tags: Vec<String>,
    pub(super) date: Option<String>,
    /// From the opening to the closing line; empty when there is none.
    pub(super) span: Span,
    pub(super) warning: Option<String>,
}

/// Larger front matter is read line by line: YAML of that size is not written by hand.
const MOST_BYTES: usize = 64 << 10;

/// Reads YAML between `---` lines, TOML between `+++` lines, at the very start of the text.
pub(super) fn read(text: &str) -> Front {
    let Some((span, inner)) = find(text) else { return Front::default() };
    let Some(body) = text.get(inner) else { return Front::default() };
    let mut front = if text.starts_with("+++") {
        by_line(body, '=')
    } else {
        match yaml(body) {
            Ok(front) => front,
            Err(reason) => {
                let mut front = by_line(body, ':');
                front.warning = Some(format!("the front matter is not valid YAML ({reason}); it was read line by line"));
                front
            }
        }
    };
    front.span = span;
    front
}

/// The span of the front matter and of its inside.
fn find(text: &str) -> Option<(Span, Span)> {
    let mut lines = text.split_inclusive('\n');
    let first = lines.next()?;
    let fence = first.trim_end();
    if !matches!(fence, "---" | "+++") {
        return None;
    }
    let mut at = first.len();
    for (n, line) in lines.enumerate() {
        let body = line.trim_end();
        if body == fence || (fence == "---" && body == "...") {
            return Some((0..at + body.len(), first.len()..at));
        }
        // A rule at the top of a note, and another one pages later, are no front matter.
        if n > 200 || (n == 0 && body.trim().is_empty()) || body.starts_with("# ") && body.len() > 200 {
            return None;
        }
        at += line.len();
    }
    None
}

fn yaml(body: &str) -> Result<Front, String> {
    if body.len() > MOST_BYTES || nests_deep(body) {
        return Err("it is too large".into());
    }
    let documents = Yaml::load_from_str(body).map_err(|error| error.to_string())?;
    let Some(root) = documents.first() else { return Ok(Front::default()) };
    if root.is_null() {
        return Ok(Front::default());
    }
    if !root.is_mapping() {
        return Err("it is no list of names and values".into());
    }
    let get = |names: &[&str]| names.iter().find_map(|name| root.as_mapping_get(name));
    Ok(Front {
        title: get(&["title", "Title", "标题"]).and_then(text_of),
        aliases: get(&["aliases", "alias", "Aliases", "别名"]).map(|node| list_of(node, false)).unwrap_or_default(),
        tags: tags(get(&["tags", "tag", "Tags", "keywords", "标签"]).map(|node| list_of(node, true)).unwrap_or_default()),
        date: get(&["date", "created", "created_at", "Date", "日期"]).and_then(text_of).and_then(|date| day(&date)),
        ..Front::default()
    })
}

/// Deep nesting makes a parser recurse; nobody writes it in front matter.
fn nests_deep(body: &str) -> bool {
    body.lines().any(|line| {
        let indent = line.len() - line.trim_start().len();
        let marks = line.split_whitespace().take_while(|word| matches!(*word, "-" | "?" | ":")).count();
        indent > 64 || marks > 8
    }) || body.chars().filter(|c| matches!(c, '[' | '{')).count() > 200
}

/// A scalar as text.
fn text_of(node: &Yaml<'_>) -> Option<String> {
    let text = if let Some(text) = node.as_str() {
        text.to_owned()
    } else if let Some(number) = node.as_integer() {
        number.to_string()
    } else if let Some(number) = node.as_floating_point() {
        number.to_string()
    } else if let Some(flag) = node.as_bool() {
        flag.to_string()
    } else {
        return None;
    };
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    (!text.is_empty()).then_some(text)
}

fn list_of(node: &Yaml<'_>, words: bool) -> Vec<String> {
    match node.as_sequence() {
        Some(items) => items.iter().filter_map(text_of).collect(),
        None => text_of(node).map(|text| split(&text, words)).unwrap_or_default(),
    }
}

/// `a, b` and `[a, b]`; tags also `#a #b`.
fn split(text: &str, words: bool) -> Vec<String> {
    let text = text.trim().trim_start_matches('[').trim_end_matches(']');
    let separated = text.contains([',', '，', '、', ';']);
    let parts: Vec<&str> = if separated || !words { text.split([',', '，', '、', ';']).collect() } else { text.split_whitespace().collect() };
    parts.into_iter().map(|part| part.trim().trim_matches(['"', '\'']).trim().to_owned()).filter(|part| !part.is_empty()).collect()
}

fn tags(tags: Vec<String>) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for tag in tags {
        let tag = tag.trim().trim_start_matches('#').to_owned();
        if !tag.is_empty() && !out.contains(&tag) {
            out.push(tag);
        }
    }
    out
}

/// `name: value` lines; the way to read what YAML refuses, such as `title: LoRA: a survey`.
fn by_line(body: &str, separator: char) -> Front {
    let mut front = Front::default();
    let mut list: Option<&str> = None;
    for line in body.lines() {
        if let Some(item) = line.trim_start().strip_prefix("- ") {
            let item = item.trim().trim_matches(['"', '\'']).to_owned();
            match list {
                Some("aliases" | "alias") => front.aliases.push(item),
                Some("tags" | "tag" | "keywords") => front.tags.push(item),
                _ => {}
            }
            continue;
        }
        let Some((name, value)) = line.split_once(separator) else { continue };
        let value = value.trim().trim_matches(['"', '\'']).trim();
        let name = name.trim();
        list = value.is_empty().then_some(name);
        if value.is_empty() {
            continue;
        }
        match name.to_lowercase().as_str() {
            "title" | "标题" => front.title = Some(value.to_owned()),
            "aliases" | "alias" | "别名" => front.aliases = split(value, false),
            "tags" | "tag" | "keywords" | "标签" => front.tags = split(value, true),
            "date" | "created" | "日期" => front.date = day(value),
            _ => {}
        }
    }
    front.tags = tags(front.tags);
    front
}

/// `YYYY-MM-DD` from `2024-5-1`, `2024/05/01 10:00`, `2024年5月1日`; `None` for a day that is not in the calendar.
fn day(text: &str) -> Option<String> {
    let mut numbers = text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty());
    let (year, month, day) = (numbers.next()?, numbers.next()?, numbers.next()?);
    if year.len() != 4 {
        return None;
    }
    let date = jiff::civil::Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()?;
    Some(format!("{:04}-{:02}-{:02}", date.year(), date.month(), date.day()))
}
