//! The search for the highest load that keeps the objectives, and the climb to where a system breaks.
//!
//! Both ask for trials one after the other. [`search`] brackets the limit ([`stats::search`]) and then looks for its upper
//! end, so that the answer is an interval: up to here it is kept, from there on it is not, each at the confidence.

use stats::search::{Answer, Limits, Plan, Reason, Search, Trial};
use stats::sla::Verdict;

use super::{Level, Step, judge_step};

/// How much the load rises from trial to trial of a climb.
const CLIMB: f64 = 1.25;
/// How much it rises in the search for the upper end.
const CREEP: f64 = 1.08;
/// Trials at most in the search for the upper end.
const CREEPS_MAX: usize = 8;
/// Loads so near to the limit that a verdict on them may be wrong.
const LOADS_NEAR: f64 = 2.0;
/// The upper end need not be nearer to the lower one than this.
const INTERVAL_RATIO: f64 = 1.1;

/// What is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// Where to look.
    pub limits: Limits,
    /// The share that each objective allows.
    pub allowed: Vec<f64>,
    /// Seconds at the start of each trial that never count.
    pub settle_s: usize,
    /// The confidence of each verdict.
    pub level: f64,
}

impl Question {
    /// The confidence of one look at a load: an undecided trial is repeated for longer, a bracket ends with two loads or
    /// more next to the limit, and each look at each is another chance to be wrong (Bonferroni).
    fn level_of_a_look(&self) -> f64 {
        let Limits { seconds, seconds_max, .. } = self.limits;
        let looks = (seconds_max / seconds).log2().floor().max(0.0) + 1.0;
        1.0 - (1.0 - self.level) / (LOADS_NEAR * looks)
    }
}

/// Why a trial is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// To find loads on both sides of the limit.
    Bracket,
    /// To come nearer.
    Bisect,
    /// The same for longer, because the trial before did not tell.
    Longer,
    /// To confirm the answer with a fresh, longer trial.
    Confirm,
    /// To find the lowest load that is certainly not kept.
    UpperEnd,
    /// To see where it breaks.
    Climb,
}

/// A trial that is to be run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ask {
    /// Its number, from 1.
    pub number: usize,
    /// Iterations a second, or users.
    pub load: f64,
    /// Seconds to measure, beside those in which it settles.
    pub seconds: f64,
    /// Why.
    pub why: Why,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Found {
    /// How the search ended; `None` when it was stopped, and of a climb.
    pub answer: Option<Answer>,
    /// The highest load that was kept.
    pub kept: Option<f64>,
    /// The lowest load above it that was certainly not kept.
    pub broken: Option<f64>,
    /// All trials, in their order.
    pub levels: Vec<Level>,
}

impl Found {
    /// Takes the lowest load above the kept one that failed.
    fn settle_broken(&mut self) {
        let above = self.kept.unwrap_or(0.0);
        let failed = self.levels.iter().filter(|one| one.verdict == Verdict::Fail && one.offered > above);
        self.broken = failed.map(|one| one.offered).min_by(f64::total_cmp);
    }

    /// What trials say that were made and kept before, each judged as it was then; `answer` is how the search ended, if it
    /// did.
    pub fn recalled(
        question: &Question,
        trials: impl IntoIterator<Item = (Why, Step)>,
        answer: Option<Answer>,
    ) -> Self {
        let level = question.level_of_a_look();
        let levels: Vec<Level> = trials
            .into_iter()
            .map(|(why, step)| judge_step(&step, &question.allowed, question.settle_s, level, why))
            .collect();
        let kept = match answer {
            Some(Answer::Bracket { kept, .. } | Answer::AtLeast(kept)) => Some(kept),
            Some(Answer::GeneratorLimit { kept, .. }) => kept,
            Some(Answer::Below(_)) => None,
            None => {
                let kept = levels.iter().filter(|one| one.verdict == Verdict::Pass && !invalid(one));
                kept.map(|one| one.offered).reduce(f64::max)
            }
        };
        let mut found = Self { answer, kept, broken: None, levels };
        found.settle_broken();
        found
    }

    /// Takes the highest load that did not break it for the kept one, where none certainly was: whoever climbs wants to
    /// know it.
    pub fn settle_whole(&mut self) {
        if self.kept.is_none() {
            let whole =
                self.levels.iter().filter(|one| self.broken.is_none_or(|broken| one.offered < broken));
            self.kept = whole.map(|one| one.offered).reduce(f64::max);
        }
    }

    /// The generator's own limit, if it ended the search.
    pub fn starved(&self) -> Option<&Level> {
        self.levels.last().filter(|one| invalid(one))
    }
}

