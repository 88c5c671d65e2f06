//! What a model writes, piece by piece, as text for the person and as complete sentences: without its thoughts and its own markers. Pure; it must not
//! know passages or whether a sentence is true.

use std::sync::LazyLock;

use regex::Regex;

use super::mark::{Found, Marks, begins};
use super::units::{Kind, is_span, regex, units, written_block};
use crate::text::sentences;

const THINK: &str = "<think>";
const THOUGHT: &str = "</think>";
/// What only says of a sentence what it is, and not what of: in Chinese 「答案：」 is a part of a sentence where notes are read.
static LABEL: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"^(?:(?i:(?:short |direct )?answer|key (?:point|idea|takeaway)s?|point \d+|summary|in short|in summary|in a nutshell|tl;dr|overall|conclusion)|要点|第\s?[一二三四五六七八九十\d]+点|总结|小结|结论|总之|简而言之|一句话(?:总结|概括)?|概括|简答|直接回答)\s*[:：]\s*",
    )
});

/// A sentence of what was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Without markup and markers; code with its lines.
    pub text: String,
    /// Bytes at its beginning that only say what it is: 「答案：」.
    pub label: usize,
    /// The mark of its line, where it is an item of a list.
    pub mark: Option<String>,
    /// Whether it is a block of code or a formula, and no sentence.
    pub block: bool,
}

/// Takes pieces and gives text and sentences.
#[derive(Debug)]
pub struct Stream {
    marks: Marks,
    code: Code,
    /// Not yet looked at: it may be the beginning of a mark.
    held: String,
    thinking: bool,
    /// Text that is in no complete sentence yet.
    open: String,
    /// Whether anything was shown.
    begun: bool,
}

impl Stream {
    /// For what is written from so many passages, by a model that was `told` this.
    #[must_use]
    pub fn new(passages: usize, told: &str) -> Self {
        let code = Code { open: None, blank: true };
        Self { marks: Marks::new(passages, told), code, held: String::new(), thinking: false, open: String::new(), begun: false }
    }

    /// Takes a piece; gives the text that can be shown now and the sentences that are complete with it.
    pub fn push(&mut self, piece: &str) -> (String, Vec<Written>) {
        self.held.push_str(piece);
        let shown = self.release(false);
        (shown, self.complete(false))
    }

    /// The rest, when nothing more comes. What was `cut` ends in the middle of a sentence, which is none then.
    pub fn finish(&mut self, cut: bool) -> (String, Vec<Written>) {
        let shown = self.release(true);
        let open = self.open.trim_end();
        let ended = open.is_empty() || open.ends_with(['。', '！', '？', '.', '!', '?', '”', '"', '」', ')', '）']);
        (shown, self.complete(!cut || ended))
    }

    /// Moves what is certain from `held` to `open`.
    fn release(&mut self, last: bool) -> String {
        let mut shown = String::new();
        loop {
            if self.thinking {
                let Some(end) = self.held.find(THOUGHT) else {
                    // The beginning of the mark may be here already.
                    let keep = if last { 0 } else { tail(&self.held, THOUGHT) };
                    self.held.drain(..self.held.len() - keep);
                    break;
                };
                self.held.drain(..end + THOUGHT.len());
                self.thinking = false;
                continue;
            }
            let Some(at) = self.held.find(|c| matches!(c, '`' | '~' | '\n') || !self.code.is_open() && begins(c)) else {
                let rest = std::mem::take(&mut self.held);
                self.code.passes(&rest);
                shown.push_str(&rest);
                break;
            };
            self.code.passes(&self.held[..at]);
            shown.push_str(&self.held[..at]);
            self.held.drain(..at);
            let first = self.held.chars().next().map_or(0, char::len_utf8);
            let mut taken = first;
            if self.held.starts_with(['`', '~', '\n']) {
                match self.code.at(&self.held, last) {
                    Some(run) => taken = run,
                    None => break,
                }
            } else if self.held.starts_with(THINK) {
                self.held.drain(..THINK.len());
                self.thinking = true;
                continue;
            } else if self.held.starts_with(THOUGHT) {
                // What stood before it was thought too, had the mark that opens it been written.
                self.held.drain(..THOUGHT.len());
                shown.clear();
                self.open.clear();
                continue;
            } else {
                let before = format!("{}{shown}", self.open.rsplit('\n').next().unwrap_or_default());
                match self.marks.at(&self.held, &before, last) {
                    Found::Mark(end) => {
                        self.held.drain(..end);
                        shown.truncate(shown.trim_end_matches(' ').len());
                        continue;
                    }
                    Found::Open => break,
                    Found::Nothing if !last && [THINK, THOUGHT].iter().any(|mark| mark.starts_with(&self.held)) => break,
                    Found::Nothing => self.code.passes(&self.held[..first]),
                }
            }
            shown.push_str(&self.held[..taken]);
            self.held.drain(..taken);
        }
        if !last {
            // A marker may come next, and takes the space before it with it.
            let kept = shown.trim_end_matches(' ').len();
            self.held.insert_str(0, &shown[kept..]);
            shown.truncate(kept);
        }
        if !self.begun {
            shown = shown.trim_start().to_owned();
            self.begun = !shown.is_empty();
        }
        self.open.push_str(&shown);
        shown
    }

