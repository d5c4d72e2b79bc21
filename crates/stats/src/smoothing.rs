//! Exponential smoothing: simple, Holt's with trend, Holt and Winters' with seasons.
//!
//! *Question*: what comes next in this history if it goes on as it did? *Misleads* at changes of regime, and gives no
//! honest interval by itself: [`crate::forecast::backtest`] measures how far off it was.
//!
//! Sources: Holt 1957; Winters 1960; Hyndman & Athanasopoulos, "Forecasting: Principles and Practice".

/// Simple smoothing: the forecast of all later values, and the sum of squared one-step errors.
pub fn simple(series: &[f64], alpha: f64, level: f64) -> (f64, f64) {
    series.iter().fold((level, 0.0), |(level, squares), y| {
        let error = y - level;
        (level + alpha * error, squares + error * error)
    })
}

/// Holt's linear trend from a starting level and trend: forecasts of the next `ahead` values, and squared errors.
pub fn holt(series: &[f64], alpha: f64, beta: f64, level: f64, trend: f64, ahead: usize) -> (Vec<f64>, f64) {
    let (mut level, mut trend, mut squares) = (level, trend, 0.0);
    for y in series {
        let expected = level + trend;
        squares += (y - expected).powi(2);
        let next = alpha * y + (1.0 - alpha) * expected;
        trend = beta * (next - level) + (1.0 - beta) * trend;
        level = next;
    }
    ((1..=ahead).map(|h| level + h as f64 * trend).collect(), squares)
}

/// State of multiplicative Holt–Winters smoothing after a series.
#[derive(Debug, Clone, PartialEq)]
pub struct Seasonal {
    /// Level at the end.
    pub level: f64,
    /// Change of level per step.
    pub trend: f64,
    /// Factors of the next season, in order.
    pub factors: Vec<f64>,
    /// Sum of squared one-step errors.
    pub squares: f64,
}

impl Seasonal {
    /// Forecast `ahead` steps after the end (1 for the next).
    pub fn forecast(&self, ahead: usize) -> f64 {
        let factor = self.factors[(ahead + self.factors.len() - 1) % self.factors.len()];
        (self.level + ahead as f64 * self.trend) * factor
    }
}

/// Multiplicative Holt–Winters smoothing with seasons of an even `period`, started from a decomposition of the first two
/// seasons, as R does; `None` below three seasons.
pub fn holt_winters(series: &[f64], period: usize, alpha: f64, beta: f64, gamma: f64) -> Option<Seasonal> {
    if period < 2 || period % 2 == 1 || series.len() < 3 * period {
        return None;
    }
    let (mut level, mut trend, mut factors) = start(&series[..2 * period], period)?;
    let mut squares = 0.0;
    for (i, y) in series.iter().enumerate().skip(period) {
        let season = i % period;
        squares += (y - (level + trend) * factors[season]).powi(2);
        let next = alpha * y / factors[season] + (1.0 - alpha) * (level + trend);
        trend = beta * (next - level) + (1.0 - beta) * trend;
        factors[season] = gamma * y / next + (1.0 - gamma) * factors[season];
        level = next;
    }
    factors.rotate_left(series.len() % period);
    Some(Seasonal { level, trend, factors, squares })
}

/// Level, trend and factors from a centred moving average over two seasons and a line through it.
fn start(two: &[f64], period: usize) -> Option<(f64, f64, Vec<f64>)> {
    let half = period / 2;
    let centred: Vec<f64> = (half..two.len() - half)
        .map(|i| {
            let inner: f64 = two[i + 1 - half..i + half].iter().sum();
            (inner + 0.5 * (two[i - half] + two[i + half])) / period as f64
        })
        .collect();
    let mut factors: Vec<f64> = (0..period)
        .map(|season| {
            let i = if season < half { season + period } else { season };
            two[i] / centred[i - half]
        })
        .collect();
    let mean = crate::describe::mean(&factors);
    factors.iter_mut().for_each(|f| *f /= mean);
    let x: Vec<f64> = (1..=centred.len()).map(|i| i as f64).collect();
    let line = crate::forecast::Line::fit(&x, &centred)?;
    Some((line.intercept, line.slope, factors))
}
