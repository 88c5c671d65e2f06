//! Reading ahead: what may come next is guessed from what was already read, and the guesses are read together with the token before them, so that one
//! pass through the network gives several tokens where they are right. It must not know how a token is chosen or what it means.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use sidenote_engine::cancel::CancelToken;
use sidenote_engine::error::Result;

use super::network::{Logits, Network};

/// Tokens that are guessed at once: with the one before them as many as a product takes in one go.
const GUESSES: usize = 3;
/// Tokens that must be the same for a guess.
const ALIKE: usize = 3;

/// What was read ahead of the text that is being written.
#[derive(Default)]
pub struct Ahead {
    /// What comes after the token said last, where that was guessed.
    known: Option<Vec<f32>>,
    /// Guesses after it that were read already, each with what comes after it.
    read: VecDeque<(u32, Vec<f32>)>,
    luck: Luck,
}

impl Ahead {
    /// Another text begins. How lucky guesses were is remembered; what they cost is not, for that depends on the length of the text.
    pub fn begin(&mut self) {
        self.known = None;
        self.read.clear();
        self.luck.cost = Cost::default();
    }

    /// A token was said, after so many that the network has read. Guesses that it proves wrong are forgotten, by the network too.
    pub fn came(&mut self, token: u32, network: &mut Network, before: usize) {
        self.luck.came(token);
        self.known = self.read.pop_front().filter(|(guess, _)| *guess == token).map(|(_, logits)| logits);
        if self.known.is_none() {
            self.read.clear();
            network.truncate(before);
        }
    }

    /// The logits after the token that came last, which ends `text`; guesses are looked for in all of `text`, and at most `most` are read.
    ///
    /// # Errors
    /// Those of [`Network::read`].
    pub fn after(&mut self, network: &mut Network, text: &[u32], most: usize, cancel: &CancelToken) -> Result<Vec<f32>> {
        if let Some(logits) = self.known.take() {
            return Ok(logits);
        }
        let guesses = guess(text, GUESSES.min(most));
        self.luck.guessed(guesses);
        // One that is not worth reading is compared with what comes all the same.
        let guesses = if self.luck.gains() { guesses } else { &[] };
        let next: Vec<u32> = text.last().into_iter().chain(guesses).copied().collect();
        let began = Instant::now();
        let rows = network.read(&next, Logits::All, cancel)?;
        self.luck.cost.took(next.len(), began.elapsed());
        let mut rows = rows.chunks_exact(network.shape().vocabulary).map(<[f32]>::to_vec);
        let logits = rows.next().unwrap_or_default();
        self.read.extend(guesses.iter().copied().zip(rows));
        Ok(logits)
    }
}

/// What may come next: what came after the same tokens the last time. Answers quote, so it often does.
fn guess(text: &[u32], most: usize) -> &[u32] {
    let Some(before) = text.len().checked_sub(ALIKE).filter(|_| most > 0) else { return &[] };
    let last = &text[before..];
    let found = (ALIKE..=before).rev().find(|end| &text[end - ALIKE..*end] == last);
    found.map_or(&[], |end| &text[end..(end + most).min(before)])
}

/// Until it is known here, of the guesses read at once this many must be right on the average to gain: four tokens read together took 71 ms where one took
/// 39 ms (`docs/benchmarks.md`, "Generators: speed beside llama.cpp").
const BREAK_EVEN: f32 = 71.0 / 39.0 - 1.0;
/// How much the newest guesses count.
const NEWEST: f32 = 0.1;

/// How many of the guesses made together were right lately, whether or not they were read.
struct Luck {
    average: f32,
    /// What is expected next, the next last.
    expected: Vec<u32>,
    right: u8,
    cost: Cost,
}

/// What reading takes, lately, in seconds. With the text grows the part of it that guesses do not share.
#[derive(Default)]
struct Cost {
    /// A token alone.
    one: Option<f32>,
    /// A token with as many guesses as are made at once.
    more: Option<f32>,
}

