//! A run as verdicts: whether it ended well, whether it can be believed, and how its SLAs, thresholds and checks stand.
//!
//! Main function: [`of_run`]. The forms for pipelines are made of these.

use crate::format;
use crate::html::{Ending, Figures, Run, lead, share, thresholds, trust, trust_lines, verdict};
use crate::quick::thousands;
use crate::summary::{Group, SlaVerdict};
use crate::verdicts::{Case, Standing, Verdicts};

/// The columns of the table.
const COLUMNS: &[&str] = &["what", "condition", "measured"];

/// The verdicts of a run. A check that failed once has failed, whether or not the run has because of it.
pub fn of_run(run: &Run, figures: &Figures) -> Verdicts {
    let verdict = verdict(run);
    let open = run.summary.slas.as_ref().is_some_and(|slas| slas.verdict == SlaVerdict::Inconclusive);
    let standing = match run.ending {
        Ending::Passed if open => Standing::Undecided,
        Ending::Passed => Standing::Passed,
        Ending::Failed | Ending::Aborted | Ending::Killed => Standing::Failed,
        Ending::Untrusted | Ending::Running | Ending::Imported => Standing::Undecided,
    };
    let mut notes = vec![lead(run, figures), trust(run).0];
    notes.extend(trust_lines(run).into_iter().map(|(text, _)| text));
    let mut cases = vec![ended(run), kept_pace(run)];
    cases.extend(slas(run));
    cases.extend(thresholds(&run.summary).map(|(metric, one)| {
        let measured = one.value.map_or("nothing was measured".to_owned(), |value| {
            format!("{} was {}", one.aggregation, format::number((value * 1e3).round() / 1e3))
        });
        let standing = if one.ok { Standing::Passed } else { Standing::Failed };
        case("thresholds", &format!("{metric}: {}", one.source), standing, &measured, [&metric, &one.source])
    }));
    checks(&run.summary.root_group, &mut cases);
    Verdicts {
        title: run.name.clone(),
        standing,
        sentence: verdict.sentence,
        notes,
        columns: COLUMNS.iter().map(|title| (*title).to_owned()).collect(),
        cases,
    }
}

/// A question whose answer stands in the last column of its row.
fn case(group: &str, name: &str, standing: Standing, message: &str, row: [&str; 2]) -> Case {
    let cells = row.into_iter().chain([message]).map(str::to_owned).collect();
    Case { group: group.to_owned(), name: name.to_owned(), standing, message: message.to_owned(), cells }
}

fn ended(run: &Run) -> Case {
    // What was crossed or not kept has a case of its own.
    let judged = thresholds(&run.summary).any(|(_, one)| !one.ok)
        || run.summary.slas.as_ref().is_some_and(|slas| slas.verdict == SlaVerdict::Fail);
    let standing = match run.ending {
        Ending::Passed | Ending::Untrusted | Ending::Imported => Standing::Passed,
        Ending::Failed if judged => Standing::Passed,
        Ending::Running => Standing::Undecided,
        Ending::Failed | Ending::Aborted | Ending::Killed => Standing::Failed,
    };
    let message = match standing {
        Standing::Passed => "it did".to_owned(),
        _ => verdict(run).sentence.trim_end_matches('.').to_owned(),
    };
    case("run", "ran to its end", standing, &message, ["the run", "ran to its end"])
}

fn kept_pace(run: &Run) -> Case {
    const NAME: &str = "the load generator kept pace";
    let told = &run.summary.trust;
    let (standing, message) = match run.ending {
        Ending::Killed | Ending::Running => (Standing::Undecided, "that is judged at the end".to_owned()),
        Ending::Imported => (Standing::Undecided, "its file does not say".to_owned()),
        _ if told.trusted => (Standing::Passed, "it did".to_owned()),
        _ => {
            let reasons = told.reasons.iter().filter(|reason| reason.invalidates);
            let texts: Vec<&str> = reasons.map(|reason| reason.text.as_str()).collect();
            (Standing::Failed, texts.join("; "))
        }
    };
    case("run", NAME, standing, &message, ["the load generator", "kept pace"])
}

fn slas(run: &Run) -> Vec<Case> {
    let Some(slas) = &run.summary.slas else { return Vec::new() };
    let of = |one: &crate::summary::Standing| {
        let standing = match one.verdict {
            SlaVerdict::Pass => Standing::Passed,
            SlaVerdict::Inconclusive => Standing::Undecided,
            SlaVerdict::Fail => Standing::Failed,
        };
        let told: Vec<String> = [one.measured(), one.evidence(share)]
            .into_iter()
            .chain(one.notes(slas.until_decided, run.summary.trust.trusted))
            .collect();
        case("SLAs", &one.sla, standing, &told.join("; "), ["SLA", &one.sla])
    };
    slas.standings.iter().map(of).collect()
}

fn checks(group: &Group, cases: &mut Vec<Case>) {
    let path = group.path.trim_start_matches("::").replace("::", " › ");
    for check in &group.checks {
        let total = check.passes + check.fails;
        let (standing, message) = match check.fails {
            0 => (Standing::Passed, format!("it held {} times", thousands(total))),
            fails => {
                (Standing::Failed, format!("it failed {} of {} times", thousands(fails), thousands(total)))
            }
        };
        let name = if path.is_empty() { check.name.clone() } else { format!("{path} › {}", check.name) };
        cases.push(case("checks", &name, standing, &message, ["check", &name]));
    }
    group.groups.iter().for_each(|group| checks(group, cases));
}
