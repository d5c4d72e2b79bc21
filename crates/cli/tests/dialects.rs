//! One journey in three dialects: a k6 script, an Artillery script and a JMeter plan that mean the same are run against
//! the same shop, which must see the same requests; the same checks hold, and p95 is the same.

mod door;
mod jmx;
mod program;

use std::path::Path;
use std::time::Duration;

use door::{Counts, Door};
use program::{folder, plimsoll};
use serde_json::Value;
use stats::Interval;
use stats::percentile::{BatchHistogram, Percentile, percentile};
use target::{Shop, ShopOptions};

/// What the shop adds to each checkout, which is one request of five: p95 lies among them.
const DELAY: Duration = Duration::from_secs(1);
/// Iterations of each dialect.
const JOURNEYS: usize = 30;

/// What came of a run.
struct Ran {
    counts: Counts,
    passed: usize,
    failed: usize,
    p95: Percentile,
}

/// Runs one of the three in a folder of its own.
fn run(door: &Door, file: &str) -> Ran {
    let folder = folder();
    let journey = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/journey"));
    for name in [file, "shoppers.csv"] {
        std::fs::copy(journey.join(name), folder.path().join(name))
            .expect("a temporary folder can be written");
    }
    let (host, port) = (format!("host={}", door.address.ip()), format!("port={}", door.address.port()));
    let usual = ["run", "--quiet", "--out", "json=samples.json", "--summary-export", "summary.json"];
    let mut command = plimsoll(folder.path(), &usual);
    match file.rsplit('.').next() {
        Some("jmx") => {
            command.args(["--jmeter-property", &host, "--jmeter-property", &port, "--jtl", "out.jtl"])
        }
        Some("js") => command.args(["--env", &format!("SHOP={}", door.url())]),
        _ => &mut command,
    };
    let output = command.arg(file).env("SHOP", door.url()).output().expect("it starts");
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    // Artillery's status for failed expectations is 21.
    let wanted = if file.ends_with(".yml") { 21 } else { 0 };
    assert_eq!(output.status.code(), Some(wanted), "{file}: {said}");
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).expect(&said);
    let (passed, failed) = if file.ends_with(".jmx") {
        let rows = jmx::fields(&read("out.jtl"));
        let good = rows.iter().skip(1).filter(|row| row[7] == "true").count();
        (good, rows.len() - 1 - good)
    } else {
        let summary: Value = serde_json::from_str(&read("summary.json")).expect("it is JSON");
        let count = |what: &str| summary["metrics"]["checks"][what].as_u64().unwrap_or(0) as usize;
        (count("passes"), count("fails"))
    };
    Ran { counts: door.counts(), passed, failed, p95: p95(&read("samples.json")) }
}

/// p95 of the durations of all requests, with its interval for samples that depend on each other.
fn p95(samples: &str) -> Percentile {
    let points = samples.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let durations: Vec<f64> = points
        .filter(|point| point["type"] == "Point" && point["metric"] == "http_req_duration")
        .filter_map(|point| point["data"]["value"].as_f64())
        .collect();
    let batches: Vec<BatchHistogram> = durations
        .chunks(durations.len().div_ceil(10))
        .map(|batch| {
            let mut sorted = batch.to_vec();
            sorted.sort_by(f64::total_cmp);
            sorted.into_iter().map(|value| (value, 1)).collect()
        })
        .collect();
    percentile(&batches, 0.95, 0.95).expect("there are samples in several batches")
}

/// Whether each lies within the interval of the other, widened by half of the delay.
fn agree(one: &Percentile, other: &Percentile) -> bool {
    let allowance = DELAY.as_secs_f64() * 1e3 / 2.0;
    let within = |value: f64, interval: &Interval| {
        (interval.lower - allowance..=interval.upper + allowance).contains(&value)
    };
    within(one.value, &other.interval) && within(other.value, &one.interval)
}

#[test]
fn one_journey_in_three_dialects_is_one_load() {
    let faults =
        vec![format!("path=/api/cart/checkout delay={}ms", DELAY.as_millis()).parse().expect("it is a rule")];
    let shop =
        Shop::start(ShopOptions { faults, ..ShopOptions::default() }).expect("the shop opens on a free port");
    let door = Door::before(shop.http);
    let mut wanted = Counts::new();
    for (request, count) in [
        ("POST /api/auth/login", JOURNEYS),
        ("GET /api/products", JOURNEYS),
        ("POST /api/cart/items", JOURNEYS),
        ("POST /api/cart/checkout", JOURNEYS),
    ] {
        wanted.insert(request.to_owned(), count);
    }
    for product in [3, 7, 11, 19, 99_999] {
        wanted.insert(format!("GET /api/products/{product}"), JOURNEYS / 5);
    }
    // A fifth of the shoppers look for a product that there is not: it is not found, not put into the cart, and the
    // cart is empty at the checkout.
    let failed = JOURNEYS / 5 * 3;
    // Counts hold in every round. Durations cannot fail by chance: below the delay none can be, since the shop waits
    // that long; above it they are only when the machine stalls, for half of a second, one request in twenty of one
    // run and not those of another. Even that must happen in each of five rounds; a program that measures one dialect
    // in another way differs in all of them.
    let mut distant = Vec::new();
    for _ in 0..5 {
        let rounds = ["journey.js", "journey.yml", "journey.jmx"].map(|file| (file, run(&door, file)));
        for (file, ran) in &rounds {
            assert_eq!(ran.counts, wanted, "{file}");
            assert_eq!((ran.passed, ran.failed), (JOURNEYS * 5 - failed, failed), "{file}");
            assert!(ran.p95.value >= DELAY.as_secs_f64() * 1e3, "{file}: {:?}", ran.p95);
        }
        let [(_, script), (_, artillery), (_, jmeter)] = &rounds;
        if agree(&script.p95, &artillery.p95)
            && agree(&script.p95, &jmeter.p95)
            && agree(&artillery.p95, &jmeter.p95)
        {
            return;
        }
        distant.push(format!("{:?} {:?} {:?}", script.p95, artillery.p95, jmeter.p95));
    }
    panic!("p95 differs in every round: {distant:#?}");
}
