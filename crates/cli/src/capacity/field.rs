//! Where trials are made: each is a run of its own, in this process, with the scenario's executor replaced.
//!
//! Main type: [`Field`]. A run of its own starts on a target that has nothing left to do, with connections of its own and
//! with `setup()`; what a trial leaves behind therefore does not spoil the next.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use clap::ArgMatches;
use insight::capacity::{Ask, Found, Second, Starved, Step, recovery};
use metrics::Tally;
use model::{Bad, Executor, ExitCode, Leg, MaxVus, Rhythm, Selector, Stage as Ramp};
use stats::batches::Slice;
use store::Membership;

use super::aim::Aim;
use crate::error::Error;
use crate::load::Script;
use crate::run::keeping::Named;
use crate::run::trial::{Stage, Watch};
use crate::session::Session;

/// What is counted beside the objectives, in this order before them.
const COUNTED: [&str; 3] = ["iteration_duration", "http_req_duration", "http_req_failed"];
/// Loads are given to the executor in hundredths.
const HUNDREDTHS: f64 = 100.0;
/// The seed of random arrivals: every trial has its own, and a search can be repeated.
const SEED: u64 = 0x5eed;

/// Where trials are made.
pub struct Field<'a> {
    stage: Stage<'a>,
    /// What they are made for.
    pub aim: Aim,
    questions: Vec<(Selector, Bad)>,
    stopped: Cell<bool>,
    trials: RefCell<u64>,
}

/// How the target came through an overload.
#[derive(Clone, Debug)]
pub struct Recovery {
    /// The load before and after it.
    pub base: f64,
    /// The overload.
    pub peak: f64,
    /// How many seconds it lasted.
    pub peak_s: usize,
    /// How many seconds were watched after it.
    pub watched_s: usize,
    /// Seconds from its end to recovery; none when it did not recover while it was watched.
    pub seconds: Option<f64>,
}

impl<'a> Field<'a> {
    /// Loads the test and asks what is wanted, given the SLAs of its own.
    ///
    /// # Errors
    /// Whatever keeps the test from running.
    pub fn prepare(
        session: &'a Session,
        matches: &'a ArgMatches,
        script: &'a Script<'a>,
        aim: impl FnOnce(&[String]) -> Result<Aim, Error>,
    ) -> Result<Self, Error> {
        let stage = Stage::new(session, matches, script)?;
        let aim = aim(&stage.slas())?;
        let plain = |name: &str| Selector { metric: name.to_owned(), tags: Vec::new() };
        let counted = COUNTED.iter().map(|name| (plain(name), Bad::Nonzero));
        let questions = counted.chain(aim.slas.iter().map(|sla| (sla.selector.clone(), sla.bad))).collect();
        Ok(Self { stage, aim, questions, stopped: Cell::new(false), trials: RefCell::new(0) })
    }

    /// What the store calls the test.
    pub const fn named(&self) -> &Named {
        self.stage.named()
    }

    /// Whether the user wanted no more.
    pub fn stopped(&self) -> bool {
        self.stopped.get()
    }

    /// Runs one trial, which is kept as a member of a group; none when the user wants no more.
    ///
    /// # Errors
    /// Whatever ended it.
    pub fn trial(&self, ask: &Ask, group: Option<Membership>) -> Result<Option<Step>, Error> {
        let settle = self.aim.question.settle_s as f64;
        let length = (settle + ask.seconds).ceil().max(1.0);
        let executor = self.executor(ask.load, length);
        let Some(watch) = self.run(executor, group)? else { return Ok(None) };
        let starved = starved(&watch);
        Ok(Some(Step {
            offered: ask.load,
            load_seconds: length as usize,
            seconds: self.seconds(&watch),
            objectives: self.objectives(&watch),
            in_flight: watch.in_flight(),
            starved,
        }))
    }

    /// Overloads the target for a while and sees how long it takes to be as before; none where that is not wanted, or
    /// where it is not known what an overload is.
    ///
    /// # Errors
    /// Whatever ended it.
    pub fn overload(&self, found: &Found, group: Option<Membership>) -> Result<Option<Recovery>, Error> {
        let Some((kept, broken)) = found.kept.zip(found.broken).filter(|_| self.aim.recovery) else {
            return Ok(None);
        };
        let (base, peak) = (self.grain(0.7 * kept), self.grain(1.25 * broken));
        let seconds = self.aim.question.limits.seconds;
        let calm = (seconds / 2.0).clamp(3.0, 30.0).ceil() as usize + self.aim.question.settle_s;
        let peak_s = (seconds / 4.0).clamp(3.0, 15.0).ceil() as usize;
        let watched_s = 3 * calm;
        let phases = [(base, calm), (peak, peak_s), (base, watched_s)];
        let Some(watch) = self.run(self.ramp(&phases), group)? else { return Ok(None) };
        let settle = self.aim.question.settle_s;
        let all = self.seconds(&watch);
        let end = (calm + peak_s + watched_s).min(all.len());
        let seconds = recovery(&all[settle.min(end)..end], calm - settle, calm - settle + peak_s);
        Ok(Some(Recovery { base, peak, peak_s, watched_s, seconds }))
    }

