//! The rules of trust: one function per subject, each over the whole evidence.
//!
//! A rule returns at most one reason. The limits are where a reader of the results would begin to draw wrong
//! conclusions, not where a machine begins to be busy.

use std::time::Duration;

use model::{Nanos, duration};

use super::{Evidence, Reason, Subject, Weight};

/// Arrivals may start this late at the 99th percentile. Ten milliseconds is a tenth of what people notice, and
/// above it a response time measured from the actual start hides as much as many services take.
pub const SCHEDULE_LAG_P99_MAX: Nanos = Nanos::from_millis(10);

/// This share of arrivals may fail to start. One in a hundred less load is below the spread between two runs.
pub const DROPPED_SHARE_MAX: f64 = 0.01;

/// Generator lag may be this share of the latency it is in. A tenth is what comparisons of runs begin to show.
pub const GENERATOR_LAG_SHARE: f64 = 0.1;

/// Lags below this are no finding, whatever they are a share of: it is what waking a thread costs.
pub const LAG_NOTICEABLE: Nanos = Nanos(200_000);

/// The process is out of processor time when it uses this share of its processors.
pub const CPU_BUSY_SHARE: f64 = 0.9;

/// It may be so for this long in all before latencies are mostly its own queue: a start-up burst is shorter.
pub const CPU_BUSY_TIME: Duration = Duration::from_secs(5);

/// Others may take this share of the processors' time. More comes in slices of many milliseconds.
pub const STEAL_SHARE_MAX: f64 = 0.02;

/// The wall clock may be set by this much during a run before timestamps of samples mislead.
pub const WALL_JUMP_MAX: Nanos = Nanos::from_millis(500);

/// This share of latencies may lack the kernel's timestamps where others have them; more mixes two meanings.
pub const UNSTAMPED_SHARE_MAX: f64 = 0.01;

/// Every rule.
pub(super) static RULES: &[fn(&Evidence) -> Option<Reason>] = &[
    schedule_lag,
    dropped_arrivals,
    generator_lag,
    cpu,
    steal,
    descriptors,
    ports,
    clock,
    timestamps,
    series,
    outputs,
];

fn reason(subject: Subject, invalid: bool, finding: String, advice: &'static str) -> Option<Reason> {
    let weight = if invalid { Weight::Invalid } else { Weight::Note };
    Some(Reason { subject, weight, finding, advice })
}

fn schedule_lag(evidence: &Evidence) -> Option<Reason> {
    let lag = evidence.schedule_lag;
    if lag.p99 <= SCHEDULE_LAG_P99_MAX {
        return None;
    }
    let finding = format!(
        "arrivals started late: {} at the 99th percentile (limit {}), {} at most",
        text(lag.p99),
        text(SCHEDULE_LAG_P99_MAX),
        text(lag.max)
    );
    reason(
        Subject::ScheduleLag,
        true,
        finding,
        "give the generator more processors, a lower rate or less work per iteration",
    )
}

fn dropped_arrivals(evidence: &Evidence) -> Option<Reason> {
    let dropped = evidence.dropped_arrivals;
    let planned = dropped + evidence.started_arrivals;
    if dropped == 0 {
        return None;
    }
    let share = dropped as f64 / planned as f64;
    let finding = format!("{dropped} of {planned} arrivals found no free virtual user ({})", percent(share));
    reason(
        Subject::DroppedArrivals,
        share > DROPPED_SHARE_MAX,
        finding,
        "raise preAllocatedVUs and maxVUs: the load was lower than asked for",
    )
}

fn generator_lag(evidence: &Evidence) -> Option<Reason> {
    let (lag, latency) = (evidence.generator_lag, evidence.latency?);
    let share = |lag: Nanos, latency: Nanos| lag.0 as f64 / latency.0.max(1) as f64;
    let (p50, p99) = (share(lag.p50, latency.p50), share(lag.p99, latency.p99));
    let (worst, lag, latency, name) = if p50 >= p99 {
        (p50, lag.p50, latency.p50, "median")
    } else {
        (p99, lag.p99, latency.p99, "99th percentile")
    };
    if lag < LAG_NOTICEABLE || worst <= GENERATOR_LAG_SHARE {
        return None;
    }
    let finding = format!(
        "responses waited {} for the generator against a latency of {} ({name}, {})",
        text(lag),
        text(latency),
        percent(worst)
    );
    // With the kernel's timestamps the wait is measured and left out; without, it is part of the latency.
    reason(
        Subject::GeneratorLag,
        unstamped_share(evidence) > UNSTAMPED_SHARE_MAX,
        finding,
        "give the generator more processors or less load",
    )
}

