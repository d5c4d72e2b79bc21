//! The page of one run: a head that a manager reads, then sections for those who look closer.
//!
//! Main function: [`of_one`]. Every chart has its numbers in a table next to it.

mod conditions;
mod endpoints;
mod exchanges;
mod rest;

pub use conditions::threshold_value;
pub use endpoints::failed;

use metrics::Trend;

use super::figures::{Figures, OVER_TIME};
use super::markup::{Cell, Column, Tone, chart, details, escape, table};
use super::measured::PHASES;
use super::words::{capital, lead, rate, share, trust, trust_lines, unbroken, verdict};
use super::{Parts, Run, Section, about};
use crate::format;
use crate::intervals::Figure;
use crate::quick::{span, thousands};

/// A table of numbers over time has at most so many rows.
const ROWS: usize = 120;

/// The page of one run.
pub fn of_one(run: &Run, figures: &Figures) -> Parts {
    let sections = [
        Section::new("slas", "SLAs", conditions::SLAS_NOTE, &conditions::slas(run)),
        Section::new("thresholds", "Thresholds", "", &conditions::thresholds(run)),
        Section::new("time", "Over time", "", &over_time(run, figures)),
        Section::new(
            "distribution",
            "Distribution",
            &distribution_note(figures),
            &distribution(run, figures),
        ),
        Section::new("phases", "Where the time goes", PHASES_NOTE, &phases(run, figures)),
        Section::new("endpoints", "Endpoints", "", &endpoints::all(run)),
        Section::new("failures", "What failed", "", &endpoints::failures(run)),
        Section::new("exchanges", "Single requests", exchanges::NOTE, &exchanges::all(run)),
        Section::new("checks", "Checks", "", &rest::checks(run)),
        Section::new("scenarios", "Scenarios", "", &rest::scenarios(run)),
        Section::new("metrics", "All metrics", "", &rest::metrics(run)),
        Section::new("trust", "The load generator", "", &rest::evidence(run)),
        Section::new("environment", "Environment", "", &rest::environment(run)),
    ];
    Parts {
        title: format!("{} · {}", verdict(run).word, run.name),
        head: head(run, figures),
        sections: sections.into_iter().flatten().collect(),
        about: about(std::slice::from_ref(run)),
    }
}

fn head(run: &Run, figures: &Figures) -> String {
    let verdict = verdict(run);
    let id = run.id.as_ref().map_or(String::new(), |id| format!("<span>run {}</span>", escape(id)));
    let mut out = format!(
        "<p class=\"what\"><span class=\"name\">{}</span><span>{}</span><span>{}</span>{id}</p>\n",
        escape(&run.name),
        escape(&run.started),
        escape(&span(run.seconds * 1000.0)),
    );
    out.push_str(&format!(
        "<div class=\"verdict {}\"><p class=\"word\">{}</p><h1>{}</h1>\n<p class=\"lead\">{}</p>\n{}</div>\n",
        verdict.tone.class(),
        escape(verdict.word),
        escape(&verdict.sentence),
        escape(&unbroken(&lead(run, figures))),
        trust_part(run)
    ));
    out.push_str(&key_figures(run, figures));
    out
}

/// Whether to believe the numbers, and every reason not to.
pub fn trust_part(run: &Run) -> String {
    let (sentence, tone) = trust(run);
    let mut out = format!("<p class=\"trust {}\">{}</p>\n", tone.class(), escape(&sentence));
    let lines = trust_lines(run);
    if !lines.is_empty() {
        out.push_str("<ul class=\"reasons\">\n");
        for (text, hint) in lines {
            let hint = hint.map_or(String::new(), |hint| format!(" <em>{}.</em>", escape(&capital(&hint))));
            out.push_str(&format!("<li>{}.{hint}</li>\n", escape(&unbroken(&text))));
        }
        out.push_str("</ul>\n");
    }
    out
}

/// An interval in brackets, or nothing.
pub fn interval(figure: &Figure, show: impl Fn(f64) -> String) -> String {
    figure.interval.map_or(String::new(), |(low, high)| format!("{} – {}", show(low), show(high)))
}

