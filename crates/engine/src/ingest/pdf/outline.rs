//! Bookmarks and text strings of a PDF. It must not know pages' text.

use std::collections::HashMap;

use hayro_interpret::hayro_syntax::Pdf;
use hayro_interpret::hayro_syntax::object::{Dict, String as PdfString};

use crate::ingest::build::one_line;

/// Bookmarks of one file; more say nothing about headings.
const MAX_BOOKMARKS: usize = 5_000;
const MAX_DEPTH: u8 = 6;

/// Bookmarked titles, by [`key`], with their level (1 the highest).
pub(super) fn read(pdf: &Pdf) -> HashMap<String, u8> {
    let mut found = HashMap::new();
    let root = pdf.xref().get::<Dict<'_>>(pdf.xref().root_id());
    let first = root.and_then(|r| r.get::<Dict<'_>>(b"Outlines")).and_then(|o| o.get::<Dict<'_>>(b"First"));
    let mut stack: Vec<(Dict<'_>, u8)> = first.map(|f| (f, 1)).into_iter().collect();
    let mut steps = 0;
    while let Some((item, level)) = stack.pop() {
        steps += 1;
        if steps > MAX_BOOKMARKS {
            break;
        }
        if let Some(title) = item.get::<PdfString<'_>>(b"Title").and_then(|t| text_string(&t)) {
            let key = key(&title);
            if !key.is_empty() {
                found.entry(key).or_insert(level);
            }
        }
        if let Some(next) = item.get::<Dict<'_>>(b"Next") {
            stack.push((next, level));
        }
        if level < MAX_DEPTH
            && let Some(child) = item.get::<Dict<'_>>(b"First")
        {
            stack.push((child, level + 1));
        }
    }
    found
}

/// A title as it is compared: letters and digits alone.
pub(super) fn key(title: &str) -> String {
    title.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// A text string: UTF-16 or UTF-8 by its mark, else what its bytes look like. Chinese programs write their own code page here.
pub(super) fn text_string(bytes: &[u8]) -> Option<String> {
    let text = if let Some((encoding, skip)) = encoding_rs::Encoding::for_bom(bytes) {
        encoding.decode_without_bom_handling(bytes.get(skip..)?).0.into_owned()
    } else if let Ok(text) = std::str::from_utf8(bytes) {
        text.to_owned()
    } else {
        let (text, broken) = encoding_rs::GB18030.decode_without_bom_handling(bytes);
        if broken { encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned() } else { text.into_owned() }
    };
    one_line(&text.replace('\0', ""))
}
