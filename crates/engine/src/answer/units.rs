//! A text as quotable units: sentences, list items, table rows; headings are seen but not quoted, formulas and code only with the words before them. Pure;
//! it must not know questions.

use std::sync::LazyLock;

use regex::Regex;

use super::bullet;
use super::unmarked::{unmarked, without_note_links};
use crate::document::Span;
use crate::link::block_id;
use crate::text::{asks, sentences};

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
    /// Whether it stands inside the item of a list above it: a paragraph more of it, code.
    pub(super) inside: bool,
    /// Whether it names other notes and says nothing: 「相关：[[微调]]、[[量化]]」.
    pub(super) names_notes: bool,
}

/// Letters and digits of a sentence that says something.
const FEWEST_LETTERS: usize = 4;

impl Unit {
    pub(super) fn quotable(&self) -> bool {
        let letters = || self.clean.chars().filter(|c| c.is_alphanumeric());
        let says = match self.kind {
            Kind::Head | Kind::Heading | Kind::Code => false,
            // 「互斥」, "SYN": a list is not whole without it.
            Kind::Item => letters().next().is_some(),
            Kind::Sentence | Kind::Row => letters().count() >= FEWEST_LETTERS,
        };
        says && !self.names_notes
    }

    /// What speaks against a unit as an answer, whatever the question.
    pub(super) fn penalty(&self) -> f32 {
        let chars = self.clean.chars().count();
        let long = if chars > 160 { 0.002 * (chars - 160) as f32 } else { 0.0 };
        let question = if asks(&self.clean) { 0.7 } else { 0.0 };
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

    /// Whether what stands below it in a block of its own, or even apart from it, goes on with it.
    fn leads_to_block(&self, apart: bool) -> bool {
        let open = !self.clean.ends_with(['。', '.', '！', '？', '!', '?', '；', ';']);
        match self.kind {
            Kind::Sentence => open,
            Kind::Item => open && (!apart || self.opens()),
            _ => false,
        }
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

    /// Whether a list goes on with it or across it.
    pub(super) fn in_list(&self) -> bool {
        self.listed() || self.inside
    }

    /// The mark of its line, where it has one of its own.
    pub(super) fn mark(&self) -> Option<String> {
        if self.listed() { self.ordinal.map(|n| format!("{n}.")).or_else(bullet) } else { None }
    }
}

static ITEM: LazyLock<Regex> =
    LazyLock::new(|| regex(r"^\s*(?:>\s*)*(?:[-*+]\s+|[•◦▪·]|\(?\d{1,3}[.)、）]|[（(]\d{1,2}[)）]|[①-⑳]|[A-Fa-f][.、)])\s*"));
static LABEL: LazyLock<Regex> = LazyLock::new(|| regex(r"^(?:答案|解析|回答|解答|答|问题|A|Q)(?:（[^）]*）)?\s*[:：]\s*"));
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

#[expect(clippy::expect_used, reason = "the patterns are constants, compiled by every test of this file")]
pub(super) fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a constant pattern")
}

/// Cuts a passage into units, in order.
pub(super) fn units(text: &str) -> Vec<Unit> {
    let mut cut = Cut { text, out: Vec::new(), paragraph: None, label: None, item: None, list: None };
    let mut fence: Option<&str> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        // The name that a block has for links is none of its words.
        let line = if fence.is_some() { line } else { block_id(line).map_or(line, |(end, _)| &line[..end]) };
        let stop = start + line.len();
        let trimmed = line.trim();
        match fence {
            Some("$$") => {
                // No formula has an empty line in it.
                let Some(close) = line.find("$$").map(|close| close + 2).or_else(|| trimmed.is_empty().then_some(line.len())) else { continue };
                fence = None;
                if line[close..].contains(char::is_alphanumeric) {
                    cut.paragraph = Some(start + close..stop);
                }
                continue;
            }
            Some(mark) => {
                if trimmed.starts_with(mark) && trimmed.trim_matches(['`', '~']).is_empty() {
                    fence = None;
                }
                continue;
            }
            None => {}
        }
        let opens = opens(trimmed);
        let block = trimmed.is_empty() || opens.is_some() || trimmed.starts_with('#') || trimmed.starts_with('|') || trimmed.starts_with("> [!");
        let mark = ITEM.find(line).filter(|m| m.end() < line.trim_end().len() && !is_inside_a_word(&line[..m.end()], &line[m.end()..]));
        let indent = line.len() - line.trim_start_matches([' ', '\t', '>']).len();
        if mark.is_none() && !trimmed.is_empty() && cut.list.is_some_and(|list| indent <= list) && !cut.goes_on(stop) {
            // What stands no deeper than the item's mark is outside of it. Code between two steps is rarely set in.
            cut.flush();
            cut.list = cut.list.filter(|_| opens.is_some());
        }
        if block || mark.is_some() || cut.is_named() {
            cut.flush();
        }
        if let Some((mark, closed)) = opens {
            fence = Some(mark).filter(|_| !closed);
            cut.push(start..stop, Kind::Code);
        } else if trimmed.starts_with('#') {
            cut.list = None;
            cut.push(start..stop, Kind::Heading);
        } else if trimmed.starts_with('|') {
            if !trimmed.chars().all(|c| matches!(c, '|' | '-' | ':' | ' ')) {
                cut.push(start..stop, Kind::Row);
            } else if let Some(head) = cut.out.last_mut().filter(|unit| unit.kind == Kind::Row) {
                // The row above the line of dashes names the columns and says nothing.
                head.kind = Kind::Head;
            }
        } else if let Some(mark) = mark {
            cut.list = Some(indent);
            cut.item = Some((start + mark.end()..stop, ORDINAL.captures(line).and_then(|found| found[1].parse().ok())));
        } else if let Some((item, _)) = &mut cut.item {
            item.end = if block { item.end } else { stop };
        } else if !block {
            // The mark of a quotation is no part of what it says.
            let from = start + (line.len() - line.trim_start().trim_start_matches('>').trim_start().len());
            let named = LABEL.find(&text[from..stop]).filter(|_| cut.paragraph.is_none());
            cut.label = named.map(|m| m.as_str().to_owned()).or(cut.label.take());
            let from = from + named.map_or(0, |m| m.end());
            cut.paragraph = Some(cut.paragraph.take().map_or(from.min(stop)..stop, |p| p.start..stop));
        }
    }
    cut.flush();
    cut.out
}

