//! The generator that a question gets: the chosen one, or where there is no room for that the largest smaller one that there is room for, which says so.
//! It must not know how models are stored or chosen.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sidenote_engine::cancel::CancelToken;
use sidenote_engine::error::Result;
use sidenote_engine::model::{Generated, Generation, Generator, GeneratorSpec};

use crate::generate::Writer;

/// Whether there is room for a generator.
type Fits = dyn Fn(&Writer) -> Result<()> + Send + Sync;

/// The chosen generator and those that may stand in for it.
pub(crate) struct StandIn {
    /// The chosen one, then the others, the largest first.
    writers: Vec<Writer>,
    fits: Box<Fits>,
    state: Mutex<State>,
}

/// Which one answers.
#[derive(Default)]
struct State {
    taken: Option<Taken>,
    /// How many from the first on were not waited for: they are not asked again.
    slow: usize,
}

#[derive(Clone)]
struct Taken {
    at: usize,
    /// Why it is not the chosen one.
    notice: Option<String>,
}

impl StandIn {
    pub(crate) fn new(chosen: Writer, smaller: Vec<Writer>, fits: impl Fn(&Writer) -> Result<()> + Send + Sync + 'static) -> Self {
        let writers = std::iter::once(chosen).chain(smaller).collect();
        Self { writers, fits: Box::new(fits), state: Mutex::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The one that answers, as it was settled when the question came.
    fn taken(&self) -> Taken {
        let mut state = self.state();
        let slow = state.slow;
        state.taken.get_or_insert_with(|| self.choose(slow)).clone()
    }

    /// The first that there is room for of those that are fast enough.
    fn choose(&self, slow: usize) -> Taken {
        let chosen = &self.writers[0].spec().name;
        let mut why = (slow > 0).then(|| format!("{chosen} was too slow"));
        for (at, writer) in self.writers.iter().enumerate().skip(slow) {
            match (self.fits)(writer) {
                Ok(()) => {
                    let notice = why.map(|why| format!("{} stands in for {chosen}: {why}", writer.spec().name));
                    return Taken { at, notice };
                }
                Err(short) => drop(why.get_or_insert(short.message)),
            }
        }
        // None can stand in: it tells itself why it cannot answer.
        Taken { at: slow, notice: None }
    }

    fn writer(&self) -> &Writer {
        &self.writers[self.taken().at]
    }
}

impl Generator for StandIn {
    fn spec(&self) -> Arc<GeneratorSpec> {
        let taken = self.taken();
        let spec = self.writers[taken.at].spec();
        match taken.notice {
            None => spec,
            Some(why) => {
                let notice = spec.notice.as_ref().map_or_else(|| why.clone(), |own| format!("{why}; {own}"));
                Arc::new(GeneratorSpec { notice: Some(notice), ..(*spec).clone() })
            }
        }
    }

    fn warm_up(&self) {
        // A model that answers keeps its memory; where none is there, memory may have become free, or less.
        if !self.writers.iter().any(Writer::is_loaded) {
            self.state().taken = None;
        }
        self.writer().warm_up();
    }

    fn gave_way(&self) {
        let at = self.taken().at;
        if at + 1 < self.writers.len() {
            *self.state() = State { taken: None, slow: at + 1 };
            // Nobody asks it again, and there may not be memory for two.
            self.writers[at].unload();
        }
    }

    fn count(&self, text: &str) -> Result<usize> {
        self.writer().count(text)
    }

    fn generate(&self, request: &Generation<'_>, say: &mut dyn FnMut(&str), cancel: &CancelToken) -> Result<Generated> {
        self.writer().generate(request, say, cancel)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::{Duration, Instant};

    use sidenote_engine::error::{Error, ErrorCode};
    use sidenote_engine::model::{Message, Sampling, Speaker};

    use super::*;

    /// A large, a middle and a small one, of which memory holds those that are named in `room_for`.
    fn three(room_for: &Arc<Mutex<Vec<&'static str>>>) -> StandIn {
        let writer = |name: &str| Writer::new(name, Path::new("nowhere.gguf"), 2048);
        let room_for = Arc::clone(room_for);
        let fits = move |writer: &Writer| match room_for.lock().expect("the list").contains(&writer.spec().name.as_str()) {
            true => Ok(()),
            false => Err(Error::new(ErrorCode::ModelUnavailable, format!("{} needs more memory", writer.spec().name), "")),
        };
        StandIn::new(writer("large"), vec![writer("middle"), writer("small")], fits)
    }

    fn among(room_for: &[&'static str]) -> GeneratorSpec {
        (*three(&Arc::new(Mutex::new(room_for.to_vec()))).spec()).clone()
    }

    #[test]
    fn the_largest_there_is_room_for_stands_in_and_says_why() {
        let found = among(&["large", "middle", "small"]);
        assert_eq!((found.name.as_str(), found.notice), ("large", None));
        let found = among(&["middle", "small"]);
        assert_eq!((found.name.as_str(), found.notice.as_deref()), ("middle", Some("middle stands in for large: large needs more memory")));
        assert_eq!(among(&["small"]).name, "small");
        let found = among(&[]);
        assert_eq!((found.name.as_str(), found.notice), ("large", None), "nothing can stand in, so the chosen one tells why");
    }

    #[test]
    fn it_is_decided_again_for_the_next_question_and_not_within_one() {
        let room_for = Arc::new(Mutex::new(vec!["small"]));
        let models = three(&room_for);
        models.warm_up();
        *room_for.lock().expect("the list") = vec!["large", "small"];
        assert_eq!(models.spec().name, "small", "within a question it stays the same");
        models.warm_up();
        assert_eq!(models.spec().name, "large", "none is in memory, and now there is room");
    }

    #[test]
    fn one_that_was_not_waited_for_gives_way_to_a_smaller_one_from_the_next_question_on() {
        let room_for = Arc::new(Mutex::new(vec!["large", "small"]));
        let models = three(&room_for);
        assert_eq!(models.spec().name, "large");
        models.gave_way();
        models.warm_up();
        let spec = models.spec();
        assert_eq!((spec.name.as_str(), spec.notice.as_deref()), ("small", Some("small stands in for large: large was too slow")));
        models.gave_way();
        assert_eq!(models.spec().name, "small", "there is none smaller");
    }

    #[test]
    fn one_that_gave_way_gives_its_memory_back_at_once() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/gguf/qwen3-f32.gguf");
        let writer = |name: &str| Writer::new(name, &file, 2048);
        let models = StandIn::new(writer("slow"), vec![writer("fast")], |_| Ok(()));
        let messages = [Message { speaker: Speaker::User, text: "Why?".to_owned() }];
        let request = Generation { messages: &messages, limit: 1, sampling: Sampling::default(), passages: None };
        let ask = || models.generate(&request, &mut |_| {}, &CancelToken::new()).expect("an answer");
        ask();
        assert!(models.writers[0].is_loaded());
        models.gave_way();
        let began = Instant::now();
        while models.writers[0].is_loaded() {
            assert!(began.elapsed() < Duration::from_secs(20), "its memory was never given back");
            std::thread::sleep(Duration::from_millis(5));
        }
        ask();
        assert!(models.writers[1].is_loaded() && !models.writers[0].is_loaded());
    }
}
