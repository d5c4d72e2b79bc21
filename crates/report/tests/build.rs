//! From recorded samples to the summary, with the numbers that k6 shows for the same samples.

use std::sync::Arc;
use std::time::Duration;

use metrics::thresholds::Outcome;
use metrics::{Aggregate, Contains, IterationSample, Kind, Recorder, RecorderConfig, Registry};
use model::{Clock, Nanos, Selector};
use plimsoll_report::summary::{
    Check, Measured, Metric, Mode, Options, State, Style, Summary, Values, build, legacy_json, text,
};
use serde_json::{Value, json};

/// A run that is recorded by hand: one worker, two seconds.
struct Run {
    registry: Arc<Registry>,
    recorder: Recorder,
}

impl Run {
    fn new() -> Self {
        let registry = Registry::new();
        let recorder = Recorder::new(0, Arc::clone(&registry), Clock::start(), RecorderConfig::default());
        Self { registry, recorder }
    }

    /// Adds samples; tags are written `key=value` with blanks between.
    fn add(&mut self, name: &str, kind: Kind, values: &[f64], tags: &str) -> &mut Self {
        self.add_of(name, kind, Contains::Default, values, tags)
    }

    fn add_of(
        &mut self,
        name: &str,
        kind: Kind,
        contains: Contains,
        values: &[f64],
        tags: &str,
    ) -> &mut Self {
        let metric = self.registry.lookup(name);
        let metric = metric.unwrap_or_else(|| self.registry.declare(name, kind, contains).expect(name));
        let pairs: Vec<_> = tags
            .split_whitespace()
            .filter_map(|pair| pair.split_once('='))
            .map(|(key, value)| (self.recorder.sym(key), self.recorder.sym(value)))
            .collect();
        let set = self.recorder.tag_set(&pairs);
        for (at, value) in values.iter().enumerate() {
            self.recorder.add(metric, set, *value, Nanos(at as u64));
        }
        self
    }

    fn summary(&mut self, options: Options, judged: &[(&str, &str)], scenarios: &[&str]) -> Summary {
        let outcomes: Vec<Outcome> = judged
            .iter()
            .map(|(metric, source)| Outcome {
                metric: (*metric).to_owned(),
                source: (*source).to_owned(),
                ok: true,
                value: None,
                abort: false,
            })
            .collect();
        let selectors: Vec<_> =
            judged.iter().map(|(metric, _)| (Selector::parse(metric).expect("a selector"), None)).collect();
        let mut state = Aggregate::new(Arc::clone(&self.registry), &selectors);
        state.apply(self.recorder.take_frame(Nanos::from_secs(2)));
        let run = State { duration: Duration::from_secs(2), ..State::default() };
        let measured = Measured { state: &state, outcomes: &outcomes, scenarios, mode: Mode::Full };
        build(Summary { state: run, options, ..Summary::default() }, &measured)
    }

    fn plain(&mut self, judged: &[(&str, &str)], scenarios: &[&str]) -> Summary {
        self.summary(Options::default(), judged, scenarios)
    }
}

fn stats(names: &[&str]) -> Options {
    Options { trend_stats: names.iter().map(|name| (*name).to_owned()).collect(), ..Options::default() }
}

fn names(summary: &Summary) -> Vec<String> {
    summary.total.metrics.iter().map(Metric::full_name).collect()
}

fn values(summary: &Summary, name: &str) -> Value {
    legacy_json(summary)["metrics"][name]["values"].clone()
}

