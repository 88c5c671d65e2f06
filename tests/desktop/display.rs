//! A display of a test's own, and what a person or another program does on it outside the page: typed keys, a folder dragged onto the window, a press of the
//! close button, keys that are taken. It must not know the page.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    AtomEnum, ClientMessageEvent, ConnectionExt as _, CreateWindowAux, EventMask, GrabMode, InputFocus, KEY_PRESS_EVENT, KEY_RELEASE_EVENT, MapState,
    ModMask, PropMode, SELECTION_NOTIFY_EVENT, SelectionNotifyEvent, SelectionRequestEvent, WindowClass,
};
use x11rb::protocol::xtest::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

/// How long the window may take to react, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);
/// Keys by their symbols (X11 keysymdef.h).
pub(crate) const RETURN: u32 = 0xff0d;
const SHIFT: u32 = 0xffe1;
pub(crate) const CONTROL: u32 = 0xffe3;
pub(crate) const ALT: u32 = 0xffe9;

/// A process that ends with the test.
pub(crate) struct Process(pub(crate) Child);

impl Drop for Process {
    fn drop(&mut self) {
        // A driver that is killed leaves its window behind: it is asked to end.
        drop(Command::new("kill").arg(self.0.id().to_string()).status());
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(5) {
            if matches!(self.0.try_wait(), Ok(Some(_))) {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// A display without a screen.
pub(crate) struct Display {
    _process: Process,
    pub(crate) name: String,
}

impl Display {
    pub(crate) fn open() -> Self {
        let mut child = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "1400x1000x24", "-nolisten", "tcp"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Xvfb is needed: `make test` installs it");
        let mut number = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut number).unwrap();
        Self { _process: Process(child), name: format!(":{}", number.trim()) }
    }

    /// The hands of someone at this display.
    pub(crate) fn hands(&self) -> Hands {
        let (connection, screen) = x11rb::connect(Some(&self.name)).unwrap();
        let root = connection.setup().roots[screen].root;
        Hands { connection, root }
    }
}

/// What lies on the clipboard until this ends.
pub(crate) struct Held {
    ended: Arc<AtomicBool>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

/// One client of the display.
pub(crate) struct Hands {
    connection: RustConnection,
    root: u32,
}

impl Hands {
    fn atom(&self, name: &str) -> u32 {
        self.connection.intern_atom(false, name.as_bytes()).unwrap().reply().unwrap().atom
    }

    /// The windows that are seen and answer to a protocol of the window manager: the program's own, and its dialogs.
    pub(crate) fn windows(&self) -> Vec<u32> {
        let (protocols, delete) = (self.atom("WM_PROTOCOLS"), self.atom("WM_DELETE_WINDOW"));
        let mut windows = self.connection.query_tree(self.root).unwrap().reply().unwrap().children;
        windows.retain(|window| {
            // A window can go at any moment.
            let Ok(attributes) = self.connection.get_window_attributes(*window).unwrap().reply() else { return false };
            let Ok(listens) = self.connection.get_property(false, *window, protocols, AtomEnum::ATOM, 0, 32).unwrap().reply() else { return false };
            attributes.map_state == MapState::VIEWABLE && listens.value32().is_some_and(|mut known| known.any(|protocol| protocol == delete))
        });
        windows
    }

    /// Waits for a window that is none of those.
    pub(crate) fn another(&self, known: &[u32]) -> u32 {
        until("another window", || self.windows().into_iter().find(|window| !known.contains(window)))
    }

    /// Presses the close button of every window (ICCCM 4.2.8.1). False where none is to be seen.
    pub(crate) fn press_close(&self) -> bool {
        let (protocols, delete) = (self.atom("WM_PROTOCOLS"), self.atom("WM_DELETE_WINDOW"));
        let windows = self.windows();
        for window in &windows {
            let message = ClientMessageEvent::new(32, *window, protocols, [delete, 0, 0, 0, 0]);
            self.connection.send_event(false, *window, EventMask::NO_EVENT, message).unwrap().check().unwrap();
        }
        !windows.is_empty()
    }

    /// Gives a window the keyboard, as a window manager would.
    pub(crate) fn focus(&self, window: u32) {
        self.connection.set_input_focus(InputFocus::PARENT, window, x11rb::CURRENT_TIME).unwrap().check().unwrap();
    }

    /// Types into whatever has the keyboard.
    pub(crate) fn type_text(&self, text: &str) {
        for key in text.chars() {
            self.press(&[u32::from(key)]);
        }
    }

    /// Presses keys together, the last of them while the others are held.
    pub(crate) fn press(&self, symbols: &[u32]) {
        let mut held = Vec::new();
        for symbol in symbols {
            let (code, shifted) = self.key(*symbol);
            if shifted {
                held.push(self.key(SHIFT).0);
            }
            held.push(code);
        }
        let send = |kind, code: &u8| self.connection.xtest_fake_input(kind, *code, 0, self.root, 0, 0, 0).unwrap().check().unwrap();
        held.iter().for_each(|code| send(KEY_PRESS_EVENT, code));
        held.iter().rev().for_each(|code| send(KEY_RELEASE_EVENT, code));
        // As fast as nobody types; a dialog that completes what is typed keeps up.
        std::thread::sleep(Duration::from_millis(20));
    }

    /// Presses a key until a window has closed: a dialog that still completes what was typed takes the first press for that.
    pub(crate) fn close_by(&self, window: u32, symbol: u32) {
        until("that it closes", || {
            self.press(&[symbol]);
            std::thread::sleep(Duration::from_millis(500));
            (!self.windows().contains(&window)).then_some(())
        });
    }

    /// The key that gives a symbol, and whether with shift.
    fn key(&self, symbol: u32) -> (u8, bool) {
        let setup = self.connection.setup();
        let map = self.connection.get_keyboard_mapping(setup.min_keycode, setup.max_keycode - setup.min_keycode + 1).unwrap().reply().unwrap();
        let keys = map.keysyms.chunks(usize::from(map.keysyms_per_keycode));
        let mut found =
            (setup.min_keycode..).zip(keys).filter_map(|(code, symbols)| Some((code, symbols[..2].iter().position(|s| *s == symbol)? == 1)));
        found.next().unwrap_or_else(|| panic!("no key gives {symbol:#x}"))
    }

    /// Takes a key for a program of its own, whatever is held with it, until this client is gone.
    pub(crate) fn take_key(&self, symbol: u32) {
        let (code, _) = self.key(symbol);
        self.connection.grab_key(false, self.root, ModMask::ANY, code, GrabMode::ASYNC, GrabMode::ASYNC).unwrap().check().unwrap();
    }

    /// Whether a program has a key for itself, wherever the focus is.
    pub(crate) fn is_taken(&self, symbol: u32) -> bool {
        let (code, _) = self.key(symbol);
        let mine = self.connection.grab_key(false, self.root, ModMask::from(0_u16), code, GrabMode::ASYNC, GrabMode::ASYNC).unwrap().check();
        mine.is_err()
    }

    /// Drags a file onto the middle of the program's window as a file manager does (XDND 5), looks, and lets go.
    pub(crate) fn drop_file(&self, file: &Path, look: impl FnOnce()) {
        let target = *self.windows().first().unwrap();
        let source = self.window();
        self.connection.set_selection_owner(source, self.atom("XdndSelection"), x11rb::CURRENT_TIME).unwrap().check().unwrap();
        let kind = self.atom("text/uri-list");
        let list = format!("{}\r\n", url::Url::from_file_path(file).unwrap());
        let (position, status, finished) = (self.atom("XdndPosition"), self.atom("XdndStatus"), self.atom("XdndFinished"));
        let send = |name: u32, data: [u32; 5]| {
            let message = ClientMessageEvent::new(32, target, name, data);
            self.connection.send_event(false, target, EventMask::NO_EVENT, message).unwrap().check().unwrap();
        };
        // What the window says next, asked for what is dragged in between.
        let hear = |wanted: u32| {
            until("a word on what is dragged", || match self.connection.poll_for_event().unwrap() {
                Some(Event::SelectionRequest(request)) => {
                    self.hand_over(&request, kind, list.as_bytes());
                    None
                }
                Some(Event::ClientMessage(message)) if message.type_ == wanted => Some(message.data.as_data32()),
                _ => None,
            })
        };
        let geometry = self.connection.get_geometry(target).unwrap().reply().unwrap();
        let middle = self
            .connection
            .translate_coordinates(target, self.root, (geometry.width / 2) as i16, (geometry.height / 2) as i16)
            .unwrap()
            .reply()
            .unwrap();
        let place = (u32::from(middle.dst_x as u16) << 16) | u32::from(middle.dst_y as u16);
        let copy = self.atom("XdndActionCopy");
        send(self.atom("XdndEnter"), [source, 5 << 24, kind, 0, 0]);
        // The first answers come before the window has seen what is dragged.
        until("that the window takes it", || {
            send(position, [source, 0, place, x11rb::CURRENT_TIME, copy]);
            let accepted = hear(status)[1] & 1 == 1;
            accepted.then_some(())
        });
        look();
        send(self.atom("XdndDrop"), [source, 0, x11rb::CURRENT_TIME, 0, 0]);
        hear(finished);
    }

    /// Puts an image on the clipboard, as a program that takes pictures of the screen does: there it lies until this ends.
    pub(crate) fn hold_image(self, png: Vec<u8>) -> Held {
        let owner = self.window();
        self.connection.set_selection_owner(owner, self.atom("CLIPBOARD"), x11rb::CURRENT_TIME).unwrap().check().unwrap();
        let (targets, kind) = (self.atom("TARGETS"), self.atom("image/png"));
        let ended = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&ended);
        let thread = std::thread::spawn(move || {
            while !told.load(Ordering::Acquire) {
                match self.connection.poll_for_event().unwrap() {
                    Some(Event::SelectionRequest(request)) if request.target == targets => self.list_kinds(&request, &[targets, kind]),
                    Some(Event::SelectionRequest(request)) => self.hand_over(&request, kind, &png),
                    _ => std::thread::sleep(Duration::from_millis(5)),
                }
            }
        });
        Held { ended, thread: Some(thread) }
    }

    /// A window that nobody sees, to own something by.
    fn window(&self) -> u32 {
        let window = self.connection.generate_id().unwrap();
        let aux = CreateWindowAux::new();
        self.connection.create_window(0, window, self.root, 0, 0, 1, 1, 0, WindowClass::INPUT_ONLY, 0, &aux).unwrap().check().unwrap();
        window
    }

    /// Says what kinds of data a selection is of.
    fn list_kinds(&self, request: &SelectionRequestEvent, kinds: &[u32]) {
        let list = self.connection.change_property32(PropMode::REPLACE, request.requestor, request.property, AtomEnum::ATOM, kinds);
        list.unwrap().check().unwrap();
        self.tell(request, request.property);
    }

    /// Answers a request for the selection (ICCCM 2.2).
    fn hand_over(&self, request: &SelectionRequestEvent, kind: u32, data: &[u8]) {
        let known = request.target == kind;
        if known {
            self.connection.change_property8(PropMode::REPLACE, request.requestor, request.property, kind, data).unwrap().check().unwrap();
        }
        self.tell(request, if known { request.property } else { x11rb::NONE });
    }

    fn tell(&self, request: &SelectionRequestEvent, property: u32) {
        let told = SelectionNotifyEvent {
            response_type: SELECTION_NOTIFY_EVENT,
            sequence: 0,
            time: request.time,
            requestor: request.requestor,
            selection: request.selection,
            target: request.target,
            property,
        };
        self.connection.send_event(false, request.requestor, EventMask::NO_EVENT, told).unwrap().check().unwrap();
    }
}

/// Waits until something is there.
fn until<T>(what: &str, mut there: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = there() {
            return found;
        }
        assert!(began.elapsed() < PATIENCE, "{what} did not come");
        std::thread::sleep(Duration::from_millis(10));
    }
}
