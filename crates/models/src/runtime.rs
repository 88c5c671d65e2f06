//! Where ONNX Runtime is found, and its one initialisation per process. It must not know which models run on it.
//!
//! The library is loaded at run time and nothing here panics: a missing, foreign or old library is `ModelUnavailable` with what to do about it,
//! and the rest of the program goes on without vectors.

use std::ffi::OsStr;
use std::fs::File;
use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use ort::LoadDynamicError;
use ort::environment::Environment;
use sidenote_engine::error::{Error, ErrorCode, Result};

/// The environment variable that names the library's file. Where it is set nothing else is tried: a choice is never overruled in silence.
pub const VARIABLE: &str = "SIDENOTE_ONNXRUNTIME";

/// The library's plain file name on this system.
pub const LIBRARY: &str = if cfg!(windows) {
    "onnxruntime.dll"
} else if cfg!(target_os = "macos") {
    "libonnxruntime.dylib"
} else {
    "libonnxruntime.so"
};

/// The initialised runtime. A process may have one only, and it stays to the end.
struct Loaded {
    environment: Environment,
    library: PathBuf,
}

static LOADED: Mutex<Option<Loaded>> = Mutex::new(None);

/// The file of the runtime in use, initialising it if need be.
///
/// # Errors
/// `ModelUnavailable` where there is none that works. The next call tries again, so a library that arrives later is found.
pub fn library() -> Result<PathBuf> {
    with_loaded(|loaded| loaded.library.clone())
}

/// The environment that every session of this process is made in.
pub(crate) fn environment() -> Result<Environment> {
    with_loaded(|loaded| loaded.environment.clone())
}

fn with_loaded<T>(take: impl FnOnce(&Loaded) -> T) -> Result<T> {
    let mut slot = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(loaded) = slot.as_ref() {
        return Ok(take(loaded));
    }
    let loaded = initialise()?;
    let taken = take(&loaded);
    *slot = Some(loaded);
    Ok(taken)
}

fn initialise() -> Result<Loaded> {
    if let Some(chosen) = std::env::var_os(VARIABLE).filter(|value| !value.is_empty()) {
        return open(&chosen_file(&chosen)?);
    }
    let program = std::env::current_exe().map_err(|error| not_found(&format!("the program's own folder is unknown: {error}")))?;
    // Links are followed, so that a link in a folder of commands leads to the folder that holds the program.
    let program = program.canonicalize().unwrap_or(program);
    let mut failure = None;
    for file in candidates(&program) {
        match open(&file) {
            Ok(loaded) => return Ok(loaded),
            Err(error) => failure = failure.or(Some(error)),
        }
    }
    match open_from_system() {
        Some(Ok(loaded)) => Ok(loaded),
        Some(Err(error)) => Err(failure.unwrap_or(error)),
        None => Err(failure.unwrap_or_else(|| not_found("ONNX Runtime is not beside the program and not among the system's libraries"))),
    }
}

/// The file that the environment variable names, made absolute: a relative path would be tried beside the program first.
fn chosen_file(chosen: &OsStr) -> Result<PathBuf> {
    let file = std::path::absolute(chosen)
        .map_err(|error| unavailable(format!("{VARIABLE} names `{}`, which is no path: {error}", Path::new(chosen).display())))?;
    if file.is_file() {
        Ok(file)
    } else {
        Err(Error::new(
            ErrorCode::ModelUnavailable,
            format!("{VARIABLE} names `{}`, and there is no such file", file.display()),
            format!("set {VARIABLE} to the {LIBRARY} of ONNX Runtime {} or newer, or unset it and run `make setup`", oldest()),
        ))
    }
}

/// The library files near a program, first choice first: beside it, in `../lib/sidenote/` (installed; on macOS `../Frameworks/` too), in `../onnxruntime/`
/// and, for a program in a Cargo target folder, in that folder's `onnxruntime/`. Only files that exist are named.
#[must_use]
pub fn candidates(program: &Path) -> Vec<PathBuf> {
    let Some(beside) = program.parent() else { return Vec::new() };
    let mut folders = vec![beside.to_path_buf()];
    if let Some(above) = beside.parent() {
        folders.push(above.join("lib").join("sidenote"));
        if cfg!(target_os = "macos") {
            // Sidenote.app/Contents/MacOS/<program>
            folders.push(above.join("Frameworks"));
        }
        folders.push(above.join("onnxruntime"));
        // target/debug/deps/<test> and target/<triple>/debug/<program>. No further up: a library is code, and a folder far above the program
        // may belong to someone else.
        let test = beside.file_name().is_some_and(|name| name == "deps" || name == "examples");
        let target = if test { above.parent() } else { Some(above) };
        if let Some(target) = target {
            folders.push(target.join("onnxruntime"));
            if let Some(root) = target.parent().filter(|root| root.join(".rustc_info.json").is_file()) {
                folders.push(root.join("onnxruntime"));
            }
        }
    }
    let mut files: Vec<PathBuf> = Vec::new();
    for file in folders.iter().flat_map(|folder| libraries_in(folder)) {
        if !files.contains(&file) {
            files.push(file);
        }
    }
    files
}