/// The numbers that everybody asks for.
fn key_figures(run: &Run, figures: &Figures) -> String {
    let requests: f64 = run.measured.endpoints.values().map(|one| one.requests).sum();
    let iterations: f64 = run.measured.counters["iterations"].iter().sum();
    let seconds = run.seconds.max(1e-9);
    let mut rows: Vec<(String, String, String)> = Vec::new();
    if requests > 0.0 {
        let each = if requests < 2.0 { "–".to_owned() } else { format!("{}/s", rate(requests / seconds)) };
        rows.push(("Throughput".into(), each, format!("{} requests", thousands(requests as u64))));
    } else {
        let each = format!("{}/s", rate(iterations / seconds));
        rows.push(("Iterations".into(), each, format!("{} in all", thousands(iterations as u64))));
    }
    for (q, title) in [(0.5, "Median"), (0.95, "95th percentile"), (0.99, "99th percentile")] {
        if let Some(one) = figures.quantile(q) {
            let note = if one.is_estimable {
                interval(&one.figure, span)
            } else {
                "too few samples to rely on".to_owned()
            };
            rows.push((title.into(), span(one.figure.value), note));
        }
    }
    if let Some(failed) = &figures.failed {
        rows.push(("Failed".into(), share(failed.value), interval(failed, share)));
    }
    let users = run.measured.users.iter().flatten().fold(0.0_f64, |most, users| most.max(*users));
    if users > 0.0 {
        rows.push(("Users".into(), thousands(users as u64), "at most".to_owned()));
    }
    let mut out = String::from("<dl class=\"figures\">\n");
    for (title, value, note) in rows {
        let note = if note.is_empty() {
            String::new()
        } else {
            format!("<dd class=\"note\">{}</dd>", escape(&note))
        };
        out.push_str(&format!("<div><dt>{}</dt><dd>{}</dd>{note}</div>\n", escape(&title), escape(&value)));
    }
    out.push_str("</dl>\n");
    if figures.quantiles.iter().any(|one| one.figure.interval.is_some()) {
        out.push_str(
            "<p class=\"note small\">Ranges are 95 % confidence intervals from slices of time.</p>\n",
        );
    }
    out
}

fn over_time(run: &Run, figures: &Figures) -> String {
    if run.measured.slots() < 2 {
        return String::new();
    }
    let mut out = String::new();
    if let Some(metric) = figures.metric {
        let title = format!("{}: median, 95th and 99th percentile", duration_name(metric));
        out.push_str(&chart(
            "latency",
            0,
            &title,
            &format!("{title}, over time. The numbers are in the table below."),
        ));
    }
    let total = |name: &str| run.measured.counters[name].iter().sum::<f64>();
    if total("http_reqs") > 0.0 {
        let label =
            "Requests and failed requests each second, over time. The numbers are in the table below.";
        out.push_str(&chart("requests", 0, "Requests a second", label));
    } else if total("iterations") > 0.0 {
        let label = "Iterations each second, over time. The numbers are in the table below.";
        out.push_str(&chart("iterations", 0, "Iterations a second", label));
    }
    if run.measured.users.iter().any(Option::is_some) {
        let label = "Virtual users over time. The numbers are in the table below.";
        out.push_str(&chart("users", 0, "Virtual users", label));
    }
    out.push_str(&details("The same as a table", &time_table(run, figures)));
    out
}

/// What a duration of the main metric is of.
pub fn duration_name(metric: &str) -> &'static str {
    match metric {
        "http_req_duration" => "Response time",
        "grpc_req_duration" => "Call time",
        _ => "Iteration time",
    }
}

fn time_table(run: &Run, figures: &Figures) -> String {
    let measured = &run.measured;
    let each = measured.slots().div_ceil(ROWS);
    let length = (each as u64 * measured.step) as f64;
    let rows: Vec<Vec<Cell>> = (0..measured.slots())
        .step_by(each)
        .map(|from| {
            let to = (from + each).min(measured.slots());
            let sum = |name: &str| measured.counters[name][from..to].iter().sum::<f64>();
            let mut trend = Trend::new();
            if let Some(metric) = figures.metric {
                measured.durations[metric][from..to].iter().for_each(|slot| trend.absorb(slot));
            }
            trend.sort();
            let failed: u64 = measured.failed[from..to].iter().map(|one| one.hits).sum();
            let users = measured.users[from..to].iter().flatten().copied().reduce(f64::max);
            let mut row = vec![Cell::text(&format!("{} s", from as u64 * measured.step))];
            row.push(Cell::number(&rate(sum("http_reqs") / length), sum("http_reqs")));
            row.push(Cell::number(&thousands(failed), failed as f64));
            row.push(Cell::number(&rate(sum("iterations") / length), sum("iterations")));
            for q in OVER_TIME {
                row.push(if trend.count() == 0 { Cell::none() } else { ms(trend.quantile(q)) });
            }
            row.push(users.map_or_else(Cell::none, |users| Cell::number(&thousands(users as u64), users)));
            row
        })
        .collect();
    use Column::{Number, Text};
    let columns = [
        Text("From"),
        Number("Requests/s"),
        Number("Failed"),
        Number("Iterations/s"),
        Number("Median"),
        Number("95th"),
        Number("99th"),
        Number("Users"),
    ];
    table("The run over time", None, &columns, &rows)
}

