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
            let _ = piece.send(words(text));
            say(text);
        };
        let generated = generator.generate(request, &mut heard, stop);
        drop(piece);
        generated
    });
    // What was finished before it could be stopped counts.
    let Some(late) = late.into_inner().filter(|_| generated.is_err()) else { return (generated, None) };
    generator.gave_way();
    let (name, seconds) = (&generator.spec().name, patience.as_secs_f64());
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

/// Waits for pieces, of which the words are told; none where they come fast enough or nothing more comes.
fn too_late(pieces: &Receiver<f64>, patience: Duration) -> Option<Late> {
    let mut heard = match pieces.recv_timeout(patience) {
        Ok(words) => words,
        Err(RecvTimeoutError::Timeout) => return Some(Late::Silent),
        Err(RecvTimeoutError::Disconnected) => return None,
    };
    let began = Instant::now();
    let enough = patience.as_secs_f64() * SLOWEST;
    while heard < enough {
        match pieces.recv_timeout(patience.saturating_sub(began.elapsed())) {
            Ok(words) => heard += words,
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
        piece.send(words("绿茶用八十度左右的水")).expect("somebody listens");
        assert_eq!(too_late(&pieces, patience), None);
        let (piece, pieces) = channel();
        let patience = Duration::from_millis(50);
        piece.send(words("")).expect("somebody listens");
        assert_eq!(too_late(&pieces, patience), None, "one word is more than a word a second needs in 50 ms");
    }
}
