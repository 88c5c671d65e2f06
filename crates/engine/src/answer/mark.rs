//! The marks with which a model names passages, in whatever form: `[1]`, `[1, 2]`, 【3】, `[^1]`, `[passage 2]`, `¹`. What else stands in brackets is text. Pure;
//! it must not know sentences or what the passages say.

use std::collections::HashSet;
use std::sync::LazyLock;

use regex::Regex;

use super::units::regex;

/// A single number up to this one is taken for a passage's, whether there is one or not: no prompt has a hundred, and years are larger.
const PASSAGES: usize = 99;
/// Characters of the longest mark that is waited for.
const LONGEST: usize = 48;
/// The same of a tag, and of the address behind a mark.
const FAR: usize = 200;

/// What a text begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// A mark of so many bytes.
    Mark(usize),
    /// What comes next decides.
    Open,
    /// Text.
    Nothing,
}

/// What can be named.
#[derive(Debug)]
pub(super) struct Marks {
    /// Passages that there are.
    passages: usize,
    /// Brackets that the model was told and may quote, without blanks: an interval `[1,10]`, an element `a[1]`, a unit `m²`.
    told: HashSet<String>,
}

/// Whether what stands between a mark and the next one only joins them.
fn joins(c: char) -> bool {
    matches!(c, ' ' | ',' | '，' | '、' | ';' | '；')
}

static OPENERS: [(char, char); 4] = [('[', ']'), ('【', '】'), ('［', '］'), ('〔', '〕')];

/// What may begin a mark.
pub(super) fn begins(c: char) -> bool {
    matches!(c, '<' | '(' | '（') || closer(c).is_some() || raised(c).is_some()
}

fn closer(open: char) -> Option<char> {
    OPENERS.iter().find(|(opener, _)| *opener == open).map(|(_, closer)| *closer)
}

/// The digit that a raised character is; a raised parenthesis is none, and goes with them.
fn raised(c: char) -> Option<Option<u32>> {
    match c {
        '⁰' => Some(Some(0)),
        '¹' => Some(Some(1)),
        '²' => Some(Some(2)),
        '³' => Some(Some(3)),
        '⁴'..='⁹' => Some(Some(c as u32 - '⁰' as u32)),
        '⁽' | '⁾' => Some(None),
        _ => None,
    }
}

/// What brackets, and the word before them, a text has.
static BRACKETS: LazyLock<Regex> = LazyLock::new(|| regex(r"[A-Za-z0-9_]*(?:\[[^\[\]\n]{1,48}\]|[⁰¹²³⁴-⁹]+)|[米寸尺里丈][²³]"));
/// Numbers between brackets, perhaps with what they are numbers of, and where in the passage.
static NUMBERS: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"^\s*(?P<note>\^)?\s*(?P<label>(?i:passages?|sources?|citations?|refs?)\.?|段落?|编号|来源|引用|参考|资料)?\s*[:：=#]?\s*(?P<numbers>[0-9０-９]{1,3}(?:(?:\s*(?:[,，、;；–—&-]|and|和)\s*|\s+)[0-9０-９]{1,3})*)?(?P<place>(?::\d+)?†[^\n]*)?\s*\^?\s*$",
    )
});
/// A passage's own tag, which some models write where they mean its number.
static TAG: LazyLock<Regex> = LazyLock::new(|| regex(r"^</?passages?(?:\s[^<>\n]*|\d+)?>"));
/// What makes of a mark a link to an address.
static ADDRESS: LazyLock<Regex> = LazyLock::new(|| regex(r"^\((?:#|https?:|[^\s()]*[/.#])[^\s()]*\)|^\(\)"));

impl Marks {
    /// Of so many passages, where the model was told this.
    pub(super) fn new(passages: usize, told: &str) -> Self {
        let brackets = BRACKETS.find_iter(told).map(|found| bare(found.as_str()));
        let told = brackets.flat_map(|found| [found.find('[').map(|at| found[at..].to_owned()), Some(found)]).flatten().collect();
        Self { passages, told }
    }

