//! The format of a set of questions: one JSON object a line, and what stands beside it. It must not know where a set is on disk.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::contain::letters;
use super::lines;
use crate::error::{Error, ErrorCode, Result};

/// `meta.json` of a set; other fields are for people.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Meta {
    /// The notes of this other set, beside it, are used.
    #[serde(default)]
    pub notes_from: Option<String>,
    /// The folder of the notes, relative to the set's own; without both it is `notes`.
    #[serde(default)]
    pub notes: Option<String>,
}

/// A question with what is known of its answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GoldQuestion {
    /// Unique within its set; a run names it.
    pub id: String,
    /// As asked.
    pub question: String,
    /// `zh`, `en`, ….
    #[serde(default)]
    pub lang: String,
    /// Whether the notes answer it; if not, the right reaction is to say so.
    #[serde(default = "yes")]
    pub answerable: bool,
    /// Paths of the notes that answer it, relative to the folder of the notes; any one is right.
    #[serde(default)]
    pub gold_docs: Vec<String>,
    /// Short answers; any one counts.
    #[serde(default)]
    pub gold_answers: Vec<String>,
    /// Sentences of the notes that answer it; a passage with one of them holds the answer.
    #[serde(default)]
    pub gold_spans: Vec<String>,
    /// Sentences of an answer that was wrong: what would be right is not known, only that they are not to be quoted again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub wrong_spans: Vec<String>,
    /// Groups of short answers, each of which the answer has to meet.
    #[serde(default)]
    pub gold_all: Vec<Vec<String>>,
    /// For people.
    #[serde(default)]
    pub note: Option<String>,
}

impl GoldQuestion {
    /// Its short answers, without those that have no letter or digit: `…` is a place to be filled in.
    pub(super) fn answers(&self) -> impl Iterator<Item = &String> {
        self.gold_answers.iter().filter(|answer| !letters(answer).is_empty())
    }

    /// Its sentences that answer, likewise.
    pub(super) fn spans(&self) -> impl Iterator<Item = &String> {
        self.gold_spans.iter().filter(|span| !letters(span).is_empty())
    }
}

fn yes() -> bool {
    true
}

/// Reads `meta.json`.
///
/// # Errors
/// `InvalidInput`.
pub fn meta(text: &str, file: &str) -> Result<Meta> {
    serde_json::from_str(text).map_err(|e| Error::new(ErrorCode::InvalidInput, format!("`{file}`: {e}"), "it holds one JSON object"))
}

const HINT: &str = "each line is {\"id\", \"question\", \"gold_docs\", \"answerable\", …}: docs/json.md";

/// Reads the questions whose answers a person judged: where the answer is, nobody said of those that were refused and should not have been.
///
/// # Errors
/// `InvalidInput`, naming the line.
pub fn marked(text: &str, file: &str) -> Result<Vec<GoldQuestion>> {
    Ok(lines(text, file, HINT)?.into_iter().map(|(_, question)| question).collect())
}

/// Reads the questions of a set; `file` is the name that errors give.
///
/// # Errors
/// `InvalidInput`, naming the line.
pub fn questions(text: &str, file: &str) -> Result<Vec<GoldQuestion>> {
    let mut out: Vec<GoldQuestion> = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    for (number, question) in lines::<GoldQuestion>(text, file, HINT)? {
        if let Some(first) = known.insert(question.id.clone(), number) {
            let message = format!("lines {first} and {number} of `{file}` have the same id `{}`", question.id);
            return Err(Error::new(ErrorCode::InvalidInput, message, "results are told apart by it: give each question its own"));
        }
        if question.answerable && question.gold_docs.is_empty() {
            let message = format!("line {number} of `{file}`: question `{}` can be answered but names no `gold_docs`", question.id);
            return Err(Error::new(ErrorCode::InvalidInput, message, HINT));
        }
        out.push(question);
    }
    Ok(out)
}
