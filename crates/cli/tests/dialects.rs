//! One journey in three dialects: a k6 script, an Artillery script and a JMeter plan that mean the same are run against
//! the same shop, which must see the same requests; the same checks hold, and what is measured is what happened.

mod door;
mod jmx;
mod program;

use std::path::Path;
use std::time::Duration;

use door::{Counts, Door, Span};
use program::{folder, plimsoll};
use serde_json::Value;
use target::{Shop, ShopOptions};

/// What the shop adds to each checkout: all else is short beside it.
const DELAY: Duration = Duration::from_secs(1);
const DELAY_MS: f64 = 1e3;
/// How far apart two clocks may be that are read at once.
const CLOCKS_MS: f64 = 1.0;
/// Iterations of each dialect.
const JOURNEYS: usize = 30;

/// What came of a run.
struct Ran {
    counts: Counts,
    passed: usize,
    failed: usize,
    /// How many durations of requests there are.
    measured: usize,
    /// Those of the checkouts, from the shortest to the longest, in milliseconds.
    checkouts: Vec<f64>,
    spans: Vec<Span>,
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
    let samples = read("samples.json");
    let (measured, checkouts) = (durations(&samples, "").len(), durations(&samples, "checkout"));
    Ran { counts: door.counts(), passed, failed, measured, checkouts, spans: door.spans() }
}

/// The durations of the requests that have a word in their name or address, in order.
fn durations(samples: &str, word: &str) -> Vec<f64> {
    let points = samples.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut durations: Vec<f64> = points
        .filter(|point| point["type"] == "Point" && point["metric"] == "http_req_duration")
        .filter(|point| {
            let tags = &point["data"]["tags"];
            [&tags["name"], &tags["url"]]
                .iter()
                .any(|tag| tag.as_str().is_some_and(|tag| tag.to_ascii_lowercase().contains(word)))
        })
        .filter_map(|point| point["data"]["value"].as_f64())
        .collect();
    durations.sort_by(f64::total_cmp);
    durations
}

/// What was measured of the checkouts lies between what the door knows of them, rank by rank, and so p95 does. That holds
/// however slow the machine is: it makes the door's bounds wider, and never wrong.
fn check_durations(file: &str, ran: &Ran) {
    let known: Vec<&Span> = ran.spans.iter().filter(|span| span.request.ends_with("/checkout")).collect();
    let sorted = |bound: &dyn Fn(&Span) -> f64| {
        let mut all: Vec<f64> = known.iter().map(|span| bound(span)).collect();
        all.sort_by(f64::total_cmp);
        all
    };
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    let least = sorted(&|span| ms(span.least));
    let most = sorted(&|span| span.most.map_or(f64::INFINITY, ms));
    assert_eq!((ran.checkouts.len(), known.len()), (JOURNEYS, JOURNEYS), "{file}");
    assert!(least.iter().all(|ms| *ms >= DELAY_MS), "{file}: {least:?}");
    assert!(most.iter().all(|ms| ms.is_finite()), "{file}: a checkout is never the first of a connection");
    let measured = &ran.checkouts;
    for rank in 0..JOURNEYS {
        // Two clocks are read, one of them in milliseconds of three digits and more.
        let within = least[rank] - CLOCKS_MS..=most[rank] + CLOCKS_MS;
        assert!(within.contains(&measured[rank]), "{file}: {within:?} at {rank} of {measured:?}");
    }
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
    for file in ["journey.js", "journey.yml", "journey.jmx"] {
        let ran = run(&door, file);
        assert_eq!(ran.counts, wanted, "{file}");
        assert_eq!((ran.passed, ran.failed), (JOURNEYS * 5 - failed, failed), "{file}");
        assert_eq!(ran.measured, JOURNEYS * 5, "{file}");
        check_durations(file, &ran);
    }
}
