//! PDF with a text layer: pages to lines to paragraphs and headings. It owns what is said about pages that cannot be read;
//! it must not know how glyphs are decoded, or what is retrieved.

mod bomb;
mod garbled;
mod glyphs;
mod layout;
mod outline;
mod places;

use std::sync::Arc;
use std::time::Instant;

use hayro_interpret::hayro_syntax::object::DateTime;
use hayro_interpret::hayro_syntax::{DecryptionError, LoadPdfError, Pdf};
use hayro_interpret::{Context, InterpreterCache, InterpreterSettings, RenderContent, TransformExt, interpret_page, kurbo};

use super::build::{Facts, TextBuilder};
use super::{Limits, Skip, SkipReason};
use crate::document::{Document, Format};

pub use places::{PageBox, Places};

/// Pages of one file.
const MAX_PAGES: usize = 20_000;

/// Reads a pdf file. `stem` is the file name without extension, the title of last resort.
pub(super) fn parse(bytes: &[u8], stem: &str, limits: &Limits) -> Result<Document, Skip> {
    let pdf = open(bytes, limits)?;
    let Pages { read, blank, garbled } = pages(&pdf, limits, false)?;
    if read.is_empty() {
        return Err(match (garbled.is_empty(), blank.is_empty()) {
            (false, _) => {
                let hint = "its fonts do not tell which characters they show, so its text is unreadable; export it again from its source, or recognise it with OCR";
                Skip::new(SkipReason::Garbled, hint)
            }
            (true, false) => Skip::new(SkipReason::NoTextLayer, "its pages are pictures without a text layer; recognise it with OCR first"),
            (true, true) => Skip::new(SkipReason::Damaged, "it has no pages"),
        });
    }
    let mut out = TextBuilder::new(limits);
    if !blank.is_empty() {
        out.warnings.push(format!("{} no text layer.", naming(&blank, "has", "have")));
    }
    if !garbled.is_empty() {
        out.warnings.push(format!("{} left out: the fonts do not tell which characters they show.", naming(&garbled, "was", "were")));
    }
    layout::build(&mut out, &read, &outline::read(&pdf));
    out.blocks = super::refine::paragraphs(&out.text, std::mem::take(&mut out.blocks));
    let metadata = pdf.metadata();
    let title = metadata.title.as_deref().and_then(outline::text_string).and_then(|t| own_title(&t));
    let date = metadata.creation_date.map(|DateTime { year, month, day, .. }| format!("{year:04}-{month:02}-{day:02}"));
    out.finish(Facts { title, stem, date, format: Format::Pdf, encoding: "UTF-8".to_owned() }, limits)
}

/// Reads a pdf file for the places of its text, which is the same text as [`parse`] makes.
pub(super) fn places(bytes: &[u8], limits: &Limits) -> Result<Places, Skip> {
    let pdf = open(bytes, limits)?;
    let sizes = pdf.pages().iter().map(hayro_interpret::hayro_syntax::page::Page::render_dimensions).collect();
    let pages = pages(&pdf, limits, true)?.read;
    let mut out = TextBuilder::new(limits);
    let set = layout::build(&mut out, &pages, &outline::read(&pdf));
    Ok(Places::new(sizes, out.text, &pages, &set))
}

fn open(bytes: &[u8], limits: &Limits) -> Result<Pdf, Skip> {
    if !bytes.get(..bytes.len().min(1024)).is_some_and(|head| head.windows(5).any(|w| w == b"%PDF-")) {
        return Err(Skip::new(SkipReason::Damaged, "it is not a PDF"));
    }
    bomb::check(bytes, limits)?;
    let pdf = Pdf::new(Arc::new(bytes.to_vec())).map_err(|e| match e {
        LoadPdfError::Decryption(DecryptionError::PasswordProtected) => Skip::new(SkipReason::Encrypted, "it needs a password; save it without one"),
        LoadPdfError::Decryption(_) => Skip::new(SkipReason::Encrypted, "it is encrypted in a way that cannot be read; save it without protection"),
        LoadPdfError::Invalid => Skip::new(SkipReason::Damaged, "its structure is broken; open it in a PDF viewer and save it again"),
    })?;
    if pdf.pages().len() > MAX_PAGES {
        return Err(Skip::new(SkipReason::TooLarge, format!("it has more than {MAX_PAGES} pages")));
    }
    Ok(pdf)
}

