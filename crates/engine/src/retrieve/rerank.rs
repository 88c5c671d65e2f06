//! The light reranker: looks into the first candidates and scores each by how far it holds what the question asks, by words and by token
//! vectors (late interaction, Khattab & Zaharia 2020, arXiv:2004.12832, over static vectors). It must not know where passages come from.
//!
//! The score is linear in the features; the weights were learned on the development sets (`docs/benchmarks.md`).

use crate::lexical::LexicalReader;
use crate::retrieve::late::LateInteraction;
use crate::retrieve::{Hit, Query};
use crate::text::{normalise, parts_of_names};

/// Tokens at the beginning of a passage, where it says what it is about.
const START: usize = 48;

/// What a candidate is scored by, each 0 to 1 (cosines may reach below).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Features {
    /// Keyword score, as a share of the best candidate's.
    pub keywords: f32,
    /// Cosine of question and passage, at least 0.
    pub meaning: f32,
    /// Late interaction with passage and headings.
    pub late: f32,
    /// With the headings and the title alone.
    pub late_heading: f32,
    /// How far the question is about all that the last heading names.
    pub heading_focus: f32,
    /// Share of the question's words that passage and headings hold, by inverse document frequency.
    pub coverage: f32,
    /// Share of the question's neighbouring words that stand near each other, in that order.
    pub phrases: f32,
    /// Late interaction with the passage alone.
    pub late_text: f32,
    /// With its beginning.
    pub late_start: f32,
}

impl Features {
    fn array(self) -> [f32; 9] {
        let Self { keywords, meaning, late, late_heading, heading_focus, coverage, phrases, late_text, late_start } = self;
        [keywords, meaning, late, late_heading, heading_focus, coverage, phrases, late_text, late_start]
    }

    /// The score with these weights.
    #[must_use]
    pub fn score(self, weights: &Weights) -> f32 {
        self.array().iter().zip(weights.0.array()).map(|(x, w)| x * w).sum()
    }
}

/// Weights of the features.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weights(pub Features);

impl Default for Weights {
    fn default() -> Self {
        Self(Features {
            keywords: 0.09,
            meaning: 0.34,
            late: 0.50,
            late_heading: 0.50,
            heading_focus: 0.16,
            coverage: 0.15,
            phrases: 0.22,
            late_text: 0.40,
            late_start: 0.34,
        })
    }
}

/// A candidate's text, as the reranker reads it.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'a> {
    /// The note's title.
    pub title: &'a str,
    /// The heading path.
    pub heading: &'a [String],
    /// The passage.
    pub text: &'a str,
    /// Its scores so far.
    pub hit: &'a Hit,
}

/// The question's side, computed once.
pub struct Reranker<'a> {
    query: &'a Query,
    /// The inverse document frequency of its words.
    rarities: Vec<f32>,
    /// Words that stand side by side in the question.
    pairs: Vec<(&'a str, &'a str)>,
    late: &'a LateInteraction<'a>,
}

impl<'a> Reranker<'a> {
    /// For one question.
    #[must_use]
    pub fn new(query: &'a Query, lexical: Option<&LexicalReader>, late: &'a LateInteraction<'a>) -> Self {
        let rarities = query.terms.words.iter().map(|(word, _)| lexical.map_or(1.0, |index| index.rarity(word))).collect();
        let pairs = query.terms.words.windows(2).map(|pair| (pair[0].0.as_str(), pair[1].0.as_str())).collect();
        Self { query, rarities, pairs, late }
    }

    /// The features of each candidate.
    #[must_use]
    pub fn features(&self, candidates: &[Candidate<'_>]) -> Vec<Features> {
        let best = candidates.iter().filter_map(|c| c.hit.lexical).map(|l| l.score).fold(0.0, f32::max);
        candidates.iter().map(|candidate| self.describe(candidate, best)).collect()
    }

    fn describe(&self, candidate: &Candidate<'_>, best: f32) -> Features {
        let above = normalise(&format!("{}\n{}", candidate.title, candidate.heading.join("\n")));
        let text = normalise(candidate.text);
        let last = normalise(candidate.heading.last().map_or(candidate.title, String::as_str));
        let text_tokens = self.late.tokens(&text);
        let (in_heading, in_text) = (self.late.nearest(&self.late.tokens(&above)), self.late.nearest(&text_tokens));
        Features {
            keywords: candidate.hit.lexical.filter(|_| best > 0.0).map_or(0.0, |leg| leg.score / best),
            meaning: candidate.hit.vector.map_or(0.0, |leg| leg.score.max(0.0)),
            late: self.late.score(&in_text.or(&in_heading)),
            late_heading: self.late.score(&in_heading),
            heading_focus: self.late.focus(&self.late.tokens(&last)),
            coverage: self.coverage(&[&above, &text, &parts_of_names(candidate.text)]),
            phrases: self.phrases(&[&above, &text]),
            late_text: self.late.score(&in_text),
            late_start: self.late.score(&self.late.nearest(&text_tokens[..text_tokens.len().min(START)])),
        }
    }

    /// Share of the question's words that the texts hold, by inverse document frequency.
    fn coverage(&self, texts: &[&str]) -> f32 {
        let total: f32 = self.rarities.iter().sum();
        let has = |term: &str| texts.iter().any(|text| find(text, term).is_some());
        let held: f32 = self.rarities.iter().enumerate().map(|(word, rarity)| rarity * self.query.held(word, has)).sum();
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
        let inside = |c: char| c.is_ascii_alphanumeric();
        // A stem may go on, a number may not: 40 is not in 404.
        let goes_on = term.ends_with(|c: char| c.is_ascii_digit()) && text[at + term.len()..].starts_with(|c: char| c.is_ascii_digit());
        if !latin || !(text[..at].ends_with(inside) || goes_on) {
            return Some(at);
        }
        from = at + term.len();
    }
    None
}
