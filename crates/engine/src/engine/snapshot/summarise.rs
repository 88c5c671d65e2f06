//! "Summarise …": all of a note or a folder is read. A model summarises it part by part, then as a whole; without one there is the first sentence of each
//! section of a note, or of each note of a folder. It must not know how a request is recognised.

use std::sync::Arc;
use std::time::Instant;

use super::ask::{Body, extractive};
use super::quoting::Quoting;
use super::write::place;
use super::{Found, Passage, Question, Snapshot, ms};
use crate::answer;
use crate::answer::prompt::{Prompt, Shown, Task, prompt};
use crate::answer::stream::Stream;
use crate::catalog::{ChunkPlace, DocumentRow, Filter};
use crate::error::{Error, Result};
use crate::event::Run;
use crate::model::{Generation, Generator, Sampling};
use crate::retrieve::Hit;
use crate::wire;

/// Sentences of a summary.
const SENTENCES: usize = 60;

impl Snapshot {
    /// What a note or a folder says; none if there is none of that name.
    pub(super) fn summarise(&self, asked: &Question, what: &str, generator: Option<&dyn Generator>, run: Run<'_>) -> Result<Option<wire::Answer>> {
        let began = Instant::now();
        let Ok(query) = self.query(what) else { return Ok(None) };
        let named = |notes: Vec<String>, folders: Vec<String>| Filter { notes, folders, ..asked.filter.clone() };
        let (one, documents) = {
            let catalog = self.catalog();
            let notes = catalog.matching(&named(vec![what.to_owned()], asked.filter.folders.clone()))?;
            let one = !notes.is_empty();
            let ids = if one { notes } else { catalog.matching(&named(asked.filter.notes.clone(), vec![what.to_owned()]))? };
            let mut rows: Vec<DocumentRow> = Vec::with_capacity(ids.len());
            for id in ids {
                rows.extend(catalog.document(id)?);
            }
            rows.sort_by(|a, b| a.path.cmp(&b.path));
            (one, rows)
        };
        if documents.is_empty() {
            return Ok(None);
        }
        let of = documents.len();
        let mut passages: Vec<Passage> = Vec::new();
        for document in documents {
            run.cancel.check()?;
            let document = Arc::new(document);
            let catalog = self.catalog();
            let text = catalog.text(document.id)?;
            passages.extend(catalog.chunks_of(document.id)?.into_iter().map(|c| {
                let part = text[c.span.clone()].to_owned();
                passage(Arc::clone(&document), c, part)
            }));
        }
        let timings = wire::Timings::new();
        let mut found = Found { query, vector: None, passages, hits: Vec::new(), notices: self.notices.clone(), timings };
        found.notices.push(format!("read {of} of {of} notes"));
        let written = match generator {
            Some(generator) if !found.passages.is_empty() => self.condensed(&mut found, &asked.text, generator, run)?,
            _ => None,
        };
        let body = match written {
            Some(body) => body,
            None => self.leads(&mut found, one)?,
        };
        let mut documents: Vec<u64> = body.quoting.citations.iter().map(|c| c.document_id).collect();
        documents.sort_unstable();
        documents.dedup();
        found.timings.insert("summarise", ms(began));
        let mut answer = self.finish(asked, found, body, 1.0, began)?;
        answer.standalone_question.clone_from(&asked.text);
        answer.coverage = Some(wire::Coverage { read: of, of, having: documents.len() });
        Ok(Some(answer))
    }

