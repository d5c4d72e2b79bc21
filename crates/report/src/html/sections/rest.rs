//! The rest of a run's page: checks, scenarios, metrics, evidence, surroundings.

use super::endpoints::failed;
use super::ms;
use crate::format;
use crate::html::Run;
use crate::html::markup::{Cell, Column, Tone, details, escape, table};
use crate::html::words::{rate, share};
use crate::quick::{span, thousands};
use crate::summary::{Group, Metric, Values};
use metrics::{Contains, Trend};

use Column::{Number, Text};

/// Every check with its group.
pub fn checks(run: &Run) -> String {
    let mut rows = Vec::new();
    collect(&run.summary.root_group, &mut rows);
    // Those that failed are what is looked for.
    rows.sort_by(|a, b| b.1.total_cmp(&a.1));
    if rows.is_empty() {
        return String::new();
    }
    let rows: Vec<Vec<Cell>> = rows.into_iter().map(|(cells, _)| cells).collect();
    let columns = [Text("Check"), Text("Group"), Number("Held"), Number("Failed"), Number("Share held")];
    table("Checks", Some("check-table"), &columns, &rows)
}

/// The cells of a check and the share that did not hold.
type Row = (Vec<Cell>, f64);

fn collect(group: &Group, rows: &mut Vec<Row>) {
    for check in &group.checks {
        let total = check.passes + check.fails;
        let part = if total == 0 { 0.0 } else { check.passes as f64 / total as f64 };
        let tone = if check.fails > 0 { Tone::Bad } else { Tone::Good };
        let path = group.path.trim_start_matches("::").replace("::", " › ");
        let fails = Cell::number(&thousands(check.fails), check.fails as f64);
        let cells = vec![
            Cell::text(&check.name),
            if path.is_empty() { Cell::none() } else { Cell::text(&path) },
            Cell::number(&thousands(check.passes), check.passes as f64),
            if check.fails > 0 { fails.tone(Tone::Bad) } else { fails.tone(Tone::Faint) },
            Cell::number(&share(part), part).tone(tone),
        ];
        rows.push((cells, 1.0 - part));
    }
    group.groups.iter().for_each(|group| collect(group, rows));
}

/// Every scenario.
pub fn scenarios(run: &Run) -> String {
    if run.measured.scenarios.is_empty() {
        return String::new();
    }
    let seconds = run.seconds.max(1e-9);
    let quantile =
        |trend: &Trend, q: f64| if trend.count() == 0 { Cell::none() } else { ms(trend.quantile(q)) };
    let rows: Vec<Vec<Cell>> = run
        .measured
        .scenarios
        .iter()
        .map(|(name, one)| {
            let dropped = Cell::number(&thousands(one.dropped as u64), one.dropped);
            vec![
                Cell::text(name),
                Cell::number(&thousands(one.iterations as u64), one.iterations),
                Cell::number(&rate(one.iterations / seconds), one.iterations / seconds),
                dropped.tone(if one.dropped > 0.0 { Tone::Bad } else { Tone::Faint }),
                quantile(&one.iteration_durations, 0.5),
                quantile(&one.iteration_durations, 0.95),
                Cell::number(&thousands(one.requests as u64), one.requests),
                failed(one.failed),
                quantile(&one.durations, 0.5),
                quantile(&one.durations, 0.95),
            ]
        })
        .collect();
    let columns = [
        Text("Scenario"),
        Number("Iterations"),
        Number("Per second"),
        Number("Dropped"),
        Number("Iteration median"),
        Number("Iteration 95th"),
        Number("Requests"),
        Number("Failed"),
        Number("Request median"),
        Number("Request 95th"),
    ];
    table("Scenarios", Some("scenario-table"), &columns, &rows)
}

