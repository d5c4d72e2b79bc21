//! Kept runs, seen from outside the real binary: what is in the store after a run, a kill, or trouble with the disk.

mod program;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use metrics::{Sink, builtin};
use program::{folder, plimsoll, said, shop, write};
use serde_json::Value;
use store::{Kept, Library, Selected};
use target::Running;
use tempfile::TempDir;

/// A place for runs, with a shop for them.
struct Place {
    folder: TempDir,
    shop: Running,
}

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
        Self { folder, shop: shop() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = plimsoll(self.folder.path(), args);
        self.surround(&mut command);
        command
    }

    fn surround(&self, command: &mut Command) {
        let home = self.folder.path();
        command.current_dir(home).env_clear().env("HOME", home).env("SHOP", self.shop.http_url());
        // A home folder among the temporary files gets no store of its own accord.
        command.env("XDG_DATA_HOME", home.join(".local/share"));
        command.stdin(Stdio::null());
    }

    fn run(&self, args: &[&str]) -> Said {
        ended(&mut self.command(args))
    }

    fn usual(&self) -> PathBuf {
        self.path(".local/share/plimsoll/results.db")
    }
}

fn ended(command: &mut Command) -> Said {
    let (code, out, log) = said(command);
    Said { code, out, log }
}

fn latest(path: &Path) -> Kept {
    let library = Library::open(path).expect("there is a store");
    let run = library.find("latest").expect("there is a run");
    library.load(run, Selected::All).expect("the run can be read")
}

const SHOPPER: &str = "
    import http from 'k6/http';
    import { check, group } from 'k6';
    import { Counter } from 'k6/metrics';
    const paid = new Counter('paid');
    export const options = {
        thresholds: { http_req_duration: ['p(95)<60000'], 'paid{kind:book}': ['count<1'] },
        scenarios: { browse: { executor: 'shared-iterations', vus: 2, iterations: 40, env: { KEY: 'sesame' } } },
    };
    export default function () {
        group('shelf', () => {
            const answer = http.get(`${__ENV.SHOP}/api/products`);
            check(answer, { 'is 200': ({ status }) => status === 200, 'is 404': ({ status }) => status === 404 });
        });
        paid.add(0.1, { kind: 'book' });
    }
";

#[test]
fn a_run_is_kept_as_it_was() {
    let place = Place::new(SHOPPER);
    std::fs::create_dir(place.path(".git")).expect("written");
    let commit = "0123456789abcdef0123456789abcdef01234567";
    std::fs::write(place.path(".git/HEAD"), commit).expect("written");
    let run = place.run(&["run", "-q", "--summary-export", "exported.json", "t.js"]);
    assert_eq!(run.code, 99, "{}", run.log);
    let kept = latest(&place.usual());
    let listed = &kept.listed;
    assert_eq!((listed.name.as_str(), listed.exit_code), ("t.js", Some(99)));
    assert_eq!(listed.script_path.as_deref(), Some(place.path("t.js").to_str().expect("it is text")));
    assert_eq!(listed.script_sha256.as_ref().map(String::len), Some(64));
    assert_eq!(listed.environment.commit.as_deref(), Some(commit));
    assert_eq!(listed.environment.program, env!("CARGO_PKG_VERSION"));
    assert!(listed.ended_ms.is_some_and(|at| at >= listed.started_ms) && listed.lost_frames == 0);
    assert!(listed.trust.as_ref().is_some_and(|trust| trust["trusted"].is_boolean()), "{listed:?}");
    assert_eq!(kept.options["scenarios"]["browse"]["env"]["KEY"], "***");
    assert_eq!(kept.scenarios, ["browse"]);

    let text = std::fs::read_to_string(place.path("exported.json")).expect("it was exported");
    let exported: Value = serde_json::from_str(&text).expect("it is JSON");
    let Some(Sink::Trend(trend)) = kept.state.total(builtin::HTTP_REQ_DURATION) else {
        panic!("no durations")
    };
    let figures = &exported["metrics"]["http_req_duration"];
    for (name, value) in [("avg", trend.avg()), ("p(95)", trend.quantile(0.95)), ("max", trend.max())] {
        assert_eq!(figures[name].as_f64(), Some(value), "{name} of {figures}");
    }
    let paid = kept.state.registry().lookup("paid").expect("it was kept");
    assert_eq!(exported["metrics"]["paid"]["count"].as_f64(), Some(kept.state.count(paid)));
    let checks: Vec<_> = kept.checks.iter().map(|c| (&*c.group, &*c.name, c.passes, c.fails)).collect();
    assert_eq!(checks, [("::shelf", "is 200", 40, 0), ("::shelf", "is 404", 0, 40)]);
    let thresholds: Vec<_> = kept.thresholds.iter().map(|t| (&*t.metric, &*t.source, t.ok)).collect();
    assert_eq!(
        thresholds,
        [("http_req_duration", "p(95)<60000", true), ("paid{kind:book}", "count<1", false)]
    );
}

