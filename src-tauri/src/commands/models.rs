//! Models: what there is, what is in use, what comes and goes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use sidenote_engine::error::{Error, ErrorCode, Result as EngineResult};
use sidenote_engine::event::{Event, Observer, Run, Silent, Stage};
use sidenote_models::catalogue::{KNOWN, Kind, Known, known};
use sidenote_models::hub::{Endpoint, Limits};
use sidenote_models::suggest::Machine;
use sidenote_models::{BUNDLED, Choice, ENDPOINT, Import, Installed, Options, Pull, Store, bundled_files, compose, remove_folder};
use tauri::State;
use tauri::ipc::Channel;

use crate::desk::Desk;
use crate::picker::{Picker, Wanted};
use crate::wire::{Elsewhere, Failure, ModelInfo, ModelProgress};

type Result<T> = std::result::Result<T, Failure>;

#[tauri::command]
pub(crate) async fn models(desk: State<'_, Arc<Desk>>) -> Result<Vec<ModelInfo>> {
    desk.inner().clone().run(None, |desk, _| list(desk)).await
}

fn list(desk: &Desk) -> EngineResult<Vec<ModelInfo>> {
    let choice = Choice::read(&desk.paths.settings())?;
    let (mut installed, _) = Store::new(desk.paths.models()).all();
    let is_here = |name: &str| name == BUNDLED || installed.iter().any(|model| model.manifest.name == name);
    let files = bundled_files();
    let mut out = vec![ModelInfo {
        installed: true,
        // It stands in for one that is not there.
        used: choice.embedder.as_deref().is_none_or(|name| name == BUNDLED || !is_here(name)),
        bundled: true,
        languages: "Chinese, English".to_owned(),
        licence: "MIT".to_owned(),
        memory_bytes: Some((files.table.len() + files.vocabulary.len()) as u64),
        ..named(BUNDLED, Kind::Embedder, &choice)
    }];
    let chosen = [(Kind::Embedder, &choice.embedder), (Kind::Reranker, &choice.reranker), (Kind::Generator, &choice.generator)];
    let missing: Vec<ModelInfo> = chosen
        .into_iter()
        .filter_map(|(kind, name)| name.as_deref().map(|name| (kind, name)))
        .filter(|(_, name)| *name != ENDPOINT && !is_here(name) && known(name).is_none())
        .map(|(kind, name)| named(name, kind, &choice))
        .collect();
    for entry in KNOWN {
        let at = installed.iter().position(|model| model.manifest.name == entry.name);
        out.push(match at {
            Some(at) => shown(&installed.remove(at), &choice),
            None => available(entry, &choice),
        });
    }
    out.extend(installed.iter().map(|model| shown(model, &choice)));
    out.extend(missing);
    out.extend(choice.endpoint.as_ref().map(|endpoint| {
        let elsewhere =
            Elsewhere { host: endpoint.host().unwrap_or_else(|_| endpoint.url.clone()), model: endpoint.model.clone(), local: endpoint.is_local() };
        let row = named(ENDPOINT, Kind::Generator, &choice);
        ModelInfo { installed: true, used: row.chosen, elsewhere: Some(elsewhere), ..row }
    }));
    Ok(out)
}

/// A model of which only the name is known, and whether the person chose it.
fn named(name: &str, kind: Kind, choice: &Choice) -> ModelInfo {
    let is = |chosen: &Option<String>| chosen.as_deref() == Some(name);
    ModelInfo {
        name: name.to_owned(),
        kind,
        installed: false,
        chosen: is(&choice.embedder) || is(&choice.reranker) || is(&choice.generator),
        used: false,
        preparing: is(&choice.next_embedder),
        bundled: false,
        elsewhere: None,
        languages: String::new(),
        licence: String::new(),
        download_bytes: 0,
        memory_bytes: None,
        fits: None,
        tokens_per_s: None,
        suggested: false,
    }
}

fn available(known: &Known, choice: &Choice) -> ModelInfo {
    let memory = known.needs();
    let outlook = Machine::outlook(known.kind, known.name, known.file, known.download, Some(memory));
    ModelInfo {
        languages: known.languages.to_owned(),
        licence: known.licence.to_owned(),
        download_bytes: known.download,
        memory_bytes: Some(memory),
        fits: outlook.fits,
        tokens_per_s: outlook.tokens_per_s,
        suggested: outlook.suggested,
        ..named(known.name, known.kind, choice)
    }
}

fn shown(model: &Installed, choice: &Choice) -> ModelInfo {
    let manifest = &model.manifest;
    let memory = model.memory();
    let outlook = Machine::outlook(manifest.kind, &manifest.name, &manifest.graph, manifest.size(), memory);
    let row = named(&manifest.name, manifest.kind, choice);
    ModelInfo {
        installed: true,
        used: row.chosen,
        languages: manifest.languages.clone(),
        licence: manifest.licence.clone(),
        download_bytes: manifest.size(),
        memory_bytes: memory,
        fits: outlook.fits,
        tokens_per_s: outlook.tokens_per_s,
        suggested: outlook.suggested,
        ..row
    }
}

