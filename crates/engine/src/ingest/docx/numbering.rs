//! List definitions and their counters: what mark a list paragraph shows. It must not know the text.

use std::collections::HashMap;

use crate::ingest::Skip;
use crate::ingest::xml::{attribute, each_element, local};

#[derive(Clone, Debug)]
struct Level {
    format: String,
    pattern: String,
    start: u32,
}

/// Definitions and counters.
#[derive(Debug, Default)]
pub(super) struct Numbering {
    abstracts: HashMap<String, HashMap<u8, Level>>,
    /// Numbering id → definition.
    lists: HashMap<String, String>,
    /// Numbering id → the start that it sets anew per level.
    starts: HashMap<(String, u8), u32>,
    /// Definition → the count at each level.
    counts: HashMap<String, [u32; 9]>,
}

/// Reads `numbering.xml`.
pub(super) fn read(xml: &str) -> Result<Numbering, Skip> {
    let mut numbering = Numbering::default();
    let (mut definition, mut list, mut level, mut overriding) = (String::new(), String::new(), 0u8, false);
    each_element(xml, |element, _| {
        let value = || attribute(element, "val").unwrap_or_default();
        let level_of = || attribute(element, "ilvl").and_then(|v| v.parse().ok()).unwrap_or(0u8).min(8);
        match local(element) {
            "abstractNum" => {
                definition = attribute(element, "abstractNumId").unwrap_or_default();
                list.clear();
            }
            "num" => list = attribute(element, "numId").unwrap_or_default(),
            "abstractNumId" if !list.is_empty() => {
                numbering.lists.insert(list.clone(), value());
            }
            "lvlOverride" => {
                level = level_of();
                overriding = true;
            }
            "startOverride" if overriding => {
                if let Ok(start) = value().parse() {
                    numbering.starts.insert((list.clone(), level), start);
                }
            }
            // A level inside an override belongs to a list, not to a definition: its form is left as it is.
            "lvl" if list.is_empty() => {
                level = level_of();
                let fresh = Level { format: "decimal".to_owned(), pattern: String::new(), start: 1 };
                numbering.abstracts.entry(definition.clone()).or_default().insert(level, fresh);
            }
            part if list.is_empty() => {
                if let Some(current) = numbering.abstracts.get_mut(&definition).and_then(|levels| levels.get_mut(&level)) {
                    match part {
                        "numFmt" => current.format = value(),
                        "lvlText" => current.pattern = value(),
                        "start" => current.start = value().parse().unwrap_or(1),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    })?;
    Ok(numbering)
}

impl Numbering {
    /// Counts one paragraph of a list and gives the mark it shows, with a space after it: `- ` for bullets, `2.1 ` and the like.
    pub(super) fn next(&mut self, list: &str, level: u8) -> String {
        let level = level.min(8);
        let at = usize::from(level);
        let bullet = || "- ".to_owned();
        let Some(definition) = self.lists.get(list) else { return bullet() };
        let Some(levels) = self.abstracts.get(definition) else { return bullet() };
        let start = |of: u8| self.starts.get(&(list.to_owned(), of)).copied().or_else(|| levels.get(&of).map(|l| l.start)).unwrap_or(1);
        // A list that starts anew has counters of its own.
        let key = if self.starts.keys().any(|(l, _)| l == list) { format!("{definition}/{list}") } else { definition.clone() };
        let counts = self.counts.entry(key).or_default();
        if let Some(count) = counts.get_mut(at) {
            *count = if *count == 0 { start(level) } else { count.saturating_add(1) };
        }
        counts.iter_mut().skip(at + 1).for_each(|c| *c = 0);
        let Some(own) = levels.get(&level) else { return bullet() };
        if matches!(own.format.as_str(), "bullet" | "none" | "") {
            return if own.format == "none" { String::new() } else { bullet() };
        }
        let mut mark = String::new();
        let mut pattern = own.pattern.chars().peekable();
        while let Some(c) = pattern.next() {
            match (c, pattern.peek().and_then(|d| d.to_digit(10))) {
                ('%', Some(digit)) if digit > 0 => {
                    pattern.next();
                    let of = u8::try_from(digit - 1).unwrap_or(0);
                    let count = counts.get(usize::from(of)).copied().filter(|&c| c > 0).unwrap_or_else(|| start(of));
                    mark.push_str(&number(count, levels.get(&of).map_or("decimal", |l| l.format.as_str())));
                }
                _ => mark.push(c),
            }
        }
        if mark.is_empty() { String::new() } else { mark + " " }
    }
}

/// A count in one of Word's number formats.
fn number(count: u32, format: &str) -> String {
    match format {
        "lowerLetter" => letters(count, b'a'),
        "upperLetter" => letters(count, b'A'),
        "lowerRoman" => roman(count).to_lowercase(),
        "upperRoman" => roman(count),
        "chineseCounting"
        | "chineseCountingThousand"
        | "japaneseCounting"
        | "ideographDigital"
        | "taiwaneseCountingThousand"
        | "taiwaneseCounting"
        | "koreanCounting" => chinese(count),
        "decimalZero" => format!("{count:02}"),
        "decimalEnclosedCircle" | "decimalEnclosedCircleChinese" => {
            char::from_u32(0x2460 + count.saturating_sub(1)).filter(|_| (1..=20).contains(&count)).map_or_else(|| count.to_string(), String::from)
        }
        _ => count.to_string(),
    }
}

fn letters(count: u32, first: u8) -> String {
    let index = count.saturating_sub(1);
    let letter = char::from(first + u8::try_from(index % 26).unwrap_or(0));
    // Word repeats the letter: z, aa, bb.
    String::from(letter).repeat(usize::try_from(index / 26 + 1).unwrap_or(1).min(8))
}

fn roman(count: u32) -> String {
    let mut left = count;
    let mut out = String::new();
    if count > 4000 {
        return count.to_string();
    }
    for (value, digits) in [
        (1000, "M"),
        (900, "CM"),
        (500, "D"),
        (400, "CD"),
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    ] {
        while left >= value {
            out.push_str(digits);
            left -= value;
        }
    }
    out
}

fn chinese(count: u32) -> String {
    const DIGITS: [&str; 10] = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    let digit = |n: u32| usize::try_from(n).ok().and_then(|n| DIGITS.get(n)).copied().unwrap_or_default();
    match count {
        1..=9 => digit(count).to_owned(),
        10..=19 => format!("十{}", digit(count - 10)),
        20..=99 => format!("{}十{}", digit(count / 10), digit(count % 10)),
        _ => count.to_string(),
    }
}
