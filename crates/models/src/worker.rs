//! The thread that owns a loaded model: it loads at the first question, answers one after the other, and gives the memory back when nobody asks.
//! It must not know what kind of model it is.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use sidenote_engine::cancel::CancelToken;
use sidenote_engine::error::{Error, ErrorCode, Result};

/// Questions that may wait for the model. A caller has one under way at a time, so this is the number of callers before one must wait to ask.
const WAITING: usize = 16;

/// How often a waiting caller looks whether it was cancelled.
const LOOK: Duration = Duration::from_millis(20);

/// A model that nobody asked for this long gives its memory back; the next use loads it again.
const IDLE: Duration = Duration::from_secs(300);

/// What a kind of model can do.
pub(crate) trait Serve: Send + Sync + 'static {
    /// The model in memory. It never leaves its thread.
    type Loaded;
    /// What it is asked.
    type Question: Send;
    /// What it answers.
    type Answer: Send;

    /// Loads the model.
    fn open(&self) -> Result<Self::Loaded>;

    /// Answers one question.
    fn answer(&self, loaded: &mut Self::Loaded, question: &Self::Question) -> Result<Self::Answer>;
}

/// A handle on the thread, which is started by the first question. Dropping it waits for the question under way.
pub(crate) struct Worker<S: Serve> {
    /// For the person, and the thread's name.
    kind: &'static str,
    /// How long the model stays in memory unasked.
    idle: Duration,
    model: Arc<S>,
    owner: Mutex<Option<Owner<S>>>,
    /// Whether a load that nobody waits for is left to itself when the handle goes.
    left: bool,
    loading: Arc<AtomicBool>,
}

struct Owner<S: Serve> {
    wishes: SyncSender<Wish<S>>,
    thread: JoinHandle<()>,
}

/// What the owning thread is told.
enum Wish<S: Serve> {
    Answer(Request<S>),
    /// Give the memory back.
    Unload,
}

struct Request<S: Serve> {
    question: S::Question,
    cancel: CancelToken,
    reply: SyncSender<Result<S::Answer>>,
}

impl<S: Serve> Worker<S> {
    pub(crate) fn new(kind: &'static str, model: S) -> Self {
        Self { kind, idle: IDLE, model: Arc::new(model), owner: Mutex::new(None), left: false, loading: Arc::default() }
    }

    /// The same, for a model whose loading may be left to itself when the handle goes: a program that ends need not wait for what nobody asked.
    pub(crate) fn left_while_loading(mut self) -> Self {
        self.left = true;
        self
    }

    /// Sends a question and does not wait for its answer.
    pub(crate) fn warm_up(&self, question: S::Question) {
        drop(self.send(question, &CancelToken::new()));
    }

    /// Sends a question and waits, unless it is cancelled.
    pub(crate) fn ask(&self, question: S::Question, cancel: &CancelToken) -> Result<S::Answer> {
        let answer = self.send(question, cancel)?;
        loop {
            match answer.recv_timeout(LOOK) {
                Ok(result) => return result,
                Err(RecvTimeoutError::Timeout) => cancel.check()?,
                Err(RecvTimeoutError::Disconnected) => return Err(self.ended()),
            }
        }
    }

    /// Sends a question; its answer comes over the channel.
    pub(crate) fn send(&self, question: S::Question, cancel: &CancelToken) -> Result<Receiver<Result<S::Answer>>> {
        // Room for the one answer: the owning thread never waits for a caller that went away.
        let (reply, answer) = sync_channel(1);
        self.wishes()?.send(Wish::Answer(Request { question, cancel: cancel.clone(), reply })).map_err(|_| self.ended())?;
        Ok(answer)
    }

    /// Has the memory given back after what is under way, and does not wait for that. Where many wait for the model it stays: it is wanted.
    pub(crate) fn unload(&self) {
        let owner = self.owner.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(owner) = owner.as_ref() {
            // What cannot be told is full, or has nothing to give back.
            drop(owner.wishes.try_send(Wish::Unload));
        }
    }

    fn ended(&self) -> Error {
        Error::internal(format!("the {} thread ended", self.kind))
    }

    /// The way to the owning thread, which is started by the first request.
    fn wishes(&self) -> Result<SyncSender<Wish<S>>> {
        let mut owner = self.owner.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(owner) = owner.as_ref() {
            return Ok(owner.wishes.clone());
        }
        let (wishes, receiver) = sync_channel(WAITING);
        let (model, kind, idle, loading) = (Arc::clone(&self.model), self.kind, self.idle, Arc::clone(&self.loading));
        let thread = std::thread::Builder::new()
            .name(kind.to_owned())
            .spawn(move || serve(model.as_ref(), kind, idle, &loading, &receiver))
            .map_err(|error| {
                Error::new(
                    ErrorCode::ModelUnavailable,
                    format!("the {kind} thread could not be started: {error}"),
                    "close other programs and try again",
                )
            })?;
        *owner = Some(Owner { wishes: wishes.clone(), thread });
        Ok(wishes)
    }
}

