//! The last stage of a ranking: a cross-encoder reads the query together with each of the first hits, in small batches, until its time is spent.
//! It must not know which model it is or where texts come from.

use std::cmp::Ordering;
use std::time::{Duration, Instant};

use super::Hit;
use crate::error::Result;
use crate::event::Run;
use crate::model::CrossEncoder;

/// What a cross-encoder may cost.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Hits it reads, from the first.
    pub candidates: usize,
    /// Hits it reads at once.
    pub batch: usize,
    /// Milliseconds it may take, loading left out. A batch that would probably take longer than what is left is not begun.
    pub budget_ms: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { candidates: 20, batch: 4, budget_ms: 1_500 }
    }
}

/// Scores the first hits and brings them into the order of their scores. `text` gives a hit's text; a hit without one is not scored. What was not
/// scored keeps its order below. Returns how many it read of how many it was to read.
///
/// # Errors
/// `ModelUnavailable`, `Cancelled`; the hits are then as they were.
pub fn rerank(
    query: &str,
    hits: &mut [Hit],
    model: &dyn CrossEncoder,
    settings: &Settings,
    text: impl Fn(&Hit) -> Option<String>,
    run: Run<'_>,
) -> Result<(usize, usize)> {
    let read: Vec<(usize, String)> = hits.iter().enumerate().take(settings.candidates).filter_map(|(at, hit)| Some((at, text(hit)?))).collect();
    if read.is_empty() {
        return Ok((0, 0));
    }
    // Loading is paid once per run of the program and is not what the budget is about.
    model.rerank(query, &[], run.cancel)?;
    let budget = Duration::from_millis(settings.budget_ms);
    let began = Instant::now();
    let mut longest = Duration::ZERO;
    let mut scored: Vec<(usize, f32)> = Vec::new();
    for batch in read.chunks(settings.batch.max(1)) {
        if began.elapsed() + longest > budget {
            break;
        }
        let batch_began = Instant::now();
        let texts: Vec<&str> = batch.iter().map(|(_, text)| text.as_str()).collect();
        let scores = model.rerank(query, &texts, run.cancel)?;
        scored.extend(batch.iter().map(|(at, _)| *at).zip(scores));
        longest = longest.max(batch_began.elapsed());
    }
    let count = (scored.len(), read.len());
    for (at, score) in scored {
        hits[at].cross = Some(score);
    }
    // Stable: equal scores, and hits without one, stay in the order they were in.
    hits.sort_by(order);
    Ok(count)
}

/// The cross-encoder's order: hits with a score by it, the others after them.
#[must_use]
pub fn order(a: &Hit, b: &Hit) -> Ordering {
    let score = |hit: &Hit| hit.cross.unwrap_or(f32::NEG_INFINITY);
    score(b).total_cmp(&score(a))
}
