//! What kind of answer a question wants, and the signs of it in a sentence. Pure; it must not know what the question is about.

use std::sync::LazyLock;

use regex::Regex;

use super::units::{Kind, Unit, regex};
use crate::text::numbers;

/// The kind of answer wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    Definition,
    Reason,
    Steps,
    Number,
    Comparison,
    List,
    Other,
}

/// Marks of a question, the more telling kinds first. Those of letters are whole words, where they do not end in a hyphen.
const QUESTIONS: &[(Wanted, &[&str])] = &[
    (Wanted::Reason, &["为什么", "为何", "原因", "为啥", "why", "reason", "reasons", "what cause", "what causes", "what caused"]),
    (
        Wanted::Comparison,
        &[
            "区别",
            "差异",
            "不同",
            "优劣",
            "哪个更",
            "difference",
            "differences",
            "differ",
            "differs",
            "different",
            "compare",
            "compares",
            "compared",
            "comparison",
            "versus",
            "vs",
        ],
    ),
    (Wanted::Steps, &["步骤", "流程", "step", "steps"]),
    (
        Wanted::Number,
        &[
            "多少",
            "几个",
            "几种",
            "几年",
            "几次",
            "多大",
            "多长",
            "多高",
            "多久",
            "哪一年",
            "哪年",
            "何时",
            "什么时候",
            "how many",
            "how much",
            "how long",
            "how large",
            "how big",
            "when was",
            "when were",
            "when did",
            "when will",
            "what year",
            "which year",
        ],
    ),
    (Wanted::List, &["哪些", "哪几", "列举", "列出", "有什么", "which", "list", "what are"]),
    (Wanted::Steps, &["如何", "怎么", "怎样", "how"]),
    (Wanted::Definition, &["是什么", "什么是", "何为", "是指", "什么叫", "定义", "含义", "what is", "what's", "define", "meaning of"]),
];

/// What asks on which occasion, not on which day: 「什么时候用 LoRA？」.
static OCCASION: LazyLock<Regex> = LazyLock::new(|| regex(r"(?:什么时候|何时)(?:才|就)?不?(?:该|应|适合|需要|要|会|能|可以|用|使用|选)"));
/// What sets two things side by side, where something stands between them: 「对比学习是什么？」 does not.
const SIDE_BY_SIDE: &[&str] = &["对比", "比较"];
const BETWEEN: &[&str] = &["和", "与", "跟", "及", "、", "同", "一下"];

/// Characters of what an item defines.
const MAX_NAME: usize = 24;

/// Words that ask for a person, a place, a thing, or yes and no.
const ASKS: &[&str] = &["谁", "什么", "哪", "吗", "何处", "何地", "是否", "能不能", "是不是", "有没有", "who", "whose", "where", "which", "what"];
/// Those that do only where a question begins with them.
const ASKS_FIRST: &[&str] = &["is ", "are ", "was ", "were ", "do ", "does ", "did ", "can ", "has ", "have ", "should "];

/// What of its subject a question or heading is about, in both languages.
const ASPECTS: &[(&[&str], &[&str])] = &[
    (
        &["原理", "机制", "怎么工作", "如何工作", "怎样工作"],
        &["how does", "how do", "work", "works", "working", "mechanism", "mechanisms", "principle", "principles"],
    ),
    (&["是什么", "什么是", "定义", "概念"], &["what is", "what's", "define", "definition"]),
    (&["为什么", "为何", "原因"], &["why", "reason", "reasons", "cause", "causes"]),
    (&["区别", "不同", "差异", "对比", "比较"], &["differen-", "differ", "differs", "compar-", "versus", "vs"]),
    (&["缺点", "局限", "不足", "问题", "挑战"], &["drawback-", "disadvantage-", "limitation-", "weakness-", "downside-", "problem-", "challenge-"]),
    (&["优点", "优势", "好处", "作用"], &["advantage-", "benefit-", "strength-", "purpose-", "used for"]),
    (&["哪些", "种类", "分类", "类型"], &["kinds of", "types of", "what are", "list"]),
    (&["怎么选", "如何选", "选择"], &["choos-", "select-", "pick", "picking", "which"]),
    (&["评估", "评测", "评价", "衡量", "指标"], &["evaluat-", "measur-", "metric-", "assess-"]),
    (&["场景", "应用", "适合", "用途"], &["when should", "use case-", "application-", "suitable"]),
    (&["步骤", "流程"], &["step", "steps", "process", "procedure-", "workflow-"]),
    (&["减少", "缓解", "避免", "防止", "降低", "解决"], &["reduc-", "mitigat-", "avoid-", "prevent-", "solv-", "fix", "fixing"]),
    (&["加速", "提速", "更快"], &["faster", "speed up", "speeding up", "accelerat-"]),
];

/// Whether a text in lower case has a mark: one of letters as words of their own, or as their beginning where it ends in a hyphen.
fn has(text: &str, mark: &str) -> bool {
    let (mark, stem) = mark.strip_suffix('-').map_or((mark, false), |stem| (stem, true));
    if !mark.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return text.contains(mark);
    }
    let letter = |c: char| c.is_ascii_alphanumeric();
    text.match_indices(mark).any(|(at, _)| !text[..at].ends_with(letter) && (stem || !text[at + mark.len()..].starts_with(letter)))
}

/// The aspects that a line names, a bit for each.
fn aspects(line: &str) -> u32 {
    let line = line.to_lowercase();
    let named = |(chinese, english): &(&[&str], &[&str])| chinese.iter().chain(*english).any(|mark| has(&line, mark));
    ASPECTS.iter().enumerate().filter(|(_, aspect)| named(aspect)).map(|(bit, _)| 1 << bit).sum()
}

