//! Models on this machine: imported, verified, damaged, removed, chosen; and the cross-encoder.

use std::fs;
use std::path::Path;

use sidenote_engine::cancel::CancelToken;
use sidenote_engine::error::{Error, ErrorCode};
use sidenote_engine::event::{Run, Silent};
use sidenote_engine::model::{CrossEncoder, Embedder, Generation, Generator, Message, Role, Sampling, Speaker};
use sidenote_models::catalogue::{KNOWN, Kind, known};
use sidenote_models::hub::Repository;
use sidenote_models::{Choice, Import, Installed, Options, Pooling, Store, remove_folder, settings_file};
use tempfile::TempDir;

use crate::graphs;

fn spread(files: graphs::Files, folder: &Path) {
    for (path, bytes) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new(files: graphs::Files) -> Self {
        let folder = tempfile::tempdir().unwrap();
        spread(files, &folder.path().join("tiny"));
        Self { folder }
    }

    fn from(&self) -> std::path::PathBuf {
        self.folder.path().join("tiny")
    }

    fn store(&self) -> Store {
        Store::new(self.folder.path().join("models"))
    }

    fn import(&self, import: &Import) -> Result<Installed, Error> {
        let cancel = CancelToken::new();
        import.run(&self.store(), Run { observer: &Silent, cancel: &cancel }).map(|(model, notices)| {
            assert!(notices.is_empty(), "{notices:?}");
            model
        })
    }
}

fn mean() -> Options {
    Options { pooling: Some(Pooling::Mean), ..Options::default() }
}

#[test]
fn a_folder_becomes_a_model() {
    let desk = Desk::new(graphs::embedder(1, 0));
    let model = desk.import(&Import { from: desk.from(), name: None, options: mean() }).unwrap();
    assert_eq!((model.manifest.name.as_str(), model.manifest.kind, model.manifest.usage.dimensions), ("tiny", Kind::Embedder, graphs::WIDTH));
    assert!(model.folder.starts_with(desk.store().folder()) && desk.from().join("config.json").is_file());
    assert_eq!(desk.store().find("tiny").unwrap().manifest, model.manifest);
    let again = desk.import(&Import { from: desk.from(), name: None, options: mean() }).unwrap_err();
    assert!(again.code == ErrorCode::InvalidInput && again.hint.contains("models remove tiny"), "{again:?}");
    // Its ONNX file alone is enough to name it.
    let other = Import { from: desk.from().join("onnx/model.onnx"), name: Some("other".to_owned()), options: mean() };
    let other = desk.import(&other).unwrap();
    assert_eq!(other.fingerprint(), model.fingerprint(), "the same bytes are the same vectors");
    remove_folder(&model.folder).unwrap();
    assert!(desk.store().find("tiny").is_none());
}

#[test]
fn a_sentence_model_is_cut_where_it_was_trained_to_be() {
    let desk = Desk::new(graphs::embedder(1, 0));
    fs::write(desk.from().join("sentence_bert_config.json"), r#"{"max_seq_length": 48, "do_lower_case": false}"#).unwrap();
    let model = desk.import(&Import { from: desk.from(), name: None, options: mean() }).unwrap();
    assert_eq!(model.manifest.usage.max_tokens, 48);
}

#[test]
fn a_known_model_brings_its_recipe() {
    let desk = Desk::new(graphs::embedder(1, 0));
    let model = desk.import(&Import { from: desk.from(), name: Some("Multilingual-E5-small".to_owned()), options: Options::default() }).unwrap();
    let manifest = &model.manifest;
    assert_eq!(
        (manifest.name.as_str(), manifest.usage.query_prefix.as_str(), manifest.usage.pooling.as_str()),
        ("multilingual-e5-small", "query: ", "mean")
    );
    assert_eq!(manifest.usage.dimensions, graphs::WIDTH, "what it does counts, not what was known");
    assert!(desk.store().find("intfloat/multilingual-e5-small").is_none(), "it did not come from there");
}

#[test]
fn a_broken_folder_is_refused_and_leaves_nothing() {
    let whole = || graphs::embedder_with_data(1, "weights.bin");
    type Break = fn(&Path);
    let breaks: [(&str, Break, &str); 6] = [
        ("no tokenizer", |f| fs::remove_file(f.join("tokenizer.json")).unwrap(), "tokenizer.json"),
        ("no weights", |f| fs::remove_file(f.join("onnx/weights.bin")).unwrap(), "onnx/weights.bin"),
        ("no graph", |f| fs::remove_file(f.join("onnx/model.onnx")).unwrap(), "model.onnx"),
        ("half a graph", |f| halve(&f.join("onnx/model.onnx")), "model.onnx"),
        ("half the weights", |f| halve(&f.join("onnx/weights.bin")), "could not be loaded"),
        ("no JSON", |f| fs::write(f.join("tokenizer.json"), "{").unwrap(), "could not be loaded"),
    ];
    for (what, damage, told) in breaks {
        let desk = Desk::new(whole());
        damage(&desk.from());
        let error = desk.import(&Import { from: desk.from(), name: None, options: mean() }).unwrap_err();
        assert!(error.message.contains(told) && !error.hint.is_empty(), "{what}: {error:?}");
        assert!(desk.store().all().0.is_empty() && !desk.store().folder().join(".import").exists(), "{what}");
    }
    let desk = Desk::new(whole());
    assert_eq!(desk.import(&Import { from: desk.folder.path().join("none"), ..Import::default() }).unwrap_err().code, ErrorCode::NotFound);
    for name in ["../x", "a b", "", sidenote_models::BUNDLED, ".x"] {
        let error = desk.import(&Import { from: desk.from(), name: Some(name.to_owned()), options: mean() }).unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidInput, "{name}");
    }
}

