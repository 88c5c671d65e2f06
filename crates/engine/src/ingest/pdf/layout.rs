//! Lines of pages to paragraphs, headings and furniture. It must not know PDF.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use regex::Regex;

use super::glyphs::{Line, Page};
use super::outline;
use crate::document::BlockKind;
use crate::ingest::build::{TextBuilder, is_cjk};
use crate::ingest::structure::{Mark, ends_sentence, mark};

/// The part of a page, at its top and bottom, where running titles and page numbers stand.
const MARGIN: f64 = 0.12;
/// A larger line than this many times the body's size is a heading.
const HEADING: f64 = 1.15;

static PAGE_NUMBER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)^[\s\-–—―~·.|*]*(第?\s*\d{1,4}\s*页?(\s*[,，/|共of]+\s*\d{1,4}\s*页?)?|page\s*\d+(\s*(of|/)\s*\d+)?|[ivxlc]{1,6})[\s\-–—―~·.|*]*$",
    )
    .ok()
});

/// A line of a table of contents: leaders, then a page number.
static LEADERS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(\.{4,}|(\. ){4,}|…{2,}|·{4,})\s*(\d{1,4}|[ivxlc]{1,6})$").ok());

/// What the lines of a whole file have in common.
struct Shape<'b> {
    /// Size of most text.
    body: f64,
    /// Sizes of headings, largest first.
    headings: Vec<f64>,
    /// Distance of most lines to the next.
    leading: f64,
    bookmarks: &'b HashMap<String, u8>,
    /// Lines of the margins, of one size, that occur on many pages: as they are, and with their digits alike.
    repeated: HashMap<(String, i64), usize>,
    repeated_numbered: HashMap<(String, i64), usize>,
    /// Lines of the margins that end or begin with a number: the rest, and how far the number is from the page's.
    counted: HashMap<(String, i64), usize>,
    pages: usize,
    /// Right edges of the columns of all pages.
    edges: Edges,
}

/// A paragraph that is being put together.
#[derive(Default)]
struct Open {
    text: String,
    lines: usize,
    marked: bool,
    /// Left edge and width of a character, for program text.
    code: Option<(f64, f64)>,
    heading: Option<u8>,
    /// (offset, page) for every page it reaches.
    pages: Vec<(usize, u32)>,
    /// Where its lines begin in its text.
    set: Vec<Set>,
    /// Furniture that stands between its lines.
    furniture: Vec<(String, u32)>,
}

/// A line of a page, set into the text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Set {
    /// Where it begins in the text.
    pub(super) at: usize,
    /// Which of the pages.
    pub(super) page: usize,
    /// Which of its lines.
    pub(super) line: usize,
}

