//! The rules for a follow-up in English: what in it points back, what it leaves out. It must not know how a conversation is kept.

use super::chinese::{continued, swapped};
use super::line::{Line, Token, join};
use super::subject::Language;
use super::words::{EN_ASPECTS, EN_EMPTY, EN_GENERIC, EN_MORE, EN_MORE_FILLERS, EN_VERBS, EN_WEAK};
use super::{Made, Topic};
use crate::followup::Kind;
use crate::text::is_cjk;

/// Words of the longest thing that "what about X?" names.
const MAX_NAMED: usize = 6;
const AUXILIARIES: &[&str] =
    &["is", "are", "was", "were", "does", "do", "did", "can", "could", "will", "would", "should", "has", "have", "isn't", "doesn't"];

/// A question as words.
struct Words<'l, 't> {
    line: &'l Line<'t>,
    tokens: Vec<Token>,
}

impl Words<'_, '_> {
    fn at(&self, i: usize) -> &str {
        self.tokens.get(i).map_or("", |t| self.line.word(t))
    }

    /// Whether a word is about something.
    fn content(&self, i: usize) -> bool {
        let w = self.at(i);
        !w.is_empty() && ![EN_EMPTY, EN_WEAK, EN_VERBS, EN_ASPECTS].iter().any(|list| list.contains(&w))
    }

    fn any_content(&self, from: usize, to: usize) -> bool {
        (from..to.min(self.tokens.len())).any(|i| self.content(i))
    }

    /// What was typed from one word to before another.
    fn typed(&self, from: usize, to: usize) -> &str {
        match (self.tokens.get(from), self.tokens.get(to.wrapping_sub(1))) {
            (Some(a), Some(b)) if from < to => self.line.typed(a.span.start..b.span.end),
            _ => "",
        }
    }

    /// The question with some words replaced, from `start` on.
    fn replaced(&self, start: usize, words: std::ops::Range<usize>, by: &str) -> String {
        let (from, to) = (self.tokens[words.start].span.start, self.tokens[words.end - 1].span.end);
        join(&[self.line.typed(self.tokens[start].span.start..from), by, self.line.typed(to..self.line.norm.len())])
    }
}

/// The standalone form, if the question needs one.
pub(super) fn rewrite(line: &Line<'_>, topic: &Topic<'_>) -> Option<Made> {
    let words = Words { line, tokens: line.tokens() };
    let start = (0..words.tokens.len()).find(|&i| !["and", "but", "so", "then", "ok", "okay", "also"].contains(&words.at(i)))?;
    if let Some(found) = pointer(&words, start, topic.person()) {
        return pointed(&words, topic, start, found?);
    }
    more(&words, topic, start)
        .or_else(|| compared(&words, topic, start))
        .or_else(|| named(&words, topic, start))
        .or_else(|| left_out(&words, topic, start))
}

/// What points back.
#[derive(Clone, Copy)]
enum Pointer {
    One,
    All,
    Of,
    First,
    Second,
    Both,
    /// "the second step": a point of a list, from 0; without a number the last.
    Item(Option<usize>),
    /// "why is that": the whole of what was said.
    Said,
}

type Found = (usize, usize, Pointer);

/// The first words that point back. `Some(None)`: they point to something in the question itself.
fn pointer(words: &Words<'_, '_>, start: usize, person: bool) -> Option<Option<Found>> {
    let (at, len, pointer) = (start..words.tokens.len()).find_map(|i| points(words, i, person).map(|(len, p)| (i, len, p)))?;
    // "Compared to X, does it …" names what it is compared with, not what it is.
    let framed = ["compared", "unlike", "besides", "versus", "relative"].contains(&words.at(start))
        && words.tokens[start..at].iter().rposition(|t| t.ends).is_some_and(|comma| !words.any_content(start + comma + 1, at));
    // "How to compress it", "who invented it": one word before it is what is done to it.
    let done_to = ["how", "who", "when", "where", "why"].contains(&words.at(start)) && at > start + 1 && !words.any_content(start, at - 1);
    // "Which models use it".
    let of_which = ["which", "what"].contains(&words.at(start))
        && EN_GENERIC.contains(&words.at(start + 1))
        && at > start + 2
        && !words.any_content(start + 2, at);
    Some((framed || done_to || of_which || !words.any_content(start, at)).then_some((at, len, pointer)))
}

