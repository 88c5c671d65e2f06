//! The vectors of a model that is to take over: made in small steps, the writer's lock held only to store them, so that a sync of the notes can
//! run between two steps. It must not know which model is in use.

use std::thread::sleep;
use std::time::Duration;

use crate::cancel::CancelToken;
use crate::catalog::Catalog;
use crate::error::{ErrorCode, Result};
use crate::event::{Event, Run, Stage};
use crate::model::{Embedder, Role};
use crate::paths::{Lock, Paths};
use crate::vector::{self, VectorIndex};

/// Texts between two commits: with a large model a second or two of work.
const STEP: usize = 16;

/// How often a writer that must wait for another one looks again.
const LOOK: Duration = Duration::from_millis(50);

/// Embeds what has no vector of this model yet and writes its index at the catalog's generation. Returns the number of texts embedded.
///
/// # Errors
/// `ModelUnavailable`, `Cancelled` (what is done is kept), `Io`, `DataDamaged`.
pub fn prepare(paths: &Paths, embedder: &dyn Embedder, run: Run<'_>) -> Result<u64> {
    let spec = embedder.spec();
    let mut done = 0;
    loop {
        done += embed_missing(paths, embedder, done, run)?;
        let _lock = wait_for_lock(paths, run.cancel)?;
        if !paths.catalog().exists() {
            return Ok(done);
        }
        let catalog = Catalog::open(&paths.catalog())?;
        if catalog.count_without_vector(&spec.fingerprint, 0)? > 0 {
            // A sync stored new notes in the meantime.
            continue;
        }
        let folder = paths.index().join(vector::folder_name(&spec.fingerprint));
        let current = VectorIndex::open(&folder, catalog.generation()?).map(|index| (index.generation(), index.len() as u64));
        if current != Some((catalog.generation()?, catalog.counts(Some(&spec.fingerprint))?.embedded)) {
            VectorIndex::write(&folder, &catalog, &spec.fingerprint, spec.dimensions)?;
            run.observer.event(Event::VectorsPublished);
        }
        return Ok(done);
    }
}

/// One pass over the texts without a vector, in key order.
fn embed_missing(paths: &Paths, embedder: &dyn Embedder, before: u64, run: Run<'_>) -> Result<u64> {
    let fingerprint = &embedder.spec().fingerprint;
    let mut done = 0;
    let mut after = None;
    let mut total = None;
    loop {
        run.step()?;
        let texts = {
            let Some(catalog) = Catalog::open_snapshot(&paths.catalog())? else { return Ok(done) };
            if total.is_none() {
                total = Some(before + catalog.count_without_vector(fingerprint, 0)?);
            }
            catalog.without_vector(fingerprint, 0, after, STEP)?
        };
        let Some(last) = texts.last() else { return Ok(done) };
        after = Some(last.0);
        run.progress(Stage::Embed, before + done, total.unwrap_or_default());
        let inputs: Vec<&str> = texts.iter().map(|(_, text)| text.as_str()).collect();
        let vectors = embedder.embed(&inputs, Role::Passage, run.cancel)?;
        let made: Vec<_> = texts.iter().map(|(key, _)| *key).zip(vectors).collect();
        {
            let _lock = wait_for_lock(paths, run.cancel)?;
            Catalog::open(&paths.catalog())?.put_vectors(fingerprint, &made)?;
        }
        done += made.len() as u64;
        run.progress(Stage::Embed, before + done, total.unwrap_or_default());
    }
}

fn wait_for_lock(paths: &Paths, cancel: &CancelToken) -> Result<Lock> {
    loop {
        match paths.lock() {
            Err(e) if e.code == ErrorCode::Busy => {
                cancel.check()?;
                sleep(LOOK);
            }
            other => return other,
        }
    }
}
