//! The store in PostgreSQL: it gives back what the file does, and a server that goes away takes nothing along.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use metrics::{Exchange, HttpSample, Message, Recorder, RecorderConfig, Registry, Standing, builtin};
use model::{Clock, Log, Logger, Nanos, Record};
use plimsoll_store::{
    Check, Closing, Keeper, Library, Opening, Place, Retention, Searching, Selected, Sought, Threshold,
};
use target::servers::Postgres;

/// What the store complains about.
#[derive(Default)]
struct Heard(Mutex<Vec<String>>);

impl Log for Heard {
    fn log(&self, record: Record) {
        self.0.lock().expect("nobody panics with it").push(format!("{record:?}"));
    }
}

/// A run that is being kept, and its one worker.
struct Run {
    keeper: Keeper,
    recorder: Recorder,
    heard: Arc<Heard>,
    second: u64,
}

impl Run {
    fn begin(place: &Place, name: &str, retention: Option<Retention>) -> Self {
        let (registry, clock) = (Registry::new(), Clock::start());
        let heard = Arc::<Heard>::default();
        let log: Logger = heard.clone();
        let opening = Opening {
            name: name.to_owned(),
            started_ms: 1_000,
            scenarios: vec!["browse".to_owned()],
            retention,
            ..Opening::default()
        };
        let keeper = Keeper::start(place, opening, registry.clone(), clock, &log);
        let config = RecorderConfig { exchanges: true, ..RecorderConfig::default() };
        let recorder = Recorder::new(0, registry, clock, config);
        Self { keeper, recorder, heard, second: 0 }
    }

    /// Measures one second.
    fn measure(&mut self) {
        let (key, value) = (self.recorder.sym("name"), self.recorder.sym("a 'quoted' \"name\" \u{1f600}\0"));
        let tags = self.recorder.tag_set(&[(key, value)]);
        for step in 0..50 {
            let duration = Nanos::from_millis(10 + step * (self.second + 1) % 37);
            let sample = HttpSample { duration, failed: Some(step == 3), ..HttpSample::default() };
            self.recorder.http(tags, &sample);
            let code = if step == 3 { 1500 } else { 0 };
            if let Some(standing) = self.recorder.wants_exchange(&sample, code) {
                self.recorder.keep_exchange(exchange(standing, &sample, code), tags);
            }
        }
        self.second += 1;
        let frame = self.recorder.take_frame(Nanos::from_secs(self.second));
        self.keeper.frame(&frame, Some(Nanos::ZERO));
    }

    fn end(self) -> Vec<String> {
        let check = Check { group: "::shelf".into(), name: "is 200".into(), passes: 7, fails: 1 };
        let threshold =
            Threshold { metric: "http_reqs".into(), source: "count>1".into(), ok: true, value: Some(3.5) };
        self.keeper.finish(Closing {
            ended_ms: 5_000,
            load_ns: self.second * 1_000_000_000,
            exit_code: 99,
            checks: vec![check],
            thresholds: vec![threshold],
            ..Closing::default()
        });
        let heard = self.heard.0.lock().expect("nobody panics with it");
        heard.clone()
    }
}

fn exchange(standing: Standing, sample: &HttpSample, code: u16) -> Exchange {
    let headers = [("X-Odd", "a 'quoted' \"value\" \u{1f600}\0")];
    Exchange {
        standing,
        sample: *sample,
        method: "GET".to_owned(),
        url: Exchange::shown("http://h/'a'?b=\"c\"\0"),
        status: if code == 0 { 200 } else { 500 },
        code,
        error: None,
        proto: "HTTP/1.1",
        remote: None,
        trace_id: Some("abc".to_owned()),
        tags: Vec::new(),
        request: Message::of(headers.into_iter(), b"{}"),
        response: Message::of(headers.into_iter(), &[0xff; 5000]),
    }
}

