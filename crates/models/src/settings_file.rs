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

/// Writes it, whole or not at all; its folder is made if needed.
///
/// # Errors
/// `Io`.
pub fn write(file: &Path, document: &DocumentMut) -> Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).map_err(|e| Error::io("create the settings folder", folder, &e))?;
    }
    write_whole(file, document.to_string().as_bytes())
}

/// The error for settings that cannot be used.
pub(crate) fn unusable(file: &Path, why: &str) -> Error {
    Error::new(
        ErrorCode::InvalidInput,
        format!("the settings in `{}` cannot be read: {why}", file.display()),
        "put the file right, or delete it to start from the defaults",
    )
}
