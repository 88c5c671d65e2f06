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
    ("study", "keyword", "recall@10", 0.958, AtLeast(0.93)),
    ("study", "keyword", "pass@5", 0.812, AtLeast(0.78)),
    ("study", "vector", "recall@10", 0.771, AtLeast(0.74)),
    ("study", "vector", "pass@5", 0.604, AtLeast(0.57)),
    ("study", "reranked", "recall@1", 0.771, AtLeast(0.74)),
    ("study", "reranked", "recall@10", 0.958, AtLeast(0.93)),
    ("study", "reranked", "mrr@10", 0.826, AtLeast(0.80)),
    ("study", "reranked", "pass@1", 0.583, AtLeast(0.55)),
    ("study", "reranked", "pass@5", 0.812, AtLeast(0.78)),
    ("study", "reranked", "pass@2kc", 0.812, AtLeast(0.78)),
    ("study", "reranked", "contain", 0.656, AtLeast(0.65)),
    ("study", "reranked", "cite_prec", 0.522, AtLeast(0.48)),
    ("study", "reranked", "cite_hit", 0.868, AtLeast(0.83)),
    ("study", "reranked", "auroc", 0.817, AtLeast(0.77)),
    ("study", "reranked", "false_ref", 0.208, AtMost(0.24)),
    ("study", "reranked", "abst_bacc", 0.662, AtLeast(0.64)),
    ("study", "reranked", "len_median", 200.0, AtMost(240.0)),
    ("vault", "keyword", "recall@10", 0.833, AtLeast(0.78)),
    ("vault", "vector", "recall@10", 0.933, AtLeast(0.88)),
    ("vault", "reranked", "recall@1", 0.800, AtLeast(0.75)),
    ("vault", "reranked", "recall@10", 0.933, AtLeast(0.88)),
    ("vault", "reranked", "mrr@10", 0.846, AtLeast(0.80)),
    ("vault", "reranked", "pass@1", 0.767, AtLeast(0.72)),
    ("vault", "reranked", "pass@5", 0.867, AtLeast(0.82)),
    ("vault", "reranked", "contain", 0.667, AtLeast(0.62)),
    ("vault", "reranked", "cite_prec", 0.804, AtLeast(0.74)),
    ("vault", "reranked", "cite_hit", 0.870, AtLeast(0.80)),
    ("vault", "reranked", "auroc", 0.688, AtLeast(0.67)),
    ("vault", "reranked", "false_ref", 0.233, AtMost(0.28)),
    ("vault", "reranked", "abst_bacc", 0.656, AtLeast(0.62)),
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
    // Together the legs find no less than the better one, but for a question of the 30 or 48.
    for set in ["study", "vault"] {
        let found = |leg: &str| figure(&evaluated, set, leg, "pass@5").unwrap_or_else(|| panic!("{set} {leg} was not measured"));
        let better = found("keyword").max(found("vector"));
        for leg in ["fused", "reranked"] {
            if found(leg) < better - 0.034 {
                fallen.push(format!("{set} {leg} pass@5: {:.3}, its better leg alone {better:.3}", found(leg)));
            }
        }
    }
    assert!(fallen.is_empty(), "{fallen:#?}");
}
