//! Citations of earlier answers in the notes as they are indexed now: found where they were, found elsewhere, or what stands in their place.
//! It must not know conversations.

use serde::Deserialize;

use super::{Snapshot, floor_boundary};
use crate::error::Result;
use crate::wire::{CitationNow, CitationState};

/// Characters of what stands in a citation's place.
const MOST: usize = 400;
/// Characters of context that are searched for where the quote is no more.
const ANCHOR: usize = 12;

/// A citation as it was given.
#[derive(Clone, Debug, Deserialize)]
pub struct Cited {
    /// Its number.
    pub n: usize,
    /// Library name.
    pub library: String,
    /// Path relative to the library's folder.
    pub document: String,
    /// The document's id.
    pub document_id: u64,
    /// Text just before the quote.
    pub before: String,
    /// The quote.
    pub quote: String,
    /// Text just after it.
    pub after: String,
    /// Byte offset in the document's text.
    pub start: usize,
    /// Byte offset of its end.
    pub end: usize,
}

impl Cited {
    /// Where it is once its note is gone.
    #[must_use]
    pub fn gone(&self) -> CitationNow {
        CitationNow { n: self.n, state: CitationState::Gone, document_id: None, start: 0, end: 0, text: None }
    }
}

impl Snapshot {
    /// Where a citation is now.
    ///
    /// # Errors
    /// `DataDamaged`.
    pub fn citation_now(&self, cited: &Cited) -> Result<CitationNow> {
        let catalog = self.catalog();
        let id = match catalog.document(cited.document_id)? {
            Some(row) => Some(row.id),
            // Removed and added again: the same note under a new id.
            None => catalog.document_at(&cited.library, &cited.document)?,
        };
        let Some(id) = id else { return Ok(cited.gone()) };
        let text = catalog.text(id)?;
        let at = |state, start: usize, end: usize, text| CitationNow { n: cited.n, state, document_id: Some(id), start, end, text };
        if text.get(cited.start..cited.end) == Some(cited.quote.as_str()) {
            return Ok(at(CitationState::Exact, cited.start, cited.end, None));
        }
        let nearest = text.match_indices(&cited.quote).map(|(i, _)| i).min_by_key(|i| i.abs_diff(cited.start));
        if let Some(start) = nearest.filter(|_| !cited.quote.is_empty()) {
            return Ok(at(CitationState::Moved, start, start + cited.quote.len(), None));
        }
        let (start, end) = in_place(&text, cited);
        Ok(at(CitationState::Changed, start, end, Some(text[start..end].to_owned())))
    }
}

/// What stands between the quote's neighbours now; where they are gone too, the paragraph at its old place.
fn in_place(text: &str, cited: &Cited) -> (usize, usize) {
    let limit = |start: usize, end: usize| (start, text[start..end].char_indices().nth(MOST).map_or(end, |(i, _)| start + i));
    let near =
        |part: &str| (!part.trim().is_empty()).then(|| text.match_indices(part).map(|(i, _)| i).min_by_key(|i| i.abs_diff(cited.start))).flatten();
    let before: String = last(&cited.before, ANCHOR);
    let after: String = cited.after.chars().take(ANCHOR).collect();
    let from = near(&before).map(|i| i + before.len());
    let to = from.and_then(|from| text[from..].find(&after).filter(|_| !after.trim().is_empty()).map(|i| from + i)).or_else(|| near(&after));
    match (from, to) {
        (Some(from), Some(to)) if from <= to => limit(from, to),
        (Some(from), _) => limit(from, text[from..].find('\n').map_or(text.len(), |i| from + i)),
        (None, Some(to)) => limit(text[..to].rfind('\n').map_or(0, |i| i + 1), to),
        (None, None) => {
            let at = floor_boundary(text, cited.start.min(text.len()));
            limit(text[..at].rfind('\n').map_or(0, |i| i + 1), text[at..].find('\n').map_or(text.len(), |i| at + i))
        }
    }
}

fn last(text: &str, chars: usize) -> String {
    let start = text.char_indices().rev().nth(chars.saturating_sub(1)).map_or(0, |(i, _)| i);
    text[start..].to_owned()
}
