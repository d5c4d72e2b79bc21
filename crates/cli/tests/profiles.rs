//! `run --profile`, as a user meets it.

use std::process::{Command, Stdio};

use serde_json::Value;
use target::{Running, Shop, ShopOptions};
use tempfile::TempDir;

/// A test with a load of its own, of which nothing is to be left.
const SCRIPT: &str = "
    import http from 'k6/http';
    import { sleep } from 'k6';
    import exec from 'k6/execution';
    export const options = { scenarios: {
        buy: { executor: 'per-vu-iterations', vus: 1, iterations: 1, exec: 'buy', env: { WHO: 'us' }, tags: { kind: 'b' } },
        look: { executor: 'constant-vus', vus: 9, duration: '1h', exec: 'look' },
    } };
    export function buy() {
        if (exec.vu.idInTest === 1 && exec.vu.iterationInInstance === 0) { console.log(`${__ENV.WHO} ${exec.vu.metrics.tags.kind}`); }
        http.get(`${__ENV.SHOP}/queue?service_ms=5&servers=1&name=${__ENV.LINE}`);
        sleep(0.02);
    }
    export function look() {}
";

/// The same thing without any load.
const PLAIN: &str = "export default function () {}";

struct Place {
    folder: TempDir,
    shop: Running,
}

/// Exit status, standard output, standard error.
type Said = (i32, String, String);

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("the system has a temporary folder");
        for (name, text) in [("t.js", SCRIPT), ("plain.js", PLAIN)] {
            std::fs::write(folder.path().join(name), text).expect("a temporary folder can be written");
        }
        Self { folder, shop: Shop::start(ShopOptions::default()).expect("the shop opens on a free port") }
    }

    fn says(&self, env: &[(&str, &str)], args: &[&str]) -> Said {
        let home = self.folder.path();
        let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
        command.args(args).current_dir(home).env_clear().env("HOME", home).env("SHOP", self.shop.http_url());
        command.env("PLIMSOLL_STORE", home.join("results.db")).envs(env.iter().copied()).stdin(Stdio::null());
        let output = command.output().expect("it starts");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code().unwrap_or(-1), text(&output.stdout), text(&output.stderr))
    }

    fn json(&self, args: &[&str]) -> Value {
        let (code, out, log) = self.says(&[], args);
        assert_eq!(code, 0, "{args:?}\n{out}\n{log}");
        serde_json::from_str(&out).unwrap_or_else(|why| panic!("{args:?}: {why}\n{out}"))
    }
}

#[test]
fn a_profile_replaces_the_load_and_nothing_else() {
    let place = Place::new();
    let run = |env: &[(&str, &str)], more: &[&str]| {
        let usual = ["run", "-q", "--scenario", "buy", "-e", "LINE=a", "--duration", "1s"];
        let (code, out, log) = place.says(env, &[&usual, more, &["t.js"]].concat());
        assert_eq!(code, 0, "{more:?}\n{out}\n{log}");
        assert!(log.contains("us b"), "function, variables and tags stay: {log}");
        let shown = place.json(&["show", "--json", "latest"]);
        let scenarios = shown["options"]["scenarios"].as_object().expect("there are some").clone();
        assert_eq!(scenarios.keys().collect::<Vec<_>>(), ["buy"], "{shown:#}");
        assert_eq!(scenarios["buy"]["exec"], "buy");
        (scenarios["buy"].clone(), shown)
    };
    let targets = |scenario: &Value| -> Vec<u64> {
        let stages = scenario["stages"].as_array().expect("a list");
        stages.iter().filter_map(|stage| stage["target"].as_u64()).collect()
    };
    // The profile's own peak, then the environment's, then that of the flag.
    let (smoke, shown) = run(&[], &["--profile", "smoke"]);
    assert_eq!((&smoke["executor"], targets(&smoke)), (&"ramping-vus".into(), vec![2, 2]));
    assert!(shown["seconds"].as_f64().is_some_and(|seconds| seconds >= 1.0), "{shown:#}");
    let (spike, _) = run(&[("K6_VUS", "4")], &["--profile", "spike"]);
    assert_eq!(targets(&spike), [1, 4, 4, 1, 1]);
    let (load, _) = run(&[("K6_VUS", "4"), ("PLIMSOLL_PROFILE", "load")], &["-u", "3"]);
    assert_eq!(targets(&load), [3, 3, 0]);
    let (stress, _) = run(&[], &["--profile", "stress", "--rate", "40"]);
    assert_eq!(
        (&stress["executor"], targets(&stress)),
        (&"ramping-arrival-rate".into(), vec![10, 20, 40, 0])
    );
    let (soak, _) = run(&[], &["--profile", "soak", "--rate", "8"]);
    assert_eq!(targets(&soak), [8, 8, 0]);
}

