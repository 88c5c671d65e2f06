//! The window's program. Everything is in the library, where tests can reach it.

// No console window beside the window on Windows.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

fn main() -> std::process::ExitCode {
    sidenote_desktop::run()
}
