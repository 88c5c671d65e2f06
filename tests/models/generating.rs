//! A generator from its file to its text: streamed, reused, held to passages, stopped; and every file that cannot be one. The models are the tiny
//! ones of `tests/fixtures/gguf`; what they say has no sense.

use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use candle_core::quantized::gguf_file::Content;
use sidenote_engine::answer::prompt::{Exchange, Shown, Task, prompt};
use sidenote_engine::cancel::CancelToken;
use sidenote_engine::error::{Error, ErrorCode};
use sidenote_engine::model::{Ending, Generated, Generation, Generator, Message, Sampling, Speaker};
use sidenote_models::generate::{Characters, Gguf, Logits, Network, Passages, Precision, Template, Vocabulary, Writer, likeliest};

use crate::parity::fixture;

fn writer(name: &str) -> Writer {
    Writer::new(name, &fixture(&format!("{name}.gguf")), 2048)
}

fn user(text: &str) -> Message {
    Message { speaker: Speaker::User, text: text.to_owned() }
}

fn rules(text: &str) -> Message {
    Message { speaker: Speaker::System, text: text.to_owned() }
}

fn request(messages: &[Message], limit: usize) -> Generation<'_> {
    Generation { messages, limit, sampling: Sampling::default(), passages: None }
}

fn say(writer: &Writer, request: &Generation<'_>) -> (String, Generated) {
    let mut text = String::new();
    let generated = writer.generate(request, &mut |piece| text.push_str(piece), &CancelToken::new()).unwrap();
    (text, generated)
}

#[test]
fn a_conversation_that_goes_on_is_not_computed_twice_and_says_the_same() {
    for name in ["qwen3-f32", "qwen2-f32", "llama-f32", "qwen3-q4_k", "llama-pieces"] {
        let long = "A note is cut into passages. 模型阅读段落。".repeat(12);
        let first = [rules(&long), user("What is a note?")];
        let writer = writer(name);
        let (_, one) = say(&writer, &request(&first, 8));
        assert_eq!((one.reused_tokens, one.prompt_tokens > 100, one.new_tokens <= 8), (0, true, true), "{name}: {one:?}");

        let second = [rules(&long), user("What is a passage?")];
        let (reused, two) = say(&writer, &request(&second, 24));
        assert!(two.reused_tokens > 100 && two.reused_tokens < two.prompt_tokens, "{name}: {two:?}");
        let (fresh, alone) = say(&self::writer(name), &request(&second, 24));
        assert_eq!(reused, fresh, "{name}");
        assert_eq!((alone.reused_tokens, alone.prompt_tokens, alone.new_tokens), (0, two.prompt_tokens, two.new_tokens), "{name}");

        // Word for word the same: only the last token is read again.
        let (again, three) = say(&writer, &request(&second, 24));
        assert_eq!((again, three.reused_tokens), (fresh, three.prompt_tokens - 1), "{name}");
    }
}

#[test]
fn a_follow_up_computes_no_passage_of_the_turn_before_again() {
    let writer = Writer::new("tiny", &fixture("qwen3-f32.gguf"), 4096);
    let texts = ["A note is cut into passages. ".repeat(8), "模型阅读段落。".repeat(8), "Vectors are compared. ".repeat(8)];
    let shown: Vec<Shown<'_>> = texts.iter().map(|text| Shown { place: "a note", text }).collect();
    let first = prompt("What is a note?", false, Task::Answer, &shown[..2], &[], &writer).unwrap();
    let (said, one) = say(&writer, &request(&first.messages, 8));
    assert_eq!((first.passages, one.reused_tokens), (2, 0));
    let exchange = Exchange { question: "What is a note?".into(), answer: said, ..Exchange::default() };
    // Another task, one passage more, and what was said before.
    let second = prompt("And a passage?", false, Task::Simply, &shown, &[exchange], &writer).unwrap();
    let (_, two) = say(&writer, &request(&second.messages, 8));
    let told = &first.messages[1].text;
    let passages = &told[..told.rfind("</passage>").unwrap()];
    let whole = [first.messages[0].clone(), Message { text: passages.to_owned(), ..first.messages[1].clone() }];
    // What closes the message of the passages alone is not in either prompt.
    let closing = writer.tokens(&[user("")]).unwrap().len();
    let covered = writer.tokens(&whole).unwrap().len() - closing;
    assert!(two.reused_tokens >= covered, "{two:?}: the passages end at token {covered}");
    assert!(two.reused_tokens < two.prompt_tokens);
}

