//! `plimsoll runs`, `show`, `rm` and `export`, as a user meets them.

mod program;

use program::{folder, plimsoll, said, shop, write};
use serde_json::Value;
use target::Running;
use tempfile::TempDir;

const SCRIPT: &str = "
    import http from 'k6/http';
    import { check, group } from 'k6';
    import { Gauge, Rate, Trend } from 'k6/metrics';
    const depth = new Gauge('depth'), lucky = new Rate('lucky'), size = new Trend('size');
    export const options = {
        thresholds: { 'http_req_duration{name:list}': ['p(95)<60000'], lucky: ['rate>0.9'] },
        summaryTrendStats: ['avg', 'p(99.9)', 'count'],
        scenarios: {
            one: { executor: 'shared-iterations', vus: 1, iterations: 10 },
            two: { executor: 'shared-iterations', vus: 1, iterations: 10, exec: 'other' },
        },
    };
    export default function () {
        group('outer', () => group('inner', () => {
            const answer = http.get(`${__ENV.SHOP}/api/products`, { tags: { name: 'list' } });
            check(answer, { 'fine, \"really\"': ({ status }) => status === 200 });
            size.add(answer.body.length / 3);
        }));
    }
    export function other() { depth.add(__ITER); lucky.add(__ITER % 2); check(0, { never: Boolean }); }
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
        let mut command = plimsoll(self.folder.path(), args);
        // A home folder among the temporary files gets no store of its own accord.
        command.env("XDG_DATA_HOME", self.folder.path().join(".local/share"));
        said(command.env("SHOP", self.shop.http_url()))
    }

    #[track_caller]
    fn prints(&self, args: &[&str]) -> String {
        let (code, out, log) = self.plimsoll(args);
        assert_eq!(code, 0, "{args:?}\n{out}\n{log}");
        out
    }

    #[track_caller]
    fn json(&self, args: &[&str]) -> Value {
        serde_json::from_str(&self.prints(args)).expect("it is JSON")
    }

    fn exported(&self) -> Value {
        let text = std::fs::read_to_string(self.folder.path().join("exported.json")).expect("it was written");
        serde_json::from_str(&text).expect("it is JSON")
    }
}

#[test]
fn a_kept_run_is_shown_as_it_was() {
    let place = Place::new();
    let run = ["run", "--no-color", "--summary-mode", "full", "t.js"];
    let (code, out, log) = place.plimsoll(&run);
    assert_eq!(code, 99, "{log}");
    let was = &out[out.find("█ THRESHOLDS").expect("there is a summary")..];
    let was = &was[..was.find("\n\n\n").unwrap_or(was.len())];
    let shown = place.prints(&["show", "--summary-mode", "full", "latest"]);
    assert!(shown.contains(was.trim_end()), "--- was\n{was}\n--- is\n{shown}");
    assert!(shown.contains("t.js · failed"), "{shown}");

    let args = ["run", "-q", "--new-machine-readable-summary", "--summary-mode", "full", "--summary-export"];
    let (code, _, log) = place.plimsoll(&[&args[..], &["exported.json", "t.js"]].concat());
    assert_eq!(code, 99, "{log}");
    let document = place.json(&["show", "--json", "latest"]);
    assert_eq!(document["summary"]["results"], place.exported()["results"]);
    assert_eq!((&document["verdict"], &document["exit_code"]), (&"failed".into(), &99.into()));
    let held: Vec<_> =
        document["thresholds"].as_array().into_iter().flatten().map(|one| &one["ok"]).collect();
    assert_eq!(held, [true, false]);
}

