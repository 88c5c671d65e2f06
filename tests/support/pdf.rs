//! Builds tiny PDF files, for the tests of several packages.

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
