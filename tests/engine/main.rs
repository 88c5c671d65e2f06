//! Behaviour of the engine, one module per area.

mod borders;
mod chunking;
mod folding;
mod notes;
mod queries;
mod support;
mod syncing;
mod terms;
mod vectors;
