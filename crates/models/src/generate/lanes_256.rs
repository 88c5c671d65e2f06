//! Products of quantised weights, as they lie in a GGUF file, with rounded numbers, on processors with AVX2. It must not know where weights come from or
//! how rows are shared out among threads.

use std::arch::x86_64::*;

use bytemuck::{cast_slice, cast_slice_mut};

use super::matrix::{GROUP, Kind};
use super::rounded::{BLOCK, Block, Rounded};

/// Up to so many rows of numbers the weights are taken as they lie; for more of them a group of rows is first put into the order of [`Tile`].
const FEW: usize = 4;

/// A block of a row of weights, opened: `scale * scales * quants - min * mins`.
struct Open {
    /// Whole numbers from 0 to 63.
    quants: [__m256i; 8],
    /// For each 16 quants: the even ones in the lower half, the others in the upper one.
    scales: __m256i,
    /// For each 16 quants, in their order.
    mins: __m256i,
    scale: f32,
    min: f32,
    /// For [`Tile`]: what a whole number of each part is worth, then what is taken away from each number of a part.
    worth: [__m256; 2],
}

/// A block of each of 16 rows of weights, side by side.
struct Tile {
    /// Of four neighbouring numbers after the other those of each row, four to one number of 32 bits.
    quants: [[i32; GROUP]; BLOCK / 4],
    /// The `worth` of all rows.
    worth: [[f32; GROUP]; 16],
}

/// The products of up to [`GROUP`] rows of weights with all rows of numbers; `out` gets [`GROUP`] numbers for each row of numbers.
#[target_feature(enable = "avx2,fma,f16c")]
pub(super) fn group(kind: Kind, weights: &[u8], width: usize, numbers: &Rounded, out: &mut [f32]) {
    match kind {
        Kind::Q4K => group_of::<{ Kind::Q4K as u8 }, 144>(weights, width, numbers, out),
        Kind::Q6K => group_of::<{ Kind::Q6K as u8 }, 210>(weights, width, numbers, out),
        Kind::Q8_0 => unreachable!("products of two bytes are too large for this kernel's sums of 16 bits"),
    }
}

#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
fn group_of<const KIND: u8, const BYTES: usize>(weights: &[u8], width: usize, numbers: &Rounded, out: &mut [f32]) {
    let (blocks, _) = weights.as_chunks::<BYTES>();
    let per_row = width / BLOCK;
    if numbers.rows() > FEW && blocks.len() == GROUP * per_row {
        return many::<KIND, BYTES>(blocks, per_row, numbers, out);
    }
    for (row, blocks) in blocks.chunks_exact(per_row).enumerate() {
        let mut from = 0;
        while from < numbers.rows() {
            let out = &mut out[from * GROUP + row..];
            from += match numbers.rows() - from {
                1 => few::<KIND, BYTES, 1>(blocks, numbers, from, out),
                _ => few::<KIND, BYTES, 2>(blocks, numbers, from, out),
            };
        }
    }
}

/// One row of weights with `M` rows of numbers; returns `M`.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
fn few<const KIND: u8, const BYTES: usize, const M: usize>(weights: &[[u8; BYTES]], numbers: &Rounded, from: usize, out: &mut [f32]) -> usize {
    let mut sums = [_mm256_setzero_ps(); M];
    for (at, weights) in weights.iter().enumerate() {
        let open = open::<KIND, BYTES>(weights);
        for (block, sum) in numbers.column(at)[from..from + M].iter().zip(&mut sums) {
            let mut found = _mm256_setzero_si256();
            for at in 0..8 {
                let pairs = _mm256_maddubs_epi16(open.quants[at], load_256(cast_slice(&block.quants), 32 * at));
                let scales = _mm256_shuffle_epi8(open.scales, _mm256_set1_epi16(0x0101 * 2 * at as i16 + 0x0100));
                found = _mm256_add_epi32(found, _mm256_madd_epi16(pairs, scales));
            }
            *sum = _mm256_fmadd_ps(_mm256_cvtepi32_ps(found), _mm256_set1_ps(open.scale * block.scale), *sum);
            let surplus = _mm256_cvtepi32_ps(_mm256_madd_epi16(open.mins, load_256(cast_slice(&block.sums), 0)));
            *sum = _mm256_fnmadd_ps(surplus, _mm256_set1_ps(open.min * block.scale), *sum);
        }
    }
    for (at, sum) in sums.into_iter().enumerate() {
        let sum = _mm_add_ps(_mm256_castps256_ps128(sum), _mm256_extractf128_ps(sum, 1));
        let sum = _mm_add_ps(sum, _mm_movehl_ps(sum, sum));
        out[at * GROUP] = _mm_cvtss_f32(_mm_add_ss(sum, _mm_movehdup_ps(sum)));
    }
    M
}

