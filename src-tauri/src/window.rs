//! The one window, what is dropped on it, its sign in the tray and its hotkey. It must not know what the page shows.

use std::ffi::OsStr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use sidenote_engine::error::{Error, ErrorCode, Result};
use tauri::menu::{Menu, MenuItem};
use tauri::tray::TrayIconBuilder;
use tauri::{AppHandle, DragDropEvent, Manager, Runtime, WebviewUrl, WebviewWindowBuilder, WindowEvent};

use tauri_plugin_global_shortcut::{GlobalShortcut, Shortcut, ShortcutEvent, ShortcutState};

use crate::desk::Desk;
use crate::wire::{AppEvent, Dragged, Settings};

/// The window's label; capabilities/main.json gives it its rights.
pub(crate) const LABEL: &str = "main";
const TRAY: &str = "sidenote";
/// How long the page has to say what it does about what was typed before the window goes.
const PATIENCE: Duration = Duration::from_secs(4);

/// What the page keeps, below a data folder of its own.
const STORAGE: &str = "webview";

/// Opens the window. `own_folder`: the whole path of a data folder that is not the standard one. What was typed over it and belongs to no file yet is kept in
/// it, not where all windows of the program keep theirs.
///
/// # Errors
/// Those of the system.
pub(crate) fn open<R: Runtime>(app: &AppHandle<R>, own_folder: Option<&Path>) -> tauri::Result<()> {
    let mut builder = WebviewWindowBuilder::new(app, LABEL, WebviewUrl::default())
        .title("Sidenote")
        .inner_size(1180.0, 780.0)
        .min_inner_size(420.0, 480.0)
        .center();
    if let Some(folder) = own_folder {
        // macOS keeps it elsewhere, under a number.
        let mut number = [0; 16];
        number.copy_from_slice(&blake3::hash(folder.as_os_str().as_encoded_bytes()).as_bytes()[..16]);
        builder = builder.data_directory(folder.join(STORAGE)).data_store_identifier(number);
    }
    let window = builder.build()?;
    let handle = app.clone();
    window.on_window_event(move |event| match event {
        WindowEvent::DragDrop(event) => dragged(&handle, event),
        // With a sign in the tray the window only goes out of sight.
        WindowEvent::CloseRequested { api, .. } if handle.tray_by_id(TRAY).is_some() => {
            api.prevent_close();
            if let Some(window) = handle.get_webview_window(LABEL) {
                drop(window.hide());
            }
        }
        WindowEvent::CloseRequested { api, .. } => {
            api.prevent_close();
            begin_to_close(&handle);
        }
        _ => {}
    });
    let desk = app.state::<Arc<Desk>>();
    // A tray that the system does not have is no reason not to open the window; settings that cannot be read are said where they are shown.
    if let Ok(settings) = desk.settings() {
        for error in [tray(app, settings.tray), hotkey(app, None, settings.hotkey.as_deref())].into_iter().filter_map(Result::err) {
            desk.events.send(AppEvent::Failed { error: error.into() });
        }
    }
    Ok(())
}

/// What is dragged over the window is told; what is dropped on it is offered to the page: the folders to be added, the images for the note that is written.
fn dragged<R: Runtime>(app: &AppHandle<R>, event: &DragDropEvent) {
    let desk = app.state::<Arc<Desk>>();
    match event {
        DragDropEvent::Enter { paths, .. } => desk.events.send(AppEvent::Dragged { what: paths.iter().map(|path| kind(path)).min() }),
        DragDropEvent::Drop { paths, position } => {
            desk.events.send(AppEvent::Dragged { what: None });
            let place = position.to_logical::<f64>(scale(app));
            for path in paths {
                match kind(path) {
                    Dragged::Folder => desk.offer(path.clone()),
                    Dragged::Image => desk.offer_image(path.clone(), place.x, place.y),
                    Dragged::File => {}
                }
            }
            if let Some(other) = paths.iter().find(|path| kind(path) == Dragged::File) {
                let told = format!("`{}` is no folder, and only folders can be added", other.display());
                let error = Error::new(ErrorCode::InvalidInput, told, "drop the folder that it lies in");
                desk.events.send(AppEvent::Failed { error: error.into() });
            }
        }
        DragDropEvent::Leave => desk.events.send(AppEvent::Dragged { what: None }),
        _ => {}
    }
}