/// Every metric of the summary, by kind.
pub fn metrics(run: &Run) -> String {
    let all = &run.summary.total.metrics;
    let (mut trends, mut others) = (Vec::new(), Vec::new());
    for metric in all {
        match &metric.values {
            Values::Trend(one) => {
                let unit = |value: f64| quantity(value, metric.contains);
                let mut row = vec![Cell::text(&metric.full_name())];
                row.push(Cell::number(&thousands(one.count), one.count as f64));
                row.extend(
                    [one.avg, one.min, one.med, one.p90, one.p95, one.max].map(|v| Cell::number(&unit(v), v)),
                );
                trends.push(row);
            }
            _ => others.push(other(metric)),
        }
    }
    let mut out = String::new();
    if !trends.is_empty() {
        let columns = [
            Text("Distribution"),
            Number("Samples"),
            Number("Mean"),
            Number("Smallest"),
            Number("Median"),
            Number("90th"),
            Number("95th"),
            Number("Largest"),
        ];
        out.push_str(&table("Distributions", Some("trend-table"), &columns, &trends));
    }
    if !others.is_empty() {
        let columns = [Text("Metric"), Number("Value"), Text("Detail")];
        out.push_str(&table("Counters, shares and levels", Some("metric-table"), &columns, &others));
    }
    out
}

fn other(metric: &Metric) -> Vec<Cell> {
    let unit = |value: f64| quantity(value, metric.contains);
    let (value, detail) = match &metric.values {
        Values::Counter { count, rate: each } => {
            let each = if metric.contains == Contains::Data { format::bytes(*each) } else { rate(*each) };
            (Cell::number(&unit(*count), *count), format!("{each}/s"))
        }
        Values::Gauge { value, min, max } => {
            (Cell::number(&unit(*value), *value), format!("from {} to {}", unit(*min), unit(*max)))
        }
        Values::Rate { passes, total } => {
            let part = if *total == 0 { 0.0 } else { *passes as f64 / *total as f64 };
            (Cell::number(&share(part), part), format!("{} of {}", thousands(*passes), thousands(*total)))
        }
        Values::Trend(_) => (Cell::none(), String::new()),
    };
    vec![Cell::text(&metric.full_name()), value, Cell::text(&detail)]
}

fn quantity(value: f64, contains: Contains) -> String {
    match contains {
        Contains::Time => span(value),
        Contains::Data => format::bytes(value),
        Contains::Default if value.fract() == 0.0 && (0.0..1e15).contains(&value) => thousands(value as u64),
        Contains::Default => format::number((value * 1e3).round() / 1e3),
    }
}

/// What the verdict on the generator rests on.
pub fn evidence(run: &Run) -> String {
    let trust = &run.summary.trust;
    let mut rows: Vec<Vec<Cell>> = trust
        .evidence
        .iter()
        .map(|(name, cells)| vec![Cell::text(&name.replace('_', " ")), Cell::text(&cells.join("  "))])
        .collect();
    for (name, text) in [("arrivals_started", "arrivals started"), ("arrivals_dropped", "arrivals dropped")] {
        if let Some(count) =
            trust.figures.get(name).and_then(serde_json::Value::as_u64).filter(|count| *count > 0)
        {
            rows.push(vec![Cell::text(text), Cell::text(&thousands(count))]);
        }
    }
    if rows.is_empty() {
        return String::new();
    }
    let note = "<p class=\"note\">Schedule lag is how late iterations began. Generator lag is how long answers that had \
        arrived waited to be seen; response times do not include it. A generator that is busy all the time cannot \
        measure well.</p>\n";
    format!(
        "{note}{}",
        table("Evidence on the load generator", None, &[Text("Observation"), Text("Measured")], &rows)
    )
}

/// What it ran on, and with which options.
pub fn environment(run: &Run) -> String {
    let rows: Vec<Vec<Cell>> = run
        .environment
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| vec![Cell::text(name), Cell::text(value)])
        .collect();
    let mut out = table("What it ran on", None, &[Text("What"), Text("Value")], &rows);
    if run.options.as_object().is_some_and(|options| !options.is_empty()) {
        let text = format!("{:#}", run.options);
        let body = format!("<pre tabindex=\"0\">{}</pre>\n", escape(&text));
        out.push_str(&details("Options in force", &body));
    }
    out
}
