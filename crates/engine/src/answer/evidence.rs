//! Whether the passages contain what the question asks for: the features, and the confidence learned from them on the development sets.
//! Pure apart from word frequencies; it must not know how an answer is worded.

use std::collections::HashSet;

use super::Material;
use super::units::Unit;
use super::wanted::Wanted;
use crate::lexical::LexicalReader;
use crate::retrieve::Query;
use crate::retrieve::late::LateInteraction;
use crate::text::{is_cjk, normalise, numbers, words};

/// Share of a word's weight that the heading or title above a sentence gives it: it says what the sentence is about, not what it says.
const CONTEXT_SHARE: f32 = 0.7;
/// Added to every document frequency.
const SMOOTHING: f32 = 5.0;

/// The question's words and how much each of them says.
pub(super) struct TermWeights {
    terms: Vec<(String, f32)>,
    total: f32,
}

impl TermWeights {
    /// Weights by inverse document frequency, smoothed so that in a few notes a rare word does not outweigh the rest; all alike without an
    /// index. A CJK word that no note has is likely another way to say something, so it counts half; a name or identifier counts in full.
    pub(super) fn new(query: &Query, lexical: Option<&LexicalReader>) -> Self {
        let weight = |term: &str| {
            let Some(index) = lexical else { return 1.0 };
            let frequency = index.frequency(term) as f32;
            let idf = (1.0 + index.chunks() as f32 / (SMOOTHING + frequency)).ln();
            if frequency == 0.0 && term.starts_with(is_cjk) { 0.5 * idf } else { idf }
        };
        let terms: Vec<(String, f32)> = query.terms.words.iter().map(|(t, _)| (t.clone(), weight(t))).collect();
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
}

/// What speaks for the notes answering the question.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Evidence {
    /// Best share of the question's weight in one passage with its headings.
    passage_coverage: f32,
    /// Best share in one sentence.
    sentence_coverage: f32,
    /// Best cosine of a sentence.
    sentence_cosine: f32,
    /// Best late interaction of a passage with its headings.
    passage_late: f32,
    /// Best late interaction of a sentence alone.
    sentence_late: f32,
    /// Best late interaction of a sentence with the headings above it.
    context_late: f32,
    /// The token that matters and is worst met, in the passage that meets it best.
    weakest: f32,
    /// The same in a sentence with its headings.
    sentence_weakest: f32,
    /// The first passage's score.
    first: f32,
    /// How far the first passage is ahead of the fifth.
    lead: f32,
    /// 1 for a question for a number where the best sentences have none.
    numberless: f32,
    /// Whether question and best passage are in different languages.
    pub(super) across: bool,
}

impl Evidence {
    pub(super) fn new<'u>(
        material: &Material<'_>,
        weights: &TermWeights,
        sentences: impl Iterator<Item = (usize, &'u Unit)>,
        sentence_cosine: f32,
    ) -> Self {
        let late = LateInteraction::new(&material.query.content, material.tokens);
        let mut e = Self { sentence_cosine, weakest: 0.0, ..Self::default() };
        let above: Vec<String> =
            material.passages.iter().map(|p| normalise(&format!("{}\n{}", p.document.title, p.chunk.heading.join("\n")))).collect();
        for (passage, above) in material.passages.iter().zip(&above).take(3) {
            let whole = format!("{above}\n{}", normalise(&passage.text));
            e.passage_coverage = e.passage_coverage.max(weights.coverage(&whole, ""));
            let nearest = late.nearest(&late.tokens(&whole));
            e.passage_late = e.passage_late.max(late.score(&nearest));
            e.weakest = e.weakest.max(late.weakest(&nearest));
        }
        let headings: Vec<_> = above.iter().map(|above| late.nearest(&late.tokens(above))).collect();
        let mut number = false;
        for (p, unit) in sentences {
            let text = normalise(&unit.clean);
            let coverage = weights.coverage(&text, "");
            e.sentence_coverage = e.sentence_coverage.max(coverage);
            let alone = late.nearest(&late.tokens(&text));
            let score = late.score(&alone);
            e.sentence_late = e.sentence_late.max(score);
            let context = alone.or(&headings[p]);
            let with = late.score(&context);
            number |= with >= 0.8 * e.context_late && !numbers(&text).is_empty();
            e.context_late = e.context_late.max(with);
            e.sentence_weakest = e.sentence_weakest.max(late.weakest(&context));
        }
        e.numberless = f32::from(u8::from(Wanted::of(&material.query.text) == Wanted::Number && !number));
        e.first = material.passages.first().map_or(0.0, |p| p.hit.score());
        e.lead = e.first - material.passages.get(4).or(material.passages.last()).map_or(0.0, |p| p.hit.score());
        e.across = material.passages.first().is_some_and(|p| mostly_cjk(&p.text) != material.query.is_cjk());
        e
    }
}

fn mostly_cjk(text: &str) -> bool {
    let cjk = text.chars().filter(|&c| is_cjk(c)).count();
    cjk * 6 >= text.chars().filter(|c| c.is_alphanumeric()).count()
}

/// How likely the notes answer the question, 0 to 1: logistic models fitted on dev-abst, dev-study, dev-seeds and the two cross-language
/// sets, then moved towards answering, since a wrong refusal hides a note and a wrong answer still shows where it is from.
pub(super) fn confidence(e: &Evidence) -> f32 {
    let z =
        if e.across { 3.8 * e.sentence_cosine - 1.15 } else { 4.9 * e.passage_coverage + 1.4 * e.sentence_coverage + 2.6 * e.sentence_cosine - 4.0 };
    1.0 / (1.0 + (-z).exp())
}
