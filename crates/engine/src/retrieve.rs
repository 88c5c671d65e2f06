//! Query → ranked hits that carry every score they were given. It must not know prompts, answers, or how indexes are written.

pub mod cross;
pub mod fold;
pub mod fuse;
pub mod glossary;
pub mod late;
pub mod query;
pub mod rerank;
pub mod spot;

use std::collections::HashMap;

use crate::error::{Error, Result};
use crate::lexical::{LexicalHit, LexicalReader, Weights};
use crate::vector::{VectorHit, VectorIndex};

pub use query::Query;

/// Settings of a search. The weights of the fusion and of headings were chosen on the development sets (`docs/benchmarks.md`).
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Field weights of the keyword score.
    pub fields: Weights,
    /// What a translation of a word weighs in the keyword query, as a share of the word and of its chance.
    pub glossary: f32,
    /// How the two scores become one.
    pub fusion: fuse::Fusion,
    /// Candidates taken from each leg.
    pub candidates: usize,
    /// Passages that are candidates where all of something is to be listed: a subject that more have is in nearly every note.
    pub list_candidates: usize,
    /// The light reranker's weights.
    pub rerank: rerank::Weights,
    /// Candidates that it looks into.
    pub rerank_depth: usize,
    /// When neighbouring chunks are shown as one passage.
    pub join: Join,
    /// Cosine below which a chunk that keywords did not find is no result.
    pub vector_floor: f32,
    /// What hits are sorted by.
    pub order: Order,
    /// The cross-encoder's part, where one is installed.
    pub cross: cross::Settings,
}

/// What hits are sorted by; anything but `Reranked` is for measuring a stage alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// The keyword score.
    Lexical,
    /// The cosine.
    Vector,
    /// Both, fused.
    Fused,
    /// The light reranker's score.
    #[default]
    Reranked,
}

impl Order {
    /// The score before the reranker; none for a hit of the other leg.
    fn score(self, hit: &Hit) -> Option<f32> {
        match self {
            Self::Lexical => hit.lexical.map(|l| l.score),
            Self::Vector => hit.vector.map(|l| l.score),
            Self::Fused | Self::Reranked => Some(hit.fused),
        }
    }
}

impl std::str::FromStr for Order {
    type Err = ();

    fn from_str(name: &str) -> std::result::Result<Self, ()> {
        match name {
            "lexical" => Ok(Self::Lexical),
            "vector" => Ok(Self::Vector),
            "fused" => Ok(Self::Fused),
            "reranked" => Ok(Self::Reranked),
            _ => Err(()),
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            fields: Weights::default(),
            glossary: 0.8,
            fusion: fuse::Fusion::default(),
            candidates: 200,
            list_candidates: 5_000,
            rerank: rerank::Weights::default(),
            rerank_depth: 200,
            join: Join::default(),
            vector_floor: 0.1,
            order: Order::default(),
            cross: cross::Settings::default(),
        }
    }
}

/// When a passage grows over the chunk beside it.
#[derive(Clone, Debug, PartialEq)]
pub struct Join {
    /// The neighbour's score must reach this share of the passage's.
    pub share: f32,
    /// Estimated tokens of a grown passage.
    pub max: usize,
}

impl Default for Join {
    fn default() -> Self {
        Self { share: 0.7, max: 520 }
    }
}

/// Rank (from 1) and score in one leg.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Leg {
    /// 1 is best; none for a chunk outside the leg's candidates whose score is known all the same.
    pub rank: Option<usize>,
    /// The leg's own score.
    pub score: f32,
}

/// A ranked chunk. Scores are added stage by stage and never overwritten.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hit {
    /// The chunk.
    pub chunk: u64,
    /// Its document.
    pub document: u64,
    /// Keyword leg: BM25 summed over fields.
    pub lexical: Option<Leg>,
    /// Vector leg: cosine.
    pub vector: Option<Leg>,
    /// Both, fused.
    pub fused: f32,
    /// The light reranker's score, for the candidates it looked into.
    pub reranked: Option<f32>,
    /// The cross-encoder's score; hits that have one come first, ordered by it.
    pub cross: Option<f32>,
}

