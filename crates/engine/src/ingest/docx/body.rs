//! The document part, footnotes and endnotes: paragraphs, lists, tables. It must not know the container.

use std::collections::{BTreeSet, HashMap};

use quick_xml::events::{BytesStart, Event};

use super::numbering::Numbering;
use super::styles::{Role, Styles};
use crate::document::BlockKind;
use crate::ingest::build::{TextBuilder, one_line};
use crate::ingest::xml::{attribute, characters, each_event, local};
use crate::ingest::{Limits, Skip};

/// The text of notes by kind and id.
#[derive(Debug, Default)]
pub(super) struct Notes {
    texts: HashMap<(bool, String), String>,
}

/// A paragraph that is open; text boxes put paragraphs into paragraphs.
#[derive(Debug, Default)]
struct Paragraph {
    text: String,
    style: Option<String>,
    outline: Option<u8>,
    list: Option<String>,
    level: Option<u8>,
    notes: BTreeSet<(bool, String)>,
    /// Whether the properties of the paragraph itself are being read, not those of its text.
    in_properties: bool,
}

#[derive(Debug, Default)]
struct Table {
    rows: Vec<Vec<String>>,
}

struct Body<'s> {
    styles: &'s Styles,
    numbering: Numbering,
    notes: &'s Notes,
    out: TextBuilder,
    open: Vec<Paragraph>,
    tables: Vec<Table>,
    /// The depth of the element whose contents are left out.
    dropped: Option<usize>,
    in_text: bool,
    hidden: bool,
    /// Lines of program text that belong together.
    code: String,
}

/// Reads the document part.
pub(super) fn read(xml: &str, styles: &Styles, numbering: Numbering, notes: &Notes, limits: &Limits) -> Result<TextBuilder, Skip> {
    let mut body = Body::new(styles, numbering, notes, limits);
    each_event(xml, |event, depth| {
        body.event(event, depth);
        Ok(())
    })?;
    body.end_code();
    Ok(body.out)
}

/// Reads footnotes or endnotes.
pub(super) fn notes(xml: &str, styles: &Styles, notes: &mut Notes, limits: &Limits) -> Result<(), Skip> {
    let none = Notes::default();
    let mut current: Option<(bool, String)> = None;
    let mut body = Body::new(styles, Numbering::default(), &none, limits);
    each_event(xml, |event, depth| {
        match event {
            Event::Start(e) if matches!(local(e), "footnote" | "endnote") => {
                // Separators are notes too, of a type of their own.
                let is_text = attribute(e, "type").is_none_or(|t| t == "normal");
                current = is_text.then(|| (local(e) == "endnote", attribute(e, "id").unwrap_or_default()));
                body.out = TextBuilder::new(limits);
            }
            Event::End(e) if matches!(e.local_name().into_inner(), "footnote" | "endnote") => {
                body.end_code();
                if let (Some(key), Some(text)) = (current.take(), one_line(&body.out.text)) {
                    notes.texts.insert(key, text);
                }
            }
            _ => body.event(event, depth),
        }
        Ok(())
    })
}

impl<'s> Body<'s> {
    fn new(styles: &'s Styles, numbering: Numbering, notes: &'s Notes, limits: &Limits) -> Self {
        let out = TextBuilder::new(limits);
        Self {
            styles,
            numbering,
            notes,
            out,
            open: Vec::new(),
            tables: Vec::new(),
            dropped: None,
            in_text: false,
            hidden: false,
            code: String::new(),
        }
    }

    fn event(&mut self, event: &Event<'_>, depth: usize) {
        match event {
            Event::Start(e) if self.dropped.is_none() => self.start(e, Some(depth)),
            Event::Empty(e) if self.dropped.is_none() => {
                self.start(e, None);
                self.end(local(e));
            }
            Event::End(e) => match self.dropped {
                // The depth is counted down before an end is told.
                Some(at) if depth < at => self.dropped = None,
                Some(_) => {}
                None => self.end(e.local_name().into_inner()),
            },
            other if self.dropped.is_none() && self.in_text && !self.hidden => {
                let text = characters(other);
                self.write(&text);
            }
            _ => {}
        }
    }

    fn write(&mut self, text: &str) {
        if let Some(paragraph) = self.open.last_mut() {
            paragraph.text.push_str(text);
        }
    }

    fn start(&mut self, element: &BytesStart<'_>, depth: Option<usize>) {
        let value = || attribute(element, "val");
        match local(element) {
            // Deleted and moved-away text, field codes, what old programs show instead, phonetic guides, pictures' names.
            "del" | "moveFrom" | "delText" | "instrText" | "Fallback" | "rt" | "docPr" | "pPrChange" | "rPrChange" | "tblPrChange"
            | "sectPrChange" => self.dropped = depth,
            "p" => self.open.push(Paragraph::default()),
            "pPr" => self.in_properties(true),
            "pStyle" => self.with(|p| p.style = value()),
            "outlineLvl" => self.with(|p| p.outline = value().and_then(|v| v.parse().ok())),
            "numId" => self.with(|p| p.list = value()),
            "ilvl" => self.with(|p| p.level = value().and_then(|v| v.parse().ok())),
            "r" => self.hidden = false,
            // The paragraph mark may be hidden without its text being so.
            "vanish" if !self.open.last().is_some_and(|p| p.in_properties) => {
                self.hidden = value().is_none_or(|v| !matches!(v.as_str(), "0" | "false"))
            }
            "t" => self.in_text = true,
            "tab" if !self.open.last().is_some_and(|p| p.in_properties) => self.write(" "),
            "br" | "cr" => self.write("\n"),
            "noBreakHyphen" => self.write("-"),
            "footnoteReference" | "endnoteReference" => {
                if let Some(id) = attribute(element, "id") {
                    let key = (local(element) == "endnoteReference", id);
                    if self.notes.texts.contains_key(&key) {
                        let mark = format!("[^{}]", key.1);
                        self.write(&mark);
                        self.with(|p| {
                            p.notes.insert(key);
                        });
                    }
                }
            }
            // Formulas, in a line.
            "sup" => self.write("^"),
            "sub" => self.write("_"),
            "den" => self.write("/"),
            "chr" => {
                if let Some(c) = value() {
                    self.write(&c);
                }
            }
            "tbl" => {
                if self.tables.is_empty() {
                    self.end_code();
                }
                self.tables.push(Table::default());
            }
            "tr" => {
                if let Some(table) = self.tables.last_mut() {
                    table.rows.push(Vec::new());
                }
            }
            "tc" => {
                if let Some(row) = self.tables.last_mut().and_then(|t| t.rows.last_mut()) {
                    row.push(String::new());
                }
            }
            _ => {}
        }
    }

