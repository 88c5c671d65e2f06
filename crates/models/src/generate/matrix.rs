//! A matrix of quantised weights, multiplied where it lies in its file, without a copy in another order: which kinds and processors that is done for, and
//! how rows are shared out among the threads. It must not know what the products are for.

#[cfg(target_arch = "x86_64")]
use std::arch::is_x86_feature_detected as has;
use std::cell::RefCell;
use std::marker::PhantomData;

use candle_core::quantized::GgmlDType;

use super::gguf::Span;
use super::rounded::{BLOCK, Rounded};
#[cfg(target_arch = "x86_64")]
use super::{lanes_256, lanes_512};

/// Rows of weights that are worked on together.
pub(super) const GROUP: usize = 16;

/// How the weights are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Q4K,
    Q6K,
    Q8_0,
}

impl Kind {
    fn of(stored: GgmlDType) -> Option<Self> {
        match stored {
            GgmlDType::Q4K => Some(Self::Q4K),
            GgmlDType::Q6K => Some(Self::Q6K),
            GgmlDType::Q8_0 => Some(Self::Q8_0),
            _ => None,
        }
    }

    /// Bytes that [`BLOCK`] weights take.
    const fn bytes(self) -> usize {
        match self {
            Self::Q4K => 144,
            Self::Q6K => 210,
            Self::Q8_0 => 272,
        }
    }
}

/// The kernels, the fastest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Processor {
    #[cfg(target_arch = "x86_64")]
    Avx512,
    #[cfg(target_arch = "x86_64")]
    Avx2,
}

impl Processor {
    const ALL: &[Self] = &[
        #[cfg(target_arch = "x86_64")]
        Self::Avx512,
        #[cfg(target_arch = "x86_64")]
        Self::Avx2,
    ];

    /// Whether this processor can run them.
    fn is_here(self) -> bool {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => Self::Avx2.is_here() && has!("avx512f") && has!("avx512bw") && has!("avx512vl") && has!("avx512vnni"),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => has!("avx2") && has!("fma") && has!("f16c"),
        }
    }

    /// Whether they take weights of this kind.
    fn takes(self, kind: Kind) -> bool {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => true,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => kind != Kind::Q8_0,
        }
    }

    /// The fastest ones for weights of a kind on this processor.
    fn here(kind: Kind) -> Option<Self> {
        Self::ALL.iter().copied().find(|processor| processor.is_here() && processor.takes(kind))
    }

    /// The products of a group of rows of weights with all rows of numbers.
    fn group(self, kind: Kind, weights: &[u8], width: usize, numbers: &Rounded, out: &mut [f32]) {
        match self {
            #[cfg(target_arch = "x86_64")]
            #[expect(unsafe_code, reason = "calling a function for processors that have what was looked for")]
            // SAFETY: the processor has these features: a matrix has only what `is_here`.
            Self::Avx512 => unsafe { lanes_512::group(kind, weights, width, numbers, out) },
            #[cfg(target_arch = "x86_64")]
            #[expect(unsafe_code, reason = "calling a function for processors that have what was looked for")]
            // SAFETY: as above.
            Self::Avx2 => unsafe { lanes_256::group(kind, weights, width, numbers, out) },
        }
    }
}

/// A matrix.
pub(super) struct Matrix {
    weights: Span,
    kind: Kind,
    rows: usize,
    width: usize,
    processor: Processor,
}

impl Matrix {
    /// A matrix in a file; `None` if it is stored in a way, or this processor is one, that nothing is written for.
    pub(super) fn new(weights: Span, stored: GgmlDType, rows: usize, width: usize) -> Option<Self> {
        let kind = Kind::of(stored)?;
        let processor = Processor::here(kind)?;
        let fits = width > 0 && width.is_multiple_of(BLOCK) && weights.bytes().len() == rows * (width / BLOCK) * kind.bytes();
        fits.then_some(Self { weights, kind, rows, width, processor })
    }

    /// Whether weights stored so are multiplied where they lie: all others are put in another order, or widened, once more in memory.
    pub(super) fn in_place(stored: GgmlDType) -> bool {
        Kind::of(stored).and_then(Processor::here).is_some()
    }

    /// Numbers of a row.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// The products of `numbers`, rounded rows as wide as these matrices, with each of them: for each matrix row by row of the numbers. The matrices
    /// share one round of the threads.
    pub(super) fn products<const N: usize>(matrices: [&Self; N], numbers: &Rounded) -> [Vec<f32>; N] {
        let mut out = matrices.map(|matrix| vec![0.0_f32; numbers.rows() * matrix.rows]);
        let groups = matrices.map(|matrix| matrix.rows.div_ceil(GROUP));
        let sheets: Vec<Sheet<'_>> = out.iter_mut().zip(matrices).map(|(out, matrix)| Sheet::new(out, matrix.rows)).collect();
        candle_core::utils::barrier_pool().execute_chunked(groups.iter().sum(), |range| {
            FOUND.with_borrow_mut(|found| {
                found.resize(numbers.rows() * GROUP, 0.0);
                for mut group in range {
                    for ((matrix, groups), sheet) in matrices.iter().zip(groups).zip(&sheets) {
                        if group < groups {
                            matrix.group(group, numbers, found);
                            sheet.put(group * GROUP, found);
                            break;
                        }
                        group -= groups;
                    }
                }
            });
        });
        drop(sheets);
        out
    }

