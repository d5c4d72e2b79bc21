//! What tests of other tools cost: one request again and again, as an Artillery script and as a JMeter plan.
//!
//! Both are loops of a known length, so that two runs of different lengths give the cost of the requests between them.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use super::cases::{Bench, wrk};
use super::{Line, child, servers};

/// How many requests a short and a long run send, of all users together.
const SHORT: u32 = 100_000;
const LONG: u32 = 500_000;

/// A format that is measured.
struct Format {
    file: &'static str,
    /// A test of so many users that each send so many requests, and then think for so many seconds.
    test: fn(users: u32, port: u16, requests: u32, think_s: u32) -> String,
}

const ARTILLERY: Format = Format { file: "test.yml", test: artillery };
const JMETER: Format = Format { file: "test.jmx", test: jmeter };

fn artillery(users: u32, port: u16, requests: u32, think_s: u32) -> String {
    let think = if think_s == 0 { String::new() } else { format!("      - think: {think_s}\n") };
    format!(
        "config:\n  target: http://127.0.0.1:{port}\n  phases: [{{ duration: 1, arrivalCount: {users} }}]\n\
         scenarios:\n  - flow:\n      - loop: [{{ get: {{ url: / }} }}]\n        count: {requests}\n{think}"
    )
}

fn jmeter(users: u32, port: u16, requests: u32, think_s: u32) -> String {
    let pause = format!(
        "<TestAction testname=\"pause\"><intProp name=\"ActionProcessor.action\">1</intProp>\
         <intProp name=\"ActionProcessor.target\">0</intProp>\
         <stringProp name=\"ActionProcessor.duration\">{}</stringProp></TestAction><hashTree/>",
        think_s * 1000
    );
    let pause = if think_s == 0 { "" } else { &pause };
    format!(
        "<jmeterTestPlan version=\"1.2\" properties=\"5.0\" jmeter=\"5.6.3\"><hashTree>\
         <TestPlan testname=\"test\"/><hashTree><ThreadGroup testname=\"users\">\
         <stringProp name=\"ThreadGroup.num_threads\">{users}</stringProp>\
         <stringProp name=\"ThreadGroup.ramp_time\">0</stringProp>\
         <boolProp name=\"ThreadGroup.same_user_on_next_iteration\">true</boolProp>\
         <elementProp name=\"ThreadGroup.main_controller\" elementType=\"LoopController\">\
         <stringProp name=\"LoopController.loops\">{requests}</stringProp></elementProp></ThreadGroup><hashTree>\
         <HTTPSamplerProxy testname=\"request\"><stringProp name=\"HTTPSampler.domain\">127.0.0.1</stringProp>\
         <stringProp name=\"HTTPSampler.port\">{port}</stringProp>\
         <stringProp name=\"HTTPSampler.path\">/</stringProp>\
         <stringProp name=\"HTTPSampler.method\">GET</stringProp>\
         <boolProp name=\"HTTPSampler.use_keepalive\">true</boolProp></HTTPSamplerProxy><hashTree/>{pause}\
         </hashTree></hashTree></hashTree></jmeterTestPlan>"
    )
}

/// Runs a test; gives its cost and how many requests were answered.
fn run(bench: &Bench, format: &Format, text: &str) -> Result<(child::Cost, f64), String> {
    let test: PathBuf = bench.script(format.file, text)?;
    let summary = bench.folder.path().join("summary.json");
    let _ = std::fs::remove_file(&summary);
    let mut command = Command::new(&bench.program);
    // The long form: JMeter has a `-q` of its own.
    command.args(["run", "--quiet", "--summary-export"]).arg(&summary).arg(test);
    command.env("PLIMSOLL_STORE", bench.folder.path().join("results.db")).current_dir(bench.folder.path());
    let cost = child::run(&mut command, Duration::from_secs(300))?;
    if !cost.ok {
        return Err(format!("the program failed: {}", cost.stdout));
    }
    let text = std::fs::read(&summary).map_err(|error| format!("no summary: {error}"))?;
    let summary: Value =
        serde_json::from_slice(&text).map_err(|error| format!("the summary is no JSON: {error}"))?;
    let requests = summary["metrics"]["http_reqs"]["count"].as_f64().ok_or("the summary has no requests")?;
    Ok((cost, requests))
}

/// Ours and wrk's, interleaved so that a slow minute hits both; the median of three ratios.
fn requests(bench: &Bench, format: &Format, users: u32, measure: &'static str) -> Result<Vec<Line>, String> {
    let server = servers::nginx()?;
    let url = server.url("/");
    let mut rounds = Vec::new();
    for _ in 0..3 {
        let peer = wrk(users, &url)?;
        let spent = |all: u32| -> Result<(f64, f64), String> {
            let text = (format.test)(users, server.port, all / users, 0);
            let (cost, requests) = run(bench, format, &text)?;
            Ok((cost.cpu.as_secs_f64() * 1e6, requests))
        };
        let (short, long) = (spent(SHORT)?, spent(LONG)?);
        let ours = (long.0 - short.0) / (long.1 - short.1);
        rounds.push((ours / peer, ours, peer));
    }
    rounds.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (ratio, ours, peer) = rounds[1];
    Ok(vec![Line {
        measure,
        found: format!("{ratio:.2} × wrk ({ours:.1} µs against {peer:.1} µs)"),
        wanted: "≤ 1.25 × wrk",
        met: ratio <= 1.25,
    }])
}

/// Resident bytes a user with a connection that thinks: the largest size seen, less that of a run with one user.
fn memory(bench: &Bench, format: &Format, measure: &'static str) -> Result<Vec<Line>, String> {
    let server = servers::nginx()?;
    let one = run(bench, format, &(format.test)(1, server.port, 1, 6))?.0.rss_max;
    let many = run(bench, format, &(format.test)(2_000, server.port, 1, 6))?.0.rss_max;
    let each = many.saturating_sub(one) as f64 / 1_999.0 / 1e3;
    Ok(vec![Line { measure, found: format!("{each:.1} KB"), wanted: "≤ 10 KB", met: each <= 10.0 }])
}

pub(super) fn artillery_50(bench: &Bench) -> Result<Vec<Line>, String> {
    requests(bench, &ARTILLERY, 50, "CPU per request of an Artillery script, 50 users")
}

pub(super) fn artillery_2000(bench: &Bench) -> Result<Vec<Line>, String> {
    requests(bench, &ARTILLERY, 2_000, "CPU per request of an Artillery script, 2,000 users")
}

pub(super) fn artillery_memory(bench: &Bench) -> Result<Vec<Line>, String> {
    memory(bench, &ARTILLERY, "resident memory a user of an Artillery script, 2,000 users")
}

pub(super) fn jmeter_50(bench: &Bench) -> Result<Vec<Line>, String> {
    requests(bench, &JMETER, 50, "CPU per request of a JMeter plan, 50 threads")
}

pub(super) fn jmeter_2000(bench: &Bench) -> Result<Vec<Line>, String> {
    requests(bench, &JMETER, 2_000, "CPU per request of a JMeter plan, 2,000 threads")
}

pub(super) fn jmeter_memory(bench: &Bench) -> Result<Vec<Line>, String> {
    memory(bench, &JMETER, "resident memory a thread of a JMeter plan, 2,000 threads")
}
