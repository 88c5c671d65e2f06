//! Sentence models in GGUF files: their vectors against llama.cpp's, on the tiny models of `tests/fixtures/gguf`, whose `make.py` made both; how they are
//! told from generators; and what is refused.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;
use sidenote_engine::cancel::CancelToken;
use sidenote_engine::error::{Error, ErrorCode};
use sidenote_engine::event::{Run, Silent};
use sidenote_engine::model::{Embedder, Role};
use sidenote_models::catalogue::{Kind, known};
use sidenote_models::generate::GgufEmbedder;
use sidenote_models::{Import, Installed, Options, Pooling, Recipe, Store};
use tempfile::TempDir;

use crate::embedding::{cosine, length, spec};
use crate::parity::fixture;

/// Numbers of a vector of the tiny models.
const WIDTH: usize = 32;

fn recipe(pooling: Pooling) -> Recipe {
    Recipe { pooling, max_tokens: 1024, query_prefix: String::new(), passage_prefix: String::new(), threads: 1, batch: 1 }
}

fn open(name: &str, recipe: Recipe) -> GgufEmbedder {
    GgufEmbedder::new(spec(WIDTH), recipe, fixture(&format!("{name}.gguf")))
}

fn embed(model: &dyn Embedder, texts: &[&str]) -> Vec<Vec<f32>> {
    model.embed(texts, Role::Passage, &CancelToken::new()).unwrap()
}

fn rows(name: &str) -> Vec<Value> {
    serde_json::from_slice(&fs::read(fixture(&format!("{name}.json"))).unwrap()).unwrap()
}

fn texts(rows: &[Value]) -> Vec<&str> {
    rows.iter().map(|row| row["text"].as_str().unwrap()).collect()
}

#[test]
#[expect(clippy::print_stderr, reason = "figures for who changes the network")]
fn vectors_are_those_of_the_reference() {
    // Numbers that are multiplied with quantised weights are rounded to 8 bits by both, not in the same places.
    for (name, enough) in [("sentences-f32", 0.99999), ("sentences-q8_0", 0.999)] {
        let rows = rows(name);
        for pooling in [Pooling::Last, Pooling::Mean] {
            let vectors = embed(&open(name, recipe(pooling)), &texts(&rows));
            let mut least = f32::INFINITY;
            for (row, vector) in rows.iter().zip(&vectors) {
                let theirs: Vec<f32> = row[pooling.name()].as_array().unwrap().iter().map(|x| x.as_f64().unwrap() as f32).collect();
                let same = cosine(vector, &theirs);
                assert!(vector.len() == WIDTH && (length(vector) - 1.0).abs() < 1e-5, "{name}: {row}");
                assert!(same > enough, "{name}, {}: {same} {row}", pooling.name());
                least = least.min(same);
            }
            eprintln!("{name}, {}: {} texts, least cosine {least:.6}", pooling.name(), rows.len());
        }
    }
}

#[test]
fn a_batch_gives_what_its_texts_give_alone_and_blank_ones_give_zeros() {
    let model = open("sentences-q8_0", recipe(Pooling::Last));
    let rows = rows("sentences-q8_0");
    let all = [texts(&rows), vec!["", " \n\t\u{3000}"]].concat();
    let together = embed(&model, &all);
    for (text, vector) in all.iter().zip(&together) {
        assert_eq!(embed(&model, &[text])[0], *vector, "{text:?}");
        assert_eq!(text.trim().is_empty(), *vector == vec![0.0; WIDTH], "{text:?}");
    }
    assert!(embed(&model, &[]).is_empty());
}

#[test]
fn a_long_text_is_cut_and_still_ends_as_a_text_does() {
    let short = Recipe { max_tokens: 64, ..recipe(Pooling::Last) };
    let model = open("sentences-f32", short);
    // Each of these is far more than 64 tokens, and they differ after that only.
    let begun = "A note is cut into passages; 每个段落都有向量。 ".repeat(10);
    let [a, b] = [format!("{begun} one"), format!("{begun}{}", "two ".repeat(2_000_000))].map(|text| {
        let began = Instant::now();
        let vector = embed(&model, &[&text]).remove(0);
        assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
        vector
    });
    assert_eq!(a, b);
    let uncut = open("sentences-f32", recipe(Pooling::Last));
    assert!(cosine(&a, &embed(&uncut, &[&format!("{begun} one")])[0]) < 0.999);
    // Without the token at the end the vector would be that of a word.
    let ended = embed(&uncut, &["What does a KV cache keep?"]).remove(0);
    let mut bytes = fs::read(fixture("sentences-f32.gguf")).unwrap();
    set(&mut bytes, "tokenizer.ggml.add_eos_token", &[0]);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("open.gguf");
    fs::write(&file, bytes).unwrap();
    let open_ended = embed(&GgufEmbedder::new(spec(WIDTH), recipe(Pooling::Last), file), &["What does a KV cache keep?"]).remove(0);
    assert!(cosine(&ended, &open_ended) < 0.999);
}

