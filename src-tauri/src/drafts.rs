//! The drafts of notes that are being written, under the name that each note's file has now: a file that is renamed elsewhere takes its draft along. It must
//! not know where notes are.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use sidenote_engine::error::Result;
use sidenote_engine::notes::{self, Draft};

use crate::desk::lock;

pub(crate) struct Drafts {
    kept: notes::Drafts,
    /// The file that the draft of a note was kept for last.
    under: Mutex<HashMap<u64, PathBuf>>,
}

impl Drafts {
    /// In a folder, which is made when it is needed.
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self { kept: notes::Drafts::new(folder), under: Mutex::default() }
    }

    /// Keeps a text for a note.
    ///
    /// # Errors
    /// `Io`.
    pub(crate) fn keep(&self, note: u64, file: &Path, text: &str) -> Result<()> {
        self.kept.keep(file, text)?;
        let before = lock(&self.under).insert(note, file.to_owned());
        before.filter(|before| before != file).map_or(Ok(()), |before| self.kept.forget(&before))
    }

    /// The text that was kept for a note.
    pub(crate) fn kept(&self, note: u64, file: &Path) -> Option<String> {
        self.kept.kept(file).or_else(|| self.kept.kept(lock(&self.under).get(&note)?))
    }

    /// Forgets it.
    ///
    /// # Errors
    /// `Io`.
    pub(crate) fn forget(&self, note: u64, file: &Path) -> Result<()> {
        self.kept.forget(file)?;
        let before = lock(&self.under).remove(&note);
        before.filter(|before| before != file).map_or(Ok(()), |before| self.kept.forget(&before))
    }

    /// What did not reach its file.
    ///
    /// # Errors
    /// `Io`.
    pub(crate) fn unsaved(&self) -> Result<Vec<Draft>> {
        self.kept.unsaved()
    }

    /// One of them by its number.
    ///
    /// # Errors
    /// `NotFound`, `Io`.
    pub(crate) fn numbered(&self, number: u64) -> Result<Draft> {
        self.kept.numbered(number)
    }
}
