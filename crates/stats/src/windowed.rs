//! Change points as Hunter and its successors report them: E-divisive in windows with a t test, weakest merged back.
//!
//! *Question*: which alarms would that tool raise on this history? Kept for teams that want the same alarms, not
//! recommended: see [`crate::changepoint`] for the false alarms it raises on noise.
//!
//! Method: in windows that advance by half their length, split while the t test (with spreads divided by n, not n − 1)
//! is below a lenient level; then remove the weakest change until all are below the strict one.
//! Source: Fleming et al., "Hunter: Using Change Point Detection to Hunt for Performance Regressions", 2023.

use crate::describe::{mean, squares};
use crate::special::student;

/// How to look for changes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Windows {
    /// Runs in a window.
    pub length: usize,
    /// Highest p-value of the t test that is kept.
    pub p_max: f64,
    /// Smallest relative change that is kept.
    pub magnitude_min: f64,
}

impl Default for Windows {
    fn default() -> Self {
        Self { length: 50, p_max: 0.001, magnitude_min: 0.0 }
    }
}

/// A change of level.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WindowedChange {
    /// Index of the first run of the new level.
    pub index: usize,
    /// p-value of the t test between the neighbouring segments; far too small, because the split was chosen.
    pub p_value: f64,
    /// Mean before.
    pub before: f64,
    /// Mean after.
    pub after: f64,
}

impl WindowedChange {
    /// Relative change of level.
    pub fn effect(&self) -> f64 {
        self.after / self.before - 1.0
    }

    /// Size of the change either way: the larger of the two ratios, minus 1.
    fn magnitude(&self) -> f64 {
        if self.before == 0.0 || self.after == 0.0 {
            return if self.before == self.after { 0.0 } else { f64::INFINITY };
        }
        let ratio = self.after / self.before;
        (ratio - 1.0).abs().max((1.0 / ratio - 1.0).abs())
    }
}

/// Finds the changes of level in `series`, in order.
pub fn find(series: &[f64], windows: &Windows) -> Vec<WindowedChange> {
    let lenient = match windows.p_max {
        p if p < 0.05 => p * 10.0,
        p if p < 0.5 => p * 2.0,
        p => p,
    };
    let weak = split_windows(series, windows.length.max(2), lenient);
    let mut changes = measure(series, &weak);
    while let Some(weakest) = position_of_max(&changes, |c| c.p_value) {
        let mut remove = weakest;
        if changes[weakest].p_value < windows.p_max {
            let Some(smallest) = position_of_max(&changes, |c| -c.magnitude()) else { break };
            if changes[smallest].magnitude() > windows.magnitude_min {
                break;
            }
            remove = smallest;
        }
        changes.remove(remove);
        // Those tools test again what stands right of the removed change and the next, not what stands left of it:
        // the same alarms need the same oversight.
        let left: Vec<usize> = changes.iter().map(|c| c.index).collect();
        let fresh = measure(series, &left);
        for index in (remove..changes.len()).take(2) {
            changes[index] = fresh[index];
        }
    }
    changes
}

/// First index of the largest key.
fn position_of_max(changes: &[WindowedChange], key: impl Fn(&WindowedChange) -> f64) -> Option<usize> {
    let mut best: Option<(usize, f64)> = None;
    for (i, change) in changes.iter().enumerate() {
        let value = key(change);
        if best.is_none_or(|(_, b)| value > b) {
            best = Some((i, value));
        }
    }
    best.map(|(i, _)| i)
}

fn measure(series: &[f64], indices: &[usize]) -> Vec<WindowedChange> {
    let edges: Vec<usize> = std::iter::once(0).chain(indices.iter().copied()).chain([series.len()]).collect();
    edges
        .windows(3)
        .map(|w| {
            let (left, right) = (&series[w[0]..w[1]], &series[w[1]..w[2]]);
            WindowedChange {
                index: w[1],
                p_value: t_test(left, right),
                before: mean(left),
                after: mean(right),
            }
        })
        .collect()
}

fn split_windows(series: &[f64], length: usize, p_max: f64) -> Vec<usize> {
    let mut indices: Vec<usize> = Vec::new();
    let mut start = 0;
    while start < series.len() {
        let end = (start + length).min(series.len());
        let mut found: Vec<usize> = split(&series[start..end], p_max).iter().map(|i| i + start).collect();
        found.sort_unstable();
        let last = found.last().copied().unwrap_or(0);
        start = last.max(start + length / 2);
        indices.extend(found);
    }
    indices
}

/// Splits one window at the farthest split of any part while the t test allows it.
fn split(window: &[f64], p_max: f64) -> Vec<usize> {
    let mut edges = vec![0, window.len()];
    loop {
        let best = edges
            .windows(2)
            .filter_map(|w| farthest(&window[w[0]..w[1]]).map(|(i, q)| (w[0], w[0] + i, w[1], q)))
            .fold(None, |best: Option<(usize, usize, usize, f64)>, next| match best {
                Some(b) if b.3 >= next.3 => Some(b),
                _ => Some(next),
            });
        let Some((from, at, to, _)) = best else { break };
        if t_test(&window[from..at], &window[at..to]) > p_max {
            break;
        }
        edges.push(at);
        edges.sort_unstable();
    }
    edges[1..edges.len() - 1].to_vec()
}

/// The split that is farthest over all ends of its second side: index and distance Q.
pub fn farthest(part: &[f64]) -> Option<(usize, f64)> {
    let n = part.len();
    let mut best: Option<(usize, f64)> = None;
    for at in 1..n {
        let m = at as f64;
        let left: f64 = (0..at).map(|i| (i + 1..at).map(|j| (part[i] - part[j]).abs()).sum::<f64>()).sum();
        let (mut across, mut right) = (0.0, 0.0);
        for end in at..n {
            across += (0..at).map(|i| (part[i] - part[end]).abs()).sum::<f64>();
            right += (at..end).map(|j| (part[j] - part[end]).abs()).sum::<f64>();
            let k = (end + 1 - at) as f64;
            let inside_left = if at > 1 { left / (m * (m - 1.0) / 2.0) } else { 0.0 };
            let inside_right = if k > 1.0 { right / (k * (k - 1.0) / 2.0) } else { 0.0 };
            let q = m * k / (m + k) * (2.0 * across / (m * k) - inside_left - inside_right);
            if best.is_none_or(|(_, b)| q > b) {
                best = Some((at, q));
            }
        }
    }
    best
}

/// Pooled t test with spreads divided by n, as those tools compute it.
fn t_test(left: &[f64], right: &[f64]) -> f64 {
    let (m, n) = (left.len() as f64, right.len() as f64);
    let df = m + n - 2.0;
    if df <= 0.0 {
        return 1.0;
    }
    let population = |v: &[f64]| squares(v) / v.len() as f64;
    let pooled = ((m - 1.0) * population(left) + (n - 1.0) * population(right)) / df;
    let error = (pooled * (1.0 / m + 1.0 / n)).sqrt();
    let gap = (mean(left) - mean(right)).abs();
    if error == 0.0 {
        return f64::from(gap == 0.0);
    }
    student::two_sided(gap / error, df)
}
