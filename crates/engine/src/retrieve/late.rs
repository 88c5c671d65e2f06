//! Late interaction: how near each token of a question has a counterpart in a text (Khattab & Zaharia 2020, arXiv:2004.12832), over the static token
//! vectors of the model inside. It must not know candidates or sentences.

use std::cell::RefCell;

use rustc_hash::FxHashMap;

use crate::model::TokenVectors;

/// A question's tokens, and what their cosines with others were found to be.
pub struct LateInteraction<'a> {
    model: Option<&'a dyn TokenVectors>,
    /// Distinct tokens with their weight.
    asked: Vec<(u32, f32)>,
    total: f32,
    known: RefCell<FxHashMap<u32, Vec<f32>>>,
}

/// For each token of the question, the cosine of its nearest in some text, at least 0.
#[derive(Clone, Debug, Default)]
pub struct Nearest(Vec<f32>);

impl Nearest {
    /// The nearest in either text.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        Self(self.0.iter().zip(&other.0).map(|(a, b)| a.max(*b)).collect())
    }
}

impl<'a> LateInteraction<'a> {
    /// For the content of a question, normalised. Without a model every score is 0.
    #[must_use]
    pub fn new(content: &str, model: Option<&'a dyn TokenVectors>) -> Self {
        let mut asked: Vec<(u32, f32)> = Vec::new();
        if let Some(model) = model {
            // A model that cannot be read was told of where the question was embedded.
            for token in model.tokens(content).unwrap_or_default() {
                if !asked.iter().any(|(known, _)| *known == token) {
                    asked.push((token, model.weight(token)));
                }
            }
        }
        let total = asked.iter().map(|(_, weight)| weight).sum();
        Self { model, asked, total, known: RefCell::default() }
    }

    /// The tokens of a normalised text.
    #[must_use]
    pub fn tokens(&self, normalised: &str) -> Vec<u32> {
        self.model.and_then(|model| model.tokens(normalised).ok()).unwrap_or_default()
    }

    /// The question's tokens in a text's.
    #[must_use]
    pub fn nearest(&self, tokens: &[u32]) -> Nearest {
        let mut best = vec![0.0f32; self.asked.len()];
        for &token in tokens {
            self.with_cosines(token, |cosines| {
                for (best, cosine) in best.iter_mut().zip(cosines) {
                    *best = best.max(*cosine);
                }
            });
        }
        Nearest(best)
    }

    /// How far the question is in the text: the mean by the tokens' weights, 0 to 1.
    #[must_use]
    pub fn score(&self, nearest: &Nearest) -> f32 {
        if self.total > 0.0 { self.asked.iter().zip(&nearest.0).map(|((_, weight), x)| weight * x).sum::<f32>() / self.total } else { 0.0 }
    }

    /// The other direction: how far a text's tokens are in the question, by their weights, 0 to 1.
    #[must_use]
    pub fn focus(&self, tokens: &[u32]) -> f32 {
        let Some(model) = self.model else { return 0.0 };
        let (mut sum, mut total) = (0.0, 0.0);
        for &token in tokens {
            let weight = model.weight(token);
            sum += weight * self.with_cosines(token, |cosines| cosines.iter().copied().fold(0.0, f32::max));
            total += weight;
        }
        if total > 0.0 { sum / total } else { 0.0 }
    }

    fn with_cosines<T>(&self, token: u32, mut look: impl FnMut(&[f32]) -> T) -> T {
        let mut known = self.known.borrow_mut();
        let cosines = known
            .entry(token)
            .or_insert_with(|| self.model.map_or_else(Vec::new, |model| self.asked.iter().map(|(asked, _)| model.cosine(*asked, token)).collect()));
        look(cosines)
    }
}
