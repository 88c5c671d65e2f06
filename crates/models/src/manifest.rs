//! `model.json`: what is known of one installed model. It is written last, so a folder without one is no model. It must not know the hub.

use std::fs;
use std::path::{Component, Path};

use serde::{Deserialize, Serialize};
use sidenote_engine::error::{Error, ErrorCode, Result};
use sidenote_engine::notes::write_whole;

use crate::catalogue::Kind;
use crate::embedding::{Pooling, Recipe};

/// The manifest's file name.
pub(crate) const FILE: &str = "model.json";

/// The version of the manifest's form.
const FORMAT: u32 = 1;

/// One file of a model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelFile {
    /// Relative to the model's folder, `/` between parts.
    pub path: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256 of its bytes, hex.
    pub sha256: String,
    /// Whether the hub gave a checksum and the bytes agreed with it.
    pub confirmed: bool,
}

/// How a model is used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// `mean`, `cls` or `last`; empty for other kinds than embedders.
    pub pooling: String,
    /// Put before a search input.
    pub query_prefix: String,
    /// Put before an indexed text.
    pub passage_prefix: String,
    /// Tokens that are looked at; of a generator, tokens of conversation and answer together.
    pub max_tokens: usize,
    /// Length of a vector; 0 for other kinds than embedders.
    pub dimensions: usize,
}

/// What is known of one installed model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The version of this form.
    pub format: u32,
    /// The name it is chosen by.
    pub name: String,
    /// What it does.
    pub kind: Kind,
    /// `OWNER/NAME` on the hub, or the folder it was imported from.
    pub source: String,
    /// The hub it came from; empty for an imported one.
    pub endpoint: String,
    /// The commit, or a digest of the files for an imported one.
    pub revision: String,
    /// The path of the graph, or of the GGUF file.
    pub graph: String,
    /// How it is used.
    pub usage: Usage,
    /// Languages, as its makers say; may be empty.
    pub languages: String,
    /// Licence, as its makers say; may be empty.
    pub licence: String,
    /// When it was installed, RFC 3339.
    pub installed: String,
    /// Every file but this one.
    pub files: Vec<ModelFile>,
}

impl Manifest {
    /// The version that this program writes.
    #[must_use]
    pub fn format() -> u32 {
        FORMAT
    }

    /// Reads the manifest of a folder.
    ///
    /// # Errors
    /// `ModelUnavailable` if it is damaged or written by a newer program, `Io`.
    pub fn read(folder: &Path) -> Result<Self> {
        let path = folder.join(FILE);
        let text = fs::read_to_string(&path).map_err(|e| Error::io("read", &path, &e))?;
        let damaged = |why: String| {
            Error::new(
                ErrorCode::ModelUnavailable,
                format!("the model in `{}` cannot be used: {why}", folder.display()),
                "delete that folder and install the model again",
            )
        };
        let manifest: Self = serde_json::from_str(&text).map_err(|e| damaged(format!("{FILE}: {e}")))?;
        if manifest.format > FORMAT {
            return Err(damaged(format!("{FILE} has form {}, this program knows {FORMAT}", manifest.format)));
        }
        if let Some(path) = manifest.files.iter().map(|file| &file.path).chain([&manifest.graph]).find(|path| !is_inside(path)) {
            return Err(damaged(format!("{FILE} names the file `{path}`")));
        }
        Ok(manifest)
    }

    /// Writes the manifest into a folder: whole or not at all.
    ///
    /// # Errors
    /// `Io`.
    pub fn write(&self, folder: &Path) -> Result<()> {
        let text = serde_json::to_string_pretty(self).map_err(Error::internal)? + "\n";
        write_whole(&folder.join(FILE), text.as_bytes())
    }

    /// Bytes of all files.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.files.iter().map(|file| file.size).sum()
    }

    /// How an embedder's texts become vectors.
    #[must_use]
    pub fn recipe(&self, threads: usize) -> Recipe {
        Recipe {
            pooling: Pooling::named(&self.usage.pooling).unwrap_or(Pooling::Cls),
            max_tokens: self.usage.max_tokens,
            query_prefix: self.usage.query_prefix.clone(),
            passage_prefix: self.usage.passage_prefix.clone(),
            threads,
            // More gain nothing, and a batch cannot be cancelled.
            batch: 8,
        }
    }
}

/// Whether a path with `/` stays inside the folder it is relative to, on every system.
pub(crate) fn is_inside(path: &str) -> bool {
    !path.is_empty()
        && path.len() <= 500
        && !path.contains(['\\', ':', '\0'])
        && !path.contains(char::is_control)
        && !path.starts_with('/')
        && Path::new(path).components().all(|part| matches!(part, Component::Normal(_)))
        && path.split('/').all(|part| !part.is_empty() && part != "." && part != "..")
}
