//! A line as the rules read it: normalised, with the way back to what was typed, so that a subject keeps its wording. It must not know rules.

use std::ops::Range;

use crate::text::{is_cjk, is_title, normalise_mapped};

/// A line and its normalised form.
pub(super) struct Line<'a> {
    text: &'a str,
    /// Normalised.
    pub(super) norm: String,
    origin: Vec<usize>,
}

/// A word of an English line.
pub(super) struct Token {
    /// Bytes of the normalised text, without punctuation around it.
    pub(super) span: Range<usize>,
    /// Whether a sentence or clause ends behind it.
    pub(super) ends: bool,
}

impl<'a> Line<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let (norm, origin) = normalise_mapped(text);
        Self { text, norm, origin }
    }

    /// What was typed at these bytes of the normalised text.
    pub(super) fn typed(&self, span: Range<usize>) -> &'a str {
        self.text.get(self.origin[span.start]..self.origin[span.end]).unwrap_or("").trim()
    }

    /// The line with the span replaced.
    pub(super) fn replaced(&self, span: Range<usize>, by: &str) -> String {
        join(&[self.typed(0..span.start), by, self.typed(span.end..self.norm.len())])
    }

    /// The words, split at white space, with punctuation taken off.
    pub(super) fn tokens(&self) -> Vec<Token> {
        let mut out = Vec::new();
        let mut at = 0;
        for part in self.norm.split(char::is_whitespace) {
            let kept = part.trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '+' | '#'));
            let start = at + (part.len() - part.trim_start_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '+' | '#')).len());
            if !kept.is_empty() {
                let rest = &part[start - at + kept.len()..];
                let ends = rest.contains(['?', '.', '!', ',', ';', ':', '。', '、']) && !(rest == "." && is_title(kept));
                out.push(Token { span: start..start + kept.len(), ends });
            }
            // White space is one byte once normalised, or the width of its own character.
            at += part.len() + self.norm[at + part.len()..].chars().next().map_or(0, char::len_utf8);
        }
        out
    }

    /// The normalised word.
    pub(super) fn word(&self, token: &Token) -> &str {
        &self.norm[token.span.clone()]
    }
}

/// Parts put together: a space between Chinese and Latin, and between Latin words, none between Chinese characters or before punctuation.
pub(super) fn join(parts: &[&str]) -> String {
    let mut out = String::new();
    for part in parts.iter().map(|p| p.trim()).filter(|p| !p.is_empty()) {
        let (last, first) = (out.chars().last(), part.chars().next());
        if let (Some(a), Some(b)) = (last, first) {
            let latin = |c: char| c.is_alphanumeric() && !is_cjk(c);
            // A possessive is written to its word.
            let apart = !part.starts_with("'s") && (latin(b) && (latin(a) || is_cjk(a) || a.is_ascii_punctuation()) || latin(a) && is_cjk(b));
            if apart && !matches!(a, '(' | '"' | '`' | '/') {
                out.push(' ');
            }
        }
        out.push_str(part);
    }
    out
}

/// Marks the bytes of every occurrence of these words.
pub(super) fn marked(text: &str, words: &[&str]) -> Vec<bool> {
    let mut out = vec![false; text.len()];
    for word in words {
        for (at, _) in text.match_indices(word) {
            out[at..at + word.len()].fill(true);
        }
    }
    out
}

/// The longest of these words that the text begins with.
pub(super) fn begins<'w>(text: &str, words: &[&'w str]) -> Option<&'w str> {
    words.iter().filter(|w| text.starts_with(**w)).max_by_key(|w| w.len()).copied()
}

/// The longest of these words that the text ends with.
pub(super) fn ends<'w>(text: &str, words: &[&'w str]) -> Option<&'w str> {
    words.iter().filter(|w| text.ends_with(**w)).max_by_key(|w| w.len()).copied()
}

/// Whether any of these words is in the text.
pub(super) fn has(text: &str, words: &[&str]) -> bool {
    words.iter().any(|w| text.contains(w))
}
