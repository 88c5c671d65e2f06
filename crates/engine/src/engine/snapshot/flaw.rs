//! Why what a model wrote cannot stand, in words for the person, and what to do about it. It must not know how that was noticed.

/// A reason.
pub(super) struct Flaw {
    pub(super) reason: String,
    /// What the person can do, where there is something.
    pub(super) remedy: Option<&'static str>,
}

impl Flaw {
    pub(super) fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), remedy: None }
    }

    /// The same with what can be done.
    pub(super) fn with_remedy(self, remedy: &'static str) -> Self {
        Self { remedy: Some(remedy), ..self }
    }
}
