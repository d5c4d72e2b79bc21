//! Where warm-up ends: MSER-5.
//!
//! *Question*: how many seconds at the start do not belong to the steady state? *How*: means of five values; the cut is
//! where the standard error of what remains is smallest. *Misleads* on raw requests (use a value a second, of latency and
//! of throughput, and the larger cut), and when the cut is moved after the verdict was seen. If the best cut lies in
//! the second half of the run, there is no steady state to speak of.
//!
//! Source: White 1997; White, Cobb & Spratt 2000.

/// How many values make a batch mean.
const BATCH: usize = 5;

/// The end of warm-up.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Warmup {
    /// This many values at the start belong to the warm-up.
    Ends {
        /// Number of values to leave out.
        values: usize,
        /// The minimum that MSER found: half-width squared of the remaining batch means, up to a constant.
        criterion: f64,
    },
    /// The run was still changing in its second half: run longer.
    NoSteadyState,
    /// Fewer than four batches of five values.
    TooShort,
}

/// Finds the end of warm-up of a series with a value per slice of time.
pub fn find(series: &[f64]) -> Warmup {
    let means: Vec<f64> = series.chunks_exact(BATCH).map(crate::describe::mean).collect();
    let k = means.len();
    if k < 4 {
        return Warmup::TooShort;
    }
    let centre = crate::describe::mean(&means);
    // Sums from the end, about the overall mean, so that each cut costs one step and keeps its digits.
    let (mut total, mut squares) = (0.0, 0.0);
    let mut best = (0, f64::INFINITY);
    let mut criteria = vec![f64::INFINITY; k];
    for cut in (0..k).rev() {
        let value = means[cut] - centre;
        total += value;
        squares += value * value;
        let rest = (k - cut) as f64;
        // The last few batches agree by chance; White's rule leaves at least five of them.
        if k - cut >= 5.min(k / 2) {
            criteria[cut] = (squares - total * total / rest).max(0.0) / (rest * rest);
        }
    }
    for (cut, value) in criteria.iter().enumerate() {
        if *value < best.1 {
            best = (cut, *value);
        }
    }
    if best.0 > k / 2 {
        return Warmup::NoSteadyState;
    }
    Warmup::Ends { values: best.0 * BATCH, criterion: best.1 }
}

/// The common end of warm-up of several series of the same run: the latest of them.
pub fn find_all(series: &[&[f64]]) -> Warmup {
    let mut latest = Warmup::TooShort;
    for one in series {
        latest = match (latest, find(one)) {
            (Warmup::NoSteadyState, _) | (_, Warmup::NoSteadyState) => Warmup::NoSteadyState,
            (before, Warmup::TooShort) => before,
            (Warmup::TooShort, found) => found,
            (Warmup::Ends { values: a, criterion: x }, Warmup::Ends { values: b, criterion: y }) => {
                if b > a {
                    Warmup::Ends { values: b, criterion: y }
                } else {
                    Warmup::Ends { values: a, criterion: x }
                }
            }
        };
    }
    latest
}
