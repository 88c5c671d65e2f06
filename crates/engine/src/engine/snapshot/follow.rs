//! A question asked in its standalone form: the answer says so, and how it came to be asked like that. It must not know how that form is made.

use super::{Question, Snapshot};
use crate::error::Result;
use crate::event::Run;
use crate::followup::{Kind, Rewrite};
use crate::wire;

impl Snapshot {
    /// Asks a question in the form that `rewrite` gives it; the answer holds both forms.
    ///
    /// # Errors
    /// As [`Self::search`].
    pub fn ask_as(&self, question: &Question, rewrite: &Rewrite, run: Run<'_>) -> Result<wire::Answer> {
        let asked = Question { text: rewrite.standalone.clone(), ..question.clone() };
        let mut answer = self.ask(&asked, run)?;
        answer.question.clone_from(&question.text);
        answer.followup = told(rewrite);
        if answer.followup.is_some() && answer.outcome == wire::Outcome::NotInNotes {
            answer
                .notices
                .push(format!("this was asked as `{}`; if that is not what was meant, ask it as typed or in other words", rewrite.standalone));
        }
        Ok(answer)
    }
}

/// How a question was made self-contained, for the answer; nothing where it was not.
#[must_use]
pub fn told(rewrite: &Rewrite) -> Option<wire::FollowUp> {
    (rewrite.kind != Kind::AsIs).then(|| wire::FollowUp {
        kind: rewrite.kind,
        turn: rewrite.from.map(|turn| turn + 1),
        subject: rewrite.subject.clone(),
    })
}
