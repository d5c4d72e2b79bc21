//! Frames as bytes: small, versioned, and read without trust.
//!
//! Whole numbers are variable-length (seven bits a byte, low first), signed ones zigzag, floats eight bytes,
//! bucket names as differences. Reading any bytes gives a frame or an [`Error`], never a panic, and allocates
//! memory in proportion to them.

use std::sync::Arc;

use model::Nanos;

use super::{Buckets, Delta, Frame, SeriesDelta};
use crate::MetricId;
use crate::histogram::{Histogram, NEGATIVE};
use crate::registry::{Contains, Kind, Metric};
use crate::sink::{Counter, Gauge, Rate};
use crate::sum::Sum;
use crate::sym::Sym;
use crate::tags::TagSetId;
use crate::wire::{Reader, Writer};

/// The first bytes of every frame.
const MAGIC: &[u8; 4] = b"PLMF";
/// Raised when the meaning of the bytes changes.
const VERSION: u8 = 1;

/// Why bytes are not a frame.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Error {
    /// They do not begin like one.
    #[error("not a frame of measurements")]
    NotAFrame,
    /// They were written by another version of the program.
    #[error("frame version {0} is not known")]
    Version(u8),
    /// They end early, go on too long or contradict themselves.
    #[error("frame is damaged")]
    Damaged,
}

type Result<T> = std::result::Result<T, Error>;

impl Frame {
    /// Appends the frame to `out`.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let mut w = Writer(out);
        w.bytes(MAGIC);
        w.byte(VERSION);
        for number in
            [u64::from(self.worker), self.seq, self.from.0, self.to.0, self.folded, self.raw_dropped]
        {
            w.number(number);
        }
        histogram(&mut w, &self.schedule_lag);
        histogram(&mut w, &self.generator_lag);
        w.list(&self.metrics, |w, metric| {
            w.number(u64::from(metric.id.0));
            w.text(&metric.name);
            w.byte(metric.kind as u8);
            w.byte(metric.contains as u8);
        });
        w.list(&self.strings, |w, (sym, text)| {
            w.number(u64::from(sym.0));
            w.text(text);
        });
        w.list(&self.tag_sets, |w, (set, len)| {
            w.number(u64::from(set.0));
            w.number(u64::from(*len));
        });
        w.list(&self.pairs, |w, (key, value)| {
            w.number(u64::from(key.0));
            w.number(u64::from(value.0));
        });
        w.list(&self.series, series);
        w.list(&self.values, |w, value| w.float(*value));
        w.list(&self.buckets, |w, (name, count)| {
            w.number(u64::from(*name));
            w.number(u64::from(*count));
        });
    }

    /// Reads a frame that takes up all of `bytes`.
    ///
    /// # Errors
    /// When the bytes are not exactly one frame of a known version.
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        let rest = bytes.strip_prefix(MAGIC).ok_or(Error::NotAFrame)?;
        let (&version, rest) = rest.split_first().ok_or(Error::Damaged)?;
        if version != VERSION {
            return Err(Error::Version(version));
        }
        let mut r = Reader(rest);
        let frame = read_frame(&mut r).filter(|_| r.0.is_empty()).ok_or(Error::Damaged)?;
        if is_sound(&frame) { Ok(frame) } else { Err(Error::Damaged) }
    }
}

fn read_frame(r: &mut Reader<'_>) -> Option<Frame> {
    Some(Frame {
        worker: r.small()?,
        seq: r.number()?,
        from: Nanos(r.number()?),
        to: Nanos(r.number()?),
        folded: r.number()?,
        raw_dropped: r.number()?,
        exchanges: Vec::new(),
        schedule_lag: read_histogram(r)?,
        generator_lag: read_histogram(r)?,
        metrics: r.list(read_metric)?,
        strings: r.list(|r| Some((Sym(r.small()?), Arc::from(r.text()?))))?,
        tag_sets: r.list(|r| Some((TagSetId(r.small()?), r.small()?)))?,
        pairs: r.list(|r| Some((Sym(r.small()?), Sym(r.small()?))))?,
        series: r.list(read_series)?,
        values: r.list(Reader::real)?,
        buckets: r.list(|r| Some((r.small()?, r.small()?)))?,
    })
}

/// Whether the lists have the lengths that their owners claim, and buckets are such.
fn is_sound(frame: &Frame) -> bool {
    let (mut values, mut buckets) = (0_u64, 0_u64);
    for series in &frame.series {
        match &series.delta {
            Delta::Values(len) => values += u64::from(*len),
            Delta::Buckets(head) => buckets += u64::from(head.len),
            _ => {}
        }
    }
    let pairs: u64 = frame.tag_sets.iter().map(|(_, len)| u64::from(*len)).sum();
    values == frame.values.len() as u64
        && buckets == frame.buckets.len() as u64
        && pairs == frame.pairs.len() as u64
        && frame.buckets.iter().all(|(name, count)| is_bucket(*name) && *count > 0)
}

