//! What the person picks in the system's own dialogs. It must not know what it is for.

use std::path::PathBuf;

use tauri::{AppHandle, Manager, Runtime};
use tauri_plugin_dialog::DialogExt;

use crate::window::LABEL;

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
            let mut dialog = app.dialog().file();
            // Otherwise it begins among the files that other programs opened last.
            if let Ok(home) = app.path().document_dir().or_else(|_| app.path().home_dir()) {
                dialog = dialog.set_directory(home);
            }
            if let Some(window) = app.get_webview_window(LABEL) {
                dialog = dialog.set_parent(&window);
            }
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
