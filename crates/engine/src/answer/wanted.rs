//! What kind of answer a question wants, and the signs of it in a sentence. Pure; it must not know what the question is about.

use super::units::{Kind, Unit};
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

/// Marks of a question, the more telling kinds first.
const QUESTIONS: &[(Wanted, &[&str])] = &[
    (Wanted::Reason, &["为什么", "为何", "原因", "为啥", "why", "reason"]),
    (Wanted::Comparison, &["区别", "差异", "不同", "对比", "比较", "优劣", "哪个更", "difference", "differ", "compare", "versus", " vs"]),
    (Wanted::Steps, &["步骤", "流程", "steps"]),
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
            "when ",
            "what year",
            "which year",
        ],
    ),
    (Wanted::List, &["哪些", "哪几", "列举", "有什么", "which ", "list ", "what are"]),
    (Wanted::Steps, &["如何", "怎么", "怎样", "how "]),
    (Wanted::Definition, &["是什么", "什么是", "何为", "是指", "什么叫", "定义", "含义", "what is", "what's", "define", "meaning of"]),
];

/// Words that ask for a person, a place, a thing, or yes and no.
const ASKS: &[&str] = &["谁", "什么", "哪", "吗", "何处", "何地", "是否", "能不能", "是不是", "有没有", "who", "whose", "where", "which", "what "];
/// Those that do only where a question begins with them.
const ASKS_FIRST: &[&str] = &["is ", "are ", "was ", "were ", "do ", "does ", "did ", "can ", "has ", "have ", "should "];

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
        QUESTIONS.iter().find(|(_, marks)| marks.iter().any(|mark| text.contains(mark))).map_or(Self::Other, |(wanted, _)| *wanted)
    }

    /// Whether a few words answer a question of this kind: it asks who, where, which or whether. A subject without a question word wants an account.
    pub(super) fn is_short(self, question: &str) -> bool {
        let asks = |text: &str| ASKS.iter().any(|word| text.contains(word)) || ASKS_FIRST.iter().any(|word| text.starts_with(word));
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
            _ => marked,
        }
    }
}
