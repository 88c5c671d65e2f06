//! An embedder through fastembed on ONNX Runtime, with tiny graphs of our own.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use sidenote_engine::cancel::CancelToken;
use sidenote_engine::error::{Error, ErrorCode};
use sidenote_engine::model::{Embedder, Fingerprint, ModelSpec, Role};
use sidenote_models::{ModelFiles, OnnxEmbedder, Pooling, Recipe};

use crate::graphs::{self, WIDTH};
use crate::reference::{embed_by_graph, table_of_graph};

/// One model for all tests, as a program has one.
static MODEL: LazyLock<OnnxEmbedder> = LazyLock::new(|| OnnxEmbedder::new(spec(WIDTH), recipe(), || Ok(tiny(1, 0))));

/// A tiny embedder's files; `layers` of arithmetic make it slow.
pub(crate) fn tiny(seed: u64, layers: usize) -> ModelFiles {
    let files = graphs::embedder(seed, layers);
    let file = |name: &str| files.iter().find(|(path, _)| path == name).map(|(_, bytes)| bytes.clone());
    ModelFiles {
        model: file("onnx/model.onnx").unwrap(),
        tokenizer: file("tokenizer.json").unwrap(),
        config: file("config.json").unwrap(),
        special_tokens_map: file("special_tokens_map.json").unwrap_or_else(|| b"{}".to_vec()),
        tokenizer_config: file("tokenizer_config.json").unwrap(),
    }
}

pub(crate) fn recipe() -> Recipe {
    Recipe { pooling: Pooling::Mean, max_tokens: 256, query_prefix: String::new(), passage_prefix: String::new(), threads: 1, batch: 16 }
}

pub(crate) fn spec(dimensions: usize) -> ModelSpec {
    ModelSpec { name: "test".to_owned(), dimensions, fingerprint: Fingerprint("0".repeat(16)) }
}