    fn group(&self, group: usize, numbers: &Rounded, out: &mut [f32]) {
        let bytes = self.width / BLOCK * self.kind.bytes();
        let rows = group * GROUP..self.rows.min((group + 1) * GROUP);
        let weights = &self.weights.bytes()[rows.start * bytes..rows.end * bytes];
        self.processor.group(self.kind, weights, self.width, numbers, out);
    }
}

thread_local! {
    /// What was found for a group, before it is put in its place.
    static FOUND: RefCell<Vec<f32>> = const { RefCell::new(Vec::new()) };
}

/// Rows of numbers whose columns are written by several threads.
struct Sheet<'a> {
    numbers: *mut f32,
    width: usize,
    rows: usize,
    of: PhantomData<&'a mut [f32]>,
}

#[expect(unsafe_code, reason = "columns of rows cannot be lent as slices")]
// SAFETY: see `put`, the only use of the pointer.
unsafe impl Sync for Sheet<'_> {}

impl<'a> Sheet<'a> {
    fn new(numbers: &'a mut [f32], width: usize) -> Self {
        Self { rows: numbers.len() / width, numbers: numbers.as_mut_ptr(), width, of: PhantomData }
    }

    /// Puts [`GROUP`] numbers for each row, fewer at its end, into the columns from `from` on. Each column is put once, by one thread: there is one group
    /// for it, and `execute_chunked` gives each group out once.
    fn put(&self, from: usize, found: &[f32]) {
        let count = GROUP.min(self.width - from);
        for (row, found) in found.chunks_exact(GROUP).take(self.rows).enumerate() {
            #[expect(unsafe_code, reason = "columns of rows cannot be lent as slices")]
            // SAFETY: `row` and the columns are inside the numbers, which are lent for as long as the sheet lives, and no other thread writes these.
            unsafe {
                std::ptr::copy_nonoverlapping(found.as_ptr(), self.numbers.add(row * self.width + from), count);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use half::f16;
    use proptest::prelude::*;

    use super::*;

    /// Bytes without a pattern.
    fn bytes(seed: u64) -> impl Iterator<Item = u8> {
        let mut state = seed.wrapping_mul(2).wrapping_add(1);
        std::iter::from_fn(move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            Some((state >> 40) as u8)
        })
    }

    fn stored(kind: Kind) -> GgmlDType {
        match kind {
            Kind::Q4K => GgmlDType::Q4K,
            Kind::Q6K => GgmlDType::Q6K,
            Kind::Q8_0 => GgmlDType::Q8_0,
        }
    }

    /// Blocks of any quants and scales, with numbers of 16 bits that are no larger than those of real files.
    fn weights(kind: Kind, blocks: usize, seed: u64) -> Vec<u8> {
        let mut all: Vec<u8> = bytes(seed).take(blocks * kind.bytes()).collect();
        let halves: &[usize] = match kind {
            Kind::Q4K => &[0, 2],
            Kind::Q6K => &[208],
            Kind::Q8_0 => &[0, 34, 68, 102, 136, 170, 204, 238],
        };
        for block in all.chunks_exact_mut(kind.bytes()) {
            for at in halves {
                let number = f16::from_f32((f32::from(block[*at]) - 100.0) / 2000.0);
                block[*at..at + 2].copy_from_slice(&number.to_le_bytes());
            }
        }
        all
    }

    /// The weights of a block, one by one, by the description of the format.
    fn opened(kind: Kind, block: &[u8]) -> Vec<f64> {
        let half = |at: usize| f64::from(f16::from_le_bytes([block[at], block[at + 1]]));
        (0..BLOCK)
            .map(|i| match kind {
                Kind::Q4K => {
                    let (part, scales) = (i / 32, &block[4..16]);
                    let (scale, min) = if part < 4 {
                        (scales[part] & 63, scales[part + 4] & 63)
                    } else {
                        (scales[part + 4] & 15 | scales[part - 4] >> 6 << 4, scales[part + 4] >> 4 | scales[part] >> 6 << 4)
                    };
                    let byte = block[16 + i / 64 * 32 + i % 32];
                    let quant = if part % 2 == 0 { byte & 15 } else { byte >> 4 };
                    half(0) * f64::from(scale) * f64::from(quant) - half(2) * f64::from(min)
                }
                Kind::Q6K => {
                    let (of_half, i_of_half) = (i / 128, i % 128);
                    let low = block[of_half * 64 + i_of_half % 64] >> (i_of_half / 64 * 4) & 15;
                    let high = block[128 + of_half * 32 + i % 32] >> (i_of_half / 32 * 2) & 3;
                    half(208) * f64::from(block[192 + i / 16] as i8) * (f64::from(low | high << 4) - 32.0)
                }
                Kind::Q8_0 => half(i / 32 * 34) * f64::from(block[i / 32 * 34 + 2 + i % 32] as i8),
            })
            .collect()
    }

    /// What 8 bits keep of numbers.
    fn kept(rounded: &Rounded, row: usize, blocks: usize) -> Vec<f64> {
        let block = |at: usize| {
            let block = &rounded.column(at)[row];
            let quants: &[i8] = bytemuck::cast_slice(&block.quants);
            quants.iter().map(|quant| f64::from(*quant) * f64::from(block.scale)).collect::<Vec<_>>()
        };
        (0..blocks).flat_map(block).collect()
    }

    fn check(kind: Kind, rows: usize, blocks: usize, tokens: usize, seed: u64) {
        let width = blocks * BLOCK;
        let all = weights(kind, rows * blocks, seed);
        let numbers: Vec<f32> = bytes(seed + 1).take(tokens * width).map(|byte| (f32::from(byte) - 120.0) / 50.0).collect();
        let rounded = Rounded::new(&numbers, width);
        let kept: Vec<Vec<f64>> = (0..tokens).map(|token| kept(&rounded, token, blocks)).collect();
        for (number, kept) in numbers.iter().zip(kept.iter().flatten()) {
            assert!((f64::from(*number) - kept).abs() <= 3.0 / 127.0 / 2.0 + 1e-6, "{number} became {kept}");
        }
        let opened: Vec<f64> = all.chunks_exact(kind.bytes()).flat_map(|block| opened(kind, block)).collect();
        for processor in Processor::ALL.iter().copied().filter(|processor| processor.is_here() && processor.takes(kind)) {
            let mut matrix = Matrix::new(Span::of(&all).expect("memory"), stored(kind), rows, width).expect("a matrix");
            matrix.processor = processor;
            let [found] = Matrix::products([&matrix], &rounded);
            assert_eq!(found.len(), tokens * rows);
            for (at, found) in found.iter().enumerate() {
                let (mut sum, mut sizes) = (0.0, 0.0);
                for (weight, number) in opened[at % rows * width..].iter().zip(&kept[at / rows]) {
                    sum += weight * number;
                    sizes += (weight * number).abs();
                }
                // What is taken away from sums of larger numbers costs some of their last bits.
                let allowed = 1e-5 * sizes + 1e-3;
                assert!((f64::from(*found) - sum).abs() <= allowed, "{processor:?} {kind:?} {rows} {blocks} {tokens}: {at}: {found} for {sum}");
            }
        }
    }

    #[test]
    fn every_number_of_rows_and_tokens_is_multiplied() {
        for kind in [Kind::Q4K, Kind::Q6K, Kind::Q8_0] {
            for rows in [1, 15, 16, 17, 33] {
                for tokens in (1..=9).chain([15, 16, 23, 40]) {
                    check(kind, rows, 1 + rows % 3, tokens, (rows * 100 + tokens) as u64);
                }
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
        #[test]
        fn products_are_those_of_the_opened_weights(
            kind in prop_oneof![Just(Kind::Q4K), Just(Kind::Q6K), Just(Kind::Q8_0)],
            rows in 1_usize..40, blocks in 1_usize..4, tokens in 1_usize..20, seed in 0..u64::MAX / 4,
        ) {
            check(kind, rows, blocks, tokens, seed);
        }
    }

    #[test]
    fn several_matrices_share_a_round() {
        let kinds = [Kind::Q4K, Kind::Q6K, Kind::Q4K];
        if kinds.into_iter().any(|kind| Processor::here(kind).is_none()) {
            return;
        }
        let matrices =
            kinds.map(|kind| Matrix::new(Span::of(&weights(kind, 20 * 2, 7)).expect("memory"), stored(kind), 20, 2 * BLOCK).expect("a matrix"));
        let numbers: Vec<f32> = (0..3 * 2 * BLOCK).map(|i| (i % 17) as f32 - 8.0).collect();
        let rounded = Rounded::new(&numbers, 2 * BLOCK);
        let [first, second, third] = &matrices;
        let together = Matrix::products([first, second, third], &rounded);
        for (matrix, together) in matrices.iter().zip(together) {
            let [alone] = Matrix::products([matrix], &rounded);
            assert_eq!(alone, together);
        }
    }

    #[test]
    fn what_does_not_fit_is_no_matrix() {
        let whole = weights(Kind::Q4K, 4, 1);
        assert!(Matrix::new(Span::of(&whole).expect("memory"), GgmlDType::Q4K, 4, BLOCK).is_some() || Processor::here(Kind::Q4K).is_none());
        assert!(Matrix::new(Span::of(&whole).expect("memory"), GgmlDType::Q4K, 3, BLOCK).is_none());
        assert!(Matrix::new(Span::of(&whole).expect("memory"), GgmlDType::Q4K, 4, 128).is_none());
        assert!(Matrix::new(Span::of(&whole).expect("memory"), GgmlDType::F16, 4, BLOCK).is_none());
    }
}
