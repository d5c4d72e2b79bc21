//! Outliers among few measurements: labelled, never dropped.
//!
//! *Question*: which runs look unlike the others? *Misleads* when they are then left out: in latency the tail **is** the
//! finding, and dropping the top 1 % of samples turns p99 into p98.
//!
//! Sources: Tukey 1977; Iglewicz & Hoaglin 1993 for scores by the median.

use crate::describe::{QuantileRule, median, median_deviation, quantile, sorted};

/// Scores beyond this are far out: ten times 1.4826, the scale of the median deviation for normal values.
pub const FAR: f64 = 14.826;

/// Distances from the median in median deviations, with a tiny deviation in place of none.
pub fn modified_scores(values: &[f64]) -> Vec<f64> {
    let centre = median(values);
    let deviation = median_deviation(values);
    let scale = if deviation > 0.0 { deviation } else { f64::EPSILON };
    values.iter().map(|v| (v - centre) / scale).collect()
}

/// Indices of the values that lie far out.
pub fn far(values: &[f64]) -> Vec<usize> {
    modified_scores(values).iter().enumerate().filter(|(_, s)| s.abs() > FAR).map(|(i, _)| i).collect()
}

/// How many values lie outside Tukey's fences.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fences {
    /// Beyond 1.5 interquartile ranges, but not severe.
    pub mild: usize,
    /// Beyond 3 interquartile ranges.
    pub severe: usize,
}

/// Counts values outside Tukey's fences.
pub fn tukey(values: &[f64]) -> Fences {
    let order = sorted(values);
    let (low, high) =
        (quantile(&order, 0.25, QuantileRule::Linear), quantile(&order, 0.75, QuantileRule::Linear));
    let outside = |factor: f64| {
        let reach = factor * (high - low);
        values.iter().filter(|v| **v < low - reach || **v > high + reach).count()
    };
    let severe = outside(3.0);
    Fences { mild: outside(1.5) - severe, severe }
}
