//! What is measured, one function a case.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use super::{Line, child, formats, pcap, plans, scripts, servers, stored};
use crate::repository::Repository;

type Case = fn(&Bench) -> Result<Vec<Line>, String>;

/// All cases, in the order in which they run.
pub(super) const CASES: &[(&str, Case)] = &[
    ("requests-50", requests_50),
    ("requests-2000", requests_2000),
    ("memory-2000", memory_2000),
    ("memory-10000", memory_10000),
    ("http-50", plans::http_50),
    ("http-2000", plans::http_2000),
    ("plan-memory-2000", plans::memory_2000),
    ("plan-thinking-200000", plans::thinking_200000),
    ("artillery-50", formats::artillery_50),
    ("artillery-2000", formats::artillery_2000),
    ("artillery-memory-2000", formats::artillery_memory),
    ("jmeter-50", formats::jmeter_50),
    ("jmeter-2000", formats::jmeter_2000),
    ("jmeter-memory-2000", formats::jmeter_memory),
    ("library", library),
    ("ready-10000", ready_10000),
    ("thinking-100000", thinking_100000),
    ("one-iteration", one_iteration),
    ("long-run", long_run),
    ("arrivals", arrivals),
    ("truth", truth),
    ("compare-stored", stored::compare),
];

/// What all cases share.
pub(super) struct Bench {
    pub(super) program: PathBuf,
    pub(super) root: PathBuf,
    pub(super) folder: tempfile::TempDir,
}

impl Bench {
    pub(super) fn new(repository: &Repository) -> Result<Self, String> {
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        Ok(Self { program: repository.program(), root: repository.path("."), folder })
    }

    pub(super) fn script(&self, name: &str, text: &str) -> Result<PathBuf, String> {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).map_err(|error| error.to_string())?;
        Ok(path)
    }

    /// Runs a script with flags; the summary comes back beside the cost.
    fn run(
        &self,
        text: &str,
        flags: &[&str],
        target: &str,
        limit_secs: u64,
    ) -> Result<(child::Cost, Value), String> {
        let script = self.script("script.js", text)?;
        let summary = self.folder.path().join("summary.json");
        let _ = std::fs::remove_file(&summary);
        let mut command = Command::new(&self.program);
        command
            .args(["run", "-q", "--no-usage-report", "--summary-trust", "--summary-export"])
            .arg(&summary)
            .args(flags)
            .arg(&script);
        // Runs are kept as a user's are, but not among the user's.
        command.env("PLIMSOLL_STORE", self.folder.path().join("results.db"));
        command.env("TARGET", target).current_dir(self.folder.path());
        let cost = child::run(&mut command, Duration::from_secs(limit_secs))?;
        if !cost.ok {
            return Err(format!("the program failed: {}", cost.stdout));
        }
        let text = std::fs::read_to_string(&summary).map_err(|error| format!("no summary: {error}"))?;
        let summary =
            serde_json::from_str(&text).map_err(|error| format!("the summary is no JSON: {error}"))?;
        Ok((cost, summary))
    }
}

fn number(summary: &Value, metric: &str, key: &str) -> Result<f64, String> {
    summary["metrics"][metric][key].as_f64().ok_or_else(|| format!("the summary has no {metric}.{key}"))
}

/// wrk's cost per request, in microseconds of CPU. It gets as many threads as the program has workers: one each
/// core, so that both pay for sharing the cores with the server.
pub(super) fn wrk(connections: u32, url: &str) -> Result<f64, String> {
    let mut command = Command::new("wrk");
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let (threads, connections) = (format!("-t{threads}"), format!("-c{connections}"));
    command.args([&threads, &connections, "-d6s", "--timeout", "10s", url]);
    let cost = child::run(&mut command, Duration::from_secs(60))?;
    let line = cost.stdout.lines().find(|line| line.contains("requests in")).ok_or("wrk printed no count")?;
    let count: f64 = line
        .split_whitespace()
        .next()
        .and_then(|word| word.parse().ok())
        .ok_or("wrk's count is no number")?;
    Ok(cost.cpu.as_secs_f64() * 1e6 / count)
}

/// Ours and wrk's, interleaved so that a slow minute hits both; the median of three ratios. What it costs to make
/// the users is a line of its own, and in a run of seconds it would weigh like a microsecond a request: a short run
/// is taken from a long one.
fn requests(
    bench: &Bench,
    users: u32,
    measure: &'static str,
    wanted: &'static str,
    limit: f64,
) -> Result<Vec<Line>, String> {
    let server = servers::nginx()?;
    let url = server.url("/");
    let vus = users.to_string();
    let mut rounds = Vec::new();
    for _ in 0..3 {
        let peer = wrk(users, &url)?;
        let run = |duration: &str| -> Result<(f64, f64), String> {
            let flags = ["--vus", &vus, "--duration", duration];
            let (cost, summary) = bench.run(scripts::REQUEST, &flags, &url, 120)?;
            Ok((cost.cpu.as_secs_f64() * 1e6, number(&summary, "http_reqs", "count")?))
        };
        let (short, long) = (run("2s")?, run("8s")?);
        let ours = (long.0 - short.0) / (long.1 - short.1);
        rounds.push((ours / peer, ours, peer));
    }
    rounds.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (ratio, ours, peer) = rounds[1];
    Ok(vec![Line {
        measure,
        found: format!("{ratio:.2} × wrk ({ours:.1} µs against {peer:.1} µs)"),
        wanted,
        met: ratio <= limit,
    }])
}

