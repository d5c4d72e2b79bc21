//! From series of a run to its [`Summary`]: totals, sub-metrics, scenarios, groups and checks.
//!
//! Main function: [`build`]. It is generic over how samples are accumulated, and adds up whole series only;
//! it never sees a sample.

use std::collections::BTreeMap;

use model::Selector;

use super::{Check, Group, Metric, Mode, Summary, Threshold, Values, View};
use crate::metric::Contains;

/// Samples of one or more series, added up.
pub trait Accumulated: Clone {
    /// Adds what `other` holds.
    fn merge(&mut self, other: &Self);

    /// The values to show: `stats` are the names of a trend's statistics, `secs` is the length of the run.
    fn values(&self, stats: &[String], secs: f64) -> Values;
}

/// One series of the run.
#[derive(Clone, Copy, Debug)]
pub struct Series<'a, A> {
    /// The metric's name.
    pub metric: &'a str,
    /// What its values mean.
    pub contains: Contains,
    /// Its tags.
    pub tags: &'a [(&'a str, &'a str)],
    /// Its samples.
    pub samples: &'a A,
}

impl<A> Series<'_, A> {
    fn tag(&self, key: &str) -> Option<&str> {
        self.tags.iter().find(|(name, _)| *name == key).map(|(_, value)| *value)
    }

    /// The path of the group; empty outside of groups.
    fn group(&self) -> &str {
        self.tag("group").unwrap_or_default()
    }
}

/// A metric that has thresholds, with their results.
#[derive(Clone, Debug)]
pub struct Judged<A> {
    /// The key in the options: `metric` or `metric{tag:value}`.
    pub name: String,
    /// What its values mean.
    pub contains: Contains,
    /// Nothing, of the metric's type: what is shown when no sample was taken.
    pub nothing: A,
    /// The thresholds in the order of the options.
    pub thresholds: Vec<Threshold>,
}

/// What [`build`] works on.
#[derive(Clone, Copy, Debug)]
pub struct Measured<'a, A> {
    /// All series, in the order in which they were first seen.
    pub series: &'a [Series<'a, A>],
    /// All metrics and sub-metrics with thresholds.
    pub judged: &'a [Judged<A>],
    /// The names of the scenarios in the order of the options.
    pub scenarios: &'a [&'a str],
    /// How much is going to be shown; scenarios and groups are only worked out for [`Mode::Full`].
    pub mode: Mode,
}

/// The sub-metric that every summary has, where it has samples.
const EXPECTED: &str = "http_req_duration{expected_response:true}";

/// The name that a scenario has when the options name none.
const DEFAULT_SCENARIO: &str = "default";

/// Fills in everything that is measured; `summary` comes with its options, state and trust.
#[must_use]
pub fn build<A: Accumulated>(mut summary: Summary, measured: &Measured<'_, A>) -> Summary {
    let shown = Shown { stats: &summary.options.trend_stats, secs: summary.state.duration.as_secs_f64() };
    summary.total = shown.view(String::new(), measured.series.iter());
    shown.add_judged(&mut summary.total.metrics, measured);
    summary.total.metrics.sort_by(|a, b| (&a.name, &a.selector).cmp(&(&b.name, &b.selector)));
    summary.root_group = root_group(measured.series);
    if measured.mode == Mode::Full {
        let mut scenarios = Vec::new();
        for name in measured.scenarios {
            let part: Vec<_> = measured.series.iter().filter(|s| s.tag("scenario") == Some(name)).collect();
            let mut view = shown.view((*name).to_owned(), part.iter().copied());
            view.groups = shown.groups(&part);
            if *name == DEFAULT_SCENARIO {
                summary.groups = view.groups;
            } else {
                scenarios.push(view);
            }
        }
        summary.scenarios = scenarios;
    }
    summary
}

/// Splits `metric{tag:value}` into the metric and what stands between the braces.
#[must_use]
pub fn split_name(full: &str) -> (&str, Option<&str>) {
    match full.split_once('{') {
        Some((name, rest)) => (name.trim(), Some(rest.trim().trim_end_matches('}').trim())),
        None => (full.trim(), None),
    }
}

