//! Builds tiny PDF, DOCX and EPUB files for tests.

use std::io::{Cursor, Write};

/// A zip container of these parts.
pub(crate) fn zip(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, body) in parts {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).expect("a new part");
        writer.write_all(body).expect("written to memory");
    }
    writer.finish().expect("a finished container").into_inner()
}

/// A DOCX with this body, and other parts.
pub(crate) fn docx(body: &str, others: &[(&str, &str)]) -> Vec<u8> {
    let document = format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"><w:body>{body}</w:body></w:document>"#
    );
    let mut parts: Vec<(&str, &[u8])> = vec![("word/document.xml", document.as_bytes())];
    parts.extend(others.iter().map(|(name, text)| (*name, text.as_bytes())));
    zip(&parts)
}

/// A DOCX paragraph, with properties.
pub(crate) fn p(properties: &str, text: &str) -> String {
    format!(r#"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>"#)
}

/// An EPUB with these chapters (file name, XHTML), all in the spine. `more` goes into the manifest.
pub(crate) fn epub(chapters: &[(&str, &str)], more: &str, others: &[(&str, &str)]) -> Vec<u8> {
    let items: String =
        chapters.iter().map(|(name, _)| format!(r#"<item id="{name}" href="text/{name}" media-type="application/xhtml+xml"/>"#)).collect();
    let spine: String = chapters.iter().map(|(name, _)| format!(r#"<itemref idref="{name}"/>"#)).collect();
    let package = format!(
        r#"<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>注意力 &amp; 记忆</dc:title><dc:date>2023-05-06T00:00:00Z</dc:date></metadata><manifest>{items}{more}</manifest><spine>{spine}</spine></package>"#
    );
    let container = r#"<?xml version="1.0"?><container><rootfiles><rootfile full-path="OEBPS/content.opf"/></rootfiles></container>"#;
    let names: Vec<String> = chapters.iter().map(|(name, _)| format!("OEBPS/text/{name}")).collect();
    let mut parts: Vec<(&str, &[u8])> =
        vec![("mimetype", b"application/epub+zip"), ("META-INF/container.xml", container.as_bytes()), ("OEBPS/content.opf", package.as_bytes())];
    parts.extend(names.iter().zip(chapters).map(|(name, (_, body))| (name.as_str(), body.as_bytes())));
    parts.extend(others.iter().map(|(name, text)| (*name, text.as_bytes())));
    zip(&parts)
}

/// A font of a test PDF.
#[derive(Clone, Copy)]
pub(crate) enum Font {
    /// Helvetica: Latin text.
    Latin,
    /// Glyph numbers with a map to Unicode: here the numbers are the characters.
    Mapped,
    /// Glyph numbers alone, as some Chinese programs write them.
    Unmapped,
    /// A predefined Chinese encoding, without a map.
    Predefined,
}

/// One line of a page: place, size, text.
pub(crate) struct Shown<'a>(pub(crate) f32, pub(crate) f32, pub(crate) f32, pub(crate) &'a str);

/// A PDF with these pages; places are from the lower left, the page is 600 by 800.
pub(crate) fn pdf(pages: &[(Font, Vec<Shown<'_>>)], trailer: &str) -> Vec<u8> {
    let mut objects: Vec<String> = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".into(),
        String::new(),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".into(),
        type0("/Identity-H", "/ToUnicode 8 0 R"),
        type0("/Identity-H", ""),
        type0("/UniGB-UCS2-H", ""),
        "<< /Type /FontDescriptor /FontName /Song /Flags 4 /FontBBox [0 -200 1000 800] /ItalicAngle 0 /Ascent 800 /Descent -200 /CapHeight 700 /StemV 80 >>".into(),
        stream("/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def\n1 begincodespacerange <0000> <FFFF> endcodespacerange\n1 beginbfrange <0000> <FFFF> <0000> endbfrange\nendcmap end end"),
    ];
    let mut kids = String::new();
    for (font, lines) in pages {
        let (name, coded): (&str, fn(&str) -> String) = match font {
            Font::Latin => ("F1", |t| format!("({})", t.replace('\\', "\\\\").replace('(', "\\(").replace(')', "\\)"))),
            Font::Mapped => ("F2", utf16),
            Font::Unmapped => ("F3", utf16),
            Font::Predefined => ("F4", utf16),
        };
        let content: String =
            lines.iter().map(|Shown(x, y, size, text)| format!("BT /{name} {size} Tf 1 0 0 1 {x} {y} Tm {} Tj ET\n", coded(text))).collect();
        objects.push(stream(&content));
        let page = format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents {} 0 R /Resources << /Font << /F1 3 0 R /F2 4 0 R /F3 5 0 R /F4 6 0 R >> >> >>",
            objects.len()
        );
        objects.push(page);
        kids.push_str(&format!("{} 0 R ", objects.len()));
    }
    objects[1] = format!("<< /Type /Pages /Count {} /Kids [{kids}] >>", pages.len());
    assemble(&objects, trailer)
}

/// A PDF of these objects, numbered from 1; the first is the catalog.
pub(crate) fn assemble(objects: &[String], trailer: &str) -> Vec<u8> {
    let mut out = b"%PDF-1.7\n".to_vec();
    let mut places = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        places.push(out.len());
        out.extend(format!("{} 0 obj\n{object}\nendobj\n", index + 1).bytes());
    }
    let start = out.len();
    out.extend(format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).bytes());
    for place in places {
        out.extend(format!("{place:010} 00000 n \n").bytes());
    }
    out.extend(format!("trailer\n<< /Size {} /Root 1 0 R {trailer} >>\nstartxref\n{start}\n%%EOF\n", objects.len() + 1).bytes());
    out
}

/// A stream object.
pub(crate) fn stream(content: &str) -> String {
    format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len())
}

fn type0(encoding: &str, more: &str) -> String {
    format!(
        "<< /Type /Font /Subtype /Type0 /BaseFont /Song /Encoding {encoding} {more} /DescendantFonts [<< /Type /Font /Subtype /CIDFontType0 /BaseFont /Song /CIDSystemInfo << /Registry (Adobe) /Ordering ({}) /Supplement 2 >> /DW 1000 /FontDescriptor 7 0 R >>] >>",
        if encoding.contains("UniGB") { "GB1" } else { "Identity" }
    )
}

fn utf16(text: &str) -> String {
    let digits: String = text.encode_utf16().map(|unit| format!("{unit:04X}")).collect();
    format!("<{digits}>")
}