fn points(words: &Words<'_, '_>, i: usize, person: bool) -> Option<(usize, Pointer)> {
    let (word, next) = (words.at(i), words.at(i + 1));
    let before = i.checked_sub(1).map_or("", |b| words.at(b));
    let typed = words.typed(i, i + 1);
    match word {
        // The department, not the pronoun.
        "it" if typed == "IT" => None,
        "it" | "it's" if impersonal(words, i) => None,
        "it" => Some((1, Pointer::One)),
        "he" | "she" | "him" if person => Some((1, Pointer::One)),
        "his" | "her" if person => Some((1, Pointer::Of)),
        "its" | "their" => Some((1, Pointer::Of)),
        "they" | "them" => Some((1, Pointer::All)),
        "the" if ["former", "latter"].contains(&next) => {
            let generic = usize::from(EN_GENERIC.contains(&words.at(i + 2)) || words.at(i + 2) == "one");
            Some((2 + generic, if next == "former" { Pointer::First } else { Pointer::Second }))
        }
        "the" if is_counted(words.at(i + 2)) && !words.any_content(i + 3, words.tokens.len()) && words.at(i + 3) != "of" => {
            nth(next).map(|nth| (3, Pointer::Item(nth)))
        }
        "the" if next == "two" && !words.content(i + 2) => Some((2, Pointer::Both)),
        "both" if next == "of" && words.at(i + 2) == "them" => Some((3, Pointer::Both)),
        "this" | "that" | "these" | "those" if EN_GENERIC.contains(&next) && !words.content(i + 2) => Some((2, Pointer::One)),
        "this" | "that" => {
            let asked = AUXILIARIES.contains(&before) || ["about", "of", "with", "like", "than", "to", "use", "implement", "for"].contains(&before);
            let last = i + 1 == words.tokens.len();
            let says = ["true", "right", "correct", "so", "the", "always"].contains(&next);
            match (asked, last || says) {
                (true, true) if ["is", "was", "isn't"].contains(&before) => Some((1, Pointer::Said)),
                (true, _) if next == "mean" => Some((1, Pointer::Said)),
                (true, true) => Some((1, Pointer::One)),
                (true, false) if EN_VERBS.contains(&next) || EN_WEAK.contains(&next) => Some((1, Pointer::One)),
                _ => None,
            }
        }
        _ => None,
    }
}

const ORDINALS: [&str; 10] = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"];

/// Which point "second", "2nd" or "last" counts, from 0; none for the last.
fn nth(word: &str) -> Option<Option<usize>> {
    let written = || ["st", "nd", "rd", "th"].iter().find_map(|end| word.strip_suffix(end)?.parse::<usize>().ok()?.checked_sub(1));
    if word == "last" { Some(None) } else { ORDINALS.iter().position(|o| *o == word).or_else(written).map(Some) }
}

/// Whether a word stands for a part of an answer.
fn is_counted(word: &str) -> bool {
    ["one", "step", "point", "item", "reason", "option", "way", "type", "kind", "stage", "phase", "part"].contains(&word)
        || EN_GENERIC.contains(&word)
}

/// "Is it possible to …", "how long does it take to …", "what is it called when …": it points to what follows.
fn impersonal(words: &Words<'_, '_>, i: usize) -> bool {
    let follows = |from: usize, to: usize| (from..to).any(|k| ["to", "that", "when", "if", "for", "whether"].contains(&words.at(k)));
    let before = i.checked_sub(1).map_or("", |b| words.at(b));
    match words.at(i + 1) {
        "take" | "takes" | "cost" | "costs" | "mean" | "called" => follows(i + 2, i + 4),
        "make" | "makes" => words.at(i + 2) == "sense" && follows(i + 3, i + 4),
        "worth" | "rain" | "raining" => true,
        "be" => follows(i + 2, i + 5),
        _ if AUXILIARIES.contains(&before) || words.at(i) == "it's" => {
            // An adjective and what is so: "is it hard to train a model" says what, "is it hard to train" does not.
            follows(i + 2, i + 4)
                && !EN_VERBS.contains(&words.at(i + 1))
                && (words.any_content(i + 2, words.tokens.len()) || words.at(i + 2) == "that")
        }
        _ => matches!(words.at(i + 1), "seems" | "appears" | "turns"),
    }
}

