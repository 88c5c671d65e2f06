//! pdf.
use super::{Limits, Skip, SkipReason};
use crate::document::Document;

/// Reads a pdf file. `stem` is the file name without extension, the title of last resort.
pub(super) fn parse(bytes: &[u8], stem: &str, limits: &Limits) -> Result<Document, Skip> {
    let _ = (bytes, stem, limits);
    Err(Skip::new(SkipReason::Damaged, "not implemented"))
}
