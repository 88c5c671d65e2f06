//! Tests of the models package: the bundled static model, tiny models on the real runtime, fingerprints, what happens without the runtime,
//! downloads from a hub on this machine, and the folder of models.
//! They fail, and are not skipped, where ONNX Runtime is absent: `make setup` brings it.
#![allow(clippy::unwrap_used, reason = "a test says by panicking what went wrong")]

mod citing;
mod embedding;
mod endpoint;
#[path = "../loopback/endpoint.rs"]
#[allow(dead_code, reason = "shared with the tests of the command, which end answers as servers do")]
mod endpoint_server;
mod fingerprint;
mod generating;
#[path = "../loopback/graphs.rs"]
mod graphs;
#[path = "../loopback/hub.rs"]
mod loopback;
mod parity;
mod pulling;
mod real_embedder;
mod reference;
mod runtime;
mod sentences;
mod static_files;
mod static_model;
mod store;
mod tokens;
mod verifying;
