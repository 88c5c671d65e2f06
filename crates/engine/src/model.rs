//! The traits behind which models live, and what identifies a model. It must not know any implementation, file or runtime.

use serde::{Deserialize, Serialize};

use crate::cancel::CancelToken;
use crate::error::Result;

/// Which side of a search a text is on; models with prefixes (E5, BGE) format the two differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A search input.
    Query,
    /// An indexed text.
    Passage,
}

/// Identifies a vector space: vectors of two fingerprints never mix. Hex, 16 characters, made from the model's bytes, its revision, pooling,
/// and its formatted probe texts (so a changed prefix changes it).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Fingerprint(pub String);

/// What a person wants to know of a model.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ModelSpec {
    /// Name, for the person.
    pub name: String,
    /// Length of a vector.
    pub dimensions: usize,
    /// The vector space.
    pub fingerprint: Fingerprint,
}

/// Turns texts into unit vectors.
pub trait Embedder: Send + Sync {
    /// What it is.
    fn spec(&self) -> &ModelSpec;

    /// One unit vector of `spec().dimensions` finite numbers per text, in order. A text without any known token gives a zero vector.
    ///
    /// # Errors
    /// `ModelUnavailable` if the runtime fails, `Cancelled`.
    fn embed(&self, texts: &[&str], role: Role, cancel: &CancelToken) -> Result<Vec<Vec<f32>>>;
}

/// What a person wants to know of a cross-encoder.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CrossEncoderSpec {
    /// Name, for the person.
    pub name: String,
}

/// Reads a query together with a passage and says how well the two fit.
pub trait CrossEncoder: Send + Sync {
    /// What it is.
    fn spec(&self) -> &CrossEncoderSpec;

    /// One finite score per passage, in order; higher fits better, and scores of one model can be compared. Without passages the model is only
    /// made ready.
    ///
    /// # Errors
    /// `ModelUnavailable` if the runtime fails, `Cancelled`.
    fn rerank(&self, query: &str, passages: &[&str], cancel: &CancelToken) -> Result<Vec<f32>>;
}

/// The token vectors of a static model, for late interaction: each token of a question is compared with each token of a passage.
pub trait TokenVectors: Send + Sync {
    /// Ids of a text's tokens, in order; the text is normalised ([`crate::text::normalise`]).
    ///
    /// # Errors
    /// `ModelUnavailable` if the model cannot be read.
    fn tokens(&self, normalised: &str) -> Result<Vec<u32>>;

    /// How much a token says: the length of its vector, 0 for an unknown id.
    fn weight(&self, token: u32) -> f32;

    /// Cosine of two tokens' vectors, −1 to 1; 0 for an unknown id.
    fn cosine(&self, a: u32, b: u32) -> f32;
}
