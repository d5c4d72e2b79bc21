//! How much room a busy run takes: ten minutes at 10,000 requests a second have to fit into 20 MB.

mod busy;

use std::sync::Arc;

use busy::Dice;
use metrics::{Recorder, RecorderConfig, Registry, builtin};
use model::{Clock, Log, Nanos, Record};
use plimsoll_store::{Closing, Keeper, Library, Opening, Selected};

/// Part of the ten minutes that is played.
const SECONDS: u64 = 30;
const SECONDS_WHOLE: u64 = 600;
const PER_SECOND: u64 = 10_000;
const WORKERS: u32 = 2;
const BYTES_WHOLE: u64 = 20_000_000;

/// Nothing may go wrong here.
struct Quiet;

impl Log for Quiet {
    fn log(&self, record: Record) {
        panic!("{record:?}");
    }
}

#[test]
fn a_busy_run_is_small() {
    let folder = tempfile::tempdir().expect("the system has a temporary folder");
    let path = folder.path().join("results.db");
    let (registry, clock) = (Registry::new(), Clock::start());
    let log: model::Logger = Arc::new(Quiet);
    let opening = Opening { name: "busy".to_owned(), ..Opening::default() };
    let mut keeper = Keeper::start(&path, opening, registry.clone(), clock, &log);
    let mut dice = Dice(7);
    let mut recorders: Vec<Recorder> =
        (0..WORKERS).map(|w| Recorder::new(w, registry.clone(), clock, RecorderConfig::default())).collect();
    for second in 0..SECONDS {
        for recorder in &mut recorders {
            busy::measure(recorder, &mut dice, second, PER_SECOND / u64::from(WORKERS));
            keeper.frame(&recorder.take_frame(Nanos::from_secs(second + 1)), Some(Nanos::ZERO));
        }
    }
    keeper.finish(Closing { load_ns: SECONDS * 1_000_000_000, ..Closing::default() });

    let library = Library::open(&path).expect("there is a store");
    let kept = library.load(library.find("latest").expect("a run"), Selected::All).expect("it can be read");
    assert_eq!(kept.state.count(builtin::HTTP_REQS), (SECONDS * PER_SECOND) as f64);
    assert_eq!((kept.last_second, kept.listed.lost_frames), (Some(SECONDS as i64 - 1), 0));
    let files = std::fs::read_dir(folder.path()).expect("it is there").flatten();
    let wanted = files.filter(|file| !file.file_name().to_string_lossy().ends_with("-shm"));
    let bytes: u64 = wanted.map(|file| file.metadata().expect("it is there").len()).sum();
    println!("{bytes} bytes for {SECONDS} s, {} for {SECONDS_WHOLE} s", bytes * SECONDS_WHOLE / SECONDS);
    assert!(bytes * SECONDS_WHOLE / SECONDS <= BYTES_WHOLE, "{bytes} bytes for {SECONDS} s");
}
