//! The network: tokens in, logits or the states they are made of out, for the architectures of Qwen 2 and 3, of Llama 2 and 3 and of Phi 3, read from a GGUF
//! file. It must not know what a token means, who asks, how the next one is chosen, or what states are used for.
//!
//! The tokens it has seen are remembered and can be forgotten from any point on, so that a conversation is not computed twice.

use std::ops::Range;
use std::sync::Arc;

use candle_core::quantized::{GgmlDType, QTensor};
use candle_core::{DType, Device, Tensor};
use candle_nn::ops::{rms_norm, silu};
use candle_nn::rotary_emb::{rope_i, rope_thd};
use sidenote_engine::cancel::CancelToken;
use sidenote_engine::error::{Error, Result};

use super::attention::{Heads, Memory, Precision};
use super::choose::no_numbers;
use super::elsewhere::Kept;
use super::gguf::{Gguf, first_line, unusable};
use super::linear::{Linear, Weights};

/// Tokens that go through the layers together: the matrices are well filled, and the scores of attention stay small.
const CHUNK: usize = 256;

/// Architectures whose layers are those of this file, by their name in the header.
const ARCHITECTURES: [&str; 4] = ["qwen3", "qwen2", "llama", PHI3];

/// Its matrices that are used together are one, and it may turn only a part of each head.
const PHI3: &str = "phi3";

/// How much Phi 3 slows each pair down in texts up to the length that it was first made for.
const SHORT_FACTORS: &str = "rope_factors_short.weight";

/// Tokens that Qwen3-0.6B knows for each of its 28 layers.
pub(super) const ROWS_FOR_A_LAYER: usize = 151_936 / 28;

/// Of which tokens the logits, or the states, are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Logits {
    /// None: the tokens are only to be remembered.
    None,
    /// Those after the last token.
    Last,
    /// Those after each token.
    All,
}

/// The shape of a network, read from the header of its file.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    /// The architecture's name.
    pub architecture: String,
    /// Layers.
    pub layers: usize,
    /// Numbers that stand for one token.
    pub width: usize,
    /// Tokens that it knows.
    pub vocabulary: usize,
    /// Tokens that it was made for.
    pub context: usize,
    heads: Heads,
    /// Added before dividing, so that nothing is divided by zero.
    epsilon: f32,
    /// Turns of each pair of numbers from one token to the next; the numbers after these pairs are not turned.
    turns: Vec<f64>,
    /// What the turned numbers are multiplied with.
    loudness: f64,
    /// Whether the numbers of a pair are neighbours; else they are half a head apart.
    neighbours: bool,
}

