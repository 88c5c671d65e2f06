//! Plain text, also pasted web pages: structure inferred from lines, page furniture set aside. It must not know encodings or files.

use super::decode::Decoded;
use super::{Limits, Skip, furniture, structure};
use crate::document::{Block, BlockKind, Document, Format, SourceMap, Span};

/// Reads decoded plain text. `stem` is the file name without extension, the title of last resort.
pub(super) fn parse(decoded: Decoded, stem: &str, _limits: &Limits) -> Result<Document, Skip> {
    let Decoded { text, encoding, verbatim, file_offset } = decoded;
    let blocks = blocks(&text, 0..text.len());
    let title = page_title(&blocks).unwrap_or(stem).to_owned();
    Ok(Document {
        title,
        aliases: Vec::new(),
        tags: Vec::new(),
        date: None,
        format: Format::Plain,
        encoding,
        text,
        verbatim,
        file_offset,
        blocks,
        source_map: SourceMap::default(),
        warnings: Vec::new(),
    })
}

/// Structure and furniture of a text without markup, or of the part of it that has none.
pub(crate) fn blocks(text: &str, span: Span) -> Vec<Block> {
    let blocks = furniture::set_aside(text, structure::blocks_from_lines(text, span.clone()));
    let aside = |block: Option<&Block>| block.filter(|block| block.kind == BlockKind::Furniture).cloned();
    let (head, tail) = (aside(blocks.first()), aside(blocks.last()));
    // What hangs above and below a page must not say what its headings look like: infer again without it.
    let from = head.as_ref().map_or(span.start, |block| block.span.end);
    let to = tail.as_ref().map_or(span.end, |block| block.span.start);
    if (head.is_none() && tail.is_none()) || from > to {
        return blocks;
    }
    let mut again: Vec<Block> = head.into_iter().collect();
    again.extend(structure::blocks_from_lines(text, from..to));
    again.extend(tail);
    furniture::set_aside(text, again)
}

/// The title of a page: the one heading of level 1, which may be repeated. Chapters and questions side by side are no title.
fn page_title(blocks: &[Block]) -> Option<&str> {
    let first = title(blocks)?;
    let others = blocks.iter().any(|block| matches!(&block.kind, BlockKind::Heading { level: 1, title } if !title.starts_with(first)));
    (!others).then_some(first)
}

/// The first heading of level 1.
pub(super) fn title(blocks: &[Block]) -> Option<&str> {
    blocks.iter().find_map(|block| match &block.kind {
        BlockKind::Heading { level: 1, title } if !title.trim().is_empty() => Some(title.as_str()),
        _ => None,
    })
}
