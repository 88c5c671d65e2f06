//! The keyword index: the only file that imports tantivy. BM25 over body, heading and title, each as words and as bigrams.
//! It must not know vectors, files, or how scores are combined.
//!
//! The index stores, in the payload of each commit, the catalog generation it has reached. [`LexicalWriter::catch_up`] is both the normal
//! way to index and the repair after a crash: it adds and deletes what the catalog says has happened since.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use tantivy::directory::error::LockError;
use tantivy::postings::{BlockSegmentPostings, TermInfo};
use tantivy::query::Bm25Weight;
use tantivy::schema::{FAST, Field, INDEXED, IndexRecordOption, NumericOptions, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{TextAnalyzer, Token, TokenStream, Tokenizer};
use tantivy::{Index, IndexReader, IndexWriter, ReloadPolicy, Searcher, SegmentReader, TantivyDocument, TantivyError, Term};

use crate::catalog::{Catalog, ChunkRow};
use crate::error::{Error, ErrorCode, Result};
use crate::event::{Run, Stage};
use crate::link::without_block_ids;
use crate::text::{bigrams, normalise, searchable, words};

/// Folder name below `index/`; a new index format gets a new name.
pub const FOLDER: &str = "lexical-v4";

/// Memory of the one indexing thread before it writes a segment.
const WRITER_BYTES: usize = 48 << 20;
/// Chunks that may wait for that thread: it is held up with the one that gives them to it. The library's own queue holds thousands.
const AHEAD: u64 = 64;
/// How often that thread, or whoever holds the index's lock, is looked at, and how long it is waited for at most: it may write a segment meanwhile.
const LOOK: Duration = Duration::from_millis(1);
const PATIENCE: Duration = Duration::from_secs(10);

impl From<TantivyError> for Error {
    fn from(error: TantivyError) -> Self {
        let io = match &error {
            TantivyError::IoError(error)
            | TantivyError::OpenWriteError(tantivy::directory::error::OpenWriteError::IoError { io_error: error, .. }) => Some(error),
            _ => None,
        };
        if io.is_some_and(|error| error.kind() == std::io::ErrorKind::StorageFull) {
            return Self::full_disk(&error);
        }
        Self::new(ErrorCode::Io, format!("keyword index: {error}"), "delete the `index` folder of the data folder: it is rebuilt from the catalog")
    }
}

/// Emits the terms of [`crate::text`] to tantivy.
#[derive(Clone)]
struct Terms {
    split: fn(&str) -> Vec<crate::text::Term>,
    /// How many texts were split.
    count: Arc<AtomicU64>,
}

struct Stream {
    terms: std::vec::IntoIter<crate::text::Term>,
    token: Token,
}

impl Tokenizer for Terms {
    type TokenStream<'a> = Stream;
    fn token_stream<'a>(&'a mut self, text: &'a str) -> Stream {
        let terms = (self.split)(text).into_iter();
        self.count.fetch_add(1, Relaxed);
        Stream { terms, token: Token::default() }
    }
}

