//! The numbers of a normalised text and what they count: digits, Chinese numerals before a measure word, English numerals. Pure.

use std::ops::Range;

use super::lexicon::{CALENDAR, CHINESE_WEEK, CURRENCIES, MEASURES, MONTH, NUMERALS, ORDINALS, PERIODS, PLACE, SCALES, SIGNS, UNITS, WEEKDAY};

/// Units of what is numbered and not counted: a number without such a unit is never one of these.
const NAMED: [&str; 3] = [PLACE, WEEKDAY, MONTH];

/// A number with its scale worked in, and its unit where it has one that must agree.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Number {
    value: f64,
    unit: Option<&'static str>,
    /// Whether a sign before it says more, or less, than it.
    more: Option<bool>,
}

impl Number {
    /// Whether both say the same amount; a unit or a sign that one side leaves out is taken as the other's.
    pub(super) fn same_as(self, other: Self) -> bool {
        let close = (self.value - other.value).abs() <= 1e-9 * self.value.abs().max(other.value.abs());
        let agree = |one: bool, other: bool, same: bool| !one || !other || same;
        let named = |n: Self| n.unit.is_some_and(|unit| NAMED.contains(&unit));
        close
            && agree(self.unit.is_some(), other.unit.is_some(), self.unit == other.unit)
            && (self.unit == other.unit || (!named(self) && !named(other)))
            && agree(self.more.is_some(), other.more.is_some(), self.more == other.more)
    }
}

/// Every number with its place, in order. Digits inside identifiers (`fp16`, `7b`) belong to the identifier.
pub(super) fn numbers(text: &str) -> Vec<(Range<usize>, Number)> {
    let mut out: Vec<(Range<usize>, Number)> = Vec::new();
    let mut at = 0;
    while let Some(offset) = text[at..].find(|c: char| c.is_ascii_digit() || is_numeral(c) || c.is_ascii_alphabetic()) {
        let start = at + offset;
        let rest = &text[start..];
        if rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
            let len = rest.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_' | '.')).unwrap_or(rest.len());
            let word = &rest[..len];
            let plain = word.trim_end_matches('.').split('-').next().unwrap_or_default();
            at = start + len.max(1);
            if let Some((unit, value)) = numbered(text, start, plain) {
                out.push((start..start + plain.len(), Number { value, unit: Some(unit), more: None }));
            } else if let Some((read, value)) = english(rest) {
                at = at.max(push(text, start..start + read, value, &mut out));
            }
        } else if rest.starts_with(is_numeral) {
            let len = rest.find(|c: char| !is_numeral(c)).unwrap_or(rest.len());
            if let Some((unit, value)) = numbered_in_chinese(text, start, len) {
                out.push((start..start + len, Number { value, unit: Some(unit), more: None }));
            } else if let Some(value) = chinese(&rest[..len]).filter(|_| counts(&rest[..len], rest[len..].trim_start())) {
                at = push(text, start..start + len, value, &mut out);
            }
            at = at.max(start + len);
        } else {
            let ends = |(i, c): &(usize, char)| !c.is_ascii_alphanumeric() && *c != '.' && !(*c == ',' && groups(&rest[*i..]));
            let len = rest.char_indices().find(ends).map_or(rest.len(), |(i, _)| i);
            let mut run = rest[..len].trim_end_matches('.');
            // `6e-8` is one number; `20-38` are two.
            if run.ends_with('e') && rest[run.len()..].starts_with(['-', '+']) {
                let more = rest[run.len() + 1..].find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len() - run.len() - 1);
                run = &rest[..run.len() + 1 + more];
            }
            let (digits, unit) = split(run);
            if let (Ok(value), Some(kind)) = (digits.parse::<f64>(), written_as_number(text, start, digits, unit)) {
                out.push((start..start + digits.len(), Number { value, unit: Some(kind), more: None }));
            } else if let Ok(value) = digits.replace(',', "").parse::<f64>()
                && (unit.is_empty() || UNITS.iter().any(|(name, _)| *name == unit))
            {
                at = push(text, start..start + digits.len(), value, &mut out);
            }
            at = at.max(start + run.len().max(1));
        }
    }
    inherit(text, &mut out);
    out
}

/// The unit and the number of an English word that names a day, a month or a place in a row.
fn numbered(text: &str, start: usize, word: &str) -> Option<(&'static str, f64)> {
    let before = text[..start].trim_end().rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    let after = text[start + word.len()..].trim_start();
    let dated = before.ends_with(|c: char| c.is_ascii_digit()) || after.starts_with(|c: char| c.is_ascii_digit());
    if let Some((_, unit, value)) = CALENDAR.iter().find(|(name, ..)| *name == word) {
        // "may" and "march" are verbs, too.
        let sure = !matches!(word, "may" | "march") || dated || matches!(before, "in" | "until" | "since" | "by" | "of" | "last" | "next");
        return sure.then_some((*unit, *value));
    }
    let (_, value) = ORDINALS.iter().find(|(name, _)| *name == word)?;
    // "First" alone opens a list, and "per second" counts.
    let of_row = matches!(before, "the" | "a" | "his" | "her" | "its" | "our" | "their" | "every" | "very")
        && after.starts_with(|c: char| c.is_alphanumeric());
    of_row.then_some((PLACE, *value))
}

