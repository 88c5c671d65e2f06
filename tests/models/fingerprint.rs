//! Fingerprints: stable for one model, different for everything that changes a vector, and fast.

use std::time::{Duration, Instant};

use sidenote_engine::model::Embedder;
use sidenote_models::{Digest, Pooling, Recipe, StaticFiles, bundled, bundled_files, fingerprint};

use crate::embedding::recipe;

#[test]
fn the_bundled_model_is_identified_by_the_bytes_of_both_its_files() {
    let StaticFiles { table, vocabulary } = bundled_files();
    let of = |table: &[u8], vocabulary: &[u8]| Digest::of(&[table, vocabulary].concat()).0[..16].to_owned();
    let made = bundled().spec().fingerprint.0.clone();
    assert_eq!(made, of(&table, vocabulary.as_bytes()));
    assert_eq!(made.len(), 16);
    assert!(made.chars().all(|c| c.is_ascii_hexdigit() && !c.is_ascii_uppercase()));
    assert_eq!(made, bundled().spec().fingerprint.0, "the same each time");
    // One bit of either file, and it is another vector space.
    let flipped = |bytes: &[u8], at: usize| {
        let mut bytes = bytes.to_vec();
        bytes[at] ^= 1;
        bytes
    };
    for at in [0, table.len() / 2, table.len() - 1] {
        assert_ne!(made, of(&flipped(&table, at), vocabulary.as_bytes()), "{at}");
    }
    for at in [0, vocabulary.len() - 1] {
        assert_ne!(made, of(&table, &flipped(vocabulary.as_bytes(), at)), "{at}");
    }
}

#[test]
fn everything_that_changes_a_vector_changes_the_fingerprint() {
    let (a, b) = (Digest::of(b"a"), Digest::of(b"b"));
    let all = [
        fingerprint(&recipe(), &a, &b),
        fingerprint(&recipe(), &b, &a),
        fingerprint(&recipe(), &a, &a),
        fingerprint(&Recipe { pooling: Pooling::Cls, ..recipe() }, &a, &b),
        fingerprint(&Recipe { max_tokens: 512, ..recipe() }, &a, &b),
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
