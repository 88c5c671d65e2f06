//! `#tags` that stand in the text of a note. What a tag is, is decided here alone. It must not know front matter.
//!
//! As Obsidian has them: `#` at the beginning of a line or behind white space, then letters of any script, digits, `_`, `-`, and `/` between the parts of a
//! nested tag. Not in code, links, formulas or markup. `#123` is the number of something and `#fff`, `#1e90ff` a colour: neither is a tag, so words like
//! `#cafe`, which could be a colour, are tags only in front matter.

use std::ops::Range;

use pulldown_cmark::{Event, Parser, Tag, TagEnd};

use super::OPTIONS;

/// The tags in `text[from..]` in order, without `#`, each spelling once.
pub(super) fn inline(text: &str, from: usize) -> Vec<String> {
    let mut tags = Vec::new();
    // Most notes have none, and need not be parsed once more.
    if in_run(text, from..text.len()).next().is_none() {
        return tags;
    }
    let mut add = |run: Range<usize>| {
        for tag in in_run(text, run) {
            if !tags.iter().any(|have| have == tag) {
                tags.push(tag.to_owned());
            }
        }
    };
    // The parser hands out text in pieces: `#a_b` is one run of three.
    let mut run = from..from;
    let mut apart = 0_usize;
    for (event, range) in Parser::new_ext(text.get(from..).unwrap_or(""), OPTIONS).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(_) | Tag::Link { .. } | Tag::Image { .. }) => apart += 1,
            Event::End(TagEnd::CodeBlock | TagEnd::Link | TagEnd::Image) => apart = apart.saturating_sub(1),
            Event::Text(_) if apart == 0 => {
                let piece = range.start + from..range.end + from;
                if run.end == piece.start {
                    run.end = piece.end;
                } else {
                    add(std::mem::replace(&mut run, piece));
                }
            }
            _ => {}
        }
    }
    add(run);
    tags
}

/// The tags that begin and end in a part of the text.
fn in_run(text: &str, run: Range<usize>) -> impl Iterator<Item = &str> {
    let part = text.get(run.clone()).unwrap_or("");
    part.match_indices('#').filter_map(move |(at, _)| {
        let begins = text.get(..run.start + at)?.chars().next_back().is_none_or(char::is_whitespace);
        begins.then(|| tag(part.get(at + 1..).unwrap_or(""))).flatten()
    })
}

/// The tag that a text behind `#` begins with.
fn tag(text: &str) -> Option<&str> {
    let end = text.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '/'))).unwrap_or(text.len());
    let tag = text.get(..end)?.trim_end_matches('/');
    let named = tag.starts_with(|c: char| c.is_alphanumeric() || c == '_') && tag.contains(char::is_alphanumeric);
    (named && !tag.chars().all(char::is_numeric) && !is_colour(tag)).then_some(tag)
}

fn is_colour(tag: &str) -> bool {
    matches!(tag.len(), 3 | 4 | 6 | 8) && tag.bytes().all(|b| b.is_ascii_hexdigit())
}
