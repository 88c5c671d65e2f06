//! Scores of questions → figures with intervals, and paired differences of two runs. It must not know how a question is scored.

use serde::Serialize;

use super::bootstrap::{Bootstrap, Interval, percentile};
use super::metric::{Better, Metric};
use super::run::Run;
use super::score::{Scores, score};
use super::set::GoldQuestion;

/// A figure of one run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Figure {
    /// Which.
    pub metric: Metric,
    /// None where no question of the set gives it.
    pub value: Option<f64>,
    /// 95 % bootstrap interval over questions.
    pub interval: Option<Interval>,
    /// Questions that give it.
    pub questions: usize,
}

/// What a difference means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The interval is on the better side of 0.
    Better,
    /// It is on the worse side.
    Worse,
    /// It holds 0.
    NoDifference,
}

/// How far a run is from its baseline in one figure.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// Which figure.
    pub metric: Metric,
    /// This run's less the baseline's; none where one of the two has no value.
    pub value: Option<f64>,
    /// 95 % bootstrap interval, paired over questions.
    pub interval: Option<Interval>,
    /// None for lengths, of which neither more nor less is better, unless there is no difference.
    pub verdict: Option<Verdict>,
}

/// How long questions took, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Latency {
    /// Median.
    pub p50: f64,
    /// 95th percentile.
    pub p95: f64,
}

/// A run against the questions of a set: every score, ready for resampling.
pub struct Scored {
    columns: Vec<Column>,
    latency: Option<Latency>,
    questions: usize,
    /// Questions that the run has a row for.
    pub in_run: usize,
}

/// What a figure is computed from: question and score.
enum Column {
    Mean(Vec<(usize, f64)>),
    /// Sorted by score.
    Median(Vec<(usize, f64)>),
    /// Sorted by confidence; whether the question can be answered.
    Ranking(Vec<(usize, f64, bool)>),
    /// Refusals of unanswerable and of answerable questions.
    Balanced(Vec<(usize, f64)>, Vec<(usize, f64)>),
}

impl Scored {
    /// Scores a run.
    #[must_use]
    pub fn new(questions: &[GoldQuestion], run: &Run) -> Self {
        let scores: Vec<Scores> = questions.iter().map(|q| score(q, run.rows.get(&q.id))).collect();
        let mut latencies: Vec<f64> = questions.iter().filter_map(|q| run.rows.get(&q.id)?.latency_ms).collect();
        latencies.sort_by(f64::total_cmp);
        let latency = percentile(&latencies, 50.0).zip(percentile(&latencies, 95.0)).map(|(p50, p95)| Latency { p50, p95 });
        let in_run = questions.iter().filter(|q| run.rows.contains_key(&q.id)).count();
        Self { columns: Metric::ALL.iter().map(|m| Column::new(*m, &scores)).collect(), latency, questions: questions.len(), in_run }
    }

    /// How long the run's questions took, where it tells.
    #[must_use]
    pub fn latency(&self) -> Option<Latency> {
        self.latency
    }

    /// Every figure with its interval.
    #[must_use]
    pub fn figures(&self, bootstrap: &Bootstrap) -> Vec<Figure> {
        let once = vec![1; self.questions];
        let mut drawn: Vec<Vec<f64>> = vec![Vec::new(); self.columns.len()];
        bootstrap.each(self.questions, |weights| {
            for (values, column) in drawn.iter_mut().zip(&self.columns) {
                values.extend(column.value(weights));
            }
        });
        let figure = |((metric, column), values): ((&Metric, &Column), Vec<f64>)| Figure {
            metric: *metric,
            value: column.value(&once),
            interval: Interval::of(values),
            questions: column.len(),
        };
        Metric::ALL.iter().zip(&self.columns).zip(drawn).map(figure).collect()
    }

    /// This run less a baseline over the same questions.
    #[must_use]
    pub fn differences(&self, baseline: &Self, bootstrap: &Bootstrap) -> Vec<Difference> {
        let once = vec![1; self.questions];
        let both = |i: usize, weights: &[u32]| Some(self.columns[i].value(weights)? - baseline.columns[i].value(weights)?);
        let mut drawn: Vec<Vec<f64>> = vec![Vec::new(); self.columns.len()];
        bootstrap.each(self.questions.min(baseline.questions), |weights| {
            for (i, values) in drawn.iter_mut().enumerate() {
                values.extend(both(i, weights));
            }
        });
        let difference = |(metric, values): (&Metric, Vec<f64>)| {
            let value = both(metric.index(), &once);
            let interval = value.and_then(|_| Interval::of(values));
            Difference { metric: *metric, value, interval, verdict: interval.and_then(|i| verdict(*metric, i)) }
        };
        Metric::ALL.iter().zip(drawn).map(difference).collect()
    }
}

