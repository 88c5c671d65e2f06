//! Tests of the models package: the bundled embedding model on the real runtime, fingerprints, and what happens without the runtime.
//! They fail, and are not skipped, where ONNX Runtime is absent: `make setup` brings it.
#![allow(clippy::unwrap_used, reason = "a test says by panicking what went wrong")]

mod embedding;
mod fingerprint;
mod reference;
mod runtime;
