//! Vectors of a next model beside those in use: stopped, resumed, kept up with new notes, forgotten.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use sidenote_engine::cancel::CancelToken;
use sidenote_engine::engine::{Coverage, Engine, Settings};
use sidenote_engine::error::{ErrorCode, Result};
use sidenote_engine::event::{Run, Silent};
use sidenote_engine::model::{Embedder, Fingerprint, ModelSpec, Role};
use sidenote_engine::paths::Paths;

use crate::support::{Desk, quietly, word_vector};

/// A model of another size that stops its caller after a number of texts.
struct Next {
    spec: ModelSpec,
    count: AtomicUsize,
    stop_after: usize,
}

impl Next {
    fn new(stop_after: usize) -> Self {
        let spec = ModelSpec { name: "next".into(), dimensions: 48, fingerprint: Fingerprint("00000000000000bb".into()) };
        Self { spec, count: AtomicUsize::new(0), stop_after }
    }
}

impl Embedder for Next {
    fn spec(&self) -> &ModelSpec {
        &self.spec
    }

    fn embed(&self, texts: &[&str], _: Role, cancel: &CancelToken) -> Result<Vec<Vec<f32>>> {
        if self.count.fetch_add(texts.len(), Ordering::Relaxed) >= self.stop_after {
            cancel.cancel();
        }
        cancel.check()?;
        Ok(texts.iter().map(|t| word_vector(t, 48)).collect())
    }
}

fn desk(notes: usize) -> Desk {
    let desk = Desk::new();
    for i in 0..notes {
        desk.write(&format!("{i}.md"), format!("# Note {i}\n\nThe lantern of harbour number {i} is made of paper and brass.\n"));
    }
    desk.sync();
    desk
}

fn with(desk: &Desk, next: Arc<Next>) -> Engine {
    Engine::open(Paths::under(&desk.data()), Settings::default(), Some(next)).unwrap()
}

#[test]
fn a_stopped_switch_goes_on_where_it_was_and_the_old_model_answers_meanwhile() {
    let desk = desk(100);
    let generation = quietly(|run| desk.engine.snapshot(run)?.generation()).unwrap();
    let before = desk.search("brass lantern 7");
    let next = Next::new(40);
    let cancel = CancelToken::new();
    let stopped = desk.engine.prepare(&next, Run { observer: &Silent, cancel: &cancel }).unwrap_err();
    assert_eq!(stopped.code, ErrorCode::Cancelled);
    let Coverage { embedded, chunks } = desk.engine.coverage(&next.spec.fingerprint).unwrap();
    assert!(embedded >= 32 && embedded < chunks && chunks == 100, "{embedded} of {chunks}");
    assert_eq!(desk.search("brass lantern 7"), before);

    let next = Next::new(usize::MAX);
    let done = quietly(|run| desk.engine.prepare(&next, run)).unwrap();
    assert_eq!(done + embedded, chunks, "nothing is embedded twice");
    assert_eq!(desk.engine.coverage(&next.spec.fingerprint).unwrap(), Coverage { embedded: chunks, chunks });
    assert_eq!(quietly(|run| desk.engine.snapshot(run)?.generation()).unwrap(), generation, "readers need not repair anything");
    assert_eq!(quietly(|run| desk.engine.prepare(&next, run)).unwrap(), 0);

    // Both models answer at once, without another step.
    let count = desk.embedder.count.load(Ordering::Relaxed);
    let other = with(&desk, Arc::new(Next::new(usize::MAX)));
    let status = quietly(|run| other.status(false, run)).unwrap();
    assert_eq!((status.legs.vector_generation, status.legs.embedded), (Some(generation), chunks));
    assert_eq!(desk.search("brass lantern 7"), before);
    assert!(desk.embedder.count.load(Ordering::Relaxed) <= count + 2, "only the questions were embedded");
}

#[test]
fn notes_that_change_during_a_switch_are_in_it() {
    let desk = desk(30);
    let next = Arc::new(Next::new(usize::MAX));
    quietly(|run| desk.engine.prepare(next.as_ref(), run)).unwrap();
    desk.write("new.md", "# New\n\nA compass made of silver.\n");
    desk.remove("3.md");
    desk.sync();
    assert_eq!(quietly(|run| desk.engine.prepare(next.as_ref(), run)).unwrap(), 1);
    let coverage = desk.engine.coverage(&next.spec.fingerprint).unwrap();
    assert_eq!((coverage.embedded, coverage.chunks), (30, 30));
}

#[test]
fn a_writer_is_waited_for_and_the_wait_can_be_stopped() {
    let desk = desk(5);
    let lock = desk.engine.paths().lock().unwrap();
    let next = Next::new(usize::MAX);
    let cancel = CancelToken::new();
    std::thread::scope(|scope| {
        let preparing = scope.spawn(|| desk.engine.prepare(&next, Run { observer: &Silent, cancel: &cancel }));
        while next.count.load(Ordering::Relaxed) == 0 {
            std::thread::yield_now();
        }
        cancel.cancel();
        assert_eq!(preparing.join().unwrap().unwrap_err().code, ErrorCode::Cancelled);
    });
    drop(lock);
    assert_eq!(quietly(|run| desk.engine.prepare(&Next::new(usize::MAX), run)).unwrap(), 5);
}

#[test]
fn forgotten_vectors_are_gone_and_the_others_stay() {
    let desk = desk(10);
    let next = Next::new(usize::MAX);
    quietly(|run| desk.engine.prepare(&next, run)).unwrap();
    desk.engine.forget_vectors(&next.spec.fingerprint).unwrap();
    assert_eq!(desk.engine.coverage(&next.spec.fingerprint).unwrap().embedded, 0);
    assert_eq!(desk.engine.coverage(&desk.embedder.spec().fingerprint).unwrap().embedded, 10);
    let folders: Vec<String> =
        std::fs::read_dir(desk.data().join("index")).unwrap().flatten().map(|e| e.file_name().to_string_lossy().into_owned()).collect();
    assert!(folders.iter().any(|f| f.ends_with("aa")) && !folders.iter().any(|f| f.ends_with("bb")), "{folders:?}");
    desk.engine.forget_vectors(&next.spec.fingerprint).unwrap();
}
