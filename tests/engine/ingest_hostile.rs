//! Files made to break a reader: each is refused with a reason, none panics, hangs or fills the memory.

use std::io::Write;

use proptest::prelude::*;
use sidenote_engine::ingest::{Limits, SkipReason, read};

use crate::packed::{Font, Shown, assemble, docx, epub, p, pdf, stream, zip};

fn reason(name: &str, bytes: &[u8]) -> Option<SkipReason> {
    match read(name, bytes, &Limits::default()) {
        Ok(document) => {
            document.validate().expect("sound blocks");
            None
        }
        Err(skip) => {
            assert!(!skip.detail.is_empty());
            Some(skip.reason)
        }
    }
}

#[test]
fn zip_bombs_are_refused_without_being_unpacked() {
    let zeros = vec![b' '; 64 << 20];
    let body = [b"<w:document><w:body>".as_slice(), &zeros, b"</w:body></w:document>"].concat();
    assert_eq!(reason("a.docx", &zip(&[("word/document.xml", &body)])), Some(SkipReason::Bomb));
    let chapter = String::from_utf8(zeros).expect("blanks");
    assert_eq!(reason("a.epub", &epub(&[("a.xhtml", &chapter)], "", &[])), Some(SkipReason::Bomb));
}

#[test]
fn a_container_of_too_many_parts_is_a_bomb() {
    let names: Vec<String> = (0..20_001).map(|n| n.to_string()).collect();
    let parts: Vec<(&str, &[u8])> = names.iter().map(|n| (n.as_str(), b"".as_slice())).collect();
    assert_eq!(reason("a.docx", &zip(&parts)), Some(SkipReason::Bomb));
}

#[test]
fn entities_of_a_dtd_are_never_expanded() {
    let document = r#"<!DOCTYPE d [<!ENTITY a "很多字"><!ENTITY b "&a;&a;&a;">]><w:document><w:body><w:p><w:r><w:t>前&b;后</w:t></w:r></w:p></w:body></w:document>"#;
    let read = read("a.docx", &zip(&[("word/document.xml", document.as_bytes())]), &Limits::default()).expect("a readable file");
    assert_eq!(read.text, "前后");
}

#[test]
fn deep_nesting_is_refused_or_read_but_never_overflows() {
    let deep = format!("{}x{}", "<w:p>".repeat(100_000), "</w:p>".repeat(100_000));
    assert_eq!(reason("a.docx", &docx(&deep, &[])), Some(SkipReason::Bomb));
    // A machine that is busy with other things may find the time used up first.
    assert!(matches!(reason("a.html", format!("{}x", "<div>".repeat(200_000)).as_bytes()), Some(SkipReason::Damaged | SkipReason::TooSlow)));
    assert_eq!(reason("a.html", format!("<p>{}x", "<b><i>".repeat(500)).as_bytes()), None);
    assert_eq!(reason("a.ipynb", format!("{}{}", "[".repeat(100_000), "]".repeat(100_000)).as_bytes()), Some(SkipReason::Damaged));
}

#[test]
fn files_under_a_wrong_name_are_named_damaged_or_binary() {
    for name in ["a.docx", "a.epub", "a.pdf", "a.ipynb"] {
        assert_eq!(reason(name, "只是一行文字".as_bytes()), Some(SkipReason::Damaged), "{name}");
    }
    assert_eq!(reason("a.docx", &zip(&[("x", b"y")])), Some(SkipReason::Damaged));
    assert_eq!(reason("a.epub", &zip(&[("x", b"y")])), Some(SkipReason::Damaged));
}

