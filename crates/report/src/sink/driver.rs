//! Runs sinks beside the run: each on a thread of its own, behind a queue with a bound.
//!
//! Handing over samples never blocks. What does not fit, or comes after a sink has failed, is counted as lost
//! and reported; the run goes on.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError, TrySendError, sync_channel};
use std::thread;
use std::time::Duration;

use metrics::RawSample;
use model::{Clock, Level, Logger, Nanos, Record};

use super::{Error, Sink};

/// How much may wait for a sink.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Batches in the queue.
    pub batches: usize,
    /// Samples in all batches of the queue.
    pub samples: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { batches: 4096, samples: 1_000_000 }
    }
}

/// What became of one output.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Report {
    /// The output, as it describes itself.
    pub output: String,
    /// Samples that the sink took.
    pub taken: u64,
    /// Samples that it never saw: the queue was full, or it had failed.
    pub dropped: u64,
    /// Why it failed, if it did.
    pub failure: Option<String>,
    /// It had closed its destination when the report was made.
    pub finished: bool,
}

/// The running outputs of one run.
pub struct Outputs {
    lanes: Vec<Lane>,
    log: Logger,
    clock: Clock,
}

struct Lane {
    output: String,
    queue: SyncSender<Arc<Vec<RawSample>>>,
    done: Receiver<()>,
    counts: Arc<Counts>,
    most_samples: u64,
}

/// What a sink's thread and the run tell each other.
#[derive(Default)]
struct Counts {
    waiting: AtomicU64,
    taken: AtomicU64,
    dropped: AtomicU64,
    warned: AtomicBool,
    dead: AtomicBool,
    failure: std::sync::OnceLock<String>,
}

impl Outputs {
    /// Opens all sinks, then gives each its thread.
    ///
    /// # Errors
    /// When a sink cannot be opened, or there is no thread for it. Those opened before it are closed.
    pub fn start(
        sinks: Vec<Box<dyn Sink>>,
        limits: Limits,
        clock: Clock,
        log: &Logger,
    ) -> Result<Self, Error> {
        let mut opened = Vec::with_capacity(sinks.len());
        for mut sink in sinks {
            sink.start()?;
            opened.push(sink);
        }
        let mut outputs = Self { lanes: Vec::new(), log: Arc::clone(log), clock };
        for sink in opened {
            outputs.lanes.push(Lane::start(sink, limits, clock, log)?);
        }
        Ok(outputs)
    }

    /// Whether there is anybody to hand samples to.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lanes.is_empty()
    }

    /// Hands samples to every output. Never blocks; what an output has no room for is counted as dropped.
    pub fn samples(&self, batch: Vec<RawSample>) {
        if batch.is_empty() {
            return;
        }
        let batch = Arc::new(batch);
        for lane in &self.lanes {
            lane.offer(&batch, &self.log);
        }
    }

    /// Takes nothing more, and lets every output finish what waits and close.
    #[must_use]
    pub fn close(self) -> Closing {
        // All queues are closed before any is waited for, so that the outputs finish side by side.
        let last =
            |lane: Lane| Last { output: lane.output, done: lane.done, counts: lane.counts, finished: false };
        Closing { lanes: self.lanes.into_iter().map(last).collect(), log: self.log, clock: self.clock }
    }
}

/// Outputs that take nothing more and write what they still have.
pub struct Closing {
    lanes: Vec<Last>,
    log: Logger,
    clock: Clock,
}

/// An output that writes the last of its samples.
struct Last {
    output: String,
    done: Receiver<()>,
    counts: Arc<Counts>,
    finished: bool,
}

impl Closing {
    /// Whether all of them have finished. Never blocks.
    pub fn is_done(&mut self) -> bool {
        for lane in &mut self.lanes {
            // A disconnected channel is a thread that is gone, which is as finished as it gets.
            lane.finished = lane.finished || !matches!(lane.done.try_recv(), Err(TryRecvError::Empty));
        }
        self.lanes.iter().all(|lane| lane.finished)
    }

    /// Waits for them, for `patience` in all.
    pub fn wait(&mut self, patience: Duration) {
        let deadline = self.clock.now() + Nanos::from(patience);
        for lane in self.lanes.iter_mut().filter(|lane| !lane.finished) {
            let left = Duration::from(deadline.since(self.clock.now()));
            lane.finished = !matches!(lane.done.recv_timeout(left), Err(RecvTimeoutError::Timeout));
        }
    }

