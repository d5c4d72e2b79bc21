//! The file outputs, byte by byte, and what the driver does with outputs that stall, fail or panic.

#[path = "support/golden.rs"]
mod golden;

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use metrics::{Contains, Kind, MetricId, RawSample, Registry, Tags};
use model::{Clock, Logger, Nanos, SystemTags, Threshold, log::Memory};
use plimsoll_report::output::{Setup, create};
use plimsoll_report::sink::{Error, Limits, Outputs, Report, Sink, Zone};

use golden::golden;

const PATIENCE: Duration = Duration::from_secs(20);
const NEW_YEAR_2100_NS: u64 = 4_102_444_800_000_000_000;

/// Settings of a test: thresholds and tags as a small script would have them.
struct World {
    env: BTreeMap<String, String>,
    thresholds: BTreeMap<String, Vec<Threshold>>,
    system_tags: SystemTags,
    registry: Arc<Registry>,
    clock: Clock,
    zone: Zone,
}

impl World {
    fn small() -> Self {
        let thresholds =
            [("my_counter", vec!["count>0"]), ("my_counter{k: \"v\",j:1:2}", vec!["count>1", "rate>0"])];
        Self {
            thresholds: thresholds
                .into_iter()
                .map(|(name, all)| (name.to_owned(), all.into_iter().map(threshold).collect()))
                .collect(),
            system_tags: SystemTags::from_names(["url", "scenario", "group", "status"]).expect("known names"),
            env: BTreeMap::new(),
            registry: Registry::new(),
            clock: Clock::start(),
            zone: Zone::utc(),
        }
    }

    fn sink(&self, text: &str) -> Result<Box<dyn Sink>, Error> {
        create(
            text,
            &Setup {
                argument: "",
                env: &self.env,
                system_tags: self.system_tags,
                thresholds: &self.thresholds,
                registry: &self.registry,
                clock: self.clock,
                zone: &self.zone,
            },
        )
    }

    /// Writes the usual samples with one output.
    fn write(&self, text: &str) -> Vec<Report> {
        let outputs = start(vec![self.sink(text).expect("a sink")], Limits::default(), &log().1);
        for batch in self.batches() {
            outputs.samples(batch);
        }
        finish(outputs, PATIENCE)
    }

    /// Two batches of two samples each, from the first day of 2100 on.
    fn batches(&self) -> Vec<Vec<RawSample>> {
        let declare = |name: &str, kind, contains| self.registry.declare(name, kind, contains).expect(name);
        let counter = declare("my_counter", Kind::Counter, Contains::Default);
        let duration = declare("http_req_duration", Kind::Trend, Contains::Time);
        let sent = declare("data_sent", Kind::Counter, Contains::Data);
        let plain = tags(&[("group", ""), ("scenario", "default")]);
        let request = tags(&[
            ("group", "::buy, then \"pay\""),
            ("mine", "x"),
            ("scenario", "default"),
            ("status", "200"),
            ("url", "http://h/a?q=1&r=2"),
            ("zone", "eu"),
        ]);
        let sample = |metric: MetricId, value, after_ns: u64, tags: &Tags| RawSample {
            metric,
            value,
            at: Nanos(NEW_YEAR_2100_NS - self.clock.unix_ns(Nanos::ZERO) + after_ns),
            tags: Arc::clone(tags),
            metadata: None,
        };
        let mut traced = sample(counter, 1.0, 0, &plain);
        traced.metadata = Some(tags(&[("iter", "0"), ("trace", "a\nb")]));
        vec![
            vec![traced, sample(duration, 12.345_678_9, 120_000_000, &request)],
            vec![sample(counter, -0.5, 1_000_000_001, &plain), sample(sent, 1e21, 0, &request)],
        ]
    }
}

/// Lets outputs finish, and says what became of each.
fn finish(outputs: Outputs, patience: Duration) -> Vec<Report> {
    let mut closing = outputs.close();
    closing.wait(patience);
    closing.reports()
}

/// Two samples of any kind.
fn two() -> Vec<RawSample> {
    World::small().batches().remove(0)
}

fn threshold(source: &str) -> Threshold {
    Threshold { source: source.to_owned(), abort_on_fail: false, delay_abort_eval: None, per_stage: false }
}

fn log() -> (Arc<Memory>, Logger) {
    let memory = Arc::<Memory>::default();
    (Arc::clone(&memory), memory)
}

fn start(sinks: Vec<Box<dyn Sink>>, limits: Limits, log: &Logger) -> Outputs {
    Outputs::start(sinks, limits, Clock::start(), log).expect("the outputs open")
}

