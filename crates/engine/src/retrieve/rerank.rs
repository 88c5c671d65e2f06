//! The light reranker: looks into the first candidates and scores each by how far it holds what the question asks, by words and by token
//! vectors (late interaction, Khattab & Zaharia 2020, arXiv:2004.12832, over static vectors). It must not know where passages come from.
//!
//! The score is linear in the features. How much each counts depends on the question: where some candidate holds all its words, words are
//! to be trusted; where none does (another language, other words for the same thing) the vectors are.

use std::collections::HashMap;

use crate::lexical::LexicalReader;
use crate::model::TokenVectors;
use crate::retrieve::{Hit, Query};
use crate::text::normalise;

/// Number of features.
pub const FEATURES: usize = 15;

/// Names of the features, in order.
pub const NAMES: [&str; FEATURES] = [
    "keywords",
    "meaning",
    "late",
    "late_heading",
    "heading_answered",
    "coverage",
    "heading_coverage",
    "phrases",
    "heading_likeness",
    "length",
    "opening",
    "late_text",
    "late_start",
    "focus",
    "weakest",
];

/// A candidate's text, as the reranker reads it.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'a> {
    /// The note's title.
    pub title: &'a str,
    /// The heading path.
    pub heading: &'a [String],
    /// The passage.
    pub text: &'a str,
    /// Position among the note's chunks.
    pub ordinal: u32,
    /// Its scores so far.
    pub hit: &'a Hit,
}

/// Weights of the features: `fixed + covered × coverage of the best covered candidate`.
#[derive(Clone, Debug, PartialEq)]
pub struct Weights {
    /// Where no candidate holds a word of the question.
    pub fixed: [f32; FEATURES],
    /// What is added where one holds all.
    pub covered: [f32; FEATURES],
}

