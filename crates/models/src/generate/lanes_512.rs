//! Products of quantised weights, as they lie in a GGUF file, with rounded numbers, on processors with AVX-512 and its products of bytes. It must not
//! know where weights come from or how rows are shared out among threads.

use std::arch::x86_64::*;

use bytemuck::cast_slice;

use super::lanes_256::{load_128, load_256};
use super::matrix::{GROUP, Kind};
use super::rounded::{BLOCK, Block, Rounded};

/// Up to so many rows of numbers the weights are taken as they lie; for more of them a group of rows is first put into the order of [`Tile`].
const FEW: usize = 4;

/// Bytes from the block that is worked on to the one asked for.
const AHEAD: usize = 2048;

/// A block of a row of weights, opened: `scale * scales * quants - min * mins`.
struct Open {
    /// Whole numbers from 0 to 63.
    quants: [__m512i; 4],
    /// For each two quants the scale of theirs.
    scales: [__m512i; 4],
    /// For each 16 quants.
    mins: __m256i,
    scale: f32,
    min: f32,
    /// For [`Tile`]: what a whole number of each part is worth, then what is taken away from each number of a part.
    worth: __m512,
}

/// A block of each of 16 rows of weights, side by side.
struct Tile {
    /// Of four neighbouring numbers after the other those of each row.
    quants: [[__m512i; 16]; 4],
    /// The `worth` of all rows, as bits.
    worth: [__m512i; 16],
}

/// The products of up to [`GROUP`] rows of weights with all rows of numbers; `out` gets [`GROUP`] numbers for each row of numbers.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,fma,f16c")]
pub(super) fn group(kind: Kind, weights: &[u8], width: usize, numbers: &Rounded, out: &mut [f32]) {
    match kind {
        Kind::Q4K => group_of::<{ Kind::Q4K as u8 }, 144>(weights, width, numbers, out),
        Kind::Q6K => group_of::<{ Kind::Q6K as u8 }, 210>(weights, width, numbers, out),
        Kind::Q8_0 => group_of::<{ Kind::Q8_0 as u8 }, 272>(weights, width, numbers, out),
    }
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,fma,f16c")]
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
                2 => few::<KIND, BYTES, 2>(blocks, numbers, from, out),
                3 => few::<KIND, BYTES, 3>(blocks, numbers, from, out),
                _ => few::<KIND, BYTES, 4>(blocks, numbers, from, out),
            };
        }
    }
}

/// One row of weights with `M` rows of numbers; returns `M`.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,fma,f16c")]
fn few<const KIND: u8, const BYTES: usize, const M: usize>(weights: &[[u8; BYTES]], numbers: &Rounded, from: usize, out: &mut [f32]) -> usize {
    let mut sums = [_mm512_setzero_ps(); M];
    let mut less = [_mm256_setzero_ps(); M];
    for (at, weights) in weights.iter().enumerate() {
        let blocks = &numbers.column(at)[from..from + M];
        // The processor's own guess ends with each page.
        ahead::<BYTES, _MM_HINT_T0>(weights, AHEAD);
        if KIND == Kind::Q8_0 as u8 {
            let (quants, worth) = open_q8_0(part(weights));
            // Each pair of parts has one scale on either side.
            let pairs: [__m512; 4] = std::array::from_fn(|pair| {
                let first = _mm512_set1_epi32(2 * pair as i32);
                let second = _mm512_mask_blend_epi32(0xff00, first, _mm512_set1_epi32(2 * pair as i32 + 1));
                _mm512_permutexvar_ps(second, worth)
            });
            for (block, (sum, less)) in blocks.iter().zip(sums.iter_mut().zip(&mut less)) {
                let mut found = _mm512_setzero_ps();
                for pair in 0..4 {
                    let product = _mm512_dpbusd_epi32(_mm512_setzero_si512(), quants[pair], load_512(cast_slice(&block.quants), 64 * pair));
                    found = _mm512_fmadd_ps(_mm512_cvtepi32_ps(product), pairs[pair], found);
                }
                *sum = _mm512_fmadd_ps(found, _mm512_set1_ps(block.scale), *sum);
                // The quants are 128 too high.
                let surplus = _mm256_mul_ps(_mm512_castps512_ps256(worth), _mm256_castsi256_ps(load_256(cast_slice(&block.wide_sums), 0)));
                *less = _mm256_fmadd_ps(surplus, _mm256_set1_ps(block.scale * 128.0), *less);
            }
        } else {
            let open = if KIND == Kind::Q4K as u8 { open_q4k(part(weights)) } else { open_q6k(part(weights)) };
            for (block, (sum, less)) in blocks.iter().zip(sums.iter_mut().zip(&mut less)) {
                let mut found = _mm512_setzero_si512();
                for at in 0..4 {
                    let pairs = _mm512_maddubs_epi16(open.quants[at], load_512(cast_slice(&block.quants), 64 * at));
                    found = _mm512_dpwssd_epi32(found, pairs, open.scales[at]);
                }
                *sum = _mm512_fmadd_ps(_mm512_cvtepi32_ps(found), _mm512_set1_ps(open.scale * block.scale), *sum);
                let surplus = _mm256_cvtepi32_ps(_mm256_madd_epi16(open.mins, load_256(cast_slice(&block.sums), 0)));
                *less = _mm256_fmadd_ps(surplus, _mm256_set1_ps(open.min * block.scale), *less);
            }
        }
    }
    for (at, (sum, less)) in sums.into_iter().zip(less).enumerate() {
        out[at * GROUP] = _mm512_reduce_add_ps(_mm512_sub_ps(sum, _mm512_zextps256_ps512(less)));
    }
    M
}

