//! Document → chunks: spans that follow the document's structure, sized by a model-independent token estimate. Pure.
//! It must not know the disk, models or indexes.
//!
//! A section (a heading and what stands under it) is one chunk where it fits; a question therefore stays with its answer. Small
//! neighbours under one parent are joined, large sections are split between blocks, then between sentences, and only such splits overlap.

use crate::document::{BlockKind, Document, Span};
use crate::text::{estimate_tokens, sentences};

/// Sizes, in estimated tokens ([`estimate_tokens`]). Changing them changes [`Settings::version`], and the catalog is chunked again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// A chunk is never larger, except for one sentence or line that is.
    pub max: usize,
    /// Size aimed at when a section is split or small ones are joined.
    pub target: usize,
    /// A section below this joins its neighbour.
    pub min: usize,
    /// Overlap between the parts of a split section.
    pub overlap: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { max: 360, target: 270, min: 48, overlap: 40 }
    }
}

impl Settings {
    /// Identifies the chunker: the algorithm's version and its settings.
    #[must_use]
    pub fn version(&self) -> String {
        format!("1-{}-{}-{}-{}", self.max, self.target, self.min, self.overlap)
    }
}

/// The indexed unit: a byte span of the document's text and the headings it stands under.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// Bytes of [`Document::text`], on character boundaries, ascending by start.
    pub span: Span,
    /// Heading path from the top, without the document's title.
    pub heading: Vec<String>,
    /// Estimated tokens of the span.
    pub tokens: usize,
}

/// A piece of content inside a section: one block, or a part of an oversized one.
#[derive(Clone, Debug)]
struct Piece {
    span: Span,
    tokens: usize,
    /// Whether the piece was cut out of a larger block (then it may be repeated as overlap).
    cut: bool,
    /// Whether nothing may follow it at the end of a chunk (a heading, a label, a line that introduces a list).
    leads: bool,
}

#[derive(Debug)]
struct Section {
    path: Vec<String>,
    pieces: Vec<Piece>,
    /// Whether furniture stands between it and the section before: no chunk may span that.
    apart: bool,
}

impl Section {
    fn tokens(&self) -> usize {
        self.pieces.iter().map(|p| p.tokens).sum()
    }
    /// Whether there is something under the heading.
    fn has_body(&self) -> bool {
        self.pieces.iter().any(|p| !p.leads)
    }
}

/// Cuts a document into chunks. Spans are in order, hold no furniture and no front matter, and overlap only inside a split section.
#[must_use]
pub fn chunk(document: &Document, settings: &Settings) -> Vec<Chunk> {
    let mut chunks = Vec::new();
    for group in join_small(sections(document, settings), settings) {
        pack(document, &group, settings, &mut chunks);
    }
    chunks
}

/// Sections in order. Furniture between two blocks ends a section without a new heading.
fn sections(document: &Document, settings: &Settings) -> Vec<Section> {
    let mut path: Vec<(u8, String)> = Vec::new();
    let mut out: Vec<Section> = vec![Section { path: Vec::new(), pieces: Vec::new(), apart: false }];
    let mut gap = false;
    for block in &document.blocks {
        match &block.kind {
            BlockKind::Furniture | BlockKind::Meta => {
                gap = true;
                continue;
            }
            BlockKind::Heading { level, title } => {
                path.retain(|(l, _)| l < level);
                // The title is kept beside the path, so a first heading that repeats it adds nothing.
                path.push((*level, if *title == document.title { String::new() } else { title.clone() }));
                out.push(Section { path: names(&path), pieces: Vec::new(), apart: gap });
            }
            _ if gap => out.push(Section { path: names(&path), pieces: Vec::new(), apart: true }),
            _ => {}
        }
        gap = false;
        if let Some(section) = out.last_mut() {
            let leads = matches!(block.kind, BlockKind::Heading { .. } | BlockKind::Label);
            cut_block(document, block.span.clone(), leads, settings, &mut section.pieces);
        }
    }
    out.retain(|s| !s.pieces.is_empty());
    out
}

fn names(path: &[(u8, String)]) -> Vec<String> {
    path.iter().filter(|(_, t)| !t.is_empty()).map(|(_, t)| t.clone()).collect()
}

