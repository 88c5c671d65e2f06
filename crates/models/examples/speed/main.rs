//! How fast a GGUF file is read and written with: `speed FILE.gguf [--prompt N] [--new N] [--guessed N]`. Prints one JSON object, which
//! `compare.py` sets beside llama.cpp's on the same file.
//!
//! `--guessed N` also writes N tokens without guesses, and again with guesses of which a known share is right. A model with random weights quotes nothing
//! and soon goes round in circles, so what is said is given, and is put where the passages of a question are, with mistakes. Where the model would choose
//! another token than without guesses, that is an error.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program that measures prints what it measured")]

use std::process::ExitCode;
use std::time::Instant;

use serde_json::json;
use sidenote_engine::cancel::CancelToken;
use sidenote_engine::error::{Error, Result};
use sidenote_models::generate::{Ahead, Gguf, Logits, Network, Precision, likeliest};
use sidenote_models::suggest::Machine;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let option = |name: &str, default: usize| {
        let at = arguments.iter().position(|a| a == name);
        at.and_then(|at| arguments.get(at + 1)?.parse().ok()).unwrap_or(default)
    };
    let Some(file) = arguments.first() else {
        eprintln!("usage: speed FILE.gguf [--prompt N] [--new N] [--guessed N]");
        return ExitCode::from(2);
    };
    match measure(file, option("--prompt", 512), option("--new", 32), option("--guessed", 0)) {
        Ok(found) => {
            println!("{found}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {}\nhint: {}", error.message, error.hint);
            ExitCode::from(2)
        }
    }
}

fn measure(file: &str, prompt: usize, new: usize, guessed: usize) -> Result<serde_json::Value> {
    let cancel = CancelToken::new();
    let began = Instant::now();
    let gguf = Gguf::open(file.as_ref())?;
    let mut network = Network::load(&gguf, Precision::Half)?;
    let load = began.elapsed().as_secs_f64();
    let size = u32::try_from(network.shape().vocabulary).map_err(Error::internal)?;
    let tokens: Vec<u32> = (0..prompt as u32).map(|at| at * 7919 % (size / 2)).collect();

    // The first reading also puts the weights into the order that products with many tokens want.
    let first = time(|| network.read(&tokens, Logits::Last, &cancel))?.1;
    network.truncate(0);
    let (logits, read) = time(|| network.read(&tokens, Logits::Last, &cancel))?;
    let mut token = likeliest(&logits)?;
    let mut fastest = f64::INFINITY;
    let (_, write) = time(|| {
        for _ in 0..new {
            let (logits, one) = time(|| network.read(&[token], Logits::Last, &cancel))?;
            token = likeliest(&logits)?;
            fastest = fastest.min(one);
        }
        Ok(())
    })?;
    // Four tokens at once, as guesses are checked.
    let (_, four) = time(|| {
        for _ in 0..new / 4 {
            network.read(&[token, token, token, token], Logits::All, &cancel)?;
        }
        Ok(())
    })?;
    network.truncate(prompt);
    let said: Vec<u32> = (prompt..prompt + guessed).map(|at| at as u32 * 7919 % (size / 2)).collect();
    let guesses = with_guesses(&mut network, &logits, &said)?;
    // A follow-up: the same conversation with a new question of 32 tokens at its end.
    network.truncate(prompt.saturating_sub(32));
    let again = time(|| network.read(&tokens[prompt.saturating_sub(32)..], Logits::Last, &cancel))?.1;
    // Before the processor is tried, which takes memory for itself.
    let most = peak();
    let mut found = json!({
        "load_s": load,
        "first_read_s": first,
        "read_tokens_per_s": prompt as f64 / read,
        "write_tokens_per_s": new as f64 / write,
        // On a busy machine this is nearer to what it can do.
        "fastest_write_tokens_per_s": 1.0 / fastest,
        "expected_write_tokens_per_s": Machine::look().speed(file, gguf.size()),
        "checked_tokens_per_s": (new / 4 * 4) as f64 / four,
        "first_token_s": read,
        "first_token_of_follow_up_s": again,
        "peak_mb": most,
    });
    if let Some(found) = found.as_object_mut() {
        found.extend(guesses);
    }
    Ok(found)
}

