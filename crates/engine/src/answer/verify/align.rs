//! One clause of a claim against one statement of a passage: is it said there, in part, refuted, or absent? It must not know how a whole sentence is
//! judged.

use super::Ground;
use super::clause::{Clause, Kind, Word};
use super::leftover::Leftover;
use super::lexicon::{ALL, ALL_TOO, AND, CONTRASTS, JOINS, MEASURES, NOT_ONLY, ONLY, ONLY_TOO, ORDERED, PARTICLES, PASSIVE, SOME, SURNAMES, TIMES};
use crate::model::TokenVectors;
use crate::text::is_cjk;

/// Cosine from which another word of the same language is taken for the same.
const SAME_WORD: f32 = 0.62;
/// The same across languages: words that are no translations of each other are near 0.
const SAME_ACROSS: f32 = 0.2;
/// The same where another word would be a grave mistake: for what the passage says and the claim seems to leave out, and for headings.
const TOLD: f32 = 0.3;
/// Share of a clause's weight that must be found for it to be said.
const SAID: f32 = 0.85;
/// Share that the clause itself must hold, not only what stands around it.
const OWN: f32 = 0.4;
/// Share from which it is partly said, and from which a conflict refutes it.
const PARTLY: f32 = 0.5;
/// Share that may come from other clauses of the statement.
const BORROWED: f32 = 0.35;
/// Share of pairs of words that may stand in another order.
const REORDERED: f32 = 0.2;

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
    /// Where in the statement it was found: the clause, and the first word of it.
    pub(super) at: (usize, usize),
}

impl Found {
    /// Whether more of the claim is said than elsewhere.
    pub(super) fn is_better_than(&self, other: &Self) -> bool {
        (self.level, self.coverage) > (other.level, other.coverage)
    }
}

/// Where a word of the claim was found.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Place {
    /// In the clause it is compared with.
    Core(usize),
    /// As another word of that clause.
    Soft(usize),
    /// In what the clause is about: before a colon, in the names of row and column.
    Label,
    /// In parentheses: another name of what stands before them.
    Aside,
    /// In another clause of the statement.
    Near,
    /// In a heading or the title.
    Above,
    Nowhere,
}

/// The best that any clause of a statement says of a claim; across languages, where clauses are cut differently, any few neighbouring ones.
/// `claimed` is all that the sentence claims, in which `claim` is one clause.
pub(super) fn align(claim: &Clause, claimed: &[Clause], ground: &Ground, across: bool, model: Option<&dyn TokenVectors>) -> Found {
    let mut best = Found { level: Level::Absent, coverage: 0.0, at: (0, 0) };
    let count = ground.clauses.len();
    for first in 0..count {
        for last in first..count.min(first + if across { 3 } else { 1 }) {
            if ground.cell && ground.clauses[first..=last].iter().all(|c| c.label) {
                continue;
            }
            let found = Comparison::new(claim, claimed, ground, first..last + 1, across, model).found();
            if found.is_better_than(&best) {
                best = found;
            }
        }
    }
    best
}

/// A claim beside the clauses it is compared with.
struct Comparison<'a> {
    claim: &'a Clause,
    /// Words of those clauses.
    core: Vec<&'a Word>,
    /// Of the other clauses of the statement.
    near: Vec<&'a Word>,
    /// Before the statement's colon, or a table's names of row and column.
    label: Vec<&'a Word>,
    /// In parentheses.
    aside: Vec<&'a Word>,
    /// Of title and headings.
    above: Vec<&'a Word>,
    /// Negations in the core.
    negations: usize,
    /// All clauses of the statement, and those of the core.
    clauses: &'a [Clause],
    window: std::ops::Range<usize>,
    /// Where each word of the claim is.
    places: Vec<Place>,
    /// Across languages, of each word of the core whether the claim has it as another word.
    told: Vec<bool>,
    /// Across languages, of each word of the claim whether it is sure to be the word that it was found as.
    sure: Vec<bool>,
    across: bool,
}