/// The left-hand side of a threshold's expression: `p(95)` of `p(95) < 500`.
#[must_use]
pub fn aggregation(source: &str) -> &str {
    source.split(['<', '>', '=', '!']).next().unwrap_or(source).trim()
}

/// How values are worked out.
struct Shown<'a> {
    stats: &'a [String],
    secs: f64,
}

impl Shown<'_> {
    fn view<'a, A: Accumulated + 'a>(
        &self,
        name: String,
        series: impl Iterator<Item = &'a Series<'a, A>>,
    ) -> View {
        let mut sums: BTreeMap<&str, (Contains, A)> = BTreeMap::new();
        let mut checks = Vec::new();
        for one in series {
            add(&mut sums, one.metric, one);
            count_check(&mut checks, one);
        }
        let metrics =
            sums.into_iter().map(|(name, (contains, sum))| self.metric(name, None, contains, &sum)).collect();
        View { name, metrics, checks, groups: Vec::new() }
    }

    /// Views of the groups of a scenario as a tree.
    fn groups<A: Accumulated>(&self, series: &[&Series<'_, A>]) -> Vec<View> {
        let mut paths: Vec<&str> = Vec::new();
        for one in series {
            if !one.group().is_empty() && !paths.contains(&one.group()) {
                paths.push(one.group());
            }
        }
        let mut root = View::default();
        for path in paths {
            let inside = series.iter().copied().filter(|one| one.group() == path);
            let names = path.split("::").filter(|name| !name.is_empty());
            let place = names.fold(&mut root, |view, name| {
                let at = view.groups.iter().position(|group| group.name == name).unwrap_or_else(|| {
                    view.groups.push(View { name: name.to_owned(), ..View::default() });
                    view.groups.len() - 1
                });
                &mut view.groups[at]
            });
            let view = self.view(place.name.clone(), inside);
            (place.metrics, place.checks) = (view.metrics, view.checks);
        }
        root.groups
    }

    /// Attaches thresholds, and adds the sub-metrics and the metrics without samples that have some.
    fn add_judged<A: Accumulated>(&self, metrics: &mut Vec<Metric>, measured: &Measured<'_, A>) {
        for judged in measured.judged {
            let (name, selector) = split_name(&judged.name);
            let known = metrics.iter_mut().find(|m| m.name == name && m.selector.as_deref() == selector);
            if let Some(metric) = known {
                metric.thresholds.clone_from(&judged.thresholds);
                continue;
            }
            let mut sum = judged.nothing.clone();
            if selector.is_some() {
                select(measured.series, &judged.name).for_each(|one| sum.merge(one.samples));
            }
            let mut metric = self.metric(name, selector, judged.contains, &sum);
            metric.thresholds.clone_from(&judged.thresholds);
            metrics.push(metric);
        }
        let (name, Some(selector)) = split_name(EXPECTED) else { return };
        if metrics.iter().any(|m| m.name == name && m.selector.as_deref() == Some(selector)) {
            return;
        }
        let mut selected = select(measured.series, EXPECTED);
        if let Some(first) = selected.next() {
            let mut sum = first.samples.clone();
            selected.for_each(|one| sum.merge(one.samples));
            metrics.push(self.metric(name, Some(selector), first.contains, &sum));
        }
    }

    fn metric<A: Accumulated>(
        &self,
        name: &str,
        selector: Option<&str>,
        contains: Contains,
        sum: &A,
    ) -> Metric {
        Metric {
            name: name.to_owned(),
            selector: selector.map(str::to_owned),
            contains,
            values: sum.values(self.stats, self.secs),
            thresholds: Vec::new(),
        }
    }
}

