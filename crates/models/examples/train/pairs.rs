//! The pairs of texts: reading, crossing headings over languages, tokens. It must not know vectors.

use std::collections::HashMap;
use std::error::Error;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use sidenote_engine::text::normalise;
use sidenote_models::tokens::Tokenizer;

/// Kinds of pairs: those of the data, and headings crossed with their translations' sections.
pub(crate) const KINDS: usize = 5;
const NAMES: [&str; KINDS] = ["bi", "h2p", "adj", "news", "crossed"];
pub(crate) const TRANSLATION: usize = 0;
const SECTION: usize = 1;
pub(crate) const NEWS: usize = 3;
const CROSSED: usize = 4;

/// Bytes of a text that can be a heading, and translations of one heading that are used.
const HEADING_BYTES: usize = 120;
const TRANSLATIONS: usize = 2;

/// Two texts that belong together, normalised.
pub(crate) struct Texts {
    pub(crate) kind: usize,
    pub(crate) a: String,
    pub(crate) b: String,
}

/// The same as tokens.
pub(crate) struct Pair {
    pub(crate) kind: usize,
    pub(crate) a: Vec<u32>,
    pub(crate) b: Vec<u32>,
}

/// The pairs of a file, and the crossed ones.
pub(crate) fn read(path: &Path) -> Result<Vec<Texts>, Box<dyn Error>> {
    let file = File::open(path).map_err(|e| format!("cannot open {}: {e}", path.display()))?;
    let plain: Box<dyn Read> = if path.extension().is_some_and(|e| e == "zst") { Box::new(zstd::Decoder::new(file)?) } else { Box::new(file) };
    let mut texts = Vec::new();
    for (number, line) in (1..).zip(BufReader::new(plain).lines()) {
        let (name, a, b): (String, String, String) = serde_json::from_str(&line?).map_err(|e| format!("line {number}: {e}"))?;
        let kind = NAMES.iter().position(|known| *known == name).ok_or_else(|| format!("line {number}: there is no kind `{name}`"))?;
        texts.push(Texts { kind, a: normalise(&a), b: normalise(&b) });
    }
    let crossed = cross(&texts);
    texts.extend(crossed);
    Ok(texts)
}

/// The Markdown notes below a folder, normalised, in the order of their paths.
pub(crate) fn read_notes(folder: &Path) -> Result<Vec<String>, Box<dyn Error>> {
    let mut entries = std::fs::read_dir(folder).map_err(|e| format!("cannot open {}: {e}", folder.display()))?.collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(std::fs::DirEntry::path);
    let mut notes = Vec::new();
    for path in entries.into_iter().map(|e| e.path()) {
        if path.is_dir() {
            notes.extend(read_notes(&path)?);
        } else if path.extension().is_some_and(|e| e == "md") {
            notes.push(normalise(&std::fs::read_to_string(&path)?));
        }
    }
    Ok(notes)
}

/// (Chinese heading, English heading) and (English heading, English section) make (Chinese heading, English section), and the reverse.
fn cross(texts: &[Texts]) -> Vec<Texts> {
    let mut translations: HashMap<&str, Vec<&str>> = HashMap::new();
    for pair in texts.iter().filter(|p| p.kind == TRANSLATION && p.a.len() < HEADING_BYTES) {
        translations.entry(pair.a.trim()).or_default().push(&pair.b);
        translations.entry(pair.b.trim()).or_default().push(&pair.a);
    }
    let mut crossed = Vec::new();
    for pair in texts.iter().filter(|p| p.kind == SECTION) {
        let heading = pair.a.split(" > ").last().unwrap_or(&pair.a).trim();
        for other in translations.get(heading).into_iter().flatten().take(TRANSLATIONS) {
            crossed.push(Texts { kind: CROSSED, a: (*other).to_owned(), b: pair.b.clone() });
        }
    }
    crossed
}

/// The pairs as tokens, at most `limit` a text; pairs without two different texts are left out.
pub(crate) fn encode(texts: Vec<Texts>, tokenizer: &Tokenizer, limit: usize) -> Vec<Pair> {
    texts
        .into_iter()
        .map(|t| Pair { kind: t.kind, a: tokenizer.encode(&t.a, limit), b: tokenizer.encode(&t.b, limit) })
        .filter(|p| !p.a.is_empty() && p.b.len() >= 2 && p.a != p.b)
        .collect()
}
