//! A discrete-event queue with one server: random arrivals, exponential service of mean 1 / rate.

use plimsoll_stats::batches::Slice;
use plimsoll_stats::percentile::BatchHistogram;
use plimsoll_stats::rng::Random;

/// Buckets on either side of one second.
const BUCKETS: usize = 8_000;

/// A queue in its steady state.
pub struct Queue {
    arrivals: f64,
    rate: f64,
    clock: f64,
    free_at: f64,
}

impl Queue {
    /// A queue of `arrivals` and up to `rate` services a second, in a state drawn from its steady state.
    pub fn new(arrivals: f64, rate: f64, random: &mut Random) -> Self {
        let busy = random.uniform() < arrivals / rate;
        let free_at = if busy { random.exponential() / (rate - arrivals) } else { 0.0 };
        Self { arrivals, rate, clock: 0.0, free_at }
    }

    /// The next customer: second of arrival, and seconds until departure.
    pub fn next(&mut self, random: &mut Random) -> (f64, f64) {
        self.clock += random.exponential() / self.arrivals;
        self.free_at = self.free_at.max(self.clock) + random.exponential() / self.rate;
        (self.clock, self.free_at - self.clock)
    }

    /// The true `q` quantile of the time in the system, in seconds.
    pub fn truth(&self, q: f64) -> f64 {
        -(1.0 - q).ln() / (self.rate - self.arrivals)
    }

    /// Counts over `limit` in `slices` slices of `seconds`, by time of arrival.
    pub fn slices(&mut self, slices: usize, seconds: f64, limit: f64, random: &mut Random) -> Vec<Slice> {
        let mut counts = vec![Slice::default(); slices];
        let start = self.clock;
        loop {
            let (at, response) = self.next(random);
            let index = ((at - start) / seconds) as usize;
            if index >= slices {
                return counts;
            }
            counts[index].total += 1;
            counts[index].hits += u64::from(response > limit);
        }
    }

    /// Histograms of the time in the system with buckets of 0.2 %, in `batches` batches of `customers` customers.
    pub fn histograms(
        &mut self,
        batches: usize,
        customers: usize,
        random: &mut Random,
    ) -> Vec<BatchHistogram> {
        (0..batches)
            .map(|_| {
                let mut buckets = vec![0u64; 2 * BUCKETS];
                for _ in 0..customers {
                    let response = self.next(random).1;
                    let bucket = (response.ln() * 500.0).ceil() + BUCKETS as f64;
                    buckets[bucket.clamp(0.0, (2 * BUCKETS - 1) as f64) as usize] += 1;
                }
                let value = |k: usize| ((k as f64 - BUCKETS as f64) / 500.0).exp();
                buckets.iter().enumerate().filter(|(_, n)| **n > 0).map(|(k, n)| (value(k), *n)).collect()
            })
            .collect()
    }
}
