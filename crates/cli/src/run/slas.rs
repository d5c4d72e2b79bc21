//! The SLAs of a run: which there are, how they stand second by second, and the verdicts at its end.
//!
//! Main type: [`Slas`]. Frames go in; [`Slas::decided`] looks while the run goes on, and [`Slas::verdicts`] at its end.
//! The statistics are those of `insight`.

use std::sync::Arc;

use insight::{Objective, judge_all};
use metrics::{Aggregate, Frame, Kind, Registry, Sink, Tallies, Tally};
use model::{Bad, Nanos, Selector, Sla};
use report::summary::{SlaVerdict, Slas as Shown, Standing};
use stats::batches::Slice;
use stats::sequential::UntilDecided;
use stats::sla::{Verdict, overall};

use super::options::Settled;
use crate::error::Error;
use crate::flags::{Flags, judgement};

/// Frames of all workers have come so long after the end of their second.
const SETTLING: Nanos = Nanos::from_secs(1);

/// What is to be judged, and what was measured for it.
pub struct Slas {
    all: Vec<Sla>,
    tallies: Tallies,
    level: f64,
    /// Always-valid tests, where the run ends as soon as they have decided.
    tests: Option<Vec<UntilDecided>>,
    /// Seconds that the tests have seen.
    seen: usize,
}

impl Slas {
    /// The SLAs of the flags and of the script; none when nobody wants any.
    ///
    /// # Errors
    /// When one cannot be read, or its metric is none that can have it.
    pub fn read(flags: &Flags, settled: &Settled, registry: &Arc<Registry>) -> Result<Option<Self>, Error> {
        let level = judgement::confidence(flags).map_err(Error::Usage)?;
        let own = settled.options.plimsoll.iter().flat_map(|own| &own.slas);
        let texts = own.chain(flags.list("sla"));
        let all: Result<Vec<Sla>, _> = texts.map(|text| Sla::parse(text)).collect();
        let all = all?;
        let until_decided = flags.on("until-decided");
        if all.is_empty() {
            return match until_decided {
                true => Err(Error::Usage(
                    "--until-decided needs an SLA to decide; give one with --sla".to_owned(),
                )),
                false => Ok(None),
            };
        }
        for sla in &all {
            fits(sla, registry)?;
        }
        let tallies =
            Tallies::new(Arc::clone(registry), all.iter().map(|sla| (sla.selector.clone(), sla.bad)));
        let tests =
            until_decided.then(|| all.iter().map(|sla| UntilDecided::new(sla.allowed, level)).collect());
        Ok(Some(Self { all, tallies, level, tests, seen: 0 }))
    }

    /// The parts of metrics that they are about.
    pub fn selectors(&self) -> impl Iterator<Item = Selector> + '_ {
        self.all.iter().map(|sla| sla.selector.clone())
    }

    /// Takes what a worker measured. `load_began` is when the load began, if it has.
    pub fn frame(&mut self, frame: &Frame, load_began: Option<Nanos>) {
        self.tallies.apply(frame, load_began.and_then(|began| frame.second(began)));
    }

    /// Whether nothing more has to be measured after so much of the run; never unless the user wants that.
    pub fn decided(&mut self, elapsed: Nanos) -> bool {
        let Some(tests) = &mut self.tests else { return false };
        let complete = (elapsed.since(SETTLING).0 / 1_000_000_000) as usize;
        let mut standing = Vec::with_capacity(tests.len());
        for (at, test) in tests.iter_mut().enumerate() {
            let seconds = self.tallies.seconds(at);
            let mut verdict = Verdict::Inconclusive;
            for second in self.seen..complete.max(self.seen) {
                verdict = test.observe(seconds.get(second).map_or(Slice::default(), slice));
            }
            // An empty slice tells nothing, and asks how it stands.
            standing.push(if complete > self.seen { verdict } else { test.observe(Slice::default()) });
        }
        self.seen = self.seen.max(complete);
        standing.contains(&Verdict::Fail) || standing.iter().all(|verdict| *verdict == Verdict::Pass)
    }

    /// How they stand at the end.
    pub fn verdicts(&mut self, state: &Aggregate, trusted: bool, ended_early: bool) -> Shown {
        let objectives: Vec<Objective> = self
            .all
            .iter()
            .enumerate()
            .map(|(at, sla)| Objective {
                text: sla.source.clone(),
                allowed: sla.allowed,
                slices: self.tallies.seconds(at).iter().map(slice).collect(),
                slice_s: 1.0,
            })
            .collect();
        let (mut verdict, mut judged) = judge_all(&objectives, self.level, trusted);
        if let Some(tests) = self.tests.as_mut().filter(|_| trusted) {
            // Who looked every second has only what a test says that allows it.
            for (test, judged) in tests.iter_mut().zip(&mut judged) {
                judged.judgement.verdict = test.observe(Slice::default());
            }
            let verdicts: Vec<Verdict> = judged.iter().map(|one| one.judgement.verdict).collect();
            verdict = overall(&verdicts);
        }
        let sequential = self.tests.is_some();
        let standings = self.all.iter().zip(judged).map(|(sla, judged)| {
            let judgement = judged.judgement;
            let rate = judgement.rate;
            Standing {
                sla: sla.source.clone(),
                verdict: shown(judgement.verdict),
                limit: sla.bad.limit(),
                value: value(sla, state),
                allowed: sla.allowed,
                share: rate.map(|rate| rate.rate),
                interval: rate.map(|rate| (rate.interval.lower, rate.interval.upper)),
                total: rate.map_or(0, |rate| rate.total),
                effective: rate.map(|rate| rate.effective),
                assumes_independence: rate.is_some_and(|rate| rate.assumes_independence),
                too_short: judgement.too_short,
                // How much longer a fixed test would take says nothing of one that may look at any time.
                seconds_more: judged.seconds_more.filter(|_| !sequential),
            }
        });
        let standings = standings.collect();
        Shown {
            verdict: shown(verdict),
            confidence: self.level,
            until_decided: sequential,
            ended_early,
            standings,
        }
    }
}

fn slice(tally: &Tally) -> Slice {
    Slice::new(tally.bad, tally.total)
}

fn shown(verdict: Verdict) -> SlaVerdict {
    match verdict {
        Verdict::Pass => SlaVerdict::Pass,
        Verdict::Inconclusive => SlaVerdict::Inconclusive,
        Verdict::Fail => SlaVerdict::Fail,
    }
}

/// What was measured of a percentile.
fn value(sla: &Sla, state: &Aggregate) -> Option<f64> {
    sla.bad.limit()?;
    match state.sink(&sla.selector)? {
        Sink::Trend(trend) if trend.count() > 0 => Some(trend.quantile(1.0 - sla.allowed)),
        _ => None,
    }
}

/// Whether an SLA's metric can have it.
fn fits(sla: &Sla, registry: &Registry) -> Result<(), Error> {
    let (name, source) = (&sla.selector.metric, &sla.source);
    let Some(metric) = registry.lookup(name) else {
        return Err(Error::Config(format!(
            "the SLA '{source}' is about the metric '{name}', which this test does not have"
        )));
    };
    let wanted = match sla.bad {
        Bad::Above(_) | Bad::From(_) => Kind::Trend,
        Bad::Nonzero | Bad::Zero => Kind::Rate,
    };
    let kind = registry.get(metric).kind;
    if kind == wanted {
        return Ok(());
    }
    Err(Error::Config(format!(
        "the SLA '{source}' wants a {} and '{name}' is a {}",
        wanted.name(),
        kind.name()
    )))
}
