//! `plimsoll calibrate`: one test against itself, and how often the gate is wrong about it.

use clap::{Arg, ArgMatches, Command};
use insight::{Calibration, Run, calibrate};
use model::ExitCode;
use serde_json::{Value, json};
use stats::describe::{deviation, mean};

use super::Spec;
use super::ab::{Words, all_matches, given, own_flags, place, words_argument};
use crate::error::Error;
use crate::judgement::{Asked, Plan, Sides, Variant, percent, play};
use crate::kept::{Shelf, now_ms, table::table};
use crate::session::Session;

/// The row.
pub const SPEC: Spec =
    Spec { name: "calibrate", about: "Measure how often the gate is wrong here", arguments, run };

/// Ways to split the runs that are tried.
const SPLITS: usize = 1_000;
/// Runs a side, when there are enough of them.
const PER_SIDE: usize = 5;

fn arguments(command: Command) -> Command {
    let per_side = Arg::new("per-side").long("per-side").value_name("int");
    let per_side = per_side.value_parser(clap::value_parser!(usize)).help("runs a side of the gate (5)");
    own_flags(command).arg(per_side).arg(words_argument("a test, then flags of the runs"))
}

fn run(session: &Session, matches: &ArgMatches) -> Result<ExitCode, Error> {
    let words = Words::of(&given(matches), 1);
    let [script] = &words.tests[..] else {
        return Err(Error::Usage("name the test first: plimsoll calibrate script.js --rounds 10".to_owned()));
    };
    let matches = &all_matches(arguments, matches, &words)?;
    let per_side = matches.get_one::<usize>("per-side").copied();
    let asked = Asked::read(matches)?;
    let rounds = matches.get_one::<u32>("rounds").copied().unwrap_or(5);
    let seed = matches.get_one::<u64>("seed").copied().unwrap_or(1);
    let variant = |letter| Variant { letter, script: script.clone(), flags: Vec::new() };
    let plan = Plan {
        variants: [variant("A"), variant("B")],
        rounds,
        seed,
        flags: words.passed_on.clone(),
        store: place(session, matches)?,
    };
    let [before, after] = play(session, &plan)?;
    let shelf = Shelf::open(session, matches)?;
    let sides = Sides::read(&shelf, before, after, &asked, now_ms(session))?;
    let mut runs = sides.before.runs.clone();
    runs.extend(sides.after.runs.iter().cloned());
    let trusted = runs.iter().filter(|run| run.trusted).count();
    let per_side = per_side.unwrap_or(PER_SIDE).min(trusted / 2);
    let found = calibrate(&runs, per_side, SPLITS, &asked.profile, seed);
    if matches.get_flag("json") {
        session.print(&format!("{:#}\n", document(&sides, &runs, found, per_side)));
    } else {
        session.print(&page(&sides, &runs, found, per_side, &asked));
    }
    Ok(ExitCode::SUCCESS)
}

/// How much each figure differs between runs of the one build: endpoint, figure, mean, deviation as a share of it.
fn spreads(runs: &[Run]) -> Vec<(String, String, f64)> {
    let side = insight::Side { name: String::new(), runs: runs.to_vec() };
    let mut spreads: Vec<(String, String, f64)> = side
        .keys()
        .into_keys()
        .filter_map(|key| {
            let values = side.values(&key);
            let (centre, spread) = (mean(&values), deviation(&values));
            let share = spread / centre;
            share.is_finite().then_some((key.endpoint, key.figure, share))
        })
        .collect();
    spreads.sort_by(|a, b| b.2.total_cmp(&a.2));
    spreads
}

fn page(sides: &Sides, runs: &[Run], found: Option<Calibration>, per_side: usize, asked: &Asked) -> String {
    let mut text = String::new();
    for sentence in sides.doubts.iter().chain(&sides.warnings) {
        text.push_str(&format!("!  {sentence}\n"));
    }
    let rows: Vec<Vec<String>> = spreads(runs)
        .into_iter()
        .map(|(endpoint, figure, share)| {
            let endpoint = if endpoint.is_empty() { "(whole run)".to_owned() } else { endpoint };
            vec![endpoint, figure, percent(share)]
        })
        .collect();
    text.push_str("how much runs of one build differ (standard deviation):\n");
    text.push_str(&table(&["ENDPOINT", "FIGURE", " SPREAD"], &rows));
    text.push('\n');
    match found {
        None => text.push_str("the gate could not be tried: too few runs can be trusted\n"),
        Some(found) => text.push_str(&format!(
            "the gate failed in {} of {} ways to split {} runs of one build to {per_side} against {per_side}:\n\
             false alarms {}, {} interval {} … {}\n\
             (as wide as that of the {} disjoint pairs of sides there are; more --rounds make it narrower)\n",
            found.alarms,
            found.splits,
            runs.iter().filter(|run| run.trusted).count(),
            percent(found.rate),
            percent(asked.profile.level),
            percent(found.interval.lower),
            percent(found.interval.upper),
            runs.iter().filter(|run| run.trusted).count() / (2 * per_side),
        )),
    }
    text
}

fn document(sides: &Sides, runs: &[Run], found: Option<Calibration>, per_side: usize) -> Value {
    let spreads = spreads(runs).into_iter().map(|(endpoint, figure, share)| {
        json!({ "endpoint": endpoint, "figure": figure, "deviation_share": share })
    });
    json!({
        "runs": runs.iter().map(|run| json!({ "id": run.id, "compared": run.trusted })).collect::<Vec<_>>(),
        "doubts": sides.doubts,
        "warnings": sides.warnings,
        "runs_a_side": per_side,
        "false_alarms": found.map(|found| json!({
            "splits": found.splits,
            "alarms": found.alarms,
            "rate": found.rate,
            "lower": found.interval.lower,
            "upper": found.interval.upper,
            "confidence": found.interval.level,
        })),
        "spreads": spreads.collect::<Vec<_>>(),
    })
}
