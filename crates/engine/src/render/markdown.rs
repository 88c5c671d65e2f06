//! Markdown as HTML with places, from the parser's events and their offsets. It must not know where notes are.

use std::ops::Range;

use pulldown_cmark::{Alignment, CodeBlockKind, Event, LinkType, Parser, Tag, TagEnd};

use super::writer::{Writer, escape};
use super::{Rendered, Targets, math};
use crate::ingest::markdown::OPTIONS;
use crate::link::{block_id, decode};
use crate::wire::OutlineEntry;

/// Tags without attributes that notes may use as they are.
const PLAIN_TAGS: &[&str] = &["b", "br", "code", "del", "em", "i", "ins", "kbd", "mark", "s", "small", "strong", "sub", "sup", "u"];

pub(super) fn render(text: &str, begin: usize, from: usize, targets: &dyn Targets) -> Rendered {
    let body = text.get(begin..).unwrap_or("");
    let mut page = Page {
        body,
        from: begin,
        targets,
        out: Writer::default(),
        outline: Vec::new(),
        heading: None,
        table: Table::default(),
        alt: 0,
        open: Vec::new(),
        callout: Callout::default(),
        last: false,
    };
    // Everything is parsed: what a block is, and where links lead, is decided before it.
    let mut block = 0..0;
    let mut events = Parser::new_ext(body, OPTIONS).into_offset_iter().peekable();
    while let Some((event, range)) = events.next() {
        if range.start >= block.end {
            block = range.clone();
        }
        if begin + block.end > from {
            page.last = events.peek().is_some_and(|(next, _)| ends_words(next));
            page.event(event, range);
        }
    }
    page.close_tags(0);
    Rendered { html: page.out.html, outline: page.outline }
}

#[derive(Default)]
struct Table {
    alignments: Vec<Alignment>,
    column: usize,
    head: bool,
}

/// A callout whose first line is being read: `> [!warning] Title`.
#[derive(Default)]
struct Callout {
    /// Its kind, until its first paragraph begins.
    kind: Option<String>,
    /// Where its mark ends in the body; what is before is not shown.
    mark_end: usize,
    /// Whether its title is being read: it ends with its line.
    title: bool,
    /// Emphasis, links and the like that are open in it: a title does not end inside them.
    inline: usize,
}

struct Page<'t> {
    body: &'t str,
    /// Where the body begins in the document's text.
    from: usize,
    targets: &'t dyn Targets,
    out: Writer,
    outline: Vec<OutlineEntry>,
    /// Level, place and text of the heading that is being read.
    heading: Option<(u8, usize, String)>,
    table: Table,
    /// Images around the text: it is their description.
    alt: usize,
    /// Tags of the note's own markup that are open.
    open: Vec<&'static str>,
    callout: Callout,
    /// Whether the words of a block end with what is being read.
    last: bool,
}

/// Whether a block's own words are over where this comes.
fn ends_words(next: &Event<'_>) -> bool {
    matches!(next, Event::End(TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::Item) | Event::Start(Tag::List(_)))
}

