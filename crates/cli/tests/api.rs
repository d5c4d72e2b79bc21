//! The REST API of a run and the commands that use it, from outside the real binary.

mod program;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};

use program::{folder, plimsoll, texts, write};
use serde_json::{Value, json};

/// A run that serves the API, and the log behind its address.
struct Served {
    folder: tempfile::TempDir,
    child: Child,
    log: BufReader<std::process::ChildStderr>,
    said: String,
    address: String,
}

impl Served {
    fn start(script: &str, args: &[&str]) -> Self {
        let folder = folder();
        write(folder.path(), "t.js", script);
        let args = [&["run", "-q", "--address", "127.0.0.1:0"], args, &["t.js"]].concat();
        let mut child = plimsoll(folder.path(), &args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let log = BufReader::new(child.stderr.take().expect("it is piped"));
        let mut served = Self { folder, child, log, said: String::new(), address: String::new() };
        let line = served.until("REST API server on ");
        let (_, address) = line.split_once("server on ").expect("it was looked for");
        served.address = address.trim().trim_end_matches('"').to_owned();
        served
    }

    /// Reads the log up to a line with `text`, and gives the line.
    fn until(&mut self, text: &str) -> String {
        loop {
            let mut line = String::new();
            let read = self.log.read_line(&mut line).expect("the log can be read");
            assert!(read > 0, "{text:?} was never said: {}", self.said);
            self.said.push_str(&line);
            if line.contains(text) {
                return line;
            }
        }
    }

    fn ask(&self, method: &str, path: &str, body: &str) -> (u16, Value) {
        let mut stream = TcpStream::connect(&self.address).expect("the API is there");
        let length = body.len();
        write!(stream, "{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n{body}")
            .expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        let (head, body) = answer.split_once("\r\n\r\n").expect("an answer has a head");
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        (status.expect("an answer has a status"), serde_json::from_str(body).unwrap_or_default())
    }

    fn attributes(&self) -> Value {
        self.ask("GET", "/v1/status", "").1["data"]["attributes"].clone()
    }

    /// Waits for a stage of the run.
    fn reach(&self, stage: u64) -> Value {
        for _ in 0..500 {
            let attributes = self.attributes();
            if attributes["status"] == stage {
                return attributes;
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        panic!("stage {stage} was never reached: {}", self.attributes());
    }

    fn change(&self, attributes: &Value) -> (u16, Value) {
        let document = json!({ "data": { "type": "status", "id": "default", "attributes": attributes } });
        self.ask("PATCH", "/v1/status", &document.to_string())
    }

    fn command(&self, args: &[&str]) -> (i32, String, String) {
        texts(
            &plimsoll(self.folder.path(), &[args, &["--address", &self.address]].concat())
                .output()
                .expect("it starts"),
        )
    }

    fn end(mut self) -> (i32, String, String) {
        let output = self.child.wait_with_output().expect("it ends");
        self.log.read_to_string(&mut self.said).expect("the log is text");
        let (code, out, _) = texts(&output);
        (code, out, self.said)
    }
}

const LOAD: &str = "
    import { check, group, sleep } from 'k6';
    export const options = { vus: 2, duration: '60s', thresholds: { checks: ['rate>0.9'], iterations: ['count>1'] } };
    export function setup() { console.log('set up'); return { from: 'setup' }; }
    export default function (data) {
      if (__ITER === 3 && __VU === 1) console.log('running with ' + data.from);
      group('outer', () => group('inner', () => check(1, { fails: (one) => one === 2 })));
      sleep(0.01);
    }
    export function teardown(data) { console.log('torn down ' + data.from); }
";

#[test]
fn a_paused_run_is_resumed_looked_at_and_stopped() {
    let mut run = Served::start(LOAD, &["--paused", "--no-setup"]);
    let status = run.reach(4);
    assert_eq!(
        status,
        json!({ "status": 4, "paused": true, "vus": 0, "vus-max": 2, "stopped": false, "running": false, "tainted": false })
    );
    assert_eq!(run.ask("GET", "/v1/setup", "").1["data"]["attributes"]["data"], Value::Null);
    let (code, data) = run.ask("PUT", "/v1/setup", r#"{"from":"outside"}"#);
    assert_eq!((code, &data["data"]["type"]), (200, &json!("setupData")), "{data}");
    assert_eq!(run.ask("PUT", "/v1/setup", "{").0, 400);
    let (code, out, log) = run.command(&["resume"]);
    assert_eq!(code, 0, "{log}");
    assert!(out.contains("paused: false\n"), "{out}");
    run.until("running with outside");
    let status = run.reach(7);
    assert_eq!((&status["vus"], &status["running"]), (&json!(2), &json!(true)), "{status}");
    for _ in 0..100 {
        // Thresholds are judged every two seconds.
        if run.attributes()["tainted"] == true {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    let checks = run.ask("GET", "/v1/metrics/checks", "").1["data"].clone();
    assert_eq!(
        checks["attributes"],
        json!({ "type": "rate", "contains": "default", "tainted": true, "sample": { "rate": 0.0 } })
    );
    let (code, iterations) = run.ask("GET", "/v1/metrics/iterations", "");
    assert_eq!((code, &iterations["data"]["attributes"]["type"]), (200, &json!("counter")));
    assert!(iterations["data"]["attributes"]["sample"]["count"].as_f64() > Some(1.0), "{iterations}");
    let (code, missing) = run.ask("GET", "/v1/metrics/nothing", "");
    assert_eq!((code, &missing["errors"][0]["title"]), (404, &json!("Not Found")));
    let all = run.ask("GET", "/v1/metrics", "").1;
    let trend = all["data"].as_array().expect("a list").iter().find(|one| one["id"] == "iteration_duration");
    let sample = &trend.expect("it is measured")["attributes"]["sample"];
    assert!(
        ["avg", "min", "med", "max", "p(90)", "p(95)"].iter().all(|name| sample[name].is_number()),
        "{sample}"
    );
    let groups = run.ask("GET", "/v1/groups", "").1;
    let paths: Vec<&Value> =
        groups["data"].as_array().expect("a list").iter().map(|one| &one["attributes"]["path"]).collect();
    assert_eq!(paths, ["", "::outer", "::outer::inner"]);
    let inner =
        run.ask("GET", &format!("/v1/groups/{}", groups["data"][2]["id"].as_str().expect("an id")), "").1;
    assert!(inner["data"]["attributes"]["checks"][0]["fails"].as_u64() > Some(0), "{inner}");
    assert_eq!(run.attributes()["tainted"], true);

    let (code, out, _) = run.command(&["stats"]);
    assert!(code == 0 && out.contains("- name: iterations\n  type: counter\n"), "{out}");
    let (code, out, _) = run.command(&["pause"]);
    assert!(code == 0 && out.contains("paused: true\n"), "{out}");
    let (code, out, _) = run.command(&["status"]);
    assert!(code == 0 && out.contains("status: 7\npaused: true\n"), "{out}");
    let (code, _, log) = run.command(&["scale", "--vus", "5"]);
    assert!(code == 255 && log.contains("each scenario decides the number of its users"), "{log}");
    assert_eq!(run.change(&json!({ "stopped": true })).0, 200);
    let (code, out, log) = run.end();
    assert_eq!(code, 103, "{log}");
    assert!(log.contains("test run stopped from the REST API"), "{log}");
    assert!(log.contains("torn down outside") && !log.contains("set up"), "{log}");
    assert!(out.contains("iterations"), "{out}");
}

#[test]
fn setup_and_teardown_are_run_on_demand_and_the_api_lingers() {
    let script = LOAD.replace("duration: '60s'", "iterations: 20");
    let mut run = Served::start(&script, &["--paused", "--no-setup", "--no-teardown", "--linger"]);
    run.reach(4);
    let (code, data) = run.ask("POST", "/v1/setup", "");
    assert_eq!((code, &data["data"]["attributes"]["data"]), (200, &json!({ "from": "setup" })), "{data}");
    assert_eq!(run.change(&json!({ "paused": false })).0, 200);
    run.until("running with setup");
    let status = run.reach(9);
    assert_eq!((&status["stopped"], &status["running"]), (&json!(false), &json!(false)));
    assert_eq!(run.ask("GET", "/v1/metrics/iterations", "").1["data"]["attributes"]["sample"]["count"], 20.0);
    assert_eq!(run.ask("POST", "/v1/teardown", ""), (200, Value::Null));
    run.until("torn down setup");
    let kill = Command::new("kill").args(["-s", "INT", &run.child.id().to_string()]).status();
    assert!(kill.is_ok_and(|status| status.success()));
    let (code, _, log) = run.end();
    assert_eq!(code, 99, "the thresholds are crossed, whatever ends the lingering: {log}");
    assert_eq!(log.matches("torn down").count(), 1, "{log}");
}

/// A run whose output nobody reads, which is a pipe, and that pipe: more is written to it than it holds.
fn stalled() -> (Served, std::fs::File) {
    let folder = folder();
    let pipe = folder.path().join("samples.json");
    assert!(Command::new("mkfifo").arg(&pipe).status().is_ok_and(|status| status.success()));
    let script = "
        import { Counter } from 'k6/metrics';
        const sold = new Counter('sold');
        export const options = { vus: 1, iterations: 3000 };
        export default function () { sold.add(1); }
    ";
    // Whoever opens one end of a pipe waits for the other.
    let path = pipe.clone();
    let reader = std::thread::spawn(move || std::fs::File::open(path));
    let run = Served::start(script, &["--out", &format!("json={}", pipe.display())]);
    let reader = reader.join().expect("it does not panic").expect("it can be opened");
    drop(folder);
    (run, reader)
}

#[test]
fn a_run_answers_while_its_outputs_finish() {
    let (run, mut reader) = stalled();
    // It is over, and the output has not finished: nobody has read from it.
    let status = run.reach(9);
    assert_eq!((&status["stopped"], &status["running"]), (&json!(false), &json!(false)), "{status}");
    let mut samples = String::new();
    reader.read_to_string(&mut samples).expect("it is text");
    let (code, _, log) = run.end();
    assert_eq!((code, samples.matches("\"metric\":\"sold\"").count()), (0, 3_001), "{log}");
    assert!(!log.contains("did not finish") && !log.contains("did not reach"), "{log}");
}

#[test]
fn two_signals_leave_an_output_behind_that_does_not_finish() {
    let (mut run, reader) = stalled();
    run.reach(9);
    for text in ["", "a second signal came"] {
        let kill = Command::new("kill").args(["-s", "INT", &run.child.id().to_string()]).status();
        assert!(kill.is_ok_and(|status| status.success()));
        if text.is_empty() {
            // The first is heard when the answer to a later question says so.
            run.reach(10);
        } else {
            run.until(text);
        }
    }
    let (code, _, log) = run.end();
    drop(reader);
    assert_eq!(code, 0, "the load had run as planned: {log}");
    assert!(log.contains("an output did not finish in time, what it wrote is incomplete"), "{log}");
}

#[test]
fn setup_that_throws_on_demand_is_told_to_whoever_asked() {
    let script = "
        export function setup() { throw new Error('not today'); }
        export default function () {}
        export function teardown() { for (;;); }
        export const options = { teardownTimeout: '1s' };
    ";
    let run = Served::start(script, &["--paused", "--no-setup", "--no-teardown"]);
    run.reach(4);
    let (code, data) = run.ask("POST", "/v1/setup", "");
    assert_eq!((code, &data["errors"][0]["title"]), (500, &json!("Error executing setup")), "{data}");
    assert!(data.to_string().contains("not today"), "{data}");
    let (code, data) = run.ask("POST", "/v1/teardown", "");
    assert!(code == 500 && data.to_string().contains("teardown() execution timed out"), "{data}");
    assert_eq!(run.change(&json!({ "paused": false })).0, 200);
    assert_eq!(run.end().0, 0);
}

#[test]
fn an_address_that_is_taken_keeps_the_run_from_starting() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let address = taken.local_addr().expect("it is bound").to_string();
    let folder = folder();
    std::fs::write(folder.path().join("t.js"), "export default function () { console.log('load'); }")
        .expect("a temporary folder can be written");
    let output =
        plimsoll(folder.path(), &["run", "--address", &address, "t.js"]).output().expect("it starts");
    let (code, _, log) = texts(&output);
    assert_eq!(code, 106, "{log}");
    assert!(log.contains("Error from API server") && !log.contains("load"), "{log}");
    // Nobody listens where the run would have: the commands say what to do.
    drop(taken);
    let output = plimsoll(folder.path(), &["status", "--address", &address]).output().expect("it starts");
    let (code, _, log) = texts(&output);
    assert_eq!(code, 255, "{log}");
    assert!(
        log.contains("no answer from the REST API at") && log.contains("start the run with --address"),
        "{log}"
    );
}