pub(crate) fn cosine(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

pub(crate) fn length(vector: &[f32]) -> f32 {
    cosine(vector, vector).sqrt()
}

fn embed(texts: &[&str]) -> Vec<Vec<f32>> {
    MODEL.embed(texts, Role::Passage, &CancelToken::new()).unwrap()
}

const TEXTS: [&str; 12] = [
    "How hot is the water for green tea?",
    "GOLD and silver",
    "注意力机制让每个词看到整个句子。",
    "KV缓存的大小与上下文长度成正比，int8 attention memory",
    "a",
    "tea",
    "C++ and top-k sampling, 3.14159, e-mail@example.org",
    "🙂🙂 cats ᚠᚢᚦ sleep",
    "(!)",
    "the morning\ncoffee\r\n\tground 90 degrees celsius",
    "繁體中文的筆記",
    "what is a cup of boiling water for",
];

#[test]
fn the_runtime_path_equals_an_independent_computation() {
    let graph = tiny(1, 0).model;
    // Longer than the model's limit: its last words do not count.
    let seen = "tea of a cup ".repeat(64);
    let long = format!("{seen}{}", "gold ".repeat(100));
    assert!(long.len() < 8 * 256 && seen.split_whitespace().count() == 256);
    let texts: Vec<&str> = TEXTS.iter().copied().chain([long.as_str()]).collect();
    for (text, vector) in texts.iter().zip(embed(&texts)) {
        assert_eq!(vector.len(), WIDTH);
        assert!((length(&vector) - 1.0).abs() < 1e-4, "{text}: length {}", length(&vector));
        let same = cosine(&vector, &embed_by_graph(&graph, if *text == long { &seen } else { text }));
        assert!(same > 0.9999, "{text}: {same}");
    }
}

#[test]
fn two_models_are_two_vector_spaces() {
    let other = OnnxEmbedder::new(spec(WIDTH), recipe(), || Ok(tiny(2, 0)));
    let vector = other.embed(&[TEXTS[0]], Role::Passage, &CancelToken::new()).unwrap().remove(0);
    assert!(cosine(&vector, &embed_by_graph(&tiny(2, 0).model, TEXTS[0])) > 0.9999);
    assert!(cosine(&vector, &embed(&[TEXTS[0]])[0]) < 0.9);
}

#[test]
fn the_first_tokens_vector_is_taken_where_the_recipe_says_so() {
    let model = OnnxEmbedder::new(spec(WIDTH), Recipe { pooling: Pooling::Cls, ..recipe() }, || Ok(tiny(1, 0)));
    let vectors = model.embed(&["tea of gold", "gold of tea"], Role::Passage, &CancelToken::new()).unwrap();
    assert!(cosine(&vectors[0], &embed(&["tea"])[0]) > 0.9999 && cosine(&vectors[1], &embed(&["gold"])[0]) > 0.9999);
}

#[test]
fn a_batch_equals_its_texts_one_by_one_and_keeps_their_order() {
    let texts: Vec<&str> = TEXTS.iter().copied().cycle().take(50).collect();
    for (text, vector) in texts.iter().zip(embed(&texts)) {
        let alone = embed(&[text]).remove(0);
        assert!(vector.iter().zip(&alone).all(|(x, y)| (x - y).abs() < 1e-5), "{text}");
    }
}

/// A tiny model whose tokenizer drops control characters and whose unknown word has no direction.
fn dropping() -> OnnxEmbedder {
    OnnxEmbedder::new(spec(WIDTH), recipe(), || {
        let mut files = tiny(1, 0);
        let tokenizer = String::from_utf8(files.tokenizer).unwrap();
        let cleaning = r#"{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,"lowercase":true}"#;
        assert!(tokenizer.contains(r#"{"type":"Lowercase"}"#));
        files.tokenizer = tokenizer.replace(r#"{"type":"Lowercase"}"#, cleaning).into_bytes();
        let table = table_of_graph(&files.model);
        files.model[table][WIDTH * 4..][..WIDTH * 4].fill(0);
        Ok(files)
    })
}

#[test]
fn a_text_without_known_tokens_gives_zeros() {
    let model = dropping();
    let embed = |texts: &[&str]| model.embed(texts, Role::Passage, &CancelToken::new()).unwrap();
    let texts = ["", " \n\t\u{3000}", "ᚠᚢᚦ", "\u{1}\u{2}", "\u{1c}\u{85}", "\0", "[UNK]", "green tea between them"];
    let vectors = embed(&texts);
    for (text, vector) in texts[..7].iter().zip(&vectors) {
        assert_eq!(vector, &vec![0.0; WIDTH], "{text:?}");
        assert_eq!(embed(&[text])[0], *vector, "{text:?} alone");
    }
    assert!((length(&vectors[7]) - 1.0).abs() < 1e-4);
    assert!(embed(&[]).is_empty());
}

#[test]
fn a_long_text_is_cut_before_the_tokenizer_sees_it() {
    embed(&["warm"]);
    for unit in ["很长的一行没有空格", "longwordwithoutspaces", "plain words and spaces ", "\u{3000}", "()[]{}"] {
        // 10 MB and more in one line: the whole of it through the tokenizer takes seconds and more.
        let text = unit.repeat(10_000_000 / unit.len());
        let start = Instant::now();
        let vector = embed(&[&text]).remove(0);
        assert!(start.elapsed() < Duration::from_secs(2), "{unit}: {:?}", start.elapsed());
        assert!(vector.iter().all(|x| x.is_finite()));
    }
    let text = "green tea ".repeat(10_000);
    let start: String = text.chars().take(8 * 256).collect();
    assert!(cosine(&embed(&[&text])[0], &embed(&[&start])[0]) > 0.9999);
}

#[test]
fn cancel_stops_between_batches_and_before_the_first() {
    let cancel = CancelToken::new();
    cancel.cancel();
    assert_eq!(MODEL.embed(&["a"], Role::Query, &cancel).unwrap_err().code, ErrorCode::Cancelled);

    let slow = OnnxEmbedder::new(spec(WIDTH), recipe(), || Ok(tiny(1, 2)));
    assert_eq!(slow.embed(&["warm"], Role::Query, &CancelToken::new()).unwrap().len(), 1);
    let text = "green tea of the morning ".repeat(60);
    let texts = vec![text.as_str(); 20_000];
    let cancel = CancelToken::new();
    let start = Instant::now();
    std::thread::scope(|scope| {
        let run = scope.spawn(|| slow.embed(&texts, Role::Passage, &cancel));
        std::thread::sleep(Duration::from_millis(200));
        cancel.cancel();
        assert_eq!(run.join().unwrap().unwrap_err().code, ErrorCode::Cancelled);
    });
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    // The model serves the next caller.
    assert_eq!(slow.embed(&["a"], Role::Query, &CancelToken::new()).unwrap().len(), 1);
}

#[test]
fn several_callers_share_one_model() {
    std::thread::scope(|scope| {
        for (number, text) in TEXTS.iter().enumerate() {
            scope.spawn(move || {
                let texts = vec![*text; 40 + number];
                let vectors = embed(&texts);
                assert_eq!(vectors.len(), texts.len());
                assert!(vectors.iter().all(|vector| cosine(vector, &vectors[0]) > 0.9999));
            });
        }
    });
}

#[test]
fn a_handle_is_cheap_and_knows_its_spec_before_loading() {
    let handle = OnnxEmbedder::new(spec(WIDTH), recipe(), || panic!("nothing asked for the files"));
    assert_eq!(handle.spec().dimensions, WIDTH);
    drop(handle);

    let handle = OnnxEmbedder::new(spec(WIDTH), recipe(), || Ok(tiny(1, 0)));
    handle.warm_up();
    handle.load(&CancelToken::new()).unwrap();
    assert_eq!(handle.embed(&["a"], Role::Query, &CancelToken::new()).unwrap().len(), 1);
}

#[test]
fn damaged_files_are_an_error_each_time_and_never_a_panic() {
    let half = tiny(1, 0).model;
    let broken = [
        ("no ONNX", ModelFiles { model: b"not a graph".to_vec(), ..tiny(1, 0) }),
        ("half an ONNX", ModelFiles { model: half[..half.len() / 2].to_vec(), ..tiny(1, 0) }),
        ("no tokenizer", ModelFiles { tokenizer: b"{}".to_vec(), ..tiny(1, 0) }),
        ("no configuration", ModelFiles { config: b"[".to_vec(), ..tiny(1, 0) }),
        ("no settings", ModelFiles { tokenizer_config: b"".to_vec(), ..tiny(1, 0) }),
    ];
    for (what, files) in broken {
        let handle = OnnxEmbedder::new(spec(WIDTH), recipe(), move || Ok(files.clone()));
        for _ in 0..2 {
            let error = handle.embed(&["a"], Role::Query, &CancelToken::new()).unwrap_err();
            assert_eq!(error.code, ErrorCode::ModelUnavailable, "{what}: {error}");
            assert!(!error.hint.is_empty(), "{what}");
        }
    }
    let handle = OnnxEmbedder::new(spec(WIDTH), recipe(), || Err(Error::new(ErrorCode::Io, "gone", "look")));
    assert_eq!(handle.load(&CancelToken::new()).unwrap_err().message, "gone");
    assert_eq!(handle.embed(&["a"], Role::Query, &CancelToken::new()).unwrap_err().message, "gone");
}

#[test]
fn a_model_of_another_size_is_refused() {
    let handle = OnnxEmbedder::new(spec(384), recipe(), || Ok(tiny(1, 0)));
    let error = handle.embed(&["a"], Role::Query, &CancelToken::new()).unwrap_err();
    assert_eq!(error.code, ErrorCode::ModelUnavailable);
    assert!(error.message.contains("32") && error.message.contains("384"), "{}", error.message);
}

#[test]
fn a_panic_while_loading_is_an_error_and_the_thread_lives_on() {
    let first = AtomicBool::new(true);
    let handle = OnnxEmbedder::new(spec(WIDTH), recipe(), move || {
        assert!(!first.swap(false, Ordering::Relaxed), "expected by this test");
        Ok(tiny(1, 0))
    });
    assert_eq!(handle.embed(&["a"], Role::Query, &CancelToken::new()).unwrap_err().code, ErrorCode::Internal);
    assert_eq!(handle.embed(&["a"], Role::Query, &CancelToken::new()).unwrap().len(), 1);
}

#[test]
fn prefixes_are_added_by_role() {
    let prefixed = Recipe { query_prefix: "what is ".to_owned(), passage_prefix: "gold: ".to_owned(), ..recipe() };
    assert_eq!(prefixed.format("water", Role::Query), "what is water");
    let handle = OnnxEmbedder::new(spec(WIDTH), prefixed, || Ok(tiny(1, 0)));
    let cancel = CancelToken::new();
    let query = handle.embed(&["water"], Role::Query, &cancel).unwrap();
    let passage = handle.embed(&["water"], Role::Passage, &cancel).unwrap();
    let plain = embed(&["what is water", "gold: water"]);
    assert!(cosine(&query[0], &plain[0]) > 0.9999 && cosine(&passage[0], &plain[1]) > 0.9999);
    assert!(cosine(&query[0], &passage[0]) < 0.9999);
}
