//! Apdex: one number for how satisfied users are with latency, with an interval.
//!
//! *Question*: which share of users was served within T (counted fully) or within 4 T (counted half)? *Misleads* because
//! very different distributions share one score, and below 100 samples; failed requests must count as frustrated.
//!
//! Source: Apdex Technical Specification 1.1.

use crate::Interval;
use crate::batches::shrink;
use crate::special::normal;

/// Requests of a batch by how their users feel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Feelings {
    /// Answered within T.
    pub satisfied: u64,
    /// Answered within 4 T.
    pub tolerating: u64,
    /// Slower, or failed.
    pub frustrated: u64,
}

impl Feelings {
    /// All requests.
    pub fn total(&self) -> u64 {
        self.satisfied + self.tolerating + self.frustrated
    }

    /// Satisfied requests plus half of the tolerating ones.
    fn points(&self) -> f64 {
        self.satisfied as f64 + 0.5 * self.tolerating as f64
    }

    /// The score, between 0 and 1; `NaN` of no requests.
    pub fn score(&self) -> f64 {
        self.points() / self.total() as f64
    }
}

/// The words of the specification for a score.
pub fn rating(score: f64) -> &'static str {
    match (score * 100.0).round() {
        s if s >= 94.0 => "excellent",
        s if s >= 85.0 => "good",
        s if s >= 70.0 => "fair",
        s if s >= 50.0 => "poor",
        _ => "unacceptable",
    }
}

/// A score with its interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Apdex {
    /// Between 0 (all frustrated) and 1 (all satisfied).
    pub score: f64,
    /// The interval for dependent samples.
    pub interval: Interval,
    /// Whether there are the 100 samples that the specification asks for.
    pub enough_samples: bool,
}

/// The score over contiguous batches; `None` with fewer than two batches or no requests.
///
/// The variance of the score between batches gives a design effect, and a Wilson interval of the effective number of
/// requests keeps the ends between 0 and 1.
pub fn apdex(batches: &[Feelings], level: f64) -> Option<Apdex> {
    let all = batches.iter().fold(Feelings::default(), |sum, b| Feelings {
        satisfied: sum.satisfied + b.satisfied,
        tolerating: sum.tolerating + b.tolerating,
        frustrated: sum.frustrated + b.frustrated,
    });
    let (n, b) = (all.total() as f64, batches.len() as f64);
    if n == 0.0 || batches.len() < 2 {
        return None;
    }
    let score = all.score();
    let spread: f64 = batches.iter().map(|f| (f.points() - score * f.total() as f64).powi(2)).sum();
    let between = b / (b - 1.0) * spread / (n * n);
    // Variance of the score if requests were independent; scores are 0, 1/2 or 1.
    let alone = (all.satisfied as f64 + 0.25 * all.tolerating as f64) / n - score * score;
    let largest = score * (1.0 - score);
    let deff = if alone > 0.0 { (between / (alone / n)).max(1.0) } else { 1.0 };
    let effective = if alone > 0.0 {
        n / deff * shrink(batches.len(), level) * (largest / alone)
    } else {
        n * shrink(batches.len(), level)
    };
    let z2 = normal::quantile(0.5 + 0.5 * level).powi(2);
    let centre = (score + z2 / (2.0 * effective)) / (1.0 + z2 / effective);
    let half =
        (z2 * (largest / effective + z2 / (4.0 * effective * effective))).sqrt() / (1.0 + z2 / effective);
    let interval = Interval::new((centre - half).max(0.0), (centre + half).min(1.0), level);
    Some(Apdex { score, interval, enough_samples: all.total() >= 100 })
}
