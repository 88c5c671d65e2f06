//! Groups lines into units: a paragraph, a list item, a run of code, a table. Joins what was wrapped by hand or broken over an empty line.
//! It must not know which units are headings.

use std::collections::HashSet;
use std::ops::Range;

use super::code;
use super::line::{self, Group, Line, ends_sentence, width};
use super::mark::{self, Mark, Number, Style};

/// What a unit starts with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Lines without a mark.
    Text,
    /// A bullet.
    Bullet,
    /// A number that fits its sequence.
    Number(Number),
    /// `A.`
    Choice(u8),
    /// `问题：`
    Question,
    /// `答案：…`
    Answer,
    /// `答案`
    Label,
    /// Program text.
    Code,
    /// Rows with `|` or tabs.
    Table,
    /// `## …`
    Hashes(u8),
    /// A line over a line of this character.
    Underlined(char),
}

/// A group of lines that belong together.
#[derive(Clone, Debug)]
pub(super) struct Unit {
    pub(super) kind: Kind,
    /// Bytes in the text, trimmed.
    pub(super) span: Range<usize>,
    /// End of the first line's text; an underline is not part of it.
    pub(super) first_end: usize,
    /// Byte length of the mark.
    pub(super) mark: usize,
    pub(super) indent: usize,
    /// Lines it takes.
    pub(super) lines: usize,
    pub(super) blank_before: bool,
    pub(super) blank_after: bool,
}

impl Unit {
    /// The unit's text without its mark.
    pub(super) fn body<'t>(&self, text: &'t str) -> &'t str {
        let end = if matches!(self.kind, Kind::Underlined(_)) { self.first_end } else { self.span.end };
        text.get(self.span.start + self.mark..end).unwrap_or("").trim()
    }

    /// The unit's text.
    pub(super) fn of<'t>(&self, text: &'t str) -> &'t str {
        text.get(self.span.clone()).unwrap_or("")
    }

    pub(super) fn number(&self) -> Option<&Number> {
        match &self.kind {
            Kind::Number(number) => Some(number),
            _ => None,
        }
    }
}

/// Everything the grouping looks at.
struct Page<'t> {
    text: &'t str,
    lines: Vec<Line>,
    marks: Vec<Mark>,
    /// The group between empty lines that each line is in.
    groups: Vec<Group>,
    /// Whether the line is code.
    code: Vec<bool>,
}

/// The units of the lines.
pub(super) fn units(text: &str, lines: Vec<Line>) -> Vec<Unit> {
    let regions = code::regions(text, &lines);
    let mut code = vec![false; lines.len()];
    for n in regions.iter().cloned().flatten() {
        if let Some(flag) = code.get_mut(n) {
            *flag = true;
        }
    }
    let marks = marks(text, &lines, &code);
    let groups = groups(text, &lines);
    let page = Page { text, lines, marks, groups, code };
    let mut regions = regions.into_iter().peekable();
    let mut units: Vec<Unit> = Vec::new();
    let mut at = 0;
    while let Some(line) = page.lines.get(at) {
        while regions.next_if(|region| region.start < at).is_some() {}
        if let Some(region) = regions.next_if(|region| region.start == at) {
            units.push(page.unit(Kind::Code, region.clone(), 0));
            at = region.end;
        } else if line.blank() || is_rule(line.of(text)) {
            at += 1;
        } else if let Some(rows) = page.table(at) {
            units.push(page.unit(Kind::Table, rows.clone(), 0));
            at = rows.end;
        } else {
            let unit = page.marked(at);
            at += unit.lines;
            units.push(unit);
        }
    }
    units
}

/// A line of one repeated sign only.
fn is_rule(line: &str) -> bool {
    let mut chars = line.chars();
    let Some(first) = chars.next().filter(|c| matches!(c, '-' | '=' | '~' | '*' | '_' | '^' | '#' | '+' | '—' | '─' | '…')) else {
        return false;
    };
    line.chars().count() >= 3 && chars.all(|c| c == first)
}