#[test]
fn guessing_what_comes_next_changes_no_token() {
    // These models soon say the same again and again, so that guesses are made, and right, all the time; elsewhere they are mostly wrong.
    let messages = [user(&"A note is cut into passages, and a passage is cut into a note. 模型阅读段落，段落阅读模型。".repeat(3))];
    for name in ["qwen3-f32", "qwen2-f32", "llama-f32", "qwen3-q8_0", "qwen3-q4_k", "qwen2-older", "llama-pieces"] {
        let writer = writer(name);
        let (said, generated) = say(&writer, &request(&messages, 55));
        let gguf = Gguf::open(&fixture(&format!("{name}.gguf"))).unwrap();
        let (vocabulary, mut network) = (Vocabulary::read(&gguf).unwrap(), Network::load(&gguf, Precision::Half).unwrap());
        let mut next = writer.tokens(&messages).unwrap();
        let mut characters = Characters::default();
        let mut expected = String::new();
        for _ in 0..generated.new_tokens {
            let token = likeliest(&network.read(&next, Logits::Last, &CancelToken::new()).unwrap()).unwrap();
            expected.push_str(&characters.push(vocabulary.bytes(token)));
            next = vec![token];
        }
        expected.push_str(characters.finish());
        assert!(generated.new_tokens > 0 && said == expected, "{name}: {said:?} {expected:?}");
    }
}

#[test]
fn a_seed_repeats_what_chance_said() {
    let writer = writer("llama-f32");
    let messages = [user("Say something.")];
    let with = |seed: u64| {
        let sampling = Sampling { temperature: 1.0, top_k: 40, top_p: 0.95, min_p: 0.02, repetition_penalty: 1.1, seed };
        say(&writer, &Generation { sampling, ..request(&messages, 40) }).0
    };
    assert_eq!(with(1), with(1));
    assert_ne!(with(1), with(2));
}

#[test]
fn only_passages_that_exist_are_named() {
    let writer = writer("llama-f32");
    let messages = [user("[1] a [2] b. Cite.")];
    // High temperature: every token has its chance.
    let sampling = Sampling { temperature: 6.0, seed: 3, ..Sampling::default() };
    let (text, _) = say(&writer, &Generation { sampling, passages: Some(0), ..request(&messages, 200) });
    assert!(cited(&text).is_empty(), "{text:?}");
    // Nothing but brackets, digits and a little more is ever likely, so that without a rule anything would be named.
    let vocabulary = Vocabulary::read(&Gguf::open(&fixture("llama-f32.gguf")).unwrap()).unwrap();
    let all = 0..u32::try_from(vocabulary.len()).unwrap();
    let part = |token: &u32| !vocabulary.bytes(*token).is_empty() && vocabulary.bytes(*token).iter().all(|byte| b"[]0123456789,a".contains(byte));
    let likely: Vec<u32> = all.filter(part).collect();
    let (mut state, mut named, mut lists, mut others) = (7_u64, 0, 0, 0);
    for most in [1, 3, 12] {
        let (mut passages, mut text) = (Passages::new(&vocabulary, most, ""), String::new());
        for _ in 0..3_000 {
            let mut logits = vec![0.0; vocabulary.len()];
            for token in &likely {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                logits[*token as usize] = 1.0 + (state >> 40) as f32;
            }
            passages.hold(&mut logits, &vocabulary);
            let token = likeliest(&logits).unwrap();
            passages.take(vocabulary.bytes(token));
            text.push_str(std::str::from_utf8(vocabulary.bytes(token)).unwrap());
        }
        let cited = cited(&text);
        assert!(cited.iter().all(|number| (1..=most as u32).contains(number)), "{most}: {text}");
        let several = several(&text);
        assert!(several.iter().all(|number| (1..=most as u32).contains(number)), "{most}: {text}");
        named += cited.len();
        lists += several.len();
        others += text.matches("[a").count() + text.matches("[0,").count();
    }
    assert!(named > 20 && lists > 5 && others > 20, "{named} named, {lists} in lists, {others} other brackets");
}

/// The numbers that stand in brackets with other numbers and commas, where the first is not nothing.
fn several(text: &str) -> Vec<u32> {
    let lists = text.split('[').skip(1).filter_map(|rest| rest.split_once(']')).map(|(inside, _)| inside);
    let lists = lists.filter(|inside| inside.contains(',') && inside.starts_with(|c| ('1'..='9').contains(&c)));
    let numbers = lists.map(|inside| inside.split(',').filter(|part| !part.is_empty()).map(|part| part.parse().ok()).collect::<Option<Vec<u32>>>());
    numbers.flatten().flatten().collect()
}

/// The numbers that stand alone in brackets.
pub(crate) fn cited(text: &str) -> Vec<u32> {
    let alone = |rest: &str| {
        let end = rest.find(|c: char| !c.is_ascii_digit())?;
        rest[end..].starts_with(']').then(|| rest[..end].parse().unwrap_or(0))
    };
    text.match_indices('[').filter_map(|(at, _)| alone(&text[at + 1..])).collect()
}

