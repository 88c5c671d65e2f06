//! What kind of answer a question wants, and the signs of it in a sentence. Pure; it must not know what the question is about.

use std::sync::LazyLock;

use regex::Regex;

use super::units::{Kind, Unit, regex};
use crate::followup::is_common_word;
use crate::text::{normalise, numbers};

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
            "优劣",
            "哪个更",
            "difference",
            "differences",
            "differ",
            "differs",
            "compare",
            "compares",
            "compared",
            "comparison",
            "versus",
            "vs",
        ],
    ),
    (Wanted::Steps, &["步骤", "流程", "step", "steps"]),
    (Wanted::List, &["哪几"]),
    (
        Wanted::Number,
        &[
            "多少",
            "哪一年",
            "哪年",
            "何时",
            "什么时候",
            "how many",
            "how much",
            "how long",
            "how large",
            "how big",
            "how often",
            "how fast",
            "how old",
            "how far",
            "how tall",
            "how high",
            "how deep",
            "how wide",
            "how heavy",
            "how soon",
            "how late",
            "when was",
            "when were",
            "when did",
            "when will",
            "what year",
            "which year",
        ],
    ),
    (Wanted::List, &["哪些", "列举", "列出", "有什么", "which", "list"]),
    (Wanted::Steps, &["如何", "怎么", "怎样", "how"]),
    (
        Wanted::Definition,
        &[
            "是什么",
            "什么是",
            "是啥",
            "啥是",
            "什么意思",
            "啥意思",
            "何为",
            "是指",
            "什么叫",
            "定义",
            "含义",
            "what is",
            "what's",
            "define",
            "meaning of",
        ],
    ),
];

/// 「几层」, 「多大」; not 「这几年」, 「很多大模型」.
static QUANTITY: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        "(?:^|[^哪这那近前后去过好十])几(?:个|种|年|次|层|点|天|号|位|轮|倍|周|岁|条|项|类|名|篇|章|人|台|张|块|元|米|度|分钟|小时)|",
        "(?:^|[^很许更最太好众诸大不])多(?:大|长|高|久|快|远|重|深|宽)"
    ))
});
/// What is not the same, asked of two; 「哪些不同的优化器」 asks for several.
static UNLIKE: LazyLock<Regex> = LazyLock::new(|| regex(r"不同(?:$|点|之处|的地方|的是|[^的类种方])|\bdifferent(?:\s+(?:from|than|to)\b|\W*$)"));
/// "What does RAG mean?"
static MEANS: LazyLock<Regex> = LazyLock::new(|| regex(r"\bwhat (?:do|does|did) .{1,60}\b(?:mean|stand for)\b"));
/// 「LoRA 怎么样？」 asks what there is to say of it, 「怎么样部署」 how it is done.
static OPINION: LazyLock<Regex> = LazyLock::new(|| regex(r"(?:怎么样|怎样)(?:了|呢|啊|呀)?\W*$"));
/// What several things are: "what are embeddings", and not "what are the advantages".
static WHAT_ARE: LazyLock<Regex> = LazyLock::new(|| regex(r"\bwhat are ([^?.!,;]+)"));
/// Words of the longest name after "what are".
const MAX_NAME_WORDS: usize = 3;

/// What asks on which occasion, not on which day: 「什么时候用 LoRA？」.
static OCCASION: LazyLock<Regex> = LazyLock::new(|| regex(r"(?:什么时候|何时)(?:才|就)?不?(?:该|应|适合|需要|要|会|能|可以|用|使用|选)"));
/// What sets two things side by side, where something stands between them: 「对比学习是什么？」 does not.
const SIDE_BY_SIDE: &[&str] = &["对比", "比较"];
const BETWEEN: &[&str] = &["和", "与", "跟", "及", "、", "同", "一下"];

/// Characters of what an item defines.
const MAX_NAME: usize = 24;

/// Words that ask for a person, a place, a thing, or yes and no.
const ASKS: &[&str] =
    &["谁", "什么", "啥", "哪", "吗", "何处", "何地", "何时", "是否", "能不能", "是不是", "有没有", "who", "whose", "where", "which", "what"];
/// Those that do only where a question begins with them.
const ASKS_FIRST: &[&str] = &["is ", "are ", "was ", "were ", "do ", "does ", "did ", "can ", "has ", "have ", "should ", "when is ", "when are "];

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

/// A line as its marks are looked for: simplified, in lower case, with the apostrophe that is on keyboards.
fn folded(line: &str) -> String {
    normalise(line).replace('’', "'")
}

