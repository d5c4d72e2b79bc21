//! Artillery's metrics: counters, rates and histograms by name, in periods of ten seconds.
//!
//! Main types: [`Stats`], what one worker thread counted, and [`Period`]. What the report makes of them is in
//! [`super::report`]. A name that was counted before costs no allocation.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use rustc_hash::FxHashMap;

use super::sketch::Sketch;

/// The length of a period, milliseconds.
pub const PERIOD_MS: u64 = 10_000;

/// First and last time of something, milliseconds since 1970.
#[derive(Clone, Copy, Default, Debug)]
pub struct Seen {
    /// The first; 0 when never.
    pub first: u64,
    /// The last.
    pub last: u64,
}

impl Seen {
    fn at(&mut self, now: u64) {
        if self.first == 0 || now < self.first {
            self.first = now;
        }
        self.last = self.last.max(now);
    }

    /// Both together.
    pub fn merge(&mut self, other: Self) {
        if other.first > 0 {
            self.at(other.first);
            self.at(other.last);
        }
    }
}

/// How often something happened, and when.
#[derive(Clone, Copy, Default, Debug)]
pub struct Rate {
    /// How often.
    pub count: u64,
    /// When.
    pub seen: Seen,
}

impl Rate {
    /// A second, over a second at least.
    #[must_use]
    pub fn per_second(&self) -> f64 {
        let span_s = ((self.seen.last - self.seen.first) as f64 / 1000.0).max(1.0);
        (self.count as f64 / span_s + 0.5).floor()
    }
}

/// Values by name. Finding one takes the same time however many there are: each request finds half a dozen.
#[derive(Clone, Debug)]
pub struct ByName<T> {
    places: FxHashMap<Box<str>, usize>,
    values: Vec<T>,
}

impl<T> Default for ByName<T> {
    fn default() -> Self {
        Self { places: FxHashMap::default(), values: Vec::new() }
    }
}

impl<T: Default> ByName<T> {
    /// The value of that name; a new one when there was none.
    pub fn of(&mut self, name: &str) -> &mut T {
        let place = self.places.get(name).copied().unwrap_or_else(|| {
            self.places.insert(name.into(), self.values.len());
            self.values.push(T::default());
            self.values.len() - 1
        });
        &mut self.values[place]
    }

    fn iter(&self) -> impl Iterator<Item = (&str, &T)> {
        self.places.iter().map(|(name, place)| (&**name, &self.values[*place]))
    }

    /// All of them, by name.
    pub fn sorted(&self) -> impl Iterator<Item = (&str, &T)> {
        let mut all: Vec<(&str, &T)> = self.iter().collect();
        all.sort_unstable_by_key(|(name, _)| *name);
        all.into_iter()
    }
}

/// What happened in ten seconds.
#[derive(Clone, Default, Debug)]
pub struct Period {
    /// Sums by name.
    pub counters: ByName<f64>,
    /// Rates by name.
    pub rates: ByName<Rate>,
    /// Histograms by name.
    pub histograms: ByName<Sketch>,
    /// When counters moved.
    pub counted: Seen,
    /// When histograms grew.
    pub measured: Seen,
}

impl Period {
    /// How long it is from the first thing that was counted or measured to the last.
    #[must_use]
    pub fn width_ms(&self) -> u64 {
        let mut seen = self.counted;
        seen.merge(self.measured);
        seen.last.saturating_sub(seen.first)
    }

    /// Adds what happened elsewhere in the same time.
    pub fn merge(&mut self, other: &Self) {
        for (name, count) in other.counters.iter() {
            *self.counters.of(name) += count;
        }
        for (name, rate) in other.rates.iter() {
            let known = self.rates.of(name);
            known.count += rate.count;
            known.seen.merge(rate.seen);
        }
        for (name, sketch) in other.histograms.iter() {
            self.histograms.of(name).merge(sketch);
        }
        self.counted.merge(other.counted);
        self.measured.merge(other.measured);
    }
}

/// What was counted, by the beginning of the period in milliseconds since 1970.
#[derive(Clone, Default, Debug)]
pub struct Stats {
    /// The periods.
    pub periods: BTreeMap<u64, Period>,
}

impl Stats {
    fn period(&mut self, now: u64) -> &mut Period {
        self.periods.entry(now - now % PERIOD_MS).or_default()
    }

    /// Adds to a counter at a time in milliseconds since 1970.
    pub fn count(&mut self, now: u64, name: &str, by: f64) {
        let period = self.period(now);
        period.counted.at(now);
        *period.counters.of(name) += by;
    }

    /// Notes that something happened once.
    pub fn rate(&mut self, now: u64, name: &str) {
        let period = self.period(now);
        let rate = period.rates.of(name);
        rate.count += 1;
        rate.seen.at(now);
    }

    /// Adds a value to a histogram.
    pub fn measure(&mut self, now: u64, name: &str, value: f64) {
        let period = self.period(now);
        period.measured.at(now);
        period.histograms.of(name).add(value);
    }

    /// Takes over what another counted.
    pub fn merge(&mut self, other: Self) {
        for (start, period) in other.periods {
            match self.periods.entry(start) {
                Entry::Vacant(place) => drop(place.insert(period)),
                Entry::Occupied(mut place) => place.get_mut().merge(&period),
            }
        }
    }
}
