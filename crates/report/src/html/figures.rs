//! What is worked out of a run for its report: percentiles with intervals, the curve, the heat map.
//!
//! Main function: [`Figures::of`]. Confidence is the business of [`crate::intervals`]. Nothing here is text yet.

use metrics::Trend;
use stats::batches::Slice;
use stats::warmup::{self, Warmup};

use super::measured::{Measured, Share};
use crate::intervals::{Figure, Quantile, quantiles, rate};

/// The percentiles over time.
pub const OVER_TIME: [f64; 3] = [0.5, 0.95, 0.99];
/// Columns and rows of the heat map, at most.
const HEAT: (usize, usize) = (150, 36);

/// Counts by time and duration.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Heat {
    /// Ends of rows in milliseconds, ascending; one more than rows.
    pub edges: Vec<f64>,
    /// Seconds a column.
    pub step: u64,
    /// Counts, a column each.
    pub columns: Vec<Vec<u64>>,
}

/// Everything worked out of a run.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    /// The main metric; none when nothing was measured.
    pub metric: Option<&'static str>,
    /// Its percentiles.
    pub quantiles: Vec<Quantile>,
    /// Share and milliseconds, ascending.
    pub curve: Vec<(f64, f64)>,
    /// When how much took how long.
    pub heat: Heat,
    /// The share of requests that failed.
    pub failed: Option<Figure>,
    /// How the run began.
    pub beginning: Beginning,
}

/// Whether the start of a run belongs to what it measured of the target, by MSER-5 over the mean duration and the number
/// of requests in each slot. Only asked where as many users were there all the time: a load that is changed on purpose
/// warms nothing up.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Beginning {
    /// It is like the rest, or that cannot be told.
    #[default]
    Alike,
    /// The target warmed up.
    WarmUp {
        /// For so many seconds.
        seconds: u64,
        /// The 95th percentile without them, in milliseconds.
        without: f64,
    },
    /// It was still changing in the second half.
    NeverSettled,
}

impl Figures {
    /// Works out the figures of a run.
    #[must_use]
    pub fn of(measured: &Measured) -> Self {
        let failed =
            failed(&measured.failed, &measured.endpoints.values().map(|one| one.failed).collect::<Vec<_>>());
        let Some(metric) = measured.main() else { return Self { failed, ..Self::default() } };
        let (slots, total) = (&measured.durations[metric], &measured.totals[metric]);
        Self {
            metric: Some(metric),
            quantiles: quantiles(&slots.iter().collect::<Vec<_>>(), total),
            curve: curve(total),
            heat: heat(slots, total, measured.step),
            failed,
            beginning: beginning(slots, &measured.users, measured.step),
        }
    }

    /// One of the percentiles.
    #[must_use]
    pub fn quantile(&self, q: f64) -> Option<&Quantile> {
        self.quantiles.iter().find(|one| (one.q - q).abs() < 1e-9)
    }
}

/// How the run began.
fn beginning(slots: &[Trend], users: &[Option<f64>], step: u64) -> Beginning {
    // The last slot is cut off somewhere.
    let slots = &slots[..slots.len().saturating_sub(1)];
    let mut users = users.iter().take(slots.len()).flatten();
    let most = users.next().copied();
    if most.is_none() || users.any(|count| Some(*count) != most) {
        return Beginning::Alike;
    }
    let counts: Vec<f64> = slots.iter().map(|slot| slot.count() as f64).collect();
    let mut before = 0.0;
    let means: Vec<f64> = slots
        .iter()
        .map(|slot| {
            // A slot without requests says nothing of how long they take.
            if slot.count() > 0 {
                before = slot.avg();
            }
            before
        })
        .collect();
    match warmup::find_all(&[&means, &counts]) {
        Warmup::Ends { values, .. } if values > 0 => {
            let mut rest = Trend::new();
            slots[values..].iter().for_each(|slot| rest.absorb(slot));
            rest.sort();
            Beginning::WarmUp { seconds: values as u64 * step, without: rest.quantile(0.95) }
        }
        Warmup::NoSteadyState => Beginning::NeverSettled,
        Warmup::Ends { .. } | Warmup::TooShort => Beginning::Alike,
    }
}