#[test]
fn encrypted_office_files_are_told_from_old_ones() {
    let mut ole = vec![0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
    assert_eq!(reason("a.docx", &ole), Some(SkipReason::Damaged));
    ole.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
    assert_eq!(reason("a.docx", &ole), Some(SkipReason::Encrypted));
}

#[test]
fn truncated_files_give_a_reason() {
    let page = vec![Shown(60.0, 700.0, 12.0, "Some words on a page")];
    let files =
        [("a.docx", docx(&p("", "文。"), &[])), ("a.epub", epub(&[("a.xhtml", "<p>文。</p>")], "", &[])), ("a.pdf", pdf(&[(Font::Latin, page)], ""))];
    for (name, file) in files {
        for part in 1..10 {
            let cut = &file[..file.len() * part / 10];
            let reason = reason(name, cut);
            // A cut PDF may still hold its page.
            assert!(name == "a.pdf" || reason == Some(SkipReason::Damaged), "{name} {part}: {reason:?}");
        }
    }
}

/// A packed stream object of this many equal bytes.
fn packed(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(content).expect("written to memory");
    encoder.finish().expect("packed")
}

#[test]
fn a_pdf_stream_that_unpacks_without_end_is_a_bomb() {
    let body = packed(&vec![b' '; 128 << 20]);
    let mut file = b"%PDF-1.7\n1 0 obj\n<< /Filter /FlateDecode >>\nstream\n".to_vec();
    file.extend(body);
    file.extend(b"\nendstream\nendobj\n");
    assert_eq!(reason("a.pdf", &file), Some(SkipReason::Bomb));
}

#[test]
fn a_pdf_that_draws_itself_or_lists_itself_ends() {
    let form = "<< /Type /XObject /Subtype /Form /BBox [0 0 600 800] /Resources << /XObject << /X 5 0 R >> >> /Length 5 >>\nstream\n/X Do\nendstream";
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R /Outlines 6 0 R >>".into(),
        "<< /Type /Pages /Count 2 /Kids [3 0 R 2 0 R] /Parent 2 0 R >>".into(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Resources << /XObject << /X 5 0 R >> >> >>".into(),
        stream("/X Do"),
        form.to_owned(),
        "<< /First 7 0 R >>".into(),
        "<< /Title (a) /Next 7 0 R /First 7 0 R >>".into(),
    ];
    assert_eq!(reason("a.pdf", &assemble(&objects, "")), Some(SkipReason::NoTextLayer));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600), which in 0usize..5) {
        let magic: [(&str, &[u8]); 5] = [("a.docx", b"PK\x03\x04"), ("a.epub", b"PK\x03\x04"), ("a.pdf", b"%PDF-1.5\n1 0 obj\n<< "), ("a.html", b"<html><body>"), ("a.ipynb", b"{\"cells\":[")];
        let (name, head) = magic[which];
        reason(name, &[head, &bytes].concat());
        reason(name, &bytes);
    }

    #[test]
    fn damaged_files_never_panic(at in 0usize..4000, byte in any::<u8>(), length in 1usize..40) {
        let page = || vec![Shown(60.0, 700.0, 12.0, "多头注意力"), Shown(60.0, 680.0, 10.0, "文字 two 三")];
        let files = [
            ("a.docx", docx(&p("", "文。"), &[])),
            ("a.epub", epub(&[("a.xhtml", "<h1>章</h1><p>文。</p>")], "", &[])),
            ("a.pdf", pdf(&[(Font::Mapped, page()), (Font::Predefined, page())], "")),
        ];
        for (name, mut file) in files {
            let from = at % file.len();
            let to = (from + length).min(file.len());
            file[from..to].iter_mut().for_each(|b| *b = b.wrapping_add(byte));
            reason(name, &file);
        }
    }

    #[test]
    fn any_markup_gives_sound_blocks(tags in proptest::collection::vec((prop::sample::select(vec!["p", "h2", "ul", "ol", "li", "table", "tr", "td", "pre", "br", "b", "sup", "nav", "a href='#x'", "div class=related", "math", "script", "article", "main"]), any::<bool>(), "[ a-z中文。\\n|]{0,12}"), 0..60)) {
        let source: String = tags.iter().map(|(tag, close, text)| if *close { format!("</{}>{text}", tag.split(' ').next().unwrap_or_default()) } else { format!("<{tag}>{text}") }).collect();
        if let Ok(document) = read("a.html", source.as_bytes(), &Limits::default()) {
            prop_assert!(document.validate().is_ok());
            let lines = &document.source_map.lines;
            prop_assert!(lines.windows(2).all(|w| w[0].0 < w[1].0 && w[0].1 < w[1].1), "{:?}", lines);
        }
    }
}
