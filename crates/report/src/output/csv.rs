//! Comma-separated values: a row for each sample, a column for each enabled system tag.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use metrics::{MetricId, RawSample, Registry, Tags};
use model::Clock;
use rustc_hash::FxHashMap;

use super::Setup;
use crate::sink::{Destination, Error, Rendered, Sink, Stamp};

pub(super) const DOC: &str = "A table with one row a sample: `csv=FILE`, compressed if FILE ends in .gz.";

/// Makes the sink. Settings come from `K6_CSV_*` and then from the argument, which is a file name or
/// `file_name=…,save_interval=…,time_format=…`.
pub(super) fn make(setup: &Setup<'_>) -> Result<Box<dyn Sink>, Error> {
    let settings = Settings::read(setup)?;
    Ok(Box::new(Csv {
        file: Destination::new(&settings.file),
        interval: settings.interval,
        time: settings.time,
        stamp: Stamp::new(setup.zone.clone()),
        columns: setup.system_tags.names(),
        names: FxHashMap::default(),
        registry: Arc::clone(setup.registry),
        clock: setup.clock,
        rows: Rendered::new(),
        text: String::new(),
    }))
}

/// How the timestamp column is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum TimeFormat {
    Unix,
    UnixMilli,
    UnixMicro,
    UnixNano,
    Rfc3339,
    Rfc3339Nano,
}

impl TimeFormat {
    fn parse(text: &str) -> Result<Self, String> {
        Ok(match text {
            "unix" => Self::Unix,
            "unix_milli" => Self::UnixMilli,
            "unix_micro" => Self::UnixMicro,
            "unix_nano" => Self::UnixNano,
            "rfc3339" => Self::Rfc3339,
            "rfc3339_nano" => Self::Rfc3339Nano,
            _ => return Err(format!("'{text}' is not a valid TimeFormat")),
        })
    }
}

struct Settings {
    file: String,
    interval: Duration,
    time: TimeFormat,
}

impl Settings {
    fn read(setup: &Setup<'_>) -> Result<Self, Error> {
        let mut settings =
            Self { file: "file.csv".to_owned(), interval: Duration::from_secs(1), time: TimeFormat::Unix };
        let variables = [
            ("K6_CSV_FILENAME", "file_name"),
            ("K6_CSV_SAVE_INTERVAL", "save_interval"),
            ("K6_CSV_TIME_FORMAT", "time_format"),
        ];
        for (variable, key) in variables {
            if let Some(value) = setup.env.get(variable) {
                settings.set(key, value)?;
            }
        }
        if setup.argument.contains('=') {
            for pair in setup.argument.split(',') {
                let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
                settings.set(key, value)?;
            }
        } else if !setup.argument.is_empty() {
            settings.set("file_name", setup.argument)?;
        }
        Ok(settings)
    }

    fn set(&mut self, key: &str, value: &str) -> Result<(), Error> {
        match key {
            "file_name" | "fileName" => self.file = value.to_owned(),
            "save_interval" | "saveInterval" => {
                self.interval =
                    model::duration::parse(value).map_err(|error| Error::create("csv", error.to_string()))?;
            }
            "time_format" | "timeFormat" => {
                self.time = TimeFormat::parse(value).map_err(|reason| Error::create("csv", reason))?;
            }
            _ => return Err(Error::create("csv", format!("unknown argument '{key}' with value '{value}'"))),
        }
        Ok(())
    }
}

/// The part of a row that its tags decide: the columns, and the tags without one.
struct TagCells {
    columns: String,
    extra: String,
}

struct Csv {
    file: Destination,
    interval: Duration,
    time: TimeFormat,
    stamp: Stamp,
    columns: Vec<&'static str>,
    names: FxHashMap<MetricId, Arc<str>>,
    registry: Arc<Registry>,
    clock: Clock,
    rows: Rendered<TagCells>,
    text: String,
}

impl Sink for Csv {
    fn describe(&self) -> String {
        format!("csv ({})", self.file.describe())
    }

    fn start(&mut self) -> Result<(), Error> {
        self.file.open()?;
        let tags: String = self.columns.iter().map(|column| format!("{column},")).collect();
        self.file.write(format!("metric_name,timestamp,metric_value,{tags}extra_tags,metadata\n").as_bytes())
    }

    fn samples(&mut self, batch: &[RawSample]) -> Result<(), Error> {
        self.text.clear();
        for sample in batch {
            self.row(sample);
        }
        self.file.write(self.text.as_bytes())
    }

    fn flush_interval(&self) -> Duration {
        self.interval
    }

    fn flush(&mut self) -> Result<(), Error> {
        self.file.flush()
    }

    fn finish(&mut self) -> Result<(), Error> {
        self.file.finish()
    }
}

impl Csv {
    fn row(&mut self, sample: &RawSample) {
        let out = &mut self.text;
        out.push_str(
            self.names.entry(sample.metric).or_insert_with(|| self.registry.get(sample.metric).name),
        );
        out.push(',');
        timestamp(self.time, &mut self.stamp, self.clock.unix_ns(sample.at), out);
        let _ = write!(out, ",{:.6},", sample.value);
        let columns = &self.columns;
        let cells = self.rows.get(&sample.tags, |tags| tag_cells(columns, tags));
        out.push_str(&cells.columns);
        out.push_str(&cells.extra);
        out.push(',');
        if let Some(metadata) = &sample.metadata {
            field(&pairs(metadata.iter().map(|(key, value)| (&**key, &**value))), out);
        }
        out.push('\n');
    }
}

fn timestamp(format: TimeFormat, stamp: &mut Stamp, unix_ns: u64, out: &mut String) {
    let per_tick = match format {
        TimeFormat::Unix => 1_000_000_000,
        TimeFormat::UnixMilli => 1_000_000,
        TimeFormat::UnixMicro => 1000,
        TimeFormat::UnixNano => 1,
        TimeFormat::Rfc3339 => return stamp.write(unix_ns, false, out),
        TimeFormat::Rfc3339Nano => return stamp.write(unix_ns, true, out),
    };
    let _ = write!(out, "{}", unix_ns / per_tick);
}

fn tag_cells(columns: &[&str], tags: &Tags) -> TagCells {
    let mut cells = TagCells { columns: String::new(), extra: String::new() };
    for column in columns {
        if let Some((_, value)) = tags.iter().find(|(key, _)| **key == **column) {
            field(value, &mut cells.columns);
        }
        cells.columns.push(',');
    }
    let extra = tags.iter().map(|(key, value)| (&**key, &**value)).filter(|(key, _)| !columns.contains(key));
    field(&pairs(extra), &mut cells.extra);
    cells
}

fn pairs<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    pairs.map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join("&")
}

/// Appends a field, in quotes where readers need them.
fn field(text: &str, out: &mut String) {
    if text.starts_with([' ', '\t']) || text.contains([',', '"', '\n', '\r']) {
        out.push('"');
        out.push_str(&text.replace('"', "\"\""));
        out.push('"');
    } else {
        out.push_str(text);
    }
}
