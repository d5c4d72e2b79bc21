//! Traces of the system under test, read from files: what `plimsoll trace` looks at.
//!
//! Main type: [`Gathered`]. A file may be what Jaeger, Tempo or Zipkin answer, or what an OpenTelemetry collector wrote, one
//! document or many; a trace may lie in several files. A span that cannot be read is left out and counted. What the spans
//! mean is for [`insight::traces`].

mod jaeger;
mod otlp;
mod page;
mod zipkin;

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use insight::traces::{Span, Trace};
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use crate::bounded::Bounded;
use crate::error::Error;
use crate::results::open;

pub use page::{Found, document, text};

/// A service or an operation that has no name.
const NAMELESS: &str = "unknown";

/// A file is not larger, unpacked: all of it is held in memory while it is read.
const BYTES_MAX: u64 = 512 << 20;

/// The traces of all files.
#[derive(Debug, Default)]
pub struct Gathered {
    traces: BTreeMap<String, Trace>,
    /// Spans that have no id, of themselves or of their trace.
    pub unreadable: u64,
    /// Spans whose times cannot be true.
    pub timeless: u64,
    /// What is wrong with the first of either.
    pub first: Option<String>,
}

impl Gathered {
    /// Takes the traces of a file, which may be packed with gzip.
    ///
    /// # Errors
    /// When it cannot be read, is too large, or is none of the formats that are known.
    pub fn read(&mut self, path: &Path) -> Result<(), Error> {
        let failed = |why: &dyn fmt::Display| Error::File(format!("{}: {why}", path.display()));
        let bytes = open(path).and_then(|file| Bounded::new(file, BYTES_MAX).whole());
        let bytes = bytes.map_err(|why| failed(&why))?;
        self.take_documents(&bytes).map_err(|why| failed(&why))
    }

    /// Takes the traces of all documents of a file.
    fn take_documents(&mut self, bytes: &[u8]) -> Result<(), String> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let mut documents = serde_json::Deserializer::from_slice(bytes).into_iter::<Document>().peekable();
        if documents.peek().is_none() {
            return Err("there is nothing in it".to_owned());
        }
        for document in documents {
            document.map_err(|why| why.to_string())?.gather(self)?;
        }
        Ok(())
    }

    /// The traces, in the order of their ids; they are given once.
    pub fn take_traces(&mut self) -> Vec<Trace> {
        std::mem::take(&mut self.traces).into_values().collect()
    }

    /// Takes a span as it was told, if it says which it is.
    fn take(&mut self, format: &str, trace: &Value, id: &Value, span: impl FnOnce(String) -> Span) {
        let (Some(trace), Some(id)) = (identity(trace), identity(id)) else {
            self.unreadable += 1;
            self.first
                .get_or_insert_with(|| format!("a span of {format} without an id, or without a trace's"));
            return;
        };
        let span = span(id);
        if span.extent_ns.is_none() {
            self.timeless += 1;
            let text = || format!("span {} of trace {trace} has no times that can be true", span.id);
            self.first.get_or_insert_with(text);
        }
        let known =
            self.traces.entry(trace).or_insert_with_key(|id| Trace { id: id.clone(), spans: Vec::new() });
        known.spans.push(span);
    }
}

/// One document of a file.
enum Document {
    /// Of Jaeger, Tempo or OpenTelemetry.
    Object(Box<Object>),
    /// Of Zipkin.
    Spans(Vec<zipkin::Entry>),
}

/// The keys that tell the formats that are objects.
#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Object {
    data: Option<Vec<jaeger::Trace>>,
    resource_spans: Option<Vec<otlp::ResourceSpans>>,
    batches: Option<Vec<otlp::ResourceSpans>>,
    trace: Option<Box<Object>>,
}

