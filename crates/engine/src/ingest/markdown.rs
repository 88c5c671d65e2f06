//! Markdown (GFM) with front matter, wiki-links, callouts, math and footnotes. It must not know encodings or files.

mod front;
mod outline;
mod tags;

use pulldown_cmark::Options;

use super::decode::Decoded;
use super::{Limits, Skip, plain};
use crate::document::{Block, BlockKind, Document, Format, SourceMap};
use crate::text::normalise;

/// The Markdown that notes are read as, and shown as.
pub(crate) const OPTIONS: Options = Options::ENABLE_TABLES
    .union(Options::ENABLE_FOOTNOTES)
    .union(Options::ENABLE_STRIKETHROUGH)
    .union(Options::ENABLE_TASKLISTS)
    .union(Options::ENABLE_HEADING_ATTRIBUTES)
    .union(Options::ENABLE_MATH)
    .union(Options::ENABLE_GFM)
    .union(Options::ENABLE_WIKILINKS);

/// Where the text begins after front matter.
#[must_use]
pub fn body(text: &str) -> usize {
    front::read(text).span.end
}

/// The tags of a note's text: those in its front matter, then those that stand in it, each once whatever the case.
#[must_use]
pub fn tags(text: &str) -> Vec<String> {
    all_tags(front::read(text).tags, tags::inline(text, body(text)))
}

fn all_tags(front: Vec<String>, inline: Vec<String>) -> Vec<String> {
    let mut known: Vec<String> = front.iter().map(|tag| normalise(tag)).collect();
    let mut all = front;
    for tag in inline {
        let plain = normalise(&tag);
        if !known.contains(&plain) {
            known.push(plain);
            all.push(tag);
        }
    }
    all
}

/// Reads decoded Markdown text. `stem` is the file name without extension, the title of last resort.
pub(super) fn parse(decoded: Decoded, stem: &str, _limits: &Limits) -> Result<Document, Skip> {
    let Decoded { text, encoding, verbatim, file_offset } = decoded;
    let front = front::read(&text);
    let body = front.span.end;
    let mut blocks: Vec<Block> = Vec::new();
    if body > 0 {
        blocks.push(Block { kind: BlockKind::Meta, span: front.span.clone() });
    }
    let marked = outline::blocks(&text, body);
    blocks.extend(unmarked(&text, body, &marked).unwrap_or(marked));
    let title = front.title.as_deref().or_else(|| plain::title(&blocks)).unwrap_or(stem).to_owned();
    Ok(Document {
        title,
        aliases: front.aliases,
        tags: all_tags(front.tags, tags::inline(&text, body)),
        date: front.date,
        format: Format::Markdown,
        encoding,
        text,
        verbatim,
        file_offset,
        blocks,
        source_map: SourceMap::default(),
        warnings: front.warning.into_iter().collect(),
    })
}

/// A note that is Markdown only by its name: it has no heading of Markdown, but clear structure as plain text.
fn unmarked(text: &str, body: usize, marked: &[Block]) -> Option<Vec<Block>> {
    let structured =
        |block: &Block| matches!(block.kind, BlockKind::Heading { .. } | BlockKind::Code | BlockKind::Table | BlockKind::ListItem { depth: 1.. });
    if marked.iter().any(structured) {
        return None;
    }
    let inferred = plain::blocks(text, body..text.len());
    let headings = inferred.iter().filter(|block| matches!(block.kind, BlockKind::Heading { level, .. } if level > 1)).count();
    (headings >= 2).then_some(inferred)
}
