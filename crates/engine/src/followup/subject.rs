//! What a question is about: its noun phrase, in its own wording, or the two things it compares. It must not know conversations.

use std::ops::Range;

use super::line::{Line, begins, ends, has, marked};
use super::words::{
    ASPECTS, COMPARING, EN_ASPECTS, EN_EMPTY, EN_PERSON_VERBS, EN_REQUESTS, EN_VERBS, EN_WEAK, MORE, NO_PREDICATE, OBJECT_VERBS, OPENINGS,
    PERSON_VERBS, PREDICATES, TRANSLATED, VERBS,
};
use crate::act::Act;
use crate::polite;
use crate::text::{is_between_words, is_cjk, is_han, is_title, normalise};

/// Characters of the longest subject; more is a clause, not a noun phrase.
const MAX_CHARS: usize = 40;

/// The languages whose rules there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    Chinese,
    English,
}

/// What a question is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Subject {
    /// In the question's wording.
    pub(super) text: String,
    /// Bytes of the normalised question.
    pub(super) span: Range<usize>,
    /// The two things it compares or names together.
    pub(super) pair: Option<[String; 2]>,
}

/// The language of a question's frame: `how does 知识蒸馏 work` and `summarise the folder 推理` are English.
pub(super) fn language(line: &Line<'_>) -> Language {
    let tokens = line.tokens();
    let word = |i: usize| tokens.get(i).map_or("", |token| line.word(token));
    let joins = ["and", "or", "vs", "versus", "with", "in", "simply"];
    let requests = EN_REQUESTS.contains(&word(0)) && (!word(1).contains(is_cjk) || joins.contains(&word(2)));
    let opens = EN_EMPTY.contains(&word(0)) && word(0).len() > 1 || requests;
    if !line.norm.chars().any(is_cjk) || opens { Language::English } else { Language::Chinese }
}

/// What the question is about, if that can be told.
pub(super) fn subject(line: &Line<'_>) -> Option<Subject> {
    let span = requested(line).or_else(|| match language(line) {
        Language::Chinese => quoted(line).or_else(|| chinese(line)).or_else(|| identifiers(line)),
        Language::English => quoted(line).or_else(|| english(line)),
    })?;
    let text = line.typed(span.clone()).to_owned();
    let usable = text.chars().any(char::is_alphanumeric) && text.chars().count() <= MAX_CHARS;
    usable.then(|| Subject { pair: pair(line, &span), text, span })
}

/// What a request is about that wants something done with it: 「总结笔记 投机解码」, "list all notes about Redis".
fn requested(line: &Line<'_>) -> Option<Range<usize>> {
    let name = Act::named(line.norm.trim())?;
    // Its opening may hold the same letters: "list all notes about IS".
    let at = line.norm.rfind(&normalise(&name))?;
    Some(trimmed(&line.norm, at..at + normalise(&name).len()))
}

/// The first quoted term; a title keeps its marks.
fn quoted(line: &Line<'_>) -> Option<Range<usize>> {
    [('《', '》', true), ('「', '」', false), ('『', '』', false), ('“', '”', false), ('"', '"', false), ('`', '`', false)].iter().find_map(
        |&(open, close, keep)| {
            let start = line.norm.find(open)?;
            let inner = start + open.len_utf8();
            let end = inner + line.norm[inner..].find(close)?;
            // One character in quotes is a word that is stressed.
            let term = line.norm[inner..end].chars().filter(|c| c.is_alphanumeric()).count() > 1;
            term.then(|| if keep { start..end + close.len_utf8() } else { inner..end })
        },
    )
}

/// The first run of Latin letters and digits that is written with a capital or a digit.
fn identifiers(line: &Line<'_>) -> Option<Range<usize>> {
    let bytes = line.norm.as_bytes();
    let inside = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'+');
    let start = bytes.iter().position(u8::is_ascii_alphabetic)?;
    let end = start + bytes[start..].iter().position(|b| !inside(*b)).unwrap_or(bytes.len() - start);
    (end - start > 1).then_some(start..end)
}

