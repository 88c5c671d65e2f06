//! The HNSW graph over vector codes: built in the background for large libraries, stored beside the generations, followed at search.
//! With its parent the only file that imports `hnsw_rs`. It must not know documents or chunks' texts.
//!
//! `hnsw_rs` has no delete and makes identical points unreachable, so the graph holds each distinct vector once, rows that went away are
//! filtered from its answers, and rows that came later are scanned. It exits the process on a truncated data file and panics on a
//! truncated graph file, so both are checked against a checksum before loading.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hnsw_rs::api::AnnT;
use hnsw_rs::hnswio::HnswIo;
use hnsw_rs::prelude::{Distance, Hnsw};
use serde::{Deserialize, Serialize};
use simsimd::SpatialSimilarity;

use super::Codes;
use crate::error::{Error, Result};
use crate::event::{Run, Stage};

/// Chunks from which a graph is built. Measured (`docs/benchmarks.md`): at 99,643 rows of 256 dimensions the exact scan of 8-bit codes is the faster one, at
/// 398,119 the graph is 2.4 times as fast.
pub const WORTH_IT: usize = 400_000;

/// Points between two looks at whether to go on: in a large graph half a second's.
const BATCH: usize = 128;
const NEIGHBOURS: usize = 16;
const EF_CONSTRUCTION: usize = 200;
const EF_SEARCH: usize = 320;
const NAME: &str = "graph";
const FOLDER: &str = "hnsw";
const MANIFEST: &str = "manifest.json";
/// Share of rows that may be missing from the graph, or dead in it, before it is built again.
const STALE_SHARE: usize = 5;

/// 1 − cosine of two code rows. The scales of the two vectors cancel in a cosine of the codes themselves.
#[derive(Clone, Copy, Debug, Default)]
struct CodeDistance;

impl Distance<i8> for CodeDistance {
    fn eval(&self, a: &[i8], b: &[i8]) -> f32 {
        #[expect(clippy::cast_possible_truncation, reason = "a distance needs no more than f32")]
        let distance = i8::cosine(a, b).unwrap_or(1.0) as f32;
        distance.max(0.0)
    }
}

/// What is needed to trust and to use the stored graph.
#[derive(Serialize, Deserialize)]
struct Manifest {
    /// BLAKE3 of the two files, hex.
    data: String,
    links: String,
    /// For every point, the chunks that share its vector.
    points: Vec<Vec<u64>>,
}

/// A loaded graph and how its points map to the rows of the vectors beside it.
pub(super) struct Graph {
    hnsw: Hnsw<'static, i8, CodeDistance>,
    /// For every point, the rows that have its vector now.
    rows: Vec<Vec<usize>>,
    /// Rows the graph does not know.
    missing: Vec<usize>,
    /// Chunks of the graph that no longer exist.
    dead: usize,
}

impl Graph {
    /// The stored graph of a folder, if it is whole.
    pub(super) fn open(folder: &Path, chunks: &[u64], vectors: &Codes) -> Option<Self> {
        let folder = folder.join(FOLDER);
        let manifest: Manifest = serde_json::from_slice(&fs::read(folder.join(MANIFEST)).ok()?).ok()?;
        if checksum(&data_file(&folder)).ok()? != manifest.data || checksum(&links_file(&folder)).ok()? != manifest.links {
            return None;
        }
        // The loaded graph borrows its loader for as long as it lives; a loader is a path and a few numbers, so it is given away.
        let io: &'static mut HnswIo = Box::leak(Box::new(HnswIo::new(&folder, NAME)));
        let hnsw: Hnsw<'static, i8, CodeDistance> = io.load_hnsw().ok()?;
        let graph = Self::over(hnsw, &manifest.points, chunks);
        // A graph of other dimensions would be searched out of bounds.
        (graph.hnsw.get_point_indexation().get_data_dimension() == vectors.dimensions).then_some(graph)
    }

    fn over(hnsw: Hnsw<'static, i8, CodeDistance>, points: &[Vec<u64>], chunks: &[u64]) -> Self {
        let mut known = vec![false; chunks.len()];
        let mut dead = 0;
        let mut rows = Vec::with_capacity(points.len());
        for point in points {
            let alive: Vec<usize> = point.iter().filter_map(|chunk| chunks.binary_search(chunk).ok()).collect();
            dead += point.len() - alive.len();
            for &row in &alive {
                known[row] = true;
            }
            rows.push(alive);
        }
        let missing = (0..chunks.len()).filter(|&row| !known[row]).collect();
        Self { hnsw, rows, missing, dead }
    }

