//! What a layer remembers of the tokens before (keys and values, in 16 or 32 bits), and attention over it on the processor. It must not know layers,
//! weights or where tokens come from.

use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use candle_core::{CpuStorage, Device, InplaceOp1, Layout, Result, Tensor};
use half::f16;
use half::slice::HalfFloatSliceExt;

use super::lanes::{axpy_tile, dots, softmax, weigh, widen};

/// Up to so many new tokens are attended row by row: the matrices of longer runs would hardly be filled.
const FEW: usize = 8;

/// Tokens whose keys or values are widened at once: they stay in the fastest cache.
const TILE: usize = 32;

/// How the heads of a layer are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Heads {
    /// That ask.
    pub(super) queries: usize,
    /// That are asked; a divisor of `queries`, whose heads share them in equal groups.
    pub(super) keys: usize,
    /// Numbers of one head of one token.
    pub(super) size: usize,
}

impl Heads {
    /// Heads that share one head of keys.
    fn group(self) -> usize {
        self.queries / self.keys
    }
}

/// How exactly keys and values are kept on the processor; a graphics processor keeps 32 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// 16 bits: half the memory to hold and to read for each token. Answers are written with it.
    Half,
    /// 32 bits, as the other numbers of the network: for comparisons with a reference that keeps them so.
    Single,
}

impl Precision {
    /// Bytes of one number.
    pub(super) fn bytes(self) -> usize {
        match self {
            Self::Half => size_of::<f16>(),
            Self::Single => size_of::<f32>(),
        }
    }
}

/// A run of numbers as they are kept.
#[derive(Clone)]
enum Run {
    Half(Vec<f16>),
    Single(Vec<f32>),
}

impl Run {
    fn new(precision: Precision) -> Self {
        match precision {
            Precision::Half => Self::Half(Vec::new()),
            Precision::Single => Self::Single(Vec::new()),
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Half(numbers) => numbers.len(),
            Self::Single(numbers) => numbers.len(),
        }
    }

    fn truncate(&mut self, count: usize) {
        match self {
            Self::Half(numbers) => numbers.truncate(count),
            Self::Single(numbers) => numbers.truncate(count),
        }
    }

    fn extend(&mut self, new: &[f32]) {
        match self {
            Self::Half(numbers) => {
                let from = numbers.len();
                numbers.resize(from + new.len(), f16::ZERO);
                numbers[from..].convert_from_f32_slice(new);
            }
            Self::Single(numbers) => numbers.extend_from_slice(new),
        }
    }

    /// A part of it in 32 bits.
    fn widen(&self, part: Range<usize>, out: &mut [f32]) {
        match self {
            Self::Half(numbers) => widen(&numbers[part], out),
            Self::Single(numbers) => out.copy_from_slice(&numbers[part]),
        }
    }
}

/// What the heads of one token that share keys ask, and where what they find goes.
type Part<'a> = (&'a [f32], &'a mut [f32]);

/// The keys and values of one layer, one run of numbers for each head, so that each is read from beginning to end.
pub(super) struct Memory {
    heads: Heads,
    precision: Precision,
    keys: Vec<Run>,
    values: Vec<Run>,
}

impl Memory {
    pub(super) fn new(heads: Heads, precision: Precision) -> Self {
        let runs = || vec![Run::new(precision); heads.keys];
        Self { heads, precision, keys: runs(), values: runs() }
    }

    /// Forgets every token from `tokens` on.
    pub(super) fn truncate(&mut self, tokens: usize) {
        for numbers in self.keys.iter_mut().chain(&mut self.values) {
            numbers.truncate(tokens * self.heads.size);
        }
    }

    /// Gives all memory back.
    pub(super) fn clear(&mut self) {
        *self = Self::new(self.heads, self.precision);
    }

    /// Remembers further tokens: keys and values token by token, head by head.
    pub(super) fn extend(&mut self, keys: &[f32], values: &[f32]) {
        let Heads { keys: heads, size, .. } = self.heads;
        for (all, new) in [(&mut self.keys, keys), (&mut self.values, values)] {
            for (head, run) in all.iter_mut().enumerate() {
                for token in new.chunks_exact(heads * size) {
                    run.extend(&token[head * size..(head + 1) * size]);
                }
            }
        }
    }

