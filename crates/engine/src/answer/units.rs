//! A passage's text as quotable units: sentences, list items, table rows; headings, code and formulas are seen but not quoted. Pure; it
//! must not know questions.

use std::sync::LazyLock;

use regex::Regex;

use crate::document::Span;
use crate::text::sentences;

/// What a unit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Sentence,
    Item,
    Row,
    /// The row that names a table's columns.
    Head,
    Heading,
    Code,
}

/// A part of a passage that can be quoted as it stands.
#[derive(Clone, Debug)]
pub(super) struct Unit {
    pub(super) kind: Kind,
    /// Bytes of the passage's text, marks before it left out.
    pub(super) span: Span,
    /// The text without markup, on one line.
    pub(super) clean: String,
    /// What stands before it and only says what it is: 「答案：」.
    pub(super) label: Option<String>,
    /// The heading above it inside the passage, where small sections share one.
    pub(super) heading: Option<String>,
}

impl Unit {
    pub(super) fn quotable(&self) -> bool {
        !matches!(self.kind, Kind::Head | Kind::Heading | Kind::Code) && self.clean.chars().filter(|c| c.is_alphanumeric()).count() >= 4
    }

    /// What speaks against a unit as an answer, whatever the question.
    pub(super) fn penalty(&self) -> f32 {
        let chars = self.clean.chars().count();
        let long = if chars > 160 { 0.002 * (chars - 160) as f32 } else { 0.0 };
        let question = if self.clean.ends_with(['?', '？']) { 0.7 } else { 0.0 };
        let row = if self.kind == Kind::Row { 0.15 } else { 0.0 };
        let elsewhere = if ELSEWHERE.is_match(&self.clean) { 0.3 } else { 0.0 };
        long.min(0.5) + question + row + elsewhere
    }
}

static ITEM: LazyLock<Regex> = LazyLock::new(|| regex(r"^\s*(?:[-*+]\s+|[•◦▪·]|\(?\d{1,3}[.)、）]|[（(]\d{1,2}[)）]|[①-⑳]|[A-Fa-f][.、)])\s*"));
static LABEL: LazyLock<Regex> = LazyLock::new(|| regex(r"^(?:答案|解析|回答|解答|答|问题|A|Q)(?:（[^）]*）)?\s*[:：]\s*"));
static LINK: LazyLock<Regex> = LazyLock::new(|| regex(r"!?\[([^\]]*)\]\([^)]*\)"));
static WIKI: LazyLock<Regex> = LazyLock::new(|| regex(r"!?\[\[(?:[^\]|]*\|)?([^\]|]*)\]\]"));
/// Says where something stands, not what it is.
static ELSEWHERE: LazyLock<Regex> =
    LazyLock::new(|| regex(r"(?:[参详另]见|[，,；;（(]见|^见)[^，。；]{1,24}[。）)]?$|(?i)\bsee (?:also )?[^,.;]{1,40}[.)]?$"));
static MARKS: LazyLock<Regex> = LazyLock::new(|| regex(r"\*\*|__|~~|`|\[\^[^\]]*\]|<[a-zA-Z/][^>]*>"));

#[expect(clippy::expect_used, reason = "the patterns are constants, compiled by every test of this file")]
fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a constant pattern")
}

/// Cuts a passage into units, in order.
pub(super) fn units(text: &str) -> Vec<Unit> {
    let mut out = Vec::new();
    let mut paragraph: Option<Span> = None;
    let mut label: Option<String> = None;
    let mut fence: Option<&str> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let trimmed = line.trim();
        if let Some(mark) = fence {
            if trimmed.starts_with(mark) && trimmed.trim_matches(|c| c == '`' || c == '~' || c == '$').is_empty() {
                fence = None;
            }
            continue;
        }
        let opens = ["```", "~~~", "$$"].into_iter().find(|m| trimmed.starts_with(m));
        let block = trimmed.is_empty() || opens.is_some() || trimmed.starts_with('#') || trimmed.starts_with('|') || trimmed.starts_with("> [!");
        let item = ITEM.find(line).filter(|m| m.end() < line.trim_end().len());
        if block || item.is_some() {
            flush(text, &mut paragraph, &mut label, &mut out);
        }
        if let Some(mark) = opens {
            // `$$ x $$` on one line opens nothing.
            if !(mark == "$$" && trimmed.len() > 4 && trimmed.ends_with("$$")) {
                fence = Some(mark);
            }
            push(text, start..at, Kind::Code, &mut out);
        } else if trimmed.starts_with('#') {
            push(text, start..at, Kind::Heading, &mut out);
        } else if trimmed.starts_with('|') {
            if !trimmed.chars().all(|c| matches!(c, '|' | '-' | ':' | ' ')) {
                push(text, start..at, Kind::Row, &mut out);
            } else if let Some(head) = out.last_mut().filter(|unit| unit.kind == Kind::Row) {
                // The row above the line of dashes names the columns and says nothing.
                head.kind = Kind::Head;
            }
        } else if let Some(mark) = item {
            push(text, start + mark.end()..at, Kind::Item, &mut out);
        } else if !block {
            // The mark of a quotation is no part of what it says.
            let from = start + (line.len() - line.trim_start().trim_start_matches('>').trim_start().len());
            let named = LABEL.find(&text[from..at]).filter(|_| paragraph.is_none());
            label = named.map(|m| m.as_str().to_owned()).or(label);
            let from = from + named.map_or(0, |m| m.end());
            paragraph = Some(paragraph.map_or(from.min(at)..at, |p| p.start..at));
        }
    }
    flush(text, &mut paragraph, &mut label, &mut out);
    out
}

fn flush(text: &str, paragraph: &mut Option<Span>, label: &mut Option<String>, out: &mut Vec<Unit>) {
    let (Some(span), label) = (paragraph.take(), label.take()) else { return };
    let first = out.len();
    for sentence in sentences(&text[span.clone()]) {
        push(text, span.start + sentence.start..span.start + sentence.end, Kind::Sentence, out);
    }
    if let Some(first) = out.get_mut(first) {
        first.label = label;
    }
}

fn push(text: &str, span: Span, kind: Kind, out: &mut Vec<Unit>) {
    let part = &text[span.clone()];
    let start = span.start + (part.len() - part.trim_start().len());
    let end = start + part.trim().len();
    if start < end {
        let clean = clean(&text[start..end], kind);
        let above = out.last().and_then(|last| if last.kind == Kind::Heading { Some(last.clean.clone()) } else { last.heading.clone() });
        out.push(Unit { kind, heading: if kind == Kind::Heading { None } else { above }, clean, label: None, span: start..end });
    }
}

/// Text without Markdown's marks, on one line.
fn clean(text: &str, kind: Kind) -> String {
    let text = LINK.replace_all(text, "$1");
    let text = WIKI.replace_all(&text, "$1");
    let text = MARKS.replace_all(&text, "");
    let text = if kind == Kind::Heading { text.trim_start_matches('#').into() } else { text };
    let text =
        if kind == Kind::Row { text.trim().trim_matches('|').split('|').map(str::trim).collect::<Vec<_>>().join(" | ") } else { text.into_owned() };
    let mut out = String::with_capacity(text.len());
    for (i, part) in text.lines().map(|l| l.trim().trim_start_matches('>').trim()).filter(|l| !l.is_empty()).enumerate() {
        let joins = |c: char| crate::text::is_cjk(c) || "，。：；、！？）（".contains(c);
        if i > 0 && !(out.ends_with(joins) && part.starts_with(joins)) {
            out.push(' ');
        }
        out.push_str(part);
    }
    out.trim().to_owned()
}