impl<'a> Comparison<'a> {
    fn new(
        claim: &'a Clause,
        claimed: &'a [Clause],
        ground: &'a Ground,
        window: std::ops::Range<usize>,
        across: bool,
        model: Option<&dyn TokenVectors>,
    ) -> Self {
        let core: Vec<&Word> = ground.clauses[window.clone()].iter().flat_map(|c| &c.words).collect();
        let outside = |label: bool, aside: bool| {
            let is = |c: &Clause| c.aside_of.is_some() == aside && (aside || c.label == label);
            let clauses = ground.clauses.iter().enumerate().filter(|(i, c)| !window.contains(i) && is(c));
            clauses.flat_map(|(_, c)| &c.words).collect::<Vec<&Word>>()
        };
        let above: Vec<&Word> = ground.above.iter().flat_map(|c| &c.words).collect();
        let negations = ground.clauses[window.clone()].iter().map(|c| c.negations).sum();
        let mut new = Self {
            claim,
            clauses: &ground.clauses,
            near: outside(false, false),
            label: outside(true, false),
            aside: outside(false, true),
            core,
            above,
            negations,
            window,
            places: Vec::new(),
            told: Vec::new(),
            sure: Vec::new(),
            across,
        };
        new.places = claim.words.iter().map(|w| new.place(w, model)).collect();
        // Most clauses say nothing like it, and need not be looked at again.
        if across && new.share(|p| p != Place::Nowhere) >= PARTLY {
            new.told = new.told(claimed, model);
            new.sure = new.sure(model);
        }
        new
    }

    fn place(&self, word: &Word, model: Option<&dyn TokenVectors>) -> Place {
        let has = |words: &[&Word]| words.iter().any(|e| same(word, e));
        if let Some(at) = self.core.iter().position(|e| same(word, e)) {
            return Place::Core(at);
        }
        if let Some(at) = self.across.then(|| named(word, &self.core)).flatten() {
            return Place::Soft(at);
        }
        if has(&self.label) {
            return Place::Label;
        }
        if has(&self.aside) {
            return Place::Aside;
        }
        if has(&self.near) {
            return Place::Near;
        }
        if has(&self.above) {
            return Place::Above;
        }
        if self.across {
            for (words, place) in [(&self.label, Place::Label), (&self.aside, Place::Aside), (&self.above, Place::Above)] {
                if named(word, words).is_some() {
                    return place;
                }
            }
        }
        let (Kind::Plain, Some(model)) = (word.kind, model) else { return Place::Nowhere };
        let floor = if self.across { SAME_ACROSS } else { SAME_WORD };
        let nearest = |words: &[&Word], floor: f32| {
            let all = words.iter().enumerate().map(|(i, e)| (i, if like(word, e) { cosine(word, e, model) } else { 0.0 }));
            all.max_by(|a, b| a.1.total_cmp(&b.1)).filter(|(_, cosine)| *cosine >= floor)
        };
        if let Some((at, _)) = nearest(&self.core, floor) {
            return Place::Soft(at);
        }
        if self.across && nearest(&self.label, TOLD).is_some() {
            return Place::Label;
        }
        if self.across && nearest(&self.above, TOLD).is_some() {
            return Place::Above;
        }
        Place::Nowhere
    }

    fn words(&self) -> impl Iterator<Item = (&'a Word, Place)> {
        self.claim.words.iter().zip(self.places.iter().copied())
    }

    /// Share of the claim's weight for which `is` holds.
    fn share(&self, is: impl Fn(Place) -> bool) -> f32 {
        let total: f32 = self.words().map(|(w, _)| w.weight()).sum();
        let sum: f32 = self.words().filter(|(_, p)| is(*p)).map(|(w, _)| w.weight()).sum();
        if total > 0.0 { sum / total } else { 0.0 }
    }

    fn found(&self) -> Found {
        let own = self.share(|p| matches!(p, Place::Core(_) | Place::Soft(_)));
        let coverage = self.share(|p| p != Place::Nowhere);
        if coverage < PARTLY || own < OWN {
            return Found { level: Level::Absent, coverage, at: (0, 0) };
        }
        let first = self.order().iter().map(|(at, _)| *at).min().unwrap_or(0);
        let found = |level| Found { level, coverage, at: (self.window.start, first) };
        if self.conflicts() || (self.across && self.claim.negations % 2 != self.negations % 2) || self.replaced() || self.swapped() || self.for_some()
        {
            return found(Level::Refuted);
        }
        let missing = self.words().any(|(w, p)| p == Place::Nowhere && (w.pole.is_some() || w.one_of.is_some() || w.heavy()));
        let otherwise = self.reordered()
            || self.borrowed()
            || self.coordinated()
            || self.widened()
            || self.exchanged()
            || self.crossed()
            || self.of_another_item()
            || !self.accounted()
            || self.gathered();
        found(if !missing && coverage >= SAID && !otherwise { Level::Said } else { Level::Partly })
    }