#[test]
fn what_does_not_fit_a_profile_is_refused_before_the_load() {
    let place = Place::new();
    let check = |args: &[&str], expected: &str| {
        let (code, _, log) = place.says(&[], &[&["run", "-q"], args].concat());
        assert!(code != 0 && log.contains(expected), "{args:?}: {log}");
    };
    check(&["--profile", "storm", "plain.js"], "there are breakpoint, load, smoke, soak, spike, stress");
    check(&["--rate", "5", "plain.js"], "--rate is about --profile");
    check(&["--profile", "load", "-i", "5", "plain.js"], "cannot be combined with --iterations");
    check(&["--profile", "load", "-s", "1s:5", "plain.js"], "cannot be combined with --stage");
    check(&["--profile", "load", "--once", "plain.js"], "cannot be combined with --once");
    check(&["--profile", "load", "-u", "5", "--rate", "5", "plain.js"], "--vus or --rate, not both");
    check(&["--profile", "load", "-u", "0", "plain.js"], "above 0");
    check(&["--profile", "load", "t.js"], "say with --scenario which one");
    check(&["--profile", "breakpoint", "--out", "csv=x.csv", "plain.js"], "which --out does not fit");
    check(&["--profile", "breakpoint", "--time-scale", "0.1", "plain.js"], "which --time-scale does not fit");
    check(&["--profile", "breakpoint", "-"], "every trial reads the script anew");
}

#[test]
fn a_breakpoint_ends_with_where_it_broke_and_how_it_recovered() {
    let place = Place::new();
    // One server of five milliseconds: 200 a second at most.
    let (code, out, log) = place.says(
        &[],
        &[
            "run",
            "--profile",
            "breakpoint",
            "--scenario",
            "buy",
            "-e",
            "LINE=b",
            "--rate",
            "400",
            "--duration",
            "1s",
            "--sla",
            "p50<60ms",
            "t.js",
        ],
    );
    let shown = place.json(&["show", "--json", "latest"]);
    let capacity = &shown["capacity"];
    let word = capacity["outcome"].as_str().unwrap_or_default();
    // A machine that is too busy cannot make the load, and says so.
    let expected = match word {
        "broken" | "not_broken" => 0,
        "generator_limit" => 110,
        other => panic!("{other}\n{out}\n{log}"),
    };
    assert_eq!(code, expected, "{word}\n{log}");
    assert!(out.contains("CAPACITY of t.js for p50<60ms (open model)"), "{out}");
    assert!(log.contains("looking for where it breaks: t.js, p50<60ms, from 10/s"), "{log}");
    let levels = capacity["levels"].as_array().expect("a list");
    assert_eq!((&levels[0]["load"], &levels[0]["why"]), (&10.0.into(), &"climb".into()));
    if word == "broken" && !capacity["kept"].is_null() {
        assert!(out.contains("breaks between") && out.contains("recovery: "), "{out}");
        assert!(capacity["recovery"]["overload"].as_f64() > capacity["broken"].as_f64(), "{capacity:#}");
        assert!(capacity["recovery"].get("recovered_after_seconds").is_some());
    }
    assert!(shown["search"]["runs"].as_array().is_some_and(|runs| runs.len() >= levels.len()), "{shown:#}");
}

#[test]
fn a_breakpoint_of_users_stops_at_the_peak() {
    let place = Place::new();
    let args = ["run", "-q", "--profile", "breakpoint", "-u", "2", "-d", "1s", "plain.js"];
    let (_, out, log) = place.says(&[], &args);
    assert!(out.contains("(closed model)"), "{out}\n{log}");
    let shown = place.json(&["show", "--json", "latest"]);
    assert_eq!(shown["search"]["objectives"].as_array().map(Vec::len), Some(2), "the usual ones");
    let loads: Vec<f64> = shown["capacity"]["levels"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|level| level["load"].as_f64())
        .collect();
    assert!(loads == [1.0, 2.0] || loads == [1.0], "{loads:?}");
}
