//! An embedder on ONNX Runtime through fastembed: callers send small batches to the thread that owns the model. It must not know which model it is,
//! where its files come from, or what is done with the vectors.

use std::path::PathBuf;
use std::sync::Arc;

use fastembed::{InitOptionsUserDefined, QuantizationMode, TextEmbedding, TokenizerFiles, UserDefinedEmbeddingModel};
use sidenote_engine::cancel::CancelToken;
use sidenote_engine::error::{Error, ErrorCode, Result};
use sidenote_engine::model::{Embedder, ModelSpec, Role};
use tokenizers::Tokenizer;

use crate::embedding::{Pooling, Recipe, failed, unit};
use crate::runtime;
use crate::worker::{Serve, Worker};

/// The runtime's setting for a graph that is given as bytes and keeps its weights in files: their folder.
const EXTERNAL_DATA: &str = "session.model_external_initializers_file_folder_path";

/// The bytes of a model's files, named as model hubs name them.
#[derive(Clone, Debug)]
pub struct ModelFiles {
    /// `model.onnx`.
    pub model: Vec<u8>,
    /// `tokenizer.json`.
    pub tokenizer: Vec<u8>,
    /// `config.json`.
    pub config: Vec<u8>,
    /// `special_tokens_map.json`.
    pub special_tokens_map: Vec<u8>,
    /// `tokenizer_config.json`.
    pub tokenizer_config: Vec<u8>,
}

type Load = Box<dyn Fn() -> Result<ModelFiles> + Send + Sync>;
type Vectors = Vec<Vec<f32>>;

/// A handle on an embedding model. Making one is cheap; the model is loaded, by the thread that owns it, at the first use or by
/// [`warm_up`](Self::warm_up). Dropping the handle waits for the batch under way, so that no thread is inside the runtime when the process ends.
pub struct OnnxEmbedder {
    spec: ModelSpec,
    recipe: Arc<Recipe>,
    worker: Worker<Model>,
}

impl OnnxEmbedder {
    /// A handle on the model whose files `load` reads; it is called on the owning thread, and again after an idle model was unloaded.
    pub fn new(spec: ModelSpec, recipe: Recipe, load: impl Fn() -> Result<ModelFiles> + Send + Sync + 'static) -> Self {
        Self::with_external_data(spec, recipe, load, None)
    }

    /// As [`new`](Self::new), for a graph whose weights are in files of their own in a folder. The runtime maps them from there.
    pub fn with_external_data(
        spec: ModelSpec,
        recipe: Recipe,
        load: impl Fn() -> Result<ModelFiles> + Send + Sync + 'static,
        external_data: Option<PathBuf>,
    ) -> Self {
        let recipe = Arc::new(recipe);
        let model = Model { dimensions: spec.dimensions, name: spec.name.clone(), recipe: Arc::clone(&recipe), load: Box::new(load), external_data };
        Self { spec, recipe, worker: Worker::new("embedding", model) }
    }

    /// Starts loading and returns at once; a failure is told by the first use. Call it where a use is certain, before other slow work.
    pub fn warm_up(&self) {
        self.worker.warm_up(Vec::new());
    }
}

impl Embedder for OnnxEmbedder {
    fn spec(&self) -> &ModelSpec {
        &self.spec
    }

    fn load(&self, cancel: &CancelToken) -> Result<()> {
        self.worker.ask(Vec::new(), cancel).map(drop)
    }

    fn embed(&self, texts: &[&str], role: Role, cancel: &CancelToken) -> Result<Vectors> {
        cancel.check()?;
        let mut vectors = vec![Vec::new(); texts.len()];
        // A blank text has no tokens, and the runtime takes no empty row: its zero vector is made here.
        let (mut order, blank): (Vec<usize>, Vec<usize>) = (0..texts.len()).partition(|&at| !texts[at].trim().is_empty());
        for at in blank {
            vectors[at] = vec![0.0; self.spec.dimensions];
        }
        // Neighbours of one length: a batch is padded to its longest text.
        order.sort_by_key(|&at| (texts[at].len(), at));
        for batch in order.chunks(self.recipe.batch.max(1)) {
            cancel.check()?;
            let formatted = batch.iter().map(|&at| self.recipe.format(texts[at], role)).collect();
            for (&at, vector) in batch.iter().zip(self.worker.ask(formatted, cancel)?) {
                vectors[at] = vector;
            }
        }
        Ok(vectors)
    }
}

/// A tokenizer without words, for fastembed to configure.
const STAND_IN: &str = r#"{"version":"1.0","model":{"type":"WordLevel","vocab":{},"unk_token":""}}"#;