    /// What the last `new` tokens attend to, each to all before it and itself; `queries` and the result are token by token, head by head.
    pub(super) fn attend(&self, queries: &[f32], new: usize) -> Result<Vec<f32>> {
        if new <= FEW { Ok(self.attend_few(queries, new)) } else { self.attend_many(queries, new) }
    }

    /// A few tokens: the heads are shared out among the threads; each head of keys and values is read once for all tokens and all heads that share it.
    fn attend_few(&self, queries: &[f32], new: usize) -> Vec<f32> {
        let keys = self.heads.keys;
        let group = self.heads.group() * self.heads.size;
        let mut out = vec![0.0; queries.len()];
        let mut parts: Vec<Vec<Part<'_>>> = (0..keys).map(|_| Vec::with_capacity(new)).collect();
        for (at, part) in queries.chunks_exact(group).zip(out.chunks_exact_mut(group)).enumerate() {
            parts[at % keys].push(part);
        }
        let parts: Vec<Mutex<Vec<Part<'_>>>> = parts.into_iter().map(Mutex::new).collect();
        candle_core::utils::barrier_pool().execute_chunked(keys, |range| {
            for head in range {
                self.attend_head(head, &mut parts[head].lock().unwrap_or_else(PoisonError::into_inner));
            }
        });
        out
    }

    /// The heads that share head `head` of the keys, of each of the last tokens what they ask and where the answer goes: softmax as it goes, so that no row of
    /// scores as long as the text is kept.
    fn attend_head(&self, head: usize, tokens: &mut [Part<'_>]) {
        let size = self.heads.size;
        let rows = tokens.len() * self.heads.group();
        let scale = self.scale();
        let all = self.keys[head].len() / size;
        let before = all - tokens.len();
        let mut wide = vec![0.0_f32; TILE * size];
        let mut scores = vec![0.0_f32; rows * TILE];
        let mut best = vec![f32::NEG_INFINITY; rows];
        let mut sums = vec![0.0_f32; rows];
        tokens.iter_mut().for_each(|(_, out)| out.fill(0.0));
        for from in (0..all).step_by(TILE) {
            let to = all.min(from + TILE);
            // A token sees itself and those before it only.
            let seen = |token: usize| (before + token + 1).min(to).saturating_sub(from);
            let wide = &mut wide[..(to - from) * size];
            self.keys[head].widen(from * size..to * size, wide);
            let asked = tokens.iter().enumerate().flat_map(|(token, (asked, _))| asked.chunks_exact(size).map(move |query| (seen(token), query)));
            for ((seen, query), scores) in asked.zip(scores.chunks_exact_mut(TILE)) {
                dots(query, &wide[..seen * size], scale, &mut scores[..seen]);
            }
            self.values[head].widen(from * size..to * size, wide);
            let found = tokens.iter_mut().enumerate().flat_map(|(token, (_, out))| out.chunks_exact_mut(size).map(move |out| (seen(token), out)));
            for (row, ((seen, out), scores)) in found.zip(scores.chunks_exact_mut(TILE)).enumerate().filter(|(_, ((seen, _), _))| *seen > 0) {
                let scores = &mut scores[..seen];
                let highest = scores.iter().fold(best[row], |a, b| a.max(*b));
                if highest > best[row] {
                    // What was added so far was weighed against a lower score.
                    let fade = (best[row] - highest).exp();
                    out.iter_mut().for_each(|number| *number *= fade);
                    sums[row] *= fade;
                    best[row] = highest;
                }
                sums[row] += weigh(scores, highest);
                axpy_tile(scores, &wide[..seen * size], out);
            }
        }
        let found = tokens.iter_mut().flat_map(|(_, out)| out.chunks_exact_mut(size));
        for (out, sum) in found.zip(sums) {
            out.iter_mut().for_each(|number| *number /= sum);
        }
    }

    /// Many tokens: for each head of keys two products of matrices, for all heads that share it at once.
    fn attend_many(&self, queries: &[f32], new: usize) -> Result<Vec<f32>> {
        let Heads { queries: heads, keys, size } = self.heads;
        let group = self.heads.group();
        let all = self.keys.first().map_or(0, |keys| keys.len() / size);
        let mut out = vec![0.0_f32; queries.len()];
        for head in 0..keys {
            let matrix = |run: &Run| {
                let mut wide = vec![0.0_f32; run.len()];
                run.widen(0..run.len(), &mut wide);
                Tensor::from_vec(wide, (all, size), &Device::Cpu)
            };
            let mut asked = Vec::with_capacity(group * new * size);
            for member in 0..group {
                for token in queries.chunks_exact(heads * size) {
                    let from = (head * group + member) * size;
                    asked.extend_from_slice(&token[from..from + size]);
                }
            }
            let asked = Tensor::from_vec(asked, (group * new, size), &Device::Cpu)?;
            let scores = asked.matmul(&matrix(&self.keys[head])?.t()?)?;
            scores.inplace_op1(&CausalSoftmax { before: all - new, new, scale: self.scale() })?;
            let found = scores.matmul(&matrix(&self.values[head])?)?.flatten_all()?.to_vec1::<f32>()?;
            for (row, found) in found.chunks_exact(size).enumerate() {
                let (member, token) = (row / new, row % new);
                let to = (token * heads + head * group + member) * size;
                out[to..to + size].copy_from_slice(found);
            }
        }
        Ok(out)
    }

    fn scale(&self) -> f32 {
        1.0 / (self.heads.size as f32).sqrt()
    }
}

/// Softmax over rows of scores, in place; a token sees itself and those before it only.
struct CausalSoftmax {
    /// Tokens before the first row's.
    before: usize,
    /// Rows after which the tokens begin again, for the next head.
    new: usize,
    scale: f32,
}

impl InplaceOp1 for CausalSoftmax {
    fn name(&self) -> &'static str {
        "causal-softmax"
    }

