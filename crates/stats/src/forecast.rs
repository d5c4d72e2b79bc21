//! Straight lines with prediction intervals, and when a limit will be reached.
//!
//! *Question*: when is the disk full, and how sure is that? *How*: least squares on the level or its logarithm; the date
//! by inverse prediction with Fieller's interval, never by dividing by the ends of the slope's interval.
//! *Misleads* beyond the length of the history, at changes of regime, and for dependent residuals: print the coverage
//! that [`backtest`] found next to it.
//!
//! Sources: Fieller 1954; Draper & Smith, "Applied Regression Analysis".

use crate::Interval;
use crate::describe::mean;
use crate::special::student;

/// A line fitted by least squares.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Line {
    /// Value at 0.
    pub intercept: f64,
    /// Change per unit of x.
    pub slope: f64,
    /// Residual standard deviation.
    pub deviation: f64,
    n: f64,
    x_mean: f64,
    y_mean: f64,
    sxx: f64,
    syy: f64,
}

impl Line {
    /// Fits y over x; `None` below three points or when all x are the same.
    pub fn fit(x: &[f64], y: &[f64]) -> Option<Self> {
        if x.len() != y.len() || x.len() < 3 {
            return None;
        }
        let (x_mean, y_mean) = (mean(x), mean(y));
        let sxx: f64 = x.iter().map(|v| (v - x_mean).powi(2)).sum();
        if sxx <= 0.0 || sxx.is_nan() {
            return None;
        }
        let sxy: f64 = x.iter().zip(y).map(|(a, b)| (a - x_mean) * (b - y_mean)).sum();
        let slope = sxy / sxx;
        let rest: f64 = x.iter().zip(y).map(|(a, b)| (b - y_mean - slope * (a - x_mean)).powi(2)).sum();
        let n = x.len() as f64;
        Some(Self {
            intercept: y_mean - slope * x_mean,
            slope,
            deviation: (rest / (n - 2.0)).sqrt(),
            n,
            x_mean,
            y_mean,
            sxx,
            syy: y.iter().map(|v| (v - y_mean).powi(2)).sum(),
        })
    }

    /// Value of the line at `x`.
    pub fn at(&self, x: f64) -> f64 {
        self.y_mean + self.slope * (x - self.x_mean)
    }

    /// Standard error of the slope.
    pub fn slope_error(&self) -> f64 {
        self.deviation / self.sxx.sqrt()
    }

    /// Standard error of the intercept.
    pub fn intercept_error(&self) -> f64 {
        self.deviation * (1.0 / self.n + self.x_mean * self.x_mean / self.sxx).sqrt()
    }

    /// Share of the variance that the line explains.
    pub fn r_squared(&self) -> f64 {
        1.0 - self.deviation * self.deviation * (self.n - 2.0) / self.syy
    }

    fn t(&self, level: f64) -> f64 {
        student::quantile(0.5 + 0.5 * level, self.n - 2.0)
    }

    /// Interval of the slope.
    pub fn slope_interval(&self, level: f64) -> Interval {
        let half = self.t(level) * self.slope_error();
        Interval::new(self.slope - half, self.slope + half, level)
    }

    /// Where the line itself passes at `x`.
    pub fn mean_interval(&self, x: f64, level: f64) -> Interval {
        self.band(x, 0.0, level)
    }

    /// Where a single further value at `x` would fall.
    pub fn prediction(&self, x: f64, level: f64) -> Interval {
        self.band(x, 1.0, level)
    }

    fn band(&self, x: f64, single: f64, level: f64) -> Interval {
        let spread = (single + 1.0 / self.n + (x - self.x_mean).powi(2) / self.sxx).sqrt();
        let half = self.t(level) * self.deviation * spread;
        Interval::new(self.at(x) - half, self.at(x) + half, level)
    }

    /// Where the line reaches `value`, with Fieller's interval; the interval is `None` when the slope is not clearly
    /// different from 0, which means "no finite date".
    pub fn reaches(&self, value: f64, level: f64) -> (f64, Option<Interval>) {
        let t = self.t(level);
        let s2 = self.deviation * self.deviation;
        let g = t * t * s2 / (self.slope * self.slope * self.sxx);
        let d = (value - self.y_mean) / self.slope;
        let estimate = self.x_mean + d;
        if g >= 1.0 || g.is_nan() {
            return (estimate, None);
        }
        let middle = self.x_mean + d / (1.0 - g);
        let half = (t * self.deviation / (self.slope * (1.0 - g))).abs()
            * ((1.0 - g) / self.n + d * d / self.sxx).sqrt();
        (estimate, Some(Interval::new(middle - half, middle + half, level)))
    }

    /// Fieller's g: from 1 upward the slope may be 0.
    pub fn doubt(&self, level: f64) -> f64 {
        let t = self.t(level);
        (t * self.slope_error() / self.slope).powi(2)
    }
}

/// When a history reaches a limit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Exhaustion {
    /// When the limit is reached, in the unit of the history's times.
    pub at: f64,
    /// Its interval; `None` for "no finite date".
    pub interval: Option<Interval>,
    /// Whether the date lies farther ahead than the history is long: a guess.
    pub extrapolated: bool,
}

/// Growth that a history is forecast with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Growth {
    /// The same amount each unit of time.
    Linear,
    /// The same share each unit of time: values must be above 0.
    Exponential,
}

/// When `values` at `times` will reach `limit`; `None` when it cannot be fitted or moves away from the limit.
pub fn exhaustion(
    times: &[f64],
    values: &[f64],
    limit: f64,
    growth: Growth,
    level: f64,
) -> Option<Exhaustion> {
    let (first, last) = (*times.first()?, *times.last()?);
    let line = match growth {
        Growth::Linear => Line::fit(times, values)?,
        Growth::Exponential if values.iter().all(|v| *v > 0.0) && limit > 0.0 => {
            Line::fit(times, &values.iter().map(|v| v.ln()).collect::<Vec<_>>())?
        }
        Growth::Exponential => return None,
    };
    let goal = if growth == Growth::Exponential { limit.ln() } else { limit };
    let (at, interval) = line.reaches(goal, level);
    if (goal - line.at(last)) * line.slope < 0.0 {
        return None;
    }
    Some(Exhaustion { at, interval, extrapolated: at > last + (last - first) })
}

/// Share of later values that fell into the prediction interval made from the values before them (rolling origin).
///
/// Each origin from `least` values on predicts the value `ahead` steps later; `None` without any.
pub fn backtest(times: &[f64], values: &[f64], least: usize, ahead: usize, level: f64) -> Option<f64> {
    let (mut inside, mut tried) = (0usize, 0usize);
    for end in least.max(3)..=times.len().checked_sub(ahead)? {
        if ahead == 0 || end - 1 + ahead >= times.len() {
            break;
        }
        let line = Line::fit(&times[..end], &values[..end])?;
        tried += 1;
        inside +=
            usize::from(line.prediction(times[end - 1 + ahead], level).contains(values[end - 1 + ahead]));
    }
    (tried > 0).then(|| inside as f64 / tried as f64)
}