/// An image is known by its name: what is dragged is not read before it is dropped on a note.
fn kind(path: &Path) -> Dragged {
    let image = |ending: &OsStr| ["png", "jpg", "jpeg", "gif", "webp", "svg"].iter().any(|known| ending.eq_ignore_ascii_case(known));
    match path {
        folder if folder.is_dir() => Dragged::Folder,
        file if file.extension().is_some_and(image) => Dragged::Image,
        _ => Dragged::File,
    }
}

/// Pixels of a dragged thing's place to one of the page. GTK counts in the page's own, whatever the type says.
fn scale<R: Runtime>(app: &AppHandle<R>) -> f64 {
    let of_window = || app.get_webview_window(LABEL).and_then(|window| window.scale_factor().ok());
    if cfg!(target_os = "linux") { 1.0 } else { of_window().unwrap_or(1.0) }
}

/// How the window goes: a request to close it stands until the page takes it back.
#[derive(Default)]
pub(crate) struct Closing {
    requests: AtomicU64,
    done: AtomicBool,
}

impl Closing {
    /// A request; its number.
    fn request(&self) -> u64 {
        self.requests.fetch_add(1, Ordering::AcqRel) + 1
    }

    /// The requests so far are taken back.
    pub(crate) fn stay(&self) {
        self.requests.fetch_add(1, Ordering::AcqRel);
    }

    fn stands(&self, request: u64) -> bool {
        self.requests.load(Ordering::Acquire) == request
    }

    fn done(&self) {
        self.done.store(true, Ordering::Release);
    }

    fn is_done(&self) -> bool {
        self.done.load(Ordering::Acquire)
    }
}

/// Has the page write what was typed a moment ago and close the window, or ask the person. A page that does not answer is not waited for.
fn begin_to_close<R: Runtime>(app: &AppHandle<R>) {
    let desk = Arc::clone(app.state::<Arc<Desk>>().inner());
    let request = desk.closing.request();
    desk.events.send(AppEvent::Closing);
    let handle = app.clone();
    std::thread::spawn(move || {
        std::thread::sleep(PATIENCE);
        if desk.closing.stands(request) {
            close(&handle);
        }
    });
}

/// Ends the program by way of its window: a question that has to be asked needs one to be seen in.
pub(crate) fn end<R: Runtime>(app: &AppHandle<R>) {
    show(app);
    begin_to_close(app);
}

/// Whether there is a window, and it is not just being closed for good.
pub(crate) fn is_open<R: Runtime>(app: &AppHandle<R>) -> bool {
    app.get_webview_window(LABEL).is_some() && !app.state::<Arc<Desk>>().closing.is_done()
}

/// Closes the window for good.
pub(crate) fn close<R: Runtime>(app: &AppHandle<R>) {
    app.state::<Arc<Desk>>().closing.done();
    if let Some(window) = app.get_webview_window(LABEL) {
        // One that is gone already is closed.
        drop(window.destroy());
    }
}

/// Brings the window to the front.
pub(crate) fn show<R: Runtime>(app: &AppHandle<R>) {
    if let Some(window) = app.get_webview_window(LABEL) {
        // A window that is just being closed does not come back.
        drop(window.unminimize().and_then(|()| window.show()).and_then(|()| window.set_focus()));
    }
}

/// Makes tray and hotkey as they are set now, where that is not what was set before: what the system refused once is no reason to refuse another setting.
/// Where it refuses one of them, both are as they were.
///
/// # Errors
/// `Io` if the system refuses a tray, `InvalidInput` for a key combination that it refuses.
pub(crate) fn follow<R: Runtime>(app: &AppHandle<R>, before: &Settings, now: &Settings) -> Result<()> {
    if now.hotkey != before.hotkey {
        hotkey(app, before.hotkey.as_deref(), now.hotkey.as_deref())?;
    }
    if now.tray != before.tray {
        tray(app, now.tray).inspect_err(|_| drop(hotkey(app, now.hotkey.as_deref(), before.hotkey.as_deref())))?;
    }
    Ok(())
}

