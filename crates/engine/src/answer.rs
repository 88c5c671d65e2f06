//! Passages → an extractive answer: the notes' own sentences, the direct one first, then what supports it, lists kept as lists; or the
//! finding that the notes do not answer. It must not know how passages were found, nor files (quotes are verified by `cite`).

mod aside;
mod evidence;
mod mark;
mod meant;
mod names;
pub mod prompt;
pub(crate) mod quiz;
pub mod stream;
mod units;
mod unmarked;
pub mod verify;
mod wanted;
pub mod writing;

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::ops::Range;

use crate::document::Span;
use crate::engine::Passage;
use crate::error::Result;
use crate::event::Run;
use crate::lexical::LexicalReader;
use crate::model::{Embedder, Role, TokenVectors};
use crate::retrieve::Query;
use crate::retrieve::late::LateInteraction;
use crate::retrieve::query::mostly_cjk;
use crate::text::{asks, is_cjk, normalise};
use crate::wire;

pub(crate) use aside::Aside;
use evidence::{Evidence, TermWeights, confidence};
pub(crate) use meant::is_small_talk;
pub(crate) use units::place_of_block;
use units::{Kind, Unit};
use wanted::Wanted;

/// Confidence from which the notes are said to answer; where it lies is decided by the fit in `evidence`.
const ANSWERED: f32 = 0.5;
/// Confidence from which it is not known whether they do: of dev-seeds, whose questions are in other words than its notes, the 26 answerable ones that are refused
/// have .12 and more, and half of the unanswerable ones less than .06.
const UNSURE: f32 = 0.1;
/// Confidence at most where nothing found is of the kind that is asked for.
const UNSAID: f32 = 0.2;
/// Points an answer has at most.
const MAX_POINTS: usize = 8;
/// Items and characters of a list that is shown whole; of a longer one it is said how many are left out.
const MAX_ITEMS: usize = 12;
const MAX_LIST: usize = 700;
/// Share of the direct sentence's score from which a list stands beside it where several things are wanted, and an item beside the item that answers.
const NEAR: f32 = 0.85;
/// How far a section's heading must be the question for its list to be the answer whatever is wanted: 「死锁的四个必要条件」.
const SAME: f32 = 0.8;
/// Share of the best sentence's score from which another one answers where the best was shown before.
const OTHER: f32 = 0.4;
/// Characters by which one more sentence may pass the length aimed at.
const OVERSHOOT: usize = 80;
/// Share of the question's words, by rarity, that a heading must hold to say which of the things beside each other are meant.
const NAMES: f32 = 0.3;
/// Passages whose sentences are considered.
const PASSAGES: usize = 5;
/// Share of the question's weight that a note in its own language must have to be preferred to a better one in another.
const OWN_LANGUAGE: f32 = 0.6;

/// How much each sign counts that a sentence answers, and how much is said. Chosen on the development sets (`docs/benchmarks.md`).
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Words of the question that the sentence or, in part, its headings hold.
    pub coverage: f32,
    /// Cosine of the question and the sentence.
    pub cosine: f32,
    /// Late interaction of the question with the sentence and its headings.
    pub late: f32,
    /// Where its passage stands.
    pub rank: f32,
    /// The place under a heading that asks what the person asks.
    pub asked: f32,
    /// The same across languages, where words tell less of what a sentence says.
    pub asked_across: f32,
    /// A heading that names the same aspect (how it works, its drawbacks …), across languages, where the words do not tell.
    pub aspect_across: f32,
    /// How far a section's heading must ask the question for the whole of its list to be the answer.
    pub list: f32,
    /// Signs of the kind of answer wanted: a definition, a reason, a number …
    pub kind: f32,
    /// Share of the direct sentence's score that a supporting one must reach.
    pub support: f32,
    /// The same across languages, where words do not help to tell what supports.
    pub support_across: f32,
    /// Characters an answer aims at.
    pub characters: usize,
    /// The same where a number, a name or a yes is asked for, not an explanation.
    pub characters_short: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            coverage: 1.0,
            cosine: 0.6,
            late: 1.0,
            rank: 0.5,
            asked: 0.8,
            asked_across: 1.6,
            aspect_across: 1.0,
            list: 0.45,
            kind: 0.2,
            support: 0.62,
            support_across: 0.8,
            characters: 220,
            characters_short: 150,
        }
    }
}

