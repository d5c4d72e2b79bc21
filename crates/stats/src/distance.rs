//! How far two distributions are apart, for reports that show them next to each other.
//!
//! *Question*: did the whole distribution move, and by how much? The [`earth_movers`] distance is in the unit of the
//! values ("on average 12 ms"), [`kolmogorov`] is the largest difference of shares. *Misleads* as a test: with dependent
//! requests no p-value belongs to them, so none is given.

/// Counts of values, ascending by value.
pub type Histogram<'a> = &'a [(f64, u64)];

/// Walks both distribution functions: calls `f(from, to, share of a ≤, share of b ≤)` for every stretch between values.
fn walk(a: Histogram<'_>, b: Histogram<'_>, mut f: impl FnMut(f64, f64, f64, f64)) -> bool {
    let total = |h: Histogram<'_>| h.iter().map(|(_, n)| n).sum::<u64>() as f64;
    let (na, nb) = (total(a), total(b));
    if na == 0.0 || nb == 0.0 {
        return false;
    }
    let mut values: Vec<f64> = a.iter().chain(b).map(|(v, _)| *v).collect();
    values.sort_by(f64::total_cmp);
    values.dedup();
    let (mut i, mut j, mut below_a, mut below_b) = (0, 0, 0u64, 0u64);
    for (k, value) in values.iter().enumerate() {
        while i < a.len() && a[i].0 <= *value {
            below_a += a[i].1;
            i += 1;
        }
        while j < b.len() && b[j].0 <= *value {
            below_b += b[j].1;
            j += 1;
        }
        let next = values.get(k + 1).copied().unwrap_or(*value);
        f(*value, next, below_a as f64 / na, below_b as f64 / nb);
    }
    true
}

/// Mean distance that samples of `a` must be moved to become `b`, in the unit of the values; `None` if one is empty.
pub fn earth_movers(a: Histogram<'_>, b: Histogram<'_>) -> Option<f64> {
    let mut sum = 0.0;
    walk(a, b, |from, to, p, q| sum += (p - q).abs() * (to - from)).then_some(sum)
}

/// Largest difference between the shares below any value, and the value where it is; `None` if one is empty.
pub fn kolmogorov(a: Histogram<'_>, b: Histogram<'_>) -> Option<(f64, f64)> {
    let mut worst = (0.0, f64::NAN);
    walk(a, b, |from, _, p, q| {
        if (p - q).abs() > worst.0 {
            worst = ((p - q).abs(), from);
        }
    })
    .then_some(worst)
}

/// Jensen–Shannon distance of counts in the same buckets: 0 for the same shares, 1 for nothing in common.
pub fn jensen_shannon(a: &[u64], b: &[u64]) -> Option<f64> {
    let (na, nb) = (a.iter().sum::<u64>() as f64, b.iter().sum::<u64>() as f64);
    if na == 0.0 || nb == 0.0 || a.len() != b.len() {
        return None;
    }
    let part = |p: f64, m: f64| if p > 0.0 { p * (p / m).log2() } else { 0.0 };
    let sum: f64 = a
        .iter()
        .zip(b)
        .map(|(x, y)| {
            let (p, q) = (*x as f64 / na, *y as f64 / nb);
            let m = 0.5 * (p + q);
            0.5 * (part(p, m) + part(q, m))
        })
        .sum();
    Some(sum.max(0.0).sqrt())
}
