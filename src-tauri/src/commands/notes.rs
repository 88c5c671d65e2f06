//! Reading and writing notes.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sidenote_engine::cancel::CancelToken;
use sidenote_engine::error::{Error, ErrorCode, Result as EngineResult};
use sidenote_engine::event::{Run, Silent};
use sidenote_engine::notes::{self, Saving};
use sidenote_engine::wire;
use tauri::ipc::{InvokeBody, Request};
use tauri::{AppHandle, Runtime, State};

use crate::desk::Desk;
use crate::wire::{Draft, Failure, PageImage, Pages, Relinked, Renamed};
use crate::{clipboard, image, pages};

type Result<T> = std::result::Result<T, Failure>;

#[tauri::command]
pub(crate) async fn list(desk: State<'_, Arc<Desk>>) -> Result<Vec<wire::NoteInfo>> {
    desk.inner()
        .clone()
        .run(None, |desk, _| {
            let list = desk.notes()?;
            desk.remember(&list);
            Ok(list)
        })
        .await
}

#[tauri::command]
pub(crate) async fn view(desk: State<'_, Arc<Desk>>, id: u64, at: usize) -> Result<wire::NoteView> {
    desk.inner()
        .clone()
        .run(None, move |desk, _| {
            let number = desk.number(id)?;
            desk.snapshot()?.view(number, at, &|path| image::address(number, path))
        })
        .await
}

#[tauri::command]
pub(crate) async fn pages(desk: State<'_, Arc<Desk>>, id: u64, start: usize, end: usize) -> Result<Pages> {
    desk.inner()
        .clone()
        .run(None, move |desk, _| {
            let paper = desk.papers.open(desk, id)?;
            let image = |(at, &(width, height)): (usize, &(f32, f32))| PageImage { width, height, address: pages::address(&paper, at + 1) };
            Ok(Pages { pages: paper.sizes.iter().enumerate().map(image).collect(), marks: paper.boxes(start..end) })
        })
        .await
}

#[tauri::command]
pub(crate) async fn related(desk: State<'_, Arc<Desk>>, id: u64, start: usize, end: usize) -> Result<Vec<wire::Passage>> {
    desk.inner().clone().run(None, move |desk, cancel| desk.snapshot()?.related(id, start, end, Run { observer: &Silent, cancel })).await
}

#[tauri::command]
pub(crate) async fn open_externally(desk: State<'_, Arc<Desk>>, id: u64) -> Result<()> {
    desk.inner()
        .clone()
        .run(None, move |desk, _| {
            let file = desk.file(id)?;
            let program = desk.settings().ok().and_then(|settings| settings.editor_command);
            let refused =
                |e: String| Error::new(ErrorCode::Io, format!("`{}` could not be opened: {e}", file.display()), "choose an editor in the settings");
            match program {
                Some(command) => start(&command, &file).map_err(|e| refused(e.to_string())),
                None => tauri_plugin_opener::open_path(&file, None::<&str>).map_err(|e| refused(e.to_string())),
            }
        })
        .await
}

/// Starts the person's own editor: a program and what stands before the file, in quotes where it has spaces.
fn start(command: &str, file: &Path) -> std::io::Result<()> {
    let words = if Path::new(command).is_file() {
        vec![command.to_owned()]
    } else {
        // On Windows a backslash is part of a path, and escapes nothing.
        let command = if cfg!(windows) { command.replace('\\', r"\\") } else { command.to_owned() };
        shlex::split(&command).unwrap_or_default()
    };
    let Some((program, before)) = words.split_first() else {
        return Err(std::io::Error::new(std::io::ErrorKind::InvalidInput, "a quote in the command of the editor has no end"));
    };
    let mut child = std::process::Command::new(program).args(before).arg(file).spawn()?;
    // Whoever starts a program takes note of its end, or the system keeps what is left of it.
    std::thread::spawn(move || drop(child.wait()));
    Ok(())
}

