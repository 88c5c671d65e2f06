//! From an installed model's files to a handle that runs it: fingerprint, tokenizer settings, external weights. It must not know how the files came.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};
use sidenote_engine::cancel::CancelToken;
use sidenote_engine::error::{Error, ErrorCode, Result};
use sidenote_engine::model::{CrossEncoder, Embedder, Fingerprint, Generation, Generator, Message, ModelSpec, Role, Sampling, Speaker};

use crate::assemble::is_gguf;
use crate::catalogue::{Kind, Known, known};
use crate::cross_encoder::{CrossEncoderFiles, OnnxCrossEncoder};
use crate::fingerprint::{Digest, fingerprint};
use crate::generate::room::Needs;
use crate::generate::{Gguf, GgufEmbedder, Shape, Writer};
use crate::manifest::Manifest;
use crate::onnx::{ModelFiles, OnnxEmbedder};
use crate::store::Installed;

/// The tokenizer's files, looked for beside the graph where they are not at the top.
pub(crate) const TOKENIZER: &str = "tokenizer.json";
pub(crate) const CONFIG: &str = "config.json";
const SPECIAL_TOKENS: &str = "special_tokens_map.json";
const TOKENIZER_CONFIG: &str = "tokenizer_config.json";
/// What a model's folder needs besides the graph, and what may be missing.
pub(crate) const NEEDED: [&str; 2] = [TOKENIZER, CONFIG];
pub(crate) const USEFUL: [&str; 5] =
    [SPECIAL_TOKENS, TOKENIZER_CONFIG, "1_Pooling/config.json", "config_sentence_transformers.json", "sentence_bert_config.json"];

/// Threads of the runtime: all cores, up to what a batch of this size can use.
fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from).min(8)
}

impl Installed {
    /// The vector space of an embedder.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        // Everything that reaches the graph or the tokenizer, in the manifest's order, which is sorted.
        let digest = |tokenizer: bool| {
            let parts = self.manifest.files.iter().filter(|file| file.path.ends_with(".json") == tokenizer).map(|file| file.sha256.as_str());
            Digest::of(parts.collect::<Vec<_>>().join("\n").as_bytes())
        };
        fingerprint(&self.manifest.recipe(1), &digest(false), &digest(true))
    }

    /// A handle on the embedder. Nothing is loaded yet.
    ///
    /// # Errors
    /// `InvalidInput` for another kind of model, `ModelUnavailable` if files are missing or have another size than when they came.
    pub fn embedder(&self) -> Result<Arc<dyn Embedder>> {
        self.check(Kind::Embedder)?;
        let manifest = &self.manifest;
        let spec = ModelSpec { name: manifest.name.clone(), dimensions: manifest.usage.dimensions, fingerprint: self.fingerprint() };
        let recipe = manifest.recipe(threads());
        if is_gguf(&manifest.graph) {
            return Ok(Arc::new(GgufEmbedder::new(spec, recipe, self.folder.join(&manifest.graph))));
        }
        let files = Files::new(&self.folder, manifest);
        Ok(Arc::new(OnnxEmbedder::with_external_data(spec, recipe, move || files.embedder(), self.external_data())))
    }

    /// A handle on the reranker. Nothing is loaded yet.
    ///
    /// # Errors
    /// As [`embedder`](Self::embedder).
    pub fn reranker(&self) -> Result<OnnxCrossEncoder> {
        self.check(Kind::Reranker)?;
        let files = Files::new(&self.folder, &self.manifest);
        Ok(OnnxCrossEncoder::new(&self.manifest.name, self.manifest.usage.max_tokens, threads(), move || files.reranker()))
    }

    /// A handle on the generator. Nothing is loaded yet.
    ///
    /// # Errors
    /// As [`embedder`](Self::embedder).
    pub fn generator(&self) -> Result<Writer> {
        self.check(Kind::Generator)?;
        let manifest = &self.manifest;
        Ok(Writer::new(&manifest.name, &self.folder.join(&manifest.graph), manifest.usage.max_tokens))
    }

    /// Bytes of memory that a model takes in use: as its GGUF file tells, or else as is known of it.
    #[must_use]
    pub fn memory(&self) -> Option<u64> {
        self.told_by_file().or_else(|| known(&self.manifest.name).map(Known::needs))
    }

    fn told_by_file(&self) -> Option<u64> {
        if !is_gguf(&self.manifest.graph) {
            return None;
        }
        self.check(self.manifest.kind).ok()?;
        let gguf = Gguf::open(&self.folder.join(&self.manifest.graph)).ok()?;
        Some(Needs::of(&gguf, &Shape::read(&gguf).ok()?).usual(self.manifest.usage.max_tokens))
    }

    /// Runs the model once; the length of an embedder's vectors, 0 for other kinds.
    ///
    /// # Errors
    /// `ModelUnavailable`, `Cancelled`.
    pub fn try_out(&self, cancel: &CancelToken) -> Result<usize> {
        match self.manifest.kind {
            Kind::Embedder => {
                let vectors = self.embedder()?.embed(&["注意力 attention"], Role::Passage, cancel)?;
                Ok(vectors.first().map_or(0, Vec::len))
            }
            Kind::Reranker => self.reranker()?.rerank("注意力 attention", &["注意力 attention"], cancel).map(|_| 0),
            Kind::Generator => {
                let messages = [Message { speaker: Speaker::User, text: "注意力 attention".to_owned() }];
                let request = Generation { messages: &messages, limit: 2, sampling: Sampling::default(), passages: None };
                self.generator()?.generate(&request, &mut |_| {}, cancel).map(|_| 0)
            }
        }
    }

    fn check(&self, kind: Kind) -> Result<()> {
        let name = &self.manifest.name;
        if self.manifest.kind != kind {
            return Err(Error::new(
                ErrorCode::InvalidInput,
                format!("{name} is no {}", kind.name()),
                "`sidenote models list` says what each model does",
            ));
        }
        for file in &self.manifest.files {
            let there = fs::metadata(self.folder.join(&file.path)).map(|m| m.len());
            if there.as_ref().ok() != Some(&file.size) {
                let what = if there.is_ok() { "has another size than when it came" } else { "is missing" };
                return Err(Error::new(
                    ErrorCode::ModelUnavailable,
                    format!("the model {name} is damaged: its file `{}` {what}", file.path),
                    format!("run `sidenote models remove {name}`, then install it again"),
                ));
            }
        }
        Ok(())
    }

    /// The graph's folder, if files with its weights are in it.
    fn external_data(&self) -> Option<PathBuf> {
        let graph = &self.manifest.graph;
        let more = self.manifest.files.iter().any(|file| !file.path.ends_with(".json") && file.path != *graph);
        more.then(|| self.folder.join(graph).parent().map(Path::to_owned)).flatten()
    }
}

