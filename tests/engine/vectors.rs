//! The vector index: exact scan, graph, files that are damaged.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use sidenote_engine::cancel::CancelToken;
use sidenote_engine::catalog::{Catalog, Change, EmbedKey, FileState};
use sidenote_engine::chunk::{Settings, chunk};
use sidenote_engine::document::BlockKind;
use sidenote_engine::engine::{Engine, Question, Settings as EngineSettings};
use sidenote_engine::error::Result;
use sidenote_engine::model::{Embedder, Fingerprint, ModelSpec, Role};
use sidenote_engine::paths::Paths;
use sidenote_engine::vector::{Standing, VectorIndex, standing};

use crate::support::{WordEmbedder, document, quietly};

const DIMENSIONS: usize = 32;

fn fingerprint() -> Fingerprint {
    Fingerprint("00000000000000bb".into())
}

fn random(seed: u64) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut v: Vec<f32> = (0..DIMENSIONS)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 40) as f32 / 8_388_608.0 - 1.0
        })
        .collect();
    let norm = v.iter().map(|x| x * x).sum::<f32>().sqrt();
    v.iter_mut().for_each(|x| *x /= norm);
    v
}

fn cosine(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// A catalog with `count` one-chunk documents whose vectors are `vector(i)`.
fn catalog(folder: &Path, count: usize, vector: impl Fn(usize) -> Vec<f32>) -> (Catalog, i64) {
    let mut catalog = Catalog::open(&folder.join("catalog.sqlite")).unwrap();
    let library = catalog.add_library("l", folder, false).unwrap().id;
    let changes: Vec<Change> = (0..count)
        .map(|i| {
            let d = document(&format!("t{i}"), &[(BlockKind::Paragraph, &format!("文档 {i} 的正文"))]);
            let chunks = chunk(&d, &Settings::default());
            let file = FileState { path: format!("{i:06}.md"), size: 1, modified: 0, checked: 0, hash: Some([0; 32]) };
            Change::Store { file, document: Box::new(d), chunks }
        })
        .collect();
    catalog.apply(library, &changes).unwrap();
    let mut missing = catalog.without_vector(&fingerprint(), 0, None, count + 1).unwrap();
    missing.sort_by_key(|(_, text)| text.split('\n').next().unwrap()[1..].parse::<usize>().unwrap());
    let vectors: Vec<(EmbedKey, Vec<f32>)> = missing.iter().enumerate().map(|(i, (key, _))| (*key, vector(i))).collect();
    catalog.put_vectors(&fingerprint(), &vectors).unwrap();
    (catalog, library)
}

#[test]
fn the_scan_ranks_as_exact_arithmetic_does() {
    let folder = tempfile::tempdir().unwrap();
    let (catalog, _) = catalog(folder.path(), 500, |i| random(i as u64));
    let index = VectorIndex::write(&folder.path().join("v"), &catalog, &fingerprint(), DIMENSIONS).unwrap();
    let (mut shared, mut total) = (0, 0);
    for q in 0..50 {
        let query = random(10_000 + q);
        let mut exact: Vec<(f32, usize)> = (0..500).map(|i| (cosine(&query, &random(i as u64)), i)).collect();
        exact.sort_by(|a, b| b.0.total_cmp(&a.0));
        let found = index.search(&query, 10, None);
        for hit in &found {
            let i = usize::try_from(hit.chunk - 1).unwrap();
            assert!((hit.score - cosine(&query, &random(i as u64))).abs() < 0.02, "the score is the cosine");
            shared += usize::from(exact[..10].iter().any(|(_, e)| *e == i));
        }
        total += 10;
    }
    assert!(shared * 100 >= total * 95, "recall {shared}/{total}");
}

#[test]
fn a_filter_is_exact() {
    let folder = tempfile::tempdir().unwrap();
    let (catalog, _) = catalog(folder.path(), 200, |i| random(i as u64));
    let index = VectorIndex::write(&folder.path().join("v"), &catalog, &fingerprint(), DIMENSIONS).unwrap();
    let keep = |document: u64| document.is_multiple_of(17);
    let found = index.search(&random(7), 50, Some(&keep));
    assert_eq!(found.len(), 200 / 17);
    assert!(found.iter().all(|h| keep(h.document)));
}

#[test]
fn damage_is_noticed_and_an_older_generation_is_used() {
    let folder = tempfile::tempdir().unwrap();
    let (mut catalog, library) = catalog(folder.path(), 20, |i| random(i as u64));
    let vectors = folder.path().join("v");
    let first = VectorIndex::write(&vectors, &catalog, &fingerprint(), DIMENSIONS).unwrap().generation();
    catalog.apply(library, &[Change::Remove { path: "000003.md".into() }]).unwrap();
    let second = VectorIndex::write(&vectors, &catalog, &fingerprint(), DIMENSIONS).unwrap();
    assert_eq!(second.len(), 19);
    let file = vectors.join(format!("g{:06}", second.generation())).join("vectors.bin");
    let whole = fs::read(&file).unwrap();
    for damage in [whole[..whole.len() / 2].to_vec(), Vec::new(), {
        let mut b = whole.clone();
        let n = b.len();
        b[n - 5] ^= 0x40;
        b
    }] {
        fs::write(&file, damage).unwrap();
        assert_eq!(VectorIndex::open(&vectors, second.generation()).unwrap().generation(), first);
    }
    fs::write(&file, &whole).unwrap();
    assert_eq!(VectorIndex::open(&vectors, second.generation()).unwrap().len(), 19);
    assert!(VectorIndex::open(&vectors, first).is_some_and(|i| i.generation() == first), "a reader of the past sees the past");
}

#[test]
fn what_an_index_holds_is_told_without_reading_its_vectors() {
    let folder = tempfile::tempdir().unwrap();
    let (mut catalog, library) = catalog(folder.path(), 20, |i| random(i as u64));
    let vectors = folder.path().join("v");
    assert_eq!(standing(&vectors, 9), None);
    let first = VectorIndex::write(&vectors, &catalog, &fingerprint(), DIMENSIONS).unwrap().generation();
    catalog.apply(library, &[Change::Remove { path: "000003.md".into() }]).unwrap();
    let second = VectorIndex::write(&vectors, &catalog, &fingerprint(), DIMENSIONS).unwrap().generation();
    assert_eq!(standing(&vectors, second), Some(Standing { generation: second, graph: false }));
    assert_eq!(standing(&vectors, first).map(|s| s.generation), Some(first), "a reader of the past is told of the past");

    let file = vectors.join(format!("g{second:06}")).join("vectors.bin");
    let whole = fs::read(&file).unwrap();
    // Where only the beginning is as it was, nothing else was read.
    let mut other = whole.clone();
    other[whole.len() / 2..].fill(0);
    fs::write(&file, other).unwrap();
    assert_eq!(standing(&vectors, second).map(|s| s.generation), Some(second));
    for damaged in [&whole[..whole.len() - 1], &whole[..20], &whole[1..]] {
        fs::write(&file, damaged).unwrap();
        assert_eq!(standing(&vectors, second).map(|s| s.generation), Some(first), "what is cut off is not the newest");
    }
}

#[test]
fn the_graph_finds_what_the_scan_finds_and_survives_later_changes() {
    let folder = tempfile::tempdir().unwrap();
    // Clustered, with many identical vectors: both are what real notes look like, and what breaks graphs.
    let point = |i: usize| {
        if i.is_multiple_of(10) {
            random(1)
        } else {
            let (a, b) = (random((i % 25) as u64), random(i as u64 + 1000));
            let mut v: Vec<f32> = a.iter().zip(&b).map(|(x, y)| x + 0.5 * y).collect();
            let n = v.iter().map(|x| x * x).sum::<f32>().sqrt();
            v.iter_mut().for_each(|x| *x /= n);
            v
        }
    };
    let (mut catalog, library) = catalog(folder.path(), 1_500, point);
    let vectors = folder.path().join("v");
    let mut index = VectorIndex::write(&vectors, &catalog, &fingerprint(), DIMENSIONS).unwrap();
    quietly(|run| index.build_graph(&vectors, run)).unwrap();
    assert!(index.has_graph());
    let recall = |index: &VectorIndex| {
        let (mut shared, mut total) = (0, 0);
        for q in 0..60 {
            let query = point(q * 7 + 3);
            let scan = index.scan(&query, 10, None);
            let graph = index.search(&query, 10, None);
            assert!(graph.windows(2).all(|w| w[0].score >= w[1].score));
            // Equal scores may be told apart differently, so scores are compared, not ids.
            shared += graph.iter().filter(|h| h.score >= scan[scan.len() - 1].score - 1e-6).count();
            total += scan.len();
        }
        shared as f32 / total as f32
    };
    assert!(recall(&index) > 0.99, "{}", recall(&index));
    // Notes go away and the graph, which knows nothing of it, must not bring them back.
    let gone: Vec<Change> = (0..1_500).step_by(13).map(|i| Change::Remove { path: format!("{i:06}.md") }).collect();
    catalog.apply(library, &gone).unwrap();
    VectorIndex::write(&vectors, &catalog, &fingerprint(), DIMENSIONS).unwrap();
    let mut later = VectorIndex::open(&vectors, catalog.generation().unwrap()).unwrap();
    later.load_graph(&vectors);
    assert!(later.has_graph());
    assert!(recall(&later) > 0.99, "{}", recall(&later));
}

#[test]
fn a_damaged_graph_is_left_aside() {
    let folder = tempfile::tempdir().unwrap();
    let (catalog, _) = catalog(folder.path(), 300, |i| random(i as u64));
    let vectors = folder.path().join("v");
    let mut index = VectorIndex::write(&vectors, &catalog, &fingerprint(), DIMENSIONS).unwrap();
    quietly(|run| index.build_graph(&vectors, run)).unwrap();
    for name in ["graph.hnsw.data", "graph.hnsw.graph", "manifest.json"] {
        let file = vectors.join("hnsw").join(name);
        let whole = fs::read(&file).unwrap();
        fs::write(&file, &whole[..whole.len() / 2]).unwrap();
        let mut reader = VectorIndex::open(&vectors, catalog.generation().unwrap()).unwrap();
        reader.load_graph(&vectors);
        assert!(!reader.has_graph(), "{name}");
        assert_eq!(reader.search(&random(5), 10, None).len(), 10, "the exact scan goes on");
        fs::write(&file, whole).unwrap();
    }
}

/// A vault of 60 notes, each with a word of its own, under vectors that all lean to one side by `lean`.
fn leaning(lean: f32) -> Vec<(String, f32)> {
    struct Leaning(Arc<WordEmbedder>, f32, ModelSpec);
    impl Embedder for Leaning {
        fn spec(&self) -> &ModelSpec {
            &self.2
        }
        fn embed(&self, texts: &[&str], role: Role, cancel: &CancelToken) -> Result<Vec<Vec<f32>>> {
            let mut vectors = self.0.embed(texts, role, cancel)?;
            let own = (1.0 - self.1).sqrt();
            for vector in &mut vectors {
                vector.iter_mut().for_each(|x| *x *= own);
                vector.push(self.1.sqrt());
            }
            Ok(vectors)
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let notes = folder.path().join("notes");
    std::fs::create_dir(&notes).unwrap();
    for n in 0..60 {
        std::fs::write(notes.join(format!("{n}.md")), format!("# zq{n} xw{n}\n\nvk{n} tf{n} ml{n} pb{n}.\n")).unwrap();
    }
    let spec = ModelSpec { name: "leaning".into(), dimensions: 65, fingerprint: Fingerprint("00000000000000cc".into()) };
    let embedder = Arc::new(Leaning(WordEmbedder::new(), lean, spec));
    let engine = Engine::open(Paths::under(&folder.path().join("data")), EngineSettings::default(), Some(embedder)).unwrap();
    engine.add_library(&notes, None).unwrap();
    quietly(|run| engine.sync(None, run)).unwrap();
    let question = Question { text: "vk7 tf7 unheard".into(), limit: 20, ..Question::default() };
    let found = quietly(|run| engine.snapshot(run)?.search(&question, run)).unwrap();
    found.hits.into_iter().map(|hit| (hit.document, hit.scores.vector.unwrap())).collect()
}

#[test]
fn a_model_that_finds_everything_alike_is_read_on_the_common_scale() {
    let (plain, leaning) = (leaning(0.0), leaning(0.75));
    assert_eq!(plain[0].0, "7.md");
    assert_eq!(plain[0].0, leaning[0].0);
    // Of unrelated notes it says .75 and more: on the scale they are no find.
    assert!(leaning[0].1 > 0.4, "{leaning:?}");
    let unrelated: Vec<f32> = leaning[1..].iter().map(|(_, cosine)| *cosine).collect();
    assert!(unrelated.iter().all(|cosine| *cosine < 0.6) && leaning[0].1 > unrelated.iter().copied().fold(f32::MIN, f32::max), "{leaning:?}");
}
