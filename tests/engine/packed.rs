//! Builds tiny DOCX and EPUB files for tests; PDF ones are built in `support/pdf.rs`.

use std::io::{Cursor, Write};

pub(crate) use crate::pdf_file::{Font, Shown, assemble, pdf, stream};

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
