//! Keeps a run while it goes on: a thread of its own behind a queue with a bound.
//!
//! Main type: [`Keeper`]. Handing over a frame never blocks and never fails. The thread opens the store, adds up what
//! comes and writes it once a second. What goes wrong there ends the keeping, is told once, and concerns nobody else.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;

use metrics::{Delta, Deltas, Frame, Registry};
use model::{Clock, Level, Logger, Nanos, Record};

use crate::error::Error;
use crate::exchanges::Gathered;
use crate::place::Place;
use crate::record::{Closing, Opening};
use crate::writer::Writer;

/// Frames that may wait for the thread.
const QUEUE: usize = 256;
/// How often something is written.
const EVERY: Nanos = Nanos::from_secs(1);
/// So long after the first frame of a second the other workers' frames have come too.
const SETTLING: Nanos = Nanos::from_millis(100);
/// Two transactions are at least so far apart.
const APART: Nanos = Nanos::from_millis(900);
/// A store that another process keeps locked for this long is given up.
const LOCKED_MOST: Nanos = Nanos::from_secs(60);
/// The same at the end, when the user waits.
const LOCKED_MOST_AT_END: Nanos = Nanos::from_secs(3);
/// What may wait for a locked store, in bytes.
const WAITING_MOST: usize = 32 << 20;
/// The program waits so long for the thread to end.
const PATIENCE: Duration = Duration::from_secs(10);

/// The second of a run before its load begins.
const BEFORE: i64 = -1;

/// A run that is being kept.
pub struct Keeper {
    queue: Option<SyncSender<(Frame, i64)>>,
    shared: Arc<Shared>,
    done: Receiver<()>,
    /// Names of frames whose samples there was no room for.
    held: Vec<Frame>,
    log: Logger,
}

/// What the thread and the run tell each other.
#[derive(Default)]
struct Shared {
    closing: OnceLock<Closing>,
    /// The id of the run, once it is in the store to its end.
    kept: OnceLock<String>,
    lost_frames: AtomicU64,
}

impl Keeper {
    /// Begins to keep a run in the store at `place`, which is opened by and by.
    #[must_use]
    pub fn start(
        place: impl Into<Place>,
        opening: Opening,
        registry: Arc<Registry>,
        clock: Clock,
        log: &Logger,
    ) -> Self {
        let place = place.into();
        let (queue, frames) = sync_channel(QUEUE);
        let (ended, done) = sync_channel(1);
        let shared = Arc::<Shared>::default();
        let keeping = Keeping {
            place: place.clone(),
            opening,
            frames,
            shared: Arc::clone(&shared),
            deltas: Deltas::new(registry),
            waiting: Vec::new(),
            exchanges: Gathered::default(),
            writer: None,
            locked_since: None,
            kept_to: None,
            clock,
            log: Arc::clone(log),
        };
        let spawned = thread::Builder::new().name("store".to_owned()).spawn(move || {
            keeping.run();
            let _ = ended.send(());
        });
        if let Err(why) = spawned {
            warn(log, &place, "this run is not kept", &format!("no thread: {why}"));
        }
        Self { queue: Some(queue), shared, done, held: Vec::new(), log: Arc::clone(log) }
    }

    /// Takes what a worker measured. `load_began` is when the load began, if it has.
    pub fn frame(&mut self, frame: &Frame, load_began: Option<Nanos>) {
        let Some(queue) = &self.queue else { return };
        let second = load_began.and_then(|began| frame.second(began)).map_or(BEFORE, |second| second as i64);
        // Names come before the frames that use them.
        while !self.held.is_empty() {
            match queue.try_send((self.held[0].clone(), second)) {
                Ok(()) => drop(self.held.remove(0)),
                Err(TrySendError::Full(_)) => return self.lose(frame),
                Err(TrySendError::Disconnected(_)) => return self.queue = None,
            }
        }
        match queue.try_send((frame.clone(), second)) {
            Ok(()) => {}
            Err(TrySendError::Full(_)) => self.lose(frame),
            // It has said why.
            Err(TrySendError::Disconnected(_)) => self.queue = None,
        }
    }

    /// There is no room for the samples of a frame.
    fn lose(&mut self, frame: &Frame) {
        self.held.push(frame.names_only());
        self.shared.lost_frames.fetch_add(1, Relaxed);
    }

    /// Ends the run in the store, and waits for that no longer than the writing takes. What comes back is the id of
    /// the run, if it is there to its end.
    pub fn finish(mut self, closing: Closing) -> Option<String> {
        let _ = self.shared.closing.set(closing);
        self.queue.take()?;
        let lost = self.shared.lost_frames.load(Relaxed);
        if lost > 0 {
            let text =
                format!("the store could not keep up: {lost} frames of measurements are missing in it");
            self.log.log(Record::new(Level::Warning, text));
        }
        if let Err(RecvTimeoutError::Timeout) = self.done.recv_timeout(PATIENCE) {
            let text = "the store did not finish in time, this run is incomplete in it";
            self.log.log(Record::new(Level::Warning, text));
        }
        self.shared.kept.get().cloned()
    }
}

