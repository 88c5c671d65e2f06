//! `search`: passages that fit some words. It must not know how they are found.

use std::fmt::Write as _;

use clap::Args;
use sidenote_engine::engine::Question;
use sidenote_engine::wire::{self, Passage, Scores};

use super::ask::several_libraries;
use crate::app::App;
use crate::args::{self, Filters, NoteFilter};
use crate::layout::{one_line, place, snippet, trail, wrap};
use crate::output::{Exit, Outcome, Output};

/// Arguments of `search`.
#[derive(Args, Debug)]
pub(crate) struct Search {
    /// Words or a question; `-` reads them from standard input
    #[arg(required = true, value_name = "QUERY")]
    words: Vec<String>,
    /// Passages shown
    #[arg(long, value_name = "N", default_value_t = 10)]
    limit: usize,
    /// Show each passage's rank and score in every leg, and the words it matched
    #[arg(long)]
    explain: bool,
    #[command(flatten)]
    filters: Filters,
    #[command(flatten)]
    note: NoteFilter,
}

impl Search {
    pub(crate) fn run(&self, app: &App) -> Outcome {
        let text = args::words(&self.words)?;
        let reading = app.read(true)?;
        let question = Question { text, filter: self.filters.filter(&self.note), limit: self.limit };
        let changes = app.look_for_changes();
        let mut found = reading.snapshot.search(&question, app.silent())?;
        found.notices.extend(reading.notices);
        let exit = if found.hits.is_empty() { Exit::Nothing } else { Exit::Done };
        if app.output.json {
            found.notices.extend(changes.notice());
            app.output.object(&found)?;
            return Ok(exit);
        }
        app.output.text(&human(&found, self.explain, &app.output))?;
        found.notices.iter().for_each(|n| app.output.notice(n));
        if let Some(notice) = changes.notice() {
            app.output.notice(&notice);
        }
        Ok(exit)
    }
}

fn human(found: &wire::Search, explain: bool, output: &Output) -> String {
    let style = output.style();
    let mut out = String::new();
    if found.hits.is_empty() {
        out.push_str("nothing found\n");
    }
    let several = several_libraries(&found.hits);
    for (i, hit) in found.hits.iter().enumerate() {
        let library = if several { format!("  ({})", one_line(&hit.library)) } else { String::new() };
        if i > 0 {
            out.push('\n');
        }
        let _ = writeln!(
            out,
            "{} {}  {}{}",
            style.number(&format!("{}.", i + 1)),
            style.bold(&trail(&hit.title, &hit.heading)),
            style.place(&place(&hit.document, hit.line, hit.page)),
            style.dim(&library),
        );
        let _ = writeln!(out, "{}", wrap(&snippet(hit, style), output.width(), "   "));
        if !hit.also_in.is_empty() {
            let places: Vec<String> = hit.also_in.iter().map(|a| place(&a.document, a.line, None)).collect();
            let _ = writeln!(out, "   {}", style.dim(&format!("also in {}", places.join(", "))));
        }
        if explain {
            let _ = writeln!(out, "   {}", style.dim(&scores(&hit.scores)));
            let matched = matched(hit);
            if !matched.is_empty() {
                let _ = writeln!(out, "   {}", style.dim(&format!("matched {}", matched.join(", "))));
            }
        }
    }
    out
}

/// Every score of a hit on one line.
pub(super) fn scores(scores: &Scores) -> String {
    let cross_encoder = scores.cross_encoder.map_or_else(String::new, |score| format!("cross-encoder {score:.3} · "));
    cross_encoder + &stages(scores)
}

/// The scores of the ranking.
fn stages(scores: &Scores) -> String {
    let leg = |name: &str, score: Option<f32>, rank: Option<usize>| match (score, rank) {
        (Some(score), Some(rank)) => format!("{name} {score:.3} (rank {rank})"),
        (Some(score), None) => format!("{name} {score:.3} (no candidate)"),
        (None, _) => format!("{name} none"),
    };
    format!(
        "reranked {} · fused {:.3} · {} · {}",
        scores.reranked.map_or("none".to_owned(), |score| format!("{score:.3}")),
        scores.fused,
        leg("keywords", scores.lexical, scores.lexical_rank),
        leg("meaning", scores.vector, scores.vector_rank)
    )
}

/// What of a passage matched, each once.
fn matched(hit: &Passage) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for (start, end) in &hit.highlights {
        if let Some(part) = hit.text.get(*start..*end) {
            let part = one_line(part).to_lowercase();
            if !out.contains(&part) {
                out.push(part);
            }
        }
    }
    out
}
