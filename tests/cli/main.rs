//! The `sidenote` command as a person uses it: the real binary, small libraries, whole outputs.

mod arguments;
mod asking;
mod batch;
mod chat;
mod contract;
#[path = "../loopback/endpoint.rs"]
#[allow(dead_code, reason = "shared with the tests of the models package, which use all of it")]
mod endpoint_server;
mod eval;
mod floors;
mod freshness;
#[path = "../loopback/graphs.rs"]
#[allow(dead_code, reason = "shared with the tests of the models package, which use all of it")]
mod graphs;
#[cfg(unix)]
mod interrupted;
mod libraries;
#[path = "../loopback/hub.rs"]
#[allow(dead_code, reason = "shared with the tests of the models package, which use all of it")]
mod loopback;
mod models;
mod output;
mod shipped;
mod support;
#[cfg(unix)]
mod terminal;
mod writing;
