//! Which pairs stand together in a batch: one kind at a time, and later in the run pairs from the same neighbourhoods, so that partners have to be
//! told from near misses. It must not know losses.

use std::collections::HashMap;

use ndarray::ArrayView2;

use crate::Settings;
use crate::pairs::{KINDS, Pair};
use crate::random::Random;
use crate::rows::{Table, add, length};

/// Steps between two looks at where the texts are.
const REFRESH: usize = 1_000;
/// Pairs among which neighbours are looked for, and neighbourhoods in a batch.
const SAMPLE: usize = 12_000;
const NEIGHBOURHOODS: usize = 16;

/// Pairs of token lists.
pub(crate) type Batch<'a> = Vec<(&'a [u32], &'a [u32])>;

/// Draws batches.
pub(crate) struct Batches<'a> {
    pairs: &'a [Pair],
    by_kind: Vec<Vec<usize>>,
    settings: &'a Settings,
    /// Mean vector of every pair's second text, as of the last look.
    places: Vec<f32>,
}

impl<'a> Batches<'a> {
    pub(crate) fn new(pairs: &'a [Pair], settings: &'a Settings) -> Self {
        let mut by_kind = vec![Vec::new(); KINDS];
        for (at, pair) in pairs.iter().enumerate() {
            by_kind[pair.kind].push(at);
        }
        Self { pairs, by_kind, settings, places: Vec::new() }
    }

    /// Looks again where the texts are, when it is time to.
    pub(crate) fn refresh(&mut self, step: usize, done: f32, table: &Table) {
        if done < self.settings.hard_from || !(self.places.is_empty() || step.is_multiple_of(REFRESH)) {
            return;
        }
        let (vectors, width) = (table.vectors(), table.dimensions);
        self.places.clear();
        self.places.resize(self.pairs.len() * width, 0.0);
        for (pair, place) in self.pairs.iter().zip(self.places.chunks_exact_mut(width)) {
            for &token in &pair.b {
                add(place, 1.0, &vectors[token as usize * width..][..width]);
            }
            let scale = 1.0 / length(place);
            place.iter_mut().for_each(|x| *x *= scale);
        }
    }

    /// A batch of about `size` pairs of one kind.
    pub(crate) fn draw(&self, size: usize, done: f32, random: &mut Random) -> Batch<'a> {
        let kind = &self.by_kind[self.kind(random)];
        let any = |random: &mut Random| kind[random.below(kind.len())];
        let hard = done >= self.settings.hard_from && random.unit() <= self.settings.hard_share;
        let chosen = if hard {
            let sample: Vec<usize> = (0..SAMPLE.min(kind.len())).map(|_| any(random)).collect();
            self.neighbours(&sample, size, random)
        } else {
            (0..size).map(|_| any(random)).collect()
        };
        chosen.into_iter().map(|at| (&self.pairs[at].a[..], &self.pairs[at].b[..])).collect()
    }

    /// A kind by its share; kinds without pairs have none.
    fn kind(&self, random: &mut Random) -> usize {
        let share = |kind: usize| if self.by_kind[kind].is_empty() { 0.0 } else { self.settings.mix[kind] };
        let mut left = random.unit() * (0..KINDS).map(share).sum::<f32>();
        let mut last = 0;
        for kind in (0..KINDS).filter(|&kind| share(kind) > 0.0) {
            last = kind;
            if left < share(kind) {
                break;
            }
            left -= share(kind);
        }
        last
    }

    /// Around a few pairs, those of the sample that are nearest.
    fn neighbours(&self, sample: &[usize], size: usize, random: &mut Random) -> Vec<usize> {
        let width = self.settings.dimensions;
        let place = |at: usize| &self.places[at * width..][..width];
        let centres: Vec<f32> = (0..NEIGHBOURHOODS).flat_map(|_| place(sample[random.below(sample.len())]).iter().copied()).collect();
        let others: Vec<f32> = sample.iter().flat_map(|&at| place(at).iter().copied()).collect();
        let (Ok(centres), Ok(others)) =
            (ArrayView2::from_shape((NEIGHBOURHOODS, width), &centres), ArrayView2::from_shape((sample.len(), width), &others))
        else {
            return Vec::new();
        };
        let each = (size / NEIGHBOURHOODS).min(sample.len() - 1);
        let mut chosen = Vec::with_capacity(size);
        for row in centres.dot(&others.t()).rows() {
            let mut order: Vec<usize> = (0..sample.len()).collect();
            order.select_nth_unstable_by(each, |&a, &b| row[b].total_cmp(&row[a]));
            chosen.extend(order[..each].iter().map(|&at| sample[at]));
        }
        chosen.sort_unstable();
        chosen.dedup();
        chosen
    }
}

/// For each pair of a batch, the others that share one of its texts: they are no counterexamples.
pub(crate) fn same_texts(batch: &Batch<'_>) -> Vec<Vec<usize>> {
    let mut firsts: HashMap<&[u32], Vec<usize>> = HashMap::new();
    let mut seconds: HashMap<&[u32], Vec<usize>> = HashMap::new();
    for (at, (a, b)) in batch.iter().enumerate() {
        firsts.entry(a).or_default().push(at);
        seconds.entry(b).or_default().push(at);
    }
    let others = |at: usize, a: &[u32], b: &[u32]| firsts[a].iter().chain(&seconds[b]).copied().filter(|&other| other != at).collect();
    batch.iter().enumerate().map(|(at, (a, b))| others(at, a, b)).collect()
}
