//! `doctor`: looks at every part that can be missing or broken, and says what to do. It repairs nothing, and must not know how parts work.

use std::fmt::Write as _;
use std::path::Path;

use clap::Args;
use sidenote_engine::engine::{Engine, Settings};
use sidenote_engine::error::{Error, ErrorCode};
use sidenote_engine::model::Role;
use sidenote_engine::{paths, wire};
use sidenote_models::{BUNDLED, Store};

use super::json::{Check, Examined};
use crate::app::App;
use crate::compose::{self, Models};
use crate::layout::{count, plain, wrap};
use crate::output::{Exit, Outcome, Output};

/// Arguments of `doctor`.
#[derive(Args, Debug)]
pub(crate) struct Doctor {}

impl Doctor {
    pub(crate) fn run(&self, app: &App) -> Outcome {
        let models = app.models(true);
        let model = model(app, &models);
        let mut checks = Vec::new();
        match app.engine(&models) {
            Ok(engine) => {
                checks.push(data_folder(app));
                checks.push(lock(app));
                checks.push(catalog(&engine));
                libraries_and_indexes(app, &engine, model.ok, &mut checks)?;
            }
            Err(e) => checks.push(problem("data_folder", &e)),
        }
        checks.push(model);
        checks.extend(more_models(app, &models));
        let ok = checks.iter().all(|c| c.ok);
        let examined = Examined { version: wire::VERSION, ok, checks };
        if app.output.json {
            app.output.object(&examined)?;
        } else {
            app.output.text(&human(&examined, &app.output))?;
        }
        Ok(if ok { Exit::Done } else { Exit::Failed })
    }
}

fn fine(check: &'static str, detail: impl Into<String>) -> Check {
    Check { check, ok: true, detail: detail.into(), remedy: None }
}

fn wrong(check: &'static str, detail: impl Into<String>, remedy: impl Into<String>) -> Check {
    Check { check, ok: false, detail: detail.into(), remedy: Some(remedy.into()) }
}

fn problem(check: &'static str, error: &Error) -> Check {
    Check { check, ok: false, detail: error.message.clone(), remedy: (!error.hint.is_empty()).then(|| error.hint.clone()) }
}

/// Whether the data folder can be written to.
fn data_folder(app: &App) -> Check {
    let folder = &app.paths().data;
    let probe = folder.join(format!("probe-{}", std::process::id()));
    let written = std::fs::write(&probe, b"probe").and_then(|()| std::fs::remove_file(&probe));
    match written {
        Ok(()) => fine("data_folder", folder.display().to_string()),
        Err(e) => problem("data_folder", &Error::io("write into", folder, &e)),
    }
}

fn lock(app: &App) -> Check {
    match app.paths().lock() {
        Ok(_) => fine("lock", "free"),
        // Nothing is wrong with a sync that runs.
        Err(e) if e.code == ErrorCode::Busy => fine("lock", "held by another sidenote that is indexing"),
        Err(e) => problem("lock", &e),
    }
}

fn catalog(engine: &Engine) -> Check {
    match engine.check_catalog() {
        Ok(true) => fine("catalog", "sound"),
        Ok(false) => wrong(
            "catalog",
            "the catalog is damaged",
            format!("move `{}` away and run `sidenote sync`: your notes are untouched and are indexed again", engine.paths().catalog().display()),
        ),
        Err(e) => problem("catalog", &e),
    }
}

fn libraries_and_indexes(app: &App, engine: &Engine, model: bool, checks: &mut Vec<Check>) -> Result<(), Error> {
    let status = match engine.status(false, app.silent()) {
        Ok(status) => status,
        Err(e) if e.code == ErrorCode::Cancelled => return Err(e),
        Err(e) => {
            checks.push(problem("libraries", &e));
            return Ok(());
        }
    };
    checks.push(match status.libraries.iter().find(|l| !Path::new(&l.folder).is_dir()) {
        Some(lost) => wrong(
            "libraries",
            format!("the folder of library `{}` is not there: `{}`", lost.name, lost.folder),
            format!("plug it in or mount it, or run `sidenote library remove {}`", lost.name),
        ),
        None => fine("libraries", format!("{}", status.libraries.len())),
    });
    checks.push(shipped(&status));
    checks.push(match status.legs.lexical_generation {
        Some(g) if g == status.generation => fine("keyword_index", "up to date"),
        _ if status.chunks == 0 => fine("keyword_index", "nothing to index yet"),
        Some(_) => wrong("keyword_index", "it is behind the catalog", "run `sidenote sync`"),
        None => wrong("keyword_index", "it is missing or damaged", "run `sidenote sync`: it is rebuilt without reading the notes again"),
    });
    let legs = &status.legs;
    checks.push(match legs.vector_generation {
        _ if status.chunks == 0 => fine("vectors", "nothing to index yet"),
        Some(g) if g == status.generation && legs.embedded == status.chunks && matches!(engine.check_vectors(), Ok(true)) => {
            fine("vectors", format!("{}, {} search", count(legs.embedded, "passage"), legs.vector_search))
        }
        _ if legs.embedded < status.chunks => wrong(
            "vectors",
            format!("{} of {} have one: search is by keywords only for the others", legs.embedded, count(status.chunks, "passage")),
            if model { "run `sidenote sync`" } else { "put the model right (below), then run `sidenote sync`" },
        ),
        _ => {
            wrong("vectors", "their index is missing, damaged or behind the catalog", "run `sidenote sync`: it is rebuilt without running the model")
        }
    });
    checks.push(match status.stale_files {
        0 => fine("freshness", "the index shows the notes as they are"),
        1 => wrong("freshness", "1 file has changed since it was indexed", "run `sidenote sync`"),
        n => wrong("freshness", format!("{n} files have changed since they were indexed"), "run `sidenote sync`"),
    });
    let skipped: u64 = status.libraries.iter().map(|l| l.skipped).sum();
    checks.push(fine("skipped_files", if skipped == 0 { "none".to_owned() } else { format!("{skipped}; `sidenote status --files` says why") }));
    Ok(())
}

