//! The model that ships inside the program: its bytes and its recipe. It must not know how a model is run.

use std::borrow::Cow;
use std::sync::Arc;

use sidenote_engine::model::ModelSpec;

use crate::fingerprint::{Digest, fingerprint};
use crate::onnx::{ModelFiles, OnnxEmbedder, Pooling, Recipe};

static MODEL: &[u8] = include_bytes!("../bundled/model.onnx");
static TOKENIZER: &[u8] = include_bytes!("../bundled/tokenizer.json");
static CONFIG: &[u8] = include_bytes!("../bundled/config.json");
static SPECIAL_TOKENS_MAP: &[u8] = include_bytes!("../bundled/special_tokens_map.json");
static TOKENIZER_CONFIG: &[u8] = include_bytes!("../bundled/tokenizer_config.json");

/// A handle on the model shipped inside the program. Cheap: nothing is loaded before the first use or [`OnnxEmbedder::warm_up`].
/// Each call makes a model of its own; a program makes one and shares it.
#[must_use]
pub fn bundled() -> Arc<OnnxEmbedder> {
    let recipe = recipe();
    let spec = ModelSpec {
        name: "sidenote-static-256".to_owned(),
        dimensions: 256,
        // The digests of MODEL and TOKENIZER, from build.rs: nothing is hashed, and the model's pages are not even read, at start.
        fingerprint: fingerprint(&recipe, &Digest(env!("SIDENOTE_MODEL_DIGEST").to_owned()), &Digest(env!("SIDENOTE_TOKENIZER_DIGEST").to_owned())),
    };
    Arc::new(OnnxEmbedder::new(spec, recipe, || Ok(bundled_files())))
}

/// The files of the model shipped inside the program.
#[must_use]
pub fn bundled_files() -> ModelFiles {
    ModelFiles {
        model: Cow::Borrowed(MODEL),
        tokenizer: Cow::Borrowed(TOKENIZER),
        config: Cow::Borrowed(CONFIG),
        special_tokens_map: Cow::Borrowed(SPECIAL_TOKENS_MAP),
        tokenizer_config: Cow::Borrowed(TOKENIZER_CONFIG),
    }
}

fn recipe() -> Recipe {
    Recipe {
        pooling: Pooling::Mean,
        max_tokens: 512,
        query_prefix: String::new(),
        passage_prefix: String::new(),
        // A table look-up has nothing to share out; the tokenizer, where the time goes, has its own threads.
        threads: 1,
        batch: 16,
    }
}
