//! Files that were made to do harm, given to the built program: each is refused with its file and line, and quickly.

mod jmx;
mod program;

use std::path::{Path, PathBuf};

use program::{folder, plimsoll, said, write};

/// Exit status and all that was said of checking a file.
fn check(folder: &Path, args: &[&str]) -> (i32, String) {
    all_said(folder, &[&["check"], args].concat())
}

/// Exit status and all that was said.
fn all_said(folder: &Path, args: &[&str]) -> (i32, String) {
    let (code, out, log) = said(&mut plimsoll(folder, args));
    (code, format!("{out}{log}"))
}

/// A file that is refused with these words.
#[track_caller]
fn refused(name: &str, content: &str, words: &[&str]) {
    let (folder, inner) = secret();
    write(folder.path(), "part.jmx", "<jmeterTestPlan/>");
    write(&inner, name, content);
    let (code, said) = check(&inner, &[name]);
    assert!(code > 0, "{name} ended with {code}: {said}");
    for word in words {
        assert!(said.contains(word), "{word:?} is not said of {name}: {said}");
    }
    assert!(said.len() < 20_000, "{} bytes are said of {name}", said.len());
}

/// A folder for a test with a secret beside its project, and the folder of the test within.
fn secret() -> (tempfile::TempDir, PathBuf) {
    let folder = folder();
    // The test's own folder is two below, so that there is something outside of those around it.
    let inner = folder.path().join("shop/plans");
    std::fs::create_dir_all(&inner).expect("a temporary folder can be written");
    write(folder.path(), "secret.csv", "a,b\n1,2\n");
    (folder, inner)
}