/// What an answer is made from.
pub struct Material<'a> {
    /// The question.
    pub query: &'a Query,
    /// Its vector.
    pub vector: Option<&'a [f32]>,
    /// The best passages, best first.
    pub passages: &'a [Passage],
    /// For the similarity of sentences, where the token vectors have none of whole texts.
    pub embedder: Option<&'a dyn Embedder>,
    /// For the weight of words.
    pub lexical: Option<&'a LexicalReader>,
    /// For late interaction.
    pub tokens: Option<&'a dyn TokenVectors>,
    /// Sentences that were shown before, where another answer is wanted.
    pub shown: &'a [prompt::Read],
    /// What counts.
    pub settings: &'a Settings,
}

/// A sentence of the answer and where it is quoted from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    /// The mark of its line, where it is an item of a list or a row in its note: `-` or its number, `2.`.
    pub mark: Option<String>,
    /// Index of the passage.
    pub passage: usize,
    /// Bytes of the passage's text: the quote.
    pub span: Span,
    /// The quote without markup.
    pub text: String,
    /// The heading above it, where the passage holds several sections.
    pub heading: Option<String>,
}

/// An answer before its quotes are verified.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// In the order they are read.
    pub points: Vec<Point>,
    /// Which of them is the direct one.
    pub direct: usize,
    /// 0 to 1.
    pub confidence: f32,
    /// Whether the notes answer the question.
    pub answered: bool,
    /// Whether they may answer it all the same, in words that only a reader understands.
    pub unsure: bool,
    /// Whether question and notes are in different languages.
    pub across: bool,
    /// Names in the question that no note has.
    pub absent: Vec<String>,
    /// Items that the list in the answer has beyond those shown.
    pub cut: usize,
}

impl Draft {
    /// Nothing that was found is of the kind that is asked for.
    fn refuse(&mut self) {
        self.confidence = self.confidence.min(UNSAID);
        (self.answered, self.unsure) = (false, false);
    }
}

struct Candidate {
    passage: usize,
    unit: usize,
    score: f32,
    /// Whether its passage is in another language than the question.
    foreign: bool,
    /// How far the heading above it asks what the person asks.
    asked: f32,
    /// Words of the question, by their places, that the heading above it holds, where those are a good part of it.
    named: Vec<usize>,
    /// Those that it holds itself, with all that stands above it.
    holds: Vec<usize>,
    /// Whether the heading above it names what the question asks for of its subject, or something else of it; none where either names nothing.
    same_aspect: Option<bool>,
}

/// How much is said.
struct Length {
    /// Score that a further sentence must have.
    floor: f32,
    /// Characters aimed at.
    aim: usize,
    /// Whether one thing is asked for.
    single: bool,
}

