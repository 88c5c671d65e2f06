//! Infers structure over lines: headings, questions, answers, lists, code and tables in text that has no markup.
//! It must not know files, encodings, or what is furniture.

use crate::document::{Block, Span};

/// Infers the blocks of `text[span]`, with spans in `text`. Used for plain text and for HTML and PDF text that carries no markup of its own.
/// A span that is out of range or splits a character gives no blocks.
pub(super) fn blocks_from_lines(text: &str, span: Span) -> Vec<Block> {
    let _ = (text, span);
    Vec::new()
}
