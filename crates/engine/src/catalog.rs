//! The one durable store (SQLite): libraries, the ledger of files, documents, their links, chunks, vectors. Everything under `index/` can be rebuilt
//! from it without running a model. It must not know scores, and it is written only by `sync`.
//!
//! Every change of content belongs to a *generation*: the transaction that makes it also advances `meta.generation`, chunks carry the
//! generation they appeared in, and removed chunks leave a tombstone with the generation they went in. The keyword index stores the
//! generation it has reached; catching up is reading what happened since.

mod schema;
mod tokens;
mod write;

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use rusqlite::blob::Blob;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

use crate::chunk::Chunk;
use crate::document::{Document, Format, Place, SourceMap, Span};
use crate::error::{Error, Result};
use crate::ingest::{Skip, SkipReason, stem_of};
use crate::link::without_block_ids;
use crate::model::Fingerprint;
use crate::text::{normalise, searchable, words};

/// How far a library has come: 0 before the first sync, then these.
const SYNCED: u8 = 1;
const PUBLISHED: u8 = 2;

/// Identifies what is embedded for a chunk: two chunks with the same normalised text share one vector.
pub type EmbedKey = [u8; 16];

/// A folder whose notes are indexed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Library {
    /// Row id.
    pub id: i64,
    /// Unique name.
    pub name: String,
    /// The folder, absolute.
    pub root: PathBuf,
    /// Whether it came with the program.
    pub shipped: bool,
    /// Whether a sync has read all of it.
    pub synced: bool,
    /// Whether a sync that read all of it has come to its end, with every index.
    pub published: bool,
}

impl Library {
    /// Whether its folder lies in that of another.
    #[must_use]
    pub fn is_inside(&self, other: &Self) -> bool {
        self.id != other.id && self.root.starts_with(&other.root)
    }
}

/// One row of the ledger: what became of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerRow {
    /// Path relative to the library's folder, `/` between parts.
    pub path: String,
    /// Bytes when it was read.
    pub size: u64,
    /// Modification time when it was read, Unix milliseconds.
    pub modified: i64,
    /// When it was looked at, Unix milliseconds.
    pub checked: i64,
    /// BLAKE3 of the content; none when it was not read.
    pub hash: Option<[u8; 32]>,
    /// The document, if it was indexed.
    pub document: Option<i64>,
    /// Why not, if it was not.
    pub skip: Option<Skip>,
    /// Characters extracted.
    pub chars: u64,
    /// Characters set aside as page furniture.
    pub furniture_chars: u64,
    /// Chunks indexed.
    pub chunks: u64,
    /// What was odd about it.
    pub warnings: Vec<String>,
}

/// A file as a sync found it.
#[derive(Clone, Debug)]
pub struct FileState {
    /// Path relative to the library's folder.
    pub path: String,
    /// Bytes.
    pub size: u64,
    /// Unix milliseconds.
    pub modified: i64,
    /// When it was looked at, Unix milliseconds.
    pub checked: i64,
    /// BLAKE3 of the content, if it was read.
    pub hash: Option<[u8; 32]>,
}

/// One change that a sync makes.
#[derive(Clone, Debug)]
pub enum Change {
    /// A new or edited file.
    Store {
        /// The file.
        file: FileState,
        /// What ingest made of it.
        document: Box<Document>,
        /// Its chunks.
        chunks: Vec<Chunk>,
    },
    /// A file that gives no text, and why.
    Skip {
        /// The file.
        file: FileState,
        /// The reason.
        skip: Skip,
    },
    /// Same content, new time stamp.
    Touch {
        /// The file.
        file: FileState,
    },
    /// Same content under a new path: the document, its chunks and vectors stay.
    Rename {
        /// Old path.
        from: String,
        /// The file now.
        file: FileState,
    },
    /// The file is gone.
    Remove {
        /// Its path.
        path: String,
    },
}

/// A chunk as the indexes need it.
#[derive(Clone, Debug)]
pub struct ChunkRow {
    /// Never reused.
    pub id: u64,
    /// The document's id.
    pub document: u64,
    /// Document title, aliases, and the file's name where it says more.
    pub title: String,
    /// Heading path, joined by line breaks.
    pub heading: String,
    /// The span's text.
    pub body: String,
}