/// Picks the answer out of the passages.
///
/// # Errors
/// `Cancelled`.
pub fn extract(material: &Material<'_>, run: Run<'_>) -> Result<Draft> {
    if material.passages.is_empty() {
        return Ok(Draft::default());
    }
    let weights = TermWeights::new(material.query, material.lexical);
    let passages = &material.passages[..material.passages.len().min(PASSAGES)];
    let all: Vec<Vec<Unit>> = passages.iter().map(|p| units::of_note(&p.text)).collect();
    let similar = similarities(material, passages, &all, run)?;
    // A passage weighs by its place.
    let scores = evidence::scores(passages);
    let best = scores[0].max(1e-6);

    let settings = material.settings;
    let late = LateInteraction::new(&material.query.content, material.tokens);
    let wanted = Wanted::of(&material.query.asked);
    let measure = wanted::measure(&material.query.asked);
    let mut evidence = Evidence::new(material, &weights, &late, similar.values().copied().fold(0.0, f32::max));
    let across = evidence.across;
    let (place_weight, aspect_weight) = if across { (settings.asked_across, settings.aspect_across) } else { (settings.asked, 0.0) };
    let mut candidates = Vec::new();
    // Score of the question itself, where a note asks it and says no more.
    let mut unanswered = f32::NEG_INFINITY;
    for (p, passage) in passages.iter().enumerate() {
        let context = passage.above();
        let above_late = late.nearest(&late.tokens(&normalise(&context)));
        // A command or a table is in the language of what stands above it.
        let heads = std::iter::once(&passage.document.title).chain(&passage.chunk.heading);
        let cjk = mostly_cjk(&passage.text) || heads.into_iter().any(|head| head.contains(is_cjk));
        let foreign = cjk != material.query.is_cjk();
        let (mut heading, mut asked, mut same_aspect, mut place) = (None, 0.0, None, 0);
        let (mut around, mut named) = (HashSet::new(), Vec::new());
        for (u, unit) in all[p].iter().enumerate() {
            if !unit.quotable() || is_heading_text(passage, &unit.clean) {
                continue;
            }
            let above = unit.heading.as_ref().or(passage.chunk.heading.last());
            if place == 0 || heading != above {
                // How far the heading asks what the person asks: its answer is then what stands first under it.
                asked = above.map_or(0.0, |h| 0.5 * weights.coverage(h, "") + 0.5 * likeness(&material.query.asked, h));
                if above.is_some_and(|h| wanted.is_named_by(h)) {
                    // 「做法」, "Method": what stands above says of what.
                    asked = f32::max(asked, weights.coverage(&context, ""));
                }
                same_aspect = above.and_then(|h| wanted::same_aspect(&material.query.asked, h));
                around = evidence::terms(&format!("{context}\n{}", unit.heading.as_deref().unwrap_or_default()));
                // Across languages words tell too little of what a heading is about.
                let heads = evidence::terms(above.filter(|_| !across).map_or("", String::as_str));
                named = weights.held(|term| heads.contains(term));
                if weights.share(&named) < NAMES {
                    named.clear();
                }
                (heading, place) = (above, 0);
            }
            let text = normalise(&unit.clean);
            let own = evidence::terms(&unit.clean);
            let covered = weights.covered(&own, &around);
            let holds = weights.held(|term| own.contains(term) || around.contains(term));
            let cosine = similar.get(&(p, u)).copied().unwrap_or(0.0);
            let first = 1.0 / (1.0 + place as f32);
            let aspect = f32::from(u8::from(same_aspect == Some(true)));
            let rank = scores[p] / best;
            // What only introduces something is no answer without it.
            let opens = unit.opens() && all[p].get(u + 1).is_none_or(|n| !n.listed());
            // "Where L is the number of layers" says nothing without the formula.
            let explains = u > 0 && all[p][u - 1].has_formula() && unit.explains();
            let bare = if opens || explains { 0.5 } else { 0.0 };
            let interaction = late.score(&late.nearest(&late.tokens(&text)).or(&above_late));
            let score = settings.coverage * covered
                + settings.cosine * cosine
                + settings.late * interaction
                + settings.rank * rank
                + (place_weight * asked + aspect_weight * aspect) * first
                + settings.kind * wanted.signs(&text, unit, measure)
                - unit.penalty()
                - bare;
            if is_question_again(&material.query.asked, &unit.clean) {
                // It is answered by what stands after it, or not at all.
                if !all[p].get(u + 1).is_some_and(|next| next.quotable() && next.heading == unit.heading) {
                    unanswered = unanswered.max(score);
                }
                continue;
            }
            candidates.push(Candidate { passage: p, unit: u, score, foreign, asked, named: named.clone(), holds, same_aspect });
            place += 1;
        }
    }
    if across {
        // A note in another language has the question's words in translation only: one in its own that has most of them is meant.
        let spoken = |c: &&Candidate| !c.foreign && mostly_cjk(&all[c.passage][c.unit].clean) == material.query.is_cjk();
        let held = candidates.iter().filter(spoken).map(|candidate| weights.share(&candidate.holds)).fold(0.0, f32::max);
        if held >= OWN_LANGUAGE {
            candidates.retain(|candidate| !candidate.foreign);
            evidence.in_own_language(material.query, held);
        }
    }
    evidence.foreign = candidates.iter().max_by(|a, b| a.score.total_cmp(&b.score)).is_some_and(|direct| direct.foreign);
    let confidence = confidence(&evidence);
    let mut draft = Draft {
        points: Vec::new(),
        direct: 0,
        confidence,
        answered: confidence >= ANSWERED,
        unsure: (UNSURE..ANSWERED).contains(&confidence) && evidence.absent.is_empty() && !evidence.unheard(),
        across: evidence.across,
        absent: evidence.absent,
        cut: 0,
    };
    candidates.sort_by(|a, b| b.score.total_cmp(&a.score).then((a.passage, a.unit).cmp(&(b.passage, b.unit))));
    let Some(best) = candidates.first() else {
        draft.refuse();
        return Ok(draft);
    };
    let says = |names: fn(&str) -> bool| all[best.passage].iter().any(|unit| unit.quotable() && names(&unit.clean));
    let anywhere = |names: fn(&str) -> bool| passages.iter().any(|passage| names(&passage.text));
    let asked = &material.query.asked;
    // Its passage does not say what is asked for.
    let unsaid = wanted::asks_year(asked) && !says(wanted::names_year)
        || wanted::asks_time(asked) && !says(wanted::names_time)
        || wanted::asks_number_to_call(asked) && !anywhere(wanted::names_number_to_call)
        || wanted::asks_address_to_write(asked) && !anywhere(wanted::names_address_to_write);
    if unanswered >= best.score || !meant::is_meant(material.query, &all) || unsaid {
        draft.refuse();
    }
    let share = if evidence.across { settings.support_across } else { settings.support };
    let highest = best.score;
    let floor = share * highest;
    if !material.shown.is_empty() {
        let shown = |candidate: &Candidate| {
            let (passage, span) = (&passages[candidate.passage], &all[candidate.passage][candidate.unit].span);
            let at = |place: &prompt::Read| place.start < passage.chunk.span.start + span.end && passage.chunk.span.start + span.start < place.end;
            material.shown.iter().any(|place| place.document == passage.document.id && at(place))
        };
        // Another answer is one, too, where no heading asks the very question; but what stands beside it, under another heading, answers something else.
        let beside = |candidate: &Candidate| {
            let unnamed = !best.named.is_empty() && best.named.iter().all(|word| !candidate.holds.contains(word));
            unnamed || best.same_aspect == Some(true) && candidate.same_aspect == Some(false)
        };
        let answers =
            |candidate: &Candidate| candidate.score >= OTHER * highest && (evidence.across || !candidate.holds.is_empty()) && !beside(candidate);
        let kept: Vec<bool> = candidates.iter().map(|candidate| !shown(candidate) && answers(candidate)).collect();
        let mut kept = kept.into_iter();
        candidates.retain(|_| kept.next() == Some(true));
    }
    let Some(best) = candidates.first() else {
        draft.answered = false;
        return Ok(draft);
    };
    let short = wanted.is_short(&material.query.asked);
    let length = Length {
        floor,
        aim: if short { settings.characters_short } else { settings.characters },
        single: short && !wanted::asks_of_each(&material.query.asked),
    };
    (draft.points, draft.cut) = choose(&candidates, &length, wanted, settings, &all);
    let direct = &all[best.passage][best.unit].span;
    draft.direct = draft.points.iter().position(|p| p.passage == best.passage && p.span == *direct).unwrap_or(0);
    Ok(draft)
}

