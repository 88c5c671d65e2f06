//! Cancellation: one flag, shared by the caller and the run. It must not know what is being cancelled.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::{Error, Result};

/// A cheap, clonable flag that a long call looks at between notes, between batches and at every token.
#[derive(Clone, Debug, Default)]
pub struct CancelToken {
    own: Arc<AtomicBool>,
    /// Whoever stops this one stops all that it was passed on to.
    above: Option<Box<CancelToken>>,
}

impl CancelToken {
    /// A token that nobody has cancelled.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A token for a part of the run: it is cancelled with this one, and alone where only the part is to stop.
    #[must_use]
    pub fn child(&self) -> Self {
        Self { own: Arc::default(), above: Some(Box::new(self.clone())) }
    }

    /// Asks the run to stop at its next check. Idempotent.
    pub fn cancel(&self) {
        self.own.store(true, Ordering::Relaxed);
    }

    /// Makes it good for the next run: a conversation has one after the other.
    pub fn reset(&self) {
        self.own.store(false, Ordering::Relaxed);
    }

    /// Whether the run was asked to stop.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.own.load(Ordering::Relaxed) || self.above.as_ref().is_some_and(|above| above.is_cancelled())
    }

    /// `Err(cancelled)` if the run was asked to stop.
    pub fn check(&self) -> Result<()> {
        if self.is_cancelled() { Err(Error::cancelled()) } else { Ok(()) }
    }
}
