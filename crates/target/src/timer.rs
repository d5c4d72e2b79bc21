//! Waits that end when they should: to tens of microseconds, where the runtime's timers tick in milliseconds.
//!
//! [`Timer`] is one thread with a heap of deadlines. It serves the endpoints whose delay is the point
//! (`/work`, `/queue`, faults); everything else uses the runtime's own timers.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use model::{Clock, Nanos};
use tokio::sync::oneshot;

/// The shared side of the timer thread; clones refer to the same thread.
#[derive(Clone)]
pub struct Timer(Arc<Shared>);

struct Shared {
    clock: Clock,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    waits: BinaryHeap<Reverse<Wait>>,
    ended: bool,
}

/// One sleeper; ordered by its deadline alone.
struct Wait {
    at: Nanos,
    wake: oneshot::Sender<()>,
}

impl PartialEq for Wait {
    fn eq(&self, other: &Self) -> bool {
        self.at == other.at
    }
}
impl Eq for Wait {}
impl PartialOrd for Wait {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Wait {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.at.cmp(&other.at)
    }
}

impl Timer {
    /// Starts the thread; it ends with [`Timer::end`].
    pub fn start(clock: Clock) -> std::io::Result<(Self, JoinHandle<()>)> {
        let shared = Arc::new(Shared { clock, state: Mutex::default(), changed: Condvar::new() });
        let timer = Self(Arc::clone(&shared));
        let thread = std::thread::Builder::new().name("target-timer".into()).spawn(move || shared.run())?;
        Ok((timer, thread))
    }

    /// Completes `span` from now.
    pub async fn sleep(&self, span: Duration) {
        self.until(self.0.clock.now() + Nanos::from(span)).await;
    }

    /// Completes at `at`, or at once when that is past.
    pub async fn until(&self, at: Nanos) {
        if at <= self.0.clock.now() {
            return;
        }
        let (wake, woken) = oneshot::channel();
        {
            let mut state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
            if state.ended {
                return;
            }
            let first = state.waits.peek().is_none_or(|Reverse(wait)| at < wait.at);
            state.waits.push(Reverse(Wait { at, wake }));
            drop(state);
            if first {
                self.0.changed.notify_one();
            }
        }
        // The sender is dropped only when the timer ends, and then there is nothing left to wait for.
        let _ = woken.await;
    }

    /// Ends the thread and wakes every sleeper.
    pub fn end(&self) {
        let mut state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.ended = true;
        state.waits.clear();
        drop(state);
        self.0.changed.notify_one();
    }
}

impl Shared {
    fn run(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        while !state.ended {
            let now = self.clock.now();
            while state.waits.peek().is_some_and(|Reverse(wait)| wait.at <= now) {
                if let Some(Reverse(wait)) = state.waits.pop() {
                    // A sleeper that has gone away needs no waking.
                    let _ = wait.wake.send(());
                }
            }
            state = match state.waits.peek() {
                Some(Reverse(wait)) => {
                    let span = Duration::from_nanos((wait.at - now).0);
                    self.changed.wait_timeout(state, span).unwrap_or_else(PoisonError::into_inner).0
                }
                None => self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deadlines_are_kept_in_any_order() {
        let (timer, thread) = Timer::start(Clock::start()).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let start = timer.0.clock.now();
            let spans = [7, 3, 5, 0];
            let waits = spans.map(|ms| {
                let timer = timer.clone();
                tokio::spawn(async move {
                    timer.until(start + Nanos::from_millis(ms)).await;
                    timer.0.clock.now()
                })
            });
            for (wait, ms) in waits.into_iter().zip(spans) {
                let woken = wait.await.unwrap();
                assert!(woken >= start + Nanos::from_millis(ms), "{ms} ms ended early");
            }
        });
        timer.end();
        thread.join().unwrap();
    }
}
