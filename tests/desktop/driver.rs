//! A real window under a display of its own, driven over the WebDriver protocol (W3C WebDriver, 2018) by WebKit's own driver.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{AtomEnum, ClientMessageEvent, ConnectionExt as _, EventMask, GrabMode, MapState, ModMask};

/// How long a window may take to show what is waited for, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);
/// The key under which WebDriver names an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A process that ends with the test.
struct Process(Child);

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
    name: String,
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
}

/// The window.
pub(crate) struct Window {
    base: String,
    session: String,
    // In this order: the driver, then its display.
    driver: Process,
    display: Display,
}

impl Window {
    /// Opens the program over a data folder, with arguments, in the size that tests look at.
    pub(crate) fn open(data: &Path, language: &str, arguments: &[&str]) -> Self {
        let window = Self::open_as_it_was(data, language, arguments);
        window.resize(1280, 860);
        window
    }

    /// Opens it in the size that it had.
    pub(crate) fn open_as_it_was(data: &Path, language: &str, arguments: &[&str]) -> Self {
        let display = Display::open();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let child = Command::new("WebKitWebDriver")
            .args([format!("--port={port}"), "--host=127.0.0.1".to_owned()])
            .env("DISPLAY", &display.name)
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .env("SIDENOTE_DATA_DIR", data)
            .env("XDG_DATA_HOME", data.join("xdg-data"))
            .env("XDG_CONFIG_HOME", data.join("xdg-config"))
            .env("XDG_CACHE_HOME", data.join("xdg-cache"))
            .env("LANG", format!("{language}.UTF-8"))
            .env("LANGUAGE", language)
            .env("NO_AT_BRIDGE", "1")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("WebKitWebDriver is needed: `make test` installs it");
        let mut window = Self { base: format!("http://127.0.0.1:{port}"), session: String::new(), driver: Process(child), display };
        let wanted = json!({ "capabilities": { "alwaysMatch": { "webkitgtk:browserOptions": { "binary": env!("CARGO_BIN_EXE_sidenote-desktop"), "args": arguments } } } });
        let began = Instant::now();
        let session = loop {
            match window.send("POST", "/session", &wanted) {
                Ok(value) => break value,
                Err(why) => assert!(began.elapsed() < PATIENCE, "no session: {why}"),
            }
            std::thread::sleep(Duration::from_millis(100));
        };
        window.session = session["sessionId"].as_str().unwrap().to_owned();
        window
    }