/// Builds the text of the pages; says where in it their lines are, furniture left out.
pub(super) fn build(out: &mut TextBuilder, pages: &[Page], bookmarks: &HashMap<String, u8>) -> Vec<Set> {
    let shape = Shape::of(pages, bookmarks);
    let mut set = Vec::new();
    let mut open = Open::default();
    let mut last: Option<(&Line, u32)> = None;
    for (page_index, page) in pages.iter().enumerate() {
        let edges = Edges::of(std::slice::from_ref(page), shape.body);
        for (line_index, line) in page.lines.iter().enumerate() {
            if shape.is_furniture(line, page) {
                open.furniture.push((line.text.clone(), page.number));
                continue;
            }
            let heading = shape.heading(line);
            let joins = last.is_some_and(|(before, number)| {
                let goes_on = open.code.zip(line.pitch).is_some_and(|((_, pitch), own)| (pitch - own).abs() < 0.05 * pitch);
                if goes_on || open.code.is_some() || line.is_code() {
                    // Program text keeps its lines, also over a page's end.
                    goes_on && heading.is_none() && (number != page.number || (0.0..2.5 * shape.leading).contains(&(line.base - before.base)))
                } else if open.heading.is_some() || heading.is_some() {
                    // A title of two lines.
                    open.heading == heading
                        && open.lines < 3
                        && number == page.number
                        && same_size(before, line)
                        && (0.0..2.0 * line.size).contains(&(line.base - before.base))
                        && mark(line.text.trim()) == Mark::None
                } else {
                    shape.continues(&open, before, line, number == page.number, &edges)
                }
            });
            if !joins {
                flush(out, &mut open, &mut set);
                open.heading = heading;
                open.marked = mark(line.text.trim()) != Mark::None;
                open.code = line.pitch.filter(|_| heading.is_none() && line.is_code()).map(|pitch| (line.left, pitch));
            }
            if open.pages.last().is_none_or(|&(_, p)| p != page.number) {
                open.pages.push((open.text.len(), page.number));
            }
            match open.code {
                Some((left, pitch)) => {
                    let indent = ((line.left - left) / pitch).round().clamp(0.0, 60.0) as usize;
                    open.text.push_str(if open.text.is_empty() { "" } else { "\n" });
                    open.text.push_str(&" ".repeat(indent));
                    open.text.push_str(line.text.trim());
                }
                None => join(&mut open.text, line),
            }
            open.set.push(Set { at: open.text.len() - line.text.trim().len(), page: page_index, line: line_index });
            open.lines += 1;
            last = Some((line, page.number));
        }
        if !page.turned.trim().is_empty() {
            open.furniture.push((page.turned.clone(), page.number));
        }
    }
    flush(out, &mut open, &mut set);
    set
}

fn flush(out: &mut TextBuilder, open: &mut Open, set: &mut Vec<Set>) {
    let done = std::mem::take(open);
    let kind = match done.heading {
        Some(level) => BlockKind::Heading { level, title: done.text.trim().to_owned() },
        None if done.code.is_some() => BlockKind::Code,
        None => BlockKind::Paragraph,
    };
    if let Some(span) = out.push(kind, &done.text) {
        for (at, page) in done.pages {
            mark_page(out, (span.start + at).min(span.end), page);
        }
        // Lines are trimmed as they are joined, so nothing was cut from the front of the block.
        set.extend(done.set.into_iter().map(|line| Set { at: span.start + line.at, ..line }));
    }
    for (text, page) in done.furniture {
        if let Some(span) = out.push(BlockKind::Furniture, &text) {
            mark_page(out, span.start, page);
        }
    }
}

/// Pages only go forward: the foot of a page that a paragraph runs over stands after it.
fn mark_page(out: &mut TextBuilder, at: usize, page: u32) {
    if out.map.pages.last().is_none_or(|&(_, last)| page > last) {
        // An offset inside a character cannot be: paragraphs are only ever extended by whole lines.
        out.mark_page(at, page);
    }
}

/// Appends a line to a paragraph: words broken at its end are joined, Chinese without a space.
fn join(text: &mut String, line: &Line) {
    let next = line.text.trim();
    let (Some(last), Some(first)) = (text.chars().next_back(), next.chars().next()) else {
        text.push_str(next);
        return;
    };
    let before = text.chars().rev().nth(1);
    if matches!(last, '-' | '\u{2010}') && first.is_lowercase() && before.is_some_and(char::is_alphabetic) {
        // A hyphen that belongs to the word (`state-of-the-art`) cannot be told from one that breaks it, but for a word that has more of them.
        let word = text.rsplit(char::is_whitespace).next().unwrap_or_default();
        if word.matches(['-', '\u{2010}']).count() == 1 {
            text.pop();
        }
    } else if !(is_cjk(last) || is_cjk(first) || last == '/' || last == '\u{2014}') {
        text.push(' ');
    }
    text.push_str(next);
}

fn same_size(a: &Line, b: &Line) -> bool {
    (a.size - b.size).abs() <= 0.12 * a.size.max(b.size)
}

/// Right edges of columns, and how many lines they have.
#[derive(Default)]
struct Edges {
    unit: f64,
    right: HashMap<i64, (f64, usize)>,
}

