//! A model from a folder or file on this machine to the store, for those without a way to a hub. It must not know hubs or which model is chosen.

use std::fs::{self, File};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use sidenote_engine::error::{Error, ErrorCode, Result};
use sidenote_engine::event::{Run, Stage};

use crate::assemble::{Options, Origin, assemble, gguf, is_gguf, weights_of};
use crate::catalogue::{known, known_by_file};
use crate::fingerprint::Digest;
use crate::generate::Gguf;
use crate::hub::Hashing;
use crate::installed::{NEEDED, USEFUL};
use crate::manifest::ModelFile;
use crate::pull::check_space;
use crate::store::{Installed, Store, remove_folder};

/// What is to be imported.
#[derive(Clone, Debug, Default)]
pub struct Import {
    /// A folder with a model's files, its `.onnx` file, or its `.gguf` file.
    pub from: PathBuf,
    /// The name it is chosen by; one like the folder's or file's without it, or that of the known embedder whose file it is. With the name of a known model
    /// that model's recipe is used.
    pub name: Option<String>,
    /// What the person says about the model.
    pub options: Options,
}

impl Import {
    /// Copies the model's files and makes them a model. The originals are left alone. Returns it with what the person should know.
    ///
    /// # Errors
    /// `NotFound`, `InvalidInput`, `Busy`, `ModelUnavailable` if it does not run, `Io`, `Cancelled`.
    pub fn run(&self, store: &Store, run: Run<'_>) -> Result<(Installed, Vec<String>)> {
        let from = whole(&self.from).map_err(|e| match e.kind() {
            ErrorKind::NotFound => Error::new(ErrorCode::NotFound, format!("there is no `{}`", self.from.display()), "check the path"),
            _ => Error::io("open", &self.from, &e),
        })?;
        let (folder, graph) = source(&from)?;
        let own = if is_gguf(&graph) { from.file_stem().filter(|_| from.is_file()) } else { None }.or(folder.file_name());
        let own = own.map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let name = match &self.name {
            Some(name) => checked(name)?,
            None => named_after(&own)?,
        };
        let known = known(&name).or_else(|| known_by_file(graph.rsplit('/').next()?).filter(|_| self.name.is_none()));
        let name = known.map_or(name, |known| known.name.to_owned());
        let _lock = store.lock("import")?;
        if store.find(&name).is_some() {
            return Err(Error::new(
                ErrorCode::InvalidInput,
                format!("a model named `{name}` is installed already"),
                format!("run `sidenote models remove {name}` first, or choose another name with --name"),
            ));
        }
        if is_gguf(&graph) {
            // What cannot be used is refused by its own name, and before gigabytes are copied.
            gguf(&folder.join(&graph), known, &self.options)?;
        }
        let mut paths = vec![graph.clone()];
        paths.extend(weights_of(&folder, &graph)?);
        let beside = graph.rsplit_once('/').map_or("", |(beside, _)| beside);
        let find = |name: &str| [name.to_owned(), format!("{beside}/{name}")].into_iter().find(|path| folder.join(path).is_file());
        if !is_gguf(&graph) {
            for needed in NEEDED {
                paths.push(find(needed).ok_or_else(|| missing(&folder, needed))?);
            }
            paths.extend(USEFUL.iter().filter_map(|name| find(name)));
        }
        if let Some(path) = paths.iter().find(|path| !folder.join(path).is_file()) {
            return Err(missing(&folder, path));
        }

        let aside = store.folder().join(".import");
        if aside.exists() {
            // What a stopped import left.
            remove_folder(&aside)?;
        }
        let made = self.fill(&aside, &folder, &graph, &paths, &name, run).and_then(|(files, origin)| {
            let target = store.folder().join(format!("local--{name}@{}", origin.revision));
            let (mut installed, notices) = assemble(&aside, &graph, files, origin, known, &self.options, run)?;
            if target.exists() {
                remove_folder(&target)?;
            }
            fs::rename(&aside, &target).map_err(|e| Error::io("write", &target, &e))?;
            installed.folder = target;
            Ok((installed, notices))
        });
        if made.is_err() {
            // The error at hand says more than one about the copy would.
            let _ = remove_folder(&aside);
        }
        made
    }

