//! What in a Chinese question points back, and what of it is about something by itself. It must not know what is done about it.

use crate::followup::Topic;
use crate::followup::line::{Line, begins, ends, has, marked};
use crate::followup::words::{ASPECTS, COMPARING, EMPTY, GENERIC, HOW_VERBS, NO_REFERENCE, OPENINGS, PREDICATES, QUANTITIES};
use crate::text::{is_cjk, normalise};

/// How a clause begins that only says what is compared with, or when.
const FRAMES: &[&str] = &["和", "与", "跟", "同", "相比", "比起", "相较", "对比", "除了", "不同于"];

/// How a question begins for what is done to something.
const ASKING: &[&str] = &[
    "怎么样才能",
    "怎么才能",
    "怎么去",
    "怎么",
    "如何",
    "怎样才能",
    "怎样",
    "谁",
    "什么情况下",
    "什么时候",
    "为什么要",
    "为什么",
    "哪些情况下",
    "哪里",
];
/// Characters of what is done.
const MAX_VERB: usize = 4;

/// What points back.
pub(super) enum Pointer {
    /// 它, 这种方法.
    One,
    /// 它们.
    All,
    /// 这两者.
    Both,
    First,
    Second,
    /// 其, 这些参数: the subject's.
    Of,
    /// 「第二步」: a point of a list, from 0; 「最后一步」: the last.
    Item(Option<usize>),
}

/// Its place, its bytes, and what it points to.
pub(super) type Found = (usize, usize, Pointer);

/// The first thing in a question that points back. `Some(None)`: it points to something in the question itself.
pub(super) fn pointer(line: &Line<'_>, topic: &Topic<'_>) -> Option<Option<Found>> {
    let text = &line.norm;
    let masked = marked(text, NO_REFERENCE);
    let known = topic.one().map(|(subject, _)| normalise(&subject)).unwrap_or_default();
    let (at, len, pointer) =
        text.char_indices().filter(|(i, _)| !masked[*i]).find_map(|(i, _)| points(text, i, &known, topic.person()).map(|(len, p)| (i, len, p)))?;
    let before = &text[..at];
    let framed = before.rfind(',').is_some_and(|comma| begins(&before[..comma], FRAMES).is_some() && rest(&before[comma..]).is_empty())
        || begins(before.trim_start(), &["在", "当"]).is_some() && ends(before, &["时", "时候", "中", "里", "上", "下", "阶段"]).is_some();
    Some((only_asks(before) || framed || done_to(before)).then_some((at, len, pointer)))
}

/// What stands before something that only sets another thing beside it: 「除了它还有什么方法」, 「比它更好的」.
const BESIDE: &[&str] = &["除了", "除", "比", "比起", "不同于", "类似", "类似于"];

/// Whether words before a pronoun name nothing: they only ask, politely or not (「介绍一下」, 「我应该怎么用」).
fn only_asks(before: &str) -> bool {
    let mut left = before.trim();
    while let Some(word) = begins(left, OPENINGS).or_else(|| begins(left, &["我们", "我", "你", "您", "想知道", "想了解", "告诉"])) {
        left = left[word.len()..].trim_start_matches([' ', ',']);
    }
    BESIDE.contains(&left) || rest(left).is_empty()
}

/// Whether before the pronoun only stands what is done to it: 「怎么压缩」, 「谁提出了」. Longer, it may name what the pronoun points to.
fn done_to(before: &str) -> bool {
    let before = before.trim_start();
    let of_which = || {
        // 「哪些模型用了」.
        let named = &before[begins(before, &["哪些", "哪个", "哪种", "什么", "有哪些", "有什么"])?.len()..];
        Some(named[begins(named, GENERIC)?.len()..].trim())
    };
    let verb = begins(before, ASKING).map(|asking| before[asking.len()..].trim()).or_else(of_which);
    verb.is_some_and(|verb| verb.chars().count() <= MAX_VERB && verb.chars().all(is_cjk))
}

