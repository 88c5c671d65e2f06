//! A model from a hub to the store: which files, how much, one after the other, then the model. It must not know HTTP or which model is chosen.

use std::collections::VecDeque;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use sidenote_engine::error::{Error, ErrorCode, Result};
use sidenote_engine::event::{Run, Stage};

use crate::assemble::{Options, Origin, assemble, is_gguf, weights_of};
use crate::catalogue::{KNOWN, Known, known};
use crate::hub::{Client, Download, Entry, Listing, Repository};
use crate::import::{is_a_file, is_inside_the_program};
use crate::installed::{NEEDED, USEFUL};
use crate::manifest::ModelFile;
use crate::store::{Installed, Store};

/// Time between two events of progress.
const BETWEEN: Duration = Duration::from_millis(100);
/// Disk space that is left free.
const SPARE: u64 = 64 << 20;

/// What is wanted.
#[derive(Clone, Debug, Default)]
pub struct Pull {
    /// A known name, or `OWNER/NAME`.
    pub name: String,
    /// Branch, tag or commit; `main` without one.
    pub revision: Option<String>,
    /// The path of the graph or GGUF file in the repository, where it is not the usual one.
    pub file: Option<String>,
    /// What the person says about the model.
    pub options: Options,
}

/// What a pull did.
#[derive(Clone, Debug)]
pub struct Pulled {
    /// The model.
    pub model: Installed,
    /// Whether it was there before.
    pub already: bool,
    /// Bytes that came.
    pub downloaded: u64,
    /// Bytes that were there from an earlier attempt.
    pub resumed: u64,
    /// What the person should know.
    pub notices: Vec<String>,
}

impl Pull {
    /// The model, if it is installed already.
    #[must_use]
    pub fn there(&self, store: &Store) -> Option<Pulled> {
        let model = store.find(&self.name).or_else(|| store.find(known(&self.name)?.name))?;
        let mut notices = Vec::new();
        if self.revision.is_some() || self.file.is_some() {
            notices.push(format!("to install another revision or file of it, run `sidenote models remove {}` first", model.manifest.name));
        }
        Some(Pulled { model, already: true, downloaded: 0, resumed: 0, notices })
    }

    /// Downloads it from the first of these hubs that can give it.
    ///
    /// # Errors
    /// As [`Self::run`]: those of the last hub.
    pub fn run_at_first(&self, store: &Store, hubs: impl IntoIterator<Item = Result<Client>>, run: Run<'_>) -> Result<Pulled> {
        let mut hubs = hubs.into_iter();
        let mut hub = hubs.next().unwrap_or_else(|| Err(Error::internal("no hub was named")));
        loop {
            match hub.and_then(|client| self.run(store, &client, run)) {
                Err(error) if error.code == ErrorCode::Download => match hubs.next() {
                    Some(next) => hub = next,
                    None => return Err(error),
                },
                other => return other,
            }
        }
    }

