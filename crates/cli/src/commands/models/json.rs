//! The JSON objects of `models`. Documented in `docs/json.md`. It must not hold logic.

use serde::Serialize;
use sidenote_models::catalogue::Kind;

/// One model.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Model {
    /// The name it is chosen by.
    pub(crate) name: String,
    /// What it does.
    pub(crate) kind: Kind,
    /// `OWNER/NAME` on a hub, the file it was imported from, or an endpoint's address; null for the one inside the program.
    pub(crate) source: Option<String>,
    /// The commit, or a digest of imported files; null where it is not installed.
    pub(crate) revision: Option<String>,
    /// Languages, as its makers say.
    pub(crate) languages: String,
    /// Licence, as its makers say.
    pub(crate) licence: String,
    /// Bytes on the disk; of the download, approximate, where it is not installed; null for the one inside the program.
    pub(crate) size: Option<u64>,
    /// Bytes of memory in use, approximate; null where it is not known.
    pub(crate) memory: Option<u64>,
    /// Whether it fits into the memory that is free; null where nobody knows, and for other kinds than generators.
    pub(crate) fits: Option<bool>,
    /// Tokens per second that it is expected to write on this machine; null for other kinds than generators.
    pub(crate) tokens_per_s: Option<f64>,
    /// Whether it is the one generator that suits this machine best.
    pub(crate) suggested: bool,
    /// Length of a vector; null for other kinds than embedders.
    pub(crate) dimensions: Option<usize>,
    /// Whether it can be used at once.
    pub(crate) installed: bool,
    /// Whether it answers.
    pub(crate) in_use: bool,
    /// Whether it is being prepared to take over.
    pub(crate) preparing: bool,
}

/// `models list`.
#[derive(Debug, Serialize)]
pub(crate) struct Listed {
    /// The contract's version.
    pub(crate) version: u32,
    /// The folder of models.
    pub(crate) folder: String,
    /// Embedders, then rerankers, then generators.
    pub(crate) models: Vec<Model>,
    /// What the person should know.
    pub(crate) notices: Vec<String>,
}

/// `models pull`, `models import`.
#[derive(Debug, Serialize)]
pub(crate) struct Had {
    /// The contract's version.
    pub(crate) version: u32,
    /// The model.
    pub(crate) model: Model,
    /// Its folder.
    pub(crate) folder: String,
    /// The hub that was asked; null where none was.
    pub(crate) endpoint: Option<String>,
    /// Whether it was installed before.
    pub(crate) already: bool,
    /// Bytes that came.
    pub(crate) downloaded: u64,
    /// Bytes that an earlier attempt had left.
    pub(crate) resumed: u64,
    /// What the person should know.
    pub(crate) notices: Vec<String>,
    /// How long it took.
    pub(crate) total_ms: f64,
}

/// `models use`.
#[derive(Debug, Serialize)]
pub(crate) struct Used {
    /// The contract's version.
    pub(crate) version: u32,
    /// What was chosen.
    pub(crate) kind: Kind,
    /// The chosen model; null for no reranker or no generator.
    pub(crate) model: Option<String>,
    /// The model that was in use before; null for no reranker or no generator.
    pub(crate) before: Option<String>,
    /// `in_use`, `preparing` (stopped; the old one answers), or `abandoned`.
    pub(crate) state: crate::switch::State,
    /// Passages with a vector of the model; 0 for other kinds than embedders.
    pub(crate) embedded: u64,
    /// All passages; 0 for other kinds than embedders.
    pub(crate) chunks: u64,
    /// What the person should know.
    pub(crate) notices: Vec<String>,
    /// How long it took.
    pub(crate) total_ms: f64,
}

/// `models verify`.
#[derive(Debug, Serialize)]
pub(crate) struct Checked {
    /// The contract's version.
    pub(crate) version: u32,
    /// Whether every file is as it came.
    pub(crate) ok: bool,
    /// By name.
    pub(crate) models: Vec<CheckedModel>,
}

/// One verified model.
#[derive(Debug, Serialize)]
pub(crate) struct CheckedModel {
    /// Its name.
    pub(crate) name: String,
    /// Whether every file is as it came.
    pub(crate) ok: bool,
    /// Files looked at.
    pub(crate) files: u64,
    /// Bytes read.
    pub(crate) bytes: u64,
    /// What is wrong.
    pub(crate) problems: Vec<String>,
}

/// `models remove`.
#[derive(Debug, Serialize)]
pub(crate) struct Deleted {
    /// The contract's version.
    pub(crate) version: u32,
    /// The model's name.
    pub(crate) model: String,
    /// Bytes of files that were deleted.
    pub(crate) freed: u64,
}
