//! Waits before samplers.
//!
//! Main type: [`Timer`]. It says how long; the waiting is the thread's.

use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

use super::random::{JavaRandom, seed};
use super::script_element::Script;
use super::text::{Fault, Text};
use super::user::User;

/// A timer.
#[derive(Debug)]
pub enum Timer {
    /// Always the same.
    Constant(Text),
    /// A time and up to a range more.
    Uniform(Text, Text),
    /// A time and a normally distributed deviation.
    Gaussian(Text, Text),
    /// A time and a Poisson distributed part.
    Poisson(Text, Text),
    /// So many samples a minute.
    Throughput(Box<Pace>),
    /// So many samples a period, by chance; the schedule is made when it is first asked.
    Precise(Box<Precise>),
    /// A rate by rows of rates.
    Shape(Box<Shape>),
    /// Waits for others.
    Sync(Box<Rendezvous>),
    /// As long as a script says.
    Script(Script),
}

/// A constant throughput timer.
#[derive(Debug)]
pub struct Pace {
    /// Samples a minute.
    pub per_minute: Text,
    /// Who shares the rate: 0 each thread has it alone, 1 and 2 threads divide it, 3 and 4 take turns.
    pub mode: i64,
    /// When the last of those who take turns may start, in ms on the run's clock.
    pub last: AtomicI64,
}

/// A precise throughput timer.
#[derive(Debug)]
pub struct Precise {
    /// Samples a period.
    pub rate: Text,
    /// The period in seconds.
    pub period: Text,
    /// For how long, in seconds.
    pub duration: Text,
    /// Where chances start.
    pub seed: Text,
    /// Moments that are left, the next one last, in ms from the first asking.
    pub schedule: Mutex<Option<(i64, Vec<i64>)>>,
}

/// A throughput shaping timer.
#[derive(Debug)]
pub struct Shape {
    /// Rate at the start, rate at the end, seconds.
    pub rows: Vec<[Text; 3]>,
    /// Start of the profile in ms, and how many samples were let through.
    pub state: Mutex<Option<(i64, u64)>>,
}

/// A synchronizing timer.
#[derive(Debug)]
pub struct Rendezvous {
    /// How many threads; 0 means all of the group.
    pub size: Text,
    /// The longest wait in ms; 0 means none.
    pub timeout: Text,
    /// How many wait now, and which meeting it is.
    pub waiting: Mutex<(usize, u64)>,
    /// Tells of a meeting.
    pub met: tokio::sync::Notify,
}

/// What a timer says.
pub enum Wait {
    /// So many ms of the plan.
    For(i64),
    /// So many ms by the clock, as a rate asks for.
    Exactly(i64),
    /// The schedule is over: the thread ends.
    Over,
}

impl Timer {
    /// How long to wait now, in ms. Scripts and meetings are not known here.
    ///
    /// # Errors
    /// When a function throws.
    pub fn delay(&self, user: &mut User, now_ms: i64, last_ms: &mut i64) -> Result<Wait, Fault> {
        let amount = |text: &Text, user: &mut User| -> Result<f64, Fault> {
            Ok(text.eval(user)?.trim().parse::<f64>().unwrap_or(0.0))
        };
        if let Self::Throughput(pace) = self {
            let per_minute = amount(&pace.per_minute, user)?;
            return Ok(Wait::Exactly(pace.delay(per_minute, user, now_ms, last_ms)));
        }
        Ok(Wait::For(match self {
            Self::Constant(delay) => amount(delay, user)? as i64,
            Self::Uniform(delay, range) => {
                let (delay, range) = (amount(delay, user)?, amount(range, user)?);
                (delay + range * user.random.next_double()) as i64
            }
            Self::Gaussian(delay, range) => {
                let (delay, range) = (amount(delay, user)?, amount(range, user)?);
                (delay + range * user.random.next_gaussian()).abs() as i64
            }
            Self::Poisson(delay, range) => {
                let (delay, range) = (amount(delay, user)?, amount(range, user)?);
                delay as i64 + poisson(range, &mut user.random)
            }
            Self::Precise(precise) => return precise.delay(user, now_ms),
            Self::Shape(shape) => return shape.delay(user, now_ms),
            Self::Throughput(_) | Self::Sync(_) | Self::Script(_) => 0,
        }))
    }
}

