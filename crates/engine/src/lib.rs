//! Sidenote's engine: everything that is true without a model file or a window.

pub mod cancel;
pub mod document;
pub mod error;
pub mod event;
pub mod ingest;
pub mod model;
