//! DOCX to text and blocks: headings, lists with their numbers, tables, footnotes, tracked changes as accepted.
//! It must not know the container's limits, or what is retrieved.

mod body;
mod numbering;
mod styles;

use quick_xml::events::Event;

use super::build::Facts;
use super::unzip::Container;
use super::xml::{attribute, characters, each_element, each_event, local};
use super::{Limits, Skip, SkipReason};
use crate::document::{Document, Format};

/// Reads a docx file. `stem` is the file name without extension, the title of last resort.
pub(super) fn parse(bytes: &[u8], stem: &str, limits: &Limits) -> Result<Document, Skip> {
    let mut container = Container::open(bytes, "DOCX", limits)?;
    let main = main_part(&mut container)?;
    let folder = main.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
    let beside = |name: &str| if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
    let Some(body) = container.read_text(&main)? else {
        return Err(Skip::new(SkipReason::Damaged, "it has no document part: not a DOCX, or a broken one"));
    };
    let styles = container.read_text(&beside("styles.xml"))?.map(|xml| styles::read(&xml)).transpose()?.unwrap_or_default();
    let numbering = container.read_text(&beside("numbering.xml"))?.map(|xml| numbering::read(&xml)).transpose()?.unwrap_or_default();
    let mut notes = body::Notes::default();
    for part in ["footnotes.xml", "endnotes.xml"] {
        if let Some(xml) = container.read_text(&beside(part))? {
            body::notes(&xml, &styles, &mut notes, limits)?;
        }
    }
    let core = container.read_text("docProps/core.xml")?.map(|xml| core(&xml)).transpose()?.unwrap_or_default();
    let out = body::read(&body, &styles, numbering, &notes, limits)?;
    // Templates leave their own names in the metadata; a title that the text shows is better.
    let title = core.title.filter(|t| !is_template_title(t)).or_else(|| out.first_heading());
    out.finish(Facts { title, stem, date: core.date, format: Format::Docx, encoding: "UTF-8".to_owned() }, limits)
}

/// Titles that no person wrote.
fn is_template_title(title: &str) -> bool {
    let title = title.trim();
    title.is_empty()
        || title.starts_with("Microsoft Word")
        || matches!(title, "Untitled" | "无标题" | "Document" | "文档" | "PowerPoint Presentation")
        || title.ends_with(".dotx")
        || title.ends_with(".docx")
}

/// The name of the main part, from the container's relations.
fn main_part(container: &mut Container<'_>) -> Result<String, Skip> {
    let mut found = None;
    if let Some(xml) = container.read_text("_rels/.rels")? {
        each_element(&xml, |element, _| {
            if local(element) == "Relationship" && attribute(element, "Type").is_some_and(|t| t.ends_with("/officeDocument")) {
                found = attribute(element, "Target").map(|t| t.trim_start_matches('/').to_owned());
            }
        })?;
    }
    Ok(found.filter(|name| container.contains(name)).unwrap_or_else(|| "word/document.xml".to_owned()))
}

#[derive(Default)]
struct Core {
    title: Option<String>,
    date: Option<String>,
}

fn core(xml: &str) -> Result<Core, Skip> {
    let mut core = Core::default();
    let mut field: Option<bool> = None;
    let mut text = String::new();
    each_event(xml, |event, _| {
        match event {
            Event::Start(e) => {
                field = match local(e) {
                    "title" => Some(true),
                    "modified" => Some(false),
                    _ => None,
                };
                text.clear();
            }
            Event::End(_) => {
                let value = Some(text.trim().to_owned()).filter(|t| !t.is_empty());
                match field.take() {
                    Some(true) => core.title = value,
                    Some(false) => core.date = value,
                    None => {}
                }
            }
            other => text.push_str(&characters(other)),
        }
        Ok(())
    })?;
    Ok(core)
}
