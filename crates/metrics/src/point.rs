//! What one series measured in one second, as it is kept on disk.
//!
//! Main types: [`Point`], which can be added to an [`crate::Aggregate`], and [`Packed`], its form for storage. Points
//! of a series added up are exactly what the run's own aggregate held, to the last digit; where they are kept is not
//! known here.

use model::Nanos;

use crate::aggregate::Merged;
use crate::histogram::{Bucket, NEGATIVE};
use crate::registry::Kind;
use crate::sink::{Counter, Gauge, Rate, Sink};
use crate::sum::Sum;
use crate::trend::Trend;
use crate::wire::{Reader, Writer};

/// Values as ascending differences of whole nanoseconds.
const WHOLE: u8 = 0;
/// Values as ascending floats.
const FLOATS: u8 = 1;
/// A histogram.
const BUCKETS: u8 = 2;
/// Nanoseconds in a millisecond, the unit of times.
const NANOS: f64 = 1e6;
/// Whole numbers up to here are exact as floats.
const WHOLE_LIMIT: f64 = (1_u64 << 53) as f64;

/// What one series measured in one second.
#[derive(Clone, PartialEq, Debug)]
pub struct Point(pub(crate) Merged);

/// A point as numbers and bytes.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Packed {
    /// How many samples; of a gauge, in how many frames it was set.
    pub count: u64,
    /// Their sum; of a gauge the last value, of a rate how many were not zero.
    pub sum: f64,
    /// The smallest value, of gauges and trends.
    pub min: f64,
    /// The largest value, of gauges and trends.
    pub max: f64,
    /// What the numbers do not tell: the distribution of a trend, the instant of a gauge, and the exact sum of a
    /// counter where a float is not exact.
    pub detail: Option<Vec<u8>>,
}

impl Point {
    /// What the samples add up to.
    #[must_use]
    pub const fn sink(&self) -> &Sink {
        self.0.sink()
    }

    /// How many samples there are; of a gauge, in how many frames it was set.
    #[must_use]
    pub fn samples(&self) -> u64 {
        self.0.samples()
    }

    /// The form for storage. Values are only kept one by one when `exact`; otherwise they become a histogram, which is
    /// smaller from some thousand values on.
    #[must_use]
    pub fn pack(&self, exact: bool) -> Packed {
        let count = self.samples();
        match self.sink() {
            Sink::Counter(_) => self.pack_counter(),
            Sink::Gauge { value, at, min, max } => {
                let mut detail = Vec::new();
                Writer(&mut detail).number(at.0);
                Packed { count, sum: *value, min: *min, max: *max, detail: Some(detail) }
            }
            Sink::Rate { nonzero, total } => {
                Packed { count: *total, sum: *nonzero as f64, ..Packed::default() }
            }
            Sink::Trend(trend) => {
                let detail = match trend.values() {
                    Some(values) if exact => pack_values(&values),
                    _ => pack_buckets(trend.clone()),
                };
                Packed { count, sum: trend.sum(), min: trend.min(), max: trend.max(), detail: Some(detail) }
            }
        }
    }

    fn pack_counter(&self) -> Packed {
        let exact = self.0.exact().copied().unwrap_or_default();
        let sum = exact.sum.value();
        let mut of_float = Sum::default();
        of_float.add(sum);
        let detail = (of_float != exact.sum).then(|| {
            let mut bytes = Vec::new();
            write_sum(&mut Writer(&mut bytes), &exact.sum);
            bytes
        });
        Packed { count: exact.samples, sum, detail, ..Packed::default() }
    }

    /// Reads what [`Point::pack`] made; `None` when it cannot be.
    #[must_use]
    pub fn unpack(kind: Kind, packed: &Packed) -> Option<Self> {
        let mut merged = Merged::new(kind);
        let detail = packed.detail.as_deref();
        match kind {
            Kind::Counter => {
                let sum = match detail {
                    Some(bytes) => read_sum(&mut Reader(bytes))?,
                    None => {
                        let mut sum = Sum::default();
                        sum.add(packed.sum);
                        sum
                    }
                };
                merged.add_counter(&Counter { sum, samples: packed.count });
            }
            Kind::Gauge => {
                let at = Nanos(Reader(detail?).number()?);
                let gauge = Gauge { value: packed.sum, at, min: packed.min, max: packed.max };
                merged.add_gauge(&gauge, packed.count);
            }
            Kind::Rate => {
                let nonzero = packed.sum as u64;
                merged.add_rate(&Rate { nonzero, total: packed.count.max(nonzero) });
            }
            Kind::Trend => merged.add_trend(&unpack_trend(packed, detail?)?),
        }
        Some(Self(merged))
    }
}

/// Nanoseconds that are this value in milliseconds, if it is whole nanoseconds.
fn whole(value: f64) -> Option<u64> {
    let nanos = (value * NANOS).round();
    let fits = (0.0..WHOLE_LIMIT).contains(&nanos) && (nanos / NANOS).to_bits() == value.to_bits();
    fits.then_some(nanos as u64)
}

fn pack_values(values: &[f64]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(values.len() * 2 + 1);
    let nanos: Option<Vec<u64>> = values.iter().map(|value| whole(*value)).collect();
    let mut w = Writer(&mut bytes);
    match nanos {
        Some(nanos) => {
            w.byte(WHOLE);
            let mut last = 0;
            for value in nanos {
                w.number(value - last);
                last = value;
            }
        }
        None => {
            w.byte(FLOATS);
            values.iter().for_each(|value| w.float(*value));
        }
    }
    bytes
}

