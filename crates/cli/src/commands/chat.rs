//! `chat`: a conversation, one question a line, follow-ups made self-contained and shown. It must not know how an answer is found or a
//! follow-up understood.

use std::io::{self, BufRead, IsTerminal};
use std::sync::Arc;

use clap::Args;
use sidenote_engine::answer::prompt::Exchange;
use sidenote_engine::engine::{Engine, Manner, Question, stopped, today};
use sidenote_engine::error::{Error, ErrorCode};
use sidenote_engine::followup::{self, Rewrite, Turn};
use sidenote_engine::model::Generator;
use sidenote_engine::retrieve::Query;
use sidenote_engine::wire::{self, Outcome as Ended};

use super::ask::{INCOMPLETE, human};
use crate::app::{App, Reading};
use crate::args::{Filters, NoteFilter};
use crate::output::{Exit, Outcome, Stop};
use crate::streaming::Streaming;

const COMMANDS: &str = "/as TEXT asks the last question as TEXT, /raw exactly as typed, /new forgets the conversation, /quit ends it";

/// Arguments of `chat`.
#[derive(Args, Debug)]
#[command(
    after_help = "Within the conversation:\n  /as TEXT  ask the last question again as TEXT\n  /raw      ask the last question again exactly as typed\n  \
                        /new      forget the conversation\n  /quit     end it (as Ctrl-D does)\n\
                        Ctrl-C stops the answer under way, a second one ends the conversation."
)]
pub(crate) struct Chat {
    /// Passages in each result
    #[arg(long, value_name = "N", default_value_t = 8)]
    limit: usize,
    /// Answer with the notes' own sentences, even where a model that writes is installed
    #[arg(long)]
    extractive: bool,
    #[command(flatten)]
    filters: Filters,
    #[command(flatten)]
    note: NoteFilter,
}

