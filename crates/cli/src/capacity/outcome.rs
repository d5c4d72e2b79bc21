//! What came of a search, for programs; and what it means for the exit status.
//!
//! Main type: [`Outcome`].

use insight::capacity::{Found, Laws, Level, Settled, Why, little_gap};
use model::ExitCode;
use serde_json::{Value, json};
use stats::Interval;
use stats::queueing::NoQueue;
use stats::recovery::Beyond;
use stats::scaling::Linearity;
use stats::search::Answer;
use stats::sla::Verdict;
use stats::usl::Peak;

use super::aim::Aim;
use super::field::Recovery;
use crate::error::Error;

/// What came of a search.
pub struct Outcome<'a> {
    /// The test as the user named it.
    pub name: &'a str,
    /// What was looked for.
    pub aim: &'a Aim,
    /// What was found.
    pub found: Found,
    /// What the levels say of the target.
    pub laws: Laws,
    /// How it came through an overload; none where that was not tried.
    pub recovery: Option<Recovery>,
    /// Whether it came to its end.
    pub standing: Standing,
}

/// Whether a search came to its end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    /// It did.
    Ended,
    /// The user ended it.
    Stopped,
    /// Not yet.
    Running,
    /// It never will.
    Killed,
}

impl Standing {
    /// The word for one that has no answer.
    #[must_use]
    pub const fn unanswered(self) -> Option<&'static str> {
        match self {
            Self::Ended => None,
            Self::Stopped => Some("stopped"),
            Self::Running => Some("running"),
            Self::Killed => Some("killed"),
        }
    }
}

impl Outcome<'_> {
    /// In a word how it ended.
    #[must_use]
    pub fn word(&self) -> &'static str {
        if let Some(word) = self.standing.unanswered() {
            return word;
        }
        match self.found.answer {
            _ if self.found.starved().is_some() => "generator_limit",
            None if self.found.broken.is_some() => "broken",
            None => "not_broken",
            Some(Answer::Bracket { .. }) => "found",
            Some(Answer::AtLeast(_)) => "at_least",
            Some(Answer::Below(_)) => "below",
            Some(Answer::GeneratorLimit { .. }) => "generator_limit",
        }
    }

    /// The exit status.
    ///
    /// # Errors
    /// When not even the lowest load is kept, the generator gave up, or the user did.
    pub fn exit(&self) -> Result<ExitCode, Error> {
        match self.word() {
            "stopped" => Err(Error::run(ExitCode::EXTERNAL_ABORT, "the search was ended by a signal")),
            "below" => Err(Error::run(
                ExitCode::THRESHOLDS_FAILED,
                format!("not even the lowest load keeps {}", self.aim.objectives()),
            )),
            "generator_limit" => {
                let why = self.found.starved().and_then(|level| level.starved.as_ref());
                let why = why.map_or(String::new(), |starved| format!(": {}", starved.why));
                Err(Error::run(
                    ExitCode::MARKED_FAILED,
                    format!("the generator could not make the load{why}"),
                )
                .with_hint("the target may carry more: use a faster machine, or one with less else to do"))
            }
            _ => Ok(ExitCode::SUCCESS),
        }
    }

    /// Everything, for programs.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let question = &self.aim.question;
        json!({
            "test": self.name,
            "objectives": self.aim.slas.iter().map(|sla| sla.source.as_str()).collect::<Vec<_>>(),
            "model": if self.aim.open { "open" } else { "closed" },
            "unit": if self.aim.open { "iterations/s" } else { "users" },
            "confidence": question.level,
            "outcome": self.word(),
            "kept": self.found.kept,
            "not_kept": not_kept(&self.found),
            "broken": self.found.broken,
            "levels": self.found.levels.iter().map(|level| level_json(level, self.aim)).collect::<Vec<_>>(),
            "laws": laws_json(&self.laws),
            "recovery": self.recovery.as_ref().map(|one| json!({
                "base": one.base,
                "overload": one.peak,
                "overload_seconds": one.peak_s,
                "watched_seconds": one.watched_s,
                "recovered_after_seconds": one.seconds,
            })),
        })
    }
}

fn not_kept(found: &Found) -> Option<f64> {
    match found.answer {
        Some(Answer::Bracket { not_kept, .. }) => Some(not_kept),
        Some(Answer::Below(load)) => Some(load),
        _ => None,
    }
}

/// A verdict on a level in a word.
#[must_use]
pub const fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "kept",
        Verdict::Inconclusive => "inconclusive",
        Verdict::Fail => "broken",
    }
}

