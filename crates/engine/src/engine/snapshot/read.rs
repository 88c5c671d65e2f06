//! Notes to be read: lists, a note as HTML, what links to it, what is related. It must not know how anything is written.

use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::path::Path;

use super::links::Links;
use super::{Question, Snapshot};
use crate::catalog::{Catalog, DocumentEntry, DocumentRow, Filter};
use crate::document::{Block, Format, SourceMap};
use crate::error::{Error, ErrorCode, Result};
use crate::event::Run;
use crate::ingest;
use crate::link::{beside, decode};
use crate::render::{self, Targets};
use crate::text::normalise;
use crate::wire;

/// Bytes of text that are shown of one note; of what is longer those around the place that is wanted are shown, and that is said.
const MOST_BYTES: usize = 2 << 20;
/// Bytes that are shown at least behind the place that is wanted, unless the text ends there.
const BEHIND: usize = MOST_BYTES / 4;
/// Passages related to one.
const RELATED: usize = 5;
/// Characters of a passage that stand for it when related ones are searched.
const GIST: usize = 200;

impl Snapshot {
    /// Every note, by title.
    ///
    /// # Errors
    /// `DataDamaged`.
    pub fn all_notes(&self) -> Result<Vec<wire::NoteInfo>> {
        Ok(self.catalog().documents()?.into_iter().map(info).collect())
    }

    /// One note's line.
    ///
    /// # Errors
    /// `NotFound`, `DataDamaged`.
    pub fn note(&self, id: u64) -> Result<wire::NoteInfo> {
        let catalog = self.catalog();
        let row = document(&catalog, id)?;
        note_info(&catalog, &row)
    }

    /// The note at a path of a library, if it is indexed.
    ///
    /// # Errors
    /// `DataDamaged`.
    pub fn note_at(&self, library: &str, path: &str) -> Result<Option<wire::NoteInfo>> {
        let catalog = self.catalog();
        let Some(row) = catalog.document_at(library, path)?.map(|id| document(&catalog, id)).transpose()? else { return Ok(None) };
        note_info(&catalog, &row).map(Some)
    }

    /// A note as HTML, as it is indexed; of a very long one the part around byte `at`. `image` gives the window's address for an image of the note, by its path
    /// relative to the library's folder.
    ///
    /// # Errors
    /// `NotFound`, `DataDamaged`.
    pub fn view(&self, id: u64, at: usize, image: &dyn Fn(&str) -> String) -> Result<wire::NoteView> {
        let catalog = self.catalog();
        let row = document(&catalog, id)?;
        let text = catalog.text(id)?;
        let chars = text.chars().count();
        let mut notices = Vec::new();
        let bytes = fs::read(row.root.join(&row.path));
        let current = match &bytes {
            Ok(bytes) => *blake3::hash(bytes).as_bytes() == row.hash,
            Err(_) => false,
        };
        match (&bytes, current) {
            (Err(_), _) => notices.push("the file is gone or cannot be read: this is the note as it was indexed".to_owned()),
            (Ok(_), false) => notices.push("the file has changed: this is the note as it was indexed".to_owned()),
            _ => {}
        }
        let Range { start, end } = part(&text, at);
        let shown = text[start..end].chars().count();
        if start > 0 {
            notices.push(format!("the note is very long: {shown} characters around this place are shown; open it in your own program for the rest"));
        } else if end < text.len() {
            notices.push(format!("the note is very long: its first {shown} characters are shown; open it in your own program for the rest"));
        }
        let links = Links::of(&catalog);
        let rendered = if row.format == Format::Markdown {
            render::markdown(&text[..end], ingest::markdown::body(&text), start, &Names { links: &links, row: &row, image })
        } else {
            let (blocks, map) = structure(&row, bytes.ok().filter(|_| current).as_deref(), &text);
            let whole: Vec<Block> = blocks.into_iter().filter(|b| b.span.end > start && b.span.end <= end).collect();
            render::blocks(&text[..end], &whole, &map)
        };
        Ok(wire::NoteView {
            note: note_info(&catalog, &row)?,
            html: rendered.html,
            outline: rendered.outline,
            pages: row.source_map.pages.last().map(|(_, page)| *page),
            chars,
            partial: end - start < text.len(),
            backlinks: links.to(&row)?,
            notices,
        })
    }

    /// Passages of other notes about the same thing, best first.
    ///
    /// # Errors
    /// As [`Self::search`].
    pub fn related(&self, id: u64, start: usize, end: usize, run: Run<'_>) -> Result<Vec<wire::Passage>> {
        let (title, part) = {
            let catalog = self.catalog();
            let row = document(&catalog, id)?;
            let text = catalog.text(id)?;
            let (start, end) = (super::floor_boundary(&text, start), super::floor_boundary(&text, end));
            let gist: String = text.get(start..end).unwrap_or("").chars().take(GIST).collect();
            (row.title, gist)
        };
        let query = format!("{title} {part}");
        let found = self.search(&Question { text: query, filter: Filter::default(), limit: 3 * RELATED }, run)?;
        Ok(found.hits.into_iter().filter(|hit| hit.document_id != id).take(RELATED).collect())
    }