/// The mark of a block of code or of a formula that a line opens, and whether the line closes it, too.
fn opens(trimmed: &str) -> Option<(&'static str, bool)> {
    let mark = ["```", "~~~", "$$"].into_iter().find(|m| trimmed.starts_with(m))?;
    if is_span(trimmed) {
        return None;
    }
    let close = if mark == "$$" { trimmed[2..].find("$$").map(|close| close + 4) } else { None };
    // `$$ x $$ is the sum.` is a sentence.
    close.is_none_or(|close| !trimmed[close..].contains(char::is_alphanumeric)).then_some((mark, close.is_some()))
}

/// Whether backticks at the head of a line are closed in it: then it is code within a line, and opens nothing.
pub(super) fn is_span(trimmed: &str) -> bool {
    trimmed.starts_with("```") && trimmed.trim_start_matches('`').contains('`')
}

/// A text that is being cut.
struct Cut<'a> {
    text: &'a str,
    out: Vec<Unit>,
    paragraph: Option<Span>,
    label: Option<String>,
    /// An item that may go on in the next line, and its number.
    item: Option<(Span, Option<u16>)>,
    /// How far the mark of the last item is set in, while nothing stands outside of its list.
    list: Option<usize>,
}

impl Cut<'_> {
    /// Whether the item's line was only broken by its width, so that the line that ends at `end` belongs to it.
    fn goes_on(&self, end: usize) -> bool {
        let Some((item, _)) = &self.item else { return false };
        let broken = item.end - item.start;
        sentences(&self.text[item.start..end]).iter().any(|sentence| sentence.start < broken && broken < sentence.end)
    }

    /// Whether the item is a name in bold type, so that what comes after it is said of it.
    fn is_named(&self) -> bool {
        let Some((item, _)) = &self.item else { return false };
        let bold = self.text[item.clone()].trim().strip_prefix("**").and_then(|name| name.strip_suffix("**"));
        bold.is_some_and(|name| !name.contains("**"))
    }

    fn flush(&mut self) {
        if let Some((span, ordinal)) = self.item.take() {
            let before = self.out.len();
            self.push(span, Kind::Item);
            if let Some(item) = self.out.get_mut(before) {
                item.ordinal = ordinal;
            }
        }
        let (Some(span), label) = (self.paragraph.take(), self.label.take()) else { return };
        let first = self.out.len();
        for sentence in sentences(&self.text[span.clone()]) {
            self.push(span.start + sentence.start..span.start + sentence.end, Kind::Sentence);
        }
        if let Some(first) = self.out.get_mut(first) {
            first.label = label;
        }
    }

    fn push(&mut self, span: Span, kind: Kind) {
        let part = &self.text[span.clone()];
        let start = span.start + (part.len() - part.trim_start().len());
        let end = start + part.trim().len();
        if start < end {
            let clean = clean(&self.text[start..end], kind);
            let above = self.out.last().and_then(|last| if last.kind == Kind::Heading { Some(last.clean.clone()) } else { last.heading.clone() });
            let heading = if kind == Kind::Heading { None } else { above };
            let inside = self.list.is_some() && matches!(kind, Kind::Sentence | Kind::Code);
            let names_notes = names_notes(&self.text[start..end]);
            self.out.push(Unit { kind, heading, clean, label: None, ordinal: None, inside, names_notes, span: start..end });
        }
    }
}

