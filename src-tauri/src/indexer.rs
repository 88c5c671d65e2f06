//! Indexing beside the window: one thread that syncs what it is told of, stands aside for what the person waits for (a saved note), and takes its time while
//! they are at the window. It must not know why anything is to be indexed.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, Weak};
use std::time::{Duration, Instant};

use sidenote_engine::cancel::CancelToken;
use sidenote_engine::error::{Error, ErrorCode, Result};
use sidenote_engine::event::{Event, Observer, Run, Silent, Stage};

use sidenote_models::generate::start_threads;
use sidenote_models::switch;

use crate::desk::{Desk, lock};
use crate::pace::Pace;
use crate::wire::{AppEvent, ModelProgress, SyncProgress};

/// How often the page is told of progress.
const TELL: Duration = Duration::from_millis(120);
/// How long another program's indexing is waited for, by what cannot be done otherwise; by what can be indexed later; and how often it is looked at.
const PATIENCE: Duration = Duration::from_secs(20);
const SHORTLY: Duration = Duration::from_secs(2);
const LOOK: Duration = Duration::from_millis(100);
/// How often a run that stands aside looks whether it may go on.
const ASIDE: Duration = Duration::from_millis(10);

/// What is to be looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Wanted {
    #[default]
    Nothing,
    Libraries(BTreeSet<String>),
    Everything,
}

/// The indexing thread.
pub(crate) struct Indexer(Arc<Shared>);

struct Shared {
    wanted: Mutex<Wanted>,
    woken: Condvar,
    /// Held by whoever writes.
    writing: Mutex<()>,
    /// Of the run that goes on in the background.
    cancel: CancelToken,
    /// How many wait to write while that run stands aside.
    waiting: AtomicUsize,
    /// Of that run. What someone waits for knows none.
    pace: Pace,
    /// Whether the person stopped it.
    stopped: AtomicBool,
    /// Whether a run goes on.
    running: AtomicBool,
    /// Whether the last run did not come to its end.
    unfinished: AtomicBool,
    closed: AtomicBool,
}

impl Indexer {
    /// Starts the thread; it sleeps until it is told of something.
    pub(crate) fn start(desk: Weak<Desk>) -> Self {
        let shared = Arc::new(Shared {
            wanted: Mutex::default(),
            woken: Condvar::new(),
            writing: Mutex::default(),
            cancel: CancelToken::new(),
            waiting: AtomicUsize::new(0),
            pace: Pace::default(),
            stopped: AtomicBool::new(false),
            running: AtomicBool::new(false),
            unfinished: AtomicBool::new(false),
            closed: AtomicBool::new(false),
        });
        let own = Arc::clone(&shared);
        // Answers are computed with them, too.
        start_threads();
        let spawned = std::thread::Builder::new().name("indexer".into()).spawn(move || {
            // Threads that it starts are as humble: what the person does and sees comes first. Where the system refuses, indexing is only less polite.
            drop(thread_priority::set_current_thread_priority(thread_priority::ThreadPriority::Min));
            own.work(&desk);
        });
        if let Err(error) = spawned {
            // A system without room for one thread more has worse troubles; notes are then indexed by the command line.
            drop(error);
        }
        Self(shared)
    }

    /// Has libraries looked at (all without a name), soon.
    pub(crate) fn sync(&self, only: Option<Vec<String>>) {
        let mut wanted = lock(&self.0.wanted);
        *wanted = match (std::mem::take(&mut *wanted), only) {
            (Wanted::Everything, _) | (_, None) => Wanted::Everything,
            (Wanted::Nothing, Some(names)) => Wanted::Libraries(names.into_iter().collect()),
            (Wanted::Libraries(mut known), Some(names)) => {
                known.extend(names);
                Wanted::Libraries(known)
            }
        };
        self.0.woken.notify_one();
    }

    /// The same, where nobody asked for it: not after the person stopped it.
    pub(crate) fn look(&self, names: Vec<String>) {
        if !self.0.stopped.load(Ordering::Acquire) {
            self.sync(Some(names));
        }
    }

    /// Stops what goes on, until the person wants it again or a file changes; what is finished stays.
    pub(crate) fn stop(&self) {
        let mut wanted = lock(&self.0.wanted);
        *wanted = Wanted::Nothing;
        self.0.stopped.store(true, Ordering::Release);
        drop(wanted);
        self.0.cancel.cancel();
    }

    /// The person is at the window: what goes on in the background takes its time for a while.
    pub(crate) fn someone_is_there(&self) {
        self.0.pace.sign();
    }

