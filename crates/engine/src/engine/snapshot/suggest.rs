//! Questions that the notes answer: those that stand in them as headings, and those about what stands under other headings or in a whole note. Each is asked
//! before it is offered. It must not know what was asked before or by whom.

use super::{Question, Snapshot};
use crate::answer::leads;
use crate::catalog::DocumentEntry;
use crate::error::Result;
use crate::event::Run;
use crate::retrieve::query::mostly_cjk;
use crate::text::{asks, is_cjk, normalise};
use crate::wire;

/// Characters of a heading that is a question.
const LENGTH: std::ops::RangeInclusive<usize> = 5..=60;
/// Characters of a heading, or a title, that is asked about.
const NAME: std::ops::RangeInclusive<usize> = 2..=30;
/// Notes that are looked through.
const NOTES: usize = 400;
/// Questions that are tried for each that is wanted.
const TRIES: usize = 4;
/// Passages that are looked for when one is tried.
const PASSAGES: usize = 8;

/// A question that may be offered.
struct Candidate {
    text: String,
    /// The heading that it is about.
    heading: Option<String>,
    /// The note that is to answer it.
    document: u64,
}

impl Snapshot {
    /// Up to `most` questions near places of notes (their ids and bytes of their texts), nearest first, without the one that was asked.
    ///
    /// # Errors
    /// `Cancelled`, `DataDamaged`.
    pub fn questions_near(&self, places: &[(u64, usize)], asked: &str, most: usize, run: Run<'_>) -> Result<Vec<String>> {
        let documents = self.catalog().documents()?;
        let mut offer = Offer { snapshot: self, asked: letters(asked), most, tries: TRIES * most, out: Vec::new() };
        let mut seen = Vec::new();
        for (id, _) in places {
            let Some(note) = documents.iter().find(|note| note.id == *id && !seen.contains(id)) else { continue };
            seen.push(*id);
            let near: Vec<usize> = places.iter().filter(|(of, _)| of == id).map(|(_, at)| *at).collect();
            for candidate in self.candidates(note, &near)? {
                offer.add(candidate, run)?;
            }
        }
        Ok(offer.out)
    }

    /// Up to `most` questions about the person's own notes, or about all, at most one of each note: first those that notes ask themselves, then about the newest.
    ///
    /// # Errors
    /// `Cancelled`, `DataDamaged`.
    pub fn questions_of_notes(&self, own: bool, most: usize, run: Run<'_>) -> Result<Vec<String>> {
        let mut notes: Vec<DocumentEntry> = self.catalog().documents()?.into_iter().filter(|note| !own || !note.shipped).collect();
        notes.sort_by(|a, b| b.date.cmp(&a.date).then(a.id.cmp(&b.id)));
        let mut offer = Offer { snapshot: self, asked: String::new(), most, tries: TRIES * most, out: Vec::new() };
        // Spread over all notes, the same ones each time.
        let step = notes.len().div_ceil(NOTES).max(1);
        let mut others = Vec::new();
        for note in notes.iter().step_by(step) {
            run.cancel.check()?;
            let headings = self.catalog().chunks_of(note.id)?.into_iter().flat_map(|chunk| chunk.heading);
            match headings.filter_map(|heading| Some((question(&heading)?, heading))).next() {
                Some((text, heading)) => {
                    offer.add(Candidate { text, heading: Some(heading), document: note.id }, run)?;
                    if offer.is_over() {
                        return Ok(offer.out);
                    }
                }
                None => others.push(note),
            }
        }
        // A few notes that answer nothing leave tries for others.
        for note in others {
            let mut candidates = self.candidates(note, &[])?;
            candidates.truncate(TRIES);
            for candidate in candidates {
                if offer.is_over() || offer.add(candidate, run)? {
                    break;
                }
            }
            if offer.is_over() {
                break;
            }
        }
        Ok(offer.out)
    }

