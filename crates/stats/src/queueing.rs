//! Queues in closed form: M/M/1, M/M/c, Erlang, M/G/1, closed networks; and fits of measured latency to them.
//!
//! *Question*: is this latency what a queue with c servers would give, and what would it give at another load?
//! *Misleads* where arrivals are not random (a fixed pace waits less) or service times vary more than exponentially.
//! A fit is refused where the loads stay so low that capacity cannot be told from the data.
//!
//! Sources: Erlang 1917; Kleinrock 1975; Kingman 1961; Reiser & Lavenberg 1980.

use crate::Interval;
use crate::fit::least_squares;
use crate::special::{find_root, student};

/// Probability that all `servers` are busy and a customer is lost (Erlang B), for an offered load in servers.
pub fn erlang_b(servers: u32, load: f64) -> f64 {
    (1..=servers).fold(1.0, |b, k| load * b / (f64::from(k) + load * b))
}

/// Probability that a customer has to wait (Erlang C) at `utilisation` below 1.
pub fn erlang_c(servers: u32, utilisation: f64) -> f64 {
    let b = erlang_b(servers, utilisation * f64::from(servers));
    b / (1.0 - utilisation * (1.0 - b))
}

/// A queue with `servers` servers, each serving `rate` a second, exponential in arrival and service.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Queue {
    /// Number of servers.
    pub servers: u32,
    /// Customers a server serves a second.
    pub rate: f64,
}

impl Queue {
    /// Customers a second that all servers together can serve.
    pub fn capacity(&self) -> f64 {
        f64::from(self.servers) * self.rate
    }

    /// Mean wait before service in seconds at `arrivals` a second; infinite at capacity.
    pub fn wait(&self, arrivals: f64) -> f64 {
        let utilisation = arrivals / self.capacity();
        if utilisation >= 1.0 {
            return f64::INFINITY;
        }
        erlang_c(self.servers, utilisation) / (self.capacity() * (1.0 - utilisation))
    }

    /// Mean time from arrival to departure in seconds at `arrivals` a second.
    pub fn response(&self, arrivals: f64) -> f64 {
        self.wait(arrivals) + 1.0 / self.rate
    }

    /// Probability that a response takes longer than `seconds` at `arrivals` a second.
    pub fn slower(&self, arrivals: f64, seconds: f64) -> f64 {
        let utilisation = arrivals / self.capacity();
        if utilisation >= 1.0 {
            return 1.0;
        }
        let c = erlang_c(self.servers, utilisation);
        let theta = f64::from(self.servers) * (1.0 - utilisation);
        let t = seconds * self.rate;
        // At θ = 1 the closed form is 0/0; its limit there is C·t·e⁻ᵗ.
        let queueing = if (theta - 1.0).abs() < 1e-9 {
            c * (t + 1.0) * (-t).exp()
        } else {
            c * (theta * (-t).exp() - (-theta * t).exp()) / (theta - 1.0)
        };
        (1.0 - c) * (-t).exp() + queueing
    }

    /// The `q` quantile of response time in seconds at `arrivals` a second.
    pub fn percentile(&self, arrivals: f64, q: f64) -> f64 {
        if arrivals >= self.capacity() {
            return f64::INFINITY;
        }
        let mut high = self.response(arrivals);
        while self.slower(arrivals, high) > 1.0 - q {
            high *= 2.0;
        }
        find_root(|t| self.slower(arrivals, t) - (1.0 - q), 0.0, high).unwrap_or(high)
    }

    /// The highest arrival rate whose `q` quantile stays at or below `limit_s`; 0 if none does.
    pub fn arrivals_within(&self, q: f64, limit_s: f64) -> f64 {
        let top = self.capacity() * (1.0 - 1e-9);
        find_root(|a| self.slower(a, limit_s) - (1.0 - q), 0.0, top).unwrap_or(0.0)
    }
}

/// Mean wait in a queue with one server in seconds (Kingman; exact for random arrivals, `arrivals_cv2` = 1).
///
/// `arrivals_cv2` and `service_cv2` are squared coefficients of variation.
pub fn kingman(utilisation: f64, arrivals_cv2: f64, service_cv2: f64, service_s: f64) -> f64 {
    utilisation / (1.0 - utilisation) * (arrivals_cv2 + service_cv2) / 2.0 * service_s
}

