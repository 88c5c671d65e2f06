//! File names from titles. It must not know folders.

use crate::error::{Error, ErrorCode, Result};

/// Bytes of a name: file systems take 255, and numbers and an extension follow.
const MOST_BYTES: usize = 180;

/// Names that Windows keeps for devices.
const DEVICES: &[&str] = &["con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "lpt1", "lpt2", "lpt3"];

/// A title as a file's name, good on every system: without what paths, Windows or links give a meaning to.
///
/// # Errors
/// `InvalidInput` if nothing is left of it.
pub fn file_name(title: &str) -> Result<String> {
    let clean: String = title
        .chars()
        .map(|c| match c {
            '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' | '#' | '^' | '[' | ']' => ' ',
            c if c.is_control() => ' ',
            c => c,
        })
        .collect();
    let words = clean.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut name = words.trim_matches(['.', ' ']);
    if name.len() > MOST_BYTES {
        let end = (0..=MOST_BYTES).rev().find(|&i| name.is_char_boundary(i)).unwrap_or(0);
        name = name[..end].trim_end_matches(['.', ' ']);
    }
    if name.is_empty() {
        return Err(Error::new(
            ErrorCode::InvalidInput,
            "a note needs a title that can be a file's name",
            "write at least one letter, number or character",
        ));
    }
    // A device's name with anything behind the dot is still the device.
    let device = DEVICES.contains(&name.split('.').next().unwrap_or("").to_ascii_lowercase().as_str());
    Ok(if device { format!("{name}_") } else { name.to_owned() })
}
