//! The engine's front: a mutable host (libraries, sync) and cheap immutable snapshots (search, ask, show, explain). One question uses one
//! snapshot. It must not know who asks or how results are shown.

mod snapshot;
mod switch;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::answer;
use crate::catalog::Catalog;
use crate::error::{Error, ErrorCode, Result};
use crate::event::Run;
use crate::lexical;
use crate::model::{CrossEncoder, Embedder, TokenVectors};
use crate::paths::{self, Paths};
use crate::retrieve;
use crate::retrieve::glossary::Glossary;
use crate::sync::{self, Report};
use crate::vector;
use crate::wire;

pub use snapshot::{Cited, Instead, Linking, Manner, Paper, Passage, Question, Snapshot, stopped, told, unindexed};
pub use switch::Coverage;

/// The day that it is here and now, for [`Manner::today`].
#[must_use]
pub fn today() -> jiff::civil::Date {
    jiff::Zoned::now().date()
}

/// The name of the library that comes with the program.
pub const SHIPPED: &str = "study-notes";

/// Every setting of the engine.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// How files become chunks.
    pub sync: sync::Settings,
    /// How chunks are ranked.
    pub search: retrieve::Settings,
    /// How answers are chosen.
    pub answer: answer::Settings,
    /// How a model is asked to write.
    pub writing: answer::writing::Settings,
}

/// The host of one data folder.
pub struct Engine {
    paths: Paths,
    settings: Settings,
    embedder: Option<Arc<dyn Embedder>>,
    tokens: Option<Arc<dyn TokenVectors>>,
    glossary: Option<Arc<Glossary>>,
    cross_encoder: Option<Arc<dyn CrossEncoder>>,
}

impl Engine {
    /// Opens a data folder, creating it if needed. Without an embedder search is by keywords only.
    ///
    /// # Errors
    /// `Io`, `DataTooNew`.
    pub fn open(paths: Paths, settings: Settings, embedder: Option<Arc<dyn Embedder>>) -> Result<Self> {
        paths.prepare()?;
        Ok(Self { paths, settings, embedder, tokens: None, glossary: None, cross_encoder: None })
    }

    /// The same with token vectors, which late interaction compares; without them ranking does without.
    #[must_use]
    pub fn with_token_vectors(mut self, tokens: Option<Arc<dyn TokenVectors>>) -> Self {
        self.tokens = tokens;
        self
    }

    /// With a glossary, by which a question finds notes in the other language by keywords too.
    #[must_use]
    pub fn with_glossary(mut self, glossary: Option<Arc<Glossary>>) -> Self {
        self.glossary = glossary;
        self
    }

    /// With a cross-encoder that orders the first results of every search.
    #[must_use]
    pub fn with_cross_encoder(mut self, cross_encoder: Option<Arc<dyn CrossEncoder>>) -> Self {
        self.cross_encoder = cross_encoder;
        self
    }

    /// Where its data is.
    #[must_use]
    pub fn paths(&self) -> &Paths {
        &self.paths
    }

    fn writer(&self) -> Result<Catalog> {
        Catalog::open(&self.paths.catalog())
    }

    /// Makes the notes that came with the program a library, once: a person who removes it is not given it again. If they have moved since
    /// (a new version), the library follows.
    ///
    /// # Errors
    /// `Busy`, `Io`.
    pub fn offer_shipped_notes(&self) -> Result<()> {
        let Some(folder) = paths::shipped_notes() else { return Ok(()) };
        if let Some(catalog) = Catalog::open_snapshot(&self.paths.catalog())? {
            let known = catalog.libraries()?.into_iter().find(|l| l.shipped);
            match known {
                Some(library) if library.root == folder || library.root.is_dir() => return Ok(()),
                None if catalog.shipped_offered()? => return Ok(()),
                _ => {}
            }
        }
        let _lock = self.paths.lock()?;
        let mut catalog = self.writer()?;
        match catalog.libraries()?.into_iter().find(|l| l.shipped) {
            Some(library) => catalog.move_library(library.id, &folder),
            None if catalog.shipped_offered()? => Ok(()),
            None => catalog.add_library(SHIPPED, &folder, true).map(drop),
        }
    }