#[test]
fn statistics_are_equal_to_the_last_digit() {
    let mut run = Run::new();
    run.add("trd", Kind::Trend, &[10.0, 1.0, 7.0, 3.0, 22.0, 3.5, 100.0], "");
    run.add("ten", Kind::Trend, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0], "");
    run.add("plain", Kind::Trend, &[0.000_01, 1.0, 1_234_567.891], "");
    let asked =
        ["avg", "min", "med", "max", "p(0)", "p(10)", "p(33.3)", "p(90)", "p(95)", "p(99.9)", "count"];
    let summary = run.summary(stats(&asked), &[], &[]);
    let check = |name: &str, want: &[(&str, f64)]| {
        for (stat, number) in want {
            assert_eq!(values(&summary, name)[stat].as_f64(), Some(*number), "{name} {stat}");
        }
    };
    check(
        "trd",
        &[
            ("avg", 20.928_571_428_571_427),
            ("count", 7.0),
            ("p(0)", 1.0),
            ("p(10)", 2.2),
            ("p(33.3)", 3.498_999_999_999_999_7),
            ("p(90)", 53.200_000_000_000_03),
            ("p(99.9)", 99.532_000_000_000_05),
        ],
    );
    check("ten", &[("avg", 5.5), ("med", 5.5), ("p(90)", 9.1), ("p(95)", 9.549_999_999_999_999)]);
    check("plain", &[("avg", 411_522.963_67), ("p(90)", 987_654.512_800_000_1), ("p(95)", 1_111_111.201_9)]);
}

#[test]
fn every_type_has_its_values() {
    let mut run = Run::new();
    run.add("cnt", Kind::Counter, &[2.0, 3.5], "").add("gau", Kind::Gauge, &[7.0, 2.0, 5.0], "");
    run.add("rat", Kind::Rate, &[1.0, 0.0, 1.0, 0.0, 5.0], "");
    let summary = run.plain(&[], &[]);
    assert_eq!(values(&summary, "cnt"), json!({ "count": 5.5, "rate": 2.75 }));
    assert_eq!(values(&summary, "gau"), json!({ "value": 5, "min": 2, "max": 7 }));
    assert_eq!(values(&summary, "rat"), json!({ "rate": 0.6, "passes": 3, "fails": 2 }));
}

#[test]
fn sub_metrics_add_up_the_series_with_their_tags() {
    let mut run = Run::new();
    run.add("cnt", Kind::Counter, &[1.0], "k=a").add("cnt", Kind::Counter, &[2.0], "k=a j=1");
    run.add("cnt", Kind::Counter, &[5.0], "k=b").add("cnt", Kind::Counter, &[9.0], "");
    let wanted = [("cnt", 17), ("cnt{k:a}", 3), ("cnt{k:b}", 5), ("cnt{k:a,j:1}", 2), ("cnt{k:zz}", 0)];
    let judged: Vec<_> = wanted[1..].iter().map(|(name, _)| (*name, "count>=0")).collect();
    let summary = run.plain(&judged, &[]);
    for (name, count) in wanted {
        assert_eq!(values(&summary, name)["count"], json!(count), "{name}");
    }
}

#[test]
fn metrics_without_samples_are_there_only_with_thresholds() {
    let mut run = Run::new();
    run.add("used", Kind::Counter, &[0.0], "");
    for (name, kind) in [("nc", Kind::Counter), ("nr", Kind::Rate), ("nt", Kind::Trend), ("ng", Kind::Gauge)]
    {
        run.registry.declare(name, kind, Contains::Default).expect(name);
    }
    let unused =
        [("nc", "count<1"), ("nr", "rate>0.9"), ("ng", "value<1"), ("http_req_duration{x:y}", "p(95)<1")];
    let summary = run.plain(&unused, &[]);
    assert_eq!(names(&summary), ["http_req_duration{x:y}", "nc", "ng", "nr", "used"]);
    assert_eq!(summary.total.metrics[0].thresholds[0].aggregation, "p(95)");
    assert_eq!(values(&summary, "ng"), json!({ "value": 0, "min": 0, "max": 0 }));
    let trend = values(&summary, "http_req_duration{x:y}");
    assert_eq!(trend.as_object().map(serde_json::Map::len), Some(6));
    assert!(text(&summary, Mode::Compact, Style::default()).contains("✓ 'p(95)<1' p(95)=0s"));
}

