//! The writing half of the catalog: libraries, files and their chunks, vectors. Every change of content is one transaction that ends with the
//! next generation. Only `sync` and the library commands call it, under the lock. It must not know indexes or scores.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension, Transaction, params};
use serde::Serialize;

use super::{Catalog, Change, EmbedKey, FileState, Library, PUBLISHED, SYNCED, embed_text};
use crate::chunk::Chunk;
use crate::document::{Document, Format, Span};
use crate::error::{Error, ErrorCode, Result};
use crate::ingest::{Skip, markdown};
use crate::link;
use crate::model::Fingerprint;
use crate::text::normalise;

impl Catalog {
    /// Adds a library. Its files are read by the next sync.
    ///
    /// # Errors
    /// `InvalidInput` if the name or the folder is taken.
    pub fn add_library(&mut self, name: &str, root: &Path, shipped: bool) -> Result<Library> {
        let folder = root.to_str().ok_or_else(|| {
            Error::new(
                ErrorCode::InvalidInput,
                format!("the folder name `{}` is not valid UTF-8", root.display()),
                "rename the folder, then add it again",
            )
        })?;
        for library in self.libraries()? {
            if library.name == name {
                return Err(Error::new(
                    ErrorCode::InvalidInput,
                    format!("a library named `{name}` exists already"),
                    "choose another name with --name",
                ));
            }
            if library.root == root {
                return Err(Error::new(
                    ErrorCode::InvalidInput,
                    format!("`{folder}` is already the library `{}`", library.name),
                    "run `sidenote sync` to read it again",
                ));
            }
        }
        let tx = self.db.transaction()?;
        tx.execute("INSERT INTO libraries (name, root, shipped, synced) VALUES (?1, ?2, ?3, 0)", params![name, folder, shipped])?;
        let id = tx.last_insert_rowid();
        if shipped {
            set_meta(&tx, "shipped_offered", "1")?;
        }
        tx.commit()?;
        Ok(Library { id, name: name.to_owned(), root: root.to_owned(), shipped, synced: false, published: false })
    }

    /// Follows a library whose folder has moved (the shipped notes of a new installation).
    pub fn move_library(&mut self, library: i64, root: &Path) -> Result<()> {
        self.db.execute("UPDATE libraries SET root = ?2 WHERE id = ?1", params![library, root.to_string_lossy()])?;
        Ok(())
    }

