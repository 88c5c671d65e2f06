//! A generator on this machine: a thread owns the network, which is loaded at the first question and goes when nobody asks; a conversation that
//! begins like the one before is not computed twice. It must not know which model it is, or what is done with the text.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use sidenote_engine::cancel::CancelToken;
use sidenote_engine::error::{Error, ErrorCode, Result};
use sidenote_engine::model::{Ending, Generated, Generation, Generator, GeneratorSpec, Message, Sampling};

use super::ahead::Ahead;
use super::attention::Precision;
use super::choose::{Chooser, goes_round};
use super::gguf::Gguf;
use super::network::{Logits, Network, Shape};
use super::passages::Passages;
use super::room::{self, Needs};
use super::template::Template;
use super::vocabulary::{Characters, Vocabulary, too_long};
use crate::worker::{Serve, Worker};

/// How often a waiting caller looks whether it was cancelled.
const LOOK: Duration = Duration::from_millis(20);

/// A handle on a generator. Making one is cheap.
pub struct Writer {
    name: String,
    /// Tokens that it may use where there is memory for them.
    most: usize,
    spec: Mutex<Arc<GeneratorSpec>>,
    reading: Arc<Reading>,
    worker: Worker<Model>,
}

/// What is needed to make tokens of text and to know whether there is room: small, and kept while the handle lives.
struct Reading {
    file: PathBuf,
    made: OnceLock<(Vocabulary, Template)>,
    needs: OnceLock<Needs>,
    /// Whether the model is in memory.
    loaded: AtomicBool,
}

impl Reading {
    fn get(&self) -> Result<&(Vocabulary, Template)> {
        if let Some(made) = self.made.get() {
            return Ok(made);
        }
        self.get_from(&Gguf::open(&self.file)?)
    }

    fn get_from(&self, gguf: &Gguf) -> Result<&(Vocabulary, Template)> {
        if self.made.get().is_none() {
            let made = (Vocabulary::read(gguf)?, Template::read(gguf)?);
            // Another thread may have been faster; both read the same file.
            drop(self.made.set(made));
        }
        self.made.get().ok_or_else(|| Error::internal("the tokenizer is gone"))
    }

    fn needs(&self) -> Result<Needs> {
        if let Some(needs) = self.needs.get() {
            return Ok(*needs);
        }
        let gguf = Gguf::open(&self.file)?;
        let shape = Shape::read(&gguf)?;
        Ok(*self.needs.get_or_init(|| Needs::of(&gguf, &shape)))
    }
}

impl Writer {
    /// A handle on the model in a GGUF file, which may use `context` tokens.
    #[must_use]
    pub fn new(name: &str, file: &Path, context: usize) -> Self {
        let reading = Arc::new(Reading { file: file.to_owned(), made: OnceLock::new(), needs: OnceLock::new(), loaded: AtomicBool::new(false) });
        let model = Model { name: name.to_owned(), context, reading: Arc::clone(&reading) };
        let spec = GeneratorSpec { name: name.to_owned(), context, leaves_machine_to: None, notice: None };
        let worker = Worker::new("generating", model).left_while_loading();
        Self { name: name.to_owned(), most: context, spec: Mutex::new(Arc::new(spec)), reading, worker }
    }

    /// Whether there is room for it in memory now.
    ///
    /// # Errors
    /// `ModelUnavailable` if there is not, or if its file cannot be read.
    pub fn fits(&self) -> Result<()> {
        self.reading.needs()?.context(&self.name, self.most, room::available_to_one()).map(drop)
    }

    /// Whether it is in memory.
    #[must_use]
    pub fn is_loaded(&self) -> bool {
        self.reading.loaded.load(Ordering::Acquire)
    }

    /// Gives its memory back after what is under way; the next question loads it again.
    pub(crate) fn unload(&self) {
        self.worker.unload();
    }

    /// How much of a conversation it can remember, by the memory that is free before it is loaded.
    fn settle(&self) {
        if self.is_loaded() {
            return;
        }
        let free = room::available_to_one();
        // Where there is no room, or no such file, the first use tells.
        let Ok(context) = self.reading.needs().and_then(|needs| needs.context(&self.name, self.most, free)) else { return };
        let notice = (context < self.most).then(|| {
            let free = free.unwrap_or_default() / 1_000_000;
            format!("{} reads {context} tokens at once instead of {}: {free} MB of memory are free", self.name, self.most)
        });
        let spec = GeneratorSpec { name: self.name.clone(), context, leaves_machine_to: None, notice };
        *self.spec.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(spec);
    }

