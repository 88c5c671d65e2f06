//! A page that calls the program: the real configuration and rights, no display.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sidenote_desktop::Picker;
use sidenote_engine::paths::Paths;
use tauri::http::{HeaderMap, HeaderName};
use tauri::ipc::{CallbackFn, InvokeBody, InvokeResponseBody};
use tauri::test::{INVOKE_KEY, MockRuntime, get_ipc_response, mock_builder, noop_assets};
use tauri::webview::InvokeRequest;
use tauri::{App, WebviewWindow, WebviewWindowBuilder};

/// How long anything may take that happens beside a call: on a busy machine indexing gets only the time that nothing else wants.
const PATIENCE: Duration = Duration::from_secs(180);

pub(crate) struct Page {
    pub(crate) folder: tempfile::TempDir,
    window: WebviewWindow<MockRuntime>,
    said: Arc<Mutex<Vec<(u32, Value)>>>,
    picks: Arc<Mutex<Option<PathBuf>>>,
    // Dropped last: the window is one of its own.
    _app: App<MockRuntime>,
}

impl Page {
    /// A page over an empty data folder, without the shipped notes unless they are wanted.
    pub(crate) fn open() -> Self {
        Self::over(tempfile::tempdir().unwrap())
    }

    pub(crate) fn over(folder: tempfile::TempDir) -> Self {
        let said: Arc<Mutex<Vec<(u32, Value)>>> = Arc::default();
        let heard = Arc::clone(&said);
        let builder = mock_builder().channel_interceptor(move |_, callback, _, body| {
            if let InvokeResponseBody::Json(text) = body {
                heard.lock().unwrap().push((callback.0, serde_json::from_str(text).unwrap()));
            }
            true
        });
        let context = tauri::generate_context!("tauri.conf.json", assets = noop_assets(), test = true);
        let picks: Arc<Mutex<Option<PathBuf>>> = Arc::default();
        let picked = Arc::clone(&picks);
        let picker = Arc::new(Picker::new(move |_| picked.lock().unwrap().take()));
        let app = sidenote_desktop::prepared(builder, Paths::under(folder.path())).manage(picker).build(context).unwrap();
        let window = WebviewWindowBuilder::new(&app, "main", tauri::WebviewUrl::default()).build().unwrap();
        Self { folder, window, said, picks, _app: app }
    }

    /// Calls a command.
    pub(crate) fn call(&self, command: &str, arguments: Value) -> Result<Value, Value> {
        self.send(command, InvokeBody::Json(arguments), HeaderMap::default())
    }

    /// Calls a command with bytes, and what they are in headers.
    pub(crate) fn call_with_bytes(&self, command: &str, bytes: &[u8], headers: &[(&'static str, String)]) -> Result<Value, Value> {
        let headers = headers.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap())).collect();
        self.send(command, InvokeBody::Raw(bytes.to_vec()), headers)
    }

    /// Calls a command on a thread of its own, and goes on.
    pub(crate) fn begin_call(&self, command: &'static str, arguments: Value) -> JoinHandle<Result<Value, Value>> {
        let window = self.window.clone();
        std::thread::spawn(move || send(&window, command, InvokeBody::Json(arguments), HeaderMap::default()))
    }

    fn send(&self, command: &str, body: InvokeBody, headers: HeaderMap) -> Result<Value, Value> {
        send(&self.window, command, body, headers)
    }

    /// Calls a command that must succeed.
    pub(crate) fn ok(&self, command: &str, arguments: Value) -> Value {
        self.call(command, arguments).unwrap_or_else(|error| panic!("{command}: {error}"))
    }

    /// What was said on a channel so far.
    pub(crate) fn said(&self, channel: u32) -> Vec<Value> {
        self.said.lock().unwrap().iter().filter(|(c, _)| *c == channel).map(|(_, v)| v.clone()).collect()
    }

    /// Waits until something holds.
    pub(crate) fn until<T>(&self, what: &str, mut look: impl FnMut() -> Option<T>) -> T {
        let began = Instant::now();
        loop {
            if let Some(found) = look() {
                return found;
            }
            assert!(began.elapsed() < PATIENCE, "{what} did not come");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The page is there, and listens.
    pub(crate) fn begin(&self) {
        self.ok("begin", json!({ "events": "__CHANNEL__:900" }));
    }

    /// What the person picks in the next dialog; without it they think better of it.
    pub(crate) fn pick(&self, path: impl Into<PathBuf>) {
        *self.picks.lock().unwrap() = Some(path.into());
    }

    pub(crate) fn note(&self, title: &str) -> Option<Value> {
        self.ok("list", json!({})).as_array().unwrap().iter().find(|n| n["title"] == title).cloned()
    }
}

pub(crate) fn everywhere() -> Value {
    json!({ "libraries": [], "folders": [], "tags": [], "notes": [], "since": null, "until": null })
}

fn send(window: &WebviewWindow<MockRuntime>, command: &str, body: InvokeBody, headers: HeaderMap) -> Result<Value, Value> {
    let request = InvokeRequest {
        cmd: command.into(),
        callback: CallbackFn(0),
        error: CallbackFn(1),
        url: if cfg!(windows) { "http://tauri.localhost" } else { "tauri://localhost" }.parse().unwrap(),
        body,
        headers,
        invoke_key: INVOKE_KEY.to_owned(),
    };
    get_ipc_response(window, request).map(|body| body.deserialize().unwrap())
}
