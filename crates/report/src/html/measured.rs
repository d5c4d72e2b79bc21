//! What a report draws, gathered from a run second by second.
//!
//! Main type: [`Measured`]. Points go in one at a time; what stays is bounded: so many slots of time, so many
//! endpoints. What the numbers mean is said elsewhere.

use std::collections::BTreeMap;

use metrics::{Point, Sink, Trend};

/// A chart has at most so many slots of time; a slot of a longer run has several seconds.
const SLOTS: u64 = 600;
/// Endpoints beyond these are counted together.
const ENDPOINTS: usize = 500;
/// Kinds of failures beyond these are counted together.
const FAILURES: usize = 200;
/// What there is no more room for.
const OTHERS: &str = "(others)";

/// Metrics of which one is what the report is about: the first that was measured.
pub const MAIN: [&str; 3] = ["http_req_duration", "grpc_req_duration", "iteration_duration"];
/// The phases of a request in their order: metric and name.
pub const PHASES: [(&str, &str); 6] = [
    ("http_req_blocked", "blocked"),
    ("http_req_connecting", "connecting"),
    ("http_req_tls_handshaking", "TLS"),
    ("http_req_sending", "sending"),
    ("http_req_waiting", "waiting"),
    ("http_req_receiving", "receiving"),
];
/// Counters that are drawn over time.
const COUNTERS: [&str; 5] = ["http_reqs", "iterations", "dropped_iterations", "data_received", "data_sent"];

/// Hits among all, of a slot or of everything.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
pub struct Share {
    /// Those that were counted.
    pub hits: u64,
    /// All.
    pub total: u64,
}

impl Share {
    fn add(&mut self, hits: u64, total: u64) {
        self.hits += hits;
        self.total += total;
    }

    /// Hits divided by all; none without any.
    #[must_use]
    pub fn value(self) -> Option<f64> {
        (self.total > 0).then(|| self.hits as f64 / self.total as f64)
    }
}

/// Requests of one name and method.
#[derive(Clone, Default, Debug)]
pub struct Endpoint {
    /// How long they took, in milliseconds.
    pub durations: Trend,
    /// How many there were.
    pub requests: f64,
    /// Those that failed.
    pub failed: Share,
}

/// What a scenario did.
#[derive(Clone, Default, Debug)]
pub struct Scenario {
    /// How long its requests took, in milliseconds.
    pub durations: Trend,
    /// How long its iterations took, in milliseconds.
    pub iteration_durations: Trend,
    /// Its requests.
    pub requests: f64,
    /// Its iterations.
    pub iterations: f64,
    /// Iterations that had no user.
    pub dropped: f64,
    /// Its requests that failed.
    pub failed: Share,
}

/// What failed, and how: endpoint, status, code and text of the error.
pub type Failure = (String, String, String, String);

/// Everything a report draws of one run.
#[derive(Debug)]
pub struct Measured {
    /// Length of a slot, in seconds.
    pub step: u64,
    /// Durations of the main metrics in each slot, in milliseconds.
    pub durations: BTreeMap<&'static str, Vec<Trend>>,
    /// The same of the whole run, with what came before the load.
    pub totals: BTreeMap<&'static str, Trend>,
    /// Sum in milliseconds and number of each phase in each slot.
    pub phases: BTreeMap<&'static str, Vec<(f64, u64)>>,
    /// Each phase in the whole run, in milliseconds.
    pub phase_totals: BTreeMap<&'static str, Trend>,
    /// Sums of counters in each slot.
    pub counters: BTreeMap<&'static str, Vec<f64>>,
    /// Failed requests in each slot.
    pub failed: Vec<Share>,
    /// The most virtual users of each slot, where it was measured.
    pub users: Vec<Option<f64>>,
    /// Requests by name and method.
    pub endpoints: BTreeMap<(String, String), Endpoint>,
    /// Scenarios by name.
    pub scenarios: BTreeMap<String, Scenario>,
    /// Failed requests by what failed.
    pub failures: BTreeMap<Failure, u64>,
}