impl Shape {
    /// Reads the shape.
    ///
    /// # Errors
    /// `ModelUnavailable` for an architecture that this program does not know, or a header that contradicts itself.
    pub fn read(gguf: &Gguf) -> Result<Self> {
        let refuse = |why: String| {
            unusable(gguf.path(), &why, "choose a model of the Qwen 2, Qwen 3, Llama or Phi 3 family; `sidenote models list` names some")
        };
        let architecture = gguf.text("general.architecture").unwrap_or_default().to_owned();
        if !ARCHITECTURES.contains(&architecture.as_str()) {
            return Err(refuse(format!("its architecture is `{architecture}`, and this program runs {}", ARCHITECTURES.join(", "))));
        }
        let key = |name: &str| format!("{architecture}.{name}");
        let count = |name: &str| gguf.number(&key(name)).and_then(|n| usize::try_from(n).ok()).filter(|n| (1..1 << 24).contains(n));
        let needed = |name: &str| count(name).ok_or_else(|| refuse(format!("its header has no usable `{}`", key(name))));
        let (layers, width, queries) = (needed("block_count")?, needed("embedding_length")?, needed("attention.head_count")?);
        let keys = count("attention.head_count_kv").unwrap_or(queries);
        let size = count("attention.key_length").unwrap_or(width / queries);
        if !queries.is_multiple_of(keys) || size == 0 || !size.is_multiple_of(2) {
            return Err(refuse(format!("its {queries} heads of {size} numbers do not fit its {keys} heads of keys")));
        }
        if count("attention.value_length").is_some_and(|values| values != size) {
            return Err(refuse("its values have another size than its keys, which this program cannot run".to_owned()));
        }
        if gguf.flag(&key("attention.causal")) == Some(false) {
            return Err(refuse("its tokens see those after them too, which this program cannot run".to_owned()));
        }
        if count("expert_count").is_some() {
            return Err(refuse("it is a mixture of experts, which this program cannot run".to_owned()));
        }
        let turned = count("rope.dimension_count").unwrap_or(size);
        let part = architecture == PHI3 && turned < size && turned.is_multiple_of(2);
        if turned != size && !part {
            return Err(refuse("only a part of each head tells positions, which this program cannot run".to_owned()));
        }
        let stretch = match gguf.text(&key("rope.scaling.type")) {
            None | Some("none") => 1.0,
            Some("longrope") if architecture == PHI3 => 1.0,
            Some("linear") => gguf.fraction(&key("rope.scaling.factor")).filter(|f| f.is_finite() && *f > 0.0).unwrap_or(1.0),
            Some(other) => return Err(refuse(format!("its positions are stretched by `{other}`, which this program cannot do"))),
        };
        let within = |name: &str, usual: f64, range: Range<f64>| match gguf.fraction(&key(name)) {
            Some(found) if !range.contains(&found) || found == range.start => Err(refuse(format!("its header has no usable `{}`", key(name)))),
            found => Ok(found.unwrap_or(usual)),
        };
        let base = within("rope.freq_base", 10_000.0, 1.0..1e15)?;
        let epsilon = within("attention.layer_norm_rms_epsilon", 1e-6, 0.0..1.0)? as f32;
        let mut turns: Vec<f64> = (0..turned / 2).map(|pair| base.powf(-2.0 * pair as f64 / turned as f64) / stretch).collect();
        // How Llama 3.1 and later reach further, and Phi 3: each pair is slowed down by a factor of its own.
        if let Some(name) = ["rope_freqs.weight", SHORT_FACTORS].into_iter().find(|name| gguf.shape(name).is_some()) {
            let factors = gguf.tensor(name, &Device::Cpu).and_then(|t| t.dequantize(&Device::Cpu)?.to_vec1::<f32>());
            let factors = factors.map_err(|e| refuse(format!("its `{name}` cannot be read: {}", first_line(&e))))?;
            if factors.len() != turns.len() || factors.iter().any(|f| !f.is_finite() || *f <= 0.0) {
                return Err(refuse(format!("its `{name}` does not fit its heads")));
            }
            turns.iter_mut().zip(factors).for_each(|(turn, factor)| *turn /= f64::from(factor));
        }
        // Phi 3 has other factors for longer texts, with which nothing that it has seen would be as it was; and beyond its window tokens see fewer.
        let shorter = ["rope.scaling.original_context_length", "attention.sliding_window"].into_iter().filter_map(count);
        let most = shorter.filter(|_| architecture == PHI3).min().unwrap_or(usize::MAX);
        let loudness = gguf.fraction(&key("rope.scaling.attn_factor")).filter(|f| architecture == PHI3 && f.is_finite() && *f > 0.0);
        let vocabulary = match gguf.shape("token_embd.weight") {
            Some([rows, columns]) if *columns == width => *rows,
            _ => return Err(refuse(format!("its table of tokens is missing or not {width} numbers wide"))),
        };
        let tokens = gguf.list("tokenizer.ggml.tokens").map_or(0, <[_]>::len);
        if tokens != vocabulary {
            return Err(refuse(format!("its tokenizer has {tokens} tokens and its network {vocabulary}")));
        }
        Ok(Self {
            layers,
            width,
            vocabulary,
            context: count("context_length").unwrap_or(2048).min(most),
            heads: Heads { queries, keys, size },
            epsilon,
            turns,
            loudness: loudness.unwrap_or(1.0),
            neighbours: architecture == "llama",
            architecture,
        })
    }

