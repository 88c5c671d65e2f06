//! `settings.toml`, which people edit too: read as it is, written whole, everything that is not changed left as it was, comments too. It must not know any
//! setting.

use std::fs;
use std::path::Path;

use sidenote_engine::error::{Error, ErrorCode, Result};
use sidenote_engine::notes::write_whole;
use toml_edit::{DocumentMut, Item, Table, TableLike};

/// The file's content; empty without a file.
///
/// # Errors
/// `InvalidInput` if it is no TOML, `Io`.
pub fn read(file: &Path) -> Result<DocumentMut> {
    match fs::read_to_string(file) {
        Ok(text) => text.parse().map_err(|e: toml_edit::TomlError| unusable(file, e.message())),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(DocumentMut::new()),
        Err(e) => Err(Error::io("read the settings", file, &e)),
    }
}

/// A table of it, made if it is not there.
///
/// # Errors
/// `InvalidInput` if something else goes by that name.
pub fn table<'d>(document: &'d mut DocumentMut, name: &str, file: &Path) -> Result<&'d mut dyn TableLike> {
    let item = document.entry(name).or_insert_with(|| Item::Table(Table::new()));
    item.as_table_like_mut().ok_or_else(|| unusable(file, &format!("`{name}` is no table")))
}

/// Changes it: read, changed and written, whole or not at all, while nobody else changes it. Its folder is made if needed. Where `body` fails the file stays
/// as it was.
///
/// # Errors
/// Those of [`read`] and of `body`, `Io`.
pub fn change<T>(file: &Path, body: impl FnOnce(&mut DocumentMut) -> Result<T>) -> Result<T> {
    let folder = file.parent().unwrap_or(Path::new("."));
    let failed = |e: &std::io::Error| Error::io("change the settings", file, e);
    fs::create_dir_all(folder).map_err(|e| failed(&e))?;
    // The file itself is replaced, so that a lock on it would be a lock on the one before.
    let guard = fs::File::create(file.with_extension("lock")).map_err(|e| failed(&e))?;
    guard.lock().map_err(|e| failed(&e))?;
    let mut document = read(file)?;
    let before = document.to_string();
    let changed = body(&mut document)?;
    let after = document.to_string();
    if after != before {
        write_whole(file, after.as_bytes())?;
    }
    Ok(changed)
}

/// The error for settings that cannot be used.
pub(crate) fn unusable(file: &Path, why: &str) -> Error {
    Error::new(
        ErrorCode::InvalidInput,
        format!("the settings in `{}` cannot be read: {why}", file.display()),
        "put the file right, or delete it to start from the defaults",
    )
}
