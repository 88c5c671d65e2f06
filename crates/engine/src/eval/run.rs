//! The format of a run: what a program found and answered, one JSON object a line. It must not know which program it was.

use std::collections::HashMap;

use serde::{Deserialize, Deserializer, Serialize};

use super::lines;
use crate::error::Result;

/// What came of one question.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The question's.
    pub id: String,
    /// Best first.
    #[serde(default, deserialize_with = "or_empty")]
    pub results: Vec<Found>,
    /// None where nothing was answered.
    #[serde(default)]
    pub answer: Option<String>,
    /// Whether the program said that the notes do not answer; where it does not tell, its wording decides.
    #[serde(default)]
    pub abstained: Option<bool>,
    /// Higher where an answer is likelier.
    #[serde(default)]
    pub confidence: Option<f64>,
    /// What the answer cites; none where the program does not tell, which is not the same as citing nothing.
    #[serde(default, deserialize_with = "told", skip_serializing_if = "Option::is_none")]
    pub citations: Option<Vec<Cited>>,
    /// How long it took.
    #[serde(default)]
    pub latency_ms: Option<f64>,
}

/// A passage that was found.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// Path of its note.
    pub doc: String,
    /// The passage.
    #[serde(default)]
    pub text: Option<String>,
    /// What the order is by.
    #[serde(default)]
    pub score: Option<f64>,
}

/// A citation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Cited {
    /// Number of a result, from 1.
    Result(i64),
    /// A note.
    Note(String),
    /// A quote in a note.
    Quote {
        /// The note.
        #[serde(default)]
        doc: String,
        /// The quote.
        #[serde(default)]
        text: Option<String>,
    },
}

fn or_empty<'de, D: Deserializer<'de>>(from: D) -> std::result::Result<Vec<Found>, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

fn told<'de, D: Deserializer<'de>>(from: D) -> std::result::Result<Option<Vec<Cited>>, D::Error> {
    Ok(Some(Option::deserialize(from)?.unwrap_or_default()))
}

/// A run, by the ids of its questions.
#[derive(Clone, Debug, Default)]
pub struct Run {
    /// The last row of each id.
    pub rows: HashMap<String, Row>,
}

impl Run {
    /// Of its rows.
    #[must_use]
    pub fn new(rows: impl IntoIterator<Item = Row>) -> Self {
        Self { rows: rows.into_iter().map(|row| (row.id.clone(), row)).collect() }
    }

    /// Reads a run; `file` is the name that errors give.
    ///
    /// # Errors
    /// `InvalidInput`, naming the line.
    pub fn parse(text: &str, file: &str) -> Result<Self> {
        let rows = lines::<Row>(text, file, "each line is {\"id\", \"results\": [{\"doc\", \"text\", \"score\"}], …}: docs/json.md")?;
        Ok(Self::new(rows.into_iter().map(|(_, row)| row)))
    }
}

/// A note's path as sets write it: what stands before the last `notes/` folder is where somebody keeps it.
#[must_use]
pub fn note_path(doc: &str) -> String {
    let doc = doc.replace('\\', "/");
    let path = doc.split("/notes/").last().unwrap_or(&doc);
    path.strip_prefix("./").unwrap_or_else(|| path.trim_start_matches('/')).to_owned()
}
