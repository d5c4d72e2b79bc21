//! `plimsoll import`: results of other tools become runs that are shown, compared and followed like any other.

mod jmx;
mod program;

use std::io::Write as _;
use std::path::Path;

use flate2::{Compression, write::GzEncoder};
use program::{folder, plimsoll, said, shop};
use serde_json::{Value, json};
use target::Running;

const SCRIPT: &str = "
    import http from 'k6/http';
    import { check, group } from 'k6';
    import { Counter, Gauge, Rate, Trend } from 'k6/metrics';
    const sold = new Counter('sold'), depth = new Gauge('depth'), lucky = new Rate('lucky');
    const took = new Trend('took', true);
    export const options = {
        thresholds: { http_req_duration: ['p(95)<60000'], lucky: ['rate>=0.5'] },
        scenarios: {
            one: { executor: 'shared-iterations', vus: 2, iterations: 100 },
            two: { executor: 'shared-iterations', vus: 1, iterations: 10, exec: 'other' },
        },
    };
    export default function () {
        group('inside', () => {
            const answer = http.get(`${__ENV.SHOP}/bin/bytes/10`, { tags: { name: 'bytes' } });
            check(answer, { fine: ({ status }) => status === 200 });
        });
        sold.add(2);
        took.add(7.25);
    }
    export function other() {
        depth.add(__ITER);
        lucky.add(__ITER % 2);
        http.get(`${__ENV.SHOP}/bin/status/404`);
    }
";

struct Place {
    folder: tempfile::TempDir,
    shop: Running,
}

impl Place {
    fn new() -> Self {
        let folder = folder();
        Self { folder, shop: shop() }
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join(name), text).expect("it can be written");
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Exit status, standard output and standard error.
    fn plimsoll(&self, args: &[&str]) -> (i32, String, String) {
        let mut command = plimsoll(self.path(), args);
        said(command.env("SHOP", self.shop.http_url()).env("PLIMSOLL_STORE", "kept.db"))
    }

    #[track_caller]
    fn prints(&self, args: &[&str]) -> String {
        let (code, out, log) = self.plimsoll(args);
        assert_eq!(code, 0, "{args:?}\n{out}\n{log}");
        out
    }

    #[track_caller]
    fn json(&self, args: &[&str]) -> Value {
        let text = self.prints(args);
        serde_json::from_str(&text).unwrap_or_else(|why| panic!("{why}: {text}"))
    }

    /// Imports a file, and gives the run's id and all that `show` knows of it.
    #[track_caller]
    fn import(&self, args: &[&str]) -> (String, Value) {
        let told = self.prints(&[&["import"], args].concat());
        let id = told.split_whitespace().next().expect("the id comes first").to_owned();
        let shown = self.json(&["show", "--json", &id]);
        (id, shown)
    }
}

/// Metrics by name; those that only a live run has are left out.
fn metrics(shown: &Value, without: &[&str]) -> Vec<Value> {
    let all = shown["summary"]["results"]["metrics"].as_array().expect("a list");
    let kept = all.iter().filter(|one| !without.contains(&one["name"].as_str().unwrap_or_default()));
    kept.cloned().collect()
}

fn figure(shown: &Value, metric: &str, name: &str) -> Option<f64> {
    let all = shown["summary"]["results"]["metrics"].as_array().expect("a list");
    all.iter().find(|one| one["name"] == metric)?["values"][name].as_f64()
}

