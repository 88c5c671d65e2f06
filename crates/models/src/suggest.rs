//! Which known generators suit this machine: whether there is memory for them, and how fast they would write, from a short try of the processor. It must
//! not know what is installed or how models are shown.

use std::sync::OnceLock;

use candle_core::quantized::GgmlDType;

use crate::catalogue::{KNOWN, Kind, Known};
use crate::generate::available_to_one;
use crate::generate::pace::rate;

/// Tokens per second below which reading along is no pleasure: people read five words or more in a second.
const PLEASANT: f64 = 8.0;

/// The share of a token's time that goes into products with weights, as fast as those of the try; attention, the choice of the token and waiting for threads
/// take the rest. Measured with the 0.6B shape: .7 for Q4_K_M, .9 for Q8_0 (`docs/benchmarks.md`, "Generators: speed beside llama.cpp").
const READING: f64 = 0.8;

/// What this machine can do.
#[derive(Clone, Copy, Debug)]
pub struct Machine {
    /// Bytes of memory that one model could have, where the system tells.
    free: Option<u64>,
    rates: Rates,
}

/// What a machine can do with a generator.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Outlook {
    /// Whether it fits into the memory that is free, or held by the model in whose place it would come; none where nobody knows what it takes.
    pub fits: Option<bool>,
    /// Tokens per second that it is expected to write.
    pub tokens_per_s: Option<f64>,
    /// Whether it is the one that suits the machine best.
    pub suggested: bool,
}

/// Bytes of weights that are multiplied per second.
#[derive(Clone, Copy, Debug)]
struct Rates {
    /// Of four bits each.
    four: f64,
    /// Of eight bits each.
    eight: f64,
}

impl Machine {
    /// Looks at the memory now and, once for each run of the program, for less than a second at the processor.
    #[must_use]
    pub fn look() -> Self {
        static RATES: OnceLock<Rates> = OnceLock::new();
        let rates = RATES.get_or_init(|| Rates { four: rate(GgmlDType::Q4K), eight: rate(GgmlDType::Q8_0) });
        Self { free: available_to_one(), rates: *rates }
    }

    /// Whether there is memory for a model that takes so many bytes; true where the system does not tell.
    #[must_use]
    pub fn fits(&self, memory: u64) -> bool {
        self.free.is_none_or(|free| memory <= free)
    }

    /// What can be done with a model: its name, the name and size of its file, the memory it takes. Nothing is said of other kinds than generators.
    #[must_use]
    pub fn outlook(kind: Kind, name: &str, file: &str, bytes: u64, memory: Option<u64>) -> Outlook {
        if kind != Kind::Generator {
            return Outlook::default();
        }
        let machine = Self::look();
        Outlook {
            fits: memory.map(|memory| machine.fits(memory)),
            tokens_per_s: Some((machine.speed(file, bytes) * 10.0).round() / 10.0),
            suggested: machine.suggested().is_some_and(|known| known.name == name),
        }
    }

    /// Tokens per second that a generator of so many bytes would write, by how the name of its file says that its weights are stored.
    #[must_use]
    pub fn speed(&self, file: &str, bytes: u64) -> f64 {
        // A token takes each weight once.
        let rate = if file.to_ascii_lowercase().contains("q8_0") { self.rates.eight } else { self.rates.four };
        READING * rate / bytes.max(1) as f64
    }

    /// The known generator that suits this machine best: of those that know Chinese and English and fit, the largest that writes as fast as one reads, or
    /// else the fastest.
    #[must_use]
    pub fn suggested(&self) -> Option<&'static Known> {
        let speed = |model: &Known| self.speed(model.file, model.download);
        let fitting = || {
            let both = |model: &&Known| model.languages.contains("Chinese") && model.languages.contains("English");
            KNOWN.iter().filter(|model| model.kind == Kind::Generator && self.fits(model.memory)).filter(both)
        };
        let pleasant = fitting().filter(|model| speed(model) >= PLEASANT).max_by_key(|model| model.memory);
        pleasant.or_else(|| fitting().max_by(|a, b| speed(a).total_cmp(&speed(b))))
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    const GB: u64 = 1_000_000_000;

    fn suggested(free: u64, rate: f64) -> Option<&'static str> {
        Machine { free: Some(free), rates: Rates { four: rate, eight: rate } }.suggested().map(|model| model.name)
    }

    #[test]
    fn the_largest_that_fits_and_writes_as_fast_as_one_reads_is_suggested() {
        assert_eq!(suggested(64 * GB, 200e9), Some("qwen3-8b"));
        assert_eq!(suggested(8 * GB, 200e9), Some("qwen3-4b"));
        assert_eq!(suggested(64 * GB, 15e9), Some("qwen3-1.7b"), "a larger one would write slower than one reads");
        assert_eq!(suggested(64 * GB, 2e9), Some("qwen3-0.6b"), "none is fast here, so the fastest");
        assert_eq!(suggested(2 * GB, 200e9), Some("qwen3-0.6b"), "Llama would fit too, but knows no Chinese");
        assert_eq!(suggested(GB, 200e9), None, "nothing fits");
    }

    #[test]
    fn the_processor_is_tried_in_less_than_a_second_or_so_and_only_once() {
        let began = Instant::now();
        let first = Machine::look();
        let took = began.elapsed();
        assert!(first.rates.four > 0.0 && first.rates.eight > 0.0, "{first:?}");
        assert!(took < Duration::from_secs(20), "{took:?}");
        assert_eq!(Machine::look().rates.four, first.rates.four);
        let (small, large) = (first.speed("x-Q4_K_M.gguf", GB), first.speed("x-Q4_K_M.gguf", 4 * GB));
        assert!((small / large - 4.0).abs() < 1e-9);
    }
}
