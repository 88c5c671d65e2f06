//! A sentence as clauses of weighted words: names, numbers, what is negated, which of two opposites is said. Pure; it must not know what a sentence is
//! compared with.

use std::ops::Range;

use super::lexicon::{
    ENDS_REACH, EXCLUSIVE, NEGATING, NEGATING_PHRASES, NEGATING_WORDS, NOT_NEGATING, OPPOSITES, STILL_NEGATING, SYNONYMS, is_light,
};
use super::number::{Number, currency, groups, numbers};
use crate::model::TokenVectors;
use crate::text::{Term, is_cjk, is_title, normalise_mapped, words};

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
    /// Whether it is the first word that one reaches.
    pub(super) struck: bool,
    /// Pair of opposites and side.
    pub(super) pole: Option<(usize, bool)>,
    /// Set of more than two that exclude one another, and which of them; or a set of words that say the same.
    pub(super) one_of: Option<(usize, usize)>,
    /// Of the model inside, with their weights.
    pub(super) tokens: Vec<(u32, f32)>,
    /// What a glossary calls it in the other language, each one or more words; only of what is claimed.
    pub(super) names: Vec<Vec<String>>,
    /// Which item of a list within its clause it belongs to.
    pub(super) item: usize,
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
        self.weight() > 0.0
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
    /// The clause in whose middle or at whose end it stands in parentheses.
    pub(super) aside_of: Option<usize>,
}

impl Clause {
    /// Whether it says anything.
    pub(super) fn says(&self) -> bool {
        self.words.iter().any(|w| w.weight() > 0.0 || w.pole.is_some())
    }

    /// Whether it only says where, when or of what the next clause speaks.
    pub(super) fn is_circumstance(&self) -> bool {
        let text = self.text.trim();
        let weight: f32 = self.words.iter().map(Word::weight).sum();
        let marked = text.ends_with(['时', '上', '中', '里', '下', '后', '前']) || text.ends_with("为例") || text.ends_with("的话");
        let opens =
            ["if ", "when ", "with ", "without ", "for ", "on ", "in ", "by ", "during ", "because it ", "at "].iter().any(|o| text.starts_with(o));
        let states = [" is ", " are ", " was ", " were "].iter().any(|v| text.contains(v));
        weight <= 1.5 || ((marked || opens) && !states && weight < 4.0)
    }

    /// Both as one.
    pub(super) fn and(mut self, next: Self) -> Self {
        self.text = format!("{} {}", self.text, next.text);
        self.words.extend(next.words);
        Self { label: false, negations: self.negations + next.negations, ..self }
    }
}

/// Cuts a sentence into clauses; what stands in parentheses comes last.
pub(super) fn clauses(sentence: &str, model: Option<&dyn TokenVectors>) -> Vec<Clause> {
    let (text, origin) = normalise_mapped(sentence);
    let cjk = text.chars().any(is_cjk);
    let (text, asides) = without_asides(text);
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
            let written = &text[place.clone()];
            list.push(word(written.to_owned(), written, Kind::Number(*number), place.start - span.start, place.start, &negated, model));
            // "$5" says the same words as "5 dollars".
            if let Some((.., name)) = currency(text[..place.start].trim_end()) {
                list.push(word((*name).to_owned(), name, Kind::Plain, place.start - span.start, place.start, &negated, model));
            }
        }
        for term in all.iter().filter(|t| span.contains(&t.span.start)).filter_map(|t| beside(t, &taken)) {
            let written = sentence.get(origin[term.span.start]..origin[term.span.end]).unwrap_or_default();
            let first = sentence[..origin[term.span.start]].trim_end().is_empty();
            let kind = kind(&term.text, written, cjk, first);
            let place = term.span.start;
            list.push(word(term.text.clone(), &text[term.span.clone()], kind, place - span.start, place, &negated, model));
        }
        list.sort_by_key(|(place, _)| *place);
        for (place, word) in &mut list {
            word.item = item(&text, &span, *place);
        }
        for (reach, _) in &negated {
            if let Some((_, first)) = list.iter_mut().find(|(place, word)| reach.contains(place) && word.weight() > 0.0) {
                first.struck = first.negated;
            }
        }
        let negations = negated.len();
        let words = list.into_iter().map(|(_, w)| w).collect();
        let joined = out.last().is_some_and(|(_, end, _): &(Clause, char, Range<usize>)| !matches!(end, ';' | '。' | '.'));
        out.push((Clause { text: part.to_owned(), words, label: end == ':', joined, negations, aside_of: None }, end, span));
    }
    out.retain(|(clause, ..)| !clause.words.is_empty());
    let spans: Vec<Range<usize>> = out.iter().map(|(.., span)| span.clone()).collect();
    let mut out: Vec<Clause> = out.into_iter().map(|(clause, ..)| clause).collect();
    for aside in asides {
        let aside_of = spans.iter().position(|s| s.contains(&aside.start)).or(spans.len().checked_sub(1));
        let written = sentence.get(origin[aside.start]..origin[aside.end]).unwrap_or_default();
        // One level is enough: what is left of a deeper one is a clause like any other.
        let owner = aside_of.and_then(|i| spans.get(i)).map_or(0, |span| item(&text, span, aside.start));
        let of_owner = |mut c: Clause| {
            c.words.iter_mut().for_each(|w| w.item = owner);
            Clause { joined: true, aside_of, ..c }
        };
        out.extend(clauses(written, model).into_iter().map(of_owner));
    }
    out
}

