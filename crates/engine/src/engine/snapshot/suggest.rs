//! Questions that the notes answer, taken from their headings. It must not know what was asked before or by whom.

use super::Snapshot;
use crate::error::Result;
use crate::event::Run;
use crate::text::normalise;

/// Characters of a heading that is a question.
const LENGTH: std::ops::RangeInclusive<usize> = 5..=60;
/// Notes that are looked through.
const NOTES: usize = 400;

impl Snapshot {
    /// Up to `most` questions that stand as headings in some notes, without the one that was asked.
    ///
    /// # Errors
    /// `DataDamaged`.
    pub fn questions_of(&self, documents: &[u64], asked: &str, most: usize) -> Result<Vec<String>> {
        let asked = letters(asked);
        let mut out: Vec<String> = Vec::new();
        for &document in documents {
            for chunk in self.catalog().chunks_of(document)? {
                for heading in chunk.heading.iter().filter_map(|h| question(h)) {
                    let known = letters(&heading);
                    // What was asked may be worded a little longer than the heading, or shorter.
                    let same =
                        !asked.is_empty() && (known.contains(&asked) || asked.contains(&known)) || out.iter().any(|other| letters(other) == known);
                    if !same {
                        out.push(heading);
                    }
                    if out.len() == most {
                        return Ok(out);
                    }
                }
            }
        }
        Ok(out)
    }

    /// Up to `most` questions that stand as headings anywhere, at most one of each note.
    ///
    /// # Errors
    /// `Cancelled`, `DataDamaged`.
    pub fn questions_of_notes(&self, most: usize, run: Run<'_>) -> Result<Vec<String>> {
        let mut out = Vec::new();
        let ids: Vec<u64> = self.catalog().documents()?.iter().map(|d| d.id).collect();
        // Spread over all notes, the same ones each time.
        let step = ids.len().div_ceil(NOTES).max(1);
        for id in ids.into_iter().step_by(step) {
            run.cancel.check()?;
            // Notes made from one template ask the same.
            let new = |question: &String| !out.iter().any(|known: &String| letters(known) == letters(question));
            let asked: Vec<String> = self.questions_of(&[id], "", 1)?.into_iter().filter(new).collect();
            out.extend(asked);
            if out.len() == most {
                break;
            }
        }
        Ok(out)
    }
}

/// A heading as a question, if it is one: without its numbering.
fn question(heading: &str) -> Option<String> {
    let plain =
        heading.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '、' | ')' | '）' | ' ' | '问' | 'Q' | '：' | ':')).trim();
    let asks = plain.ends_with(['？', '?']) && LENGTH.contains(&plain.chars().count());
    asks.then(|| plain.to_owned())
}

fn letters(text: &str) -> String {
    normalise(text).chars().filter(|c| c.is_alphanumeric()).collect()
}
