//! The shipped notes: every question of their sources is covered, links lead somewhere, and no sentence was copied.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use unicode_normalization::UnicodeNormalization;

/// Questions in the five source pages: 8, 44, 85, 12 and 10.
const QUESTIONS: usize = 159;
const RUN: usize = 30;
const MIN_HAN: usize = 10;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every note but the README, by path relative to `notes/`.
fn notes() -> BTreeMap<String, String> {
    fn walk(folder: &Path, base: &Path, out: &mut BTreeMap<String, String>) {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                walk(&path, base, out);
            } else {
                let name = path.strip_prefix(base).unwrap().to_string_lossy().replace('\\', "/");
                if name != "README.md" {
                    out.insert(name, fs::read_to_string(&path).unwrap());
                }
            }
        }
    }
    let base = root().join("notes");
    let mut out = BTreeMap::new();
    walk(&base, &base, &mut out);
    out
}

#[test]
fn every_source_question_has_its_section() {
    let notes = notes();
    let table = fs::read_to_string(root().join("tests/fixtures/coverage.tsv")).unwrap();
    let mut ids = HashSet::new();
    for line in table.lines().skip(1) {
        let columns: Vec<&str> = line.split('\t').collect();
        let [id, question, note, heading] = columns[..] else { panic!("not four columns: {line}") };
        assert!(!question.trim().is_empty(), "{id} has no question");
        let text = notes.get(note).unwrap_or_else(|| panic!("{id}: no note {note}"));
        assert!(text.lines().any(|l| l.trim_start_matches('#').trim() == heading && l.starts_with("##")), "{id}: no heading `{heading}` in {note}");
        ids.insert(id);
    }
    assert_eq!(ids.len(), QUESTIONS);
}

#[test]
fn every_note_has_front_matter_title_and_sections() {
    for (path, text) in notes() {
        let stem = path.rsplit('/').next().unwrap().trim_end_matches(".md");
        assert!(text.starts_with("---\n"), "{path}: front matter");
        for key in ["title:", "aliases:", "tags:", "lang: zh", "sources:"] {
            assert!(text.lines().take(12).any(|l| l.starts_with(key)), "{path}: {key}");
        }
        assert!(text.contains(&format!("\n# {stem}\n")), "{path}: the first heading is the file's name");
        assert!(text.lines().filter(|l| l.starts_with("## ")).count() >= 2, "{path}: sections");
    }
}

#[test]
fn every_link_leads_to_a_note() {
    let notes = notes();
    let stems: HashSet<&str> = notes.keys().map(|p| p.rsplit('/').next().unwrap().trim_end_matches(".md")).collect();
    let mut links = 0;
    for (path, text) in &notes {
        for part in text.split("[[").skip(1) {
            let target = part.split("]]").next().unwrap().split(['|', '#']).next().unwrap();
            // `[[` in code is no link.
            if target.len() < 60 && !target.contains(['\n', ',', '"', '.']) {
                assert!(stems.contains(target), "{path}: [[{target}]]");
                links += 1;
            }
        }
    }
    assert!(links > 200, "links were found: {links}");
}

/// The note without front matter, code and formulas.
fn prose(text: &str) -> String {
    let body = text.strip_prefix("---\n").and_then(|t| t.split_once("\n---\n")).map_or(text, |(_, body)| body);
    let mut out = String::new();
    let mut fenced = false;
    for line in body.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            for (i, part) in line.split(['`', '$']).enumerate() {
                if i % 2 == 0 {
                    out.push_str(part);
                }
            }
        }
        out.push('\n');
    }
    out
}

fn normalised(text: &str) -> Vec<char> {
    text.nfkc().flat_map(char::to_lowercase).filter(|c| c.is_alphanumeric()).collect()
}

fn fnv(run: &[char]) -> u64 {
    let text: String = run.iter().collect();
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |h: u64, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3)) >> 24
}

fn copied(text: &str, hashes: &HashSet<u64>) -> Option<String> {
    let letters = normalised(text);
    letters
        .windows(RUN)
        .find(|run| run.iter().filter(|c| ('\u{4e00}'..='\u{9fff}').contains(*c)).count() >= MIN_HAN && hashes.contains(&fnv(run)))
        .map(|run| run.iter().collect())
}

#[test]
fn no_sentence_is_copied_from_the_sources() {
    let bytes = fs::read(root().join("tests/fixtures/seed-runs.bin")).unwrap();
    let hashes: HashSet<u64> = bytes.chunks_exact(5).map(|b| b.iter().fold(0, |h, &x| h << 8 | u64::from(x))).collect();
    assert!(hashes.len() > 10_000, "the fixture holds the runs of five pages");
    for (path, text) in notes() {
        if let Some(run) = copied(&prose(&text), &hashes) {
            panic!("{path} has a run of {RUN} characters in common with a source page: {run}");
        }
    }
}

#[test]
fn the_copy_check_sees_a_copied_run() {
    let page = "这一句只为检查而写：三十个以上的连续字符若与来源相同就必须被发现，否则检查形同虚设。";
    let hashes: HashSet<u64> = normalised(page).windows(RUN).map(fnv).collect();
    assert!(copied(&format!("前文。{page}后文。"), &hashes).is_some());
    assert!(copied("完全不同的一句话，与来源没有任何三十个字符的公共片段，所以不会被认为是抄来的句子。", &hashes).is_none());
}
