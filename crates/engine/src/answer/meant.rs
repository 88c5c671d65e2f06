//! Whether a question asks the notes anything. Small talk, and a word about a day (「今天天气怎么样」), are answered only where a sentence says just that: in a
//! diary. It must not know how sentences are chosen.

use std::collections::HashSet;

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::Passage;
use super::units::Unit;
use crate::retrieve::Query;
use crate::retrieve::query::is_question_word;
use crate::text::{is_cjk, normalise, searchable, words};

/// Days that are called by where they lie from the day of the question, and how many days that is.
const DAYS: &[(&str, i64)] = &[
    ("今天", 0),
    ("今日", 0),
    ("今晚", 0),
    ("昨天", -1),
    ("昨晚", -1),
    ("明天", 1),
    ("明晚", 1),
    ("前天", -2),
    ("后天", 2),
    ("today", 0),
    ("tonight", 0),
    ("yesterday", -1),
    ("tomorrow", 1),
];

/// What is said to whoever answers, whole, without marks: who that is, how it is, the time, the weather, a joke, a mood.
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

/// What a question is about besides its words.
enum Asked<'a> {
    /// Something that notes may say.
    Something,
    /// A day, this far from today; the words beside it.
    Day(i64, Vec<&'a str>),
    SmallTalk,
}

/// Whether the notes are meant, and not whoever answers.
pub(super) fn is_meant(query: &Query, passages: &[Passage], units: &[Vec<Unit>], today: Date) -> bool {
    if query.common {
        return false;
    }
    let normalised = normalise(&query.asked).replace('’', "'");
    let terms = words(&normalised);
    let content: Vec<&str> = terms.iter().map(|t| t.text.as_str()).filter(|t| !is_question_word(t)).collect();
    let (day, beside) = match asked(&normalised, &query.asked, &content) {
        Asked::Something => return true,
        Asked::SmallTalk => (None, Vec::new()),
        Asked::Day(from_today, beside) => (Some(written(today, from_today)), beside),
    };
    passages.iter().zip(units).any(|(passage, units)| {
        let above = format!("{} {} {}", passage.document.title, passage.chunk.heading.join(" "), passage.document.path);
        units.iter().filter(|unit| unit.quotable()).any(|unit| {
            let said: HashSet<String> = words(&searchable(&unit.clean)).into_iter().map(|t| t.text).collect();
            let holds = |wanted: &[&str]| !wanted.is_empty() && wanted.iter().all(|term| said.contains(*term));
            let all = (day.is_none() || !beside.is_empty()) && holds(&content);
            all || day.as_ref().is_some_and(|day| holds(&beside) && [&above, &unit.clean].iter().any(|text| names(&normalise(text), day)))
        })
    })
}

fn asked<'a>(normalised: &str, typed: &str, content: &[&'a str]) -> Asked<'a> {
    let begins = |term: &str| DAYS.iter().find(|(name, _)| term.starts_with(name));
    if let Some((_, from_today)) = content.iter().find_map(|term| begins(term)) {
        // 「今天天气」 may be one word.
        let without = |term: &&'a str| begins(term).map_or(*term, |(name, _)| &term[name.len()..]);
        let beside: Vec<&str> = content.iter().map(without).filter(|term| !term.is_empty()).collect();
        // Short words inside a long one are no words of their own.
        let whole = beside.iter().filter(|term| !beside.iter().any(|other| other != *term && other.contains(**term))).count();
        if whole <= 1 && !names_something(typed) {
            return Asked::Day(*from_today, beside);
        }
    }
    let bare = normalised.trim_matches(|c: char| !c.is_alphanumeric());
    if SMALL_TALK.contains(&bare) { Asked::SmallTalk } else { Asked::Something }
}

/// Whether a Latin name is in a question.
fn names_something(typed: &str) -> bool {
    if typed.contains(is_cjk) {
        return typed.contains(|c: char| c.is_ascii_alphabetic());
    }
    let name = |word: &str| word != "I" && !word.starts_with("I'") && word.contains(|c: char| c.is_uppercase() || c.is_ascii_digit());
    typed.split_whitespace().skip(1).any(name)
}

/// A day as notes write it, normalised.
fn written(today: Date, from_today: i64) -> Vec<String> {
    let Ok(day) = today.checked_add(from_today.days()) else { return Vec::new() };
    let (year, month, number) = (day.year(), day.month(), day.day());
    let english = day.strftime("%B").to_string().to_lowercase();
    let short = &english[..3];
    vec![
        format!("{year}-{month:02}-{number:02}"),
        format!("{year}/{month:02}/{number:02}"),
        format!("{year}.{month:02}.{number:02}"),
        format!("{year}{month:02}{number:02}"),
        format!("{year}/{month}/{number}"),
        format!("{month}月{number}日"),
        format!("{month:02}月{number:02}日"),
        format!("{month}月{number}号"),
        format!("{english} {number}"),
        format!("{short} {number}"),
        format!("{number} {english}"),
    ]
}

/// Whether a text has one of these, and not as a part of a longer number.
fn names(text: &str, day: &[String]) -> bool {
    let digit = |c: char| c.is_ascii_digit();
    day.iter()
        .any(|form| text.match_indices(form.as_str()).any(|(at, _)| !text[..at].ends_with(digit) && !text[at + form.len()..].starts_with(digit)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_known_in_the_ways_it_is_written() {
        let forms = written(jiff::civil::date(2026, 3, 1), -1);
        for text in ["2026-02-28.md", "2月28日 晴", "on february 28 it rained", "feb 28", "20260228"] {
            assert!(names(text, &forms), "{text}");
        }
        for text in ["12月28日", "2026-02-281", "february 2"] {
            assert!(!names(text, &forms), "{text}");
        }
    }
}