fn tags(pairs: &[(&str, &str)]) -> Tags {
    pairs.iter().map(|(key, value)| (Arc::from(*key), Arc::from(*value))).collect()
}

fn in_folder(file: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(file).display().to_string();
    (folder, path)
}

fn unzipped(path: &str) -> String {
    let mut text = String::new();
    let file = fs::File::open(path).expect("the file");
    flate2::read::GzDecoder::new(file).read_to_string(&mut text).expect("a whole archive");
    text
}

#[test]
fn files_hold_every_sample() {
    for (kind, name) in [("json", "samples.json"), ("csv", "samples.csv")] {
        let (_folder, path) = in_folder(name);
        let reports = World::small().write(&format!("{kind}={path}"));
        assert_eq!((reports[0].taken, reports[0].dropped, reports[0].finished), (4, 0, true));
        let plain = fs::read_to_string(&path).expect("the file");
        golden(name, &plain);
        let (_folder, zipped) = in_folder(&format!("{name}.gz"));
        World::small().write(&format!("{kind}={zipped}"));
        assert_eq!(unzipped(&zipped), plain);
    }
}

#[test]
fn json_lines_are_documents() {
    let (_folder, path) = in_folder("out.json");
    World::small().write(&format!("json={path}"));
    let text = fs::read_to_string(&path).expect("the file");
    let lines: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).expect("a document")).collect();
    assert_eq!(lines.len(), 3 + 4);
    assert_eq!(lines[0]["data"]["submetrics"][0]["tags"], serde_json::json!({ "k": "v", "j": "1:2" }));
    assert_eq!(lines[1]["data"]["metadata"]["trace"], "a\nb");
}

#[test]
fn csv_obeys_its_settings() {
    let check = |variables: &[(&str, &str)], argument: &str, first: &str| {
        let (_folder, path) = in_folder("out.csv");
        let mut world = World { zone: Zone::fixed(5400), ..World::small() };
        world.env =
            variables.iter().map(|(key, value)| ((*key).to_owned(), value.replace("PATH", &path))).collect();
        world.write(&format!("csv{}", argument.replace("PATH", &path)));
        let text = fs::read_to_string(&path).expect("the file");
        let row = text.lines().nth(1).expect("a row");
        assert_eq!(row.split(',').nth(1), Some(first), "{variables:?} {argument}");
    };
    let file = ("K6_CSV_FILENAME", "PATH");
    check(&[file], "", "4102444800");
    check(&[], "=PATH", "4102444800");
    check(&[("K6_CSV_FILENAME", "/nowhere/at/all")], "=PATH", "4102444800");
    check(&[("K6_CSV_TIME_FORMAT", "unix")], "=file_name=PATH,time_format=unix_milli", "4102444800000");
    check(
        &[file, ("K6_CSV_TIME_FORMAT", "unix_micro"), ("K6_CSV_SAVE_INTERVAL", "200ms")],
        "",
        "4102444800000000",
    );
    check(&[file, ("K6_CSV_TIME_FORMAT", "unix_nano")], "", "4102444800000000000");
    check(&[file, ("K6_CSV_TIME_FORMAT", "rfc3339")], "", "2100-01-01T01:30:00+01:30");
    check(&[file, ("K6_CSV_TIME_FORMAT", "rfc3339_nano")], "", "2100-01-01T01:30:00+01:30");
}

#[test]
fn wrong_settings_are_refused() {
    let check = |variable: &str, value: &str, want: &str| {
        let mut world = World::small();
        world.env.insert(variable.to_owned(), value.to_owned());
        let error = world.sink("csv").err().expect("an error").to_string();
        assert!(error.starts_with("could not create the 'csv' output: ") && error.contains(want), "{error}");
    };
    check("K6_CSV_TIME_FORMAT", "tomorrow", "'tomorrow' is not a valid TimeFormat");
    check("K6_CSV_SAVE_INTERVAL", "soon", "invalid duration");
}

#[test]
fn a_file_that_cannot_be_made_keeps_the_run_from_starting() {
    for name in ["json=no/such/out.json", "csv=no/such/out.json"] {
        let sinks = vec![World::small().sink(name).expect("a sink")];
        let error = Outputs::start(sinks, Limits::default(), Clock::start(), &log().1).err();
        assert_eq!(error.expect("an error").to_string(), "open no/such/out.json: no such file or directory");
    }
}

