//! Runs the probes of `tests/oracle-artillery` with the built program and compares with the recorded behaviour of
//! Artillery.
//!
//! One test an area, so that a runner can spread them.

mod probes;

use probes::Oracle;

const ARTILLERY: Oracle = Oracle { folder: "oracle-artillery", kinds: &["fail"], skip: Some("gaps") };

macro_rules! areas {
    ($($area:ident),*) => { $(#[test] fn $area() { ARTILLERY.check(stringify!($area)); })* };
}

areas!(
    capture, config, errors, flow, hooks, payload, phases, plugins, report, requests, scenarios, templates,
    variables, ws
);
