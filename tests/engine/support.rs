//! What several areas need: documents from text, an embedder without a model, a quiet run.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use sidenote_engine::cancel::CancelToken;
use sidenote_engine::document::{Block, BlockKind, Document, Format, SourceMap};
use sidenote_engine::engine::{Engine, Question, Settings};
use sidenote_engine::error::Result;
use sidenote_engine::event::{Run, Silent};
use sidenote_engine::model::{Embedder, Fingerprint, ModelSpec, Role};
use sidenote_engine::paths::Paths;
use sidenote_engine::text::{normalise, words};

/// Runs `body` with a run that nobody watches or stops.
pub(crate) fn quietly<T>(body: impl FnOnce(Run<'_>) -> T) -> T {
    body(Run { observer: &Silent, cancel: &CancelToken::new() })
}

/// A document of blocks given as (kind, text), separated by blank lines.
pub(crate) fn document(title: &str, blocks: &[(BlockKind, &str)]) -> Document {
    let mut text = String::new();
    let mut spans = Vec::new();
    for (kind, part) in blocks {
        let start = text.len();
        text.push_str(part);
        spans.push(Block { kind: kind.clone(), span: start..text.len() });
        text.push_str("\n\n");
    }
    Document {
        title: title.into(),
        aliases: Vec::new(),
        tags: Vec::new(),
        date: None,
        format: Format::Plain,
        encoding: "UTF-8".into(),
        text,
        verbatim: true,
        file_offset: 0,
        blocks: spans,
        source_map: SourceMap::default(),
        warnings: Vec::new(),
    }
}

pub(crate) fn heading(level: u8, title: &str) -> BlockKind {
    BlockKind::Heading { level, title: title.into() }
}

/// Embeds a text as the sum of its words' random directions: texts that share words are near each other.
pub(crate) struct WordEmbedder {
    spec: ModelSpec,
    /// Texts embedded so far.
    pub(crate) count: AtomicUsize,
}

impl WordEmbedder {
    pub(crate) fn new() -> Arc<Self> {
        let spec = ModelSpec { name: "words".into(), dimensions: 64, fingerprint: Fingerprint("00000000000000aa".into()) };
        Arc::new(Self { spec, count: AtomicUsize::new(0) })
    }
}

pub(crate) fn word_vector(text: &str, dimensions: usize) -> Vec<f32> {
    let mut vector = vec![0.0f32; dimensions];
    for term in words(&normalise(text)) {
        let mut state = term.text.bytes().fold(0xcbf2_9ce4_8422_2325u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
        for x in &mut vector {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            *x += ((state >> 40) as f32 / 8_388_608.0) - 1.0;
        }
    }
    let norm = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
    if norm > 0.0 {
        vector.iter_mut().for_each(|x| *x /= norm);
    }
    vector
}

impl Embedder for WordEmbedder {
    fn spec(&self) -> &ModelSpec {
        &self.spec
    }
    fn embed(&self, texts: &[&str], _: Role, cancel: &CancelToken) -> Result<Vec<Vec<f32>>> {
        cancel.check()?;
        self.count.fetch_add(texts.len(), Ordering::Relaxed);
        Ok(texts.iter().map(|t| word_vector(t, self.spec.dimensions)).collect())
    }
}

/// A data folder, a folder of notes, and an engine over them.
pub(crate) struct Desk {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) embedder: Arc<WordEmbedder>,
    pub(crate) engine: Engine,
}

impl Desk {
    /// An empty library `notes`.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("notes")).unwrap();
        let embedder = WordEmbedder::new();
        let engine = open(folder.path(), Some(embedder.clone()));
        engine.add_library(&folder.path().join("notes"), None).unwrap();
        Self { folder, embedder, engine }
    }

    pub(crate) fn notes(&self) -> PathBuf {
        self.folder.path().join("notes")
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let file = self.notes().join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    pub(crate) fn remove(&self, path: &str) {
        fs::remove_file(self.notes().join(path)).unwrap();
    }

    pub(crate) fn sync(&self) -> sidenote_engine::sync::Report {
        quietly(|run| self.engine.sync(None, run)).unwrap()
    }

    /// Paths of the notes found for a query, best first, each once.
    pub(crate) fn search(&self, query: &str) -> Vec<String> {
        let question = Question { text: query.into(), limit: 20, ..Question::default() };
        let found = quietly(|run| self.engine.snapshot(run)?.search(&question, run)).unwrap();
        let mut out: Vec<String> = Vec::new();
        for hit in found.hits {
            if !out.contains(&hit.document) {
                out.push(hit.document);
            }
        }
        out
    }

    pub(crate) fn ask(&self, question: &str) -> sidenote_engine::wire::Answer {
        let question = Question { text: question.into(), limit: 8, ..Question::default() };
        quietly(|run| self.engine.snapshot(run)?.ask(&question, run)).unwrap()
    }
}

/// An engine over `folder/data`.
pub(crate) fn open(folder: &Path, embedder: Option<Arc<WordEmbedder>>) -> Engine {
    Engine::open(Paths::under(&folder.join("data")), Settings::default(), embedder.map(|e| e as Arc<dyn Embedder>)).unwrap()
}
