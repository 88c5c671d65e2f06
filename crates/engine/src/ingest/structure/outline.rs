//! Decides which units are headings, and how deep: numbered headings against numbered lists, questions, bare titles.
//! It must not know lines or bytes beyond what a unit tells.

use super::line::{ends_colon, ends_question, ends_sentence, is_cjk, width};
use super::mark::Style;
use super::unit::{Kind, Unit};

/// A unit that heads a section.
#[derive(Clone, Debug)]
pub(super) struct Heading {
    pub(super) style: Style,
    pub(super) title: String,
    /// 1 for the highest.
    pub(super) level: u8,
    /// Units it takes: two where the question stands on the line after `问题：`.
    pub(super) units: usize,
}

/// How many title lines of the page are looked for, and how far a repeated title is believed.
const HEAD_UNITS: usize = 12;

/// For each unit, the heading that it is. Levels are nested without gaps.
pub(super) fn headings(text: &str, units: &[Unit]) -> Vec<Option<Heading>> {
    // One short line over sentences may be anything; several are how the person writes titles.
    let topped = (0..units.len()).filter(|&n| tops_sentences(text, units, n)).count() >= 2;
    let bare = (0..units.len()).map(|n| bare_like(text, units, n, topped)).collect();
    let outline = Outline { text, units, bare, topped };
    let mut headings: Vec<Option<Heading>> = Vec::with_capacity(units.len());
    let mut open = None;
    while headings.len() < units.len() {
        let at = headings.len();
        let decided = outline.heading(at, open, &headings);
        let taken = decided.as_ref().map_or(1, |heading| heading.units);
        if let Some(heading) = &decided {
            open = (heading.style == Style::Question || ends_question(&heading.title)).then_some(at);
        } else if units.get(at).is_some_and(|unit| matches!(unit.kind, Kind::Answer | Kind::Label)) {
            open = None;
        }
        headings.push(decided);
        headings.extend((1..taken).map(|_| None));
    }
    headings.truncate(units.len());
    level(text, units, &mut headings);
    headings
}

struct Outline<'a> {
    text: &'a str,
    units: &'a [Unit],
    /// Units that read like a title.
    bare: Vec<bool>,
    /// Titles stand right over their text, without an empty line.
    topped: bool,
}