fn pointed(words: &Words<'_, '_>, topic: &Topic<'_>, start: usize, (at, len, pointer): Found) -> Option<Made> {
    let item = if let Pointer::Item(nth) = pointer { topic.item(nth) } else { None };
    // What is counted, and of no list, is the subject's: its article goes.
    let counted = matches!(pointer, Pointer::Item(_)) && item.is_none();
    let (possessive, len) = if counted { (true, 1) } else { (matches!(pointer, Pointer::Of), len) };
    let (subject, turn) = match pointer {
        Pointer::Item(_) => item.or_else(|| topic.one())?,
        Pointer::Said => return Some(continued(words.line, topic, words.tokens[start].span.start)),
        Pointer::One | Pointer::Of => topic.one()?,
        Pointer::All => topic.all()?,
        Pointer::First => topic.half(0)?,
        Pointer::Second => topic.half(1)?,
        Pointer::Both => both(topic)?,
    };
    // "Can you explain it more simply?" wants more of the same, but says of what.
    let by = if possessive { format!("{subject}'s") } else { subject.clone() };
    // "and its limitations?" is no sentence of its own.
    if possessive && at == start && (at + 1..words.tokens.len()).all(|k| EN_ASPECTS.contains(&words.at(k)) || EN_EMPTY.contains(&words.at(k))) {
        return asked_of(words, at + 1, subject, turn);
    }
    Some(Made { standalone: words.replaced(start, at..at + len, &by), kind: Kind::Pronoun, turn, subject })
}

fn both(topic: &Topic<'_>) -> Option<(String, usize)> {
    topic.pair().map(|([a, b], turn)| (format!("{a} and {b}"), turn))
}

/// "Why?", "more detail please": the last question and what more is wanted.
fn more(words: &Words<'_, '_>, topic: &Topic<'_>, start: usize) -> Option<Made> {
    let all = (start..words.tokens.len()).all(|i| EN_MORE.contains(&words.at(i)) || EN_MORE_FILLERS.contains(&words.at(i)));
    let wanted = (start..words.tokens.len()).any(|i| EN_MORE.contains(&words.at(i)));
    let phrase = words.typed(start, words.tokens.len()).to_lowercase();
    let fixed = ["tell me more", "go on", "more", "how so", "in other words", "in plain english", "what else"].contains(&phrase.as_str());
    let plain = all && (phrase.contains("plain") || phrase.contains("words") || phrase.contains("more"));
    (all && wanted || fixed || plain).then(|| continued(words.line, topic, words.tokens[start].span.start))
}

/// "Compared to full fine-tuning?"
fn compared(words: &Words<'_, '_>, topic: &Topic<'_>, start: usize) -> Option<Made> {
    let about = if ["what", "how"].contains(&words.at(start)) && words.at(start + 1) == "about" { start + 2 } else { start };
    let lead = match (words.at(about), words.at(about + 1)) {
        ("compared" | "relative" | "opposed", "to" | "with") => 2,
        ("versus" | "vs", _) => 1,
        ("in", "comparison") => 3,
        _ => return None,
    };
    let other = words.typed(about + lead, words.tokens.len());
    if other.is_empty() || words.tokens[..words.tokens.len() - 1].iter().any(|t| t.ends) {
        return None;
    }
    let (subject, turn) = topic.one()?;
    Some(Made { standalone: format!("How does {subject} compare to {other}?"), kind: Kind::Comparison, turn, subject })
}

