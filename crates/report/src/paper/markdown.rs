//! A summary for a pull request: the verdicts, whether to believe them, and the few tables that matter.

use std::fmt::Write;

use super::judged::of_run;
use crate::format;
use crate::html::{Figures, Run, Story, rate, share};
use crate::quick::{span, thousands};
use crate::verdicts::{cell, inline, markdown};

/// Endpoints beyond these are left to the longer reports.
const ROWS: usize = 20;

/// Writes what changed, then the runs one below the other.
pub fn write(story: &Story) -> String {
    let compared = story.compared.iter().map(markdown);
    let parts: Vec<String> = compared.chain(story.runs.iter().map(run)).collect();
    parts.join("\n---\n\n")
}

fn run(run: &Run) -> String {
    let figures = Figures::of(&run.measured);
    let mut out = markdown(&of_run(run, &figures));
    out.push('\n');
    percentiles(&mut out, &figures);
    endpoints(&mut out, run);
    let id = run.id.as_ref().map_or(String::new(), |id| format!(", run {id}"));
    let _ = writeln!(out, "<sub>{}, {}{}</sub>", inline(&run.started), span(run.seconds * 1e3), inline(&id));
    out
}

fn percentiles(out: &mut String, figures: &Figures) {
    let Some(metric) = figures.metric else { return };
    let _ = writeln!(out, "| {} | value | 95 % interval |\n|---|---:|---:|", cell(metric));
    for one in &figures.quantiles {
        let range = match one.figure.interval {
            _ if !one.is_estimable => "too few samples".to_owned(),
            Some((low, high)) => format!("{} – {}", span(low), span(high)),
            None => "–".to_owned(),
        };
        let name = format::number((one.q * 1e5).round() / 1e3);
        let _ = writeln!(out, "| p{name} | {} | {range} |", span(one.figure.value));
    }
    out.push('\n');
}

fn endpoints(out: &mut String, run: &Run) {
    let mut endpoints: Vec<_> = run.measured.endpoints.iter().collect();
    if endpoints.is_empty() {
        return;
    }
    endpoints.sort_by(|a, b| b.1.requests.total_cmp(&a.1.requests));
    out.push_str(
        "| endpoint | requests | per second | failed | p50 | p95 |\n|---|---:|---:|---:|---:|---:|\n",
    );
    for ((name, method), one) in endpoints.iter().take(ROWS) {
        let at = |q: f64| {
            if one.durations.count() == 0 { "–".to_owned() } else { span(one.durations.quantile(q)) }
        };
        let _ = writeln!(
            out,
            "| {} {} | {} | {} | {} | {} | {} |",
            cell(method),
            cell(name),
            thousands(one.requests as u64),
            rate(one.requests / run.seconds.max(1e-9)),
            one.failed.value().map_or("–".to_owned(), share),
            at(0.5),
            at(0.95)
        );
    }
    if endpoints.len() > ROWS {
        let _ = writeln!(out, "\n… and {} more", endpoints.len() - ROWS);
    }
    out.push('\n');
}
