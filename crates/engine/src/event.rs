//! What a long call tells while it runs, and the pair (observer, cancel token) every long call is given.
//! It must not know who listens.

use crate::cancel::CancelToken;
use crate::error::Result;
use crate::wire::AnswerEvent;

/// The stages of a sync, in order, then those of a model on its way here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Folders are walked and compared with the catalog.
    Scan,
    /// Changed files are read, chunked and stored.
    Read,
    /// The keyword index catches up with the catalog.
    Index,
    /// New chunks are embedded.
    Embed,
    /// The graph for fast vector search is built; search is exact meanwhile.
    Graph,
    /// A model is downloaded; units are bytes.
    Download,
    /// A model's files are compared with their checksums; units are bytes.
    Check,
}

/// One step of progress.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// `done` of `total` units (files, chunks or bytes) of a stage; `total` may grow.
    Progress {
        /// The stage.
        stage: Stage,
        /// Units finished.
        done: u64,
        /// Units known.
        total: u64,
    },
    /// A sentence for the person: something is missing, slow or was repaired.
    Notice(String),
    /// A batch of files is in the catalog.
    Stored,
    /// The keyword index shows the catalog's generation.
    KeywordsPublished,
    /// The vector index shows the catalog's generation.
    VectorsPublished,
    /// A step of an answer that is being written.
    Answer(Box<AnswerEvent>),
}

/// Receives events; called from worker threads, so it must be quick.
pub trait Observer: Send + Sync {
    /// One event.
    fn event(&self, event: Event);

    /// Between two steps of work that goes on for long, on the thread that does it. Unlike the rest it may take its time, where somebody else is to have the
    /// processor: nothing is begun meanwhile that others wait for but the writer's lock, and whether the run is cancelled is looked at afterwards.
    fn rest(&self) {}
}

/// An observer that ignores everything.
#[derive(Debug, Default)]
pub struct Silent;

impl Observer for Silent {
    fn event(&self, _: Event) {}
}

/// What every long call is given: whom to tell, and whether to stop.
#[derive(Clone, Copy)]
pub struct Run<'a> {
    /// Receives progress.
    pub observer: &'a dyn Observer,
    /// Looked at between units of work.
    pub cancel: &'a CancelToken,
}

impl Run<'_> {
    /// Reports progress of a stage.
    pub fn progress(&self, stage: Stage, done: u64, total: u64) {
        self.observer.event(Event::Progress { stage, done, total });
    }

    /// A border between two steps of long work, where it may be held up and is stopped if it was cancelled.
    ///
    /// # Errors
    /// `Cancelled`.
    pub fn step(&self) -> Result<()> {
        self.observer.rest();
        self.cancel.check()
    }

    /// Tells a step of an answer.
    pub fn answer(&self, step: AnswerEvent) {
        self.observer.event(Event::Answer(Box::new(step)));
    }

    /// Says a sentence.
    pub fn notice(&self, text: impl Into<String>) {
        self.observer.event(Event::Notice(text.into()));
    }
}
