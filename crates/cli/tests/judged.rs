//! `plimsoll compare`, `baseline`, `gate`, `ab` and `calibrate`, as a user meets them.
//!
//! Whether a run is trusted depends on the machine, so runs that are not are compared too; and no test here asks for a
//! verdict that a slow machine could turn around: where one is asked for, the target's own delay is what decides.

mod program;

use std::process::Command;

use program::{folder, plimsoll, said, shop, write};
use serde_json::Value;
use target::Running;
use tempfile::TempDir;

/// Every answer takes as long as the flags of the run say.
const SCRIPT: &str = "
    import http from 'k6/http';
    export const options = { vus: 5, iterations: 20 };
    const params = { headers: { 'x-fault': `delay=${__ENV.DELAY}ms` }, tags: { name: 'product' } };
    export default function () { http.get(`${__ENV.SHOP}/products/1`, params); }
";

struct Place {
    folder: TempDir,
    shop: Running,
}

impl Place {
    fn new() -> Self {
        let folder = folder();
        write(folder.path(), "t.js", SCRIPT);
        Self { folder, shop: shop() }
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = plimsoll(self.folder.path(), args);
        // A home folder among the temporary files gets no store of its own accord.
        command.env("XDG_DATA_HOME", self.folder.path().join("data"));
        command
    }

    /// Exit status, standard output and standard error.
    fn plimsoll(&self, args: &[&str]) -> (i32, String, String) {
        said(&mut self.command(args))
    }

    /// Runs the test with answers that take so long, once.
    fn run(&self, delay_ms: &str, more: &[&str]) {
        let (shop, delay) = (format!("SHOP={}", self.shop.http_url()), format!("DELAY={delay_ms}"));
        let args = [&["run", "-q", "-e", &shop, "-e", &delay][..], more, &["t.js"]].concat();
        let (code, out, log) = self.plimsoll(&args);
        assert_eq!(code, 0, "{out}\n{log}");
    }

    #[track_caller]
    fn prints(&self, args: &[&str]) -> String {
        let (code, out, log) = self.plimsoll(args);
        assert_eq!(code, 0, "{args:?}\n{out}\n{log}");
        out
    }

    #[track_caller]
    fn refuses(&self, args: &[&str], code: i32, sentence: &str) {
        let (got, out, log) = self.plimsoll(args);
        assert!(got == code && log.contains(sentence), "{args:?}: {got}\n{out}\n{log}");
    }

    fn file(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder.path().join(name)).expect("it was written")
    }
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|why| panic!("it is JSON: {why}\n{text}"))
}

fn ids(document: &Value, side: &str) -> Vec<String> {
    let runs = document[side]["runs"].as_array().expect("it has runs");
    runs.iter().map(|run| run["id"].as_str().expect("it has an id").to_owned()).collect()
}

