//! Loops over numbers that answers spend their time in, compiled twice: for every processor, and for those with AVX2 and FMA, chosen at run
//! time. It must not know what the numbers mean.

use half::f16;
use half::slice::HalfFloatSliceExt;

use super::rounded::Block;

/// Numbers that are worked on side by side.
const LANES: usize = 8;
/// 1.5·2^23: adding it to a number that is not large rounds to a whole one.
const ROUND: f32 = 12_582_912.0;
/// Independent sums, so that one need not wait for the other.
const SUMS: usize = 4;

macro_rules! for_this_processor {
    ($(#[$about:meta])* $name:ident, $fast:ident, $body:ident, ($($argument:ident: $kind:ty),*) $(-> $result:ty)?) => {
        $(#[$about])*
        #[inline]
        pub(super) fn $name($($argument: $kind),*) $(-> $result)? {
            #[cfg(target_arch = "x86_64")]
            {
                if std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma") {
                    #[expect(unsafe_code, reason = "calling a function for processors that have what was just looked for")]
                    // SAFETY: the processor has both features.
                    return unsafe { $fast($($argument),*) };
                }
            }
            $body::<false>($($argument),*)
        }

        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = "avx2,fma")]
        fn $fast($($argument: $kind),*) $(-> $result)? {
            $body::<true>($($argument),*)
        }
    };
}

for_this_processor!(
    /// For each row, the sum of its products with `a`, which is as long, times `scale`.
    dots, dots_fast, dots_body, (a: &[f32], rows: &[f32], scale: f32, out: &mut [f32])
);

for_this_processor!(
    /// Makes each score `e^(score - highest)`, and returns their sum.
    weigh, weigh_fast, weigh_body, (scores: &mut [f32], highest: f32) -> f32
);

for_this_processor!(
    /// Adds rows of numbers, each times its weight, to `out`, which is as long as a row.
    axpy_tile, axpy_tile_fast, axpy_tile_body, (weights: &[f32], rows: &[f32], out: &mut [f32])
);

for_this_processor!(
    /// Softmax of scores times `scale`, in place.
    softmax, softmax_fast, softmax_body, (scores: &mut [f32], scale: f32)
);

/// Makes numbers of 16 bits such of 32.
#[inline]
pub(super) fn widen(numbers: &[f16], out: &mut [f32]) {
    #[cfg(target_arch = "x86_64")]
    {
        if std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("f16c") {
            #[expect(unsafe_code, reason = "calling a function for processors that have what was just looked for")]
            // SAFETY: the processor has both features.
            return unsafe { widen_fast(numbers, out) };
        }
    }
    numbers.convert_to_f32_slice(out);
}

/// The library looks for the instruction again for each eight numbers.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,f16c")]
fn widen_fast(numbers: &[f16], out: &mut [f32]) {
    use std::arch::x86_64::{_mm_loadu_si128, _mm256_cvtph_ps, _mm256_storeu_ps};
    let (numbers, rest) = numbers.as_chunks::<LANES>();
    let (out, out_rest) = out.as_chunks_mut::<LANES>();
    for (numbers, out) in numbers.iter().zip(out) {
        #[expect(unsafe_code, reason = "loading numbers into a register and storing them")]
        // SAFETY: eight numbers of 16 bits are read, and eight of 32 bits written; neither need lie evenly.
        unsafe {
            _mm256_storeu_ps(out.as_mut_ptr(), _mm256_cvtph_ps(_mm_loadu_si128(numbers.as_ptr().cast())));
        }
    }
    rest.convert_to_f32_slice(out_rest);
}

for_this_processor!(
    /// Rounds the numbers of a block.
    round_block, round_block_fast, round_block_body, (numbers: &[f32], block: &mut Block)
);

/// `a * b + c`. Without the instruction, rounding once would be a call of a function.
#[inline(always)]
fn fused<const FMA: bool>(a: f32, b: f32, c: f32) -> f32 {
    if FMA { a.mul_add(b, c) } else { a * b + c }
}

#[inline(always)]
fn dots_body<const FMA: bool>(a: &[f32], rows: &[f32], scale: f32, out: &mut [f32]) {
    for (row, out) in rows.chunks_exact(a.len()).zip(out) {
        *out = dot::<FMA>(a, row) * scale;
    }
}

