//! What the window works on: the engine with its models, the last snapshot, conversations, drafts, jobs that can be stopped. Commands are one line around
//! [`Desk::run`]. It must not know the page.

use std::collections::{BTreeSet, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use sidenote_engine::cancel::CancelToken;
use sidenote_engine::conversations::Conversations;
use sidenote_engine::engine::{Engine, Linking, Settings as EngineSettings, Snapshot, unindexed};
use sidenote_engine::error::{Error, ErrorCode, Result};
use sidenote_engine::event::{Run, Silent};
use sidenote_engine::notes;
use sidenote_engine::paths::Paths;
use sidenote_engine::wire as engine;
use sidenote_models::compose::{self, Models};

use crate::clipboard::Copies;
use crate::drafts::Drafts;
use crate::events::Events;
use crate::indexer::{Indexer, Tell};
use crate::pages::Papers;
use crate::settings;
use crate::watch::Watch;
use crate::window::Closing;
use crate::wire::{AppEvent, Failure, Relinked, Settings, StaleLinks};

/// Numbers of notes that have none in the index begin here: far above those, and still whole in the page.
const UNINDEXED: u64 = 1 << 52;

/// The state of one window.
pub struct Desk {
    pub(crate) paths: Paths,
    pub(crate) events: Events,
    pub(crate) copies: Copies,
    pub(crate) drafts: Drafts,
    pub(crate) papers: Papers,
    pub(crate) closing: Closing,
    pub(crate) indexer: Indexer,
    pub(crate) watch: Watch,
    engine: RwLock<Option<Opened>>,
    snapshot: Mutex<Option<Arc<Snapshot>>>,
    /// Whether the snapshot is older than what is indexed.
    outdated: AtomicBool,
    /// The generation that the page was told of last.
    told: AtomicU64,
    conversations: Mutex<Option<Conversations>>,
    jobs: Mutex<HashMap<u64, CancelToken>>,
    /// Where notes are that the page was told of: a note whose text was deleted is not indexed, but still open in the editor.
    places: Mutex<HashMap<u64, (String, String)>>,
    /// Libraries in which something was saved that is not indexed yet, with the number of the last save.
    saved: Mutex<HashMap<String, u64>>,
    offers: Mutex<HashMap<u64, PathBuf>>,
    /// Notes whose links lead nowhere since a note got another name, until they are updated.
    stale: Mutex<HashMap<u64, Vec<Linking>>>,
    /// The number of the next of either.
    next_offer: AtomicU64,
    settings_change: Mutex<()>,
    next_unindexed: AtomicU64,
}

/// The engine and the models that it was opened with.
#[derive(Clone)]
struct Opened {
    engine: Arc<Engine>,
    models: Models,
}

impl Desk {
    /// Over a data folder. Nothing is opened yet: a window comes first.
    #[must_use]
    pub fn new(paths: Paths) -> Arc<Self> {
        Arc::new_cyclic(|desk| Self {
            events: Events::default(),
            copies: Copies::default(),
            drafts: Drafts::new(paths.drafts()),
            papers: Papers::default(),
            closing: Closing::default(),
            indexer: Indexer::start(desk.clone()),
            watch: Watch::new(desk.clone()),
            engine: RwLock::default(),
            snapshot: Mutex::default(),
            outdated: AtomicBool::new(true),
            told: AtomicU64::new(0),
            conversations: Mutex::default(),
            jobs: Mutex::default(),
            places: Mutex::default(),
            saved: Mutex::default(),
            offers: Mutex::default(),
            stale: Mutex::default(),
            next_offer: AtomicU64::new(1),
            settings_change: Mutex::default(),
            next_unindexed: AtomicU64::new(UNINDEXED),
            paths,
        })
    }

    /// Runs a command on a thread of its own: a stopped job is `cancelled`, a panic is an error like any other.
    ///
    /// # Errors
    /// Those of `body`.
    pub(crate) async fn run<T: Send + 'static>(
        self: Arc<Self>,
        job: Option<u64>,
        body: impl FnOnce(&Desk, &CancelToken) -> Result<T> + Send + 'static,
    ) -> std::result::Result<T, Failure> {
        let token = CancelToken::new();
        if let Some(job) = job {
            lock(&self.jobs).insert(job, token.clone());
        }
        let ran = tauri::async_runtime::spawn_blocking(move || {
            let result = catch_unwind(AssertUnwindSafe(|| body(&self, &token))).unwrap_or_else(|panic| Err(Error::internal(words(&panic))));
            if let Some(job) = job {
                lock(&self.jobs).remove(&job);
            }
            result
        });
        match ran.await {
            Ok(result) => result.map_err(Failure::from),
            Err(stopped) => Err(Error::internal(stopped).into()),
        }
    }

    /// Stops a job, if it still runs.
    pub(crate) fn stop(&self, job: u64) {
        if let Some(token) = lock(&self.jobs).get(&job) {
            token.cancel();
        }
    }

    /// The engine, opened at the first use; the shipped notes are offered then.
    ///
    /// # Errors
    /// `DataTooNew`, `Io`.
    pub(crate) fn engine(&self) -> Result<Arc<Engine>> {
        Ok(self.opened()?.engine)
    }

    /// The models that the person chose.
    ///
    /// # Errors
    /// As [`Self::engine`].
    pub(crate) fn models(&self) -> Result<Models> {
        Ok(self.opened()?.models)
    }

    fn opened(&self) -> Result<Opened> {
        if let Some(opened) = &*self.engine.read().unwrap_or_else(PoisonError::into_inner) {
            return Ok(opened.clone());
        }
        let mut place = self.engine.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(opened) = &*place {
            return Ok(opened.clone());
        }
        let mut paths = self.paths.clone();
        // Settings that cannot be read are told with the models; notes are read and asked all the same.
        if let Ok(settings) = settings::read(&self.paths) {
            paths.notes = PathBuf::from(settings.notes_folder);
        }
        let models = compose::models(&self.paths, true, &CancelToken::new());
        let settings = EngineSettings { writing: models.writing.clone(), ..EngineSettings::default() };
        let engine = Engine::open(paths, settings, models.embedder.clone())?
            .with_token_vectors(models.tokens.clone())
            .with_glossary(models.glossary.clone())
            .with_cross_encoder(models.reranker.clone());
        match engine.offer_shipped_notes() {
            // Another program that is indexing has offered them, or the next start will.
            Err(e) if e.code == ErrorCode::Busy => {}
            other => other?,
        }
        let opened = Opened { engine: Arc::new(engine), models };
        *place = Some(opened.clone());
        Ok(opened)
    }

    /// Has the engine opened anew: models or folders have changed.
    pub(crate) fn reopen(&self) {
        *self.engine.write().unwrap_or_else(PoisonError::into_inner) = None;
        self.outdate();
    }

    /// Begins the work that goes on beside the window: the first look at all notes, then at what changes.
    pub(crate) fn begin(&self) {
        self.indexer.sync(None);
    }

    /// Ends it: nothing is half written, and what is not finished goes on at the next start.
    pub fn close(&self) {
        self.indexer.close();
        for token in lock(&self.jobs).values() {
            token.cancel();
        }
    }

    /// The notes as they were indexed last.
    ///
    /// # Errors
    /// `NothingToAsk`, `DataDamaged`, `Io`.
    pub(crate) fn snapshot(&self) -> Result<Arc<Snapshot>> {
        let engine = self.engine()?;
        let mut kept = lock(&self.snapshot);
        match &*kept {
            Some(snapshot) if !self.outdated.swap(false, Ordering::AcqRel) => Ok(Arc::clone(snapshot)),
            _ => {
                self.outdated.store(false, Ordering::Release);
                match engine.snapshot(Run { observer: &Silent, cancel: &CancelToken::new() }) {
                    Ok(fresh) => {
                        let fresh = Arc::new(fresh);
                        *kept = Some(Arc::clone(&fresh));
                        Ok(fresh)
                    }
                    Err(error) => {
                        self.outdated.store(true, Ordering::Release);
                        // On a full disk the indexes cannot catch up; what was there before can still be read.
                        kept.as_ref().filter(|_| error.code == ErrorCode::Io).map(Arc::clone).ok_or(error)
                    }
                }
            }
        }
    }

    /// The same; none while there is nothing to ask.
    ///
    /// # Errors
    /// `DataDamaged`, `Io`.
    pub(crate) fn any_snapshot(&self) -> Result<Option<Arc<Snapshot>>> {
        match self.snapshot() {
            Err(e) if e.code == ErrorCode::NothingToAsk => Ok(None),
            snapshot => snapshot.map(Some),
        }
    }

    /// Says that more is indexed than the last snapshot shows.
    pub(crate) fn outdate(&self) {
        self.outdated.store(true, Ordering::Release);
    }

    /// Something was saved in a library: it is indexed soon, and before the next question.
    pub(crate) fn saved(&self, library: String) {
        *lock(&self.saved).entry(library.clone()).or_default() += 1;
        self.indexer.sync(Some(vec![library]));
    }

    /// What is saved and not indexed.
    pub(crate) fn unsettled(&self) -> HashMap<String, u64> {
        lock(&self.saved).clone()
    }

    /// What was saved so far in some libraries is indexed.
    pub(crate) fn settled(&self, indexed: &HashMap<String, u64>) {
        lock(&self.saved).retain(|library, save| indexed.get(library) != Some(save));
    }

    /// The notes as they are with everything that was saved here: a question that follows a keystroke knows it, and the first one waits for the notes that
    /// came with the program. What could not be taken in is said in the notices.
    ///
    /// # Errors
    /// As [`Self::snapshot`].
    pub(crate) fn fresh_snapshot(&self, tell: Tell<'_>, cancel: &CancelToken) -> Result<(Arc<Snapshot>, Vec<String>)> {
        let mut notices = Vec::new();
        let engine = self.engine()?;
        let unpublished = engine.unpublished()?;
        for library in engine.libraries()?.iter().filter(|l| l.shipped && unpublished.contains(&l.name)) {
            taken_in(self.indexer.watched(self, &library.name, tell, cancel), &mut notices)?;
        }
        let mut saved = self.unsettled();
        for library in saved.keys().cloned().collect::<Vec<_>>() {
            if !taken_in(self.indexer.now(self, &library, cancel), &mut notices)? {
                saved.remove(&library);
            }
        }
        self.settled(&saved);
        Ok((self.snapshot()?, notices))
    }

    /// Tells the page that notes have changed, if they have.
    pub(crate) fn notes_changed(&self) {
        self.outdate();
        self.watch.follow();
        let generation = self.snapshot().and_then(|s| s.generation()).unwrap_or(0);
        if self.told.swap(generation, Ordering::AcqRel) != generation {
            self.events.send(AppEvent::NotesChanged { generation });
        }
    }

    /// Has libraries indexed in whose folders something changed.
    pub(crate) fn changed_on_disk(&self, paths: &BTreeSet<PathBuf>) {
        let names = self.watch.libraries(paths);
        if !names.is_empty() {
            self.indexer.sync(Some(names));
        }
    }

    /// Has libraries looked at whose folders nobody watches, be it that they were away.
    pub(crate) fn look_at_unwatched(&self) {
        let names = self.watch.unwatched();
        if !names.is_empty() {
            self.indexer.look(names);
        }
    }

    /// The conversations.
    ///
    /// # Errors
    /// `DataTooNew`, `DataDamaged`, `Io`.
    pub(crate) fn conversations<T>(&self, body: impl FnOnce(&mut Conversations) -> Result<T>) -> Result<T> {
        let mut kept = lock(&self.conversations);
        let conversations = match &mut *kept {
            Some(conversations) => conversations,
            none => {
                self.engine()?;
                none.insert(Conversations::open(&self.paths.conversations())?)
            }
        };
        body(conversations)
    }

    /// Held from reading the settings to writing them: changes of two come one after the other. The lock on the file is not enough: it is held while a change is
    /// put in, and what is put in was made of what was read before.
    pub(crate) fn changing_settings(&self) -> MutexGuard<'_, ()> {
        lock(&self.settings_change)
    }

    /// The settings as they are in the file now.
    ///
    /// # Errors
    /// `InvalidInput`, `Io`.
    pub(crate) fn settings(&self) -> Result<Settings> {
        settings::read(&self.paths)
    }

    /// The folder that new notes go into.
    ///
    /// # Errors
    /// `InvalidInput`, `Io`.
    pub(crate) fn own_folder(&self) -> Result<PathBuf> {
        Ok(PathBuf::from(self.settings()?.notes_folder))
    }

    /// The library of the person's own folder, made at the first note.
    ///
    /// # Errors
    /// `Busy`, `Io`.
    pub(crate) fn own_library(&self) -> Result<engine::LibraryInfo> {
        self.library_of(&*self.engine()?, &self.own_folder()?)
    }

    fn library_of(&self, engine: &Engine, folder: &Path) -> Result<engine::LibraryInfo> {
        std::fs::create_dir_all(folder).map_err(|e| Error::io("make the folder for your notes", folder, &e))?;
        let root = folder.canonicalize().map_err(|e| Error::io("open the folder", folder, &e))?;
        let known = |libraries: Vec<engine::LibraryInfo>| libraries.into_iter().find(|l| Path::new(&l.folder) == root);
        if let Some(library) = known(engine.libraries()?) {
            return Ok(library);
        }
        self.indexer.alone(|| engine.add_library(folder, free_name(&engine.libraries()?, folder).as_deref()).map(drop))?;
        known(engine.libraries()?).ok_or_else(|| Error::internal("a library that was just added is not there"))
    }

    /// Has new notes go into another folder. It is set once it is known to hold notes: a choice that cannot be is not kept.
    ///
    /// # Errors
    /// `InvalidInput` for a folder that can be no library, `Busy`, `Io` where nothing can be written.
    pub(crate) fn keep_notes_in(&self, folder: &Path) -> Result<Settings> {
        let probe = folder.join(".sidenote-try.tmp");
        notes::write_whole(&probe, b"")?;
        std::fs::remove_file(&probe).map_err(|e| Error::io("write", &probe, &e))?;
        // The engine that is open does not know this folder as the person's own yet.
        let paths = Paths { notes: folder.to_owned(), ..self.paths.clone() };
        self.library_of(&Engine::open(paths, EngineSettings::default(), None)?, folder)?;
        let settings = {
            let _changing = self.changing_settings();
            let settings = Settings { notes_folder: folder.display().to_string(), ..self.settings()? };
            settings::write(&self.paths, &settings)?;
            settings
        };
        self.reopen();
        self.begin();
        Ok(settings)
    }

    /// Every note. In libraries where something was saved that is not indexed yet the files count: what is gone is not listed, what was made is.
    ///
    /// # Errors
    /// `DataDamaged`, `Io`.
    pub(crate) fn notes(&self) -> Result<Vec<engine::NoteInfo>> {
        let mut notes = self.any_snapshot()?.map_or_else(|| Ok(Vec::new()), |snapshot| snapshot.all_notes())?;
        for library in self.unsettled().into_keys() {
            // One that was removed meanwhile has nothing to be listed.
            let Ok(folder) = self.library(&library).map(|library| PathBuf::from(library.folder)) else { continue };
            notes.retain(|note| note.library != library || folder.join(&note.path).exists());
            let made = lock(&self.places).clone().into_iter().filter(|(id, (of, _))| *id >= UNINDEXED && *of == library);
            for (id, (_, path)) in made {
                if folder.join(&path).exists() && !notes.iter().any(|note| note.library == library && note.path == path) {
                    notes.push(unindexed(id, &library, &folder, &path));
                }
            }
        }
        Ok(notes)
    }

    /// Where a note's file is: by the index, or where it was when the page was told of it.
    ///
    /// # Errors
    /// `NotFound`.
    pub(crate) fn place(&self, document: u64) -> Result<(String, String)> {
        if let Ok(row) = self.snapshot().and_then(|s| s.file_of(document)) {
            return Ok((row.library, row.path));
        }
        let known = lock(&self.places).get(&document).cloned();
        known.ok_or_else(|| Error::new(ErrorCode::NotFound, "this note is no longer there", "it was deleted or moved; look it up by its title"))
    }

    /// A note's number in the index: one that was made while it could not be indexed may have its own by now.
    ///
    /// # Errors
    /// `NotFound`, `NothingToAsk`, `DataDamaged`, `Io`.
    pub(crate) fn number(&self, document: u64) -> Result<u64> {
        if document < UNINDEXED {
            return Ok(document);
        }
        let (library, path) = self.place(document)?;
        let indexed = self.any_snapshot()?.map(|snapshot| snapshot.note_at(&library, &path)).transpose()?.flatten();
        indexed.map(|note| note.id).ok_or_else(|| {
            Error::new(
                ErrorCode::NotFound,
                "this note is not indexed yet",
                "it can be edited meanwhile; it is shown here once what is being indexed is finished",
            )
        })
    }

    /// A note's file.
    ///
    /// # Errors
    /// `NotFound`.
    pub(crate) fn file(&self, document: u64) -> Result<PathBuf> {
        let (library, path) = self.place(document)?;
        Ok(Path::new(&self.library(&library)?.folder).join(path))
    }

    /// A note's file, if it may be changed: the shipped ones are the program's.
    ///
    /// # Errors
    /// `InvalidInput` for a shipped one, `NotFound`.
    pub(crate) fn own_file(&self, document: u64) -> Result<PathBuf> {
        let (library, path) = self.place(document)?;
        let library = self.library(&library)?;
        if library.shipped {
            return Err(Error::new(ErrorCode::InvalidInput, "this note came with the program", "make a copy of your own, then change that"));
        }
        Ok(Path::new(&library.folder).join(path))
    }

    /// A library by its name.
    ///
    /// # Errors
    /// `NotFound`.
    pub(crate) fn library(&self, name: &str) -> Result<engine::LibraryInfo> {
        let found = self.engine()?.libraries()?.into_iter().find(|l| l.name == name);
        found.ok_or_else(|| Error::new(ErrorCode::NotFound, format!("the library `{name}` was removed"), "add its folder again"))
    }

    /// A note that was just written, as it is indexed. Where it cannot be (now), it is as its file says, under a number that holds until it is closed: what is
    /// written is no failure.
    ///
    /// # Errors
    /// `NotFound` if its library was removed meanwhile.
    pub(crate) fn written(&self, library: &str, file: &Path) -> Result<engine::NoteInfo> {
        let folder = PathBuf::from(self.library(library)?.folder);
        let real = file.canonicalize().unwrap_or_else(|_| file.to_owned());
        let path = real.strip_prefix(&folder).unwrap_or(&real).to_string_lossy().replace('\\', "/");
        let indexed = self.indexer.now(self, library, &CancelToken::new()).and_then(|()| self.snapshot()?.note_at(library, &path));
        let note = match indexed {
            Ok(Some(note)) => note,
            other => {
                if other.is_err() {
                    self.saved(library.to_owned());
                }
                unindexed(self.next_unindexed.fetch_add(1, Ordering::Relaxed), library, &folder, &path)
            }
        };
        self.remember(std::slice::from_ref(&note));
        Ok(note)
    }

    /// Remembers where notes are that the page is told of.
    pub(crate) fn remember(&self, notes: &[engine::NoteInfo]) {
        let mut places = lock(&self.places);
        for note in notes.iter().filter(|note| note.editable) {
            places.insert(note.id, (note.library.clone(), note.path.clone()));
        }
    }

    /// Of the notes that linked to one under its old path those whose links lead to it no more, under a number that the page can name them by.
    ///
    /// # Errors
    /// `NotFound` while it is not indexed under its new name, `DataDamaged`.
    pub(crate) fn stale(&self, linking: Vec<Linking>, old: &str, note: &engine::NoteInfo) -> Result<Option<StaleLinks>> {
        let mut astray = self.snapshot()?.led_astray(linking, old, note.id)?;
        // Notes of other formats are not written here.
        astray.retain(|from| self.own_file(from.document).and_then(|file| notes::read(&file)).is_ok());
        if astray.is_empty() {
            return Ok(None);
        }
        let titles = astray.iter().map(|from| from.title.clone()).collect();
        let number = self.next_offer.fetch_add(1, Ordering::Relaxed);
        lock(&self.stale).insert(number, astray);
        Ok(Some(StaleLinks { number, notes: titles }))
    }

    /// Has them lead to the note again, once: note by note, each whole or not at all, and only over what was just read.
    ///
    /// # Errors
    /// `NotFound`.
    pub(crate) fn update_links(&self, number: u64) -> Result<Vec<Relinked>> {
        let astray = lock(&self.stale).remove(&number);
        let astray = astray.ok_or_else(|| Error::new(ErrorCode::NotFound, "these links are no longer on offer", "change them in their notes"))?;
        Ok(astray
            .into_iter()
            .map(|from| {
                let done = self.relink(&from);
                Relinked { title: from.title, failure: done.err().map(Failure::from) }
            })
            .collect())
    }

    fn relink(&self, from: &Linking) -> Result<()> {
        let file = self.own_file(from.document)?;
        let now = notes::read(&file)?;
        let left = |why: &str, hint| Err(Error::new(ErrorCode::Busy, format!("the links in `{}` are as they were: {why}", from.title), hint));
        if self.drafts.kept(from.document, &file).is_some_and(|draft| draft != now.text) {
            return left("something was typed there that is not saved yet", "open the note, decide what it is to say, and change them there");
        }
        // The person has changed them meanwhile.
        let Some(text) = notes::relinked(&now.text, &from.instead) else { return Ok(()) };
        if let notes::Saving::Conflict(_) = notes::save(&file, &text, &now.hash)? {
            return left("it changed at the same moment", "change them there");
        }
        self.saved(self.place(from.document)?.0);
        Ok(())
    }

    /// A folder that was handed to the window, under a number that the page can name it by.
    pub(crate) fn offer(&self, folder: PathBuf) {
        let name = folder.file_name().map_or_else(|| folder.display().to_string(), |n| n.to_string_lossy().into_owned());
        let offer = self.numbered(folder);
        self.events.send(AppEvent::FolderOffered { offer, name });
    }

    /// An image that was dropped on the window, likewise, and where.
    pub(crate) fn offer_image(&self, image: PathBuf, x: f64, y: f64) {
        let offer = self.numbered(image);
        self.events.send(AppEvent::ImageDropped { offer, x, y });
    }

    fn numbered(&self, path: PathBuf) -> u64 {
        let offer = self.next_offer.fetch_add(1, Ordering::Relaxed);
        lock(&self.offers).insert(offer, path);
        offer
    }

    /// What an offer is of, once.
    ///
    /// # Errors
    /// `NotFound`.
    pub(crate) fn take_offer(&self, offer: u64) -> Result<PathBuf> {
        let offered = lock(&self.offers).remove(&offer);
        offered.ok_or_else(|| Error::new(ErrorCode::NotFound, "what was dropped is no longer on offer", "drop it on the window again"))
    }
}

