//! Who has to be gone by when: deadlines of the stays of one scenario on one thread.
//!
//! Main type: [`Watch`]. At its deadline a user is told to stop; [`LAST_RESORT`] later it is taken away. Stays
//! that ended by themselves cost one look.

use std::cmp::{Ordering, Reverse};
use std::collections::{BinaryHeap, VecDeque};
use std::rc::Rc;

use model::Nanos;

use crate::seat::{Seat, Stint, Word};

/// How long an interrupted iteration may take to unwind before its user is abandoned. Unwinding is a matter of
/// microseconds; only foreign code that neither ends nor polls comes this far.
pub(crate) const LAST_RESORT: Nanos = Nanos::from_secs(10);

/// Deadlines of stays.
#[derive(Default)]
pub(crate) struct Watch {
    /// Those that may still go on, the earliest deadline first.
    pending: BinaryHeap<Reverse<Entry>>,
    /// Those that were told to stop, with the time when they are abandoned; in order.
    stopped: VecDeque<Entry>,
}

struct Entry {
    at: Nanos,
    stint: Stint,
    seat: Rc<Seat>,
}

impl Watch {
    /// Watches over a stay.
    pub(crate) fn add(&mut self, seat: Rc<Seat>, stint: Stint, deadline: Nanos) {
        self.pending.push(Reverse(Entry { at: deadline, stint, seat }));
    }

    /// Tells everybody to stop, whatever their deadlines are.
    pub(crate) fn all_out(&mut self, now: Nanos) {
        while let Some(Reverse(entry)) = self.pending.pop() {
            self.stop(entry, now);
        }
    }

    /// Enforces what is due and says when to look again.
    pub(crate) fn enforce(&mut self, now: Nanos) -> Nanos {
        while self.pending.peek().is_some_and(|entry| entry.0.at <= now) {
            if let Some(Reverse(entry)) = self.pending.pop() {
                self.stop(entry, now);
            }
        }
        while self.stopped.front().is_some_and(|entry| entry.at <= now || !entry.is_here()) {
            if let Some(entry) = self.stopped.pop_front().filter(Entry::is_here) {
                entry.seat.tell(Word::Abandon);
            }
        }
        let next = self.pending.peek().map(|entry| entry.0.at);
        next.into_iter().chain(self.stopped.front().map(|entry| entry.at)).min().unwrap_or(Nanos::MAX)
    }

    fn stop(&mut self, entry: Entry, now: Nanos) {
        // Who has left has nothing to stop; who has not come yet sees for itself that it is too late.
        if entry.is_here() {
            entry.seat.tell(Word::Stop);
            self.stopped.push_back(Entry { at: now + LAST_RESORT, ..entry });
        }
    }
}

impl Entry {
    fn is_here(&self) -> bool {
        self.seat.is_held_by(self.stint)
    }
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> Ordering {
        self.at.cmp(&other.at)
    }
}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.at == other.at
    }
}

impl Eq for Entry {}
