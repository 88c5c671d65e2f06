//! Text as search sees it: normalisation (NFKC, case, width, traditional → simplified) and terms (jieba words, CJK bigrams, split
//! Latin and digits, English stems), each with its place in the original. Pure; it must not know indexes, documents or files.

use std::ops::Range;
use std::sync::LazyLock;

use jieba_rs::Jieba;
use rust_stemmers::{Algorithm, Stemmer};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;

/// Loaded once per process (tens of milliseconds): call [`warm_up`] from a thread that has nothing better to do.
static JIEBA: LazyLock<Jieba> = LazyLock::new(|| {
    let mut jieba = Jieba::new();
    for word in DOMAIN_WORDS {
        jieba.add_word(word, Some(20_000), None);
    }
    jieba
});
static STEMMER: LazyLock<Stemmer> = LazyLock::new(|| Stemmer::create(Algorithm::English));

/// Words of the shipped subject that the general dictionary splits apart.
const DOMAIN_WORDS: [&str; 28] = [
    "大模型",
    "注意力",
    "自注意力",
    "多头",
    "微调",
    "词表",
    "显存",
    "量化",
    "剪枝",
    "蒸馏",
    "位置编码",
    "分词器",
    "幻觉",
    "对齐",
    "推理加速",
    "投机解码",
    "上下文",
    "残差",
    "归一化",
    "梯度",
    "困惑度",
    "预训练",
    "知识图谱",
    "多模态",
    "跨模态",
    "奖励模型",
    "提示词",
    "检索增强",
];

/// Loads the dictionary now, so that the first question does not wait for it.
pub fn warm_up() {
    LazyLock::force(&JIEBA);
}

/// Whether a character is written without spaces between words (Han, kana, Hangul).
#[must_use]
pub fn is_cjk(c: char) -> bool {
    is_han(c) || matches!(c, '\u{3040}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{ac00}'..='\u{d7af}')
}

/// Whether a character is a Han ideograph.
#[must_use]
pub fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}' | '々' | '〇')
}

/// Normalised text: NFKC, lower case, traditional characters made simplified.
#[must_use]
pub fn normalise(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let folded = fold(text);
    if folded.is_ascii() { folded } else { fast2s::convert(&folded) }
}

/// NFKC and lower case. Two hundred passages are folded for each question, nearly all of them characters that need no tables.
fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let mut chars = text.char_indices().peekable();
    while let Some((from, c)) = chars.next() {
        // What follows may be a mark that composes with it.
        let alone = |next: Option<&(usize, char)>| next.is_none_or(|&(_, next)| plain(next).is_some());
        if let Some(c) = plain(c)
            && alone(chars.peek())
        {
            folded.push(c);
            continue;
        }
        // The next plain character never belongs to what is before it.
        while chars.next_if(|&(_, c)| plain(c).is_none()).is_some() {}
        let to = chars.peek().map_or(text.len(), |&(at, _)| at);
        folded.extend(text[from..to].nfkc().flat_map(char::to_lowercase));
    }
    folded
}

/// The fold of a character that has one of its own and never composes with a character before it.
fn plain(c: char) -> Option<char> {
    match c {
        '\0'..='\x7f' => Some(c.to_ascii_lowercase()),
        '\u{4e00}'..='\u{9fff}' | '\u{3001}'..='\u{3002}' | '\u{3008}'..='\u{3011}' | '\u{2018}'..='\u{201d}' => Some(c),
        // Full-width ASCII.
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).map(|c| c.to_ascii_lowercase()),
        _ => None,
    }
}

