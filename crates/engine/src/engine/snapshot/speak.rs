//! One saying of a generator within the person's patience: a model that says no word in time, or writes too slowly to be read along, is stopped. It must not
//! know what is said.

use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use super::flaw::Flaw;
use crate::cancel::CancelToken;
use crate::error::Result;
use crate::model::{Generated, Generation, Generator};
use crate::text::estimate_tokens;

/// Words per second below which an answer is not worth waiting for: people read five in a second.
const SLOWEST: f64 = 1.0;

/// Why a model is not waited for any longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Late {
    /// It said no word.
    Silent,
    /// It said too few.
    Slow,
}

/// Lets a generator speak. Where that takes too long `stop` is cancelled, the generator is told, and the flaw comes with the result.
pub(super) fn speak(
    generator: &dyn Generator,
    request: &Generation<'_>,
    patience: Duration,
    stop: &CancelToken,
    say: &mut dyn FnMut(&str),
) -> (Result<Generated>, Option<Flaw>) {
    let late = OnceLock::new();
    let (piece, pieces) = channel();
    let generated = std::thread::scope(|scope| {
        let late = &late;
        let watch = move || {
            if let Some(found) = too_late(&pieces, patience) {
                // There is one watcher.
                let _ = late.set(found);
                stop.cancel();
            }
        };
        // A system without room for one thread more has nobody who loses patience; the answer comes all the same.
        drop(std::thread::Builder::new().name("patience".to_owned()).spawn_scoped(scope, watch));
        let mut heard = |text: &str| {
            // Nobody listens any more where it was fast enough.
            let _ = piece.send(Told::Piece(words(text)));
            let began = Instant::now();
            say(text);
            let _ = piece.send(Told::Taken(began.elapsed()));
        };
        let generated = generator.generate(request, &mut heard, stop);
        drop(piece);
        generated
    });
    // What was finished before it could be stopped counts.
    let Some(late) = late.into_inner().filter(|_| generated.is_err()) else { return (generated, None) };
    // Afterwards it is another one.
    let (spec, seconds) = (generator.spec(), patience.as_secs_f64());
    let name = &spec.name;
    generator.gave_way();
    let flaw = match late {
        Late::Silent => Flaw::new(format!("{name} said no word within {seconds} s")),
        Late::Slow => Flaw::new(format!("{name} writes less than a word a second")),
    };
    (generated, Some(flaw.with_remedy("a smaller model is faster; `patience_s` in `[writing]` of settings.toml says how long one is waited for")))
}

/// Words of a piece: a model on this machine says them one by one, a server as many at once as it likes.
fn words(piece: &str) -> f64 {
    estimate_tokens(piece).max(1) as f64
}

/// What the watcher is told.
#[derive(Clone, Copy, Debug)]
enum Told {
    /// A piece with so many words came.
    Piece(f64),
    /// It was shown and compared with the passages, which took so long; the model waited for that.
    Taken(Duration),
}

/// Waits for pieces; none where they come fast enough or nothing more comes. The time in which the model waits for us is not its own.
fn too_late(told: &Receiver<Told>, patience: Duration) -> Option<Late> {
    let mut heard = match told.recv_timeout(patience) {
        Ok(Told::Piece(words)) => words,
        Ok(Told::Taken(_)) => 0.0,
        Err(RecvTimeoutError::Timeout) => return Some(Late::Silent),
        Err(RecvTimeoutError::Disconnected) => return None,
    };
    let (began, mut ours) = (Instant::now(), Duration::ZERO);
    let enough = patience.as_secs_f64() * SLOWEST;
    while heard < enough {
        // Each piece is told of twice: nobody hurries the model before it was taken.
        let Ok(Told::Taken(taken)) = told.recv() else { return None };
        ours = ours.saturating_add(taken);
        match told.recv_timeout(patience.saturating_add(ours).saturating_sub(began.elapsed())) {
            Ok(Told::Piece(words)) => heard += words,
            Ok(Told::Taken(_)) => {}
            Err(RecvTimeoutError::Timeout) => return Some(Late::Slow),
            Err(RecvTimeoutError::Disconnected) => return None,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_counted_however_many_come_at_once() {
        let patience = Duration::from_millis(5_000);
        let (piece, pieces) = channel();
        // One piece with all the words that five seconds need.
        piece.send(Told::Piece(words("绿茶用八十度左右的水"))).expect("somebody listens");
        assert_eq!(too_late(&pieces, patience), None);
        let (piece, pieces) = channel();
        let patience = Duration::from_millis(50);
        piece.send(Told::Piece(words(""))).expect("somebody listens");
        assert_eq!(too_late(&pieces, patience), None, "one word is more than a word a second needs in 50 ms");
    }

    #[test]
    fn the_time_in_which_a_sentence_is_compared_is_not_the_models() {
        let patience = Duration::from_millis(20);
        for (taken, late) in [(Duration::ZERO, Some(Late::Slow)), (Duration::from_secs(3600), None)] {
            let (piece, pieces) = channel();
            piece.send(Told::Piece(0.0)).expect("somebody listens");
            piece.send(Told::Taken(taken)).expect("somebody listens");
            let found = std::thread::scope(|scope| {
                let watcher = scope.spawn(move || too_late(&pieces, patience));
                if taken.is_zero() {
                    // It says no more, and does not end.
                    let found = watcher.join();
                    drop(piece);
                    return found;
                }
                std::thread::sleep(3 * patience);
                piece.send(Told::Piece(9.0)).expect("it still listens");
                watcher.join()
            });
            assert_eq!(found.expect("no panic"), late, "{taken:?}");
        }
    }
}