    /// Copies the files and names their origin.
    fn fill(&self, aside: &Path, folder: &Path, graph: &str, paths: &[String], name: &str, run: Run<'_>) -> Result<(Vec<ModelFile>, Origin)> {
        let total = paths.iter().filter_map(|path| fs::metadata(folder.join(path)).ok()).map(|m| m.len()).sum();
        fs::create_dir_all(aside).map_err(|e| Error::io("create", aside, &e))?;
        check_space(aside, total)?;
        let mut done = 0;
        let mut files: Vec<ModelFile> = Vec::new();
        for path in paths {
            let target = aside.join(path);
            if let Some(parent) = target.parent() {
                fs::create_dir_all(parent).map_err(|e| Error::io("create", parent, &e))?;
            }
            let (size, sha256) = copy(&folder.join(path), &target, run, |bytes| run.progress(Stage::Check, done + bytes, total))?;
            done += size;
            files.push(ModelFile { path: path.clone(), size, sha256, confirmed: false });
        }
        let all: Vec<&str> = files.iter().map(|file| file.sha256.as_str()).collect();
        let mut revision = Digest::of(all.join("\n").as_bytes()).0;
        revision.truncate(12);
        let listed = known(name);
        let origin = Origin {
            name: name.to_owned(),
            source: folder.join(graph).display().to_string(),
            endpoint: String::new(),
            revision,
            languages: listed.map_or(String::new(), |known| known.languages.to_owned()),
            // The name says nothing about whose file it is; where it is a GGUF file, it says itself.
            licence: String::new(),
        };
        Ok((files, origin))
    }
}

/// The whole path of a folder or file. A file keeps the name that it is known by where that is a link: what it leads to may be named by a number.
fn whole(from: &Path) -> std::io::Result<PathBuf> {
    let leads_to = fs::canonicalize(from)?;
    match (from.parent(), from.file_name()) {
        (Some(beside), Some(name)) if leads_to.is_file() => {
            let beside = if beside.as_os_str().is_empty() { Path::new(".") } else { beside };
            Ok(fs::canonicalize(beside)?.join(name))
        }
        _ => Ok(leads_to),
    }
}

/// The error for the name of the model inside the program, where one that can be installed is wanted.
pub(crate) fn is_inside_the_program(name: &str) -> Option<Error> {
    name.eq_ignore_ascii_case(crate::BUNDLED).then(|| {
        Error::new(
            ErrorCode::InvalidInput,
            format!("`{}` is inside the program", crate::BUNDLED),
            format!("it needs no download and no check; `sidenote models use {}` goes back to it", crate::BUNDLED),
        )
    })
}

/// The error for a file's path where the name of a model is wanted; none where it is no file's.
pub(crate) fn is_a_file(name: &str) -> Option<Error> {
    Path::new(name).is_file().then(|| {
        Error::new(
            ErrorCode::InvalidInput,
            format!("`{name}` is a file, not the name of a model"),
            format!("run `sidenote models import {name}`, which says the name that it gets"),
        )
    })
}

fn missing(folder: &Path, name: &str) -> Error {
    Error::new(
        ErrorCode::NotFound,
        format!("`{}` has no `{name}`, which the model needs", folder.display()),
        "fetch every file of the model into one folder, with the folders of its repository",
    )
}