    /// What became of each. Those that have not finished are left behind, and what waits there counts as lost.
    #[must_use]
    pub fn reports(mut self) -> Vec<Report> {
        self.is_done();
        let reports = self.lanes.into_iter().map(|lane| lane.counts.report(lane.output, lane.finished));
        reports.inspect(|report| report.warn(&self.log)).collect()
    }
}

impl Report {
    fn warn(&self, log: &Logger) {
        if self.failure.is_none() && self.dropped > 0 {
            let text = format!("{} samples did not reach an output that could not keep up", self.dropped);
            log.log(Record::new(Level::Warning, text).with("output", self.output.clone()));
        }
        if !self.finished {
            let text = "an output did not finish in time, what it wrote is incomplete";
            log.log(Record::new(Level::Warning, text).with("output", self.output.clone()));
        }
    }
}

impl Counts {
    fn report(&self, output: String, finished: bool) -> Report {
        Report {
            output,
            taken: self.taken.load(Relaxed),
            dropped: self.dropped.load(Relaxed) + if finished { 0 } else { self.waiting.load(Relaxed) },
            failure: self.failure.get().cloned(),
            finished,
        }
    }
}

impl Lane {
    fn start(mut sink: Box<dyn Sink>, limits: Limits, clock: Clock, log: &Logger) -> Result<Self, Error> {
        let output = sink.describe();
        let (queue, batches) = sync_channel(limits.batches);
        let (closed, done) = sync_channel(1);
        let counts = Arc::<Counts>::default();
        let worker = Worker {
            output: output.clone(),
            batches,
            counts: Arc::clone(&counts),
            clock,
            log: Arc::clone(log),
        };
        thread::Builder::new()
            .name(format!("out {output}"))
            .spawn(move || {
                worker.run(&mut *sink);
                let _ = closed.send(());
            })
            .map_err(|error| Error::io("start a thread", error))?;
        Ok(Self { output, queue, done, counts, most_samples: limits.samples })
    }

    fn offer(&self, batch: &Arc<Vec<RawSample>>, log: &Logger) {
        let count = batch.len() as u64;
        if self.counts.dead.load(Relaxed) {
            self.counts.dropped.fetch_add(count, Relaxed);
            return;
        }
        let room = self.counts.waiting.load(Relaxed) + count <= self.most_samples;
        self.counts.waiting.fetch_add(count, Relaxed);
        let refused = !room
            || matches!(
                self.queue.try_send(Arc::clone(batch)),
                Err(TrySendError::Full(_) | TrySendError::Disconnected(_))
            );
        if refused {
            self.counts.waiting.fetch_sub(count, Relaxed);
            self.counts.dropped.fetch_add(count, Relaxed);
            if !self.counts.warned.swap(true, Relaxed) {
                let text = "an output cannot keep up, samples do not reach it";
                log.log(Record::new(Level::Warning, text).with("output", self.output.clone()));
            }
        }
    }
}

/// The thread of one sink.
struct Worker {
    output: String,
    batches: Receiver<Arc<Vec<RawSample>>>,
    counts: Arc<Counts>,
    clock: Clock,
    log: Logger,
}

impl Worker {
    fn run(&self, sink: &mut dyn Sink) {
        let interval = sink.flush_interval();
        let mut flushed = self.clock.now();
        loop {
            let waited = self.clock.now().since(flushed);
            match self.batches.recv_timeout(interval.saturating_sub(waited.into())) {
                Ok(batch) => self.take(sink, &batch),
                Err(RecvTimeoutError::Timeout) => {
                    self.guard(|| sink.flush());
                    flushed = self.clock.now();
                }
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        self.guard(|| sink.finish());
    }

    fn take(&self, sink: &mut dyn Sink, batch: &[RawSample]) {
        let count = batch.len() as u64;
        let taken = self.guard(|| sink.samples(batch));
        self.counts.waiting.fetch_sub(count, Relaxed);
        let counter = if taken { &self.counts.taken } else { &self.counts.dropped };
        counter.fetch_add(count, Relaxed);
    }

    /// Calls the sink unless it has failed; its first failure is its last call. Whether all went well.
    fn guard(&self, call: impl FnOnce() -> Result<(), Error>) -> bool {
        if self.counts.dead.load(Relaxed) {
            return false;
        }
        let error = match catch_unwind(AssertUnwindSafe(call)) {
            Ok(Ok(())) => return true,
            Ok(Err(error)) => error,
            Err(_) => Error::panicked(),
        };
        self.counts.dead.store(true, Relaxed);
        let _ = self.counts.failure.set(error.to_string());
        let text = "an output failed and gets no more samples, the run goes on";
        let record = Record::new(Level::Error, text).with("output", self.output.clone());
        self.log.log(record.with("error", error.to_string()));
        false
    }
}
