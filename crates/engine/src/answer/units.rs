//! A text as quotable units: sentences, list items, table rows; headings and code are seen but not quoted, a formula only with the words before it. Pure; it
//! must not know questions.

use std::sync::LazyLock;

use regex::Regex;

use super::bullet;
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
    /// The number of an item that has one.
    pub(super) ordinal: Option<u16>,
    /// The heading above it inside the passage, where small sections share one.
    pub(super) heading: Option<String>,
    /// Whether it names other notes and says nothing: 「相关：[[微调]]、[[量化]]」.
    pub(super) names_notes: bool,
}

impl Unit {
    pub(super) fn quotable(&self) -> bool {
        !self.names_notes
            && !matches!(self.kind, Kind::Head | Kind::Heading | Kind::Code)
            && self.clean.chars().filter(|c| c.is_alphanumeric()).count() >= 4
    }

    /// What speaks against a unit as an answer, whatever the question.
    pub(super) fn penalty(&self) -> f32 {
        let chars = self.clean.chars().count();
        let long = if chars > 160 { 0.002 * (chars - 160) as f32 } else { 0.0 };
        let question = if self.clean.ends_with(['?', '？']) { 0.7 } else { 0.0 };
        let row = if self.kind == Kind::Row { 0.15 } else { 0.0 };
        let elsewhere = if self.points_elsewhere() { 0.7 } else { f32::from(u8::from(self.kind != Kind::Item && TAIL.is_match(&self.clean))) * 0.3 };
        let broken = if self.clean.ends_with(['，', ',']) { 0.5 } else { 0.0 };
        long.min(0.5) + question + row + elsewhere + broken
    }

    /// Whether it says where something stands, and nothing of it.
    pub(super) fn points_elsewhere(&self) -> bool {
        self.kind == Kind::Sentence && ELSEWHERE.is_match(&self.clean)
    }

    /// Whether it only opens what follows it.
    pub(super) fn opens(&self) -> bool {
        self.clean.ends_with(['：', ':'])
    }

    /// Whether it goes on with what the sentence before it says: its "it" and "therefore" are about that.
    pub(super) fn leans(&self) -> bool {
        self.kind == Kind::Sentence && LEANS.is_match(&self.clean)
    }

    /// Whether it ends with a formula.
    pub(super) fn has_formula(&self) -> bool {
        self.clean.ends_with("$$") || self.kind == Kind::Code
    }

    /// Whether it says what the signs before it mean.
    pub(super) fn explains(&self) -> bool {
        self.clean.starts_with("其中") || self.clean.starts_with("这里") || self.clean.to_lowercase().starts_with("where ")
    }

    /// Whether it is part of a list or table.
    pub(super) fn listed(&self) -> bool {
        matches!(self.kind, Kind::Item | Kind::Row)
    }

    /// The mark of its line, where it has one of its own.
    pub(super) fn mark(&self) -> Option<String> {
        if self.listed() { self.ordinal.map(|n| format!("{n}.")).or_else(bullet) } else { None }
    }
}

static ITEM: LazyLock<Regex> =
    LazyLock::new(|| regex(r"^\s*(?:>\s*)*(?:[-*+]\s+|[•◦▪·]|\(?\d{1,3}[.)、）]|[（(]\d{1,2}[)）]|[①-⑳]|[A-Fa-f][.、)])\s*"));
static LABEL: LazyLock<Regex> = LazyLock::new(|| regex(r"^(?:答案|解析|回答|解答|答|问题|A|Q)(?:（[^）]*）)?\s*[:：]\s*"));
static LINK: LazyLock<Regex> = LazyLock::new(|| regex(r"!?\[([^\]]*)\]\([^)]*\)"));
static WIKI: LazyLock<Regex> = LazyLock::new(|| regex(r"!?\[\[(?:[^\]|]*\|)?([^\]|]*)\]\]"));
/// Says where something stands, not what it is.
static ELSEWHERE: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"^(?:[^，。；,;]{0,23}[^，。；,;常偏意可少罕看听遇预成主会接高己浅想创定瞥])?见\s?[^，。；的到过解证识面效长习][^，。；]{0,29}[。）)]?$|(?i)^(?:(?:please |[^.;]{0,40}[,:(] ?|for [^,.;]{1,40} ))?see (?:also )?[^,.;]{1,40}[.)]?$",
    )
});
/// Ends by saying where more stands.
static TAIL: LazyLock<Regex> = LazyLock::new(|| {
    regex(r"(?:[参详另]见|[，,；;（(]见|^见)[^，。；]{1,24}[。）)]?$|(?i)(?:^|[,;:(] ?|\bfor \w+ )see (?:also )?[^,.;]{1,40}[.)]?$")
});
/// How a sentence begins that goes on with the one before it.
static LEANS: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"^(?:他|她|它|其|这|该|此|但|因此|所以|后来|最终|最后|于是|然而|而|不过|并|同时|(?i:it|its|this|these|that|they|he|she|but|so|however|therefore|thus|then)\b)",
    )
});
/// The number of an item.
static ORDINAL: LazyLock<Regex> = LazyLock::new(|| regex(r"^[\s>]*[(（]?(\d{1,3})[.)、）]"));
static MARKS: LazyLock<Regex> = LazyLock::new(|| regex(r"\*\*|__|~~|`|\[\^[^\]]*\]|<[a-zA-Z/][^>]*>"));