/// The series that `metric{tag:value}` selects; none when it makes no sense, which the options have refused.
fn select<'a, A>(series: &'a [Series<'a, A>], full: &str) -> impl Iterator<Item = &'a Series<'a, A>> {
    let wanted = Selector::parse(full).ok();
    series.iter().filter(move |one| {
        wanted.as_ref().is_some_and(|wanted| {
            one.metric == wanted.metric.trim()
                && wanted.tags.iter().all(|(key, value)| one.tag(key) == Some(value))
        })
    })
}

fn add<'a, A: Accumulated>(sums: &mut BTreeMap<&'a str, (Contains, A)>, name: &'a str, one: &Series<'_, A>) {
    match sums.get_mut(name) {
        Some((_, sum)) => sum.merge(one.samples),
        None => {
            sums.insert(name, (one.contains, one.samples.clone()));
        }
    }
}

/// Adds a series of the metric `checks` to the check that it belongs to.
fn count_check<A: Accumulated>(checks: &mut Vec<Check>, one: &Series<'_, A>) {
    let ("checks", Some(name)) = (one.metric, one.tag("check")) else { return };
    let Values::Rate { passes, total } = one.samples.values(&[], 0.0) else { return };
    let at = checks.iter().position(|check| check.name == name).unwrap_or_else(|| {
        checks.push(Check { name: name.to_owned(), passes: 0, fails: 0 });
        checks.len() - 1
    });
    checks[at].passes += passes;
    checks[at].fails += total - passes;
}

