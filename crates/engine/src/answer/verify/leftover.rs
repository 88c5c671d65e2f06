//! What a claim leaves out of the clause that says it, and what it adds: everything, but for a few kinds that are surely harmless, means that the clause
//! says something else. A closed world, so that a limit nobody thought of counts as well. One language; it must not know how words were aligned.

use super::clause::{Kind, Word};
use super::lexicon::{ADDABLE, HARMLESS, JOINS, JOINS_A_LIST};

/// A clause of a passage beside a claim that was found in it.
pub(super) struct Leftover<'a> {
    /// Words of the clause, and of each whether the claim says it.
    pub(super) said: &'a [(&'a Word, bool)],
    /// Words of the claim that are nowhere in the statement.
    pub(super) added: &'a [&'a Word],
    /// Whether the claim counts something: then a part of a list is not the list.
    pub(super) counts: bool,
}

impl Leftover<'_> {
    /// Whether what is left out and what is added change nothing.
    pub(super) fn is_harmless(&self) -> bool {
        let said = |(word, said): &(&Word, bool)| *said && word.heavy();
        let (Some(first), Some(last)) = (self.said.iter().position(said), self.said.iter().rposition(said)) else { return false };
        let joins = |at: usize| self.said.get(at).is_some_and(|(word, _)| JOINS.contains(&word.text.as_str()));
        let left_out = |at: usize, word: &Word| {
            // The other half of an "and", and the rest of a list, are statements of their own.
            let listed = !self.counts && word.item > self.said[last].0.item;
            let after = at > last && (joins(last + 1) || listed);
            let before = at < first && joins(first - 1);
            !(after || before || HARMLESS.contains(&word.text.as_str()))
        };
        let list = self.said.iter().any(|(word, said)| *said && word.item > 0);
        let small = |word: &str| ADDABLE.contains(&word) || (list && JOINS_A_LIST.contains(&word));
        let added = |word: &&Word| word.kind == Kind::Light && !small(&word.text);
        !self.said.iter().enumerate().any(|(at, (word, said))| !said && left_out(at, word)) && !self.added.iter().any(added)
    }
}
