//! What a trial at one level of load says: whether it settled, whether the objectives are kept, what it carried.

use stats::batches::Slice;
use stats::sla::{Judgement, Verdict, judge, overall};
use stats::steady::{SLICES_MIN, settled_from};

use super::Why;

/// Relative change between halves of a step that is not called movement.
const TOLERANCE: f64 = 0.05;

/// One second of a trial.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Second {
    /// Iterations that came to their end.
    pub iterations: u64,
    /// The sum of their lengths, in seconds.
    pub iteration_s: f64,
    /// Requests that were answered or failed.
    pub requests: u64,
    /// Requests that failed.
    pub failed: u64,
    /// The sum of the requests' durations, in seconds.
    pub request_s: f64,
}

impl Second {
    /// Mean time in the system in seconds: of requests, or of iterations where there are no requests.
    pub(super) fn response_s(&self) -> Option<f64> {
        match (self.requests, self.iterations) {
            (0, 0) => None,
            (0, n) => Some(self.iteration_s / n as f64),
            (n, _) => Some(self.request_s / n as f64),
        }
    }
}

/// Why the generator could not make the load.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Starved {
    /// In words.
    pub why: String,
    /// True when nothing that was measured counts; false when only a load that looks kept does not, because a slow
    /// target brings this about too.
    pub voids_failure: bool,
}

/// A trial as it was measured.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Step {
    /// Iterations a second (open model) or users (closed).
    pub offered: f64,
    /// Seconds with load; what comes after them is what was still under way.
    pub load_seconds: usize,
    /// What was measured, second by second from the start of the load.
    pub seconds: Vec<Second>,
    /// For each objective its slices, second by second.
    pub objectives: Vec<Vec<Slice>>,
    /// Mean number of iterations under way, as counted by looking; `None` when nobody looked.
    pub in_flight: Option<f64>,
    /// Why it says nothing of the target, if it does not.
    pub starved: Option<Starved>,
}

/// When the system had settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// From this second on.
    From(usize),
    /// It never did.
    Never,
    /// The trial is too short to tell; so many seconds at its start were left out.
    Unknown(usize),
}

impl Settled {
    /// The first second that counts, when `settle_s` seconds are left out in any case.
    fn first(self, settle_s: usize) -> usize {
        match self {
            Self::From(second) | Self::Unknown(second) => second,
            Self::Never => settle_s,
        }
    }
}

/// What a trial says.
#[derive(Debug, Clone, PartialEq)]
pub struct Level {
    /// Iterations a second (open model) or users (closed).
    pub offered: f64,
    /// Why it was tried.
    pub why: Why,
    /// Whether the objectives are kept.
    pub verdict: Verdict,
    /// When it had settled.
    pub settled: Settled,
    /// Seconds that were measured.
    pub seconds: usize,
    /// Iterations a second.
    pub throughput: f64,
    /// Mean length of an iteration, in seconds.
    pub iteration_s: f64,
    /// Requests a second.
    pub requests: f64,
    /// Mean time of a request, in seconds.
    pub response_s: f64,
    /// Share of requests that failed.
    pub errors: f64,
    /// Mean number of iterations under way, as counted by looking.
    pub in_flight: Option<f64>,
    /// Each objective's own judgement.
    pub objectives: Vec<Judgement>,
    /// Why it says nothing of the target, if it does not.
    pub starved: Option<Starved>,
}

/// Judges a trial: `allowed` is the share that each objective allows, `settle_s` seconds at its start never count.
///
/// A level that never settles is not kept for certain, whatever its figures say so far: a queue that grows has not yet
/// shown what it will come to.
pub fn judge_step(step: &Step, allowed: &[f64], settle_s: usize, level: f64, why: Why) -> Level {
    let load = &step.seconds[..step.load_seconds.min(step.seconds.len())];
    let settled = settled(&responses(load), settle_s);
    let from = settled.first(settle_s).min(load.len());
    let objectives: Vec<Judgement> = step
        .objectives
        .iter()
        .zip(allowed)
        .map(|(slices, allowed)| judge(&slices[from.min(slices.len())..], *allowed, level))
        .collect();
    let mut verdict = overall(&objectives.iter().map(|one| one.verdict).collect::<Vec<_>>());
    if verdict == Verdict::Pass && (settled == Settled::Never || step.starved.is_some()) {
        verdict = Verdict::Inconclusive;
    }
    let measured = &load[from..];
    let sum = measured.iter().fold(Second::default(), |sum, one| Second {
        iterations: sum.iterations + one.iterations,
        iteration_s: sum.iteration_s + one.iteration_s,
        requests: sum.requests + one.requests,
        failed: sum.failed + one.failed,
        request_s: sum.request_s + one.request_s,
    });
    let part = |of: f64, by: f64| if by > 0.0 { of / by } else { 0.0 };
    let seconds = measured.len() as f64;
    Level {
        offered: step.offered,
        why,
        verdict,
        settled,
        seconds: measured.len(),
        throughput: part(sum.iterations as f64, seconds),
        iteration_s: part(sum.iteration_s, sum.iterations as f64),
        requests: part(sum.requests as f64, seconds),
        response_s: sum.response_s().unwrap_or(0.0),
        errors: part(sum.failed as f64, sum.requests as f64),
        in_flight: step.in_flight,
        objectives,
        starved: step.starved.clone(),
    }
}

