//! The links in a note's text, led to where a note has gone that they lead to. Pure: it must not know which notes there are.

use std::collections::HashMap;

use pulldown_cmark::{Event, Parser, Tag};

use crate::ingest::markdown::OPTIONS;
use crate::link::{decode, places, without_ending};
use crate::text::normalise;

use super::file_name;

/// What links say, a path or a name (`true` for a path), and what they are to say instead.
pub type Instead = HashMap<(String, bool), String>;

/// The text with links that say something else; none where it has no such link. Headings, words that are shown instead, and what stands in code stay.
#[must_use]
pub fn relinked(text: &str, instead: &Instead) -> Option<String> {
    let code: Vec<_> = Parser::new_ext(text, OPTIONS)
        .into_offset_iter()
        .filter_map(|(event, at)| matches!(event, Event::Code(_) | Event::Start(Tag::CodeBlock(_))).then_some(at))
        .collect();
    let mut out = text.to_owned();
    let mut found: Vec<_> = places(text).into_iter().filter(|place| !code.iter().any(|code| code.contains(&place.at.start))).collect();
    found.sort_by_key(|place| place.at.start);
    // From the end, so that what is replaced moves nothing that is still to come.
    for place in found.into_iter().rev() {
        if let Some(other) = instead.get(&(text[place.at.clone()].to_owned(), place.by_path)) {
            out.replace_range(place.at, other);
        }
    }
    (out != text).then_some(out)
}

/// How a link can say a note of a new title and path where it said the old one, what is most like it first. `old` and `new` are paths relative to the library.
#[must_use]
pub fn sayings(target: &str, by_path: bool, old: &str, new: &str, title: &str) -> Vec<String> {
    let (folder, said) = target.rsplit_once('/').map_or(("", target), |(folder, name)| (&target[..=folder.len()], name));
    let file = new.rsplit('/').next().unwrap_or(new);
    if by_path {
        return vec![format!("{folder}{}", encoded(file))];
    }
    let (stem, old_file) = (without_ending(file), old.rsplit('/').next().unwrap_or(old));
    let is = |name: &str| normalise(&decode(said)) == normalise(name);
    let mut all = Vec::new();
    if is(old_file) {
        all.push(format!("{folder}{file}"));
    } else if is(without_ending(old_file)) {
        all.push(format!("{folder}{stem}"));
    }
    // A title that a file could not be called could not stand in a link either.
    if file_name(title).is_ok_and(|name| name == title) {
        all.push(title.to_owned());
    }
    all.extend([stem.to_owned(), without_ending(new).to_owned()]);
    all
}

/// A file's name as a link writes it: without what would end it.
fn encoded(name: &str) -> String {
    let code = |c: char| if matches!(c, ' ' | '(' | ')' | '<' | '>' | '#' | '%' | '?') { format!("%{:02X}", u32::from(c)) } else { c.to_string() };
    name.chars().map(code).collect()
}
