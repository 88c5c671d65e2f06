//! Recognises page furniture in the blocks of plain text and HTML: menus, breadcrumbs, lists of other articles, cards, adverts.
//! It must not know formats or how the blocks were found.
//!
//! A false positive hides a person's words, so no single word is enough. Strong signs are lines that nobody writes into a note
//! (`当前位置: 首页 > …`, the same page title twice around a byline); weak ones (`加载更多`, a bare address) count only in a text that has a strong one.

mod region;
mod sign;

use crate::document::{Block, BlockKind};

use sign::Sign;

/// Turns blocks that are page furniture into [`BlockKind::Furniture`], merging neighbours. Pure; spans stay exact.
pub(super) fn set_aside(text: &str, blocks: Vec<Block>) -> Vec<Block> {
    let signs: Vec<Option<Sign>> = blocks.iter().enumerate().map(|(at, block)| sign::sign(text, block, at, blocks.len())).collect();
    let byline = region::byline(text, &blocks);
    let strong = signs.iter().flatten().any(Sign::strong) || byline.is_some();
    let tail = region::tail(text, &blocks, &signs, strong);
    let web = strong || tail.is_some();
    if !web {
        return merge(blocks);
    }
    let mut aside: Vec<bool> = signs.iter().map(|sign| sign.as_ref().is_some_and(|sign| sign.counts(web))).collect();
    if let Some(range) = byline {
        range.for_each(|at| mark(&mut aside, at));
    }
    let from = tail.unwrap_or(usize::MAX);
    lead_ins(text, &blocks, &signs, &mut aside);
    closing_addresses(&blocks, &signs, &mut aside, from);
    merge(cut(text, blocks, &aside, from))
}

fn mark(aside: &mut [bool], at: usize) {
    if let Some(flag) = aside.get_mut(at) {
        *flag = true;
    }
}

/// `更多…` above an advert belongs to it.
fn lead_ins(text: &str, blocks: &[Block], signs: &[Option<Sign>], aside: &mut [bool]) {
    for at in 1..blocks.len() {
        let advert = signs.get(at).is_some_and(|sign| *sign == Some(Sign::Advert));
        let lead = blocks.get(at - 1).is_some_and(|block| sign::leads_to_advert(text, block));
        if advert && lead {
            mark(aside, at - 1);
        }
    }
}

/// Bare addresses at the end of a page, in front of its furniture or last of all.
fn closing_addresses(blocks: &[Block], signs: &[Option<Sign>], aside: &mut [bool], from: usize) {
    for at in (0..blocks.len()).rev() {
        let Some(block) = blocks.get(at) else { continue };
        let set = aside.get(at).copied().unwrap_or(false);
        if block.span.start >= from || set || block.kind == BlockKind::Furniture {
            continue;
        }
        if signs.get(at).is_some_and(|sign| matches!(sign, Some(Sign::Address | Sign::TrackedAddress))) {
            mark(aside, at);
        } else {
            break;
        }
    }
}

/// Applies the decisions: a block that the tail begins in is cut there.
fn cut(text: &str, blocks: Vec<Block>, aside: &[bool], from: usize) -> Vec<Block> {
    let mut out: Vec<Block> = Vec::with_capacity(blocks.len());
    for (block, &set) in blocks.into_iter().zip(aside) {
        let Block { kind, span } = block;
        if set || span.start >= from {
            out.push(Block { kind: BlockKind::Furniture, span });
        } else if span.end > from {
            let kept = text.get(span.start..from).map_or(0, |head| head.trim_end().len());
            out.push(Block { kind, span: span.start..span.start + kept });
            out.push(Block { kind: BlockKind::Furniture, span: from..span.end });
        } else {
            out.push(Block { kind, span });
        }
    }
    out
}

fn merge(blocks: Vec<Block>) -> Vec<Block> {
    let mut out: Vec<Block> = Vec::with_capacity(blocks.len());
    for block in blocks {
        match out.last_mut() {
            Some(last) if last.kind == BlockKind::Furniture && block.kind == BlockKind::Furniture => last.span.end = block.span.end,
            _ => out.push(block),
        }
    }
    out
}
