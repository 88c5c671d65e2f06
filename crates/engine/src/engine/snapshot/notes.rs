//! The notes of a snapshot as they are indexed, for making questions from them. It must not know what questions are made.

use std::collections::HashMap;

use super::Snapshot;
use crate::catalog::Filter;
use crate::error::Result;
use crate::eval::bootstrap::Random;
use crate::eval::selftest::{Note, Part};
use crate::event::Run;

impl Snapshot {
    /// Notes with their chunks: all, or `limit` of them drawn at random. A path that two libraries have is left out: it does not name a note.
    ///
    /// # Errors
    /// `InvalidInput` or `NotFound` for an unusable filter, `Cancelled`, `DataDamaged`.
    pub fn notes(&self, filter: &Filter, limit: usize, seed: u64, run: Run<'_>) -> Result<Vec<Note>> {
        self.filter(filter)?;
        let catalog = self.catalog();
        let mut ids = catalog.matching(filter)?;
        ids.sort_unstable();
        if ids.len() > limit {
            Random::new(seed).shuffle(&mut ids);
            ids.truncate(limit);
        }
        let mut notes = Vec::with_capacity(ids.len());
        for id in ids {
            run.cancel.check()?;
            let Some(document) = catalog.document(id)? else { continue };
            let text = catalog.text(id)?;
            let parts = catalog.chunks_of(id)?.into_iter().map(|c| Part { heading: c.heading, text: text[c.span].to_owned() }).collect();
            notes.push(Note { path: document.path, title: document.title, parts });
        }
        let mut paths: HashMap<String, usize> = HashMap::new();
        notes.iter().for_each(|n| *paths.entry(n.path.clone()).or_default() += 1);
        notes.retain(|n| paths.get(&n.path) == Some(&1));
        Ok(notes)
    }
}