impl TokenStream for Stream {
    fn advance(&mut self) -> bool {
        // Offsets are not stored; only text and position matter to the index.
        self.terms.next().is_some_and(|term| {
            self.token.position = term.position;
            self.token.text = term.text;
            true
        })
    }
    fn token(&self) -> &Token {
        &self.token
    }
    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

/// Texts of a chunk, as [`LexicalWriter::document`] gives them.
const TEXTS: u64 = 6;

#[derive(Clone, Copy, Debug)]
struct Fields {
    chunk: Field,
    document: Field,
    body: Field,
    body_grams: Field,
    heading: Field,
    heading_grams: Field,
    title: Field,
    title_grams: Field,
}

fn schema() -> (Schema, Fields) {
    let mut schema = Schema::builder();
    let text = |tokenizer: &str| {
        TextOptions::default()
            .set_indexing_options(TextFieldIndexing::default().set_tokenizer(tokenizer).set_index_option(IndexRecordOption::WithFreqs))
    };
    let id: NumericOptions = (FAST | INDEXED).into();
    let fields = Fields {
        chunk: schema.add_u64_field("chunk", id),
        document: schema.add_u64_field("document", FAST),
        body: schema.add_text_field("body", text("words")),
        body_grams: schema.add_text_field("body_grams", text("bigrams")),
        heading: schema.add_text_field("heading", text("words")),
        heading_grams: schema.add_text_field("heading_grams", text("bigrams")),
        title: schema.add_text_field("title", text("words")),
        title_grams: schema.add_text_field("title_grams", text("bigrams")),
    };
    (schema.build(), fields)
}

/// Gives the index what splits texts; the number of texts that it has split.
fn register(index: &Index) -> Arc<AtomicU64> {
    let count = Arc::<AtomicU64>::default();
    let terms = |split| TextAnalyzer::builder(Terms { split, count: Arc::clone(&count) }).build();
    index.tokenizers().register("words", terms(|text| words(&searchable(text))));
    index.tokenizers().register("bigrams", terms(|text| bigrams(&normalise(text))));
    count
}

/// The generation stored in an index's last commit.
fn payload(index: &Index) -> Result<Option<u64>> {
    Ok(index.load_metas()?.payload.and_then(|p| p.parse().ok()))
}

/// The generation the index in a folder has reached; `None` if there is none, or it cannot be opened.
#[must_use]
pub fn generation(folder: &Path) -> Option<u64> {
    Index::open_in_dir(folder).ok().and_then(|index| payload(&index).ok().flatten())
}

/// The writing side; one per data folder, under its lock.
pub struct LexicalWriter {
    index: Index,
    fields: Fields,
    reached: Option<u64>,
    /// Texts that the indexing thread has split.
    split: Arc<AtomicU64>,
}

impl LexicalWriter {
    /// Opens the index, or starts an empty one where there is none or a damaged one (the catalog fills it again).
    ///
    /// # Errors
    /// `Io` if the folder cannot be written.
    pub fn open(folder: &Path) -> Result<Self> {
        if let Ok(opened) = Self::open_existing(folder) {
            return Ok(opened);
        }
        if folder.exists() {
            std::fs::remove_dir_all(folder).map_err(|e| Error::io("remove the damaged index", folder, &e))?;
        }
        std::fs::create_dir_all(folder).map_err(|e| Error::io("create", folder, &e))?;
        let (schema, fields) = schema();
        let index = Index::create_in_dir(folder, schema)?;
        let split = register(&index);
        Ok(Self { index, fields, reached: None, split })
    }

    fn open_existing(folder: &Path) -> Result<Self> {
        let index = Index::open_in_dir(folder)?;
        let (schema, fields) = schema();
        if index.schema() != schema {
            return Err(Error::internal("schema of another version"));
        }
        // Opening reads only the list of segments: a missing or truncated segment file shows when a reader maps it.
        index.reader()?;
        if !index.validate_checksum()?.is_empty() {
            return Err(Error::internal("damaged segment"));
        }
        let split = register(&index);
        let reached = payload(&index)?;
        Ok(Self { index, fields, reached, split })
    }

    /// Brings the index to the catalog's generation. Cancelling leaves it where it was.
    ///
    /// # Errors
    /// `Io`, `Cancelled`.
    pub fn catch_up(&mut self, catalog: &Catalog, run: Run<'_>) -> Result<()> {
        let target = catalog.generation()?;
        if self.reached == Some(target) {
            return Ok(());
        }
        let mut writer = self.writer(run)?;
        let since = match self.reached {
            Some(reached) if reached <= target => match catalog.removed_since(reached)? {
                Some(removed) => {
                    for chunk in removed {
                        writer.delete_term(Term::from_field_u64(self.fields.chunk, chunk));
                    }
                    reached
                }
                None => self.start_over(&mut writer)?,
            },
            // Nothing indexed, or an index of another catalog.
            _ => self.start_over(&mut writer)?,
        };
        let total = catalog.count_since(since)?;
        let mut done = 0;
        let before = self.split.load(Relaxed);
        catalog.chunks_since(since, |chunk| {
            run.step()?;
            writer.add_document(self.document(&chunk))?;
            done += 1;
            let began = Instant::now();
            while before + TEXTS * done > self.split.load(Relaxed) + TEXTS * AHEAD && began.elapsed() < PATIENCE {
                run.cancel.check()?;
                std::thread::sleep(LOOK);
            }
            run.progress(Stage::Index, done, total);
            Ok(())
        })?;
        let mut commit = writer.prepare_commit()?;
        commit.set_payload(&target.to_string());
        commit.commit()?;
        self.reached = Some(target);
        writer.wait_merging_threads()?;
        Ok(())
    }

    /// tantivy's writer. The data folder's lock keeps other writers away, so whoever holds that of the index is a program that is just being started, with a copy
    /// of a file that the last writer has closed.
    fn writer(&self, run: Run<'_>) -> Result<IndexWriter> {
        let began = Instant::now();
        loop {
            match self.index.writer_with_num_threads(1, WRITER_BYTES) {
                Err(TantivyError::LockFailure(LockError::LockBusy, _)) if began.elapsed() < PATIENCE => {
                    run.cancel.check()?;
                    std::thread::sleep(LOOK);
                }
                other => return Ok(other?),
            }
        }
    }

