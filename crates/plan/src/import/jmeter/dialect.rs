//! What a run of a JMeter plan shows and leaves beside our own results.
//!
//! Main type: [`JMeter`]: the lines on the console, the summary lines, and `statistics.json`.

use std::any::Any;
use std::cell::RefCell;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering::SeqCst};

use engine::WorkerCtx;
use model::ExitCode;

use super::clerk::{self, Clerk, Counts, Duties, Lines};
use super::function::{format_java, now_ms};
use super::http::ReadyRequests;
use super::stage::Stopped;
use super::thread::Run;
use crate::dialect::{Artifact, Dialect, DialectWorker, Facts};
use crate::session::Session;

/// What the command line asks for.
#[derive(Clone, Default, Debug)]
pub struct Wanted {
    /// Where the log goes.
    pub log: Option<PathBuf>,
    /// Where the report goes.
    pub report: Option<PathBuf>,
    /// The plan's file, as it was named.
    pub file: String,
}

/// The format's own doings.
pub struct JMeter {
    run: Arc<Run>,
    wanted: Wanted,
    greeted: AtomicBool,
    /// When the last summary line was, in ms since 1970.
    last_ms: AtomicI64,
    interval_ms: i64,
    shows: bool,
}

impl JMeter {
    /// Of that run.
    #[must_use]
    pub fn new(run: Arc<Run>, wanted: Wanted) -> Self {
        let shared = &run.plan.shared;
        let interval =
            shared.prop("summariser.interval").and_then(|text| text.trim().parse::<i64>().ok()).unwrap_or(30);
        let shows = shared.flag("summariser.out", true);
        Self {
            run,
            wanted,
            greeted: AtomicBool::new(false),
            last_ms: AtomicI64::new(0),
            interval_ms: interval.max(1) * 1000,
            shows,
        }
    }

    fn when(&self, ms: i64) -> String {
        let zone = &self.run.plan.shared.zone;
        let time = format_java("yyyy MMM d HH:mm:ss z", ms, "en", zone).unwrap_or_default();
        format!("@ {time} ({ms})")
    }

    /// Lines that wait, those of the log to standard error.
    fn waiting(&self) -> Vec<Artifact> {
        let Some(clerk) = self.run.clerk.get() else { return Vec::new() };
        let (out, log) = clerk.look(|book| (std::mem::take(&mut book.out), std::mem::take(&mut book.log)));
        let text = |lines: Vec<String>| lines.into_iter().map(|line| line + "\n").collect::<String>();
        let mut list = Vec::new();
        if !out.is_empty() {
            list.push(Artifact::Stdout(text(out)));
        }
        if !log.is_empty() {
            list.push(Artifact::Stderr(text(log)));
        }
        list
    }

    fn greeting(&self) -> Option<Artifact> {
        if self.greeted.swap(true, SeqCst) {
            return None;
        }
        let started = self.run.plan.shared.started_ms;
        self.last_ms.store(started, SeqCst);
        let text = format!(
            "Creating summariser <summary>\nCreated the tree successfully using {}\nStarting standalone test {}\n",
            self.wanted.file,
            self.when(started)
        );
        Some(Artifact::Stdout(text))
    }
}

/// What the users of one worker thread count.
struct Counter {
    run: Arc<Run>,
    common: Rc<Common>,
}

/// What the users of one worker thread have in common.
#[derive(Default)]
pub struct Common {
    /// Their samples.
    pub counts: RefCell<Counts>,
    /// Requests that are the same for all of them.
    pub ready: ReadyRequests,
    /// Lines of result files.
    pub lines: RefCell<Lines>,
}

impl DialectWorker for Counter {
    fn flush(&mut self) {
        if let Some(clerk) = self.run.clerk.get() {
            clerk.look(|book| self.common.counts.borrow_mut().hand_over(book));
            self.common.lines.borrow_mut().hand_over(clerk);
        }
    }

    fn any(&mut self) -> &mut dyn Any {
        self
    }
}

