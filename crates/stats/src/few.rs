//! Comparing when there are too few runs for ranks: one new run against a baseline, three against three, one against one.
//!
//! *Question*: the same as that of [`crate::compare`]. *How*: with some runs a side, Student's comparison with the spread
//! pooled over both sides; with one new run it is the t prediction of [`crate::means::newcomer`]. With a single run a
//! side there is no spread between runs to measure: slices of time tell how sure each run is of its own figure, and how
//! much runs of one build differ is **assumed**, and added. *Misleads* when runs do not spread normally (work on
//! logarithms), and with single runs when the assumed spread is smaller than the true one.
//!
//! Sources: Student 1908; Welch 1947 and Satterthwaite 1946 (degrees of freedom of a sum).

use crate::compare::{Basis, Comparison, Found, Question, Refusal, conclude};
use crate::describe::{mean, squares};
use crate::means::Difference;

/// Degrees of freedom that stand for "known".
const KNOWN: f64 = 1e6;

/// A run's figure with the error that its own slices of time tell of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Within {
    /// The figure, on the scale of the calculation: its logarithm for ratios.
    pub value: f64,
    /// Its standard error on that scale.
    pub error: f64,
    /// Degrees of freedom of the error: batches less one.
    pub df: f64,
}

/// Compares two groups whose spread is the same, on the scale of the calculation.
///
/// Four runs in all are the least: with fewer the interval would be wider than anyone has a use for.
pub(crate) fn pooled(a: &[f64], b: &[f64], question: &Question) -> Result<Found, Refusal> {
    let (m, n) = (a.len() as f64, b.len() as f64);
    if a.is_empty() || b.is_empty() || a.len() + b.len() < 4 {
        return Err(Refusal::TooFewRuns);
    }
    let df = m + n - 2.0;
    let spread = ((squares(a) + squares(b)) / df).sqrt();
    let error = spread * (1.0 / m + 1.0 / n).sqrt();
    let found = Difference { estimate: mean(b) - mean(a), error, df };
    Ok(Found {
        effect: found.estimate,
        interval: found.interval(question.level),
        p_value: found.p_value(),
        p_mean: found.p_value(),
        spread,
        basis: Basis::Student,
    })
}

/// Compares two single runs. `noise` is the assumed spread (standard deviation) between runs of one build, on the scale
/// of the calculation.
pub fn singles(a: Within, b: Within, noise: f64, question: &Question) -> Comparison {
    let own = a.error.powi(2) + b.error.powi(2);
    let total = own + 2.0 * noise.powi(2);
    let wobble = a.error.powi(4) / a.df + b.error.powi(4) / b.df;
    let df = if wobble > 0.0 { (total.powi(2) / wobble).min(KNOWN) } else { KNOWN };
    let found = Difference { estimate: b.value - a.value, error: total.sqrt(), df };
    let found = Found {
        effect: found.estimate,
        interval: found.interval(question.level),
        p_value: found.p_value(),
        p_mean: found.p_value(),
        spread: (total / 2.0).sqrt(),
        basis: Basis::Slices { own_share: if total > 0.0 { own / total } else { 0.0 } },
    };
    conclude(&found, question)
}