/// Utilisation where a ray from the origin touches the response curve of `servers` servers: a "knee", if one insists.
///
/// By the rule of thumb `(m + 1)^(−1/m)`. A hyperbola has no knee; choose a latency limit instead.
pub fn knee_rule(servers: u32) -> f64 {
    f64::from(servers + 1).powf(-1.0 / f64::from(servers))
}

/// The same with exact waits (Erlang C).
pub fn knee_exact(servers: u32) -> f64 {
    let queue = Queue { servers, rate: 1.0 };
    // Smallest response / utilisation: its derivative is taken from both sides.
    let slope = |u: f64| {
        let ray = |v: f64| queue.response(v * f64::from(servers)) / v;
        ray(u + 1e-6) - ray(u - 1e-6)
    };
    find_root(slope, 0.05, 0.9999).unwrap_or(f64::NAN)
}

/// Response time and throughput of a closed network: `demands` in seconds a visit, `think` seconds between requests.
///
/// Exact mean value analysis; gives `(response, throughput)` for `users` users.
pub fn closed_network(demands: &[f64], think: f64, users: u32) -> (f64, f64) {
    let mut waiting = vec![0.0; demands.len()];
    let (mut response, mut throughput) = (demands.iter().sum(), 0.0);
    for n in 1..=users {
        let times: Vec<f64> = demands.iter().zip(&waiting).map(|(d, q)| d * (1.0 + q)).collect();
        response = times.iter().sum();
        throughput = f64::from(n) / (response + think);
        waiting = times.iter().map(|t| t * throughput).collect();
    }
    (response, throughput)
}

/// Users from which the slowest station limits a closed network: `(D + Z) / Dmax`.
pub fn saturation_users(demands: &[f64], think: f64) -> f64 {
    let largest = demands.iter().copied().fold(0.0, f64::max);
    (demands.iter().sum::<f64>() + think) / largest
}

/// A queue fitted to measured mean response times.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct QueueFit {
    /// The queue.
    pub queue: Queue,
    /// Interval of the service rate of one server, per second.
    pub rate: Interval,
    /// Interval of the capacity of all servers, per second.
    pub capacity: Interval,
    /// Root of the mean squared relative error.
    pub error: f64,
}

/// Why no queue was fitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoQueue {
    /// Fewer than four loads.
    TooFewLoads,
    /// The highest load is below half of the fitted capacity: the data cannot tell where it ends.
    LoadTooLow,
    /// Response times do not look like a queue's: the relative error is above a quarter.
    Misfit,
}

/// Fits the service rate, and the number of servers up to `servers_max`, to pairs of arrivals a second and mean response
/// in seconds.
pub fn fit_queue(points: &[(f64, f64)], servers_max: u32, level: f64) -> Result<QueueFit, NoQueue> {
    if points.len() < 4 {
        return Err(NoQueue::TooFewLoads);
    }
    let largest = points.iter().map(|p| p.0).fold(0.0, f64::max);
    let fastest = points.iter().map(|p| p.1).fold(f64::INFINITY, f64::min);
    let mut best: Option<(f64, u32, f64, f64, f64)> = None;
    for servers in 1..=servers_max {
        // The rate is taken as a factor on the least that can carry the largest load: ln of the excess is free.
        let least = largest / f64::from(servers);
        let start = ((1.0 / fastest - least) / least).max(1e-3).ln();
        let rate = |ln_excess: f64| least * (1.0 + ln_excess.exp());
        let residuals = |p: &[f64]| -> Vec<f64> {
            let queue = Queue { servers, rate: rate(p[0]) };
            points.iter().map(|(a, r)| (queue.response(*a) / r).ln()).collect()
        };
        if let Some(found) = least_squares(&[start], residuals)
            && best.is_none_or(|b| found.squares < b.0)
        {
            best = Some((found.squares, servers, found.parameters[0], found.error(0), least));
        }
    }
    let Some((squares, servers, at, error, least)) = best else { return Err(NoQueue::Misfit) };
    let spread = (squares / points.len() as f64).sqrt();
    if spread > 0.25 {
        return Err(NoQueue::Misfit);
    }
    let t = student::quantile(0.5 + 0.5 * level, (points.len() - 1) as f64);
    let ends = Interval::new(at - t * error, at + t * error, level);
    let rate = ends.map(|x| least * (1.0 + x.exp()));
    let queue = Queue { servers, rate: least * (1.0 + at.exp()) };
    if largest < 0.5 * queue.capacity() {
        return Err(NoQueue::LoadTooLow);
    }
    Ok(QueueFit { queue, rate, capacity: rate.map(|r| r * f64::from(servers)), error: spread })
}
