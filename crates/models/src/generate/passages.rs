//! Holds a model to passages that exist: after `[` only a number from 1 to n and `]`. It must not know the network or what the passages say.

use super::vocabulary::Vocabulary;

/// Where in a citation the text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    /// Outside.
    Text,
    /// After `[` and these digits; 0 for none.
    Number(usize),
}

/// Which tokens may come next.
pub struct Passages {
    most: usize,
    at: At,
    /// Tokens with a `[`: the only ones that can go wrong outside a citation.
    opening: Vec<u32>,
    /// Tokens that begin with a digit or `]`: the only ones that can go on inside one.
    inside: Vec<u32>,
}

impl Passages {
    /// The constraint for passages 1 to `most`; without passages there is no `[` at all.
    #[must_use]
    pub fn new(vocabulary: &Vocabulary, most: usize) -> Self {
        let all = 0..u32::try_from(vocabulary.len()).unwrap_or(u32::MAX);
        Self {
            most,
            at: At::Text,
            opening: all.clone().filter(|token| vocabulary.bytes(*token).contains(&b'[')).collect(),
            inside: all.filter(|token| vocabulary.bytes(*token).first().is_some_and(|b| b.is_ascii_digit() || *b == b']')).collect(),
        }
    }

    /// Makes impossible what must not come next. Ends of the answer are impossible inside a citation too.
    pub fn hold(&self, logits: &mut [f32], vocabulary: &Vocabulary) {
        match self.at {
            At::Text => {
                for token in &self.opening {
                    if self.after(vocabulary.bytes(*token)).is_none() {
                        logits[*token as usize] = f32::NEG_INFINITY;
                    }
                }
            }
            At::Number(_) => {
                let allowed: Vec<(u32, f32)> = self
                    .inside
                    .iter()
                    .filter(|token| self.after(vocabulary.bytes(**token)).is_some())
                    .map(|token| (*token, logits[*token as usize]))
                    .collect();
                logits.fill(f32::NEG_INFINITY);
                for (token, logit) in allowed {
                    logits[token as usize] = logit;
                }
            }
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
                (At::Text, b'[') if self.most > 0 => At::Number(0),
                (At::Text, b'[') => return None,
                (At::Text, _) => At::Text,
                (At::Number(number), digit @ b'0'..=b'9') => {
                    let number = number * 10 + usize::from(digit - b'0');
                    if !(1..=self.most).contains(&number) {
                        return None;
                    }
                    At::Number(number)
                }
                (At::Number(1..), b']') => At::Text,
                (At::Number(_), _) => return None,
            };
        }
        Some(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(most: usize, text: &str) -> Option<At> {
        Passages { most, at: At::Text, opening: Vec::new(), inside: Vec::new() }.after(text.as_bytes())
    }

    #[test]
    fn only_passages_that_exist_can_be_named() {
        assert_eq!(at(12, "so it is [12]."), Some(At::Text));
        assert_eq!(at(12, "so it is [1"), Some(At::Number(1)));
        assert_eq!(at(12, "so it is ["), Some(At::Number(0)));
        for wrong in ["[13]", "[0]", "[01]", "[]", "[ 1]", "[a]", "[[1]", "[1,2]"] {
            assert_eq!(at(12, wrong), None, "{wrong}");
        }
        assert_eq!(at(0, "none [1]"), None, "without passages there is nothing to name");
        assert_eq!(at(3, "a list [1][3] and 数字 5]"), Some(At::Text));
    }
}
