//! A question answered by a model on this machine that wants to name a passage that does not exist: from the notes through the prompt to its file. Its
//! weights are put so that each token is followed by the same one whatever came before.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use sidenote_engine::answer::writing;
use sidenote_engine::cancel::CancelToken;
use sidenote_engine::engine::{Engine, Manner, Question, Settings};
use sidenote_engine::error::Result;
use sidenote_engine::event::{Run, Silent};
use sidenote_engine::model::{Generated, Generation, Generator, GeneratorSpec, Sampling};
use sidenote_engine::paths::Paths;
use sidenote_models::generate::{Gguf, Vocabulary, Writer};

use crate::generating::{cited, numbers_of};
use crate::parity::fixture;

/// Numbers that stand for one token of the model.
const WIDTH: usize = 32;

/// What follows each token, likeliest first: after any other one a citation begins.
const WANTED: [(&str, &[&str]); 3] = [("[", &["7", "9", "]", "2"]), ("7", &["]"]), ("2", &["5", "]"])];
const OTHERWISE: &str = "[";

/// The file of a model that says `[7][7][7]`. Where it may not it would rather say 9, or nothing at all between the brackets, or 25, than `[2]`.
fn insists(folder: &Path) -> PathBuf {
    let whole = fixture("qwen2-f32.gguf");
    let mut bytes = fs::read(&whole).unwrap();
    let vocabulary = Vocabulary::read(&Gguf::open(&whole).unwrap()).unwrap();
    let token = |text: &str| (0..vocabulary.len()).find(|at| vocabulary.bytes(*at as u32) == text.as_bytes()).unwrap();
    let mut put = |tensor: &str, numbers: &[f32]| {
        let at = numbers_of(&bytes, tensor);
        let numbers: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        bytes[at..at + numbers.len()].copy_from_slice(&numbers);
    };
    // The layers add nothing to the token they are given.
    for layer in 0..2 {
        put(&format!("blk.{layer}.attn_output.weight"), &[0.0; WIDTH * WIDTH]);
        put(&format!("blk.{layer}.ffn_down.weight"), &[0.0; WIDTH * 48]);
    }
    put("output_norm.weight", &[1.0; WIDTH]);
    // Each token that matters is a direction of its own, all others are one together.
    let mut directions = vec![WANTED.len(); vocabulary.len()];
    let mut likely = vec![[0.0_f32; WIDTH]; vocabulary.len()];
    for (direction, (before, next)) in WANTED.iter().enumerate() {
        directions[token(before)] = direction;
        for (place, text) in next.iter().enumerate() {
            likely[token(text)][direction] = 9.0 - place as f32;
        }
    }
    likely[token(OTHERWISE)][WANTED.len()] = 9.0;
    let one = |direction: usize| (0..WIDTH).map(move |at| f32::from(at == direction));
    put("token_embd.weight", &directions.into_iter().flat_map(one).collect::<Vec<f32>>());
    put("output.weight", &likely.concat());
    let path = folder.join("insists.gguf");
    fs::write(&path, bytes).unwrap();
    path
}

/// A generator of which is kept what it was allowed and what it said, before anything is taken out of it.
struct Overheard {
    writer: Writer,
    said: Mutex<(Option<usize>, String)>,
}

impl Generator for Overheard {
    fn spec(&self) -> Arc<GeneratorSpec> {
        self.writer.spec()
    }

    fn count(&self, text: &str) -> Result<usize> {
        self.writer.count(text)
    }

    fn generate(&self, request: &Generation<'_>, say: &mut dyn FnMut(&str), cancel: &CancelToken) -> Result<Generated> {
        let mut text = String::new();
        let mut hear = |piece: &str| {
            text.push_str(piece);
            say(piece);
        };
        let generated = self.writer.generate(request, &mut hear, cancel);
        *self.said.lock().unwrap() = (request.passages, text);
        generated
    }
}

/// What the model was allowed and said of three notes.
fn asked(existing_passages: bool, temperature: f32) -> (Option<usize>, String) {
    let folder = tempfile::tempdir().unwrap();
    let notes = folder.path().join("notes");
    fs::create_dir(&notes).unwrap();
    for (name, text) in [
        ("green", "Green tea is brewed at 80 degrees."),
        ("black", "Black tea is brewed at 95 degrees."),
        ("white", "White tea is brewed at 75 degrees."),
    ] {
        fs::write(notes.join(format!("{name}.md")), format!("# {name} tea\n\n{text}\n")).unwrap();
    }
    let settings = Settings {
        writing: writing::Settings { existing_passages, sampling: Sampling { temperature, seed: 5, ..Sampling::default() }, ..Default::default() },
        ..Settings::default()
    };
    let engine = Engine::open(Paths::under(&folder.path().join("data")), settings, None).unwrap();
    engine.add_library(&notes, None).unwrap();
    let cancel = CancelToken::new();
    let run = Run { observer: &Silent, cancel: &cancel };
    engine.sync(None, run).unwrap();
    let model = Overheard { writer: Writer::new("insists", &insists(folder.path()), 4096), said: Mutex::default() };
    let question = Question { text: "How hot is green tea brewed?".into(), limit: 8, ..Question::default() };
    let manner = Manner { generator: Some(&model), ..Manner::default() };
    engine.snapshot(run).and_then(|snapshot| snapshot.ask_with(&question, &manner, run)).unwrap();
    model.said.into_inner().unwrap()
}

#[test]
fn a_passage_that_does_not_exist_is_never_named_whatever_the_model_wants() {
    let (allowed, free) = asked(false, 0.0);
    assert!(allowed.is_none() && free.starts_with("[7][7][7]"), "left alone it says what it wants: {allowed:?} {free}");
    for temperature in [0.0, 4.0] {
        let (allowed, said) = asked(true, temperature);
        let named = cited(&said);
        assert_eq!(allowed, Some(3), "the three notes");
        assert!(named.contains(&2) && named.iter().all(|number| (1..=3).contains(number)), "{temperature}: {named:?} in {said}");
        assert!(!said.contains("[7") && !said.contains("[9") && !said.contains("[]") && !said.contains("[25"), "{temperature}: {said}");
    }
}
