//! Tells text from garbage: fonts without a way to Unicode, private-use characters, bytes of one encoding read as another.
//! It must not know pages' layout.

use super::glyphs::Page;

/// What a page is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// No text at all.
    Blank,
    /// Text that is no text.
    Garbled,
    /// Text.
    Text,
}

/// Judges a page.
pub(super) fn judge(page: &Page) -> Verdict {
    let mut count = Count::default();
    for line in &page.lines {
        count.add(&line.text);
    }
    match count {
        Count { all: 0, .. } => Verdict::Blank,
        count if count.is_garbled() => Verdict::Garbled,
        _ => Verdict::Text,
    }
}

/// Whether a text is garbage.
pub(super) fn is_garbled(text: &str) -> bool {
    let mut count = Count::default();
    count.add(text);
    count.is_garbled()
}

#[derive(Debug, Default)]
struct Count {
    all: usize,
    bad: usize,
    latin1: usize,
    ascii: usize,
}

impl Count {
    fn add(&mut self, text: &str) {
        for c in text.chars().filter(|c| !c.is_whitespace()) {
            self.all += 1;
            match c {
                '\u{FFFD}' | '\u{E000}'..='\u{F8FF}' | '\u{F0000}'.. | '\u{0}'..='\u{1F}' | '\u{7F}'..='\u{9F}' | '\u{FFF0}'..='\u{FFFC}' => {
                    self.bad += 1
                }
                // Scripts that no note is written in, and that glyph numbers read as characters fall into.
                '\u{0250}'..='\u{036F}' | '\u{1400}'..='\u{167F}' | '\u{A000}'..='\u{A4CF}' | '\u{A500}'..='\u{A63F}' | '\u{12000}'..='\u{1247F}' => {
                    self.bad += 1
                }
                '\u{A1}'..='\u{FF}' => self.latin1 += 1,
                'a'..='z' | 'A'..='Z' => self.ascii += 1,
                _ => {}
            }
        }
        // `(cid:123)` is what other programs write for a glyph without a character.
        self.bad += text.matches("(cid:").count() * 8;
    }

    fn is_garbled(&self) -> bool {
        // No language that uses accents has as many of them as letters without.
        let mojibake = self.latin1 > 8 && self.latin1 > self.ascii && self.latin1 * 2 > self.all;
        self.bad * 10 > self.all * 3 || mojibake
    }
}
