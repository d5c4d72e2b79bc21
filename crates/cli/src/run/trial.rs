//! One run as a trial: a known load for a known time, of which only the measurements are wanted.
//!
//! [`Stage`] prepares what all trials of a test share; [`Stage::run`] runs one. Nothing is printed or judged, and a trial is
//! only kept as a member of a group: that is the business of whoever asks for trials.

use std::collections::BTreeMap;
use std::sync::Arc;

use clap::ArgMatches;
use metrics::Tallies;
use model::{Bad, Executor, ExitCode, Options, Scenario, SegmentTuple, Selector};
use report::summary::{Mode, Trust};
use store::Membership;
use tokio::task::LocalSet;

use super::conductor::{Conductor, Parts};
use super::keeping::{self, Keeping, Named};
use super::options::{self, Settled};
use super::results::Wanted;
use super::{network, outputs, profile};
use crate::error::Error;
use crate::flags::{Flags, runtime};
use crate::load::{self, Script};
use crate::session::Session;

/// What all trials of a test share.
pub struct Stage<'a> {
    session: &'a Session,
    matches: &'a ArgMatches,
    script: &'a Script<'a>,
    options: Options,
    segment: SegmentTuple,
    /// What the store calls it.
    named: Named,
    /// The scenario that is run, whose executor is replaced.
    scenario: Scenario,
}

/// What a run measured beside its results.
#[derive(Default)]
pub struct Watch {
    /// Samples by question and second.
    pub tallies: Option<Tallies>,
    /// Whether the generator kept pace; none when the run did not come so far.
    pub trust: Option<Trust>,
    /// Iterations under way, added up over all looks during the load, and how many looks there were.
    pub looks: (u64, u64),
}

impl Watch {
    /// Mean number of iterations under way; none when nobody looked.
    #[must_use]
    pub fn in_flight(&self) -> Option<f64> {
        (self.looks.1 > 0).then(|| self.looks.0 as f64 / self.looks.1 as f64)
    }
}

impl<'a> Stage<'a> {
    /// Loads the test once, to see what is wrong with it. Of several scenarios, `--scenario` must leave one.
    ///
    /// # Errors
    /// Whatever keeps the test from running.
    pub fn new(session: &'a Session, matches: &'a ArgMatches, script: &'a Script<'a>) -> Result<Self, Error> {
        let loaded = load::load(session, matches, script, true)?;
        let Settled { mut options, segment, .. } = options::settle(session, matches, &loaded)?;
        let scenario = profile::only(&mut options)?;
        options.thresholds = None;
        let named = keeping::named(session, &loaded);
        Ok(Self { session, matches, script, options, segment, named, scenario })
    }

    /// What the store calls the test.
    #[must_use]
    pub const fn named(&self) -> &Named {
        &self.named
    }

    /// SLAs of the script, as it has them.
    #[must_use]
    pub fn slas(&self) -> Vec<String> {
        self.options.plimsoll.as_ref().map(|own| own.slas.clone()).unwrap_or_default()
    }

    /// Runs the scenario by this executor and counts what the questions ask for. It is kept in the store as a member of a
    /// group, if there is one.
    ///
    /// # Errors
    /// Whatever kept it from running, or ended it early.
    pub fn run(
        &self,
        executor: Executor,
        questions: &[(Selector, Bad)],
        group: Option<Membership>,
    ) -> Result<Watch, Error> {
        let session = self.session;
        let loaded = load::load(session, self.matches, self.script, true)?;
        let mut scenario = self.scenario.clone();
        (scenario.executor, scenario.start_time) = (executor, std::time::Duration::ZERO);
        let mut options = self.options.clone();
        options.scenarios = Some(BTreeMap::from([(scenario.name.clone(), scenario)]));
        let settled = Settled { options, segment: self.segment.clone(), time_scale: None };
        let net = Arc::new(network(session, &settled)?);
        let outputs = outputs::Asked::read(session, &Flags::default(), &settled, &loaded.registry)?;
        let signals = session.signals.subscribe();
        let (_, questions_asked) = tokio::sync::mpsc::unbounded_channel();
        let keeping = match group {
            Some(group) => {
                let flags =
                    Flags::read(runtime::RUN_FLAGS, self.matches, &session.env).map_err(Error::Usage)?;
                Keeping::start(session, &flags, &loaded, &settled, Some(group))?
            }
            None => Keeping::none(),
        };
        let tallies = Tallies::new(Arc::clone(&loaded.registry), questions.iter().cloned());
        let parts = Parts {
            evaluator: None,
            slas: None,
            watch: Some(Watch { tallies: Some(tallies), ..Watch::default() }),
            net,
            outputs: outputs.start(session)?,
            keeping,
            wanted: silent(),
            signals,
            questions: questions_asked,
            lingers: false,
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|e| Error::Internal(format!("no event loop: {e}")))?;
        crate::pages::for_users(settled.max_vus());
        let conductor = Conductor::start(session, loaded, settled, parts)?;
        let (ended, watch) = LocalSet::new().block_on(&runtime, conductor.conduct_and_tell());
        match ended {
            Ok(ExitCode::SUCCESS) => watch.ok_or_else(|| Error::Internal("the run told nothing".to_owned())),
            Ok(code) => Err(Error::run(code, "a trial failed")),
            Err(error) => Err(error),
        }
    }
}

/// No summary, no files, nothing that fails the run.
fn silent() -> Wanted {
    Wanted {
        mode: Mode::Disabled,
        machine_readable: false,
        page: None,
        export: None,
        trust: false,
        trust_exported: false,
        fail_on_exceptions: false,
        fail_on_checks: false,
        fail_on_inconclusive: false,
        fail_on_untrusted: false,
    }
}
