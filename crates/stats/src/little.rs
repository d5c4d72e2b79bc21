//! Little's law as a check of the bookkeeping: requests in flight = throughput × time in the system.
//!
//! *Question*: do the counters agree with each other? Over a window that starts and ends empty it is an identity, not
//! statistics: a difference is a bug. *Misleads* over a window with requests in flight at its edges, where it may
//! differ by as much as [`Window::allowed_gap`].
//!
//! Source: Little 1961.

/// What was counted in a window of time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Window {
    /// Length of the window in seconds.
    pub seconds: f64,
    /// Integral of the number in flight, in request seconds.
    pub in_flight_seconds: f64,
    /// Sum of the times in the system of the requests completed in the window, in seconds.
    pub response_seconds: f64,
    /// Requests in flight at the start plus those at the end.
    pub at_edges: u64,
    /// Longest time in the system, in seconds.
    pub longest: f64,
}

impl Window {
    /// Mean number in flight.
    pub fn in_flight(&self) -> f64 {
        self.in_flight_seconds / self.seconds
    }

    /// By how much the two sides differ, in requests in flight.
    pub fn gap(&self) -> f64 {
        (self.in_flight_seconds - self.response_seconds) / self.seconds
    }

    /// How much the edges can explain, plus rounding.
    pub fn allowed_gap(&self) -> f64 {
        self.at_edges as f64 * self.longest / self.seconds + 1e-9 * self.in_flight().abs()
    }

    /// Whether the bookkeeping agrees with itself.
    pub fn holds(&self) -> bool {
        self.gap().abs() <= self.allowed_gap()
    }
}

/// Throughput of `users` that think for `think` seconds between responses of `response` seconds (closed model).
pub fn closed_throughput(users: f64, response: f64, think: f64) -> f64 {
    users / (response + think)
}
