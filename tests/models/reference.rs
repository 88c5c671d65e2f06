//! The models computed a second time, from their files and slowly: the bundled model by its table and a dictionary of its pieces, the tiny graphs by
//! their table and a look for known words. It must use neither the crate's tokenizer nor a runtime.

use std::collections::HashMap;

use serde_json::Value;
use sidenote_engine::text::{is_cjk, normalise};
use sidenote_models::{StaticFiles, bundled_files};

use crate::graphs::{WIDTH, WORDS};

/// What a text is cut to, as the model's description says.
const CHARACTERS: usize = 8_192;
const TOKENS: usize = 1_024;
/// Characters that are segmented together.
const RUN: usize = 256;
/// A character that is no piece, below the rarest piece.
const UNKNOWN: f64 = 8.0;

/// The bundled model's pieces and vectors.
pub(crate) struct Reference {
    pub(crate) pieces: Vec<(&'static str, f64)>,
    ids: HashMap<&'static str, u32>,
    longest: usize,
    rarest: f64,
    rows: Vec<Vec<f64>>,
}

impl Reference {
    pub(crate) fn new() -> Self {
        let StaticFiles { table, vocabulary } = bundled_files();
        let std::borrow::Cow::Borrowed(vocabulary) = vocabulary else { panic!("the files are inside the program") };
        let pieces: Vec<(&str, f64)> =
            vocabulary.lines().map(|line| line.split_once('\t').unwrap()).map(|(piece, score)| (piece, score.parse().unwrap())).collect();
        Self {
            ids: pieces.iter().zip(0..).map(|((piece, _), id)| (*piece, id)).collect(),
            longest: pieces.iter().map(|(piece, _)| piece.chars().count()).max().unwrap(),
            rarest: pieces.iter().map(|(_, score)| *score).fold(0.0, f64::min),
            pieces,
            rows: rows(&table),
        }
    }

    pub(crate) fn row(&self, id: u32) -> &[f64] {
        &self.rows[id as usize]
    }

    pub(crate) fn embed(&self, text: &str) -> Vec<f32> {
        let text: String = text.chars().take(CHARACTERS).collect();
        let ids = self.tokens(&normalise(&text));
        mean(ids.iter().take(TOKENS).map(|&id| self.row(id)), self.rows[0].len())
    }

    /// All pieces of a normalised text.
    pub(crate) fn tokens(&self, normalised: &str) -> Vec<u32> {
        runs(normalised).iter().flat_map(|run| run.chunks(RUN)).flat_map(|part| self.segment(part).1).collect()
    }

    /// How probable the best pieces of each run are, added up.
    pub(crate) fn best_score(&self, normalised: &str) -> f64 {
        runs(normalised).iter().flat_map(|run| run.chunks(RUN)).map(|part| self.segment(part).0).sum()
    }

    /// How probable these pieces are where `skipped` characters belong to none.
    pub(crate) fn score(&self, ids: &[u32], skipped: usize) -> f64 {
        #[allow(clippy::cast_precision_loss, reason = "few characters")]
        let skipped = skipped as f64;
        ids.iter().map(|&id| self.pieces[id as usize].1).sum::<f64>() + skipped * (self.rarest - UNKNOWN)
    }

