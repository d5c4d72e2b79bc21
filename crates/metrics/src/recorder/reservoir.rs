//! The exchanges of one worker thread that are worth keeping: the slowest, and the first failures of each kind.
//!
//! Main type: [`Reservoir`]. Asking whether an exchange is wanted is a comparison or two and allocates nothing; only an
//! exchange that is wanted is made. Its memory has a bound, and so has the work of a second.

use std::sync::Arc;

use model::{Hidden, Nanos};

use crate::exchange::{Exchange, Standing};

/// Slowest exchanges that are kept.
pub const SLOW_MOST: usize = 10;
/// Failures that are kept of each status or code.
pub const FAILED_EACH: u8 = 3;
/// Statuses and codes of which failures are kept.
pub const KINDS_MOST: usize = 10;
/// Exchanges that are made between two frames at most: where answers become slower all the time, each is the slowest.
const MADE_MOST: u32 = 50;

/// What one thread keeps.
pub(super) struct Reservoir {
    /// Durations of the slowest so far, ascending.
    slowest: Vec<Nanos>,
    /// Failures so far by code.
    kinds: Vec<(u16, u8)>,
    fresh: Vec<Arc<Exchange>>,
    made: u32,
    hidden: Option<Arc<Hidden>>,
}

impl Reservoir {
    pub fn new(hidden: Option<Arc<Hidden>>) -> Self {
        Self {
            slowest: Vec::with_capacity(SLOW_MOST + 1),
            kinds: Vec::with_capacity(KINDS_MOST),
            fresh: Vec::new(),
            made: 0,
            hidden,
        }
    }

    /// Why an exchange is wanted, if it is. A status or code above 0 is that of a failure.
    #[inline]
    pub fn standing(&self, duration: Nanos, failure: Option<u16>) -> Option<Standing> {
        if let Some(code) = failure
            && self.is_new_kind(code)
        {
            return Some(Standing::Failed);
        }
        let is_slow = match self.slowest.first() {
            Some(least) if self.slowest.len() == SLOW_MOST => duration > *least,
            _ => duration > Nanos::ZERO,
        };
        (is_slow && self.made < MADE_MOST).then_some(Standing::Slow)
    }

    fn is_new_kind(&self, code: u16) -> bool {
        match self.kinds.iter().find(|(known, _)| *known == code) {
            Some((_, kept)) => *kept < FAILED_EACH,
            None => self.kinds.len() < KINDS_MOST,
        }
    }

    /// Keeps an exchange that was wanted.
    pub fn keep(&mut self, mut exchange: Exchange) {
        if let Some(hidden) = &self.hidden {
            exchange.hide(hidden);
        }
        let duration = exchange.sample.duration;
        match exchange.standing {
            Standing::Failed => match self.kinds.iter_mut().find(|(known, _)| *known == exchange.code) {
                Some((_, kept)) => *kept += 1,
                None => self.kinds.push((exchange.code, 1)),
            },
            Standing::Slow => {
                let at = self.slowest.partition_point(|one| *one < duration);
                self.slowest.insert(at, duration);
                if self.slowest.len() > SLOW_MOST {
                    self.slowest.remove(0);
                }
                self.made += 1;
                let slow = |one: &&mut Arc<Exchange>| one.standing == Standing::Slow;
                // The fastest of the fresh ones has been beaten by all the others.
                if self.fresh.iter_mut().filter(slow).count() >= SLOW_MOST {
                    let least = self.fresh.iter_mut().filter(slow).min_by_key(|one| one.sample.duration);
                    if let Some(least) = least {
                        *least = Arc::new(exchange);
                    }
                    return;
                }
            }
        }
        self.fresh.push(Arc::new(exchange));
    }

    /// What was kept since this was last called.
    pub fn take(&mut self) -> Vec<Arc<Exchange>> {
        self.made = 0;
        std::mem::take(&mut self.fresh)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::Message;
    use crate::recorder::HttpSample;

    fn exchange(standing: Standing, millis: u64, code: u16) -> Exchange {
        Exchange {
            standing,
            sample: HttpSample { duration: Nanos::from_millis(millis), ..HttpSample::default() },
            method: "GET".to_owned(),
            url: "http://h/?q=geheim7".to_owned(),
            status: 0,
            code,
            error: None,
            proto: "",
            remote: None,
            trace_id: None,
            tags: Vec::new(),
            request: Message::default(),
            response: Message { body: "it is geheim7".to_owned(), ..Message::default() },
        }
    }

    fn offer(reservoir: &mut Reservoir, millis: u64, failure: Option<u16>) -> Option<Standing> {
        let standing = reservoir.standing(Nanos::from_millis(millis), failure)?;
        reservoir.keep(exchange(standing, millis, failure.unwrap_or(0)));
        Some(standing)
    }

    #[test]
    fn the_slowest_are_kept() {
        let mut reservoir = Reservoir::new(None);
        for millis in [5, 50, 7, 6, 51, 52, 8, 9, 53, 10, 1, 54, 2, 11, 3] {
            offer(&mut reservoir, millis, None);
        }
        let mut kept: Vec<u64> =
            reservoir.take().iter().map(|one| one.sample.duration.0 / 1_000_000).collect();
        kept.sort_unstable();
        assert_eq!(kept, [7, 8, 9, 10, 11, 50, 51, 52, 53, 54]);
        assert_eq!(offer(&mut reservoir, 7, None), None, "as slow as the last is not slower");
        assert_eq!(offer(&mut reservoir, 12, None), Some(Standing::Slow));
        assert_eq!(reservoir.take().len(), 1, "only what is new");
    }

    #[test]
    fn of_each_kind_of_failure_the_first_are_kept() {
        let mut reservoir = Reservoir::new(None);
        for millis in 100..100 + SLOW_MOST as u64 {
            offer(&mut reservoir, millis, None);
        }
        let failed: Vec<bool> =
            (0..5).map(|_| offer(&mut reservoir, 1, Some(1500)) == Some(Standing::Failed)).collect();
        assert_eq!(failed, [true, true, true, false, false]);
        assert_eq!(offer(&mut reservoir, 1, Some(1050)), Some(Standing::Failed));
        for code in 0..50 {
            offer(&mut reservoir, 1, Some(code));
        }
        assert_eq!(reservoir.kinds.len(), KINDS_MOST, "there is a bound to kinds");
        assert_eq!(
            offer(&mut reservoir, 500, Some(1500)),
            Some(Standing::Slow),
            "a failure may be slow, too"
        );
    }

    #[test]
    fn ever_slower_answers_do_not_keep_the_thread_busy() {
        let mut reservoir = Reservoir::new(None);
        let made = (1..1_000).filter(|millis| offer(&mut reservoir, *millis, None).is_some()).count();
        assert_eq!(made, MADE_MOST as usize);
        assert_eq!(reservoir.take().len(), SLOW_MOST);
        assert!(offer(&mut reservoir, 2_000, None).is_some(), "after a frame there is time again");
    }

    #[test]
    fn secrets_are_taken_out() {
        let hidden = Arc::<Hidden>::default();
        hidden.add("geheim7");
        let mut reservoir = Reservoir::new(Some(hidden));
        offer(&mut reservoir, 1, None);
        let kept = reservoir.take();
        assert!(!format!("{kept:?}").contains("geheim7"), "{kept:?}");
    }
}
