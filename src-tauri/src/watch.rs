//! Watches the folders of the libraries and has those looked at in which something changed. Those that the system cannot watch (too many folders, a network disk)
//! or that are not there now are looked at from time to time. It must not know what changed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Mutex, Weak};
use std::time::{Duration, Instant};

use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use crate::desk::{Desk, lock};

/// How long it must be quiet before a change is looked at: editors write in several steps.
const QUIET: Duration = Duration::from_millis(250);
/// How long that is waited for: a log that grows all the time is no reason not to look at anything.
const LONGEST: Duration = Duration::from_secs(2);
/// How often folders that cannot be watched are looked at.
const LOOK: Duration = Duration::from_secs(60);

/// The watch over all libraries.
pub(crate) struct Watch {
    desk: Weak<Desk>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    watcher: Option<RecommendedWatcher>,
    /// Folders that are there, and the library of each.
    folders: BTreeMap<PathBuf, String>,
    /// Those in which the system tells of no change.
    refused: BTreeSet<PathBuf>,
    changes: Option<Sender<PathBuf>>,
}

impl Watch {
    pub(crate) fn new(desk: Weak<Desk>) -> Self {
        Self { desk, state: Mutex::default() }
    }

    /// Watches the folders of the libraries that there are now.
    pub(crate) fn follow(&self) {
        let Some(mut wanted) = self.known() else { return };
        wanted.retain(|folder, _| folder.is_dir());
        let mut state = lock(&self.state);
        if state.folders == wanted {
            return;
        }
        if state.changes.is_none() {
            state.changes = self.listen();
        }
        let Some(changes) = state.changes.clone() else { return };
        let roots: Vec<PathBuf> = wanted.keys().cloned().collect();
        let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| match event {
            // More happened than the system can tell: anything may have changed.
            Ok(event) if event.need_rescan() => {
                for root in &roots {
                    drop(changes.send(root.clone()));
                }
            }
            // Reading a note is no change of it.
            Ok(event) if !matches!(event.kind, EventKind::Access(_)) => {
                for path in event.paths {
                    // The listener ends with the program.
                    drop(changes.send(path));
                }
            }
            _ => {}
        });
        let mut watcher = watcher.ok();
        let mut watched = |folder: &PathBuf| watcher.as_mut().is_some_and(|watcher| watcher.watch(folder, RecursiveMode::Recursive).is_ok());
        state.refused = wanted.keys().filter(|folder| !watched(folder)).cloned().collect();
        state.watcher = watcher;
        state.folders = wanted;
    }

    /// The folders of the libraries that there are now.
    fn known(&self) -> Option<BTreeMap<PathBuf, String>> {
        let libraries = self.desk.upgrade()?.engine().ok()?.libraries().ok()?;
        Some(libraries.into_iter().map(|l| (PathBuf::from(l.folder), l.name)).collect())
    }

    /// A thread that gathers changes until it is quiet.
    fn listen(&self) -> Option<Sender<PathBuf>> {
        let (sender, receiver) = channel::<PathBuf>();
        let desk = self.desk.clone();
        let listen = move || {
            let mut changed: BTreeSet<PathBuf> = BTreeSet::new();
            // When the first of the changes was heard of, and when the unwatched folders were last looked at.
            let (mut first, mut looked) = (Instant::now(), Instant::now());
            loop {
                let wait = if changed.is_empty() { LOOK.saturating_sub(looked.elapsed()) } else { QUIET };
                let quiet = match receiver.recv_timeout(wait) {
                    Ok(path) => {
                        if changed.is_empty() {
                            first = Instant::now();
                        }
                        changed.insert(path);
                        false
                    }
                    Err(RecvTimeoutError::Disconnected) => return,
                    Err(RecvTimeoutError::Timeout) => true,
                };
                let Some(desk) = desk.upgrade() else { return };
                if !changed.is_empty() && (quiet || first.elapsed() >= LONGEST) {
                    desk.changed_on_disk(&std::mem::take(&mut changed));
                }
                if looked.elapsed() >= LOOK {
                    desk.look_at_unwatched();
                    looked = Instant::now();
                }
            }
        };
        std::thread::Builder::new().name("watch".into()).spawn(listen).ok().map(|_| sender)
    }

    /// The libraries that hold some of the paths. What Sidenote itself keeps aside while it writes is no note, nor is anything in a hidden folder: other
    /// programs write there at each click.
    pub(crate) fn libraries(&self, paths: &BTreeSet<PathBuf>) -> Vec<String> {
        let mut state = lock(&self.state);
        let own = |path: &PathBuf| path.file_name().is_some_and(|n| n.to_string_lossy().starts_with(".sidenote-"));
        let hidden = |below: &Path| below.parent().is_some_and(|folders| folders.iter().any(|name| name.to_string_lossy().starts_with('.')));
        let inside = |folder: &PathBuf| paths.iter().any(|path| path.strip_prefix(folder).is_ok_and(|below| !own(path) && !hidden(below)));
        let names = state.folders.iter().filter(|(folder, _)| inside(folder)).map(|(_, name)| name.clone()).collect();
        // A folder that is moved away takes its watch along: whatever goes by its name is watched anew.
        state.folders.retain(|folder, _| !paths.contains(folder));
        names
    }

    /// The libraries in whose folders the system tells of no change, or that were away when it was asked to.
    pub(crate) fn unwatched(&self) -> Vec<String> {
        let known = self.known().unwrap_or_default();
        let state = lock(&self.state);
        let watched = |folder: &PathBuf| state.folders.contains_key(folder) && !state.refused.contains(folder);
        known.into_iter().filter(|(folder, _)| !watched(folder)).map(|(_, name)| name).collect()
    }
}
