//! `models list`, and a model as the other subcommands show it. It must not know how models come or run.

use std::fmt::Write as _;

use sidenote_engine::wire;
use sidenote_models::catalogue::{KNOWN, Kind, Known};
use sidenote_models::hub::Repository;
use sidenote_models::suggest::Machine;
use sidenote_models::{BUNDLED, Choice, ENDPOINT, Installed, Store};

use super::json::{Listed, Model};
use crate::app::App;
use crate::layout::{bytes, one_line, pad, widest};
use crate::output::{Exit, Outcome, Output};

pub(super) fn run(app: &App) -> Outcome {
    let store = Store::new(app.paths().models());
    let (mut installed, broken) = store.all();
    let mut notices: Vec<String> = broken.into_iter().map(|error| format!("{}; {}", error.message, error.hint)).collect();
    let choice = Choice::read(&app.paths().settings())?;
    let mut models = vec![built_in(&choice)];
    for entry in KNOWN {
        let at = installed.iter().position(|model| model.manifest.name == entry.name);
        models.push(at.map_or_else(|| available(entry), |at| shown(&installed.remove(at), &choice)));
        if at.is_none()
            && let Ok(repository) = Repository::new(entry.repository)
        {
            let there: u64 = store.unfinished(&repository.folder()).iter().map(|(_, size)| size).sum();
            if there > 0 {
                notices.push(format!("a download of {0} was stopped ({1} are there); `sidenote models pull {0}` goes on", entry.name, bytes(there)));
            }
        }
    }
    models.extend(installed.iter().map(|model| shown(model, &choice)));
    if let Some((model, notice)) = endpoint(&choice) {
        models.push(model);
        notices.extend(notice);
    }
    models.sort_by_key(|model| match model.kind {
        Kind::Embedder => 0,
        Kind::Reranker => 1,
        Kind::Generator => 2,
    });
    for name in [&choice.embedder, &choice.next_embedder, &choice.reranker, &choice.generator].into_iter().flatten() {
        if !models.iter().any(|model| model.installed && model.name == *name) {
            notices.push(format!("{name} is chosen and not installed; install it, or choose another one with `sidenote models use`"));
        }
    }
    if app.output.json {
        app.output.object(&Listed { version: wire::VERSION, folder: store.folder().display().to_string(), models, notices })?;
        return Ok(Exit::Done);
    }
    app.output.text(&human(&models, &app.output))?;
    notices.iter().for_each(|notice| app.output.notice(notice));
    Ok(Exit::Done)
}

/// The model inside the program.
fn built_in(choice: &Choice) -> Model {
    Model {
        name: BUNDLED.to_owned(),
        kind: Kind::Embedder,
        source: None,
        revision: None,
        languages: "Chinese, English".to_owned(),
        licence: "MIT".to_owned(),
        size: None,
        memory: None,
        fits: None,
        tokens_per_s: None,
        suggested: false,
        dimensions: Some(sidenote_engine::model::Embedder::spec(sidenote_models::bundled().as_ref()).dimensions),
        installed: true,
        in_use: choice.embedder.as_deref().is_none_or(|name| name == BUNDLED),
        preparing: choice.next_embedder.as_deref() == Some(BUNDLED),
    }
}

/// The generator on another machine, where the settings name one, and what the person should know of it.
fn endpoint(choice: &Choice) -> Option<(Model, Option<String>)> {
    let settings = choice.endpoint.as_ref()?;
    let in_use = choice.generator.as_deref() == Some(ENDPOINT);
    let notice = match settings.leaves_machine_to() {
        Ok(None) => None,
        Ok(Some(host)) if in_use => Some(format!(
            "each question leaves this machine: it goes to {host} with the passages found for it and what was said before; \
             `sidenote models use --no-generator` stops that"
        )),
        Ok(Some(host)) => {
            Some(format!("once `{ENDPOINT}` is in use, each question leaves this machine: it goes to {host} with the passages found for it"))
        }
        Err(error) => Some(format!("{}; {}", error.message, error.hint)),
    };
    let model = Model {
        name: ENDPOINT.to_owned(),
        kind: Kind::Generator,
        source: Some(settings.url.clone()),
        revision: None,
        languages: String::new(),
        licence: String::new(),
        size: None,
        memory: None,
        fits: None,
        tokens_per_s: None,
        suggested: false,
        dimensions: None,
        installed: true,
        in_use,
        preparing: false,
    };
    Some((model, notice))
}

