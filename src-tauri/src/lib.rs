//! The window: Sidenote's engine behind commands of one line each, and the page that asks them. It must not know how anything is found, answered or
//! written.

mod clipboard;
mod commands;
mod desk;
mod drafts;
mod events;
mod image;
mod indexer;
mod links;
mod pace;
mod pages;
mod picker;
mod settings;
mod watch;
mod window;
pub mod wire;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use sidenote_engine::error::{Error, ErrorCode, Result};
use sidenote_engine::paths::Paths;
use tauri::Manager;

pub use desk::Desk;
pub use picker::{Picker, Wanted};

/// Opens the window and runs until it is closed.
#[must_use]
pub fn run() -> ExitCode {
    // A folder's name need be no text.
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    let paths = match paths(&arguments) {
        Ok(paths) => paths,
        Err(error) => return fail(&error),
    };
    #[expect(unsafe_code, reason = "threads have to be told before one of them runs")]
    // SAFETY: this is among the first things the program does, on its only thread.
    unsafe {
        sidenote_models::writing::settle_threads(&paths.settings());
    }
    #[cfg(target_os = "linux")]
    {
        // The window's toolkit ends the program where there is none.
        if ["DISPLAY", "WAYLAND_DISPLAY"].iter().all(|name| std::env::var_os(name).is_none_or(|value| value.is_empty())) {
            return fail(&Error::new(
                ErrorCode::Io,
                "there is no display to open the window on",
                "use it in a desktop session; `sidenote ask` works in a terminal",
            ));
        }
        calm_webkit();
    }
    let context = tauri::generate_context!("tauri.conf.json");
    let own_folder = own_folder(&arguments).and_then(|folder| std::path::absolute(folder).ok());
    let mut builder = tauri::Builder::default();
    // Two windows over one data folder would only wait for each other; a folder of its own is a program of its own.
    if own_folder.is_none() {
        builder = builder.plugin(tauri_plugin_single_instance::init(|app, arguments, folder| {
            window::show(app);
            links::open(app, arguments.into_iter().skip(1).map(OsString::from).collect(), Path::new(&folder));
        }));
    }
    builder = builder.plugin(tauri_plugin_dialog::init()).plugin(tauri_plugin_global_shortcut::Builder::new().build());
    let mut state = tauri_plugin_window_state::Builder::default();
    // Everything of a data folder of its own is in it; a whole path is taken as it is. One that is no text cannot be named here.
    if let Some(file) = own_folder.as_ref().and_then(|folder| folder.join("window-state.json").into_os_string().into_string().ok()) {
        state = state.with_filename(file);
    }
    let app = prepared(builder.plugin(state.build()), paths)
        .setup(move |app| {
            app.manage(Arc::new(Picker::dialogs(app.handle())));
            window::open(app.handle(), own_folder.as_deref())?;
            links::open(app.handle(), arguments, Path::new(""));
            Ok(())
        })
        .build(context);
    match app {
        Ok(app) => {
            app.run(|app, event| match event {
                tauri::RunEvent::Exit => app.state::<Arc<Desk>>().close(),
                // The program is told to end while its window is open: what was typed is asked about as when the window is closed.
                tauri::RunEvent::ExitRequested { api, .. } if window::is_open(app) => {
                    api.prevent_exit();
                    window::end(app);
                }
                // Elsewhere a link is an argument.
                #[cfg(target_os = "macos")]
                tauri::RunEvent::Opened { urls } => links::open(app, urls.iter().map(|url| url.to_string().into()).collect(), Path::new("")),
                _ => {}
            });
            ExitCode::SUCCESS
        }
        Err(error) => fail(&Error::new(
            ErrorCode::Internal,
            format!("the window could not be opened: {error}"),
            "on Linux it needs WebKitGTK 4.1 and a display; `sidenote ask` works in a terminal",
        )),
    }
}

/// What a window needs, whatever opens it: the commands, images of notes and pages, the state. A [`Picker`] is to be managed beside it. Tests build theirs
/// from it.
pub fn prepared<R: tauri::Runtime>(builder: tauri::Builder<R>, paths: Paths) -> tauri::Builder<R> {
    let desk = Desk::new(paths);
    let (images, papers) = (Arc::clone(&desk), Arc::clone(&desk));
    builder
        .manage(desk)
        .register_asynchronous_uri_scheme_protocol("note-image", move |_, request, responder| {
            let desk = Arc::clone(&images);
            // Files may be on a slow disk; the page's other requests do not wait for them.
            tauri::async_runtime::spawn_blocking(move || responder.respond(image::answer(&desk, request.uri().path())));
        })
        .register_asynchronous_uri_scheme_protocol("note-page", move |_, request, responder| {
            let desk = Arc::clone(&papers);
            tauri::async_runtime::spawn_blocking(move || responder.respond(pages::answer(&desk, request.uri().path())));
        })
        .invoke_handler(commands::all())
}

/// `--data-dir DIR`, or the variable of the same meaning.
fn own_folder(arguments: &[OsString]) -> Option<PathBuf> {
    let named = arguments.iter().position(|a| a == "--data-dir").and_then(|at| arguments.get(at + 1)).map(PathBuf::from);
    named.or_else(|| std::env::var_os("SIDENOTE_DATA_DIR").map(PathBuf::from)).filter(|folder| !folder.as_os_str().is_empty())
}

fn paths(arguments: &[OsString]) -> Result<Paths> {
    own_folder(arguments).map_or_else(Paths::standard, |folder| Ok(Paths::under(&folder)))
}

/// WebKitGTK shows nothing on some NVIDIA drivers unless it is told to do without one way of drawing. A person's own setting is left alone.
#[cfg(target_os = "linux")]
fn calm_webkit() {
    const NAME: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";
    if std::env::var_os(NAME).is_none() && std::path::Path::new("/proc/driver/nvidia/version").exists() {
        #[expect(unsafe_code, reason = "the only way to set it before WebKit reads it; no other thread runs yet")]
        // SAFETY: this is the first thing the program does, on its only thread.
        unsafe {
            std::env::set_var(NAME, "1");
        }
    }
}

fn fail(error: &Error) -> ExitCode {
    use std::io::Write as _;
    // Without a terminal there is nobody to tell.
    let _ = writeln!(std::io::stderr(), "error: {}\nhint: {}", error.message, error.hint);
    ExitCode::from(2)
}
