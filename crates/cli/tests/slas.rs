//! `run --sla`, as a user meets it.

mod program;

use program::{folder, plimsoll, said, write};
use serde_json::Value;
use tempfile::TempDir;

/// Two users measure a wait of five and a check that always holds, for a little more than two seconds.
const SCRIPT: &str = "
    import { sleep } from 'k6';
    import { Rate, Trend } from 'k6/metrics';
    const wait = new Trend('wait', true), fine = new Rate('fine');
    export const options = { vus: 2, duration: '2500ms', plimsoll: { slas: (__ENV.SLAS || 'wait p50 < 1s').split(';') } };
    export default function () { wait.add(5, { page: 'cart' }); fine.add(1); sleep(0.02); }
    export function handleSummary(data) {
        if (!__ENV.HANDLED) { return undefined; }
        return { stdout: JSON.stringify(data.slas === undefined ? null : data.slas) };
    }
";

struct Place(TempDir);

/// What a run said.
struct Said {
    code: i32,
    out: String,
    log: String,
}

impl Place {
    fn new(script: &str) -> Self {
        let folder = folder();
        write(folder.path(), "t.js", script);
        Self(folder)
    }

    fn plimsoll(&self, args: &[&str]) -> Said {
        let home = self.0.path();
        let (code, out, log) = said(plimsoll(home, args).env("XDG_DATA_HOME", home.join(".local/share")));
        Said { code, out, log }
    }

    fn json(&self, name: &str) -> Value {
        let text = std::fs::read_to_string(self.0.path().join(name)).expect("it was written");
        serde_json::from_str(&text).expect("it is JSON")
    }
}

/// A machine that is too busy makes a run that is not trusted, of which nothing may be said for certain.
fn unless_untrusted(said: &Said, verdict: &'static str) -> &'static str {
    if said.out.contains("NOT TRUSTED") { "inconclusive" } else { verdict }
}

fn exit(verdict: &str, strict: bool) -> i32 {
    match verdict {
        "fail" => 99,
        "inconclusive" if strict => 99,
        _ => 0,
    }
}

#[test]
fn slas_get_a_verdict_with_its_evidence() {
    let check = |slas: &[&str], verdict: &'static str, each: &[&'static str]| {
        let place = Place::new(SCRIPT);
        let mut args = vec!["run", "-q", "--summary-export", "s.json", "t.js"];
        slas.iter().for_each(|sla| args.extend(["--sla", sla]));
        let said = place.plimsoll(&args);
        let shown = place.json("s.json")["slas"].clone();
        let verdict = unless_untrusted(&said, verdict);
        assert_eq!(shown["verdict"], verdict, "{slas:?}\n{}\n{}", said.out, said.log);
        // The first one is the script's own.
        let all = shown["slas"].as_array().expect("there is a list");
        let found: Vec<&str> =
            all[1..].iter().map(|one| one["verdict"].as_str().unwrap_or_default()).collect();
        let each: Vec<&str> = each.iter().map(|&verdict| unless_untrusted(&said, verdict)).collect();
        assert_eq!(found, each, "{slas:?}\n{}", said.out);
        assert_eq!(all[0]["sla"], "wait p50 < 1s");
        assert_eq!(said.code, exit(verdict, false), "{}", said.log);
        let section = said.out.split("█ SLAS").nth(1).expect("there is a section");
        let word = verdict.to_uppercase();
        assert!(section.contains(&word) && section.contains("at 95.00% confidence each"), "{}", said.out);
        if verdict == "fail" {
            assert!(said.log.contains("not kept: '"), "{}", said.log);
        }
        shown
    };
    let shown = check(&["wait{page:cart} med<=5ms", "fine rate > 50%"], "pass", &["pass", "pass"]);
    let standing = &shown["slas"][1];
    assert_eq!((standing["value"].as_f64(), standing["limit"].as_f64()), (Some(5.0), Some(5.0)));
    assert_eq!(
        (standing["share"].as_f64(), standing["assumes_independence"].as_bool()),
        (Some(0.0), Some(true))
    );
    assert_eq!(shown["confidence"], 0.95);
    check(&["wait p50 < 5ms", "fine rate > 50%"], "fail", &["fail", "pass"]);
    // Far too few samples for one in a million.
    check(&["fine rate > 99.9999%"], "inconclusive", &["inconclusive"]);
    check(&["wait{page:none} p50 < 5ms"], "inconclusive", &["inconclusive"]);
}

