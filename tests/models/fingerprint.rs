//! Fingerprints: stable for one model, different for everything that changes a vector, and fast.

use std::time::{Duration, Instant};

use sidenote_engine::model::Embedder;
use sidenote_models::{Digest, Pooling, Recipe, bundled, bundled_files, fingerprint};

fn recipe() -> Recipe {
    Recipe { pooling: Pooling::Mean, max_tokens: 512, query_prefix: String::new(), passage_prefix: String::new(), threads: 1, batch: 16 }
}

#[test]
fn the_bundled_model_is_identified_by_its_bytes() {
    let files = bundled_files();
    let made = fingerprint(&recipe(), &Digest::of(&files.model), &Digest::of(&files.tokenizer));
    let spec = bundled().spec().clone();
    assert_eq!(spec.fingerprint, made);
    assert_eq!(made.0.len(), 16);
    assert!(made.0.chars().all(|c| c.is_ascii_hexdigit() && !c.is_ascii_uppercase()));
    assert_eq!(spec.dimensions, 256);
}

#[test]
fn everything_that_changes_a_vector_changes_the_fingerprint() {
    let (a, b) = (Digest::of(b"a"), Digest::of(b"b"));
    let all = [
        fingerprint(&recipe(), &a, &b),
        fingerprint(&recipe(), &b, &a),
        fingerprint(&recipe(), &a, &a),
        fingerprint(&Recipe { pooling: Pooling::Cls, ..recipe() }, &a, &b),
        fingerprint(&Recipe { max_tokens: 256, ..recipe() }, &a, &b),
        fingerprint(&Recipe { query_prefix: "query: ".to_owned(), ..recipe() }, &a, &b),
        fingerprint(&Recipe { passage_prefix: "query: ".to_owned(), ..recipe() }, &a, &b),
    ];
    for (at, one) in all.iter().enumerate() {
        assert!(!all[..at].contains(one), "{at}");
    }
    // What only changes speed does not.
    assert_eq!(all[0], fingerprint(&Recipe { threads: 4, batch: 8, ..recipe() }, &a, &b));
}

#[test]
fn a_handle_with_its_spec_costs_next_to_nothing() {
    drop(bundled());
    let start = Instant::now();
    for _ in 0..100 {
        assert!(!bundled().spec().fingerprint.0.is_empty());
    }
    assert!(start.elapsed() < Duration::from_millis(300), "100 handles took {:?}", start.elapsed());
}
