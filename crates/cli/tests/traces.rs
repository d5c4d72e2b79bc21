//! `plimsoll trace`: the services that the latency of traces is made of, from files of each format.

mod program;

use std::io::Write as _;

use flate2::{Compression, write::GzEncoder};
use program::{folder, plimsoll, said, write};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A request to `web` of 100 ms, of which `cart` has 60 and, within it, `db` 20: once a second from the first on.
const SPANS: [(&str, &str, &str, &str, u64, u64); 3] = [
    ("a1", "", "web", "GET /cart", 0, 100),
    ("b2", "a1", "cart", "list", 20, 60),
    ("c3", "b2", "db", "select", 30, 20),
];
const FIRST_US: u64 = 1_700_000_000_000_000;

/// Exit status, standard output and standard error of `plimsoll trace`.
fn trace(folder: &TempDir, args: &[&str]) -> (i32, String, String) {
    said(&mut plimsoll(folder.path(), &[&["trace"], args].concat()))
}

/// What it says of files, for programs.
#[track_caller]
fn found(folder: &TempDir, args: &[&str]) -> Value {
    let (code, out, log) = trace(folder, &[&["--json"], args].concat());
    assert_eq!(code, 0, "{args:?}\n{out}\n{log}");
    serde_json::from_str(&out).unwrap_or_else(|why| panic!("{why}: {out}"))
}

fn jaeger(trace: u64) -> Value {
    let at = FIRST_US + 1_000_000 * trace;
    let span = |(id, parent, service, operation, start, length): &(&str, &str, &str, &str, u64, u64)| {
        let references = match *parent {
            "" => json!([]),
            parent => json!([{ "refType": "CHILD_OF", "traceID": format!("7{trace}"), "spanID": parent }]),
        };
        json!({
            "traceID": format!("7{trace}"), "spanID": id, "operationName": operation, "references": references,
            "startTime": at + start * 1000, "duration": length * 1000, "processID": format!("p-{service}"),
            "tags": [{ "key": "http.method", "type": "string", "value": "GET" }], "logs": [], "warnings": null,
        })
    };
    let spans: Vec<Value> = SPANS.iter().map(span).collect();
    let process = |service: &str| json!({ "serviceName": service, "tags": [] });
    let processes = json!({ "p-web": process("web"), "p-cart": process("cart"), "p-db": process("db") });
    json!({ "traceID": format!("7{trace}"), "spans": spans, "processes": processes })
}

fn otlp(trace: u64) -> Value {
    let at = FIRST_US + 1_000_000 * trace;
    let resource = |(id, parent, service, operation, start, length): &(&str, &str, &str, &str, u64, u64)| {
        let ns = |ms: u64| format!("{}", (at + ms * 1000) * 1000);
        json!({
            "resource": { "attributes": [
                { "key": "host.name", "value": { "stringValue": "a" } },
                { "key": "service.name", "value": { "stringValue": service } },
            ] },
            "scopeSpans": [{ "scope": { "name": "t" }, "spans": [{
                "traceId": format!("7{trace}"), "spanId": id, "parentSpanId": parent, "name": operation, "kind": 2,
                "startTimeUnixNano": ns(*start), "endTimeUnixNano": ns(start + length), "attributes": [],
            }] }],
        })
    };
    json!({ "resourceSpans": SPANS.iter().map(resource).collect::<Vec<_>>() })
}

fn zipkin(trace: u64) -> Vec<Value> {
    let at = FIRST_US + 1_000_000 * trace;
    let span = |(id, parent, service, operation, start, length): &(&str, &str, &str, &str, u64, u64)| {
        let mut span = json!({
            "traceId": format!("7{trace}"), "id": id, "name": operation, "kind": "SERVER",
            "timestamp": at + start * 1000, "duration": length * 1000,
            "localEndpoint": { "serviceName": service, "ipv4": "10.0.0.1" },
        });
        if !parent.is_empty() {
            span["parentId"] = json!(parent);
        }
        span
    };
    SPANS.iter().map(span).collect()
}

