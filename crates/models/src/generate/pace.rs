//! How fast this processor writes, from a short try: small networks in the proportions of a larger one, whose weights come from memory as those of a whole
//! model do. It must not know files or which models there are.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use candle_core::Device;
use candle_core::quantized::{GgmlDType, QStorage, QTensor};
use sidenote_engine::cancel::CancelToken;
use sidenote_engine::error::{Error, Result};

use super::gguf::Span;
use super::linear::{Linear, Weights};
use super::network::{Logits, Network, ROWS_FOR_A_LAYER};

/// Bytes of the weights that are tried, about: some networks for each way to store them, one after the other.
const BYTES: usize = 56_000_000;
/// Weights of such a network, which has one layer: what it takes is so short that a busy machine leaves it alone once in a while.
const WEIGHTS: usize = (2 * 2048 + 2 * 1024 + 3 * 3072 + ROWS_FOR_A_LAYER) * 1024;
/// Tokens that it remembers: of a question with its passages, and of the answer so far.
const SEEN: usize = 512;
/// Tokens that each of them writes. The fastest counts: whatever else the machine does makes others slower.
const TOKENS: usize = 16;

/// Bytes of weights stored in this way that are gone through per second while a model writes; 0 if the processor cannot do it.
pub(crate) fn rate(stored: GgmlDType) -> f64 {
    tried(stored).unwrap_or(0.0)
}

fn tried(stored: GgmlDType) -> Result<f64> {
    let size = |weights: usize| weights / stored.block_size() * stored.type_size();
    let count = BYTES.div_ceil(size(WEIGHTS));
    // What the weights are does not matter for the time, as long as every scale is a number: 0x11 bytes make small ones.
    let all = Span::of(&vec![0x11_u8; count * size(WEIGHTS)]).map_err(Error::internal)?;
    let mut from = 0;
    let mut linear = |rows: usize, columns: usize| {
        let here = from..from + size(rows * columns);
        let tensor = || {
            let storage = QStorage::from_data(Cow::Borrowed(&all.bytes()[here.clone()]), &Device::Cpu, stored)?;
            QTensor::new(storage, (rows, columns)).map(Arc::new)
        };
        let weights = Weights::new(all.part(here.clone()), stored, (rows, columns), tensor)?;
        from = here.end;
        Ok(Linear::new(weights, None))
    };
    let networks = (0..count).map(|_| Network::blank(1, SEEN, &mut linear)).collect::<candle_core::Result<Vec<_>>>();
    let mut networks = networks.map_err(Error::internal)?;
    let mut fastest = vec![Duration::MAX; count];
    let cancel = CancelToken::new();
    for _ in 0..TOKENS {
        out_of_the_caches(all.bytes());
        for (network, fastest) in networks.iter_mut().zip(&mut fastest) {
            network.truncate(SEEN);
            let began = Instant::now();
            // The first time this also puts the weights in order where they are not multiplied as they lie.
            network.read(&[0], Logits::Last, &cancel)?;
            *fastest = began.elapsed().min(*fastest);
        }
    }
    Ok(all.bytes().len() as f64 / fastest.iter().sum::<Duration>().as_secs_f64())
}

/// Lets the processor forget what it has of these bytes. A whole model does not stay in its caches from one token to the next, while these few networks
/// would in those of a server, where they are gone through twice as fast. Processors that cannot forget many bytes at once have smaller caches than that.
#[cfg(target_arch = "x86_64")]
fn out_of_the_caches(bytes: &[u8]) {
    use std::arch::asm;
    use std::arch::x86_64::{__cpuid, __cpuid_count, _mm_mfence};
    // Bit 23 of the seventh leaf: `clflushopt`, which unlike `clflush` does not wait for each line.
    if __cpuid(0).eax < 7 || __cpuid_count(7, 0).ebx >> 23 & 1 == 0 {
        return;
    }
    // A line of every cache has 64 bytes.
    for line in bytes.chunks(64) {
        #[expect(unsafe_code, reason = "there is no other way to tell the processor")]
        // SAFETY: the processor has the instruction (above), and it changes nothing: it may be used on any memory that can be read, which a slice is.
        unsafe {
            asm!("clflushopt [{}]", in(reg) line.as_ptr(), options(nostack, preserves_flags));
        }
    }
    #[expect(unsafe_code, reason = "as above")]
    // SAFETY: every processor of this kind has the instruction; it waits until all is done.
    unsafe {
        _mm_mfence();
    }
}

/// Elsewhere these networks are larger than the caches.
#[cfg(not(target_arch = "x86_64"))]
fn out_of_the_caches(_bytes: &[u8]) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_network_is_tried_with_weights_of_either_kind() {
        for stored in [GgmlDType::Q4K, GgmlDType::Q8_0] {
            let rate = tried(stored).expect("a try");
            assert!(rate.is_finite() && rate > 0.0, "{stored:?}: {rate}");
        }
    }
}
