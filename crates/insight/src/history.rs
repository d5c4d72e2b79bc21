//! A figure over many runs: where its level changed, and when it will reach a limit.
//!
//! Main type: [`History`]. Runs stand in the order of time; who made them and where they are kept is not known here.

use stats::Interval;
use stats::changepoint::{ChangePoint, SEGMENT_MIN, Search, find};
use stats::describe::median;
use stats::forecast::{Exhaustion, Growth, Line, backtest, exhaustion};

/// Shuffles behind a p-value, and their seed, so that a history always says the same.
const SHUFFLES: usize = 999;
const SEED: u64 = 1;
/// Fewest runs of the last level that a forecast is made from.
const FORECAST_MIN: usize = 5;

/// A level: the runs between two changes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stretch {
    /// Index of its first run.
    pub from: usize,
    /// Index behind its last run.
    pub to: usize,
    /// The median of its runs.
    pub level: f64,
    /// How often shuffled runs split as far as here; `None` for the first stretch, which is no change.
    pub p_value: Option<f64>,
    /// Relative change from the stretch before: 0.1 for a tenth more.
    pub change: Option<f64>,
}

/// The levels of a figure over time.
#[derive(Debug, Clone, PartialEq)]
pub struct History {
    /// The levels, in the order of time; empty without runs.
    pub stretches: Vec<Stretch>,
    /// There are too few runs for any change to be found.
    pub too_short: bool,
}

/// Finds the changes of level at a two-sided confidence `level`.
pub fn history(values: &[f64], level: f64) -> History {
    let search = Search { alpha: 1.0 - level, shuffles: SHUFFLES, seed: SEED };
    let changes = find(values, &search);
    let ends = changes.iter().map(|change| change.index).chain([values.len()]);
    let starts = [None].into_iter().chain(changes.iter().map(Some));
    let stretch = |(change, to): (Option<&ChangePoint>, usize)| {
        let from = change.map_or(0, |change| change.index);
        Stretch {
            from,
            to,
            level: median(&values[from..to]),
            p_value: change.map(|change| change.p_value),
            change: change.map(ChangePoint::effect),
        }
    };
    let stretches = if values.is_empty() { Vec::new() } else { starts.zip(ends).map(stretch).collect() };
    History { stretches, too_short: values.len() < 2 * SEGMENT_MIN }
}

/// When a figure will reach a limit.
#[derive(Debug, Clone, PartialEq)]
pub struct Forecast {
    /// When, in the unit of the times; `None` when it moves away from the limit or stands still.
    pub reached: Option<Exhaustion>,
    /// Change of the figure per unit of time, with its interval.
    pub slope: (f64, Interval),
    /// Where one more run, as far ahead as the last one is from the one before, would fall.
    pub next: Interval,
    /// Share of the runs that fell into the interval that the runs before them foretold; `None` with too few.
    pub held: Option<f64>,
    /// Runs that it is made from: those since the last change of level.
    pub runs: usize,
}

/// Foretells when `values` at `times` (in any unit, rising) reach `limit`, from the runs since the last change of level;
/// `None` with fewer than five of them.
///
/// A change of level in the future is foretold by nobody: that is how forecasts lie.
pub fn forecast(
    times: &[f64],
    values: &[f64],
    history: &History,
    limit: f64,
    level: f64,
) -> Option<Forecast> {
    let from = history.stretches.last()?.from;
    let (times, values) = (&times[from..], &values[from..]);
    if values.len() < FORECAST_MIN {
        return None;
    }
    let line = Line::fit(times, values)?;
    let last = *times.last()?;
    let step = last - times[times.len() - 2];
    Some(Forecast {
        reached: exhaustion(times, values, limit, Growth::Linear, level),
        slope: (line.slope, line.slope_interval(level)),
        next: line.prediction(last + step, level),
        held: backtest(times, values, FORECAST_MIN, 1, level),
        runs: values.len(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs around 100 and then around 130, with a spread that repeats.
    fn stepped(before: usize, after: usize) -> Vec<f64> {
        let noise = [0.0, 1.2, -0.7, 0.4, -1.1, 0.9, -0.3];
        let level = |n: usize| if n < before { 100.0 } else { 130.0 };
        (0..before + after).map(|n| level(n) + noise[n % noise.len()]).collect()
    }

    #[test]
    fn a_change_of_level_is_found_where_it_is() {
        let found = history(&stepped(12, 9), 0.95);
        let ends: Vec<(usize, usize)> = found.stretches.iter().map(|one| (one.from, one.to)).collect();
        assert_eq!(ends, [(0, 12), (12, 21)]);
        let change = found.stretches[1].change.unwrap();
        assert!((change - 0.3).abs() < 0.02 && found.stretches[1].p_value.unwrap() <= 0.05, "{found:?}");
        assert!(found.stretches[0].p_value.is_none() && !found.too_short);
        assert_eq!(history(&stepped(14, 0), 0.95).stretches.len(), 1);
        assert!(history(&stepped(3, 3), 0.95).too_short);
        assert_eq!(history(&[], 0.95).stretches, []);
    }

    #[test]
    fn a_limit_is_foretold_from_the_last_level() {
        let times: Vec<f64> = (0..20).map(f64::from).collect();
        let noise = [0.0, 0.2, -0.2, 0.1];
        let rising: Vec<f64> = (0..20).map(|n| 50.0 + f64::from(n) + noise[n as usize % 4]).collect();
        let all = History {
            stretches: vec![Stretch { from: 0, to: 20, level: 60.0, p_value: None, change: None }],
            too_short: false,
        };
        let foretold = forecast(&times, &rising, &all, 80.0, 0.95).unwrap();
        let reached = foretold.reached.unwrap();
        assert!((reached.at - 30.0).abs() < 0.5 && reached.interval.unwrap().contains(30.0), "{reached:?}");
        assert!(foretold.next.contains(70.0) && foretold.held.unwrap() > 0.8 && !reached.extrapolated);
        assert_eq!(forecast(&times, &rising, &all, 10.0, 0.95).unwrap().reached, None);
        assert_eq!(forecast(&times[..4], &rising[..4], &history(&rising[..4], 0.95), 80.0, 0.95), None);
    }
}
