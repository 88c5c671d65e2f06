//! One step of symmetric InfoNCE on mean vectors: each text should be nearest its own partner among those of the batch.

use ndarray::{ArrayView2, Axis};

use crate::batches::{Batch, same_texts};
use crate::rows::{Table, add, length};

/// Moves the table; returns the loss, averaged over both directions.
pub(crate) fn step(table: &mut Table, batch: &Batch<'_>, temperature: f32, rate: f32) -> f32 {
    let (size, width) = (batch.len(), table.dimensions);
    let gathered = table.gather(batch.iter().flat_map(|(a, b)| [*a, *b]));
    let texts: Vec<&[u32]> = batch.iter().map(|p| p.0).chain(batch.iter().map(|p| p.1)).collect();
    let mut means = vec![0.0; texts.len() * width];
    let mut lengths = Vec::with_capacity(texts.len());
    for (text, mean) in texts.iter().zip(means.chunks_exact_mut(width)) {
        for piece in *text {
            add(mean, 1.0, &gathered.vectors[gathered.place[piece] * width..][..width]);
        }
        lengths.push(length(mean));
        let scale = 1.0 / length(mean);
        mean.iter_mut().for_each(|x| *x *= scale);
    }
    let Ok(all) = ArrayView2::from_shape((2 * size, width), &means) else { return 0.0 };
    let (a, b) = all.split_at(Axis(0), size);
    let mut scores = a.dot(&b.t()) / temperature;
    for (row, others) in same_texts(batch).into_iter().enumerate() {
        for column in others {
            scores[[row, column]] = -1.0 / temperature;
        }
    }
    let by_row = log_sums(scores.rows().into_iter());
    let by_column = log_sums(scores.columns().into_iter());
    let loss: f32 = (0..size).map(|i| by_row[i] + by_column[i] - 2.0 * scores[[i, i]]).sum();
    // The gradient of both directions' mean, by the scores.
    for ((row, column), score) in scores.indexed_iter_mut() {
        let target = f32::from(u8::from(row == column));
        *score = 0.5 * ((*score - by_row[row]).exp() + (*score - by_column[column]).exp()) - target;
    }
    let gradients = [scores.dot(&b), scores.t().dot(&a)];
    let mut by_piece = vec![0.0; gathered.vectors.len()];
    let rows = gradients.iter().flat_map(|g| g.rows());
    for (((text, gradient), mean), length) in texts.iter().zip(rows).zip(means.chunks_exact(width)).zip(lengths) {
        // Only what turns the unit vector goes through.
        let along: f32 = gradient.iter().zip(mean).map(|(g, x)| g * x).sum();
        let turned: Vec<f32> = gradient.iter().zip(mean).map(|(g, x)| (g - along * x) / length).collect();
        for piece in *text {
            add(&mut by_piece[gathered.place[piece] * width..][..width], 1.0, &turned);
        }
    }
    table.add(&gathered.pieces, &by_piece);
    table.step(rate);
    loss / (2 * size) as f32
}

/// Logarithm of the sum of exponentials of each line.
fn log_sums<'a>(lines: impl Iterator<Item = ndarray::ArrayView1<'a, f32>>) -> Vec<f32> {
    lines
        .map(|line| {
            let most = line.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            most + line.iter().map(|x| (x - most).exp()).sum::<f32>().ln()
        })
        .collect()
}
