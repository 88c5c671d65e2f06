//! Which token comes next: the likeliest, or one drawn from the likeliest; and whether the text has begun to go round in circles. It must not know
//! what tokens say.

use candle_core::{Device, Tensor};
use candle_transformers::generation::{LogitsProcessor, Sampling as Draw};
use candle_transformers::utils::apply_repeat_penalty;
use sidenote_engine::error::{Error, ErrorCode, Result};
use sidenote_engine::model::Sampling;

/// Tokens back that a repetition is penalised for.
const RECENT: usize = 64;

/// Chooses tokens for one answer.
pub struct Chooser {
    sampling: Sampling,
    draw: LogitsProcessor,
}

impl Chooser {
    /// A chooser that always chooses alike for the same seed.
    #[must_use]
    pub fn new(sampling: &Sampling) -> Self {
        let draw = Draw::All { temperature: f64::from(sampling.temperature) };
        Self { draw: LogitsProcessor::from_sampling(sampling.seed, draw), sampling: sampling.clone() }
    }

    /// Whether it always takes the likeliest token, so that what comes next can be guessed and checked.
    #[must_use]
    pub fn is_greedy(&self) -> bool {
        self.sampling.temperature <= 0.0 && self.sampling.repetition_penalty == 1.0
    }

    /// The next token. `said` are the tokens before it; a logit of −∞ is impossible.
    ///
    /// # Errors
    /// `ModelUnavailable` if the logits are no numbers or nothing is possible.
    pub fn choose(&mut self, mut logits: Vec<f32>, said: &[u32]) -> Result<u32> {
        let broken = |e: candle_core::Error| Error::internal(format!("choosing a token: {e}"));
        if self.sampling.repetition_penalty != 1.0 {
            let recent = &said[said.len().saturating_sub(RECENT)..];
            let all = logits.len();
            let tensor = Tensor::from_vec(logits, all, &Device::Cpu).map_err(broken)?;
            let penalised = apply_repeat_penalty(&tensor, self.sampling.repetition_penalty, recent);
            logits = penalised.and_then(|t| t.to_vec1()).map_err(broken)?;
        }
        let best = likeliest(&logits)?;
        if self.sampling.temperature <= 0.0 {
            return Ok(best);
        }
        let candidates = self.candidates(&logits, logits[best as usize]);
        let kept: Vec<f32> = candidates.iter().map(|token| logits[*token as usize]).collect();
        let count = kept.len();
        let drawn = Tensor::from_vec(kept, count, &Device::Cpu).and_then(|kept| self.draw.sample(&kept)).map_err(broken)?;
        Ok(candidates.get(drawn as usize).copied().unwrap_or(best))
    }

    /// The tokens that may be drawn, likeliest first: the `top_k` likeliest, of these the likeliest that hold `top_p` of the probability, of these
    /// those with at least `min_p` of the likeliest one's.
    fn candidates(&self, logits: &[f32], highest: f32) -> Vec<u32> {
        let mut tokens: Vec<u32> = (0..logits.len() as u32).filter(|token| logits[*token as usize] > f32::NEG_INFINITY).collect();
        let order = |a: &u32, b: &u32| logits[*b as usize].total_cmp(&logits[*a as usize]).then(a.cmp(b));
        if self.sampling.top_k > 0 && self.sampling.top_k < tokens.len() {
            tokens.select_nth_unstable_by(self.sampling.top_k, order);
            tokens.truncate(self.sampling.top_k);
        }
        tokens.sort_unstable_by(order);
        let weight = |token: u32| f64::from(logits[token as usize] - highest).exp();
        if self.sampling.top_p < 1.0 {
            let enough = f64::from(self.sampling.top_p.max(0.0)) * tokens.iter().map(|token| weight(*token)).sum::<f64>();
            let mut sum = 0.0;
            let kept = tokens.iter().take_while(|token| {
                let before = sum;
                sum += weight(**token);
                before < enough
            });
            let kept = kept.count().max(1);
            tokens.truncate(kept);
        }
        if self.sampling.min_p > 0.0 {
            let least = f64::from(self.sampling.min_p.min(1.0));
            tokens.retain(|token| weight(*token) >= least);
        }
        tokens
    }
}

