//! Settings, and the program itself.

use std::sync::Arc;

use sidenote_engine::error::{Error, ErrorCode};
use tauri::ipc::Channel;
use tauri::{AppHandle, Runtime, State};

use crate::desk::Desk;
use crate::picker::{Picker, Wanted};
use crate::wire::{AppEvent, AppInfo, Failure, Settings, WriterInfo};
use crate::{settings as stored, window};

type Result<T> = std::result::Result<T, Failure>;

/// The page is there: events go to it, and the work beside the window begins.
#[tauri::command]
pub(crate) fn begin(desk: State<'_, Arc<Desk>>, events: Channel<AppEvent>) {
    desk.events.open(events);
    desk.begin();
}

#[tauri::command]
pub(crate) fn stop(desk: State<'_, Arc<Desk>>, job: u64) {
    desk.stop(job);
}

/// Everything is written: the window may go.
#[tauri::command]
pub(crate) fn close<R: Runtime>(app: AppHandle<R>) {
    window::close(&app);
}

/// Something could not be written: the window stays until the person has decided.
#[tauri::command]
pub(crate) fn stay(desk: State<'_, Arc<Desk>>) {
    desk.closing.stay();
}

/// Someone is at the window: what nobody waits for stands back.
#[tauri::command]
pub(crate) fn present(desk: State<'_, Arc<Desk>>) {
    desk.indexer.someone_is_there();
}

#[tauri::command]
pub(crate) async fn info(desk: State<'_, Arc<Desk>>) -> Result<AppInfo> {
    desk.inner()
        .clone()
        .run(None, |desk, _| {
            Ok(AppInfo {
                version: env!("CARGO_PKG_VERSION").to_owned(),
                data_folder: desk.paths.data.display().to_string(),
                memory_bytes: memory(),
                writer: desk.models()?.generator.map(|writer| {
                    let spec = writer.spec();
                    WriterInfo { name: spec.name.clone(), sends_to: spec.leaves_machine_to.clone() }
                }),
                platform: std::env::consts::OS,
            })
        })
        .await
}

/// Memory of this process that is really there.
fn memory() -> Option<u64> {
    let own = sysinfo::get_current_pid().ok()?;
    let mut system = sysinfo::System::new();
    system.refresh_processes_specifics(
        sysinfo::ProcessesToUpdate::Some(&[own]),
        false,
        sysinfo::ProcessRefreshKind::nothing().with_memory().without_tasks(),
    );
    system.process(own).map(sysinfo::Process::memory)
}

#[tauri::command]
pub(crate) async fn settings(desk: State<'_, Arc<Desk>>) -> Result<Settings> {
    desk.inner().clone().run(None, |desk, _| desk.settings()).await
}

#[tauri::command]
pub(crate) async fn save_settings<R: Runtime>(app: AppHandle<R>, desk: State<'_, Arc<Desk>>, settings: Settings) -> Result<Settings> {
    desk.inner()
        .clone()
        .run(None, move |desk, _| {
            let _changing = desk.changing_settings();
            let before = desk.settings()?;
            // Where notes go is chosen in the system's dialog, not by the page.
            let settings = Settings { notes_folder: before.notes_folder.clone(), ..settings };
            // What the system refuses is not kept.
            window::follow(&app, &before, &settings)?;
            // Nor is what cannot be written.
            stored::write(&desk.paths, &settings).inspect_err(|_| drop(window::follow(&app, &settings, &before)))?;
            desk.settings()
        })
        .await
}

#[tauri::command]
pub(crate) async fn choose_notes_folder(picker: State<'_, Arc<Picker>>, desk: State<'_, Arc<Desk>>) -> Result<Option<Settings>> {
    let picker = Arc::clone(&picker);
    desk.inner().clone().run(None, move |desk, _| picker.pick(Wanted::Folder).map(|folder| desk.keep_notes_in(&folder)).transpose()).await
}

#[tauri::command]
pub(crate) async fn copy(desk: State<'_, Arc<Desk>>, text: String) -> Result<()> {
    desk.inner().clone().run(None, move |desk, _| desk.copies.copy(&text)).await
}

#[tauri::command]
pub(crate) async fn open_link(desk: State<'_, Arc<Desk>>, url: String) -> Result<()> {
    desk.inner()
        .clone()
        .run(None, move |_, _| {
            let refused = |why: String| Error::new(ErrorCode::InvalidInput, format!("`{url}` was not opened: {why}"), "copy it into your browser");
            let known = url::Url::parse(&url).map_err(|e| refused(e.to_string()))?;
            // A note's link must not start programs or open files.
            if !matches!(known.scheme(), "http" | "https" | "mailto") {
                return Err(refused("only web and mail addresses are opened from notes".into()));
            }
            tauri_plugin_opener::open_url(known.as_str(), None::<&str>).map_err(|e| refused(e.to_string()))
        })
        .await
}