#[tauri::command]
pub(crate) async fn reveal(desk: State<'_, Arc<Desk>>, id: u64) -> Result<()> {
    desk.inner()
        .clone()
        .run(None, move |desk, _| {
            let file = desk.file(id)?;
            let refused =
                |e| Error::new(ErrorCode::Io, format!("`{}` could not be shown: {e}", file.display()), "open its folder in your file manager");
            tauri_plugin_opener::reveal_item_in_dir(&file).map_err(refused)
        })
        .await
}

#[tauri::command]
pub(crate) async fn source(desk: State<'_, Arc<Desk>>, id: u64) -> Result<wire::Source> {
    desk.inner()
        .clone()
        .run(None, move |desk, _| {
            let file = desk.file(id)?;
            let now = notes::read(&file)?;
            let draft = desk.drafts.kept(id, &file).filter(|draft| *draft != now.text);
            Ok(wire::Source { document_id: id, text: now.text, hash: now.hash, draft })
        })
        .await
}

#[tauri::command]
pub(crate) async fn create(desk: State<'_, Arc<Desk>>, title: String, text: String) -> Result<wire::NoteInfo> {
    desk.inner().clone().run(None, move |desk, _| made(desk, |folder| notes::create(folder, &title, &text))).await
}

#[tauri::command]
pub(crate) async fn copy_to_own(desk: State<'_, Arc<Desk>>, id: u64) -> Result<wire::NoteInfo> {
    desk.inner().clone().run(None, move |desk, _| made(desk, |folder| notes::copy(&desk.file(id)?, folder))).await
}

#[tauri::command]
pub(crate) async fn save(desk: State<'_, Arc<Desk>>, id: u64, text: String, hash: String) -> Result<wire::Saved> {
    desk.inner()
        .clone()
        .run(None, move |desk, _| {
            let file = desk.own_file(id)?;
            match notes::save(&file, &text, &hash)? {
                Saving::Conflict(now) => Ok(wire::Saved::Conflict { text: now.text, hash: now.hash }),
                Saving::Saved(hash) => {
                    desk.drafts.forget(id, &file)?;
                    // The watch sees it too, later; nobody who types waits for the index.
                    desk.saved(desk.place(id)?.0);
                    Ok(wire::Saved::Saved { document_id: id, hash })
                }
            }
        })
        .await
}

#[tauri::command]
pub(crate) async fn draft(desk: State<'_, Arc<Desk>>, id: u64, text: Option<String>) -> Result<()> {
    desk.inner()
        .clone()
        .run(None, move |desk, _| {
            let file = desk.own_file(id)?;
            text.map_or_else(|| desk.drafts.forget(id, &file), |text| desk.drafts.keep(id, &file, &text))
        })
        .await
}

#[tauri::command]
pub(crate) async fn drafts(desk: State<'_, Arc<Desk>>) -> Result<Vec<Draft>> {
    let told = |draft: notes::Draft| Draft { number: draft.number, title: draft.title(), words: draft.words(), orphan: draft.is_orphan() };
    desk.inner().clone().run(None, move |desk, _| Ok(desk.drafts.unsaved()?.into_iter().map(told).collect())).await
}

/// A draft becomes a note of its own.
#[tauri::command]
pub(crate) async fn keep_draft(desk: State<'_, Arc<Desk>>, draft: u64) -> Result<wire::NoteInfo> {
    desk.inner()
        .clone()
        .run(None, move |desk, _| {
            let draft = desk.drafts.numbered(draft)?;
            let note = made(desk, |folder| notes::create(folder, &draft.title(), &draft.text))?;
            // It is in a file now; what stays of it is offered once more, and no harm.
            drop(draft.forget());
            Ok(note)
        })
        .await
}

#[tauri::command]
pub(crate) async fn discard_draft(desk: State<'_, Arc<Desk>>, draft: u64) -> Result<()> {
    desk.inner().clone().run(None, move |desk, _| desk.drafts.numbered(draft)?.forget()).await
}

