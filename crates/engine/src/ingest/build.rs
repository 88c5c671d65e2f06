//! Builds the text and blocks of a document whose text is extracted (not the file's own bytes): separators, spans, line and page marks.
//! It must not know any format.

use super::{Limits, Skip, SkipReason};
use crate::document::{Block, BlockKind, Document, Format, SourceMap, Span};

/// Text, blocks and marks so far.
#[derive(Debug, Default)]
pub(super) struct TextBuilder {
    /// The text so far.
    pub(super) text: String,
    /// The blocks so far.
    pub(super) blocks: Vec<Block>,
    /// The way back to the file.
    pub(super) map: SourceMap,
    /// What was odd.
    pub(super) warnings: Vec<String>,
    /// Whether the text has outgrown the limit; what is pushed after is dropped.
    full: bool,
    max_bytes: usize,
}

/// What is known of a document besides its text.
pub(super) struct Facts<'a> {
    /// The title from the format's own metadata.
    pub(super) title: Option<String>,
    /// The title of last resort.
    pub(super) stem: &'a str,
    /// Date, any form that starts with `YYYY-MM-DD` or `YYYYMMDD`.
    pub(super) date: Option<String>,
    /// The format it was read as.
    pub(super) format: Format,
    /// The encoding it was decoded from.
    pub(super) encoding: String,
}

impl TextBuilder {
    /// An empty text with the limits of one file.
    pub(super) fn new(limits: &Limits) -> Self {
        // A character has at most four bytes: past this the exact count at the end cannot pass either.
        Self { max_bytes: limits.text_chars.saturating_mul(4), ..Self::default() }
    }

    /// Whether the limit is reached, so that a parser can stop early.
    pub(super) fn is_full(&self) -> bool {
        self.full
    }

    /// Appends a block; white space around it is trimmed. Nothing is appended for blank text.
    pub(super) fn push(&mut self, kind: BlockKind, text: &str) -> Option<Span> {
        self.push_marked(kind, text, &[])
    }

    /// Appends a block whose text has line marks (offset in `text`, line of the file).
    pub(super) fn push_marked(&mut self, kind: BlockKind, text: &str, marks: &[(usize, u32)]) -> Option<Span> {
        let trimmed = text.trim_end();
        // Code keeps the indentation of its first line, a nested list item that of its mark.
        let lead = match kind {
            BlockKind::Code | BlockKind::ListItem { .. } => trimmed.len() - trimmed.trim_start_matches(['\n', '\r']).len(),
            _ => trimmed.len() - trimmed.trim_start().len(),
        };
        let body = trimmed.get(lead..).unwrap_or_default();
        if body.trim().is_empty() {
            return None;
        }
        if self.text.len() + body.len() > self.max_bytes {
            self.full = true;
            return None;
        }
        if let Some(last) = self.blocks.last() {
            let tight = matches!((&last.kind, &kind), (BlockKind::ListItem { .. }, BlockKind::ListItem { .. }));
            self.text.push_str(if tight { "\n" } else { "\n\n" });
        }
        let start = self.text.len();
        self.text.push_str(body);
        let stop = self.text.len();
        for &(at, line) in marks {
            self.mark_line(start + at.saturating_sub(lead).min(body.len()), line);
        }
        self.blocks.push(Block { kind, span: start..stop });
        Some(start..stop)
    }

    /// Notes that the text from `at` on comes from this line of the file. Marks that would lead backwards are left out.
    pub(super) fn mark_line(&mut self, at: usize, line: u32) {
        match self.map.lines.last_mut() {
            Some(&mut (_, last)) if line <= last => {}
            Some(last) if last.0 == at => last.1 = line,
            _ => self.map.lines.push((at, line)),
        }
    }

    /// Notes that the text from `at` on is on this page.
    pub(super) fn mark_page(&mut self, at: usize, page: u32) {
        match self.map.pages.last_mut() {
            Some(last) if last.0 == at => last.1 = page,
            _ => self.map.pages.push((at, page)),
        }
    }

    /// The first level-1 heading, or the first heading at all.
    pub(super) fn first_heading(&self) -> Option<String> {
        let mut headings = self.blocks.iter().filter_map(|b| match &b.kind {
            BlockKind::Heading { level, title } => Some((*level, title)),
            _ => None,
        });
        let first = headings.clone().next();
        headings.find(|&(level, _)| level == 1).or(first).map(|(_, title)| title.clone())
    }

    /// The finished document.
    ///
    /// # Errors
    /// [`SkipReason::Empty`] without text, [`SkipReason::TooLarge`] past the limit.
    pub(super) fn finish(self, facts: Facts<'_>, limits: &Limits) -> Result<Document, Skip> {
        if self.full || (self.text.len() > limits.text_chars && self.text.chars().count() > limits.text_chars) {
            return Err(Skip::new(SkipReason::TooLarge, format!("it holds more than {} characters of text", limits.text_chars)));
        }
        if self.text.trim().is_empty() {
            return Err(Skip::new(SkipReason::Empty, "it holds no text"));
        }
        let title = facts
            .title
            .as_deref()
            .and_then(one_line)
            .or_else(|| self.first_heading().as_deref().and_then(one_line))
            .or_else(|| one_line(facts.stem))
            .unwrap_or_else(|| "untitled".to_owned());
        Ok(Document {
            title,
            aliases: Vec::new(),
            tags: Vec::new(),
            date: facts.date.as_deref().and_then(iso_date),
            format: facts.format,
            encoding: facts.encoding,
            text: self.text,
            verbatim: false,
            file_offset: 0,
            blocks: self.blocks,
            source_map: self.map,
            warnings: self.warnings,
        })
    }
}

/// White space collapsed to single spaces; `None` when nothing is left.
pub(super) fn one_line(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    (!out.is_empty()).then_some(out)
}

/// `YYYY-MM-DD` from `2024-05-06T…`, `2024/5/6`, `20240506…` and the like; `None` when it is no date.
pub(super) fn iso_date(text: &str) -> Option<String> {
    let text = text.trim().trim_start_matches("D:");
    let mut parts = text.splitn(3, ['-', '/', '.']);
    let (year, month, day) = match (parts.next(), parts.next(), parts.next()) {
        (Some(y), Some(m), Some(d)) if y.len() == 4 => (y, m, d),
        _ => (text.get(..4)?, text.get(4..6)?, text.get(6..8)?),
    };
    let number = |s: &str| s.chars().take_while(char::is_ascii_digit).collect::<String>().parse::<i16>().ok();
    let date = jiff::civil::Date::new(number(year)?, i8::try_from(number(month)?).ok()?, i8::try_from(number(day)?).ok()?).ok()?;
    Some(date.to_string())
}

/// Whether a character belongs to a script that is written without spaces between words (also its full-width punctuation).
pub(super) fn is_cjk(c: char) -> bool {
    matches!(c, '\u{2E80}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7AF}' | '\u{F900}'..='\u{FAFF}' | '\u{FE30}'..='\u{FE4F}' | '\u{FF00}'..='\u{FFEF}' | '\u{20000}'..='\u{323AF}')
}
