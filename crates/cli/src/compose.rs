//! Puts the program together: which models the engine is given. It must not know what they are used for.

use std::path::PathBuf;
use std::sync::Arc;

use sidenote_engine::error::Result;
use sidenote_engine::model::{Embedder, TokenVectors};

/// The models of this run.
#[derive(Clone, Default)]
pub(crate) struct Models {
    /// Turns text into vectors.
    pub(crate) embedder: Option<Arc<dyn Embedder>>,
    /// Compares tokens, for late interaction.
    pub(crate) tokens: Option<Arc<dyn TokenVectors>>,
    /// Why there is none.
    pub(crate) problem: Option<String>,
}

/// The models of this run. With `soon`, loading begins at once on a thread of its own; a failure is told by the first use.
pub(crate) fn models(soon: bool) -> Models {
    let embedder = sidenote_models::bundled();
    if soon {
        embedder.warm_up();
    }
    Models { embedder: Some(Arc::clone(&embedder) as _), tokens: Some(embedder), problem: None }
}

/// The library that runs the models.
///
/// # Errors
/// `ModelUnavailable`.
pub(crate) fn runtime() -> Result<PathBuf> {
    sidenote_models::runtime::library()
}