    fn with(&mut self, change: impl FnOnce(&mut Paragraph)) {
        if let Some(paragraph) = self.open.last_mut() {
            change(paragraph);
        }
    }

    fn in_properties(&mut self, inside: bool) {
        self.with(|p| p.in_properties = inside);
    }

    fn end(&mut self, name: &str) {
        match name {
            "t" => self.in_text = false,
            "r" => self.hidden = false,
            "pPr" => self.in_properties(false),
            "p" => {
                if let Some(paragraph) = self.open.pop() {
                    self.paragraph(paragraph);
                }
            }
            "tbl" => {
                if let Some(table) = self.tables.pop() {
                    self.table(&table);
                }
            }
            _ => {}
        }
    }

    fn paragraph(&mut self, paragraph: Paragraph) {
        // A paragraph of a text box comes before the paragraph that holds the box.
        if let Some(cell) = self.tables.last_mut().and_then(|t| t.rows.last_mut()).and_then(|r| r.last_mut()) {
            if !cell.is_empty() && !paragraph.text.trim().is_empty() {
                cell.push('\n');
            }
            cell.push_str(paragraph.text.trim());
            return;
        }
        let role = paragraph.style.as_deref().map(|s| self.styles.role(s)).unwrap_or_default();
        self.emit(&paragraph, &role);
        for key in &paragraph.notes {
            if let Some(text) = self.notes.texts.get(key) {
                self.out.push(BlockKind::Paragraph, &format!("[^{}]: {text}", key.1));
            }
        }
    }

    fn emit(&mut self, paragraph: &Paragraph, role: &Role) {
        let text = paragraph.text.as_str();
        if role.code && role.heading.is_none() {
            self.code.push_str(text);
            self.code.push('\n');
            return;
        }
        if text.trim().is_empty() {
            return;
        }
        self.end_code();
        if role.contents {
            self.out.push(BlockKind::Furniture, text);
            return;
        }
        let list = match paragraph.list.as_deref() {
            Some("0") => None,
            Some(id) => Some((id.to_owned(), paragraph.level.unwrap_or(0))),
            None => role.list.clone().map(|(id, level)| (id, paragraph.level.unwrap_or(level))).filter(|(id, _)| id != "0"),
        };
        let mark = list.as_ref().map(|(id, level)| self.numbering.next(id, *level));
        let heading = match paragraph.outline {
            Some(level) if level < 9 => Some(level + 1),
            Some(_) => None,
            None => role.heading,
        };
        if let Some(level) = heading {
            let mark = mark.filter(|m| m != "- ").unwrap_or_default();
            if let Some(title) = one_line(&(mark + text)) {
                self.out.push(BlockKind::Heading { level: level.min(9), title: title.clone() }, &title);
            }
        } else if let (Some(mark), Some((_, depth))) = (mark, list) {
            let item = format!("{}{mark}{}", "  ".repeat(usize::from(depth.min(8))), text.trim());
            self.out.push(BlockKind::ListItem { depth }, &item);
        } else {
            self.out.push(BlockKind::Paragraph, text);
        }
    }

    fn end_code(&mut self) {
        let code = std::mem::take(&mut self.code);
        self.out.push(BlockKind::Code, &code);
    }

    fn table(&mut self, table: &Table) {
        let columns = table.rows.iter().map(Vec::len).max().unwrap_or(0);
        if let Some(cell) = self.tables.last_mut().and_then(|t| t.rows.last_mut()).and_then(|r| r.last_mut()) {
            // A table inside a cell: its rows become lines of the cell.
            for row in &table.rows {
                let row = row.iter().filter_map(|c| one_line(c)).collect::<Vec<_>>().join(" ");
                if !row.is_empty() {
                    cell.push_str(if cell.is_empty() { "" } else { "\n" });
                    cell.push_str(&row);
                }
            }
            return;
        }
        if columns <= 1 {
            // A box around text.
            for cell in table.rows.iter().flatten() {
                self.out.push(BlockKind::Paragraph, cell);
            }
            return;
        }
        let mut rows = String::new();
        for row in &table.rows {
            let cells: Vec<_> = row.iter().map(|c| one_line(c).unwrap_or_default().replace('|', "\\|")).collect();
            if cells.iter().any(|c| !c.is_empty()) {
                rows.push_str(&cells.join(" | "));
                rows.push('\n');
            }
        }
        self.out.push(BlockKind::Table, &rows);
    }
}