    /// The best score and pieces of the first n characters, for every n, from those of fewer.
    fn segment(&self, run: &[char]) -> (f64, Vec<u32>) {
        let mut best: Vec<(f64, Vec<u32>)> = vec![(0.0, Vec::new())];
        for end in 1..=run.len() {
            let (mut top, mut from, mut last) = (best[end - 1].0 + self.rarest - UNKNOWN, end - 1, None);
            for start in end.saturating_sub(self.longest)..end {
                let word: String = run[start..end].iter().collect();
                if let Some(&id) = self.ids.get(word.as_str()) {
                    let score = best[start].0 + self.pieces[id as usize].1;
                    if score > top {
                        (top, from, last) = (score, start, Some(id));
                    }
                }
            }
            let ids = best[from].1.iter().copied().chain(last).collect();
            best.push((top, ids));
        }
        best.pop().unwrap()
    }
}

/// Runs of CJK characters, of digits, and of other letters after the mark of a word.
fn runs(normalised: &str) -> Vec<Vec<char>> {
    let kind = |c: char| match c {
        _ if is_cjk(c) => 1,
        _ if c.is_numeric() => 2,
        _ if c.is_alphabetic() => 3,
        _ => 0,
    };
    let mut runs: Vec<Vec<char>> = Vec::new();
    let mut before = 0;
    for c in normalised.chars() {
        let now = kind(c);
        if now != before && now != 0 {
            runs.push(if now == 3 { vec!['▁'] } else { Vec::new() });
        }
        if now != 0 {
            runs.last_mut().unwrap().push(c);
        }
        before = now;
    }
    runs
}

/// The rows of a safetensors file: the length of its header, the header, the numbers.
fn rows(file: &[u8]) -> Vec<Vec<f64>> {
    let (length, rest) = file.split_at(8);
    let (header, numbers) = rest.split_at(usize::try_from(u64::from_le_bytes(length.try_into().unwrap())).unwrap());
    let header: Value = serde_json::from_slice(header).unwrap();
    let part = |name: &str| {
        let at = |end: usize| usize::try_from(header[name]["data_offsets"][end].as_u64().unwrap()).unwrap();
        &numbers[at(0)..at(1)]
    };
    let width = usize::try_from(header["codes"]["shape"][1].as_u64().unwrap()).unwrap();
    let scales = part("scales").chunks_exact(4).map(|bytes| f64::from(f32::from_le_bytes(bytes.try_into().unwrap())));
    part("codes")
        .chunks_exact(width)
        .zip(scales)
        .map(|(row, scale)| row.iter().map(|&code| f64::from(code.cast_signed()) * scale).collect())
        .collect()
}

/// The mean's direction: what is added up, at length one.
fn mean<'a>(rows: impl Iterator<Item = &'a [f64]>, width: usize) -> Vec<f32> {
    let mut sum = vec![0.0_f64; width];
    rows.for_each(|row| sum.iter_mut().zip(row).for_each(|(sum, x)| *sum += x));
    let length = sum.iter().map(|x| x * x).sum::<f64>().sqrt();
    #[allow(clippy::cast_possible_truncation, reason = "vectors are f32")]
    sum.iter().map(|x| if length == 0.0 { 0.0 } else { (x / length) as f32 }).collect()
}

/// Where the table of a tiny graph is in its file: ModelProto.graph (7), its first initializer (5), raw_data (9).
pub(crate) fn table_of_graph(model: &[u8]) -> std::ops::Range<usize> {
    let field = |message, number| fields(message).into_iter().find(|field| field.0 == number).unwrap().1;
    let raw = field(field(field(model, 7), 5), 9);
    assert_eq!(raw.len(), (WORDS.len() + 2) * WIDTH * 4);
    let start = raw.as_ptr() as usize - model.as_ptr() as usize;
    start..start + raw.len()
}

/// What a tiny graph makes of a text: each word or run of marks has the row of its place, or the second one.
pub(crate) fn embed_by_graph(model: &[u8], text: &str) -> Vec<f32> {
    let numbers: Vec<f64> =
        model[table_of_graph(model)].chunks_exact(4).map(|bytes| f64::from(f32::from_le_bytes(bytes.try_into().unwrap()))).collect();
    let text = text.to_lowercase();
    let row = |word| WORDS.iter().position(|known| *known == word).map_or(1, |at| at + 2);
    mean(words(&text).into_iter().map(row).map(|at| &numbers[at * WIDTH..][..WIDTH]), WIDTH)
}

/// Letters and digits together, marks together.
fn words(text: &str) -> Vec<&str> {
    let letter = |c: char| c.is_alphanumeric() || c == '_';
    let mut words = Vec::new();
    for part in text.split_whitespace() {
        let mut rest = part;
        while let Some(first) = rest.chars().next() {
            let (word, after) = rest.split_at(rest.find(|c| letter(c) != letter(first)).unwrap_or(rest.len()));
            words.push(word);
            rest = after;
        }
    }
    words
}

/// The fields of one protobuf message: number, and the bytes of those that have a length.
fn fields(mut message: &[u8]) -> Vec<(u64, &[u8])> {
    let mut found = Vec::new();
    while !message.is_empty() {
        let key = varint(&mut message);
        let value = varint(&mut message);
        if key & 7 == 2 {
            let (bytes, rest) = message.split_at(usize::try_from(value).unwrap());
            found.push((key >> 3, bytes));
            message = rest;
        } else {
            assert_eq!(key & 7, 0, "no other wire type is in these models");
        }
    }
    found
}

fn varint(message: &mut &[u8]) -> u64 {
    let mut value = 0;
    for shift in (0..).step_by(7) {
        let (&byte, rest) = message.split_first().unwrap();
        *message = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            break;
        }
    }
    value
}