#[test]
fn cancel_stops_before_the_first_text_and_between_texts_and_the_model_serves_the_next_caller() {
    let model = open("sentences-f32", recipe(Pooling::Last));
    model.load(&CancelToken::new()).unwrap();
    let text = "注意力机制 and what it attends to. ".repeat(30);
    let many = vec![text.as_str(); 20_000];
    let cancel = CancelToken::new();
    let began = Instant::now();
    std::thread::scope(|scope| {
        let run = scope.spawn(|| model.embed(&many, Role::Passage, &cancel));
        std::thread::sleep(Duration::from_millis(200));
        // A question comes to its turn while notes are read.
        assert_eq!(model.embed(&["a"], Role::Query, &CancelToken::new()).unwrap().len(), 1);
        assert!(!run.is_finished());
        cancel.cancel();
        assert_eq!(run.join().unwrap().unwrap_err().code, ErrorCode::Cancelled);
    });
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    assert_eq!(model.embed(&["a"], Role::Query, &cancel).unwrap_err().code, ErrorCode::Cancelled);
    assert_eq!(embed(&model, &["a"]).len(), 1);
}

/// Writes over a value of a header, whose key and type stand before it.
fn set(bytes: &mut [u8], key: &str, value: &[u8]) {
    let at = bytes.windows(key.len()).position(|found| found == key.as_bytes()).unwrap() + key.len() + 4;
    bytes[at..at + value.len()].copy_from_slice(value);
}

/// A store and files to take in.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    fn import(&self, from: &Path, name: Option<&str>, options: Options) -> Result<Installed, Error> {
        let store = Store::new(self.folder.path().join("models"));
        let import = Import { from: from.to_owned(), name: name.map(str::to_owned), options };
        import.run(&store, Run { observer: &Silent, cancel: &CancelToken::new() }).map(|(model, notices)| {
            assert!(notices.is_empty(), "{notices:?}");
            model
        })
    }
}

fn saying(kind: Option<Kind>, pooling: Option<Pooling>) -> Options {
    Options { kind, pooling, ..Options::default() }
}

#[test]
fn a_file_that_says_how_its_vectors_are_made_becomes_an_embedder_and_no_generator() {
    let desk = Desk::new();
    let model = desk.import(&fixture("sentences-f32.gguf"), None, Options::default()).unwrap();
    let (manifest, usage) = (&model.manifest, &model.manifest.usage);
    assert_eq!((manifest.name.as_str(), manifest.kind, manifest.files.len()), ("sentences-f32", Kind::Embedder, 1));
    assert_eq!((usage.pooling.as_str(), usage.dimensions, usage.max_tokens), ("last", WIDTH, 1024));
    assert!(model.memory().unwrap() > manifest.size());
    let refused = model.generator().map(drop).unwrap_err();
    assert!(refused.code == ErrorCode::InvalidInput && refused.message.contains("is no generator"), "{refused:?}");
    let embedder = model.embedder().unwrap();
    assert_eq!(embedder.spec().fingerprint, model.fingerprint());
    assert_eq!(embed(embedder.as_ref(), &["注意力"]), embed(&open("sentences-f32", recipe(Pooling::Last)), &["注意力"]));

    // What the person says about it counts more than the file, and makes other vectors.
    let mean = desk.import(&fixture("sentences-f32.gguf"), Some("mean"), saying(None, Some(Pooling::Mean))).unwrap();
    assert_eq!(mean.manifest.usage.pooling, "mean");
    assert_ne!(mean.fingerprint(), model.fingerprint());
    for (name, kind) in [(Some("qwen3-0.6b"), None), (Some("other"), Some(Kind::Generator)), (Some("other"), Some(Kind::Reranker))] {
        let refused = desk.import(&fixture("sentences-f32.gguf"), name, saying(kind, None)).unwrap_err();
        assert!(refused.code == ErrorCode::InvalidInput && !refused.hint.is_empty(), "{refused:?}");
    }
    let refused = desk.import(&fixture("sentences-f32.gguf"), Some("bge-m3"), Options::default()).unwrap_err();
    assert!(refused.message.contains("bge-m3 is an ONNX model"), "{refused:?}");
}

#[test]
fn a_generator_becomes_an_embedder_only_where_someone_says_how() {
    let desk = Desk::new();
    let file = fixture("qwen3-f32.gguf");
    let model = desk.import(&file, None, Options::default()).unwrap();
    assert_eq!(model.manifest.kind, Kind::Generator);
    assert_eq!(model.embedder().map(drop).unwrap_err().code, ErrorCode::InvalidInput);
    let refused = desk.import(&file, Some("other"), saying(Some(Kind::Embedder), None)).unwrap_err();
    assert!(refused.code == ErrorCode::InvalidInput && refused.hint.contains("--pooling last"), "{refused:?}");
    let said = desk.import(&file, Some("said"), saying(None, Some(Pooling::Last))).unwrap();
    assert_eq!((said.manifest.kind, said.manifest.usage.dimensions), (Kind::Embedder, WIDTH));
    let refused = desk.import(&file, Some("qwen3-1.7b"), saying(None, Some(Pooling::Last))).unwrap_err();
    assert!(refused.message.contains("cannot write"), "{refused:?}");
}