/// Whether a trial says nothing, because the generator could not make its load.
fn invalid(level: &Level) -> bool {
    level.starved.as_ref().is_some_and(|starved| starved.voids_failure || level.verdict != Verdict::Fail)
}

/// Runs one trial and judges it; `None` when the user wants no more.
fn trial<E>(
    question: &Question,
    ask: Ask,
    found: &mut Found,
    run: &mut impl FnMut(&Ask) -> Result<Option<Step>, E>,
    told: &mut impl FnMut(&Level),
) -> Result<Option<Trial>, E> {
    let Some(step) = run(&ask)? else { return Ok(None) };
    let level = judge_step(&step, &question.allowed, question.settle_s, question.level_of_a_look(), ask.why);
    told(&level);
    let trial = if invalid(&level) { Trial::Invalid } else { Trial::Judged(level.verdict) };
    found.levels.push(level);
    Ok(Some(trial))
}

fn why(plan: &Plan) -> Why {
    match plan.reason {
        Reason::Bracket => Why::Bracket,
        Reason::Bisect => Why::Bisect,
        Reason::Longer => Why::Longer,
        Reason::Confirm => Why::Confirm,
    }
}

/// Searches for the highest load that keeps the objectives. `run` runs a trial, or gives `None` to end the search;
/// `told` hears what each said.
///
/// # Errors
/// Those of `run`.
pub fn search<E>(
    question: &Question,
    mut run: impl FnMut(&Ask) -> Result<Option<Step>, E>,
    mut told: impl FnMut(&Level),
) -> Result<Found, E> {
    let mut found = Found::default();
    let mut search = Search::new(question.limits);
    while let Some(plan) = search.next() {
        let number = found.levels.len() + 1;
        let ask = Ask { number, load: plan.load, seconds: plan.seconds, why: why(&plan) };
        let Some(trial) = trial(question, ask, &mut found, &mut run, &mut told)? else { break };
        search.observe(trial);
        found.kept = search.bracket().0;
    }
    found.answer = search.answer();
    if let Some(Answer::Bracket { kept, not_kept }) = found.answer {
        found.kept = Some(kept);
        found.settle_broken();
        upper_end(question, not_kept, &mut found, &mut run, &mut told)?;
    }
    found.settle_broken();
    Ok(found)
}

/// Looks for the lowest load that certainly is not kept, upward from the lowest one that was not shown to be.
fn upper_end<E>(
    question: &Question,
    not_kept: f64,
    found: &mut Found,
    run: &mut impl FnMut(&Ask) -> Result<Option<Step>, E>,
    told: &mut impl FnMut(&Level),
) -> Result<(), E> {
    let Limits { load_max, seconds, seconds_max, whole, .. } = question.limits;
    let kept = found.kept.unwrap_or(not_kept);
    let mut load = not_kept;
    for _ in 0..CREEPS_MAX {
        let next = if whole { (load * CREEP).round().max(load + 1.0) } else { load * CREEP };
        let near = found.broken.is_some_and(|broken| broken <= next || broken <= kept * INTERVAL_RATIO);
        if near || next > load_max {
            return Ok(());
        }
        load = next;
        let seconds = (2.0 * seconds).min(seconds_max);
        let ask = Ask { number: found.levels.len() + 1, load, seconds, why: Why::UpperEnd };
        let Some(Trial::Judged(verdict)) = trial(question, ask, found, run, told)? else { return Ok(()) };
        if verdict == Verdict::Fail {
            found.broken = Some(load);
        }
    }
    Ok(())
}

/// Raises the load by a quarter from trial to trial until the objectives are certainly broken, the highest load is
/// reached, or the generator gives up.
///
/// # Errors
/// Those of `run`.
pub fn climb<E>(
    question: &Question,
    mut run: impl FnMut(&Ask) -> Result<Option<Step>, E>,
    mut told: impl FnMut(&Level),
) -> Result<Found, E> {
    let mut found = Found::default();
    let Limits { start, load_max, seconds, whole, .. } = question.limits;
    let mut load = start;
    loop {
        let ask = Ask { number: found.levels.len() + 1, load, seconds, why: Why::Climb };
        match trial(question, ask, &mut found, &mut run, &mut told)? {
            Some(Trial::Judged(Verdict::Fail)) => {
                found.broken = Some(load);
                break;
            }
            Some(Trial::Judged(verdict)) if load < load_max => {
                found.kept = if verdict == Verdict::Pass { Some(load) } else { found.kept };
                let next = if whole { (load * CLIMB).round().max(load + 1.0) } else { load * CLIMB };
                load = next.min(load_max);
            }
            Some(Trial::Judged(verdict)) => {
                found.kept = if verdict == Verdict::Pass { Some(load) } else { found.kept };
                break;
            }
            Some(Trial::Invalid) | None => break,
        }
    }
    Ok(found)
}
