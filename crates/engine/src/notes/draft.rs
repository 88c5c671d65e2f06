//! What was typed and has not reached its file yet: one file per note in `<data>/drafts/`, so that neither a crash nor a full disk elsewhere loses
//! it. It must not know what the text is.

use std::fs;
use std::path::{Path, PathBuf};

use super::write_whole;
use crate::error::{Error, Result};

/// The drafts of one data folder.
#[derive(Clone, Debug)]
pub struct Drafts {
    folder: PathBuf,
}

impl Drafts {
    /// In a folder, which is made when it is needed.
    #[must_use]
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Keeps a text for a note's file.
    ///
    /// # Errors
    /// `Io`.
    pub fn keep(&self, note: &Path, text: &str) -> Result<()> {
        fs::create_dir_all(&self.folder).map_err(|e| Error::io("make the folder", &self.folder, &e))?;
        write_whole(&self.place(note), text.as_bytes())
    }

    /// The text that was kept for a note's file.
    #[must_use]
    pub fn kept(&self, note: &Path) -> Option<String> {
        fs::read_to_string(self.place(note)).ok()
    }

    /// Forgets it.
    ///
    /// # Errors
    /// `Io`.
    pub fn forget(&self, note: &Path) -> Result<()> {
        let place = self.place(note);
        match fs::remove_file(&place) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(Error::io("delete", &place, &e)),
            _ => Ok(()),
        }
    }

    fn place(&self, note: &Path) -> PathBuf {
        let key = blake3::hash(note.as_os_str().as_encoded_bytes()).to_hex();
        // A person who looks into the folder should see which is which.
        let stem: String = note.file_stem().map_or_else(String::new, |s| s.to_string_lossy().chars().take(30).collect());
        self.folder.join(format!("{stem}-{}.md", &key[..12]))
    }
}
