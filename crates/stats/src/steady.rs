//! Steady state of a load step: whether the system has settled, so that measuring may begin.
//!
//! *Question*: is this level of load in equilibrium? *How*: two halves of the last slices must have means that agree
//! within a tolerance or within their noise, and no trend may be left. *Misleads* near capacity, where queues settle slowly:
//! a system that cannot carry the load never settles, and that is the finding.

use crate::batches::batch_means;
use crate::describe::mean;
use crate::trend::{Correction, mann_kendall};

/// Whether a step has settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Level: measuring may begin.
    Steady,
    /// Still moving by more than the tolerance.
    Moving,
    /// Fewer slices than can tell.
    TooShort,
}

/// Fewest slices that can tell.
pub const SLICES_MIN: usize = 10;

/// Judges the last slices of a step: `tolerance` is the relative change between halves that does not matter (0.05).
pub fn state(series: &[f64], tolerance: f64) -> State {
    if series.len() < SLICES_MIN {
        return State::TooShort;
    }
    let (early, late) = series.split_at(series.len() / 2);
    let (a, b) = (mean(early), mean(late));
    let scale = a.abs().max(b.abs());
    let close = (a - b).abs() <= tolerance * scale;
    let trend = mann_kendall(series, Correction::Lag1);
    let falls_or_rises = trend.is_some_and(|t| t.p_value < 0.01);
    // Halves that differ by no more than the noise of the later one (the earlier may hold the settling itself) are level
    // too, unless there is a trend.
    let noisy = batch_means(late, 5, 0.95)
        .is_some_and(|(_, i)| (a - b).abs() <= 0.5 * i.width() * std::f64::consts::SQRT_2);
    if close || (noisy && !falls_or_rises) { State::Steady } else { State::Moving }
}

/// Index of the first slice from which the rest of the step is steady, found by leaving out growing parts of the
/// start; `None` if it never settles.
pub fn settled_from(series: &[f64], tolerance: f64) -> Option<usize> {
    let step = (series.len() / 20).max(1);
    (0..series.len().saturating_sub(SLICES_MIN))
        .step_by(step)
        .find(|from| state(&series[*from..], tolerance) == State::Steady)
}