    /// A load that the executor can make.
    fn grain(&self, load: f64) -> f64 {
        if self.aim.open { (load * HUNDREDTHS).round().max(1.0) / HUNDREDTHS } else { load.round().max(1.0) }
    }

    fn executor(&self, load: f64, seconds: f64) -> Executor {
        let duration = Duration::from_secs_f64(seconds);
        if !self.aim.open {
            return Executor::ConstantVus { vus: load.round().max(1.0) as u64, duration };
        }
        if self.aim.poisson {
            *self.trials.borrow_mut() += 1;
            let seed = SEED + *self.trials.borrow();
            let rhythm = Rhythm::Poisson { per_second: load.round().max(1.0) as u64, seed };
            return Executor::Timetable { legs: vec![Leg { duration, rhythm }] };
        }
        Executor::ConstantArrivalRate {
            rate: (load * HUNDREDTHS).round().max(1.0) as u64,
            time_unit: Duration::from_secs(HUNDREDTHS as u64),
            duration,
            pre_allocated_vus: users_to_begin_with(load),
            max_vus: MaxVus::Auto,
        }
    }

    /// Loads one after the other, with jumps between them.
    fn ramp(&self, phases: &[(f64, usize)]) -> Executor {
        let unit = if self.aim.open { HUNDREDTHS } else { 1.0 };
        let target = |load: f64| (load * unit).round() as u64;
        let stages = phases.iter().flat_map(|(load, seconds)| {
            let stage = |duration| Ramp { duration, target: target(*load) };
            [stage(Duration::ZERO), stage(Duration::from_secs(*seconds as u64))]
        });
        let stages: Vec<Ramp> = stages.collect();
        let (first, most) = (phases[0].0, phases.iter().map(|(load, _)| *load).fold(0.0, f64::max));
        if self.aim.open {
            return Executor::RampingArrivalRate {
                start_rate: target(first),
                time_unit: Duration::from_secs(HUNDREDTHS as u64),
                stages,
                pre_allocated_vus: users_to_begin_with(most),
                max_vus: MaxVus::Auto,
            };
        }
        Executor::RampingVus { start_vus: target(first), stages, graceful_ramp_down: Duration::from_secs(30) }
    }

    fn run(&self, executor: Executor, group: Option<Membership>) -> Result<Option<Watch>, Error> {
        match self.stage.run(executor, &self.questions, group) {
            Ok(watch) => Ok(Some(watch)),
            Err(error) if error.code() == ExitCode::EXTERNAL_ABORT => {
                self.stopped.set(true);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    fn seconds(&self, watch: &Watch) -> Vec<Second> {
        let Some(tallies) = &watch.tallies else { return Vec::new() };
        let all: Vec<&[Tally]> = (0..COUNTED.len()).map(|at| tallies.seconds(at)).collect();
        let most = all.iter().map(|seconds| seconds.len()).max().unwrap_or(0);
        let tally = |of: usize, at: usize| all[of].get(at).copied().unwrap_or_default();
        let second = |at: usize| {
            let (iterations, requests, failures) = (tally(0, at), tally(1, at), tally(2, at));
            Second {
                iterations: iterations.total,
                iteration_s: iterations.sum / 1e3,
                requests: requests.total,
                failed: failures.bad,
                request_s: requests.sum / 1e3,
            }
        };
        (0..most).map(second).collect()
    }

    fn objectives(&self, watch: &Watch) -> Vec<Vec<Slice>> {
        let Some(tallies) = &watch.tallies else { return Vec::new() };
        let slices = |at: usize| {
            tallies.seconds(COUNTED.len() + at).iter().map(|one| Slice::new(one.bad, one.total)).collect()
        };
        (0..self.aim.slas.len()).map(slices).collect()
    }
}

/// Users that are made before an open trial begins; the others are made when they are needed.
fn users_to_begin_with(load: f64) -> u64 {
    (load / 10.0).ceil().clamp(1.0, 1000.0) as u64
}

/// Why the generator could not make the load, if it could not. Arrivals that were dropped for want of users are what a
/// target that is too slow brings about too.
fn starved(watch: &Watch) -> Option<Starved> {
    let trust = watch.trust.as_ref().filter(|trust| !trust.trusted)?;
    let reasons: Vec<_> = trust.reasons.iter().filter(|reason| reason.invalidates).collect();
    let voids_failure = reasons.iter().any(|reason| reason.subject != "dropped_arrivals");
    let why = reasons.iter().map(|reason| reason.text.as_str()).collect::<Vec<_>>().join("; ");
    Some(Starved { why, voids_failure })
}
