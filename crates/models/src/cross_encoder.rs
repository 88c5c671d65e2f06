//! A cross-encoder on ONNX Runtime through fastembed: callers send small batches to the thread that owns the model. It must not know which model
//! it is, where its files come from, or what is done with the scores.

use std::path::PathBuf;

use fastembed::{OnnxSource, RerankInitOptionsUserDefined, TextRerank, TokenizerFiles, UserDefinedRerankingModel};
use sidenote_engine::cancel::CancelToken;
use sidenote_engine::error::{Error, ErrorCode, Result};
use sidenote_engine::model::{CrossEncoder, CrossEncoderSpec};

use crate::embedding::{CHARACTERS_PER_TOKEN, cut};
use crate::runtime;
use crate::worker::{Serve, Worker};

/// The files of a cross-encoder.
#[derive(Clone, Debug)]
pub struct CrossEncoderFiles {
    /// The graph; files with its weights are found beside it.
    pub model: PathBuf,
    /// `tokenizer.json`.
    pub tokenizer: Vec<u8>,
    /// `config.json`.
    pub config: Vec<u8>,
    /// `special_tokens_map.json`.
    pub special_tokens_map: Vec<u8>,
    /// `tokenizer_config.json`.
    pub tokenizer_config: Vec<u8>,
}

/// A handle on a cross-encoder. Making one is cheap; the model is loaded, by the thread that owns it, at the first use.
pub struct OnnxCrossEncoder {
    spec: CrossEncoderSpec,
    max_tokens: usize,
    worker: Worker<Model>,
}

impl OnnxCrossEncoder {
    /// A handle on the model whose files `load` reads. `max_tokens` of query and passage together are looked at.
    pub fn new(name: &str, max_tokens: usize, threads: usize, load: impl Fn() -> Result<CrossEncoderFiles> + Send + Sync + 'static) -> Self {
        let model = Model { name: name.to_owned(), max_tokens, threads, load: Box::new(load) };
        Self { spec: CrossEncoderSpec { name: name.to_owned() }, max_tokens, worker: Worker::new("reranking", model) }
    }

    /// Starts loading and returns at once; a failure is told by the first use.
    pub fn warm_up(&self) {
        self.worker.warm_up((String::new(), Vec::new()));
    }
}

impl CrossEncoder for OnnxCrossEncoder {
    fn spec(&self) -> &CrossEncoderSpec {
        &self.spec
    }

    fn rerank(&self, query: &str, passages: &[&str], cancel: &CancelToken) -> Result<Vec<f32>> {
        let limit = self.max_tokens.saturating_mul(CHARACTERS_PER_TOKEN);
        let passages = passages.iter().map(|passage| cut(passage, limit).to_owned()).collect();
        self.worker.ask((cut(query, limit).to_owned(), passages), cancel)
    }
}

/// What the owning thread knows.
struct Model {
    name: String,
    max_tokens: usize,
    threads: usize,
    load: Box<dyn Fn() -> Result<CrossEncoderFiles> + Send + Sync>,
}

impl Serve for Model {
    type Loaded = TextRerank;
    /// The query and its passages. No passages only load the model.
    type Question = (String, Vec<String>);
    type Answer = Vec<f32>;

    fn open(&self) -> Result<TextRerank> {
        let environment = runtime::environment()?;
        let files = (self.load)()?;
        let tokenizer = TokenizerFiles {
            tokenizer_file: files.tokenizer,
            config_file: files.config,
            special_tokens_map_file: files.special_tokens_map,
            tokenizer_config_file: files.tokenizer_config,
        };
        let options = RerankInitOptionsUserDefined::new()
            .with_environment(environment)
            .with_max_length(self.max_tokens)
            .with_intra_threads(self.threads.max(1));
        TextRerank::try_new_from_user_defined(UserDefinedRerankingModel::new(OnnxSource::File(files.model), tokenizer), options).map_err(|error| {
            Error::new(
                ErrorCode::ModelUnavailable,
                format!("the reranker {} could not be loaded: {error}", self.name),
                "its files are damaged or of another kind: install the model again or choose another one",
            )
        })
    }

    fn answer(&self, model: &mut TextRerank, (query, passages): &(String, Vec<String>)) -> Result<Vec<f32>> {
        if passages.is_empty() {
            return Ok(Vec::new());
        }
        let texts: Vec<&str> = passages.iter().map(String::as_str).collect();
        let ranked = model.rerank(query.as_str(), &texts, false, Some(texts.len())).map_err(|error| self.failed(&error))?;
        let mut scores = vec![f32::NAN; passages.len()];
        for result in ranked {
            if let Some(score) = scores.get_mut(result.index) {
                *score = result.score;
            }
        }
        if scores.iter().all(|score| score.is_finite()) { Ok(scores) } else { Err(self.failed(&"scores that are not finite")) }
    }
}

impl Model {
    fn failed(&self, what: &dyn std::fmt::Display) -> Error {
        Error::new(
            ErrorCode::ModelUnavailable,
            format!("the reranker {} failed: {what}", self.name),
            "try again; if it happens again, choose another one, or none with `sidenote models use --no-reranker`",
        )
    }
}