    fn start_over(&self, writer: &mut IndexWriter) -> Result<u64> {
        writer.delete_all_documents()?;
        Ok(0)
    }

    fn document(&self, chunk: &ChunkRow) -> TantivyDocument {
        let f = &self.fields;
        let mut out = TantivyDocument::default();
        out.add_u64(f.chunk, chunk.id);
        out.add_u64(f.document, chunk.document);
        let body = without_block_ids(&chunk.body);
        for (words, grams, text) in [
            (f.body, f.body_grams, body.as_ref()),
            (f.heading, f.heading_grams, chunk.heading.as_str()),
            (f.title, f.title_grams, chunk.title.as_str()),
        ] {
            out.add_text(words, text);
            out.add_text(grams, text);
        }
        out
    }
}

/// Weights of the keyword score's fields.
#[derive(Clone, Debug, PartialEq)]
pub struct Weights {
    /// Words of the body.
    pub body: f32,
    /// Bigrams of the body.
    pub body_grams: f32,
    /// Words of the heading path.
    pub heading: f32,
    /// Bigrams of the heading path.
    pub heading_grams: f32,
    /// Words of the title, the aliases and the file's name.
    pub title: f32,
    /// Bigrams of the title, the aliases and the file's name.
    pub title_grams: f32,
}

impl Default for Weights {
    fn default() -> Self {
        Self { body: 1.0, body_grams: 0.5, heading: 0.4, heading_grams: 0.2, title: 0.25, title_grams: 0.12 }
    }
}

/// A query as weighted terms.
#[derive(Clone, Debug, Default)]
pub struct TermQuerySet {
    /// Words with their weight.
    pub words: Vec<(String, f32)>,
    /// Bigrams with their weight.
    pub bigrams: Vec<(String, f32)>,
}

/// A chunk found by keywords.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LexicalHit {
    /// The chunk.
    pub chunk: u64,
    /// Its document.
    pub document: u64,
    /// BM25, summed over fields with their weights.
    pub score: f32,
}

/// The reading side: one fixed state of the index.
pub struct LexicalReader {
    searcher: Searcher,
    fields: Fields,
    generation: u64,
    // The searcher borrows nothing from it, but the index's files must outlive the searcher's maps.
    _reader: IndexReader,
}

impl LexicalReader {
    /// Opens the index as it is now. `None` if there is none that can be read.
    #[must_use]
    pub fn open(folder: &Path) -> Option<Self> {
        let index = Index::open_in_dir(folder).ok()?;
        let (expected, fields) = schema();
        if index.schema() != expected {
            return None;
        }
        register(&index);
        let generation = payload(&index).ok()??;
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into().ok()?;
        let searcher = reader.searcher();
        Some(Self { searcher, fields, generation, _reader: reader })
    }

    /// The catalog generation it shows.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// How many chunks hold a word in their body: document frequency, for weighting terms.
    #[must_use]
    pub fn frequency(&self, word: &str) -> u64 {
        self.searcher.doc_freq(&Term::from_field_text(self.fields.body, word)).unwrap_or(0)
    }

    /// Whether a word stands in any body, heading or title.
    #[must_use]
    pub fn anywhere(&self, word: &str) -> bool {
        let f = &self.fields;
        [f.body, f.heading, f.title].iter().any(|&field| self.searcher.doc_freq(&Term::from_field_text(field, word)).unwrap_or(0) > 0)
    }

    /// How much a word says: inverse document frequency, smoothed so that in a few notes a rare word does not outweigh the rest.
    #[must_use]
    pub fn rarity(&self, word: &str) -> f32 {
        /// Added to every document frequency.
        const SMOOTHING: f32 = 5.0;
        (1.0 + self.chunks() as f32 / (SMOOTHING + self.frequency(word) as f32)).ln()
    }

    /// Chunks in the index.
    #[must_use]
    pub fn chunks(&self) -> u64 {
        self.searcher.num_docs()
    }