impl Outline<'_> {
    fn body(&self, at: usize) -> &str {
        self.units.get(at).map_or("", |unit| unit.body(self.text))
    }

    fn kind(&self, at: usize) -> Option<&Kind> {
        self.units.get(at).map(|unit| &unit.kind)
    }

    fn is_bare(&self, at: usize) -> bool {
        self.bare.get(at).copied().unwrap_or(false)
    }

    /// `open`: the question that has no answer yet.
    fn heading(&self, at: usize, open: Option<usize>, before: &[Option<Heading>]) -> Option<Heading> {
        let unit = self.units.get(at)?;
        let body = unit.body(self.text);
        let make = |style: Style, title: &str, units: usize| Some(Heading { style, title: one_line(title), level: 0, units });
        match &unit.kind {
            Kind::Hashes(level) => make(Style::Hashes(*level), body.trim_end_matches(['#', ' ']), 1),
            Kind::Underlined(sign) => make(Style::Underlined(*sign), body, 1),
            Kind::Question if !body.is_empty() => make(Style::Question, body, 1),
            Kind::Question => {
                let next = self.units.get(at + 1).filter(|next| next.kind == Kind::Text && width(next.of(self.text)) <= 240)?;
                make(Style::Question, next.body(self.text), 2)
            }
            Kind::Number(number) => {
                let style = number.style;
                (width(body) <= 400 && self.numbered_heading(at, style)).then(|| make(style, unit.of(self.text), 1)).flatten()
            }
            Kind::Text => {
                if let Some(title) = self.page_title(at, before) {
                    return make(Style::Title, title, 1);
                }
                if self.text_question(at, open) {
                    return make(Style::Question, body, 1);
                }
                if let Some(title) = self.introduction(at, before) {
                    return make(Style::Bare, title, 1);
                }
                (self.bare_heading(at)).then(|| make(Style::Bare, body.trim_end_matches([':', '：']), 1)).flatten()
            }
            _ => None,
        }
    }

    /// What follows this unit answers it.
    fn answered(&self, at: usize) -> bool {
        match self.kind(at + 1) {
            Some(Kind::Answer | Kind::Label) => true,
            Some(Kind::Choice(b'A')) => matches!(self.kind(at + 2), Some(Kind::Choice(b'B'))),
            Some(Kind::Choice(b'a')) => matches!(self.kind(at + 2), Some(Kind::Choice(b'b'))),
            _ => false,
        }
    }

    fn consecutive(&self, at: usize, next: usize) -> bool {
        let (Some(one), Some(two)) = (self.units.get(at).and_then(Unit::number), self.units.get(next).and_then(Unit::number)) else { return false };
        let (Some((a, before)), Some((b, after))) = (one.parts.split_last(), two.parts.split_last()) else { return false };
        one.style == two.style && before == after && *b == a + 1
    }

    fn strong(&self, at: usize) -> bool {
        self.answered(at) || matches!(self.kind(at + 1), Some(Kind::Question))
    }

    /// A numbered heading has a section of its own; items of a list stand together or are sentences.
    fn numbered_heading(&self, at: usize, style: Style) -> bool {
        let Some(unit) = self.units.get(at) else { return false };
        let body = unit.body(self.text);
        if self.strong(at) && unit.lines <= 3 {
            return true;
        }
        let after = self.consecutive(at, at + 1) && !self.strong(at + 1);
        let before = at > 0 && self.consecutive(at - 1, at) && !self.strong(at - 1);
        if after || before || unit.lines > 1 || at + 1 >= self.units.len() {
            return false;
        }
        let columns = width(body);
        if ends_question(body) {
            return columns <= 200;
        }
        if ends_sentence(body) || body.contains('。') || body.ends_with(['，', ',', '、']) {
            return false;
        }
        let explicit = matches!(style, Style::Chapter | Style::Section | Style::Han | Style::HanParen | Style::Parts(_) | Style::Question);
        let inner_colon = body.trim_end_matches([':', '：']).contains(['：', ':']);
        let limit = if body.is_ascii() { 100 } else { 80 };
        columns <= limit && (explicit || !inner_colon)
    }

    /// A line of text that is a question and is answered below.
    fn text_question(&self, at: usize, open: Option<usize>) -> bool {
        let Some(unit) = self.units.get(at) else { return false };
        let body = unit.body(self.text);
        if open.is_some_and(|open| open + 3 >= at && ends_question(self.body(open))) && self.answered(at) {
            // The question's own details, not a new question.
            return false;
        }
        let columns = width(body);
        let choices = matches!(self.kind(at + 1), Some(Kind::Choice(_)));
        if self.answered(at) && (!choices || ends_question(body)) {
            return columns <= 240 && unit.lines <= 3 && !ends_colon(body) && open.is_none_or(|open| open + 1 != at);
        }
        if !ends_question(body) || unit.lines > 1 || columns > 120 || body.contains('。') || open.is_some_and(|open| open + 1 == at) {
            return false;
        }
        let Some(next) = self.units.get(at + 1) else { return false };
        let set_off = unit.blank_before || width(next.of(self.text)) > columns;
        set_off && !(next.kind == Kind::Text && ends_question(next.body(self.text)) && next.lines == 1)
    }

    /// A paragraph that ends the answer before it and introduces the next group of questions heads that group; its first clause is the title.
    fn introduction(&self, at: usize, before: &[Option<Heading>]) -> Option<&str> {
        let unit = self.units.get(at)?;
        let body = unit.body(self.text);
        let group = match self.units.get(at + 1)? {
            next if next.kind == Kind::Question => true,
            next => {
                next.number().is_some_and(|number| number.style == Style::Question && number.parts == [1])
                    || (next.kind == Kind::Text && self.answered(at + 1))
            }
        };
        // The group before it is near, or this is the first.
        let asked = || before.iter().rev().take(200).flatten().any(|heading| heading.style == Style::Question);
        if !group || !unit.blank_before || !ends_colon(body) || width(body) > 400 || !asked() {
            return None;
        }
        let clause = body.split(['，', '。', '；', '：', ':', ';']).next()?.trim();
        (8..=100).contains(&width(clause)).then_some(clause)
    }

    fn bare_heading(&self, at: usize) -> bool {
        if !self.is_bare(at) {
            return false;
        }
        let Some(next) = self.units.get(at + 1) else { return false };
        // Three and more short lines in a row are a list without bullets.
        let before = (1..=2).take_while(|&back| at >= back && self.is_bare(at - back)).count();
        let after = (1..=2).take_while(|&ahead| self.is_bare(at + ahead)).count();
        if before + after >= 2 {
            return false;
        }
        let body = self.body(at);
        if ends_colon(body) {
            let lead_in =
                ["如下", "包括", "以下", "下面", "例如", "比如", "有：", "有:", "ollowing", "as follows", "below", "include", "such as", "example"];
            let long_text = next.kind == Kind::Text && width(next.of(self.text)) > 40;
            return width(body) <= 40
                && !lead_in.iter().any(|word| body.contains(word))
                && (long_text || matches!(next.kind, Kind::Number(_)) || self.text_question(at + 1, None));
        }
        true
    }

    /// The first line of a page, and its repetitions near the top.
    fn page_title(&self, at: usize, before: &[Option<Heading>]) -> Option<&str> {
        let unit = self.units.get(at).filter(|unit| unit.lines == 1)?;
        let body = unit.body(self.text);
        let first = before.iter().take(HEAD_UNITS).flatten().find(|heading| heading.style == Style::Title);
        if let Some(first) = first {
            let near = at < HEAD_UNITS && (body == first.title || (before.last().is_some_and(Option::is_some) && body.starts_with(&first.title)));
            return near.then_some(body);
        }
        let next = self.units.get(at + 1)?;
        let leads = at < 3 && before.iter().all(Option::is_none) && (0..at).all(|n| width(self.body(n)) <= 80);
        let reads = width(body) <= 90 && !body.contains('。') && (!ends_sentence(body) || ends_question(body)) && !ends_colon(body) && worded(body);
        let set_off = unit.blank_after
            || (!(self.topped && tops_sentences(self.text, self.units, at)) && (next.kind != Kind::Text || width(next.of(self.text)) > width(body)));
        (leads && reads && set_off && !self.answered(at) && !(self.is_bare(at) && self.is_bare(at + 1) && self.is_bare(at + 2))).then_some(body)
    }
}

