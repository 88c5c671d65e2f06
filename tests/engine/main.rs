//! Behaviour of the engine, one module per area.

mod borders;
mod chunking;
mod folding;
mod ingest_decode;
mod ingest_furniture;
mod ingest_limits;
mod ingest_markdown;
mod ingest_structure;
mod ingest_walk;
mod notes;
mod queries;
mod support;
mod syncing;
mod terms;
mod vectors;
