//! A fixed view of the notes: search, ask, show, explain. It must not know how anything is written.

mod anchor;
mod ask;
mod carry;
mod compare;
mod cross;
mod day;
mod explain;
mod flaw;
mod follow;
mod instead;
mod links;
mod list;
mod notes;
mod pages;
mod passages;
mod present;
mod quiz;
mod quoting;
mod read;
mod speak;
mod suggest;
mod summarise;
mod write;

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Instant;

use super::{Settings, unknown_library};
use crate::catalog::{Catalog, ChunkPlace, DocumentRow, Filter};
use crate::cite::{Check, Verifier};
use crate::document::Span;
use crate::error::{Error, ErrorCode, Result};
use crate::event::Run;
use crate::ingest::stem_of;
use crate::lexical::LexicalReader;
use crate::model::{CrossEncoder, Embedder, Role, TokenVectors};
use crate::retrieve::glossary::Glossary;
use crate::retrieve::{Hit, Order, Query, Scope, rank};
use crate::sync::count_stale;
use crate::vector::VectorIndex;
use crate::wire;

pub use anchor::Cited;
pub use ask::Manner;
pub use follow::{stopped, told};
pub use instead::Instead;
pub use links::Linking;
pub use pages::Paper;
use passages::{enough, fold};
use present::passage_json;
pub use read::unindexed;

/// Passages an answer is made from.
const ANSWER_PASSAGES: usize = 8;

/// A question or a search input, and where it is asked.
#[derive(Clone, Debug, Default)]
pub struct Question {
    /// As typed.
    pub text: String,
    /// Which notes are asked.
    pub filter: Filter,
    /// Passages returned.
    pub limit: usize,
}

/// A hit made readable: the chunk's text and place. Its text equals the document's span.
#[derive(Clone, Debug)]
pub struct Passage {
    /// The scores.
    pub hit: Hit,
    /// The note.
    pub document: Arc<DocumentRow>,
    /// The chunk's place in it.
    pub chunk: ChunkPlace,
    /// The text of the span.
    pub text: String,
    /// Further chunks that its span was grown over: neighbours that answer too.
    pub grown: Vec<u64>,
    /// Passages with the same text elsewhere.
    pub also_in: Vec<Passage>,
}

impl Passage {
    /// What stands above it: the note's title, its file's name, and the headings.
    pub(crate) fn above(&self) -> String {
        format!("{}\n{}\n{}", self.document.title, stem_of(&self.document.path), self.chunk.heading.join("\n"))
    }

    /// Its text with what stands above it.
    pub(crate) fn whole(&self) -> String {
        format!("{}\n{}", self.above(), self.text)
    }

    /// Whether a chunk is in it.
    fn holds(&self, chunk: u64) -> bool {
        self.hit.chunk == chunk || self.grown.contains(&chunk)
    }
}

/// A view of one generation.
pub struct Snapshot {
    catalog: Mutex<Catalog>,
    lexical: Option<LexicalReader>,
    vectors: Option<VectorIndex>,
    embedder: Option<Arc<dyn Embedder>>,
    tokens: Option<Arc<dyn TokenVectors>>,
    glossary: Option<Arc<Glossary>>,
    cross_encoder: Option<Arc<dyn CrossEncoder>>,
    settings: Settings,
    notices: Vec<String>,
    /// The last filter and what it let through: while a person types it stays the same.
    filtered: Mutex<Option<(Filter, Arc<HashSet<u64>>)>>,
}

/// What a search came to, before it becomes JSON.
#[derive(Clone)]
struct Found {
    query: Query,
    vector: Option<Vec<f32>>,
    passages: Vec<Passage>,
    /// Every candidate, for `explain`.
    hits: Vec<Hit>,
    notices: Vec<String>,
    timings: wire::Timings,
}

impl Snapshot {
    pub(super) fn new(
        catalog: Catalog,
        lexical: Option<LexicalReader>,
        vectors: Option<VectorIndex>,
        embedder: Option<Arc<dyn Embedder>>,
        tokens: Option<Arc<dyn TokenVectors>>,
        settings: Settings,
        notices: Vec<String>,
    ) -> Self {
        Self {
            catalog: Mutex::new(catalog),
            lexical,
            vectors,
            embedder,
            tokens,
            glossary: None,
            cross_encoder: None,
            settings,
            notices,
            filtered: Mutex::default(),
        }
    }

    pub(super) fn with_glossary(mut self, glossary: Option<Arc<Glossary>>) -> Self {
        self.glossary = glossary;
        self
    }

    fn catalog(&self) -> MutexGuard<'_, Catalog> {
        // A reader that panicked leaves nothing half-written behind.
        self.catalog.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// The catalog's generation.
    ///
    /// # Errors
    /// `DataDamaged`.
    pub fn generation(&self) -> Result<u64> {
        self.catalog().generation()
    }