#[tauri::command]
pub(crate) async fn remove_note(desk: State<'_, Arc<Desk>>, id: u64) -> Result<()> {
    desk.inner()
        .clone()
        .run(None, move |desk, _| {
            let (file, library) = (desk.own_file(id)?, desk.place(id)?.0);
            notes::discard(&file)?;
            // It is in the trash, whatever becomes of the rest.
            drop(desk.drafts.forget(id, &file));
            if desk.indexer.now(desk, &library, &CancelToken::new()).is_err() {
                desk.saved(library);
            }
            Ok(())
        })
        .await
}

#[tauri::command]
pub(crate) async fn rename_note(desk: State<'_, Arc<Desk>>, id: u64, title: String) -> Result<Renamed> {
    desk.inner()
        .clone()
        .run(None, move |desk, _| {
            let (file, (library, path)) = (desk.own_file(id)?, desk.place(id)?);
            // A note that moves is known again by its text: first what was typed last is indexed, then the new name, then the new title. Otherwise everything
            // that cites it would lose it.
            let index = || drop(desk.indexer.now(desk, &library, &CancelToken::new()));
            if desk.unsettled().contains_key(&library) {
                index();
            }
            // What cannot be told of links is no reason not to rename.
            let linking = desk.snapshot().and_then(|snapshot| snapshot.linking(id)).unwrap_or_default();
            let renamed = notes::rename(&file, &title)?;
            index();
            notes::retitle(&renamed, &title)?;
            let note = desk.written(&library, &renamed)?;
            let links = desk.stale(linking, &path, &note).unwrap_or_default();
            Ok(Renamed { note, links })
        })
        .await
}

#[tauri::command]
pub(crate) async fn update_links(desk: State<'_, Arc<Desk>>, links: u64) -> Result<Vec<Relinked>> {
    desk.inner().clone().run(None, move |desk, _| desk.update_links(links)).await
}

/// The image is the body itself, and what it belongs to stands in the headers: tens of megabytes are not written out as JSON numbers.
#[tauri::command]
pub(crate) async fn attach(desk: State<'_, Arc<Desk>>, request: Request<'_>) -> Result<String> {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let (id, mime) = (header("note").parse(), header("mime"));
    let bytes = match request.body() {
        InvokeBody::Raw(bytes) => Ok(bytes.clone()),
        // Where the web view cannot send bytes, Tauri sends numbers.
        InvokeBody::Json(numbers) => serde_json::from_value(numbers.clone()),
    };
    desk.inner()
        .clone()
        .run(None, move |desk, _| {
            let id = id.map_err(|_| Error::internal("an image came without its note"))?;
            notes::attach(&desk.own_file(id)?, &mime, &bytes.map_err(Error::internal)?)
        })
        .await
}

/// The image is one that was dropped on the window: the page knows its number, and no path.
#[tauri::command]
pub(crate) async fn attach_dropped(desk: State<'_, Arc<Desk>>, id: u64, offer: u64) -> Result<String> {
    desk.inner().clone().run(None, move |desk, _| notes::attach_file(&desk.own_file(id)?, &desk.take_offer(offer)?)).await
}

/// The image is the one on the clipboard: asked for by a paste of which the web view tells the page nothing.
#[tauri::command]
pub(crate) async fn attach_copied<R: Runtime>(app: AppHandle<R>, desk: State<'_, Arc<Desk>>, id: u64) -> Result<Option<String>> {
    desk.inner()
        .clone()
        .run(None, move |desk, _| {
            let note = desk.own_file(id)?;
            clipboard::image(&app).map(|image| notes::attach(&note, "image/png", &image)).transpose()
        })
        .await
}

/// A new note of the person's own folder, as `write` makes it there.
pub(super) fn made(desk: &Desk, write: impl FnOnce(&Path) -> EngineResult<PathBuf>) -> EngineResult<wire::NoteInfo> {
    // Before anything is written: a note that is made although its library cannot be would be made once more.
    let library = desk.own_library()?;
    desk.written(&library.name, &write(Path::new(&library.folder))?)
}
