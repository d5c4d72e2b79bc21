//! The metrics of a run: their names, kinds and meanings.
//!
//! Main type: [`Registry`], shared by the whole process. It knows nothing of samples. Metrics are declared
//! before the load starts; recorders copy what they need, so that its lock is never taken per sample.

use std::sync::{Arc, PoisonError, RwLock};

use rustc_hash::FxHashMap;

use crate::builtin;

/// A metric's number in this process, the same on all threads.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct MetricId(pub u32);

/// How samples of a metric add up.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Kind {
    /// A sum.
    Counter,
    /// The last value, with the smallest and the largest.
    Gauge,
    /// The share of samples that are not zero.
    Rate,
    /// A distribution.
    Trend,
}

impl Kind {
    /// The name in messages and JSON forms.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Rate => "rate",
            Self::Trend => "trend",
        }
    }

    /// The kind of this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Counter, Self::Gauge, Self::Rate, Self::Trend].into_iter().find(|kind| kind.name() == name)
    }
}

/// What the values of a metric mean, which decides how they are shown.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Contains {
    /// Plain numbers.
    #[default]
    Default,
    /// Milliseconds.
    Time,
    /// Bytes.
    Data,
}

impl Contains {
    /// The name in messages and JSON forms.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Time => "time",
            Self::Data => "data",
        }
    }

    /// What is meant by this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Default, Self::Time, Self::Data].into_iter().find(|contains| contains.name() == name)
    }
}

/// A declared metric.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Metric {
    /// Its number in this process.
    pub id: MetricId,
    /// The name in scripts, thresholds and results.
    pub name: Arc<str>,
    /// How its samples add up.
    pub kind: Kind,
    /// What its values mean.
    pub contains: Contains,
}

/// Why a metric could not be declared. Scripts see the text, whose words are k6's.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum DeclareError {
    /// The name has characters or a length that names cannot have.
    #[error(
        "Invalid metric name: '{0}'. Metric names must only include up to 128 ASCII letters, numbers, or \
         underscores and start with a letter or an underscore."
    )]
    Name(String),
    /// The name is taken by a metric of another kind.
    #[error("metric '{name}' already exists but with type {}, instead of {}", .existing.name(), .wanted.name())]
    Kind {
        /// The name.
        name: String,
        /// What it is.
        existing: Kind,
        /// What it was to be.
        wanted: Kind,
    },
    /// The name is taken by a metric whose values mean something else.
    #[error(
        "metric '{name}' already exists but with a value type {}, instead of {}",
        .existing.name(), .wanted.name()
    )]
    Contains {
        /// The name.
        name: String,
        /// What its values mean.
        existing: Contains,
        /// What they were to mean.
        wanted: Contains,
    },
}

/// All metrics of the process.
#[derive(Debug)]
pub struct Registry(RwLock<Known>);

#[derive(Debug, Default)]
struct Known {
    metrics: Vec<Metric>,
    names: FxHashMap<Arc<str>, MetricId>,
}

impl Known {
    fn push(&mut self, name: &str, kind: Kind, contains: Contains) -> MetricId {
        let name: Arc<str> = name.into();
        let id = MetricId(u32::try_from(self.metrics.len()).expect("scripts do not declare 2^32 metrics"));
        self.names.insert(name.clone(), id);
        self.metrics.push(Metric { id, name, kind, contains });
        id
    }

    /// Makes way for a script's metric with the name of one of ours.
    fn evict(&mut self, id: MetricId) {
        let metric = &mut self.metrics[id.0 as usize];
        self.names.remove(&metric.name);
        metric.name = format!("plimsoll_{}", metric.name).into();
        self.names.insert(metric.name.clone(), id);
    }
}

impl Registry {
    /// A registry with the built-in metrics.
    #[must_use]
    pub fn new() -> Arc<Self> {
        let mut known = Known::default();
        for row in builtin::TABLE {
            known.push(row.name, row.kind, row.contains);
        }
        Arc::new(Self(RwLock::new(known)))
    }

    /// The metric `name`, made when it is not there yet.
    ///
    /// # Errors
    /// When the name is not allowed, or taken by a metric of another kind or meaning.
    pub fn declare(&self, name: &str, kind: Kind, contains: Contains) -> Result<MetricId, DeclareError> {
        if !is_name(name) {
            return Err(DeclareError::Name(name.to_owned()));
        }
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(&id) = known.names.get(name) {
            if !builtin::OWN.contains(&id) {
                return agree(name, &known.metrics[id.0 as usize], kind, contains).map(|()| id);
            }
            known.evict(id);
        }
        Ok(known.push(name, kind, contains))
    }

