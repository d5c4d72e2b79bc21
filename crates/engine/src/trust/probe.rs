//! How busy the machine is while a run goes on, read once a second from the kernel's accounts.
//!
//! Main types: [`Probe`], which reads `/proc/self/stat`, `/proc/stat` and the wall clock, and [`MachineUse`],
//! what it found. Where those files do not exist it finds nothing. Memory does not grow with the run.

use std::collections::VecDeque;
use std::fs;
use std::thread::available_parallelism;
use std::time::{SystemTime, UNIX_EPOCH};

use model::Nanos;

use super::CPU_BUSY_SHARE;

/// How busy a machine was during a run.
#[derive(Clone, Copy, PartialEq, Default, Debug)]
pub struct MachineUse {
    /// Processors that the process may use.
    pub processors: u32,
    /// How long was observed; zero where the machine tells nothing.
    pub observed: Nanos,
    /// Processor time that the process used, all its threads together.
    pub process_cpu: Nanos,
    /// The share of its processors that the process used, on the whole: 1 is all of all of them.
    pub process_share: f64,
    /// The same over its busiest ten seconds (or the whole run, if shorter).
    pub busiest_share: f64,
    /// How long in all the share was at least [`CPU_BUSY_SHARE`].
    pub busy_time: Nanos,
    /// The share of the machine's processor time that others were given instead, on the whole.
    pub steal_share: f64,
    /// How far the wall clock ran away from the monotonic clock, at most.
    pub wall_jump: Nanos,
}

/// The kernel counts processor time for `/proc` in hundredths of a second on every platform of today.
const TICK: Nanos = Nanos::from_millis(10);

/// The window for the busiest time.
const WINDOW: usize = 10;

/// One reading of the accounts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Reading {
    at: Nanos,
    /// Used by this process.
    process: Nanos,
    /// Stolen from all processors of the machine, and all their time.
    steal: Nanos,
    machine: Nanos,
    /// Wall time since the Unix epoch.
    wall: Nanos,
}

/// Watches the machine.
#[derive(Debug)]
pub struct Probe {
    processors: u32,
    first: Option<Reading>,
    window: VecDeque<Reading>,
    found: MachineUse,
}

impl Probe {
    /// Starts watching at `now`.
    #[must_use]
    pub fn new(now: Nanos) -> Self {
        let processors = available_parallelism().map_or(1, |count| count.get() as u32);
        let mut probe = Self::over(processors);
        probe.first = read(now);
        probe.window.extend(probe.first);
        probe
    }

    fn over(processors: u32) -> Self {
        let found = MachineUse { processors, ..MachineUse::default() };
        Self { processors, first: None, window: VecDeque::new(), found }
    }

    /// Reads the accounts; to be called about once a second.
    pub fn sample(&mut self, now: Nanos) {
        if let Some(reading) = read(now) {
            self.take(reading);
        }
    }

    /// Reads the accounts a last time and says what was found.
    pub fn finish(&mut self, now: Nanos) -> MachineUse {
        self.sample(now);
        self.found
    }

    fn take(&mut self, reading: Reading) {
        let (Some(first), Some(last)) = (self.first, self.window.back().copied()) else {
            self.first = Some(reading);
            self.window.push_back(reading);
            return;
        };
        let step = reading.at.since(last.at);
        // Ticks are coarse: over less than half a second a share says little.
        if step >= Nanos::from_millis(500) {
            if self.share(&last, &reading) >= CPU_BUSY_SHARE {
                self.found.busy_time += step;
            }
            let full = self.window.len() > WINDOW;
            if full {
                self.window.pop_front();
            }
            self.window.push_back(reading);
            let oldest = self.window.front().copied().unwrap_or(reading);
            let share = self.share(&oldest, &reading);
            // Until there are ten seconds the whole time counts as one window.
            self.found.busiest_share = if full { self.found.busiest_share.max(share) } else { share };
        }
        let (wall, monotonic) = (reading.wall.0.abs_diff(first.wall.0), reading.at.since(first.at).0);
        self.found.wall_jump = self.found.wall_jump.max(Nanos(wall.abs_diff(monotonic)));
        self.found.observed = reading.at.since(first.at);
        self.found.process_cpu = reading.process.since(first.process);
        self.found.process_share = self.share(&first, &reading);
        let machine = reading.machine.since(first.machine).0.max(1);
        self.found.steal_share = reading.steal.since(first.steal).0 as f64 / machine as f64;
    }

