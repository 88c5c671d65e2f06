//! The vector index: unit vectors as 8-bit codes in one flat, checksummed file per generation, scanned exactly; and, for large libraries,
//! a graph beside it. It must not know keywords, files of notes, or how vectors are made.
//!
//! The exact scan is the default and the oracle. The graph is built in the background past [`WORTH_IT`] chunks; a graph
//! is a snapshot of older rows: what it lacks is scanned, what it has too much of is filtered out.

mod graph;

use std::collections::HashMap;
use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use simsimd::SpatialSimilarity;

use crate::catalog::Catalog;
use crate::error::{Error, Result};
use crate::event::Run;
use crate::model::Fingerprint;

use graph::Graph;
pub use graph::WORTH_IT;

const MAGIC: [u8; 8] = *b"SNVEC01\n";
const FILE: &str = "vectors.bin";
const HEADER: usize = 8 + 8 + 8 + 32;

/// Folder name below `index/` of one vector space.
#[must_use]
pub fn folder_name(fingerprint: &Fingerprint) -> String {
    format!("vector-v1-{}", fingerprint.0)
}

fn generation_folder(folder: &Path, generation: u64) -> PathBuf {
    folder.join(format!("g{generation:06}"))
}

/// Generations present in a folder, newest first.
fn generations(folder: &Path) -> Vec<u64> {
    let mut out: Vec<u64> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().to_str().and_then(|name| name.strip_prefix('g')?.parse().ok()))
        .collect();
    out.sort_unstable_by(|a, b| b.cmp(a));
    out
}

/// The newest generation written to a folder.
#[must_use]
pub fn newest(folder: &Path) -> Option<u64> {
    generations(folder).first().copied()
}

/// What a folder holds, as far as it can be told without reading the vectors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The newest generation whose file has its whole length.
    pub generation: u64,
    /// Whether a graph for it is stored.
    pub graph: bool,
}

/// What [`VectorIndex::open`] would open, unless its file or the graph's are damaged in a way that only reading all of it shows.
#[must_use]
pub fn standing(folder: &Path, generation: u64) -> Option<Standing> {
    generations(folder).into_iter().filter(|&g| g <= generation).find_map(|g| {
        let mut file = fs::File::open(generation_folder(folder, g).join(FILE)).ok()?;
        let mut bytes = [0; HEADER];
        file.read_exact(&mut bytes).ok()?;
        let header = Header::read(&bytes).ok()?;
        let whole = file.metadata().ok()?.len() == (HEADER + header.size) as u64;
        whole.then(|| Standing { generation: g, graph: header.rows >= WORTH_IT && graph::is_stored(folder) })
    })
}

/// A chunk found by its vector.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VectorHit {
    /// The chunk.
    pub chunk: u64,
    /// Its document.
    pub document: u64,
    /// Cosine similarity, −1 to 1, on the common scale ([`Scale`]).
    pub score: f32,
}

/// Cosine of unrelated texts up to which a model's cosines are taken as they are. The settings of search and answers were chosen with those of the model inside,
/// for which it is .10 on the shipped notes.
const BACKGROUND: f32 = 0.25;
/// Chunks from which it can be told.
const ENOUGH: usize = 32;
/// Pairs of chunks of which the cosine of unrelated texts is estimated.
const PAIRS: usize = 400;

/// Brings the cosines of models to a common scale: many sentence models give unrelated texts .6 to .8 (anisotropy: Ethayarajh 2019), which would look
/// like a find. Equal texts stay at 1, unrelated ones come to .25.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    stretch: f32,
}

impl Default for Scale {
    fn default() -> Self {
        Self { stretch: 1.0 }
    }
}

impl Scale {
    /// For a model with this cosine of unrelated texts.
    #[must_use]
    pub fn of(background: f32) -> Self {
        // Texts that all have one vector say nothing of the model.
        Self { stretch: if background > BACKGROUND && background < 0.98 { (1.0 - BACKGROUND) / (1.0 - background) } else { 1.0 } }
    }

    /// A cosine on the common scale, at least −1.
    #[must_use]
    pub fn apply(self, cosine: f32) -> f32 {
        (1.0 - (1.0 - cosine) * self.stretch).max(-1.0)
    }
}