/// The two traces of a file: their shares are known.
#[track_caller]
fn check(name: &str, text: &str) {
    let folder = folder();
    write(folder.path(), name, text);
    let found = found(&folder, &[name]);
    assert_eq!((&found["traces"], &found["spans"], &found["mean_ms"]), (&json!(2), &json!(6), &json!(100.0)));
    let row = |service: &str, operation: Option<&str>, share: f64, self_ms: f64| {
        let mut row = json!({ "service": service });
        if let Some(operation) = operation {
            row["operation"] = json!(operation);
        }
        let rest = json!({
            "share": share, "interval": null, "slow_share": null, "slow_interval": null, "self_ms": self_ms,
            "on_path": 2, "spans": 2, "traces": 2,
        });
        row.as_object_mut().expect("it is one").extend(rest.as_object().expect("it is one").clone());
        row
    };
    let expected = |named: bool| {
        let row = |service, operation, share, ms| row(service, Some(operation).filter(|_| named), share, ms);
        json!([
            row("cart", "list", 0.4, 40.0),
            row("web", "GET /cart", 0.4, 40.0),
            row("db", "select", 0.2, 20.0)
        ])
    };
    assert_eq!(found["services"], expected(false), "{name}");
    assert_eq!(found["operations"], expected(true), "{name}");
    assert_eq!(
        found["roots"],
        json!([{ "service": "web", "operation": "GET /cart", "traces": 2 }]),
        "{name}"
    );
    let notes = found["notes"].as_object().expect("they are named");
    assert!(notes.len() == 9 && notes.values().all(|count| *count == 0), "{notes:?}");
    assert_eq!((&found["slow"], &found["first_left_out"]), (&Value::Null, &Value::Null));
}

#[test]
fn jaeger_is_read() {
    check("traces.json", &json!({ "data": [jaeger(0), jaeger(1)], "total": 0, "errors": null }).to_string());
}

#[test]
fn opentelemetry_is_read() {
    // As a collector writes it: a document a line, and a trace may lie in several of them.
    let spread = |trace: u64| {
        let whole = otlp(trace);
        let resources = whole["resourceSpans"].as_array().expect("a list").clone();
        resources
            .into_iter()
            .map(|one| format!("{}\n", json!({ "resourceSpans": [one] })))
            .collect::<String>()
    };
    check("traces.jsonl", &[spread(0), spread(1)].concat());
    check("traces.json", &format!("{:#}{:#}", otlp(0), otlp(1)));
    // As Tempo answers it.
    let batches = |trace: u64| json!({ "batches": otlp(trace)["resourceSpans"] });
    check("tempo.json", &format!("{}\n{}", batches(0), json!({ "trace": otlp(1) })));
}

#[test]
fn zipkin_is_read() {
    check("traces.json", &json!([zipkin(0), zipkin(1)]).to_string());
    check("traces.json", &json!([zipkin(0), zipkin(1)].concat()).to_string());
}

#[test]
fn files_may_be_packed_and_many() {
    let folder = folder();
    let file = std::fs::File::create(folder.path().join("one.json.gz")).expect("it can be made");
    let mut packed = GzEncoder::new(file, Compression::fast());
    packed.write_all(json!({ "data": [jaeger(0)] }).to_string().as_bytes()).expect("it can be written");
    packed.finish().expect("it can be written");
    write(folder.path(), "two.json", json!([zipkin(1)]).to_string());
    // The same trace once more, from another export of it.
    write(folder.path(), "three.json", json!({ "data": [jaeger(0)] }).to_string());
    let found = found(&folder, &["one.json.gz", "two.json", "three.json"]);
    assert_eq!(
        (&found["traces"], &found["spans"], &found["notes"]["repeated"]),
        (&json!(2), &json!(6), &json!(3))
    );
    assert_eq!(found["services"][2]["share"], json!(0.2));
    let (code, page, log) = trace(&folder, &["one.json.gz", "two.json", "three.json"]);
    assert_eq!(code, 0, "{log}");
    for part in [
        "TRACES of 3 files: 2 traces, 6 spans",
        "root: web GET /cart",
        "100 ms on average",
        "spans with the id of another one, left out: 3",
    ] {
        assert!(page.contains(part), "{part} expected in:\n{page}");
    }
    let rows: Vec<Vec<&str>> = page
        .lines()
        .map(|line| line.split_whitespace().collect())
        .filter(|row: &Vec<&str>| !row.is_empty())
        .collect();
    for row in ["db 20.0% - 20 ms 2 2", "web GET /cart 40.0% - 40 ms 2 2", "cart list 40.0% - 40 ms 2 2"] {
        let row: Vec<&str> = row.split(' ').collect();
        assert!(rows.contains(&row), "{row:?} expected in:\n{page}");
    }
}