/// "What about QLoRA?", "and QLoRA?": the last question of something else.
fn named(words: &Words<'_, '_>, topic: &Topic<'_>, start: usize) -> Option<Made> {
    let about = ["what", "how"].contains(&words.at(start)) && words.at(start + 1) == "about";
    let from = if about { start + 2 } else { start };
    let end = words.tokens.len();
    if !about && (start == 0 || !["and", "but"].contains(&words.at(start - 1))) || end <= from || end - from > MAX_NAMED {
        return None;
    }
    if ["for", "in", "on", "when", "if", "with", "without"].contains(&words.at(from)) {
        return words.any_content(from, end).then(|| continued(words.line, topic, words.tokens[start].span.start));
    }
    // A sentence of its own is no name.
    let sentence = (from..end).any(|i| {
        AUXILIARIES.contains(&words.at(i)) || ["what", "how", "why", "who", "when", "where", "which", "i", "you", "we"].contains(&words.at(i))
    });
    let owned = (from..end).any(|i| EN_ASPECTS.contains(&words.at(i)));
    if sentence || owned || !words.any_content(from, end) {
        return None;
    }
    let from = if words.at(from) == "the" { from + 1 } else { from };
    swapped(topic, words.typed(from, end), Language::English)
}

/// A question of words that every question has: its subject was left out.
fn left_out(words: &Words<'_, '_>, topic: &Topic<'_>, start: usize) -> Option<Made> {
    let end = words.tokens.len();
    if words.any_content(start, end) || words.line.norm.chars().any(is_cjk) {
        return None;
    }
    let first = words.at(start);
    // Which of the two.
    if first == "which" {
        let ([a, b], turn) = topic.pair()?;
        let asked = words.line.typed(words.tokens[start].span.start..words.line.norm.len());
        let standalone = format!("{}, {a} or {b}?", asked.trim_end_matches(['?', '？', '.', ' ']));
        return Some(Made { standalone, kind: Kind::Ellipsis, turn, subject: format!("{a} or {b}") });
    }
    let (subject, turn) = topic.one()?;
    if let Some(aspect) = (start..end).rev().find(|&i| EN_ASPECTS.contains(&words.at(i))) {
        // "What are the uses of that" was a pronoun's; a word behind the aspect would part it from its subject.
        if aspect + 1 < end {
            return None;
        }
        let opened = ["what", "are", "is", "does", "do", "list", "name", "which", "any"].contains(&first)
            && !(["what", "how"].contains(&first) && words.at(start + 1) == "about");
        if !opened {
            return asked_of(words, start + usize::from(["what", "how"].contains(&first)) * 2, subject, turn);
        }
        let kept = words.typed(start, end);
        let of = preposition(words.at(aspect));
        return Some(Made { standalone: format!("{kept} {of} {subject}?"), kind: Kind::Ellipsis, turn, subject });
    }
    // "How to implement?", "when to use?"
    let verb = words.at(end.checked_sub(1)?);
    if ["how", "when", "where", "why"].contains(&first) && words.at(start + 1) == "to" && EN_VERBS.contains(&verb) {
        return Some(Made { standalone: format!("{} {subject}?", words.typed(start, end)), kind: Kind::Ellipsis, turn, subject });
    }
    None
}

fn preposition(aspect: &str) -> &'static str {
    if aspect.starts_with("alternative") { "to" } else { "of" }
}

/// "And the drawbacks?" as a whole question.
fn asked_of(words: &Words<'_, '_>, from: usize, subject: String, turn: usize) -> Option<Made> {
    let from = if ["the", "its", "any"].contains(&words.at(from)) { from + 1 } else { from };
    let asked = words.typed(from, words.tokens.len());
    if asked.is_empty() {
        return None;
    }
    let last = words.at(words.tokens.len() - 1);
    let verb = if last.ends_with('s') { "are" } else { "is" };
    let standalone = format!("What {verb} the {asked} {} {subject}?", preposition(last));
    Some(Made { standalone, kind: Kind::Ellipsis, turn, subject })
}
