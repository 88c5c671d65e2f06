//! Which known generators suit this machine: how much memory they take and whether it is there, and how fast they would write, from short tries of the
//! processor. It must not know what is installed or how models are shown.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use candle_core::quantized::GgmlDType;

use crate::catalogue::{KNOWN, Kind, Known};
use crate::generate::available_to_one;
use crate::generate::pace::rate;
use crate::generate::room::{Needs, in_place};

/// Tokens per second below which reading along is no pleasure: people read five words or more in a second.
const PLEASANT: f64 = 8.0;

/// How long what a try of the processor found is taken for true.
const FRESH: Duration = Duration::from_secs(60);

/// What this machine can do.
#[derive(Clone, Copy, Debug)]
pub struct Machine {
    /// Bytes of memory that one model could have, where the system tells.
    free: Option<u64>,
    rates: Rates,
    /// Whether it multiplies with weights that are stored in this way as they lie in the file.
    in_place: fn(GgmlDType) -> bool,
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

/// Bytes of weights that are gone through per second.
#[derive(Clone, Copy, Debug)]
struct Rates {
    /// Of four bits each.
    four: f64,
    /// Of eight bits each.
    eight: f64,
}

/// The best rates that were found, and when the processor was tried for the last time.
struct Tries(Option<(Instant, Rates)>);

impl Tries {
    /// The rates at a moment. What is not fresh is tried again: whatever else the machine does makes a try slower, so the best of all counts.
    fn at(&mut self, now: Instant, attempt: impl FnOnce() -> Rates) -> Rates {
        let rates = match self.0 {
            Some((tried, rates)) if now.saturating_duration_since(tried) < FRESH => return rates,
            Some((_, before)) => before.best(attempt()),
            None => attempt(),
        };
        self.0 = Some((now, rates));
        rates
    }
}

impl Rates {
    fn tried() -> Self {
        Self { four: rate(GgmlDType::Q4K), eight: rate(GgmlDType::Q8_0) }
    }

    fn best(self, other: Self) -> Self {
        Self { four: self.four.max(other.four), eight: self.eight.max(other.eight) }
    }
}

/// How the weights of a file are mostly stored, by its name.
fn stored(file: &str) -> GgmlDType {
    if file.to_ascii_lowercase().contains("q8_0") { GgmlDType::Q8_0 } else { GgmlDType::Q4K }
}

impl Known {
    /// Bytes of memory that it takes in use on this machine, approximate.
    #[must_use]
    pub fn needs(&self) -> u64 {
        self.needs_where(in_place)
    }

    /// The same on a machine that multiplies with some weights as they lie in the file, and keeps others once more.
    fn needs_where(&self, in_place: fn(GgmlDType) -> bool) -> u64 {
        if self.per_token == 0 {
            return self.memory;
        }
        Needs::stored(self.download, Some(stored(self.file)), self.per_token, in_place).usual(self.max_tokens)
    }
}

impl Machine {
    /// Looks at the memory now and for less than a second, once a minute at most, at the processor.
    #[must_use]
    pub fn look() -> Self {
        static TRIES: Mutex<Tries> = Mutex::new(Tries(None));
        let mut tries = TRIES.lock().unwrap_or_else(PoisonError::into_inner);
        Self { free: available_to_one(), rates: tries.at(Instant::now(), Rates::tried), in_place }
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
        let rate = if stored(file) == GgmlDType::Q8_0 { self.rates.eight } else { self.rates.four };
        rate / bytes.max(1) as f64
    }

    /// The known generator that suits this machine best: of those that know Chinese and English and fit, the largest that writes as fast as one reads, or
    /// else the fastest.
    #[must_use]
    pub fn suggested(&self) -> Option<&'static Known> {
        let speed = |model: &Known| self.speed(model.file, model.download);
        let fitting = || {
            let both = |model: &&Known| model.languages.contains("Chinese") && model.languages.contains("English");
            KNOWN.iter().filter(|model| model.kind == Kind::Generator && self.fits(model.needs_where(self.in_place))).filter(both)
        };
        let pleasant = fitting().filter(|model| speed(model) >= PLEASANT).max_by_key(|model| model.needs_where(self.in_place));
        pleasant.or_else(|| fitting().max_by(|a, b| speed(a).total_cmp(&speed(b))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::known;

    const GB: u64 = 1_000_000_000;

    fn suggested(free: u64, rate: f64) -> Option<&'static str> {
        Machine { free: Some(free), rates: Rates { four: rate, eight: rate }, in_place: |_| true }.suggested().map(|model| model.name)
    }

    #[test]
    fn the_largest_that_fits_and_writes_as_fast_as_one_reads_is_suggested() {
        assert_eq!(suggested(64 * GB, 200e9), Some("qwen3-8b"));
        assert_eq!(suggested(5 * GB, 200e9), Some("qwen3-4b"));
        assert_eq!(suggested(64 * GB, 12e9), Some("qwen3-1.7b"), "a larger one would write slower than one reads");
        assert_eq!(suggested(64 * GB, 2e9), Some("qwen3-0.6b"), "none is fast here, so the fastest");
        assert_eq!(suggested(14 * GB / 10, 200e9), Some("qwen3-0.6b"), "Llama would fit too, but knows no Chinese");
        assert_eq!(suggested(GB, 200e9), None, "nothing fits");
    }

    #[test]
    fn what_a_model_takes_is_less_where_its_weights_are_multiplied_as_they_lie_in_the_file() {
        let megabytes = |name: &str, in_place: fn(GgmlDType) -> bool| known(name).expect("a known model").needs_where(in_place) / 1_000_000;
        for (name, mapped, copied) in [("qwen3-0.6b", 1_358, 1_997), ("qwen3-4b", 3_350, 6_680), ("qwen3-8b", 5_881, 12_585)] {
            assert_eq!((megabytes(name, |_| true), megabytes(name, |_| false)), (mapped, copied), "{name}");
        }
        // Six gigabytes are enough for one of four thousand million weights, and were said not to be.
        assert!(
            Machine { free: Some(6 * GB), in_place: |_| true, ..Machine::look() }
                .fits(known("qwen3-4b").expect("a known model").needs_where(|_| true))
        );
        assert_eq!(known("bge-m3").expect("a known model").needs(), 2_800_000_000, "an ONNX model takes what is written down");
    }

    #[test]
    fn a_busy_processor_is_tried_again_after_a_while_and_the_best_try_counts() {
        let (mut tries, began) = (Tries(None), Instant::now());
        let mut at = |seconds: u64, four: f64| tries.at(began + Duration::from_secs(seconds), || Rates { four, eight: 2.0 * four }).four;
        assert_eq!(at(0, 3.0), 3.0, "the first one");
        assert_eq!(at(59, 9.0), 3.0, "fresh enough");
        assert_eq!(at(61, 9.0), 9.0, "less was going on");
        assert_eq!(at(130, 1.0), 9.0, "something else was going on");
    }

    #[test]
    fn the_processor_is_not_tried_at_each_look_and_twice_the_bytes_take_twice_the_time() {
        let first = Machine::look();
        assert!(first.rates.four > 0.0 && first.rates.eight > 0.0, "{first:?}");
        assert!(Machine::look().rates.four >= first.rates.four);
        let (small, large) = (first.speed("x-Q4_K_M.gguf", GB), first.speed("x-Q4_K_M.gguf", 4 * GB));
        assert!((small / large - 4.0).abs() < 1e-9);
    }
}