/// Which item of the list in a clause stands at a place.
fn item(text: &str, clause: &Range<usize>, at: usize) -> usize {
    text[clause.start..at.max(clause.start)].matches('、').count()
}

/// A text with what stands in parentheses made blank, and where that was.
fn without_asides(text: String) -> (String, Vec<Range<usize>>) {
    let mut asides: Vec<Range<usize>> = Vec::new();
    let mut open = None;
    for (at, c) in text.char_indices() {
        match c {
            '(' if open.is_none() => open = Some(at),
            ')' => {
                if let Some(start) =
                    open.take().filter(|start| text[..*start].ends_with(|c: char| c.is_alphanumeric() || c.is_whitespace() || is_cjk(c)))
                {
                    asides.push(start..at + 1);
                }
            }
            _ => {}
        }
    }
    // `O(n)` is no aside: a letter stands before its parenthesis and nothing but letters within.
    asides.retain(|a| !(text[..a.start].ends_with(|c: char| c.is_ascii_alphabetic()) && a.len() <= 8));
    let mut out = text;
    for aside in &asides {
        out.replace_range(aside.clone(), &" ".repeat(aside.len()));
    }
    (out, asides.into_iter().map(|a| a.start + 1..a.end - 1).filter(|a| !a.is_empty()).collect())
}

fn word(
    text: String,
    surface: &str,
    kind: Kind,
    within: usize,
    at: usize,
    negated: &[(Range<usize>, usize)],
    model: Option<&dyn TokenVectors>,
) -> (usize, Word) {
    let reached = negated.iter().filter(|(reach, _)| reach.contains(&within)).count() % 2 == 1;
    let tokens = match (model, kind) {
        (Some(model), Kind::Plain | Kind::Name) => {
            model.tokens(surface).unwrap_or_default().into_iter().map(|t| (t, model.weight(t))).filter(|(_, w)| *w > 0.0).collect()
        }
        _ => Vec::new(),
    };
    let (pole, one_of) = (pole(&text), one_of(&text));
    (at, Word { text, kind, negated: reached, struck: false, pole, one_of, tokens, names: Vec::new(), item: 0 })
}

fn kind(text: &str, written: &str, cjk: bool, first: bool) -> Kind {
    let latin = text.starts_with(|c: char| c.is_alphanumeric() && !is_cjk(c));
    // In Chinese a capital letter names something: 「给 B 用比 A 更大的学习率」.
    if cjk && written.len() == 1 && written.starts_with(|c: char| c.is_ascii_uppercase()) {
        return Kind::Name;
    }
    // So does one in the middle of an English sentence, but for the one that speaks: "hive A".
    if !first && written.len() == 1 && written.starts_with(|c: char| c.is_ascii_uppercase() && c != 'I') {
        return Kind::Name;
    }
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
    let bare = if word.chars().count() > 1 {
        word.trim_start_matches(['较', '更', '最', '很', '太', '越', '偏', '过', '稍']).trim_end_matches('越')
    } else {
        word
    };
    OPPOSITES.iter().enumerate().find_map(|(i, (one, other))| {
        let is = |side: &[&str]| side.iter().any(|w| *w == word || *w == bare);
        is(one).then_some((i, true)).or_else(|| is(other).then_some((i, false)))
    })
}

