//! SentencePiece's way to cut text, as GGUF files carry it: pieces with scores, of which the best two neighbours become one until none can, and bytes for
//! what no piece says. It must not know marks, the network or the form of a conversation.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use rustc_hash::FxHashMap;

/// How pieces write a space.
const SPACE: char = '▁';

/// The pieces of a model and how it puts them together.
pub(super) struct Scored {
    /// The token and the score of each piece.
    pieces: FxHashMap<String, (u32, f32)>,
    /// The token of each byte.
    bytes: [u32; 256],
    /// Whether a text is read as if a space stood before it.
    spaced: bool,
    /// Bytes of the longest piece.
    longest: usize,
}

impl Scored {
    /// Pieces with their tokens and scores, and the tokens of bytes; nothing if a byte has none.
    pub(super) fn new<'a>(pieces: impl IntoIterator<Item = (&'a str, u32, f32)>, bytes: &FxHashMap<u8, u32>, spaced: bool) -> Option<Self> {
        let pieces: FxHashMap<String, (u32, f32)> = pieces.into_iter().map(|(piece, token, score)| (piece.to_owned(), (token, score))).collect();
        let mut all = [0; 256];
        for (byte, token) in (0..=u8::MAX).zip(&mut all) {
            *token = *bytes.get(&byte)?;
        }
        let longest = pieces.keys().map(String::len).max().unwrap_or(0);
        Some(Self { pieces, bytes: all, spaced, longest })
    }

    /// The tokens of a text.
    pub(super) fn encode(&self, text: &str) -> Vec<u32> {
        if text.is_empty() {
            return Vec::new();
        }
        let mut written = String::with_capacity(text.len() + SPACE.len_utf8());
        if self.spaced {
            written.push(SPACE);
        }
        written.extend(text.chars().map(|c| if c == ' ' { SPACE } else { c }));
        let mut parts = Parts::of(&written);
        let mut pairs = BinaryHeap::new();
        for left in 1..parts.all.len() {
            pairs.extend(self.pair(&parts, left - 1));
        }
        while let Some(pair) = pairs.pop() {
            // One of the two may have become part of something longer.
            if parts.length(pair.left) != pair.length {
                continue;
            }
            parts.join(pair.left);
            pairs.extend(self.pair(&parts, pair.left));
            pairs.extend(parts.before(pair.left).and_then(|left| self.pair(&parts, left)));
        }
        let mut tokens = Vec::new();
        for part in parts.texts() {
            match self.pieces.get(part) {
                Some((token, _)) => tokens.push(*token),
                None => tokens.extend(part.bytes().map(|byte| self.bytes[usize::from(byte)])),
            }
        }
        tokens
    }

    /// What `left` and the part after it make, if that is a piece.
    fn pair(&self, parts: &Parts<'_>, left: usize) -> Option<Pair> {
        let length = parts.length(left);
        if length > self.longest {
            return None;
        }
        let (_, score) = self.pieces.get(parts.both(left)?)?;
        Some(Pair { score: *score, left, length })
    }
}

/// The text of a piece as people read it.
pub(super) fn read(piece: &str) -> String {
    piece.replace(SPACE, " ")
}

/// The byte that a token stands for, by the way the header writes it (`<0x0A>`).
pub(super) fn byte(token: &str) -> Option<u8> {
    let digits = token.strip_prefix("<0x")?.strip_suffix('>')?;
    (digits.len() == 2).then(|| u8::from_str_radix(digits, 16).ok()).flatten()
}

/// Two neighbours that are a piece together.
#[derive(PartialEq)]
struct Pair {
    score: f32,
    left: usize,
    /// Bytes of both, by which a pair is known that is none any more.
    length: usize,
}

impl Eq for Pair {}

impl Ord for Pair {
    /// The best score first, of equal ones the leftmost.
    fn cmp(&self, other: &Self) -> Ordering {
        self.score.total_cmp(&other.score).then(other.left.cmp(&self.left))
    }
}

