//! EPUB 2 and 3: container → package → chapters in reading order. It must not know HTML's structure, or the container's limits.

use std::collections::HashMap;

use quick_xml::events::Event;

use super::build::{Facts, TextBuilder, one_line};
use super::unzip::Container;
use super::xml::{attribute, characters, each_element, each_event, local};
use super::{Limits, Skip, SkipReason, html};
use crate::document::{Block, BlockKind, Document, Format};

/// Files that only hide embedded fonts: the text is open.
const FONT_OBFUSCATION: [&str; 2] = ["http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"];

#[derive(Debug, Default)]
struct Package {
    title: Option<String>,
    date: Option<String>,
    /// Id → (path in the container, whether it is a contents page).
    items: HashMap<String, (String, bool)>,
    spine: Vec<String>,
    contents: Option<String>,
}

/// Reads a epub file. `stem` is the file name without extension, the title of last resort.
pub(super) fn parse(bytes: &[u8], stem: &str, limits: &Limits) -> Result<Document, Skip> {
    let mut container = Container::open(bytes, "EPUB", limits)?;
    if is_protected(&mut container)? {
        return Err(Skip::new(SkipReason::Encrypted, "it is protected by DRM"));
    }
    let mut package_path = None;
    if let Some(xml) = container.read_text("META-INF/container.xml")? {
        each_element(&xml, |element, _| {
            if local(element) == "rootfile" && package_path.is_none() {
                package_path = attribute(element, "full-path");
            }
        })?;
    }
    let package_path = package_path.ok_or_else(|| Skip::new(SkipReason::Damaged, "it has no container.xml: not an EPUB, or a broken one"))?;
    let xml = container.read_text(&package_path)?.ok_or_else(|| Skip::new(SkipReason::Damaged, "its package document is missing"))?;
    let package = package(&xml, &package_path)?;
    let labels = match package.contents.as_deref().map(|path| (path, container.read_text(path))) {
        Some((path, xml)) => labels(&xml?.unwrap_or_default(), path).unwrap_or_default(),
        None => HashMap::new(),
    };
    let mut out = TextBuilder::new(limits);
    for id in &package.spine {
        let Some((path, is_contents)) = package.items.get(id) else { continue };
        let Some(source) = container.read_text(path)? else {
            out.warnings.push(format!("Chapter {path} is missing."));
            continue;
        };
        match html::chapter(&closed(&source), limits) {
            Ok(chapter) => append(&mut out, chapter, *is_contents, labels.get(path).map(String::as_str)),
            Err(skip) if skip.reason == SkipReason::TooSlow => return Err(skip),
            Err(skip) => out.warnings.push(format!("Chapter {path} was left out: {}", skip.detail)),
        }
        if out.is_full() {
            break;
        }
    }
    out.finish(Facts { title: package.title, stem, date: package.date, format: Format::Epub, encoding: "UTF-8".to_owned() }, limits)
}

/// Whether the chapters themselves are encrypted.
fn is_protected(container: &mut Container<'_>) -> Result<bool, Skip> {
    let mut protected = false;
    if let Some(xml) = container.read_text("META-INF/encryption.xml")? {
        let mut in_data = false;
        each_element(&xml, |element, _| match local(element) {
            "EncryptedData" => in_data = true,
            "EncryptedKey" => in_data = false,
            "EncryptionMethod" if in_data => protected |= attribute(element, "Algorithm").is_none_or(|a| !FONT_OBFUSCATION.contains(&a.as_str())),
            _ => {}
        })?;
    }
    Ok(protected)
}

fn package(xml: &str, path: &str) -> Result<Package, Skip> {
    let mut package = Package::default();
    let mut text = String::new();
    let (mut ncx, mut nav) = (None, None);
    each_event(xml, |event, _| {
        match event {
            Event::Start(e) | Event::Empty(e) => {
                text.clear();
                match local(e) {
                    "item" => {
                        let id = attribute(e, "id").unwrap_or_default();
                        let href = resolve(path, &attribute(e, "href").unwrap_or_default());
                        let is_contents = attribute(e, "properties").is_some_and(|p| p.split_ascii_whitespace().any(|p| p == "nav"));
                        if is_contents {
                            nav = Some(href.clone());
                        }
                        if attribute(e, "media-type").as_deref() == Some("application/x-dtbncx+xml") {
                            ncx = Some(href.clone());
                        }
                        package.items.insert(id, (href, is_contents));
                    }
                    "itemref" => package.spine.extend(attribute(e, "idref")),
                    // EPUB 2 names its contents page in the guide.
                    "reference" if attribute(e, "type").as_deref() == Some("toc") => {
                        let href = resolve(path, &attribute(e, "href").unwrap_or_default());
                        package.items.values_mut().filter(|(p, _)| *p == href).for_each(|item| item.1 = true);
                    }
                    _ => {}
                }
            }
            Event::End(e) => {
                let value = one_line(&text);
                match e.local_name().into_inner() {
                    "title" => package.title = package.title.take().or(value),
                    "date" => package.date = package.date.take().or(value),
                    _ => {}
                }
                text.clear();
            }
            other => text.push_str(&characters(other)),
        }
        Ok(())
    })?;
    package.contents = ncx.or(nav);
    Ok(package)
}

