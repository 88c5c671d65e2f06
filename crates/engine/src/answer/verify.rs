//! Whether the passages say what a sentence of a written answer says, and with which of their own sentences: words, numbers and their units, names,
//! negation, opposites and order, clause by clause; token vectors for other words and the other language. Pure: it must not know who wrote the answer,
//! and no marker that a model wrote is ever looked at. In doubt a sentence is not supported.

mod align;
mod clause;
mod common;
mod frame;
mod leftover;
// Word lists are read as paragraphs.
#[rustfmt::skip]
mod lexicon;
mod number;

use std::collections::HashMap;

use crate::cancel::CancelToken;
use crate::document::Span;
use crate::error::Result;
use crate::model::TokenVectors;
use crate::retrieve::glossary::Glossary;
use crate::text::{is_cjk, normalise};
use crate::wire::Support;

use super::units::{Kind, Unit, units};
use align::{Found, Level, align, has};
use clause::{Clause, clauses};
use common::common;
use frame::Frame;
use lexicon::{CAUSES, EFFECTS, HEARSAY, SEVERAL, STEPS};

/// How a sentence begins that speaks of what the one before it was about.
const PRONOUNS: &[&str] = &["它", "其", "这", "该", "It ", "Its ", "This ", "They ", "These "];

/// Chance from which a glossary's translation is taken for one.
const SURE: f32 = 0.2;

/// A passage that a sentence may rest on.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The note's title.
    pub title: &'a str,
    /// The headings above it.
    pub heading: &'a [String],
    /// Its text.
    pub text: &'a str,
}

/// A passage's own sentence that says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quote {
    /// Index of the passage.
    pub passage: usize,
    /// Bytes of its text.
    pub span: Span,
}

/// What was found of a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// How far the passages say it.
    pub support: Support,
    /// The sentences that do, in the order of what they say; none where nothing is supported.
    pub quotes: Vec<Quote>,
    /// Whether the sentence claims anything: "Here is what your notes say:" does not.
    pub claims: bool,
}

/// The sentences of passages, ready to be compared.
pub struct Grounds<'a> {
    grounds: Vec<Ground>,
    /// Sentences and items word for word, and where they stand first.
    verbatim: HashMap<String, Quote>,
    model: Option<&'a dyn TokenVectors>,
    glossary: Option<&'a Glossary>,
}

/// A sentence, item or cell of a passage.
struct Ground {
    quote: Quote,
    /// Clauses that belong together, in order.
    clauses: Vec<Clause>,
    /// Title and headings above it, and what a pronoun at its beginning stands for.
    above: Vec<Clause>,
    cjk: bool,
    /// Whether it is a cell of a table: the names of its row and column say nothing by themselves.
    cell: bool,
}

