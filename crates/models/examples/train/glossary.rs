//! Learns which English and Chinese terms translate each other, for widening a keyword query. Two sources make the text pairs: translations, and
//! glosses that Chinese texts put into brackets ("低秩适配（low-rank adaptation）"). To what is learned come the terms of the shipped subject in
//! `terms.tsv`, which the texts know too little of. IBM Model 1 (Brown et al. 1993, "The Mathematics of Statistical Machine
//! Translation") is run in both directions, and a pair of terms is kept where both agree. It must not know vectors.

use std::collections::HashSet;
use std::error::Error;
use std::fs;
use std::io::Write;
use std::path::Path;

use rustc_hash::FxHashMap;
use sidenote_engine::retrieve::query::is_question_word;
use sidenote_engine::text::{Term, is_han, normalise, words};

use crate::pairs::{TRANSLATION, Texts};

/// Rounds of the estimation; later ones sharpen what is rare beyond what its few sentences can bear.
const ROUNDS: usize = 5;
/// Terms seen in fewer pairs are not learned.
const RARE: u32 = 3;
/// Terms of one text that are used; what is longer aligns with everything.
const LONGEST: usize = 60;
/// Probabilities below this are forgotten between rounds.
const FAINT: f32 = 1e-3;
/// Least probability of a kept pair in either direction: of two single words; where one is a single character, which stands for much; of two words side by
/// side, whose translations their own words compete for.
const WORD: [f32; 2] = [0.08, 0.08];
const CHARACTER: [f32; 2] = [0.2, 0.2];
const PHRASE: [f32; 2] = [0.3, 0.06];
/// Least product of both.
const BOTH: f32 = 0.015;
/// Terms of the shipped subject: English, Chinese.
const TERMS: &str = include_str!("terms.tsv");
/// The probability that they are given, both ways.
const SURE: f32 = 0.9;
/// Translations of one term that are kept, in either direction.
const MOST: usize = 4;
/// Characters before a bracket that may belong to what it glosses, and bytes of a gloss.
const GLOSSED: usize = 8;
const GLOSS_BYTES: usize = 48;
/// The term that stands for "no counterpart".
const NOTHING: u32 = 0;

/// A kept pair of terms.
struct Entry {
    english: String,
    chinese: String,
    /// Probability of the Chinese term given the English one, and the reverse.
    to_chinese: f32,
    to_english: f32,
}

/// Learns from texts, and from the glosses of notes, and writes `glossary.tsv` into a folder; the number of entries.
pub(crate) fn write(texts: &[Texts], notes: &[String], folder: &Path) -> Result<usize, Box<dyn Error>> {
    let mut corpus = Corpus::default();
    for pair in texts.iter().filter(|p| p.kind == TRANSLATION) {
        corpus.add(&pair.a, &pair.b);
    }
    let mut seen: HashSet<&str> = HashSet::new();
    for text in texts.iter().flat_map(|p| [p.a.as_str(), p.b.as_str()]).chain(notes.iter().map(String::as_str)).filter(|text| seen.insert(text)) {
        for (chinese, english) in glosses(text) {
            corpus.add(chinese, english);
        }
    }
    let mut entries = corpus.entries();
    given(&mut entries)?;
    entries.sort_by(|a, b| (&a.english, &a.chinese).cmp(&(&b.english, &b.chinese)));
    fs::create_dir_all(folder)?;
    let mut file = std::io::BufWriter::new(fs::File::create(folder.join("glossary.tsv"))?);
    for e in &entries {
        writeln!(file, "{}\t{}\t{:.2}\t{:.2}", e.english, e.chinese, e.to_chinese, e.to_english)?;
    }
    file.flush()?;
    Ok(entries.len())
}

