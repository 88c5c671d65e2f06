//! What makes a vector space: the digest over everything that changes a vector. It must not know how vectors are computed or stored.

use sidenote_engine::model::{Fingerprint, Role};

use crate::embedding::Recipe;

/// Texts whose formatted forms go into the fingerprint, so that a changed prefix is a changed vector space.
const PROBES: [&str; 2] = ["What is attention?", "注意力机制是什么？"];

/// BLAKE3 of one model file, as 64 hex characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digest(pub String);

impl Digest {
    /// The digest of a file's bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(blake3::hash(bytes).to_hex().to_string())
    }
}

/// The vector space of a model: its bytes, its tokenizer's bytes, and the recipe's part in every vector (pooling, length limit, prefixes).
#[must_use]
pub fn fingerprint(recipe: &Recipe, model: &Digest, tokenizer: &Digest) -> Fingerprint {
    let mut hasher = blake3::Hasher::new();
    let mut field = |bytes: &[u8]| {
        // The length first: otherwise two different lists of fields could be the same run of bytes.
        hasher.update(&(bytes.len() as u64).to_le_bytes());
        hasher.update(bytes);
    };
    field(b"sidenote-embedding-1");
    field(model.0.as_bytes());
    field(tokenizer.0.as_bytes());
    field(recipe.pooling.name().as_bytes());
    field(&(recipe.max_tokens as u64).to_le_bytes());
    for probe in PROBES {
        for role in [Role::Query, Role::Passage] {
            field(recipe.format(probe, role).as_bytes());
        }
    }
    let mut hex = hasher.finalize().to_hex().to_string();
    hex.truncate(16);
    Fingerprint(hex)
}
