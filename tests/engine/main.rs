//! x

mod ingest_decode;
mod ingest_formats;
mod ingest_furniture;
mod ingest_hostile;
mod ingest_limits;
mod ingest_markdown;
mod ingest_structure;
mod ingest_walk;
mod packed;
