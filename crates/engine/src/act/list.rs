//! "List all …": every note that has something of a subject. 「LoRA 有哪些优点？」 asks for a list that one note gives, and stays a question.

use super::{Act, object};

/// How a request begins that wants all of something.
const OPENINGS: &[&str] = &[
    "列出所有",
    "列出全部",
    "列举所有",
    "列举全部",
    "列出我所有",
    "列出笔记里所有",
    "列出笔记中所有",
    "请列出所有",
    "请列出全部",
    "找出所有",
    "找出全部",
    "list all",
    "list every",
    "list everything",
    "find all",
    "show all",
    "show me all",
    "give me all",
    "please list all",
];
/// What asks for notes and not for an answer.
const NOTES: &[&str] =
    &["有哪些笔记", "哪些笔记", "哪几篇笔记", "哪几份笔记", "所有笔记", "which notes", "what notes", "all notes", "all my notes", "every note"];
const BEFORE: &[&str] = &[
    "请",
    "列出",
    "列举",
    "找出",
    "所有",
    "全部",
    "我",
    "笔记里",
    "笔记中",
    "里",
    "中",
    "有",
    "哪些",
    "哪几篇",
    "哪几份",
    "笔记",
    "关于",
    "提到",
    "讲到",
    "讲",
    "涉及",
    "和",
    "与",
    "了",
    "的",
    "please ",
    "list ",
    "find ",
    "show ",
    "give ",
    "me ",
    "everything",
    "every ",
    "all ",
    "of ",
    "my ",
    "the ",
    "in ",
    "notes",
    "note",
    "which ",
    "what ",
    "that ",
    "mention ",
    "mentions ",
    "about ",
    "on ",
    "are there ",
    "do i have ",
    "have ",
    "say something ",
    "describe ",
    "there are ",
    "is there ",
    "cover ",
];
const AFTER: &[&str] = &[
    "的笔记有哪些",
    "的笔记",
    "笔记",
    "有哪些",
    "有什么",
    "都有哪些",
    "的地方",
    "的内容",
    "的段落",
    "在笔记里",
    "在笔记中",
    "有关",
    "相关",
    "的",
    " in my notes",
    " in the notes",
    " notes",
    " are there",
    " do i have",
    " there are",
];

pub(super) fn of(text: &str) -> Option<Act> {
    let begins = OPENINGS.iter().any(|o| text.starts_with(o));
    if !begins && !NOTES.iter().any(|n| text.contains(n)) {
        return None;
    }
    let of = object(text, BEFORE, AFTER)?;
    Some(Act::List { of: of.to_owned() })
}
