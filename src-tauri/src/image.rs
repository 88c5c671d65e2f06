//! Images of notes for the page: `note-image://localhost/<document>/<path>`, the path relative to the library's folder. Nothing outside that folder, and nothing
//! but images, is given out. It must not know notes' text.

use std::borrow::Cow;
use std::fs;

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sidenote_engine::notes::image_extension;
use tauri::http::{Response, StatusCode, header};

use crate::desk::Desk;

/// Bytes of an image that is shown.
const MOST_BYTES: u64 = 64 << 20;

/// The address of an image.
pub(crate) fn address(document: u64, path: &str) -> String {
    let parts: Vec<String> = path.split('/').map(|part| utf8_percent_encode(part, NON_ALPHANUMERIC).to_string()).collect();
    format!("{}/{document}/{}", base("note-image"), parts.join("/"))
}

/// What addresses of a scheme begin with.
pub(crate) fn base(scheme: &str) -> String {
    // Windows has no schemes of one's own in its web view.
    if cfg!(windows) { format!("http://{scheme}.localhost") } else { format!("{scheme}://localhost") }
}

/// The image that an address's path means.
pub(crate) fn answer(desk: &Desk, path: &str) -> Response<Cow<'static, [u8]>> {
    match read(desk, path) {
        Some((kind, bytes)) => respond(StatusCode::OK, kind, bytes),
        None => respond(StatusCode::NOT_FOUND, "text/plain", Vec::new()),
    }
}

fn read(desk: &Desk, path: &str) -> Option<(&'static str, Vec<u8>)> {
    let (document, inside) = path.trim_start_matches('/').split_once('/')?;
    let row = desk.snapshot().ok()?.file_of(document.parse().ok()?).ok()?;
    let inside = percent_decode_str(inside).decode_utf8().ok()?;
    let root = row.root.canonicalize().ok()?;
    // Links are followed before it is seen whether they lead out.
    let file = root.join(inside.as_ref()).canonicalize().ok().filter(|file| file.starts_with(&root))?;
    if fs::metadata(&file).ok()?.len() > MOST_BYTES {
        return None;
    }
    let bytes = fs::read(&file).ok()?;
    let kind = match image_extension(&bytes) {
        Some("png") => "image/png",
        Some("jpg") => "image/jpeg",
        Some("gif") => "image/gif",
        Some("webp") => "image/webp",
        // Inside an image element a drawing runs no script and loads nothing.
        kind if kind == Some("svg") || file.extension().is_some_and(|e| e.eq_ignore_ascii_case("svg")) => "image/svg+xml",
        _ => return None,
    };
    Some((kind, bytes))
}

/// A response of this kind.
pub(crate) fn respond(status: StatusCode, kind: &'static str, bytes: Vec<u8>) -> Response<Cow<'static, [u8]>> {
    let mut response = Response::new(Cow::Owned(bytes));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static(kind));
    response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, header::HeaderValue::from_static("nosniff"));
    response
}