/// Whether a folded text has a mark: one of letters as words of their own, or as their beginning where it ends in a hyphen.
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
    let line = folded(line);
    let named = |(chinese, english): &(&[&str], &[&str])| chinese.iter().chain(*english).any(|mark| has(&line, mark));
    ASPECTS.iter().enumerate().filter(|(_, aspect)| named(aspect)).map(|(bit, _)| 1 << bit).sum()
}

/// Whether a heading names an aspect that a question asks for; none where one of them names no aspect.
pub(super) fn same_aspect(question: &str, heading: &str) -> Option<bool> {
    let (question, heading) = (aspects(question), aspects(heading));
    (question != 0 && heading != 0).then_some(question & heading != 0)
}

/// Whether the question asks for a year.
pub(super) fn asks_year(question: &str) -> bool {
    let text = folded(question);
    ["哪年", "哪一年", "什么年份", "what year", "which year"].iter().any(|mark| text.contains(mark))
}

/// Whether the question asks when something was, or will be.
pub(super) fn asks_time(question: &str) -> bool {
    let text = folded(question);
    let english = ["when was", "when were", "when did"].iter().any(|mark| has(&text, mark));
    english || ["什么时候", "何时"].iter().any(|mark| text.contains(mark)) && !OCCASION.is_match(&text)
}

/// How much a number that is measured in something else is a sign of the amount that is asked for.
const OTHERWISE_MEASURED: f32 = 0.5;

/// What the amount that a question asks for is measured in, where it says so: a time for 「多久」, money for 「多少钱」.
pub(super) fn measure(question: &str) -> Option<&'static Regex> {
    static ASKS_DURATION: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r"多久|多长时间|多少(?:时间|秒|分钟|小时|天|周|年)|几(?:秒|分钟|个?小时|天|周|个?星期|个月|年)|\bhow (?:long|soon|many (?:second|minute|hour|day|week|month|year)s)\b",
        )
    });
    static DURATION: LazyLock<Regex> = LazyLock::new(|| {
        regex(r"秒|分钟|分半|小时|钟头|天|夜|周|星期|月|年|\b(?:sec(?:ond)?|min(?:ute)?|hour|hr|day|(?:over)?night|week|month|year)s?\b")
    });
    static ASKS_PRICE: LazyLock<Regex> =
        LazyLock::new(|| regex(r"多少钱|价格是?多少|\bhow (?:much|expensive)\b.*\b(?:cost|costs|pay|paid|price|rent)\b|\bwhat does .* cost\b"));
    static PRICE: LazyLock<Regex> =
        LazyLock::new(|| regex(r"[元块角$€£¥￥]|钱|免费|\b(?:euro|dollar|pound|cent|yuan|yen|usd|eur|rmb|cny|free|price|cost)s?\b"));
    let text = folded(question);
    [(&ASKS_DURATION, &DURATION), (&ASKS_PRICE, &PRICE)].into_iter().find(|(asks, _)| asks.is_match(&text)).map(|(_, measure)| &**measure)
}

/// Whether something is asked of each of several things: 「分别放在哪里」.
pub(super) fn asks_of_each(question: &str) -> bool {
    let text = folded(question);
    ["分别", "各", "每"].iter().any(|mark| text.contains(mark)) || ["each", "respectively", "both"].iter().any(|mark| has(&text, mark))
}

/// Whether the question asks for somebody's telephone number.
pub(super) fn asks_number_to_call(question: &str) -> bool {
    static ASKS: LazyLock<Regex> =
        LazyLock::new(|| regex(r"(?:电话|手机|座机)(?:号码|号)?(?:是|为)?(?:多少|什么)|(?:电话|手机|座机)号|\b(?:tele)?phone numbers?\b"));
    ASKS.is_match(&folded(question))
}

/// Whether a text has what may be a telephone number.
pub(super) fn names_number_to_call(text: &str) -> bool {
    static NUMBER: LazyLock<Regex> =
        LazyLock::new(|| regex(r"(?:\+|\b0|\b1[3-9])[0-9](?:[ ()/-]{0,2}[0-9]){4,}|\b[0-9]{3,4}[ -]?[0-9]{4}\b|[0-9]{6,}"));
    NUMBER.is_match(&folded(text))
}

/// Whether the question asks for somebody's address for mail.
pub(super) fn asks_address_to_write(question: &str) -> bool {
    static ASKS: LazyLock<Regex> = LazyLock::new(|| regex(r"(?:邮箱|邮件地址)(?:地址)?(?:是|为)?(?:多少|什么|哪)|\be-?mail address(?:es)?\b"));
    ASKS.is_match(&folded(question))
}