#[test]
fn the_context_is_kept_to() {
    let writer = Writer::new("tiny", &fixture("qwen2-f32.gguf"), 100);
    let (_, generated) = say(&writer, &request(&[user("What is it?")], 1000));
    assert!(generated.ending != Ending::Limit || generated.prompt_tokens + generated.new_tokens == 100, "{generated:?}");
    let long = [user(&"word ".repeat(300))];
    let error = writer.generate(&request(&long, 10), &mut |_| {}, &CancelToken::new()).unwrap_err();
    assert!(error.code == ErrorCode::InvalidInput && error.message.contains("100"), "{error:?}");
    assert_eq!(writer.count("").unwrap(), 0);
    assert!(writer.count("注意力机制").unwrap() > 3);
}

#[test]
fn going_round_in_circles_ends_the_answer() {
    // Its likeliest tokens are soon the same ones again and again.
    let (_, generated) = say(&writer("qwen3-q8_0"), &request(&[user("Go on.")], 1500));
    assert!(generated.ending == Ending::Loop && generated.new_tokens < 1000, "{generated:?}");
}

#[test]
fn a_stop_is_at_once_and_the_next_question_is_answered() {
    let writer = writer("llama-f32");
    let messages = [user(&"A long conversation. ".repeat(60))];
    let sampling = Sampling { temperature: 2.0, ..Sampling::default() };
    let cancel = CancelToken::new();
    let mut pieces = 0;
    let began = Instant::now();
    let mut stopped = began;
    let error = writer.generate(
        &Generation { sampling: sampling.clone(), ..request(&messages, 1500) },
        &mut |_| {
            pieces += 1;
            if pieces == 3 {
                cancel.cancel();
                stopped = Instant::now();
            }
        },
        &cancel,
    );
    assert_eq!(error.unwrap_err().code, ErrorCode::Cancelled);
    assert!(stopped.elapsed() < Duration::from_secs(1), "{:?}", stopped.elapsed());
    // A token that is made good again does not bring the stopped answer back.
    cancel.reset();
    let (_, generated) = say(&writer, &Generation { sampling, ..request(&messages, 5) });
    assert!(generated.new_tokens <= 5 && generated.reused_tokens > 0, "{generated:?}");
}

#[test]
fn pieces_are_whole_characters() {
    let text = "注意力 🙂👩‍👧 café";
    let mut characters = Characters::default();
    let mut out = String::new();
    for byte in text.as_bytes() {
        out.push_str(&characters.push(&[*byte]));
    }
    assert_eq!((out.as_str(), characters.finish()), (text, ""));
    let mut broken = Characters::default();
    assert_eq!(broken.push(&[b'a', 0xff, b'b', 0xe6]), "a\u{FFFD}b");
    assert_eq!(broken.push(b"c"), "\u{FFFD}c");
    assert_eq!(broken.push(&[0xe6, 0xb3]), "");
    assert_eq!(broken.finish(), "\u{FFFD}");
}

/// A copy of a fixture, changed.
fn changed(folder: &Path, name: &str, change: impl FnOnce(&mut Vec<u8>)) -> PathBuf {
    let mut bytes = fs::read(fixture(name)).unwrap();
    change(&mut bytes);
    let path = folder.join("changed.gguf");
    fs::write(&path, bytes).unwrap();
    path
}

/// Replaces the first occurrence of some bytes by as many others.
fn replace(bytes: &mut [u8], from: &[u8], to: &[u8]) {
    assert_eq!(from.len(), to.len());
    let at = bytes.windows(from.len()).position(|window| window == from).unwrap();
    bytes[at..at + to.len()].copy_from_slice(to);
}

/// Puts other bytes in the place of those after the first occurrence of some bytes.
fn after(bytes: &mut [u8], from: &[u8], put: &[u8]) {
    let at = bytes.windows(from.len()).position(|window| window == from).unwrap() + from.len();
    bytes[at..at + put.len()].copy_from_slice(put);
}

fn refused(path: &Path) -> Error {
    let writer = Writer::new("broken", path, 2048);
    writer.generate(&request(&[user("Hello")], 3), &mut |_| {}, &CancelToken::new()).unwrap_err()
}