/// A line of the conversation.
enum Said<'a> {
    Ask(&'a str),
    As(&'a str),
    Raw,
    New,
    Quit,
    Unknown(&'a str),
}

impl<'a> Said<'a> {
    fn new(line: &'a str) -> Self {
        let (command, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        match command {
            "/as" => Self::As(rest.trim()),
            "/raw" => Self::Raw,
            "/new" => Self::New,
            "/quit" | "/exit" => Self::Quit,
            // A question may begin with a path.
            _ if command.len() > 1 && command.starts_with('/') && command[1..].bytes().all(|b| b.is_ascii_lowercase()) => Self::Unknown(command),
            _ => Self::Ask(line),
        }
    }
}

impl Chat {
    pub(crate) fn run(&self, app: &App) -> Outcome {
        let Reading { engine, snapshot, generator, mut notices } = app.read(true)?;
        let generator = generator.filter(|_| !self.extractive);
        // An unusable filter is so for every question: it is told before the first.
        snapshot.search(&Question { text: "note".to_owned(), ..self.question("") }, app.silent())?;
        // Each question sees the notes as they are then; this view would keep the old ones.
        drop(snapshot);
        notices.extend(app.look_for_changes().notice());
        notices.iter().for_each(|n| app.output.notice(n));
        let terminal = io::stdin().is_terminal();
        if terminal {
            app.output.info(COMMANDS);
        }
        let mut talk =
            Talk { chat: self, app, engine, terminal, generator, turns: Vec::new(), said: Vec::new(), told: notices.clone(), untold: notices };
        let mut lines = io::stdin().lock();
        loop {
            let mut bytes = Vec::new();
            // In a script a Ctrl-C ends the rest.
            let read = if terminal {
                app.output.prompt();
                app.idly(|| lines.read_until(b'\n', &mut bytes))
            } else {
                lines.read_until(b'\n', &mut bytes)
            };
            if read.map_err(|e| Error::new(ErrorCode::Io, format!("could not read standard input: {e}"), ""))? == 0 {
                return Ok(Exit::Done);
            }
            match talk.line(&bytes) {
                Ok(true) => return Ok(Exit::Done),
                Ok(false) => {}
                // What is wrong with one line is no reason to end.
                Err(Stop::Error(e)) if e.code == ErrorCode::InvalidInput => app.output.error(&e),
                Err(stop) => return Err(stop),
            }
        }
    }

    fn question(&self, text: &str) -> Question {
        Question { text: text.to_owned(), filter: self.filters.filter(&self.note), limit: self.limit }
    }
}

/// A conversation under way.
struct Talk<'a> {
    chat: &'a Chat,
    app: &'a App,
    engine: Engine,
    terminal: bool,
    generator: Option<Arc<dyn Generator>>,
    turns: Vec<Turn>,
    /// What was asked and answered, for a model that writes; as many as `turns`.
    said: Vec<Exchange>,
    /// Notices that the person has seen: once is enough.
    told: Vec<String>,
    /// Notices of the beginning, for the first object.
    untold: Vec<String>,
}

impl Talk<'_> {
    /// Does what a line says; whether it ends the conversation.
    fn line(&mut self, bytes: &[u8]) -> Result<bool, Stop> {
        let invalid = |message: &str, hint: &str| Error::new(ErrorCode::InvalidInput, message, hint);
        let text = std::str::from_utf8(bytes).map_err(|_| invalid("this line is not UTF-8", "write it in UTF-8"))?;
        match Said::new(text.trim_start_matches('\u{feff}').trim()) {
            Said::Ask("") => {}
            Said::Ask(question) => {
                Query::new(question)?;
                let rewrite = followup::rewrite(&self.turns, question);
                self.ask(question.to_owned(), rewrite)?;
            }
            said @ (Said::As(_) | Said::Raw) => {
                let last = self.turns.last().ok_or_else(|| invalid("nothing was asked yet", "type a question"))?;
                let rewrite = match said {
                    Said::As(edited) => Rewrite::edited(&Query::new(edited)?.text),
                    _ => Rewrite::as_is(&last.question),
                };
                let question = last.question.clone();
                self.turns.pop();
                self.said.pop();
                self.ask(question, rewrite)?;
            }
            Said::New => {
                self.turns.clear();
                self.said.clear();
            }
            Said::Quit => return Ok(true),
            Said::Unknown(command) => return Err(invalid(&format!("there is no {command}"), COMMANDS).into()),
        }
        Ok(false)
    }

    /// Asks and tells one question.
    fn ask(&mut self, question: String, rewrite: Rewrite) -> Result<(), Stop> {
        let snapshot = self.engine.snapshot(self.app.silent());
        let streaming = Streaming::new(&self.app.output, &self.app.cancel);
        let run = self.app.streaming(&streaming);
        let manner =
            Manner { rewrite: Some(&rewrite), earlier: &self.said, generator: self.generator.as_deref(), today: Some(today()), ..Manner::default() };
        let asked = snapshot.and_then(|s| s.ask_with(&self.chat.question(&question), &manner, run));
        streaming.clear();
        let answer = match asked {
            Err(e) if e.code == ErrorCode::Cancelled && self.terminal => stopped(&question, &rewrite),
            other => other?,
        };
        let cited = answer.citations.iter().map(|citation| citation.title.clone());
        // What was wanted of an earlier question is about that one.
        let standalone = answer.standalone_question.clone();
        self.turns.push(Turn::answered(&question, &standalone, &answer.answer, cited));
        self.said.push(Exchange::new(standalone, &answer));
        self.tell(answer)
    }

    fn tell(&mut self, mut answer: wire::Answer) -> Result<(), Stop> {
        let output = &self.app.output;
        if output.json {
            answer.notices.append(&mut self.untold);
            return output.line(&answer);
        }
        let stopped = answer.outcome == Ended::Cancelled;
        if !(stopped && answer.sentences.is_empty()) {
            output.text(&(human(&answer, output) + "\n"))?;
        }
        if stopped {
            output.notice(INCOMPLETE);
        }
        if answer.followup.is_some() && answer.outcome == Ended::NotInNotes {
            answer.notices.push("`/raw` asks it exactly as typed, `/as TEXT` in other words".to_owned());
        }
        for notice in answer.notices {
            if !self.told.contains(&notice) {
                output.notice(&notice);
                self.told.push(notice);
            }
        }
        Ok(())
    }
}
