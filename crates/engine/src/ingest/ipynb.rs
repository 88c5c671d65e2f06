//! Jupyter notebooks (nbformat 3 and 4): Markdown cells with their structure, code cells, short text outputs.
//! It must not know Markdown's structure itself, or files.

use serde_json::Value;

use super::build::{Facts, TextBuilder};
use super::decode::Decoded;
use super::{Limits, Skip, SkipReason, markdown};
use crate::document::{BlockKind, Document, Format};

/// Characters of a text output that are kept; longer ones are logs and dumps.
const MAX_OUTPUT: usize = 2_000;
/// Lines of the file that may fail to be found in a row before the line map is given up (a file that escapes all its characters).
const MAX_MISSES: usize = 50;

/// Reads decoded ipynb text. `stem` is the file name without extension, the title of last resort.
pub(super) fn parse(decoded: Decoded, stem: &str, limits: &Limits) -> Result<Document, Skip> {
    let notebook: Value = serde_json::from_str(&decoded.text).map_err(|e| Skip::new(SkipReason::Damaged, format!("it is not a notebook: {e}")))?;
    let mut out = TextBuilder::new(limits);
    let mut finder = Finder { raw: &decoded.text, at: 0, line: 1, misses: 0 };
    let sheets = notebook.get("worksheets").and_then(Value::as_array);
    let nested = sheets.into_iter().flatten().filter_map(|s| s.get("cells"));
    let lists: Vec<&Value> = notebook.get("cells").into_iter().chain(nested).collect();
    if lists.iter().all(|l| !l.is_array()) {
        return Err(Skip::new(SkipReason::Damaged, "it has no cells: not a notebook"));
    }
    for cell in lists.into_iter().filter_map(Value::as_array).flatten() {
        if out.is_full() {
            break;
        }
        let source = cell.get("source").or_else(|| cell.get("input"));
        let text = source.map(joined).unwrap_or_default();
        let marks = finder.marks(source, &text);
        match cell.get("cell_type").and_then(Value::as_str) {
            Some("markdown") => markdown_cell(&mut out, &text, &marks, stem, limits),
            Some("heading") => {
                let level = cell.get("level").and_then(Value::as_u64).and_then(|l| u8::try_from(l).ok()).unwrap_or(1).clamp(1, 9);
                let title = text.split_whitespace().collect::<Vec<_>>().join(" ");
                out.push_marked(BlockKind::Heading { level, title: title.clone() }, &title, &marks);
            }
            Some("code") => {
                out.push_marked(BlockKind::Code, &text, &marks);
                for output in cell.get("outputs").and_then(Value::as_array).into_iter().flatten() {
                    push_output(&mut out, output);
                }
            }
            // Raw cells are for converters.
            _ => {}
        }
    }
    let metadata = notebook.get("metadata");
    let title = metadata.and_then(|m| m.get("title")).and_then(Value::as_str).map(str::to_owned);
    let date = metadata.and_then(|m| m.get("date")).and_then(Value::as_str).map(str::to_owned);
    out.finish(Facts { title, stem, date, format: Format::Ipynb, encoding: decoded.encoding }, limits)
}

/// A text that may be written as a list of lines.
fn joined(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(lines) => lines.iter().filter_map(Value::as_str).collect(),
        _ => String::new(),
    }
}

/// A Markdown cell through the Markdown parser; its blocks keep their kinds.
fn markdown_cell(out: &mut TextBuilder, text: &str, marks: &[(usize, u32)], stem: &str, limits: &Limits) {
    let decoded = Decoded { text: text.to_owned(), encoding: "UTF-8".to_owned(), verbatim: false, file_offset: 0 };
    // A cell that Markdown refuses (it is blank) adds nothing.
    let Ok(cell) = markdown::parse(decoded, stem, limits) else { return };
    for block in cell.blocks {
        let Some(body) = cell.text.get(block.span.clone()) else { continue };
        let first = marks.partition_point(|&(at, _)| at <= block.span.start).saturating_sub(1);
        let shifted: Vec<_> = marks
            .get(first..)
            .unwrap_or_default()
            .iter()
            .take_while(|(at, _)| *at < block.span.end)
            .map(|&(at, line)| (at.saturating_sub(block.span.start), line))
            .collect();
        out.push_marked(block.kind, body, &shifted);
    }
}

/// The text of an output, when it is short.
fn push_output(out: &mut TextBuilder, output: &Value) {
    let data = output.get("data").unwrap_or(output);
    let text = [output.get("text"), data.get("text/plain"), data.get("text")]
        .into_iter()
        .flatten()
        .map(joined)
        .find(|t| !t.trim().is_empty())
        .unwrap_or_default();
    // The text of a table or a picture that is only its object's name tells nothing.
    if text.chars().count() <= MAX_OUTPUT && !(text.starts_with('<') && text.trim_end().ends_with('>') && text.lines().count() == 1) {
        out.push(BlockKind::Code, &text);
    }
}

/// Finds the lines of the file that cells come from, by looking for their JSON strings, forward only.
struct Finder<'r> {
    raw: &'r str,
    at: usize,
    line: u32,
    misses: usize,
}

impl Finder<'_> {
    /// (offset in the cell's text, line of the file) for each line of the cell that was found.
    fn marks(&mut self, source: Option<&Value>, text: &str) -> Vec<(usize, u32)> {
        let mut marks = Vec::new();
        let mut offset = 0;
        let pieces: Vec<&str> = match source {
            Some(Value::Array(lines)) => lines.iter().filter_map(Value::as_str).collect(),
            Some(Value::String(_)) => vec![text],
            _ => Vec::new(),
        };
        for piece in pieces {
            if let Some(line) = self.find(piece) {
                marks.push((offset, line));
            }
            offset += piece.len();
        }
        marks
    }

    fn find(&mut self, piece: &str) -> Option<u32> {
        if self.misses >= MAX_MISSES || piece.trim().is_empty() {
            return None;
        }
        let needle = serde_json::to_string(piece).ok()?;
        let rest = self.raw.get(self.at..)?;
        let Some(found) = rest.find(&needle) else {
            self.misses += 1;
            return None;
        };
        let passed = rest.get(..found)?.bytes().filter(|&b| b == b'\n').count();
        self.misses = 0;
        self.line = self.line.saturating_add(u32::try_from(passed).unwrap_or(u32::MAX));
        // The strings of JSON hold no line breaks: the line at the end is the line at the start.
        self.at += found + needle.len();
        Some(self.line)
    }
}
