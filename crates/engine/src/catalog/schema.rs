//! The catalog's tables, their version, and upgrades from older versions. It must not know what the rows mean to search.

use rusqlite::{Connection, TransactionBehavior};

use crate::error::{Error, ErrorCode, Result};

/// The version this program writes, kept in `PRAGMA user_version`.
const VERSION: i64 = 4;

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

/// Links that stand in documents' texts, by what they lead to; new in version 4.
const LINKS: &str = "
CREATE TABLE links (
  document INTEGER NOT NULL, by_path INTEGER NOT NULL, target TEXT NOT NULL, name TEXT NOT NULL, start INTEGER NOT NULL, stop INTEGER NOT NULL,
  PRIMARY KEY (document, by_path, target)) WITHOUT ROWID;
CREATE INDEX links_name ON links (name);
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

/// Makes the file ready for writing: WAL, and the tables of this version. `read_texts` stores what an older version did not know of the texts it stored.
pub(super) fn prepare(db: &mut Connection, read_texts: impl FnOnce(&Connection) -> Result<()>) -> Result<()> {
    check(db)?;
    // WAL lets any number of readers work while the one writer commits; NORMAL may lose the last commits on power loss, never consistency.
    db.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -32768;")?;
    if version(db)? == VERSION {
        return Ok(());
    }
    // Immediate, for another program may be at it: then there is nothing left to do.
    let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    check(&tx)?;
    let found = version(&tx)?;
    let parts = [(0, TABLES), (1, IGNORED), (2, TOKENS), (3, LINKS)];
    for (_, part) in parts.iter().filter(|(known, _)| *known >= found) {
        tx.execute_batch(part)?;
    }
    if (1..VERSION).contains(&found) {
        read_texts(&tx)?;
    }
    tx.pragma_update(None, "user_version", VERSION)?;
    Ok(tx.commit()?)
}
