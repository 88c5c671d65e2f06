//! A page's tree to text and blocks in reading order. It must not know which words make furniture, or where the file came from.

use ego_tree::NodeRef;
use ego_tree::iter::Edge;
use scraper::Node;
use scraper::node::Element;

use super::Strictness;
use super::survey::{Survey, has_class, is_related_title, is_silent};
use super::tree::{NodeId, Page};
use crate::document::BlockKind;
use crate::ingest::Limits;
use crate::ingest::build::{TextBuilder, is_cjk, one_line};

/// A list that is open.
struct List {
    id: NodeId,
    /// The number of the next item of a numbered list.
    next: Option<i64>,
}

/// A table of data that is open.
struct Table {
    id: NodeId,
    rows: String,
    marks: Vec<(usize, u32)>,
    cells: usize,
}

struct Walker<'p> {
    page: &'p Page,
    survey: Survey,
    out: TextBuilder,
    /// The inline text of the block that is being read, white space collapsed.
    inline: String,
    marks: Vec<(usize, u32)>,
    /// White space was seen that is not written yet; whether it held a line break.
    space: Option<bool>,
    /// Characters of `inline` that are bold.
    bold_chars: usize,
    bold: usize,
    heading: Option<(NodeId, u8)>,
    lists: Vec<List>,
    /// The mark that the next block of the open list item begins with.
    item: Option<String>,
    items: usize,
    pre: Option<NodeId>,
    table: Option<Table>,
    furniture: Option<NodeId>,
    inside_main: usize,
    /// The level of the heading before, and whether it was written as such.
    level: u8,
}

/// Reads a page.
pub(super) fn read(page: &Page, strictness: Strictness, limits: &Limits) -> TextBuilder {
    let mut walker = Walker {
        page,
        survey: Survey::new(page, strictness),
        out: TextBuilder::new(limits),
        inline: String::new(),
        marks: Vec::new(),
        space: None,
        bold_chars: 0,
        bold: 0,
        heading: None,
        lists: Vec::new(),
        item: None,
        items: 0,
        pre: None,
        table: None,
        furniture: None,
        inside_main: 0,
        level: 1,
    };
    walker.walk();
    walker.out
}

