//! One question's scores: what was found and answered against what is known. It must not know other questions.

use std::collections::HashSet;

use super::contain::{Haystack, is_refusal, without_markers};
use super::metric::{COUNT, Metric};
use super::run::{Cited, Found, Row, note_path};
use super::set::GoldQuestion;

/// Characters of passages for [`Metric::Pass2kc`].
const BUDGET: usize = 2_000;
/// Places that are looked at.
const DEPTH: usize = 10;

/// The scores of one question. A figure that does not apply to it has none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scores {
    values: [Option<f64>; COUNT],
    /// The confidence, and whether the question can be answered.
    pub confidence: Option<(f64, bool)>,
}

impl Scores {
    /// One of them.
    #[must_use]
    pub fn get(&self, metric: Metric) -> Option<f64> {
        self.values[metric.index()]
    }

    fn set(&mut self, metric: Metric, value: f64) {
        self.values[metric.index()] = Some(value);
    }
}

fn flag(is: bool) -> f64 {
    f64::from(u8::from(is))
}

/// Scores one question; without a row it was missed.
#[must_use]
pub fn score(question: &GoldQuestion, row: Option<&Row>) -> Scores {
    let mut scores = Scores::default();
    if !question.wrong_spans.is_empty() {
        if let Some(row) = row.filter(|row| row.answer.is_some() || row.abstained == Some(true)) {
            scores.set(Metric::Again, flag(repeats(question, row)));
        }
        return scores;
    }
    let gold: HashSet<String> = question.gold_docs.iter().map(|doc| note_path(doc)).collect();
    // Of a refusal that a person marked as wrong, nobody said where the answer is.
    let known = question.answerable && !gold.is_empty();
    if known {
        retrieval(question, &gold, row.map_or(&[], |r| r.results.as_slice()), &mut scores);
    }
    let Some(row) = row else { return scores };
    scores.confidence = row.confidence.map(|c| (c, question.answerable));
    let refused = match (row.abstained, &row.answer) {
        (Some(abstained), _) => abstained,
        (None, Some(answer)) => is_refusal(answer),
        // Only retrieval.
        (None, None) => return scores,
    };
    scores.set(if question.answerable { Metric::FalseRef } else { Metric::AbstRec }, flag(refused));
    if known {
        answer(question, row, refused, &mut scores);
    }
    scores
}

fn retrieval(question: &GoldQuestion, gold: &HashSet<String>, results: &[Found], scores: &mut Scores) {
    let mut notes: Vec<String> = Vec::new();
    for found in results {
        let note = note_path(&found.doc);
        if !notes.contains(&note) {
            notes.push(note);
        }
    }
    let right: Vec<bool> = notes.iter().take(DEPTH).map(|n| gold.contains(n)).collect();
    let within = |k: usize| flag(right.iter().take(k).any(|r| *r));
    scores.set(Metric::Recall1, within(1));
    scores.set(Metric::Recall5, within(5));
    scores.set(Metric::Recall10, within(10));
    scores.set(Metric::Mrr10, right.iter().position(|r| *r).map_or(0.0, |i| 1.0 / (i + 1) as f64));
    let gain = |i: usize| 1.0 / ((i + 2) as f64).log2();
    let ideal: f64 = (0..gold.len().min(DEPTH)).map(gain).sum();
    if ideal > 0.0 {
        // The sum of no numbers would be -0.
        let gained = right.iter().enumerate().filter(|(_, r)| **r).map(|(i, _)| gain(i)).fold(0.0, |sum, gain| sum + gain);
        scores.set(Metric::Ndcg10, gained / ideal);
    }
    // Where only notes are named, which passage answers nobody said.
    if says_answer(question) {
        passages(question, gold, results, scores);
    }
}

/// Whether a question says what a passage must hold.
fn says_answer(question: &GoldQuestion) -> bool {
    question.spans().next().is_some() || question.answers().next().is_some()
}

fn passages(question: &GoldQuestion, gold: &HashSet<String>, results: &[Found], scores: &mut Scores) {
    let text = |found: &Found| found.text.clone().unwrap_or_default();
    let is_gold = |found: &Found| gold.contains(&note_path(&found.doc));
    // A run that lists notes without their passages cannot be judged by passages.
    if !results.is_empty() && results.iter().take(DEPTH).all(|f| text(f).is_empty()) {
        return;
    }
    let right: Vec<bool> = results.iter().take(DEPTH).map(|f| is_gold(f) && holds(question, &text(f))).collect();
    for (metric, k) in [(Metric::Pass1, 1), (Metric::Pass3, 3), (Metric::Pass5, 5), (Metric::Pass10, 10)] {
        scores.set(metric, flag(right.iter().take(k).any(|r| *r)));
    }
    let (mut left, mut found_it) = (BUDGET, false);
    for found in results {
        let part: String = text(found).chars().take(left).collect();
        left -= part.chars().count();
        found_it = is_gold(found) && holds(question, &part);
        if left == 0 || found_it {
            break;
        }
    }
    scores.set(Metric::Pass2kc, flag(found_it));
}

fn answer(question: &GoldQuestion, row: &Row, refused: bool, scores: &mut Scores) {
    let text = if refused { String::new() } else { without_markers(row.answer.as_deref().unwrap_or_default()) };
    if question.answers().next().is_some() {
        let said = Haystack::new(&text);
        let any = |answers: &[String]| answers.iter().any(|a| said.has(a));
        let contained = if question.gold_all.is_empty() { any(&question.gold_answers) } else { question.gold_all.iter().all(|group| any(group)) };
        scores.set(Metric::Contain, flag(contained));
    }
    if refused {
        return;
    }
    scores.set(Metric::Len, text.chars().count() as f64);
    let Some(citations) = row.citations.as_ref().filter(|_| says_answer(question)) else { return };
    let held = citations.iter().filter(|c| holds(question, &cited_text(c, &row.results))).count();
    scores.set(Metric::CiteHit, flag(held > 0));
    if !citations.is_empty() {
        scores.set(Metric::CitePrec, held as f64 / citations.len() as f64);
    }
}

/// Whether half or more of what a wrong answer quoted is said again.
fn repeats(question: &GoldQuestion, row: &Row) -> bool {
    let said = Haystack::new(&without_markers(row.answer.as_deref().unwrap_or_default()));
    2 * question.wrong_spans.iter().filter(|wrong| said.has_sentence(wrong)).count() >= question.wrong_spans.len()
}

/// The text a citation points to; empty where it points nowhere.
fn cited_text(citation: &Cited, results: &[Found]) -> String {
    let of_note = |doc: &str| results.iter().find(|f| note_path(&f.doc) == note_path(doc)).and_then(|f| f.text.clone());
    match citation {
        Cited::Result(n) => usize::try_from(*n).ok().and_then(|n| n.checked_sub(1)).and_then(|i| results.get(i)).and_then(|f| f.text.clone()),
        Cited::Note(doc) => of_note(doc),
        Cited::Quote { doc, text } => text.clone().filter(|t| !t.is_empty()).or_else(|| of_note(doc)),
    }
    .unwrap_or_default()
}

/// Whether a passage holds the answer: one of the sentences where the question names some, one of the short answers otherwise.
fn holds(question: &GoldQuestion, text: &str) -> bool {
    let passage = Haystack::new(text);
    if question.spans().next().is_none() {
        return question.answers().any(|a| passage.has(a));
    }
    question.spans().any(|s| passage.has_sentence(s))
}