/// The share of a query's words, by rarity, that a text holds, 0 to 1.
pub(crate) fn holds(query: &Query, lexical: Option<&LexicalReader>, text: &str) -> f32 {
    TermWeights::new(query, lexical).coverage(text, "")
}

/// The first sentence that says something under each heading inside a text, and before the first of them.
pub(crate) fn leads(text: &str) -> Vec<Point> {
    let says = |u: &Unit| u.quotable() && u.kind != Kind::Row && !u.clean.ends_with(['：', ':', '？', '?']);
    let mut out: Vec<Point> = Vec::new();
    for unit in units::of_note(text).into_iter().filter(says) {
        if out.iter().all(|known| known.heading != unit.heading) {
            out.push(Point { mark: bullet(), passage: 0, span: unit.span, text: unit.clean, heading: unit.heading });
        }
    }
    out
}

/// What passages say, sentence by sentence in their order, as far as an answer has room.
pub(crate) fn account(passages: &[Passage]) -> Draft {
    let mut draft = Draft { confidence: 1.0, answered: true, ..Draft::default() };
    let mut chars = 0;
    for (at, passage) in passages.iter().enumerate() {
        let units: Vec<Unit> = units::of_note(&passage.text).into_iter().filter(Unit::quotable).collect();
        // The first line of a plain text is its title; it may be all that it says.
        let names = |unit: &Unit| is_heading_text(passage, &unit.clean);
        let only_names = units.iter().all(names);
        for unit in units.into_iter().filter(|unit| only_names || !names(unit)) {
            chars += unit.clean.chars().count();
            if !draft.points.is_empty() && (draft.points.len() >= MAX_ITEMS || chars > MAX_LIST) {
                draft.cut += 1;
                continue;
            }
            draft.points.push(Point { mark: unit.mark(), passage: at, span: unit.span, text: unit.clean, heading: unit.heading });
        }
    }
    draft.answered = !draft.points.is_empty();
    draft
}

