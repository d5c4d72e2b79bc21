//! Arrival rates that change linearly: arrival *i* is due when the area under the rate reaches `i + 1`.
//!
//! Main type: [`RateRamp`]. Areas are integers in units of half an arrival per time unit, and a due time is the
//! first whole nanosecond at which the area is reached, found by bisection over exact comparisons. A stage
//! of length zero jumps to its target.

use std::time::Duration;

use model::{Nanos, Stage};

/// One stage with a length: the rate goes from `from` to `to`.
#[derive(Clone, Copy, Debug)]
struct Leg {
    begin_ns: u64,
    length_ns: u64,
    from: u64,
    to: u64,
    /// Area under all legs before this one, in `1 / (2 × unit)` arrivals.
    before: u128,
    /// The same, this leg included.
    after: u128,
}

/// Arrivals whose rate is a line per stage.
#[derive(Clone, Debug)]
pub struct RateRamp {
    legs: Vec<Leg>,
    unit_ns: u64,
    count: u64,
}

impl RateRamp {
    /// Starts at `start_rate` arrivals per `unit` and goes through `stages`.
    #[must_use]
    pub fn new(start_rate: u64, unit: Duration, stages: &[Stage]) -> Self {
        let mut rate = start_rate;
        let corners = stages.iter().map(|stage| {
            let from = std::mem::replace(&mut rate, stage.target);
            (Nanos::from(stage.duration).0, from, stage.target)
        });
        Self::from_legs(unit, corners)
    }

    /// Holds `start_rate`, `start_rate + step_rate`, … per `unit`, each for `step`, `steps` rates in all.
    #[must_use]
    pub fn stairs(start_rate: u64, step_rate: u64, steps: u64, step: Duration, unit: Duration) -> Self {
        let length_ns = Nanos::from(step).0;
        let rate = |nth: u64| start_rate.saturating_add(step_rate.saturating_mul(nth));
        Self::from_legs(unit, (0..steps).map(|nth| (length_ns, rate(nth), rate(nth))))
    }

    fn from_legs(unit: Duration, corners: impl Iterator<Item = (u64, u64, u64)>) -> Self {
        let unit_ns = Nanos::from(unit).0.max(1);
        let (mut begin_ns, mut before) = (0u64, 0u128);
        let mut legs = Vec::new();
        for (length_ns, from, to) in corners.filter(|corner| corner.0 > 0) {
            let area = (u128::from(from) + u128::from(to)) * u128::from(length_ns);
            let after = before.saturating_add(area);
            legs.push(Leg { begin_ns, length_ns, from, to, before, after });
            begin_ns = begin_ns.saturating_add(length_ns);
            before = after;
        }
        let count = u64::try_from(before / (2 * u128::from(unit_ns))).unwrap_or(u64::MAX);
        Self { legs, unit_ns, count }
    }

    /// How many arrivals there are: the whole part of the area under the rate.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// When arrival `index` (below [`Self::count`]) is due, from the start.
    #[must_use]
    pub fn due(&self, index: u64) -> Nanos {
        let area = 2 * u128::from(self.unit_ns) * (u128::from(index) + 1);
        let nth = self.legs.partition_point(|leg| leg.after < area);
        self.legs.get(nth).map_or(Nanos::MAX, |leg| Nanos(leg.begin_ns + leg.when(area - leg.before)))
    }

    /// The rate at a time from the start, in arrivals per second; zero after the last stage.
    #[must_use]
    pub fn rate_per_second(&self, at: Nanos) -> f64 {
        let nth = self.legs.partition_point(|leg| leg.begin_ns + leg.length_ns <= at.0);
        let Some(leg) = self.legs.get(nth) else { return 0.0 };
        let part = (at.0 - leg.begin_ns) as f64 / leg.length_ns as f64;
        let rate = leg.from as f64 + (leg.to as f64 - leg.from as f64) * part;
        rate * 1e9 / self.unit_ns as f64
    }
}

impl Leg {
    /// The first nanosecond of the leg at which `area` (above zero, at most the leg's own) is reached.
    fn when(&self, area: u128) -> u64 {
        if self.from == self.to {
            return u64::try_from(area.div_ceil(2 * u128::from(self.from))).unwrap_or(self.length_ns);
        }
        let fits = self.products_fit();
        let (mut low, mut high) = (0, self.length_ns);
        while low < high {
            let middle = low + (high - low) / 2;
            let reached = if fits { self.reaches(middle, area) } else { self.reaches_wide(middle, area) };
            if reached {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        low
    }

    /// Whether `rate × length²`, the largest product of [`Self::reaches`], stays inside 128 bits.
    fn products_fit(&self) -> bool {
        let bits = |value: u64| u64::BITS - value.leading_zeros();
        2 * bits(self.length_ns) + bits(self.from.max(self.to)) + 2 <= u128::BITS
    }

    /// Whether the area up to `x` is at least `area`: `2·from·x + (to − from)·x²/length ≥ area`, times `length`.
    fn reaches(&self, x: u64, area: u128) -> bool {
        let (x, length) = (u128::from(x), u128::from(self.length_ns));
        let (flat, wanted) = (2 * u128::from(self.from) * x * length, area * length);
        if self.to > self.from {
            flat + u128::from(self.to - self.from) * x * x >= wanted
        } else {
            flat >= wanted + u128::from(self.from - self.to) * x * x
        }
    }

    /// The same for stages too long or too fast for 128-bit products: the division comes first, exactly.
    fn reaches_wide(&self, x: u64, area: u128) -> bool {
        let (x, length) = (u128::from(x), u128::from(self.length_ns));
        let flat = 2 * u128::from(self.from) * x;
        let slope = u128::from(self.to.abs_diff(self.from)) * x;
        let whole = (slope / length).saturating_mul(x);
        let rest = (slope % length) * x;
        if self.to > self.from {
            flat.saturating_add(whole).saturating_add(rest / length) >= area
        } else {
            flat >= area.saturating_add(whole).saturating_add(rest.div_ceil(length))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_and_narrow_comparisons_agree() {
        for (from, to) in [(0, 7), (7, 0), (3, 900), (900, 3), (1, 2)] {
            let leg = Leg { begin_ns: 0, length_ns: 9_973, from, to, before: 0, after: 0 };
            for x in (0..=9_973).step_by(7) {
                for area in (1..(u128::from(from + to)) * 9_973).step_by(4_999) {
                    assert_eq!(leg.reaches(x, area), leg.reaches_wide(x, area), "{from} {to} {x} {area}");
                }
            }
        }
    }
}
