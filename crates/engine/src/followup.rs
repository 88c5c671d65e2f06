//! Follow-up questions made self-contained: 「它有什么缺点？」 after a question about LoRA becomes 「LoRA 有什么缺点？」. Rules over normalised words,
//! no model; a question that says what it is about stays exactly as typed, for a wrong rewrite is worse than none. Pure: it must not know notes,
//! indexes or who asks.

mod chinese;
mod english;
mod items;
mod line;
mod subject;
// Word lists are read as paragraphs.
#[rustfmt::skip]
mod words;

use jiff::civil::Date;
use serde::Serialize;

use crate::act::Again;
use crate::answer::is_small_talk;
use crate::day;
use crate::text::{is_between_words, is_cjk};

use line::Line;
use subject::{Language, Subject, language, subject};

/// Characters of a question that may be a follow-up; more is a pasted text, which speaks for itself.
const MAX_CHARS: usize = 160;
/// Characters of an earlier question that are looked at.
const MAX_EARLIER: usize = 400;
/// Earlier questions that are looked at: what was asked before is no longer meant.
const MAX_TURNS: usize = 12;

/// Notes whose titles say what an answer was about.
const MAX_TITLES: usize = 3;

/// An earlier question of a conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Turn {
    /// As typed.
    pub question: String,
    /// As it was asked.
    pub standalone: String,
    /// Titles of the notes that answered it, best first: what it is about where no question says so.
    pub titles: Vec<String>,
    /// What the points of the answer are called, where it is a list: 「第二步」 is the second. Empty for one without a name.
    pub items: Vec<String>,
}

impl Turn {
    /// A question, the form in which it was asked, and its answer: the text and the titles of the notes cited, in their order.
    #[must_use]
    pub fn answered(question: &str, standalone: &str, answer: &str, cited: impl Iterator<Item = String>) -> Self {
        let mut titles: Vec<String> = Vec::new();
        for title in cited {
            if titles.len() < MAX_TITLES && !titles.contains(&title) {
                titles.push(title);
            }
        }
        Self { question: question.to_owned(), standalone: standalone.to_owned(), titles, items: items::items(answer) }
    }
}

/// How a standalone question was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "FollowUpKind")]
pub enum Kind {
    /// As typed: it needs nothing from before, or nothing fits.
    AsIs,
    /// A pronoun was replaced: 它, this method, the former.
    Pronoun,
    /// The subject was added: 「缺点呢？」, "and the drawbacks?".
    Ellipsis,
    /// One side of a comparison was added: 「和全量微调相比呢？」.
    Comparison,
    /// The last question of another subject: 「那 QLoRA 呢？」, "what about QLoRA?".
    Swap,
    /// The last question and what more is wanted: 「举个例子」, "why?".
    Continuation,
    /// The person wrote it.
    Edited,
}

/// A question and the form in which it can be asked on its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rewrite {
    /// Says what it is about.
    pub standalone: String,
    /// How it was made.
    pub kind: Kind,
    /// The earlier question that it was made from, an index into the history.
    pub from: Option<usize>,
    /// What it is about, where that came from before.
    pub subject: Option<String>,
}

/// Whether a question is put in English, whatever the language of what it names: "how does 知识蒸馏 work".
#[must_use]
pub fn is_framed_in_english(question: &str) -> bool {
    language(&Line::new(question)) == Language::English
}

/// Whether a normalised English word says nothing by itself of what is asked about.
#[must_use]
pub fn is_common_word(word: &str) -> bool {
    [words::EN_EMPTY, words::EN_WEAK, words::EN_VERBS, words::EN_ASPECTS].iter().any(|list| list.contains(&word))
}

impl Rewrite {
    /// The question as typed.
    #[must_use]
    pub fn as_is(question: &str) -> Self {
        Self { standalone: question.to_owned(), kind: Kind::AsIs, from: None, subject: None }
    }

    /// A standalone form that the person wrote.
    #[must_use]
    pub fn edited(standalone: &str) -> Self {
        Self { kind: Kind::Edited, ..Self::as_is(standalone) }
    }
}

/// What a rule made.
struct Made {
    standalone: String,
    kind: Kind,
    turn: usize,
    subject: String,
}

/// The standalone form of a question after earlier ones, oldest first.
#[must_use]
pub fn rewrite(history: &[Turn], question: &str) -> Rewrite {
    // Thanks and greetings are no part of what is talked about.
    let (turns, history): (Vec<usize>, Vec<Turn>) =
        history.iter().enumerate().filter(|(_, turn)| !is_small_talk(&turn.standalone)).map(|(i, turn)| (i, turn.clone())).unzip();
    let rewrite = rewritten(&history, question);
    Rewrite { from: rewrite.from.map(|turn| turns[turn]), ..rewrite }
}

