//! A PDF as pages: the very file that was indexed, and where its text stands on them. It must not know how pages are drawn.

use std::fs;
use std::sync::Arc;

use super::Snapshot;
use crate::document::{Format, Span};
use crate::error::{Error, ErrorCode, Result};
use crate::ingest::pdf::{PageBox, Places};
use crate::ingest::{self, Limits};

/// A PDF whose file is what was indexed.
pub struct Paper {
    /// The note.
    pub document: u64,
    /// The file's bytes.
    pub bytes: Arc<Vec<u8>>,
    /// Their hash.
    pub hash: [u8; 32],
    /// Width and height of every page, in points.
    pub sizes: Vec<(f32, f32)>,
    /// None where another version of the program made another text of it.
    places: Option<Places>,
}

impl Paper {
    /// Boxes around bytes of the note's text.
    #[must_use]
    pub fn boxes(&self, span: Span) -> Vec<PageBox> {
        self.places.as_ref().map(|places| places.boxes(span)).unwrap_or_default()
    }
}

impl Snapshot {
    /// A PDF's file, if it still is what was indexed: its pages show what is cited.
    ///
    /// # Errors
    /// `NotFound`, `InvalidInput` for what has no pages, `Io`, `DataDamaged`.
    pub fn paper(&self, id: u64) -> Result<Paper> {
        let row = self.file_of(id)?;
        if row.format != Format::Pdf {
            return Err(Error::new(ErrorCode::InvalidInput, format!("`{}` has no pages", row.path), "read it as text"));
        }
        let file = row.root.join(&row.path);
        let bytes = fs::read(&file).map_err(|e| Error::io("read", &file, &e))?;
        if *blake3::hash(&bytes).as_bytes() != row.hash {
            let message = format!("`{}` has changed since it was read", row.path);
            return Err(Error::new(ErrorCode::NotFound, message, "it is read again soon; until then its text is shown as it was"));
        }
        let bytes = Arc::new(bytes);
        let refused =
            |skip: ingest::Skip| Error::new(ErrorCode::Io, format!("the pages of `{}` cannot be read: {}", row.path, skip.detail), "read it as text");
        let places = ingest::places(Arc::clone(&bytes), &Limits::default()).map_err(refused)?;
        let same = places.text == self.catalog().text(id)?;
        Ok(Paper { document: id, bytes, hash: row.hash, sizes: places.sizes.clone(), places: same.then_some(places) })
    }
}