#[test]
fn files_that_are_no_model_are_refused_with_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    type Change = fn(&mut Vec<u8>);
    let changes: [(Change, &str); 15] = [
        (|b| b.clear(), "it is empty"),
        (|b| b[0] = b'X', "no GGUF file"),
        (|b| b[4] = 99, "header cannot be read"),
        (|b| b.truncate(40), "header cannot be read"),
        (|b| b.truncate(b.len() / 2), "ends before its tensor"),
        (|b| b.truncate(b.len() - 1), "ends before its tensor"),
        (|b| replace(b, b"\x05\0\0\0\0\0\0\0qwen3", b"\x05\0\0\0\0\0\0\0qwenX"), "architecture is `qwenX`"),
        (|b| replace(b, b"\x05\0\0\0\0\0\0\0qwen2", b"\x05\0\0\0\0\0\0\0qwen9"), "does not know (`qwen9`)"),
        (|b| replace(b, b"qwen3.block_count\x04\0\0\0\x02", b"qwen3.block_count\x04\0\0\0\x03"), "no tensor `blk.2."),
        (|b| replace(b, b"blk.1.ffn_norm", b"blk.1.ffn_nork"), "no tensor `blk.1.ffn_norm.weight`"),
        (|b| replace(b, b"{%- if add_generation", b"{%- iff dd_generation"), "chat template failed"),
        // Sizes that no file has: of a tensor, of a list, of the network.
        (|b| after(b, b"blk.0.attn_q.weight\x02\0\0\0", &(1_u64 << 60).to_le_bytes()), "ends before its tensor `blk.0.attn_q.weight`"),
        (|b| after(b, b"blk.0.attn_q.weight\x02\0\0\0", &[0xff; 16]), "ends before its tensor `blk.0.attn_q.weight`"),
        (|b| after(b, b"tokenizer.ggml.tokens\x09\0\0\0\x08\0\0\0", &(1_u64 << 40).to_le_bytes()), "header cannot be read"),
        (|b| after(b, b"qwen3.block_count\x04\0\0\0", &u32::MAX.to_le_bytes()), "no usable `qwen3.block_count`"),
    ];
    for (change, told) in changes {
        let error = refused(&changed(folder.path(), "qwen3-f32.gguf", change));
        assert!(error.code == ErrorCode::ModelUnavailable && error.message.contains(told) && !error.hint.is_empty(), "{told}: {error:?}");
    }
    let error = refused(&folder.path().join("missing.gguf"));
    assert_eq!(error.code, ErrorCode::Io, "{error:?}");
    let error = refused(&fixture("smollm-tokens.gguf"));
    assert!(error.code == ErrorCode::ModelUnavailable, "{error:?}");
}

/// The bytes of a key with one value, as they stand in a header.
fn entry(key: &str, kind: u32, value: &[u8]) -> Vec<u8> {
    [&(key.len() as u64).to_le_bytes(), key.as_bytes(), &kind.to_le_bytes(), value].concat()
}

/// Puts further keys into a header, before those that are there; the data after it moves by whole steps of its alignment.
fn with_keys(bytes: &mut Vec<u8>, entries: &[Vec<u8>]) {
    let mut more = entries.concat();
    let mut count = entries.len() as u64;
    // A text of any length fills the step up.
    let step = 32 - (more.len() + entry("fill", 8, &[]).len() + 8) % 32;
    more.extend(entry("fill", 8, &[(step as u64).to_le_bytes().as_slice(), &vec![b' '; step]].concat()));
    count += 1;
    let keys = u64::from_le_bytes(bytes[16..24].try_into().unwrap()) + count;
    bytes[16..24].copy_from_slice(&keys.to_le_bytes());
    bytes.splice(24..24, more);
}

#[test]
fn a_header_that_holds_nonsense_is_refused_with_a_reason() {
    const U32: u32 = 4;
    let number = |key: &str, value: u32| entry(key, U32, &value.to_le_bytes());
    let folder = tempfile::tempdir().unwrap();
    let with = |name: &str, entries: &[Vec<u8>]| {
        let path = changed(folder.path(), name, |bytes| with_keys(bytes, entries));
        let writer = Writer::new("broken", &path, 2048);
        writer.generate(&request(&[user("Hello")], 3), &mut |_| {}, &CancelToken::new())
    };
    // A harmless key changes nothing.
    assert!(with("qwen3-f32.gguf", &[number("nobody.asks", 3)]).is_ok());
    for (entries, told) in [
        (vec![number("general.alignment", 0)], "alignment"),
        (vec![number("general.alignment", 7)], "alignment"),
        (vec![number("general.alignment", 1 << 31)], "alignment"),
        (vec![number("twice", 1), number("twice", 2)], "`twice` twice"),
        (vec![number("qwen3.block_count", 2)], "`qwen3.block_count` twice"),
    ] {
        let error = with("qwen3-f32.gguf", &entries).unwrap_err();
        assert!(error.code == ErrorCode::ModelUnavailable && error.message.contains(told) && !error.hint.is_empty(), "{told}: {error:?}");
    }
    let error = refused(&changed(folder.path(), "qwen3-f32.gguf", |b| replace(b, b"blk.1.attn_q.weight", b"blk.0.attn_q.weight")));
    assert!(error.message.contains("the tensor `blk.0.attn_q.weight` twice") && !error.hint.is_empty(), "{error:?}");
    type Change = Box<dyn Fn(&mut Vec<u8>)>;
    let set = |key: &'static str, value: [u8; 4]| -> Change {
        Box::new(move |bytes| {
            let at = bytes.windows(key.len()).position(|window| window == key.as_bytes()).unwrap() + key.len() + 4;
            bytes[at..at + 4].copy_from_slice(&value);
        })
    };
    let counts = ["qwen3.block_count", "qwen3.attention.head_count", "qwen3.attention.head_count_kv", "qwen3.embedding_length"];
    let mut changes: Vec<(String, Change)> = Vec::new();
    for key in counts {
        for value in [0, 7, 1 << 20, u32::MAX] {
            changes.push((format!("{key} = {value}"), set(key, value.to_le_bytes())));
        }
    }
    for key in ["qwen3.rope.freq_base", "qwen3.attention.layer_norm_rms_epsilon"] {
        for value in [0.0, -1.0, f32::NAN, f32::INFINITY, 1e30] {
            changes.push((format!("{key} = {value}"), set(key, value.to_le_bytes())));
        }
    }
    for (what, change) in changes {
        let began = Instant::now();
        let error = refused(&changed(folder.path(), "qwen3-f32.gguf", change));
        assert!(error.code == ErrorCode::ModelUnavailable && !error.hint.is_empty() && error.message.len() < 400, "{what}: {error:?}");
        assert!(!error.message.contains("no numbers"), "{what} is found before anything is computed: {error:?}");
        assert!(began.elapsed() < Duration::from_secs(5), "{what}: {:?}", began.elapsed());
    }
}