fn rewritten(history: &[Turn], question: &str) -> Rewrite {
    if is_small_talk(question) {
        return Rewrite::as_is(question);
    }
    // Two requests that name nothing, one after the other: there is nothing to take from the first. Whoever does them looks for what was asked before both.
    if Again::of(question).is_some() && history.last().is_some_and(|turn| Again::of(&turn.question).is_some()) {
        return Rewrite::as_is(question);
    }
    let Some(made) = once(history, question) else { return Rewrite::as_is(question) };
    // Nothing is no question, and a form that would be changed again does not stand alone.
    let same = made.standalone.trim().is_empty() || made.standalone.trim() == question.trim();
    if same || once(history, &made.standalone).is_some_and(|again| again.standalone != made.standalone) {
        return Rewrite::as_is(question);
    }
    Rewrite { standalone: made.standalone, kind: made.kind, from: Some(made.turn), subject: Some(made.subject).filter(|s| !s.is_empty()) }
}

/// A conversation of which only the questions are known, oldest first.
#[must_use]
pub fn conversation(questions: &[String]) -> Vec<Turn> {
    let mut turns: Vec<Turn> = Vec::with_capacity(questions.len());
    for question in questions {
        let standalone = rewrite(&turns, question).standalone;
        turns.push(Turn { question: question.clone(), standalone, ..Turn::default() });
    }
    turns
}

/// The two things that a question names together, if it does.
#[must_use]
pub fn pair(question: &str) -> Option<[String; 2]> {
    let question = beginning(question);
    subject(&Line::new(question)).and_then(|s| s.pair)
}

/// Whether every word of a name is written like that of a person: `Alice`, not `LoRA`.
fn is_like_a_persons_name(name: &str) -> bool {
    let word = |word: &str| word.starts_with(char::is_uppercase) && word.chars().skip(1).all(|c| c.is_lowercase() || c == '\'' || c == '-');
    !name.is_empty() && name.split_whitespace().all(word)
}

fn once(history: &[Turn], question: &str) -> Option<Made> {
    if history.is_empty() || question.chars().count() > MAX_CHARS || !question.contains(char::is_alphanumeric) {
        return None;
    }
    let line = Line::new(question);
    let lines: Vec<Line<'_>> = history.iter().map(|t| Line::new(beginning(&t.standalone))).collect();
    let topic = Topic::new(history, &lines, language(&line))?;
    if let Some(made) = another_day(&line, &topic).or_else(|| corrected(&line, &topic)) {
        return Some(made);
    }
    match topic.language {
        Language::Chinese => chinese::rewrite(&line, &topic),
        Language::English => english::rewrite(&line, &topic),
    }
}

/// 「不对，我是说 QLoRA」, "no, I meant QLoRA": the last question of that; a question of its own without what stands before it.
fn corrected(line: &Line<'_>, topic: &Topic<'_>) -> Option<Made> {
    let text = line.norm.replace('’', "'");
    let mark = |c: char| c.is_whitespace() || matches!(c, ',' | '.' | '!' | '。');
    let no = words::NO.iter().filter_map(|no| text.trim_start().strip_prefix(no)).map(|rest| rest.trim_start_matches(mark));
    let meant = no.chain([text.trim_start()]).find_map(|rest| words::MEANT.iter().find_map(|meant| rest.strip_prefix(meant)))?;
    // "I meant to ask", 「我是指导老师」.
    let whole = !meant.starts_with(|c: char| c.is_ascii_alphanumeric()) && !meant.trim_start().starts_with("to ");
    let from = text.len() - meant.len();
    if !whole || text[..from].ends_with(is_cjk) && meant.starts_with(is_cjk) && !is_between_words(&text, from) {
        return None;
    }
    // Character by character as long as the line.
    let (at, _) = line.norm.char_indices().rev().nth(meant.chars().count().checked_sub(1)?)?;
    let name = line.typed(at..line.norm.len()).trim_matches(|c: char| c.is_whitespace() || matches!(c, '。' | '.' | '!' | '！' | ',' | '，'));
    if name.contains([',', '，']) {
        return None;
    }
    let meant = Line::new(name);
    if !name.contains(char::is_alphanumeric) {
        return None;
    }
    let (turn, _) = topic.last();
    let swapped = || {
        let says = subject(&meant).is_some_and(|s| s.span == (0..meant.norm.len()));
        (says && name.chars().count() <= MAX_NAMED).then(|| chinese::swapped(topic, name, topic.language)).flatten()
    };
    let itself = || Made { standalone: name.to_owned(), kind: Kind::Swap, turn, subject: name.to_owned() };
    swapped().or_else(|| Some(once(topic.history, name).unwrap_or_else(itself)))
}

/// Characters of the longest thing that is named instead of another.
const MAX_NAMED: usize = 30;

/// 「那前天呢？」, "and yesterday?": the last question of another day.
fn another_day(line: &Line<'_>, topic: &Topic<'_>) -> Option<Made> {
    let (turn, last) = topic.last();
    // Words are replaced: which days they are is of no account.
    let (new, old) = (day::named(&line.norm, ANY_DAY)?, day::named(last, ANY_DAY)?);
    let around = [&line.norm[..new.span.start], &line.norm[new.span.end..]];
    let says = |part: &&str| !part.split(|c: char| !c.is_alphanumeric()).all(|word| word.is_empty() || words::AROUND_DAY.contains(&word));
    if around.iter().any(says) {
        return None;
    }
    let name = line.typed(new.span);
    let standalone = line::join(&[&last[..old.span.start], name, &last[old.span.end..]]);
    Some(Made { standalone, kind: Kind::Swap, turn, subject: name.to_owned() })
}