/// Narrows a span to what is left without white space and these characters around it.
fn trimmed(text: &str, span: Range<usize>) -> Range<usize> {
    let part = &text[span.clone()];
    let odd = |c: char| c.is_whitespace() || matches!(c, ',' | '?' | '!' | '。' | '、' | ';' | ':' | '.');
    let start = span.start + (part.len() - part.trim_start_matches(odd).len());
    start..(start + part.trim_matches(odd).len()).max(start)
}

/// The clauses of a line.
fn clauses(text: &str) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut start = 0;
    for (at, c) in text.char_indices() {
        let ends = || {
            c == '.'
                && text[at + 1..].starts_with([' ', '\n'])
                && !is_title(text[..at].rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default())
        };
        if matches!(c, ',' | '?' | '!' | '。' | ';' | ':') || ends() {
            out.push(start..at);
            start = at + c.len_utf8();
        }
    }
    out.push(start..text.len());
    out.into_iter().map(|span| trimmed(text, span)).filter(|s| !s.is_empty()).collect()
}

fn chinese(line: &Line<'_>) -> Option<Range<usize>> {
    let text = &line.norm;
    let asked = polite::asked(text);
    let all: Vec<Range<usize>> = clauses(&text[asked.clone()]).into_iter().map(|c| asked.start + c.start..asked.start + c.end).collect();
    let aside = |c: &Range<usize>| begins(&text[c.clone()], &["和", "与", "跟", "相比", "比起", "如果", "当", "除了", "既然", "假如"]).is_some();
    all.iter().filter(|c| !aside(c)).chain(all.iter().filter(|c| aside(c))).find_map(|clause| chinese_clause(text, clause.clone()))
}

fn chinese_clause(text: &str, clause: Range<usize>) -> Option<Range<usize>> {
    let masked = marked(text, NO_PREDICATE);
    let mut span = clause;
    let (mut how, mut why) = (false, false);
    while let Some(opening) = begins(&text[span.clone()], OPENINGS).filter(|opening| is_opening(text, &span, opening, &masked)) {
        how |= matches!(opening, "如何" | "怎么" | "怎样");
        why |= opening.starts_with("为");
        span = trimmed(text, span.start + opening.len()..span.end);
    }
    while how && let Some(verb) = begins(&text[span.clone()], OBJECT_VERBS).filter(|v| v.len() < span.len()) {
        span = trimmed(text, span.start + verb.len()..span.end);
    }
    // The phrase ends where its predicate begins.
    let cut = text[span.clone()].char_indices().skip(1).map(|(i, _)| span.start + i).find(|&at| {
        let verb = if why { begins(&text[at..span.end], OBJECT_VERBS) } else { None };
        let predicate = begins(&text[at..span.end], PREDICATES).or_else(|| begins(&text[at..span.end], PERSON_VERBS));
        !masked[at] && (predicate.is_some() || verb.is_some()) && is_between_words(text, at)
    });
    span = trimmed(text, span.start..cut.unwrap_or(span.end));
    // 「绿茶用多少度的水」: the verb of what is asked for stands before it.
    if let Some(verb) = ends(&text[span.clone()], VERBS).filter(|v| cut.is_some() && v.len() < span.len() && !masked[span.end - 1])
        && is_between_words(text, span.end - verb.len())
    {
        span = trimmed(text, span.start..span.end - verb.len());
    }
    loop {
        let part = &text[span.clone()];
        let tail = ends(part, ASPECTS)
            .filter(|a| part.len() > a.len() && asked_of(part, a))
            .or_else(|| {
                ends(part, &["的", "之间", "分别", "主要", "中", "里", "上", "一般", "到底", "究竟", "真", "又", "还", "就", "在"])
                    .filter(|w| part.len() > w.len() + 2 && is_between_words(text, span.end - w.len()))
            })
            .or_else(|| ends(part, MORE));
        let Some(tail) = tail else { break };
        span = trimmed(text, span.start..span.end - tail.len());
        span.end = uncounted(text, &span);
    }
    let part = &text[span.clone()];
    let empty = part.is_empty()
        || ["它", "这", "那", "其", "你", "您", "我", "我们", "谁"].contains(&part)
        || ASPECTS.contains(&part)
        || begins(part, MORE).is_some_and(|m| m == part);
    (!empty && part.chars().any(char::is_alphanumeric)).then_some(span)
}

