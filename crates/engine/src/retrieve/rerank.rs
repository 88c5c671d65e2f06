//! The light reranker: looks into the first candidates and scores each by how far it holds what the question asks, by words and by token
//! vectors (late interaction, Khattab & Zaharia 2020, arXiv:2004.12832, over static vectors). It must not know where passages come from.
//!
//! The score is linear in the features; the weights were learned on the development sets (`docs/benchmarks.md`).

use std::borrow::Cow;

use crate::error::Result;
use crate::lexical::LexicalReader;
use crate::retrieve::late::LateInteraction;
use crate::retrieve::spot::{Spots, Spotter};
use crate::retrieve::{Hit, Query};
use crate::text::{normalise, parts_of_names};

/// Tokens at the beginning of a passage, where it says what it is about.
const START: usize = 48;

/// Characters within which a neighbouring word follows.
const NEAR: usize = 6;

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
    /// Its tokens, where they are known.
    pub tokens: Option<&'a [u32]>,
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
    spotter: Spotter,
    late: &'a LateInteraction<'a>,
}

impl<'a> Reranker<'a> {
    /// For one question.
    ///
    /// # Errors
    /// `Internal` for a question with more words than can be looked for, which no question has.
    pub fn new(query: &'a Query, lexical: Option<&LexicalReader>, late: &'a LateInteraction<'a>) -> Result<Self> {
        let rarities = query.terms.words.iter().map(|(word, _)| lexical.map_or(1.0, |index| index.rarity(word))).collect();
        let pairs = query.terms.words.windows(2).map(|pair| (pair[0].0.as_str(), pair[1].0.as_str())).collect();
        let counterparts = query.counterparts.iter().flat_map(|c| &c.terms);
        let spotter = Spotter::new(query.terms.words.iter().map(|(word, _)| word).chain(counterparts).map(String::as_str))?;
        Ok(Self { query, rarities, pairs, spotter, late })
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
        let text_tokens = candidate.tokens.map_or_else(|| self.late.tokens(&text).into(), Cow::Borrowed);
        let (start, rest) = text_tokens.split_at(text_tokens.len().min(START));
        let in_start = self.late.nearest(start);
        let (in_heading, in_text) = (self.late.nearest(&self.late.tokens(&above)), in_start.or(&self.late.nearest(rest)));
        let (above_spots, text_spots, parts) =
            (self.spotter.spot(&above), self.spotter.spot(&text), self.spotter.spot(&parts_of_names(candidate.text)));
        Features {
            keywords: candidate.hit.lexical.filter(|_| best > 0.0).map_or(0.0, |leg| leg.score / best),
            meaning: candidate.hit.vector.map_or(0.0, |leg| leg.score.max(0.0)),
            late: self.late.score(&in_text.or(&in_heading)),
            late_heading: self.late.score(&in_heading),
            heading_focus: self.late.focus(&self.late.tokens(&last)),
            coverage: self.coverage(&[&above_spots, &text_spots, &parts]),
            phrases: self.phrases([(&above, &above_spots), (&text, &text_spots)]),
            late_text: self.late.score(&in_text),
            late_start: self.late.score(&in_start),
        }
    }

    /// Share of the question's words that the texts hold, by inverse document frequency.
    fn coverage(&self, texts: &[&Spots<'_>]) -> f32 {
        let total: f32 = self.rarities.iter().sum();
        let has = |term: &str| texts.iter().any(|text| text.has(term));
        let held: f32 = self.rarities.iter().enumerate().map(|(word, rarity)| rarity * self.query.held(word, has)).sum();
        if total > 0.0 { held / total } else { 0.0 }
    }

    /// Share of the question's neighbouring words that stand near each other in a text, in that order.
    fn phrases(&self, texts: [(&str, &Spots<'_>); 2]) -> f32 {
        if self.pairs.is_empty() {
            return 0.0;
        }
        let near = |(a, b): &&(&str, &str)| {
            texts.iter().any(|(text, spots)| {
                let seconds = spots.places(b);
                spots.places(a).any(|first| {
                    let reach = text[first.end..].char_indices().nth(NEAR).map_or(text.len(), |(i, _)| first.end + i);
                    seconds.clone().any(|second| second.start == first.end || first.start <= second.start && second.end <= reach)
                })
            })
        };
        self.pairs.iter().filter(near).count() as f32 / self.pairs.len() as f32
    }
}
