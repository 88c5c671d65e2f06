//! Two scores into one. Score-based: rank fusion with a weak leg loses to its better leg where keywords are near their ceiling.
//! It must not know where scores come from.

use super::Hit;

/// Weights of the fusion.
#[derive(Clone, Debug, PartialEq)]
pub struct Fusion {
    /// Weight of the cosine against a keyword score of at most 1.
    pub vector: f32,
}

impl Default for Fusion {
    fn default() -> Self {
        Self { vector: 0.8 }
    }
}

impl Fusion {
    /// Sets `fused` of every hit.
    pub(super) fn apply(&self, hits: &mut [Hit]) {
        let best = hits.iter().filter_map(|h| h.lexical).map(|l| l.score).fold(0.0, f32::max);
        for hit in hits {
            let lexical = match hit.lexical {
                Some(leg) if best > 0.0 => leg.score / best,
                _ => 0.0,
            };
            let vector = hit.vector.map_or(0.0, |leg| leg.score.max(0.0));
            hit.fused = lexical + self.vector * vector;
        }
    }
}
