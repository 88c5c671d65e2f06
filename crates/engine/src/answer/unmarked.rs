//! Markdown → the text that is read, on one line: without emphasis, links and tags. What stands in a code span is what it is and stays. Pure; it must not know
//! units or questions.

use std::fmt::Write as _;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::units::regex;

static LINK: LazyLock<Regex> = LazyLock::new(|| regex(r"!?\[([^\]]*)\]\([^)]*\)"));
static WIKI: LazyLock<Regex> = LazyLock::new(|| regex(r"!?\[\[(?:[^\]|]*\|)?([^\]|]*)\]\]"));
static FOOTNOTE: LazyLock<Regex> = LazyLock::new(|| regex(r"\[\^[^\]\s]*\]"));
/// An address that is a link of its own.
static ADDRESS: LazyLock<Regex> = LazyLock::new(|| regex(r"<((?:https?://|mailto:)[^\s<>]+)>"));
/// Tags of HTML. `<s>` is none of them: in notes about language models it is a token. Where something stands behind the name it is an attribute.
static TAG: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"(?i)</?(?:a|abbr|article|b|big|blockquote|br|button|center|cite|code|dd|del|details|dfn|div|dl|dt|em|figcaption|figure|font|footer|h[1-6]|header|hr|i|iframe|",
        r"img|ins|kbd|label|li|main|mark|nav|ol|p|picture|pre|q|rp|rt|ruby|samp|section|small|source|span|strike|strong|sub|summary|sup|svg|table|tbody|td|tfoot|th|",
        r"thead|tr|tt|u|ul|var|video|wbr)",
        r#"(?:\s+(?:open|hidden|controls|[a-z:-]+\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'<>]+)))*\s*/?>"#
    ))
});

/// Text without Markdown's marks, on one line.
pub(super) fn unmarked(text: &str) -> String {
    let (text, codes) = without_code(text);
    let text = LINK.replace_all(&text, "$1");
    let text = WIKI.replace_all(&text, "$1");
    let text = FOOTNOTE.replace_all(&text, "");
    let text = ADDRESS.replace_all(&text, "$1");
    let text = TAG.replace_all(&text, "");
    let text = ["**", "__", "~~"].iter().fold(text.into_owned(), |text, mark| without_pairs(&text, mark));
    let held = |number: &Captures<'_>| number[1].parse().ok().and_then(|at: usize| codes.get(at)).cloned().unwrap_or_default();
    CODE.replace_all(&on_one_line(&text), held).into_owned()
}

/// A text without its links to notes, if it has any.
pub(super) fn without_note_links(text: &str) -> Option<String> {
    let rest = WIKI.replace_all(text, "");
    (rest.len() < text.len()).then(|| rest.into_owned())
}

/// The lines of a text as one: with a blank between words, none between characters that are written without.
fn on_one_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (i, part) in text.lines().map(|l| l.trim().trim_start_matches('>').trim()).filter(|l| !l.is_empty()).enumerate() {
        let joins = |c: char| crate::text::is_cjk(c) || "，。：；、！？）（".contains(c);
        if i > 0 && !(out.ends_with(joins) && part.starts_with(joins)) {
            out.push(' ');
        }
        out.push_str(part);
    }
    out.trim().to_owned()
}

/// What stands where a code span was: its number between characters that no note has.
static CODE: LazyLock<Regex> = LazyLock::new(|| regex("\0([0-9]+)\0"));

/// A text with a number in place of each code span, and what they hold. A backtick that no other closes is left out: its span goes on in another sentence.
fn without_code(text: &str) -> (String, Vec<String>) {
    let (mut out, mut codes) = (String::with_capacity(text.len()), Vec::new());
    let mut rest = text;
    while let Some(start) = rest.find('`') {
        out.extend(rest[..start].chars().filter(|c| *c != '\0'));
        let marks = rest[start..].len() - rest[start..].trim_start_matches('`').len();
        let inside = &rest[start + marks..];
        let Some(end) = closing(inside, marks) else {
            rest = inside;
            continue;
        };
        // Writing to a string cannot fail.
        let _ = write!(out, "\0{}\0", codes.len());
        codes.push(inside[..end].split_whitespace().collect::<Vec<_>>().join(" "));
        rest = &inside[end + marks..];
    }
    out.extend(rest.chars().filter(|c| *c != '\0'));
    (out, codes)
}

/// Where a run of exactly so many backticks begins.
fn closing(text: &str, marks: usize) -> Option<usize> {
    let mut at = 0;
    while let Some(start) = text[at..].find('`') {
        let run = text[at + start..].len() - text[at + start..].trim_start_matches('`').len();
        if run == marks {
            return Some(at + start);
        }
        at += start + run;
    }
    None
}