fn pack_buckets(mut trend: Trend) -> Vec<u8> {
    let wide = trend.widen();
    let mut bytes = vec![BUCKETS];
    let mut w = Writer(&mut bytes);
    write_sum(&mut w, &wide.sum);
    w.number(wide.histogram.zeros());
    write_buckets(&mut w, wide.histogram.buckets());
    bytes
}

/// Ascending buckets: an odd number is half of that many empty ones, an even number twice the count of the next.
fn write_buckets(w: &mut Writer<'_>, buckets: impl Iterator<Item = Bucket>) {
    let mut next = 0;
    for (name, count) in buckets {
        if name > next {
            w.number(u64::from(name - next) << 1 | 1);
        }
        w.number(count << 1);
        next = name + 1;
    }
}

fn unpack_trend(packed: &Packed, detail: &[u8]) -> Option<Trend> {
    let mut r = Reader(detail);
    let mut trend = Trend::default();
    match r.byte()? {
        WHOLE => {
            let mut nanos = 0_u64;
            while !r.0.is_empty() {
                nanos = nanos.checked_add(r.number()?)?;
                trend.extend(&[nanos as f64 / NANOS]);
            }
        }
        FLOATS => {
            while !r.0.is_empty() {
                trend.extend(&[r.real()?]);
            }
        }
        BUCKETS => read_buckets(&mut r, &mut trend, (packed.min, packed.max))?,
        _ => return None,
    }
    Some(trend)
}

fn read_buckets(r: &mut Reader<'_>, trend: &mut Trend, (min, max): (f64, f64)) -> Option<()> {
    let sum = read_sum(r)?;
    let zeros = r.count()?;
    let wide = trend.widen();
    wide.sum = sum;
    wide.histogram.add_bucket(None, zeros);
    let mut next = 0_u32;
    while !r.0.is_empty() {
        let number = r.number()?;
        if number & 1 == 1 {
            next = next.checked_add(u32::try_from(number >> 1).ok()?)?;
        } else {
            wide.histogram.add_bucket(Some(next).filter(|name| is_bucket(*name)), number >> 1);
            next = next.checked_add(1)?;
        }
    }
    if wide.histogram.count() > 0 {
        wide.histogram.widen(min, max);
    }
    Some(())
}

fn is_bucket(name: u32) -> bool {
    name < 2 * NEGATIVE && name & !NEGATIVE <= (f64::INFINITY.to_bits() >> 42) as u32
}

fn write_sum(w: &mut Writer<'_>, sum: &Sum) {
    w.signed(sum.fine);
    w.signed(sum.coarse);
    w.float(sum.huge);
}

fn read_sum(r: &mut Reader<'_>) -> Option<Sum> {
    Some(Sum { fine: r.signed()?, coarse: r.signed()?, huge: r.float()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trend(values: &[f64]) -> Point {
        let mut merged = Merged::new(Kind::Trend);
        let mut trend = Trend::default();
        trend.extend(values);
        merged.add_trend(&trend);
        Point(merged)
    }

    #[test]
    fn points_survive_storage() {
        let check = |point: &Point, exact: bool| {
            let packed = point.pack(exact);
            let read = Point::unpack(point.sink().kind(), &packed).expect("what was packed can be read");
            assert_eq!(read.pack(exact), packed);
            if exact || !matches!(point.sink(), Sink::Trend(_)) {
                assert_eq!(&read, point);
            }
        };
        let mut counter = Merged::new(Kind::Counter);
        let mut sum = Sum::default();
        [0.1, 0.2, 1e17, -3.0].iter().for_each(|term| sum.add(*term));
        counter.add_counter(&Counter { sum, samples: 4 });
        let mut gauge = Merged::new(Kind::Gauge);
        gauge.add_gauge(&Gauge { value: 2.0, at: Nanos(77), min: -1.0, max: 5.5 }, 3);
        let mut rate = Merged::new(Kind::Rate);
        rate.add_rate(&Rate { nonzero: 3, total: 9 });
        let many: Vec<f64> = (0..9000).map(|n| f64::from(n) * 0.013 - 4.0).collect();
        for point in [counter, gauge, rate].map(Point) {
            check(&point, true);
        }
        for values in [&[0.000_001, 3.25, 3.25][..], &[0.1 + 0.2, 1e300], &[-1.0, 0.0], &[0.0; 7], &many] {
            check(&trend(values), true);
            check(&trend(values), false);
        }
    }

    #[test]
    fn times_take_few_bytes() {
        let values: Vec<f64> = (0..1000).map(|n| Nanos(2_000_000 + n * 700).as_millis_f64()).collect();
        let packed = trend(&values).pack(true);
        assert_eq!(packed.detail.map(|bytes| bytes.len()), Some(2002));
    }

    #[test]
    fn nonsense_is_refused() {
        let check = |kind: Kind, detail: Option<&[u8]>| {
            let packed = Packed { count: 1, detail: detail.map(<[u8]>::to_vec), ..Packed::default() };
            assert_eq!(Point::unpack(kind, &packed), None, "{kind:?} {detail:?}");
        };
        check(Kind::Trend, None);
        check(Kind::Trend, Some(&[9]));
        check(Kind::Trend, Some(&[FLOATS, 1]));
        check(Kind::Trend, Some(&[WHOLE, 0xff]));
        check(Kind::Gauge, Some(&[]));
        check(Kind::Counter, Some(&[0x80]));
    }
}