/// Nine lists, each of nine times the one before.
fn laughs(head: &str) -> String {
    let mut text = format!("{head}\nl0: &l0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
    for level in 1..10 {
        let before = format!("*l{}", level - 1);
        text.push_str(&format!("l{level}: &l{level} [{}]\n", [before.as_str(); 9].join(", ")));
    }
    text
}

#[test]
fn aliases_that_repeat_aliases_are_refused() {
    refused("bomb.yml", &laughs("plimsoll: 1"), &["bomb.yml:7:", "may have 100000 values"]);
    refused(
        "bomb.yml",
        &laughs("config: {target: 'http://h'}\nscenarios: []"),
        &["bomb.yml:9:", "a million values"],
    );
}

#[test]
fn aliases_that_repeat_long_texts_are_refused() {
    let text = "x".repeat(1 << 20);
    let aliases = ["*t"; 200].join(", ");
    let bomb = |head: &str| format!("{head}\nt: &t {text}\nl: [{aliases}]\n");
    refused("bomb.yml", &bomb("plimsoll: 1"), &["bomb.yml:3:", "may repeat 64 MB of text"]);
    refused("bomb.yml", &bomb("config: {target: 'http://h'}"), &["bomb.yml:3:", "more than 64 MB of text"]);
}

#[test]
fn an_alias_for_what_it_is_a_part_of_is_refused() {
    refused(
        "loop.yml",
        "plimsoll: 1\nsteps: &s [{group: {name: a, steps: *s}}]\n",
        &["loop.yml:2:", "a part of"],
    );
    refused(
        "loop.yml",
        "config: &c {target: h, more: *c}\nscenarios: []\n",
        &["loop.yml:1:", "what contains it"],
    );
}

#[test]
fn deep_documents_are_refused() {
    let lists = |head: &str, depth: usize| format!("{head}\nsteps: {}\n", "[".repeat(depth));
    refused("deep.yml", &lists("plimsoll: 1", 70), &["deep.yml:2:", "may nest 64 deep"]);
    refused("deep.yml", &lists("plimsoll: 1", 50_000), &["deep.yml:2:", "recursion limit"]);
    refused("deep.yml", &lists("scenarios: []", 140), &["deep.yml:2:", "nests more than 128 deep"]);
    refused("deep.yml", &lists("scenarios: []", 50_000), &["deep.yml:2:", "recursion limit"]);
    refused(
        "deep.har",
        &format!("{{\"log\":{{\"entries\":{}", "[".repeat(50_000)),
        &["deep.har", "recursion limit"],
    );
    let trees = "<hashTree>".repeat(50_000);
    refused("deep.jmx", &format!("<jmeterTestPlan>\n{trees}"), &["deep.jmx:"]);
    let open = format!("plimsoll: 1\nbase: http://h\nsteps:\n  - log: '{{{{ {} }}}}'\n", "(".repeat(50_000));
    refused("deep.yaml", &open, &["deep.yaml:4:", "may nest 50 deep"]);
    let sum =
        format!("plimsoll: 1\nbase: http://h\nsteps:\n  - log: '{{{{ 1{} }}}}'\n", " + 1".repeat(50_000));
    refused("long.yaml", &sum, &["long.yaml:4:", "may have 1000 parts"]);
}

#[test]
fn entities_are_refused_whatever_they_name() {
    let plan = |entities: &str| {
        format!(
            "<?xml version=\"1.0\"?>\n<!DOCTYPE jmeterTestPlan [\n{entities}\n]>\n<jmeterTestPlan><hashTree>\
             <TestPlan testname=\"&x;\"/></hashTree></jmeterTestPlan>\n"
        )
    };
    let mut laughs = "<!ENTITY l0 \"lol\">\n".to_owned();
    for level in 1..10 {
        let before = format!("&l{};", level - 1).repeat(10);
        laughs.push_str(&format!("<!ENTITY l{level} \"{before}\">\n"));
    }
    laughs.push_str("<!ENTITY x \"&l9;\">");
    refused("laughs.jmx", &plan(&laughs), &["laughs.jmx:2:", "DTD"]);
    for address in ["file:///etc/passwd", "http://127.0.0.1:1/x", "../secret.csv"] {
        let entity = format!("<!ENTITY x SYSTEM \"{address}\">");
        refused("outside.jmx", &plan(&entity), &["outside.jmx:2:", "DTD"]);
    }
}

#[test]
fn files_outside_of_the_folder_are_refused() {
    let outside = "lies outside of the folders of the test";
    for file in ["../../secret.csv", "/etc/passwd", "a/../../../secret.csv"] {
        let plan = format!("plimsoll: 1\nbase: http://h\ndata:\n  d: {{ file: {file} }}\nsteps: []\n");
        refused("t.yaml", &plan, &["t.yaml:4:", file, outside, "--outside-files"]);
        let body = format!("plimsoll: 1\nbase: http://h\nsteps:\n  - post: {{ url: /, file: {file} }}\n");
        refused("t.yaml", &body, &["t.yaml:4:", file, outside]);
        let script = format!(
            "config:\n  target: http://h\n  payload: {{ path: {file}, fields: [a] }}\nscenarios: [{{ flow: [{{ get: {{ url: / }} }}] }}]\n"
        );
        refused("t.yml", &script, &["t.yml:3:", file, outside]);
        let group = |inner: &str| {
            format!(
                "<jmeterTestPlan><hashTree><TestPlan/><hashTree>\n<ThreadGroup><stringProp \
                 name=\"ThreadGroup.num_threads\">1</stringProp></ThreadGroup><hashTree>\n{inner}\n</hashTree></hashTree></hashTree></jmeterTestPlan>"
            )
        };
        let data =
            format!("<CSVDataSet><stringProp name=\"filename\">{file}</stringProp></CSVDataSet><hashTree/>");
        refused("t.jmx", &group(&data), &["t.jmx:3:", file, outside]);
        refused(
            "t.curl",
            &format!("curl http://h/\ncurl -d @{file} http://h/"),
            &["t.curl:2:", file, outside],
        );
    }
    let include = "<jmeterTestPlan><hashTree><TestPlan/><hashTree>\n<ThreadGroup><stringProp \
                   name=\"ThreadGroup.num_threads\">1</stringProp></ThreadGroup><hashTree>\n<IncludeController><stringProp \
                   name=\"IncludeController.includepath\">../../part.jmx</stringProp></IncludeController><hashTree/>\n\
                   </hashTree></hashTree></hashTree></jmeterTestPlan>";
    refused("t.jmx", include, &["t.jmx:3:", "part.jmx", outside]);
}

#[test]
fn the_user_may_allow_what_lies_outside() {
    let (folder, inner) = secret();
    let plan = "plimsoll: 1\nbase: http://h\ndata: { d: { file: ../../secret.csv } }\nsteps: [{ feed: d }]\n";
    write(&inner, "t.yaml", plan);
    let (code, said) = check(&inner, &["--outside-files", "t.yaml"]);
    assert_eq!(code, 0, "{said}");
    // What lies below the working directory is the user's own, wherever the test stands.
    let (code, said) = check(folder.path(), &["shop/plans/t.yaml"]);
    assert_eq!(code, 0, "{said}");
}

#[test]
fn files_outside_of_the_folder_are_not_sent() {
    let (_folder, inner) = secret();
    let nowhere = [("HTTPSampler.port", "1")];
    let files = "<elementProp name=\"HTTPsampler.Files\" elementType=\"HTTPFileArgs\"><collectionProp \
                 name=\"HTTPFileArgs.files\"><elementProp name=\"\" elementType=\"HTTPFileArg\"><stringProp \
                 name=\"File.path\">../../secret.csv</stringProp><stringProp name=\"File.paramname\">f</stringProp><stringProp \
                 name=\"File.mimetype\">text/csv</stringProp></elementProp></collectionProp></elementProp>";
    let samplers = [
        jmx::http("Upload", "POST", "/", &nowhere, files, ""),
        jmx::show("read ${__FileToString(../../secret.csv,,)} of it"),
    ];
    let plan = jmx::plan(&[], &jmx::group("Users", "1", "1", &[], &samplers.concat()));
    write(&inner, "t.jmx", plan);
    let script = "config: { target: 'http://127.0.0.1:1', phases: [{ duration: 1, arrivalCount: 1 }] }\n\
                  scenarios: [{ flow: [{ post: { url: /, formData: { f: { fromFile: ../../secret.csv } } } }] }]\n";
    write(&inner, "t.yml", script);
    let check = |flags: &[&str], file: &str, out: &str, has: &[&str], has_not: &[&str]| {
        let flag = if file == "t.jmx" { "--jtl" } else { "--artillery-report" };
        let (_, said) = all_said(&inner, &[&["run", "--quiet", flag, out], flags, &[file]].concat());
        let text =
            std::fs::read_to_string(inner.join(out)).unwrap_or_else(|why| panic!("{out}: {why} {said}"));
        for part in has {
            assert!(text.contains(part), "{part:?} is not in {text}");
        }
        for part in has_not {
            assert!(!text.contains(part), "{part:?} is in {text}");
        }
    };
    let outside = "lies outside of the folders of the test";
    check(&[], "t.jmx", "out.jtl", &[outside, "read **ERR** of it"], &["a,b"]);
    check(&["--outside-files"], "t.jmx", "all.jtl", &["a,b"], &[outside, "**ERR**"]);
    check(&[], "t.yml", "out.json", &["ERR_GOT_REQUEST_ERROR"], &["ECONNREFUSED"]);
    check(&["--outside-files"], "t.yml", "all.json", &["ECONNREFUSED"], &["ERR_GOT_REQUEST_ERROR"]);
}
