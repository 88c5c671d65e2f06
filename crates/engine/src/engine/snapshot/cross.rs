//! The cross-encoder's place in a search: after the ranking and the light reranker. It must not know how a cross-encoder works.

use std::sync::Arc;
use std::time::Instant;

use super::passages::Draft;
use super::{Snapshot, ms};
use crate::error::{ErrorCode, Result};
use crate::event::Run;
use crate::model::CrossEncoder;
use crate::retrieve::{Hit, Query, cross};
use crate::wire;

impl Snapshot {
    /// With a cross-encoder.
    pub(in crate::engine) fn with_cross_encoder(mut self, model: Option<Arc<dyn CrossEncoder>>) -> Self {
        self.cross_encoder = model;
        self
    }

    /// Brings ranked hits, and the drafts that were read of them, into the cross-encoder's order, where there is one. Where it fails the order stays, and a notice says so.
    pub(super) fn cross_encode(
        &self,
        query: &Query,
        hits: &mut [Hit],
        drafts: &mut [Draft],
        run: Run<'_>,
        notices: &mut Vec<String>,
        timings: &mut wire::Timings,
    ) -> Result<()> {
        let Some(model) = &self.cross_encoder else { return Ok(()) };
        let began = Instant::now();
        // What was read for the light reranker; a chunk without a draft is gone.
        let text = |hit: &Hit| drafts.iter().find(|draft| draft.hit.chunk == hit.chunk).map(Draft::embedded);
        match cross::rerank(&query.asked, hits, model.as_ref(), &self.settings.search.cross, text, run) {
            Err(e) if e.code == ErrorCode::ModelUnavailable => notices.push(format!("results are not reranked: {}; {}", e.message, e.hint)),
            Err(e) => return Err(e),
            Ok((read, of)) if read < of => {
                notices.push(format!(
                    "{} read {read} of the first {of} results in the time it has; the others keep their order below",
                    model.spec().name
                ));
            }
            Ok(_) => {}
        }
        for draft in drafts.iter_mut() {
            draft.hit.cross = hits.iter().find(|hit| hit.chunk == draft.hit.chunk).and_then(|hit| hit.cross);
        }
        drafts.sort_by(|a, b| cross::order(&a.hit, &b.hit));
        timings.insert("cross_encoder", ms(began));
        Ok(())
    }
}