#[test]
fn where_runs_are_kept_is_the_users_choice() {
    let place = Place::new("export default function () {}");
    assert_eq!(place.run(&["run", "-q", "--no-store", "t.js"]).code, 0);
    assert!(!place.usual().exists(), "a run without a store was kept");
    assert_eq!(place.run(&["run", "-q", "--store", "deep/own.db", "t.js"]).code, 0);
    assert_eq!(latest(&place.path("deep/own.db")).state.iterations(), 1.0);
    let run = ended(place.command(&["run", "-q", "t.js"]).env("PLIMSOLL_STORE", "variable.db"));
    assert_eq!(run.code, 0, "{}", run.log);
    assert_eq!(latest(&place.path("variable.db")).state.iterations(), 1.0);
    assert_eq!(ended(place.command(&["run", "-q", "t.js"]).env("XDG_DATA_HOME", place.path("data"))).code, 0);
    assert_eq!(latest(&place.path("data/plimsoll/results.db")).state.iterations(), 1.0);
    let mut bare = place.command(&["run", "-q", "-v", "t.js"]);
    let run = ended(bare.env_remove("XDG_DATA_HOME"));
    assert!(run.code == 0 && run.log.contains("the home folder is a temporary one"), "{}", run.log);
    let run = ended(bare.env_remove("HOME"));
    assert!(run.code == 0 && run.log.contains("this run is not kept"), "{}", run.log);
    assert!(!place.usual().exists(), "a run was kept in spite of all");
    assert_eq!(place.run(&["run", "-q", "t.js"]).code, 0);
    assert_eq!(latest(&place.usual()).state.iterations(), 1.0);
}

#[test]
fn plans_are_kept_too() {
    let place = Place::new("");
    let url = format!("{}/api/products", place.shop.http_url());
    let secret = url.replace("http://", "http://user:sesame@");
    assert_eq!(place.run(&["http", "-n", "20", "-c", "2", &secret]).code, 0);
    let kept = latest(&place.usual());
    assert_eq!((kept.listed.name, kept.state.count(builtin::HTTP_REQS)), (url, 20.0));
    for entry in std::fs::read_dir(place.usual().parent().expect("it is in a folder")).expect("it is there") {
        let bytes = std::fs::read(entry.expect("it is there").path()).expect("it can be read");
        assert!(!bytes.windows(6).any(|part| part == b"sesame"), "the password is in the store");
    }
}