impl Cost {
    fn took(&mut self, tokens: usize, time: Duration) {
        let kept = match tokens {
            1 => &mut self.one,
            n if n == GUESSES + 1 => &mut self.more,
            _ => return,
        };
        let time = time.as_secs_f32();
        *kept = Some(kept.map_or(time, |known| known + NEWEST * (time - known)));
    }

    /// How many guesses of those read at once must be right on the average to gain.
    fn break_even(&self) -> f32 {
        self.one.zip(self.more).map_or(BREAK_EVEN, |(one, more)| more / one.max(f32::EPSILON) - 1.0)
    }
}

impl Default for Luck {
    fn default() -> Self {
        // The first ones are tried.
        Self { average: 2.0 * BREAK_EVEN, expected: Vec::new(), right: 0, cost: Cost::default() }
    }
}

impl Luck {
    /// Guesses were made; those made before them that are still open go on.
    fn guessed(&mut self, guesses: &[u32]) {
        if self.expected.is_empty() {
            self.expected = guesses.iter().rev().copied().collect();
            self.right = 0;
        }
    }

    /// A token was said.
    fn came(&mut self, token: u32) {
        let Some(expected) = self.expected.pop() else { return };
        if expected == token {
            self.right += 1;
        } else {
            self.expected.clear();
        }
        if self.expected.is_empty() {
            self.average += NEWEST * (f32::from(self.right) - self.average);
        }
    }

    fn gains(&self) -> bool {
        self.average >= self.cost.break_even()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guess_is_what_came_the_last_time() {
        assert_eq!(guess(&[1, 2, 3, 4, 5, 6, 1, 2, 3, 7, 8, 9, 1, 2, 3], 2), [7, 8]);
        assert_eq!(guess(&[1, 2, 3, 4, 1, 2, 3], 9), [4]);
        assert!(guess(&[1, 2, 3], 3).is_empty());
        assert!(guess(&[1, 2], 3).is_empty());
        assert!(guess(&[1, 2, 3, 4, 5, 6], 3).is_empty());
    }

    /// Guesses of which the first so many are right.
    fn guesses(luck: &mut Luck, right: u32) {
        luck.guessed(&[1, 2, 3]);
        for token in 1..=right {
            luck.came(token);
        }
        if right < 3 {
            luck.came(9);
        }
    }

    #[test]
    fn where_guesses_cost_more_more_of_them_must_be_right() {
        let mut luck = Luck::default();
        for _ in 0..60 {
            guesses(&mut luck, 1);
        }
        assert!(luck.gains(), "one right of three: {}", luck.average);
        luck.cost.took(1, Duration::from_millis(70));
        luck.cost.took(GUESSES, Duration::from_millis(900));
        assert!(luck.gains(), "fewer guesses at once say nothing");
        luck.cost.took(GUESSES + 1, Duration::from_millis(160));
        assert!(!luck.gains(), "four tokens take as long as 2.3 alone");
        for _ in 0..60 {
            guesses(&mut luck, 2);
        }
        assert!(luck.gains(), "two right of three: {}", luck.average);
    }

    #[test]
    fn guessing_stops_while_too_few_are_right_and_begins_again_when_more_are() {
        let mut luck = Luck::default();
        assert!(luck.gains(), "the first ones are tried");
        for _ in 0..30 {
            guesses(&mut luck, 0);
        }
        assert!(!luck.gains());
        // They are compared with what comes although nobody reads them.
        for _ in 0..30 {
            guesses(&mut luck, 3);
        }
        assert!(luck.gains());
        for _ in 0..60 {
            guesses(&mut luck, 1);
        }
        assert!(luck.gains(), "one right of three is just enough: {}", luck.average);
        for round in 0..60 {
            guesses(&mut luck, round % 2);
        }
        assert!(!luck.gains(), "one right every second time is not: {}", luck.average);
    }
}