    /// Whether the claim leaves nothing of the clause out and adds nothing to it that could change what it says.
    fn accounted(&self) -> bool {
        if self.across {
            return self.translated();
        }
        let said: Vec<(&Word, bool)> = self.core.iter().enumerate().map(|(i, word)| (*word, self.used(i))).collect();
        let added: Vec<&Word> = self.words().filter(|(_, p)| *p == Place::Nowhere).map(|(word, _)| word).collect();
        let counts = self.claim.words.iter().any(|w| matches!(w.kind, Kind::Number(_)));
        Leftover { said: &said, added: &added, counts }.is_harmless()
    }

    /// The same across languages: each word of the one has a sure counterpart in the other, in the same order. For what a word without one would say is not
    /// known: it may stand for another of the passage, or have taken its place.
    fn translated(&self) -> bool {
        let last = (0..self.core.len()).rfind(|i| self.core[*i].heavy() && self.used(*i)).unwrap_or(0);
        // The other half of an "and" is a statement of its own.
        let joins = self.core.get(last + 1).is_some_and(|w| JOINS.contains(&w.text.as_str()));
        let end = if joins { last + 1 } else { self.core.len() };
        let sure = self.words().zip(&self.sure).all(|((word, _), sure)| *sure || !word.heavy());
        sure && (0..end).all(|i| !self.core[i].heavy() || self.has_counterpart(i)) && !self.interleaved() && self.in_order()
    }

    /// Whether all of a word of the core is said by the claim, and not only what it is near to. What only goes with a number has no counterpart.
    fn has_counterpart(&self, at: usize) -> bool {
        let e = self.core[at];
        let of_number = at > 0 && matches!(self.core[at - 1].kind, Kind::Number(_)) && MEASURES.contains(&e.text.as_str());
        let there = |name: &&Vec<String>| name.iter().all(|term| self.core.iter().any(|e| is_named(e, term)));
        let names = || self.claim.words.iter().flat_map(|w| &w.names).filter(there).flatten();
        // Of 「水泵房」 a "pump" says only a part.
        let rest = names().filter(|term| is_named(e, term)).fold(e.text.clone(), |rest, term| rest.replace(term.as_str(), ""));
        let named = rest.len() < e.text.len() && rest.chars().all(|c| PARTICLES.contains(c));
        let near =
            || self.words().zip(&self.sure).any(|((w, p), sure)| *sure && p == Place::Soft(at) && w.names.iter().flatten().all(|t| !is_named(e, t)));
        of_number || self.says(e) || named || near()
    }

    /// Of each word of the claim whether it is there, and as what a glossary calls it or as a word that is very near.
    fn sure(&self, model: Option<&dyn TokenVectors>) -> Vec<bool> {
        let near = |word: &Word, at: usize| model.is_some_and(|model| cosine(word, self.core[at], model) >= TOLD);
        let is = |(word, place)| match place {
            Place::Soft(at) => named(word, &self.core) == Some(at) || near(word, at),
            place => place != Place::Nowhere,
        };
        self.words().map(is).collect()
    }

    /// Whether the words stand in the order of the passage's, in which both languages say who does what to whom, and of what. Where a number or a time
    /// stands is free; not so two times that exclude one another.
    fn in_order(&self) -> bool {
        let at = |place: Place| if let Place::Core(i) | Place::Soft(i) = place { Some(i) } else { None };
        let free = |w: &Word| matches!(w.kind, Kind::Number(_)) || TIMES.contains(&w.text.as_str());
        let ascends = |is: &dyn Fn(&Word) -> bool| {
            let places: Vec<usize> = self.words().filter(|(w, _)| w.heavy() && is(w)).filter_map(|(_, p)| at(p)).collect();
            places.is_sorted()
        };
        let times = |set: usize| move |w: &Word| w.one_of.is_some_and(|(of, _)| of == set);
        let mut sets = self.claim.words.iter().filter_map(|w| w.one_of);
        has(&self.claim.text, PASSIVE) == has(&self.said(), PASSIVE) && ascends(&|w| !free(w)) && sets.all(|(set, _)| ascends(&times(set)))
    }

