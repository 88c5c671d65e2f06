//! "Summarise …": all of a note or a folder is read. A model summarises it part by part, then as a whole; without one there is the first sentence of each
//! section of a note, or of each note of a folder. It must not know how a request is recognised.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;
use std::time::Instant;

use super::ask::{Body, extractive};
use super::flaw::Flaw;
use super::quoting::Quoting;
use super::speak::speak;
use super::write::{generative, place, sent, told_to};
use super::{Found, Passage, Question, Snapshot, ms};
use crate::act::Whole;
use crate::answer;
use crate::answer::prompt::{Shown, Task, prompt};
use crate::answer::stream::Stream;
use crate::catalog::{ChunkPlace, DocumentRow, Filter};
use crate::error::{ErrorCode, Result};
use crate::event::Run;
use crate::model::{Ending, Generation, Generator};
use crate::retrieve::Hit;
use crate::wire::{self, AnswerEvent};

/// Sentences of a summary.
const SENTENCES: usize = 60;

/// What is to be summarised.
pub(super) struct Named<'a> {
    pub(super) what: &'a str,
    pub(super) whole: Whole,
    /// The language of the request, which the name need not be in.
    pub(super) chinese: bool,
}

/// What came of reading all of it.
#[derive(Default)]
struct Reading {
    /// Indices of passages that were not read to their end.
    short: HashSet<usize>,
    /// Indices of passages that a model was told.
    told: HashSet<usize>,
    /// Summaries of parts that were cut.
    cut: usize,
}

impl Snapshot {
    /// What a note or a folder says; none if there is none of that name.
    pub(super) fn summarise(
        &self,
        asked: &Question,
        named: &Named<'_>,
        generator: Option<&dyn Generator>,
        run: Run<'_>,
    ) -> Result<Option<wire::Answer>> {
        let began = Instant::now();
        let Ok(query) = self.query(named.what) else { return Ok(None) };
        let (one, documents, skipped) = self.named(asked, named)?;
        if documents.is_empty() {
            return Ok(None);
        }
        if let Some(generator) = generator {
            generator.warm_up();
        }
        let of = documents.len() + skipped;
        let mut passages: Vec<Passage> = Vec::new();
        for document in &documents {
            run.cancel.check()?;
            let catalog = self.catalog();
            let text = catalog.text(document.id)?;
            passages.extend(catalog.chunks_of(document.id)?.into_iter().map(|c| {
                let part = text[c.span.clone()].to_owned();
                unfound(Arc::clone(document), c, part)
            }));
        }
        let timings = wire::Timings::new();
        let mut found = Found { query, vector: None, passages, hits: Vec::new(), notices: self.notices.clone(), timings };
        let mut reading = Reading::default();
        let written = match generator {
            Some(generator) if !found.passages.is_empty() => self.condensed(&mut found, &asked.text, named.chinese, generator, &mut reading, run),
            _ => Ok(None),
        };
        let answerer = generator.filter(|_| written.is_err()).map_or_else(extractive, generative);
        let made = match written {
            Ok(Some(body)) => Ok(body),
            Ok(None) => {
                // Without a model every passage is looked at.
                reading.short.clear();
                self.leads(&mut found, one, run)
            }
            Err(error) => Err(error),
        };
        let stopped = matches!(&made, Err(error) if error.code == ErrorCode::Cancelled) && !reading.told.is_empty();
        let mut body = if stopped {
            // What was read, and perhaps sent, is said all the same.
            reading.short = (0..found.passages.len()).filter(|at| !reading.told.contains(at)).collect();
            let outcome = wire::Outcome::Cancelled;
            run.answer(AnswerEvent::Done { outcome });
            Body { quoting: Quoting::default(), outcome, answerer }
        } else {
            made?
        };
        let short: HashSet<u64> = reading.short.iter().map(|at| found.passages[*at].document.id).collect();
        let read = documents.len() - short.len();
        found.notices.push(format!("read {read} of {of} notes"));
        if !short.is_empty() && !stopped {
            found
                .notices
                .push(format!("{} notes were not read to their end: a part of them is longer than what the model can read at once", short.len()));
        }
        if skipped > 0 {
            found.notices.push(format!("{skipped} files of the folder could not be read; `sidenote status --files` says why"));
        }
        // The rest of what was read would be kept with the conversation, and it may be a whole folder.
        keep_cited(&mut found.passages, &mut body.quoting.citations);
        let having: HashSet<u64> = body.quoting.citations.iter().map(|c| c.document_id).collect();
        found.timings.insert("summarise", ms(began));
        let mut answer = self.finish(asked, found, body, 1.0, began)?;
        answer.standalone_question.clone_from(&asked.text);
        answer.coverage = Some(wire::Coverage { read, of, having: having.len() });
        Ok(Some(answer))
    }

