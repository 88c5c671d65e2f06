//! What a person typed, as weighted search terms. Pure; it must not know indexes.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::error::{Error, ErrorCode, Result};
use crate::followup::is_framed_in_english;
use crate::lexical::TermQuerySet;
use crate::polite::without_politeness;
use crate::retrieve::glossary::{Counterpart, Glossary};
use crate::text::{asked_words, bigrams, is_cjk, normalise, normalise_mapped, parts_of_names, words};

/// Characters of a question that are used; more is a pasted document, whose beginning says what it is about, or a log, whose end says what went wrong.
const MAX_CHARS: usize = 2_000;
/// Those of them that are its end.
const END_CHARS: usize = 500;
/// Distinct terms of a query, identifiers and numbers first, then the longest; a pasted page would otherwise search for every word of itself.
const MAX_TERMS: usize = 96;

/// Share of a translation's weight that is left where the notes have the word itself: they are in its language, or in both.
const NOTED: f32 = 0.3;

/// Weight of a part of a name beside the name.
const PART: f32 = 0.5;

/// Words that make a sentence a question but do not say what it is about, after normalisation and stemming.
const QUESTION_WORDS: &[&str] = &[
    "请问",
    "请",
    "简述",
    "简要",
    "说说",
    "谈谈",
    "谈",
    "介绍",
    "介绍一下",
    "解释一下",
    "说明一下",
    "讲解",
    "一下",
    "解释",
    "说明",
    "描述",
    "讲讲",
    "列举",
    "什么",
    "什么样",
    "是",
    "是什么",
    "为什么",
    "为何",
    "如何",
    "怎么",
    "怎样",
    "怎么样",
    "怎么办",
    "哪些",
    "哪个",
    "哪种",
    "哪",
    "多少",
    "几",
    "吗",
    "呢",
    "的",
    "了",
    "地",
    "得",
    "和",
    "与",
    "及",
    "或",
    "在",
    "对",
    "有",
    "会",
    "能",
    "可以",
    "应该",
    "需要",
    "它",
    "他",
    "她",
    "我",
    "你",
    "我们",
    "你们",
    "中",
    "里",
    "上",
    "下",
    "用",
    "来",
    "去",
    "把",
    "被",
    "让",
    "使",
    "就",
    "都",
    "也",
    "还",
    "这",
    "那",
    "这个",
    "那个",
    "这些",
    "那些",
    "其",
    "个",
    "一个",
    "种",
    "一种",
    "时",
    "吧",
    "啊",
    "以及",
    "之间",
    "之",
    "者",
    "并",
    "而",
    "请描述",
    "有没有",
    "是不是",
    "是否",
    "要",
    "做",
    "进行",
    "通常",
    "一般",
    "具体",
    "主要",
    "常见",
    "分别",
    "what",
    "is",
    "are",
    "was",
    "were",
    "be",
    "the",
    "a",
    "an",
    "of",
    "to",
    "in",
    "on",
    "for",
    "and",
    "or",
    "how",
    "why",
    "when",
    "which",
    "who",
    "whom",
    "whose",
    "where",
    "do",
    "doe",
    "did",
    "can",
    "could",
    "should",
    "would",
    "will",
    "it",
    "it's",
    "this",
    "that",
    "these",
    "those",
    "with",
    "as",
    "by",
    "at",
    "from",
    "i",
    "you",
    "we",
    "they",
    "he",
    "she",
    "my",
    "your",
    "me",
    "pleas",
    "explain",
    "describ",
    "tell",
    "about",
    "between",
    "there",
    "has",
    "have",
    "had",
    "not",
    "ani",
    "some",
    "if",
    "so",
    "than",
    "then",
    "into",
    "does",
    "s",
];

/// Words that ask or greet and are searched for all the same: with them left out, questions that no note answers are known less often (AUROC of dev-abst .931 →
/// .925).
const ASKING: &[&str] = &["谁", "啥", "为啥", "咋", "咋样", "咋办", "哪里", "哪儿", "何时", "多久", "几点", "你好", "您好", "谢谢"];

