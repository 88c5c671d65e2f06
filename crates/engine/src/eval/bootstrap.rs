//! Percentile bootstrap: resamples of questions and the interval of the values they give. It must not know what is measured.

use serde::Serialize;

/// How intervals are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bootstrap {
    /// Resamples drawn.
    pub resamples: usize,
    /// The same seed gives the same resamples.
    pub seed: u64,
}

impl Default for Bootstrap {
    fn default() -> Self {
        Self { resamples: 1_000, seed: 1 }
    }
}

/// The middle 95 % of a value over resamples.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Interval {
    /// 2.5th percentile.
    pub low: f64,
    /// 97.5th percentile.
    pub high: f64,
}

impl Bootstrap {
    /// Calls `each` with every resample of `count` questions, as the number of times that each question was drawn. Two runs over the same
    /// questions see the same resamples, so their differences are paired.
    pub fn each(&self, count: usize, mut each: impl FnMut(&[u32])) {
        let mut random = Random::new(self.seed);
        let mut drawn = vec![0; count];
        for _ in 0..self.resamples {
            drawn.fill(0);
            for _ in 0..count {
                drawn[random.below(count)] += 1;
            }
            each(&drawn);
        }
    }
}

impl Interval {
    /// Of the values that resamples gave; `None` where none of them gave one.
    #[must_use]
    pub fn of(mut values: Vec<f64>) -> Option<Self> {
        values.sort_by(f64::total_cmp);
        Some(Self { low: percentile(&values, 2.5)?, high: percentile(&values, 97.5)? })
    }
}

/// A percentile of sorted values, interpolated between the two nearest.
#[must_use]
pub fn percentile(sorted: &[f64], percent: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let at = percent.clamp(0.0, 100.0) / 100.0 * last as f64;
    let (below, above) = (sorted[at.floor() as usize], sorted[(at.ceil() as usize).min(last)]);
    Some(below + (above - below) * at.fract())
}

/// A small reproducible generator (SplitMix64): a figure must not change with the platform or with a dependency's version.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// Seeded.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound`; 0 for a bound of 0.
    pub fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.bits()) * bound as u128) >> 64) as usize
    }

    /// Brings a list into random order.
    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for i in (1..list.len()).rev() {
            list.swap(i, self.below(i + 1));
        }
    }
}
