//! Text → token ids of a static model: the engine's normalisation, runs of one script, and in each run the most probable pieces (unigram
//! language model, Kudo 2018, arXiv:1804.10959, by the Viterbi algorithm). Pure; it must not know vectors.

use rustc_hash::FxHashMap;
use sidenote_engine::text::is_cjk;

/// Put before the pieces that begin a word of letters, so that `in` and the end of `main` differ.
pub const WORD_MARK: char = '▁';

/// Characters of one run that are segmented together; what is longer is no language.
const LONGEST_RUN: usize = 256;

/// How much less probable than the rarest piece a character is that no piece holds.
const UNKNOWN: f32 = 8.0;

/// Which kind of character a run is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Script {
    /// Written without spaces.
    Cjk,
    /// Other letters.
    Letters,
    /// Digits and other numbers.
    Digits,
}

fn script(c: char) -> Option<Script> {
    if is_cjk(c) {
        Some(Script::Cjk)
    } else if c.is_numeric() {
        Some(Script::Digits)
    } else if c.is_alphabetic() {
        Some(Script::Letters)
    } else {
        None
    }
}

/// The runs of one script in a normalised text, in order; other characters only separate.
pub fn runs(normalised: &str) -> impl Iterator<Item = (Script, &str)> {
    let mut rest = normalised;
    std::iter::from_fn(move || {
        let start = rest.find(|c| script(c).is_some())?;
        rest = &rest[start..];
        let kind = script(rest.chars().next()?)?;
        let end = rest.find(|c| script(c) != Some(kind)).unwrap_or(rest.len());
        let run = &rest[..end];
        rest = &rest[end..];
        Some((kind, run))
    })
}

/// A way out of a node as one number, which is compared at once.
fn edge(node: u32, c: char) -> u64 {
    u64::from(node) << 32 | u64::from(c)
}

/// A piece that ends at a node of the trie.
#[derive(Clone, Copy)]
struct End {
    id: u32,
    score: f32,
}

/// The pieces as a trie over characters.
pub struct Tokenizer {
    /// Node and character ([`edge`]) → node; the root is 0.
    edges: FxHashMap<u64, u32>,
    ends: Vec<Option<End>>,
    unknown: f32,
}

impl Tokenizer {
    /// From pieces with the logarithm of their probability; a piece's place is its id.
    pub fn new<'a>(pieces: impl Iterator<Item = (&'a str, f32)>) -> Self {
        let mut edges: FxHashMap<u64, u32> = FxHashMap::default();
        let mut ends: Vec<Option<End>> = vec![None];
        let mut lowest = 0.0f32;
        for (id, (piece, score)) in (0..).zip(pieces) {
            let mut node = 0;
            for c in piece.chars() {
                node = *edges.entry(edge(node, c)).or_insert_with(|| {
                    ends.push(None);
                    u32::try_from(ends.len() - 1).unwrap_or(u32::MAX)
                });
            }
            ends[node as usize] = Some(End { id, score });
            lowest = lowest.min(score);
        }
        Self { edges, ends, unknown: lowest - UNKNOWN }
    }

    /// The ids of a normalised text's tokens, in order, at most `limit`. What no piece holds is left out.
    pub fn encode(&self, normalised: &str, limit: usize) -> Vec<u32> {
        let mut ids = Vec::new();
        let mut run = Vec::new();
        for (kind, text) in runs(normalised) {
            if ids.len() >= limit {
                break;
            }
            run.clear();
            if kind == Script::Letters {
                run.push(WORD_MARK);
            }
            run.extend(text.chars());
            for part in run.chunks(LONGEST_RUN) {
                if ids.len() >= limit {
                    break;
                }
                self.segment(part, &mut ids);
            }
        }
        ids.truncate(limit);
        ids
    }

    /// Appends the most probable segmentation of a run.
    pub fn segment(&self, run: &[char], ids: &mut Vec<u32>) {
        /// The best way to reach a place: its score, where its last piece begins, and that piece.
        #[derive(Clone, Copy)]
        struct Way {
            score: f32,
            from: usize,
            piece: Option<u32>,
        }
        let mut ways = vec![Way { score: f32::NEG_INFINITY, from: 0, piece: None }; run.len() + 1];
        ways[0].score = 0.0;
        for start in 0..run.len() {
            let base = ways[start].score;
            if base + self.unknown > ways[start + 1].score {
                ways[start + 1] = Way { score: base + self.unknown, from: start, piece: None };
            }
            let mut node = 0;
            for (at, &c) in run.iter().enumerate().skip(start) {
                let Some(&next) = self.edges.get(&edge(node, c)) else { break };
                node = next;
                if let Some(end) = self.ends[node as usize]
                    && base + end.score > ways[at + 1].score
                {
                    ways[at + 1] = Way { score: base + end.score, from: start, piece: Some(end.id) };
                }
            }
        }
        let first = ids.len();
        let mut at = run.len();
        while at > 0 {
            ids.extend(ways[at].piece);
            at = ways[at].from;
        }
        ids[first..].reverse();
    }
}
