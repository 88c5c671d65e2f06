//! A document as HTML that is safe to show: every run of text is in an element whose `data-at` is the byte offset of its first character in the
//! document's text, so that a span can be marked in what is shown. The notes' own markup never becomes attributes, scripts or addresses of
//! the page: text is escaped, links are named by `data-note` (a document's id; `data-heading`, the
//! heading of it that the link says), `data-url` (an address outside) or `data-missing`,
//! images by the address that the caller gives them. It must not know where notes are or who shows them.

mod blocks;
mod markdown;
mod math;
mod writer;

use crate::document::{Block, SourceMap};
use crate::wire::OutlineEntry;

/// What a note's links and images lead to.
pub trait Targets {
    /// The document that a `[[name]]` or a relative path means.
    fn note(&self, name: &str) -> Option<u64>;
    /// The address under which the window finds an image that a relative path means.
    fn image(&self, path: &str) -> Option<String>;
}

/// Text as HTML, and its headings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rendered {
    /// Safe HTML.
    pub html: String,
    /// In order.
    pub outline: Vec<OutlineEntry>,
}

/// Markdown as HTML, from byte `body` on (what comes before is front matter); of its blocks only those that do not end before byte `from`.
#[must_use]
pub fn markdown(text: &str, body: usize, from: usize, targets: &dyn Targets) -> Rendered {
    markdown::render(text, body, from, targets)
}

/// The text of another format by its blocks, with a mark where each page begins (`data-page`).
#[must_use]
pub fn blocks(text: &str, blocks: &[Block], map: &SourceMap) -> Rendered {
    blocks::render(text, blocks, map)
}
