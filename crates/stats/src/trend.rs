//! Trends in a series: Mann–Kendall with a variance that autocorrelation cannot fool, Sen's slope, seasonal form.
//!
//! *Question*: does the series rise or fall? *Misleads*: the plain test assumes independent values and calls 31 % of
//! trendless AR(0.9) series a trend. [`Correction::Lag1`] inflates the variance by the lag-1 correlation of what is
//! left when the slope is taken out, and never deflates it; Hamed and Rao's correction can shrink the variance and is
//! kept for comparison only. No correction makes a random walk or a warm-up stationary: see [`crate::leak`].
//!
//! Sources: Mann 1945; Kendall 1975; Theil 1950; Sen 1968; Siegel 1982; Hamed & Rao 1998; Hirsch, Slack & Smith 1982.

use crate::Interval;
use crate::describe::{autocorrelation, median, median_of_sorted, sorted};
use crate::special::normal;

/// How the variance accounts for values that resemble their neighbours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Correction {
    /// Not at all.
    None,
    /// By the bias-corrected lag-1 correlation of the detrended series; never below the plain variance.
    Lag1,
    /// By the significant rank correlations at all lags (Hamed & Rao); may fall below the plain variance.
    HamedRao,
}

/// Result of the Mann–Kendall test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trend {
    /// Rising pairs minus falling pairs.
    pub s: f64,
    /// Variance of `s` if there is no trend.
    pub variance: f64,
    /// Standard score, with continuity correction.
    pub z: f64,
    /// Two-sided p-value.
    pub p_value: f64,
    /// Kendall's tau-b, from −1 to 1.
    pub tau: f64,
}

impl Trend {
    fn of(s: f64, variance: f64, tau: f64) -> Self {
        let z = if s == 0.0 || variance <= 0.0 { 0.0 } else { (s - s.signum()) / variance.sqrt() };
        Self { s, variance, z, p_value: normal::two_sided(z), tau }
    }
}

/// Rising minus falling pairs, variance with ties, and tau-b.
fn kendall(series: &[f64]) -> (f64, f64, f64) {
    let n = series.len() as f64;
    let mut s = 0i64;
    for (i, a) in series.iter().enumerate() {
        for b in &series[i + 1..] {
            s += i64::from(b > a) - i64::from(b < a);
        }
    }
    let order = sorted(series);
    let (mut ties, mut tied_pairs) = (0.0, 0.0);
    for group in order.chunk_by(|a, b| a == b) {
        let t = group.len() as f64;
        ties += t * (t - 1.0) * (2.0 * t + 5.0);
        tied_pairs += t * (t - 1.0) / 2.0;
    }
    let pairs = n * (n - 1.0) / 2.0;
    let tau = s as f64 / (pairs * (pairs - tied_pairs)).sqrt();
    (s as f64, (n * (n - 1.0) * (2.0 * n + 5.0) - ties) / 18.0, tau)
}

/// Tests for a trend; `None` below four values. Costs n² steps: batch long series first.
pub fn mann_kendall(series: &[f64], correction: Correction) -> Option<Trend> {
    if series.len() < 4 {
        return None;
    }
    let (s, variance, tau) = kendall(series);
    let factor = match correction {
        Correction::None => 1.0,
        Correction::Lag1 => lag1_factor(series),
        Correction::HamedRao => hamed_rao_factor(series),
    };
    Some(Trend::of(s, variance * factor, tau))
}

/// `(1 + r) / (1 − r)` of the detrended series, at least 1.
fn lag1_factor(series: &[f64]) -> f64 {
    let n = series.len() as f64;
    let r = autocorrelation(&detrended(series), 1);
    // The estimate is too low by about (1 + 4 r) / n (Kendall 1954).
    let r = ((n * r + 1.0) / (n - 4.0).max(1.0)).clamp(0.0, 0.99);
    (1.0 + r) / (1.0 - r)
}

/// The series without its Sen slope.
fn detrended(series: &[f64]) -> Vec<f64> {
    let slope = sen_slope_only(series);
    series.iter().enumerate().map(|(i, v)| v - slope * i as f64).collect()
}

fn hamed_rao_factor(series: &[f64]) -> f64 {
    let n = series.len();
    let rest = detrended(series);
    let ranks = midranks(&rest);
    let bound = normal::quantile(0.975) / (n as f64).sqrt();
    let sum: f64 = (1..n)
        .map(|lag| (lag, autocorrelation(&ranks, lag)))
        .filter(|(_, r)| r.abs() > bound)
        .map(|(lag, r)| {
            let left = (n - lag) as f64;
            left * (left - 1.0) * (left - 2.0) * r
        })
        .sum();
    let n = n as f64;
    1.0 + 2.0 / (n * (n - 1.0) * (n - 2.0)) * sum
}

