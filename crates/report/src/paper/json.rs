//! The figures of runs with their intervals, for programs. Times are milliseconds, shares lie between 0 and 1.

use serde_json::{Map, Value, json};

use crate::html::{Ending, Figures, Run, Story, thresholds};
use crate::intervals::{Figure, LEVEL, Quantile};
use crate::summary::{Mode, Slas, machine_readable};
use crate::verdicts::Verdicts;

/// The form's version.
const VERSION: u32 = 1;

/// Writes runs, and how they were held against each other, as one document.
pub fn write(story: &Story) -> String {
    let runs: Vec<Value> = story.runs.iter().map(of_run).collect();
    let compared: Vec<Value> = story.compared.iter().map(verdicts).collect();
    let document = json!({ "version": VERSION, "confidence": LEVEL, "runs": runs, "compared": compared });
    format!("{document:#}\n")
}

fn verdicts(all: &Verdicts) -> Value {
    let cases = all.cases.iter().map(|case| {
        json!({
            "endpoint": case.group,
            "figure": case.name,
            "standing": case.standing.name(),
            "message": case.message,
        })
    });
    json!({
        "title": all.title,
        "standing": all.standing.name(),
        "sentence": all.sentence,
        "notes": all.notes,
        "findings": cases.collect::<Vec<_>>(),
    })
}

fn of_run(run: &Run) -> Value {
    let figures = Figures::of(&run.measured);
    let percentiles: Vec<Value> = figures.quantiles.iter().map(Quantile::to_json).collect();
    let endpoints = run.measured.endpoints.iter().map(|((name, method), one)| {
        let at =
            |q: f64| if one.durations.count() == 0 { Value::Null } else { json!(one.durations.quantile(q)) };
        json!({
            "name": name,
            "method": method,
            "requests": one.requests,
            "failed": one.failed.value(),
            "p50": at(0.5),
            "p95": at(0.95),
            "p99": at(0.99),
        })
    });
    let failures = run.measured.failures.iter().map(|((name, status, code, error), count)| {
        json!({ "name": name, "status": status, "error_code": code, "error": error, "count": count })
    });
    let thresholds = thresholds(&run.summary).map(|(metric, one)| {
        json!({ "metric": metric, "threshold": one.source, "ok": one.ok, "value": one.value })
    });
    json!({
        "id": run.id,
        "name": run.name,
        "ending": ending(run.ending),
        "exit_code": run.exit_code,
        "started": run.started,
        "seconds": run.seconds,
        "trust": run.summary.trust.to_json(),
        "metric": figures.metric,
        "percentiles": percentiles,
        "failed": figures.failed.as_ref().map(Figure::to_json),
        "thresholds": thresholds.collect::<Vec<_>>(),
        "slas": run.summary.slas.as_ref().map(Slas::to_json),
        "endpoints": endpoints.collect::<Vec<_>>(),
        "failures": failures.collect::<Vec<_>>(),
        "environment": run.environment.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect::<Map<_, _>>(),
        "summary": machine_readable(&run.summary, Mode::Full),
    })
}

fn ending(ending: Ending) -> &'static str {
    match ending {
        Ending::Passed => "passed",
        Ending::Untrusted => "untrusted",
        Ending::Failed => "failed",
        Ending::Aborted => "aborted",
        Ending::Running => "running",
        Ending::Killed => "killed",
        Ending::Imported => "imported",
    }
}
