//! Parts of a run: the tree of groups, checks, and the same metrics by scenario and by group.

use metrics::{Aggregate, MetricId, Sink, Tags, builtin};
use report::summary::{Check, Group, Metric, View};

use super::Maker;
use crate::run::outputs::contains;

/// The tree of groups and checks, in the order in which they first ran.
pub fn root_group(aggregate: &Aggregate) -> Group {
    let mut root = Group::default();
    for (metric, tags, sink) in aggregate.series() {
        let Some(path) =
            tag(tags, "group").filter(|_| matches!(metric, builtin::CHECKS | builtin::GROUP_DURATION))
        else {
            continue;
        };
        // Samples of setup and teardown carry groups that no script made.
        let path = if matches!(path, "::setup" | "::teardown") { "" } else { path };
        let group = root.descendant(path);
        if let (builtin::CHECKS, Some(name)) = (metric, tag(tags, "check")) {
            count(&mut group.checks, name, sink);
        }
    }
    root
}

/// The checks of the series that `belongs` takes, merged by name.
pub fn checks(aggregate: &Aggregate, belongs: impl Fn(&Tags) -> bool) -> Vec<Check> {
    let mut checks = Vec::new();
    for (metric, tags, sink) in aggregate.series() {
        if let Some(name) = tag(tags, "check").filter(|_| metric == builtin::CHECKS && belongs(tags)) {
            count(&mut checks, name, sink);
        }
    }
    checks
}

fn count(checks: &mut Vec<Check>, name: &str, sink: &Sink) {
    let Sink::Rate { nonzero, total } = sink else { return };
    let at = checks.iter().position(|check| check.name == name).unwrap_or_else(|| {
        checks.push(Check { name: name.to_owned(), passes: 0, fails: 0 });
        checks.len() - 1
    });
    checks[at].passes += nonzero;
    checks[at].fails += total - nonzero;
}

/// One scenario: its metrics, checks and groups.
pub fn scenario(maker: &Maker<'_>, name: &str) -> View {
    let belongs = |tags: &Tags| tag(tags, "scenario") == Some(name);
    View {
        name: name.to_owned(),
        metrics: metrics(maker, belongs),
        checks: checks(maker.judge.aggregate(), belongs),
        groups: groups(maker, Some(name)),
    }
}

/// The groups of one scenario, or of the whole run.
pub fn groups(maker: &Maker<'_>, scenario: Option<&str>) -> Vec<View> {
    let within = |tags: &Tags| scenario.is_none() || tag(tags, "scenario") == scenario;
    let mut root = Group::default();
    for (_, tags, _) in maker.judge.aggregate().series().filter(|(_, tags, _)| within(tags)) {
        if let Some(path) = tag(tags, "group").filter(|path| !matches!(*path, "::setup" | "::teardown")) {
            root.descendant(path);
        }
    }
    root.groups.iter().map(|group| view(maker, group, &within)).collect()
}

fn view(maker: &Maker<'_>, group: &Group, within: &dyn Fn(&Tags) -> bool) -> View {
    let belongs = |tags: &Tags| within(tags) && tag(tags, "group") == Some(group.path.as_str());
    View {
        name: group.name.clone(),
        metrics: metrics(maker, belongs),
        checks: checks(maker.judge.aggregate(), belongs),
        groups: group.groups.iter().map(|inner| view(maker, inner, within)).collect(),
    }
}

/// The metrics of the series that `belongs` takes, merged by name and sorted.
fn metrics(maker: &Maker<'_>, belongs: impl Fn(&Tags) -> bool) -> Vec<Metric> {
    let aggregate = maker.judge.aggregate();
    let mut merged: Vec<(MetricId, Sink)> = Vec::new();
    for (metric, _, sink) in aggregate.series().filter(|(_, tags, _)| belongs(tags)) {
        match merged.iter_mut().find(|(known, _)| *known == metric) {
            Some((_, sum)) => sum.absorb(sink),
            None => merged.push((metric, sink.clone())),
        }
    }
    let mut metrics: Vec<Metric> = merged
        .iter()
        .map(|(metric, sink)| {
            let head = aggregate.registry().get(*metric);
            Metric {
                name: head.name.to_string(),
                selector: None,
                contains: contains(head.contains),
                values: maker.values(sink),
                thresholds: Vec::new(),
            }
        })
        .collect();
    metrics.sort_by(|a, b| a.name.cmp(&b.name));
    metrics
}

fn tag<'a>(tags: &'a Tags, key: &str) -> Option<&'a str> {
    let at = tags.binary_search_by(|(name, _)| name.as_ref().cmp(key)).ok()?;
    Some(tags[at].1.as_ref())
}
