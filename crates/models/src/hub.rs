//! Model hubs that speak the Hugging Face protocol: where they are, what a repository holds, and how a file comes from there. It must not know
//! what a model is or where models are kept.

mod checksum;
mod client;
mod download;
mod listing;
mod mirror;
mod request;

pub use checksum::Checksum;
pub(crate) use checksum::{Hashing, hash_file};
pub(crate) use client::is_local;
pub use client::{Client, Limits};
pub(crate) use download::Download;
pub use listing::{Entry, Listing, Repository};
pub use mirror::{Endpoint, Measured};
