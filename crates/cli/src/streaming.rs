//! An answer while it is written: whereto a question goes is said before it does; the text goes to the terminal as it comes, and makes room for the verified answer when it is complete. Without a
//! terminal nothing of it is shown before the end. How much of a folder was read for a summary is told like other progress. It must not know how an answer is found or verified.

use std::sync::{Mutex, PoisonError};

use sidenote_engine::cancel::CancelToken;
use sidenote_engine::event::{Event, Observer};
use sidenote_engine::wire::AnswerEvent;
use unicode_width::UnicodeWidthChar;

use crate::layout::plain;
use crate::output::Output;
use crate::progress::Progress;

/// What is on the screen.
#[derive(Debug, Default, PartialEq, Eq)]
struct Screen {
    /// Line breaks so far.
    breaks: usize,
    /// Columns of the last line.
    column: usize,
}

impl Screen {
    /// A text broken at `width` columns, as it is to be written.
    fn write(&mut self, text: &str, width: usize) -> String {
        let mut out = String::with_capacity(text.len());
        for c in text.chars() {
            let columns = c.width().unwrap_or(0);
            if c == '\n' || self.column + columns > width {
                out.push('\n');
                (self.breaks, self.column) = (self.breaks + 1, 0);
            }
            if c != '\n' {
                out.push(c);
                self.column += columns;
            }
        }
        out
    }

    /// What takes it all back; nothing if a part of it has left a screen of this height.
    fn erase(&self, height: usize) -> Option<String> {
        if self.breaks + 1 >= height {
            return None;
        }
        let up = if self.breaks > 0 { format!("\x1b[{}A", self.breaks) } else { String::new() };
        Some(format!("\r{up}\x1b[J"))
    }
}

/// Shows what is written.
pub(crate) struct Streaming {
    output: Output,
    /// Set where the person stopped it.
    cancel: CancelToken,
    screen: Mutex<Screen>,
    progress: Progress,
}

impl Streaming {
    pub(crate) fn new(output: &Output, cancel: &CancelToken) -> Self {
        Self { output: output.clone(), cancel: cancel.clone(), screen: Mutex::default(), progress: Progress::new(output.clone()) }
    }

    /// Takes away what was shown: what follows is the answer.
    pub(crate) fn clear(&self) {
        self.progress.finish();
        let mut screen = self.screen.lock().unwrap_or_else(PoisonError::into_inner);
        let shown = std::mem::take(&mut *screen);
        if shown == Screen::default() {
            return;
        }
        let end = if self.cancel.is_cancelled() {
            // The cursor is below what the terminal and the program said to Ctrl-C: what was shown stays.
            "\n".to_owned()
        } else {
            shown.erase(self.output.height()).unwrap_or_else(|| "\n\n".to_owned())
        };
        // Whoever closed the output is told so by what is written next.
        drop(self.output.text(&end));
    }
}

impl Observer for Streaming {
    fn event(&self, event: Event) {
        let Event::Answer(step) = event else { return };
        match *step {
            AnswerEvent::Started { answerer, .. } => {
                // Told before anything is sent; under --json it is in the object.
                if let Some(host) = &answerer.leaves_machine_to {
                    self.output.notice(&format!("the question and passages of your notes go to {host} (--extractive keeps them here)"));
                }
            }
            AnswerEvent::Piece { text } => {
                let Some(width) = self.output.streams() else { return };
                let mut screen = self.screen.lock().unwrap_or_else(PoisonError::into_inner);
                let text = screen.write(&plain(&text), width);
                drop(self.output.text(&self.output.style().dim(&text)));
            }
            AnswerEvent::Reading { done, of } => self.progress.count("reading passages", done as u64, of as u64),
            AnswerEvent::Replaced { .. } => self.clear(),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_broken_by_columns_and_can_be_taken_back() {
        let mut screen = Screen::default();
        assert_eq!(screen.write("绿茶", 5), "绿茶");
        assert_eq!(screen.write("用水\nab", 5), "\n用水\nab");
        assert_eq!(screen, Screen { breaks: 2, column: 2 });
        assert_eq!(screen.erase(24).as_deref(), Some("\r\x1b[2A\x1b[J"));
        assert_eq!(screen.erase(3), None, "its beginning is no longer on the screen");
    }
}
