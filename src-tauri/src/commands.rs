//! The commands of the page, each one line around [`Desk::run`](crate::Desk) or nearly so. Ids go in, never paths. They must not decide anything.

mod app;
mod ask;
mod libraries;
mod models;
mod notes;
mod search;

use tauri::ipc::Invoke;

/// Every command. The page's rights to them are in permissions/main.toml.
pub(crate) fn all<R: tauri::Runtime>() -> impl Fn(Invoke<R>) -> bool + Send + Sync + 'static {
    tauri::generate_handler![
        ask::ask,
        ask::conversations,
        ask::conversation,
        ask::rename_conversation,
        ask::remove_conversation,
        ask::markdown,
        ask::export_markdown,
        ask::mark,
        ask::suggestions,
        ask::save_as_note,
        search::search,
        search::explain,
        search::tags,
        search::folders,
        notes::list,
        notes::view,
        notes::pages,
        notes::related,
        notes::open_externally,
        notes::reveal,
        notes::source,
        notes::create,
        notes::copy_to_own,
        notes::save,
        notes::draft,
        notes::drafts,
        notes::keep_draft,
        notes::discard_draft,
        notes::remove_note,
        notes::rename_note,
        notes::update_links,
        notes::attach,
        notes::attach_dropped,
        notes::attach_copied,
        libraries::status,
        libraries::ledger,
        libraries::add_library,
        libraries::add_offered,
        libraries::remove_library,
        libraries::sync,
        libraries::stop_sync,
        libraries::ignore,
        app::begin,
        app::stop,
        app::close,
        app::stay,
        app::present,
        app::info,
        app::settings,
        app::save_settings,
        app::choose_notes_folder,
        app::copy,
        app::open_link,
        models::models,
        models::pull_model,
        models::import_model,
        models::use_model,
        models::use_none,
        models::remove_model,
    ]
}
