//! The system's clipboard. It must not know what is copied.

use std::sync::Mutex;

use arboard::Clipboard;
use sidenote_engine::error::{Error, ErrorCode, Result};
use tauri::{AppHandle, Runtime};

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

/// The image that lies there, as a PNG file, where the web view does not hand images to the page; none where there is none. GTK reads it, so that a Wayland
/// desktop gives it too.
#[cfg(target_os = "linux")]
pub(crate) fn image<R: Runtime>(app: &AppHandle<R>) -> Option<Vec<u8>> {
    let (send, receive) = std::sync::mpsc::channel();
    let asked = app.run_on_main_thread(move || {
        // Without a display there is no clipboard.
        if !gtk::is_initialized_main_thread() {
            return;
        }
        let clipboard = gtk::Clipboard::get(&gtk::gdk::SELECTION_CLIPBOARD);
        clipboard.request_contents(&gtk::gdk::Atom::intern("image/png"), move |clipboard, contents| {
            // Nobody waits any more where it cannot be sent.
            if contents.length() > 0 {
                drop(send.send(contents.data()));
                return;
            }
            clipboard.request_image(move |_, image| {
                if let Some(Ok(png)) = image.map(|image| image.save_to_bufferv("png", &[])) {
                    drop(send.send(png));
                }
            });
        });
    });
    asked.ok().and_then(|()| receive.recv().ok())
}

/// Elsewhere the page has it already.
#[cfg(not(target_os = "linux"))]
pub(crate) fn image<R: Runtime>(_: &AppHandle<R>) -> Option<Vec<u8>> {
    None
}