/// Whether a text's opening is that, and not the beginning of a word or a term: 「在线学习」, 「对比学习」.
fn is_opening(text: &str, span: &Range<usize>, opening: &str, masked: &[bool]) -> bool {
    let after = span.start + opening.len();
    let rest = &text[after..];
    let request = opening == "比较" || opening == "对比" && !rest.starts_with(is_han);
    rest.starts_with("一下") || (!masked[span.start] || request) && is_between_words(text, after)
}

/// Where a phrase ends without what counts the aspects that were asked of it: 「死锁的四个必要」, 「LoRA 的三个」.
fn uncounted(text: &str, span: &Range<usize>) -> usize {
    let part = &text[span.clone()];
    let Some((subject, counted)) = part.rsplit_once('的').filter(|(subject, _)| !subject.is_empty()) else { return span.end };
    let number = counted.trim_start_matches(|c: char| c.is_ascii_digit() || "一二两三四五六七八九十几".contains(c));
    let counts = number.len() < counted.len() && number.starts_with(['个', '种', '大', '类', '点', '条', '项', '步']);
    if counts { span.start + subject.len() } else { span.end }
}

/// Whether an aspect at the end of a phrase is asked of what stands before it, and no part of a term: 「训练速度」, 「注意力机制」 are terms.
fn asked_of(part: &str, aspect: &str) -> bool {
    let before = &part[..part.len() - aspect.len()];
    let term = [
        "机制",
        "结构",
        "方法",
        "应用",
        "定理",
        "过程",
        "公式",
        "延迟",
        "速度",
        "精度",
        "性能",
        "成本",
        "指标",
        "概念",
        "技巧",
        "效果",
        "计算量",
        "复杂度",
        "场景",
        "关系",
        "历史",
        "风险",
        "任务",
        "目标",
        "核心",
    ];
    before.ends_with('的') || before.ends_with(' ') || !term.contains(&aspect) || !before.ends_with(is_han)
}

/// What a phrase names together.
fn pair(line: &Line<'_>, span: &Range<usize>) -> Option<[String; 2]> {
    let text = &line.norm;
    let masked = marked(text, NO_PREDICATE);
    let compares = has(text, COMPARING) || has(text, &["它们", "两者"]);
    ["和", "与", "跟", "以及", "还是", "、", " and ", " or ", " vs ", " vs. ", " versus ", " with "].iter().find_map(|joiner| {
        let at = span.start + text[span.clone()].match_indices(joiner).map(|(i, _)| i).find(|i| *joiner == "还是" || !masked[span.start + i])?;
        let (a, b) = (trimmed(text, span.start..at), trimmed(text, at + joiner.len()..span.end));
        // 跟 is mostly a verb's, unless two things are compared.
        let both = !a.is_empty() && !b.is_empty() && (*joiner != "跟" || compares);
        both.then(|| [line.typed(a).to_owned(), line.typed(b).to_owned()])
    })
}

