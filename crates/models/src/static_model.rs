//! Static embedding models in our own code: a table of token vectors and a tokenizer. A text's vector is the mean of its tokens' vectors, and
//! the token vectors themselves serve late interaction. No runtime is needed. It must not know where a model's files come from.
//!
//! Files: `table.safetensors` holds `codes` (I8, tokens × dimensions) and `scales` (F32, tokens): a token's vector is its codes times its scale.
//! `vocabulary.tsv` has one piece a line with the natural logarithm of its probability, in the order of the table's rows.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use safetensors::{Dtype, SafeTensors};
use sidenote_engine::cancel::CancelToken;
use sidenote_engine::error::{Error, ErrorCode, Result};
use sidenote_engine::model::{Embedder, Fingerprint, ModelSpec, Role, TokenVectors};
use sidenote_engine::text::normalise;
use simsimd::SpatialSimilarity;

use crate::tokens::Tokenizer;

/// Tokens of a text that count. Passages are shorter; a pasted page is known by its beginning.
const MAX_TOKENS: usize = 1_024;

/// Characters of a text that are looked at.
const MAX_CHARACTERS: usize = 8 * MAX_TOKENS;

/// Texts between two looks at the cancel token.
const BATCH: usize = 64;

/// A token's vector may be this long: sums of [`MAX_TOKENS`] of them, and their squares, stay finite.
const LONGEST: f32 = 1e15;

/// The bytes of a static model's two files.
#[derive(Clone, Debug)]
pub struct StaticFiles {
    /// `table.safetensors`.
    pub table: Cow<'static, [u8]>,
    /// `vocabulary.tsv`.
    pub vocabulary: Cow<'static, str>,
}

/// A handle on a static model. Making one is cheap; its files are read at the first use.
pub struct StaticModel {
    spec: ModelSpec,
    files: StaticFiles,
    loaded: OnceLock<std::result::Result<Loaded, String>>,
}

struct Loaded {
    tokenizer: Tokenizer,
    dimensions: usize,
    /// Where the codes are in the table's bytes.
    codes: std::ops::Range<usize>,
    scales: Vec<f32>,
    /// Length of each token's vector.
    lengths: Vec<f32>,
}

impl StaticModel {
    /// A handle on the model in these files.
    #[must_use]
    pub fn new(spec: ModelSpec, files: StaticFiles) -> Self {
        Self { spec, files, loaded: OnceLock::new() }
    }

    /// Reads the files on a thread of its own and returns at once; a failure is told by the first use.
    pub fn warm_up(self: &Arc<Self>) {
        let model = Arc::clone(self);
        std::thread::spawn(move || drop(model.loaded()));
    }

    fn loaded(&self) -> Result<&Loaded> {
        self.loaded.get_or_init(|| Loaded::read(&self.files, self.spec.dimensions)).as_ref().map_err(|why| {
            Error::new(
                ErrorCode::ModelUnavailable,
                format!("the embedding model {} could not be loaded: {why}", self.spec.name),
                "its files are damaged or of another kind: install the model again or choose another one",
            )
        })
    }

    fn codes<'a>(&'a self, loaded: &Loaded, token: u32) -> &'a [i8] {
        let start = loaded.codes.start + token as usize * loaded.dimensions;
        as_codes(&self.files.table[start..start + loaded.dimensions])
    }

    fn vector(&self, loaded: &Loaded, text: &str) -> Vec<f32> {
        let end = text.char_indices().nth(MAX_CHARACTERS).map_or(text.len(), |(at, _)| at);
        let mut sum = vec![0.0f32; loaded.dimensions];
        for id in loaded.tokenizer.encode(&normalise(&text[..end]), MAX_TOKENS) {
            let scale = loaded.scales[id as usize];
            for (sum, &code) in sum.iter_mut().zip(self.codes(loaded, id)) {
                *sum += scale * f32::from(code);
            }
        }
        let length = sum.iter().map(|x| x * x).sum::<f32>().sqrt();
        if length > 0.0 {
            sum.iter_mut().for_each(|x| *x /= length);
        }
        sum
    }
}

/// The same bytes as signed numbers.
fn as_codes(bytes: &[u8]) -> &[i8] {
    bytemuck::cast_slice(bytes)
}

