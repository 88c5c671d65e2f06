//! The vectors that are trained: one per piece and one per part that pieces share, with row-wise Adagrad (Duchi et al. 2011). It must not know losses.
//!
//! A piece's vector is its own row plus the mean of its parts' rows (Bojanowski et al. 2016, arXiv:1607.04606), so that a rare piece is near those
//! it resembles. The sum is what is shipped: parts cost nothing later.

use std::collections::HashMap;

use sidenote_engine::text::is_cjk;

use crate::random::Random;

/// Spread of the first values, for vectors of length about a tenth.
const SPREAD: f32 = 0.1;
/// Lengths of the parts of words of letters.
const PARTS: std::ops::RangeInclusive<usize> = 3..=5;

/// Rows of numbers, the squares of their gradients, and the gradients of the present step.
struct Rows {
    width: usize,
    data: Vec<f32>,
    squares: Vec<f32>,
    touched: Vec<u32>,
    /// Place of a row among `touched`.
    slot: Vec<Option<u32>>,
    gradients: Vec<f32>,
}

impl Rows {
    fn new(rows: usize, width: usize, random: &mut Random) -> Self {
        let scale = 2.0 * SPREAD / (width as f32).sqrt();
        let data = (0..rows * width).map(|_| (random.unit() + random.unit() + random.unit() - 1.5) * scale).collect();
        Self { width, data, squares: vec![0.0; rows], touched: Vec::new(), slot: vec![None; rows], gradients: Vec::new() }
    }

    fn row(&self, row: u32) -> &[f32] {
        &self.data[row as usize * self.width..][..self.width]
    }

    fn add(&mut self, row: u32, gradient: &[f32], share: f32) {
        let slot = *self.slot[row as usize].get_or_insert_with(|| {
            self.touched.push(row);
            self.gradients.resize(self.touched.len() * self.width, 0.0);
            self.touched.len() as u32 - 1
        });
        add(&mut self.gradients[slot as usize * self.width..][..self.width], share, gradient);
    }

    fn step(&mut self, rate: f32) {
        for (gradient, &row) in self.gradients.chunks_exact(self.width).zip(&self.touched) {
            let squares = &mut self.squares[row as usize];
            *squares += gradient.iter().map(|g| g * g).sum::<f32>() / self.width as f32;
            add(&mut self.data[row as usize * self.width..][..self.width], -rate / (squares.sqrt() + 1e-9), gradient);
            self.slot[row as usize] = None;
        }
        self.touched.clear();
        self.gradients.clear();
    }
}

/// `out += share × values`.
pub(crate) fn add(out: &mut [f32], share: f32, values: &[f32]) {
    for (out, value) in out.iter_mut().zip(values) {
        *out += share * value;
    }
}

/// Length of a vector, never 0.
pub(crate) fn length(vector: &[f32]) -> f32 {
    vector.iter().map(|x| x * x).sum::<f32>().sqrt().max(1e-6)
}

/// The model while it is trained.
pub(crate) struct Table {
    pub(crate) dimensions: usize,
    own: Rows,
    shared: Rows,
    /// Shared parts of each piece.
    parts: Vec<Vec<u32>>,
}

impl Table {
    pub(crate) fn new(pieces: &[(String, f32)], dimensions: usize, random: &mut Random) -> Self {
        let named: Vec<Vec<String>> = pieces.iter().map(|(piece, _)| parts(piece)).collect();
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for part in named.iter().flatten() {
            *counts.entry(part).or_default() += 1;
        }
        let mut ids: HashMap<&str, u32> = HashMap::new();
        let mut id = |part| {
            let next = ids.len() as u32;
            *ids.entry(part).or_insert(next)
        };
        // A part that one piece has alone shares nothing.
        let parts: Vec<Vec<u32>> =
            named.iter().map(|list| list.iter().filter(|part| counts[part.as_str()] > 1).map(|part| id(part)).collect()).collect();
        Self { dimensions, own: Rows::new(pieces.len(), dimensions, random), shared: Rows::new(ids.len().max(1), dimensions, random), parts }
    }

    /// Writes a piece's vector.
    fn vector(&self, piece: u32, out: &mut [f32]) {
        out.copy_from_slice(self.own.row(piece));
        let parts = &self.parts[piece as usize];
        for &part in parts {
            add(out, 1.0 / parts.len() as f32, self.shared.row(part));
        }
    }

    /// Every piece's vector, one after the other.
    pub(crate) fn vectors(&self) -> Vec<f32> {
        let mut out = vec![0.0; self.parts.len() * self.dimensions];
        for (piece, row) in (0..).zip(out.chunks_exact_mut(self.dimensions)) {
            self.vector(piece, row);
        }
        out
    }

    /// The distinct pieces of some texts.
    pub(crate) fn gather<'a>(&self, texts: impl Iterator<Item = &'a [u32]>) -> Gathered {
        let (mut pieces, mut place) = (Vec::new(), HashMap::new());
        for &piece in texts.flatten() {
            place.entry(piece).or_insert_with(|| {
                pieces.push(piece);
                pieces.len() - 1
            });
        }
        let mut vectors = vec![0.0; pieces.len() * self.dimensions];
        for (&piece, row) in pieces.iter().zip(vectors.chunks_exact_mut(self.dimensions)) {
            self.vector(piece, row);
        }
        Gathered { pieces, place, vectors }
    }

    /// Collects the gradients of gathered pieces.
    pub(crate) fn add(&mut self, pieces: &[u32], gradients: &[f32]) {
        for (&piece, gradient) in pieces.iter().zip(gradients.chunks_exact(self.dimensions)) {
            self.own.add(piece, gradient, 1.0);
            let parts = &self.parts[piece as usize];
            for &part in parts {
                self.shared.add(part, gradient, 1.0 / parts.len() as f32);
            }
        }
    }

    /// Moves every row against its collected gradient.
    pub(crate) fn step(&mut self, rate: f32) {
        self.own.step(rate);
        self.shared.step(rate);
    }
}

/// The distinct pieces of a batch and their vectors.
pub(crate) struct Gathered {
    pub(crate) pieces: Vec<u32>,
    /// Place of a piece among `pieces`.
    pub(crate) place: HashMap<u32, usize>,
    pub(crate) vectors: Vec<f32>,
}

/// Characters and pairs of them of a Chinese piece, runs of three to five characters of a word of letters.
fn parts(piece: &str) -> Vec<String> {
    let chars: Vec<char> = piece.chars().collect();
    let windows = |size: usize| chars.windows(size).map(|w| w.iter().collect::<String>());
    if chars.iter().all(|&c| is_cjk(c)) {
        match chars.len() {
            0 | 1 => Vec::new(),
            2 => windows(1).collect(),
            _ => windows(1).chain(windows(2)).collect(),
        }
    } else if chars.len() >= 4 && chars.iter().any(|c| c.is_alphabetic()) {
        PARTS.filter(|size| chars.len() > *size).flat_map(windows).collect()
    } else {
        Vec::new()
    }
}
