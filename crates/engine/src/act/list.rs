//! "List all …": every note that has something of a subject. 「LoRA 有哪些优点？」 asks for a list that one note gives, and stays a question.

use super::{Act, is_cut, object};

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
/// How a request begins that says later on that it wants all of it: 「列出笔记里提到的所有优化器」.
const ASKS: &[&str] = &["列出", "列举", "找出", "罗列", "请列出", "请列举", "请找出", "list ", "find ", "show ", "give me "];
/// The same where what is to be done with all of it stands behind: 「把所有讲到 LoRA 的笔记列出来」.
const TAKES: &[&str] = &["把所有", "把全部"];
const LISTED: &[&str] = &["列出", "列一下", "列举", "找出", "罗列", "给我看", "显示"];
/// What asks a question inside a request: "show me how to merge all branches".
const QUESTIONS: &[&str] = &[" how ", " why ", " what ", " whether ", " when ", " where ", " if ", "怎么", "如何", "怎样", "为什么", "会怎", "是否"];
/// What wants all of it.
const ALL: &[&str] = &["所有", "全部", "每个", "每一个", " all ", " every "];
/// What asks for notes and not for an answer.
const NOTES: &[&str] = &[
    "有哪些笔记",
    "哪些笔记",
    "哪几篇笔记",
    "哪几份笔记",
    "所有笔记",
    "笔记有哪些",
    "笔记都有哪些",
    "all the notes",
    "which notes",
    "what notes",
    "all notes",
    "all my notes",
    "every note",
];
const BEFORE: &[&str] = &[
    "请",
    "把",
    "罗列",
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
    "covering ",
    "are ",
    "mentioning ",
    "mentioned ",
    "discussing ",
];
const AFTER: &[&str] = &[
    "都列出来",
    "列出来",
    "找出来",
    "列一下",
    "都有哪些",
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
    let any = |marks: &[&str]| marks.iter().any(|mark| text.contains(mark));
    let asks = || ASKS.iter().any(|a| text.starts_with(a)) && any(ALL) || TAKES.iter().any(|a| text.starts_with(a)) && any(LISTED);
    let all = || asks() && !any(QUESTIONS);
    let opens = |opening: &&str| text.strip_prefix(*opening).is_some_and(|rest| is_cut(text, opening, rest));
    let begins = OPENINGS.iter().any(opens) || all();
    // A notebook is no note: 「哪些笔记本电脑值得买？」.
    let notes = |named: &&str| text.match_indices(*named).any(|(at, _)| is_cut(&text[at..], named, &text[at + named.len()..]));
    if !begins && !NOTES.iter().any(notes) {
        return None;
    }
    let of = object(text, BEFORE, AFTER)?;
    Some(Act::List { of: of.to_owned() })
}
