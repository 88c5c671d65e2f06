//! Which models the person chose: the table `[models]` of `settings.toml`. Everything else in that file, comments too, is left as it is.
//! It must not know what is installed.

use std::path::Path;

use sidenote_engine::error::Result;
use toml_edit::{DocumentMut, Item, value};

use crate::endpoint::EndpointSettings;
use crate::settings_file::{self, unusable};

/// The chosen models, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// The embedder that answers; none is the one inside the program.
    pub embedder: Option<String>,
    /// The embedder that takes over once its vectors are complete.
    pub next_embedder: Option<String>,
    /// The cross-encoder; none is none.
    pub reranker: Option<String>,
    /// The generator; none is none. [`ENDPOINT`] is the one on another machine.
    pub generator: Option<String>,
    /// How the generator on another machine is reached. Read only: the person writes it.
    pub endpoint: Option<EndpointSettings>,
}

/// The name that stands for the generator behind an address instead of an installed one.
pub const ENDPOINT: &str = "endpoint";

const TABLE: &str = "models";

impl Choice {
    /// Reads the choice. Without a file nothing is chosen.
    ///
    /// # Errors
    /// `InvalidInput` if the file is no TOML or a name is no text, `Io`.
    pub fn read(settings: &Path) -> Result<Self> {
        Self::of(&settings_file::read(settings)?, settings)
    }

    fn of(document: &DocumentMut, settings: &Path) -> Result<Self> {
        let table = match document.get(TABLE) {
            None => return Ok(Self::default()),
            Some(item) => item.as_table_like().ok_or_else(|| unusable(settings, &format!("`{TABLE}` is no table")))?,
        };
        let name = |key: &str| match table.get(key) {
            None => Ok(None),
            Some(item) => item.as_str().map(|name| Some(name.to_owned())).ok_or_else(|| unusable(settings, &format!("`{TABLE}.{key}` is no text"))),
        };
        Ok(Self {
            embedder: name("embedder")?,
            next_embedder: name("next_embedder")?,
            reranker: name("reranker")?,
            generator: name("generator")?,
            endpoint: table.get(ENDPOINT).map(|item| endpoint(item).map_err(|why| unusable(settings, &why))).transpose()?,
        })
    }

    /// Changes the choice, while nobody else does: `body` sees it as it is now. Where `body` fails it stays as it was.
    ///
    /// # Errors
    /// As [`read`](Self::read), and those of `body`.
    pub fn change<T>(settings: &Path, body: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        settings_file::change(settings, |document| {
            let mut choice = Self::of(document, settings)?;
            let before = choice.clone();
            let changed = body(&mut choice)?;
            if choice != before {
                choice.put(document, settings)?;
            }
            Ok(changed)
        })
    }

    fn put(&self, document: &mut DocumentMut, settings: &Path) -> Result<()> {
        let table = settings_file::table(document, TABLE, settings)?;
        let names =
            [("embedder", &self.embedder), ("next_embedder", &self.next_embedder), ("reranker", &self.reranker), ("generator", &self.generator)];
        for (key, name) in names {
            match name {
                Some(name) => drop(table.insert(key, value(name.as_str()))),
                None => drop(table.remove(key)),
            }
        }
        Ok(())
    }
}

/// `[models] endpoint = { url = "…", model = "…", key_env = "…", context = 8192 }`.
fn endpoint(item: &Item) -> std::result::Result<EndpointSettings, String> {
    let table = item.as_table_like().ok_or("`models.endpoint` is no table")?;
    let text = |key: &str| match table.get(key) {
        None => Ok(None),
        Some(item) => item.as_str().map(|text| Some(text.to_owned())).ok_or_else(|| format!("`models.endpoint.{key}` is no text")),
    };
    let needed = |key: &str| text(key)?.ok_or_else(|| format!("`models.endpoint` has no `{key}`"));
    let context = table.get("context").map(|item| item.as_integer().and_then(|n| usize::try_from(n).ok()).filter(|n| *n >= 512));
    Ok(EndpointSettings {
        url: needed("url")?,
        model: needed("model")?,
        key_env: text("key_env")?,
        context: context.map(|n| n.ok_or("`models.endpoint.context` is no number of at least 512")).transpose()?,
    })
}
