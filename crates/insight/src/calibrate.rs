//! How often the gate is wrong on this system: runs of one build, compared with each other.

use crate::{Decision, Policy, Profile, Run, Side, gate};
use stats::Interval;
use stats::compare::Design;
use stats::proportion::clopper_pearson;
use stats::rng::Random;

/// The gate's measured rate of false alarms.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Calibration {
    /// Ways to split the runs that were tried.
    pub splits: usize,
    /// Those in which the gate failed, though both sides are the same build.
    pub alarms: usize,
    /// Alarms divided by splits.
    pub rate: f64,
    /// Interval of the rate. Splits share runs, so it is as wide as that of the disjoint pairs of sides there are.
    pub interval: Interval,
}

/// Splits runs of one build to two sides of `per_side` runs, `splits` times at random (seeded), and counts alarms.
///
/// `None` when there are fewer runs that can be trusted than two sides need.
pub fn calibrate(
    runs: &[Run],
    per_side: usize,
    splits: usize,
    profile: &Profile,
    seed: u64,
) -> Option<Calibration> {
    let trusted: Vec<&Run> = runs.iter().filter(|run| run.trusted).collect();
    if per_side == 0 || splits == 0 || trusted.len() < 2 * per_side {
        return None;
    }
    let mut random = Random::new(seed);
    let mut order: Vec<usize> = (0..trusted.len()).collect();
    let mut alarms = 0;
    for _ in 0..splits {
        random.shuffle(&mut order);
        let side = |name: &str, indices: &[usize]| Side {
            name: name.to_owned(),
            runs: indices.iter().map(|i| trusted[*i].clone()).collect(),
        };
        let a = side("A", &order[..per_side]);
        let b = side("A again", &order[per_side..2 * per_side]);
        let report = gate(&a, &b, Design::Separate, profile, Policy::default());
        alarms += usize::from(report.decision == Decision::Fail);
    }
    let rate = alarms as f64 / splits as f64;
    let independent = (trusted.len() / (2 * per_side)) as f64;
    let interval = clopper_pearson(rate * independent, independent, profile.level);
    Some(Calibration { splits, alarms, rate, interval })
}
