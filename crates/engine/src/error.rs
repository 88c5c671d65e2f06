//! The one error type that crosses the engine's border: a stable code, what happened and to which thing, and what to do next.
//! It must not know who shows it (terminal, JSON or window).

use std::path::Path;

/// Stable machine-readable codes; part of the JSON contract (`{"error":{"code",…}}`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The person's input is unusable: empty question, bad filter, unknown option value.
    InvalidInput,
    /// A named library, note or passage does not exist.
    NotFound,
    /// No library has been added, or nothing in it could be read.
    NothingToAsk,
    /// Another process holds the writer's lock.
    Busy,
    /// The data folder was written by a newer program.
    DataTooNew,
    /// The catalog is damaged and cannot be used.
    DataDamaged,
    /// A model or the runtime it needs could not be loaded.
    ModelUnavailable,
    /// A download failed: no connection, a refusal, or content that is not what its checksum says.
    Download,
    /// The operating system refused a read or a write.
    Io,
    /// The run was cancelled.
    Cancelled,
    /// A defect of the program.
    Internal,
}

impl ErrorCode {
    /// The code as it appears in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidInput => "invalid_input",
            Self::NotFound => "not_found",
            Self::NothingToAsk => "nothing_to_ask",
            Self::Busy => "busy",
            Self::DataTooNew => "data_too_new",
            Self::DataDamaged => "data_damaged",
            Self::ModelUnavailable => "model_unavailable",
            Self::Download => "download",
            Self::Io => "io",
            Self::Cancelled => "cancelled",
            Self::Internal => "internal",
        }
    }
}

/// What happened, to which thing (`message`), and what to do next (`hint`, may be empty).
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    /// Stable code.
    pub code: ErrorCode,
    /// One sentence, naming the thing, paths in backticks.
    pub message: String,
    /// What the person can do, or empty.
    pub hint: String,
}

/// The engine's result.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An error with a hint.
    pub fn new(code: ErrorCode, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { code, message: message.into(), hint: hint.into() }
    }

    /// The run was cancelled by its caller.
    #[must_use]
    pub fn cancelled() -> Self {
        Self::new(ErrorCode::Cancelled, "cancelled", "")
    }

    /// A defect: something that the program's own logic rules out.
    pub fn internal(what: impl std::fmt::Display) -> Self {
        Self::new(ErrorCode::Internal, format!("internal error: {what}"), "please report this as a bug")
    }

    /// A disk that has no room left.
    pub(crate) fn full_disk(error: &impl std::fmt::Display) -> Self {
        Self::new(ErrorCode::Io, format!("the disk is full: {error}"), "free some space and run the command again; nothing was lost")
    }

    /// An I/O error on one path.
    pub fn io(doing: &str, path: &Path, error: &std::io::Error) -> Self {
        let hint = match error.kind() {
            std::io::ErrorKind::StorageFull => "free some disk space and run the command again; nothing was lost",
            std::io::ErrorKind::PermissionDenied => "check the permissions of that path",
            std::io::ErrorKind::NotFound => "check that the path exists",
            _ => "",
        };
        Self::new(ErrorCode::Io, format!("could not {doing} `{}`: {error}", path.display()), hint)
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode as Sql;
        match error.sqlite_error_code() {
            Some(Sql::DatabaseCorrupt | Sql::NotADatabase) => Self::new(
                ErrorCode::DataDamaged,
                format!("the catalog is damaged: {error}"),
                "move `catalog.sqlite` away and run `sidenote sync`: your notes are untouched and are indexed again",
            ),
            Some(Sql::DiskFull) => Self::full_disk(&error),
            Some(Sql::DatabaseBusy | Sql::DatabaseLocked) => {
                Self::new(ErrorCode::Busy, format!("the catalog is in use: {error}"), "wait for the other sidenote to finish, then try again")
            }
            _ => Self::internal(format!("catalog: {error}")),
        }
    }
}
