//! Shows how a long call goes: bars with rate and remaining time on a terminal, a line now and then elsewhere. It must not know what is run.

use std::collections::HashMap;
use std::io::IsTerminal;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{HumanDuration, MultiProgress, ProgressBar, ProgressState, ProgressStyle};
use sidenote_engine::event::{Event, Observer, Stage};

use crate::layout::bytes;
use crate::output::Output;

/// Time between two lines where there is no terminal.
const BETWEEN_LINES: Duration = Duration::from_secs(10);

/// Words of stages that count bytes.
const DOWNLOADING: &str = "downloading";
const CHECKING: &str = "checking";

/// An observer that shows what it is told.
pub(crate) struct Progress {
    output: Output,
    bars: Option<MultiProgress>,
    state: Mutex<State>,
}

struct State {
    bars: HashMap<&'static str, ProgressBar>,
    last_line: Instant,
    opening: Option<String>,
    graph_told: bool,
}

impl Progress {
    /// Shows on standard error, unless that is unwanted.
    pub(crate) fn new(output: Output) -> Self {
        let bars = (!output.quiet() && std::io::stderr().is_terminal()).then(MultiProgress::new);
        let state = State { bars: HashMap::new(), last_line: Instant::now(), opening: None, graph_told: false };
        Self { output, bars, state: Mutex::new(state) }
    }

    /// Says a sentence once work begins.
    pub(crate) fn saying(self, sentence: &str) -> Self {
        self.state().opening = Some(sentence.to_owned());
        self
    }

    /// Takes the bars off the screen.
    pub(crate) fn finish(&self) {
        for (_, bar) in self.state().bars.drain() {
            bar.finish_and_clear();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn line(&self, text: &str) {
        match &self.bars {
            Some(bars) => bars.suspend(|| self.output.info(text)),
            None => self.output.info(text),
        }
    }

    fn stage(&self, stage: Stage, done: u64, total: u64) {
        {
            let mut state = self.state();
            if let Some(sentence) = state.opening.take() {
                self.line(&sentence);
            }
            if stage == Stage::Graph && !state.graph_told {
                state.graph_told = true;
                self.line("every note can be searched now; building the graph that keeps search fast (Ctrl-C is safe)");
            }
        }
        self.count(word(stage), done, total);
    }

    /// Shows that `done` of `total` things are finished.
    pub(crate) fn count(&self, word: &'static str, done: u64, total: u64) {
        let mut state = self.state();
        match &self.bars {
            Some(bars) => {
                let style = if in_bytes(word) { byte_style } else { style };
                let bar = state.bars.entry(word).or_insert_with(|| bars.add(ProgressBar::new(total).with_style(style()).with_prefix(word)));
                bar.set_length(total);
                bar.set_position(done);
                if done >= total {
                    bar.finish_and_clear();
                    state.bars.remove(word);
                }
            }
            None if state.last_line.elapsed() >= BETWEEN_LINES && total > 0 => {
                state.last_line = Instant::now();
                self.line(&if in_bytes(word) {
                    format!("{word}: {} of {}", bytes(done), bytes(total))
                } else {
                    format!("{word}: {done} of {total}")
                });
            }
            None => {}
        }
    }
}

impl Observer for Progress {
    fn event(&self, event: Event) {
        match event {
            Event::Progress { stage, done, total } => self.stage(stage, done, total),
            Event::Notice(text) if !self.output.json => self.line(&format!("note: {}", crate::layout::plain(&text))),
            _ => {}
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.finish();
    }
}

fn word(stage: Stage) -> &'static str {
    match stage {
        Stage::Scan => "looking",
        Stage::Read => "reading",
        Stage::Index => "indexing",
        Stage::Embed => "embedding",
        Stage::Graph => "graph",
        Stage::Download => DOWNLOADING,
        Stage::Check => CHECKING,
    }
}

fn in_bytes(word: &str) -> bool {
    word == DOWNLOADING || word == CHECKING
}

fn byte_style() -> ProgressStyle {
    ProgressStyle::with_template("{prefix:>11} {bar:30} {decimal_bytes}/{decimal_total_bytes}  {decimal_bytes_per_sec}  {eta} left")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
}

fn style() -> ProgressStyle {
    ProgressStyle::with_template("{prefix:>10} {bar:30} {pos}/{len}  {pace}").map_or_else(
        |_| ProgressStyle::default_bar(),
        |style| {
            style.with_key("pace", |state: &ProgressState, out: &mut dyn std::fmt::Write| {
                // Before the first is done nobody knows. Nothing can be done about a full string.
                if state.pos() > 0 {
                    let _ = write!(out, "{:.0}/s  {:#} left", state.per_sec(), HumanDuration(state.eta()));
                }
            })
        },
    )
}
