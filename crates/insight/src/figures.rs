//! What a run is reduced to before it is compared: one figure for each series.

use std::collections::BTreeMap;

use stats::few::Within;

/// What a figure measures, which decides what is worse and how change is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A share of failed requests or checks, 0 to 1.
    Errors,
    /// A percentile or mean of a duration, in milliseconds.
    Latency,
    /// Memory of the target, in bytes.
    Memory,
    /// Requests or iterations a second.
    Throughput,
}

/// Names a series: of which endpoint or group, and which figure of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// Endpoint, group or scenario; empty for the whole run.
    pub endpoint: String,
    /// The figure's name, such as `http_req_duration p95`.
    pub figure: String,
}

impl Key {
    /// The series `figure` of `endpoint`.
    pub fn new(endpoint: impl Into<String>, figure: impl Into<String>) -> Self {
        Self { endpoint: endpoint.into(), figure: figure.into() }
    }
}

/// A figure of a run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figure {
    /// What it measures.
    pub kind: Kind,
    /// Its value, in the unit of its kind.
    pub value: f64,
    /// How many requests (or the like) it comes from; 0 where that is not known.
    pub samples: u64,
    /// How sure the run's own slices of time are of it: on logarithms, for shares as they are. Only asked of single runs.
    pub within: Option<Within>,
}

impl Figure {
    /// A figure of which nothing else is known.
    pub fn new(kind: Kind, value: f64) -> Self {
        Self { kind, value, samples: 0, within: None }
    }
}

/// A run by its figures.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Run {
    /// What the run is called where it is kept.
    pub id: String,
    /// Whether the generator made the load honestly; a run that it did not is left out of comparisons.
    pub trusted: bool,
    /// One figure a series.
    pub figures: BTreeMap<Key, Figure>,
}

/// The runs of one side of a comparison.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Side {
    /// What the side is called: a build, a commit, a baseline.
    pub name: String,
    /// Its runs, in the order in which they were made.
    pub runs: Vec<Run>,
}

impl Side {
    /// The runs that may be compared.
    pub fn trusted(&self) -> impl Iterator<Item = &Run> {
        self.runs.iter().filter(|run| run.trusted)
    }

    /// Values of a series, one a trusted run that has it.
    pub fn values(&self, key: &Key) -> Vec<f64> {
        self.figures(key).map(|figure| figure.value).collect()
    }

    /// Figures of a series, one a trusted run that has it.
    pub fn figures<'a>(&'a self, key: &'a Key) -> impl Iterator<Item = &'a Figure> {
        self.trusted().filter_map(move |run| run.figures.get(key))
    }

    /// All series of the trusted runs, with what they measure.
    pub fn keys(&self) -> BTreeMap<Key, Kind> {
        self.trusted().flat_map(|run| run.figures.iter().map(|(key, f)| (key.clone(), f.kind))).collect()
    }
}
