//! Behaviour of the engine, one module per area.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod acts;
mod asking;
mod borders;
mod chunking;
mod conversing;
mod cross_encoding;
mod days;
mod eval_metrics;
mod eval_properties;
mod eval_selftest;
mod folding;
mod followup;
mod glossary;
mod ingest_decode;
mod ingest_formats;
mod ingest_furniture;
mod ingest_hostile;
mod ingest_limits;
mod ingest_markdown;
mod ingest_structure;
mod ingest_walk;
mod keywords;
mod linking;
mod note_writing;
mod notes;
mod packed;
mod pages;
#[path = "../support/pdf.rs"]
mod pdf_file;
mod queries;
mod reading;
mod rendering;
mod reranking;
mod searching;
mod support;
mod switching;
mod syncing;
mod tags;
mod terms;
mod vectors;
mod writing;