/// The page of the documentation shows what is printed of its own example.
#[test]
fn the_documented_output_is_what_is_printed() {
    let page = include_str!("../../../docs/judgement/traces.md");
    let between = |start: &str, end: &str| {
        let (_, rest) = page.split_once(start).expect("the page has an example");
        rest.split_once(end).expect("the example ends").0
    };
    let folder = folder();
    write(folder.path(), "traces.json", between("<<'END_OF_FILE'\n", "END_OF_FILE\n"));
    let (code, out, log) = trace(&folder, &["traces.json"]);
    assert_eq!(code, 0, "{log}");
    let shown = between("```text\n", "```\n");
    assert!(out.contains(shown), "this is printed:\n{out}\nand this is shown:\n{shown}");
}

/// Traces of one call each: `(root, milliseconds, of which db)`.
fn calls(all: &[(&str, u64, u64)]) -> String {
    let trace = |(at, (root, length, db)): (usize, &(&str, u64, u64))| {
        let id = format!("{:x}", at + 1);
        let span = |span: &str, parent: Value, service: &str, name: &str, start: u64, ms: u64| {
            json!({
                "traceId": id, "id": span, "parentId": parent, "name": name, "timestamp": FIRST_US + start * 1000,
                "duration": ms * 1000, "localEndpoint": { "serviceName": service },
            })
        };
        json!([span("1", Value::Null, "web", root, 0, *length), span("2", json!("1"), "db", "query", 0, *db)])
    };
    Value::Array(all.iter().enumerate().map(trace).collect()).to_string()
}

#[test]
fn the_slowest_are_shown_beside_all() {
    let folder = folder();
    let mut all = vec![("GET /", 100, 20); 190];
    all.extend([("GET /", 1000, 900); 10]);
    write(folder.path(), "t.json", calls(&all));
    let told = found(&folder, &["t.json"]);
    assert_eq!(told["slow"], json!({ "traces": 10, "beyond_ms": 100.0 }));
    let (web, db) = (&told["services"][0], &told["services"][1]);
    assert_eq!((&web["service"], &db["service"]), (&json!("web"), &json!("db")));
    assert_eq!((&web["slow_share"], &db["slow_share"]), (&json!(0.1), &json!(0.9)));
    let ends = |row: &Value, name: &str| -> [f64; 2] {
        serde_json::from_value(row[name].clone()).expect("two ends")
    };
    let share = db["share"].as_f64().expect("a number");
    assert!((share - 12_800.0 / 29_000.0).abs() < 1e-12, "{share}");
    let (wide, narrow) = (ends(db, "interval"), found(&folder, &["t.json", "--confidence", "0.8"]));
    assert!(wide[0] < share && share < wide[1], "{wide:?}");
    let narrow = ends(&narrow["services"][1], "interval");
    assert!(wide[0] < narrow[0] && narrow[1] < wide[1], "{wide:?} {narrow:?}");
    // All of the slowest are alike.
    assert!(ends(db, "slow_interval").iter().all(|end| (end - 0.9).abs() < 1e-9));
    let (_, page, _) = trace(&folder, &["t.json"]);
    assert!(page.contains("10 took longer than 100 ms (p95)") && page.contains("SLOWEST 10"), "{page}");
    assert!(page.contains("intervals at 95% confidence"), "{page}");
}

