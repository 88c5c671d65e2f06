//! Whether a text holds an answer, and whether an answer is a refusal. It must not know questions, runs or figures.

use std::sync::LazyLock;

use regex::Regex;
use unicode_normalization::UnicodeNormalization;

/// From this many letters on, the beginning or the end of a sentence stands for the whole: a chunk's border may run through it.
const LONG: usize = 40;
/// Letters of that beginning or end.
const EDGE: usize = 24;
/// Characters of an answer in which a refusal is looked for.
const REFUSAL_CHARS: usize = 160;

/// What is no letter, digit or mark, but for signs that belong to a value.
static DROPPED: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"[^\p{L}\p{N}\p{M}%℃+]+").ok());
/// What parts words of a text in Latin letters.
static BETWEEN: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"[^\p{L}\p{N}_%+]+").ok());
static ARTICLE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\b(?:an?|the)\b").ok());
/// Markers of citations in an answer.
static MARKER: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\[\^?\d+\]|【\d+】").ok());
/// Wordings of "the notes do not say".
static REFUSAL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let wordings = [
        "无法(?:判断|得知|找到|根据|从|确定|回答)",
        "没有(?:说明|包含|足够|相关|提及|提到|找到)",
        "未(?:能找到|说明|包含|提到|提及|找到)",
        "(?:不知道|不清楚|找不到|信息不足|文档信息不足)",
        "资料(?:里没有|中没有|不足)",
        "笔记[中里](?:没有|未)",
        "(?:can(?:no|')t|could not|couldn't|unable to) (?:determine|find|answer)",
        "do(?:es)? not (?:have|provide|mention|contain)",
        "don't (?:have|know)",
        "not (?:enough information|mentioned|found)",
        "insufficient information",
        "no (?:answer|information|relevant)",
    ];
    Regex::new(&format!("(?i){}", wordings.join("|"))).ok()
});

/// All matches replaced. The patterns are fixed and valid; without one the text stays as it is.
fn replaced(pattern: &LazyLock<Option<Regex>>, text: &str, by: &str) -> String {
    pattern.as_ref().map_or_else(|| text.to_owned(), |regex| regex.replace_all(text, by).into_owned())
}

/// Whether a text has a Han character.
#[must_use]
pub fn has_han(text: &str) -> bool {
    text.chars().any(|c| matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'))
}

/// Letters, digits and marks only, one width, lower case: what is compared in Chinese.
#[must_use]
pub fn letters(text: &str) -> String {
    replaced(&DROPPED, &text.nfkc().collect::<String>().to_lowercase(), "")
}

/// Words between single spaces, without articles, lower case: what is compared in English, so that `tea` is not found in `steam`.
#[must_use]
pub fn spaced(text: &str) -> String {
    let parted = replaced(&BETWEEN, &text.nfkc().collect::<String>().to_lowercase(), " ");
    let bare = replaced(&ARTICLE, &parted, " ");
    format!(" {} ", bare.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// A text prepared for being searched for answers many times.
pub struct Haystack {
    letters: String,
    /// Only for a text without Han characters.
    spaced: Option<String>,
}

impl Haystack {
    /// Of a passage or an answer.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self { letters: letters(text), spaced: (!has_han(text)).then(|| spaced(text)) }
    }

    /// Whether it holds a short answer.
    #[must_use]
    pub fn has(&self, answer: &str) -> bool {
        match &self.spaced {
            Some(own) if !has_han(answer) => {
                let wanted = spaced(answer);
                !wanted.trim().is_empty() && own.contains(&wanted)
            }
            _ => {
                let wanted = letters(answer);
                !wanted.is_empty() && self.letters.contains(&wanted)
            }
        }
    }

    /// Whether it holds a sentence, or the beginning or end of a long one.
    #[must_use]
    pub fn has_sentence(&self, sentence: &str) -> bool {
        let wanted = letters(sentence);
        if self.letters.contains(&wanted) {
            return true;
        }
        let marks: Vec<usize> = wanted.char_indices().map(|(i, _)| i).collect();
        marks.len() > LONG && (self.letters.contains(&wanted[..marks[EDGE]]) || self.letters.contains(&wanted[marks[marks.len() - EDGE]..]))
    }
}

/// An answer without the markers of its citations.
#[must_use]
pub fn without_markers(answer: &str) -> String {
    replaced(&MARKER, answer, "")
}

/// Whether an answer says, in its first sentences, that it has none.
#[must_use]
pub fn is_refusal(answer: &str) -> bool {
    let beginning: String = answer.chars().take(REFUSAL_CHARS).collect();
    answer.trim().is_empty() || REFUSAL.as_ref().is_some_and(|regex| regex.is_match(&beginning))
}
