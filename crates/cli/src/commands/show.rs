//! `show`: a passage of a note in its context. It must not know how notes are stored.

use std::fmt::Write as _;

use clap::Args;
use sidenote_engine::catalog::Filter;
use sidenote_engine::error::ErrorCode;
use sidenote_engine::wire::Shown;

use crate::app::App;
use crate::layout::{place, plain, trail};
use crate::output::{Exit, Outcome, Output};

/// Arguments of `show`.
#[derive(Args, Debug)]
pub(crate) struct Show {
    /// The note, by path or title; with `:LINE` the passage at that line
    #[arg(value_name = "NOTE[:LINE]")]
    note: String,
    /// In this library
    #[arg(long, value_name = "NAME")]
    library: Vec<String>,
}

impl Show {
    pub(crate) fn run(&self, app: &App) -> Outcome {
        let mut reading = app.read(false)?;
        let filter = Filter { libraries: self.library.clone(), ..Filter::default() };
        let split = self.note.rsplit_once(':').and_then(|(note, line)| Some((note, line.parse::<u32>().ok()?)));
        let mut shown = match split {
            Some((note, line)) => reading.snapshot.show(note, Some(line), &filter),
            None => reading.snapshot.show(&self.note, None, &filter),
        };
        // A name may end like a line.
        if split.is_some() && shown.as_ref().is_err_and(|e| e.code == ErrorCode::NotFound) {
            shown = reading.snapshot.show(&self.note, None, &filter).or(shown);
        }
        let mut shown = shown?;
        // Models are not needed here, so that they are missing says nothing.
        reading.notices.retain(|n| n.contains("indexing"));
        shown.notices.append(&mut reading.notices);
        if app.output.json {
            app.output.object(&shown)?;
            return Ok(Exit::Done);
        }
        app.output.text(&human(&shown, &app.output))?;
        shown.notices.iter().for_each(|n| app.output.notice(n));
        Ok(Exit::Done)
    }
}

fn human(shown: &Shown, output: &Output) -> String {
    let style = output.style();
    let mut out = String::new();
    let _ = writeln!(out, "{}  {}\n", style.bold(&trail(&shown.title, &shown.heading)), style.place(&place(&shown.document, shown.line, shown.page)));
    // The context begins and ends where it happens to; only whole lines of it are shown.
    let before = whole_lines_before(shown);
    let ends_with_line = shown.text.ends_with('\n') || shown.after.is_empty() || shown.after.starts_with('\n');
    let after = if ends_with_line { shown.after.strip_prefix('\n').unwrap_or(&shown.after) } else { shown.after.as_str() };
    let after = &after[..after.rfind('\n').map_or(0, |i| i + 1)];
    let mut line = shown.line.saturating_sub(count_lines(before));
    let mut block = |text: &str, passage: bool, out: &mut String| {
        for content in plain(text).lines() {
            let bar = if passage { "│" } else { " " };
            let numbered = format!("{line:>5} {bar} {content}");
            let _ = writeln!(out, "{}", if passage { numbered } else { style.dim(&numbered) });
            line += 1;
        }
    };
    block(before, false, &mut out);
    block(&shown.text, true, &mut out);
    block(after, false, &mut out);
    out
}

fn whole_lines_before(shown: &Shown) -> &str {
    let lines_above = shown.line.saturating_sub(1);
    if !shown.before.ends_with('\n') {
        return "";
    }
    if count_lines(&shown.before) == lines_above {
        return &shown.before;
    }
    shown.before.split_once('\n').map_or("", |(_, rest)| rest)
}

fn count_lines(text: &str) -> u32 {
    u32::try_from(text.matches('\n').count()).unwrap_or(u32::MAX)
}
