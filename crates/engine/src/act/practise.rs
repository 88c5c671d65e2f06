//! "Explain simply", "quiz me": the same passages, told or asked in another way.

use super::{Act, is_cut, object};

const SIMPLY: &[&str] = &[
    "用简单的话解释",
    "用简单的话说明",
    "用通俗的话解释",
    "通俗地解释",
    "通俗解释",
    "简单解释",
    "像对初学者一样解释",
    "explain simply",
    "explain in simple words",
    "explain in simple terms",
    "eli5",
    "explain like i'm five",
    "in simple words, explain",
];
const QUIZ: &[&str] = &["考考我", "考我", "出几道题", "出题考我", "给我出题", "quiz me", "test me", "ask me questions"];
const BEFORE: &[&str] = &["一下", "关于", "什么是", "有关", "on ", "about ", "what is ", "what ", "how ", "the "];
const AFTER: &[&str] = &["是什么", "的题", "的题目", "的知识", " is", " are", " means"];

pub(super) fn of(text: &str) -> Option<Act> {
    let with = |openings: &[&str]| {
        openings.iter().find_map(|opening| {
            let rest = text.strip_prefix(opening).filter(|rest| is_cut(text, opening, rest))?;
            object(rest, BEFORE, AFTER).map(str::to_owned)
        })
    };
    with(SIMPLY).map(|of| Act::Explain { of }).or_else(|| with(QUIZ).map(|about| Act::Quiz { about }))
}
