//! `plimsoll trend` and `plimsoll soak` over runs that were kept in virtual time.

mod browser;
mod program;

use std::path::PathBuf;
use std::sync::Arc;

use browser::{Browser, has_charts, looks_right};
use metrics::{Contains, HttpSample, Kind, Recorder, RecorderConfig, Registry, TagSetId};
use model::{Clock, Logger, Nanos, Record};
use program::{folder, plimsoll, said};
use serde_json::{Value, json};
use store::{Closing, Keeper, Opening, Place};
use tempfile::TempDir;

/// A day in milliseconds.
const DAY_MS: i64 = 86_400_000;
/// The first run begins here: 1 September 2025.
const FIRST_MS: i64 = 1_756_684_800_000;

struct Silent;

impl model::Log for Silent {
    fn log(&self, _: Record) {}
}

struct Archive(TempDir);

impl Archive {
    fn new() -> Self {
        Self(folder())
    }

    fn store(&self) -> PathBuf {
        self.0.path().join("runs.db")
    }

    /// Keeps a run of `seconds` seconds, in which `value(second)` is the duration in milliseconds of all requests and
    /// the level of a gauge.
    fn keep(
        &self,
        name: &str,
        day: i64,
        commit: char,
        seconds: u64,
        trusted: bool,
        value: impl Fn(u64) -> f64,
    ) {
        let git = self.0.path().join(".git");
        std::fs::create_dir_all(&git).expect("a temporary folder can be written");
        std::fs::write(git.join("HEAD"), commit.to_string().repeat(40)).expect("it can be written");
        let registry = Registry::new();
        let heap = registry.declare("heap", Kind::Gauge, Contains::Data).expect("the name is free");
        let opening = Opening {
            name: name.to_owned(),
            options: json!({}),
            scenarios: vec!["default".to_owned()],
            program: "0".to_owned(),
            folder: self.0.path().to_owned(),
            started_ms: FIRST_MS + day * DAY_MS,
            ..Opening::default()
        };
        let log: Logger = Arc::new(Silent);
        let mut keeper =
            Keeper::start(Place::from(self.store()), opening, registry.clone(), Clock::start(), &log);
        let mut recorder = Recorder::new(0, registry, Clock::start(), RecorderConfig::default());
        for second in 0..seconds {
            let duration = Nanos((value(second) * 1e6) as u64);
            for _ in 0..3 {
                recorder.http(
                    TagSetId::default(),
                    &HttpSample { duration, failed: Some(false), ..HttpSample::default() },
                );
            }
            let now = Nanos::from_secs(second + 1);
            recorder.add(heap, TagSetId::default(), value(second), now);
            keeper.frame(&recorder.take_frame(now), Some(Nanos::ZERO));
        }
        keeper.finish(Closing {
            ended_ms: FIRST_MS + day * DAY_MS + 1000 * seconds as i64,
            load_ns: seconds * 1_000_000_000,
            trust: json!({ "trusted": trusted }),
            summary: json!({}),
            ..Closing::default()
        });
    }

    /// Exit status, standard output and standard error.
    fn plimsoll(&self, args: &[&str]) -> (i32, String, String) {
        said(plimsoll(self.0.path(), args).args(["--store", "runs.db"]))
    }

    #[track_caller]
    fn json(&self, args: &[&str]) -> Value {
        let (code, out, log) = self.plimsoll(&[args, &["--json"]].concat());
        assert_eq!(code, 0, "{args:?}\n{out}\n{log}");
        serde_json::from_str(&out).expect("it is JSON")
    }
}

/// A spread that repeats.
fn spread(n: i64) -> f64 {
    [0.0, 1.2, -0.7, 0.4, -1.1, 0.9, -0.3][n as usize % 7]
}

#[test]
fn a_change_of_level_is_found_with_its_commits() {
    let place = Archive::new();
    for n in 0..18 {
        let (level, commit) = if n < 10 { (100.0, 'a') } else { (130.0, 'b') };
        place.keep("shop.js", n, commit, 3, true, |_| level + spread(n));
        if n % 6 == 0 {
            place.keep("other.js", n, commit, 1, true, |_| 7.0);
        }
    }
    // The generator's own trouble is no change of the target.
    place.keep("shop.js", 30, 'c', 3, false, |_| 900.0);
    let trend = place.json(&["trend", "shop.js"]);
    assert_eq!((trend["runs"].as_array().map(Vec::len), &trend["left_out"]), (Some(18), &json!(1)));
    assert_eq!((&trend["unit"], &trend["figure"]), (&json!("ms"), &json!("http_req_duration p95")));
    let levels = trend["levels"].as_array().expect("there are levels");
    assert_eq!(levels.len(), 2, "{levels:?}");
    let change = &levels[1];
    assert_eq!(
        (&change["git_commit"], &change["last_commit_before"]),
        (&json!("b".repeat(40)), &json!("a".repeat(40)))
    );
    assert_eq!((&change["since"], &change["runs"]), (&json!("2025-09-11T00:00:00Z"), &json!(8)));
    assert!((change["change"].as_f64().unwrap_or_default() - 0.3).abs() < 0.02, "{change}");
    assert!(change["p_value"].as_f64().is_some_and(|p| p <= 0.05), "{change}");

    let (code, out, log) = place.plimsoll(&["trend", "shop.js", "--metric", "http_req_duration med"]);
    assert_eq!(code, 0, "{log}");
    for part in
        ["18 runs, 2025-09-01 to 2025-09-18", "2025-09-11", "aaaaaaaaa..bbbbbbbbb", "changed once", "█", "▁"]
    {
        assert!(out.contains(part), "{part}\n{out}");
    }
    let same = place.json(&["trend", "shop.js", "--metric", "http_reqs count"]);
    assert_eq!(same["levels"].as_array().map(Vec::len), Some(1));
    // The latest run's test, and too few runs of another to find anything.
    assert_eq!(place.json(&["trend"])["test"], "shop.js");
    let (_, out, _) = place.plimsoll(&["trend", "other.js", "--most", "2"]);
    assert!(out.contains("2 runs") && out.contains("no change can be found yet"), "{out}");
}

