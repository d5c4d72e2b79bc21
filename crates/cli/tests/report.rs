//! `plimsoll report` and `--out html=`: the documents, and the page in a browser.

mod browser;
mod program;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use browser::{Browser, has_charts, looks_right};
use program::{folder, plimsoll, said, shop};
use serde_json::{Value, json};
use target::Running;
use tempfile::TempDir;

/// A name that would be markup, were it written as it is.
const NASTY: &str = "</script><img src=x onerror=\\\"document.title=1\\\">";

const SCRIPT: &str = "
    import http from 'k6/http';
    import { check, group, sleep } from 'k6';
    export const options = {
        scenarios: {
            browse: { executor: 'constant-arrival-rate', rate: 40, duration: __ENV.LENGTH || '6s', preAllocatedVUs: 5 },
            one: { executor: 'per-vu-iterations', vus: 1, iterations: 1, exec: 'nasty' },
        },
        thresholds: {
            http_req_failed: ['rate<0.5'],
            'http_req_duration{name:list}': ['p(95)<60000'],
            checks: ['rate>0.999'],
        },
        plimsoll: { slas: ['p95 < 60s', 'errors < 50%'] },
    };
    export default function () {
        const list = http.get(`${__ENV.SHOP}/api/products`, { tags: { name: 'list' } });
        check(list, { 'it is shown': ({ status }) => status === 200 });
        http.get(`${__ENV.SHOP}/api/products/${1 + __ITER % 9}`, { tags: { name: `product ${__ITER % 9}` } });
    }
    export function nasty() {
        group('</script><b>group', () => {
            const lost = http.get(`${__ENV.SHOP}/api/nothing`, { tags: { name: 'NASTY' } });
            check(lost, { 'NASTY': ({ status }) => status === 200 });
        });
    }
";

struct Place {
    folder: TempDir,
    shop: Running,
}

impl Place {
    fn new() -> Self {
        let folder = folder();
        std::fs::write(folder.path().join("t.js"), SCRIPT.replace("NASTY", NASTY))
            .expect("it can be written");
        Self { folder, shop: shop() }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.file(name), text).expect("a temporary folder can be written");
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.file(name)).expect("it was written")
    }

    fn command(&self, args: &[&str]) -> Command {
        let home = self.folder.path();
        let mut command = plimsoll(home, args);
        // A home folder among the temporary files gets no store of its own accord.
        command.env("XDG_DATA_HOME", home.join("data")).env("SHOP", self.shop.http_url());
        command
    }

    /// Standard output, when the program ended as it should.
    #[track_caller]
    fn ends(&self, code: i32, args: &[&str]) -> String {
        let (status, out, log) = said(&mut self.command(args));
        assert_eq!(status, code, "{args:?}\n{out}\n{log}");
        out
    }
}

#[test]
fn the_report_is_right_in_a_browser() {
    let place = Place::new();
    place.ends(99, &["run", "-q", "t.js"]);
    place.ends(99, &["run", "-q", "t.js"]);
    place.ends(99, &["run", "-q", "-e", "LENGTH=2s", "--no-store", "--out", "html=own.html", "t.js"]);
    place.ends(0, &["report", "latest", "-o", "report.html"]);
    place.ends(0, &["report", "latest~1", "latest", "-o", "several.html"]);
    let compared =
        place.ends(0, &["compare", "latest~1", "latest", "--include-untrusted", "--format", "html"]);
    place.write("compared.html", &compared);
    let page = place.read("report.html");
    assert_eq!(page.contains("id=\"data\""), has_charts());
    assert_eq!(page.contains("This program was built without charts"), !has_charts());
    assert!(page.contains("id=\"slas\"") && page.contains("1 of 3 thresholds was crossed"), "{}", top(&page));
    assert!(page.contains("Report of run") && !place.read("own.html").contains("Report of run"));
    let (_, single) = page.split_once("id=\"exchanges\"").expect("there is a section of single requests");
    for wanted in
        ["<h3>Failed</h3>", " · 404 · GET http", "/api/nothing", "<h3>Slowest</h3>", "HTTP/1.1 404", "phases"]
    {
        assert!(single.contains(wanted), "{wanted}: {}", top(single));
    }
    let several = place.read("several.html");
    assert!(several.contains("id=\"findings\""), "{}", top(&several));
    assert!(compared.contains("<th scope=\"col\">Verdict</th>"), "{}", top(&compared));

    let folder = folder();
    let mut browser = Browser::start(folder.path());
    for (file, charts) in [("report.html", 6), ("own.html", 6), ("several.html", 3), ("compared.html", 3)] {
        assert_eq!(
            looks_right(&mut browser, &place.file(file)),
            if has_charts() { charts } else { 0 },
            "{file}"
        );
    }
    if has_charts() {
        works(&mut browser, &place.file("report.html"));
    }
}