/// The same of a Chinese numeral: 「第三」, 「周三」, 「三月」.
fn numbered_in_chinese(text: &str, start: usize, len: usize) -> Option<(&'static str, f64)> {
    let (before, numeral, after) = (&text[..start], &text[start..start + len], &text[start + len..]);
    let value = if numeral == "一" { 1.0 } else { chinese(numeral)? };
    if before.ends_with('第') || after.starts_with(['楼', '届', '章']) {
        return Some((PLACE, value));
    }
    let day = CHINESE_WEEK.iter().any(|week| before.ends_with(week)) && value <= 6.0 && !after.starts_with(PERIODS);
    if day {
        return Some((WEEKDAY, value));
    }
    (after.starts_with('月') && value <= 12.0).then_some((MONTH, value))
}

/// The same of digits: `2nd`, 「第 2」, 「3 月」.
fn written_as_number(text: &str, start: usize, digits: &str, unit: &str) -> Option<&'static str> {
    let after = text[start + digits.len()..].trim_start();
    let before = text[..start].trim_end();
    let ordinal = (matches!(unit, "st" | "nd" | "rd" | "th") && before.ends_with("the"))
        || before.ends_with('第')
        || (after.starts_with(['楼', '届', '章']) && unit.is_empty());
    let month = after.starts_with('月') && unit.is_empty();
    ordinal.then_some(PLACE).or(month.then_some(MONTH))
}

/// Whether a comma groups the digits of one number: exactly three follow it.
pub(super) fn groups(from_comma: &str) -> bool {
    let digits = from_comma[1..].bytes().take_while(u8::is_ascii_digit).count();
    digits == 3
}

/// `350gb` → `350`, `gb`; `6e-8` → itself.
fn split(run: &str) -> (&str, &str) {
    if run.parse::<f64>().is_ok() {
        return (run, "");
    }
    let end = run.find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | ',')).unwrap_or(run.len());
    run.split_at(end)
}

/// Adds a number and its scale, which belongs to it; says where both end.
fn push(text: &str, place: Range<usize>, value: f64, out: &mut Vec<(Range<usize>, Number)>) -> usize {
    let mut rest = text[place.end..].trim_start_matches([' ', '多', '余', '-']);
    let (mut value, mut end) = (value, place.end);
    while let Some((after, factor)) =
        SCALES.iter().find_map(|(name, factor)| Some((rest.strip_prefix(name).filter(|after| ends(name, after))?, factor)))
    {
        value *= factor;
        end = text.len() - after.len();
        rest = after.trim_start();
    }
    let before = text[..place.start].trim_end();
    let unit = UNITS.iter().find(|(name, _)| rest.strip_prefix(name).is_some_and(|after| ends(name, after))).map(|(_, unit)| *unit);
    let unit = unit.or_else(|| currency(before).map(|(_, unit, _)| *unit));
    let more = SIGNS.iter().find(|(sign, _)| before.ends_with(sign)).map(|(_, more)| *more);
    out.push((place.start..end, Number { value, unit, more }));
    end
}

/// The currency whose sign a text ends with.
pub(super) fn currency(before: &str) -> Option<&'static (char, &'static str, &'static str)> {
    CURRENCIES.iter().find(|(sign, ..)| before.ends_with(*sign))
}

/// Whether a unit ends where its name does: `ms` is none in `msra`.
fn ends(name: &str, after: &str) -> bool {
    !name.ends_with(|c: char| c.is_ascii_alphabetic()) || !after.trim_start_matches('s').starts_with(|c: char| c.is_ascii_alphanumeric())
}

/// In 「2–3 倍」 both count the same.
fn inherit(text: &str, out: &mut [(Range<usize>, Number)]) {
    for i in (1..out.len()).rev() {
        let between = text[out[i - 1].0.end..out[i].0.start].trim();
        if out[i - 1].1.unit.is_none() && matches!(between, "-" | "–" | "—" | "~" | "～" | "至" | "到" | "to") {
            out[i - 1].1.unit = out[i].1.unit;
        }
    }
}

fn is_numeral(c: char) -> bool {
    "零二三四五六七八九十百千万亿两一".contains(c)
}

/// Whether a Chinese numeral counts something: what is put together of tens and hundreds always does, another before a measure word or a unit.
fn counts(numeral: &str, after: &str) -> bool {
    let together = numeral.chars().count() > 1 && numeral.contains(['十', '百', '千']) && numeral.contains(|c| "二三四五六七八九两".contains(c));
    together || MEASURES.iter().any(|m| after.starts_with(m)) || UNITS.iter().any(|(name, _)| !name.is_ascii() && after.starts_with(name))
}

