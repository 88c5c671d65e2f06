//! From a file's bytes to a [`Document`]: picks the format, decodes, and applies the limits.
//! It must not know what is indexed, or the catalog.

pub mod decode;
pub mod docx;
pub mod epub;
pub mod furniture;
pub mod html;
pub mod ipynb;
pub mod markdown;
pub mod pdf;
pub mod plain;
pub(crate) mod structure;
pub mod walk;

use serde::{Deserialize, Serialize};

use crate::document::Document;

/// Why a file has no text in the index. Part of the ledger's JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SkipReason {
    /// Nothing but white space.
    Empty,
    /// Binary data under a text name.
    Binary,
    /// The bytes are no text in any encoding we know.
    Encoding,
    /// Over the size limit.
    TooLarge,
    /// Took longer than the time limit.
    TooSlow,
    /// The file's structure is broken.
    Damaged,
    /// Needs a password.
    Encrypted,
    /// Pages are images only: no text layer.
    NoTextLayer,
    /// The text layer is garbage (Chinese PDF without ToUnicode and the like).
    Garbled,
    /// Unpacks to far more than it is (zip bomb), or has too many parts.
    Bomb,
    /// A device, pipe or socket.
    NotAFile,
    /// A symbolic link that leaves the folder, or a loop.
    Link,
    /// The operating system refused to read it.
    Unreadable,
    /// It changed while it was read, twice in a row.
    Changing,
    /// The name is not valid UTF-8.
    Name,
}

/// A file that was not indexed, and why, in words for the person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skip {
    /// Stable reason.
    pub reason: SkipReason,
    /// One sentence, with what to do where something can be done.
    pub detail: String,
}

impl Skip {
    /// A skip with its sentence.
    pub fn new(reason: SkipReason, detail: impl Into<String>) -> Self {
        Self { reason, detail: detail.into() }
    }
}

/// Limits of one file.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes of a text file (Markdown, plain, HTML, notebook).
    pub text_bytes: u64,
    /// Bytes of a packed or page format (PDF, DOCX, EPUB).
    pub packed_bytes: u64,
    /// Characters of extracted text.
    pub text_chars: usize,
    /// Time for one file.
    pub time: std::time::Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { text_bytes: 32 << 20, packed_bytes: 256 << 20, text_chars: 16 << 20, time: std::time::Duration::from_secs(30) }
    }
}

/// Reads one file's bytes. `name` is the file name (its extension picks the format).
///
/// # Errors
/// A [`Skip`] with the reason, never a panic: parsers run under `catch_unwind` and a time limit.
pub fn read(name: &str, bytes: &[u8], limits: &Limits) -> std::result::Result<Document, Skip> {
    let _ = (name, bytes, limits);
    unimplemented!()
}
