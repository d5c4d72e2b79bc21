//! Two groups of runs compared by rank: exact Mann–Whitney with ties, Hodges–Lehmann shift, Cliff's delta.
//!
//! *Question*: do the runs of B lie higher than those of A? *How*: the exact distribution of the rank sum over all ways
//! to split the pooled runs, with ties as they are. Popular shortcuts are wrong exactly at the numbers of runs a CI gate
//! has: the asymptotic form at 5 against 5, the exact form without ties when there are ties, and a widespread library
//! whose exact p-value is that of the other tail for `len(x) ≤ len(y)`. *Misleads* per request: requests of a run share
//! the fate of the run, and two runs of the same build differ "significantly" in half of all cases.
//!
//! Sources: Mann & Whitney 1947; Hodges & Lehmann 1963; Hollander & Wolfe; Cliff 1993; Feng & Cliff 2004.

use crate::Interval;
use crate::describe::{median_of_sorted, sorted};
use crate::special::normal;

/// Above this product of sizes the normal form (with ties) is used.
const EXACT_MAX: usize = 2_500;

/// Result of the Mann–Whitney test of `x` against `y`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MannWhitney {
    /// Pairs in which `x` is larger, ties counted half: R's W.
    pub u: f64,
    /// Probability of a `u` this large or larger if nothing differs.
    pub greater: f64,
    /// Probability of a `u` this small or smaller if nothing differs.
    pub less: f64,
    /// Probability of a `u` this far from the middle or farther.
    pub two_sided: f64,
}

/// Compares two groups; `None` when one is empty.
pub fn mann_whitney(x: &[f64], y: &[f64]) -> Option<MannWhitney> {
    let (m, n) = (x.len(), y.len());
    if m == 0 || n == 0 {
        return None;
    }
    let doubled = doubled_midranks(x, y);
    let sum: usize = doubled[..m].iter().sum();
    let u = sum as f64 / 2.0 - (m * (m + 1)) as f64 / 2.0;
    if m * n > EXACT_MAX {
        return Some(asymptotic(u, m, n, &doubled));
    }
    let counts = rank_sum_counts(&doubled, m);
    let total: f64 = counts.iter().sum();
    let less = counts[..=sum].iter().sum::<f64>() / total;
    let greater = counts[sum..].iter().sum::<f64>() / total;
    // Both tails are those as far from the middle, which ties can make unequal.
    let middle = m * (m + n + 1);
    let far = sum.abs_diff(middle);
    let two_sided =
        counts.iter().enumerate().filter(|(s, _)| s.abs_diff(middle) >= far).map(|(_, c)| c).sum::<f64>()
            / total;
    Some(MannWhitney { u, greater: greater.min(1.0), less: less.min(1.0), two_sided: two_sided.min(1.0) })
}

/// Twice the midrank of every value of `x` then `y`, so that ties stay whole numbers.
fn doubled_midranks(x: &[f64], y: &[f64]) -> Vec<usize> {
    let pooled: Vec<f64> = x.iter().chain(y).copied().collect();
    let mut order: Vec<usize> = (0..pooled.len()).collect();
    order.sort_by(|a, b| pooled[*a].total_cmp(&pooled[*b]));
    let mut ranks = vec![0; pooled.len()];
    let mut start = 0;
    while start < order.len() {
        let mut end = start + 1;
        while end < order.len() && pooled[order[end]] == pooled[order[start]] {
            end += 1;
        }
        // Ranks start + 1 to end have the mean (start + 1 + end) / 2.
        for index in &order[start..end] {
            ranks[*index] = start + 1 + end;
        }
        start = end;
    }
    ranks
}

/// How many choices of `m` of the ranks have each sum.
fn rank_sum_counts(ranks: &[usize], m: usize) -> Vec<f64> {
    let most: usize = ranks.iter().sum();
    let mut counts = vec![vec![0.0f64; most + 1]; m + 1];
    counts[0][0] = 1.0;
    for (seen, rank) in ranks.iter().enumerate() {
        for chosen in (1..=m.min(seen + 1)).rev() {
            let (before, after) = counts.split_at_mut(chosen);
            let (before, after) = (&before[chosen - 1], &mut after[0]);
            for sum in *rank..=most {
                after[sum] += before[sum - rank];
            }
        }
    }
    counts.swap_remove(m)
}

fn asymptotic(u: f64, m: usize, n: usize, doubled: &[usize]) -> MannWhitney {
    let (mf, nf) = (m as f64, n as f64);
    let total = mf + nf;
    let mut ranks = doubled.to_vec();
    ranks.sort_unstable();
    let ties: f64 = ranks.chunk_by(|a, b| a == b).map(|t| (t.len() as f64).powi(3) - t.len() as f64).sum();
    let variance = mf * nf / 12.0 * (total + 1.0 - ties / (total * (total - 1.0)));
    if variance <= 0.0 {
        return MannWhitney { u, greater: 1.0, less: 1.0, two_sided: 1.0 };
    }
    let gap = u - mf * nf / 2.0;
    let spread = variance.sqrt();
    MannWhitney {
        u,
        greater: normal::sf((gap - 0.5) / spread),
        less: normal::cdf((gap + 0.5) / spread),
        two_sided: normal::two_sided((gap.abs() - 0.5).max(0.0) / spread),
    }
}

/// Number of pairs for which U is at most k, over all splits of `m + n` values without ties, as probabilities.
fn u_distribution(m: usize, n: usize) -> Vec<f64> {
    let ranks: Vec<usize> = (1..=m + n).collect();
    let counts = rank_sum_counts(&ranks, m);
    let total: f64 = counts.iter().sum();
    let smallest = m * (m + 1) / 2;
    let mut running = 0.0;
    counts[smallest..=smallest + m * n]
        .iter()
        .map(|c| {
            running += c / total;
            running
        })
        .collect()
}

