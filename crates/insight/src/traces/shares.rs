//! What services and operations have of the latency of many traces.
//!
//! Main type: [`Shares`]. A share is of all latency together: what a service owns of all roots, by the length of all roots,
//! so that the shares add up to one and long traces count for more. The slowest traces are looked at on their own, since
//! what makes a request slow is often not what it is made of usually.

use std::collections::{BTreeMap, BTreeSet};

use stats::Interval;
use stats::means::share as ratio;

use super::{Followed, Place};

/// The slowest traces are at most one of so many.
const SLOW_OF: usize = 20;
/// Traces that it takes to tell an interval.
const TRACES_FEWEST: usize = 10;

/// What of the latency is one service's, or one operation's.
#[derive(Debug, Clone, PartialEq)]
pub struct Share {
    /// The service.
    pub service: String,
    /// The operation; none when it is the whole service.
    pub operation: Option<String>,
    /// Its share of the latency of all traces, between 0 and 1.
    pub share: f64,
    /// Where the share of further traces of the same kind would lie; none of fewer than ten traces.
    pub interval: Option<Interval>,
    /// Its share of the slowest traces; none when there are none.
    pub slow_share: Option<f64>,
    /// The interval of that; none of fewer than ten traces.
    pub slow_interval: Option<Interval>,
    /// What it owns of a trace on average, in nanoseconds.
    pub own_ns: f64,
    /// Its spans on critical paths.
    pub on_path: u64,
    /// Its spans, on a path or not.
    pub spans: u64,
    /// Traces on whose path it is.
    pub traces: u64,
}

/// The slowest traces.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Slow {
    /// How many they are.
    pub traces: usize,
    /// Each took longer than this, in nanoseconds: the 95th percentile of all, the smallest latency that 95 of 100 do
    /// not exceed.
    pub beyond_ns: i64,
}

/// All traces together.
#[derive(Debug, Clone, PartialEq)]
pub struct Shares {
    /// Latency of a root on average, in nanoseconds.
    pub mean_ns: f64,
    /// The slowest traces; none when none is slower than the 95th percentile.
    pub slow: Option<Slow>,
    /// What the roots are, with how many traces each; the most frequent first.
    pub roots: Vec<(Place, u64)>,
    /// Services, the largest share first.
    pub services: Vec<Share>,
    /// Operations of services, the largest share first.
    pub operations: Vec<Share>,
}

/// The shares of all traces, with intervals at a two-sided confidence `level`; none without traces.
pub fn shares(traces: &[Followed], level: f64) -> Option<Shares> {
    let roots_ns: Vec<f64> = traces.iter().map(|trace| trace.root_ns as f64).collect();
    let mut sorted: Vec<i64> = traces.iter().map(|trace| trace.root_ns).collect();
    sorted.sort_unstable();
    let usual = sorted.len() - sorted.len() / SLOW_OF;
    let beyond_ns = *sorted.get(usual.checked_sub(1)?)?;
    let slow: Vec<usize> = (0..traces.len()).filter(|&at| traces[at].root_ns > beyond_ns).collect();
    let look = Look { roots_ns: &roots_ns, slow: &slow, level };
    let mut roots: BTreeMap<&Place, u64> = BTreeMap::new();
    traces.iter().for_each(|trace| *roots.entry(&trace.root).or_default() += 1);
    let mut roots: Vec<(Place, u64)> =
        roots.into_iter().map(|(place, count)| (place.clone(), count)).collect();
    roots.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    Some(Shares {
        mean_ns: stats::describe::mean(&roots_ns),
        slow: (!slow.is_empty()).then_some(Slow { traces: slow.len(), beyond_ns }),
        roots,
        services: look.shares(traces, |place| (place.service.as_str(), None)),
        operations: look.shares(traces, |place| (place.service.as_str(), Some(place.operation.as_str()))),
    })
}

/// What one name has of the traces.
#[derive(Default)]
struct Sum {
    /// What it owns of a trace, in nanoseconds, where that is anything.
    owned: BTreeMap<usize, i64>,
    on_path: u64,
    spans: u64,
    traces: BTreeSet<usize>,
}

struct Look<'a> {
    roots_ns: &'a [f64],
    slow: &'a [usize],
    level: f64,
}

