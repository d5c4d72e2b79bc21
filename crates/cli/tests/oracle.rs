//! Runs the probes of `tests/oracle` with the built program and compares with the recorded behaviour of k6.
//!
//! One test an area, so that a runner can spread them.

mod probes;

use probes::Oracle;

/// What differs are the program's own messages, or what scripts and their users rely on.
const K6: Oracle = Oracle { folder: "oracle", kinds: &["engine", "console"], skip: None };

macro_rules! areas {
    ($($area:ident),*) => { $(#[test] fn $area() { K6.check(stringify!($area)); })* };
}

areas!(
    http, cookies, metrics, thresholds, executors, options, execution, summary, outputs, cli, ws, websockets,
    crypto, webcrypto, encoding, fs, csv, streams, timers, data, secrets, html, forms, core, errors, quirks
);
