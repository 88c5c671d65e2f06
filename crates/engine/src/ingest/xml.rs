//! Walks XML parts of packed formats safely: bounded nesting, no entity of a DTD expanded. It must not know any vocabulary.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::{Skip, SkipReason};

/// Elements inside one another; real files stay far under this.
const MAX_DEPTH: usize = 512;

/// Walks an XML part. Entities of a DTD are never expanded, nesting is bounded, broken markup is an error.
pub(super) fn each_event(xml: &str, mut on: impl FnMut(&Event<'_>, usize) -> Result<(), Skip>) -> Result<(), Skip> {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().allow_dangling_amp = true;
    let mut depth = 0usize;
    loop {
        let event = reader.read_event().map_err(|e| Skip::new(SkipReason::Damaged, format!("its XML is broken: {e}")))?;
        match &event {
            Event::Start(_) => {
                depth += 1;
                if depth > MAX_DEPTH {
                    return Err(Skip::new(SkipReason::Bomb, format!("its XML is nested more than {MAX_DEPTH} deep")));
                }
            }
            Event::End(_) => depth = depth.saturating_sub(1),
            Event::Eof if depth > 0 => return Err(Skip::new(SkipReason::Damaged, "its XML ends in the middle")),
            Event::Eof => return Ok(()),
            _ => {}
        }
        on(&event, depth)?;
    }
}

/// Walks the elements of an XML part.
pub(super) fn each_element(xml: &str, mut on: impl FnMut(&BytesStart<'_>, usize)) -> Result<(), Skip> {
    each_event(xml, |event, depth| {
        if let Event::Start(e) | Event::Empty(e) = event {
            on(e, depth);
        }
        Ok(())
    })
}

/// An element's name without its prefix.
pub(super) fn local<'a>(element: &'a BytesStart<'_>) -> &'a str {
    let name = element.name().into_inner();
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

/// An attribute by its name without prefix.
pub(super) fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    element.attributes().with_checks(false).flatten().find_map(|a| {
        let key = a.key.into_inner();
        let key = key.rsplit_once(':').map_or(key, |(_, local)| local);
        (key == name).then(|| a.normalized_value(quick_xml::XmlVersion::Implicit1_0).map(|v| v.into_owned()).unwrap_or_default())
    })
}

/// The characters that an event stands for: text, and the references that XML itself defines.
pub(super) fn characters(event: &Event<'_>) -> String {
    match event {
        Event::Text(text) => text.xml10_content().into_owned(),
        Event::CData(data) => data.xml10_content().into_owned(),
        Event::GeneralRef(reference) => match reference.resolve_char_ref() {
            Ok(Some(c)) => c.to_string(),
            Ok(None) => match &*reference.xml10_content() {
                "amp" => "&".to_owned(),
                "lt" => "<".to_owned(),
                "gt" => ">".to_owned(),
                "quot" => "\"".to_owned(),
                "apos" => "'".to_owned(),
                _ => String::new(),
            },
            Err(_) => String::new(),
        },
        _ => String::new(),
    }
}