#[test]
fn runs_are_listed_and_removed() {
    let place = Place::new();
    let (code, _, log) = place.plimsoll(&["runs"]);
    assert!(code != 0 && log.contains("there is no store yet"), "{log}");
    for _ in 0..3 {
        assert_eq!(place.plimsoll(&["run", "-q", "t.js"]).0, 99);
    }
    let runs = place.json(&["runs", "--json"]);
    let ids: Vec<&str> = runs.as_array().into_iter().flatten().filter_map(|run| run["id"].as_str()).collect();
    assert_eq!(ids.len(), 3);
    assert_eq!((&runs[0]["requests"], &runs[0]["iterations"]), (&10.into(), &20.into()));
    assert!(runs[0]["http_req_duration_p95_ms"].is_number(), "{runs}");
    let table = place.prints(&["runs", "--most", "2"]);
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines.len(), 3, "{table}");
    assert!(
        lines[0].starts_with("ID ") && lines[1].starts_with(ids[0]) && lines[1].ends_with("failed"),
        "{table}"
    );

    let removed = place.prints(&["rm", ids[0], "latest", ids[2]]);
    assert_eq!(removed.lines().count(), 2, "{removed}");
    let left = place.json(&["runs", "--json"]);
    assert_eq!((left[0]["id"].as_str(), &left[1]), (Some(ids[1]), &Value::Null));
    let (code, _, log) = place.plimsoll(&["rm", ids[0]]);
    assert!(code != 0 && log.contains(&format!("no run has the id {}", ids[0])), "{log}");
    let (code, _, log) = place.plimsoll(&["show", "--store", "elsewhere.db", "latest"]);
    assert!(code != 0 && log.contains("there is no store yet"), "{log}");
    assert!(!place.folder.path().join("elsewhere.db").exists(), "asking for a run made a store");
}

#[test]
fn measurements_are_exported() {
    let place = Place::new();
    assert_eq!(place.plimsoll(&["run", "-q", "--summary-export", "exported.json", "t.js"]).0, 99);
    let was = &place.exported()["metrics"];

    let document = place.json(&["export", "latest"]);
    let series = document["series"].as_array().expect("it has series");
    let requests: Vec<_> = series.iter().filter(|one| one["metric"] == "http_reqs").collect();
    assert_eq!((requests.len(), &requests[0]["tags"]["name"]), (1, &"list".into()));
    let points = requests[0]["points"].as_array().expect("it has points");
    assert_eq!(points.iter().filter_map(|point| point["sum"].as_f64()).sum::<f64>(), 10.0);

    let table = place.prints(&["export", "latest", "--format", "csv"]);
    let mut lines = table.lines();
    assert_eq!(
        lines.next(),
        Some("second,unix_ms,metric,type,tags,count,sum,value,min,max,avg,p50,p90,p95,p99")
    );
    let rates: Vec<&str> = lines.filter(|line| line.contains(",lucky,rate,")).collect();
    let count: f64 = rates.iter().filter_map(|line| line.rsplit(',').nth(9)?.parse::<f64>().ok()).sum();
    assert_eq!(count, 10.0, "{rates:?}");

    place.prints(&["export", "latest", "--format", "k6", "-o", "points.json"]);
    let text = std::fs::read_to_string(place.folder.path().join("points.json")).expect("it was written");
    let lines: Vec<Value> =
        text.lines().map(|line| serde_json::from_str(line).expect("it is JSON")).collect();
    let of = |metric: &str, kind: &str| {
        let wanted = |line: &&Value| line["metric"] == metric && line["type"] == kind;
        lines.iter().filter(wanted).map(|line| &line["data"]).collect::<Vec<_>>()
    };
    assert_eq!(of("size", "Metric")[0]["type"], "trend");
    let (mut sum, mut count) = (0.0, 0.0);
    for point in of("size", "Point") {
        let samples = point["count"].as_f64().expect("it has a count");
        sum += point["value"].as_f64().expect("it has a value") * samples;
        count += samples;
    }
    let mean = was["size"]["avg"].as_f64().expect("it was exported");
    assert!((sum / count - mean).abs() < 1e-9 * mean, "{sum} / {count} is not {mean}");
    assert!(
        of("depth", "Point").iter().all(|point| point["time"].as_str().is_some_and(|at| at.ends_with('Z')))
    );
}

#[test]
fn old_runs_go_when_the_user_says_so() {
    let place = Place::new();
    let run = |policy: &str| place.plimsoll(&["run", "-q", "--store-keep", policy, "t.js"]);
    let ids = || -> Vec<String> {
        let runs = place.json(&["runs", "--json"]);
        runs.as_array().into_iter().flatten().map(|run| run["id"].to_string()).collect()
    };
    for _ in 0..3 {
        assert_eq!(run("1h").0, 99);
    }
    let before = ids();
    assert_eq!(before.len(), 3);
    assert_eq!(run("2").0, 99);
    let after = ids();
    assert_eq!((after.len(), &after[1]), (2, &before[0]));
    let (code, _, log) = run("some");
    assert!(code == 255 && log.contains("neither a number of runs"), "{log}");
}