impl<S: Serve> Drop for Worker<S> {
    fn drop(&mut self) {
        let owner = self.owner.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(Owner { wishes, thread }) = owner {
            drop(wishes);
            if self.left && self.loading.load(Ordering::Acquire) {
                return;
            }
            // A panic in it was answered with an error already.
            drop(thread.join());
        }
    }
}

/// The owning thread: answers requests until the handle is gone.
fn serve<S: Serve>(model: &S, kind: &str, idle: Duration, loading: &AtomicBool, wishes: &Receiver<Wish<S>>) {
    let mut loaded: Option<S::Loaded> = None;
    loop {
        let wish = if loaded.is_some() { wishes.recv_timeout(idle) } else { wishes.recv().map_err(|_| RecvTimeoutError::Disconnected) };
        let request = match wish {
            Ok(Wish::Answer(request)) => request,
            Ok(Wish::Unload) | Err(RecvTimeoutError::Timeout) => {
                loaded = None;
                continue;
            }
            Err(RecvTimeoutError::Disconnected) => return,
        };
        let answer = catch_unwind(AssertUnwindSafe(|| answer(model, &mut loaded, loading, &request))).unwrap_or_else(|_| {
            // Its state is unknown: the next request loads it again.
            loaded = None;
            Err(Error::internal(format!("the {kind} model panicked")))
        });
        // The caller may have been cancelled and gone.
        drop(request.reply.send(answer));
    }
}

fn answer<S: Serve>(model: &S, loaded: &mut Option<S::Loaded>, loading: &AtomicBool, request: &Request<S>) -> Result<S::Answer> {
    request.cancel.check()?;
    let loaded = match loaded {
        Some(loaded) => loaded,
        None => {
            loading.store(true, Ordering::Release);
            let opened = model.open();
            loading.store(false, Ordering::Release);
            loaded.insert(opened?)
        }
    };
    model.answer(loaded, &request.question)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;
    use std::time::Instant;

    use super::*;

    /// Counts how often it was loaded and how often its memory was given back.
    #[derive(Clone, Default)]
    struct Counted {
        loaded: Arc<AtomicUsize>,
        given_back: Arc<AtomicUsize>,
    }

    struct Held(Arc<AtomicUsize>);

    impl Drop for Held {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::AcqRel);
        }
    }

    impl Serve for Counted {
        type Loaded = Held;
        type Question = u32;
        type Answer = u32;

        fn open(&self) -> Result<Held> {
            self.loaded.fetch_add(1, Ordering::AcqRel);
            Ok(Held(Arc::clone(&self.given_back)))
        }

        fn answer(&self, _: &mut Held, question: &u32) -> Result<u32> {
            if *question == 0 {
                panic!("nothing can be divided by it");
            }
            Ok(60 / question)
        }
    }

    #[test]
    fn a_model_that_nobody_asks_gives_its_memory_back_and_is_loaded_again() {
        let model = Counted::default();
        let mut worker = Worker::new("counting", model.clone());
        worker.idle = Duration::from_millis(30);
        let cancel = CancelToken::new();
        assert_eq!(worker.ask(2, &cancel).expect("an answer"), 30);
        assert_eq!(worker.ask(3, &cancel).expect("an answer"), 20);
        assert_eq!(model.loaded.load(Ordering::Acquire), 1, "it stays while it is asked");
        let began = Instant::now();
        while model.given_back.load(Ordering::Acquire) == 0 {
            assert!(began.elapsed() < Duration::from_secs(20), "its memory was never given back");
            std::thread::sleep(Duration::from_millis(5));
        }
        assert_eq!(worker.ask(6, &cancel).expect("an answer"), 10);
        assert_eq!(model.loaded.load(Ordering::Acquire), 2);
    }

    #[test]
    fn a_model_that_is_told_to_gives_its_memory_back_at_once_and_is_loaded_again() {
        let model = Counted::default();
        let worker = Worker::new("counting", model.clone());
        let cancel = CancelToken::new();
        worker.unload();
        assert_eq!(worker.ask(2, &cancel).expect("an answer"), 30);
        worker.unload();
        // One question after the other: what came before this one is done.
        assert_eq!(worker.ask(3, &cancel).expect("an answer"), 20);
        assert_eq!((model.loaded.load(Ordering::Acquire), model.given_back.load(Ordering::Acquire)), (2, 1));
    }

    #[test]
    fn a_model_that_panics_is_an_error_and_is_loaded_again() {
        let model = Counted::default();
        let worker = Worker::new("counting", model.clone());
        let cancel = CancelToken::new();
        assert_eq!(worker.ask(0, &cancel).expect_err("it panics").code, ErrorCode::Internal);
        assert_eq!(worker.ask(2, &cancel).expect("an answer"), 30);
        assert_eq!(model.loaded.load(Ordering::Acquire), 2);
    }
}
