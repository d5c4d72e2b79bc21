//! The summary for people: sections of headed, aligned rows.
//!
//! Sections: thresholds, SLAs, totals, in full mode scenarios and groups, coverage of GraphQL schemas, intervals, and
//! trust. Words and order are those that k6 users know; SLAs and the last three sections are ours.

mod coverage;
mod ink;
mod intervals;
mod metrics;
mod slas;
mod table;

use self::ink::Ink;
use self::metrics::{Heading, compared, is_listed, row, share_cells};
use self::table::{Cells, Layout, Row};
use super::{Check, Metric, Mode, Summary, View};
use crate::format;

/// How the text looks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Style {
    /// Use the colours of a terminal.
    pub color: bool,
    /// Continue rows below that would be longer than this many characters.
    pub width: Option<usize>,
    /// Show the trust section also when there is nothing to complain about.
    pub trust: bool,
}

/// The text of the summary; empty in [`Mode::Disabled`].
#[must_use]
pub fn text(summary: &Summary, mode: Mode, style: Style) -> String {
    if mode == Mode::Disabled {
        return String::new();
    }
    let ink = Ink { color: style.color };
    let mut page = Page { summary, mode, ink, width: style.width, lines: vec![String::new()] };
    page.thresholds();
    if let Some(slas) = &summary.slas {
        page.slas(slas);
    }
    page.section("TOTAL RESULTS");
    page.view(&summary.total, 4);
    if mode == Mode::Full {
        for (kind, views) in [("GROUP", &summary.groups), ("SCENARIO", &summary.scenarios)] {
            for view in views {
                page.section(&format!("{kind}: {}", view.name));
                page.view(view, 4);
                page.groups(view, 4);
            }
        }
    }
    if let Some(coverage) = summary.graphql.as_ref().filter(|coverage| !coverage.fields.is_empty()) {
        page.coverage(coverage);
    }
    if let Some(intervals) = &summary.intervals {
        page.intervals(intervals);
    }
    if style.trust || summary.trust.has_news() || summary.incomplete.is_some() {
        page.trust();
    }
    page.lines.push(String::new());
    page.lines.join("\n")
}

/// The text while it grows. Every block ends with an empty line.
struct Page<'a> {
    summary: &'a Summary,
    mode: Mode,
    ink: Ink,
    width: Option<usize>,
    lines: Vec<String>,
}