/// Whether a text has one.
pub(super) fn names_address_to_write(text: &str) -> bool {
    text.contains('@')
}

/// Whether a text names a day, a time or a season, or says before or after what something is.
pub(super) fn names_time(text: &str) -> bool {
    TIME.is_match(&folded(text)) || names_year(text)
}

static TIME: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"[0-9〇零一二三四五六七八九十初]\s*(?:月|日|号|点|时|天|周|年|世纪|年代|分钟|小时|秒|轮|步)|[0-9]{1,2}:[0-9]{2}|[0-9]{1,4}[-/.][0-9]{1,2}|周[一二三四五六日末]|星期|礼拜|",
        "[春夏秋冬]|今天|昨天|明天|前天|后天|今晚|昨晚|早上|上午|中午|下午|晚上|凌晨|夜|[今去明前后]年|[上下本这]个?[月周]|季度|月底|月初|年初|年底|",
        "时候|时期|期间|阶段|之前|之后|以前|以后|以来|[^同及]时[，。,；]|[^前最今]后[，。,；]|[^以]前[，。,；]|当|随后|结束|开始|",
        r"\b(?:january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|",
        r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|spring|summer|autumn|winter|fall|today|yesterday|tomorrow|tonight|morning|noon|afternoon|evening|night|midnight|",
        r"century|decade|week|month|year|day|hour|minute|epoch|ago|before|after|when|while|once|until|during|since|later|earlier|last|next|now)s?\b"
    ))
});

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

/// Whether what stands after "what are" is a name, and nothing that is asked of one.
fn names_one(text: &str) -> bool {
    let mut words = text.split_whitespace();
    words.clone().count() <= MAX_NAME_WORDS && !words.any(is_common_word)
}

impl Wanted {
    /// What a question wants.
    pub(super) fn of(question: &str) -> Self {
        let text = folded(question);
        let any = |marks: &[&str]| marks.iter().any(|mark| has(&text, mark));
        let by_form = |wanted: Self| match wanted {
            Self::Comparison => UNLIKE.is_match(&text),
            Self::Number => QUANTITY.is_match(&text),
            Self::List => WHAT_ARE.captures(&text).is_some_and(|found| !names_one(&found[1])),
            Self::Definition => MEANS.is_match(&text) || WHAT_ARE.is_match(&text),
            Self::Reason | Self::Steps | Self::Other => false,
        };
        match QUESTIONS.iter().find(|(wanted, marks)| any(marks) || by_form(*wanted)).map_or(Self::Other, |(wanted, _)| *wanted) {
            Self::Reason => Self::Reason,
            _ if any(SIDE_BY_SIDE) && any(BETWEEN) => Self::Comparison,
            Self::Number if OCCASION.is_match(&text) => Self::Other,
            Self::Steps if OPINION.is_match(&text) => Self::Other,
            asked => asked,
        }
    }

    /// Whether a heading says only that what is wanted stands under it: 「做法」, "Method". What stands above it says of what.
    pub(super) fn is_named_by(self, heading: &str) -> bool {
        let names: &[&str] = match self {
            Self::Steps => &[
                "做法",
                "步骤",
                "方法",
                "流程",
                "制作",
                "制作方法",
                "制作步骤",
                "操作",
                "操作步骤",
                "操作方法",
                "用法",
                "使用方法",
                "怎么做",
                "steps",
                "method",
                "directions",
                "instructions",
                "procedure",
                "preparation",
                "how to",
            ],
            Self::Reason => &["原因", "原因分析", "为什么", "reason", "reasons", "cause", "causes", "why"],
            _ => return false,
        };
        let heading = folded(heading);
        names.contains(&heading.trim_matches(|c: char| !c.is_alphanumeric()))
    }

    /// Whether a few words answer a question of this kind: it asks who, where, which or whether. A subject without a question word wants an account.
    pub(super) fn is_short(self, question: &str) -> bool {
        let asks = |text: &str| ASKS.iter().any(|word| has(text, word)) || ASKS_FIRST.iter().any(|word| text.starts_with(word));
        self == Self::Number || (self == Self::Other && asks(&folded(question)))
    }