/// Gives the window the keys that open a quick note from anywhere, in place of those it had: it has these again where the new ones are refused.
fn hotkey<R: Runtime>(app: &AppHandle<R>, before: Option<&str>, now: Option<&str>) -> Result<()> {
    // Where there is no display there are no keys.
    let Some(keys) = app.try_state::<GlobalShortcut<R>>() else { return Ok(()) };
    let note = |app: &AppHandle<R>, _: &Shortcut, event: ShortcutEvent| {
        if event.state == ShortcutState::Pressed {
            show(app);
            app.state::<Arc<Desk>>().events.send(AppEvent::QuickCapture);
        }
    };
    let take = |wanted: Option<&str>| wanted.map_or(Ok(()), |wanted| keys.on_shortcut(wanted, note));
    keys.unregister_all().and_then(|()| take(now)).map_err(|e| {
        // Where the system takes these too, nothing else can be done.
        drop(take(before));
        let keys = now.unwrap_or_default();
        let hint = "another program may have it, or the desktop allows none; choose other keys";
        Error::new(ErrorCode::InvalidInput, format!("`{keys}` cannot be used everywhere: {e}"), hint)
    })
}

/// Whether the library is there that draws in the tray on Linux: the program ends where it is used without it.
fn tray_can_be() -> bool {
    if !cfg!(target_os = "linux") {
        return true;
    }
    let own = format!("/usr/lib/{}-linux-gnu", std::env::consts::ARCH);
    let folders = ["/usr/lib", "/usr/lib64", "/usr/local/lib", "/lib", &own];
    let names = ["libayatana-appindicator3.so.1", "libappindicator3.so.1"];
    folders.iter().any(|folder| names.iter().any(|name| std::path::Path::new(folder).join(name).exists()))
}

/// Puts the sign into the tray, or takes it away.
fn tray<R: Runtime>(app: &AppHandle<R>, wanted: bool) -> Result<()> {
    if wanted && !tray_can_be() {
        let message = "this system has no library for signs in the tray";
        return Err(Error::new(ErrorCode::Io, message, "install libayatana-appindicator3-1, or leave this off"));
    }
    sign(app, wanted)
        .map_err(|e| Error::new(ErrorCode::Io, format!("there is no sign in the tray: {e}"), "your desktop may have no tray; leave this off"))
}

fn sign<R: Runtime>(app: &AppHandle<R>, wanted: bool) -> tauri::Result<()> {
    match (wanted, app.tray_by_id(TRAY).is_some()) {
        (true, false) => {
            let open = MenuItem::with_id(app, "open", "Sidenote", true, None::<&str>)?;
            let quit = MenuItem::with_id(app, "quit", "Quit · 退出", true, None::<&str>)?;
            let menu = Menu::with_items(app, &[&open, &quit])?;
            let mut builder = TrayIconBuilder::with_id(TRAY).menu(&menu).on_menu_event(|app, event| chosen(app, event.id().as_ref()));
            if let Some(icon) = app.default_window_icon() {
                builder = builder.icon(icon.clone());
            }
            builder.build(app)?;
        }
        (false, true) => drop(app.remove_tray_by_id(TRAY)),
        _ => {}
    }
    Ok(())
}

/// What was chosen from the sign's menu.
fn chosen<R: Runtime>(app: &AppHandle<R>, item: &str) {
    match item {
        "open" => show(app),
        "quit" => end(app),
        _ => {}
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use sidenote_engine::paths::Paths;
    use tauri::test::{mock_builder, mock_context, noop_assets};

    use super::*;

    #[test]
    fn quitting_from_the_tray_asks_the_page_which_may_stay() {
        let folder = tempfile::tempdir().unwrap();
        let app = crate::prepared(mock_builder(), Paths::under(folder.path())).build(mock_context(noop_assets())).unwrap();
        let _window = WebviewWindowBuilder::new(&app, LABEL, WebviewUrl::default()).build().unwrap();
        let desk = Arc::clone(app.state::<Arc<Desk>>().inner());
        chosen(app.handle(), "open");
        assert!(desk.closing.stands(0));
        chosen(app.handle(), "quit");
        assert!(desk.closing.stands(1) && is_open(app.handle()), "the page has its say first");
        desk.closing.stay();
        std::thread::sleep(PATIENCE + Duration::from_millis(200));
        assert!(is_open(app.handle()));
        chosen(app.handle(), "quit");
        std::thread::sleep(PATIENCE + Duration::from_millis(200));
        assert!(!is_open(app.handle()), "a page that says nothing is not waited for");
    }
}
