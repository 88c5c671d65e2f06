//! Walk (to be replaced by the real one).
use std::path::{Path, PathBuf};
use super::Skip;
use crate::cancel::CancelToken;
use crate::error::Result;
/// Rules
#[derive(Clone, Debug, Default)]
pub struct WalkRules {
    /// Globs, gitignore syntax, relative to the folder.
    pub exclude: Vec<String>,
}
/// Entry
#[derive(Clone, Debug)]
pub struct Entry {
    /// Path relative to the folder, `/` between parts.
    pub path: String,
    /// What it is.
    pub found: Found,
}
/// Found
#[derive(Clone, Debug)]
pub enum Found {
    /// A file to read.
    File {
        /// Absolute path.
        absolute: PathBuf,
        /// Bytes.
        size: u64,
        /// Unix ms.
        modified: i64,
    },
    /// Something that would have been indexed.
    Skipped(Skip),
}
/// Modification time of a file, Unix milliseconds.
#[must_use]
pub fn modified_ms(metadata: &std::fs::Metadata) -> i64 {
    metadata.modified().ok().and_then(|t| t.duration_since(std::time::UNIX_EPOCH).ok()).and_then(|d| i64::try_from(d.as_millis()).ok()).unwrap_or(0)
}
/// Walk
pub fn walk(_root: &Path, _rules: &WalkRules, _cancel: &CancelToken) -> Result<Vec<Entry>> {
    unimplemented!()
}