    /// Whether the claim goes back from the words of one clause to those of another that it has left: it says of the one what is said of the other.
    fn interleaved(&self) -> bool {
        let of: Vec<usize> = self.clauses[self.window.clone()].iter().enumerate().flat_map(|(i, c)| c.words.iter().map(move |_| i)).collect();
        let once = |at: usize| self.core.iter().filter(|e| same(e, self.core[at])).count() == 1;
        let places =
            self.words().filter(|(w, _)| w.heavy()).filter_map(|(_, p)| if let Place::Core(i) | Place::Soft(i) = p { Some(i) } else { None });
        let mut visited: Vec<usize> = places.filter(|i| once(*i)).map(|i| of[i]).collect();
        visited.dedup();
        (1..visited.len()).any(|i| visited[..i].contains(&visited[i]))
    }

    /// Whether a word is taken from another clause, but for what the claim begins with and an earlier clause names: the condition before what holds then.
    fn gathered(&self) -> bool {
        let own = |(word, place): (&Word, Place)| word.heavy() && matches!(place, Place::Core(_) | Place::Soft(_));
        let first = self.words().position(own).unwrap_or(0);
        let earlier = |word: &Word| self.clauses[..self.window.start].iter().filter(|c| !c.label).flat_map(|c| &c.words).any(|e| same(word, e));
        self.words().enumerate().any(|(i, (word, place))| place == Place::Near && word.heavy() && (i > first || !earlier(word)))
    }

    /// A number or name that is not there, an opposite, a word that only one side negates.
    fn conflicts(&self) -> bool {
        self.words().any(|(word, place)| {
            if matches!(word.kind, Kind::Name | Kind::Number(_)) && place == Place::Nowhere {
                return true;
            }
            // What is said once cannot be claimed twice.
            let everywhere = || self.core.iter().chain(&self.near).chain(&self.label).chain(&self.aside).chain(&self.above);
            if (word.pole.is_some() || matches!(word.kind, Kind::Number(_)))
                && place != Place::Nowhere
                && self.claim.words.iter().filter(|w| w.text == word.text).count()
                    > everywhere().filter(|e| same(word, e)).count().max(usize::from(self.across))
            {
                return true;
            }
            if let Some((axis, side)) = word.pole {
                let says = |words: &[&Word], s: bool| words.iter().any(|e| e.pole.is_some_and(|(a, t)| a == axis && (t != e.negated) == s));
                let side = side != word.negated;
                if !says(&self.core, side) && (says(&self.core, !side) || (!says(&self.near, side) && says(&self.near, !side))) {
                    return true;
                }
            }
            // "In the morning" is not said where "in the evening" is.
            let other = |e: &Word| matches!((word.one_of, e.one_of), (Some((x, m)), Some((y, n))) if x == y && m != n);
            if place == Place::Nowhere && self.core.iter().any(|e| other(e)) {
                return true;
            }
            // Between languages the first word that a negation reaches is sure, the others are not.
            let denied = |e: &Word| if self.across { (word.struck && !e.negated) || (e.struck && !word.negated) } else { e.negated != word.negated };
            // A word that stands there twice may be negated once.
            let negated = |words: &[&Word]| words.iter().filter(|e| same(word, e)).all(|e| denied(e));
            match place {
                Place::Core(_) => (word.weight() > 0.0 || word.pole.is_some()) && negated(&self.core),
                // 「主流模型不用它」 denies what another clause names.
                Place::Near => negated(&self.near) && !(self.negations > 0 && self.negations == self.claim.negations),
                Place::Soft(at) => denied(self.core[at]),
                _ => false,
            }
        })
    }

    /// Whether a word of the core is said by the claim.
    fn used(&self, at: usize) -> bool {
        let e = self.core[at];
        self.places.iter().any(|p| matches!(p, Place::Core(i) | Place::Soft(i) if *i == at)) || self.says(e) || self.told.get(at) == Some(&true)
    }

