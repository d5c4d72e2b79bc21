//! Summaries in all their forms, against golden files and the numbers that k6 prints.

#[path = "support/golden.rs"]
mod golden;
#[path = "support/shop.rs"]
mod shop;

use metrics::Contains;
use plimsoll_report::format::TimeUnit;
use plimsoll_report::intervals::{Figure, Quantile, Rate};
use plimsoll_report::summary::{
    Distribution, Intervals, Metric, Mode, Reason, Style, Summary, Values, View, export_json, legacy_json,
    machine_readable, text,
};
use serde_json::{Value, json};

use golden::golden;
use shop::{check, counter, judged, metric, shop, trend};

const PLAIN: Style = Style { color: false, width: None, trust: false };

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).expect("values have a JSON form") + "\n"
}

fn of(metrics: Vec<Metric>) -> Summary {
    Summary { total: View { metrics, ..View::default() }, ..Summary::default() }
}

/// The rows of a text that hold `word`, with runs of blanks as one.
fn rows(summary: &Summary, word: &str) -> Vec<String> {
    text(summary, Mode::Compact, PLAIN)
        .lines()
        .filter(|line| line.contains(word))
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect()
}

#[test]
fn texts() {
    let shop = shop();
    golden("compact.txt", &text(&shop, Mode::Compact, PLAIN));
    golden("compact_80.txt", &text(&shop, Mode::Compact, Style { width: Some(80), ..PLAIN }));
    golden("compact_color.txt", &text(&shop, Mode::Compact, Style { color: true, ..PLAIN }));
    golden("full.txt", &text(&shop, Mode::Full, PLAIN));
    assert_eq!(text(&shop, Mode::Disabled, Style { trust: true, ..PLAIN }), "");
}

#[test]
fn trust_is_shown_on_request_and_in_doubt() {
    let mut summary = of(vec![metric("iterations", Contains::Default, counter(1.0, 1.0))]);
    summary.trust.evidence = vec![
        ("schedule_lag".to_owned(), vec!["p(50)=11µs".to_owned(), "p(99)=310µs".to_owned()]),
        ("cpu".to_owned(), vec!["97.10%".to_owned()]),
    ];
    assert!(!text(&summary, Mode::Compact, PLAIN).contains("TRUST"));
    golden("trusted.txt", &text(&summary, Mode::Compact, Style { trust: true, ..PLAIN }));
    summary.trust.trusted = false;
    summary.trust.reasons = vec![Reason {
        subject: "schedule_lag".into(),
        text: "the generator's processors were 97% busy".to_owned(),
        hint: Some("use fewer virtual users or more machines".to_owned()),
        invalidates: true,
    }];
    summary.incomplete = Some("stopped by the user".to_owned());
    golden("untrusted.txt", &text(&summary, Mode::Compact, PLAIN));
}

#[test]
fn intervals_fit_a_terminal_and_say_what_they_cannot_tell() {
    let one = |q: f64, value: f64, interval| Quantile {
        q,
        figure: Figure { value, interval },
        is_estimable: q < 0.99,
        effective: Some(2_406.2),
    };
    let mut summary = of(vec![metric("iterations", Contains::Default, counter(1.0, 1.0))]);
    summary.intervals = Some(Intervals {
        confidence: 0.95,
        metric: "http_req_duration".to_owned(),
        percentiles: vec![
            one(0.5, 1.024, Some((1.01, 1.04))),
            one(0.75, 2.0, Some((1.9, 2.1))),
            one(0.95, 123.456, Some((119.999, 59_999.0))),
            one(0.99, 500.0, None),
        ],
        samples: 123_456_789_012,
        effective: Some(2_406.2),
        too_short: true,
        failed: Some(Rate {
            figure: Figure { value: 0.0, interval: Some((0.0, 0.000_03)) },
            assumes_independence: true,
        }),
    });
    let plain = text(&summary, Mode::Compact, PLAIN);
    golden("intervals.txt", &plain);
    for line in plain.lines().filter(|line| !line.contains("are worth")) {
        assert!(line.chars().count() <= 80, "{line}");
    }
}

#[test]
fn groups_of_the_default_scenario_stand_alone() {
    let group = View { name: "login".into(), checks: vec![check("in", 2, 0)], ..View::default() };
    let summary = Summary { groups: vec![group], ..Summary::default() };
    let text = text(&summary, Mode::Full, PLAIN);
    assert!(text.contains("\n\n  █ GROUP: login\n\n    checks_total.......: 2"), "{text}");
}

#[test]
fn json_forms() {
    let shop = shop();
    golden("legacy.json", &pretty(&legacy_json(&shop)));
    golden("export.json", &pretty(&export_json(&shop)));
    golden("machine.json", &pretty(&machine_readable(&shop, Mode::Compact)));
    golden("machine_full.json", &pretty(&machine_readable(&shop, Mode::Full)));
}

