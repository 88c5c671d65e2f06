//! What the program is started with, at first or again: `sidenote://` links, folders, questions. It must not know how they are shown.
//!
//! `sidenote://ask?q=…`, `sidenote://conversation/12`, `sidenote://note?library=…&path=…[&start=…&end=…]`.

use std::ffi::OsString;
use std::path::Path;
use std::sync::Arc;

use sidenote_engine::error::Result;
use tauri::{AppHandle, Manager, Runtime};
use url::Url;

use crate::desk::Desk;
use crate::wire::{AppEvent, OpenTarget};

/// Opens what arguments mean; what means nothing is left alone.
pub(crate) fn open<R: Runtime>(app: &AppHandle<R>, arguments: Vec<OsString>) {
    let desk = Arc::clone(app.state::<Arc<Desk>>().inner());
    // Looking a note up opens the index; the window does not wait for that.
    std::thread::spawn(move || {
        let mut rest = arguments.into_iter();
        while let Some(argument) = rest.next() {
            if argument == "--data-dir" {
                rest.next();
            } else if argument == "--capture" {
                desk.events.send(AppEvent::QuickCapture);
            } else if let Some(link) = argument.to_str().and_then(|text| Url::parse(text).ok()).filter(|url| url.scheme() == "sidenote") {
                if let Ok(Some(target)) = target(&desk, &link) {
                    desk.events.send(AppEvent::Open { target });
                }
            } else if Path::new(&argument).is_dir() {
                desk.offer(argument.into());
            }
        }
    });
}

fn target(desk: &Desk, link: &Url) -> Result<Option<OpenTarget>> {
    let value = |key: &str| link.query_pairs().find(|(k, _)| k == key).map(|(_, v)| v.into_owned());
    Ok(match link.host_str() {
        Some("ask") => value("q").filter(|q| !q.trim().is_empty()).map(|text| OpenTarget::Question { text }),
        Some("conversation") => link.path().trim_matches('/').parse().ok().map(|id| OpenTarget::Conversation { id }),
        Some("note") => {
            let (Some(library), Some(path)) = (value("library"), value("path")) else { return Ok(None) };
            let note = desk.snapshot()?.note_at(&library, &path)?;
            let number = |key: &str| value(key).and_then(|n| n.parse().ok());
            note.map(|note| OpenTarget::Note { document_id: note.id, start: number("start"), end: number("end") })
        }
        _ => None,
    })
}