/// A block as one piece, or cut between sentences (lines, for code and tables) when it is larger than a chunk.
fn cut_block(document: &Document, span: Span, leads: bool, settings: &Settings, out: &mut Vec<Piece>) {
    let text = &document.text[span.clone()];
    let tokens = estimate_tokens(text);
    if tokens <= settings.max {
        let introduces = text.trim_end().ends_with([':', '：']) && tokens <= settings.min;
        out.push(Piece { span, tokens, cut: false, leads: leads || introduces });
        return;
    }
    for sentence in sentences(text) {
        let mut start = sentence.start;
        while start < sentence.end {
            let end = start + prefix_within(&text[start..sentence.end], settings.max);
            let part = span.start + start..span.start + end;
            out.push(Piece { tokens: estimate_tokens(&document.text[part.clone()]), span: part, cut: true, leads: false });
            start = end;
        }
    }
}

/// Bytes of the longest prefix of at most `max` estimated tokens, at least one character. Cuts at white space if some is near the end.
fn prefix_within(text: &str, max: usize) -> usize {
    // Every token has at most six characters of the estimate's kinds, so this many characters always suffice to look at.
    let limit = text.char_indices().nth(max * 6 + 1).map_or(text.len(), |(i, _)| i);
    let window = &text[..limit];
    if limit == text.len() && estimate_tokens(window) <= max {
        return text.len();
    }
    let marks: Vec<usize> = window.char_indices().map(|(i, _)| i).chain([window.len()]).collect();
    let (mut low, mut high) = (1, marks.len() - 1);
    while low < high {
        let middle = (low + high).div_ceil(2);
        if estimate_tokens(&window[..marks[middle]]) <= max { low = middle } else { high = middle - 1 }
    }
    let end = marks[low.max(1).min(marks.len() - 1)];
    window[..end].rfind(char::is_whitespace).filter(|&i| i > end / 2).map_or(end, |i| i + 1)
}

/// Joins neighbours so that no small section stands alone where it has a sibling: a heading without body goes to its first subsection,
/// sections below `min` to their neighbour under the same parent while the sum stays within `target`.
fn join_small(sections: Vec<Section>, settings: &Settings) -> Vec<Section> {
    let mut out: Vec<Section> = Vec::new();
    for section in sections {
        if let Some(last) = out.last_mut().filter(|_| !section.apart) {
            let opens = !last.has_body() && section.path.len() > last.path.len() && section.path.starts_with(&last.path);
            let fits = last.tokens() + section.tokens() <= settings.target;
            let small = last.tokens() < settings.min || section.tokens() < settings.min;
            let siblings = !last.path.is_empty() && last.path != section.path && parent(&last.path) == parent(&section.path);
            if opens || (fits && small && siblings) {
                last.path = if opens { section.path } else { common(&last.path, &section.path) };
                last.pieces.extend(section.pieces);
                continue;
            }
        }
        out.push(section);
    }
    out
}

fn parent(path: &[String]) -> &[String] {
    &path[..path.len().saturating_sub(1)]
}

fn common(a: &[String], b: &[String]) -> Vec<String> {
    a.iter().zip(b).take_while(|(x, y)| x == y).map(|(x, _)| x.clone()).collect()
}

/// Packs a section's pieces into chunks of at most `max` tokens, near `target` each.
fn pack(document: &Document, section: &Section, settings: &Settings, out: &mut Vec<Chunk>) {
    let total = section.tokens();
    // Parts of nearly equal size read better than full ones and a rest.
    let goal = if total <= settings.max { settings.max } else { (total / total.div_ceil(settings.target)).max(settings.min) };
    let pieces = &section.pieces;
    let mut first = 0;
    while first < pieces.len() {
        let mut last = first;
        let mut tokens = pieces[first].tokens;
        while last + 1 < pieces.len() {
            let next = pieces[last + 1].tokens;
            if tokens + next > settings.max || (tokens >= goal && !pieces[last].leads) {
                break;
            }
            tokens += next;
            last += 1;
        }
        // What introduces the next piece goes with it.
        while last > first && last + 1 < pieces.len() && pieces[last].leads {
            last -= 1;
        }
        let span = pieces[first].span.start..pieces[last].span.end;
        out.push(Chunk { heading: section.path.clone(), tokens: estimate_tokens(&document.text[span.clone()]), span });
        if last + 1 >= pieces.len() {
            break;
        }
        // Sentences at the end of a cut block are repeated at the start of the next part, up to the overlap.
        let mut next = last + 1;
        let mut repeated = 0;
        while next > first + 1 && pieces[next - 1].cut && pieces[next].cut && repeated + pieces[next - 1].tokens <= settings.overlap {
            repeated += pieces[next - 1].tokens;
            next -= 1;
        }
        first = next;
    }
}
