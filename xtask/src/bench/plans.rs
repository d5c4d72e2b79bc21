//! What plans cost: `plimsoll http` against wrk, memory a user, many users that think.

use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use super::cases::{Bench, wrk};
use super::{Line, child, servers};

/// CPU in microseconds and requests of `plimsoll http`.
fn http(bench: &Bench, users: &str, duration: &str, url: &str) -> Result<(f64, f64), String> {
    let mut command = Command::new(&bench.program);
    command.args(["http", url, "-c", users, "-d", duration, "--json"]);
    command.env("PLIMSOLL_STORE", bench.folder.path().join("results.db"));
    let cost = child::run(&mut command, Duration::from_secs(120))?;
    let results: Value =
        serde_json::from_str(&cost.stdout).map_err(|why| format!("no results: {why}: {}", cost.stdout))?;
    let requests = results["requests"].as_f64().ok_or("the results have no requests")?;
    Ok((cost.cpu.as_secs_f64() * 1e6, requests))
}

/// Ours and wrk's, interleaved so that a slow minute hits both; the median of three ratios. Making the users is left
/// out, as in the cases with scripts.
fn requests(bench: &Bench, users: u32, measure: &'static str) -> Result<Vec<Line>, String> {
    let server = servers::nginx()?;
    let (url, count) = (server.url("/"), users.to_string());
    let mut rounds = Vec::new();
    for _ in 0..3 {
        let peer = wrk(users, &url)?;
        let (short, long) = (http(bench, &count, "2s", &url)?, http(bench, &count, "8s", &url)?);
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

pub(super) fn http_50(bench: &Bench) -> Result<Vec<Line>, String> {
    requests(bench, 50, "CPU per request of plimsoll http, 50 users")
}

pub(super) fn http_2000(bench: &Bench) -> Result<Vec<Line>, String> {
    requests(bench, 2_000, "CPU per request of plimsoll http, 2,000 users")
}

/// A plan whose users think for most of the time.
fn thinking(
    bench: &Bench,
    users: u32,
    request: &str,
    think: &str,
    length: &str,
) -> Result<child::Cost, String> {
    let text = format!(
        "plimsoll: 1\nsteps: [{request} {{ think: {think} }}]\n\
         load: [{{ keep_constant: {{ users: {users}, for: {length} }} }}]\n"
    );
    let plan = bench.script("plan.yaml", &text)?;
    let mut command = Command::new(&bench.program);
    command.args(["run", "-q", "--summary-mode", "disabled"]).arg(plan).current_dir(bench.folder.path());
    command.env("PLIMSOLL_STORE", bench.folder.path().join("results.db"));
    let cost = child::run(&mut command, Duration::from_secs(300))?;
    if cost.ok { Ok(cost) } else { Err(format!("the program failed: {}", cost.stdout)) }
}

/// Resident bytes a user with a connection: the largest size seen, less that of a run with one user.
pub(super) fn memory_2000(bench: &Bench) -> Result<Vec<Line>, String> {
    let server = servers::nginx()?;
    let request = format!("{{ get: '{}' }},", server.url("/"));
    // As long as the other: what a run keeps of itself grows with its length.
    let one = thinking(bench, 1, &request, "5s", "12s")?.rss_max;
    let many = thinking(bench, 2_000, &request, "5s", "12s")?.rss_max;
    let each = many.saturating_sub(one) as f64 / 1_999.0 / 1e3;
    Ok(vec![Line {
        measure: "resident memory a plan's user with a connection, 2,000 users",
        found: format!("{each:.1} KB"),
        wanted: "≤ 10 KB",
        met: each <= 10.0,
    }])
}

pub(super) fn thinking_200000(bench: &Bench) -> Result<Vec<Line>, String> {
    let cost = thinking(bench, 200_000, "", "20s", "15s")?;
    Ok(vec![Line {
        measure: "200,000 plan users thinking",
        found: format!("ran in {:.0} s, {:.1} GB", cost.wall.as_secs_f64(), cost.rss_max as f64 / 1e9),
        wanted: "runs",
        met: true,
    }])
}
