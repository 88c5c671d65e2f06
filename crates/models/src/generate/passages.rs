//! Holds a model to passages that exist: of numbers between brackets each is one from 1 to n (`[2]`, `[1, 3]`, 【1】, `[^1]`), or they stand like this in what
//! the model was told (`[1, 10]`). Other brackets (`[CLS]`, `[0, 1]`) and those in code are text. It must not know the network or what the passages say.

use super::vocabulary::Vocabulary;

/// Where in a citation the text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    /// Outside.
    Text,
    /// After a bracket, and perhaps a blank.
    Open { blank: bool },
    /// After the digits of this number, which is the first one or not.
    Number { number: usize, first: bool },
    /// After what separates two numbers.
    Between,
}

/// Where the text is.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    at: At,
    /// The bracket that closes the citation.
    close: char,
    /// What stands in the citation so far, without blanks.
    said: String,
    /// Whether one of its numbers is no passage's, so that it is one only where what was told has all of it.
    quotes: bool,
    /// Backticks that opened code.
    code: usize,
    /// Backticks one after the other up to here.
    ticks: usize,
    /// The bytes of a character that is not whole yet.
    begun: Vec<u8>,
}

impl Place {
    const START: Self = Self { at: At::Text, close: ']', said: String::new(), quotes: false, code: 0, ticks: 0, begun: Vec::new() };

    fn in_citation(&self) -> bool {
        self.at != At::Text
    }
}

/// Which tokens may come next.
pub struct Passages {
    most: usize,
    /// Several numbers between brackets, as they were told, without blanks.
    told: Vec<String>,
    place: Place,
    /// Tokens with a bracket that opens: outside of a citation the only ones that can go wrong.
    opening: Vec<u32>,
    /// Tokens that can go on with a citation, and go wrong.
    going_on: Vec<u32>,
    /// Tokens that end what is said.
    ends: Vec<u32>,
}

/// What opens and closes a citation.
const BRACKETS: [(char, char); 4] = [('[', ']'), ('【', '】'), ('［', '］'), ('〔', '〕')];

/// Backticks of a block of code; fewer open code within a line.
const FENCE: usize = 3;

fn closer(open: char) -> Option<char> {
    BRACKETS.iter().find(|(opener, _)| *opener == open).map(|(_, close)| *close)
}

/// The digit that a character is, full width too.
fn digit(c: char) -> Option<usize> {
    match c {
        '0'..='9' => Some(c as usize - '0' as usize),
        '０'..='９' => Some(c as usize - '０' as usize),
        _ => None,
    }
}

/// Whether a character stands between two numbers of a citation.
fn separates(c: char) -> bool {
    matches!(c, ' ' | ',' | '，' | '、' | ';' | '；' | '-' | '–')
}

impl Passages {
    /// The constraint for passages 1 to `most`, of a model that was told this.
    #[must_use]
    pub fn new(vocabulary: &Vocabulary, most: usize, told: &str) -> Self {
        let all = 0..u32::try_from(vocabulary.len()).unwrap_or(u32::MAX);
        // What ends with the bracket cannot name anything yet.
        let opens = |token: &u32| {
            let bytes = vocabulary.bytes(*token);
            let open = |(open, _): &(char, char)| {
                let mut buffer = [0; 4];
                let open = open.encode_utf8(&mut buffer).as_bytes();
                bytes.windows(open.len()).position(|window| window == open).is_some_and(|at| at + open.len() < bytes.len())
            };
            BRACKETS.iter().any(open)
        };
        // Digits, separators and brackets, which beyond ASCII begin with one of three bytes, or the rest of a character.
        let goes_on = |token: &u32| match vocabulary.bytes(*token).first() {
            Some(byte) => byte.is_ascii_digit() || matches!(byte, b']' | b'^' | b' ' | b',' | b';' | b'-' | b'`' | 0x80..=0xbf | 0xe2 | 0xe3 | 0xef),
            None => false,
        };
        Self {
            most,
            told: several(told),
            place: Place::START,
            opening: all.clone().filter(opens).collect(),
            going_on: all.clone().filter(|token| opens(token) || goes_on(token)).collect(),
            ends: all.filter(|token| vocabulary.is_end(*token)).collect(),
        }
    }

