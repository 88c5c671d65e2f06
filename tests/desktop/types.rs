//! The page's types are those of the program: `ui/src/lib/backend/wire.ts` is made from the Rust types by this test when SIDENOTE_WRITE_TYPES is set, and
//! compared with them otherwise.

use std::path::Path;

use sidenote_desktop::wire as window;
use sidenote_engine::{document, error, followup, ingest, wire};
use sidenote_models::catalogue;
use ts_rs::{Config, TS};

const HEAD: &str = "// What crosses the border between window and engine, as JSON. Made from the Rust types (crates/engine/src/wire.rs, src-tauri/src/wire.rs) by\n\
                    // `make types`: change those, not this file. Offsets are bytes of UTF-8 in a document's text (see utf8.ts).\n";

macro_rules! declared {
    ($out:ident, $config:ident, $($kind:ty),* $(,)?) => {
        $(
            $out.push('\n');
            if let Some(docs) = <$kind>::docs() {
                $out.push_str(docs.trim_end());
                $out.push('\n');
            }
            $out.push_str("export ");
            $out.push_str(<$kind>::decl(&$config).trim_end());
            $out.push('\n');
        )*
    };
}

fn types() -> String {
    let config = Config::new().with_large_int("number");
    let mut out = HEAD.to_owned();
    declared!(
        out,
        config,
        wire::Outcome,
        wire::Support,
        wire::Answerer,
        followup::Kind,
        wire::FollowUp,
        wire::Sentence,
        wire::Citation,
        wire::AlsoIn,
        wire::Scores,
        wire::Passage,
        wire::Coverage,
        wire::Answer,
        wire::AnswerEvent,
        wire::Search,
        wire::ExplainedTerm,
        wire::Explanation,
        wire::LibraryInfo,
        ingest::SkipReason,
        wire::LedgerEntry,
        wire::Legs,
        wire::Status,
        wire::Mark,
        wire::CitationState,
        wire::CitationNow,
        wire::Turn,
        wire::ConversationInfo,
        wire::Conversation,
        document::Format,
        wire::NoteInfo,
        wire::OutlineEntry,
        wire::Link,
        wire::NoteView,
        wire::Source,
        wire::Saved,
        wire::TagInfo,
        wire::FolderInfo,
        error::ErrorCode,
        window::Failure,
        window::Filter,
        window::AskRequest,
        window::Instead,
        window::Shown,
        window::Asked,
        ingest::pdf::PageBox,
        window::PageImage,
        window::Renamed,
        window::StaleLinks,
        window::Relinked,
        window::Pages,
        window::SyncProgress,
        window::Waiting,
        window::AskEvent,
        window::OpenTarget,
        window::Dragged,
        window::AppEvent,
        window::Draft,
        window::Settings,
        window::WriterInfo,
        window::AppInfo,
        catalogue::Kind,
        window::Elsewhere,
        window::ModelInfo,
        window::ModelProgress,
    );
    out
}

/// Without what a formatter may change.
fn essence(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && !matches!(c, ';' | ',' | '|' | '"' | '\'')).collect()
}

#[test]
fn the_types_of_the_page_are_those_of_the_program() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui/src/lib/backend/wire.ts");
    let made = types();
    if std::env::var_os("SIDENOTE_WRITE_TYPES").is_some() {
        std::fs::write(&file, made).unwrap();
        return;
    }
    let there = std::fs::read_to_string(&file).unwrap();
    assert!(essence(&there) == essence(&made), "the types of the page are outdated: run `make types`");
}
