//! Recovery after a spike, and how a system degrades past its limit.
//!
//! *Question*: how long after the spike until all is as before? *How*: a band from the slices before the spike; recovered
//! is the first of [`IN_A_ROW`] slices in a row inside it. "Not within the run" is a value, not a gap. *Misleads* with a
//! noisy baseline, whose band is wide.

/// How many slices in a row must be inside the band.
pub const IN_A_ROW: usize = 3;

/// A slice of time by latency and errors.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moment {
    /// Seconds from the start of the run to the start of the slice.
    pub at_s: f64,
    /// p95 (or another figure) of the slice, in any unit.
    pub latency: f64,
    /// Share of failed requests.
    pub errors: f64,
}

/// What may differ from the baseline.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Band {
    /// Relative excess of latency (0.1 for a tenth more).
    pub latency: f64,
    /// Absolute excess of the error rate.
    pub errors: f64,
}

/// Seconds from the end of the spike (`until_s`) to recovery; `None` when it did not recover within the run or there is
/// no baseline before the spike (`from_s`).
pub fn recovery_s(moments: &[Moment], from_s: f64, until_s: f64, band: Band) -> Option<f64> {
    let before: Vec<&Moment> = moments.iter().filter(|m| m.at_s < from_s).collect();
    if before.is_empty() {
        return None;
    }
    let of =
        |f: fn(&Moment) -> f64| crate::describe::median(&before.iter().map(|m| f(m)).collect::<Vec<_>>());
    let latency = of(|m| m.latency) * (1.0 + band.latency);
    let errors = of(|m| m.errors) + band.errors;
    let after: Vec<&Moment> = moments.iter().filter(|m| m.at_s >= until_s).collect();
    after
        .windows(IN_A_ROW)
        .find(|w| w.iter().all(|m| m.latency <= latency && m.errors <= errors))
        .map(|w| w[0].at_s - until_s)
}

/// What a spike does to a queue that serves `capacity` a second, if work flows like a fluid.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spike {
    /// Requests waiting at the end of the spike.
    pub backlog: f64,
    /// Longest wait in seconds.
    pub wait_max_s: f64,
    /// Seconds after the spike until the queue is empty; infinite if the base load fills the capacity.
    pub drain_s: f64,
}

/// The fluid model of a spike of `spike` requests a second for `seconds` over a base load.
pub fn fluid(capacity: f64, base: f64, spike: f64, seconds: f64) -> Spike {
    let backlog = ((spike - capacity) * seconds).max(0.0);
    let drain_s = if base < capacity { backlog / (capacity - base) } else { f64::INFINITY };
    Spike { backlog, wait_max_s: backlog / capacity, drain_s }
}

/// How a system behaves beyond its limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beyond {
    /// Throughput stays at nine tenths of its best or more.
    Graceful,
    /// Throughput falls.
    Collapse,
    /// No level was tried at which throughput lagged behind the offered load.
    NotReached,
}

/// Judges pairs of offered and achieved load, in order of offered load.
pub fn beyond(levels: &[(f64, f64)]) -> Beyond {
    let best = levels.iter().map(|l| l.1).fold(0.0, f64::max);
    let past = levels.iter().filter(|(offered, achieved)| *achieved < 0.95 * offered).map(|l| l.1);
    match past.reduce(f64::min) {
        None => Beyond::NotReached,
        Some(worst) if worst >= 0.9 * best => Beyond::Graceful,
        Some(_) => Beyond::Collapse,
    }
}