/// Gives a tokenizer the padding, truncation and special tokens of the stand-in.
fn outfit(mut tokenizer: Tokenizer, stand_in: &Tokenizer) -> tokenizers::Result<Tokenizer> {
    tokenizer.add_special_tokens(stand_in.get_added_tokens_decoder().into_values())?;
    let padding = stand_in.get_padding().cloned().map(|mut padding| {
        if let Some(id) = tokenizer.token_to_id(&padding.pad_token) {
            padding.pad_id = id;
        }
        padding
    });
    tokenizer.with_padding(padding).with_truncation(stand_in.get_truncation().cloned())?;
    Ok(tokenizer)
}

/// What the owning thread knows.
struct Model {
    /// Numbers of a vector; 0 takes what comes.
    dimensions: usize,
    name: String,
    recipe: Arc<Recipe>,
    load: Load,
    external_data: Option<PathBuf>,
}

impl Serve for Model {
    type Loaded = TextEmbedding;
    /// Formatted texts. None only loads the model.
    type Question = Vec<String>;
    type Answer = Vectors;

    fn open(&self) -> Result<TextEmbedding> {
        self.open()
    }

    fn answer(&self, model: &mut TextEmbedding, texts: &Vec<String>) -> Result<Vectors> {
        // A text of marks only may have no tokens, and the runtime takes no empty row.
        let mut empty = Vec::with_capacity(texts.len());
        for text in texts {
            let sure = text.chars().any(char::is_alphanumeric);
            empty.push(!sure && model.tokenizer.encode(text.as_str(), true).map_err(|error| self.failed(&error))?.is_empty());
        }
        let texts: Vec<&str> = texts.iter().zip(&empty).filter(|(_, empty)| !**empty).map(|(text, _)| text.as_str()).collect();
        let mut embedded = Vec::new();
        if !texts.is_empty() {
            embedded = model.embed(&texts, Some(texts.len())).map_err(|error| self.failed(&error))?;
        }
        if embedded.len() != texts.len() {
            return Err(self.failed(&format!("{} vectors for {} texts", embedded.len(), texts.len())));
        }
        let mut embedded = embedded.into_iter();
        empty.iter().map(|&empty| if empty { Ok(vec![0.0; self.dimensions]) } else { self.unit(embedded.next().unwrap_or_default()) }).collect()
    }
}

impl Model {
    fn open(&self) -> Result<TextEmbedding> {
        let environment = runtime::environment()?;
        let files = (self.load)()?;
        let tokenizer = TokenizerFiles {
            tokenizer_file: STAND_IN.as_bytes().to_vec(),
            config_file: files.config,
            special_tokens_map_file: files.special_tokens_map,
            tokenizer_config_file: files.tokenizer_config,
        };
        let pooling = match self.recipe.pooling {
            Pooling::Mean => fastembed::Pooling::Mean,
            Pooling::Cls => fastembed::Pooling::Cls,
            Pooling::Last => return Err(self.damaged(&"ONNX models are not read at their last token")),
        };
        let model = UserDefinedEmbeddingModel::new(files.model, tokenizer).with_pooling(pooling).with_quantization(QuantizationMode::None);
        let mut options = InitOptionsUserDefined::new()
            .with_environment(environment)
            .with_max_length(self.recipe.max_tokens)
            .with_intra_threads(self.recipe.threads.max(1));
        if let Some(folder) = self.external_data.as_ref().and_then(|folder| folder.to_str()) {
            options = options.with_session_config(EXTERNAL_DATA, folder);
        }
        // Reading a tokenizer takes as long as all the rest, and fastembed would copy it once more: it is read beside the session and put in
        // place of a small one that carries what fastembed derives from the other files.
        let (opened, read) = std::thread::scope(|scope| {
            let reading = scope.spawn(|| Tokenizer::from_bytes(&files.tokenizer));
            (TextEmbedding::try_new_from_user_defined(model, options), reading.join())
        });
        let mut model = opened.map_err(|error| self.damaged(&error))?;
        let tokenizer = read.map_err(|_| self.damaged(&"its tokenizer panicked"))?.map_err(|error| self.damaged(&error))?;
        model.tokenizer = outfit(tokenizer, &model.tokenizer).map_err(|error| self.damaged(&error))?;
        Ok(model)
    }

    fn damaged(&self, why: &dyn std::fmt::Display) -> Error {
        Error::new(
            ErrorCode::ModelUnavailable,
            format!("the embedding model {} could not be loaded: {why}", self.name),
            "its files are damaged or of another kind: install the model again or choose another one",
        )
    }

    fn unit(&self, vector: Vec<f32>) -> Result<Vec<f32>> {
        unit(vector, self.dimensions).map_err(|what| self.failed(&what))
    }

    fn failed(&self, what: &dyn std::fmt::Display) -> Error {
        failed(&self.name, what)
    }
}
