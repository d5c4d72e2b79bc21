//! Several runs next to each other: the same figures in columns, the same charts over one another.
//!
//! Main function: [`of_several`]. A difference is called clear when the intervals of the two runs do not touch; what
//! two runs cannot tell, which is how much runs of the same thing differ, is said on the page.

use std::collections::{BTreeMap, BTreeSet};

use super::figures::{Figure, Figures, QUANTILES};
use super::markup::{Cell, Tone, chart, escape, wide_table};
use super::sections::{duration_name, percentile_name, threshold_value, trust_part};
use super::words::{rate, share, verdict};
use super::{Parts, Run, Section};
use crate::quick::{span, thousands};

const NOTE: &str = "Changes are against the first run. Intervals of the other runs that do not touch those of the first \
    are marked as clear. Two runs of the same thing differ too, by an amount that only more runs of each would show.";

/// The page of several runs.
pub fn of_several(runs: &[Run], figures: &[Figures]) -> Parts {
    let sections = [
        Section::new("figures", "Figures", NOTE, &figures_table(runs, figures)),
        Section::new("time", "Over time", "Every run begins at zero.", &charts(runs, figures)),
        Section::new(
            "endpoints",
            "Endpoints",
            "95th percentile, requests and failures by name and method.",
            &endpoints(runs),
        ),
        Section::new("thresholds", "Thresholds", "", &thresholds(runs)),
        Section::new("checks", "Checks", "Share of checks that held.", &checks(runs)),
        Section::new(
            "environment",
            "Environment",
            "What is not the same everywhere is marked.",
            &environment(runs),
        ),
    ];
    let names: BTreeSet<&str> = runs.iter().map(|run| run.name.as_str()).collect();
    let name = if names.len() == 1 { runs[0].name.clone() } else { format!("{} tests", names.len()) };
    Parts {
        title: format!("{} runs · {name}", runs.len()),
        head: head(runs, &name),
        sections: sections.into_iter().flatten().collect(),
    }
}

/// The letter of a run with its colour.
fn key(at: usize) -> String {
    format!("<i class=\"key run-{}\"></i>{}", at % 8, letter(at))
}

fn letter(at: usize) -> String {
    char::from_u32('A' as u32 + at as u32)
        .filter(char::is_ascii_uppercase)
        .map_or(format!("#{}", at + 1), String::from)
}

fn head(runs: &[Run], name: &str) -> String {
    let mut out = format!(
        "<p class=\"what\"><span class=\"name\">{}</span></p>\n<h1>{} runs next to each other</h1>\n<ol class=\"runs\">\n",
        escape(name),
        runs.len()
    );
    for (at, run) in runs.iter().enumerate() {
        let verdict = verdict(run);
        let id = run.id.as_deref().unwrap_or("this run");
        out.push_str(&format!(
            "<li class=\"{}\"><p class=\"what\"><span class=\"name\">{} {}</span><span>{}</span><span>{}</span><span>{}</span></p>\
             <p><strong>{}.</strong> {}</p>{}</li>\n",
            verdict.tone.class(),
            key(at),
            escape(id),
            escape(&run.name),
            escape(&run.started),
            escape(&span(run.seconds * 1000.0)),
            escape(verdict.word),
            escape(&verdict.sentence),
            if run.summary.trust.trusted { String::new() } else { trust_part(run) }
        ));
    }
    out.push_str("</ol>\n");
    out
}

/// Titles: what, then for each run its value, and for all but the first the change.
fn titles(what: &str, runs: &[Run]) -> Vec<(String, bool)> {
    let mut titles = vec![(escape(what), false), (key(0), true)];
    for at in 1..runs.len() {
        titles.push((key(at), true));
        titles.push((format!("{} against {}", letter(at), letter(0)), true));
    }
    titles
}

/// Which way is bad.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Worse {
    Higher,
    Lower,
    Neither,
}

fn row(name: &str, values: &[Option<Figure>], show: impl Fn(f64) -> String, worse: Worse) -> Vec<Cell> {
    let mut cells = vec![Cell::text(name)];
    let first = values.first().copied().flatten();
    for (at, value) in values.iter().enumerate() {
        match value {
            None => cells.push(Cell::none()),
            Some(figure) => {
                let range = super::sections::interval(figure, &show);
                let range =
                    if range.is_empty() { range } else { format!("<small>{}</small>", escape(&range)) };
                let markup = format!("{}{range}", escape(&show(figure.value)));
                cells.push(Cell::markup(markup, Some(figure.value)));
            }
        }
        if at > 0 {
            cells.push(change(first, *value, worse));
        }
    }
    cells
}