/// Why a trial was run, in a word.
#[must_use]
pub const fn why(why: Why) -> &'static str {
    match why {
        Why::Bracket => "bracket",
        Why::Bisect => "bisect",
        Why::Longer => "longer",
        Why::Confirm => "confirm",
        Why::UpperEnd => "upper_end",
        Why::Climb => "climb",
    }
}

fn interval(interval: &Interval) -> Value {
    let end = |value: f64| if value.is_finite() { json!(value) } else { Value::Null };
    json!([end(interval.lower), end(interval.upper)])
}

fn level_json(level: &Level, aim: &Aim) -> Value {
    let settled = match level.settled {
        Settled::From(second) => json!(second),
        Settled::Never => json!("never"),
        Settled::Unknown(_) => json!("too short to tell"),
    };
    let objectives = level.objectives.iter().zip(&aim.slas).map(|(judged, sla)| {
        json!({
            "objective": sla.source,
            "verdict": verdict(judged.verdict),
            "allowed_share": sla.allowed,
            "share": judged.rate.map(|rate| rate.rate),
            "interval": judged.rate.map(|rate| interval(&rate.interval)),
        })
    });
    json!({
        "load": level.offered,
        "why": why(level.why),
        "verdict": verdict(level.verdict),
        "settled_from_second": settled,
        "measured_seconds": level.seconds,
        "iterations_per_second": level.throughput,
        "iteration_seconds": level.iteration_s,
        "requests_per_second": level.requests,
        "request_seconds": level.response_s,
        "failed_share": level.errors,
        "under_way": level.in_flight,
        "little_gap": little_gap(level),
        "objectives": objectives.collect::<Vec<_>>(),
        "generator": level.starved.as_ref().map(|starved| starved.why.as_str()),
    })
}

fn laws_json(laws: &Laws) -> Value {
    let curve = laws.curve.as_ref().map(|curve| {
        let ends = curve.usl.intervals(0.95);
        let end = |at: usize| ends[at].as_ref().map(interval);
        let peak = match curve.peak {
            Peak::Measured { size, size_interval, throughput } => json!({
                "known": "measured", "size": size, "interval": interval(&size_interval), "throughput": throughput,
            }),
            Peak::Extrapolated { size, size_interval } => {
                json!({ "known": "extrapolated", "size": size, "interval": interval(&size_interval) })
            }
            Peak::None => json!({ "known": "none" }),
        };
        json!({
            "contention": { "value": curve.usl.contention, "interval": end(0) },
            "coherency": { "value": curve.usl.coherency, "interval": end(1) },
            "throughput_of_one": { "value": curve.usl.one, "interval": end(2) },
            "misfit": curve.misfit,
            "peak": peak,
        })
    });
    let queue = match &laws.queue {
        Ok(fit) => json!({
            "servers": fit.queue.servers,
            "rate_of_one": { "value": fit.queue.rate, "interval": interval(&fit.rate) },
            "capacity": { "value": fit.queue.capacity(), "interval": interval(&fit.capacity) },
            "relative_error": fit.error,
        }),
        Err(why) => json!({ "refused": no_queue(*why) }),
    };
    json!({
        "scalability": curve,
        "speed_up": laws.scaled.map(|one| json!({
            "size": one.size,
            "speed_up": one.speed_up,
            "efficiency": one.efficiency,
            "amdahl_serial_share": one.amdahl_serial,
            "gustafson_serial_share": one.gustafson_serial,
        })),
        "linearity": laws.linearity.map(|(verdict, slope, ends)| json!({
            "verdict": linear(verdict), "slope": slope, "interval": interval(&ends),
        })),
        "queue": queue,
        "plateau": laws.plateau,
        "knee": laws.knee.map(|knee| json!({ "load": knee.load, "request_seconds": knee.response_s })),
        "beyond": beyond(laws.beyond),
    })
}

/// How throughput grows, in a word.
#[must_use]
pub const fn linear(linearity: Linearity) -> &'static str {
    match linearity {
        Linearity::Linear => "linear",
        Linearity::Sublinear => "sublinear",
        Linearity::Inconclusive => "inconclusive",
    }
}

/// Why no queue was fitted.
#[must_use]
pub const fn no_queue(why: NoQueue) -> &'static str {
    match why {
        NoQueue::TooFewLoads => "fewer than four levels that settled and were kept",
        NoQueue::LoadTooLow => "the levels stay below half of what a queue would carry",
        NoQueue::Misfit => "response times do not look like those of a queue",
    }
}

/// What happens past the limit, in a word.
#[must_use]
pub const fn beyond(beyond: Beyond) -> &'static str {
    match beyond {
        Beyond::Graceful => "graceful",
        Beyond::Collapse => "collapse",
        Beyond::NotReached => "not_reached",
    }
}