impl<'a> Grounds<'a> {
    /// Reads the passages: those of a whole folder take their time. Vectors and glossary are for words that are not the same.
    ///
    /// # Errors
    /// `Cancelled`.
    pub fn new(sources: &[Source<'_>], model: Option<&'a dyn TokenVectors>, glossary: Option<&'a Glossary>, cancel: &CancelToken) -> Result<Self> {
        let (mut grounds, mut verbatim) = (Vec::new(), HashMap::new());
        for (passage, source) in sources.iter().enumerate() {
            cancel.check()?;
            let all = units(source.text);
            let mut head: Option<&Unit> = None;
            let mut before: Vec<Clause> = Vec::new();
            for unit in &all {
                match unit.kind {
                    Kind::Head => head = Some(unit),
                    Kind::Row => {}
                    _ => head = None,
                }
                if matches!(unit.kind, Kind::Heading | Kind::Code | Kind::Head) {
                    continue;
                }
                let titles = [source.title].into_iter().chain(source.heading.iter().map(String::as_str)).chain(unit.heading.as_deref());
                let titles = titles.filter(|t| !SEVERAL.iter().any(|mark| t.contains(mark)));
                let mut above: Vec<Clause> = titles.flat_map(|t| clauses(t, model)).map(|c| Clause { label: true, ..c }).collect();
                if PRONOUNS.iter().any(|p| unit.clean.starts_with(p)) {
                    above.extend(before.iter().cloned().map(|c| Clause { label: true, ..c }));
                }
                let quote = Quote { passage, span: unit.span.clone() };
                // A row says nothing without the names of its columns.
                if unit.kind != Kind::Row {
                    verbatim.entry(letters(&unit.clean)).or_insert_with(|| quote.clone());
                }
                let stated = statements(unit, head, model);
                before = stated.first().cloned().unwrap_or_default();
                for clauses in stated {
                    let cjk = clauses.iter().any(|c| c.text.contains(is_cjk));
                    grounds.push(Ground { quote: quote.clone(), clauses, above: above.clone(), cjk, cell: unit.kind == Kind::Row });
                }
            }
        }
        Ok(Self { grounds, verbatim, model, glossary })
    }

    /// Looks for what a sentence says; markers must have been taken out of it. Among the passages of a whole folder that takes its time: none where `over`
    /// says meanwhile that nobody waits for it.
    pub fn judge(&self, sentence: &str, over: &dyn Fn() -> bool) -> Option<Verdict> {
        let mut claimed = claimed(sentence, self.model);
        // What is quoted is said, however it is built.
        if let Some(quote) = self.verbatim.get(&letters(sentence)).filter(|_| !claimed.is_empty()) {
            return Some(Verdict { support: Support::Supported, quotes: vec![quote.clone()], claims: true });
        }
        for glossary in [common()].into_iter().chain(self.glossary) {
            claimed.iter_mut().for_each(|clause| name(clause, glossary));
        }
        let cjk = sentence.contains(is_cjk);
        let mut quotes: Vec<Quote> = Vec::new();
        let mut levels = Vec::with_capacity(claimed.len());
        let mut places: Vec<Option<(Found, &Ground)>> = Vec::with_capacity(claimed.len());
        for clause in &claimed {
            let mut best: Option<(Found, &Ground)> = None;
            for ground in &self.grounds {
                if over() {
                    return None;
                }
                let across = ground.cjk != cjk;
                let mut found = align(clause, &claimed, ground, across, self.model);
                // Another sentence may say it without the limit.
                let limited = || {
                    let hearsay = has(&ground.text(), HEARSAY) && !has(sentence, HEARSAY);
                    hearsay || !Frame::new(sentence, &claimed, clause, &ground.clauses, found.at.0, across).kept()
                };
                if found.level == Level::Said && limited() {
                    found.level = Level::Partly;
                }
                // Of equals the first: a sentence is quoted where it is said first.
                if best.as_ref().is_none_or(|(known, _)| found.is_better_than(known)) {
                    best = Some((found, ground));
                }
            }
            let Some((found, ground)) = best else {
                levels.push(Level::Absent);
                places.push(None);
                continue;
            };
            if matches!(found.level, Level::Said | Level::Partly) && !quotes.contains(&ground.quote) {
                quotes.push(ground.quote.clone());
            }
            levels.push(found.level);
            places.push((found.level == Level::Said).then_some((found, ground)));
        }
        if turned_round(&claimed, &places) || another_order(&claimed, &places) {
            levels.push(Level::Refuted);
        } else if of_another_row(&claimed, &places) {
            levels.push(Level::Partly);
        }
        let support = if !levels.is_empty() && levels.iter().all(|l| *l == Level::Said) {
            Support::Supported
        } else if levels.contains(&Level::Refuted) || !levels.iter().any(|l| matches!(l, Level::Said | Level::Partly)) {
            quotes.clear();
            Support::Unsupported
        } else {
            Support::Partly
        };
        Some(Verdict { support, quotes, claims: !claimed.is_empty() })
    }
}

impl Ground {
    fn text(&self) -> String {
        self.clauses.iter().map(|c| c.text.as_str()).collect::<Vec<_>>().join(" ")
    }
}

/// A sentence word for word: without the mark at its end and blanks, but for those between words and numbers that would else be others ("1 2" is not "12").
fn letters(sentence: &str) -> String {
    let text = normalise(sentence);
    let mut out = String::new();
    let mut blank = false;
    for c in text.trim().trim_end_matches(['.', '。', '!', ';', ':']).chars() {
        if c.is_whitespace() {
            blank = true;
            continue;
        }
        let spelled = |c: char| c.is_alphanumeric() && !is_cjk(c);
        if blank && spelled(c) && out.ends_with(spelled) {
            out.push(' ');
        }
        blank = false;
        out.push(c);
    }
    out
}

/// Where each clause of a claim is said, if it is.
type Places<'a> = [Option<(Found, &'a Ground)>];

/// Of each clause whether it is the cause, or the condition, of a neighbour (true), or what follows from it (false).
fn sides(clauses: &[Clause]) -> Vec<Option<bool>> {
    let mut out = vec![None; clauses.len()];
    for (i, clause) in clauses.iter().enumerate() {
        let begins = |marks: &[&str]| marks.iter().any(|mark| clause.text.trim_start().starts_with(mark));
        let (side, other) = if begins(EFFECTS) && i > 0 {
            (false, i - 1)
        } else if begins(CAUSES) && clauses.len() > 1 {
            // The condition comes first, or after what depends on it.
            (true, if i == 0 { 1 } else { i - 1 })
        } else {
            continue;
        };
        out[i] = Some(side);
        out[other].get_or_insert(!side);
    }
    out
}

/// Whether the claim has as the cause what the statement has as its effect, and the other way round.
fn turned_round(claimed: &[Clause], places: &Places<'_>) -> bool {
    let sides_claimed = sides(claimed);
    let said: Vec<(bool, &Found, &Ground)> =
        sides_claimed.iter().zip(places).filter_map(|(side, place)| Some(((*side)?, &place.as_ref()?.0, place.as_ref()?.1))).collect();
    let contrary = |side: bool| {
        let found = said.iter().find(|(claimed, ..)| *claimed == side)?;
        (sides(&found.2.clauses).get(found.1.at.0).copied().flatten() == Some(!side)).then_some(found.2)
    };
    matches!((contrary(true), contrary(false)), (Some(one), Some(other)) if std::ptr::eq(one, other))
}

