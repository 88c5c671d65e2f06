//! Which note a link means, and which links mean a note: by its path, its file's name, or its title; the page reads links in the editor alike (`named.ts`). It must not know how links are
//! shown.

use std::cell::OnceCell;
use std::collections::HashMap;

use crate::catalog::{Catalog, DocumentEntry, DocumentRow};
use crate::error::Result;
use crate::link::{beside, decode, last_part};
use crate::text::normalise;
use crate::wire;

/// The note that a link stands in.
#[derive(Clone, Copy)]
pub(super) struct Holder<'a> {
    pub(super) id: u64,
    pub(super) library: &'a str,
    pub(super) path: &'a str,
}

impl<'a> From<&'a DocumentRow> for Holder<'a> {
    fn from(row: &'a DocumentRow) -> Self {
        Self { id: row.id, library: &row.library, path: &row.path }
    }
}

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
    pub(super) fn meant(&self, link: &str, from: Holder<'_>) -> Option<u64> {
        let link = link.split('#').next().unwrap_or(link).trim();
        if link.is_empty() {
            return Some(from.id);
        }
        let link = decode(link);
        let path = beside(from.path, &link);
        if let Some(path) = &path
            && let Ok(Some(id)) = self.catalog.document_at(from.library, path)
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
        let ranked = some.filter_map(|note| Some((note.library != from.library, called(note)?, steps(from.path, &note.path), &note.path, note.id)));
        ranked.min().map(|(.., id)| id)
    }

    /// Notes that link to a note by `[[title]]`, `[[file]]` or a path, by title.
    pub(super) fn to(&self, row: &DocumentRow) -> Result<Vec<wire::Link>> {
        let file = row.path.rsplit('/').next().unwrap_or(&row.path);
        let mut names = [file, without_ending(file), &row.title].map(last_part).to_vec();
        names.sort();
        names.dedup();
        let mut out: Vec<wire::Link> = Vec::new();
        let mut parts = self.catalog.parts();
        for link in self.catalog.links_by(&names, row.id)? {
            // One line of each note is told, the first.
            if out.last().is_some_and(|last| last.document_id == link.document) {
                continue;
            }
            let from = Holder { id: link.document, library: &link.library, path: &link.path };
            let leads_here = if link.by_path {
                link.library == row.library && beside(&link.path, &decode(&link.target)).is_some_and(|path| path == row.path)
            } else {
                self.meant(&link.target, from) == Some(row.id)
            };
            if leads_here {
                let context = parts.read(link.document, &link.line)?;
                out.push(wire::Link { document_id: link.document, title: link.title, library: link.library, path: link.path, context });
            }
        }
        out.sort_by(|a, b| a.title.cmp(&b.title).then_with(|| a.path.cmp(&b.path)));
        Ok(out)
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