    /// The filter that only the notes of a name pass, and whether it is the name of one note; none if there are none.
    pub(super) fn within(&self, asked: &Question, named: &Named<'_>) -> Result<Option<(Filter, bool)>> {
        let note = Filter { notes: vec![named.what.to_owned()], ..asked.filter.clone() };
        if named.whole != Whole::Folder && !self.catalog().matching(&note)?.is_empty() {
            return Ok(Some((note, true)));
        }
        let folder = Filter { folders: vec![named.what.to_owned()], ..asked.filter.clone() };
        let holds = named.whole != Whole::Note && !self.catalog().matching(&folder)?.is_empty();
        Ok(holds.then_some((folder, false)))
    }

    /// The notes of a name, in order: whether it is that of one note, and how many files of a folder could not be read.
    fn named(&self, asked: &Question, named: &Named<'_>) -> Result<(bool, Vec<Arc<DocumentRow>>, usize)> {
        let Some((filter, one)) = self.within(asked, named)? else { return Ok((false, Vec::new(), 0)) };
        let catalog = self.catalog();
        let ids = catalog.matching(&filter)?;
        let mut rows: Vec<Arc<DocumentRow>> = Vec::with_capacity(ids.len());
        for id in ids {
            rows.extend(catalog.document(id)?.map(Arc::new));
        }
        rows.sort_by(|a, b| a.path.cmp(&b.path));
        let skipped = if one { 0 } else { catalog.skipped(&filter)? };
        Ok((one, rows, skipped))
    }

