//! From a folder of files to a model: what it does, how it is used, whether it is whole and runs, and then its manifest. It must not know where the
//! files came from.

use std::fs;
use std::path::Path;

use serde_json::Value;
use sidenote_engine::error::{Error, ErrorCode, Result};
use sidenote_engine::event::Run;

use crate::catalogue::{Kind, Known, MOST_CONTEXT};
use crate::embedding::Pooling;
use crate::external::external_files;
use crate::generate::{Gguf, Shape, Template, Vocabulary, check_pooling, pooling, room};
use crate::installed::CONFIG;
use crate::manifest::{Manifest, ModelFile, Usage, is_inside};
use crate::runtime;
use crate::store::Installed;

/// Tokens that are looked at where nobody says otherwise: passages are not longer, and the memory of attention grows with the square.
const MOST_TOKENS: usize = 1024;

/// What a person says about a model that the program does not know.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// What it does.
    pub kind: Option<Kind>,
    /// How token vectors become the text's vector.
    pub pooling: Option<Pooling>,
    /// Put before a search input.
    pub query_prefix: Option<String>,
    /// Put before an indexed text.
    pub passage_prefix: Option<String>,
    /// Tokens that are looked at.
    pub max_tokens: Option<usize>,
}

/// Where a model's files came from, for its manifest.
pub(crate) struct Origin {
    pub(crate) name: String,
    pub(crate) source: String,
    pub(crate) endpoint: String,
    pub(crate) revision: String,
    pub(crate) languages: String,
    pub(crate) licence: String,
}

/// Makes the files of a folder a model: its manifest is written last. Returns it with what the person should know.
///
/// # Errors
/// `ModelUnavailable` if it does not run, `InvalidInput` if it cannot be known how to use it, `Io`, `Cancelled`.
pub(crate) fn assemble(
    folder: &Path,
    graph: &str,
    mut files: Vec<ModelFile>,
    origin: Origin,
    known: Option<&Known>,
    options: &Options,
    run: Run<'_>,
) -> Result<(Installed, Vec<String>)> {
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let mut licence = origin.licence;
    let (kind, usage) = if is_gguf(graph) {
        let (kind, usage, own) = gguf(&folder.join(graph), known, options)?;
        // What is known of a model is more than what its file says.
        licence = Some(licence).filter(|known| !known.is_empty()).or(own).unwrap_or_default();
        (kind, usage)
    } else {
        usage(folder, graph, known, options)?
    };
    let now = jiff::Timestamp::now();
    let manifest = Manifest {
        format: Manifest::format(),
        name: origin.name,
        kind,
        source: origin.source,
        endpoint: origin.endpoint,
        revision: origin.revision,
        graph: graph.to_owned(),
        usage,
        languages: origin.languages,
        licence,
        installed: now.round(jiff::Unit::Second).unwrap_or(now).to_string(),
        files,
    };
    let mut installed = Installed { folder: folder.to_owned(), manifest };
    let mut notices = Vec::new();
    if is_gguf(graph) {
        // Its file was looked at; a machine that is short of memory now may have enough later.
        let free = if kind == Kind::Generator { room::available_to_one() } else { room::available() };
        let Manifest { name, usage, .. } = &installed.manifest;
        let room = Gguf::open(&folder.join(graph)).and_then(|gguf| room::check(name, &gguf, usage.max_tokens, free));
        match room {
            Ok(()) => installed.manifest.usage.dimensions = installed.try_out(run.cancel)?,
            Err(e) => notices.push(format!("{} was not tried out: {}", installed.manifest.name, e.message)),
        }
        installed.manifest.write(folder)?;
        return Ok((installed, notices));
    }
    let told = std::mem::take(&mut installed.manifest.usage.dimensions);
    match runtime::library() {
        // What it does counts, not what was told.
        Ok(_) => installed.manifest.usage.dimensions = installed.try_out(run.cancel)?,
        Err(e) => {
            let name = &installed.manifest.name;
            if kind == Kind::Embedder && told == 0 {
                return Err(e);
            }
            notices.push(format!("{name} was not tried out: {}", e.message));
            installed.manifest.usage.dimensions = told;
        }
    }
    installed.manifest.write(folder)?;
    Ok((installed, notices))
}