fn english(line: &Line<'_>) -> Option<Range<usize>> {
    let tokens = line.tokens();
    let asked = polite::asked(&line.norm);
    let mut i = tokens.iter().position(|t| t.span.start >= asked.start).unwrap_or(0);
    let begun = i;
    // 「Compared to X, is it …」 is about what follows.
    if tokens.get(i).is_some_and(|t| ["compared", "unlike", "besides", "when", "if"].contains(&line.word(t))) {
        i = tokens.iter().position(|t| t.ends).filter(|p| p + 1 < tokens.len()).map_or(0, |p| p + 1);
    }
    let word = |i: usize| tokens.get(i).map_or("", |t| line.word(t));
    let mut acts = false;
    loop {
        // A question ends what can be skipped.
        if i > begun && tokens.get(i - 1).is_some_and(|t| t.ends) && i + 1 < tokens.len() && acts {
            return None;
        }
        let w = word(i);
        if w.is_empty() {
            return None;
        }
        acts |= ["i", "we", "you", "who", "one", "people", "to"].contains(&w);
        let article = ["a", "an", "the"].contains(&w);
        let aspect = EN_ASPECTS.contains(&word(i)) && !word(i + 1).is_empty();
        let asks = ["explain", "describe", "summarize", "tell", "give", "show", "define", "discuss", "clarify", "outline"].contains(&w)
            || i == begun && (["compare", "contrast"].contains(&w) || ["list", "name"].contains(&w) && EN_EMPTY.contains(&word(i + 1)));
        // "Which is better, LoRA or QLoRA?"
        let of_what_follows = EN_WEAK.contains(&w) && tokens.get(i).is_some_and(|t| t.ends) && i + 1 < tokens.len();
        if article {
            // 「the main drawbacks of X」 is about X.
            let head = (i + 1..i + 4).find(|&h| EN_ASPECTS.contains(&word(h)) && ["of", "in", "for", "between", "with", "to"].contains(&word(h + 1)));
            match head {
                Some(h) => i = h + 2,
                None => break,
            }
        } else if aspect && ["of", "in", "for", "between", "with", "to"].contains(&word(i + 1)) {
            i += 2;
        } else if EN_EMPTY.contains(&w) || asks || of_what_follows || acts && EN_VERBS.contains(&w) || is_done(&word, i, begun) {
            i += 1;
        } else {
            break;
        }
    }
    let start = i;
    let named = word(0);
    let whole = named.starts_with("what") && ["is", "are", "was", "were"].contains(&word(1)) || named == "what's";
    let mut end = start;
    while let Some(token) = tokens.get(end) {
        let w = line.word(token);
        let joins = ["and", "or", "vs", "versus", "with", "of", "in", "a", "an", "the"].contains(&w) && end + 1 < tokens.len();
        let from = w == "from" && whole;
        let stops = !joins
            && !from
            && end > start
            && (EN_EMPTY.contains(&w)
                || (EN_VERBS.contains(&w) || EN_PERSON_VERBS.contains(&w)) && !whole
                || EN_WEAK.contains(&w)
                || w.len() > 4 && w.ends_with("ly"));
        let wh = joins && tokens.get(end + 1).is_some_and(|t| ["what", "how", "why", "when", "is", "are", "its", "it"].contains(&line.word(t)));
        if stops || wh {
            break;
        }
        end += 1;
        // A bracket that closes later, or never, is no part of the phrase.
        let opens = line.norm[token.span.end..].trim_start().starts_with('(');
        if token.ends || opens {
            break;
        }
    }
    let last = tokens.get(end.checked_sub(1)?)?;
    let kept = (start..end).any(|k| {
        let w = word(k);
        !EN_EMPTY.contains(&w) && !EN_WEAK.contains(&w) && !EN_ASPECTS.contains(&w)
    });
    (end > start && kept).then(|| tokens[start].span.start..last.span.end)
}

/// Whether a word is what somebody does who is asked for: "who owns the plan".
fn is_done<'w>(word: &impl Fn(usize) -> &'w str, i: usize, begun: usize) -> bool {
    i == begun + 1 && word(begun) == "who" && !word(i + 1).is_empty()
}

/// What the question asks of its subject, in the other language.
pub(super) fn translated_aspect(line: &Line<'_>, to: Language) -> Option<&'static str> {
    TRANSLATED.iter().find_map(|&(chinese, english)| match to {
        Language::English => line.norm.contains(chinese).then_some(english),
        Language::Chinese => line.norm.contains(english).then_some(chinese),
    })
}