impl Look<'_> {
    fn shares<'a>(
        &self,
        traces: &'a [Followed],
        name: impl Fn(&'a Place) -> (&'a str, Option<&'a str>),
    ) -> Vec<Share> {
        let mut sums: BTreeMap<(&str, Option<&str>), Sum> = BTreeMap::new();
        for (at, trace) in traces.iter().enumerate() {
            for part in &trace.parts {
                let sum = sums.entry(name(&part.place)).or_default();
                sum.on_path += part.on_path;
                sum.spans += part.spans;
                if part.on_path > 0 {
                    sum.traces.insert(at);
                    *sum.owned.entry(at).or_default() += part.own_ns;
                }
            }
        }
        let mut shares: Vec<Share> = sums.into_iter().map(|(name, sum)| self.share(name, &sum)).collect();
        shares.sort_by(|a, b| b.share.total_cmp(&a.share));
        shares
    }

    fn share(&self, (service, operation): (&str, Option<&str>), sum: &Sum) -> Share {
        let mut all = vec![0.0; self.roots_ns.len()];
        sum.owned.iter().for_each(|(&at, &own_ns)| all[at] = own_ns as f64);
        let slow: Vec<f64> = self.slow.iter().map(|&at| all[at]).collect();
        let slow_roots: Vec<f64> = self.slow.iter().map(|&at| self.roots_ns[at]).collect();
        Share {
            service: service.to_owned(),
            operation: operation.map(str::to_owned),
            share: part_of(&all, self.roots_ns).unwrap_or_default(),
            interval: self.interval(&all, self.roots_ns),
            slow_share: part_of(&slow, &slow_roots),
            slow_interval: self.interval(&slow, &slow_roots),
            own_ns: stats::describe::mean(&all),
            on_path: sum.on_path,
            spans: sum.spans,
            traces: sum.traces.len() as u64,
        }
    }

    fn interval(&self, parts: &[f64], wholes: &[f64]) -> Option<Interval> {
        let enough = wholes.len() >= TRACES_FEWEST;
        let (_, interval) = ratio(parts, wholes, self.level).filter(|_| enough)?;
        Some(interval.map(|end| end.clamp(0.0, 1.0)))
    }
}

fn part_of(parts: &[f64], wholes: &[f64]) -> Option<f64> {
    let whole: f64 = wholes.iter().sum();
    (whole > 0.0).then(|| parts.iter().sum::<f64>() / whole)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::traces::Part;

    /// A trace of a root that owns some and calls others, in milliseconds.
    fn trace(owned: &[(&str, i64)]) -> Followed {
        let place = |service: &str| Place { service: service.to_owned(), operation: format!("do {service}") };
        let part = |&(service, ms): &(&str, i64)| Part {
            place: place(service),
            own_ns: ms * 1_000_000,
            on_path: 1,
            spans: 2,
        };
        Followed {
            root: place(owned[0].0),
            root_ns: owned.iter().map(|(_, ms)| ms * 1_000_000).sum(),
            parts: owned.iter().map(part).collect(),
            repeated: 0,
            unconnected: 0,
            not_awaited: 0,
            clipped: 0,
            outside: 0,
            other_roots: 0,
        }
    }

    #[test]
    fn shares_are_of_all_latency() {
        let found =
            shares(&[trace(&[("web", 10), ("db", 30)]), trace(&[("web", 50), ("mail", 10)])], 0.95).unwrap();
        let told = |list: &[Share]| -> Vec<(String, f64, f64, u64, u64, u64)> {
            let row = |one: &Share| {
                (one.service.clone(), one.share, one.own_ns / 1e6, one.on_path, one.spans, one.traces)
            };
            list.iter().map(row).collect()
        };
        let expected = [("web", 0.6, 30.0, 2, 4, 2), ("db", 0.3, 15.0, 1, 2, 1), ("mail", 0.1, 5.0, 1, 2, 1)];
        let expected = expected.map(|(name, a, b, c, d, e)| (name.to_owned(), a, b, c, d, e)).to_vec();
        assert_eq!(told(&found.services), expected);
        assert_eq!(told(&found.operations), expected);
        assert_eq!(found.operations[0].operation.as_deref(), Some("do web"));
        assert_eq!((found.mean_ns, found.roots.len()), (50e6, 1));
        assert!(found.slow.is_none() && found.services[0].interval.is_none());
        assert_eq!(shares(&[], 0.95), None);
    }

    #[test]
    fn the_slowest_have_shares_of_their_own() {
        // Ninety-four of 60 ms, one of 100 ms, and five that wait for the database.
        let mut traces: Vec<Followed> = (0..94).map(|_| trace(&[("web", 40), ("db", 20)])).collect();
        traces.push(trace(&[("web", 80), ("db", 20)]));
        traces.extend((0..5).map(|_| trace(&[("web", 40), ("db", 360)])));
        let found = shares(&traces, 0.95).unwrap();
        assert_eq!(found.slow, Some(Slow { traces: 5, beyond_ns: 100_000_000 }));
        let db = &found.services[1];
        assert_eq!((db.service.as_str(), db.slow_share), ("db", Some(0.9)));
        assert!((db.share - 3_700.0 / 7_740.0).abs() < 1e-12, "{}", db.share);
        let interval = db.interval.unwrap();
        assert!(interval.lower > 0.3 && interval.contains(db.share) && interval.upper < 0.65, "{interval:?}");
        // Five traces tell no interval.
        assert_eq!(db.slow_interval, None);
    }

    #[test]
    fn roots_without_length_have_no_shares() {
        let found = shares(&[trace(&[("web", 0)]), trace(&[("web", 0)])], 0.95).unwrap();
        assert_eq!((found.services[0].share, found.services[0].interval), (0.0, None));
    }
}
