//! The rules for a follow-up in Chinese: what in it points back, what it leaves out. It must not know how a conversation is kept.

mod pointer;

use super::line::{Line, begins, ends, has, join, marked};
use super::subject::{Language, translated_aspect};
use super::words::{ASPECTS, COMPARING, HOW_VERBS, MORE, MORE_FILLERS};
use super::{Made, Topic};
use crate::followup::Kind;
use pointer::{Found, Pointer, pointer, rest};

/// Characters of the longest thing that 「那 X 呢？」 names.
const MAX_NAMED: usize = 24;

/// The standalone form, if the question needs one.
pub(super) fn rewrite(line: &Line<'_>, topic: &Topic<'_>) -> Option<Made> {
    let body = body(&line.norm);
    match pointer(line, topic) {
        Some(found) => pointed(line, topic, found?),
        None => compared(line, topic, body).or_else(|| named(line, topic, body)).or_else(|| left_out(line, topic, body)),
    }
}

/// Where the question begins, without 那 and the like.
fn body(norm: &str) -> usize {
    let mut at = norm.len() - norm.trim_start().len();
    let masked = marked(norm, &["那里", "那边", "那年", "那天", "那次", "那时", "那样", "那达慕", "那些", "那个", "那种", "那是"]);
    while let Some(word) = begins(&norm[at..], &["那么", "那", "请问", "所以", "然后"]).filter(|_| !masked.get(at).copied().unwrap_or(false))
    {
        let next = at + word.len();
        // 「那么大的模型」 is no opening.
        if word == "那么" && begins(&norm[next..], &["大", "多", "小", "长", "快", "高", "贵", "难", "复杂"]).is_some() {
            break;
        }
        at = next + norm[next..].len() - norm[next..].trim_start_matches([',', ' ']).len();
    }
    at
}

fn pointed(line: &Line<'_>, topic: &Topic<'_>, (at, len, pointer): Found) -> Option<Made> {
    let item = if let Pointer::Item(nth) = pointer { topic.item(nth) } else { None };
    // What is counted, and of no list, is the subject's.
    let counted = matches!(pointer, Pointer::Item(_)) && item.is_none();
    let end = if counted { at } else { at + len };
    if matches!(pointer, Pointer::One) && at == body(&line.norm) && has(&line.norm[end..], &["是为什么", "是真的吗", "是对的吗"]) {
        return Some(continued(line, topic, at));
    }
    let (subject, turn) = match pointer {
        Pointer::One | Pointer::Of => topic.one()?,
        Pointer::Item(_) => item.or_else(|| topic.one())?,
        Pointer::All => topic.all()?,
        Pointer::Both => topic.both()?,
        Pointer::First => topic.half(0)?,
        Pointer::Second => topic.half(1)?,
    };
    // 「后者呢？」 asks the last question of the other.
    if matches!(pointer, Pointer::First | Pointer::Second) && matches!(line.norm[end..].trim_end_matches(['?', '!', '。']), "呢" | "") {
        return swapped(topic, &subject, Language::Chinese);
    }
    let after = line.norm[end..].trim_start();
    let noun = begins(after, ASPECTS).is_some() && !after.starts_with('的');
    let by = if counted || matches!(pointer, Pointer::Of) || noun { format!("{subject}的") } else { subject.clone() };
    let by = if by.ends_with('的') { join(&[&subject, "的"]) } else { by };
    let start = body(&line.norm).min(at);
    let standalone = join(&[line.typed(start..at), &by, line.typed(end..line.norm.len())]);
    Some(Made { standalone, kind: Kind::Pronoun, turn, subject })
}

/// 「和全量微调相比呢？」: a comparison without its first side.
fn compared(line: &Line<'_>, topic: &Topic<'_>, start: usize) -> Option<Made> {
    let here = line.norm[start..].trim_end_matches(['?', '!', '。', ' ']);
    let word = begins(here, &["和", "与", "跟", "同", "比起", "相比于", "相比", "相较于", "相对于"])?;
    let masked = marked(here, &["和声", "和谐", "和解", "和平", "与其", "与否", "跟踪", "跟随", "同时", "同样", "同步", "同一", "同义"]);
    let other = &here[word.len()..];
    // With two sides of its own it needs no other.
    let own = ["和", "与", "跟"].iter().any(|j| rest(other.split(j).nth(1).unwrap_or("")).chars().count() > 1)
        || other.split_once(',').is_some_and(|(_, main)| !rest(main).is_empty());
    if masked[0] || !has(other, COMPARING) && !matches!(word, "比起" | "相比" | "相比于") || rest(other).is_empty() || own {
        return None;
    }
    let (subject, turn) = topic.one()?;
    let typed = line.typed(start..start + here.len());
    let standalone = match typed.strip_suffix('呢') {
        Some(bare) => join(&[&subject, bare, "有什么区别？"]),
        None => join(&[&subject, line.typed(start..line.norm.len())]),
    };
    Some(Made { standalone, kind: Kind::Comparison, turn, subject })
}

