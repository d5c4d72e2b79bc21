//! A summary for a pull request: the verdict, whether to believe it, and the few tables that matter.

use std::fmt::Write;

use crate::format;
use crate::html::{Figures, Run, lead, rate, share, thresholds, trust, verdict};
use crate::quick::{span, thousands};

/// Endpoints and kinds of failures beyond these are left to the longer reports.
const ROWS: usize = 20;

/// Writes runs one below the other.
pub fn write(runs: &[Run]) -> String {
    let parts: Vec<String> = runs.iter().map(of_run).collect();
    parts.join("\n---\n\n")
}

fn of_run(run: &Run) -> String {
    let figures = Figures::of(&run.measured);
    let verdict = verdict(run);
    let mut out = format!("## {}: {}\n\n{}\n\n", escape(&run.name), verdict.word, escape(&verdict.sentence));
    let _ = writeln!(out, "{}\n\n{}\n", escape(&lead(run, &figures)), escape(&trust(run).0));
    for reason in &run.summary.trust.reasons {
        let _ = writeln!(out, "* {}", escape(&reason.text));
    }
    if !run.summary.trust.reasons.is_empty() {
        out.push('\n');
    }
    thresholds_table(&mut out, run);
    percentiles(&mut out, &figures);
    endpoints(&mut out, run);
    checks(&mut out, run);
    let id = run.id.as_ref().map_or(String::new(), |id| format!(", run {id}"));
    let _ = writeln!(out, "<sub>{}, {}{}</sub>", escape(&run.started), span(run.seconds * 1e3), escape(&id));
    out
}

fn thresholds_table(out: &mut String, run: &Run) {
    if thresholds(&run.summary).next().is_none() {
        return;
    }
    out.push_str("| threshold | condition | measured | |\n|---|---|---:|---|\n");
    for (metric, one) in thresholds(&run.summary) {
        let value =
            one.value.map_or("no data".to_owned(), |value| format::number((value * 1e3).round() / 1e3));
        let mark = if one.ok { "✅ held" } else { "❌ crossed" };
        let _ = writeln!(out, "| {} | {} | {value} | {mark} |", escape(&metric), escape(&one.source));
    }
    out.push('\n');
}

fn percentiles(out: &mut String, figures: &Figures) {
    let Some(metric) = figures.metric else { return };
    let _ = writeln!(out, "| {} | value | 95 % interval |\n|---|---:|---:|", escape(metric));
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
            escape(method),
            escape(name),
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

fn checks(out: &mut String, run: &Run) {
    let failed: Vec<_> = run.summary.total.checks.iter().filter(|check| check.fails > 0).collect();
    if failed.is_empty() {
        return;
    }
    out.push_str("| check that failed | failed | held |\n|---|---:|---:|\n");
    for check in failed.iter().take(ROWS) {
        let _ = writeln!(
            out,
            "| {} | {} | {} |",
            escape(&check.name),
            thousands(check.fails),
            thousands(check.passes)
        );
    }
    out.push('\n');
}

/// Text in which nothing is markup, in one line.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            // An account must not be called by the name of a request.
            '@' => out.push_str("&#64;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_names() {
        assert_eq!(escape("a|b\n<img>[x](y) *z*"), "a\\|b &lt;img&gt;\\[x\\](y) \\*z\\*");
    }
}