    /// Whether so much has changed since it was built that it should be built again.
    pub(super) fn is_stale(&self) -> bool {
        (self.missing.len() + self.dead) * STALE_SHARE > self.rows.len()
    }

    /// Rows likely to hold the nearest `limit`, not in order, perhaps more.
    pub(super) fn search(&self, query: &Codes, limit: usize) -> Vec<usize> {
        let mut wanted = limit + 1;
        loop {
            let found = self.hnsw.search(query.row(0), wanted, EF_SEARCH.max(2 * wanted));
            let alive: Vec<usize> = found.iter().flat_map(|n| self.rows[n.d_id].iter().copied()).collect();
            // Dead points take places in the answer: ask for more until enough of it is alive.
            if alive.len() >= limit || found.len() < wanted || wanted >= self.rows.len() {
                return alive.into_iter().chain(self.missing.iter().copied()).collect();
            }
            wanted *= 2;
        }
    }

    /// Builds and stores a graph of these rows.
    pub(super) fn build(folder: &Path, generation: u64, chunks: &[u64], vectors: &Arc<Codes>, run: Run<'_>) -> Result<Self> {
        let mut points: Vec<Vec<u64>> = Vec::new();
        let mut firsts: Vec<usize> = Vec::new();
        let mut seen: HashMap<&[i8], usize> = HashMap::new();
        for (row, &chunk) in chunks.iter().enumerate() {
            let code = vectors.row(row);
            // The zero vector is near nothing.
            if vectors.scales[row] == 0.0 {
                continue;
            }
            let point = *seen.entry(code).or_insert_with(|| {
                points.push(Vec::new());
                firsts.push(row);
                points.len() - 1
            });
            points[point].push(chunk);
        }
        let total = firsts.len() as u64;
        let hnsw = Hnsw::new(NEIGHBOURS, firsts.len().max(1), 16, EF_CONSTRUCTION, CodeDistance);
        let mut done = 0;
        for (batch_number, batch) in firsts.chunks(BATCH).enumerate() {
            run.step()?;
            let items: Vec<(&[i8], usize)> = batch.iter().enumerate().map(|(i, &row)| (vectors.row(row), batch_number * BATCH + i)).collect();
            hnsw.parallel_insert_slice(&items);
            done += batch.len() as u64;
            run.progress(Stage::Graph, done, total);
        }
        store(&hnsw, folder, generation, &points).map_err(|e| Error::io("write the search graph", folder, &e))?;
        Ok(Self::over(hnsw, &points, chunks))
    }
}

fn store(hnsw: &Hnsw<'static, i8, CodeDistance>, folder: &Path, generation: u64, points: &[Vec<u64>]) -> std::io::Result<()> {
    let temporary = folder.join(format!("tmp-hnsw-{generation:06}"));
    if temporary.exists() {
        fs::remove_dir_all(&temporary)?;
    }
    fs::create_dir_all(&temporary)?;
    hnsw.file_dump(&temporary, NAME).map_err(std::io::Error::other)?;
    let manifest = Manifest { data: checksum(&data_file(&temporary))?, links: checksum(&links_file(&temporary))?, points: points.to_vec() };
    fs::write(temporary.join(MANIFEST), serde_json::to_vec(&manifest)?)?;
    for entry in fs::read_dir(&temporary)? {
        // Not every system has the bytes of a file on the disk that was only opened to be read.
        fs::File::options().append(true).open(entry?.path())?.sync_all()?;
    }
    let target = folder.join(FOLDER);
    if target.exists() {
        fs::remove_dir_all(&target)?;
    }
    fs::rename(&temporary, &target)
}

/// Whether a folder has a graph, whole or not.
pub(super) fn is_stored(folder: &Path) -> bool {
    let folder = folder.join(FOLDER);
    [folder.join(MANIFEST), data_file(&folder), links_file(&folder)].iter().all(|file| file.is_file())
}

fn data_file(folder: &Path) -> PathBuf {
    folder.join(format!("{NAME}.hnsw.data"))
}

fn links_file(folder: &Path) -> PathBuf {
    folder.join(format!("{NAME}.hnsw.graph"))
}

fn checksum(path: &Path) -> std::io::Result<String> {
    let mut hasher = blake3::Hasher::new();
    std::io::copy(&mut fs::File::open(path)?, &mut hasher)?;
    Ok(hasher.finalize().to_hex().to_string())
}
