//! One step of InfoNCE on late-interaction scores: for each token of the shorter text its nearest in the longer one, weighted by the length of
//! its vector, so that lengths come to say how much a token means.

use ndarray::ArrayView2;

use crate::batches::{Batch, same_texts};
use crate::random::Random;
use crate::rows::{Gathered, Table, add, length};

/// Distinct tokens of a text that take part.
const ASKED: usize = 24;
const SEARCHED: usize = 96;
/// Scores with a smaller gradient are left alone; most are.
const NEGLIGIBLE: f32 = 1e-4;

/// Unit vectors and lengths of gathered pieces.
struct Units {
    vectors: Vec<f32>,
    lengths: Vec<f32>,
}

impl Units {
    fn new(gathered: &Gathered, width: usize) -> Self {
        let lengths: Vec<f32> = gathered.vectors.chunks_exact(width).map(length).collect();
        let vectors = gathered.vectors.iter().enumerate().map(|(at, x)| x / lengths[at / width]).collect();
        Self { vectors, lengths }
    }

    /// Turns gradients by unit vectors (and by lengths) into gradients by vectors, in place.
    fn through(&self, gradients: &mut [f32], by_length: Option<&[f32]>, width: usize) {
        for (at, (gradient, unit)) in gradients.chunks_exact_mut(width).zip(self.vectors.chunks_exact(width)).enumerate() {
            let along: f32 = gradient.iter().zip(unit).map(|(g, x)| g * x).sum();
            let stretched = by_length.map_or(0.0, |by_length| by_length[at]);
            for (g, x) in gradient.iter_mut().zip(unit) {
                *g = (*g - along * x) / self.lengths[at] + stretched * x;
            }
        }
    }
}

/// Moves the table; returns the loss.
pub(crate) fn step(table: &mut Table, batch: &Batch<'_>, temperature: f32, rate: f32, random: &mut Random) -> f32 {
    let (size, width) = (batch.len(), table.dimensions);
    let (mut asked, mut searched) = (Vec::new(), Vec::new());
    for (a, b) in batch {
        let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
        asked.push(distinct(short, ASKED, random));
        searched.push(distinct(long, SEARCHED, random));
    }
    let (left, right) = (table.gather(asked.iter().map(Vec::as_slice)), table.gather(searched.iter().map(Vec::as_slice)));
    let (left_units, right_units) = (Units::new(&left, width), Units::new(&right, width));
    let shape = |vectors| ArrayView2::from_shape((vectors_rows(vectors, width), width), vectors);
    let (Ok(l), Ok(r)) = (shape(&left_units.vectors), shape(&right_units.vectors)) else { return 0.0 };
    let cosines = l.dot(&r.t());
    let places = |texts: &[Vec<u32>], gathered: &Gathered| -> Vec<Vec<usize>> {
        texts.iter().map(|t| t.iter().map(|p| gathered.place[p]).collect()).collect()
    };
    let (asked, searched) = (places(&asked, &left), places(&searched, &right));
    // For each token asked and each text, its nearest token there.
    let mut nearest = vec![(0.0f32, None); left.pieces.len() * size];
    for (row, nearest) in cosines.rows().into_iter().zip(nearest.chunks_exact_mut(size)) {
        for (text, best) in searched.iter().zip(nearest) {
            for &token in text {
                if row[token] > best.0 {
                    *best = (row[token], Some(token));
                }
            }
        }
    }
    let same = same_texts(batch);
    let mut loss = 0.0;
    let (mut by_left, mut by_right, mut by_length) = (vec![0.0; left.vectors.len()], vec![0.0; right.vectors.len()], vec![0.0; left.pieces.len()]);
    for (i, tokens) in asked.iter().enumerate() {
        let total: f32 = tokens.iter().map(|&t| left_units.lengths[t]).sum::<f32>().max(1e-6);
        let score = |j: usize| tokens.iter().map(|&t| left_units.lengths[t] * nearest[t * size + j].0).sum::<f32>() / total;
        let scores: Vec<f32> = (0..size).map(|j| if same[i].contains(&j) { -1.0 } else { score(j) }).collect();
        let most = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let sum: f32 = scores.iter().map(|s| ((s - most) / temperature).exp()).sum();
        loss += sum.ln() - (scores[i] - most) / temperature;
        for (j, score) in scores.iter().enumerate() {
            let gradient = ((score - most) / temperature).exp() / sum - f32::from(u8::from(i == j));
            if gradient.abs() < NEGLIGIBLE {
                continue;
            }
            for &token in tokens {
                let (cosine, other) = nearest[token * size + j];
                by_length[token] += gradient * (cosine - score) / total;
                let Some(other) = other else { continue };
                let share = gradient * left_units.lengths[token] / total;
                add(&mut by_left[token * width..][..width], share, &right_units.vectors[other * width..][..width]);
                add(&mut by_right[other * width..][..width], share, &left_units.vectors[token * width..][..width]);
            }
        }
    }
    left_units.through(&mut by_left, Some(&by_length), width);
    right_units.through(&mut by_right, None, width);
    table.add(&left.pieces, &by_left);
    table.add(&right.pieces, &by_right);
    table.step(rate);
    loss / size as f32
}

fn vectors_rows(vectors: &[f32], width: usize) -> usize {
    vectors.len() / width
}

/// The distinct tokens of a text, at most `limit` drawn at random.
fn distinct(text: &[u32], limit: usize, random: &mut Random) -> Vec<u32> {
    let mut tokens = text.to_vec();
    tokens.sort_unstable();
    tokens.dedup();
    while tokens.len() > limit {
        tokens.swap_remove(random.below(tokens.len()));
    }
    tokens
}