#[test]
fn counts_and_lengths_beyond_the_file_are_refused_before_memory_is_taken_for_them() {
    let folder = tempfile::tempdir().unwrap();
    type Put = fn(&mut Vec<u8>, &[u8; 8]);
    let places: [(&str, Put); 5] = [
        ("tensors", |b, n| b[8..16].copy_from_slice(n)),
        ("keys", |b, n| b[16..24].copy_from_slice(n)),
        ("the first key", |b, n| b[24..32].copy_from_slice(n)),
        ("a text", |b, n| after(b, b"general.architecture\x08\0\0\0", n)),
        ("dimensions", |b, n| after(b, b"blk.0.attn_q.weight", &n[..4])),
    ];
    for (what, put) in places {
        for number in [1_u64 << 60, u64::MAX, 1 << 40 | 1 << 31] {
            let began = Instant::now();
            let error = refused(&changed(folder.path(), "qwen3-f32.gguf", |bytes| put(bytes, &(number | number >> 32).to_le_bytes())));
            assert!(error.code == ErrorCode::ModelUnavailable && !error.hint.is_empty(), "{what} {number}: {error:?}");
            assert!(began.elapsed() < Duration::from_secs(5), "{what} {number}: {:?}", began.elapsed());
        }
    }
}

#[test]
fn tensors_that_lie_in_one_place_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    // Behind its name: two dimensions and how it is stored. The last number says where it lies.
    let path = changed(folder.path(), "qwen3-f32.gguf", |bytes| {
        let offset = |bytes: &[u8], name: &[u8]| bytes.windows(name.len()).position(|window| window == name).unwrap() + name.len() + 4 + 16 + 4;
        let (one, other) = (offset(bytes, b"blk.0.attn_q.weight"), offset(bytes, b"blk.1.attn_q.weight"));
        let place = bytes[one..one + 8].to_vec();
        bytes[other..other + 8].copy_from_slice(&place);
    });
    let error = refused(&path);
    assert!(error.code == ErrorCode::ModelUnavailable && error.message.contains("lie in the same place") && !error.hint.is_empty(), "{error:?}");
}

#[test]
fn a_vocabulary_without_a_token_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let none = |key: &str, kind: u32| entry(key, 9, &[&kind.to_le_bytes()[..], &[0; 8]].concat());
    for name in ["qwen3-f32.gguf", "llama-pieces.gguf"] {
        let path = changed(folder.path(), name, |bytes| {
            replace(bytes, b"tokenizer.ggml.tokens", b"tokenizer.ggml.tokenz");
            with_keys(bytes, &[none("tokenizer.ggml.tokens", 8)]);
        });
        let error = refused(&path);
        assert!(error.code == ErrorCode::ModelUnavailable && !error.hint.is_empty(), "{name}: {error:?}");
    }
    // Marks that are no tokens end nothing and begin nothing.
    for key in ["tokenizer.ggml.eos_token_id\x04\0\0\0", "tokenizer.ggml.bos_token_id\x04\0\0\0"] {
        let path = changed(folder.path(), "qwen2-f32.gguf", |bytes| {
            if bytes.windows(key.len()).any(|window| window == key.as_bytes()) {
                after(bytes, key.as_bytes(), &u32::MAX.to_le_bytes());
            }
        });
        assert_eq!(say(&Writer::new("odd", &path, 2048), &request(&[user("Go on.")], 3)).1.new_tokens, 3);
    }
}

