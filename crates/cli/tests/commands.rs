//! The real binary: what each command prints and with which status it ends.

mod program;

use std::path::Path;

use program::{folder, plimsoll, said};

/// Exit status, standard output and standard error, where programs of the system can be found.
fn with_tools(folder: &Path, args: &[&str]) -> (i32, String, String) {
    said(plimsoll(folder, args).env("PATH", "/usr/bin:/bin"))
}

/// Runs in an empty folder and checks the status, and that both streams contain what is wanted.
fn check(args: &[&str], code: i32, stdout: &str, stderr: &str) {
    let folder = folder();
    let (status, out, err) = with_tools(folder.path(), args);
    assert_eq!(status, code, "{args:?}\n{out}\n{err}");
    assert!(out.contains(stdout), "{args:?}: {stdout:?} expected on standard output:\n{out}");
    assert!(err.contains(stderr), "{args:?}: {stderr:?} expected on standard error:\n{err}");
    assert!(!stderr.is_empty() || err.is_empty(), "{args:?}: nothing expected on standard error:\n{err}");
}

#[test]
fn version_is_for_people_and_programs() {
    check(&["version"], 0, concat!("plimsoll v", env!("CARGO_PKG_VERSION")), "");
    check(&["version", "--json"], 0, concat!("{\"version\":\"v", env!("CARGO_PKG_VERSION"), "\""), "");
    check(&["--version"], 0, env!("CARGO_PKG_VERSION"), "");
}

#[test]
fn completion_knows_commands_and_flags() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        check(&["completion", shell], 0, "completion", "");
    }
}

#[test]
fn mistakes_on_the_command_line_end_with_255() {
    let said = |sentence: &str| format!("level=error msg=\"{sentence}\"");
    check(&["walk"], 255, "", &said(r#"unknown command \"walk\" for \"plimsoll\""#));
    check(&["version", "--nope"], 255, "", &said("unknown flag: --nope"));
    check(&["--log-output=nowhere", "version"], 255, "", &said("unsupported log output 'nowhere'"));
    check(&["version", "--quiet=maybe"], 255, "", "invalid argument");
}

#[test]
fn cloud_is_refused_with_advice() {
    let refused = "does not run tests in Grafana Cloud k6 and uploads nothing there";
    for rest in [
        &["run", "--local-execution", "--no-archive-upload", "x.js"][..],
        &["login", "--token", "x"],
        &["upload", "x.js"],
        &["project", "list"],
        &["x.js"],
        &[],
    ] {
        check(&[&["cloud"], rest].concat(), 255, "", refused);
    }
    check(&["cloud"], 255, "", "hint=");
    check(&["login", "cloud"], 255, "", "unknown command");
    check(&["run", "--no-cloud-logs", "x.js"], 255, "", "unknown flag: --no-cloud-logs");
    let folder = folder();
    std::fs::write(folder.path().join("x.js"), "export default function () {}").expect("a temporary folder");
    let (code, _, log) = with_tools(folder.path(), &["run", "--out", "cloud", "x.js"]);
    assert_eq!(code, 255, "{log}");
    assert!(log.contains("could not create the 'cloud' output: plimsoll uploads nothing"), "{log}");
}

#[test]
fn logs_go_where_and_look_as_asked() {
    check(
        &["--log-format=raw", "cloud"],
        255,
        "",
        "plimsoll does not run tests in Grafana Cloud k6 and uploads nothing there\n",
    );
    check(&["--log-format=json", "cloud"], 255, "", "{\"hint\":");
    check(&["--log-output=stdout", "cloud"], 255, "level=error", "");
    let folder = folder();
    let (_, _, log) = with_tools(folder.path(), &["--log-output=file=logs/all.log", "cloud"]);
    assert_eq!(log, "");
    assert!(std::fs::read_to_string(folder.path().join("logs/all.log")).unwrap().contains("level=error"));
}

#[test]
fn new_writes_a_script_once() {
    let folder = folder();
    let (_, first, _) = with_tools(folder.path(), &["new", "--template", "smoke", "a.js"]);
    assert_eq!(first, "New script created: a.js (smoke template).\n");
    assert!(std::fs::read_to_string(folder.path().join("a.js")).unwrap().contains("export default function"));
    assert_eq!(with_tools(folder.path(), &["new", "a.js"]).0, 255);
    assert_eq!(with_tools(folder.path(), &["new", "a.js", "-f"]).0, 0);
    assert_eq!(with_tools(folder.path(), &["new"]).0, 0);
    assert!(folder.path().join("script.js").exists());
}