#[expect(clippy::expect_used, reason = "the patterns are constants, compiled by every test of this file")]
pub(super) fn regex(pattern: &str) -> Regex {
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
        let item = ITEM.find(line).filter(|m| m.end() < line.trim_end().len() && !is_inside_a_word(&line[..m.end()], &line[m.end()..]));
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
            let before = out.len();
            push(text, start + mark.end()..at, Kind::Item, &mut out);
            if let Some(item) = out.get_mut(before) {
                item.ordinal = ORDINAL.captures(line).and_then(|found| found[1].parse().ok());
            }
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

/// Whether what looks like an item's mark is the beginning of a number or a word: `3.5 GB`, `192.168.1.1`, 「3、4 层」, `e.g.`, `F.relu`.
fn is_inside_a_word(mark: &str, rest: &str) -> bool {
    let Some(before) = mark.strip_suffix(['.', '、']) else { return false };
    let next = |is: fn(&char) -> bool| rest.chars().next().is_some_and(|c| is(&c));
    if before.ends_with(|c: char| c.is_ascii_digit()) { next(char::is_ascii_digit) } else { mark.ends_with('.') && next(char::is_ascii_alphanumeric) }
}

/// Characters of the longest formula that is quoted.
const FORMULA: usize = 240;

/// The units of a note: a formula stands with the words that open it, a row with the names of its columns.
pub(super) fn of_note(text: &str) -> Vec<Unit> {
    let mut out: Vec<Unit> = Vec::new();
    let mut columns: Vec<String> = Vec::new();
    for mut unit in units(text) {
        match unit.kind {
            Kind::Head => columns = cells(&text[unit.span.clone()]),
            Kind::Row => unit.clean = row(&cells(&text[unit.span.clone()]), &columns),
            Kind::Code if text[unit.span.clone()].starts_with("$$") => {
                columns.clear();
                let end = formula_end(text, unit.span.start);
                let opener = out
                    .last_mut()
                    .filter(|before| before.kind == Kind::Sentence && !before.clean.ends_with(['。', '.', '！', '？', '!', '?', '；', ';']));
                if let (Some(before), Some(end)) = (opener, end)
                    && text[unit.span.start..end].chars().count() <= FORMULA
                {
                    before.span.end = end;
                    before.clean = format!("{} {}", before.clean, clean(&text[unit.span.start..end], Kind::Code));
                    continue;
                }
            }
            _ => columns.clear(),
        }
        out.push(unit);
    }
    out
}

/// Where the formula ends that begins at a place.
fn formula_end(text: &str, start: usize) -> Option<usize> {
    text[start + 2..].find("$$").map(|end| start + 2 + end + 2)
}

/// The cells of a row without markup.
fn cells(row: &str) -> Vec<String> {
    let row = row.trim();
    let inner = row.strip_prefix('|').unwrap_or(row);
    inner.strip_suffix('|').unwrap_or(inner).split('|').map(|cell| clean(cell, Kind::Sentence)).collect()
}

/// A row in words: what it is about, then what each column says of it.
fn row(cells: &[String], columns: &[String]) -> String {
    let Some((about, said)) = cells.split_first().filter(|(_, said)| !said.is_empty() && !columns.is_empty()) else { return cells.join(" | ") };
    let chinese = said.iter().any(|cell| cell.contains(crate::text::is_cjk)) || about.contains(crate::text::is_cjk);
    let (colon, semicolon) = if chinese { ("：", "；") } else { (": ", "; ") };
    let said: Vec<String> = match said {
        [only] => vec![only.clone()],
        _ => {
            let named = said.iter().zip(&columns[1..]).filter(|(cell, _)| !cell.is_empty());
            named.map(|(cell, column)| if column.is_empty() { cell.clone() } else { format!("{column} {cell}") }).collect()
        }
    };
    if about.is_empty() { said.join(semicolon) } else { format!("{about}{colon}{}", said.join(semicolon)) }
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
        let heading = if kind == Kind::Heading { None } else { above };
        out.push(Unit { kind, heading, clean, label: None, ordinal: None, names_notes: names_notes(&text[start..end]), span: start..end });
    }
}

/// Letters beside the links of a line that only names notes: 「相关」, "See".
const BESIDE_LINKS: usize = 4;

fn names_notes(text: &str) -> bool {
    let rest = WIKI.replace_all(text, "");
    rest.len() < text.len() && rest.chars().filter(|c| c.is_alphanumeric()).count() <= BESIDE_LINKS
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