    /// Adds a folder as a library. `name` defaults to the folder's own. A folder inside that of another library is taken out of that one, and in a folder around
    /// another library what is there stays that one's: a note is in one library. Both take effect when the library around is synced ([`Self::around`]).
    ///
    /// # Errors
    /// `NotFound` if it is no folder, `InvalidInput` if name or folder is taken or the folder holds the data folder, `Busy`, `Io`.
    pub fn add_library(&self, folder: &Path, name: Option<&str>) -> Result<String> {
        let root = folder.canonicalize().map_err(|e| match e.kind() {
            std::io::ErrorKind::NotFound => Error::new(ErrorCode::NotFound, format!("there is no folder `{}`", folder.display()), "check the path"),
            _ => Error::io("open the folder", folder, &e),
        })?;
        if !root.is_dir() {
            return Err(Error::new(ErrorCode::NotFound, format!("`{}` is not a folder", folder.display()), "name a folder that holds notes"));
        }
        // With everything under one folder the person's own notes are in it too.
        let own = self.paths.notes.canonicalize().is_ok_and(|notes| root == notes);
        if !own && self.paths.data.canonicalize().is_ok_and(|data| root.starts_with(data)) {
            return Err(Error::new(
                ErrorCode::InvalidInput,
                format!("`{}` is inside Sidenote's own data folder", folder.display()),
                "choose a folder of your notes",
            ));
        }
        let own = root.file_name().map_or_else(|| "notes".to_owned(), |n| n.to_string_lossy().into_owned());
        let name = name.unwrap_or(&own).trim().to_owned();
        if name.is_empty() || name.contains(['/', '\n']) {
            return Err(Error::new(
                ErrorCode::InvalidInput,
                format!("`{name}` cannot be the name of a library"),
                "choose a name without `/`, with --name",
            ));
        }
        let _lock = self.paths.lock()?;
        self.writer()?.add_library(&name, &root, false)?;
        Ok(name)
    }

    /// The libraries in whose folders that of a library lies.
    ///
    /// # Errors
    /// `DataDamaged`, `Io`.
    pub fn around(&self, name: &str) -> Result<Vec<String>> {
        Ok(self.libraries()?.into_iter().filter(|other| other.apart.iter().any(|inside| inside == name)).map(|other| other.name).collect())
    }

    /// Forgets a library and what was read from it. Its files are not touched.
    ///
    /// # Errors
    /// `NotFound`, `Busy`, `Io`.
    pub fn remove_library(&self, name: &str, run: Run<'_>) -> Result<()> {
        {
            let _lock = self.paths.lock()?;
            let mut catalog = self.writer()?;
            let libraries = catalog.libraries()?;
            let library =
                libraries.iter().find(|l| l.name == name).ok_or_else(|| unknown_library(name, libraries.iter().map(|l| l.name.as_str())))?;
            catalog.remove_library(library.id)?;
        }
        self.repair(run)
    }

    /// The libraries with their counts.
    ///
    /// # Errors
    /// `DataDamaged`, `Io`.
    pub fn libraries(&self) -> Result<Vec<wire::LibraryInfo>> {
        let Some(catalog) = Catalog::open_snapshot(&self.paths.catalog())? else { return Ok(Vec::new()) };
        // A folder that is not there has no other name.
        let own = self.paths.notes.canonicalize().ok().or_else(|| Some(self.paths.notes.clone()));
        let mut out = Vec::new();
        let libraries = catalog.libraries()?;
        for library in &libraries {
            let sums = catalog.ledger_sums(library.id)?;
            out.push(wire::LibraryInfo {
                id: library.id,
                name: library.name.clone(),
                folder: library.root.display().to_string(),
                shipped: library.shipped,
                own: own.as_deref() == Some(library.root.as_path()),
                present: library.root.is_dir(),
                synced: library.synced,
                apart: libraries.iter().filter(|other| other.is_inside(library)).map(|other| other.name.clone()).collect(),
                indexed: sums.indexed,
                skipped: sums.skipped,
                chunks: sums.chunks,
                chars: sums.chars,
                furniture_chars: sums.furniture_chars,
            });
        }
        Ok(out)
    }

