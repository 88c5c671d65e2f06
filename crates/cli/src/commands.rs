//! The commands, one file each. This file owns which one runs; it must not know what they do.

pub(crate) mod ask;
pub(crate) mod batch;
pub(crate) mod chat;
pub(crate) mod completions;
pub(crate) mod doctor;
pub(crate) mod eval;
pub(crate) mod explain;
pub(crate) mod json;
pub(crate) mod library;
pub(crate) mod models;
pub(crate) mod search;
pub(crate) mod show;
pub(crate) mod status;
pub(crate) mod sync;

use crate::app::App;
use crate::args::Command;
use crate::output::Outcome;

/// Runs one command.
pub(crate) fn run(app: &App, command: Command) -> Outcome {
    match command {
        Command::Ask(ask) => ask.run(app),
        Command::Chat(chat) => chat.run(app),
        Command::Search(search) => search.run(app),
        Command::Show(show) => show.run(app),
        Command::Sync(sync) => sync.run(app),
        Command::Status(status) => status.run(app),
        Command::Doctor(doctor) => doctor.run(app),
        Command::Library(library) => library.run(app),
        Command::Models(models) => models.run(app),
        Command::Explain(explain) => explain.run(app),
        Command::Batch(batch) => batch.run(app),
        Command::Eval(eval) => eval.run(app),
        Command::Completions(completions) => completions.run(app),
    }
}