/// Where a model's files are.
struct Files {
    folder: PathBuf,
    graph: PathBuf,
    max_tokens: usize,
    name: String,
}

impl Files {
    fn new(folder: &Path, manifest: &Manifest) -> Self {
        Self { folder: folder.to_owned(), graph: folder.join(&manifest.graph), max_tokens: manifest.usage.max_tokens, name: manifest.name.clone() }
    }

    fn embedder(&self) -> Result<ModelFiles> {
        let [tokenizer, config, special_tokens_map, tokenizer_config] = self.tokenizer()?;
        let model = fs::read(&self.graph).map_err(|e| self.unreadable(&self.graph, &e))?;
        Ok(ModelFiles { model, tokenizer, config, special_tokens_map, tokenizer_config })
    }

    fn reranker(&self) -> Result<CrossEncoderFiles> {
        let [tokenizer, config, special_tokens_map, tokenizer_config] = self.tokenizer()?;
        Ok(CrossEncoderFiles { model: self.graph.clone(), tokenizer, config, special_tokens_map, tokenizer_config })
    }

    /// The tokenizer's files, with what newer repositories leave out put in.
    fn tokenizer(&self) -> Result<[Vec<u8>; 4]> {
        let tokenizer = self.read(TOKENIZER)?.ok_or_else(|| self.unreadable(Path::new(TOKENIZER), &std::io::ErrorKind::NotFound.into()))?;
        let config = self.read(CONFIG)?.unwrap_or_else(|| b"{}".to_vec());
        let special = self.read(SPECIAL_TOKENS)?.unwrap_or_else(|| b"{}".to_vec());
        let mut settings: Value =
            serde_json::from_slice(&self.read(TOKENIZER_CONFIG)?.unwrap_or_else(|| b"{}".to_vec())).unwrap_or_else(|_| json!({}));
        if settings["model_max_length"].as_f64().is_none() {
            settings["model_max_length"] = json!(self.max_tokens);
        }
        let text = |value: &Value| value.as_str().or_else(|| value["content"].as_str()).map(str::to_owned);
        if text(&settings["pad_token"]).is_none() {
            let special: Value = serde_json::from_slice(&special).unwrap_or_default();
            let whole: Value = serde_json::from_slice(&tokenizer).unwrap_or_default();
            let known = |token: &&str| whole["added_tokens"].as_array().is_some_and(|list| list.iter().any(|t| t["content"] == **token));
            let pad = text(&special["pad_token"])
                .or_else(|| text(&whole["padding"]["pad_token"]))
                .or_else(|| ["[PAD]", "<pad>", "<|endoftext|>"].iter().find(|token| known(token)).map(|token| (*token).to_owned()));
            settings["pad_token"] = json!(pad.unwrap_or_else(|| "[PAD]".to_owned()));
        }
        Ok([tokenizer, config, special, settings.to_string().into_bytes()])
    }

    /// A file at the top of the folder, or beside the graph.
    fn read(&self, name: &str) -> Result<Option<Vec<u8>>> {
        let beside = self.graph.parent().unwrap_or(&self.folder).join(name);
        for path in [self.folder.join(name), beside] {
            match fs::read(&path) {
                Ok(bytes) => return Ok(Some(bytes)),
                Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
                Err(e) => return Err(self.unreadable(&path, &e)),
            }
        }
        Ok(None)
    }

    fn unreadable(&self, path: &Path, error: &std::io::Error) -> Error {
        Error::new(
            ErrorCode::ModelUnavailable,
            format!("the model {} could not be read: `{}`: {error}", self.name, path.display()),
            format!("run `sidenote models verify {}`", self.name),
        )
    }
}
