//! Newline-delimited JSON: a record for each metric when it is first seen, and one for each sample.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use metrics::{Metric, MetricId, RawSample, Registry};
use model::{Clock, Selector, Threshold};
use rustc_hash::FxHashMap;

use super::Setup;
use crate::sink::{Destination, Error, Rendered, Sink, Stamp, json_number, json_string, json_tags};
use crate::summary::split_name;

pub(super) const DOC: &str =
    "One JSON document a line for each metric and sample: `json=FILE`, compressed if FILE ends in .gz.";

/// Makes the sink; the argument is the file, standard output when there is none.
#[expect(clippy::unnecessary_wraps, reason = "rows of the table of outputs share one signature")]
pub(super) fn make(setup: &Setup<'_>) -> Result<Box<dyn Sink>, Error> {
    Ok(Box::new(Json {
        file: Destination::new(setup.argument),
        stamp: Stamp::new(setup.zone.clone()),
        thresholds: setup.thresholds.clone(),
        declared: FxHashMap::default(),
        registry: Arc::clone(setup.registry),
        clock: setup.clock,
        tags: Rendered::new(),
        text: String::new(),
    }))
}

struct Json {
    file: Destination,
    stamp: Stamp,
    thresholds: BTreeMap<String, Vec<Threshold>>,
    /// Metrics that have their record, with their names as JSON.
    declared: FxHashMap<MetricId, String>,
    registry: Arc<Registry>,
    clock: Clock,
    tags: Rendered<String>,
    text: String,
}

impl Sink for Json {
    fn describe(&self) -> String {
        format!("json ({})", self.file.describe())
    }

    fn start(&mut self) -> Result<(), Error> {
        self.file.open()
    }

    fn samples(&mut self, batch: &[RawSample]) -> Result<(), Error> {
        self.text.clear();
        for sample in batch {
            if !self.declared.contains_key(&sample.metric) {
                self.declare(&self.registry.get(sample.metric));
            }
            self.point(sample);
        }
        self.file.write(self.text.as_bytes())
    }

    fn flush_interval(&self) -> Duration {
        Duration::from_millis(200)
    }

    fn flush(&mut self) -> Result<(), Error> {
        self.file.flush()
    }

    fn finish(&mut self) -> Result<(), Error> {
        self.file.finish()
    }
}

impl Json {
    fn declare(&mut self, metric: &Metric) {
        let own: Vec<&str> =
            self.thresholds.get(&*metric.name).into_iter().flatten().map(|one| one.source.as_str()).collect();
        let subs = self.sub_metrics(&metric.name);
        let document = serde_json::json!({
            "type": "Metric",
            "data": {
                "name": &*metric.name,
                "type": metric.kind.name(),
                "contains": metric.contains.name(),
                "thresholds": own,
                "submetrics": if subs.is_empty() { serde_json::Value::Null } else { subs.into() },
            },
            "metric": &*metric.name,
        });
        self.text.push_str(&document.to_string());
        self.text.push('\n');
        let mut name = String::new();
        json_string(&metric.name, &mut name);
        self.declared.insert(metric.id, name);
    }

    /// The selections of a metric that thresholds ask for, and the one that every run has.
    fn sub_metrics(&self, name: &str) -> Vec<serde_json::Value> {
        const ALWAYS: &str = "http_req_duration{expected_response:true}";
        let asked = self.thresholds.keys().map(String::as_str);
        let always = (!self.thresholds.contains_key(ALWAYS)).then_some(ALWAYS);
        asked
            .chain(always)
            .filter_map(|full| {
                let (metric, suffix) = split_name(full);
                let suffix = suffix.filter(|_| metric == name)?;
                let tags: BTreeMap<String, String> = Selector::parse(full).ok()?.tags.into_iter().collect();
                Some(serde_json::json!({ "name": full, "suffix": suffix, "tags": tags }))
            })
            .collect()
    }

    fn point(&mut self, sample: &RawSample) {
        let out = &mut self.text;
        out.push_str("{\"metric\":");
        out.push_str(&self.declared[&sample.metric]);
        out.push_str(",\"type\":\"Point\",\"data\":{\"time\":\"");
        self.stamp.write(self.clock.unix_ns(sample.at), true, out);
        out.push_str("\",\"value\":");
        json_number(sample.value, out);
        out.push_str(",\"tags\":");
        out.push_str(self.tags.get(&sample.tags, |tags| {
            let mut text = String::new();
            json_tags(tags, &mut text);
            text
        }));
        if let Some(metadata) = sample.metadata.as_ref().filter(|metadata| !metadata.is_empty()) {
            out.push_str(",\"metadata\":");
            json_tags(metadata, out);
        }
        out.push_str("}}\n");
    }
}
