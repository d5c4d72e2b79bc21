//! Mangles seed inputs and feeds them to one parser until the time is over; a panic shows the input.
//!
//! `plimsoll-fuzz TARGET SECONDS [SEED]`. It is not guided by coverage.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// A parser and what to begin with.
struct Target {
    name: &'static str,
    run: fn(&str),
    seeds: &'static [&'static str],
    /// Pieces that mean something to the parser.
    words: &'static [&'static str],
}

const TARGETS: &[Target] = &[
    Target {
        name: "options",
        run: options,
        seeds: &[
            r#"{"vus":10,"duration":"30s","iterations":100,"stages":[{"duration":"1m30s","target":5}]}"#,
            r#"{"scenarios":{"a":{"executor":"ramping-arrival-rate","startRate":1,"timeUnit":"1s",
                "preAllocatedVUs":5,"maxVUs":9,"stages":[{"target":3,"duration":"5s"}],"gracefulStop":"0s"}}}"#,
            r#"{"thresholds":{"http_req_duration{a:b}":["p(95)<200",{"threshold":"avg<1","abortOnFail":true,
                "delayAbortEval":"10s"}]},"summaryTrendStats":["p(99.9)","med"]}"#,
            r#"{"hosts":{"a.b":"1.2.3.4:80"},"dns":{"ttl":"5m","select":"random","policy":"any"},
                "tlsVersion":{"min":"tls1.2","max":"tls1.3"},"executionSegment":"1/3:2/3",
                "executionSegmentSequence":"0,1/3,2/3,1","blacklistIPs":["10.0.0.0/8"],"tags":{"k":"v"}}"#,
        ],
        words: &["null", "-1", "1e999", "18446744073709551616", "\"\"", "{}", "[]", "\"9999999h\"", "0/0"],
    },
    Target {
        name: "thresholds",
        run: thresholds,
        seeds: &["p(95)<200", "avg <= 1e3", "rate>0.99", "count!=0", "med===5", "p(99.99) >= .5"],
        words: &["p(", ")", "<", "<=", "===", "!=", "1e999", "-", "value", "max", "\u{e9}", "NaN"],
    },
    Target {
        name: "selectors",
        run: selectors,
        seeds: &["http_reqs", "http_reqs{a:b}", "http_reqs{a:b,c:d}", "m{group:::x}", "m{\"a\":\"b:c\"}"],
        words: &["{", "}", ":", ",", "::", "\"", "'", "\u{e9}", " "],
    },
    Target {
        name: "cookies",
        run: cookies,
        seeds: &[
            "a=b; Path=/; Domain=.example.com; Max-Age=10; Secure; HttpOnly",
            "a=\"b c\"; Expires=Wed, 21 Oct 2026 07:28:00 GMT; SameSite=Lax",
            "a=; Max-Age=-1; Expires=Thu, 01-Jan-70 00:00:00 GMT",
        ],
        words: &[
            "=",
            ";",
            "Max-Age=9223372036854775807",
            "Domain=",
            "Expires=",
            "Path=",
            "\u{e9}",
            "..",
            "9999",
        ],
    },
];

fn options(text: &str) {
    if let Ok(value) = serde_json::from_str::<serde_json::Value>(text) {
        let _ = model::Options::from_script(&value);
    }
}

fn thresholds(text: &str) {
    let _ = model::Expression::parse(text);
    let _ = model::Aggregation::parse(text);
}

fn selectors(text: &str) {
    let _ = model::Selector::parse(text);
}

fn cookies(text: &str) {
    let url = net::Url::parse("http://a.example.com/x/y").expect("it is a good address");
    if let Some(cookie) = net::cookie::Cookie::parse(text) {
        let mut jar = net::cookie::Jar::default();
        jar.take(&url, &cookie);
        let _ = jar.cookies_for(&url);
    }
}

/// A small generator of numbers, the same for the same seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) as usize % most.max(1)
    }
}

/// A few changes to one seed: pieces cut, doubled, swapped with words or with single characters.
fn mangle(dice: &mut Dice, target: &Target) -> String {
    let mut text: Vec<char> = target.seeds[dice.below(target.seeds.len())].chars().collect();
    for _ in 0..=dice.below(6) {
        let from = dice.below(text.len() + 1);
        let to = from + dice.below((text.len() - from + 1).min(12));
        let piece: Vec<char> = match dice.below(5) {
            0 => Vec::new(),
            1 => text[from..to].iter().chain(&text[from..to]).copied().collect(),
            2 => target.words[dice.below(target.words.len())].chars().collect(),
            3 => vec![char::from(dice.below(128) as u8)],
            _ => target.seeds[dice.below(target.seeds.len())].chars().take(dice.below(20)).collect(),
        };
        text.splice(from..to, piece);
    }
    text.into_iter().collect()
}

fn main() -> ExitCode {
    let given: Vec<String> = std::env::args().skip(1).collect();
    let number =
        |index: usize, default: u64| given.get(index).and_then(|text| text.parse().ok()).unwrap_or(default);
    let Some(target) = TARGETS.iter().find(|target| given.first().is_some_and(|name| name == target.name))
    else {
        let names: Vec<_> = TARGETS.iter().map(|target| target.name).collect();
        eprintln!("usage: plimsoll-fuzz {} SECONDS [SEED]", names.join("|"));
        return ExitCode::from(2);
    };
    let (end, mut dice) = (Instant::now() + Duration::from_secs(number(1, 120)), Dice(number(2, 1)));
    let mut inputs = 0_u64;
    while Instant::now() < end {
        let text = mangle(&mut dice, target);
        inputs += 1;
        if catch_unwind(AssertUnwindSafe(|| (target.run)(&text))).is_err() {
            eprintln!("{} panicked at input {inputs}: {text:?}", target.name);
            return ExitCode::FAILURE;
        }
    }
    println!("{}: {inputs} inputs, no panic", target.name);
    ExitCode::SUCCESS
}
