//! Runs the probes of `tests/oracle-jmeter` with the built program and compares with the recorded behaviour of JMeter.
//!
//! Probes that hang on the speed of the machine are left out. One test an area, so that a runner can spread them.

mod probes;

use probes::Oracle;

const JMETER: Oracle = Oracle { folder: "oracle-jmeter", kinds: &["fail"], skip: Some("timed.txt") };

macro_rules! areas {
    ($($area:ident),*) => { $(#[test] fn $area() { JMETER.check(stringify!($area)); })* };
}

areas!(
    actions,
    assertions,
    config,
    controllers,
    errors,
    extractors,
    functions,
    http,
    outputs,
    scripting,
    threadgroups
);
