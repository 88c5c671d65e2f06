//! The figures as tables for a terminal. It must not know how they are computed.

use std::fmt::Write as _;

use sidenote_engine::eval::metric::Metric;
use sidenote_engine::eval::summary::{Difference, Figure, Verdict};

use super::json::{Compared, Evaluated, Kind, Measured, SetResult};
use crate::layout::{count, one_line, pad, widest};
use crate::output::Style;

/// What is said below a self-test.
pub(super) const SELF_TEST: &str = "A self-test: its questions are made from the notes' own headings and sentences, so they favour keywords. \
                                    It shows what is lost, not how well questions in other words are answered.";

/// All sets.
pub(super) fn tables(evaluated: &Evaluated, style: Style) -> String {
    let mut out = String::new();
    for set in &evaluated.sets {
        let _ = writeln!(out, "{}  {}", style.bold(&one_line(&set.set)), about(set));
        for compared in &set.differences {
            differences(set, compared, style, &mut out);
        }
        let plain: Vec<&Measured> = set.systems.iter().filter(|s| s.side.is_none()).collect();
        if !plain.is_empty() {
            figures(&plain, style, &mut out);
        }
        for system in &set.systems {
            if let Some(latency) = &system.latency_ms {
                let _ = writeln!(out, "latency of {}: p50 {:.1} ms, p95 {:.1} ms", name(system), latency.p50, latency.p95);
            }
        }
        if set.kind == Kind::SelfTest {
            let _ = writeln!(out, "{}", style.dim(SELF_TEST));
        }
        out.push('\n');
    }
    let _ = writeln!(out, "{}", style.dim(&reading(evaluated)));
    out
}

/// How the numbers are to be read.
pub(super) fn reading(evaluated: &Evaluated) -> String {
    format!("in %, lengths in characters; [95 % bootstrap interval over questions, {} resamples]", evaluated.resamples)
}

/// How many questions.
pub(super) fn about(set: &SetResult) -> String {
    let questions = count(set.questions as u64, "question");
    if set.unanswerable == 0 { questions } else { format!("{questions}, {} not answered by the notes", set.unanswerable) }
}

/// What a system is called: its leg, with its side.
pub(super) fn name(system: &Measured) -> String {
    match (system.side, &system.file) {
        (Some(side), Some(file)) => format!("{side} ({})", one_line(file)),
        (None, Some(file)) => one_line(file),
        (Some(side), None) => format!("{} {side}", system.leg),
        (None, None) => system.leg.to_owned(),
    }
}

fn figures(systems: &[&Measured], style: Style, out: &mut String) {
    let mut rows = vec![std::iter::once(String::new()).chain(systems.iter().map(|s| name(s))).collect::<Vec<_>>()];
    for metric in Metric::ALL {
        let of: Vec<&Figure> = systems.iter().filter_map(|s| s.figures.iter().find(|f| f.metric == metric)).collect();
        if of.iter().any(|f| f.value.is_some()) {
            rows.push(std::iter::once(metric.label().to_owned()).chain(of.iter().map(|f| figure(f))).collect());
        }
    }
    lay(&rows, style, out);
}

fn differences(set: &SetResult, compared: &Compared, style: Style, out: &mut String) {
    let side = |wanted| set.systems.iter().find(|s| s.leg == compared.leg && s.side == Some(wanted));
    let (Some(a), Some(b)) = (side("a"), side("b")) else { return };
    if is_same(compared) {
        let _ = writeln!(out, "  {}", same(compared));
        return;
    }
    let mut rows = vec![[compared.leg, &setting(a), &setting(b), "b − a", ""].map(str::to_owned).to_vec()];
    for difference in compared.figures.iter().filter(|d| d.value.is_some()) {
        let of = |system: &Measured| system.figures.iter().find(|f| f.metric == difference.metric).map(figure).unwrap_or_default();
        rows.push(vec![difference.metric.label().to_owned(), of(a), of(b), change(difference), verdict(difference).to_owned()]);
    }
    lay(&rows, style, out);
}

/// Whether two configurations do the same, question by question.
pub(super) fn is_same(compared: &Compared) -> bool {
    compared.figures.iter().all(|d| d.interval.is_none_or(|i| i.low == 0.0 && i.high == 0.0))
}

/// Says so.
pub(super) fn same(compared: &Compared) -> String {
    format!("{}: b and a are the same in every figure", compared.leg)
}

/// A side with what it overrides.
fn setting(system: &Measured) -> String {
    let side = system.side.unwrap_or_default();
    match &system.file {
        Some(file) => format!("{side}: {}", one_line(file)),
        None if system.settings.is_empty() => format!("{side}: defaults"),
        None => format!("{side}: {}", one_line(&system.settings.join(","))),
    }
}

/// A system with what it overrides.
pub(super) fn named(system: &Measured) -> String {
    match (system.side, &system.file) {
        (Some(_), None) => format!("{} {}", system.leg, setting(system)),
        _ => name(system),
    }
}

/// `71.3 [66.0, 76.2]`, or a dash.
pub(super) fn figure(figure: &Figure) -> String {
    let Some(value) = figure.value else { return "–".to_owned() };
    let show = |v: f64| if figure.metric.is_length() { format!("{v:.0}") } else { format!("{:.1}", 100.0 * v) };
    figure.interval.map_or_else(|| show(value), |i| format!("{} [{}, {}]", show(value), show(i.low), show(i.high)))
}

/// `+1.2 [-0.4, +2.9]`.
pub(super) fn change(difference: &Difference) -> String {
    let Some(value) = difference.value else { return "–".to_owned() };
    // A tiny negative number would be shown as -0.0.
    let show = |v: f64| {
        if difference.metric.is_length() { format!("{:+.0}", v + 0.0) } else { format!("{:+.1}", (1_000.0 * v).round() / 10.0 + 0.0) }
    };
    difference.interval.map_or_else(|| show(value), |i| format!("{} [{}, {}]", show(value), show(i.low), show(i.high)))
}

/// In words.
pub(super) fn verdict(difference: &Difference) -> &'static str {
    match difference.verdict {
        Some(Verdict::Better) => "better",
        Some(Verdict::Worse) => "worse",
        Some(Verdict::NoDifference) => "no difference",
        None if difference.value.is_some_and(|v| v > 0.0) => "longer",
        None => "shorter",
    }
}

/// Rows as columns; the first row is the head.
fn lay(rows: &[Vec<String>], style: Style, out: &mut String) {
    let columns = rows.first().map_or(0, Vec::len);
    let widths: Vec<usize> = (0..columns).map(|c| widest(rows.iter().filter_map(|r| r.get(c)).map(String::as_str))).collect();
    for (i, row) in rows.iter().enumerate() {
        let line = row.iter().zip(&widths).map(|(cell, width)| pad(cell, *width)).collect::<Vec<_>>().join("   ");
        let line = line.trim_end();
        let _ = writeln!(out, "  {}", if i == 0 { style.bold(line) } else { line.to_owned() });
    }
}
