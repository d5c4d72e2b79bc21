//! Several runs next to each other: what changed, the same figures in columns, the same charts over one another.
//!
//! Main function: [`of_several`]. Whether a difference is one was decided elsewhere, with what runs of the same thing
//! differ by; here it is only shown.

use std::collections::{BTreeMap, BTreeSet};

use super::figures::Figures;
use super::markup::{Cell, Tone, chart, escape, wide_table};
use super::sections::{duration_name, percentile_name, threshold_value, trust_part};
use super::words::{capital, rate, share, unbroken, verdict};
use super::{Parts, Run, Section, Story, about};
use crate::intervals::{Figure, QUANTILES};
use crate::quick::{span, thousands};
use crate::verdicts::{Standing, Verdicts};

const FIGURES_NOTE: &str = "Ranges are 95 % confidence intervals of each run by itself. How much runs of the same thing \
    differ is not in them; the findings above take it into account.";

/// The page of several runs.
pub fn of_several(story: &Story, figures: &[Figures]) -> Parts {
    let runs = &story.runs[..];
    let sections = [
        Section::new("findings", "Findings", "", &findings(&story.compared)),
        Section::new("figures", "Figures", FIGURES_NOTE, &figures_table(runs, figures)),
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
        head: head(story, &name),
        sections: sections.into_iter().flatten().collect(),
        about: about(runs),
    }
}

/// The letter of a run with its colour.
fn key(at: usize) -> String {
    format!("<i class=\"key run-{}\"></i>{}", at % 8, letter(at))
}

fn letter(at: usize) -> String {
    u8::try_from(at)
        .ok()
        .filter(|at| *at < 26)
        .map_or_else(|| format!("#{}", at + 1), |at| char::from(b'A' + at).to_string())
}

fn head(story: &Story, name: &str) -> String {
    let runs = &story.runs;
    let mut out = format!("<p class=\"what\"><span class=\"name\">{}</span></p>\n", escape(name));
    match &story.compared[..] {
        [one] => {
            // The sentence says first what was found, then by which measure.
            let (found, measure) = one.sentence.split_once(';').unwrap_or((&one.sentence, ""));
            let measure = match measure.trim_start() {
                "" => String::new(),
                measure => format!("<p class=\"lead\">{}.</p>", escape(&unbroken(&capital(measure)))),
            };
            out.push_str(&format!(
                "<div class=\"verdict {}\"><p class=\"word\">{}</p><h1>{}</h1>\n{measure}</div>\n",
                word_tone(one.standing).class(),
                word(one.standing),
                escape(&unbroken(&capital(found)))
            ));
        }
        _ => out.push_str(&format!("<h1>{} runs next to each other</h1>\n", runs.len())),
    }
    out.push_str("<ol class=\"runs\">\n");
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

/// What a comparison comes to, in a word.
const fn word(standing: Standing) -> &'static str {
    match standing {
        Standing::Passed => "Not worse",
        Standing::Failed => "Worse",
        Standing::Undecided => "Not decided",
        Standing::Skipped => "Not judged",
    }
}

/// How an answer stands out.
pub const fn word_tone(standing: Standing) -> Tone {
    match standing {
        Standing::Passed => Tone::Good,
        Standing::Failed => Tone::Bad,
        Standing::Undecided => Tone::Warn,
        Standing::Skipped => Tone::Faint,
    }
}

/// Every comparison: what has to be known of it first, then its figures.
fn findings(compared: &[Verdicts]) -> String {
    let mut out = String::new();
    for one in compared {
        if compared.len() > 1 {
            out.push_str(&format!(
                "<h3>{}</h3>\n<p>{}.</p>\n",
                escape(&one.title),
                escape(&unbroken(&capital(&one.sentence)))
            ));
        }
        if !one.notes.is_empty() {
            out.push_str("<ul class=\"reasons\">\n");
            for note in &one.notes {
                out.push_str(&format!("<li>{}.</li>\n", escape(&unbroken(&capital(note)))));
            }
            out.push_str("</ul>\n");
        }
        out.push_str(&findings_table(one));
    }
    out
}

fn findings_table(verdicts: &Verdicts) -> String {
    if verdicts.cases.is_empty() {
        return String::new();
    }
    let titles: Vec<(String, bool)> = verdicts
        .columns
        .iter()
        .map(|title| (escape(&capital(title.trim_start())), title.starts_with(' ')))
        .collect();
    let rows: Vec<Vec<Cell>> = verdicts
        .cases
        .iter()
        .map(|case| {
            let tone = word_tone(case.standing);
            let mut cells: Vec<Cell> = case.cells.iter().map(|text| Cell::text(text)).collect();
            if let Some(last) = cells.pop() {
                cells.push(last.tone(tone));
            }
            cells
        })
        .collect();
    wide_table(&format!("Findings of {}", verdicts.title), None, &titles, &rows)
}

/// Titles: what, then each run.
fn titles(what: &str, runs: &[Run]) -> Vec<(String, bool)> {
    std::iter::once((escape(what), false)).chain((0..runs.len()).map(|at| (key(at), true))).collect()
}

fn row(name: &str, values: &[Option<Figure>], show: impl Fn(f64) -> String) -> Vec<Cell> {
    let cell = |figure: &Figure| {
        let range = super::sections::interval(figure, &show);
        let range = if range.is_empty() { range } else { format!("<small>{}</small>", escape(&range)) };
        Cell::markup(format!("{}{range}", escape(&show(figure.value))), Some(figure.value))
    };
    let cells = values.iter().map(|value| value.as_ref().map_or_else(Cell::none, cell));
    std::iter::once(Cell::text(name)).chain(cells).collect()
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
        row("Requests", &each(&requests), count),
        row("Throughput", &each(&|run| requests(run) / run.seconds.max(1e-9)), per_second),
    ];
    let same = figures.windows(2).all(|pair| pair[0].metric == pair[1].metric);
    if let Some(metric) = figures[0].metric.filter(|_| same) {
        let name = duration_name(metric);
        rows.push(row(&format!("{name}, mean"), &each(&|run| run.measured.totals[metric].avg()), span));
        for q in QUANTILES {
            let values: Vec<_> = figures.iter().map(|one| one.quantile(q).map(|one| one.figure)).collect();
            rows.push(row(&format!("{name}, {}", percentile_name(q)), &values, span));
        }
        rows.push(row(&format!("{name}, largest"), &each(&|run| run.measured.totals[metric].max()), span));
    }
    let failed: Vec<_> = figures.iter().map(|one| one.failed).collect();
    rows.push(row("Failed", &failed, share));
    let iterations = |run: &Run| run.measured.counters["iterations"].iter().sum::<f64>();
    rows.push(row("Iterations", &each(&iterations), count));
    let received = |run: &Run| run.measured.counters["data_received"].iter().sum::<f64>();
    rows.push(row("Received", &each(&received), crate::format::bytes));
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
            let mut cells = row(&name, &runs.iter().map(most).collect::<Vec<_>>(), span);
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
    let mut titles = vec![("Endpoint".to_owned(), false)];
    titles.extend((0..runs.len()).map(|at| (format!("{} 95th", key(at)), true)));
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