/// A document as search results and citations need it; its text is read by [`Catalog::text`].
#[derive(Clone, Debug)]
pub struct DocumentRow {
    /// Never reused.
    pub id: u64,
    /// Name of its library.
    pub library: String,
    /// The library's folder.
    pub root: PathBuf,
    /// Path relative to the folder.
    pub path: String,
    /// Title.
    pub title: String,
    /// Tags.
    pub tags: Vec<String>,
    /// `YYYY-MM-DD`: front matter, else modified.
    pub date: String,
    /// BLAKE3 of the file.
    pub hash: [u8; 32],
    /// Format.
    pub format: Format,
    /// The encoding that its file was read in, WHATWG name.
    pub encoding: String,
    /// Whether the text is the file's own bytes.
    pub verbatim: bool,
    /// Bytes before the text in the file, with `verbatim`.
    pub file_offset: usize,
    /// The way back to the file.
    pub source_map: SourceMap,
}

/// A document as lists need it.
#[derive(Clone, Debug)]
pub struct DocumentEntry {
    /// Stays the same while the note is indexed.
    pub id: u64,
    /// Name of its library.
    pub library: String,
    /// Path relative to the library's folder.
    pub path: String,
    /// Title.
    pub title: String,
    /// Tags.
    pub tags: Vec<String>,
    /// `YYYY-MM-DD`.
    pub date: String,
    /// Format.
    pub format: Format,
    /// The encoding that its file was read in, WHATWG name.
    pub encoding: String,
    /// Whether its text is the file's own bytes.
    pub verbatim: bool,
    /// Whether it came with the program.
    pub shipped: bool,
}

/// A link that stands in a document.
#[derive(Clone, Debug)]
pub struct LinkRow {
    /// The document's id.
    pub document: u64,
    /// Name of its library.
    pub library: String,
    /// Its path relative to the library's folder.
    pub path: String,
    /// Its title.
    pub title: String,
    /// What the link leads to, as it is written.
    pub target: String,
    /// Whether that is a path; otherwise it is a name.
    pub by_path: bool,
    /// The line that it stands in: bytes of the document's text.
    pub line: Span,
}

/// A chunk's place in its document.
#[derive(Clone, Debug)]
pub struct ChunkPlace {
    /// The chunk.
    pub id: u64,
    /// The document's id.
    pub document: u64,
    /// Position among the document's chunks.
    pub ordinal: u32,
    /// Bytes of the document's text.
    pub span: Span,
    /// Heading path.
    pub heading: Vec<String>,
    /// Where it begins in the file.
    pub place: Place,
}

/// A chunk as a search looks at it, without its text.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Where it is.
    pub place: ChunkPlace,
    /// Its document's title.
    pub title: String,
    /// The token ids that are kept of its text.
    pub tokens: Option<Vec<u32>>,
}

/// Which documents a question is asked of. Empty lists do not filter; entries of one list are alternatives, lists narrow each other.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filter {
    /// Library names.
    pub libraries: Vec<String>,
    /// Folders relative to a library (`papers`), or with the library's name before (`work/papers`), with everything below.
    pub folders: Vec<String>,
    /// Tags.
    pub tags: Vec<String>,
    /// Notes by path, or by title.
    pub notes: Vec<String>,
    /// Notes by id.
    #[serde(default)]
    pub ids: Vec<u64>,
    /// Only documents dated on or after this day, `YYYY-MM-DD`.
    pub since: Option<String>,
    /// Only documents dated on or before this day.
    #[serde(default)]
    pub until: Option<String>,
}