    /// Bytes that the memory of one token takes.
    #[must_use]
    pub fn bytes_per_token(&self, precision: Precision) -> u64 {
        (self.layers * self.heads.keys * self.heads.size * 2 * precision.bytes()) as u64
    }
}

/// What came of a chunk.
enum Step {
    /// What was wanted.
    Made(Vec<f32>),
    Cancelled,
    /// What it computed is no number.
    NoNumbers,
}

struct Layer {
    attention_norm: Tensor,
    queries: Linear,
    keys: Linear,
    values: Linear,
    output: Linear,
    /// Qwen 3 norms each head.
    query_norm: Option<Tensor>,
    key_norm: Option<Tensor>,
    feed_norm: Tensor,
    gate: Linear,
    up: Linear,
    down: Linear,
    memory: Kept,
}

/// A network in memory.
pub struct Network {
    body: Body,
    head: Linear,
}

impl Network {
    /// Puts a network together.
    ///
    /// # Errors
    /// As [`Body::load`].
    pub fn load(gguf: &Gguf, precision: Precision) -> Result<Self> {
        let body = Body::load(gguf, precision)?;
        let loader = Loader { gguf, device: &body.device };
        let head = match gguf.shape("output.weight") {
            Some(_) => loader.linear("output", body.shape.vocabulary, body.shape.width)?,
            // The table of tokens is used both ways.
            None => Linear::new(loader.weights("token_embd.weight", &body.tokens)?, None),
        };
        Ok(Self { body, head })
    }

    /// A small network in the proportions of Qwen3-0.6B: [`Body::blank`] and, for each of its layers, as many rows of the last matrix as there are there.
    ///
    /// # Errors
    /// Those of `matrix`.
    pub(super) fn blank(
        layers: usize,
        seen: usize,
        mut matrix: impl FnMut(usize, usize) -> candle_core::Result<Linear>,
    ) -> candle_core::Result<Self> {
        let body = Body::blank(layers, seen, &mut matrix)?;
        let head = matrix(layers * ROWS_FOR_A_LAYER, body.shape.width)?;
        Ok(Self { body, head })
    }

    /// Its shape.
    #[must_use]
    pub fn shape(&self) -> &Shape {
        &self.body.shape
    }

    /// Tokens that are remembered.
    #[must_use]
    pub fn seen(&self) -> usize {
        self.body.seen
    }

    /// Forgets every token from `tokens` on.
    pub fn truncate(&mut self, tokens: usize) {
        self.body.truncate(tokens);
    }

    /// Reads further tokens, and returns the logits that are wanted, one row of `shape().vocabulary` numbers after the other. What is cancelled is
    /// forgotten; whole chunks before it stay.
    ///
    /// # Errors
    /// `Cancelled`, `ModelUnavailable` if the results are no numbers, `Internal` if the arithmetic fails.
    pub fn read(&mut self, tokens: &[u32], wanted: Logits, cancel: &CancelToken) -> Result<Vec<f32>> {
        let Self { body, head } = self;
        body.read(tokens, wanted, cancel, |states| head.forward(states))
    }
}

/// The layers of a network, without what makes logits of their last states: a sentence model has no use for these.
pub struct Body {
    shape: Shape,
    device: Device,
    tokens: Arc<QTensor>,
    layers: Vec<Layer>,
    norm: Tensor,
    /// Tokens that every layer remembers.
    seen: usize,
}

