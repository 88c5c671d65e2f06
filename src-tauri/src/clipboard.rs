//! The system's clipboard. It must not know what is copied.

use std::sync::Mutex;

use arboard::Clipboard;
use sidenote_engine::error::{Error, ErrorCode, Result};

/// Kept open: on Linux a program's copies live as long as it offers them.
#[derive(Default)]
pub(crate) struct Copies(Mutex<Option<Clipboard>>);

impl Copies {
    /// Puts a text there.
    ///
    /// # Errors
    /// `Io` if the system refuses.
    pub(crate) fn copy(&self, text: &str) -> Result<()> {
        let refused =
            |e: arboard::Error| Error::new(ErrorCode::Io, format!("the clipboard could not be used: {e}"), "select the text and copy it by hand");
        let mut open = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let clipboard = match &mut *open {
            Some(clipboard) => clipboard,
            none => none.insert(Clipboard::new().map_err(refused)?),
        };
        clipboard.set_text(text).map_err(refused)
    }
}
