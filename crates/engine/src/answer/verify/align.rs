//! One clause of a claim against one statement of a passage: is it said there, in part, refuted, or absent? It must not know how a whole sentence is
//! judged.

use super::Ground;
use super::clause::{Clause, Kind, Word};
use super::lexicon::ORDERED;
use crate::model::TokenVectors;

/// Cosine from which another word of the same language is taken for the same.
const SAME_WORD: f32 = 0.62;
/// The same across languages.
const SAME_ACROSS: f32 = 0.45;
/// Share of a clause's weight that must be found for it to be said.
const SAID: f32 = 0.85;
/// The same across languages, where a cosine counts for what it is.
const SAID_ACROSS: f32 = 0.6;
/// Share from which it is partly said, and from which a conflict refutes it.
const PARTLY: f32 = 0.5;
/// Share of pairs of words that may stand in another order.
const REORDERED: f32 = 0.34;

/// How far a clause is said, least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    /// Nothing like it is there.
    Absent,
    /// Something like it is there and says otherwise.
    Refuted,
    /// Some of it is there.
    Partly,
    /// It is there.
    Said,
}

/// What a comparison came to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    pub(super) level: Level,
    /// Share of the claim's weight.
    pub(super) coverage: f32,
}

/// Where a word of the claim was found.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Place {
    /// In the clause it is compared with.
    Core(usize),
    /// In what the clause is about: before a colon, in a heading, in the title.
    Label,
    /// In another clause of the statement.
    Near,
    /// As another word of the clause.
    Soft(usize, f32),
    Nowhere,
}

/// The best that any one or two neighbouring clauses of a statement say of a claim.
pub(super) fn align(claim: &Clause, others: &[&Clause], ground: &Ground, across: bool, model: Option<&dyn TokenVectors>) -> Found {
    let mut best = Found { level: Level::Absent, coverage: 0.0 };
    let count = ground.clauses.len();
    for first in 0..count {
        for last in first..count.min(first + if across { 3 } else { 2 }) {
            let found = compare(claim, others, ground, first..last + 1, across, model);
            if (found.level, found.coverage) > (best.level, best.coverage) {
                best = found;
            }
        }
    }
    best
}

fn compare(
    claim: &Clause,
    others: &[&Clause],
    ground: &Ground,
    window: std::ops::Range<usize>,
    across: bool,
    model: Option<&dyn TokenVectors>,
) -> Found {
    let core: Vec<&Word> = ground.clauses[window.clone()].iter().flat_map(|c| &c.words).collect();
    let outside = || ground.clauses.iter().enumerate().filter(|(i, _)| !window.contains(i)).map(|(_, c)| c);
    let near: Vec<&Word> = outside().filter(|c| !c.label).flat_map(|c| &c.words).collect();
    let label: Vec<&Word> = outside().filter(|c| c.label).chain(&ground.above).flat_map(|c| &c.words).collect();
    let places: Vec<Place> = claim.words.iter().map(|w| place(w, &core, &label, &near, across, model)).collect();

    let (mut sum, mut total) = (0.0, 0.0);
    for (word, place) in claim.words.iter().zip(&places) {
        total += word.weight();
        sum += word.weight()
            * match place {
                Place::Core(_) => 1.0,
                Place::Label | Place::Near => 0.95,
                Place::Soft(_, cosine) => *cosine,
                Place::Nowhere => 0.0,
            };
    }
    let coverage = if total > 0.0 { sum / total } else { 0.0 };
    let found = |level| Found { level, coverage };
    if coverage < PARTLY {
        return found(Level::Absent);
    }
    let negations = ground.clauses[window.clone()].iter().map(|c| c.negations).sum::<usize>();
    let refuted = conflicts(claim, &places, &core, &near)
        || (across && claim.negations % 2 != negations % 2)
        || replaced(claim, others, &places, &core)
        || reordered(claim, &places, &core, across);
    if refuted {
        return found(Level::Refuted);
    }
    let missing = |w: &Word, p: &Place| *p == Place::Nowhere && (w.heavy() || w.pole.is_some());
    let complete = !claim.words.iter().zip(&places).any(|(w, p)| missing(w, p));
    let enough = if across { SAID_ACROSS } else { SAID };
    found(if complete && coverage >= enough { Level::Said } else { Level::Partly })
}

