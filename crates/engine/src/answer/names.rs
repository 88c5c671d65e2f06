//! Names in a question (models, methods, parameters, products) that no note has: what is not even mentioned is hardly answered. It must not know
//! passages.

use crate::followup::{is_common_word, is_framed_in_english};
use crate::lexical::LexicalReader;
use crate::retrieve::Query;
use crate::text::{humps, is_cjk, normalise, words};

/// The names of a question that no note has, as typed, each once.
pub(super) fn absent(query: &Query, lexical: &LexicalReader) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for name in names(&query.asked) {
        if !known(name, query, lexical) && !out.iter().any(|other| other == name) {
            out.push(name.to_owned());
        }
    }
    out
}

/// What is written in a question like a name. In a Chinese question every word of letters is one that is not an English question's; in an English one it takes a
/// capital letter or a digit that is not merely that of a sentence's beginning, or of a line in which every word has one.
fn names(text: &str) -> Vec<&str> {
    let cjk = text.chars().any(is_cjk) && !is_framed_in_english(text);
    let words_of_letters = || text.split(|c: char| !c.is_alphanumeric()).filter(|w| w.chars().count() > 3);
    let title = words_of_letters().filter(|w| w.starts_with(char::is_uppercase)).count() * 2 > words_of_letters().count();
    let is_part = |c: char| c.is_alphanumeric() && !is_cjk(c) || matches!(c, '-' | '_' | '.' | '+' | '#');
    let mut out = Vec::new();
    let mut begins = true;
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_alphanumeric()) {
        begins |= rest[..start].contains(['.', '?', '!', ':', '。', '？', '！', '：', '\n']);
        let run = &rest[start..];
        let end = run.find(|c| !is_part(c)).unwrap_or(run.len());
        if end == 0 {
            // A character that is written without spaces.
            rest = &run[run.chars().next().map_or(1, char::len_utf8)..];
            begins = false;
            continue;
        }
        let name = singular(run[..end].trim_end_matches(['.', '-', '_']));
        let letters = name.chars().filter(|c| c.is_alphabetic()).count();
        let greek = name.chars().any(|c| matches!(c, 'α'..='ω' | 'Α'..='Ω'));
        let capitals = name.chars().filter(|c| c.is_uppercase()).count();
        let inner = name.chars().skip(1).any(|c| c.is_uppercase() || c.is_ascii_digit());
        let marked = cjk || inner || (capitals > 0 && !begins && !title);
        let asks = capitals == 0 && (is_common_word(name) || name == "ps") || is_ordinary(name);
        if greek || (letters >= 2 && marked && !asks) {
            out.push(name);
        }
        begins = run[..end].ends_with('.');
        rest = &run[end..];
    }
    out
}

/// What in a question is written like a code, normalised: an error's number, a key of a configuration, a version, a telephone number. Who asks for one asks for
/// what stands at it.
pub(super) fn codes(text: &str) -> Vec<String> {
    let text = normalise(text);
    let runs = text.split(|c: char| c.is_whitespace() || is_cjk(c) || matches!(c, '?' | '!' | ',' | ';' | ':' | '(' | ')' | '"' | '`' | '\''));
    let code = |run: &&str| {
        let digits = run.chars().filter(char::is_ascii_digit).count();
        let letters = run.chars().filter(char::is_ascii_alphabetic).count();
        let key = run.contains('_') && letters > 2;
        run.is_ascii() && (digits > 2 && letters > 0 || key)
    };
    runs.map(|run| run.trim_matches(|c: char| !c.is_ascii_alphanumeric())).filter(code).map(str::to_owned).collect()
}

/// Words of letters that are written into questions of either language, in any case, and name nothing: abbreviations of speech, months, days.
#[rustfmt::skip]
const ORDINARY: &[&str] = &[
    "vs", "btw", "pls", "plz", "etc", "e.g", "eg", "i.e", "ie", "asap", "aka", "fyi", "imo", "thx", "ok", "january", "february", "march", "april", "may", "june", "july",
    "august", "september", "october", "november", "december", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "monday", "tuesday", "wednesday",
    "thursday", "friday", "saturday", "sunday", "mon", "tue", "wed", "thu", "fri", "sat", "sun",
];

fn is_ordinary(name: &str) -> bool {
    ORDINARY.iter().any(|word| word.eq_ignore_ascii_case(name))
}

/// `NPUs` as `NPU`.
fn singular(name: &str) -> &str {
    name.strip_suffix('s').filter(|rest| rest.len() > 1 && rest.chars().all(char::is_uppercase)).unwrap_or(name)
}

/// Whether some note has a name: as written, its parts, or what they are called in the other language.
fn known(name: &str, query: &Query, lexical: &LexicalReader) -> bool {
    let there = |term: &str| lexical.anywhere(term) || query.translated(term, |t| lexical.anywhere(t));
    let has = |text: &str| words(&normalise(text)).iter().filter(|t| t.text.chars().any(char::is_alphabetic)).all(|t| there(&t.text));
    let whole = normalise(name);
    let is_part = |t: &crate::text::Term| t.text != whole && t.text.chars().filter(|c| c.is_alphabetic()).count() >= 2;
    let parts: Vec<String> = words(&whole).into_iter().filter(is_part).map(|t| t.text).collect();
    there(&whole) || !parts.is_empty() && parts.iter().all(|part| there(part)) || has(&humps(name).join(" "))
}