    fn cpu_fwd(&self, storage: &mut CpuStorage, layout: &Layout) -> Result<()> {
        let CpuStorage::F32(scores) = storage else { candle_core::bail!("scores are 32-bit numbers") };
        let (rows, columns) = layout.shape().dims2()?;
        let rows_at_once: Vec<Mutex<&mut [f32]>> = scores.chunks_exact_mut(columns).map(Mutex::new).collect();
        candle_core::utils::barrier_pool().execute_chunked(rows, |range| {
            for row in range {
                let mut numbers = rows_at_once[row].lock().unwrap_or_else(PoisonError::into_inner);
                let (seen, hidden) = numbers.split_at_mut(self.before + row % self.new + 1);
                softmax(seen, self.scale);
                hidden.fill(0.0);
            }
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_tokens_together_find_what_each_finds_alone() {
        let heads = Heads { queries: 4, keys: 2, size: 32 };
        let mut seed = 7_u32;
        let mut numbers = |count: usize| -> Vec<f32> {
            let mut next = || {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (seed >> 8) as f32 / (1 << 23) as f32 - 1.0
            };
            (0..count).map(|_| next()).collect()
        };
        // Few, a whole tile and one that the new tokens begin.
        for before in [0, 5, TILE - 2, TILE, 3 * TILE] {
            let new = 3;
            let (keys, values) = (numbers((before + new) * 64), numbers((before + new) * 64));
            let queries = numbers(new * 128);
            let mut memory = Memory::new(heads, Precision::Half);
            memory.extend(&keys, &values);
            let together = memory.attend(&queries, new).expect("attention");
            for token in (0..new).rev() {
                memory.truncate(before + token + 1);
                let alone = memory.attend(&queries[token * 128..(token + 1) * 128], 1).expect("attention");
                assert_eq!(alone, together[token * 128..(token + 1) * 128], "token {token} after {before}");
            }
            let many = memory.attend_many(&queries[..128], 1).expect("attention");
            assert!(many.iter().zip(&together).all(|(a, b)| (a - b).abs() < 1e-4), "as by products of matrices");
        }
    }
}
