//! Slips in scripts, as the real binary tells of them: the place in the user's own text, and what to do.

mod program;

use std::process::{Command, Stdio};

use program::{folder, plimsoll, said, texts, write};

/// Exit status and log of `t.js` with this text.
fn run(script: &str) -> (i32, String) {
    let folder = folder();
    write(folder.path(), "t.js", script);
    write(folder.path(), "lib.js", "export const one = 1;\nexport { two } from './gone.js';\n");
    // On a terminal of its own: what to do is for people.
    let program = env!("CARGO_BIN_EXE_plimsoll");
    let output = Command::new("script")
        .args(["-qec", &format!("{program} run -q --summary-mode disabled t.js"), "/dev/null"])
        .current_dir(folder.path())
        .env_clear()
        .env("HOME", folder.path())
        .env("PATH", "/usr/bin:/bin")
        .stdin(Stdio::null())
        .output()
        .expect("it starts");
    let (code, shown, _) = texts(&output);
    (code, shown)
}

#[test]
fn slips_are_told_with_their_place_and_what_to_do() {
    let check = |script: &str, status: i32, wanted: &[&str]| {
        let (code, log) = run(script);
        assert_eq!(code, status, "{script}: {log}");
        for part in wanted {
            assert!(log.contains(part), "{part} is not said of {script}: {log}");
        }
    };
    let none = "export default () => {};";
    check(
        "import http from 'k6/htp';\nexport default () => {};",
        107,
        &["unknown modules", "/t.js:1:18(0)", "did you mean", "k6/http"],
    );
    check(
        "import k6 from 'k6';\nimport x from './missing.js';\nexport default () => {};",
        107,
        &["./missing.js", "/t.js:2:15(0)", "relative paths"],
    );
    check(
        "import { one } from './lib.js';\nexport default () => {};",
        107,
        &["./gone.js", "/lib.js:2:21(0)"],
    );
    check(
        "import 'moment';\nexport default () => {};",
        107,
        &["moment", "/t.js:1:8(0)", "npm install moment"],
    );
    check(
        "const d = open('./no.json');\nexport default () => {};",
        107,
        &["no.json", "/t.js:1:", "relative"],
    );
    check(
        "export default () => {\n  let x = ;\n};",
        107,
        &["SyntaxError", "/t.js:2:11(0)", "  2 |   let x = ;", "    |           ^"],
    );
    check("export default () => {\n  http.get('/');\n};", 0, &["/t.js:2:3(0)", "import http from 'k6/http'"]);
    check("export default () => { Buffer.from('a'); };", 0, &["/t.js:1:24(0)", "Uint8Array"]);
    let scenario = |executor: &str| {
        format!("export const options = {{ scenarios: {{ a: {{ executor: '{executor}' }} }} }};\n{none}")
    };
    check(
        &scenario("constant-vu"),
        104,
        &["unknown executor type 'constant-vu'", "did you mean 'constant-vus'?"],
    );
    check(&scenario("soak"), 104, &["unknown executor type", "shared-iterations, per-vu-iterations"]);
    let threshold = format!("export const options = {{ thresholds: {{ http_reqs: ['p95<500'] }} }};\n{none}");
    check(&threshold, 104, &["p95<500", "'p(95)<500'"]);
}

/// A file that is not there is told of in the words of the tool whose test it would have been, with its exit status.
#[test]
fn a_missing_file_ends_as_with_the_tool_that_its_name_tells() {
    let folder = folder();
    let check = |file: &str, status: i32, wanted: &str| {
        let words: Vec<&str> = ["run"].into_iter().chain(file.split(' ')).collect();
        let (code, _, log) = said(&mut plimsoll(folder.path(), &words));
        assert_eq!(code, status, "{file}: {log}");
        assert!(log.contains(wanted), "{wanted} is not said of {file}: {log}");
    };
    check("plan.jmx", 1, "An error occurred: The file /");
    check("plan.jmx", 1, "/plan.jmx doesn't exist or can't be opened");
    check("-n -t plan.jmx -l out.jtl -Jusers=1", 1, "/plan.jmx doesn't exist");
    check("--overrides {} load.yml", 1, "/load.yml'");
    check("load.yml", 1, "ENOENT: no such file or directory, open '/");
    check("plimsoll.yaml", 255, "plimsoll.yaml");
    check("script.js", 255, "The moduleSpecifier");
}
