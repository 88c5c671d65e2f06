//! `completions`: a script that completes our arguments in a shell. It must not know the engine.

use clap::{Args, CommandFactory};
use clap_complete::Shell;
use sidenote_engine::error::Error;
use sidenote_engine::wire;

use super::json::Script;
use crate::app::App;
use crate::args::Cli;
use crate::output::{Exit, Outcome};

/// Arguments of `completions`.
#[derive(Args, Debug)]
pub(crate) struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    pub(crate) fn run(&self, app: &App) -> Outcome {
        let mut bytes = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "sidenote", &mut bytes);
        let script = String::from_utf8(bytes).map_err(Error::internal)?;
        if app.output.json {
            app.output.object(&Script { version: wire::VERSION, shell: self.shell.to_string(), script })?;
        } else {
            app.output.text(&script)?;
        }
        Ok(Exit::Done)
    }
}