impl Body {
    /// Its shape.
    #[must_use]
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// Puts the layers together: on a graphics processor where this program was built for one and there is one, else on the processor, where the
    /// weights stay in the file. It remembers tokens with the given precision.
    ///
    /// # Errors
    /// `ModelUnavailable` if tensors are missing or have other shapes than the header says, and those of [`Shape::read`].
    pub fn load(gguf: &Gguf, precision: Precision) -> Result<Self> {
        let shape = Shape::read(gguf)?;
        let device = device();
        let loader = Loader { gguf, device: &device };
        let Heads { queries, keys, size } = shape.heads;
        let (width, asked, kept) = (shape.width, queries * size, keys * size);
        let joined = shape.architecture == PHI3;
        let widest = if joined { "blk.0.ffn_up.weight" } else { "blk.0.ffn_gate.weight" };
        let feed = match gguf.shape(widest) {
            Some([rows, _]) => rows / if joined { 2 } else { 1 },
            _ => return Err(loader.missing(widest)),
        };
        let layer = |at: usize| -> Result<Layer> {
            let name = |part: &str| format!("blk.{at}.{part}");
            let ([queries, keys, values], [gate, up]) = if joined {
                (loader.parts(&name("attn_qkv"), [asked, kept, kept], width)?, loader.parts(&name("ffn_up"), [feed, feed], width)?)
            } else {
                let [queries, keys, values] =
                    [("attn_q", asked), ("attn_k", kept), ("attn_v", kept)].map(|(part, rows)| loader.linear(&name(part), rows, width));
                ([queries?, keys?, values?], [loader.linear(&name("ffn_gate"), feed, width)?, loader.linear(&name("ffn_up"), feed, width)?])
            };
            Ok(Layer {
                attention_norm: loader.numbers(&name("attn_norm.weight"), width)?,
                queries,
                keys,
                values,
                output: loader.linear(&name("attn_output"), width, asked)?,
                query_norm: loader.maybe(&name("attn_q_norm.weight"), size)?,
                key_norm: loader.maybe(&name("attn_k_norm.weight"), size)?,
                feed_norm: loader.numbers(&name("ffn_norm.weight"), width)?,
                gate,
                up,
                down: loader.linear(&name("ffn_down"), width, feed)?,
                memory: Kept::new(shape.heads, precision, &device),
            })
        };
        let layers = (0..shape.layers).map(layer).collect::<Result<Vec<_>>>()?;
        let tokens = Arc::new(loader.tensor("token_embd.weight", &[shape.vocabulary, width])?);
        let norm = loader.numbers("output_norm.weight", width)?;
        Ok(Self { norm, tokens, layers, seen: 0, shape, device })
    }

    /// Layers of the shape of Qwen3-0.6B that remember `seen` tokens which were never there, with matrices of any weights (`matrix`, by rows and columns):
    /// what they compute means nothing, and takes as long as if it did. They know one token, 0.
    ///
    /// # Errors
    /// Those of `matrix`.
    fn blank(layers: usize, seen: usize, matrix: &mut impl FnMut(usize, usize) -> candle_core::Result<Linear>) -> candle_core::Result<Self> {
        let heads = Heads { queries: 16, keys: 8, size: 128 };
        let (width, feed, asked, kept) = (1024, 3072, heads.queries * heads.size, heads.keys * heads.size);
        let device = Device::Cpu;
        let ones = |count: usize| Tensor::ones(count, DType::F32, &device);
        let layer = |_| {
            let mut memory = Memory::new(heads, Precision::Half);
            memory.extend(&vec![0.0; seen * kept], &vec![0.0; seen * kept]);
            Ok(Layer {
                attention_norm: ones(width)?,
                queries: matrix(asked, width)?,
                keys: matrix(kept, width)?,
                values: matrix(kept, width)?,
                output: matrix(width, asked)?,
                query_norm: Some(ones(heads.size)?),
                key_norm: Some(ones(heads.size)?),
                feed_norm: ones(width)?,
                gate: matrix(feed, width)?,
                up: matrix(feed, width)?,
                down: matrix(width, feed)?,
                memory: Kept::Here(memory),
            })
        };
        let built = (0..layers).map(layer).collect::<candle_core::Result<Vec<_>>>()?;
        let tokens = Arc::new(QTensor::quantize(&Tensor::ones((1, width), DType::F32, &device)?, GgmlDType::F32)?);
        let turns = (0..heads.size / 2).map(|pair| 1e6_f64.powf(-2.0 * pair as f64 / heads.size as f64)).collect();
        let shape = Shape {
            architecture: "qwen3".to_owned(),
            layers,
            width,
            vocabulary: 1,
            context: usize::MAX,
            heads,
            epsilon: 1e-6,
            turns,
            loudness: 1.0,
            neighbours: false,
        };
        Ok(Self { norm: ones(width)?, tokens, layers: built, seen, shape, device })
    }

