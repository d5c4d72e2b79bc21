//! Where single samples go: makes the outputs that were asked for, and turns what workers send into their samples.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use metrics::{MetricId, RawSample, Registry};
use model::Clock;
use report::metric::{Contains, Kind};
use report::output::{Head, Limits, Outputs, Sample, Setup, Sink, Zone, create};

use super::options::Settled;
use crate::error::Error;
use crate::flags::Flags;
use crate::session::Session;

/// The outputs before they are opened.
pub struct Asked(Vec<Box<dyn Sink>>);

impl Asked {
    /// Reads `--out`, or the variables that stand in for it.
    ///
    /// # Errors
    /// When there is no such output, or its argument makes no sense.
    pub fn read(session: &Session, flags: &Flags, settled: &Settled) -> Result<Self, Error> {
        let none = BTreeMap::new();
        let thresholds = settled.options.thresholds.as_ref().unwrap_or(&none);
        let zone = Zone::local(&session.env);
        let system_tags = settled.system_tags();
        let setup = Setup { argument: "", env: &session.env, system_tags, thresholds, zone: &zone };
        let sinks: Result<Vec<_>, _> = flags.list("out").iter().map(|text| create(text, &setup)).collect();
        sinks.map(Self).map_err(|e| Error::Usage(e.to_string()))
    }

    /// How the banner names them.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.0.iter().map(|sink| sink.describe()).collect()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Opens them and starts their threads.
    ///
    /// # Errors
    /// When a destination cannot be opened.
    pub fn start(self, session: &Session, registry: Arc<Registry>) -> Result<Stream, Error> {
        let outputs = Outputs::start(self.0, Limits::default(), session.clock, &session.logger());
        let outputs = outputs.map_err(|e| Error::File(e.to_string()))?;
        Ok(Stream { outputs: Some(outputs), registry, clock: session.clock, heads: HashMap::new() })
    }
}

/// The running outputs.
pub struct Stream {
    /// Gone once they have finished.
    outputs: Option<Outputs>,
    registry: Arc<Registry>,
    clock: Clock,
    heads: HashMap<MetricId, Arc<Head>>,
}

impl Stream {
    /// Hands samples to every output.
    pub fn send(&mut self, raw: Vec<RawSample>) {
        if raw.is_empty() || self.outputs.as_ref().is_none_or(Outputs::is_empty) {
            return;
        }
        let batch: Arc<[Sample]> = raw
            .into_iter()
            .map(|sample| Sample {
                metric: self.head(sample.metric),
                value: sample.value,
                unix_ns: self.clock.unix_ns(sample.at),
                tags: sample.tags,
                metadata: sample.metadata,
            })
            .collect();
        if let Some(outputs) = &self.outputs {
            outputs.samples(&batch);
        }
    }

    fn head(&mut self, metric: MetricId) -> Arc<Head> {
        let registry = &self.registry;
        let head = self.heads.entry(metric).or_insert_with(|| {
            let metric = registry.get(metric);
            Arc::new(Head { name: metric.name, kind: kind(metric.kind), contains: contains(metric.contains) })
        });
        Arc::clone(head)
    }

    /// Lets them finish; they take nothing more.
    #[must_use]
    pub fn finish(&mut self, patience: std::time::Duration) -> Vec<report::output::Report> {
        self.outputs.take().map(|outputs| outputs.finish(patience)).unwrap_or_default()
    }
}

fn kind(kind: metrics::Kind) -> Kind {
    match kind {
        metrics::Kind::Counter => Kind::Counter,
        metrics::Kind::Gauge => Kind::Gauge,
        metrics::Kind::Rate => Kind::Rate,
        metrics::Kind::Trend => Kind::Trend,
    }
}

/// What the values mean, as reports put it.
pub fn contains(contains: metrics::Contains) -> Contains {
    match contains {
        metrics::Contains::Default => Contains::Default,
        metrics::Contains::Time => Contains::Time,
        metrics::Contains::Data => Contains::Data,
    }
}
