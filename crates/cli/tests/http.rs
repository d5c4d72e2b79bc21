//! `plimsoll http`, seen from outside the real binary.

mod program;

use program::{folder, plimsoll, said, shop};

/// Exit status, standard output, standard error.
fn http(args: &[&str]) -> (i32, String, String) {
    let folder = folder();
    said(plimsoll(folder.path(), &["http"]).args(args))
}

/// The results as JSON.
fn results(args: &[&str]) -> serde_json::Value {
    let (code, out, log) = http(&[args, &["--json"]].concat());
    assert_eq!(code, 0, "{out}\n{log}");
    serde_json::from_str(&out).unwrap_or_else(|why| panic!("{why}: {out}"))
}

#[test]
fn a_number_of_requests_is_sent_exactly() {
    let shop = shop();
    let json = results(&[&shop.http_url(), "-n", "300", "-c", "7"]);
    assert_eq!((json["requests"].as_u64(), json["failed"].as_u64()), (Some(300), Some(0)));
    assert_eq!(json["statuses"], serde_json::json!({ "200": 300 }));
    assert_eq!((json["users"].as_u64(), &json["response_ms"]), (Some(7), &serde_json::Value::Null));
    let share: f64 = json["service_spread_ms"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|band| band["share"].as_f64())
        .sum();
    assert!((share - 1.0).abs() < 1e-9, "{json}");
}

#[test]
fn with_a_rate_both_latencies_are_told() {
    let shop = shop();
    let json = results(&[&shop.http_url(), "-q", "200", "-d", "1", "-c", "20"]);
    let (sent, not_sent) = (json["requests"].as_u64().unwrap(), json["not_sent"].as_u64().unwrap());
    assert_eq!(sent + not_sent, 200, "{json}");
    let max = |which: &str| json[which]["max"].as_f64().expect("a number");
    assert!(max("response_ms") >= max("service_ms"), "{json}");
}

#[test]
fn method_headers_and_body_reach_the_server() {
    let shop = shop();
    let login = format!("{}/api/login", shop.http_url());
    let (code, out, _) = http(&[
        &login,
        "-n",
        "2",
        "-c",
        "1",
        "-T",
        "application/json",
        "-b",
        r#"{"email":"user1@example.com","password":"password123"}"#,
    ]);
    assert_eq!(code, 0);
    assert!(out.contains("POST http://") && !out.contains("  415"), "{out}");
    let missing = format!("{}/no-such-page", shop.http_url());
    let (code, out, _) = http(&[&missing, "-n", "3", "-c", "1", "-m", "delete", "-H", "X-A: b"]);
    assert_eq!(code, 0, "{out}");
    assert!(out.contains("DELETE http://") && out.contains("failed 3 (100.00%)"), "{out}");
    assert!(out.lines().all(|line| line.chars().count() <= 80), "{out}");
}

#[test]
fn http2_is_spoken_by_prior_knowledge() {
    let shop = shop();
    let json = results(&[&shop.http_url(), "-n", "20", "-c", "2", "--http2", "--latency-correction"]);
    assert_eq!(json["statuses"], serde_json::json!({ "200": 20 }), "{json}");
}

#[test]
fn a_target_that_is_not_there_is_a_failure() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let address = listener.local_addr().expect("it is bound").to_string();
    drop(listener);
    let (code, out, log) = http(&[&address, "-n", "4", "-c", "2"]);
    assert_eq!(code, 255, "{log}");
    assert!(out.contains("4  dial: connection refused") && !out.contains("latency"), "{out}");
    assert!(log.contains("no request was answered"), "{log}");
}

#[test]
fn mistakes_are_told_before_there_is_load() {
    let check = |args: &[&str], wanted: &str| {
        let (code, out, log) = http(args);
        assert!(code != 0 && out.is_empty() && log.contains(wanted), "{args:?}: {code} {log}");
    };
    check(&[], "where to? plimsoll http URL");
    check(&["localhost", "-c", "0"], "-c 0: that is no whole number above 0");
    check(&["localhost", "-d", "soon"], "-d soon: that is no time; write 30s or 5m");
    check(&["localhost", "-c", "5", "-n", "2"], "with fewer requests than users, some would send none");
    check(&["ftp://localhost"], "an address begins with http:// or https://");
    check(&["localhost", "-H", "nonsense"], "a header is written 'Name: value'");
    check(&["localhost", "-b", "@no-such-file"], "-b @no-such-file");
}
