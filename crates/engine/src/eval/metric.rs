//! The figures: their names, what they are called for a person, which way is better. It must not know how they are computed.

use serde::Serialize;

/// A figure over the questions of a set. All but the lengths are between 0 and 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Metric {
    /// A gold note is the first note.
    #[serde(rename = "recall@1")]
    Recall1,
    /// A gold note is among the first five.
    #[serde(rename = "recall@5")]
    Recall5,
    /// A gold note is among the first ten.
    #[serde(rename = "recall@10")]
    Recall10,
    /// Reciprocal rank of the first gold note among ten.
    #[serde(rename = "mrr@10")]
    Mrr10,
    /// Normalised discounted cumulative gain over ten notes.
    #[serde(rename = "ndcg@10")]
    Ndcg10,
    /// The first passage holds the answer and is from a gold note.
    #[serde(rename = "pass@1")]
    Pass1,
    /// One of the first three passages does.
    #[serde(rename = "pass@3")]
    Pass3,
    /// One of the first five does.
    #[serde(rename = "pass@5")]
    Pass5,
    /// One of the first ten does.
    #[serde(rename = "pass@10")]
    Pass10,
    /// One within the first 2,000 characters of passages does: fair between large and small chunks.
    #[serde(rename = "pass@2kc")]
    Pass2kc,
    /// The answer contains a gold answer; a refusal does not.
    #[serde(rename = "contain")]
    Contain,
    /// Share of the cited passages that hold the answer.
    #[serde(rename = "cite_prec")]
    CitePrec,
    /// At least one cited passage holds it.
    #[serde(rename = "cite_hit")]
    CiteHit,
    /// Characters of an answer, mean.
    #[serde(rename = "len")]
    Len,
    /// Characters of an answer, median.
    #[serde(rename = "len_median")]
    LenMedian,
    /// Area under the ROC curve of the confidence, answerable against unanswerable questions.
    #[serde(rename = "auroc")]
    Auroc,
    /// Unanswerable questions that were refused.
    #[serde(rename = "abst_rec")]
    AbstRec,
    /// Answerable questions that were refused.
    #[serde(rename = "false_ref")]
    FalseRef,
    /// Balanced accuracy of refusing.
    #[serde(rename = "abst_bacc")]
    AbstBacc,
    /// Answers a person marked as wrong that are given again.
    #[serde(rename = "again")]
    Again,
}

/// Which values of a figure are good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    /// High ones.
    Higher,
    /// Low ones.
    Lower,
    /// Neither.
    Neither,
}

/// How many figures there are.
pub const COUNT: usize = Metric::ALL.len();

impl Metric {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 20] = [
        Self::Recall1,
        Self::Recall5,
        Self::Recall10,
        Self::Mrr10,
        Self::Ndcg10,
        Self::Pass1,
        Self::Pass3,
        Self::Pass5,
        Self::Pass10,
        Self::Pass2kc,
        Self::Contain,
        Self::CitePrec,
        Self::CiteHit,
        Self::Len,
        Self::LenMedian,
        Self::Auroc,
        Self::AbstRec,
        Self::FalseRef,
        Self::AbstBacc,
        Self::Again,
    ];

    /// What it is called on a screen.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Recall1 => "recall@1",
            Self::Recall5 => "recall@5",
            Self::Recall10 => "recall@10",
            Self::Mrr10 => "MRR@10",
            Self::Ndcg10 => "nDCG@10",
            Self::Pass1 => "pass@1",
            Self::Pass3 => "pass@3",
            Self::Pass5 => "pass@5",
            Self::Pass10 => "pass@10",
            Self::Pass2kc => "pass@2kc",
            Self::Contain => "answer contained",
            Self::CitePrec => "citation precision",
            Self::CiteHit => "citation hit",
            Self::Len => "answer length, mean",
            Self::LenMedian => "answer length, median",
            Self::Auroc => "abstention AUROC",
            Self::AbstRec => "unanswerable refused",
            Self::FalseRef => "answerable refused",
            Self::AbstBacc => "balanced accuracy",
            Self::Again => "wrong answers repeated",
        }
    }

    /// Which values are good.
    #[must_use]
    pub fn better(self) -> Better {
        match self {
            Self::FalseRef | Self::Again => Better::Lower,
            Self::Len | Self::LenMedian => Better::Neither,
            _ => Better::Higher,
        }
    }

    /// Whether it counts characters.
    #[must_use]
    pub fn is_length(self) -> bool {
        matches!(self, Self::Len | Self::LenMedian)
    }

    /// Its place in [`Self::ALL`].
    #[must_use]
    pub fn index(self) -> usize {
        self as usize
    }
}