    /// How many files differ from what was indexed, as a sentence; `None` if none do.
    ///
    /// # Errors
    /// `Cancelled`, `DataDamaged`.
    pub fn staleness(&self, run: Run<'_>) -> Result<Option<String>> {
        let catalog = self.catalog();
        let stale = count_stale(&catalog, &self.settings.sync, run)?;
        if stale == 0 {
            return Ok(None);
        }
        let since = catalog.synced_at()?.and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok());
        let since = since.map_or_else(|| "an unfinished sync".to_owned(), |t| t.round(jiff::Unit::Second).unwrap_or(t).to_string());
        let files = if stale == 1 { "1 file has".to_owned() } else { format!("{stale} files have") };
        Ok(Some(format!("index as of {since}: {files} changed since; run `sidenote sync`")))
    }

    /// Passages for a query, best first.
    ///
    /// # Errors
    /// `InvalidInput` for a blank query, `NotFound` for an unknown library, `Cancelled`, `Io`.
    pub fn search(&self, question: &Question, run: Run<'_>) -> Result<wire::Search> {
        let found = self.find(question, question.limit.max(1), run)?;
        Ok(wire::Search {
            version: wire::VERSION,
            query: question.text.clone(),
            hits: found.passages.iter().map(|p| passage_json(p, &found.query)).collect(),
            notices: found.notices,
            timings_ms: found.timings,
            generation: self.generation()?,
        })
    }

    /// A part of a note: the passage at a line (the beginning without one), with what stands around it.
    ///
    /// # Errors
    /// `NotFound` if no note, or more than one, goes by that name.
    pub fn show(&self, note: &str, line: Option<u32>, filter: &Filter) -> Result<wire::Shown> {
        let catalog = self.catalog();
        let document = find_note(&catalog, note, filter)?;
        let text = catalog.text(document.id)?;
        let chunks = catalog.chunks_of(document.id)?;
        let chunk = match line {
            Some(line) => chunks.iter().rev().find(|c| c.place.line <= line).or(chunks.first()),
            None => chunks.first(),
        };
        let span: Span = chunk.map_or(0..text.len().min(2_000), |c| c.span.clone());
        let span = span.start..floor_boundary(&text, span.end);
        let mut notices = Vec::new();
        match Verifier::default().check(&catalog, &document, &span, &text[span.clone()])? {
            Check::Found(v) if !v.moved => {}
            Check::Found(_) => notices.push("the note was edited after it was indexed; this passage is still in it".to_owned()),
            Check::Changed => notices.push("the note has changed: this is the passage as it was indexed; run `sidenote sync`".to_owned()),
            Check::Gone => notices.push("the file is gone: this is the passage as it was indexed; run `sidenote sync`".to_owned()),
        }
        let place = document.source_map.place(&text, span.start);
        let around = 400;
        let before = floor_boundary(&text, span.start.saturating_sub(around));
        let after = floor_boundary(&text, (span.end + around).min(text.len()));
        Ok(wire::Shown {
            version: wire::VERSION,
            library: document.library.clone(),
            document: document.path.clone(),
            document_id: document.id,
            title: document.title.clone(),
            heading: chunk.map(|c| c.heading.clone()).unwrap_or_default(),
            before: text[before..span.start].to_owned(),
            text: text[span.clone()].to_owned(),
            after: text[span.end..after].to_owned(),
            line: place.line,
            page: place.page,
            notices,
            generation: catalog.generation()?,
        })
    }

    fn find(&self, question: &Question, limit: usize, run: Run<'_>) -> Result<Found> {
        self.find_with(question, limit, true, run)
    }

    /// The same, read by the cross-encoder or not: its time is for one search of a question, not for each that an answer needs.
    fn find_with(&self, question: &Question, limit: usize, crossed: bool, run: Run<'_>) -> Result<Found> {
        let began = Instant::now();
        run.cancel.check()?;
        let query = self.query(&question.text)?;
        let mut notices = self.notices.clone();
        if query.shortened {
            notices.push("the question is very long: only its beginning, its end and the names in it were used".to_owned());
        }
        let keep = self.filter(&question.filter)?;
        let keep = keep.as_ref().map(|kept| move |id: u64| kept.contains(&id));
        let keep: Option<&(dyn Fn(u64) -> bool + Send + Sync)> = keep.as_ref().map(|k| k as _);
        let mut timings = BTreeMap::new();
        let embedding = Instant::now();
        let vector = self.embed(&query, run, &mut notices)?;
        timings.insert("embed", ms(embedding));
        if self.lexical.is_none() {
            notices.push("the keyword index cannot be read: results are by meaning only; run `sidenote sync`".to_owned());
        }
        let searching = Instant::now();
        let scope = Scope { lexical: self.lexical.as_ref(), vectors: self.vectors.as_ref().zip(vector.as_deref()), keep };
        let mut hits = rank(&query, &scope, &self.settings.search)?;
        timings.insert("rank", ms(searching));
        run.cancel.check()?;
        let reading = Instant::now();
        let mut drafts = self.drafts(&hits, self.settings.search.rerank_depth.max(enough(limit)))?;
        timings.insert("read", ms(reading));
        let passages = if self.settings.search.order == Order::Reranked {
            let reranking = Instant::now();
            self.rerank(&query, &mut drafts, &mut hits)?;
            timings.insert("rerank", ms(reranking));
            if crossed {
                self.cross_encode(&query, &mut hits, &mut drafts, run, &mut notices, &mut timings)?;
            }
            self.join(&drafts, enough(limit))?
        } else {
            self.settle(drafts, enough(limit))?
        };
        let passages = fold(passages, limit);
        timings.insert("search", ms(began));
        Ok(Found { query, vector, passages, hits, notices, timings })
    }

    /// A search input, with what its words may be called in the other language.
    fn query(&self, text: &str) -> Result<Query> {
        let glossary = self.glossary.as_deref().filter(|_| self.settings.search.glossary > 0.0);
        Ok(Query::new(text)?.widened(glossary))
    }

    /// The query's vector; without one the search goes on by keywords, and says so.
    fn embed(&self, query: &Query, run: Run<'_>, notices: &mut Vec<String>) -> Result<Option<Vec<f32>>> {
        let Some(embedder) = &self.embedder else {
            notices.push("no embedding model: results are by keywords only".to_owned());
            return Ok(None);
        };
        if self.vectors.is_none() {
            notices.push("the notes have no vectors yet: results are by keywords only; run `sidenote sync`".to_owned());
            return Ok(None);
        }
        match embedder.embed(&[&query.asked], Role::Query, run.cancel) {
            Ok(mut vectors) => Ok(vectors.pop()),
            Err(e) if e.code == ErrorCode::ModelUnavailable => {
                notices.push(format!("results are by keywords only: {}; {}", e.message, e.hint));
                Ok(None)
            }
            Err(e) => Err(e),
        }
    }

    /// The ids a filter lets through; `None` for no filter.
    fn filter(&self, filter: &Filter) -> Result<Option<Arc<HashSet<u64>>>> {
        if filter.is_empty() {
            return Ok(None);
        }
        let mut last = self.filtered.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some((_, kept)) = last.as_ref().filter(|(same, _)| same == filter) {
            return Ok(Some(Arc::clone(kept)));
        }
        let catalog = self.catalog();
        check_libraries(&catalog, filter)?;
        if let Some(day) = [&filter.since, &filter.until].into_iter().flatten().find(|day| day.parse::<jiff::civil::Date>().is_err()) {
            return Err(Error::new(ErrorCode::InvalidInput, format!("`{day}` is not a date"), "write it as YYYY-MM-DD"));
        }
        let kept: Arc<HashSet<u64>> = Arc::new(catalog.matching(filter)?.into_iter().collect());
        *last = Some((filter.clone(), Arc::clone(&kept)));
        Ok(Some(kept))
    }
}

