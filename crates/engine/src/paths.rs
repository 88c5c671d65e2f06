//! Where everything is on disk, the data folder's version, and the writer's lock. It must not know what the files hold.

use std::env;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use crate::error::{Error, ErrorCode, Result};

/// The version of the data folder's layout.
const VERSION: &str = "1";

/// The folders of one installation or one `--data-dir`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    /// Catalog and indexes.
    pub data: PathBuf,
    /// Settings.
    pub config: PathBuf,
    /// Downloaded models.
    pub cache: PathBuf,
    /// The person's own notes, where new ones go unless the settings name another folder. Not made before the first note.
    pub notes: PathBuf,
}

impl Paths {
    /// Everything below one folder (`--data-dir`, `SIDENOTE_DATA_DIR`, tests).
    #[must_use]
    pub fn under(folder: &Path) -> Self {
        Self { data: folder.to_owned(), config: folder.join("config"), cache: folder.join("cache"), notes: folder.join("notes") }
    }

    /// The platform's own places (XDG folders on Linux).
    ///
    /// # Errors
    /// `Io` if the person has no home folder.
    pub fn standard() -> Result<Self> {
        let dirs = directories::ProjectDirs::from("", "", "sidenote")
            .ok_or_else(|| Error::new(ErrorCode::Io, "there is no home folder to keep the index in", "name a folder with --data-dir"))?;
        let user = directories::UserDirs::new();
        let documents = user.as_ref().and_then(|user| user.document_dir().or(Some(user.home_dir()))).unwrap_or(dirs.data_dir());
        Ok(Self {
            data: dirs.data_dir().to_owned(),
            config: dirs.config_dir().to_owned(),
            cache: dirs.cache_dir().to_owned(),
            notes: documents.join("Sidenote"),
        })
    }

    /// The SQLite file.
    #[must_use]
    pub fn catalog(&self) -> PathBuf {
        self.data.join("catalog.sqlite")
    }

    /// The conversations' own SQLite file.
    #[must_use]
    pub fn conversations(&self) -> PathBuf {
        self.data.join("conversations.sqlite")
    }

    /// What was typed and has not reached its note's file.
    #[must_use]
    pub fn drafts(&self) -> PathBuf {
        self.data.join("drafts")
    }

    /// Questions whose answers the person marked as wrong, in the format of a set; read by the self-test if it is there.
    #[must_use]
    pub fn marked(&self) -> PathBuf {
        self.data.join("marked.jsonl")
    }

    /// The folder of everything that can be rebuilt.
    #[must_use]
    pub fn index(&self) -> PathBuf {
        self.data.join("index")
    }

    /// The folder of downloaded and imported models.
    #[must_use]
    pub fn models(&self) -> PathBuf {
        self.cache.join("models")
    }

    /// The person's settings.
    #[must_use]
    pub fn settings(&self) -> PathBuf {
        self.config.join("settings.toml")
    }

    /// Creates the data folder, or refuses one that a newer program wrote.
    ///
    /// # Errors
    /// `Io`, `DataTooNew`.
    pub fn prepare(&self) -> Result<()> {
        fs::create_dir_all(&self.data).map_err(|e| Error::io("create the data folder", &self.data, &e))?;
        let file = self.data.join("VERSION");
        match fs::read_to_string(&file) {
            Ok(found) if found.trim() == VERSION => Ok(()),
            // An empty file is what a crash between creating and writing leaves.
            Ok(found) if found.trim().is_empty() => fs::write(&file, VERSION).map_err(|e| Error::io("write", &file, &e)),
            Ok(found) => Err(Error::new(
                ErrorCode::DataTooNew,
                format!("the data folder `{}` has layout version {}, this program knows version {VERSION}", self.data.display(), found.trim()),
                "update Sidenote, or use another folder with --data-dir",
            )),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => fs::write(&file, VERSION).map_err(|e| Error::io("write", &file, &e)),
            Err(e) => Err(Error::io("read", &file, &e)),
        }
    }

    /// Takes the writer's lock.
    ///
    /// # Errors
    /// `Busy` if another process holds it, `Io`.
    pub fn lock(&self) -> Result<Lock> {
        Lock::take(&self.data.join("lock"), "another sidenote is indexing into this data folder")
    }
}

/// A lock on a file, held until this is dropped; the operating system frees it if the process dies.
#[derive(Debug)]
pub struct Lock {
    file: File,
}

impl Lock {
    /// Takes the lock on a file, which is made if need be. `taken` says who holds it otherwise.
    ///
    /// # Errors
    /// `Busy` if another process holds it, `Io`.
    pub fn take(path: &Path, taken: &str) -> Result<Self> {
        let file = File::options().create(true).append(true).open(path).map_err(|e| Error::io("open", path, &e))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { file }),
            Err(TryLockError::WouldBlock) => {
                Err(Error::new(ErrorCode::Busy, taken, "wait until it has finished; asking and searching work meanwhile"))
            }
            Err(TryLockError::Error(e)) => Err(Error::io("lock", path, &e)),
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing the file is not enough: a program that is just being started has a copy of it until it runs, and would hold the lock as long.
        let _ = self.file.unlock();
    }
}

/// The folder of the notes that came with the program: where its package puts them, in the source tree it was built in, or beside the executable.
#[must_use]
pub fn shipped_notes() -> Option<PathBuf> {
    if let Some(named) = env::var_os("SIDENOTE_NOTES") {
        return Some(PathBuf::from(named)).filter(|p| p.is_dir());
    }
    let exe = env::current_exe().ok()?.canonicalize().ok()?;
    let folder = exe.parent()?;
    // A package of the command line; the window's on Linux, macOS and Windows.
    let installed = ["../share/sidenote/notes", "../lib/Sidenote/notes", "../Resources/notes"].map(|place| folder.join(place));
    // During development the executable is in target/<profile>/ of the source tree; the window's build leaves a copy of the notes there.
    let source = folder.ancestors().filter(|a| a.join("Cargo.toml").is_file()).map(|a| a.join("notes"));
    let beside = [folder.join("notes")];
    installed.into_iter().chain(source).chain(beside).find(|p| p.is_dir()).and_then(|p| p.canonicalize().ok())
}
