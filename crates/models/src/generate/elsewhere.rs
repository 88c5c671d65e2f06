//! Keys, values and attention on a graphics processor: what `attention` does on the processor, in candle's operations. It must not know layers, weights
//! or where tokens come from.

use candle_core::{DType, Device, Result, Tensor};
use candle_nn::ops::softmax_last_dim;

use super::attention::{Heads, Memory, Precision};

/// Tokens for which there is room at first; doubled when it is used up.
const ROOM: usize = 1024;

/// What a layer remembers, where its numbers are.
pub(super) enum Kept {
    /// In the memory of this machine.
    Here(Memory),
    /// In that of a graphics processor.
    There(Tensors),
}

impl Kept {
    pub(super) fn new(heads: Heads, precision: Precision, device: &Device) -> Self {
        match device {
            Device::Cpu => Self::Here(Memory::new(heads, precision)),
            other => Self::There(Tensors::new(heads, other)),
        }
    }

    /// Forgets every token from `tokens` on; with 0 the memory is given back.
    pub(super) fn truncate(&mut self, tokens: usize) {
        match (self, tokens) {
            (Self::Here(memory), 0) => memory.clear(),
            (Self::Here(memory), tokens) => memory.truncate(tokens),
            (Self::There(tensors), 0) => tensors.kept = None,
            (Self::There(tensors), tokens) => tensors.seen = tensors.seen.min(tokens),
        }
    }

    /// Remembers the keys and values of `new` further tokens, and what these attend to. All are token by token, head by head.
    pub(super) fn attend(&mut self, queries: &Tensor, keys: &Tensor, values: &Tensor, new: usize) -> Result<Tensor> {
        match self {
            Self::Here(memory) => {
                let numbers = |tensor: &Tensor| tensor.flatten_all()?.to_vec1::<f32>();
                memory.extend(&numbers(keys)?, &numbers(values)?);
                let found = memory.attend(&numbers(queries)?, new)?;
                let width = found.len() / new;
                Tensor::from_vec(found, (new, width), &Device::Cpu)
            }
            Self::There(tensors) => {
                tensors.extend(keys, values, new)?;
                tensors.attend(queries, new)
            }
        }
    }
}

/// Keys and values as tensors of heads, tokens, numbers.
pub(super) struct Tensors {
    heads: Heads,
    device: Device,
    kept: Option<(Tensor, Tensor)>,
    seen: usize,
}

impl Tensors {
    fn new(heads: Heads, device: &Device) -> Self {
        Self { heads, device: device.clone(), kept: None, seen: 0 }
    }

    fn extend(&mut self, keys: &Tensor, values: &Tensor, new: usize) -> Result<()> {
        let Heads { keys: heads, size, .. } = self.heads;
        if self.kept.is_none() {
            self.seen = 0;
        }
        let there = self.kept.as_ref().map_or(Ok(0), |(keys, _)| keys.dim(1))?;
        if self.seen + new > there {
            let room = (2 * there).max(self.seen + new).max(ROOM);
            let wider = |old: Option<&Tensor>| -> Result<Tensor> {
                let wide = Tensor::zeros((heads, room, size), DType::F32, &self.device)?;
                if let Some(old) = old.filter(|_| self.seen > 0) {
                    wide.slice_set(&old.narrow(1, 0, self.seen)?.contiguous()?, 1, 0)?;
                }
                Ok(wide)
            };
            let old = self.kept.take();
            self.kept = Some((wider(old.as_ref().map(|(keys, _)| keys))?, wider(old.as_ref().map(|(_, values)| values))?));
        }
        if let Some((all_keys, all_values)) = &self.kept {
            let by_head = |tensor: &Tensor| tensor.reshape((new, heads, size))?.transpose(0, 1)?.contiguous();
            all_keys.slice_set(&by_head(keys)?, 1, self.seen)?;
            all_values.slice_set(&by_head(values)?, 1, self.seen)?;
        }
        self.seen += new;
        Ok(())
    }

    fn attend(&self, queries: &Tensor, new: usize) -> Result<Tensor> {
        let Heads { queries: all_heads, keys: heads, size } = self.heads;
        let (group, all) = (all_heads / heads, self.seen);
        let Some((keys, values)) = &self.kept else { candle_core::bail!("nothing was remembered") };
        let asked = queries.reshape((new, heads, group, size))?.permute((1, 2, 0, 3))?.contiguous()?.reshape((heads, group * new, size))?;
        let keys = keys.narrow(1, 0, all)?.transpose(1, 2)?.contiguous()?;
        let mut scores = (asked.matmul(&keys)? * (1.0 / (size as f64).sqrt()))?;
        if new > 1 {
            let before = all - new;
            let hidden = (0..new).flat_map(|row| (0..all).map(move |column| if column > before + row { f32::NEG_INFINITY } else { 0.0 }));
            let hidden = Tensor::from_vec(hidden.collect::<Vec<_>>(), (1, new, all), &self.device)?;
            scores = scores.reshape((all_heads, new, all))?.broadcast_add(&hidden)?.reshape((heads, group * new, all))?;
        }
        let found = softmax_last_dim(&scores)?.matmul(&values.narrow(1, 0, all)?.contiguous()?)?;
        found.reshape((heads, group, new, size))?.permute((2, 0, 1, 3))?.contiguous()?.reshape((new, all_heads * size))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADS: Heads = Heads { queries: 6, keys: 2, size: 16 };

    fn numbers(tokens: usize, heads: usize, seed: usize) -> Tensor {
        let count = tokens * heads * HEADS.size;
        let all: Vec<f32> = (0..count).map(|at| ((at * 7919 + seed * 104_729) % 1009) as f32 / 504.5 - 1.0).collect();
        Tensor::from_vec(all, (tokens, heads * HEADS.size), &Device::Cpu).expect("a tensor")
    }

    /// The largest difference of a number between both places, over long and short runs of tokens and rewinds.
    fn furthest(precision: Precision) -> f32 {
        let mut here = Kept::new(HEADS, precision, &Device::Cpu);
        // The tensors' way works on every device, this one too.
        let mut there = Kept::There(Tensors::new(HEADS, &Device::Cpu));
        let mut furthest = 0.0_f32;
        let steps = [(40, None), (1, None), (3, None), (30, Some(20)), (1, None), (1500, None), (2, Some(0))];
        for (seed, (new, rewind)) in steps.into_iter().enumerate() {
            if let Some(tokens) = rewind {
                here.truncate(tokens);
                there.truncate(tokens);
            }
            let (queries, keys, values) = (numbers(new, 6, seed), numbers(new, 2, seed + 50), numbers(new, 2, seed + 90));
            let all = |kept: &mut Kept| -> Vec<f32> {
                let found = kept.attend(&queries, &keys, &values, new).expect("attention");
                assert_eq!(found.dims(), [new, 96]);
                found.flatten_all().and_then(|t| t.to_vec1()).expect("numbers")
            };
            furthest = all(&mut here).iter().zip(all(&mut there)).map(|(a, b)| (a - b).abs()).fold(furthest, f32::max);
        }
        furthest
    }

    #[test]
    fn both_places_attend_to_the_same() {
        let (half, single) = (furthest(Precision::Half), furthest(Precision::Single));
        // The tensors keep 32 bits.
        assert!(half < 2e-3, "{half}");
        assert!(single < 2e-6, "{single}");
    }
}
