//! What came of a search, for people: the answer first, then the levels, then what they say of the target.

use insight::capacity::{Level, Settled, little_gap};
use report::quick::span;
use stats::recovery::Beyond;
use stats::search::Answer;
use stats::sla::Verdict;
use stats::usl::Peak;

use super::aim::{Aim, short};
use super::outcome::{Outcome, Standing, beyond, linear, no_queue, verdict, why};
use crate::kept::table::table;

/// The law of scalability leaves residuals that wander more than this: it does not describe the target.
const MISFIT_MAX: f64 = 0.5;
/// Little's law may be off by this share: the number under way is counted ten times a second only.
const LITTLE_MAX: f64 = 0.1;

/// A line for each trial while the search goes on.
#[must_use]
pub fn progress(level: &Level, aim: &Aim) -> String {
    let done = if aim.open { format!(", {}/s done", short(level.throughput)) } else { String::new() };
    let starved =
        level.starved.as_ref().map_or(String::new(), |starved| format!("; generator: {}", starved.why));
    format!(
        "{} for {}s: {}{done}, {}{starved}",
        aim.load(level.offered),
        level.seconds,
        verdict(level.verdict),
        shares(level).join(", "),
    )
}

/// The whole page.
#[must_use]
pub fn text(outcome: &Outcome<'_>) -> String {
    let mut lines = vec![String::new()];
    let model = if outcome.aim.open { "open model" } else { "closed model" };
    lines.push(format!("  CAPACITY of {} for {} ({model})", outcome.name, outcome.aim.objectives()));
    lines.push(String::new());
    lines.extend(answer(outcome).iter().map(|line| format!("    {line}")));
    lines.push(String::new());
    lines.push("  LEVELS".to_owned());
    lines.push(String::new());
    // One objective fits a terminal of 80 columns.
    lines.extend(levels(outcome).lines().map(|line| format!("  {line}")));
    lines.push(String::new());
    lines.push("  THE TARGET".to_owned());
    lines.push(String::new());
    lines.extend(laws(outcome).iter().map(|line| format!("    {line}")));
    lines.push(String::new());
    lines.join("\n")
}

/// The finding in a sentence or two.
pub fn answer(outcome: &Outcome<'_>) -> Vec<String> {
    let (aim, found) = (outcome.aim, &outcome.found);
    let load = |load: f64| aim.load(load);
    let level = short(aim.question.level * 100.0);
    let upper = || match found.broken {
        Some(broken) => format!("not kept at {}", load(broken)),
        None => "no load was certainly too high".to_owned(),
    };
    if let Some(lines) = unanswered(outcome) {
        return lines;
    }
    match found.answer {
        Some(Answer::Bracket { kept, not_kept }) => vec![
            format!("kept at {} (confirmed), {}; each at {level}% confidence", load(kept), upper()),
            format!("the lowest load that could not be shown to be kept is {}", load(not_kept)),
        ],
        Some(Answer::AtLeast(kept)) => {
            vec![format!("kept at {} (confirmed), the highest load that was to be tried", load(kept))]
        }
        Some(Answer::Below(lowest)) => vec![format!("not even {} could be shown to be kept", load(lowest))],
        Some(Answer::GeneratorLimit { kept, load: tried }) => vec![match kept {
            Some(kept) => format!("at least {}: the generator could not make {}", load(kept), load(tried)),
            None => format!("not known: the generator could not make {}", load(tried)),
        }],
        None => vec![match (found.kept, found.broken) {
            _ if found.starved().is_some() => starved(outcome),
            (Some(whole), Some(broken)) => {
                format!(
                    "breaks between {} and {} ({level}% confidence that it is broken there)",
                    load(whole),
                    load(broken)
                )
            }
            (None, Some(broken)) => format!("broken at {}, the first load that was tried", load(broken)),
            (Some(whole), None) => format!("not broken at {}, the highest load that was tried", load(whole)),
            (None, None) => "nothing was measured".to_owned(),
        }],
    }
}

