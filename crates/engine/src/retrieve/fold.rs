//! Near-duplicates among ranked passages: shown once, the others as "also in …". Pure; it must not know scores.
//!
//! The exact Jaccard similarity of character 4-grams is taken over the few passages that are shown, which needs no stored signature and has
//! no estimation error, unlike MinHash or SimHash over the whole index. Passages whose numbers differ say different things and are kept
//! apart however alike their words are.

use crate::text::{normalise, numbers};

/// Jaccard similarity from which two passages are the same text.
const SAME: f64 = 0.8;
const GRAM: usize = 4;

/// A passage's fingerprint for folding.
#[derive(Clone, Debug)]
pub struct Shape {
    grams: Vec<u64>,
    numbers: Vec<String>,
}

impl Shape {
    /// The shape of a text.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let normalised = normalise(text);
        let letters: Vec<char> = normalised.chars().filter(|c| c.is_alphanumeric()).collect();
        let mut grams: Vec<u64> = letters.windows(GRAM.min(letters.len()).max(1)).map(hash).collect();
        grams.sort_unstable();
        grams.dedup();
        Self { grams, numbers: numbers(&normalised) }
    }

    /// Whether two texts are near-duplicates.
    #[must_use]
    pub fn same_as(&self, other: &Self) -> bool {
        self.numbers == other.numbers && self.similarity(other) >= SAME
    }

    /// Jaccard similarity of the 4-grams, 0 to 1.
    #[must_use]
    pub fn similarity(&self, other: &Self) -> f64 {
        let (a, b) = (&self.grams, &other.grams);
        let (short, long) = (a.len().min(b.len()), a.len().max(b.len()));
        // Sizes bound the similarity, which spares most comparisons.
        if long == 0 || (short as f64) < SAME * long as f64 {
            return if long == 0 { 1.0 } else { 0.0 };
        }
        let (mut i, mut j, mut shared) = (0, 0, 0usize);
        while i < a.len() && j < b.len() {
            match a[i].cmp(&b[j]) {
                std::cmp::Ordering::Less => i += 1,
                std::cmp::Ordering::Greater => j += 1,
                std::cmp::Ordering::Equal => {
                    shared += 1;
                    i += 1;
                    j += 1;
                }
            }
        }
        shared as f64 / (a.len() + b.len() - shared) as f64
    }
}

/// FNV-1a over the characters.
fn hash(gram: &[char]) -> u64 {
    gram.iter().fold(0xcbf2_9ce4_8422_2325, |h, &c| (h ^ u64::from(u32::from(c))).wrapping_mul(0x0100_0000_01b3))
}

/// For each item, the earlier item it repeats, if any.
#[must_use]
pub fn repeats(shapes: &[Shape]) -> Vec<Option<usize>> {
    let mut out: Vec<Option<usize>> = Vec::with_capacity(shapes.len());
    for (i, shape) in shapes.iter().enumerate() {
        let first = (0..i).find(|&j| out[j].is_none() && shapes[j].same_as(shape));
        out.push(first);
    }
    out
}