#[test]
fn a_vocabulary_of_another_size_than_the_network_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    // The first token's name is long enough to hold two: one token more than rows in the table.
    let path = changed(folder.path(), "qwen3-f32.gguf", |bytes| {
        let key = b"tokenizer.ggml.tokens\x09\0\0\0\x08\0\0\0";
        let at = bytes.windows(key.len()).position(|window| window == key).unwrap() + key.len();
        let count = u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap());
        bytes[at..at + 8].copy_from_slice(&(count + 1).to_le_bytes());
        // An empty name is its length alone; the header grows, and the data with it, by a whole step of its alignment.
        let inserted = [0_u8; 8];
        bytes.splice(at + 8..at + 8, inserted);
    });
    let error = Network::load(&Gguf::open(&path).unwrap(), Precision::Half).err().unwrap();
    assert!(error.code == ErrorCode::ModelUnavailable && error.message.contains("its tokenizer has 401 tokens and its network 400"), "{error:?}");
    // Whoever asks it is refused as well, by whichever of the two is read first.
    assert_eq!(refused(&path).code, ErrorCode::ModelUnavailable);
}

#[test]
fn a_tokenizer_of_pieces_that_is_not_whole_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    type Change = fn(&mut Vec<u8>);
    let changes: [(Change, &str); 4] = [
        (
            |b| replace(b, b"tokenizer.ggml.model\x08\0\0\0\x05\0\0\0\0\0\0\0llama", b"tokenizer.ggml.model\x08\0\0\0\x05\0\0\0\0\0\0\0rwkv7"),
            "`rwkv7`",
        ),
        (|b| replace(b, b"tokenizer.ggml.scores", b"tokenizer.ggml.scorez"), "list of scores"),
        (|b| after(b, b"tokenizer.ggml.scores\x09\0\0\0\x06\0\0\0\x80\x02\0\0\0\0\0\0", &f32::NAN.to_le_bytes()), "list of scores"),
        (|b| replace(b, b"<0x41>", b"<0xZZ>"), "no token for some bytes"),
    ];
    for (change, told) in changes {
        let error = refused(&changed(folder.path(), "llama-pieces.gguf", change));
        assert!(error.code == ErrorCode::ModelUnavailable && error.message.contains(told) && !error.hint.is_empty(), "{told}: {error:?}");
    }
}

#[test]
fn a_model_that_memory_is_too_small_for_is_refused_before_it_is_loaded() {
    let folder = tempfile::tempdir().unwrap();
    let path = changed(folder.path(), "qwen3-f32.gguf", |_| {});
    // A file with a hole: it takes no room on the disk.
    fs::File::options().write(true).open(&path).unwrap().set_len(1 << 42).unwrap();
    let writer = Writer::new("large", &path, 2048);
    let error = writer.generate(&request(&[user("Hello")], 3), &mut |_| {}, &CancelToken::new()).unwrap_err();
    let needs = |message: &str| message.split(" MB of memory, and ").next().unwrap().to_owned();
    assert!(error.code == ErrorCode::ModelUnavailable && needs(&error.message).starts_with("large needs about "), "{error:?}");
    // What is free may change between the two questions, what the model needs may not.
    let fits = writer.fits().unwrap_err();
    assert_eq!((fits.code, needs(&fits.message)), (error.code, needs(&error.message)));
}

#[test]
fn a_template_that_fails_or_never_ends_is_told() {
    let gguf = Gguf::open(&fixture("qwen3-f32.gguf")).unwrap();
    let vocabulary = Vocabulary::read(&gguf).unwrap();
    for (source, told) in [
        ("{{ raise_exception('only tools may speak') }}", "only tools may speak"),
        ("{% for a in range(9999) %}{% for b in range(9999) %}{{ a * b }}{% endfor %}{% endfor %}", "fuel"),
        ("{{ messages[7].content.split('x')[3] }}", "chat template failed"),
        ("{% macro again() %}{{ again() }}{% endmacro %}{{ again() }}", "chat template failed"),
    ] {
        let template = Template::new(source, String::new(), String::new()).unwrap();
        let error = template.render(&[user("Hello")], &vocabulary).unwrap_err();
        assert!(error.code == ErrorCode::ModelUnavailable && error.message.contains(told), "{source}: {error:?}");
    }
}

