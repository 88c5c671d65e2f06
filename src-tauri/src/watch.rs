//! Watches the folders of the libraries and has those looked at in which something changed. Where the system cannot watch (too many folders, a network disk) they
//! are looked at from time to time. It must not know what changed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Mutex, Weak};
use std::time::Duration;

use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use crate::desk::{Desk, lock};

/// How long it must be quiet before a change is looked at: editors write in several steps.
const QUIET: Duration = Duration::from_millis(250);
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
    /// Folders that are watched, and the library of each.
    folders: BTreeMap<PathBuf, String>,
    changes: Option<Sender<PathBuf>>,
}

impl Watch {
    pub(crate) fn new(desk: Weak<Desk>) -> Self {
        Self { desk, state: Mutex::default() }
    }

    /// Watches the folders of the libraries that there are now.
    pub(crate) fn follow(&self) {
        let Some(libraries) = self.desk.upgrade().and_then(|desk| desk.engine().ok()).and_then(|engine| engine.libraries().ok()) else { return };
        let wanted: BTreeMap<PathBuf, String> =
            libraries.into_iter().map(|l| (PathBuf::from(l.folder), l.name)).filter(|(folder, _)| folder.is_dir()).collect();
        let mut state = lock(&self.state);
        if state.folders == wanted {
            return;
        }
        if state.changes.is_none() {
            state.changes = self.listen();
        }
        let Some(changes) = state.changes.clone() else { return };
        let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| match event {
            // Reading a note is no change of it.
            Ok(event) if !matches!(event.kind, EventKind::Access(_)) => {
                for path in event.paths {
                    // The listener ends with the program.
                    drop(changes.send(path));
                }
            }
            _ => {}
        });
        // Without a watcher the listener's own look has to do.
        state.watcher = watcher.ok().map(|mut watcher| {
            for folder in wanted.keys() {
                drop(watcher.watch(folder, RecursiveMode::Recursive));
            }
            watcher
        });
        state.folders = wanted;
    }

    /// A thread that gathers changes until it is quiet.
    fn listen(&self) -> Option<Sender<PathBuf>> {
        let (sender, receiver) = channel::<PathBuf>();
        let desk = self.desk.clone();
        let listen = move || {
            let mut changed: BTreeSet<PathBuf> = BTreeSet::new();
            loop {
                let wait = if changed.is_empty() { LOOK } else { QUIET };
                match receiver.recv_timeout(wait) {
                    Ok(path) => drop(changed.insert(path)),
                    Err(RecvTimeoutError::Disconnected) => return,
                    Err(RecvTimeoutError::Timeout) => {
                        let Some(desk) = desk.upgrade() else { return };
                        desk.changed_on_disk(&std::mem::take(&mut changed));
                    }
                }
            }
        };
        std::thread::Builder::new().name("watch".into()).spawn(listen).ok().map(|_| sender)
    }

    /// The libraries that hold some of the paths. What Sidenote itself keeps aside while it writes is no note.
    pub(crate) fn libraries(&self, paths: &BTreeSet<PathBuf>) -> Vec<String> {
        let state = lock(&self.state);
        let own = |path: &PathBuf| path.file_name().is_some_and(|n| n.to_string_lossy().starts_with(".sidenote-"));
        let inside = |folder: &PathBuf| paths.iter().any(|path| path.starts_with(folder) && !own(path));
        state.folders.iter().filter(|(folder, _)| inside(folder)).map(|(_, name)| name.clone()).collect()
    }
}
