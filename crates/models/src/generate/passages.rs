//! Holds a model to passages that exist: a number alone between `[` and `]` is one from 1 to n. Other brackets (`[CLS]`, `[0, 1]`) are text. It must not know
//! the network or what the passages say.

use super::vocabulary::Vocabulary;

/// Where in a citation the text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    /// Outside.
    Text,
    /// After `[`.
    Open,
    /// After `[` and the digits of this number.
    Number(usize),
}

/// Which tokens may come next.
pub struct Passages {
    most: usize,
    at: At,
    /// Tokens with a `[`, or that begin with a digit or `]`: the only ones that can go wrong.
    watched: Vec<u32>,
    /// Tokens that end what is said.
    ends: Vec<u32>,
}

impl Passages {
    /// The constraint for passages 1 to `most`.
    #[must_use]
    pub fn new(vocabulary: &Vocabulary, most: usize) -> Self {
        let all = 0..u32::try_from(vocabulary.len()).unwrap_or(u32::MAX);
        let goes_on = |bytes: &[u8]| bytes.first().is_some_and(|b| b.is_ascii_digit() || *b == b']');
        let watched = |token: &u32| vocabulary.bytes(*token).contains(&b'[') || goes_on(vocabulary.bytes(*token));
        Self { most, at: At::Text, watched: all.clone().filter(watched).collect(), ends: all.filter(|token| vocabulary.is_end(*token)).collect() }
    }

    /// Makes impossible what must not come next. Ends of the answer are impossible inside a citation too.
    pub fn hold(&self, logits: &mut [f32], vocabulary: &Vocabulary) {
        let wrong = self.watched.iter().filter(|token| self.after(vocabulary.bytes(**token)).is_none());
        let ends = self.ends.iter().filter(|_| self.at != At::Text);
        for token in wrong.chain(ends) {
            logits[*token as usize] = f32::NEG_INFINITY;
        }
    }

    /// Takes the token that was chosen.
    pub fn take(&mut self, bytes: &[u8]) {
        // What was not allowed cannot come; after it there would be no citation to hold to.
        self.at = self.after(bytes).unwrap_or(At::Text);
    }

    /// Where the text is after these bytes; `None` if they name a passage that does not exist.
    fn after(&self, bytes: &[u8]) -> Option<At> {
        let mut at = self.at;
        for byte in bytes {
            at = match (at, byte) {
                (_, b'[') => At::Open,
                (At::Open, digit @ b'0'..=b'9') => self.number(usize::from(digit - b'0'))?,
                (At::Number(number @ 1..), digit @ b'0'..=b'9') => self.number(number * 10 + usize::from(digit - b'0'))?,
                (At::Number(1..), b']') => At::Text,
                // A citation of nothing; but `[0, 1]` is none.
                (At::Open, b']') | (At::Number(_), b'0'..=b'9' | b']') => return None,
                _ => At::Text,
            };
        }
        Some(at)
    }

    /// After a number that may become that of a passage, or begins an interval.
    fn number(&self, number: usize) -> Option<At> {
        (number <= self.most).then_some(At::Number(number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(most: usize, text: &str) -> Option<At> {
        Passages { most, at: At::Text, watched: Vec::new(), ends: Vec::new() }.after(text.as_bytes())
    }

    #[test]
    fn only_passages_that_exist_can_be_named() {
        assert_eq!(at(12, "so it is [12]."), Some(At::Text));
        assert_eq!(at(12, "so it is [1"), Some(At::Number(1)));
        assert_eq!(at(12, "so it is ["), Some(At::Open));
        for wrong in ["[13]", "[0]", "[01]", "[]", "[[13]", "[2023]", "[1][13]"] {
            assert_eq!(at(12, wrong), None, "{wrong}");
        }
        assert_eq!(at(0, "none [1]"), None, "without passages there is nothing to name");
        assert_eq!(at(3, "a list [1][3] and 数字 5]"), Some(At::Text));
    }

    #[test]
    fn brackets_that_name_no_passage_are_text() {
        for text in ["[CLS] and [MASK]", "x in [0, 1]", "[-1, 1]", "[0.5]", "[[wiki]]", "[ 7 ]", "a[i]", "- [ ] to do", "[1, 2]"] {
            assert_eq!(at(3, text), Some(At::Text), "{text}");
        }
        assert_eq!(at(0, "[CLS]"), Some(At::Text), "also without passages");
    }
}