#[test]
fn a_template_that_grows_a_text_without_end_is_told_before_memory_is_short() {
    let gguf = Gguf::open(&fixture("qwen3-f32.gguf")).unwrap();
    let vocabulary = Vocabulary::read(&gguf).unwrap();
    let grown =
        |by: &str| format!("{{% set n = namespace(s='aaaaaaaa') %}}{{% for i in range(60) %}}{{% set n.s = {by} %}}{{% endfor %}}{{{{ n.s }}}}");
    let deep = format!("{{{{ {}1{} }}}}", "(".repeat(100_000), ")".repeat(100_000));
    let nested = format!("{}x{}", "{% if true %}".repeat(20_000), "{% endif %}".repeat(20_000));
    for source in [
        grown("n.s ~ n.s"),
        grown("n.s + n.s"),
        grown("n.s * 100"),
        grown("n.s|replace('a', n.s)"),
        grown("n.s.replace('a', n.s)"),
        grown("n.s.replace('', n.s, 1000000)"),
        grown("[n.s, n.s, n.s]|join(n.s)"),
        grown("n.s.join([n.s, n.s, n.s])"),
        grown("'{0}{0}{0}{0}'.format(n.s)"),
        grown("[n.s, n.s]|tojson"),
        "{{ '{:>9999999999}'.format('a') }}".to_owned(),
        "{{ '%9999999999d'|format(1) }}".to_owned(),
        "{{ 'a'|indent(9999999999, true) }}".to_owned(),
        "{{ 'x' * 60000000 }}".to_owned(),
        "{{ range(9999999999)|list }}".to_owned(),
        "{% for i in range(9999999999) %}{{ i }}{% endfor %}".to_owned(),
        "{% for i in [1] recursive %}{{ loop([1]) }}{% endfor %}".to_owned(),
        deep,
        nested,
    ] {
        let began = Instant::now();
        let made = Template::new(&source, String::new(), String::new());
        let error = made.and_then(|template| template.render(&[user("Hello")], &vocabulary)).map(|(text, _)| text.len()).unwrap_err();
        let start: String = source.chars().take(90).collect();
        assert!(
            error.code == ErrorCode::ModelUnavailable && error.message.contains("chat template failed") && !error.hint.is_empty(),
            "{start}: {error:?}"
        );
        assert!(error.message.len() < 1000 && began.elapsed() < Duration::from_secs(20), "{start}: {:?}", began.elapsed());
    }
}

#[test]
fn a_template_that_begins_to_think_by_itself_is_told_that_nothing_was_thought() {
    let gguf = Gguf::open(&fixture("qwen3-f32.gguf")).unwrap();
    let vocabulary = Vocabulary::read(&gguf).unwrap();
    let rendered = |ending: &str| {
        let source = format!("{{% for m in messages %}}{{{{ m.content }}}}{{% endfor %}}<|im_start|>assistant\n{ending}");
        Template::new(&source, String::new(), String::new()).unwrap().render(&[user("Hello")], &vocabulary).unwrap().0
    };
    for opens in ["<think>\n", "<think>", "<think>\n\n"] {
        assert!(rendered(opens).ends_with("assistant\n<think>\n\n</think>\n\n"), "{opens:?}: {:?}", rendered(opens));
    }
    for silent in ["<think>\n\n</think>\n\n", "", "\n"] {
        assert_eq!(rendered(silent).matches("</think>").count(), silent.matches("</think>").count(), "{silent:?}");
    }
}

#[test]
fn a_token_that_holds_a_guard_marks_nothing_and_the_text_is_guarded_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    // With it each guard that is put in would make another mark.
    let path = changed(folder.path(), "llama-pieces.gguf", |bytes| {
        replace(bytes, b"\x04\0\0\0\0\0\0\0</s>", "\x04\0\0\0\0\0\0\0<\u{FDD0}".as_bytes());
    });
    let vocabulary = Vocabulary::read(&Gguf::open(&path).unwrap()).unwrap();
    assert_eq!(vocabulary.guarded("a <s> b", '\u{FDD0}'), "a <\u{FDD0}s> b");
}

/// Where the numbers of a tensor begin in the bytes of a fixture.
pub(crate) fn numbers_of(bytes: &[u8], tensor: &str) -> usize {
    let content = Content::read(&mut Cursor::new(bytes)).unwrap();
    usize::try_from(content.tensor_data_offset + content.tensor_infos[tensor].offset).unwrap()
}

#[test]
fn a_scale_that_is_no_number_is_told_wherever_it_is() {
    let folder = tempfile::tempdir().unwrap();
    // Both begin a block with a scale of 16 bits.
    for name in ["qwen3-q8_0.gguf", "qwen3-q4_k.gguf"] {
        for part in ["attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"] {
            let path = changed(folder.path(), name, |bytes| {
                let at = numbers_of(bytes, &format!("blk.0.{part}.weight"));
                bytes[at..at + 2].copy_from_slice(&0x7e00_u16.to_le_bytes());
            });
            let said = Writer::new("broken", &path, 2048).generate(&request(&[user("Hello")], 3), &mut |_| {}, &CancelToken::new());
            let told = said.as_ref().is_err_and(|e| e.code == ErrorCode::ModelUnavailable && e.message.contains("no numbers"));
            assert!(told, "{name} {part}: {said:?}");
        }
    }
}

