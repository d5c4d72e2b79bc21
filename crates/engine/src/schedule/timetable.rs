//! Arrivals in legs: even ones by exact fractions, random ones drawn ahead from a seed.
//!
//! Main type: [`Timetable`]. Arrival `i` of `n` in an even leg is due at `i / n` of its length, rounded down to
//! the nanosecond. The distances of a random leg are drawn once, as whole nanoseconds, so that every instance
//! and thread of a test has the same ones.

use std::sync::Arc;

use model::{Leg, Nanos, Rhythm};

/// How many arrivals a random leg may have; it then ends early. They are kept in memory, 8 bytes each.
const RANDOM_MAX: usize = 20_000_000;

/// Legs of arrivals.
#[derive(Clone, Debug)]
pub struct Timetable {
    legs: Vec<Timed>,
    length_ns: u64,
    count: u64,
}

#[derive(Clone, Debug)]
struct Timed {
    begin_ns: u64,
    length_ns: u64,
    /// Arrivals of all legs up to the end of this one.
    after: u64,
    count: u64,
    /// Due times from the leg's beginning, of a random leg.
    drawn: Option<Arc<[u64]>>,
}

impl Timetable {
    /// The legs, one after the other.
    #[must_use]
    pub fn new(legs: &[Leg]) -> Self {
        let (mut begin_ns, mut total) = (0u64, 0u64);
        let mut timed = Vec::with_capacity(legs.len());
        for leg in legs {
            let length_ns = Nanos::from(leg.duration).0;
            let (count, drawn) = match leg.rhythm {
                Rhythm::Pause => (0, None),
                Rhythm::Even { count } => (count, None),
                Rhythm::Poisson { per_second, seed } => {
                    let times = draw(per_second, length_ns, seed);
                    (times.len() as u64, Some(times.into()))
                }
            };
            total = total.saturating_add(count);
            timed.push(Timed { begin_ns, length_ns, after: total, count, drawn });
            begin_ns = begin_ns.saturating_add(length_ns);
        }
        Self { legs: timed, length_ns: begin_ns, count: total }
    }

    /// All legs together.
    #[must_use]
    pub const fn length(&self) -> Nanos {
        Nanos(self.length_ns)
    }

    /// How many arrivals there are.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// When arrival `index` (below [`Self::count`]) is due, from the start.
    #[must_use]
    pub fn due(&self, index: u64) -> Nanos {
        let nth = self.legs.partition_point(|leg| leg.after <= index);
        let Some(leg) = self.legs.get(nth) else { return Nanos::MAX };
        let within = index - (leg.after - leg.count);
        let offset = match &leg.drawn {
            Some(drawn) => drawn.get(within as usize).copied().unwrap_or(leg.length_ns),
            None => {
                let exact = u128::from(within) * u128::from(leg.length_ns) / u128::from(leg.count);
                u64::try_from(exact).unwrap_or(leg.length_ns)
            }
        };
        Nanos(leg.begin_ns.saturating_add(offset))
    }

    /// The mean rate of the leg at a time from the start, in arrivals per second; zero after the last.
    #[must_use]
    pub fn rate_per_second(&self, at: Nanos) -> f64 {
        let nth = self.legs.partition_point(|leg| leg.begin_ns + leg.length_ns <= at.0);
        self.legs.get(nth).map_or(0.0, |leg| leg.count as f64 * 1e9 / leg.length_ns as f64)
    }
}

/// The due times of a Poisson process within `length_ns`.
fn draw(per_second: u64, length_ns: u64, seed: u64) -> Vec<u64> {
    let mut times = Vec::new();
    let (mut state, mut at) = (seed, 0u64);
    while per_second > 0 && times.len() < RANDOM_MAX {
        at = at.saturating_add(distance(per_second, &mut state));
        if at >= length_ns {
            break;
        }
        times.push(at);
    }
    times
}

/// An exponentially distributed distance, in whole nanoseconds.
fn distance(per_second: u64, state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut bits = *state;
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^= bits >> 31;
    // In (0, 1]: the logarithm of zero is no distance.
    let uniform = ((bits >> 11) + 1) as f64 / (1u64 << 53) as f64;
    (-uniform.ln() * 1e9 / per_second as f64) as u64
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn table(legs: &[(u64, Rhythm)]) -> Timetable {
        let legs: Vec<Leg> =
            legs.iter().map(|&(ms, rhythm)| Leg { duration: Duration::from_millis(ms), rhythm }).collect();
        Timetable::new(&legs)
    }

    fn due_ms(table: &Timetable) -> Vec<u64> {
        (0..table.count()).map(|index| table.due(index).0 / 1_000_000).collect()
    }

    #[test]
    fn even_legs_and_pauses_follow_each_other() {
        let check = |legs: &[(u64, Rhythm)], wanted: &[u64]| assert_eq!(due_ms(&table(legs)), wanted);
        check(&[(1000, Rhythm::Even { count: 4 })], &[0, 250, 500, 750]);
        check(
            &[(1000, Rhythm::Even { count: 1 }), (500, Rhythm::Pause), (100, Rhythm::Even { count: 2 })],
            &[0, 1500, 1550],
        );
        check(&[(700, Rhythm::Pause), (0, Rhythm::Even { count: 2 })], &[700, 700]);
        check(&[(1000, Rhythm::Even { count: 0 })], &[]);
        check(&[], &[]);
    }

    #[test]
    fn no_time_is_lost_to_rounding() {
        let table = table(&[(1000, Rhythm::Even { count: 3 })]);
        assert_eq!((0..3).map(|i| table.due(i).0).collect::<Vec<_>>(), [0, 333_333_333, 666_666_666]);
        assert_eq!(table.due(3), Nanos::MAX);
    }

    #[test]
    fn random_legs_repeat_with_their_seed_and_keep_the_mean() {
        let leg = |seed| table(&[(100_000, Rhythm::Poisson { per_second: 100, seed })]);
        assert_eq!(due_ms(&leg(7)), due_ms(&leg(7)));
        assert_ne!(due_ms(&leg(7)), due_ms(&leg(8)));
        // 10,000 are expected with a deviation of 100; the seeds are fixed.
        for seed in 0..5 {
            let times = due_ms(&leg(seed));
            assert!((9_600..10_400).contains(&times.len()), "{}", times.len());
            assert!(times.is_sorted() && times.iter().all(|&at| at < 100_000));
        }
    }
}