#[test]
fn an_inconclusive_run_fails_when_that_is_wanted() {
    let place = Place::new(SCRIPT);
    let sla = ["--sla", "fine rate > 99.9999%"];
    let said = place.plimsoll(&[
        "run",
        "-q",
        "--fail-on-inconclusive",
        "--confidence",
        "99%",
        "t.js",
        sla[0],
        sla[1],
    ]);
    assert_eq!(said.code, exit("inconclusive", true), "{}", said.log);
    assert!(said.log.contains("inconclusive and --fail-on-inconclusive is on"), "{}", said.log);
    assert!(
        said.out.contains("at 99.00% confidence each") && said.out.contains("? INCONCLUSIVE"),
        "{}",
        said.out
    );
}

#[test]
fn they_are_kept_and_handed_to_the_script() {
    let place = Place::new(SCRIPT);
    let handled = place.plimsoll(&["run", "-q", "-e", "HANDLED=1", "t.js"]);
    let data: Value = serde_json::from_str(&handled.out).expect("it is JSON");
    assert_eq!(data["slas"][0]["sla"], "wait p50 < 1s", "{}", handled.log);
    let shown = place.plimsoll(&["show", "latest"]);
    assert!(shown.out.contains("█ SLAS") && shown.out.contains("'wait p50 < 1s'"), "{}", shown.out);
    let shown = place.plimsoll(&["show", "--json", "latest"]);
    let document: Value = serde_json::from_str(&shown.out).expect("it is JSON");
    let figures =
        |of: &Value| (of["verdict"].clone(), of["slas"][0]["sla"].clone(), of["slas"][0]["samples"].clone());
    assert_eq!(figures(&document["slas"]), figures(&data), "{document:#}");
}

#[test]
fn without_slas_nothing_is_different() {
    let script = "export default function () {}
        export function handleSummary(data) { return { stdout: Object.keys(data).join() } }";
    let place = Place::new(script);
    let said = place.plimsoll(&["run", "-q", "--summary-export", "s.json", "t.js"]);
    assert!(!said.out.contains("sla") && place.json("s.json").get("slas").is_none(), "{}", said.out);
}

#[test]
fn what_cannot_be_judged_is_said_before_the_load() {
    let place = Place::new(SCRIPT);
    let check = |args: &[&str], code: i32, part: &str| {
        let said = place.plimsoll(&[&["run", "-q", "t.js"], args].concat());
        assert_eq!(said.code, code, "{args:?}\n{}", said.log);
        assert!(said.log.contains(part), "{args:?}\n{}", said.log);
    };
    check(&["--sla", "wait avg < 5ms"], 104, "names no metric and figure");
    check(&["--sla", "waiting p95 < 5ms"], 104, "does not have");
    check(&["--sla", "wait rate < 1%"], 104, "wants a rate and 'wait' is a trend");
    check(&["--confidence", "1.5"], 255, "is no confidence");
    check(&["-e", "SLAS=nonsense"], 104, "compares nothing");
    std::fs::write(place.0.path().join("bare.js"), "export default function () {}")
        .expect("it can be written");
    let said = place.plimsoll(&["run", "-q", "--until-decided", "bare.js"]);
    assert_eq!((said.code, said.log.contains("needs an SLA")), (255, true), "{}", said.log);
}

/// The sequential test wants twenty seconds at least: it must have seen how much they resemble each other.
#[test]
fn a_run_ends_when_its_slas_are_decided() {
    let script = SCRIPT.replace("2500ms", "5m");
    let place = Place::new(&script);
    let said = place.plimsoll(&[
        "run",
        "-q",
        "--until-decided",
        "--summary-export",
        "s.json",
        "--sla",
        "wait p50 < 5ms",
        "t.js",
    ]);
    let shown = &place.json("s.json")["slas"];
    assert_eq!(
        (&shown["ended_early"], &shown["until_decided"]),
        (&true.into(), &true.into()),
        "{}",
        said.out
    );
    let verdict = unless_untrusted(&said, "fail");
    assert_eq!(shown["verdict"], verdict, "{}\n{}", said.out, said.log);
    assert_eq!(said.code, exit(verdict, false), "{}", said.log);
    assert!(said.out.contains("the run ended early") && !said.out.contains("incomplete"), "{}", said.out);
}

#[test]
fn a_plan_has_them_too() {
    let plan = "plimsoll: 1\nsteps: [ { log: hello } ]\n";
    let place = Place::new("export default function () {}");
    std::fs::write(
        place.0.path().join("p.yaml"),
        format!("{plan}options: {{ plimsoll: {{ slas: ['checks rate > 50%'] }} }}\n"),
    )
    .expect("it can be written");
    let said = place.plimsoll(&["run", "-q", "p.yaml"]);
    // Nothing is checked, so nothing is known.
    assert!(said.out.contains("? INCONCLUSIVE 'checks rate > 50%' no samples"), "{}\n{}", said.out, said.log);
}
