//! A gate's decision as verdicts for pipelines: JUnit, Markdown, annotations.

use insight::{Decision, Finding, GateReport, Key, Outcome};
use report::verdicts::{Case, Standing, Verdicts};
use stats::compare::Change;

use super::Judged;
use super::page::{decide, tally};
use super::words::{effect, place, sentence, value, verdict};
use crate::kept::moment;

/// The columns of the table.
const COLUMNS: &[&str] = &["endpoint", "figure", " before", " after", " change", "interval", "verdict"];

/// The verdicts of a gate.
#[must_use]
pub fn verdicts(title: &str, judged: &Judged<'_>, gate: &GateReport) -> Verdicts {
    let (word, standing) = match gate.decision {
        Decision::Pass => ("passed", Standing::Passed),
        Decision::Fail => ("failed", Standing::Failed),
        Decision::NotJudged => ("not judged", Standing::Undecided),
    };
    let table = table_of(title, judged);
    Verdicts { standing, sentence: format!("{word}: {}", table.sentence), ..table }
}

/// The findings of a comparison that decides nothing, with the runs of both sides.
#[must_use]
pub fn table_of(title: &str, judged: &Judged<'_>) -> Verdicts {
    let sides = judged.sides;
    let mut table = findings(title, judged);
    let names = [("A", &sides.before, &sides.runs.0), ("B", &sides.after, &sides.runs.1)];
    let notes = names.map(|(letter, side, runs)| {
        let ids: Vec<String> =
            runs.iter().map(|run| format!("{} ({})", run.id, moment(run.started_ms))).collect();
        format!("{letter} {}: {}", side.name, ids.join(", "))
    });
    table.notes.splice(..0, notes);
    table
}

/// The findings for a page that shows the runs itself; the worst of them stands for all.
#[must_use]
pub fn findings(title: &str, judged: &Judged<'_>) -> Verdicts {
    let policy = judged.asked.policy;
    let report = judged.report;
    let mut cases: Vec<Case> =
        report.findings.iter().map(|finding| case(finding, policy.fail_on_inconclusive)).collect();
    cases.extend(report.gone.iter().map(|key| gone(key, policy.fail_on_gone)));
    let mut notes: Vec<String> = judged.sides.doubts.iter().chain(&judged.sides.warnings).cloned().collect();
    notes.extend(decide(judged, None));
    let standing = match (report.count(Change::Worse), report.count(Change::Inconclusive)) {
        _ if report.findings.is_empty() => Standing::Skipped,
        (0, 0) => Standing::Passed,
        (0, _) => Standing::Undecided,
        _ => Standing::Failed,
    };
    let sentence = match standing {
        Standing::Skipped => "nothing could be compared".to_owned(),
        _ => tally(judged),
    };
    let columns = COLUMNS.iter().map(|title| (*title).to_owned()).collect();
    Verdicts { title: title.to_owned(), standing, sentence, notes, columns, cases }
}

fn case(finding: &Finding, open_fails: bool) -> Case {
    let standing = match (&finding.outcome, finding.change()) {
        (Outcome::Compared { .. }, Change::Worse) => Standing::Failed,
        (Outcome::Compared { .. }, Change::Better | Change::Same) => Standing::Passed,
        _ if open_fails => Standing::Failed,
        (Outcome::Compared { .. }, Change::Inconclusive) => Standing::Undecided,
        (Outcome::Refused(_), _) => Standing::Skipped,
    };
    let (change, interval) = effect(finding);
    Case {
        group: place(finding).to_owned(),
        name: finding.key.figure.clone(),
        standing,
        message: sentence(finding),
        cells: vec![
            place(finding).to_owned(),
            finding.key.figure.clone(),
            value(finding.kind, finding.before),
            value(finding.kind, finding.after),
            change,
            interval,
            verdict(finding).to_owned(),
        ],
    }
}

/// A series that the newer side does not have any more.
fn gone(key: &Key, fails: bool) -> Case {
    let place = if key.endpoint.is_empty() { "(whole run)" } else { &key.endpoint };
    let mut cells = vec![place.to_owned(), key.figure.clone()];
    cells.resize(COLUMNS.len() - 1, "-".to_owned());
    cells.push("gone".to_owned());
    Case {
        group: place.to_owned(),
        name: key.figure.clone(),
        standing: if fails { Standing::Failed } else { Standing::Skipped },
        message: format!("{} is gone: only the runs before have it", key.figure),
        cells,
    }
}