impl PartialOrd for Pair {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// A part of the text and its neighbours; empty once it was joined to the one before it.
struct Part {
    start: usize,
    length: usize,
    before: Option<usize>,
    after: Option<usize>,
}

/// A text in parts, at first its characters.
struct Parts<'a> {
    text: &'a str,
    all: Vec<Part>,
}

impl<'a> Parts<'a> {
    fn of(text: &'a str) -> Self {
        let count = text.chars().count();
        let part = |(at, (start, c)): (usize, (usize, char))| Part {
            start,
            length: c.len_utf8(),
            before: at.checked_sub(1),
            after: Some(at + 1).filter(|next| *next < count),
        };
        Self { text, all: text.char_indices().enumerate().map(part).collect() }
    }

    /// Bytes of a part and the one after it; 0 if it is empty or the last.
    fn length(&self, left: usize) -> usize {
        let part = &self.all[left];
        match part.after {
            Some(next) if part.length > 0 => part.length + self.all[next].length,
            _ => 0,
        }
    }

    /// A part and the one after it.
    fn both(&self, left: usize) -> Option<&'a str> {
        let start = self.all[left].start;
        Some(&self.text[start..start + self.length(left)]).filter(|both| !both.is_empty())
    }

    fn before(&self, at: usize) -> Option<usize> {
        self.all[at].before
    }

    /// Joins the part after `left` to it.
    fn join(&mut self, left: usize) {
        let Some(right) = self.all[left].after else { return };
        let after = self.all[right].after;
        self.all[left].length += self.all[right].length;
        self.all[left].after = after;
        self.all[right].length = 0;
        if let Some(after) = after {
            self.all[after].before = Some(left);
        }
    }

    fn texts(&self) -> impl Iterator<Item = &'a str> {
        self.all.iter().filter(|part| part.length > 0).map(|part| &self.text[part.start..part.start + part.length])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scored(pieces: &[(&str, f32)], spaced: bool) -> Scored {
        let bytes: FxHashMap<u8, u32> = (0..=u8::MAX).map(|byte| (byte, 1000 + u32::from(byte))).collect();
        let pieces = pieces.iter().zip(0..).map(|((piece, score), token)| (*piece, token, *score));
        Scored::new(pieces, &bytes, spaced).expect("every byte has a token")
    }

    #[test]
    fn the_best_score_is_joined_first_and_of_equals_the_leftmost() {
        let pieces = [("a", -9.0), ("b", -9.0), ("ab", -2.0), ("bb", -1.0), ("aa", -2.0)];
        assert_eq!(scored(&pieces, false).encode("abb"), [0, 3], "bb before ab");
        assert_eq!(scored(&pieces, false).encode("aab"), [4, 1], "aa is as good as ab and more to the left");
        assert_eq!(scored(&pieces, false).encode("ab"), [2]);
        assert_eq!(scored(&pieces, false).encode("aaaa"), [4, 4]);
    }

    #[test]
    fn spaces_are_letters_and_one_is_put_before_the_text() {
        let pieces = [("▁", -1.0), ("a", -1.0), ("▁a", -0.5)];
        assert_eq!(scored(&pieces, true).encode("a a"), [2, 2]);
        assert_eq!(scored(&pieces, false).encode("a a"), [1, 2]);
        assert_eq!(scored(&pieces, true).encode(" a"), [0, 2]);
        assert!(scored(&pieces, true).encode("").is_empty());
    }

    #[test]
    fn what_no_piece_says_is_said_by_bytes() {
        let pieces = [("a", -1.0)];
        assert_eq!(scored(&pieces, false).encode("a数"), [0, 1000 + 0xe6, 1000 + 0x95, 1000 + 0xb0]);
        assert!(Scored::new([("a", 0, 0.0)], &FxHashMap::default(), true).is_none(), "without bytes it could not say everything");
        assert_eq!(byte("<0x0A>"), Some(10));
        assert_eq!([byte("<0x0>"), byte("0x0A"), byte("<s>")], [None; 3]);
    }
}