impl Walker<'_> {
    fn walk(&mut self) {
        let page = self.page;
        let mut skipped: Option<NodeId> = None;
        for edge in page.html.tree.root().traverse() {
            if self.out.is_full() {
                return;
            }
            match edge {
                Edge::Open(node) if skipped.is_none() => match node.value() {
                    Node::Element(element) => skipped = self.open(&node, element).then(|| node.id()),
                    Node::Text(text) => self.text(node.id(), text),
                    _ => {}
                },
                Edge::Close(node) => match skipped {
                    Some(id) if id == node.id() => skipped = None,
                    Some(_) => {}
                    None => {
                        if let Node::Element(element) = node.value() {
                            self.close(node.id(), element);
                        }
                    }
                },
                Edge::Open(_) => {}
            }
        }
        self.flush();
    }

    /// Enters an element; `true` when what is inside is not to be read.
    fn open(&mut self, node: &NodeRef<'_, Node>, element: &Element) -> bool {
        let name = element.name();
        if name == "script" && element.attr("type").is_some_and(|t| t.starts_with("math/tex")) {
            self.formula(&own_text(node), element.attr("type").is_some_and(|t| t.contains("display")));
            return true;
        }
        if is_silent(element) {
            return true;
        }
        match name {
            "math" => {
                let tex = annotation(node).or_else(|| element.attr("alttext").map(str::to_owned));
                match tex {
                    Some(tex) => self.formula(&tex, element.attr("display") == Some("block")),
                    None => self.words(&own_text(node), None),
                }
                return true;
            }
            "img" => {
                let is_formula =
                    element.attr("eeimg").is_some() || has_class(element, &["tex", "latex", "math", "ztext-math", "mwe-math-fallback-image-inline"]);
                if let Some(alt) = element.attr("alt").filter(|_| is_formula) {
                    self.formula(alt, false);
                }
                return true;
            }
            "br" => {
                match self.pre {
                    Some(_) => self.inline.push('\n'),
                    // A line of its own, as it is shown.
                    None if self.table.is_none() && self.heading.is_none() => {
                        self.inline.truncate(self.inline.trim_end().len());
                        if !self.inline.is_empty() {
                            self.inline.push('\n');
                        }
                        self.space = None;
                    }
                    None => self.space = Some(false),
                }
                return false;
            }
            "b" | "strong" => self.bold += 1,
            "sup" => {
                // A power keeps its mark, else 10⁹ reads 109; a note's number is none.
                let digits = own_text(node);
                let after = self.inline.chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == ')') && self.space.is_none();
                let note = node.descendants().any(|d| d.value().as_element().is_some_and(|e| e.name() == "a"));
                if after && !note && digits.chars().count() <= 8 {
                    self.inline.push('^');
                }
            }
            _ => {}
        }
        if !is_block(name) {
            return false;
        }
        if self.table.is_some() {
            self.open_in_table(name);
            return false;
        }
        self.flush();
        if self.survey.main == Some(node.id()) {
            self.inside_main += 1;
        }
        if self.furniture.is_none() && self.survey.is_furniture(node, element, self.previous()) {
            let previous_is_title = is_related_title(self.previous());
            if previous_is_title && let Some(last) = self.out.blocks.last_mut() {
                last.kind = BlockKind::Furniture;
            }
            self.furniture = Some(node.id());
        }
        match name {
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" if self.heading.is_none() => {
                self.heading = Some((node.id(), name.as_bytes().get(1).map_or(1, |d| d - b'0')));
            }
            "ul" | "ol" | "menu" | "dir" => {
                let start = element.attr("start").and_then(|s| s.trim().parse().ok()).unwrap_or(1);
                self.lists.push(List { id: node.id(), next: (name == "ol").then_some(start) });
            }
            "li" => {
                self.items += 1;
                self.item = Some(match self.lists.last_mut().and_then(|l| l.next.as_mut()) {
                    Some(next) => {
                        if let Some(value) = element.attr("value").and_then(|v| v.trim().parse().ok()) {
                            *next = value;
                        }
                        let mark = format!("{next}. ");
                        *next = next.saturating_add(1);
                        mark
                    }
                    None => "- ".to_owned(),
                });
            }
            "pre" if self.pre.is_none() => self.pre = Some(node.id()),
            "table" if self.furniture.is_none() && is_data_table(node, element) => {
                self.table = Some(Table { id: node.id(), rows: String::new(), marks: Vec::new(), cells: 0 });
            }
            _ => {}
        }
        false
    }

    fn open_in_table(&mut self, name: &str) {
        match name {
            "tr" => {
                self.inline.clear();
                if let Some(table) = &mut self.table {
                    if !table.rows.is_empty() && !table.rows.ends_with('\n') {
                        table.rows.push('\n');
                    }
                    table.cells = 0;
                }
            }
            "td" | "th" | "caption" => {
                self.inline.clear();
                self.marks.clear();
                self.space = None;
            }
            _ => self.space = Some(false),
        }
    }

    fn close(&mut self, id: NodeId, element: &Element) {
        let name = element.name();
        match name {
            "b" | "strong" => self.bold = self.bold.saturating_sub(1),
            _ if !is_block(name) => {}
            _ if self.table.is_some() => self.close_in_table(id, name),
            _ => {
                self.flush();
                match name {
                    "ul" | "ol" | "menu" | "dir" if self.lists.last().is_some_and(|l| l.id == id) => {
                        self.lists.pop();
                    }
                    "li" => {
                        self.items = self.items.saturating_sub(1);
                        self.item = None;
                    }
                    _ => {}
                }
                if self.heading.is_some_and(|(h, _)| h == id) {
                    self.heading = None;
                }
                if self.pre == Some(id) {
                    self.pre = None;
                }
            }
        }
        if self.survey.main == Some(id) {
            self.inside_main = self.inside_main.saturating_sub(1);
        }
        if self.furniture == Some(id) {
            self.furniture = None;
        }
    }

    fn close_in_table(&mut self, id: NodeId, name: &str) {
        let Some(mut table) = self.table.take() else { return };
        match name {
            "td" | "th" => {
                if table.cells > 0 {
                    table.rows.push_str(" | ");
                }
                if let Some(&(_, line)) = self.marks.first() {
                    table.marks.push((table.rows.len(), line));
                }
                // A bar inside a cell must not look like a cell of its own.
                table.rows.push_str(&one_line(&self.inline).unwrap_or_default().replace('|', "\\|"));
                table.cells += 1;
                self.start_block();
                self.table = Some(table);
            }
            "caption" => {
                let (text, marks) = (std::mem::take(&mut self.inline), std::mem::take(&mut self.marks));
                self.push(BlockKind::Paragraph, &text, &marks);
                self.start_block();
                self.table = Some(table);
            }
            "table" if table.id == id => {
                // Text between cells (broken markup) is not lost.
                let stray = std::mem::take(&mut self.inline);
                let rows = table.rows.lines().filter(|l| l.chars().any(|c| !matches!(c, ' ' | '|'))).count();
                if rows > 0 {
                    self.push(BlockKind::Table, &table.rows, &table.marks);
                }
                self.start_block();
                self.inline = stray;
                self.flush();
            }
            _ => {
                self.space = Some(false);
                self.table = Some(table);
            }
        }
    }

    /// A text node.
    fn text(&mut self, id: NodeId, text: &str) {
        let page = self.page;
        let pieces = page.lines.get(&id).map(Vec::as_slice).unwrap_or_default();
        if pieces.is_empty() {
            self.words(text, None);
        }
        for (i, &(at, line)) in pieces.iter().enumerate() {
            let end = pieces.get(i + 1).map_or(text.len(), |&(next, _)| next);
            self.words(text.get(at..end).unwrap_or_default(), Some(line));
        }
    }

    /// Appends text to the block, white space collapsed (not in `pre`), noting lines.
    fn words(&mut self, text: &str, line: Option<u32>) {
        let mut line = line;
        for c in text.chars() {
            let newline = c == '\n';
            if self.pre.is_some() {
                if c != '\r' {
                    self.mark(line);
                    self.inline.push(c);
                }
            } else if c.is_whitespace() {
                self.space = Some(self.space.unwrap_or_default() || newline);
            } else if !matches!(c, '\u{200B}' | '\u{FEFF}' | '\u{AD}' | '\u{200C}' | '\u{2060}') {
                self.write_space(c);
                self.mark(line);
                self.inline.push(c);
                self.bold_chars += usize::from(self.bold > 0);
            }
            if newline {
                line = line.map(|l| l.saturating_add(1));
            }
        }
    }

    /// Writes the white space that was seen before `next`. A line break between two Chinese characters is only the source's.
    fn write_space(&mut self, next: char) {
        if let Some(broke) = self.space.take()
            && let Some(last) = self.inline.chars().next_back()
            && last != '\n'
            && !(broke && is_cjk(last) && is_cjk(next))
        {
            self.inline.push(' ');
            self.bold_chars += usize::from(self.bold > 0);
        }
    }

    fn mark(&mut self, line: Option<u32>) {
        if let Some(line) = line
            && self.marks.last().is_none_or(|&(_, last)| last != line)
        {
            self.marks.push((self.inline.len(), line));
        }
    }

    fn formula(&mut self, tex: &str, display: bool) {
        if let Some(tex) = one_line(tex) {
            self.write_space('$');
            let fence = if display { "$$" } else { "$" };
            let tex = tex.trim_matches('$').trim();
            self.inline.push_str(&format!("{fence}{tex}{fence}"));
        }
    }

    /// The text of the block before.
    fn previous(&self) -> &str {
        self.out.blocks.last().and_then(|b| self.out.text.get(b.span.clone())).unwrap_or_default()
    }

    fn start_block(&mut self) {
        self.inline.clear();
        self.marks.clear();
        self.space = None;
        self.bold_chars = 0;
    }

    /// Ends the block that is being read.
    fn flush(&mut self) {
        if self.inline.trim().is_empty() {
            self.start_block();
            return;
        }
        let text = std::mem::take(&mut self.inline);
        let marks = std::mem::take(&mut self.marks);
        let all_bold = self.bold_chars > 0 && self.bold_chars >= text.trim().chars().count();
        let depth = u8::try_from(self.lists.len().saturating_sub(1)).unwrap_or(u8::MAX);
        if self.pre.is_some() {
            self.push(BlockKind::Code, &text, &marks);
        } else if let Some((_, level)) = self.heading {
            let title = one_line(&text).unwrap_or_default();
            self.level = level;
            let is_subject = level == 1 && self.survey.single_h1;
            let furniture = if is_subject { self.furniture.take() } else { None };
            if is_subject {
                self.inside_main += 1;
            }
            self.push(BlockKind::Heading { level, title: title.clone() }, &title, &marks);
            if is_subject {
                self.inside_main -= 1;
                self.furniture = furniture;
            }
        } else if self.items > 0 {
            let mark = self.item.take();
            let indent = "  ".repeat(usize::from(depth)) + mark.as_deref().unwrap_or("  ");
            let shifted: Vec<_> = marks.iter().map(|&(at, line)| (at + indent.len(), line)).collect();
            self.push(BlockKind::ListItem { depth }, &(indent + &text), &shifted);
        } else if all_bold && is_title_like(&text) {
            // Pages of rich-text editors have no headings, only bold lines.
            let title = one_line(&text).unwrap_or_default();
            let level = (self.level + 1).min(9);
            self.push(BlockKind::Heading { level, title }, &text, &marks);
        } else {
            self.push(BlockKind::Paragraph, &text, &marks);
        }
        self.start_block();
    }

    fn push(&mut self, kind: BlockKind, text: &str, marks: &[(usize, u32)]) {
        let outside = self.survey.main.is_some() && self.inside_main == 0;
        let kind = if self.furniture.is_some() || outside { BlockKind::Furniture } else { kind };
        self.out.push_marked(kind, text, marks);
    }
}