    /// Forgets every token from `tokens` on.
    pub fn truncate(&mut self, tokens: usize) {
        self.seen = self.seen.min(tokens);
        let seen = self.seen;
        for layer in &mut self.layers {
            layer.memory.truncate(seen);
        }
    }

    /// Reads further tokens, and returns the states that are wanted after the last layer and its norm, one row of `shape().width` numbers after the
    /// other. What is cancelled is forgotten; whole chunks before it stay.
    ///
    /// # Errors
    /// `Cancelled`, `ModelUnavailable` if the results are no numbers, `Internal` if the arithmetic fails.
    pub fn states(&mut self, tokens: &[u32], wanted: Logits, cancel: &CancelToken) -> Result<Vec<f32>> {
        self.read(tokens, wanted, cancel, |states| Ok(states.clone()))
    }

    /// Reads further tokens; what `make` makes of the states that are wanted.
    fn read(
        &mut self,
        tokens: &[u32],
        wanted: Logits,
        cancel: &CancelToken,
        make: impl Fn(&Tensor) -> candle_core::Result<Tensor>,
    ) -> Result<Vec<f32>> {
        let mut made = Vec::new();
        let chunks = tokens.len().div_ceil(CHUNK);
        for (at, chunk) in tokens.chunks(CHUNK).enumerate() {
            cancel.check()?;
            let wanted = if wanted == Logits::Last && at + 1 < chunks { Logits::None } else { wanted };
            let out = self.step(chunk, wanted, cancel, &make);
            if !matches!(out, Ok(Step::Made(_))) {
                let seen = self.seen;
                self.truncate(seen);
            }
            match out {
                Ok(Step::Made(more)) => made.extend(more),
                Ok(Step::Cancelled) => return Err(Error::cancelled()),
                Ok(Step::NoNumbers) => return Err(no_numbers()),
                Err(e) => return Err(Error::internal(format!("the model failed: {}", first_line(&e)))),
            }
        }
        Ok(made)
    }

    /// One chunk through all layers.
    fn step(
        &mut self,
        tokens: &[u32],
        wanted: Logits,
        cancel: &CancelToken,
        make: &impl Fn(&Tensor) -> candle_core::Result<Tensor>,
    ) -> candle_core::Result<Step> {
        let (new, epsilon) = (tokens.len(), self.shape.epsilon);
        let Heads { queries, keys, size } = self.shape.heads;
        let positions = self.positions(new)?;
        let mut x = self.tokens.embedding(&Tensor::new(tokens, &self.device)?)?;
        for layer in &mut self.layers {
            if cancel.is_cancelled() {
                return Ok(Step::Cancelled);
            }
            let h = rms_norm(&x, &layer.attention_norm, epsilon)?;
            let turned = |y: Tensor, norm: &Option<Tensor>, heads: usize| -> candle_core::Result<Tensor> {
                let y = match norm {
                    Some(norm) => rms_norm(&y.reshape((new * heads, size))?, norm, epsilon)?,
                    None => y,
                };
                positions.turn(&y.reshape((1, new, heads, size))?)
            };
            let [asked, kept, values] = Linear::forward_all([&layer.queries, &layer.keys, &layer.values], &h)?;
            let asked = turned(asked, &layer.query_norm, queries)?;
            let kept = turned(kept, &layer.key_norm, keys)?;
            let found = layer.memory.attend(&asked, &kept, &values, new)?;
            x = (x + layer.output.forward(&found)?)?;
            let h = rms_norm(&x, &layer.feed_norm, epsilon)?;
            let [gate, up] = Linear::forward_all([&layer.gate, &layer.up], &h)?;
            x = (x + layer.down.forward(&(silu(&gate)? * up)?)?)?;
        }
        let x = match wanted {
            Logits::None => None,
            Logits::Last => Some(x.narrow(0, new - 1, 1)?),
            Logits::All => Some(x),
        };
        let made = match x {
            None => Vec::new(),
            Some(x) => {
                let states = rms_norm(&x, &self.norm, epsilon)?;
                // What is no number goes through to here; the head could still round it away.
                if !states.sum_all()?.to_scalar::<f32>()?.is_finite() {
                    return Ok(Step::NoNumbers);
                }
                make(&states)?.flatten_all()?.to_vec1()?
            }
        };
        self.seen += new;
        Ok(Step::Made(made))
    }