/// Takes in a file of this name that holds a generator; the name it gets, or why it is refused.
fn import_named(name: &str, bytes: &[u8]) -> Result<String, Error> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(name);
    fs::write(&file, bytes).unwrap();
    let import = Import { from: file, ..Import::default() };
    let result = import.run(&Store::new(folder.path().join("models")), Run { observer: &Silent, cancel: &CancelToken::new() });
    result.map(|(model, _)| model.manifest.name)
}

#[test]
fn a_file_is_named_after_its_own_name_as_far_as_that_can_be() {
    let whole = fs::read(crate::parity::fixture("qwen3-f32.gguf")).unwrap();
    assert_eq!(import_named("Qwen3 0.6B (Q4).gguf", &whole).unwrap(), "Qwen3-0.6B-Q4");
    assert_eq!(import_named("我的模型-7b.gguf", &whole).unwrap(), "7b");
    let error = import_named("我的模型.gguf", &whole).unwrap_err();
    assert!(error.message.contains("`我的模型`") && error.hint.contains("--name"), "{error:?}");
    for reserved in [sidenote_models::BUNDLED, sidenote_models::ENDPOINT] {
        let error = import_named(&format!("{reserved}.gguf"), &whole).unwrap_err();
        assert!(error.message.contains("something else") && error.hint.contains("--name"), "{error:?}");
    }
}

#[test]
fn a_file_that_is_none_by_its_name_or_has_nothing_in_it_is_told_apart() {
    let whole = fs::read(crate::parity::fixture("qwen3-f32.gguf")).unwrap();
    for (name, bytes, told) in [
        ("9f8e7d", whole.as_slice(), "is a GGUF file, and its name does not say so"),
        ("9f8e7d", b"GG", "is no ONNX model and no GGUF file"),
        ("empty.gguf", b"", "it is empty"),
        ("page.gguf", b"<html>", "it is no GGUF file"),
    ] {
        let error = import_named(name, bytes).unwrap_err();
        assert!(error.message.contains(told) && !error.hint.is_empty(), "{name}: {error:?}");
    }
    let desk = Desk::new(Vec::new());
    fs::create_dir_all(desk.from()).unwrap();
    let error = desk.import(&Import { from: desk.from(), ..Import::default() }).unwrap_err();
    assert!(error.message.contains("holds no ONNX model and no GGUF file"), "{error:?}");
}

#[cfg(unix)]
#[test]
fn a_link_has_the_name_it_is_known_by() {
    // As hubs' own caches keep files: under a number, and links to them.
    let folder = tempfile::tempdir().unwrap();
    fs::copy(crate::parity::fixture("qwen3-f32.gguf"), folder.path().join("9f8e7d")).unwrap();
    let link = folder.path().join("small.gguf");
    std::os::unix::fs::symlink("9f8e7d", &link).unwrap();
    let store = Store::new(folder.path().join("models"));
    let import = Import { from: link, ..Import::default() };
    let (model, _) = import.run(&store, Run { observer: &Silent, cancel: &CancelToken::new() }).unwrap();
    assert_eq!(model.manifest.name, "small");
    fs::remove_file(folder.path().join("9f8e7d")).unwrap();
    let found = store.find("small").unwrap();
    assert!(found.verify(Run { observer: &Silent, cancel: &CancelToken::new() }).unwrap().problems.is_empty(), "a copy, not a link");
}