    /// Downloads the model, going on from what an earlier attempt left.
    ///
    /// # Errors
    /// `NotFound`, `InvalidInput`, `Busy`, `Download`, `ModelUnavailable`, `Io`, `Cancelled` (what has come is kept).
    pub fn run(&self, store: &Store, client: &Client, run: Run<'_>) -> Result<Pulled> {
        if let Some(error) = is_inside_the_program(&self.name).or_else(|| is_a_file(&self.name)) {
            return Err(error);
        }
        let known = known(&self.name);
        let repository = match known {
            Some(known) => Repository::new(known.repository)?,
            None if self.name.contains('/') => Repository::new(&self.name)?,
            None => return Err(unknown(&self.name)),
        };
        let _lock = store.lock(&repository.folder())?;
        if let Some(there) = self.there(store) {
            return Ok(there);
        }
        let listing = Listing::fetch(client, &repository, self.revision.as_deref().unwrap_or("main"), run.cancel)?;
        let graph = graph(&listing, &repository, self.file.as_deref(), known)?;
        let texts = if is_gguf(&graph.path) { Vec::new() } else { texts(&listing, &repository, &graph.path)? };
        let mut plan: VecDeque<Entry> = texts.into();
        plan.push_back(graph.clone());
        plan.extend(listing.files.iter().filter(|file| is_data_of(&file.path, &graph.path)).cloned());

        let folder = store.folder().join(format!("{}@{}", repository.folder(), listing.commit));
        if !folder.exists() {
            // What was stopped at an older commit: its parts know their content, and what is the same is not fetched again.
            if let Some((older, _)) = store.unfinished(&repository.folder()).into_iter().next() {
                fs::rename(&older, &folder).map_err(|e| Error::io("rename", &older, &e))?;
            }
        }
        fs::create_dir_all(&folder).map_err(|e| Error::io("create", &folder, &e))?;
        let mut progress = Progress::new(plan.iter().filter_map(|file| file.size).sum(), run);
        let there = plan.iter().map(|file| present(&folder, file)).sum::<u64>();
        check_space(&folder, progress.total.saturating_sub(there))?;

        let mut files: Vec<ModelFile> = Vec::new();
        let mut notices = Vec::new();
        let mut resumed = 0;
        while let Some(entry) = plan.pop_front() {
            let target = folder.join(&entry.path);
            if let Some(parent) = target.parent() {
                fs::create_dir_all(parent).map_err(|e| Error::io("create", parent, &e))?;
            }
            let before = present(&folder, &entry);
            let download = Download { client, repository: &repository, commit: &listing.commit, entry: &entry, target };
            let fetched = download.fetch(run, &mut |bytes| progress.tell(bytes))?;
            progress.complete(fetched.size, entry.size);
            resumed += before.min(fetched.size);
            if !fetched.confirmed {
                notices.push(format!("the hub gives no checksum for `{}`; the one it has now is recorded", entry.path));
            }
            files.push(ModelFile { path: entry.path.clone(), size: fetched.size, sha256: fetched.sha256, confirmed: fetched.confirmed });
            if entry.path == graph.path {
                // Now the graph itself tells which files it needs.
                let weights = weights_of(&folder, &graph.path)?;
                plan.retain(|file| !is_data_of(&file.path, &graph.path) || weights.contains(&file.path));
                for path in weights {
                    if !plan.iter().chain([&graph]).any(|file| file.path == path) {
                        let entry = listing.file(&path).cloned().ok_or_else(|| incomplete(&repository, &path))?;
                        plan.push_back(entry);
                    }
                }
                progress.total = progress.done + plan.iter().filter_map(|file| file.size).sum::<u64>();
                check_space(&folder, progress.total.saturating_sub(progress.done + plan.iter().map(|file| present(&folder, file)).sum::<u64>()))?;
            }
        }
        let origin = Origin {
            name: known.map_or_else(|| repository.as_str().to_owned(), |known| known.name.to_owned()),
            source: repository.as_str().to_owned(),
            endpoint: client.endpoint().to_owned(),
            revision: listing.commit.clone(),
            languages: known.map_or(listing.languages, |known| known.languages.to_owned()),
            licence: known.map_or(listing.licence, |known| known.licence.to_owned()),
        };
        let downloaded = files.iter().map(|file| file.size).sum::<u64>().saturating_sub(resumed);
        let (model, more) = assemble(&folder, &graph.path, files, origin, known, &self.options, run)?;
        notices.extend(more);
        Ok(Pulled { model, already: false, downloaded, resumed, notices })
    }
}

/// The error for a name that is neither known nor an `OWNER/NAME`.
fn unknown(name: &str) -> Error {
    let names: Vec<&str> = KNOWN.iter().map(|known| known.name).collect();
    Error::new(ErrorCode::NotFound, format!("there is no model named `{name}`"), format!("there is {}, or any OWNER/NAME of a hub", names.join(", ")))
}

fn incomplete(repository: &Repository, path: &str) -> Error {
    Error::new(
        ErrorCode::NotFound,
        format!("{} has no `{path}`, which its model needs", repository.as_str()),
        "choose another file with --file, or another model",
    )
}

/// The graph, or the GGUF file, to download.
fn graph(listing: &Listing, repository: &Repository, wanted: Option<&str>, known: Option<&Known>) -> Result<Entry> {
    let models: Vec<&Entry> =
        listing.files.iter().filter(|file| file.path.ends_with(".onnx") || is_gguf(&file.path) && !is_part(&file.path)).collect();
    if let Some(wanted) = wanted {
        return models.iter().find(|file| file.path == wanted).map(|file| (*file).clone()).ok_or_else(|| choices(repository, &models, Some(wanted)));
    }
    let usual = known.map(|known| known.file).into_iter().chain(["onnx/model.onnx", "model.onnx"]);
    let found = usual.into_iter().find_map(|path| models.iter().find(|file| file.path == path)).or_else(|| usual_gguf(&models));
    match (found, models.as_slice()) {
        (Some(file), _) => Ok((*file).clone()),
        (None, [only]) => Ok((*only).clone()),
        _ => Err(choices(repository, &models, None)),
    }
}

