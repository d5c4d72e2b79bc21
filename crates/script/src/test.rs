//! A loaded test: its program, what its init code said, and what all of its users share.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::rc::Rc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use engine::{Control, VuMaker, VuSource, WorkerCtx};
use metrics::Registry;
use model::{Clock, Level, Logger, Nanos, Record};
use tokio::sync::Notify;

use crate::error::{Error, ErrorKind};
use crate::ffi::Intrinsics;
use crate::lifecycle::Lifecycle;
use crate::modules::data::{Shelf, lock};
use crate::modules::own::OperationKind;
use crate::program::{Program, Style};
use crate::reach;
use crate::secrets::Secrets;
use crate::source::Source;
use crate::vu::{Host, Ids, Reply, ScriptVuMaker, ScriptWorker, VuFiber};

/// The address space of one user's stack, the guard included. Only pages that are touched are resident.
const STACK_BYTES: usize = 256 * 1024;
/// The default memory limit of one user's runtime.
const MEMORY_LIMIT_BYTES: usize = 2 << 30;

/// What a test is loaded with.
#[derive(Clone)]
pub struct LoadOptions {
    /// Where logs and `console` go.
    pub log: Logger,
    /// `__ENV`.
    pub env: BTreeMap<String, String>,
    /// The run's metrics; the script's own are added to it.
    pub registry: Arc<Registry>,
    /// The run's clock.
    pub clock: Clock,
    /// Where secrets come from.
    pub secrets: Arc<Secrets>,
    /// The most memory that one user's runtime may hold, in bytes; 2 GiB when not given.
    pub memory_limit: Option<usize>,
}

/// What users need to know of the run's options; made after the script's own options are merged.
#[derive(Clone)]
pub struct RunOptions {
    /// Network settings.
    pub net: Arc<net::Settings>,
    /// The tags on every sample.
    pub tags: BTreeMap<String, String>,
    /// Which system tags samples have.
    pub system_tags: SystemTags,
    /// Failed requests throw.
    pub throw: bool,
    /// Response bodies are not kept unless a request asks for them.
    pub discard_response_bodies: bool,
    /// Parallel requests of one `http.batch()`; zero means no limit.
    pub batch: usize,
    /// Parallel requests of one `http.batch()` to one host; zero means no limit.
    pub batch_per_host: usize,
    /// How many redirects are followed, and whether that is only the default.
    pub max_redirects: (u32, bool),
    /// Cookies outlive an iteration.
    pub no_cookies_reset: bool,
    /// Connections do not outlive an iteration.
    pub no_vu_connection_reuse: bool,
    /// Users in the whole test, at most; those of other machines too.
    pub users: u64,
    /// Which rows of data are this machine's.
    pub share: model::Share,
    /// An iteration lasts at least this long.
    pub min_iteration_duration: Option<Nanos>,
    /// The factor on what `sleep()` is asked for; 1 unless the user scales times.
    pub time_scale: f64,
    /// What requests and responses are logged.
    pub http_debug: HttpDebug,
    /// Samples carry the number of the stage in which their iteration began.
    pub stage_tag: bool,
    /// The lag of the generator is a metric too.
    pub generator_lag: bool,
    /// `exec.test.options`.
    pub options: serde_json::Value,
    /// The process ends with the run: users that are there at its end need not give their memory back one by one.
    pub ends_process: bool,
    /// Steers and counts the run.
    pub control: Arc<Control>,
}

/// Which parts of requests and responses are logged.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum HttpDebug {
    /// Nothing.
    #[default]
    Off,
    /// Start line and headers.
    Headers,
    /// Bodies too.
    Full,
}

/// Which system tags samples have.
pub use metrics::TagChoice as SystemTags;

/// An export of the main script.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Export {
    /// Its name.
    pub name: String,
    /// Whether it can be called.
    pub is_function: bool,
}

/// What the init code said.
#[derive(Default, Debug)]
pub(crate) struct Loaded {
    pub(crate) exports: Vec<Export>,
    pub(crate) options: serde_json::Value,
}