/// Mean response of each second; where nothing ended, that of the second before.
fn responses(load: &[Second]) -> Vec<f64> {
    let mut last = load.iter().find_map(Second::response_s).unwrap_or(0.0);
    let each = load.iter().map(|second| {
        last = second.response_s().unwrap_or(last);
        last
    });
    each.collect()
}

/// When a series has settled; at least half of it, and ten seconds, must remain to measure.
fn settled(series: &[f64], settle_s: usize) -> Settled {
    let rest = series.len().saturating_sub(settle_s);
    if rest < SLICES_MIN {
        return Settled::Unknown(settle_s.min(series.len() / 2));
    }
    let most = series.len() - SLICES_MIN.max(rest / 2);
    match settled_from(&series[settle_s..], TOLERANCE) {
        Some(from) if from + settle_s <= most => Settled::From(from + settle_s),
        _ => Settled::Never,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A trial at 10/s in which request `n` of second `s` takes `response(s)` seconds, against a limit of one second.
    fn step(seconds: usize, load_seconds: usize, response: impl Fn(usize) -> f64) -> Step {
        let second = |s: usize| Second {
            iterations: 10,
            iteration_s: 10.0 * response(s),
            requests: 20,
            failed: 2,
            request_s: 20.0 * response(s),
        };
        Step {
            offered: 10.0,
            load_seconds,
            seconds: (0..seconds).map(second).collect(),
            objectives: vec![
                (0..seconds).map(|s| Slice::new(if response(s) > 1.0 { 20 } else { 0 }, 20)).collect(),
            ],
            ..Step::default()
        }
    }

    #[test]
    fn a_trial_is_judged_from_where_it_has_settled() {
        let check = |step: &Step, verdict: Verdict, settled: Settled| {
            let level = judge_step(step, &[0.05], 2, 0.95, Why::Bracket);
            assert_eq!((level.verdict, level.settled), (verdict, settled));
            level
        };
        let warm = |s: usize| if s < 5 { 3.0 } else { 0.5 };
        let level = check(&step(40, 40, warm), Verdict::Pass, Settled::From(5));
        assert_eq!((level.seconds, level.throughput, level.errors), (35, 10.0, 0.1));
        assert!((level.response_s - 0.5).abs() < 1e-12 && (level.requests - 20.0).abs() < 1e-12);
        check(&step(40, 40, |_| 3.0), Verdict::Fail, Settled::From(2));
        // It grows for ever: what was measured so far is not what it comes to.
        check(&step(40, 40, |s| 0.01 * s as f64), Verdict::Inconclusive, Settled::Never);
        check(&step(40, 40, |s| 0.3 * s as f64), Verdict::Fail, Settled::Never);
        check(&step(8, 8, |_| 0.5), Verdict::Pass, Settled::Unknown(2));
    }

    #[test]
    fn what_ends_after_the_load_is_judged_and_not_counted() {
        let level = judge_step(&step(30, 20, |_| 0.5), &[0.05], 0, 0.95, Why::Bracket);
        assert_eq!((level.seconds, level.throughput), (20, 10.0));
        assert_eq!(level.objectives[0].rate.map(|rate| rate.total), Some(600));
    }

    #[test]
    fn a_generator_that_could_not_keep_up_keeps_nothing() {
        let mut starved = step(40, 40, |_| 0.5);
        starved.starved = Some(Starved { why: "lag".to_owned(), voids_failure: true });
        assert_eq!(judge_step(&starved, &[0.05], 0, 0.95, Why::Bracket).verdict, Verdict::Inconclusive);
    }
}
