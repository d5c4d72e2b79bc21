//! Thresholds and checks as test cases, in the form that CI systems read.

use std::fmt::Write;

use crate::format;
use crate::html::{Ending, Run, thresholds, verdict};
use crate::quick::thousands;
use crate::summary::Group;

/// A test case and what is wrong with it.
struct Case {
    class: &'static str,
    name: String,
    failure: Option<String>,
}

/// Writes runs as one document, a suite each.
pub fn write(runs: &[Run]) -> String {
    let mut out =
        String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"plimsoll\">\n");
    for run in runs {
        let cases = cases(run);
        let failures = cases.iter().filter(|case| case.failure.is_some()).count();
        let _ = writeln!(
            out,
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{failures}\" errors=\"0\" time=\"{:.3}\">",
            escape(&run.name),
            cases.len(),
            run.seconds
        );
        for case in &cases {
            let head = format!("    <testcase classname=\"{}\" name=\"{}\"", case.class, escape(&case.name));
            let _ = match &case.failure {
                None => writeln!(out, "{head}/>"),
                Some(why) => writeln!(out, "{head}><failure message=\"{}\"/></testcase>", escape(why)),
            };
        }
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

/// The run itself, whether it can be believed, its thresholds and its checks.
fn cases(run: &Run) -> Vec<Case> {
    let whole = !matches!(run.ending, Ending::Aborted | Ending::Running | Ending::Killed);
    // A crossed threshold has a case of its own.
    let crossed = thresholds(&run.summary).any(|(_, one)| !one.ok);
    let ended_well = whole && (run.ending != Ending::Failed || crossed);
    let trust = &run.summary.trust;
    let reasons: Vec<&str> =
        trust.reasons.iter().filter(|reason| reason.invalidates).map(|reason| reason.text.as_str()).collect();
    let mut cases = vec![
        Case {
            class: "run",
            name: "ran to its end".to_owned(),
            failure: (!ended_well).then(|| verdict(run).sentence),
        },
        Case {
            class: "run",
            name: "the load generator kept pace".to_owned(),
            failure: (!trust.trusted).then(|| reasons.join("; ")),
        },
    ];
    cases.extend(thresholds(&run.summary).map(|(metric, one)| {
        let measured = one.value.map_or("nothing was measured".to_owned(), |value| {
            format!("{} was {}", one.aggregation, format::number(value))
        });
        Case {
            class: "thresholds",
            name: format!("{metric}: {}", one.source),
            failure: (!one.ok).then_some(measured),
        }
    }));
    collect(&run.summary.root_group, &mut cases);
    cases
}

fn collect(group: &Group, cases: &mut Vec<Case>) {
    let path = group.path.trim_start_matches("::").replace("::", " › ");
    cases.extend(group.checks.iter().map(|check| {
        let total = check.passes + check.fails;
        let name = if path.is_empty() { check.name.clone() } else { format!("{path} › {}", check.name) };
        let why = || format!("it failed {} of {} times", thousands(check.fails), thousands(total));
        Case { class: "checks", name, failure: (check.fails > 0).then(why) }
    }));
    group.groups.iter().for_each(|group| collect(group, cases));
}

/// Text as XML has it; characters that XML cannot have become a question mark.
fn escape(text: &str) -> String {
    let allowed = |c: char| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}');
    crate::html::markup::escape(text).chars().map(|c| if allowed(c) { c } else { '?' }).collect()
}