/// The list or table that answers with the direct sentence: the one it opens, or belongs to where several things are wanted and the section is about the
/// question. A sentence that opens it comes with it.
fn list_of(direct: &Candidate, wanted: Wanted, asked: f32, own: &[Unit]) -> Range<usize> {
    let end = |from: usize| from + own[from..].iter().take_while(|unit| unit.in_list()).count();
    let (at, unit) = (direct.unit, &own[direct.unit]);
    let several = matches!(wanted, Wanted::List | Wanted::Steps | Wanted::Reason | Wanted::Comparison) && direct.asked >= asked
        || wanted != Wanted::Number && direct.asked >= SAME;
    if unit.listed() && several {
        let begun = at - own[..at].iter().rev().take_while(|before| before.in_list()).count();
        let first = (begun..at).find(|&u| own[u].listed()).unwrap_or(at);
        let opener = first.checked_sub(1).filter(|&before| own[before].kind == Kind::Sentence && own[before].quotable());
        return opener.unwrap_or(first)..end(at);
    }
    let follows = own.get(at + 1).is_some_and(Unit::listed);
    if follows && (unit.opens() || several) { at..end(at + 1) } else { at..at + 1 }
}

/// The direct sentence with its list, and the next best sentences while there is room: the direct one first, at most with the sentence before it, then those of
/// its passage, then the others. And how many items of the list are left out.
fn choose(candidates: &[Candidate], length: &Length, wanted: Wanted, settings: &Settings, all: &[Vec<Unit>]) -> (Vec<Point>, usize) {
    let direct = &candidates[0];
    let &Length { floor, aim, single } = length;
    let (mut taken, mut chars, mut cut) = (Vec::<(usize, usize)>::new(), 0, 0);
    let mut take = |candidate: &Candidate, list: Range<usize>| {
        let own = &all[candidate.passage];
        // What stands inside an item is stepped over.
        for u in list.filter(|&u| own[u].quotable() && (u == candidate.unit || !own[u].inside)) {
            let length = own[u].clean.chars().count();
            // The item that answers is shown in any case; behind an item that is left out all others are.
            if u != candidate.unit && (cut > 0 || taken.len() >= MAX_ITEMS || chars + length > MAX_LIST) {
                cut += 1;
                continue;
            }
            taken.push((candidate.passage, u));
            chars += length;
        }
    };
    // How it works is no drawback, where there is a section about those.
    let of_other_aspect = |candidate: &Candidate| direct.same_aspect == Some(true) && candidate.same_aspect == Some(false);
    // Where the notes answer in the question's own language, what another note says in the other one only looks like it.
    let foreign = |candidate: &Candidate| candidate.foreign && !direct.foreign;
    let list = |candidate: &Candidate| list_of(candidate, wanted, settings.list, &all[candidate.passage]);
    let own = list(direct);
    let alone = own.len() == 1;
    take(direct, own);
    if alone && matches!(wanted, Wanted::List | Wanted::Steps) {
        // The direct sentence says that there are several; a list that is nearly as good says which.
        let near = candidates[1..].iter().take_while(|c| c.score >= NEAR * direct.score).find(|c| list(c).len() > 1 && !of_other_aspect(c));
        if let Some(near) = near.filter(|near| near.passage != direct.passage || !list(near).contains(&direct.unit)) {
            take(near, list(near));
        }
    }
    let head = taken.len();
    // A list whose heading is the question needs nothing from elsewhere.
    let whole = !alone && direct.asked >= SAME;
    for candidate in &candidates[1..] {
        if chars >= aim || candidate.score < floor || taken.len() >= MAX_POINTS {
            break;
        }
        let unit = &all[candidate.passage][candidate.unit];
        let length = unit.clean.chars().count();
        let place = (candidate.passage, candidate.unit);
        // What the direct sentence's heading names and this has nowhere: it is about something else that stands beside it.
        let aside =
            !direct.named.is_empty() && direct.named.iter().all(|word| !candidate.holds.contains(word)) || whole && candidate.asked < direct.asked;
        // Where one item, or row, has what is asked, its neighbours that have less of it are other things.
        let has_less = || candidate.holds.len() < direct.holds.len() && candidate.holds.iter().all(|word| direct.holds.contains(word));
        let one = single || unit.kind == Kind::Row;
        let neighbour = one && candidate.score < NEAR * direct.score && has_less() && in_one_list(direct, candidate, all);
        // An amount that an item has stands alone: 「小火炖一个半小时」 needs neither the other steps nor what goes into the pot.
        let amount = single && wanted == Wanted::Number && unit.listed() && all[direct.passage][direct.unit].listed() && has_less();
        if chars + length > aim + OVERSHOOT
            || taken.contains(&place)
            || unit.opens()
            || unit.points_elsewhere()
            || aside
            || neighbour
            || amount
            || foreign(candidate)
            || of_other_aspect(candidate)
        {
            continue;
        }
        chars += length;
        taken.push(place);
    }
    // On from the direct sentence, then what its passage says before, then the others.
    let first = direct.passage;
    taken[head..].sort_by_key(|&(p, u)| (p != first, u < direct.unit, p, u));
    let led = taken[head..].iter().position(|&(p, u)| p == first && u + 1 == direct.unit).filter(|_| head == 1 && all[first][direct.unit].leans());
    if let Some(led) = led {
        taken[..=head + led].rotate_right(1);
    }
    let mut points: Vec<Point> = Vec::with_capacity(taken.len());
    for (at, (p, u)) in taken.into_iter().enumerate() {
        let unit = &all[p][u];
        if !points.iter().any(|known| known.text == unit.clean) {
            points.push(Point {
                // The third step says its number only among the others.
                mark: if at < head { unit.mark() } else { unit.mark().and_then(|_| bullet()) },
                passage: p,
                span: unit.span.clone(),
                text: unit.clean.clone(),
                heading: unit.heading.clone(),
            });
        }
    }
    (points, cut)
}

