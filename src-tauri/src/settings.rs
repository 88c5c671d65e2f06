//! What the person set: the tables `[window]` and `[notes]` of `settings.toml`. Everything else in that file, comments too, is left as it is. It must not
//! know what settings do.

use sidenote_engine::error::{Error, ErrorCode, Result};
use sidenote_engine::paths::Paths;
use sidenote_models::settings_file;
use toml_edit::{DocumentMut, Item, value};

use crate::wire::Settings;

/// Text sizes that a window can be read at.
const SCALES: std::ops::RangeInclusive<f64> = 0.8..=2.0;

/// Reads the settings; what is not there, or makes no sense, is as it comes with the program.
///
/// # Errors
/// `InvalidInput` if the file is no TOML, `Io`.
pub(crate) fn read(paths: &Paths) -> Result<Settings> {
    let document = settings_file::read(&paths.settings())?;
    let get = |table: &str, key: &str| document.get(table).and_then(|t| t.get(key));
    let word = |key: &str, known: &[&str]| {
        let found = get("window", key).and_then(Item::as_str).filter(|found| known.contains(found));
        found.unwrap_or("system").to_owned()
    };
    let text = |table: &str, key: &str| get(table, key).and_then(Item::as_str).filter(|t| !t.trim().is_empty()).map(str::to_owned);
    let scale = get("window", "text_scale").and_then(|item| item.as_float().or_else(|| item.as_integer().map(|n| n as f64)));
    Ok(Settings {
        language: word("language", &["zh", "en"]),
        theme: word("theme", &["light", "dark"]),
        text_scale: scale.filter(|s| SCALES.contains(s)).unwrap_or(1.0),
        tray: get("window", "tray").and_then(Item::as_bool).unwrap_or(false),
        hotkey: text("window", "hotkey"),
        editor_command: text("window", "editor"),
        notes_folder: text("notes", "folder").unwrap_or_else(|| paths.notes.display().to_string()),
    })
}

/// Writes the settings, whole or not at all.
///
/// # Errors
/// As [`read`]; `InvalidInput` for a text size that no window can be read at.
pub(crate) fn write(paths: &Paths, settings: &Settings) -> Result<()> {
    if !SCALES.contains(&settings.text_scale) {
        let message = format!("{} is no size of text", settings.text_scale);
        return Err(Error::new(ErrorCode::InvalidInput, message, "choose one from 0.8 to 2"));
    }
    let file = paths.settings();
    settings_file::change(&file, |document| put(document, paths, settings))
}

fn put(document: &mut DocumentMut, paths: &Paths, settings: &Settings) -> Result<()> {
    let file = paths.settings();
    let window = settings_file::table(document, "window", &file)?;
    for (key, word) in [("language", &settings.language), ("theme", &settings.theme)] {
        set(window, key, (word != "system").then(|| value(word.as_str())));
    }
    set(window, "text_scale", ((settings.text_scale - 1.0).abs() > 1e-9).then(|| value(settings.text_scale)));
    set(window, "tray", settings.tray.then(|| value(true)));
    set(window, "hotkey", settings.hotkey.as_deref().map(value));
    set(window, "editor", settings.editor_command.as_deref().map(value));
    let own = settings.notes_folder != paths.notes.display().to_string();
    set(settings_file::table(document, "notes", &file)?, "folder", own.then(|| value(settings.notes_folder.as_str())));
    Ok(())
}

fn set(table: &mut dyn toml_edit::TableLike, key: &str, item: Option<Item>) {
    match item {
        Some(item) => drop(table.insert(key, item)),
        None => drop(table.remove(key)),
    }
}