#[test]
fn a_root_may_be_chosen() {
    let folder = folder();
    write(
        folder.path(),
        "t.json",
        calls(&[("GET /", 100, 20), ("POST /pay", 200, 120), ("POST /pay", 200, 80)]),
    );
    for (root, traces, share) in
        [("GET /", 1, 0.2), ("POST /pay", 2, 0.5), ("web POST /pay", 2, 0.5), ("web", 3, 0.44)]
    {
        let found = found(&folder, &["--root", root, "t.json"]);
        let services = found["services"].as_array().expect("a list");
        let db = services.iter().find(|row| row["service"] == "db").expect("it is there");
        assert_eq!((&found["traces"], &db["share"]), (&json!(traces), &json!(share)), "{root}");
    }
    let (code, _, log) = trace(&folder, &["--root", "PUT /", "t.json"]);
    assert!(
        code == 255 && log.contains("no trace has the root 'PUT /'; there are: web GET /, web POST /pay"),
        "{log}"
    );
    let (_, page, _) = trace(&folder, &["t.json"]);
    assert!(page.contains("root: web POST /pay (2), web GET / (1)"), "{page}");
}

#[test]
fn what_is_wrong_with_spans_is_counted_and_told() {
    let folder = folder();
    let span = |id: &str, parent: &str, start: i64, ms: i64| {
        let references = json!([{ "refType": "CHILD_OF", "traceID": "7", "spanID": parent }]);
        let references = if parent.is_empty() { json!([]) } else { references };
        json!({ "traceID": "7", "spanID": id, "operationName": id, "references": references,
                "startTime": start * 1000, "duration": ms * 1000, "processID": "p" })
    };
    let mut follows = span("later", "root", 50, 10);
    follows["references"][0]["refType"] = json!("FOLLOWS_FROM");
    let mut anonymous = span("", "root", 10, 10);
    anonymous["spanID"] = Value::Null;
    let spans = json!([
        span("root", "", 0, 100),
        span("short root", "", 0, 10),
        span("lost", "nobody", 0, 10),
        span("backwards", "root", 10, -5),
        span("egg", "hen", 10, 5),
        span("hen", "egg", 10, 5),
        span("own parent", "own parent", 10, 5),
        span("too long", "root", 90, 50),
        span("too late", "root", 120, 50),
        follows,
        anonymous,
        span("root", "", 0, 100),
    ]);
    let process = json!({ "p": { "serviceName": "web" } });
    let circle = json!({ "traceID": "8", "spans": [
        { "traceID": "8", "spanID": "a", "references": [{ "refType": "CHILD_OF", "traceID": "8", "spanID": "a" }],
          "startTime": 0, "duration": 5 }] });
    let data = json!({ "data": [{ "traceID": "7", "spans": spans, "processes": process }, circle] });
    write(folder.path(), "t.json", data.to_string());
    let found = found(&folder, &["t.json"]);
    assert_eq!(
        found["notes"],
        json!({
            "unreadable": 1, "timeless": 1, "traces_without_root": 1, "repeated": 1, "other_roots": 1,
            // The short root, the lost one, the one that ends before it begins, and the three of the circles.
            "unconnected": 6, "not_awaited": 1, "outside": 1, "clipped": 1,
        })
    );
    assert_eq!(found["first_left_out"], "span backwards of trace 7 has no times that can be true");
    let own = |name: &str| {
        let rows = found["operations"].as_array().expect("a list");
        rows.iter().find(|row| row["operation"] == name).expect("it is there")["self_ms"].clone()
    };
    assert_eq!((own("root"), own("too long")), (json!(90.0), json!(10.0)));
    let (_, page, _) = trace(&folder, &["t.json"]);
    for part in [
        "spans wholly outside of their parent, left out: 1",
        "spans not connected with the root of their trace: 6",
        "the first of those left out: span backwards of trace 7",
    ] {
        assert!(page.contains(part), "{part} expected in:\n{page}");
    }
}