#[test]
fn a_limit_is_foretold() {
    let place = Archive::new();
    for n in 0..20 {
        place.keep("shop.js", n, 'a', 1, true, |_| 100.0 + spread(n));
    }
    let (code, out, log) = place.plimsoll(&["trend", "--limit", "1s"]);
    assert_eq!(code, 0, "{log}");
    // Nothing moves, so that no date can be named for certain.
    assert!(out.contains("no finite date") || out.contains("not in sight"), "{out}");
    let place = Archive::new();
    for n in 0..7 {
        place.keep("shop.js", n, 'a', 1, true, |_| 100.0 + 2.0 * n as f64 + 0.1 * spread(n));
    }
    let trend = place.json(&["trend", "--limit", "120", "--html", "trend.html", "--markdown", "trend.md"]);
    let file = |name: &str| std::fs::read_to_string(place.0.path().join(name)).expect("it was written");
    assert!(file("trend.md").starts_with("### ➖ http_req_duration p95 of shop.js"), "{}", file("trend.md"));
    assert!(file("trend.html").contains("is reached on 2025-09-1"), "{}", file("trend.md"));
    let mut browser = Browser::start(place.0.path());
    let charts = looks_right(&mut browser, &place.0.path().join("trend.html"));
    assert_eq!(charts, u64::from(has_charts()));
    let reached = &trend["forecast"]["reached"];
    // Two a day from 100 on: 120 is reached on the eleventh.
    assert!(reached["on"].as_str().is_some_and(|on| on.starts_with("2025-09-1")), "{trend:#}");
    assert_eq!(reached["guess"], false);
    assert_eq!(trend["forecast"]["runs"], 7);
}

#[test]
fn what_is_asked_wrongly_is_said() {
    let place = Archive::new();
    place.keep("shop.js", 0, 'a', 1, true, |_| 7.0);
    let check = |args: &[&str], part: &str| {
        let (code, _, log) = place.plimsoll(args);
        assert!(code == 255 && log.contains(part), "{args:?} {code}\n{log}");
    };
    check(&["trend", "none.js"], "no run of none.js is kept");
    check(&["trend", "--metric", "http_req_duration"], "is no figure");
    check(&["trend", "--limit", "soon"], "is no number and no time");
    check(&["soak", "--metric", "none p95"], "has nothing of 'none p95'");
    check(&["soak", "zzz"], "no run has the id");
}

#[test]
fn a_run_that_ages_is_told_from_one_that_does_not() {
    let place = Archive::new();
    let noise = |second: u64| (second * 7 % 13) as f64 * 0.1;
    // Frames wait in a queue of 256; these all have a place in it.
    place.keep("soak.js", 0, 'a', 200, true, |second| 50.0 + noise(second) + 0.1 * second as f64);
    let soak = place.json(&[
        "soak",
        "--metric",
        "http_req_duration p95",
        "--metric",
        "heap value",
        "--limit",
        "100",
    ]);
    let figures = soak["figures"].as_array().expect("there are figures");
    assert_eq!(figures.len(), 2);
    for figure in figures {
        assert_eq!((&figure["verdict"], &figure["seconds"]), (&json!("steady"), &json!(200)), "{figure}");
        let growth = figure["growth_per_second"].as_f64().unwrap_or_default();
        assert!((growth - 0.1).abs() < 0.02, "{figure}");
        let likely = figure["seconds_to_limit"]["likely"].as_f64().unwrap_or_default();
        assert!((200.0..400.0).contains(&likely), "{figure}");
    }
    let (code, out, log) = place.plimsoll(&["soak", "--fail-on-growth"]);
    assert_eq!(code, 99, "{out}\n{log}");
    assert!(
        out.contains("heap value") && out.contains("STEADY GROWTH") && log.contains("the run aged"),
        "{out}\n{log}"
    );

    place.keep("soak.js", 1, 'a', 200, true, |second| 50.0 + noise(second));
    let (code, out, _) = place.plimsoll(&["soak", "latest", "--fail-on-growth"]);
    assert!(code == 0 && out.contains("no growth") && !out.contains("STEADY"), "{out}");
    place.keep("soak.js", 2, 'a', 20, true, |_| 50.0);
    let (_, out, _) = place.plimsoll(&["soak"]);
    assert!(out.contains("inconclusive") && out.contains("160 seconds"), "{out}");
}
