//! From a file's bytes to a [`Document`]: picks the format, decodes, and applies the limits.
//! It must not know what is indexed, or the catalog.

mod build;
pub mod decode;
pub mod docx;
pub mod epub;
pub mod furniture;
pub mod html;
pub mod ipynb;
pub mod markdown;
pub mod pdf;
pub mod plain;
mod refine;
pub(crate) mod structure;
mod unzip;
pub mod walk;
mod xml;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::document::{Document, Format};

/// Why a file has no text in the index. Part of the ledger's JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
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
    /// The person wants it left alone.
    Ignored,
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

/// The format of a file by its name, `None` for files that are not notes.
#[must_use]
pub fn format_of(name: &str) -> Option<Format> {
    let (stem, extension) = name.rsplit_once('.')?;
    if stem.is_empty() {
        return None;
    }
    match extension.to_ascii_lowercase().as_str() {
        "md" | "markdown" | "mdx" => Some(Format::Markdown),
        "txt" | "text" | "rst" | "org" => Some(Format::Plain),
        "html" | "htm" | "xhtml" => Some(Format::Html),
        "pdf" => Some(Format::Pdf),
        "docx" => Some(Format::Docx),
        "epub" => Some(Format::Epub),
        "ipynb" => Some(Format::Ipynb),
        _ => None,
    }
}

impl Limits {
    /// Bytes that a file of this format may have.
    #[must_use]
    pub fn bytes_of(&self, format: Format) -> u64 {
        match format {
            Format::Markdown | Format::Plain | Format::Html | Format::Ipynb => self.text_bytes,
            Format::Pdf | Format::Docx | Format::Epub => self.packed_bytes,
        }
    }
}

/// Text files up to this size are read on the caller's thread: they cannot be slow.
const INLINE_BYTES: usize = 256 << 10;

/// Stack of a parser's thread: some parsers recurse as deep as the file nests.
const STACK_BYTES: usize = 64 << 20;

/// Reads one file's bytes. `name` is the file name (its extension picks the format).
///
/// # Errors
/// A [`Skip`] with the reason, never a panic: parsers run under `catch_unwind` and a time limit.
pub fn read(name: &str, bytes: &[u8], limits: &Limits) -> std::result::Result<Document, Skip> {
    let format = format_of(name).unwrap_or(Format::Plain);
    let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    if size > limits.bytes_of(format) {
        return Err(too_large(size, limits.bytes_of(format)));
    }
    if bytes.is_empty() {
        return Err(Skip::new(SkipReason::Empty, "the file is empty"));
    }
    let stem = stem_of(name);
    let document = if matches!(format, Format::Markdown | Format::Plain) && bytes.len() <= INLINE_BYTES {
        guarded(|| parse(format, bytes, &stem, limits))?
    } else {
        let (owned, name, own_limits): (Arc<[u8]>, _, _) = (bytes.into(), stem.clone(), limits.clone());
        timed(limits, move || parse(format, &owned, &name, &own_limits))?
    };
    checked(document, &stem, limits)
}

/// Where the text of a PDF stands on its pages.
///
/// # Errors
/// As [`read`].
pub fn places(bytes: Arc<Vec<u8>>, limits: &Limits) -> std::result::Result<pdf::Places, Skip> {
    let own_limits = limits.clone();
    timed(limits, move || pdf::places(&bytes, &own_limits))
}

/// A sentence for a file or text over its limit.
fn too_large(size: u64, limit: u64) -> Skip {
    let mib = |bytes: u64| bytes.div_ceil(1 << 20);
    Skip::new(SkipReason::TooLarge, format!("the file has {} MiB; the limit is {} MiB", mib(size), mib(limit)))
}

/// The file name without its extension, the title of last resort.
pub(crate) fn stem_of(name: &str) -> String {
    let base = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let stem = match base.rsplit_once('.') {
        Some((stem, _)) if !stem.trim().is_empty() => stem,
        _ => base,
    };
    if stem.trim().is_empty() { "untitled".into() } else { stem.trim().to_owned() }
}

/// Parses on a thread of its own and gives up waiting after the limit. The thread is left to end by itself: it holds only its copy of the bytes.
fn timed<T: Send + 'static>(
    limits: &Limits,
    work: impl Fn() -> std::result::Result<T, Skip> + Clone + Send + 'static,
) -> std::result::Result<T, Skip> {
    let (sender, receiver) = crossbeam_channel::bounded(1);
    let there = work.clone();
    let spawned = std::thread::Builder::new().name("ingest".into()).stack_size(STACK_BYTES).spawn(move || {
        // Nobody listens any more after the time limit.
        let _ = sender.send(guarded(there));
    });
    if spawned.is_err() {
        return guarded(work);
    }
    match receiver.recv_timeout(limits.time) {
        Ok(result) => result,
        Err(crossbeam_channel::RecvTimeoutError::Timeout) => {
            let seconds = limits.time.as_secs_f32();
            Err(Skip::new(SkipReason::TooSlow, format!("reading it took longer than {seconds:.0} seconds; split the file or convert it to text")))
        }
        Err(crossbeam_channel::RecvTimeoutError::Disconnected) => Err(damaged()),
    }
}

fn damaged() -> Skip {
    Skip::new(SkipReason::Damaged, "its structure could not be read: open it in its own program and save it again")
}

/// A parser that panics has met a file that it does not understand.
fn guarded<T>(work: impl FnOnce() -> std::result::Result<T, Skip>) -> std::result::Result<T, Skip> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).unwrap_or_else(|_| Err(damaged()))
}

fn parse(format: Format, bytes: &[u8], stem: &str, limits: &Limits) -> std::result::Result<Document, Skip> {
    match format {
        Format::Pdf => pdf::parse(bytes, stem, limits),
        Format::Docx => docx::parse(bytes, stem, limits),
        Format::Epub => epub::parse(bytes, stem, limits),
        Format::Html => html::parse(decode::decode(bytes)?, stem, limits),
        Format::Ipynb => ipynb::parse(decode::decode(bytes)?, stem, limits),
        Format::Markdown => markdown::parse(decode::decode(bytes)?, stem, limits),
        Format::Plain => {
            let decoded = decode::decode(bytes)?;
            // A page that was saved under a text name.
            if looks_like_html(&decoded.text) { html::parse(decoded, stem, limits) } else { plain::parse(decoded, stem, limits) }
        }
    }
}

fn looks_like_html(text: &str) -> bool {
    let head = text.trim_start().get(..15).unwrap_or("").to_ascii_lowercase();
    head.starts_with("<!doctype html") || head.starts_with("<html")
}

/// The limits and invariants that hold for every format.
fn checked(mut document: Document, stem: &str, limits: &Limits) -> std::result::Result<Document, Skip> {
    if document.text.len() > limits.text_chars && document.text.chars().count() > limits.text_chars {
        return Err(Skip::new(SkipReason::TooLarge, format!("its text has more than {} million characters", limits.text_chars >> 20)));
    }
    if document.text.trim().is_empty() {
        return Err(Skip::new(SkipReason::Empty, "the file has no text"));
    }
    if document.title.trim().is_empty() {
        stem.clone_into(&mut document.title);
    }
    document.validate().map_err(|what| Skip::new(SkipReason::Damaged, format!("internal error: {what}; please report this as a bug")))?;
    Ok(document)
}
