//! The text of formats other than Markdown by its blocks. It must not know which format it was.

use super::Rendered;
use super::writer::Writer;
use crate::document::{Block, BlockKind, SourceMap, Span};
use crate::wire::OutlineEntry;

/// Blocks as HTML; text between blocks, which is white space at most, is left out.
pub(super) fn render(text: &str, blocks: &[Block], map: &SourceMap) -> Rendered {
    let mut page = Pages { pages: &map.pages, next: 0 };
    let (mut out, mut outline) = (Writer::default(), Vec::new());
    let mut lists = Lists { open: 0 };
    for block in blocks {
        let Some(inside) = text.get(block.span.clone()) else { continue };
        if !matches!(block.kind, BlockKind::ListItem { .. }) {
            lists.close(0, &mut out);
        }
        page.mark(block.span.start, &mut out);
        match &block.kind {
            BlockKind::Heading { level, title } => {
                let tag = format!("h{}", (*level).clamp(1, 6));
                outline.push(OutlineEntry { level: *level, title: title.clone(), at: block.span.start });
                element(&mut out, &tag, "", block.span.start, inside);
            }
            BlockKind::Paragraph => element(&mut out, "p", "", block.span.start, inside),
            BlockKind::Label => element(&mut out, "p", "label", block.span.start, inside),
            BlockKind::ListItem { depth } => {
                lists.item(usize::from(*depth), &mut out);
                lines(&mut out, block.span.start, inside);
            }
            BlockKind::Code => {
                out.raw("<pre><code>");
                out.run(block.span.start, inside);
                out.raw("</code></pre>");
            }
            BlockKind::Table => table(&mut out, &block.span, inside),
            BlockKind::Furniture => element(&mut out, "p", "furniture", block.span.start, inside),
            BlockKind::Meta => {}
        }
    }
    lists.close(0, &mut out);
    Rendered { html: out.html, outline }
}

fn element(out: &mut Writer, tag: &str, class: &str, at: usize, inside: &str) {
    if class.is_empty() {
        out.raw(&format!("<{tag}>"));
    } else {
        out.open(tag, "class", class);
    }
    lines(out, at, inside);
    out.raw(&format!("</{tag}>"));
}

/// Lines of a block: a line break in extracted text is one that the reader saw.
fn lines(out: &mut Writer, at: usize, inside: &str) {
    let mut from = at;
    for (n, line) in inside.split('\n').enumerate() {
        if n > 0 {
            out.raw("<br>");
        }
        out.run(from, line.trim_end_matches('\r'));
        from += line.len() + 1;
    }
}

/// A table whose cells are divided by `|` or tabs; anything else keeps its lines.
fn table(out: &mut Writer, span: &Span, inside: &str) {
    let divider = if inside.contains('|') { '|' } else { '\t' };
    if !inside.contains(divider) {
        out.raw("<pre>");
        out.run(span.start, inside);
        out.raw("</pre>");
        return;
    }
    out.raw("<div class=\"table\"><table>");
    let mut at = span.start;
    let mut first = true;
    for line in inside.split('\n') {
        let rule = line.chars().all(|c| matches!(c, '|' | '-' | ':' | ' ' | '\r')) && line.contains('-');
        if !rule && !line.trim().is_empty() {
            out.raw("<tr>");
            row(out, at, line, divider, if first { "th" } else { "td" });
            out.raw("</tr>");
            first = false;
        }
        at += line.len() + 1;
    }
    out.raw("</table></div>");
}

fn row(out: &mut Writer, at: usize, line: &str, divider: char, tag: &str) {
    let mut from = at;
    let cells: Vec<&str> = line.split(divider).collect();
    for (n, cell) in cells.iter().enumerate() {
        // `| a | b |` has nothing before its first and after its last divider.
        let edge = divider == '|' && (n == 0 || n + 1 == cells.len()) && cell.trim().is_empty();
        if !edge {
            out.raw(&format!("<{tag}>"));
            out.run(from + (cell.len() - cell.trim_start().len()), cell.trim());
            out.raw(&format!("</{tag}>"));
        }
        from += cell.len() + divider.len_utf8();
    }
}

/// Marks where pages begin.
struct Pages<'a> {
    pages: &'a [(usize, u32)],
    next: usize,
}

impl Pages<'_> {
    /// The mark of the last page that begins at or before an offset and was not marked yet.
    fn mark(&mut self, at: usize, out: &mut Writer) {
        let before = self.next;
        while self.pages.get(self.next).is_some_and(|&(start, _)| start <= at) {
            self.next += 1;
        }
        if self.next > before {
            let page = self.pages[self.next - 1].1.to_string();
            out.open("div", "data-page", &page);
            out.raw("</div>");
        }
    }
}

/// Nested lists, from items that only know their depth.
struct Lists {
    /// Lists, and their last items, that are not closed.
    open: usize,
}

impl Lists {
    fn item(&mut self, depth: usize, out: &mut Writer) {
        if self.open > depth {
            self.close(depth + 1, out);
            out.raw("</li><li>");
            return;
        }
        // An item that is two deeper than the one above it stands one deeper.
        self.open += 1;
        out.raw("<ul><li>");
    }

    /// Closes lists until `depth` are open.
    fn close(&mut self, depth: usize, out: &mut Writer) {
        while self.open > depth {
            self.open -= 1;
            out.raw("</li></ul>");
        }
    }
}