/// What a page begins with, behind its style.
fn top(page: &str) -> String {
    let body = page.find("<body").unwrap_or_default();
    page[body..].chars().take(4000).collect()
}

/// Readers can sort and search, and change dark and light.
fn works(browser: &mut Browser, file: &Path) {
    browser.look(1024, "light");
    browser.open(file);
    let names = "[...document.querySelectorAll('#endpoint-table tbody tr')].filter((row) => !row.hidden)\
        .map((row) => row.cells[0].textContent)";
    let before = browser.value(names);
    browser.value("document.querySelector('#endpoint-table thead button').click()");
    let after = browser.value(names);
    assert_ne!(before, after);
    assert_eq!(
        browser.value("document.querySelector('#endpoint-table th').getAttribute('aria-sort')"),
        "ascending"
    );
    browser.value(
        "const field = document.querySelector('#endpoint-search'); field.value = 'LIST'; \
         field.dispatchEvent(new Event('input'))",
    );
    assert_eq!(browser.value(names), json!(["GET list"]));
    let paper = "getComputedStyle(document.body).backgroundColor";
    let light = browser.value(paper);
    browser.value("document.querySelector('#theme').click()");
    assert_ne!(browser.value(paper), light);
    assert_eq!(browser.value("document.title.startsWith('Failed')"), true);
    // On paper as on a screen: the charts are drawn anew, nothing complains.
    browser.ask("Page.printToPDF", &json!({ "printBackground": true }));
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
fn every_run_has_a_report() {
    let place = Place::new();
    let one = "import http from 'k6/http'; export default () => { http.get(`${__ENV.SHOP}/health`); };";
    place.write("one.js", one);
    place.write(
        "none.js",
        "export function setup() { throw new Error('no <way>'); } export default () => {};",
    );
    place.write("empty.js", "export default () => {};");
    let plan = "config: { target: '{{ $processEnvironment.SHOP }}', phases: [{ duration: 1, arrivalRate: 2 }] }\n\
        scenarios: [{ flow: [{ get: { url: /health } }] }]\n";
    place.write("plan.yml", plan);
    place.ends(0, &["run", "-q", "--out", "html=one.html", "one.js"]);
    place.ends(107, &["run", "-q", "--out", "html=none.html", "none.js"]);
    place.ends(0, &["run", "-q", "--out", "html", "empty.js"]);
    place.ends(0, &["run", "-q", "--out", "html=plan.html", "plan.yml"]);
    let killed = killed(&place);
    place.ends(0, &["report", &killed, "-o", "killed.html"]);

    let check = |file: &str, sentences: &[&str]| {
        let page = place.read(file);
        for sentence in sentences {
            assert!(page.contains(sentence), "{file}: {sentence}\n{}", top(&page));
        }
    };
    check("one.html", &["It sent one request.", "It did not fail."]);
    check(
        "none.html",
        &["before its time: setup() failed", "It sent no requests, so there is nothing to measure."],
    );
    check("report.html", &["It made 1 iteration in"]);
    check("plan.html", &["It sent ", "/health"]);
    check("killed.html", &["The test was killed", "Whether the generator kept pace is judged at the end"]);

    let folder = folder();
    let mut browser = Browser::start(folder.path());
    for file in ["one.html", "none.html", "report.html", "plan.html", "killed.html"] {
        looks_right(&mut browser, &place.file(file));
    }
}

/// A run that was killed after its first second; its id.
fn killed(place: &Place) -> String {
    let args = ["run", "-q", "-d", "60s", "one.js"];
    let mut run =
        place.command(&args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
    let mut id = None;
    for _ in 0..600 {
        std::thread::sleep(std::time::Duration::from_millis(50));
        let runs: Value = serde_json::from_str(&place.ends(0, &["runs", "--json"])).expect("it is JSON");
        let latest = &runs[0];
        if latest["ended"].is_null() && latest["requests"].as_u64().is_some_and(|count| count > 0) {
            id = latest["id"].as_str().map(str::to_owned);
            break;
        }
    }
    run.kill().expect("it was under way");
    run.wait().expect("it ended");
    let id = id.expect("something of it was kept");
    // A store may be read by its path alone; what was heard of a moment ago counts as under way.
    let store = rusqlite::Connection::open(place.file("data/plimsoll/results.db")).expect("there is a store");
    let moved = store.execute("UPDATE runs SET written_ms = written_ms - 60000 WHERE id = ?1", [&id]);
    assert_eq!(moved, Ok(1));
    id
}

#[test]
fn other_programs_get_their_forms() {
    let place = Place::new();
    place.ends(99, &["run", "-q", "t.js"]);
    let json: Value =
        serde_json::from_str(&place.ends(0, &["report", "latest", "--format", "json"])).expect("JSON");
    let run = &json["runs"][0];
    assert_eq!((&run["ending"], &run["exit_code"]), (&json!("failed"), &json!(99)));
    let p95 = run["percentiles"].as_array().into_iter().flatten().find(|one| one["percentile"] == 95.0);
    let p95 = p95.expect("it has a 95th percentile");
    assert!(
        p95["low"].as_f64() <= p95["value"].as_f64() && p95["value"].as_f64() <= p95["high"].as_f64(),
        "{p95}"
    );
    let failures = run["failures"].as_array().expect("it has failures");
    assert_eq!(
        (failures.len(), &failures[0]["status"], &failures[0]["count"]),
        (1, &json!("404"), &json!(1))
    );

    place.ends(0, &["report", "latest", "-o", "result.xml"]);
    let junit = place.read("result.xml");
    let document = junit.split_once("?>").expect("it has a declaration").1;
    assert_eq!(document.matches("<testcase").count(), 2 + 2 + 3 + 2, "{junit}");
    let crossed = "name=\"checks: rate&gt;0.999\">\n      <failure message=\"rate was 0.99";
    assert!(junit.contains(crossed) && junit.contains("name=\"errors &lt; 50%\""), "{junit}");
    assert!(junit.contains("it failed 1 of 1 times") && !junit.contains("<img"), "{junit}");

    place.ends(0, &["report", "latest", "-o", "result.md"]);
    let markdown = place.read("result.md");
    assert!(markdown.starts_with("### ❌ t.js"), "{markdown}");
    assert!(markdown.contains("| http_req_duration | value | 95 % interval |"), "{markdown}");
    assert!(!markdown.contains("<img"), "{markdown}");

    // Several runs: each by itself, and what changed between them.
    place.ends(99, &["run", "-q", "-e", "LENGTH=1s", "t.js"]);
    let both = ["report", "latest~1", "latest", "--format"];
    let junit = place.ends(0, &[&both[..], &["junit"]].concat());
    assert_eq!(junit.matches("<testsuite ").count(), 3, "{junit}");
    let markdown = place.ends(0, &[&both[..], &["markdown"]].concat());
    assert_eq!(markdown.matches("\n---\n").count(), 2, "{markdown}");
    let json: Value = serde_json::from_str(&place.ends(0, &[&both[..], &["json"]].concat())).expect("JSON");
    assert_eq!(
        (json["runs"].as_array().map(Vec::len), json["compared"].as_array().map(Vec::len)),
        (Some(2), Some(1))
    );

    let nowhere = ["report", "--store", "nowhere.db", "latest"];
    let output = place.command(&nowhere).output().expect("it starts");
    let log = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && log.contains("there is no store yet"), "{log}");
}