#[test]
fn numbers_of_every_type() {
    let gauge = |value: f64, min: f64| Values::Gauge { value, min, max: value };
    let summary = of(vec![
        metric("g_big", Contains::Default, gauge(123_456_789.0, 123_456_789.0)),
        metric("g_frac", Contains::Default, gauge(0.123_456_789, 0.123_456_789)),
        metric("g_level", Contains::Default, gauge(1e6, 0.5)),
        metric("g_neg", Contains::Default, gauge(-5.0, -5.0)),
        metric("r_seventh", Contains::Default, Values::Rate { passes: 3, total: 7 }),
        metric("r_third", Contains::Default, Values::Rate { passes: 1, total: 3 }),
        metric("t_plain", Contains::Default, trend(&[0.000_01, 1.0, 1_234_567.891])),
    ]);
    assert_eq!(rows(&summary, "g_big"), ["g_big.......: 123456789 min=123456789 max=123456789"]);
    assert_eq!(rows(&summary, "g_frac"), ["g_frac......: 0.123457 min=0.123457 max=0.123457"]);
    assert_eq!(rows(&summary, "g_level"), ["g_level.....: 1000000 min=0.5 max=1000000"]);
    assert_eq!(rows(&summary, "g_neg"), ["g_neg.......: -5 min=-5 max=-5"]);
    assert_eq!(rows(&summary, "r_third"), ["r_third.....: 33.33% 1 out of 3"]);
    assert_eq!(rows(&summary, "r_seventh"), ["r_seventh...: 42.85% 3 out of 7"]);
    assert_eq!(
        rows(&summary, "t_plain"),
        [
            "t_plain.....: avg=411522.96367 min=0.00001 med=1 max=1234567.891 p(90)=987654.5128 p(95)=1111111.2019"
        ]
    );
    let values = |name: &str| legacy_json(&summary)["metrics"][name]["values"].clone();
    assert_eq!(values("g_big"), json!({ "value": 123_456_789, "min": 123_456_789, "max": 123_456_789 }));
    assert_eq!(values("r_third"), json!({ "rate": 1.0 / 3.0, "passes": 1, "fails": 2 }));
}

#[test]
fn times_follow_the_unit() {
    let samples = [("d_us", 0.012_34), ("d_ms", 12.3456), ("d_s", 1234.5678), ("d_h", 7_384_000.0)];
    let rows_in = |unit: &str| {
        let chosen = |value: f64| vec![("max".to_owned(), value), ("count".to_owned(), 1.0)];
        let one = |value| {
            Values::Trend(Box::new(Distribution { chosen: chosen(value), ..Distribution::default() }))
        };
        let metrics = samples.iter().map(|(name, value)| metric(name, Contains::Time, one(*value)));
        let mut summary = of(metrics.collect());
        summary.options.time_unit = TimeUnit::parse(unit);
        rows(&summary, "d_").join("\n")
    };
    let check = |unit: &str, want: &str| assert_eq!(rows_in(unit), want);
    check(
        "",
        "d_us...: max=12.34µs count=1\nd_ms...: max=12.34ms count=1\nd_s....: max=1.23s count=1\n\
         d_h....: max=2h3m4s count=1",
    );
    check(
        "ms",
        "d_us...: max=0.01ms count=1\nd_ms...: max=12.35ms count=1\nd_s....: max=1234.57ms count=1\n\
         d_h....: max=7384000.00ms count=1",
    );
}

#[test]
fn a_sub_metric_without_its_parent_has_its_full_name() {
    let lone =
        judged(metric("nc{x:y}", Contains::Default, counter(0.0, 0.0)), &[("count<1", "count", 0.0, true)]);
    let summary = of(vec![lone]);
    assert_eq!(rows(&summary, "nc"), ["nc{x:y}", "nc{x:y}...: 0 0/s"]);
    assert_eq!(rows(&summary, "✓"), ["✓ 'count<1' count=0"]);
}

#[test]
fn threshold_values_have_the_form_of_their_metric() {
    let check = |values: Values, contains, aggregation: &str, value: f64, want: &str| {
        let source = format!("{aggregation}>0");
        let one = judged(metric("m", contains, values), &[(&source, aggregation, value, true)]);
        assert_eq!(rows(&of(vec![one]), "✓"), [format!("✓ '{source}' {want}")]);
    };
    check(counter(1.0, 1.0), Contains::Default, "rate", 1.5, "rate=1.5/s");
    check(counter(1.0, 1.0), Contains::Data, "count", 1500.0, "count=1.5 kB");
    check(Values::Rate { passes: 1, total: 2 }, Contains::Default, "rate", 0.5, "rate=50.00%");
    check(trend(&[1.0]), Contains::Time, "p(99.9)", 29.0, "p(99.9)=29ms");
    check(trend(&[1.0]), Contains::Time, "count", 29.0, "count=29");
    check(Values::Gauge { value: 1.0, min: 0.0, max: 1.0 }, Contains::Default, "value", 4.0, "value=4");
}

#[test]
fn setup_data_is_there_only_when_setup_returned_some() {
    let mut summary = Summary::default();
    assert_eq!(legacy_json(&summary).get("setup_data"), None);
    summary.setup_data = Some(Value::Null);
    assert_eq!(legacy_json(&summary).get("setup_data"), Some(&Value::Null));
}

#[test]
fn impossible_numbers_stay_json() {
    let odd = of(vec![metric(
        "g",
        Contains::Time,
        Values::Gauge { value: f64::NAN, min: -1.5, max: f64::INFINITY },
    )]);
    assert_eq!(
        legacy_json(&odd)["metrics"]["g"]["values"],
        json!({ "value": null, "min": -1.5, "max": null })
    );
    assert_eq!(rows(&odd, "g."), ["g...: NaNms min=-1.5ms max=infms"]);
}
