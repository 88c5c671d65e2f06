//! Whether a model fits into memory, before it is loaded, and how much of a conversation it can then remember. It must not know how it is loaded.
//!
//! What counts is the memory that is available now, whoever has the rest: another window or command with a model, or any other program; and no more than
//! the limits of a container or session leave. A model's file is mapped, so it is in memory once for all processes that use it, and the system counts it as
//! available like every page that it can drop and read again. A second process with the same model thus finds the weights inside what is available, and only
//! what each process has for itself is missing from it.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use candle_core::quantized::GgmlDType;
use sidenote_engine::error::{Error, ErrorCode, Result};
use sysinfo::{MemoryRefreshKind, RefreshKind, System};

use super::attention::Precision;
use super::gguf::Gguf;
use super::limit;
use super::matrix::Matrix;
use super::network::Shape;

/// Tokens of a question with its passages and answer: what must fit at least.
const TOKENS: usize = 4096;
/// A smaller context than a person chose is a multiple of this.
const STEP: usize = 1024;
/// Beside weights and tokens: the tokenizer, and the numbers under way.
const BESIDE: u64 = 250_000_000;

/// Bytes that the generators of this process have for themselves now.
static HELD: AtomicU64 = AtomicU64::new(0);

/// The memory that a model takes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Needs {
    /// The file, mapped.
    mapped: u64,
    /// Weights once more, in another order or form: each process has its own.
    copies: u64,
    /// Each process has its own of these, too.
    per_token: u64,
}

impl Needs {
    pub(crate) fn of(gguf: &Gguf, shape: &Shape) -> Self {
        Self::stored(gguf.size(), gguf.mostly(), shape.bytes_per_token(Precision::Half), Matrix::in_place)
    }

    /// Of a file of which only this is known: its size, how its weights are mostly stored, what a token takes. `in_place` says of a way to store weights
    /// whether they are multiplied as they lie in the file.
    pub(crate) fn stored(weights: u64, mostly: Option<GgmlDType>, per_token: u64, in_place: impl FnOnce(GgmlDType) -> bool) -> Self {
        let copies = match mostly {
            Some(stored) if in_place(stored) => 0,
            // Put in another order once more, for products with many tokens.
            Some(GgmlDType::Q4K) => weights + weights / 3,
            Some(GgmlDType::Q6K | GgmlDType::Q8_0) => weights,
            // Widened to 32 bits.
            Some(GgmlDType::F16 | GgmlDType::BF16) => 2 * weights,
            Some(GgmlDType::F32) => weights,
            _ => 0,
        };
        Self { mapped: weights, copies, per_token }
    }

    /// With a question of usual length, or with the `most` tokens that the model takes.
    pub(crate) fn usual(&self, most: usize) -> u64 {
        self.with(most.min(TOKENS))
    }

    /// With so many tokens.
    fn with(&self, tokens: usize) -> u64 {
        self.mapped + self.own(tokens) + BESIDE
    }

