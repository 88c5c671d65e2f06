//! Notes written on a person's behalf: new ones, edits, renames, the trash, pasted images. Each file is written whole or not at all, and only if it
//! still is what was edited. It must not know what is indexed.

mod draft;
mod lines;
mod name;
mod relink;
mod title;

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::error::{Error, ErrorCode, Result};
use crate::text::normalise;

pub use draft::{Draft, Drafts};
pub use name::file_name;
pub use relink::{Instead, relinked, sayings};
pub use title::{retitled, with_title};

/// The folder beside a note that pasted images go into.
const ATTACHMENTS: &str = "attachments";
/// Bytes of a pasted image.
const MOST_IMAGE_BYTES: u64 = 32 << 20;
/// Bytes of a note that is edited here.
const MOST_NOTE_BYTES: u64 = 8 << 20;

/// A file's text as it is edited: line ends as `\n`, without a byte order mark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Editable {
    /// The text.
    pub text: String,
    /// Names the file's state: BLAKE3 of its bytes, hex.
    pub hash: String,
}

/// What became of an edit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Saving {
    /// The file has it; its state now.
    Saved(String),
    /// The file is not what was edited, and was left as it is.
    Conflict(Editable),
}

/// Reads a note to be edited.
///
/// # Errors
/// `NotFound` if the file is gone, `InvalidInput` if it is no UTF-8 text or too long to be edited here, `Io`.
pub fn read(file: &Path) -> Result<Editable> {
    let length = fs::metadata(file).map_err(|e| unreadable(file, &e))?.len();
    if length > MOST_NOTE_BYTES {
        return Err(Error::new(
            ErrorCode::InvalidInput,
            format!("`{}` has {} MB: notes of up to {} MB can be edited here", file.display(), length >> 20, MOST_NOTE_BYTES >> 20),
            "open it in your own editor; it is still searched and cited",
        ));
    }
    let bytes = fs::read(file).map_err(|e| unreadable(file, &e))?;
    let hash = hash(&bytes);
    let text = String::from_utf8(bytes).map_err(|_| {
        Error::new(
            ErrorCode::InvalidInput,
            format!("`{}` is not written in UTF-8", file.display()),
            "save it as UTF-8 in your own editor to edit it here; it is still searched and cited",
        )
    })?;
    Ok(Editable { text: text.strip_prefix('\u{feff}').unwrap_or(&text).replace("\r\n", "\n"), hash })
}

/// Writes an edit, if the file still is in the state that was edited. A byte order mark stays, and so does the end of every line that was not edited. An edit
/// that is what the file already holds is saved whatever the state was.
///
/// # Errors
/// `NotFound` if the file is gone, `Io` (the file is as it was).
pub fn save(file: &Path, text: &str, expected: &str) -> Result<Saving> {
    // A link is written through: it stays a link.
    let target = file.canonicalize().map_err(|e| unreadable(file, &e))?;
    let bytes = fs::read(&target).map_err(|e| unreadable(file, &e))?;
    let current = hash(&bytes);
    if current != expected {
        let now = read(file)?;
        return Ok(if now.text == text { Saving::Saved(now.hash) } else { Saving::Conflict(now) });
    }
    let mark = if bytes.starts_with(b"\xef\xbb\xbf") { "\u{feff}" } else { "" };
    let written = format!("{mark}{}", lines::ended_as_before(&String::from_utf8_lossy(&bytes[mark.len()..]), text));
    if written.as_bytes() != bytes {
        write_whole(&target, written.as_bytes())?;
    }
    Ok(Saving::Saved(hash(written.as_bytes())))
}

/// Makes a new note in a folder, which is made too if needed; its name comes from the title. Returns the file.
///
/// # Errors
/// `InvalidInput` for a blank title, `Io`.
pub fn create(folder: &Path, title: &str, text: &str) -> Result<PathBuf> {
    fs::create_dir_all(folder).map_err(|e| Error::io("make the folder for your notes", folder, &e))?;
    new_file(folder, &file_name(title)?, "md", with_title(title, text).as_bytes())
}