#[test]
fn numbers_that_are_none_are_told_and_not_said() {
    let folder = tempfile::tempdir().unwrap();
    // The last tensor's numbers lie at the end of the file.
    let path = changed(folder.path(), "qwen3-f32.gguf", |bytes| {
        let from = bytes.len() - 64;
        bytes[from..].fill(0xff);
    });
    let error = refused(&path);
    assert!(error.code == ErrorCode::ModelUnavailable && error.message.contains("no numbers"), "{error:?}");
}

#[test]
fn numbers_that_are_none_only_later_end_the_answer_with_an_error() {
    let folder = tempfile::tempdir().unwrap();
    // Its table of tokens is used one way only: what is wrong with a token is seen when it is read, not before.
    let name = "qwen2-f32.gguf";
    let messages = [user("Go on.")];
    let gguf = Gguf::open(&fixture(name)).unwrap();
    let mut network = Network::load(&gguf, Precision::Half).unwrap();
    let mut next = writer("qwen2-f32").tokens(&messages).unwrap();
    let mut said: Vec<u32> = next.clone();
    let late = loop {
        let token = likeliest(&network.read(&next, Logits::Last, &CancelToken::new()).unwrap()).unwrap();
        if next.len() == 1 && said.len() > 30 && !said.contains(&token) {
            break token;
        }
        assert!(said.len() < 400, "a token that comes late");
        said.push(token);
        next = vec![token];
    };
    let width = gguf.shape("token_embd.weight").unwrap()[1];
    let path = changed(folder.path(), name, |bytes| {
        let at = numbers_of(bytes, "token_embd.weight") + late as usize * width * 4;
        bytes[at..at + width * 4].fill(0xff);
    });
    let mut text = String::new();
    let writer = Writer::new("late", &path, 2048);
    let error = writer.generate(&request(&messages, 600), &mut |piece| text.push_str(piece), &CancelToken::new()).unwrap_err();
    assert!(error.code == ErrorCode::ModelUnavailable && error.message.contains("no numbers") && !text.is_empty(), "{text:?} {error:?}");
    // It is no worse for the next question.
    assert_eq!(say(&writer, &request(&messages, 3)).1.new_tokens, 3);
}

#[test]
fn a_model_that_ends_at_once_says_nothing_and_is_no_error() {
    let folder = tempfile::tempdir().unwrap();
    let messages = [user("Go on.")];
    let gguf = Gguf::open(&fixture("qwen2-f32.gguf")).unwrap();
    let mut network = Network::load(&gguf, Precision::Half).unwrap();
    let tokens = writer("qwen2-f32").tokens(&messages).unwrap();
    let first = likeliest(&network.read(&tokens, Logits::Last, &CancelToken::new()).unwrap()).unwrap();
    let path = changed(folder.path(), "qwen2-f32.gguf", |bytes| after(bytes, b"tokenizer.ggml.eos_token_id\x04\0\0\0", &first.to_le_bytes()));
    let (said, generated) = say(&Writer::new("silent", &path, 2048), &request(&messages, 20));
    assert_eq!((said.as_str(), generated.new_tokens, generated.ending), ("", 0, Ending::Complete));
}

#[test]
fn a_model_that_knows_only_marks_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["qwen3-f32.gguf", "llama-pieces.gguf"] {
        let path = changed(folder.path(), name, |bytes| {
            let key = b"tokenizer.ggml.token_type\x09\0\0\0\x05\0\0\0";
            let at = bytes.windows(key.len()).position(|window| window == key).unwrap() + key.len();
            let count = u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap()) as usize;
            bytes[at + 8..at + 8 + 4 * count].chunks_exact_mut(4).for_each(|kind| kind.copy_from_slice(&3_u32.to_le_bytes()));
        });
        let error = refused(&path);
        assert!(error.code == ErrorCode::ModelUnavailable && !error.hint.is_empty(), "{name}: {error:?}");
    }
}

#[test]
fn the_header_survives_any_damage() {
    let folder = tempfile::tempdir().unwrap();
    let whole = fs::read(fixture("qwen3-f32.gguf")).unwrap();
    let header = whole.len().min(12_000);
    let mut state = 7_u64;
    for _ in 0..150 {
        let path = changed(folder.path(), "qwen3-f32.gguf", |bytes| {
            for _ in 0..3 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let at = (state >> 33) as usize % header;
                bytes[at] ^= 1 << (state >> 20 & 7);
            }
        });
        // Either it is refused, or the damage was in a place that does not matter; it never panics.
        if let Ok(gguf) = Gguf::open(&path) {
            let _ = Vocabulary::read(&gguf).map(|vocabulary| vocabulary.encode("Hello"));
            let _ = Network::load(&gguf, Precision::Half);
        }
    }
}