/// A search input, analysed.
#[derive(Clone, Debug)]
pub struct Query {
    /// As typed, trimmed and cut to a sensible length.
    pub text: String,
    /// The same without what is said out of politeness.
    pub asked: String,
    /// The normalised text without the words that every question has.
    pub content: String,
    /// Its terms for the keyword leg.
    pub terms: TermQuerySet,
    /// What its words may be called in the other language.
    pub counterparts: Vec<Counterpart>,
    /// Whether it has only words that every question has: 「为什么？」, "Who are you?". A word in capitals is a name: "What is IT?".
    pub common: bool,
    /// Whether it was cut.
    pub shortened: bool,
}

/// Whether a normalised word is one of those every question has.
#[must_use]
pub fn is_question_word(word: &str) -> bool {
    QUESTION_WORDS.contains(&word)
}

impl Query {
    /// Analyses a search input.
    ///
    /// # Errors
    /// `InvalidInput` for a blank one and for one without any letter or digit.
    pub fn new(text: &str) -> Result<Self> {
        let trimmed = text.trim();
        if trimmed.is_empty() {
            return Err(Error::new(ErrorCode::InvalidInput, "the question is empty", "type a question or some words, in Chinese or English"));
        }
        let shortened = trimmed.chars().count() > MAX_CHARS;
        let text = &*if shortened { ends_of(trimmed) } else { trimmed.into() };
        let asked = without_politeness(text);
        let normalised = normalise(asked);
        let all = asked_words(&normalised);
        if all.is_empty() {
            return Err(Error::new(
                ErrorCode::InvalidInput,
                format!("`{}` has no word to search for", text.chars().take(20).collect::<String>()),
                "type a question or some words",
            ));
        }
        // A query of question words only (「是什么」) still searches for them.
        let only_common = all.iter().all(|t| is_question_word(&t.text));
        let kept: Vec<_> = all.iter().filter(|t| only_common || !is_question_word(&t.text)).collect();
        let mut terms = TermQuerySet { words: count(kept.iter().map(|t| t.text.clone())), bigrams: count(kept_bigrams(&normalised, &kept)) };
        for part in words(&parts_of_names(asked)) {
            // Notes may write in two words what the question writes in one.
            if !terms.words.iter().any(|(known, _)| *known == part.text) {
                terms.words.push((part.text, PART));
            }
        }
        let content = covered(&normalised, &kept);
        let common = all.iter().all(|t| is_question_word(&t.text) || ASKING.contains(&t.text.as_str())) && !has_capitals(asked);
        Ok(Self { text: text.to_owned(), asked: asked.to_owned(), content, terms, counterparts: Vec::new(), common, shortened })
    }

    /// Its terms as the person wrote them: what is searched for is a stem.
    #[must_use]
    pub fn written(&self) -> HashMap<String, String> {
        let mut written = HashMap::new();
        let (normalised, origin) = normalise_mapped(&self.asked);
        for word in asked_words(&normalised) {
            let part = origin[word.span.start]..origin[word.span.end];
            written.entry(word.text).or_insert_with(|| self.asked[part].to_owned());
        }
        let parts = parts_of_names(&self.asked);
        for word in words(&parts) {
            written.entry(word.text).or_insert_with(|| parts[word.span].to_owned());
        }
        written
    }

    /// The same, knowing what its words may be called in the other language.
    #[must_use]
    pub fn widened(mut self, glossary: Option<&Glossary>) -> Self {
        self.counterparts = glossary.map_or_else(Vec::new, |glossary| glossary.counterparts(&self.terms));
        self
    }

    /// Its terms for the keyword leg, counterparts weighing `share` of what they stand for; less where the notes have that themselves.
    #[must_use]
    pub fn widened_terms(&self, share: f32, noted: impl Fn(&str) -> bool) -> TermQuerySet {
        let mut terms = self.terms.clone();
        for counterpart in self.counterparts.iter().filter(|_| share > 0.0) {
            let noted = counterpart.words.iter().all(|&word| noted(&self.terms.words[word].0));
            let share = if noted { NOTED * share } else { share };
            let weight = share * counterpart.chance.sqrt() / counterpart.terms.len() as f32;
            for term in &counterpart.terms {
                match terms.words.iter_mut().find(|(known, _)| known == term) {
                    Some((_, known)) => *known = known.max(weight),
                    None => terms.words.push((term.clone(), weight)),
                }
            }
        }
        terms
    }

    /// Whether something that a term of its may be called in the other language fulfils a condition, in all its terms.
    pub fn translated(&self, term: &str, has: impl Fn(&str) -> bool) -> bool {
        let stands_for = |c: &&Counterpart| c.words.iter().any(|&word| self.terms.words[word].0 == term);
        self.counterparts.iter().filter(stands_for).any(|c| c.terms.iter().all(|t| has(t)))
    }