impl Default for Weights {
    fn default() -> Self {
        Self {
            fixed: [0.3, 0.8, 2.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
            covered: [0.7, -0.2, -1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
        }
    }
}

/// The question's side, computed once.
pub struct Reranker<'a> {
    query: &'a Query,
    /// Words with their inverse document frequency.
    words: Vec<(&'a str, f32)>,
    /// Words that stand side by side in the question.
    pairs: Vec<(&'a str, &'a str)>,
    tokens: Option<&'a dyn TokenVectors>,
    /// Tokens of the question, distinct, with their weight.
    asked: Vec<(u32, f32)>,
    /// Cosines of a passage's token with each of `asked`.
    known: HashMap<u32, Vec<f32>>,
}

impl<'a> Reranker<'a> {
    /// For one question. Without token vectors their features are 0.
    #[must_use]
    pub fn new(query: &'a Query, lexical: Option<&LexicalReader>, tokens: Option<&'a dyn TokenVectors>) -> Self {
        let frequency = |word: &str| lexical.map_or(1.0, |index| (1.0 + index.chunks() as f32 / (5.0 + index.frequency(word) as f32)).ln());
        let words = query.terms.words.iter().map(|(word, _)| (word.as_str(), frequency(word))).collect();
        let pairs = query.terms.words.windows(2).map(|pair| (pair[0].0.as_str(), pair[1].0.as_str())).collect();
        let mut asked: Vec<(u32, f32)> = Vec::new();
        if let Some(model) = tokens {
            // A model that cannot be read has been told of where the question was embedded.
            for token in model.tokens(&query.content).unwrap_or_default() {
                if !asked.iter().any(|(known, _)| *known == token) {
                    asked.push((token, model.weight(token)));
                }
            }
        }
        Self { query, words, pairs, tokens, asked, known: HashMap::new() }
    }

    /// The features of each candidate.
    pub fn features(&mut self, candidates: &[Candidate<'_>]) -> Vec<[f32; FEATURES]> {
        let best = candidates.iter().filter_map(|c| c.hit.lexical).map(|l| l.score).fold(0.0, f32::max);
        candidates.iter().map(|candidate| self.describe(candidate, best)).collect()
    }

    /// Scores from features.
    #[must_use]
    pub fn scores(features: &[[f32; FEATURES]], weights: &Weights) -> Vec<f32> {
        let covered = features.iter().map(|f| f[5]).fold(0.0, f32::max);
        let weight = |k: usize| weights.fixed[k] + weights.covered[k] * covered;
        features.iter().map(|f| f.iter().enumerate().map(|(k, x)| weight(k) * x).sum()).collect()
    }

    fn describe(&mut self, candidate: &Candidate<'_>, best: f32) -> [f32; FEATURES] {
        let above = normalise(&format!("{}\n{}", candidate.title, candidate.heading.join("\n")));
        let text = normalise(candidate.text);
        let last = candidate.heading.last().map_or_else(|| normalise(candidate.title), |h| normalise(h));
        let tokens = |text: &str| self.tokens.and_then(|model| model.tokens(text).ok()).unwrap_or_default();
        let (above_tokens, text_tokens, last_tokens) = (tokens(&above), tokens(&text), tokens(&last));
        let in_heading = self.nearest(&above_tokens);
        let in_text = self.nearest(&text_tokens);
        let at_start = self.nearest(&text_tokens[..text_tokens.len().min(48)]);
        let everywhere: Vec<f32> = in_text.iter().zip(&in_heading).map(|(a, b)| a.max(*b)).collect();
        let focus = self.answered(&text_tokens);
        let weakest = {
            let top = self.asked.iter().map(|a| a.1).fold(0.0, f32::max);
            self.asked.iter().zip(&everywhere).filter(|(a, _)| a.1 > 0.6 * top).map(|(_, x)| *x).fold(1.0, f32::min)
        };
        let lexical = candidate.hit.lexical.map_or(0.0, |leg| if best > 0.0 { leg.score / best } else { 0.0 });
        [
            lexical,
            candidate.hit.vector.map_or(0.0, |leg| leg.score.max(0.0)),
            self.weighted(&everywhere),
            self.weighted(&in_heading),
            self.answered(&last_tokens),
            self.coverage(&[&above, &text]),
            self.coverage(&[&above]),
            self.phrases(&[&above, &text]),
            likeness(&normalise(&self.query.text), &last),
            (text_tokens.len().max(1) as f32).ln() / 6.0,
            f32::from(u8::from(candidate.ordinal == 0)),
            self.weighted(&in_text),
            self.weighted(&at_start),
            focus,
            weakest,
        ]
    }

    /// For each token of the question, the cosine of its nearest among these, at least 0.
    fn nearest(&mut self, others: &[u32]) -> Vec<f32> {
        let mut best = vec![0.0f32; self.asked.len()];
        let Some(model) = self.tokens else { return best };
        for &other in others {
            let cosines = self.known.entry(other).or_insert_with(|| self.asked.iter().map(|(token, _)| model.cosine(*token, other)).collect());
            for (best, cosine) in best.iter_mut().zip(cosines.iter()) {
                *best = best.max(*cosine);
            }
        }
        best
    }

    /// The question tokens' mean, by weight.
    fn weighted(&self, nearest: &[f32]) -> f32 {
        let total: f32 = self.asked.iter().map(|(_, w)| w).sum();
        if total > 0.0 { self.asked.iter().zip(nearest).map(|((_, w), x)| w * x).sum::<f32>() / total } else { 0.0 }
    }

    /// How far the question is about all that a heading names: the heading's tokens compared with the question's.
    fn answered(&mut self, heading: &[u32]) -> f32 {
        let Some(model) = self.tokens else { return 0.0 };
        let (mut sum, mut total) = (0.0, 0.0);
        for &token in heading {
            self.nearest(&[token]);
            let best = self.known.get(&token).map_or(0.0, |cosines| cosines.iter().copied().fold(0.0, f32::max));
            let weight = model.weight(token);
            sum += weight * best;
            total += weight;
        }
        if total > 0.0 { sum / total } else { 0.0 }
    }

    /// Share of the question's words that the texts hold, by inverse document frequency.
    fn coverage(&self, texts: &[&str]) -> f32 {
        let total: f32 = self.words.iter().map(|(_, w)| w).sum();
        let held: f32 = self.words.iter().filter(|(word, _)| texts.iter().any(|text| find(text, word).is_some())).map(|(_, w)| w).sum();
        if total > 0.0 { held / total } else { 0.0 }
    }

    /// Share of the question's neighbouring words that stand near each other in the texts, in that order.
    fn phrases(&self, texts: &[&str]) -> f32 {
        if self.pairs.is_empty() {
            return 0.0;
        }
        let near = |(a, b): &&(&str, &str)| {
            texts.iter().any(|text| {
                let mut rest = *text;
                while let Some(at) = find(rest, a) {
                    let from = at + a.len();
                    let window = rest[from..].char_indices().nth(6).map_or(rest.len(), |(i, _)| from + i);
                    if find(&rest[at..window.max(from)], b).is_some() || rest[from..].starts_with(b) {
                        return true;
                    }
                    rest = &rest[from..];
                }
                false
            })
        };
        self.pairs.iter().filter(near).count() as f32 / self.pairs.len() as f32
    }
}

/// Where a normalised text holds a term: anywhere for CJK, at the beginning of a word otherwise (terms are stems).
fn find(text: &str, term: &str) -> Option<usize> {
    let latin = term.starts_with(|c: char| c.is_ascii_alphanumeric());
    let mut from = 0;
    while let Some(at) = text[from..].find(term).map(|at| from + at) {
        if !latin || !text[..at].ends_with(|c: char| c.is_ascii_alphanumeric()) {
            return Some(at);
        }
        from = at + term.len();
    }
    None
}

/// Dice coefficient of the character bigrams of two normalised texts.
fn likeness(a: &str, b: &str) -> f32 {
    let grams = |text: &str| {
        let letters: Vec<char> = text.chars().filter(|c| c.is_alphanumeric()).collect();
        let mut grams: Vec<(char, char)> = letters.windows(2).map(|w| (w[0], w[1])).collect();
        grams.sort_unstable();
        grams.dedup();
        grams
    };
    let (a, b) = (grams(a), grams(b));
    if a.is_empty() || b.is_empty() {
        return 0.0;
    }
    2.0 * a.iter().filter(|gram| b.binary_search(gram).is_ok()).count() as f32 / (a.len() + b.len()) as f32
}
