//! Which note a link means, and which links mean a note, also one that got another name: by its path, its file's name, or its title; the page reads links in the
//! editor alike (`named.ts`). It must not know how links are shown.

use std::cell::OnceCell;
use std::collections::HashMap;

use super::Snapshot;
use crate::catalog::{Catalog, DocumentEntry, DocumentRow, LinkRow};
use crate::error::Result;
use crate::link::{beside, decode, last_part, without_ending};
use crate::notes::{Instead, sayings};
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

impl<'a> From<&'a LinkRow> for Holder<'a> {
    fn from(link: &'a LinkRow) -> Self {
        Self { id: link.document, library: &link.library, path: &link.path }
    }
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
        let mut out: Vec<wire::Link> = Vec::new();
        let mut parts = self.catalog.parts();
        for link in self.leading(row)? {
            // One line of each note is told, the first.
            if out.last().is_some_and(|last| last.document_id == link.document) {
                continue;
            }
            let context = parts.read(link.document, &link.line)?;
            out.push(wire::Link { document_id: link.document, title: link.title, library: link.library, path: link.path, context });
        }
        out.sort_by(|a, b| a.title.cmp(&b.title).then_with(|| a.path.cmp(&b.path)));
        Ok(out)
    }

    /// The links of other notes that lead to a note, note by note.
    fn leading(&self, row: &DocumentRow) -> Result<Vec<LinkRow>> {
        let file = row.path.rsplit('/').next().unwrap_or(&row.path);
        let mut names = [file, without_ending(file), &row.title].map(last_part).to_vec();
        names.sort();
        names.dedup();
        let mut links = self.catalog.links_by(&names, row.id)?;
        links.retain(|link| self.leads_to(&link.target, link.by_path, link.into(), row));
        Ok(links)
    }

    fn leads_to(&self, target: &str, by_path: bool, from: Holder<'_>, row: &DocumentRow) -> bool {
        if by_path {
            from.library == row.library && beside(from.path, &decode(target)).is_some_and(|path| path == row.path)
        } else {
            self.meant(target, from) == Some(row.id)
        }
    }
}

/// A note that links to one that gets another name.
#[derive(Clone, Debug)]
pub struct Linking {
    /// Its id.
    pub document: u64,
    /// Its title.
    pub title: String,
    library: String,
    path: String,
    /// What its links say, and what they are to say.
    pub instead: Instead,
}

impl Snapshot {
    /// The notes that link to a note which is about to get another name, by title; what they say, not yet what instead.
    ///
    /// # Errors
    /// `NotFound`, `DataDamaged`.
    pub fn linking(&self, id: u64) -> Result<Vec<Linking>> {
        let row = self.file_of(id)?;
        let catalog = self.catalog();
        let mut out: Vec<Linking> = Vec::new();
        for link in Links::of(&catalog).leading(&row)? {
            if out.last().is_none_or(|last| last.document != link.document) {
                let LinkRow { document, title, library, path, .. } = link;
                out.push(Linking { document, title, library, path, instead: Instead::new() });
            }
            if let Some(last) = out.last_mut() {
                last.instead.insert((link.target, link.by_path), String::new());
            }
        }
        out.sort_by(|a, b| a.title.cmp(&b.title).then_with(|| a.path.cmp(&b.path)));
        Ok(out)
    }

    /// Of those, the ones whose links lead to it no more, with what they are to say instead. `old` is its path before.
    ///
    /// # Errors
    /// `NotFound`, `DataDamaged`.
    pub fn led_astray(&self, linking: Vec<Linking>, old: &str, id: u64) -> Result<Vec<Linking>> {
        let row = self.file_of(id)?;
        let catalog = self.catalog();
        let links = Links::of(&catalog);
        let astray = |mut from: Linking| {
            let holder = Holder { id: from.document, library: &from.library, path: &from.path };
            let says = |target: &str, by_path| links.leads_to(target, by_path, holder, &row);
            let new = |(target, by_path): &(String, bool)| {
                sayings(target, *by_path, old, &row.path, &row.title).into_iter().find(|saying| says(saying, *by_path))
            };
            let stale = from.instead.into_keys().filter(|(target, by_path)| !says(target, *by_path));
            from.instead = stale.filter_map(|link| new(&link).map(|saying| (link, saying))).collect();
            (!from.instead.is_empty()).then_some(from)
        };
        Ok(linking.into_iter().filter_map(astray).collect())
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

/// Folders that are left and entered on the way from one note to another.
fn steps(from: &str, to: &str) -> usize {
    let folders = |path: &str| path.matches('/').count();
    let same = from.split('/').zip(to.split('/')).take(folders(from).min(folders(to))).take_while(|(a, b)| a == b).count();
    folders(from) + folders(to) - 2 * same
}
