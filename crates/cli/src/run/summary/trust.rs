//! Whether the run can be believed: gathers the evidence from everywhere and lets the engine's rules judge it.

use engine::trust::{self, Evidence, LagQuantiles, LatencyQuantiles, LossyOutput, MachineUse};
use metrics::{Aggregate, Histogram, Sink, builtin};
use model::Nanos;
use report::output::Report;
use report::summary::{Reason, Trust};

/// What is known besides what was measured.
pub struct Facts<'a> {
    /// How busy the machine was.
    pub machine: MachineUse,
    /// Arrivals that started, of all arrival-rate scenarios.
    pub started_arrivals: u64,
    /// Arrivals that did not.
    pub dropped_arrivals: u64,
    /// What became of the outputs.
    pub outputs: &'a [Report],
    /// Times that file descriptors ran out, and that local ports did.
    pub exhausted: (u64, u64),
    /// Latencies without the kernel's timestamps, and all.
    pub unstamped: (u64, u64),
}

/// Judges the run.
#[must_use]
pub fn judge(aggregate: &Aggregate, facts: &Facts<'_>) -> Trust {
    let evidence = Evidence {
        schedule_lag: lag(aggregate.schedule_lag()),
        generator_lag: lag(aggregate.generator_lag()),
        latency: latency(aggregate),
        unstamped: facts.unstamped,
        dropped_arrivals: facts.dropped_arrivals,
        started_arrivals: facts.started_arrivals,
        machine: facts.machine,
        descriptors_exhausted: facts.exhausted.0,
        ports_exhausted: facts.exhausted.1,
        lossy_outputs: facts
            .outputs
            .iter()
            .filter(|report| report.dropped > 0)
            .map(|report| LossyOutput { name: report.output.clone(), dropped: report.dropped })
            .collect(),
    };
    let verdict = trust::judge(&evidence);
    let reasons = verdict
        .reasons
        .iter()
        .map(|reason| Reason { text: reason.finding.clone(), hint: Some(reason.advice.to_owned()) });
    Trust { trusted: verdict.trusted, reasons: reasons.collect(), evidence: shown(&evidence) }
}

/// The evidence as rows of names and values.
fn shown(evidence: &Evidence) -> Vec<(String, Vec<String>)> {
    let span = |span: Nanos| report::format::duration(span.as_millis_f64(), report::format::TimeUnit::Auto);
    let mut rows = Vec::new();
    for (name, lag) in [("schedule_lag", evidence.schedule_lag), ("generator_lag", evidence.generator_lag)] {
        if lag.count > 0 {
            let values = [("p(50)", lag.p50), ("p(99)", lag.p99), ("max", lag.max)];
            rows.push((
                name.to_owned(),
                values.map(|(name, value)| format!("{name}={}", span(value))).to_vec(),
            ));
        }
    }
    let machine = &evidence.machine;
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