/// A slow-down by 15 % is found by `ab` and by `gate`, and the same comparison without it is not flagged.
///
/// Why noise cannot turn this around: an answer takes 600 ms or 690 ms by the shop's own timer, and a run's figure is the
/// median of fifteen of them, three of each of five users. To hide 90 ms in rounds, the differences of medians within
/// rounds would have to spread by more than 54 ms (90 · √6 / 4.03, the quantile of Student's t at 99 % with 5 degrees of
/// freedom); to hide it from the gate, in more than two of the 36 pairs of a run before and a run after the median before
/// would have to be the higher one. To raise an alarm without a slow-down the medians of one side would have to lie 48 ms
/// (8 %) above those of the other, in nearly every round, though the rounds are ABBA by lot. A median moves by so much only
/// when half of the answers are late by as much, and a process that sleeps nearly all the time is given a processor
/// within a few milliseconds also on a machine that compiles on all of them. Only the median is asked for: a 95th
/// percentile of fifteen answers is one late answer.
#[test]
fn a_slow_down_is_found_and_nothing_else_is() {
    let place = Place::new();
    let shop = format!("SHOP={}", place.shop.http_url());
    let judged = ["--figures", "p50", "--min-effect", "8%", "--include-untrusted"];
    let files = ["--junit", "j.xml", "--markdown", "m.md", "--html", "h.html"];
    let ab = |delay_b: &str| {
        let with_b = format!("-e DELAY={delay_b} -e SIDE=b");
        let sides = ["--with-a", "-e DELAY=600", "--with-b", &with_b, "--json"];
        let args =
            [&["ab"][..], &judged, &files, &["--", "t.js", "--rounds", "6", "-i", "15", "-e", &shop], &sides]
                .concat();
        let (code, out, log) = place.plimsoll(&args);
        (code, json(&out), log)
    };
    let gate = |document: &Value, name: &str| {
        let before = ids(document, "a");
        let after = ids(document, "b");
        let set: Vec<&str> =
            ["baseline", "set", name].into_iter().chain(before.iter().map(String::as_str)).collect();
        place.prints(&set);
        let after: Vec<&str> = after.iter().map(String::as_str).collect();
        place.plimsoll(&[&["gate", "--baseline", name, "--github"][..], &judged, &files, &after].concat())
    };

    let (code, slower, log) = ab("690");
    assert_eq!((code, &slower["decision"]), (99, &"failed".into()), "{slower:#}\n{log}");
    let finding = &slower["findings"][0];
    assert_eq!(
        (&finding["endpoint"], &finding["verdict"]),
        (&"GET product".into(), &"worse".into()),
        "{slower:#}"
    );
    assert_eq!(ids(&slower, "a").len(), 6);
    assert!(log.contains("round 6 of 6"), "{log}");
    assert!(place.file("j.xml").contains("failures=\"1\""), "{}", place.file("j.xml"));
    let (code, out, log) = gate(&slower, "before");
    assert_eq!(code, 99, "{out}\n{log}");
    assert!(log.contains("1 of 1 figures got worse"), "{log}");
    assert!(out.contains("::error title=GET product p50::p50 is worse"), "{out}");
    assert!(place.file("j.xml").contains("<failure message=\"p50 is worse"), "{}", place.file("j.xml"));
    let comment = place.file("m.md");
    assert!(
        comment.starts_with("### ❌ plimsoll gate") && comment.contains("| ❌ | GET product | p50 |"),
        "{comment}"
    );
    let page = place.file("h.html");
    assert!(
        page.contains("Failed: 1 worse") && page.matches("class=\"key run-").count() >= 12,
        "{}",
        page.len()
    );

    let (code, same, log) = ab("600");
    assert_eq!((code, &same["decision"]), (0, &"passed".into()), "{same:#}\n{log}");
    assert!(
        same["findings"][0]["verdict"] != "worse" && same["findings"][0]["verdict"] != "better",
        "{same:#}"
    );
    assert!(place.file("j.xml").contains("failures=\"0\""), "{}", place.file("j.xml"));
    let (code, out, log) = gate(&same, "before");
    assert_eq!(code, 0, "{out}\n{log}");
    assert!(!out.contains("::error") && place.file("j.xml").contains("failures=\"0\""), "{out}");
    assert!(
        place.file("m.md").starts_with("### ") && !place.file("m.md").contains('❌'),
        "{}",
        place.file("m.md")
    );
}

