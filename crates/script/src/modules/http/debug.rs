//! What `httpDebug` logs: requests and responses as they were on the wire, each as one record.
//!
//! The records are of level info and have `source=http-debug`, as k6's have. Nothing here runs without the option.

use model::{Level, Record};

use crate::test::HttpDebug;
use crate::vu::Host;

/// Logs a hop: its request, and its response where there was one.
#[cold]
pub(super) fn log(host: &Host, wire: &net::Wire, debug: HttpDebug) {
    let id = next_id(host);
    let bodies = debug == HttpDebug::Full;
    say(host, &id, "Request", &wire.request_head, bodies.then_some(&wire.request_body));
    if !wire.response_head.is_empty() {
        say(host, &id, "Response", &wire.response_head, bodies.then_some(&wire.response_body));
    }
}

fn say(host: &Host, id: &str, what: &str, head: &[u8], body: Option<&bytes::Bytes>) {
    let head = String::from_utf8_lossy(head);
    let body = body.map(|body| String::from_utf8_lossy(body)).unwrap_or_default();
    let mut record = Record::new(Level::Info, format!("{what}:\n{head}{body}\n"))
        .with("group", host.group.borrow().clone())
        .with("iter", host.iteration.get().map_or(0, |iteration| iteration.in_vu).to_string())
        .with("request_id", id);
    if let Some(scenario) = &*host.scenario.borrow() {
        record = record.with("scenario", scenario.name.clone());
    }
    let record = record.with("source", "http-debug").with("vu", host.ids.in_test.to_string());
    host.shared.log.log(record);
}

/// A number that tells which response belongs to which request: user, and count of the user's records.
fn next_id(host: &Host) -> String {
    let count = host.debugged.get() + 1;
    host.debugged.set(count);
    format!("{}-{count}", host.ids.in_test)
}
