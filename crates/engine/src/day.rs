//! Days: the one that a question names (「昨天」, "yesterday", 「11月26日」, `2026-11-26`), and those that names and lines of notes carry. Pure: the day on which is
//! asked is told by whoever asks, never looked up. It must not know notes or who asks.

use std::ops::Range;
use std::sync::LazyLock;

use jiff::ToSpan;
use jiff::civil::Date;
use regex::{Captures, Regex};

use crate::text::{is_between_words, normalise, normalise_mapped};

/// A day that a question names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The day.
    pub day: Date,
    /// Where it is named: bytes of the question.
    pub span: Range<usize>,
}

/// Days that are called by where they lie from the day of the question, in days. Of two the longer comes first.
#[rustfmt::skip]
const AROUND: &[(&str, i64)] = &[
    ("大前天", -3), ("大后天", 3), ("前天", -2), ("昨天", -1), ("昨日", -1), ("昨晚", -1), ("今天", 0), ("今日", 0), ("今晚", 0), ("明天", 1), ("明日", 1), ("明晚", 1), ("后天", 2),
    ("the day before yesterday", -2), ("the day after tomorrow", 2), ("yesterday", -1), ("last night", -1), ("today", 0), ("tonight", 0), ("tomorrow", 1),
];

/// Names that may be the end of another word: 「以前天气」, 「先天后天」.
const WITHIN: [&str; 2] = ["前天", "后天"];

/// A day as people write it: with its year first, or month and day.
static DAY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    const MONTH: &str =
        "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?";
    let forms = [
        r"(?P<y1>[0-9]{4})\s?[-/.年]\s?(?P<m1>[0-9]{1,2})\s?[-/.月]\s?(?P<d1>[0-9]{1,2})(?:\s?[日号])?".to_owned(),
        r"(?P<m2>[0-9]{1,2})\s?月\s?(?P<d2>[0-9]{1,2})\s?[日号]".to_owned(),
        format!(r"\b(?P<m3>{MONTH})\b\.?\s+(?P<d3>[0-9]{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s+(?P<y3>[0-9]{{4}}))?"),
        format!(r"(?P<d4>[0-9]{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<m4>{MONTH})\b\.?(?:,?\s+(?P<y4>[0-9]{{4}}))?"),
        "(?P<y5>(?:19|20)[0-9]{2})(?P<m5>[0-9]{2})(?P<d5>[0-9]{2})".to_owned(),
    ];
    Regex::new(&format!("(?:^|[^0-9])(?P<whole>{})", forms.join("|"))).ok()
});
static YEAR: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?:^|[^0-9])((?:19|20)[0-9]{2})(?:[^0-9]|$)").ok());

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// A day as it is written somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Written {
    year: Option<i16>,
    month: i8,
    day: i8,
    /// Bytes of the normalised text.
    span: Range<usize>,
}

impl Written {
    fn of(text: &str, found: &Captures<'_>) -> Option<Self> {
        let span = found.name("whole")?.range();
        // The beginning of a longer number is no day.
        if text[span.end..].starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        let any = |names: &[&str]| names.iter().find_map(|name| found.name(name)).map(|m| m.as_str());
        let month = any(&["m1", "m2", "m3", "m4", "m5"])?;
        let named = MONTHS.iter().position(|name| month.starts_with(name)).and_then(|at| i8::try_from(at + 1).ok());
        let month = named.or_else(|| month.parse().ok())?;
        let year = any(&["y1", "y3", "y4", "y5"]).and_then(|year| year.parse().ok());
        let day = any(&["d1", "d2", "d3", "d4", "d5"])?.parse().ok()?;
        // Of a year that is not said any will do: 29 February is a day.
        Date::new(year.unwrap_or(2000), month, day).ok()?;
        Some(Self { year, month, day, span })
    }

    /// The day, in a year that stands above it where it says none itself.
    fn is(&self, day: Date, above: Option<i16>) -> bool {
        (self.month, self.day) == (day.month(), day.day()) && self.year.or(above).is_none_or(|year| year == day.year())
    }
}

fn written(normalised: &str) -> Vec<Written> {
    DAY.as_ref().map_or_else(Vec::new, |pattern| pattern.captures_iter(normalised).filter_map(|found| Written::of(normalised, &found)).collect())
}

/// The first day that a question names. One without a year is the last such day, or `today`.
#[must_use]
pub fn named(question: &str, today: Date) -> Option<Named> {
    let (text, origin) = normalise_mapped(question);
    let typed = |span: &Range<usize>| origin[span.start]..origin[span.end];
    let around = AROUND.iter().filter_map(|(name, days)| Some((text.find(name)?, *name, *days)));
    let around = around.filter(|(at, name, _)| {
        let letter = |c: char| c.is_ascii_alphanumeric();
        let apart = !name.is_ascii() || !(text[..*at].ends_with(letter) || text[at + name.len()..].starts_with(letter));
        apart && (!WITHIN.contains(name) || is_between_words(&text, *at))
    });
    let first = around.min_by_key(|(at, name, _)| (*at, std::cmp::Reverse(name.len())));
    if let Some((at, name, days)) = first {
        let span = typed(&(at..at + name.len()));
        return Some(Named { day: today.checked_add(days.days()).ok()?, span });
    }
    written(&text).into_iter().find_map(|written| {
        let in_year = |year: i16| Date::new(year, written.month, written.day).ok();
        let last = || (0..=8).filter_map(|back| in_year(today.year() - back)).find(|day| *day <= today);
        let day = written.year.map_or_else(last, in_year)?;
        Some(Named { day, span: typed(&written.span) })
    })
}

