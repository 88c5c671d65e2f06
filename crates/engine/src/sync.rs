//! The only writer: compares folders with the catalog, stores what changed, and brings the indexes to the catalog's generation.
//! It must not know who asked.
//!
//! Order: catalog (generation g) → keyword index (payload g) and vectors, side by side → vector index g. A crash between two steps leaves
//! an index behind the catalog; the next run catches up, and until then readers see the last complete state of each.

mod prepare;

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io::Read;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde::Serialize;

use crate::catalog::{Catalog, Change, FileState, LedgerRow, Library};
use crate::chunk::{self, chunk};
use crate::error::{Error, ErrorCode, Result};
use crate::event::{Event, Run, Stage};
use crate::ingest::walk::{Entry, WalkRules, modified, walk};
use crate::ingest::{self, Limits, Skip, SkipReason};
use crate::lexical::{self, LexicalWriter};
use crate::model::{Embedder, Role, TokenVectors};
use crate::paths::Paths;
use crate::text::normalise;
use crate::vector::{self, VectorIndex};

pub use prepare::prepare;

/// Files per transaction, and bytes of text after which it is committed earlier.
const BATCH_FILES: usize = 256;
const BATCH_BYTES: usize = 16 << 20;
/// Texts per call of the embedder, also of one for which that many took long, and vectors per transaction.
const EMBED_BATCH: usize = 64;
const EMBED_SLOWLY: usize = 16;
const LONG: Duration = Duration::from_millis(250);
const EMBED_COMMIT: usize = 1024;
/// Passages that may wait to be indexed where someone waits for a note: some seconds' worth.
const MOST_WAITING: u64 = 4_000;
/// A file changed this shortly before it was read may change again within the same time stamp.
const RACY_MS: i64 = 2_000;

/// What decides how files become chunks.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Limits of one file.
    pub limits: Limits,
    /// Chunk sizes.
    pub chunk: chunk::Settings,
    /// Which files are looked at.
    pub walk: WalkRules,
}

/// The models that texts are prepared with.
#[derive(Clone, Copy)]
pub struct Models<'a> {
    /// Makes their vectors.
    pub embedder: Option<&'a dyn Embedder>,
    /// Cuts them into the tokens that late interaction compares.
    pub tokens: Option<&'a dyn TokenVectors>,
}

/// What a sync did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// New files stored.
    pub added: u64,
    /// Edited files stored again.
    pub changed: u64,
    /// Files whose path changed.
    pub renamed: u64,
    /// Files that are gone.
    pub removed: u64,
    /// Files without text in the index, with their reason in the ledger.
    pub skipped: u64,
    /// Files as they were.
    pub unchanged: u64,
    /// Texts embedded.
    pub embedded: u64,
    /// The catalog's generation now.
    pub generation: u64,
    /// What the person should know.
    pub notices: Vec<String>,
}

/// Reads what changed in the libraries and brings every index up to date. Cancelling keeps what is finished.
///
/// # Errors
/// `Busy` if another process is writing, `Cancelled`, `Io`, `DataDamaged`. Files that cannot be read are no error: they are in the ledger.
pub fn sync(paths: &Paths, settings: &Settings, models: Models<'_>, only: Option<&[String]>, run: Run<'_>) -> Result<Report> {
    let _lock = paths.lock()?;
    let mut catalog = Catalog::open(&paths.catalog())?;
    let report = read_and_publish(paths, &mut catalog, settings, models, only, 0, run)?;
    catalog.finish_publishing()?;
    Ok(report)
}

/// The same for one library while someone waits: vectors that earlier syncs left unmade are left to the next [`sync`].
///
/// # Errors
/// As [`sync`]; `Busy` too where so many passages wait to be indexed that this would take long.
pub fn take_in(paths: &Paths, settings: &Settings, models: Models<'_>, library: &str, run: Run<'_>) -> Result<Report> {
    let _lock = paths.lock()?;
    let mut catalog = Catalog::open(&paths.catalog())?;
    let waiting = catalog.count_since(lexical::generation(&paths.index().join(lexical::FOLDER)).unwrap_or(0))?;
    if waiting > MOST_WAITING {
        return Err(Error::new(ErrorCode::Busy, format!("{waiting} passages wait to be indexed"), "what you changed is indexed with them"));
    }
    let since = catalog.generation()?;
    read_and_publish(paths, &mut catalog, settings, models, Some(&[library.to_owned()]), since, run)
}

