//! Flags that only JMeter's plans have a use for. Its letters stand for them when such a plan is run.

use super::{Flag, Kind};

const fn flag(long: &'static str, kind: Kind, help: &'static str) -> Flag {
    Flag { long, short: None, kind, env: "", help }
}

/// The table.
pub const FLAGS: &[Flag] = &[
    flag("jmeter-force", Kind::Bool, "of a JMeter plan: taken for its own sake (JMeter: -f)"),
    flag("jmeter-log", Kind::Text, "of a JMeter plan: where its log lines go (JMeter: -j)"),
    flag("jmeter-loglevel", Kind::Text, "of a JMeter plan: taken for its own sake (JMeter: -L)"),
    flag(
        "jmeter-nongui",
        Kind::Bool,
        "of a JMeter plan: taken for its own sake (JMeter: -n, and -t before the file)",
    ),
    flag("jmeter-properties", Kind::Many, "of a JMeter plan: a file of properties (JMeter: -q, -p)"),
    flag("jmeter-property", Kind::Many, "of a JMeter plan: a property as name=value (JMeter: -J, -G, -D)"),
    flag("jmeter-report", Kind::Text, "of a JMeter plan: the folder for statistics.json (JMeter: -o)"),
    flag(
        "jmeter-report-at-end",
        Kind::Bool,
        "of a JMeter plan: make a report, in report-output without -o (JMeter: -e)",
    ),
    flag("jtl", Kind::Text, "of a JMeter plan: where its results go (JMeter: -l)"),
];