#[test]
fn lines_of_k6_become_the_run_that_they_came_from() {
    let place = Place::new();
    place.write("t.js", SCRIPT);
    place.prints(&["run", "-q", "--out", "json=lines.json", "t.js"]);
    let was = place.json(&["show", "--json", "latest"]);
    let (id, is) = place.import(&["lines.json"]);
    // A live run has its own metrics, too, and a second without load.
    let without = ["http_req_response_time", "vus", "vus_max"];
    assert_eq!(metrics(&is, &without), metrics(&was, &without));
    assert_eq!(is["summary"]["results"]["checks"]["results"], was["summary"]["results"]["checks"]["results"]);
    assert_eq!((&is["name"], &is["verdict"]), (&json!("lines.json"), &json!("imported")));
    assert_eq!(is["imported"]["from"], "k6 JSON lines");
    assert_eq!(is["environment"]["program"], "k6");
    let scenarios: Vec<_> = is["summary"]["results"]["scenarios"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| &one["name"])
        .collect();
    assert_eq!(scenarios.len(), 2);

    // Packed, and compared with the run itself: what is the same is not inconclusive for want of samples.
    let packed = std::fs::File::create(place.path().join("lines.json.gz")).expect("it can be made");
    let mut gzip = flate2::write::GzEncoder::new(packed, flate2::Compression::fast());
    let lines = std::fs::read(place.path().join("lines.json")).expect("it was written");
    std::io::Write::write_all(&mut gzip, &lines)
        .and_then(|()| gzip.finish().map(drop))
        .expect("it is written");
    let (other, again) = place.import(&["--name", "again", "lines.json.gz"]);
    assert_eq!((&again["name"], metrics(&again, &[])), (&json!("again"), metrics(&is, &[])));
    let compared = place.json(&["compare", "--json", &id, &other]);
    let findings = compared["findings"].as_array().expect("a list");
    let p50 =
        findings.iter().find(|one| one["figure"] == "p50" && one["endpoint"] == "").expect("it has one");
    assert_eq!(p50["a"], p50["b"]);
    let warnings = compared["warnings"].to_string();
    assert!(warnings.contains("was imported from k6 JSON lines"), "{warnings}");
    let listed = place.prints(&["runs"]);
    assert!(listed.contains("imported"), "{listed}");
    let page = place.prints(&["show", &id]);
    assert!(page.contains("imported: k6 JSON lines · lines.json") && !page.contains("TRUST"), "{page}");

    // An export of seconds has no samples any more.
    place.prints(&["export", "--format", "k6", "-o", "seconds.json", "latest"]);
    let (code, _, log) = place.plimsoll(&["import", "seconds.json"]);
    assert!(code != 0 && log.contains("whole seconds"), "{log}");
}

#[test]
fn results_of_jmeter_are_read_in_both_forms() {
    let place = Place::new();
    let requests = [
        jmx::get("fine", "/bin/bytes/10", ""),
        jmx::http("bad", "POST", "/bin/status/503", &[], &jmx::body("a=1"), ""),
    ];
    place.write("t.jmx", &jmx::plan(&[], &jmx::group("Users", "2", "25", &[], &requests.concat())));
    place.prints(&["run", "--quiet", "-l", "out.jtl", &jmx::port_of(&place.shop), "t.jmx"]);
    let was = place.json(&["show", "--json", "latest"]);
    let (id, is) = place.import(&["out.jtl"]);
    for (metric, name) in
        [("http_reqs", "count"), ("http_req_failed", "matches"), ("http_req_failed", "total")]
    {
        assert_eq!(figure(&is, metric, name), figure(&was, metric, name), "{metric} {name}");
    }
    assert_eq!(figure(&is, "http_reqs", "count"), Some(100.0));
    assert_eq!(figure(&is, "http_req_failed", "matches"), Some(50.0));
    assert_eq!(is["imported"]["from"], "JMeter results (CSV)");
    let exported = place.json(&["export", &id]);
    let series = exported["series"].as_array().expect("a list");
    let tags: Vec<&Value> =
        series.iter().filter(|one| one["metric"] == "http_reqs").map(|one| &one["tags"]).collect();
    let bad = tags.iter().find(|tags| tags["name"] == "bad").expect("it is there");
    assert_eq!(
        (&bad["status"], &bad["expected_response"], &bad["scenario"]),
        (&json!("503"), &json!("false"), &json!("Users"))
    );

    let rows = "timeStamp,elapsed,label,responseCode,responseMessage,threadName,success,bytes,sentBytes,allThreads,URL,Latency,Connect
1700000000000,100,\"a, b\",200,OK,Group 1-1,true,1000,50,2,http://h/a,90,20
1700000001500,300,\"a, b\",500,\"no
way\",Group 1-2,false,10,50,2,http://h/a,300,0
1700000002000,400,all,200,\"Number of samples in transaction : 2, number of failing samples : 1\",Group 1-1,true,0,0,2,null,0,0
broken,1,2
";
    place.write("rows.jtl", rows);
    let (_, is) = place.import(&["--name", "rows", "rows.jtl"]);
    assert_eq!(is["imported"]["skipped"], 1);
    assert_eq!(is["started"], "2023-11-14T22:13:20Z");
    assert_eq!(is["seconds"], 2.4);
    let expected = [
        ("http_reqs", "count", 2.0),
        ("http_req_duration", "max", 300.0),
        ("http_req_duration", "min", 80.0),
        ("http_req_connecting", "max", 20.0),
        ("http_req_waiting", "min", 70.0),
        ("http_req_receiving", "max", 10.0),
        ("http_req_failed", "rate", 0.5),
        ("group_duration", "avg", 400.0),
        ("data_received", "count", 1010.0),
        ("vus", "value", 2.0),
    ];
    for (metric, name, value) in expected {
        assert_eq!(figure(&is, metric, name), Some(value), "{metric} {name}");
    }

    let xml = r#"<?xml version="1.0" encoding="UTF-8"?>
<testResults version="1.2">
<httpSample t="100" lt="90" ct="20" ts="1700000000000" s="true" lb="a, b" rc="200" rm="OK" tn="Group 1-1" by="1000" sby="50" na="2"/>
<httpSample t="300" lt="300" ct="0" ts="1700000001500" s="false" lb="a, b" rc="500" rm="no&#xa;way" tn="Group 1-2" by="10" sby="50" na="2">
  <httpSample t="100" ts="1700000001500" s="true" lb="part"/>
</httpSample>
<sample t="400" ts="1700000002000" s="true" lb="all" rm="Number of samples in transaction : 2" tn="Group 1-1" na="2"/>
</testResults>
"#;
    place.write("results.xml", xml);
    let (_, same) = place.import(&["results.xml"]);
    assert_eq!(same["imported"]["from"], "JMeter results (XML)");
    assert_eq!(metrics(&same, &[]), metrics(&is, &[]));
}