/// Embeds what is newer than generation `since`.
fn read_and_publish(
    paths: &Paths,
    catalog: &mut Catalog,
    settings: &Settings,
    models: Models<'_>,
    only: Option<&[String]>,
    since: u64,
    run: Run<'_>,
) -> Result<Report> {
    let version = settings.chunk.version();
    if catalog.chunker()?.is_some_and(|stored| stored != version) {
        run.notice("the way notes are cut into passages has changed: every note is read again");
        catalog.forget_files()?;
    }
    let mut report = Report::default();
    let libraries = catalog.libraries()?;
    for library in &libraries {
        if only.is_none_or(|names| names.contains(&library.name)) {
            sync_library(catalog, library, &libraries, settings, &version, run, &mut report)?;
        }
    }
    publish(paths, catalog, models, since, run, &mut report)?;
    Ok(report)
}

/// Rebuilds or completes the indexes from the catalog, without reading a note or running a model.
///
/// # Errors
/// As [`sync`].
pub fn repair(paths: &Paths, embedder: Option<&dyn Embedder>, run: Run<'_>) -> Result<()> {
    let _lock = paths.lock()?;
    let catalog = Catalog::open(&paths.catalog())?;
    LexicalWriter::open(&paths.index().join(lexical::FOLDER))?.catch_up(&catalog, run)?;
    if let Some(spec) = embedder.map(Embedder::spec) {
        let folder = paths.index().join(vector::folder_name(&spec.fingerprint));
        if VectorIndex::open(&folder, catalog.generation()?).is_none_or(|index| index.generation() != catalog.generation().unwrap_or(0)) {
            VectorIndex::write(&folder, &catalog, &spec.fingerprint, spec.dimensions)?;
        }
    }
    Ok(())
}

/// Builds the search graph where it pays and is missing; search is exact meanwhile. Returns whether it built one.
///
/// # Errors
/// As [`sync`].
pub fn build_graph(paths: &Paths, embedder: &dyn Embedder, run: Run<'_>) -> Result<bool> {
    let _lock = paths.lock()?;
    let Some(catalog) = Catalog::open_snapshot(&paths.catalog())? else { return Ok(false) };
    let folder = paths.index().join(vector::folder_name(&embedder.spec().fingerprint));
    let Some(mut index) = VectorIndex::open(&folder, catalog.generation()?) else { return Ok(false) };
    if !index.wants_graph() {
        return Ok(false);
    }
    index.build_graph(&folder, run)?;
    Ok(true)
}

/// How many files differ from what was indexed, by time stamp and size only.
///
/// # Errors
/// `Cancelled`, `DataDamaged`.
pub fn count_stale(catalog: &Catalog, settings: &Settings, run: Run<'_>) -> Result<u64> {
    let mut stale = 0;
    let libraries = catalog.libraries()?;
    for library in libraries.iter().filter(|l| l.root.is_dir()) {
        let known: HashMap<String, LedgerRow> = catalog.ledger(library.id)?.into_iter().map(|row| (row.path.clone(), row)).collect();
        let entries = entries(library, &libraries, settings, run)?;
        let mut met = 0;
        for entry in &entries {
            match known.get(&entry.path) {
                Some(row) => {
                    met += 1;
                    stale += u64::from(entry.skip.is_none() && (row.size != entry.size || row.modified != entry.modified));
                }
                None => stale += 1,
            }
        }
        stale += (known.len() - met) as u64;
    }
    Ok(stale)
}

/// What a library's folder holds now, each path once. What lies in the folder of another library inside of it belongs to that one.
fn entries(library: &Library, libraries: &[Library], settings: &Settings, run: Run<'_>) -> Result<Vec<Entry>> {
    let mut rules = WalkRules { limits: settings.limits.clone(), ..settings.walk.clone() };
    rules.apart.extend(libraries.iter().filter(|other| other.is_inside(library)).map(|other| other.root.clone()));
    if library.shipped {
        // Speaks to people who browse the folder, not to those who ask.
        rules.exclude.push("/README.md".into());
    }
    let mut entries = walk(&library.root, &rules, run.cancel)?;
    // Two names that are no UTF-8 may read alike once their broken characters are replaced; one row speaks for both.
    entries.dedup_by(|a, b| a.path == b.path);
    Ok(entries)
}

fn now_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).ok().and_then(|d| i64::try_from(d.as_millis()).ok()).unwrap_or(0)
}

