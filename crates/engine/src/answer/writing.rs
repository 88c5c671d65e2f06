//! How a model is asked to write: how it chooses words, how long it is waited for. It must not know which model it is or what it is asked.

use std::time::Duration;

use crate::model::Sampling;

/// What a person may set.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Seconds that a model is waited for: to its first word, and as long again to see whether it is fast enough to be read along. 0 is for ever.
    pub patience_s: f64,
    /// How words are chosen.
    pub sampling: Sampling,
    /// Whether a model on this machine can only name passages that it was given.
    pub existing_passages: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { patience_s: 60.0, sampling: Sampling::default(), existing_passages: true }
    }
}

impl Settings {
    /// How long a model is waited for; what is no length of time is for ever.
    #[must_use]
    pub fn patience(&self) -> Duration {
        Duration::try_from_secs_f64(self.patience_s).ok().filter(|patience| !patience.is_zero()).unwrap_or(Duration::MAX)
    }
}