/// What all users of a test share.
pub(crate) struct Shared {
    pub(crate) program: Arc<Program>,
    pub(crate) log: Logger,
    pub(crate) env: BTreeMap<String, String>,
    pub(crate) registry: Arc<Registry>,
    pub(crate) clock: Clock,
    pub(crate) stacks: fiber::StackPool,
    pub(crate) memory_limit: usize,
    intrinsics: OnceLock<Intrinsics>,
    pub(crate) shelf: Shelf,
    pub(crate) secrets: Arc<Secrets>,
    run: OnceLock<RunOptions>,
    setup_data: Mutex<Option<Arc<str>>>,
    /// The lifecycle function that runs now is to stop.
    pub(crate) lifecycle_stop: AtomicBool,
    /// Rung with it, for a function that waits.
    pub(crate) lifecycle_bell: Notify,
    /// The process is about to end.
    leaving: AtomicBool,
    init_abort: OnceLock<String>,
    warned: Mutex<Vec<&'static str>>,
}

impl Shared {
    /// What the users of `program` share before anything of it has run.
    pub(crate) fn new(program: Program, options: LoadOptions) -> Self {
        Self {
            program: Arc::new(program),
            log: options.log,
            env: options.env,
            registry: options.registry,
            clock: options.clock,
            stacks: fiber::StackPool::new(STACK_BYTES),
            memory_limit: options.memory_limit.unwrap_or(MEMORY_LIMIT_BYTES),
            intrinsics: OnceLock::new(),
            shelf: Shelf::default(),
            secrets: options.secrets,
            run: OnceLock::new(),
            setup_data: Mutex::default(),
            lifecycle_stop: AtomicBool::new(false),
            lifecycle_bell: Notify::new(),
            leaving: AtomicBool::new(false),
            init_abort: OnceLock::new(),
            warned: Mutex::default(),
        }
    }

    /// The language features of a user; all of them until the program is known.
    pub(crate) fn intrinsics(&self) -> Intrinsics {
        self.intrinsics.get().copied().unwrap_or(Intrinsics::ALL)
    }

    /// The run's options.
    pub(crate) fn run(&self) -> &RunOptions {
        self.run.get().expect("a worker is made after the run was configured")
    }

    /// The factor on what `sleep()` is asked for; 1 in init code.
    pub(crate) fn time_scale(&self) -> f64 {
        self.run.get().map_or(1.0, |run| run.time_scale)
    }

    /// What `setup()` returned, as JSON.
    pub(crate) fn setup_data(&self) -> Option<Arc<str>> {
        self.setup_data.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// When running code has to stop at the latest, whatever it does.
    pub(crate) fn kill_at(&self) -> Nanos {
        self.run.get().map_or(Nanos::MAX, |run| run.control.kill_at())
    }

    /// Ends the test; of the init stage, which has no run yet, the message is kept.
    pub(crate) fn abort(&self, message: &str) {
        match self.run.get() {
            Some(run) => run.control.abort(engine::AbortCause::Script, message),
            None => {
                let _ = self.init_abort.set(message.to_owned());
            }
        }
    }

    /// What the init code said when it aborted the test.
    pub(crate) fn init_abort(&self) -> Option<&str> {
        self.init_abort.get().map(String::as_str)
    }

    /// Every user that is still there goes, because the run is over.
    pub(crate) fn run_is_over(&self) {
        // Valgrind is to see that nothing is lost.
        if self.run().ends_process && !cfg!(feature = "valgrind") {
            self.leaving.store(true, Relaxed);
        }
    }

    /// Whether users that go give their memory back.
    pub(crate) fn gives_memory_back(&self) -> bool {
        !self.leaving.load(Relaxed)
    }

    /// Warns of something that all users of a test have in common.
    pub(crate) fn warn_once(&self, message: &'static str) {
        let mut warned = self.warned.lock().unwrap_or_else(PoisonError::into_inner);
        if !warned.contains(&message) {
            warned.push(message);
            self.log.log(Record::new(Level::Warning, message));
        }
    }

    /// Whether the test was aborted.
    pub(crate) fn aborted(&self) -> bool {
        self.init_abort.get().is_some() || self.run.get().is_some_and(|run| run.control.is_aborted())
    }
}

/// A loaded test.
pub struct Test {
    shared: Arc<Shared>,
    loaded: Loaded,
}

impl Test {
    /// Reads and compiles the script and evaluates its init code once.
    ///
    /// # Errors
    /// When a file is missing, does not compile, or the init code throws.
    pub fn load(source: Source, options: LoadOptions) -> Result<Self, Error> {
        let shared = Arc::new(Shared::new(Program::new(source, Style::K6), options));
        let mut fiber = VuFiber::new(Host::new(shared.clone(), None, Ids::default()))?;
        let reply = block_on_thread(&mut fiber)?;
        match reply {
            Reply::Ready(loaded) => {
                if let Some(remote) = &shared.program.source.remote {
                    remote.seal();
                }
                shared.program.settle();
                let sources = shared.program.sources();
                let _ = shared.intrinsics.set(reach::features(sources.iter().map(AsRef::as_ref)));
                Ok(Self { shared, loaded: *loaded })
            }
            Reply::Failed(error) => Err(error),
            Reply::Ended(_) | Reply::Returned(_) | Reply::Gone => Err(gone()),
        }
    }