/// What the users of a session's worker thread have in common.
pub fn common_of(session: &Session) -> Rc<Common> {
    let mut worker = session.worker().dialect.borrow_mut();
    let counter = worker.as_mut().and_then(|worker| worker.any().downcast_mut::<Counter>());
    counter.map(|counter| Rc::clone(&counter.common)).unwrap_or_default()
}

impl Dialect for JMeter {
    fn name(&self) -> &'static str {
        "jmeter"
    }

    fn worker(&self, _: &WorkerCtx) -> Option<Box<dyn DialectWorker>> {
        // Several threads ask at once; one of them makes it.
        let clerk = self.run.clerk.get_or_init(|| {
            let duties = Duties {
                files: self.run.files.clone(),
                variables: self.run.shown.clone(),
                log: self.wanted.log.clone(),
            };
            Clerk::start(duties).unwrap_or_else(|error| {
                // Without its files the run is worth nothing: it ends, and says so at its end.
                self.run.stage.stop(Stopped::Now);
                let quiet = Duties { files: Vec::new(), variables: Vec::new(), log: None };
                let clerk = Clerk::start(quiet).expect("a thread without files can be made");
                clerk.tell(clerk::Entry::Log(clerk::log_line(
                    model::Level::Error,
                    &error,
                    &self.run.plan.shared.zone,
                )));
                clerk
            })
        });
        clerk.look(|_| ());
        let counts = Counts::new(self.wanted.report.is_some());
        let common = Common { counts: RefCell::new(counts), ..Common::default() };
        Some(Box::new(Counter { run: Arc::clone(&self.run), common: Rc::new(common) }))
    }

    fn tick(&self, _: &Facts<'_>) -> Vec<Artifact> {
        let mut list: Vec<Artifact> = self.greeting().into_iter().collect();
        list.extend(self.waiting());
        let (now, last) = (now_ms(), self.last_ms.load(SeqCst));
        if self.shows && now - last >= self.interval_ms {
            self.last_ms.store(now, SeqCst);
            let started = self.run.plan.shared.started_ms;
            if let Some(clerk) = self.run.clerk.get() {
                let text = clerk.look(|book| {
                    let lately = std::mem::take(&mut book.lately);
                    let mut text = clerk::summary_line('+', &lately, now - last, Some(book.threads)) + "\n";
                    if lately.samples < book.whole.samples {
                        text.push_str(&(clerk::summary_line('=', &book.whole, now - started, None) + "\n"));
                    }
                    text
                });
                list.push(Artifact::Stdout(text));
            }
        }
        list
    }

    fn finish(&self, _: &Facts<'_>) -> Vec<Artifact> {
        let mut list: Vec<Artifact> = self.greeting().into_iter().collect();
        let Some(clerk) = self.run.clerk.get() else { return list };
        clerk.close();
        list.extend(self.waiting());
        let started = self.run.plan.shared.started_ms;
        let mut text = String::new();
        if self.shows {
            clerk.look(|book| {
                let span = book
                    .whole
                    .last_ms
                    .map_or(0, |last| last - started.min(book.whole.first_ms.unwrap_or(started)));
                if book.lately.samples > 0 && book.lately.samples < book.whole.samples {
                    let since = now_ms() - self.last_ms.load(SeqCst);
                    text.push_str(
                        &(clerk::summary_line('+', &book.lately, since, Some(book.threads)) + "\n"),
                    );
                }
                text.push_str(&(clerk::summary_line('=', &book.whole, span, None) + "\n"));
            });
        }
        text.push_str(&format!("Tidying up ...    {}\n... end of run\n", self.when(now_ms())));
        list.push(Artifact::Stdout(text));
        if let Some(folder) = &self.wanted.report {
            let bytes = clerk.look(|book| clerk::statistics(book)).into_bytes();
            list.push(Artifact::File { path: folder.join("statistics.json"), bytes });
        }
        list
    }

    fn page(&self) -> Option<PathBuf> {
        self.wanted.report.as_ref().map(|folder| folder.join("index.html"))
    }

    fn exit_code(&self, facts: &Facts<'_>) -> Option<ExitCode> {
        // A stop that the plan asked for is a good end, and failed samples are none of its business.
        let _ = facts;
        None
    }
}
