//! "List all …": every note that has something of a subject, one sentence of each, and how many were read. It must not know how a request is recognised.

use std::collections::HashMap;
use std::time::Instant;

use super::ask::{Body, extractive};
use super::quoting::Quoting;
use super::{Found, Passage, Question, Snapshot, ms};
use crate::answer::{self, Material};
use crate::error::Result;
use crate::event::Run;
use crate::retrieve::{self, Hit, Scope, rank};
use crate::wire;

/// Passages of one note that are looked into.
const OF_A_NOTE: usize = 4;
/// Share of the subject's words, by rarity, that a passage with its headings must hold.
const HOLDS: f32 = 0.8;
/// Notes that are listed.
const LISTED: usize = 60;

impl Snapshot {
    /// Every note that has something of a subject.
    pub(super) fn list(&self, asked: &Question, of: &str, run: Run<'_>) -> Result<wire::Answer> {
        let began = Instant::now();
        let query = self.query(of)?;
        let keep = self.filter(&asked.filter)?;
        let keep = keep.as_ref().map(|kept| move |id: u64| kept.contains(&id));
        let keep: Option<&(dyn Fn(u64) -> bool + Send + Sync)> = keep.as_ref().map(|k| k as _);
        let candidates = self.settings.search.list_candidates;
        let settings = retrieve::Settings { candidates, ..self.settings.search.clone() };
        let mut notices = self.notices.clone();
        if self.lexical.is_none() {
            notices.push("the keyword index cannot be read, and without it nothing can be listed; run `sidenote sync`".to_owned());
        }
        // All can be counted only of what has the words: by meaning every note is near, more or less.
        let scope = Scope { lexical: self.lexical.as_ref(), vectors: None, keep };
        let hits: Vec<Hit> = rank(&query, &scope, &settings)?;
        let mut order: Vec<u64> = Vec::new();
        let mut by_note: HashMap<u64, Vec<Hit>> = HashMap::new();
        for hit in &hits {
            let of_note = by_note.entry(hit.document).or_default();
            if of_note.is_empty() {
                order.push(hit.document);
            }
            of_note.push(*hit);
        }
        let (mut read, mut having) = (0, 0);
        let mut passages: Vec<Passage> = Vec::new();
        let mut quoting = Quoting::default();
        for note in &order {
            run.cancel.check()?;
            let of_note = self.read(&by_note[note], OF_A_NOTE)?;
            read += usize::from(!of_note.is_empty());
            let holds = |p: &Passage| answer::holds(&query, self.lexical.as_ref(), &whole(p)) >= HOLDS;
            let kept: Vec<Passage> = of_note.into_iter().filter(holds).collect();
            if kept.is_empty() {
                continue;
            }
            having += 1;
            if quoting.sentences.len() >= LISTED {
                continue;
            }
            let material = Material {
                query: &query,
                vector: None,
                passages: &kept,
                embedder: None,
                lexical: self.lexical.as_ref(),
                tokens: self.tokens.as_deref(),
                settings: &answer::Settings { characters: 1, characters_short: 1, ..self.settings.answer.clone() },
            };
            let draft = answer::extract(&material, run)?;
            let Some(point) = draft.points.into_iter().nth(draft.direct) else { continue };
            let index = passages.len();
            passages.push(kept[point.passage].clone());
            if let Some(n) = quoting.cite(self, &passages, index, &point.span, point.heading.as_ref())? {
                quoting.push(wire::Sentence { text: point.text, support: wire::Support::Supported, citations: vec![n] }, answer::bullet());
            }
        }
        let (listed, lost) = (quoting.sentences.len(), quoting.lost());
        quoting.tell_lost();
        let outcome = if listed > 0 { wire::Outcome::Answered } else { wire::Outcome::NotInNotes };
        let notes = if read == 1 { "note" } else { "notes" };
        notices.push(format!("read {read} {notes} with words of it, {having} of them about it"));
        if hits.len() >= candidates {
            notices.push(format!(
                "only the best {candidates} passages with words of it were looked at; narrow the request by a folder or a tag to see the others"
            ));
        }
        if listed >= LISTED && listed + lost < having {
            notices.push(format!("the first {listed} of {having} are listed; narrow the request by a folder or a tag to see the others"));
        }
        if passages.is_empty() {
            passages = self.read(&hits, asked.limit)?;
        }
        let timings = wire::Timings::from([("list", ms(began))]);
        let found = Found { query, vector: None, passages, hits, notices, timings };
        let coverage = wire::Coverage { read, of: order.len(), having };
        let confidence = if listed > 0 { 1.0 } else { 0.0 };
        let mut answer = self.finish(asked, found, Body { quoting, outcome, answerer: extractive() }, confidence, began)?;
        answer.standalone_question.clone_from(&asked.text);
        answer.coverage = Some(coverage);
        Ok(answer)
    }
}

/// A passage with what stands above it.
pub(super) fn whole(passage: &Passage) -> String {
    format!("{}\n{}\n{}", passage.document.title, passage.chunk.heading.join("\n"), passage.text)
}