fn shipped(status: &wire::Status) -> Check {
    let name = "shipped_notes";
    match (paths::shipped_notes(), status.libraries.iter().find(|l| l.shipped)) {
        (_, Some(library)) => fine(name, format!("library `{}`", library.name)),
        (Some(_), None) if status.libraries.is_empty() && status.generation == 0 => fine(name, "not indexed yet; the first question does"),
        (Some(folder), None) => fine(name, format!("no library; `sidenote library add {}` brings them back", folder.display())),
        (None, None) => {
            wrong(name, "the notes that come with the program are not beside it", "install Sidenote again, or name their folder in SIDENOTE_NOTES")
        }
    }
}

/// Whether the model runs: a text is embedded and gives a sensible vector.
fn model(app: &App, models: &Models) -> Check {
    let name = "model";
    let Some(embedder) = &models.embedder else {
        return wrong(
            name,
            models.problem.clone().unwrap_or_else(|| "there is none".to_owned()),
            "search is by keywords only; use a build with a model",
        );
    };
    let spec = embedder.spec();
    match embedder.embed(&["注意力 attention"], Role::Query, &app.cancel) {
        Ok(vectors) if vectors.first().is_some_and(|v| v.len() == spec.dimensions && v.iter().all(|x| x.is_finite())) => {
            let by = match compose::runtime(&Store::new(app.paths().models()), &spec.name) {
                Ok(None) if spec.name == BUNDLED => "inside the program".to_owned(),
                Ok(None) => "run by the program itself".to_owned(),
                Ok(Some(library)) => format!("run by `{}`", library.display()),
                Err(e) => e.message,
            };
            fine(name, format!("{}, {by}", spec.name))
        }
        Ok(_) => wrong(name, format!("{} gives unusable vectors", spec.name), "replace the ONNX Runtime library, or choose another model"),
        Err(e) => problem(name, &e),
    }
}

/// The models that the person chose besides: what cannot be used, what is being prepared, the cross-encoder.
fn more_models(app: &App, models: &Models) -> Vec<Check> {
    let mut checks: Vec<Check> =
        models.notices.iter().map(|notice| wrong("chosen_models", notice, "`sidenote models list` says what is installed and chosen")).collect();
    if let Some(next) = &models.next {
        let coverage = Engine::open(app.paths().clone(), Settings::default(), None).and_then(|engine| engine.coverage(&next.spec().fingerprint));
        checks.push(match coverage {
            Ok(coverage) => {
                let name = &next.spec().name;
                fine(
                    "next_model",
                    format!("{name}: {} of {} prepared; `sidenote sync` goes on", coverage.embedded, count(coverage.chunks, "passage")),
                )
            }
            Err(e) => problem("next_model", &e),
        });
    }
    if let Some(reranker) = &models.reranker {
        checks.push(match reranker.rerank("注意力", &["attention"], &app.cancel) {
            Ok(_) => fine("reranker", reranker.spec().name.clone()),
            Err(e) => problem("reranker", &e),
        });
    }
    if let Some(generator) = &models.generator {
        let spec = generator.spec();
        checks.push(match &spec.leaves_machine_to {
            // Nothing is sent anywhere to find out.
            Some(host) => fine("generator", format!("{}, on {host}: each question goes there", spec.name)),
            None => match generator.count("注意力 attention") {
                Ok(_) => fine("generator", spec.name.clone()),
                Err(e) => problem("generator", &e),
            },
        });
    }
    checks
}

fn human(examined: &Examined, output: &Output) -> String {
    let style = output.style();
    let mut out = String::new();
    for check in &examined.checks {
        let word = if check.ok { style.place("ok     ") } else { style.alarm("problem") };
        let _ = writeln!(out, "{word}  {}: {}", check.check.replace('_', " "), plain(&check.detail));
        if let Some(remedy) = &check.remedy {
            let _ = writeln!(out, "{}", wrap(&format!("→ {}", plain(remedy)), output.width(), "         "));
        }
    }
    out
}
