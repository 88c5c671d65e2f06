//! Models behind the engine's traits: the static embedding model shipped inside the program, fastembed on ONNX Runtime for those a person adds, candle
//! for generators and sentence models that come as GGUF files. It owns where the runtime library is found, the threads that own models, fingerprints, downloads and the folder of models. It must not know
//! notes, indexes or shells.

mod assemble;
mod bundled;
pub mod catalogue;
mod choice;
pub mod compose;
mod cross_encoder;
mod embedding;
mod endpoint;
mod external;
mod fingerprint;
pub mod generate;
pub mod hub;
mod import;
mod installed;
mod manifest;
mod onnx;
mod pull;
pub mod runtime;
pub mod settings_file;
mod stand_in;
mod static_model;
mod store;
pub mod suggest;
pub mod switch;
pub mod tokens;
mod worker;
pub mod writing;

pub use assemble::Options;
pub use bundled::{bundled, bundled_files, bundled_glossary};
pub use catalogue::BUNDLED;
pub use choice::{Choice, ENDPOINT};
pub use cross_encoder::{CrossEncoderFiles, OnnxCrossEncoder};
pub use embedding::{Pooling, Recipe};
pub use endpoint::{EndpointSettings, Remote};
pub use fingerprint::{Digest, fingerprint};
pub use import::Import;
pub use manifest::{Manifest, ModelFile, Usage};
pub use onnx::{ModelFiles, OnnxEmbedder};
pub use pull::{Pull, Pulled};
pub use static_model::{StaticFiles, StaticModel};
pub use store::{Installed, Store, Verified, remove_folder};