/// Has words, and is no address, date or data.
fn worded(body: &str) -> bool {
    let letters = body.chars().filter(|c| c.is_alphabetic()).count();
    letters >= 2 && !body.contains("://") && !body.contains('@') && !body.contains('|') && !body.contains('>')
}

/// A short line after an empty line, right over lines that are sentences.
fn tops_sentences(text: &str, units: &[Unit], at: usize) -> bool {
    let (Some(unit), Some(next)) = (units.get(at), units.get(at + 1)) else { return false };
    let short = unit.kind == Kind::Text && unit.lines == 1 && unit.blank_before && !unit.blank_after && width(unit.of(text)) <= 24;
    short && !ends_sentence(unit.of(text)) && next.kind == Kind::Text && ends_sentence(next.of(text))
}

/// A single short line between empty lines that ends without punctuation.
fn bare_like(text: &str, units: &[Unit], at: usize, topped: bool) -> bool {
    let Some(unit) = units.get(at) else { return false };
    if unit.kind != Kind::Text || unit.lines != 1 || !unit.blank_before {
        return false;
    }
    let follows = unit.blank_after
        || (topped && tops_sentences(text, units, at))
        || units.get(at + 1).is_some_and(|next| next.kind != Kind::Text || next.lines > 1 || width(next.of(text)) > 80);
    let body = unit.body(text);
    let first = body.chars().next().unwrap_or(' ');
    if !follows || width(body) > 60 || body.split_whitespace().count() > 12 || ends_sentence(body) || body.contains('。') || !worded(body) {
        return false;
    }
    if !(is_cjk(first) || first.is_uppercase() || first.is_ascii_digit() || matches!(first, '【' | '《' | '“' | '"' | '「' | '<')) {
        return false;
    }
    // `作者：…` is data.
    let field = body.split_once([':', '：']).is_some_and(|(key, value)| !value.trim().is_empty() && width(key) < 14);
    let commas = body.chars().filter(|c| matches!(c, '，' | ',' | '、')).count();
    !field && commas <= 1 && !body.ends_with(['，', ',', '、'])
}

