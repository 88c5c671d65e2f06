//! Generators and sentence models that run inside the program: a network read from a GGUF file, its tokenizer and chat template, the choice of tokens or
//! the vector of a text, and the thread that owns them. It must not know notes, prompts or where the file came from.

mod ahead;
mod attention;
mod byte_level;
mod choose;
mod elsewhere;
mod gguf;
mod header;
mod lanes;
#[cfg(target_arch = "x86_64")]
mod lanes_256;
#[cfg(target_arch = "x86_64")]
mod lanes_512;
mod limit;
mod linear;
#[cfg_attr(not(target_arch = "x86_64"), allow(dead_code, unused_variables, reason = "kernels are written for x86 only"))]
mod matrix;
mod network;
pub(crate) mod pace;
mod passages;
pub(crate) mod room;
#[cfg_attr(not(target_arch = "x86_64"), allow(dead_code, unused_variables, reason = "kernels are written for x86 only"))]
mod rounded;
mod scored;
mod sentences;
mod template;
mod vocabulary;
mod writer;

pub use ahead::Ahead;
pub use attention::Precision;
pub use choose::{Chooser, goes_round, likeliest};
pub use gguf::Gguf;
pub use network::{Body, Logits, Network, Shape, start_threads, stored_as};
pub use passages::Passages;
pub use room::available_to_one;
pub use sentences::GgufEmbedder;
pub(crate) use sentences::{check as check_pooling, pooling};
pub use template::Template;
pub use vocabulary::{Characters, Vocabulary};
pub use writer::Writer;
