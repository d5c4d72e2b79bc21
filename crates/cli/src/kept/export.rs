//! A kept run's measurements, second by second, in forms that other programs read.
//!
//! Main types: [`Form`], one row of [`FORMS`] each. Every form has one entry for each series and second; values of
//! trends are not single samples any more, so their count, bounds and quantiles stand for them.

use std::io::{self, Write};

use metrics::Sink;
use serde_json::{Value, json};
use store::{Library, Listed, Measured, Series};

/// A form: how it is asked for, and what writes it.
pub struct Form {
    /// What the user types.
    pub name: &'static str,
    /// One line of help.
    pub about: &'static str,
    /// Writes a run; its head is what is known beside the measurements.
    pub write: fn(&Source<'_>, &mut dyn Write) -> Result<(), Failure>,
}

/// Every form, in alphabetical order.
pub static FORMS: &[Form] = &[
    Form { name: "csv", about: "a table: a line for each series and second", write: csv },
    Form {
        name: "hdr",
        about: "an HdrHistogram log: a histogram for each second and metric of times, in nanoseconds",
        write: super::hdr::log,
    },
    Form { name: "json", about: "one document: the run, its summary, its series", write: json_document },
    Form {
        name: "k6",
        about: "lines of JSON as k6's json output has them, a point for each series and second",
        write: k6,
    },
    Form {
        name: "parquet",
        about: "a Parquet file: a row for each series and second, with more percentiles",
        write: super::parquet::table,
    },
];

/// What is exported.
pub struct Source<'a> {
    /// The store.
    pub library: &'a Library,
    /// The run.
    pub run: &'a Listed,
    /// What is known of it besides the measurements.
    pub document: Value,
}

/// Why an export failed.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The store could not be read.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The file could not be written.
    #[error(transparent)]
    File(#[from] io::Error),
}

/// The quantiles of trends.
const QUANTILES: [(&str, f64); 4] = [("p50", 0.5), ("p90", 0.9), ("p95", 0.95), ("p99", 0.99)];

impl Source<'_> {
    /// Goes through all measurements; what cannot be written ends it.
    pub(super) fn each(
        &self,
        series: &[Series],
        mut write: impl FnMut(&Series, &Measured) -> io::Result<()>,
    ) -> Result<(), Failure> {
        let mut failure = None;
        self.library.measurements(self.run, series, |one, measured| {
            if failure.is_none() {
                failure = write(one, &measured).err();
            }
        })?;
        failure.map_or(Ok(()), |failure| Err(failure.into()))
    }

    /// When a second of the run was, in milliseconds since 1970.
    pub(super) fn moment_ms(&self, second: i64) -> i64 {
        self.run.started_ms + second.max(0) * 1000
    }
}

/// The figures of a point: count, sum and what the kind has besides.
fn figures(measured: &Measured) -> Vec<(&'static str, f64)> {
    let count = measured.point.samples() as f64;
    match measured.point.sink() {
        Sink::Counter(sum) => vec![("count", count), ("sum", *sum)],
        Sink::Gauge { value, min, max, .. } => {
            vec![("count", count), ("value", *value), ("min", *min), ("max", *max)]
        }
        Sink::Rate { nonzero, total } => vec![("count", *total as f64), ("sum", *nonzero as f64)],
        Sink::Trend(trend) => {
            let mut trend = trend.clone();
            trend.sort();
            let known = [
                ("count", count),
                ("sum", trend.sum()),
                ("min", trend.min()),
                ("max", trend.max()),
                ("avg", trend.avg()),
            ];
            known.into_iter().chain(QUANTILES.map(|(name, q)| (name, trend.quantile(q)))).collect()
        }
    }
}

fn tags(one: &Series) -> Value {
    Value::Object(one.tags.iter().map(|(key, value)| (key.clone(), value.as_str().into())).collect())
}

/// Columns of figures, in the order of the table.
const COLUMNS: [&str; 10] = ["count", "sum", "value", "min", "max", "avg", "p50", "p90", "p95", "p99"];

fn csv(source: &Source<'_>, out: &mut dyn Write) -> Result<(), Failure> {
    writeln!(out, "second,unix_ms,metric,type,tags,{}", COLUMNS.join(","))?;
    let series = source.library.series(source.run)?;
    source.each(&series, |one, measured| {
        let at = source.moment_ms(measured.second);
        let (metric, kind) = (&one.metric, one.kind.name());
        write!(out, "{},{at},{metric},{kind},{}", measured.second, quoted(&tags(one).to_string()))?;
        let figures = figures(measured);
        for column in COLUMNS {
            match figures.iter().find(|(name, _)| *name == column) {
                Some((_, value)) => write!(out, ",{}", json!(value))?,
                None => write!(out, ",")?,
            }
        }
        writeln!(out)
    })
}

/// A field of a table: in quotes, each of its own doubled.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

fn json_document(source: &Source<'_>, out: &mut dyn Write) -> Result<(), Failure> {
    let series = source.library.series(source.run)?;
    let mut points: Vec<Vec<Value>> = vec![Vec::new(); series.len()];
    source.each(&series, |one, measured| {
        let mut point = json!({ "second": measured.second });
        for (name, value) in figures(measured) {
            point[name] = json!(value);
        }
        let at = series.partition_point(|other| other.number < one.number);
        points[at].push(point);
        Ok(())
    })?;
    let rows = series.iter().zip(points).map(|(one, points)| {
        json!({
            "metric": one.metric,
            "type": one.kind.name(),
            "contains": one.contains.name(),
            "tags": tags(one),
            "points": points,
        })
    });
    let mut document = source.document.clone();
    document["series"] = rows.collect();
    writeln!(out, "{document:#}")?;
    Ok(())
}

/// A point of k6's form has one value: a counter's sum, a gauge's last value, a rate's share, a trend's mean. The
/// other figures stand beside it.
fn k6(source: &Source<'_>, out: &mut dyn Write) -> Result<(), Failure> {
    let series = source.library.series(source.run)?;
    let mut declared: Vec<&str> = Vec::new();
    for one in &series {
        if declared.contains(&one.metric.as_str()) {
            continue;
        }
        declared.push(&one.metric);
        let data = json!({
            "name": one.metric,
            "type": one.kind.name(),
            "contains": one.contains.name(),
            "thresholds": [],
            "submetrics": null,
        });
        writeln!(out, "{}", json!({ "type": "Metric", "data": data, "metric": one.metric }))?;
    }
    source.each(&series, |one, measured| {
        let value = match measured.point.sink() {
            Sink::Counter(sum) => *sum,
            Sink::Gauge { value, .. } => *value,
            Sink::Rate { nonzero, total } => *nonzero as f64 / (*total).max(1) as f64,
            Sink::Trend(trend) => trend.avg(),
        };
        let time = super::moment(source.moment_ms(measured.second));
        let mut data = json!({ "time": time, "value": value, "tags": tags(one) });
        for (name, value) in figures(measured).into_iter().filter(|(name, _)| *name != "value") {
            data[name] = json!(value);
        }
        writeln!(out, "{}", json!({ "metric": one.metric, "type": "Point", "data": data }))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_sorted_and_fields_are_quoted() {
        assert!(FORMS.is_sorted_by_key(|form| form.name));
        assert_eq!(quoted(r#"{"a":"b,c"}"#), r#""{""a"":""b,c""}""#);
    }
}
