//! A generator on this machine: a thread owns the network, which is loaded at the first question and goes when nobody asks; a conversation that
//! begins like the one before is not computed twice. It must not know which model it is, or what is done with the text.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use sidenote_engine::cancel::CancelToken;
use sidenote_engine::error::{Error, ErrorCode, Result};
use sidenote_engine::model::{Ending, Generated, Generation, Generator, GeneratorSpec, Message, Sampling};

use super::choose::{Chooser, goes_round};
use super::gguf::Gguf;
use super::network::{Logits, Network, Shape};
use super::passages::Passages;
use super::room;
use super::template::Template;
use super::vocabulary::{Characters, Vocabulary, too_long};
use crate::worker::{Serve, Worker};

/// How often a waiting caller looks whether it was cancelled.
const LOOK: Duration = Duration::from_millis(20);

/// Tokens that are guessed at once: with the one before them as many as a product takes in one go.
const GUESSES: usize = 3;
/// Tokens that must be the same for a guess.
const ALIKE: usize = 3;

/// A handle on a generator. Making one is cheap.
pub struct Writer {
    spec: GeneratorSpec,
    reading: Arc<Reading>,
    worker: Worker<Model>,
}

/// What is needed to make tokens of text: small, and kept while the handle lives.
struct Reading {
    file: PathBuf,
    made: OnceLock<(Vocabulary, Template)>,
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
}

impl Writer {
    /// A handle on the model in a GGUF file, which may use `context` tokens.
    #[must_use]
    pub fn new(name: &str, file: &Path, context: usize) -> Self {
        let reading = Arc::new(Reading { file: file.to_owned(), made: OnceLock::new() });
        let model = Model { name: name.to_owned(), context, reading: Arc::clone(&reading) };
        let spec = GeneratorSpec { name: name.to_owned(), context, leaves_machine_to: None, notice: None };
        Self { spec, reading, worker: Worker::new("generating", model) }
    }

    /// Whether there is room for it in memory now.
    ///
    /// # Errors
    /// `ModelUnavailable` if there is not, or if its file cannot be read.
    pub fn fits(&self) -> Result<()> {
        let gguf = Gguf::open(&self.reading.file)?;
        room::fits(&self.spec.name, &gguf, &Shape::read(&gguf)?)
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
    fn spec(&self) -> &GeneratorSpec {
        &self.spec
    }

    fn warm_up(&self) {
        let (pieces, _) = channel();
        let stop = CancelToken::new();
        self.worker.warm_up(Question { tokens: Vec::new(), limit: 0, sampling: Sampling::default(), passages: None, pieces, stop });
    }

    fn count(&self, text: &str) -> Result<usize> {
        Ok(self.reading.get()?.0.encode(text)?.len())
    }

    fn generate(&self, request: &Generation<'_>, say: &mut dyn FnMut(&str), cancel: &CancelToken) -> Result<Generated> {
        cancel.check()?;
        let tokens = self.tokens(request.messages)?;
        if tokens.len() >= self.spec.context {
            return Err(too_long(tokens.len(), self.spec.context));
        }
        let (pieces, said) = channel();
        // Its own: the caller's may be made good for the next run before the thread has looked at it.
        let stop = CancelToken::new();
        let question =
            Question { tokens, limit: request.limit, sampling: request.sampling.clone(), passages: request.passages, pieces, stop: stop.clone() };
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
    limit: usize,
    sampling: Sampling,
    passages: Option<usize>,
    pieces: Sender<String>,
    stop: CancelToken,
}

/// The model in memory.
struct Loaded {
    network: Network,
    /// The tokens that the network remembers.
    seen: Vec<u32>,
}

impl Serve for Model {
    type Loaded = Loaded;
    type Question = Question;
    type Answer = Generated;

    fn open(&self) -> Result<Loaded> {
        let gguf = Gguf::open(&self.reading.file)?;
        room::fits(&self.name, &gguf, &Shape::read(&gguf)?)?;
        self.reading.get_from(&gguf)?;
        Ok(Loaded { network: Network::load(&gguf)?, seen: Vec::new() })
    }

    fn answer(&self, loaded: &mut Loaded, question: &Question) -> Result<Generated> {
        let (vocabulary, _) = self.reading.get()?;
        let result = loaded.write(question, vocabulary, self.context);
        // After an error the network may remember fewer tokens than were sent, after a wrong guess more than were said.
        loaded.seen.truncate(loaded.network.seen());
        loaded.network.truncate(loaded.seen.len());
        result.map_err(|error| match error.code {
            ErrorCode::ModelUnavailable => Error { message: format!("{}: {}", self.name, error.message), ..error },
            _ => error,
        })
    }
}

impl Loaded {
    fn write(&mut self, question: &Question, vocabulary: &Vocabulary, context: usize) -> Result<Generated> {
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
        let mut passages = question.passages.map(|most| Passages::new(vocabulary, most));
        let mut characters = Characters::default();
        // Guesses that were read already, each with what comes after it.
        let mut ahead: VecDeque<(u32, Vec<f32>)> = VecDeque::new();
        let limit = question.limit.min(context.saturating_sub(prompt.len()));
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
            self.seen.push(token);
            if goes_round(&self.seen[prompt.len()..]) {
                generated.ending = Ending::Loop;
                break;
            }
            if generated.new_tokens == limit {
                break;
            }
            match ahead.pop_front() {
                Some((guess, after)) if guess == token => {
                    logits = after;
                    continue;
                }
                Some(_) => {
                    ahead.clear();
                    self.network.truncate(self.seen.len() - 1);
                }
                None => {}
            }
            let guesses = if chooser.is_greedy() { guess(&self.seen, GUESSES.min(limit - generated.new_tokens)) } else { &[] };
            let next: Vec<u32> = [&[token][..], guesses].concat();
            let rows = self.network.read(&next, Logits::All, &question.stop)?;
            let mut rows = rows.chunks_exact(rows.len() / next.len()).map(<[f32]>::to_vec);
            logits = rows.next().unwrap_or_default();
            ahead.extend(next.into_iter().skip(1).zip(rows));
        }
        tell(question, characters.finish().to_owned())?;
        Ok(generated)
    }
}

/// What may come next: what came after the same tokens the last time. Answers quote, so it often does.
fn guess(seen: &[u32], most: usize) -> &[u32] {
    let Some(before) = seen.len().checked_sub(ALIKE) else { return &[] };
    let last = &seen[before..];
    let found = (ALIKE..=before).rev().find(|end| &seen[end - ALIKE..*end] == last);
    found.map_or(&[], |end| &seen[end..(end + most).min(before)])
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
    fn a_guess_is_what_came_the_last_time() {
        assert_eq!(guess(&[1, 2, 3, 4, 5, 6, 1, 2, 3, 7, 8, 9, 1, 2, 3], 2), [7, 8]);
        assert_eq!(guess(&[1, 2, 3, 4, 1, 2, 3], 9), [4]);
        assert!(guess(&[1, 2, 3], 3).is_empty());
        assert!(guess(&[1, 2], 3).is_empty());
        assert!(guess(&[1, 2, 3, 4, 5, 6], 3).is_empty());
    }
}
