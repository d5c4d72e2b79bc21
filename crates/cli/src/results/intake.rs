//! What a reader of results hands in: samples, figures that stand for samples, checks and thresholds.
//!
//! Main type: [`Intake`]. It notes when the run began and ended, and, once that is known, gives the samples second by second
//! to the store. It holds a bounded number of samples.

use std::collections::HashMap;
use std::sync::Arc;

use metrics::{Aggregate, Contains, Kind, MetricId, Recorder, RecorderConfig, Registry, Sym, TagSetId};
use model::{Clock, Nanos};
use serde_json::{Map, Value};
use store::{Check, Recording, Threshold};

/// Samples that are held until they are written.
const HELD_MOST: usize = 200_000;
/// Names of scenarios that are kept.
const SCENARIOS_MOST: usize = 100;

/// Why a file could not be taken in.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// It could not be read.
    #[error("{0}")]
    File(#[from] std::io::Error),
    /// It is not what it seemed to be.
    #[error("{0}")]
    Form(String),
    /// The store could not be written.
    #[error("{0}")]
    Store(#[from] store::Error),
}

impl Fault {
    /// It is not what it seemed to be.
    pub fn form(text: impl Into<String>) -> Self {
        Self::Form(text.into())
    }
}

/// A metric of which only figures are known.
#[derive(Clone, Debug)]
pub struct Figure {
    /// The metric, with the braces of a part of it.
    pub name: String,
    /// How its samples added up.
    pub kind: Kind,
    /// What its values mean.
    pub contains: Contains,
    /// The figures: `count`, `rate`, `value`, `min`, `max`, `matches`, `total`, `avg`, `med`, `p90`, `p95` …
    pub values: Map<String, Value>,
}

/// What was handed in.
pub struct Intake {
    /// When the run began and ended, in milliseconds since 1970.
    pub extent_ms: Option<(f64, f64)>,
    /// How long there was load, in milliseconds, where the file says so itself.
    pub length_ms: Option<f64>,
    /// Samples so far.
    pub samples: u64,
    /// Rows that could not be read.
    pub skipped: u64,
    /// The first of them.
    pub first_skipped: Option<String>,
    /// Metrics of which only figures are known.
    pub figures: Vec<Figure>,
    /// Checks, where their samples are not in the file.
    pub checks: Vec<Check>,
    /// Thresholds, where they were judged.
    pub thresholds: Vec<Threshold>,
    /// The scenarios in the order in which they came up.
    pub scenarios: Vec<String>,
    registry: Arc<Registry>,
    metrics: HashMap<String, Option<MetricId>>,
    keeping: Option<Keeping>,
}

/// The way into the store.
struct Keeping {
    recording: Recording,
    recorder: Recorder,
    aggregate: Aggregate,
    held: Vec<Held>,
    begin_ms: f64,
    now_ms: i64,
}

struct Held {
    at_ms: f64,
    metric: MetricId,
    tags: TagSetId,
    value: f64,
}

impl Intake {
    /// Only looks when the run was and what it had.
    #[must_use]
    pub fn looking(registry: Arc<Registry>) -> Self {
        Self {
            extent_ms: None,
            length_ms: None,
            samples: 0,
            skipped: 0,
            first_skipped: None,
            figures: Vec::new(),
            checks: Vec::new(),
            thresholds: Vec::new(),
            scenarios: Vec::new(),
            registry,
            metrics: HashMap::new(),
            keeping: None,
        }
    }

    /// Keeps the samples of a run that began then.
    #[must_use]
    pub fn keeping(registry: Arc<Registry>, recording: Recording, begin_ms: f64, now_ms: i64) -> Self {
        let recorder = Recorder::new(0, Arc::clone(&registry), Clock::start(), RecorderConfig::default());
        let aggregate = Aggregate::new(Arc::clone(&registry), &[]);
        let keeping = Keeping { recording, recorder, aggregate, held: Vec::new(), begin_ms, now_ms };
        Self { keeping: Some(keeping), ..Self::looking(registry) }
    }

    /// Declares a metric; nothing when the name is taken by one of another kind.
    pub fn metric(&mut self, name: &str, kind: Kind, contains: Contains) -> Option<MetricId> {
        if let Some(known) = self.metrics.get(name) {
            return *known;
        }
        let id = self.registry.restore(name, kind, contains).ok();
        self.metrics.insert(name.to_owned(), id);
        id
    }

    /// The metric of this name, when it was declared or is built in.
    #[must_use]
    pub fn known(&self, name: &str) -> Option<MetricId> {
        self.metrics.get(name).copied().unwrap_or_else(|| self.registry.lookup(name))
    }

    /// What a built-in metric's values mean; nothing special for others.
    #[must_use]
    pub fn meaning(&self, name: &str) -> Contains {
        self.registry.lookup(name).map_or(Contains::Default, |id| self.registry.get(id).contains)
    }

    /// Says that the run covered this moment.
    pub fn covers(&mut self, at_ms: f64) {
        let (first, last) = self.extent_ms.get_or_insert((at_ms, at_ms));
        (*first, *last) = (first.min(at_ms), last.max(at_ms));
    }

    /// A row that could not be read.
    pub fn skip(&mut self, row: u64, why: &str) {
        self.skipped += 1;
        self.first_skipped.get_or_insert_with(|| format!("line {row}: {why}"));
    }

    /// The tags of samples.
    pub fn tags<'a>(&mut self, tags: impl Iterator<Item = (&'a str, &'a str)>) -> TagSetId {
        let Self { keeping, scenarios, .. } = self;
        let mut noted = |name: &str, value: &str| {
            let is_new = name == "scenario" && scenarios.len() < SCENARIOS_MOST;
            if is_new && !scenarios.iter().any(|known| known == value) {
                scenarios.push(value.to_owned());
            }
        };
        match keeping {
            None => {
                tags.for_each(|(name, value)| noted(name, value));
                TagSetId::default()
            }
            Some(keeping) => {
                let recorder = &mut keeping.recorder;
                let pairs: Vec<(Sym, Sym)> =
                    tags.map(|(name, value)| (recorder.sym(name), recorder.sym(value))).collect();
                recorder.tag_set(&pairs)
            }
        }
    }

    /// A sample.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn sample(&mut self, metric: MetricId, tags: TagSetId, value: f64, at_ms: f64) -> Result<(), Fault> {
        self.samples += 1;
        self.covers(at_ms);
        if let Some(keeping) = &mut self.keeping {
            keeping.held.push(Held { at_ms, metric, tags, value });
            if keeping.held.len() >= HELD_MOST {
                keeping.flush()?;
            }
        }
        Ok(())
    }

    /// Hands out the recording with everything added up, when samples were kept.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn finish(&mut self) -> Result<Option<(Recording, Aggregate)>, Fault> {
        match self.keeping.take() {
            None => Ok(None),
            Some(mut keeping) => {
                if let Err(fault) = keeping.flush() {
                    // Nothing half is left; what went wrong first is said.
                    let _ = keeping.recording.abandon();
                    return Err(fault);
                }
                Ok(Some((keeping.recording, keeping.aggregate)))
            }
        }
    }

    /// Takes back what was written of the run.
    pub fn abandon(&mut self) {
        if let Some(keeping) = self.keeping.take() {
            // The import has failed already, and what is left is shown as killed.
            let _ = keeping.recording.abandon();
        }
    }
}

impl Keeping {
    /// The second of the run at a moment.
    fn second(&self, at_ms: f64) -> i64 {
        ((at_ms - self.begin_ms) / 1e3).max(0.0) as i64
    }

    fn flush(&mut self) -> Result<(), Fault> {
        let mut held = std::mem::take(&mut self.held);
        held.sort_by(|a, b| a.at_ms.total_cmp(&b.at_ms));
        let mut rest = &held[..];
        while let Some(first) = rest.first() {
            let second = self.second(first.at_ms);
            let count = rest.partition_point(|one| self.second(one.at_ms) <= second);
            let (now, later) = rest.split_at(count);
            for one in now {
                let at = Nanos(((one.at_ms - self.begin_ms).max(0.0) * 1e6) as u64);
                self.recorder.add(one.metric, one.tags, one.value, at);
            }
            let frame = self.recorder.take_frame(Nanos::from_secs(second as u64 + 1));
            self.recording.add(&frame, second);
            self.aggregate.apply(frame);
            rest = later;
        }
        self.recording.commit(self.now_ms)?;
        held.clear();
        self.held = held;
        Ok(())
    }
}