/// [`normalise`] with the way back: `origin[i]` is the byte of the original text at which normalised byte `i` begins, and
/// `origin[normalised.len()]` is the original's length.
#[must_use]
pub fn normalise_mapped(text: &str) -> (String, Vec<usize>) {
    let mut folded = String::with_capacity(text.len());
    let mut origin = Vec::with_capacity(text.len() + 1);
    let mut chars = text.char_indices().peekable();
    let mut cluster = String::new();
    while let Some((at, c)) = chars.next() {
        cluster.clear();
        cluster.push(c);
        // A base character and its marks compose together, as they do under NFKC over the whole text.
        while let Some(&(_, mark)) = chars.peek() {
            if canonical_combining_class(mark) == 0 && !matches!(mark, '\u{ff9e}' | '\u{ff9f}') {
                break;
            }
            cluster.push(mark);
            chars.next();
        }
        for lower in cluster.nfkc().flat_map(char::to_lowercase) {
            folded.push(lower);
            origin.resize(folded.len(), at);
        }
    }
    origin.push(text.len());
    // The conversion replaces three-byte characters by three-byte characters, so offsets stand.
    let simplified = if folded.is_ascii() { folded.clone() } else { fast2s::convert(&folded) };
    if simplified.len() == folded.len() { (simplified, origin) } else { (folded, origin) }
}

/// A search term and its place in the normalised text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// The term as indexed.
    pub text: String,
    /// Bytes of the normalised text.
    pub span: Range<usize>,
    /// Word position, for proximity.
    pub position: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Script {
    Cjk,
    Word,
    Other,
}

fn script(c: char) -> Script {
    if is_cjk(c) {
        Script::Cjk
    } else if c.is_alphanumeric() {
        Script::Word
    } else {
        Script::Other
    }
}

/// Splits normalised text into runs of one script. Latin runs keep inner `-_.+#` so that identifiers stay visible as one run.
fn runs(text: &str) -> Vec<(Script, Range<usize>)> {
    let mut runs: Vec<(Script, Range<usize>)> = Vec::new();
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let kind = script(c);
        if kind == Script::Other {
            continue;
        }
        let mut end = at + c.len_utf8();
        while let Some(&(next_at, next)) = chars.peek() {
            let joined = if kind == Script::Word && matches!(next, '-' | '_' | '.') {
                // A joiner belongs to the run only between two letters or digits: `top-k`, `3.5`, `node_modules`.
                text[next_at + next.len_utf8()..].chars().next().is_some_and(|after| script(after) == Script::Word)
            } else if kind == Script::Word && next == ',' {
                parts_thousands(&text[at..next_at], &text[next_at + 1..])
            } else if kind == Script::Word && matches!(next, '+' | '#') {
                // `c++`, `c#`, `f#`: marks after a short name, not arithmetic such as `a+b`.
                next_at - at <= 2 && !text[next_at..].trim_start_matches(['+', '#']).chars().next().is_some_and(|after| script(after) == Script::Word)
            } else {
                script(next) == kind
            };
            if !joined {
                break;
            }
            end = next_at + next.len_utf8();
            chars.next();
        }
        runs.push((kind, at..end));
    }
    runs
}

/// Whether a comma between these only makes a number readable: `1,024`.
fn parts_thousands(before: &str, after: &str) -> bool {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let last = before.bytes().rev().take_while(u8::is_ascii_digit).count();
    (1..=3).contains(&last) && digits(after) == 3
}

/// The stem of a purely alphabetic word, the word itself otherwise.
fn stem(word: &str) -> String {
    if word.len() > 2 && word.bytes().all(|b| b.is_ascii_lowercase()) { STEMMER.stem(word).into_owned() } else { word.to_owned() }
}

fn push_word_run(run: &str, at: usize, position: &mut usize, out: &mut Vec<Term>) {
    let before = out.len();
    // Parts between joiners, and letters apart from digits: `gpt-4` → gpt, 4; `int8` → int, 8. `c++` has one part and its marks.
    let mut parts: Vec<Range<usize>> = Vec::new();
    let mut last = None;
    for (i, c) in run.char_indices() {
        let class = if c.is_numeric() { 1 } else { 2 * u8::from(c.is_alphabetic()) };
        if class != 0 {
            match parts.last_mut() {
                Some(part) if last == Some(class) => part.end = i + c.len_utf8(),
                _ => parts.push(i..i + c.len_utf8()),
            }
        }
        last = Some(class);
    }
    let whole = parts.len() == 1 && parts[0] == (0..run.len());
    if !whole {
        // The identifier as written, so that an exact term outranks its parts; a number without what makes it readable.
        out.push(Term { text: run.replace(',', ""), span: at..at + run.len(), position: *position });
    }
    for part in parts {
        let text = stem(&run[part.clone()]);
        if !out[before..].iter().any(|t| t.text == text) {
            out.push(Term { text, span: at + part.start..at + part.end, position: *position });
        }
        *position += 1;
    }
}

