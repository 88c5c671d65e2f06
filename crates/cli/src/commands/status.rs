//! `status`: what is indexed and what is not. It must not know how any of it came about.

use std::fmt::Write as _;

use clap::Args;
use sidenote_engine::cancel::CancelToken;
use sidenote_engine::ingest::SkipReason;
use sidenote_engine::model::{Embedder, Role};
use sidenote_engine::wire;

use super::library;
use crate::app::App;
use crate::layout::{count, one_line};
use crate::output::{Exit, Outcome, Output};

/// Arguments of `status`.
#[derive(Args, Debug)]
pub(crate) struct Status {
    /// List every file with what became of it
    #[arg(long)]
    files: bool,
}

impl Status {
    pub(crate) fn run(&self, app: &App) -> Outcome {
        let models = app.models(true);
        let engine = app.engine(&models)?;
        engine.offer_shipped_notes()?;
        let mut status = engine.status(self.files, app.silent())?;
        let problem = models.problem.or_else(|| models.embedder.as_deref().and_then(|e| problem(e, &app.cancel)));
        if let Some(problem) = problem {
            status.notices.push(format!("search is by keywords only: {problem}"));
            status.legs.embedder_problem = Some(problem);
        }
        if let Some(next) = &models.next {
            let coverage = engine.coverage(&next.spec().fingerprint)?;
            status.legs.next_embedder = Some(next.spec().name.clone());
            status.legs.next_embedded = coverage.embedded;
            status.notices.push(format!("{} is not complete; `sidenote sync` goes on with it", next.spec().name));
        }
        if let Some(generator) = &models.generator {
            let spec = generator.spec();
            status.legs.generator = Some(spec.name.clone());
            status
                .notices
                .extend(spec.leaves_machine_to.as_ref().map(|host| format!("each question goes to {host}, where {} writes the answer", spec.name)));
        }
        status.notices.extend(models.notices);
        if status.stale_files > 0 {
            status.notices.push(format!("{} changed since the last sync; run `sidenote sync`", files(status.stale_files)));
        }
        for library in status.libraries.iter().filter(|l| !std::path::Path::new(&l.folder).is_dir()) {
            status.notices.push(format!("the folder of library `{}` is not there: `{}`", library.name, library.folder));
        }
        if app.output.json {
            app.output.object(&status)?;
            return Ok(Exit::Done);
        }
        app.output.text(&human(&status, &app.output))?;
        status.notices.iter().for_each(|n| app.output.notice(n));
        Ok(Exit::Done)
    }
}

/// Why a model does not work, if it does not.
pub(super) fn problem(embedder: &dyn Embedder, cancel: &CancelToken) -> Option<String> {
    let error = embedder.embed(&["注意力 attention"], Role::Query, cancel).err()?;
    Some(if error.hint.is_empty() { error.message } else { format!("{}; {}", error.message, error.hint) })
}

/// The reason as it is in JSON, readable.
fn reason_word(reason: SkipReason) -> String {
    serde_json::to_value(reason).ok().and_then(|v| v.as_str().map(|s| s.replace('_', " "))).unwrap_or_default()
}

fn files(n: u64) -> String {
    if n == 1 { "1 file has".to_owned() } else { format!("{n} files have") }
}

fn human(status: &wire::Status, output: &Output) -> String {
    let style = output.style();
    let mut out = library::human(&status.libraries, output);
    if !status.libraries.is_empty() {
        out.push('\n');
    }
    let synced = status.synced_at.as_deref().unwrap_or("never");
    let _ = writeln!(out, "notes     {} in {}, indexed {synced}", status.documents, count(status.chunks, "passage"));
    let current = |generation: Option<u64>| match generation {
        Some(g) if g == status.generation => "up to date",
        Some(_) => "behind, rebuilt by the next question",
        None => "none yet",
    };
    let legs = &status.legs;
    let _ = writeln!(out, "keywords  {}", current(legs.lexical_generation));
    let meaning = match &legs.embedder {
        None => "no model".to_owned(),
        Some(model) if legs.embedded == 0 => format!("no vectors yet; model {model}"),
        Some(model) => {
            let covered = if legs.embedded == status.chunks { "all".to_owned() } else { format!("{} of {}", legs.embedded, status.chunks) };
            format!("{}; {covered} passages; {} search; model {model}", current(legs.vector_generation), legs.vector_search)
        }
    };
    let _ = writeln!(out, "meaning   {meaning}");
    if let Some(next) = &legs.next_embedder {
        let _ = writeln!(out, "next      {} of {} passages; model {}", legs.next_embedded, status.chunks, one_line(next));
    }
    if let Some(reranker) = &legs.reranker {
        let _ = writeln!(out, "rerank    model {}", one_line(reranker));
    }
    if let Some(generator) = &legs.generator {
        let _ = writeln!(out, "answers   model {}", one_line(generator));
    }
    let _ = writeln!(out, "data      {}", style.place(&one_line(&status.data_folder)));
    for entry in status.files.iter().flatten() {
        let text = format!("{}, {}", count(entry.chars, "character"), count(entry.chunks, "passage"));
        let detail = match (&entry.detail, entry.reason) {
            (Some(detail), Some(reason)) => format!("{}: {}", reason_word(reason), one_line(detail)),
            _ if entry.furniture_chars > 0 => format!("{text}; {} set aside as page furniture", count(entry.furniture_chars, "character")),
            _ => text,
        };
        let warnings: String = entry.warnings.iter().map(|w| format!("; {}", one_line(w))).collect();
        let _ = writeln!(out, "{:<8} {}  {}  {detail}{warnings}", entry.state, one_line(&entry.library), style.place(&one_line(&entry.document)));
    }
    out
}
