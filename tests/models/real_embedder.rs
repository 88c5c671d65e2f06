//! The embedder against sentence-transformers, with a real model, all-MiniLM-L6-v2. `tests/fixtures/minilm/make.py` makes its folder, says how to run
//! this, and chose the texts.

use std::path::{Path, PathBuf};

use sidenote_engine::cancel::CancelToken;
use sidenote_engine::model::{Embedder, Role};
use sidenote_models::{ModelFiles, OnnxEmbedder};

use crate::embedding::{cosine, recipe, spec};

/// Names the folder.
const FOLDER: &str = "SIDENOTE_MINILM";

/// Numbers of the model's vectors.
const WIDTH: usize = 384;

/// A text and what is expected of it.
#[derive(serde::Deserialize)]
struct Row {
    text: String,
    /// With the two around every text, before the end is cut off.
    tokens: usize,
    /// The mean of the token vectors, at length one.
    vector: Vec<f32>,
}

fn files(folder: &Path) -> ModelFiles {
    let read = |name: &str| std::fs::read(folder.join(name)).unwrap_or_else(|error| panic!("{}: {error}", folder.join(name).display()));
    ModelFiles {
        model: read("model.onnx"),
        tokenizer: read("tokenizer.json"),
        config: read("config.json"),
        special_tokens_map: read("special_tokens_map.json"),
        tokenizer_config: read("tokenizer_config.json"),
    }
}

#[test]
#[ignore = "needs the folder that tests/fixtures/minilm/make.py makes, named by SIDENOTE_MINILM"]
#[expect(clippy::print_stderr, reason = "figures for who changes the embedder")]
fn a_real_embedder_equals_sentence_transformers() {
    let folder = PathBuf::from(std::env::var_os(FOLDER).unwrap_or_else(|| panic!("{FOLDER} names no folder")));
    let rows: Vec<Row> = serde_json::from_slice(&std::fs::read(folder.join("expected.json")).unwrap()).unwrap();
    let recipe = recipe();
    // All texts are one batch, so that short ones are padded to the longest; and some texts are cut.
    assert!((12..=recipe.batch).contains(&rows.len()) && rows.iter().any(|row| row.tokens > 2 * recipe.max_tokens));

    let model = OnnxEmbedder::new(spec(WIDTH), recipe, move || Ok(files(&folder)));
    let texts: Vec<&str> = rows.iter().map(|row| row.text.as_str()).collect();
    let embed = |texts: &[&str]| model.embed(texts, Role::Passage, &CancelToken::new()).unwrap();
    let batched = embed(&texts);
    assert_eq!(batched.len(), rows.len());

    let (mut least, mut furthest) = (f32::INFINITY, 0.0_f32);
    for (row, together) in rows.iter().zip(&batched) {
        let alone = embed(&[row.text.as_str()]).remove(0);
        assert_eq!((alone.len(), together.len(), row.vector.len()), (WIDTH, WIDTH, WIDTH));
        let same = cosine(&alone, &row.vector).min(cosine(together, &row.vector));
        let apart = alone.iter().zip(together).map(|(x, y)| (x - y).abs()).fold(0.0, f32::max);
        eprintln!("{same:.6} {apart:.6} {:4} tokens {:?}", row.tokens, row.text.chars().take(60).collect::<String>());
        // A text cut one token too early is at .9995.
        assert!(same > 0.9999, "{:?}: cosine {same}", row.text);
        assert!(apart < 1e-4, "{:?}: {apart} between alone and in a batch", row.text);
        least = least.min(same);
        furthest = furthest.max(apart);
    }
    eprintln!("{} texts: least cosine {least:.6}, alone and in a batch at most {furthest:.6} apart", rows.len());
}
