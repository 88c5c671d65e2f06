//! Puts the program together: which models the engine is given. It must not know what they are used for.

use std::path::PathBuf;
use std::sync::Arc;

use sidenote_engine::answer::writing;
use sidenote_engine::cancel::CancelToken;
use sidenote_engine::error::{Error, Result};
use sidenote_engine::model::{CrossEncoder, Embedder, Generator, TokenVectors};
use sidenote_engine::paths::Paths;
use sidenote_engine::retrieve::glossary::Glossary;

use crate::assemble::is_gguf;
use crate::catalogue::Kind;
use crate::generate::Writer;
use crate::stand_in::StandIn;
use crate::{BUNDLED, Choice, ENDPOINT, Installed, Remote, Store};

/// The models of this run.
#[derive(Clone, Default)]
pub struct Models {
    /// Turns text into vectors.
    pub embedder: Option<Arc<dyn Embedder>>,
    /// Compares tokens, for late interaction.
    pub tokens: Option<Arc<dyn TokenVectors>>,
    /// Knows words of the other language.
    pub glossary: Option<Arc<Glossary>>,
    /// Takes over once its vectors are complete.
    pub next: Option<Arc<dyn Embedder>>,
    /// Orders the first results.
    pub reranker: Option<Arc<dyn CrossEncoder>>,
    /// Writes answers.
    pub generator: Option<Arc<dyn Generator>>,
    /// How it is asked to.
    pub writing: writing::Settings,
    /// Why there is no embedder.
    pub problem: Option<String>,
    /// A chosen model that cannot be used, and what stands in for it.
    pub notices: Vec<String>,
}

impl Models {
    /// What the person should know about them.
    pub fn told(&self) -> impl Iterator<Item = String> {
        self.notices.iter().chain(&self.problem).cloned()
    }
}

/// The models that the person chose. A chosen embedder that cannot be used is replaced by the one inside the program, and a notice says so. With
/// `soon`, loading begins at once; a failure of the one inside is told by the first use.
pub fn models(paths: &Paths, soon: bool, cancel: &CancelToken) -> Models {
    let store = Store::new(paths.models());
    let mut models = Models::default();
    let choice = Choice::read(&paths.settings()).unwrap_or_else(|error| {
        models.notices.push(format!("{}; {}", error.message, error.hint));
        Choice::default()
    });
    if let Some(name) = choice.embedder.as_deref().filter(|name| *name != BUNDLED) {
        match chosen(&store, name)
            .and_then(|model| model.embedder())
            .and_then(|model| if soon { model.load(cancel).map(|()| model) } else { Ok(model) })
        {
            Ok(model) => models.embedder = Some(model),
            Err(error) => models.notices.push(format!("the model inside the program stands in for {name}: {}; {}", error.message, error.hint)),
        }
    }
    // Late interaction compares the tokens of the one inside, whichever embedder is chosen.
    let bundled = crate::bundled();
    if soon {
        bundled.warm_up();
    }
    match crate::bundled_glossary() {
        Ok(glossary) => models.glossary = Some(Arc::new(glossary)),
        Err(error) => models.notices.push(format!("questions find notes in the other language by meaning only: {}", error.message)),
    }
    models.tokens = Some(Arc::clone(&bundled) as _);
    models.embedder.get_or_insert(bundled);
    if let Some(name) = choice.next_embedder.as_deref() {
        match embedder(&store, name) {
            Ok(model) => models.next = Some(model),
            Err(error) => models.notices.push(format!("{name} cannot be prepared: {}; {}", error.message, error.hint)),
        }
    }
    if let Some(name) = choice.reranker.as_deref() {
        match chosen(&store, name).and_then(|model| model.reranker()) {
            Ok(model) => {
                if soon {
                    model.warm_up();
                }
                models.reranker = Some(Arc::new(model));
            }
            Err(error) => models.notices.push(format!("results are not reranked: {}; {}", error.message, error.hint)),
        }
    }
    match crate::writing::read(&paths.settings()) {
        Ok(settings) => models.writing = settings,
        // Where the file is no TOML that was said already.
        Err(error) if models.notices.iter().any(|notice| notice.starts_with(&error.message)) => {}
        Err(error) => models.notices.push(format!("{}; {}", error.message, error.hint)),
    }
    match generator(&store, &choice) {
        Ok(model) => models.generator = model,
        Err(error) => models.notices.push(format!("no model writes the answer: {}; {}", error.message, error.hint)),
    }
    models
}