/// Whether two items, or rows, stand in the same list or table.
fn in_one_list(a: &Candidate, b: &Candidate, all: &[Vec<Unit>]) -> bool {
    let own = &all[a.passage];
    let between = a.unit.min(b.unit)..=a.unit.max(b.unit);
    a.passage == b.passage && own[a.unit].listed() && own[b.unit].listed() && own[between].iter().all(Unit::in_list)
}

/// Cosine of the question and each quotable unit; empty without a model. The model inside compares them where it is there: a large one would read every sentence
/// of five passages for each question, and the settings were chosen with the cosines of the one inside.
fn similarities(material: &Material<'_>, passages: &[Passage], all: &[Vec<Unit>], run: Run<'_>) -> Result<HashMap<(usize, usize), f32>> {
    let mut places = Vec::new();
    let mut texts: Vec<String> = Vec::new();
    for (p, list) in all.iter().enumerate() {
        let heading = passages[p].chunk.heading.last().unwrap_or(&passages[p].document.title);
        for (u, unit) in list.iter().enumerate().filter(|(_, unit)| unit.quotable()) {
            places.push((p, u));
            texts.push(format!("{heading}\n{}", unit.clean));
        }
    }
    let inside = material.tokens.and_then(|tokens| {
        let question = tokens.whole(&material.query.asked)?;
        Some((question, texts.iter().map_while(|text| tokens.whole(text)).collect::<Vec<_>>()))
    });
    let (question, vectors) = match (inside, material.embedder, material.vector) {
        (Some(inside), ..) => inside,
        (None, Some(embedder), Some(question)) => {
            let inputs: Vec<&str> = texts.iter().map(String::as_str).collect();
            // The model worked a moment ago for the question; if it fails now the words decide alone.
            let Ok(vectors) = embedder.embed(&inputs, Role::Passage, run.cancel) else {
                run.cancel.check()?;
                return Ok(HashMap::new());
            };
            (question.to_vec(), vectors)
        }
        _ => return Ok(HashMap::new()),
    };
    let dot = |v: &[f32]| v.iter().zip(&question).map(|(a, b)| a * b).sum::<f32>();
    Ok(places.into_iter().zip(vectors.iter().map(|v| dot(v))).collect())
}