#[test]
fn a_full_disk_is_reported_once_and_the_others_go_on() {
    if !Path::new("/dev/full").exists() {
        return;
    }
    let (_folder, path) = in_folder("good.json");
    let world = World::small();
    let names = ["json=/dev/full".to_owned(), "csv=/dev/full".to_owned(), format!("json={path}")];
    let sinks = names.iter().map(|name| world.sink(name).expect("a sink")).collect();
    let (memory, logger) = log();
    let outputs = start(sinks, Limits::default(), &logger);
    let batch = world.batches().remove(0);
    // More than the buffers hold, so that the failure comes while the run goes on.
    for _ in 0..2000 {
        outputs.samples(batch.clone());
    }
    let reports = finish(outputs, PATIENCE);
    for report in &reports[..2] {
        assert_eq!(report.failure.as_deref(), Some("write /dev/full: no space left on device"));
        assert_eq!(report.taken + report.dropped, 4000);
        assert!(report.dropped > 0 && report.finished);
    }
    assert_eq!((reports[2].taken, reports[2].failure.as_ref()), (4000, None));
    let errors = memory.take();
    assert_eq!(errors.len(), 2, "{errors:?}");
    assert!(errors.iter().all(|record| record.message.starts_with("an output failed")));
    let lines = fs::read_to_string(&path).expect("the file").lines().count();
    assert_eq!(lines, 4002);
}

#[test]
fn a_small_file_on_a_full_disk_fails_at_the_end() {
    if !Path::new("/dev/full").exists() {
        return;
    }
    let reports = World::small().write("json=/dev/full");
    assert_eq!(reports[0].failure.as_deref(), Some("write /dev/full: no space left on device"));
}

/// A sink that takes a batch only when told, and does then what it is told.
struct Puppet(Receiver<Act>);

enum Act {
    Take,
    Panic,
}

impl Sink for Puppet {
    fn describe(&self) -> String {
        "puppet".to_owned()
    }

    fn start(&mut self) -> Result<(), Error> {
        Ok(())
    }

    fn samples(&mut self, _: &[RawSample]) -> Result<(), Error> {
        match self.0.recv() {
            Ok(Act::Panic) => panic!("told to"),
            Ok(Act::Take) | Err(_) => Ok(()),
        }
    }
}

#[test]
fn a_stalled_output_loses_samples_but_never_blocks() {
    let (strings, puppet) = channel();
    let (memory, logger) = log();
    let outputs = start(vec![Box::new(Puppet(puppet))], Limits { batches: 3, samples: 1000 }, &logger);
    let batch = two();
    for _ in 0..50 {
        outputs.samples(batch.clone());
    }
    assert!(memory.take().iter().any(|record| record.message.starts_with("an output cannot keep up")));
    for _ in 0..50 {
        let _ = strings.send(Act::Take);
    }
    let report = finish(outputs, PATIENCE).remove(0);
    assert_eq!(report.taken + report.dropped, 100);
    // The queue holds three batches, and the thread at most one more.
    assert!((6..=8).contains(&report.taken), "{report:?}");
    assert!(memory.take().iter().any(|record| record.message.contains("samples did not reach")));
}

#[test]
fn the_bound_counts_samples_too() {
    let (strings, puppet) = channel();
    let outputs = start(vec![Box::new(Puppet(puppet))], Limits { batches: 100, samples: 5 }, &log().1);
    for _ in 0..10 {
        outputs.samples(two());
    }
    drop(strings);
    let report = finish(outputs, PATIENCE).remove(0);
    assert_eq!((report.taken, report.dropped), (4, 16));
}

#[test]
fn an_output_that_does_not_finish_is_left_behind() {
    let (_strings, puppet) = channel::<Act>();
    let outputs = start(vec![Box::new(Puppet(puppet))], Limits::default(), &log().1);
    outputs.samples(two());
    let report = finish(outputs, Duration::from_millis(5)).remove(0);
    assert_eq!((report.taken, report.dropped, report.finished), (0, 2, false));
}

#[test]
fn a_panic_ends_the_output_alone() {
    let (strings, puppet) = channel();
    let (memory, logger) = log();
    let outputs = start(vec![Box::new(Puppet(puppet))], Limits::default(), &logger);
    strings.send(Act::Panic).expect("the puppet listens");
    outputs.samples(two());
    outputs.samples(two());
    let report = finish(outputs, PATIENCE).remove(0);
    assert_eq!((report.taken, report.dropped, report.finished), (0, 4, true));
    assert_eq!(memory.take().len(), 1);
}