    /// The turns of the next `new` tokens.
    fn positions(&self, new: usize) -> candle_core::Result<Positions> {
        let Shape { turns, loudness, .. } = &self.shape;
        let angles = || (self.seen..self.seen + new).flat_map(|at| turns.iter().map(move |turn| at as f64 * turn));
        let table = |numbers: Vec<f32>| Tensor::from_vec(numbers, (new, turns.len()), &self.device);
        Ok(Positions {
            cosines: table(angles().map(|a| (a.cos() * loudness) as f32).collect())?,
            sines: table(angles().map(|a| (a.sin() * loudness) as f32).collect())?,
            neighbours: self.shape.neighbours,
        })
    }
}

/// How the heads of some tokens are turned to tell their positions.
struct Positions {
    cosines: Tensor,
    sines: Tensor,
    neighbours: bool,
}

impl Positions {
    /// Turns heads, token by token, head by head.
    fn turn(&self, heads: &Tensor) -> candle_core::Result<Tensor> {
        let (size, turned) = (heads.dim(3)?, 2 * self.cosines.dim(1)?);
        if turned < size {
            let first = self.turn(&heads.narrow(3, 0, turned)?.contiguous()?)?;
            return Tensor::cat(&[&first, &heads.narrow(3, turned, size - turned)?], 3)?.contiguous();
        }
        if self.neighbours {
            let by_head = heads.transpose(1, 2)?.contiguous()?;
            rope_i(&by_head, &self.cosines, &self.sines)?.transpose(1, 2)?.contiguous()
        } else {
            rope_thd(heads, &self.cosines, &self.sines)
        }
    }
}

/// Starts the threads that every network computes with, now and as this thread is: they keep its priority for good, whoever uses them later. Otherwise the
/// first one to compute starts them, which may be one that is to stand back.
pub fn start_threads() {
    candle_core::utils::barrier_pool();
    // Where it was started before there is nothing to do.
    drop(rayon::ThreadPoolBuilder::new().thread_name(|at| format!("compute-{at}")).build_global());
}

/// Where networks run.
fn device() -> Device {
    let found = if cfg!(feature = "cuda") {
        Device::new_cuda(0)
    } else if cfg!(feature = "metal") {
        Device::new_metal(0)
    } else {
        Ok(Device::Cpu)
    };
    // A program that was built for a graphics processor works without one, too.
    found.unwrap_or(Device::Cpu)
}

/// Takes tensors out of a file and looks whether they have the shape they must have.
struct Loader<'a> {
    gguf: &'a Gguf,
    device: &'a Device,
}

