//! The traits behind which models live, and what identifies a model. It must not know any implementation, file or runtime.

use std::sync::Arc;

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

    /// Makes it ready, where there is something to load, and waits.
    ///
    /// # Errors
    /// `ModelUnavailable` if it cannot be loaded, `Cancelled`.
    fn load(&self, cancel: &CancelToken) -> Result<()> {
        cancel.check()
    }

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
    /// Which tokens they are: ids of two fingerprints never mix.
    fn fingerprint(&self) -> &Fingerprint;

    /// Ids of a text's tokens, in order; the text is normalised ([`crate::text::normalise`]).
    ///
    /// # Errors
    /// `ModelUnavailable` if the model cannot be read.
    fn tokens(&self, normalised: &str) -> Result<Vec<u32>>;

    /// How much a token says: the length of its vector, 0 for an unknown id.
    fn weight(&self, token: u32) -> f32;

    /// Cosine of two tokens' vectors, −1 to 1; 0 for an unknown id.
    fn cosine(&self, a: u32, b: u32) -> f32;

    /// The unit vector of a text as a whole, in no time; none if the model has none.
    fn whole(&self, text: &str) -> Option<Vec<f32>> {
        let _ = text;
        None
    }
}

/// Who says a message of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaker {
    /// The rules of the conversation.
    System,
    /// The person, or the program on the person's behalf.
    User,
    /// The model.
    Assistant,
}

/// A message of a conversation. Its text is data: marks that control the model are not obeyed inside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Who says it.
    pub speaker: Speaker,
    /// What is said.
    pub text: String,
}

/// How the next token is chosen. A temperature of 0 always takes the likeliest (greedy), whatever the other values are.
#[derive(Clone, Debug, PartialEq)]
pub struct Sampling {
    /// 0 for greedy; 1 leaves the probabilities as they are.
    pub temperature: f32,
    /// Only the `top_k` likeliest tokens; 0 for all.
    pub top_k: usize,
    /// Only the likeliest tokens whose probabilities add up to this; 1 for all.
    pub top_p: f32,
    /// Only tokens at least this share of the likeliest one's probability; 0 for all.
    pub min_p: f32,
    /// Divides the logits of recent tokens; 1 for none.
    pub repetition_penalty: f32,
    /// Makes a random choice repeatable.
    pub seed: u64,
}

impl Default for Sampling {
    fn default() -> Self {
        Self { temperature: 0.0, top_k: 0, top_p: 1.0, min_p: 0.0, repetition_penalty: 1.0, seed: 0 }
    }
}

/// What a generator is asked for.
#[derive(Clone, Debug)]
pub struct Generation<'a> {
    /// The conversation, oldest first; the model says the next message.
    pub messages: &'a [Message],
    /// Tokens it may say at most.
    pub limit: usize,
    /// How tokens are chosen.
    pub sampling: Sampling,
    /// With `Some(n)`, numbers between brackets are those of passages, from 1 to n, or stand like this in what is told; where the model can be held to that.
    pub passages: Option<usize>,
}

/// Why a generator stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It said that it is finished.
    Complete,
    /// It reached the limit, or the end of its context.
    Limit,
    /// It repeated itself.
    Loop,
}

/// What a generation came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Generated {
    /// Tokens of the conversation.
    pub prompt_tokens: usize,
    /// Of these, tokens that were still computed from the generation before.
    pub reused_tokens: usize,
    /// Tokens said.
    pub new_tokens: usize,
    /// Why it stopped.
    pub ending: Ending,
}

/// What a person wants to know of a generator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GeneratorSpec {
    /// Name, for the person.
    pub name: String,
    /// Tokens that conversation and answer may have together.
    pub context: usize,
    /// The host that the conversation is sent to; `None` for a model on this machine.
    pub leaves_machine_to: Option<String>,
    /// What the person should know whenever it answers: that it stands in for another one, and why.
    pub notice: Option<String>,
}

/// A model that writes.
pub trait Generator: Send + Sync {
    /// What it is.
    fn spec(&self) -> Arc<GeneratorSpec>;

    /// A question is coming: what it is, is settled now as far as memory allows and stays so while the question is answered. Starts loading and returns at
    /// once, where there is something to load; a failure is told by the first use.
    fn warm_up(&self) {}

    /// It was not waited for any longer: where a smaller one can stand in for it, that one does from the next question on, and says so.
    fn gave_way(&self) {}

    /// Tokens of a text (an estimate where the model does not tell).
    ///
    /// # Errors
    /// `ModelUnavailable` if the model cannot be read.
    fn count(&self, text: &str) -> Result<usize>;

    /// Says the next message, piece by piece: `say` is given whole characters, in order, as soon as they are known. Whatever was said before
    /// an error stays said.
    ///
    /// # Errors
    /// `InvalidInput` if the conversation does not fit the context, `ModelUnavailable` if the model fails, `Cancelled`.
    fn generate(&self, request: &Generation<'_>, say: &mut dyn FnMut(&str), cancel: &CancelToken) -> Result<Generated>;
}
