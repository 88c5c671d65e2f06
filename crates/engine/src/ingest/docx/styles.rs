//! Paragraph styles: which are headings, lists, code, or a table of contents. It must not know the text.

use std::collections::HashMap;

use crate::ingest::Skip;
use crate::ingest::xml::{attribute, each_element, local};

/// A chain of styles longer than this is a loop.
const MAX_CHAIN: usize = 32;

/// One paragraph style.
#[derive(Clone, Debug, Default)]
struct Style {
    name: String,
    based_on: Option<String>,
    outline: Option<u8>,
    list: Option<(String, u8)>,
}

/// All styles by id.
#[derive(Debug, Default)]
pub(super) struct Styles {
    by_id: HashMap<String, Style>,
}

/// What a style makes of a paragraph.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Role {
    /// A heading of this level, 1 the highest.
    pub(super) heading: Option<u8>,
    /// Program text.
    pub(super) code: bool,
    /// A line of the table of contents.
    pub(super) contents: bool,
    /// Numbering id and level that the style brings.
    pub(super) list: Option<(String, u8)>,
}

/// Reads `styles.xml`.
pub(super) fn read(xml: &str) -> Result<Styles, Skip> {
    let mut styles = Styles::default();
    let mut id = String::new();
    each_element(xml, |element, _| {
        let value = || attribute(element, "val");
        match local(element) {
            "style" => {
                id = attribute(element, "styleId").unwrap_or_default();
                styles.by_id.insert(id.clone(), Style::default());
            }
            part => {
                let Some(style) = styles.by_id.get_mut(&id) else { return };
                match part {
                    "name" => style.name = value().unwrap_or_default(),
                    "basedOn" => style.based_on = value(),
                    "outlineLvl" => style.outline = value().and_then(|v| v.parse().ok()),
                    "numId" => style.list = value().map(|num| (num, style.list.as_ref().map_or(0, |l| l.1))),
                    "ilvl" => {
                        let level = value().and_then(|v| v.parse().ok()).unwrap_or(0);
                        style.list = Some((style.list.take().map(|l| l.0).unwrap_or_default(), level));
                    }
                    _ => {}
                }
            }
        }
    })?;
    Ok(styles)
}

impl Styles {
    /// The role of a paragraph with this style.
    pub(super) fn role(&self, id: &str) -> Role {
        let mut role = Role::default();
        let mut next = Some(id);
        let mut outline = None;
        for _ in 0..MAX_CHAIN {
            let Some(id) = next else { break };
            let style = self.by_id.get(id);
            // A style may be used and not be defined: then its id is its name.
            let name = style.map_or(id, |s| s.name.as_str()).to_lowercase();
            outline = outline.or_else(|| style.and_then(|s| s.outline));
            role.heading = role.heading.or_else(|| heading_by_name(&name));
            role.code |= ["code", "preformatted", "代码", "listing", "verbatim"].iter().any(|w| name.contains(w));
            role.contents |= name.starts_with("toc") || name.starts_with("目录") || name.contains("table of figures");
            role.list = role.list.or_else(|| style.and_then(|s| s.list.clone()).filter(|l| !l.0.is_empty()));
            next = style.and_then(|s| s.based_on.as_deref());
        }
        // Level 9 of an outline is body text.
        role.heading = outline.filter(|&l| l < 9).map(|l| l + 1).or(role.heading);
        role
    }
}

/// A heading by the style's built-in name (`heading 2`, `标题 2`) for styles without an outline level.
fn heading_by_name(name: &str) -> Option<u8> {
    if matches!(name, "title" | "标题" | "文档标题") {
        return Some(1);
    }
    ["heading", "标题", "überschrift", "titre", "título", "見出し", "제목", "заголовок"]
        .iter()
        .find_map(|word| name.strip_prefix(word))
        .and_then(|rest| rest.trim().get(..1)?.parse().ok())
        .filter(|level| (1..=9).contains(level))
}
