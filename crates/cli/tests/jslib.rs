//! The helper modules that scripts import from well-known addresses: each table of cases in `jslib/` is run by
//! the real binary, which has no network to fetch anything from.

mod program;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;

use program::{folder, plimsoll, said, shop};

/// What a run said and how it ended.
struct Outcome {
    code: i32,
    out: String,
    log: String,
}

/// Runs a script of the folder with an environment of its own.
fn run(script: &str, environment: &[(&str, &str)]) -> Outcome {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/jslib");
    let folder = folder();
    for name in [script, "cases.js"] {
        std::fs::copy(source.join(name), folder.path().join(name)).expect("it stands in the folder");
    }
    let environment =
        environment.iter().flat_map(|(name, value)| ["-e".to_owned(), format!("{name}={value}")]);
    let mut command = plimsoll(folder.path(), &["run", "-q", "--log-format", "raw"]);
    let (code, out, log) = said(command.args(environment).arg(script));
    Outcome { code, out, log }
}

/// All cases of a script hold, and there are as many as are expected: a case that differs is a line of the log.
fn check(script: &str, environment: &[(&str, &str)], cases: usize) -> Outcome {
    let outcome = run(script, environment);
    let held = format!("{cases} held");
    assert!(outcome.log.lines().any(|line| line == held), "{script}: not {held}\n{}", outcome.log);
    outcome
}

/// The same, of a script that ends well and says nothing else.
fn passes(script: &str, environment: &[(&str, &str)], cases: usize) -> Outcome {
    let outcome = check(script, environment, cases);
    assert_eq!(outcome.log.trim_end(), format!("{cases} held"), "{script}");
    assert_eq!(outcome.code, 0, "{script}\n{}", outcome.out);
    outcome
}

#[test]
fn k6_utils() {
    let outcome = check("k6-utils.js", &[], 18);
    let mut said: Vec<&str> = outcome.log.lines().collect();
    said.sort_unstable();
    assert_eq!((outcome.code, said), (0, vec!["18 held", "staged"]));
}

#[test]
fn k6_summary() {
    let outcome = passes("k6-summary.js", &[], 26);
    assert!(outcome.out.contains("     iterations...........: 1 "), "{}", outcome.out);
    assert!(
        outcome.out.contains("<testsuite name=\"k6 thresholds\" tests=\"0\" failures=\"0\">"),
        "{}",
        outcome.out
    );
}

#[test]
fn k6_reporter() {
    let outcome = check("k6-reporter.js", &[], 15);
    assert_eq!(outcome.code, 99, "{}", outcome.log);
    assert!(!outcome.log.contains(" instead of "), "{}", outcome.log);
}

#[test]
fn papaparse() {
    passes("papaparse.js", &[], 36);
}

#[test]
fn jsonpath() {
    passes("jsonpath.js", &[], 37);
}

#[test]
fn ajv() {
    passes("ajv.js", &[], 53);
}

#[test]
fn k6chaijs_contracts_and_expect() {
    // First during the test, then of the summary: the names of the checks that were counted.
    let outcome = check("k6chaijs.js", &[], 66);
    assert_eq!((outcome.code, outcome.log.as_str()), (0, "66 held\n63 held\n"));
}

#[test]
fn httpx_formdata_and_form_urlencoded() {
    let shop = shop();
    passes("httpx.js", &[("BASE", &shop.http_url())], 27);
}

#[test]
fn http_instrumentation_and_totp() {
    let shop = shop();
    passes("tracing.js", &[("BASE", &shop.http_url())], 24);
}

#[test]
fn k6_testing() {
    let outcome = check("k6-testing.js", &[], 46);
    // A soft assertion marks the test as failed and goes on, any other ends it.
    assert!(outcome.log.contains("goes on"), "{}", outcome.log);
    assert!(
        !outcome.log.contains("never reached") && !outcome.log.contains(" instead of "),
        "{}",
        outcome.log
    );
    assert!(outcome.log.contains("   Error: softly\n"), "{}", outcome.log);
    assert!(outcome.log.contains("   Error: expect(received).toBe(expected)\n"), "{}", outcome.log);
    assert_eq!(outcome.code, 108, "{}", outcome.log);
}

