//! Whether the passages contain what the question asks for: the features, and the confidence learned from them on the development sets.
//! Pure apart from word frequencies; it must not know how an answer is worded.

use std::collections::HashSet;

use super::Material;
use super::units::Unit;
use crate::lexical::LexicalReader;
use crate::retrieve::Query;
use crate::text::{normalise, words};

/// Share of a word's weight that the heading or title above a sentence gives it: it says what the sentence is about, not what it says.
const CONTEXT_SHARE: f32 = 0.7;

/// The question's words and how much each of them says.
pub(super) struct TermWeights {
    terms: Vec<(String, f32)>,
    total: f32,
}

impl TermWeights {
    /// Weights by inverse document frequency; all alike without an index.
    #[must_use]
    pub(super) fn new(query: &Query, lexical: Option<&LexicalReader>) -> Self {
        let count = lexical.map_or(0, LexicalReader::chunks) as f32;
        let idf = |term: &str| lexical.map_or(1.0, |l| (1.0 + count / (1.0 + l.frequency(term) as f32)).ln());
        let terms: Vec<(String, f32)> = query.terms.words.iter().map(|(t, _)| (t.clone(), idf(t))).collect();
        let total = terms.iter().map(|(_, w)| w).sum::<f32>().max(1e-6);
        Self { terms, total }
    }

    /// The share of the question's weight that a normalised text holds, its context counting in part; 0 to 1.
    #[must_use]
    pub(super) fn coverage(&self, text: &str, context: &str) -> f32 {
        let own: HashSet<String> = words(text).into_iter().map(|t| t.text).collect();
        let around: HashSet<String> = if context.is_empty() { HashSet::new() } else { words(context).into_iter().map(|t| t.text).collect() };
        let held = |term: &str| {
            if own.contains(term) {
                1.0
            } else if around.contains(term) {
                CONTEXT_SHARE
            } else {
                0.0
            }
        };
        self.terms.iter().map(|(t, w)| w * held(t)).sum::<f32>() / self.total
    }

    /// The share of the question's weight in its rarest word that a text lacks.
    #[must_use]
    pub(super) fn heaviest_missing(&self, text: &str) -> f32 {
        let own: HashSet<String> = words(text).into_iter().map(|t| t.text).collect();
        self.terms.iter().filter(|(t, _)| !own.contains(t)).map(|(_, w)| *w).fold(0.0, f32::max) / self.total
    }
}

/// What speaks for and against the notes answering the question.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Evidence {
    /// Best share of the question's weight in one passage with its headings.
    pub passage_coverage: f32,
    /// Best share in one sentence.
    pub sentence_coverage: f32,
    /// Weight of the heaviest word that the best passage lacks.
    pub missing: f32,
    /// Best cosine of a passage.
    pub passage_cosine: f32,
    /// Best cosine of a sentence.
    pub sentence_cosine: f32,
    /// Whether question and best passage are in different languages.
    pub across: bool,
}

impl Evidence {
    pub(super) fn new<'u>(material: &Material<'_>, weights: &TermWeights, sentences: impl Iterator<Item = &'u Unit>, sentence_cosine: &f32) -> Self {
        let mut evidence = Self { missing: 1.0, sentence_cosine: *sentence_cosine, ..Self::default() };
        for passage in material.passages.iter().take(3) {
            let text = normalise(&format!("{}\n{}\n{}", passage.document.title, passage.chunk.heading.join("\n"), passage.text));
            let covered = weights.coverage(&text, "");
            if covered > evidence.passage_coverage || evidence.missing >= 1.0 {
                evidence.passage_coverage = covered;
                evidence.missing = weights.heaviest_missing(&text);
            }
            evidence.passage_cosine = evidence.passage_cosine.max(passage.hit.vector.map_or(0.0, |v| v.score));
        }
        for unit in sentences {
            evidence.sentence_coverage = evidence.sentence_coverage.max(weights.coverage(&normalise(&unit.clean), ""));
        }
        evidence.across = material.passages.first().is_some_and(|p| mostly_cjk(&p.text) != material.query.is_cjk());
        evidence
    }
}

fn mostly_cjk(text: &str) -> bool {
    let cjk = text.chars().filter(|&c| crate::text::is_cjk(c)).count();
    cjk * 6 >= text.chars().filter(|c| c.is_alphanumeric()).count()
}

/// The probability that the notes answer the question: a logistic model, fitted on dev-abst and dev-seeds.
pub(super) fn confidence(e: &Evidence) -> f32 {
    let z = if e.across {
        -2.0 + 6.0 * e.passage_cosine + 2.0 * e.sentence_cosine + 1.0 * e.passage_coverage
    } else {
        -3.0 + 3.0 * e.passage_coverage + 2.0 * e.sentence_coverage - 2.0 * e.missing + 1.5 * e.passage_cosine
    };
    1.0 / (1.0 + (-z).exp())
}