/// A group of rows of weights with many rows of numbers.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,fma,f16c")]
fn many<const KIND: u8, const BYTES: usize>(weights: &[[u8; BYTES]], per_row: usize, numbers: &Rounded, out: &mut [f32]) {
    let (out, _) = out.as_chunks_mut::<GROUP>();
    out.fill([0.0; GROUP]);
    let mut tile = Tile { quants: [[_mm512_setzero_si512(); 16]; 4], worth: [_mm512_setzero_si512(); 16] };
    for at in 0..per_row {
        for row in 0..GROUP {
            let block = &weights[row * per_row + at];
            // The next group's: these are met too seldom for the processor to guess them.
            ahead::<BYTES, _MM_HINT_T1>(block, size_of_val(weights));
            lay::<KIND, BYTES>(&mut tile, row, block);
        }
        for quarter in &mut tile.quants {
            turn(quarter);
        }
        turn(&mut tile.worth);
        let (mut blocks, mut out) = (numbers.column(at), &mut *out);
        while !blocks.is_empty() {
            let done = match blocks.len() {
                1 => through::<KIND, 1>(&tile, blocks, out),
                2..4 => through::<KIND, 2>(&tile, blocks, out),
                4..8 => through::<KIND, 4>(&tile, blocks, out),
                _ => through::<KIND, 8>(&tile, blocks, out),
            };
            blocks = &blocks[done..];
            out = &mut out[done..];
        }
    }
}

/// A tile with the first `M` blocks of numbers; returns `M`.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,fma,f16c")]
fn through<const KIND: u8, const M: usize>(tile: &Tile, blocks: &[Block], out: &mut [[f32; GROUP]]) -> usize {
    let blocks: &[Block; M] = blocks[..M].try_into().expect("as many as were counted");
    let mut sums = [_mm512_setzero_ps(); M];
    // Quants that have one scale.
    let part = if KIND == Kind::Q6K as u8 { 16 } else { 32 };
    for at in 0..BLOCK / part {
        let mut found = [_mm512_setzero_si512(); M];
        if KIND == Kind::Q6K as u8 {
            // The quants are 32 too high.
            found = std::array::from_fn(|row| _mm512_set1_epi32(-32 * i32::from(blocks[row].sums[at])));
        }
        for four in at * part / 4..(at + 1) * part / 4 {
            for row in 0..M {
                found[row] = _mm512_dpbusd_epi32(found[row], tile.quants[four / 16][four % 16], _mm512_set1_epi32(blocks[row].quants[four]));
            }
        }
        for row in 0..M {
            sums[row] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(found[row]), _mm512_castsi512_ps(tile.worth[at]), sums[row]);
            if KIND != Kind::Q6K as u8 {
                sums[row] = _mm512_fnmadd_ps(_mm512_castsi512_ps(tile.worth[8 + at]), _mm512_set1_ps(blocks[row].wide_sums[at]), sums[row]);
            }
        }
    }
    for row in 0..M {
        add(&mut out[row], sums[row], blocks[row].scale);
    }
    M
}

/// Lays a block of a row into a tile that is still to be turned.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,fma,f16c")]
fn lay<const KIND: u8, const BYTES: usize>(tile: &mut Tile, row: usize, weights: &[u8; BYTES]) {
    let (quants, worth) = if KIND == Kind::Q8_0 as u8 {
        let (quants, worth) = open_q8_0(part(weights));
        // The quants are 128 too high.
        (quants, _mm512_mask_mul_ps(worth, 0xff00, worth, _mm512_set1_ps(128.0)))
    } else {
        let open = if KIND == Kind::Q4K as u8 { open_q4k(part(weights)) } else { open_q6k(part(weights)) };
        (open.quants, open.worth)
    };
    for (quarter, quants) in tile.quants.iter_mut().zip(quants) {
        quarter[row] = quants;
    }
    tile.worth[row] = _mm512_castps_si512(worth);
}

