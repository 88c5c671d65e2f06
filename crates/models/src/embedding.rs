//! What embedders have in common, whatever runs them: how a model's files are used, what it gets of a text, and the text's vector at length one. It must
//! not know any runtime, file or model.

use sidenote_engine::error::{Error, ErrorCode};
use sidenote_engine::model::Role;

/// A text is cut after this many characters for each token that the model can see, blanks not counted. No tokenizer in use makes longer tokens
/// often enough to matter, and the tokenizer never sees the rest of a 100 MB line.
pub(crate) const CHARACTERS_PER_TOKEN: usize = 8;

/// A vector shorter than this has no direction.
const NO_LENGTH: f32 = 1e-6;

/// How token vectors become the text's vector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pooling {
    /// The mean of the token vectors.
    Mean,
    /// The first token's vector.
    Cls,
    /// The last token's vector.
    Last,
}

impl Pooling {
    /// The name that goes into a fingerprint.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Mean => "mean",
            Self::Cls => "cls",
            Self::Last => "last",
        }
    }

    /// The one of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Mean, Self::Cls, Self::Last].into_iter().find(|pooling| pooling.name() == name)
    }
}

/// How a model's files are used. What is here and changes vectors is in the fingerprint.
#[derive(Clone, Debug)]
pub struct Recipe {
    /// How token vectors become the text's vector.
    pub pooling: Pooling,
    /// Tokens of a text that the model looks at.
    pub max_tokens: usize,
    /// Put before a search input; empty for models without prefixes.
    pub query_prefix: String,
    /// Put before an indexed text; empty for models without prefixes.
    pub passage_prefix: String,
    /// Threads of the ONNX runtime for one batch.
    pub threads: usize,
    /// Texts in one batch of the ONNX runtime, and between two looks at the cancel token.
    pub batch: usize,
}

impl Recipe {
    /// A text as the model gets it: with the prefix of its role, and cut to what can matter.
    #[must_use]
    pub fn format(&self, text: &str, role: Role) -> String {
        let prefix = match role {
            Role::Query => &self.query_prefix,
            Role::Passage => &self.passage_prefix,
        };
        let text = cut(text, self.max_tokens.saturating_mul(CHARACTERS_PER_TOKEN));
        format!("{prefix}{text}")
    }
}

/// The beginning of a text with at most `limit` characters that are not blank, and at most four times as many in all.
pub(crate) fn cut(text: &str, limit: usize) -> &str {
    let mut printed = 0;
    for (count, (at, character)) in text.char_indices().enumerate() {
        if printed == limit || count == limit.saturating_mul(4) {
            return &text[..at];
        }
        printed += usize::from(!character.is_whitespace());
    }
    text
}

/// The vector at length one; zero if it has no direction.
///
/// # Errors
/// What is wrong with it: it has other than `dimensions` numbers, where these are not 0, or numbers that are not finite.
pub(crate) fn unit(mut vector: Vec<f32>, dimensions: usize) -> Result<Vec<f32>, String> {
    if vector.len() != dimensions && dimensions != 0 {
        return Err(format!("a vector of {} numbers instead of {dimensions}", vector.len()));
    }
    let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
    if !length.is_finite() {
        return Err("a vector with numbers that are not finite".to_owned());
    }
    if length < NO_LENGTH {
        vector.fill(0.0);
    } else {
        vector.iter_mut().for_each(|x| *x /= length);
    }
    Ok(vector)
}

/// The error of an embedder that was loaded and then gave no vector.
pub(crate) fn failed(name: &str, what: &dyn std::fmt::Display) -> Error {
    Error::new(
        ErrorCode::ModelUnavailable,
        format!("the embedding model {name} failed: {what}"),
        "try again; if it happens again, choose another model and report this one",
    )
}
