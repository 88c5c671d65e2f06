//! "Summarise …": a note or a folder, all of it.

use super::{Act, Whole, object};

const OPENINGS: &[&str] = &[
    "总结一下",
    "总结",
    "概括一下",
    "概括",
    "归纳",
    "概述",
    "请总结",
    "请概括",
    "帮我总结",
    "summarise",
    "summarize",
    "sum up",
    "please summarise",
    "please summarize",
    "give me a summary of",
    "a summary of",
    "summary of",
];
/// What names a note or a folder; without one of these, or marks around the name, 「总结 LoRA 的优点」 is a question.
const KINDS: &[&str] = &["这篇笔记", "这份笔记", "笔记", "文件夹", "目录", "note", "folder", "《", "「", "`", ".md"];
/// Those that name a folder, whatever else is named; and those that name a note.
const FOLDERS: &[&str] = &["文件夹", "目录", "folder"];
const NOTES: &[&str] = &["笔记", "note", ".md"];
const BEFORE: &[&str] = &[
    "一下",
    "这篇",
    "这份",
    "整个",
    "我的",
    "的",
    "笔记",
    "文件夹",
    "目录",
    "the ",
    "whole ",
    "my ",
    "note ",
    "notes in ",
    "notes ",
    "folder ",
    "all ",
];
const AFTER: &[&str] =
    &["这篇笔记", "这份笔记", "的笔记", "笔记", "文件夹", "目录", "里", "的内容", "的", " note", " notes", " folder", "这个", "这篇"];

pub(super) fn of(typed: &str, text: &str) -> Option<Act> {
    let opening = OPENINGS.iter().filter(|o| text.starts_with(**o)).max_by_key(|o| o.len())?;
    if !KINDS.iter().any(|kind| text.contains(kind)) {
        return None;
    }
    let what = object(&text[opening.len()..], BEFORE, AFTER)?;
    // Names keep the case they were typed in, where normalising moved nothing.
    let at = text.find(what).filter(|_| text.len() == typed.len());
    let what = at.and_then(|at| typed.get(at..at + what.len())).unwrap_or(what);
    let around = text.replacen(&crate::text::normalise(what), "", 1);
    let says = |kinds: &[&str]| kinds.iter().any(|kind| around.contains(kind));
    let whole = match (says(FOLDERS), says(NOTES) || what.ends_with(".md")) {
        (true, _) => Whole::Folder,
        (false, true) => Whole::Note,
        (false, false) => Whole::Either,
    };
    Some(Act::Summarise { what: what.to_owned(), whole })
}
