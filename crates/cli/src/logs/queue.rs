//! A bounded queue from many threads to one, for items that are better late than lost, but not at any price.
//!
//! When it is full the caller waits for room, for a moment. When the reader does not keep up even so (a terminal
//! that was stopped, a full disk), items are dropped and counted at once until half of the queue is free again,
//! so that a stuck log costs virtual users one short wait and not one for each record.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long a caller waits for room.
const PATIENCE: Duration = Duration::from_millis(50);

/// The queue.
pub struct Queue<T> {
    state: Mutex<State<T>>,
    filled: Condvar,
    emptied: Condvar,
    bound: usize,
    dropped: AtomicU64,
}

struct State<T> {
    items: VecDeque<T>,
    stuck: bool,
    closed: bool,
}

impl<T> Queue<T> {
    /// A queue that holds at most `bound` items.
    pub fn new(bound: usize) -> Self {
        Self {
            state: Mutex::new(State { items: VecDeque::new(), stuck: false, closed: false }),
            filled: Condvar::new(),
            emptied: Condvar::new(),
            bound,
            dropped: AtomicU64::new(0),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds an item, waiting a moment for room; drops and counts it when there is none.
    pub fn push(&self, item: T) {
        let mut state = self.lock();
        if state.items.len() >= self.bound && !state.stuck {
            let full = |state: &mut State<T>| state.items.len() >= self.bound && !state.closed;
            let waited = self.emptied.wait_timeout_while(state, PATIENCE, full);
            let (after, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
            state = after;
            state.stuck = timeout.timed_out();
        }
        if state.stuck || state.closed {
            self.dropped.fetch_add(1, Ordering::Relaxed);
            return;
        }
        state.items.push_back(item);
        drop(state);
        self.filled.notify_one();
    }

    /// Adds an item that must not be lost; for the few that steer the reader.
    pub fn push_always(&self, item: T) {
        self.lock().items.push_back(item);
        self.filled.notify_one();
    }

    /// Waits for items and moves all of them to `batch`; false when the queue is closed and empty.
    pub fn take(&self, batch: &mut VecDeque<T>) -> bool {
        let empty = |state: &mut State<T>| state.items.is_empty() && !state.closed;
        let mut state = self.filled.wait_while(self.lock(), empty).unwrap_or_else(PoisonError::into_inner);
        std::mem::swap(&mut state.items, batch);
        state.stuck = false;
        drop(state);
        self.emptied.notify_all();
        !batch.is_empty()
    }

    /// How many items were dropped.
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    /// Takes no more items; the reader gets what is left.
    pub fn close(&self) {
        self.lock().closed = true;
        self.filled.notify_all();
        self.emptied.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_that_does_not_read_costs_one_wait_and_the_loss_is_counted() {
        let queue = Queue::new(2);
        for n in 0..100 {
            queue.push(n);
        }
        assert_eq!(queue.dropped(), 98);
        let mut batch = VecDeque::new();
        assert!(queue.take(&mut batch));
        assert_eq!(batch, [0, 1]);
        batch.clear();
        queue.push(7);
        queue.close();
        assert!(queue.take(&mut batch));
        assert_eq!(batch, [7]);
        batch.clear();
        assert!(!queue.take(&mut batch));
    }
}
