//! Where single samples go while a run goes on.
//!
//! A [`Sink`] is one destination, a row of [`OUTPUTS`] makes one from what the user typed, and [`Outputs`] runs
//! each on a thread of its own, so that none can hold up the run. Summaries are not outputs.

mod csv;
mod driver;
mod error;
mod file;
mod json;
mod render;
mod zone;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use model::{SystemTags, Threshold};

use crate::metric::{Contains, Kind};

pub use driver::{Limits, Outputs, Report};
pub use error::Error;
pub use zone::Zone;

/// Tags or metadata of a sample, sorted by key.
pub type Tags = Arc<[(Arc<str>, Arc<str>)]>;

/// One measured value.
///
/// Samples of one series should share their `metric` and `tags`: sinks render each shared list once.
#[derive(Clone, Debug)]
pub struct Sample {
    /// What was measured.
    pub metric: Arc<Head>,
    /// The value; milliseconds or bytes where the metric says so.
    pub value: f64,
    /// When, in nanoseconds since the Unix epoch.
    pub unix_ns: u64,
    /// The tags that make its series.
    pub tags: Tags,
    /// Facts too particular to make a series, such as the virtual user's number.
    pub metadata: Option<Tags>,
}

/// A metric as samples refer to it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Head {
    /// Its name.
    pub name: Arc<str>,
    /// How its samples add up.
    pub kind: Kind,
    /// What its values mean.
    pub contains: Contains,
}

/// A destination of samples. It is moved to its own thread after `start` and may block there.
pub trait Sink: Send {
    /// How the banner names it: `json (out.json)`.
    fn describe(&self) -> String;

    /// Opens the destination. An error here keeps the run from starting.
    ///
    /// # Errors
    /// When the destination cannot be opened.
    fn start(&mut self) -> Result<(), Error>;

    /// Takes samples, in about the order in which they were measured.
    ///
    /// # Errors
    /// When the destination is lost: the sink is not called again.
    fn samples(&mut self, batch: &[Sample]) -> Result<(), Error>;

    /// How long what was taken may stay in the sink's own buffers.
    fn flush_interval(&self) -> Duration {
        Duration::from_secs(1)
    }

    /// Passes on what is buffered.
    ///
    /// # Errors
    /// When the destination is lost.
    fn flush(&mut self) -> Result<(), Error> {
        Ok(())
    }

    /// Passes on everything and closes the destination.
    ///
    /// # Errors
    /// When the destination is lost.
    fn finish(&mut self) -> Result<(), Error> {
        self.flush()
    }
}

/// What a sink is made from.
#[derive(Clone, Copy, Debug)]
pub struct Setup<'a> {
    /// What the user wrote after the `=`; empty when nothing.
    pub argument: &'a str,
    /// The process environment.
    pub env: &'a BTreeMap<String, String>,
    /// The enabled system tags.
    pub system_tags: SystemTags,
    /// All thresholds by `metric` or `metric{tag:value}`.
    pub thresholds: &'a BTreeMap<String, Vec<Threshold>>,
    /// The zone in which times are written.
    pub zone: &'a Zone,
}

/// A row of [`OUTPUTS`].
pub struct Output {
    /// What users write before the `=`.
    pub name: &'static str,
    /// One sentence for the help.
    pub doc: &'static str,
    /// Makes the sink without opening anything.
    pub make: fn(&Setup<'_>) -> Result<Box<dyn Sink>, Error>,
}

/// The outputs there are, by name.
pub static OUTPUTS: &[Output] = &[
    Output { name: "csv", doc: csv::DOC, make: csv::make },
    Output { name: "json", doc: json::DOC, make: json::make },
];

/// Names that k6 knows and this program does not serve, with what to tell the user.
static ELSEWHERE: &[(&str, &str)] = &[
    ("cloud", NOT_OFFERED),
    ("experimental-opentelemetry", NOT_OFFERED),
    ("experimental-prometheus-rw", NOT_OFFERED),
    ("influxdb", NOT_OFFERED),
    ("opentelemetry", NOT_OFFERED),
    (
        "statsd",
        "the statsd output was deprecated in k6 v0.47.0 and removed in k6 v0.55.0, please use the new xk6 statsd \
         output extension instead. It can be found at https://github.com/LeonAdato/xk6-output-statsd and more \
         info at https://github.com/grafana/k6/issues/2982",
    ),
    ("web-dashboard", NOT_OFFERED),
];

const NOT_OFFERED: &str = "this version of plimsoll does not offer it, use json or csv";

/// Makes the sink that `text` (`name` or `name=argument`) asks for; `setup.argument` is taken from `text`.
///
/// # Errors
/// When there is no such output, or its argument or environment make no sense.
pub fn create(text: &str, setup: &Setup<'_>) -> Result<Box<dyn Sink>, Error> {
    let (name, argument) = text.split_once('=').unwrap_or((text, ""));
    if let Some(output) = OUTPUTS.iter().find(|output| output.name == name) {
        return (output.make)(&Setup { argument, ..*setup });
    }
    match ELSEWHERE.iter().find(|(other, _)| *other == name) {
        Some((_, reason)) => Err(Error::create(name, *reason)),
        None => {
            let mut known: Vec<&str> = OUTPUTS
                .iter()
                .map(|output| output.name)
                .chain(ELSEWHERE.iter().map(|(name, _)| *name))
                .collect();
            known.sort_unstable();
            Err(Error::unknown(name, &known))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        let (env, thresholds, zone) = (BTreeMap::new(), BTreeMap::new(), Zone::utc());
        let system_tags = SystemTags::default();
        let setup = Setup { argument: "", env: &env, system_tags, thresholds: &thresholds, zone: &zone };
        create(text, &setup).map(|sink| sink.describe()).unwrap_or_else(|error| error.to_string())
    }

    #[test]
    fn names_are_looked_up() {
        let check = |text: &str, answer: &str| assert_eq!(refused(text), answer);
        check("json=out.json", "json (out.json)");
        check("json", "json (stdout)");
        check("json=-", "json (stdout)");
        check("csv=a=b.csv", "could not create the 'csv' output: unknown argument 'a' with value 'b.csv'");
        check("csv", "csv (file.csv)");
        check(
            "nope=x",
            "invalid output type 'nope', available types are: cloud, csv, experimental-opentelemetry, \
             experimental-prometheus-rw, influxdb, json, opentelemetry, statsd, web-dashboard",
        );
        check(
            "statsd",
            "could not create the 'statsd' output: the statsd output was deprecated in k6 v0.47.0 and removed in \
             k6 v0.55.0, please use the new xk6 statsd output extension instead. It can be found at \
             https://github.com/LeonAdato/xk6-output-statsd and more info at \
             https://github.com/grafana/k6/issues/2982",
        );
    }

    #[test]
    fn the_table_is_sorted() {
        assert!(OUTPUTS.is_sorted_by_key(|output| output.name));
        assert!(ELSEWHERE.is_sorted());
    }
}
