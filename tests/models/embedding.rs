//! The bundled model through fastembed on ONNX Runtime.

use std::borrow::Cow;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use sidenote_engine::cancel::CancelToken;
use sidenote_engine::error::{Error, ErrorCode};
use sidenote_engine::model::{Embedder, Fingerprint, ModelSpec, Role};
use sidenote_models::{ModelFiles, OnnxEmbedder, Pooling, Recipe, bundled, bundled_files};

use crate::reference::Reference;

/// One model for all tests, as a program has one.
static MODEL: LazyLock<Arc<OnnxEmbedder>> = LazyLock::new(bundled);

fn embed(texts: &[&str]) -> Vec<Vec<f32>> {
    MODEL.embed(texts, Role::Passage, &CancelToken::new()).unwrap()
}

fn cosine(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

fn length(vector: &[f32]) -> f32 {
    cosine(vector, vector).sqrt()
}

fn recipe() -> Recipe {
    Recipe { pooling: Pooling::Mean, max_tokens: 512, query_prefix: String::new(), passage_prefix: String::new(), threads: 1, batch: 16 }
}

fn spec(dimensions: usize) -> ModelSpec {
    ModelSpec { name: "test".to_owned(), dimensions, fingerprint: Fingerprint("0".repeat(16)) }
}

const TEXTS: [&str; 12] = [
    "注意力机制让每个词看到整个句子。",
    "The key-value cache grows with the length of the context.",
    "KV缓存的大小与上下文长度成正比，int8 量化可以减半。",
    "LoRA微调只训练两个低秩矩阵 A 和 B。",
    "C++ and top-k sampling, 3.14159, e-mail@example.org",
    "ＦＵＬＬ　ｗｉｄｔｈ １２３ and ½ ﬁne",
    "繁體中文的筆記也能搜尋。",
    "a",
    "的",
    "🙂🙂 emoji ᚠᚢᚦ runes",
    "line one\nline two\r\n\tline three",
    "internationalization of electroencephalographically long words",
];

#[test]
fn the_runtime_path_equals_an_independent_computation() {
    let reference = Reference::new();
    let long = "注意力 attention ".repeat(700);
    let texts: Vec<&str> = TEXTS.iter().copied().chain([long.as_str()]).collect();
    for (text, vector) in texts.iter().zip(embed(&texts)) {
        assert_eq!(vector.len(), 256);
        assert!((length(&vector) - 1.0).abs() < 1e-4, "{text}: length {}", length(&vector));
        let same = cosine(&vector, &reference.embed(text));
        assert!(same > 0.9999, "{text}: {same}");
    }
}

#[test]
fn a_batch_equals_its_texts_one_by_one_and_keeps_their_order() {
    let texts: Vec<&str> = TEXTS.iter().copied().cycle().take(50).collect();
    for (text, vector) in texts.iter().zip(embed(&texts)) {
        let alone = embed(&[text]).remove(0);
        assert!(vector.iter().zip(&alone).all(|(x, y)| (x - y).abs() < 1e-5), "{text}");
    }
}

#[test]
fn a_chinese_sentence_is_closest_to_its_own_translation() {
    let pairs = [
        ("如何减少大语言模型推理时的显存占用？", "How to reduce the GPU memory that a large language model needs for inference"),
        ("这家餐厅上午九点开门，供应新鲜的鱼。", "The restaurant opens at nine in the morning and serves fresh fish."),
        ("用户登录失败时检查密码和网络连接", "When a user cannot log in, check the password and the network connection"),
        ("数据库索引可以加快查询速度", "An index of the database makes queries faster"),
    ];
    let chinese = embed(&pairs.map(|pair| pair.0));
    let english = embed(&pairs.map(|pair| pair.1));
    for (at, question) in chinese.iter().enumerate() {
        let own = cosine(question, &english[at]);
        for (other, vector) in english.iter().enumerate().filter(|(other, _)| *other != at) {
            assert!(own > cosine(question, vector), "{at}: {own} against {} of {other}", cosine(question, vector));
        }
    }
}

#[test]
fn a_text_without_known_tokens_gives_zeros() {
    let texts = ["", " \n\t\u{3000}", "ᚠᚢᚦ", "\u{1}\u{2}", "\u{1c}\u{85}", "\0", "[UNK]", "real words between them"];
    let vectors = embed(&texts);
    for (text, vector) in texts[..7].iter().zip(&vectors) {
        assert_eq!(vector, &vec![0.0; 256], "{text:?}");
        assert_eq!(embed(&[text])[0], *vector, "{text:?} alone");
    }
    assert!((length(&vectors[7]) - 1.0).abs() < 1e-4);
    assert!(embed(&[]).is_empty());
}

#[test]
fn a_long_text_is_cut_before_the_tokenizer_sees_it() {
    embed(&["warm"]);
    for unit in ["很长的一行没有空格", "longwordwithoutspaces", "plain words and spaces ", "\u{3000}", "()[]{}"] {
        // 10 MB and more in one line: the whole of it through the tokenizer takes minutes.
        let text = unit.repeat(10_000_000 / unit.len());
        let start = Instant::now();
        let vector = embed(&[&text]).remove(0);
        assert!(start.elapsed() < Duration::from_secs(2), "{unit}: {:?}", start.elapsed());
        assert!(vector.iter().all(|x| x.is_finite()));
    }
    let text = "注意力机制 attention mechanism ".repeat(4_000);
    assert!(text.len() > 100_000);
    let start: String = text.chars().take(8_192).collect();
    assert!(cosine(&embed(&[&text])[0], &embed(&[&start])[0]) > 0.9999);
}

#[test]
fn cancel_stops_between_batches_and_before_the_first() {
    let cancel = CancelToken::new();
    cancel.cancel();
    assert_eq!(MODEL.embed(&["a"], Role::Query, &cancel).unwrap_err().code, ErrorCode::Cancelled);

    embed(&["warm"]);
    let text = "注意力机制让每个词看到整个句子。".repeat(60);
    let texts = vec![text.as_str(); 200_000];
    let cancel = CancelToken::new();
    let start = Instant::now();
    std::thread::scope(|scope| {
        let run = scope.spawn(|| MODEL.embed(&texts, Role::Passage, &cancel));
        std::thread::sleep(Duration::from_millis(200));
        cancel.cancel();
        assert_eq!(run.join().unwrap().unwrap_err().code, ErrorCode::Cancelled);
    });
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    // The model serves the next caller.
    assert_eq!(embed(&["a"]).len(), 1);
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
    let handle = OnnxEmbedder::new(spec(256), recipe(), || panic!("nothing asked for the files"));
    assert_eq!(handle.spec().dimensions, 256);
    drop(handle);

    let handle = bundled();
    handle.warm_up();
    handle.load(&CancelToken::new()).unwrap();
    assert_eq!(handle.embed(&["a"], Role::Query, &CancelToken::new()).unwrap().len(), 1);
}

#[test]
fn damaged_files_are_an_error_each_time_and_never_a_panic() {
    let half = bundled_files().model[..1_000_000].to_vec();
    let broken = [
        ("no ONNX", ModelFiles { model: Cow::Borrowed(b"not a graph"), ..bundled_files() }),
        ("half an ONNX", ModelFiles { model: Cow::Owned(half), ..bundled_files() }),
        ("no tokenizer", ModelFiles { tokenizer: Cow::Borrowed(b"{}"), ..bundled_files() }),
    ];
    for (what, files) in broken {
        let handle = OnnxEmbedder::new(spec(256), recipe(), move || Ok(files.clone()));
        for _ in 0..2 {
            let error = handle.embed(&["a"], Role::Query, &CancelToken::new()).unwrap_err();
            assert_eq!(error.code, ErrorCode::ModelUnavailable, "{what}: {error}");
            assert!(!error.hint.is_empty(), "{what}");
        }
    }
    let handle = OnnxEmbedder::new(spec(256), recipe(), || Err(Error::new(ErrorCode::Io, "gone", "look")));
    assert_eq!(handle.load(&CancelToken::new()).unwrap_err().message, "gone");
}

#[test]
fn a_model_of_another_size_is_refused() {
    let handle = OnnxEmbedder::new(spec(384), recipe(), || Ok(bundled_files()));
    let error = handle.embed(&["a"], Role::Query, &CancelToken::new()).unwrap_err();
    assert_eq!(error.code, ErrorCode::ModelUnavailable);
    assert!(error.message.contains("256") && error.message.contains("384"), "{}", error.message);
}

#[test]
fn a_panic_while_loading_is_an_error_and_the_thread_lives_on() {
    let first = std::sync::atomic::AtomicBool::new(true);
    let handle = OnnxEmbedder::new(spec(256), recipe(), move || {
        assert!(!first.swap(false, std::sync::atomic::Ordering::Relaxed), "expected by this test");
        Ok(bundled_files())
    });
    assert_eq!(handle.embed(&["a"], Role::Query, &CancelToken::new()).unwrap_err().code, ErrorCode::Internal);
    assert_eq!(handle.embed(&["a"], Role::Query, &CancelToken::new()).unwrap().len(), 1);
}

#[test]
fn prefixes_are_added_by_role() {
    let prefixed = Recipe { query_prefix: "query: ".to_owned(), passage_prefix: "passage: ".to_owned(), ..recipe() };
    assert_eq!(prefixed.format("words", Role::Query), "query: words");
    let handle = OnnxEmbedder::new(spec(256), prefixed, || Ok(bundled_files()));
    let cancel = CancelToken::new();
    let query = handle.embed(&["words"], Role::Query, &cancel).unwrap();
    let passage = handle.embed(&["words"], Role::Passage, &cancel).unwrap();
    let plain = embed(&["query: words", "passage: words"]);
    assert!(cosine(&query[0], &plain[0]) > 0.9999 && cosine(&passage[0], &plain[1]) > 0.9999);
    assert!(cosine(&query[0], &passage[0]) < 0.9999);
}
