//! Marks at the start of a line: bullets, numbers, choices, question marks and answer labels.
//! It must not know the lines around: what a mark means there is decided in the outline.

use super::line::is_space;

/// How a number is written; headings of one style are siblings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::ingest) enum Style {
    /// The page's title.
    Title,
    /// A short line between empty lines.
    Bare,
    /// `## …`
    Hashes(u8),
    /// A line underlined with this character.
    Underlined(char),
    /// `第三章`, `Chapter 3`, `Part 3`.
    Chapter,
    /// `第 3 节`, `Section 3`.
    Section,
    /// `第 3 步`, `Step 3`.
    Step,
    /// `一、`
    Han,
    /// `（一）`
    HanParen,
    /// `1.`
    Dot,
    /// `1、`
    Comma,
    /// `1)`
    Paren,
    /// `(1)`
    Parens,
    /// `①`
    Circled,
    /// `1 Title`
    Space,
    /// `2.1`, with this many parts.
    Parts(u8),
    /// `问题：`, `Q:`, `面试题 3：`, or a line that is a question and is answered.
    Question,
}

/// A number at the start of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::ingest) struct Number {
    /// How it is written.
    pub(in crate::ingest) style: Style,
    /// Its parts: `[2, 1]` for `2.1`.
    pub(in crate::ingest) parts: Vec<u32>,
    /// Byte length of the mark with the white space after it.
    pub(in crate::ingest) len: usize,
}

/// What a line starts with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::ingest) enum Mark {
    /// Nothing of note.
    None,
    /// A bullet; byte length with the white space after it.
    Bullet(usize),
    /// A number.
    Number(Number),
    /// `A.`, `B)`, `a. `: the letter, and the byte length.
    Choice(u8, usize),
    /// `问题：`, `Q:`; byte length of the mark.
    Question(usize),
    /// `答案：…` with text after it.
    Answer,
    /// `答案` alone.
    Label,
    /// `## …`: level, byte length.
    Hashes(u8, usize),
}

/// The mark of a trimmed, non-empty line.
pub(in crate::ingest) fn mark(line: &str) -> Mark {
    if let Some(mark) = hashes(line).or_else(|| answer(line)).or_else(|| question(line)) {
        return mark;
    }
    if let Some(number) = number(line) {
        return Mark::Number(number);
    }
    if let Some(len) = bullet(line) {
        return Mark::Bullet(len);
    }
    choice(line).unwrap_or(Mark::None)
}

/// `## …`, and `** …` of Org from the second level on (one star is a bullet elsewhere).
fn hashes(line: &str) -> Option<Mark> {
    let sign = line.bytes().next().filter(|b| matches!(b, b'#' | b'*'))?;
    let level = line.bytes().take_while(|&b| b == sign).count();
    if sign == b'*' && (level < 2 || line.ends_with('*')) {
        return None;
    }
    let rest = line.get(level..)?;
    let len = level + (rest.len() - rest.trim_start_matches(is_space).len());
    ((1..=6).contains(&level) && len > level && len < line.len()).then_some(Mark::Hashes(u8::try_from(level).unwrap_or(6), len))
}

fn bullet(line: &str) -> Option<usize> {
    let first = line.chars().next()?;
    let after = line.get(first.len_utf8()..)?;
    let space = after.len() - after.trim_start_matches(is_space).len();
    let solid =
        matches!(first, '•' | '●' | '○' | '◦' | '▪' | '■' | '□' | '◆' | '◇' | '▶' | '➤' | '✅' | '☑' | '☐' | '·' | '‣' | '∙' | '⁃' | '\u{f0b7}');
    let loose = matches!(first, '-' | '*' | '+' | '–' | '—') && space > 0;
    ((solid || loose) && after.len() > space).then_some(first.len_utf8() + space)
}

