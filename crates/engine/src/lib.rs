//! Sidenote's engine: everything that is true without a model file or a window.

pub mod act;
pub mod answer;
pub mod cancel;
pub mod catalog;
pub mod chunk;
pub mod cite;
pub mod conversations;
pub mod document;
pub mod engine;
pub mod error;
pub mod eval;
pub mod event;
pub mod export;
pub mod followup;
pub mod ingest;
pub mod lexical;
pub mod model;
pub mod notes;
pub mod paths;
pub mod polite;
pub mod render;
pub mod retrieve;
pub mod sync;
pub mod text;
pub mod vector;
pub mod wire;