/// The likeliest token, the first of equals.
///
/// # Errors
/// `ModelUnavailable` if a logit is no number or all are impossible.
pub fn likeliest(logits: &[f32]) -> Result<u32> {
    let mut best = 0;
    let mut highest = f32::NEG_INFINITY;
    let mut broken = false;
    for (token, logit) in logits.iter().enumerate() {
        broken |= logit.is_nan() || *logit == f32::INFINITY;
        if *logit > highest {
            (best, highest) = (token, *logit);
        }
    }
    if broken || highest == f32::NEG_INFINITY { Err(no_numbers()) } else { Ok(best as u32) }
}

/// The error of a network that computes what is no number.
pub(super) fn no_numbers() -> Error {
    Error::new(
        ErrorCode::ModelUnavailable,
        "the model's results are no numbers",
        "its file is damaged or was made badly: check it with `sidenote models verify`, or choose another one",
    )
}

/// Whether the last tokens are one passage again and again: three times or more, 60 tokens or more together.
#[must_use]
pub fn goes_round(said: &[u32]) -> bool {
    const TIMES: usize = 3;
    const TOGETHER: usize = 60;
    const LONGEST: usize = 200;
    (1..=LONGEST).any(|period| {
        let span = (period * TIMES).max(TOGETHER).next_multiple_of(period);
        said.len() >= span && {
            let tail = &said[said.len() - span..];
            tail.iter().zip(&tail[period..]).all(|(a, b)| a == b)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(temperature: f32, top_k: usize, top_p: f32, min_p: f32) -> Chooser {
        Chooser::new(&Sampling { temperature, top_k, top_p, min_p, repetition_penalty: 1.0, seed: 7 })
    }

    /// Logits whose probabilities are .5, .25, .125, .0625 … for tokens 3, 1, 2, 0.
    fn logits() -> Vec<f32> {
        [0.0625_f32, 0.25, 0.125, 0.5, 0.0].iter().map(|p| p.ln()).collect()
    }

    #[test]
    fn without_temperature_the_likeliest_is_taken() {
        assert_eq!(with(0.0, 0, 0.1, 0.9).choose(logits(), &[]).expect("a token"), 3);
    }

    #[test]
    fn limits_leave_the_likeliest() {
        let kept = |chooser: Chooser| chooser.candidates(&logits(), 0.5_f32.ln());
        assert_eq!(kept(with(1.0, 0, 1.0, 0.0)), [3, 1, 2, 0], "what is impossible is never drawn");
        assert_eq!(kept(with(1.0, 2, 1.0, 0.0)), [3, 1]);
        assert_eq!(kept(with(1.0, 0, 0.7, 0.0)), [3, 1]);
        assert_eq!(kept(with(1.0, 0, 0.0, 0.0)), [3], "one is always left");
        assert_eq!(kept(with(1.0, 0, 1.0, 0.2)), [3, 1, 2]);
        assert_eq!(kept(with(1.0, 2, 0.7, 0.4)), [3, 1], "top_p is a share of what top_k left");
    }

    #[test]
    fn a_seed_draws_the_same_again_and_probabilities_are_kept() {
        let draw = |seed: u64| {
            let mut chooser = Chooser::new(&Sampling { temperature: 1.0, seed, ..Sampling::default() });
            (0..400).map(|_| chooser.choose(logits(), &[]).expect("a token")).collect::<Vec<_>>()
        };
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
        let share = draw(1).iter().filter(|token| **token == 3).count() as f64 / 400.0;
        // .5 of the .9375 that are left.
        assert!((share - 0.533).abs() < 0.08, "{share}");
    }

    #[test]
    fn a_token_that_was_said_becomes_less_likely() {
        let mut chooser = Chooser::new(&Sampling { repetition_penalty: 3.0, ..Sampling::default() });
        assert_eq!(chooser.choose(logits(), &[3]).expect("a token"), 1);
    }

    #[test]
    fn numbers_that_are_none_are_an_error() {
        assert_eq!(likeliest(&[1.0, f32::NAN]).expect_err("no number").code, ErrorCode::ModelUnavailable);
        assert_eq!(likeliest(&[f32::NEG_INFINITY; 3]).expect_err("nothing is possible").code, ErrorCode::ModelUnavailable);
    }

    #[test]
    fn going_round_is_noticed_and_lists_are_not() {
        let sentence: Vec<u32> = (0..25).collect();
        assert!(goes_round(&[vec![90, 91], sentence.repeat(3)].concat()));
        assert!(!goes_round(&sentence.repeat(2)));
        assert!(goes_round(&[5; 60]));
        assert!(!goes_round(&[5; 40]), "a line of a table");
        let list: Vec<u32> = (0..20).flat_map(|i| [7, 8, 100 + i, 9]).collect();
        assert!(!goes_round(&list));
    }
}
