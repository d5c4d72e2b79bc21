//! Knees and plateaus of curves.
//!
//! *Question*: where does the curve bend? *Misleads*: Kneedle's answer on a queue's latency is `1 − √(1 − r)` for a test up
//! to load r, so it says how far one tested. It is a visual aid; [`plateau`] (where throughput stops following the
//! offered load) is a finding.
//!
//! Source: Satopää et al., "Finding a Kneedle in a Haystack", 2011.

/// How a curve bends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bend {
    /// Rises ever more slowly, as throughput does.
    ConcaveRising,
    /// Rises ever faster, as latency does.
    ConvexRising,
    /// Falls ever faster.
    ConcaveFalling,
    /// Falls ever more slowly.
    ConvexFalling,
}

/// Index of the knee by Kneedle with sensitivity 1; `None` for fewer than three points or a flat curve.
pub fn kneedle(x: &[f64], y: &[f64], bend: Bend) -> Option<usize> {
    let n = x.len();
    if n < 3 || y.len() != n {
        return None;
    }
    let scaled = |v: &[f64]| -> Option<Vec<f64>> {
        let low = v.iter().copied().fold(f64::INFINITY, f64::min);
        let high = v.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        (high > low).then(|| v.iter().map(|a| (a - low) / (high - low)).collect())
    };
    let (xs, ys) = (scaled(x)?, scaled(y)?);
    // Mirror every shape to a concave rising one.
    let flip = |v: &f64| 1.0 - v;
    let (xs, ys): (Vec<f64>, Vec<f64>) = match bend {
        Bend::ConcaveRising => (xs, ys),
        Bend::ConvexRising => (xs.iter().rev().map(flip).collect(), ys.iter().rev().map(flip).collect()),
        Bend::ConcaveFalling => (xs.iter().rev().map(flip).collect(), ys.iter().rev().copied().collect()),
        Bend::ConvexFalling => (xs, ys.iter().map(flip).collect()),
    };
    let mirrored = matches!(bend, Bend::ConvexRising | Bend::ConcaveFalling);
    let difference: Vec<f64> = ys.iter().zip(&xs).map(|(y, x)| y - x).collect();
    let step = (xs[n - 1] - xs[0]).abs() / (n - 1) as f64;
    let at = first_peak(&difference, step)?;
    Some(if mirrored { n - 1 - at } else { at })
}

/// The first local maximum after which the curve falls by a step before it rises higher.
fn first_peak(curve: &[f64], step: f64) -> Option<usize> {
    let n = curve.len();
    for i in 1..n - 1 {
        if curve[i] >= curve[i - 1] && curve[i] >= curve[i + 1] {
            let threshold = curve[i] - step;
            for later in &curve[i + 1..] {
                if *later > curve[i] {
                    break;
                }
                if *later < threshold {
                    return Some(i);
                }
            }
        }
    }
    None
}

/// The throughput at which a ramp stops following the offered load: the `c` for which `min(offered, c)` fits best.
///
/// `None` when the throughput follows to the end (no plateau was reached).
pub fn plateau(offered: &[f64], achieved: &[f64]) -> Option<f64> {
    let largest = offered.iter().copied().fold(0.0, f64::max);
    let mut points: Vec<(f64, f64)> = offered.iter().copied().zip(achieved.iter().copied()).collect();
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    // With the points above c fixed, the best c is the mean of what they achieved.
    let mut best: Option<(f64, f64)> = None;
    for split in 0..points.len() {
        let above = &points[split..];
        let c = above.iter().map(|p| p.1).sum::<f64>() / above.len() as f64;
        let squares: f64 = points.iter().map(|(o, a)| (o.min(c) - a).powi(2)).sum();
        if best.is_none_or(|b| squares < b.0) {
            best = Some((squares, c));
        }
    }
    best.map(|(_, c)| c).filter(|c| *c < largest * 0.98)
}