/// A group of rows of weights with many rows of numbers.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
fn many<const KIND: u8, const BYTES: usize>(weights: &[[u8; BYTES]], per_row: usize, numbers: &Rounded, out: &mut [f32]) {
    let (out, _) = out.as_chunks_mut::<GROUP>();
    out.fill([0.0; GROUP]);
    let mut tile = Tile { quants: [[0; GROUP]; BLOCK / 4], worth: [[0.0; GROUP]; 16] };
    for at in 0..per_row {
        for row in 0..GROUP {
            fill::<KIND, BYTES>(&mut tile, row, &weights[row * per_row + at]);
        }
        let (mut blocks, mut out) = (numbers.column(at), &mut *out);
        while !blocks.is_empty() {
            let done = match blocks.len() {
                1 => through::<KIND, 1>(&tile, blocks, out),
                2..4 => through::<KIND, 2>(&tile, blocks, out),
                _ => through::<KIND, 4>(&tile, blocks, out),
            };
            blocks = &blocks[done..];
            out = &mut out[done..];
        }
    }
}

/// Puts a block of a row into a tile.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
fn fill<const KIND: u8, const BYTES: usize>(tile: &mut Tile, row: usize, weights: &[u8; BYTES]) {
    let open = open::<KIND, BYTES>(weights);
    let mut quants = [0_i32; BLOCK / 4];
    for (at, numbers) in open.quants.into_iter().enumerate() {
        store_256(cast_slice_mut(&mut quants), 32 * at, numbers);
    }
    for (column, number) in tile.quants.iter_mut().zip(quants) {
        column[row] = number;
    }
    let mut worth = [0.0_f32; 16];
    for (at, numbers) in open.worth.into_iter().enumerate() {
        store_256(cast_slice_mut(&mut worth), 32 * at, _mm256_castps_si256(numbers));
    }
    for (column, number) in tile.worth.iter_mut().zip(worth) {
        column[row] = number;
    }
}

/// A tile with the first `M` blocks of numbers; returns `M`.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
fn through<const KIND: u8, const M: usize>(tile: &Tile, blocks: &[Block], out: &mut [[f32; GROUP]]) -> usize {
    let blocks: &[Block; M] = blocks[..M].try_into().expect("as many as were counted");
    let q4k = KIND == Kind::Q4K as u8;
    // Quants that have one scale.
    let part = if q4k { 32 } else { 16 };
    for half in 0..2 {
        let mut sums = [_mm256_setzero_ps(); M];
        for at in 0..BLOCK / part {
            let mut found = [_mm256_setzero_si256(); M];
            // Sums of so many products are no larger than 16 bits hold.
            let safe = if q4k { 8 } else { 2 };
            for first in (at * part / 4..(at + 1) * part / 4).step_by(safe) {
                let mut pairs = [_mm256_setzero_si256(); M];
                for four in first..first + safe {
                    let quants = load_256(cast_slice(&tile.quants[four]), 32 * half);
                    for row in 0..M {
                        let numbers = _mm256_set1_epi32(blocks[row].quants[four]);
                        pairs[row] = _mm256_add_epi16(pairs[row], _mm256_maddubs_epi16(quants, numbers));
                    }
                }
                for row in 0..M {
                    found[row] = _mm256_add_epi32(found[row], _mm256_madd_epi16(pairs[row], _mm256_set1_epi16(1)));
                }
            }
            let scales = _mm256_castsi256_ps(load_256(cast_slice(&tile.worth[at]), 32 * half));
            for row in 0..M {
                if q4k {
                    let mins = _mm256_castsi256_ps(load_256(cast_slice(&tile.worth[8 + at]), 32 * half));
                    sums[row] = _mm256_fnmadd_ps(mins, _mm256_set1_ps(blocks[row].wide_sums[at]), sums[row]);
                } else {
                    // The quants are 32 too high.
                    found[row] = _mm256_sub_epi32(found[row], _mm256_set1_epi32(32 * i32::from(blocks[row].sums[at])));
                }
                sums[row] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(found[row]), scales, sums[row]);
            }
        }
        for row in 0..M {
            let out: &mut [u8] = cast_slice_mut(&mut out[row]);
            let before = _mm256_castsi256_ps(load_256(out, 32 * half));
            let after = _mm256_fmadd_ps(sums[row], _mm256_set1_ps(blocks[row].scale), before);
            store_256(out, 32 * half, _mm256_castps_si256(after));
        }
    }
    M
}

#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
fn open<const KIND: u8, const BYTES: usize>(weights: &[u8; BYTES]) -> Open {
    if KIND == Kind::Q4K as u8 { open_q4k(weights.first_chunk().expect("144 bytes")) } else { open_q6k(weights.first_chunk().expect("210 bytes")) }
}

