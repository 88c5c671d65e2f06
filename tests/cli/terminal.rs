//! Answers on a terminal: what a person sees while one is written, and what is left when it is complete or was stopped. The terminal is a
//! pseudo-terminal whose screen is made of the bytes that reach it; the model is a server that goes on when it is told to.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::num::NonZeroU16;
use std::process::Child;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use pty_process::Size;
use pty_process::blocking::{Pty, open};

use crate::endpoint_server::{Asked, done, head, piece, serve, serve_times};
use crate::support::Desk;
use crate::writing::{QUESTION, desk};

/// What is waited for at most.
const PATIENCE: Duration = Duration::from_secs(60);
/// After so long without a byte a program that waits has shown what it had.
const QUIET: Duration = Duration::from_millis(400);
const ROWS: u16 = 40;

/// A terminal in which a command runs.
struct Terminal {
    desk: Desk,
    pty: Arc<Pty>,
    child: Child,
    came: Receiver<Vec<u8>>,
    bytes: Vec<u8>,
    screen: vt100::Parser,
    /// How it was set before the command ran.
    before: String,
}

impl Terminal {
    /// Runs a command of the desk in a terminal with so many columns, with these variables.
    fn run(desk: Desk, columns: u16, args: &[&str], variables: &[(&str, &str)]) -> Self {
        let (pty, pts) = open().expect("a pseudo-terminal");
        pty.resize(Size::new(ROWS, columns)).expect("a size");
        let before = set(&pty);
        let mut command = desk.command(args);
        command.env("TERM", "xterm-256color").envs(variables.iter().copied());
        let child = pty_process::blocking::Command::from(command).spawn(pts).expect("the command runs");
        let pty = Arc::new(pty);
        let (send, came) = channel();
        let reading = Arc::clone(&pty);
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            // At its end a pseudo-terminal fails, which is no failure.
            while let Ok(count @ 1..) = (&*reading).read(&mut buffer) {
                if send.send(buffer[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
        let [rows, columns] = [ROWS, columns].map(|count| NonZeroU16::new(count).expect("not none"));
        Self { desk, pty, child, came, bytes: Vec::new(), screen: vt100::Parser::new(rows, columns, 0), before }
    }

    /// Takes what comes within a time.
    fn take(&mut self, within: Duration) -> Result<(), RecvTimeoutError> {
        let bytes = self.came.recv_timeout(within)?;
        self.screen.process(&bytes);
        self.bytes.extend(bytes);
        Ok(())
    }

    /// The text on the screen.
    fn text(&self) -> String {
        self.screen.screen().contents()
    }

    /// Waits until a text is on the screen.
    #[track_caller]
    fn wait_for(&mut self, text: &str) {
        let began = Instant::now();
        while !self.text().contains(text) {
            assert!(began.elapsed() < PATIENCE && self.take(PATIENCE).is_ok(), "no {text:?} on the screen:\n{}", self.text());
        }
    }

    /// Waits until nothing more comes.
    fn settle(&mut self) {
        while self.take(QUIET).is_ok() {}
    }

    fn press(&self, keys: &[u8]) {
        (&*self.pty).write_all(keys).expect("the terminal takes keys");
    }

    /// Waits for the command's end and returns its exit code. The terminal must be as it was before.
    #[track_caller]
    fn end(&mut self) -> i32 {
        while self.take(PATIENCE).is_ok() {}
        let code = self.child.wait().expect("the command ends").code().expect("a code");
        let screen = self.screen.screen();
        assert_eq!(set(&self.pty), self.before, "the terminal's settings");
        assert!(!screen.hide_cursor() && !screen.alternate_screen() && !screen.bracketed_paste(), "the terminal's modes");
        let plain = !screen.bold() && !screen.dim() && !screen.inverse() && screen.fgcolor() == vt100::Color::Default;
        assert!(plain, "what is typed next has no colour");
        assert_eq!(screen.cursor_position().1, 0, "the next prompt begins on a line of its own:\n{}", self.text());
        code
    }

    /// Everything that was shown so far, which is whole characters.
    #[track_caller]
    fn shown(&self) -> &str {
        std::str::from_utf8(&self.bytes).expect("whole characters")
    }
}

/// How a terminal is set: echo, line breaks, keys.
fn set(pty: &Pty) -> String {
    format!("{:?}", rustix::termios::tcgetattr(pty).expect("settings"))
}

/// Whether bytes set colours or the like.
fn coloured(text: &str) -> bool {
    text.split("\x1b[").skip(1).any(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';').starts_with('m'))
}

/// A model that waits in the middle of its answer.
struct Model {
    address: SocketAddr,
    go: Sender<()>,
    _asked: Receiver<Asked>,
}

impl Model {
    /// Does the first thing when it is asked, and the second when it is told to.
    fn new(first: impl FnOnce(&mut TcpStream) + Send + 'static, then: impl FnOnce(&mut TcpStream) + Send + 'static) -> Self {
        let (go, told) = channel();
        let (address, asked) = serve(move |stream: &mut TcpStream| {
            head(stream, "200 OK");
            first(stream);
            if told.recv().is_ok() {
                then(stream);
                done(stream);
            }
        });
        Self { address, go, _asked: asked }
    }

    fn of_two_pieces() -> Self {
        Self::new(|stream| piece(stream, "绿茶用八十"), |stream| piece(stream, "度左右的水冲泡 [1]。水太热茶汤会发苦。"))
    }

    /// One that is never told to go on.
    fn stuck() -> Self {
        Self::new(|stream| piece(stream, "绿茶用八十度左右的水冲泡。\n水太热茶汤会发苦。\n还有"), |_| {})
    }

    fn go_on(&self) {
        self.go.send(()).expect("it waits");
    }
}

#[test]
fn the_text_is_on_the_terminal_before_the_answer_is_over_and_makes_room_for_the_verified_one() {
    let model = Model::of_two_pieces();
    let mut terminal = Terminal::run(desk(model.address), 80, &["ask", QUESTION], &[]);
    terminal.wait_for("绿茶用八十");
    terminal.settle();
    assert_eq!(terminal.text().trim_end(), "绿茶用八十", "the rest was not written yet");
    model.go_on();
    assert_eq!(terminal.end(), 0);
    assert!(coloured(terminal.shown()));
    terminal.desk.snapshot("terminal", &terminal.text());
}

#[test]
fn how_much_of_a_folder_was_read_is_on_the_terminal_until_its_summary_is_written() {
    let (go, told) = channel::<()>();
    // The first part is read, the second one waits, and the summary of the whole follows.
    let (address, _asked) = serve_times(99, move |time, stream| {
        if time == 1 {
            told.recv().expect("it is told to go on");
        }
        head(stream, "200 OK");
        piece(stream, "第 2 种茶用八十度的水冲泡。");
        done(stream);
    });
    let desk = desk(address);
    for i in 0..4 {
        desk.note(&format!("种类/{i}.md"), &format!("# 茶{i}\n\n第 {i} 种茶用八十度的水冲泡。{}\n", "细节说得很长。".repeat(60)));
    }
    desk.run(["sync"]).exits(0);
    let settings = desk.data().join("config/settings.toml");
    let text = std::fs::read_to_string(&settings).expect("settings");
    std::fs::write(&settings, text.replace("model = \"big\"", "model = \"big\", context = 1400")).expect("settings");
    let mut terminal = Terminal::run(desk, 80, &["ask", "总结文件夹 种类"], &[]);
    terminal.wait_for("reading passages");
    terminal.settle();
    assert!(!terminal.text().contains("八十度"), "{}", terminal.text());
    go.send(()).expect("it waits");
    assert_eq!(terminal.end(), 0);
    let text = terminal.text();
    assert!(text.contains("第 2 种茶用八十度的水冲泡。") && !text.contains("reading passages"), "{text}");
}

#[test]
fn a_character_that_came_in_halves_is_shown_whole() {
    let event = format!("data: {}\n\n", serde_json::json!({ "choices": [{ "delta": { "content": "度左右的水冲泡。" } }] }));
    // In the middle of the first character's bytes.
    let cut = event.find('度').expect("the text") + 1;
    let (before, after) = (event.as_bytes()[..cut].to_vec(), event.as_bytes()[cut..].to_vec());
    let first = move |stream: &mut TcpStream| {
        piece(stream, "绿茶用八十");
        stream.write_all(&before).expect("the loopback works");
    };
    let model = Model::new(first, move |stream| stream.write_all(&after).expect("the loopback works"));
    // So narrow that a line ends with room for half a character.
    let mut terminal = Terminal::run(desk(model.address), 21, &["ask", QUESTION], &[]);
    terminal.wait_for("绿茶用八十");
    terminal.settle();
    assert!(!terminal.shown().contains('\u{fffd}'), "{}", terminal.shown());
    model.go_on();
    assert_eq!(terminal.end(), 0);
    let text = terminal.text().replace('\n', "");
    assert!(text.contains("绿茶用八十度左右的水冲泡。") && !terminal.shown().contains('\u{fffd}'), "{text}");
}

#[test]
fn colours_are_for_terminals_and_for_who_wants_them() {
    for (args, variables) in [(&["ask", QUESTION][..], &[("NO_COLOR", "1")][..]), (&["ask", QUESTION, "--color", "never"], &[])] {
        let model = Model::of_two_pieces();
        let mut terminal = Terminal::run(desk(model.address), 80, args, variables);
        // The text still comes as it is written.
        terminal.wait_for("绿茶用八十");
        model.go_on();
        assert_eq!(terminal.end(), 0);
        assert!(!coloured(terminal.shown()), "{:?}", terminal.shown());
        terminal.desk.snapshot("terminal", &terminal.text());
    }
}

#[test]
fn where_text_cannot_be_taken_back_only_the_verified_answer_is_shown() {
    let model = Model::of_two_pieces();
    model.go_on();
    let mut terminal = Terminal::run(desk(model.address), 80, &["ask", QUESTION], &[("TERM", "dumb")]);
    assert_eq!(terminal.end(), 0);
    assert!(!terminal.shown().contains('\x1b'), "{:?}", terminal.shown());
    terminal.desk.snapshot("terminal", &terminal.text());

    let model = Model::of_two_pieces();
    model.go_on();
    let piped = desk(model.address).run(["ask", QUESTION]).exits(0);
    assert!(!piped.out.contains('\x1b') && !piped.err.contains('\x1b'), "{}", piped.whole());
    assert_eq!(piped.out.matches("绿茶用八十度左右的水冲泡。").count(), 1, "{}", piped.whole());
}

#[test]
fn ctrl_c_stops_at_once_says_so_and_leaves_what_was_written() {
    let model = Model::stuck();
    let mut terminal = Terminal::run(desk(model.address), 80, &["ask", QUESTION], &[]);
    terminal.wait_for("还有");
    let pressed = Instant::now();
    terminal.press(b"\x03");
    assert_eq!(terminal.end(), 130);
    assert!(pressed.elapsed() < Duration::from_secs(3), "{:?}", pressed.elapsed());
    terminal.desk.snapshot("terminal_stopped", &terminal.text());
}

#[test]
fn in_a_conversation_ctrl_c_stops_the_answer_only() {
    let model = Model::stuck();
    let mut terminal = Terminal::run(desk(model.address), 80, &["chat"], &[]);
    terminal.wait_for("> ");
    terminal.press(format!("{QUESTION}\n").as_bytes());
    terminal.wait_for("还有");
    terminal.press(b"\x03");
    terminal.wait_for("stopping");
    terminal.settle();
    assert!(terminal.text().contains("note: stopped before the answer was complete\n>"), "{}", terminal.text());
    terminal.press(b"/quit\n");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn ctrl_c_where_nothing_is_under_way_says_how_a_conversation_ends_and_a_second_one_ends_it() {
    let model = Model::stuck();
    let mut terminal = Terminal::run(desk(model.address), 80, &["chat"], &[]);
    terminal.wait_for("> ");
    terminal.settle();
    terminal.press(b"half a ques\x03");
    terminal.wait_for("Ctrl-C again, or Ctrl-D, ends the conversation\n>");
    assert!(!terminal.text().contains("stopping"), "{}", terminal.text());
    // The next question is asked, and a Ctrl-C in it is the first again.
    terminal.press(format!("{QUESTION}\n").as_bytes());
    terminal.wait_for("还有");
    terminal.press(b"\x03");
    terminal.wait_for("stopping");
    terminal.settle();
    terminal.press(b"\x03");
    terminal.settle();
    terminal.press(b"\x03");
    assert_eq!(terminal.end(), 130);
}
