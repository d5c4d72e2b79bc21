//! Traces as OpenTelemetry writes them in JSON: `{"resourceSpans": […]}`, a document or a line each; Tempo says `batches`.

use insight::traces::{Place, Side, Span as Told};
use serde::Deserialize;
use serde_json::Value;

use super::{Gathered, identity, listed, name, nanos};

/// The spans of a service.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ResourceSpans {
    resource: Option<Resource>,
    #[serde(default, alias = "instrumentationLibrarySpans", deserialize_with = "listed")]
    scope_spans: Vec<ScopeSpans>,
}

#[derive(Deserialize)]
struct Resource {
    #[serde(default, deserialize_with = "listed")]
    attributes: Vec<Attribute>,
}

#[derive(Deserialize)]
struct Attribute {
    #[serde(default)]
    key: Value,
    #[serde(default)]
    value: Value,
}

#[derive(Deserialize)]
struct ScopeSpans {
    #[serde(default, deserialize_with = "listed")]
    spans: Vec<Span>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Span {
    #[serde(default)]
    trace_id: Value,
    #[serde(default)]
    span_id: Value,
    #[serde(default)]
    parent_span_id: Value,
    #[serde(default)]
    name: Value,
    #[serde(default)]
    kind: Value,
    #[serde(default)]
    start_time_unix_nano: Value,
    #[serde(default)]
    end_time_unix_nano: Value,
}

impl ResourceSpans {
    /// Hands its spans over.
    pub fn gather(self, into: &mut Gathered) {
        let attributes = self.resource.map(|resource| resource.attributes).unwrap_or_default();
        let service = attributes.iter().find(|one| one.key == "service.name");
        let service = name(service.map_or(&Value::Null, |one| &one.value["stringValue"]));
        for span in self.scope_spans.iter().flat_map(|scope| &scope.spans) {
            into.take("OpenTelemetry", &span.trace_id, &span.span_id, |id| span.told(id, service.clone()));
        }
    }
}

impl Span {
    fn told(&self, id: String, service: String) -> Told {
        let side = match (self.kind.as_i64(), self.kind.as_str()) {
            (Some(2), _) | (_, Some("SPAN_KIND_SERVER")) => Side::Server,
            (Some(3), _) | (_, Some("SPAN_KIND_CLIENT")) => Side::Client,
            _ => Side::Other,
        };
        let extent_ns = nanos(&self.start_time_unix_nano, 1).zip(nanos(&self.end_time_unix_nano, 1));
        Told {
            id,
            parent: identity(&self.parent_span_id),
            awaited: true,
            side,
            place: Place { service, operation: name(&self.name) },
            // An end of nought is that of a span that did not end.
            extent_ns: extent_ns.filter(|(start, end)| start <= end),
        }
    }
}
