//! The `sidenote` command. This file owns the way from arguments to an exit code; it must not know what any command does.

mod app;
mod args;
mod commands;
mod layout;
mod output;
mod progress;
mod settings;
mod streaming;

use std::ffi::OsString;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use clap::Parser;
use sidenote_engine::error::{Error, ErrorCode};

use sidenote_models::{compose, switch};

use crate::app::App;
use crate::args::Cli;
use crate::output::{Exit, Output, Stop};

fn main() -> ExitCode {
    let args: Vec<OsString> = std::env::args_os().collect();
    let cli = match Cli::try_parse_from(&args) {
        Ok(cli) => cli,
        Err(error) => return refuse(&error, &args),
    };
    let output = Output::new(&cli.global);
    // A defect in one command is told like any other error; the panic's own text has gone to stderr.
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let app = App::new(&cli.global, output.clone())?;
        commands::run(&app, cli.command)
    }))
    .unwrap_or_else(|_| Err(Error::internal("a part of the program panicked").into()));
    ExitCode::from(match outcome {
        Ok(exit) => exit.code(),
        // Whoever read the output has had enough: that is no failure.
        Err(Stop::Pipe) => Exit::Done.code(),
        Err(Stop::Error(error)) => {
            let exit = if error.code == ErrorCode::Cancelled { Exit::Cancelled } else { Exit::Failed };
            output.error(&error);
            exit.code()
        }
    })
}

/// Help and version go out as they are; anything else that clap refuses becomes one of our errors.
fn refuse(error: &clap::Error, args: &[OsString]) -> ExitCode {
    use clap::error::ErrorKind;
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand) {
        let asked = error.kind() != ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
        // A closed pipe is no failure here either.
        drop(error.print());
        return ExitCode::from(if asked { Exit::Done } else { Exit::Failed }.code());
    }
    Output::plain(args::asks_for_json(args)).error(&args::usage_error(error));
    ExitCode::from(Exit::Failed.code())
}
