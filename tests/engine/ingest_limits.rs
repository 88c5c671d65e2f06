//! Limits of one file, formats by name, and what a broken parser does.

use std::time::{Duration, Instant};

use sidenote_engine::document::Format;
use sidenote_engine::ingest::{Limits, SkipReason, format_of, read};

#[test]
fn the_extension_picks_the_format() {
    for (name, format) in [
        ("a.md", Format::Markdown),
        ("A.MARKDOWN", Format::Markdown),
        ("a.mdx", Format::Markdown),
        ("a.txt", Format::Plain),
        ("a.rst", Format::Plain),
        ("a.org", Format::Plain),
        ("a.HTM", Format::Html),
        ("a.xhtml", Format::Html),
        ("a.pdf", Format::Pdf),
        ("a.docx", Format::Docx),
        ("a.epub", Format::Epub),
        ("a.ipynb", Format::Ipynb),
    ] {
        assert_eq!(format_of(name), Some(format), "{name}");
    }
    for name in ["a.csv", "a.log", "a.rs", "README", ".md", "a.png"] {
        assert_eq!(format_of(name), None, "{name}");
    }
}

#[test]
fn files_and_texts_over_their_limits_are_too_large() {
    let small = Limits { text_bytes: 100, ..Limits::default() };
    assert_eq!(read("a.txt", &[b'x'; 101], &small).expect_err("skipped").reason, SkipReason::TooLarge);
    assert!(read("a.txt", &[b'x'; 100], &small).is_ok());
    let few = Limits { text_chars: 50, ..Limits::default() };
    assert_eq!(read("a.md", &[b'x'; 60], &few).expect_err("skipped").reason, SkipReason::TooLarge);
    assert!(read("a.md", "字".repeat(50).as_bytes(), &few).is_ok());
}

#[test]
fn a_slow_file_is_given_up_at_the_limit() {
    let text = "some words that take a moment\n".repeat(200_000);
    let limits = Limits { time: Duration::ZERO, ..Limits::default() };
    let started = Instant::now();
    assert_eq!(read("a.txt", text.as_bytes(), &limits).expect_err("skipped").reason, SkipReason::TooSlow);
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[test]
fn long_lines_and_repeated_marks_are_read_in_linear_time() {
    let limits = Limits::default();
    for text in [
        "字".repeat(1 << 18),
        "a ".repeat(1 << 18),
        "- x\n".repeat(1 << 15),
        "key:\n".repeat(1 << 15),
        "```a\n".repeat(1 << 14),
        "1. 一行\n\n".repeat(1 << 14),
        "问题：x？\n".repeat(1 << 14),
        "相关文章：\n".repeat(1 << 14),
        "same\nsame\n".repeat(1 << 14),
    ] {
        for name in ["a.txt", "a.md"] {
            let started = Instant::now();
            assert!(read(name, text.as_bytes(), &limits).is_ok());
            let took = started.elapsed();
            assert!(took < Duration::from_secs(10), "{name}, {:?}… took {took:?}", text.chars().take(12).collect::<String>());
        }
    }
}
