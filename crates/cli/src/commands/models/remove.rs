//! `models remove`: a model's files and its vectors. It must not know where either lie.

use clap::Args;
use sidenote_engine::error::{Error, ErrorCode};
use sidenote_engine::wire;
use sidenote_models::catalogue::{Kind, known};
use sidenote_models::hub::Repository;
use sidenote_models::{BUNDLED, Choice, Store, remove_folder};

use super::json::Deleted;
use crate::app::App;
use crate::compose::{Models, not_installed};
use crate::layout::{bytes, one_line};
use crate::output::{Exit, Outcome, Stop};

/// Arguments of `models remove`.
#[derive(Args, Debug)]
pub(crate) struct Remove {
    /// The model
    #[arg(value_name = "NAME")]
    name: String,
}

impl Remove {
    pub(super) fn run(&self, app: &App) -> Outcome {
        let refuse = |message: String, hint: String| Err(Stop::from(Error::new(ErrorCode::InvalidInput, message, hint)));
        if self.name == BUNDLED {
            return refuse(format!("{BUNDLED} is inside the program"), "it stays as the one to fall back on".to_owned());
        }
        let store = Store::new(app.paths().models());
        let choice = Choice::read(&app.paths().settings())?;
        let (name, freed) = match store.find(&self.name) {
            Some(model) => {
                let name = model.manifest.name.clone();
                let is = |chosen: &Option<String>| chosen.as_ref() == Some(&name);
                // One that is damaged cannot be used, and is in the way of its being installed again: it stays chosen for then.
                let progress = app.progress();
                let sound = !(is(&choice.reranker) || is(&choice.generator)) || model.verify(app.run(&progress))?.problems.is_empty();
                progress.finish();
                if is(&choice.reranker) && sound {
                    return refuse(format!("{name} is in use"), "run `sidenote models use --no-reranker` first".to_owned());
                }
                if is(&choice.generator) && sound {
                    return refuse(format!("{name} is in use"), "run `sidenote models use --no-generator` first".to_owned());
                }
                if is(&choice.embedder) || is(&choice.next_embedder) {
                    let other = choice.embedder.as_ref().filter(|other| **other != name).map_or(BUNDLED, String::as_str);
                    return refuse(format!("{name} is in use"), format!("run `sidenote models use {other}` first"));
                }
                let key = model.folder.file_name().map(|folder| folder.to_string_lossy().into_owned()).unwrap_or_default();
                let _lock = store.lock(key.split('@').next().unwrap_or(&key))?;
                if model.manifest.kind == Kind::Embedder {
                    // Vectors first: without them the files could be had again, without the files nobody would know whose they are.
                    app.engine(&Models::default())?.forget_vectors(&model.fingerprint())?;
                }
                remove_folder(&model.folder)?;
                (name, model.manifest.size())
            }
            None => {
                let repository = Repository::new(known(&self.name).map_or(self.name.as_str(), |known| known.repository));
                let unfinished = repository.as_ref().map(|repository| store.unfinished(&repository.folder())).unwrap_or_default();
                let (Ok(repository), false) = (repository, unfinished.is_empty()) else {
                    return Err(Error { hint: "there is nothing to remove".to_owned(), ..not_installed(&store, &self.name) }.into());
                };
                let _lock = store.lock(&repository.folder())?;
                for (folder, _) in &unfinished {
                    remove_folder(folder)?;
                }
                (self.name.clone(), unfinished.iter().map(|(_, size)| size).sum())
            }
        };
        if app.output.json {
            app.output.object(&Deleted { version: wire::VERSION, model: name, freed })?;
        } else {
            app.output.text(&format!("removed {} ({})\n", one_line(&name), bytes(freed)))?;
        }
        Ok(Exit::Done)
    }
}
