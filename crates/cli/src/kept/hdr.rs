//! A kept run as an HdrHistogram log: a histogram for each second and each metric of times.
//!
//! Main function: [`log`]. Such logs are read by the tools that come with HdrHistogram, and can be added up by them.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::time::{Duration, UNIX_EPOCH};

use hdrhistogram::Histogram;
use hdrhistogram::serialization::V2DeflateSerializer;
use hdrhistogram::serialization::interval_log::{IntervalLogWriter, IntervalLogWriterBuilder, Tag};
use metrics::{Contains, Sink};
use store::Series;

use super::export::{Failure, Source};

/// Digits to which values are kept: what the store's own buckets have.
const DIGITS: u8 = 3;
/// Nanoseconds, the unit of the values, in a millisecond, that of the largest value that stands beside each histogram.
const NANOS: f64 = 1e6;

/// The histograms of a second, by metric.
type Second<'a> = BTreeMap<&'a str, Histogram<u64>>;

/// Writes the log.
///
/// # Errors
/// When the store cannot be read or the file cannot be written.
pub fn log(source: &Source<'_>, out: &mut dyn Write) -> Result<(), Failure> {
    let mut series = source.library.series(source.run)?;
    series.retain(|one| one.contains == Contains::Time && one.kind == metrics::Kind::Trend);
    let began = UNIX_EPOCH + Duration::from_millis(u64::try_from(source.run.started_ms).unwrap_or(0));
    let (mut out, mut serializer) = (out, V2DeflateSerializer::new());
    let mut builder = IntervalLogWriterBuilder::new();
    builder
        .add_comment(&format!("plimsoll, run {}: values are nanoseconds, tags are metrics", source.run.id));
    builder.with_start_time(began).with_base_time(began).with_max_value_divisor(NANOS);
    let mut writer = builder.begin_log_with(&mut out, &mut serializer)?;
    let names: BTreeMap<u32, &str> = series.iter().map(|one| (one.number, one.metric.as_str())).collect();
    let (mut second, mut open) = (0, Second::new());
    source.each(&series, |one: &Series, measured| {
        // What came before the load is no part of it.
        let Ok(at) = u64::try_from(measured.second) else { return Ok(()) };
        if at != second {
            write_second(&mut writer, second, &mut open)?;
            second = at;
        }
        let Some((Sink::Trend(trend), name)) = Some(measured.point.sink()).zip(names.get(&one.number)) else {
            return Ok(());
        };
        let histogram = match open.entry(*name) {
            std::collections::btree_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::btree_map::Entry::Vacant(new) => {
                new.insert(Histogram::new(DIGITS).map_err(io::Error::other)?)
            }
        };
        for (millis, count) in trend.counts() {
            let nanos = (millis * NANOS).round().max(0.0) as u64;
            histogram.record_n(nanos, count).map_err(io::Error::other)?;
        }
        Ok(())
    })?;
    write_second(&mut writer, second, &mut open)?;
    Ok(())
}

fn write_second<W: Write>(
    writer: &mut IntervalLogWriter<'_, '_, W, V2DeflateSerializer>,
    second: u64,
    open: &mut Second<'_>,
) -> io::Result<()> {
    for (name, histogram) in std::mem::take(open) {
        let (start, length) = (Duration::from_secs(second), Duration::from_secs(1));
        let written = writer.write_histogram(&histogram, start, length, Tag::new(name));
        written.map_err(|why| io::Error::other(format!("{why:?}")))?;
    }
    Ok(())
}