/// 「那 QLoRA 呢？」: the last question of something else.
fn named(line: &Line<'_>, topic: &Topic<'_>, start: usize) -> Option<Made> {
    let here = line.norm[start..].trim_end_matches(['?', '!', '。', ' ']);
    let bare = ends(here, &["的话呢", "又如何", "怎么样呢", "又怎么样", "呢"]).map(|tail| here[..here.len() - tail.len()].trim_end());
    // Without 呢 only a Latin name after 那 is clear enough.
    let name = bare.or_else(|| (start > 0 && here.is_ascii() && !here.contains("  ")).then_some(here))?;
    let lead = begins(name, &["换成", "换作", "至于", "还有"]).map_or(0, str::len);
    if begins(name, &["如果", "对于", "在", "当", "对"]).is_some() && !rest(name).is_empty() && !has(name, &["是什么", "什么是"]) {
        return Some(continued(line, topic, start));
    }
    let at = start + lead + name[lead..].len() - name[lead..].trim_start().len();
    let name = name[lead..].trim();
    let asks = has(name, &["什么", "怎么", "如何", "为何", "哪", "多少", "吗", ",", "相比", "?", "你", "我", "不"]) || ends(name, ASPECTS).is_some();
    if rest(name).is_empty() || asks || name.chars().count() > MAX_NAMED {
        return None;
    }
    swapped(topic, line.typed(at..at + name.len()), Language::Chinese)
}

/// The last question with another subject.
pub(super) fn swapped(topic: &Topic<'_>, name: &str, language: Language) -> Option<Made> {
    let (turn, before, subject) = topic.last_about()?;
    let made = |standalone| Some(Made { standalone, kind: Kind::Swap, turn, subject: name.to_owned() });
    if super::subject::language(before) != language {
        let aspect = translated_aspect(before, language)?;
        return made(if language == Language::Chinese {
            join(&[name, "有什么", aspect, "？"])
        } else {
            format!("What are the {aspect} of {name}?")
        });
    }
    let named = Line::new(name);
    let mut span = subject.span.clone();
    let whole = &before.norm[span.clone()];
    let capital = |text: &str| text.chars().any(|c| c.is_ascii_uppercase());
    if let Some([first, second]) = &subject.pair {
        // 「那 DoRA 呢？」 after a comparison stands for its second side.
        let at = whole.rfind(&Line::new(second).norm).unwrap_or(0);
        if first != name && at > 0 && before.typed(span.clone()) == subject.text {
            span.start += at;
        }
    } else if let Some(of) = whole.find('的') {
        let topic_text = before.typed(span.start..span.start + of);
        if capital(topic_text) && capital(name) {
            span.end = span.start + of;
        } else {
            span.start += of + '的'.len_utf8();
        }
    }
    (named.norm != before.norm[span.clone()]).then(|| before.replaced(span, name)).and_then(made)
}

/// The last question and, behind it, what more is wanted.
pub(super) fn continued(line: &Line<'_>, topic: &Topic<'_>, start: usize) -> Made {
    let (turn, last) = topic.last();
    let asked = line.typed(start..line.norm.len());
    let ended = last.ends_with(['?', '？', '!', '！', '.', '。']);
    let standalone = if ended || asked.is_ascii() { join(&[last, asked]) } else { join(&[last, "，", asked]) };
    Made { standalone, kind: Kind::Continuation, turn, subject: topic.one().map(|(s, _)| s).unwrap_or_default() }
}

