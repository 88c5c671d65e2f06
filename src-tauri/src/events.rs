//! Events for the page: one channel, which the page opens; what happens before that waits for it. It must not know what events mean.

use std::sync::Mutex;

use tauri::ipc::Channel;

use crate::wire::AppEvent;

/// Events kept for a page that does not listen yet.
const MOST_WAITING: usize = 64;

/// Where events go.
#[derive(Default)]
pub(crate) struct Events(Mutex<State>);

#[derive(Default)]
struct State {
    channel: Option<Channel<AppEvent>>,
    waiting: Vec<AppEvent>,
}

impl Events {
    /// From now on events go to a page; it gets what has waited.
    pub(crate) fn open(&self, channel: Channel<AppEvent>) {
        let mut state = self.state();
        for event in state.waiting.drain(..) {
            // A page that is gone listens to nothing.
            drop(channel.send(event));
        }
        state.channel = Some(channel);
    }

    /// One event.
    pub(crate) fn send(&self, event: AppEvent) {
        let mut state = self.state();
        let sent = state.channel.as_ref().is_some_and(|channel| channel.send(event.clone()).is_ok());
        if !sent && state.waiting.len() < MOST_WAITING {
            state.waiting.push(event);
        }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
