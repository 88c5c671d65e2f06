//! What a GGUF header says that its reader would keep silent about or fail at: the same name twice, data laid out in steps that cannot be. It must not know
//! what any key or tensor means.

use std::collections::HashSet;

/// The key of the step in which the data lie.
const ALIGNMENT: &str = "general.alignment";
/// The widest step that is believed.
const WIDEST: u64 = 1 << 20;
/// Lists within lists.
const DEEPEST: usize = 4;

/// Types of values, as the format numbers them.
const STRING: u32 = 8;
const ARRAY: u32 = 9;

/// What is wrong with a header; `None` where nothing is, or where it cannot be read this far, of which its reader tells.
pub(super) fn wrong(bytes: &[u8]) -> Option<String> {
    Walk { rest: bytes.get(4..)?, short: false }.look()
}

/// Goes over a header.
struct Walk<'a> {
    rest: &'a [u8],
    /// The first version has lengths of four bytes.
    short: bool,
}

impl<'a> Walk<'a> {
    fn look(&mut self) -> Option<String> {
        self.short = self.number(4)? == 1;
        let (tensors, keys) = (self.length()?, self.length()?);
        let mut seen = HashSet::new();
        for _ in 0..keys {
            let key = self.text()?;
            if !seen.insert(key) {
                return Some(format!("its header has the key `{}` twice", shown(key)));
            }
            let kind = u32::try_from(self.number(4)?).ok()?;
            if key == ALIGNMENT.as_bytes() {
                let step = size(kind).and_then(|size| self.number(size))?;
                if !step.is_power_of_two() || step > WIDEST {
                    return Some(format!("its data lie in steps of {step} bytes (`{ALIGNMENT}`), which cannot be"));
                }
            } else {
                self.value(kind, 0)?;
            }
        }
        seen.clear();
        for _ in 0..tensors {
            let name = self.text()?;
            if !seen.insert(name) {
                return Some(format!("its header has the tensor `{}` twice", shown(name)));
            }
            let dimensions = self.number(4)?;
            for _ in 0..dimensions {
                self.length()?;
            }
            // The type and the place.
            self.take(4 + 8)?;
        }
        None
    }

    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(taken)
    }

    /// A whole number of so many bytes, the lowest first.
    fn number(&mut self, bytes: usize) -> Option<u64> {
        Some(self.take(bytes)?.iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
    }

    fn length(&mut self) -> Option<u64> {
        self.number(if self.short { 4 } else { 8 })
    }

    fn text(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.length()?).ok()?;
        self.take(length)
    }

    fn value(&mut self, kind: u32, depth: usize) -> Option<()> {
        match kind {
            STRING => self.text().map(drop),
            ARRAY if depth < DEEPEST => {
                let kind = u32::try_from(self.number(4)?).ok()?;
                let count = usize::try_from(self.length()?).ok()?;
                if let Some(size) = size(kind) {
                    return self.take(count.checked_mul(size)?).map(drop);
                }
                (0..count).try_for_each(|_| self.value(kind, depth + 1))
            }
            _ => self.take(size(kind)?).map(drop),
        }
    }
}

/// Bytes of a value of a type that always has as many.
fn size(kind: u32) -> Option<usize> {
    Some(match kind {
        0 | 1 | 7 => 1,
        2 | 3 => 2,
        4..=6 => 4,
        10..=12 => 8,
        _ => return None,
    })
}

/// A name for a person, which a damaged file may have made long or unreadable.
fn shown(name: &[u8]) -> String {
    String::from_utf8_lossy(name).chars().filter(|c| !c.is_control()).take(80).collect()
}