fn failed(slots: &[Share], all: &[Share]) -> Option<Figure> {
    let (hits, total) = all.iter().fold((0, 0), |(hits, total), one| (hits + one.hits, total + one.total));
    let slices: Vec<Slice> = slots.iter().map(|one| Slice::new(one.hits, one.total)).collect();
    rate(&slices, hits, total).map(|rate| rate.figure)
}

/// Shares whose distance to everything shrinks evenly on a logarithmic axis, as far as the samples go.
fn curve(total: &Trend) -> Vec<(f64, f64)> {
    const POINTS: u32 = 80;
    let mut sorted = total.clone();
    sorted.sort();
    let reach = (total.count() as f64).log10().clamp(0.5, 6.0);
    let mut points: Vec<(f64, f64)> = (0..=POINTS)
        .map(|at| 1.0 - 10_f64.powf(-reach * f64::from(at) / f64::from(POINTS)))
        .map(|q| (q, sorted.quantile(q)))
        .collect();
    points.dedup_by(|a, b| a.0 == b.0);
    points
}

fn heat(slots: &[Trend], total: &Trend, step: u64) -> Heat {
    let mut sorted = total.clone();
    sorted.sort();
    // Single quick ones must not squeeze everything else into a few rows.
    let (low, high) = (sorted.quantile(0.001).max(1e-3), sorted.max().max(2e-3));
    let high = high.max(low * 1.2);
    let rows = HEAT.1;
    let ratio = (high / low).powf(1.0 / rows as f64);
    let edges = (0..=rows).map(|row| low * ratio.powi(row as i32)).collect();
    let each = slots.len().div_ceil(HEAT.0).max(1);
    let columns = slots
        .chunks(each)
        .map(|slots| {
            let mut column = vec![0; rows];
            for (value, count) in slots.iter().flat_map(Trend::counts) {
                let row = ((value.max(low) / low).ln() / ratio.ln()) as usize;
                column[row.min(rows - 1)] += count;
            }
            column
        })
        .collect();
    Heat { edges, step: step * each as u64, columns }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trend(values: impl IntoIterator<Item = f64>) -> Trend {
        let mut trend = Trend::new();
        values.into_iter().for_each(|value| trend.add(value));
        trend
    }

    #[test]
    fn every_sample_is_in_the_heat_map_and_the_curve_rises() {
        let slots = [trend([1.0, 5.0, 900.0]), trend([]), trend([2.0; 7])];
        let mut total = Trend::new();
        slots.iter().for_each(|slot| total.absorb(slot));
        let heat = heat(&slots, &total, 1);
        let counts: Vec<u64> = heat.columns.iter().map(|column| column.iter().sum()).collect();
        assert_eq!(counts, [3, 0, 7]);
        assert_eq!(heat.edges.len(), heat.columns[0].len() + 1);
        let curve = curve(&total);
        assert!(curve.is_sorted_by(|a, b| a.0 < b.0 && a.1 <= b.1), "{curve:?}");
    }

    #[test]
    fn a_warm_up_is_found_where_the_load_is_the_same() {
        // Ten slow seconds, then fifty that are alike.
        let slots: Vec<Trend> = (0..61)
            .map(|second| {
                let slow = if second < 10 { 200.0 } else { 0.0 };
                trend((0..100).map(|n| slow + f64::from((n * 7 + second * 3) % 50 + 1)))
            })
            .collect();
        let steady = vec![Some(5.0); slots.len()];
        let Beginning::WarmUp { seconds, without } = beginning(&slots, &steady, 1) else {
            panic!("there is a warm-up")
        };
        // By how the rest happens to scatter, the best cut may lie a batch or two behind the warm-up.
        assert!((10..=20).contains(&seconds) && without < 60.0, "{seconds} s, then {without} ms");
        assert_eq!(beginning(&slots[10..], &steady[10..], 1), Beginning::Alike);
        let rising: Vec<_> = (0..slots.len()).map(|at| Some(at as f64)).collect();
        assert_eq!(beginning(&slots, &rising, 1), Beginning::Alike, "the load is changed on purpose");
        assert_eq!(beginning(&slots[..15], &steady, 1), Beginning::Alike, "too short");
        let slower: Vec<Trend> = (0..60).map(|second| trend([f64::from(second) + 1.0; 20])).collect();
        assert_eq!(beginning(&slower, &steady, 1), Beginning::NeverSettled);
    }
}