/// Whether a library needs no second attempt. A disk without room, or another program that is indexing, is no reason not to answer from what is indexed.
fn taken_in(indexed: Result<()>, notices: &mut Vec<String>) -> Result<bool> {
    match indexed {
        // It was removed meanwhile.
        Err(e) if e.code == ErrorCode::NotFound => Ok(true),
        // Whoever stopped it gets no answer either.
        Err(e) if e.code == ErrorCode::Cancelled => Ok(false),
        Err(e) if e.code == ErrorCode::Busy || e.code == ErrorCode::Io => {
            let notice = format!("the newest notes may be missing from this answer: {}; {}", e.message, e.hint);
            if !notices.contains(&notice) {
                notices.push(notice);
            }
            Ok(false)
        }
        other => other.map(|()| true),
    }
}

/// A name for a folder whose own is taken: `notes 2`.
pub(crate) fn free_name(libraries: &[engine::LibraryInfo], folder: &Path) -> Option<String> {
    let own = folder.canonicalize().ok()?.file_name()?.to_string_lossy().into_owned();
    let taken = |name: &str| libraries.iter().any(|l| l.name == name);
    let numbered = (2..100).map(|n| format!("{own} {n}")).find(|name| !taken(name));
    if taken(&own) { numbered } else { None }
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What a command that panicked left is whole: every change is one step.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn words(panic: &Box<dyn std::any::Any + Send>) -> String {
    let text = panic.downcast_ref::<&str>().map(|s| (*s).to_owned()).or_else(|| panic.downcast_ref::<String>().cloned());
    text.unwrap_or_else(|| "a defect stopped this".to_owned())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use super::*;

    #[test]
    fn a_defect_in_a_command_is_an_error_in_words_and_the_next_command_runs() {
        let folder = tempfile::tempdir().unwrap();
        let desk = Desk::new(Paths::under(folder.path()));
        let broken = |desk: &Desk, _: &CancelToken| -> Result<()> { desk.conversations(|_| panic!("unforeseen")) };
        let failure = tauri::async_runtime::block_on(Arc::clone(&desk).run(Some(1), broken)).unwrap_err();
        assert_eq!(failure.code, ErrorCode::Internal);
        assert!(failure.message.contains("unforeseen") && failure.hint.contains("report"), "{failure:?}");
        let kept = tauri::async_runtime::block_on(desk.run(Some(1), |desk, _| desk.conversations(|c| c.list(None)))).unwrap();
        assert!(kept.is_empty());
    }

    #[test]
    fn folders_that_nobody_watches_are_looked_at_unless_the_person_stopped_it() {
        let (data, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let desk = Desk::new(Paths::under(data.path()));
        let away = folder.path().join("away");
        std::fs::create_dir(&away).unwrap();
        let engine = desk.engine().unwrap();
        engine.add_library(&away, None).unwrap();
        std::fs::remove_dir(&away).unwrap();
        desk.watch.follow();
        assert_eq!(desk.watch.unwatched(), ["away"], "a disk that is gone tells nothing when it comes back");

        // The thread that would work on it holds still.
        let aside = desk.indexer.aside();
        desk.indexer.stop();
        desk.look_at_unwatched();
        assert!(!desk.indexer.is_behind());
        desk.changed_on_disk(&std::iter::once(data.path().to_owned()).collect());
        assert!(!desk.indexer.is_behind(), "a change elsewhere");
        std::fs::create_dir(&away).unwrap();
        desk.watch.follow();
        desk.changed_on_disk(&std::iter::once(away.join("a.md")).collect());
        assert!(desk.indexer.is_behind(), "a change is a change");
        drop(aside);
    }
}