#[test]
fn summaries_of_k6_have_figures_and_no_series() {
    let place = Place::new();
    place.write("t.js", SCRIPT);
    place.prints(&["run", "-q", "--summary-export", "old.json", "t.js"]);
    let was = place.json(&["show", "--json", "latest"]);
    let machine = ["run", "-q", "--new-machine-readable-summary", "--summary-export", "new.json", "t.js"];
    place.prints(&machine);
    let (id, is) = place.import(&["--name", "summaries", "old.json"]);
    for (metric, name) in [
        ("http_req_duration", "p95"),
        ("http_req_duration", "avg"),
        ("http_reqs", "count"),
        ("http_req_failed", "rate"),
        ("sold", "count"),
        ("took", "max"),
        ("depth", "max"),
        ("lucky", "rate"),
    ] {
        let (found, expected) = (figure(&is, metric, name), figure(&was, metric, name));
        assert!(found.is_some() && found == expected, "{metric} {name}: {found:?}, expected {expected:?}");
    }
    let held: Vec<&Value> =
        is["thresholds"].as_array().expect("a list").iter().map(|one| &one["ok"]).collect();
    assert_eq!(held, [&json!(true), &json!(true)]);
    let page = place.prints(&["show", &id]);
    for wanted in ["imported: k6 summary", "no series of time", "✓ fine", "http_req_duration", "p(95)<60000"]
    {
        assert!(page.contains(wanted), "{wanted} in {page}");
    }
    let (new, machine) = place.import(&["--name", "summaries", "new.json"]);
    assert_eq!(figure(&machine, "http_reqs", "count"), Some(110.0));

    // Figures of whole runs can be followed and, with several a side, compared; there is nothing to see by second.
    let followed = place.json(&["trend", "--json", "summaries"]);
    assert_eq!(followed["runs"].as_array().map(Vec::len), Some(2), "{followed}");
    assert!(followed["unit"] == "ms" && followed["runs"][0]["value"].as_f64() > Some(0.0), "{followed}");
    let (third, fourth) = (place.import(&["old.json"]).0, place.import(&["new.json"]).0);
    let compared = place.json(&["compare", "--json", &id, &new, "--", &third, &fourth]);
    let p95 =
        compared["findings"].as_array().expect("a list").iter().find(|one| one["figure"] == "p95").cloned();
    assert_eq!(p95.expect("it has one")["basis"], "student");
    let (code, _, log) = place.plimsoll(&["soak", &id]);
    assert!(code != 0 && log.contains("no figures by second"), "{log}");
    place.write("shown.json", "{\"metrics\":{}}");
    let (code, _, log) = place.plimsoll(&["import", "shown.json"]);
    assert!(code != 0 && log.contains("none of its metrics"), "{log}");
}