    /// Whether what is indexed may be older than the files: a run goes on or waits, or the last one failed or was stopped.
    pub(crate) fn is_behind(&self) -> bool {
        let shared = &self.0;
        shared.running.load(Ordering::Acquire) || shared.unfinished.load(Ordering::Acquire) || *lock(&shared.wanted) != Wanted::Nothing
    }

    /// Whether the last run failed or was stopped, and none goes on.
    pub(crate) fn left_something(&self) -> bool {
        self.0.unfinished.load(Ordering::Acquire) && !self.0.running.load(Ordering::Acquire)
    }

    /// Ends the thread after its current step.
    pub(crate) fn close(&self) {
        self.0.closed.store(true, Ordering::Release);
        self.0.cancel.cancel();
        self.0.woken.notify_one();
    }

    /// Does something that needs the writer's lock, now: the run in the background stands aside and goes on afterwards.
    ///
    /// # Errors
    /// Those of `body`; `Busy` if another program is indexing for long.
    pub(crate) fn alone<T>(&self, body: impl FnMut() -> Result<T>) -> Result<T> {
        self.alone_within(PATIENCE, body)
    }

    fn alone_within<T>(&self, patience: Duration, body: impl FnMut() -> Result<T>) -> Result<T> {
        let _aside = self.aside();
        let _writing = lock(&self.0.writing);
        patiently(patience, body)
    }

    /// Has the run in the background stand aside until the guard is dropped: what the person waits for gets the processor.
    pub(crate) fn aside(&self) -> Aside<'_> {
        self.0.waiting.fetch_add(1, Ordering::AcqRel);
        self.0.cancel.cancel();
        Aside(self)
    }

    /// Indexes one library while someone waits, and not for long where another program is indexing.
    ///
    /// # Errors
    /// Those of [`sidenote_engine::engine::Engine::take_in`].
    pub(crate) fn now(&self, desk: &Desk, library: &str, cancel: &CancelToken) -> Result<()> {
        let engine = desk.engine()?;
        desk.watch.follow();
        self.alone_within(SHORTLY, || engine.take_in(library, Run { observer: &Silent, cancel }))?;
        desk.notes_changed();
        Ok(())
    }

    /// The same, while someone watches, too: `tell` hears how far it is, and `cancel` ends it.
    ///
    /// # Errors
    /// As [`Self::now`]; `Cancelled`.
    pub(crate) fn watched(&self, desk: &Desk, library: &str, tell: Tell<'_>, cancel: &CancelToken) -> Result<()> {
        let engine = desk.engine()?;
        desk.watch.follow();
        let only = [library.to_owned()];
        let tell_all = |progress: SyncProgress| {
            tell(progress.clone());
            desk.events.send(AppEvent::Sync { progress: Some(progress) });
        };
        let teller = Teller::new(desk, Some(&only), &tell_all, None);
        let run = Run { observer: &teller, cancel };
        // Another program's indexing is waited for only as long as the person wants.
        let result = self.alone(|| if cancel.is_cancelled() { Err(Error::cancelled()) } else { engine.sync(Some(&only), run).map(drop) });
        desk.events.send(AppEvent::Sync { progress: None });
        desk.notes_changed();
        result
    }
}

/// Hears how far a sync is.
pub(crate) type Tell<'a> = &'a (dyn Fn(SyncProgress) + Send + Sync);

/// While it lives, the run in the background stands aside.
pub(crate) struct Aside<'a>(&'a Indexer);

impl Drop for Aside<'_> {
    fn drop(&mut self) {
        self.0.0.waiting.fetch_sub(1, Ordering::AcqRel);
    }
}

/// Another program that is indexing is waited for.
fn patiently<T>(patience: Duration, mut body: impl FnMut() -> Result<T>) -> Result<T> {
    let began = Instant::now();
    loop {
        match body() {
            Err(e) if e.code == ErrorCode::Busy && began.elapsed() < patience => std::thread::sleep(LOOK),
            other => return other,
        }
    }
}

