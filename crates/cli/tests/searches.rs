//! Searches for capacity in the store: `runs`, `show`, `report`, `rm` and `trend` find them, and a killed one is there.
//!
//! A machine that is too busy makes less load than it should, so the answers differ: what is asserted holds whatever they
//! are, because it is held against what the search itself printed.

mod program;

use std::process::{Command, Stdio};
use std::time::Duration;

use program::{folder, plimsoll, said, shop, write};
use serde_json::Value;
use target::Running;
use tempfile::TempDir;

/// One server that needs ten milliseconds for each.
const SCRIPT: &str = "
    import http from 'k6/http';
    export default function () { http.get(`${__ENV.SHOP}/queue?service_ms=10&servers=1&name=${__ENV.LINE}`); }
";

struct Place {
    folder: TempDir,
    shop: Running,
}

impl Place {
    fn new() -> Self {
        let folder = folder();
        write(folder.path(), "t.js", SCRIPT);
        Self { folder, shop: shop() }
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = plimsoll(self.folder.path(), args);
        command.env("SHOP", self.shop.http_url());
        command.env("PLIMSOLL_STORE", self.folder.path().join("results.db"));
        command
    }

    /// What a command prints, which may end as it likes.
    fn says(&self, args: &[&str]) -> (i32, String, String) {
        said(&mut self.command(args))
    }

    fn prints(&self, args: &[&str]) -> String {
        let (code, out, log) = self.says(args);
        assert_eq!(code, 0, "{args:?}\n{out}\n{log}");
        out
    }

    fn json(&self, args: &[&str]) -> Value {
        let out = self.prints(args);
        serde_json::from_str(&out).unwrap_or_else(|why| panic!("{args:?}: {why}\n{out}"))
    }

    /// A search of few and short trials.
    fn search(&self, more: &[&str]) -> (i32, Value) {
        let usual = [
            "capacity",
            "t.js",
            "--slo",
            "p50<60ms",
            "--from",
            "30",
            "--step-time",
            "1s",
            "--step-time-max",
            "1s",
            "--settle",
            "0s",
            "--precision",
            "3",
            "--json",
        ];
        let (code, out, log) = self.says(&[&usual, more].concat());
        (code, serde_json::from_str(&out).unwrap_or_else(|why| panic!("{why}\n{out}\n{log}")))
    }
}

#[test]
fn a_search_is_kept_with_its_trials() {
    let place = Place::new();
    let (code, found) = place.search(&["--to", "240", "-e", "LINE=a", "--html", "live.html"]);
    let id = found["id"].as_str().expect("it is kept");

    // Lists have the search and not its trials.
    let listed = place.json(&["runs", "--json"]);
    assert_eq!(listed.as_array().map(Vec::len), Some(1), "{listed:#}");
    let trials = found["levels"].as_array().map_or(0, Vec::len);
    assert_eq!((&listed[0]["id"], &listed[0]["verdict"]), (&found["id"], &found["outcome"]));
    assert_eq!(listed[0]["search"]["trials"], trials);
    assert_eq!(listed[0]["exit_code"], code);
    let line = place.prints(&["runs"]);
    assert!(line.contains("capacity of t.js") && line.contains(&format!("{trials} trials")), "{line}");

    // What it decided is worked out again from the trials, to the last digit.
    let shown = place.json(&["show", "--json", id]);
    for part in ["kept", "not_kept", "broken", "levels", "laws", "recovery", "outcome", "objectives"] {
        assert_eq!(shown["capacity"][part], found[part], "{part}");
    }
    assert_eq!(place.json(&["report", "--format", "json", "latest"]), shown, "latest is the search");

    // Each trial is a run, found by its id.
    let page = place.prints(&["show", "latest"]);
    assert!(page.contains("CAPACITY of t.js for p50<60ms") && page.contains("  TRIALS"), "{page}");
    let runs = shown["search"]["runs"].as_array().expect("a list");
    let overload = usize::from(!found["recovery"].is_null());
    assert_eq!(runs.len(), trials + overload, "{shown:#}");
    for run in runs {
        let (run, load) = (run["run"].as_str().expect("an id"), run["load"].as_str().expect("a text"));
        assert!(page.lines().any(|line| line.contains(load) && line.ends_with(run)), "{run}\n{page}");
        let trial = place.json(&["show", "--json", run]);
        assert!(
            trial["summary"]["results"]["metrics"].to_string().contains("http_req_duration"),
            "{trial:#}"
        );
    }

    // The page of the store is the page that the search would have written.
    place.prints(&["report", "-o", "found.html", id]);
    let html = std::fs::read_to_string(place.folder.path().join("found.html")).expect("it was written");
    assert!(html.contains("Capacity of t.js") && html.contains("Levels of load"));
    assert_eq!(html, std::fs::read_to_string(place.folder.path().join("live.html")).expect("it was written"));
    place.prints(&["report", "-o", "found.md", id]);
    let markdown = std::fs::read_to_string(place.folder.path().join("found.md")).expect("it was written");
    assert!(markdown.contains("#### Levels of load"), "{markdown}");
    assert_eq!(place.says(&["report", "--format", "junit", id]).0, 255);

    let first = runs[0]["run"].as_str().expect("an id");
    assert!(place.prints(&["rm", id]).contains(&format!("removed {id} capacity of t.js")));
    assert_eq!(place.json(&["runs", "--json"]), Value::Array(Vec::new()));
    assert_ne!(place.says(&["show", first]).0, 0, "trials go with their search");
}