    /// Makes impossible what must not come next. Ends of the answer are impossible inside a citation too.
    pub fn hold(&self, logits: &mut [f32], vocabulary: &Vocabulary) {
        let inside = self.place.in_citation();
        let watched = if inside || !self.place.begun.is_empty() { &self.going_on } else { &self.opening };
        let wrong = watched.iter().filter(|token| self.after(vocabulary.bytes(**token)).is_none());
        let ends = self.ends.iter().filter(|_| inside);
        for token in wrong.chain(ends) {
            logits[*token as usize] = f32::NEG_INFINITY;
        }
    }

    /// Takes the token that was chosen.
    pub fn take(&mut self, bytes: &[u8]) {
        // What was not allowed cannot come; after it there would be no citation to hold to.
        self.place = self.after(bytes).unwrap_or(Place::START);
    }

    /// Where the text is after these bytes; `None` if they name a passage that does not exist.
    fn after(&self, bytes: &[u8]) -> Option<Place> {
        let mut place = self.place.clone();
        for byte in bytes {
            let c = if byte.is_ascii() {
                place.begun.clear();
                char::from(*byte)
            } else {
                place.begun.push(*byte);
                match std::str::from_utf8(&place.begun) {
                    Ok(text) => {
                        let c = text.chars().next().unwrap_or_default();
                        place.begun.clear();
                        c
                    }
                    Err(error) if error.error_len().is_none() => continue,
                    // No text at all.
                    Err(_) => {
                        place.begun.clear();
                        char::REPLACEMENT_CHARACTER
                    }
                }
            };
            self.step(&mut place, c)?;
        }
        Some(place)
    }

    /// Goes on with one character.
    fn step(&self, place: &mut Place, c: char) -> Option<()> {
        if c == '`' {
            (place.ticks, place.at) = (place.ticks + 1, At::Text);
            return Some(());
        }
        match (std::mem::take(&mut place.ticks), place.code) {
            (0, _) => {}
            (ticks, 0) => place.code = ticks,
            (ticks, code) if ticks == code || ticks >= FENCE && code >= FENCE => place.code = 0,
            _ => {}
        }
        if place.code > 0 {
            // Within a line, code ends with it.
            if c == '\n' && place.code < FENCE {
                place.code = 0;
            }
            return Some(());
        }
        if let Some(close) = closer(c) {
            *place = Place { at: At::Open { blank: false }, close, ..Place::START };
            return Some(());
        }
        if place.at == At::Text {
            return Some(());
        }
        let closes = c == place.close;
        if c != ' ' && !closes {
            place.said.push(if matches!(c, '，' | '、') { ',' } else { digit(c).map_or(c, |n| char::from(b'0' + n as u8)) });
        }
        place.at = match (place.at, digit(c)) {
            (At::Open { .. }, Some(n)) => self.number(place, n, true)?,
            (At::Between, Some(n)) => self.number(place, n, false)?,
            (At::Number { .. }, _) if closes && place.quotes => self.told.contains(&place.said).then_some(At::Text)?,
            (At::Number { number: 1.., .. }, _) if closes => At::Text,
            (At::Number { number: number @ 1.., first }, Some(n)) => self.number(place, number * 10 + n, first)?,
            // A citation of nothing; but `[0, 1]` is none.
            (At::Number { .. }, Some(_)) => return None,
            (At::Number { .. } | At::Open { blank: false }, _) if closes => return None,
            (At::Open { .. }, _) if c == ' ' => At::Open { blank: true },
            (At::Open { .. }, _) if c == '^' => At::Open { blank: false },
            (At::Number { .. }, _) if separates(c) && place.quotes => self.begins_as_told(place).then_some(At::Between)?,
            (At::Number { number: 1.., .. } | At::Between, _) if separates(c) => At::Between,
            _ => At::Text,
        };
        Some(())
    }

