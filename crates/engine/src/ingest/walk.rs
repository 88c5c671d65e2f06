//! Finds the notes in a folder: ignore files, the usual folders, links, names. It must not read files or know what is indexed.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use ignore::{DirEntry, WalkBuilder};

use super::{Limits, Skip, SkipReason, format_of};
use crate::cancel::CancelToken;
use crate::error::{Error, ErrorCode, Result};

/// What a walk leaves out beyond the folder's own ignore files.
#[derive(Clone, Debug, Default)]
pub struct WalkRules {
    /// Patterns as in `.gitignore`, relative to the root.
    pub exclude: Vec<String>,
    /// Folders whose notes are read elsewhere, as they are without links on the way.
    pub apart: Vec<PathBuf>,
    /// Sizes over these are skipped without opening the file.
    pub limits: Limits,
}

/// One file that is a note, or would be one but for a reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Relative to the root, with `/` between the parts. Broken characters of a name are replaced.
    pub path: String,
    /// Where to read it.
    pub absolute: PathBuf,
    /// Bytes.
    pub size: u64,
    /// Last modified, milliseconds since 1970.
    pub modified: i64,
    /// Why it is not read.
    pub skip: Option<Skip>,
}

/// Folders that hold no notes, wherever they are. Hidden ones are left out anyway.
const IGNORED_FOLDERS: &[&str] = &[
    "node_modules",
    "__pycache__",
    "bower_components",
    "site-packages",
    "lost+found",
    "$RECYCLE.BIN",
    "System Volume Information",
    "@eaDir",
    "__MACOSX",
];

/// A folder that a tool made: `target` with Cargo's tag, a virtual environment.
const TOOL_TAGS: &[&str] = &["CACHEDIR.TAG", "pyvenv.cfg"];

/// The notes under `root`, sorted by path. `.gitignore`, `.ignore` and `.sidenoteignore` inside the root count; links never lead out of it.
///
/// # Errors
/// The root is missing or unreadable, a pattern is wrong, or the run was cancelled. Trouble with single files is in their entries.
pub fn walk(root: &Path, rules: &WalkRules, cancel: &CancelToken) -> Result<Vec<Entry>> {
    let home = std::fs::canonicalize(root).map_err(|error| Error::io("open the folder", root, &error))?;
    if !home.is_dir() {
        return Err(Error::new(ErrorCode::InvalidInput, format!("`{}` is not a folder", root.display()), "give the folder that holds the notes"));
    }
    std::fs::read_dir(&home).map_err(|error| Error::io("read the folder", root, &error))?;
    let excluded = exclude(&home, &rules.exclude)?;
    let own = home.clone();
    let apart = rules.apart.clone();
    let mut builder = WalkBuilder::new(&home);
    builder
        .hidden(true)
        .parents(false)
        .git_global(false)
        .git_exclude(false)
        .git_ignore(true)
        .require_git(false)
        .ignore(true)
        .add_custom_ignore_filename(".sidenoteignore")
        .follow_links(false)
        .filter_entry(move |entry| entry.path() == own || !(apart.iter().any(|folder| entry.path() == folder) || left_out(entry, &own, &excluded)));
    let mut walk = Walk { home: &home, limits: &rules.limits, apart: &rules.apart, entries: Vec::new(), links: Vec::new() };
    for found in builder.build() {
        cancel.check()?;
        match found {
            Ok(entry) => walk.entry(&entry),
            Err(error) => walk.trouble(&error),
        }
    }
    walk.follow_links();
    walk.entries.sort_by(|a, b| a.path.cmp(&b.path).then_with(|| a.absolute.cmp(&b.absolute)));
    Ok(walk.entries)
}

fn exclude(home: &Path, patterns: &[String]) -> Result<Gitignore> {
    let wrong = |pattern: &str, error: &ignore::Error| {
        Error::new(
            ErrorCode::InvalidInput,
            format!("`{pattern}` is not a pattern: {error}"),
            "patterns are written as in .gitignore, for example `drafts/` or `*.tmp.md`",
        )
    };
    let mut builder = GitignoreBuilder::new(home);
    for pattern in patterns {
        builder.add_line(None, pattern).map_err(|error| wrong(pattern, &error))?;
    }
    builder.build().map_err(|error| wrong(&patterns.join(" "), &error))
}

/// Folders of tools, files that editors leave behind, and what the rules exclude.
fn left_out(entry: &DirEntry, home: &Path, excluded: &Gitignore) -> bool {
    let folder = entry.file_type().is_some_and(|kind| kind.is_dir());
    let name = entry.file_name().to_string_lossy();
    if folder && (IGNORED_FOLDERS.contains(&name.as_ref()) || TOOL_TAGS.iter().any(|tag| entry.path().join(tag).is_file())) {
        return true;
    }
    if !folder && (name.starts_with("~$") || name.starts_with(".#") || name.ends_with('~')) {
        return true;
    }
    entry.path().strip_prefix(home).is_ok_and(|path| excluded.matched_path_or_any_parents(path, folder).is_ignore())
}

struct Walk<'a> {
    home: &'a Path,
    limits: &'a Limits,
    apart: &'a [PathBuf],
    entries: Vec<Entry>,
    /// Links met, looked at when all real files are known.
    links: Vec<PathBuf>,
}

