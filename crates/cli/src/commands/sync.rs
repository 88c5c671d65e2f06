//! `sync`: reads what changed, then builds the search graph where it pays. It must not know how notes become an index.

use std::time::Instant;

use clap::Args;
use sidenote_engine::engine::Engine;
use sidenote_engine::error::{Error, ErrorCode};
use sidenote_engine::model::Embedder;
use sidenote_engine::wire;

use super::json::{Graph, Synced};
use crate::app::App;
use crate::layout::{count, one_line};
use crate::output::{Exit, Outcome, Output, Stop};
use crate::switch::{State, give_up, go_on};

/// Arguments of `sync`.
#[derive(Args, Debug)]
pub(crate) struct Sync {
    /// Only these libraries
    #[arg(value_name = "LIBRARY")]
    libraries: Vec<String>,
    /// Do not build the graph for fast search over very many notes
    #[arg(long)]
    no_graph: bool,
}

impl Sync {
    pub(crate) fn run(&self, app: &App) -> Outcome {
        let models = app.models(true);
        let engine = app.engine(&models)?;
        engine.offer_shipped_notes()?;
        if engine.libraries()?.is_empty() {
            return Err(Error::new(ErrorCode::NothingToAsk, "there is no library to sync", "add a folder with `sidenote library add FOLDER`").into());
        }
        let mut synced = sync(app, &engine, &self.libraries, !self.no_graph)?;
        synced.report.notices.extend(models.notices);
        synced.report.notices.extend(models.problem);
        if let Some(next) = models.next.as_deref().filter(|_| synced.graph != Graph::Stopped) {
            prepare(app, &engine, next, &mut synced)?;
        }
        tell(&app.output, &synced)?;
        if app.output.json {
            app.output.object(&synced)?;
        }
        let stopped = synced.graph == Graph::Stopped || synced.switch.as_ref().is_some_and(|switch| switch.state == State::Preparing);
        Ok(if stopped { Exit::Cancelled } else { Exit::Done })
    }
}

/// Goes on with the model that is to take over.
fn prepare(app: &App, engine: &Engine, next: &dyn Embedder, synced: &mut Synced) -> Result<(), Stop> {
    let name = &next.spec().name;
    let progress = app.progress().saying(&format!("making vectors with {name}; the model in use goes on answering, Ctrl-C is safe"));
    match go_on(&app.paths().settings(), engine, next, app.run(&progress)) {
        Ok(switch) => synced.switch = Some(switch),
        Err(e) if e.code == ErrorCode::ModelUnavailable => {
            give_up(&app.paths().settings(), name, &e);
            synced.report.notices.push(format!("{name} could not be prepared: {}; {}", e.message, e.hint))
        }
        Err(e) => return Err(e.into()),
    }
    Ok(())
}

/// Syncs these libraries (none: all), with progress.
pub(super) fn sync(app: &App, engine: &Engine, libraries: &[String], graph: bool) -> Result<Synced, Stop> {
    let began = Instant::now();
    let progress = app.progress();
    let run = app.run(&progress);
    let only = (!libraries.is_empty()).then_some(libraries);
    let report = engine.sync(only, run).map_err(|e| match e.code {
        ErrorCode::Cancelled => Error::new(ErrorCode::Cancelled, "what is done is kept", "run `sidenote sync` to go on from there"),
        _ => e,
    })?;
    let graph = match graph.then(|| engine.build_graph(run)) {
        None => Graph::Skipped,
        Some(Ok(true)) => Graph::Built,
        Some(Ok(false)) => Graph::NotNeeded,
        Some(Err(e)) if e.code == ErrorCode::Cancelled => Graph::Stopped,
        Some(Err(e)) => return Err(e.into()),
    };
    Ok(Synced { version: wire::VERSION, report, graph, switch: None, total_ms: (began.elapsed().as_secs_f64() * 1e5).round() / 100.0 })
}

/// Says what a sync did.
pub(super) fn tell(output: &Output, synced: &Synced) -> Result<(), Stop> {
    if output.json {
        return Ok(());
    }
    let report = &synced.report;
    let counts = [
        (report.added, "new"),
        (report.changed, "changed"),
        (report.renamed, "moved"),
        (report.removed, "gone"),
        (report.skipped, "skipped"),
        (report.unchanged, "as before"),
    ];
    let told: Vec<String> = counts.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} {word}")).collect();
    let told = if told.is_empty() { "no files".to_owned() } else { told.join(", ") };
    output.text(&format!("{told} ({:.1} s)\n", synced.total_ms / 1000.0))?;
    report.notices.iter().for_each(|n| output.notice(n));
    if report.skipped > 0 {
        output.notice("`sidenote status --files` says why files were skipped");
    }
    if let Some(switch) = &synced.switch {
        let name = one_line(&switch.model);
        output.text(&match switch.state {
            State::InUse => format!("{name} is in use from now on ({})\n", count(switch.embedded, "passage")),
            State::Preparing => format!("{name}: {} of {} prepared; `sidenote sync` goes on\n", switch.embedded, count(switch.chunks, "passage")),
            State::Abandoned => String::new(),
        })?;
    }
    if synced.graph == Graph::Stopped {
        output.notice("stopped while building the search graph: every note can be searched, `sidenote sync` builds it later");
    }
    Ok(())
}
