//! Measuring: how well a run answers questions whose answers are known. This module owns the figures, their intervals, the formats of sets
//! and runs, and the questions of the self-test. It is pure: it must not know the disk, indexes, models or how results are shown.

pub mod bootstrap;
pub mod contain;
pub mod metric;
pub mod run;
pub mod score;
pub mod selftest;
pub mod set;
pub mod summary;

use serde::de::DeserializeOwned;

use crate::error::{Error, ErrorCode, Result};

/// Parses one JSON object a line; empty lines are skipped. `file` is the name that errors give.
///
/// # Errors
/// `InvalidInput`, naming the line (from 1).
fn lines<T: DeserializeOwned>(text: &str, file: &str, hint: &str) -> Result<Vec<(usize, T)>> {
    let mut out = Vec::new();
    for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
        match serde_json::from_str(line) {
            Ok(value) => out.push((number, value)),
            Err(e) => return Err(Error::new(ErrorCode::InvalidInput, format!("line {number} of `{file}`: {e}"), hint)),
        }
    }
    Ok(out)
}
