//! Where the text of a PDF stands on its pages: bytes of the document's text to boxes. It must not know who marks them.

use serde::Serialize;

use super::glyphs::{ASCENT, DESCENT, Line, Page};
use super::layout::Set;
use crate::document::Span;

/// A part of a line, in points from the upper left of its page.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, ts_rs::TS)]
pub struct PageBox {
    /// 1-based.
    pub page: u32,
    /// From the page's left.
    pub left: f32,
    /// From the page's top.
    pub top: f32,
    /// To the right.
    pub width: f32,
    /// Downwards.
    pub height: f32,
}

/// The text of a PDF and its place.
#[derive(Clone, Debug)]
pub struct Places {
    /// Width and height of every page, in points.
    pub sizes: Vec<(f32, f32)>,
    /// The document's text.
    pub text: String,
    lines: Vec<Placed>,
}

/// A line of the text.
#[derive(Clone, Debug)]
struct Placed {
    span: Span,
    page: u32,
    vertical: bool,
    /// Its edges across the direction in which it runs.
    across: (f32, f32),
    /// From where to where each of its characters reaches.
    reach: Vec<(f32, f32)>,
}

impl Places {
    pub(super) fn new(sizes: Vec<(f32, f32)>, text: String, pages: &[Page], set: &[Set]) -> Self {
        let line_of = |set: &Set| pages.get(set.page).and_then(|page| Some((page.number, page.lines.get(set.line)?)));
        let mut lines: Vec<Placed> = Vec::with_capacity(set.len());
        for (index, at) in set.iter().enumerate() {
            let Some((page, line)) = line_of(at) else { continue };
            // Where a word was broken, the next line begins in the place of its hyphen.
            let next = set.get(index + 1).map_or(text.len(), |next| next.at);
            let span = at.at..(at.at + line.text.trim().len()).min(next).min(text.len());
            lines.push(placed(line, page, span));
        }
        Self { sizes, text, lines }
    }

    /// Boxes around the bytes of the text, at most one for each line they reach.
    #[must_use]
    pub fn boxes(&self, span: Span) -> Vec<PageBox> {
        let first = self.lines.partition_point(|line| line.span.end <= span.start);
        self.lines[first..].iter().take_while(|line| line.span.start < span.end).filter_map(|line| self.part(line, &span)).collect()
    }

    fn part(&self, line: &Placed, span: &Span) -> Option<PageBox> {
        let text = self.text.get(line.span.clone())?;
        let inside = text.char_indices().zip(&line.reach).filter(|((at, c), _)| {
            let at = line.span.start + at;
            at < span.end && at + c.len_utf8() > span.start && !c.is_whitespace()
        });
        let (from, to) = inside.map(|(_, reach)| *reach).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))?;
        let (low, high) = line.across;
        let ((left, right), (top, bottom)) = if line.vertical { ((low, high), (from, to)) } else { ((from, to), (low, high)) };
        Some(PageBox { page: line.page, left, top, width: right - left, height: bottom - top })
    }
}

fn placed(line: &Line, page: u32, span: Span) -> Placed {
    let across = if line.vertical { (line.left, line.left + line.size) } else { (line.base - ASCENT * line.size, line.base + DESCENT * line.size) };
    let lead = line.text.chars().take_while(|c| c.is_whitespace()).count();
    Placed {
        span,
        page,
        vertical: line.vertical,
        // Points of a page need no more than 32 bits.
        across: (across.0 as f32, across.1 as f32),
        reach: line.reach.get(lead..).map(<[_]>::to_vec).unwrap_or_default(),
    }
}
