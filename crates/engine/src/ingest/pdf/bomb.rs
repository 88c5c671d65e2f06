//! Looks for streams that unpack to far more than a page can hold, before the parser unpacks them whole.
//! It must not know a PDF's structure beyond `stream … endstream`.

use std::io::Read;

use flate2::read::ZlibDecoder;

use crate::ingest::{Limits, Skip, SkipReason};

/// Unpacked bytes of one stream that is not a picture; a page's content is some hundred kilobytes.
const MAX_STREAM: u64 = 96 << 20;
/// Unpacked bytes of all of them.
const MAX_TOTAL: u64 = 1 << 30;
/// How far before a stream its dictionary is looked for.
const DICTIONARY: usize = 2 << 10;

/// Refuses files whose packed streams, pictures aside, are bombs. Streams of encrypted files cannot be looked into and are passed.
pub(super) fn check(bytes: &[u8], limits: &Limits) -> Result<(), Skip> {
    let started = std::time::Instant::now();
    let bomb = || Skip::new(SkipReason::Bomb, "a part of it unpacks to far more than a page can hold");
    let mut left = MAX_TOTAL;
    let mut at = 0;
    while let Some(found) = bytes.get(at..).and_then(|rest| find(rest, b"stream")) {
        let keyword = at + found;
        at = keyword + b"stream".len();
        let Some(after) = bytes.get(at..) else { break };
        if keyword >= 3 && bytes.get(keyword - 3..keyword) == Some(b"end") {
            continue;
        }
        let body = after.strip_prefix(b"\r\n").or_else(|| after.strip_prefix(b"\n")).or_else(|| after.strip_prefix(b"\r"));
        // Only zlib data can be looked into, and only it unpacks a thousandfold.
        let Some(body) = body.filter(|b| b.first() == Some(&0x78)) else { continue };
        let before = bytes.get(keyword.saturating_sub(DICTIONARY)..keyword).unwrap_or_default();
        let dictionary = before.windows(4).rposition(|w| w == b" obj").and_then(|o| before.get(o..)).unwrap_or(before);
        if dictionary.windows(6).any(|w| w == b"/Image") {
            continue;
        }
        // Packed twice or more: what is unpacked once is small, and unpacks again.
        if dictionary.windows(12).filter(|w| w == b"/FlateDecode").count() > 1 {
            return Err(bomb());
        }
        let mut unpacked = ZlibDecoder::new(body).take(MAX_STREAM.min(left) + 1);
        let mut buffer = [0; 64 << 10];
        let mut count = 0;
        // Broken data is the parser's to report.
        while let Ok(read @ 1..) = unpacked.read(&mut buffer) {
            count += read as u64;
        }
        if count > MAX_STREAM.min(left) {
            return Err(bomb());
        }
        left -= count;
        if started.elapsed() > limits.time {
            return Err(Skip::new(SkipReason::TooSlow, "reading it took longer than the time limit"));
        }
    }
    Ok(())
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    let first = *needle.first()?;
    let mut at = 0;
    while let Some(found) = haystack.get(at..)?.iter().position(|&b| b == first) {
        at += found;
        if haystack.get(at..)?.starts_with(needle) {
            return Some(at);
        }
        at += 1;
    }
    None
}
