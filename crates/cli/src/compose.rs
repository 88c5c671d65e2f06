//! Puts the program together: which models the engine is given. It must not know what they are used for.

use std::path::PathBuf;
use std::sync::Arc;

use sidenote_engine::error::{Error, ErrorCode, Result};
use sidenote_engine::model::Embedder;

/// The models of this run.
#[derive(Clone, Default)]
pub(crate) struct Models {
    /// Turns text into vectors.
    pub(crate) embedder: Option<Arc<dyn Embedder>>,
    /// Why there is none.
    pub(crate) problem: Option<String>,
}

/// The models of this run. With `soon`, loading begins at once on a thread of its own.
pub(crate) fn models(soon: bool) -> Models {
    let _ = soon;
    Models { embedder: None, problem: Some("this build has no embedding model".to_owned()) }
}

/// The library that runs the models.
///
/// # Errors
/// `ModelUnavailable`.
pub(crate) fn runtime() -> Result<PathBuf> {
    Err(Error::new(ErrorCode::ModelUnavailable, "this build has no embedding model", ""))
}
