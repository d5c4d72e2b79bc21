//! Makes a store with busy runs in it, to see how long it takes to work with them: 10,000 requests a second for ten minutes
//! unless told otherwise.
//!
//! ```sh
//! cargo run --release -p plimsoll-store --example busy -- busy.db 2 600 10000
//! ```

#[path = "../tests/busy/mod.rs"]
mod busy;

use metrics::{Recorder, RecorderConfig, Registry};
use model::{Clock, Nanos};
use plimsoll_store::{Closing, Error, Opening, Recording};
use serde_json::json;

fn main() -> Result<(), Error> {
    let mut words = std::env::args().skip(1);
    let path = words.next().unwrap_or_else(|| "busy.db".to_owned());
    let mut number = |usual: u64| words.next().and_then(|word| word.parse().ok()).unwrap_or(usual);
    let (runs, seconds, per_second) = (number(2), number(600), number(10_000));
    for run in 0..runs {
        let (registry, clock) = (Registry::new(), Clock::start());
        let began_ms = clock.unix_ns(clock.now()) as i64 / 1_000_000;
        let opening = Opening { name: "busy".to_owned(), started_ms: began_ms, ..Opening::default() };
        let mut recording = Recording::begin(std::path::Path::new(&path), &opening, registry.clone())?;
        let mut recorder = Recorder::new(0, registry, clock, RecorderConfig::default());
        let mut dice = busy::Dice(7 + run);
        for second in 0..seconds {
            busy::measure(&mut recorder, &mut dice, second, per_second);
            recording.add(&recorder.take_frame(Nanos::from_secs(second + 1)), second as i64);
            recording.commit(began_ms + 1000 * second as i64)?;
        }
        recording.end(&Closing {
            ended_ms: began_ms + 1000 * seconds as i64,
            load_ns: seconds * 1_000_000_000,
            trust: json!({ "trusted": true }),
            ..Closing::default()
        })?;
    }
    Ok(())
}
