//! Means of few runs: Welch's comparison, equivalence, ratios, one new run against a baseline, variance components.
//!
//! *Question*: how much do the means differ, and could the difference be ignored? *Misleads* when one run is an outlier:
//! the rank methods ([`crate::rank`]) do not care. Work on logarithms when changes are relative, as they are for latency.
//!
//! Sources: Welch 1947; Cochran 1977; Schuirmann 1987 (two one-sided tests); Fieller 1954; Kalibera & Jones 2013.

use crate::Interval;
use crate::describe::{deviation, mean, variance};
use crate::special::student;

/// A difference of two means and how sure it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Difference {
    /// Second mean minus first.
    pub estimate: f64,
    /// Standard error of the estimate.
    pub error: f64,
    /// Degrees of freedom (Welch and Satterthwaite).
    pub df: f64,
}

impl Difference {
    /// The interval at a two-sided `level`.
    pub fn interval(&self, level: f64) -> Interval {
        let half = student::quantile(0.5 + 0.5 * level, self.df) * self.error;
        Interval::new(self.estimate - half, self.estimate + half, level)
    }

    /// Two-sided p-value of "no difference".
    pub fn p_value(&self) -> f64 {
        if self.error == 0.0 {
            return f64::from(self.estimate == 0.0);
        }
        student::two_sided(self.estimate / self.error, self.df)
    }

    /// p-value of "the difference is at least `margin` in size": small means the two are equivalent.
    pub fn equivalence_p(&self, margin: f64) -> f64 {
        if self.error == 0.0 {
            return f64::from(self.estimate.abs() >= margin);
        }
        let above = student::sf((self.estimate + margin) / self.error, self.df);
        let below = student::sf((margin - self.estimate) / self.error, self.df);
        above.max(below)
    }
}

/// Welch's comparison of two groups with variances of their own; `None` below two values a group.
pub fn welch(first: &[f64], second: &[f64]) -> Option<Difference> {
    if first.len() < 2 || second.len() < 2 {
        return None;
    }
    let (a, b) = (variance(first) / first.len() as f64, variance(second) / second.len() as f64);
    let total = a + b;
    let df = if total > 0.0 {
        total * total / (a * a / (first.len() - 1) as f64 + b * b / (second.len() - 1) as f64)
    } else {
        (first.len() + second.len() - 2) as f64
    };
    Some(Difference { estimate: mean(second) - mean(first), error: total.sqrt(), df })
}

/// Mean of paired differences; `None` below two pairs.
pub fn paired(differences: &[f64]) -> Option<Difference> {
    let n = differences.len();
    (n >= 2).then(|| Difference {
        estimate: mean(differences),
        error: deviation(differences) / (n as f64).sqrt(),
        df: (n - 1) as f64,
    })
}

/// Ratio of the second mean to the first with Fieller's interval; `None` when the first is not clearly different from 0.
pub fn ratio(first: &[f64], second: &[f64], level: f64) -> Option<(f64, Interval)> {
    let (m, n) = (first.len() as f64, second.len() as f64);
    if first.len() < 2 || second.len() < 2 {
        return None;
    }
    let (x, y) = (mean(first), mean(second));
    let (vx, vy) = (variance(first) / m, variance(second) / n);
    // Kalibera and Jones take the degrees of freedom of one side; here of the smaller.
    let t = student::quantile(0.5 + 0.5 * level, m.min(n) - 1.0);
    let a = x * x - t * t * vx;
    let c = y * y - t * t * vy;
    let root = (x * y).powi(2) - a * c;
    if a <= 0.0 || root < 0.0 {
        return None;
    }
    Some((y / x, Interval::new((x * y - root.sqrt()) / a, (x * y + root.sqrt()) / a, level)))
}