fn requests_50(bench: &Bench) -> Result<Vec<Line>, String> {
    requests(bench, 50, "CPU per request, 50 users", "≤ 1.8 × wrk", 1.8)
}

fn requests_2000(bench: &Bench) -> Result<Vec<Line>, String> {
    requests(bench, 2_000, "CPU per request, 2,000 users", "≤ 3 × wrk", 3.0)
}

/// Resident bytes a user: the largest size seen, less that of a run with one user.
fn memory(bench: &Bench, users: u32, measure: &'static str) -> Result<Vec<Line>, String> {
    let server = servers::nginx()?;
    let url = server.url("/");
    // As long as the other: what a run keeps of itself grows with its length.
    let one = bench.run(scripts::THINKING_REQUEST, &["--vus", "1", "--duration", "12s"], &url, 60)?.0.rss_max;
    let vus = users.to_string();
    let cost = bench.run(scripts::THINKING_REQUEST, &["--vus", &vus, "--duration", "12s"], &url, 120)?.0;
    let each = cost.rss_max.saturating_sub(one) as f64 / f64::from(users) / 1e3;
    Ok(vec![Line { measure, found: format!("{each:.0} KB"), wanted: "≤ 110 KB", met: each <= 110.0 }])
}

fn memory_2000(bench: &Bench) -> Result<Vec<Line>, String> {
    memory(bench, 2_000, "resident memory a user, 2,000 users")
}

fn memory_10000(bench: &Bench) -> Result<Vec<Line>, String> {
    memory(bench, 10_000, "resident memory a user, 10,000 users")
}

/// lodash, fetched from the npm registry into the bench's own folder.
fn lodash(bench: &Bench) -> Result<String, String> {
    let folder = bench.folder.path();
    let status = Command::new("npm")
        .args(["install", "--silent", "--no-audit", "--no-fund", "--prefix"])
        .arg(folder)
        .arg("lodash@4.17.21")
        .status()
        .map_err(|error| format!("npm cannot be started: {error}"))?;
    if !status.success() {
        return Err("npm could not install lodash".to_owned());
    }
    let path = folder.join("node_modules/lodash/lodash.min.js");
    let library = std::fs::read(&path).map_err(|error| error.to_string())?;
    std::fs::write(folder.join("lodash.min.js"), library).map_err(|error| error.to_string())?;
    Ok("import _ from './lodash.min.js';\nimport { sleep } from 'k6';\n\
        export default function () { if (_.chunk([1, 2, 3], 2).length !== 2) throw new Error('no'); sleep(4); }\n"
        .to_owned())
}

fn library(bench: &Bench) -> Result<Vec<Line>, String> {
    let text = lodash(bench)?;
    let flags = |users: &'static str| ["--vus", users, "--duration", "5s"];
    let one = bench.run(&text, &flags("1"), "", 60)?.0;
    let many = bench.run(&text, &flags("500"), "", 60)?.0;
    let memory = many.rss_max.saturating_sub(one.rss_max) as f64 / 499.0 / 1e3;
    let cpu = many.cpu.saturating_sub(one.cpu).as_secs_f64() * 1e3 / 499.0;
    Ok(vec![
        Line {
            measure: "memory a user with a 73 KB library",
            found: format!("{memory:.0} KB"),
            wanted: "≤ 700 KB",
            met: memory <= 700.0,
        },
        Line {
            measure: "CPU to start a user with it",
            found: format!("{cpu:.2} ms"),
            wanted: "≤ 1.5 ms",
            met: cpu <= 1.5,
        },
    ])
}

fn ready_10000(bench: &Bench) -> Result<Vec<Line>, String> {
    let text = format!("import http from 'k6/http';\nimport {{ check }} from 'k6';\n{}", scripts::NOTHING);
    let one = bench.run(&text, &["--vus", "1", "--iterations", "1"], "", 60)?.0.wall;
    let many = bench.run(&text, &["--vus", "10000", "--iterations", "10000"], "", 60)?.0.wall;
    let seconds = many.saturating_sub(one).as_secs_f64();
    Ok(vec![Line {
        measure: "10,000 users ready (and one empty iteration each)",
        found: format!("{seconds:.2} s"),
        wanted: "≤ 1.5 s",
        met: seconds <= 1.5,
    }])
}