/// The group of each line.
fn groups(text: &str, lines: &[Line]) -> Vec<Group> {
    let mut groups = vec![Group::default(); lines.len()];
    let mut from = 0;
    for n in 0..=lines.len() {
        if lines.get(n).is_none_or(Line::blank) {
            let widths: Vec<usize> = lines.get(from..n).unwrap_or(&[]).iter().map(|line| width(line.of(text))).collect();
            let widest = widths.iter().copied().max().unwrap_or(0);
            let full = widths.iter().filter(|&&columns| columns * 20 >= widest * 17).count();
            if let Some(group) = groups.get_mut(from..n) {
                group.fill(Group { widest, lines: widths.len(), full });
            }
            from = n + 1;
        }
    }
    groups
}

/// The mark of every line; numbers that fit no sequence are text (`2024. …`, `3.5 倍`).
fn marks(text: &str, lines: &[Line], code: &[bool]) -> Vec<Mark> {
    let mut marks: Vec<Mark> =
        lines.iter().zip(code).map(|(line, &code)| if code || line.blank() { Mark::None } else { mark::mark(line.of(text)) }).collect();
    let seen: HashSet<(Style, Vec<u32>)> = marks
        .iter()
        .filter_map(|mark| match mark {
            Mark::Number(number) => Some((number.style, number.parts.clone())),
            _ => None,
        })
        .collect();
    let mut next_choice = None;
    for (mark, line) in marks.iter_mut().zip(lines).rev() {
        let body = line.of(text);
        match mark {
            Mark::Number(number) if !plausible(number, body, &seen) => *mark = Mark::None,
            // `A: …` before `B: …` is a choice, not an answer.
            Mark::Answer if body.starts_with(['A']) && next_choice == Some(b'B') => {
                *mark = Mark::Choice(b'A', body.chars().take(2).map(char::len_utf8).sum());
            }
            _ => {}
        }
        if !line.blank() {
            next_choice = if let Mark::Choice(letter, _) = mark { Some(*letter) } else { None };
        }
    }
    marks
}

fn plausible(number: &Number, line: &str, seen: &HashSet<(Style, Vec<u32>)>) -> bool {
    let Some((&last, before)) = number.parts.split_last() else { return false };
    if number.parts.iter().any(|&part| part > 500) {
        return false;
    }
    let with = |style: Style, last: u32| {
        let mut parts = before.to_vec();
        parts.push(last);
        seen.contains(&(style, parts))
    };
    let neighbour = (last > 0 && with(number.style, last - 1)) || with(number.style, last + 1);
    match number.style {
        Style::Dot | Style::Comma | Style::Paren | Style::Parens => last <= 1 || neighbour,
        Style::Parts(depth) => {
            let parent = if depth > 2 { vec![Style::Parts(depth - 1)] } else { vec![Style::Dot, Style::Comma, Style::Space, Style::Chapter] };
            number.parts.first() != Some(&0) && (last <= 1 || neighbour || parent.into_iter().any(|style| seen.contains(&(style, before.to_vec()))))
        }
        Style::Space => {
            let body = line.get(number.len..).unwrap_or("");
            let child = seen.contains(&(Style::Parts(2), vec![last, 1]));
            (neighbour || child)
                && width(line) <= 60
                && !ends_sentence(line)
                && body.chars().next().is_some_and(|c| c.is_uppercase() || line::is_cjk(c))
        }
        _ => true,
    }
}

