//! How much of its time work in the background gets while someone is at the window: a fifth. On two cores it otherwise takes a sixth of the frames, also at
//! the lowest priority: what the cores share, it takes from the page. It must not know what the work is, or how it is known that someone is there.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::desk::lock;

/// How long someone is there after the last sign.
const THERE: Duration = Duration::from_secs(1);
/// How long work goes on at a stretch at least, and how many times as long it rests afterwards.
const STRETCH: Duration = Duration::from_millis(50);
const REST: u32 = 4;
/// How often work that rests looks whether it may go on.
const LOOK: Duration = Duration::from_millis(10);

/// The turns of work and rest, of all threads together.
#[derive(Default)]
pub(crate) struct Pace(Mutex<Turns>);

#[derive(Default)]
struct Turns {
    /// The last sign of someone.
    sign: Option<Instant>,
    turn: Turn,
}

#[derive(Default)]
enum Turn {
    /// As much as there is to do: nobody is there.
    #[default]
    Free,
    WorksSince(Instant),
    RestsUntil(Instant),
}

impl Pace {
    /// Someone is there.
    pub(crate) fn sign(&self) {
        lock(&self.0).sign = Some(Instant::now());
    }

    /// Between two steps of work: comes back when it may go on, or when it is to end.
    pub(crate) fn rest(&self, is_over: impl Fn() -> bool) {
        while !is_over() && lock(&self.0).rests(Instant::now()) {
            std::thread::sleep(LOOK);
        }
    }
}

impl Turns {
    fn rests(&mut self, now: Instant) -> bool {
        if self.sign.is_none_or(|sign| now.saturating_duration_since(sign) >= THERE) {
            self.turn = Turn::Free;
            return false;
        }
        let worked = match self.turn {
            Turn::RestsUntil(end) if now < end => return true,
            Turn::RestsUntil(_) => {
                self.turn = Turn::WorksSince(now);
                return false;
            }
            Turn::WorksSince(since) => now.saturating_duration_since(since),
            // Someone has just come.
            Turn::Free => STRETCH,
        };
        if worked < STRETCH {
            return false;
        }
        // A step that was long is paid for, too.
        self.turn = Turn::RestsUntil(now + REST * worked);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Milliseconds of work in `seconds` whose steps take `step`, with a sign of someone every `signs`.
    fn worked(seconds: u64, step: u64, signs: Option<u64>) -> u64 {
        let (began, mut turns) = (Instant::now(), Turns::default());
        let (mut at, mut work, mut next_sign) = (0, 0, 0);
        while at < 1000 * seconds {
            if signs.is_some() && at >= next_sign {
                turns.sign = Some(began + Duration::from_millis(at));
                next_sign = at + signs.unwrap_or_default();
            }
            if turns.rests(began + Duration::from_millis(at)) {
                at += 1;
            } else {
                (at, work) = (at + step, work + step);
            }
        }
        work
    }

    #[test]
    fn work_gets_a_fifth_of_the_time_while_someone_is_there_however_long_its_steps_are_and_all_of_it_otherwise() {
        for step in [1, 10, 60, 700] {
            assert_eq!(worked(60, step, None), 60_000_u64.next_multiple_of(step), "nobody is there");
            let share = worked(60, step, Some(500)) as f64 / 60_000.0;
            assert!((0.15..=0.21).contains(&share), "{share} with steps of {step} ms");
        }
        // A sign every three seconds: a second of each belongs to whoever gave it.
        let share = worked(60, 10, Some(3_000)) as f64 / 60_000.0;
        assert!((0.70..=0.75).contains(&share), "{share}");
    }

    #[test]
    fn work_that_rests_ends_at_once_when_it_is_to_end() {
        let pace = Pace::default();
        pace.sign();
        let began = Instant::now();
        pace.rest(|| true);
        // Without that it would rest for four stretches.
        assert!(began.elapsed() < 4 * STRETCH);
        pace.rest(|| false);
        assert!(began.elapsed() >= 4 * STRETCH);
    }
}