    /// Of each word of the core whether the sentence, in the other language, has it: a glossary knows it, or its parts are near words of the sentence. What
    /// only goes with a number has no counterpart.
    fn told(&self, claimed: &[Clause], model: Option<&dyn TokenVectors>) -> Vec<bool> {
        let words = || claimed.iter().flat_map(|c| &c.words);
        let there = |name: &&Vec<String>| name.iter().all(|term| self.core.iter().any(|e| is_named(e, term)));
        let names: Vec<&String> = words().flat_map(|w| &w.names).filter(there).flatten().collect();
        let near = |e: &Word| {
            let words: Vec<&Word> = words().filter(|w| like(e, w)).collect();
            e.kind == Kind::Plain && model.is_some_and(|model| joint(e, &words, model) >= TOLD)
        };
        let of_number = |i: usize| i > 0 && matches!(self.core[i - 1].kind, Kind::Number(_)) && MEASURES.contains(&self.core[i].text.as_str());
        let told = |(i, e): (usize, &&Word)| names.iter().any(|term| is_named(e, term)) || words().any(|w| same(w, e)) || of_number(i) || near(e);
        self.core.iter().enumerate().map(told).collect()
    }

    fn says(&self, e: &Word) -> bool {
        self.claim.words.iter().any(|w| same(w, e) || same(e, w))
    }

    /// Whether something of the statement gave its place to something that stands elsewhere: 「滚动更新」 for 「蓝绿部署」.
    fn replaced(&self) -> bool {
        let left = self.left();
        let from = |place: Place| self.words().any(|(w, p)| w.heavy() && p == place);
        let named = |place: Place| self.words().any(|(w, p)| p == place && matches!(w.kind, Kind::Name | Kind::Number(_)));
        let names = left.iter().any(|i| self.core[*i].kind != Kind::Plain && !self.listed(*i));
        let first = self.places.iter().filter_map(|p| if let Place::Core(i) | Place::Soft(i) = p { Some(*i) } else { None }).min();
        let subject = first.is_some_and(|first| left.iter().any(|i| *i < first));
        if ((from(Place::Near) || from(Place::Label)) && subject) || ((named(Place::Near) || named(Place::Above)) && names) {
            return true;
        }
        // What title or heading name is not what a statement with a subject of its own is about.
        let own = |words: &[&Word]| words.iter().any(|e| e.heavy() && !self.says(e));
        let other = self.near.iter().any(|e| e.kind == Kind::Name && !self.says(e));
        let last = self.places.iter().filter_map(|p| if let Place::Core(i) | Place::Soft(i) = p { Some(*i) } else { None }).max();
        let inside = last.is_some_and(|last| left.iter().any(|i| *i < last));
        from(Place::Above) && (inside || own(&self.label) || other)
    }

    /// Heavy words of the core that the claim does not say.
    fn left(&self) -> Vec<usize> {
        (0..self.core.len()).filter(|i| self.core[*i].heavy() && !self.used(*i)).collect()
    }

    /// Whether a name stands beside another that the claim does say, as in a list.
    fn listed(&self, at: usize) -> bool {
        let name = |i: &usize| self.core[*i].kind == Kind::Name;
        let run = |range: &mut dyn Iterator<Item = usize>| range.take_while(name).any(|i| self.used(i));
        name(&at) && (run(&mut (at + 1..self.core.len())) || run(&mut (0..at).rev()))
    }

    /// Whether a word is taken from elsewhere in the statement while the clause has more to say: perhaps in the place of it.
    fn borrowed(&self) -> bool {
        let near = self.share(|p| p == Place::Near);
        near > BORROWED || (near > 0.0 && !self.left().is_empty())
    }

    /// Whether the claim takes from each of two things that an "and" joins what is left out of the other: "sold the orchard and bought the mill" is not
    /// "sold the mill", nor is "reviewed by him and rejected by her" "rejected by him".
    fn coordinated(&self) -> bool {
        let and = |i: &usize| AND.contains(&self.core[*i].text.as_str());
        if self.across || self.claim.words.iter().any(|w| AND.contains(&w.text.as_str())) {
            return false;
        }
        let used = |i: usize| self.core[i].heavy() && self.used(i);
        let left = |i: usize| self.core[i].heavy() && !self.used(i);
        (1..self.core.len()).filter(and).any(|at| {
            // What comes after a further "and" is not of this one.
            let end = (at + 1..self.core.len()).find(and).unwrap_or(self.core.len());
            let said: Vec<usize> = (0..at).filter(|i| used(*i)).collect();
            said.len() > 1 && (said[0]..at).any(left) && (at + 1..end).any(used) && (at + 1..end).any(left)
        })
    }

