//! HTML pages (and the XHTML of EPUB chapters) to text and blocks. It owns reading order and what is page furniture by markup;
//! it must not know encodings, files, or what is retrieved.

mod meta;
mod survey;
mod tree;
mod walk;

use super::build::{Facts, TextBuilder};
use super::decode::Decoded;
use super::{Limits, Skip};
use crate::document::{Block, BlockKind, Document, Format};

/// How much is taken for furniture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Strictness {
    /// By tags, roles, names of classes, density of links, and distance from the main element.
    Names,
    /// By tags and roles alone.
    Tags,
    /// Nothing.
    Nothing,
}

/// Reads decoded html text. `stem` is the file name without extension, the title of last resort.
pub(super) fn parse(decoded: Decoded, stem: &str, limits: &Limits) -> Result<Document, Skip> {
    let page = tree::parse(&decoded.text, limits)?;
    let out = body(&page, limits);
    let facts = Facts { title: meta::title(&page.html), stem, date: meta::date(&page.html), format: Format::Html, encoding: decoded.encoding };
    out.finish(facts, limits)
}

/// The text and blocks of a chapter: XHTML that is part of a larger document, without lines.
pub(super) fn chapter(source: &str, limits: &Limits) -> Result<TextBuilder, Skip> {
    let page = tree::parse(source, limits)?;
    let mut out = body(&page, limits);
    out.map.lines.clear();
    Ok(out)
}

/// Reads the page, and reads it again more trustingly where almost everything seemed to be furniture.
fn body(page: &tree::Page, limits: &Limits) -> TextBuilder {
    let mut best: Option<TextBuilder> = None;
    for strictness in [Strictness::Names, Strictness::Tags, Strictness::Nothing] {
        let mut out = walk::read(page, strictness, limits);
        let blocks = std::mem::take(&mut out.blocks);
        out.blocks = infer(&out.text, blocks);
        let (mut kept, mut aside) = (0, 0);
        for block in &out.blocks {
            *(if block.kind == BlockKind::Furniture { &mut aside } else { &mut kept }) += block.span.len();
        }
        let enough = match strictness {
            Strictness::Names => kept * 8 >= aside,
            Strictness::Tags => kept * 40 >= aside,
            Strictness::Nothing => true,
        };
        if enough && kept > 0 {
            return out;
        }
        best = Some(out);
    }
    best.unwrap_or_else(|| TextBuilder::new(limits))
}

/// Structure inside plain paragraphs (`<p>面试题 1：…</p>`), then furniture by its words. Headings that are written stay as they are.
fn infer(text: &str, blocks: Vec<Block>) -> Vec<Block> {
    super::furniture::set_aside(text, super::refine::paragraphs(text, blocks))
}