/// Whether a unit only repeats a heading, or a part of one: in plain text headings have no mark of their own, and may span sentences.
fn is_heading_text(passage: &Passage, clean: &str) -> bool {
    let unit = letters(clean);
    passage
        .chunk
        .heading
        .iter()
        .chain([&passage.document.title])
        .map(|h| letters(h))
        .any(|h| h.contains(&unit) || (h.chars().count() >= 6 && unit.ends_with(&h)))
}

/// How alike a sentence and the question must be for it to be the same question.
const AGAIN: f32 = 0.8;

/// Whether a note's sentence asks what the person asks.
fn is_question_again(asked: &str, clean: &str) -> bool {
    asks(clean.trim_end()) && likeness(asked, clean) >= AGAIN
}

/// How alike two lines are, 0 to 1: Dice coefficient of their character bigrams, question words included (「是什么」 and 「怎么选」 ask for different
/// sections of one subject).
fn likeness(a: &str, b: &str) -> f32 {
    let grams = |text: &str| -> HashSet<[char; 2]> { letters(text).chars().collect::<Vec<_>>().windows(2).map(|w| [w[0], w[1]]).collect() };
    let (a, b) = (grams(a), grams(b));
    if a.is_empty() || b.is_empty() { 0.0 } else { 2.0 * a.intersection(&b).count() as f32 / (a.len() + b.len()) as f32 }
}

fn letters(text: &str) -> String {
    normalise(text).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// The mark of an item without a number.
pub(crate) fn bullet() -> Option<String> {
    Some("-".to_owned())
}

/// Whether it is code of several lines: every other sentence is on one.
fn is_code(sentence: &wire::Sentence) -> bool {
    sentence.text.contains('\n')
}

fn longest_run(text: &str, of: char) -> usize {
    text.split(|c| c != of).map(str::len).max().unwrap_or(0)
}

/// The sentences with their markers as one text: items of a list on lines of their own under their marks, other sentences as a paragraph.
#[must_use]
pub fn with_markers(sentences: &[wire::Sentence], marks: &[Option<String>]) -> String {
    let mut out = String::new();
    let mut after_item = false;
    for (sentence, mark) in sentences.iter().zip(marks) {
        if let Some(mark) = mark {
            if !out.is_empty() {
                out.push('\n');
            }
            out.push_str(mark);
            out.push(' ');
        } else if !out.is_empty() {
            out.push_str(if is_code(sentence) {
                "\n\n"
            } else if after_item {
                "\n"
            } else {
                " "
            });
        }
        if is_code(sentence) {
            // Code of several lines stands by itself, as in Markdown; a mark behind what closes it would leave it open.
            let fence = "`".repeat(3.max(longest_run(&sentence.text, '`') + 1));
            let _ = write!(out, "{fence}\n{}\n{fence}\n", sentence.text);
            let marks: Vec<String> = sentence.citations.iter().map(|n| format!("[{n}]")).collect();
            out.push_str(&marks.join(" "));
            after_item = true;
            continue;
        }
        out.push_str(&sentence.text);
        for n in &sentence.citations {
            // Writing to a string cannot fail.
            let _ = write!(out, " [{n}]");
        }
        after_item = mark.is_some();
    }
    out
}