fn choice(line: &str) -> Option<Mark> {
    let mut chars = line.chars();
    let mut first = chars.next()?;
    let mut len = first.len_utf8();
    let bracketed = matches!(first, '(' | '（');
    if bracketed {
        first = chars.next()?;
        len += first.len_utf8();
    }
    if !matches!(first, 'A'..='J' | 'a'..='j') {
        return None;
    }
    let close = chars.next()?;
    let fits = if bracketed { matches!(close, ')' | '）') } else { matches!(close, '.' | '、' | '．' | ')' | '）' | ':' | '：') };
    len += close.len_utf8();
    let tail = line.get(len..)?;
    let rest = tail.trim_start_matches(is_space);
    // `e.g.` and `a.out` are words.
    let fits = fits && (first.is_ascii_uppercase() || (rest.len() < tail.len() && close != ':'));
    (fits && !rest.is_empty()).then(|| Mark::Choice(u8::try_from(first).unwrap_or(b'A'), line.len() - rest.len()))
}

const QUESTION_WORDS: &[&str] = &["问题", "题目", "提问", "问", "Question", "question", "Q", "q"];
const NUMBERED_QUESTION_WORDS: &[&str] =
    &["面试题", "思考题", "练习题", "选择题", "判断题", "简答题", "问题", "题目", "例题", "习题", "Question", "Q"];
const ANSWER_WORDS: &[&str] = &[
    "参考答案",
    "正确答案",
    "标准答案",
    "答案解析",
    "答案与解析",
    "答案",
    "解析",
    "解答",
    "回答",
    "题解",
    "参考回答",
    "答",
    "分析",
    "Answer",
    "answer",
    "Solution",
    "Explanation",
    "A",
];
/// Labels that need no colon when they stand alone.
const BARE_LABELS: &[&str] =
    &["参考答案", "正确答案", "标准答案", "答案解析", "答案与解析", "答案", "解析", "解答", "回答", "题解", "Answer", "Solution", "Explanation"];

fn strip_word<'l>(line: &'l str, words: &[&str]) -> Option<&'l str> {
    words.iter().find_map(|word| line.strip_prefix(word))
}

/// `问题：…`, `Q: …`, `【问题】…`, without a number.
fn question(line: &str) -> Option<Mark> {
    let line_len = line.len();
    let line = line.strip_prefix("**").unwrap_or(line);
    let rest = match line.strip_prefix(['【', '[']) {
        Some(inner) => strip_word(inner, QUESTION_WORDS)?.strip_prefix(['】', ']'])?,
        None => strip_word(line, QUESTION_WORDS)?.trim_start_matches(is_space).strip_prefix([':', '：'])?,
    };
    let body = rest.trim_start_matches(|c: char| is_space(c) || matches!(c, '*' | ':' | '：'));
    Some(Mark::Question(line_len - body.len()))
}

/// `答案`, `解析：…`, `回答（有经验）：…`, `A: …`.
fn answer(line: &str) -> Option<Mark> {
    let line = line.trim_matches('*');
    let (rest, word) = match line.strip_prefix(['【', '[']) {
        Some(inner) => {
            let rest = strip_word(inner, ANSWER_WORDS)?.strip_prefix(['】', ']'])?;
            (rest, None)
        }
        None => {
            let word = ANSWER_WORDS.iter().find(|word| line.starts_with(**word))?;
            (line.get(word.len()..)?, Some(*word))
        }
    };
    let rest = rest.trim_start_matches(|c: char| is_space(c) || c == '*');
    if rest.is_empty() {
        return word.is_none_or(|word| BARE_LABELS.contains(&word)).then_some(Mark::Label);
    }
    // One remark in brackets may stand between the word and the colon.
    let rest = match rest.strip_prefix(['（', '(']).and_then(|inner| inner.split_once(['）', ')'])) {
        Some((remark, rest)) if remark.chars().count() <= 20 => rest,
        _ => rest,
    };
    let body = match rest.strip_prefix([':', '：']) {
        Some(body) => body.trim_matches(|c: char| is_space(c) || c == '*'),
        None if word.is_none() => rest,
        None => return None,
    };
    Some(if body.is_empty() { Mark::Label } else { Mark::Answer })
}

