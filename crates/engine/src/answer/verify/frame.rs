//! What a statement says only within limits: on a condition, but for an exception, perhaps, as a plan, by somebody's word, no longer. A claim that leaves
//! the limit out says more than the statement. It must not know how words are compared, only that some of them are said.

use super::align::same;
use super::clause::{Clause, Word, clauses};
use super::lexicon::{
    BECAUSE, BEGIN_CONDITIONS, CHANGED, CONDITIONS, DONE, EXCEPT, EXCEPT_AROUND, FROM_TO, GIVING, IN_SPITE, LIMITS, MAY, MUST, NEEDED, NOT_ALL,
    NOT_EXCEPT, NOT_YET, OLD, ONLY_THEN, PASSIVE, PAST, PRESENT, ROLES, SIDES, SOME, VERBS_OF_FROM,
};
use super::number::numbers;
use crate::text::normalise;

/// Which of the roles is that of who does it.
const BY: usize = 2;
/// Share of a condition's weight that a claim must say to have it.
const KEPT: f32 = 0.6;

/// A claim and the statement that says it, but for its limits.
pub(super) struct Frame<'a> {
    /// The whole sentence: a limit may stand before or after the clause.
    claim: String,
    claimed: &'a [Clause],
    /// The clause of it that was found.
    clause: String,
    clauses: &'a [Clause],
    /// The clause of the statement in which the claim was found.
    at: usize,
    across: bool,
}

impl<'a> Frame<'a> {
    /// `sentence` is the claim as written, `clause` the one of those claimed that was found in the statement.
    pub(super) fn new(sentence: &str, claimed: &'a [Clause], clause: &Clause, clauses: &'a [Clause], at: usize, across: bool) -> Self {
        Self { claim: flat(&normalise(sentence)), claimed, clause: flat(&clause.text), clauses, at, across }
    }

    /// Whether the claim is within every limit of the statement.
    pub(super) fn kept(&self) -> bool {
        let core = self.core();
        !(self.unlimited(&core)
            || self.unconditional()
            || self.without_circumstance()
            || self.without_exception()
            || self.of_all(&core)
            || self.obliged(&core)
            || self.done(&core)
            || self.outdated(&core)
            || self.counted_otherwise(&core)
            || self.in_another_role(&core)
            || self.on_another_side(&core)
            || self.caused())
    }

    /// What holds in spite of something is claimed to hold because of it.
    fn caused(&self) -> bool {
        let all: String = self.clauses.iter().map(|c| flat(&c.text)).collect();
        any(&all, IN_SPITE) && !any(&all, BECAUSE) && self.claims(BECAUSE)
    }

    /// What holds before something is claimed of after it.
    fn on_another_side(&self, core: &str) -> bool {
        let sides = |text: &str, word: &str| -> Vec<usize> {
            let of = |rest: &str| SIDES.iter().position(|marks| begins(rest, marks));
            text.match_indices(word).filter_map(|(at, _)| of(&text[at + word.len()..])).collect()
        };
        words(&self.clause).iter().any(|word| {
            let (claimed, said) = (sides(&self.clause, &word.text), sides(core, &word.text));
            !claimed.is_empty() && !said.is_empty() && !claimed.iter().all(|side| said.contains(side))
        })
    }

    fn core(&self) -> String {
        self.clauses.get(self.at).map(|c| flat(&c.text)).unwrap_or_default()
    }

    fn claims(&self, marks: &[&str]) -> bool {
        any(&self.claim, marks)
    }

    /// A limit of some kind that the claim has in no words of that kind.
    fn unlimited(&self, core: &str) -> bool {
        let has = |text: &str, (marks, none): &(&[&str], &[&str])| any(&without(text, none), marks);
        LIMITS.iter().any(|limit| has(core, limit) && !has(&self.claim, limit) && !self.before(core, |text| has(text, limit)))
    }

    /// Whether a limit is only in what an "and" adds and the claim does not say: "it is old and will be removed".
    fn before(&self, core: &str, limited: impl Fn(&str) -> bool) -> bool {
        let Some(and) = core.find(" and ") else { return false };
        let (first, second) = core.split_at(and);
        let added: Vec<Word> = words(second);
        !limited(&format!("{first} ")) && !added.is_empty() && !added.iter().any(|word| self.named(word))
    }

