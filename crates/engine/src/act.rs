//! What a person wants done, where it is more than a question: list all, compare, summarise, explain simply, practise. Recognised by its wording alone; a
//! question that only looks like one stays a question. Pure: it must not know notes, indexes or models.

mod again;
mod compare;
mod list;
mod practise;
mod summarise;

use crate::polite::without_politeness;
use crate::text::{is_between_words, normalise};

/// What is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// An answer.
    Ask,
    /// Everything that the notes have of something, not only the best passages.
    List {
        /// Of what.
        of: String,
    },
    /// Two things beside each other.
    Compare {
        /// The two, in the question's wording.
        sides: [String; 2],
    },
    /// What a note or a folder says.
    Summarise {
        /// Its name.
        what: String,
        /// Which of the two it is the name of.
        whole: Whole,
    },
    /// An explanation in simple words.
    Explain {
        /// Of what.
        of: String,
    },
    /// Questions to practise with.
    Quiz {
        /// About what.
        about: String,
    },
}

/// What a name in a request to summarise is the name of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whole {
    /// A note.
    Note,
    /// A folder.
    Folder,
    /// The request does not say.
    Either,
}

/// What is wanted of what was asked before: the request itself names nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// It in simple words.
    Simply,
    /// Questions to practise with about it.
    Quiz,
    /// It in short.
    Summary,
    /// It in a sentence or two.
    Briefly,
    /// It in other words.
    Otherwise,
    /// It in English.
    InEnglish,
    /// It in Chinese.
    InChinese,
}

impl Act {
    /// What a question wants.
    #[must_use]
    pub fn of(question: &str) -> Self {
        let question = without_politeness(question);
        let text = normalise(question);
        let text = text.trim();
        list::of(text)
            .or_else(|| summarise::of(question.trim(), text))
            .or_else(|| practise::of(text))
            .or_else(|| compare::of(question, text))
            .unwrap_or(Self::Ask)
    }

    /// What a request other than a comparison names, normalised.
    pub(crate) fn named(text: &str) -> Option<String> {
        let act = list::of(text).or_else(|| summarise::of(text, text)).or_else(|| practise::of(text));
        act.as_ref().and_then(Self::subject).map(str::to_owned)
    }

    /// What it is about, where it names that.
    #[must_use]
    pub fn subject(&self) -> Option<&str> {
        match self {
            Self::Explain { of } => Some(of),
            Self::Quiz { about } => Some(about),
            Self::List { of } => Some(of),
            Self::Summarise { what, .. } => Some(what),
            Self::Ask | Self::Compare { .. } => None,
        }
    }
}

impl Again {
    /// What a request wants of what was asked before it, if it names nothing itself.
    #[must_use]
    pub fn of(request: &str) -> Option<Self> {
        again::of(&normalise(without_politeness(request)))
    }

    /// A question without such a request behind it: 「LoRA 是什么？考考我」.
    #[must_use]
    pub fn taken_off(question: &str) -> &str {
        let mark = |c: char| matches!(c, ',' | '，' | '?' | '？' | '!' | '！' | '.' | '。' | ';' | '；');
        let begins = question.char_indices().filter(|(_, c)| mark(*c) || c.is_whitespace()).map(|(at, c)| (at, at + c.len_utf8(), mark(c)));
        // Behind a blank only "in simple words" is no part of the question: "Is the contract in English?", "Where is the summary?"
        let mut requests = begins.filter(|(_, from, apart)| Self::of(&question[*from..]).is_some_and(|again| *apart || again == Self::Simply));
        // The mark that ends a question stays with it.
        requests.next().map_or(question, |(_, from, _)| question[..from].trim_end_matches(|c: char| c.is_whitespace() || matches!(c, ',' | '，')))
    }
}

/// Whether a text's first words are these and not the beginning of others: 「中」 is no word of 「中断」, "note" none of "notebooks".
fn is_cut(text: &str, first: &str, rest: &str) -> bool {
    if first.ends_with(|c: char| c.is_ascii_alphanumeric()) {
        return !rest.starts_with(|c: char| c.is_ascii_alphanumeric());
    }
    is_between_words(text, first.len())
}

/// What is left of a request when the words around its object are taken off; nothing if that is no object.
fn object<'a>(text: &'a str, before: &[&str], after: &[&str]) -> Option<&'a str> {
    let odd = |c: char| c.is_whitespace() || matches!(c, '?' | '!' | '.' | '。' | ',' | ':' | '"' | '《' | '》' | '「' | '」' | '“' | '”' | '`');
    let mut rest = text.trim_matches(odd);
    let mut cut = true;
    while cut {
        cut = false;
        for word in before {
            if let Some(shorter) = rest.strip_prefix(word).filter(|shorter| is_cut(rest, word, shorter)) {
                rest = shorter.trim_matches(odd);
                cut = true;
            }
        }
        for word in after {
            if let Some(shorter) = rest.strip_suffix(word) {
                rest = shorter.trim_matches(odd);
                cut = true;
            }
        }
    }
    rest.contains(char::is_alphanumeric).then_some(rest)
}
