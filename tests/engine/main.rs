//! Behaviour of the engine, one module per area.

mod asking;
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
mod searching;
mod support;
mod syncing;
mod terms;
mod vectors;