impl Hit {
    /// The light reranker's score, else the fused one. A cross-encoder only orders: its scores are on a scale of their own.
    #[must_use]
    pub fn score(&self) -> f32 {
        self.reranked.unwrap_or(self.fused)
    }

    /// The order of hits: those that were looked into first, by that score; the others by the fused one; ties by chunk id.
    #[must_use]
    pub fn order(&self, other: &Self) -> std::cmp::Ordering {
        let score = |hit: &Self| hit.reranked.unwrap_or(f32::NEG_INFINITY);
        score(other).total_cmp(&score(self)).then(other.fused.total_cmp(&self.fused)).then(self.chunk.cmp(&other.chunk))
    }
}

/// What may be searched, and in which documents.
pub struct Scope<'a> {
    /// The keyword index, if it can be read.
    pub lexical: Option<&'a LexicalReader>,
    /// The vector index and the query's vector, if both are there.
    pub vectors: Option<(&'a VectorIndex, &'a [f32])>,
    /// Documents that the filter lets through; `None` lets all through.
    pub keep: Option<&'a (dyn Fn(u64) -> bool + Send + Sync)>,
}

/// Ranks chunks for a query: candidates of both legs, fused.
///
/// # Errors
/// `Io` if an index file fails under the search.
pub fn rank(query: &Query, scope: &Scope<'_>, settings: &Settings) -> Result<Vec<Hit>> {
    // Neither leg needs the other: on two cores the slower one is all a person waits for.
    let (lexical, vector) = std::thread::scope(|threads| {
        let nearest = threads.spawn(|| scope.vectors.map_or_else(Vec::new, |(index, vector)| index.search(vector, settings.candidates, scope.keep)));
        let lexical = scope.lexical.map_or_else(
            || Ok(Vec::new()),
            |index| {
                index.search(&query.widened_terms(settings.glossary, |word| index.anywhere(word)), &settings.fields, settings.candidates, scope.keep)
            },
        );
        (lexical, nearest.join())
    });
    let (lexical, vector) = (lexical?, vector.map_err(|_| Error::internal("the vector search panicked"))?);
    let mut hits = merge(&lexical, &vector);
    if let Some((index, vector)) = scope.vectors {
        // A chunk that only keywords found has a cosine all the same.
        for hit in hits.iter_mut().filter(|h| h.vector.is_none()) {
            hit.vector = index.similarity(vector, hit.chunk).map(|score| Leg { rank: None, score });
        }
    }
    // The nearest of unrelated passages is no result.
    hits.retain(|hit| hit.lexical.is_some() || hit.vector.is_some_and(|v| v.score >= settings.vector_floor));
    settings.fusion.apply(&mut hits);
    hits.retain(|hit| settings.order.score(hit).is_some());
    let score = |hit: &Hit| settings.order.score(hit).unwrap_or_default();
    hits.sort_by(|a, b| score(b).total_cmp(&score(a)).then(a.chunk.cmp(&b.chunk)));
    Ok(hits)
}

fn merge(lexical: &[LexicalHit], vector: &[VectorHit]) -> Vec<Hit> {
    let mut hits: Vec<Hit> = Vec::with_capacity(lexical.len() + vector.len());
    let mut at: HashMap<u64, usize> = HashMap::new();
    for (i, found) in lexical.iter().enumerate() {
        at.insert(found.chunk, hits.len());
        let leg = Leg { rank: Some(i + 1), score: found.score };
        hits.push(Hit { chunk: found.chunk, document: found.document, lexical: Some(leg), vector: None, fused: 0.0, reranked: None, cross: None });
    }
    for (i, found) in vector.iter().enumerate() {
        let leg = Some(Leg { rank: Some(i + 1), score: found.score });
        match at.get(&found.chunk) {
            Some(&known) => hits[known].vector = leg,
            None => {
                hits.push(Hit { chunk: found.chunk, document: found.document, lexical: None, vector: leg, fused: 0.0, reranked: None, cross: None })
            }
        }
    }
    hits
}
