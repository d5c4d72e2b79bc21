//! `plimsoll capacity` against the shop's queue, whose limit is known.
//!
//! A machine that is too busy makes less load than it should, and the search may then end early: what is asserted holds
//! whatever the machine does. That the answers are right is shown in virtual time by the tests of `insight`.

mod browser;
mod program;

use browser::{Browser, has_charts, looks_right};
use program::{folder, plimsoll, said, shop, write};
use serde_json::Value;
use target::Running;
use tempfile::TempDir;

/// One server that needs ten milliseconds for each: 100 a second at most.
const SCRIPT: &str = "
    import http from 'k6/http';
    export const options = { scenarios: {
        line: { executor: 'constant-vus', vus: 1, duration: '1h', exec: 'line' },
        idle: { executor: 'constant-vus', vus: 1, duration: '1h', exec: 'idle' },
    } };
    export function line() { http.get(`${__ENV.SHOP}/queue?service_ms=10&servers=1&name=${__ENV.LINE}`); }
    export function idle() {}
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

    /// Exit status, standard output and standard error.
    fn plimsoll(&self, args: &[&str]) -> (i32, String, String) {
        said(plimsoll(self.folder.path(), args).env("SHOP", self.shop.http_url()))
    }

    fn capacity(&self, args: &[&str]) -> (i32, Value, String) {
        let usual = ["capacity", "t.js", "--scenario", "line", "--settle", "0s", "--json"];
        let (code, out, log) = self.plimsoll(&[&usual, args].concat());
        let found = serde_json::from_str(&out).unwrap_or_else(|why| panic!("{why}\n{out}\n{log}"));
        (code, found, log)
    }
}

/// What holds of every answer.
fn check(code: i32, found: &Value, log: &str, most: f64) {
    let (kept, broken) = (found["kept"].as_f64(), found["broken"].as_f64());
    assert!(kept.is_none_or(|kept| kept <= most), "{found:#}");
    assert!(broken.is_none_or(|broken| kept.is_none_or(|kept| kept < broken)), "{found:#}");
    let outcome = found["outcome"].as_str().unwrap_or_default();
    let expected = match outcome {
        "below" => 99,
        "generator_limit" => 110,
        "found" | "broken" => 0,
        other => panic!("{other} is none of what can happen here\n{found:#}\n{log}"),
    };
    assert_eq!(code, expected, "{outcome}\n{log}");
    let levels = found["levels"].as_array().expect("there are levels");
    assert!(!levels.is_empty());
    for level in levels {
        // More than one hundred a second cannot be served, whatever is offered.
        let done = level["iterations_per_second"].as_f64().expect("it is a number");
        assert!(done <= 160.0 && level["load"].as_f64().is_some_and(|load| load > 0.0), "{level:#}");
        assert_eq!(level["objectives"].as_array().map(Vec::len), Some(1));
    }
    for part in ["queue", "scalability", "beyond", "plateau"] {
        assert!(found["laws"].get(part).is_some(), "{part}");
    }
}

#[test]
fn more_than_the_queue_can_serve_is_never_claimed() {
    let place = Place::new();
    let (code, found, log) = place.capacity(&[
        "--slo",
        "p50<60ms",
        "--from",
        "60",
        "--to",
        "240",
        "--step-time",
        "3s",
        "--step-time-max",
        "3s",
        "--precision",
        "1.6",
        "--no-recovery",
        "-e",
        "LINE=a",
        "--html",
        "found.html",
        "--markdown",
        "found.md",
    ]);
    check(code, &found, &log, 130.0);
    let folder = place.folder.path();
    let markdown = std::fs::read_to_string(folder.join("found.md")).expect("it was written");
    assert!(markdown.contains("Capacity of t.js") && markdown.contains("#### Levels of load"), "{markdown}");
    let charts = looks_right(&mut Browser::start(folder), &folder.join("found.html"));
    assert_eq!(charts, if has_charts() { 3 } else { 0 });
    assert_eq!((&found["model"], &found["unit"]), (&"open".into(), &"iterations/s".into()));
    assert!(found["recovery"].is_null() && log.contains("60/s for 3s"), "{log}");
}

#[test]
fn users_are_searched_in_the_closed_model() {
    let place = Place::new();
    // Two users wait for each other: twenty milliseconds, of which less than fifteen are wanted.
    let (code, found, log) = place.capacity(&[
        "--model",
        "closed",
        "--slo",
        "p50<15ms",
        "--to",
        "4",
        "--step-time",
        "2s",
        "--step-time-max",
        "2s",
        "--no-recovery",
        "-e",
        "LINE=b",
    ]);
    check(code, &found, &log, 1.0);
    assert!(log.contains("1 users for 2s"), "{log}");
}

#[test]
fn a_climb_ends_where_it_breaks_and_tells_of_recovery() {
    let place = Place::new();
    let (code, found, log) = place.capacity(&[
        "--breakpoint",
        "--slo",
        "p50<60ms",
        "--from",
        "80",
        "--to",
        "300",
        "--step-time",
        "2s",
        "-e",
        "LINE=c",
    ]);
    check(code, &found, &log, 160.0);
    if found["outcome"] == "broken" && !found["kept"].is_null() {
        let recovery = &found["recovery"];
        let (base, peak) = (recovery["base"].as_f64(), recovery["overload"].as_f64());
        assert!(base.zip(peak).is_some_and(|(base, peak)| base < peak), "{found:#}");
        assert!(recovery.get("recovered_after_seconds").is_some());
    }
}

#[test]
fn people_get_a_page() {
    let place = Place::new();
    let (_, out, log) = place.plimsoll(&[
        "capacity",
        "t.js",
        "--scenario",
        "line",
        "--settle",
        "0s",
        "--slo",
        "med<60ms,errors<50%",
        "--from",
        "200",
        "--to",
        "200",
        "--step-time",
        "2s",
        "--step-time-max",
        "2s",
        "--no-recovery",
        "-e",
        "LINE=d",
        "-q",
        "--arrivals",
        "poisson",
        "--confidence",
        "0.9",
    ]);
    for part in [
        "CAPACITY of t.js for med<60ms, errors<50% (open model)",
        "LEVELS",
        "NOT 'errors<50%'",
        "THE TARGET",
        "200/s",
    ] {
        assert!(out.contains(part), "{part}\n{out}\n{log}");
    }
}

#[test]
fn what_is_asked_wrongly_is_said_before_the_load() {
    let place = Place::new();
    let check = |args: &[&str], code: i32, part: &str| {
        let (found, _, log) = place.plimsoll(&[&["capacity"], args].concat());
        assert!(found == code && log.contains(part), "{args:?} {found}\n{log}");
    };
    let slo = ["--slo", "p95<1s"];
    check(&["t.js", "--scenario", "line"], 255, "say with --slo");
    check(&["t.js", slo[0], slo[1]], 255, "which one is to be run: idle, line");
    check(&["t.js", "--scenario", "none", slo[0], slo[1]], 104, "not found; available scenarios: idle, line");
    check(&["t.js", "--scenario", "line", "--slo", "avg<1s"], 104, "names no metric and figure");
    check(&["t.js", "--scenario", "line", "--model", "half", slo[0], slo[1]], 255, "open or closed");
    check(&["t.js", "--scenario", "line", "--from", "9", "--to", "3", slo[0], slo[1]], 255, "is below");
    check(&["t.js", "--scenario", "line", "--from", "-1", slo[0], slo[1]], 255, "no number above 0");
    check(&["-", slo[0], slo[1]], 255, "give a file");
}