    /// Places of the claim's words in the core, in the claim's order.
    fn order(&self) -> Vec<(usize, &'a Word)> {
        let exact = |w: &Word| !self.across || matches!(w.kind, Kind::Name | Kind::Number(_));
        let mut at: Vec<(usize, &Word)> = Vec::new();
        for (word, place) in self.words().filter(|(w, _)| w.weight() > 0.0) {
            let candidates: Vec<usize> = match place {
                Place::Core(_) if exact(word) => (0..self.core.len()).filter(|i| same(word, self.core[*i])).collect(),
                Place::Soft(i) if self.across => vec![i],
                _ => continue,
            };
            let last = at.last().map_or(0, |(i, _)| *i);
            if let Some(next) = candidates.iter().find(|i| **i >= last).or(candidates.first()) {
                at.push((*next, word));
            }
        }
        at
    }

    /// Whether the order in which two things are named is the claim, and is another one; or a number was taken from what belongs to something else.
    fn swapped(&self) -> bool {
        let at = self.order();
        if self.bound() && at.iter().enumerate().any(|(i, (a, _))| at[i + 1..].iter().any(|(b, _)| a > b)) {
            return true;
        }
        if self.across && self.of_other_clause() {
            return true;
        }
        // A number between which and the word before it the statement has another number.
        at.windows(2).any(|pair| {
            let [(a, _), (b, word)] = pair else { return false };
            let number = |e: &Word| matches!(e.kind, Kind::Number(_));
            // Unless what the claim is about stands after that number: "apples in May and pears in June".
            let between = &self.core[(a + 1).min(*b)..*b];
            let other = between.iter().rposition(|e| number(e) && !self.says(e));
            number(word) && other.is_some_and(|other| !between[other..].iter().any(|e| e.heavy() && self.says(e)))
        })
    }

    /// Whether a number and what the claim says it of are in two clauses, of which the other has a number of its own.
    fn of_other_clause(&self) -> bool {
        let mut end = 0;
        let clauses = self.clauses[self.window.clone()].iter().map(|c| {
            let start = end;
            end += c.words.len();
            start..end
        });
        let clauses: Vec<std::ops::Range<usize>> = clauses.collect();
        let at = |place: Place| if let Place::Core(i) | Place::Soft(i) = place { Some(i) } else { None };
        let number = |w: &Word| matches!(w.kind, Kind::Number(_));
        let numbered: Vec<usize> = self.words().filter(|(w, _)| number(w)).filter_map(|(_, p)| at(p)).collect();
        let own = |clause: &std::ops::Range<usize>| {
            clause.clone().any(|i| number(self.core[i]) && !self.used(i)) && !numbered.iter().any(|i| clause.contains(i))
        };
        !numbered.is_empty()
            && self.words().filter(|(w, _)| w.heavy()).filter_map(|(_, p)| at(p)).any(|i| clauses.iter().any(|c| c.contains(&i) && own(c)))
    }

    /// Whether the order in which things are named is part of the claim.
    fn bound(&self) -> bool {
        let text = format!(" {} ", self.claim.text);
        ORDERED.iter().any(|mark| text.contains(mark))
    }

    /// Whether many words stand in another order.
    fn reordered(&self) -> bool {
        // Across languages the order of words is not known well enough.
        if self.across && self.bound() {
            return true;
        }
        let at = self.order();
        let exact = |w: &Word| !self.across || matches!(w.kind, Kind::Name | Kind::Number(_));
        let (mut pairs, mut inverted) = (0, 0);
        for (i, (a, x)) in at.iter().enumerate() {
            for (b, _) in at[i + 1..].iter().filter(|(b, y)| b != a && exact(x) && exact(y)) {
                pairs += 1;
                inverted += usize::from(a > b);
            }
        }
        pairs > 0 && inverted as f32 / pairs as f32 > REORDERED
    }
}

