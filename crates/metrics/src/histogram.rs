//! A log-linear histogram over any finite number.
//!
//! A value falls into the bucket of its sign, its binary exponent and the ten top bits of its mantissa, so
//! that a bucket is at most 0.1 % of its values wide: three significant digits. Buckets are the same
//! everywhere; merging adds counts, in any order, with the result of one histogram that saw everything.

const BUCKETS: usize = 1024;
/// Mantissa bits below the ten that choose a bucket.
const SHIFT: u32 = 42;

/// Counts by bucket; an octave's buckets are made when it is first hit.
#[derive(Clone, Default, Debug)]
pub struct Histogram {
    pages: Vec<Page>,
    /// The page that was hit last, which the next value most often hits again.
    last: usize,
    count: u64,
}

#[derive(Clone, Debug)]
struct Page {
    key: u16,
    used: bool,
    counts: Box<[u32; BUCKETS]>,
}

/// The counts of a histogram that are not zero, by bucket.
pub type Sparse = Vec<(u32, u32)>;

fn bucket(value: f64) -> u32 {
    (value.to_bits() >> SHIFT) as u32
}

/// The middle of a bucket.
fn middle(bucket: u32) -> f64 {
    let low = u64::from(bucket) << SHIFT;
    if low == 0 {
        return 0.0;
    }
    f64::from_bits(low | 1 << (SHIFT - 1))
}

impl Histogram {
    /// Counts a value; what is not finite is left out.
    #[inline]
    pub fn add(&mut self, value: f64) {
        if value.is_finite() {
            self.add_bucket(bucket(value), 1);
        }
    }

    fn add_bucket(&mut self, bucket: u32, count: u32) {
        let (key, index) = ((bucket >> 10) as u16, (bucket & 1023) as usize);
        if self.pages.get(self.last).is_none_or(|page| page.key != key) {
            self.last = self.page(key);
        }
        let page = &mut self.pages[self.last];
        page.used = true;
        page.counts[index] = page.counts[index].saturating_add(count);
        self.count += u64::from(count);
    }

    fn page(&mut self, key: u16) -> usize {
        self.pages.iter().position(|page| page.key == key).unwrap_or_else(|| {
            self.pages.push(Page { key, used: false, counts: Box::new([0; BUCKETS]) });
            self.pages.len() - 1
        })
    }

    /// How many values were counted.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// Adds counts by bucket.
    pub fn merge(&mut self, sparse: &Sparse) {
        for &(bucket, count) in sparse {
            self.add_bucket(bucket, count);
        }
    }

    /// Takes the counts and empties the histogram, which keeps its memory for the next ones.
    pub fn drain(&mut self) -> Sparse {
        let mut sparse = Vec::new();
        for page in self.pages.iter_mut().filter(|page| page.used) {
            page.used = false;
            for (index, count) in page.counts.iter_mut().enumerate().filter(|(_, count)| **count > 0) {
                sparse.push((u32::from(page.key) << 10 | index as u32, std::mem::take(count)));
            }
        }
        self.count = 0;
        sparse
    }

    /// The counts that are not zero, in no order.
    #[must_use]
    pub fn sparse(&self) -> Sparse {
        let pages = self.pages.iter().filter(|page| page.used);
        pages
            .flat_map(|page| {
                let counted = page.counts.iter().enumerate().filter(|(_, count)| **count > 0);
                counted.map(|(index, count)| (u32::from(page.key) << 10 | index as u32, *count))
            })
            .collect()
    }

    /// The value at quantile `q` (0 to 1): the middle of the bucket in which it falls. Zero when empty.
    #[must_use]
    pub fn quantile(&self, q: f64) -> f64 {
        let mut buckets: Vec<(f64, u32)> =
            self.sparse().into_iter().map(|(bucket, count)| (middle(bucket), count)).collect();
        buckets.sort_by(|a, b| a.0.total_cmp(&b.0));
        let rank = q.clamp(0.0, 1.0) * self.count.saturating_sub(1) as f64;
        let mut below = 0u64;
        for (value, count) in &buckets {
            below += u64::from(*count);
            if below as f64 > rank {
                return *value;
            }
        }
        buckets.last().map_or(0.0, |last| last.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn quantiles_are_within_a_thousandth(values in proptest::collection::vec(-1e6f64..1e6, 1..400), q in 0.0f64..1.0) {
            let mut histogram = Histogram::default();
            values.iter().for_each(|value| histogram.add(*value));
            let mut sorted = values.clone();
            sorted.sort_by(f64::total_cmp);
            let exact = sorted[(q * (sorted.len() - 1) as f64).floor() as usize];
            let found = histogram.quantile(q);
            prop_assert!((found - exact).abs() <= exact.abs() * 0.001 + f64::EPSILON, "{found} {exact}");
        }

        #[test]
        fn merging_is_like_seeing_everything(a in proptest::collection::vec(0f64..1e9, 0..200), b in proptest::collection::vec(-5f64..5.0, 0..200)) {
            let fill = |values: &[f64]| {
                let mut histogram = Histogram::default();
                values.iter().for_each(|value| histogram.add(*value));
                histogram
            };
            let sorted = |histogram: &Histogram| {
                let mut sparse = histogram.sparse();
                sparse.sort_unstable();
                sparse
            };
            let mut left = fill(&a);
            left.merge(&fill(&b).drain());
            let mut right = fill(&b);
            right.merge(&fill(&a).drain());
            let both = fill(&[a, b].concat());
            prop_assert_eq!(sorted(&left), sorted(&both));
            prop_assert_eq!(sorted(&right), sorted(&both));
            prop_assert_eq!(left.count(), both.count());
        }
    }
}
