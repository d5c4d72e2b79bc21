//! Code inside plans: modules written for Node.js (the processors of Artillery) and short scripts.
//!
//! A plan has one [`Code`]; each worker thread makes a [`CodeWorker`] from it when a user of the thread first needs
//! code, so a plan without code has no JavaScript runtime at all. All users of the thread share that runtime, and
//! with it what a module keeps at its top level; what belongs to one user lives in its [`Context`].
//!
//! The runtime runs on the worker thread's own stack and not on a coroutine as the users of k6 scripts do: nothing
//! in this world blocks, so no call into it ever has to wait half-way. Worker threads have 8 MiB of stack; the
//! engine's own limit of [`STACK_BYTES`] counts from where the thread enters the runtime, so that deep recursion is
//! an error of the code wherever in a plan it happens. What code waits for (timers, promises) makes progress in a
//! task of the thread's `LocalSet` while other users run; code that never pauses is stopped by the clock.
//!
//! It knows no plan and no dialect: they decide what functions are called with.

mod call;
mod context;
mod convert;
mod driver;
mod error;
mod fetch;
pub(crate) mod node;
mod require;
mod resolve;
mod script;
mod worker;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use model::{Clock, Level, Logger};

pub use call::{Arg, Call, Emitted, Ending, Outcome};
pub use context::Context;
pub use error::{CodeError, CodeErrorKind, Place};
pub use fetch::{Fetch, FetchError, FetchRequest, FetchResponse};
pub use script::{Script, ScriptText};
pub use worker::{CodeWorker, Handle, Module};

pub(crate) use require::{fill_meta, require};
pub(crate) use resolve::imported;
pub(crate) use worker::State;

use crate::program::{Program, Style};
use crate::source::Source;
use crate::test::{LoadOptions, Shared};

/// How deep code may reach into the thread's stack, bytes.
const STACK_BYTES: usize = 512 << 10;
/// The default memory limit of one worker's runtime.
const MEMORY_LIMIT_BYTES: usize = 1 << 30;
/// The default time that code may run without a pause.
const TIME_LIMIT: Duration = Duration::from_secs(10);

/// Where `console` goes, when not to the log: the level and the text.
pub type Console = Arc<dyn Fn(Level, &str) + Send + Sync>;

/// What becomes of a change that code wants to make to files at a place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Write {
    /// It is made.
    Done,
    /// Code is told that it is made, and nothing is: somebody only looks at what the code is.
    Feigned,
    /// It is refused.
    Refused,
}

/// Decides about changes of files at a place.
pub type Writes = Arc<dyn Fn(&Path) -> Write + Send + Sync>;

/// What code is run with.
#[derive(Clone)]
pub struct CodeOptions {
    /// Where relative paths of entry files and of `fs` start, and `process.cwd()`.
    pub folder: PathBuf,
    /// `process.env`.
    pub env: BTreeMap<String, String>,
    /// `process.argv`, the name of the program first.
    pub argv: Vec<String>,
    /// Where `console` and complaints about code that nobody waits for go.
    pub log: Logger,
    /// Where `console` goes instead of the log.
    pub console: Option<Console>,
    /// Decides where `fs` may change files; it may nowhere when not given.
    pub writes: Option<Writes>,
    /// The run's clock.
    pub clock: Clock,
    /// The most memory that the runtime of one worker thread may hold, in bytes; 1 GiB when not given.
    pub memory_limit: Option<usize>,
    /// How long code may run without a pause; 10 s when not given. Other users of the thread wait meanwhile.
    pub time_limit: Option<Duration>,
}

impl CodeOptions {
    /// Options with the default limits, an empty environment and a console that goes to the log.
    #[must_use]
    pub fn new(folder: &Path, log: Logger, clock: Clock) -> Self {
        Self {
            folder: folder.to_owned(),
            env: BTreeMap::new(),
            argv: vec!["plimsoll".to_owned()],
            log,
            console: None,
            writes: None,
            clock,
            memory_limit: None,
            time_limit: None,
        }
    }
}

/// The code of a plan: what the workers of a process share. Modules are read and compiled once for all of them.
#[derive(Clone)]
pub struct Code(Arc<Inner>);

struct Inner {
    shared: Arc<Shared>,
    folder: PathBuf,
    argv: Vec<String>,
    console: Option<Console>,
    writes: Option<Writes>,
    time_limit: Duration,
    /// Numbers for scripts.
    scripts: AtomicU64,
}

impl Code {
    /// Code that is run with `options`. Nothing is read or started yet.
    #[must_use]
    pub fn new(options: CodeOptions) -> Self {
        // Paths that have no module before them start at the folder.
        let main = options.folder.join("plan");
        let source = Source::file(&main, &options.folder);
        let load = LoadOptions {
            log: options.log,
            env: options.env,
            registry: metrics::Registry::new(),
            clock: options.clock,
            secrets: Arc::default(),
            memory_limit: Some(options.memory_limit.unwrap_or(MEMORY_LIMIT_BYTES)),
        };
        Self(Arc::new(Inner {
            shared: Arc::new(Shared::new(Program::new(source, Style::Node), load)),
            folder: options.folder,
            argv: options.argv,
            console: options.console,
            writes: options.writes,
            time_limit: options.time_limit.unwrap_or(TIME_LIMIT),
            scripts: AtomicU64::new(0),
        }))
    }

    /// The runtime of this thread. Make one per thread, when code is first needed.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub fn worker(&self) -> Result<CodeWorker, CodeError> {
        CodeWorker::new(self)
    }
}

/// What short scripts call as `$host(name, ...args)`.
pub trait CodeHost {
    /// Does what `name` asks for; what is returned is the value of the call.
    ///
    /// # Errors
    /// A message, which the script gets as an exception.
    fn call(&mut self, name: &str, args: &[serde_json::Value]) -> Result<serde_json::Value, String>;
}