#[test]
fn secrets_stay_out() {
    let place = Place::new(
        "
        import http from 'k6/http';
        import secrets from 'k6/secrets';
        import { check, group, fail } from 'k6';
        import { Counter } from 'k6/metrics';
        const paid = new Counter('paid');
        export const options = { scenarios: { a: { executor: 'shared-iterations', env: { A: 'open-sesame-1' } } } };
        export async function setup() { return { token: await secrets.get('token') }; }
        export default async function () {
            const token = await secrets.get('token');
            group(`g ${token}`, () => check(1, { [`c ${token}`]: () => true }));
            paid.add(1, { token });
            http.get(`${__ENV.SHOP}/api/products?t=${token}`, { headers: { 'x-token': token } });
            fail(`no ${token}`);
        }
        ",
    );
    let source = "mock=default,token=open-sesame-2";
    let run = place.run(&["run", "-q", "--secret-source", source, "-e", "OTHER=open-sesame-3", "t.js"]);
    assert_eq!(run.code, 0, "{}", run.log);
    assert_eq!(latest(&place.usual()).state.count(builtin::HTTP_REQS), 1.0);
    for entry in std::fs::read_dir(place.usual().parent().expect("it is in a folder")).expect("it is there") {
        let path = entry.expect("it is there").path();
        let bytes = std::fs::read(&path).expect("it can be read");
        assert!(!bytes.windows(11).any(|part| part == b"open-sesame"), "a secret is in {}", path.display());
    }
}

