//! The outputs there are: where single samples can go while a run goes on.
//!
//! [`create`] makes a sink from what the user typed, by a row of [`OUTPUTS`]. Running it is the business of
//! [`crate::sink`]; summaries are not outputs.

mod csv;
mod json;

use std::collections::BTreeMap;
use std::sync::Arc;

use metrics::Registry;
use model::{Clock, SystemTags, Threshold};

use crate::sink::{Error, Sink, Zone};

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
    /// The run's metrics.
    pub registry: &'a Arc<Registry>,
    /// The run's clock.
    pub clock: Clock,
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
    ("cloud", "plimsoll uploads nothing to Grafana Cloud k6, use json or csv"),
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
        let setup = Setup {
            argument: "",
            env: &env,
            system_tags: SystemTags::default(),
            thresholds: &thresholds,
            registry: &Registry::new(),
            clock: Clock::start(),
            zone: &zone,
        };
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