/// Two numbers of 16 bits (scale, smallest), twelve bytes of scales and of what is taken away, 6 bits each, 128 bytes of quants: of each 32 bytes the
/// lower halves come first.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
fn open_q4k(weights: &[u8; 144]) -> Open {
    let half = _mm256_set1_epi8(15);
    let word = |at: usize| u32::from_le_bytes([weights[at], weights[at + 1], weights[at + 2], weights[at + 3]]);
    let both = _mm_cvtph_ps(_mm_cvtsi32_si128(word(0) as i32));
    let (scale, min) = (both, _mm_movehdup_ps(both));
    let (first, second, third) = (word(4), word(8), word(12));
    let of_four = |low: u32, high: u32| u64::from(low) | u64::from(high) << 32;
    let scales = of_four(first & 0x3f3f_3f3f, (third & 0x0f0f_0f0f) | (first >> 6 & 0x0303_0303) << 4);
    let mins = of_four(second & 0x3f3f_3f3f, (third >> 4 & 0x0f0f_0f0f) | (second >> 6 & 0x0303_0303) << 4);
    let (scales, mins) = (_mm_cvtsi64_si128(scales as i64), _mm_cvtsi64_si128(mins as i64));
    let mut quants = [_mm256_setzero_si256(); 8];
    for at in 0..4 {
        let both = load_256(weights, 16 + 32 * at);
        quants[2 * at] = _mm256_and_si256(both, half);
        quants[2 * at + 1] = _mm256_and_si256(_mm256_srli_epi16(both, 4), half);
    }
    let worth = |numbers: __m128i, of: __m128| _mm256_mul_ps(_mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(numbers)), _mm256_broadcastss_ps(of));
    Open {
        quants,
        // The two halves of a part have one scale.
        scales: _mm256_broadcastsi128_si256(_mm_cvtepu8_epi16(scales)),
        mins: _mm256_cvtepu8_epi16(_mm_unpacklo_epi8(mins, mins)),
        scale: _mm_cvtss_f32(scale),
        min: _mm_cvtss_f32(min),
        worth: [worth(scales, scale), worth(mins, min)],
    }
}

/// 128 bytes with the lower halves of the quants, 64 with their upper two bits, 16 scales of 8 bits, a number of 16 bits. The quants are 32 too high.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
fn open_q6k(weights: &[u8; 210]) -> Open {
    let half = _mm256_set1_epi8(15);
    let upper = _mm256_set1_epi8(48);
    let scale = _mm_cvtph_ps(_mm_cvtsi32_si128(i32::from(u16::from_le_bytes([weights[208], weights[209]]))));
    let scales = load_128(weights, 192);
    let mut quants = [_mm256_setzero_si256(); 8];
    for at in 0..2 {
        let (first, second) = (load_256(weights, 64 * at), load_256(weights, 64 * at + 32));
        let bits = load_256(weights, 128 + 32 * at);
        let high = |numbers: __m256i| _mm256_and_si256(_mm256_srli_epi16(numbers, 4), half);
        quants[4 * at] = _mm256_or_si256(_mm256_and_si256(first, half), _mm256_and_si256(_mm256_slli_epi16(bits, 4), upper));
        quants[4 * at + 1] = _mm256_or_si256(_mm256_and_si256(second, half), _mm256_and_si256(_mm256_slli_epi16(bits, 2), upper));
        quants[4 * at + 2] = _mm256_or_si256(high(first), _mm256_and_si256(bits, upper));
        quants[4 * at + 3] = _mm256_or_si256(high(second), _mm256_and_si256(_mm256_srli_epi16(bits, 2), upper));
    }
    let even_first = _mm_setr_epi8(0, 2, 4, 6, 8, 10, 12, 14, 1, 3, 5, 7, 9, 11, 13, 15);
    let single = _mm_cvtss_f32(scale);
    let worth = |numbers: __m128i| _mm256_mul_ps(_mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(numbers)), _mm256_broadcastss_ps(scale));
    Open {
        quants,
        scales: _mm256_cvtepi8_epi16(_mm_shuffle_epi8(scales, even_first)),
        mins: _mm256_cvtepi8_epi16(scales),
        scale: single,
        min: 32.0 * single,
        worth: [worth(scales), worth(_mm_srli_si128(scales, 8))],
    }
}

#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn load_256(bytes: &[u8], from: usize) -> __m256i {
    let bytes = &bytes[from..from + 32];
    #[expect(unsafe_code, reason = "loading numbers into a register")]
    // SAFETY: 32 bytes are there (the line above), and need not lie evenly.
    unsafe {
        _mm256_loadu_si256(bytes.as_ptr().cast())
    }
}

#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn load_128(bytes: &[u8], from: usize) -> __m128i {
    let bytes = &bytes[from..from + 16];
    #[expect(unsafe_code, reason = "loading numbers into a register")]
    // SAFETY: 16 bytes are there (the line above), and need not lie evenly.
    unsafe {
        _mm_loadu_si128(bytes.as_ptr().cast())
    }
}

#[inline]
#[target_feature(enable = "avx2")]
fn store_256(bytes: &mut [u8], from: usize, numbers: __m256i) {
    let bytes = &mut bytes[from..from + 32];
    #[expect(unsafe_code, reason = "storing numbers from a register")]
    // SAFETY: there is room for 32 bytes (the line above), which need not lie evenly.
    unsafe {
        _mm256_storeu_si256(bytes.as_mut_ptr().cast(), numbers);
    }
}