#[test]
fn a_listed_model_brings_its_recipe_by_its_name_or_by_that_of_its_file() {
    let listed = known("qwen3-embedding-0.6b").unwrap();
    let bytes = fs::read(fixture("sentences-q8_0.gguf")).unwrap();
    for (file, name) in [("mine.gguf", Some("Qwen3-Embedding-0.6B")), (listed.file, None)] {
        let desk = Desk::new();
        let model = desk.import(&desk.file(file, &bytes), name, Options::default()).unwrap();
        let (manifest, usage) = (&model.manifest, &model.manifest.usage);
        // Whose file it is, and under which licence, its name does not say.
        assert_eq!((manifest.name.as_str(), manifest.languages.as_str(), manifest.licence.as_str()), (listed.name, listed.languages, ""));
        assert_eq!((usage.query_prefix.as_str(), usage.passage_prefix.as_str()), (listed.query_prefix, ""));
        let embedder = model.embedder().unwrap();
        let asked = embedder.embed(&["什么是缓存？"], Role::Query, &CancelToken::new()).unwrap();
        let written = "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery:什么是缓存？";
        assert_eq!(asked, embed(embedder.as_ref(), &[written]));
        assert!(cosine(&asked[0], &embed(embedder.as_ref(), &["什么是缓存？"])[0]) < 0.999);
    }
    let desk = Desk::new();
    let own = desk.import(&desk.file(listed.file, &bytes), Some("own"), Options::default()).unwrap();
    assert_eq!((own.manifest.name.as_str(), own.manifest.usage.query_prefix.as_str()), ("own", ""));
}

#[test]
fn what_cannot_be_run_is_refused_with_a_reason_and_leaves_nothing() {
    let whole = fs::read(fixture("sentences-f32.gguf")).unwrap();
    let with = |key: &str, value: &[u8]| {
        let mut bytes = whole.clone();
        set(&mut bytes, key, value);
        bytes
    };
    let pooled = |pooling: u32| with("qwen3.pooling_type", &pooling.to_le_bytes());
    let mut both_ways = whole.clone();
    // Two more entries, which fill two whole steps of the file's alignment: the yes or no in question, and one that nobody reads.
    let entry = |key: &str| [&(key.len() as u64).to_le_bytes()[..], key.as_bytes(), &7_u32.to_le_bytes(), &[0]].concat();
    let entries = [entry("qwen3.attention.causal"), entry("general.anything")].concat();
    assert_eq!(entries.len() % 32, 0);
    let count = u64::from_le_bytes(whole[16..24].try_into().unwrap()) + 2;
    both_ways[16..24].copy_from_slice(&count.to_le_bytes());
    both_ways.splice(24..24, entries);
    let cases: [(&str, Vec<u8>, &str); 8] = [
        ("half", whole[..whole.len() / 2].to_vec(), "ends before its tensor"),
        ("header", whole[..600].to_vec(), "header"),
        ("none", b"not a model at all".to_vec(), "no GGUF file"),
        ("first", pooled(2), "`cls`"),
        ("rank", pooled(4), "`rank`"),
        ("unknown", pooled(9), "pooling 9"),
        ("both ways", both_ways, "see those after them"),
        ("tensor", with("blk.0.attn_q.weight", &[9]), "cannot be"),
    ];
    for (what, bytes, told) in cases {
        let desk = Desk::new();
        let file = desk.file("model.gguf", &bytes);
        let error = desk.import(&file, None, Options::default()).unwrap_err();
        assert!(error.code == ErrorCode::ModelUnavailable && error.message.contains(told) && !error.hint.is_empty(), "{what}: {error:?}");
        assert!(Store::new(desk.folder.path().join("models")).all().0.is_empty(), "{what}");
        // The same, for a file that was damaged later.
        let error = GgufEmbedder::new(spec(WIDTH), recipe(Pooling::Last), file).embed(&["a"], Role::Query, &CancelToken::new());
        if !["first", "rank", "unknown"].contains(&what) {
            assert_eq!(error.unwrap_err().code, ErrorCode::ModelUnavailable, "{what}");
        }
    }
    // A handle says so each time.
    let model: Arc<dyn Embedder> = Arc::new(open("nowhere", recipe(Pooling::Last)));
    for _ in 0..2 {
        assert_eq!(model.load(&CancelToken::new()).unwrap_err().code, ErrorCode::Io);
    }
    let other = GgufEmbedder::new(spec(WIDTH + 1), recipe(Pooling::Last), fixture("sentences-f32.gguf"));
    let error = other.embed(&["a"], Role::Query, &CancelToken::new()).unwrap_err();
    assert!(error.code == ErrorCode::ModelUnavailable && error.message.contains("32 numbers instead of 33"), "{error:?}");
}
