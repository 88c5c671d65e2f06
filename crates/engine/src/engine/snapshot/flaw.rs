//! Why what a model wrote cannot stand, in words for the person, and what to do about it. It must not know how that was noticed.

use crate::error::Error;

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

    /// A model says the same again and again.
    pub(super) fn repeated(model: &str) -> Self {
        Self::new(format!("{model} repeated itself"))
    }

    /// It said nothing that could be shown.
    pub(super) fn nothing(model: &str) -> Self {
        Self::new(format!("{model} said nothing"))
    }

    /// It failed, or could not be asked.
    pub(super) fn failed(model: &str, error: &Error) -> Self {
        // Some errors name it, too.
        let reason = error.message.strip_prefix(model).and_then(|rest| rest.strip_prefix(": ")).unwrap_or(&error.message);
        Self::new(format!("{model} could not answer: {reason}"))
    }

    /// The same with what can be done.
    pub(super) fn with_remedy(self, remedy: &'static str) -> Self {
        Self { remedy: Some(remedy), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorCode;

    #[test]
    fn a_model_is_named_once() {
        for message in ["no numbers came", "tiny: no numbers came"] {
            let error = Error::new(ErrorCode::ModelUnavailable, message, "");
            assert_eq!(Flaw::failed("tiny", &error).reason, "tiny could not answer: no numbers came");
        }
    }
}