/// The Chinese before each bracket of a normalised text, and the English inside it.
fn glosses(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.match_indices('(').filter_map(move |(at, _)| {
        let inside = &text[at + 1..];
        let english = &inside[..inside.find(')')?];
        let latin = |c: char| c.is_ascii_alphabetic() || matches!(c, ' ' | '-' | ',');
        let before = text[..at].trim_end();
        let from = before.char_indices().rev().take(GLOSSED).take_while(|(_, c)| is_han(*c)).last()?.0;
        (english.len() <= GLOSS_BYTES && english.chars().all(latin) && english.contains(|c: char| c.is_ascii_alphabetic()))
            .then_some((&before[from..], english))
    })
}

/// The terms of both languages by number, and the pairs of texts as terms.
#[derive(Default)]
struct Corpus {
    english: Numbered,
    chinese: Numbered,
    pairs: Vec<(Vec<u32>, Vec<u32>)>,
}

#[derive(Default)]
struct Numbered {
    known: FxHashMap<String, u32>,
    names: Vec<String>,
    count: Vec<u32>,
}

impl Numbered {
    fn number(&mut self, terms: impl IntoIterator<Item = String>) -> Vec<u32> {
        if self.names.is_empty() {
            self.names.push(String::new());
            self.count.push(0);
        }
        let mut ids = Vec::new();
        for term in terms {
            let next = self.names.len() as u32;
            let id = *self.known.entry(term).or_insert_with_key(|term| {
                self.names.push(term.clone());
                self.count.push(0);
                next
            });
            if !ids.contains(&id) {
                self.count[id as usize] += 1;
                ids.push(id);
            }
        }
        ids
    }
}

impl Corpus {
    /// Adds a pair of normalised texts, if one is Chinese and the other English.
    fn add(&mut self, chinese: &str, english: &str) {
        let chinese: Vec<String> = words(chinese).into_iter().map(|t| t.text).filter(|t| t.chars().all(is_han)).collect();
        let english: Vec<String> = english_terms(&words(english));
        if chinese.is_empty() || english.is_empty() {
            return;
        }
        let (english, chinese) = (self.english.number(english), self.chinese.number(chinese));
        if chinese.len() <= LONGEST && english.len() <= 2 * LONGEST {
            self.pairs.push((english, chinese));
        }
    }

    fn entries(mut self) -> Vec<Entry> {
        let (english, chinese) = (&self.english, &self.chinese);
        for (e, c) in &mut self.pairs {
            e.retain(|&id| english.count[id as usize] >= RARE);
            c.retain(|&id| chinese.count[id as usize] >= RARE);
        }
        let to_chinese = translate(self.pairs.iter().map(|(e, c)| (e.as_slice(), c.as_slice())));
        let to_english = translate(self.pairs.iter().map(|(e, c)| (c.as_slice(), e.as_slice())));
        let mut entries: Vec<Entry> = to_chinese
            .iter()
            .filter_map(|(&(e, c), &there)| {
                let back = to_english.get(&(c, e)).copied().unwrap_or_default();
                let (english, chinese) = (&self.english.names[e as usize], &self.chinese.names[c as usize]);
                let least = match (english.contains(' '), chinese.chars().count()) {
                    (true, _) => PHRASE,
                    (false, 1) => CHARACTER,
                    (false, _) => WORD,
                };
                let fits = there >= least[0] && back >= least[1] && there * back >= BOTH;
                let says = !is_question_word(english) && !is_question_word(chinese);
                (fits && e != NOTHING && says).then(|| Entry {
                    english: english.clone(),
                    chinese: chinese.clone(),
                    to_chinese: there,
                    to_english: back,
                })
            })
            .collect();
        // What one of two words is called by itself needs no entry for both.
        let single: HashSet<(String, String)> = entries.iter().map(|e| (e.english.clone(), e.chinese.clone())).collect();
        entries.retain(|e| {
            !(e.english.contains(' ')
                && (e.chinese.chars().count() == 1 || e.english.split(' ').any(|w| single.contains(&(w.to_owned(), e.chinese.clone())))))
        });
        keep_best(&mut entries, |e| &e.english, |e| e.to_chinese);
        keep_best(&mut entries, |e| &e.chinese, |e| e.to_english);
        entries
    }
}