/// A column of fewer lines does not show how wide it is.
const COLUMN_LINES: usize = 5;

impl Edges {
    fn of(pages: &[Page], body: f64) -> Self {
        let mut edges = Self { unit: 3.0 * body.max(1.0), right: HashMap::new() };
        for line in pages.iter().flat_map(|p| &p.lines) {
            let (edge, lines) = edges.right.entry(edges.column(line.left)).or_insert((line.right, 0));
            *edge = edge.max(line.right);
            *lines += 1;
        }
        edges
    }

    // A float that is out of range saturates, which only puts odd lines into one column.
    fn column(&self, left: f64) -> i64 {
        (left / self.unit).floor() as i64
    }

    /// The right edge of the line's column, and of how many lines it is known.
    fn right_of(&self, line: &Line) -> (f64, usize) {
        let column = self.column(line.left);
        let near = (column.saturating_sub(1)..=column.saturating_add(1)).filter_map(|c| self.right.get(&c));
        near.fold((line.right, 0), |(right, lines), &(r, n)| (right.max(r), lines + n))
    }
}

impl<'b> Shape<'b> {
    fn of(pages: &[Page], bookmarks: &'b HashMap<String, u8>) -> Self {
        let mut shape = Self {
            body: 10.0,
            headings: Vec::new(),
            leading: 0.0,
            bookmarks,
            repeated: HashMap::new(),
            repeated_numbered: HashMap::new(),
            counted: HashMap::new(),
            pages: pages.len(),
            edges: Edges::default(),
        };
        let mut sizes: HashMap<i64, usize> = HashMap::new();
        for line in pages.iter().flat_map(|p| &p.lines) {
            *sizes.entry(half_points(line.size)).or_default() += line.text.chars().count();
        }
        if let Some((&size, _)) = sizes.iter().max_by_key(|&(size, chars)| (*chars, std::cmp::Reverse(*size))) {
            shape.body = size as f64 / 2.0;
        }
        shape.edges = Edges::of(pages, shape.body);
        for page in pages {
            let margin: HashSet<(String, i64)> =
                page.lines.iter().filter(|l| in_margin(l, page)).map(|l| (l.text.trim().to_owned(), half_points(l.size))).collect();
            let numbered: HashSet<(String, i64)> = margin.iter().map(|(l, size)| (alike(l), *size)).collect();
            let counted: HashSet<(String, i64)> = margin.iter().filter_map(|(l, _)| counted(l, page)).collect();
            counted.into_iter().for_each(|l| *shape.counted.entry(l).or_default() += 1);
            margin.into_iter().for_each(|l| *shape.repeated.entry(l).or_default() += 1);
            numbered.into_iter().for_each(|l| *shape.repeated_numbered.entry(l).or_default() += 1);
        }
        let mut steps: HashMap<i64, usize> = HashMap::new();
        for page in pages {
            for (above, below) in page.lines.iter().zip(page.lines.iter().skip(1)) {
                let step = below.base - above.base;
                if step > 0.5 * shape.body && step < 4.0 * shape.body && same_size(above, below) && half_points(below.size) == half_points(shape.body)
                {
                    *steps.entry(half_points(step)).or_default() += 1;
                }
            }
        }
        shape.leading =
            steps.iter().max_by_key(|&(step, count)| (*count, std::cmp::Reverse(*step))).map_or(1.5 * shape.body, |(&step, _)| step as f64 / 2.0);
        let mut large: Vec<i64> = pages
            .iter()
            .flat_map(|p| p.lines.iter().filter(|l| !shape.is_furniture(l, p)))
            .filter(|l| l.size >= HEADING * shape.body && is_title_like(&l.text))
            .map(|l| half_points(l.size))
            .collect();
        large.sort_unstable_by(|a, b| b.cmp(a));
        large.dedup();
        shape.headings = large.into_iter().map(|s| s as f64 / 2.0).collect();
        shape
    }

