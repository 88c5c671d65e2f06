//! What is said around a question out of politeness, or to say where it is asked: greetings, "could you help me understand", 「笔记里提到」, thanks. Pure; it must not know what is asked.

use std::ops::Range;

use crate::text::{is_between_words, is_cjk, normalise_mapped, words};

/// What comes before a question, normalised. Phrases, not words: 「帮我」 is taken off, 「帮助」 is not. The longer of two comes first.
#[rustfmt::skip]
const BEFORE: &[&str] = &[
    "请问一下", "请问", "请教一下", "请教", "想请教一下", "想请教", "打扰一下", "打扰了", "不好意思", "麻烦问一下", "麻烦您", "麻烦你", "麻烦帮我", "劳驾", "能不能", "能否",
    "可不可以", "可否", "是否可以", "能帮我", "能给我", "可以帮我", "可以给我", "请帮我", "请帮忙", "请给我", "请您", "请你", "帮我", "帮忙", "给我", "告诉我", "我想知道",
    "我想了解一下", "我想了解", "我想问一下", "我想问问", "我想问", "我想请问", "我想请教", "我需要了解", "想知道", "想了解一下", "想了解", "想问一下", "想问问", "想问", "我不太明白",
    "我不明白", "我不懂", "问一下", "问个问题", "我有个问题", "有个问题", "我的笔记里提到了", "我的笔记里提到", "我的笔记里", "我的笔记中", "笔记里提到了", "笔记里提到", "笔记中提到了", "笔记中提到",
    "笔记里讲了", "笔记里说了", "笔记里", "笔记中", "根据我的笔记", "根据笔记", "according to my notes", "in my notes", "please", "could you", "can you", "would you", "will you", "may i ask", "can i ask",
    "help me to understand", "help me understand", "help me to", "help me", "tell me", "let me know", "i would like to know", "i would like to understand", "i would like to ask", "i'd like to know",
    "i'd like to understand", "i'd like to ask", "i want to know", "i want to understand", "i need to know", "i need to understand", "i am wondering",
    "i'm wondering", "i was wondering", "do you know", "just wondering",
];

/// What stands before it apart: taken off only before a mark or another phrase, since 「hello world」 may be what is asked for.
#[rustfmt::skip]
const GREETINGS: &[&str] = &[
    "你好", "您好", "大家好", "嗨", "哈喽", "hi there", "hi", "hello there", "hello", "hey there", "hey", "good morning", "excuse me", "sorry", "quick question",
    "i have a question",
];

/// What comes after it, always apart from it.
#[rustfmt::skip]
const THANKS: &[&str] = &[
    "谢谢您", "谢谢你", "谢谢啦", "谢谢了", "谢谢", "多谢", "非常感谢", "十分感谢", "感谢", "拜托了", "拜托", "谢啦", "好吗", "可以吗", "行吗", "thanks a lot", "thanks in advance", "thanks",
    "thank you very much", "thank you so much", "thank you in advance", "thank you", "please", "cheers",
];

/// The question itself, as written; all of it where nothing else would be left.
#[must_use]
pub fn without_politeness(text: &str) -> &str {
    let (normalised, origin) = normalise_mapped(text);
    let asked = asked(&normalised);
    if asked == (0..normalised.len()) { text } else { text[origin[asked.start]..origin[asked.end]].trim() }
}

/// The same as bytes of a normalised text.
#[must_use]
pub fn asked(text: &str) -> Range<usize> {
    let asked = bare(text);
    if words(&text[asked.clone()]).is_empty() { 0..text.len() } else { asked }
}

fn bare(text: &str) -> Range<usize> {
    let mut range = 0..text.len();
    loop {
        let rest = text[range.clone()].trim_start_matches(mark);
        range.start = range.end - rest.len();
        if let Some(after) = BEFORE.iter().find_map(|phrase| begins(rest, phrase)) {
            range.start += after;
            continue;
        }
        let apart = |after: &usize| {
            let next = &rest[*after..];
            let meant = next.trim_start_matches(mark);
            next.trim_start().starts_with(mark) || BEFORE.iter().any(|phrase| begins(meant, phrase).is_some())
        };
        match GREETINGS.iter().find_map(|phrase| begins(rest, phrase).filter(apart)) {
            Some(after) => range.start += after,
            None => break,
        }
    }
    loop {
        // The mark that ends a question stays with it.
        let rest = text[range.clone()].trim_end_matches(mark);
        // 「怎么说谢谢」 and "how to say thanks" ask for the word.
        let apart = |before: &&str| before.trim_end().ends_with(mark);
        let thanks = THANKS.iter().find_map(|phrase| rest.strip_suffix(phrase)).filter(apart);
        match thanks {
            Some(before) => range.end = range.start + before.len(),
            None => return range,
        }
    }
}

/// Where a text goes on after a phrase that it begins with; in a script with blanks a phrase ends where a word ends.
fn begins(text: &str, phrase: &str) -> Option<usize> {
    // Both apostrophes are typed.
    let plain = |c: char| if c == '’' { '\'' } else { c };
    let mut chars = text.char_indices();
    for wanted in phrase.chars() {
        chars.next().filter(|(_, c)| plain(*c) == wanted)?;
    }
    let rest = chars.as_str();
    let after = text.len() - rest.len();
    // 「请教师资格证怎么考」 does not begin with 「请教」.
    let ends = rest.is_empty() || rest.starts_with(mark) || (phrase.ends_with(is_cjk) && is_between_words(text, after));
    ends.then_some(after)
}

/// Whether a character stands between phrases.
fn mark(c: char) -> bool {
    c.is_whitespace() || matches!(c, ',' | '.' | '!' | '?' | ':' | ';' | '~' | '、' | '。' | '…')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_out_of_politeness_is_taken_off() {
        for (said, asked) in [
            ("麻烦您帮我解释一下LoRA的原理，谢谢", "解释一下LoRA的原理，"),
            ("你好，我想了解一下旋转位置编码的优缺点，谢谢啦！", "旋转位置编码的优缺点，"),
            ("請問什麼是量化？", "什麼是量化？"),
            ("您好！请问一下，KV cache 有什么用？", "KV cache 有什么用？"),
            ("能不能告诉我 RAG 是什么？谢谢您。", "RAG 是什么？"),
            ("笔记里提到了哪些开源模型？", "哪些开源模型？"),
            ("According to my notes, what is RoPE?", "what is RoPE?"),
            ("Hi, could you please help me understand how LoRA works? Thank you so much!", "how LoRA works?"),
            ("Hello can you tell me what RoPE is, thanks", "what RoPE is,"),
            ("I’d like to know why attention is scaled", "why attention is scaled"),
        ] {
            assert_eq!(without_politeness(said), asked);
        }
    }

    #[test]
    fn what_only_looks_polite_stays() {
        for text in [
            "hello world",
            "帮助文档在哪里",
            "请求头是什么",
            "你好世界程序",
            "how to say thanks",
            "怎么表达感谢",
            "谢谢",
            "Hi!",
            "hi-res images",
            "请教师资格证怎么考",
            "笔记中心怎么用",
            "帮我们的产品选模型",
            "pleased customers",
        ] {
            assert_eq!(without_politeness(text), text);
        }
    }
}