    /// What could be asked of a note: about its headings, those nearest to some places first, then about the whole of it.
    fn candidates(&self, note: &DocumentEntry, near: &[usize]) -> Result<Vec<Candidate>> {
        let text = self.catalog().text(note.id)?;
        // The first sentence under each: a heading with nothing below it answers nothing.
        let leads: Vec<(usize, String)> = leads(&text).into_iter().filter_map(|point| Some((point.span.start, point.heading?))).collect();
        let ends = leads.iter().skip(1).map(|(start, _)| *start).chain([text.len()]);
        let mut headings: Vec<(usize, &str)> = Vec::new();
        for ((start, heading), end) in leads.iter().zip(ends) {
            // What it was answered from is not asked once more.
            if !near.iter().any(|at| (*start..end).contains(at)) {
                headings.push((near.iter().map(|at| start.abs_diff(*at)).min().unwrap_or(0), heading));
            }
        }
        headings.sort_by_key(|(away, _)| *away);
        let (title, document) = (note.title.trim(), note.id);
        let mut out = Vec::new();
        for (_, heading) in headings {
            let text = match question(heading) {
                Some(question) => question,
                None if is_name(heading) && is_name(title) && letters(heading) != letters(title) => {
                    if mostly_cjk(&format!("{title}{heading}")) {
                        format!("「{title}」里的「{heading}」写了什么？")
                    } else {
                        format!("What is under \"{heading}\" in \"{title}\"?")
                    }
                }
                None => continue,
            };
            out.push(Candidate { text, heading: Some(heading.to_owned()), document });
        }
        if is_name(title) {
            let text = if mostly_cjk(title) { format!("「{title}」讲了什么？") } else { format!("What is in \"{title}\"?") };
            out.push(Candidate { text, heading: None, document });
        }
        Ok(out)
    }

    fn is_answered(&self, Candidate { text, heading, document }: &Candidate, run: Run<'_>) -> Result<bool> {
        let answer = self.ask(&Question { text: text.clone(), limit: PASSAGES, ..Question::default() }, run)?;
        let first = answer.citations.first().filter(|_| answer.outcome == wire::Outcome::Answered);
        Ok(first.is_some_and(|cited| cited.document_id == *document && heading.as_ref().is_none_or(|heading| cited.heading.contains(heading))))
    }
}

/// Questions on their way to be offered.
struct Offer<'a> {
    snapshot: &'a Snapshot,
    /// The letters of what was asked.
    asked: String,
    most: usize,
    tries: usize,
    out: Vec<String>,
}

impl Offer<'_> {
    fn is_over(&self) -> bool {
        self.out.len() >= self.most || self.tries == 0
    }

    /// Takes one if it is answered by what it is about, and is new; whether it was taken.
    fn add(&mut self, candidate: Candidate, run: Run<'_>) -> Result<bool> {
        let known = letters(&candidate.text);
        // What was asked may be worded a little longer than the heading, or shorter; notes made from one template ask the same.
        let same = !self.asked.is_empty() && (known.contains(&self.asked) || self.asked.contains(&known))
            || self.out.iter().any(|other| letters(other) == known);
        if same || self.is_over() {
            return Ok(false);
        }
        self.tries -= 1;
        let answered = self.snapshot.is_answered(&candidate, run)?;
        if answered {
            self.out.push(candidate.text);
        }
        Ok(answered)
    }
}

/// A heading as a question, if it is one: without its numbering.
pub(super) fn question(heading: &str) -> Option<String> {
    let plain =
        heading.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '、' | ')' | '）' | ' ' | '问' | 'Q' | '：' | ':')).trim();
    (asks(plain) && LENGTH.contains(&plain.chars().count())).then(|| plain.to_owned())
}

/// Whether words name something that one can ask about: no number, no date, no line of code, nothing that quotes something itself.
fn is_name(words: &str) -> bool {
    // Of other scripts it is not known how one asks.
    let told = words.chars().filter(|c| is_cjk(*c) || matches!(c, 'A'..='Z' | 'a'..='z' | '\u{c0}'..='\u{24f}')).count();
    NAME.contains(&words.chars().count())
        && 2 * told >= words.chars().count()
        && !words.contains(['“', '”', '"', '`', '「', '」', '《', '》', '<', '>', '/', '\\', '|', '[', ']', '?', '？', ':', '：'])
}

pub(super) fn letters(text: &str) -> String {
    normalise(text).chars().filter(|c| c.is_alphanumeric()).collect()
}