/// Whether a path is that of a GGUF file.
pub(crate) fn is_gguf(path: &str) -> bool {
    path.to_ascii_lowercase().ends_with(".gguf")
}

/// What a GGUF file holds, how it is used, and its licence: a generator's file says it all, a sentence model's how its vectors are made. A file that could
/// not be run is refused before anything is loaded.
///
/// # Errors
/// `InvalidInput` if something else is wanted than the file holds, or it cannot be known how to use it, `ModelUnavailable` if it cannot be run, `Io`.
pub(crate) fn gguf(file: &Path, known: Option<&Known>, options: &Options) -> Result<(Kind, Usage, Option<String>)> {
    if let Some(known) = known.filter(|known| !is_gguf(known.file)) {
        return Err(Error::new(
            ErrorCode::InvalidInput,
            format!("{} is an ONNX model, and this is a GGUF file", known.name),
            "choose another name with --name",
        ));
    }
    let gguf = Gguf::open(file)?;
    let shape = Shape::read(&gguf)?;
    Vocabulary::read(&gguf)?;
    let said = pooling(&gguf)?;
    let wanted = options.kind.or(known.map(|known| known.kind)).or(options.pooling.map(|_| Kind::Embedder));
    let kind = wanted.unwrap_or(if said.is_some() { Kind::Embedder } else { Kind::Generator });
    let limit = |most: usize| options.max_tokens.unwrap_or(most).min(shape.context);
    let usage = match kind {
        Kind::Reranker => {
            return Err(Error::new(
                ErrorCode::InvalidInput,
                "a GGUF file holds a generator or an embedder",
                "leave out --kind, or choose an ONNX model",
            ));
        }
        Kind::Generator if said.is_some() || options.pooling.is_some() => {
            return Err(Error::new(
                ErrorCode::InvalidInput,
                "the file holds a model that makes vectors of texts and cannot write",
                "leave out --kind, and choose another name with --name",
            ));
        }
        Kind::Generator => {
            Template::read(&gguf)?;
            Usage {
                pooling: String::new(),
                query_prefix: String::new(),
                passage_prefix: String::new(),
                max_tokens: limit(MOST_CONTEXT),
                dimensions: 0,
            }
        }
        Kind::Embedder => {
            let pooling = options.pooling.or(said).or(known.and_then(|known| Pooling::named(known.pooling))).ok_or_else(no_pooling)?;
            check_pooling(file, pooling)?;
            let prefix = |own: &Option<String>, listed: Option<&str>| own.as_deref().or(listed).unwrap_or_default().to_owned();
            Usage {
                pooling: pooling.name().to_owned(),
                query_prefix: prefix(&options.query_prefix, known.map(|known| known.query_prefix)),
                passage_prefix: prefix(&options.passage_prefix, known.map(|known| known.passage_prefix)),
                max_tokens: limit(known.map_or(MOST_TOKENS, |known| known.max_tokens)),
                dimensions: shape.width,
            }
        }
    };
    let licence = gguf.text("general.license").map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    Ok((kind, usage, licence))
}

fn no_pooling() -> Error {
    Error::new(
        ErrorCode::InvalidInput,
        "the model does not say how its token vectors become one vector",
        "its model card does: add `--pooling mean`, `--pooling cls` or `--pooling last`",
    )
}

/// The files beside a graph that hold its weights, relative to the model's folder. Those that are not safe to fetch are refused.
///
/// # Errors
/// `ModelUnavailable` if it is no ONNX graph or names a file outside.
pub(crate) fn weights_of(folder: &Path, graph: &str) -> Result<Vec<String>> {
    if is_gguf(graph) {
        // Everything is inside.
        return Ok(Vec::new());
    }
    let path = folder.join(graph);
    let unusable = |why: String| {
        Error::new(ErrorCode::ModelUnavailable, format!("`{graph}` cannot be used: {why}"), "choose another file with --file, or another model")
    };
    let names = external_files(&path).map_err(|e| match e.kind() {
        std::io::ErrorKind::InvalidData | std::io::ErrorKind::UnexpectedEof => unusable(format!("it is no whole ONNX model: {e}")),
        _ => Error::io("read", &path, &e),
    })?;
    let beside = graph.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
    names
        .into_iter()
        .map(|name| {
            let name = name.strip_prefix("./").unwrap_or(&name).to_owned();
            if is_inside(&name) {
                Ok(format!("{beside}{name}"))
            } else {
                Err(unusable(format!("its weights are said to be in `{name}`, outside its folder")))
            }
        })
        .collect()
}

