//! Reading and writing notes.

use std::path::Path;
use std::sync::Arc;

use sidenote_engine::error::{Error, ErrorCode, Result as EngineResult};
use sidenote_engine::event::{Run, Silent};
use sidenote_engine::notes::{self, Saving};
use sidenote_engine::wire;
use tauri::State;
use tauri::ipc::{InvokeBody, Request};

use crate::desk::Desk;
use crate::wire::{Failure, PageImage, Pages};
use crate::{image, pages};

type Result<T> = std::result::Result<T, Failure>;

#[tauri::command]
pub(crate) async fn list(desk: State<'_, Arc<Desk>>) -> Result<Vec<wire::NoteInfo>> {
    desk.inner()
        .clone()
        .run(None, |desk, _| {
            let list = desk.any_snapshot()?.map_or_else(|| Ok(Vec::new()), |snapshot| snapshot.all_notes())?;
            desk.remember(&list);
            Ok(list)
        })
        .await
}

#[tauri::command]
pub(crate) async fn view(desk: State<'_, Arc<Desk>>, id: u64) -> Result<wire::NoteView> {
    desk.inner().clone().run(None, move |desk, _| desk.snapshot()?.view(id, &|path| image::address(id, path))).await
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
            let program = desk.settings()?.editor_command;
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
            let draft = desk.drafts.kept(&file).filter(|draft| *draft != now.text);
            Ok(wire::Source { document_id: id, text: now.text, hash: now.hash, draft })
        })
        .await
}

#[tauri::command]
pub(crate) async fn create(desk: State<'_, Arc<Desk>>, title: String, text: String) -> Result<wire::NoteInfo> {
    desk.inner().clone().run(None, move |desk, _| made(desk, &notes::create(&desk.own_folder()?, &title, &text)?)).await
}

#[tauri::command]
pub(crate) async fn copy_to_own(desk: State<'_, Arc<Desk>>, id: u64) -> Result<wire::NoteInfo> {
    desk.inner().clone().run(None, move |desk, _| made(desk, &notes::copy(&desk.file(id)?, &desk.own_folder()?)?)).await
}

#[tauri::command]
pub(crate) async fn save(desk: State<'_, Arc<Desk>>, id: u64, text: String, hash: String) -> Result<wire::Saved> {
    desk.inner()
        .clone()
        .run(None, move |desk, _| {
            let file = desk.file(id)?;
            match notes::save(&file, &text, &hash)? {
                Saving::Conflict(now) => Ok(wire::Saved::Conflict { text: now.text, hash: now.hash }),
                Saving::Saved(hash) => {
                    desk.drafts.forget(&file)?;
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
            let file = desk.file(id)?;
            text.map_or_else(|| desk.drafts.forget(&file), |text| desk.drafts.keep(&file, &text))
        })
        .await
}

#[tauri::command]
pub(crate) async fn remove_note(desk: State<'_, Arc<Desk>>, id: u64) -> Result<()> {
    desk.inner()
        .clone()
        .run(None, move |desk, _| {
            let (file, library) = (own(desk, id)?, desk.place(id)?.0);
            notes::discard(&file)?;
            desk.drafts.forget(&file)?;
            desk.indexer.now(desk, &library)
        })
        .await
}

#[tauri::command]
pub(crate) async fn rename_note(desk: State<'_, Arc<Desk>>, id: u64, title: String) -> Result<wire::NoteInfo> {
    desk.inner().clone().run(None, move |desk, _| indexed(desk, &desk.place(id)?.0, &notes::rename(&own(desk, id)?, &title)?)).await
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
            notes::attach(&own(desk, id)?, &mime, &bytes.map_err(Error::internal)?)
        })
        .await
}

/// A note's file, if it may be changed: the shipped ones are the program's.
fn own(desk: &Desk, id: u64) -> EngineResult<std::path::PathBuf> {
    let (library, _) = desk.place(id)?;
    if desk.engine()?.libraries()?.iter().any(|l| l.name == library && l.shipped) {
        return Err(Error::new(ErrorCode::InvalidInput, "this note came with the program", "make a copy of your own, then change that"));
    }
    desk.file(id)
}

/// A new note of the person's own folder, indexed.
pub(super) fn made(desk: &Desk, file: &Path) -> EngineResult<wire::NoteInfo> {
    let library = desk.own_library()?.name;
    indexed(desk, &library, file)
}

/// A note that was just written, as it is indexed.
fn indexed(desk: &Desk, library: &str, file: &Path) -> EngineResult<wire::NoteInfo> {
    desk.indexer.now(desk, library)?;
    let folder = desk.engine()?.libraries()?.into_iter().find(|l| l.name == library).map(|l| l.folder).unwrap_or_default();
    let real = file.canonicalize().map_err(|e| Error::io("open", file, &e))?;
    let path = real.strip_prefix(&folder).unwrap_or(&real).to_string_lossy().replace('\\', "/");
    let note = desk.snapshot()?.note_at(library, &path)?.ok_or_else(|| {
        Error::new(
            ErrorCode::NotFound,
            format!("`{}` was written, but is left out of the index", file.display()),
            "see why in the list of its library's files",
        )
    })?;
    desk.remember(std::slice::from_ref(&note));
    Ok(note)
}
