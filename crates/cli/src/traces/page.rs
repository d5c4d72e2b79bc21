//! What was found in traces, for people and for programs.
//!
//! Main type: [`Found`]. Every number that qualifies the shares is shown with them: what was left out, and why.

use insight::traces::{Followed, Place, Share, Shares};
use report::quick::{span, thousands};
use serde_json::{Value, json};
use stats::Interval;

use super::Gathered;
use crate::kept::table::table;

/// Rows of a table that are shown; programs get all.
const ROWS_MOST: usize = 30;
/// Roots that are named.
const ROOTS_MOST: usize = 5;

/// What the traces say.
pub struct Found<'a> {
    /// The files.
    pub files: &'a str,
    /// The traces that were followed.
    pub traces: &'a [Followed],
    /// What is theirs together.
    pub shares: &'a Shares,
    /// What could not be read.
    pub gathered: &'a Gathered,
    /// Traces that have no root.
    pub rootless: u64,
    /// The confidence of the intervals.
    pub level: f64,
}

/// What of the spans did not count, or not as it was told: a name for programs, how many, and what for people.
struct Note {
    name: &'static str,
    count: u64,
    text: &'static str,
}

impl Found<'_> {
    fn notes(&self) -> Vec<Note> {
        let sum = |of: fn(&Followed) -> u64| self.traces.iter().map(of).sum();
        let note = |name, count, text| Note { name, count, text };
        vec![
            note("unreadable", self.gathered.unreadable, "spans without an id, left out"),
            note("timeless", self.gathered.timeless, "spans whose times cannot be true, left out"),
            note(
                "traces_without_root",
                self.rootless,
                "traces without a span that can be the root, left out",
            ),
            note("repeated", sum(|one| one.repeated), "spans with the id of another one, left out"),
            note("other_roots", sum(|one| one.other_roots), "roots beside the longest one of their trace"),
            note(
                "unconnected",
                sum(|one| one.unconnected),
                "spans not connected with the root of their trace",
            ),
            note(
                "not_awaited",
                sum(|one| one.not_awaited),
                "spans that only follow from another, which did not wait",
            ),
            note("outside", sum(|one| one.outside), "spans wholly outside of their parent, left out"),
            note("clipped", sum(|one| one.clipped), "spans on the path that were clipped to their parent"),
        ]
    }

    fn spans(&self) -> u64 {
        self.traces.iter().flat_map(|trace| &trace.parts).map(|part| part.spans).sum()
    }
}

fn ms(ns: f64) -> f64 {
    ns / 1e6
}

fn percent(share: f64) -> String {
    format!("{:.1}%", 100.0 * share)
}

/// The page.
#[must_use]
pub fn text(found: &Found<'_>) -> String {
    let shares = found.shares;
    let count =
        |number: u64, one: &str| format!("{} {one}{}", thousands(number), if number == 1 { "" } else { "s" });
    let mut lines = vec![
        String::new(),
        format!(
            "  TRACES of {}: {}, {}",
            found.files,
            count(found.traces.len() as u64, "trace"),
            count(found.spans(), "span")
        ),
        String::new(),
        format!("     root: {}", roots(&shares.roots)),
    ];
    let slow = shares.slow.map_or_else(String::new, |slow| {
        format!(
            "; {} took longer than {} (p95)",
            thousands(slow.traces as u64),
            span(ms(slow.beyond_ns as f64))
        )
    });
    lines.push(format!("  latency: {} on average{slow}", span(ms(shares.mean_ns))));
    for (title, list) in [("SERVICE", &shares.services), ("OPERATION", &shares.operations)] {
        lines.push(String::new());
        lines.extend(rows(title, list, found).lines().map(|line| format!("  {line}")));
        if list.len() > ROWS_MOST {
            lines.push(format!("  and {} more, which --json shows", list.len() - ROWS_MOST));
        }
    }
    lines.push(String::new());
    lines.push(format!(
        "  shares are of the latency of the roots, along the critical path; intervals at {}% confidence",
        report::format::number(100.0 * found.level)
    ));
    lines.push("  a service made faster saves at most its share: another path may take over".to_owned());
    let notes = found.notes();
    lines.extend(
        notes
            .iter()
            .filter(|note| note.count > 0)
            .map(|note| format!("  {}: {}", note.text, thousands(note.count))),
    );
    if let Some(first) = &found.gathered.first {
        lines.push(format!("  the first of those left out: {first}"));
    }
    lines.push(String::new());
    lines.join("\n")
}