    /// `export const options`, as JSON; null when there are none.
    #[must_use]
    pub fn options(&self) -> &serde_json::Value {
        &self.loaded.options
    }

    /// The main script's exports, in order of declaration.
    #[must_use]
    pub fn exports(&self) -> &[Export] {
        &self.loaded.exports
    }

    /// Whether the script exports a function of this name.
    #[must_use]
    pub fn has_function(&self, name: &str) -> bool {
        self.loaded.exports.iter().any(|export| export.is_function && export.name == name)
    }

    /// The files that the init code imported and opened, by address.
    #[must_use]
    pub fn files(&self) -> Vec<(String, Arc<[u8]>)> {
        self.shared.program.opened()
    }

    /// Settles the options of the run. Users can be made from then on.
    ///
    /// # Panics
    /// When called twice.
    pub fn configure(&self, options: RunOptions) {
        assert!(self.shared.run.set(options).is_ok(), "a test is configured once");
    }

    /// The source of the test's users.
    #[must_use]
    pub fn users(&self) -> Arc<dyn VuSource> {
        Arc::new(ScriptSource(self.shared.clone()))
    }

    /// A runner for setup, teardown and `handleSummary`, which measures as worker number `worker`. The test is
    /// configured before the first of them is called.
    #[must_use]
    pub fn lifecycle(&self, worker: u32, recorder: metrics::RecorderConfig) -> Lifecycle {
        Lifecycle::new(self.shared.clone(), worker, recorder)
    }

    /// Hands what `setup()` returned to all users, as JSON. What is set before the load starts counts: a user
    /// reads it once.
    pub fn set_setup_data(&self, json: Option<String>) {
        let mut data = self.shared.setup_data.lock().unwrap_or_else(PoisonError::into_inner);
        *data = json.map(Into::into);
    }

    /// The fields of the root types of the GraphQL schemas that scripts have named so far, in their order; `None`
    /// when no script uses the module.
    #[must_use]
    pub fn graphql_fields(&self) -> Option<Vec<(OperationKind, String)>> {
        let schemas = lock(&self.shared.shelf.schemas);
        schemas.used.then(|| schemas.fields.clone())
    }

    /// What was handed to all users, as JSON.
    #[must_use]
    pub fn setup_data(&self) -> Option<Arc<str>> {
        self.shared.setup_data()
    }
}

pub(crate) fn gone() -> Error {
    Error::new(ErrorKind::Internal, "the script's host ended without an answer")
}

/// Drives a session on an event loop of its own, for the init stage.
fn block_on_thread(fiber: &mut VuFiber) -> Result<Reply, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::new(ErrorKind::Internal, format!("no event loop: {error}")))?;
    Ok(tokio::task::LocalSet::new().block_on(&runtime, poll_fn(|context| fiber.poll(context))))
}

/// Makes the users of a test on each worker thread.
struct ScriptSource(Arc<Shared>);

impl VuSource for ScriptSource {
    fn worker(&self, worker: &Rc<WorkerCtx>) -> Box<dyn VuMaker> {
        let services = ScriptWorker::new(&self.0, worker.recorder.clone());
        Box::new(ScriptVuMaker { shared: self.0.clone(), worker: services })
    }
}
