//! Fetches the memory of the task that runs next while another one runs.
//!
//! With thousands of users on a thread the cache holds none of them, and a user that goes on would wait for main memory
//! again and again: a fiber some two hundred times. But the order in which tasks are woken is nearly always the order in
//! which they are polled, so each wake is noted in a queue, and each poll asks the processor for the memory that the
//! next one in the queue is known to touch: what its owner named, such as the top of a stack.
//!
//! Main type: [`Herald`], a waker that notes the wake before it passes it on. All of this is advice: a wrong
//! guess costs time and nothing else.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::task::{Wake, Waker};

/// Bytes of a processor's cache line.
const LINE_BYTES: usize = 64;
/// How many places in memory a task may name.
pub const PLACES: usize = 10;
/// How many wakes are remembered: more would be forgotten by the cache before they are polled anyway.
const QUEUE: usize = 4_096;
/// How far into the queue a poll looks for its own wake.
const SEARCH: usize = 16;

struct Noted {
    herald: usize,
    places: [Place; PLACES],
}

thread_local! {
    /// Wakes that have not been followed by a poll, the oldest first.
    static NOTED: RefCell<VecDeque<Noted>> = const { RefCell::new(VecDeque::new()) };
    /// Whether this thread polls tasks with heralds; no other keeps notes.
    static POLLS: Cell<bool> = const { Cell::new(false) };
}

/// Neighbouring lines of memory.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Place(u64);

impl Place {
    /// How many bits hold the number of the first line; the others hold how many there are.
    const FIRST_BITS: u32 = 48;

    /// So many bytes from an address on.
    #[must_use]
    pub const fn at(address: usize, bytes: usize) -> Self {
        let first = (address / LINE_BYTES) as u64 & ((1 << Self::FIRST_BITS) - 1);
        let lines = (address % LINE_BYTES + bytes).div_ceil(LINE_BYTES) as u64;
        let lines = if lines > u16::MAX as u64 { u16::MAX as u64 } else { lines };
        Self(lines << Self::FIRST_BITS | first)
    }

    /// Where a value lies.
    #[must_use]
    pub fn of<T: ?Sized>(value: &T) -> Self {
        Self::at(std::ptr::from_ref(value).addr(), size_of_val(value))
    }

    /// The address of the first line, and how many there are.
    fn lines(self) -> (usize, usize) {
        let first = self.0 & ((1 << Self::FIRST_BITS) - 1);
        (first as usize * LINE_BYTES, (self.0 >> Self::FIRST_BITS) as usize)
    }
}

/// A waker that notes whom it wakes, and knows what memory that one touches.
#[derive(Debug)]
pub struct Herald {
    owner: Waker,
    places: [AtomicU64; PLACES],
    noted: AtomicBool,
}

impl Herald {
    /// A herald in front of the waker of whoever polls the task, which touches these places.
    #[must_use]
    pub fn new(owner: Waker, places: [Place; PLACES]) -> Arc<Self> {
        Arc::new(Self { owner, places: places.map(|place| place.0.into()), noted: AtomicBool::new(false) })
    }

    /// Whether waking this herald wakes `waker`.
    #[must_use]
    pub fn serves(&self, waker: &Waker) -> bool {
        self.owner.will_wake(waker)
    }

    /// What the task touches, as far as it was named.
    #[must_use]
    pub fn places(&self) -> [Place; PLACES] {
        std::array::from_fn(|at| Place(self.places[at].load(Relaxed)))
    }

    /// Names a place that the task touches from now on, instead of the one with the same number. It need not stay
    /// valid. Numbers from [`PLACES`] on are ignored.
    pub fn name(&self, number: usize, place: Place) {
        if let Some(known) = self.places.get(number) {
            known.store(place.0, Relaxed);
        }
    }

    /// To be called when the task is polled: forgets its wake, and fetches the memory of the next task.
    pub fn polled(&self) {
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
                next.places.iter().for_each(|place| fetch(*place));
            }
        });
    }

    fn note(&self) {
        if POLLS.get() && !self.noted.swap(true, Relaxed) {
            NOTED.with_borrow_mut(|noted| {
                if noted.len() == QUEUE {
                    noted.clear();
                }
                noted.push_back(Noted { herald: std::ptr::from_ref(self) as usize, places: self.places() });
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

/// Asks for the lines of a place, near the processor but not in its smallest cache.
#[inline]
fn fetch(place: Place) {
    let (start, lines) = place.lines();
    #[cfg(target_arch = "x86_64")]
    for line in 0..lines {
        use std::arch::x86_64::{_MM_HINT_T1, _mm_prefetch};
        let address = start.wrapping_add(line * LINE_BYTES);
        // SAFETY: a prefetch is advice: any address is allowed, mapped or not, and nothing is read.
        unsafe { _mm_prefetch::<_MM_HINT_T1>(address as *const i8) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (start, lines);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_whole_lines() {
        let lines = |address, bytes| Place::at(address, bytes).lines();
        assert_eq!(lines(0x7fff_0000_1040, 64), (0x7fff_0000_1040, 1));
        assert_eq!(lines(0x7fff_0000_1041, 64), (0x7fff_0000_1040, 2));
        assert_eq!(lines(0x7fff_0000_107f, 1), (0x7fff_0000_1040, 1));
        assert_eq!(lines(0x1000, 8 << 10), (0x1000, 128));
        assert_eq!(lines(0, 0), (0, 0));
    }

    #[test]
    fn a_place_takes_that_of_another_with_its_number() {
        let places = [Place::at(64, 64); PLACES];
        // Clones of one clone: the table behind `noop` itself may lie in memory twice, and then it is two wakers.
        let waker = Waker::noop().clone();
        let herald = Herald::new(waker.clone(), places);
        herald.name(3, Place::at(4096, 128));
        herald.name(PLACES, Place::at(0, 1));
        let now = herald.places();
        assert_eq!((now[2], now[3]), (places[2], Place::at(4096, 128)));
        assert!(herald.serves(&waker));
    }
}