/// A number at the start of a trimmed line, with text after it.
pub(super) fn number(line: &str) -> Option<Number> {
    let found = numbered_question(line)
        .or_else(|| ordinal(line))
        .or_else(|| english(line))
        .or_else(|| han(line))
        .or_else(|| circled(line))
        .or_else(|| digits(line))?;
    let body = line.get(found.len..)?;
    (!body.trim().is_empty()).then_some(found)
}

fn take_digits(text: &str) -> Option<(u32, usize)> {
    let len = text.bytes().take_while(u8::is_ascii_digit).count();
    if len == 0 || len > 4 {
        return None;
    }
    Some((text.get(..len)?.parse().ok()?, len))
}

/// `一`, `十二`, `二十`, up to 99.
fn take_han(text: &str) -> Option<(u32, usize)> {
    let (mut value, mut len, mut unit) = (0, 0, 0);
    for c in text.chars().take(3) {
        let digit = match c {
            '一' => 1,
            '二' | '两' => 2,
            '三' => 3,
            '四' => 4,
            '五' => 5,
            '六' => 6,
            '七' => 7,
            '八' => 8,
            '九' => 9,
            '十' => {
                value += if unit == 0 { 10 } else { unit * 10 };
                unit = 0;
                len += c.len_utf8();
                continue;
            }
            _ => break,
        };
        unit = digit;
        len += c.len_utf8();
    }
    (len > 0).then_some((value + unit, len))
}

fn spaces(text: &str) -> usize {
    text.len() - text.trim_start_matches(is_space).len()
}

/// `第三章 …`, `第 3 节：…`, `第5题`.
fn ordinal(line: &str) -> Option<Number> {
    let rest = line.strip_prefix('第')?;
    let rest = rest.get(spaces(rest)..)?;
    let (value, len) = take_digits(rest).or_else(|| take_han(rest))?;
    let rest = rest.get(len..)?;
    let rest = rest.get(spaces(rest)..)?;
    let (style, rest) = if let Some(rest) = rest.strip_prefix("部分") {
        (Style::Chapter, rest)
    } else {
        let unit = rest.chars().next()?;
        let style = match unit {
            '章' | '篇' | '编' | '卷' | '部' | '讲' | '课' | '回' => Style::Chapter,
            '节' => Style::Section,
            '步' => Style::Step,
            '题' => Style::Question,
            _ => return None,
        };
        (style, rest.get(unit.len_utf8()..)?)
    };
    let body = rest.trim_start_matches(|c: char| is_space(c) || matches!(c, ':' | '：' | '.' | '、' | '-' | '—'));
    Some(Number { style, parts: vec![value], len: line.len() - body.len() })
}

/// `Chapter 3`, `Section 2:`, `Step 1.`
fn english(line: &str) -> Option<Number> {
    const WORDS: &[(&str, Style)] = &[
        ("Chapter ", Style::Chapter),
        ("CHAPTER ", Style::Chapter),
        ("Part ", Style::Chapter),
        ("PART ", Style::Chapter),
        ("Lesson ", Style::Chapter),
        ("Lecture ", Style::Chapter),
        ("Section ", Style::Section),
        ("Step ", Style::Step),
    ];
    let (word, style) = WORDS.iter().find(|(word, _)| line.starts_with(word))?;
    let rest = line.get(word.len()..)?;
    let (value, len) = take_digits(rest)?;
    let rest = rest.get(len..)?;
    let body = rest.trim_start_matches(|c: char| is_space(c) || matches!(c, ':' | '：' | '.' | '-' | '—' | '–'));
    (body.len() < rest.len()).then_some(Number { style: *style, parts: vec![value], len: line.len() - body.len() })
}