fn sync_library(
    catalog: &mut Catalog,
    library: &Library,
    libraries: &[Library],
    settings: &Settings,
    version: &str,
    run: Run<'_>,
    report: &mut Report,
) -> Result<()> {
    if !library.root.is_dir() {
        // An unplugged disk must not empty the index.
        report.notices.push(format!(
            "the folder `{}` of library `{}` is not there: its notes were kept as they were indexed; plug it in again, or `sidenote library remove {}`",
            library.root.display(),
            library.name,
            library.name
        ));
        return Ok(());
    }
    run.progress(Stage::Scan, 0, 1);
    let mut entries = entries(library, libraries, settings, run)?;
    run.progress(Stage::Scan, 1, 1);
    let ignored = catalog.ignored(library.id)?;
    for entry in entries.iter_mut().filter(|entry| ignored.contains(&entry.path)) {
        entry.skip = Some(Skip::new(SkipReason::Ignored, "you chose to leave it alone"));
    }
    let known: HashMap<String, LedgerRow> = catalog.ledger(library.id)?.into_iter().map(|row| (row.path.clone(), row)).collect();
    let present: HashSet<&str> = entries.iter().map(|e| e.path.as_str()).collect();
    // Content that has lost its path: candidates for a rename.
    let mut orphans: HashMap<[u8; 32], Vec<&str>> = HashMap::new();
    for row in known.values().filter(|row| row.skip.is_none() && !present.contains(row.path.as_str())) {
        if let Some(hash) = row.hash {
            orphans.entry(hash).or_default().push(&row.path);
        }
    }
    orphans.values_mut().for_each(|paths| paths.sort_unstable_by(|a, b| b.cmp(a)));
    let (dirty, clean): (Vec<&Entry>, Vec<&Entry>) = entries.iter().partition(|entry| is_dirty(entry, known.get(&entry.path)));
    report.unchanged += clean.len() as u64;

    let total = dirty.len() as u64;
    let mut done = 0;
    let mut moved: HashSet<&str> = HashSet::new();
    let mut batch: Vec<Change> = Vec::new();
    let mut bytes = 0;
    let workers = std::thread::available_parallelism().map_or(1, usize::from).min(4);
    // Files are read side by side but stored in the order of their paths, so that ids do not depend on timing.
    for window in dirty.chunks(16 * workers) {
        run.step()?;
        for (entry, outcome) in read_window(window, &known, settings, workers, run)? {
            done += 1;
            run.progress(Stage::Read, done, total);
            let before = known.get(&entry.path);
            let change = match outcome {
                Outcome::Same(file) => {
                    report.unchanged += 1;
                    Change::Touch { file }
                }
                Outcome::Skipped(file, skip) => {
                    report.skipped += 1;
                    Change::Skip { file, skip }
                }
                Outcome::Read { file, document, chunks } => {
                    let orphan = file.hash.and_then(|hash| orphans.get_mut(&hash)).and_then(Vec::pop);
                    match (orphan, before) {
                        // The document keeps its id, so that what cites it still finds it, and its chunks and vectors.
                        (Some(from), None) if known.contains_key(from) => {
                            moved.insert(from);
                            report.renamed += 1;
                            let renamed = Change::Rename { from: from.to_owned(), file: file.clone() };
                            if ingest::stem_of(from) == ingest::stem_of(&entry.path) {
                                renamed
                            } else {
                                // It is found by the file's name, which may be its title too.
                                batch.push(renamed);
                                bytes += document.text.len();
                                Change::Store { file, document, chunks }
                            }
                        }
                        (_, before) => {
                            if before.is_some() {
                                report.changed += 1
                            } else {
                                report.added += 1
                            }
                            bytes += document.text.len();
                            Change::Store { file, document, chunks }
                        }
                    }
                }
            };
            batch.push(change);
            if batch.len() >= BATCH_FILES || bytes >= BATCH_BYTES {
                commit(catalog, library, &mut batch, run)?;
                bytes = 0;
            }
        }
    }
    let mut gone: Vec<&String> = known.keys().filter(|path| !present.contains(path.as_str()) && !moved.contains(path.as_str())).collect();
    gone.sort();
    report.removed += gone.len() as u64;
    batch.extend(gone.into_iter().map(|path| Change::Remove { path: path.clone() }));
    commit(catalog, library, &mut batch, run)?;
    catalog.finish_sync(library.id, version, now_ms())
}

fn commit(catalog: &mut Catalog, library: &Library, batch: &mut Vec<Change>, run: Run<'_>) -> Result<()> {
    if !batch.is_empty() {
        catalog.apply(library.id, batch)?;
        batch.clear();
        run.observer.event(Event::Stored);
    }
    Ok(())
}

