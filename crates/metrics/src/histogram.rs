//! Histograms that cut every octave into 1,024 buckets, for any float.
//!
//! Main type: [`Histogram`]. A bucket is named by the sign, the exponent and the ten highest mantissa bits of a
//! value, so finding it takes no arithmetic, all histograms have the same buckets and merging is addition.
//! A bucket is at most 0.1 % wide, so its midpoint is within 0.05 % of every value in it. Counters are
//! allocated in pages of an eighth of an octave (512 bytes), because latencies fill few of them.
//! No sum is kept here: [`crate::Trend`] adds it.

/// Bits of a float below a bucket's name.
const DROPPED_BITS: u32 = 42;
/// Buckets in a page, as a power of two.
const PAGE_BITS: u32 = 7;
const PAGE: usize = 1 << PAGE_BITS;
/// The extremes of no values, which every value widens.
const EMPTY: (f64, f64) = (f64::INFINITY, f64::NEG_INFINITY);
const ABSENT: u16 = u16::MAX;
/// Set in the name of a bucket of negative values.
pub(crate) const NEGATIVE: u32 = 1 << 21;

/// Counts of values by size, with the exact count, smallest and largest value.
#[derive(Clone)]
pub struct Histogram {
    positive: Pages,
    negative: Option<Box<Pages>>,
    zeros: u64,
    count: u64,
    min: f64,
    max: f64,
}

/// A name of a bucket, with [`NEGATIVE`] set below zero, and how many values are in it.
pub(crate) type Bucket = (u32, u64);

impl Default for Histogram {
    fn default() -> Self {
        let (min, max) = EMPTY;
        Self { positive: Pages::default(), negative: None, zeros: 0, count: 0, min, max }
    }
}

impl Histogram {
    /// An empty histogram; nothing is allocated before the first value.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Counts one value. `NaN` has no place among sizes and is ignored.
    #[inline]
    pub fn add(&mut self, value: f64) {
        self.add_times(value, 1);
    }

    /// Counts the same value `times` times.
    #[inline]
    pub fn add_times(&mut self, value: f64, times: u64) {
        if value.is_nan() || times == 0 {
            return;
        }
        self.widen(value, value);
        self.add_bucket(bucket_of(value), times);
    }

    /// How many values were counted.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// The smallest value, exactly; zero when there is none.
    #[must_use]
    pub const fn min(&self) -> f64 {
        if self.count == 0 { 0.0 } else { self.min }
    }

    /// The largest value, exactly; zero when there is none.
    #[must_use]
    pub const fn max(&self) -> f64 {
        if self.count == 0 { 0.0 } else { self.max }
    }

    /// The value that a share `q` (0 to 1) of all values does not exceed, interpolated between the two values
    /// next to position `q * (count - 1)`; zero when there is none.
    #[must_use]
    pub fn quantile(&self, q: f64) -> f64 {
        if self.count == 0 {
            return 0.0;
        }
        let position = q.clamp(0.0, 1.0) * (self.count - 1) as f64;
        let rank = position.floor() as u64;
        let (low, high) = self.neighbours(rank.min(self.count - 1));
        // Written so that equal neighbours stay what they are, infinite ones too.
        if low == high { low } else { low + (high - low) * (position - rank as f64) }
    }

    /// Adds the counts of another histogram.
    pub fn merge(&mut self, other: &Self) {
        self.widen(other.min, other.max);
        self.zeros += other.zeros;
        self.count += other.count;
        self.positive.merge(&other.positive);
        if let Some(negative) = &other.negative {
            self.negative.get_or_insert_default().merge(negative);
        }
    }

    /// Forgets all values and keeps the memory for new ones.
    pub fn clear(&mut self) {
        self.positive.clear();
        if let Some(negative) = &mut self.negative {
            negative.clear();
        }
        (self.zeros, self.count, (self.min, self.max)) = (0, 0, EMPTY);
    }

    /// How many values were exactly zero; they belong to no bucket.
    pub(crate) const fn zeros(&self) -> u64 {
        self.zeros
    }

