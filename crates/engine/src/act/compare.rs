//! "Compare A and B", 「A 和 B 的区别」: two sides that are both looked for.

use super::Act;
use crate::followup;
use crate::text::is_between_words;

const MARKS: &[&str] = &["区别", "差别", "差异", "不同", "异同", "对比", "比较", "compare", "comparison", "difference", "differ", " vs", "versus"];
/// What asks for one of two. The last are in many questions, and ask that only where "or" stands between the two.
#[rustfmt::skip]
const CHOOSING: &[&str] = &[
    "哪个更", "哪个好", "哪个比较", "哪个最", "哪个合适", "哪个适合", "哪个快", "哪个强", "哪个省", "哪个便宜", "哪个划算", "哪个值得", "哪一个更", "哪一个好", "还是", "怎么选", "如何选", "选哪",
    "better",
];
const OR_CHOOSING: &[&str] = &["which", "should", "choose", "pick", "prefer"];

/// What may be left around a side: the request itself, and what is asked of both.
const BEFORE: &[&str] = &[
    "compare ",
    "comparison of ",
    "difference between ",
    "differences between ",
    "the ",
    "what is ",
    "请",
    "比较",
    "对比",
    "图解",
    "应该",
    "该",
    "是",
    "选",
    "用",
];
const AFTER: &[&str] = &["的", "之间", "相", "有", "哪个", "更好", "好", "所含有", " compare", " differ"];

pub(super) fn of(question: &str, text: &str) -> Option<Act> {
    let any = |marks: &[&str]| marks.iter().any(|mark| text.contains(mark));
    if !(any(MARKS) || any(CHOOSING) || any(OR_CHOOSING) && text.contains(" or ")) {
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
            if rest.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word) && is_between_words(rest, word.len())) {
                rest = rest[word.len()..].trim();
                cut = true;
            }
        }
    }
    // What follows a mark of comparison asks, and names nothing.
    let lower = rest.to_ascii_lowercase();
    let end = MARKS.iter().filter_map(|mark| lower.find(mark.trim_start())).min().unwrap_or(rest.len());
    rest = rest[..end].trim();
    while let Some(word) = AFTER.iter().find(|word| rest.ends_with(**word) && is_between_words(rest, rest.len() - word.len())) {
        rest = rest[..rest.len() - word.len()].trim();
    }
    rest.contains(char::is_alphanumeric).then_some(rest)
}