fn available(known: &Known) -> Model {
    let memory = known.needs();
    let outlook = Machine::outlook(known.kind, known.name, known.file, known.download, Some(memory));
    Model {
        name: known.name.to_owned(),
        kind: known.kind,
        source: Some(known.repository.to_owned()),
        revision: None,
        languages: known.languages.to_owned(),
        licence: known.licence.to_owned(),
        size: Some(known.download),
        memory: Some(memory),
        fits: outlook.fits,
        tokens_per_s: outlook.tokens_per_s,
        suggested: outlook.suggested,
        dimensions: Some(known.dimensions).filter(|n| *n > 0),
        installed: false,
        in_use: false,
        preparing: false,
    }
}

/// An installed model.
pub(super) fn shown(model: &Installed, choice: &Choice) -> Model {
    let manifest = &model.manifest;
    let is = |name: &Option<String>| name.as_deref() == Some(manifest.name.as_str());
    let memory = model.memory();
    let outlook = Machine::outlook(manifest.kind, &manifest.name, &manifest.graph, manifest.size(), memory);
    Model {
        name: manifest.name.clone(),
        kind: manifest.kind,
        source: Some(manifest.source.clone()),
        revision: Some(manifest.revision.clone()),
        languages: manifest.languages.clone(),
        licence: manifest.licence.clone(),
        size: Some(manifest.size()),
        memory,
        fits: outlook.fits,
        tokens_per_s: outlook.tokens_per_s,
        suggested: outlook.suggested,
        dimensions: Some(manifest.usage.dimensions).filter(|n| *n > 0),
        installed: true,
        in_use: is(&choice.embedder) || is(&choice.reranker) || is(&choice.generator),
        preparing: is(&choice.next_embedder),
    }
}

fn human(models: &[Model], output: &Output) -> String {
    let style = output.style();
    let or_dash = |text: String| if text.is_empty() { "–".to_owned() } else { text };
    let speed = |model: &Model| match (model.fits, model.tokens_per_s) {
        (Some(false), _) => "too big".to_owned(),
        (_, Some(tokens)) => format!("~{tokens:.0} tok/s"),
        _ => "–".to_owned(),
    };
    let mut rows: Vec<[String; 7]> = vec![["name", "kind", "languages", "size", "memory", "speed here", "licence"].map(str::to_owned)];
    rows.extend(models.iter().map(|model| {
        let about = if model.installed { "" } else { "~" };
        [
            one_line(&model.name),
            model.kind.name().to_owned(),
            or_dash(one_line(&model.languages)),
            model.size.map_or_else(|| "–".to_owned(), |size| format!("{about}{}", bytes(size))),
            model.memory.map_or_else(|| "–".to_owned(), |memory| format!("~{}", bytes(memory))),
            speed(model),
            or_dash(one_line(&model.licence)),
        ]
    }));
    let widths: Vec<usize> = (0..7).map(|column| widest(rows.iter().map(|row| row[column].as_str()))).collect();
    let mut out = String::new();
    for (at, row) in rows.iter().enumerate() {
        let state = match at.checked_sub(1).and_then(|at| models.get(at)) {
            None => "state",
            Some(model) if model.in_use => "in use",
            Some(model) if model.preparing => "being prepared",
            Some(model) if model.name == BUNDLED => "built in",
            Some(model) if model.name == ENDPOINT => "in the settings",
            Some(model) if model.installed => "installed",
            Some(_) => "–",
        };
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| pad(cell, *width)).collect();
        let mut line = format!("{}  {}", cells[1..].join("  "), state);
        if let Some(model) = at.checked_sub(1).and_then(|at| models.get(at)).filter(|model| model.name == ENDPOINT) {
            line.push_str(&format!(", at {}", one_line(model.source.as_deref().unwrap_or_default())));
        }
        let _ = if at == 0 {
            writeln!(out, "{}", style.dim(&format!("{}  {line}", cells[0])))
        } else {
            writeln!(out, "{}  {line}", style.bold(&cells[0]))
        };
    }
    if let Some(best) = models.iter().find(|model| model.suggested && !model.in_use) {
        let speed = best.tokens_per_s.unwrap_or_default();
        let how = if best.installed { "use" } else { "pull" };
        let _ = writeln!(
            out,
            "\nsuggested for this machine: {}, about {speed:.0} tokens per second, licence {}\n    sidenote models {how} {}",
            best.name, best.licence, best.name
        );
    }
    out
}