/// Adds the terms of the shipped subject, in place of what was learned of the same pair.
fn given(entries: &mut Vec<Entry>) -> Result<(), Box<dyn Error>> {
    for line in TERMS.lines() {
        let (english, chinese) = line.split_once('\t').ok_or_else(|| format!("`{line}` in terms.tsv has no tab"))?;
        let (english, chinese) = (beside(english), beside(chinese));
        entries.retain(|e| (&e.english, &e.chinese) != (&english, &chinese));
        entries.push(Entry { english, chinese, to_chinese: SURE, to_english: SURE });
    }
    Ok(())
}

/// A text's terms with blanks between them, the longest one at each place.
fn beside(text: &str) -> String {
    let mut places: Vec<Term> = Vec::new();
    for term in words(&normalise(text)) {
        let part = |other: &Term| other.span.start <= term.span.start && term.span.end <= other.span.end;
        if term.text.contains('-') || places.iter().any(part) {
            continue;
        }
        places.retain(|other| !(term.span.start <= other.span.start && other.span.end <= term.span.end));
        places.push(term);
    }
    places.into_iter().map(|t| t.text).collect::<Vec<_>>().join(" ")
}

/// Words of letters, and two of them side by side.
fn english_terms(terms: &[Term]) -> Vec<String> {
    let says = |t: &&Term| t.text.len() > 1 && t.text.is_ascii() && t.text.contains(|c: char| c.is_ascii_alphabetic());
    let single: Vec<&Term> = terms.iter().filter(says).collect();
    let beside = single.windows(2).filter(|w| w[1].position == w[0].position + 1).filter(|w| w.iter().all(|t| !is_question_word(&t.text)));
    let pairs: Vec<String> = beside.map(|w| format!("{} {}", w[0].text, w[1].text)).collect();
    single.iter().map(|t| t.text.clone()).chain(pairs).collect()
}

/// Drops all but the most probable translations of each term.
fn keep_best(entries: &mut Vec<Entry>, of: impl Fn(&Entry) -> &str, by: impl Fn(&Entry) -> f32) {
    entries.sort_by(|a, b| of(a).cmp(of(b)).then(by(b).total_cmp(&by(a))));
    let mut kept = 0;
    let mut last = String::new();
    entries.retain(|entry| {
        if of(entry) != last {
            of(entry).clone_into(&mut last);
            kept = 0;
        }
        kept += 1;
        kept <= MOST
    });
}

/// The probability of each target term given a source term, by expectation maximisation from equal chances.
fn translate<'a>(pairs: impl Iterator<Item = (&'a [u32], &'a [u32])> + Clone) -> FxHashMap<(u32, u32), f32> {
    let mut table: FxHashMap<(u32, u32), f32> = FxHashMap::default();
    for round in 0..ROUNDS {
        let mut counts: FxHashMap<(u32, u32), f32> = FxHashMap::default();
        let mut totals: FxHashMap<u32, f32> = FxHashMap::default();
        for (sources, targets) in pairs.clone() {
            let with_nothing = || sources.iter().copied().chain([NOTHING]);
            for &target in targets {
                let chance = |source| if round == 0 { 1.0 } else { table.get(&(source, target)).copied().unwrap_or_default() };
                let all: f32 = with_nothing().map(chance).sum();
                if all <= 0.0 {
                    continue;
                }
                for source in with_nothing() {
                    let share = chance(source) / all;
                    if share > FAINT {
                        *counts.entry((source, target)).or_default() += share;
                        *totals.entry(source).or_default() += share;
                    }
                }
            }
        }
        table = counts.into_iter().map(|((s, t), count)| ((s, t), count / totals[&s])).filter(|(_, p)| *p > FAINT).collect();
    }
    table
}