impl Loaded {
    fn read(files: &StaticFiles, dimensions: usize) -> std::result::Result<Self, String> {
        let table = SafeTensors::deserialize(&files.table).map_err(|e| format!("its table is no safetensors file: {e}"))?;
        let tensor = |name: &str, kind: Dtype| {
            let tensor = table.tensor(name).map_err(|e| format!("its table has no `{name}`: {e}"))?;
            if tensor.dtype() == kind { Ok(tensor) } else { Err(format!("`{name}` has the type {:?}", tensor.dtype())) }
        };
        let (codes, scales) = (tensor("codes", Dtype::I8)?, tensor("scales", Dtype::F32)?);
        let &[rows, width] = codes.shape() else { return Err("`codes` is no table".to_owned()) };
        if width != dimensions || scales.shape() != [rows] {
            return Err(format!("`codes` is {rows} × {width} and `scales` {:?}, not tokens × {dimensions}", scales.shape()));
        }
        let scales: Vec<f32> = scales.data().chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
        let lengths: Vec<f32> = as_codes(codes.data())
            .chunks_exact(width.max(1))
            .zip(&scales)
            .map(|(row, scale)| {
                let squares: i32 = row.iter().map(|&c| i32::from(c) * i32::from(c)).sum();
                #[expect(clippy::cast_precision_loss, reason = "256 squares of a byte are far below 2^24")]
                let squares = squares as f32;
                scale * squares.sqrt()
            })
            .collect();
        if let Some(length) = lengths.iter().find(|length| !(0.0..=LONGEST).contains(*length)) {
            return Err(format!("a vector in it has the length {length}"));
        }
        let pieces: Vec<(&str, f32)> = files
            .vocabulary
            .lines()
            .map(|line| line.split_once('\t').and_then(|(piece, score)| Some((piece, score.parse().ok()?))).ok_or(line))
            .collect::<std::result::Result<_, _>>()
            .map_err(|line| format!("its vocabulary has the line `{}`", line.chars().take(40).collect::<String>()))?;
        if pieces.len() != rows {
            return Err(format!("it has {} pieces for {rows} vectors", pieces.len()));
        }
        let start = codes.data().as_ptr() as usize - files.table.as_ptr() as usize;
        Ok(Self { tokenizer: Tokenizer::new(pieces.into_iter()), dimensions, codes: start..start + codes.data().len(), scales, lengths })
    }
}

impl Embedder for StaticModel {
    fn spec(&self) -> &ModelSpec {
        &self.spec
    }

    fn embed(&self, texts: &[&str], _role: Role, cancel: &CancelToken) -> Result<Vec<Vec<f32>>> {
        let loaded = self.loaded()?;
        let mut vectors = Vec::with_capacity(texts.len());
        for batch in texts.chunks(BATCH) {
            cancel.check()?;
            vectors.extend(batch.iter().map(|text| self.vector(loaded, text)));
        }
        Ok(vectors)
    }
}

impl TokenVectors for StaticModel {
    fn fingerprint(&self) -> &Fingerprint {
        &self.spec.fingerprint
    }

    fn tokens(&self, normalised: &str) -> Result<Vec<u32>> {
        Ok(self.loaded()?.tokenizer.encode(normalised, MAX_TOKENS))
    }

    fn weight(&self, token: u32) -> f32 {
        self.loaded().ok().and_then(|loaded| loaded.lengths.get(token as usize).copied()).unwrap_or(0.0)
    }

    fn cosine(&self, a: u32, b: u32) -> f32 {
        let Ok(loaded) = self.loaded() else { return 0.0 };
        let (Some(&la), Some(&lb)) = (loaded.lengths.get(a as usize), loaded.lengths.get(b as usize)) else { return 0.0 };
        if la == 0.0 || lb == 0.0 {
            return 0.0;
        }
        #[expect(clippy::cast_possible_truncation, reason = "a cosine needs no more than f32")]
        let dot = i8::dot(self.codes(loaded, a), self.codes(loaded, b)).unwrap_or(0.0) as f32;
        (dot * (loaded.scales[a as usize] / la) * (loaded.scales[b as usize] / lb)).clamp(-1.0, 1.0)
    }

    fn whole(&self, text: &str) -> Option<Vec<f32>> {
        self.loaded().ok().map(|loaded| self.vector(loaded, text))
    }
}