    /// The share of its processors that the process used between two readings.
    fn share(&self, from: &Reading, to: &Reading) -> f64 {
        let available = to.at.since(from.at).0.max(1) * u64::from(self.processors);
        to.process.since(from.process).0 as f64 / available as f64
    }
}

fn read(at: Nanos) -> Option<Reading> {
    let process = process_time(&fs::read_to_string("/proc/self/stat").ok()?)?;
    let (steal, machine) = machine_time(&fs::read_to_string("/proc/stat").ok()?)?;
    let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().into();
    Some(Reading { at, process, steal, machine, wall })
}

fn ticks(count: u64) -> Nanos {
    Nanos(count.saturating_mul(TICK.0))
}

/// User and system time of a process from its `stat` line.
fn process_time(stat: &str) -> Option<Nanos> {
    // The name, in parentheses, may itself hold spaces and parentheses; utime and stime are the 12th and 13th
    // fields after it.
    let mut fields = stat.rsplit_once(')')?.1.split_ascii_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(ticks(user + system))
}

/// Stolen and total time of all processors from `/proc/stat`.
fn machine_time(stat: &str) -> Option<(Nanos, Nanos)> {
    let line = stat.lines().next()?.strip_prefix("cpu ")?;
    let columns: Vec<u64> = line.split_ascii_whitespace().map_while(|text| text.parse().ok()).collect();
    // user nice system idle iowait irq softirq steal; the guests' columns are already in user and nice.
    let all: u64 = columns.iter().take(8).sum();
    Some((ticks(*columns.get(7)?), ticks(all)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_read_from_their_columns() {
        let stat = "812 (a) b (c) S 1 812 812 0 -1 4194304 99 0 0 0 250 50 7 7 20 0 4 0 1 2 3";
        assert_eq!(process_time(stat), Some(Nanos::from_secs(3)));
        let stat = "cpu  100 0 100 700 0 0 0 100 50 0\ncpu0 1 2 3 4 5 6 7 8 9 0\n";
        assert_eq!(machine_time(stat), Some((Nanos::from_secs(1), Nanos::from_secs(10))));
        assert_eq!(machine_time("cpu  1 2 3\n"), None);
        assert_eq!(process_time("nonsense"), None);
    }

    #[test]
    fn shares_follow_the_readings() {
        let mut probe = Probe::over(2);
        let reading = |second: u64, process_ms: u64, wall_ms: u64| Reading {
            at: Nanos::from_secs(second),
            process: Nanos::from_millis(process_ms),
            steal: Nanos::from_millis(second * 20),
            machine: Nanos::from_secs(second * 2),
            wall: Nanos::from_millis(wall_ms),
        };
        probe.take(reading(0, 0, 1_000_000));
        for second in 1..=20 {
            // Idle for ten seconds, then all of both processors.
            let used = if second <= 10 { 0 } else { (second - 10) * 2_000 };
            let jump = if second == 5 { 3_000 } else { 0 };
            probe.take(reading(second, used, 1_000_000 + second * 1_000 + jump));
        }
        let found = probe.found;
        assert_eq!(found.busy_time, Nanos::from_secs(10));
        assert!((found.busiest_share - 1.0).abs() < 1e-9, "{found:?}");
        assert!((found.process_share - 0.5).abs() < 1e-9);
        assert!((found.steal_share - 0.01).abs() < 1e-9);
        assert_eq!(found.wall_jump, Nanos::from_secs(3));
        assert_eq!(found.observed, Nanos::from_secs(20));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_machine_can_be_read() {
        let mut probe = Probe::new(Nanos::ZERO);
        let found = probe.finish(Nanos::from_secs(1));
        assert!(found.processors > 0);
        assert_eq!(found.observed, Nanos::from_secs(1));
    }
}
