//! What the shop counts about itself, for its `/metrics` and `/stats/prometheus` pages.
//!
//! One relaxed atomic per fact: cheap enough for every request. Not the product's metrics.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};

use http::StatusCode;
use model::{Clock, Nanos};

/// The shop's counters.
#[derive(Debug)]
pub struct Metrics {
    clock: Clock,
    connections: AtomicU64,
    in_flight: AtomicU64,
    by_class: [AtomicU64; 6],
    busy_ns: AtomicU64,
}

/// A request that is being answered; counted out when dropped, whatever became of it.
pub struct InFlight<'a> {
    metrics: &'a Metrics,
    since: Nanos,
    class: usize,
}

impl InFlight<'_> {
    /// Notes the answer's status.
    pub fn answered(&mut self, status: StatusCode) {
        self.class = usize::from(status.as_u16() / 100).min(5);
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        let busy = self.metrics.clock.now() - self.since;
        self.metrics.busy_ns.fetch_add(busy.0, Ordering::Relaxed);
        self.metrics.by_class[self.class].fetch_add(1, Ordering::Relaxed);
        self.metrics.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Metrics {
    /// Counters at zero.
    pub fn new(clock: Clock) -> Self {
        Self {
            clock,
            connections: AtomicU64::new(0),
            in_flight: AtomicU64::new(0),
            by_class: Default::default(),
            busy_ns: AtomicU64::new(0),
        }
    }

    /// Counts a connection and returns its number, from 1.
    pub fn connection(&self) -> u64 {
        self.connections.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Counts a request in. Cut requests count as class 0.
    pub fn request(&self) -> InFlight<'_> {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
        InFlight { metrics: self, since: self.clock.now(), class: 0 }
    }

    /// The answered requests of a status class, 1 to 5; 0 holds those that were cut.
    pub fn answered(&self, class: usize) -> u64 {
        self.by_class[class].load(Ordering::Relaxed)
    }

    /// All requests that have ended.
    pub fn total(&self) -> u64 {
        (0..self.by_class.len()).map(|class| self.answered(class)).sum()
    }

    /// The counters in Prometheus' text format, with the names that sidecars and containers use.
    pub fn prometheus(&self) -> String {
        let mut page = String::with_capacity(2048);
        let process = Process::read();
        let total = self.total();
        page.push_str("# TYPE shop_requests_total counter\n");
        for class in 0..self.by_class.len() {
            // Writing to a String cannot fail.
            let _ = writeln!(page, "shop_requests_total{{class=\"{class}xx\"}} {}", self.answered(class));
        }
        let mean_ms = self.busy_ns.load(Ordering::Relaxed) as f64 / 1e6 / (total.max(1)) as f64;
        let rows = [
            ("shop_requests_in_flight", "gauge", self.in_flight.load(Ordering::Relaxed) as f64),
            ("shop_connections_total", "counter", self.connections.load(Ordering::Relaxed) as f64),
            ("shop_request_duration_mean_ms", "gauge", mean_ms),
            ("shop_uptime_seconds", "gauge", self.clock.now().as_secs_f64()),
            ("process_cpu_seconds_total", "counter", process.cpu_seconds),
            ("process_resident_memory_bytes", "gauge", process.resident_bytes),
            ("container_cpu_usage_seconds_total", "counter", process.cpu_seconds),
            ("container_memory_usage_bytes", "gauge", process.resident_bytes),
        ];
        for (name, kind, value) in rows {
            let _ = writeln!(page, "# TYPE {name} {kind}\n{name} {value}");
        }
        let sidecar = "envoy_http_inbound_0.0.0.0_8080_downstream_rq_time_bucket";
        let _ = writeln!(page, "# TYPE {sidecar} histogram\n{sidecar}{{le=\"+Inf\"}} {total}");
        page
    }
}

/// What the system says about this process; zero where it says nothing.
struct Process {
    cpu_seconds: f64,
    resident_bytes: f64,
}

impl Process {
    fn read() -> Self {
        /// Linux has answered 100 ticks a second to user space on every architecture for decades.
        const TICKS_A_SECOND: f64 = 100.0;
        let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
        // The second field is the command in brackets and may hold spaces; count behind it.
        let fields: Vec<&str> =
            stat.rsplit_once(')').map(|(_, rest)| rest.split_whitespace().collect()).unwrap_or_default();
        let field = |index: usize| fields.get(index).and_then(|text| text.parse::<f64>().ok()).unwrap_or(0.0);
        Self { cpu_seconds: (field(11) + field(12)) / TICKS_A_SECOND, resident_bytes: field(21) * 4096.0 }
    }
}
