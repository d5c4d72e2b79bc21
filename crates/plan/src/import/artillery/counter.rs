//! Counting on a worker thread.
//!
//! Main type: [`Counter`], which hands what it counted to the [`World`] about once a second.

use std::any::Any;
use std::rc::Rc;
use std::sync::{Arc, PoisonError};

use model::Nanos;

use super::http::FilledRequests;
use super::stats::Stats;
use super::world::World;
use crate::dialect::DialectWorker;
use crate::session::Session;

/// The metrics of one worker thread.
pub struct Counter {
    world: Arc<World>,
    stats: Stats,
    filled: Rc<FilledRequests>,
    /// Milliseconds between 1970 and the beginning of the run's clock.
    epoch_ms: u64,
}

impl Counter {
    /// A counter that counts nothing yet; it is `now` on the run's clock.
    #[must_use]
    pub fn new(world: Arc<World>, now: Nanos) -> Self {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let epoch_ms = since.map_or(0, |since| since.as_millis() as u64).saturating_sub(now.0 / 1_000_000);
        Self { world, stats: Stats::default(), filled: Rc::default(), epoch_ms }
    }

    /// The metrics, and the time in milliseconds since 1970 that `now` is.
    pub fn at(&mut self, now: Nanos) -> (u64, &mut Stats) {
        (self.epoch_ms + now.0 / 1_000_000, &mut self.stats)
    }
}

impl DialectWorker for Counter {
    fn flush(&mut self) {
        let stats = std::mem::take(&mut self.stats);
        self.world.stats.lock().unwrap_or_else(PoisonError::into_inner).merge(stats);
    }

    fn any(&mut self) -> &mut dyn Any {
        self
    }
}

/// Counts on the session's thread.
pub fn counting(session: &Session, count: impl FnOnce(u64, &mut Stats)) {
    counting_at(session, session.now(), count);
}

/// Counts what happened at that moment on the run's clock.
pub fn counting_at(session: &Session, moment: Nanos, count: impl FnOnce(u64, &mut Stats)) {
    if let Some(worker) = &mut *session.worker().dialect.borrow_mut()
        && let Some(counter) = worker.any().downcast_mut::<Counter>()
    {
        let (now, stats) = counter.at(moment);
        count(now, stats);
    }
}

/// The requests of the session's thread that are always the same.
pub fn filled_requests(session: &Session) -> Option<Rc<FilledRequests>> {
    let mut worker = session.worker().dialect.borrow_mut();
    let counter = worker.as_mut()?.any().downcast_mut::<Counter>()?;
    Some(Rc::clone(&counter.filled))
}