/// Share that the parts together have of the wholes together, with its interval; `None` below two pairs, or when the wholes
/// are nothing. Pairs are independent of each other, a part and its whole are not (linearised ratio; Cochran 1977, ch. 6).
///
/// # Panics
/// When there are not as many parts as wholes.
pub fn share(parts: &[f64], wholes: &[f64], level: f64) -> Option<(f64, Interval)> {
    assert_eq!(parts.len(), wholes.len(), "each part has its whole");
    let (n, whole) = (wholes.len() as f64, mean(wholes));
    if wholes.len() < 2 || whole <= 0.0 {
        return None;
    }
    let share = mean(parts) / whole;
    let squares: f64 = parts.iter().zip(wholes).map(|(part, whole)| (part - share * whole).powi(2)).sum();
    let error = (squares / (n - 1.0) / n).sqrt() / whole;
    let half = student::quantile(0.5 + 0.5 * level, n - 1.0) * error;
    Some((share, Interval::new(share - half, share + half, level)))
}

/// One new run against a few baseline runs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Newcomer {
    /// Mean of the baseline.
    pub mean: f64,
    /// Spread of the baseline runs.
    pub deviation: f64,
    /// How many prediction errors the new run lies above the mean.
    pub t: f64,
    /// One-sided p-value of a run this high.
    pub p_higher: f64,
    /// Where a further run of the same kind would fall.
    pub prediction: Interval,
}

/// Judges `value` against baseline runs (t prediction); `None` below two of them.
///
/// Needs runs that spread normally (take logarithms); free of that assumption it would take 19 baseline runs.
pub fn newcomer(baseline: &[f64], value: f64, level: f64) -> Option<Newcomer> {
    let k = baseline.len() as f64;
    if baseline.len() < 2 {
        return None;
    }
    let (centre, spread) = (mean(baseline), deviation(baseline));
    let error = spread * (1.0 + 1.0 / k).sqrt();
    let t = if error > 0.0 { (value - centre) / error } else { f64::INFINITY.copysign(value - centre) };
    let half = student::quantile(0.5 + 0.5 * level, k - 1.0) * error;
    Some(Newcomer {
        mean: centre,
        deviation: spread,
        t,
        p_higher: student::sf(t, k - 1.0),
        prediction: Interval::new(centre - half, centre + half, level),
    })
}

/// Where the spread of repeated measurements comes from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Components {
    /// Variance within runs.
    pub within: f64,
    /// Variance between runs, beyond what within-run variance explains; not below 0.
    pub between: f64,
    /// Standard error of the grand mean, from run means.
    pub error: f64,
    /// Standard error if all values were (wrongly) taken as independent.
    pub naive_error: f64,
    /// Interval of the grand mean, from run means.
    pub interval: Interval,
}

/// Variance components of several runs of equally many values; `None` below two runs of two values.
pub fn components(runs: &[&[f64]], level: f64) -> Option<Components> {
    let (r, m) = (runs.len(), runs.first()?.len());
    if r < 2 || m < 2 || runs.iter().any(|run| run.len() != m) {
        return None;
    }
    let means: Vec<f64> = runs.iter().map(|run| mean(run)).collect();
    let within = mean(&runs.iter().map(|run| variance(run)).collect::<Vec<_>>());
    let between_square = m as f64 * variance(&means);
    let all: Vec<f64> = runs.iter().flat_map(|run| run.iter().copied()).collect();
    let error = deviation(&means) / (r as f64).sqrt();
    let half = student::quantile(0.5 + 0.5 * level, (r - 1) as f64) * error;
    let centre = mean(&means);
    Some(Components {
        within,
        between: ((between_square - within) / m as f64).max(0.0),
        error,
        naive_error: deviation(&all) / (all.len() as f64).sqrt(),
        interval: Interval::new(centre - half, centre + half, level),
    })
}

/// How many values to take in a run when a further run costs `cost_ratio` times a further value (Kalibera & Jones).
pub fn values_per_run(components: &Components, cost_ratio: f64) -> u64 {
    if components.between <= 0.0 {
        return 1;
    }
    (cost_ratio * components.within / components.between).sqrt().ceil().max(1.0) as u64
}