#[tauri::command]
pub(crate) async fn pull_model(desk: State<'_, Arc<Desk>>, job: u64, name: String, progress: Channel<ModelProgress>) -> Result<()> {
    desk.inner()
        .clone()
        .run(Some(job), move |desk, cancel| {
            let store = Store::new(desk.paths.models());
            let pull = Pull { name: name.clone(), revision: None, file: None, options: Options::default() };
            if pull.there(&store).is_some() {
                return Ok(());
            }
            let teller = Teller { name, progress, from_mirror: AtomicBool::new(false) };
            let limits = Limits::default();
            // Where the public hub cannot be reached, the fastest of its mirrors may be; the one that the person named is asked alone.
            let hubs = [None, Some("auto")].into_iter().take(if Endpoint::is_named() { 1 } else { 2 }).map(|mirror| {
                teller.from_mirror.store(mirror.is_some(), Ordering::Relaxed);
                Ok(Endpoint::choose(mirror, &limits, cancel)?.client(limits.clone()))
            });
            pull.run_at_first(&store, hubs, Run { observer: &teller, cancel }).map(drop)
        })
        .await
}

/// Tells the page how far a model is.
struct Teller {
    name: String,
    progress: Channel<ModelProgress>,
    from_mirror: AtomicBool,
}

impl Observer for Teller {
    fn event(&self, event: Event) {
        let Event::Progress { stage, done, total } = event else { return };
        let stage = match stage {
            Stage::Download if self.from_mirror.load(Ordering::Relaxed) => "mirror",
            Stage::Download => "download",
            Stage::Check => "check",
            _ => "embed",
        };
        // A page that is gone is told nothing; the download goes on until it is stopped.
        drop(self.progress.send(ModelProgress { name: self.name.clone(), stage, done, total }));
    }
}

#[tauri::command]
pub(crate) async fn import_model(picker: State<'_, Arc<Picker>>, desk: State<'_, Arc<Desk>>) -> Result<Option<ModelInfo>> {
    let picker = Arc::clone(&picker);
    desk.inner()
        .clone()
        .run(None, move |desk, cancel| {
            let Some(from) = picker.pick(Wanted::File) else { return Ok(None) };
            let store = Store::new(desk.paths.models());
            let (model, _) = Import { from, name: None, options: Options::default() }.run(&store, Run { observer: &Silent, cancel })?;
            Ok(Some(shown(&model, &Choice::read(&desk.paths.settings())?)))
        })
        .await
}

#[tauri::command]
pub(crate) async fn use_model(desk: State<'_, Arc<Desk>>, name: String) -> Result<()> {
    desk.inner()
        .clone()
        .run(None, move |desk, cancel| {
            let settings = desk.paths.settings();
            let installed = Store::new(desk.paths.models()).find(&name);
            // A model that does not run is not chosen.
            if let Some(model) = &installed {
                model.try_out(cancel)?;
            }
            Choice::change(&settings, |choice| {
                match installed.as_ref().map(|model| model.manifest.kind) {
                    None if name == ENDPOINT => {
                        // An address that nothing can be asked of is not chosen.
                        compose::remote(choice)?;
                        choice.generator = Some(name);
                    }
                    None if name != BUNDLED => return Err(compose::not_installed(&Store::new(desk.paths.models()), &name)),
                    Some(Kind::Reranker) => choice.reranker = Some(name),
                    Some(Kind::Generator) => choice.generator = Some(name),
                    // The old one goes on answering until every vector is there.
                    Some(Kind::Embedder) | None => {
                        choice.next_embedder = Some(name).filter(|name| *name != choice.embedder.as_deref().unwrap_or(BUNDLED))
                    }
                }
                Ok(())
            })?;
            chosen(desk);
            Ok(())
        })
        .await
}

#[tauri::command]
pub(crate) async fn use_none(desk: State<'_, Arc<Desk>>, kind: Kind) -> Result<()> {
    desk.inner()
        .clone()
        .run(None, move |desk, _| {
            Choice::change(&desk.paths.settings(), |choice| {
                match kind {
                    Kind::Reranker => choice.reranker = None,
                    Kind::Generator => choice.generator = None,
                    Kind::Embedder => {
                        return Err(Error::new(ErrorCode::InvalidInput, "search by meaning needs a model", "use the one inside the program"));
                    }
                }
                Ok(())
            })?;
            chosen(desk);
            Ok(())
        })
        .await
}

/// Has what was chosen used from now on.
fn chosen(desk: &Desk) {
    desk.reopen();
    desk.begin();
}

#[tauri::command]
pub(crate) async fn remove_model(desk: State<'_, Arc<Desk>>, name: String) -> Result<()> {
    desk.inner()
        .clone()
        .run(None, move |desk, _| {
            let store = Store::new(desk.paths.models());
            let model = store.find(&name).ok_or_else(|| compose::not_installed(&store, &name))?;
            let choice = Choice::read(&desk.paths.settings())?;
            let used =
                [&choice.embedder, &choice.next_embedder, &choice.reranker, &choice.generator].into_iter().flatten().any(|chosen| *chosen == name);
            if used {
                return Err(Error::new(ErrorCode::InvalidInput, format!("{name} is in use"), "use another model first"));
            }
            let key = model.folder.file_name().map(|folder| folder.to_string_lossy().into_owned()).unwrap_or_default();
            let _lock = store.lock(key.split('@').next().unwrap_or(&key))?;
            if model.manifest.kind == Kind::Embedder {
                // Vectors first: without the files nobody would know whose they are.
                let engine = desk.engine()?;
                desk.indexer.alone(|| engine.forget_vectors(&model.fingerprint()).map(drop))?;
            }
            remove_folder(&model.folder)
        })
        .await
}
