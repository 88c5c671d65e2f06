//! Floors: the sets of `tests/eval` are asked by the whole program with its own model, and no figure may fall below where it is. A floor is
//! a question or two below the value that was measured when it was set; raise it with a change that earns it.

use std::path::Path;

use serde_json::Value;

use crate::support::{Desk, strings};

/// What a figure may at worst be.
#[derive(Clone, Copy)]
enum Bound {
    AtLeast(f64),
    AtMost(f64),
}
use Bound::{AtLeast, AtMost};

/// Set, leg, figure, the value measured when the bound was set, the bound.
const BOUNDS: &[(&str, &str, &str, f64, Bound)] = &[
    ("study", "keyword", "recall@10", 0.958, AtLeast(0.91)),
    ("study", "keyword", "pass@5", 0.771, AtLeast(0.72)),
    ("study", "vector", "recall@10", 0.771, AtLeast(0.72)),
    ("study", "vector", "pass@5", 0.521, AtLeast(0.47)),
    ("study", "reranked", "recall@1", 0.771, AtLeast(0.72)),
    ("study", "reranked", "recall@10", 0.979, AtLeast(0.93)),
    ("study", "reranked", "mrr@10", 0.836, AtLeast(0.79)),
    ("study", "reranked", "pass@1", 0.542, AtLeast(0.49)),
    ("study", "reranked", "pass@5", 0.750, AtLeast(0.70)),
    ("study", "reranked", "pass@2kc", 0.771, AtLeast(0.72)),
    ("study", "reranked", "contain", 0.688, AtLeast(0.62)),
    ("study", "reranked", "cite_prec", 0.486, AtLeast(0.43)),
    ("study", "reranked", "cite_hit", 0.778, AtLeast(0.72)),
    ("study", "reranked", "auroc", 0.692, AtLeast(0.64)),
    ("study", "reranked", "false_ref", 0.250, AtMost(0.30)),
    ("study", "reranked", "abst_bacc", 0.542, AtLeast(0.49)),
    ("study", "reranked", "len_median", 212.0, AtMost(260.0)),
    ("vault", "keyword", "recall@10", 0.767, AtLeast(0.70)),
    ("vault", "vector", "recall@10", 0.833, AtLeast(0.76)),
    ("vault", "reranked", "recall@1", 0.767, AtLeast(0.70)),
    ("vault", "reranked", "recall@10", 0.833, AtLeast(0.76)),
    ("vault", "reranked", "mrr@10", 0.794, AtLeast(0.73)),
    ("vault", "reranked", "pass@1", 0.700, AtLeast(0.63)),
    ("vault", "reranked", "pass@5", 0.833, AtLeast(0.76)),
    ("vault", "reranked", "contain", 0.633, AtLeast(0.56)),
    ("vault", "reranked", "cite_prec", 0.925, AtLeast(0.85)),
    ("vault", "reranked", "cite_hit", 0.950, AtLeast(0.88)),
    ("vault", "reranked", "auroc", 0.688, AtLeast(0.62)),
    ("vault", "reranked", "false_ref", 0.333, AtMost(0.40)),
    ("vault", "reranked", "abst_bacc", 0.606, AtLeast(0.54)),
];

fn figure(evaluated: &Value, set: &str, leg: &str, metric: &str) -> Option<f64> {
    let set = evaluated["sets"].as_array()?.iter().find(|s| s["set"] == set)?;
    let system = set["systems"].as_array()?.iter().find(|s| s["leg"] == leg)?;
    system["figures"].as_array()?.iter().find(|f| f["metric"] == metric)?["value"].as_f64()
}

#[test]
fn no_figure_falls_below_its_floor() {
    let sets = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/eval");
    let desk = Desk::new();
    let evaluated = desk.json(["eval".as_ref(), sets.join("study").as_os_str(), sets.join("vault").as_os_str()]);
    assert!(strings(&evaluated["notices"]).iter().all(|n| !n.contains("only keywords")), "{}", evaluated["notices"]);
    let mut fallen = Vec::new();
    for &(set, leg, metric, measured, bound) in BOUNDS {
        let now = figure(&evaluated, set, leg, metric).unwrap_or_else(|| panic!("{set} {leg} {metric} was not measured"));
        let holds = match bound {
            AtLeast(floor) => now >= floor,
            AtMost(ceiling) => now <= ceiling,
        };
        if !holds {
            fallen.push(format!("{set} {leg} {metric}: {now:.3}, was {measured:.3}"));
        }
    }
    assert!(fallen.is_empty(), "{fallen:#?}");
}