fn halve(path: &Path) {
    let bytes = fs::read(path).unwrap();
    fs::write(path, &bytes[..bytes.len() / 2]).unwrap();
}

#[test]
fn a_flipped_byte_is_found() {
    let desk = Desk::new(graphs::embedder(1, 0));
    let model = desk.import(&Import { from: desk.from(), name: None, options: mean() }).unwrap();
    let cancel = CancelToken::new();
    let run = Run { observer: &Silent, cancel: &cancel };
    let verified = model.verify(run).unwrap();
    assert_eq!((verified.files, verified.bytes, verified.problems.len()), (4, model.manifest.size(), 0));
    let graph = model.folder.join("onnx/model.onnx");
    let mut bytes = fs::read(&graph).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&graph, &bytes).unwrap();
    let problems = model.verify(run).unwrap().problems;
    assert!(problems.len() == 1 && problems[0].contains("onnx/model.onnx"), "{problems:?}");
    // A file of another size is seen without reading it.
    fs::write(&graph, &bytes[1..]).unwrap();
    let error = model.embedder().err().unwrap();
    assert!(error.code == ErrorCode::ModelUnavailable && error.message.contains("another size") && error.hint.contains("remove tiny"), "{error:?}");
    fs::remove_file(&graph).unwrap();
    assert!(model.verify(run).unwrap().problems[0].contains("is missing"));
    cancel.cancel();
    assert_eq!(model.verify(run).unwrap_err().code, ErrorCode::Cancelled);
}

#[test]
fn a_damaged_manifest_is_told_and_not_followed() {
    let desk = Desk::new(graphs::embedder(1, 0));
    let model = desk.import(&Import { from: desk.from(), name: None, options: mean() }).unwrap();
    let path = model.folder.join("model.json");
    let text = fs::read_to_string(&path).unwrap();
    for bad in [text.replace("onnx/model.onnx", "../../model.onnx"), text.replace("\"format\": 1", "\"format\": 2"), text[..40].to_owned()] {
        fs::write(&path, bad).unwrap();
        let (models, broken) = desk.store().all();
        assert!(models.is_empty() && broken.len() == 1 && broken[0].code == ErrorCode::ModelUnavailable, "{broken:?}");
    }
}

#[test]
fn a_cross_encoder_scores_each_passage() {
    let desk = Desk::new(graphs::reranker());
    let model = desk.import(&Import { from: desk.from(), ..Import::default() }).unwrap();
    assert_eq!((model.manifest.kind, model.manifest.usage.dimensions), (Kind::Reranker, 0));
    assert_eq!(model.embedder().err().unwrap().code, ErrorCode::InvalidInput);
    let reranker = model.reranker().unwrap();
    let cancel = CancelToken::new();
    assert!(reranker.rerank("gold", &[], &cancel).unwrap().is_empty());
    let scores = reranker.rerank("what is gold", &["tea", "gold and gold and silver, at some length", "silver", ""], &cancel).unwrap();
    assert_eq!(scores, [1.0, 3.5, 1.5, 1.0]);
    cancel.cancel();
    assert_eq!(reranker.rerank("gold", &["tea"], &cancel).unwrap_err().code, ErrorCode::Cancelled);
    // An embedder has no scores to give.
    let desk = Desk::new(graphs::embedder(1, 0));
    let options = Options { kind: Some(Kind::Reranker), ..Options::default() };
    let error = desk.import(&Import { from: desk.from(), name: None, options }).unwrap_err();
    assert!(error.code == ErrorCode::ModelUnavailable && error.message.contains("logits"), "{error:?}");
}

#[test]
fn missing_tokenizer_settings_are_put_in() {
    let mut files = graphs::embedder(1, 0);
    let expected = {
        let desk = Desk::new(files.clone());
        let model = desk.import(&Import { from: desk.from(), name: None, options: mean() }).unwrap();
        model.embedder().unwrap().embed(&["green tea", "a cup of coffee for the morning"], Role::Passage, &CancelToken::new()).unwrap()
    };
    files.retain(|(path, _)| path != "tokenizer_config.json");
    let desk = Desk::new(files);
    let model = desk.import(&Import { from: desk.from(), name: None, options: mean() }).unwrap();
    let vectors = model.embedder().unwrap().embed(&["green tea", "a cup of coffee for the morning"], Role::Passage, &CancelToken::new()).unwrap();
    assert_eq!(vectors, expected);
}