fn roots(roots: &[(Place, u64)]) -> String {
    let name = |(place, count): &(Place, u64)| {
        let times = if roots.len() > 1 { format!(" ({})", thousands(*count)) } else { String::new() };
        format!("{} {}{times}", place.service, place.operation)
    };
    let mut names: Vec<String> = roots.iter().take(ROOTS_MOST).map(name).collect();
    if roots.len() > ROOTS_MOST {
        names.push(format!("and {} more", roots.len() - ROOTS_MOST));
    }
    names.join(", ")
}

fn rows(title: &str, list: &[Share], found: &Found<'_>) -> String {
    let slow = found.shares.slow.map(|slow| format!(" SLOWEST {}", thousands(slow.traces as u64)));
    let mut titles = vec![title, " SHARE", "INTERVAL"];
    if let Some(slow) = &slow {
        titles.extend([slow.as_str(), "INTERVAL"]);
    }
    titles.extend([" SELF TIME", " ON PATH", " SPANS"]);
    let ends = |interval: Option<Interval>| {
        interval.map_or_else(
            || "-".to_owned(),
            |ends| format!("[{}, {}]", percent(ends.lower), percent(ends.upper)),
        )
    };
    let row = |one: &Share| {
        let name = one
            .operation
            .as_ref()
            .map_or_else(|| one.service.clone(), |operation| format!("{} {operation}", one.service));
        let mut cells = vec![name, percent(one.share), ends(one.interval)];
        if slow.is_some() {
            cells.push(one.slow_share.map_or_else(|| "-".to_owned(), percent));
            cells.push(ends(one.slow_interval));
        }
        cells.extend([span(ms(one.own_ns)), thousands(one.on_path), thousands(one.spans)]);
        cells
    };
    let rows: Vec<Vec<String>> = list.iter().take(ROWS_MOST).map(row).collect();
    table(&titles, &rows)
}

/// Everything, for programs.
#[must_use]
pub fn document(found: &Found<'_>) -> Value {
    let shares = found.shares;
    let ends = |interval: Option<Interval>| interval.map(|ends| [ends.lower, ends.upper]);
    let row = |one: &Share| {
        let mut row = json!({ "service": one.service });
        if let Some(operation) = &one.operation {
            row["operation"] = json!(operation);
        }
        row["share"] = json!(one.share);
        row["interval"] = json!(ends(one.interval));
        row["slow_share"] = json!(one.slow_share);
        row["slow_interval"] = json!(ends(one.slow_interval));
        row["self_ms"] = json!(ms(one.own_ns));
        row["on_path"] = json!(one.on_path);
        row["spans"] = json!(one.spans);
        row["traces"] = json!(one.traces);
        row
    };
    let root = |(place, count): &(Place, u64)| json!({ "service": place.service, "operation": place.operation, "traces": count });
    let slow =
        shares.slow.map(|slow| json!({ "traces": slow.traces, "beyond_ms": ms(slow.beyond_ns as f64) }));
    let notes: serde_json::Map<String, Value> =
        found.notes().iter().map(|note| (note.name.to_owned(), json!(note.count))).collect();
    json!({
        "traces": found.traces.len(),
        "spans": found.spans(),
        "confidence": found.level,
        "mean_ms": ms(shares.mean_ns),
        "slow": slow,
        "roots": shares.roots.iter().map(root).collect::<Vec<_>>(),
        "services": shares.services.iter().map(row).collect::<Vec<_>>(),
        "operations": shares.operations.iter().map(row).collect::<Vec<_>>(),
        "notes": notes,
        "first_left_out": found.gathered.first,
    })
}