/// Smallest two-sided p-value that `m` against `n` runs can give: above 0.05 no result can be significant.
pub fn smallest_p(m: usize, n: usize) -> f64 {
    (2.0 * u_distribution(m, n)[0]).min(1.0)
}

/// Largest two-sided significance level at most `alpha` that `m` against `n` runs attain; 0 when there is none.
pub fn attained_alpha(m: usize, n: usize, alpha: f64) -> f64 {
    u_distribution(m, n).iter().map(|p| 2.0 * p).take_while(|p| *p <= alpha).last().unwrap_or(0.0)
}

/// The shift of `x` against `y` with its distribution-free interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shift {
    /// Median of all pairwise differences (Hodges and Lehmann).
    pub shift: f64,
    /// Its interval; `level` is the confidence really attained, which for few runs differs from what was asked for.
    pub interval: Interval,
}

/// How much larger the values of `x` are than those of `y`; `None` when one is empty.
pub fn shift(x: &[f64], y: &[f64], level: f64) -> Option<Shift> {
    let (m, n) = (x.len(), y.len());
    if m == 0 || n == 0 {
        return None;
    }
    let pairs = sorted(&x.iter().flat_map(|a| y.iter().map(move |b| a - b)).collect::<Vec<_>>());
    let tail = 0.5 * (1.0 - level);
    let (rank, attained) = if m * n > EXACT_MAX {
        let (mf, nf) = (m as f64, n as f64);
        let middle = mf * nf / 2.0;
        let spread = (mf * nf * (mf + nf + 1.0) / 12.0).sqrt();
        ((middle + normal::quantile(tail) * spread).floor().max(1.0) as usize, level)
    } else {
        let distribution = u_distribution(m, n);
        // Smallest k with P(U ≤ k) ≥ tail, at least 1: as R's qwilcox is used.
        let rank = distribution.iter().position(|p| *p >= tail).unwrap_or(1).max(1);
        (rank, 1.0 - 2.0 * distribution[rank - 1])
    };
    let interval = Interval::new(pairs[rank - 1], pairs[m * n - rank], attained);
    Some(Shift { shift: median_of_sorted(&pairs), interval })
}

/// Cliff's delta: share of pairs in which `y` is larger, minus share in which `x` is, with Feng and Cliff's interval.
pub fn cliff_delta(x: &[f64], y: &[f64], level: f64) -> (f64, Interval) {
    let (m, n) = (x.len() as f64, y.len() as f64);
    let sign = |a: f64, b: f64| f64::from(i8::from(b > a) - i8::from(b < a));
    let by_x: Vec<f64> = x.iter().map(|a| y.iter().map(|b| sign(*a, *b)).sum::<f64>() / n).collect();
    let by_y: Vec<f64> = y.iter().map(|b| x.iter().map(|a| sign(*a, *b)).sum::<f64>() / m).collect();
    let delta = crate::describe::mean(&by_x);
    let pairs: f64 = x.iter().flat_map(|a| y.iter().map(move |b| (sign(*a, *b) - delta).powi(2))).sum();
    let square = |rows: &[f64]| rows.iter().map(|d| (d - delta).powi(2)).sum::<f64>();
    let variance = (m * m * square(&by_y) + n * n * square(&by_x) - pairs) / (m * n * (m - 1.0) * (n - 1.0));
    // Not below what the unbiased estimate may honestly be (Cliff 1993).
    let floor = (1.0 - delta * delta) / (m * n - 1.0);
    let variance = if variance.is_nan() { floor } else { variance.max(floor) };
    let z = normal::quantile(0.5 + 0.5 * level);
    let d2 = delta * delta;
    let root = ((1.0 - d2).powi(2) + z * z * variance).sqrt();
    let scale = 1.0 - d2 + z * z * variance;
    if scale <= 0.0 {
        return (delta, Interval::new(delta, delta, level));
    }
    let half = z * variance.sqrt() * root;
    let middle = delta - delta * d2;
    (delta, Interval::new(((middle - half) / scale).max(-1.0), ((middle + half) / scale).min(1.0), level))
}

/// Romano's words for the size of Cliff's delta.
pub fn delta_words(delta: f64) -> &'static str {
    match delta.abs() {
        d if d < 0.147 => "negligible",
        d if d < 0.33 => "small",
        d if d < 0.474 => "medium",
        _ => "large",
    }
}

/// Shift of paired differences: median of Walsh averages with the exact signed-rank interval; `None` of nothing.
pub fn paired_shift(differences: &[f64], level: f64) -> Option<Shift> {
    let n = differences.len();
    if n == 0 || n > 200 {
        return None;
    }
    let mut averages = Vec::with_capacity(n * (n + 1) / 2);
    for i in 0..n {
        for j in i..n {
            averages.push(0.5 * (differences[i] + differences[j]));
        }
    }
    averages.sort_by(f64::total_cmp);
    let most = n * (n + 1) / 2;
    let mut counts = vec![0.0f64; most + 1];
    counts[0] = 1.0;
    for rank in 1..=n {
        for sum in (rank..=most).rev() {
            counts[sum] += counts[sum - rank];
        }
    }
    let total = 2f64.powi(n as i32);
    let tail = 0.5 * (1.0 - level);
    let (mut running, mut rank, mut attained) = (0.0, 1, 1.0 - 2.0 / total);
    for (sum, count) in counts.iter().enumerate() {
        running += count / total;
        if running > tail {
            break;
        }
        (rank, attained) = (sum + 1, 1.0 - 2.0 * running);
    }
    let interval = Interval::new(averages[rank - 1], averages[most - rank], attained);
    Some(Shift { shift: median_of_sorted(&averages), interval })
}
