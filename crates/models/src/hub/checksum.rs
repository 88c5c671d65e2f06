//! The two checksums that hubs give: SHA-256 of large files, git's blob SHA-1 of small ones. Both are computed while bytes pass by.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use sha1::Sha1;
use sha2::{Digest, Sha256};
use sidenote_engine::cancel::CancelToken;

/// What a file's bytes must come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Checksum {
    /// SHA-256, hex.
    Sha256(String),
    /// SHA-1 of git's blob: `blob`, the size, a zero byte, the content. Hex.
    GitBlob(String),
}

impl Checksum {
    /// The checksum that an `ETag` or `X-Linked-ETag` of a hub holds; other tags hold none.
    #[must_use]
    pub fn of_tag(tag: &str) -> Option<Self> {
        Self::of_hex(tag.trim().trim_start_matches("W/").trim_matches('"'))
    }

    /// A checksum by its length.
    #[must_use]
    pub fn of_hex(hex: &str) -> Option<Self> {
        if !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        match hex.len() {
            64 => Some(Self::Sha256(hex.to_ascii_lowercase())),
            40 => Some(Self::GitBlob(hex.to_ascii_lowercase())),
            _ => None,
        }
    }

    /// The hex digits.
    #[must_use]
    pub fn hex(&self) -> &str {
        match self {
            Self::Sha256(hex) | Self::GitBlob(hex) => hex,
        }
    }
}

/// Bytes on their way, hashed.
#[derive(Clone)]
pub(crate) struct Hashing {
    sha256: Sha256,
    git: Option<Sha1>,
}

impl Hashing {
    /// A file of `size` bytes; without a size git's checksum cannot be told.
    pub(crate) fn new(size: Option<u64>) -> Self {
        let git = size.map(|size| {
            let mut git = Sha1::new();
            git.update(format!("blob {size}\0"));
            git
        });
        Self { sha256: Sha256::new(), git }
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.sha256.update(bytes);
        if let Some(git) = &mut self.git {
            git.update(bytes);
        }
    }

    pub(crate) fn finish(self) -> Hashes {
        Hashes { sha256: hex(&self.sha256.finalize()), git: self.git.map(|git| hex(&git.finalize())) }
    }
}

/// What a file's bytes came to.
pub(crate) struct Hashes {
    pub(crate) sha256: String,
    git: Option<String>,
}

impl Hashes {
    pub(crate) fn agree(&self, checksum: &Checksum) -> bool {
        match checksum {
            Checksum::Sha256(hex) => *hex == self.sha256,
            Checksum::GitBlob(hex) => self.git.as_ref() == Some(hex),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Feeds a file into `hashing` and returns its length. Between two reads `passed` is told how many bytes went by; it is stopped by the token with
/// `Interrupted`.
pub(crate) fn hash_file(path: &Path, hashing: &mut Hashing, cancel: &CancelToken, mut passed: impl FnMut(u64)) -> io::Result<u64> {
    let mut file = File::open(path)?;
    let mut buffer = vec![0; 1 << 20];
    let mut length = 0;
    loop {
        if cancel.is_cancelled() {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let read = match file.read(&mut buffer) {
            Ok(0) => return Ok(length),
            Ok(read) => read,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
            Err(e) => return Err(e),
        };
        hashing.update(&buffer[..read]);
        length += read as u64;
        passed(read as u64);
    }
}