/// Whether what looks like an item's mark is the beginning of a number or a word: `3.5 GB`, `192.168.1.1`, 「3、4 层」, `e.g.`, `F.relu`.
fn is_inside_a_word(mark: &str, rest: &str) -> bool {
    let Some(before) = mark.strip_suffix(['.', '、']) else { return false };
    let next = |is: fn(&char) -> bool| rest.chars().next().is_some_and(|c| is(&c));
    if before.ends_with(|c: char| c.is_ascii_digit()) { next(char::is_ascii_digit) } else { mark.ends_with('.') && next(char::is_ascii_alphanumeric) }
}

/// Characters of the longest formula, or code, that is quoted.
const BLOCK: usize = 240;
/// Lines of the longest code.
const CODE_LINES: usize = 4;

/// The units of a note: a formula or short code stands with the words that open it, a row with the names of its columns.
pub(super) fn of_note(text: &str) -> Vec<Unit> {
    let mut out: Vec<Unit> = Vec::new();
    let mut columns: Vec<String> = Vec::new();
    for mut unit in units(text) {
        match unit.kind {
            Kind::Head => columns = cells(&text[unit.span.clone()]),
            Kind::Row => unit.clean = row(&cells(&text[unit.span.clone()]), &columns),
            Kind::Code => {
                columns.clear();
                if let Some((end, shown)) = shown_block(&text[unit.span.start..]) {
                    let end = unit.span.start + end;
                    let apart =
                        out.last().is_some_and(|before| text[before.span.end.min(unit.span.start)..unit.span.start].matches('\n').count() > 1);
                    if let Some(before) = out.last_mut().filter(|before| before.leads_to_block(apart)) {
                        before.span.end = end;
                        before.clean = format!("{} {shown}", before.clean);
                        continue;
                    }
                    // A command with nothing but a heading above it is what the heading asks for.
                    if !text[unit.span.start..].starts_with("$$") && out.last().is_none_or(|above| above.kind == Kind::Heading) {
                        unit = Unit { kind: Kind::Sentence, span: unit.span.start..end, clean: shown, ..unit };
                    }
                }
            }
            _ => columns.clear(),
        }
        out.push(unit);
    }
    out
}