/// The title on one line, white space single.
fn one_line(title: &str) -> String {
    let mut out = String::with_capacity(title.len().min(512));
    for word in title.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

const CLOSERS: &[&str] = &["小结", "总结", "结论", "结语", "注意", "备注", "补充", "说明", "Summary", "Conclusion", "Note", "Notes"];

/// Gives every heading its level, and turns numbered headings that restart inside a question back into list items.
fn level(text: &str, units: &[Unit], headings: &mut [Option<Heading>]) {
    let order = ranks(text, units, headings);
    let rank = |style: Style| order.iter().position(|&s| s == style).unwrap_or(order.len());
    let mut stack: Vec<(Style, u32)> = Vec::new();
    let mut indents: Vec<(Style, usize)> = Vec::new();
    for (at, slot) in headings.iter_mut().enumerate() {
        let (Some(heading), Some(unit)) = (slot.as_mut(), units.get(at)) else { continue };
        let number = unit.number().and_then(|number| number.parts.last().copied()).unwrap_or(0);
        if matches!(heading.style, Style::Dot | Style::Comma | Style::Paren | Style::Parens) {
            let answered =
                units.get(at + 1).is_some_and(|next| matches!(next.kind, Kind::Answer | Kind::Label | Kind::Question | Kind::Choice(b'A')));
            let deeper = indents.iter().any(|&(style, indent)| style == heading.style && unit.indent > indent);
            let position = stack.iter().position(|&(style, _)| style == heading.style);
            let restarts =
                position.is_some_and(|position| position + 1 < stack.len() && stack.get(position).is_some_and(|&(_, last)| number != last + 1));
            if !answered && (deeper || restarts) && !ends_question(&heading.title) {
                *slot = None;
                continue;
            }
            if !indents.iter().any(|&(style, _)| style == heading.style) {
                indents.push((heading.style, unit.indent));
            }
        }
        let own = rank(heading.style);
        while stack.last().is_some_and(|&(style, _)| rank(style) >= own) {
            stack.pop();
        }
        stack.push((heading.style, number));
        heading.level = u8::try_from(stack.len()).unwrap_or(9).min(9);
    }
}

/// The styles from the outermost in: by first appearance, with what is known about the styles themselves.
fn ranks(text: &str, units: &[Unit], headings: &[Option<Heading>]) -> Vec<Style> {
    let mut order: Vec<Style> = Vec::new();
    let mut numbers: Vec<(Style, Vec<u32>)> = Vec::new();
    for (heading, unit) in headings.iter().zip(units) {
        let Some(heading) = heading else { continue };
        let style = heading.style;
        let parts = unit.number().map(|number| number.parts.clone()).unwrap_or_default();
        if !order.contains(&style) {
            order.insert(place(style, &parts, &order, &numbers).min(order.len()), style);
        }
        if !parts.is_empty() {
            numbers.push((style, parts));
            // Only the numbers near by can be a parent.
            if numbers.len() > 64 {
                numbers.remove(0);
            }
        }
    }
    if let Some(below) = under_bare(text, units, headings)
        && let Some(bare) = order.iter().position(|&style| style == Style::Bare)
    {
        order.remove(bare);
        let at = order.iter().position(|&style| style == below).unwrap_or(bare);
        order.insert(at.min(order.len()), Style::Bare);
    }
    order
}

fn place(style: Style, parts: &[u32], order: &[Style], numbers: &[(Style, Vec<u32>)]) -> usize {
    let after = |wanted: &dyn Fn(Style) -> bool| order.iter().rposition(|&s| wanted(s)).map(|at| at + 1);
    let before = |wanted: &dyn Fn(Style) -> bool| order.iter().position(|&s| wanted(s));
    match style {
        Style::Title => 0,
        Style::Hashes(level) => before(&|s| matches!(s, Style::Hashes(other) if other > level)).unwrap_or(order.len()),
        Style::Chapter => before(&|s| s == Style::Section).unwrap_or(order.len()),
        Style::Parts(depth) => after(&|s| matches!(s, Style::Parts(other) if other < depth))
            .or_else(|| {
                let prefix = parts.get(..parts.len().saturating_sub(1)).unwrap_or(&[]);
                let parent = numbers.iter().rev().find(|(_, parts)| parts.as_slice() == prefix).map(|&(style, _)| style)?;
                after(&|s| s == parent)
            })
            .or_else(|| before(&|s| matches!(s, Style::Parts(other) if other > depth)))
            .unwrap_or(order.len()),
        _ => order.len(),
    }
}

/// The style that bare titles stand above: one heads it directly, or several with a sentence or two between.
fn under_bare(text: &str, units: &[Unit], headings: &[Option<Heading>]) -> Option<Style> {
    let mut near: Vec<(Style, usize)> = Vec::new();
    for (at, heading) in headings.iter().enumerate() {
        let Some(heading) = heading.as_ref().filter(|heading| heading.style == Style::Bare) else { continue };
        if CLOSERS.contains(&heading.title.as_str()) {
            continue;
        }
        let gap = (at + 1..units.len()).take_while(|&n| headings.get(n).is_some_and(Option::is_none)).take(3).count();
        let Some(next) = headings.get(at + 1 + gap).and_then(Option::as_ref).filter(|next| !matches!(next.style, Style::Bare | Style::Title)) else {
            continue;
        };
        if gap == 0 {
            return Some(next.style);
        }
        let plain = (at + 1..=at + gap).all(|n| units.get(n).is_some_and(|unit| unit.kind == Kind::Text && !unit.of(text).is_empty()));
        if gap <= 2 && plain {
            match near.iter_mut().find(|(style, _)| *style == next.style) {
                Some((_, votes)) => *votes += 1,
                None => near.push((next.style, 1)),
            }
        }
    }
    near.into_iter().filter(|&(_, votes)| votes >= 2).max_by_key(|&(_, votes)| votes).map(|(style, _)| style)
}
