//! What a model writes, piece by piece, as text for the person and as complete sentences: without its thoughts and its own markers. Pure; it must not
//! know passages or whether a sentence is true.

use super::units::{Kind, units};
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
        // A block of code is no sentence, and none ends within it.
        if !last && self.open.matches("```").count() % 2 == 1 {
            return Vec::new();
        }
        let spans = sentences(&self.open);
        let until = if last {
            self.open.len()
        } else {
            // The last may go on.
            match spans.len() {
                0 | 1 => return Vec::new(),
                n => spans[n - 1].start,
            }
        };
        let done: String = self.open.drain(..until).collect();
        let cut: Vec<Written> = units(&done)
            .into_iter()
            .filter(|u| matches!(u.kind, Kind::Sentence | Kind::Item | Kind::Row) && u.clean.contains(char::is_alphanumeric))
            .map(|u| (u.mark(), u))
            .map(|(mark, u)| match u.label {
                Some(label) => Written { mark, label: label.len(), text: label + &u.clean },
                // In English it is a part of the sentence where notes are read.
                None => Written { mark, label: if u.clean.starts_with(ANSWER) { ANSWER.len() } else { 0 }, text: u.clean },
            })
            .collect();
        cut
    }
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
