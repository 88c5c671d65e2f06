//! Where text goes: data to standard output, talk to standard error; colour, width, exit codes. It must not know what is said.
#![expect(clippy::print_stderr, reason = "this is the one place that writes to standard error")]

use std::io::{self, IsTerminal, Write};

use serde::Serialize;
use sidenote_engine::error::{Error, ErrorCode};

use crate::args::{ColorWhen, Global};

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Answered, found, done.
    Done,
    /// Nothing found, or not in the notes.
    Nothing,
    /// An error.
    Failed,
    /// Stopped by the person.
    Cancelled,
}

impl Exit {
    /// The process's exit code.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Nothing => 1,
            Self::Failed => 2,
            Self::Cancelled => 130,
        }
    }
}

/// Why a command ended early.
#[derive(Debug)]
pub(crate) enum Stop {
    /// An error to tell.
    Error(Error),
    /// Nobody reads standard output any more.
    Pipe,
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

/// What a command comes to.
pub(crate) type Outcome = Result<Exit, Stop>;

/// Standard output and standard error as this run uses them.
#[derive(Clone, Debug)]
pub(crate) struct Output {
    /// Whether results and errors are JSON.
    pub(crate) json: bool,
    quiet: bool,
    style: Style,
    talk: Style,
    width: Option<usize>,
    /// Whether the terminal can take text back.
    erases: bool,
}

/// Marks for a terminal; plain text without one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    on: bool,
}

impl Style {
    fn mark(self, code: &str, text: &str) -> String {
        if self.on && !text.is_empty() { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    /// What stands out: titles, matches.
    pub(crate) fn bold(self, text: &str) -> String {
        self.mark("1", text)
    }

    /// What may be passed over: context, scores.
    pub(crate) fn dim(self, text: &str) -> String {
        self.mark("2", text)
    }

    /// Numbers of sources and hits.
    pub(crate) fn number(self, text: &str) -> String {
        self.mark("36", text)
    }

    /// Places in files.
    pub(crate) fn place(self, text: &str) -> String {
        self.mark("32", text)
    }

    /// Matches of a search.
    pub(crate) fn matched(self, text: &str) -> String {
        self.mark("1;33", text)
    }

    /// Problems.
    pub(crate) fn alarm(self, text: &str) -> String {
        self.mark("1;31", text)
    }
}

impl Output {
    /// As the options and the terminal want it.
    pub(crate) fn new(global: &Global) -> Self {
        let able = std::env::var_os("TERM").is_none_or(|t| t != "dumb");
        let color = |terminal: bool| match global.color {
            ColorWhen::Always => true,
            ColorWhen::Never => false,
            ColorWhen::Auto => terminal && able && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty()),
        };
        let terminal = io::stdout().is_terminal();
        Self {
            json: global.json,
            quiet: global.quiet,
            style: Style { on: color(terminal) },
            talk: Style { on: color(io::stderr().is_terminal()) },
            width: terminal.then(|| terminal_size::terminal_size().map_or(80, |(w, _)| usize::from(w.0)).clamp(20, 100)),
            erases: terminal && able,
        }
    }

    /// Without options and colour, for arguments that could not be parsed.
    pub(crate) fn plain(json: bool) -> Self {
        let off = Style { on: false };
        Self { json, quiet: false, style: off, talk: off, width: None, erases: false }
    }

    /// Marks for standard output.
    pub(crate) fn style(&self) -> Style {
        self.style
    }

    /// Columns to wrap at; none when standard output is no terminal.
    pub(crate) fn width(&self) -> Option<usize> {
        self.width
    }

    /// Columns in which an answer may be shown while it is written; none where it could not be taken back.
    pub(crate) fn streams(&self) -> Option<usize> {
        self.width.filter(|_| !self.json && self.erases)
    }

    /// Lines of the terminal.
    pub(crate) fn height(&self) -> usize {
        terminal_size::terminal_size().map_or(24, |(_, height)| usize::from(height.0))
    }

    /// Whether progress and notes are unwanted.
    pub(crate) fn quiet(&self) -> bool {
        self.quiet
    }

    /// Writes data.
    pub(crate) fn text(&self, text: &str) -> Result<(), Stop> {
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|e| match e.kind() {
            io::ErrorKind::BrokenPipe => Stop::Pipe,
            _ => Error::new(ErrorCode::Io, format!("could not write the result: {e}"), "").into(),
        })
    }

    /// Writes one JSON object on one line, also for people: one of many.
    pub(crate) fn line(&self, value: &impl Serialize) -> Result<(), Stop> {
        self.text(&(serde_json::to_string(value).map_err(Error::internal)? + "\n"))
    }

    /// Writes one JSON object: on one line, for people on several.
    pub(crate) fn object(&self, value: &impl Serialize) -> Result<(), Stop> {
        let text = if self.width.is_some() { serde_json::to_string_pretty(value) } else { serde_json::to_string(value) };
        self.text(&(text.map_err(Error::internal)? + "\n"))
    }

    /// Says something the person should know. Under `--json` notices are part of the object.
    pub(crate) fn notice(&self, text: &str) {
        if !self.quiet && !self.json {
            self.say(&format!("{} {}", self.talk.bold("note:"), crate::layout::plain(text)));
        }
    }

    /// Says that a line may be typed.
    pub(crate) fn prompt(&self) {
        let mut err = io::stderr().lock();
        // A closed standard error is no reason to stop.
        drop(err.write_all(self.talk.bold("> ").as_bytes()).and_then(|()| err.flush()));
    }

    /// Says how a run goes.
    pub(crate) fn info(&self, text: &str) {
        if !self.quiet {
            self.say(text);
        }
    }

    /// Tells an error that does not end the run.
    pub(crate) fn complain(&self, text: &str) {
        self.say(&format!("{} {}", self.talk.alarm("error:"), crate::layout::plain(text)));
    }

    fn say(&self, text: &str) {
        // A closed standard error is no reason to stop.
        drop(writeln!(io::stderr().lock(), "{text}"));
    }

    /// Tells an error, or that the run was stopped.
    pub(crate) fn error(&self, error: &Error) {
        if self.json {
            let failure = Failure { error: Told { code: error.code, message: &error.message, hint: &error.hint } };
            // Where this fails there is nobody left to tell.
            drop(self.object(&failure));
            return;
        }
        let (word, message) = match error.code {
            ErrorCode::Cancelled if error.message == Error::cancelled().message => ("stopped:", "nothing is lost"),
            ErrorCode::Cancelled => ("stopped:", error.message.as_str()),
            _ => ("error:", error.message.as_str()),
        };
        self.say(&format!("{} {}", self.talk.alarm(word), crate::layout::plain(message)));
        if !error.hint.is_empty() {
            self.say(&format!("{} {}", self.talk.bold("hint:"), crate::layout::plain(&error.hint)));
        }
    }
}

/// An error under `--json`.
#[derive(Serialize)]
struct Failure<'a> {
    error: Told<'a>,
}

#[derive(Serialize)]
struct Told<'a> {
    code: ErrorCode,
    message: &'a str,
    hint: &'a str,
}

/// Said on Ctrl-C.
pub(crate) fn say_stopping() {
    eprintln!("\nstopping… (Ctrl-C again quits at once)");
}

/// Said on a second Ctrl-C: the next prompt begins behind the terminal's `^C`.
pub(crate) fn say_quitting() {
    eprintln!();
}

/// Said on Ctrl-C where nothing is under way; the terminal has dropped the line that was begun.
pub(crate) fn say_idle(output: &Output) {
    eprintln!("\nCtrl-C again, or Ctrl-D, ends the conversation");
    output.prompt();
}
