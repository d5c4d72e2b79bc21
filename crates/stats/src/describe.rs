//! Describing a few numbers: sums that keep their digits, mean, spread, quantiles, autocorrelation.
//!
//! Nothing here says how sure a figure is; the checks do.

/// Sum with compensation (Neumaier), so that long series lose no digits.
pub fn sum(values: &[f64]) -> f64 {
    let (mut total, mut lost) = (0.0f64, 0.0f64);
    for &value in values {
        let next = total + value;
        lost += if total.abs() >= value.abs() { (total - next) + value } else { (value - next) + total };
        total = next;
    }
    total + lost
}

/// Arithmetic mean; `NaN` of nothing.
pub fn mean(values: &[f64]) -> f64 {
    sum(values) / values.len() as f64
}

/// Sum of squared distances from the mean.
pub fn squares(values: &[f64]) -> f64 {
    let centre = mean(values);
    values.iter().map(|v| (v - centre) * (v - centre)).sum()
}

/// Variance of a sample (divides by n − 1); `NaN` below two values.
pub fn variance(values: &[f64]) -> f64 {
    if values.len() < 2 {
        return f64::NAN;
    }
    squares(values) / (values.len() - 1) as f64
}

/// Standard deviation of a sample (divides by n − 1).
pub fn deviation(values: &[f64]) -> f64 {
    variance(values).sqrt()
}

/// The values in ascending order. `NaN` is sorted last.
pub fn sorted(values: &[f64]) -> Vec<f64> {
    let mut copy = values.to_vec();
    copy.sort_by(f64::total_cmp);
    copy
}

/// Median of any values; `NaN` of nothing.
pub fn median(values: &[f64]) -> f64 {
    median_of_sorted(&sorted(values))
}

/// Median of ascending values; `NaN` of nothing.
pub fn median_of_sorted(sorted: &[f64]) -> f64 {
    let n = sorted.len();
    match n {
        0 => f64::NAN,
        _ if n % 2 == 1 => sorted[n / 2],
        _ => 0.5 * (sorted[n / 2 - 1] + sorted[n / 2]),
    }
}

/// Median distance from the median, not scaled.
pub fn median_deviation(values: &[f64]) -> f64 {
    let centre = median(values);
    median(&values.iter().map(|v| (v - centre).abs()).collect::<Vec<_>>())
}

/// Rules to read a quantile off ascending values, in Hyndman and Fan's numbering.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuantileRule {
    /// Type 1, the inverse of the distribution function: a value that was really observed. Histograms give this.
    Observed,
    /// Type 6, `(n + 1) p`.
    Weibull,
    /// Type 7, linear interpolation: NumPy's, R's default and k6's.
    Linear,
    /// Type 8, median-unbiased.
    MedianUnbiased,
}

/// The `p` quantile (0 to 1) of ascending values; `NaN` of nothing.
pub fn quantile(sorted: &[f64], p: f64, rule: QuantileRule) -> f64 {
    let n = sorted.len();
    if n == 0 {
        return f64::NAN;
    }
    let count = n as f64;
    let position = match rule {
        QuantileRule::Observed => {
            // The small step back keeps 0.95 · 20 = 19.000000000000004 from becoming rank 20.
            let rank = (count * p * (1.0 - 1e-12)).ceil().clamp(1.0, count);
            return sorted[rank as usize - 1];
        }
        QuantileRule::Weibull => (count + 1.0) * p,
        QuantileRule::Linear => (count - 1.0) * p + 1.0,
        QuantileRule::MedianUnbiased => (count + 1.0 / 3.0) * p + 1.0 / 3.0,
    };
    let position = position.clamp(1.0, count);
    let below = position.floor() as usize;
    let rest = position - below as f64;
    let lower = sorted[below - 1];
    if below == n { lower } else { lower + rest * (sorted[below] - lower) }
}

/// Autocorrelation at a distance of `lag` values (biased form, which divides by n); 0 of a constant series.
pub fn autocorrelation(values: &[f64], lag: usize) -> f64 {
    let n = values.len();
    if lag >= n {
        return 0.0;
    }
    let centre = mean(values);
    let total: f64 = values.iter().map(|v| (v - centre) * (v - centre)).sum();
    if total <= 0.0 {
        return 0.0;
    }
    let shared: f64 = (lag..n).map(|i| (values[i] - centre) * (values[i - lag] - centre)).sum();
    shared / total
}

/// Pearson's correlation of two series of the same length; 0 when one is constant.
pub fn correlation(x: &[f64], y: &[f64]) -> f64 {
    let (mx, my) = (mean(x), mean(y));
    let shared: f64 = x.iter().zip(y).map(|(a, b)| (a - mx) * (b - my)).sum();
    let spread = (squares(x) * squares(y)).sqrt();
    if spread > 0.0 { shared / spread } else { 0.0 }
}