/// Copies a note into a folder under its own name. Returns the copy.
///
/// # Errors
/// `NotFound`, `Io`.
pub fn copy(file: &Path, folder: &Path) -> Result<PathBuf> {
    let bytes = fs::read(file).map_err(|e| unreadable(file, &e))?;
    fs::create_dir_all(folder).map_err(|e| Error::io("make the folder for your notes", folder, &e))?;
    let stem = file.file_stem().map_or_else(|| "note".into(), |s| s.to_string_lossy());
    let extension = file.extension().map_or_else(|| "md".into(), |s| s.to_string_lossy());
    new_file(folder, &stem, &extension, &bytes)
}

/// Gives a note's file the name of a title; its text stays ([`retitle`]). Returns the file.
///
/// # Errors
/// `InvalidInput` for a blank title or a file that cannot be edited, `NotFound`, `Io`.
pub fn rename(file: &Path, title: &str) -> Result<PathBuf> {
    read(file)?;
    let name = file_name(title)?;
    let stem = file.file_stem().map(|s| s.to_string_lossy().into_owned());
    if stem.as_deref() == Some(name.as_str()) {
        return Ok(file.to_owned());
    }
    let extension = file.extension().map_or_else(|| "md".into(), |s| s.to_string_lossy());
    let folder = file.parent().unwrap_or(Path::new("."));
    let wanted = folder.join(format!("{name}.{extension}"));
    let refused = |e| Error::io("rename", file, &e);
    // `Plan` and `plan` are one file to some systems: it is in its own way.
    if is_same_file(file, &wanted) && normalise(&name) == normalise(&stem.unwrap_or_default()) {
        fs::rename(file, &wanted).map_err(refused)?;
        return Ok(wanted);
    }
    let place = Place::take(folder, &name, &extension)?;
    fs::rename(file, &place.file).map_err(refused)?;
    Ok(place.filled())
}

/// Gives a note another title in its text, where that says the title.
///
/// # Errors
/// `Busy` if the note changes meanwhile, `InvalidInput` for a file that cannot be edited, `NotFound`, `Io`.
pub fn retitle(file: &Path, title: &str) -> Result<()> {
    let now = read(file)?;
    if let Some(text) = retitled(&now.text, title)
        && let Saving::Conflict(_) = save(file, &text, &now.hash)?
    {
        return Err(Error::new(ErrorCode::Busy, format!("`{}` changed while it was renamed", file.display()), "try again"));
    }
    Ok(())
}

/// Puts a file into the system's trash.
///
/// # Errors
/// `NotFound` if it is gone, `Io` if the system has no trash for it (the file is as it was).
pub fn discard(file: &Path) -> Result<()> {
    fs::symlink_metadata(file).map_err(|e| unreadable(file, &e))?;
    trash::delete(file).map_err(|e| {
        Error::new(
            ErrorCode::Io,
            format!("`{}` could not be put into the trash: {e}", file.display()),
            "the file is still there; delete it in your file manager if you do not need it",
        )
    })
}

/// Stores an image beside a note; the Markdown that shows it. The same image is stored once. `what` calls it where it cannot be stored.
///
/// # Errors
/// `InvalidInput` if it is no image of a known kind, or too large, `Io`.
pub fn attach(note: &Path, what: &str, bytes: &[u8]) -> Result<String> {
    let extension = image_extension(bytes).ok_or_else(|| {
        Error::new(
            ErrorCode::InvalidInput,
            format!("`{what}` is no image that notes can hold"),
            "PNG, JPEG, GIF, WebP and SVG images can be put into notes",
        )
    })?;
    small_enough(bytes.len() as u64)?;
    let folder = note.parent().unwrap_or(Path::new(".")).join(ATTACHMENTS);
    fs::create_dir_all(&folder).map_err(|e| Error::io("make the folder", &folder, &e))?;
    let name = format!("{}.{extension}", &hash(bytes)[..16]);
    let place = folder.join(&name);
    if !place.exists() {
        write_whole(&place, bytes)?;
    }
    Ok(format!("![]({ATTACHMENTS}/{name})"))
}

/// Stores an image from elsewhere beside a note, as [`attach`] does. The file stays where it is.
///
/// # Errors
/// As [`attach`].
pub fn attach_file(note: &Path, image: &Path) -> Result<String> {
    let failed = |e| Error::io("read the image", image, &e);
    // What is too large is not read.
    small_enough(fs::metadata(image).map_err(failed)?.len())?;
    attach(note, &image.file_name().unwrap_or_default().to_string_lossy(), &fs::read(image).map_err(failed)?)
}

