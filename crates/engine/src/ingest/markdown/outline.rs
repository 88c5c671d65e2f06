//! The blocks of Markdown text, from the parser's events and their offsets. It must not know front matter or titles of documents.

use std::ops::Range;

use pulldown_cmark::{Event, Parser, Tag, TagEnd};

use crate::document::{Block, BlockKind, Span};
use crate::ingest::markdown::OPTIONS;
use crate::ingest::structure::{Mark, columns, ends_sentence, is_question, mark};
use crate::link::block_id;

/// The blocks of `text[from..]`, with spans in `text`.
pub(super) fn blocks(text: &str, from: usize) -> Vec<Block> {
    let body = text.get(from..).unwrap_or("");
    let mut outline = Outline { text, from, ..Outline::default() };
    for (event, range) in Parser::new_ext(body, OPTIONS).into_offset_iter() {
        outline.event(&event, range.start + from..range.end + from);
    }
    outline.fill_gaps();
    outline.blocks
}

/// What a block stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Container {
    Item,
    Other,
}

/// A list item whose own text is being read.
#[derive(Clone, Copy, Debug)]
struct Item {
    /// Where its text began; `None` after a nested block took the place.
    start: Option<usize>,
    end: usize,
    depth: u8,
}

/// A paragraph or heading whose inline text is being read.
#[derive(Clone, Debug, Default)]
struct Inline {
    text: String,
    /// The emphasised part, if there is one.
    strong: Option<Range<usize>>,
    strong_text: String,
    in_strong: usize,
}

impl Inline {
    /// Without the name that its block has for links.
    fn without_id(mut self) -> Self {
        let end = block_id(&self.text).map(|(end, _)| end);
        self.text.truncate(end.unwrap_or(self.text.len()));
        self
    }
}

#[derive(Default)]
struct Outline<'t> {
    text: &'t str,
    from: usize,
    blocks: Vec<Block>,
    containers: Vec<Container>,
    items: Vec<Item>,
    lists: usize,
    inline: Option<Inline>,
    /// Inside a table, code or HTML: their events are not looked at.
    opaque: usize,
    /// Where a quotation or footnote began whose first block has not come yet: its mark belongs to that block.
    opening: Option<usize>,
    /// Level of the last heading with `#`.
    level: u8,
}