/// By how much a figure differs from the first run's, and whether that is clear.
fn change(first: Option<Figure>, other: Option<Figure>, worse: Worse) -> Cell {
    let (Some(first), Some(other)) = (first, other) else { return Cell::none() };
    if first.value == other.value {
        return Cell::number("±0", 0.0).tone(Tone::Faint);
    }
    if first.value == 0.0 {
        return Cell::text("new");
    }
    let percent = (other.value / first.value - 1.0) * 100.0;
    let digits = usize::from(percent.abs() < 10.0);
    let sign = if percent < 0.0 { "−" } else { "+" };
    let apart = match (first.interval, other.interval) {
        (Some(a), Some(b)) => a.1 < b.0 || b.1 < a.0,
        _ => false,
    };
    let shown = format!("{sign}{:.digits$} %{}", percent.abs(), if apart { " clear" } else { "" });
    let tone = match (apart, worse, percent > 0.0) {
        (false, ..) | (_, Worse::Neither, _) => Tone::Plain,
        (true, Worse::Higher, rises) => {
            if rises {
                Tone::Bad
            } else {
                Tone::Good
            }
        }
        (true, Worse::Lower, rises) => {
            if rises {
                Tone::Good
            } else {
                Tone::Bad
            }
        }
    };
    Cell::number(&shown, percent).tone(tone)
}

fn plain(value: f64) -> Option<Figure> {
    Some(Figure { value, interval: None })
}

fn figures_table(runs: &[Run], figures: &[Figures]) -> String {
    let requests = |run: &Run| run.measured.endpoints.values().map(|one| one.requests).sum::<f64>();
    let each = |value: &dyn Fn(&Run) -> f64| -> Vec<Option<Figure>> {
        runs.iter().map(|run| plain(value(run))).collect()
    };
    let count = |value: f64| thousands(value as u64);
    let per_second = |value: f64| format!("{}/s", rate(value));
    let mut rows = vec![
        row("Requests", &each(&requests), count, Worse::Neither),
        row("Throughput", &each(&|run| requests(run) / run.seconds.max(1e-9)), per_second, Worse::Lower),
    ];
    let same = figures.windows(2).all(|pair| pair[0].metric == pair[1].metric);
    if let Some(metric) = figures[0].metric.filter(|_| same) {
        let name = duration_name(metric);
        rows.push(row(
            &format!("{name}, mean"),
            &each(&|run| run.measured.totals[metric].avg()),
            span,
            Worse::Higher,
        ));
        for q in QUANTILES {
            let values: Vec<_> = figures.iter().map(|one| one.quantile(q).map(|one| one.figure)).collect();
            rows.push(row(&format!("{name}, {}", percentile_name(q)), &values, span, Worse::Higher));
        }
        rows.push(row(
            &format!("{name}, largest"),
            &each(&|run| run.measured.totals[metric].max()),
            span,
            Worse::Higher,
        ));
    }
    let failed: Vec<_> = figures.iter().map(|one| one.failed).collect();
    rows.push(row("Failed", &failed, share, Worse::Higher));
    let iterations = |run: &Run| run.measured.counters["iterations"].iter().sum::<f64>();
    rows.push(row("Iterations", &each(&iterations), count, Worse::Neither));
    let received = |run: &Run| run.measured.counters["data_received"].iter().sum::<f64>();
    rows.push(row("Received", &each(&received), crate::format::bytes, Worse::Neither));
    wide_table("Figures of all runs", None, &titles("Figure", runs), &rows)
}

fn charts(runs: &[Run], figures: &[Figures]) -> String {
    let mut out = String::new();
    let has_time = runs.iter().any(|run| run.measured.slots() > 1);
    if has_time && figures.iter().any(|one| one.metric.is_some()) {
        let label = "95th percentile of every run over time. Figures of whole runs are in the table above.";
        out.push_str(&chart("compare-latency", 0, "95th percentile over time", label));
        let label = "Requests a second of every run over time. Figures of whole runs are in the table above.";
        out.push_str(&chart("compare-requests", 0, "Requests a second", label));
    }
    if figures.iter().any(|one| one.curve.len() > 1) {
        let label = "Percentiles of every run on a logarithmic axis. They are in the table above.";
        out.push_str(&chart("compare-curve", 0, "How slow are the slowest?", label));
    }
    out
}

fn endpoints(runs: &[Run]) -> String {
    let mut keys: BTreeMap<&(String, String), f64> = BTreeMap::new();
    for run in runs {
        for (key, one) in &run.measured.endpoints {
            *keys.entry(key).or_default() += one.requests;
        }
    }
    let mut keys: Vec<_> = keys.into_iter().collect();
    keys.sort_by(|a, b| b.1.total_cmp(&a.1));
    let rows: Vec<Vec<Cell>> = keys
        .into_iter()
        .map(|(key, _)| {
            let name = if key.1.is_empty() { key.0.clone() } else { format!("{} {}", key.1, key.0) };
            let most = |run: &Run| {
                let one = run.measured.endpoints.get(key).filter(|one| one.durations.count() > 0);
                one.and_then(|one| plain(one.durations.quantile(0.95)))
            };
            let mut cells = row(&name, &runs.iter().map(most).collect::<Vec<_>>(), span, Worse::Higher);
            for run in runs {
                let one = run.measured.endpoints.get(key);
                cells.push(one.map_or_else(Cell::none, |one| {
                    Cell::number(&thousands(one.requests as u64), one.requests)
                }));
                cells.push(one.map_or_else(Cell::none, |one| super::sections::failed(one.failed)));
            }
            cells
        })
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    let mut titles = titles("Endpoint", runs);
    for at in 0..runs.len() {
        titles.push((format!("{} requests", letter(at)), true));
        titles.push((format!("{} failed", letter(at)), true));
    }
    wide_table("Endpoints of all runs", Some("endpoint-table"), &titles, &rows)
}