fn is_dirty(entry: &Entry, row: Option<&LedgerRow>) -> bool {
    let Some(row) = row else { return true };
    if entry.skip.is_some() {
        return row.skip != entry.skip;
    }
    row.size != entry.size || row.modified != entry.modified || row.checked - row.modified < RACY_MS || may_pass_now(row)
}

/// Reasons that lie outside the file's bytes are tried again at every sync.
fn may_pass_now(row: &LedgerRow) -> bool {
    use SkipReason::{Changing, Ignored, TooSlow, Unreadable};
    row.skip.as_ref().is_some_and(|s| matches!(s.reason, Unreadable | Changing | TooSlow | Ignored))
}

/// What reading one file came to.
enum Outcome {
    Same(FileState),
    Skipped(FileState, Skip),
    Read { file: FileState, document: Box<crate::document::Document>, chunks: Vec<chunk::Chunk> },
}

fn read_window<'e>(
    window: &[&'e Entry],
    known: &HashMap<String, LedgerRow>,
    settings: &Settings,
    workers: usize,
    run: Run<'_>,
) -> Result<Vec<(&'e Entry, Outcome)>> {
    let next = std::sync::atomic::AtomicUsize::new(0);
    let mut outcomes: Vec<(usize, Outcome)> = std::thread::scope(|scope| {
        let handles: Vec<_> = (0..workers.min(window.len()))
            .map(|_| {
                scope.spawn(|| {
                    let mut mine = Vec::new();
                    loop {
                        let i = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                        let Some(entry) = window.get(i) else { break mine };
                        if run.step().is_err() {
                            break mine;
                        }
                        mine.push((i, read_entry(entry, known.get(&entry.path), settings)));
                    }
                })
            })
            .collect();
        handles.into_iter().map(|h| h.join().map_err(|_| Error::internal("a reading thread panicked"))).collect::<Result<Vec<_>>>()
    })?
    .into_iter()
    .flatten()
    .collect();
    run.cancel.check()?;
    outcomes.sort_by_key(|(i, _)| *i);
    Ok(outcomes.into_iter().map(|(i, outcome)| (window[i], outcome)).collect())
}

fn read_entry(entry: &Entry, row: Option<&LedgerRow>, settings: &Settings) -> Outcome {
    let mut file = FileState { path: entry.path.clone(), size: entry.size, modified: entry.modified, checked: now_ms(), hash: None };
    if let Some(skip) = &entry.skip {
        return Outcome::Skipped(file, skip.clone());
    }
    let bytes = match read_steadily(&entry.absolute, &mut file, settings.limits.packed_bytes) {
        Ok(bytes) => bytes,
        Err(skip) => return Outcome::Skipped(file, skip),
    };
    let hash = *blake3::hash(&bytes).as_bytes();
    file.hash = Some(hash);
    if row.is_some_and(|row| row.hash == Some(hash)) {
        return Outcome::Same(file);
    }
    let name = entry.path.rsplit('/').next().unwrap_or(&entry.path);
    match ingest::read(name, &bytes, &settings.limits) {
        Ok(document) => {
            let chunks = chunk(&document, &settings.chunk);
            Outcome::Read { file, document: Box::new(document), chunks }
        }
        Err(skip) => Outcome::Skipped(file, skip),
    }
}

/// Reads a file whole, twice if it changed in between.
fn read_steadily(path: &Path, file: &mut FileState, limit: u64) -> std::result::Result<Vec<u8>, Skip> {
    let unreadable = |e: std::io::Error| Skip::new(SkipReason::Unreadable, format!("the system refused to read it: {e}"));
    for _ in 0..2 {
        if file.size > limit {
            return Err(Skip::new(SkipReason::TooLarge, format!("it has {} MB, the limit is {} MB", file.size >> 20, limit >> 20)));
        }
        let mut bytes = Vec::with_capacity(usize::try_from(file.size).unwrap_or(0));
        let opened = fs::File::open(path).map_err(unreadable)?;
        (&opened).take(limit + 1).read_to_end(&mut bytes).map_err(unreadable)?;
        let after = opened.metadata().map_err(unreadable)?;
        if bytes.len() as u64 == file.size && after.len() == file.size && modified(&after) == file.modified {
            return Ok(bytes);
        }
        (file.size, file.modified) = (after.len(), modified(&after));
    }
    Err(Skip::new(SkipReason::Changing, "it kept changing while it was read; it is tried again at the next sync"))
}