/// The chosen generator. It is loaded by whoever is going to ask it: a search has no use for it.
fn generator(store: &Store, choice: &Choice) -> Result<Option<Arc<dyn Generator>>> {
    match choice.generator.as_deref() {
        None => Ok(None),
        Some(ENDPOINT) => Ok(Some(Arc::new(remote(choice)?))),
        Some(name) => {
            let model = chosen(store, name)?;
            let writer = model.generator()?;
            let smaller = |other: &Installed| other.manifest.kind == Kind::Generator && other.manifest.size() < model.manifest.size();
            let mut others: Vec<Installed> = store.all().0.into_iter().filter(smaller).collect();
            others.sort_by_key(|other| std::cmp::Reverse(other.manifest.size()));
            // What is damaged stands in for nothing.
            let others: Vec<Writer> = others.iter().filter_map(|other| other.generator().ok()).collect();
            Ok(Some(if others.is_empty() { Arc::new(writer) } else { Arc::new(StandIn::new(writer, others, Writer::fits)) }))
        }
    }
}

/// The generator on another machine, as the settings describe it.
///
/// # Errors
/// `InvalidInput` if they do not, or not in a way that can be used.
pub fn remote(choice: &Choice) -> Result<Remote> {
    let settings = choice.endpoint.as_ref().ok_or_else(|| {
        Error::new(
            sidenote_engine::error::ErrorCode::InvalidInput,
            "the settings name no endpoint",
            "write `endpoint = { url = \"https://host/v1\", model = \"name\", key_env = \"VARIABLE\" }` into `[models]` of settings.toml",
        )
    })?;
    Remote::new(settings, |name| std::env::var(name).ok())
}

/// A handle on an embedder by name, the one inside the program included.
///
/// # Errors
/// `NotFound`, `InvalidInput` for a reranker, `ModelUnavailable`.
pub fn embedder(store: &Store, name: &str) -> Result<Arc<dyn Embedder>> {
    if name == BUNDLED {
        return Ok(crate::bundled());
    }
    chosen(store, name)?.embedder()
}

fn chosen(store: &Store, name: &str) -> Result<Installed> {
    store.find(name).ok_or_else(|| not_installed(store, name))
}

/// The error for a model that is not there.
pub fn not_installed(store: &Store, name: &str) -> Error {
    if let Some(error) = crate::import::is_inside_the_program(name).or_else(|| crate::import::is_a_file(name)) {
        return error;
    }
    match crate::catalogue::known(name) {
        Some(known) => Error::new(
            sidenote_engine::error::ErrorCode::NotFound,
            format!("the model {} is not installed", known.name),
            format!("download it with `sidenote models pull {}` (about {} MB)", known.name, megabytes(known.download)),
        ),
        None if name.contains('/') => Error::new(
            sidenote_engine::error::ErrorCode::NotFound,
            format!("the model {name} is not installed"),
            format!("download it with `sidenote models pull {name}`"),
        ),
        None => {
            let installed: Vec<String> = store.all().0.into_iter().map(|model| model.manifest.name).collect();
            let hint = match installed.as_slice() {
                [] => "`sidenote models list` says which can be had".to_owned(),
                names => format!("installed are {}; `sidenote models list` says which others can be had", names.join(", ")),
            };
            Error::new(sidenote_engine::error::ErrorCode::NotFound, format!("there is no model named `{name}`"), hint)
        }
    }
}

/// Bytes as whole megabytes.
fn megabytes(bytes: u64) -> u64 {
    (bytes + 500_000) / 1_000_000
}

/// The library that runs an embedder; `None` where this program does by itself.
///
/// # Errors
/// `ModelUnavailable` if there is no library.
pub fn runtime(store: &Store, embedder: &str) -> Result<Option<PathBuf>> {
    let on_its_own = embedder == BUNDLED || store.find(embedder).is_some_and(|model| is_gguf(&model.manifest.graph));
    if on_its_own { Ok(None) } else { crate::runtime::library().map(Some) }
}
