//! Models behind the engine's traits: fastembed on ONNX Runtime, and the embedding model shipped inside the program.
//! It owns where the runtime library is found, the threads that own models, and fingerprints. It must not know notes, indexes or shells.

mod bundled;
mod fingerprint;
mod onnx;
pub mod runtime;

pub use bundled::{bundled, bundled_files};
pub use fingerprint::{Digest, fingerprint};
pub use onnx::{ModelFiles, OnnxEmbedder, Pooling, Recipe};
