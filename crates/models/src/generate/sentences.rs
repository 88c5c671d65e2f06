//! An embedder on the network of this program: a sentence model in a GGUF file, loaded at the first use by the thread that owns it. It must not know which
//! model it is, where its file comes from, or what is done with the vectors.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sidenote_engine::cancel::CancelToken;
use sidenote_engine::error::{Error, ErrorCode, Result};
use sidenote_engine::model::{Embedder, ModelSpec, Role};

use super::attention::Precision;
use super::gguf::{Gguf, unusable};
use super::network::{Body, Logits, Shape};
use super::room;
use super::vocabulary::Vocabulary;
use crate::embedding::{Pooling, Recipe, failed, unit};
use crate::worker::{Serve, Worker};

/// How a file says that the states of a text's tokens become its vector; `None` where it does not, as in a generator's.
///
/// # Errors
/// `ModelUnavailable` for a way that this program does not know, or that makes no vector.
pub(crate) fn pooling(gguf: &Gguf) -> Result<Option<Pooling>> {
    let refuse = |what: &str| {
        Err(unusable(
            gguf.path(),
            what,
            "choose a model whose card says that its vectors are those of the last token (`last`) or the mean of all (`mean`)",
        ))
    };
    let key = format!("{}.pooling_type", gguf.text("general.architecture").unwrap_or_default());
    match gguf.number(&key) {
        None | Some(0) => Ok(None),
        Some(1) => Ok(Some(Pooling::Mean)),
        Some(2) => Ok(Some(Pooling::Cls)),
        Some(3) => Ok(Some(Pooling::Last)),
        Some(4) => refuse("it is a reranker (pooling `rank`), and this program runs rerankers as ONNX models only"),
        Some(other) => refuse(&format!("its token vectors become one in a way that this program does not know (pooling {other})")),
    }
}

/// Refuses to take the first token's vector: the tokens of these networks know only those before them, so the first one knows nothing of a text.
///
/// # Errors
/// `ModelUnavailable`.
pub(crate) fn check(file: &Path, pooling: Pooling) -> Result<()> {
    match pooling {
        Pooling::Mean | Pooling::Last => Ok(()),
        Pooling::Cls => Err(unusable(
            file,
            "the vector of its first token (pooling `cls`) knows nothing of the text after it",
            "add `--pooling last` or `--pooling mean` if its model card says so, or choose another model",
        )),
    }
}

/// A handle on a sentence model. Making one is cheap; dropping it waits for the text under way.
pub struct GgufEmbedder {
    spec: ModelSpec,
    recipe: Arc<Recipe>,
    worker: Worker<Model>,
}

impl GgufEmbedder {
    /// A handle on the model in a GGUF file.
    #[must_use]
    pub fn new(spec: ModelSpec, recipe: Recipe, file: PathBuf) -> Self {
        let recipe = Arc::new(recipe);
        let model = Model { name: spec.name.clone(), dimensions: spec.dimensions, recipe: Arc::clone(&recipe), file };
        Self { spec, recipe, worker: Worker::new("embedding", model) }
    }

    /// Sends a text to the thread and waits.
    fn ask(&self, text: String, cancel: &CancelToken) -> Result<Vec<f32>> {
        // Its own: the caller's may be made good for the next run before the thread has looked at it.
        let stop = cancel.child();
        let answer = self.worker.ask(Question { text, stop: stop.clone() }, cancel);
        if answer.is_err() {
            stop.cancel();
        }
        answer
    }
}

impl Embedder for GgufEmbedder {
    fn spec(&self) -> &ModelSpec {
        &self.spec
    }

    fn load(&self, cancel: &CancelToken) -> Result<()> {
        self.ask(String::new(), cancel).map(drop)
    }

    fn embed(&self, texts: &[&str], role: Role, cancel: &CancelToken) -> Result<Vec<Vec<f32>>> {
        cancel.check()?;
        let vector = |text: &&str| {
            if text.trim().is_empty() {
                return Ok(vec![0.0; self.spec.dimensions]);
            }
            // One at a time: one text fills the matrices, and a question comes to its turn after the text under way.
            self.ask(self.recipe.format(text, role), cancel)
        };
        texts.iter().map(vector).collect()
    }
}

/// What the owning thread knows.
struct Model {
    name: String,
    /// Numbers of a vector; 0 takes what comes.
    dimensions: usize,
    recipe: Arc<Recipe>,
    file: PathBuf,
}

/// What the owning thread is asked. An empty text only loads the model.
struct Question {
    text: String,
    stop: CancelToken,
}

/// The model in memory.
struct Loaded {
    vocabulary: Vocabulary,
    body: Body,
}

impl Serve for Model {
    type Loaded = Loaded;
    type Question = Question;
    type Answer = Vec<f32>;

    fn open(&self) -> Result<Loaded> {
        check(&self.file, self.recipe.pooling)?;
        let gguf = Gguf::open(&self.file)?;
        // It stays beside a generator.
        room::check(&self.name, &gguf, self.recipe.max_tokens, room::available())?;
        Ok(Loaded { vocabulary: Vocabulary::read(&gguf)?, body: Body::load(&gguf, Precision::Half)? })
    }

    fn answer(&self, loaded: &mut Loaded, question: &Question) -> Result<Vec<f32>> {
        if question.text.is_empty() {
            return Ok(Vec::new());
        }
        // A model that is read at its last token was trained with one that ends the text, also where its file forgets to say so.
        let closes = self.recipe.pooling == Pooling::Last;
        let tokens = loaded.vocabulary.encode_alone(&question.text, self.recipe.max_tokens, closes)?;
        if tokens.is_empty() {
            return Ok(vec![0.0; self.dimensions]);
        }
        let wanted = if self.recipe.pooling == Pooling::Last { Logits::Last } else { Logits::All };
        let states = loaded.body.states(&tokens, wanted, &question.stop);
        // Each text stands alone.
        loaded.body.truncate(0);
        let states = states.map_err(|error| match error.code {
            ErrorCode::Cancelled => error,
            _ => self.failed(&error.message),
        })?;
        unit(sum(&states, loaded.body.shape()), self.dimensions).map_err(|what| self.failed(&what))
    }
}

impl Model {
    fn failed(&self, what: &str) -> Error {
        failed(&self.name, &what)
    }
}

/// The sum of rows: of all tokens' it has the direction of their mean, of one token's it is that one.
fn sum(states: &[f32], shape: &Shape) -> Vec<f32> {
    let mut sum = vec![0.0; shape.width];
    for row in states.chunks_exact(shape.width) {
        sum.iter_mut().zip(row).for_each(|(sum, number)| *sum += number);
    }
    sum
}
