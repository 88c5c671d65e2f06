//! The catalog's tables, their version, and upgrades from older versions. It must not know what the rows mean to search.

use rusqlite::Connection;

use crate::error::{Error, ErrorCode, Result};

/// The version this program writes, kept in `PRAGMA user_version`.
const VERSION: i64 = 3;

const TABLES: &str = "
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE libraries (
  id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, root TEXT NOT NULL UNIQUE,
  shipped INTEGER NOT NULL, synced INTEGER NOT NULL);
CREATE TABLE documents (
  id INTEGER PRIMARY KEY AUTOINCREMENT, library INTEGER NOT NULL REFERENCES libraries (id), path TEXT NOT NULL,
  title TEXT NOT NULL, aliases TEXT NOT NULL, tags TEXT NOT NULL, date TEXT NOT NULL, dated INTEGER NOT NULL,
  hash BLOB NOT NULL, format TEXT NOT NULL, encoding TEXT NOT NULL, verbatim INTEGER NOT NULL, file_offset INTEGER NOT NULL,
  source_map TEXT NOT NULL, UNIQUE (library, path));
CREATE TABLE texts (document INTEGER PRIMARY KEY, text BLOB NOT NULL);
CREATE TABLE chunks (
  id INTEGER PRIMARY KEY AUTOINCREMENT, document INTEGER NOT NULL REFERENCES documents (id), ordinal INTEGER NOT NULL,
  start INTEGER NOT NULL, stop INTEGER NOT NULL, line INTEGER NOT NULL, page INTEGER, heading TEXT NOT NULL, key BLOB NOT NULL, generation INTEGER NOT NULL);
CREATE INDEX chunks_document ON chunks (document, ordinal);
CREATE INDEX chunks_key ON chunks (key);
CREATE INDEX chunks_generation ON chunks (generation);
CREATE TABLE tombstones (chunk INTEGER PRIMARY KEY, generation INTEGER NOT NULL);
CREATE TABLE ledger (
  library INTEGER NOT NULL REFERENCES libraries (id), path TEXT NOT NULL, size INTEGER NOT NULL, modified INTEGER NOT NULL,
  checked INTEGER NOT NULL, hash BLOB, document INTEGER, reason TEXT, detail TEXT, chars INTEGER NOT NULL,
  furniture INTEGER NOT NULL, chunks INTEGER NOT NULL, warnings TEXT NOT NULL, PRIMARY KEY (library, path)) WITHOUT ROWID;
CREATE TABLE vectors (
  key BLOB NOT NULL, fingerprint TEXT NOT NULL, vector BLOB NOT NULL, PRIMARY KEY (key, fingerprint)) WITHOUT ROWID;
";

/// Files that the person wants left alone; new in version 2.
const IGNORED: &str = "
CREATE TABLE ignored (
  library INTEGER NOT NULL REFERENCES libraries (id) ON DELETE CASCADE, path TEXT NOT NULL, PRIMARY KEY (library, path)) WITHOUT ROWID;
";

/// Token ids of chunks' texts; new in version 3.
const TOKENS: &str = "
CREATE TABLE tokens (chunk INTEGER PRIMARY KEY, ids BLOB NOT NULL);
CREATE TRIGGER tokens_of_removed_chunks AFTER DELETE ON chunks BEGIN DELETE FROM tokens WHERE chunk = old.id; END;
";

/// The stored version; 0 for an empty file.
pub(super) fn version(db: &Connection) -> Result<i64> {
    Ok(db.query_row("PRAGMA user_version", [], |r| r.get(0))?)
}

/// Whether an older program wrote the file.
pub(super) fn is_older(db: &Connection) -> Result<bool> {
    Ok((1..VERSION).contains(&version(db)?))
}

/// Refuses a catalog that a newer program wrote.
pub(super) fn check(db: &Connection) -> Result<()> {
    let found = version(db)?;
    if found > VERSION {
        return Err(Error::new(
            ErrorCode::DataTooNew,
            format!("the catalog has version {found}, this program knows versions up to {VERSION}"),
            "update Sidenote, or use another folder with --data-dir",
        ));
    }
    Ok(())
}

/// Makes the file ready for writing: WAL, and the tables of this version.
pub(super) fn prepare(db: &Connection) -> Result<()> {
    check(db)?;
    // WAL lets any number of readers work while the one writer commits; NORMAL may lose the last commits on power loss, never consistency.
    db.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -32768;")?;
    match version(db)? {
        0 => db.execute_batch(&format!("BEGIN; {TABLES} {IGNORED} {TOKENS} PRAGMA user_version = {VERSION}; COMMIT;"))?,
        1 => db.execute_batch(&format!("BEGIN; {IGNORED} {TOKENS} PRAGMA user_version = {VERSION}; COMMIT;"))?,
        2 => db.execute_batch(&format!("BEGIN; {TOKENS} PRAGMA user_version = {VERSION}; COMMIT;"))?,
        _ => {}
    }
    Ok(())
}
