//! What recording costs: nanoseconds per `http()` call, with the tags that a script's request has.
//!
//! `cargo run --release -p plimsoll-metrics --example recorder [calls]`; with few calls, it is a loop for
//! `valgrind --tool=callgrind`.

use std::hint::black_box;
use std::time::Duration;

use model::{Clock, Nanos};
use plimsoll_metrics::{Aggregate, HttpSample, Recorder, RecorderConfig, Registry, TagSetId, builtin};

const SERIES: usize = 16;

fn main() {
    let calls = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(20_000_000_u64);
    let clock = Clock::start();
    let registry = Registry::new();
    let mut recorder = Recorder::new(0, registry.clone(), clock, RecorderConfig::default());
    let base = scenario(&mut recorder);
    let tags: Vec<TagSetId> = (0..SERIES).map(|i| request(&mut recorder, base, i)).collect();
    // Past the exact part, so that what is measured is what a long run pays.
    run(&mut recorder, &tags, 100_000);
    let first = recorder.take_frame(clock.now());
    println!("{calls} calls");
    report("http(), one tag set", calls, &clock, || run(&mut recorder, &tags[..1], calls));
    report("http(), 16 tag sets", calls, &clock, || run(&mut recorder, &tags, calls));
    report("six tags and http()", calls / 4, &clock, || {
        for i in 0..calls / 4 {
            let set = request(&mut recorder, base, black_box(i as usize % SERIES));
            recorder.http(set, &sample(i));
        }
    });
    report("add() to a rate", calls, &clock, || {
        for i in 0..calls {
            recorder.add(builtin::CHECKS, tags[i as usize % SERIES], f64::from(i % 7 > 0), Nanos(i));
        }
    });
    report("generator_lag()", calls, &clock, || {
        (0..calls).for_each(|i| recorder.generator_lag(Nanos(1000 + i * 7919 % 100_000)));
    });
    let frame = timed("take_frame()", &clock, || recorder.take_frame(clock.now()));
    let mut bytes = Vec::new();
    timed("encode()", &clock, || frame.encode(&mut bytes));
    println!("{} series in {} bytes", frame.series_count(), bytes.len());
    let mut aggregate = Aggregate::new(registry, &[]);
    aggregate.apply(first);
    timed("apply()", &clock, || aggregate.apply(frame));
}

fn run(recorder: &mut Recorder, tags: &[TagSetId], calls: u64) {
    for i in 0..calls {
        recorder.http(tags[i as usize % tags.len()], &sample(i));
    }
}

/// Latencies around a millisecond over a connection that is open already.
fn sample(i: u64) -> HttpSample {
    let noise = i.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 44;
    let (sending, waiting, receiving) = (Nanos(9_000 + noise % 4_000), Nanos(400_000 + noise), Nanos(30_000));
    HttpSample {
        at: Nanos(i),
        duration: sending + waiting + receiving,
        blocked: Nanos(900 + noise % 512),
        connecting: Nanos::ZERO,
        tls_handshaking: Nanos::ZERO,
        sending,
        waiting,
        receiving,
        failed: Some(noise.is_multiple_of(100)),
        response_time: None,
    }
}

fn scenario(recorder: &mut Recorder) -> TagSetId {
    let pairs = [("scenario", "default"), ("group", "")];
    let pairs: Vec<_> = pairs.iter().map(|(key, value)| (recorder.sym(key), recorder.sym(value))).collect();
    recorder.tag_set(&pairs)
}

fn request(recorder: &mut Recorder, base: TagSetId, i: usize) -> TagSetId {
    const URLS: [&str; SERIES] = [
        "http://shop.test/",
        "http://shop.test/a",
        "http://shop.test/b",
        "http://shop.test/c",
        "http://shop.test/d",
        "http://shop.test/e",
        "http://shop.test/f",
        "http://shop.test/g",
        "http://shop.test/h",
        "http://shop.test/i",
        "http://shop.test/j",
        "http://shop.test/k",
        "http://shop.test/l",
        "http://shop.test/m",
        "http://shop.test/n",
        "http://shop.test/o",
    ];
    let tags = [
        ("url", URLS[i]),
        ("name", URLS[i]),
        ("method", "GET"),
        ("status", "200"),
        ("proto", "HTTP/1.1"),
        ("expected_response", "true"),
    ];
    tags.iter().fold(base, |set, (key, value)| {
        let (key, value) = (recorder.sym(key), recorder.sym(value));
        recorder.with_tag(set, key, value)
    })
}

fn report(what: &str, calls: u64, clock: &Clock, work: impl FnOnce()) {
    let before = clock.now();
    work();
    println!("{what}: {:.1} ns", (clock.now() - before).0 as f64 / calls as f64);
}

fn timed<T>(what: &str, clock: &Clock, work: impl FnOnce() -> T) -> T {
    let before = clock.now();
    let made = work();
    println!("{what}: {:?}", Duration::from(clock.now() - before));
    made
}