#[test]
fn what_searches_found_is_followed_over_time() {
    let place = Place::new();
    // A load that one user more or less carries: each search is one trial or two.
    let search = |slo: &str, line: &str| {
        let line = format!("LINE={line}");
        let args = [
            "capacity",
            "t.js",
            "--model",
            "closed",
            "--slo",
            slo,
            "--from",
            "1",
            "--to",
            "1",
            "--step-time",
            "1s",
            "--step-time-max",
            "1s",
            "--settle",
            "0s",
            "--no-recovery",
            "--json",
            "-e",
            &line,
        ];
        let (_, out, log) = place.says(&args);
        let found: Value = serde_json::from_str(&out).unwrap_or_else(|why| panic!("{why}\n{out}\n{log}"));
        // What the generator could not make is no answer.
        found["kept"].as_f64().filter(|_| found["outcome"] != "generator_limit")
    };
    search("errors<50%", "other");
    let kept: Vec<f64> = ["a", "b"].iter().filter_map(|line| search("p50<2s", line)).collect();
    let trend = place.says(&["trend", "--metric", "capacity", "--limit", "5", "--json", "t.js"]);
    assert_eq!(trend.0, 0, "{}\n{}", trend.1, trend.2);
    let trend: Value = serde_json::from_str(&trend.1).expect("it is JSON");
    let values: Vec<f64> =
        trend["runs"].as_array().expect("a list").iter().filter_map(|one| one["value"].as_f64()).collect();
    assert_eq!(values, kept, "{trend:#}");
    assert_eq!(
        trend["left_out"].as_u64(),
        Some(3 - kept.len() as u64),
        "the first looked for something else"
    );
    assert!(trend["runs"][0]["script_sha256"].is_string() || kept.is_empty(), "{trend:#}");
    let page = place.prints(&["trend", "--metric", "capacity", "t.js"]);
    assert!(page.contains("capacity of t.js:") && page.contains("searches"), "{page}");
    assert_ne!(place.says(&["trend", "--metric", "capacity", "other.js"]).0, 0);
}

#[test]
fn a_killed_search_leaves_what_it_had() {
    let place = Place::new();
    let args = [
        "capacity",
        "t.js",
        "--slo",
        "p50<2s",
        "--from",
        "1",
        "--to",
        "1000",
        "--step-time",
        "1s",
        "--step-time-max",
        "1s",
        "--settle",
        "0s",
        "--precision",
        "1.001",
        "-e",
        "LINE=k",
    ];
    let mut child =
        place.command(&args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
    for _ in 0..600 {
        std::thread::sleep(Duration::from_millis(100));
        let (code, out, _) = place.says(&["runs", "--json"]);
        let listed: Value =
            if code == 0 { serde_json::from_str(&out).unwrap_or_default() } else { Value::Null };
        if listed[0]["search"]["trials"].as_u64().is_some_and(|trials| trials >= 1) {
            break;
        }
    }
    child.kill().expect("it is there");
    child.wait().expect("it ends");
    let shown = place.json(&["show", "--json", "latest"]);
    if !shown["ended"].is_null() {
        // A machine that is too busy for a few requests a second.
        assert_eq!(shown["verdict"], "generator_limit", "{shown:#}");
        return;
    }
    let word = shown["verdict"].as_str().unwrap_or_default();
    assert!(["running", "killed"].contains(&word), "{word}: it was heard of a moment ago");
    let levels = shown["capacity"]["levels"].as_array().map_or(0, Vec::len);
    assert!(levels >= 1, "{shown:#}");
    assert!(shown["search"]["runs"].as_array().is_some_and(|runs| runs.len() >= levels), "{shown:#}");
    assert!(shown["ended"].is_null() && shown["search"]["kept"].is_null());
    let page = place.prints(&["show", "latest"]);
    assert!(page.contains("there is no answer yet") || page.contains("killed before"), "{page}");
}

#[test]
fn a_search_is_not_kept_where_nobody_wants_it() {
    let place = Place::new();
    let (_, found) = place.search(&["--to", "30", "--no-recovery", "--no-store", "-e", "LINE=n"]);
    assert!(found["id"].is_null(), "{found:#}");
    assert!(!place.folder.path().join("results.db").exists());
}

#[test]
fn a_store_that_fails_ends_no_search() {
    let place = Place::new();
    std::fs::write(place.folder.path().join("results.db"), "this is the diary of somebody else".repeat(40))
        .expect("a temporary folder can be written");
    let args = [
        "capacity",
        "t.js",
        "--slo",
        "p50<2s",
        "--from",
        "5",
        "--to",
        "5",
        "--step-time",
        "1s",
        "--step-time-max",
        "1s",
        "--settle",
        "0s",
        "--no-recovery",
        "--json",
        "-e",
        "LINE=f",
    ];
    let (_, out, log) = place.says(&args);
    let found: Value = serde_json::from_str(&out).unwrap_or_else(|why| panic!("{why}\n{out}\n{log}"));
    assert!(
        found["id"].is_null() && found["levels"].as_array().is_some_and(|all| !all.is_empty()),
        "{found:#}"
    );
    assert_eq!(log.matches("this search is not kept").count(), 1, "{log}");
    assert!(!log.contains("this run is not kept"), "its trials are not tried: {log}");
}
