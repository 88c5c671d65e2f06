//! A real window under a display of its own, driven over the WebDriver protocol (W3C WebDriver, 2018) through tauri-driver, which
//! starts WebKit's own driver behind it.

use std::ffi::OsString;
use std::io::Read as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::display::{Display, Hands, Process};

/// How long a window may take to show what is waited for, on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);
/// The program.
const PROGRAM: &str = env!("CARGO_BIN_EXE_sidenote-desktop");
/// The key under which WebDriver names an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// The window.
pub(crate) struct Window {
    base: String,
    session: String,
    // In this order: the driver, then its display.
    driver: Process,
    display: Display,
    environment: Environment,
}

/// Variables of a process.
pub(crate) type Environment = Vec<(&'static str, OsString)>;

impl Window {
    /// Opens the program over a data folder, with arguments, in the size that tests look at.
    pub(crate) fn open(data: &Path, language: &str, arguments: &[&str]) -> Self {
        let window = Self::open_as_it_was(data, language, arguments);
        window.resize(1280, 860);
        window
    }

    /// Opens it in the size that it had.
    pub(crate) fn open_as_it_was(data: &Path, language: &str, arguments: &[&str]) -> Self {
        Self::open_on(Display::open(), data, language, arguments)
    }

    /// Opens it on a display on which something was done before.
    pub(crate) fn open_on(display: Display, data: &Path, language: &str, arguments: &[&str]) -> Self {
        let home = [("XDG_DATA_HOME", "xdg-data"), ("XDG_CONFIG_HOME", "xdg-config"), ("XDG_CACHE_HOME", "xdg-cache")];
        let mut environment: Environment = home.map(|(name, folder)| (name, data.join(folder).into())).into();
        environment.push(("SIDENOTE_DATA_DIR", data.into()));
        Self::open_among(display, environment, language, arguments)
    }

    /// Opens it among variables that say where it keeps everything.
    pub(crate) fn open_among(display: Display, mut environment: Environment, language: &str, arguments: &[&str]) -> Self {
        environment.extend([
            ("DISPLAY", display.name.clone().into()),
            ("LANG", format!("{language}.UTF-8").into()),
            ("LANGUAGE", language.into()),
            ("NO_AT_BRIDGE", "1".into()),
        ]);
        let [port, behind] = free_ports();
        let child = Command::new(tauri_driver())
            .args(["--port", &port.to_string(), "--native-port", &behind.to_string()])
            .envs(environment.iter().cloned())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut window = Self { base: format!("http://127.0.0.1:{port}"), session: String::new(), driver: Process(child), display, environment };
        let options = json!({ "application": PROGRAM, "args": arguments });
        let wanted = json!({ "capabilities": { "alwaysMatch": { "browserName": "wry", "tauri:options": options } } });
        let began = Instant::now();
        let session = loop {
            match window.send("POST", "/session", &wanted) {
                Ok(value) => break value,
                Err(why) => {
                    assert!(window.driver.0.try_wait().unwrap().is_none(), "tauri-driver found no WebKitWebDriver: `make test` installs it");
                    assert!(began.elapsed() < PATIENCE, "no session: {why}");
                }
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

    /// The hands of the person before it.
    pub(crate) fn hands(&self) -> Hands {
        self.display.hands()
    }

    /// The program once more, beside this window, as another program of the session starts it.
    pub(crate) fn program(&self) -> Command {
        let mut program = Command::new(PROGRAM);
        program.envs(self.environment.iter().cloned()).stdout(Stdio::null()).stderr(Stdio::null());
        program
    }

    /// Whether the page still answers.
    pub(crate) fn is_open(&self) -> bool {
        self.send("POST", &format!("/session/{}/execute/sync", self.session), &json!({ "script": "return 1", "args": [] })).is_ok()
    }

    /// Closes the window.
    pub(crate) fn close(self) {}
}

impl Drop for Window {
    fn drop(&mut self) {
        // tauri-driver ends the driver behind it at once, and a window whose driver is gone stays: the window ends first, also where a test has failed.
        drop(self.send("DELETE", &format!("/session/{}", self.session), &Value::Null));
    }
}

/// tauri-driver, where the set-up puts it: beside what is built.
fn tauri_driver() -> PathBuf {
    let beside = Path::new(PROGRAM).ancestors().map(|folder| folder.join("tools/bin/tauri-driver"));
    beside.into_iter().find(|file| file.is_file()).expect("tauri-driver is needed: `make test` installs it")
}

/// Two ports that nobody listens on.
fn free_ports() -> [u16; 2] {
    let taken = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    taken.map(|listener| listener.local_addr().unwrap().port())
}
