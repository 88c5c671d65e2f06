//! Finds runs of program text in a text without fences: Python, shell, YAML, C-like, pasted between paragraphs.
//! It must not know what surrounds them means.

use std::ops::Range;
use std::sync::LazyLock;

use regex::RegexSet;

use super::line::{Line, is_cjk};

/// How surely one line is code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Look {
    /// Nothing but code reads like this.
    Code,
    /// Code if its neighbours are.
    Maybe,
    /// A comment, or a heading of Markdown.
    Comment,
    /// Prose.
    Prose,
}

static CODE: LazyLock<Option<RegexSet>> = LazyLock::new(|| {
    RegexSet::new([
        r"^from\s+[\w.]+\s+import\s+\S",
        r"^import\s+[\w.]+(\s+as\s+\w+)?(\s*,\s*[\w.]+(\s+as\s+\w+)?)*;?$",
        r"^(async\s+)?def\s+\w+\s*\(.*$",
        r"^class\s+\w+\s*(\(.*\))?\s*[:{]$",
        r"^@[A-Za-z_][\w.]*(\(.*\))?$",
        r"^(async\s+)?for\s+[\w, ()*]+\s+in\s+\S.*:$",
        r"^(if|elif|while)\b.*([=<>()\[\]._!]|\b(in|not|is|and|or)\b).*:$",
        r"^(if|elif|while)\s+\w+:$",
        r"^(async\s+)?with\s+\S.*(\(|\bas\b).*:$",
        r"^(try|else|finally|except(\s+[\w.(), ]+)?(\s+as\s+\w+)?):$",
        r"^(return|raise|yield|await|assert|del)(\s+[^\s,]+(\s*,\s*[^\s,]+)*|\s+.*[=()\[\]{}'\x22<>+*/].*)?$",
        r"^(public|private|protected|static|final|void|fn|pub|func|function|const|let|var|struct|enum|interface|impl|namespace|package|using|int|char|float|double|bool|auto)\s+[^.?!]*[({;=].*$",
        r#"^#\s*(include|define|ifdef|ifndef|endif|pragma)\b"#,
        r"^[\w.\[\]'\x22:, *&]+\s*([-+*/%|&^]|//|\*\*)?=\s*[^=\s].*[\w)\]}'\x22;,(\[{.]$",
        r"^[A-Za-z_][\w.]*(\[[^\]]*\])*\(.*\)(\.\w+\(.*\))*[;,:]?$",
        r"^[A-Za-z_][\w.]*\($",
        r"^[\w\s./:@${}<>'\x22()&|!=*,-]+\s*\{$",
        r"^[)\]}]+[;,)]*$",
        r"^[\w\s.$()\[\]{}'\x22<>=!&|+*/%:,-]+;$",
        r"^\$\s+\w+",
        r"^(pip3?|conda|npm|yarn|pnpm|git|docker|sudo|apt|apt-get|brew|curl|wget|cargo|kubectl|python3?|mkdir|export|source|chmod|echo)\s+[-\w./$\x22']+.*[^.。]$",
        r"^(SELECT|INSERT INTO|UPDATE|DELETE FROM|CREATE TABLE|ALTER TABLE)\s",
        r"^</?[A-Za-z][\w-]*(\s[^<>]*)?/?>.*$",
        r"^(apiVersion|kind|metadata|spec|services|version):(\s+\S+)?$",
    ])
    .ok()
});

static MAYBE: LazyLock<Option<RegexSet>> = LazyLock::new(|| {
    RegexSet::new([
        r"^-?\s*[A-Za-z_][\w.-]*:(\s+\S.*)?$",
        r"^[A-Za-z_][\w.]*\s*[-+*/]?=\s*\S.*$",
        r#"^['"][^'"]*['"]\s*[:,].*$"#,
        r"^.*[,(\[{\\]$",
        r"^(pass|break|continue|return|else:|try:|finally:|end|fi|done|then|do)$",
        r"^-\s+[\w./-]+$",
        r"^[\w.]+\(.*$",
        r"^.*\)[;,]?$",
    ])
    .ok()
});

/// The line without strings and without a trailing comment: what is left must have no Han in code.
fn bare(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut quote = None;
    let mut before = ' ';
    for c in line.chars() {
        match quote {
            Some(q) if c == q => {
                quote = None;
                out.push(c);
            }
            Some(_) => {}
            None if matches!(c, '"' | '\'' | '`') && !(c == '\'' && before.is_alphanumeric()) => {
                quote = Some(c);
                out.push(c);
            }
            None if c == '#' && before.is_whitespace() && !out.trim().is_empty() => break,
            None if c == '/' && before == '/' && !out.trim_end_matches('/').ends_with(':') => {
                out.pop();
                break;
            }
            None => out.push(c),
        }
        before = c;
    }
    out.truncate(out.trim_end().len());
    out
}