fn thresholds(runs: &[Run]) -> String {
    let mut found: BTreeMap<(String, String), Vec<Cell>> = BTreeMap::new();
    for (at, run) in runs.iter().enumerate() {
        for metric in &run.summary.total.metrics {
            for one in &metric.thresholds {
                let cells = found.entry((metric.full_name(), one.source.clone())).or_default();
                cells.resize_with(at, Cell::none);
                let tone = if one.ok { Tone::Good } else { Tone::Bad };
                cells.push(threshold_value(one, &metric.values, metric.contains).tone(tone));
            }
        }
    }
    if found.is_empty() {
        return String::new();
    }
    let rows: Vec<Vec<Cell>> = found
        .into_iter()
        .map(|((metric, source), mut cells)| {
            cells.resize_with(runs.len(), Cell::none);
            [vec![Cell::text(&metric), Cell::text(&source)], cells].concat()
        })
        .collect();
    let mut titles = vec![("Metric".to_owned(), false), ("Condition".to_owned(), false)];
    titles.extend((0..runs.len()).map(|at| (key(at), true)));
    wide_table("Thresholds of all runs", None, &titles, &rows)
}

fn checks(runs: &[Run]) -> String {
    let mut found: BTreeMap<&str, Vec<Cell>> = BTreeMap::new();
    for (at, run) in runs.iter().enumerate() {
        for check in &run.summary.total.checks {
            let cells = found.entry(&check.name).or_default();
            cells.resize_with(at, Cell::none);
            let part = check.passes as f64 / (check.passes + check.fails).max(1) as f64;
            let tone = if check.fails > 0 { Tone::Bad } else { Tone::Good };
            cells.push(Cell::number(&share(part), part).tone(tone));
        }
    }
    if found.is_empty() {
        return String::new();
    }
    let rows: Vec<Vec<Cell>> = found
        .into_iter()
        .map(|(name, mut cells)| {
            cells.resize_with(runs.len(), Cell::none);
            [vec![Cell::text(name)], cells].concat()
        })
        .collect();
    let mut titles = vec![("Check".to_owned(), false)];
    titles.extend((0..runs.len()).map(|at| (key(at), true)));
    wide_table("Checks of all runs", None, &titles, &rows)
}

fn environment(runs: &[Run]) -> String {
    let mut names: Vec<&str> = Vec::new();
    for (name, _) in runs.iter().flat_map(|run| &run.environment) {
        if !names.contains(name) {
            names.push(name);
        }
    }
    let rows: Vec<Vec<Cell>> = names
        .into_iter()
        .map(|name| {
            let of = |run: &Run| {
                run.environment
                    .iter()
                    .find(|(other, _)| *other == name)
                    .map_or(String::new(), |(_, value)| value.clone())
            };
            let values: Vec<String> = runs.iter().map(of).collect();
            let differs = values.windows(2).any(|pair| pair[0] != pair[1]);
            let tone = if differs { Tone::Warn } else { Tone::Plain };
            let cells = values
                .iter()
                .map(|value| if value.is_empty() { Cell::none() } else { Cell::text(value).tone(tone) });
            std::iter::once(Cell::text(name)).chain(cells).collect()
        })
        .collect();
    let mut titles = vec![("What".to_owned(), false)];
    titles.extend((0..runs.len()).map(|at| (key(at), false)));
    wide_table("What the runs ran on", None, &titles, &rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_clear_only_when_intervals_do_not_touch() {
        let figure = |value: f64, low: f64, high: f64| Some(Figure { value, interval: Some((low, high)) });
        let check = |a, b, expected: &str| {
            let cell = format!("{:?}", change(a, b, Worse::Higher));
            assert!(cell.contains(expected), "{cell}");
        };
        check(figure(10.0, 9.0, 11.0), figure(20.0, 18.0, 22.0), "\"+100 % clear\"");
        check(figure(10.0, 9.0, 11.0), figure(20.0, 18.0, 22.0), "Bad");
        check(figure(20.0, 18.0, 22.0), figure(10.0, 9.0, 11.0), "Good");
        check(figure(10.0, 9.0, 11.0), figure(10.5, 10.0, 12.0), "\"+5.0 %\"");
        check(plain(10.0), plain(20.0), "\"+100 %\"");
        check(plain(0.0), plain(20.0), "new");
        check(None, plain(20.0), "–");
        check(plain(20.0), plain(20.0), "±0");
    }
}