/// The sum of the products of two runs of the same length.
#[inline(always)]
fn dot<const FMA: bool>(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [[0.0_f32; LANES]; SUMS];
    let (a_blocks, b_blocks) = (a.chunks_exact(LANES * SUMS), b.chunks_exact(LANES * SUMS));
    let rest: f32 = a_blocks.remainder().iter().zip(b_blocks.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in a_blocks.zip(b_blocks) {
        for (sum, (a, b)) in sums.iter_mut().zip(a.chunks_exact(LANES).zip(b.chunks_exact(LANES))) {
            for lane in 0..LANES {
                sum[lane] = fused::<FMA>(a[lane], b[lane], sum[lane]);
            }
        }
    }
    let mut total = [0.0_f32; LANES];
    for sum in sums {
        for lane in 0..LANES {
            total[lane] += sum[lane];
        }
    }
    added(total) + rest
}

/// The sum, halves first: the other way each addition would wait for the one before.
#[inline(always)]
fn added(numbers: [f32; LANES]) -> f32 {
    let [a, b, c, d, e, f, g, h] = numbers;
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}

#[inline(always)]
fn weigh_body<const FMA: bool>(scores: &mut [f32], highest: f32) -> f32 {
    let mut sums = [0.0_f32; LANES];
    let mut blocks = scores.chunks_exact_mut(LANES);
    for block in &mut blocks {
        for lane in 0..LANES {
            block[lane] = exp::<FMA>(block[lane] - highest);
            sums[lane] += block[lane];
        }
    }
    let mut sum = added(sums);
    for score in blocks.into_remainder() {
        *score = exp::<FMA>(*score - highest);
        sum += *score;
    }
    sum
}

#[inline(always)]
fn axpy_tile_body<const FMA: bool>(weights: &[f32], rows: &[f32], out: &mut [f32]) {
    const BLOCK: usize = LANES * SUMS;
    let width = out.len();
    let whole = width - width % BLOCK;
    for from in (0..whole).step_by(BLOCK) {
        // A block of the sum stays in registers while all rows pass.
        let mut sum = [0.0_f32; BLOCK];
        sum.copy_from_slice(&out[from..from + BLOCK]);
        for (weight, row) in weights.iter().zip(rows.chunks_exact(width)) {
            let row = &row[from..from + BLOCK];
            for lane in 0..BLOCK {
                sum[lane] = fused::<FMA>(*weight, row[lane], sum[lane]);
            }
        }
        out[from..from + BLOCK].copy_from_slice(&sum);
    }
    for (weight, row) in weights.iter().zip(rows.chunks_exact(width)) {
        for (out, number) in out[whole..].iter_mut().zip(&row[whole..]) {
            *out += weight * number;
        }
    }
}

#[inline(always)]
fn softmax_body<const FMA: bool>(scores: &mut [f32], scale: f32) {
    let mut highest = [f32::NEG_INFINITY; LANES];
    let blocks = scores.chunks_exact(LANES);
    let rest = blocks.remainder().iter().fold(f32::NEG_INFINITY, |a, b| a.max(*b));
    for block in blocks {
        for lane in 0..LANES {
            highest[lane] = highest[lane].max(block[lane]);
        }
    }
    let highest = highest.iter().fold(rest, |a, b| a.max(*b)) * scale;
    let mut sums = [0.0_f32; LANES];
    let mut blocks = scores.chunks_exact_mut(LANES);
    for block in &mut blocks {
        for lane in 0..LANES {
            block[lane] = exp::<FMA>(fused::<FMA>(block[lane], scale, -highest));
            sums[lane] += block[lane];
        }
    }
    let mut sum: f32 = sums.iter().sum();
    for score in blocks.into_remainder() {
        *score = exp::<FMA>(fused::<FMA>(*score, scale, -highest));
        sum += *score;
    }
    let share = 1.0 / sum;
    scores.iter_mut().for_each(|score| *score *= share);
}

#[inline(always)]
fn round_block_body<const FMA: bool>(numbers: &[f32], block: &mut Block) {
    // Without their signs the bits are in the order of the numbers, and what is no number is above them all: it is not lost, but makes the scale none.
    let mut highest = [0_u32; LANES * SUMS];
    for numbers in numbers.chunks_exact(LANES * SUMS) {
        for (highest, number) in highest.iter_mut().zip(numbers) {
            *highest = (*highest).max(number.abs().to_bits());
        }
    }
    let highest = f32::from_bits(highest.iter().fold(0, |a, b| a.max(*b)));
    block.scale = highest / 127.0;
    let inverse = if highest > 0.0 { 127.0 / highest } else { 0.0 };
    let quants: &mut [i8] = bytemuck::cast_slice_mut(&mut block.quants);
    for (numbers, quants) in numbers.chunks_exact(LANES).zip(quants.chunks_exact_mut(LANES)) {
        for lane in 0..LANES {
            // The whole number stands in the lowest bits.
            quants[lane] = fused::<FMA>(numbers[lane], inverse, ROUND).to_bits() as i8;
        }
    }
    for (quants, sum) in quants.chunks_exact(16).zip(&mut block.sums) {
        *sum = quants.iter().map(|quant| i16::from(*quant)).sum();
    }
    for (sums, sum) in block.sums.chunks_exact(2).zip(&mut block.wide_sums) {
        *sum = f32::from(sums[0] + sums[1]);
    }
}

/// `e^x` for `x` up to 0, without a call, so that it can be done for several numbers at once; relative error below 3e-7.
#[inline(always)]
fn exp<const FMA: bool>(x: f32) -> f32 {
    // Below this the result would not be a normal number. (What is no number stays none, which `max` would change.)
    let x = if x < -87.0 { -87.0 } else { x };
    // x = whole·ln 2 + rest.
    let whole = fused::<FMA>(x, std::f32::consts::LOG2_E, ROUND) - ROUND;
    // ln 2 in two parts, the first of few bits, so that the first product is exact.
    let rest = fused::<FMA>(whole, -0.693_359_4, x);
    let rest = fused::<FMA>(whole, 2.121_944_4e-4, rest);
    // e^rest for |rest| ≤ ln 2 / 2, by the series.
    let mut sum = 1.0 / 720.0;
    for coefficient in [1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0] {
        sum = fused::<FMA>(sum, rest, coefficient);
    }
    // 2^whole, put together from its bits.
    sum * f32::from_bits(((whole as i32 + 127) << 23) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(count: usize) -> Vec<f32> {
        (0..count).map(|i| ((i * 37 % 101) as f32 - 50.0) / 25.0).collect()
    }

    #[test]
    fn both_forms_agree_with_plain_sums_for_every_length() {
        for length in [1, 7, 8, 31, 32, 33, 64, 100, 128] {
            let (a, b) = (numbers(length), numbers(length + 5)[5..].to_vec());
            let plain: f64 = a.iter().zip(&b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
            let mut found = [[0.0; 2]; 2];
            dots(&a, &[b.clone(), a.clone()].concat(), 0.5, &mut found[0]);
            dots_body::<false>(&a, &[b, a.clone()].concat(), 0.5, &mut found[1]);
            let square: f64 = a.iter().map(|a| f64::from(*a) * f64::from(*a)).sum();
            for found in found {
                assert!((f64::from(found[0]) - plain / 2.0).abs() < 1e-3 && (f64::from(found[1]) - square / 2.0).abs() < 1e-3, "{length}");
            }
            let rows = numbers(length * 3);
            let (mut here, mut anywhere) = (a.clone(), a.clone());
            axpy_tile(&[0.5, -2.0, 1.5], &rows, &mut here);
            axpy_tile_body::<false>(&[0.5, -2.0, 1.5], &rows, &mut anywhere);
            for i in 0..length {
                let plain = a[i] + 0.5 * rows[i] - 2.0 * rows[length + i] + 1.5 * rows[2 * length + i];
                assert!((here[i] - plain).abs() < 1e-4 && (anywhere[i] - plain).abs() < 1e-4, "{length} {i}");
            }
        }
    }

    #[test]
    fn a_score_that_is_no_number_makes_all_weights_none() {
        for length in [8, 33] {
            let mut scores = numbers(length);
            scores[length - 1] = f32::NAN;
            assert!(weigh(&mut scores.clone(), 2.5).is_nan(), "{length}");
            softmax(&mut scores, 3.0);
            assert!(scores.iter().all(|score| score.is_nan()), "{length}");
        }
    }

    #[test]
    fn numbers_of_16_bits_are_widened_as_by_the_library() {
        for length in [1, 7, 8, 9, 128, 131] {
            let narrow: Vec<f16> = numbers(length).into_iter().map(f16::from_f32).collect();
            let mut wide = vec![0.0; length];
            widen(&narrow, &mut wide);
            assert!(narrow.iter().zip(wide).all(|(narrow, wide)| narrow.to_f32() == wide), "{length}");
        }
    }

    #[test]
    fn scores_are_weighed_as_by_the_library() {
        for length in [1, 7, 8, 31, 32, 33] {
            let scores = numbers(length);
            let (mut here, mut anywhere) = (scores.clone(), scores.clone());
            let sums = [weigh(&mut here, 2.5), weigh_body::<false>(&mut anywhere, 2.5)];
            let plain: Vec<f64> = scores.iter().map(|score| (f64::from(*score) - 2.5).exp()).collect();
            for sum in sums {
                assert!((f64::from(sum) - plain.iter().sum::<f64>()).abs() < 1e-5, "{length}");
            }
            for (i, plain) in plain.iter().enumerate() {
                assert!((f64::from(here[i]) - plain).abs() < 1e-6 && (f64::from(anywhere[i]) - plain).abs() < 1e-6, "{length} {i}");
            }
        }
    }

    #[test]
    fn numbers_are_rounded_to_the_nearest_step() {
        let numbers: Vec<f32> = numbers(256).iter().map(|number| number - 0.3).collect();
        let highest = numbers.iter().fold(0.0_f32, |a, b| a.max(b.abs()));
        let (mut here, mut anywhere) = (Block::EMPTY, Block::EMPTY);
        round_block(&numbers, &mut here);
        round_block_body::<false>(&numbers, &mut anywhere);
        for block in [here, anywhere] {
            assert!((block.scale * 127.0 - highest).abs() < 1e-6);
            let quants: &[i8] = bytemuck::cast_slice(&block.quants);
            for (quant, number) in quants.iter().zip(&numbers) {
                assert!((f32::from(*quant) * block.scale - number).abs() <= block.scale * 0.5001, "{quant} {number}");
            }
            for (quants, sum) in quants.chunks_exact(16).zip(block.sums) {
                assert_eq!(i32::from(sum), quants.iter().map(|quant| i32::from(*quant)).sum::<i32>());
            }
            for (quants, sum) in quants.chunks_exact(32).zip(block.wide_sums) {
                assert_eq!(sum, quants.iter().map(|quant| f32::from(*quant)).sum::<f32>());
            }
        }
        for wrong in [f32::NAN, f32::INFINITY] {
            let mut with_wrong = numbers.clone();
            with_wrong[77] = wrong;
            let mut block = Block::EMPTY;
            round_block(&with_wrong, &mut block);
            assert!(!block.scale.is_finite(), "what is no number is not rounded away");
        }
        let mut nothing = Block::EMPTY;
        round_block(&[0.0; 256], &mut nothing);
        assert!(nothing.scale == 0.0 && nothing.quants.iter().all(|quants| *quants == 0));
    }

    #[test]
    fn softmax_adds_up_to_one_and_agrees_with_the_library() {
        for length in [1, 5, 8, 40, 1000] {
            let scores = numbers(length);
            let highest = scores.iter().fold(f32::MIN, |a, b| a.max(*b)) * 3.0;
            let sum: f64 = scores.iter().map(|s| f64::from(s * 3.0 - highest).exp()).sum();
            let (mut here, mut anywhere) = (scores.clone(), scores.clone());
            softmax(&mut here, 3.0);
            softmax_body::<false>(&mut anywhere, 3.0);
            for i in 0..length {
                let plain = f64::from(scores[i] * 3.0 - highest).exp() / sum;
                assert!((f64::from(here[i]) - plain).abs() < 1e-6 && (f64::from(anywhere[i]) - plain).abs() < 1e-6, "{length} {i}");
            }
        }
    }
}