/// Whether a heading names an aspect that a question asks for.
pub(super) fn same_aspect(question: &str, heading: &str) -> bool {
    aspects(question) & aspects(heading) != 0
}

/// Whether the question asks for a year.
pub(super) fn asks_year(question: &str) -> bool {
    let text = question.to_lowercase();
    ["哪年", "哪一年", "什么年份", "what year", "which year"].iter().any(|mark| text.contains(mark))
}

/// Whether a text names a year.
pub(super) fn names_year(text: &str) -> bool {
    let year = |run: &str| run.len() == 4 && (run.starts_with("1") || run.starts_with("20"));
    let chinese = text
        .split('年')
        .rev()
        .skip(1)
        .any(|before| before.trim_end().ends_with(|c: char| c.is_numeric() || "〇零一二三四五六七八九十元".contains(c)));
    chinese || text.split(|c: char| !c.is_ascii_digit()).any(year)
}

/// Marks of a sentence of each kind.
fn marks(wanted: Wanted) -> &'static [&'static str] {
    match wanted {
        Wanted::Definition => &[
            "是指",
            "指的是",
            "是一种",
            "是一个",
            "是一类",
            "是将",
            "是把",
            "即",
            "定义为",
            "称为",
            "叫做",
            " is a",
            " is an",
            " is the",
            " are ",
            "refers to",
            "means ",
        ],
        Wanted::Reason => &[
            "因为",
            "由于",
            "因此",
            "所以",
            "原因",
            "从而",
            "避免",
            "以便",
            "为了",
            "导致",
            "使得",
            "because",
            "since ",
            "so that",
            "therefore",
            "reason",
            "avoid",
            "to prevent",
        ],
        Wanted::Steps => {
            &["首先", "然后", "其次", "最后", "步骤", "通过", "使用", "采用", "可以", "先", "再", "first", "then", "finally", "step", "use ", "by "]
        }
        Wanted::Comparison => &["而", "区别", "不同", "相比", "相对", "优于", "则", "while", "whereas", "unlike", "than", "differ", "however"],
        Wanted::List => &["包括", "分为", "有以下", "主要有", "种", "include", "such as", "following", "kinds of"],
        Wanted::Number | Wanted::Other => &[],
    }
}

impl Wanted {
    /// What a question wants.
    pub(super) fn of(question: &str) -> Self {
        let text = question.to_lowercase();
        let any = |marks: &[&str]| marks.iter().any(|mark| has(&text, mark));
        match QUESTIONS.iter().find(|(_, marks)| any(marks)).map_or(Self::Other, |(wanted, _)| *wanted) {
            Self::Reason => Self::Reason,
            _ if any(SIDE_BY_SIDE) && any(BETWEEN) => Self::Comparison,
            Self::Number if OCCASION.is_match(&text) => Self::Other,
            asked => asked,
        }
    }

    /// Whether a few words answer a question of this kind: it asks who, where, which or whether. A subject without a question word wants an account.
    pub(super) fn is_short(self, question: &str) -> bool {
        let asks = |text: &str| ASKS.iter().any(|word| has(text, word)) || ASKS_FIRST.iter().any(|word| text.starts_with(word));
        self == Self::Number || (self == Self::Other && asks(&question.to_lowercase()))
    }

    /// How far a sentence looks like such an answer, 0 to 1.
    pub(super) fn signs(self, normalised: &str, unit: &Unit) -> f32 {
        let marked = f32::from(u8::from(marks(self).iter().any(|mark| normalised.contains(mark))));
        let item = f32::from(u8::from(unit.kind == Kind::Item));
        match self {
            Self::Number => f32::from(u8::from(
                !numbers(normalised).is_empty() || normalised.contains(['一', '二', '三', '两', '四', '五', '六', '七', '八', '九', '十']),
            )),
            Self::List | Self::Steps => marked.max(item),
            // 「Adam：把动量和……结合起来」.
            Self::Definition if unit.kind == Kind::Item => {
                marked.max(f32::from(u8::from(unit.clean.chars().take(MAX_NAME).any(|c| matches!(c, '：' | ':')))))
            }
            _ => marked,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wanted_is_seen_by_whole_words() {
        for (question, wanted) in [
            ("What is chain-of-thought reasoning?", Wanted::Definition),
            ("What is differential privacy?", Wanted::Definition),
            ("对比学习是什么？", Wanted::Definition),
            ("对比学习有哪些方法？", Wanted::List),
            ("为什么对比学习有效？", Wanted::Reason),
            ("LoRA 和 QLoRA 对比一下", Wanted::Comparison),
            ("Show me the settings", Wanted::Other),
            ("What causes hallucination?", Wanted::Reason),
            ("When should I use LoRA?", Wanted::Other),
            ("When was GPT-3 released?", Wanted::Number),
            ("什么时候用 LoRA？", Wanted::Other),
            ("GPT-3 是什么时候发布的？", Wanted::Number),
            ("How does LoRA work?", Wanted::Steps),
        ] {
            assert_eq!(Wanted::of(question), wanted, "{question}");
        }
    }

    #[test]
    fn an_aspect_is_seen_by_whole_words() {
        assert!(same_aspect("How does LoRA work?", "LoRA 的原理是什么？") && same_aspect("How is RAG evaluated?", "怎样评估 RAG？"));
        assert!(!same_aspect("What is a neural network?", "神经网络的原理") && !same_aspect("prefix tuning", "怎样避免过拟合？"));
    }
}