impl Shared {
    fn work(&self, desk: &Weak<Desk>) {
        loop {
            let wanted = {
                let mut wanted = lock(&self.wanted);
                while *wanted == Wanted::Nothing && !self.closed.load(Ordering::Acquire) {
                    wanted = self.woken.wait(wanted).unwrap_or_else(std::sync::PoisonError::into_inner);
                }
                self.running.store(true, Ordering::Release);
                // What stops it from here on stops this run.
                self.stopped.store(false, Ordering::Release);
                std::mem::take(&mut *wanted)
            };
            if self.closed.load(Ordering::Acquire) {
                return;
            }
            let Some(desk) = desk.upgrade() else { return };
            let only = match &wanted {
                Wanted::Libraries(names) => Some(names.iter().cloned().collect::<Vec<_>>()),
                _ => None,
            };
            while self.waiting.load(Ordering::Acquire) > 0 {
                std::thread::sleep(ASIDE);
            }
            let saved = desk.unsettled();
            let result = self.sync(&desk, only.as_deref());
            if result.is_ok() {
                let read = |library: &String| only.as_ref().is_none_or(|names| names.contains(library));
                desk.settled(&saved.into_iter().filter(|(library, _)| read(library)).collect());
            }
            desk.events.send(AppEvent::Sync { progress: None });
            self.unfinished.store(result.as_ref().is_err_and(|e| e.code != ErrorCode::NotFound), Ordering::Release);
            match result {
                Ok(()) => desk.notes_changed(),
                Err(e) if e.code == ErrorCode::Cancelled => {
                    desk.notes_changed();
                    if !self.stopped.load(Ordering::Acquire) && !self.closed.load(Ordering::Acquire) {
                        // It goes on where it was: what was finished is not read again.
                        let mut now = lock(&self.wanted);
                        *now = match (std::mem::take(&mut *now), wanted) {
                            (Wanted::Nothing, wanted) => wanted,
                            (Wanted::Libraries(mut a), Wanted::Libraries(b)) => {
                                a.extend(b);
                                Wanted::Libraries(a)
                            }
                            _ => Wanted::Everything,
                        };
                    }
                }
                // A library that was removed meanwhile is nothing to report.
                Err(e) if e.code == ErrorCode::NotFound => {}
                Err(error) => desk.events.send(AppEvent::SyncFailed { error: error.into() }),
            }
            self.running.store(false, Ordering::Release);
        }
    }

    fn sync(&self, desk: &Desk, only: Option<&[String]>) -> Result<()> {
        let engine = desk.engine()?;
        // A library that was removed meanwhile is nothing to report, and no reason to leave the others.
        let only: Option<Vec<String>> = match only {
            Some(names) => {
                let known = engine.libraries()?;
                Some(names.iter().filter(|name| known.iter().any(|l| l.name == **name)).cloned().collect())
            }
            None => None,
        };
        let only = only.as_deref();
        if only.is_some_and(<[String]>::is_empty) {
            return Ok(());
        }
        // Before anything is read: what changes meanwhile is heard of.
        desk.watch.follow();
        let writing = lock(&self.writing);
        self.cancel.reset();
        if self.waiting.load(Ordering::Acquire) > 0 || self.closed.load(Ordering::Acquire) || self.stopped.load(Ordering::Acquire) {
            return Err(Error::cancelled());
        }
        let tell = |progress| desk.events.send(AppEvent::Sync { progress: Some(progress) });
        let teller = Teller::new(desk, only, &tell, Some(self));
        let run = Run { observer: &teller, cancel: &self.cancel };
        let synced = loop {
            match patiently(PATIENCE, || if self.cancel.is_cancelled() { Err(Error::cancelled()) } else { engine.sync(only, run).map(drop) }) {
                // What was written meanwhile is indexed once the other program has finished, however long that takes; until then it is said.
                Err(error) if error.code == ErrorCode::Busy => desk.events.send(AppEvent::SyncFailed { error: error.into() }),
                other => break other,
            }
        };
        if synced.is_ok() {
            desk.outdate();
            engine.build_graph(run)?;
            // A model that is to take over gets its vectors while the old one answers.
            if let Some(next) = desk.models()?.next {
                let teller = Preparing { desk, name: next.spec().name.clone(), of: self };
                let run = Run { observer: &teller, cancel: &self.cancel };
                match switch::go_on(&desk.paths.settings(), &engine, next.as_ref(), run) {
                    Ok(made) if made.state == switch::State::InUse => {
                        desk.reopen();
                        // Where every vector was there from before nothing else tells that it is in use.
                        teller.event(Event::Progress { stage: Stage::Embed, done: made.chunks, total: made.chunks });
                    }
                    Ok(_) => {}
                    // The notes are indexed all the same, and the old model goes on.
                    Err(error) if error.code == ErrorCode::ModelUnavailable => {
                        switch::give_up(&desk.paths.settings(), &next.spec().name, &error);
                        desk.reopen();
                        desk.events.send(AppEvent::Failed { error: error.into() });
                    }
                    Err(error) => return Err(error),
                }
            }
        }
        drop(writing);
        synced
    }

