//! `--set key=value`: engine settings for evaluation runs. It must not know what the settings do.

use std::str::FromStr;

use sidenote_engine::engine::Settings;
use sidenote_engine::error::{Error, ErrorCode, Result};

/// A setting that can be overridden.
type Field = fn(&mut Settings, &str) -> Option<()>;

const FIELDS: &[(&str, Field)] = &[
    ("fields.body", |s, v| put(&mut s.search.fields.body, v)),
    ("fields.body_grams", |s, v| put(&mut s.search.fields.body_grams, v)),
    ("fields.heading", |s, v| put(&mut s.search.fields.heading, v)),
    ("fields.heading_grams", |s, v| put(&mut s.search.fields.heading_grams, v)),
    ("fields.title", |s, v| put(&mut s.search.fields.title, v)),
    ("fields.title_grams", |s, v| put(&mut s.search.fields.title_grams, v)),
    ("glossary", |s, v| put(&mut s.search.glossary, v)),
    ("fusion.vector", |s, v| put(&mut s.search.fusion.vector, v)),
    ("join.share", |s, v| put(&mut s.search.join.share, v)),
    ("join.max", |s, v| put(&mut s.search.join.max, v)),
    ("rerank_depth", |s, v| put(&mut s.search.rerank_depth, v)),
    ("rerank.keywords", |s, v| put(&mut s.search.rerank.0.keywords, v)),
    ("rerank.meaning", |s, v| put(&mut s.search.rerank.0.meaning, v)),
    ("rerank.late", |s, v| put(&mut s.search.rerank.0.late, v)),
    ("rerank.late_heading", |s, v| put(&mut s.search.rerank.0.late_heading, v)),
    ("rerank.heading_focus", |s, v| put(&mut s.search.rerank.0.heading_focus, v)),
    ("rerank.coverage", |s, v| put(&mut s.search.rerank.0.coverage, v)),
    ("rerank.phrases", |s, v| put(&mut s.search.rerank.0.phrases, v)),
    ("rerank.late_text", |s, v| put(&mut s.search.rerank.0.late_text, v)),
    ("rerank.late_start", |s, v| put(&mut s.search.rerank.0.late_start, v)),
    ("vector_floor", |s, v| put(&mut s.search.vector_floor, v)),
    ("order", |s, v| put(&mut s.search.order, v)),
    ("candidates", |s, v| put(&mut s.search.candidates, v)),
    ("answer.coverage", |s, v| put(&mut s.answer.coverage, v)),
    ("answer.cosine", |s, v| put(&mut s.answer.cosine, v)),
    ("answer.late", |s, v| put(&mut s.answer.late, v)),
    ("answer.rank", |s, v| put(&mut s.answer.rank, v)),
    ("answer.asked", |s, v| put(&mut s.answer.asked, v)),
    ("answer.asked_across", |s, v| put(&mut s.answer.asked_across, v)),
    ("answer.aspect_across", |s, v| put(&mut s.answer.aspect_across, v)),
    ("answer.list", |s, v| put(&mut s.answer.list, v)),
    ("answer.kind", |s, v| put(&mut s.answer.kind, v)),
    ("answer.support", |s, v| put(&mut s.answer.support, v)),
    ("answer.support_across", |s, v| put(&mut s.answer.support_across, v)),
    ("answer.characters", |s, v| put(&mut s.answer.characters, v)),
    ("answer.characters_short", |s, v| put(&mut s.answer.characters_short, v)),
    ("chunk.max", |s, v| put(&mut s.sync.chunk.max, v)),
    ("chunk.target", |s, v| put(&mut s.sync.chunk.target, v)),
    ("chunk.min", |s, v| put(&mut s.sync.chunk.min, v)),
    ("chunk.overlap", |s, v| put(&mut s.sync.chunk.overlap, v)),
    ("cross_encoder.candidates", |s, v| put(&mut s.search.cross.candidates, v)),
    ("cross_encoder.batch", |s, v| put(&mut s.search.cross.batch, v)),
    ("cross_encoder.budget_ms", |s, v| put(&mut s.search.cross.budget_ms, v)),
    ("writing.patience_s", |s, v| put(&mut s.writing.patience_s, v)),
    ("writing.temperature", |s, v| put(&mut s.writing.sampling.temperature, v)),
    ("writing.top_k", |s, v| put(&mut s.writing.sampling.top_k, v)),
    ("writing.top_p", |s, v| put(&mut s.writing.sampling.top_p, v)),
    ("writing.min_p", |s, v| put(&mut s.writing.sampling.min_p, v)),
    ("writing.repetition_penalty", |s, v| put(&mut s.writing.sampling.repetition_penalty, v)),
    ("writing.seed", |s, v| put(&mut s.writing.sampling.seed, v)),
    ("writing.existing_passages", |s, v| put(&mut s.writing.existing_passages, v)),
];

fn put<T: FromStr>(field: &mut T, value: &str) -> Option<()> {
    *field = value.parse().ok()?;
    Some(())
}

/// The default settings with some overridden, each written `KEY=VALUE`.
///
/// # Errors
/// `InvalidInput` for an unknown key or an unusable value.
pub(crate) fn with(overrides: &[String]) -> Result<Settings> {
    over(Settings::default(), overrides)
}

/// Settings with some overridden.
///
/// # Errors
/// As [`with`].
pub(crate) fn over(mut settings: Settings, overrides: &[String]) -> Result<Settings> {
    for entry in overrides {
        let invalid = |message: String, hint: String| Err(Error::new(ErrorCode::InvalidInput, message, hint));
        let Some((key, value)) = entry.split_once('=') else {
            return invalid(format!("`{entry}` is no setting"), "write KEY=VALUE".into());
        };
        let Some((_, set)) = FIELDS.iter().find(|(known, _)| *known == key.trim()) else {
            let known: Vec<&str> = FIELDS.iter().map(|(key, _)| *key).collect();
            return invalid(format!("there is no setting `{key}`"), format!("there is {}", known.join(", ")));
        };
        if set(&mut settings, value.trim()).is_none() {
            let hint = match key.trim() {
                "order" => "write lexical, vector, fused or reranked",
                "writing.existing_passages" => "write true or false",
                _ => "write a number",
            };
            return invalid(format!("`{value}` is no value of `{key}`"), hint.into());
        }
    }
    Ok(settings)
}