/// Words of normalised text: jieba search-mode words for Han, whole identifiers and their parts for Latin and digits, bigrams for kana and
/// Hangul.
#[must_use]
pub fn words(text: &str) -> Vec<Term> {
    let mut out = Vec::new();
    let mut position = 0;
    for (kind, span) in runs(text) {
        let run = &text[span.clone()];
        match kind {
            Script::Word => push_word_run(run, span.start, &mut position, &mut out),
            Script::Cjk if run.chars().all(is_han) => {
                // Search mode lists the short words inside a long one before it; all of them share the long one's position.
                let mut at = span.start;
                for word in JIEBA.cut_for_search(run, true) {
                    let start = find_from(text, word.word, at.min(span.end), span.clone());
                    let end = start + word.word.len();
                    out.push(Term { text: word.word.to_owned(), span: start..end, position });
                    if end > at {
                        position += 1;
                    }
                    at = at.max(start);
                }
            }
            Script::Cjk => push_bigrams(run, span.start, &mut position, &mut out),
            Script::Other => {}
        }
    }
    out
}

/// What stands before a verb and is no part of it.
const AUXILIARIES: &[char] = &['要', '会', '能', '可', '该', '得', '应', '需', '想', '再', '先'];

/// Words of a normalised question: [`words`], where a verb of one character that the dictionary does not know with what stands before it is a word of its own.
/// Jieba guesses that 「要炖」 is one, and no note about 炖 has it.
#[must_use]
pub fn asked_words(text: &str) -> Vec<Term> {
    let mut all = words(text);
    for term in &mut all {
        let mut chars = term.text.chars();
        if let (Some(before), Some(verb), None) = (chars.next(), chars.next(), chars.next())
            && AUXILIARIES.contains(&before)
            && is_han(verb)
            && !JIEBA.has_word(&term.text)
        {
            term.text = verb.to_string();
            term.span.start += before.len_utf8();
        }
    }
    all
}

/// Characters on either side of a place that say whether a word stands across it.
const NEAR: usize = 12;

/// Whether a place in normalised text is between words: none of [`words`] stands across it.
#[must_use]
pub fn is_between_words(text: &str, at: usize) -> bool {
    let from = text[..at].char_indices().rev().nth(NEAR - 1).map_or(0, |(i, _)| i);
    let to = text[at..].char_indices().nth(NEAR).map_or(text.len(), |(i, _)| at + i);
    !words(&text[from..to]).iter().any(|word| from + word.span.start < at && at < from + word.span.end)
}

/// Where `word` stands in `run`, looking first from `hint`: search mode may step back inside a long word.
fn find_from(text: &str, word: &str, hint: usize, run: Range<usize>) -> usize {
    let from = hint.clamp(run.start, run.end);
    text[from..run.end].find(word).map_or_else(|| text[run.clone()].rfind(word).map_or(run.start, |i| run.start + i), |i| from + i)
}

fn push_bigrams(run: &str, at: usize, position: &mut usize, out: &mut Vec<Term>) {
    let marks: Vec<usize> = run.char_indices().map(|(i, _)| i).chain([run.len()]).collect();
    if marks.len() == 2 {
        out.push(Term { text: run.to_owned(), span: at..at + run.len(), position: *position });
        *position += 1;
    }
    for pair in marks.windows(3) {
        out.push(Term { text: run[pair[0]..pair[2]].to_owned(), span: at + pair[0]..at + pair[2], position: *position });
        *position += 1;
    }
}

