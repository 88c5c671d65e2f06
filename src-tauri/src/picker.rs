//! What the person picks in the system's own dialogs. It must not know what it is for.

use std::path::PathBuf;

use tauri::{AppHandle, Runtime};
use tauri_plugin_dialog::DialogExt;

/// What is to be picked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// A folder.
    Folder,
    /// A file that is there.
    File,
    /// A place for a new Markdown file, under this name unless the person has another.
    Place(String),
}

type Pick = dyn Fn(Wanted) -> Option<PathBuf> + Send + Sync;

/// Asks the person; none if they thought better of it. Tests answer themselves.
pub struct Picker(Box<Pick>);

impl Picker {
    /// Asks `pick`.
    pub fn new(pick: impl Fn(Wanted) -> Option<PathBuf> + Send + Sync + 'static) -> Self {
        Self(Box::new(pick))
    }

    /// Asks by the system's dialogs.
    pub(crate) fn dialogs<R: Runtime>(app: &AppHandle<R>) -> Self {
        let app = app.clone();
        Self::new(move |wanted| {
            let dialog = app.dialog().file();
            let picked = match wanted {
                Wanted::Folder => dialog.blocking_pick_folder(),
                Wanted::File => dialog.blocking_pick_file(),
                Wanted::Place(name) => dialog.add_filter("Markdown", &["md"]).set_file_name(name).blocking_save_file(),
            };
            picked.and_then(|picked| picked.into_path().ok())
        })
    }

    /// Waits for the person: never on the window's own thread.
    pub(crate) fn pick(&self, wanted: Wanted) -> Option<PathBuf> {
        (self.0)(wanted)
    }
}