/// A text without the pairs of a mark of emphasis. A mark inside a word is none (`2**10`, `my__name`), one without its other is only where the other
/// stands in another sentence: at an end of the text, or beside Chinese.
fn without_pairs(text: &str, mark: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(mark) {
        let before = rest[..at].chars().next_back().or(out.chars().next_back());
        let inside = &rest[at + mark.len()..];
        out.push_str(&rest[..at]);
        let close = opens(before, inside.chars().next(), mark).then(|| pair(inside, mark)).flatten();
        match close {
            Some(close) => {
                out.push_str(&inside[..close]);
                rest = &inside[close + mark.len()..];
            }
            None => {
                let beside = |c: Option<char>| c.is_none_or(|c| crate::text::is_cjk(c) || "，。：；、！？）（“”".contains(c));
                if !(beside(before) || beside(inside.chars().next())) {
                    out.push_str(mark);
                }
                rest = inside;
            }
        }
    }
    out.push_str(rest);
    out
}

/// Whether a mark between these characters may open.
fn opens(before: Option<char>, after: Option<char>, mark: &str) -> bool {
    let inside_a_word = before.is_some_and(is_of_a_word) && (mark == "__" || after.is_some_and(is_of_a_word));
    !inside_a_word && after.is_some_and(|c| !c.is_whitespace())
}

/// Where the mark that closes is.
fn pair(inside: &str, mark: &str) -> Option<usize> {
    inside.match_indices(mark).map(|(at, _)| at).find(|&at| {
        let after = inside[at + mark.len()..].chars().next();
        at > 0 && !inside[..at].ends_with(char::is_whitespace) && (mark != "__" || !after.is_some_and(is_of_a_word))
    })
}

fn is_of_a_word(c: char) -> bool {
    (c.is_alphanumeric() || c == '_') && !crate::text::is_cjk(c)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_stands_in_code_is_shown_as_it_is() {
        for (marked, shown) in [
            ("加入特殊符号，如 `<pad>`、`<unk>`、`</s>`。", "加入特殊符号，如 <pad>、<unk>、</s>。"),
            ("`__init__` 在 `2**10` 之前", "__init__ 在 2**10 之前"),
            ("用 `Vec<String>` 和 `handlers[name](args)`", "用 Vec<String> 和 handlers[name](args)"),
            ("[`read`](a.md) 与 **`write`**", "read 与 write"),
            ("``a ` b`` 里有一个", "a ` b 里有一个"),
            ("没有合上的 `code 在这里", "没有合上的 code 在这里"),
        ] {
            assert_eq!(unmarked(marked), shown);
        }
    }

    #[test]
    fn only_marks_are_taken_off() {
        for (marked, shown) in [
            ("if a <b and c> d", "if a <b and c> d"),
            ("2**10 = 1024 and 2**20 = 1048576", "2**10 = 1024 and 2**20 = 1048576"),
            ("my__long__name", "my__long__name"),
            ("f(*args, **kwargs)", "f(*args, **kwargs)"),
            ("BOS 是 <s>，填充是 <pad>", "BOS 是 <s>，填充是 <pad>"),
            ("是**重点**的，__也是__ 这个，~~不是~~那个", "是重点的，也是 这个，不是那个"),
            ("**L**ow-**R**ank **A**daptation", "Low-Rank Adaptation"),
            ("x<sub>1</sub><br/>和<span style=\"color: red\">红</span>", "x1和红"),
            ("见 <https://example.org/a> 的脚注[^1]", "见 https://example.org/a 的脚注"),
        ] {
            assert_eq!(unmarked(marked), shown);
        }
    }

    #[test]
    fn emphasis_that_goes_on_in_another_sentence_leaves_no_mark() {
        for (marked, shown) in
            [("**第一句。", "第一句。"), ("** 第二句。", "第二句。"), ("说明 **这是一。", "说明 这是一。"), ("The end.**", "The end.")]
        {
            assert_eq!(unmarked(marked), shown);
        }
    }

    proptest! {
        #[test]
        fn code_spans_keep_every_character(code in "[a-z<>_*\\[\\]()|]{1,12}", before in "[a-z中文 ]{0,6}", after in "[a-z中文 ]{0,6}") {
            let shown = unmarked(&format!("{before}`{code}`{after}"));
            prop_assert!(shown.contains(&code), "{}", shown);
        }

        #[test]
        fn any_text_is_shown_on_one_line(text in any::<String>()) {
            prop_assert!(!unmarked(&text).contains('\n'));
        }
    }
}
