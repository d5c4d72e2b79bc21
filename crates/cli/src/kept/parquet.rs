//! A kept run as a Parquet file: a row for each series and second, for notebooks and databases.
//!
//! Main function: [`table`]. The rows are those of the other forms, the tags are a map. The file is made in a temporary one,
//! because its writer has to be moved between threads, which standard output cannot be.

use std::fs::File;
use std::io::{self, Seek, Write};
use std::sync::Arc;

use metrics::{Sink, Trend};
use parquet::basic::{Compression, ZstdLevel};
use parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;
use store::{Measured, Series};

use super::export::{Failure, Source};

/// Rows that are in memory at once.
const ROWS: usize = 65_536;
/// The columns of figures, each absent where the kind of the metric has none.
const FIGURES: [&str; 12] =
    ["sum", "value", "rate", "mean", "min", "max", "p50", "p75", "p90", "p95", "p99", "p999"];
/// The percentiles among them, in their order.
const QUANTILES: [f64; 6] = [0.5, 0.75, 0.9, 0.95, 0.99, 0.999];

/// Writes the file.
///
/// # Errors
/// When the store cannot be read or the file cannot be written.
pub fn table(source: &Source<'_>, out: &mut dyn Write) -> Result<(), Failure> {
    let series = source.library.series(source.run)?;
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_created_by(format!("plimsoll {}", env!("CARGO_PKG_VERSION")))
        .set_key_value_metadata(Some(vec![KeyValue::new(
            "plimsoll.run".to_owned(),
            source.document.to_string(),
        )]))
        .build();
    let schema = Arc::new(parse_message_type(&schema()).map_err(failed)?);
    let file = tempfile::tempfile()?;
    let mut writer = SerializedFileWriter::new(file, schema, Arc::new(properties)).map_err(failed)?;
    let mut rows = Rows::default();
    source.each(&series, |one, measured| {
        rows.add(source.moment_ms(measured.second), one, measured);
        if rows.seconds.len() < ROWS { Ok(()) } else { rows.write(&mut writer) }
    })?;
    rows.write(&mut writer)?;
    let mut file = writer.into_inner().map_err(failed)?;
    file.rewind()?;
    io::copy(&mut file, out)?;
    Ok(())
}

fn failed(error: ParquetError) -> io::Error {
    io::Error::other(error)
}

/// The schema in Parquet's own words.
fn schema() -> String {
    let figures: String = FIGURES.iter().map(|name| format!("OPTIONAL DOUBLE {name};\n")).collect();
    format!(
        "message run {{
            REQUIRED INT64 time (TIMESTAMP(MILLIS,true));
            REQUIRED INT64 second;
            REQUIRED BYTE_ARRAY metric (STRING);
            REQUIRED BYTE_ARRAY type (STRING);
            REQUIRED BYTE_ARRAY contains (STRING);
            REQUIRED GROUP tags (MAP) {{
                REPEATED GROUP key_value {{
                    REQUIRED BYTE_ARRAY key (STRING);
                    REQUIRED BYTE_ARRAY value (STRING);
                }}
            }}
            REQUIRED INT64 count;
            {figures}
        }}"
    )
}

/// Rows by columns.
#[derive(Default)]
struct Rows {
    times: Vec<i64>,
    seconds: Vec<i64>,
    metrics: Vec<ByteArray>,
    types: Vec<ByteArray>,
    contains: Vec<ByteArray>,
    tags: Tags,
    counts: Vec<i64>,
    figures: [Figures; FIGURES.len()],
}

/// The map of each row, one behind the other.
#[derive(Default)]
struct Tags {
    keys: Vec<ByteArray>,
    values: Vec<ByteArray>,
    /// 0 where there is no tag, else 1.
    present: Vec<i16>,
    /// 0 at the first of a row, else 1.
    repeated: Vec<i16>,
}

/// A column of figures that may be absent.
#[derive(Default)]
struct Figures {
    values: Vec<f64>,
    /// 0 where it is absent, else 1.
    present: Vec<i16>,
}

