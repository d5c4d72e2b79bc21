//! What the run had to meet: thresholds and SLAs, each with what was measured.

use metrics::Contains;

use super::percentile_name;
use crate::format;
use crate::html::Run;
use crate::html::markup::{Cell, Column, Tone, escape, table};
use crate::html::words::{capital, share, unbroken};
use crate::quick::span;
use crate::summary::{SlaVerdict, Standing, Threshold, Values};

use Column::{Number, Text};

/// Every threshold with what was measured.
pub fn thresholds(run: &Run) -> String {
    let mut rows = Vec::new();
    for metric in &run.summary.total.metrics {
        for one in &metric.thresholds {
            let (mark, tone) = if one.ok { ("held", Tone::Good) } else { ("crossed", Tone::Bad) };
            rows.push(vec![
                Cell::text(&metric.full_name()),
                Cell::text(&one.source),
                threshold_value(one, &metric.values, metric.contains),
                Cell::text(mark).tone(tone),
            ]);
        }
    }
    if rows.is_empty() {
        return String::new();
    }
    table(
        "Thresholds",
        None,
        &[Text("Metric"), Text("Condition"), Number("Measured"), Text("Outcome")],
        &rows,
    )
}

/// What an SLA is, next to a threshold.
pub const SLAS_NOTE: &str = "A threshold compares one number. An SLA asks how sure that number is: it is kept, or not kept, \
    only where the interval of the share of bad samples lies on one side of what is allowed.";

/// Every SLA with its evidence.
pub fn slas(run: &Run) -> String {
    let Some(slas) = &run.summary.slas else { return String::new() };
    let rows: Vec<Vec<Cell>> = slas
        .standings
        .iter()
        .map(|one| {
            let (word, tone) = match one.verdict {
                SlaVerdict::Pass => ("kept", Tone::Good),
                SlaVerdict::Inconclusive => ("not decided", Tone::Warn),
                SlaVerdict::Fail => ("not kept", Tone::Bad),
            };
            let notes: String = one
                .notes(slas.until_decided, run.summary.trust.trusted)
                .iter()
                .map(|note| format!("<small>{}</small>", escape(&capital(note))))
                .collect();
            vec![
                Cell::text(&one.sla),
                Cell::text(word).tone(tone),
                Cell::text(&measured(one)),
                Cell::markup(format!("{}{notes}", escape(&unbroken(&one.evidence(share)))), None),
            ]
        })
        .collect();
    let columns = [Text("SLA"), Text("Verdict"), Text("Measured"), Text("Evidence")];
    let early = if slas.ended_early { " The run ended as soon as they were decided." } else { "" };
    let level = format!(
        "<p class=\"note small\">Each verdict is given at {} confidence.{early}</p>\n",
        escape(&share(slas.confidence))
    );
    format!("{}{level}", table("SLAs", None, &columns, &rows))
}

/// The figure that an SLA is about.
fn measured(one: &Standing) -> String {
    match (one.limit, one.value, one.share) {
        (Some(_), Some(value), _) => {
            unbroken(&format!("{} percentile {}", percentile_name(1.0 - one.allowed), span(value)))
        }
        (_, _, Some(part)) => unbroken(&format!("{} bad", share(part))),
        _ => "no samples".to_owned(),
    }
}

/// What was compared, in the unit of its metric.
pub fn threshold_value(one: &Threshold, values: &Values, contains: Contains) -> Cell {
    let Some(value) = one.value else { return Cell::text("no data").tone(Tone::Faint) };
    let shown = match (values, contains) {
        (Values::Rate { .. }, _) => share(value),
        (Values::Trend(_), Contains::Time) if one.aggregation != "count" => span(value),
        (_, Contains::Data) if one.aggregation != "rate" => format::bytes(value),
        _ => format::number((value * 1e3).round() / 1e3),
    };
    Cell::number(&shown, value)
}
