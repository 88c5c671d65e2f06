//! The bundled model: its vectors, and its token vectors for late interaction.

use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use sidenote_engine::cancel::CancelToken;
use sidenote_engine::error::ErrorCode;
use sidenote_engine::model::{Embedder, Fingerprint, ModelSpec, Role, TokenVectors};
use sidenote_engine::retrieve::Query;
use sidenote_engine::text::normalise;
use sidenote_models::{StaticFiles, StaticModel, bundled, bundled_files, bundled_glossary};

use crate::embedding::{cosine, length};
use crate::reference::Reference;

/// One model for all tests, as a program has one.
static MODEL: LazyLock<Arc<StaticModel>> = LazyLock::new(bundled);

pub(crate) static REFERENCE: LazyLock<Reference> = LazyLock::new(Reference::new);

const PIECES: u32 = 64_000;

fn embed(texts: &[&str]) -> Vec<Vec<f32>> {
    MODEL.embed(texts, Role::Passage, &CancelToken::new()).unwrap()
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
fn the_vectors_equal_an_independent_computation() {
    let long = "注意力 attention ".repeat(700);
    let unbroken = ["注意力机制".repeat(300), "longwordwithoutspaces".repeat(60), "31415926".repeat(100)].concat();
    let texts: Vec<&str> = TEXTS.iter().copied().chain([long.as_str(), unbroken.as_str()]).collect();
    for (text, vector) in texts.iter().zip(embed(&texts)) {
        assert_eq!(vector.len(), 256);
        assert!((length(&vector) - 1.0).abs() < 1e-4, "{text}: length {}", length(&vector));
        let same = cosine(&vector, &REFERENCE.embed(text));
        assert!(same > 0.9999, "{text}: {same}");
    }
}

#[test]
fn a_batch_equals_its_texts_one_by_one_and_keeps_their_order() {
    // More than are embedded between two looks at the cancel token.
    let texts: Vec<&str> = TEXTS.iter().copied().cycle().take(150).collect();
    for (text, vector) in texts.iter().zip(embed(&texts)) {
        assert_eq!(vector, embed(&[text])[0], "{text}");
    }
}

#[test]
fn a_question_and_a_passage_of_the_same_words_are_the_same() {
    assert_eq!(MODEL.embed(&TEXTS, Role::Query, &CancelToken::new()).unwrap(), embed(&TEXTS));
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
fn traditional_and_simplified_text_have_the_same_vector_and_so_have_width_and_case() {
    let pairs = [
        ("繁體中文的筆記也能搜尋。", "繁体中文的笔记也能搜寻。"),
        ("機器學習與資料庫", "机器学习与资料库"),
        ("這個詞語的意義是什麼？", "这个词语的意义是什么？"),
        ("ＦＵＬＬ　ｗｉｄｔｈ　１２３", "full width 123"),
        ("Attention Is ALL You Need", "attention is all you need"),
    ];
    for (one, other) in pairs {
        assert_ne!(one, other);
        assert_eq!(embed(&[one]), embed(&[other]), "{one}");
    }
}

#[test]
fn a_text_without_known_pieces_gives_zeros() {
    let texts = ["", " \n\t\u{3000}", "ᚠᚢᚦ", "\u{1}\u{2}", "\u{1c}\u{85}", "\0", "()[]{} …!?", "🙂", "▁", "real words between them"];
    let vectors = embed(&texts);
    for (text, vector) in texts[..9].iter().zip(&vectors) {
        assert_eq!(vector, &vec![0.0; 256], "{text:?}");
        assert_eq!(embed(&[text])[0], *vector, "{text:?} alone");
    }
    assert!((length(&vectors[9]) - 1.0).abs() < 1e-4);
    assert!(embed(&[]).is_empty());
}

#[test]
fn a_long_text_costs_no_more_than_its_beginning() {
    embed(&["warm"]);
    for unit in ["很长的一行没有空格", "longwordwithoutspaces", "plain words and spaces ", "\u{3000}", "()[]{}", "1234567890"] {
        let text = unit.repeat(10_000_000 / unit.len());
        let start = Instant::now();
        let vector = embed(&[&text]).remove(0);
        assert!(start.elapsed() < Duration::from_secs(2), "{unit}: {:?}", start.elapsed());
        assert!(vector.iter().all(|x| x.is_finite()));
        let start = Instant::now();
        assert!(MODEL.tokens(&text).unwrap().len() <= 1_024);
        assert!(start.elapsed() < Duration::from_secs(10), "tokens of {unit}: {:?}", start.elapsed());
    }
    let text = "注意力机制 attention mechanism ".repeat(4_000);
    assert!(text.len() > 100_000);
    let start: String = text.chars().take(8_192).collect();
    assert_eq!(embed(&[&text]), embed(&[&start]));
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
fn several_callers_share_one_model_from_its_first_use_on() {
    let shared = bundled();
    shared.warm_up();
    std::thread::scope(|scope| {
        for (number, text) in TEXTS.iter().enumerate() {
            let shared = &shared;
            scope.spawn(move || {
                let texts = vec![*text; 40 + number];
                let vectors = shared.embed(&texts, Role::Passage, &CancelToken::new()).unwrap();
                assert_eq!(vectors.len(), texts.len());
                assert!(vectors.iter().all(|vector| *vector == embed(&[text])[0]));
            });
        }
    });
}

#[test]
fn a_handle_knows_its_spec_without_reading_its_files() {
    // Files that cannot be read: asking for the spec is no error, using it is.
    let spec = ModelSpec { name: "none".to_owned(), dimensions: 7, fingerprint: Fingerprint("0".repeat(16)) };
    let handle = StaticModel::new(spec, StaticFiles { table: b"".as_slice().into(), vocabulary: "".into() });
    assert_eq!((handle.spec().name.as_str(), handle.spec().dimensions), ("none", 7));
    assert!(handle.embed(&["a"], Role::Query, &CancelToken::new()).is_err());

    drop(bundled());
    let start = Instant::now();
    for _ in 0..100 {
        assert_eq!(bundled().spec().dimensions, 256);
    }
    assert!(start.elapsed() < Duration::from_millis(300), "100 handles took {:?}", start.elapsed());
}

#[test]
fn tokens_are_the_most_probable_pieces() {
    for text in TEXTS.map(normalise) {
        assert_eq!(MODEL.tokens(&text).unwrap(), REFERENCE.tokens(&text), "{text}");
    }
    let pieces = |text: &str| MODEL.tokens(text).unwrap().into_iter().map(|id| REFERENCE.pieces[id as usize].0).collect::<Vec<_>>().join("|");
    assert!(pieces("the").starts_with('▁'), "{}", pieces("the"));
    assert_eq!(pieces("the cat"), [pieces("the"), pieces("cat")].join("|"), "a piece never runs through a space");
    assert_eq!(pieces("注意力attention8"), [pieces("注意力"), pieces("attention"), pieces("8")].join("|"), "or from one script into another");
}

#[test]
fn every_piece_has_a_finite_weight_and_unknown_ids_have_none() {
    assert_eq!(bundled_files().vocabulary.lines().count(), PIECES as usize);
    for id in 0..PIECES {
        let (weight, exact) = (MODEL.weight(id), REFERENCE.row(id).iter().map(|x| x * x).sum::<f64>().sqrt());
        assert!(weight.is_finite() && weight >= 0.0 && (f64::from(weight) - exact).abs() < 1e-4 * exact.max(1e-3), "{id}: {weight} {exact}");
    }
    for unknown in [PIECES, PIECES + 1, u32::MAX] {
        assert_eq!((MODEL.weight(unknown), MODEL.cosine(unknown, 5), MODEL.cosine(5, unknown), MODEL.cosine(unknown, unknown)), (0.0, 0.0, 0.0, 0.0));
    }
}

#[test]
fn the_cosine_of_two_pieces_is_symmetric_and_between_minus_one_and_one() {
    let some: Vec<u32> = (0..PIECES).step_by(331).chain([1, 2, 3, PIECES - 1]).collect();
    for &a in &some {
        let own = MODEL.cosine(a, a);
        assert!(if MODEL.weight(a) > 0.0 { (own - 1.0).abs() < 1e-5 } else { own == 0.0 }, "{a}: {own}");
        for &b in &some {
            let cosine = MODEL.cosine(a, b);
            assert!((-1.0..=1.0).contains(&cosine), "{a} {b}: {cosine}");
            assert!((cosine - MODEL.cosine(b, a)).abs() < 1e-6, "{a} {b}");
            let dot: f64 = REFERENCE.row(a).iter().zip(REFERENCE.row(b)).map(|(x, y)| x * y).sum();
            let exact = dot / f64::from(MODEL.weight(a)) / f64::from(MODEL.weight(b));
            assert!(MODEL.weight(a) == 0.0 || MODEL.weight(b) == 0.0 || (f64::from(cosine) - exact).abs() < 1e-4, "{a} {b}: {cosine} {exact}");
        }
    }
}

#[test]
fn the_glossary_knows_the_terms_of_the_shipped_subject() {
    let glossary = bundled_glossary().unwrap();
    let called = |text: &str| -> Vec<String> {
        Query::new(text).unwrap().widened(Some(&glossary)).counterparts.into_iter().map(|c| c.terms.join(" ")).collect()
    };
    for (english, chinese) in
        [("attention", "注意力"), ("VRAM", "显存"), ("fine-tuning", "微调"), ("gradients", "梯度"), ("large language model", "大模型")]
    {
        assert!(called(english).iter().any(|term| term == chinese), "{english}: {:?}", called(english));
    }
    for (chinese, english) in [("注意力", "attent"), ("微调", "fine tune"), ("缓存", "cach"), ("过拟合", "overfit")] {
        assert!(called(chinese).iter().any(|term| term == english), "{chinese}: {:?}", called(chinese));
    }
}
