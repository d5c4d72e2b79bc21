//! The results as a page of text, at most 80 columns wide.

use super::{Latency, Results, over};
use crate::format;

/// How the page looks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Look {
    /// Use the colours of a terminal.
    pub color: bool,
    /// Show why the run can be trusted, also when nothing speaks against it.
    pub trust: bool,
}

/// How long the bar of all requests would be.
const BAR: f64 = 40.0;
/// Errors that are listed.
const ERRORS_MAX: usize = 8;
/// Where a line ends.
const WIDTH: usize = 80;

/// The page.
#[must_use]
pub fn text(results: &Results, look: Look) -> String {
    let mut page = Page { results, look, lines: vec![String::new()] };
    page.head();
    page.amounts();
    page.latencies();
    page.spread();
    page.answers();
    page.trust();
    page.lines.push(String::new());
    page.lines.join("\n")
}

struct Page<'a> {
    results: &'a Results,
    look: Look,
    lines: Vec<String>,
}

impl Page<'_> {
    fn line(&mut self, text: impl Into<String>) {
        self.lines.push(text.into());
    }

    fn gap(&mut self) {
        self.lines.push(String::new());
    }

    fn paint(&self, code: &str, text: &str) -> String {
        if self.look.color { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    fn head(&mut self) {
        let asked = &self.results.asked;
        let title = shortened(&format!("{} {}", asked.method, asked.url), WIDTH - 2);
        let users =
            if asked.users == 1 { "1 user".to_owned() } else { format!("{} users", thousands(asked.users)) };
        let rate = asked.rate.map(|rate| format!(", {} requests a second wanted", thousands(rate)));
        let took = span(self.results.elapsed.as_secs_f64() * 1e3);
        self.line(format!("  {}", self.paint("1", &title)));
        self.line(format!("  {users}, {took}{}", rate.unwrap_or_default()));
        self.gap();
    }

    fn amounts(&mut self) {
        let results = self.results;
        let per_second = format!("{}/s", thousands(results.per_second().round() as u64));
        let share = if results.requests == 0 { 0.0 } else { results.failed as f64 / results.requests as f64 };
        let failed = format!("failed {} ({})", thousands(results.failed), format::percent(share));
        let failed = if results.failed > 0 { self.paint("31", &failed) } else { failed };
        self.line(format!(
            "  {:<9} {:>13} {:>13}   {failed}",
            "requests",
            thousands(results.requests),
            per_second
        ));
        for (name, bytes) in [("received", results.received_bytes), ("sent", results.sent_bytes)] {
            let speed = format!("{}/s", format::bytes(over(bytes, results.elapsed)));
            self.line(format!("  {name:<9} {:>13} {speed:>13}", format::bytes(bytes)));
        }
        if results.not_sent > 0 {
            let text = format!("not sent  {:>13}", thousands(results.not_sent));
            let text = self.paint("31", &text);
            self.line(format!("  {text}   they were due while all users were waiting"));
        }
        self.gap();
    }

    fn latencies(&mut self) {
        let Some(service) = self.results.service else { return };
        let names = ["mean", "p50", "p75", "p90", "p95", "p99", "p99.9", "max"];
        let head: String = names.iter().map(|name| format!("{name:>8}")).collect();
        self.line(self.paint("2", &format!("  {:<9}{head}", "latency")));
        let row = |name: &str, latency: Latency| {
            let Latency { mean, p50, p75, p90, p95, p99, p99_9, max, .. } = latency;
            let cells: String =
                [mean, p50, p75, p90, p95, p99, p99_9, max].map(|ms| format!("{:>8}", span(ms))).concat();
            format!("  {name:<9}{cells}")
        };
        self.line(row("service", service));
        self.ends();
        if let Some(response) = self.results.response {
            self.line(row("response", response));
            self.line(self.paint("2", "  service: since the request was sent · response: since it was due"));
        }
        self.sure();
        let unanswered: u64 = self.results.errors.iter().map(|(_, count)| count).sum();
        if unanswered > 0 {
            let text = format!("  of answered requests; {} had no answer", thousands(unanswered));
            self.line(self.paint("2", &text));
        }
        if self.results.connect_ms_max > 0.0 {
            let text = format!(
                "  connecting took {} at most, and is no part of it",
                span(self.results.connect_ms_max)
            );
            self.line(self.paint("2", &text));
        }
        self.gap();
    }

    /// Between what the percentiles of the line above lie. They are those of all requests, so that nothing is said where
    /// some were not answered.
    fn ends(&mut self) {
        let Some(intervals) = self.results.intervals.as_ref().filter(|_| self.results.errors.is_empty())
        else {
            return;
        };
        let row = |name: &str, pick: fn((f64, f64)) -> f64| {
            let cells: String = intervals
                .percentiles
                .iter()
                .map(|one| one.figure.interval.filter(|_| one.is_estimable))
                .map(|ends| format!("{:>8}", ends.map_or("–".to_owned(), |ends| span(pick(ends)))))
                .collect();
            self.paint("2", &format!("  {name:<9}{:>8}{cells}", ""))
        };
        let rows = [row("  from", |(low, _)| low), row("  to", |(_, high)| high)];
        self.lines.extend(rows);
    }

    /// What the ends mean.
    fn sure(&mut self) {
        let Some(intervals) = &self.results.intervals else { return };
        let sure = format::percent(intervals.confidence);
        let mut notes = Vec::new();
        if self.results.errors.is_empty() {
            notes.push(format!("  from, to: the true value lies there with {sure} confidence"));
        }
        if let Some((low, high)) = intervals.failed.and_then(|failed| failed.figure.interval) {
            let (low, high) = (format::percent(low), format::percent_up(high));
            notes.push(format!("  failed: {low} to {high} with {sure} confidence"));
        }
        if intervals.too_short {
            notes.push("  the run looks too short for this target: that is probably too narrow".to_owned());
        }
        let notes: Vec<String> = notes.iter().map(|note| self.paint("2", note)).collect();
        self.lines.extend(notes);
    }

    fn spread(&mut self) {
        if self.results.spread.is_empty() {
            return;
        }
        for band in &self.results.spread {
            let bar = "▇".repeat((band.share * BAR).round() as usize);
            let bar = format!("{}{}", self.paint("36", &bar), " ".repeat(BAR as usize - bar.chars().count()));
            let share = if band.share > 0.0 { format!("{:.2}%", band.share * 100.0) } else { String::new() };
            self.lines
                .push(format!("  up to {:>7}  {bar} {share:>8}", span(band.to_ms)).trim_end().to_owned());
        }
        self.gap();
    }

    fn answers(&mut self) {
        let results = self.results;
        for (at, (status, count)) in results.statuses.iter().enumerate() {
            let title = if at == 0 { "statuses" } else { "" };
            let count = thousands(*count);
            let line = format!("{status:<5}{count:>13}");
            let line = if status.as_str() >= "400" { self.paint("31", &line) } else { line };
            let hint = if status.starts_with('3') { "   redirects are followed with -r" } else { "" };
            self.line(format!("  {title:<9} {line}{hint}"));
        }
        for (at, (error, count)) in results.errors.iter().take(ERRORS_MAX).enumerate() {
            let title = if at == 0 { "errors" } else { "" };
            let line = format!("{:>13}  {}", thousands(*count), shortened(error, WIDTH - 32));
            let line = self.paint("31", &line);
            self.line(format!("  {title:<9}      {line}"));
        }
        if let Some(more) = results.errors.len().checked_sub(ERRORS_MAX).filter(|more| *more > 0) {
            self.line(format!("  {:<9} and {more} other kinds", ""));
        }
        if !(results.statuses.is_empty() && results.errors.is_empty()) {
            self.gap();
        }
    }

    fn trust(&mut self) {
        let results = self.results;
        if let Some(why) = &results.incomplete {
            let text = self.paint("31", &format!("  ! incomplete: {why}"));
            self.line(text);
            self.gap();
        }
        let trust = &results.trust;
        if !(self.look.trust || trust.has_news()) {
            return;
        }
        if trust.trusted {
            self.line("  ✓ trusted: the generator kept pace");
        } else {
            let text =
                self.paint("31", "  ✗ NOT TRUSTED: the numbers describe the generator as much as the target");
            self.line(text);
        }
        for reason in &trust.reasons {
            self.wrapped("    ↳ ", &reason.text);
            if let Some(hint) = &reason.hint {
                self.wrapped("      ", hint);
            }
        }
        for (name, cells) in &trust.evidence {
            self.wrapped("      ", &format!("{name}: {}", cells.join(" ")));
        }
        self.gap();
    }

    /// A text over as many lines as it needs.
    fn wrapped(&mut self, lead: &str, text: &str) {
        let indent = " ".repeat(lead.chars().count());
        let (mut line, mut lead) = (String::new(), lead.to_owned());
        for word in text.split_whitespace() {
            if !line.is_empty() && indent.len() + line.chars().count() + 1 + word.chars().count() > WIDTH {
                self.lines.push(format!("{lead}{line}"));
                lead.clone_from(&indent);
                line.clear();
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        self.lines.push(format!("{lead}{line}"));
    }
}

/// A text of at most so many characters.
fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most - 1).collect();
    format!("{kept}…")
}

/// A number with its thousands set apart: `1,234,567`.
#[must_use]
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A time given in milliseconds, with three digits that count: `166 µs`, `1.23 ms`, `12.3 s`.
#[must_use]
pub fn span(millis: f64) -> String {
    let (value, unit) = match millis {
        ms if !ms.is_finite() || ms <= 0.0 => return "0 s".to_owned(),
        ms if ms < 0.000_999_5 => (ms * 1e6, "ns"),
        ms if ms < 0.999_5 => (ms * 1e3, "µs"),
        ms if ms < 999.5 => (ms, "ms"),
        ms if ms < 60_000.0 => (ms / 1e3, "s"),
        ms => {
            let seconds = (ms / 1e3).round() as u64;
            return if seconds < 3_600 {
                format!("{}m{:02}s", seconds / 60, seconds % 60)
            } else {
                format!("{}h{:02}m", seconds / 3_600, seconds / 60 % 60)
            };
        }
    };
    let decimals = match value {
        value if value < 9.995 => 2,
        value if value < 99.95 => 1,
        _ => 0,
    };
    let number = format!("{value:.decimals$}");
    let number =
        if number.contains('.') { number.trim_end_matches('0').trim_end_matches('.') } else { &number };
    format!("{number} {unit}")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::{Asked, Band, Latency, Results};
    use super::*;
    use crate::intervals::{Figure, QUANTILES, Quantile, Rate};
    use crate::summary::Intervals;

    #[test]
    fn times_have_three_digits() {
        let check = |millis: f64, text: &str| assert_eq!(span(millis), text, "{millis}");
        check(0.0, "0 s");
        check(0.000_5, "500 ns");
        check(0.166_4, "166 µs");
        check(1.0, "1 ms");
        check(1.234, "1.23 ms");
        check(999.6, "1 s");
        check(12_345.0, "12.3 s");
        check(90_000.0, "1m30s");
        check(7_260_000.0, "2h01m");
    }

    #[test]
    fn thousands_are_set_apart() {
        let check = |number: u64, text: &str| assert_eq!(thousands(number), text);
        check(0, "0");
        check(999, "999");
        check(1_000, "1,000");
        check(1_234_567, "1,234,567");
    }

    #[test]
    fn the_page_fits_eighty_columns() {
        let slow =
            Latency { mean: 59_999.0, p50: 12.34, p99_9: 999.4, max: 7_260_000.0, ..Latency::default() };
        let (low, high) = (999.4, 7_260_000.0);
        let one = |q: f64, is_estimable: bool| Quantile {
            q,
            figure: Figure { value: low, interval: Some((low, high)) },
            is_estimable,
            effective: Some(1e6),
        };
        let failed = Figure { value: 0.5, interval: Some((0.0, 1.0)) };
        let intervals = Intervals {
            confidence: 0.95,
            metric: "http_req_duration".into(),
            percentiles: QUANTILES.map(|q| one(q, q < 0.999)).to_vec(),
            samples: 123_456_789_012,
            effective: Some(1e6),
            too_short: true,
            failed: Some(Rate { figure: failed, assumes_independence: true }),
        };
        let results = Results {
            asked: Asked { method: "GET".into(), url: "h".repeat(200), users: 20_000, rate: Some(1_000_000) },
            elapsed: Duration::from_secs(90),
            requests: 123_456_789_012,
            failed: 1_234_567,
            not_sent: 9_876_543,
            sent_bytes: 1e15,
            received_bytes: 1e15,
            service: Some(slow),
            response: Some(slow),
            connect_ms_max: 1.0,
            spread: vec![Band { to_ms: 0.002, share: 1.0 }, Band { to_ms: 50_000.0, share: 0.0 }],
            statuses: vec![("200".into(), 123_456_789_012), ("302".into(), 2), ("500".into(), 1)],
            errors: (0..20).map(|number| (format!("{number} {}", "long ".repeat(40)), number)).collect(),
            incomplete: Some("interrupted".into()),
            intervals: Some(intervals),
            ..Results::default()
        };
        let page = text(&results, Look { color: false, trust: true });
        for line in page.lines() {
            assert!(line.chars().count() <= WIDTH, "{} columns: {line}", line.chars().count());
        }
        for part in
            ["20,000 users", "123,456,789,012", "not sent", "p99.9", "and 12 other kinds", "incomplete"]
        {
            assert!(page.contains(part), "{part} in {page}");
        }
        assert!(!page.contains("  from ") && page.contains("failed: 0.00% to 100.00% with 95.00%"), "{page}");
        let page = text(&Results { errors: Vec::new(), ..results }, Look::default());
        for line in page.lines() {
            assert!(line.chars().count() <= WIDTH, "{} columns: {line}", line.chars().count());
        }
        let ends =
            |name: &str| page.lines().find(|line| line.trim_start().starts_with(name)).map(str::to_owned);
        let low = ends("from ").expect("there is a line");
        assert_eq!(low.matches("999 ms").count(), 5, "{page}");
        assert!(low.ends_with("–"), "of p99.9 nothing can be said: {page}");
        assert_eq!(ends("to ").map(|line| line.matches("2h01m").count()), Some(5), "{page}");
    }
}