/// Whether a note's title or path carries a day with its year.
#[must_use]
pub fn carries(name: &str, day: Date) -> bool {
    written(&normalise(name)).iter().any(|written| written.year.is_some() && written.is(day, None))
}

/// What a text has of a day, as bytes of it: each part from a heading that names the day, or a line that begins with it, to the next such line or the end of the
/// section. `above`: what the text is called, for a year.
#[must_use]
pub fn entries(text: &str, above: &str, day: Date) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut year = year_of(&normalise(above));
    // Where an entry begins, and how deep its heading is; 0 for a line.
    let mut open: Option<(usize, usize)> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let marks = line.len() - line.trim_start_matches('#').len();
        let level = if (1..=6).contains(&marks) && line[marks..].starts_with([' ', '\t']) { marks } else { 0 };
        let said = head(line, level > 0);
        if level > 0 && said.is_none() {
            year = year_of(&normalise(line)).or(year);
        }
        if let Some((from, own)) = open
            && (said.is_some() || level > 0 && (own == 0 || level <= own))
        {
            out.push(from..start);
            open = None;
        }
        if said.is_some_and(|said| said.is(day, year)) {
            open = Some((start, level));
        }
    }
    out.extend(open.map(|(from, _)| from..text.len()));
    out.into_iter().map(|part| part.start..part.start + text[part].trim_end().len()).filter(|part| !part.is_empty()).collect()
}

/// The day that a line is about: a heading's, or the one that it begins with.
fn head(line: &str, heading: bool) -> Option<Written> {
    let line =
        normalise(line.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '#' | '-' | '*' | '+' | '>' | '[' | '【' | '(' | '（' | '_')));
    written(&line).into_iter().find(|written| heading || written.span.start == 0)
}

fn year_of(normalised: &str) -> Option<i16> {
    YEAR.as_ref()?.captures(normalised)?.get(1)?.as_str().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap_or_else(|_| panic!("{text}"))
    }

    #[test]
    fn a_question_names_a_day() {
        let today = date("2026-03-01");
        for (question, day, name) in [
            ("昨天做了什么？", "2026-02-28", "昨天"),
            ("我前天去了哪里", "2026-02-27", "前天"),
            ("大前天呢", "2026-02-26", "大前天"),
            ("今晚有什么安排", "2026-03-01", "今晚"),
            ("後天開會嗎", "2026-03-03", "後天"),
            ("What did I do yesterday?", "2026-02-28", "yesterday"),
            ("what did I do the day before yesterday", "2026-02-27", "the day before yesterday"),
            ("2025-11-26 做了什么", "2025-11-26", "2025-11-26"),
            ("2025年11月6日吃了什么", "2025-11-06", "2025年11月6日"),
            ("11月26日做了什么", "2025-11-26", "11月26日"),
            ("2月3号见了谁", "2026-02-03", "2月3号"),
            ("What happened on Nov 26?", "2025-11-26", "Nov 26"),
            ("What happened on the 26th of November 2024?", "2024-11-26", "26th of November 2024"),
            ("2 月 29 日做了什么", "2024-02-29", "2 月 29 日"),
        ] {
            let named = named(question, today).unwrap_or_else(|| panic!("{question}"));
            assert_eq!((named.day, &question[named.span]), (date(day), name), "{question}");
        }
        for question in ["LoRA 是什么？", "以前天气怎么样", "Who is todayson?", "marbles 12", "13月40日", "version 3.5.1", "每天做什么"]
        {
            assert_eq!(named(question, today), None, "{question}");
        }
    }

    #[test]
    fn a_name_carries_a_day() {
        let day = date("2026-11-06");
        for name in [
            "diary/2026-11-06.md",
            "日记/2026年11月6日 周五.md",
            "2026/11/06.md",
            "20261106.txt",
            "note_2026-11-06.md",
            "周记2026-11-06",
            "20261106周五",
            "Nov 6, 2026",
        ] {
            assert!(carries(name, day), "{name}");
        }
        for name in ["2026-11-16.md", "11-06.md", "202611060.md", "11月6日.md", "notes.md"] {
            assert!(!carries(name, day), "{name}");
        }
    }

    #[test]
    fn an_entry_ends_where_the_next_day_or_section_begins() {
        let day = date("2026-11-26");
        let parts = |text: &str, above: &str| entries(text, above, day).into_iter().map(|part| text[part].to_owned()).collect::<Vec<_>>();
        let headings =
            "# 日记\n\n## 2026-11-25\n\n下雨。\n\n## 2026-11-26 晴\n\n爬山。\n\n### 晚上\n\n看书。\n\n## 2026-11-27\n\n修车。\n\n## 别的\n";
        assert_eq!(parts(headings, ""), ["## 2026-11-26 晴\n\n爬山。\n\n### 晚上\n\n看书。"]);
        let lines = "2026-11-25 下雨。\n2026-11-26 爬山。\n\n晚上看书。\n2026-11-27 修车。\n";
        assert_eq!(parts(lines, ""), ["2026-11-26 爬山。\n\n晚上看书。"]);
        let items = "- 11月26日：付房租\n- 12月1日：交电费\n\n# 购物\n\n牛奶\n";
        assert_eq!(parts(items, "2026年的事"), ["- 11月26日：付房租"]);
        assert_eq!(parts(items, "2025年的事"), [""; 0], "of another year");
        assert_eq!(parts("# 2025\n\n## Nov 26\n\nRain.\n\n# 2026\n\n## Nov 26\n\nSun.\n", ""), ["## Nov 26\n\nSun."]);
        assert_eq!(parts("**2026-11-26** ran 6 km\n", ""), ["**2026-11-26** ran 6 km"]);
        assert_eq!(parts("We met on 2026-11-26 and left.\n", ""), [""; 0], "a day that is only mentioned");
    }
}
