//! One run of the program: its data folder, settings, models and cancel token, and the ways to open the engine.
//! It must not know what any command prints.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use sidenote_engine::cancel::CancelToken;
use sidenote_engine::engine::{Engine, Settings, Snapshot};
use sidenote_engine::error::{Error, ErrorCode, Result};
use sidenote_engine::event::{Run, Silent};
use sidenote_engine::model::Generator;
use sidenote_engine::paths::Paths;

use crate::args::Global;
use crate::compose::{self, Models};
use crate::output::{Output, say_idle, say_quitting, say_stopping};
use crate::progress::Progress;
use crate::settings;
use crate::streaming::Streaming;

/// What a run has at hand.
pub(crate) struct App {
    /// Where text goes.
    pub(crate) output: Output,
    /// Set by Ctrl-C.
    pub(crate) cancel: CancelToken,
    /// Whether the person is waited for, and nothing else.
    idle: Arc<AtomicBool>,
    paths: Paths,
    settings: Settings,
    /// What was set on the command line, over what is set in the file.
    set: Vec<String>,
}

/// The engine opened for a question.
pub(crate) struct Reading {
    /// For a newer view.
    pub(crate) engine: Engine,
    /// The view that is asked.
    pub(crate) snapshot: Snapshot,
    /// Writes answers, where one is installed.
    pub(crate) generator: Option<Arc<dyn Generator>>,
    /// What the person should know of the state of things.
    pub(crate) notices: Vec<String>,
}

impl App {
    /// Reads the global options and takes over Ctrl-C.
    ///
    /// # Errors
    /// `InvalidInput`, `Io`.
    pub(crate) fn new(global: &Global, output: Output) -> Result<Self> {
        let settings = settings::with(&global.set)?;
        let named = global.data_dir.clone().or_else(|| std::env::var_os("SIDENOTE_DATA_DIR").filter(|v| !v.is_empty()).map(PathBuf::from));
        let paths = match named {
            Some(folder) if folder.as_os_str().is_empty() => {
                return Err(Error::new(ErrorCode::InvalidInput, "--data-dir names no folder", "write --data-dir DIR"));
            }
            Some(folder) => Paths::under(&folder),
            None => Paths::standard()?,
        };
        #[expect(unsafe_code, reason = "threads have to be told before one of them runs")]
        // SAFETY: the handler below is the first thing of this program that has a thread.
        unsafe {
            sidenote_models::writing::settle_threads(&paths.settings());
        }
        let (cancel, idle) = (CancelToken::new(), Arc::new(AtomicBool::new(false)));
        let (token, waiting, told) = (cancel.clone(), Arc::clone(&idle), output.clone());
        // Without a handler Ctrl-C ends the process at once, which loses nothing either.
        drop(ctrlc::set_handler(move || {
            if token.is_cancelled() {
                say_quitting();
                std::process::exit(130);
            }
            token.cancel();
            if waiting.load(Ordering::Relaxed) { say_idle(&told) } else { say_stopping() }
        }));
        Ok(Self { output, cancel, idle, paths, settings, set: global.set.clone() })
    }

    /// Waits for the person. A Ctrl-C meanwhile, or for what was before, stops nothing that comes after it; a second one ends the program.
    pub(crate) fn idly<T>(&self, wait: impl FnOnce() -> T) -> T {
        self.cancel.reset();
        self.idle.store(true, Ordering::Relaxed);
        let out = wait();
        self.idle.store(false, Ordering::Relaxed);
        self.cancel.reset();
        out
    }

    /// A run that tells `progress`.
    pub(crate) fn run<'a>(&'a self, progress: &'a Progress) -> Run<'a> {
        Run { observer: progress, cancel: &self.cancel }
    }

    /// A run that shows an answer while it is written.
    pub(crate) fn streaming<'a>(&'a self, streaming: &'a Streaming) -> Run<'a> {
        Run { observer: streaming, cancel: &self.cancel }
    }

    /// A run that tells nobody.
    pub(crate) fn silent(&self) -> Run<'_> {
        Run { observer: &Silent, cancel: &self.cancel }
    }

    /// Where progress goes.
    pub(crate) fn progress(&self) -> Progress {
        Progress::new(self.output.clone())
    }

    /// Where the data is.
    pub(crate) fn paths(&self) -> &Paths {
        &self.paths
    }

    /// The settings of this run.
    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The engine with these models.
    ///
    /// # Errors
    /// Those of [`Engine::open`].
    pub(crate) fn engine(&self, models: &Models) -> Result<Engine> {
        let settings = settings::over(Settings { writing: models.writing.clone(), ..self.settings.clone() }, &self.set)?;
        let engine = Engine::open(self.paths.clone(), settings, models.embedder.clone())?;
        Ok(engine.with_token_vectors(models.tokens.clone()).with_glossary(models.glossary.clone()).with_cross_encoder(models.reranker.clone()))
    }

    /// The models that the person chose. With `soon`, a use is certain and loading begins at once.
    pub(crate) fn models(&self, soon: bool) -> Models {
        compose::models(&self.paths, soon, &self.cancel)
    }

    /// Opens the engine for a question: what came with the program is offered, what was never indexed is indexed. `models` says whether the
    /// question needs them.
    ///
    /// # Errors
    /// `NothingToAsk`, `Cancelled`, and those of the engine.
    pub(crate) fn read(&self, models: bool) -> Result<Reading> {
        // Both take a good part of a second, and nothing here needs them before the search.
        std::thread::spawn(sidenote_engine::text::warm_up);
        let models = self.models(models);
        let engine = self.engine(&models)?;
        let mut notices = Vec::new();
        unless_busy(engine.offer_shipped_notes(), &mut notices)?;
        let progress = self.progress().saying("indexing for the first time; this is done once, Ctrl-C is safe");
        unless_busy(engine.sync_new(self.run(&progress)).map(drop), &mut notices)?;
        let snapshot = engine.snapshot(self.run(&progress))?;
        progress.finish();
        notices.extend(models.notices);
        notices.extend(models.problem);
        Ok(Reading { engine, snapshot, generator: models.generator, notices })
    }

    /// Looks on a thread of its own for files that changed since they were indexed: the answer need not wait for it.
    pub(crate) fn look_for_changes(&self) -> Changes {
        let (paths, settings, cancel) = (self.paths.clone(), self.settings.clone(), self.cancel.clone());
        Changes(std::thread::spawn(move || {
            // A view of its own, without models: it would otherwise wait for the question's.
            let run = Run { observer: &Silent, cancel: &cancel };
            match Engine::open(paths, settings, None).and_then(|e| e.snapshot(run)).and_then(|s| s.staleness(run)) {
                Ok(notice) => notice,
                Err(e) if e.code == ErrorCode::Cancelled => None,
                Err(e) => Some(format!("could not see whether notes have changed: {}", e.message)),
            }
        }))
    }
}

/// A search for changed files that is under way.
pub(crate) struct Changes(JoinHandle<Option<String>>);

impl Changes {
    /// Waits for it: a sentence if files have changed.
    pub(crate) fn notice(self) -> Option<String> {
        self.0.join().unwrap_or_else(|_| Some("could not see whether notes have changed".to_owned()))
    }
}

/// Another process that is indexing is no reason not to answer.
fn unless_busy(result: Result<()>, notices: &mut Vec<String>) -> Result<()> {
    match result {
        Err(e) if e.code == ErrorCode::Busy => {
            let notice = "notes are being indexed: the newest may be missing from these results";
            if !notices.iter().any(|n| n == notice) {
                notices.push(notice.to_owned());
            }
            Ok(())
        }
        other => other,
    }
}
