//! Keeping a search in the store while it goes on: its aim, what each trial said, what was decided.
//!
//! Main type: [`Diary`]. Each trial is a run of the store as well, a member of the group that has the search's id. As with
//! runs, a store that fails never ends a search: one warning says that it is not kept. The documents that are written
//! here are read by [`super::recall`].

use clap::ArgMatches;
use insight::capacity::{Ask, Second, Step};
use model::{ExitCode, Level, Record};
use serde_json::{Value, json};
use stats::search::Answer;
use store::{Membership, Searching, Sought};

use super::aim::Aim;
use super::field::Recovery;
use super::outcome::{Outcome, why};
use crate::error::Error;
use crate::flags::{Flags, runtime};
use crate::kept::now_ms;
use crate::run::keeping::{self, Named};
use crate::session::Session;

/// What the group's run is called in which the target was overloaded.
const OVERLOAD: &str = "overload";

/// The search's entry in the store, if it has one.
pub struct Diary<'a> {
    session: &'a Session,
    searching: Option<Searching>,
}

impl<'a> Diary<'a> {
    /// Begins to keep a search, unless the user wants no store or has no place for one.
    ///
    /// # Errors
    /// When the place is none that can be had, or the policy is none.
    pub fn begin(
        session: &'a Session,
        matches: &ArgMatches,
        named: &Named,
        aim: &Aim,
    ) -> Result<Self, Error> {
        let flags = Flags::read(runtime::RUN_FLAGS, matches, &session.env).map_err(Error::Usage)?;
        let mut diary = Self { session, searching: None };
        let Some(place) = keeping::place(session, &flags)? else { return Ok(diary) };
        let sought = Sought {
            name: named.name.clone(),
            script_path: named.path.clone(),
            aim: aim_json(aim),
            started_ms: now_ms(session),
            retention: keeping::retention(&flags)?,
        };
        match Searching::begin(&place, &sought) {
            Ok(searching) => diary.searching = Some(searching),
            Err(why) => diary.lost(&why),
        }
        Ok(diary)
    }

    /// Says once that the search is not kept, or not any longer.
    fn lost(&mut self, why: &store::Error) {
        self.searching = None;
        let record = Record::new(Level::Warning, "this search is not kept");
        self.session.logger().log(record.with("error", why.to_string()));
    }

    /// The id by which the search will be found.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.searching.as_ref().map(Searching::id)
    }

    /// What a trial's run is a member of.
    #[must_use]
    pub fn member(&self, ask: &Ask, aim: &Aim) -> Option<Membership> {
        self.membership(aim.load(ask.load), ask.number)
    }

    /// What the run is a member of in which the target is overloaded after so many trials.
    #[must_use]
    pub fn overload(&self, trials: usize) -> Option<Membership> {
        self.membership(OVERLOAD.to_owned(), trials + 1)
    }

    fn membership(&self, variant: String, number: usize) -> Option<Membership> {
        Some(Membership { group: self.id()?.to_owned(), variant, round: u32::try_from(number).ok()? })
    }

    /// Keeps what a trial said.
    pub fn trial(&mut self, ask: &Ask, step: &Step) {
        let Some(searching) = &mut self.searching else { return };
        let number = u32::try_from(ask.number).unwrap_or(u32::MAX);
        if let Err(why) = searching.trial(number, &step_json(ask, step), now_ms(self.session)) {
            self.lost(&why);
        }
    }

    /// Keeps what was decided.
    pub fn end(mut self, outcome: &Outcome<'_>, code: ExitCode) {
        let Some(searching) = self.searching.take() else { return };
        if let Err(why) = searching.end(code.0, &outcome_json(outcome), now_ms(self.session)) {
            self.lost(&why);
        }
    }
}

fn aim_json(aim: &Aim) -> Value {
    let limits = &aim.question.limits;
    json!({
        "slo": aim.slas.iter().map(|sla| sla.source.as_str()).collect::<Vec<_>>(),
        "open": aim.open,
        "poisson": aim.poisson,
        "breakpoint": aim.breakpoint,
        "recovery": aim.recovery,
        "settle_seconds": aim.question.settle_s,
        "confidence": aim.question.level,
        "limits": {
            "start": limits.start,
            "load_max": limits.load_max,
            "load_min": limits.load_min,
            "seconds": limits.seconds,
            "seconds_max": limits.seconds_max,
            "ratio": limits.ratio,
            "whole": limits.whole,
        },
    })
}

fn step_json(ask: &Ask, step: &Step) -> Value {
    let second =
        |one: &Second| json!([one.iterations, one.iteration_s, one.requests, one.failed, one.request_s]);
    let objectives = step
        .objectives
        .iter()
        .map(|slices| slices.iter().map(|slice| json!([slice.hits, slice.total])).collect::<Value>());
    json!({
        "number": ask.number,
        "why": why(ask.why),
        "load": step.offered,
        "load_seconds": step.load_seconds,
        "seconds": step.seconds.iter().map(second).collect::<Vec<_>>(),
        "objectives": objectives.collect::<Vec<_>>(),
        "under_way": step.in_flight,
        "generator": step.starved.as_ref().map(|starved| json!({
            "why": starved.why,
            "voids_failure": starved.voids_failure,
        })),
    })
}

fn outcome_json(outcome: &Outcome<'_>) -> Value {
    let answer = outcome.found.answer.as_ref().map(|answer| match answer {
        Answer::Bracket { kept, not_kept } => {
            json!({ "kind": "bracket", "kept": kept, "not_kept": not_kept })
        }
        Answer::AtLeast(kept) => json!({ "kind": "at_least", "kept": kept }),
        Answer::Below(load) => json!({ "kind": "below", "not_kept": load }),
        Answer::GeneratorLimit { kept, load } => {
            json!({ "kind": "generator_limit", "kept": kept, "load": load })
        }
    });
    json!({
        "word": outcome.word(),
        "answer": answer,
        "kept": outcome.found.kept,
        "broken": outcome.found.broken,
        "recovery": outcome.recovery.as_ref().map(recovery_json),
    })
}

fn recovery_json(recovery: &Recovery) -> Value {
    json!({
        "base": recovery.base,
        "peak": recovery.peak,
        "peak_seconds": recovery.peak_s,
        "watched_seconds": recovery.watched_s,
        "seconds": recovery.seconds,
    })
}