fn root_group<A: Accumulated>(series: &[Series<'_, A>]) -> Group {
    let mut root = Group::default();
    for one in series {
        count_check(&mut root.descendant(one.group()).checks, one);
    }
    root
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::summary::{Distribution, Options, State, text};
    use std::time::Duration;

    /// Samples as they are; the letter says what becomes of them.
    #[derive(Clone, Debug)]
    struct Raw(char, Vec<f64>);

    impl Accumulated for Raw {
        fn merge(&mut self, other: &Self) {
            self.1.extend(&other.1);
        }

        fn values(&self, stats: &[String], secs: f64) -> Values {
            let count: f64 = self.1.iter().sum();
            match self.0 {
                'c' => Values::Counter { count, rate: count / secs },
                'r' => Values::Rate {
                    passes: self.1.iter().filter(|value| **value != 0.0).count() as u64,
                    total: self.1.len() as u64,
                },
                _ => {
                    let chosen = stats.iter().map(|name| (name.clone(), count)).collect();
                    Values::Trend(Box::new(Distribution { chosen, ..Distribution::default() }))
                }
            }
        }
    }

    type Row = (&'static str, Raw, Vec<(&'static str, &'static str)>);

    fn row(metric: &'static str, kind: char, values: &[f64], tags: &str) -> Row {
        let tags = tags.to_owned().leak();
        let tags = tags.split_whitespace().filter_map(|pair| pair.split_once('=')).collect();
        (metric, Raw(kind, values.to_vec()), tags)
    }

    fn built(rows: &[Row], judged: &[Judged<Raw>], scenarios: &[&str]) -> Summary {
        let series: Vec<Series<'_, Raw>> = rows
            .iter()
            .map(|(metric, samples, tags)| Series { metric, contains: Contains::Default, tags, samples })
            .collect();
        let state = State { duration: Duration::from_secs(2), ..State::default() };
        let options = Options { trend_stats: vec!["avg".to_owned()], ..Options::default() };
        let measured = Measured { series: &series, judged, scenarios, mode: Mode::Full };
        build(Summary { state, options, ..Summary::default() }, &measured)
    }

    fn judged(name: &str, kind: char, source: &str) -> Judged<Raw> {
        let threshold = Threshold {
            source: source.into(),
            aggregation: aggregation(source).into(),
            value: None,
            ok: true,
        };
        Judged {
            name: name.into(),
            contains: Contains::Default,
            nothing: Raw(kind, Vec::new()),
            thresholds: vec![threshold],
        }
    }

    fn names(summary: &Summary) -> Vec<String> {
        summary.total.metrics.iter().map(Metric::full_name).collect()
    }

    fn count(summary: &Summary, name: &str) -> f64 {
        let metric = summary.total.metrics.iter().find(|metric| metric.full_name() == name).expect(name);
        let Values::Counter { count, .. } = metric.values else { panic!("{name} is no counter") };
        count
    }

    #[test]
    fn sub_metrics_add_up_the_series_with_their_tags() {
        let rows = [
            row("cnt", 'c', &[1.0], "k=a"),
            row("cnt", 'c', &[2.0], "k=a j=1"),
            row("cnt", 'c', &[5.0], "k=b"),
            row("cnt", 'c', &[9.0], ""),
        ];
        let asked = ["cnt{k:a}", "cnt{k:b}", "cnt{k: \"a\", j:1}", "cnt{k:zz}"];
        let judged: Vec<_> = asked.iter().map(|name| judged(name, 'c', "count>=0")).collect();
        let summary = built(&rows, &judged, &[]);
        let sums = ["cnt", asked[0], asked[1], asked[2], asked[3]].map(|name| count(&summary, name));
        assert_eq!(sums, [17.0, 3.0, 5.0, 2.0, 0.0]);
    }

    #[test]
    fn metrics_without_samples_are_there_only_with_thresholds() {
        let rows = [row("used", 'c', &[1.0], "")];
        let summary = built(&rows, &[judged("nc", 'c', "count<1"), judged("nt{a:b}", 't', "avg<1")], &[]);
        assert_eq!(names(&summary), ["nc", "nt{a:b}", "used"]);
        assert_eq!(summary.total.metrics[0].thresholds[0].aggregation, "count");
    }

    #[test]
    fn expected_responses_are_a_sub_metric_where_there_are_some() {
        let name = "http_req_duration";
        let good = row(name, 't', &[1.0], "expected_response=true");
        let bad = row(name, 't', &[5.0], "expected_response=false");
        assert_eq!(names(&built(&[good, bad.clone()], &[], &[])), [name, EXPECTED]);
        assert_eq!(names(&built(&[bad], &[], &[])), [name]);
    }

    #[test]
    fn checks_are_merged_by_name_and_kept_apart_by_group() {
        let rows = [
            row("checks", 'r', &[1.0, 0.0], "check=b group=::outer::inner scenario=s"),
            row("checks", 'r', &[1.0], "check=a group= scenario=s"),
            row("checks", 'r', &[1.0], "check=b group= scenario=t"),
        ];
        let summary = built(&rows, &[], &["s", "t"]);
        let check = |name: &str, passes, fails| Check { name: name.into(), passes, fails };
        assert_eq!(summary.total.checks, [check("b", 2, 1), check("a", 1, 0)]);
        assert_eq!(summary.root_group.checks, [check("a", 1, 0), check("b", 1, 0)]);
        assert_eq!(summary.root_group.groups[0].groups[0].checks, [check("b", 1, 1)]);
        assert_eq!(summary.scenarios[1].checks, [check("b", 1, 0)]);
        assert_eq!(summary.scenarios[0].groups[0].groups[0].checks, [check("b", 1, 1)]);
    }

    #[test]
    fn groups_of_the_default_scenario_are_not_under_it() {
        let rows = [row("http_reqs", 'c', &[3.0], "group=::login scenario=default")];
        let summary = built(&rows, &[], &["default"]);
        assert!(summary.scenarios.is_empty());
        assert_eq!(summary.groups[0].name, "login");
        assert!(text(&summary, Mode::Full, Default::default()).contains("GROUP: login"));
    }

    #[test]
    fn names_and_sources_are_taken_apart() {
        let check =
            |full: &str, name: &str, selector: Option<&str>| assert_eq!(split_name(full), (name, selector));
        check("a", "a", None);
        check("a{b:c}", "a", Some("b:c"));
        check("a { b:c }", "a", Some("b:c"));
        let check = |source: &str, left: &str| assert_eq!(aggregation(source), left);
        check("p(95)<500", "p(95)");
        check(" rate !== 0.5", "rate");
        check("count", "count");
    }
}
