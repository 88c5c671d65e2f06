//! A sentence as clauses of weighted words: names, numbers, what is negated, which of two opposites is said. Pure; it must not know what a sentence is
//! compared with.

use std::ops::Range;

use super::lexicon::{ENDS_REACH, NEGATING, NEGATING_PHRASES, NEGATING_WORDS, NOT_NEGATING, OPPOSITES, is_light};
use super::number::{Number, numbers};
use crate::model::TokenVectors;
use crate::text::{Term, is_cjk, normalise_mapped, words};

/// Words that a negation reaches.
const REACH: usize = 4;

/// What a word is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    /// Any other.
    Plain,
    /// An identifier or a name in Latin letters: nothing else can stand for it.
    Name,
    /// A number and what it counts.
    Number(Number),
    /// Says nothing by itself.
    Light,
}

/// A word of a clause.
#[derive(Clone, Debug)]
pub(super) struct Word {
    /// As indexed.
    pub(super) text: String,
    pub(super) kind: Kind,
    /// Whether a negation reaches it.
    pub(super) negated: bool,
    /// Pair of opposites and side.
    pub(super) pole: Option<(usize, bool)>,
    /// Of the model inside, with their weights.
    pub(super) tokens: Vec<(u32, f32)>,
}

impl Word {
    /// How much it says.
    pub(super) fn weight(&self) -> f32 {
        match self.kind {
            Kind::Light => 0.0,
            Kind::Name | Kind::Number(_) => 1.5,
            Kind::Plain if self.text.chars().count() == 1 => 0.5,
            Kind::Plain => 1.0,
        }
    }

    /// Whether a sentence with this word is not said by one without it.
    pub(super) fn heavy(&self) -> bool {
        self.weight() >= 1.0
    }

    /// Whether it is written in Chinese characters.
    pub(super) fn is_cjk(&self) -> bool {
        self.text.starts_with(is_cjk)
    }
}

/// A part of a sentence between commas and the like.
#[derive(Clone, Debug)]
pub(super) struct Clause {
    /// Normalised.
    pub(super) text: String,
    /// In order.
    pub(super) words: Vec<Word>,
    /// Whether it is what stands before a colon, a heading or a title: what the rest is about.
    pub(super) label: bool,
    /// Whether a comma or less is between it and the clause before.
    pub(super) joined: bool,
    /// Negations in it.
    pub(super) negations: usize,
}

impl Clause {
    /// Whether it says anything.
    pub(super) fn says(&self) -> bool {
        self.words.iter().any(|w| w.weight() > 0.0 || w.pole.is_some())
    }
}

/// Cuts a sentence into clauses. `english` says that capitals mark names.
pub(super) fn clauses(sentence: &str, model: Option<&dyn TokenVectors>) -> Vec<Clause> {
    let (text, origin) = normalise_mapped(sentence);
    let cjk = text.chars().any(is_cjk);
    let all = terms(&text);
    let counted = numbers(&text);
    let mut out = Vec::new();
    for (span, end) in pieces(&text, cjk) {
        let part = &text[span.clone()];
        let negated = negations(part);
        let mut list: Vec<(usize, Word)> = Vec::new();
        let mut taken: Vec<Range<usize>> = Vec::new();
        for (place, number) in counted.iter().filter(|(place, _)| span.contains(&place.start)) {
            taken.push(place.clone());
            list.push(word(text[place.clone()].to_owned(), Kind::Number(*number), place.start, span.start, &negated, model));
        }
        for term in all.iter().filter(|t| span.contains(&t.span.start) && !taken.iter().any(|n| n.start < t.span.end && t.span.start < n.end)) {
            let written = sentence.get(origin[term.span.start]..origin[term.span.end]).unwrap_or_default();
            let first = sentence[..origin[term.span.start]].trim_end().is_empty();
            let kind = kind(&term.text, written, cjk, first);
            list.push(word(term.text.clone(), kind, term.span.start, span.start, &negated, model));
        }
        list.sort_by_key(|(place, _)| *place);
        let negations = negated.len();
        let words = list.into_iter().map(|(_, w)| w).collect();
        let joined = out.last().is_some_and(|(_, end): &(Clause, char)| !matches!(end, ';' | '。' | '.'));
        out.push((Clause { text: part.to_owned(), words, label: end == ':', joined, negations }, end));
    }
    out.into_iter().map(|(clause, _)| clause).filter(|c| !c.words.is_empty()).collect()
}

fn word(text: String, kind: Kind, at: usize, start: usize, negated: &[(Range<usize>, usize)], model: Option<&dyn TokenVectors>) -> (usize, Word) {
    let reached = negated.iter().filter(|(reach, _)| reach.contains(&(at - start))).count() % 2 == 1;
    let tokens = match (model, kind) {
        (Some(model), Kind::Plain | Kind::Name) => {
            model.tokens(&text).unwrap_or_default().into_iter().map(|t| (t, model.weight(t))).filter(|(_, w)| *w > 0.0).collect()
        }
        _ => Vec::new(),
    };
    let pole = pole(&text);
    (at, Word { text, kind, negated: reached, pole, tokens })
}