/// Unit vectors as signed 8-bit codes with one scale each: a quarter of the memory, and dot products in integers.
#[derive(Debug, Default)]
struct Codes {
    dimensions: usize,
    codes: Vec<i8>,
    scales: Vec<f32>,
}

impl Codes {
    fn len(&self) -> usize {
        self.scales.len()
    }
    fn row(&self, row: usize) -> &[i8] {
        &self.codes[row * self.dimensions..(row + 1) * self.dimensions]
    }
    fn push(&mut self, vector: impl ExactSizeIterator<Item = f32> + Clone) {
        let largest = vector.clone().fold(0.0f32, |m, x| m.max(x.abs()));
        let scale = if largest > 0.0 { largest / 127.0 } else { 0.0 };
        let inverse = if scale > 0.0 { 1.0 / scale } else { 0.0 };
        #[expect(clippy::cast_possible_truncation, reason = "rounded and within -127..=127 by construction")]
        self.codes.extend(vector.map(|x| (x * inverse).round() as i8));
        self.scales.push(scale);
    }
    /// Cosine of a query's code row and a stored row.
    fn cosine(&self, query: &Codes, row: usize) -> f32 {
        #[expect(clippy::cast_possible_truncation, reason = "a cosine needs no more than f32")]
        let dot = i8::dot(query.row(0), self.row(row)).unwrap_or(0.0) as f32;
        dot * query.scales[0] * self.scales[row]
    }
}

impl Codes {
    /// The lower quartile of the cosines of pairs of rows that lie apart, the same ones each time; 0 where there are too few. Half of the pairs may be about
    /// one subject.
    fn background(&self) -> f32 {
        let rows = self.len();
        if rows < ENOUGH {
            return 0.0;
        }
        // A full period modulo 2^64 (Knuth, MMIX).
        let mut state = 1u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(state >> 33).unwrap_or(0) % rows
        };
        let mut cosines: Vec<f32> = std::iter::repeat_with(|| (next(), next()))
            .take(PAIRS)
            .filter(|(a, b)| a.abs_diff(*b) > rows / 16)
            .map(|(a, b)| {
                let one = Self { dimensions: self.dimensions, codes: self.row(a).to_vec(), scales: vec![self.scales[a]] };
                self.cosine(&one, b)
            })
            .collect();
        cosines.sort_by(f32::total_cmp);
        cosines.get(cosines.len() / 4).copied().unwrap_or(0.0)
    }
}

/// Quantises one query.
fn quantise(query: &[f32]) -> Codes {
    let mut codes = Codes { dimensions: query.len(), ..Codes::default() };
    codes.push(query.iter().copied());
    codes
}

/// Every chunk's vector at one generation, in memory.
pub struct VectorIndex {
    generation: u64,
    /// Ascending, so a chunk's row is a binary search away.
    chunks: Vec<u64>,
    documents: Vec<u64>,
    vectors: Arc<Codes>,
    graph: Option<Graph>,
    scale: Scale,
}

impl VectorIndex {
    /// The newest readable generation of a folder, at most `generation`; damaged ones are passed over. `None` if there is none.
    #[must_use]
    pub fn open(folder: &Path, generation: u64) -> Option<Self> {
        generations(folder).into_iter().filter(|&g| g <= generation).find_map(|g| {
            let mut index = read(&generation_folder(folder, g).join(FILE), g).ok()?;
            if index.vectors.len() >= WORTH_IT {
                index.load_graph(folder);
            }
            Some(index)
        })
    }

