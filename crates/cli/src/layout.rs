//! Text for a terminal: wrapping and cutting by columns (a Chinese character takes two), snippets around matches, places. Pure.
//! It must not know commands or where text goes.

use std::borrow::Cow;

use sidenote_engine::wire::Passage;
use textwrap::{Options, WordSeparator, WordSplitter, WrapAlgorithm};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::output::Style;

/// Columns of a snippet, and of a quote where there is no terminal.
const SNIPPET: usize = 180;

/// A note's text without what would steer the terminal: control characters become a visible mark, line breaks and tabs stay.
pub(crate) fn plain(text: &str) -> Cow<'_, str> {
    let steers = |c: char| c.is_control() && c != '\n' && c != '\t';
    if !text.contains(steers) {
        return Cow::Borrowed(text);
    }
    text.replace("\r\n", "\n").chars().map(|c| if steers(c) { '\u{FFFD}' } else { c }).collect::<String>().into()
}

/// A text on one line.
pub(crate) fn one_line(text: &str) -> String {
    plain(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Wraps at `width` columns, never before a marker `[1]`, Chinese between any two characters that may part; every line begins with `indent`.
/// Without a width only the indent is added.
pub(crate) fn wrap(text: &str, width: Option<usize>, indent: &str) -> String {
    let Some(width) = width else {
        return text.lines().map(|line| format!("{indent}{line}")).collect::<Vec<_>>().join("\n");
    };
    let options = Options::new(width)
        .initial_indent(indent)
        .subsequent_indent(indent)
        .word_separator(WordSeparator::UnicodeBreakProperties)
        .word_splitter(WordSplitter::NoHyphenation)
        .wrap_algorithm(WrapAlgorithm::FirstFit);
    // A no-break space keeps a marker at the end of its sentence.
    let kept = text.replace(" [", "\u{A0}[");
    textwrap::fill(&kept, options).replace("\u{A0}[", " [")
}

/// A text cut to `width` columns.
pub(crate) fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut used = 1;
    for c in text.chars() {
        used += c.width().unwrap_or(0);
        if used > width {
            break;
        }
        out.push(c);
    }
    out.push('…');
    out
}

/// A quote on one line.
pub(crate) fn quote(text: &str, width: Option<usize>, indent: &str) -> String {
    let room = width.map_or(SNIPPET, |w| w.saturating_sub(indent.len()));
    format!("{indent}{}", cut(&one_line(text), room))
}

/// `Title › Heading › Heading`.
pub(crate) fn trail(title: &str, heading: &[String]) -> String {
    let mut parts = vec![one_line(title)];
    parts.extend(heading.iter().map(|h| one_line(h)));
    parts.join(" › ")
}

/// `1 note`, `2 notes`.
pub(crate) fn count(n: u64, thing: &str) -> String {
    if n == 1 { format!("1 {thing}") } else { format!("{n} {thing}s") }
}

/// `12 kB`, `95 MB`, `1.1 GB`.
pub(crate) fn bytes(n: u64) -> String {
    match n {
        0..1_000 => format!("{n} B"),
        1_000..1_000_000 => format!("{} kB", n / 1_000),
        1_000_000..1_000_000_000 => format!("{} MB", (n + 500_000) / 1_000_000),
        _ => {
            let tenths = (n + 50_000_000) / 100_000_000;
            format!("{}.{} GB", tenths / 10, tenths % 10)
        }
    }
}

/// A text filled with spaces to `width` columns.
pub(crate) fn pad(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

/// Columns of the widest text.
pub(crate) fn widest<'a>(texts: impl Iterator<Item = &'a str>) -> usize {
    texts.map(UnicodeWidthStr::width).max().unwrap_or(0)
}

/// `folder/note.md:12`, or with its page.
pub(crate) fn place(document: &str, line: u32, page: Option<u32>) -> String {
    let document = one_line(document);
    page.map_or_else(|| format!("{document}:{line}"), |page| format!("{document} p. {page}"))
}

/// The part of a passage where most matches stand together, with the matches marked.
pub(crate) fn snippet(passage: &Passage, style: Style) -> String {
    let letters = letters(passage);
    let columns = |l: &Letter| l.c.width().unwrap_or(0);
    let (from, to) = window(&letters, columns);
    let from = from + usize::from(letters.get(from).is_some_and(|l| l.c == ' '));
    let mut out = String::new();
    if from > 0 {
        out.push('…');
    }
    let mut run = String::new();
    let mut marked = false;
    for letter in &letters[from..to] {
        if letter.matched != marked {
            out.push_str(&if marked { style.matched(&run) } else { std::mem::take(&mut run) });
            run.clear();
            marked = letter.matched;
        }
        run.push(letter.c);
    }
    out.push_str(&if marked { style.matched(&run) } else { run });
    if to < letters.len() {
        out.push('…');
    }
    out
}

/// A character of a snippet.
struct Letter {
    c: char,
    matched: bool,
}

/// A passage's characters on one line. Headings it begins with are left out: they are shown above it.
fn letters(passage: &Passage) -> Vec<Letter> {
    let text = &passage.text;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if !line.trim().is_empty() && !line.trim_start().starts_with('#') {
            break;
        }
        start += line.len();
    }
    let start = if start < text.len() { start } else { 0 };
    let mut line_begins = true;
    let mut spans = passage.highlights.iter().peekable();
    let mut out: Vec<Letter> = Vec::with_capacity(text.len() - start);
    for (i, c) in text[start..].char_indices().map(|(i, c)| (start + i, c)) {
        while spans.peek().is_some_and(|(_, end)| *end <= i) {
            spans.next();
        }
        let matched = spans.peek().is_some_and(|(from, _)| *from <= i);
        // The marks of a heading within the passage say nothing on one line.
        line_begins = c == '\n' || line_begins && c == '#';
        if line_begins && c == '#' {
            continue;
        }
        let c = if c.is_whitespace() {
            ' '
        } else if c.is_control() {
            '\u{FFFD}'
        } else {
            c
        };
        if c == ' ' && out.last().is_none_or(|l| l.c == ' ') {
            continue;
        }
        out.push(Letter { c, matched });
    }
    while out.last().is_some_and(|l| l.c == ' ') {
        out.pop();
    }
    out
}