/// Chapter path → the name that the contents give it, from an NCX or a navigation page.
fn labels(xml: &str, path: &str) -> Result<HashMap<String, String>, Skip> {
    let mut labels = HashMap::new();
    let (mut text, mut label, mut href) = (String::new(), None, None);
    each_event(xml, |event, _| {
        match event {
            Event::Start(e) | Event::Empty(e) => match local(e) {
                "text" => text.clear(),
                "a" => {
                    text.clear();
                    href = attribute(e, "href");
                }
                "content" => {
                    if let (Some(label), Some(src)) = (label.take(), attribute(e, "src")) {
                        labels.entry(resolve(path, &src)).or_insert(label);
                    }
                }
                _ => {}
            },
            Event::End(e) => match e.local_name().into_inner() {
                "text" => label = one_line(&text),
                "a" => {
                    if let (Some(label), Some(href)) = (one_line(&text), href.take()) {
                        labels.entry(resolve(path, &href)).or_insert(label);
                    }
                }
                _ => {}
            },
            other => text.push_str(&characters(other)),
        }
        Ok(())
    })?;
    Ok(labels)
}

/// Appends a chapter. A chapter without a heading gets the one that the contents give it.
fn append(out: &mut TextBuilder, chapter: TextBuilder, is_contents: bool, label: Option<&str>) {
    let has_heading = chapter.blocks.iter().any(|b| matches!(b.kind, BlockKind::Heading { .. }));
    let mut blocks = chapter.blocks.into_iter().peekable();
    if let Some(title) = label.filter(|_| !has_heading && !is_contents && chapter.text.chars().count() > 200) {
        let heading = BlockKind::Heading { level: 1, title: title.to_owned() };
        let shown = blocks.next_if(|b| chapter.text.get(b.span.clone()).and_then(one_line).as_deref() == Some(title));
        out.push(heading, shown.and_then(|b| chapter.text.get(b.span.clone())).unwrap_or(title));
    }
    for Block { kind, span } in blocks {
        let kind = if is_contents { BlockKind::Furniture } else { kind };
        out.push(kind, chapter.text.get(span).unwrap_or_default());
    }
}

/// A reference resolved against the file that holds it: percent-decoded, without fragment, never above the root.
fn resolve(base: &str, reference: &str) -> String {
    let reference = reference.split(['#', '?']).next().unwrap_or_default();
    let mut parts: Vec<&str> = base.split('/').collect();
    parts.pop();
    let decoded = percent_decoded(reference);
    if decoded.starts_with('/') {
        parts.clear();
    }
    for part in decoded.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let code =
            (first == b'%').then(|| tail.get(..2)).flatten().and_then(|h| std::str::from_utf8(h).ok()).and_then(|h| u8::from_str_radix(h, 16).ok());
        rest = match code {
            Some(byte) => {
                bytes.push(byte);
                tail.get(2..).unwrap_or_default()
            }
            None => {
                bytes.push(first);
                tail
            }
        };
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

/// XHTML as an HTML parser reads it: `<script/>` and `<a id="x"/>` would stay open there, and swallow what follows.
fn closed(source: &str) -> String {
    const VOID: [&str; 14] = ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"];
    let mut out = String::with_capacity(source.len() + source.len() / 16);
    let mut rest = source;
    while let Some(at) = rest.find("/>") {
        let (before, after) = rest.split_at(at);
        let name = before
            .rfind('<')
            .and_then(|open| before.get(open + 1..))
            .filter(|tag| !tag.contains('>'))
            .map(|tag| tag.split(|c: char| c.is_whitespace()).next().unwrap_or_default());
        match name.filter(|n| n.starts_with(|c: char| c.is_ascii_alphabetic()) && !VOID.contains(&n.to_ascii_lowercase().as_str())) {
            Some(name) => {
                out.push_str(before);
                out.push_str("></");
                out.push_str(name);
                out.push('>');
            }
            None => {
                out.push_str(before);
                out.push_str("/>");
            }
        }
        rest = after.get(2..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}
