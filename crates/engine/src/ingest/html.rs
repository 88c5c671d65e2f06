//! html.
use super::decode::Decoded;
use super::{Limits, Skip, SkipReason};
use crate::document::Document;

/// Reads decoded html text. `stem` is the file name without extension, the title of last resort.
pub(super) fn parse(decoded: Decoded, stem: &str, limits: &Limits) -> Result<Document, Skip> {
    let _ = (decoded, stem, limits);
    Err(Skip::new(SkipReason::Damaged, "not implemented"))
}