fn thinking_100000(bench: &Bench) -> Result<Vec<Line>, String> {
    let flags = ["--vus", "100000", "--duration", "15s", "--summary-mode", "disabled"];
    let cost = bench.run(scripts::THINKING, &flags, "", 300)?.0;
    Ok(vec![Line {
        measure: "100,000 users thinking",
        found: format!("ran in {:.0} s, {:.1} GB", cost.wall.as_secs_f64(), cost.rss_max as f64 / 1e9),
        wanted: "runs",
        met: true,
    }])
}

fn one_iteration(bench: &Bench) -> Result<Vec<Line>, String> {
    let mut walls = Vec::new();
    for _ in 0..15 {
        walls.push(bench.run(scripts::NOTHING, &[], "", 30)?.0.wall.as_secs_f64() * 1e3);
    }
    walls.sort_by(f64::total_cmp);
    Ok(vec![Line {
        measure: "one iteration, whole process (median of 15; watched every 20 ms)",
        found: format!("{:.0} ms", walls[7]),
        wanted: "≤ 20 ms",
        met: walls[7] <= 21.0,
    }])
}

fn long_run(bench: &Bench) -> Result<Vec<Line>, String> {
    let server = servers::nginx()?;
    let cost = bench.run(
        scripts::REQUEST,
        &["--vus", "50", "--iterations", "5000000", "--duration", "15m"],
        &server.url("/"),
        1_200,
    )?;
    let samples = &cost.0.rss;
    // Shared iterations run at a steady rate, so a tenth of the time is a tenth of the requests.
    let end = samples.last().ok_or("no memory samples")?.0;
    // Frames come and go once a second, so single sizes jump by a huge page or two: the median of a tenth.
    let median = |from: f64, to: f64| {
        let mut sizes: Vec<u64> =
            samples.iter().filter(|s| s.0 > end * from && s.0 < end * to).map(|s| s.1).collect();
        sizes.sort_unstable();
        sizes.get(sizes.len() / 2).copied().ok_or("no memory samples")
    };
    let (early, late) = (median(0.05, 0.15)? as f64, median(0.9, 1.0)? as f64);
    let growth = (late / early - 1.0) * 100.0;
    Ok(vec![Line {
        measure: "memory after 5 million requests against 0.5 million",
        found: format!("{growth:+.1} % ({:.1} to {:.1} MB)", early / 1e6, late / 1e6),
        wanted: "≤ +2 %",
        met: growth <= 2.0,
    }])
}

fn arrivals(bench: &Bench) -> Result<Vec<Line>, String> {
    let text = format!(
        "export const options = {{ scenarios: {{ a: {{ executor: 'constant-arrival-rate', rate: 10000, \
         duration: '20s', preAllocatedVUs: 500, maxVUs: 500 }} }} }};\n{}",
        scripts::NOTHING
    );
    let summary = bench.run(&text, &[], "", 120)?.1;
    let count = number(&summary, "iterations", "count")?;
    let lag = summary["trust"]["evidence"]["schedule_lag_p99_ms"]
        .as_f64()
        .ok_or("the summary does not tell the start lag")?;
    Ok(vec![Line {
        measure: "10,000 arrivals a second for 20 s: count; p99 start lag",
        found: format!("{count:.0}; {lag:.2} ms"),
        wanted: "200,000; ≤ 2 ms",
        met: (count - 200_000.0).abs() < 2.0 && lag <= 2.0,
    }])
}

/// Reported latency against a packet capture of the same run, with the generator at full CPU.
fn truth(bench: &Bench) -> Result<Vec<Line>, String> {
    let server = servers::shop(&bench.program)?;
    let capture = pcap::Capture::start(server.port, bench.folder.path())?;
    let flags = ["--vus", "60", "--duration", "10s", "--summary-trend-stats", "med,p(99)"];
    let summary = bench.run(scripts::BUSY, &flags, &server.url("/work/5"), 60)?.1;
    let mut wire = capture.latencies()?;
    if wire.len() < 100 {
        return Err(format!("the capture shows only {} requests", wire.len()));
    }
    wire.sort_by(f64::total_cmp);
    let mut lines = Vec::new();
    for (measure, key, q) in [("latency truth, p50", "med", 0.5), ("latency truth, p99", "p(99)", 0.99)] {
        let reported = number(&summary, "http_req_duration", key)?;
        let seen = wire[((wire.len() - 1) as f64 * q) as usize];
        let gap = (reported - seen).abs();
        lines.push(Line {
            measure,
            found: format!("{reported:.2} ms reported, {seen:.2} ms on the wire"),
            wanted: "within 5 % or 0.3 ms",
            met: gap <= 0.3 || gap <= seen * 0.05,
        });
    }
    Ok(lines)
}