/// The stretch of at most [`SNIPPET`] columns with the most matched characters, begun at a sentence where one begins nearby.
fn window(letters: &[Letter], columns: impl Fn(&Letter) -> usize) -> (usize, usize) {
    let mut best = (0, 0, 0);
    let mut to = 0;
    let (mut used, mut matched) = (0, 0);
    for from in 0..letters.len() {
        while to < letters.len() && used + columns(&letters[to]) <= SNIPPET {
            used += columns(&letters[to]);
            matched += usize::from(letters[to].matched);
            to += 1;
        }
        let begins = from == 0
            || matches!(letters[from - 1].c, '。' | '！' | '？' | '；' | '!' | '?' | ';')
            || (letters[from - 1].c == ' ' && from > 1 && letters[from - 2].c == '.');
        // A sentence's beginning is worth a few matches.
        let worth = 4 * matched
            + if from == 0 {
                12
            } else if begins {
                8
            } else {
                0
            };
        if worth > best.0 {
            best = (worth, from, to);
        }
        if to == letters.len() && matched == 0 {
            break;
        }
        used -= columns(&letters[from]).min(used);
        matched -= usize::from(letters[from].matched && to > from);
        to = to.max(from + 1);
    }
    (best.1, best.2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_is_wrapped_by_columns_and_a_marker_stays_with_its_sentence() {
        let text = "注意力机制让模型关注重要的部分。 [1]";
        let lines: Vec<String> = wrap(text, Some(20), "").lines().map(str::to_owned).collect();
        assert!(lines.iter().all(|l| l.width() <= 20), "{lines:?}");
        assert!(lines.last().is_some_and(|l| l.ends_with("。 [1]") && l.chars().count() > 5), "{lines:?}");
        assert!(lines.iter().all(|l| !l.starts_with('。')), "{lines:?}");
    }

    #[test]
    fn a_cut_text_has_the_width_asked_for() {
        assert_eq!(cut("abc", 3), "abc");
        assert_eq!(cut("abcd", 3), "ab…");
        assert_eq!(cut("注意力", 5), "注意…");
        assert_eq!(cut("注意力", 4), "注…");
    }

    #[test]
    fn a_note_cannot_steer_the_terminal() {
        assert_eq!(plain("a\x1b[2Jb\r\nc"), "a\u{FFFD}[2Jb\nc");
    }
}
