//! Where a query's terms stand in a text, all of them in one pass (Aho & Corasick 1975). Pure; it must not know queries, weights or candidates.

use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use rustc_hash::FxHashMap;

use crate::error::{Error, Result};

/// Looks for a fixed set of terms (stems) in normalised texts: anywhere for CJK, at the beginning of a word otherwise.
pub struct Spotter {
    automaton: AhoCorasick,
    /// Each term's place among the patterns.
    terms: FxHashMap<String, usize>,
}

/// The places of the terms in one text.
pub struct Spots<'a> {
    spotter: &'a Spotter,
    /// Pattern and bytes, by where they end.
    found: Vec<(usize, Range<usize>)>,
}

impl Spotter {
    /// For these terms.
    ///
    /// # Errors
    /// `Internal` for more text than an automaton can have.
    pub fn new<'a>(terms: impl Iterator<Item = &'a str>) -> Result<Self> {
        let mut places = FxHashMap::default();
        let mut patterns = Vec::new();
        for term in terms.filter(|term| !term.is_empty()) {
            places.entry(term.to_owned()).or_insert_with(|| {
                patterns.push(term);
                patterns.len() - 1
            });
        }
        // Made for each question, so it must be made fast too.
        let automaton = AhoCorasick::builder().kind(Some(AhoCorasickKind::ContiguousNFA)).build(patterns).map_err(Error::internal)?;
        Ok(Self { automaton, terms: places })
    }

    /// Looks through a normalised text.
    #[must_use]
    pub fn spot(&self, text: &str) -> Spots<'_> {
        let found = self.automaton.find_overlapping_iter(text).map(|m| (m.pattern().as_usize(), m.range())).filter(|(_, at)| stands(text, at));
        Spots { spotter: self, found: found.collect() }
    }
}

impl Spots<'_> {
    /// Whether a term is there; false for one that was not looked for.
    #[must_use]
    pub fn has(&self, term: &str) -> bool {
        self.places(term).next().is_some()
    }

    /// The bytes where a term is, by where they end.
    pub fn places(&self, term: &str) -> impl Iterator<Item = &Range<usize>> + Clone {
        let wanted = self.spotter.terms.get(term);
        self.found.iter().filter(move |(pattern, _)| Some(pattern) == wanted).map(|(_, at)| at)
    }
}

/// Whether what was found is a term and no part of another word.
fn stands(text: &str, at: &Range<usize>) -> bool {
    let term = &text[at.clone()];
    let inside = |c: char| c.is_ascii_alphanumeric();
    // A stem may go on, a number may not: 40 is not in 404.
    let goes_on = term.ends_with(|c: char| c.is_ascii_digit()) && text[at.end..].starts_with(|c: char| c.is_ascii_digit());
    !term.starts_with(inside) || !(text[..at.start].ends_with(inside) || goes_on)
}