fn place(word: &Word, core: &[&Word], label: &[&Word], near: &[&Word], across: bool, model: Option<&dyn TokenVectors>) -> Place {
    if let Some(at) = core.iter().position(|e| same(word, e)) {
        return Place::Core(at);
    }
    let soft = match (word.kind, model) {
        (Kind::Plain, Some(model)) => {
            let near = |e: &Word| if like(word, e) { cosine(word, e, model) } else { 0.0 };
            core.iter().enumerate().map(|(i, e)| (i, near(e))).max_by(|a, b| a.1.total_cmp(&b.1))
        }
        _ => None,
    };
    if label.iter().any(|e| same(word, e)) {
        Place::Label
    } else if near.iter().any(|e| same(word, e)) {
        Place::Near
    } else {
        match soft {
            Some((at, cosine)) if cosine >= if across { SAME_ACROSS } else { SAME_WORD } => Place::Soft(at, cosine),
            _ => Place::Nowhere,
        }
    }
}

/// Whether two words are the same, or say the same side of two opposites.
fn same(a: &Word, b: &Word) -> bool {
    match (a.kind, b.kind) {
        (Kind::Number(x), Kind::Number(y)) => x.same_as(y),
        (Kind::Number(_), _) | (_, Kind::Number(_)) => false,
        _ if a.text == b.text => true,
        (Kind::Light, _) | (_, Kind::Light) => a.pole.is_some() && a.pole == b.pole,
        _ if a.pole.is_some() && a.pole == b.pole => true,
        // 「模型」 is in 「大模型」.
        (Kind::Plain, _) => a.is_cjk() && b.text.contains(&a.text),
        _ => false,
    }
}

/// Whether one word may stand for the other: not its opposite, not its negation.
fn like(a: &Word, b: &Word) -> bool {
    let opposite = matches!((a.pole, b.pole), (Some((x, s)), Some((y, t))) if x == y && s != t);
    let prefixed = |long: &str, short: &str| {
        ["un", "non", "in", "im", "dis", "semi", "非", "不", "无", "半"].iter().any(|p| long.strip_prefix(p).is_some_and(|rest| rest == short))
    };
    b.kind == Kind::Plain && !opposite && !prefixed(&a.text, &b.text) && !prefixed(&b.text, &a.text)
}

/// How near two words are: for each token of the one its nearest of the other, by weight.
fn cosine(a: &Word, b: &Word, model: &dyn TokenVectors) -> f32 {
    let (mut sum, mut total) = (0.0, 0.0);
    for (token, weight) in &a.tokens {
        sum += weight * b.tokens.iter().map(|(other, _)| model.cosine(*token, *other)).fold(0.0, f32::max);
        total += weight;
    }
    if total > 0.0 { sum / total } else { 0.0 }
}

/// A number or name that is not there, an opposite, a word that only one side negates.
fn conflicts(claim: &Clause, places: &[Place], core: &[&Word], near: &[&Word]) -> bool {
    claim.words.iter().zip(places).any(|(word, place)| {
        if matches!(word.kind, Kind::Name | Kind::Number(_)) && *place == Place::Nowhere {
            return true;
        }
        if let Some((axis, side)) = word.pole {
            let says = |words: &[&Word], s: bool| words.iter().any(|e| e.pole.is_some_and(|(a, t)| a == axis && (t != e.negated) == s));
            let side = side != word.negated;
            if !says(core, side) && (says(core, !side) || (!says(near, side) && says(near, !side))) {
                return true;
            }
        }
        match place {
            Place::Core(_) if word.weight() > 0.0 || word.pole.is_some() => {
                // A word that stands there twice may be negated once.
                core.iter().filter(|e| same(word, e)).all(|e| e.negated != word.negated)
            }
            Place::Soft(at, _) => core[*at].negated != word.negated,
            _ => false,
        }
    })
}