    /// How far a text has one of its words, 0 to 1: in full where it is there, else as likely as what is there means it.
    pub fn held(&self, word: usize, has: impl Fn(&str) -> bool) -> f32 {
        if has(&self.terms.words[word].0) {
            return 1.0;
        }
        let there = self.counterparts.iter().filter(|c| c.words.contains(&word) && c.terms.iter().all(|term| has(term)));
        there.map(|c| c.chance).fold(0.0, f32::max).sqrt()
    }

    /// Whether the question is written in Han characters or kana, but for the names in it.
    #[must_use]
    pub fn is_cjk(&self) -> bool {
        is_in_chinese(&self.text)
    }
}

/// Whether a question is written in Han characters or kana, but for the names in it: one about `KV cache` has few of them, an English one has them where it names
/// something.
#[must_use]
pub fn is_in_chinese(question: &str) -> bool {
    mostly_cjk(question) || question.contains(is_cjk) && !is_framed_in_english(question)
}

/// Whether a good part of a text is Han characters or kana.
#[must_use]
pub fn mostly_cjk(text: &str) -> bool {
    let cjk = text.chars().filter(|&c| is_cjk(c)).count();
    cjk * 6 >= text.chars().filter(|c| c.is_alphanumeric()).count()
}

/// Whether a word of a text, and not all of them, is in capitals.
fn has_capitals(text: &str) -> bool {
    let letters = |word: &&str| word.chars().filter(char::is_ascii_alphabetic).count() > 1;
    let capital = |word: &&str| !word.contains(|c: char| c.is_ascii_lowercase());
    let words = || text.split(|c: char| !c.is_ascii_alphabetic()).filter(letters);
    words().any(|word| capital(&word)) && (text.contains(is_cjk) || !words().all(|word| capital(&word)))
}

/// The beginning and the end of a long text.
fn ends_of(text: &str) -> Cow<'_, str> {
    let place = |n: usize| text.char_indices().nth(n).map_or(text.len(), |(i, _)| i);
    format!("{} … {}", &text[..place(MAX_CHARS - END_CHARS)], &text[place(text.chars().count() - END_CHARS)..]).into()
}

/// The characters of a text that belong to kept words, with blanks where others were.
fn covered(normalised: &str, kept: &[&crate::text::Term]) -> String {
    let mut out = String::with_capacity(normalised.len());
    for (at, c) in normalised.char_indices() {
        if kept.iter().any(|w| w.span.contains(&at)) {
            out.push(c);
        } else if !out.is_empty() && !out.ends_with(' ') {
            out.push(' ');
        }
    }
    out
}

/// Bigrams that touch a kept word: those inside question words only would match every note.
fn kept_bigrams(normalised: &str, kept: &[&crate::text::Term]) -> Vec<String> {
    bigrams(normalised)
        .into_iter()
        .filter(|b| {
            kept.iter().any(|w| {
                w.span.start < b.span.end
                    && b.span.start < w.span.end
                    && (w.span.start <= b.span.start && b.span.end <= w.span.end || touches_two(b, kept))
            })
        })
        .map(|b| b.text)
        .collect()
}

/// Whether both characters of a bigram belong to kept words.
fn touches_two(bigram: &crate::text::Term, kept: &[&crate::text::Term]) -> bool {
    let covered = |at: usize| kept.iter().any(|w| w.span.contains(&at));
    covered(bigram.span.start) && covered(bigram.span.end - 1)
}

/// Distinct terms; one that occurs twice counts more, but not twice as much.
fn count(terms: impl IntoIterator<Item = String>) -> Vec<(String, f32)> {
    let mut out: Vec<(String, f32)> = Vec::new();
    for term in terms {
        match out.iter_mut().find(|(t, _)| *t == term) {
            Some((_, weight)) => *weight = (*weight + 0.5).min(2.0),
            None => out.push((term, 1.0)),
        }
    }
    if out.len() > MAX_TERMS {
        let identifier = |term: &str| term.chars().any(|c| c.is_ascii_digit() || matches!(c, '_' | '-' | '.'));
        out.sort_by_key(|(t, _)| (!identifier(t), std::cmp::Reverse(t.chars().count())));
        out.truncate(MAX_TERMS);
    }
    out
}