    /// Removes a library and everything that was read from it. Files are not touched. Returns the new generation.
    pub fn remove_library(&mut self, library: i64) -> Result<u64> {
        self.change(|tx, generation| {
            let documents: Vec<i64> =
                tx.prepare("SELECT id FROM documents WHERE library = ?1")?.query_map([library], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?;
            for document in documents {
                drop_document(tx, document, generation)?;
            }
            tx.execute("DELETE FROM ledger WHERE library = ?1", [library])?;
            tx.execute("DELETE FROM libraries WHERE id = ?1", [library])?;
            Ok(())
        })
    }

    /// Applies changes of one library in one transaction: all of them, or none. Returns the new generation.
    pub fn apply(&mut self, library: i64, changes: &[Change]) -> Result<u64> {
        if changes.iter().all(|change| matches!(change, Change::Touch { .. })) {
            // Time stamps are no content: the indexes stay as they are.
            let generation = self.generation()?;
            let tx = self.db.transaction()?;
            changes.iter().try_for_each(|change| apply_change(&tx, library, change, generation))?;
            tx.commit()?;
            return Ok(generation);
        }
        self.change(|tx, generation| changes.iter().try_for_each(|change| apply_change(tx, library, change, generation)))
    }

    /// Marks that all of a library has been read.
    pub fn finish_sync(&mut self, library: i64, chunker: &str, now: i64) -> Result<()> {
        let tx = self.db.transaction()?;
        tx.execute("UPDATE libraries SET synced = max(synced, ?2) WHERE id = ?1", [library, i64::from(SYNCED)])?;
        set_meta(&tx, "chunker", chunker)?;
        set_meta(&tx, "synced_at", &now.to_string())?;
        Ok(tx.commit()?)
    }

    /// Marks that whatever has been read is in every index, with its vectors.
    pub fn finish_publishing(&mut self) -> Result<()> {
        self.db.execute("UPDATE libraries SET synced = ?2 WHERE synced = ?1", [SYNCED, PUBLISHED])?;
        Ok(())
    }

    /// Forgets what the stored chunks were made by and from, so that the next sync reads every file again.
    pub fn forget_files(&mut self) -> Result<()> {
        Ok(self.db.execute_batch("UPDATE ledger SET modified = -1, checked = 0, hash = NULL")?)
    }

    /// Forgets what was read from some files of a library, so that the next sync reads them again.
    pub fn forget(&mut self, library: i64, paths: &[String]) -> Result<()> {
        let tx = self.db.transaction()?;
        for path in paths {
            tx.prepare_cached("UPDATE ledger SET modified = -1, checked = 0, hash = NULL WHERE library = ?1 AND path = ?2")?
                .execute(params![library, path])?;
        }
        Ok(tx.commit()?)
    }

    /// Has a file left alone from the next sync on, or no longer.
    pub fn ignore(&mut self, library: i64, path: &str, ignored: bool) -> Result<()> {
        let sql = if ignored {
            "INSERT OR IGNORE INTO ignored (library, path) VALUES (?1, ?2)"
        } else {
            "DELETE FROM ignored WHERE library = ?1 AND path = ?2"
        };
        self.db.execute(sql, params![library, path])?;
        Ok(())
    }

    /// Stores vectors: f16, little endian.
    pub fn put_vectors(&mut self, fingerprint: &Fingerprint, vectors: &[(EmbedKey, Vec<f32>)]) -> Result<()> {
        let tx = self.db.transaction()?;
        {
            let mut insert = tx.prepare_cached("INSERT OR REPLACE INTO vectors (key, fingerprint, vector) VALUES (?1, ?2, ?3)")?;
            for (key, vector) in vectors {
                let bytes: Vec<u8> = vector.iter().flat_map(|&x| half::f16::from_f32(x).to_le_bytes()).collect();
                insert.execute(params![key, fingerprint.0, bytes])?;
            }
        }
        Ok(tx.commit()?)
    }

    /// Forgets every vector of a fingerprint.
    pub fn remove_vectors(&mut self, fingerprint: &Fingerprint) -> Result<()> {
        self.db.execute("DELETE FROM vectors WHERE fingerprint = ?1", [&fingerprint.0])?;
        Ok(())
    }

    /// Advances the generation without changing content, so that indexes built from new vectors get a name of their own.
    pub fn advance(&mut self) -> Result<u64> {
        self.change(|_, _| Ok(()))
    }

    /// Drops tombstones that every index has seen, and vectors that no chunk uses.
    pub fn tidy(&mut self, indexed: u64) -> Result<()> {
        let tx = self.db.transaction()?;
        if tx.execute("DELETE FROM tombstones WHERE generation <= ?1", [indexed])? > 0 {
            set_meta(&tx, "tombstones_from", &indexed.to_string())?;
            tx.execute("DELETE FROM vectors WHERE NOT EXISTS (SELECT 1 FROM chunks c WHERE c.key = vectors.key)", [])?;
        }
        Ok(tx.commit()?)
    }

    /// Whether SQLite finds its own file sound.
    pub fn check_integrity(&self) -> Result<bool> {
        Ok(self.db.query_row("PRAGMA quick_check(1)", [], |r| r.get::<_, String>(0))? == "ok")
    }

    /// Runs `body` in a transaction that ends with the next generation.
    fn change(&mut self, body: impl FnOnce(&Transaction<'_>, u64) -> Result<()>) -> Result<u64> {
        let generation = self.generation()? + 1;
        let tx = self.db.transaction()?;
        body(&tx, generation)?;
        set_meta(&tx, "generation", &generation.to_string())?;
        tx.commit()?;
        Ok(generation)
    }
}

fn apply_change(tx: &Transaction<'_>, library: i64, change: &Change, generation: u64) -> Result<()> {
    match change {
        Change::Store { file, document, chunks } => {
            // An edited note keeps its id: windows and conversations name it by that.
            let before = remove_path(tx, library, &file.path, generation)?;
            let id = insert_document(tx, library, file, document, before)?;
            insert_chunks(tx, id, document, chunks, generation)?;
            let chars = document.text.chars().count();
            insert_ledger(tx, library, file, Some(id), None, [chars, document.furniture_chars(), chunks.len()], &document.warnings)?;
        }
        Change::Skip { file, skip } => {
            // The row keeps the id for the day that the file is a note again: one that is emptied is often written in anew.
            let before = remove_path(tx, library, &file.path, generation)?;
            insert_ledger(tx, library, file, before, Some(skip), [0; 3], &[])?;
        }
        Change::Touch { file } => {
            tx.prepare_cached("UPDATE ledger SET size = ?3, modified = ?4, checked = ?5, hash = ?6 WHERE library = ?1 AND path = ?2")?
                .execute(params![library, file.path, file.size, file.modified, file.checked, file.hash])?;
            tx.prepare_cached("UPDATE documents SET date = ?3 WHERE library = ?1 AND path = ?2 AND dated = 0")?.execute(params![
                library,
                file.path,
                day(file.modified)
            ])?;
        }
        Change::Rename { from, file } => {
            remove_path(tx, library, &file.path, generation)?;
            tx.execute("UPDATE documents SET path = ?3 WHERE library = ?1 AND path = ?2", params![library, from, file.path])?;
            tx.execute("UPDATE ledger SET path = ?3 WHERE library = ?1 AND path = ?2", params![library, from, file.path])?;
            apply_change(tx, library, &Change::Touch { file: file.clone() }, generation)?;
        }
        Change::Remove { path } => drop(remove_path(tx, library, path, generation)?),
    }
    Ok(())
}

fn insert_document(tx: &Transaction<'_>, library: i64, file: &FileState, document: &Document, id: Option<i64>) -> Result<i64> {
    tx.prepare_cached(
        "INSERT INTO documents (library, path, title, aliases, tags, date, dated, hash, format, encoding, verbatim, file_offset, source_map, id)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
    )?
    .execute(params![
        library,
        file.path,
        document.title,
        to_json(&document.aliases)?,
        to_json(&document.tags)?,
        document.date.clone().unwrap_or_else(|| day(file.modified)),
        document.date.is_some(),
        file.hash,
        to_json(&document.format)?,
        document.encoding,
        document.verbatim,
        document.file_offset,
        to_json(&document.source_map)?,
        id,
    ])?;
    let id = tx.last_insert_rowid();
    tx.prepare_cached("INSERT INTO texts (document, text) VALUES (?1, ?2)")?.execute(params![id, document.text.as_bytes()])?;
    insert_links(tx, id, &document.text)?;
    Ok(id)
}

fn insert_links(db: &Connection, id: i64, text: &str) -> Result<()> {
    let mut insert = db.prepare_cached("INSERT INTO links (document, by_path, target, name, start, stop) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?;
    for link::Written { target, by_path, line } in link::written(text) {
        let called = link::last_part(&link::decode(target));
        insert.execute(params![id, by_path, target, called, line.start, line.end])?;
    }
    Ok(())
}

/// Reads the links and tags of every stored text, for a catalog whose texts were stored before either was read.
pub(super) fn read_texts(db: &Connection) -> Result<()> {
    let markdown = to_json(&Format::Markdown)?;
    let documents: Vec<(i64, bool)> = db
        .prepare("SELECT id, format = ?1 FROM documents")?
        .query_map([markdown], |r| Ok((r.get(0)?, r.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    for (id, has_tags) in documents {
        let bytes: Vec<u8> = db.prepare_cached("SELECT text FROM texts WHERE document = ?1")?.query_row([id], |r| r.get(0))?;
        let text = String::from_utf8(bytes).map_err(Error::internal)?;
        insert_links(db, id, &text)?;
        if has_tags {
            db.prepare_cached("UPDATE documents SET tags = ?2 WHERE id = ?1")?.execute(params![id, to_json(&markdown::tags(&text))?])?;
        }
    }
    Ok(())
}

fn insert_chunks(tx: &Transaction<'_>, id: i64, document: &Document, chunks: &[Chunk], generation: u64) -> Result<()> {
    let mut insert = tx.prepare_cached(
        "INSERT INTO chunks (document, ordinal, start, stop, line, page, heading, key, generation) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?;
    let places = document.source_map.places(&document.text, chunks.iter().map(|c| c.span.start));
    for (ordinal, (chunk, place)) in chunks.iter().zip(places).enumerate() {
        let Span { start, end } = chunk.span;
        let key = embed_key(&document.title, &chunk.heading, &document.text[start..end]);
        insert.execute(params![id, ordinal, start, end, place.line, place.page, to_json(&chunk.heading)?, key, generation])?;
    }
    Ok(())
}

fn insert_ledger(
    tx: &Transaction<'_>,
    library: i64,
    file: &FileState,
    document: Option<i64>,
    skip: Option<&Skip>,
    [chars, furniture, chunks]: [usize; 3],
    warnings: &[String],
) -> Result<()> {
    let reason = match skip {
        Some(skip) => serde_json::to_value(skip.reason).map_err(Error::internal)?.as_str().map(str::to_owned),
        None => None,
    };
    tx.prepare_cached(
        "INSERT INTO ledger (library, path, size, modified, checked, hash, document, reason, detail, chars, furniture, chunks, warnings)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
    )?
    .execute(params![
        library,
        file.path,
        file.size,
        file.modified,
        file.checked,
        file.hash,
        document,
        reason,
        skip.map(|s| s.detail.as_str()),
        chars,
        furniture,
        chunks,
        to_json(&warnings)?,
    ])?;
    Ok(())
}

/// Removes a file's row and document; the id that the document has, or had when the file last was one.
fn remove_path(tx: &Transaction<'_>, library: i64, path: &str, generation: u64) -> Result<Option<i64>> {
    let document: Option<i64> = tx
        .prepare_cached("SELECT document FROM ledger WHERE library = ?1 AND path = ?2")?
        .query_row(params![library, path], |r| r.get(0))
        .optional()?
        .flatten();
    if let Some(document) = document {
        drop_document(tx, document, generation)?;
    }
    tx.prepare_cached("DELETE FROM ledger WHERE library = ?1 AND path = ?2")?.execute(params![library, path])?;
    Ok(document)
}

fn drop_document(tx: &Transaction<'_>, document: i64, generation: u64) -> Result<()> {
    tx.prepare_cached("INSERT INTO tombstones (chunk, generation) SELECT id, ?2 FROM chunks WHERE document = ?1")?
        .execute(params![document, generation])?;
    for table in ["chunks WHERE document", "texts WHERE document", "links WHERE document", "documents WHERE id"] {
        tx.prepare_cached(&format!("DELETE FROM {table} = ?1"))?.execute([document])?;
    }
    Ok(())
}

pub(super) fn set_meta(tx: &Transaction<'_>, key: &str, value: &str) -> Result<()> {
    tx.prepare_cached("INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2")?.execute([key, value])?;
    Ok(())
}

fn embed_key(title: &str, heading: &[String], body: &str) -> EmbedKey {
    let normalised: String = normalise(&embed_text(title, heading, body)).split_whitespace().collect::<Vec<_>>().join(" ");
    let mut key = [0; 16];
    key.copy_from_slice(&blake3::hash(normalised.as_bytes()).as_bytes()[..16]);
    key
}

fn to_json<T: Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(Error::internal)
}

/// The UTC day of a Unix time in milliseconds, `YYYY-MM-DD`.
fn day(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms).map_or_else(|_| "1970-01-01".to_owned(), |t| t.to_zoned(jiff::tz::TimeZone::UTC).date().to_string())
}
