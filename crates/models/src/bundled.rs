//! The model and the glossary that ship inside the program: their bytes and the model's name. It must not know how a model is run.

use std::borrow::Cow;
use std::sync::Arc;

use sidenote_engine::error::Result;
use sidenote_engine::model::{Fingerprint, ModelSpec};
use sidenote_engine::retrieve::glossary::Glossary;

use crate::static_model::{StaticFiles, StaticModel};

static TABLE: &[u8] = include_bytes!("../bundled/table.safetensors");
static VOCABULARY: &str = include_str!("../bundled/vocabulary.tsv");

static GLOSSARY: &str = include_str!("../bundled/glossary.tsv");

/// Length of the bundled model's vectors.
const DIMENSIONS: usize = 256;

/// A handle on the model shipped inside the program. Cheap: nothing is read before the first use or [`StaticModel::warm_up`].
/// Each call makes a model of its own; a program makes one and shares it.
#[must_use]
pub fn bundled() -> Arc<StaticModel> {
    let spec = ModelSpec {
        name: "sidenote-static-256".to_owned(),
        dimensions: DIMENSIONS,
        // The digest of both files, from build.rs: nothing is hashed, and the table's pages are not even read, at start.
        fingerprint: Fingerprint(env!("SIDENOTE_MODEL_DIGEST")[..16].to_owned()),
    };
    Arc::new(StaticModel::new(spec, bundled_files()))
}

/// The glossary shipped inside the program.
///
/// # Errors
/// `Internal` if it is not as it should be.
pub fn bundled_glossary() -> Result<Glossary> {
    Glossary::parse(GLOSSARY)
}

/// The files of the model shipped inside the program.
#[must_use]
pub fn bundled_files() -> StaticFiles {
    StaticFiles { table: Cow::Borrowed(TABLE), vocabulary: Cow::Borrowed(VOCABULARY) }
}
