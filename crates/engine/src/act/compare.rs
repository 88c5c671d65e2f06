//! "Compare A and B", 「A 和 B 的区别」: two sides that are both looked for.

use super::Act;
use crate::followup;

const MARKS: &[&str] = &["区别", "差别", "差异", "不同", "异同", "对比", "比较", "compare", "comparison", "difference", "differ", " vs", "versus"];

/// What may be left around a side: the request itself, and what is asked of both.
const BEFORE: &[&str] =
    &["compare ", "comparison of ", "difference between ", "differences between ", "the ", "what is ", "请", "比较", "对比", "图解"];
const AFTER: &[&str] = &["的", "之间", "相", "有", "哪个", "所含有", " compare", " differ"];

pub(super) fn of(question: &str, text: &str) -> Option<Act> {
    if !MARKS.iter().any(|mark| text.contains(mark)) {
        return None;
    }
    let [a, b] = followup::pair(question)?;
    Some(Act::Compare { sides: [side(&a)?.to_owned(), side(&b)?.to_owned()] })
}

/// A side without what does not belong to its name; nothing if no name is left.
fn side(text: &str) -> Option<&str> {
    let mut rest = text.trim();
    let mut cut = true;
    while cut {
        cut = false;
        for word in BEFORE {
            if rest.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word)) {
                rest = rest[word.len()..].trim();
                cut = true;
            }
        }
    }
    // What follows a mark of comparison asks, and names nothing.
    let lower = rest.to_ascii_lowercase();
    let end = MARKS.iter().filter_map(|mark| lower.find(mark.trim_start())).min().unwrap_or(rest.len());
    rest = rest[..end].trim();
    while let Some(word) = AFTER.iter().find(|word| rest.ends_with(**word)) {
        rest = rest[..rest.len() - word.len()].trim();
    }
    rest.contains(char::is_alphanumeric).then_some(rest)
}