#[test]
fn the_choice_leaves_the_rest_of_the_settings_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config/settings.toml");
    assert_eq!(Choice::read(&file).unwrap(), Choice::default());
    let choice = Choice { embedder: Some("a/b".to_owned()), next_embedder: Some("c \"d\"".to_owned()), ..Choice::default() };
    Choice::change(&file, |kept| Ok(std::mem::replace(kept, choice.clone()))).unwrap();
    assert_eq!(Choice::read(&file).unwrap(), choice);
    let text = "# mine\n[window]\nwidth = 80 # columns\n\n[models] # chosen\nembedder = \"x\"\n";
    fs::write(&file, text).unwrap();
    Choice::change(&file, |kept| Ok(kept.embedder.replace("y".to_owned()))).unwrap();
    assert_eq!(fs::read_to_string(&file).unwrap(), text.replace("\"x\"", "\"y\""));
    for broken in ["[models", "models = 3", "[models]\nembedder = 3"] {
        fs::write(&file, broken).unwrap();
        let error = Choice::read(&file).unwrap_err();
        assert!(error.code == ErrorCode::InvalidInput && error.message.contains("settings.toml"), "{error:?}");
        assert!(Choice::change(&file, |kept| Ok(kept.reranker.replace("r".to_owned()))).is_err(), "nothing unreadable is overwritten");
    }
}

#[test]
fn settings_that_several_change_at_once_keep_every_change() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("settings.toml");
    let names: Vec<String> = (0..16).map(|n| format!("key{n}")).collect();
    std::thread::scope(|scope| {
        for name in &names {
            scope.spawn(|| {
                settings_file::change(&file, |document| {
                    settings_file::table(document, "window", &file)?.insert(name, toml_edit::value(true));
                    Ok(())
                })
                .unwrap();
            });
            scope.spawn(|| {
                Choice::change(&file, |choice| {
                    choice.generator.get_or_insert_default().push('g');
                    Ok(())
                })
                .unwrap();
            });
        }
    });
    let document = settings_file::read(&file).unwrap();
    assert!(names.iter().all(|name| document["window"].get(name).is_some()), "{document}");
    assert_eq!(Choice::read(&file).unwrap().generator, Some("g".repeat(names.len())), "each saw what the one before made of it");
}

#[test]
fn every_known_model_can_be_asked_for() {
    for model in KNOWN {
        Repository::new(model.repository).unwrap();
        assert!(known(model.name).is_some_and(|found| found.repository == model.repository));
        let ends = |ending: &str| model.file.ends_with(ending);
        // Only a GGUF file can be read at its last token.
        let fits = ends(if model.kind == Kind::Generator || model.pooling == "last" { ".gguf" } else { ".onnx" });
        assert!(fits && !model.languages.is_empty() && !model.licence.is_empty(), "{}", model.name);
        assert!(model.download > 0 && model.needs() > model.download, "{}", model.name);
        assert_eq!(model.kind == Kind::Embedder, model.dimensions > 0 && ["mean", "cls", "last"].contains(&model.pooling), "{}", model.name);
    }
    let mut names: Vec<&str> = KNOWN.iter().map(|model| model.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), KNOWN.len());
    assert_eq!(sidenote_models::bundled().spec().name, sidenote_models::BUNDLED);
}

/// A store with a file of `tests/fixtures/gguf` to take in.
fn import_gguf(name: &str, options: Options) -> (TempDir, Result<(Installed, Vec<String>), Error>) {
    let folder = tempfile::tempdir().unwrap();
    let import = Import { from: crate::parity::fixture(name), name: None, options };
    let result = import.run(&Store::new(folder.path().join("models")), Run { observer: &Silent, cancel: &CancelToken::new() });
    (folder, result)
}