/// Asks again and again, for 20 s at least.
fn eventually(what: &str, mut happened: impl FnMut() -> bool) {
    for _ in 0..1_000 {
        if happened() {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("it did not come about: {what}");
}

fn server() -> Option<(Postgres, Place)> {
    let server = Postgres::start()?;
    let place = Place::parse(&server.url()).expect("it is an address");
    Some((server, place))
}

#[test]
fn both_kinds_of_store_give_back_the_same() {
    let Some((_server, place)) = server() else { return };
    let folder = tempfile::tempdir().expect("the system has a temporary folder");
    let missing = Library::open(&place).map(|_| ()).expect_err("nothing is there");
    assert!(missing.is_not_found() && missing.to_string().contains("there is no store yet"), "{missing}");
    let [server, file] = [place, Place::from(folder.path().join("results.db"))].map(|place| {
        let mut run = Run::begin(&place, "same.js", None);
        (0..40).for_each(|_| run.measure());
        assert_eq!(run.end(), [""; 0]);
        let library = Library::open(&place).expect("there is a store");
        let run = library.find("latest").expect("there is a run");
        let series = library.series(&run).expect("it can be read");
        let mut measured = Vec::new();
        library
            .measurements(&run, &series, |_, one| measured.push((one.second, one.series, one.point)))
            .expect("it can be read");
        measured.sort_by_key(|(second, number, _)| (*second, *number));
        let exchanges: Vec<_> = library
            .exchanges(&run)
            .expect("it can be read")
            .into_iter()
            // Each run has its own clock.
            .map(|one| (one.standing, one.duration_ns, one.method, one.url, one.status, one.code, one.detail))
            .collect();
        assert_eq!(exchanges.len(), 3 + 10);
        assert_eq!(exchanges[0].6["response"]["body_bytes"], 5000);
        let kept = library.load(run, Selected::All).expect("it can be read");
        assert_eq!(kept.state.count(builtin::HTTP_REQS), 2_000.0);
        let listed = (kept.listed.name, kept.listed.ended_ms, kept.listed.load_ns, kept.listed.exit_code);
        (listed, series, measured, exchanges, kept.checks, kept.thresholds, kept.scenarios, kept.last_second)
    });
    assert_eq!(server, file);
}

#[test]
fn runs_in_a_server_are_found_and_removed() {
    let Some((_server, place)) = server() else { return };
    // Two programs make the tables at once.
    let runs: Vec<Run> = ["a.js", "b.js"].map(|name| Run::begin(&place, name, None)).into();
    for mut run in runs {
        run.measure();
        assert_eq!(run.end(), [""; 0]);
    }
    let mut library = Library::open(&place).expect("there is a store");
    let runs = library.list().expect("it can be read");
    assert_eq!(runs.len(), 2);
    assert_eq!(library.find(&runs[1].id[..7]).expect("one begins so"), runs[1]);
    library.remove(&runs[1..]).expect("it can be written");
    assert_eq!(library.list().expect("it can be read"), runs[..1]);
    let mut run = Run::begin(&place, "c.js", Some(Retention::Latest(1)));
    run.measure();
    assert_eq!(run.end(), [""; 0]);
    let names: Vec<String> =
        library.list().expect("it can be read").into_iter().map(|run| run.name).collect();
    assert_eq!(names, ["c.js"]);
}

#[test]
fn a_server_that_comes_back_has_everything() {
    let Some((mut server, place)) = server() else { return };
    let mut run = Run::begin(&place, "t.js", None);
    run.measure();
    let kept_to = |second: i64| {
        let kept = || {
            let library = Library::open(&place).ok()?;
            library.load(library.find("latest").ok()?, Selected::All).ok()?.last_second
        };
        kept() >= Some(second)
    };
    eventually("the first second is kept", || kept_to(0));
    for _ in 0..2 {
        server.stop();
        run.measure();
        // Long enough for a write to fail.
        std::thread::sleep(Duration::from_millis(1_300));
        server.resume();
        run.measure();
        let last = run.second as i64 - 1;
        eventually("what was measured meanwhile is kept", || kept_to(last));
    }
    assert_eq!(run.end(), [""; 0]);
    let library = Library::open(&place).expect("there is a store");
    let kept =
        library.find("latest").and_then(|run| library.load(run, Selected::All)).expect("it can be read");
    assert_eq!((kept.state.count(builtin::HTTP_REQS), kept.listed.exit_code), (250.0, Some(99)));
}

#[test]
fn a_server_that_is_gone_is_told_once() {
    let Some((mut server, place)) = server() else { return };
    let mut run = Run::begin(&place, "t.js", None);
    run.measure();
    eventually("the run is there", || {
        Library::open(&place).is_ok_and(|library| library.find("latest").is_ok())
    });
    server.stop();
    run.measure();
    let heard = run.end();
    assert!(heard.len() == 1 && heard[0].contains("this run is kept"), "{heard:?}");
}

#[test]
fn searches_in_a_server_are_found_and_removed() {
    let Some((_server, place)) = server() else { return };
    let sought = Sought { name: "t.js".to_owned(), started_ms: 10, ..Sought::default() };
    let latest_one = Sought { retention: Some(Retention::Latest(1)), started_ms: 20, ..sought.clone() };
    let mut ended = Vec::new();
    for sought in [&sought, &latest_one] {
        let mut searching = Searching::begin(&place, sought).expect("the server is there");
        searching.trial(1, &serde_json::json!({ "load": 20.5 }), 30).expect("the server is there");
        ended.push(searching.id().to_owned());
        searching.end(99, &serde_json::json!({ "word": "found" }), 40).expect("the server is there");
    }
    let mut library = Library::open(&place).expect("the server is there");
    let found = library.searches().expect("they can be read");
    assert_eq!(found.iter().map(|one| &one.id).collect::<Vec<_>>(), [&ended[1]], "one stays");
    assert_eq!((found[0].trials, found[0].exit_code, found[0].ended_ms), (1, Some(99), Some(40)));
    let trials = library.trials(&found[0]).expect("they can be read");
    assert_eq!(trials, [serde_json::json!({ "load": 20.5 })]);
    library.remove_search(&found[0]).expect("it can be removed");
    assert!(library.searches().expect("they can be read").is_empty());
}
