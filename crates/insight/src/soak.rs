//! Whether a run ages: latency that creeps up, memory that leaks.
//!
//! Main type: [`Ageing`], the verdict on one series of the run.

use stats::Interval;
use stats::leak::{Growth, judge, judge_level};

/// How a series is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nature {
    /// A stock that is freed in jumps, as memory is: its floor tells.
    Stock,
    /// A level where every value counts, as a percentile a second does.
    Level,
}

/// How a series grew over a run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ageing {
    /// What can be said.
    pub growth: Growth,
    /// Growth a second, with its interval; `None` when the run is too short.
    pub per_second: Option<(f64, Interval)>,
    /// Growth over what was judged, as a share of the level at its start.
    pub relative: f64,
    /// The p-value of the trend; `None` when the run is too short.
    pub p_value: Option<f64>,
    /// Seconds from the end of the run until the limit is reached: earliest, likely, latest. `None` without a limit, or
    /// when nothing grows for certain.
    pub seconds_to_limit: Option<(f64, f64, f64)>,
}

/// Judges a series of one value a second at a two-sided confidence `level`.
pub fn age(series: &[f64], nature: Nature, limit: Option<f64>, level: f64) -> Ageing {
    let leak = match nature {
        Nature::Stock => judge(series, level),
        Nature::Level => judge_level(series, level),
    };
    let now = &series[series.len() - series.len().min(12)..];
    let now = match nature {
        Nature::Stock => now.iter().copied().fold(f64::INFINITY, f64::min),
        Nature::Level => stats::describe::median(now),
    };
    let grows = leak.growth == Growth::Steady;
    let limit = limit.filter(|_| grows && !series.is_empty());
    Ageing {
        growth: leak.growth,
        per_second: leak.per_sample,
        relative: leak.relative,
        p_value: leak.trend.map(|trend| trend.p_value),
        seconds_to_limit: limit.and_then(|limit| leak.samples_to(now, limit)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(seconds: usize, value: impl Fn(f64) -> f64) -> Vec<f64> {
        // A spread that repeats after a prime number of seconds.
        (0..seconds).map(|s| value(s as f64) + (s * 7 % 13) as f64 * 0.1).collect()
    }

    #[test]
    fn growth_is_told_from_noise_and_from_saws() {
        let check = |series: &[f64], nature: Nature, expected: Growth| {
            assert_eq!(age(series, nature, None, 0.95).growth, expected);
        };
        check(&series(480, |_| 50.0), Nature::Level, Growth::None);
        check(&series(480, |s| 50.0 + 0.05 * s), Nature::Level, Growth::Steady);
        check(&series(480, |s| 50.0 + s % 10.0), Nature::Stock, Growth::None);
        check(&series(480, |s| 50.0 + s % 10.0 + 0.05 * s), Nature::Stock, Growth::Steady);
        check(&series(60, |s| 50.0 + s), Nature::Level, Growth::Inconclusive);
        check(&[], Nature::Level, Growth::Inconclusive);
    }

    #[test]
    fn a_limit_is_reached_when_it_is() {
        let ageing = age(&series(480, |s| 50.0 + 0.05 * s), Nature::Level, Some(100.0), 0.95);
        let (earliest, likely, latest) = ageing.seconds_to_limit.unwrap();
        assert!(earliest <= likely && likely <= latest && (likely - 520.0).abs() < 40.0, "{ageing:?}");
        let still = age(&series(480, |_| 50.0), Nature::Level, Some(100.0), 0.95);
        assert_eq!(still.seconds_to_limit, None);
    }
}
