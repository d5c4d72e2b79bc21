//! What came of a search as a page for browsers and for pull requests: the answer, the levels as charts, what they say.
//!
//! Main function: [`sheet`].

use insight::capacity::Level;
use report::sheet::{Axis, Marks, Part, Plot, Point, Shape, Sheet, Unit};
use report::verdicts::Standing;
use stats::sla::Verdict;

use super::aim::{Aim, short};
use super::outcome::{Outcome, verdict};
use super::page::{answer, laws, level_rows, level_titles};

/// The page.
#[must_use]
pub fn sheet(outcome: &Outcome<'_>) -> Sheet {
    let aim = outcome.aim;
    let (word, standing) = match outcome.word() {
        "found" => ("Found", Standing::Passed),
        "at_least" => ("At least", Standing::Passed),
        "below" => ("Not kept", Standing::Failed),
        "broken" => ("Breaks", Standing::Passed),
        "not_broken" => ("Not broken", Standing::Passed),
        "generator_limit" => ("Not known", Standing::Undecided),
        _ => ("Ended early", Standing::Undecided),
    };
    let mut said = answer(outcome).into_iter();
    Sheet {
        title: format!("Capacity of {}", outcome.name),
        facts: vec![
            aim.objectives(),
            if aim.open { "open model" } else { "closed model" }.to_owned(),
            format!("{}% confidence", short(aim.question.level * 100.0)),
        ],
        word: word.to_owned(),
        standing,
        sentence: said.next().unwrap_or_default(),
        lines: said.collect(),
        parts: vec![
            Part {
                id: "levels",
                title: "Levels of load",
                plots: plots(outcome),
                columns: level_titles(aim).iter().map(|title| title.to_lowercase()).collect(),
                rows: level_rows(outcome),
                ..Part::default()
            },
            Part { id: "target", title: "The target", lines: laws(outcome), ..Part::default() },
        ],
    }
}

fn plots(outcome: &Outcome<'_>) -> Vec<Plot> {
    let aim = outcome.aim;
    let mut levels: Vec<&Level> = outcome.found.levels.iter().collect();
    levels.sort_by(|a, b| a.offered.total_cmp(&b.offered));
    let (Some(first), Some(last)) = (levels.first(), levels.last()) else { return Vec::new() };
    let ends = (first.offered, last.offered);
    let plot = |title: &str, unit, marks| Plot {
        title: title.to_owned(),
        x: Axis { title: load(aim).to_owned(), unit: Unit::Number },
        y: Axis { title: title.to_owned(), unit },
        marks,
    };
    let mut done = by_verdict(aim, &levels, |level| Point::at(level.offered, level.throughput));
    if aim.open {
        done.insert(0, dashes("as offered", [(ends.0, ends.0), (ends.1, ends.1)]));
    }
    let response = by_verdict(aim, &levels, |level| Point::at(level.offered, level.response_s * 1e3));
    let mut plots = vec![
        plot("Iterations done a second", Unit::Number, done),
        plot("Mean response time", Unit::Milliseconds, response),
    ];
    for (at, sla) in aim.slas.iter().enumerate() {
        let judged: Vec<&Level> = levels
            .iter()
            .copied()
            .filter(|level| level.objectives.get(at).is_some_and(|one| one.rate.is_some()))
            .collect();
        let mut marks = by_verdict(aim, &judged, |level| {
            let rate = level.objectives[at].rate.as_ref();
            rate.map_or(Point::at(level.offered, 0.0), |rate| Point {
                interval: Some((rate.interval.lower, rate.interval.upper)),
                ..Point::at(level.offered, rate.rate)
            })
        });
        marks.insert(0, dashes("allowed", [(ends.0, sla.allowed), (ends.1, sla.allowed)]));
        plots.push(plot(&format!("Share that is not '{}'", sla.source), Unit::Share, marks));
    }
    plots
}

const fn load(aim: &Aim) -> &'static str {
    if aim.open { "iterations offered a second" } else { "users" }
}

fn dashes(name: &str, ends: [(f64, f64); 2]) -> Marks {
    let points = ends.map(|(x, y)| Point::at(x, y)).to_vec();
    Marks { name: name.to_owned(), shape: Shape::Dashes, standing: Some(Standing::Skipped), points }
}

/// A dot for each level, in the colour of its verdict.
fn by_verdict(aim: &Aim, levels: &[&Level], point: impl Fn(&Level) -> Point) -> Vec<Marks> {
    let all = [
        (Verdict::Pass, Standing::Passed),
        (Verdict::Inconclusive, Standing::Undecided),
        (Verdict::Fail, Standing::Failed),
    ];
    let of = |(wanted, standing)| {
        let ours = levels.iter().filter(|level| level.verdict == wanted);
        let points: Vec<Point> =
            ours.map(|level| Point { label: aim.load(level.offered), ..point(level) }).collect();
        let name = verdict(wanted).to_owned();
        (!points.is_empty()).then_some(Marks { name, shape: Shape::Dots, standing: Some(standing), points })
    };
    all.into_iter().filter_map(of).collect()
}