#[test]
fn thresholds_keep_the_order_of_the_options() {
    let mut run = Run::new();
    run.add("rat", Kind::Rate, &[0.0], "").add("rat", Kind::Rate, &[1.0], "a=b");
    let summary = run.plain(&[("rat", "rate>0.9"), ("rat", "rate<2"), ("rat{a:b}", "rate>=0")], &[]);
    let sources: Vec<_> = summary.total.metrics[0].thresholds.iter().map(|one| one.source.as_str()).collect();
    assert_eq!(sources, ["rate>0.9", "rate<2"]);
    assert_eq!(names(&summary), ["rat", "rat{a:b}"]);
}

#[test]
fn expected_responses_are_a_sub_metric_where_there_are_some() {
    let (name, expected) = ("http_req_duration", "http_req_duration{expected_response:true}");
    let bad = |run: &mut Run| {
        run.add(name, Kind::Trend, &[5.0], "expected_response=false");
    };
    let mut run = Run::new();
    bad(&mut run);
    assert_eq!(names(&run.plain(&[], &[])), [name]);
    bad(&mut run);
    run.add(name, Kind::Trend, &[1.0], "expected_response=true");
    let summary = run.plain(&[(expected, "avg<2")], &[]);
    assert_eq!(names(&summary), [name, expected]);
    assert_eq!(summary.total.metrics[1].thresholds.len(), 1);
}

#[test]
fn checks_are_merged_by_name_and_kept_apart_by_group() {
    let mut run = Run::new();
    run.add("checks", Kind::Rate, &[1.0, 0.0], "check=b group=::outer::inner scenario=s");
    run.add("checks", Kind::Rate, &[1.0], "check=a group= scenario=s");
    run.add("checks", Kind::Rate, &[1.0], "check=b group= scenario=t");
    run.add("mine", Kind::Rate, &[1.0], "check=c group=::outer");
    let summary = run.plain(&[], &["s", "t"]);
    let check = |name: &str, passes, fails| Check { name: name.into(), passes, fails };
    assert_eq!(summary.total.checks, [check("b", 2, 1), check("a", 1, 0)]);
    assert_eq!(summary.root_group.checks, [check("a", 1, 0), check("b", 1, 0)]);
    assert_eq!(summary.root_group.groups[0].groups[0].checks, [check("b", 1, 1)]);
    assert_eq!(summary.scenarios[1].checks, [check("b", 1, 0)]);
    assert_eq!(summary.scenarios[0].groups[0].groups[0].checks, [check("b", 1, 1)]);
}

#[test]
fn groups_of_the_default_scenario_are_not_under_it() {
    let mut run = Run::new();
    run.add("http_reqs", Kind::Counter, &[1.0, 2.0], "group=::login scenario=default method=GET");
    run.add("http_reqs", Kind::Counter, &[4.0], "group=::login scenario=default method=POST");
    let summary = run.plain(&[], &["default"]);
    assert!(summary.scenarios.is_empty());
    let Values::Counter { count, .. } = summary.groups[0].metrics[0].values else { panic!("no counter") };
    assert_eq!((summary.groups[0].name.as_str(), count), ("login", 7.0));
}

#[test]
fn an_empty_iteration_has_the_smallest_summary() {
    let mut run = Run::new();
    let set = run.recorder.tag_set(&[]);
    let at = Nanos::from_millis(3);
    let iteration = IterationSample { at, duration: Some(at), sent: 0, received: 0 };
    run.recorder.iteration(set, &iteration);
    let summary = run.plain(&[], &["default"]);
    let want = "\n\n  █ TOTAL RESULTS\n\n    EXECUTION\n    iteration_duration...: avg=3ms min=3ms med=3ms max=3ms p(90)=3ms p(95)=3ms\n    iterations...........: 1   0.5/s\n\n    NETWORK\n    data_received........: 0 B 0 B/s\n    data_sent............: 0 B 0 B/s\n\n";
    assert_eq!(text(&summary, Mode::Compact, Style::default()), want);
}
