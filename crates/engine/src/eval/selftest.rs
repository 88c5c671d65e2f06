//! Questions made from a person's own notes: headings whose sections answer them, and the distinctive words of a sentence in another order.
//! Both share their words with the notes, so they favour keyword search; they show what is lost, not how good it is for questions in other
//! words. It must not know indexes or who asks.

use std::collections::{HashMap, HashSet};

use super::bootstrap::Random;
use super::contain::{has_han, letters};
use super::set::GoldQuestion;
use crate::retrieve::query::is_question_word;
use crate::text::{normalise, sentences, words};

/// A note, as it is indexed.
#[derive(Clone, Debug, Default)]
pub struct Note {
    /// Relative to its library's folder.
    pub path: String,
    /// Its title.
    pub title: String,
    /// Its chunks, in order.
    pub parts: Vec<Part>,
}

/// A chunk of a note.
#[derive(Clone, Debug, Default)]
pub struct Part {
    /// The headings it stands under.
    pub heading: Vec<String>,
    /// Its text.
    pub text: String,
}

/// Letters of a heading that can be a question: fewer (`Notes`, `小结`) say nothing. Chinese letters count three.
const HEADING_LETTERS: usize = 12;
/// Letters that a section must have.
const SECTION_LETTERS: usize = 40;
/// Letters of a sentence that tells enough and is found as a whole.
const SENTENCE_LETTERS: std::ops::RangeInclusive<usize> = 16..=160;
/// Sentences of a section that are remembered as its answer.
const SPANS: usize = 12;
/// Distinctive words taken from a sentence, and those a question has at least.
const WORDS: usize = 7;
const FEWEST_WORDS: usize = 3;

/// A question to be, before its id.
struct Candidate {
    question: String,
    path: String,
    spans: Vec<String>,
}

/// At most `count` questions, half from headings and half from sentences where there are enough of both; the same for the same notes and seed.
#[must_use]
pub fn questions(notes: &[Note], count: usize, seed: u64) -> Vec<GoldQuestion> {
    let mut random = Random::new(seed);
    let mut headings = from_headings(notes);
    let mut sentences = from_sentences(notes, &mut random, count);
    random.shuffle(&mut headings);
    let half = count.div_ceil(2).max(count.saturating_sub(sentences.len()));
    headings.truncate(half);
    sentences.truncate(count.saturating_sub(headings.len()));
    number("heading", headings).chain(number("words", sentences)).collect()
}

fn number(kind: &'static str, candidates: Vec<Candidate>) -> impl Iterator<Item = GoldQuestion> {
    (1..).zip(candidates).map(move |(n, c)| GoldQuestion {
        id: format!("{kind}-{n:03}"),
        lang: if has_han(&c.question) { "zh" } else { "en" }.to_owned(),
        question: c.question,
        answerable: true,
        gold_docs: vec![c.path],
        gold_spans: c.spans,
        ..GoldQuestion::default()
    })
}

/// Headings that occur once and have a section with enough text.
fn from_headings(notes: &[Note]) -> Vec<Candidate> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    let mut all: Vec<(String, Candidate)> = Vec::new();
    for note in notes {
        let title = letters(&note.title);
        for (heading, body) in sections(note) {
            let key = letters(&heading);
            *seen.entry(key.clone()).or_default() += 1;
            let says = key.chars().map(|c| if c.is_ascii() { 1 } else { 3 }).sum::<usize>();
            if says < HEADING_LETTERS || key == title || letters(&body).chars().count() < SECTION_LETTERS {
                continue;
            }
            let spans: Vec<String> = told(&body).take(SPANS).map(str::to_owned).collect();
            if !spans.is_empty() {
                all.push((key, Candidate { question: heading, path: note.path.clone(), spans }));
            }
        }
    }
    all.into_iter().filter(|(key, _)| seen.get(key) == Some(&1)).map(|(_, c)| c).collect()
}

/// A note's headings with what stands under them. A chunk may hold several small sections; their headings are Markdown's.
fn sections(note: &Note) -> Vec<(String, String)> {
    let mut out: Vec<(String, String)> = Vec::new();
    for part in &note.parts {
        let mut heading = part.heading.last().cloned().unwrap_or_default();
        for line in part.text.lines() {
            let marks = line.len() - line.trim_start_matches('#').len();
            if (1..=6).contains(&marks) && line[marks..].starts_with(' ') {
                heading = line[marks..].trim().trim_end_matches('#').trim_end().to_owned();
            } else if let Some((_, body)) = out.last_mut().filter(|(last, _)| *last == heading) {
                body.push_str(line);
                body.push('\n');
            } else if !line.trim().is_empty() {
                out.push((heading.clone(), format!("{line}\n")));
            }
        }
    }
    out
}

/// The sentences of a text that tell something: no tables, code or formulas.
fn told(text: &str) -> impl Iterator<Item = &str> {
    sentences(text)
        .into_iter()
        .map(|span| &text[span])
        .filter(|s| !s.starts_with(['#', '|', '`', '$', '>']) && SENTENCE_LETTERS.contains(&letters(s).chars().count()))
}

/// Sentences that occur once, as their distinctive words in another order.
fn from_sentences(notes: &[Note], random: &mut Random, count: usize) -> Vec<Candidate> {
    let mut spread: HashMap<String, usize> = HashMap::new();
    let mut seen: HashMap<String, usize> = HashMap::new();
    let mut all: Vec<(&Note, &str)> = Vec::new();
    for note in notes {
        let mut own: HashSet<String> = HashSet::new();
        // Chunks of a split section overlap.
        let mut of_note: HashSet<String> = HashSet::new();
        for part in &note.parts {
            own.extend(words(&normalise(&part.text)).into_iter().map(|t| t.text));
            for sentence in told(&part.text) {
                let key = letters(sentence);
                if of_note.insert(key.clone()) {
                    *seen.entry(key).or_default() += 1;
                    all.push((note, sentence));
                }
            }
        }
        for word in own {
            *spread.entry(word).or_default() += 1;
        }
    }
    random.shuffle(&mut all);
    let once = all.into_iter().filter(|(_, sentence)| seen.get(&letters(sentence)) == Some(&1));
    once.filter_map(|(note, sentence)| {
        let question = reworded(sentence, &spread, random)?;
        Some(Candidate { question, path: note.path.clone(), spans: vec![sentence.to_owned()] })
    })
    .take(count)
    .collect()
}

/// The rarest words of a sentence, a third of them left out, in random order.
fn reworded(sentence: &str, spread: &HashMap<String, usize>, random: &mut Random) -> Option<String> {
    let text = normalise(sentence);
    let mut terms: Vec<_> = words(&text)
        .into_iter()
        .filter(|t| t.text.chars().count() > 1 && !is_question_word(&t.text))
        .map(|t| (spread.get(&t.text).copied().unwrap_or(1), t.span))
        .collect();
    // Of equally rare ones the longer: a whole identifier before its parts.
    terms.sort_by_key(|(notes, span)| (*notes, std::cmp::Reverse(span.len()), span.start));
    let mut taken: Vec<std::ops::Range<usize>> = Vec::new();
    for (_, span) in terms {
        let repeats = taken.iter().any(|t| span.start < t.end && t.start < span.end || text[t.clone()] == text[span.clone()]);
        if taken.len() < WORDS && !repeats {
            taken.push(span);
        }
    }
    random.shuffle(&mut taken);
    let kept = (taken.len() * 2).div_ceil(3);
    if kept < FEWEST_WORDS {
        return None;
    }
    Some(taken[..kept].iter().map(|span| &text[span.clone()]).collect::<Vec<_>>().join(" "))
}
