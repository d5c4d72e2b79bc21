//! Work that takes a known time: `/api/work/MS`, and `/queue`, a waiting line with a number of
//! servers.
//!
//! Main type: [`Station`], a pure model of such a line: who arrives when is served when. The handlers only
//! wait for what it says, so waiting times are exact and do not add up timer faults.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use model::Nanos;
use serde_json::json;

use crate::body::{Outcome, Refusal, ok};
use crate::exchange::Exchange;
use crate::shop::Shop;

/// The longest work that is done, and the most servers that a line has.
const MAX_WORK_MS: f64 = 600_000.0;
const MAX_SERVERS: usize = 10_000;
/// Lines that are kept; asking for more forgets all.
const MAX_STATIONS: usize = 1000;

/// First come, first served, by one of several servers.
#[derive(Debug)]
pub struct Station {
    /// When each server is free, the earliest first.
    free: BinaryHeap<Reverse<Nanos>>,
    /// When those who wait will be served, in their order.
    waiting: VecDeque<Nanos>,
}

/// When somebody is served.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Turn {
    /// When a server takes them on.
    pub start: Nanos,
    /// When they are done.
    pub end: Nanos,
    /// How many wait before them.
    pub ahead: usize,
}

impl Station {
    /// A line with this many servers, all free.
    pub fn new(servers: usize) -> Self {
        Self {
            free: std::iter::repeat_n(Reverse(Nanos::ZERO), servers.max(1)).collect(),
            waiting: VecDeque::new(),
        }
    }

    /// How many wait at `now`.
    pub fn waiting(&mut self, now: Nanos) -> usize {
        while self.waiting.front().is_some_and(|start| *start <= now) {
            self.waiting.pop_front();
        }
        self.waiting.len()
    }

    /// Somebody arrives and needs `service`.
    pub fn arrive(&mut self, now: Nanos, service: Nanos) -> Turn {
        let ahead = self.waiting(now);
        let Reverse(free) = self.free.pop().unwrap_or(Reverse(now));
        let start = free.max(now);
        let end = start + service;
        self.free.push(Reverse(end));
        if start > now {
            self.waiting.push_back(start);
        }
        Turn { start, end, ahead }
    }
}

/// The lines by name and number of servers.
#[derive(Default)]
pub struct Stations(Mutex<HashMap<(String, usize), Station>>);

impl Stations {
    /// Somebody arrives; refused when `room` already wait.
    fn arrive(&self, key: (String, usize), now: Nanos, service: Nanos, room: usize) -> Option<Turn> {
        let mut stations = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if stations.len() >= MAX_STATIONS && !stations.contains_key(&key) {
            stations.clear();
        }
        let servers = key.1;
        let station = stations.entry(key).or_insert_with(|| Station::new(servers));
        if station.waiting(now) >= room { None } else { Some(station.arrive(now, service)) }
    }
}

/// `/queue?service_ms=5&servers=4[&distribution=exp][&room=100][&name=x]`
pub async fn answer(shop: &Shop, exchange: &Exchange<'_>) -> Outcome {
    let now = shop.clock.now();
    let mut service_ms = exchange.arg_or("service_ms", 5.0_f64).clamp(0.0, MAX_WORK_MS);
    match exchange.arg("distribution").as_deref() {
        None | Some("fixed") => {}
        // 1 - u is above zero, so its logarithm exists.
        Some("exp") => service_ms *= -(1.0 - shop.random.unit()).ln(),
        Some(other) => return Err(Refusal::bad_request(format!("no distribution is called `{other}`"))),
    }
    let servers = exchange.arg_or("servers", 1_usize).clamp(1, MAX_SERVERS);
    let room = exchange.arg_or("room", usize::MAX);
    let key = (exchange.arg("name").unwrap_or_default().into_owned(), servers);
    let turn = shop.stations.arrive(key, now, span_of(service_ms), room);
    let turn = turn.ok_or_else(|| Refusal::unavailable(format!("{room} are waiting already")))?;
    shop.timer.until(turn.end).await;
    ok(&json!({
        "waitedMs": (turn.start - now).as_millis_f64(),
        "servedMs": service_ms,
        "ahead": turn.ahead,
        "servers": servers,
    }))
}

/// `/api/work/MS`
pub async fn work(shop: &Shop, span: &str) -> Outcome {
    let now = shop.clock.now();
    let ms: f64 = span.trim_end_matches("ms").parse().unwrap_or(-1.0);
    if !(0.0..=MAX_WORK_MS).contains(&ms) {
        return Err(Refusal::bad_request(format!(
            "`{span}` is not a number of milliseconds up to {MAX_WORK_MS}"
        )));
    }
    shop.timer.until(now + span_of(ms)).await;
    ok(&json!({"workedMs": ms}))
}

fn span_of(ms: f64) -> Nanos {
    Nanos::from(Duration::from_secs_f64(ms / 1000.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_line_moves_up() {
        let mut station = Station::new(2);
        let mut arrive = |now, service| {
            let turn = station.arrive(Nanos(now), Nanos(service));
            (turn.start.0, turn.end.0, turn.ahead)
        };
        assert_eq!(arrive(0, 10), (0, 10, 0));
        assert_eq!(arrive(1, 10), (1, 11, 0));
        assert_eq!(arrive(2, 10), (10, 20, 0));
        assert_eq!(arrive(2, 10), (11, 21, 1));
        assert_eq!(arrive(10, 10), (20, 30, 1));
        assert_eq!(arrive(40, 10), (40, 50, 0));
    }

    proptest! {
        /// Nobody is served before they come or before those ahead, no server has two at once, and none is
        /// idle while somebody waits.
        #[test]
        fn the_line_is_fair_and_busy(
            servers in 1_usize..5,
            arrivals in prop::collection::vec((0_u64..20, 0_u64..50), 1..60),
        ) {
            let mut station = Station::new(servers);
            let mut now = 0;
            let mut turns: Vec<Turn> = Vec::new();
            for (gap, service) in arrivals {
                now += gap;
                let turn = station.arrive(Nanos(now), Nanos(service));
                prop_assert!(turn.start >= Nanos(now));
                prop_assert_eq!(turn.end, turn.start + Nanos(service));
                prop_assert!(turns.last().is_none_or(|last| last.start <= turn.start));
                let busy = turns.iter().filter(|t| t.start <= turn.start && turn.start < t.end).count();
                prop_assert!(busy < servers);
                if turn.start > Nanos(now) {
                    let just_before = Nanos(turn.start.0 - 1);
                    let busy = turns.iter().filter(|t| t.start <= just_before && just_before < t.end).count();
                    prop_assert_eq!(busy, servers);
                }
                turns.push(turn);
            }
        }
    }
}
