//! `ask`: an answer from the notes with its sources. It must not know how an answer is found.

use std::fmt::Write as _;

use clap::Args;
use sidenote_engine::engine::{Manner, Question, stopped, today};
use sidenote_engine::error::ErrorCode;
use sidenote_engine::followup::{self, Rewrite};
use sidenote_engine::retrieve::query::is_in_chinese;
use sidenote_engine::wire::{self, Outcome as Ended, Support};

use crate::app::App;
use crate::args::{self, Filters, NoteFilter};
use crate::layout::{one_line, place, plain, quote, snippet, trail, wrap};
use crate::output::{Exit, Outcome, Output, Stop};
use crate::streaming::Streaming;

/// Nearest passages offered where the notes do not answer.
const NEAREST: usize = 3;

/// Said of an answer that was stopped.
pub(super) const INCOMPLETE: &str = "stopped before the answer was complete";

/// Arguments of `ask`.
#[derive(Args, Debug)]
pub(crate) struct Ask {
    /// The question, in Chinese or English; `-` reads it from standard input
    #[arg(required = true, value_name = "QUESTION")]
    words: Vec<String>,
    /// A question that was asked before this one (repeatable, oldest first): "它有什么缺点？" is then about what that one was about
    #[arg(long, value_name = "QUESTION", help_heading = "Follow-up questions")]
    after: Vec<String>,
    /// The question as it is to be asked, instead of what is made of it and the earlier ones
    #[arg(long, value_name = "QUESTION", help_heading = "Follow-up questions")]
    standalone: Option<String>,
    /// Passages in the result
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

impl Ask {
    pub(crate) fn run(&self, app: &App) -> Outcome {
        let text = args::words(&self.words)?;
        let rewrite = match &self.standalone {
            Some(edited) => Rewrite::edited(&args::words(std::slice::from_ref(edited))?),
            None => followup::rewrite(&followup::conversation(&self.after), &text),
        };
        match self.ask(app, &text, &rewrite) {
            // Stopped is one of the ways a question ends.
            Err(Stop::Error(e)) if e.code == ErrorCode::Cancelled && app.output.json => {
                app.output.object(&stopped(&text, &rewrite))?;
                Ok(Exit::Cancelled)
            }
            other => other,
        }
    }