#[test]
fn url() {
    passes("url.js", &[], 5);
}

#[test]
fn aws() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = format!("http://{}", listener.local_addr().expect("it is bound"));
    let server = std::thread::spawn(move || {
        // As many requests as the script makes, each on a connection of its own.
        for connection in listener.incoming().take(AWS_REQUESTS) {
            answer_as_aws(connection.expect("it was accepted"));
        }
    });
    passes("aws.js", &[("AWS", &address)], 17);
    server.join().expect("every request was signed as it should be");
}

const AWS_REQUESTS: usize = 12;

/// A request's first line, headers and body.
fn read_request(connection: &mut TcpStream) -> (String, Vec<String>, String) {
    let mut reader = BufReader::new(connection);
    let mut line = String::new();
    reader.read_line(&mut line).expect("a request comes");
    let mut headers = Vec::new();
    loop {
        let mut header = String::new();
        let length = reader.read_line(&mut header).expect("headers come");
        if length == 0 || header.trim().is_empty() {
            break;
        }
        headers.push(header.trim().to_ascii_lowercase());
    }
    let length = headers.iter().find_map(|header| header.strip_prefix("content-length: "));
    let mut body = vec![0; length.and_then(|length| length.parse().ok()).unwrap_or(0)];
    reader.read_exact(&mut body).expect("the body comes");
    (line.trim().to_owned(), headers, String::from_utf8_lossy(&body).into_owned())
}

fn answer_as_aws(mut connection: TcpStream) {
    let (line, headers, body) = read_request(&mut connection);
    let header = |name: &str| headers.iter().find_map(|header| header.strip_prefix(&format!("{name}: ")));
    let authorization = header("authorization").expect("it is signed");
    assert!(authorization.starts_with("aws4-hmac-sha256 credential=akidexample/"), "{authorization}");
    assert!(authorization.contains("signedheaders=") && authorization.contains("host;"), "{authorization}");
    assert!(header("x-amz-date").is_some(), "{headers:?}");
    let operation = header("x-amz-target").and_then(|target| target.split('.').next_back());
    let mut status = "200 OK";
    let text = match (line.rsplit_once(' ').map_or("", |(request, _)| request), operation) {
        (_, Some("getsecretvalue")) => json_echo("SecretString", "GetSecretValue", &body),
        (_, Some("sendmessage")) => json_echo("MessageId", "SendMessage", &body),
        ("GET /", _) => "<ListAllMyBucketsResult><Buckets>\
            <Bucket><Name>one</Name><CreationDate>1970-01-01T00:00:00.000Z</CreationDate></Bucket>\
            <Bucket><Name>two &amp; more</Name><CreationDate>1970-01-01T00:00:01.000Z</CreationDate></Bucket>\
            </Buckets></ListAllMyBucketsResult>"
            .to_owned(),
        ("GET /one/?list-type=2&prefix=a%2F", _) => "<ListBucketResult><Contents><Key>a/x.txt</Key>\
            <LastModified>2024-01-01T00:00:00Z</LastModified><ETag>&quot;e1&quot;</ETag><Size>5</Size>\
            <StorageClass>STANDARD</StorageClass></Contents></ListBucketResult>"
            .to_owned(),
        ("GET /one/a/x.txt", _) => "hello".to_owned(),
        ("POST /one/big?uploads=", _) => "<R><UploadId>u1</UploadId></R>".to_owned(),
        ("PUT /one/new" | "PUT /one/big?partNumber=1&uploadId=u1" | "POST /one/big?uploadId=u1", _) => {
            String::new()
        }
        ("DELETE /one/new", _) => String::new(),
        ("GET /one/missing", _) => {
            status = "404 Not Found";
            "<Error><Code>NoSuchKey</Code><Message>No such key</Message></Error>".to_owned()
        }
        (other, _) => panic!("nobody asks for this: {other}"),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\nETag: \"e2\"\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
        text.len()
    );
    connection.write_all(format!("{head}{text}").as_bytes()).expect("it can be answered");
}

/// An answer that holds what was asked.
fn json_echo(name: &str, operation: &str, body: &str) -> String {
    serde_json::json!({ name: format!("{operation} {body}") }).to_string()
}