    /// The tokens of a conversation, as the model gets them.
    ///
    /// # Errors
    /// `ModelUnavailable` if the model cannot be read or its template refuses the conversation.
    pub fn tokens(&self, messages: &[Message]) -> Result<Vec<u32>> {
        let (vocabulary, template) = self.reading.get()?;
        let (text, guard) = template.render(messages, vocabulary)?;
        vocabulary.encode_marked(&text, guard)
    }
}

impl Generator for Writer {
    fn spec(&self) -> Arc<GeneratorSpec> {
        Arc::clone(&self.spec.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn warm_up(&self) {
        self.settle();
        let (pieces, _) = channel();
        let (stop, context) = (CancelToken::new(), self.spec().context);
        self.worker.warm_up(Question { tokens: Vec::new(), context, limit: 0, sampling: Sampling::default(), passages: None, pieces, stop });
    }

    fn count(&self, text: &str) -> Result<usize> {
        Ok(self.reading.get()?.0.encode(text)?.len())
    }

    fn generate(&self, request: &Generation<'_>, say: &mut dyn FnMut(&str), cancel: &CancelToken) -> Result<Generated> {
        cancel.check()?;
        let tokens = self.tokens(request.messages)?;
        // A template may have taken its time.
        cancel.check()?;
        let context = self.spec().context;
        if tokens.len() >= context {
            return Err(too_long(tokens.len(), context));
        }
        let (pieces, said) = channel();
        // Its own: the caller's may be made good for the next run before the thread has looked at it.
        let stop = CancelToken::new();
        let question = Question {
            tokens,
            context,
            limit: request.limit,
            sampling: request.sampling.clone(),
            passages: request.passages,
            pieces,
            stop: stop.clone(),
        };
        let answer = self.worker.send(question, &stop)?;
        loop {
            match said.recv_timeout(LOOK) {
                Ok(piece) => say(&piece),
                Err(RecvTimeoutError::Timeout) => {}
                // The thread is done with the question.
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if cancel.is_cancelled() {
                stop.cancel();
                return Err(Error::cancelled());
            }
        }
        answer.recv().map_err(|_| Error::internal("the generating thread ended"))?
    }
}

/// What the owning thread knows.
struct Model {
    name: String,
    context: usize,
    reading: Arc<Reading>,
}

/// What the owning thread is asked. Without tokens it only loads the model.
struct Question {
    tokens: Vec<u32>,
    /// Tokens that conversation and answer may have together.
    context: usize,
    limit: usize,
    sampling: Sampling,
    passages: Option<usize>,
    pieces: Sender<String>,
    stop: CancelToken,
}

/// The model in memory.
struct Loaded {
    held: InMemory,
    network: Network,
    /// The tokens that the network remembers.
    seen: Vec<u32>,
    ahead: Ahead,
}

/// Says so to others while the model is in memory.
struct InMemory {
    reading: Arc<Reading>,
    room: room::Held,
}

impl Drop for InMemory {
    fn drop(&mut self) {
        self.reading.loaded.store(false, Ordering::Release);
    }
}

impl Serve for Model {
    type Loaded = Loaded;
    type Question = Question;
    type Answer = Generated;

    fn open(&self) -> Result<Loaded> {
        let gguf = Gguf::open(&self.reading.file)?;
        let needs = self.reading.needs()?;
        needs.context(&self.name, self.context, room::available_to_one())?;
        self.reading.get_from(&gguf)?;
        let network = Network::load(&gguf, Precision::Half)?;
        let held = InMemory { reading: Arc::clone(&self.reading), room: room::Held::new(needs) };
        self.reading.loaded.store(true, Ordering::Release);
        Ok(Loaded { held, network, seen: Vec::new(), ahead: Ahead::default() })
    }

    fn answer(&self, loaded: &mut Loaded, question: &Question) -> Result<Generated> {
        let (vocabulary, _) = self.reading.get()?;
        let result = loaded.write(question, vocabulary);
        // After an error the network may remember fewer tokens than were sent, after a wrong guess more than were said.
        loaded.seen.truncate(loaded.network.seen());
        loaded.network.truncate(loaded.seen.len());
        loaded.held.room.remembers(loaded.seen.len());
        result.map_err(|error| match error.code {
            ErrorCode::ModelUnavailable => Error { message: format!("{}: {}", self.name, error.message), ..error },
            _ => error,
        })
    }
}

impl Loaded {
    fn write(&mut self, question: &Question, vocabulary: &Vocabulary) -> Result<Generated> {
        let prompt = &question.tokens;
        let mut generated = Generated { prompt_tokens: prompt.len(), reused_tokens: 0, new_tokens: 0, ending: Ending::Limit };
        let Some(before_last) = prompt.len().checked_sub(1) else { return Ok(generated) };
        // The last token is always read: what comes after it is wanted.
        let same = self.seen.iter().zip(prompt).take_while(|(a, b)| a == b).count().min(before_last);
        self.network.truncate(same);
        self.seen.truncate(same);
        generated.reused_tokens = same;
        self.seen.extend(&prompt[same..]);
        let mut logits = self.network.read(&prompt[same..], Logits::Last, &question.stop)?;

        let mut chooser = Chooser::new(&question.sampling);
        let mut passages = question.passages.map(|most| {
            let told: Vec<u8> = prompt.iter().flat_map(|token| vocabulary.bytes(*token)).copied().collect();
            Passages::new(vocabulary, most, &String::from_utf8_lossy(&told))
        });
        let mut characters = Characters::default();
        self.ahead.begin();
        let limit = question.limit.min(question.context.saturating_sub(prompt.len()));
        while generated.new_tokens < limit {
            question.stop.check()?;
            if let Some(passages) = &passages {
                passages.hold(&mut logits, vocabulary);
            }
            let said = &self.seen[prompt.len()..];
            let token = chooser.choose(logits, said)?;
            if vocabulary.is_end(token) {
                generated.ending = Ending::Complete;
                break;
            }
            generated.new_tokens += 1;
            let bytes = vocabulary.bytes(token);
            if let Some(passages) = &mut passages {
                passages.take(bytes);
            }
            tell(question, characters.push(bytes))?;
            // Wrong guesses are forgotten before anything can end the answer: the next question goes on from what was said.
            self.ahead.came(token, &mut self.network, self.seen.len());
            self.seen.push(token);
            if goes_round(&self.seen[prompt.len()..]) {
                generated.ending = Ending::Loop;
                break;
            }
            if generated.new_tokens == limit {
                break;
            }
            let guesses = if chooser.is_greedy() { limit - generated.new_tokens } else { 0 };
            logits = self.ahead.after(&mut self.network, &self.seen, guesses, &question.stop)?;
        }
        tell(question, characters.finish().to_owned())?;
        Ok(generated)
    }
}

/// Passes a piece on. A caller that left wants no more.
fn tell(question: &Question, piece: String) -> Result<()> {
    if piece.is_empty() {
        return Ok(());
    }
    question.pieces.send(piece).map_err(|_| Error::cancelled())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_guessed_wrongly_is_forgotten_wherever_the_answer_ends() {
        let text = "A note is cut into passages, and a passage is cut into a note. 模型阅读段落，段落阅读模型。".repeat(3);
        for name in ["qwen3-f32", "qwen2-f32", "llama-f32", "phi3-f32"] {
            let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../tests/fixtures/gguf/{name}.gguf"));
            let reading = Arc::new(Reading { file, made: OnceLock::new(), needs: OnceLock::new(), loaded: AtomicBool::new(false) });
            let model = Model { name: name.to_owned(), context: 2048, reading };
            let tokens = model.reading.get().expect("a tokenizer").0.encode(&text).expect("tokens");
            for limit in 1..60 {
                let mut loaded = model.open().expect("a model");
                let ((pieces, _said), stop) = (channel(), CancelToken::new());
                let sampling = Sampling::default();
                let question = Question { tokens: tokens.clone(), context: 2048, limit, sampling, passages: None, pieces, stop: stop.clone() };
                model.answer(&mut loaded, &question).expect("an answer");
                assert_eq!(loaded.network.seen(), loaded.seen.len());
                // What comes after it is what comes where nothing was ever guessed.
                let next = &tokens[..5];
                let found = loaded.network.read(next, Logits::Last, &stop).expect("logits");
                let mut other = model.open().expect("a model").network;
                let expected = other.read(&[&loaded.seen, next].concat(), Logits::Last, &stop).expect("logits");
                let furthest = found.iter().zip(&expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
                assert!(furthest < 0.05, "{name} after {limit} tokens: {furthest}");
            }
        }
    }
}