    /// After a number that may become that of a passage, begins an interval, or stands there in what was told.
    fn number(&self, place: &mut Place, number: usize, first: bool) -> Option<At> {
        // `[1, 0.5]` is an interval, `[1, 0, 99]` a list of numbers only where it was told.
        place.quotes |= number > self.most || number == 0 && !first;
        (number <= self.most || self.begins_as_told(place)).then_some(At::Number { number, first })
    }

    fn begins_as_told(&self, place: &Place) -> bool {
        self.told.iter().any(|told| told.starts_with(&place.said))
    }
}

/// What a text has between brackets that is nothing but several numbers.
fn several(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices('[') {
        let Some(said) = text[at + 1..].split(']').next().filter(|said| said.len() <= 48) else { continue };
        let said: String = said.chars().filter(|c| *c != ' ').map(|c| if matches!(c, '，' | '、') { ',' } else { c }).collect();
        let numbers = said.chars().all(|c| c.is_ascii_digit() || separates(c)) && said.starts_with(|c: char| c.is_ascii_digit());
        if numbers && said.contains(separates) && !found.contains(&said) {
            found.push(said);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(most: usize, told: &str, text: &str) -> Option<At> {
        let passages = Passages { most, told: several(told), place: Place::START, opening: Vec::new(), going_on: Vec::new(), ends: Vec::new() };
        passages.after(text.as_bytes()).map(|place| place.at)
    }

    fn at(most: usize, text: &str) -> Option<At> {
        told(most, "", text)
    }

    #[test]
    fn only_passages_that_exist_can_be_named() {
        assert_eq!(at(12, "so it is [12]."), Some(At::Text));
        assert_eq!(at(12, "so it is [1"), Some(At::Number { number: 1, first: true }));
        assert_eq!(at(12, "so it is ["), Some(At::Open { blank: false }));
        for wrong in [
            "[13]",
            "[0]",
            "[01]",
            "[]",
            "[[13]",
            "[2023]",
            "[1][13]",
            "[1, 13]",
            "[1,13",
            "[1-13",
            "[2、13]",
            "[ 13",
            "[^13]",
            "【13】",
            "［13］",
            "【１３】",
            "〔13",
            "【】",
        ] {
            assert_eq!(at(12, wrong), None, "{wrong}");
        }
        assert_eq!(at(0, "none [1]"), None, "without passages there is nothing to name");
        for right in ["a list [1][3] and 数字 5]", "[1, 3]", "[1-3]", "[^2]", "【1】【2、3】", "［３］", "[ 2 ]"] {
            assert_eq!(at(3, right), Some(At::Text), "{right}");
        }
    }

    #[test]
    fn brackets_that_name_no_passage_are_text() {
        for text in
            ["[CLS] and [MASK]", "x in [0, 1]", "[-1, 1]", "[0.5]", "[1, 2.5]", "[[wiki]]", "a[i]", "- [ ] to do", "[1, 2]", "【注】", "[1 of 99]"]
        {
            assert_eq!(at(3, text), Some(At::Text), "{text}");
        }
        assert_eq!(at(0, "[CLS]"), Some(At::Text), "also without passages");
    }

    #[test]
    fn brackets_in_code_are_text_and_those_after_it_are_not() {
        for code in ["`a[99]` or `[]`", "``a ` [99]`` ", "```py\nx = [1, 99]\n```\n", "`not closed [99]\n"] {
            assert_eq!(at(3, code), Some(At::Text), "{code}");
            assert_eq!(at(3, &format!("{code}[99]")), None, "{code}");
        }
    }

    #[test]
    fn what_was_told_between_brackets_can_be_quoted_and_nothing_that_only_begins_like_it() {
        let note = "The range is [1, 10], the years are [12,20], the vector is [1, 0, 0].";
        for text in ["[1, 0, 0]", "[1, 10]", "[1,10]", "[12, 20]", "[1, 2]"] {
            assert_eq!(told(3, note, text), Some(At::Text), "{text}");
        }
        for text in ["[10]", "[12]", "[1, 100]", "[1, 20]", "[1, 0, 1]", "[1, 0]", "[12, 10]", "[2, 10]"] {
            assert_eq!(told(3, note, text), None, "{text}");
        }
    }
}
