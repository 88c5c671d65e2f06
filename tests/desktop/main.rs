//! The window: its commands behind the real rights (no display needed), and the real window under a display of its own.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod commands;
mod disk;
mod driver;
mod page;
mod speaker;
mod trouble;
mod types;
mod window;
mod writing;