impl Filter {
    /// Whether it lets everything through.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A connection to the catalog. One process writes (under the data folder's lock); any number read, each at the generation at which its
/// read transaction began.
#[derive(Debug)]
pub struct Catalog {
    db: Connection,
}

/// The text that is embedded for a chunk: the words that place it, then what it says, without the names that its blocks have for links.
#[must_use]
pub fn embed_text(title: &str, heading: &[String], body: &str) -> String {
    let mut text = String::with_capacity(body.len() + 64);
    for part in std::iter::once(title).chain(heading.iter().map(String::as_str)) {
        text.push_str(part);
        text.push('\n');
    }
    text.push_str(&without_block_ids(body));
    text
}

impl Catalog {
    /// Opens the catalog for writing, creating or upgrading it.
    ///
    /// # Errors
    /// `DataTooNew` for a catalog of a newer program, `DataDamaged`, `Io`.
    pub fn open(path: &Path) -> Result<Self> {
        let mut db = connected(Connection::open(path)?)?;
        schema::prepare(&mut db, write::read_texts)?;
        Ok(Self { db })
    }

    /// Opens the catalog for reading and fixes the generation it sees until it is dropped. `None` if there is no catalog yet.
    ///
    /// # Errors
    /// `DataTooNew`, `DataDamaged`, `Io`.
    pub fn open_snapshot(path: &Path) -> Result<Option<Self>> {
        if !path.exists() {
            return Ok(None);
        }
        let open = || connected(Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?);
        let mut db = open()?;
        if schema::is_older(&db)? {
            // Before the first sync of a new version there is a first question.
            drop(Self::open(path)?);
            db = open()?;
        }
        if schema::version(&db)? == 0 {
            return Ok(None);
        }
        schema::check(&db)?;
        // Two hundred chunks and texts are read for each question, from all over the file: mapped, their pages are not copied.
        db.execute_batch("PRAGMA mmap_size = 268435456; BEGIN")?;
        let catalog = Self { db };
        // A deferred transaction takes its snapshot at the first read.
        catalog.generation()?;
        Ok(Some(catalog))
    }

    fn meta(&self, key: &str) -> Result<Option<String>> {
        Ok(self.db.prepare_cached("SELECT value FROM meta WHERE key = ?1")?.query_row([key], |r| r.get(0)).optional()?)
    }

    fn meta_number(&self, key: &str) -> Result<u64> {
        Ok(self.meta(key)?.and_then(|v| v.parse().ok()).unwrap_or(0))
    }

    /// The current generation; 0 before the first change.
    pub fn generation(&self) -> Result<u64> {
        self.meta_number("generation")
    }

    /// The chunker's version that made the stored chunks, if any.
    pub fn chunker(&self) -> Result<Option<String>> {
        self.meta("chunker")
    }

    /// When the last sync finished, Unix milliseconds.
    pub fn synced_at(&self) -> Result<Option<i64>> {
        Ok(self.meta("synced_at")?.and_then(|v| v.parse().ok()))
    }

    /// Whether the notes that came with the program were ever made a library.
    pub fn shipped_offered(&self) -> Result<bool> {
        Ok(self.meta("shipped_offered")?.is_some())
    }