impl Outline<'_> {
    fn event(&mut self, event: &Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(tag) => self.start(tag, range),
            Event::End(tag) => self.end(*tag, range),
            _ if self.opaque > 0 => {}
            Event::Text(text) | Event::Code(text) | Event::InlineMath(text) | Event::DisplayMath(text) => {
                if let Some(inline) = &mut self.inline {
                    inline.text.push_str(text);
                    if inline.in_strong > 0 {
                        inline.strong_text.push_str(text);
                    }
                }
                self.extend_item(range);
            }
            Event::SoftBreak | Event::HardBreak => {
                if let Some(inline) = &mut self.inline {
                    inline.text.push(' ');
                }
            }
            Event::InlineHtml(_) | Event::FootnoteReference(_) | Event::TaskListMarker(_) | Event::Html(_) => self.extend_item(range),
            Event::Rule => self.opening = None,
        }
    }

    fn start(&mut self, tag: &Tag<'_>, range: Range<usize>) {
        match tag {
            Tag::Table(_) | Tag::CodeBlock(_) | Tag::HtmlBlock | Tag::MetadataBlock(_) => {
                self.flush_item();
                self.opaque += 1;
            }
            Tag::Paragraph | Tag::Heading { .. } => {
                if matches!(tag, Tag::Heading { .. }) {
                    self.flush_item();
                }
                self.inline = Some(Inline::default());
            }
            Tag::BlockQuote(_) | Tag::FootnoteDefinition(_) => {
                self.flush_item();
                self.opening.get_or_insert(range.start);
                self.containers.push(Container::Other);
            }
            Tag::List(_) => {
                self.flush_item();
                self.lists += 1;
            }
            Tag::Item => {
                self.containers.push(Container::Item);
                let start = self.opening.take().unwrap_or(range.start);
                let depth = u8::try_from(self.lists.saturating_sub(1)).unwrap_or(u8::MAX);
                self.items.push(Item { start: Some(start), end: start, depth });
            }
            Tag::Strong => {
                if let Some(inline) = &mut self.inline {
                    inline.in_strong += 1;
                    inline.strong.get_or_insert(range.clone());
                }
                self.extend_item(range);
            }
            Tag::Emphasis | Tag::Strikethrough | Tag::Link { .. } | Tag::Image { .. } | Tag::Superscript | Tag::Subscript => self.extend_item(range),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd, range: Range<usize>) {
        match tag {
            TagEnd::Table => self.leaf(BlockKind::Table, range),
            TagEnd::CodeBlock => self.leaf(BlockKind::Code, range),
            TagEnd::MetadataBlock(_) => self.leaf(BlockKind::Meta, range),
            TagEnd::HtmlBlock => {
                let kind = html_kind(self.text.get(range.clone()).unwrap_or(""));
                self.leaf(kind, range);
            }
            TagEnd::Heading(level) => {
                let inline = self.inline.take().unwrap_or_default().without_id();
                self.heading(level as u8, &inline, range);
            }
            TagEnd::Paragraph => {
                let inline = self.inline.take().unwrap_or_default().without_id();
                if self.containers.last() == Some(&Container::Item) {
                    self.extend_item(range);
                } else {
                    self.paragraph(&inline, range);
                }
            }
            TagEnd::BlockQuote(_) | TagEnd::FootnoteDefinition => {
                self.containers.pop();
                self.opening = None;
            }
            TagEnd::List(_) => self.lists = self.lists.saturating_sub(1),
            TagEnd::Item => {
                self.flush_item();
                self.items.pop();
                self.containers.pop();
            }
            TagEnd::Strong => {
                if let Some(inline) = &mut self.inline {
                    inline.in_strong = inline.in_strong.saturating_sub(1);
                }
            }
            _ => {}
        }
    }

    /// Inline text that stands in a list item, directly or in its paragraph.
    fn extend_item(&mut self, range: Range<usize>) {
        if self.opaque > 0 || self.containers.last() != Some(&Container::Item) {
            return;
        }
        if let Some(item) = self.items.last_mut() {
            item.start.get_or_insert(range.start);
            item.end = item.end.max(range.end);
        }
    }

    /// Ends the own text of the innermost item before a nested block, or at its end.
    fn flush_item(&mut self) {
        let Some(item) = self.items.last_mut() else { return };
        let (start, end, depth) = (item.start.take(), item.end, item.depth);
        if let Some(start) = start
            && end > start
        {
            self.push(BlockKind::ListItem { depth }, start..end);
        }
    }

    fn leaf(&mut self, kind: BlockKind, range: Span) {
        self.opaque = self.opaque.saturating_sub(1);
        let start = self.opening.take().unwrap_or(range.start);
        self.push(kind, start..range.end);
    }

    fn heading(&mut self, level: u8, inline: &Inline, range: Span) {
        let title = one_line(&inline.text);
        let source = self.text.get(range.clone()).unwrap_or("").trim();
        let underlined = !source.trim_start_matches(['>', ' ']).starts_with('#');
        // A paragraph with a rule right under it reads as a heading by the letter, not by intent.
        let by_accident =
            underlined && (source.lines().count() > 2 || columns(&title) > 100 || (ends_sentence(&title) && !title.ends_with(['?', '？'])));
        let start = self.opening.take().unwrap_or(range.start);
        if title.is_empty() || by_accident {
            self.push(BlockKind::Paragraph, start..range.end);
        } else {
            self.level = level;
            self.push(BlockKind::Heading { level, title }, start..range.end);
        }
    }

    fn paragraph(&mut self, inline: &Inline, range: Span) {
        let quoted = self.opening.is_some() || !self.containers.is_empty();
        let start = self.opening.take().unwrap_or(range.start);
        let source = self.text.get(range.clone()).unwrap_or("").trim();
        let plain = one_line(&inline.text);
        let kind = if plain.is_empty() || matches!(source, "[TOC]" | "[toc]" | "[[toc]]" | "[[TOC]]") {
            BlockKind::Meta
        } else if quoted || source.lines().count() > 1 {
            BlockKind::Paragraph
        } else if mark(&plain) == Mark::Label {
            BlockKind::Label
        } else {
            self.unmarked_heading(inline, &plain, source, &range).unwrap_or(BlockKind::Paragraph)
        };
        self.push(kind, start..range.end);
    }

    /// Headings that are not written with `# `: a bold line, `##Title`, a question mark.
    fn unmarked_heading(&self, inline: &Inline, plain: &str, source: &str, range: &Span) -> Option<BlockKind> {
        let level = (self.level + 1).min(9);
        let hashes = source.bytes().take_while(|&b| b == b'#').count();
        if (2..=6).contains(&hashes) && source.chars().nth(hashes).is_some_and(char::is_alphanumeric) {
            let title = one_line(source.trim_matches(['#', ' ']));
            return Some(BlockKind::Heading { level: u8::try_from(hashes).unwrap_or(6), title });
        }
        if is_question(plain) && columns(plain) <= 240 {
            let title = match mark(plain) {
                Mark::Question(len) => plain.get(len..).unwrap_or(plain).trim(),
                _ => plain,
            };
            return Some(BlockKind::Heading { level, title: one_line(title) });
        }
        let strong = inline.strong.as_ref()?;
        let rest = one_line(&inline.text.replacen(&inline.strong_text, "", 1));
        let whole = strong.start <= range.start + (source.len() - source.trim_start().len()) && rest.chars().all(|c| matches!(c, ':' | '：' | ' '));
        let title = one_line(inline.strong_text.trim_end_matches([':', '：', ' ']));
        let short = columns(&title) <= 60 && !title.ends_with(['。', '！', '!', '；', ';', '，', ',', '.']) && title.chars().any(char::is_alphabetic);
        let aside = title.starts_with(['（', '(', '[', '!']);
        (whole && short && !aside).then_some(BlockKind::Heading { level, title })
    }

    fn push(&mut self, kind: BlockKind, span: Span) {
        let last = self.blocks.last().map_or(self.from, |block| block.span.end);
        let start = span.start.max(last);
        let Some(raw) = self.text.get(start..span.end) else { return };
        let body = raw.trim();
        if body.is_empty() {
            return;
        }
        let start = start + (raw.len() - raw.trim_start().len());
        self.blocks.push(Block { kind, span: start..start + body.len() });
    }

    /// What the parser gives no event for: link definitions become [`BlockKind::Meta`], anything else stays readable text.
    fn fill_gaps(&mut self) {
        let blocks = std::mem::take(&mut self.blocks);
        let mut at = self.from;
        for block in blocks {
            self.gap(at..block.span.start);
            at = block.span.end;
            self.blocks.push(block);
        }
        self.gap(at..self.text.len());
    }

    fn gap(&mut self, span: Span) {
        let raw = self.text.get(span.clone()).unwrap_or("");
        if !raw.chars().any(char::is_alphanumeric) {
            return;
        }
        let definitions = raw.lines().all(|line| {
            let line = line.trim();
            line.is_empty() || (line.starts_with('[') && line.contains("]:")) || !line.chars().any(char::is_alphanumeric)
        });
        self.push(if definitions { BlockKind::Meta } else { BlockKind::Paragraph }, span);
    }
}

/// What a block of raw HTML holds: a table, text, or nothing to read.
fn html_kind(html: &str) -> BlockKind {
    let mut depth = 0_usize;
    let visible = html.chars().any(|c| {
        match c {
            '<' => depth += 1,
            '>' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && c.is_alphanumeric()
    });
    if !visible {
        BlockKind::Meta
    } else if html.get(..6).is_some_and(|head| head.eq_ignore_ascii_case("<table")) {
        BlockKind::Table
    } else {
        BlockKind::Paragraph
    }
}

/// On one line, white space single.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