/// A short line that could head what follows: no sentence, no list of things.
fn is_title_like(text: &str) -> bool {
    let text = text.trim();
    text.chars().count() <= 60
        && !text.contains('\n')
        && !text.ends_with(['。', '，', '；', ',', ';', '.', '！', '!'])
        && text.chars().any(char::is_alphabetic)
}

fn is_block(name: &str) -> bool {
    matches!(
        name,
        "address"
            | "article"
            | "aside"
            | "blockquote"
            | "body"
            | "caption"
            | "center"
            | "dd"
            | "details"
            | "dir"
            | "div"
            | "dl"
            | "dt"
            | "fieldset"
            | "figcaption"
            | "figure"
            | "footer"
            | "form"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "header"
            | "hgroup"
            | "hr"
            | "html"
            | "legend"
            | "li"
            | "main"
            | "menu"
            | "nav"
            | "ol"
            | "p"
            | "pre"
            | "section"
            | "summary"
            | "table"
            | "tbody"
            | "td"
            | "tfoot"
            | "th"
            | "thead"
            | "tr"
            | "ul"
            | "option"
            | "search"
    )
}

/// A table that holds data, not the layout of a page: two columns at least, nothing in it that has a structure of its own.
fn is_data_table(node: &NodeRef<'_, Node>, element: &Element) -> bool {
    if element.attr("role").is_some_and(|r| matches!(r, "presentation" | "none")) {
        return false;
    }
    let mut widest = 0;
    for inner in node.descendants().skip(1) {
        let Node::Element(inner_element) = inner.value() else { continue };
        match inner_element.name() {
            "table" | "pre" | "h1" | "h2" | "h3" | "h4" | "article" | "main" | "form" => return false,
            "tr" => {
                let cells = inner.children().filter(|c| c.value().as_element().is_some_and(|e| matches!(e.name(), "td" | "th"))).count();
                widest = widest.max(cells);
            }
            _ => {}
        }
    }
    widest >= 2
}

/// All text inside, white space collapsed.
fn own_text(node: &NodeRef<'_, Node>) -> String {
    let mut text = String::new();
    for inner in node.descendants() {
        if let Node::Text(piece) = inner.value() {
            text.push_str(piece);
        }
    }
    one_line(&text).unwrap_or_default()
}

/// The TeX source that KaTeX, MathJax and others leave beside their markup.
fn annotation(math: &NodeRef<'_, Node>) -> Option<String> {
    let annotation = math.descendants().find(|n| {
        n.value().as_element().is_some_and(|e| e.name() == "annotation" && e.attr("encoding").is_some_and(|t| t.to_ascii_lowercase().contains("tex")))
    })?;
    Some(own_text(&annotation)).filter(|t| !t.is_empty())
}
