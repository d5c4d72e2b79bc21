//! Histograms with one per cent of relative error, which give Artillery's numbers to the digit.
//!
//! Main type: [`Sketch`]: values fall into bins whose bounds grow by a constant factor; quantiles are the middle of
//! the bin at the lower rank.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::js;

/// The factor between bounds: an error of one per cent on either side.
const GAMMA: f64 = 1.01 / 0.99;
/// What is smaller counts as zero.
const LEAST: f64 = 1e-9;

/// A histogram.
#[derive(Clone, Default, Debug)]
pub struct Sketch {
    above: BTreeMap<i32, u64>,
    below: BTreeMap<i32, u64>,
    zero: u64,
    count: u64,
    sum: f64,
    least: f64,
    most: f64,
}

impl Sketch {
    /// Adds a value; what is no number is not added.
    pub fn add(&mut self, value: f64) {
        if !value.is_finite() {
            return;
        }
        if value > LEAST {
            *self.above.entry(bin(value)).or_default() += 1;
        } else if value < -LEAST {
            *self.below.entry(bin(-value)).or_default() += 1;
        } else {
            self.zero += 1;
        }
        if self.count == 0 || value < self.least {
            self.least = value;
        }
        if self.count == 0 || value > self.most {
            self.most = value;
        }
        self.count += 1;
        self.sum += value;
    }

    /// Adds all values of another.
    pub fn merge(&mut self, other: &Self) {
        if other.count == 0 {
            return;
        }
        for (bin, count) in &other.above {
            *self.above.entry(*bin).or_default() += count;
        }
        for (bin, count) in &other.below {
            *self.below.entry(*bin).or_default() += count;
        }
        self.least = if self.count == 0 { other.least } else { self.least.min(other.least) };
        self.most = if self.count == 0 { other.most } else { self.most.max(other.most) };
        self.zero += other.zero;
        self.count += other.count;
        self.sum += other.sum;
    }

    /// The value at a part of the ranks, from 0 to 1.
    #[must_use]
    pub fn quantile(&self, part: f64) -> f64 {
        let rank = part * (self.count.saturating_sub(1)) as f64;
        let mut seen = 0;
        let negative = self.below.iter().rev().map(|(bin, count)| (-middle(*bin), *count));
        let positive = self.above.iter().map(|(bin, count)| (middle(*bin), *count));
        let mut last = 0.0;
        for (value, count) in
            negative.chain([(0.0, self.zero)]).chain(positive).filter(|(_, count)| *count > 0)
        {
            seen += count;
            last = value;
            if seen as f64 > rank {
                break;
            }
        }
        last
    }

    /// Its numbers, rounded as reports show them.
    #[must_use]
    pub fn summary(&self) -> Value {
        let at = |part| js::number(rounded(self.quantile(part)));
        json!({
            "min": js::number(rounded(self.least)),
            "max": js::number(rounded(self.most)),
            "count": self.count,
            "mean": js::number(rounded(self.sum / self.count.max(1) as f64)),
            "p50": at(0.5),
            "median": at(0.5),
            "p75": at(0.75),
            "p90": at(0.9),
            "p95": at(0.95),
            "p99": at(0.99),
            "p999": at(0.999),
        })
    }
}

fn bin(value: f64) -> i32 {
    (value.ln() / GAMMA.ln()).ceil() as i32
}

fn middle(bin: i32) -> f64 {
    GAMMA.powi(bin) * 2.0 / (1.0 + GAMMA)
}

/// To one digit behind the point, halves upwards.
#[must_use]
pub fn rounded(value: f64) -> f64 {
    (value * 10.0 + 0.5).floor() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn summaries_are_the_recorded_ones() {
        let check = |values: &[f64], wanted: [f64; 7]| {
            let mut sketch = Sketch::default();
            let (one, two) = values.split_at(values.len() / 2);
            one.iter().for_each(|value| sketch.add(*value));
            let mut other = Sketch::default();
            two.iter().for_each(|value| other.add(*value));
            sketch.merge(&other);
            let summary = sketch.summary();
            let got =
                ["min", "max", "mean", "p50", "p75", "p90", "p999"].map(|key| summary[key].as_f64().unwrap());
            assert_eq!(got, wanted, "{values:?}");
        };
        check(&[42.0], [42.0, 42.0, 42.0, 41.7, 41.7, 41.7, 41.7]);
        check(&[1.0, 3.0], [1.0, 3.0, 2.0, 1.0, 1.0, 1.0, 1.0]);
        check(
            &[1.0, 10.0, 100.0, 1000.0, 10000.0, 123_456.0],
            [1.0, 123_456.0, 22_427.8, 100.5, 1002.4, 9999.2, 9999.2],
        );
        let tens: Vec<f64> = (1..=10).map(|i| f64::from(i) * 10.0).collect();
        check(&tens, [10.0, 100.0, 55.0, 49.9, 70.1, 89.1, 89.1]);
        check(&[0.0, -5.0, f64::NAN], [-5.0, 0.0, -2.5, -5.0, -5.0, -5.0, -5.0]);
    }
}