/// What a model does and how it is used: what the person says, else what is known, else what its own files say.
fn usage(folder: &Path, graph: &str, known: Option<&Known>, options: &Options) -> Result<(Kind, Usage)> {
    let read = |name: &str| -> Value {
        let beside = folder.join(graph).parent().map(|beside| beside.join(name));
        let bytes = fs::read(folder.join(name)).ok().or_else(|| fs::read(beside?).ok());
        bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
    };
    let config = read(CONFIG);
    let number = |value: &Value| value.as_f64().filter(|n| (1.0..1e6).contains(n)).and_then(|_| value.as_u64()).and_then(|n| usize::try_from(n).ok());
    let classifies =
        config["architectures"].as_array().is_some_and(|list| list.iter().any(|a| a.as_str().is_some_and(|a| a.ends_with("SequenceClassification"))));
    if options.kind == Some(Kind::Generator) {
        return Err(Error::new(
            ErrorCode::InvalidInput,
            "a generator comes as a GGUF file, and this is an ONNX model",
            "name a file that ends in .gguf",
        ));
    }
    if let Some(known) = known.filter(|known| is_gguf(known.file)) {
        return Err(Error::new(
            ErrorCode::InvalidInput,
            format!("{} comes as a GGUF file, and this is an ONNX model", known.name),
            "choose another name with --name, or a file that ends in .gguf",
        ));
    }
    if options.pooling == Some(Pooling::Last) {
        return Err(Error::new(
            ErrorCode::InvalidInput,
            "an ONNX model's vectors are taken by `--pooling mean` or `--pooling cls`",
            "choose a GGUF file of the model, which can be read at its last token",
        ));
    }
    let kind = options.kind.or(known.map(|known| known.kind)).unwrap_or(if classifies { Kind::Reranker } else { Kind::Embedder });
    // The length a sentence model was trained for may be less than what its tokenizer allows.
    let trained = number(&read("sentence_bert_config.json")["max_seq_length"]);
    let own = trained.or(number(&read("tokenizer_config.json")["model_max_length"])).or(number(&config["max_position_embeddings"])).unwrap_or(512);
    let max_tokens = options.max_tokens.or(known.map(|known| known.max_tokens)).unwrap_or(own.min(MOST_TOKENS));
    if kind == Kind::Reranker {
        let usage = Usage { pooling: String::new(), query_prefix: String::new(), passage_prefix: String::new(), max_tokens, dimensions: 0 };
        return Ok((kind, usage));
    }
    let pooling = options.pooling.map(|pooling| pooling.name().to_owned()).or(known.map(|known| known.pooling.to_owned())).or_else(|| {
        let modes = read("1_Pooling/config.json");
        let on = |mode: &str| modes[mode].as_bool() == Some(true);
        match (on("pooling_mode_cls_token"), on("pooling_mode_mean_tokens")) {
            (true, false) => Some(Pooling::Cls.name().to_owned()),
            (false, true) => Some(Pooling::Mean.name().to_owned()),
            _ => None,
        }
    });
    let pooling = pooling.ok_or_else(no_pooling)?;
    let prompts = &read("config_sentence_transformers.json")["prompts"];
    let prompt = |names: &[&str]| names.iter().find_map(|name| prompts[*name].as_str()).unwrap_or_default().to_owned();
    let prefix = |said: &Option<String>, listed: Option<&str>, names: &[&str]| {
        said.clone().or_else(|| listed.map(str::to_owned)).unwrap_or_else(|| prompt(names))
    };
    let usage = Usage {
        pooling,
        query_prefix: prefix(&options.query_prefix, known.map(|k| k.query_prefix), &["query"]),
        passage_prefix: prefix(&options.passage_prefix, known.map(|k| k.passage_prefix), &["passage", "document"]),
        max_tokens,
        dimensions: known.map(|known| known.dimensions).or(number(&config["hidden_size"])).unwrap_or(0),
    };
    Ok((kind, usage))
}
