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
#[rustfmt::skip]
const QUIZ: &[&str] = &[
    "考考我", "考我", "出几道题", "出几道题考我", "出题考我", "下一题", "下一道题", "下一道", "来一题", "来一道", "来一道题", "来几题", "来几道", "来几道题", "出一题", "出一道题", "换一题",
    "换几道题", "继续考我", "继续出题", "quiz me", "test me", "next question", "another question", "ask me another", "ask me another question", "ask me more", "more questions", "ask me more questions",
    "some more questions",
];
const SUMMARY: &[&str] = &["总结", "概括", "归纳", "概述", "summarise", "summarize", "sum up", "summary", "give a summary"];
#[rustfmt::skip]
const BRIEFLY: &[&str] = &[
    "短一点", "简短一点", "简短点", "短点", "说短点", "说短一点", "简洁一点", "简洁点", "说得简洁点", "太长了", "长话短说", "一句话说", "一句话概括", "一句话总结", "用一句话说", "用一句话概括", "用一句话总结",
    "shorter", "make shorter", "make it shorter", "briefly", "be brief", "more briefly", "in short", "too long", "tl;dr", "in one sentence", "in a sentence",
];
#[rustfmt::skip]
const OTHERWISE: &[&str] = &[
    "换个说法", "换种说法", "换一种说法", "换个方式说", "换一种方式说", "换个角度说", "换句话说", "换个答案", "换一个答案", "另一个答案", "另外一个答案", "别的答案", "重新回答", "重新说", "重说", "说一遍",
    "say differently", "put differently", "say in other words", "in other words", "rephrase", "reword", "another answer", "a different answer", "give me another answer", "try another answer", "try again",
    "answer differently",
];
const IN_ENGLISH: &[&str] = &[
    "用英文",
    "用英语",
    "用英文说",
    "用英语说",
    "用英文回答",
    "用英语回答",
    "说英文",
    "说英语",
    "翻译成英文",
    "翻译成英语",
    "in english",
    "answer in english",
    "say in english",
    "translate into english",
];
const IN_CHINESE: &[&str] = &[
    "用中文",
    "用汉语",
    "用中文说",
    "用中文回答",
    "说中文",
    "翻译成中文",
    "in chinese",
    "answer in chinese",
    "say in chinese",
    "translate into chinese",
];

/// What says nothing of what is wanted: pronouns and courtesies.
const FILLERS: &[&str] =
    &["一下", "它们", "这些", "这个", "上面的", "上面", "刚才的", "刚才", "内容", "请", "帮我", "再", "把", "将", "它", "这", "吧", "给我", "关于"];
const FILLING: &[&str] = &["it", "this", "that", "them", "these", "please", "again", "now", "on", "about", "to", "a", "all", "of", "the", "above"];

pub(super) fn of(request: &str) -> Option<Again> {
    let rest = bare(request);
    let among = |wordings: &[&str]| wordings.iter().any(|wording| bare(wording) == rest);
    let kinds = [
        (SIMPLY, Again::Simply),
        (QUIZ, Again::Quiz),
        (SUMMARY, Again::Summary),
        (BRIEFLY, Again::Briefly),
        (OTHERWISE, Again::Otherwise),
        (IN_ENGLISH, Again::InEnglish),
        (IN_CHINESE, Again::InChinese),
    ];
    kinds.into_iter().find(|(wordings, _)| among(wordings)).map(|(_, again)| again)
}

/// A request without fillers and marks.
fn bare(request: &str) -> String {
    let words = request.split(|c: char| c.is_whitespace() || c.is_ascii_punctuation() || "。，？！、：；".contains(c));
    let kept: Vec<&str> = words.filter(|word| !word.is_empty() && !FILLING.contains(word)).collect();
    FILLERS.iter().fold(kept.join(" "), |text, filler| text.replace(filler, "")).trim().to_owned()
}
