//! The section on how sure the run is of its figures.

use super::Page;
use super::table::{Cells, Row};
use crate::format::{duration, percent, percent_up};
use crate::quick::thousands;
use crate::summary::intervals::Intervals;

/// The percentiles that are shown.
const SHOWN: [(f64, &str); 3] = [(0.5, "p(50)"), (0.95, "p(95)"), (0.99, "p(99)")];

impl Page<'_> {
    pub(super) fn intervals(&mut self, intervals: &Intervals) {
        self.section("INTERVALS");
        let unit = self.summary.options.time_unit;
        let mut rows = Vec::new();
        for (q, name) in SHOWN {
            let Some(one) = intervals.percentile(q) else { continue };
            let interval = match one.figure.interval.filter(|_| one.is_estimable) {
                Some((low, high)) => format!("[{}, {}]", duration(low, unit), duration(high, unit)),
                None => "too few samples to tell".to_owned(),
            };
            rows.push(row(
                &format!("{} {name}", intervals.metric),
                vec![duration(one.figure.value, unit), interval],
            ));
        }
        if let Some(failed) = intervals.failed {
            let mut cells = vec![percent(failed.figure.value)];
            cells.extend(
                failed.figure.interval.map(|(low, high)| format!("[{}, {}]", percent(low), percent_up(high))),
            );
            rows.push(row("http_req_failed", cells));
        }
        self.table(&rows, 4);
        self.gap();
        let worth = intervals.effective.unwrap_or_default().round() as u64;
        self.lines.push(format!(
            "    {} confidence; {} samples are worth {} independent ones",
            percent(intervals.confidence),
            thousands(intervals.samples),
            thousands(worth),
        ));
        let mut note = |text: &str| self.lines.push(format!("    {}", self.ink.faint(text)));
        if intervals.failed.is_some_and(|rate| rate.assumes_independence) {
            note("how failures come together is not known: as if they were independent");
        }
        if intervals.too_short {
            note("the run looks too short for this target: intervals are probably too narrow");
        }
        self.gap();
    }
}

fn row(label: &str, cells: Vec<String>) -> Row {
    Row { label: label.to_owned(), cells: Cells::Plain(cells) }
}
