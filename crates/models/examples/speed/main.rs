//! How fast a GGUF file is read and written with: `speed FILE.gguf [--prompt N] [--new N]`. Prints one JSON object, which
//! `compare.py` sets beside llama.cpp's on the same file.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program that measures prints what it measured")]

use std::process::ExitCode;
use std::time::Instant;

use serde_json::json;
use sidenote_engine::cancel::CancelToken;
use sidenote_engine::error::{Error, Result};
use sidenote_models::generate::{Gguf, Logits, Network, Precision, likeliest};
use sidenote_models::suggest::Machine;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let option = |name: &str, default: usize| {
        let at = arguments.iter().position(|a| a == name);
        at.and_then(|at| arguments.get(at + 1)?.parse().ok()).unwrap_or(default)
    };
    let Some(file) = arguments.first() else {
        eprintln!("usage: speed FILE.gguf [--prompt N] [--new N]");
        return ExitCode::from(2);
    };
    match measure(file, option("--prompt", 512), option("--new", 32)) {
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

fn measure(file: &str, prompt: usize, new: usize) -> Result<serde_json::Value> {
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
    let (_, write) = time(|| {
        for _ in 0..new {
            token = likeliest(&network.read(&[token], Logits::Last, &cancel)?)?;
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
    // A follow-up: the same conversation with a new question of 32 tokens at its end.
    network.truncate(prompt.saturating_sub(32));
    let again = time(|| network.read(&tokens[prompt.saturating_sub(32)..], Logits::Last, &cancel))?.1;
    // Before the processor is tried, which takes memory for itself.
    let most = peak();
    Ok(json!({
        "load_s": load,
        "first_read_s": first,
        "read_tokens_per_s": prompt as f64 / read,
        "write_tokens_per_s": new as f64 / write,
        "expected_write_tokens_per_s": Machine::look().speed(file, gguf.size()),
        "checked_tokens_per_s": (new / 4 * 4) as f64 / four,
        "first_token_s": read,
        "first_token_of_follow_up_s": again,
        "peak_mb": most,
    }))
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