fn check_libraries(catalog: &Catalog, filter: &Filter) -> Result<()> {
    let libraries = catalog.libraries()?;
    match filter.libraries.iter().find(|n| !libraries.iter().any(|l| l.name == **n)) {
        Some(name) => Err(unknown_library(name, libraries.iter().map(|l| l.name.as_str()))),
        None => Ok(()),
    }
}

fn find_note(catalog: &Catalog, note: &str, filter: &Filter) -> Result<DocumentRow> {
    check_libraries(catalog, filter)?;
    let filter = Filter { notes: vec![note.to_owned()], ..filter.clone() };
    let ids = catalog.matching(&filter)?;
    let not_found = |message: String, hint: String| Error::new(ErrorCode::NotFound, message, hint);
    let rows: Vec<DocumentRow> = ids.into_iter().filter_map(|id| catalog.document(id).transpose()).collect::<Result<_>>()?;
    // A full path is meant literally, whatever else ends like it.
    let exact = rows.iter().position(|r| r.path == note);
    match (rows.len(), exact) {
        (0, _) => Err(not_found(
            format!("there is no note `{note}`"),
            "name it by its path in the library or by its title; `sidenote status --files` lists them".into(),
        )),
        (1, _) | (_, Some(_)) => rows.into_iter().nth(exact.unwrap_or(0)).ok_or_else(|| Error::internal("note vanished")),
        _ => {
            let paths: Vec<String> = rows.iter().take(5).map(|r| format!("`{}` in `{}`", r.path, r.library)).collect();
            Err(not_found(format!("`{note}` names {} notes", rows.len()), format!("name one of {}", paths.join(", "))))
        }
    }
}

fn floor_boundary(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|&i| text.is_char_boundary(i)).unwrap_or(0)
}

fn push_once(notices: &mut Vec<String>, notice: String) {
    if !notices.contains(&notice) {
        notices.push(notice);
    }
}

fn ms(since: Instant) -> f64 {
    (since.elapsed().as_secs_f64() * 1e5).round() / 100.0
}