#[test]
fn reports_of_artillery_have_counts_by_period_and_percentiles_of_the_whole() {
    let place = Place::new();
    let period = |at: u64, requests: u64, failed: u64| {
        json!({
            "period": at.to_string(),
            "counters": {
                "http.requests": requests, "http.responses": requests, "http.codes.200": requests - failed,
                "http.codes.500": failed, "vusers.created": 5, "vusers.completed": 4, "vusers.failed": 1,
                "errors.ETIMEDOUT": 1, "http.downloaded_bytes": 100, "plugins.expect.ok": 3,
            },
            "summaries": { "http.response_time": { "min": 1, "max": 9, "count": requests, "p95": 8 } },
        })
    };
    let latency = json!({ "min": 1, "max": 90, "count": 30, "mean": 5.5, "p50": 4, "median": 4, "p90": 20, "p95": 40.5, "p99": 80, "p999": 90 });
    let report = json!({
        "aggregate": {
            "counters": { "http.requests": 30 },
            "summaries": {
                "http.response_time": latency,
                "vusers.session_length": { "min": 10, "max": 20, "count": 8, "mean": 15 },
                "plugins.metrics-by-endpoint.response_time./cart": latency,
            },
            "firstMetricAt": 1_700_000_000_000_u64,
            "lastMetricAt": 1_700_000_025_000_u64,
        },
        "intermediate": [period(1_700_000_000_000, 10, 2), period(1_700_000_010_000, 20, 0)],
    });
    place.write("report.json", &report.to_string());
    let (id, is) = place.import(&["report.json"]);
    let expected = [
        ("http_reqs", "count", 30.0),
        ("http_req_duration", "p95", 40.5),
        ("http_req_duration", "med", 4.0),
        ("http_req_duration{name:/cart}", "p90", 20.0),
        ("iteration_duration", "max", 20.0),
        ("iterations", "count", 8.0),
        ("http_req_failed", "matches", 4.0),
        ("http_req_failed", "total", 32.0),
        ("artillery_plugins_expect_ok", "count", 6.0),
        ("artillery_vusers_failed", "count", 2.0),
        ("data_received", "count", 200.0),
    ];
    for (metric, name, value) in expected {
        assert_eq!(figure(&is, metric, name), Some(value), "{metric} {name}");
    }
    assert_eq!((&is["seconds"], &is["started"]), (&json!(25.0), &json!("2023-11-14T22:13:20Z")));
    let exported = place.json(&["export", &id]);
    let series = exported["series"].as_array().expect("a list");
    let requests = series.iter().find(|one| one["metric"] == "http_reqs").expect("it has a series");
    let seconds: Vec<_> = requests["points"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| (&one["second"], &one["sum"]))
        .collect();
    assert_eq!(seconds, [(&json!(0), &json!(10.0)), (&json!(10), &json!(20.0))]);
}

