//! k6's JSON output: a line for each metric and each sample.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::BufRead;

use metrics::{Contains, Kind};
use serde::Deserialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::{ENTRY_BYTES_MAX, Fault, Intake, read_until};

/// A line.
#[derive(Deserialize)]
struct Line<'a> {
    #[serde(borrow, default)]
    metric: Cow<'a, str>,
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    data: Data<'a>,
}

/// What a line says of a metric or a sample.
#[derive(Deserialize)]
struct Data<'a> {
    #[serde(borrow, default)]
    name: Option<Cow<'a, str>>,
    #[serde(borrow, default, rename = "type")]
    kind: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    contains: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    time: Option<Cow<'a, str>>,
    #[serde(default)]
    value: Option<f64>,
    #[serde(borrow, default)]
    tags: Option<BTreeMap<Cow<'a, str>, Cow<'a, str>>>,
    /// Only where a line stands for many samples.
    #[serde(default)]
    count: Option<f64>,
}

/// Whether a file begins like one.
pub fn is_it(head: &str) -> bool {
    let first = head.lines().next().unwrap_or_default();
    serde_json::from_str::<Line<'_>>(first).is_ok_and(|line| matches!(&*line.kind, "Metric" | "Point"))
}

/// Reads a file.
///
/// # Errors
/// When it cannot be read, or its lines are no samples.
pub fn read(text: &mut dyn BufRead, intake: &mut Intake) -> Result<(), Fault> {
    let (mut line, mut number) = (Vec::new(), 0);
    loop {
        line.clear();
        number += 1;
        if read_until(text, b'\n', &mut line, ENTRY_BYTES_MAX)? == 0 {
            return Ok(());
        }
        let row = line.trim_ascii();
        if row.is_empty() {
            continue;
        }
        match serde_json::from_slice::<Line<'_>>(row) {
            Ok(line) => take(&line, number, intake)?,
            Err(why) => intake.skip(number, &why.to_string()),
        }
    }
}

fn take(line: &Line<'_>, number: u64, intake: &mut Intake) -> Result<(), Fault> {
    let data = &line.data;
    if line.kind == "Metric" {
        let name = data.name.as_deref().unwrap_or(&line.metric);
        let kind = data.kind.as_deref().and_then(Kind::parse);
        let contains = data.contains.as_deref().and_then(Contains::parse).unwrap_or(Contains::Default);
        match kind {
            Some(kind) if !name.is_empty() => {
                if intake.metric(name, kind, contains).is_none() {
                    intake.skip(number, &format!("the metric {name} is of another kind here"));
                }
            }
            _ => intake.skip(number, "it is no metric"),
        }
        return Ok(());
    }
    if data.count.is_some() {
        return Err(Fault::form(
            "its points stand for whole seconds, as `plimsoll export --format k6` writes them, not for samples",
        ));
    }
    let at_ms = data.time.as_deref().and_then(moment_ms);
    let (Some(at_ms), Some(value)) = (at_ms, data.value) else {
        intake.skip(number, "it has no time or no value");
        return Ok(());
    };
    let Some(metric) = intake.known(&line.metric) else {
        intake.skip(number, &format!("the metric {} was not declared", line.metric));
        return Ok(());
    };
    let tags = data.tags.iter().flatten().map(|(name, value)| (&**name, &**value));
    let tags = intake.tags(tags.filter(|(_, value)| !value.is_empty()));
    intake.sample(metric, tags, value, at_ms)
}

/// A moment in RFC 3339 in milliseconds since 1970.
fn moment_ms(text: &str) -> Option<f64> {
    let moment = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    Some(moment.unix_timestamp_nanos() as f64 / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read() {
        assert_eq!(moment_ms("2023-11-14T23:13:20.5+01:00"), Some(1_700_000_000_500.0));
        assert_eq!(moment_ms("yesterday"), None);
    }
}