const ANY_DAY: Date = jiff::civil::date(2000, 1, 1);

fn beginning(text: &str) -> &str {
    &text[..text.char_indices().nth(MAX_EARLIER).map_or(text.len(), |(i, _)| i)]
}

/// What a conversation is about.
struct Topic<'a> {
    history: &'a [Turn],
    lines: &'a [Line<'a>],
    /// Of the new question.
    language: Language,
    /// Of the turns that have one, the last first.
    subjects: Vec<(usize, Subject)>,
}

impl<'a> Topic<'a> {
    fn new(history: &'a [Turn], lines: &'a [Line<'a>], language: Language) -> Option<Self> {
        history.iter().rposition(|t| t.standalone.contains(char::is_alphanumeric))?;
        let subjects = lines.iter().enumerate().rev().take(MAX_TURNS).filter_map(|(i, l)| subject(l).map(|s| (i, s))).collect();
        Some(Self { history, lines, language, subjects })
    }

    /// The subject of the last question that has one; without any, the note that answered last.
    fn one(&self) -> Option<(String, usize)> {
        let titled = || self.history.iter().enumerate().rev().find_map(|(i, t)| Some((t.titles.first()?.clone(), i)));
        let Some((turn, subject)) = self.subjects.first() else { return titled() };
        // A side that was only compared with does not become the subject.
        let text = match &subject.pair {
            Some([first, _]) if !self.history[*turn].question.contains(first.as_str()) => first,
            _ => return Some((self.worded(subject), *turn)),
        };
        Some((text.clone(), *turn))
    }

    /// The subject, two where two were compared.
    fn all(&self) -> Option<(String, usize)> {
        let (turn, subject) = self.subjects.first()?;
        Some((self.worded(subject), *turn))
    }

    /// A subject in its own wording; only what joins two is of the new question's language.
    fn worded(&self, subject: &Subject) -> String {
        match (&subject.pair, self.language) {
            (Some([a, b]), Language::Chinese) if subject.text.contains(" and ") => line::join(&[a, "和", b]),
            (Some([a, b]), Language::English) if !subject.text.contains(" and ") => format!("{a} and {b}"),
            _ => subject.text.clone(),
        }
    }

    /// The last two that were named together.
    fn both(&self) -> Option<(String, usize)> {
        self.subjects.iter().find(|(_, s)| s.pair.is_some()).map(|(turn, s)| (self.worded(s), *turn))
    }

    /// One of them.
    fn half(&self, which: usize) -> Option<(String, usize)> {
        self.subjects.iter().find_map(|(turn, s)| Some((s.pair.as_ref()?[which].clone(), *turn)))
    }

    /// The two of them.
    fn pair(&self) -> Option<(&[String; 2], usize)> {
        self.subjects.iter().find_map(|(turn, s)| Some((s.pair.as_ref()?, *turn)))
    }

    /// The point of the last list that has so many: the first is 0, without a number the last; and what the list is about.
    fn item(&self, nth: Option<usize>) -> Option<(String, usize)> {
        let counted = |t: &'a Turn| nth.map_or_else(|| t.items.last(), |n| t.items.get(n));
        let lists = self.history.iter().enumerate().rev().take(MAX_TURNS);
        let (turn, name) = lists.filter_map(|(i, t)| Some((i, counted(t)?))).next().filter(|(_, name)| !name.is_empty())?;
        let about = self.subjects.iter().find(|(of, _)| *of == turn).map(|(_, s)| self.worded(s));
        let joined = match (about, self.language) {
            (Some(about), _) if name.contains(about.as_str()) => name.clone(),
            (Some(about), Language::Chinese) => line::join(&[&about, "的", name]),
            (Some(about), Language::English) => line::join(&[name, "in", &about]),
            (None, _) => name.clone(),
        };
        Some((joined, turn))
    }

    /// Whether the subject is a person: someone asked who that is, or about what only people do.
    fn person(&self) -> bool {
        self.subjects.first().is_some_and(|(turn, subject)| {
            let line = &self.lines[*turn];
            let asked = &line.norm;
            // 「谁负责公告？」 names nobody.
            let who = asked.contains("是谁") || ["who is ", "who was ", "who are ", "who were ", "who's "].iter().any(|who| asked.starts_with(who));
            let acts = line.tokens().iter().any(|token| words::EN_PERSON_VERBS.contains(&line.word(token)));
            who || line::has(asked, words::PERSON_VERBS) || acts && is_like_a_persons_name(&subject.text)
        })
    }

    /// The last question.
    fn last(&self) -> (usize, &'a str) {
        let turn = self.history.len() - 1;
        (turn, beginning(&self.history[turn].standalone).trim())
    }

    /// The last question that has a subject.
    fn last_about(&self) -> Option<(usize, &Line<'a>, &Subject)> {
        self.subjects.first().map(|(turn, s)| (*turn, &self.lines[*turn], s))
    }
}
