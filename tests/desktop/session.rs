//! A person's session: the program keeps its data in their home folder, and there is one window of it, whoever starts it again.

use std::ffi::OsString;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;
use tempfile::TempDir;

use crate::display::{Display, Process};
use crate::driver::{Environment, Window};
use crate::window::{BOX, ENTER, answered};

/// How long a program may take that only hands over what it was started with.
const SHORTLY: Duration = Duration::from_secs(30);

/// A home folder and a message bus of a session's own.
struct Session {
    home: TempDir,
    _bus: Process,
    address: String,
}

impl Session {
    fn begin() -> Self {
        let home = tempfile::tempdir().unwrap();
        let place = format!("--address=unix:path={}", home.path().join("bus").display());
        let mut child = Command::new("dbus-daemon")
            .args(["--session", "--nofork", "--nopidfile", "--print-address=1", &place])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("dbus is needed: `make test` installs it");
        let mut address = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut address).unwrap();
        Self { home, _bus: Process(child), address: address.trim().to_owned() }
    }

    fn open(&self) -> Window {
        self.open_over(&[])
    }

    /// With more variables.
    fn open_over(&self, more: &[(&'static str, OsString)]) -> Window {
        let home = self.home.path();
        fs::create_dir_all(home.join("config/sidenote")).unwrap();
        fs::write(home.join("config/sidenote/settings.toml"), "[window]\nlanguage = \"zh\"\n").unwrap();
        let mut environment: Environment = vec![
            ("HOME", home.into()),
            ("XDG_DATA_HOME", home.join("data").into()),
            ("XDG_CONFIG_HOME", home.join("config").into()),
            ("XDG_CACHE_HOME", home.join("cache").into()),
            ("DBUS_SESSION_BUS_ADDRESS", self.address.clone().into()),
        ];
        environment.extend(more.iter().cloned());
        let window = Window::open_among(Display::open(), environment, "zh_CN", &[]);
        window.until("the examples", "return document.querySelectorAll('.examples button').length >= 4");
        window
    }
}

/// Waits for a program that has nothing to do but to hand over.
fn ends_well(mut program: Child) {
    let began = Instant::now();
    while began.elapsed() < SHORTLY {
        if let Some(status) = program.try_wait().unwrap() {
            return assert!(status.success(), "{status}");
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    drop(program.kill());
    panic!("a second window is open");
}

#[test]
fn links_and_folders_given_to_the_program_again_arrive_in_the_window_that_is_open() {
    let session = Session::begin();
    let window = session.open();
    ends_well(window.program().arg("sidenote://ask?q=LoRA").spawn().unwrap());
    window.until("the question in the box", &format!("return document.querySelector('{BOX}').value === 'LoRA'"));
    assert_eq!(window.script("return document.querySelectorAll('.turn').length"), json!(0), "asking is the person's");
    window.type_into(BOX, ENTER);
    answered(&window);
    assert!(session.home.path().join("data/sidenote/conversations.sqlite").is_file());

    // A folder is named as whoever starts the program sees it.
    let place = tempfile::tempdir().unwrap();
    fs::create_dir(place.path().join("鸟类")).unwrap();
    ends_well(window.program().arg("鸟类").current_dir(place.path()).spawn().unwrap());
    let offered = window.until("the folder that is offered", "return document.querySelector('dialog[open]')?.innerText ?? null");
    assert!(offered.as_str().unwrap().contains("鸟类"), "{offered}");
    assert_eq!(window.hands().windows().len(), 1);
    window.close();
}

#[test]
fn a_data_folder_of_its_own_has_a_window_of_its_own() {
    let session = Session::begin();
    let window = session.open();
    let known = window.hands().windows();
    let other = Process(window.program().arg("--data-dir").arg(session.home.path().join("other")).arg("sidenote://ask?q=LoRA").spawn().unwrap());
    window.hands().another(&known);
    drop(other);
    assert_eq!(window.script(&format!("return document.querySelector('{BOX}').value")), json!(""), "what is meant for the other is not told here");
    window.close();
}

#[test]
fn what_is_typed_over_one_data_folder_is_there_again_and_in_no_other_window() {
    let session = Session::begin();
    let over = |name: &str| session.open_over(&[("SIDENOTE_DATA_DIR", session.home.path().join(name).into())]);
    let typed = |window: &Window| window.script(&format!("return document.querySelector('{BOX}').value"));
    let first = over("first");
    first.type_into(BOX, "苍鹭在哪里");
    first.close();
    for (place, there) in [(Some("other"), ""), (None, ""), (Some("first"), "苍鹭在哪里")] {
        let window = place.map_or_else(|| session.open(), over);
        assert_eq!(typed(&window), json!(there), "{place:?}");
        window.close();
    }
    assert!(session.home.path().join("first/webview").is_dir(), "it goes where the folder goes");
}