/// The folder of a model and its graph, relative to it.
fn source(from: &Path) -> Result<(PathBuf, String)> {
    if from.is_file() {
        let graph = from.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let folder = from.parent().unwrap_or(from);
        if is_gguf(&graph) {
            return Ok((folder.to_owned(), graph));
        }
        if !graph.ends_with(".onnx") {
            return Err(if Gguf::begins(from)? {
                Error::new(
                    ErrorCode::InvalidInput,
                    format!("`{}` is a GGUF file, and its name does not say so", from.display()),
                    "give it, or a link to it, a name that ends in .gguf",
                )
            } else {
                Error::new(
                    ErrorCode::InvalidInput,
                    format!("`{}` is no ONNX model and no GGUF file", from.display()),
                    "name a folder, or a file ending in .onnx or .gguf",
                )
            });
        }
        // Tokenizers lie above the folder `onnx`, as on the hubs.
        let above = folder.parent().filter(|above| folder.ends_with("onnx") && above.join(NEEDED[0]).is_file());
        return Ok(above.map_or_else(|| (folder.to_owned(), graph.clone()), |above| (above.to_owned(), format!("onnx/{graph}"))));
    }
    let inside = |folder: &str| -> Vec<String> {
        let names = fs::read_dir(from.join(folder)).into_iter().flatten().flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
        names
            .filter(|name| name.ends_with(".onnx") || is_gguf(name))
            .map(|name| if folder.is_empty() { name } else { format!("{folder}/{name}") })
            .collect()
    };
    let mut graphs = inside("onnx");
    graphs.extend(inside(""));
    graphs.sort();
    let usual = ["onnx/model.onnx", "model.onnx"].iter().find(|path| graphs.iter().any(|graph| graph == *path));
    match (usual, graphs.as_slice()) {
        (Some(graph), _) => Ok((from.to_owned(), (*graph).to_owned())),
        (None, [only]) => Ok((from.to_owned(), only.clone())),
        (None, []) if NEEDED.iter().any(|name| from.join(name).is_file()) => Err(missing(from, "model.onnx")),
        (None, []) => Err(Error::new(
            ErrorCode::NotFound,
            format!("`{}` holds no ONNX model and no GGUF file", from.display()),
            "name the folder in which the .onnx or .gguf file is, or the file itself",
        )),
        (None, several) => Err(Error::new(
            ErrorCode::InvalidInput,
            format!("`{}` holds several models", from.display()),
            format!("name one of them: {}", several.join(", ")),
        )),
    }
}

/// Characters of the longest name of a model.
const LONGEST: usize = 96;

/// Whether a name may hold a character: it becomes a part of a folder's name.
fn holds(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')
}

/// A name for a model, as the person wants it.
fn checked(name: &str) -> Result<String> {
    if [crate::BUNDLED, crate::ENDPOINT].contains(&name) {
        return Err(Error::new(
            ErrorCode::InvalidInput,
            format!("`{name}` is the name of something else in this program"),
            "choose another name for the model with --name",
        ));
    }
    if (1..=LONGEST).contains(&name.len()) && name.chars().all(holds) && !name.starts_with(['.', '-']) {
        return Ok(name.to_owned());
    }
    Err(Error::new(
        ErrorCode::InvalidInput,
        format!("`{name}` cannot be the name of a model"),
        "choose one of letters (A to Z), digits, `-`, `_` and `.`, with --name",
    ))
}

/// The name that is most like that of a folder or file, where the person gave none.
fn named_after(own: &str) -> Result<String> {
    let parts: Vec<&str> = own.split(|c| !holds(c)).filter(|part| !part.is_empty()).collect();
    let name = parts.join("-");
    let name = name.trim_start_matches(['.', '-']).trim_end_matches('-');
    // Where nothing is left the person is told of their own name.
    checked(if name.is_empty() { own } else { &name[..name.len().min(LONGEST)] })
}

/// Copies a file; its size and SHA-256.
fn copy(from: &Path, to: &Path, run: Run<'_>, mut passed: impl FnMut(u64)) -> Result<(u64, String)> {
    let mut source = File::open(from).map_err(|e| Error::io("read", from, &e))?;
    let mut target = File::create(to).map_err(|e| Error::io("write", to, &e))?;
    let mut hashing = Hashing::new(None);
    let mut buffer = vec![0; 1 << 20];
    let mut size = 0;
    loop {
        run.cancel.check()?;
        let read = source.read(&mut buffer).map_err(|e| Error::io("read", from, &e))?;
        if read == 0 {
            break;
        }
        target.write_all(&buffer[..read]).map_err(|e| Error::io("write", to, &e))?;
        hashing.update(&buffer[..read]);
        size += read as u64;
        passed(size);
    }
    target.sync_all().map_err(|e| Error::io("write", to, &e))?;
    Ok((size, hashing.finish().sha256))
}