/// Where a formula or a block of code ends that begins a text, and how it is shown; none where it does not end, or is too long to quote.
pub(super) fn shown_block(text: &str) -> Option<(usize, String)> {
    let (end, shown) = if let Some(inner) = text.strip_prefix("$$") {
        let inner = &inner[..inner.find("$$")?];
        if inner.lines().skip(1).any(|line| line.trim().is_empty()) {
            return None;
        }
        let end = 2 + inner.len() + 2;
        (end, clean(&text[..end], Kind::Code))
    } else {
        let mark = text.get(..3)?;
        let mut lines = text.split_inclusive('\n');
        let mut end = lines.next()?.len();
        let mut shown = Vec::new();
        loop {
            let line = lines.next()?;
            if line.trim().starts_with(mark) {
                end += line.trim_end().len();
                break;
            }
            end += line.len();
            shown.extend(Some(line.trim()).filter(|line| !line.is_empty()));
        }
        if shown.is_empty() || shown.len() > CODE_LINES {
            return None;
        }
        (end, shown.join(" ⏎ "))
    };
    (text[..end].chars().count() <= BLOCK).then_some((end, shown))
}

/// A formula or a block of code that begins what was written, whole: a formula on one line, code with its lines as they are. One that does not end goes to
/// the end of the text.
pub(super) fn written_block(text: &str) -> Option<String> {
    if let Some(inner) = text.strip_prefix("$$") {
        let inner = &inner[..inner.find("$$").or_else(|| inner.find("\n\n")).unwrap_or(inner.len())];
        return inner.contains(char::is_alphanumeric).then(|| clean(&format!("$${}$$", inner.trim()), Kind::Code));
    }
    let mark = text.get(..3)?;
    let closes = |line: &&str| line.trim().starts_with(mark) && line.trim().trim_matches(['`', '~']).is_empty();
    let lines: Vec<&str> = text.lines().skip(1).take_while(|line| !closes(line)).map(str::trim_end).collect();
    let first = lines.iter().position(|line| !line.is_empty())?;
    let last = lines.iter().rposition(|line| !line.is_empty())?;
    let indent = |line: &&str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let set_in = lines.iter().filter(|line| !line.is_empty()).map(indent).min()?;
    Some(lines[first..=last].iter().map(|line| line.get(set_in..).unwrap_or_default()).collect::<Vec<_>>().join("\n"))
}

/// Where a block stands in a passage, but for white space; no part of a word is one.
pub(crate) fn place_of_block(block: &str, passage: &str) -> Option<Span> {
    let letters = |text: &str| text.char_indices().filter(|(_, c)| !c.is_whitespace()).collect::<Vec<_>>();
    let (wanted, there) = (letters(block), letters(passage));
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let (first, last) = (wanted.first()?.1, wanted.last()?.1);
    let at = there.windows(wanted.len()).position(|window| {
        let (start, end) = (window[0].0, window[window.len() - 1].0 + last.len_utf8());
        window.iter().zip(&wanted).all(|(a, b)| a.1 == b.1)
            && !(is_word(first) && passage[..start].ends_with(is_word))
            && !(is_word(last) && passage[end..].starts_with(is_word))
    })?;
    Some(there[at].0..there[at + wanted.len() - 1].0 + last.len_utf8())
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

/// Letters beside the links of a line that only names notes: 「相关」, "See".
const BESIDE_LINKS: usize = 4;

fn names_notes(text: &str) -> bool {
    without_note_links(text).is_some_and(|rest| rest.chars().filter(|c| c.is_alphanumeric()).count() <= BESIDE_LINKS)
}

/// Text without Markdown's marks, on one line.
fn clean(text: &str, kind: Kind) -> String {
    let text = unmarked(text);
    match kind {
        Kind::Heading => text.trim_start_matches('#').trim().to_owned(),
        Kind::Row => text.trim_matches('|').split('|').map(str::trim).collect::<Vec<_>>().join(" | "),
        _ => text,
    }
}