    /// What the process has for itself while the model remembers so many tokens, and gives back with the model.
    fn own(&self, tokens: usize) -> u64 {
        self.copies + self.per_token * tokens as u64
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

/// Whether weights that are stored in this way are multiplied as they lie in the file, here.
pub(crate) fn in_place(stored: GgmlDType) -> bool {
    Matrix::in_place(stored)
}

/// Bytes of memory that this program can still have; `None` where the system does not tell.
pub(crate) fn available() -> Option<u64> {
    let system = System::new_with_specifics(RefreshKind::nothing().with_memory(MemoryRefreshKind::nothing().with_ram()));
    let machine = Some(system.available_memory()).filter(|bytes| *bytes > 0);
    machine.into_iter().chain(limit::left(Path::new("/"))).min()
}

/// Bytes of memory that a generator can have: what is available, and what the generators of this process have for themselves, for it comes in their place.
/// Their files are available already; what other processes hold is not, for nobody here can give it back.
#[must_use]
pub fn available_to_one() -> Option<u64> {
    available().map(|free| free + HELD.load(Ordering::Acquire))
}

/// Refuses a model that does not fit into so much free memory, not even with a question of usual length where it takes more than that.
pub(crate) fn check(name: &str, gguf: &Gguf, most: usize, free: Option<u64>) -> Result<()> {
    Needs::of(gguf, &Shape::read(gguf)?).context(name, most.min(TOKENS), free).map(drop)
}

/// While it lives, a model is in memory.
pub(super) struct Held {
    needs: Needs,
    bytes: u64,
    sum: &'static AtomicU64,
}

impl Held {
    pub(super) fn new(needs: Needs) -> Self {
        Self::within(needs, &HELD)
    }

    fn within(needs: Needs, sum: &'static AtomicU64) -> Self {
        let mut held = Self { needs, bytes: 0, sum };
        held.remembers(0);
        held
    }

    /// Says how many tokens it remembers now: their memory is taken when they come, not before.
    pub(super) fn remembers(&mut self, tokens: usize) {
        let bytes = self.needs.own(tokens);
        self.sum.fetch_add(bytes, Ordering::AcqRel);
        self.sum.fetch_sub(std::mem::replace(&mut self.bytes, bytes), Ordering::AcqRel);
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.sum.fetch_sub(self.bytes, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEEDS: Needs = Needs { mapped: 1_000_000_000, copies: 0, per_token: 100_000 };

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

    /// What the system says to be available on a machine of 4 GB where other programs have 1 GB, while processes have models mapped and remember tokens:
    /// pages of files can be dropped, so they are part of it.
    fn available_beside(needs: &Needs, remembered: &[usize]) -> Option<u64> {
        let own: u64 = remembered.iter().map(|tokens| needs.own(*tokens) + BESIDE).sum();
        Some(4_000_000_000 - 1_000_000_000 - own)
    }

    #[test]
    fn a_second_process_shares_the_mapped_weights_of_the_first() {
        assert_eq!(NEEDS.context("m", 8_192, available_beside(&NEEDS, &[])).expect("room for one"), 8_192);
        // Counted twice, the weights would leave no room for these tokens.
        assert_eq!(NEEDS.context("m", 8_192, available_beside(&NEEDS, &[6_000])).expect("room for the second"), 8_192);
        // What the first remembers is missing: the second reads less at once, and a third may find no room.
        assert_eq!(NEEDS.context("m", 16_384, available_beside(&NEEDS, &[6_000])).expect("room for fewer"), 8_192);
        let error = NEEDS.context("m", 8_192, available_beside(&NEEDS, &[6_000, 6_000])).expect_err("no room for a third");
        assert!(error.message.ends_with("and 1300 MB are free"), "{error:?}");
    }

    #[test]
    fn a_second_process_has_copies_of_its_own() {
        let copied = Needs { copies: 1_000_000_000, ..NEEDS };
        assert!(copied.context("m", 4_096, available_beside(&copied, &[])).is_ok());
        assert!(copied.context("m", 4_096, available_beside(&copied, &[1_000])).is_err());
    }

    #[test]
    fn what_a_model_of_this_process_has_for_itself_is_free_for_another_in_its_place() {
        static SUM: AtomicU64 = AtomicU64::new(0);
        let sum = || SUM.load(Ordering::Acquire);
        let mut mapped = Held::within(NEEDS, &SUM);
        assert_eq!(sum(), 0, "its file is available as it is");
        mapped.remembers(1_000);
        assert_eq!(sum(), 100_000_000);
        let copied = Held::within(Needs { copies: 700_000_000, ..NEEDS }, &SUM);
        mapped.remembers(200);
        assert_eq!(sum(), 720_000_000);
        drop(mapped);
        drop(copied);
        assert_eq!(sum(), 0);
    }
}
