//! What was typed and has not reached its file yet: one file per note in `<data>/drafts/`, so that neither a crash nor a full disk elsewhere loses
//! it, nor the end of the note itself. Its first line names the note's file, what follows is the text. It must not know what the text is.

use std::fs;
use std::path::{Path, PathBuf};

use super::{read, write_whole};
use crate::error::{Error, ErrorCode, Result};
use crate::ingest::{self, Limits, markdown};

/// Letters of a draft's name that are its number.
const KEY: usize = 12;
/// Characters that tell a person which text it is.
const WORDS: usize = 120;

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
        let file = serde_json::to_string(&note.to_string_lossy()).map_err(Error::internal)?;
        write_whole(&self.place(note), format!("{BEGIN}{file}{END}{text}").as_bytes())
    }

    /// The text that was kept for a note's file.
    #[must_use]
    pub fn kept(&self, note: &Path) -> Option<String> {
        Some(Draft::read(&self.place(note))?.text)
    }

    /// What did not reach its file: that is gone, or says something else.
    ///
    /// # Errors
    /// `Io`.
    pub fn unsaved(&self) -> Result<Vec<Draft>> {
        Ok(self.all()?.into_iter().filter(|draft| read(&draft.file).map_or(true, |now| now.text != draft.text)).collect())
    }

    /// One of them by its number.
    ///
    /// # Errors
    /// `NotFound`, `Io`.
    pub fn numbered(&self, number: u64) -> Result<Draft> {
        let found = self.all()?.into_iter().find(|draft| draft.number == number);
        found.ok_or_else(|| Error::new(ErrorCode::NotFound, "this text is no longer kept", "it was saved or discarded meanwhile"))
    }

    fn all(&self) -> Result<Vec<Draft>> {
        let entries = match fs::read_dir(&self.folder) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(|e| Error::io("open the folder", &self.folder, &e))?,
        };
        let mut drafts: Vec<Draft> = entries.filter_map(|entry| Draft::read(&entry.ok()?.path())).collect();
        drafts.sort_by(|a, b| a.file.cmp(&b.file));
        Ok(drafts)
    }

    /// Forgets it.
    ///
    /// # Errors
    /// `Io`.
    pub fn forget(&self, note: &Path) -> Result<()> {
        remove(&self.place(note))
    }

    fn place(&self, note: &Path) -> PathBuf {
        let key = blake3::hash(note.as_os_str().as_encoded_bytes()).to_hex();
        // A person who looks into the folder should see which is which.
        let stem: String = note.file_stem().map_or_else(String::new, |s| s.to_string_lossy().chars().take(30).collect());
        self.folder.join(format!("{stem}-{}.md", &key[..KEY]))
    }
}

/// What stands around the name of the note's file.
const BEGIN: &str = "<!-- ";
const END: &str = " -->\n";

/// A text that was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// Names it.
    pub number: u64,
    /// The file that it was typed for.
    pub file: PathBuf,
    /// What was typed.
    pub text: String,
    place: PathBuf,
}

impl Draft {
    /// None for a file that is no draft.
    fn read(place: &Path) -> Option<Self> {
        let (name, key) = place.file_stem()?.to_str()?.rsplit_once('-')?;
        let number = u64::from_str_radix(key, 16).ok().filter(|_| key.len() == KEY)?;
        let kept = fs::read_to_string(place).ok()?;
        let named = kept.strip_prefix(BEGIN).and_then(|kept| kept.split_once(END));
        let named = named.and_then(|(file, text)| Some((PathBuf::from(serde_json::from_str::<String>(file).ok()?), text)));
        // One of before, when they did not say whose they are.
        let (file, text) = named.unwrap_or_else(|| (PathBuf::from(format!("{name}.md")), &kept));
        Some(Self { number, file, text: text.to_owned(), place: place.to_owned() })
    }

    /// The title that the text says; without one, the file's name.
    #[must_use]
    pub fn title(&self) -> String {
        let name = self.file.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let stem = || self.file.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
        ingest::read(&name, self.text.as_bytes(), &Limits::default()).map_or_else(|_| stem(), |document| document.title)
    }

    /// Its first words, for a person who is to know it again.
    #[must_use]
    pub fn words(&self) -> String {
        let body = &self.text[markdown::body(&self.text)..];
        let lines = body.lines().filter(|line| !line.starts_with("# ")).flat_map(str::split_whitespace);
        lines.collect::<Vec<_>>().join(" ").chars().take(WORDS).collect()
    }

    /// Whether there is no such file any more.
    #[must_use]
    pub fn is_orphan(&self) -> bool {
        !self.file.exists()
    }

    /// Forgets it.
    ///
    /// # Errors
    /// `Io`.
    pub fn forget(&self) -> Result<()> {
        remove(&self.place)
    }
}

fn remove(place: &Path) -> Result<()> {
    match fs::remove_file(place) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(Error::io("delete", place, &e)),
        _ => Ok(()),
    }
}