    fn ask(&self, app: &App, text: &str, rewrite: &Rewrite) -> Outcome {
        let reading = app.read(true)?;
        let question = Question { text: text.to_owned(), filter: self.filters.filter(&self.note), limit: self.limit };
        let changes = app.look_for_changes();
        let streaming = Streaming::new(&app.output, &app.cancel);
        let generator = reading.generator.as_deref().filter(|_| !self.extractive);
        // Only questions are known of what was asked before: a model is told of none without its answer.
        let before: Vec<String> = followup::conversation(&self.after).into_iter().map(|turn| turn.standalone).collect();
        let manner = Manner { rewrite: Some(rewrite), before: &before, generator, today: Some(today()), ..Manner::default() };
        let mut answer = reading.snapshot.ask_with(&question, &manner, app.streaming(&streaming))?;
        streaming.clear();
        answer.notices.extend(reading.notices);
        let exit = match answer.outcome {
            Ended::Answered => Exit::Done,
            Ended::NotInNotes => Exit::Nothing,
            Ended::Cancelled => Exit::Cancelled,
        };
        if app.output.json {
            answer.notices.extend(changes.notice());
            app.output.object(&answer)?;
            return Ok(exit);
        }
        app.output.text(&human(&answer, &app.output))?;
        answer.notices.iter().for_each(|n| app.output.notice(n));
        if exit == Exit::Cancelled {
            app.output.notice(INCOMPLETE);
        }
        if let Some(notice) = changes.notice() {
            app.output.notice(&notice);
        }
        Ok(exit)
    }
}

/// An answer for people; where the question was asked in another form than typed, that form first.
pub(super) fn human(answer: &wire::Answer, output: &Output) -> String {
    let (style, width) = (output.style(), output.width());
    let mut out = String::new();
    if answer.outcome == Ended::Cancelled && answer.sentences.is_empty() {
        return out;
    }
    if answer.followup.is_some() {
        out = style.dim(&format!("asked as: {}", one_line(&answer.standalone_question))) + "\n\n";
    }
    // What was written before a stop is shown as an answer is.
    if answer.outcome == Ended::NotInNotes {
        return out + &not_in_notes(answer, output);
    }
    let mut text = wrap(&plain(&answer.answer), width, "");
    for citation in &answer.citations {
        let marker = format!("[{}]", citation.n);
        text = text.replace(&marker, &style.number(&marker));
    }
    out.push_str(&text);
    out.push_str("\n\n");
    out.push_str(&checked(answer, output));
    let several = several_libraries(&answer.passages);
    for citation in &answer.citations {
        let library = if several { format!("  ({})", one_line(&citation.library)) } else { String::new() };
        // Writing to a string does not fail.
        let _ = writeln!(
            out,
            "{} {}  {}{}",
            style.number(&format!("[{}]", citation.n)),
            style.bold(&trail(&citation.title, &citation.heading)),
            style.place(&place(&citation.document, citation.line, citation.page)),
            style.dim(&library),
        );
        let _ = writeln!(out, "{}", style.dim(&quote(&citation.quote, width, "    ")));
    }
    out
}

/// Who wrote an answer, and which of its sentences the notes say in part or not at all.
fn checked(answer: &wire::Answer, output: &Output) -> String {
    let Some(model) = &answer.answerer.model else { return String::new() };
    let (style, chinese) = (output.style(), is_in_chinese(&answer.question));
    let mut out = String::new();
    for (support, zh, en) in
        [(Support::Partly, "笔记里只有一部分", "only partly in your notes"), (Support::Unsupported, "笔记里没有", "not in your notes")]
    {
        for sentence in answer.sentences.iter().filter(|s| s.support == support) {
            // Of code its first line is enough to know it by.
            let said = sentence.text.split_once('\n').map_or_else(|| one_line(&sentence.text), |(first, _)| format!("{} …", one_line(first)));
            let line = format!("{}: {said}", if chinese { zh } else { en });
            let _ = writeln!(out, "{}", style.alarm(&wrap(&line, output.width(), "")));
        }
    }
    let model = one_line(model);
    let by = if chinese {
        format!("由 {model} 写成，逐句与笔记核对")
    } else {
        format!("written by {model}, each sentence compared with your notes")
    };
    out + &style.dim(&by) + "\n\n"
}

/// Says so in the question's language and offers what comes nearest.
fn not_in_notes(answer: &wire::Answer, output: &Output) -> String {
    let style = output.style();
    let chinese = is_in_chinese(&answer.question);
    let mut out = String::from(if chinese { "笔记里没有找到明确的答案。\n" } else { "No clear answer in your notes.\n" });
    if answer.passages.is_empty() {
        return out;
    }
    out.push_str(if chinese { "\n最接近的段落：\n" } else { "\nThe nearest passages:\n" });
    let several = several_libraries(&answer.passages);
    for passage in answer.passages.iter().take(NEAREST) {
        let library = if several { format!("  ({})", one_line(&passage.library)) } else { String::new() };
        let _ = writeln!(
            out,
            "  {}  {}{}",
            style.bold(&trail(&passage.title, &passage.heading)),
            style.place(&place(&passage.document, passage.line, passage.page)),
            style.dim(&library),
        );
        let _ = writeln!(out, "{}", wrap(&snippet(passage, style), output.width(), "    "));
    }
    out
}

/// Whether passages come from more than one library, so that a path alone is not clear.
pub(super) fn several_libraries(passages: &[wire::Passage]) -> bool {
    passages.windows(2).any(|pair| pair[0].library != pair[1].library)
}
