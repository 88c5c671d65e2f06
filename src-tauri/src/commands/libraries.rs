//! Folders of notes and their state.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sidenote_engine::cancel::CancelToken;
use sidenote_engine::error::{Error, ErrorCode};
use sidenote_engine::event::{Run, Silent};
use sidenote_engine::wire;
use tauri::State;

use crate::desk::{Desk, free_name};
use crate::picker::{Picker, Wanted};
use crate::wire::Failure;

type Result<T> = std::result::Result<T, Failure>;

#[tauri::command]
pub(crate) async fn status(desk: State<'_, Arc<Desk>>) -> Result<wire::Status> {
    desk.inner()
        .clone()
        .run(None, |desk, cancel| {
            let engine = desk.engine()?;
            let mut status = engine.indexed_state(false)?;
            // The folders are watched: what changes in them is indexed at once, so only where that was stopped or failed is there something to count.
            if desk.indexer.left_something() {
                status.stale_files = engine.stale_files(Run { observer: &Silent, cancel })?;
            }
            let models = desk.models()?;
            status.legs.generator = models.generator.as_ref().map(|generator| generator.spec().name.clone());
            status.notices.extend(models.told());
            Ok(status)
        })
        .await
}

#[tauri::command]
pub(crate) async fn ledger(desk: State<'_, Arc<Desk>>, library: i64) -> Result<Vec<wire::LedgerEntry>> {
    desk.inner().clone().run(None, move |desk, _| desk.engine()?.ledger(&named(desk, library)?)).await
}

#[tauri::command]
pub(crate) async fn add_library(picker: State<'_, Arc<Picker>>, desk: State<'_, Arc<Desk>>) -> Result<Option<wire::LibraryInfo>> {
    let picker = Arc::clone(&picker);
    desk.inner()
        .clone()
        .run(None, move |desk, _| match picker.pick(Wanted::Folder) {
            Some(folder) => add(desk, &folder).map(Some),
            None => Ok(None),
        })
        .await
}

#[tauri::command]
pub(crate) async fn add_offered(desk: State<'_, Arc<Desk>>, offer: u64) -> Result<wire::LibraryInfo> {
    desk.inner().clone().run(None, move |desk, _| add(desk, &desk.take_offer(offer)?)).await
}

#[tauri::command]
pub(crate) async fn remove_library(desk: State<'_, Arc<Desk>>, library: i64) -> Result<()> {
    desk.inner()
        .clone()
        .run(None, move |desk, _| {
            let (engine, name) = (desk.engine()?, named(desk, library)?);
            let around = engine.around(&name)?;
            desk.indexer.alone(|| engine.remove_library(&name, Run { observer: &Silent, cancel: &CancelToken::new() }))?;
            desk.notes_changed();
            if !around.is_empty() {
                // What was this library's alone is theirs again.
                desk.indexer.sync(Some(around));
            }
            Ok(())
        })
        .await
}

#[tauri::command]
pub(crate) async fn sync(desk: State<'_, Arc<Desk>>, library: Option<i64>, documents: Option<Vec<String>>) -> Result<()> {
    desk.inner()
        .clone()
        .run(None, move |desk, _| {
            let name = library.map(|id| named(desk, id)).transpose()?;
            if let (Some(name), Some(paths)) = (&name, documents) {
                let engine = desk.engine()?;
                desk.indexer.alone(|| engine.forget_files(name, &paths))?;
            }
            desk.indexer.sync(name.map(|name| vec![name]));
            Ok(())
        })
        .await
}

#[tauri::command]
pub(crate) fn stop_sync(desk: State<'_, Arc<Desk>>) {
    desk.indexer.stop();
}

#[tauri::command]
pub(crate) async fn ignore(desk: State<'_, Arc<Desk>>, library: i64, document: String, ignored: bool) -> Result<()> {
    desk.inner()
        .clone()
        .run(None, move |desk, _| {
            let (engine, name) = (desk.engine()?, named(desk, library)?);
            desk.indexer.alone(|| engine.ignore_file(&name, &document, ignored))?;
            desk.indexer.now(desk, &name, &CancelToken::new())
        })
        .await
}

fn add(desk: &Desk, folder: &Path) -> sidenote_engine::error::Result<wire::LibraryInfo> {
    let engine = desk.engine()?;
    let folder: PathBuf = folder.to_owned();
    let name = desk.indexer.alone(|| engine.add_library(&folder, free_name(&engine.libraries()?, &folder).as_deref()))?;
    let mut changed = engine.around(&name)?;
    changed.push(name.clone());
    desk.indexer.sync(Some(changed));
    let added = engine.libraries()?.into_iter().find(|l| l.name == name);
    added.ok_or_else(|| Error::internal("a library that was just added is not there"))
}

fn named(desk: &Desk, library: i64) -> sidenote_engine::error::Result<String> {
    let found = desk.engine()?.libraries()?.into_iter().find(|l| l.id == library).map(|l| l.name);
    found.ok_or_else(|| Error::new(ErrorCode::NotFound, "this library is no longer there", "it was removed; add its folder again"))
}