/// The set of exclusive words, or of words that say the same, that a word is in, and its place there.
fn one_of(word: &str) -> Option<(usize, usize)> {
    let exclusive = || EXCLUSIVE.iter().enumerate().find_map(|(set, members)| Some((set, members.iter().position(|names| names.contains(&word))?)));
    let same = || SYNONYMS.iter().position(|names| names.contains(&word)).map(|set| (EXCLUSIVE.len() + set, 0));
    exclusive().or_else(same)
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

/// The words of a text as they are indexed, between blanks.
pub(super) fn stems(text: &str) -> String {
    terms(text).into_iter().map(|t| t.text).collect::<Vec<_>>().join(" ")
}

/// What of a term is no number: of 「四十公里」 the unit, as in 「40 公里」.
fn beside(term: &Term, numbers: &[Range<usize>]) -> Option<Term> {
    let Some(number) = numbers.iter().find(|n| n.start < term.span.end && term.span.start < n.end) else { return Some(term.clone()) };
    let rest = number.end.max(term.span.start)..term.span.end;
    // A Chinese term is indexed as it is written.
    let text = term.text.get(rest.start.saturating_sub(term.span.start)..).filter(|text| text.starts_with(is_cjk) && text.len() == rest.len())?;
    Some(Term { text: text.to_owned(), span: rest, ..term.clone() })
}

/// Where a clause ends, and the mark that ends it.
fn pieces(text: &str, cjk: bool) -> Vec<(Range<usize>, char)> {
    let mut out = Vec::new();
    let mut start = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map_or(' ', |(_, n)| *n);
        let mark = match c {
            ',' if !(next.is_ascii_digit() && groups(&text[at..])) => ',',
            ':' if !next.is_ascii_digit() => ':',
            ';' | '\n' | '|' => ';',
            '。' | '!' | '?' | '…' => '。',
            '.' if next.is_whitespace() && !text[start..at].rsplit(char::is_whitespace).next().is_some_and(is_title) => '.',
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

/// An English clause cut again where a conjunction begins another. "While" does so only after a comma, which has cut already: else it limits what is said.
fn conjoined(text: &str, span: Range<usize>, mark: char) -> Vec<(Range<usize>, char)> {
    let mut out = Vec::new();
    let mut start = span.start;
    for conjunction in [" because ", " but ", " so that ", " whereas ", " which "] {
        if let Some(at) = text[start..span.end].find(conjunction) {
            // "Not because of it" stays together.
            let whole = &text[start..start + at];
            let at = whole.strip_suffix(" not").map_or(at, str::len);
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
        if out.iter().all(|(reach, place)| *place != at && reach.start != from) {
            let noun = ["无", "没有", "no", "without"].iter().any(|n| part[at..from].trim() == *n);
            let words = if noun { REACH / 2 } else { REACH };
            let both = part[at..].starts_with("neither ") && part[from..].contains(" nor ");
            out.push((from..if both { part.len() } else { reach(part, from, words) }, at));
        }
    };
    let mut skip = 0;
    for (at, c) in part.char_indices() {
        if at < skip || !NEGATING.contains(&c) {
            continue;
        }
        let still = STILL_NEGATING.iter().any(|known| part[at..].starts_with(known));
        if let Some(known) = NOT_NEGATING.iter().find(|known| !still && part[at..].starts_with(**known)) {
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
        // "Neither … nor" negates once, all of it.
        if part[..term.span.start].contains("neither ") {
            continue;
        }
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

fn reach(part: &str, from: usize, words: usize) -> usize {
    let rest = &part[from..];
    let stop = rest.char_indices().skip(1).find(|(_, c)| ENDS_REACH.contains(c)).map_or(rest.len(), |(i, _)| i);
    let mut content = terms(&rest[..stop]).into_iter().filter(|t| !is_light(&t.text));
    content.nth(words - 1).map_or(from + stop, |last| from + last.span.end)
}
