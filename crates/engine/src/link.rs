//! Links as notes write them: where they stand in a text, and the paths and names they say; the ids of blocks that links lead to. Pure. It must not know which
//! notes there are.

use std::borrow::Cow;

use crate::document::Span;
use crate::text::normalise;

/// Bytes of the longest link that is one: a name is not longer, and what is has lost its end.
const MOST_BYTES: usize = 1024;

/// A link to another note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written<'t> {
    /// What it leads to, as it is written, without the heading and the words shown instead.
    pub target: &'t str,
    /// Whether it is a path, `](path)`; otherwise it is a name, `[[name]]`.
    pub by_path: bool,
    /// The line that it stands in, without white space around it.
    pub line: Span,
}

/// The links of a text. What is written several times is told with the first line of each.
#[must_use]
pub fn written(text: &str) -> Vec<Written<'_>> {
    let mut seen = std::collections::HashSet::new();
    let mut out = Vec::new();
    for Place { at, by_path, line } in places(text) {
        let target = &text[at];
        if target.len() <= MOST_BYTES && seen.insert((target, by_path)) {
            out.push(Written { target, by_path, line });
        }
    }
    out
}

/// Where a link stands.
pub(crate) struct Place {
    /// What it leads to.
    pub(crate) at: Span,
    /// As in [`Written`].
    pub(crate) by_path: bool,
    /// As in [`Written`].
    line: Span,
}

/// Every place of a text where a link says what it leads to: line by line, in each first the names.
pub(crate) fn places(text: &str) -> Vec<Place> {
    let mut out = Vec::new();
    let mut at = 0;
    for whole in text.split_inclusive('\n') {
        let line = whole.trim();
        let start = at + (whole.len() - whole.trim_start().len());
        at += whole.len();
        for (mark, ends, by_path) in [("[[", &["]]", "|", "#"], false), ("](", &[")", "#", " "], true)] {
            for (open, _) in line.match_indices(mark) {
                let rest = &line[open + mark.len()..];
                let said = until(rest, ends);
                let target = if by_path { said } else { said.trim() };
                if !target.is_empty() {
                    let from = start + open + mark.len() + if by_path { 0 } else { said.len() - said.trim_start().len() };
                    out.push(Place { at: from..from + target.len(), by_path, line: start..start + line.len() });
                }
            }
        }
    }
    out
}

fn until<'t>(text: &'t str, marks: &[&str]) -> &'t str {
    let end = marks.iter().filter_map(|mark| text.find(mark)).min().unwrap_or(text.len());
    &text[..end]
}

/// What a link and the note that it means have in common, whichever way the note is called: the last part of a path, or of a title that looks like one, in the
/// letters that are compared.
#[must_use]
pub fn last_part(name: &str) -> String {
    let last = |path: &str| path.rsplit('/').find(|part| !matches!(*part, "" | ".")).unwrap_or("").to_owned();
    // Letters that are compared as others may be compared as `/`, too.
    last(&normalise(&last(name)))
}

/// A path, or a file's name, without the ending that says of what format it is.
pub(crate) fn without_ending(path: &str) -> &str {
    path.rsplit_once('.').filter(|(_, ending)| !ending.contains('/')).map_or(path, |(stem, _)| stem)
}

/// A path relative to a note, as a path relative to its library; none if it leads out of it.
#[must_use]
pub fn beside(note: &str, relative: &str) -> Option<String> {
    let mut parts: Vec<&str> =
        if relative.starts_with('/') { Vec::new() } else { note.rsplit_once('/').map_or(Vec::new(), |(folder, _)| folder.split('/').collect()) };
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The id at the end of a line, ` ^id`, by which links name the block that ends there (`[[note#^id]]`): where it begins, with the blank before it, and the id.
/// What has no letter is a number, and a single letter a key or a power: 「按 ^C」, `2 ^n`.
#[must_use]
pub fn block_id(line: &str) -> Option<(usize, &str)> {
    let line = line.trim_end();
    let (before, id) = line.rsplit_once('^')?;
    let named = id.len() > 1 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') && id.bytes().any(|b| b.is_ascii_alphabetic());
    let end = before.trim_end().len();
    (named && (end < before.len() || before.is_empty())).then_some((end, id))
}

/// A text without the ids of its blocks.
#[must_use]
pub fn without_block_ids(text: &str) -> Cow<'_, str> {
    if !text.contains('^') {
        return Cow::Borrowed(text);
    }
    let lines = text.split('\n').map(|line| block_id(line).map_or(line, |(end, _)| &line[..end]));
    Cow::Owned(lines.collect::<Vec<_>>().join("\n"))
}

/// `%20` and the like, as links write them; what is no such code stays.
#[must_use]
pub fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut i = 0;
    while i < bytes.len() {
        let code = (bytes[i] == b'%').then(|| text.get(i + 1..i + 3)).flatten().and_then(|hex| u8::from_str_radix(hex, 16).ok());
        out.push(code.unwrap_or(bytes[i]));
        i += if code.is_some() { 3 } else { 1 };
    }
    String::from_utf8(out).unwrap_or_else(|_| text.to_owned())
}
