//! Verified citations: a quote is shown only if it is in the file at that moment. For documents whose text is the file's own bytes the
//! bytes are compared, and a quote that an edit has moved is found again; for other formats the file must be unchanged and the quote equal
//! to the extracted text. It must not know how passages were found.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fs;

use crate::catalog::{Catalog, DocumentRow};
use crate::document::{Place, SourceMap, Span};
use crate::error::Result;

/// Characters shown on each side of a quote.
const CONTEXT: usize = 60;

/// What the file says of a quote now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Check {
    /// It is there.
    Found(Verified),
    /// The file has it no more.
    Changed,
    /// The file is gone or cannot be read.
    Gone,
}

/// A quote that was just found in its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Bytes in the document's text as it is now.
    pub span: Span,
    /// The quote.
    pub quote: String,
    /// Text just before it.
    pub before: String,
    /// Text just after it.
    pub after: String,
    /// Where it is.
    pub place: Place,
    /// Whether the note has changed since it was indexed (the quote is still in it).
    pub moved: bool,
}

/// Verifies quotes against files, reading each file once. One per answer: what it has read is as old as itself.
#[derive(Default)]
pub struct Verifier {
    files: HashMap<u64, Option<Current>>,
}

/// A document as its file is now.
struct Current {
    /// The text quotes are looked up in.
    text: String,
    changed: bool,
}

impl Verifier {
    /// Checks one quote: `span` of the document's indexed text, which reads `quote`.
    ///
    /// # Errors
    /// `DataDamaged` if the catalog cannot give the document's text.
    pub fn check(&mut self, catalog: &Catalog, document: &DocumentRow, span: &Span, quote: &str) -> Result<Check> {
        let current = match self.files.entry(document.id) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(read(catalog, document)?),
        };
        let Some(current) = current else { return Ok(Check::Gone) };
        if quote.is_empty() {
            return Ok(Check::Changed);
        }
        if current.changed && !document.verbatim {
            return Ok(Check::Changed);
        }
        let text = &current.text;
        let found = if text.get(span.clone()) == Some(quote) { Some(span.start) } else { nearest(text, quote, span.start) };
        let Some(start) = found else { return Ok(Check::Changed) };
        let span = start..start + quote.len();
        // Line numbers of an edited file are its own; a map made for the old text no longer holds.
        let map = if current.changed { &SourceMap::default() } else { &document.source_map };
        Ok(Check::Found(Verified {
            quote: quote.to_owned(),
            before: before(text, span.start),
            after: after(text, span.end),
            place: map.place(text, span.start),
            moved: current.changed,
            span,
        }))
    }
}

fn read(catalog: &Catalog, document: &DocumentRow) -> Result<Option<Current>> {
    let Ok(bytes) = fs::read(document.root.join(&document.path)) else { return Ok(None) };
    let changed = *blake3::hash(&bytes).as_bytes() != document.hash;
    if !document.verbatim {
        return Ok(Some(Current { text: catalog.text(document.id)?, changed }));
    }
    let offset = if changed { if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 } } else { document.file_offset };
    // An edit that is no UTF-8 any more holds no quote of the old text.
    let text = bytes.get(offset..).and_then(|b| String::from_utf8(b.to_vec()).ok()).unwrap_or_default();
    Ok(Some(Current { text, changed }))
}

/// The occurrence of a quote nearest to where it was.
fn nearest(text: &str, quote: &str, at: usize) -> Option<usize> {
    text.match_indices(quote).map(|(i, _)| i).min_by_key(|&i| i.abs_diff(at))
}

fn before(text: &str, at: usize) -> String {
    let start = text[..at].char_indices().rev().nth(CONTEXT - 1).map_or(0, |(i, _)| i);
    text[start..at].to_owned()
}

fn after(text: &str, at: usize) -> String {
    let end = text[at..].char_indices().nth(CONTEXT).map_or(text.len(), |(i, _)| at + i);
    text[at..end].to_owned()
}