impl Rows {
    fn add(&mut self, time_ms: i64, series: &Series, measured: &Measured) {
        self.times.push(time_ms);
        self.seconds.push(measured.second);
        self.metrics.push(series.metric.as_str().into());
        self.types.push(series.kind.name().into());
        self.contains.push(series.contains.name().into());
        self.tags.add(&series.tags);
        self.counts.push(i64::try_from(measured.point.samples()).unwrap_or(i64::MAX));
        for (column, figure) in self.figures.iter_mut().zip(figures(measured.point.sink())) {
            column.present.push(i16::from(figure.is_some()));
            column.values.extend(figure);
        }
    }

    /// Writes what there is as a group of rows, and forgets it.
    fn write(&mut self, writer: &mut SerializedFileWriter<File>) -> io::Result<()> {
        let rows = std::mem::take(self);
        if rows.seconds.is_empty() {
            return Ok(());
        }
        let mut group = writer.next_row_group().map_err(failed)?;
        rows.write_columns(&mut group).map_err(failed)?;
        group.close().map_err(failed)?;
        Ok(())
    }

    /// The columns in the order of the schema.
    fn write_columns(&self, group: &mut SerializedRowGroupWriter<'_, File>) -> Result<(), ParquetError> {
        column::<Int64Type>(group, &self.times, None, None)?;
        column::<Int64Type>(group, &self.seconds, None, None)?;
        column::<ByteArrayType>(group, &self.metrics, None, None)?;
        column::<ByteArrayType>(group, &self.types, None, None)?;
        column::<ByteArrayType>(group, &self.contains, None, None)?;
        let levels = (Some(&self.tags.present[..]), Some(&self.tags.repeated[..]));
        column::<ByteArrayType>(group, &self.tags.keys, levels.0, levels.1)?;
        column::<ByteArrayType>(group, &self.tags.values, levels.0, levels.1)?;
        column::<Int64Type>(group, &self.counts, None, None)?;
        self.figures
            .iter()
            .try_for_each(|one| column::<DoubleType>(group, &one.values, Some(&one.present), None))
    }
}

impl Tags {
    fn add(&mut self, tags: &[(String, String)]) {
        if tags.is_empty() {
            self.present.push(0);
            self.repeated.push(0);
        }
        for (at, (key, value)) in tags.iter().enumerate() {
            self.keys.push(key.as_str().into());
            self.values.push(value.as_str().into());
            self.present.push(1);
            self.repeated.push(i16::from(at > 0));
        }
    }
}

/// Writes the next column.
fn column<T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, File>,
    values: &[T::T],
    present: Option<&[i16]>,
    repeated: Option<&[i16]>,
) -> Result<(), ParquetError> {
    let next = group.next_column()?;
    let mut next = next.ok_or_else(|| ParquetError::General("the schema has no such column".to_owned()))?;
    next.typed::<T>().write_batch(values, present, repeated)?;
    next.close()
}

/// The figures of a point, in the order of the columns.
fn figures(sink: &Sink) -> [Option<f64>; FIGURES.len()] {
    let mut figures = [None; FIGURES.len()];
    match sink {
        Sink::Counter(sum) => figures[0] = Some(*sum),
        Sink::Gauge { value, min, max, .. } => {
            (figures[1], figures[4], figures[5]) = (Some(*value), Some(*min), Some(*max));
        }
        Sink::Rate { nonzero, total } => {
            figures[0] = Some(*nonzero as f64);
            figures[2] = (*total > 0).then(|| *nonzero as f64 / *total as f64);
        }
        Sink::Trend(trend) => of_trend(trend, &mut figures),
    }
    figures
}

fn of_trend(trend: &Trend, figures: &mut [Option<f64>; FIGURES.len()]) {
    let mut trend = trend.clone();
    trend.sort();
    let known = [trend.avg(), trend.min(), trend.max()];
    figures[0] = Some(trend.sum());
    let all = known.into_iter().chain(QUANTILES.map(|q| trend.quantile(q)));
    figures[3..].iter_mut().zip(all).for_each(|(figure, value)| *figure = Some(value));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_percentile_has_its_column() {
        for (name, q) in FIGURES[FIGURES.len() - QUANTILES.len()..].iter().zip(QUANTILES) {
            let digits = name.trim_start_matches('p');
            let share: f64 = format!("0.{digits}").parse().expect("it is a number");
            assert!((share - q).abs() < 1e-12, "{name} {q}");
        }
        parse_message_type(&schema()).expect("it is a schema");
    }
}