    fn named(&self, word: &Word) -> bool {
        self.claimed.iter().flat_map(|c| &c.words).any(|w| same(w, word) || same(word, w))
    }

    /// A condition that the claim does not say.
    fn unconditional(&self) -> bool {
        let before = self.at.checked_sub(1).and_then(|i| self.clauses.get(i));
        let after = self.clauses.get(self.at + 1).map(|c| flat(&c.text)).filter(|text| begins(text, &["除非", "unless", "only if", "provided"]));
        let core = self.core();
        let within = CONDITIONS.iter().filter_map(|mark| core.find(mark).map(|at| core[at + mark.len()..].to_owned()));
        let before = before.map(|c| flat(&c.text)).filter(|text| begins(text, BEGIN_CONDITIONS));
        let then = ONLY_THEN.iter().filter_map(|mark| core.find(mark).map(|at| core[..at].to_owned()));
        within.chain(then).chain(before).chain(after).any(|condition| !self.says(&condition))
    }

    /// When, where or of what the clause before speaks, and the claim says nothing of it.
    fn without_circumstance(&self) -> bool {
        let before = self.clauses.iter().take(self.at).rfind(|c| !c.label && c.aside_of.is_none());
        let heavy = |c: &'a Clause| c.words.iter().filter(|w| w.heavy());
        !self.across && before.is_some_and(|c| c.is_circumstance() && heavy(c).next().is_some() && !heavy(c).any(|w| self.named(w)))
    }

    fn says(&self, part: &str) -> bool {
        if self.across {
            return self.claims(CONDITIONS) || begins(&self.claim, BEGIN_CONDITIONS);
        }
        let words = words(part);
        let total: f32 = words.iter().map(Word::weight).sum();
        let found: f32 = words.iter().filter(|w| self.named(w)).map(Word::weight).sum();
        total == 0.0 || found / total >= KEPT
    }

    /// An exception that the claim does not make.
    fn without_exception(&self) -> bool {
        let near = |i: usize| i.abs_diff(self.at) <= 1;
        let near: Vec<&str> = self.clauses.iter().enumerate().filter(|(i, _)| near(*i)).map(|(_, c)| c.text.as_str()).collect();
        let text = flat(&near.join(" "));
        excepts(&text) && !excepts(&self.claim)
    }

    /// "Not every" is neither "none" nor "every".
    fn of_all(&self, core: &str) -> bool {
        any(core, NOT_ALL) && !self.claims(NOT_ALL) && !self.claims(SOME)
    }

    /// What may be, must be; what must be, may be.
    fn obliged(&self, core: &str) -> bool {
        let claims = |marks| any(&self.clause, marks);
        (claims(MUST) && !any(core, MUST) && !any(core, NEEDED)) || (claims(MAY) && any(core, MUST) && !any(core, MAY))
    }

    /// What is to be is claimed as done.
    fn done(&self, core: &str) -> bool {
        any(core, NOT_YET) && !self.claims(NOT_YET) && any(&self.clause, DONE)
    }

    /// What is no longer: a past of which the present is claimed, or what was until something else came in its place.
    fn outdated(&self, core: &str) -> bool {
        let past = any(core, PAST) && !any(core, PRESENT) && any(&self.clause, PRESENT) && !self.claims(PAST);
        let replaced = |(from, to): &(&str, &str)| {
            let Some(start) = core.find(from).map(|at| at + from.len()) else { return false };
            let Some(end) = core[start..].find(to).map(|at| at + start) else { return false };
            let (old, new) = (words(&core[start..end]), words(&core[end..]));
            let only = |word: &Word, other: &[Word]| self.named(word) && !other.iter().any(|w| same(w, word));
            any(core, CHANGED)
                && old.iter().any(|w| only(w, &new))
                && !new.iter().any(|w| only(w, &old))
                && !self.claims(OLD)
                && !self.claims(&[from])
        };
        past || FROM_TO.iter().any(replaced)
    }

