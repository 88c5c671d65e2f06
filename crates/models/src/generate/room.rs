//! Whether a model fits into memory, before it is loaded, and how much of a conversation it can then remember. It must not know how it is loaded.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use candle_core::quantized::GgmlDType;
use sidenote_engine::error::{Error, ErrorCode, Result};
use sysinfo::{MemoryRefreshKind, RefreshKind, System};

use super::attention::Precision;
use super::gguf::Gguf;
use super::matrix::Matrix;
use super::network::Shape;

/// Tokens of a question with its passages and answer: what must fit at least.
const TOKENS: usize = 4096;
/// A smaller context than a person chose is a multiple of this.
const STEP: usize = 1024;
/// Beside weights and tokens: the tokenizer, and the numbers under way.
const BESIDE: u64 = 250_000_000;

/// Bytes that the models of this program hold now.
static HELD: AtomicU64 = AtomicU64::new(0);

/// The memory that a model takes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Needs {
    weights: u64,
    per_token: u64,
}

impl Needs {
    pub(crate) fn of(gguf: &Gguf, shape: &Shape) -> Self {
        let weights = gguf.size();
        let copies = match gguf.mostly() {
            Some(stored) if Matrix::in_place(stored) => 0,
            // Put in another order once more, for products with many tokens.
            Some(GgmlDType::Q4K) => weights + weights / 3,
            Some(GgmlDType::Q6K | GgmlDType::Q8_0) => weights,
            // Widened to 32 bits.
            Some(GgmlDType::F16 | GgmlDType::BF16) => 2 * weights,
            Some(GgmlDType::F32) => weights,
            _ => 0,
        };
        Self { weights: weights + copies, per_token: shape.bytes_per_token(Precision::Half) }
    }

    /// With so many tokens.
    fn with(&self, tokens: usize) -> u64 {
        self.weights + self.per_token * tokens as u64 + BESIDE
    }

    /// Tokens there is room for in so much free memory, at most as many as are `wanted`.
    ///
    /// # Errors
    /// `ModelUnavailable` if there is not even room for a question of usual length.
    pub(crate) fn context(&self, name: &str, wanted: usize, free: Option<u64>) -> Result<usize> {
        let Some(free) = free else { return Ok(wanted) };
        if self.with(wanted) <= free {
            return Ok(wanted);
        }
        let least = self.with(TOKENS.min(wanted));
        if least > free {
            return Err(Error::new(
                ErrorCode::ModelUnavailable,
                format!("{name} needs about {} MB of memory, and {} MB are free", least / 1_000_000, free / 1_000_000),
                "close other programs, or choose a smaller model with `sidenote models use`",
            ));
        }
        let fit = (free - self.with(0)) / self.per_token.max(1);
        let steps = usize::try_from(fit).unwrap_or(usize::MAX) / STEP * STEP;
        Ok(steps.max(TOKENS).min(wanted))
    }
}

/// Bytes of memory that a model takes with a question of usual length.
#[must_use]
pub fn needed(gguf: &Gguf, shape: &Shape) -> u64 {
    Needs::of(gguf, shape).with(TOKENS)
}

/// Bytes of memory that programs can still have; `None` where the system does not tell.
pub(super) fn available() -> Option<u64> {
    let system = System::new_with_specifics(RefreshKind::nothing().with_memory(MemoryRefreshKind::nothing().with_ram()));
    Some(system.available_memory()).filter(|bytes| *bytes > 0)
}

/// Bytes of memory that a model could have if it were the only one of this program: what is free, and what its models hold now.
#[must_use]
pub fn available_to_one() -> Option<u64> {
    available().map(|free| free + HELD.load(Ordering::Acquire))
}

/// Refuses a model that does not fit.
pub(crate) fn check(name: &str, file: &Path) -> Result<()> {
    let gguf = Gguf::open(file)?;
    Needs::of(&gguf, &Shape::read(&gguf)?).context(name, TOKENS, available()).map(drop)
}

/// While it lives, a model is in memory.
pub(super) struct Held(u64);

impl Held {
    pub(super) fn new(needs: &Needs, tokens: usize) -> Self {
        let bytes = needs.with(tokens);
        HELD.fetch_add(bytes, Ordering::AcqRel);
        Self(bytes)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        HELD.fetch_sub(self.0, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEEDS: Needs = Needs { weights: 1_000_000_000, per_token: 100_000 };

    #[test]
    fn a_context_that_does_not_fit_is_made_smaller_and_less_than_a_question_is_refused() {
        let context = |free: u64| NEEDS.context("m", 16_384, Some(free));
        assert_eq!(context(4_000_000_000).expect("room"), 16_384);
        assert_eq!(context(2_250_000_000).expect("room for 10,000"), 9_216);
        assert_eq!(context(1_700_000_000).expect("room for 4,500"), 4_096);
        let error = context(1_600_000_000).expect_err("no room for a question");
        assert!(error.message.starts_with("m needs about 1659 MB of memory, and 1600 MB are free"), "{error:?}");
        assert_eq!(NEEDS.context("m", 16_384, None).expect("nobody knows"), 16_384);
        assert_eq!(NEEDS.context("m", 2_000, Some(1_500_000_000)).expect("a small one fits"), 2_000);
    }

    #[test]
    fn what_a_model_of_this_program_holds_is_free_for_another_in_its_place() {
        // Other tests may hold some, too.
        let held = Held::new(&NEEDS, 1_000);
        assert!(HELD.load(Ordering::Acquire) >= 1_350_000_000);
        drop(held);
    }
}
