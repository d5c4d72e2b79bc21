//! `plimsoll gate`: may this build replace the one before it? The answer is the exit status.

use clap::{Arg, ArgAction, ArgMatches, Command};
use insight::{Decision, GateReport, Policy, gate};
use model::ExitCode;
use report::verdicts::{Verdicts, annotations, junit, markdown};
use stats::compare::{Change, Design};

use super::Spec;
use super::compare::{baseline, baseline_argument, named};
use crate::error::Error;
use crate::judgement::{Asked, Judged, Look, Sides, document, findings, page, verdicts};
use crate::kept::story::story;
use crate::kept::{Shelf, now_ms, with_store};
use crate::session::Session;

/// The row.
pub const SPEC: Spec = Spec { name: "gate", about: "Decide whether a run may pass", arguments, run };

/// Files that a decision goes to: name of the flag, help.
const FILES: &[(&str, &str)] = &[
    ("html", "write a page for browsers, with the runs of both sides"),
    ("junit", "write the verdicts as a JUnit report"),
    ("markdown", "write the verdicts as Markdown, made for a comment on a pull request"),
];

fn arguments(command: Command) -> Command {
    let run = Arg::new("run").num_args(0..).value_name("run");
    let run = run.help("the runs to decide about; the latest unless told");
    let command = Asked::arguments(with_store(command));
    with_outputs(command).arg(baseline_argument()).arg(run)
}

/// Adds the flags that say where a decision goes.
pub fn with_outputs(command: Command) -> Command {
    let files = FILES.iter().map(|(name, help)| Arg::new(*name).long(*name).value_name("file").help(*help));
    let switch = |name: &'static str, help: &'static str| {
        Arg::new(name).long(name).action(ArgAction::SetTrue).help(help)
    };
    command
        .args(files)
        .arg(switch("github", "print annotations of GitHub actions"))
        .arg(switch("json", "print JSON"))
}

/// Whether a word is one of those flags, and whether it takes a value.
#[must_use]
pub fn output_flag(long: &str) -> Option<bool> {
    let file = FILES.iter().any(|(name, _)| *name == long);
    (file || matches!(long, "github" | "json")).then_some(file)
}

fn run(session: &Session, matches: &ArgMatches) -> Result<ExitCode, Error> {
    let asked = Asked::read(matches)?;
    let shelf = Shelf::open(session, matches)?;
    let name = matches.get_one::<String>("baseline").ok_or_else(|| {
        Error::Usage("say what the run is held against: plimsoll gate --baseline NAME".to_owned())
    })?;
    let before = baseline(&shelf, name)?;
    let latest = "latest".to_owned();
    let mut names: Vec<&String> = matches.get_many::<String>("run").into_iter().flatten().collect();
    if names.is_empty() {
        names.push(&latest);
    }
    let after = named(&shelf, names.into_iter())?;
    if let Some(both) = before.runs.iter().find(|run| after.runs.iter().any(|other| other.id == run.id)) {
        return Err(Error::Usage(format!("run {} belongs to the baseline itself", both.id)));
    }
    let sides = Sides::read(&shelf, before, after, &asked, now_ms(session))?;
    decide(session, matches, "plimsoll gate", &sides, &asked, Design::Separate)
}

/// Decides, tells everyone who was to be told, and ends with the exit status of the decision.
///
/// # Errors
/// When the decision is not to pass, or a file cannot be written.
pub fn decide(
    session: &Session,
    matches: &ArgMatches,
    title: &str,
    sides: &Sides,
    asked: &Asked,
    design: Design,
) -> Result<ExitCode, Error> {
    let found = gate(&sides.before, &sides.after, design, &asked.profile, asked.policy);
    let level = asked.profile.alarm_level;
    let judged = Judged { sides, report: &found.comparison, design, asked, level };
    let verdicts = verdicts(title, &judged, &found);
    if matches.get_flag("json") {
        let mut document = document(&judged);
        document["decision"] = word(found.decision).into();
        session.print(&format!("{document:#}\n"));
    } else {
        let look = Look { width: session.screen.width(), color: session.coloured() };
        session.print(&format!("{}\n{title}: {}\n", page(&judged, look), word(found.decision)));
    }
    if matches.get_flag("github") {
        session.print(&annotations(&verdicts));
    }
    if let Some(path) = matches.get_one::<String>("html") {
        let compared = vec![Verdicts { notes: findings(title, &judged).notes, ..verdicts.clone() }];
        let (before, after) = &sides.runs;
        let shelf = Shelf::open(session, matches)?;
        let story = story(session, &shelf, before.iter().chain(after), compared)?;
        file(path, &report::html::page(&story))?;
    }
    write(matches, &verdicts)?;
    end(&found, asked.policy)
}

const fn word(decision: Decision) -> &'static str {
    match decision {
        Decision::Pass => "passed",
        Decision::Fail => "failed",
        Decision::NotJudged => "not judged",
    }
}

fn write(matches: &ArgMatches, verdicts: &Verdicts) -> Result<(), Error> {
    for (name, text) in [("junit", junit(std::slice::from_ref(verdicts))), ("markdown", markdown(verdicts))] {
        if let Some(path) = matches.get_one::<String>(name) {
            file(path, &text)?;
        }
    }
    Ok(())
}

fn file(path: &str, text: &str) -> Result<(), Error> {
    std::fs::write(path, text).map_err(|why| Error::File(format!("{path}: {why}")))
}

fn end(found: &GateReport, policy: Policy) -> Result<ExitCode, Error> {
    let comparison = &found.comparison;
    match found.decision {
        Decision::Pass => Ok(ExitCode::SUCCESS),
        Decision::NotJudged => {
            let text = "nothing could be judged: there are too few runs that can be trusted";
            Err(Error::run(ExitCode::NOT_JUDGED, text)
                .with_hint("one run needs three others to be held against, or be compared with one alone"))
        }
        Decision::Fail => {
            let worse = comparison.count(Change::Worse);
            let open = comparison.count(Change::Inconclusive);
            let text = match worse {
                0 if open > 0 && policy.fail_on_inconclusive => {
                    format!("{open} figures are inconclusive, and that is to fail")
                }
                0 => format!("{} figures are gone, and that is to fail", comparison.gone.len()),
                _ => format!("{worse} of {} figures got worse", comparison.findings.len()),
            };
            Err(Error::run(ExitCode::THRESHOLDS_FAILED, text))
        }
    }
}
