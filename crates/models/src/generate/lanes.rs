//! The loops over numbers that attention spends its time in, compiled twice: for every processor, and for those with AVX2 and FMA, chosen at run
//! time. It must not know what the numbers mean.

/// Numbers that are worked on side by side.
const LANES: usize = 8;
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
    /// The sum of the products of two runs of the same length.
    dot, dot_fast, dot_body, (a: &[f32], b: &[f32]) -> f32
);

for_this_processor!(
    /// Adds rows of numbers, each times its weight, to `out`, which is as long as a row.
    axpy_tile, axpy_tile_fast, axpy_tile_body, (weights: &[f32], rows: &[f32], out: &mut [f32])
);

for_this_processor!(
    /// Softmax of scores times `scale`, in place.
    softmax, softmax_fast, softmax_body, (scores: &mut [f32], scale: f32)
);

/// `a * b + c`. Without the instruction, rounding once would be a call of a function.
#[inline(always)]
fn fused<const FMA: bool>(a: f32, b: f32, c: f32) -> f32 {
    if FMA { a.mul_add(b, c) } else { a * b + c }
}

#[inline(always)]
fn dot_body<const FMA: bool>(a: &[f32], b: &[f32]) -> f32 {
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
    total.iter().sum::<f32>() + rest
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

/// `e^x` for `x` up to 0, without a call, so that it can be done for several numbers at once; relative error below 3e-7.
#[inline(always)]
fn exp<const FMA: bool>(x: f32) -> f32 {
    // Below this the result would not be a normal number.
    let x = x.max(-87.0);
    // x = whole·ln 2 + rest; adding and taking away 1.5·2^23 rounds to a whole number.
    const ROUND: f32 = 12_582_912.0;
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
            assert!((f64::from(dot(&a, &b)) - plain).abs() < 1e-3, "{length}");
            assert!((f64::from(dot_body::<false>(&a, &b)) - plain).abs() < 1e-3, "{length}");
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
