//! How sure a run is of its figures, as a user meets it: in the summary, in `show`, on the page of `plimsoll http`.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use target::{Running, Shop, ShopOptions};
use tempfile::TempDir;

/// Two users ask for a page for some seconds; `handleSummary` tells what it got, where that is wanted.
const SCRIPT: &str = "
    import http from 'k6/http';
    import { sleep } from 'k6';
    export const options = { vus: 2, duration: __ENV.LENGTH };
    export default function () { http.get(__ENV.SHOP); sleep(0.01); }
    export function handleSummary(data) {
        if (!__ENV.HANDLED) { return undefined; }
        return { stdout: JSON.stringify({ keys: Object.keys(data), intervals: data.intervals }) };
    }
";

/// The same as a plan.
const PLAN: &str = "
plimsoll: 1
steps:
  - get: SHOP/
  - think: 10ms
load:
  - keep_constant: { users: 2, for: 8s }
";

fn shop() -> Running {
    Shop::start(ShopOptions::default()).expect("the shop opens on a free port")
}

/// Runs the program in a folder of its own and gives what it printed.
fn plimsoll(home: &Path, shop: &Running, args: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    command.args(args).current_dir(home).env_clear().env("HOME", home).stdin(Stdio::null());
    command.env("SHOP", shop.http_url()).env("XDG_DATA_HOME", home.join("data"));
    let output = command.output().expect("it starts");
    let log = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{args:?}: {log}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("the system has a temporary folder");
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).expect("a temporary folder can be written");
    }
    folder
}

/// The section on intervals, up to the next one.
fn section(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("█ INTERVALS\n")?;
    rest.split('█').next()
}

/// What a section has to say of a metric: value and ends.
fn has_rows(section: &str) {
    let line = |name: &str| {
        let line = section.lines().find(|line| line.contains(name)).unwrap_or_default();
        line.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    for name in ["http_req_duration p(50)", "http_req_duration p(95)", "http_req_duration p(99)"] {
        assert!(line(name).ends_with(']') || line(name).ends_with("too few samples to tell"), "{section}");
    }
    assert!(line("http_req_failed").contains("0.00% [0.00%, "), "{section}");
    assert!(section.contains("95.00% confidence; "), "{section}");
    assert!(section.lines().all(|line| line.chars().count() <= 80), "{section}");
    assert!(!section.contains('\u{1b}'), "no colours away from a terminal: {section}");
}

#[test]
fn a_script_that_runs_long_enough_says_how_sure_it_is() {
    let (shop, folder) = (shop(), folder(&[("t.js", SCRIPT)]));
    let home = folder.path();
    let args = [
        "run",
        "-q",
        "-e",
        "LENGTH=8s",
        "--no-exchanges",
        "--summary-export",
        "s.json",
        "--summary-trust",
        "t.js",
    ];
    let said = plimsoll(home, &shop, &args);
    let found = section(&said).unwrap_or_else(|| panic!("{said}"));
    has_rows(found);
    let export: Value = serde_json::from_str(&std::fs::read_to_string(home.join("s.json")).unwrap()).unwrap();
    let intervals = &export["intervals"];
    let p95 = &intervals["percentiles"][3];
    assert_eq!((&p95["percentile"], &intervals["confidence"]), (&json!(95.0), &json!(0.95)), "{intervals}");
    assert_eq!(p95["value"], export["metrics"]["http_req_duration"]["p(95)"], "{export}");
    assert_eq!(intervals["failed"]["assumes_independence"], true);
    for one in intervals["percentiles"].as_array().expect("a list") {
        let end = |name: &str| one[name].as_f64();
        let within = end("low") <= end("value") && end("value") <= end("high");
        assert!(end("high").is_none() || within, "{one}");
    }

    // Worked out again from what was kept, it is the same to the last digit.
    let shown = plimsoll(home, &shop, &["show", "latest"]);
    assert_eq!(section(&shown).map(str::trim), Some(found.trim()));
    let document: Value =
        serde_json::from_str(&plimsoll(home, &shop, &["show", "--json", "latest"])).expect("it is JSON");
    assert_eq!(&document["intervals"], intervals);
}

#[test]
fn scripts_find_it_and_k6s_forms_stay_as_they_are() {
    let (shop, folder) = (shop(), folder(&[("t.js", SCRIPT)]));
    let home = folder.path();
    let args = |length: &'static str| {
        ["run", "-q", "-e", "HANDLED=1", "-e", length, "--no-store", "--summary-export", "s.json", "t.js"]
    };
    let said: Value = serde_json::from_str(&plimsoll(home, &shop, &args("LENGTH=8s"))).expect("it is JSON");
    assert_eq!(said["intervals"]["metric"], "http_req_duration", "{said}");
    let keys = said["keys"].as_array().expect("a list");
    assert!(!keys.contains(&json!("intervals")), "it does not show in enumerations: {said}");
    let export: Value = serde_json::from_str(&std::fs::read_to_string(home.join("s.json")).unwrap()).unwrap();
    assert_eq!(export.get("intervals"), None, "k6's form to the letter");
    let said: Value = serde_json::from_str(&plimsoll(home, &shop, &args("LENGTH=1s"))).expect("it is JSON");
    assert_eq!(said.get("intervals"), None, "a second tells nothing: {said}");
    let args = ["run", "-q", "-e", "LENGTH=1s", "--no-store", "t.js"];
    assert_eq!(section(&plimsoll(home, &shop, &args)), None);
}

#[test]
fn plans_say_it_too() {
    let shop = shop();
    let folder = folder(&[("plan.yaml", &PLAN.replace("SHOP", shop.http_url().trim_end_matches('/')))]);
    let said = plimsoll(folder.path(), &shop, &["run", "-q", "--no-store", "plan.yaml"]);
    has_rows(section(&said).unwrap_or_else(|| panic!("{said}")));
}

#[test]
fn the_page_of_one_request_says_it_below_its_percentiles() {
    let (shop, folder) = (shop(), folder(&[]));
    let url = shop.http_url();
    let args = ["http", "-d", "8", "-c", "2", "-q", "100", "--no-store", &url];
    let page = plimsoll(folder.path(), &shop, &args);
    let line = |name: &str| page.lines().find(|line| line.trim_start().starts_with(name)).unwrap_or_default();
    // Six percentiles, each with an end or without one.
    assert!(line("from ").split_whitespace().count() > 6, "{page}");
    assert!(line("to ").split_whitespace().count() > 6, "{page}");
    assert!(page.contains("from, to: the true value lies there with 95.00% confidence"), "{page}");
    assert!(page.lines().all(|line| line.chars().count() <= 80), "{page}");
    let args = ["http", "-d", "8", "-c", "2", "-q", "100", "--json", "--no-store", &url];
    let json: Value = serde_json::from_str(&plimsoll(folder.path(), &shop, &args)).expect("it is JSON");
    assert_eq!(json["intervals"]["percentiles"][3]["value"], json["service_ms"]["p95"], "{json}");
    let args = ["http", "-n", "10", "--json", "--no-store", &url];
    let json: Value = serde_json::from_str(&plimsoll(folder.path(), &shop, &args)).expect("it is JSON");
    assert_eq!(json["intervals"], Value::Null);
}
