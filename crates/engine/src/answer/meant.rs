//! Whether a question asks the notes anything. Small talk, and a word about a day (「今天天气怎么样」), are answered only where a sentence says just that: in a
//! diary. It must not know how sentences are chosen.

use std::collections::HashSet;

use super::units::Unit;
use crate::retrieve::Query;
use crate::retrieve::query::is_question_word;
use crate::text::{is_cjk, normalise, searchable, words};

/// Days that are called by where they lie from the day of the question.
const DAYS: &[&str] = &["今天", "今日", "今晚", "昨天", "昨晚", "明天", "明晚", "前天", "后天", "today", "tonight", "yesterday", "tomorrow"];

/// What is said to whoever answers, whole, without marks around it: who that is, how it is, the time, the weather, a joke, a mood.
#[rustfmt::skip]
const SMALL_TALK: &[&str] = &[
    "你是谁", "你是什么", "你叫什么", "你叫什么名字", "你是什么模型", "你会什么", "你会做什么", "你能做什么", "你能干什么", "你可以做什么", "你好吗", "你还好吗", "你在吗", "在吗", "你在干嘛",
    "你多大了", "几点了", "现在几点", "现在几点了", "现在是几点", "现在是什么时间", "今天几号", "今天是几号", "今天星期几", "今天是星期几", "今天周几", "今天是什么日子", "天气怎么样", "天气如何",
    "今天天气", "今天天气怎么样", "今天天气如何", "明天天气怎么样", "明天天气如何", "外面冷吗", "今天会下雨吗", "明天会下雨吗", "讲个笑话", "说个笑话", "讲一个笑话", "讲个故事", "唱首歌",
    "我心情不好", "我今天心情不好", "我很难过", "我好累", "我很累", "我好无聊", "早上好", "晚上好", "晚安", "再见", "拜拜",
    "who are you", "what are you", "what is your name", "what's your name", "how are you", "how are you doing", "how are you today", "how old are you", "what can you do",
    "are you there", "are you human", "are you a robot", "what time is it", "what time is it now", "what's the time", "what is the time", "what day is it", "what day is it today", "what day is today",
    "what is the date", "what is the date today", "what's the date", "what is today's date", "what's the weather", "what is the weather", "what's the weather like", "what is the weather like",
    "what's the weather like today", "what is the weather like today", "how is the weather", "how is the weather today", "how's the weather", "how's the weather today", "will it rain", "will it rain today",
    "will it rain tomorrow", "tell me a joke", "a joke", "tell me a story", "a story", "sing a song", "i am sad", "i'm sad", "i feel sad", "i am tired", "i'm tired", "i am bored", "i'm bored",
    "good morning", "good evening", "good night", "goodbye", "bye",
];

/// Greetings, thanks, that one has understood: no note says just that and answers something.
#[rustfmt::skip]
const COURTESIES: &[&str] = &[
    "你好", "您好", "嗨", "哈喽", "谢谢", "谢谢你", "谢谢您", "谢谢啦", "谢谢了", "多谢", "非常感谢", "感谢", "感谢你的帮助", "谢谢你的帮助", "辛苦了", "好的", "好的谢谢", "好的,谢谢", "好", "好吧", "嗯", "明白了",
    "我明白了", "懂了", "我懂了", "知道了", "我知道了", "原来如此", "太好了", "不错", "没事了", "没有了", "你确定吗", "确定吗",
    "hi", "hello", "hey", "hi there", "hello there", "thanks", "thanks a lot", "thanks for your help", "thank you", "thank you very much", "thank you so much", "many thanks", "ok", "okay", "ok thanks",
    "ok, thanks", "okay, thanks", "ok thank you", "great", "great, thanks", "great thanks", "cool", "perfect", "good", "got it", "i see", "i understand", "understood", "makes sense", "never mind", "are you sure",
    "that's all", "no thanks", "cheers",
];

/// Whether the notes are meant, and not whoever answers.
pub(super) fn is_meant(query: &Query, units: &[Vec<Unit>]) -> bool {
    let normalised = normalise(&query.asked).replace('’', "'");
    if query.common || COURTESIES.contains(&bare(&normalised)) {
        return false;
    }
    let terms = words(&normalised);
    let content: Vec<&str> = terms.iter().map(|t| t.text.as_str()).filter(|t| !is_question_word(t)).collect();
    if !is_small_talk(&query.asked) && !asks_of_a_day(&query.asked, &content) {
        return true;
    }
    !content.is_empty()
        && units.iter().flatten().filter(|unit| unit.quotable()).any(|unit| {
            let said: HashSet<String> = words(&searchable(&unit.clean)).into_iter().map(|t| t.text).collect();
            content.iter().all(|term| said.contains(*term))
        })
}

/// Whether it is what people say to whoever answers.
pub(crate) fn is_small_talk(asked: &str) -> bool {
    let normalised = normalise(asked).replace('’', "'");
    [SMALL_TALK, COURTESIES].iter().any(|said| said.contains(&bare(&normalised)))
}

/// What is said without the marks around it.
fn bare(normalised: &str) -> &str {
    normalised.trim_matches(|c: char| !c.is_alphanumeric())
}

/// Whether a question has a day and at most one word beside it, and no name.
fn asks_of_a_day(typed: &str, content: &[&str]) -> bool {
    let day = |term: &str| DAYS.iter().find(|name| term.starts_with(**name)).copied();
    if !content.iter().any(|term| day(term).is_some()) || names_something(typed) {
        return false;
    }
    // 「今天天气」 may be one word.
    let beside: HashSet<&str> =
        content.iter().map(|term| day(term).map_or(*term, |name| &term[name.len()..])).filter(|term| !term.is_empty()).collect();
    // Short words inside a long one are no words of their own.
    beside.iter().filter(|term| !beside.iter().any(|other| other != *term && other.contains(**term))).count() <= 1
}

/// Whether a Latin name is in a question.
fn names_something(typed: &str) -> bool {
    if typed.contains(is_cjk) {
        return typed.contains(|c: char| c.is_ascii_alphabetic());
    }
    let name = |word: &str| word != "I" && !word.starts_with("I'") && word.contains(|c: char| c.is_uppercase() || c.is_ascii_digit());
    typed.split_whitespace().skip(1).any(name)
}
