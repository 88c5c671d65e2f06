//! `models use`: another embedding model, another cross-encoder, another generator, or none. It must not know how vectors are made.

use std::time::Instant;

use clap::Args;
use sidenote_engine::error::{ErrorCode, Result};
use sidenote_engine::model::Generator;
use sidenote_engine::wire;
use sidenote_models::catalogue::Kind;
use sidenote_models::{BUNDLED, Choice, ENDPOINT, Remote, Store};

use super::json::Used;
use crate::app::App;
use crate::compose::{self, Models};
use crate::layout::{count, one_line};
use crate::output::{Exit, Outcome};
use crate::switch::{State, give_up, go_on};

/// Arguments of `models use`.
#[derive(Args, Debug)]
pub(crate) struct Use {
    /// An installed model, or `endpoint` for the generator that the settings name
    #[arg(value_name = "NAME", required_unless_present_any = ["no_reranker", "no_generator"], conflicts_with_all = ["no_reranker", "no_generator"])]
    name: Option<String>,
    /// Do without a cross-encoder
    #[arg(long, conflicts_with = "no_generator")]
    no_reranker: bool,
    /// Do without a generator: answers are the notes' own sentences
    #[arg(long)]
    no_generator: bool,
}

impl Use {
    pub(super) fn run(&self, app: &App) -> Outcome {
        let began = Instant::now();
        let store = Store::new(app.paths().models());
        let name = self.name.as_deref().unwrap_or_default();
        let installed = store.find(name);
        let mut used = match (&installed, name) {
            _ if self.no_reranker => reranker(app, None)?,
            _ if self.no_generator => generator(app, None)?,
            (_, ENDPOINT) => {
                let remote = compose::remote(&Choice::read(&app.paths().settings())?)?;
                let mut used = generator(app, Some(ENDPOINT))?;
                used.notices.extend(leaving(&remote));
                used
            }
            (_, BUNDLED) => embedder(app, &store, BUNDLED)?,
            (None, _) => return Err(compose::not_installed(&store, name).into()),
            (Some(model), _) => match model.manifest.kind {
                Kind::Embedder => embedder(app, &store, &model.manifest.name)?,
                Kind::Reranker => {
                    // A model that does not run is not chosen.
                    model.try_out(&app.cancel)?;
                    reranker(app, Some(&model.manifest.name))?
                }
                Kind::Generator => {
                    model.try_out(&app.cancel)?;
                    generator(app, Some(&model.manifest.name))?
                }
            },
        };
        used.total_ms = (began.elapsed().as_secs_f64() * 1e5).round() / 100.0;
        if app.output.json {
            app.output.object(&used)?;
        } else {
            app.output.text(&human(&used))?;
            used.notices.iter().for_each(|notice| app.output.notice(notice));
        }
        Ok(if used.state == State::Preparing { Exit::Cancelled } else { Exit::Done })
    }
}

fn reranker(app: &App, name: Option<&str>) -> Result<Used> {
    let before = Choice::change(&app.paths().settings(), |choice| Ok(std::mem::replace(&mut choice.reranker, name.map(str::to_owned))))?;
    Ok(used(Kind::Reranker, name, before, State::InUse))
}

fn generator(app: &App, name: Option<&str>) -> Result<Used> {
    let before = Choice::change(&app.paths().settings(), |choice| Ok(std::mem::replace(&mut choice.generator, name.map(str::to_owned))))?;
    Ok(used(Kind::Generator, name, before, State::InUse))
}

/// What the person should know of an endpoint that is not on this machine.
fn leaving(remote: &Remote) -> Option<String> {
    let spec = remote.spec();
    let host = spec.leaves_machine_to.as_ref()?;
    Some(format!("each question is sent to {host} with the passages found for it; `sidenote models use --no-generator` stops that"))
}

fn used(kind: Kind, model: Option<&str>, before: Option<String>, state: State) -> Used {
    Used { version: wire::VERSION, kind, model: model.map(str::to_owned), before, state, embedded: 0, chunks: 0, notices: Vec::new(), total_ms: 0.0 }
}

/// Prepares an embedder and makes it the one in use.
fn embedder(app: &App, store: &Store, name: &str) -> Result<Used> {
    let settings = app.paths().settings();
    let next = compose::embedder(store, name)?;
    let engine = app.engine(&Models { embedder: Some(next.clone()), ..Models::default() })?;
    let (before, stopped) = Choice::change(&settings, |choice| {
        let before = choice.embedder.clone().unwrap_or_else(|| BUNDLED.to_owned());
        // The one in use needs nothing; another one is written down first, so that a later sync goes on where this is stopped.
        let next = Some(name.to_owned()).filter(|name| *name != before);
        let stopped = std::mem::replace(&mut choice.next_embedder, next);
        Ok((before, stopped.filter(|other| other != name)))
    })?;
    let mut used = used(Kind::Embedder, Some(name), Some(before.clone()), State::InUse);
    used.notices
        .extend(stopped.map(|other| format!("{other} is no longer prepared; its vectors so far are kept until `sidenote models remove {other}`")));
    let coverage = engine.coverage(&next.spec().fingerprint)?;
    (used.embedded, used.chunks) = (coverage.embedded, coverage.chunks);
    if name == before {
        return Ok(used);
    }
    let progress = app.progress().saying(&format!("making vectors with {name}; {before} goes on answering, Ctrl-C is safe"));
    let switch = go_on(&settings, &engine, next.as_ref(), app.run(&progress)).inspect_err(|error| give_up(&settings, name, error))?;
    (used.state, used.embedded, used.chunks) = (switch.state, switch.embedded, switch.chunks);
    if used.state == State::InUse {
        match engine.build_graph(app.run(&progress)) {
            Err(e) if e.code == ErrorCode::Cancelled || e.code == ErrorCode::Busy => {
                used.notices.push("`sidenote sync` builds the graph that keeps search fast".to_owned());
            }
            other => drop(other?),
        }
    }
    progress.finish();
    Ok(used)
}

fn human(used: &Used) -> String {
    let name = one_line(used.model.as_deref().unwrap_or_default());
    let before = one_line(used.before.as_deref().unwrap_or_default());
    match (used.kind, used.state) {
        (Kind::Reranker, _) if used.model.is_none() => "results are no longer reranked\n".to_owned(),
        (Kind::Generator, _) if used.model.is_none() => "answers are the notes' own sentences again\n".to_owned(),
        (Kind::Generator, _) => format!("{name} writes the answers from now on; `sidenote models use --no-generator` undoes it\n"),
        (Kind::Reranker, _) => format!("{name} orders the first results from now on; `sidenote models use --no-reranker` undoes it\n"),
        (_, State::InUse) if name == before => format!("{name} is in use\n"),
        (_, State::InUse) => {
            format!("{name} is in use ({}); `sidenote models use {before}` undoes it\n", count(used.embedded, "passage"))
        }
        (_, State::Preparing) => format!(
            "stopped: {} of {} have a vector of {name}; {before} goes on answering\n`sidenote sync` goes on from there, `sidenote models use {before}` undoes it\n",
            used.embedded,
            count(used.chunks, "passage")
        ),
        (_, State::Abandoned) => {
            format!("another sidenote chose another model meanwhile; {name} is prepared, `sidenote models use {name}` uses it\n")
        }
    }
}