#[test]
fn two_runs_are_held_against_each_other() {
    let place = Place::new();
    // Long enough for slices of time: 5 users have 100 answers of 120 ms each.
    place.run("120", &["-i", "100"]);
    place.run("120", &["-i", "100"]);
    let assumed = ["--run-noise", "20%", "--min-effect", "10%"];
    let args = [&["compare", "latest~1", "latest", "--include-untrusted"][..], &assumed].concat();
    let found = json(&place.prints(&[&args[..], &["--json"]].concat()));
    let of = |figure: &str| {
        let all = found["findings"].as_array().expect("it has findings");
        all.iter()
            .find(|one| one["figure"] == figure)
            .unwrap_or_else(|| panic!("{figure} is in {found:#}"))
            .clone()
    };
    let median = of("p50");
    assert_eq!(
        (&median["endpoint"], &median["basis"]),
        (&"GET product".into(), &"slices".into()),
        "{found:#}"
    );
    // Single runs that are taken to differ by 20 % tell nothing about 10 %, unless one takes half as long again.
    assert_eq!(median["verdict"], "inconclusive");
    assert!(median["effect"]["lower"].as_f64() < Some(0.9) && median["effect"]["upper"].as_f64() > Some(1.1));
    assert!(median["a"].as_f64() > Some(110.0) && median["runs_to_decide"].as_u64() > Some(4), "{median:#}");
    assert_eq!(of("failed")["a"], 0.0);
    assert!(of("requests/s")["b"].as_f64() > Some(0.0));
    assert!(of("p95")["effect"]["confidence"] == 0.95);

    for (columns, title) in [("80", "  FIGURE"), ("140", "ENDPOINT")] {
        let mut command = place.command(&args);
        command.env("COLUMNS", columns);
        let (code, page, log) = said(&mut command);
        assert_eq!(code, 0, "{log}");
        assert!(page.starts_with("A  t.js: 1 run"), "trust is said first:\n{page}");
        assert!(page.contains(title) && page.contains("p50") && page.contains("inconclusive"), "{page}");
        assert!(page.contains("a single run a side") && page.contains("to decide: about"), "{page}");
        let wide = columns.parse::<usize>().expect("it is a number");
        let notes =
            |line: &&str| !line.starts_with('!') && !line.starts_with("A  ") && !line.starts_with("B  ");
        assert!(page.lines().filter(notes).all(|line| line.chars().count() <= wide), "{columns}:\n{page}");
    }
    let table = place.prints(&[&args[..], &["--format", "markdown"]].concat());
    assert!(table.contains("| ❔ | GET product | p50 |"), "{table}");
    let few = json(&place.prints(&[&args[..], &["--figures", "p50,failed", "--format", "json"]].concat()));
    assert_eq!(few["findings"].as_array().map(Vec::len), Some(2), "{few:#}");
}

#[test]
fn runs_and_baselines_have_names() {
    let place = Place::new();
    for vus in ["1", "1", "1", "2", "1"] {
        place.run("1", &["--vus", vus]);
    }
    let runs = json(&place.prints(&["runs", "--json"]));
    let id = |back: usize| runs[back]["id"].as_str().expect("it has an id");
    let (newest, oldest) = (id(0), id(4));

    assert!(
        place
            .prints(&["baseline", "set", "main", "latest~4", "t.js~3", id(2)])
            .starts_with(&format!("main is {oldest}"))
    );
    place.prints(&["baseline", "set", "other", "latest"]);
    let listed = json(&place.prints(&["baseline", "list", "--json"]));
    assert_eq!((&listed[0]["name"], &listed[1]["name"]), (&"main".into(), &"other".into()));
    assert_eq!(listed[0]["runs"].as_array().map(Vec::len), Some(3));
    assert!(place.prints(&["baseline", "list"]).contains("other"));
    assert!(place.prints(&["baseline", "show", "main"]).contains(oldest));
    assert_eq!(json(&place.prints(&["baseline", "show", "--json", "other"]))["runs"][0]["id"], newest);
    place.prints(&["baseline", "rm", "other"]);
    place.refuses(&["baseline", "rm", "other"], 255, "no baseline has the name other");
    place.refuses(&["baseline", "show", "other"], 255, "no baseline has the name other");
    place.refuses(&["baseline", "set", "x", "latest", newest], 255, "is named twice");

    let several = ["compare", "--json", "--include-untrusted", "--profile", "field"];
    let found =
        json(&place.prints(&[&several[..], &["latest~4", "latest~3", "--", "latest~2", "latest"]].concat()));
    assert_eq!((ids(&found, "a").len(), ids(&found, "b").len()), (2, 2));
    assert_eq!(found["findings"][0]["basis"], "student", "{found:#}");
    let of_baseline = json(&place.prints(&[&several[..], &["--baseline", "main"]].concat()));
    assert_eq!((ids(&of_baseline, "a").len(), ids(&of_baseline, "b")), (3, vec![newest.to_owned()]));
    assert_eq!(of_baseline["a"]["name"], "baseline main");
    assert_eq!(of_baseline["warnings"], Value::Array(Vec::new()), "runs of the same options");
    let unlike = json(&place.prints(&[&several[..], &["latest~1", "latest"]].concat()));
    assert!(unlike["warnings"].to_string().contains("the runs differ in option"), "{unlike:#}");

    place.refuses(&["compare", "latest"], 255, "name two runs");
    place.refuses(&["compare", "latest", newest], 255, "is on both sides");
    place.refuses(&["compare", "latest", "latest~9"], 255, "there are not as many runs");
    place.refuses(&["compare", "latest", "latest~1", "--profile", "lax"], 255, "there is no such profile");
    place.refuses(&["gate", "--baseline", "main", oldest], 255, "belongs to the baseline itself");
    place.refuses(&["gate", "--baseline", "none"], 255, "no baseline has the name none");
}

