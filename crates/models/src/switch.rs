//! From one embedding model to the next: vectors are made while the old one answers, then the choice changes. It must not know who asked for it.

use std::path::Path;

use serde::Serialize;
use sidenote_engine::engine::Engine;
use sidenote_engine::error::{Error, ErrorCode, Result};
use sidenote_engine::event::Run;
use sidenote_engine::model::Embedder;

use crate::{BUNDLED, Choice};

/// How far a switch is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The new model answers.
    InUse,
    /// Its vectors are not complete: the old model answers.
    Preparing,
    /// Another process chose otherwise in the meantime.
    Abandoned,
}

/// What a switch came to.
#[derive(Clone, Debug, Serialize)]
pub struct Switch {
    /// The new model.
    pub model: String,
    /// How far it is.
    pub state: State,
    /// Passages with its vector.
    pub embedded: u64,
    /// All passages.
    pub chunks: u64,
}

/// A model that does not run is not left for every later sync to fail with.
pub fn give_up(settings: &Path, next: &str, error: &Error) {
    if error.code == ErrorCode::ModelUnavailable {
        // The error at hand is the one to tell.
        let _ = Choice::change(settings, |choice| {
            choice.next_embedder.take_if(|chosen| chosen == next);
            Ok(())
        });
    }
}

/// Makes what is missing of the next model's vectors; once they are complete it is the one in use. Being stopped is no error: the state says so.
///
/// # Errors
/// `ModelUnavailable`, `Io`, `DataDamaged`.
pub fn go_on(settings: &Path, engine: &Engine, next: &dyn Embedder, run: Run<'_>) -> Result<Switch> {
    let spec = next.spec();
    let state = match engine.prepare(next, run) {
        Err(e) if e.code == ErrorCode::Cancelled => State::Preparing,
        Err(e) => return Err(e),
        Ok(_) => {
            // Read anew: making vectors takes a while, and the person may have thought better of it.
            Choice::change(settings, |choice| {
                Ok(if choice.next_embedder.take_if(|next| *next == spec.name).is_some() {
                    choice.embedder = Some(spec.name.clone()).filter(|name| name != BUNDLED);
                    State::InUse
                } else {
                    State::Abandoned
                })
            })?
        }
    };
    let coverage = engine.coverage(&spec.fingerprint)?;
    Ok(Switch { model: spec.name.clone(), state, embedded: coverage.embedded, chunks: coverage.chunks })
}