/// Letters that each part of a name has that is worth finding by its parts: `LoRA` and `OpenAI` are one.
const PART_LETTERS: usize = 3;

/// A text as its words are searched: normalised, and behind it the parts of names that are written in one, `flash attention` for `FlashAttention`. Where
/// there are more than two, each with its neighbour too: `TextFoolerHotFlip` may be two names that lost the blank between them. What stands behind
/// has no place in the text.
#[must_use]
pub fn searchable(text: &str) -> String {
    format!("{}\n{}", normalise(text), parts_of_names(text))
}

/// What [`searchable`] puts behind a text: the parts of its names, normalised, with blanks between them.
#[must_use]
pub fn parts_of_names(text: &str) -> String {
    let mut out = String::new();
    for run in text.split(|c: char| !c.is_ascii_alphabetic()).filter(|run| run.bytes().skip(1).any(|b| b.is_ascii_uppercase())) {
        let parts = humps(run);
        if parts.len() < 2 || parts.iter().any(|part| part.len() < PART_LETTERS) {
            continue;
        }
        let pairs = parts.windows(2).filter(|_| parts.len() > 2).map(<[&str]>::concat);
        for part in parts.iter().map(|part| (*part).to_owned()).chain(pairs) {
            out.push_str(&part.to_ascii_lowercase());
            out.push(' ');
        }
    }
    out
}

/// A name cut before its capitals: `Flash`, `Attention`; `RMS`, `Norm`.
#[must_use]
pub fn humps(name: &str) -> Vec<&str> {
    let mut cuts = vec![0];
    let (mut before, mut chars) = (None, name.char_indices().peekable());
    while let Some((at, c)) = chars.next() {
        let after = chars.peek().is_some_and(|(_, next)| next.is_lowercase());
        let begins = before.is_some_and(|before: char| before.is_lowercase() || (before.is_uppercase() && after));
        if c.is_uppercase() && begins {
            cuts.push(at);
        }
        before = Some(c);
    }
    cuts.push(name.len());
    cuts.windows(2).map(|cut| &name[cut[0]..cut[1]]).filter(|part| !part.is_empty()).collect()
}

/// Bigrams of every CJK run of normalised text (a run of one character gives itself): finds words of two characters that the dictionary
/// cuts elsewhere.
#[must_use]
pub fn bigrams(text: &str) -> Vec<Term> {
    let mut out = Vec::new();
    let mut position = 0;
    for (kind, span) in runs(text) {
        if kind == Script::Cjk {
            push_bigrams(&text[span.clone()], span.start, &mut position, &mut out);
        }
    }
    out
}

/// A model-independent estimate of a text's tokens: one per CJK character, one per started six letters of a word, one per started three
/// digits, one per two other printing characters. Switching models never re-chunks.
#[must_use]
pub fn estimate_tokens(text: &str) -> usize {
    let (mut tokens, mut letters, mut digits, mut marks) = (0, 0usize, 0usize, 0usize);
    for c in text.chars() {
        if !c.is_numeric() || is_cjk(c) {
            tokens += digits.div_ceil(3);
            digits = 0;
        }
        if !c.is_alphabetic() || is_cjk(c) {
            tokens += letters.div_ceil(6);
            letters = 0;
        }
        if is_cjk(c) {
            tokens += 1;
        } else if c.is_alphabetic() {
            letters += 1;
        } else if c.is_numeric() {
            digits += 1;
        } else if !c.is_whitespace() {
            marks += 1;
        }
    }
    tokens + digits.div_ceil(3) + letters.div_ceil(6) + marks.div_ceil(2)
}

/// Columns from which a line may have been broken by its width; Chinese characters take two.
const WRAPPED_COLUMNS: usize = 56;