    /// Writes the catalog's vectors as a generation: to a temporary folder, flushed to disk, then renamed. Older generations but the
    /// one before are removed (a reader may still be opening it).
    ///
    /// # Errors
    /// `Io`.
    pub fn write(folder: &Path, catalog: &Catalog, fingerprint: &Fingerprint, dimensions: usize) -> Result<Self> {
        let generation = catalog.generation()?;
        let (mut chunks, mut documents) = (Vec::new(), Vec::new());
        let mut vectors = Codes { dimensions, ..Codes::default() };
        catalog.vectors(fingerprint, |chunk, document, bytes| {
            // A vector of another length would be a defect of an older program; leave it out and it is embedded again.
            if bytes.len() == 2 * dimensions {
                chunks.push(chunk);
                documents.push(document);
                vectors.push(bytes.chunks_exact(2).map(|b| half::f16::from_le_bytes([b[0], b[1]]).to_f32()));
            }
            Ok(())
        })?;
        let index = Self { generation, chunks, documents, scale: Scale::of(vectors.background()), vectors: Arc::new(vectors), graph: None };
        let target = generation_folder(folder, generation);
        let temporary = folder.join(format!("tmp-{generation:06}"));
        let write = || -> io::Result<()> {
            fs::create_dir_all(&temporary)?;
            index.save(&temporary.join(FILE))?;
            if target.exists() {
                fs::remove_dir_all(&target)?;
            }
            fs::rename(&temporary, &target)?;
            sync_folder(folder)
        };
        write().map_err(|e| Error::io("write the vector index", folder, &e))?;
        for old in generations(folder).into_iter().filter(|&g| g < generation).skip(1) {
            // Left-overs are removed again next time.
            let _ = fs::remove_dir_all(generation_folder(folder, old));
        }
        Ok(index)
    }

    fn save(&self, path: &Path) -> io::Result<()> {
        let mut body = Vec::with_capacity(self.chunks.len() * (16 + 4 + self.vectors.dimensions));
        for (chunk, document) in self.chunks.iter().zip(&self.documents) {
            body.extend(chunk.to_le_bytes());
            body.extend(document.to_le_bytes());
        }
        for scale in &self.vectors.scales {
            body.extend(scale.to_le_bytes());
        }
        body.extend(self.vectors.codes.iter().map(|&c| c.cast_unsigned()));
        let mut file = fs::File::create(path)?;
        file.write_all(&MAGIC)?;
        file.write_all(&(self.chunks.len() as u64).to_le_bytes())?;
        file.write_all(&(self.vectors.dimensions as u64).to_le_bytes())?;
        file.write_all(blake3::hash(&body).as_bytes())?;
        file.write_all(&body)?;
        file.sync_all()
    }

    /// The generation it shows.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Chunks with a vector.
    #[must_use]
    pub fn len(&self) -> usize {
        self.chunks.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.chunks.is_empty()
    }

    /// Whether searches use the graph.
    #[must_use]
    pub fn has_graph(&self) -> bool {
        self.graph.is_some()
    }

    /// Whether a graph would pay and there is none, or it has fallen too far behind.
    #[must_use]
    pub fn wants_graph(&self) -> bool {
        self.vectors.len() >= WORTH_IT && self.graph.as_ref().is_none_or(Graph::is_stale)
    }

    /// Uses the stored graph of a folder, if it is whole; without one search stays exact.
    pub fn load_graph(&mut self, folder: &Path) {
        self.graph = Graph::open(folder, &self.chunks, &self.vectors);
    }

    /// Builds the graph of these rows and stores it. Minutes for 100,000 chunks: run it in the background.
    ///
    /// # Errors
    /// `Io`, `Cancelled` (nothing is left behind).
    pub fn build_graph(&mut self, folder: &Path, run: Run<'_>) -> Result<()> {
        self.graph = Some(Graph::build(folder, self.generation, &self.chunks, &self.vectors, run)?);
        Ok(())
    }

    /// The cosine of a query and one chunk on the common scale, if the chunk has a vector.
    #[must_use]
    pub fn similarity(&self, query: &[f32], chunk: u64) -> Option<f32> {
        let row = self.chunks.binary_search(&chunk).ok()?;
        (query.len() == self.vectors.dimensions).then(|| self.scale.apply(self.vectors.cosine(&quantise(query), row)))
    }

    /// The nearest `limit` chunks, best first, equal scores by chunk id. With a filter every kept row is scanned: past a tenth of the
    /// rows kept a graph would be slower.
    #[must_use]
    pub fn search(&self, query: &[f32], limit: usize, keep: Option<&(dyn Fn(u64) -> bool + Send + Sync)>) -> Vec<VectorHit> {
        if query.len() != self.vectors.dimensions {
            return Vec::new();
        }
        match (&self.graph, keep) {
            (Some(graph), None) => {
                let query = quantise(query);
                let rows = graph.search(&query, limit);
                self.best(rows.into_iter().map(|row| (row, self.vectors.cosine(&query, row))), limit)
            }
            _ => self.scan(query, limit, keep),
        }
    }

