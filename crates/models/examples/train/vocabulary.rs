//! Which pieces the vocabulary has: dictionary words of the Chinese texts, frequent words of letters and parts of rare ones, then pruned by how
//! often the best segmentation uses them. It must not know vectors.

use std::collections::HashMap;

use jieba_rs::Jieba;
use sidenote_models::tokens::{Script, Tokenizer, WORD_MARK, runs};

use crate::pairs::{NEWS, Texts};

/// Every how many-th pair of news is counted: study notes matter more.
const NEWS_STRIDE: usize = 3;
/// Words seen fewer times are no pieces of their own.
const RARE: u64 = 5;
/// Characters of a word, of a part of a word, and of a number that can be a piece.
const WORD: usize = 8;
const PART: usize = 9;
const NUMBER: usize = 4;
/// Longer runs of letters are no words.
const RUN: usize = 30;
/// What one frequent word adds at most to the count of its parts.
const PART_COUNT: u64 = 20;
/// Sizes of the vocabulary in the rounds of pruning, as multiples of the wanted size.
const ROUNDS: [f32; 4] = [4.0, 2.0, 1.25, 1.0];

type Counts = HashMap<String, u64>;

/// Pieces with the logarithm of their probability, most frequent first.
pub(crate) fn learn(texts: &[Texts], size: usize) -> Vec<(String, f32)> {
    let words = count(texts);
    let mut pieces: Vec<(String, u64)> = candidates(&words).into_iter().collect();
    for (round, share) in ROUNDS.into_iter().enumerate() {
        if round > 0 {
            recount(&mut pieces, &words);
        }
        keep(&mut pieces, (size as f32 * share) as usize);
    }
    let total: f64 = pieces.iter().map(|(_, count)| *count as f64 + 0.5).sum();
    pieces.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    pieces.into_iter().map(|(piece, count)| (piece, ((count as f64 + 0.5) / total).ln() as f32)).collect()
}

/// The words of the texts, as the tokenizer will see them.
struct Words {
    han: Counts,
    letters: Counts,
    digits: Counts,
}

fn count(texts: &[Texts]) -> Words {
    let jieba = Jieba::new();
    let mut words = Words { han: Counts::new(), letters: Counts::new(), digits: Counts::new() };
    let used = texts.iter().enumerate().filter(|(at, pair)| pair.kind != NEWS || at % NEWS_STRIDE == 0);
    for text in used.flat_map(|(_, pair)| [&pair.a, &pair.b]) {
        for (script, run) in runs(text) {
            let length = run.chars().count();
            match script {
                Script::Cjk => {
                    for word in jieba.cut(run, false).into_iter().filter(|w| w.word.chars().count() <= WORD) {
                        *words.han.entry(word.word.to_owned()).or_default() += 1;
                    }
                }
                Script::Letters if length <= RUN => *words.letters.entry(format!("{WORD_MARK}{run}")).or_default() += 1,
                Script::Digits if length <= NUMBER => *words.digits.entry(run.to_owned()).or_default() += 1,
                _ => {}
            }
        }
    }
    words
}

fn candidates(words: &Words) -> Counts {
    let mut pieces = Counts::new();
    for (word, count) in &words.han {
        if *count >= RARE {
            *pieces.entry(word.clone()).or_default() += count;
        }
        for c in word.chars() {
            *pieces.entry(c.to_string()).or_default() += 1;
        }
    }
    for (word, count) in &words.letters {
        let chars: Vec<char> = word.chars().collect();
        for start in 0..chars.len() {
            for end in start + 1..=chars.len().min(start + PART) {
                if chars[start..end] != [WORD_MARK] {
                    *pieces.entry(chars[start..end].iter().collect()).or_default() += (*count).min(PART_COUNT);
                }
            }
        }
    }
    for (word, count) in words.letters.iter().filter(|(_, count)| **count >= RARE) {
        pieces.insert(word.clone(), *count);
    }
    for (word, count) in words.digits.iter().filter(|(word, count)| **count >= RARE || word.chars().count() == 1) {
        pieces.insert(word.clone(), *count);
    }
    pieces
}

/// Whether a piece is one character, which any text may need.
fn single(piece: &str) -> bool {
    piece.chars().filter(|&c| c != WORD_MARK).count() <= 1
}

/// Keeps single characters and the pieces that save most.
fn keep(pieces: &mut Vec<(String, u64)>, size: usize) {
    pieces.retain(|(piece, count)| *count > 0 || single(piece));
    let saved = |(piece, count): &(String, u64)| if single(piece) { u64::MAX } else { count * piece.chars().count() as u64 };
    pieces.sort_by(|a, b| saved(b).cmp(&saved(a)).then(a.0.cmp(&b.0)));
    pieces.truncate(size);
}

/// Counts again how often the best segmentation of each word uses each piece.
fn recount(pieces: &mut [(String, u64)], words: &Words) {
    let total: f64 = pieces.iter().map(|(_, count)| *count as f64 + 0.1).sum();
    let tokenizer = Tokenizer::new(pieces.iter().map(|(piece, count)| (piece.as_str(), ((*count as f64 + 0.1) / total).ln() as f32)));
    let mut counts = vec![0; pieces.len()];
    let (mut run, mut ids) = (Vec::new(), Vec::new());
    for (word, count) in words.han.iter().chain(&words.letters).chain(&words.digits) {
        run.clear();
        run.extend(word.chars());
        ids.clear();
        tokenizer.segment(&run, &mut ids);
        for &id in &ids {
            counts[id as usize] += count;
        }
    }
    for (piece, count) in pieces.iter_mut().zip(counts) {
        piece.1 = count;
    }
}
