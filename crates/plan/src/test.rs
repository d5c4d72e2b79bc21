//! A plan that is ready to be run: what a loaded script is to the engine, for plans.
//!
//! Main types: [`PlanTest`] and the [`RunOptions`] it is configured with.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use engine::{Control, VuMaker, VuSource, WorkerCtx};
use metrics::TagChoice;
use model::Nanos;

use crate::dialect::Dialect;
use crate::program::{Program, Start};
use crate::value::Vars;
use crate::vu::PlanVuMaker;
use crate::worker::PlanWorker;

/// What users need to know of the run's options.
pub struct RunOptions {
    /// Network settings.
    pub net: Arc<net::Settings>,
    /// The tags on every sample.
    pub tags: BTreeMap<String, String>,
    /// Which system tags samples have.
    pub system_tags: TagChoice,
    /// Cookies outlive an iteration.
    pub no_cookies_reset: bool,
    /// Connections do not outlive an iteration.
    pub no_vu_connection_reuse: bool,
    /// An iteration lasts at least this long.
    pub min_iteration_duration: Option<Nanos>,
    /// The factor on think times; 1 unless the user scales times.
    pub time_scale: f64,
    /// Samples carry the number of the stage in which their iteration began.
    pub stage_tag: bool,
    /// The lag of the generator is a metric too.
    pub generator_lag: bool,
    /// Users in the whole test, at most; those of other machines too.
    pub users: u64,
    /// Which rows of data are this machine's.
    pub share: model::Share,
    /// Steers and counts the run.
    pub control: Arc<Control>,
    /// What users know before they begin.
    pub first_vars: Mutex<Vars>,
}

impl RunOptions {
    pub(crate) fn first_vars(&self) -> Vars {
        self.first_vars.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A plan with all that its users share.
pub struct PlanTest {
    program: Arc<Program>,
    dialect: Option<Arc<dyn Dialect>>,
    run: OnceLock<Arc<RunOptions>>,
    seed: u64,
}

impl PlanTest {
    /// A test of this program.
    #[must_use]
    pub fn new(program: Program, dialect: Option<Arc<dyn Dialect>>) -> Arc<Self> {
        let seed = program.seed.unwrap_or_else(any_seed);
        Arc::new(Self { program: Arc::new(program), dialect, run: OnceLock::new(), seed })
    }

    /// What users do.
    #[must_use]
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// What the format does beside making load.
    #[must_use]
    pub fn dialect(&self) -> Option<&Arc<dyn Dialect>> {
        self.dialect.as_ref()
    }

    /// Whether a scenario can start with this flow or mix.
    #[must_use]
    pub fn has(&self, exec: &str) -> bool {
        matches!(self.program.find(exec), Some(Start::Flow(_) | Start::Mix(_)))
    }

    /// Settles the options of the run. Users can be made from then on.
    ///
    /// # Panics
    /// When called twice.
    pub fn configure(&self, options: RunOptions) {
        assert!(self.run.set(Arc::new(options)).is_ok(), "a test is configured once");
    }

    /// The services of one thread.
    ///
    /// # Panics
    /// When the test was not configured.
    pub(crate) fn worker(&self, context: &WorkerCtx) -> Rc<PlanWorker> {
        let run = self.run.get().expect("a worker is made after the run was configured");
        let dialect = self.dialect.as_ref().and_then(|dialect| dialect.worker(context));
        PlanWorker::new(context, Arc::clone(&self.program), Arc::clone(run), self.seed, dialect)
    }

    /// The source of the test's users.
    #[must_use]
    pub fn users(self: &Arc<Self>) -> Arc<dyn VuSource> {
        Arc::new(PlanSource(Arc::clone(self)))
    }
}

/// A number that nobody chose.
fn any_seed() -> u64 {
    use std::hash::{BuildHasher, Hasher};
    std::collections::hash_map::RandomState::new().build_hasher().finish()
}

/// Makes the users of a test on each worker thread.
struct PlanSource(Arc<PlanTest>);

impl VuSource for PlanSource {
    fn worker(&self, worker: &Rc<WorkerCtx>) -> Box<dyn VuMaker> {
        Box::new(PlanVuMaker(self.0.worker(worker)))
    }
}