fn warn(log: &Logger, place: &Place, what: &str, why: &str) {
    let record = Record::new(Level::Warning, what).with("store", place.to_string());
    log.log(record.with("error", why));
}

/// The thread's part.
struct Keeping {
    place: Place,
    opening: Opening,
    frames: Receiver<(Frame, i64)>,
    shared: Arc<Shared>,
    deltas: Deltas,
    /// What could not be written yet.
    waiting: Vec<Delta>,
    /// The slowest and the failed requests so far.
    exchanges: Gathered,
    writer: Option<Writer>,
    locked_since: Option<Nanos>,
    /// The last second that is in the store.
    kept_to: Option<i64>,
    clock: Clock,
    log: Logger,
}

impl Keeping {
    fn run(mut self) {
        // The run is in the store from its beginning.
        let mut due = self.clock.now();
        let (mut written, mut settling) = (due, true);
        loop {
            let now = self.clock.now();
            if now >= due {
                if let Err(error) = self.write()
                    && self.is_hopeless(&error)
                {
                    return self.give_up(&error);
                }
                written = self.clock.now();
                (due, settling) = (written + EVERY, false);
                continue;
            }
            match self.frames.recv_timeout(due.since(now).into()) {
                Ok((frame, second)) => {
                    self.deltas.apply(&frame, second);
                    for exchange in &frame.exchanges {
                        let ended_ns = self.clock.unix_ns(exchange.sample.at);
                        self.exchanges.add(exchange, (ended_ns / 1_000_000) as i64);
                    }
                    if !settling && !self.deltas.is_empty() {
                        settling = true;
                        due = due.min((self.clock.now() + SETTLING).max(written + APART));
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        self.close();
    }

    /// Writes everything that has come.
    fn write(&mut self) -> Result<(), Error> {
        self.waiting.extend(self.deltas.take());
        let done = self.transact();
        match &done {
            Ok(()) => self.locked_since = None,
            Err(_) => {
                self.locked_since.get_or_insert(self.clock.now());
            }
        }
        done
    }

    fn transact(&mut self) -> Result<(), Error> {
        let writer = match &mut self.writer {
            Some(writer) => writer,
            none => none.insert(Writer::begin(&self.place, &self.opening)?),
        };
        let now_ms = self.clock.unix_ns(self.clock.now()) / 1_000_000;
        let exchanges = Some(&self.exchanges).filter(|exchanges| exchanges.is_changed());
        writer.write(&self.deltas, &self.waiting, exchanges, now_ms as i64)?;
        self.exchanges.written();
        self.kept_to = self.waiting.iter().map(|delta| delta.second).max().max(self.kept_to);
        self.waiting.clear();
        Ok(())
    }

    /// Whether it makes no sense to try again.
    fn is_hopeless(&self, error: &Error) -> bool {
        let locked = self.locked_since.map_or(Nanos::ZERO, |since| self.clock.now().since(since));
        let details = self.waiting.iter().filter_map(|delta| delta.point.detail.as_ref());
        let bytes = details.map(Vec::len).sum::<usize>() + size_of_val(&self.waiting[..]);
        !error.is_busy() || locked > LOCKED_MOST || bytes > WAITING_MOST
    }

    /// Says what is lost, once.
    fn give_up(&self, error: &Error) {
        let what = match self.kept_to {
            Some(second) if second >= 0 => format!("this run is not kept beyond its second {}", second + 1),
            _ if self.writer.is_some() => "this run is kept without its measurements".to_owned(),
            _ => "this run is not kept".to_owned(),
        };
        warn(&self.log, &self.place, &what, &error.to_string());
    }

    /// The last writes. Without a closing the program failed, and the run stays incomplete.
    fn close(mut self) {
        let shared = Arc::clone(&self.shared);
        let deadline = self.clock.now() + LOCKED_MOST_AT_END;
        loop {
            let written = self.write().and_then(|()| match (shared.closing.get(), &mut self.writer) {
                (Some(closing), Some(writer)) => writer
                    .close(closing, shared.lost_frames.load(Relaxed))
                    .map(|()| _ = shared.kept.set(writer.id().to_owned())),
                _ => Ok(()),
            });
            match written {
                Ok(()) => return,
                Err(error) if self.is_hopeless(&error) || self.clock.now() >= deadline => {
                    return self.give_up(&error);
                }
                Err(_) => {}
            }
        }
    }
}