/// Brings the indexes to the catalog: keywords and vectors side by side, each from the catalog alone.
fn publish(paths: &Paths, catalog: &mut Catalog, models: Models<'_>, since: u64, run: Run<'_>, report: &mut Report) -> Result<()> {
    let embedder = models.embedder;
    let folder = paths.index().join(lexical::FOLDER);
    let keywords = || -> Result<()> {
        let Some(own) = Catalog::open_snapshot(&paths.catalog())? else { return Ok(()) };
        LexicalWriter::open(&folder)?.catch_up(&own, run)?;
        run.observer.event(Event::KeywordsPublished);
        Ok(())
    };
    let (indexed, embedded) = std::thread::scope(|scope| {
        let indexing = scope.spawn(keywords);
        let cut = models.tokens.map_or(Ok(()), |tokens| keep_tokens(catalog, tokens, run));
        let embedded = cut.and_then(|()| embedder.map_or(Ok(0), |embedder| embed_missing(catalog, embedder, since, run)));
        (indexing.join().unwrap_or_else(|_| Err(Error::internal("the indexing thread panicked"))), embedded)
    });
    indexed?;
    match embedded {
        Ok(count) => report.embedded = count,
        // Without its model the library is still searchable by keywords.
        Err(e) if e.code == ErrorCode::ModelUnavailable => report.notices.push(format!("no vectors were made: {}; {}", e.message, e.hint)),
        Err(e) => return Err(e),
    }
    if let Some(spec) = embedder.map(Embedder::spec) {
        let folder = paths.index().join(vector::folder_name(&spec.fingerprint));
        let current = VectorIndex::open(&folder, catalog.generation()?).map(|index| (index.generation(), index.len() as u64));
        let wanted = (catalog.generation()?, catalog.counts(Some(&spec.fingerprint))?.embedded);
        if current != Some(wanted) {
            if current.is_some_and(|(generation, _)| generation == wanted.0) {
                // Same notes, more vectors: a generation of its own, so that a written one is never changed.
                catalog.advance()?;
                keywords()?;
            }
            VectorIndex::write(&folder, catalog, &spec.fingerprint, spec.dimensions)?;
            run.observer.event(Event::VectorsPublished);
        }
    }
    report.generation = catalog.generation()?;
    catalog.tidy(report.generation)
}

/// Cuts every text that has not been cut into tokens yet.
fn keep_tokens(catalog: &mut Catalog, tokens: &dyn TokenVectors, run: Run<'_>) -> Result<()> {
    let cut = catalog.keep_tokens(&tokens.fingerprint().0, EMBED_COMMIT, |text| {
        run.step()?;
        tokens.tokens(&normalise(text))
    });
    // What is missing is cut when it is asked for.
    cut.or_else(|e| if e.code == ErrorCode::ModelUnavailable { Ok(()) } else { Err(e) })
}

/// Embeds every text newer than a generation that has no vector yet; what is finished is kept when it is cancelled.
fn embed_missing(catalog: &mut Catalog, embedder: &dyn Embedder, since: u64, run: Run<'_>) -> Result<u64> {
    let fingerprint = embedder.spec().fingerprint.clone();
    let total = catalog.count_without_vector(&fingerprint, since)?;
    let mut done = 0;
    let mut after = None;
    let mut size = EMBED_BATCH;
    loop {
        let texts = catalog.without_vector(&fingerprint, since, after, EMBED_COMMIT)?;
        let Some(last) = texts.last() else { return Ok(done) };
        after = Some(last.0);
        let mut vectors = Vec::with_capacity(texts.len());
        let mut outcome = Ok(());
        let mut rest = texts.as_slice();
        while !rest.is_empty() {
            let (batch, after) = rest.split_at(size.min(rest.len()));
            let inputs: Vec<&str> = batch.iter().map(|(_, text)| text.as_str()).collect();
            let began = Instant::now();
            match run.step().and_then(|()| embedder.embed(&inputs, Role::Passage, run.cancel)) {
                Ok(made) => vectors.extend(batch.iter().map(|(key, _)| *key).zip(made)),
                Err(e) => {
                    outcome = Err(e);
                    break;
                }
            }
            rest = after;
            // Steps are short: between two of them it stands back for the person.
            if began.elapsed() > LONG {
                size = EMBED_SLOWLY;
            }
            run.progress(Stage::Embed, done + vectors.len() as u64, total);
        }
        catalog.put_vectors(&fingerprint, &vectors)?;
        done += vectors.len() as u64;
        outcome?;
    }
}
