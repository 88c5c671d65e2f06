//! "Explain it simply", 「考考我」 after a question: a request that names nothing itself, but speaks of what was asked before.

use super::Again;

const SIMPLY: &[&str] = &[
    "用简单的话解释",
    "用简单的话说",
    "用通俗的话解释",
    "用通俗的话说",
    "通俗地解释",
    "通俗解释",
    "简单解释",
    "说简单点",
    "说得简单点",
    "explain simply",
    "explain in simple words",
    "explain in simple terms",
    "in simple words",
    "in simpler words",
    "eli5",
];
const QUIZ: &[&str] = &["考考我", "考我", "出几道题", "出几道题考我", "出题考我", "quiz me", "test me"];
const SUMMARY: &[&str] = &["总结", "概括", "归纳", "概述", "summarise", "summarize", "sum up", "summary", "give a summary"];

/// What says nothing of what is wanted: pronouns and courtesies.
const FILLERS: &[&str] =
    &["一下", "它们", "这些", "这个", "上面的", "上面", "刚才的", "刚才", "内容", "请", "帮我", "再", "把", "将", "它", "这", "吧", "给我", "关于"];
const FILLING: &[&str] = &["it", "this", "that", "them", "these", "please", "again", "now", "on", "about", "to", "a", "all", "of", "the", "above"];

pub(super) fn of(request: &str) -> Option<Again> {
    let rest = bare(request);
    let among = |wordings: &[&str]| wordings.iter().any(|wording| bare(wording) == rest);
    let kinds = [(SIMPLY, Again::Simply), (QUIZ, Again::Quiz), (SUMMARY, Again::Summary)];
    kinds.into_iter().find(|(wordings, _)| among(wordings)).map(|(_, again)| again)
}

/// A request without fillers and marks.
fn bare(request: &str) -> String {
    let words = request.split(|c: char| c.is_whitespace() || c.is_ascii_punctuation() || "。，？！、：；".contains(c));
    let kept: Vec<&str> = words.filter(|word| !word.is_empty() && !FILLING.contains(word)).collect();
    FILLERS.iter().fold(kept.join(" "), |text, filler| text.replace(filler, "")).trim().to_owned()
}