/// An English numeral at the beginning of a text: how many bytes it has, and its value; none for "one" alone, which seldom counts.
fn english(text: &str) -> Option<(usize, f64)> {
    let (mut total, mut section, mut read) = (0.0, 0.0, 0);
    let mut last = "";
    // What may follow: after tens ones, after hundreds both, after thousands all of it; after millions no further millions.
    let (mut below, mut scale) = (f64::INFINITY, f64::INFINITY);
    let mut at = 0;
    loop {
        let word = text[at..].split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
        let known = NUMERALS.iter().find(|(name, _)| *name == word).map(|(_, value)| *value);
        match known {
            // "A million" counts one, and so does what stands alone.
            Some(value) if value >= 1_000.0 && value < scale && (section > 0.0 || read == 0) => {
                total += f64::max(section, 1.0) * value;
                (section, below, scale) = (0.0, value, value);
            }
            Some(100.0) if section < 100.0 => (section, below) = (f64::max(section, 1.0) * 100.0, 100.0),
            Some(_) if word == "dozen" && section > 0.0 && section < 100.0 => (section, below) = (section * 12.0, 0.0),
            Some(value) if value < below && value < 100.0 => {
                section += value;
                below = if value >= 20.0 { 10.0 } else { 0.0 };
            }
            None if word == "and" && (100.0..f64::INFINITY).contains(&below) => {}
            _ => break,
        }
        at += word.len();
        if known.is_some() {
            (read, last) = (at, word);
        }
        if !text[at..].starts_with([' ', '-']) {
            break;
        }
        at += 1;
    }
    (read > 0 && !(last == "one" && read == last.len())).then_some((read, total + section))
}

/// The value of a Chinese numeral; none for 一 alone, which seldom counts.
fn chinese(numeral: &str) -> Option<f64> {
    if numeral == "一" || numeral == "万" || numeral == "亿" || numeral == "千" || numeral == "百" {
        return None;
    }
    let (mut total, mut section, mut digit) = (0.0, 0.0, 0.0);
    for c in numeral.chars() {
        match c {
            '十' | '百' | '千' => {
                let unit = match c {
                    '十' => 10.0,
                    '百' => 100.0,
                    _ => 1_000.0,
                };
                section += if digit == 0.0 { unit } else { digit * unit };
                digit = 0.0;
            }
            '万' | '亿' => {
                total = (total + section + digit) * if c == '万' { 1e4 } else { 1e8 };
                (section, digit) = (0.0, 0.0);
            }
            '两' => digit = 2.0,
            _ => digit = f64::from("零一二三四五六七八九".chars().position(|d| d == c).map_or(0, |i| i as u32)),
        }
    }
    Some(total + section + digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<f64> {
        numbers(text).into_iter().map(|(_, n)| n.value).collect()
    }

    #[test]
    fn a_scale_is_part_of_its_number() {
        for (text, value) in [
            ("the fee is 5 million dollars", 5e6),
            ("the fee is $5 million", 5e6),
            ("the fee is 5,000,000 dollars", 5e6),
            ("five million dollars", 5e6),
            ("a million dollars", 1e6),
            ("five thousand bees died", 5_000.0),
            ("two hundred thousand bees", 200_000.0),
            ("费用是 500 万美元", 5e6),
            ("五百万美元", 5e6),
        ] {
            assert_eq!(values(text), [value], "{text}");
        }
        let (place, _) = numbers("the fee is 5 million dollars")[0].clone();
        assert_eq!(&"the fee is 5 million dollars"[place], "5 million");
    }

    #[test]
    fn numerals_are_put_together() {
        for (text, value) in [
            ("two thousand and five people", 2_005.0),
            ("five thousand two hundred metres", 5_200.0),
            ("one million two hundred thousand and six", 1_200_006.0),
            ("one hundred and twenty guests", 120.0),
            ("forty-two pupils", 42.0),
            ("two dozen eggs", 24.0),
            ("a dozen eggs", 12.0),
        ] {
            assert_eq!(values(text), [value], "{text}");
        }
    }

    #[test]
    fn numbers_beside_one_another_stay_apart() {
        assert_eq!(values("3 rivers and 2 million people"), [3.0, 2e6]);
        assert_eq!(values("five millionaires and 5 millionaires"), [5.0, 5.0]);
        assert_eq!(values("two five"), [2.0, 5.0]);
    }

    #[test]
    fn a_sign_before_a_number_is_its_currency() {
        let number = |text: &str| numbers(text)[0].1;
        assert!(number("$5 million").same_as(number("5 million dollars")));
        assert!(!number("$5 million").same_as(number("5 million euros")));
        assert!(!number("£5").same_as(number("€5")));
    }
}
