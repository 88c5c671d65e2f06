//! The borders that ARCHITECTURE.md promises, as far as source text shows them. `.ci/run` checks the dependencies themselves.

use std::fs;
use std::path::{Path, PathBuf};

fn sources(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, out);
        } else if path.extension().is_some_and(|e| e == "rs") {
            out.push(path);
        }
    }
}

#[test]
fn only_one_file_knows_each_index_library() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    assert!(files.len() > 10, "the sources were found");
    for (needle, allowed) in [("tantivy::", "lexical.rs"), ("hnsw_rs::", "vector"), ("rusqlite::", "catalog"), ("jieba_rs::", "text.rs")] {
        for file in &files {
            let name = file.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
            let text = fs::read_to_string(file).unwrap();
            let own = name.starts_with(allowed) || (needle == "rusqlite::" && ["error.rs", "conversations.rs"].contains(&name.as_str()));
            assert!(own || !text.contains(needle), "`{needle}` in {name}");
        }
    }
}

#[test]
fn every_source_file_says_what_it_owns() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut files = Vec::new();
    sources(&root, &mut files);
    for file in files.iter().filter(|f| !f.components().any(|c| c.as_os_str() == "target")) {
        let text = fs::read_to_string(file).unwrap();
        assert!(text.starts_with("//!"), "{} has no header", file.display());
    }
}