    /// The first sentence of each section of a note, or of each note.
    fn leads(&self, found: &mut Found, one: bool, run: Run<'_>) -> Result<Body> {
        let mut quoting = Quoting::default();
        let mut last: Option<(u64, Vec<String>)> = None;
        for (index, passage) in found.passages.iter().enumerate() {
            run.cancel.check()?;
            if quoting.sentences.len() >= SENTENCES {
                break;
            }
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
                quoting.quote(self, &found.passages, index, lead, answer::bullet())?;
            }
        }
        let part = if one { "section" } else { "note" };
        found.notices.push(format!("this is the first sentence of each {part}"));
        if quoting.sentences.len() >= SENTENCES {
            found.notices.push(format!("the first {SENTENCES} are shown"));
        }
        quoting.tell_lost();
        let outcome = if quoting.sentences.is_empty() { wire::Outcome::NotInNotes } else { wire::Outcome::Answered };
        Ok(Body { quoting, outcome, answerer: extractive() })
    }

    /// What a model makes of all of it: what it can read at once is summarised, then the summaries in the same way, until one prompt holds all that is
    /// left. The result is compared with the notes themselves.
    fn condensed(
        &self,
        found: &mut Found,
        request: &str,
        chinese: bool,
        generator: &dyn Generator,
        reading: &mut Reading,
        run: Run<'_>,
    ) -> Result<Option<Body>> {
        // The parts are sent before the summary of the whole: whereto is told before the first. They may be all passages of thousands of notes: those
        // that are cited come with the answer.
        self.begin(found, Vec::new(), Task::Whole, generator, run);
        let places: Vec<String> = found.passages.iter().map(place).collect();
        let notes: Vec<Shown<'_>> = found.passages.iter().zip(&places).map(|(p, place)| Shown { place, text: &p.text }).collect();
        let mut summaries: Option<Vec<String>> = None;
        let made = loop {
            let parts = match &summaries {
                None => notes.clone(),
                Some(texts) => texts.iter().map(|text| Shown { place: "", text }).collect(),
            };
            match prompt(request, chinese, Task::Whole, &parts, &[], generator) {
                Ok(made) if made.passages == parts.len() && (parts.len() == 1 || !made.cut) => break Ok(Ok(made)),
                Ok(_) => {}
                Err(error) => break Ok(Err(Flaw::failed(&generator.spec().name, &error))),
            }
            let first = summaries.is_none().then_some(&mut *reading);
            match self.shorter(&parts, request, chinese, generator, first, run) {
                Ok(Ok((fewer, cut))) => {
                    // The notes' own parts become shorter, if not fewer; summaries do not.
                    if fewer.len() >= parts.len() && summaries.is_some() {
                        break Ok(Err(Flaw::new("the notes are too long for what the model can read at once")));
                    }
                    reading.cut += cut;
                    summaries = Some(fewer);
                }
                Ok(Err(flaw)) => break Ok(Err(flaw)),
                Err(error) => break Err(error),
            }
        };
        if reading.cut > 0 {
            found.notices.push(format!("the summaries of {} parts were cut: they reached their longest", reading.cut));
        }
        match made {
            Ok(Ok(made)) => {
                if summaries.is_none() {
                    reading.told = (0..found.passages.len()).collect();
                    reading.short.extend(made.cut.then_some(0));
                }
                self.written(found, generator, made, (reading.told.len(), 0), true, run)
            }
            // Half a summary is none, but its parts were told.
            unfinished => {
                if !reading.told.is_empty() {
                    sent(found, generator, (reading.told.len(), 0));
                }
                unfinished.map(|flaw| flaw.err().and_then(|flaw| self.replaced(found, &flaw, true, run)))
            }
        }
    }

    /// Summaries of parts, each of as many as the model can read at once, and how many of them were cut; or why there can be none. Where the parts are the
    /// notes' own, what was read of them is noted in `reading`.
    ///
    /// # Errors
    /// `Cancelled` where the person stopped it.
    fn shorter(
        &self,
        parts: &[Shown<'_>],
        request: &str,
        chinese: bool,
        generator: &dyn Generator,
        mut reading: Option<&mut Reading>,
        run: Run<'_>,
    ) -> Result<std::result::Result<(Vec<String>, usize), Flaw>> {
        let settings = &self.settings.writing;
        let (mut summaries, mut cut) = (Vec::new(), 0);
        let mut at = 0;
        while at < parts.len() {
            if reading.is_some() {
                run.answer(AnswerEvent::Reading { done: at, of: parts.len() });
            }
            let made = match prompt(request, chinese, Task::Summary, &parts[at..], &[], generator) {
                Ok(made) if made.passages > 0 => made,
                Ok(_) => return Ok(Err(Flaw::new("the model can read too little at once"))),
                Err(error) => return Ok(Err(Flaw::failed(&generator.spec().name, &error))),
            };
            if let Some(reading) = reading.as_deref_mut() {
                reading.told.extend(at..at + made.passages);
                reading.short.extend(made.cut.then_some(at));
            }
            at += made.passages;
            let mut stream = Stream::new(made.passages, told_to(&made.messages));
            let mut summary = String::new();
            let named = settings.existing_passages.then_some(made.passages);
            let asked = Generation { messages: &made.messages, limit: made.limit, sampling: settings.sampling.clone(), passages: named };
            let mut say = |piece: &str| summary.push_str(&stream.push(piece).0);
            let (generated, late) = speak(generator, &asked, settings.patience(), &run.cancel.child(), &mut say);
            let generated = match (generated, late) {
                (_, Some(late)) => return Ok(Err(late)),
                (Err(error), _) if error.code == ErrorCode::Cancelled => return Err(error),
                (Err(error), _) => return Ok(Err(Flaw::failed(&generator.spec().name, &error))),
                (Ok(generated), _) => generated,
            };
            summary.push_str(&stream.finish(generated.ending == Ending::Limit).0);
            if generated.ending == Ending::Loop {
                return Ok(Err(Flaw::repeated(&generator.spec().name)));
            }
            if !summary.contains(char::is_alphanumeric) {
                return Ok(Err(Flaw::nothing(&generator.spec().name)));
            }
            cut += usize::from(generated.ending == Ending::Limit);
            summaries.push(summary);
        }
        if reading.is_some() {
            run.answer(AnswerEvent::Reading { done: at, of: parts.len() });
        }
        Ok(Ok((summaries, cut)))
    }
}

/// Leaves the passages that are cited.
fn keep_cited(passages: &mut Vec<Passage>, citations: &mut [wire::Citation]) {
    let cited: BTreeSet<usize> = citations.iter().map(|citation| citation.passage).collect();
    *passages = cited.iter().map(|at| passages[*at].clone()).collect();
    for citation in citations {
        citation.passage = cited.range(..citation.passage).count();
    }
}

/// A part of a note that no search found.
pub(super) fn unfound(document: Arc<DocumentRow>, chunk: ChunkPlace, text: String) -> Passage {
    let hit = Hit { chunk: chunk.id, document: document.id, lexical: None, vector: None, fused: 0.0, reranked: None, cross: None };
    Passage { hit, document, chunk, text, grown: Vec::new(), also_in: Vec::new() }
}
