//! `explain`: why a note is, or is not, found. It must not know how notes are ranked.

use std::fmt::Write as _;

use clap::Args;
use sidenote_engine::engine::Question;
use sidenote_engine::wire::Explanation;

use super::search::scores;
use crate::app::App;
use crate::args::{self, Filters};
use crate::layout::{count, place, plain, snippet, trail, wrap};
use crate::output::{Exit, Outcome, Output};

/// Arguments of `explain`.
#[derive(Args, Debug)]
pub(crate) struct Explain {
    /// Words or a question; `-` reads them from standard input
    #[arg(required = true, value_name = "QUERY")]
    words: Vec<String>,
    /// The note, by path or title
    #[arg(long, value_name = "NOTE")]
    note: String,
    /// Passages that a search would show
    #[arg(long, value_name = "N", default_value_t = 10)]
    limit: usize,
    #[command(flatten)]
    filters: Filters,
}

impl Explain {
    pub(crate) fn run(&self, app: &App) -> Outcome {
        let text = args::words(&self.words)?;
        let reading = app.read(true)?;
        let question = Question { text, filter: self.filters.filter(&args::NoteFilter::default()), limit: self.limit };
        let changes = app.look_for_changes();
        let mut explanation = reading.snapshot.explain(&question, &self.note, app.silent())?;
        explanation.notices.extend(reading.notices);
        explanation.notices.extend(changes.notice());
        if app.output.json {
            app.output.object(&explanation)?;
            return Ok(Exit::Done);
        }
        app.output.text(&human(&explanation, &app.output))?;
        explanation.notices.iter().for_each(|n| app.output.notice(n));
        Ok(Exit::Done)
    }
}

fn human(explanation: &Explanation, output: &Output) -> String {
    let (style, width) = (output.style(), output.width());
    let mut out = String::new();
    for reason in &explanation.reasons {
        let _ = writeln!(out, "{}", wrap(&plain(reason), width, ""));
    }
    if let Some(best) = &explanation.best {
        let heading = trail(&best.title, &best.heading);
        let _ = writeln!(out, "\n{}  {}", style.bold(&heading), style.place(&place(&best.document, best.line, best.page)));
        let _ = writeln!(out, "{}", wrap(&snippet(best, style), width, "   "));
        let _ = writeln!(out, "   {}", style.dim(&scores(&best.scores)));
    }
    if let Some(first) = &explanation.first {
        let _ = writeln!(out, "\nfirst result: {}", scores(first));
    }
    if !explanation.terms.is_empty() {
        out.push_str("\nwords of the query:\n");
        for term in &explanation.terms {
            let held = if explanation.best.is_none() {
                ""
            } else if term.matched {
                ", in the passage"
            } else {
                ", not in the passage"
            };
            let _ = writeln!(out, "   {}  in {}{held}", style.bold(&plain(&term.word)), count(term.chunks, "passage"));
        }
    }
    out
}
