//! What Artillery does beside making load: its reports, its plugins' verdicts, its exit status.
//!
//! Main type: [`Artillery`].

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, PoisonError};
use std::time::{Duration, SystemTime};

use engine::WorkerCtx;
use model::ExitCode;

use super::counter::Counter;
use super::ensure;
use super::report;
use super::stats::{PERIOD_MS, Stats};
use super::world::World;
use crate::dialect::{Artifact, Dialect, DialectWorker, Facts};

/// Status when an expectation failed.
const EXPECTATION_FAILED: u8 = 21;

/// The dialect.
pub struct Artillery {
    world: Arc<World>,
    /// Periods before this one have been shown.
    shown: AtomicU64,
    /// So many beginnings and ends of phases have been told.
    told: AtomicUsize,
}

impl Artillery {
    /// The dialect of a test.
    #[must_use]
    pub fn new(world: Arc<World>) -> Self {
        Self { world, shown: AtomicU64::new(0), told: AtomicUsize::new(0) }
    }

    fn lines(&self) -> Option<Artifact> {
        let text = self.world.lines.take();
        (!text.is_empty()).then_some(Artifact::Stdout(text))
    }

    fn stats(&self) -> Stats {
        self.world.stats.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Phases that have begun or ended and were not told of yet.
    fn phases(&self, elapsed: Duration) -> String {
        let elapsed_ms = elapsed.as_millis() as u64;
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let start_ms = (since.as_millis() as u64).saturating_sub(elapsed_ms);
        let edges = self.world.phases.iter().flat_map(|phase| {
            [(phase.begin_ms, "started", &phase.words), (phase.end_ms, "completed", &phase.words)]
        });
        let mut text = String::new();
        for (at, word, words) in edges.skip(self.told.load(Relaxed)).take_while(|(at, ..)| *at <= elapsed_ms)
        {
            self.told.fetch_add(1, Relaxed);
            text.push_str(&format!("Phase {word}: {words} {}\n\n", clock(start_ms + at)));
        }
        text
    }

    /// Periods that are over and were not shown yet; all of them `at_end`.
    fn periods(&self, at_end: bool) -> String {
        let stats = self.stats();
        let Some(last) = stats.periods.keys().next_back().copied() else { return String::new() };
        let mut text = String::new();
        for (start, period) in &stats.periods {
            if *start < self.shown.load(Relaxed) || (*start == last && !at_end) {
                continue;
            }
            self.shown.store(start + PERIOD_MS, Relaxed);
            let rates = period
                .rates
                .sorted()
                .map(|(name, rate)| (name.to_string(), super::js::number(rate.per_second())));
            let width = period.width_ms() as f64 / 1000.0;
            let words = format!("Metrics for period to: {}", clock(start + PERIOD_MS));
            text.push_str(&report::heading(&words, &format!(" (width: {width}s)")));
            text.push_str(&report::text(period, &rates.collect(), self.world.hidden()));
            text.push_str("\n\n");
        }
        text
    }

    fn verdicts(&self, stats: &Stats) -> Vec<ensure::Verdict> {
        let Some(settings) = &self.world.ensure else { return Vec::new() };
        let (all, rates) = report::whole(stats);
        ensure::judge(settings, &ensure::flat(&all, &rates))
    }
}

/// The Apdex score and the word for it, when something was counted.
fn apdex(stats: &Stats) -> Option<String> {
    let (all, _) = report::whole(stats);
    let count = |wanted: &str| {
        let name = format!("apdex.{wanted}");
        all.counters.sorted().find(|(known, _)| **known == *name).map_or(0.0, |(_, count)| *count)
    };
    let (satisfied, tolerated) = (count("satisfied"), count("tolerated"));
    let total = satisfied + tolerated + count("frustrated");
    let score = (satisfied + tolerated / 2.0) / total;
    let word = match score {
        _ if total == 0.0 => return None,
        0.94.. => "excellent",
        0.85.. => "good",
        0.7.. => "fair",
        0.5.. => "poor",
        _ => "unacceptable",
    };
    Some(format!("{score} ({word})"))
}

/// How long something took, to the second.
fn in_words(took: Duration) -> String {
    let seconds = (took.as_secs_f64().round() as u64).max(1);
    let parts = [(seconds / 3600, "hour"), (seconds / 60 % 60, "minute"), (seconds % 60, "second")];
    let several = |count: u64| if count == 1 { "" } else { "s" };
    let parts = parts.into_iter().filter(|(count, _)| *count > 0);
    parts.map(|(count, unit)| format!("{count} {unit}{}", several(count))).collect::<Vec<_>>().join(", ")
}

/// A time of day in UTC.
fn clock(ms: u64) -> String {
    let seconds = ms / 1000 % 86_400;
    format!("{:02}:{:02}:{:02}(+0000)", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

impl Dialect for Artillery {
    fn name(&self) -> &'static str {
        "artillery"
    }

    fn worker(&self, worker: &WorkerCtx) -> Option<Box<dyn DialectWorker>> {
        Some(Box::new(Counter::new(Arc::clone(&self.world), worker.clock.now())))
    }

    fn tick(&self, facts: &Facts<'_>) -> Vec<Artifact> {
        let mut artifacts: Vec<Artifact> = self.lines().into_iter().collect();
        if self.world.dialect_output {
            let text = self.phases(facts.elapsed) + &self.periods(false);
            if !text.is_empty() {
                artifacts.push(Artifact::Stdout(text));
            }
        }
        artifacts
    }

    fn finish(&self, facts: &Facts<'_>) -> Vec<Artifact> {
        let mut artifacts: Vec<Artifact> = self.lines().into_iter().collect();
        if self.world.before_failed.load(Relaxed) {
            return artifacts;
        }
        let stats = self.stats();
        if self.world.dialect_output {
            let (all, rates) = report::whole(&stats);
            let mut text = self.phases(facts.elapsed) + &self.periods(true);
            text.push_str(&format!("All VUs finished. Total time: {}\n\n", in_words(facts.elapsed)));
            let end = stats.periods.keys().next_back().map_or(0, |start| start + PERIOD_MS);
            text.push_str(&report::heading(&format!("Summary report @ {}", clock(end)), ""));
            text.push_str(&report::text(&all, &rates, self.world.hidden()));
            artifacts.push(Artifact::Stdout(text));
        }
        if let Some(path) = &self.world.report {
            let mut bytes = serde_json::to_vec_pretty(&report::document(&stats)).unwrap_or_default();
            bytes.push(b'\n');
            artifacts.push(Artifact::File { path: path.clone(), bytes });
        }
        let mut text = String::new();
        for verdict in self.verdicts(&stats) {
            let optional = if verdict.strict { "" } else { " (optional)" };
            text.push_str(&format!(
                "{}: {}{optional}\n",
                if verdict.ok { "ok" } else { "fail" },
                verdict.text
            ));
        }
        if !text.is_empty() {
            let title = if self.world.dialect_output { "Checks" } else { "ensure" };
            artifacts.push(Artifact::Stdout(format!("\n{title}:\n{text}")));
        }
        if self.world.dialect_output
            && self.world.apdex.is_some()
            && let Some(score) = apdex(&stats)
        {
            artifacts.push(Artifact::Stdout(format!("\nApdex score: {score}\n")));
        }
        artifacts
    }

    fn exit_code(&self, facts: &Facts<'_>) -> Option<ExitCode> {
        if self.world.before_failed.load(Relaxed) || self.world.after_failed.load(Relaxed) {
            return Some(ExitCode(1));
        }
        if facts.exit != ExitCode::SUCCESS {
            return None;
        }
        if self.verdicts(&self.stats()).iter().any(|verdict| verdict.strict && !verdict.ok) {
            return Some(ExitCode(1));
        }
        self.world.expectation_failed.load(Relaxed).then_some(ExitCode(EXPECTATION_FAILED))
    }

    fn threads(&self) -> Option<usize> {
        self.world.threads
    }

    fn replaces_summary(&self) -> bool {
        self.world.dialect_output
    }
}