/// Turns rows of 16 numbers of 32 bits into columns.
#[inline]
#[target_feature(enable = "avx512f")]
fn turn(rows: &mut [__m512i; 16]) {
    let mut a = *rows;
    for i in (0..16).step_by(2) {
        (a[i], a[i + 1]) = (_mm512_unpacklo_epi32(rows[i], rows[i + 1]), _mm512_unpackhi_epi32(rows[i], rows[i + 1]));
    }
    let mut b = a;
    for i in (0..16).step_by(4) {
        for j in 0..2 {
            b[i + 2 * j] = _mm512_unpacklo_epi64(a[i + j], a[i + j + 2]);
            b[i + 2 * j + 1] = _mm512_unpackhi_epi64(a[i + j], a[i + j + 2]);
        }
    }
    // Now `b[4 * i + j]` has, in each of its quarters q, column 4 * q + j of the rows 4 * i and after.
    for j in 0..4 {
        let low = _mm512_shuffle_i32x4(b[j], b[4 + j], 0x88);
        let high = _mm512_shuffle_i32x4(b[j], b[4 + j], 0xdd);
        let low_after = _mm512_shuffle_i32x4(b[8 + j], b[12 + j], 0x88);
        let high_after = _mm512_shuffle_i32x4(b[8 + j], b[12 + j], 0xdd);
        rows[j] = _mm512_shuffle_i32x4(low, low_after, 0x88);
        rows[4 + j] = _mm512_shuffle_i32x4(high, high_after, 0x88);
        rows[8 + j] = _mm512_shuffle_i32x4(low, low_after, 0xdd);
        rows[12 + j] = _mm512_shuffle_i32x4(high, high_after, 0xdd);
    }
}

/// Two numbers of 16 bits (scale, smallest), twelve bytes of scales and of what is taken away, 6 bits each, 128 bytes of quants: of each 32 bytes the
/// lower halves come first.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,fma,f16c")]
fn open_q4k(weights: &[u8; 144]) -> Open {
    let half = _mm512_set1_epi8(15);
    let word = |at: usize| u32::from_le_bytes([weights[at], weights[at + 1], weights[at + 2], weights[at + 3]]);
    let both = _mm_cvtph_ps(_mm_cvtsi32_si128(word(0) as i32));
    let (first, second, third) = (word(4), word(8), word(12));
    let of_four = |low: u32, high: u32| u64::from(low) | u64::from(high) << 32;
    let scales = of_four(first & 0x3f3f_3f3f, (third & 0x0f0f_0f0f) | (first >> 6 & 0x0303_0303) << 4);
    let mins = of_four(second & 0x3f3f_3f3f, (third >> 4 & 0x0f0f_0f0f) | (second >> 6 & 0x0303_0303) << 4);
    let (scales, mins) = (_mm_cvtsi64_si128(scales as i64), _mm_cvtsi64_si128(mins as i64));
    let quants: [__m512i; 2] = std::array::from_fn(|at| load_512(weights, 16 + 64 * at));
    let [low, low_after] = quants.map(|quants| _mm512_and_si512(quants, half));
    let [high, high_after] = quants.map(|quants| _mm512_and_si512(_mm512_srli_epi16(quants, 4), half));
    let wide = _mm512_castsi128_si512(_mm_cvtepu8_epi16(scales));
    let worth = _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_unpacklo_epi64(scales, mins)));
    let (scale, min) = (_mm512_broadcastss_ps(both), _mm512_broadcastss_ps(_mm_movehdup_ps(both)));
    Open {
        quants: [
            _mm512_shuffle_i64x2(low, high, 0x44),
            _mm512_shuffle_i64x2(low, high, 0xee),
            _mm512_shuffle_i64x2(low_after, high_after, 0x44),
            _mm512_shuffle_i64x2(low_after, high_after, 0xee),
        ],
        scales: std::array::from_fn(|at| {
            let (first, second) = (_mm512_set1_epi16(2 * at as i16), _mm512_set1_epi16(2 * at as i16 + 1));
            _mm512_permutexvar_epi16(_mm512_mask_blend_epi32(0xff00, first, second), wide)
        }),
        mins: _mm256_cvtepu8_epi16(_mm_unpacklo_epi8(mins, mins)),
        scale: _mm_cvtss_f32(both),
        min: _mm_cvtss_f32(_mm_movehdup_ps(both)),
        worth: _mm512_mul_ps(worth, _mm512_mask_blend_ps(0xff00, scale, min)),
    }
}