    /// The first sentence of each section of a note, or of each note.
    fn leads(&self, found: &mut Found, one: bool) -> Result<Body> {
        let mut quoting = Quoting::default();
        let mut last: Option<(u64, Vec<String>)> = None;
        for (index, passage) in found.passages.iter().enumerate() {
            let mut leads = answer::leads(&passage.text);
            let section = (passage.document.id, passage.chunk.heading.clone());
            let begun = last.as_ref().is_some_and(|(document, _)| *document == passage.document.id);
            if last.as_ref() == Some(&section) {
                // A section that was split is one part.
                leads.retain(|lead| lead.heading.is_some());
            }
            if !one {
                leads.truncate(usize::from(!begun));
            }
            leads.truncate(SENTENCES - quoting.sentences.len());
            if one || !leads.is_empty() {
                last = Some(section);
            }
            for lead in leads {
                if let Some(n) = quoting.cite(self, &found.passages, index, &lead.span, lead.heading.as_ref())? {
                    quoting.push(wire::Sentence { text: lead.text, support: wire::Support::Supported, citations: vec![n] }, true);
                }
            }
        }
        let part = if one { "section" } else { "note" };
        found.notices.push(format!("this is the first sentence of each {part}"));
        if quoting.sentences.len() >= SENTENCES {
            found.notices.push(format!("the first {SENTENCES} are shown"));
        }
        let outcome = if quoting.sentences.is_empty() { wire::Outcome::NotInNotes } else { wire::Outcome::Answered };
        Ok(Body { quoting, outcome, answerer: extractive() })
    }

    /// What a model makes of all of it: what it can read at once is summarised, then the summaries in the same way, until one prompt holds all that is
    /// left. The result is compared with the notes themselves.
    fn condensed(&self, found: &mut Found, request: &str, generator: &dyn Generator, run: Run<'_>) -> Result<Option<Body>> {
        let chinese = found.query.is_cjk();
        let places: Vec<String> = found.passages.iter().map(place).collect();
        let notes: Vec<Shown<'_>> = found.passages.iter().zip(&places).map(|(p, place)| Shown { place, text: &p.text }).collect();
        let mut summaries: Option<Vec<String>> = None;
        let made = loop {
            let parts = match &summaries {
                None => notes.clone(),
                Some(texts) => texts.iter().map(|text| Shown { place: "", text }).collect(),
            };
            match prompt(request, chinese, Task::Whole, &parts, &[], generator) {
                Ok(made) if made.passages == parts.len() => break Ok(made),
                Ok(_) => {}
                Err(error) => break Err(failed(&error)),
            }
            match shorter(&parts, request, chinese, generator, run) {
                Ok(fewer) if fewer.len() < parts.len() => summaries = Some(fewer),
                Ok(_) => break Err("the notes are too long for what the model can read at once".to_owned()),
                Err(error) => {
                    run.cancel.check()?;
                    break Err(failed(&error));
                }
            }
        };
        match made {
            Ok(made) => {
                let all = found.passages.len();
                self.written(found, generator, Prompt { passages: all, ..made }, run)
            }
            // Half a summary is none.
            Err(reason) => Ok(self.replaced(found, &reason, run)),
        }
    }
}

/// Summaries of parts, each of as many as the model can read at once; as many as there were if it cannot read two together.
///
/// # Errors
/// Those of the generator.
fn shorter(parts: &[Shown<'_>], request: &str, chinese: bool, generator: &dyn Generator, run: Run<'_>) -> Result<Vec<String>> {
    let mut summaries = Vec::new();
    let mut at = 0;
    while at < parts.len() {
        let made = prompt(request, chinese, Task::Summary, &parts[at..], &[], generator)?;
        // What it cannot read even alone stays as it is.
        at += made.passages.max(1);
        if made.passages == 0 {
            summaries.push(parts[at - 1].text.to_owned());
            continue;
        }
        let mut stream = Stream::default();
        let mut summary = String::new();
        let request = Generation { messages: &made.messages, limit: made.limit, sampling: Sampling::default(), passages: None };
        generator.generate(&request, &mut |piece| summary.push_str(&stream.push(piece).0), run.cancel)?;
        summary.push_str(&stream.finish(false).0);
        summaries.push(summary);
    }
    Ok(summaries)
}

fn failed(error: &Error) -> String {
    format!("the model could not answer: {}", error.message)
}

/// A part of a note that no search found.
fn passage(document: Arc<DocumentRow>, chunk: ChunkPlace, text: String) -> Passage {
    let hit = Hit { chunk: chunk.id, document: document.id, lexical: None, vector: None, fused: 0.0, reranked: None, cross: None };
    Passage { hit, document, chunk, text, grown: Vec::new(), also_in: Vec::new() }
}
