//! What a model writes, piece by piece, as text for the person and as complete sentences: without its thoughts and its own markers. Pure; it must not
//! know passages or whether a sentence is true.

use super::units::{Kind, shown_block, units};
use crate::text::sentences;

const THINK: &str = "<think>";
const THOUGHT: &str = "</think>";
/// What begins an answer to a question to practise with.
const ANSWER: &str = "Answer: ";
/// Characters of the longest marker that is waited for.
const MARKER: usize = 16;

/// A sentence of what was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Without markup and markers.
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
    /// Passages that a marker can name.
    passages: usize,
    /// Not yet looked at: it may be the beginning of a mark.
    held: String,
    thinking: bool,
    /// Text that is in no complete sentence yet.
    open: String,
    /// Whether anything was shown.
    begun: bool,
}

impl Stream {
    /// For what is written from so many passages.
    #[must_use]
    pub fn new(passages: usize) -> Self {
        Self { passages, held: String::new(), thinking: false, open: String::new(), begun: false }
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
            let Some(at) = self.held.find(['<', '[', '【']) else {
                shown.push_str(&std::mem::take(&mut self.held));
                break;
            };
            shown.push_str(&self.held[..at]);
            self.held.drain(..at);
            if self.held.starts_with(THINK) {
                self.held.drain(..THINK.len());
                self.thinking = true;
            } else if self.held.starts_with(THOUGHT) {
                // What stood before it was thought too, had the mark that opens it been written.
                self.held.drain(..THOUGHT.len());
                shown.clear();
                self.open.clear();
            } else if let Some(end) = marker(&self.held, self.passages) {
                self.held.drain(..end);
                shown.truncate(shown.trim_end_matches(' ').len());
            } else if !last && waits(&self.held) {
                break;
            } else {
                let first = self.held.chars().next().map_or(0, char::len_utf8);
                shown.push_str(&self.held[..first]);
                self.held.drain(..first);
            }
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
                Kind::Code => shown_block(&done[u.span.start..]).map(|(_, text)| Written { text, label: 0, mark: None, block: true }),
                Kind::Head | Kind::Heading => None,
                Kind::Sentence | Kind::Item | Kind::Row if !u.clean.contains(char::is_alphanumeric) => None,
                Kind::Sentence | Kind::Item | Kind::Row => Some(match (u.mark(), u.label) {
                    (mark, Some(label)) => Written { mark, label: label.len(), text: label + &u.clean, block: false },
                    // In English it is a part of the sentence where notes are read.
                    (mark, None) => Written { mark, label: if u.clean.starts_with(ANSWER) { ANSWER.len() } else { 0 }, text: u.clean, block: false },
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
        let fence = ["```", "~~~", "$$"].into_iter().find(|mark| trimmed.starts_with(mark));
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

/// Length of a marker such as `[1]`, `[1, 2]` or `【3】` that a text begins with; `[0, 1]` and `[2023]` are none.
fn marker(text: &str, passages: usize) -> Option<usize> {
    let close = if text.starts_with('[') { ']' } else { '】' };
    let end = text.find(close)?;
    let inside = text[..end].trim_start_matches(['[', '【']);
    // A number may be read with a sign, a passage has none.
    if !numbered(inside) {
        return None;
    }
    let numbers = inside.split(separates).filter(|part| !part.is_empty()).map(str::parse).collect::<Result<Vec<usize>, _>>().ok()?;
    let cites = match numbers.as_slice() {
        // A passage that is not there is cited by mistake; no prompt has a hundred.
        [number] => (1..passages.max(99) + 1).contains(number),
        numbers => !numbers.is_empty() && numbers.iter().all(|number| (1..=passages).contains(number)),
    };
    (cites && inside.len() < MARKER).then_some(end + close.len_utf8())
}

/// Whether a character stands between the numbers of a marker.
fn separates(c: char) -> bool {
    matches!(c, ',' | ' ' | '，' | '、' | '-' | '–')
}

/// Whether a text may become a mark with what comes next.
fn waits(text: &str) -> bool {
    if text.starts_with('<') {
        return THINK.starts_with(text) || THOUGHT.starts_with(text);
    }
    text.chars().count() <= MARKER && text.char_indices().nth(1).is_none_or(|(at, _)| numbered(&text[at..]))
}

/// Whether a text is nothing but numbers and what separates them.
fn numbered(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_digit() || separates(c))
}

/// Bytes at the end of a text that may begin a mark.
fn tail(text: &str, mark: &str) -> usize {
    (1..mark.len()).rev().find(|n| text.ends_with(&mark[..*n])).unwrap_or(0)
}
