//! Whether the run can be believed: gathers the evidence from everywhere and lets the engine's rules judge it.

use engine::trust::{self, Evidence, LagQuantiles, LatencyQuantiles, LossyOutput, MachineUse, Weight};
use metrics::{Aggregate, Histogram, Sink, builtin};
use model::Nanos;
use report::sink::Report;
use report::summary::{Reason, Trust};
use serde_json::{Map, Value};

/// What is known besides what was measured.
pub struct Facts<'a> {
    /// How busy the machine was.
    pub machine: MachineUse,
    /// Arrivals that started, of all arrival-rate scenarios.
    pub started_arrivals: u64,
    /// Arrivals that did not.
    pub dropped_arrivals: u64,
    /// What the network ran out of.
    pub shortages: &'a net::Shortages,
    /// What became of the outputs.
    pub outputs: &'a [Report],
    /// The factor on the times of the test, where the user gave one.
    pub time_scale: Option<model::TimeScale>,
}

/// Judges the run.
#[must_use]
pub fn judge(aggregate: &Aggregate, facts: &Facts<'_>) -> Trust {
    let evidence = Evidence {
        schedule_lag: lag(aggregate.schedule_lag()),
        generator_lag: lag(aggregate.generator_lag()),
        latency: latency(aggregate),
        dropped_arrivals: facts.dropped_arrivals,
        started_arrivals: facts.started_arrivals,
        machine: readable(facts.machine),
        lossy_outputs: facts
            .outputs
            .iter()
            .filter(|report| report.dropped > 0)
            .map(|report| LossyOutput { name: report.output.clone(), dropped: report.dropped })
            .collect(),
        unstamped: (
            facts.shortages.unstamped(),
            facts.shortages.unstamped() + aggregate.generator_lag().count(),
        ),
        descriptors_exhausted: facts.shortages.descriptors(),
        ports_exhausted: facts.shortages.ports(),
        series_folded: aggregate.folded(),
    };
    let verdict = trust::judge(&evidence);
    let reasons = verdict.reasons.iter().map(|reason| Reason {
        subject: reason.subject.name().into(),
        text: reason.finding.clone(),
        hint: Some(reason.advice.to_owned()),
        invalidates: reason.weight == Weight::Invalid,
    });
    Trust {
        trusted: verdict.trusted,
        reasons: reasons.collect(),
        evidence: shown(aggregate, &evidence.machine),
        figures: figures(&evidence),
        time_scale: facts.time_scale.map(|scale| (scale.factor(), scale.sentence())),
    }
}

/// The evidence for programs. What was not observed has no figure.
fn figures(evidence: &Evidence) -> Map<String, Value> {
    let mut map = Map::new();
    for (name, lag) in [("schedule_lag", evidence.schedule_lag), ("generator_lag", evidence.generator_lag)] {
        map.insert(format!("{name}_count"), lag.count.into());
        if lag.count > 0 {
            for (quantile, at) in [("p50", lag.p50), ("p99", lag.p99), ("max", lag.max)] {
                map.insert(format!("{name}_{quantile}_ms"), at.as_millis_f64().into());
            }
        }
    }
    map.insert("arrivals_started".to_owned(), evidence.started_arrivals.into());
    map.insert("arrivals_dropped".to_owned(), evidence.dropped_arrivals.into());
    map.insert("responses_not_timed_by_kernel".to_owned(), evidence.unstamped.0.into());
    map.insert("descriptors_exhausted".to_owned(), evidence.descriptors_exhausted.into());
    map.insert("ports_exhausted".to_owned(), evidence.ports_exhausted.into());
    map.insert("series_folded".to_owned(), evidence.series_folded.into());
    let machine = &evidence.machine;
    if machine.observed > Nanos::ZERO {
        map.insert("generator_cpu_share".to_owned(), machine.process_share.into());
        map.insert("busiest_cpu_share".to_owned(), machine.busiest_share.into());
        map.insert("steal_share".to_owned(), machine.steal_share.into());
        map.insert("wall_clock_jump_ms".to_owned(), machine.wall_jump.as_millis_f64().into());
    }
    map.insert(
        "output_samples_dropped".to_owned(),
        evidence.lossy_outputs.iter().map(|output| output.dropped).sum::<u64>().into(),
    );
    map
}

/// The kernel counts processor time in hundredths of a second, so over a moment its shares say nothing.
fn readable(machine: MachineUse) -> MachineUse {
    const MOMENT: Nanos = Nanos::from_secs(2);
    if machine.observed >= MOMENT { machine } else { MachineUse::default() }
}

/// The evidence as rows of names and values.
fn shown(aggregate: &Aggregate, machine: &MachineUse) -> Vec<(String, Vec<String>)> {
    let schedule = report::summary::lag("schedule_lag", aggregate.schedule_lag());
    let mut rows: Vec<_> = schedule
        .into_iter()
        .chain(report::summary::lag("generator_lag", aggregate.generator_lag()))
        .collect();
    if machine.observed > Nanos::ZERO {
        let percent = |share: f64| format!("{:.0}%", share * 100.0);
        let busiest = format!("busiest={}", percent(machine.busiest_share));
        rows.push(("generator_cpu".to_owned(), vec![percent(machine.process_share), busiest]));
    }
    rows
}

fn lag(histogram: &Histogram) -> LagQuantiles {
    let at = |q: f64| nanos(histogram.quantile(q));
    let count = histogram.count();
    if count == 0 {
        return LagQuantiles::default();
    }
    LagQuantiles { count, p50: at(0.5), p99: at(0.99), max: at(1.0) }
}

fn latency(aggregate: &Aggregate) -> Option<LatencyQuantiles> {
    match aggregate.total(builtin::HTTP_REQ_DURATION)? {
        Sink::Trend(trend) if trend.count() > 0 => {
            Some(LatencyQuantiles { p50: nanos(trend.med()), p99: nanos(trend.quantile(0.99)) })
        }
        _ => None,
    }
}

/// Milliseconds as the clock counts.
fn nanos(millis: f64) -> Nanos {
    Nanos((millis.max(0.0) * 1e6) as u64)
}