#[test]
fn a_gguf_file_becomes_a_generator() {
    let (folder, result) = import_gguf("llama-f32.gguf", Options::default());
    let (model, notices) = result.unwrap();
    assert!(notices.is_empty(), "{notices:?}");
    let manifest = &model.manifest;
    assert_eq!((manifest.name.as_str(), manifest.kind, manifest.files.len(), manifest.usage.max_tokens), ("llama-f32", Kind::Generator, 1, 8192));
    assert!(model.memory().unwrap() > manifest.size());
    let found = Store::new(folder.path().join("models")).find("llama-f32").unwrap();
    let messages = [Message { speaker: Speaker::User, text: "Hello".to_owned() }];
    let request = Generation { messages: &messages, limit: 5, sampling: Sampling::default(), passages: None };
    let writer = found.generator().unwrap();
    let generated = writer.generate(&request, &mut |_| {}, &CancelToken::new()).unwrap();
    assert!(generated.new_tokens <= 5 && writer.spec().context == 8192 && writer.spec().leaves_machine_to.is_none());
    assert_eq!(found.embedder().map(|_| ()).unwrap_err().code, ErrorCode::InvalidInput);
    assert!(found.verify(Run { observer: &Silent, cancel: &CancelToken::new() }).unwrap().problems.is_empty());
    // Damaged afterwards.
    fs::write(found.folder.join("llama-f32.gguf"), b"GGUF").unwrap();
    assert_eq!(found.generator().map(|_| ()).unwrap_err().code, ErrorCode::ModelUnavailable);
}

#[test]
fn a_gguf_file_that_could_not_run_is_not_installed() {
    let (folder, result) = import_gguf("smollm-tokens.gguf", Options::default());
    assert_eq!(result.map(|_| ()).unwrap_err().code, ErrorCode::ModelUnavailable);
    assert!(Store::new(folder.path().join("models")).all().0.is_empty());
    let (_folder, result) = import_gguf("llama-f32.gguf", Options { kind: Some(Kind::Embedder), ..Options::default() });
    assert_eq!(result.map(|_| ()).unwrap_err().code, ErrorCode::InvalidInput);
    let (_folder, result) = import_gguf("llama-f32.gguf", Options { max_tokens: Some(600), ..Options::default() });
    assert_eq!(result.unwrap().0.manifest.usage.max_tokens, 600);
}

/// A file of `tests/fixtures/gguf` whose header says one thing more: what it says fills a whole step of the file's alignment.
fn with_licence(licence: &str) -> Vec<u8> {
    let mut bytes = fs::read(crate::parity::fixture("llama-f32.gguf")).unwrap();
    let key = b"general.license";
    let mut entry = Vec::new();
    entry.extend((key.len() as u64).to_le_bytes());
    entry.extend(key);
    // The type of a text.
    entry.extend(8_u32.to_le_bytes());
    entry.extend((licence.len() as u64).to_le_bytes());
    entry.extend(licence.as_bytes());
    assert_eq!(entry.len() % 32, 0, "{}", entry.len());
    let count = u64::from_le_bytes(bytes[16..24].try_into().unwrap()) + 1;
    bytes[16..24].copy_from_slice(&count.to_le_bytes());
    bytes.splice(24..24, entry);
    bytes
}

#[test]
fn an_imported_generator_has_the_licence_that_its_file_names() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mine.gguf");
    let licence = "apache-2.0, as its makers say";
    fs::write(&file, with_licence(licence)).unwrap();
    let silent = crate::parity::fixture("llama-f32.gguf");
    // Another file under the name of a listed model is not that model's, whose licence is another one.
    for (from, name, says) in [(&file, None, licence), (&file, Some("llama-3.2-1b"), licence), (&silent, Some("llama-3.2-1b"), "")] {
        let folder = tempfile::tempdir().unwrap();
        let import = Import { from: from.clone(), name: name.map(str::to_owned), ..Import::default() };
        let (model, _) = import.run(&Store::new(folder.path().join("models")), Run { observer: &Silent, cancel: &CancelToken::new() }).unwrap();
        assert_eq!(model.manifest.licence, says, "{name:?}");
    }
}

#[test]
fn a_file_that_cannot_be_imported_is_named_as_the_person_named_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("broken.gguf");
    let whole = fs::read(crate::parity::fixture("llama-f32.gguf")).unwrap();
    fs::write(&file, &whole[..whole.len() / 2]).unwrap();
    let cancel = CancelToken::new();
    let import = Import { from: file.clone(), ..Import::default() };
    let error = import.run(&Store::new(folder.path().join("models")), Run { observer: &Silent, cancel: &cancel }).unwrap_err();
    let own = file.canonicalize().unwrap().display().to_string();
    assert!(error.message.contains(&own) && !error.message.contains(".import"), "{error:?}");
}