    fn is_furniture(&self, line: &Line, page: &Page) -> bool {
        let text = line.text.trim();
        if LEADERS.as_ref().is_some_and(|r| r.is_match(text)) {
            return true;
        }
        if !in_margin(line, page) {
            return false;
        }
        if PAGE_NUMBER.as_ref().is_some_and(|r| r.is_match(text)) {
            return true;
        }
        let exact = self.repeated.get(&(text.to_owned(), half_points(line.size))).copied().unwrap_or(0);
        let numbered = self.repeated_numbered.get(&(alike(text), half_points(line.size))).copied().unwrap_or(0);
        let running = counted(text, page).and_then(|key| self.counted.get(&key)).copied().unwrap_or(0);
        // A chapter's running title stands on some pages, the book's on most.
        exact >= 3 || (exact == 2 && self.pages == 2) || (numbered >= 3 && numbered * 5 >= self.pages * 2) || running >= 2
    }

    fn heading(&self, line: &Line) -> Option<u8> {
        if !is_title_like(&line.text) || line.vertical {
            return None;
        }
        if let Some(&level) = self.bookmarks.get(&outline::key(&line.text)) {
            return Some(level);
        }
        (line.size >= HEADING * self.body).then(|| {
            let rank = self.headings.iter().filter(|&&s| half_points(s) > half_points(line.size)).count();
            u8::try_from(rank + 1).unwrap_or(6).min(6)
        })
    }

    /// Whether a line goes on with the paragraph.
    fn continues(&self, open: &Open, before: &Line, line: &Line, same_page: bool, edges: &Edges) -> bool {
        if line.vertical && before.vertical {
            return true;
        }
        let text = line.text.trim();
        if !same_size(before, line) || mark(text) != Mark::None {
            return false;
        }
        let step = line.base - before.base;
        if !same_page || step < 0.0 {
            // The next page or column: only a sentence that was not finished goes on there.
            return !ends_sentence(&before.text) && !open.text.trim_end().ends_with(['：', ':']);
        }
        if step > (1.35 * self.leading).max(1.3 * line.size) {
            return false;
        }
        // An item's second line is set in under its mark.
        let hanging = open.marked && open.lines == 1;
        if line.left > before.left + 0.8 * line.size && !hanging {
            return false;
        }
        // The line before ended although the next word would have fitted.
        let width = (line.right - line.left) / text.chars().count().max(1) as f64;
        let first = if text.chars().next().is_some_and(is_cjk) { 1 } else { text.chars().take_while(|c| !c.is_whitespace() && !is_cjk(*c)).count() };
        let right = match (edges.right_of(before), self.edges.right_of(before)) {
            ((right, lines), _) if lines >= COLUMN_LINES => right,
            (_, (right, _)) => right,
        };
        before.right + width * (first as f64 + 1.0) + line.size >= right
    }
}

fn half_points(size: f64) -> i64 {
    (size * 2.0).round() as i64
}

fn in_margin(line: &Line, page: &Page) -> bool {
    line.base < MARGIN * page.height || line.base > (1.0 - MARGIN) * page.height
}

/// The line with its digits alike and without spaces.
fn alike(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).map(|c| if c.is_ascii_digit() { '#' } else { c }).collect()
}

/// A running title with the page's number: the rest, and how far the number is from the page's place in the file.
fn counted(text: &str, page: &Page) -> Option<(String, i64)> {
    let (rest, number) = match text.rsplit_once(char::is_whitespace).map(|(rest, last)| (rest, last.parse::<i64>())) {
        Some((rest, Ok(number))) => (rest, number),
        _ => {
            let (first, rest) = text.split_once(char::is_whitespace)?;
            (rest, first.parse().ok()?)
        }
    };
    Some((rest.trim().to_owned(), number - i64::from(page.number)))
}

fn is_title_like(text: &str) -> bool {
    let text = text.trim();
    text.chars().count() <= 100 && text.chars().any(char::is_alphabetic) && !text.ends_with(['。', '；', '，', ',', ';'])
}