/// What a climb says that the generator ended.
fn starved(outcome: &Outcome<'_>) -> String {
    let (aim, found) = (outcome.aim, &outcome.found);
    let tried = found.starved().map_or(0.0, |level| level.offered);
    match found.kept.filter(|kept| *kept < tried) {
        Some(whole) => {
            format!("not broken at {}: the generator could not make {}", aim.load(whole), aim.load(tried))
        }
        None => format!("not known: the generator could not make {}", aim.load(tried)),
    }
}

/// What is said of a search that has no answer.
fn unanswered(outcome: &Outcome<'_>) -> Option<Vec<String>> {
    let said = match outcome.standing {
        Standing::Ended => return None,
        Standing::Stopped => "ended by the user before there was an answer",
        Standing::Running => "under way: there is no answer yet",
        Standing::Killed => "killed before there was an answer",
    };
    let (aim, found) = (outcome.aim, &outcome.found);
    let mut lines = vec![said.to_owned()];
    lines.extend(found.kept.map(|kept| format!("up to then kept at {}, not confirmed", aim.load(kept))));
    lines.extend(found.broken.map(|broken| format!("up to then not kept at {}", aim.load(broken))));
    Some(lines)
}

fn levels(outcome: &Outcome<'_>) -> String {
    let titles = level_titles(outcome.aim);
    let titles: Vec<&str> = titles.iter().map(String::as_str).collect();
    table(&titles, &level_rows(outcome))
}

/// The titles of the table of levels; those that begin with a space are of numbers.
pub fn level_titles(aim: &Aim) -> Vec<String> {
    let usual = ["LOAD", " FOR", "VERDICT", " DONE/S", " MEAN", " FAILED"];
    let bad = aim.slas.iter().map(|sla| format!(" NOT '{}'", sla.source));
    usual.map(str::to_owned).into_iter().chain(bad).collect()
}

/// A row for each level, the lowest load first.
pub fn level_rows(outcome: &Outcome<'_>) -> Vec<Vec<String>> {
    let row = |level: &Level| {
        let mut cells = vec![
            outcome.aim.load(level.offered),
            format!("{}s", level.seconds),
            verdict(level.verdict).to_owned(),
            short(level.throughput),
            span(level.response_s * 1e3),
            percent(level.errors),
        ];
        cells.extend(shares(level));
        cells
    };
    let mut sorted: Vec<&Level> = outcome.found.levels.iter().collect();
    sorted.sort_by(|a, b| a.offered.total_cmp(&b.offered));
    sorted.into_iter().map(row).collect()
}

/// The titles of the list of trials, beside their runs.
pub const TRIAL_TITLES: [&str; 4] = [" TRIAL", "LOAD", "WHY", "VERDICT"];

/// A row for each trial in the order in which they were made.
pub fn trial_rows(outcome: &Outcome<'_>) -> Vec<Vec<String>> {
    let row = |(number, level): (usize, &Level)| {
        vec![
            number.to_string(),
            outcome.aim.load(level.offered),
            why(level.why).replace('_', " "),
            verdict(level.verdict).to_owned(),
        ]
    };
    (1..).zip(&outcome.found.levels).map(row).collect()
}

/// For each objective the share that was bad, with its interval.
fn shares(level: &Level) -> Vec<String> {
    let share = |judged: &stats::sla::Judgement| match judged.rate {
        Some(rate) => format!(
            "{} [{}, {}]",
            percent(rate.rate),
            percent(rate.interval.lower),
            percent(rate.interval.upper)
        ),
        None => "-".to_owned(),
    };
    level.objectives.iter().map(share).collect()
}

fn percent(share: f64) -> String {
    format!("{:.2}%", share * 100.0)
}