    /// The buckets that hold something, by sign and distance from zero.
    pub(crate) fn buckets(&self) -> impl Iterator<Item = Bucket> + '_ {
        let negative = self.negative.iter().flat_map(|pages| pages.iter());
        self.positive.iter().chain(negative.map(|(name, count)| (name | NEGATIVE, count)))
    }

    /// Notes that there are values down to `min` and up to `max`.
    #[inline]
    pub(crate) fn widen(&mut self, min: f64, max: f64) {
        if min < self.min {
            // Adding zero turns -0 into 0: whichever of the two came first would stay otherwise.
            self.min = min + 0.0;
        }
        if max > self.max {
            self.max = max + 0.0;
        }
    }

    /// Counts values that are not `NaN`.
    pub(crate) fn extend(&mut self, values: &[f64]) {
        let (mut min, mut max) = (self.min, self.max);
        for &value in values {
            if value < min {
                min = value + 0.0;
            }
            if value > max {
                max = value + 0.0;
            }
            match bucket_of(value) {
                Some(name) if name & NEGATIVE == 0 => self.positive.add_one(name),
                bucket => self.add_outside(bucket),
            }
        }
        (self.min, self.max) = (min, max);
        self.count += values.len() as u64;
    }

    /// Counts one value that is not positive.
    fn add_outside(&mut self, bucket: Option<u32>) {
        match bucket {
            Some(name) => self.negative.get_or_insert_default().add_one(name & !NEGATIVE),
            None => self.zeros += 1,
        }
    }

    /// Counts `times` values in a bucket, or zeros for `None`.
    #[inline]
    pub(crate) fn add_bucket(&mut self, bucket: Option<u32>, times: u64) {
        self.count += times;
        match bucket {
            Some(name) if name & NEGATIVE == 0 => self.positive.add(name, times),
            Some(name) => self.negative.get_or_insert_default().add(name & !NEGATIVE, times),
            None => self.zeros += times,
        }
    }

    /// About the values at positions `rank` and `rank + 1` in ascending order.
    fn neighbours(&self, rank: u64) -> (f64, f64) {
        let last = self.count - 1;
        let next = (rank + 1).min(last);
        let (mut passed, mut low) = (0_u64, None);
        for (middle, count) in self.ascending() {
            passed += count;
            if low.is_none() && passed > rank {
                low = Some(self.settle(middle, rank));
            }
            if passed > next {
                let high = self.settle(middle, next);
                return (low.unwrap_or(high), high);
            }
        }
        (self.max, self.max)
    }

    /// The ends are known exactly, and no value lies outside them.
    fn settle(&self, middle: f64, rank: u64) -> f64 {
        match rank {
            0 => self.min,
            _ if rank + 1 == self.count => self.max,
            _ => middle.max(self.min).min(self.max),
        }
    }

    /// The middles of all buckets in ascending order, with counts.
    pub(crate) fn ascending(&self) -> impl Iterator<Item = (f64, u64)> + '_ {
        let negative = self.negative.iter().flat_map(|pages| pages.iter().rev());
        let zeros = (self.zeros > 0).then_some((0.0, self.zeros));
        negative
            .map(|(name, count)| (-middle_of(name), count))
            .chain(zeros)
            .chain(self.positive.iter().map(|(name, count)| (middle_of(name), count)))
    }
}

impl PartialEq for Histogram {
    /// Equal contents; where the pages lie in memory depends on the order of arrival and means nothing.
    fn eq(&self, other: &Self) -> bool {
        (self.count, self.zeros, self.min, self.max) == (other.count, other.zeros, other.min, other.max)
            && self.buckets().eq(other.buckets())
    }
}

impl std::fmt::Debug for Histogram {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Histogram")
            .field("count", &self.count)
            .field("min", &self.min)
            .field("max", &self.max)
            .field("zeros", &self.zeros)
            .field("buckets", &self.buckets().count())
            .finish()
    }
}

/// The bucket of a value; `None` for zero.
#[inline]
pub(crate) fn bucket_of(value: f64) -> Option<u32> {
    let name = (value.to_bits() >> DROPPED_BITS) as u32;
    if value == 0.0 { None } else { Some(name) }
}

/// The middle of a bucket, by the name that [`Histogram::buckets`] gives it.
pub(crate) fn value_of(name: u32) -> f64 {
    if name & NEGATIVE == 0 { middle_of(name) } else { -middle_of(name & !NEGATIVE) }
}

/// The middle of a bucket of positive values.
fn middle_of(name: u32) -> f64 {
    let low = f64::from_bits(u64::from(name) << DROPPED_BITS);
    let high = f64::from_bits(u64::from(name + 1) << DROPPED_BITS);
    // The bucket of infinity has no upper end, and the one below it ends there.
    if high.is_finite() { low + (high - low) / 2.0 } else { low }
}

/// The counters of one sign: a directory from page numbers to pages, which lie one after the other.
#[derive(Clone, Default)]
struct Pages {
    first: u32,
    directory: Vec<u16>,
    counts: Vec<u32>,
    /// What does not fit a counter: buckets with a multiple of 2^32.
    carried: Vec<(u32, u64)>,
}

impl Pages {
    #[inline]
    fn add_one(&mut self, name: u32) {
        let entry = (name >> PAGE_BITS).wrapping_sub(self.first) as usize;
        // The place of an absent page lies beyond all counters.
        let place = self.directory.get(entry).copied().unwrap_or(ABSENT);
        match self.counts.get_mut(usize::from(place) << PAGE_BITS | (name as usize & (PAGE - 1))) {
            Some(counter) if *counter < u32::MAX => *counter += 1,
            _ => self.add(name, 1),
        }
    }

    fn add(&mut self, name: u32, times: u64) {
        let page = name >> PAGE_BITS;
        let at = match self.directory.get(page.wrapping_sub(self.first) as usize) {
            Some(&place) if place != ABSENT => usize::from(place),
            _ => self.open(page),
        };
        let counter = &mut self.counts[at << PAGE_BITS | (name as usize & (PAGE - 1))];
        let total = u64::from(*counter) + times;
        *counter = total as u32;
        if total > u64::from(u32::MAX) {
            self.carry(name, total & !u64::from(u32::MAX));
        }
    }

