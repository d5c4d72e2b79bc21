//! A summary made by hand, and the pieces to make others.

use std::time::Duration;

use metrics::Contains;
use plimsoll_report::format::TimeUnit;
use plimsoll_report::summary::{
    Check, Distribution, Group, Metric, Options, State, Summary, Threshold, Values, View,
};

pub fn metric(name: &str, contains: Contains, values: Values) -> Metric {
    let (name, selector) = match name.split_once('{') {
        Some((name, rest)) => (name, Some(rest.trim_end_matches('}').to_owned())),
        None => (name, None),
    };
    Metric { name: name.to_owned(), selector, contains, values, thresholds: Vec::new() }
}

pub fn judged(mut metric: Metric, thresholds: &[(&str, &str, f64, bool)]) -> Metric {
    metric.thresholds = thresholds
        .iter()
        .map(|(source, aggregation, value, ok)| Threshold {
            source: (*source).to_owned(),
            aggregation: (*aggregation).to_owned(),
            value: Some(*value),
            ok: *ok,
        })
        .collect();
    metric
}

pub fn counter(count: f64, rate: f64) -> Values {
    Values::Counter { count, rate }
}

/// A trend over `samples` with the six usual statistics.
pub fn trend(samples: &[f64]) -> Values {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = |share: f64| {
        let place = share * (sorted.len() - 1) as f64;
        let (low, high) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
        low + (high - low) * place.fract()
    };
    let avg = sorted.iter().sum::<f64>() / sorted.len() as f64;
    let (min, med, max, p90, p95) = (at(0.0), at(0.5), at(1.0), at(0.9), at(0.95));
    let chosen = [("avg", avg), ("min", min), ("med", med), ("max", max), ("p(90)", p90), ("p(95)", p95)];
    Values::Trend(Box::new(Distribution {
        chosen: chosen.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect(),
        count: sorted.len() as u64,
        avg,
        min,
        med,
        max,
        p90,
        p95,
    }))
}

pub fn check(name: &str, passes: u64, fails: u64) -> Check {
    Check { name: name.to_owned(), passes, fails }
}

fn requests() -> Vec<Metric> {
    use Contains::{Default, Time};
    vec![
        metric("http_req_blocked", Time, trend(&[0.0012, 0.31])),
        metric("http_req_connecting", Time, trend(&[0.0, 0.087])),
        metric("http_req_duration", Time, trend(&[117.551, 104.6])),
        metric("http_req_failed", Default, Values::Rate { passes: 1, total: 32 }),
        metric("http_req_receiving", Time, trend(&[0.04, 1.25])),
        metric("http_req_sending", Time, trend(&[0.01, 0.02])),
        metric("http_req_tls_handshaking", Time, trend(&[0.0, 0.0])),
        metric("http_req_waiting", Time, trend(&[116.2, 104.5])),
        metric("http_reqs", Default, counter(32.0, 12.583_21)),
    ]
}

fn network() -> Vec<Metric> {
    vec![
        metric("data_received", Contains::Data, counter(1_234_567.0, 485_463.9)),
        metric("data_sent", Contains::Data, counter(2816.0, 1107.3)),
    ]
}

fn execution() -> Vec<Metric> {
    vec![
        metric("iteration_duration", Contains::Time, trend(&[1117.9, 1204.6])),
        metric("iterations", Contains::Default, counter(16.0, 6.291_605)),
        metric("vus", Contains::Default, Values::Gauge { value: 2.0, min: 2.0, max: 10.0 }),
    ]
}

fn custom() -> Vec<Metric> {
    use Contains::{Default, Time};
    vec![
        judged(metric("my_counter", Default, counter(4.0, 1.5)), &[("count>1", "count", 4.0, true)]),
        metric("my_gauge", Default, Values::Gauge { value: 5.0, min: 5.0, max: 12.5 }),
        judged(
            metric("my_rate", Default, Values::Rate { passes: 2, total: 4 }),
            &[("rate>0.9", "rate", 0.5, false), ("rate<2", "rate", 0.5, true)],
        ),
        judged(
            metric("my_rate{a:b}", Default, Values::Rate { passes: 2, total: 2 }),
            &[("rate>=0", "rate", 1.0, true)],
        ),
        metric("my_time", Time, trend(&[5.0, 10.0, 7_384_000.0])),
        metric("my_trend", Default, trend(&[12.3456])),
    ]
}

fn sorted(mut metrics: Vec<Metric>) -> Vec<Metric> {
    metrics.sort_by(|a, b| (&a.name, &a.selector).cmp(&(&b.name, &b.selector)));
    metrics
}

/// A run with two scenarios, groups, failed checks, crossed thresholds and metrics of every type.
pub fn shop() -> Summary {
    let mut total = requests();
    total.extend(network());
    total.extend(execution());
    total.extend(custom());
    total.push(metric("checks", Contains::Default, Values::Rate { passes: 6, total: 9 }));
    total.push(metric("group_duration", Contains::Time, trend(&[118.0])));
    total.push(metric("http_req_duration{expected_response:true}", Contains::Time, trend(&[104.6])));
    total.push(judged(
        metric("http_req_duration{status:200}", Contains::Time, trend(&[104.6])),
        &[("p(95)<60000", "p(95)", 104.6, true)],
    ));
    let checks = vec![check("is 200", 4, 0), check("has items", 1, 2), check("fine", 1, 1)];
    let inner = View { name: "inner".into(), checks: vec![check("fine", 1, 1)], ..View::default() };
    let group = View {
        name: "basket".into(),
        checks: vec![check("is 200", 4, 0)],
        metrics: requests(),
        groups: vec![inner],
    };
    let browse = View {
        name: "browse".into(),
        checks: checks.clone(),
        metrics: sorted([requests(), network(), execution()].concat()),
        groups: vec![group],
    };
    let buy =
        View { name: "buy".into(), metrics: sorted([network(), execution()].concat()), ..View::default() };
    let mut root_group = Group::default();
    root_group.checks.push(check("has items", 1, 2));
    root_group.descendant("::basket").checks.push(check("is 200", 4, 0));
    root_group.descendant("::basket::inner").checks.push(check("fine", 1, 1));
    Summary {
        total: View { metrics: sorted(total), checks, ..View::default() },
        scenarios: vec![browse, buy],
        groups: Vec::new(),
        root_group,
        options: Options { time_unit: TimeUnit::Auto, ..Options::default() },
        state: State {
            duration: Duration::from_micros(2_543_070),
            script: "shop.js".into(),
            execution: "local".into(),
            generated_at: "2026-01-02T03:04:05Z".into(),
            k6_version: "2.2.0".into(),
            ..State::default()
        },
        setup_data: Some(serde_json::json!({ "token": "abc" })),
        ..Summary::default()
    }
}