/// Percent of the guesses that are right, where guesses are made.
const RIGHT: [u32; 4] = [100, 80, 50, 0];
/// Tokens that a place is found by, and tokens that are guessed from it.
const PLACE: usize = 3;

/// Writes what is given after what the network has seen, `logits` being those of its last token, without and with guesses.
fn with_guesses(network: &mut Network, logits: &[f32], said: &[u32]) -> Result<serde_json::Map<String, serde_json::Value>> {
    let mut out = serde_json::Map::new();
    if said.is_empty() {
        return Ok(out);
    }
    let new = said.len();
    let seen = network.seen();
    let (plain, without) = time(|| write(network, logits, said, &[]))?;
    let speed = |seconds: f64| new as f64 / seconds;
    out.insert("without_guesses_tokens_per_s".to_owned(), json!(speed(without)));
    for right in RIGHT {
        network.truncate(seen);
        let places = places(said, right, network.shape().vocabulary as u32);
        let (written, with) = time(|| write(network, logits, said, &places))?;
        if let Some(at) = (0..new).find(|at| written.chosen[*at] != plain.chosen[*at]) {
            return Err(Error::internal(format!("token {at} is another one with guesses of which {right} % are right")));
        }
        let name = |what: &str| format!("guesses_{right}_percent_right_{what}");
        out.insert(name("tokens_per_s"), json!(speed(with)));
        out.insert(name("gain"), json!(without / with));
        // Those taken are among the first ones read that were right: after a wrong one the rest is of no use.
        out.insert(name("read"), json!(written.guesses));
        out.insert(name("taken_per_cent"), json!(100.0 * (new - written.passes) as f64 / written.guesses.max(1) as f64));
    }
    Ok(out)
}

/// What a passage holds for each token from the fourth on: what comes before it, then it and the next ones, of which some are replaced.
fn places(tokens: &[u32], right: u32, vocabulary: u32) -> Vec<Vec<u32>> {
    let mut state = 7_u64;
    let mut wrong = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % 100 >= u64::from(right)
    };
    let places = tokens.windows(2 * PLACE).map(|place| {
        let (before, next) = place.split_at(PLACE);
        let next: Vec<u32> = next.iter().map(|token| if wrong() { (token + 1) % vocabulary } else { *token }).collect();
        [before.to_vec(), next].concat()
    });
    places.collect()
}

/// What was written.
struct Written {
    /// What the model would have said at each place.
    chosen: Vec<u32>,
    /// How often the network was asked after the first token.
    passes: usize,
    /// Guesses that it read.
    guesses: usize,
}

/// Writes as the program does where it takes the likeliest token, except that what is said is given. Guesses are looked for in the place for the next token.
fn write(network: &mut Network, logits: &[f32], said: &[u32], places: &[Vec<u32>]) -> Result<Written> {
    let (cancel, mut ahead, mut logits) = (CancelToken::new(), Ahead::default(), logits.to_vec());
    let seen = network.seen();
    let mut written = Written { chosen: Vec::with_capacity(said.len()), passes: 0, guesses: 0 };
    for (at, token) in said.iter().enumerate() {
        written.chosen.push(likeliest(&logits)?);
        ahead.came(*token, network, seen + at);
        let from = (at + 1).checked_sub(PLACE);
        let place = from.and_then(|from| places.get(from)).map_or(&[][..], Vec::as_slice);
        let text = [place, &said[from.unwrap_or(0)..=at]].concat();
        let before = network.seen();
        logits = ahead.after(network, &text, said.len() - at - 1, &cancel)?;
        if let Some(guesses) = (network.seen() - before).checked_sub(1) {
            written.passes += 1;
            written.guesses += guesses;
        }
    }
    Ok(written)
}

fn time<T>(work: impl FnOnce() -> Result<T>) -> Result<(T, f64)> {
    let began = Instant::now();
    let done = work()?;
    Ok((done, began.elapsed().as_secs_f64()))
}

/// The most memory this process had, where the system tells.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kb| kb / 1000)
}