impl Page<'_> {
    fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(tag) => self.start(tag, &range),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => self.text(&text, &range),
            Event::Code(code) => {
                self.out.raw("<code>");
                self.inside(&code, &range);
                self.out.raw("</code>");
            }
            Event::InlineMath(source) => self.math(&source, &range, false),
            Event::DisplayMath(source) => self.math(&source, &range, true),
            Event::Html(html) => self.own_block(&html, &range),
            Event::InlineHtml(html) => self.own_tag(&html),
            Event::SoftBreak if self.callout.title && self.callout.inline == 0 => {
                self.callout.title = false;
                self.block_end("</p><p>");
            }
            Event::SoftBreak => self.text("\n", &range),
            Event::HardBreak => self.out.raw("<br>"),
            Event::Rule => self.out.raw("<hr>"),
            Event::FootnoteReference(name) => {
                self.out.raw("<sup class=\"footnote\">");
                self.inside(&name, &range);
                self.out.raw("</sup>");
            }
            Event::TaskListMarker(done) => {
                self.out.raw(if done { "<input type=\"checkbox\" disabled checked>" } else { "<input type=\"checkbox\" disabled>" })
            }
        }
    }

    /// A run of text. Where the parser changed it (entities), it is one run at the place of its source. The name that a block has for links is not shown: it is where
    /// they lead.
    fn text(&mut self, text: &str, range: &Range<usize>) {
        let named = if self.last { block_id(text).filter(|(end, _)| *end > 0 || self.follows_a_blank(text, range.start)) } else { None };
        self.words(named.map_or(text, |(end, _)| &text[..end]), range);
        if let Some((_, id)) = named {
            self.out.open("span", "data-block", id);
            self.out.raw("</span>");
        }
    }

    /// Whether white space stands before a run, in it or before it.
    fn follows_a_blank(&self, text: &str, start: usize) -> bool {
        text.starts_with(char::is_whitespace) || self.body[..start].chars().next_back().is_none_or(char::is_whitespace)
    }

    fn words(&mut self, text: &str, range: &Range<usize>) {
        if let Some((_, _, title)) = &mut self.heading {
            title.push_str(text);
        }
        let mark = self.callout.mark_end.saturating_sub(range.start);
        if self.alt == 0
            && let Some(shown) = text.get(mark..).filter(|shown| !shown.is_empty())
        {
            self.out.run(self.from + range.start + mark, shown);
        }
    }

    /// Text that its marks surround (`code`, [^note]): its place is where it begins inside them.
    fn inside(&mut self, text: &str, range: &Range<usize>) {
        let source = self.body.get(range.clone()).unwrap_or("");
        // A line break inside code is read as a space.
        let found = source.find(text).or_else(|| source.replace('\n', " ").find(text));
        let offset = found.unwrap_or_else(|| source.len() - source.trim_start_matches(['`', '$', ' ', '\n', '\r']).len());
        self.words(text, &(range.start + offset..range.end));
    }

    fn math(&mut self, source: &str, range: &Range<usize>, display: bool) {
        match math::mathml(source, display) {
            Some(mathml) => {
                if let Some((_, _, title)) = &mut self.heading {
                    title.push_str(source);
                }
                // A formula is one thing: its letters have no places of their own.
                let at = (self.from + range.start).to_string();
                self.out.open(if display { "div" } else { "span" }, "data-formula", &at);
                self.out.raw(&mathml);
                self.out.raw(if display { "</div>" } else { "</span>" });
            }
            None => {
                self.out.raw("<code class=\"math\">");
                self.inside(source, range);
                self.out.raw("</code>");
            }
        }
    }

    /// Blocks of the note's own markup are shown as they are written.
    fn own_block(&mut self, html: &str, range: &Range<usize>) {
        if html.trim_start().starts_with("<!--") {
            return;
        }
        self.out.raw("<pre class=\"markup\">");
        self.text(html, range);
        self.out.raw("</pre>");
    }

    /// Simple tags count, attributes and everything else do not.
    fn own_tag(&mut self, html: &str) {
        let inner = html.trim_start_matches('<').trim_end_matches('>').trim_end_matches('/').trim();
        let (closing, name) = inner.strip_prefix('/').map_or((false, inner), |name| (true, name));
        let name = name.split_ascii_whitespace().next().unwrap_or("").to_ascii_lowercase();
        let Some(tag) = PLAIN_TAGS.iter().find(|tag| **tag == name) else { return };
        match (closing, *tag) {
            (false, "br") => self.out.raw("<br>"),
            (false, tag) => {
                self.out.raw(&format!("<{tag}>"));
                self.open.push(tag);
            }
            (true, tag) => {
                if let Some(at) = self.open.iter().rposition(|open| *open == tag) {
                    self.close_tags(at);
                }
            }
        }
    }

    /// Closes tags of the note's own markup until `keep` are open: what a note leaves open ends with its block.
    fn close_tags(&mut self, keep: usize) {
        while self.open.len() > keep {
            if let Some(tag) = self.open.pop() {
                self.out.raw(&format!("</{tag}>"));
            }
        }
    }

    fn start(&mut self, tag: Tag<'_>, range: &Range<usize>) {
        match tag {
            Tag::Paragraph => match self.callout.kind.take() {
                Some(kind) => self.callout_title(&kind, range),
                None => self.out.raw("<p>"),
            },
            Tag::Heading { level, .. } => {
                self.heading = Some((level as u8, self.from + range.start, String::new()));
                self.out.raw(&format!("<h{}>", level as u8));
            }
            Tag::BlockQuote(kind) => match (kind, self.callout_kind(range)) {
                (Some(kind), _) => {
                    let kind = format!("{kind:?}").to_lowercase();
                    self.out.open("blockquote", "class", tone(&kind));
                    self.out.open("p class=\"callout\"", "data-callout", &kind);
                    self.out.raw("</p>");
                }
                (None, Some((kind, mark_end))) => {
                    self.out.open("blockquote", "class", tone(&kind));
                    self.callout = Callout { kind: Some(kind), mark_end, ..Callout::default() };
                }
                (None, None) => self.out.raw("<blockquote>"),
            },
            Tag::CodeBlock(kind) => {
                self.out.raw("<pre>");
                match kind {
                    CodeBlockKind::Fenced(language) if !language.is_empty() => self.out.open("code", "data-language", &language),
                    _ => self.out.raw("<code>"),
                }
            }
            Tag::List(Some(1)) => self.out.raw("<ol>"),
            Tag::List(Some(first)) => self.out.open("ol", "start", &first.to_string()),
            Tag::List(None) => self.out.raw("<ul>"),
            Tag::Item => self.out.raw("<li>"),
            Tag::FootnoteDefinition(name) => {
                self.out.raw("<div class=\"footnote\"><sup>");
                escape(&name, &mut self.out.html);
                self.out.raw("</sup> ");
            }
            Tag::Table(alignments) => {
                self.table = Table { alignments, column: 0, head: false };
                self.out.raw("<div class=\"table\"><table>");
            }
            Tag::TableHead => {
                self.table.head = true;
                self.table.column = 0;
                self.out.raw("<thead><tr>");
            }
            Tag::TableRow => {
                self.table.column = 0;
                self.out.raw("<tr>");
            }
            Tag::TableCell => {
                let tag = if self.table.head { "th" } else { "td" };
                let align = match self.table.alignments.get(self.table.column) {
                    Some(Alignment::Center) => "center",
                    Some(Alignment::Right) => "right",
                    _ => "left",
                };
                self.out.open(tag, "class", align);
                self.table.column += 1;
            }
            Tag::Emphasis => self.inline("<em>"),
            Tag::Strong => self.inline("<strong>"),
            Tag::Strikethrough => self.inline("<del>"),
            Tag::Superscript => self.inline("<sup>"),
            Tag::Subscript => self.inline("<sub>"),
            Tag::Link { link_type, dest_url, .. } => {
                self.callout.inline += 1;
                self.link(link_type, &dest_url);
            }
            Tag::Image { dest_url, .. } => {
                self.image(&dest_url, range);
                self.alt += 1;
            }
            Tag::HtmlBlock | Tag::MetadataBlock(_) | Tag::DefinitionList | Tag::DefinitionListTitle | Tag::DefinitionListDefinition => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph => {
                self.callout.title = false;
                self.block_end("</p>");
            }
            TagEnd::Heading(level) => {
                self.block_end(&format!("</h{}>", level as u8));
                if let Some((level, at, title)) = self.heading.take() {
                    self.outline.push(OutlineEntry { level, title: title.trim().to_owned(), at });
                }
            }
            TagEnd::BlockQuote(_) => self.out.raw("</blockquote>"),
            TagEnd::CodeBlock => self.out.raw("</code></pre>"),
            TagEnd::List(true) => self.out.raw("</ol>"),
            TagEnd::List(false) => self.out.raw("</ul>"),
            TagEnd::Item => self.block_end("</li>"),
            TagEnd::FootnoteDefinition => self.out.raw("</div>"),
            TagEnd::Table => self.out.raw("</tbody></table></div>"),
            TagEnd::TableHead => {
                self.table.head = false;
                self.out.raw("</tr></thead><tbody>");
            }
            TagEnd::TableRow => self.out.raw("</tr>"),
            TagEnd::TableCell => self.block_end(if self.table.head { "</th>" } else { "</td>" }),
            TagEnd::Emphasis => self.inline_end("</em>"),
            TagEnd::Strong => self.inline_end("</strong>"),
            TagEnd::Strikethrough => self.inline_end("</del>"),
            TagEnd::Superscript => self.inline_end("</sup>"),
            TagEnd::Subscript => self.inline_end("</sub>"),
            TagEnd::Link => self.inline_end("</a>"),
            TagEnd::Image => self.alt = self.alt.saturating_sub(1),
            TagEnd::HtmlBlock
            | TagEnd::MetadataBlock(_)
            | TagEnd::DefinitionList
            | TagEnd::DefinitionListTitle
            | TagEnd::DefinitionListDefinition => {}
        }
    }

    fn block_end(&mut self, tag: &str) {
        self.close_tags(0);
        self.out.raw(tag);
    }

    fn inline(&mut self, tag: &str) {
        self.callout.inline += 1;
        self.out.raw(tag);
    }

    fn inline_end(&mut self, tag: &str) {
        self.callout.inline = self.callout.inline.saturating_sub(1);
        self.out.raw(tag);
    }

    /// The kind of a quotation that begins `[!kind]`, and where in the body that mark ends. A sign behind it says whether it is folded, which nothing here is.
    fn callout_kind(&self, range: &Range<usize>) -> Option<(String, usize)> {
        let source = self.body.get(range.clone())?;
        let inside = source.trim_start_matches(['>', ' ']);
        let (kind, rest) = inside.strip_prefix("[!")?.split_once(']')?;
        let named = !kind.is_empty() && kind.chars().all(|c| c.is_alphanumeric() || c == '-');
        let rest = rest.strip_prefix(['+', '-']).unwrap_or(rest).trim_start_matches(' ');
        named.then(|| (kind.to_lowercase(), range.start + source.len() - rest.len()))
    }

    /// The first line of a callout; where it has no title its kind stands for one.
    fn callout_title(&mut self, kind: &str, range: &Range<usize>) {
        let titled = self.body.get(self.callout.mark_end..range.end).is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['\n', '\r']));
        if titled {
            self.out.raw("<p class=\"callout\">");
        } else {
            self.out.open("p class=\"callout\"", "data-callout", kind);
        }
        self.callout.title = true;
        self.callout.inline = 0;
    }

    fn link(&mut self, kind: LinkType, to: &str) {
        let outside = ["http://", "https://", "mailto:"].iter().any(|scheme| to.to_ascii_lowercase().starts_with(scheme));
        if outside && !matches!(kind, LinkType::WikiLink { .. }) {
            self.out.open("a href=\"#\"", "data-url", to);
        } else if let Some(id) = self.targets.note(to) {
            let tag = format!("a href=\"#\" data-note=\"{id}\"");
            match to.split_once('#') {
                Some((_, heading)) if !heading.is_empty() => self.out.open(&tag, "data-heading", &decode(heading)),
                _ => self.out.raw(&format!("<{tag}>")),
            }
        } else {
            self.out.open("a", "data-missing", to);
        }
    }

    /// An image of the note's own folder; one from outside is never fetched, only named.
    fn image(&mut self, path: &str, range: &Range<usize>) {
        let source = self.body.get(range.clone()).unwrap_or("");
        let alt = source.strip_prefix("![").and_then(|s| s.split(']').next()).unwrap_or("").trim_start_matches('[');
        match self.targets.image(path) {
            Some(address) => {
                let at = (self.from + range.start).to_string();
                self.out.raw("<img loading=\"lazy\" data-image=\"");
                self.out.raw(&at);
                self.out.raw("\" src=\"");
                escape(&address, &mut self.out.html);
                self.out.raw("\" alt=\"");
                escape(alt, &mut self.out.html);
                self.out.raw("\">");
            }
            None => {
                self.out.open("span", "class", "no-image");
                self.out.run(self.from + range.start, source);
                self.out.raw("</span>");
            }
        }
    }
}

/// How a callout looks: the many names that people use for four moods.
fn tone(kind: &str) -> &'static str {
    match kind {
        "tip" | "hint" | "important" | "success" | "check" | "done" => "tip",
        "warning" | "caution" | "attention" | "question" | "help" | "faq" => "warning",
        "danger" | "error" | "failure" | "fail" | "missing" | "bug" => "danger",
        _ => "note",
    }
}