#[test]
fn files_without_traces_are_refused_with_the_reason() {
    let check = |text: &str, reason: &str| {
        let folder = folder();
        write(folder.path(), "t.json", text);
        let (code, out, log) = trace(&folder, &["t.json"]);
        assert!(
            code == 255 && out.is_empty() && log.contains(reason),
            "{text}: {reason} expected, not {log}"
        );
    };
    check("", "t.json: there is nothing in it");
    check("hello", "t.json: expected value at line 1 column 1");
    check("{\"data\": [", "t.json: EOF while parsing");
    check("{\"runs\": []}", "these are not traces");
    check("{\"data\": null, \"errors\": [{\"code\": 404}]}", "these are not traces");
    check("[17]", "expected a span of Zipkin, or a list of them");
    check("17", "expected traces of Jaeger, OpenTelemetry or Zipkin");
    check("[]", "t.json: there are no spans");
    check("{\"data\": []}", "t.json: there are no spans");
    check("[{\"id\": \"1\"}]", "there are no spans; a span of Zipkin without an id, or without a trace's");
    check("[{\"traceId\": \"7\", \"id\": \"1\"}]", "the root of trace 7 has no times that can be true");
    check(
        "[{\"traceId\":\"7\",\"id\":\"1\",\"parentId\":\"1\",\"timestamp\":1,\"duration\":1}]",
        "no trace has a root: the spans of trace 7 are each other's parents",
    );
    check(&"[".repeat(100_000), "recursion limit exceeded");
    let folder = folder();
    let (code, _, log) = trace(&folder, &["nowhere.json"]);
    assert!(code == 255 && log.contains("nowhere.json: "), "{log}");
    let (code, _, log) = trace(&folder, &[]);
    assert!(code == 255 && !log.is_empty(), "{log}");
}

#[test]
fn a_small_file_that_unpacks_to_a_huge_one_is_refused() {
    let folder = folder();
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    packer.write_all(&[b' '; 8 << 20]).expect("memory can be written");
    // Members of a gzip file follow each other.
    let bomb = packer.finish().expect("memory can be written").repeat(65);
    assert!(bomb.len() < 4 << 20, "{} bytes are not small", bomb.len());
    write(folder.path(), "t.json.gz", bomb);
    let (code, out, log) = trace(&folder, &["t.json.gz"]);
    let reason = "t.json.gz: it has more than 512 MB, which is not read";
    assert!(code == 255 && out.is_empty() && log.contains(reason), "{log}");
}

#[test]
fn a_chain_of_a_hundred_thousand_spans_is_followed() {
    let folder = folder();
    let span = |at: u64| {
        let parent = if at == 0 { Value::Null } else { json!(format!("{at:x}")) };
        json!({
            "traceId": "7", "id": format!("{:x}", at + 1), "parentId": parent, "name": "call", "timestamp": 1 + at,
            "duration": 300_000 - 2 * at, "localEndpoint": { "serviceName": format!("s{}", at % 2) },
        })
    };
    let spans: Vec<Value> = (0..100_000).map(span).collect();
    write(folder.path(), "t.json", Value::Array(spans).to_string());
    let found = found(&folder, &["t.json"]);
    assert_eq!((&found["spans"], &found["mean_ms"]), (&json!(100_000), &json!(300.0)));
    let rows = found["services"].as_array().expect("a list");
    assert_eq!(rows.iter().map(|row| row["on_path"].as_u64().unwrap_or_default()).sum::<u64>(), 100_000);
    assert!(
        (rows.iter().map(|row| row["share"].as_f64().unwrap_or_default()).sum::<f64>() - 1.0).abs() < 1e-12
    );
}
