//! The cross-encoder's place in a search: after the ranking, before passages are made. It must not know how a cross-encoder works.

use std::sync::Arc;
use std::time::Instant;

use super::{Snapshot, ms};
use crate::catalog::embed_text;
use crate::error::{ErrorCode, Result};
use crate::event::Run;
use crate::model::Reranker;
use crate::retrieve::{Hit, Query, cross};
use crate::wire;

impl Snapshot {
    /// With a cross-encoder.
    pub(in crate::engine) fn with_reranker(mut self, reranker: Option<Arc<dyn Reranker>>) -> Self {
        self.reranker = reranker;
        self
    }

    /// The hits in the cross-encoder's order, where there is one. Where it fails the order stays, and a notice says so.
    pub(super) fn rerank(
        &self,
        query: &Query,
        mut hits: Vec<Hit>,
        run: Run<'_>,
        notices: &mut Vec<String>,
        timings: &mut wire::Timings,
    ) -> Result<Vec<Hit>> {
        let Some(model) = &self.reranker else { return Ok(hits) };
        let began = Instant::now();
        let text = |hit: &Hit| {
            let catalog = self.catalog();
            let Some(chunk) = catalog.chunk(hit.chunk)? else { return Ok(None) };
            let Some(document) = catalog.document(chunk.document)? else { return Ok(None) };
            Ok(Some(embed_text(&document.title, &chunk.heading, &catalog.text_of(chunk.document, &chunk.span)?)))
        };
        match cross::rerank(&query.text, &mut hits, model.as_ref(), &self.settings.search.cross, text, run) {
            Err(e) if e.code == ErrorCode::ModelUnavailable => notices.push(format!("results are not reranked: {}; {}", e.message, e.hint)),
            other => other?,
        }
        timings.insert("rerank", ms(began));
        Ok(hits)
    }
}
