//! Numbers rounded to 8 bits, as the products with quantised weights take them: in blocks of 256 with a scale and sums of their own. It must not know
//! weights or processors.

use std::sync::{Mutex, PoisonError};

use super::lanes::round_block;

/// Numbers of one block.
pub(super) const BLOCK: usize = 256;

/// A block of numbers: `scale` times whole numbers from -127 to 127.
#[derive(Clone)]
#[repr(C, align(64))]
pub(super) struct Block {
    /// Four of a byte each in one number, the first one lowest.
    pub(super) quants: [i32; BLOCK / 4],
    /// The sums of each 16 whole numbers.
    pub(super) sums: [i16; BLOCK / 16],
    /// The sums of each 32 whole numbers.
    pub(super) wide_sums: [f32; BLOCK / 32],
    pub(super) scale: f32,
}

impl Block {
    pub(super) const EMPTY: Self = Self { quants: [0; BLOCK / 4], sums: [0; BLOCK / 16], wide_sums: [0.0; BLOCK / 32], scale: 0.0 };
}

/// Rows of numbers, all as long. The first blocks of all rows come first, then the second ones: a block of weights meets them one after the other.
pub(super) struct Rounded {
    blocks: Vec<Block>,
    rows: usize,
}

impl Rounded {
    /// Rounds rows of `width` numbers, a multiple of [`BLOCK`].
    pub(super) fn new(numbers: &[f32], width: usize) -> Self {
        let rows = numbers.len() / width;
        let mut blocks = vec![Block::EMPTY; numbers.len() / BLOCK];
        let columns: Vec<Mutex<&mut [Block]>> = blocks.chunks_exact_mut(rows.max(1)).map(Mutex::new).collect();
        let round = |column: usize| {
            let mut blocks = columns[column].lock().unwrap_or_else(PoisonError::into_inner);
            for (row, block) in numbers.chunks_exact(width).zip(blocks.iter_mut()) {
                round_block(&row[column * BLOCK..(column + 1) * BLOCK], block);
            }
        };
        if rows > 1 {
            candle_core::utils::barrier_pool().execute_chunked(columns.len(), |range| range.for_each(round));
        } else {
            (0..columns.len()).for_each(round);
        }
        Self { blocks, rows }
    }

    /// Rows.
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// The blocks at one place of all rows.
    pub(super) fn column(&self, at: usize) -> &[Block] {
        &self.blocks[at * self.rows..(at + 1) * self.rows]
    }
}
