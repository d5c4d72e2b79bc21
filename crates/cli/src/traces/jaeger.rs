//! Traces as Jaeger's query service answers them, and as its pages save them: `{"data": [{"spans": …, "processes": …}]}`.

use std::collections::HashMap;

use insight::traces::{Place, Side, Span as Told};
use serde::Deserialize;
use serde_json::Value;

use super::{Gathered, identity, listed, name, nanos};

/// Microseconds are Jaeger's unit.
const UNIT_NS: i64 = 1_000;

/// A trace.
#[derive(Deserialize)]
pub struct Trace {
    #[serde(rename = "traceID", default)]
    id: Value,
    #[serde(default, deserialize_with = "listed")]
    spans: Vec<Span>,
    #[serde(default)]
    processes: Option<HashMap<String, Process>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Process {
    #[serde(default)]
    service_name: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Span {
    #[serde(rename = "traceID", default)]
    trace: Value,
    #[serde(rename = "spanID", default)]
    id: Value,
    #[serde(rename = "parentSpanID", default)]
    parent: Value,
    #[serde(default)]
    operation_name: Value,
    #[serde(default, deserialize_with = "listed")]
    references: Vec<Reference>,
    #[serde(default)]
    start_time: Value,
    #[serde(default)]
    duration: Value,
    #[serde(rename = "processID", default)]
    process_id: Value,
    process: Option<Process>,
    #[serde(default, deserialize_with = "listed")]
    tags: Vec<Tag>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reference {
    #[serde(default)]
    ref_type: Value,
    #[serde(rename = "traceID", default)]
    trace: Value,
    #[serde(rename = "spanID", default)]
    span: Value,
}

#[derive(Deserialize)]
struct Tag {
    #[serde(default)]
    key: Value,
    #[serde(default)]
    value: Value,
}

impl Trace {
    /// Hands its spans over.
    pub fn gather(self, into: &mut Gathered) {
        let processes = self.processes.unwrap_or_default();
        for span in self.spans {
            let trace = if span.trace.is_null() { &self.id } else { &span.trace };
            into.take("Jaeger", trace, &span.id, |id| span.told(id, trace, &processes));
        }
    }
}

impl Span {
    fn told(&self, id: String, trace: &Value, processes: &HashMap<String, Process>) -> Told {
        let own = self.process.as_ref();
        let process = own.or_else(|| processes.get(self.process_id.as_str()?));
        let service = process.map_or_else(|| name(&Value::Null), |process| name(&process.service_name));
        let (parent, awaited) = self.parent(trace);
        let kind = self.tags.iter().find(|tag| tag.key == "span.kind").and_then(|tag| tag.value.as_str());
        let side = match kind {
            Some("client") => Side::Client,
            Some("server") => Side::Server,
            _ => Side::Other,
        };
        let start = nanos(&self.start_time, UNIT_NS);
        let length = nanos(&self.duration, UNIT_NS);
        let extent_ns =
            start.zip(length).and_then(|(start, length)| Some((start, start.checked_add(length)?)));
        Told {
            id,
            parent,
            awaited,
            side,
            place: Place { service, operation: name(&self.operation_name) },
            extent_ns,
        }
    }

    /// The span that this one is a child of, or else follows from. References into other traces are no parents.
    fn parent(&self, trace: &Value) -> (Option<String>, bool) {
        let of = |kind: &str| {
            let here =
                |one: &&Reference| one.ref_type == kind && (one.trace.is_null() || one.trace == *trace);
            self.references.iter().filter(here).find_map(|one| identity(&one.span))
        };
        if let Some(parent) = of("CHILD_OF") {
            return (Some(parent), true);
        }
        match of("FOLLOWS_FROM") {
            Some(parent) => (Some(parent), false),
            None => (identity(&self.parent), true),
        }
    }
}