impl Document {
    fn gather(self, into: &mut Gathered) -> Result<(), &'static str> {
        match self {
            Self::Spans(entries) => entries.into_iter().for_each(|entry| entry.gather(into)),
            Self::Object(mut object) => {
                // Tempo wraps what OpenTelemetry says.
                let object = object.trace.take().unwrap_or(object);
                let otlp = object.resource_spans.or(object.batches);
                match (object.data, otlp) {
                    (Some(traces), _) => traces.into_iter().for_each(|trace| trace.gather(into)),
                    (None, Some(resources)) => resources.into_iter().for_each(|one| one.gather(into)),
                    (None, None) => {
                        return Err("these are not traces: there is no \"data\" as Jaeger has it, \
                                    no \"resourceSpans\" as OpenTelemetry does, and no list of spans as Zipkin's");
                    }
                }
            }
        }
        Ok(())
    }
}

impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Document;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("traces of Jaeger, OpenTelemetry or Zipkin")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Document, A::Error> {
                Deserialize::deserialize(MapAccessDeserializer::new(map)).map(Document::Object)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Document, A::Error> {
                Deserialize::deserialize(SeqAccessDeserializer::new(list)).map(Document::Spans)
            }
        }
        from.deserialize_any(Either)
    }
}

/// A list that may be missing or null.
fn listed<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Vec<T>, D::Error> {
    Option::<Vec<T>>::deserialize(from).map(Option::unwrap_or_default)
}