fn points(text: &str, at: usize, known: &str, person: bool) -> Option<(usize, Pointer)> {
    let here = &text[at..];
    if let Some(word) = begins(here, &["这两者", "这二者", "两者", "二者", "这两个", "它们俩"]) {
        let generic = begins(&here[word.len()..], GENERIC).filter(|_| word == "这两个").map_or(0, str::len);
        return Some((word.len() + generic, Pointer::Both));
    }
    for (word, pointer) in [("前者", Pointer::First), ("后者", Pointer::Second), ("它们", Pointer::All), ("他们", Pointer::All), ("它", Pointer::One)]
    {
        if here.starts_with(word) {
            return Some((word.len(), pointer));
        }
    }
    if let Some(word) = begins(here, &["他", "她"]).filter(|_| person) {
        return Some((word.len(), Pointer::One));
    }
    // 「那里多少钱一晚？」, 「去那边要多久」; not 「我们那边」, 「公司那边」.
    let free = text[..at].chars().next_back().is_none_or(|c| !c.is_alphanumeric() || "去到在从住离往回".contains(c));
    if let Some(word) = begins(here, &["那里", "那儿", "那边"]).filter(|_| free) {
        return Some((word.len(), Pointer::One));
    }
    if let Some(after) = here.strip_prefix('其') {
        return begins(after, ASPECTS).or_else(|| begins(after, QUANTITIES)).map(|_| ('其'.len_utf8(), Pointer::Of));
    }
    if let Some((nth, after)) = ordinal(here) {
        let noun = begins(after, GENERIC).map_or(0, str::len);
        let counted = here.len() - after.len() + noun;
        return rest(&after[noun..]).is_empty().then_some((counted, Pointer::Item(nth)));
    }
    let word = begins(here, &["上述", "这一", "这些", "那些", "这个", "那个", "这种", "那种", "这类", "此类", "这项", "该", "此", "这", "那"])?;
    let after = &here[word.len()..];
    // 「这个损失函数」 after 交叉熵损失函数.
    let repeated = known.char_indices().map(|(i, _)| &known[i..]).find(|tail| tail.chars().count() > 1 && after.starts_with(tail));
    if let Some(noun) = repeated.filter(|_| word.chars().count() > 1 || word == "该") {
        return Some((word.len() + noun.len(), Pointer::One));
    }
    if let Some(noun) = begins(after, GENERIC) {
        // 「这个模型压缩方法」 is a noun of its own.
        let whole = after[noun.len()..].chars().next().is_none_or(|c| !is_cjk(c)) || {
            let next = &after[noun.len()..];
            next.starts_with('的')
                || begins(next, PREDICATES).is_some()
                || begins(next, EMPTY).is_some()
                || begins(next, FRAMES).is_some()
                || begins(next, ASPECTS).is_some()
        };
        return whole.then_some((word.len() + noun.len(), Pointer::One));
    }
    if let Some(noun) = begins(after, QUANTITIES).filter(|n| n.chars().count() > 1)
        && matches!(word, "这些" | "这个" | "那些" | "那个")
        && begins(&after[noun.len()..], PREDICATES).is_some()
    {
        return Some((word.len(), Pointer::Of));
    }
    // 这 alone is the subject where a predicate follows that names nothing.
    let alone = matches!(word, "这" | "这个" | "那个") || word == "那" && after.starts_with('是');
    let follows = begins(
        after,
        &["是", "有什么", "有哪些", "有用", "有必要", "怎么", "如何", "为什么", "为何", "会", "能", "需要", "适合", "可以", "和", "与", "跟", "吗"],
    );
    let compares = begins(after, &["和", "与", "跟"]).is_some() && has(after, COMPARING);
    (alone && follows.is_some() && (rest(after).is_empty() || compares)).then_some((word.len(), Pointer::One))
}

/// Which point 「第二步」, 「第 3 个」 or 「最后一步」 counts, from 0, none for the last, and what stands behind it.
fn ordinal(here: &str) -> Option<(Option<usize>, &str)> {
    let (nth, counted) = match here.strip_prefix("最后一") {
        Some(after) => (None, after),
        None => {
            let number = here.strip_prefix('第')?.trim_start();
            let counted = number.trim_start_matches(|c: char| c.is_ascii_digit() || DIGITS.contains(&c));
            (Some(count(&number[..number.len() - counted.len()])?.checked_sub(1)?), counted.trim_start())
        }
    };
    let unit = begins(counted, &["个步骤", "个阶段", "步", "个", "种", "点", "条", "项", "类", "阶段"])?;
    Some((nth, &counted[unit.len()..]))
}

const DIGITS: [char; 10] = ['一', '二', '三', '四', '五', '六', '七', '八', '九', '十'];

/// A number up to 99, in digits or in Chinese: 12, 十二, 二十.
fn count(number: &str) -> Option<usize> {
    if let Ok(n) = number.parse() {
        return Some(n);
    }
    let digit = |c: char| DIGITS.iter().position(|d| *d == c).map(|i| i + 1).filter(|n| *n < 10);
    let one = |part: &str, absent: usize| {
        let mut chars = part.chars();
        match (chars.next(), chars.next()) {
            (None, _) => Some(absent),
            (Some(c), None) => digit(c),
            _ => None,
        }
    };
    match number.split_once('十') {
        Some((tens, ones)) => Some(one(tens, 1)? * 10 + one(ones, 0)?),
        None => one(number, 0).filter(|n| *n > 0),
    }
}

/// What of a text is about something, when the words that every question has are taken off.
pub(super) fn rest(text: &str) -> String {
    let mut out = String::new();
    let mut at = 0;
    while at < text.len() {
        let here = &text[at..];
        let how = begins(here, &["怎么样", "怎么去", "怎么", "如何", "怎样", "咋"]).filter(|w| *w != "怎么样");
        if let Some(verb) = how.and_then(|w| begins(&here[w.len()..], HOW_VERBS).map(|v| w.len() + v.len())) {
            at += verb;
            continue;
        }
        if let Some(quantity) = here.strip_prefix("多少").and_then(|after| begins(after, QUANTITIES)) {
            at += "多少".len() + quantity.len();
            continue;
        }
        let known = begins(here, EMPTY).into_iter().chain(begins(here, ASPECTS)).chain(begins(here, &["它们", "它", "其"])).map(str::len).max();
        match known {
            Some(len) => at += len,
            None => {
                let c = here.chars().next().unwrap_or(' ');
                if c.is_alphanumeric() {
                    out.push(c);
                }
                at += c.len_utf8();
            }
        }
    }
    out
}
