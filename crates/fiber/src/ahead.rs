//! Fetches the memory of the fiber that runs next while another one runs.
//!
//! With thousands of fibers on a thread the cache holds none of them, and a fiber that is resumed would wait
//! for main memory some two hundred times. But the order in which fibers are woken is nearly always the order
//! in which they are polled, so each wake is noted in a queue, and each poll asks the processor for the memory
//! that the next one in the queue is known to touch: the top of its stack and what its owner named.
//!
//! Main type: [`Herald`], a waker that notes the wake before it passes it on. All of this is advice: a wrong
//! guess costs time and nothing else.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::task::{Wake, Waker};

/// Bytes of a processor's cache line.
const LINE_BYTES: usize = 64;
/// How many ranges of memory a fiber may name, the one of its stack included.
pub(crate) const RANGES: usize = 8;
/// How many wakes are remembered: more would be forgotten by the cache before they are polled anyway.
const QUEUE: usize = 4_096;
/// How far into the queue a poll looks for its own wake.
const SEARCH: usize = 16;

/// Ranges of memory: address and bytes.
pub(crate) type Ranges = [(usize, usize); RANGES];

struct Noted {
    herald: usize,
    ranges: Ranges,
}

thread_local! {
    /// Wakes that have not been followed by a poll, the oldest first.
    static NOTED: RefCell<VecDeque<Noted>> = const { RefCell::new(VecDeque::new()) };
    /// Whether this thread polls fibers; no other keeps notes.
    static POLLS: Cell<bool> = const { Cell::new(false) };
}

/// A waker that notes whom it wakes.
pub(crate) struct Herald {
    owner: Waker,
    ranges: Ranges,
    noted: AtomicBool,
}

impl Herald {
    /// A herald in front of the waker of whoever polls the fiber.
    pub(crate) fn new(owner: Waker, ranges: Ranges) -> Arc<Self> {
        Arc::new(Self { owner, ranges, noted: AtomicBool::new(false) })
    }

    /// Whether waking this herald wakes `waker`.
    pub(crate) fn serves(&self, waker: &Waker) -> bool {
        self.owner.will_wake(waker)
    }

    /// To be called when the fiber is polled: forgets its wake, and fetches the memory of the next fiber.
    pub(crate) fn polled(&self) {
        POLLS.set(true);
        if !self.noted.swap(false, Relaxed) {
            return;
        }
        NOTED.with_borrow_mut(|noted| {
            let own = std::ptr::from_ref(self) as usize;
            // Not found means that an owner polls in an order of its own; the queue still has to move on.
            let place = noted.iter().take(SEARCH).position(|noted| noted.herald == own).unwrap_or(0);
            noted.drain(..(place + 1).min(noted.len()));
            if let Some(next) = noted.front() {
                next.ranges.iter().for_each(|&(start, bytes)| fetch(start, bytes));
            }
        });
    }

    fn note(&self) {
        if POLLS.get() && !self.noted.swap(true, Relaxed) {
            NOTED.with_borrow_mut(|noted| {
                if noted.len() == QUEUE {
                    noted.clear();
                }
                noted.push_back(Noted { herald: std::ptr::from_ref(self) as usize, ranges: self.ranges });
            });
        }
    }
}

impl Wake for Herald {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.note();
        self.owner.wake_by_ref();
    }
}

/// Asks for the lines of a range, near the processor but not in its smallest cache.
#[inline]
fn fetch(start: usize, bytes: usize) {
    #[cfg(target_arch = "x86_64")]
    for line in (start & !(LINE_BYTES - 1)..start + bytes).step_by(LINE_BYTES) {
        use std::arch::x86_64::{_MM_HINT_T1, _mm_prefetch};
        // SAFETY: a prefetch is advice: any address is allowed, mapped or not, and nothing is read.
        unsafe { _mm_prefetch::<_MM_HINT_T1>(line as *const i8) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (start, bytes);
}