    /// What `text` begins with, marks that follow one another as one. `before` stands before it; `last` if nothing more comes after it.
    pub(super) fn at(&self, text: &str, before: &str, last: bool) -> Found {
        let Some(first) = text.chars().next() else { return Found::Nothing };
        if let '(' | '（' = first {
            return self.in_parentheses(text, first, last);
        }
        let mut end = match self.one(text, before, last) {
            Found::Mark(end) => end,
            other => return other,
        };
        loop {
            let rest = text[end..].trim_start_matches(joins);
            let next = rest.chars().next();
            match next {
                None if !last => return Found::Open,
                Some(c) if c != '<' && closer(c).is_some() => {}
                _ => break,
            }
            match self.one(rest, "", last) {
                Found::Mark(more) => end = text.len() - rest.len() + more,
                Found::Open => return Found::Open,
                Found::Nothing => break,
            }
        }
        // At the head of a line it begins a note below the answer.
        if before.is_empty() || before.ends_with('\n') {
            let rest = text[end..].trim_start_matches([':', '：']).trim_start_matches(' ');
            if rest.is_empty() && !last {
                return Found::Open;
            }
            end = text.len() - rest.len();
        }
        Found::Mark(end)
    }

    /// Parentheses around nothing but marks.
    fn in_parentheses(&self, text: &str, open: char, last: bool) -> Found {
        let close = if open == '(' { ')' } else { '）' };
        let inside = &text[open.len_utf8()..];
        match inside.chars().next() {
            None if !last => return Found::Open,
            Some(c) if closer(c).is_some() => {}
            _ => return Found::Nothing,
        }
        match self.at(inside, "(", last) {
            Found::Mark(end) => match inside[end..].chars().next() {
                Some(c) if c == close => Found::Mark(open.len_utf8() + end + close.len_utf8()),
                None if !last => Found::Open,
                _ => Found::Nothing,
            },
            other => other,
        }
    }

    /// One mark.
    fn one(&self, text: &str, before: &str, last: bool) -> Found {
        let Some(first) = text.chars().next() else { return Found::Nothing };
        if first == '<' {
            return tag(text, last);
        }
        if raised(first).is_some() {
            return self.raised(text, before, last);
        }
        let Some(close) = closer(first) else { return Found::Nothing };
        let inside = &text[first.len_utf8()..];
        // `[[1]]`
        if let Some(within) = inside.strip_prefix('[').filter(|_| first == '[') {
            let Found::Mark(end) = self.bracketed(&inside[..1], within, ']', before) else {
                return self.waits(inside, last);
            };
            return match inside[1 + end..].chars().next() {
                Some(']') => Found::Mark(1 + 1 + end + 1),
                None if !last => Found::Open,
                _ => Found::Nothing,
            };
        }
        match self.bracketed(&text[..first.len_utf8()], inside, close, before) {
            Found::Mark(end) => self.with_address(text, first.len_utf8() + end, last),
            Found::Open if inside.chars().count() <= LONGEST && !last => Found::Open,
            // Nothing comes that would close it.
            Found::Open
                if last && inside.starts_with(|c: char| c.is_ascii_digit()) && inside.chars().all(|c| c.is_ascii_digit() || joins(c) || c == '-') =>
            {
                Found::Mark(text.len())
            }
            _ => Found::Nothing,
        }
    }

    fn waits(&self, inside: &str, last: bool) -> Found {
        let closed = inside.contains(']') || inside.contains('\n');
        if closed || last || inside.chars().count() > LONGEST { Found::Nothing } else { Found::Open }
    }

