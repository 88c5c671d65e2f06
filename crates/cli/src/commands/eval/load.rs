//! Reads what `eval` is given: folders of sets, files of results, marked answers. It must not know what is measured.

use std::fs;
use std::path::{Path, PathBuf};

use sidenote_engine::error::{Error, ErrorCode, Result};
use sidenote_engine::eval::run::Run;
use sidenote_engine::eval::set::{self, GoldQuestion, Meta};

/// What a set's folder holds.
const HINT: &str = "a set is a folder with `queries.jsonl` and `notes/`: docs/json.md";

/// A set that was read.
pub(super) struct LoadedSet {
    /// Its folder's name.
    pub(super) name: String,
    /// The folder of its notes.
    pub(super) notes: PathBuf,
    /// At least one.
    pub(super) questions: Vec<GoldQuestion>,
}

/// Reads a set, or the part of it whose ids begin with `prefix`.
pub(super) fn set(folder: &Path, mini: bool, prefix: &str) -> Result<LoadedSet> {
    if !folder.is_dir() {
        return Err(Error::new(ErrorCode::NotFound, format!("there is no folder `{}`", folder.display()), HINT));
    }
    let name = folder.canonicalize().ok().and_then(|f| f.file_name().map(|n| n.to_string_lossy().into_owned())).unwrap_or_else(|| "set".to_owned());
    let meta = folder.join("meta.json");
    let meta = if meta.is_file() { set::meta(&text(&meta)?, &meta.display().to_string())? } else { Meta::default() };
    let notes = match (meta.notes, meta.notes_from) {
        (Some(path), _) => folder.join(path),
        (None, Some(other)) => folder.join("..").join(other).join("notes"),
        (None, None) => folder.join("notes"),
    };
    if !notes.is_dir() {
        return Err(Error::new(ErrorCode::NotFound, format!("the set `{name}` has no notes: there is no folder `{}`", notes.display()), HINT));
    }
    let file = folder.join(if mini { "queries.mini.jsonl" } else { "queries.jsonl" });
    let mut questions = set::questions(&text(&file)?, &file.display().to_string())?;
    questions.retain(|q| q.id.starts_with(prefix));
    if questions.is_empty() {
        let message = if prefix.is_empty() {
            format!("there is no question in `{}`", file.display())
        } else {
            format!("no question in `{}` has an id that begins with `{prefix}`", file.display())
        };
        return Err(Error::new(ErrorCode::NothingToAsk, message, HINT));
    }
    Ok(LoadedSet { name, notes, questions })
}

/// Reads a file of results.
pub(super) fn run(file: &Path) -> Result<Run> {
    Run::parse(&text(file)?, &file.display().to_string())
}

/// Reads the answers that a person judged, if there are any.
pub(super) fn marked(file: &Path) -> Result<Vec<GoldQuestion>> {
    if file.is_file() { set::marked(&text(file)?, &file.display().to_string()) } else { Ok(Vec::new()) }
}

fn text(file: &Path) -> Result<String> {
    let bytes = fs::read(file).map_err(|e| match e.kind() {
        std::io::ErrorKind::NotFound => Error::new(ErrorCode::NotFound, format!("there is no file `{}`", file.display()), HINT),
        _ => Error::io("read", file, &e),
    })?;
    let text = String::from_utf8(bytes)
        .map_err(|_| Error::new(ErrorCode::InvalidInput, format!("`{}` is not UTF-8", file.display()), "convert it to UTF-8 first"))?;
    // Some editors put a mark of the encoding first.
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}
