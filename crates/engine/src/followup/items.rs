//! The points of an answer that is a list, by the names that a person would call them: 「2. 建索引：用嵌入模型…」 is 建索引. It must not know questions.

use regex::Regex;
use std::sync::LazyLock;

use crate::text::is_cjk;

/// Points of the longest list that someone counts through.
const MAX_ITEMS: usize = 20;
/// Characters of the longest name; a point that has none by then is a sentence, and is not called by a name.
const MAX_NAME: usize = 24;

#[expect(clippy::unwrap_used, reason = "the pattern is a constant")]
static POINT: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^\s*(?:[-*•]|(?<number>\d{1,3})[.)、])\s+(?<text>.+)$").unwrap());

/// The names of a list's points in their order, one for each point; empty for a point without a name. Of several lists the first, as 「第二步」 means it;
/// of a list that was cut out of its middle none.
pub(super) fn items(answer: &str) -> Vec<String> {
    let points = answer.lines().skip_while(|line| !POINT.is_match(line)).map_while(|line| POINT.captures(line));
    let points: Vec<_> = points.take(MAX_ITEMS).collect();
    let begins = points.first().is_some_and(|first| first.name("number").is_none_or(|number| number.as_str() == "1"));
    if begins && points.len() > 1 { points.iter().map(|point| name(&point["text"])).collect() } else { Vec::new() }
}

/// What a point is called: what stands before its colon, bracket or dash.
fn name(point: &str) -> String {
    let ends = |(at, c): (usize, char)| {
        let apart = matches!(c, '：' | '（' | '(' | '，' | '。' | '；' | '—' | '–' | '[' | ',' | ';');
        // 「10:30」 and "v1.2" go on.
        let before_space = matches!(c, ':' | '.' | '-') && point[at + c.len_utf8()..].starts_with(char::is_whitespace);
        (apart || before_space || c == ':' && point[..at].ends_with(is_cjk)).then_some(at)
    };
    let end = point.char_indices().find_map(ends).unwrap_or(point.len());
    let name = point[..end].trim();
    if name.chars().count() <= MAX_NAME && name.chars().filter(|c| c.is_alphanumeric()).count() > 1 { name.to_owned() } else { String::new() }
}