    /// What stands between a bracket and the one that closes it: how many bytes to its end.
    fn bracketed(&self, open: &str, inside: &str, close: char, before: &str) -> Found {
        let Some(end) = inside.find([close, '\n', '[']) else { return Found::Open };
        if !inside[end..].starts_with(close) {
            return Found::Nothing;
        }
        let said = &inside[..end];
        let Some(found) = NUMBERS.captures(said) else { return Found::Nothing };
        let numbers: Vec<usize> = found.name("numbers").map_or_else(Vec::new, |numbers| {
            let digits: String = numbers
                .as_str()
                .chars()
                .map(|c| if ('０'..='９').contains(&c) { char::from(b'0' + (c as u32 - '０' as u32) as u8) } else { c })
                .collect();
            digits.split(|c: char| !c.is_ascii_digit()).filter_map(|number| number.parse().ok()).collect()
        });
        let (label, note) = (found.name("label"), found.name("note").is_some());
        let told = |text: &str| self.told.contains(&bare(text));
        let brackets = format!("{open}{said}{close}");
        // A passage that is not there is cited by mistake.
        let possible = |number: &usize| (1..=self.passages.max(PASSAGES)).contains(number);
        let names = match numbers.as_slice() {
            // What the rules ask for, word for word.
            [] => label.is_some_and(|label| label.as_str() == "编号") && found.name("place").is_none() && !told(&brackets),
            _ if label.is_some() || note || found.name("place").is_some() => true,
            // `a[1]` is an element where the notes say so.
            [number] => {
                let word = before.rfind(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).map_or(before, |at| {
                    let after = before[at..].chars().next().map_or(0, char::len_utf8);
                    &before[at + after..]
                });
                let element = word.len() == 1 || word.contains('_');
                possible(number) && !(element && told(&format!("{word}{brackets}")))
            }
            several => several.iter().all(possible) && several.iter().any(|number| *number <= self.passages) && !told(&brackets),
        };
        if names { Found::Mark(end + close.len_utf8()) } else { Found::Nothing }
    }

    /// A mark, with the address behind it that makes of it a link.
    fn with_address(&self, text: &str, end: usize, last: bool) -> Found {
        let rest = &text[end..];
        if !rest.starts_with('(') {
            return Found::Mark(end);
        }
        if let Some(address) = ADDRESS.find(rest) {
            return Found::Mark(end + address.end());
        }
        let open = !rest.contains([')', ' ', '\n']) && rest.chars().count() <= FAR;
        if open && !last { Found::Open } else { Found::Mark(end) }
    }

    /// Raised numbers behind a word or a sentence; a power or a unit has them too.
    fn raised(&self, text: &str, before: &str, last: bool) -> Found {
        let end = text.find(|c: char| raised(c).is_none()).unwrap_or(text.len());
        if end == text.len() && !last {
            return Found::Open;
        }
        let digits: Vec<u32> = text[..end].chars().filter_map(|c| raised(c).flatten()).collect();
        let names = !digits.is_empty() && digits.iter().all(|digit| (1..=self.passages).contains(&(*digit as usize)));
        let word = before.len() - before.trim_end_matches(|c: char| c.is_ascii_alphabetic()).len();
        let behind = match before.chars().next_back() {
            None => false,
            Some('米' | '寸' | '尺' | '里' | '丈') => false,
            Some(c) if c.is_ascii_alphabetic() => word > 3,
            Some(c) => crate::text::is_cjk(c) || matches!(c, '。' | '.' | '！' | '!' | '？' | '?' | '”' | '"' | '」' | ' '),
        };
        let quoted = self.told.contains(&format!("{}{}", &before[before.len() - word..], &text[..end]));
        if names && behind && !quoted { Found::Mark(end) } else { Found::Nothing }
    }
}

/// The tag of a passage.
fn tag(text: &str, last: bool) -> Found {
    if let Some(tag) = TAG.find(text) {
        return Found::Mark(tag.end());
    }
    let begun = ["<passage", "</passage"].iter().any(|tag| tag.starts_with(text) || text.starts_with(tag));
    let open = begun && !text[1..].contains(['<', '>', '\n']) && text.chars().count() <= FAR;
    if open && !last { Found::Open } else { Found::Nothing }
}

/// A text without blanks, and with one sign for those that mean the same.
fn bare(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).map(|c| if matches!(c, '，' | '、') { ',' } else { c }).collect()
}
