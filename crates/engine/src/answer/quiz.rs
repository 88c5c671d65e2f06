//! Which sentences of a quiz that a model writes are its questions, and which answer them. Pure; it must not know what the notes say.

use std::sync::LazyLock;

use regex::Regex;

use super::stream::Written;
use super::units::regex;
use crate::text::asks;

/// How a sentence begins that answers.
static ANSWERS: LazyLock<Regex> = LazyLock::new(|| {
    regex(r"^(?:(?:参考|正确|标准)?答案|解析|解答|回答|答|(?i:(?:correct |short |model )?answer|solution|explanation|a))(?:（[^）]*）)?\s*[:：]")
});
/// How one begins that poses a question, which need not end with a question mark.
static POSES: LazyLock<Regex> =
    LazyLock::new(|| regex(r"^(?:问题|题目|问|第\s?[一二三四五六七八九十\d]+\s?题|(?i:question|q))\s*[一二三四五六七八九十\d]*\s*[:：.、]"));
/// Where the answer begins that stands on one line with its question.
static ANSWERED: LazyLock<Regex> =
    LazyLock::new(|| regex(r"[?？]\s*((?:(?:参考|正确|标准)?答案|答|(?i:(?:correct |short |model )?answer))\s*[:：]\s*)"));

/// The sentence before another.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Before<'a> {
    pub(crate) text: &'a str,
    /// Whether it answers.
    pub(crate) reply: bool,
    /// The mark of its line.
    pub(crate) mark: Option<&'a str>,
}

/// A question and the answer on its line, each by itself.
pub(crate) fn parted(written: Written) -> Vec<Written> {
    let label = ANSWERED.captures(&written.text).and_then(|found| found.get(1)).filter(|_| !written.block);
    let Some(label) = label.map(|label| label.range()) else { return vec![written] };
    let answer = Written { text: written.text[label.start..].to_owned(), label: label.len(), mark: None, block: false };
    let question = written.text[..label.start].trim_end().to_owned();
    vec![Written { text: question, ..written }, answer]
}

/// Whether a sentence answers, or goes on with the answer. What is a point of its own is another question, or a choice.
pub(crate) fn replies(written: &Written, before: Before<'_>) -> bool {
    if ANSWERS.is_match(&written.text) {
        return true;
    }
    if asks(&written.text) || POSES.is_match(&written.text) {
        return false;
    }
    let number = |mark: &str| mark.trim_end_matches('.').parse::<usize>().ok();
    let numbers = (written.mark.as_deref().and_then(number), before.mark.and_then(number));
    if !before.reply {
        // Code may be what is asked about. Below all questions their answers are numbered anew.
        let below = matches!(numbers, (Some(1), Some(_)));
        return asks(before.text) && (written.mark.is_none() || below) && !written.block;
    }
    match numbers {
        (None, _) => true,
        // The steps of an answer are numbered among themselves.
        (Some(n), Some(last)) => n == last + 1,
        (Some(_), None) => before.text.ends_with(['：', ':']),
    }
}