    /// The metric of this name, if there is one.
    #[must_use]
    pub fn lookup(&self, name: &str) -> Option<MetricId> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).names.get(name).copied()
    }

    /// The metric with this number.
    ///
    /// # Panics
    /// When the number does not come from this registry.
    #[must_use]
    pub fn get(&self, id: MetricId) -> Metric {
        self.find(id).expect("metric numbers come from this registry")
    }

    /// The metric with a number that may come from elsewhere.
    #[must_use]
    pub fn find(&self, id: MetricId) -> Option<Metric> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).metrics.get(id.0 as usize).cloned()
    }

    /// All metrics, in the order in which they were declared.
    #[must_use]
    pub fn all(&self) -> Vec<Metric> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).metrics.clone()
    }

    /// Whether a metric is one of those that every run has.
    #[must_use]
    pub const fn is_builtin(id: MetricId) -> bool {
        (id.0 as usize) < builtin::TABLE.len()
    }

    /// Takes over a metric of a stored run, whose names were checked then.
    ///
    /// # Errors
    /// When the name is taken by a metric of another kind or meaning.
    pub fn restore(&self, name: &str, kind: Kind, contains: Contains) -> Result<MetricId, DeclareError> {
        self.adopt(&Metric { id: MetricId(0), name: name.into(), kind, contains })
    }

    /// Takes over a metric that another process declared; names were checked there.
    pub(crate) fn adopt(&self, metric: &Metric) -> Result<MetricId, DeclareError> {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        match known.names.get(&metric.name).copied() {
            Some(id) => {
                agree(&metric.name, &known.metrics[id.0 as usize], metric.kind, metric.contains).map(|()| id)
            }
            None => Ok(known.push(&metric.name, metric.kind, metric.contains)),
        }
    }
}

fn agree(name: &str, existing: &Metric, kind: Kind, contains: Contains) -> Result<(), DeclareError> {
    if existing.kind != kind {
        return Err(DeclareError::Kind { name: name.to_owned(), existing: existing.kind, wanted: kind });
    }
    // Scripts that declare a built-in metric mean that one, whatever they think its values are.
    if existing.contains != contains && !Registry::is_builtin(existing.id) {
        let existing = existing.contains;
        return Err(DeclareError::Contains { name: name.to_owned(), existing, wanted: contains });
    }
    Ok(())
}

/// Two to 129 letters, digits and underscores, not a digit first. (The messages say 128, as k6's do.)
fn is_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    let first = bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    first && (2..=129).contains(&name.len()) && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_rules() {
        let check = |name: &str, good: bool| {
            let declared = Registry::new().declare(name, Kind::Counter, Contains::Default);
            assert_eq!(declared.is_ok(), good, "{name:?}");
        };
        for name in ["ok_name", "_x", "A1", &"x".repeat(128), &"x".repeat(129)] {
            check(name, true);
        }
        for name in ["1abc", "with space", "with-dash", "with.dot", "é", "", "a", &"x".repeat(130)] {
            check(name, false);
        }
        let refused = Registry::new().declare("1abc", Kind::Counter, Contains::Default);
        assert_eq!(
            refused.unwrap_err().to_string(),
            "Invalid metric name: '1abc'. Metric names must only include up to 128 ASCII letters, numbers, or \
             underscores and start with a letter or an underscore."
        );
    }

    #[test]
    fn a_name_has_one_kind_and_meaning() {
        let registry = Registry::new();
        let first = registry.declare("xxx", Kind::Counter, Contains::Default);
        assert_eq!(registry.declare("xxx", Kind::Counter, Contains::Default), first);
        registry.declare("trd", Kind::Trend, Contains::Default).unwrap();
        let check = |name: &str, kind, contains, message: &str| {
            assert_eq!(registry.declare(name, kind, contains).unwrap_err().to_string(), message);
        };
        let (default, time) = (Contains::Default, Contains::Time);
        check(
            "xxx",
            Kind::Rate,
            default,
            "metric 'xxx' already exists but with type counter, instead of rate",
        );
        check(
            "trd",
            Kind::Trend,
            time,
            "metric 'trd' already exists but with a value type default, instead of time",
        );
        check(
            "http_reqs",
            Kind::Trend,
            default,
            "metric 'http_reqs' already exists but with type counter, instead of trend",
        );
        assert_eq!(registry.declare("http_reqs", Kind::Counter, default), Ok(builtin::HTTP_REQS));
        assert_eq!(registry.declare("data_sent", Kind::Counter, default), Ok(builtin::DATA_SENT));
    }

    #[test]
    fn scripts_may_use_names_that_only_we_have() {
        let registry = Registry::new();
        let name = "http_req_response_time";
        let id = registry.declare(name, Kind::Counter, Contains::Default).unwrap();
        assert_ne!(id, builtin::HTTP_REQ_RESPONSE_TIME);
        assert_eq!(registry.lookup(name), Some(id));
        assert_eq!(registry.declare(name, Kind::Counter, Contains::Default), Ok(id));
        assert_eq!(&*registry.get(builtin::HTTP_REQ_RESPONSE_TIME).name, "plimsoll_http_req_response_time");
    }
}
