//! What the program is started with, at first or again: `sidenote://` links, folders, questions. It must not know how they are shown.
//!
//! `sidenote://ask?q=…`, `sidenote://conversation/12`, `sidenote://note?library=…&path=…[&start=…&end=…]`.

use std::ffi::OsString;
use std::path::Path;
use std::sync::Arc;

use sidenote_engine::cancel::CancelToken;
use sidenote_engine::error::{Error, ErrorCode, Result};
use tauri::{AppHandle, Manager, Runtime};
use url::Url;

use crate::desk::Desk;
use crate::wire::{AppEvent, OpenTarget};

/// Opens what arguments mean, folders relative to the one they were given in; what means nothing is left alone.
pub(crate) fn open<R: Runtime>(app: &AppHandle<R>, arguments: Vec<OsString>, given_in: &Path) {
    let desk = Arc::clone(app.state::<Arc<Desk>>().inner());
    let given_in = given_in.to_owned();
    // Looking a note up opens the index; the window does not wait for that.
    std::thread::spawn(move || {
        let mut rest = arguments.into_iter();
        while let Some(argument) = rest.next() {
            if argument == "--data-dir" {
                rest.next();
            } else if argument == "--capture" {
                desk.events.send(AppEvent::QuickCapture);
            } else if let Some(link) = argument.to_str().and_then(|text| Url::parse(text).ok()).filter(|url| url.scheme() == "sidenote") {
                desk.events.send(match target(&desk, &link) {
                    Ok(target) => AppEvent::Open { target },
                    Err(error) => AppEvent::Failed { error: error.into() },
                });
            } else {
                let folder = given_in.join(argument);
                if folder.is_dir() {
                    desk.offer(folder);
                }
            }
        }
    });
}

fn target(desk: &Desk, link: &Url) -> Result<OpenTarget> {
    let value = |key: &str| link.query_pairs().find(|(k, _)| k == key).map(|(_, v)| v.into_owned());
    let known = match link.host_str() {
        Some("ask") => value("q").filter(|q| !q.trim().is_empty()).map(|text| OpenTarget::Question { text }),
        Some("conversation") => link.path().trim_matches('/').parse().ok().map(|id| OpenTarget::Conversation { id }),
        Some("note") => match (value("library"), value("path")) {
            (Some(library), Some(path)) => {
                let number = |key: &str| value(key).and_then(|n| n.parse().ok());
                Some(OpenTarget::Note { document_id: note(desk, &library, &path)?, start: number("start"), end: number("end") })
            }
            _ => None,
        },
        _ => None,
    };
    known.ok_or_else(|| {
        Error::new(ErrorCode::InvalidInput, format!("`{link}` is no link that Sidenote knows"), "copy the link anew from where it was made")
    })
}

/// The note at a place; a library that was never read is read first.
fn note(desk: &Desk, library: &str, path: &str) -> Result<u64> {
    if desk.engine()?.unpublished()?.iter().any(|name| name == library) {
        desk.indexer.now(desk, library, &CancelToken::new())?;
    }
    let note = desk.any_snapshot()?.map(|snapshot| snapshot.note_at(library, path)).transpose()?.flatten();
    note.map(|note| note.id).ok_or_else(|| {
        Error::new(
            ErrorCode::NotFound,
            format!("there is no note `{path}` in the library `{library}`"),
            "it was deleted, moved, or left out; look it up by its title",
        )
    })
}