/// Whether the steps of a claim stand in another order in the passage.
fn another_order(claimed: &[Clause], places: &Places<'_>) -> bool {
    let text = claimed.iter().map(|c| format!(" {} ", c.text)).collect::<String>();
    let steps = STEPS.iter().any(|(one, then)| text.find(one).is_some_and(|at| text[at + one.len()..].contains(then)));
    let at = |place: &(Found, &Ground)| (place.1.quote.passage, place.1.quote.span.start, place.0.at);
    let said: Vec<_> = places.iter().flatten().map(at).collect();
    steps && said.windows(2).any(|pair| pair[0].0 == pair[1].0 && pair[1] < pair[0])
}

/// Whether a further clause is said of something that the sentence does not name: of the next row of a table.
fn of_another_row(claimed: &[Clause], places: &Places<'_>) -> bool {
    let Some(Some((_, first))) = places.first() else { return false };
    places.iter().skip(1).flatten().any(|(_, ground)| {
        let label = || ground.clauses.iter().filter(|c| c.label).flat_map(|c| &c.words).filter(|w| w.heavy());
        let named = |word: &clause::Word| claimed.iter().flat_map(|c| &c.words).any(|w| w.text == word.text);
        ground.quote != first.quote && label().next().is_some() && !label().any(named)
    })
}

/// Clauses of what is claimed. A condition or a place is nothing by itself: it goes with the clause after it.
fn claimed(sentence: &str, model: Option<&dyn TokenVectors>) -> Vec<Clause> {
    let mut out: Vec<Clause> = Vec::new();
    let mut waiting: Option<Clause> = None;
    let (main, asides): (Vec<Clause>, Vec<Clause>) = clauses(sentence, model).into_iter().partition(|c| c.aside_of.is_none());
    for (i, clause) in main.into_iter().enumerate() {
        let clause = asides.iter().filter(|a| a.aside_of == Some(i)).fold(clause, |clause, aside| clause.and(aside.clone()));
        if !clause.says() {
            continue;
        }
        let clause = match waiting.take() {
            Some(before) => before.and(clause),
            None => clause,
        };
        if clause.is_circumstance() { waiting = Some(clause) } else { out.push(clause) }
    }
    out.extend(waiting);
    out
}

/// Gives the words of a clause their names in the other language.
fn name(clause: &mut Clause, glossary: &Glossary) {
    let words: Vec<&str> = clause.words.iter().map(|w| w.text.as_str()).collect();
    let names = glossary.names(&words, SURE);
    clause.words.iter_mut().zip(names).for_each(|(word, names)| word.names.extend(names));
}

/// What a unit states: a sentence its parts between semicolons, each with the label before its colon; a table's row one statement a cell.
fn statements(unit: &Unit, head: Option<&Unit>, model: Option<&dyn TokenVectors>) -> Vec<Vec<Clause>> {
    if unit.kind == Kind::Row {
        let cells: Vec<&str> = unit.clean.split('|').map(str::trim).collect();
        // The corner above the row's name may be empty: the head has then lost a cell in front.
        let names: Vec<&str> = head.map(|h| h.clean.split('|').map(str::trim).collect()).unwrap_or_default();
        let offset = cells.len().saturating_sub(names.len());
        let mut out = Vec::new();
        for (column, cell) in cells.iter().enumerate().skip(1) {
            let name = column.checked_sub(offset).and_then(|c| names.get(c)).copied().unwrap_or_default();
            let labels = [cells[0], name].into_iter().flat_map(|t| clauses(t, model)).map(|c| Clause { label: true, ..c });
            out.push(labels.chain(clauses(cell, model)).collect());
        }
        return out;
    }
    let mut out: Vec<Vec<Clause>> = Vec::new();
    let mut labels: Vec<Clause> = Vec::new();
    // In which statement each clause is, for what stands in parentheses comes after all of them.
    let mut of: Vec<usize> = Vec::new();
    for clause in clauses(&unit.clean, model) {
        if let Some(statement) = clause.aside_of.and_then(|i| of.get(i)).and_then(|at| out.get_mut(*at)) {
            statement.push(clause);
            continue;
        }
        if clause.label && out.last().is_none_or(|last| last.iter().all(|c| c.label)) {
            labels.push(clause.clone());
        }
        match out.last_mut() {
            Some(last) if clause.joined => last.push(clause),
            None => out.push(vec![clause]),
            Some(_) => out.push(labels.iter().cloned().chain([clause]).collect()),
        }
        of.push(out.len() - 1);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::letters;

    #[test]
    fn blanks_between_words_are_part_of_a_sentence_word_for_word() {
        assert_ne!(letters("He is now here."), letters("He is nowhere."));
        assert_ne!(letters("Use 1 2 times."), letters("Use 12 times."));
        assert_eq!(letters("Use  it ,\nonce."), letters("Use it, once"));
        assert_eq!(letters("用 BF16 训练。"), letters("用BF16训练"));
    }
}