/// A duration in milliseconds.
pub fn ms(value: f64) -> Cell {
    Cell::number(&span(value), value)
}

fn distribution_note(figures: &Figures) -> String {
    let too_few = figures.quantiles.iter().find(|one| !one.is_estimable);
    too_few.map_or(String::new(), |one| {
        format!("There are too few samples to rely on percentiles from the {} on.", percentile_name(one.q))
    })
}

/// `95th`, `99.9th`.
pub fn percentile_name(q: f64) -> String {
    format!("{}th", format::number((q * 1e5).round() / 1e3))
}

fn distribution(run: &Run, figures: &Figures) -> String {
    let Some(metric) = figures.metric else { return String::new() };
    let total = &run.measured.totals[metric];
    let mut out = String::from("<div class=\"pair\">\n");
    if total.count() > 1 {
        let title = "How slow are the slowest?";
        let label = "Response time by percentile on a logarithmic axis. The numbers are in the table below.";
        out.push_str(&chart("curve", 0, title, label));
        let title = "When was it slow?";
        let label = "Number of requests by time and response time, a stronger colour for more. Percentiles over time are in a table above.";
        out.push_str(&chart("heat", 0, title, label));
    }
    out.push_str("</div>\n");
    let mut rows = vec![vec![Cell::text("Mean"), ms(total.avg()), Cell::none()]];
    rows.insert(0, vec![Cell::text("Smallest"), ms(total.min()), Cell::none()]);
    for one in &figures.quantiles {
        let range = match (interval(&one.figure, span), one.is_estimable) {
            (_, false) => Cell::text("too few samples").tone(Tone::Warn),
            (text, _) if text.is_empty() => Cell::none(),
            (text, _) => Cell::text(&text),
        };
        let name = if (one.q - 0.5).abs() < 1e-9 {
            "Median".to_owned()
        } else {
            format!("{} percentile", percentile_name(one.q))
        };
        rows.push(vec![Cell::text(&name), ms(one.figure.value), range]);
    }
    rows.push(vec![Cell::text("Largest"), ms(total.max()), Cell::none()]);
    use Column::{Number, Text};
    let columns = [Text(duration_name(metric)), Number("Value"), Number("95 % interval")];
    out.push_str(&table(
        &format!("{} of {} samples", duration_name(metric), thousands(total.count())),
        None,
        &columns,
        &rows,
    ));
    out
}

const PHASES_NOTE: &str = "Blocked is waiting for a free connection; waiting is the time until the first byte of the \
    answer. Response time is sending, waiting and receiving together.";

fn phases(run: &Run, figures: &Figures) -> String {
    if figures.metric != Some("http_req_duration") {
        return String::new();
    }
    let means: Vec<f64> = PHASES.iter().map(|(metric, _)| run.measured.phase_totals[metric].avg()).collect();
    let sum: f64 = means.iter().sum::<f64>().max(1e-9);
    let mut out = String::from("<div class=\"phase-bar\" aria-hidden=\"true\">\n");
    for (at, ((_, name), mean)) in PHASES.iter().zip(&means).enumerate() {
        let percent = mean / sum * 100.0;
        if percent >= 0.05 {
            let label = if percent > 9.0 { format!("<span>{name}</span>") } else { String::new() };
            out.push_str(&format!("<div class=\"phase-{at}\" style=\"width:{percent:.2}%\">{label}</div>\n"));
        }
    }
    out.push_str("</div>\n");
    let rows: Vec<Vec<Cell>> = PHASES
        .iter()
        .enumerate()
        .filter(|(_, (metric, _))| run.measured.phase_totals[metric].count() > 0)
        .map(|(at, (metric, name))| {
            let mut trend = run.measured.phase_totals[metric].clone();
            trend.sort();
            let title = format!("<i class=\"key phase-{at}\"></i>{}", escape(&capital(name)));
            let part = trend.avg() / sum;
            let mut row = vec![Cell::markup(title, None), ms(trend.avg()), Cell::number(&share(part), part)];
            row.extend([0.5, 0.95, 0.99].map(|q| ms(trend.quantile(q))));
            row.push(ms(trend.max()));
            row
        })
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    use Column::{Number, Text};
    let columns = [
        Text("Phase"),
        Number("Mean"),
        Number("Part"),
        Number("Median"),
        Number("95th"),
        Number("99th"),
        Number("Largest"),
    ];
    out.push_str(&table("Phases of requests", None, &columns, &rows));
    if run.measured.slots() > 1 {
        let label = "Mean length of each phase over time, one upon the other.";
        out.push_str(&chart("phases", 0, "Mean phases over time", label));
    }
    out
}