#[test]
fn a_run_is_exported_as_a_log_of_histograms() {
    use base64::Engine;
    use hdrhistogram::Histogram;
    use hdrhistogram::serialization::Deserializer;
    use hdrhistogram::serialization::interval_log::{IntervalLogIterator, LogEntry};
    let place = Place::new();
    place.write("t.js", SCRIPT);
    place.prints(&["run", "-q", "t.js"]);
    let was = place.json(&["show", "--json", "latest"]);
    place.prints(&["export", "--format", "hdr", "-o", "run.hlog", "latest"]);
    let log = std::fs::read(place.path().join("run.hlog")).expect("it was written");
    let (mut requests, mut took) = (Histogram::<u64>::new(3).expect("3 digits"), 0);
    let mut reader = Deserializer::new();
    let (mut based, mut seconds) = (false, Vec::new());
    for entry in IntervalLogIterator::new(&log) {
        match entry.expect("it is a log") {
            LogEntry::BaseTime(_) => based = true,
            LogEntry::StartTime(_) => {}
            LogEntry::Interval(interval) => {
                let packed = base64::engine::general_purpose::STANDARD.decode(interval.encoded_histogram());
                let packed = packed.expect("it is base64");
                let histogram: Histogram<u64> =
                    reader.deserialize(&mut std::io::Cursor::new(packed)).expect("it is a histogram");
                match interval.tag().map(|tag| tag.as_str().to_owned()).as_deref() {
                    Some("http_req_duration") => {
                        requests.add(histogram).expect("it grows");
                        seconds.push(interval.start_timestamp().as_secs());
                        assert_eq!(interval.duration().as_secs(), 1);
                    }
                    Some("took") => took += histogram.len(),
                    _ => {}
                }
            }
        }
    }
    assert!(based && !seconds.is_empty() && seconds.is_sorted(), "{seconds:?}");
    assert_eq!((requests.len(), took), (110, 100));
    let max = figure(&was, "http_req_duration", "max").expect("a number");
    let found = requests.max() as f64 / 1e6;
    assert!((found / max - 1.0).abs() < 2e-3, "{found} ms, expected {max}");
}

#[test]
fn what_is_no_results_is_refused_and_leaves_nothing() {
    let place = Place::new();
    let check = |name: &str, text: &str, args: &[&str], expected: &str| {
        place.write(name, text);
        let (code, out, log) = place.plimsoll(&[&["import", name], args].concat());
        assert!(code != 0 && log.contains(expected), "{name}: {out}\n{log}");
    };
    check("a.txt", "hello", &[], "does not begin like results that are known");
    check("a.txt", "hello", &["--from", "k6"], "there is nothing to import in it (line 1:");
    check("a.csv", "timeStamp,label\n1,a\n", &["--from", "jtl"], "no column `elapsed`");
    check("a.json", "{", &["--from", "k6-summary"], "it is no JSON");
    check("a.xml", "<html/>", &["--from", "jtl-xml"], "no <testResults>");
    let (code, _, log) = place.plimsoll(&["import", "nowhere.json"]);
    assert!(code != 0 && log.contains("nowhere.json"), "{log}");
    let (code, _, log) = place.plimsoll(&["runs"]);
    assert!(code != 0 && log.contains("there is no store yet"), "{log}");
}

/// A small file of gzip that goes on with the same bytes for so many times 8 MB.
fn bomb(head: &str, filler: u8, times: usize) -> Vec<u8> {
    let packed = |bytes: &[u8]| {
        let mut packer = GzEncoder::new(Vec::new(), Compression::best());
        packer.write_all(bytes).expect("memory can be written");
        packer.finish().expect("memory can be written")
    };
    // Members of a gzip file follow each other.
    [packed(head.as_bytes()), packed(&vec![filler; 8 << 20]).repeat(times)].concat()
}

#[test]
fn files_that_would_fill_the_memory_are_refused() {
    let place = Place::new();
    let check = |head: &str, filler: u8, times: usize, format: &str, reason: &str| {
        std::fs::write(place.path().join("r.gz"), bomb(head, filler, times)).expect("it can be written");
        let (code, out, log) = place.plimsoll(&["import", "r.gz"]);
        let told = format!("r.gz cannot be imported as {format}: {reason}");
        assert!(code == 255 && out.is_empty() && log.contains(&told), "{told} expected in:\n{log}");
    };
    let (whole, entry) = ("it has more than 256 MB", "one entry of it has more than 64 MB");
    check("{\"metrics\":{", b' ', 33, "k6 summary", whole);
    check("{\"aggregate\":{", b' ', 33, "Artillery report", whole);
    check("{\"type\":\"Metric\",\"data\":{},\"metric\":\"a\"}\n", b'a', 9, "k6 JSON lines", entry);
    let row = "timeStamp,elapsed,label,responseCode\n1700000000000,2,a,200\n\"";
    check(row, b'\n', 9, "JMeter results (CSV)", entry);
    check("<testResults version=\"1.2\">\n", b'a', 9, "JMeter results (XML)", entry);
    let deep =
        format!("<testResults version=\"1.2\">{}", "<sample t=\"1\" ts=\"1700000000000\">".repeat(1_001));
    check(&deep, b'\n', 1, "JMeter results (XML)", "its samples are more than 1000 deep in each other");
}
