//! The window: its commands behind the real rights (no display needed), and the real window under a display of its own.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod chores;
mod commands;
mod disk;
mod display;
mod driver;
#[path = "../loopback/endpoint.rs"]
mod endpoint_server;
mod page;
mod pdf;
#[path = "../support/pdf.rs"]
#[expect(dead_code, reason = "fonts and parts that the engine's tests need")]
mod pdf_file;
mod pictures;
mod rights;
mod session;
mod speaker;
mod system;
mod trouble;
mod types;
mod window;
mod writing;
