//! A search that was kept, worked out again from what its trials said.
//!
//! Main type: [`Recalled`]. The verdicts on levels and the laws come from the same arithmetic as when the search was made;
//! only how it ended is taken from its entry. What is written there is the business of [`super::diary`].

use insight::capacity::{Found, Question, Second, Starved, Step, Why, laws};
use model::Sla;
use serde_json::Value;
use stats::batches::Slice;
use stats::search::{Answer, Limits};
use store::Search;

use super::aim::Aim;
use super::field::Recovery;
use super::outcome::{Outcome, Standing, why};
use crate::error::Error;

/// Every reason for a trial.
const REASONS: [Why; 6] = [Why::Bracket, Why::Bisect, Why::Longer, Why::Confirm, Why::UpperEnd, Why::Climb];

/// A search that was kept.
pub struct Recalled {
    name: String,
    aim: Aim,
    found: Found,
    recovery: Option<Recovery>,
    standing: Standing,
}

impl Recalled {
    /// Reads a search and what its trials said; `standing` is what it is without an answer.
    ///
    /// # Errors
    /// When the entry is none that this program could have written.
    pub fn of(search: &Search, trials: &[Value], standing: Standing) -> Result<Self, Error> {
        let damaged = || Error::File(format!("the search {} cannot be read", search.id));
        let aim = aim(&search.aim).ok_or_else(damaged)?;
        let steps: Option<Vec<(Why, Step)>> = trials.iter().map(step).collect();
        let outcome = search.outcome.as_ref();
        let answer = outcome.and_then(|outcome| answer(&outcome["answer"]));
        let mut found = Found::recalled(&aim.question, steps.ok_or_else(damaged)?, answer);
        if aim.breakpoint {
            found.settle_whole();
        }
        let standing = match outcome.map(|outcome| outcome["word"] == "stopped") {
            Some(true) => Standing::Stopped,
            Some(false) => Standing::Ended,
            None => standing,
        };
        let recovery = outcome.and_then(|outcome| recovery(&outcome["recovery"]));
        Ok(Self { name: search.name.clone(), aim, found, recovery, standing })
    }

    /// What came of it.
    #[must_use]
    pub fn outcome(&self) -> Outcome<'_> {
        let laws = laws(&self.found.levels, self.aim.open, self.aim.question.level);
        Outcome {
            name: &self.name,
            aim: &self.aim,
            found: self.found.clone(),
            laws,
            recovery: self.recovery.clone(),
            standing: self.standing,
        }
    }
}

fn aim(value: &Value) -> Option<Aim> {
    let is = |name: &str| value[name].as_bool();
    let texts = value["slo"].as_array()?.iter();
    let slas: Vec<Sla> = texts.map(|text| Sla::parse(text.as_str()?).ok()).collect::<Option<_>>()?;
    let limits = &value["limits"];
    let number = |name: &str| limits[name].as_f64();
    let limits = Limits {
        start: number("start")?,
        load_max: number("load_max")?,
        load_min: number("load_min")?,
        seconds: number("seconds")?,
        seconds_max: number("seconds_max")?,
        ratio: number("ratio")?,
        whole: limits["whole"].as_bool()?,
    };
    let question = Question {
        limits,
        allowed: slas.iter().map(|sla| sla.allowed).collect(),
        settle_s: usize::try_from(value["settle_seconds"].as_u64()?).ok()?,
        level: value["confidence"].as_f64()?,
    };
    Some(Aim {
        slas,
        open: is("open")?,
        poisson: is("poisson")?,
        breakpoint: is("breakpoint")?,
        recovery: is("recovery")?,
        question,
    })
}

fn step(value: &Value) -> Option<(Why, Step)> {
    let reason = REASONS.into_iter().find(|reason| value["why"] == why(*reason))?;
    let second = |one: &Value| {
        Some(Second {
            iterations: one[0].as_u64()?,
            iteration_s: one[1].as_f64()?,
            requests: one[2].as_u64()?,
            failed: one[3].as_u64()?,
            request_s: one[4].as_f64()?,
        })
    };
    let slice = |one: &Value| Some(Slice::new(one[0].as_u64()?, one[1].as_u64()?));
    let slices = |one: &Value| one.as_array()?.iter().map(slice).collect::<Option<Vec<Slice>>>();
    let starved = |one: &Value| {
        Some(Starved { why: one["why"].as_str()?.to_owned(), voids_failure: one["voids_failure"].as_bool()? })
    };
    let step = Step {
        offered: value["load"].as_f64()?,
        load_seconds: usize::try_from(value["load_seconds"].as_u64()?).ok()?,
        seconds: value["seconds"].as_array()?.iter().map(second).collect::<Option<_>>()?,
        objectives: value["objectives"].as_array()?.iter().map(slices).collect::<Option<_>>()?,
        in_flight: value["under_way"].as_f64(),
        starved: starved(&value["generator"]),
    };
    Some((reason, step))
}

fn answer(value: &Value) -> Option<Answer> {
    let number = |name: &str| value[name].as_f64();
    Some(match value["kind"].as_str()? {
        "bracket" => Answer::Bracket { kept: number("kept")?, not_kept: number("not_kept")? },
        "at_least" => Answer::AtLeast(number("kept")?),
        "below" => Answer::Below(number("not_kept")?),
        "generator_limit" => Answer::GeneratorLimit { kept: number("kept"), load: number("load")? },
        _ => return None,
    })
}

fn recovery(value: &Value) -> Option<Recovery> {
    let whole = |name: &str| usize::try_from(value[name].as_u64()?).ok();
    Some(Recovery {
        base: value["base"].as_f64()?,
        peak: value["peak"].as_f64()?,
        peak_s: whole("peak_seconds")?,
        watched_s: whole("watched_seconds")?,
        seconds: value["seconds"].as_f64(),
    })
}