fn verdict(metric: Metric, interval: Interval) -> Option<Verdict> {
    if interval.low <= 0.0 && interval.high >= 0.0 {
        return Some(Verdict::NoDifference);
    }
    let more = interval.low > 0.0;
    match metric.better() {
        Better::Higher => Some(if more { Verdict::Better } else { Verdict::Worse }),
        Better::Lower => Some(if more { Verdict::Worse } else { Verdict::Better }),
        Better::Neither => None,
    }
}

impl Column {
    fn new(metric: Metric, scores: &[Scores]) -> Self {
        let of = |metric: Metric| -> Vec<(usize, f64)> { scores.iter().enumerate().filter_map(|(i, s)| Some((i, s.get(metric)?))).collect() };
        match metric {
            Metric::LenMedian => {
                let mut lengths = of(Metric::Len);
                lengths.sort_by(|a, b| a.1.total_cmp(&b.1));
                Self::Median(lengths)
            }
            Metric::Auroc => {
                let mut ranking: Vec<(usize, f64, bool)> =
                    scores.iter().enumerate().filter_map(|(i, s)| s.confidence.map(|(c, answerable)| (i, c, answerable))).collect();
                ranking.sort_by(|a, b| a.1.total_cmp(&b.1));
                Self::Ranking(ranking)
            }
            Metric::AbstBacc => Self::Balanced(of(Metric::AbstRec), of(Metric::FalseRef)),
            _ => Self::Mean(of(metric)),
        }
    }

    /// Questions it is computed from.
    fn len(&self) -> usize {
        match self {
            Self::Mean(scores) | Self::Median(scores) => scores.len(),
            Self::Ranking(ranking) => ranking.len(),
            Self::Balanced(unanswerable, answerable) => unanswerable.len() + answerable.len(),
        }
    }

    /// The figure where each question counts as often as its weight says.
    fn value(&self, weights: &[u32]) -> Option<f64> {
        match self {
            Self::Mean(scores) => mean(scores, weights),
            Self::Median(sorted) => median(sorted, weights),
            Self::Ranking(sorted) => auroc(sorted, weights),
            Self::Balanced(unanswerable, answerable) => Some((mean(unanswerable, weights)? + 1.0 - mean(answerable, weights)?) / 2.0),
        }
    }
}

fn mean(scores: &[(usize, f64)], weights: &[u32]) -> Option<f64> {
    let count: u64 = scores.iter().map(|(i, _)| u64::from(weights[*i])).sum();
    let sum: f64 = scores.iter().map(|(i, score)| f64::from(weights[*i]) * score).sum();
    (count > 0).then(|| sum / count as f64)
}

fn median(sorted: &[(usize, f64)], weights: &[u32]) -> Option<f64> {
    let count: u64 = sorted.iter().map(|(i, _)| u64::from(weights[*i])).sum();
    let at = |place: u64| {
        let mut seen = 0;
        sorted.iter().find(|(i, _)| {
            seen += u64::from(weights[*i]);
            seen > place
        })
    };
    let (below, above) = (at(count.checked_sub(1)? / 2)?, at(count / 2)?);
    Some(f64::midpoint(below.1, above.1))
}

/// The share of pairs of an answerable and an unanswerable question in which the answerable one has the higher confidence; ties count half.
fn auroc(sorted: &[(usize, f64, bool)], weights: &[u32]) -> Option<f64> {
    let (mut pairs, mut answerable, mut unanswerable) = (0.0, 0.0, 0.0);
    for tied in sorted.chunk_by(|a, b| a.1 == b.1) {
        let count = |kind: bool| tied.iter().filter(|t| t.2 == kind).map(|t| f64::from(weights[t.0])).sum::<f64>();
        let (here, lower) = (count(true), count(false));
        pairs += here * (unanswerable + lower / 2.0);
        answerable += here;
        unanswerable += lower;
    }
    (answerable > 0.0 && unanswerable > 0.0).then(|| pairs / (answerable * unanswerable))
}