impl Page<'_> {
    fn of(&self, n: usize) -> &str {
        self.lines.get(n).map_or("", |line| line.of(self.text))
    }

    fn blank(&self, n: usize) -> bool {
        self.lines.get(n).is_none_or(Line::blank)
    }

    fn unit(&self, kind: Kind, range: Range<usize>, mark: usize) -> Unit {
        let first = self.lines.get(range.start);
        let last = self.lines.get(range.end.saturating_sub(1));
        let (start, first_end, indent) = first.map_or((0, 0, 0), |line| (line.start, line.end, line.indent));
        let end = last.map_or(first_end, |line| line.end).max(first_end);
        Unit {
            kind,
            span: start..end,
            first_end,
            mark,
            indent,
            lines: range.len(),
            blank_before: range.start == 0 || self.blank(range.start - 1),
            blank_after: self.blank(range.end),
        }
    }

    /// The rows of a table that begins at this line.
    fn table(&self, at: usize) -> Option<Range<usize>> {
        let piped = |n: usize| self.of(n).starts_with('|') && self.of(n).len() > 1 && !self.of(n).trim_start_matches('|').is_empty();
        let tabs = |n: usize| if self.code.get(n) == Some(&false) { self.of(n).matches('\t').count() } else { 0 };
        let rows = if piped(at) {
            (at..self.lines.len()).take_while(|&n| piped(n)).count()
        } else if tabs(at) > 0 {
            (at..self.lines.len()).take_while(|&n| tabs(n) == tabs(at)).count()
        } else {
            return None;
        };
        (rows >= 2).then_some(at..at + rows)
    }

    /// The unit that begins with this line, with the lines that continue it.
    fn marked(&self, at: usize) -> Unit {
        let (kind, mark) = match self.marks.get(at).cloned().unwrap_or(Mark::None) {
            Mark::None => (Kind::Text, 0),
            Mark::Bullet(len) => (Kind::Bullet, len),
            Mark::Choice(letter, len) => (Kind::Choice(letter), len),
            Mark::Question(len) => (Kind::Question, len),
            Mark::Answer => (Kind::Answer, 0),
            Mark::Label => return self.unit(Kind::Label, at..at + 1, 0),
            Mark::Hashes(level, len) => return self.unit(Kind::Hashes(level), at..at + 1, len),
            Mark::Number(number) => {
                let len = number.len;
                (Kind::Number(number), len)
            }
        };
        if kind == Kind::Text && self.underlined(at) {
            let sign = self.of(at + 1).chars().next().unwrap_or('-');
            return self.unit(Kind::Underlined(sign), at..at + 2, 0);
        }
        let end = self.continued(&kind, at);
        self.unit(kind, at..end, mark)
    }

    fn underlined(&self, at: usize) -> bool {
        let (title, under) = (self.of(at), self.of(at + 1));
        let sign = under.chars().next();
        matches!(sign, Some('=' | '-' | '~' | '^' | '"'))
            && under.chars().all(|c| Some(c) == sign)
            && under.len() >= 3
            && under.len() * 2 >= width(title)
            && width(title) <= 80
            && !ends_sentence(title)
            && (at == 0 || self.blank(at - 1) || is_rule(self.of(at - 1)))
    }

    /// The line after the unit's last.
    fn continued(&self, kind: &Kind, at: usize) -> usize {
        let listed = matches!(kind, Kind::Bullet | Kind::Number(_) | Kind::Choice(_));
        let over_blank = matches!(kind, Kind::Text | Kind::Answer | Kind::Bullet);
        let base = self.lines.get(at).map_or(0, |line| line.indent);
        let mut last = at;
        loop {
            let next = last + 1;
            if next >= self.lines.len() {
                return next;
            }
            if self.blank(next) {
                // A few empty lines in the middle of a sentence.
                let Some(resume) = (next..self.lines.len().min(next + 3)).find(|&n| !self.blank(n)) else { return next };
                let alone = self.blank(resume + 1) || self.of(resume).chars().count() > 20;
                if over_blank && alone && self.plain(resume) && line::runs_on_over_blank(self.of(last), self.of(resume)) && !self.answered(resume) {
                    last = resume;
                    continue;
                }
                return next;
            }
            let indented = listed && self.lines.get(next).is_some_and(|line| line.indent > base);
            let group = self.groups.get(last).copied().unwrap_or_default();
            if self.plain(next) && !self.underlined(next) && !is_rule(self.of(next)) && (indented || line::wraps(self.of(last), self.of(next), group))
            {
                last = next;
                continue;
            }
            return next;
        }
    }

    /// Whether the line has no mark and is no code.
    fn plain(&self, n: usize) -> bool {
        self.marks.get(n) == Some(&Mark::None) && self.code.get(n) == Some(&false) && !self.of(n).starts_with('|')
    }

    /// Whether the next line with text is an answer to this one: then this one is a question.
    fn answered(&self, n: usize) -> bool {
        let next = (n + 1..self.lines.len().min(n + 4)).find(|&n| !self.blank(n));
        next.and_then(|n| self.marks.get(n)).is_some_and(|mark| matches!(mark, Mark::Answer | Mark::Label))
    }
}
