//! Changing the embedding model: vectors of the next model are made beside those in use, counted, and forgotten when nobody wants them.
//! It must not know which model is chosen or where that is written down.

use super::Engine;
use crate::catalog::Catalog;
use crate::error::{Error, Result};
use crate::event::Run;
use crate::model::{Embedder, Fingerprint};
use crate::sync;
use crate::vector;

/// How many passages have a vector of one model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Passages with a vector.
    pub embedded: u64,
    /// All passages.
    pub chunks: u64,
}

impl Engine {
    /// Makes the vectors of a model that are missing, and its index, while everyone goes on with the model in use. Cancelling keeps what is
    /// done; the next call goes on from there. Returns the number of texts embedded.
    ///
    /// # Errors
    /// `ModelUnavailable`, `Cancelled`, `Io`, `DataDamaged`.
    pub fn prepare(&self, next: &dyn Embedder, run: Run<'_>) -> Result<u64> {
        sync::prepare(&self.paths, next, run)
    }

    /// How many passages have a vector of a fingerprint.
    ///
    /// # Errors
    /// `DataDamaged`, `Io`.
    pub fn coverage(&self, fingerprint: &Fingerprint) -> Result<Coverage> {
        let Some(catalog) = Catalog::open_snapshot(&self.paths.catalog())? else { return Ok(Coverage::default()) };
        let counts = catalog.counts(Some(fingerprint))?;
        Ok(Coverage { embedded: counts.embedded, chunks: counts.chunks })
    }

    /// Forgets the vectors of a fingerprint and their index.
    ///
    /// # Errors
    /// `Busy`, `Io`.
    pub fn forget_vectors(&self, fingerprint: &Fingerprint) -> Result<()> {
        let _lock = self.paths.lock()?;
        if self.paths.catalog().exists() {
            self.writer()?.remove_vectors(fingerprint)?;
        }
        let folder = self.paths.index().join(vector::folder_name(fingerprint));
        match std::fs::remove_dir_all(&folder) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(Error::io("remove", &folder, &e)),
            _ => Ok(()),
        }
    }
}
