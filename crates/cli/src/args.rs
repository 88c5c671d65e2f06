//! The command line: options that every command has, the filters of those that read, and what becomes of unusable arguments.
//! It must not know what a command does with its arguments.

use std::ffi::OsString;
use std::io::Read;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use sidenote_engine::catalog::Filter;
use sidenote_engine::error::{Error, ErrorCode, Result};
use sidenote_engine::retrieve::Query;

use crate::commands;

/// Bytes of a question that are read from standard input; the engine uses its beginning.
const STDIN_BYTES: u64 = 1 << 20;

/// Ask your own notes, in Chinese or English, and get answers that quote them.
#[derive(Debug, Parser)]
#[command(
    name = "sidenote",
    version,
    arg_required_else_help = true,
    after_help = "Exit codes: 0 answered or found, 1 nothing found or not in the notes, 2 error, 130 stopped.\n\
                  Environment: SIDENOTE_DATA_DIR (as --data-dir), NO_COLOR, SIDENOTE_ONNXRUNTIME (the ONNX Runtime library)."
)]
pub(crate) struct Cli {
    /// Options of every command.
    #[command(flatten)]
    pub(crate) global: Global,
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options of every command.
#[derive(Args, Debug)]
pub(crate) struct Global {
    /// Keep index and settings in this folder
    #[arg(long, global = true, value_name = "DIR", help_heading = "Global options")]
    pub(crate) data_dir: Option<PathBuf>,
    /// Print JSON, also for errors (docs/json.md)
    #[arg(long, global = true, help_heading = "Global options")]
    pub(crate) json: bool,
    /// When to use colour
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", help_heading = "Global options")]
    pub(crate) color: ColorWhen,
    /// No progress and no notes on standard error
    #[arg(long, short, global = true, help_heading = "Global options")]
    pub(crate) quiet: bool,
    /// Overrides a setting of the engine, for evaluation runs
    #[arg(long, global = true, value_name = "KEY=VALUE", hide = true)]
    pub(crate) set: Vec<String>,
}

/// When output is coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorWhen {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Also into files and pipes.
    Always,
    /// Never.
    Never,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Answer a question from the notes, with quotes
    Ask(commands::ask::Ask),
    /// Ask one question after the other; follow-ups are understood
    Chat(commands::chat::Chat),
    /// List the passages that fit some words
    Search(commands::search::Search),
    /// Show a passage of a note in its context
    Show(commands::show::Show),
    /// Read what changed in the notes and bring the index up to date
    Sync(commands::sync::Sync),
    /// Say what is indexed, and what is not
    Status(commands::status::Status),
    /// Check the installation and the index
    Doctor(commands::doctor::Doctor),
    /// Add, list and remove folders of notes
    #[command(subcommand)]
    Library(commands::library::Library),
    /// List, download, choose and remove models
    #[command(subcommand)]
    Models(commands::models::Models),
    /// Say why a note is, or is not, found
    Explain(commands::explain::Explain),
    /// Ask many questions from a file
    Batch(commands::batch::Batch),
    /// Measure how well questions are answered, on sets or on your own notes
    Eval(commands::eval::Eval),
    /// Print a completion script for a shell
    Completions(commands::completions::Completions),
}

/// Which notes are asked.
#[derive(Args, Debug, Default)]
pub(crate) struct Filters {
    /// Only this library (repeatable)
    #[arg(long, value_name = "NAME", help_heading = "Which notes")]
    library: Vec<String>,
    /// Only notes in this folder of a library (repeatable)
    #[arg(long, value_name = "FOLDER", help_heading = "Which notes")]
    folder: Vec<String>,
    /// Only notes with this tag (repeatable)
    #[arg(long, value_name = "TAG", help_heading = "Which notes")]
    tag: Vec<String>,
    /// Only notes dated on this day or later
    #[arg(long, value_name = "YYYY-MM-DD", help_heading = "Which notes")]
    since: Option<String>,
    /// Only notes dated on this day or before
    #[arg(long, value_name = "YYYY-MM-DD", help_heading = "Which notes")]
    until: Option<String>,
}

/// `--note`, where it is a filter.
#[derive(Args, Debug, Default)]
pub(crate) struct NoteFilter {
    /// Only this note, by path or title (repeatable)
    #[arg(long, value_name = "NOTE", help_heading = "Which notes")]
    note: Vec<String>,
}

impl Filters {
    /// As the engine wants it.
    pub(crate) fn filter(&self, notes: &NoteFilter) -> Filter {
        Filter {
            libraries: self.library.clone(),
            folders: self.folder.clone(),
            tags: self.tag.clone(),
            notes: notes.note.clone(),
            since: self.since.clone(),
            until: self.until.clone(),
            ..Filter::default()
        }
    }
}

/// The words of a question, given as one argument or several; a single `-` stands for standard input.
///
/// # Errors
/// `InvalidInput` for one without a letter or digit, before anything is loaded or indexed for it.
pub(crate) fn words(words: &[String]) -> Result<String> {
    let text = if words == ["-"] { standard_input()? } else { words.join(" ") };
    if !text.contains(char::is_alphanumeric) {
        Query::new(&text)?;
    }
    Ok(text)
}

fn standard_input() -> Result<String> {
    let mut bytes = Vec::new();
    std::io::stdin()
        .lock()
        .take(STDIN_BYTES)
        .read_to_end(&mut bytes)
        .map_err(|e| Error::new(ErrorCode::Io, format!("could not read the question from standard input: {e}"), ""))?;
    // The limit may fall inside a character.
    let cut = bytes.len() as u64 == STDIN_BYTES;
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text),
        Err(e) if cut && e.utf8_error().error_len().is_none() => {
            let valid = e.utf8_error().valid_up_to();
            Ok(String::from_utf8_lossy(&e.as_bytes()[..valid]).into_owned())
        }
        Err(_) => Err(Error::new(ErrorCode::InvalidInput, "the question on standard input is not UTF-8", "convert it to UTF-8 first")),
    }
}

/// Whether arguments that could not be parsed ask for JSON all the same.
pub(crate) fn asks_for_json(args: &[OsString]) -> bool {
    args.iter().take_while(|a| *a != "--").any(|a| a == "--json")
}

/// What clap says, as one of our errors.
pub(crate) fn usage_error(error: &clap::Error) -> Error {
    let text = error.to_string();
    let mut paragraphs = text.split("\n\n");
    let first = paragraphs.next().unwrap_or_default().trim_start_matches("error: ");
    let message = first.split_whitespace().collect::<Vec<_>>().join(" ");
    let rest: Vec<&str> = text.lines().map(str::trim).collect();
    let tip = rest.iter().find_map(|l| l.strip_prefix("tip: "));
    let usage = rest.iter().find_map(|l| l.strip_prefix("Usage: "));
    let hint = match (tip, usage) {
        (Some(tip), _) => tip.to_owned(),
        (None, Some(usage)) => format!("usage: {usage}"),
        (None, None) => "run `sidenote --help`".to_owned(),
    };
    Error::new(ErrorCode::InvalidInput, message, hint)
}