    /// Reads what changed in the libraries (all, or those named) and brings the indexes up to date.
    ///
    /// # Errors
    /// `NotFound` for an unknown name, and those of [`sync::sync`].
    pub fn sync(&self, only: Option<&[String]>, run: Run<'_>) -> Result<Report> {
        for name in only.unwrap_or_default() {
            let libraries = self.libraries()?;
            if !libraries.iter().any(|l| l.name == *name) {
                return Err(unknown_library(name, libraries.iter().map(|l| l.name.as_str())));
            }
        }
        sync::sync(&self.paths, &self.settings.sync, self.models(), only, run)
    }

    /// Reads what changed in one library while someone waits for it. What earlier syncs left undone elsewhere is left to [`Self::sync`].
    ///
    /// # Errors
    /// Those of [`sync::take_in`].
    pub fn take_in(&self, library: &str, run: Run<'_>) -> Result<Report> {
        sync::take_in(&self.paths, &self.settings.sync, self.models(), library, run)
    }

    fn models(&self) -> sync::Models<'_> {
        sync::Models { embedder: self.embedder.as_deref(), tokens: self.tokens.as_deref() }
    }

    /// Syncs the libraries that were never indexed, so that a first question has something to ask. Returns whether there were any.
    ///
    /// # Errors
    /// Those of [`Self::sync`].
    pub fn sync_new(&self, run: Run<'_>) -> Result<bool> {
        let new: Vec<String> = self.libraries()?.into_iter().filter(|l| !l.synced && Path::new(&l.folder).is_dir()).map(|l| l.name).collect();
        if !new.is_empty() {
            self.sync(Some(&new), run)?;
        }
        Ok(!new.is_empty())
    }

    /// Has some files of a library read again at the next sync, whatever their time stamps say.
    ///
    /// # Errors
    /// `NotFound`, `Busy`, `Io`.
    pub fn forget_files(&self, library: &str, paths: &[String]) -> Result<()> {
        let _lock = self.paths.lock()?;
        let mut catalog = self.writer()?;
        let id = library_named(&catalog, library)?;
        catalog.forget(id, paths)
    }

    /// Has a file of a library left alone from the next sync on, or no longer. The file is not touched.
    ///
    /// # Errors
    /// `NotFound`, `Busy`, `Io`.
    pub fn ignore_file(&self, library: &str, path: &str, ignored: bool) -> Result<()> {
        let _lock = self.paths.lock()?;
        let mut catalog = self.writer()?;
        let id = library_named(&catalog, library)?;
        catalog.ignore(id, path, ignored)
    }

    /// The ledger of one library, by path.
    ///
    /// # Errors
    /// `NotFound`, `DataDamaged`, `Io`.
    pub fn ledger(&self, library: &str) -> Result<Vec<wire::LedgerEntry>> {
        let Some(catalog) = Catalog::open_snapshot(&self.paths.catalog())? else { return Err(unknown_library(library, std::iter::empty())) };
        let id = library_named(&catalog, library)?;
        ledger(&catalog, id, library)
    }

    /// Completes the indexes from the catalog, without reading a note or running a model.
    ///
    /// # Errors
    /// `Busy`, `Io`.
    pub fn repair(&self, run: Run<'_>) -> Result<()> {
        sync::repair(&self.paths, self.embedder.as_deref(), run)
    }

    /// Builds the graph for fast vector search where it pays; search is exact meanwhile.
    ///
    /// # Errors
    /// `Busy`, `Io`, `Cancelled`.
    pub fn build_graph(&self, run: Run<'_>) -> Result<bool> {
        self.embedder.as_deref().map_or(Ok(false), |embedder| sync::build_graph(&self.paths, embedder, run))
    }

    /// A view of the last complete state, for any number of questions. Missing or outdated indexes are first rebuilt from the catalog, unless
    /// another process is at it.
    ///
    /// # Errors
    /// `NothingToAsk` if there is no library yet, `DataDamaged`, `Io`.
    pub fn snapshot(&self, run: Run<'_>) -> Result<Snapshot> {
        let nothing = || Error::new(ErrorCode::NothingToAsk, "there are no notes to ask yet", "add a folder with `sidenote library add FOLDER`");
        let open = || Catalog::open_snapshot(&self.paths.catalog())?.ok_or_else(nothing);
        let mut catalog = open()?;
        if catalog.libraries()?.is_empty() {
            return Err(nothing());
        }
        let mut notices = Vec::new();
        if self.is_behind(&catalog)? {
            // The reading transaction would hide what the repair writes.
            drop(catalog);
            match self.repair(run) {
                Err(e) if e.code == ErrorCode::Busy => {
                    notices.push("notes are being indexed: the newest may be missing from these results".to_owned())
                }
                other => other?,
            }
            catalog = open()?;
        }
        let vectors =
            self.embedder.as_ref().and_then(|embedder| vector::VectorIndex::open(&self.vector_folder(embedder.as_ref()), catalog.generation().ok()?));
        let lexical = lexical::LexicalReader::open(&self.paths.index().join(lexical::FOLDER));
        Ok(Snapshot::new(catalog, lexical, vectors, self.embedder.clone(), self.tokens.clone(), self.settings.clone(), notices)
            .with_glossary(self.glossary.clone())
            .with_cross_encoder(self.cross_encoder.clone()))
    }

    fn vector_folder(&self, embedder: &dyn Embedder) -> PathBuf {
        self.paths.index().join(vector::folder_name(&embedder.spec().fingerprint))
    }

    /// The generation of what is stored now: a snapshot of another one does not know all of it.
    ///
    /// # Errors
    /// `DataDamaged`, `Io`.
    pub fn generation(&self) -> Result<u64> {
        Catalog::open_snapshot(&self.paths.catalog())?.map_or(Ok(0), |catalog| catalog.generation())
    }

    /// The libraries that shall answer and cannot yet: no sync has come to its end since they were added, whatever the catalog and the indexes hold by then.
    ///
    /// # Errors
    /// `DataDamaged`, `Io`.
    pub fn unpublished(&self) -> Result<Vec<String>> {
        let Some(catalog) = Catalog::open_snapshot(&self.paths.catalog())? else { return Ok(Vec::new()) };
        Ok(catalog.libraries()?.into_iter().filter(|library| !library.published && library.root.is_dir()).map(|library| library.name).collect())
    }

    /// Whether an index misses something that the catalog could give it.
    fn is_behind(&self, catalog: &Catalog) -> Result<bool> {
        let generation = catalog.generation()?;
        if lexical::generation(&self.paths.index().join(lexical::FOLDER)) != Some(generation) {
            return Ok(true);
        }
        let Some(embedder) = &self.embedder else { return Ok(false) };
        Ok(catalog.has_vectors(&embedder.spec().fingerprint)? && vector::newest(&self.vector_folder(embedder.as_ref())) != Some(generation))
    }

    /// The state of everything; `files` adds the ledger.
    ///
    /// # Errors
    /// `DataDamaged`, `Io`, `Cancelled`.
    pub fn status(&self, files: bool, run: Run<'_>) -> Result<wire::Status> {
        let mut status = self.indexed_state(files)?;
        status.stale_files = self.stale_files(run)?;
        Ok(status)
    }

    /// Files that are not as they were indexed; every folder is looked through for them.
    ///
    /// # Errors
    /// `DataDamaged`, `Io`, `Cancelled`.
    pub fn stale_files(&self, run: Run<'_>) -> Result<u64> {
        Catalog::open_snapshot(&self.paths.catalog())?.map_or(Ok(0), |catalog| sync::count_stale(&catalog, &self.settings.sync, run))
    }

    /// [`Self::status`] without a look at the folders: no file is called stale. It is asked for often, and reads no index.
    ///
    /// # Errors
    /// `DataDamaged`, `Io`.
    pub fn indexed_state(&self, files: bool) -> Result<wire::Status> {
        let catalog = Catalog::open_snapshot(&self.paths.catalog())?;
        let fingerprint = self.embedder.as_ref().map(|e| e.spec().fingerprint.clone());
        let mut status = wire::Status {
            version: wire::VERSION,
            data_folder: self.paths.data.display().to_string(),
            generation: 0,
            synced_at: None,
            stale_files: 0,
            documents: 0,
            chunks: 0,
            libraries: self.libraries()?,
            legs: wire::Legs {
                lexical_generation: lexical::generation(&self.paths.index().join(lexical::FOLDER)),
                embedder: self.embedder.as_ref().map(|e| e.spec().name.clone()),
                embedder_problem: None,
                vector_generation: None,
                embedded: 0,
                vector_search: "exact",
                next_embedder: None,
                next_embedded: 0,
                reranker: self.cross_encoder.as_ref().map(|r| r.spec().name.clone()),
                // It is not the engine's: whoever asks hands it over.
                generator: None,
            },
            files: None,
            notices: Vec::new(),
        };
        let Some(catalog) = catalog else { return Ok(status) };
        let counts = catalog.counts(fingerprint.as_ref())?;
        status.generation = catalog.generation()?;
        status.synced_at = catalog
            .synced_at()?
            .and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok())
            .map(|t| t.round(jiff::Unit::Second).unwrap_or(t).to_string());
        (status.documents, status.chunks, status.legs.embedded) = (counts.documents, counts.chunks, counts.embedded);
        if let Some(embedder) = &self.embedder
            && let Some(index) = vector::standing(&self.vector_folder(embedder.as_ref()), status.generation)
        {
            status.legs.vector_generation = Some(index.generation);
            status.legs.vector_search = if index.graph { "graph" } else { "exact" };
        }
        if files {
            let mut all = Vec::new();
            for library in catalog.libraries()? {
                all.extend(ledger(&catalog, library.id, &library.name)?);
            }
            status.files = Some(all);
        }
        Ok(status)
    }

    /// Whether the catalog's file is sound.
    ///
    /// # Errors
    /// `DataDamaged`, `Io`.
    pub fn check_catalog(&self) -> Result<bool> {
        Catalog::open_snapshot(&self.paths.catalog())?.map_or(Ok(true), |catalog| catalog.check_integrity())
    }

    /// Whether the newest vector index is sound, all of which is read for it; a graph that is not is done without.
    ///
    /// # Errors
    /// `DataDamaged`, `Io`.
    pub fn check_vectors(&self) -> Result<bool> {
        let (Some(embedder), Some(catalog)) = (&self.embedder, Catalog::open_snapshot(&self.paths.catalog())?) else { return Ok(true) };
        let (folder, generation) = (self.vector_folder(embedder.as_ref()), catalog.generation()?);
        let opened = vector::VectorIndex::open(&folder, generation).map(|index| index.generation());
        Ok(opened == vector::standing(&folder, generation).map(|index| index.generation))
    }
}

