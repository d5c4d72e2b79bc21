//! Requests by name: how many, how fast, how often they failed, and how.

use metrics::Trend;

use super::ms;
use crate::html::Run;
use crate::html::markup::{Cell, Column, Tone, escape, table};
use crate::html::measured::{Endpoint, Share};
use crate::html::words::{rate, share};
use crate::quick::{span, thousands};

/// Searching pays from so many rows on.
const SEARCHED_FROM: usize = 8;

/// All endpoints, the busiest first.
pub fn all(run: &Run) -> String {
    let mut endpoints: Vec<(&(String, String), Endpoint)> =
        run.measured.endpoints.iter().map(|(key, one)| (key, one.clone())).collect();
    if endpoints.is_empty() {
        return String::new();
    }
    endpoints.sort_by(|a, b| b.1.requests.total_cmp(&a.1.requests));
    let has_durations = |one: &Endpoint| one.durations.count() > 0;
    let slowest =
        endpoints.iter().filter(|(_, one)| has_durations(one)).map(|(_, one)| one.durations.quantile(0.99));
    let fastest =
        endpoints.iter().filter(|(_, one)| has_durations(one)).map(|(_, one)| one.durations.quantile(0.05));
    let scale = (fastest.fold(f64::INFINITY, f64::min).max(1e-3), slowest.fold(1e-3, f64::max));
    let rows: Vec<Vec<Cell>> = endpoints
        .iter_mut()
        .map(|((name, method), one)| {
            one.durations.sort();
            row(name, method, one, run.seconds, scale)
        })
        .collect();
    use Column::{Number, Text};
    let columns = [
        Text("Endpoint"),
        Number("Requests"),
        Number("Per second"),
        Number("Failed"),
        Number("Median"),
        Number("95th"),
        Number("99th"),
        Number("Largest"),
        Text("5th to 99th, tick at median"),
    ];
    let search = if rows.len() >= SEARCHED_FROM {
        "<p class=\"search\" hidden><label for=\"endpoint-search\">Show endpoints with</label> \
         <input id=\"endpoint-search\" type=\"search\" data-filter=\"endpoint-table\" autocomplete=\"off\"> \
         <span role=\"status\"></span></p>\n"
    } else {
        ""
    };
    format!("{search}{}", table("Requests by name and method", Some("endpoint-table"), &columns, &rows))
}

fn row(name: &str, method: &str, one: &Endpoint, seconds: f64, scale: (f64, f64)) -> Vec<Cell> {
    let title = if method.is_empty() {
        escape(name)
    } else {
        format!("<span class=\"method\">{}</span> {}", escape(method), escape(name))
    };
    let each = one.requests / seconds.max(1e-9);
    let mut row = vec![
        Cell::markup(title, None),
        Cell::number(&thousands(one.requests as u64), one.requests),
        Cell::number(&rate(each), each),
        failed(one.failed),
    ];
    if one.durations.count() == 0 {
        row.extend((0..5).map(|_| Cell::none()));
        return row;
    }
    row.extend([0.5, 0.95, 0.99].map(|q| ms(one.durations.quantile(q))));
    row.push(ms(one.durations.max()));
    row.push(Cell::markup(strip(&one.durations, scale), Some(one.durations.quantile(0.95))));
    row
}

/// A share of failures; red where there are some.
pub fn failed(one: Share) -> Cell {
    match one.value() {
        None => Cell::none(),
        Some(value) if one.hits == 0 => Cell::number(&share(value), value).tone(Tone::Faint),
        Some(value) => Cell::number(&share(value), value).tone(Tone::Bad),
    }
}

/// Where most durations lie, on a logarithmic scale that all rows share.
fn strip(trend: &Trend, (low, high): (f64, f64)) -> String {
    let at = |ms: f64| ((ms.max(low) / low).ln() / (high / low).max(1.000_1).ln() * 100.0).clamp(0.0, 100.0);
    let [from, half, most, to] = [0.05, 0.5, 0.95, 0.99].map(|q| at(trend.quantile(q)));
    let label = format!("from {} to {}", span(trend.quantile(0.05)), span(trend.quantile(0.99)));
    format!(
        "<svg class=\"strip\" viewBox=\"0 0 104 12\" role=\"img\" aria-label=\"{}\"><path class=\"whole\" d=\"M2 6h100\"/>\
         <path class=\"tail\" d=\"M{:.1} 6H{:.1}\"/><path class=\"body\" d=\"M{:.1} 6H{:.1}\"/>\
         <path class=\"tick\" d=\"M{:.1} 1v10\"/></svg>",
        escape(&label),
        most + 2.0,
        to + 2.0,
        from + 2.0,
        most + 2.0,
        half + 2.0
    )
}

/// Failed requests by what failed.
pub fn failures(run: &Run) -> String {
    let mut failures: Vec<_> = run.measured.failures.iter().collect();
    if failures.is_empty() {
        return String::new();
    }
    failures.sort_by(|a, b| b.1.cmp(a.1));
    let rows: Vec<Vec<Cell>> = failures
        .into_iter()
        .map(|((endpoint, status, code, error), count)| {
            let or_none = |text: &str| if text.is_empty() { Cell::none() } else { Cell::text(text) };
            let status = if status == "0" { Cell::text("no answer") } else { or_none(status) };
            let count = Cell::number(&thousands(*count), *count as f64);
            vec![Cell::text(endpoint), count, status, or_none(code), or_none(error)]
        })
        .collect();
    use Column::{Number, Text};
    let columns = [Text("Endpoint"), Number("How often"), Text("Status"), Text("Code"), Text("Error")];
    table("Failed requests", Some("failure-table"), &columns, &rows)
}