/// The library files in one folder: the plain name, then versioned names, newest first.
fn libraries_in(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let plain = folder.join(LIBRARY);
    if plain.is_file() {
        found.push(plain);
    }
    // `libonnxruntime.so.1.24.4`, `libonnxruntime.1.24.4.dylib`; Windows has no such names.
    let (before, after) = if cfg!(windows) {
        return found;
    } else if cfg!(target_os = "macos") {
        ("libonnxruntime.", ".dylib")
    } else {
        ("libonnxruntime.so.", "")
    };
    let mut versioned: Vec<(Vec<u32>, PathBuf)> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name();
            let version = name.to_str()?.strip_prefix(before)?.strip_suffix(after)?;
            let numbers = version.split('.').map(str::parse).collect::<std::result::Result<Vec<u32>, _>>().ok()?;
            entry.path().is_file().then(|| (numbers, entry.path()))
        })
        .collect();
    versioned.sort_by(|a, b| b.cmp(a));
    found.extend(versioned.into_iter().map(|(_, file)| file));
    found
}

/// What the system's own search finds; `None` where it finds nothing.
///
/// Linux only. The searches of macOS and Windows may look in the current folder, which can be a folder of notes that someone else wrote, and Windows
/// carries an old `onnxruntime.dll` of its own.
fn open_from_system() -> Option<Result<Loaded>> {
    if !cfg!(target_os = "linux") {
        return None;
    }
    let names = [LIBRARY.to_owned(), format!("{LIBRARY}.1")];
    let mut failure = None;
    for name in names {
        match initialise_from(Path::new(&name)) {
            Ok(loaded) => return Some(Ok(loaded)),
            Err(Failure::NotLoaded(_)) => {}
            Err(other) => failure = failure.or(Some(Err(other.explain(Path::new(&name))))),
        }
    }
    failure
}

fn open(file: &Path) -> Result<Loaded> {
    initialise_from(file).map_err(|failure| failure.explain(file))
}

/// Why one file is not the runtime.
enum Failure {
    /// The system's loader refused it: not there, not a library, for another processor.
    NotLoaded(String),
    /// A library, but not ONNX Runtime.
    Foreign,
    /// ONNX Runtime of this version, older than this program needs.
    Old(String),
    /// It loaded and then failed.
    Broken(String),
}

impl Failure {
    fn explain(self, file: &Path) -> Error {
        let file = file.display();
        unavailable(match self {
            Self::NotLoaded(why) => format!("`{file}` could not be loaded as ONNX Runtime: {why}"),
            Self::Foreign => format!("`{file}` is a library, but not ONNX Runtime"),
            Self::Old(version) => format!("`{file}` is ONNX Runtime {version}, and {} or newer is needed", oldest()),
            Self::Broken(why) => format!("ONNX Runtime in `{file}` did not start: {why}"),
        })
    }
}

fn initialise_from(file: &Path) -> std::result::Result<Loaded, Failure> {
    if cfg!(target_os = "linux") && file.is_absolute() && is_cut_off(file).unwrap_or(false) {
        return Err(Failure::NotLoaded("the file is incomplete".to_owned()));
    }
    // The binding answers with an error in every case that we know of and asserts in a few that a damaged library could reach.
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let builder = ort::init_from(file).map_err(|error| match error {
            LoadDynamicError::Dlopen { error, .. } => Failure::NotLoaded(error.to_string()),
            LoadDynamicError::MissingApi { .. } => Failure::Foreign,
            LoadDynamicError::BadVersion { version_str, .. } => Failure::Old(version_str),
            LoadDynamicError::InvalidVersionString => Failure::Broken("it does not tell its version".to_owned()),
        })?;
        // Some builds report usage to their maker. Nothing leaves the machine here.
        builder.with_name("sidenote").with_telemetry(false).build().map_err(|error| Failure::Broken(error.to_string()))
    }));
    match outcome {
        Ok(Ok(environment)) => Ok(Loaded { environment, library: file.to_path_buf() }),
        Ok(Err(failure)) => Err(failure),
        Err(_) => Err(Failure::Broken("its interface is damaged".to_owned())),
    }
}

/// Whether an ELF library ends before its segments do, as after an interrupted copy. The system's loader maps such a file without complaint and the
/// process dies at the first touch of a missing page. `None` for what is not a 64-bit little-endian ELF file: the loader refuses that by itself.
fn is_cut_off(file: &Path) -> Option<bool> {
    let file = File::open(file).ok()?;
    let length = file.metadata().ok()?.len();
    // The header and the segment table, which linkers put at the beginning.
    let mut head = Vec::new();
    file.take(64 * 1024).read_to_end(&mut head).ok()?;
    if head.get(..6)? != b"\x7fELF\x02\x01" {
        return None;
    }
    let number = |at: usize, size: usize| {
        let bytes = head.get(at..at.checked_add(size)?)?;
        Some(bytes.iter().rev().fold(0_u64, |number, byte| number << 8 | u64::from(*byte)))
    };
    let (table, size, count) = (number(32, 8)?, number(54, 2)?, number(56, 2)?);
    for segment in 0..count {
        let at = usize::try_from(table.checked_add(segment * size)?).ok()?;
        // Where a segment's bytes begin in the file, and how many they are.
        let (Some(start), Some(bytes)) = (number(at.checked_add(8)?, 8), number(at.checked_add(32)?, 8)) else {
            return Some(true);
        };
        if start.checked_add(bytes).is_none_or(|end| end > length) {
            return Some(true);
        }
    }
    Some(false)
}

/// The oldest version that this program works with.
fn oldest() -> String {
    format!("1.{}", ort::MINOR_VERSION)
}

fn not_found(message: &str) -> Error {
    unavailable(message.to_owned())
}

fn unavailable(message: String) -> Error {
    let hint = format!("run `make setup`, or put {LIBRARY} of ONNX Runtime {} or newer beside the program, or set {VARIABLE} to that file", oldest());
    Error::new(ErrorCode::ModelUnavailable, message, hint)
}
