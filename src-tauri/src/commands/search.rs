//! Looking things up.

use std::sync::Arc;

use sidenote_engine::engine::Question;
use sidenote_engine::event::{Run, Silent};
use sidenote_engine::wire;
use tauri::State;

use crate::desk::Desk;
use crate::wire::{Failure, Filter};

type Result<T> = std::result::Result<T, Failure>;

#[tauri::command]
pub(crate) async fn search(desk: State<'_, Arc<Desk>>, job: u64, query: String, filter: Filter, limit: usize) -> Result<wire::Search> {
    let question = Question { text: query, filter: filter.into(), limit };
    desk.inner().clone().run(Some(job), move |desk, cancel| desk.snapshot()?.search(&question, Run { observer: &Silent, cancel })).await
}

#[tauri::command]
pub(crate) async fn explain(desk: State<'_, Arc<Desk>>, query: String, filter: Filter, document: u64) -> Result<wire::Explanation> {
    let question = Question { text: query, filter: filter.into(), limit: 10 };
    desk.inner()
        .clone()
        .run(None, move |desk, cancel| desk.snapshot()?.explain_document(&question, document, Run { observer: &Silent, cancel }))
        .await
}

#[tauri::command]
pub(crate) async fn tags(desk: State<'_, Arc<Desk>>) -> Result<Vec<wire::TagInfo>> {
    desk.inner().clone().run(None, |desk, _| desk.any_snapshot()?.map_or_else(|| Ok(Vec::new()), |snapshot| snapshot.tags())).await
}

#[tauri::command]
pub(crate) async fn folders(desk: State<'_, Arc<Desk>>) -> Result<Vec<wire::FolderInfo>> {
    desk.inner().clone().run(None, |desk, _| desk.any_snapshot()?.map_or_else(|| Ok(Vec::new()), |snapshot| snapshot.folders())).await
}