#[test]
fn the_gate_says_what_it_cannot_tell() {
    let place = Place::new();
    place.run("120", &["-i", "100"]);
    place.prints(&["baseline", "set", "main", "latest"]);
    place.run("120", &["-i", "100"]);
    // Runs that are assumed to differ by as much as they take tell nothing, whatever this machine does to them.
    let gate =
        ["gate", "--baseline", "main", "--include-untrusted", "--run-noise", "100%", "--figures", "p50"];
    let (code, out, log) = place.plimsoll(&[&gate[..], &["--github"]].concat());
    assert_eq!(code, 0, "{out}\n{log}");
    assert!(
        out.contains("plimsoll gate: passed") && out.contains("::warning title=GET product p50"),
        "{out}"
    );
    let strict = ["--fail-on-inconclusive", "--junit", "j.xml"];
    place.refuses(&[&gate[..], &strict].concat(), 99, "1 figures are inconclusive");
    assert!(
        place.file("j.xml").contains("<failure message=\"p50 is inconclusive"),
        "{}",
        place.file("j.xml")
    );
    place.refuses(&[&gate[..], &["--profile", "strict"]].concat(), 99, "1 figures are inconclusive");
    place.refuses(&["gate", "--baseline", "main", "--figures", "none"], 111, "nothing could be judged");
    place.refuses(&["gate", "latest"], 255, "--baseline");

    // The newer run has no product any more.
    let other = SCRIPT.replace("product'", "goods'");
    std::fs::write(place.folder.path().join("t.js"), other).expect("a temporary folder can be written");
    place.run("120", &["-i", "100"]);
    let both = [&gate[..], &["--markdown", "m.md"]].concat();
    let (code, out, log) = place.plimsoll(&both);
    assert_eq!(code, 0, "{out}\n{log}");
    assert!(out.contains("only before: p50 of GET product"), "{out}");
    place.refuses(&[&both[..], &["--fail-on-gone"]].concat(), 99, "figures are gone");
    assert!(place.file("m.md").contains("| ❌ | GET product | p50 |"), "{}", place.file("m.md"));
}

#[test]
fn a_build_is_compared_with_itself() {
    let place = Place::new();
    let shop = format!("SHOP={}", place.shop.http_url());
    let args = [
        "calibrate",
        "--include-untrusted",
        "t.js",
        "--rounds",
        "3",
        "-e",
        &shop,
        "-e",
        "DELAY=1",
        "-i",
        "10",
    ];
    let found = json(&place.prints(&[&args[..], &["--json"]].concat()));
    assert_eq!(
        (found["runs"].as_array().map(Vec::len), &found["runs_a_side"]),
        (Some(6), &3.into()),
        "{found:#}"
    );
    let alarms = &found["false_alarms"];
    let number = |name: &str| alarms[name].as_f64().unwrap_or_else(|| panic!("{name} is in {found:#}"));
    assert_eq!(number("splits"), 1000.0);
    assert!(number("lower") <= number("rate") && number("rate") <= number("upper") && number("upper") > 0.5);
    assert!(found["spreads"].to_string().contains("\"p50\""), "{found:#}");
    let page = place.prints(&[&args[..], &["--per-side", "2"]].concat());
    assert!(page.contains("to 2 against 2") && page.contains("false alarms"), "{page}");

    place.refuses(&["ab", "t.js", "t.js"], 255, "A and B are the same");
    place.refuses(&["ab", "t.js", "u.js", "--rounds", "2"], 255, "3 rounds are the least");
    place.refuses(
        &["ab", "t.js", "missing.js", "-e", &shop, "-e", "DELAY=1", "-i", "5"],
        255,
        "missing.js ended with status 255",
    );
    place.refuses(&["ab", "t.js", "u.js", "--seed", "x"], 255, "invalid");
    place.refuses(&["ab", "t.js", "--no-store", "--with-b", "-v"], 255, "runs that are not kept");
}
