//! Whether a model fits into memory, before it is loaded. It must not know how it is loaded.

use std::path::Path;

use candle_core::quantized::GgmlDType;
use sidenote_engine::error::{Error, ErrorCode, Result};
use sysinfo::{MemoryRefreshKind, RefreshKind, System};

use super::gguf::Gguf;
use super::matrix::Matrix;
use super::network::Shape;

/// Tokens of a question with its passages and answer: what must fit at least.
const TOKENS: u64 = 4096;
/// Beside weights and tokens: the tokenizer, and the numbers under way.
const BESIDE: u64 = 250_000_000;

/// Bytes of memory that a model takes with a question of usual length.
#[must_use]
pub fn needed(gguf: &Gguf, shape: &Shape) -> u64 {
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
    weights + copies + shape.bytes_per_token() * TOKENS + BESIDE
}

/// Bytes of memory that programs can still have; `None` where the system does not tell.
#[must_use]
pub fn available() -> Option<u64> {
    let system = System::new_with_specifics(RefreshKind::nothing().with_memory(MemoryRefreshKind::nothing().with_ram()));
    Some(system.available_memory()).filter(|bytes| *bytes > 0)
}

/// Refuses a model that does not fit.
pub(crate) fn check(name: &str, file: &Path) -> Result<()> {
    let gguf = Gguf::open(file)?;
    fits(name, &gguf, &Shape::read(&gguf)?)
}

/// Refuses a model that does not fit.
pub(super) fn fits(name: &str, gguf: &Gguf, shape: &Shape) -> Result<()> {
    let Some(free) = available() else { return Ok(()) };
    let needed = needed(gguf, shape);
    if needed <= free {
        return Ok(());
    }
    Err(Error::new(
        ErrorCode::ModelUnavailable,
        format!("{name} needs about {} MB of memory, and {} MB are free", needed / 1_000_000, free / 1_000_000),
        "close other programs, or choose a smaller model with `sidenote models use`",
    ))
}
