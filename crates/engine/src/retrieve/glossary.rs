//! Which terms of Chinese and English translate each other, for asking in one language about notes in the other. It must not know indexes, or where the
//! entries were learned.

use std::collections::HashMap;
use std::ops::Range;

use crate::error::{Error, Result};
use crate::lexical::TermQuerySet;

/// Terms side by side that have a translation of their own.
const LONGEST: usize = 3;

/// What a term, or several side by side, may be called in the other language.
#[derive(Clone, Debug, PartialEq)]
struct Translation {
    /// Its terms; a text has it if it has all of them.
    terms: Vec<String>,
    /// How likely it is, 0 to 1.
    chance: f32,
}

/// Terms and their translations, both ways.
#[derive(Clone, Debug, Default)]
pub struct Glossary {
    translations: HashMap<String, Vec<Translation>>,
}

/// Terms of the other language that stand for words of a query.
#[derive(Clone, Debug, PartialEq)]
pub struct Counterpart {
    /// Indexes of the query's words that it stands for.
    pub words: Vec<usize>,
    /// Its terms; a text has it if it has all of them.
    pub terms: Vec<String>,
    /// How likely it is, 0 to 1.
    pub chance: f32,
}

impl Glossary {
    /// From lines of four fields between tabs: an English term (stems side by side, with blanks between them, are one), a Chinese one, the
    /// chance of the Chinese one given the English one, and the reverse.
    ///
    /// # Errors
    /// `Internal` for a line that is not so.
    pub fn parse(text: &str) -> Result<Self> {
        let mut translations: HashMap<String, Vec<Translation>> = HashMap::new();
        for (number, line) in (1..).zip(text.lines()) {
            let mut fields = line.split('\t');
            let mut next = || fields.next().ok_or_else(|| Error::internal(format!("line {number} of the glossary has too few fields")));
            let (english, chinese, there, back) = (next()?, next()?, next()?, next()?);
            let chance = |field: &str| field.parse::<f32>().map_err(|e| Error::internal(format!("line {number} of the glossary: {e}")));
            let mut add = |from: &str, to: &str, chance: f32| {
                let terms = to.split(' ').map(str::to_owned).collect();
                translations.entry(from.to_owned()).or_default().push(Translation { terms, chance });
            };
            add(english, chinese, chance(there)?);
            add(chinese, english, chance(back)?);
        }
        Ok(Self { translations })
    }

    /// Of pairs of terms that are sure to translate each other.
    pub(crate) fn of(pairs: impl Iterator<Item = (String, String)>) -> Self {
        let mut translations: HashMap<String, Vec<Translation>> = HashMap::new();
        for (one, other) in pairs {
            for (from, to) in [(&one, &other), (&other, &one)] {
                let terms = to.split(' ').map(str::to_owned).collect();
                translations.entry(from.clone()).or_default().push(Translation { terms, chance: 1.0 });
            }
        }
        Self { translations }
    }

    /// What words side by side may be called in the other language, each with its chance: of each the indexes of the words that it stands for.
    fn named<'a>(&'a self, words: &'a [&'a str]) -> impl Iterator<Item = (Range<usize>, &'a Translation)> + 'a {
        let runs = (1..=LONGEST).flat_map(move |many| (0..(words.len() + 1).saturating_sub(many)).map(move |at| at..at + many));
        runs.filter_map(|run| Some((run.clone(), self.translations.get(&words[run].join(" "))?)))
            .flat_map(|(run, known)| known.iter().map(move |t| (run.clone(), t)))
    }

    /// Of each of some words side by side the names, each one or more terms, that it or a run with it has in the other language with at least this chance.
    #[must_use]
    pub fn names(&self, words: &[&str], chance: f32) -> Vec<Vec<Vec<String>>> {
        let mut out = vec![Vec::new(); words.len()];
        for (run, translation) in self.named(words).filter(|(_, t)| t.chance >= chance) {
            out[run].iter_mut().for_each(|names| names.push(translation.terms.clone()));
        }
        out
    }

    /// What a query's words may be called in the other language.
    #[must_use]
    pub fn counterparts(&self, query: &TermQuerySet) -> Vec<Counterpart> {
        let words: Vec<&str> = query.words.iter().map(|(term, _)| term.as_str()).collect();
        self.named(&words).map(|(run, t)| Counterpart { words: run.collect(), terms: t.terms.clone(), chance: t.chance }).collect()
    }
}