    /// "Three of the five" is not "five of the three".
    fn counted_otherwise(&self, core: &str) -> bool {
        let parts = |text: &str| {
            let found = numbers(text);
            let of = |between: &str| between.trim().starts_with("of ") || between.contains("中有") || between.trim() == "of";
            found.windows(2).find(|w| of(&text[w[0].0.end..w[1].0.start])).map(|w| (w[0].1, w[1].1))
        };
        if self.across {
            return false;
        }
        match (parts(&self.claim), parts(core)) {
            (Some((a, b)), Some((c, d))) => !a.same_as(c) || !b.same_as(d),
            _ => false,
        }
    }

    /// "To her" is neither "from her" nor "by her".
    fn in_another_role(&self, core: &str) -> bool {
        if self.across {
            return false;
        }
        let roles = |text: &str, word: &str| -> Vec<usize> {
            let from = |before: &str, after: &str| !before.ends_with('向') || VERBS_OF_FROM.iter().any(|verb| after.contains(verb));
            let of = |at: usize| {
                let (before, after) = (text[..at].trim_end(), &text[at + word.len()..]);
                let bare = before.strip_suffix(" the").or(before.strip_suffix(" a")).unwrap_or(before);
                let ends = |mark: &&str| if mark.is_ascii() { format!(" {bare}").ends_with(&format!(" {mark}")) } else { bare.ends_with(*mark) };
                ROLES.iter().position(|marks| marks.iter().any(&ends)).filter(|_| from(bare, after))
            };
            let whole = |at: usize| {
                let edge = |c: Option<char>| !c.is_some_and(|c| c.is_ascii_alphanumeric());
                !word.is_ascii() || edge(text[..at].chars().next_back())
            };
            text.match_indices(word).filter(|(at, _)| whole(*at)).filter_map(|(at, _)| of(at)).collect()
        };
        let subject = |text: &str| words(text).into_iter().next();
        let given = any(&self.clause, GIVING) && any(core, GIVING);
        let passive = any(&self.clause, PASSIVE) || any(core, PASSIVE);
        // The words of both: 「向李华借」 may be cut into 「向」 and 「李华借」.
        words(&self.clause).iter().chain(&words(core)).any(|word| {
            let (claimed, said) = (roles(&self.clause, &word.text), roles(core, &word.text));
            let gets = |roles: &[usize], subject: &Option<Word>| {
                given
                    && !roles.is_empty()
                    && roles.iter().all(|role| *role != BY)
                    && !passive
                    && subject.as_ref().is_some_and(|s| s.text == word.text)
            };
            (!claimed.is_empty() && !said.is_empty() && !claimed.iter().all(|role| said.contains(role)))
                || (said.is_empty() && gets(&claimed, &subject(core)))
                || (claimed.is_empty() && gets(&said, &subject(&self.clause)))
        })
    }
}

/// Whether a text makes an exception.
fn excepts(text: &str) -> bool {
    let text = without(text, NOT_EXCEPT);
    let (open, close) = EXCEPT_AROUND;
    any(&text, EXCEPT) || text.find(open).is_some_and(|at| text[at..].contains(close))
}

/// The words of a text that say something.
fn words(text: &str) -> Vec<Word> {
    clauses(text, None).into_iter().flat_map(|c| c.words).filter(Word::heavy).collect()
}

/// A text between spaces, its Latin words apart from any mark.
fn flat(text: &str) -> String {
    let spaced = text.replace([',', ';', '(', ')', '"', '!', '?', '`', '*', '$'], " ");
    let words: Vec<&str> = spaced.split_whitespace().map(|w| w.trim_end_matches('.')).collect();
    format!(" {} ", words.join(" "))
}

fn any(text: &str, marks: &[&str]) -> bool {
    marks.iter().any(|mark| text.contains(mark))
}

fn begins(text: &str, marks: &[&str]) -> bool {
    marks.iter().any(|mark| text.trim_start().starts_with(mark))
}

fn without(text: &str, none: &[&str]) -> String {
    none.iter().fold(text.to_owned(), |text, word| text.replace(word, " "))
}