impl Measured {
    /// Room for a run of so many seconds.
    #[must_use]
    pub fn of_seconds(seconds: u64) -> Self {
        let step = seconds.div_ceil(SLOTS).max(1);
        let slots = seconds.div_ceil(step).max(1) as usize;
        let counters = COUNTERS.iter().map(|name| (*name, vec![0.0; slots])).collect();
        let phases = PHASES.iter().map(|(name, _)| (*name, vec![(0.0, 0); slots])).collect();
        Self {
            step,
            durations: MAIN.iter().map(|name| (*name, vec![Trend::new(); slots])).collect(),
            totals: MAIN.iter().map(|name| (*name, Trend::new())).collect(),
            phases,
            phase_totals: PHASES.iter().map(|(name, _)| (*name, Trend::new())).collect(),
            counters,
            failed: vec![Share::default(); slots],
            users: vec![None; slots],
            endpoints: BTreeMap::new(),
            scenarios: BTreeMap::new(),
            failures: BTreeMap::new(),
        }
    }

    /// Slots of time.
    #[must_use]
    pub fn slots(&self) -> usize {
        self.users.len()
    }

    /// The metric that the report is about, if anything was measured.
    #[must_use]
    pub fn main(&self) -> Option<&'static str> {
        MAIN.into_iter().find(|name| self.totals[name].count() > 0)
    }

    /// Takes what a series measured in a second; before the load that is -1.
    pub fn add(&mut self, metric: &str, tags: &[(String, String)], second: i64, point: &Point) {
        let slot = u64::try_from(second).ok().map(|second| (second / self.step) as usize);
        // What ends after the last second belongs to it.
        let slot = slot.map(|slot| slot.min(self.slots() - 1));
        match point.sink() {
            Sink::Trend(trend) => self.add_trend(metric, tags, slot, trend),
            Sink::Counter(sum) => self.add_counter(metric, tags, slot, *sum),
            Sink::Rate { nonzero, total } if metric == "http_req_failed" => {
                self.add_failed(tags, slot, *nonzero, *total);
            }
            Sink::Gauge { max, .. } if metric == "vus" => {
                if let Some(slot) = slot {
                    let users = &mut self.users[slot];
                    *users = Some(users.unwrap_or(0.0).max(*max));
                }
            }
            Sink::Rate { .. } | Sink::Gauge { .. } => {}
        }
    }

    fn add_trend(&mut self, metric: &str, tags: &[(String, String)], slot: Option<usize>, more: &Trend) {
        if let Some((name, slots)) = self.durations.iter_mut().find(|(name, _)| **name == metric) {
            if let Some(slot) = slot {
                slots[slot].absorb(more);
            }
            let name = *name;
            self.totals.entry(name).or_default().absorb(more);
        }
        if let Some((name, slots)) = self.phases.iter_mut().find(|(name, _)| **name == metric) {
            if let Some(slot) = slot {
                slots[slot].0 += more.sum();
                slots[slot].1 += more.count();
            }
            let name = *name;
            self.phase_totals.entry(name).or_default().absorb(more);
        }
        match metric {
            "http_req_duration" => {
                self.endpoint(tags).durations.absorb(more);
                if let Some(scenario) = self.scenario(tags) {
                    scenario.durations.absorb(more);
                }
            }
            "iteration_duration" => {
                if let Some(scenario) = self.scenario(tags) {
                    scenario.iteration_durations.absorb(more);
                }
            }
            _ => {}
        }
    }

    fn add_counter(&mut self, metric: &str, tags: &[(String, String)], slot: Option<usize>, sum: f64) {
        let slots = self.counters.iter_mut().find(|(name, _)| **name == metric);
        if let (Some((_, slots)), Some(slot)) = (slots, slot) {
            slots[slot] += sum;
        }
        match metric {
            "http_reqs" => {
                self.endpoint(tags).requests += sum;
                if let Some(scenario) = self.scenario(tags) {
                    scenario.requests += sum;
                }
            }
            "iterations" | "dropped_iterations" => {
                if let Some(scenario) = self.scenario(tags) {
                    let to =
                        if metric == "iterations" { &mut scenario.iterations } else { &mut scenario.dropped };
                    *to += sum;
                }
            }
            _ => {}
        }
    }

    fn add_failed(&mut self, tags: &[(String, String)], slot: Option<usize>, hits: u64, total: u64) {
        if let Some(slot) = slot {
            self.failed[slot].add(hits, total);
        }
        self.endpoint(tags).failed.add(hits, total);
        if let Some(scenario) = self.scenario(tags) {
            scenario.failed.add(hits, total);
        }
        if hits > 0 {
            let text = |key: &str| tag(tags, key).to_owned();
            let failure = (endpoint_name(tags).to_owned(), text("status"), text("error_code"), text("error"));
            let known = self.failures.len() < FAILURES || self.failures.contains_key(&failure);
            let others = || (OTHERS.to_owned(), String::new(), String::new(), String::new());
            *self.failures.entry(if known { failure } else { others() }).or_default() += hits;
        }
    }

    fn endpoint(&mut self, tags: &[(String, String)]) -> &mut Endpoint {
        let key = (endpoint_name(tags).to_owned(), tag(tags, "method").to_owned());
        let known = self.endpoints.len() < ENDPOINTS || self.endpoints.contains_key(&key);
        let key = if known { key } else { (OTHERS.to_owned(), String::new()) };
        self.endpoints.entry(key).or_default()
    }

    /// The scenario of a series; setup and teardown have none.
    fn scenario(&mut self, tags: &[(String, String)]) -> Option<&mut Scenario> {
        let name = tag(tags, "scenario");
        (!name.is_empty()).then(|| self.scenarios.entry(name.to_owned()).or_default())
    }
}

