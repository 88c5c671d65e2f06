//! A document: what ingest made of one file. Text, its structure as typed byte spans, and the way back to the file.
//! It must not know the disk, the formats' details, or what is indexed.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// A byte range of a document's text, on character boundaries.
pub type Span = Range<usize>;

/// The formats that ingest reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Markdown (GFM).
    Markdown,
    /// Plain text, structure inferred.
    Plain,
    /// HTML, also saved web pages.
    Html,
    /// PDF with a text layer.
    Pdf,
    /// Office Open XML text.
    Docx,
    /// EPUB 2 and 3.
    Epub,
    /// Jupyter notebook.
    Ipynb,
}

/// What a block is. Blocks are in order, do not overlap, and need not cover the white space between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BlockKind {
    /// A heading, written or inferred. Level 1 is the highest. A question mark line (`问题：…`, `Q: …`) is a heading one level below the
    /// heading it stands under, so that it keeps its answer.
    Heading {
        /// 1 to 9.
        level: u8,
        /// The heading without marks, numbering kept (`2.1 训练效率`), one line.
        title: String,
    },
    /// A paragraph.
    Paragraph,
    /// One item of a list, its nested items included in their own blocks.
    ListItem {
        /// Nesting depth, 0 for the outermost.
        depth: u8,
    },
    /// A code block, fences included.
    Code,
    /// A table, all its rows.
    Table,
    /// A line that only labels what follows (`答案`, `解析：`, `A:` alone on its line).
    Label,
    /// Front matter and other data about the note: never retrieved, not furniture.
    Meta,
    /// Page furniture: menus, lists of related articles, adverts. Readable, counted, not retrieved.
    Furniture,
}

/// One structural element of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// What it is.
    pub kind: BlockKind,
    /// Where it is in [`Document::text`]; trimmed of surrounding blank lines.
    pub span: Span,
}

/// The way from an offset in the text to a place in the file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceMap {
    /// (text offset, 1-based line of the file), ascending; empty when the text's own lines are the file's lines.
    pub lines: Vec<(usize, u32)>,
    /// (text offset, 1-based page), ascending; empty for formats without pages.
    pub pages: Vec<(usize, u32)>,
}

/// A place a person can go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// 1-based line of the file (of the extracted text for formats without lines).
    pub line: u32,
    /// 1-based page, for formats with pages.
    pub page: Option<u32>,
}

impl SourceMap {
    /// The place of a text offset. `text` must be the document's text, at least up to `offset`.
    #[must_use]
    pub fn place(&self, text: &str, offset: usize) -> Place {
        let before = &text.as_bytes()[..offset.min(text.len())];
        let own = || 1 + u32::try_from(before.iter().filter(|&&b| b == b'\n').count()).unwrap_or(u32::MAX);
        Place { line: last_at(&self.lines, offset).unwrap_or_else(own), page: last_at(&self.pages, offset) }
    }
}

impl SourceMap {
    /// [`Self::place`] of many ascending offsets, reading the text once.
    #[must_use]
    pub fn places(&self, text: &str, offsets: impl Iterator<Item = usize>) -> Vec<Place> {
        let (mut at, mut line) = (0, 1);
        offsets
            .map(|offset| {
                let offset = offset.min(text.len()).max(at);
                line += u32::try_from(text.as_bytes()[at..offset].iter().filter(|&&b| b == b'\n').count()).unwrap_or(u32::MAX);
                at = offset;
                Place { line: last_at(&self.lines, offset).unwrap_or(line), page: last_at(&self.pages, offset) }
            })
            .collect()
    }
}

/// The value of the last pair at or before an offset.
fn last_at(pairs: &[(usize, u32)], offset: usize) -> Option<u32> {
    let after = pairs.partition_point(|&(at, _)| at <= offset);
    after.checked_sub(1).map(|i| pairs[i].1)
}

/// What ingest made of one file.
#[derive(Clone, Debug)]
pub struct Document {
    /// From front matter, the first level-1 heading, the format's own metadata, or the file name without extension; never empty.
    pub title: String,
    /// Other names, from front matter.
    pub aliases: Vec<String>,
    /// Tags, from front matter and where they stand in the text as `#tag`, without `#`.
    pub tags: Vec<String>,
    /// Date from front matter or the format's own metadata, `YYYY-MM-DD`.
    pub date: Option<String>,
    /// The format it was read as.
    pub format: Format,
    /// The encoding it was decoded from, WHATWG name (`UTF-8`, `GB18030`, …).
    pub encoding: String,
    /// The text. With `verbatim`, exactly the file's bytes from `file_offset` on.
    pub text: String,
    /// Whether `text` is the file's own bytes (UTF-8 Markdown and plain text).
    pub verbatim: bool,
    /// Bytes of the file before `text` (a byte order mark: 3), only with `verbatim`.
    pub file_offset: usize,
    /// Structure, in order.
    pub blocks: Vec<Block>,
    /// The way back to the file.
    pub source_map: SourceMap,
    /// Sentences for the ledger: what was odd (`page 3 has no text layer`).
    pub warnings: Vec<String>,
}

impl Document {
    /// Characters set aside as furniture, for the ledger.
    #[must_use]
    pub fn furniture_chars(&self) -> usize {
        self.blocks.iter().filter(|b| b.kind == BlockKind::Furniture).map(|b| self.text[b.span.clone()].chars().count()).sum()
    }

    /// Checks the invariants that chunking and citing rely on.
    ///
    /// # Errors
    /// The first violated invariant, in words.
    pub fn validate(&self) -> std::result::Result<(), String> {
        let mut end = 0;
        for block in &self.blocks {
            let Span { start, end: stop } = block.span;
            if start < end || stop < start || stop > self.text.len() {
                return Err(format!("block {start}..{stop} overlaps or leaves the text"));
            }
            if !self.text.is_char_boundary(start) || !self.text.is_char_boundary(stop) {
                return Err(format!("block {start}..{stop} splits a character"));
            }
            end = stop;
        }
        if self.title.trim().is_empty() {
            return Err("empty title".into());
        }
        Ok(())
    }
}
