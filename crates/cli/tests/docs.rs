//! The examples of the documentation: every block marked `sh` is run against a shop, page by page.

mod program;

use std::path::{Path, PathBuf};
use std::process::Command;

use program::{folder, plimsoll, said, shop, write};

/// Where the pages say that the shop is.
const WRITTEN: &str = "http://127.0.0.1:3000";

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The blocks of a page that are marked `sh`.
fn examples(page: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut open: Option<Vec<&str>> = None;
    for line in page.lines() {
        match (&mut open, line) {
            (None, "```sh") => open = Some(Vec::new()),
            (Some(block), "```") => {
                blocks.push(block.join("\n"));
                open = None;
            }
            (Some(block), line) => block.push(line),
            (None, _) => {}
        }
    }
    blocks
}

/// Runs all examples of one page in one folder, one after the other.
fn check(page: &str) {
    let path = repository().join(page);
    let text = std::fs::read_to_string(&path).expect("the page is in the repository");
    let (shop, folder) = (shop(), folder());
    let binary = Path::new(env!("CARGO_BIN_EXE_plimsoll"));
    let tools = binary.parent().expect("the binary stands in a folder").display();
    let blocks = examples(&text);
    assert!(!blocks.is_empty(), "{page} has no examples");
    for block in blocks {
        let output = Command::new("sh")
            .args(["-eu", "-c", &block.replace(WRITTEN, &shop.http_url())])
            .current_dir(folder.path())
            .env("PATH", format!("{tools}:/usr/bin:/bin"))
            .env("HOME", folder.path())
            // A home folder among the temporary files gets no store of its own accord.
            .env("XDG_DATA_HOME", folder.path().join(".local/share"))
            .env("BASE_URL", shop.http_url())
            .output()
            .expect("every system has sh");
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{page}:\n{block}\nended with {}\n{out}\n{err}", output.status);
    }
}

/// The scripts of a page, which are its blocks marked `js`, each with what it prints: the block marked `text`
/// behind it.
fn scripts(page: &str) -> Vec<(String, String)> {
    let mut scripts = Vec::new();
    let mut blocks = page.split("\n```").skip(1).step_by(2).peekable();
    while let Some(block) = blocks.next() {
        let Some(script) = block.strip_prefix("js\n") else { continue };
        let printed = blocks.peek().and_then(|block| block.strip_prefix("text\n")).unwrap_or_default();
        scripts.push((script.to_owned(), printed.to_owned()));
    }
    scripts
}

/// The files of a page: its blocks marked with a file's name.
fn files(page: &str) -> Vec<(&str, &str)> {
    let blocks = page.split("\n```").skip(1).step_by(2).filter_map(|block| block.split_once('\n'));
    blocks.filter(|(name, _)| name.contains('.')).collect()
}

/// Runs all scripts of one page, each with its own shop, and compares what they print.
fn check_scripts(page: &str) {
    let text = std::fs::read_to_string(repository().join(page)).expect("the page is in the repository");
    let scripts = scripts(&text);
    assert!(!scripts.is_empty(), "{page} has no scripts");
    for (script, printed) in scripts {
        let shop = shop();
        let folder = folder();
        let address = shop.http_url();
        let own = WRITTEN.trim_start_matches("http");
        let script = script.replace(own, address.trim_start_matches("http"));
        for (name, content) in files(&text) {
            write(folder.path(), name, format!("{content}\n"));
        }
        write(folder.path(), "script.js", &script);
        let mut command = plimsoll(folder.path(), &["run", "-q", "--log-format", "raw", "script.js"]);
        let (code, _, log) = said(command.env("PATH", "/usr/bin:/bin"));
        let said = log.replace(address.trim_start_matches("http"), own);
        assert_eq!(code, 0, "{page}:\n{script}\n{said}");
        assert_eq!(said.trim_end(), printed.trim_end(), "{page}:\n{script}");
    }
}

macro_rules! script_pages {
    ($($name:ident: $page:literal),* $(,)?) => { $(#[test] fn $name() { check_scripts($page); })* };
}

script_pages! {
    script_lifecycle: "docs/script/lifecycle.md",
    script_elements: "docs/script/elements.md",
    script_aws: "docs/script/aws.md",
    script_console: "docs/script/console.md",
    script_k6: "docs/script/k6.md",
    script_execution: "docs/script/execution.md",
    script_http: "docs/script/http.md",
    script_metrics: "docs/script/metrics.md",
    script_encoding: "docs/script/encoding.md",
    script_crypto: "docs/script/crypto.md",
    script_data: "docs/script/data.md",
    script_faker: "docs/script/faker.md",
    script_files: "docs/script/files.md",
    script_graphql: "docs/script/graphql.md",
    script_state: "docs/script/state.md",
    script_streams: "docs/script/streams.md",
    script_timers: "docs/script/timers.md",
    script_modules: "docs/script/modules.md",
    script_jslib: "docs/script/jslib.md",
    script_html: "docs/script/html.md",
    script_globals: "docs/script/globals.md",
    script_websockets: "docs/script/websockets.md",
    script_ws: "docs/script/ws.md",
}

macro_rules! pages {
    ($($name:ident: $page:literal),* $(,)?) => { $(#[test] fn $name() { check($page); })* };
}

pages! {
    readme: "README.md",
    commands: "docs/commands.md",
    comparing_runs: "docs/judgement/comparing.md",
    traces: "docs/judgement/traces.md",
    executors: "docs/executors.md",
    getting_started: "docs/getting-started.md",
    http: "docs/http.md",
    store: "docs/store.md",
    metrics_and_thresholds: "docs/metrics-and-thresholds.md",
    options: "docs/options.md",
    outputs: "docs/outputs.md",
    report: "docs/report.md",
    script_lifecycle_summary: "docs/script/lifecycle.md",
    script_console_trace: "docs/script/console.md",
    script_execution_status: "docs/script/execution.md",
    convert: "docs/convert.md",
    plan: "docs/plan.md",
    judgement_capacity: "docs/judgement/capacity.md",
    judgement_history: "docs/judgement/history.md",
    judgement_trends: "docs/judgement/trends.md",
    judgement_verdicts: "docs/judgement/verdicts.md",
    script_secrets: "docs/script/secrets.md",
}

#[test]
fn no_page_with_examples_is_left_out() {
    let listed = include_str!("docs.rs");
    for folder in ["docs", "docs/judgement", "docs/script"] {
        for entry in std::fs::read_dir(repository().join(folder)).expect("it is a folder") {
            let path = entry.expect("it can be listed").path();
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            let name = format!("{folder}/{}", path.file_name().unwrap_or_default().to_string_lossy());
            let bare = examples(&text).is_empty() && (folder != "docs/script" || scripts(&text).is_empty());
            assert!(bare || listed.contains(&format!("\"{name}\"")), "{name} is not run");
        }
    }
}