fn poisson(mean: f64, random: &mut JavaRandom) -> i64 {
    if mean > 500.0 {
        return (mean + mean.sqrt() * random.next_gaussian()).max(0.0) as i64;
    }
    let (limit, mut product, mut count) = ((-mean).exp(), random.next_double(), 0);
    while product > limit {
        product *= random.next_double();
        count += 1;
    }
    count
}

impl Pace {
    fn delay(&self, per_minute: f64, user: &User, now_ms: i64, last_ms: &mut i64) -> i64 {
        if per_minute <= 0.0 {
            return 0;
        }
        let sharing = match self.mode {
            1 | 2 => f64::from(user.group_threads.max(1)),
            _ => 1.0,
        };
        let gap = (60_000.0 * sharing / per_minute) as i64;
        if matches!(self.mode, 3 | 4) {
            let mut last = self.last.load(Relaxed);
            loop {
                let next = if last == 0 { now_ms } else { (last + gap).max(now_ms) };
                match self.last.compare_exchange(last, next, Relaxed, Relaxed) {
                    Ok(_) => return next - now_ms,
                    Err(other) => last = other,
                }
            }
        }
        let next = if *last_ms == 0 { now_ms } else { (*last_ms + gap).max(now_ms) };
        *last_ms = next;
        next - now_ms
    }
}

impl Precise {
    fn delay(&self, user: &mut User, now_ms: i64) -> Result<Wait, Fault> {
        let mut values = [0.0f64; 3];
        for (value, text) in values.iter_mut().zip([&self.rate, &self.period, &self.duration]) {
            *value = text.eval(user)?.trim().parse().unwrap_or(0.0);
        }
        let start = self.seed.number(user)?.filter(|start| *start != 0);
        let scale = user.time_scale;
        let mut schedule = self.schedule.lock().unwrap_or_else(PoisonError::into_inner);
        let (from, moments) = schedule.get_or_insert_with(|| {
            let [rate, period, duration] = values;
            let span = if duration > 0.0 { duration } else { 3600.0 } * scale;
            let count = (rate * span / period.max(0.001)).round().clamp(0.0, 50_000_000.0) as usize;
            let mut random = JavaRandom::new(start.unwrap_or_else(seed));
            let mut moments: Vec<i64> =
                (0..count).map(|_| (random.next_double() * span * 1000.0) as i64).collect();
            moments.sort_unstable_by(|a, b| b.cmp(a));
            (now_ms, moments)
        });
        Ok(moments.pop().map_or(Wait::Over, |moment| Wait::Exactly((*from + moment - now_ms).max(0))))
    }
}

impl Shape {
    fn delay(&self, user: &mut User, now_ms: i64) -> Result<Wait, Fault> {
        let mut rows = Vec::with_capacity(self.rows.len());
        for row in &self.rows {
            let mut values = [0.0f64; 3];
            for (value, text) in values.iter_mut().zip(row) {
                *value = text.eval(user)?.trim().parse().unwrap_or(0.0);
            }
            values[2] *= user.time_scale;
            rows.push(values);
        }
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (from, passed) = state.get_or_insert((now_ms, 0));
        *passed += 1;
        Ok(moment_of(&rows, *passed as f64)
            .map_or(Wait::Over, |seconds| Wait::Exactly((*from + (seconds * 1000.0) as i64 - now_ms).max(0))))
    }
}

/// When the `wanted`th sample of a profile of linear rates is due, in seconds; nothing after its end.
fn moment_of(rows: &[[f64; 3]], wanted: f64) -> Option<f64> {
    let (mut begun, mut passed) = (0.0, 0.0);
    for [from, to, seconds] in rows.iter().copied() {
        let all = (from + to) / 2.0 * seconds;
        let left = wanted - passed;
        if left <= all && all > 0.0 {
            let slope = (to - from) / seconds;
            let within = if slope.abs() < 1e-9 {
                left / from
            } else {
                ((from * from + 2.0 * slope * left).max(0.0).sqrt() - from) / slope
            };
            return Some(begun + within);
        }
        passed += all;
        begun += seconds;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_lets_samples_through_by_its_rate() {
        let rows = [[0.0, 10.0, 2.0], [10.0, 10.0, 1.0]];
        assert_eq!(moment_of(&rows, 10.0), Some(2.0));
        assert_eq!(moment_of(&rows, 15.0), Some(2.5));
        assert_eq!(moment_of(&rows, 21.0), None);
    }
}