fn midranks(values: &[f64]) -> Vec<f64> {
    let order = sorted(values);
    values
        .iter()
        .map(|v| {
            let below = order.partition_point(|x| x < v) as f64;
            let up_to = order.partition_point(|x| x <= v) as f64;
            (below + up_to + 1.0) / 2.0
        })
        .collect()
}

/// Seasonal Mann–Kendall: seasons of `period` values are tested on their own and added (Hirsch, Slack & Smith).
pub fn seasonal(series: &[f64], period: usize) -> Option<Trend> {
    if period == 0 || series.len() < 2 * period {
        return None;
    }
    let (mut s, mut variance, mut tau) = (0.0, 0.0, 0.0);
    for season in 0..period {
        let part: Vec<f64> = series.iter().skip(season).step_by(period).copied().collect();
        let (one, its_variance, its_tau) = kendall(&part);
        s += one;
        variance += its_variance;
        tau += its_tau / period as f64;
    }
    Some(Trend::of(s, variance, tau))
}

/// A robust slope per unit of time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Slope {
    /// Median of all pairwise slopes.
    pub slope: f64,
    /// Its interval, for independent values.
    pub interval: Interval,
}

/// All pairwise slopes, ascending; pairs at the same `x` are left out.
fn slopes(x: &[f64], y: &[f64]) -> Vec<f64> {
    let mut all = Vec::with_capacity(x.len() * (x.len().saturating_sub(1)) / 2);
    for i in 0..x.len() {
        for j in i + 1..x.len() {
            if x[i] != x[j] {
                all.push((y[j] - y[i]) / (x[j] - x[i]));
            }
        }
    }
    all.sort_by(f64::total_cmp);
    all
}

/// Theil and Sen's slope of `y` over `x` with Sen's interval; `None` when no two `x` differ.
///
/// The variance counts ties among `y`, and among `x`; both together only where there are none in one of them.
pub fn theil_sen(x: &[f64], y: &[f64], level: f64) -> Option<Slope> {
    theil_sen_inflated(x, y, level, 1.0)
}

/// The same with the variance of Kendall's S multiplied by `factor`, for dependent values.
pub fn theil_sen_inflated(x: &[f64], y: &[f64], level: f64, factor: f64) -> Option<Slope> {
    let all = slopes(x, y);
    if all.is_empty() {
        return None;
    }
    let n = x.len() as f64;
    let ties = |values: &[f64]| -> f64 {
        sorted(values)
            .chunk_by(|a, b| a == b)
            .map(|g| g.len() as f64)
            .map(|t| t * (t - 1.0) * (2.0 * t + 5.0))
            .sum()
    };
    let variance = (n * (n - 1.0) * (2.0 * n + 5.0) - ties(x) - ties(y)) / 18.0 * factor;
    let half = normal::quantile(0.5 + 0.5 * level) * variance.max(0.0).sqrt();
    let count = all.len() as f64;
    let upper = (((count + half) / 2.0).round() as usize).min(all.len() - 1);
    let lower = (((count - half) / 2.0).round() - 1.0).max(0.0) as usize;
    let interval = Interval::new(all[lower], all[upper], level);
    Some(Slope { slope: median_of_sorted(&all), interval })
}

/// Sen's slope of a series per step; `None` below two values.
pub fn sen(series: &[f64], level: f64) -> Option<Slope> {
    let x: Vec<f64> = (0..series.len()).map(|i| i as f64).collect();
    theil_sen(&x, series, level)
}

/// Sen's slope with the interval widened by the lag-1 correction.
pub fn sen_dependent(series: &[f64], level: f64) -> Option<Slope> {
    let x: Vec<f64> = (0..series.len()).map(|i| i as f64).collect();
    theil_sen_inflated(&x, series, level, lag1_factor(series))
}

fn sen_slope_only(series: &[f64]) -> f64 {
    sen(series, 0.95).map_or(0.0, |s| s.slope)
}

/// Seasonal Sen slope per period: the median of slopes within seasons.
pub fn seasonal_sen(series: &[f64], period: usize) -> f64 {
    let mut all = Vec::new();
    for season in 0..period {
        let part: Vec<f64> = series.iter().skip(season).step_by(period).copied().collect();
        let x: Vec<f64> = (0..part.len()).map(|i| i as f64).collect();
        all.extend(slopes(&x, &part));
    }
    median(&all)
}

/// Siegel's repeated-medians slope of `y` over `x`.
pub fn siegel(x: &[f64], y: &[f64]) -> f64 {
    let medians: Vec<f64> = (0..x.len())
        .filter_map(|i| {
            let own: Vec<f64> =
                (0..x.len()).filter(|j| x[*j] != x[i]).map(|j| (y[j] - y[i]) / (x[j] - x[i])).collect();
            (!own.is_empty()).then(|| median(&own))
        })
        .collect();
    median(&medians)
}