/// Whether something of the statement gave its place to something that stands elsewhere: 「滚动更新」 for 「蓝绿部署」.
fn replaced(claim: &Clause, others: &[&Clause], places: &[Place], core: &[&Word]) -> bool {
    let used = |at: usize, e: &Word| {
        places.iter().any(|p| matches!(p, Place::Core(i) | Place::Soft(i, _) if *i == at)) || claim.words.iter().any(|w| same(w, e) || same(e, w))
    };
    let left: Vec<usize> = core.iter().enumerate().filter(|(i, e)| e.heavy() && !used(*i, e)).map(|(i, _)| i).collect();
    if left.is_empty() {
        return false;
    }
    let from = |place: Place| claim.words.iter().zip(places).any(|(w, p)| w.heavy() && *p == place);
    if from(Place::Near) {
        // What the rest of the sentence says is not lost.
        return left.iter().any(|i| !others.iter().any(|c| c.words.iter().any(|w| same(w, core[*i]))));
    }
    let first = places.iter().filter_map(|p| if let Place::Core(i) = p { Some(*i) } else { None }).min().unwrap_or(usize::MAX);
    from(Place::Label) && left.iter().any(|i| *i < first || core[*i].kind == Kind::Name)
}

/// Whether the words stand in another order than order-bound claims allow, or a number was taken from what belongs to something else.
fn reordered(claim: &Clause, places: &[Place], core: &[&Word], across: bool) -> bool {
    let exact = |w: &Word| !across || matches!(w.kind, Kind::Name | Kind::Number(_));
    let mut at: Vec<(usize, &Word)> = Vec::new();
    for (word, place) in claim.words.iter().zip(places).filter(|(w, _)| w.weight() > 0.0) {
        let candidates: Vec<usize> = match place {
            Place::Core(_) if exact(word) => core.iter().enumerate().filter(|(_, e)| same(word, e)).map(|(i, _)| i).collect(),
            Place::Soft(i, _) if across => vec![*i],
            _ => continue,
        };
        let last = at.last().map_or(0, |(i, _)| *i);
        let Some(next) = candidates.iter().find(|i| **i >= last).or(candidates.first()) else { continue };
        at.push((*next, word));
    }
    let mut pairs = 0;
    let mut inverted = 0;
    for (i, (a, x)) in at.iter().enumerate() {
        for (b, y) in at[i + 1..].iter().filter(|(b, _)| b != a) {
            if across && !(exact(x) && exact(y)) {
                continue;
            }
            pairs += 1;
            inverted += usize::from(a > b);
        }
    }
    let bound = ORDERED.iter().any(|mark| format!(" {} ", claim.text).contains(mark));
    if (bound && ordered_apart(&at)) || (pairs > 0 && inverted as f32 / pairs as f32 > REORDERED) {
        return true;
    }
    // A number between which and the word before it the statement has another number.
    at.windows(2).any(|pair| {
        let [(a, _), (b, word)] = pair else { return false };
        let between = || core[(a + 1).min(*b)..*b].iter();
        matches!(word.kind, Kind::Number(_))
            && between().any(|e| matches!(e.kind, Kind::Number(_)) && !claim.words.iter().any(|w| same(w, e)))
    })
}

/// Whether any two heavy words have changed places.
fn ordered_apart(at: &[(usize, &Word)]) -> bool {
    at.iter().enumerate().any(|(i, (a, x))| at[i + 1..].iter().any(|(b, y)| a > b && x.weight() > 0.4 && y.weight() > 0.4))
}