impl Walk<'_> {
    /// The path under the root with `/`, and whether it is valid UTF-8.
    fn relative(&self, path: &Path) -> (String, bool) {
        let parts: Vec<_> = path.strip_prefix(self.home).unwrap_or(path).components().map(|part| part.as_os_str()).collect();
        let clean = parts.iter().all(|part| part.to_str().is_some());
        (parts.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/"), clean)
    }

    fn push(&mut self, path: &Path, read_at: PathBuf, size: u64, modified: i64, skip: Option<Skip>) {
        let (relative, clean) = self.relative(path);
        let skip = if clean { skip } else { Some(Skip::new(SkipReason::Name, "its name is not valid UTF-8; rename it")) };
        self.entries.push(Entry { path: relative, absolute: read_at, size, modified, skip });
    }

    fn skipped(&mut self, path: &Path, reason: SkipReason, detail: impl Into<String>) {
        self.push(path, path.to_path_buf(), 0, 0, Some(Skip::new(reason, detail)));
    }

    fn entry(&mut self, entry: &DirEntry) {
        let path = entry.path();
        let Some(kind) = entry.file_type() else { return };
        if kind.is_dir() {
            return;
        }
        if kind.is_symlink() {
            self.links.push(path.to_path_buf());
            return;
        }
        let Some(format) = format_of(&entry.file_name().to_string_lossy()) else { return };
        if !kind.is_file() {
            self.skipped(path, SkipReason::NotAFile, "it is a device, pipe or socket, not a file");
            return;
        }
        match entry.metadata() {
            Ok(data) => self.file(path, path.to_path_buf(), &data, self.limits.bytes_of(format)),
            Err(error) => self.skipped(path, SkipReason::Unreadable, format!("the system refused it: {error}")),
        }
    }

    fn file(&mut self, path: &Path, read_at: PathBuf, data: &std::fs::Metadata, limit: u64) {
        let size = data.len();
        let skip = (size > limit).then(|| super::too_large(size, limit));
        self.push(path, read_at, size, modified(data), skip);
    }

    /// A folder or file that the walk could not read.
    fn trouble(&mut self, error: &ignore::Error) {
        // A wrong line in an ignore file hides nothing.
        let Some(path) = path_of(error) else { return };
        if !error.is_io() {
            return;
        }
        self.skipped(
            &path,
            SkipReason::Unreadable,
            format!("the system refused it: {}", error.io_error().map_or_else(String::new, ToString::to_string)),
        );
    }

    /// Each file is a note once: a link to a file that was found itself is only reported, a link to another file inside the root is read.
    fn follow_links(&mut self) {
        let mut links = std::mem::take(&mut self.links);
        links.sort();
        let mut known: HashSet<PathBuf> = self.entries.iter().map(|entry| entry.absolute.clone()).collect();
        for link in links {
            let named = link.file_name().is_some_and(|name| format_of(&name.to_string_lossy()).is_some());
            let target = match std::fs::canonicalize(&link) {
                Ok(target) => target,
                Err(error) if named => {
                    let detail = if error.kind() == std::io::ErrorKind::NotFound {
                        "the link leads nowhere".to_owned()
                    } else {
                        format!("the link leads nowhere: {error}")
                    };
                    self.skipped(&link, SkipReason::Link, detail);
                    continue;
                }
                Err(_) => continue,
            };
            if target.is_dir() {
                let detail = match (target.starts_with(self.home), link.starts_with(&target)) {
                    (_, true) => "the link leads back to a folder that it is in",
                    (true, _) => "the link leads to a folder that is read itself",
                    _ => "the link leads out of the folder; add that folder as a library of its own",
                };
                self.skipped(&link, SkipReason::Link, detail);
            } else if !named {
                continue;
            } else if !target.starts_with(self.home) {
                self.skipped(&link, SkipReason::Link, "the link leads out of the folder; copy the file, or add its folder as a library");
            } else if self.apart.iter().any(|folder| target.starts_with(folder)) || !known.insert(target.clone()) {
                self.skipped(&link, SkipReason::Link, "the link leads to a note that is read itself");
            } else {
                self.linked(&link, target);
            }
        }
    }

    fn linked(&mut self, link: &Path, target: PathBuf) {
        let format = link.file_name().and_then(|name| format_of(&name.to_string_lossy()));
        match (std::fs::metadata(&target), format) {
            (Ok(data), Some(format)) if data.is_file() => self.file(link, target, &data, self.limits.bytes_of(format)),
            (Ok(_), _) => self.skipped(link, SkipReason::NotAFile, "it is a device, pipe or socket, not a file"),
            (Err(error), _) => self.skipped(link, SkipReason::Unreadable, format!("the system refused it: {error}")),
        }
    }
}

pub(crate) fn modified(data: &std::fs::Metadata) -> i64 {
    let Ok(time) = data.modified() else { return 0 };
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_millis()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_millis()).map_or(i64::MIN, |millis| -millis),
    }
}

fn path_of(error: &ignore::Error) -> Option<PathBuf> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path.clone()),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => path_of(err),
        _ => None,
    }
}