    /// Every tag with its notes, those of the tags below it too, most used first.
    ///
    /// # Errors
    /// `DataDamaged`.
    pub fn tags(&self) -> Result<Vec<wire::TagInfo>> {
        // 「Rust」 and 「rust」 are one tag, written as most notes write it.
        let mut tags: BTreeMap<String, BTreeMap<String, u64>> = BTreeMap::new();
        for note in self.catalog().documents()? {
            // `#pets/indoor` is one of `#pets`.
            let lines = note.tags.iter().flat_map(|tag| {
                let ends = tag.match_indices('/').map(|(at, _)| at).chain([tag.len()]);
                ends.map(move |end| &tag[..end]).filter(|tag| !tag.is_empty())
            });
            let once: BTreeMap<String, &str> = lines.map(|tag| (normalise(tag), tag)).collect();
            for (tag, spelling) in once {
                *tags.entry(tag).or_default().entry(spelling.to_owned()).or_default() += 1;
            }
        }
        let mut out: Vec<wire::TagInfo> = tags
            .into_values()
            .filter_map(|spellings| {
                let notes = spellings.values().sum();
                let (tag, _) = spellings.into_iter().max_by_key(|(_, count)| *count)?;
                Some(wire::TagInfo { tag, notes })
            })
            .collect();
        out.sort_by(|a, b| b.notes.cmp(&a.notes).then_with(|| a.tag.cmp(&b.tag)));
        Ok(out)
    }

    /// Every folder that holds notes, at any depth.
    ///
    /// # Errors
    /// `DataDamaged`.
    pub fn folders(&self) -> Result<Vec<wire::FolderInfo>> {
        let mut folders: BTreeMap<(String, String), u64> = BTreeMap::new();
        for note in self.catalog().documents()? {
            for (at, _) in note.path.match_indices('/') {
                *folders.entry((note.library.clone(), note.path[..at].to_owned())).or_default() += 1;
            }
        }
        Ok(folders.into_iter().map(|((library, folder), notes)| wire::FolderInfo { library, folder, notes }).collect())
    }

    /// Where a note's file is, whether or not it is still there.
    ///
    /// # Errors
    /// `NotFound`, `DataDamaged`.
    pub fn file_of(&self, id: u64) -> Result<DocumentRow> {
        document(&self.catalog(), id)
    }
}

fn document(catalog: &Catalog, id: u64) -> Result<DocumentRow> {
    catalog
        .document(id)?
        .ok_or_else(|| Error::new(ErrorCode::NotFound, "this note is no longer there", "it was deleted, moved, or left out; look it up by its title"))
}

fn info(entry: DocumentEntry) -> wire::NoteInfo {
    let editable = !entry.shipped && entry.verbatim && matches!(entry.format, Format::Markdown | Format::Plain);
    wire::NoteInfo {
        id: entry.id,
        library: entry.library,
        path: entry.path,
        title: entry.title,
        tags: entry.tags,
        date: entry.date,
        format: entry.format,
        encoding: entry.encoding,
        editable,
    }
}

fn note_info(catalog: &Catalog, row: &DocumentRow) -> Result<wire::NoteInfo> {
    let shipped = catalog.libraries()?.iter().any(|l| l.name == row.library && l.shipped);
    let row = row.clone();
    Ok(info(DocumentEntry {
        id: row.id,
        library: row.library,
        path: row.path,
        title: row.title,
        tags: row.tags,
        date: row.date,
        format: row.format,
        encoding: row.encoding,
        verbatim: row.verbatim,
        shipped,
    }))
}

/// A note's line as its file says, for one that is not in the index.
#[must_use]
pub fn unindexed(id: u64, library: &str, folder: &Path, path: &str) -> wire::NoteInfo {
    let name = path.rsplit('/').next().unwrap_or(path);
    let bytes = fs::read(folder.join(path)).unwrap_or_default();
    let read = ingest::read(name, &bytes, &ingest::Limits::default()).ok();
    let verbatim = read.as_ref().map_or_else(|| std::str::from_utf8(&bytes).is_ok(), |document| document.verbatim);
    let utf8 = (String::new(), Vec::new(), None, "UTF-8".to_owned());
    let (title, tags, date, encoding) = read.map_or(utf8, |document| (document.title, document.tags, document.date, document.encoding));
    info(DocumentEntry {
        id,
        library: library.to_owned(),
        path: path.to_owned(),
        title: if title.is_empty() { ingest::stem_of(name) } else { title },
        tags,
        date: date.unwrap_or_else(|| crate::engine::today().to_string()),
        format: ingest::format_of(name).unwrap_or(Format::Plain),
        encoding,
        verbatim,
        shipped: false,
    })
}

/// The part of a text that is shown: all of it, or as much as may be around a place.
fn part(text: &str, at: usize) -> Range<usize> {
    let end = (at.saturating_add(BEHIND)).max(MOST_BYTES).min(text.len());
    super::floor_boundary(text, end.saturating_sub(MOST_BYTES))..super::floor_boundary(text, end)
}

/// The blocks of a file as it is now; of text alone where the file is not what was indexed.
fn structure(row: &DocumentRow, bytes: Option<&[u8]>, text: &str) -> (Vec<Block>, SourceMap) {
    let name = row.path.rsplit('/').next().unwrap_or(&row.path);
    if let Some(Ok(document)) = bytes.map(|bytes| ingest::read(name, bytes, &ingest::Limits::default()))
        && document.text == text
    {
        return (document.blocks, document.source_map);
    }
    (ingest::plain::blocks(text, 0..text.len()), row.source_map.clone())
}

/// Notes and images as a note names them.
struct Names<'a> {
    links: &'a Links<'a>,
    row: &'a DocumentRow,
    image: &'a dyn Fn(&str) -> String,
}

impl Targets for Names<'_> {
    fn note(&self, name: &str) -> Option<u64> {
        self.links.meant(name, self.row.into())
    }

    fn image(&self, path: &str) -> Option<String> {
        if path.contains("://") || path.starts_with("data:") || path.starts_with("//") {
            return None;
        }
        let inside = beside(&self.row.path, &decode(path))?;
        Some((self.image)(&inside))
    }
}