fn cpu(evidence: &Evidence) -> Option<Reason> {
    let machine = &evidence.machine;
    let share = machine.busiest_share;
    if machine.busy_time <= CPU_BUSY_TIME.into() {
        return None;
    }
    let finding = format!(
        "the generator used {} or more of its processors for {} of {} (up to {} over ten seconds)",
        percent(CPU_BUSY_SHARE),
        text(machine.busy_time),
        text(machine.observed),
        percent(share)
    );
    let advice = "give the generator more processors, a lower load, or split the test over machines";
    // A closed loop without waiting drives any generator to its limit; with kernel timestamps its latencies
    // stay true, so the figures stand as long as nothing else speaks against them.
    reason(Subject::Cpu, unstamped_share(evidence) > UNSTAMPED_SHARE_MAX, finding, advice)
}

fn steal(evidence: &Evidence) -> Option<Reason> {
    let share = evidence.machine.steal_share;
    if share <= STEAL_SHARE_MAX {
        return None;
    }
    let finding = format!(
        "other tenants of the machine took {} of the processors (limit {})",
        percent(share),
        percent(STEAL_SHARE_MAX)
    );
    reason(Subject::Steal, true, finding, "use a machine with processors of its own")
}

fn descriptors(evidence: &Evidence) -> Option<Reason> {
    let count = evidence.descriptors_exhausted;
    (count > 0).then_some(())?;
    let finding = format!("file descriptors ran out {count} times");
    reason(Subject::Descriptors, true, finding, "raise the limit, for example with ulimit -n 250000")
}

fn ports(evidence: &Evidence) -> Option<Reason> {
    let count = evidence.ports_exhausted;
    (count > 0).then_some(())?;
    let finding = format!("no local port was left for a connection {count} times");
    reason(
        Subject::Ports,
        true,
        finding,
        "reuse connections, widen net.ipv4.ip_local_port_range, or use more source addresses",
    )
}

fn clock(evidence: &Evidence) -> Option<Reason> {
    let jump = evidence.machine.wall_jump;
    if jump <= WALL_JUMP_MAX {
        return None;
    }
    let finding = format!("the wall clock was set by {} during the run", text(jump));
    // Durations come from the monotonic clock; only the time of day of samples is off.
    reason(Subject::Clock, false, finding, "let the clock be slewed rather than set while tests run")
}

fn timestamps(evidence: &Evidence) -> Option<Reason> {
    let (without, all) = evidence.unstamped;
    let share = unstamped_share(evidence);
    if all == 0 || share <= UNSTAMPED_SHARE_MAX {
        return None;
    }
    let finding = format!(
        "{without} of {all} latencies ({}) are not timed by the kernel and include the generator's own delay",
        percent(share)
    );
    reason(Subject::Timestamps, false, finding, "see that lags and processor use stay low")
}

fn series(evidence: &Evidence) -> Option<Reason> {
    let count = evidence.series_folded;
    (count > 0).then_some(())?;
    let finding = format!("there were too many combinations of tags: {count} tag values became 'other'");
    // Totals stay right; what is judged or shown by a tag may lack samples.
    reason(Subject::Series, false, finding, "give requests with many addresses one name, by the tag name")
}

fn outputs(evidence: &Evidence) -> Option<Reason> {
    let lossy = &evidence.lossy_outputs;
    (!lossy.is_empty()).then_some(())?;
    let each: Vec<String> =
        lossy.iter().map(|output| format!("{} lost {} samples", output.name, output.dropped)).collect();
    let finding = format!("outputs could not keep up: {}", each.join(", "));
    reason(Subject::Outputs, false, finding, "the summary is complete; what the output holds is not")
}

fn unstamped_share(evidence: &Evidence) -> f64 {
    let (without, all) = evidence.unstamped;
    if all == 0 { 0.0 } else { without as f64 / all as f64 }
}

fn percent(share: f64) -> String {
    format!("{:.1}%", share * 100.0)
}

/// A span with as many digits as it deserves.
fn text(span: Nanos) -> String {
    let step = match span.0 {
        0..10_000_000 => 1_000,
        10_000_000..10_000_000_000 => 1_000_000,
        _ => 100_000_000,
    };
    duration::format_go(Duration::from_nanos(span.0 / step * step))
}