impl Comparison<'_> {
    /// What the core says.
    fn said(&self) -> String {
        text(&self.clauses[self.window.clone()])
    }

    /// Whether the claim is about all where the statement is about some.
    fn for_some(&self) -> bool {
        let all = |text: &str| has(text, ALL) || has(text, ALL_TOO);
        all(&self.claim.text) && has(&self.said(), SOME) && !all(&self.said())
    }

    /// Whether the claim is about all, or about nothing else, and the statement does not say so.
    fn widened(&self) -> bool {
        let says = |text: &str, marks: [&[&str]; 2]| marks.iter().any(|marks| has(text, marks));
        let claimed = NOT_ONLY.iter().fold(format!(" {} ", self.claim.text), |text, word| text.replace(word, " "));
        let only = has(&claimed, ONLY);
        let named = || text(self.clauses.iter().filter(|c| c.label));
        // What is said of another one in the next clause is not said of this one.
        (has(&self.claim.text, ALL) && !says(&text(self.clauses), [ALL, ALL_TOO]))
            || (only && ![self.said(), named()].iter().any(|text| says(text, [ONLY, ONLY_TOO])))
    }

    /// Whether two names have changed places, neither beside the other in a list nor because the one sentence says it in the passive.
    fn exchanged(&self) -> bool {
        if has(&self.claim.text, PASSIVE) != has(&self.said(), PASSIVE) {
            return false;
        }
        let at = self.order();
        let name = |i: usize| at[i].1.kind == Kind::Name;
        (0..at.len()).any(|i| {
            (i + 1..at.len()).any(|j| {
                let (a, b) = (at[i].0, at[j].0);
                // Nothing but names is between them, in either sentence.
                let listed = (b + 1..a).all(|i| !self.core[i].heavy() || self.core[i].kind == Kind::Name) && (i + 1..j).all(name);
                a > b && name(i) && name(j) && at[i].1.text != at[j].1.text && !listed
            })
        })
    }

    /// Whether the claim begins with the one half of a statement that says the same of two things, and ends with the other: "A pays for X and B pays for Y".
    fn crossed(&self) -> bool {
        let places: Vec<usize> = self.order().iter().map(|(at, _)| *at).collect();
        let again = |p: &usize| (p + 1..self.core.len()).find(|q| self.core[*p].heavy() && self.core[*q].text == self.core[*p].text);
        (0..self.core.len()).filter_map(|p| again(&p).map(|q| (p, q))).any(|(p, q)| {
            let repeated = self.claim.words.iter().filter(|w| w.text == self.core[p].text).count();
            let straddles = places.iter().any(|i| *i < p) && places.iter().any(|j| *j > q);
            repeated == 1 && straddles && (p + 1..q).any(|i| self.core[i].heavy() && !self.used(i))
        })
    }

    /// Whether what is said of one item of a list is claimed of its neighbour.
    fn of_another_item(&self) -> bool {
        if self.across {
            return false;
        }
        let at = self.order();
        let stranger = |i: usize| self.core[i].kind == Kind::Name && !self.used(i) && !self.listed(i);
        let passed = at.windows(2).any(|pair| {
            let (a, b) = (pair[0].0, pair[1].0);
            let item = self.core[b].item;
            self.core[a].item < item && (a + 1..b).any(|i| self.core[i].item == item && stranger(i))
        });
        // What stands in parentheses is another name of the item before it.
        let glossed = self.words().filter(|(_, p)| *p == Place::Aside).any(|(w, _)| {
            let Some(item) = self.aside.iter().find(|e| same(w, e)).map(|e| e.item) else { return false };
            let elsewhere = |w: &Word| self.core.iter().any(|e| same(w, e)) && !self.core.iter().any(|e| same(w, e) && e.item == item);
            let left = self.core.iter().enumerate().any(|(i, e)| e.item == item && e.heavy() && !self.used(i));
            left && self.words().any(|(w, p)| matches!(p, Place::Core(_)) && w.heavy() && elsewhere(w))
        });
        passed || glossed
    }
}

/// What clauses say.
fn text<'a>(clauses: impl IntoIterator<Item = &'a Clause>) -> String {
    clauses.into_iter().map(|c| format!(" {} ", c.text)).collect()
}