/// Asks again and again for a while.
fn eventually<T>(mut ask: impl FnMut() -> Option<T>) -> T {
    for _ in 0..600 {
        if let Some(answer) = ask() {
            return answer;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("it did not come about");
}

/// A child that does not outlive the test.
struct Reaped(Child);

impl Drop for Reaped {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_killed_run_is_there_up_to_its_last_second() {
    let place = Place::new(
        "
        import { sleep } from 'k6';
        export const options = { vus: 1, duration: '10m' };
        export default function () { sleep(0.01); }
        ",
    );
    let mut command = place.command(&["run", "-q", "t.js"]);
    let mut child = Reaped(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts"));
    let path = place.usual();
    let before = eventually(|| {
        let library = Library::open(&path).ok()?;
        let kept = library.load(library.find("latest").ok()?, Selected::All).ok()?;
        kept.last_second.filter(|second| *second >= 1).map(|_| kept)
    });
    child.0.kill().expect("it can be killed");
    child.0.wait().expect("it ends");
    let after = latest(&path);
    assert_eq!((after.listed.ended_ms, after.listed.exit_code), (None, None));
    assert!(after.last_second >= before.last_second && after.state.iterations() >= before.state.iterations());
    assert!(after.state.iterations() > 0.0 && after.summary.is_none());
}

#[test]
fn processes_write_side_by_side() {
    let place = Place::new("export default function () {}");
    let start = |iterations: u32| {
        let mut command = place.command(&["run", "-q", "t.js", "-i", &iterations.to_string()]);
        Reaped(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts"))
    };
    let children: Vec<Reaped> = (1..=4).map(start).collect();
    for mut child in children {
        assert!(child.0.wait().expect("it ends").success());
    }
    let library = Library::open(place.usual()).expect("there is a store");
    let runs = library.list().expect("it can be read");
    let load = |run| library.load(run, Selected::All).expect("it can be read").state.iterations() as u32;
    let mut iterations: Vec<u32> = runs.into_iter().map(load).collect();
    iterations.sort_unstable();
    assert_eq!(iterations, [1, 2, 3, 4]);
}

/// The run goes on, its exit status stays, and there is one warning with these words.
#[track_caller]
fn check_trouble(run: &Said, words: &[&str]) {
    let warnings: Vec<&str> = run.log.lines().filter(|line| line.contains("level=warning")).collect();
    let about_the_store = warnings.len() == 1 && words.iter().all(|word| warnings[0].contains(word));
    assert!(about_the_store && run.code == 99 && run.out.contains("http_reqs"), "{}\n{}", run.log, run.out);
}

#[test]
fn trouble_with_the_store_is_told_and_changes_nothing() {
    let place = Place::new(SHOPPER);
    std::fs::write(place.path("text"), "no database\n".repeat(100)).expect("written");
    check_trouble(&place.run(&["run", "--store", "text/a.db", "t.js"]), &["this run is not kept", "text"]);
    check_trouble(
        &place.run(&["run", "--store", "text", "t.js"]),
        &["this run is not kept", "it is no database"],
    );
    check_trouble(
        &place.run(&["run", "--store", "/proc/a/b.db", "t.js"]),
        &["this run is not kept", "/proc/a"],
    );
}

#[test]
fn a_full_disk_is_told_and_changes_nothing() {
    let script = SHOPPER.replace(
        "paid.add(0.1,",
        "for (let n = 0; n < 200; n++) paid.add(1, { n: `${__ITER}-${n}`,  kind: 'toy' }); paid.add(0.1,",
    );
    let place = Place::new(&script);
    // Files cannot grow past 128 KB: the store is made, and what is measured does not fit into it.
    let mut command = Command::new("sh");
    command
        .args(["-c", "trap '' XFSZ; ulimit -f 256; exec \"$0\" run t.js"])
        .arg(env!("CARGO_BIN_EXE_plimsoll"));
    place.surround(&mut command);
    check_trouble(&ended(&mut command), &["this run is kept without its measurements"]);
}

#[test]
fn a_locked_store_is_told_and_changes_nothing() {
    let place = Place::new(SHOPPER);
    assert_eq!(place.run(&["run", "-q", "t.js"]).code, 99);
    let other = rusqlite::Connection::open(place.usual()).expect("there is a store");
    other.execute_batch("BEGIN IMMEDIATE").expect("nobody else writes");
    check_trouble(&place.run(&["run", "t.js"]), &["this run is not kept", "another process keeps it locked"]);
    other.execute_batch("ROLLBACK").expect("it was begun");
    assert_eq!(place.run(&["run", "-q", "t.js"]).code, 99);
    assert_eq!(
        Library::open(place.usual()).and_then(|library| library.list()).expect("it can be read").len(),
        2
    );
}

#[test]
fn a_store_may_be_a_server() {
    let Some(server) = target::servers::Postgres::start() else { return };
    let place = Place::new(SHOPPER);
    let url = server.url();
    let run = place.run(&["run", "-q", "--store", &url, "t.js"]);
    assert_eq!((run.code, run.log.contains("level=warning")), (99, false), "{}", run.log);
    assert!(!place.usual().exists(), "a file was made besides");
    let listed = ended(place.command(&["runs"]).env("PLIMSOLL_STORE", &url));
    assert!(listed.code == 0 && listed.out.contains("t.js") && listed.out.contains("40"), "{}", listed.out);
    let shown = place.run(&["show", "--store", &url, "latest"]);
    assert!(shown.out.contains("iterations") && shown.out.contains("paid"), "{}", shown.out);
    let exported = place.run(&["export", "--store", &url, "latest", "--format", "csv"]);
    assert!(exported.code == 0 && exported.out.contains("http_req_duration"), "{}", exported.log);
    assert_eq!(place.run(&["rm", "--store", &url, "latest"]).code, 0);
    assert!(!place.run(&["runs", "--store", &url]).out.contains("t.js"));
}

#[test]
fn a_dead_server_is_told_and_changes_nothing() {
    let place = Place::new(SHOPPER);
    // Port 1 of loopback takes no connections.
    let run = place.run(&["run", "--store", "postgres://ann:sesame@127.0.0.1:1/load", "t.js"]);
    check_trouble(&run, &["this run is not kept", "postgres://ann@127.0.0.1:1/load", "refused"]);
    assert!(!run.log.contains("sesame"), "{}", run.log);
    let wrong = place.run(&["run", "--store", "mysql://127.0.0.1/load", "t.js"]);
    assert!(
        wrong.code != 0 && wrong.log.contains("a store is a file or a postgres:// address"),
        "{}",
        wrong.log
    );
}