/// Names above that of infinity are those of `NaN`.
fn is_bucket(name: u32) -> bool {
    name < 2 * NEGATIVE && name & !NEGATIVE <= (f64::INFINITY.to_bits() >> 42) as u32
}

fn series(w: &mut Writer<'_>, series: &SeriesDelta) {
    w.number(u64::from(series.metric.0));
    w.number(u64::from(series.tags.0));
    match &series.delta {
        Delta::Counter(counter) => {
            w.byte(0);
            w.number(counter.samples);
            sum(w, &counter.sum);
        }
        Delta::Gauge(gauge) => {
            w.byte(1);
            w.number(gauge.at.0);
            for value in [gauge.value, gauge.min, gauge.max] {
                w.float(value);
            }
        }
        Delta::Rate(rate) => {
            w.byte(2);
            w.number(rate.nonzero);
            w.number(rate.total - rate.nonzero);
        }
        Delta::Values(len) => {
            w.byte(3);
            w.number(u64::from(*len));
        }
        Delta::Same(value, times) => {
            w.byte(4);
            w.float(*value);
            w.number(*times);
        }
        Delta::Buckets(head) => {
            w.byte(5);
            w.number(u64::from(head.len));
            w.number(head.zeros);
            w.float(head.min);
            w.float(head.max);
            sum(w, &head.sum);
        }
    }
}

fn read_series(r: &mut Reader<'_>) -> Option<SeriesDelta> {
    let (metric, tags) = (MetricId(r.small()?), TagSetId(r.small()?));
    let delta = match r.byte()? {
        0 => Delta::Counter(Counter { samples: r.count()?, sum: read_sum(r)? }),
        1 => {
            let at = Nanos(r.number()?);
            Delta::Gauge(Gauge { at, value: r.real()?, min: r.real()?, max: r.real()? })
        }
        2 => {
            let (nonzero, zero) = (r.count()?, r.count()?);
            Delta::Rate(Rate { nonzero, total: nonzero + zero })
        }
        3 => Delta::Values(r.small()?),
        4 => Delta::Same(r.real()?, r.count()?),
        5 => {
            let (len, zeros, min, max) = (r.small()?, r.count()?, r.real()?, r.real()?);
            Delta::Buckets(Box::new(Buckets { len, zeros, min, max, sum: read_sum(r)? }))
        }
        _ => return None,
    };
    Some(SeriesDelta { metric, tags, delta })
}

fn sum(w: &mut Writer<'_>, sum: &Sum) {
    w.signed(sum.fine);
    w.signed(sum.coarse);
    w.float(sum.huge);
}

fn read_sum(r: &mut Reader<'_>) -> Option<Sum> {
    Some(Sum { fine: r.signed()?, coarse: r.signed()?, huge: r.float()? })
}

fn read_metric(r: &mut Reader<'_>) -> Option<Metric> {
    let (id, name) = (MetricId(r.small()?), Arc::from(r.text()?));
    let kind = [Kind::Counter, Kind::Gauge, Kind::Rate, Kind::Trend].get(usize::from(r.byte()?)).copied()?;
    let contains = [Contains::Default, Contains::Time, Contains::Data];
    Some(Metric { id, name, kind, contains: contains.get(usize::from(r.byte()?)).copied()? })
}

fn histogram(w: &mut Writer<'_>, histogram: &Histogram) {
    w.number(histogram.buckets().count() as u64);
    w.number(histogram.zeros());
    w.float(histogram.min());
    w.float(histogram.max());
    let mut last = 0;
    for (name, count) in histogram.buckets() {
        w.number(u64::from(name - last));
        w.number(count);
        last = name;
    }
}

fn read_histogram(r: &mut Reader<'_>) -> Option<Histogram> {
    let (len, zeros, min, max) = (r.number()?, r.count()?, r.real()?, r.real()?);
    let mut histogram = Histogram::new();
    histogram.add_bucket(None, zeros);
    let mut name = 0_u32;
    for _ in 0..len {
        name = name.checked_add(r.small()?).filter(|name| is_bucket(*name))?;
        histogram.add_bucket(Some(name), r.count()?);
    }
    if histogram.count() > 0 {
        histogram.widen(min, max);
    }
    Some(histogram)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_frame_survives() {
        let mut bytes = Vec::new();
        let frame = Frame { worker: 3, seq: 9, from: Nanos(5), to: Nanos(u64::MAX), ..Frame::default() };
        frame.encode(&mut bytes);
        assert_eq!(Frame::decode(&bytes), Ok(frame));
    }

    #[test]
    fn damage_is_told_apart_from_other_files() {
        let mut good = Vec::new();
        Frame::default().encode(&mut good);
        let check = |bytes: &[u8], error: Error| assert_eq!(Frame::decode(bytes), Err(error));
        check(b"", Error::NotAFrame);
        check(b"GIF89a", Error::NotAFrame);
        check(b"PLMF", Error::Damaged);
        check(b"PLMF\x02", Error::Version(2));
        check(&good[..good.len() - 1], Error::Damaged);
        good.push(0);
        check(&good, Error::Damaged);
    }
}