/// Byte ranges of the sentences of a text, in order, trimmed, never empty. A sentence ends at `。！？!?` with its closing quotes, at a full
/// stop followed by white space and no abbreviation before it, or at a line end (but for a line that was wrapped in mid-sentence).
#[must_use]
pub fn sentences(text: &str) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut start = 0;
    let mut chars = text.char_indices().peekable();
    let mut previous = ' ';
    while let Some((at, c)) = chars.next() {
        let ends = match c {
            '\n' => !is_wrapped(text, start, at),
            '。' | '！' | '？' => true,
            '!' | '?' => chars.peek().is_none_or(|&(_, n)| n.is_whitespace() || is_cjk(n) || is_closing(n)),
            '.' => chars.peek().is_none_or(|&(_, n)| n.is_whitespace() || is_closing(n)) && !is_abbreviation(&text[start..at], previous),
            _ => false,
        };
        previous = c;
        if ends {
            let mut end = at + c.len_utf8();
            while let Some(&(next_at, next)) = chars.peek() {
                if c == '\n' || !(is_closing(next) || matches!(next, '。' | '！' | '？' | '!' | '?')) {
                    break;
                }
                end = next_at + next.len_utf8();
                chars.next();
            }
            push_trimmed(text, start..end, &mut out);
            start = end;
        }
    }
    push_trimmed(text, start..text.len(), &mut out);
    out
}

/// Whether the line that ends at `end` was broken by its width: it is long, its sentence is not over, and the next line goes on.
fn is_wrapped(text: &str, start: usize, end: usize) -> bool {
    let line = text[start..end].rsplit('\n').next().unwrap_or("").trim_end();
    let next = text[end + 1..].split('\n').next().unwrap_or("");
    let over = line.ends_with(|c: char| is_closing(c) || "。！？!?.：:；;".contains(c));
    let goes_on = next.starts_with(|c: char| c.is_alphabetic() || "（(“\"".contains(c));
    !over && goes_on && line.chars().map(|c| 1 + usize::from(is_cjk(c))).sum::<usize>() >= WRAPPED_COLUMNS
}

fn is_closing(c: char) -> bool {
    matches!(c, '"' | '\'' | '”' | '’' | '」' | '』' | '）' | ')' | '】' | ']')
}

fn is_abbreviation(before: &str, previous: char) -> bool {
    let word = before.rsplit(|c: char| c.is_whitespace() || c == '(').next().unwrap_or("");
    // `1.` opens a list item; `e.g.`, `i.e.`, `Dr.`, `Fig.` and initials do not end a sentence.
    before.trim().chars().all(|c| c.is_ascii_digit())
        || (previous.is_ascii_uppercase() && word.len() == 1)
        || matches!(word.to_ascii_lowercase().as_str(), "e.g" | "i.e" | "etc" | "vs" | "dr" | "mr" | "mrs" | "ms" | "fig" | "eq" | "cf" | "al" | "no")
}

/// Whether a sentence is a question by the mark at its end.
pub(crate) fn asks(sentence: &str) -> bool {
    sentence.ends_with(['?', '？'])
}

/// Whether a word in lower case stands, with a point behind it, before a person's name.
pub(crate) fn is_title(word: &str) -> bool {
    ["mr", "mrs", "ms", "dr", "prof", "st"].contains(&word)
}

fn push_trimmed(text: &str, span: Range<usize>, out: &mut Vec<Range<usize>>) {
    let part = &text[span.clone()];
    let start = span.start + (part.len() - part.trim_start().len());
    let end = start + part.trim().len();
    if end > start {
        out.push(start..end);
    }
}

/// The numbers of a text, normalised, sorted: two passages whose numbers differ say different things.
#[must_use]
pub fn numbers(normalised: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut current = String::new();
    let mut chars = normalised.chars().peekable();
    while let Some(c) = chars.next() {
        if c.is_ascii_digit() {
            current.push(c);
        } else if matches!(c, '.' | ',') && !current.is_empty() && chars.peek().is_some_and(char::is_ascii_digit) {
            if c == '.' {
                current.push(c);
            }
        } else if !current.is_empty() {
            out.push(std::mem::take(&mut current));
        }
    }
    if !current.is_empty() {
        out.push(current);
    }
    out.sort();
    out
}
