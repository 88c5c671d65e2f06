//! What the commonest words of English and Chinese call each other: the glossary that ships with the models knows technical terms and not these. It must
//! not know sentences.

use std::sync::LazyLock;

use super::clause::stems;
use crate::retrieve::glossary::Glossary;

/// Lines of English words, `=`, Chinese ones; commas between several, of which each may stand for each.
/// A word stands here in one sense only, and not at all where a sentence leaves open which: "last" is no 「持续」, for it may be 「最后」.
static WORDS: &str = include_str!("common.txt");

static COMMON: LazyLock<Glossary> = LazyLock::new(|| {
    let sides = WORDS.lines().filter_map(|line| line.split_once('='));
    Glossary::of(sides.flat_map(|(english, chinese)| {
        let chinese: Vec<String> = chinese.split(',').map(stems).collect();
        english.split(',').map(stems).flat_map(move |one| chinese.clone().into_iter().map(move |other| (one.clone(), other)))
    }))
});

/// The common words.
pub(super) fn common() -> &'static Glossary {
    &COMMON
}
