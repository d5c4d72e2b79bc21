//! The log of the program: records in, lines out, on a thread of its own.
//!
//! [`Logs`] owns the thread; [`Logs::logger`] is what the rest of the program logs to. Callers only put a record
//! into a bounded queue: formatting, redaction and writing happen here, in order, and everything is written
//! before [`Logs::finish`] returns. What a script does with its log is not known here.

mod destination;
mod format;
mod queue;
mod settings;

use std::sync::Arc;
use std::thread::JoinHandle;

use model::{Clock, Hidden, Level, Log, Logger, Record};
use report::sink::Zone;

use crate::screen::Screen;
use destination::Destination;
use format::Stamped;
pub use format::{Format, timestamp};
use queue::Queue;
pub use settings::{Settings, Target, no_colour};

/// Records that may wait; beyond them callers wait a moment, then records are dropped and counted.
const QUEUE_RECORDS: usize = 65_536;
/// Formatted bytes that are written at once.
const BATCH_BYTES: usize = 64 * 1024;

/// What goes through the queue.
enum Item {
    Record(Record, model::Nanos),
    /// From here on, what scripts print goes to this file.
    ConsoleTo(Box<Destination>),
}

/// The running log.
pub struct Logs {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    queue: Queue<Item>,
    hidden: Arc<Hidden>,
    level: Level,
    clock: Clock,
}

impl Logs {
    /// Opens the destination and starts the thread.
    ///
    /// # Errors
    /// The sentence for the user when the destination cannot be opened.
    pub fn start(
        settings: &Settings,
        zone: Zone,
        clock: Clock,
        screen: &Arc<Screen>,
    ) -> Result<Self, String> {
        let destination = Destination::open(&settings.target, Arc::clone(screen))?;
        let format = settings.format;
        let shared = Arc::new(Shared {
            queue: Queue::new(QUEUE_RECORDS),
            hidden: Arc::default(),
            level: settings.level,
            clock,
        });
        let writer = Writer { format, zone, main: destination, console: None, buffer: String::new() };
        let for_thread = Arc::clone(&shared);
        let thread =
            std::thread::Builder::new().name("log".to_owned()).spawn(move || writer.run(&for_thread));
        let thread = thread.map_err(|e| format!("could not start the log thread: {e}"))?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// What the rest of the program logs to.
    #[must_use]
    pub fn logger(&self) -> Logger {
        Arc::clone(&self.shared) as Logger
    }

    /// Sends what scripts print from now on to a file instead (`--console-output`).
    ///
    /// # Errors
    /// The sentence for the user when the file cannot be opened.
    pub fn console_to(&self, path: &str) -> Result<(), String> {
        let file = Destination::file(path).map_err(|e| format!("could not open the console output: {e}"))?;
        self.shared.queue.push_always(Item::ConsoleTo(Box::new(file)));
        Ok(())
    }

    /// The texts that are replaced by asterisks in every record.
    #[must_use]
    pub fn hidden(&self) -> &Arc<Hidden> {
        &self.shared.hidden
    }

    /// Writes everything that waits, says how many records had to be dropped, and ends the thread.
    pub fn finish(&mut self) {
        let Some(thread) = self.thread.take() else { return };
        let dropped = self.shared.queue.dropped();
        if dropped > 0 {
            let note = format!(
                "{dropped} log records were dropped, because they came faster than they could be written"
            );
            let at = self.shared.clock.now();
            self.shared.queue.push_always(Item::Record(Record::new(Level::Warning, note), at));
        }
        self.shared.queue.close();
        // A panic of the log thread leaves nobody to tell about it.
        let _ = thread.join();
    }
}

impl Drop for Logs {
    fn drop(&mut self) {
        self.finish();
    }
}

impl Log for Shared {
    fn log(&self, record: Record) {
        if self.enabled(record.level) {
            self.queue.push(Item::Record(record, self.clock.now()));
        }
    }

    fn enabled(&self, level: Level) -> bool {
        level >= self.level
    }
}

/// The thread's own state.
struct Writer {
    format: Format,
    zone: Zone,
    main: Destination,
    console: Option<Destination>,
    buffer: String,
}

impl Writer {
    fn run(mut self, shared: &Shared) {
        let mut batch = std::collections::VecDeque::new();
        while shared.queue.take(&mut batch) {
            for item in batch.drain(..) {
                match item {
                    Item::Record(record, at) => self.write(record, at, shared),
                    Item::ConsoleTo(file) => {
                        self.flush();
                        self.console = Some(*file);
                    }
                }
            }
            self.flush();
        }
        self.main.flush();
        if let Some(console) = &mut self.console {
            console.flush();
        }
    }

    fn write(&mut self, mut record: Record, at: model::Nanos, shared: &Shared) {
        shared.hidden.redact(&mut record);
        let unix_ns = shared.clock.unix_ns(at);
        let ahead_s = self.zone.offset_at((unix_ns / 1_000_000_000).cast_signed());
        let from_script = record.fields.iter().any(|(key, value)| *key == "source" && value == "console");
        if let Some(console) = self.console.as_mut().filter(|_| from_script) {
            // A file of its own needs no word on where its lines come from, and no colours.
            record.fields.retain(|(key, _)| *key != "source");
            let mut line = String::new();
            self.format
                .plain()
                .write(&mut line, &Stamped { record: &record, since_start: at, unix_ns, ahead_s });
            console.write(&line);
            return;
        }
        if !self.main.takes(record.level) {
            return;
        }
        self.format.write(&mut self.buffer, &Stamped { record: &record, since_start: at, unix_ns, ahead_s });
        if self.buffer.len() >= BATCH_BYTES {
            self.flush();
        }
    }

    fn flush(&mut self) {
        if !self.buffer.is_empty() {
            self.main.write(&self.buffer);
            self.buffer.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_arrive_in_order_and_console_output_is_split_off() {
        let folder = tempfile::tempdir().unwrap();
        let (all, console) = (folder.path().join("all"), folder.path().join("console"));
        let settings = Settings {
            level: Level::Info,
            format: Format::Raw,
            target: Target::File { path: all.display().to_string(), level: Level::Info },
        };
        let mut logs = Logs::start(&settings, Zone::utc(), Clock::start(), &Arc::new(Screen::off())).unwrap();
        let log = logs.logger();
        let said = |text: String| Record::new(Level::Info, text).with("source", "console");
        log.log(said("before".to_owned()));
        logs.console_to(&console.display().to_string()).unwrap();
        logs.hidden().add("hunter2");
        for n in 0..1000 {
            log.log(said(format!("{n} hunter2")));
        }
        log.log(Record::new(Level::Debug, "not shown"));
        log.log(Record::new(Level::Error, "engine"));
        logs.finish();
        assert_eq!(std::fs::read_to_string(all).unwrap(), "before\nengine\n");
        let lines: Vec<String> = (0..1000).map(|n| format!("{n} ***SECRET_REDACTED***")).collect();
        assert_eq!(std::fs::read_to_string(console).unwrap().lines().collect::<Vec<_>>(), lines);
    }
}
