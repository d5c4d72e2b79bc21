//! Traces as Zipkin's second version has them: a list of spans, or, as its server answers, a list of such lists.

use std::fmt;

use insight::traces::{Place, Side, Span as Told};
use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::{Gathered, identity, name, nanos};

/// Microseconds are Zipkin's unit.
const UNIT_NS: i64 = 1_000;

/// What stands in the list.
pub enum Entry {
    /// A span.
    Span(Box<Span>),
    /// The spans of a trace.
    Trace(Vec<Span>),
}

/// A span.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Span {
    #[serde(default)]
    trace_id: Value,
    #[serde(default)]
    id: Value,
    #[serde(default)]
    parent_id: Value,
    #[serde(default)]
    name: Value,
    #[serde(default)]
    kind: Value,
    #[serde(default)]
    timestamp: Value,
    #[serde(default)]
    duration: Value,
    local_endpoint: Option<Endpoint>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Endpoint {
    #[serde(default)]
    service_name: Value,
}

impl Entry {
    /// Hands its spans over.
    pub fn gather(self, into: &mut Gathered) {
        let mut take = |span: &Span| into.take("Zipkin", &span.trace_id, &span.id, |id| span.told(id));
        match self {
            Self::Span(span) => take(&span),
            Self::Trace(spans) => spans.iter().for_each(take),
        }
    }
}

impl Span {
    fn told(&self, id: String) -> Told {
        let service = self.local_endpoint.as_ref().map_or(&Value::Null, |endpoint| &endpoint.service_name);
        let side = match self.kind.as_str() {
            Some("CLIENT") => Side::Client,
            Some("SERVER") => Side::Server,
            _ => Side::Other,
        };
        let start = nanos(&self.timestamp, UNIT_NS);
        // A span without a duration is one that was not finished when it was reported.
        let length = nanos(&self.duration, UNIT_NS);
        let extent_ns =
            start.zip(length).and_then(|(start, length)| Some((start, start.checked_add(length)?)));
        let place = Place { service: name(service), operation: name(&self.name) };
        Told { id, parent: identity(&self.parent_id), awaited: true, side, place, extent_ns }
    }
}

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Entry;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a span of Zipkin, or a list of them")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Entry, A::Error> {
                Deserialize::deserialize(MapAccessDeserializer::new(map)).map(Entry::Span)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Entry, A::Error> {
                Deserialize::deserialize(SeqAccessDeserializer::new(list)).map(Entry::Trace)
            }
        }
        from.deserialize_any(Either)
    }
}