/// A question of words that every question has: its subject was left out.
fn left_out(line: &Line<'_>, topic: &Topic<'_>, start: usize) -> Option<Made> {
    let whole = line.norm[start..].trim();
    let here = whole.trim_end_matches(['?', '!', '。', ' ', '.']);
    let bare = here.trim_end_matches(['呢', '啊', '呀']);
    if matches!(bare, "为什么" | "为何" | "为什么会这样" | "怎么会" | "什么意思" | "怎么说" | "为什么这么说") {
        return Some(why(line, topic, start, bare));
    }
    // 「什么是概念？」 names its subject, however common the word is.
    if begins(here, &["什么是", "什么叫", "何为", "何谓"]).is_some() || here.chars().count() < 2 {
        return None;
    }
    if wants_more(here) && begins(here, ASPECTS).is_none_or(|a| a == "例子" || a == "细节") {
        return Some(continued(line, topic, start));
    }
    let aspect = begins(here, ASPECTS);
    // 「特征类型」 is one word of its own.
    if aspect.is_some_and(|a| begins(&here[a.len()..], ASPECTS).or_else(|| begins(&here[a.len()..], HOW_VERBS)).is_some()) {
        return None;
    }
    if begins(here, &["这样做", "这么做", "这样"]).is_some_and(|w| rest(&here[w.len()..]).is_empty()) {
        return Some(continued(line, topic, start));
    }
    let spoken = begins(here, &["说说", "讲讲", "谈谈", "介绍一下", "介绍", "解释一下", "解释", "总结一下", "总结", "列举", "能说说", "能介绍一下"]);
    let rest_of = rest(spoken.map_or(here, |s| &here[s.len()..]));
    let asks = aspect.is_some()
        || has(here, &["什么", "怎么", "如何", "怎样", "哪", "多少", "多大", "多久", "为什么", "吗", "有没有", "是否", "几"])
        || spoken.is_some();
    if !rest_of.is_empty() || !asks || matches!(here, "什么" | "怎么" | "如何" | "是吗" | "好吗" | "可以吗" | "对吗" | "哪" | "哪里" | "吗")
    {
        return None;
    }
    if let Some(spoken) = spoken {
        let (subject, turn) = topic.one()?;
        let at = start + spoken.len();
        let standalone = join(&[line.typed(start..at), &subject, "的", line.typed(at..line.norm.len())]);
        return Some(Made { standalone, kind: Kind::Ellipsis, turn, subject });
    }
    // Which of the two, what is different: that is asked of both.
    let of_both = has(here, &["哪个", "哪一个", "哪种", "区别", "不同", "异同", "差别", "差异", "共同", "分别", "各自"]);
    let (subject, turn) = if of_both { topic.both().or_else(|| topic.all())? } else { topic.one()? };
    let asked = line.typed(start..start + here.len());
    let standalone = match aspect {
        Some(a) if bare.trim_end() == a && here.ends_with('呢') => join(&[&subject, "的", asked.trim_end_matches('呢'), "是什么？"]),
        Some(_) => join(&[&subject, "的", line.typed(start..line.norm.len())]),
        None => join(&[&subject, line.typed(start..line.norm.len())]),
    };
    Some(Made { standalone, kind: Kind::Ellipsis, turn, subject })
}

/// Whether a question only asks for more of the same.
fn wants_more(here: &str) -> bool {
    let mut at = 0;
    let mut more = false;
    while at < here.len() {
        let (word, filler) = (begins(&here[at..], MORE), begins(&here[at..], MORE_FILLERS));
        more |= word.is_some();
        match word.into_iter().chain(filler).map(str::len).max() {
            Some(len) => at += len,
            None if here[at..].starts_with([' ', ',']) => at += 1,
            None => return false,
        }
    }
    more
}

/// 「为什么？」: of a statement that was asked about, the reason for it; otherwise behind the last question.
fn why(line: &Line<'_>, topic: &Topic<'_>, start: usize, bare: &str) -> Made {
    let (turn, last) = topic.last();
    let statement =
        last.trim_end_matches(['?', '？', ' ', '。']).strip_suffix('吗').filter(|s| bare.starts_with("为") && !s.contains(['，', '？', ',']));
    match statement {
        Some(statement) => Made {
            standalone: join(&["为什么", statement, "？"]),
            kind: Kind::Continuation,
            turn,
            subject: topic.one().map(|(s, _)| s).unwrap_or_default(),
        },
        None => continued(line, topic, start),
    }
}