/// The pages of a file that can be read, and the numbers of the others.
struct Pages {
    read: Vec<glyphs::Page>,
    blank: Vec<u32>,
    garbled: Vec<u32>,
}

/// Reads every page; with the place of each character if that is wanted.
fn pages(pdf: &Pdf, limits: &Limits, placing: bool) -> Result<Pages, Skip> {
    let started = Instant::now();
    let mut out = Pages { read: Vec::new(), blank: Vec::new(), garbled: Vec::new() };
    let settings = InterpreterSettings { render_content: RenderContent::PAGE, ..InterpreterSettings::default() };
    let cache = InterpreterCache::new();
    let mut fonts = glyphs::Fonts::default();
    let mut chars = 0usize;
    for (index, page) in pdf.pages().iter().enumerate() {
        let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
        let (width, height) = page.render_dimensions();
        let area = kurbo::Rect::new(0.0, 0.0, f64::from(width), f64::from(height));
        let mut context = Context::new(page.initial_transform(true).to_kurbo(), area, &cache, pdf.xref(), settings.clone());
        let mut reader = glyphs::PageReader::new(&mut fonts, area, limits.text_chars, placing);
        interpret_page(page, &mut context, &mut reader);
        let read = reader.finish(number);
        chars += read.chars();
        match garbled::judge(&read) {
            garbled::Verdict::Blank => out.blank.push(number),
            garbled::Verdict::Garbled => out.garbled.push(number),
            garbled::Verdict::Text => out.read.push(read),
        }
        if chars > limits.text_chars {
            return Err(Skip::new(SkipReason::TooLarge, format!("it holds more than {} characters of text", limits.text_chars)));
        }
        if started.elapsed() > limits.time {
            return Err(Skip::new(SkipReason::TooSlow, format!("reading it took longer than the time limit; it stopped at page {number}")));
        }
    }
    Ok(out)
}

/// A title of the metadata, unless a program left it there.
fn own_title(title: &str) -> Option<String> {
    let title = title.trim().trim_start_matches("Microsoft Word - ").trim_start_matches("Microsoft PowerPoint - ").trim();
    let lower = title.to_lowercase();
    let is_file = [".doc", ".docx", ".ppt", ".pptx", ".xls", ".xlsx", ".tex", ".dvi", ".pdf", ".indd", ".wps", ".html", ".md", ".txt"]
        .iter()
        .any(|e| lower.ends_with(e));
    let is_default = matches!(
        lower.as_str(),
        "untitled"
            | "无标题"
            | "未命名"
            | "powerpoint 演示文稿"
            | "powerpoint presentation"
            | "about:blank"
            | "(anonymous)"
            | "unspecified"
            | "document"
            | "slide 1"
            | "幻灯片 1"
    );
    (!title.is_empty() && !is_file && !is_default && !garbled::is_garbled(title)).then(|| title.to_owned())
}

/// `Page 3 has`, `Pages 2–4 and 7 have`.
fn naming(pages: &[u32], one: &str, many: &str) -> String {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for &page in pages {
        match ranges.last_mut() {
            Some(last) if last.1 + 1 == page => last.1 = page,
            _ => ranges.push((page, page)),
        }
    }
    let names: Vec<String> = ranges.iter().map(|&(a, b)| if a == b { a.to_string() } else { format!("{a}–{b}") }).collect();
    match (names.as_slice(), pages.len()) {
        ([name], 1) => format!("Page {name} {one}"),
        ([name], _) => format!("Pages {name} {many}"),
        ([init @ .., last], _) => format!("Pages {} and {last} {many}", init.join(", ")),
        ([], _) => String::new(),
    }
}