    /// Takes complete sentences off `open`; all of it at the end.
    fn complete(&mut self, last: bool) -> Vec<Written> {
        let spans = sentences(&self.open);
        let until = if last {
            self.open.len()
        } else {
            // The last may go on.
            match spans.len() {
                0 | 1 => return Vec::new(),
                n => {
                    // Code, a formula and a table are taken whole, and with what opens them: without its beginning the end of one would begin another.
                    let mut until = spans[n - 1].start;
                    while let Some(block) = block_around(&self.open, until).filter(|_| until > 0) {
                        until = spans.iter().rev().map(|span| span.start).find(|start| *start < block).unwrap_or(0);
                    }
                    until
                }
            }
        };
        let done: String = self.open.drain(..until).collect();
        let cut: Vec<Written> = units(&done)
            .into_iter()
            .filter_map(|u| match u.kind {
                Kind::Code => written_block(&done[u.span.start..]).map(|text| Written { text, label: 0, mark: None, block: true }),
                Kind::Head | Kind::Heading => None,
                Kind::Sentence | Kind::Item | Kind::Row if !u.clean.contains(char::is_alphanumeric) => None,
                Kind::Sentence | Kind::Item | Kind::Row => Some(match (u.mark(), u.label) {
                    (mark, Some(label)) => Written { mark, label: label.len(), text: label + &u.clean, block: false },
                    (mark, None) => Written { mark, label: LABEL.find(&u.clean).map_or(0, |label| label.end()), text: u.clean, block: false },
                }),
            })
            .collect();
        cut
    }
}

/// Where the block begins that a place is in: code, a formula over several lines, or the rows of a table. One that goes on at the end is not left yet.
fn block_around(text: &str, place: usize) -> Option<usize> {
    let mut open: Option<(&str, usize)> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let (start, trimmed) = (at, line.trim());
        at += line.len();
        let row = trimmed.starts_with('|');
        let fence = ["```", "~~~", "$$"].into_iter().find(|mark| trimmed.starts_with(mark) && !is_span(trimmed));
        match open {
            Some(("|", from)) if !row => {
                if place < start {
                    return (from <= place).then_some(from);
                }
                open = fence.map(|mark| (mark, start));
            }
            Some(("|", _)) => {}
            // No formula has an empty line in it.
            Some((mark, from)) if fence == Some(mark) || mark == "$$" && (trimmed.is_empty() || trimmed.ends_with(mark)) => {
                if place < at {
                    return (from <= place).then_some(from);
                }
                open = None;
            }
            Some(_) => {}
            None if row => open = Some(("|", start)),
            None => open = fence.filter(|mark| *mark != "$$" || !trimmed[2..].contains("$$")).map(|mark| (mark, start)),
        }
    }
    open.map(|(_, from)| from).filter(|from| *from <= place)
}

/// Where the text is: brackets in code name no passages.
#[derive(Debug)]
struct Code {
    open: Option<Opened>,
    /// Whether nothing but blanks stands on the line yet.
    blank: bool,
}

/// What opened code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Opened {
    /// So many backticks within a line.
    Span(usize),
    /// A line of its own with this character.
    Fence(char),
}

/// Marks that open and close a block of code.
const FENCE: usize = 3;

impl Code {
    fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// Takes text without marks of code or ends of lines.
    fn passes(&mut self, text: &str) {
        self.blank &= text.trim().is_empty();
    }

    /// Takes a mark of code or the end of a line; gives its bytes, or none where the next character decides.
    fn at(&mut self, text: &str, last: bool) -> Option<usize> {
        let first = text.chars().next()?;
        if first == '\n' {
            // A span that is not closed in its line is none.
            self.open = self.open.filter(|open| matches!(open, Opened::Fence(_)));
            self.blank = true;
            return Some(1);
        }
        let run = text.len() - text.trim_start_matches(first).len();
        let next = text[run..].chars().next();
        if next.is_none() && !last {
            return None;
        }
        let opens = self.open.is_none() && self.blank && run >= FENCE;
        if opens && !last && !text.contains('\n') {
            return None;
        }
        match self.open {
            None if opens && !is_span(text.lines().next().unwrap_or_default()) => self.open = Some(Opened::Fence(first)),
            None if first == '`' => self.open = Some(Opened::Span(run)),
            Some(Opened::Span(marks)) if first == '`' && run == marks => self.open = None,
            Some(Opened::Fence(mark)) if first == mark && self.blank && run >= FENCE && next.is_none_or(char::is_whitespace) => self.open = None,
            _ => {}
        }
        self.blank = false;
        Some(run)
    }
}

/// Bytes at the end of a text that may begin a mark.
fn tail(text: &str, mark: &str) -> usize {
    (1..mark.len()).rev().find(|n| text.ends_with(&mark[..*n])).unwrap_or(0)
}