fn tag<'a>(tags: &'a [(String, String)], key: &str) -> &'a str {
    tags.iter().find(|(name, _)| name == key).map_or("", |(_, value)| value)
}

fn endpoint_name(tags: &[(String, String)]) -> &str {
    match tag(tags, "name") {
        "" => tag(tags, "url"),
        name => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use metrics::{Deltas, HttpSample, Recorder, RecorderConfig, Registry};
    use model::{Clock, Nanos};

    #[test]
    fn requests_are_gathered_by_time_and_name() {
        let registry = Registry::new();
        let mut deltas = Deltas::new(registry.clone());
        let mut recorder = Recorder::new(0, registry, Clock::start(), RecorderConfig::default());
        let mut gathered = Measured::of_seconds(1_250);
        assert_eq!((gathered.step, gathered.slots(), gathered.main()), (3, 417, None));
        for second in [-1_i64, 0, 2, 3, 5_000] {
            let (key, value) = (recorder.sym("name"), recorder.sym("list"));
            let tags = recorder.tag_set(&[(key, value)]);
            let duration = Nanos::from_millis(10);
            recorder.http(tags, &HttpSample { duration, failed: Some(second == 3), ..HttpSample::default() });
            deltas.apply(&recorder.take_frame(Nanos::from_secs(1)), second);
            for delta in deltas.take() {
                let (metric, tags) = deltas.series(delta.series).unwrap();
                let tags: Vec<_> = tags.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect();
                let point = Point::unpack(metric.kind, &delta.point).expect("it was packed");
                gathered.add(&metric.name, &tags, delta.second, &point);
            }
        }
        assert_eq!(gathered.main(), Some("http_req_duration"));
        let counts: Vec<u64> = gathered.durations["http_req_duration"].iter().map(Trend::count).collect();
        assert_eq!((counts[0], counts[1], counts[416]), (2, 1, 1));
        assert_eq!(gathered.totals["http_req_duration"].count(), 5);
        let endpoint = &gathered.endpoints[&("list".to_owned(), String::new())];
        assert_eq!((endpoint.requests, endpoint.failed), (5.0, Share { hits: 1, total: 5 }));
        assert_eq!(gathered.failures.values().sum::<u64>(), 1);
    }
}
