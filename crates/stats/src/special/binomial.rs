//! The binomial distribution.

use super::{beta, normal};

/// Probability of exactly `k` successes in `n` trials of probability `p`.
pub fn pmf(k: u64, n: u64, p: f64) -> f64 {
    if k > n {
        return 0.0;
    }
    if p <= 0.0 || p >= 1.0 {
        return f64::from((p <= 0.0 && k == 0) || (p >= 1.0 && k == n));
    }
    beta::binomial_term(k as f64, (n - k) as f64, p, 1.0 - p)
}

/// Probability of at most `k` successes in `n` trials of probability `p`.
pub fn cdf(k: u64, n: u64, p: f64) -> f64 {
    if k >= n {
        return 1.0;
    }
    beta::sf(p, k as f64 + 1.0, (n - k) as f64)
}

/// Probability of more than `k` successes in `n` trials of probability `p`.
pub fn sf(k: u64, n: u64, p: f64) -> f64 {
    if k >= n {
        return 0.0;
    }
    beta::cdf(p, k as f64 + 1.0, (n - k) as f64)
}

/// The smallest count that `n` trials of probability `p` stay at or below with probability at least `q`.
pub fn quantile(q: f64, n: u64, p: f64) -> u64 {
    let guess = n as f64 * p + normal::quantile(q) * (n as f64 * p * (1.0 - p)).sqrt();
    let mut k = guess.round().clamp(0.0, n as f64) as u64;
    while k < n && cdf(k, n, p) < q {
        k += 1;
    }
    while k > 0 && cdf(k - 1, n, p) >= q {
        k -= 1;
    }
    k
}