/// Of several GGUF files of one model the one that most people take: about four and a half bits a weight, else eight and a half.
fn usual_gguf<'a, 'b>(models: &'b [&'a Entry]) -> Option<&'b &'a Entry> {
    ["q4_k_m.gguf", "q8_0.gguf"].iter().find_map(|ending| {
        let mut fitting = models.iter().filter(|file| file.path.to_ascii_lowercase().ends_with(ending));
        fitting.next().filter(|_| fitting.next().is_none())
    })
}

/// Whether a file is one of several that make up a model: `…-00001-of-00003.gguf`.
fn is_part(path: &str) -> bool {
    let Some((before, count)) = path[..path.len() - ".gguf".len()].rsplit_once("-of-") else { return false };
    let number = |text: &str| text.len() == 5 && text.bytes().all(|b| b.is_ascii_digit());
    number(count) && before.rsplit_once('-').is_some_and(|(_, part)| number(part))
}

fn choices(repository: &Repository, models: &[&Entry], wanted: Option<&str>) -> Error {
    let name = repository.as_str();
    if models.is_empty() {
        return Error::new(
            ErrorCode::NotFound,
            format!("{name} holds no ONNX model and no whole GGUF file"),
            "look for a repository of the same model that has a file ending in .onnx or .gguf",
        );
    }
    let paths: Vec<String> = models.iter().take(12).map(|file| format!("`{}`", file.path)).collect();
    let what = wanted.map_or_else(|| format!("{name} holds several models"), |wanted| format!("{name} has no model `{wanted}`"));
    Error::new(ErrorCode::NotFound, what, format!("choose one with --file: {}", paths.join(", ")))
}

/// The small files that a model needs, at the top or beside the graph.
fn texts(listing: &Listing, repository: &Repository, graph: &str) -> Result<Vec<Entry>> {
    let beside = graph.rsplit_once('/').map_or("", |(folder, _)| folder);
    let find = |name: &str| listing.file(name).or_else(|| listing.file(&format!("{beside}/{name}"))).cloned();
    let mut found = Vec::new();
    for name in NEEDED {
        found.push(find(name).ok_or_else(|| incomplete(repository, name))?);
    }
    found.extend(USEFUL.iter().filter_map(|name| find(name)));
    Ok(found)
}

/// Whether a file looks like weights of a graph: `model.onnx_data`, `model.onnx.data`.
fn is_data_of(path: &str, graph: &str) -> bool {
    path.strip_prefix(graph).is_some_and(|rest| rest.starts_with("_data") || rest.starts_with(".data"))
}

/// Bytes of a file that are there.
fn present(folder: &Path, entry: &Entry) -> u64 {
    let length = |path: String| fs::metadata(folder.join(path)).map_or(0, |m| m.len());
    length(entry.path.clone()).max(length(format!("{}.part", entry.path)))
}

/// # Errors
/// `Io` if a folder has no room for so many bytes.
pub(crate) fn check_space(folder: &Path, needed: u64) -> Result<()> {
    // A system that cannot tell lets the download find out.
    let Ok(free) = fs4::available_space(folder) else { return Ok(()) };
    if needed == 0 || free >= needed.saturating_add(SPARE) {
        return Ok(());
    }
    Err(Error::new(
        ErrorCode::Io,
        format!(
            "there is not enough space in `{}`: {} MB are needed, {} MB are free",
            folder.display(),
            needed.div_ceil(1_000_000),
            free / 1_000_000
        ),
        "free some disk space and run the command again, or choose a smaller model",
    ))
}

/// Bytes of all files, told now and then.
struct Progress<'a> {
    run: Run<'a>,
    /// Of files that are complete.
    done: u64,
    total: u64,
    told: Option<Instant>,
}

impl<'a> Progress<'a> {
    fn new(total: u64, run: Run<'a>) -> Self {
        Self { run, done: 0, total, told: None }
    }

    /// So many bytes of the file under way are there.
    fn tell(&mut self, bytes: u64) {
        if self.told.is_none_or(|told| told.elapsed() >= BETWEEN) {
            self.told = Some(Instant::now());
            let done = self.done + bytes;
            self.run.progress(Stage::Download, done, self.total.max(done));
        }
    }

    fn complete(&mut self, size: u64, expected: Option<u64>) {
        self.done += size;
        if expected.is_none() {
            self.total += size;
        }
        self.run.progress(Stage::Download, self.done, self.total.max(self.done));
    }
}
