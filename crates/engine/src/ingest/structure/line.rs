//! Lines of a text, and what can be seen from one line alone: its width, how it ends, whether a sentence runs on.
//! It must not know marks, code or headings.

use crate::document::Span;

/// One line, trimmed. Blank when `start == end`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    /// First byte that is not white space.
    pub(super) start: usize,
    /// End of the last character that is not white space.
    pub(super) end: usize,
    /// Columns of white space before the text; a tab counts as four, an ideographic space as two.
    pub(super) indent: usize,
}

impl Line {
    pub(super) fn blank(&self) -> bool {
        self.start == self.end
    }

    pub(super) fn of<'t>(&self, text: &'t str) -> &'t str {
        text.get(self.start..self.end).unwrap_or("")
    }
}

/// The lines of `text[span]`, blank ones too. `\n`, `\r\n` and a lone `\r` end a line.
pub(super) fn lines(text: &str, span: Span) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut from = span.start;
    let Some(body) = text.get(span.clone()) else { return lines };
    let bytes = body.as_bytes();
    let mut at = 0;
    while at <= bytes.len() {
        let stop = bytes.get(at..).and_then(|rest| rest.iter().position(|&b| b == b'\n' || b == b'\r')).map_or(bytes.len(), |n| at + n);
        lines.push(line(text, from..span.start + stop));
        at = stop + 1;
        if bytes.get(stop) == Some(&b'\r') && bytes.get(at) == Some(&b'\n') {
            at += 1;
        }
        from = span.start + at;
    }
    lines
}

fn line(text: &str, span: Span) -> Line {
    let raw = text.get(span.clone()).unwrap_or("");
    let trimmed = raw.trim_end_matches(is_space);
    let body = trimmed.trim_start_matches(is_space);
    let lead = trimmed.len() - body.len();
    let indent = trimmed.get(..lead).unwrap_or("").chars().map(space_columns).sum();
    Line { start: span.start + lead, end: span.start + lead + body.len(), indent }
}

/// White space, and the invisible characters that pasted pages carry.
pub(in crate::ingest) fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200b}' | '\u{feff}' | '\u{2060}' | '\u{200e}' | '\u{200f}')
}

fn space_columns(c: char) -> usize {
    match c {
        '\t' => 4,
        '\u{3000}' => 2,
        '\u{200b}' | '\u{feff}' | '\u{2060}' | '\u{200e}' | '\u{200f}' => 0,
        _ => 1,
    }
}

/// Columns on a screen, near enough: ASCII and other narrow scripts one, from the CJK blocks on two.
pub(in crate::ingest) fn width(text: &str) -> usize {
    // A line break of two characters takes no more than one of one.
    text.chars().filter(|&c| c != '\r').map(|c| if c as u32 >= 0x1100 { 2 } else { 1 }).sum()
}

/// Han, kana and Hangul.
pub(in crate::ingest) fn is_cjk(c: char) -> bool {
    matches!(c as u32, 0x3040..=0x30ff | 0x3400..=0x4dbf | 0x4e00..=0x9fff | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0x20000..=0x323af)
}

/// The character that closes the text, looking through closing quotes, brackets and emphasis.
pub(in crate::ingest) fn closing_char(text: &str) -> Option<char> {
    text.trim_end_matches(|c: char| is_space(c) || matches!(c, '”' | '"' | '’' | '\'' | '）' | ')' | '】' | '」' | '』' | '*' | '_'))
        .chars()
        .next_back()
}

/// Ends as a sentence does.
pub(in crate::ingest) fn ends_sentence(text: &str) -> bool {
    matches!(closing_char(text), Some('。' | '！' | '？' | '!' | '?' | '…' | '；' | ';' | '.' | '~' | '～'))
}

/// Ends with a question mark.
pub(in crate::ingest) fn ends_question(text: &str) -> bool {
    matches!(closing_char(text), Some('？' | '?'))
}

/// Ends with a colon.
pub(in crate::ingest) fn ends_colon(text: &str) -> bool {
    text.ends_with([':', '：'])
}

/// Whether `next` continues the sentence of `last` although an empty line stands between them: pages and PDF pasted as text break so.
pub(super) fn runs_on_over_blank(last: &str, next: &str) -> bool {
    let open = matches!(closing_char(last), Some('，' | ',' | '、' | '；' | ';')) || (!ends_sentence(last) && !ends_colon(last));
    let begins = next.chars().next().is_some_and(|c| is_cjk(c) || c.is_lowercase());
    open && width(last) >= 60 && begins && (ends_sentence(next) || width(next) >= 60)
}

/// The lines between two empty lines, as a measure of how they were broken.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Group {
    /// Columns of the widest line.
    pub(super) widest: usize,
    /// Lines.
    pub(super) lines: usize,
    /// Lines of nearly that width.
    pub(super) full: usize,
}

/// Whether `next`, on the very next line, belongs to the same paragraph. Text that was wrapped by hand has lines of nearly one width, text
/// that was not has far wider ones.
pub(super) fn wraps(last: &str, next: &str, group: Group) -> bool {
    if !(40..=130).contains(&group.widest) || ends_colon(last) || last.contains("://") || next.contains("://") {
        return false;
    }
    let columns = width(last);
    // Where a line ends with its sentence, paragraphs of one line each look the same: only a block of full lines is wrapped text.
    if ends_sentence(last) {
        return columns * 20 >= group.widest * 17 && group.lines >= 3 && group.full * 2 >= group.lines;
    }
    let lower = next.chars().next().is_some_and(char::is_lowercase);
    columns * 4 >= group.widest * 3 || (lower && columns * 2 >= group.widest)
}
