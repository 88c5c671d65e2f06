//! Trains the static bilingual model that ships inside the program, and learns the glossary beside it, from text pairs: `cargo run --release
//! -p sidenote-models --example train -- --data pairs.jsonl --notes notes --out FOLDER`. It owns the arguments and the order of the steps.
//!
//! Each line of the data is `["kind", "text A", "text B"]`; kinds: `bi` (a text and its translation), `h2p` (a heading and its section), `adj`
//! (neighbouring paragraphs), `news` (a sentence and those around it). A `.zst` file is unpacked on the way.
//!
//! Two losses take turns: symmetric InfoNCE over mean vectors (van den Oord et al. 2018, arXiv:1807.03748), and InfoNCE over late-interaction
//! scores (Khattab & Zaharia 2020, arXiv:2004.12832), so that single tokens are comparable, also across the two languages.
#![allow(clippy::print_stderr, reason = "a command that says how far it is")]
#![allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "counts and ids are far below the limits of f32 and u32")]

mod batches;
mod export;
mod glossary;
mod late;
mod pairs;
mod pooled;
mod random;
mod rows;
mod vocabulary;

use std::error::Error;
use std::path::PathBuf;
use std::time::Instant;

use sidenote_models::tokens::Tokenizer;

use batches::Batches;
use pairs::Pair;
use random::Random;
use rows::Table;

/// What a training run can vary; the defaults made the shipped model.
pub(crate) struct Settings {
    data: PathBuf,
    out: PathBuf,
    /// Pieces in the vocabulary.
    vocabulary: usize,
    /// Numbers of a vector.
    pub(crate) dimensions: usize,
    /// Tokens of a text that are used.
    tokens: usize,
    steps: usize,
    /// Learning rate at the first step; it falls linearly.
    rate: f32,
    /// Pairs in a batch of mean vectors, and the temperature of its softmax.
    pub(crate) batch: usize,
    pub(crate) temperature: f32,
    /// The same for late interaction.
    pub(crate) late_batch: usize,
    pub(crate) late_temperature: f32,
    /// Share of each kind of pair among the batches: bi, h2p, adj, news, crossed headings.
    pub(crate) mix: [f32; pairs::KINDS],
    /// Part of the run after which batches are drawn from neighbourhoods, and how many of them then are.
    pub(crate) hard_from: f32,
    pub(crate) hard_share: f32,
    seed: u64,
    /// A folder of notes whose glosses are learned too.
    notes: Option<PathBuf>,
    /// Leaves the model out and learns the glossary alone.
    glossary_only: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            data: PathBuf::new(),
            out: PathBuf::new(),
            vocabulary: 64_000,
            dimensions: 256,
            tokens: 160,
            steps: 8_000,
            rate: 0.02,
            batch: 1_024,
            temperature: 0.05,
            late_batch: 128,
            late_temperature: 0.03,
            mix: [0.38, 0.24, 0.22, 0.10, 0.06],
            hard_from: 0.4,
            hard_share: 0.3,
            seed: 1,
            notes: None,
            glossary_only: false,
        }
    }
}

impl Settings {
    fn from_arguments() -> Result<Self, Box<dyn Error>> {
        let mut settings = Self::default();
        let mut arguments = std::env::args().skip(1);
        while let Some(name) = arguments.next() {
            let value = arguments.next().ok_or_else(|| format!("`{name}` needs a value"))?;
            match name.as_str() {
                "--data" => settings.data = value.into(),
                "--out" => settings.out = value.into(),
                "--vocabulary" => settings.vocabulary = value.parse()?,
                "--dimensions" => settings.dimensions = value.parse()?,
                "--steps" => settings.steps = value.parse()?,
                "--seed" => settings.seed = value.parse()?,
                "--notes" => settings.notes = Some(value.into()),
                "--only" if value == "glossary" => settings.glossary_only = true,
                "--only" => return Err(format!("`--only {value}`: there is only `--only glossary`").into()),
                _ => {
                    return Err(format!(
                        "there is no `{name}`; there are --data, --out, --notes, --only, --vocabulary, --dimensions, --steps, --seed"
                    )
                    .into());
                }
            }
        }
        if settings.data.as_os_str().is_empty() || settings.out.as_os_str().is_empty() {
            return Err("say where the pairs are with --data FILE and where the model goes with --out FOLDER".into());
        }
        Ok(settings)
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let settings = Settings::from_arguments()?;
    let began = Instant::now();
    let texts = pairs::read(&settings.data)?;
    eprintln!("{} pairs, {:.0?}", texts.len(), began.elapsed());
    let notes = settings.notes.as_deref().map(pairs::read_notes).transpose()?.unwrap_or_default();
    let entries = glossary::write(&texts, &notes, &settings.out)?;
    eprintln!("{entries} entries of the glossary, {:.0?}", began.elapsed());
    if settings.glossary_only {
        return Ok(());
    }
    let pieces = vocabulary::learn(&texts, settings.vocabulary);
    let tokenizer = Tokenizer::new(pieces.iter().map(|(piece, score)| (piece.as_str(), *score)));
    let pairs = pairs::encode(texts, &tokenizer, settings.tokens);
    eprintln!("{} pieces, {} pairs of tokens, {:.0?}", pieces.len(), pairs.len(), began.elapsed());
    let table = train(&settings, &pieces, &pairs, began);
    export::write(&settings.out, &pieces, &table, settings.dimensions)?;
    eprintln!("written to {}, {:.0?}", settings.out.display(), began.elapsed());
    Ok(())
}

/// Steps between two lines about the losses.
const REPORT: usize = 500;

fn train(settings: &Settings, pieces: &[(String, f32)], pairs: &[Pair], began: Instant) -> Vec<f32> {
    let mut random = Random::new(settings.seed);
    let mut table = Table::new(pieces, settings.dimensions, &mut random);
    let mut batches = Batches::new(pairs, settings);
    let (mut pooled_loss, mut late_loss) = (0.0, 0.0);
    for step in 0..settings.steps {
        let done = step as f32 / settings.steps as f32;
        let rate = settings.rate * (1.0 - done).max(0.02);
        batches.refresh(step, done, &table);
        let batch = batches.draw(settings.batch, done, &mut random);
        pooled_loss += pooled::step(&mut table, &batch, settings.temperature, rate);
        let batch = batches.draw(settings.late_batch, done, &mut random);
        late_loss += late::step(&mut table, &batch, settings.late_temperature, rate, &mut random);
        if (step + 1) % REPORT == 0 {
            let each = REPORT as f32;
            eprintln!("step {} loss {:.3} late {:.3} {:.0?}", step + 1, pooled_loss / each, late_loss / each, began.elapsed());
            (pooled_loss, late_loss) = (0.0, 0.0);
        }
    }
    table.vectors()
}
