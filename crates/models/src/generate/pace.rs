//! How fast this processor multiplies with weights, from a short try of the products that networks are made of. It must not know models.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use candle_core::quantized::{GgmlDType, QStorage, QTensor};
use candle_core::{DType, Device, Result, Tensor};

use super::gguf::Span;
use super::linear::{Linear, Weights};

/// Numbers of a row of the matrix that is tried, and how many rows: more bytes than most caches hold, as the weights of models are.
const COLUMNS: usize = 2048;
const ROWS: usize = 32_768;
/// How long products are tried.
const WHILE: Duration = Duration::from_millis(120);

/// Bytes of weights stored in this way that one product after the other takes per second; 0 if the processor cannot do it.
pub(crate) fn rate(stored: GgmlDType) -> f64 {
    tried(stored).unwrap_or(0.0)
}

fn tried(stored: GgmlDType) -> Result<f64> {
    // What the weights are does not matter for the time, as long as every scale is a number: 0x11 bytes make small ones.
    let bytes = vec![0x11_u8; ROWS * COLUMNS / stored.block_size() * stored.type_size()];
    let tensor = || {
        let storage = QStorage::from_data(Cow::Borrowed(&bytes), &Device::Cpu, stored)?;
        QTensor::new(storage, (ROWS, COLUMNS)).map(Arc::new)
    };
    let weights = Linear::new(Weights::new(Some(Span::of(&bytes)?), stored, (ROWS, COLUMNS), tensor)?, None);
    let token = Tensor::ones((1, COLUMNS), DType::F32, &Device::Cpu)?;
    // The first product also puts the weights in order where they are not multiplied as they lie.
    weights.forward(&token)?;
    let began = Instant::now();
    let mut fastest = Duration::MAX;
    while fastest == Duration::MAX || began.elapsed() < WHILE {
        let one = Instant::now();
        weights.forward(&token)?;
        // Whatever else the machine does makes others slower.
        fastest = fastest.min(one.elapsed());
    }
    Ok(bytes.len() as f64 / fastest.as_secs_f64())
}
