//! The `sidenote` command as a person uses it: the real binary, small libraries, whole outputs.

mod arguments;
mod asking;
mod batch;
mod chat;
mod contract;
mod eval;
mod floors;
mod freshness;
#[cfg(unix)]
mod interrupted;
mod libraries;
mod output;
mod shipped;
mod support;