    /// Makes a page and returns its place.
    #[cold]
    fn open(&mut self, page: u32) -> usize {
        if self.directory.is_empty() {
            self.first = page;
        }
        if page < self.first {
            let missing = (self.first - page) as usize;
            self.directory.splice(0..0, std::iter::repeat_n(ABSENT, missing));
            self.first = page;
        }
        let entry = (page - self.first) as usize;
        if entry >= self.directory.len() {
            self.directory.resize(entry + 1, ABSENT);
        }
        let place = self.counts.len() >> PAGE_BITS;
        self.counts.resize(self.counts.len() + PAGE, 0);
        self.directory[entry] = u16::try_from(place).expect("one sign has 16,384 pages");
        place
    }

    #[cold]
    fn carry(&mut self, name: u32, amount: u64) {
        match self.carried.binary_search_by_key(&name, |entry| entry.0) {
            Ok(at) => self.carried[at].1 += amount,
            Err(at) => self.carried.insert(at, (name, amount)),
        }
    }

    fn merge(&mut self, other: &Self) {
        other.iter().for_each(|(name, count)| self.add(name, count));
    }

    fn clear(&mut self) {
        self.directory.clear();
        self.counts.clear();
        self.carried.clear();
    }

    /// The buckets that hold something, in ascending order.
    fn iter(&self) -> impl DoubleEndedIterator<Item = Bucket> + '_ {
        let pages = self.directory.iter().enumerate().filter(|(_, place)| **place != ABSENT);
        pages.flat_map(move |(entry, &place)| {
            let name = (self.first + entry as u32) << PAGE_BITS;
            let page = &self.counts[usize::from(place) << PAGE_BITS..][..PAGE];
            page.iter().enumerate().filter_map(move |(slot, &count)| {
                let name = name + slot as u32;
                let total = u64::from(count) + self.carried_of(name);
                (total > 0).then_some((name, total))
            })
        })
    }

    fn carried_of(&self, name: u32) -> u64 {
        if self.carried.is_empty() {
            return 0;
        }
        self.carried.binary_search_by_key(&name, |entry| entry.0).map_or(0, |at| self.carried[at].1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[f64]) -> Histogram {
        let mut histogram = Histogram::new();
        values.iter().for_each(|value| histogram.add(*value));
        histogram
    }

    #[test]
    fn quantiles_lie_within_half_a_bucket() {
        let check = |values: &[f64], q: f64, expected: f64| {
            let found = of(values).quantile(q);
            let error = (found - expected).abs();
            assert!(error <= expected.abs() * 0.0005, "{values:?} {q}: {found}, not {expected}");
        };
        check(&[], 0.5, 0.0);
        check(&[3.7], 0.5, 3.7);
        check(&[1.0, 2.0], 0.5, 1.5);
        check(&[0.0, 0.0, 0.0, 9.0], 0.5, 0.0);
        check(&[-5.0, -1.0, 2.0, 7.0, 1e9], 0.0, -5.0);
        check(&[-5.0, -1.0, 2.0, 7.0, 1e9], 0.25, -1.0);
        check(&[-5.0, -1.0, 2.0, 7.0, 1e9], 0.75, 7.0);
        check(&[-5.0, -1.0, 2.0, 7.0, 1e9], 1.0, 1e9);
        check(&[1e-300, 1e-9, 1e300], 0.5, 1e-9);
    }

    #[test]
    fn odd_floats_are_counted_or_refused() {
        let mut histogram = of(&[f64::NAN]);
        assert_eq!(histogram.count(), 0);
        for value in [f64::INFINITY, f64::NEG_INFINITY, f64::MIN_POSITIVE / 4.0, -0.0, f64::MAX] {
            histogram.add(value);
        }
        assert_eq!((histogram.count(), histogram.zeros()), (5, 1));
        assert_eq!((histogram.min(), histogram.max()), (f64::NEG_INFINITY, f64::INFINITY));
        assert_eq!(histogram.quantile(0.25), 0.0);
    }

    #[test]
    fn counters_do_not_overflow() {
        let mut histogram = Histogram::new();
        histogram.add_times(5.0, u64::from(u32::MAX));
        histogram.add_times(5.0, 3);
        histogram.add_times(5.0, 1 << 40);
        let expected = u64::from(u32::MAX) + 3 + (1 << 40);
        assert_eq!(histogram.count(), expected);
        assert_eq!(histogram.buckets().map(|bucket| bucket.1).sum::<u64>(), expected);
        let mut twice = histogram.clone();
        twice.merge(&histogram);
        assert_eq!(twice.buckets().map(|bucket| bucket.1).sum::<u64>(), 2 * expected);
    }

    #[test]
    fn clearing_leaves_an_empty_histogram() {
        let mut histogram = of(&[1.0, -2.0, 0.0, 1e6]);
        histogram.clear();
        assert_eq!(histogram, Histogram::new());
        histogram.add(4.0);
        assert_eq!(histogram, of(&[4.0]));
    }
}