/// What a text or a number says; nothing when it is empty.
fn words(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// An id; one of noughts stands for none.
fn identity(value: &Value) -> Option<String> {
    words(value).filter(|id| id.bytes().any(|byte| byte != b'0'))
}

/// A name, or a word for none.
fn name(value: &Value) -> String {
    words(value).unwrap_or_else(|| NAMELESS.to_owned())
}

/// A number of units of time in nanoseconds; none when it is no number, negative, or out of range.
fn nanos(value: &Value, unit_ns: i64) -> Option<i64> {
    let whole = match value {
        Value::String(text) => text.parse().ok(),
        value => value.as_i64(),
    };
    let whole = whole.and_then(|count: i64| count.checked_mul(unit_ns));
    let ns = whole.or_else(|| {
        let ns = value.as_f64()? * unit_ns as f64;
        // Above this a float is no longer exact, and below it fits.
        (ns.is_finite() && ns < 9e18).then_some(ns.round() as i64)
    });
    ns.filter(|ns| *ns >= 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use insight::traces::{Followed, follow, shares};
    use serde_json::json;
    use stats::rng::Random;

    #[test]
    fn numbers_are_read_in_any_form() {
        let check = |value: Value, unit_ns: i64, expected: Option<i64>| {
            assert_eq!(nanos(&value, unit_ns), expected, "{value}");
        };
        check(json!(1_700_000_000_000_000_i64), 1_000, Some(1_700_000_000_000_000_000));
        check(json!("1700000000000000123"), 1, Some(1_700_000_000_000_000_123));
        check(json!(1.5), 1_000, Some(1_500));
        check(json!(-1), 1_000, None);
        check(json!(i64::MAX), 1_000, None);
        check(json!(1e300), 1, None);
        check(json!("soon"), 1, None);
        check(Value::Null, 1, None);
    }

    #[test]
    fn ids_of_noughts_are_none() {
        let check = |value: Value, expected: Option<&str>| {
            assert_eq!(identity(&value).as_deref(), expected, "{value}");
        };
        check(json!("0000000000000000"), None);
        check(json!("000000000000000a"), Some("000000000000000a"));
        check(json!(17), Some("17"));
        check(json!(""), None);
        check(json!(["a"]), None);
    }

    /// A trace of each format, whose spans have the same ids, so that they may be mixed up.
    fn whole() -> [Value; 3] {
        let jaeger = |id: &str, parent: &str, start: u64, length: u64| {
            json!({
                "traceID": "7", "spanID": id, "operationName": "do", "startTime": start, "duration": length, "processID": "p",
                "references": [{ "refType": "CHILD_OF", "traceID": "7", "spanID": parent }],
                "tags": [{ "key": "span.kind", "value": "client" }],
            })
        };
        let otlp = |id: &str, parent: &str, start: u64, end: u64| {
            json!({
                "traceId": "7", "spanId": id, "parentSpanId": parent, "name": "do", "kind": 2,
                "startTimeUnixNano": start.to_string(), "endTimeUnixNano": end,
            })
        };
        let zipkin = |id: &str, parent: &str, start: u64, length: u64| {
            json!({
                "traceId": "7", "id": id, "parentId": parent, "name": "do", "kind": "CLIENT",
                "timestamp": start, "duration": length, "localEndpoint": { "serviceName": "a" },
            })
        };
        let spans = [jaeger("1", "0", 0, 100), jaeger("2", "1", 10, 50), jaeger("3", "2", 20, 10)];
        let resource = json!({ "attributes": [{ "key": "service.name", "value": { "stringValue": "b" } }] });
        let scope = json!({ "spans": [otlp("1", "", 0, 100_000), otlp("4", "1", 20_000, 70_000), otlp("5", "4", 1, 2)] });
        [
            json!({ "data": [{ "traceID": "7", "spans": spans, "processes": { "p": { "serviceName": "c" } } }] }),
            json!({ "resourceSpans": [{ "resource": resource, "scopeSpans": [scope] }] }),
            json!([[zipkin("1", "", 0, 100), zipkin("6", "1", 10, 80)], zipkin("7", "6", 20, 60)]),
        ]
    }

    /// Puts something else in the place of one value.
    fn mangle(value: &mut Value, random: &mut Random) {
        let inner: Vec<&mut Value> = match value {
            Value::Array(list) if !list.is_empty() => list.iter_mut().collect(),
            Value::Object(map) => map.values_mut().collect(),
            _ => Vec::new(),
        };
        if inner.is_empty() || random.below(12) == 0 {
            let others = [
                json!("1"),
                json!("2"),
                json!("4"),
                json!("6"),
                json!("7"),
                json!(""),
                json!("00"),
                json!(0),
                json!(-1),
                json!(50),
                json!(3.5),
                json!(1e300),
                json!(i64::MAX),
                json!(u64::MAX),
                json!(null),
                json!(true),
                json!([]),
                json!({}),
                json!("FOLLOWS_FROM"),
                json!("server"),
                json!(3),
                json!("9223372036854775807"),
            ];
            *value = others[random.below(others.len())].clone();
            return;
        }
        let at = random.below(inner.len());
        mangle(inner.into_iter().nth(at).expect("it is below their number"), random);
    }

    #[test]
    fn whatever_is_in_a_file_own_times_add_up() {
        let mut random = Random::new(28);
        let (mut followed, mut refused) = (0, 0);
        for round in 0..4_000 {
            let mut gathered = Gathered::default();
            for mut document in whole() {
                for _ in 0..random.below(4) {
                    mangle(&mut document, &mut random);
                }
                let mut bytes = document.to_string().into_bytes();
                if random.below(50) == 0 {
                    bytes.truncate(random.below(bytes.len()));
                }
                refused += usize::from(gathered.take_documents(&bytes).is_err());
            }
            let traces: Vec<Followed> = gathered.take_traces().iter().flat_map(follow).collect();
            for trace in &traces {
                assert_eq!(
                    trace.parts.iter().map(|part| part.own_ns).sum::<i64>(),
                    trace.root_ns,
                    "{round}: {trace:?}"
                );
                assert!(
                    trace.parts.iter().all(|part| part.own_ns >= 0 && part.on_path <= part.spans),
                    "{round}"
                );
            }
            let shares = shares(&traces, 0.95);
            let sum: f64 = shares.iter().flat_map(|shares| &shares.services).map(|one| one.share).sum();
            assert!(sum == 0.0 || (sum - 1.0).abs() < 1e-9, "{round}: {sum}");
            followed += traces.len();
        }
        assert!(followed > 2_000 && refused > 200, "{followed} traces, {refused} documents refused");
    }
}