    /// Every library, by name.
    pub fn libraries(&self) -> Result<Vec<Library>> {
        let mut query = self.db.prepare_cached("SELECT id, name, root, shipped, synced FROM libraries ORDER BY name")?;
        let rows = query.query_map([], |r| {
            let synced: u8 = r.get(4)?;
            Ok(Library {
                id: r.get(0)?,
                name: r.get(1)?,
                root: PathBuf::from(r.get::<_, String>(2)?),
                shipped: r.get(3)?,
                synced: synced >= SYNCED,
                published: synced >= PUBLISHED,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The ledger of one library, by path.
    pub fn ledger(&self, library: i64) -> Result<Vec<LedgerRow>> {
        let mut query = self.db.prepare_cached(
            "SELECT path, size, modified, checked, hash, document, reason, detail, chars, furniture, chunks, warnings
             FROM ledger WHERE library = ?1 ORDER BY path",
        )?;
        let rows = query.query_map([library], |r| {
            let reason: Option<String> = r.get(6)?;
            let detail: Option<String> = r.get(7)?;
            let skip = reason
                .and_then(|reason| serde_json::from_value::<SkipReason>(reason.into()).ok())
                .map(|reason| Skip::new(reason, detail.unwrap_or_default()));
            Ok(LedgerRow {
                path: r.get(0)?,
                size: r.get(1)?,
                modified: r.get(2)?,
                checked: r.get(3)?,
                hash: r.get(4)?,
                document: r.get(5)?,
                skip,
                chars: r.get(8)?,
                furniture_chars: r.get(9)?,
                chunks: r.get(10)?,
                warnings: json(r, 11)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The ledger of one library, added up.
    pub fn ledger_sums(&self, library: i64) -> Result<LedgerSums> {
        let mut query = self.db.prepare_cached(
            "SELECT count(*) - count(reason), count(reason), total(chunks), total(chars), total(furniture) FROM ledger WHERE library = ?1",
        )?;
        // `total` is a float, exact far beyond any library.
        let whole = |r: &Row<'_>, i| -> rusqlite::Result<u64> { Ok(r.get::<_, f64>(i)? as u64) };
        Ok(query.query_row([library], |r| {
            Ok(LedgerSums { indexed: r.get(0)?, skipped: r.get(1)?, chunks: whole(r, 2)?, chars: whole(r, 3)?, furniture_chars: whole(r, 4)? })
        })?)
    }

    /// Documents, chunks, and vectors of a fingerprint.
    pub fn counts(&self, fingerprint: Option<&Fingerprint>) -> Result<Counts> {
        let count = |sql: &str| -> Result<u64> { Ok(self.db.query_row(sql, [], |r| r.get(0))?) };
        let embedded = match fingerprint {
            None => 0,
            Some(f) => self.db.query_row(
                "SELECT count(*) FROM chunks c WHERE EXISTS (SELECT 1 FROM vectors v WHERE v.key = c.key AND v.fingerprint = ?1)",
                [&f.0],
                |r| r.get(0),
            )?,
        };
        Ok(Counts { documents: count("SELECT count(*) FROM documents")?, chunks: count("SELECT count(*) FROM chunks")?, embedded })
    }

    /// Whether any vector of a fingerprint is stored.
    pub fn has_vectors(&self, fingerprint: &Fingerprint) -> Result<bool> {
        Ok(self.db.query_row("SELECT EXISTS (SELECT 1 FROM vectors WHERE fingerprint = ?1)", [&fingerprint.0], |r| r.get(0))?)
    }

    /// One document.
    pub fn document(&self, id: u64) -> Result<Option<DocumentRow>> {
        let mut query = self.db.prepare_cached(
            "SELECT d.id, l.name, l.root, d.path, d.title, d.tags, d.date, d.hash, d.format, d.verbatim, d.file_offset, d.source_map, d.encoding
             FROM documents d JOIN libraries l ON l.id = d.library WHERE d.id = ?1",
        )?;
        Ok(query
            .query_row([id], |r| {
                Ok(DocumentRow {
                    id: r.get(0)?,
                    library: r.get(1)?,
                    root: PathBuf::from(r.get::<_, String>(2)?),
                    path: r.get(3)?,
                    title: r.get(4)?,
                    tags: json(r, 5)?,
                    date: r.get(6)?,
                    hash: r.get(7)?,
                    format: json(r, 8)?,
                    verbatim: r.get(9)?,
                    file_offset: r.get(10)?,
                    source_map: json(r, 11)?,
                    encoding: r.get(12)?,
                })
            })
            .optional()?)
    }

    /// Ids of the documents a filter lets through.
    pub fn matching(&self, filter: &Filter) -> Result<Vec<u64>> {
        let mut query =
            self.db.prepare_cached("SELECT d.id, l.name, d.path, d.title, d.tags, d.date FROM documents d JOIN libraries l ON l.id = d.library")?;
        let mut rows = query.query([])?;
        let mut out = Vec::new();
        while let Some(row) = rows.next()? {
            let (library, path, title): (String, String, String) = (row.get(1)?, row.get(2)?, row.get(3)?);
            let tags: Vec<String> = json(row, 4)?;
            let date: String = row.get(5)?;
            let any = |list: &[String], test: &dyn Fn(&str) -> bool| list.is_empty() || list.iter().any(|x| test(x));
            let kept = any(&filter.libraries, &|l| l == library)
                && any(&filter.folders, &|f| in_folder(&path, f) || in_folder(&format!("{library}/{path}"), f))
                && any(&filter.tags, &|t| tags.iter().any(|have| is_tag(have, t.trim_start_matches('#'))))
                && any(&filter.notes, &|n| is_note(&path, &title, n))
                && filter.since.as_ref().is_none_or(|day| date.as_str() >= day.as_str())
                && filter.until.as_ref().is_none_or(|day| date.as_str() <= day.as_str());
            let id = row.get(0)?;
            if kept && (filter.ids.is_empty() || filter.ids.contains(&id)) {
                out.push(id);
            }
        }
        Ok(out)
    }

    /// How many files of the libraries and folders of a filter could not be read. Those that the person wants left alone are not counted.
    ///
    /// # Errors
    /// `DataDamaged`.
    pub fn skipped(&self, filter: &Filter) -> Result<usize> {
        let mut skipped = 0;
        for library in self.libraries()?.into_iter().filter(|l| filter.libraries.is_empty() || filter.libraries.contains(&l.name)) {
            let inside = |path: &str| {
                let within = |folder: &String| in_folder(path, folder) || in_folder(&format!("{}/{path}", library.name), folder);
                filter.folders.is_empty() || filter.folders.iter().any(within)
            };
            let counts = |row: &LedgerRow| row.skip.as_ref().is_some_and(|skip| skip.reason != SkipReason::Ignored) && inside(&row.path);
            skipped += self.ledger(library.id)?.iter().filter(|row| counts(row)).count();
        }
        Ok(skipped)
    }

    /// Every document, by title.
    ///
    /// # Errors
    /// `DataDamaged`.
    pub fn documents(&self) -> Result<Vec<DocumentEntry>> {
        let mut query = self.db.prepare_cached(
            "SELECT d.id, l.name, d.path, d.title, d.tags, d.date, d.format, d.verbatim, l.shipped, d.encoding
             FROM documents d JOIN libraries l ON l.id = d.library ORDER BY d.title COLLATE NOCASE, d.path",
        )?;
        let rows = query.query_map([], |r| {
            Ok(DocumentEntry {
                id: r.get(0)?,
                library: r.get(1)?,
                path: r.get(2)?,
                title: r.get(3)?,
                tags: json(r, 4)?,
                date: r.get(5)?,
                format: json(r, 6)?,
                verbatim: r.get(7)?,
                shipped: r.get(8)?,
                encoding: r.get(9)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Ids of the documents whose title, path and the day that they say of themselves (`YYYY-MM-DD`) fulfil a condition.
    ///
    /// # Errors
    /// `DataDamaged`.
    pub fn called(&self, is: impl Fn(&str, &str, Option<&str>) -> bool) -> Result<Vec<u64>> {
        let mut query = self.db.prepare_cached("SELECT id, title, path, CASE WHEN dated THEN date END FROM documents ORDER BY id")?;
        let mut rows = query.query([])?;
        let mut out = Vec::new();
        while let Some(row) = rows.next()? {
            let (title, path, day): (String, String, Option<String>) = (row.get(1)?, row.get(2)?, row.get(3)?);
            if is(&title, &path, day.as_deref()) {
                out.push(row.get(0)?);
            }
        }
        Ok(out)
    }

    /// The document at a path of a library.
    ///
    /// # Errors
    /// `DataDamaged`.
    pub fn document_at(&self, library: &str, path: &str) -> Result<Option<u64>> {
        let mut query =
            self.db.prepare_cached("SELECT d.id FROM documents d JOIN libraries l ON l.id = d.library WHERE l.name = ?1 AND d.path = ?2")?;
        Ok(query.query_row(params![library, path], |r| r.get(0)).optional()?)
    }

    /// Links of other documents that may lead to one that is called by one of some names: see [`crate::link::last_part`]. By document, in the order of their
    /// lines.
    ///
    /// # Errors
    /// `DataDamaged`.
    pub fn links_by(&self, names: &[String], to: u64) -> Result<Vec<LinkRow>> {
        let marks = vec!["?"; names.len()].join(", ");
        let mut query = self.db.prepare_cached(&format!(
            "SELECT k.document, l.name, d.path, d.title, k.target, k.by_path, k.start, k.stop
             FROM links k JOIN documents d ON d.id = k.document JOIN libraries l ON l.id = d.library
             WHERE k.name IN ({marks}) AND k.document <> ? ORDER BY k.document, k.start",
        ))?;
        let to = row_id(to);
        let values = names.iter().map(|name| name as &dyn rusqlite::ToSql).chain([&to as &dyn rusqlite::ToSql]);
        let rows = query.query_map(rusqlite::params_from_iter(values), |r| {
            Ok(LinkRow {
                document: r.get(0)?,
                library: r.get(1)?,
                path: r.get(2)?,
                title: r.get(3)?,
                target: r.get(4)?,
                by_path: r.get(5)?,
                line: r.get(6)?..r.get(7)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The files of a library that are to be left alone.
    ///
    /// # Errors
    /// `DataDamaged`.
    pub fn ignored(&self, library: i64) -> Result<HashSet<String>> {
        let mut query = self.db.prepare_cached("SELECT path FROM ignored WHERE library = ?1")?;
        let rows = query.query_map([library], |r| r.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// A document's text.
    pub fn text(&self, document: u64) -> Result<String> {
        let bytes: Vec<u8> = self.db.prepare_cached("SELECT text FROM texts WHERE document = ?1")?.query_row([document], |r| r.get(0))?;
        String::from_utf8(bytes).map_err(Error::internal)
    }

    /// A part of a document's text, without reading the rest.
    pub fn text_of(&self, document: u64, span: &Span) -> Result<String> {
        self.parts().read(document, span)
    }

    /// Parts of many documents' texts, one after the other.
    #[must_use]
    pub fn parts(&self) -> Parts<'_> {
        Parts { catalog: self, open: None }
    }

    /// A chunk as a search looks at it; `None` if it no longer exists.
    pub fn candidate(&self, id: u64) -> Result<Option<Candidate>> {
        let mut query = self.db.prepare_cached(
            "SELECT c.id, c.document, c.ordinal, c.start, c.stop, c.heading, c.line, c.page, d.title, t.ids
             FROM chunks c JOIN documents d ON d.id = c.document LEFT JOIN tokens t ON t.chunk = c.id WHERE c.id = ?1",
        )?;
        let read = |r: &Row<'_>| Ok(Candidate { place: place(r)?, title: r.get(8)?, tokens: r.get_ref(9)?.as_blob_or_null()?.map(tokens::unpacked) });
        Ok(query.query_row([id], read).optional()?)
    }

    /// The chunks of a document, in order.
    pub fn chunks_of(&self, document: u64) -> Result<Vec<ChunkPlace>> {
        let mut query = self
            .db
            .prepare_cached("SELECT id, document, ordinal, start, stop, heading, line, page FROM chunks WHERE document = ?1 ORDER BY ordinal")?;
        let rows = query.query_map([document], place)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Calls `each` for every chunk that appeared after generation `since`, by id.
    pub fn chunks_since(&self, since: u64, mut each: impl FnMut(ChunkRow) -> Result<()>) -> Result<()> {
        let mut query = self.db.prepare_cached(
            "SELECT c.id, c.document, d.title, d.aliases, c.heading, c.start, c.stop, d.path
             FROM chunks c JOIN documents d ON d.id = c.document WHERE c.generation > ?1 ORDER BY c.id",
        )?;
        let mut texts = Texts { catalog: self, last: None };
        let mut named: Option<(u64, String)> = None;
        let mut rows = query.query([since])?;
        while let Some(row) = rows.next()? {
            let document = row.get(1)?;
            if named.as_ref().is_none_or(|(last, _)| *last != document) {
                let path: String = row.get(7)?;
                named = Some((document, names(row.get(2)?, json(row, 3)?, stem_of(&path))));
            }
            let title = named.as_ref().map_or_else(String::new, |(_, names)| names.clone());
            let heading: Vec<String> = json(row, 4)?;
            each(ChunkRow {
                id: row.get(0)?,
                document,
                title,
                heading: heading.join("\n"),
                body: texts.part(document, row.get(5)?..row.get(6)?)?.to_owned(),
            })?;
        }
        Ok(())
    }

    /// How many chunks appeared after a generation.
    pub fn count_since(&self, since: u64) -> Result<u64> {
        Ok(self.db.query_row("SELECT count(*) FROM chunks WHERE generation > ?1", [since], |r| r.get(0))?)
    }

    /// Chunks removed after generation `since`; `None` if that is too long ago to know (then rebuild).
    pub fn removed_since(&self, since: u64) -> Result<Option<Vec<u64>>> {
        if since < self.meta_number("tombstones_from")? {
            return Ok(None);
        }
        let mut query = self.db.prepare_cached("SELECT chunk FROM tombstones WHERE generation > ?1")?;
        let rows = query.query_map([since], |r| r.get(0))?;
        Ok(Some(rows.collect::<rusqlite::Result<_>>()?))
    }

    /// Up to `limit` texts newer than generation `since` without a vector of this fingerprint, distinct by key, in key order after `after`.
    pub fn without_vector(&self, fingerprint: &Fingerprint, since: u64, after: Option<EmbedKey>, limit: usize) -> Result<Vec<(EmbedKey, String)>> {
        let mut query = self.db.prepare_cached(
            "SELECT c.key, d.title, c.heading, c.document, c.start, c.stop
             FROM chunks c JOIN documents d ON d.id = c.document
             WHERE c.key > ?2 AND c.generation > ?4 AND NOT EXISTS (SELECT 1 FROM vectors v WHERE v.key = c.key AND v.fingerprint = ?1)
             GROUP BY c.key ORDER BY c.key LIMIT ?3",
        )?;
        let after = after.map_or_else(Vec::new, |k| k.to_vec());
        let mut rows = query.query(params![fingerprint.0, after, limit, since])?;
        let mut found: Vec<(EmbedKey, String, Vec<String>, u64, Span)> = Vec::new();
        while let Some(row) = rows.next()? {
            found.push((row.get(0)?, row.get(1)?, json(row, 2)?, row.get(3)?, row.get(4)?..row.get(5)?));
        }
        // Keys are in no order of documents, texts are read in it.
        found.sort_by_key(|(_, _, _, document, span)| (*document, span.start));
        let mut texts = Texts { catalog: self, last: None };
        let mut out = Vec::with_capacity(found.len());
        for (key, title, heading, document, span) in found {
            out.push((key, embed_text(&title, &heading, texts.part(document, span)?)));
        }
        out.sort_by_key(|(key, _)| *key);
        Ok(out)
    }

    /// How many distinct texts newer than generation `since` have no vector of this fingerprint.
    pub fn count_without_vector(&self, fingerprint: &Fingerprint, since: u64) -> Result<u64> {
        Ok(self.db.query_row(
            "SELECT count(DISTINCT key) FROM chunks c
             WHERE c.generation > ?2 AND NOT EXISTS (SELECT 1 FROM vectors v WHERE v.key = c.key AND v.fingerprint = ?1)",
            params![fingerprint.0, since],
            |r| r.get(0),
        )?)
    }

    /// Calls `each` with (chunk, document, vector) for every chunk that has a vector of this fingerprint, by chunk id.
    pub fn vectors(&self, fingerprint: &Fingerprint, mut each: impl FnMut(u64, u64, &[u8]) -> Result<()>) -> Result<()> {
        let mut query = self
            .db
            .prepare_cached("SELECT c.id, c.document, v.vector FROM chunks c JOIN vectors v ON v.key = c.key AND v.fingerprint = ?1 ORDER BY c.id")?;
        let mut rows = query.query([&fingerprint.0])?;
        while let Some(row) = rows.next()? {
            let vector = row.get_ref(2)?.as_blob().map_err(Error::internal)?;
            each(row.get(0)?, row.get(1)?, vector)?;
        }
        Ok(())
    }
}

/// The ledger of one library, added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LedgerSums {
    /// Files indexed.
    pub indexed: u64,
    /// Files skipped.
    pub skipped: u64,
    /// Chunks.
    pub chunks: u64,
    /// Characters.
    pub chars: u64,
    /// Characters set aside as page furniture.
    pub furniture_chars: u64,
}

/// What the catalog holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Documents with text.
    pub documents: u64,
    /// Chunks.
    pub chunks: u64,
    /// Chunks with a vector.
    pub embedded: u64,
}

fn place(r: &Row<'_>) -> rusqlite::Result<ChunkPlace> {
    Ok(ChunkPlace {
        id: r.get(0)?,
        document: r.get(1)?,
        ordinal: r.get(2)?,
        span: r.get(3)?..r.get(4)?,
        heading: json(r, 5)?,
        place: Place { line: r.get(6)?, page: r.get(7)? },
    })
}

fn json<T: serde::de::DeserializeOwned>(r: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    let text: String = r.get(column)?;
    serde_json::from_str(&text).map_err(|e| rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, Box::new(e)))
}

/// What a note is found by beside its headings and text: its title, its aliases, and its file's name where that says more.
fn names(title: String, aliases: Vec<String>, stem: String) -> String {
    let terms = |name: &str| words(&searchable(name)).into_iter().map(|term| term.text).collect::<HashSet<_>>();
    let mut names = std::iter::once(title).chain(aliases).collect::<Vec<_>>().join("\n");
    if !terms(&stem).is_subset(&terms(&names)) {
        names.push('\n');
        names.push_str(&stem);
    }
    names
}

fn in_folder(path: &str, folder: &str) -> bool {
    let folder = folder.trim_matches('/');
    path.strip_prefix(folder).is_some_and(|rest| folder.is_empty() || rest.starts_with('/'))
}

fn same_word(a: &str, b: &str) -> bool {
    normalise(a) == normalise(b)
}

/// Whether a tag is the wanted one, or one below it: `#pets/indoor` is one of `#pets`.
fn is_tag(have: &str, wanted: &str) -> bool {
    normalise(have).strip_prefix(&normalise(wanted)).is_some_and(|below| below.is_empty() || below.starts_with('/'))
}

fn is_note(path: &str, title: &str, wanted: &str) -> bool {
    let wanted = wanted.trim_start_matches("./");
    path == wanted
        || path.rsplit_once('.').is_some_and(|(stem, _)| stem == wanted)
        || path.ends_with(wanted) && path[..path.len() - wanted.len()].ends_with('/')
        || same_word(title, wanted)
}

/// A connection as the catalog uses it.
fn connected(db: Connection) -> Result<Connection> {
    db.busy_timeout(std::time::Duration::from_secs(10))?;
    // Otherwise a prepared statement is planned anew for each value that is bound, which costs several times what it does.
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(db)
}

/// Reads parts of documents' texts. SQLite prepares a statement to open a text, so what is open is moved to the next one.
pub struct Parts<'c> {
    catalog: &'c Catalog,
    open: Option<(u64, Blob<'c>)>,
}

impl Parts<'_> {
    /// Bytes of a document's text.
    pub fn read(&mut self, document: u64, span: &Span) -> Result<String> {
        match &mut self.open {
            Some((open, _)) if *open == document => {}
            Some((open, blob)) => {
                blob.reopen(row_id(document))?;
                *open = document;
            }
            None => self.open = Some((document, self.catalog.db.blob_open("main", "texts", "text", row_id(document), true)?)),
        }
        let Some((_, blob)) = &self.open else { return Err(Error::internal("no text is open")) };
        let mut bytes = vec![0; span.len()];
        blob.read_at_exact(&mut bytes, span.start)?;
        String::from_utf8(bytes).map_err(Error::internal)
    }
}

/// Parts of documents' texts, of which the last one is kept: to read a part by itself, SQLite goes through the text from its beginning, which for
/// every chunk of a long document takes minutes.
struct Texts<'c> {
    catalog: &'c Catalog,
    last: Option<(u64, String)>,
}

impl Texts<'_> {
    fn part(&mut self, document: u64, span: Span) -> Result<&str> {
        if self.last.as_ref().is_none_or(|(last, _)| *last != document) {
            self.last = Some((document, self.catalog.text(document)?));
        }
        let text = self.last.as_ref().map_or("", |(_, text)| text.as_str());
        text.get(span).ok_or_else(|| Error::internal("a chunk is outside its document's text"))
    }
}

/// SQLite's row ids are signed; ours never reach the top bit.
fn row_id(id: u64) -> i64 {
    i64::try_from(id).unwrap_or(i64::MAX)
}