/// `面试题 3：…`, `Q3: …`, `Question 3. …`
fn numbered_question(line: &str) -> Option<Number> {
    let rest = strip_word(line, NUMBERED_QUESTION_WORDS)?;
    let rest = rest.get(spaces(rest)..)?;
    let (value, len) = take_digits(rest).or_else(|| take_han(rest))?;
    let rest = rest.get(len..)?;
    let body = rest.trim_start_matches(|c: char| is_space(c) || matches!(c, ':' | '：' | '.' | '、' | ')' | '）'));
    let marked = rest.len() > body.len() && !rest.get(..rest.len() - body.len())?.chars().all(is_space);
    // `Q3 revenue` is a quarter: without a separator only a question counts.
    (marked || (body.len() < rest.len() && super::line::ends_question(body))).then_some(Number {
        style: Style::Question,
        parts: vec![value],
        len: line.len() - body.len(),
    })
}

/// `一、…`, `（一）…`
fn han(line: &str) -> Option<Number> {
    let (inner, bracketed) = match line.strip_prefix(['（', '(']) {
        Some(inner) => (inner, true),
        None => (line, false),
    };
    let (value, len) = take_han(inner)?;
    let rest = inner.get(len..)?;
    let close = rest.chars().next()?;
    let style = match (bracketed, close) {
        (true, '）' | ')') | (false, '）') => Style::HanParen,
        (false, '、' | '．' | '.') => Style::Han,
        _ => return None,
    };
    let rest = rest.get(close.len_utf8()..)?;
    Some(Number { style, parts: vec![value], len: line.len() - rest.len() + spaces(rest) })
}

fn circled(line: &str) -> Option<Number> {
    let first = line.chars().next()?;
    let value = match first {
        '①'..='⑳' => first as u32 - '①' as u32 + 1,
        _ => return None,
    };
    let rest = line.get(first.len_utf8()..)?;
    Some(Number { style: Style::Circled, parts: vec![value], len: first.len_utf8() + spaces(rest) })
}

/// `1.`, `1、`, `1)`, `(1)`, `2.1`, `2.1.3`, `1 Title`.
fn digits(line: &str) -> Option<Number> {
    if let Some(inner) = line.strip_prefix(['(', '（']) {
        let (value, len) = take_digits(inner)?;
        let rest = inner.get(len..)?.strip_prefix([')', '）'])?;
        return Some(Number { style: Style::Parens, parts: vec![value], len: line.len() - rest.len() + spaces(rest) });
    }
    let (value, len) = take_digits(line)?;
    let mut parts = vec![value];
    let mut rest = line.get(len..)?;
    while let Some(after) = rest.strip_prefix(['.', '．'])
        && let Some((value, len)) = take_digits(after)
        && parts.len() < 6
    {
        parts.push(value);
        rest = after.get(len..)?;
    }
    let close = rest.chars().next()?;
    let tail = if matches!(close, '.' | '．' | '、' | ')' | '）') { rest.get(close.len_utf8()..)? } else { rest };
    let next = tail.chars().next()?;
    // `1.041` and `3.1415` are numbers, not places in an outline.
    let mark = line.get(..line.len() - rest.len()).unwrap_or("");
    if parts.len() > 1 && mark.split(['.', '．']).any(|part| part.len() > 2 || (part.len() > 1 && part.starts_with('0'))) {
        return None;
    }
    let style = match close {
        _ if parts.len() > 1 && (is_space(next) || !next.is_ascii() || tail.len() < rest.len()) => {
            Style::Parts(u8::try_from(parts.len()).unwrap_or(6))
        }
        _ if parts.len() > 1 => return None,
        // `3.x` and `v1.md` are no marks.
        '.' | '．' if is_space(next) || !next.is_ascii() || next.is_ascii_uppercase() || matches!(next, '"' | '(' | '[' | '`' | '*') => Style::Dot,
        '、' => Style::Comma,
        ')' | '）' => Style::Paren,
        _ if is_space(close) => Style::Space,
        _ => return None,
    };
    Some(Number { style, parts, len: line.len() - tail.len() + spaces(tail) })
}