/// 128 bytes with the lower halves of the quants, 64 with their upper two bits, 16 scales of 8 bits, a number of 16 bits. The quants are 32 too high.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,fma,f16c")]
fn open_q6k(weights: &[u8; 210]) -> Open {
    let half = _mm512_set1_epi8(15);
    let upper = _mm512_set1_epi8(48);
    let scale = _mm_cvtph_ps(_mm_cvtsi32_si128(i32::from(u16::from_le_bytes([weights[208], weights[209]]))));
    let scales = load_128(weights, 192);
    let wide = _mm256_cvtepi8_epi16(scales);
    let left = _mm512_mask_blend_epi32(0xff00, _mm512_set1_epi16(4), _mm512_set1_epi16(2));
    let right = _mm512_mask_blend_epi32(0xff00, _mm512_setzero_si512(), _mm512_set1_epi16(2));
    let mut quants = [_mm512_setzero_si512(); 4];
    for at in 0..2 {
        let low = load_512(weights, 64 * at);
        let bits = _mm512_broadcast_i64x4(load_256(weights, 128 + 32 * at));
        quants[2 * at] = _mm512_or_si512(_mm512_and_si512(low, half), _mm512_and_si512(_mm512_sllv_epi16(bits, left), upper));
        quants[2 * at + 1] =
            _mm512_or_si512(_mm512_and_si512(_mm512_srli_epi16(low, 4), half), _mm512_and_si512(_mm512_srlv_epi16(bits, right), upper));
    }
    // Eight neighbouring pairs have one scale.
    let eighths = _mm512_set_epi16(3, 3, 3, 3, 3, 3, 3, 3, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0);
    let single = _mm_cvtss_f32(scale);
    Open {
        quants,
        scales: std::array::from_fn(|at| {
            _mm512_permutexvar_epi16(_mm512_add_epi16(eighths, _mm512_set1_epi16(4 * at as i16)), _mm512_castsi256_si512(wide))
        }),
        mins: wide,
        scale: single,
        min: 32.0 * single,
        worth: _mm512_mul_ps(_mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(scales)), _mm512_broadcastss_ps(scale)),
    }
}

/// Eight times a number of 16 bits and 32 quants with a sign. Returns the quants 128 too high, and the numbers twice.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,fma,f16c")]
fn open_q8_0(weights: &[u8; 272]) -> ([__m512i; 4], __m512) {
    let high = _mm512_set1_epi8(-128);
    let quants = std::array::from_fn(|pair| {
        let (first, second) = (load_256(weights, 68 * pair + 2), load_256(weights, 68 * pair + 36));
        _mm512_xor_si512(_mm512_inserti64x4(_mm512_castsi256_si512(first), second, 1), high)
    });
    let scales: [i16; 8] = std::array::from_fn(|at| i16::from_le_bytes([weights[34 * at], weights[34 * at + 1]]));
    let scales = _mm_set_epi16(scales[7], scales[6], scales[5], scales[4], scales[3], scales[2], scales[1], scales[0]);
    (quants, _mm512_cvtph_ps(_mm256_broadcastsi128_si256(scales)))
}

/// A block of the size that its kind has.
#[inline(always)]
fn part<const BYTES: usize, const SIZE: usize>(weights: &[u8; BYTES]) -> &[u8; SIZE] {
    weights.first_chunk().expect("a block is as long as its kind says")
}

#[inline]
#[target_feature(enable = "avx512f")]
fn load_512(bytes: &[u8], from: usize) -> __m512i {
    let bytes = &bytes[from..from + 64];
    #[expect(unsafe_code, reason = "loading numbers into a register")]
    // SAFETY: 64 bytes are there (the line above), and need not lie evenly.
    unsafe {
        _mm512_loadu_si512(bytes.as_ptr().cast())
    }
}

/// Adds to numbers.
#[inline]
#[target_feature(enable = "avx512f")]
fn add(numbers: &mut [f32; GROUP], sums: __m512, scale: f32) {
    #[expect(unsafe_code, reason = "loading numbers into a register and storing them")]
    // SAFETY: 16 numbers are 64 bytes, and need not lie evenly.
    unsafe {
        let before = _mm512_loadu_ps(numbers.as_ptr());
        _mm512_storeu_ps(numbers.as_mut_ptr(), _mm512_fmadd_ps(sums, _mm512_set1_ps(scale), before));
    }
}

/// Asks for a block of weights further on, so that it is there when its turn comes.
#[inline]
#[target_feature(enable = "avx512f")]
fn ahead<const BYTES: usize, const HINT: i32>(weights: &[u8; BYTES], distance: usize) {
    for line in (0..BYTES).step_by(64) {
        _mm_prefetch::<HINT>(weights.as_ptr().wrapping_add(distance + line).cast());
    }
}
