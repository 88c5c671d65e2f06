//! Infers structure over lines: headings, questions, answers, lists, code and tables in text that has no markup.
//! It must not know files, encodings, or what is furniture.

mod code;
mod line;
mod mark;
mod outline;
mod unit;

use crate::document::{Block, BlockKind, Span};

use line::width;
use mark::Style;
use outline::Heading;
use unit::{Kind, Unit};

pub(super) use line::{ends_sentence, is_cjk, width as columns};
pub(super) use mark::{Mark, mark};

/// Whether the line is marked as a question: `问题：…`, `Q3: …`, `面试题 3：…`.
pub(super) fn is_question(line: &str) -> bool {
    match mark(line) {
        Mark::Question(_) => true,
        Mark::Number(number) => number.style == Style::Question,
        _ => false,
    }
}

/// Infers the blocks of `text[span]`, with spans in `text`. Used for plain text and for HTML and PDF text that carries no markup of its own.
/// A span that is out of range or splits a character gives no blocks.
pub(super) fn blocks_from_lines(text: &str, span: Span) -> Vec<Block> {
    let units = unit::units(text, line::lines(text, span));
    let headings = outline::headings(text, &units);
    let mut blocks: Vec<Block> = Vec::with_capacity(units.len());
    let mut depths: Vec<usize> = Vec::new();
    let mut at = 0;
    while let Some(unit) = units.get(at) {
        let mut span = unit.span.clone();
        if let Some(Some(Heading { title, level, units: taken, .. })) = headings.get(at) {
            depths.clear();
            let last = at + (*taken).max(1) - 1;
            span.end = units.get(last).map_or(span.end, |unit| unit.span.end);
            blocks.push(Block { kind: BlockKind::Heading { level: *level, title: title.clone() }, span });
            at = last + 1;
            continue;
        }
        let kind = block_kind(&units, at, &mut depths);
        let joined = joins_short_lines(text, &units, &headings, at);
        match blocks.last_mut() {
            Some(last) if joined && last.kind == BlockKind::Paragraph && kind == BlockKind::Paragraph => last.span.end = span.end,
            _ => blocks.push(Block { kind, span }),
        }
        at += 1;
    }
    blocks
}

fn block_kind(units: &[Unit], at: usize, depths: &mut Vec<usize>) -> BlockKind {
    let Some(unit) = units.get(at) else { return BlockKind::Paragraph };
    let listed = match &unit.kind {
        Kind::Bullet => true,
        Kind::Number(number) => number.style != Style::Space,
        Kind::Choice(letter) => {
            let is = |at: usize, wanted: u8| units.get(at).is_some_and(|unit| unit.kind == Kind::Choice(wanted));
            is(at + 1, letter.saturating_add(1)) || (at > 0 && is(at - 1, letter.saturating_sub(1)))
        }
        _ => false,
    };
    if listed {
        while depths.last().is_some_and(|&indent| indent > unit.indent) {
            depths.pop();
        }
        if depths.last().is_none_or(|&indent| indent < unit.indent) {
            depths.push(unit.indent);
        }
        return BlockKind::ListItem { depth: u8::try_from(depths.len() - 1).unwrap_or(u8::MAX) };
    }
    if depths.first().is_some_and(|&indent| indent >= unit.indent) {
        depths.clear();
    }
    match unit.kind {
        Kind::Code => BlockKind::Code,
        Kind::Table => BlockKind::Table,
        Kind::Label => BlockKind::Label,
        _ => BlockKind::Paragraph,
    }
}

/// Short lines under one another are one paragraph: an address, a verse, a list without bullets.
fn joins_short_lines(text: &str, units: &[Unit], headings: &[Option<Heading>], at: usize) -> bool {
    let short = |at: usize| {
        units.get(at).is_some_and(|unit| {
            let body = unit.of(text);
            unit.kind == Kind::Text && width(body) < 40 && !body.contains("://") && !line::ends_colon(body)
        })
    };
    let plain = |at: usize| headings.get(at).is_some_and(Option::is_none);
    at > 0 && units.get(at).is_some_and(|unit| !unit.blank_before) && short(at) && short(at - 1) && plain(at - 1)
}