fn kind(text: &str, written: &str, cjk: bool, first: bool) -> Kind {
    let latin = text.starts_with(|c: char| c.is_alphanumeric() && !is_cjk(c));
    if is_light(text) {
        return Kind::Light;
    }
    if !latin {
        return Kind::Plain;
    }
    let capitals = written.chars().filter(|c| c.is_uppercase()).count();
    let digits = written.chars().any(|c| c.is_ascii_digit());
    let named = digits || capitals > 1 || (capitals == 1 && !first) || (capitals == 1 && written.chars().count() == 1) || cjk;
    if named { Kind::Name } else { Kind::Plain }
}

/// The side of a pair of opposites that a word is on.
fn pole(word: &str) -> Option<(usize, bool)> {
    let bare = if word.chars().count() > 1 { word.trim_start_matches(['较', '更', '最', '很', '太']) } else { word };
    OPPOSITES.iter().enumerate().find_map(|(i, (one, other))| {
        let is = |side: &[&str]| side.iter().any(|w| *w == word || *w == bare);
        is(one).then_some((i, true)).or_else(|| is(other).then_some((i, false)))
    })
}

/// The words of a text, the longest where several share a place; identifiers whole, joined plain words apart.
fn terms(text: &str) -> Vec<Term> {
    let all = words(text);
    let whole = |t: &Term| {
        let name = t.text.chars().any(|c| c.is_ascii_digit()) || t.text.ends_with(['+', '#']);
        let joined = t.text.contains(['-', '_', '.']);
        is_cjk(t.text.chars().next().unwrap_or(' ')) || name || !joined
    };
    let kept: Vec<&Term> = all.iter().filter(|t| whole(t)).collect();
    let inside = |t: &Term| kept.iter().any(|o| o.span.start <= t.span.start && t.span.end <= o.span.end && o.span.len() > t.span.len());
    let mut out: Vec<Term> = kept.iter().filter(|t| !inside(t)).map(|t| (*t).clone()).collect();
    // Search mode may list two cuts that overlap: the first is kept.
    out.sort_by_key(|t| (t.span.start, std::cmp::Reverse(t.span.end)));
    let mut end = 0;
    out.retain(|t| {
        let fresh = t.span.start >= end;
        end = end.max(t.span.end);
        fresh
    });
    out
}

/// Where a clause ends, and the mark that ends it.
fn pieces(text: &str, cjk: bool) -> Vec<(Range<usize>, char)> {
    let mut out = Vec::new();
    let mut start = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map_or(' ', |(_, n)| *n);
        let mark = match c {
            ',' if !next.is_ascii_digit() => ',',
            ':' if !next.is_ascii_digit() => ':',
            ';' | '\n' | '|' => ';',
            '。' | '!' | '?' | '…' => '。',
            '.' if next.is_whitespace() => '.',
            '(' | ')' => '(',
            _ => continue,
        };
        out.push((start..at, mark));
        start = at + c.len_utf8();
    }
    out.push((start..text.len(), '。'));
    if !cjk {
        out = out.into_iter().flat_map(|(span, mark)| conjoined(text, span, mark)).collect();
    }
    out.retain(|(span, _)| !text[span.clone()].trim().is_empty());
    out
}

/// An English clause cut again where a conjunction begins another.
fn conjoined(text: &str, span: Range<usize>, mark: char) -> Vec<(Range<usize>, char)> {
    let mut out = Vec::new();
    let mut start = span.start;
    for conjunction in [" because ", " but ", " so that ", " whereas ", " while ", " which "] {
        if let Some(at) = text[start..span.end].find(conjunction) {
            out.push((start..start + at, ','));
            start += at;
        }
    }
    out.push((start..span.end, mark));
    out
}

/// The reach of each negation in a clause, in bytes of it, and where the negation stands.
fn negations(part: &str) -> Vec<(Range<usize>, usize)> {
    let mut out: Vec<(Range<usize>, usize)> = Vec::new();
    let mut add = |at: usize, from: usize| {
        if out.iter().all(|(reach, place)| *place != at && !(reach.start == from)) {
            out.push((from..reach(part, from), at));
        }
    };
    let mut skip = 0;
    for (at, c) in part.char_indices() {
        if at < skip || !NEGATING.contains(&c) {
            continue;
        }
        if let Some(known) = NOT_NEGATING.iter().find(|known| part[at..].starts_with(**known)) {
            skip = at + known.len();
            continue;
        }
        let from = at + c.len_utf8();
        // 没有 and 并非 are one negation.
        let from = if c == '没' && part[from..].starts_with('有') { from + '有'.len_utf8() } else { from };
        skip = from;
        add(at, from);
    }
    for term in words(part).iter().filter(|t| NEGATING_WORDS.contains(&t.text.as_str())) {
        // `don't` is cut into `don` and `t`.
        if term.text != "t" || part[..term.span.start].ends_with(['\'', '’']) {
            add(term.span.start, term.span.end);
        }
    }
    for phrase in NEGATING_PHRASES {
        if let Some(at) = part.find(phrase) {
            add(at, at + phrase.len());
        }
    }
    out
}

fn reach(part: &str, from: usize) -> usize {
    let rest = &part[from..];
    let stop = rest.char_indices().skip(1).find(|(_, c)| ENDS_REACH.contains(c)).map_or(rest.len(), |(i, _)| i);
    let mut content = terms(&rest[..stop]).into_iter().filter(|t| !is_light(&t.text));
    content.nth(REACH - 1).map_or(from + stop, |last| from + last.span.end)
}
