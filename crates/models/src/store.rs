//! The folder of models: what is installed, what is half there, and the lock of each model. It must not know hubs or which model is chosen.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use sidenote_engine::error::{Error, Result};
use sidenote_engine::event::{Run, Stage};
use sidenote_engine::paths::Lock;

use crate::hub::{Hashing, hash_file};
use crate::manifest::{FILE, Manifest};

/// The folder of models.
#[derive(Clone, Debug)]
pub struct Store {
    folder: PathBuf,
}

/// One installed model.
#[derive(Clone, Debug)]
pub struct Installed {
    /// Its folder.
    pub folder: PathBuf,
    /// What is known of it.
    pub manifest: Manifest,
}

/// What a check of an installed model's files came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// Files looked at.
    pub files: u64,
    /// Bytes read.
    pub bytes: u64,
    /// What is wrong, one sentence a file.
    pub problems: Vec<String>,
}

impl Store {
    /// The store in a folder, which need not exist yet.
    #[must_use]
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Where it is.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Every installed model by name, and why a folder that looks like one cannot be used.
    #[must_use]
    pub fn all(&self) -> (Vec<Installed>, Vec<Error>) {
        let (mut installed, mut broken) = (Vec::new(), Vec::new());
        for folder in self.folders() {
            if !folder.join(FILE).is_file() {
                continue;
            }
            match Manifest::read(&folder) {
                Ok(manifest) => installed.push(Installed { folder, manifest }),
                Err(error) => broken.push(error),
            }
        }
        installed.sort_by(|a, b| a.manifest.name.cmp(&b.manifest.name));
        (installed, broken)
    }

    /// The installed model of a name, or of the `OWNER/NAME` it came from.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<Installed> {
        let (all, _) = self.all();
        let by = |test: &dyn Fn(&Manifest) -> bool| all.iter().find(|model| test(&model.manifest)).cloned();
        by(&|m| m.name.eq_ignore_ascii_case(name)).or_else(|| by(&|m| !m.endpoint.is_empty() && m.source.eq_ignore_ascii_case(name)))
    }

    /// Takes the lock of one model, or of one repository.
    ///
    /// # Errors
    /// `Busy` if another process holds it, `Io`.
    pub fn lock(&self, key: &str) -> Result<Lock> {
        fs::create_dir_all(&self.folder).map_err(|e| Error::io("create the folder of models", &self.folder, &e))?;
        Lock::take(&self.folder.join(format!(".{key}.lock")), "another sidenote is installing this model")
    }

    /// Bytes in folders of a repository that no model came of: downloads that were stopped.
    #[must_use]
    pub fn unfinished(&self, key: &str) -> Vec<(PathBuf, u64)> {
        self.folders()
            .into_iter()
            .filter(|folder| {
                let name = folder.file_name().unwrap_or_default().to_string_lossy();
                name.split_once('@').is_some_and(|(repository, _)| repository.eq_ignore_ascii_case(key)) && !folder.join(FILE).is_file()
            })
            .map(|folder| {
                let size = size_of(&folder);
                (folder, size)
            })
            .collect()
    }

    fn folders(&self) -> Vec<PathBuf> {
        let mut folders: Vec<PathBuf> = fs::read_dir(&self.folder)
            .into_iter()
            .flatten()
            .flatten()
            .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
            .map(|entry| entry.path())
            .collect();
        folders.sort();
        folders
    }
}

/// Bytes of the files below a folder.
fn size_of(folder: &Path) -> u64 {
    fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| match entry.file_type() {
            Ok(kind) if kind.is_dir() => size_of(&entry.path()),
            _ => entry.metadata().map_or(0, |m| m.len()),
        })
        .sum()
}

/// Removes a model's folder: first the manifest, so that half a removal leaves no model.
///
/// # Errors
/// `Io`.
pub fn remove_folder(folder: &Path) -> Result<()> {
    match fs::remove_file(folder.join(FILE)) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(Error::io("remove", &folder.join(FILE), &e)),
        _ => {}
    }
    fs::remove_dir_all(folder).map_err(|e| Error::io("remove", folder, &e))
}

impl Installed {
    /// Reads every file and compares it with the checksum that was recorded when it came.
    ///
    /// # Errors
    /// `Cancelled`.
    pub fn verify(&self, run: Run<'_>) -> Result<Verified> {
        let total = self.manifest.size();
        let mut verified = Verified::default();
        for file in &self.manifest.files {
            let path = self.folder.join(&file.path);
            let mut hashing = Hashing::new(None);
            let mut bytes = verified.bytes;
            let read = hash_file(&path, &mut hashing, run.cancel, |read| {
                bytes += read;
                run.progress(Stage::Check, bytes.min(total), total);
            });
            run.cancel.check()?;
            verified.files += 1;
            verified.bytes = bytes;
            match read {
                Ok(size) if size != file.size => verified.problems.push(format!("`{}` has {size} bytes instead of {}", file.path, file.size)),
                Ok(_) if hashing.finish().sha256 != file.sha256 => {
                    verified.problems.push(format!("`{}` has other content than when it came", file.path))
                }
                Ok(_) => {}
                Err(e) if e.kind() == ErrorKind::NotFound => verified.problems.push(format!("`{}` is missing", file.path)),
                Err(e) => verified.problems.push(format!("`{}` cannot be read: {e}", file.path)),
            }
        }
        Ok(verified)
    }
}