    /// How far a sentence looks like such an answer, 0 to 1; `measure` is what the amount that is asked for is measured in.
    pub(super) fn signs(self, normalised: &str, unit: &Unit, measure: Option<&Regex>) -> f32 {
        let marked = f32::from(u8::from(marks(self).iter().any(|mark| normalised.contains(mark))));
        let item = f32::from(u8::from(unit.kind == Kind::Item));
        match self {
            Self::Number => {
                let counts =
                    !numbers(normalised).is_empty() || normalised.contains(['一', '二', '三', '两', '四', '五', '六', '七', '八', '九', '十']);
                let measured = measure.is_none_or(|measure| measure.is_match(normalised));
                if measured { f32::from(u8::from(counts)) } else { OTHERWISE_MEASURED * f32::from(u8::from(counts)) }
            }
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
            ("How often does the model sync?", Wanted::Number),
            ("微调有哪几种方法？", Wanted::List),
            ("有几种微调方法？", Wanted::Number),
            ("BERT 有几层？", Wanted::Number),
            ("会议几点开始？", Wanted::Number),
            ("目前很多大模型采用什么架构？", Wanted::Other),
            ("这几年大模型有什么进展？", Wanted::List),
            ("模型有多大？", Wanted::Number),
            ("LoRA 怎么样？", Wanted::Other),
            ("怎么样部署模型？", Wanted::Steps),
            ("What are embeddings?", Wanted::Definition),
            ("What are scaling laws?", Wanted::Definition),
            ("What are the advantages of LoRA?", Wanted::List),
            ("What are pros and cons?", Wanted::List),
            ("What does RAG mean?", Wanted::Definition),
            ("LoRA 是啥？", Wanted::Definition),
            ("KV cache 什么意思？", Wanted::Definition),
            ("有哪些不同的优化器？", Wanted::List),
            ("LoRA 和 QLoRA 有哪些不同？", Wanted::Comparison),
            ("How is LoRA different from QLoRA?", Wanted::Comparison),
            ("What are the different kinds of attention?", Wanted::List),
        ] {
            assert_eq!(Wanted::of(question), wanted, "{question}");
        }
    }

    #[test]
    fn traditional_characters_and_either_apostrophe_ask_the_same() {
        for (one, other) in [("為什麼要除以根號 d？", "为什么要除以根号 d？"), ("優化器有哪些？", "优化器有哪些？"), ("What’s LoRA?", "What's LoRA?")]
        {
            assert_eq!(Wanted::of(one), Wanted::of(other), "{one}");
            assert_ne!(Wanted::of(one), Wanted::Other, "{one}");
            assert_eq!(Wanted::of(one).is_short(one), Wanted::of(other).is_short(other));
        }
        assert_eq!(same_aspect("LoRA 有什麼缺點？", "LoRA 的局限"), Some(true));
        assert!(asks_year("論文是哪一年發表的？"));
    }

    #[test]
    fn a_time_is_asked_for_and_known_by_its_words() {
        for question in ["论文是什么时候发表的？", "When was LoRA published?", "When did Alice join?"] {
            assert!(asks_time(question), "{question}");
        }
        for question in ["什么时候用 LoRA？", "When should I use LoRA?", "Why did it fail?"] {
            assert!(!asks_time(question), "{question}");
        }
        for text in ["会议在三月五日", "周五发布", "她在春天加入", "released in June", "It starts at 18:00", "收到请求之后", "2021 年发表"]
        {
            assert!(names_time(text), "{text}");
        }
        for text in ["LoRA 冻结原权重。", "LoRA trains two small matrices."] {
            assert!(!names_time(text), "{text}");
        }
    }

    #[test]
    fn what_an_amount_is_measured_in_is_seen_in_the_question() {
        for (question, fits, other) in [
            ("红烧肉要炖多久？", "小火炖一个半小时。", "冰糖 30 克"),
            ("How long does it bake?", "bake for 45 minutes", "500 g flour"),
            ("旅馆每晚多少钱？", "每晚 680 元", "住在三楼"),
            ("How much does the room cost?", "680 euros a night", "room 12"),
        ] {
            let measure = measure(question).expect(question);
            assert!(measure.is_match(fits) && !measure.is_match(other), "{question}");
        }
        for question in ["How much memory does it need?", "有多少层？"] {
            assert!(measure(question).is_none(), "{question}");
        }
    }

    #[test]
    fn an_aspect_is_seen_by_whole_words() {
        assert_eq!(same_aspect("How does LoRA work?", "LoRA 的原理是什么？"), Some(true));
        assert_eq!(same_aspect("How is RAG evaluated?", "怎样评估 RAG？"), Some(true));
        assert_eq!(same_aspect("What is a neural network?", "神经网络的原理"), Some(false));
        assert_eq!(same_aspect("prefix tuning", "怎样避免过拟合？"), None);
    }
}
