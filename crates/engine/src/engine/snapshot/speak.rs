//! One saying of a generator within the person's patience: a model that says no word in time, or writes too slowly to be read along, is stopped. It must not
//! know what is said.

use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use super::flaw::Flaw;
use crate::cancel::CancelToken;
use crate::error::Result;
use crate::model::{Generated, Generation, Generator};

/// Pieces per second below which an answer is not worth waiting for: people read five words in a second.
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
            let _ = piece.send(());
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

/// Waits for pieces; none where they come fast enough or nothing more comes.
fn too_late(pieces: &Receiver<()>, patience: Duration) -> Option<Late> {
    match pieces.recv_timeout(patience) {
        Ok(()) => {}
        Err(RecvTimeoutError::Timeout) => return Some(Late::Silent),
        Err(RecvTimeoutError::Disconnected) => return None,
    }
    let began = Instant::now();
    let enough = patience.as_secs_f64() * SLOWEST;
    let mut heard = 1.0;
    while heard < enough {
        match pieces.recv_timeout(patience.saturating_sub(began.elapsed())) {
            Ok(()) => heard += 1.0,
            Err(RecvTimeoutError::Timeout) => return Some(Late::Slow),
            Err(RecvTimeoutError::Disconnected) => return None,
        }
    }
    None
}