/// Whether a text has one of some marks.
pub(super) fn has(text: &str, marks: &[&str]) -> bool {
    let text = format!(" {} ", text.trim());
    marks.iter().any(|mark| text.contains(mark))
}

/// Whether two words are the same, or say the same side of two opposites.
pub(super) fn same(a: &Word, b: &Word) -> bool {
    match (a.kind, b.kind) {
        (Kind::Number(x), Kind::Number(y)) => x.same_as(y),
        (Kind::Number(_), _) | (_, Kind::Number(_)) => false,
        _ if a.text == b.text || (a.one_of.is_some() && a.one_of == b.one_of) => true,
        (Kind::Light, _) | (_, Kind::Light) => a.pole.is_some() && a.pole == b.pole,
        _ if a.pole.is_some() && a.pole == b.pole => true,
        // 「模型」 is in 「大模型」.
        (Kind::Plain, _) => a.is_cjk() && a.text.chars().count() > 1 && b.text.contains(&a.text),
        _ => false,
    }
}

/// Whether one word may stand for the other: not its opposite, not its negation.
fn like(a: &Word, b: &Word) -> bool {
    let opposite = matches!((a.pole, b.pole), (Some((x, s)), Some((y, t))) if x == y && s != t);
    let prefixed = |long: &str, short: &str| {
        ["un", "non", "in", "im", "dis", "semi", "非", "不", "无", "半"].iter().any(|p| long.strip_prefix(p).is_some_and(|rest| rest == short))
    };
    let excluded = matches!((a.one_of, b.one_of), (Some((x, m)), Some((y, n))) if x == y && m != n);
    b.kind == Kind::Plain
        && !opposite
        && !excluded
        && !namesakes(&a.text, &b.text)
        && !counted_otherwise(&a.text, &b.text)
        && !prefixed(&a.text, &b.text)
        && !prefixed(&b.text, &a.text)
}

/// Whether two Chinese words hold different numbers: 「三楼」 and 「四楼」.
fn counted_otherwise(a: &str, b: &str) -> bool {
    let numerals = |word: &str| word.chars().filter(|c| "二三四五六七八九十百千两零".contains(*c)).collect::<String>();
    a.starts_with(is_cjk) && b.starts_with(is_cjk) && numerals(a) != numerals(b)
}

/// Whether two words may be two people of one family, or two places or things that differ by an opposite: 「王明」 and 「王鸣」, 「东门」 and 「西门」.
fn namesakes(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let people = a.len() > 1 && b.len() > 1 && a.len().max(b.len()) <= 3 && a[0] == b[0] && SURNAMES.contains(a[0]) && a != b;
    let mut differ = a.iter().zip(&b).filter(|(x, y)| x != y);
    let one = if a.len() == b.len() && a.len() > 1 { differ.next().filter(|_| differ.next().is_none()) } else { None };
    people || one.is_some_and(|(x, y)| CONTRASTS.iter().any(|set| set.contains(*x) && set.contains(*y)))
}

/// The first of some words that is part of a name of a claim's word in the other language, where all of the name is there.
fn named(word: &Word, words: &[&Word]) -> Option<usize> {
    let at = |term: &String| words.iter().position(|e| is_named(e, term));
    word.names.iter().find(|name| name.iter().all(|term| at(term).is_some())).and_then(|name| at(&name[0]))
}

/// Whether a word is a term, or has it as a part: 「测试」 is in 「测试环境」.
fn is_named(e: &Word, term: &str) -> bool {
    e.text == term || (e.kind == Kind::Plain && term.chars().count() > 1 && term.starts_with(is_cjk) && e.text.contains(term))
}

/// How near a word is to several together: for each of its tokens the nearest of all of theirs, by weight.
fn joint(word: &Word, others: &[&Word], model: &dyn TokenVectors) -> f32 {
    let (mut sum, mut total) = (0.0, 0.0);
    for (token, weight) in &word.tokens {
        sum += weight * others.iter().flat_map(|e| &e.tokens).map(|(other, _)| model.cosine(*token, *other)).fold(0.0, f32::max);
        total += weight;
    }
    if total > 0.0 { sum / total } else { 0.0 }
}

/// How near two words are.
fn cosine(a: &Word, b: &Word, model: &dyn TokenVectors) -> f32 {
    joint(a, &[b], model)
}