impl Page<'_> {
    fn section(&mut self, title: &str) {
        self.lines.push(String::new());
        self.lines.push(format!("  {}", self.ink.bold(&format!("█ {title}"))));
        self.gap();
    }

    fn gap(&mut self) {
        self.lines.push(String::new());
    }

    fn thresholds(&mut self) {
        let judged: Vec<&Metric> =
            self.summary.total.metrics.iter().filter(|metric| !metric.thresholds.is_empty()).collect();
        if judged.is_empty() {
            return;
        }
        self.section("THRESHOLDS");
        for metric in &judged {
            let parent = judged.iter().find(|other| other.selector.is_none() && other.name == metric.name);
            let (indent, title) = match (&metric.selector, parent) {
                (Some(selector), Some(_)) => (6, format!("{{{selector}}}")),
                _ => (4, metric.full_name()),
            };
            self.lines.push(format!("{:indent$}{title}", ""));
            for threshold in &metric.thresholds {
                let value = compared(metric, threshold, self.summary.options.time_unit);
                self.lines.push(format!(
                    "{:indent$}{} '{}' {}",
                    "",
                    self.ink.mark(threshold.ok),
                    threshold.source,
                    self.ink.cyan(&value),
                ));
            }
            self.gap();
        }
    }

    fn view(&mut self, view: &View, indent: usize) {
        self.checks(&view.checks, indent);
        self.metrics(&view.metrics, indent);
    }

    fn groups(&mut self, view: &View, indent: usize) {
        for group in &view.groups {
            self.lines.push(format!("{:indent$}{}", "", self.ink.bold(&format!("↳ GROUP: {}", group.name))));
            self.gap();
            self.view(group, indent + 2);
            self.groups(group, indent + 2);
        }
    }

    fn checks(&mut self, checks: &[Check], indent: usize) {
        if checks.is_empty() {
            return;
        }
        let passes: u64 = checks.iter().map(|check| check.passes).sum();
        let fails: u64 = checks.iter().map(|check| check.fails).sum();
        let total = passes + fails;
        let secs = self.summary.state.duration.as_secs_f64();
        let per_second = if secs > 0.0 { total as f64 / secs } else { 0.0 };
        let row = |label: &str, cells| Row { label: label.to_owned(), cells: Cells::Plain(cells) };
        let counted = vec![total.to_string(), format!("{}/s", format::number(per_second))];
        self.table(
            &[
                row("checks_total", counted),
                row("checks_succeeded", share_cells(passes, total)),
                row("checks_failed", share_cells(fails, total)),
            ],
            indent,
        );
        self.gap();
        for check in checks {
            self.lines.push(format!("{:indent$}{} {}", "", self.ink.mark(check.fails == 0), check.name));
            if check.fails > 0 {
                let held = check.passes * 100 / (check.passes + check.fails);
                let counts = format!("↳  {held}% — ✓ {} / ✗ {}", check.passes, check.fails);
                self.lines.push(format!("{:indent$}  {}", "", self.ink.red(&counts)));
            }
        }
        self.gap();
    }

    fn metrics(&mut self, metrics: &[Metric], indent: usize) {
        let unit = self.summary.options.time_unit;
        let has_parent = |metric: &Metric| {
            metric.selector.is_some()
                && metrics.iter().any(|other| other.selector.is_none() && other.name == metric.name)
        };
        let rows: Vec<(Heading, Row)> = metrics
            .iter()
            .filter(|metric| is_listed(&metric.name, self.mode))
            .map(|metric| (Heading::of(&metric.name), row(metric, has_parent(metric), unit)))
            .collect();
        let layout = Layout::of(rows.iter().map(|(_, row)| row));
        for heading in Heading::ALL {
            let mut listed = rows.iter().filter(|(of, _)| *of == heading).peekable();
            if listed.peek().is_none() {
                continue;
            }
            self.lines.push(format!("{:indent$}{}", "", self.ink.bold(heading.title())));
            for (_, row) in listed {
                self.lines.extend(layout.lines(row, indent, self.width, self.ink));
            }
            self.gap();
        }
    }

    fn table(&mut self, rows: &[Row], indent: usize) {
        let layout = Layout::of(rows);
        for row in rows {
            self.lines.extend(layout.lines(row, indent, self.width, self.ink));
        }
    }

    fn trust(&mut self) {
        self.section("TRUST");
        let trust = &self.summary.trust;
        let verdict = if trust.trusted {
            "trusted: the generator kept pace, the numbers describe the target"
        } else {
            "NOT TRUSTED: the numbers describe the generator as much as the target"
        };
        self.lines.push(format!("    {} {verdict}", self.ink.mark(trust.trusted)));
        for reason in &trust.reasons {
            let arrow = if reason.invalidates { self.ink.red("↳") } else { self.ink.faint("↳") };
            self.lines.push(format!("      {arrow} {}", reason.text));
            if let Some(hint) = &reason.hint {
                self.lines.push(format!("        {}", self.ink.faint(hint)));
            }
        }
        if let Some((_, sentence)) = &trust.time_scale {
            self.lines.push(format!("    {} {sentence}", self.ink.red("!")));
        }
        if let Some(incomplete) = &self.summary.incomplete {
            self.lines.push(format!("    {} incomplete: {incomplete}", self.ink.red("!")));
        }
        self.gap();
        let rows: Vec<Row> = trust
            .evidence
            .iter()
            .map(|(label, cells)| Row { label: label.clone(), cells: Cells::Plain(cells.clone()) })
            .collect();
        if !rows.is_empty() {
            self.table(&rows, 4);
            self.gap();
        }
    }
}
