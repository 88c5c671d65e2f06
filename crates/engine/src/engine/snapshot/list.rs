//! "List all …": every note that has something of a subject, or is filed under it, one sentence of each, and how many were read. It must not know how a request is
//! recognised.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Instant;

use super::ask::{Body, extractive};
use super::quoting::Quoting;
use super::summarise::unfound;
use super::{Found, Passage, Question, Snapshot, ms};
use crate::answer::{self, Material};
use crate::error::Result;
use crate::event::Run;
use crate::retrieve::{self, Hit, Scope, rank};
use crate::text::{normalise, words};
use crate::wire;

/// Passages of one note that are looked into.
const OF_A_NOTE: usize = 4;
/// Share of the subject's words, by rarity, that what is about it must hold.
pub(super) const HOLDS: f32 = 0.8;
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
        let mut listed_notes: BTreeSet<u64> = BTreeSet::new();
        let mut passages: Vec<Passage> = Vec::new();
        let mut quoting = Quoting::default();
        for note in &order {
            run.cancel.check()?;
            let of_note = self.read(&by_note[note], OF_A_NOTE)?;
            read += usize::from(!of_note.is_empty());
            let holds = |p: &Passage| answer::holds(&query, self.lexical.as_ref(), &p.whole()) >= HOLDS;
            let kept: Vec<Passage> = of_note.into_iter().filter(holds).collect();
            if kept.is_empty() {
                continue;
            }
            having += 1;
            listed_notes.insert(*note);
            if quoting.sentences.len() >= LISTED {
                continue;
            }
            let material = Material {
                shown: &[],
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
            quoting.quote(self, &passages, index, point, answer::bullet())?;
        }
        let notes = |count: usize| if count == 1 { "note" } else { "notes" };
        notices.push(format!("read {read} {} with words of it, {having} of them about it", notes(read)));
        let (mut of_all, mut filed) = (order.len(), 0);
        for note in self.filed_under(of)?.into_iter().filter(|note| keep.is_none_or(|keep| keep(*note)) && !listed_notes.contains(note)) {
            run.cancel.check()?;
            let Some((passage, lead)) = self.lead(note)? else { continue };
            filed += 1;
            let known = by_note.contains_key(&note);
            (of_all, read) = (of_all + usize::from(!known), read + usize::from(!known));
            if quoting.sentences.len() >= LISTED {
                continue;
            }
            passages.push(passage);
            quoting.quote(self, &passages, passages.len() - 1, lead, answer::bullet())?;
        }
        if filed > 0 {
            having += filed;
            notices.push(format!("{filed} more {} in a folder, or with a tag, of that name", notes(filed)));
        }
        let (listed, lost) = (quoting.sentences.len(), quoting.lost());
        quoting.tell_lost();
        let outcome = if listed > 0 { wire::Outcome::Answered } else { wire::Outcome::NotInNotes };
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
        let coverage = wire::Coverage { read, of: of_all, having };
        let confidence = if listed > 0 { 1.0 } else { 0.0 };
        let mut answer = self.finish(asked, found, Body { quoting, outcome, answerer: extractive() }, confidence, began)?;
        answer.standalone_question.clone_from(&asked.text);
        answer.coverage = Some(coverage);
        Ok(answer)
    }

    /// Notes that lie in a folder, or carry a tag, of a name, by path.
    fn filed_under(&self, of: &str) -> Result<Vec<u64>> {
        let wanted = name(of);
        let mut known: HashMap<String, bool> = HashMap::new();
        let mut called = |part: &str| *known.entry(part.to_owned()).or_insert_with(|| !wanted.is_empty() && name(part) == wanted);
        let mut notes: Vec<_> = self.catalog().documents()?;
        notes.retain(|note| {
            let folders = note.path.rsplit_once('/').map_or("", |(folders, _)| folders);
            folders.split('/').chain(note.tags.iter().flat_map(|tag| tag.split('/'))).any(&mut called)
        });
        notes.sort_by(|a, b| (&a.library, &a.path).cmp(&(&b.library, &b.path)));
        Ok(notes.into_iter().map(|note| note.id).collect())
    }

    /// A note's first sentence, with its passage; none where it has none.
    fn lead(&self, note: u64) -> Result<Option<(Passage, answer::Point)>> {
        let catalog = self.catalog();
        let Some(document) = catalog.document(note)?.map(Arc::new) else { return Ok(None) };
        let text = catalog.text(note)?;
        let leads = catalog.chunks_of(note)?.into_iter().find_map(|chunk| {
            let part = text[chunk.span.clone()].to_owned();
            let lead = answer::leads(&part).into_iter().next()?;
            Some((unfound(Arc::clone(&document), chunk, part), lead))
        });
        Ok(leads)
    }
}

/// The words of a name, in any order: "Meeting notes" and `meeting-notes` are one.
fn name(text: &str) -> BTreeSet<String> {
    words(&normalise(text).replace(['-', '_'], " ")).into_iter().map(|term| term.text).collect()
}