fn ledger(catalog: &Catalog, library: i64, name: &str) -> Result<Vec<wire::LedgerEntry>> {
    let rows = catalog.ledger(library)?;
    Ok(rows
        .into_iter()
        .map(|row| wire::LedgerEntry {
            library: name.to_owned(),
            document: row.path,
            document_id: row.document.filter(|_| row.skip.is_none()).and_then(|id| u64::try_from(id).ok()),
            state: if row.skip.is_some() { "skipped" } else { "indexed" },
            reason: row.skip.as_ref().map(|s| s.reason),
            detail: row.skip.map(|s| s.detail),
            size: row.size,
            chars: row.chars,
            furniture_chars: row.furniture_chars,
            chunks: row.chunks,
            warnings: row.warnings,
        })
        .collect())
}

fn library_named(catalog: &Catalog, name: &str) -> Result<i64> {
    let libraries = catalog.libraries()?;
    let found = libraries.iter().find(|l| l.name == name).map(|l| l.id);
    found.ok_or_else(|| unknown_library(name, libraries.iter().map(|l| l.name.as_str())))
}

/// The error for a library that does not exist, naming those that do.
pub(crate) fn unknown_library<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Error {
    let known: Vec<String> = known.map(|n| format!("`{n}`")).collect();
    let hint = if known.is_empty() { "add one with `sidenote library add FOLDER`".to_owned() } else { format!("there is {}", known.join(", ")) };
    Error::new(ErrorCode::NotFound, format!("there is no library named `{name}`"), hint)
}