impl Loader<'_> {
    fn tensor(&self, name: &str, shape: &[usize]) -> Result<QTensor> {
        let found = self.gguf.shape(name).ok_or_else(|| self.missing(name))?;
        if found != shape {
            return Err(unusable(self.gguf.path(), &format!("its tensor `{name}` is {found:?} and must be {shape:?}"), DAMAGED));
        }
        self.gguf.tensor(name, self.device).map_err(|e| self.broken(name, &e))
    }

    fn numbers(&self, name: &str, count: usize) -> Result<Tensor> {
        self.tensor(name, &[count])?.dequantize(self.device).map_err(|e| self.broken(name, &e))
    }

    fn maybe(&self, name: &str, count: usize) -> Result<Option<Tensor>> {
        self.gguf.shape(name).map(|_| self.numbers(name, count)).transpose()
    }

    fn linear(&self, name: &str, rows: usize, columns: usize) -> Result<Linear> {
        let (weights, bias) = (format!("{name}.weight"), format!("{name}.bias"));
        let tensor = self.tensor(&weights, &[rows, columns])?;
        let bias = self.maybe(&bias, rows)?;
        Ok(Linear::new(self.weights(&weights, &Arc::new(tensor))?, bias))
    }

    /// Matrices that lie in the file as one, below one another.
    fn parts<const N: usize>(&self, name: &str, rows: [usize; N], columns: usize) -> Result<[Linear; N]> {
        let (weights, bias) = (format!("{name}.weight"), format!("{name}.bias"));
        let all = rows.iter().sum();
        self.tensor(&weights, &[all, columns])?;
        let bias = self.maybe(&bias, all)?;
        let mut from = 0;
        let parts = rows.map(|count| {
            let part = from..from + count;
            from += count;
            let tensor = Arc::new(self.gguf.rows(&weights, part.clone(), self.device).map_err(|e| self.broken(&weights, &e))?);
            let bias = bias.as_ref().map(|bias| bias.narrow(0, part.start, count)).transpose().map_err(|e| self.broken(&weights, &e))?;
            Ok(Linear::new(self.weights_of(&weights, &part, &tensor)?, bias))
        });
        let parts: Vec<Linear> = parts.into_iter().collect::<Result<_>>()?;
        parts.try_into().map_err(|_| Error::internal("as many parts as were asked for"))
    }

    fn weights(&self, name: &str, tensor: &Arc<QTensor>) -> Result<Weights> {
        let rows = tensor.shape().dims().first().copied().unwrap_or(0);
        self.weights_of(name, &(0..rows), tensor)
    }

    fn weights_of(&self, name: &str, rows: &Range<usize>, tensor: &Arc<QTensor>) -> Result<Weights> {
        let span = self.gguf.span(name, rows).filter(|_| self.device.is_cpu());
        let shape = tensor.shape().dims2().map_err(|e| self.broken(name, &e))?;
        Weights::new(span, tensor.dtype(), shape, || Ok(Arc::clone(tensor))).map_err(|e| self.broken(name, &e))
    }

    fn missing(&self, name: &str) -> Error {
        unusable(self.gguf.path(), &format!("it has no tensor `{name}`"), DAMAGED)
    }

    fn broken(&self, name: &str, error: &candle_core::Error) -> Error {
        unusable(self.gguf.path(), &format!("its tensor `{name}` cannot be read: {}", first_line(error)), DAMAGED)
    }
}

const DAMAGED: &str = "it is damaged, or of a kind that this program does not know: choose another file of the model";

/// The name of a way to store weights, as file names of models have it.
#[must_use]
pub fn stored_as(kind: GgmlDType) -> &'static str {
    match kind {
        GgmlDType::F32 => "F32",
        GgmlDType::F16 => "F16",
        GgmlDType::BF16 => "BF16",
        GgmlDType::Q4_0 => "Q4_0",
        GgmlDType::Q4_1 => "Q4_1",
        GgmlDType::Q5_0 => "Q5_0",
        GgmlDType::Q5_1 => "Q5_1",
        GgmlDType::Q8_0 => "Q8_0",
        GgmlDType::Q8_1 => "Q8_1",
        GgmlDType::Q2K => "Q2_K",
        GgmlDType::Q3K => "Q3_K",
        GgmlDType::Q4K => "Q4_K",
        GgmlDType::Q5K => "Q5_K",
        GgmlDType::Q6K => "Q6_K",
        GgmlDType::Q8K => "Q8_K",
    }
}
