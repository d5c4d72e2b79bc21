//! What every command works with: the environment, the terminal, the log and the global flags.

use std::collections::BTreeMap;
use std::sync::Arc;

use clap::ArgMatches;
use model::{Clock, Level, Logger, Record};
use report::sink::Zone;

use crate::error::Error;
use crate::flags::{Flags, global};
use crate::logs::{Logs, Settings};
use crate::screen::{Screen, Terminals};
use crate::signals::Signals;

/// What the program starts with, before any flag is read.
#[derive(Clone)]
pub struct Start {
    /// The environment variables.
    pub env: BTreeMap<String, String>,
    /// The clock of this process; it starts with it.
    pub clock: Clock,
    /// Ctrl-C and its like.
    pub signals: Signals,
}

/// One invocation of the program.
pub struct Session {
    /// The environment variables.
    pub env: BTreeMap<String, String>,
    /// The global flags.
    pub flags: Flags,
    /// Which standard streams end at a terminal.
    pub terminals: Terminals,
    /// The bottom of the terminal.
    pub screen: Arc<Screen>,
    /// The log.
    pub logs: Logs,
    /// Ctrl-C and its like.
    pub signals: Signals,
    /// The clock of this process; it starts with it.
    pub clock: Clock,
}

impl Session {
    /// Reads the global flags and starts the log.
    ///
    /// # Errors
    /// When a global flag has a value that is not known, or the log cannot be opened.
    pub fn start(matches: &ArgMatches, start: Start) -> Result<Self, Error> {
        let flags = Flags::read(global::FLAGS, matches, &start.env).map_err(Error::Usage)?;
        Self::with(flags, start)
    }

    /// A session without flags, for reporting what is wrong with them.
    ///
    /// # Errors
    /// When the log thread cannot be started.
    pub fn bare(start: Start) -> Result<Self, Error> {
        Self::with(Flags::default(), start)
    }

    fn with(flags: Flags, start: Start) -> Result<Self, Error> {
        let Start { env, clock, signals } = start;
        let terminals = Terminals::detect();
        let settings = Settings::new(&flags, &env, terminals).map_err(Error::Usage)?;
        let quiet = flags.on("quiet");
        let screen = Arc::new(if quiet { Screen::off() } else { Screen::new(terminals, &env) });
        let logs = Logs::start(&settings, Zone::local(&env), clock, &screen).map_err(Error::File)?;
        Ok(Self { env, flags, terminals, screen, logs, signals, clock })
    }

    /// Where records go.
    #[must_use]
    pub fn logger(&self) -> Logger {
        self.logs.logger()
    }

    /// Logs a sentence.
    pub fn say(&self, level: Level, message: impl Into<String>) {
        self.logger().log(Record::new(level, message));
    }

    /// Whether output to standard output has colours.
    #[must_use]
    pub fn coloured(&self) -> bool {
        self.terminals.stdout && !crate::logs::no_colour(&self.flags, &self.env)
    }

    /// Writes to standard output, above any progress lines. A reader that went away is no error.
    pub fn print(&self, text: &str) {
        self.screen.print(text);
    }
}
