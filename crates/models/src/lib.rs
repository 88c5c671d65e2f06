//! Models behind the engine's traits: the static embedding model shipped inside the program, and fastembed on ONNX Runtime for others.
//! It owns where the runtime library is found, the threads that own models, and fingerprints. It must not know notes, indexes or shells.

mod bundled;
mod fingerprint;
mod onnx;
pub mod runtime;
mod static_model;

pub use bundled::{bundled, bundled_files};
pub use fingerprint::{Digest, fingerprint};
pub use onnx::{ModelFiles, OnnxEmbedder, Pooling, Recipe};
pub use static_model::{StaticFiles, StaticModel};
