//! Who runs when: groups in their phases, one after another or together, and the end of the test.
//!
//! Main type: [`Stage`], shared by all users of the process.

use std::sync::atomic::{AtomicU8, AtomicU32, Ordering::SeqCst};
use std::sync::{Mutex, PoisonError};

use tokio::sync::{Notify, watch};

use super::tree::{Phase, Plan};

/// How a test was told to end.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Stopped {
    /// It was not.
    No,
    /// Samples under way come to their end.
    Gently,
    /// Nothing is waited for.
    Now,
}

/// The course of a test.
pub struct Stage {
    groups: Vec<(Phase, AtomicU32)>,
    serial: bool,
    teardown_after_stop: bool,
    left: Mutex<Vec<usize>>,
    changed: watch::Sender<u64>,
    stopped: AtomicU8,
    main_began: AtomicU8,
    /// Threads that run now.
    pub active: AtomicU32,
    locks: Mutex<std::collections::BTreeMap<String, std::sync::Arc<Lock>>>,
}

/// A place where one thread may be at once.
#[derive(Debug, Default)]
pub struct Lock {
    taken: Mutex<bool>,
    freed: Notify,
}

impl Lock {
    /// Waits until it is free and takes it.
    pub async fn take(&self) {
        loop {
            let freed = self.freed.notified();
            {
                let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
                if !*taken {
                    *taken = true;
                    return;
                }
            }
            freed.await;
        }
    }

    /// Lets the next one in.
    pub fn free(&self) {
        *self.taken.lock().unwrap_or_else(PoisonError::into_inner) = false;
        self.freed.notify_one();
    }
}

impl Stage {
    /// The course of a plan that has not begun.
    #[must_use]
    pub fn new(plan: &Plan) -> Self {
        let left = plan.groups.iter().map(|group| if group.open { 1 } else { group.lives.len() }).collect();
        Self {
            groups: plan.groups.iter().map(|group| (group.phase, AtomicU32::new(0))).collect(),
            serial: plan.serial,
            teardown_after_stop: plan.teardown_after_stop,
            left: Mutex::new(left),
            changed: watch::Sender::new(0),
            stopped: AtomicU8::new(0),
            main_began: AtomicU8::new(0),
            active: AtomicU32::new(0),
            locks: Mutex::default(),
        }
    }

    /// How the test was told to end.
    #[must_use]
    pub fn stopped(&self) -> Stopped {
        match self.stopped.load(SeqCst) {
            0 => Stopped::No,
            1 => Stopped::Gently,
            _ => Stopped::Now,
        }
    }

    /// Tells the test to end.
    pub fn stop(&self, how: Stopped) {
        self.stopped.fetch_max(how as u8, SeqCst);
        self.changed.send_modify(|version| *version += 1);
    }

    /// Waits until the test is told to end.
    pub async fn until_stopped(&self, phase: Phase) {
        let mut changes = self.changed.subscribe();
        loop {
            if self.ends(phase) {
                return;
            }
            if changes.changed().await.is_err() {
                return std::future::pending().await;
            }
        }
    }

    /// Whether a thread of this phase is to end.
    #[must_use]
    pub fn ends(&self, phase: Phase) -> bool {
        // What runs after a stop is not touched by it.
        phase != Phase::Teardown && self.stopped() != Stopped::No
    }

    /// Waits for a group's turn; says whether it runs at all.
    pub async fn turn(&self, group: usize) -> bool {
        let phase = self.groups[group].0;
        let mut changes = self.changed.subscribe();
        loop {
            if self.ends(phase) {
                return false;
            }
            if self.is_turn_of(group) {
                if phase == Phase::Main {
                    self.main_began.store(1, SeqCst);
                }
                let stopped = self.stopped() != Stopped::No;
                return !stopped || (self.teardown_after_stop && self.main_began.load(SeqCst) == 1);
            }
            if changes.changed().await.is_err() {
                return false;
            }
        }
    }

    fn is_turn_of(&self, group: usize) -> bool {
        let left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        let phase = self.groups[group].0;
        self.groups.iter().enumerate().all(|(at, (other, _))| {
            let before = *other < phase || (*other == phase && self.serial && at < group);
            !before || left[at] == 0
        })
    }

    /// A thread of a group (or its driver) is gone for good.
    pub fn gone(&self, group: usize) {
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        left[group] = left[group].saturating_sub(1);
        drop(left);
        self.changed.send_modify(|version| *version += 1);
    }

    /// A thread begins to run; gives how many of its group and of all run now.
    pub fn begins(&self, group: usize) -> (u32, u32) {
        let own = self.groups[group].1.fetch_add(1, SeqCst) + 1;
        (own, self.active.fetch_add(1, SeqCst) + 1)
    }

    /// A thread ends to run.
    pub fn ended(&self, group: usize) {
        self.groups[group].1.fetch_sub(1, SeqCst);
        self.active.fetch_sub(1, SeqCst);
    }

    /// How many threads of a group and of all run now.
    #[must_use]
    pub fn threads(&self, group: usize) -> (u32, u32) {
        (self.groups[group].1.load(SeqCst), self.active.load(SeqCst))
    }

    /// The lock of that name.
    #[must_use]
    pub fn lock(&self, name: &str) -> std::sync::Arc<Lock> {
        let mut locks = self.locks.lock().unwrap_or_else(PoisonError::into_inner);
        std::sync::Arc::clone(locks.entry(name.to_owned()).or_default())
    }
}
