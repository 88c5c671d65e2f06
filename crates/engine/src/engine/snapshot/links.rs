//! Which note a link means: by its path, its file's name, or its title; the page reads links in the editor alike (`named.ts`). It must not know how links are
//! shown.

use std::cell::OnceCell;
use std::collections::HashMap;

use crate::catalog::{Catalog, DocumentEntry, DocumentRow};
use crate::text::normalise;

/// The links of one catalog's notes.
pub(super) struct Links<'c> {
    catalog: &'c Catalog,
    /// Read once a link needs it: most notes have none, or only some by their path.
    notes: OnceCell<Notes>,
}

/// Every note, and by each of its names those that have it.
#[derive(Default)]
struct Notes {
    all: Vec<DocumentEntry>,
    named: HashMap<String, Vec<usize>>,
}

/// How a note is called by a link; the first is what is meant rather.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum By {
    Path,
    File,
    Title,
}

impl<'c> Links<'c> {
    pub(super) fn of(catalog: &'c Catalog) -> Self {
        Self { catalog, notes: OnceCell::new() }
    }

    /// The note that a link in another one means: one of the same library first, then by what it is called, then the nearest.
    pub(super) fn meant(&self, link: &str, from: &DocumentRow) -> Option<u64> {
        let link = link.split('#').next().unwrap_or(link).trim();
        if link.is_empty() {
            return Some(from.id);
        }
        let link = decode(link);
        let path = beside(&from.path, &link);
        if let Some(path) = &path
            && let Ok(Some(id)) = self.catalog.document_at(&from.library, path)
        {
            return Some(id);
        }
        let link = normalise(link.trim_start_matches("./"));
        let paths: Vec<String> = path.iter().map(|path| normalise(path)).chain([link.trim_start_matches('/').to_owned()]).collect();
        let called = |note: &DocumentEntry| {
            let path = normalise(&note.path);
            let is = |other: &str| path == other || without_ending(&path) == other;
            let ends = |whole: &str| whole.strip_suffix(link.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'));
            if note.library == from.library && paths.iter().any(|path| is(path)) {
                Some(By::Path)
            } else if ends(&path) || ends(without_ending(&path)) {
                Some(By::File)
            } else {
                (normalise(&note.title) == link).then_some(By::Title)
            }
        };
        let notes = self.notes.get_or_init(|| Notes::read(self.catalog));
        let file = link.rsplit('/').next().unwrap_or(&link);
        let some = [file, link.as_str()].into_iter().filter_map(|name| notes.named.get(name)).flatten().map(|at| &notes.all[*at]);
        let ranked = some.filter_map(|note| Some((note.library != from.library, called(note)?, steps(&from.path, &note.path), &note.path, note.id)));
        ranked.min().map(|(.., id)| id)
    }
}

impl Notes {
    /// A catalog that cannot be read is said by whoever reads it for its own sake; its links lead nowhere.
    fn read(catalog: &Catalog) -> Self {
        let mut notes = Self { all: catalog.documents().unwrap_or_default(), named: HashMap::new() };
        for (at, note) in notes.all.iter().enumerate() {
            let file = normalise(note.path.rsplit('/').next().unwrap_or(&note.path));
            for name in [without_ending(&file).to_owned(), file, normalise(&note.title)] {
                notes.named.entry(name).or_default().push(at);
            }
        }
        notes
    }
}

fn without_ending(path: &str) -> &str {
    path.rsplit_once('.').filter(|(_, ending)| !ending.contains('/')).map_or(path, |(stem, _)| stem)
}

/// Folders that are left and entered on the way from one note to another.
fn steps(from: &str, to: &str) -> usize {
    let folders = |path: &str| path.matches('/').count();
    let same = from.split('/').zip(to.split('/')).take(folders(from).min(folders(to))).take_while(|(a, b)| a == b).count();
    folders(from) + folders(to) - 2 * same
}

/// A path relative to a note, as a path relative to its library; none if it leads out of it.
pub(super) fn beside(note: &str, relative: &str) -> Option<String> {
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

/// `%20` and the like, as links write them; what is no such code stays.
pub(super) fn decode(text: &str) -> String {
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
