//! The metrics of a run by name.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use crate::builtin;

/// A metric's identity within a run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct MetricId(pub u32);

/// What a metric does with its samples.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Adds them up.
    Counter,
    /// Keeps the last.
    Gauge,
    /// Counts those that are not zero.
    Rate,
    /// Keeps their distribution.
    Trend,
}

impl Kind {
    /// Its name in options and outputs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Rate => "rate",
            Self::Trend => "trend",
        }
    }
}

/// What a metric's samples are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Contains {
    /// Plain numbers.
    Default,
    /// Milliseconds.
    Time,
    /// Bytes.
    Data,
}

impl Contains {
    /// Its name in outputs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Time => "time",
            Self::Data => "data",
        }
    }
}

/// A metric.
#[derive(Clone, Debug)]
pub struct Metric {
    /// Its identity.
    pub id: MetricId,
    /// Its name.
    pub name: Arc<str>,
    /// What it does with its samples.
    pub kind: Kind,
    /// What its samples are.
    pub contains: Contains,
}

/// Why a metric cannot be declared; the messages are k6's.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum DeclareError {
    /// The name is not allowed.
    #[error(
        "Invalid metric name: '{0}'. Metric names must only include up to 128 ASCII letters, numbers, or \
         underscores and start with a letter or an underscore."
    )]
    BadName(String),
    /// There is one of another kind.
    #[error("metric '{name}' already exists but with type {there}, instead of {wanted}")]
    OtherKind {
        /// The name.
        name: String,
        /// The kind that is there.
        there: &'static str,
        /// The kind that was asked for.
        wanted: &'static str,
    },
    /// There is one with other samples.
    #[error("metric '{name}' already exists but with a value type {there}, instead of {wanted}")]
    OtherContent {
        /// The name.
        name: String,
        /// What is there.
        there: &'static str,
        /// What was asked for.
        wanted: &'static str,
    },
}

/// The metrics of a run. Names are only added while init code runs; the lock is never taken when samples are.
#[derive(Debug)]
pub struct Registry(RwLock<Table>);

#[derive(Debug)]
struct Table {
    metrics: Vec<Metric>,
    by_name: HashMap<Arc<str>, MetricId>,
}

impl Table {
    fn add(&mut self, name: &str, kind: Kind, contains: Contains) -> MetricId {
        let id = MetricId(u32::try_from(self.metrics.len()).expect("a run has few metrics"));
        let name: Arc<str> = name.into();
        self.metrics.push(Metric { id, name: name.clone(), kind, contains });
        self.by_name.insert(name, id);
        id
    }
}

impl Registry {
    /// A registry with the built-in metrics.
    #[must_use]
    pub fn new() -> Arc<Self> {
        let mut table = Table { metrics: Vec::new(), by_name: HashMap::new() };
        for (name, kind, contains) in builtin::ALL {
            table.add(name, *kind, *contains);
        }
        Arc::new(Self(RwLock::new(table)))
    }

    /// Declares a metric, or finds the one of the same name and type.
    ///
    /// A built-in metric may be declared again with the same kind: scripts do, and mean that very metric.
    ///
    /// # Errors
    /// For a bad name, and when there is one of another type.
    pub fn declare(&self, name: &str, kind: Kind, contains: Contains) -> Result<MetricId, DeclareError> {
        if !is_valid(name) {
            return Err(DeclareError::BadName(name.to_owned()));
        }
        let mut table = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let Some(&id) = table.by_name.get(name) else { return Ok(table.add(name, kind, contains)) };
        let there = &table.metrics[id.0 as usize];
        let name = || name.to_owned();
        if there.kind != kind {
            return Err(DeclareError::OtherKind {
                name: name(),
                there: there.kind.name(),
                wanted: kind.name(),
            });
        }
        if there.contains != contains && !Self::is_builtin(id) {
            let (there, wanted) = (there.contains.name(), contains.name());
            return Err(DeclareError::OtherContent { name: name(), there, wanted });
        }
        Ok(id)
    }

    /// Whether a metric is one of the built-in ones.
    #[must_use]
    pub fn is_builtin(id: MetricId) -> bool {
        (id.0 as usize) < builtin::ALL.len()
    }

    /// The metric called `name`.
    #[must_use]
    pub fn lookup(&self, name: &str) -> Option<MetricId> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).by_name.get(name).copied()
    }

    /// A metric by its identity.
    ///
    /// # Panics
    /// When the identity is not of this registry.
    #[must_use]
    pub fn get(&self, id: MetricId) -> Metric {
        self.0.read().unwrap_or_else(PoisonError::into_inner).metrics[id.0 as usize].clone()
    }

    /// All metrics, in the order in which they were declared.
    #[must_use]
    pub fn all(&self) -> Vec<Metric> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).metrics.clone()
    }
}

fn is_valid(name: &str) -> bool {
    let bytes = name.as_bytes();
    // k6's own limit: a first character and 1 to 128 more.
    (2..=129).contains(&bytes.len())
        && (bytes[0].is_ascii_alphabetic() || bytes[0] == b'_')
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
}
