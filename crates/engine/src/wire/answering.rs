//! The JSON of an answer while it is written. It must not hold logic.

use serde::Serialize;
use ts_rs::TS;

use super::{Answerer, Citation, Outcome, Passage, Sentence};

/// A step of an answer that a model writes, in the order in which they come. The whole [`super::Answer`] follows as the result of the call.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum AnswerEvent {
    /// The notes answer, and the model begins.
    Started {
        /// As searched: self-contained.
        standalone_question: String,
        /// Who writes.
        answerer: Answerer,
        /// What it was given to read, best first; [`Citation::passage`] is an index into them. None of a summary, for which all of a folder may be read.
        passages: Vec<Passage>,
        /// Whether they are questions to practise with: what answers them is not to be seen before it is wanted ([`Sentence::reply`]).
        quiz: bool,
    },
    /// All of a note or a folder is read part by part before a summary of it is written.
    Reading {
        /// Passages that were read.
        done: usize,
        /// Passages in all.
        of: usize,
    },
    /// Text as it is written: without markers and what the model only thinks, not yet verified.
    Piece {
        /// Whole characters.
        text: String,
    },
    /// A sentence is complete and was verified.
    Sentence {
        /// From 0.
        index: usize,
        /// It takes the place of the pieces it was made of.
        sentence: Sentence,
        /// Whether it is an item of a list.
        item: bool,
        /// The quotes that are new with it.
        citations: Vec<Citation>,
    },
    /// What was written is void: the notes' own sentences take its place.
    Replaced {
        /// Why, for the person.
        reason: String,
    },
    /// Nothing more is written.
    Done {
        /// How it ended.
        outcome: Outcome,
    },
}