/// What the levels say of the target, a sentence each.
pub fn laws(outcome: &Outcome<'_>) -> Vec<String> {
    let (laws, aim) = (&outcome.laws, outcome.aim);
    let mut lines = Vec::new();
    if let Some(plateau) = laws.plateau {
        lines.push(format!("plateau: throughput stops following the load at {}/s", short(plateau)));
    }
    lines.push(match laws.beyond {
        Beyond::NotReached => "past the limit: no load was tried that throughput lagged behind".to_owned(),
        Beyond::Graceful => {
            "past the limit: graceful, throughput stays at nine tenths of its best or more".to_owned()
        }
        Beyond::Collapse => {
            format!("past the limit: {}, throughput falls below nine tenths of its best", beyond(laws.beyond))
        }
    });
    if let Some(recovery) = &outcome.recovery {
        let overload = format!("{}s at {}", recovery.peak_s, aim.load(recovery.peak));
        lines.push(match recovery.seconds {
            Some(seconds) => format!(
                "recovery: as before {seconds:.0}s after {overload}, back at {}",
                aim.load(recovery.base)
            ),
            None => format!(
                "recovery: not within {}s after {overload}, back at {}",
                recovery.watched_s,
                aim.load(recovery.base)
            ),
        });
    }
    if let Some(knee) = laws.knee {
        lines.push(format!(
            "knee of the response times: {} (it says how far was tested, no more)",
            aim.load(knee.load)
        ));
    }
    lines.extend(curve(outcome));
    lines.push(match &laws.queue {
        Ok(fit) => format!(
            "a queue with {} servers of {}/s each fits; it would carry {}/s [{}, {}]; evenly paced requests wait less",
            fit.queue.servers,
            short(fit.queue.rate),
            short(fit.queue.capacity()),
            short(fit.capacity.lower),
            short(fit.capacity.upper),
        ),
        Err(why) => format!("no queue is fitted: {}", no_queue(*why)),
    });
    lines.push(little(outcome));
    lines
}

/// The law of scalability, as far as it may be quoted.
fn curve(outcome: &Outcome<'_>) -> Vec<String> {
    let laws = &outcome.laws;
    let Some(curve) = &laws.curve else {
        return vec!["no law of scalability: that takes four levels with one or more under way".to_owned()];
    };
    let mut lines = Vec::new();
    let usl = &curve.usl;
    lines.push(format!(
        "scalability: contention {}, coherency {}, throughput of one {}/s",
        tiny(usl.contention),
        tiny(usl.coherency),
        short(usl.one)
    ));
    if curve.misfit > MISFIT_MAX {
        lines.push("  the law does not describe this target: what it leaves wanders".to_owned());
    }
    lines.push(match curve.peak {
        Peak::Measured { size, size_interval, throughput } => format!(
            "  peak: {}/s with {} under way [{}, {}]",
            short(throughput),
            short(size),
            short(size_interval.lower),
            short(size_interval.upper)
        ),
        Peak::Extrapolated { size, size_interval } => format!(
            "  peak: beyond what was tried; a guess is {} under way [{}, {}]",
            short(size),
            short(size_interval.lower),
            short(size_interval.upper)
        ),
        Peak::None => "  peak: none can be told from these levels".to_owned(),
    });
    if let Some(scaled) = laws.scaled {
        lines.push(format!(
            "  {} under way do {} times the work of one ({}); serial share {} (Amdahl), {} (Gustafson)",
            short(scaled.size),
            short(scaled.speed_up),
            percent(scaled.efficiency),
            percent(scaled.amdahl_serial),
            percent(scaled.gustafson_serial),
        ));
    }
    if let Some((verdict, slope, interval)) = laws.linearity {
        lines.push(format!(
            "  growth: {} (slope of the logarithms {} [{}, {}])",
            linear(verdict),
            short(slope),
            short(interval.lower),
            short(interval.upper)
        ));
    }
    lines
}

/// Whether what was counted agrees with what was timed.
fn little(outcome: &Outcome<'_>) -> String {
    let settled = outcome
        .found
        .levels
        .iter()
        .filter(|one| one.settled != Settled::Never && one.verdict != Verdict::Fail);
    let gaps: Vec<f64> =
        settled.filter(|one| one.in_flight.is_some_and(|n| n >= 1.0)).filter_map(little_gap).collect();
    match gaps.iter().copied().reduce(f64::max) {
        None => "Little's law: not checked, there was hardly ever anything under way".to_owned(),
        Some(gap) if gap <= LITTLE_MAX => format!("Little's law holds within {}", percent(gap)),
        Some(gap) => format!("Little's law is off by up to {}: times and counts do not agree", percent(gap)),
    }
}

/// A small number to two places that count.
fn tiny(number: f64) -> String {
    if number == 0.0 { "0".to_owned() } else { format!("{number:.2e}") }
}