    /// Between two steps of the run in the background.
    fn rest(&self) {
        self.pace.rest(|| self.cancel.is_cancelled());
    }
}

/// Tells how far a sync is, often enough to be seen and not more.
struct Teller<'a> {
    desk: &'a Desk,
    library: Option<String>,
    tell: Tell<'a>,
    /// Of what goes on in the background; none while someone waits.
    of: Option<&'a Shared>,
    last: Mutex<Last>,
}

struct Last {
    stage: Option<Stage>,
    began: Instant,
    first: u64,
    told: Option<Instant>,
}

impl<'a> Teller<'a> {
    fn new(desk: &'a Desk, only: Option<&[String]>, tell: Tell<'a>, of: Option<&'a Shared>) -> Self {
        let library = only.filter(|names| names.len() == 1).and_then(|names| names.first().cloned());
        Self { desk, library, tell, of, last: Mutex::new(Last { stage: None, began: Instant::now(), first: 0, told: None }) }
    }
}

impl Observer for Teller<'_> {
    fn event(&self, event: Event) {
        let Event::Progress { stage, done, total } = event else {
            if matches!(event, Event::KeywordsPublished | Event::VectorsPublished) {
                self.desk.outdate();
            }
            return;
        };
        let Some(name) = name(stage) else { return };
        let mut last = lock(&self.last);
        let now = Instant::now();
        if last.stage != Some(stage) {
            *last = Last { stage: Some(stage), began: now, first: done, told: None };
        }
        if last.told.is_some_and(|told| now - told < TELL) && done < total {
            return;
        }
        last.told = Some(now);
        let seconds = (now - last.began).as_secs_f64();
        let rate = (seconds > 0.5 && done > last.first).then(|| (done - last.first) as f64 / seconds);
        let remaining_s = rate.map(|rate| total.saturating_sub(done) as f64 / rate);
        let progress = SyncProgress { library: self.library.clone(), stage: name, done, total, rate, remaining_s };
        (self.tell)(progress);
    }

    fn rest(&self) {
        if let Some(run) = self.of {
            run.rest();
        }
    }
}

/// Tells the page how far a model is that is to take over.
struct Preparing<'a> {
    desk: &'a Desk,
    name: String,
    of: &'a Shared,
}

impl Observer for Preparing<'_> {
    fn event(&self, event: Event) {
        if let Event::Progress { stage: Stage::Embed, done, total } = event {
            self.desk.events.send(AppEvent::Model { progress: ModelProgress { name: self.name.clone(), stage: "embed", done, total } });
        }
    }

    fn rest(&self) {
        self.of.rest();
    }
}

fn name(stage: Stage) -> Option<&'static str> {
    match stage {
        Stage::Scan => Some("scan"),
        Stage::Read => Some("read"),
        Stage::Index => Some("index"),
        Stage::Embed => Some("embed"),
        Stage::Graph => Some("graph"),
        Stage::Download | Stage::Check => None,
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use sidenote_engine::paths::Paths;

    use super::*;

    #[test]
    fn what_answers_are_computed_with_is_not_as_humble_as_indexing() {
        let folder = tempfile::tempdir().expect("a folder");
        let _desk = Desk::new(Paths::under(folder.path()));
        // Indexing is the first to compute anything.
        let humble = std::thread::spawn(|| {
            thread_priority::set_current_thread_priority(thread_priority::ThreadPriority::Min).expect("anybody may be humble");
            start_threads();
            niceness("thread-self")
        });
        let (humble, own) = (humble.join().expect("a thread"), niceness("thread-self"));
        assert!(humble > own, "{humble} and {own}");
        let tasks = std::fs::read_dir("/proc/self/task").expect("threads").flatten().filter_map(|task| task.file_name().into_string().ok());
        let computes = |task: &String| {
            let name = std::fs::read_to_string(format!("/proc/self/task/{task}/comm")).unwrap_or_default();
            name.starts_with("compute-") || name.starts_with("candle-")
        };
        let found: Vec<i64> = tasks.filter(computes).map(|task| niceness(&format!("self/task/{task}"))).collect();
        assert!(!found.is_empty() && found.iter().all(|nice| *nice == own), "{found:?} and {own}");
    }

    /// How far a thread stands back, as the system has it.
    fn niceness(thread: &str) -> i64 {
        let stat = std::fs::read_to_string(format!("/proc/{thread}/stat")).expect("a thread");
        // The name in parentheses may hold spaces; after it this is the seventeenth.
        stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(16)?.parse().ok()).expect("a number")
    }
}
