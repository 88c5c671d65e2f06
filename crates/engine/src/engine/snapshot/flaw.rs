//! Why what a model wrote cannot stand, in words for the person, and what to do about it. It must not know how that was noticed.

use crate::error::Error;

/// A reason.
pub(super) struct Flaw {
    pub(super) reason: String,
    /// What the person can do, where there is something.
    pub(super) remedy: Option<String>,
    /// Whether there is an answer that is not shown.
    pub(super) answered: bool,
}

impl Flaw {
    pub(super) fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), remedy: None, answered: true }
    }

    /// A model says the same again and again.
    pub(super) fn repeated(model: &str) -> Self {
        Self::new(format!("{model} repeated itself"))
    }

    /// It said nothing that could be shown.
    pub(super) fn nothing(model: &str) -> Self {
        Self { answered: false, ..Self::new(format!("{model} said nothing")) }
    }

    /// It wrote as much as it may, and no sentence of that has an end.
    pub(super) fn endless(model: &str) -> Self {
        Self::new(format!("{model} wrote no whole sentence"))
    }

    /// What it wrote is no text.
    pub(super) fn garbled(model: &str) -> Self {
        Self::new(format!("{model} wrote no readable text"))
    }

    /// It said that the notes do not answer.
    pub(super) fn absent(model: &str) -> Self {
        Self { answered: false, ..Self::new(format!("{model} found no answer in these passages")) }
    }

    /// It failed, or could not be asked.
    pub(super) fn failed(model: &str, error: &Error) -> Self {
        // Some errors name it, too, or where it is.
        let message = error.message.trim_end_matches('.');
        let named = message.strip_prefix(model).and_then(|rest| rest.strip_prefix(": ")).unwrap_or(message);
        let reason = if named.contains("could not answer: ") { named.to_owned() } else { format!("{model} could not answer: {named}") };
        Self { answered: false, ..Self::new(reason) }.with_remedy(&error.hint)
    }

    /// The same with what can be done.
    pub(super) fn with_remedy(self, remedy: &str) -> Self {
        Self { remedy: Some(remedy.to_owned()).filter(|remedy| !remedy.is_empty()), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorCode;

    #[test]
    fn a_model_is_named_once() {
        for message in ["no numbers came", "tiny: no numbers came", "no numbers came."] {
            let error = Error::new(ErrorCode::ModelUnavailable, message, "");
            assert_eq!(Flaw::failed("tiny", &error).reason, "tiny could not answer: no numbers came");
        }
    }

    #[test]
    fn what_failed_is_said_once_and_what_can_be_done_as_well() {
        let error = Error::new(ErrorCode::ModelUnavailable, "the endpoint on host could not answer: it broke off", "look whether it is running");
        let flaw = Flaw::failed("tiny", &error);
        assert_eq!(flaw.reason, "the endpoint on host could not answer: it broke off");
        assert_eq!(flaw.remedy.as_deref(), Some("look whether it is running"));
    }
}