    /// [`Self::search`] without the graph: the oracle.
    #[must_use]
    pub fn scan(&self, query: &[f32], limit: usize, keep: Option<&(dyn Fn(u64) -> bool + Send + Sync)>) -> Vec<VectorHit> {
        let query = quantise(query);
        let mut decided: HashMap<u64, bool> = HashMap::new();
        let rows = (0..self.vectors.len())
            .filter(|&row| keep.is_none_or(|keep| *decided.entry(self.documents[row]).or_insert_with(|| keep(self.documents[row]))));
        self.best(rows.map(|row| (row, self.vectors.cosine(&query, row))), limit)
    }

    /// The best `limit` of (row, score), in total order.
    fn best(&self, rows: impl Iterator<Item = (usize, f32)>, limit: usize) -> Vec<VectorHit> {
        let order = |a: &(usize, f32), b: &(usize, f32)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
        let mut kept: Vec<(usize, f32)> = Vec::with_capacity(2 * limit + 1);
        let mut floor = f32::NEG_INFINITY;
        for (row, score) in rows {
            if score < floor {
                continue;
            }
            kept.push((row, score));
            if kept.len() > 2 * limit {
                kept.select_nth_unstable_by(limit, order);
                kept.truncate(limit);
                floor = kept.iter().map(|k| k.1).fold(f32::INFINITY, f32::min);
            }
        }
        kept.sort_by(order);
        kept.truncate(limit);
        kept.into_iter()
            .map(|(row, score)| VectorHit { chunk: self.chunks[row], document: self.documents[row], score: self.scale.apply(score) })
            .collect()
    }
}

/// Has a folder's names on the disk, where that can be asked for.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { fs::File::open(folder)?.sync_all() } else { Ok(()) }
}

/// The beginning of a vector file: what follows it.
struct Header {
    rows: usize,
    dimensions: usize,
    /// Bytes of the body.
    size: usize,
    /// Its BLAKE3.
    checksum: [u8; 32],
}

impl Header {
    fn read(bytes: &[u8; HEADER]) -> io::Result<Self> {
        let (magic, rest) = bytes.split_at(MAGIC.len());
        let (numbers, checksum) = rest.split_at(16);
        let number = |at: usize| numbers[at..at + 8].try_into().map(u64::from_le_bytes).ok().and_then(|n| usize::try_from(n).ok());
        let read = || {
            let (rows, dimensions) = (number(0)?, number(8)?);
            let size = rows.checked_mul(dimensions.checked_add(20)?)?;
            (magic == MAGIC).then_some(Self { rows, dimensions, size, checksum: checksum.try_into().ok()? })
        };
        read().ok_or_else(damaged)
    }
}

fn damaged() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "damaged vector file")
}

fn read(path: &Path, generation: u64) -> io::Result<VectorIndex> {
    let bytes = fs::read(path)?;
    let (header, body) = bytes.split_first_chunk::<HEADER>().ok_or_else(damaged)?;
    let Header { rows, dimensions, size, checksum } = Header::read(header)?;
    if body.len() != size || *blake3::hash(body).as_bytes() != checksum {
        return Err(damaged());
    }
    let (ids, rest) = body.split_at(rows * 16);
    let (scales, codes) = rest.split_at(rows * 4);
    let (mut chunks, mut documents) = (Vec::with_capacity(rows), Vec::with_capacity(rows));
    let eight = |b: &[u8]| b.try_into().map(u64::from_le_bytes).unwrap_or_default();
    for pair in ids.chunks_exact(16) {
        chunks.push(eight(&pair[..8]));
        documents.push(eight(&pair[8..]));
    }
    let scales = scales.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
    let codes = codes.iter().map(|&b| b.cast_signed()).collect();
    let vectors = Codes { dimensions, codes, scales };
    Ok(VectorIndex { generation, chunks, documents, scale: Scale::of(vectors.background()), vectors: Arc::new(vectors), graph: None })
}