fn look(line: &str) -> Look {
    if line.starts_with("//") || (line.starts_with('#') && line.chars().nth(1).is_some_and(|c| c == ' ' || is_cjk(c))) {
        return Look::Comment;
    }
    if line.len() > 400 || line.chars().next().is_some_and(is_cjk) {
        return Look::Prose;
    }
    let bare = bare(line);
    if bare.chars().any(|c| is_cjk(c) || matches!(c, '。' | '，' | '：' | '；' | '？' | '、' | '•')) {
        return Look::Prose;
    }
    if CODE.as_ref().is_some_and(|set| set.is_match(&bare)) {
        Look::Code
    } else if MAYBE.as_ref().is_some_and(|set| set.is_match(&bare)) {
        Look::Maybe
    } else {
        Look::Prose
    }
}

/// How far the brackets of a line leave the depth.
fn depth_after(depth: i32, line: &str) -> i32 {
    let bare = bare(line);
    let change: i32 = bare
        .chars()
        .map(|c| match c {
            '(' | '[' | '{' => 1,
            ')' | ']' | '}' => -1,
            _ => 0,
        })
        .sum();
    (depth + change).clamp(0, 64)
}

/// Ranges of line numbers that are code, fenced or not.
pub(super) fn regions(text: &str, lines: &[Line]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    // The shortest fence of each kind that was looked for and has no end: looking again would cost a walk per line.
    let mut endless = [usize::MAX; 2];
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        if line.blank() {
            at += 1;
            continue;
        }
        if let Some((mark, len)) = fence(line.of(text)) {
            let shortest = if mark == '`' { &mut endless[0] } else { &mut endless[1] };
            if len < *shortest {
                if let Some(end) = fence_end(text, lines, at, mark, len) {
                    found.push(at..end);
                    at = end;
                    continue;
                }
                *shortest = len;
            }
        }
        let (end, believed) = unfenced(text, lines, at);
        if believed {
            found.push(at..end);
        }
        // Nothing that begins inside a run that was not believed would be believed.
        at = end.max(at + 1);
    }
    found
}

/// The fence that opens a line: its character and length.
fn fence(line: &str) -> Option<(char, usize)> {
    let first = line.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let len = line.chars().take_while(|&c| c == first).count();
    (len >= 3 && !line.get(len..)?.contains(first)).then_some((first, len))
}

/// Without its end a fence is not believed: it would swallow the rest of the note.
fn fence_end(text: &str, lines: &[Line], from: usize, mark: char, len: usize) -> Option<usize> {
    let closes = |line: &&Line| {
        let line = line.of(text);
        line.len() >= len && line.chars().all(|c| c == mark)
    };
    lines.iter().skip(from + 1).position(|line| closes(&line)).map(|n| from + n + 2)
}

fn unfenced(text: &str, lines: &[Line], from: usize) -> (usize, bool) {
    let base = lines.get(from).map_or(0, |line| line.indent);
    let (mut depth, mut sure, mut count, mut nested, mut open_keys, mut comments) = (0, 0, 0, 0, 0, 0);
    let (mut end, mut blanks, mut opener) = (from, 0, false);
    for (n, line) in lines.iter().enumerate().skip(from) {
        if line.blank() {
            blanks += 1;
            if blanks > 2 {
                break;
            }
            continue;
        }
        let body = line.of(text);
        let look = look(body);
        let inside = depth > 0 || (opener && blanks == 0 && line.indent > base);
        let member = match look {
            Look::Code => true,
            // A heading of Markdown over prose is no comment: code must follow at once.
            // After code that has comments, one more is no surprise.
            Look::Comment => (count > 0 && blanks == 0) || (sure > 1 && comments > 0 && blanks == 1) || comment_leads(text, lines, n),
            Look::Maybe => inside || line.indent > base || blanks == 0,
            Look::Prose => inside && !body.chars().any(|c| matches!(c, '。' | '，' | '：')),
        };
        if !member {
            break;
        }
        sure += usize::from(look == Look::Code);
        count += usize::from(look != Look::Comment);
        comments += usize::from(look == Look::Comment);
        nested += usize::from(line.indent > base);
        if look != Look::Comment {
            depth = depth_after(depth, body);
        }
        let tail = bare(body);
        opener = tail.ends_with([':', '{', '(', '[', ',', '\\']);
        open_keys += usize::from(look == Look::Maybe && tail.ends_with(':'));
        blanks = 0;
        end = n + 1;
    }
    let believed = sure >= 2 || (sure >= 1 && count >= 2) || (open_keys >= 1 && nested >= 1 && count >= 3);
    (end, believed && count >= 2)
}

/// Whether code follows the comment at line `at`, perhaps after more comments.
fn comment_leads(text: &str, lines: &[Line], at: usize) -> bool {
    lines
        .iter()
        .skip(at + 1)
        .take(6)
        .filter(|line| !line.blank())
        .map(|line| look(line.of(text)))
        .find(|look| *look != Look::Comment)
        .is_some_and(|look| look == Look::Code || look == Look::Maybe)
}