    /// The best `limit` chunks, best first; equal scores by chunk id: BM25 (Robertson & Zaragoza 2009), term after term. `keep` filters by document.
    ///
    /// # Errors
    /// `Io` if the index files fail under it.
    pub fn search(
        &self,
        query: &TermQuerySet,
        weights: &Weights,
        limit: usize,
        keep: Option<&(dyn Fn(u64) -> bool + Send + Sync)>,
    ) -> Result<Vec<LexicalHit>> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        let f = &self.fields;
        let mut lists = Vec::new();
        for (terms, targets) in [
            (&query.words, [(f.body, weights.body), (f.heading, weights.heading), (f.title, weights.title)]),
            (&query.bigrams, [(f.body_grams, weights.body_grams), (f.heading_grams, weights.heading_grams), (f.title_grams, weights.title_grams)]),
        ] {
            for (field, weight) in targets {
                self.lists(field, weight, terms, &mut lists)?;
            }
        }
        let mut best = BinaryHeap::with_capacity(limit + 1);
        let mut scores = Vec::new();
        for (at, segment) in self.searcher.segment_readers().iter().enumerate() {
            scores.clear();
            scores.resize(segment.max_doc() as usize, 0.0f32);
            for list in &mut lists {
                list.add(segment, at, &mut scores)?;
            }
            let (chunks, documents) = (segment.fast_fields().u64("chunk")?, segment.fast_fields().u64("document")?);
            for (doc, &score) in (0..).zip(&scores) {
                // Most are below the worst of the best, which is known after a few hundred.
                if score <= 0.0 || best.len() == limit && best.peek().is_some_and(|Reverse(worst): &Reverse<Scored>| score < worst.score) {
                    continue;
                }
                let (Some(chunk), Some(document)) = (chunks.first(doc), documents.first(doc)) else { continue };
                if segment.is_deleted(doc) || keep.is_some_and(|keep| !keep(document)) {
                    continue;
                }
                best.push(Reverse(Scored { score, chunk, document }));
                if best.len() > limit {
                    best.pop();
                }
            }
        }
        // Ascending by what is reversed: the best come first.
        Ok(best.into_sorted_vec().into_iter().map(|Reverse(Scored { score, chunk, document })| LexicalHit { chunk, document, score }).collect())
    }

    /// Where terms occur in a field, for those that do.
    fn lists(&self, field: Field, weight: f32, terms: &[(String, f32)], out: &mut Vec<PostingList>) -> Result<()> {
        let readers = self.searcher.segment_readers().iter().map(|segment| segment.inverted_index(field)).collect::<tantivy::Result<Vec<_>>>()?;
        let tokens: u64 = readers.iter().map(|reader| reader.total_num_tokens()).sum();
        let all: u64 = self.searcher.segment_readers().iter().map(|segment| u64::from(segment.max_doc())).sum();
        for (text, share) in terms {
            let term = Term::from_field_text(field, text);
            let infos: Vec<Option<TermInfo>> = readers.iter().map(|reader| Ok(reader.get_term_info(&term)?)).collect::<tantivy::Result<_>>()?;
            let frequency: u64 = infos.iter().flatten().map(|info| u64::from(info.doc_freq)).sum();
            if frequency == 0 {
                continue;
            }
            let bm25 = Bm25Weight::for_one_term_without_explain(frequency, all, tokens as f32 / all as f32).boost_by(weight * share);
            let postings = readers.iter().zip(infos).map(|(reader, info)| {
                info.map(|info| Ok(reader.read_block_postings_from_terminfo(&info, IndexRecordOption::WithFreqs)?)).transpose()
            });
            out.push(PostingList { field, bm25, postings: postings.collect::<tantivy::Result<_>>()? });
        }
        Ok(())
    }
}

/// Where a term occurs in a field, by segment, and what an occurrence is worth.
struct PostingList {
    field: Field,
    bm25: Bm25Weight,
    postings: Vec<Option<BlockSegmentPostings>>,
}

impl PostingList {
    /// Adds the term's score to every chunk of a segment that has it.
    ///
    /// A query has some dozens of terms, most of them translations and bigrams, so nearly every chunk is a candidate and pruning (tantivy's block-max WAND)
    /// skips little and orders its cursors anew for each: term after term is three times as fast there (`docs/benchmarks.md`).
    fn add(&mut self, segment: &SegmentReader, at: usize, scores: &mut [f32]) -> Result<()> {
        let Some(mut postings) = self.postings[at].take() else { return Ok(()) };
        let lengths = segment.get_fieldnorms_reader(self.field)?;
        while postings.block_len() > 0 {
            for (&doc, &times) in postings.docs().iter().zip(postings.freqs()) {
                scores[doc as usize] += self.bm25.score(lengths.fieldnorm_id(doc), times);
            }
            postings.advance();
        }
        Ok(())
    }
}

/// A chunk and its score; greater is better: by score, then the older chunk.
#[derive(PartialEq)]
struct Scored {
    score: f32,
    chunk: u64,
    document: u64,
}

impl Eq for Scored {}

impl Ord for Scored {
    fn cmp(&self, other: &Self) -> Ordering {
        self.score.total_cmp(&other.score).then(other.chunk.cmp(&self.chunk))
    }
}

impl PartialOrd for Scored {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
