//! JMeter plans as people write them, run by the built program against the demo shop.

mod program;

use std::path::Path;
use std::process::Output;

use program::{folder, plimsoll, shop, write};

/// A folder with files, and what came of running one of them there.
struct Ran {
    output: Output,
    folder: tempfile::TempDir,
}

impl Ran {
    fn log(&self) -> String {
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        format!("{}\n{}", text(&self.output.stdout), text(&self.output.stderr))
    }

    /// Label and success of each row of the result file.
    fn rows(&self) -> Vec<(String, String)> {
        let text = std::fs::read_to_string(self.folder.path().join("out.jtl")).expect("there are results");
        let row = |line: &str| {
            let fields: Vec<&str> = line.split(',').collect();
            (fields[2].to_owned(), fields[7].to_owned())
        };
        text.lines().skip(1).map(row).collect()
    }

    #[track_caller]
    fn counts(&self, wanted: &[(&str, usize)]) {
        let rows = self.rows();
        for (label, count) in wanted {
            let got = rows.iter().filter(|(name, success)| name == label && success == "true").count();
            assert_eq!(got, *count, "{label}\n{rows:?}\n{}", self.log());
        }
        assert_eq!(rows.len(), wanted.iter().map(|(_, count)| count).sum::<usize>(), "{rows:?}");
    }
}

fn run(files: &[(&str, &str)], args: &[&str]) -> Ran {
    let folder = folder();
    for (name, text) in files {
        write(folder.path(), name, text);
    }
    let args = [&["run", "--quiet", "-l", "out.jtl"], args, &[files[0].0]].concat();
    let output = plimsoll(folder.path(), &args).env("TZ", "UTC").output().expect("it starts");
    Ran { output, folder }
}

#[test]
fn the_corpus_plan_runs_as_it_is() {
    let shop = shop();
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus-jmeter/ecommerce.jmx"));
    let text = std::fs::read_to_string(path).expect("the corpus is in the repository");
    let property = format!("-Jbase_url={}", shop.http_url());
    let ran = run(&[("ecommerce.jmx", &text)], &[&property, "--time-scale", "0.001"]);
    assert_eq!(ran.output.status.code(), Some(0), "{}", ran.log());
    let log = ran.log();
    for lenient in [
        "before the XML declaration",
        "the property TestPlan.arguments",
        "the host is an address",
        "the property HTTPsampler.header_manager",
    ] {
        assert_eq!(log.matches(lenient).count(), 1, "{lenient} is told once: {log}");
    }
    // Fifty threads, ten loops, one request each.
    ran.counts(&[("Login", 500)]);
}

#[test]
fn strict_refuses_what_jmeter_would_have_refused() {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus-jmeter/ecommerce.jmx"));
    let text = std::fs::read_to_string(path).expect("the corpus is in the repository");
    let ran = run(&[("ecommerce.jmx", &text)], &["--strict"]);
    assert_eq!(ran.output.status.code(), Some(1), "{}", ran.log());
    assert!(ran.log().contains("before the XML declaration"), "{}", ran.log());
}

fn plan(inner: &str) -> String {
    format!(
        r#"<jmeterTestPlan><hashTree><TestPlan testname="Plan"/><hashTree>
<ThreadGroup testname="Users"><stringProp name="ThreadGroup.num_threads">3</stringProp>
<elementProp name="ThreadGroup.main_controller" elementType="LoopController"><stringProp name="LoopController.loops">2</stringProp></elementProp>
</ThreadGroup><hashTree>{inner}</hashTree></hashTree></hashTree></jmeterTestPlan>"#
    )
}

fn texts(pairs: &[(&str, &str)]) -> String {
    let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;");
    pairs
        .iter()
        .map(|(name, value)| format!("<stringProp name=\"{name}\">{}</stringProp>", escaped(value)))
        .collect()
}