    fn send(&self, method: &str, path: &str, body: &Value) -> Result<Value, String> {
        let agent = ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(PATIENCE)).build().new_agent();
        let url = format!("{}{path}", self.base);
        let sent = match method {
            "GET" => agent.get(&url).call(),
            "DELETE" => agent.delete(&url).call(),
            _ => agent.post(&url).header("content-type", "application/json").send(body.to_string()),
        };
        let mut text = String::new();
        sent.map_err(|e| e.to_string())?.body_mut().as_reader().read_to_string(&mut text).map_err(|e| e.to_string())?;
        let mut answer: Value = serde_json::from_str(&text).map_err(|e| format!("{e}: {text}"))?;
        let value = answer["value"].take();
        if value.get("error").is_some() { Err(format!("{}: {}", value["error"], value["message"])) } else { Ok(value) }
    }

    fn ok(&self, method: &str, path: &str, body: &Value) -> Value {
        self.send(method, &format!("/session/{}/{path}", self.session), body).unwrap_or_else(|e| panic!("{path}: {e}"))
    }

    /// Gives the window a size.
    pub(crate) fn resize(&self, width: u32, height: u32) {
        self.ok("POST", "window/rect", &json!({ "width": width, "height": height, "x": 0, "y": 0 }));
    }

    /// Runs a script in the page; what it returns.
    pub(crate) fn script(&self, script: &str) -> Value {
        self.ok("POST", "execute/sync", &json!({ "script": script, "args": [] }))
    }

    /// Runs a script that calls back with its result.
    pub(crate) fn ok_async(&self, script: &str) -> Value {
        self.ok("POST", "execute/async", &json!({ "script": script, "args": [] }))
    }

    /// Waits until a script returns something that is not null or false.
    pub(crate) fn until(&self, what: &str, script: &str) -> Value {
        let began = Instant::now();
        loop {
            let found = self.script(script);
            if !found.is_null() && found != json!(false) {
                return found;
            }
            if began.elapsed() > PATIENCE {
                let page = self.script("return document.body.innerText");
                panic!("{what} did not come; the page reads: {page}");
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Waits for an element.
    pub(crate) fn find(&self, css: &str) -> String {
        self.until(css, &format!("return !!document.querySelector({})", json!(css)));
        let found = self.ok("POST", "element", &json!({ "using": "css selector", "value": css }));
        found[ELEMENT].as_str().unwrap().to_owned()
    }

    pub(crate) fn click(&self, css: &str) {
        let element = self.find(css);
        self.ok("POST", &format!("element/{element}/click"), &json!({}));
    }

    /// Types into an element; `\u{E007}` is Enter.
    pub(crate) fn type_into(&self, css: &str, text: &str) {
        let element = self.find(css);
        self.ok("POST", &format!("element/{element}/value"), &json!({ "text": text }));
    }

    /// Presses a key, wherever the focus is.
    pub(crate) fn press(&self, key: &str) {
        let focused = self.ok("GET", "element/active", &Value::Null);
        self.ok("POST", &format!("element/{}/value", focused[ELEMENT].as_str().unwrap()), &json!({ "text": key }));
    }

    /// A picture of the page, as base64 of a PNG file.
    pub(crate) fn picture(&self) -> String {
        self.ok("GET", "screenshot", &Value::Null).as_str().unwrap().to_owned()
    }

    /// Asks the window to close, as its close button does (ICCCM 4.2.8.1). What the page makes of it is another matter. False where none is to be seen.
    pub(crate) fn ask_to_close(&self) -> bool {
        let mut seen = false;
        let (connection, screen) = x11rb::connect(Some(&self.display.name)).unwrap();
        let atom = |name: &[u8]| connection.intern_atom(false, name).unwrap().reply().unwrap().atom;
        let (protocols, delete) = (atom(b"WM_PROTOCOLS"), atom(b"WM_DELETE_WINDOW"));
        let root = connection.setup().roots[screen].root;
        for window in connection.query_tree(root).unwrap().reply().unwrap().children {
            let shown = connection.get_window_attributes(window).unwrap().reply().unwrap().map_state == MapState::VIEWABLE;
            let listens = connection.get_property(false, window, protocols, AtomEnum::ATOM, 0, 32).unwrap().reply().unwrap();
            if shown && listens.value32().is_some_and(|mut known| known.any(|protocol| protocol == delete)) {
                let message = ClientMessageEvent::new(32, window, protocols, [delete, 0, 0, 0, 0]);
                connection.send_event(false, window, EventMask::NO_EVENT, message).unwrap().check().unwrap();
                seen = true;
            }
        }
        seen
    }

    /// Whether a program has a key for itself, wherever the focus is. `keysym`: its name in X11.
    pub(crate) fn is_taken(&self, keysym: u32) -> bool {
        let (connection, screen) = x11rb::connect(Some(&self.display.name)).unwrap();
        let setup = connection.setup();
        let (first, root) = (setup.min_keycode, setup.roots[screen].root);
        let keys = connection.get_keyboard_mapping(first, setup.max_keycode - first + 1).unwrap().reply().unwrap();
        let at = keys.keysyms.chunks(keys.keysyms_per_keycode.into()).position(|key| key.contains(&keysym)).unwrap();
        let key = first + u8::try_from(at).unwrap();
        let mine = connection.grab_key(false, root, ModMask::from(0_u16), key, GrabMode::ASYNC, GrabMode::ASYNC).unwrap().check();
        mine.is_err()
    }

    /// Whether the page still answers.
    pub(crate) fn is_open(&self) -> bool {
        self.send("POST", &format!("/session/{}/execute/sync", self.session), &json!({ "script": "return 1", "args": [] })).is_ok()
    }

    /// Closes the window as a person does.
    pub(crate) fn close(self) {
        drop(self.send("DELETE", &format!("/session/{}", self.session), &Value::Null));
        drop(self.driver);
    }
}