fn small_enough(bytes: u64) -> Result<()> {
    if bytes > MOST_IMAGE_BYTES {
        return Err(Error::new(ErrorCode::InvalidInput, format!("the image has {} MB", bytes >> 20), "choose an image of up to 32 MB"));
    }
    Ok(())
}

/// The kind of an image by its first bytes, as a file's extension.
#[must_use]
pub fn image_extension(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', ..] => Some("png"),
        [0xff, 0xd8, 0xff, ..] => Some("jpg"),
        [b'G', b'I', b'F', b'8', ..] => Some("gif"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("webp"),
        _ => is_drawing(bytes).then_some("svg"),
    }
}

/// Whether bytes are an SVG document by how they begin: its element may come after declarations and comments.
fn is_drawing(bytes: &[u8]) -> bool {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(4096)]);
    let head = head.trim_start_matches('\u{feff}').trim_start();
    ["<svg", "<?xml", "<!--", "<!DOCTYPE svg"].iter().any(|start| head.starts_with(start)) && head.contains("<svg") && !head.contains("<html")
}

/// Writes a file whole or not at all: beside it, flushed, then renamed over it. Rights stay as they were.
///
/// # Errors
/// `Io`; what was there is as it was.
pub fn write_whole(file: &Path, bytes: &[u8]) -> Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    // Hidden, so that a walk that meets it looks away.
    let aside = folder.join(format!(".sidenote-{}-{}.tmp", std::process::id(), &hash(file.as_os_str().as_encoded_bytes())[..8]));
    let written = (|| {
        let mut out = File::create(&aside)?;
        out.write_all(bytes)?;
        if let Ok(before) = fs::metadata(file) {
            out.set_permissions(before.permissions())?;
        }
        out.sync_all()?;
        fs::rename(&aside, file)
    })();
    if let Err(error) = written {
        // Nothing depends on what is left aside.
        drop(fs::remove_file(&aside));
        return Err(Error::io("write", file, &error));
    }
    Ok(())
}

fn new_file(folder: &Path, name: &str, extension: &str, bytes: &[u8]) -> Result<PathBuf> {
    let place = Place::take(folder, name, extension)?;
    write_whole(&place.file, bytes)?;
    Ok(place.filled())
}

/// A name that no file had, taken by an empty one: whoever else makes a note of this title meanwhile, in whatever program, finds it taken. The empty file goes
/// where nothing takes its place.
struct Place {
    file: PathBuf,
    filled: bool,
}

impl Place {
    /// `name.md`, `name 2.md`, …
    fn take(folder: &Path, name: &str, extension: &str) -> Result<Self> {
        let numbered = |n: u32| folder.join(if n == 1 { format!("{name}.{extension}") } else { format!("{name} {n}.{extension}") });
        let mut n = 1;
        loop {
            let file = numbered(n);
            match File::options().write(true).create_new(true).open(&file) {
                Ok(_) => return Ok(Self { file, filled: false }),
                Err(e) if e.kind() == ErrorKind::AlreadyExists => n += 1,
                Err(e) => return Err(Error::io("write", &file, &e)),
            }
        }
    }

    fn filled(mut self) -> PathBuf {
        self.filled = true;
        std::mem::take(&mut self.file)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if !self.filled {
            // Nothing depends on it.
            drop(fs::remove_file(&self.file));
        }
    }
}

/// Whether two paths lead to one file; false where one of them leads to none.
fn is_same_file(a: &Path, b: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        let file = |path: &Path| fs::symlink_metadata(path).ok().map(|data| (data.dev(), data.ino()));
        file(a).is_some_and(|of| file(b) == Some(of))
    }
    #[cfg(not(unix))]
    a.canonicalize().is_ok_and(|real| b.canonicalize().is_ok_and(|other| other == real))
}

fn hash(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().to_string()
}

fn unreadable(file: &Path, error: &std::io::Error) -> Error {
    match error.kind() {
        ErrorKind::NotFound => Error::new(
            ErrorCode::NotFound,
            format!("the file `{}` is gone", file.display()),
            "it was moved or deleted outside Sidenote; what you typed here can be kept as a new note",
        ),
        _ => Error::io("open", file, error),
    }
}