/// Logging in with data, a token that the next request needs, a loop, and assertions.
#[test]
fn a_journey_has_exact_counts() {
    let shop = shop();
    let body = r#"<boolProp name="HTTPSampler.postBodyRaw">true</boolProp><elementProp name="HTTPsampler.Arguments" elementType="Arguments">
<collectionProp name="Arguments.arguments"><elementProp name="" elementType="HTTPArgument"><stringProp name="Argument.value">{"email":"${email}","password":"${password}"}</stringProp></elementProp></collectionProp></elementProp>"#;
    let header = |name: &str, value: &str| {
        format!(
            r#"<HeaderManager><collectionProp name="HeaderManager.headers"><elementProp name="" elementType="Header">{}</elementProp></collectionProp></HeaderManager><hashTree/>"#,
            texts(&[("Header.name", name), ("Header.value", value)])
        )
    };
    let inner = format!(
        r#"<CSVDataSet testname="Data">{data}</CSVDataSet><hashTree/>
<HTTPSamplerProxy testname="login">{login}{body}</HTTPSamplerProxy><hashTree>{json}
<JSONPostProcessor testname="token">{token}</JSONPostProcessor><hashTree/>
<ResponseAssertion testname="ok"><collectionProp name="Asserion.test_strings"><stringProp name="1">200</stringProp></collectionProp>{ok}</ResponseAssertion><hashTree/></hashTree>
<LoopController testname="Loop"><stringProp name="LoopController.loops">2</stringProp></LoopController><hashTree>
<HTTPSamplerProxy testname="products">{products}</HTTPSamplerProxy><hashTree>{bearer}</hashTree></hashTree>"#,
        data = texts(&[("filename", "users.csv"), ("variableNames", "email,password"), ("delimiter", ",")]),
        login = texts(&[
            ("HTTPSampler.domain", "127.0.0.1"),
            ("HTTPSampler.port", "${__P(port)}"),
            ("HTTPSampler.path", "/api/auth/login"),
            ("HTTPSampler.method", "POST"),
        ]),
        json = header("Content-Type", "application/json"),
        token = texts(&[
            ("JSONPostProcessor.referenceNames", "token"),
            ("JSONPostProcessor.jsonPathExprs", "$.token"),
            ("JSONPostProcessor.match_numbers", "1"),
        ]),
        ok = texts(&[("Assertion.test_field", "Assertion.response_code"), ("Assertion.test_type", "8")]),
        products = texts(&[
            ("HTTPSampler.domain", "127.0.0.1"),
            ("HTTPSampler.port", "${__P(port)}"),
            ("HTTPSampler.path", "/api/products"),
            ("HTTPSampler.method", "GET"),
        ]),
        bearer = header("Authorization", "Bearer ${token}"),
    );
    let port = shop.http_url().rsplit(':').next().unwrap_or_default().trim_end_matches('/').to_owned();
    let users = "user1@test.com,password123\nuser2@test.com,password123\n";
    let ran = run(&[("journey.jmx", &plan(&inner)), ("users.csv", users)], &[&format!("-Jport={port}")]);
    assert_eq!(ran.output.status.code(), Some(0), "{}", ran.log());
    ran.counts(&[("login", 6), ("products", 12)]);
    assert!(ran.log().contains("summary =     18 in "), "{}", ran.log());
}

#[test]
fn what_cannot_run_is_told_before_anything_runs() {
    let check = |inner: &str, part: &str| {
        let ran = run(&[("p.jmx", &plan(inner))], &[]);
        assert_ne!(ran.output.status.code(), Some(0), "{}", ran.log());
        assert!(ran.log().contains(part), "{part}: {}", ran.log());
        assert!(!ran.folder.path().join("out.jtl").exists());
    };
    check("<SmtpSampler testname=\"mail\"/><hashTree/>", "SmtpSampler");
    check(
        "<JavaSampler testname=\"j\"><stringProp name=\"classname\">com.example.Own</stringProp></JavaSampler><hashTree/>",
        "com.example.Own",
    );
    let other = texts(&[("dataSource", "db"), ("dbUrl", "jdbc:oracle:thin:@h:1521/x")]);
    check(&format!("<JDBCDataSource>{other}</JDBCDataSource><hashTree/>"), "jdbc:oracle");
    for (url, part) in [
        ("jdbc:postgresql://h/x?sslmode=maybe", "the database db: sslmode=maybe is not known"),
        ("jdbc:mysql://h/x?clientCertificateKeyStoreUrl=file:a.jceks", "the store file:a.jceks is not read"),
        (
            "jdbc:mariadb://h/x?sslMode=trust&enabledSslCipherSuites=a",
            "enabledSslCipherSuites=a is not supported",
        ),
        ("jdbc:mysql:loadbalance://h/x", "jdbc:mysql:loadbalance://h/x"),
    ] {
        let pool = texts(&[("dataSource", "db"), ("dbUrl", url)]);
        check(&format!("<JDBCDataSource>{pool}</JDBCDataSource><hashTree/>"), part);
    }
    check("<com.example.Nope testname=\"x\"/><hashTree/>", "com.example.Nope");
    let script =
        texts(&[("script", "java.nio.channels.FileChannel.open(null)"), ("scriptLanguage", "groovy")]);
    check(
        &format!("<JSR223Sampler testname=\"s\">{script}</JSR223Sampler><hashTree/>"),
        "java.nio.channels.FileChannel",
    );
}

#[test]
fn what_cannot_run_fails_when_it_is_allowed() {
    let ran =
        run(&[("p.jmx", &plan("<SmtpSampler testname=\"mail\"/><hashTree/>"))], &["--allow-unsupported"]);
    assert_eq!(ran.output.status.code(), Some(0), "{}", ran.log());
    assert_eq!(ran.rows(), vec![("mail".to_owned(), "false".to_owned()); 6]);
}

#[test]
fn a_report_says_what_was_counted() {
    let inner = "<DebugSampler testname=\"d\"/><hashTree/>";
    let ran = run(&[("p.jmx", &plan(inner))], &["-e", "-o", "report"]);
    assert_eq!(ran.output.status.code(), Some(0), "{}", ran.log());
    let text =
        std::fs::read_to_string(ran.folder.path().join("report/statistics.json")).expect("there is a report");
    let report: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
    assert_eq!((&report["d"]["sampleCount"], &report["Total"]["errorCount"]), (&6.into(), &0.into()));
    let page = std::fs::read_to_string(ran.folder.path().join("report/index.html")).expect("there is a page");
    assert!(page.starts_with("<!doctype html>") && page.contains("iterations"), "{}", &page[..200]);
}
