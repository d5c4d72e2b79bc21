//! A kept run's summary, worked out again from what was measured.
//!
//! Main function: [`summary`]. It takes the way of a live run: the same totals, through the same code.

use std::time::Duration;

use metrics::thresholds::Outcome;
use report::summary::{
    Check, Coverage, Field, Measured, Mode, Options, Reason, Slas, State, Summary, Trust, build,
    machine_readable,
};
use serde_json::{Value, json};
use store::Kept;

use super::given::complete;
use super::{Verdict, head, moment, seconds};
use crate::cmd::K6_COMPATIBLE;
use crate::session::Session;

/// The summary of a kept run.
#[must_use]
pub fn summary(session: &Session, kept: &Kept, mode: Mode, now_ms: i64) -> Summary {
    let outcomes: Vec<Outcome> = kept
        .thresholds
        .iter()
        .map(|one| Outcome {
            metric: one.metric.clone(),
            source: one.source.clone(),
            ok: one.ok,
            value: one.value,
            abort: false,
        })
        .collect();
    let scenarios: Vec<&str> = kept.scenarios.iter().map(String::as_str).collect();
    let measured = Measured { state: &kept.state, outcomes: &outcomes, scenarios: &scenarios, mode };
    // What cannot be read of options that some other version wrote is as if it were not given.
    let options = model::Options::from_script(&kept.options).map(|(options, _)| options).unwrap_or_default();
    let run = &kept.listed;
    let bare = Summary {
        options: Options::of(&options, !session.coloured()),
        state: State {
            stdout_is_terminal: session.terminals.stdout,
            stderr_is_terminal: session.terminals.stderr,
            duration: Duration::try_from_secs_f64(seconds(kept)).unwrap_or_default(),
            script: run.name.clone(),
            execution: "local".to_owned(),
            generated_at: moment(run.ended_ms.unwrap_or(run.written_ms)),
            k6_version: K6_COMPATIBLE.to_owned(),
        },
        trust: run.trust.as_ref().map(trust).unwrap_or_default(),
        graphql: kept.summary.as_ref().and_then(|figures| coverage(&figures["graphql"])),
        slas: kept.summary.as_ref().and_then(|figures| Slas::from_json(&figures["slas"])),
        incomplete: run.incomplete.clone().or_else(|| {
            let verdict = Verdict::of(run, now_ms);
            match verdict {
                Verdict::Running => Some("under way".to_owned()),
                Verdict::Killed => Some("killed: it never came to its end".to_owned()),
                _ => None,
            }
        }),
        ..Summary::default()
    };
    let mut summary = build(bare, &measured);
    complete(&mut summary.total.metrics, kept, seconds(kept));
    if summary.total.checks.is_empty() {
        // Those of imported figures have no samples that could be added up.
        let checks = kept.checks.iter().map(|check| Check {
            name: check.name.clone(),
            passes: check.passes,
            fails: check.fails,
        });
        summary.total.checks = checks.collect();
    }
    summary
}

/// A kept run for programs.
#[must_use]
pub fn document(kept: &Kept, summary: &Summary, now_ms: i64) -> Value {
    let mut run = head(kept, now_ms);
    run["options"] = kept.options.clone();
    run["trust"] = kept.listed.trust.clone().unwrap_or_default();
    run["thresholds"] = kept
        .thresholds
        .iter()
        .map(|one| json!({ "metric": one.metric, "threshold": one.source, "ok": one.ok, "value": one.value }))
        .collect();
    if let Some(slas) = &summary.slas {
        run["slas"] = slas.to_json();
    }
    if let Some(intervals) = &summary.intervals {
        run["intervals"] = intervals.to_json();
    }
    run["summary"] = machine_readable(summary, Mode::Full);
    run
}

/// The verdict on a run's timing, from its stored form.
fn trust(stored: &Value) -> Trust {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let reasons = list(&stored["reasons"]).into_iter().map(|reason| Reason {
        subject: text(&reason["subject"]).into(),
        text: text(&reason["text"]),
        hint: reason["hint"].as_str().map(str::to_owned),
        invalidates: reason["invalidates"].as_bool().unwrap_or_default(),
    });
    let evidence = list(&stored["shown"])
        .into_iter()
        .map(|row| (text(&row[0]), list(&row[1]).iter().map(text).collect()))
        .collect();
    let scale = &stored["time_scale"];
    Trust {
        trusted: stored["trusted"].as_bool().unwrap_or(true),
        reasons: reasons.collect(),
        evidence,
        figures: stored["evidence"].as_object().cloned().unwrap_or_default(),
        time_scale: scale["factor"].as_f64().map(|factor| (factor, text(&scale["text"]))),
    }
}

fn coverage(stored: &Value) -> Option<Coverage> {
    let field = |field: &Value| {
        Some(Field {
            kind: field["type"].as_str()?.to_owned(),
            name: field["name"].as_str()?.to_owned(),
            count: field["count"].as_u64()?,
            in_schema: field["inSchema"].as_bool()?,
        })
    };
    let fields = stored["fields"].as_array()?.iter().filter_map(field).collect();
    Some(Coverage { fields, has_schema: stored["hasSchema"].as_bool()? })
}
