//! Structure inside paragraphs that carry no markup of their own (`<p>面试题 1：…</p>`, lines of a PDF): headings, labels and list items are
//! inferred there, and nowhere else. It must not know formats.

use super::structure::blocks_from_lines;
use crate::document::{Block, BlockKind};

/// Replaces paragraphs by what their lines are. Blocks of other kinds, written headings above all, stay as they are.
pub(super) fn paragraphs(text: &str, blocks: Vec<Block>) -> Vec<Block> {
    let mut inferred = blocks_from_lines(text, 0..text.len()).into_iter().filter(|b| b.kind != BlockKind::Paragraph).peekable();
    let mut out = Vec::with_capacity(blocks.len());
    let mut written = 0u8;
    for block in blocks {
        match &block.kind {
            BlockKind::Heading { level, .. } => written = *level,
            BlockKind::Paragraph => {
                let mut at = block.span.start;
                while inferred.next_if(|b| b.span.start < at).is_some() {}
                while let Some(found) = inferred.next_if(|b| b.span.start < block.span.end) {
                    // What reaches over the paragraph's end was seen in other blocks' lines too.
                    let is_inside = found.span.end <= block.span.end && found.span.start >= at;
                    let kind = match found.kind {
                        BlockKind::Heading { level, title } => BlockKind::Heading { level: level.saturating_add(written).clamp(1, 9), title },
                        kind @ (BlockKind::Label | BlockKind::ListItem { .. }) => kind,
                        // Program text and tables have markup where there is any.
                        _ => continue,
                    };
                    if is_inside {
                        push(&mut out, text, at, found.span.start);
                        at = found.span.end;
                        out.push(Block { kind, span: found.span });
                    }
                }
                push(&mut out, text, at, block.span.end);
                continue;
            }
            _ => {}
        }
        out.push(block);
    }
    out
}

/// A paragraph of what is left between two inferred blocks.
fn push(out: &mut Vec<Block>, text: &str, start: usize, end: usize) {
    let Some(piece) = text.get(start..end) else { return };
    let body = piece.trim();
    if !body.is_empty() {
        let start = start + (piece.len() - piece.trim_start().len());
        out.push(Block { kind: BlockKind::Paragraph, span: start..start + body.len() });
    }
}
