//! Answers as Markdown with footnotes, to keep, send or go on writing. What is added to them is in the question's language. It must not know where they are kept.

use std::fmt::Write as _;

use serde::Deserialize;

use crate::text::is_cjk;

/// The parts of an answer's JSON that are written out.
#[derive(Clone, Debug, Deserialize)]
pub struct Exported {
    /// As asked.
    pub question: String,
    /// How it ended.
    pub outcome: String,
    /// The sentences with their markers, as one text.
    pub answer: String,
    /// Each sentence: what looks like a marker inside one is its own.
    #[serde(default)]
    pub sentences: Vec<ExportedSentence>,
    /// The quotes.
    pub citations: Vec<ExportedCitation>,
    /// What it was asked over.
    #[serde(skip)]
    pub scope: Scope,
}

/// The part of the notes that a question was asked over; all empty for every note.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Scope {
    /// Library names.
    pub libraries: Vec<String>,
    /// Folders, as `library/folder`.
    pub folders: Vec<String>,
    /// Tags.
    pub tags: Vec<String>,
    /// Notes, by their ids.
    pub notes: Vec<u64>,
    /// What those are called, where they still are.
    #[serde(skip)]
    pub titles: Vec<String>,
    /// `YYYY-MM-DD`, inclusive.
    pub since: Option<String>,
    /// `YYYY-MM-DD`, inclusive.
    pub until: Option<String>,
}

/// A sentence of an answer.
#[derive(Clone, Debug, Deserialize)]
pub struct ExportedSentence {
    /// Without markers.
    pub text: String,
}

/// A quote and where it stands.
#[derive(Clone, Debug, Deserialize)]
pub struct ExportedCitation {
    /// Its number.
    pub n: usize,
    /// Library name.
    pub library: String,
    /// Path relative to the library's folder.
    pub document: String,
    /// Title.
    pub title: String,
    /// Heading path.
    pub heading: Vec<String>,
    /// The note's own text.
    pub quote: String,
    /// Line of the file, from 1.
    pub line: u32,
    /// Page, for formats with pages.
    pub page: Option<u32>,
}

/// Turns under a title, each with its question as a heading. Footnotes are numbered through.
#[must_use]
pub fn conversation(title: &str, turns: &[Exported]) -> String {
    let mut out = format!("# {}\n", one_line(title));
    let mut notes = String::new();
    let mut before = 0;
    for turn in turns {
        // Writing to a string cannot fail.
        let _ = write!(out, "\n## {}\n\n{}\n", one_line(&turn.question), body(turn, before));
        footnotes(turn, before, &mut notes);
        before += turn.citations.len();
    }
    if !notes.is_empty() {
        out.push('\n');
        out.push_str(&notes);
    }
    out
}

/// One answer: its text, then its footnotes.
#[must_use]
pub fn answer(turn: &Exported) -> String {
    let mut out = format!("{}\n", body(turn, 0));
    if !turn.citations.is_empty() {
        out.push('\n');
        footnotes(turn, 0, &mut out);
    }
    out
}

/// The answer's text with `[^n]` for the `[n]` between its sentences, numbers moved on by `before`.
fn body(turn: &Exported, before: usize) -> String {
    let mut out = String::with_capacity(turn.answer.len());
    if let Some(scope) = scope(turn) {
        out.push_str(&scope);
        out.push_str("\n\n");
    }
    let mut rest = turn.answer.as_str();
    for sentence in &turn.sentences {
        if let Some((between, after)) = rest.split_once(sentence.text.as_str()) {
            numbered(between, turn, before, &mut out);
            out.push_str(&sentence.text);
            rest = after;
        }
    }
    numbered(rest, turn, before, &mut out);
    let ending = match (turn.outcome.as_str(), in_chinese(turn)) {
        ("not_in_notes", true) => "*笔记里没有找到明确的答案。*",
        ("not_in_notes", false) => "*The notes do not clearly answer this.*",
        ("cancelled", true) => "*回答没有写完就停下了。*",
        ("cancelled", false) => "*The answer was stopped before its end.*",
        _ => return out,
    };
    let apart = if out.trim().is_empty() { "" } else { "\n\n" };
    format!("{}{apart}{ending}", out.trim_end())
}

/// What it was asked over, where that was not everything.
fn scope(turn: &Exported) -> Option<String> {
    let (scope, chinese) = (&turn.scope, in_chinese(turn));
    let mut parts: Vec<String> = scope.libraries.iter().chain(&scope.folders).map(|name| format!("`{name}`")).collect();
    parts.extend(scope.tags.iter().map(|tag| format!("`#{tag}`")));
    parts.extend(scope.titles.iter().map(|title| if chinese { format!("《{}》", one_line(title)) } else { format!("“{}”", one_line(title)) }));
    if scope.titles.is_empty() && !scope.notes.is_empty() {
        parts.push(if chinese { "一篇已经不在的笔记" } else { "a note that is gone" }.to_owned());
    }
    parts.extend(match (&scope.since, &scope.until, chinese) {
        (Some(since), Some(until), _) => Some(format!("{since} – {until}")),
        (Some(since), None, true) => Some(format!("{since} 起")),
        (Some(since), None, false) => Some(format!("since {since}")),
        (None, Some(until), true) => Some(format!("{until} 为止")),
        (None, Some(until), false) => Some(format!("until {until}")),
        (None, None, _) => None,
    });
    let said = parts.join(if chinese { "、" } else { ", " });
    (!said.is_empty()).then(|| if chinese { format!("*只在这些笔记里问：{said}*") } else { format!("*Asked only over {said}.*") })
}

fn in_chinese(turn: &Exported) -> bool {
    turn.question.contains(is_cjk)
}

fn numbered(text: &str, turn: &Exported, before: usize, out: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.find('[') {
        let (text, marked) = rest.split_at(at);
        let number = marked[1..].split(']').next().and_then(|n| n.parse::<usize>().ok()).filter(|n| turn.citations.iter().any(|c| c.n == *n));
        match number {
            Some(n) => {
                // A footnote's mark stands at the word.
                out.push_str(text.trim_end_matches(' '));
                let _ = write!(out, "[^{}]", n + before);
                rest = &marked[marked.find(']').map_or(1, |end| end + 1)..];
            }
            None => {
                out.push_str(text);
                out.push('[');
                rest = &marked[1..];
            }
        }
    }
    out.push_str(rest);
}

fn footnotes(turn: &Exported, before: usize, out: &mut String) {
    for citation in &turn.citations {
        let mut place = vec![one_line(&citation.title)];
        place.extend(citation.heading.iter().map(|h| one_line(h)).filter(|h| *h != citation.title));
        let at = match (citation.page, in_chinese(turn)) {
            (Some(page), true) => format!("第 {page} 页"),
            (Some(page), false) => format!("page {page}"),
            (None, true) => format!("第 {} 行", citation.line),
            (None, false) => format!("line {}", citation.line),
        };
        let _ = writeln!(
            out,
            "[^{}]: “{}” — {} (`{}/{}`, {at})",
            citation.n + before,
            one_line(&citation.quote),
            place.join(" › "),
            citation.library,
            citation.document
        );
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
