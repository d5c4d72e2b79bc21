//! The slowest and the failed requests of a run, as they are kept with it and shown, without what is secret.

mod jmx;
mod program;

use std::path::Path;

use program::{folder, plimsoll, said, shop, write};
use serde_json::{Value, json};

const SCRIPT: &str = "
    import http from 'k6/http';
    import secrets from 'k6/secrets';
    export const options = { vus: 1, iterations: 20 };
    export default async function () {
        const note = await secrets.get('note');
        http.get(`${__ENV.SHOP}/bin/bytes/10`);
        http.get(`${__ENV.SHOP}/bin/status/503`);
        http.get('http://127.0.0.1:1/nobody');
        if (__ITER === 7) {
            const headers = {
                'Authorization': 'Bearer beaver7',
                'X-Note': note,
                'X-Seen': 'Bearer heron7',
                'traceparent': '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
            };
            const body = JSON.stringify({ password: 'geheim7', user: 'ann' });
            http.post(`${__ENV.SHOP}/bin/delay/400ms?token=tok7`, body, { headers, tags: { name: 'slow one' } });
        }
    }
";

/// Standard output of the program, which has to end well.
#[track_caller]
fn prints(folder: &Path, shop: &str, args: &[&str]) -> String {
    let (code, out, log) = said(plimsoll(folder, args).env("SHOP", shop).env("PLIMSOLL_STORE", "kept.db"));
    assert_eq!(code, 0, "{args:?}\n{out}\n{log}");
    out
}

fn exchanges(folder: &Path) -> Vec<Value> {
    let shown: Value =
        serde_json::from_str(&prints(folder, "", &["show", "--json", "latest"])).expect("it is JSON");
    shown["exchanges"].as_array().expect("a list").clone()
}

fn of(exchanges: &[Value], kept_as: &str) -> Vec<Value> {
    exchanges.iter().filter(|one| one["kept_as"] == kept_as).cloned().collect()
}

#[test]
fn the_slowest_and_the_failed_requests_of_a_script_are_kept() {
    let (folder, shop) = (folder(), shop());
    write(folder.path(), "t.js", SCRIPT);
    let run = ["run", "-q", "--secret-source=mock=note=s3cr3t-note", "t.js"];
    prints(folder.path(), &shop.http_url(), &run);
    let kept = exchanges(folder.path());

    let failed = of(&kept, "failed");
    let of_code = |code: u16| failed.iter().filter(|one| one["error_code"] == code).count();
    assert_eq!((failed.len(), of_code(1503), of_code(1212)), (6, 3, 3), "{failed:#?}");
    let refused = failed.iter().find(|one| one["status"] == 0).expect("nobody listens there");
    assert!(refused["error"].as_str().expect("a text").contains("connection refused"), "{refused}");
    assert_eq!(refused["url"], "http://127.0.0.1:1/nobody");

    let slow = of(&kept, "slow");
    let durations: Vec<f64> = slow.iter().filter_map(|one| one["duration"].as_f64()).collect();
    assert!(durations.len() == 10 && durations.is_sorted_by(|a, b| a >= b), "{durations:?}");
    let slowest = &slow[0];
    assert_eq!(slowest["url"], format!("{}/bin/delay/400ms?token=***", shop.http_url()));
    assert_eq!((&slowest["tags"]["name"], &slowest["method"]), (&json!("slow one"), &json!("POST")));
    assert_eq!(slowest["trace_id"], "0af7651916cd43dd8448eb211c80319c");
    // Where one phase ends and the next begins is the machine's affair; the delay lies within them all.
    assert!(slowest["duration"].as_f64().expect("a number") >= 400.0, "{slowest}");
    assert!(slowest["phases"]["waiting"].as_f64().expect("a number") > 0.0, "{slowest}");
    assert_eq!(slowest["request"]["body"], r#"{"password":"***","user":"ann"}"#);
    assert_eq!(slowest["request"]["body_bytes"], 35);
    let headers = slowest["request"]["headers"].as_array().expect("a list");
    assert!(headers.contains(&json!(["Authorization", "***"])), "{headers:?}");
    assert!(headers.contains(&json!(["X-Note", "***SECRET_REDACTED***"])), "{headers:?}");
    assert!(headers.contains(&json!(["X-Seen", "Bearer ***"])), "{headers:?}");
    let came = slowest["response"]["body"].as_str().expect("a text");
    assert!(came.contains("\"delayMs\""), "{came}");
    let all = Value::from(kept).to_string();
    for secret in ["beaver7", "heron7", "geheim7", "tok7", "s3cr3t-note"] {
        assert!(!all.contains(secret), "{secret} in {all}");
    }

    let page = prints(folder.path(), "", &["show", "latest"]);
    assert!(page.contains("code 1212") && page.contains("show --exchanges"), "{page}");
    let page = prints(folder.path(), "", &["show", "--exchanges", "latest"]);
    for wanted in ["    > POST http", "    > X-Note: ***", "    < HTTP/1.1 200", "trace: 0af7651916cd43dd"] {
        assert!(page.contains(wanted), "{wanted} in {page}");
    }
    let exported = prints(folder.path(), "", &["export", "latest"]);
    let exported: Value = serde_json::from_str(&exported).expect("it is JSON");
    assert_eq!(exported["exchanges"].as_array().map(Vec::len), Some(16));

    prints(folder.path(), &shop.http_url(), &[&run[..], &["--no-exchanges"]].concat());
    assert!(exchanges(folder.path()).is_empty(), "nobody wanted them");
}

#[test]
fn those_of_plans_are_kept_too() {
    let (folder, shop) = (folder(), shop());
    let missing = format!("{}/no-such-page", shop.http_url());
    let args = ["http", &missing, "-n", "20", "-c", "2", "-m", "POST", "-b", "a=1&password=geheim7"];
    prints(folder.path(), "", &args);
    let kept = exchanges(folder.path());
    let (failed, slow) = (of(&kept, "failed"), of(&kept, "slow"));
    assert_eq!((failed.len(), slow.len()), (3, 10));
    assert_eq!((&failed[0]["status"], &failed[0]["error_code"]), (&json!(404), &json!(1404)));
    assert_eq!(failed[0]["request"]["body"], "a=1&password=***");

    let broken = jmx::http("broken", "POST", "/bin/status/503", &[], &jmx::body("hello"), "");
    let plan = jmx::plan(&[], &jmx::group("G", "1", "5", &[], &broken));
    write(folder.path(), "t.jmx", plan);
    prints(folder.path(), "", &["run", "--quiet", &jmx::port_of(&shop), "t.jmx"]);
    let failed = of(&exchanges(folder.path()), "failed");
    assert_eq!(failed.len(), 3, "{failed:#?}");
    assert_eq!((&failed[0]["status"], &failed[0]["failed"]), (&json!(503), &json!(true)));
    assert_eq!(
        (&failed[0]["request"]["body"], &failed[0]["tags"]["name"]),
        (&json!("hello"), &json!("broken"))
    );
}
